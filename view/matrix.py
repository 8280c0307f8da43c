"""Projects by deliverables: a cell says how a deliverable stands, per audience."""

import streamlit as st

from milestones.words import GAPS
from view.cells import Columns, Sheet, flagged, pills, record_link
from view.labels import STATES
from view.page import Page


def matrix(page: Page) -> Sheet:
    """A row per project (`project_id`), those with most overdue and most gaps first; a column per requirement's id."""
    verdicts, settings = page.verdicts, page.board.settings
    word = verdicts["state"].map({state: str(look) for state, look in STATES.items()})
    several = verdicts["audience"] != ""
    shown = verdicts.assign(
        word=word.mask(several, word + " · " + verdicts["audience"]),
        gap=verdicts["state"].isin(GAPS),
        overdue=flagged(verdicts, "overdue"),
    )
    groups = shown.groupby("project_id", sort=False)
    rows = groups[["project", "project_type", "phase", "product_manager", "record_url"]].first()
    rows[["overdue", "gaps"]] = groups[["overdue", "gap"]].sum()
    cells = shown.groupby(["project_id", "requirement"], sort=False)["word"].agg(list).unstack()
    looks = {str(look): look.colour for look in STATES.values()}
    colours = dict(zip(shown["word"], word.map(looks), strict=True)) | looks
    columns: Columns = {"project": st.column_config.TextColumn("Project", pinned=True, width=190)} | record_link(rows)
    milestones = {item.milestone for item in settings.requirements}
    for item in settings.requirements:
        if item.id in cells:
            rows[item.id] = cells[item.id]
            label = f"{item.milestone}: {item.deliverable}" if len(milestones) > 1 else item.deliverable
            columns[item.id] = pills(label, list(colours), list(colours.values()), width=250 if several.any() else 170)
    columns |= {
        "overdue": st.column_config.NumberColumn("Overdue", width=80),
        "project_type": st.column_config.TextColumn("Type", width=140),
        "phase": st.column_config.TextColumn("Phase", width=80),
        "product_manager": st.column_config.TextColumn("Product manager", width=150),
    }
    rows = rows.sort_values(["overdue", "gaps", "project"], ascending=[False, False, True])
    return Sheet(rows.reset_index(), columns, opens="project")
