"""One project on its page: chosen, described, and with a card for each deliverable."""

import pandas as pd
import streamlit as st

from milestones.words import GAPS, listed
from view import dossier, filters
from view.board import Board
from view.cells import rows_of
from view.changes import went
from view.dossier import Deliverable
from view.howto import definitions_of_milestone, links, show_definition
from view.labels import FLAGS, NAMELESS, STATES, day, plain
from view.page import Page, configure

CHOICE = "project_choice"
# What is told of a project under its name.
FACTS = {
    "project_type": "Type",
    "phase": "",
    "status": "Status",
    "product_manager": "Product manager",
    "start": "Began",
    "end": "Ends",
    "last_discovery": "Last discovery round",
}
# A longer history is cut; Trends has all of it.
MOST_CHANGES = 12


def choose(page: Page) -> str | None:
    """Draws the search for a project, which the address names too; gives the id of the chosen one."""
    known = page.board.projects.index
    asked = st.query_params.get("project")
    if asked is not None and asked not in known:
        st.warning("The address names a project that is not here now&#46;", icon=":material/search_off:")
        asked = None
    options = page.once(dossier.choices)
    if asked is not None and asked not in options:  # the filters narrow what is offered, not what a link shows
        options = {asked: dossier.label(page.board, asked), **options}
    if not options:
        return None
    st.session_state[CHOICE] = asked
    st.selectbox(
        "Find a project",
        list(options),
        format_func=options.__getitem__,
        key=CHOICE,
        placeholder="Type a part of its name or of its product manager’s",
        on_change=_address_follows,
    )
    if asked is not None and page.chosen:
        st.caption("The filters narrow what is found here; the project is shown whole.")
    return asked


def _address_follows() -> None:
    if chosen := st.session_state[CHOICE]:
        st.query_params["project"] = chosen
    else:
        st.query_params.pop("project", None)


def show_mine(page: Page) -> None:
    """Links to the projects of whoever is signed in."""
    mine = dossier.of_viewer(page.board, page.viewer)
    if mine:
        st.markdown("**My projects**")
        with st.container(horizontal=True):
            for own in mine:
                filters.link("project", dossier.label(page.board, own), icon=":material/person:", project=own)


def head(board: Board, project_id: str, items: list[Deliverable]) -> None:
    """Says which project it is, and how it stands as a whole."""
    project = board.projects.loc[project_id]
    name = project["name"] if isinstance(project["name"], str) and project["name"].strip() else NAMELESS
    configure(name)
    st.header(plain(name), anchor=False)
    told = [
        f"{words} {day(fact) if isinstance(fact, pd.Timestamp) else fact}".strip()
        for field, words in FACTS.items()
        if not pd.isna(fact := project[field])
    ]
    st.caption(plain(" · ".join(told)))
    links([("The project in Airtable", project["record_url"], ":material/open_in_new:")])
    if board.snapshot.sample:
        st.caption("The sample’s records are in no Airtable: in your own base each card has the link to its record.")
    required = [item for item in items if item.verdict["state"] not in ("waived", "not_required")]
    owed = [item for item in required if item.verdict["state"] in GAPS]
    with st.container(horizontal=True, gap="large"):
        st.metric("Still owed", f"{len(owed)} of {len(required)}", width="content")
        if due := dossier.next_due(items):
            st.metric("Overdue since" if due < pd.Timestamp(board.as_of) else "Next due", day(due), width="content")


def show(item: Deliverable, key: str, several: bool) -> None:
    """Draws the card: one that needs somebody is open, any other unfolds.

    Args:
        several: whether the milestone is to be named.
    """
    verdict = item.verdict
    milestone = f"{verdict['milestone']}: " if several else ""
    whom = f" · {verdict['audience']}" if verdict["audience"] else ""
    title = f"**{STATES[verdict['state']]}** · {plain(milestone + verdict['deliverable'] + whom)}"
    box = st.expander(title, expanded=_needs_somebody(item), key=f"card-{key}", on_change="rerun")
    if box.open:
        with box:
            _standing(item)
            _waiver(item)
            _where(item)
            for definition in rows_of(item.definitions) if _needs_somebody(item) else ():
                show_definition(definition, key)
            _history(item)


def _needs_somebody(item: Deliverable) -> bool:
    return item.verdict["state"] in (*GAPS, "unknown")


def _standing(item: Deliverable) -> None:
    verdict = item.verdict
    facts = [verdict["reason"]]
    if isinstance(due := verdict["due"], pd.Timestamp):
        facts.append(f"Due {day(due)}.")
    if isinstance(since := verdict["since"], pd.Timestamp):
        facts.append(f"In this state since {day(since)}.")
    st.markdown(plain(" ".join(facts)))
    if flags := [FLAGS[flag] for flag in verdict["flags"].split(";") if flag]:
        st.markdown(" ".join(f":gray-badge[{plain(flag)}]" for flag in flags))


def _waiver(item: Deliverable) -> None:
    """What its record says of a waiver, whether it counts or not."""
    if item.record is None:
        return
    reason, name, until = (item.record[field] for field in ("waiver_reason", "waived_by", "waiver_until"))
    if pd.isna(reason) and pd.isna(name) and pd.isna(until):
        return
    end = f"until {day(until)}" if isinstance(until, pd.Timestamp) else "without an end"
    by = "nobody named" if pd.isna(name) else name
    why = "no reason given" if pd.isna(reason) else reason
    st.markdown(f"**Waiver** {plain(f'by {by}, {end}: {why}')}")


def _where(item: Deliverable) -> None:
    """The places to go: the record, the evidence, the handbook."""
    verdict, asked = item.verdict, item.requirement
    record = "Its record in Airtable" if item.record is not None else "The project in Airtable, to add its record"
    places = (
        (record, verdict["record_url"], ":material/edit:"),
        ("The evidence", verdict["evidence_url"], ":material/description:"),
        ("Handbook", asked.handbook_url, ":material/menu_book:"),
        ("The milestone", asked.milestone_url, ":material/flag:"),
    )
    links(places)


def show_how(page: Page, items: list[Deliverable]) -> None:
    """What the base's catalogue has for the milestones of gaps that it does not define themselves."""
    lacking = [item for item in items if _needs_somebody(item) and item.definitions.empty]
    for milestone in dict.fromkeys(item.requirement.milestone for item in lacking):
        definitions = definitions_of_milestone(page.board, milestone)
        names = [item.requirement.deliverable for item in lacking if item.requirement.milestone == milestone]
        told = listed([*dict.fromkeys(names)])
        if len(definitions):
            st.header(f"How it is done: {plain(milestone)}", anchor=False)
            st.caption(plain(f"The base's catalogue does not define {told}. What it has for the milestone:"))
            for definition in rows_of(definitions):
                show_definition(definition, milestone)


def _history(item: Deliverable) -> None:
    if item.history.empty:
        return
    changes = rows_of(item.history.head(MOST_CHANGES))
    told = [f"- {plain(day(change['changed_on']))}: {plain(went(change))}" for change in changes]
    st.markdown("\n".join(["**How it went**\n", *told]))
