"""What each project type owes, by config.toml and by the base's own catalogue."""

import numpy as np
import pandas as pd
import streamlit as st

from milestones.coverage import coverage
from milestones.words import GAPS, listed
from view import filters
from view.cells import Columns, Sheet, flagged, https, named, pills, rows_of, share
from view.howto import own_definitions
from view.labels import STATES, UNMAPPED_TYPE
from view.numbers import worst_type_first
from view.page import Page
from view.worklist import as_sheet, ordered

# What the base's own catalogue says of a required deliverable.
DEFINED = {
    "both": ("✓ Required and defined", STATES["complete"].colour),
    "required": ("✕ Required, not defined", STATES["missing"].colour),
    "base": ("+ Only in the base", STATES["waived"].colour),
}


def counted(verdicts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Coverage per value of a column, with `overdue` (int64), most gaps first."""
    counts = coverage(verdicts, by)
    overdue = verdicts.loc[flagged(verdicts, "overdue"), by].value_counts()
    counts["overdue"] = overdue.reindex(counts.index, fill_value=0).astype("int64")
    return counts.sort_values(["gaps", "overdue"], ascending=False).reset_index()


def by_type(page: Page) -> Sheet:
    """A row per project type and requirement: who asks for it, how many projects have it, how many lack it."""
    verdicts, catalogue, settings = page.verdicts, page.board.catalogue, page.board.settings
    keys = ["project_type", "requirement"]
    stands = verdicts["state"]
    short = ~stands.isin(["complete", "waived", "not_required"])
    short = short.groupby([verdicts[name] for name in (*keys, "project_id")]).transform("any")
    marked = verdicts.assign(
        key=verdicts["project_type"] + "\n" + verdicts["requirement"],
        what=named(verdicts, page.board.several),
        lacking=verdicts["project_id"].where(stands.isin(GAPS)),
        having=verdicts["project_id"].where((stands == "complete") & ~short),
        late=flagged(verdicts, "overdue"),
    )
    groups = marked.groupby("key")
    rows = counted(marked, "key").set_index("key").join(groups[[*keys, "what", "milestone", "deliverable"]].first())
    # A project may owe one for each of several audiences, and have one and lack another: then it lacks it.
    for name, column in (("projects", "project_id"), ("have", "having"), ("lack", "lacking")):
        rows[name] = groups[column].nunique()
    rows["percent"] = share(rows["coverage"])
    places = {item.id: (place, item) for place, item in enumerate(settings.requirements)}
    rows["asked"] = [
        [_who_asks(places[item][1].source, bool(defined))]
        for item, defined in zip(rows["requirement"], _defined(rows, catalogue), strict=True)
    ]
    askers = list(dict.fromkeys(word for cell in rows["asked"] for word in cell))
    columns: Columns = {
        "project_type": st.column_config.TextColumn("Project type", pinned=True, width=150),
        "what": st.column_config.TextColumn("Deliverable", width=210),
        "percent": st.column_config.ProgressColumn("Complete", format="%d %%", min_value=0, max_value=100, width=120),
        "have": st.column_config.NumberColumn(
            "Have it", help="Projects in which all that is required of it is complete", format="localized", width=70
        ),
        "lack": st.column_config.NumberColumn(
            "Lack it",
            help="Projects that owe it. Those that neither have nor lack it are waived, not required, or unknown",
            format="localized",
            width=70,
        ),
        "projects": st.column_config.NumberColumn("Projects", format="localized", width=75),
        "asked": pills("Required by", askers, [STATES["waived"].colour] * len(askers), width=180),
    }
    for state, look in STATES.items():
        if rows[state].any():
            width = 110 if state == "not_required" else 95
            columns[state] = st.column_config.NumberColumn(str(look), format="localized", width=width)
    for name, label in (("handbook_url", "Handbook"), ("milestone_url", "Milestone")):
        rows[name] = pd.Series(
            [https(getattr(places[item][1], name)) for item in rows["requirement"]], rows.index, "str"
        )
        if rows[name].notna().any():
            columns[name] = st.column_config.LinkColumn(label, display_text="open", width=80)
    rows["place"] = [places[item][0] for item in rows["requirement"]]
    return Sheet(worst_type_first(page, rows.sort_values("place")), columns, opens="project_type")


def _defined(rows: pd.DataFrame, catalogue: pd.DataFrame) -> pd.Series:
    """Which of the rows' deliverables the base's catalogue defines for their type (bool)."""
    keys = ["project_type", "milestone", "deliverable"]
    defined = catalogue.loc[catalogue["defined"], keys].drop_duplicates().assign(defined=True)
    return rows[keys].merge(defined, on=keys, how="left")["defined"].eq(True)


def _who_asks(source: str, defined: bool) -> str:
    if source == "base":
        return "Base"
    return "Handbook and base" if defined else "Handbook alone"


def unmapped(page: Page) -> str:
    """Which spellings of types nobody mapped, with how many projects each, in words; or ""."""
    of = page.verdicts.loc[page.verdicts["project_type"] == UNMAPPED_TYPE, "project_id"].unique()
    written = page.board.projects.loc[of, "type"].fillna("").value_counts()
    said = (f"“{text}” ({count:,})" if text else f"left blank ({count:,})" for text, count in written.items())
    return f"{UNMAPPED_TYPE}: {', '.join(said)}." if len(of) else ""


def lacking(page: Page) -> dict[str, tuple[int, int]]:
    """How much each type owes, and in how many projects."""
    gaps = page.verdicts[page.verdicts["state"].isin(GAPS)]
    found = gaps.groupby("project_type")["project_id"].agg(owed="size", projects="nunique").reset_index()
    return {row["project_type"]: (row["owed"], row["projects"]) for row in rows_of(worst_type_first(page, found))}


def lacked_by(page: Page, project_type: str) -> Sheet:
    """What the projects of a type owe, worst first."""
    rows = ordered(page)
    of = (rows["project_type"] == project_type) & rows["state"].isin(GAPS)
    return as_sheet(rows[of].reset_index(drop=True))


def lacked_to_export(page: Page, project_type: str) -> pd.DataFrame:
    """The same rows in the same order, as the rules gave them."""
    return page.board.judged.loc[lacked_by(page, project_type).rows["verdict"]]


def in_catalogue(page: Page) -> pd.DataFrame:
    """What of the base's own catalogue passes the filters of what it has: type, milestone, deliverable."""
    catalogue, chosen = page.board.catalogue, dict(page.chosen)
    for name, column, _ in filters.COLUMNS:
        if column in catalogue and name in chosen:
            catalogue = catalogue[catalogue[column].isin(chosen[name])]
    return catalogue


def not_defined(page: Page) -> str:
    """Which required deliverables the catalogue lacks, or has but elsewhere than where it is asked, in words; or ""."""
    catalogue = in_catalogue(page)
    lacking = catalogue[catalogue["required"] & ~catalogue["defined"]]
    asked = {(item.milestone, item.deliverable): item for item in page.board.settings.requirements}
    keys = pd.MultiIndex.from_frame(lacking[["milestone", "deliverable"]])
    has = keys.isin([key for key in keys.unique() if len(own_definitions(page.board, asked[key]))])
    told = []
    for of, words in (
        (lacking[~has], "does not define {} for {}: teams will not find there what is asked of them."),
        (lacking[has], "has {}, but not in the milestones of {}: link what is there to those milestones in Airtable."),
    ):
        if types := of["project_type"].nunique():
            names = listed([f"“{name}”" for name in of["deliverable"].unique()])
            told.append(words.format(names, f"{types:,} project type{'s' * (types > 1)}"))
    return f"The base's catalogue {' It '.join(told)}" if told else ""


def by_catalogue(catalogue: pd.DataFrame, several: bool) -> Sheet:
    """Project types by the deliverables of the required milestones: a cell says whether the base defines it."""
    word = np.select(
        [catalogue["required"] & catalogue["defined"], catalogue["required"]],
        [DEFINED["both"][0], DEFINED["required"][0]],
        DEFINED["base"][0],
    )
    looks = dict(DEFINED.values())
    words = pd.Series(word, index=catalogue.index).map({text: [text] for text in looks})
    # The base may hold two records of one name; what is required comes first.
    cells = catalogue.assign(word=words, what=named(catalogue, several)).sort_values(
        "required", ascending=False, kind="stable"
    )
    cells = cells.drop_duplicates(["project_type", "what"])
    rows = cells.pivot(index="project_type", columns="what", values="word")
    rows = rows.map(lambda cell: cell if isinstance(cell, list) else []).reset_index()
    columns: Columns = {"project_type": st.column_config.TextColumn("Project type", pinned=True, width=150)}
    for name in cells["what"].unique():
        columns[name] = pills(name, list(looks), list(looks.values()), width=190)
    return Sheet(rows, columns)
