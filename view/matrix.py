"""Projects by deliverables: a cell says how a deliverable stands, once per audience."""

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from milestones.words import CODES
from view.cells import Columns, Sheet, project_column, state_column
from view.labels import STATES
from view.numbered import numbered
from view.page import Page


def matrix(page: Page) -> Sheet:
    """A row per project (`project_id`), those with most overdue and most gaps first; a column per requirement's id.

    Of a project of which anything passes the filters it has all cells but those of other milestones, deliverables and
    the like: were one hidden for its state, it would look as if nothing were asked there.
    """
    all_of, of = numbered(page.board), page.whole.of
    shown = np.zeros(len(all_of.projects), dtype=bool)
    shown[all_of.project[page.of]] = True
    of = of[shown[all_of.project[of]]]
    project, requirement = all_of.project[of], all_of.requirement[of]
    overdue, gaps = (
        np.bincount(project, weights=what[of], minlength=len(all_of.projects)).astype("int64")
        for what in (all_of.overdue, all_of.gap)
    )
    there = np.unique(project)
    order = there[np.lexsort((there, -gaps[there], -overdue[there]))]
    row = np.empty(len(all_of.projects), dtype="int64")
    row[order] = np.arange(len(order))
    rows = all_of.projects.take(order).reset_index(drop=True).assign(overdue=overdue[order], gaps=gaps[order])
    columns: Columns = {"project": project_column()}
    words = [str(STATES[state]) for state in CODES]
    for number, item in enumerate(page.board.settings.requirements):
        asked = requirement == number
        if asked.any():
            rows[item.id] = _lists(row[project[asked]], all_of.state[of][asked], words, len(rows))
            label = f"{item.milestone}: {item.deliverable}" if page.board.several else item.deliverable
            columns[item.id] = state_column(label, width=240 if np.bincount(project[asked]).max() > 1 else 170)
    columns |= {
        "overdue": st.column_config.NumberColumn("Overdue", width=80),
        "phase": st.column_config.TextColumn("Phase", width=80),
        "project_type": st.column_config.TextColumn("Type", width=140),
        "product_manager": st.column_config.TextColumn("Product manager", width=150),
    }
    return Sheet(rows, columns, opens="project")


def _lists(row: np.ndarray, word: np.ndarray, words: list[str], rows: int) -> pd.Series:
    """The words of each row (lists of str), in the verdicts' order.

    Args:
        row, word: of each word the row that it stands in, and its place in `words`.
    """
    ends = np.cumsum(np.bincount(row, minlength=rows))
    texts = pa.DictionaryArray.from_arrays(pa.array(word[np.argsort(row, kind="stable")], pa.int32()), words)
    lists = pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), texts.cast(pa.string()))
    return pd.Series(pd.arrays.ArrowExtensionArray(lists))
