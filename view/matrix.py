"""Projects by deliverables: a cell says how a deliverable stands, per audience."""

import pandas as pd
import streamlit as st

from milestones.words import GAPS
from view.cells import Columns, Sheet, flagged, in_lists, pills, project_column
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
    first = ["project_id", "project", "project_type", "phase", "product_manager"]
    rows = shown[first].drop_duplicates("project_id").set_index("project_id")
    rows[["overdue", "gaps"]] = shown.groupby("project_id")[["overdue", "gap"]].sum()
    looks = {str(look): look.colour for look in STATES.values()}
    colours = dict(zip(shown["word"], word.map(looks), strict=True)) | looks
    columns: Columns = {"project": project_column()}
    milestones = {item.milestone for item in settings.requirements}
    for item in settings.requirements:
        asked = shown[shown["requirement"] == item.id]
        if len(asked):
            rows[item.id] = _lists(asked, rows.index)
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


def _lists(verdicts: pd.DataFrame, project_ids: pd.Index) -> pd.Series:
    """The words of each project (lists of str), in the verdicts' order."""
    place = verdicts["project_id"].map(pd.Series(range(len(project_ids)), index=project_ids))
    words = verdicts["word"].loc[place.sort_values(kind="stable").index]
    ends = place.value_counts().reindex(range(len(project_ids)), fill_value=0).cumsum()
    return in_lists(words, [*ends], project_ids)
