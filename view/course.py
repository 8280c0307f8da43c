"""How things went: coverage and gaps over time, of the verdicts on a page."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from milestones.coverage import with_shares
from milestones.trend import gaps_opened_and_closed, rule_changes, states_on, trend
from milestones.words import STATES, UNKNOWN_TYPE
from view.cells import Columns, Sheet, share, show_to_pick
from view.changes import as_sheet, asking, of_these, to_export
from view.export import downloads
from view.labels import UNMAPPED_TYPE, day
from view.leads import table_of_projects
from view.numbers import worst_type_first
from view.page import Page

# How a gap moves.
WAYS = ("opened", "closed")
# A list that begins below what was picked may begin below the screen: its heading is then brought to the middle.
INTO_SIGHT = """<script>{
  const heading = document.getElementById("%s");
  if (heading.getBoundingClientRect().top > innerHeight * 0.7) heading.scrollIntoView({block: "center"});
}</script>"""


@dataclass(frozen=True)
class Course:
    """How the verdicts on a page went.

    counts: as `milestones.trend.trend` makes it; `rule_days`: as `milestones.trend.rule_changes` does.
    weeks: a row per week from the first recorded change on: `week` (datetime64[us]: its Monday), `opened`, `closed`.
    began: the first recorded day.
    """

    counts: pd.DataFrame
    rule_days: pd.DataFrame
    weeks: pd.DataFrame
    began: date


def course(page: Page) -> Course | None:
    """How it went; None where nothing is recorded."""
    history = history_of(page)
    if history.empty:
        return None
    types = page.board.projects["project_type"].replace(UNKNOWN_TYPE, UNMAPPED_TYPE)
    counts = trend(history, types)
    counts["project_type"] = counts["project_type"].replace(UNKNOWN_TYPE, UNMAPPED_TYPE)
    began = history["changed_on"].min()
    # The first record of all opened no gap: it found them.
    moved = gaps_opened_and_closed(history[history["changed_on"] > began])
    monday = moved["changed_on"] - pd.to_timedelta(moved["changed_on"].dt.day_of_week, unit="D")
    weeks = moved.groupby([monday, "gap"]).size().unstack(fill_value=0)
    weeks = weeks.reindex(columns=["opened", "closed"], fill_value=0).rename_axis("week").reset_index()
    weeks.columns.name = None
    return Course(counts, rule_changes(history[asking(history)]), weeks, began.date())


def history_of(page: Page) -> pd.DataFrame:
    """The history of the verdicts that pass the filters."""
    return of_these(page.board, page.of)


def by_type(page: Page, since: date) -> Sheet:
    """Coverage per project type at the end of a day and now."""
    history = history_of(page)
    types = page.board.projects["project_type"].replace(UNKNOWN_TYPE, UNMAPPED_TYPE)
    days = {"then": since, "now": page.board.as_of}
    parts = {}
    for name, moment in days.items():
        states = states_on(history, moment)
        states["project_type"] = states["project_id"].map(types).fillna(UNMAPPED_TYPE)
        counts = states.groupby(["project_type", "state"]).size().unstack(fill_value=0)
        parts[name] = with_shares(counts.reindex(columns=list(STATES), fill_value=0))
    rows = (
        parts["now"].add_suffix("_now").join(parts["then"].add_suffix("_then"), how="outer").rename_axis("project_type")
    )
    rows["percent_then"], rows["percent_now"] = share(rows["coverage_then"]), share(rows["coverage_now"])
    rows["change"] = rows["percent_now"] - rows["percent_then"]
    columns: Columns = {
        "project_type": st.column_config.TextColumn("Project type", pinned=True, width=150),
        "percent_then": st.column_config.NumberColumn("Then", format="%d %%", width=65),
        "percent_now": st.column_config.NumberColumn("Now", format="%d %%", width=65),
        "change": st.column_config.NumberColumn("Points", format="%+d", width=70),
        "gaps_then": st.column_config.NumberColumn("Owed then", format="localized", width=85),
        "gaps_now": st.column_config.NumberColumn("Owed now", format="localized", width=85),
    }
    return Sheet(worst_type_first(page, rows.reset_index()), columns, opens="project_type")


def is_recorded(text: str, first: date, last: date) -> bool:
    """Whether a text is a day (2026-10-05) within these, both included."""
    try:
        return first <= date.fromisoformat(text) <= last
    except ValueError:
        return False


def by_week(page: Page) -> Sheet:
    """Gaps opened and closed per week, the last week first."""
    found = page.once(course)
    weeks = found.weeks.iloc[::-1] if found else pd.DataFrame(columns=["week", "opened", "closed"])
    columns: Columns = {
        "week": st.column_config.DateColumn("Week of", pinned=True, width=105),
        "opened": st.column_config.NumberColumn("▲ Opened", format="localized", width=85),
        "closed": st.column_config.NumberColumn("▼ Closed", format="localized", width=85),
    }
    return Sheet(weeks.reset_index(drop=True), columns)


def show_by_week(page: Page) -> tuple[pd.Timestamp, tuple[str, ...]] | None:
    """Shows gaps opened and closed per week. Returns the Monday and the ways of the cell that the reader picked."""
    picked, _ = show_to_pick(page.once(by_week), "Gaps opened and closed per week, the last week first", "weeks", 8)
    if picked is None:
        return None
    return pd.Timestamp(picked.row["week"]), (picked.column,) if picked.column in WAYS else WAYS


def moved_in_week(page: Page, week: pd.Timestamp, ways: tuple[str, ...]) -> Sheet:
    """The gaps that opened or closed (`ways`) in the week of a Monday, newest first."""
    history = history_of(page)
    within = (history["changed_on"] >= week) & (history["changed_on"] < week + pd.Timedelta(days=7))
    moved = gaps_opened_and_closed(history[within])
    return as_sheet(moved[moved["gap"].isin(ways)].iloc[::-1], page.board)


def show_moved(page: Page, week: pd.Timestamp, ways: tuple[str, ...], *, key: str) -> None:
    """Shows which gaps opened or closed (`ways`) in the week of a Monday, with their files."""
    moved = page.once(moved_in_week, week, ways)
    told = f"{' or '.join(ways).capitalize()} in the week of {day(week)}: {len(moved.rows):,}"
    st.html(f'<p id="{key}"><b>{told}</b></p>{INTO_SIGHT % key}', unsafe_allow_javascript=True)
    title = f"Gaps that {' or '.join(ways)} in that week"
    table_of_projects(page, moved, title, key, most=8)
    downloads(f"{key}-{week:%Y-%m-%d}", lambda: to_export(moved))
