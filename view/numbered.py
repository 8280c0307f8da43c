"""The verdicts of a version as numbers, for what every change of a filter asks anew."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from milestones.words import CODES, GAPS
from view.board import Board, made_once
from view.cells import flagged


@dataclass(frozen=True)
class Numbered:
    """The verdicts of a version as numbers, so that a page for other filters is a matter of counting.

    Arrays with a number per verdict, in the order of `Board.verdicts`:
        project, requirement, project_type, manager, state: places in `projects`, in the settings' requirements, in
            `types`, `managers` and `milestones.words.STATES`.
        gap, overdue: 0 or 1; goes_on: whether its project is not done.
    projects: a row per project, by name: what the matrix says of it besides the cells.
    types, managers: in order of the alphabet.
    """

    project: np.ndarray
    requirement: np.ndarray
    project_type: np.ndarray
    manager: np.ndarray
    state: np.ndarray
    gap: np.ndarray
    overdue: np.ndarray
    goes_on: np.ndarray
    projects: pd.DataFrame
    types: list[str]
    managers: list[str]


def numbered(board: Board) -> Numbered:
    """The verdicts of a version as numbers; made once."""
    return made_once(f"{board.key} numbered", lambda: _numbered(board))


def _numbered(board: Board) -> Numbered:
    verdicts = board.verdicts
    projects = verdicts[["project_id", "project", "project_type", "phase", "product_manager"]]
    projects = projects.drop_duplicates("project_id").sort_values("project", ignore_index=True)
    requirements = [item.id for item in board.settings.requirements]
    types, type_names = pd.factorize(verdicts["project_type"], sort=True)
    managers, manager_names = pd.factorize(verdicts["product_manager"], sort=True)
    return Numbered(
        project=pd.Index(projects["project_id"]).get_indexer(pd.Index(verdicts["project_id"])),
        requirement=pd.Index(requirements).get_indexer(pd.Index(verdicts["requirement"])),
        project_type=types,
        manager=managers,
        state=verdicts["state"].map(CODES).to_numpy("int64"),
        gap=verdicts["state"].isin(GAPS).to_numpy(),
        overdue=flagged(verdicts, "overdue").to_numpy(),
        goes_on=(verdicts["project_status"] != "done").to_numpy(),
        projects=projects,
        types=[*type_names],
        managers=[*manager_names],
    )
