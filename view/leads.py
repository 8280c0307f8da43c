"""Tables that lead from a name or a cell to the project or the list behind it."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from view import filters
from view.cells import Picked, Sheet, for_whom, rows_of, show_to_pick
from view.howto import OUT, links
from view.labels import FLAGS, STATES, day, plain

ARROW = ":material/arrow_forward:"
# What a picked cell tells stands below its table, or at the foot of the screen for as long as it would be below that:
# above the table it would push it away from under the reader's finger.
FOOT = """<style>
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-told-"]) { position: sticky; bottom: .5rem; z-index: 1 }
[class*="st-key-told-"] { background: Canvas; max-height: 45vh; overflow-y: auto;
  box-shadow: 0 0 1.5rem color-mix(in srgb, currentColor 25%, transparent) }
</style>"""
# What a column of numbers counts: in words, and by the filters that narrow a list to it.
COUNTED: dict[str, tuple[str, dict[str, list[str]]]] = {
    **{state: (look.word.lower(), {"state": [look.word]}) for state, look in STATES.items()},
    "have": ("complete", {"state": [STATES["complete"].word]}),
    **dict.fromkeys(("lack", "owed", "gaps_now"), ("owed", {"state": filters.OWED})),
    "overdue": ("overdue", {"flag": [FLAGS["overdue"]]}),
}


def table_of_projects(
    sheet: Sheet,
    alt: str,
    key: str,
    verdicts: Callable[[], pd.DataFrame],
    most: int,
    note: str = "A project’s name opens it",
) -> None:
    """Shows a table with a row per project or verdict. Its project's name opens the project; a cell tells why.

    Moving through a table by keyboard picks each cell on the way, so a pick tells, and only a press leads away.
    """
    with st.container():  # whose top the foot never leaves
        st.caption(f"{note}. Pick any other cell to see why it is so.")
        picked, pressed = show_to_pick(sheet, alt, key, most)
        if pressed >= 0:
            filters.go("project", project=str(sheet.rows["project_id"].iloc[pressed]))
        if picked is not None:
            with st.container(border=True, gap="small", key=f"told-{key}"):
                _tell(_behind(picked, verdicts()))


def _behind(picked: Picked, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts behind a cell: its row's own, or its project's of that requirement, or all of its project."""
    of_project: pd.DataFrame = verdicts[verdicts["project_id"] == picked.row["project_id"]]
    requirement = picked.row.get("requirement", picked.column)
    found = of_project[of_project["requirement"] == requirement]
    if "audience" in picked.row:
        found = found[found["audience"] == picked.row["audience"]]
    return found if len(found) else of_project


def _tell(verdicts: pd.DataFrame) -> None:
    """Says of a few verdicts of one project why they are so, and leads to where they are mended."""
    st.html(FOOT)
    if verdicts.empty:
        st.caption("What it tells of is no longer in the base.")
        return
    first = verdicts.iloc[0]
    st.markdown(f"**{plain(first['project'])}**")
    for verdict, what in zip(rows_of(verdicts), for_whom(verdicts), strict=True):
        state = STATES[verdict["state"]]
        due: str = f" Due {day(verdict['due'])}." if pd.notna(verdict["due"]) else ""
        flags = "".join(f" · {plain(FLAGS[flag])}" for flag in verdict["flags"].split(";") if flag)
        st.markdown(f"{plain(what)}: **{state}**{flags}. {plain(verdict['reason'] + due)}")
    with st.container(horizontal=True):
        filters.link("project", "Open the project", icon=":material/folder_open:", project=first["project_id"])
        links([("Its record in Airtable", first["record_url"], OUT)])


def table_of_groups(
    sheet: Sheet,
    alt: str,
    key: str,
    most: int,
    note: str = "A name leads to its list",
    page: str = "missing",
    **narrowed: str,
) -> None:
    """Shows a table with a row per group; the group's name leads to its list, and a picked cell has a link to its own.

    Args:
        page: on which the lists are.
        narrowed: the filters that narrow to a group, with the column in which the value of each stands.
    """
    st.caption(f"{note}.")
    picked, pressed = show_to_pick(sheet, alt, key, most)
    if pressed >= 0:
        filters.go(page, **{name: str(sheet.rows[of].iloc[pressed]) for name, of in narrowed.items()})
    if picked is not None:
        values = {name: str(picked.row[of]) for name, of in narrowed.items()}
        counts = COUNTED.get(picked.column)
        label = ", ".join([*values.values(), *([counts[0]] if counts else [])])
        filters.link(page, f"The list of {label}", icon=ARROW, **values, **(counts[1] if counts else {}))
