"""The tables: frames made ready for `st.dataframe`."""

from datetime import date

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from milestones.coverage import coverage
from milestones.words import GAPS
from settings.models import Settings
from view.labels import FLAGS, SEVERITIES, STATES, UNMAPPED_TYPE

ROW_HEIGHT = 35
# The longest table that is shown in full; a longer one scrolls.
MOST_ROWS = 16

Columns = dict[str, ColumnConfig]


def height(rows: int, most: int = MOST_ROWS) -> int:
    """Pixels for a table of so many rows."""
    return (min(rows, most) + 1) * ROW_HEIGHT + 3


def show(frame: pd.DataFrame, columns: Columns, alt: str, most: int = MOST_ROWS) -> None:
    """Shows a frame's columns under the given configurations, in their order."""
    st.dataframe(
        frame[list(columns)],
        column_config=columns,
        hide_index=True,
        height=height(len(frame), most),
        row_height=ROW_HEIGHT,
        alt=alt,
    )


def pills(label: str, options: list[str], colours: list[str], width: int | None = None) -> ColumnConfig:
    """A column of coloured words."""
    return st.column_config.MultiselectColumn(label, options=options, color=colours, width=width)


def state_column(label: str = "State", width: int = 125) -> ColumnConfig:
    """A column of states, each in a list of its own."""
    return pills(label, [str(look) for look in STATES.values()], [look.colour for look in STATES.values()], width)


def flagged(verdicts: pd.DataFrame, flag: str) -> pd.Series:
    """Which verdicts have a flag (bool)."""
    return verdicts["flags"].str.contains(flag, regex=False)


def named(frame: pd.DataFrame) -> pd.Series:
    """The deliverables' names (str), with their milestone where there are several milestones."""
    if frame["milestone"].nunique() < 2:
        return frame["deliverable"]
    return frame["milestone"] + ": " + frame["deliverable"]


def counted(verdicts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Coverage per value of a column, with `overdue` (int64), most gaps first."""
    counts = coverage(verdicts, by)
    overdue = flagged(verdicts, "overdue").groupby(verdicts[by]).sum()
    counts["overdue"] = overdue.reindex(counts.index, fill_value=0).astype("int64")
    return counts.sort_values(["gaps", "overdue"], ascending=False).reset_index()


def to_call(verdicts: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """Who owes most: a row per product manager with a gap, the one with most overdue first; and the columns."""
    people = counted(verdicts, "product_manager")
    gaps = verdicts[verdicts["state"].isin(GAPS)]
    people["projects"] = people["product_manager"].map(gaps.groupby("product_manager")["project_id"].nunique())
    people = people[people["gaps"] > 0].sort_values(["overdue", "gaps"], ascending=False, kind="stable")
    columns: Columns = {
        "product_manager": st.column_config.TextColumn("Product manager", pinned=True, width=150),
        "overdue": st.column_config.NumberColumn("Overdue", width=75),
        "gaps": st.column_config.NumberColumn("Owed", width=60),
        "projects": st.column_config.NumberColumn("Projects", width=70),
    }
    return people.astype({"projects": "int64"}), columns


def coverage_by_type(verdicts: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """Coverage per project type, the one with most gaps first; and the columns."""
    rows = counted(verdicts, "project_type")
    rows["percent"] = share(rows["coverage"])
    columns: Columns = {
        "project_type": st.column_config.TextColumn("Project type", pinned=True, width=150),
        "percent": st.column_config.ProgressColumn("Complete", format="%d %%", min_value=0, max_value=100, width=120),
        "complete": st.column_config.NumberColumn("There", width=65),
        "required": st.column_config.NumberColumn("Required", width=75),
        "overdue": st.column_config.NumberColumn("Overdue", width=70),
    }
    return rows, columns


def matrix(verdicts: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, Columns]:
    """Projects by deliverables, the projects with most overdue and most gaps first, and its columns' configuration.

    A cell holds a state per audience.
    """
    word = verdicts["state"].map({state: str(look) for state, look in STATES.items()})
    named = verdicts["audience"] != ""
    shown = verdicts.assign(
        word=word.mask(named, word + " · " + verdicts["audience"]),
        gap=verdicts["state"].isin(GAPS),
        overdue=flagged(verdicts, "overdue"),
    )
    groups = shown.groupby("project_id", sort=False)
    rows = groups[["project", "project_type", "phase", "product_manager", "record_url"]].first()
    rows[["overdue", "gaps"]] = groups[["overdue", "gap"]].sum()
    cells = shown.groupby(["project_id", "requirement"], sort=False)["word"].agg(list).unstack()
    looks = {str(look): look.colour for look in STATES.values()}
    colours = dict(zip(shown["word"], word.map(looks), strict=True)) | looks
    columns: Columns = {"project": st.column_config.TextColumn("Project", pinned=True, width=190)} | _record_link(rows)
    several = len({item.milestone for item in settings.requirements}) > 1
    for item in settings.requirements:
        if item.id in cells:
            rows[item.id] = cells[item.id]
            label = f"{item.milestone}: {item.deliverable}" if several else item.deliverable
            columns[item.id] = pills(label, list(colours), list(colours.values()), width=250 if named.any() else 170)
    columns |= {
        "overdue": st.column_config.NumberColumn("Overdue", width=80),
        "project_type": st.column_config.TextColumn("Type", width=140),
        "phase": st.column_config.TextColumn("Phase", width=80),
        "product_manager": st.column_config.TextColumn("Product manager", width=150),
    }
    return rows.sort_values(["overdue", "gaps", "project"], ascending=[False, False, True]), columns


def work_list(verdicts: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, Columns]:
    """The verdicts as a list to act on, the longest overdue first, then by due date, then the worst state."""
    late = (pd.Timestamp(as_of) - verdicts["due"]).dt.days
    order = {state: place for place, state in enumerate(STATES)}
    rows = verdicts.assign(
        late=late.where(late > 0).astype("Int64"),
        state_order=verdicts["state"].map(order),
        state=verdicts["state"].map({state: [str(look)] for state, look in STATES.items()}),
        flags=verdicts["flags"].map(lambda flags: [FLAGS[flag] for flag in flags.split(";") if flag]),
        what=named(verdicts).where(verdicts["audience"] == "", named(verdicts) + " · " + verdicts["audience"]),
    ).sort_values(["late", "due", "state_order", "project"], ascending=[False, True, True, True], na_position="last")
    columns: Columns = {
        "project": st.column_config.TextColumn("Project", pinned=True, width=190),
        "state": state_column(),
    }
    columns |= _record_link(rows) | {
        "product_manager": st.column_config.TextColumn("Product manager", width=130),
        "what": st.column_config.TextColumn("Deliverable", width=190),
        "late": st.column_config.NumberColumn("Days late", width=75),
        "reason": st.column_config.TextColumn("Why", width=360),
        "due": st.column_config.DateColumn("Due", format="localized", width=100),
        "since": st.column_config.DateColumn("Since", format="localized", width=100),
        "flags": pills("Flags", list(FLAGS.values()), ["#5d6f82"] * len(FLAGS), width=200),
        "project_type": st.column_config.TextColumn("Type", width=140),
    }
    return rows, columns


def _record_link(rows: pd.DataFrame) -> Columns:
    """A link to each row's record, where there are any: the sample base's records are in no Airtable."""
    if rows["record_url"].isna().all():
        return {}
    return {"record_url": st.column_config.LinkColumn("Record", display_text="open", width=65)}


def share(column: pd.Series) -> pd.Series:
    """A share (0 to 1) as whole per cent, rounded down so that only what is whole shows 100."""
    whole: pd.Series = np.floor(column * 100)
    return whole


def by_type(verdicts: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, Columns]:
    """Coverage per project type and requirement, and its columns' configuration."""
    keys = ["project_type", "requirement"]
    groups = verdicts.assign(key=verdicts["project_type"] + "\n" + verdicts["requirement"], what=named(verdicts))
    rows = counted(groups, "key").set_index("key").join(groups.groupby("key")[[*keys, "what"]].first())
    rows["percent"] = share(rows["coverage"])
    columns: Columns = {
        "project_type": st.column_config.TextColumn("Project type", pinned=True, width=150),
        "what": st.column_config.TextColumn("Deliverable", width=210),
        "percent": st.column_config.ProgressColumn("Complete", format="%d %%", min_value=0, max_value=100, width=130),
        "complete": st.column_config.NumberColumn("There", width=65),
        "required": st.column_config.NumberColumn("Required", width=75),
    }
    for state, look in STATES.items():
        if state not in ("complete", "not_required") and rows[state].any():
            columns[state] = st.column_config.NumberColumn(str(look), width=95)
    places = {item.id: (place, item) for place, item in enumerate(settings.requirements)}
    for name, label in (("handbook_url", "Handbook"), ("milestone_url", "Milestone")):
        rows[name] = [https(getattr(places[item][1], name)) for item in rows["requirement"]]
        if rows[name].notna().any():
            columns[name] = st.column_config.LinkColumn(label, display_text="open", width=80)
    rows["place"] = [places[item][0] for item in rows["requirement"]]
    rows["last"] = rows["project_type"] == UNMAPPED_TYPE
    return rows.sort_values(["last", "project_type", "place"]), columns


def https(url: str | None) -> str | None:
    """The address, if it is one that may be linked to."""
    return url if url and url.startswith("https://") else None


def kinds(findings: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """How many findings of each kind there are, the gravest first, and the columns' configuration."""
    rows = findings.groupby(["severity", "finding", "remedy"], sort=False).size().rename("count").reset_index()
    rows["severity"] = rows["severity"].map({key: [str(look)] for key, look in SEVERITIES.items()})
    rows["finding"] = _in_words(rows["finding"])
    columns: Columns = {
        "finding": st.column_config.TextColumn("What", pinned=True, width=230),
        "count": st.column_config.NumberColumn("How many", width=80),
        "severity": pills(
            "Severity",
            [str(look) for look in SEVERITIES.values()],
            [look.colour for look in SEVERITIES.values()],
            width=100,
        ),
        "remedy": st.column_config.TextColumn("What to do", width=560),
    }
    return rows, columns


def found(findings: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """The findings one by one, and the columns' configuration."""
    rows = findings.assign(finding=_in_words(findings["finding"]), table=_in_words(findings["table"]))
    columns: Columns = {"object": st.column_config.TextColumn("Where", pinned=True, width=230)} | _record_link(rows)
    columns |= {
        "finding": st.column_config.TextColumn("What", width=210),
        "detail": st.column_config.TextColumn("Detail", width=420),
        "remedy": st.column_config.TextColumn("What to do", width=330),
        "table": st.column_config.TextColumn("Table", width=130),
    }
    return rows, columns


def not_placed(unplaced: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """The records that decide no verdict, and the columns' configuration."""
    rows = unplaced.assign(reason=_in_words(unplaced["reason"]))
    columns: Columns = {"reason": st.column_config.TextColumn("Why", pinned=True, width=170)} | _record_link(rows)
    columns |= {
        "detail": st.column_config.TextColumn("Detail", width=620),
        "record_id": st.column_config.TextColumn("Record id", width=170),
    }
    return rows, columns


def _in_words(ids: pd.Series) -> pd.Series:
    words: pd.Series = ids.str.replace("_", " ").str.capitalize()
    return words


def by_catalogue(catalogue: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """Project types by the deliverables of the required milestones: a cell says whether the base defines it."""
    word = np.select(
        [catalogue["required"] & catalogue["defined"], catalogue["required"]],
        ["✓ Required and defined", "✕ Required, not defined"],
        "+ Only in the base",
    )
    options = {
        "✓ Required and defined": STATES["complete"].colour,
        "✕ Required, not defined": STATES["missing"].colour,
        "+ Only in the base": STATES["waived"].colour,
    }
    words = pd.Series(word, index=catalogue.index).map({text: [text] for text in options})
    # The base may hold two records of one name; what is required comes first.
    cells = catalogue.assign(word=words, what=named(catalogue)).sort_values("required", ascending=False, kind="stable")
    cells = cells.drop_duplicates(["project_type", "what"])
    rows = cells.pivot(index="project_type", columns="what", values="word")
    rows = rows.map(lambda cell: cell if isinstance(cell, list) else []).reset_index()
    columns: Columns = {"project_type": st.column_config.TextColumn("Project type", pinned=True, width=150)}
    for name in cells["what"].unique():
        columns[name] = pills(name, list(options), list(options.values()), width=190)
    return rows, columns
