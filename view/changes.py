"""What the recorded history tells of the verdicts on a page: how many were owed, and what changed."""

from datetime import date

import numpy as np
import pandas as pd
import streamlit as st

from milestones.history import SPELLED, spelled
from milestones.trend import changed_since
from milestones.words import CELL, CODES, GAPS
from view.board import Board, made_once
from view.cells import Columns, Row, Sheet, for_whom, in_pills, project_column, state_column
from view.labels import CAUSES, GONE, NEW, NO_MORE, STATES, day
from view.page import Page


def of_these(board: Board, of: np.ndarray) -> pd.DataFrame:
    """The history of these verdicts; of all, where nothing is filtered: also of what is no longer there."""
    return _narrowed(recorded(board), board, of)


def _narrowed(history: pd.DataFrame, board: Board, of: np.ndarray) -> pd.DataFrame:
    return history if len(of) == len(board.verdicts) else history[history["verdict"].isin(of)]


def recorded(board: Board) -> pd.DataFrame:
    """The history with numbers in place of `CELL`, which are found faster; made once per version of the mirror.

    Returns:
        `Frames.history` with `cell` (int64: alike for the same verdict) and `verdict` (int64: its place in the index of
        `Board.verdicts`, -1 where it is no longer there) added.
    """
    return made_once(f"{board.key} recorded", lambda: _recorded(board))


def _recorded(board: Board) -> pd.DataFrame:
    history = board.frames.history
    now = spelled(board.verdicts.assign(verdict=board.verdicts.index))[[*SPELLED, "verdict"]]
    verdict = spelled(history)[SPELLED].merge(now, on=SPELLED, how="left")["verdict"].fillna(-1).astype("int64")
    return history.assign(cell=history.groupby(CELL, sort=False).ngroup(), verdict=verdict.set_axis(history.index))


def stood(board: Board, day: date) -> tuple[np.ndarray, np.ndarray]:
    """What each recorded verdict was at the end of a day: its place as in `recorded`, and its state by number.

    Numbers as in `milestones.words.CODES`; what was not there yet, or no more, is left out.
    """
    history = recorded(board)
    last = history[history["changed_on"] <= pd.Timestamp(day)].drop_duplicates("cell", keep="last")
    last = last[last["state"] != ""]
    return last["verdict"].to_numpy(), last["state"].map(CODES).to_numpy("int64")


def asking(changes: pd.DataFrame) -> pd.Series:
    """Which changes (with `from_state` and `state`) are of something that was required before or is now (bool).

    A requirement that comes or goes is recorded of every project: of those that it does not concern, too.
    """
    nothing = ["", "not_required"]
    return ~(changes["from_state"].isin(nothing) & changes["state"].isin(nothing))


def ruled(board: Board, day: date) -> tuple[np.ndarray, np.ndarray]:
    """What the rules changed after a day of what is required: places as in `recorded`, and the days (object: date)."""
    history = recorded(board)
    found = history[(history["cause"] == "rules") & (history["changed_on"] > pd.Timestamp(day)) & asking(history)]
    return found["verdict"].to_numpy(), found["changed_on"].dt.date.to_numpy()


def recorded_since(page: Page) -> date | None:
    """The day on which recording began, or None."""
    history = page.board.frames.history
    return history["changed_on"].min().date() if len(history) else None


def since(page: Page, day: date) -> Sheet:
    """The page's verdicts that stand otherwise than at the end of a day, the latest change first, of a day gaps that
    opened and closed first.
    """
    board = page.board
    all_of = made_once(f"{board.key} changed since {day}", lambda: _since(board, day))
    return Sheet(_narrowed(all_of.rows, board, page.of).reset_index(drop=True), all_of.columns, all_of.opens)


def _since(board: Board, day: date) -> Sheet:
    history = recorded(board)
    numbers = history.drop_duplicates("cell")[[*CELL, "verdict"]]
    found = changed_since(history, day).merge(numbers, on=CELL)
    found = found[asking(found)]
    kept = found["from_state"].isin(GAPS) == found["state"].isin(GAPS)
    found = found.assign(kept=kept).sort_values(["changed_on", "kept"], ascending=[False, True], kind="stable")
    return as_sheet(found, board)


def title(sheet: Sheet, moment: date) -> str:
    """What stands above the list of what changed since the end of a day."""
    return f"Changed since {day(moment)}: {f'{len(sheet.rows):,}' if len(sheet.rows) else 'nothing'}"


def to_export(sheet: Sheet) -> pd.DataFrame:
    """The rows of a list of changes, in the same order, with the rules' own words for states and causes."""
    columns = ["project_id", "project", "milestone", "deliverable", "audience", "from_state", "state", "changed_on"]
    return sheet.rows[[*columns, "cause", "product_manager"]]


def went(change: Row) -> str:
    """What a change (a row of history) was, in words."""
    is_now = str(STATES[change["state"]]) if change["state"] else "no longer asked for"
    if change["from_state"]:
        return f"{STATES[change['from_state']]} → {is_now}, because {CAUSES[change['cause']]}"
    return f"first recorded: {is_now}"


def _told(history: pd.DataFrame, board: Board) -> pd.DataFrame:
    """Rows of `recorded` with the verdicts' own columns; `project` is `GONE` where it is no longer there."""
    names = ["project", "project_type", "product_manager", "milestone", "deliverable", "record_url"]
    told = history.join(board.verdicts[names], on="verdict")
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
        what=for_whom(told, board.several),
        was=in_pills(told["from_state"], NEW),
        now=in_pills(told["state"], NO_MORE),
        why=told["cause"].map(CAUSES).fillna(""),
    )
    columns: Columns = {
        "project": project_column(),
        "was": state_column("Was", NEW),
        "now": state_column("Is", NO_MORE),
        "changed_on": st.column_config.DateColumn("On", width=95),
        "what": st.column_config.TextColumn("Deliverable", width=230),
        "why": st.column_config.TextColumn("Because", width=190),
        "product_manager": st.column_config.TextColumn("Product manager", width=130),
    }
    return Sheet(rows.reset_index(drop=True), columns, opens="project")
