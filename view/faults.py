"""The tables of Data quality: what is to be mended, and what decides nothing."""

import pandas as pd
import streamlit as st

from view.cells import Columns, Sheet, pills, record_link
from view.labels import SEVERITIES
from view.page import Page


def kinds(page: Page) -> Sheet:
    """How many findings of each kind there are, the gravest first."""
    rows = (
        page.board.findings.groupby(["severity", "finding", "remedy"], sort=False).size().rename("count").reset_index()
    )
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
    return Sheet(rows, columns)


def found(page: Page, severities: tuple[str, ...]) -> Sheet:
    """The findings of some severities one by one."""
    findings = page.board.findings[page.board.findings["severity"].isin(severities)]
    rows = findings.assign(finding=_in_words(findings["finding"]), table=_in_words(findings["table"]))
    columns: Columns = {"object": st.column_config.TextColumn("Where", pinned=True, width=230)} | record_link(rows)
    columns |= {
        "finding": st.column_config.TextColumn("What", width=210),
        "detail": st.column_config.TextColumn("Detail", width=420),
        "remedy": st.column_config.TextColumn("What to do", width=330),
        "table": st.column_config.TextColumn("Table", width=130),
    }
    return Sheet(rows, columns)


def not_placed(page: Page) -> Sheet:
    """The records that decide no verdict."""
    unplaced = page.board.unplaced
    rows = unplaced.assign(reason=_in_words(unplaced["reason"]))
    columns: Columns = {"reason": st.column_config.TextColumn("Why", pinned=True, width=170)} | record_link(rows)
    columns |= {
        "detail": st.column_config.TextColumn("Detail", width=620),
        "record_id": st.column_config.TextColumn("Record id", width=170),
    }
    return Sheet(rows, columns)


def _in_words(ids: pd.Series) -> pd.Series:
    words: pd.Series = ids.str.replace("_", " ").str.capitalize()
    return words
