"""The work list: what is owed, worst first, alone or by whom, by type or by deliverable."""

from datetime import date

import pandas as pd
import streamlit as st

from milestones.words import GAPS
from view.board import Board, made_once
from view.cells import Columns, Sheet, flagged, for_whom, in_pills, pills, project_column, record_link, state_column
from view.labels import FLAGS, NOBODY, STATES
from view.page import Page

# How the list can be grouped, by the filter that narrows it to one group: the column of the work list, its heading.
GROUPS = {"pm": "product_manager", "type": "project_type", "deliverable": "deliverable"}
HEADS = {"pm": "Product manager", "type": "Project type", "deliverable": "Deliverable"}
# The parts of the list: what each is called, and what is said of it.
PARTS = {
    "owed": ("Owed by projects that go on", "A project’s name opens it"),
    "finished": (
        "Owed by finished projects",
        "A gap does not vanish because a project was closed. A project’s name opens it",
    ),
    "unknown": ("Cannot be judged", "Neither there nor missing. A project’s name opens it"),
    "settled": ("Nothing to do", "Complete, waived, or not required. A project’s name opens it"),
}


def worst_first(verdicts: pd.DataFrame, as_of: date, several: bool) -> pd.DataFrame:
    """The verdicts, the longest overdue first, then by due date, then the worst state.

    Returns:
        The verdicts with `late` (Int64: days, where overdue), `age` (Int64: days in this state, where recorded),
        `what` (str), `verdict` (their index), and lists of words for `pill` and `marks` added; under a fresh index.
    """
    today = pd.Timestamp(as_of)
    late = (today - verdicts["due"]).dt.days
    order = {state: place for place, state in enumerate(STATES)}
    rows = verdicts.assign(
        late=late.where(flagged(verdicts, "overdue")).astype("Int64"),
        age=(today - verdicts["since"]).dt.days.astype("Int64"),
        state_order=verdicts["state"].map(order),
        what=for_whom(verdicts, several),
        verdict=verdicts.index,
        pill=in_pills(verdicts["state"]),
        marks=verdicts["flags"].map(lambda flags: [FLAGS[flag] for flag in flags.split(";") if flag]),
    )
    by = ["late", "due", "state_order", "project"]
    return rows.sort_values(by, ascending=[False, True, True, True], na_position="last", ignore_index=True)


def part(page: Page, name: str) -> pd.DataFrame:
    """A part of the list (see `PARTS`), worst first."""
    rows = ordered(page)
    gap, finished = rows["state"].isin(GAPS), rows["project_status"] == "done"
    undecided = rows["state"] == "unknown"
    of = {"owed": gap & ~finished, "finished": gap & finished, "unknown": undecided, "settled": ~gap & ~undecided}
    return rows[of[name]].reset_index(drop=True)


def ordered(page: Page) -> pd.DataFrame:
    """The page's verdicts, as `worst_first` makes them."""
    rows = every(page.board)
    return rows if len(page.of) == len(rows) else rows[rows["verdict"].isin(page.of)]


def every(board: Board) -> pd.DataFrame:
    """All verdicts, as `worst_first` makes them; ordered once per version of the mirror."""
    return made_once(f"{board.key} worst first", lambda: worst_first(board.verdicts, board.as_of, board.several))


def listed(page: Page, name: str, by: str = "") -> pd.DataFrame:
    """A part of the list, worst first; grouped by one of `GROUPS`, in the order of `groups`."""
    rows = part(page, name)
    if not by:
        return rows
    order = [*groups(page, by).rows["group"], *rows[GROUPS[by]]]
    place = {group: number for number, group in enumerate(dict.fromkeys(order))}
    return rows.sort_values(GROUPS[by], key=lambda column: column.map(place), kind="stable", ignore_index=True)


def work_list(page: Page, name: str, by: str = "") -> Sheet:
    """A part of the list to act on, as `listed` gives it."""
    return as_sheet(listed(page, name, by), by)


def as_sheet(rows: pd.DataFrame, by: str = "") -> Sheet:
    """Verdicts, as `worst_first` makes them, as a table to act on; what they are grouped by stands beside the name."""
    # What is asked first fits a laptop: whose, how it stands, what, until when, who, and the beginning of why.
    columns: Columns = {
        "pill": state_column(width=120),
        "what": st.column_config.TextColumn("Deliverable", width=180),
        "due": st.column_config.DateColumn("Due", width=95),
        "late": st.column_config.NumberColumn("Days late", width=75),
        "product_manager": st.column_config.TextColumn("Product manager", width=130),
        "reason": st.column_config.TextColumn("Why", width=180),
    }
    columns |= record_link(rows) | {
        "age": st.column_config.NumberColumn("Days in this state", width=120),
        "marks": pills("Flags", list(FLAGS.values()), ["#5d6f82"] * len(FLAGS), width=200),
        "phase": st.column_config.TextColumn("Phase", width=80),
        "project_type": st.column_config.TextColumn("Type", width=140),
    }
    group = "what" if by == "deliverable" else GROUPS.get(by)
    first = {"project": project_column()} | ({group: columns[group]} if group else {})
    return Sheet(rows, first | columns, opens="project")


def groups(page: Page, by: str) -> Sheet:
    """The groups of what is still owed (see `GROUPS`), the one with most overdue first: `group` is its name."""
    column = GROUPS[by]
    rows = pd.concat([part(page, "owed"), part(page, "finished")])
    people = (
        rows.assign(none=rows["state"] == "missing", done=rows["project_status"] == "done")
        .groupby(column)
        .agg(
            overdue=("late", "count"),
            owed=("state", "size"),
            finished=("done", "sum"),
            missing=("none", "sum"),
            projects=("project_id", "nunique"),
            late=("late", "max"),
            age=("age", "max"),
        )
    )
    people = people.sort_values(["overdue", "owed"], ascending=False, kind="stable")
    columns: Columns = {
        "group": st.column_config.TextColumn(HEADS[by], pinned=True, width=210),
        "overdue": st.column_config.NumberColumn("Overdue", format="localized", width=75),
        "owed": st.column_config.NumberColumn("Owed", format="localized", width=60),
        "finished": st.column_config.NumberColumn(
            "Of finished", help="How many of them finished projects owe", format="localized", width=90
        ),
        "missing": st.column_config.NumberColumn("No record", format="localized", width=85),
        "projects": st.column_config.NumberColumn("Projects", format="localized", width=75),
        "late": st.column_config.NumberColumn("Longest late (days)", width=140),
        "age": st.column_config.NumberColumn("Oldest (days in its state)", width=170),
    }
    return Sheet(people.rename_axis("group").reset_index(), columns, opens="group")


def parts(page: Page) -> list[str]:
    """The parts of the list that are shown: what needs nobody, only where a filter asks for a state or a flag."""
    by_standing = page.whole is not page
    return [name for name in PARTS if name != "settled" or by_standing]


def told(page: Page) -> str:
    """How much is owed in all, in words; or, where no part of the list has anything, why."""
    counts = {name: len(part(page, name)) for name in PARTS}
    owed, finished, settled = counts["owed"], counts["finished"], counts["settled"]
    if not any(counts[name] for name in parts(page)):
        of = f"All {settled:,} that pass are" if settled > 1 else "The only one that passes is"
        return f"Nothing is owed here. {of} complete, waived or not required: a filter of state lists them."
    if not owed:
        return f"{finished:,} owed by finished projects." if finished else "Nothing is owed of what passes the filters."
    by = f": {owed:,} by projects that go on, and {finished:,} by finished ones." if finished else "."
    return f"{owed + finished:,} owed{by}"


def to_export(page: Page, by: str = "") -> pd.DataFrame:
    """What is shown, as the rules gave it, in the same order."""
    order: list[int] = [number for name in parts(page) for number in listed(page, name, by)["verdict"]]
    return page.board.judged.loc[order]


def of_projects(page: Page, project_ids: pd.Series) -> pd.DataFrame:
    """What the matrix shows, as the rules gave it: a row per project, deliverable and audience.

    Args:
        project_ids: all of its projects, in the order in which they are to stand.
    """
    place = pd.Series(range(len(project_ids)), index=project_ids)
    judged = page.whole.judged
    of = judged[judged["project_id"].isin(place.index)]
    return of.sort_values("project_id", key=lambda ids: ids.map(place), kind="stable")


def owed_by_manager(page: Page) -> dict[str, pd.DataFrame]:
    """What each product manager owes in projects that go on, worst first; the one with most overdue first."""
    rows = part(page, "owed")
    rows = rows[rows["product_manager"] != NOBODY]
    found = rows.groupby("product_manager")
    order = found.agg(overdue=("late", "count"), owed=("state", "size"))
    order = order.sort_values(["overdue", "owed"], ascending=False, kind="stable")
    owed = dict(iter(found))
    return {str(name): owed[name] for name in order.index}
