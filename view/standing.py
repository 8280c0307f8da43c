"""How the mirror stands, for its page: runs, tables, unreadable cells."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.engine import URL
from streamlit.elements.lib.column_types import ColumnConfig

from settings.errors import StoreError
from sync.frames import load_faults
from sync.snapshot import Failures, Run
from sync.status import Status, ago, failures, last_runs, read_status
from view.board import ASKED_EVERY, Place, forget, place
from view.cards import card, link, show_cards
from view.cells import Columns, pills
from view.labels import moment, written

MOST_RUNS = 500
RUN_COLUMNS = {
    "began": "datetime64[us]",
    "how": "str",
    "calls": "int64",
    "seconds": "float64",
    "added": "int64",
    "changed": "int64",
    "removed": "int64",
    "message": "str",
}
# The headings to which the numbers lead.
RUNS, TABLES, UNREADABLE = "last-runs", "in-the-mirror", "unreadable"
DONE, FAILED = "✓ Done", "✕ Failed"


@dataclass(frozen=True)
class Standing:
    """What the page about the mirror shows.

    runs: the last ones, newest first: `RUN_COLUMNS`, and `outcome` (a list of one word).
    tables: a row per mapped table: `table`, `called` (str: in the base), `records`, `unreadable` (int64: cells),
        `read`, `changed` (datetime64[us], UTC: when its read began; the last of `runs` that changed it, NaT for none).
    unreadable: a row per table and field: `table_name` (str: in the base), `field`, `fault` (str), `cells` (int64),
        `record_url` (str: one of the records, NaN in the sample base).
    failed: the runs that failed since the last good one.
    """

    status: Status
    runs: pd.DataFrame
    tables: pd.DataFrame
    unreadable: pd.DataFrame
    failed: Failures | None


def standing() -> Standing:
    """How the mirror stands.

    Raises as `view.board.place` does.
    """
    here = place()
    return _standing(f"{here.stamp} {here.config} {here.url.render_as_string(hide_password=False)}", here)


def look_again() -> None:
    """Forgets what the store held a moment ago: the job has just run."""
    forget()
    _standing.clear()


@st.cache_resource(ttl=ASKED_EVERY, max_entries=2, show_spinner=False)
def _standing(key: str, _here: Place) -> Standing:
    status = read_status(_here.url, _here.settings, datetime.now(UTC).replace(tzinfo=None))
    last = last_runs(_here.url, _here.settings, MOST_RUNS)
    unreadable = _unreadable(_here.url, status)
    failed = failures(_here.url, _here.settings, status.snapshot)
    return Standing(status, _runs(last), _tables(status, last, unreadable), unreadable, failed)


def show_numbers(page: Standing) -> None:
    """Draws when the last runs were and what they cost; each number leads to the runs behind it."""
    status, quota = page.status, page.status.quota
    attempt, success = status.last_attempt, status.last_success
    runs = link("See the runs", f"#{RUNS}")
    succeeded, attempted = (moment(run.began) if run else "" for run in (success, attempt))
    if attempt and attempt.exit_code:
        attempted = f"failed ({attempt.exit_code}), {attempted}"
    limit = f"{quota.limit:,} are allowed" if quota.limit else "there is no limit"
    expected = f"Made by this job. By the month’s end likely {quota.projected:,}; {limit}."
    tables = link("See the tables", f"#{TABLES}") if len(page.tables) else ""
    cells = int(page.unreadable["cells"].sum())
    show_cards(
        (
            card("Last success", began(success, status.now), succeeded, "The last run that left a good mirror.", runs),
            card(
                "Last attempt",
                began(attempt, status.now),
                attempted,
                "The last run, whatever became of it.",
                runs,
            ),
            card("Calls this month", f"{quota.used:,}", "", expected, runs),
            card("Records", f"{sum(status.records.values()):,}", "", "In the mirrored tables.", tables),
            card(
                "Unreadable cells",
                f"{cells:,}",
                "",
                "What they may hold is never guessed.",
                link("See them", f"#{UNREADABLE}") if cells else "",
            ),
        )
    )


def began(run: Run | None, now: datetime) -> str:
    """How long ago a run began, in words."""
    return ago(now - run.began) if run else "none"


def run_columns() -> Columns:
    """The columns of the table of runs."""
    narrow = {"added": "Added", "changed": "Changed", "removed": "Removed"}
    return {
        "began": _moments("Began", pinned=True),
        "outcome": pills("Outcome", [DONE, FAILED], ["#0b7a5f", "#b84a00"], width=100),
        "calls": st.column_config.NumberColumn("Calls", format="localized", width=60),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.1f", width=75),
        **{key: st.column_config.NumberColumn(label, format="localized", width=75) for key, label in narrow.items()},
        "message": st.column_config.TextColumn("What it said", width=600),
    }


def table_columns() -> Columns:
    """The columns of the table of mirrored tables."""
    return {
        "called": st.column_config.TextColumn("Table", pinned=True, width=170),
        "table": st.column_config.TextColumn("In config.toml", width=150),
        "records": st.column_config.NumberColumn("Records", format="localized", width=80),
        "read": _moments("Read"),
        "changed": _moments("Last change seen"),
        "unreadable": st.column_config.NumberColumn("Unreadable cells", format="localized", width=120),
    }


def _moments(label: str, *, pinned: bool = False) -> ColumnConfig:
    """A column of moments in UTC without a zone, as the reader's clock and locale have them."""
    zone, form = st.context.timezone, f"{written(st.context.locale)}, HH:mm"
    told = label if zone else f"{label} (UTC)"
    return st.column_config.DatetimeColumn(told, format=form, timezone=zone, pinned=pinned, width=190)


def unreadable_columns(unreadable: pd.DataFrame) -> Columns:
    """The columns of the table of unreadable cells."""
    columns: Columns = {
        "table_name": st.column_config.TextColumn("Table", pinned=True, width=150),
        "field": st.column_config.TextColumn("Field", width=130),
        "cells": st.column_config.NumberColumn("Cells", format="localized", width=70),
        "fault": st.column_config.TextColumn("Why", width=400),
    }
    if unreadable["record_url"].notna().any():
        columns["record_url"] = st.column_config.LinkColumn("Record", display_text="open", width=65)
    return columns


def _runs(runs: list[Run]) -> pd.DataFrame:
    rows = [
        {
            "began": run.began,
            "how": run.how,
            "calls": run.calls,
            "seconds": (run.ended - run.began).total_seconds(),
            **{
                key: sum(counts.get(key, 0) for counts in run.records.values())
                for key in ("added", "changed", "removed")
            },
            "message": run.message,
        }
        for run in runs
    ]
    frame = pd.DataFrame(rows, columns=list(RUN_COLUMNS)).astype(RUN_COLUMNS)
    outcome: list[Any] = [[FAILED if run.exit_code else DONE] for run in runs]
    return frame.assign(outcome=outcome)


def _tables(status: Status, runs: list[Run], unreadable: pd.DataFrame) -> pd.DataFrame:
    rows = []
    cells = unreadable.groupby("table_name")["cells"].sum()  # by the tables' names in the base
    for name, records in status.records.items():
        counts = ((run.began, run.records.get(name, {})) for run in runs)
        changed = (began for began, count in counts if any(count.get(key) for key in ("added", "changed", "removed")))
        held = status.snapshot.tables[name]["name"] if status.snapshot else ""
        read = status.snapshot.read_began if status.snapshot else None
        rows.append((name, held, records, int(cells.get(held, 0)), read, next(changed, None)))
    frame = pd.DataFrame(rows, columns=["table", "called", "records", "unreadable", "read", "changed"])
    return frame.astype({"read": "datetime64[us]", "changed": "datetime64[us]"})


def _unreadable(url: URL, status: Status) -> pd.DataFrame:
    columns = ["table_name", "field", "fault", "cells", "record_url"]
    if status.snapshot is None:
        return pd.DataFrame(columns=columns)
    try:
        faults = load_faults(url)
    except StoreError:  # the job replaced the mirror meanwhile
        return pd.DataFrame(columns=columns)
    groups = faults.groupby(["table_name", "field"], sort=True)
    found = groups.agg(fault=("fault", "first"), cells=("record_id", "size"), record_id=("record_id", "first"))
    found = found.reset_index()
    places = zip(found["table_name"], found["record_id"], strict=True)
    urls = [status.snapshot.record_url(table, record) for table, record in places]
    called = found["table_name"].map({name: table["name"] for name, table in status.snapshot.tables.items()})
    return found.assign(table_name=called, record_url=pd.Series(urls, index=found.index, dtype="str"))[columns]
