"""Tables that lead from a name or a cell to the project or the list behind it."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from view import filters
from view.cells import Picked, Sheet, for_whom, rows_of, show_to_pick
from view.howto import OUT, links
from view.labels import FLAGS, STATES, day, plain

ARROW = ":material/arrow_forward:"
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
    st.caption(f"{note}; any other cell tells below why it is so.")
    picked, pressed = show_to_pick(sheet, alt, key, most)
    if pressed >= 0:
        filters.go("project", project=str(sheet.rows["project_id"].iloc[pressed]))
    if picked is not None:  # below, for above it the table would jump away from under the reader's finger
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
    if verdicts.empty:
        st.caption("What it tells of is no longer in the base.")
        return
    with st.container(border=True, gap="small"):
        for verdict, what in zip(rows_of(verdicts), for_whom(verdicts), strict=True):
            state = STATES[verdict["state"]]
            due: str = f" Due {day(verdict['due'])}." if pd.notna(verdict["due"]) else ""
            flags = "".join(f" · {plain(FLAGS[flag])}" for flag in verdict["flags"].split(";") if flag)
            st.markdown(
                f"**{plain(verdict['project'])}** · {plain(what)}  \n"
                f"**{state}**{flags}. {plain(verdict['reason'] + due)}"
            )
        first = verdicts.iloc[0]
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
