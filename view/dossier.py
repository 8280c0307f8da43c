"""One project: what it owes and has, why, since when, and how each deliverable is completed."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from milestones.words import GAPS
from settings.models import Requirement
from view.access import Viewer
from view.board import Board, made_once
from view.cells import Row, first_row, rows_of
from view.howto import own_definitions
from view.labels import NAMELESS
from view.page import Page


@dataclass(frozen=True)
class Deliverable:
    """A verdict with all that stands behind it.

    verdict: its row; `record`: the record that decides it, if there is one (a row of `Frames.project_deliverables`).
    history: its changes, newest first, as `Frames.history` has them.
    definitions: rows of `Frames.catalogue` that define it.
    """

    verdict: Row
    requirement: Requirement
    record: Row | None
    history: pd.DataFrame
    definitions: pd.DataFrame


def choices(page: Page) -> dict[str, str]:
    """The projects that pass the filters: their ids with a name for each that no other has, by name."""
    return _named(page.board, page.verdicts["project_id"].unique())


def label(board: Board, project_id: str) -> str:
    """A project's name among the choices."""
    return _named(board, [project_id])[project_id]


def _named(board: Board, ids: Iterable[str]) -> dict[str, str]:
    """These projects by names that no other project has, whether it is among them or not."""
    names = made_once(f"{board.key} names", lambda: _names(board.projects)).loc[[*ids]]
    names = names.sort_values(key=lambda texts: texts.str.casefold())
    return dict(zip(names.index, names, strict=True))


def _names(projects: pd.DataFrame) -> pd.Series:
    name = projects["name"].fillna("").str.split().str.join(" ").replace("", NAMELESS)
    names = name + " · " + projects["product_manager"]
    return names.mask(names.duplicated(keep=False), names + " · " + projects.index.astype("str"))


def of_viewer(board: Board, viewer: Viewer | None) -> list[str]:
    """The ids of the projects whose product manager is the viewer, by name or by address, those that owe most first."""
    if viewer is None:
        return []
    words = {text.casefold() for text in (viewer.name, viewer.email) if text}
    managers = board.projects["product_manager"].fillna("").str.strip().str.casefold()
    mine = board.verdicts[board.verdicts["project_id"].isin(managers[managers.isin(words)].index)]
    gaps = mine["state"].isin(GAPS).groupby(mine["project_id"]).sum()
    return [*gaps.sort_values(ascending=False, kind="stable").index]


def deliverables(page: Page, project_id: str) -> list[Deliverable]:
    """What a project owes or has, whatever the filters: what needs somebody first, then by due date."""
    board = page.board
    verdicts = board.verdicts[board.verdicts["project_id"] == project_id]
    verdicts = verdicts.assign(gap=verdicts["state"].isin(GAPS)).sort_values(
        ["gap", "due"], ascending=[False, True], kind="stable"
    )
    history = board.frames.history
    history = history[history["project_id"] == project_id].iloc[::-1]
    records = board.frames.project_deliverables
    asked = {item.id: item for item in board.settings.requirements}
    found = []
    for verdict in rows_of(verdicts):
        item = asked[verdict["requirement"]]
        record = records[records["record_id"] == verdict["record_id"]]
        of_it = history[(history["requirement"] == item.id) & (history["audience"] == verdict["audience"])]
        decides = first_row(record) if len(record) else None
        found.append(Deliverable(verdict, item, decides, of_it, own_definitions(board, item)))
    return found


def next_due(items: list[Deliverable]) -> "pd.Timestamp | None":
    """The first day on which a gap is due, past days included."""
    days = [item.verdict["due"] for item in items if item.verdict["state"] in GAPS and not pd.isna(item.verdict["due"])]
    return min(days) if days else None
