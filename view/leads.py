"""Tables that lead from a name or a cell to the project or the list behind it."""

from collections.abc import Iterable
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from view import filters, worklist
from view.cells import Picked, Row, Sheet, https, on_a_phone, rows_of, show_to_pick
from view.changes import went
from view.labels import FLAGS, STATES, day
from view.page import Page

# The longest table that fits a laptop's low screen (1366 x 660) together with what its cells tell.
MOST = 12
# Of how many verdicts a cell tells why: these fit.
MOST_TOLD = 2
# Columns of groups behind which there is a list: what is in it, and the filters that narrow to it besides the group's.
# Where projects are counted, the list has a row for each audience, too.
LISTED: dict[str, tuple[str, dict[str, list[str]]]] = {
    **dict.fromkeys(("project_type", "what", "group", "finding", "count", "severity", "remedy"), ("", {})),
    **{state: (look.word.lower(), {"state": [look.word]}) for state, look in STATES.items()},
    "have": ("complete deliverables", {"state": [STATES["complete"].word]}),
    "lack": ("owed deliverables", {"state": filters.OWED}),
    **dict.fromkeys(("owed", "gaps_now"), ("owed", {"state": filters.OWED})),
    "overdue": ("overdue", {"flag": [FLAGS["overdue"]]}),
}
NO_LIST = "No list stands behind this."


def table_of_projects(
    page: Page, sheet: Sheet, alt: str, key: str, most: int = MOST, note: str = "A project’s name opens it"
) -> None:
    """Shows a table with a row per project, verdict or change. Its project's name opens the project; a cell tells why.

    Moving through a table by keyboard picks each cell on the way, so a pick tells, and only a press leads away.
    """
    with st.container(key=f"picks-{key}"):
        place = st.container(border=True, key=f"told-{key}")
        picked, pressed = show_to_pick(sheet, alt, key, most)
        if pressed >= 0 and isinstance(project_id := sheet.rows["project_id"].iloc[pressed], str):
            filters.go("project", project=project_id)
        enter = "" if on_a_phone() else ", and Enter opens the project"
        hint = f"{note}. Pick any other cell: here it says why it is so{enter}."
        _say(place, _told(page, picked) if picked else [hint])


def _say(place: DeltaGenerator, lines: Iterable[str]) -> None:
    """Puts lines (HTML) into a place, for all to see and to hear."""
    text = "".join(f"<p>{line}</p>" for line in lines)
    place.html(f'<div class="told" role="status">{text}</div>')


def _told(page: Page, picked: Picked) -> list[str]:
    """What there is to tell of a picked cell, as HTML: whose it is, why it is so, and where it is mended."""
    row, change = picked.row, "changed_on" in picked.row
    if "detail" in row:  # a record that decides nothing
        return [_whose(page, row, row), escape(f"{row['record']}: {row['detail']}".removeprefix(": "))]
    found = _of_cell(picked, worklist.every(page.board) if change else worklist.ordered(page.whole))
    lines = [_whose(page, row, found[0] if len(found) == 1 else None, more=len(found) - MOST_TOLD)]
    if change:
        lines.append(escape(f"{row['what']}, on {day(row['changed_on'])}: {went(row)}."))
    today = "Today: " if change else ""
    lines += [today + _why(verdict, alone=len(found) == 1) for verdict in found[:MOST_TOLD]]
    if not found:
        lines.append(f"{today}nothing asks for it any more.")
    return lines


def _of_cell(picked: Picked, verdicts: pd.DataFrame) -> list[Row]:
    """The verdicts behind a cell, of these: its row's own, or those of its project and requirement.

    Of a cell that is no requirement's, all of its project.
    """
    found: pd.DataFrame = verdicts[verdicts["project_id"] == picked.row["project_id"]]
    if "requirement" in picked.row:
        found = found[found["verdict"] == picked.row["verdict"]]
    elif (of_column := found["requirement"] == picked.column).any():
        found = found[of_column].sort_values("verdict")  # as the cell has them
    return rows_of(found)


def _why(verdict: Row, alone: bool) -> str:
    """How a verdict stands, and why, as HTML; where it is told alone, also until when and since when."""
    due, since, late = verdict["due"], verdict["since"], verdict["late"]
    marks = [FLAGS[flag] for flag in verdict["flags"].split(";") if flag and flag != "overdue"]
    if pd.notna(late):
        marks.insert(0, f"{late:,} {'day' if late == 1 else 'days'} late")
    told = [verdict["reason"]]
    if pd.notna(due) and (alone or pd.isna(late)):
        told.append(f"Due {day(due)}.")
    if pd.notna(since) and alone:
        told.append(f"Like this since {day(since)}.")
    stands = " · ".join([f"<b>{escape(str(STATES[verdict['state']]))}</b>", *map(escape, marks)])
    return f"{escape(verdict['what'])}: {stands}. {escape(' '.join(told))}"


def _whose(page: Page, row: Row, record: Row | None, more: int = 0) -> str:
    """Whose a row is, and the ways to where it is mended, as HTML.

    Args:
        record: has `record_id` and `record_url`; of what is missing the project's record is linked, and has no id here.
        more: how many verdicts of it are told on the project's page alone, if any.
    """
    told = [f"<b>{escape(row['project'])}</b>"]
    if isinstance(manager := row.get("product_manager"), str):
        told.append(f"<span>{escape(manager)}</span>")
    if row["project_id"] in page.board.projects.index:
        address = filters.address("project", project=row["project_id"])
        label = f"Open the project, with {more} more" if more > 0 else "Open the project"
        told.append(f'<a href="{escape(address)}">{label}</a>')
    if record and isinstance(url := record["record_url"], str) and https(url):
        label = "Its record in Airtable" if isinstance(record["record_id"], str) else "The project in Airtable"
        told.append(f'<a href="{escape(url)}" target="_blank" rel="noreferrer">{label}</a>')
    return f'<span class="whose">{" ".join(told)}</span>'


def table_of_groups(
    page: Page,
    sheet: Sheet,
    alt: str,
    key: str,
    most: int = MOST,
    note: str = "A name leads to its list",
    to: str = "missing",
    **narrowed: str,
) -> None:
    """Shows a table with a row per group; the group's name leads to its list, and a picked cell has a link to its own.

    Args:
        page: of which the filters hold for the lists, too; to: on which page they are.
        narrowed: the filters that narrow to a group, with the column in which the value of each stands.
    """
    with st.container(key=f"picks-{key}"):
        place = st.container(border=True, key=f"told-list-{key}")
        picked, pressed = show_to_pick(sheet, alt, key, most)
        if pressed >= 0:
            values = {name: str(sheet.rows[of].iloc[pressed]) for name, of in narrowed.items()}
            filters.go(to, page.chosen, **values)
        hint = f"{note}. Pick a number, and the list behind it is linked here."
        _say(place, [_list_behind(page, picked, to, narrowed) if picked else hint])


def _list_behind(page: Page, picked: Picked, to: str, narrowed: dict[str, str]) -> str:
    """The link to the list that a picked cell counts, as HTML; it says how many there are."""
    if picked.column not in LISTED:
        return NO_LIST
    group = {name: [str(picked.row[of])] for name, of in narrowed.items()}
    words, counted = LISTED[picked.column]
    set_already = dict(page.chosen)
    counted = {
        name: [one for one in wanted if one in set_already.get(name, wanted)] for name, wanted in counted.items()
    }
    if not all(counted.values()):  # to ask for it the filter that is set would have to go
        return NO_LIST
    label = ", ".join(text for [text] in group.values())
    if words:
        asked = filters.query(page.chosen, **group, **counted)
        number = len(filters.apply(page.board, tuple((name, tuple(values)) for name, values in asked.items())))
        label = f"{number:,} {words}: {label}"
    address = filters.address(to, page.chosen, **group, **counted)
    return f'<a href="{escape(address)}">{escape(f"The list of {label}")}</a>'
