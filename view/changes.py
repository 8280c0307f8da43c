"""What the recorded history tells of the verdicts on a page: how many were owed, and what changed."""

from datetime import date

import pandas as pd
import streamlit as st

from milestones.coverage import coverage
from milestones.trend import changed_since, states_on
from milestones.words import CELL
from view.board import Board
from view.cells import Columns, Row, Sheet, first_row, for_whom, in_pills, state_column
from view.labels import CAUSES, GONE, NEW, NO_MORE
from view.page import Page


def of_these(board: Board, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The history of these verdicts; of all, where nothing is filtered: also of what is no longer there."""
    history = board.frames.history
    if len(verdicts) == len(board.verdicts):
        return history
    return history.merge(verdicts[CELL], on=CELL)


def counts_on(history: pd.DataFrame, day: date) -> Row | None:
    """The counts of `coverage.coverage` at the end of a day; None where nothing was recorded yet."""
    states = states_on(history, day)
    return first_row(coverage(states)) if len(states) else None


def changes(page: Page, day: date) -> Sheet:
    """Every recorded change of the page's verdicts after a day, newest first; the first record of all is no change."""
    history = of_these(page.board, page.verdicts)
    began = page.board.frames.history["changed_on"].min()
    after = max(pd.Timestamp(day), began) if pd.notna(began) else pd.Timestamp(day)
    return as_sheet(history[history["changed_on"] > after].iloc[::-1], page.board)


def since(page: Page, day: date) -> Sheet:
    """The page's verdicts that stand otherwise than at the end of a day, the latest change first."""
    found = changed_since(of_these(page.board, page.verdicts), day)
    return as_sheet(found.sort_values("changed_on", ascending=False, kind="stable"), page.board)


def _told(history: pd.DataFrame, board: Board) -> pd.DataFrame:
    """Rows of history with the verdicts' own columns; `project` is `GONE` where there is no such project any more."""
    names = ["project", "project_type", "product_manager", "milestone", "deliverable", "record_url"]
    told = history.merge(board.verdicts[[*CELL, *names]], on=CELL, how="left")
    told["project"] = told["project"].fillna(told["project_id"].map(board.projects["name"])).fillna(GONE)
    asked = {item.id: item for item in board.settings.requirements}
    for name in ("milestone", "deliverable"):
        told[name] = told[name].fillna(
            told["requirement"].map({key: getattr(item, name) for key, item in asked.items()})
        )
        told[name] = told[name].fillna(told["requirement"])
    return told


def as_sheet(history: pd.DataFrame, board: Board) -> Sheet:
    """Rows of history, in their order, as people read them."""
    told = _told(history, board)
    rows = told.assign(
        what=for_whom(told),
        was=in_pills(told["from_state"], NEW),
        now=in_pills(told["state"], NO_MORE),
        why=told["cause"].map(CAUSES).fillna(""),
    )
    columns: Columns = {
        "project": st.column_config.TextColumn("Project", pinned=True, width=190),
        "was": state_column("Was", NEW),
        "now": state_column("Is", NO_MORE),
        "changed_on": st.column_config.DateColumn("On", format="localized", width=95),
        "what": st.column_config.TextColumn("Deliverable", width=230),
        "why": st.column_config.TextColumn("Because", width=190),
        "product_manager": st.column_config.TextColumn("Product manager", width=130),
    }
    return Sheet(rows.reset_index(drop=True), columns, opens="project")
