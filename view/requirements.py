"""What config.toml asks for, in words, beside what the base says of it."""

import pandas as pd
import streamlit as st

from milestones.words import listed
from settings.models import Requirement
from view import filters
from view.cells import Columns, Sheet, https, rows_of
from view.howto import OUT, definitions_of_milestone, links, milestone_row, own_definitions, show_definition
from view.labels import plain
from view.page import Page

PARTS = {
    "link": "a link",
    "files": "a file",
    "vision": "a vision statement",
    "mission": "a mission",
    "purpose": "its purpose",
    "target_audience": "its target audience",
    "value_proposition": "its unique value",
}
EVENTS = {
    "start": "after the project’s start",
    "end": "after the project’s end",
    "phase_start": "after its phase began",
    "last_discovery": "after the last discovery round",
}


def _asked(page: Page) -> list[Requirement]:
    """The requirements that pass the filters of milestone and deliverable."""
    chosen = dict(page.chosen)
    milestones, deliverables = chosen.get("milestone"), chosen.get("deliverable")
    return [
        item
        for item in page.board.settings.requirements
        if (not milestones or item.milestone in milestones) and (not deliverables or item.deliverable in deliverables)
    ]


def asked(page: Page) -> Sheet:
    """A row per requirement: of whom, when, with what, again when, and where it is written."""
    rows = pd.DataFrame(
        [
            {
                "deliverable": item.deliverable,
                "milestone": item.milestone,
                "of": "every project" if item.project_types == "all" else ", ".join(item.project_types),
                "phases": ", ".join(item.phases),
                "due": _due(item),
                "needs": _needs(item),
                "again": _again(item),
                "source": "the handbook" if item.source == "handbook" else "the base’s catalogue",
                "handbook_url": https(item.handbook_url),
                "milestone_url": https(item.milestone_url),
            }
            for item in _asked(page)
        ]
    )
    labels = {"of": "Required of", "phases": "In", "due": "Due", "needs": "Complete needs", "again": "Again"}
    widths = {"of": 170, "phases": 90, "due": 235, "needs": 320, "again": 260}
    columns: Columns = {"deliverable": st.column_config.TextColumn("Deliverable", pinned=True, width=220)}
    if len(rows) and rows["milestone"].nunique() > 1:
        columns["milestone"] = st.column_config.TextColumn("Milestone", width=130)
    columns |= {
        name: st.column_config.TextColumn(label, width=widths[name])
        for name, label in labels.items()
        if len(rows) and rows[name].any()
    }
    columns["source"] = st.column_config.TextColumn("Required by", width=130)
    for name, label in (("handbook_url", "Handbook"), ("milestone_url", "Milestone")):
        if len(rows) and rows[name].notna().any():
            columns[name] = st.column_config.LinkColumn(label, display_text="open", width=90)
    return Sheet(rows if len(rows) else pd.DataFrame(columns=[*columns], dtype="str"), columns)


def _due(item: Requirement) -> str:
    return f"{item.due.days} days {EVENTS[item.due.from_]}" if item.due else "as its record says"


def _needs(item: Requirement) -> str:
    evidence = " or ".join(PARTS[name] for name in item.evidence)
    return ", ".join(filter(None, [evidence, *(PARTS[name] for name in item.parts)])) or "nothing but its status"


def _again(item: Requirement) -> str:
    told = ["after each discovery round"]
    for again in item.again:
        of = "every project" if again.project_type == "all" else f"{again.project_type} projects"
        told.append(f"when {'a' if again.phase == 'all' else again.phase} phase of {of} begins")
    return "; ".join(told).replace(f"{item.again[0].phase} phase", item.again[0].phase) if item.again else told[0]


def milestones(page: Page) -> list[str]:
    """The milestones that something is required of, in the order of config.toml."""
    return list(dict.fromkeys(item.milestone for item in _asked(page)))


def show_milestone(page: Page, name: str) -> None:
    """What the base says of a milestone and its deliverables, and the ways there."""
    row = milestone_row(page.board, name)
    with st.container(border=True):
        st.header(f"{plain(name)} in the base", anchor=False)
        if row is None:
            st.caption("The base has no milestone of this name.")
        else:
            if isinstance(row["description"], str):
                st.text(row["description"])
            links([("The milestone’s page", row["url"], OUT), ("Its record in Airtable", row["record_url"], OUT)])
        filters.link("missing", f"What is owed of {name}", icon=":material/checklist:", milestone=name)
        undefined = [
            item.deliverable
            for item in _asked(page)
            if item.milestone == name and own_definitions(page.board, item).empty
        ]
        definitions = definitions_of_milestone(page.board, name)
        if undefined and len(page.board.frames.catalogue):
            has = " What it has:" if len(definitions) else ""
            st.caption(plain(f"The base's catalogue does not define {listed(undefined)}.") + has)
        for definition in rows_of(definitions):
            show_definition(definition, name)
