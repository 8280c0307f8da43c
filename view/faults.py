"""The tables of Data quality: what is to be mended, and what decides nothing."""

import pandas as pd
import streamlit as st

from view import filters
from view.cards import card, link, show_cards
from view.cells import Columns, Sheet, pills, project_column, record_link
from view.labels import SEVERITIES
from view.page import Page

ONLY = "only"
NOT_PLACED = "Not placed"
NO_PROJECT = "(no project)"
# The tables of findings, and the severities in each.
PARTS = {"Errors and warnings": ("error", "warning"), "Notes": ("note",)}
# What a number of each severity means.
MEANS = {
    "error": "A record counts for nothing, or a rule for nobody, until this is mended.",
    "warning": "Something may be judged wrongly, or cannot be judged.",
    "note": "Good to know; nothing is judged wrongly.",
}


def show_numbers(page: Page) -> None:
    """Draws how many findings of each severity there are, and the records that decide nothing; each leads to them."""
    counts = page.board.findings["severity"].value_counts()
    told = [
        (f"{word}s", f"{word}s".lower(), word, int(counts.get(key, 0)), MEANS[key])
        for key, word in ((key, SEVERITIES[key].word) for key in MEANS)
    ]
    means = "Records handed in that decide nothing: the errors among these, duplicates, and what nobody requires."
    told.append((NOT_PLACED, "records that decide nothing", NOT_PLACED, len(page.board.unplaced), means))
    show_cards(
        card(label, f"{count:,}", "", means, link(f"See the {these}", filters.address("data_quality", only=only)))
        for label, these, only, count, means in told
    )


def choose(page: Page) -> str:
    """Draws the choice of a severity or a kind, which the address names too; "" is everything."""
    kinds = sorted(_in_words(page.board.findings["finding"].drop_duplicates()))
    options = [*(look.word for look in SEVERITIES.values()), NOT_PLACED, *kinds]
    filters.say_if_lost(ONLY, options.__contains__, "a kind of finding that is here now")
    label = "Show only"
    return st.selectbox(label, options, index=None, placeholder="everything", key=ONLY, bind="query-params") or ""


def narrowed(page: Page, only: str) -> pd.DataFrame:
    """The findings of a severity or a kind, or all."""
    findings = page.board.findings
    word = findings["severity"].map({key: look.word for key, look in SEVERITIES.items()})
    return findings[(word == only) | (_in_words(findings["finding"]) == only)] if only else findings


def kinds(page: Page) -> Sheet:
    """How many findings of each kind there are, the gravest first."""
    rows = (
        page.board.findings.groupby(["severity", "finding", "remedy"], sort=False).size().rename("count").reset_index()
    )
    rows["severity"] = rows["severity"].map({key: [str(look)] for key, look in SEVERITIES.items()})
    rows["finding"] = _in_words(rows["finding"])
    columns: Columns = {
        "finding": st.column_config.TextColumn("What", pinned=True, width=230),
        "count": st.column_config.NumberColumn("How many", format="localized", width=80),
        "severity": pills(
            "Severity",
            [str(look) for look in SEVERITIES.values()],
            [look.colour for look in SEVERITIES.values()],
            width=100,
        ),
        "remedy": st.column_config.TextColumn("What to do", width=560),
    }
    return Sheet(rows, columns, opens="finding")


def found(page: Page, severities: tuple[str, ...], only: str) -> Sheet:
    """The findings of some severities one by one, of those that `narrowed` gives."""
    findings = narrowed(page, only)
    findings = findings[findings["severity"].isin(severities)]
    called = {name: table["name"] for name, table in page.board.snapshot.tables.items()}
    rows = findings.assign(
        finding=_in_words(findings["finding"]), table=findings["table"].map(called).fillna(findings["table"])
    )
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
    rows = unplaced.assign(reason=_in_words(unplaced["reason"]), project=unplaced["project"].fillna(NO_PROJECT))
    columns: Columns = {
        "project": project_column(),
        "record": st.column_config.TextColumn("Record’s name", width=215),
        "reason": st.column_config.TextColumn("Why", width=140),
        "detail": st.column_config.TextColumn("Detail", width=310),
    }
    columns |= record_link(rows) | {
        "record_id": st.column_config.TextColumn("Record id", width=170),
    }
    return Sheet(rows, columns, opens="project")


def _in_words(ids: pd.Series) -> pd.Series:
    words: pd.Series = ids.str.replace("_", " ").str.capitalize()
    return words
