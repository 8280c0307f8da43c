"""The mirror as pandas frames. The only way in for the rest of the code.

Each frame has all columns of its canonical table, in the order of `settings.fields.FIELDS`, whether they are
mapped or not; one that is not mapped is all missing, and `Snapshot.mapped` tells the two apart.

| kind in FIELDS | dtype | missing |
|---|---|---|
| text, reference (when it is text in the base), list (JSON text) | str | NaN |
| date (midnight), time (UTC) | datetime64[us] | NaT |
| number | Float64 | <NA> |

Before them stand `record_id` (str), `created_time` (datetime64[us], UTC) and `record_url` (str: the record's page in
Airtable, NaN in the sample base, whose records are in no Airtable). Rows are ordered by `record_id`.

A reference that is a link in the base has no text: its records are in `Frames.links`, keyed "table.field", with the
columns `record_id`, `linked_id` (str) and `position` (int64, from 0), ordered by `record_id` and `position`.

`Frames.history`: every change of a verdict of this base, oldest first: `changed_on` (datetime64[us], the judged day),
`project_id`, `requirement`, `audience`, `from_state`, `state`, `cause` (str); "" where there is none.

`Frames.faults`: cells that could not be read: `table_name`, `record_id`, `field`, `fault` (str).
"""

import dataclasses
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.engine import URL

from settings.errors import MirrorMissing, MirrorOutdated, StoreError
from settings.fields import FIELDS
from sync import layout
from sync.engine import open_store, store_errors

REMAKE = "Make it anew with: python -m sync run"

DTYPES: dict[str, Any] = {
    "text": "str",
    "reference": "str",
    "list": "str",
    "date": "datetime64[us]",
    "time": "datetime64[us]",
    "number": "Float64",
}


@dataclass(frozen=True)
class Snapshot:
    """What the mirror holds, of which base, and of when."""

    base: str
    sample: bool
    judged_on: date | None  # the day on which a sample base is judged
    version: int  # grows whenever the content changed
    read_began: datetime  # UTC
    read_ended: datetime  # UTC
    tables: dict[str, dict[str, Any]]  # canonical table -> {id, name, fields}
    equal_at: datetime | None = None  # UTC; when the mirror was verified to equal the base; None: it was not verified

    def mapped(self, table: str) -> frozenset[str]:
        """The canonical fields of a table that are mapped."""
        return frozenset(self.tables.get(table, {"fields": {}})["fields"])

    def record_url(self, table: str, record_id: str) -> str | None:
        """The address of a record's page in Airtable, or None in the sample base."""
        if self.sample or table not in self.tables:
            return None
        return f"https://airtable.com/{self.base}/{self.tables[table]['id']}/{record_id}"


@dataclass(frozen=True)
class Frames:
    """The whole mirror at one moment."""

    snapshot: Snapshot
    projects: pd.DataFrame
    project_deliverables: pd.DataFrame
    milestones: pd.DataFrame
    catalogue: pd.DataFrame
    links: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: pd.DataFrame = field(default_factory=pd.DataFrame)
    history: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Run:
    """One attempt to run the job."""

    base: str
    began: datetime  # UTC
    ended: datetime  # UTC
    exit_code: int
    how: str  # full (everything was read), changes, quiet (nothing had changed); "" for a run that failed
    message: str
    calls: int
    records: dict[str, dict[str, int]]  # canonical table -> {records, added, changed, removed}


def load(url: URL) -> Frames:
    """Reads the whole mirror in one transaction.

    Raises:
        MirrorMissing: there is none.
        MirrorOutdated: it was made by a version of this program with another layout.
        StoreError: the store cannot be read.
    """
    with _reading(url) as connection:
        return read(connection, url)


def read(connection: Connection, url: URL) -> Frames:
    """Reads the whole mirror within a transaction that is already there. Raises as `load` does."""
    snapshot = _snapshot(connection, url)
    tables = {name: _records(connection, snapshot, name) for name in FIELDS}
    links = _links(connection, snapshot)
    faults = _frame(connection, layout.faults, layout.FAULT_COLUMNS).astype("str")
    history = _history(connection, snapshot.base)
    return Frames(snapshot=snapshot, links=links, faults=faults, history=history, **tables)


def load_snapshot(url: URL) -> Snapshot:
    """Reads only what the mirror says of itself. Raises as `load` does."""
    with _reading(url) as connection:
        return _snapshot(connection, url)


def load_runs(
    url: URL,
    base: str | Collection[str] | None = None,
    most: int | None = 1,
    *,
    since: datetime | None = None,
    succeeded: bool = False,
) -> list[Run]:
    """The last attempts to run the job, whatever came of them, oldest first; of one base, of several or of all.

    Args:
        most: how many; None: all.
        since: leaves out those that began earlier (UTC).
        succeeded: leaves out those that failed.

    Raises as `load` does.
    """
    table = layout.runs
    query = select(*(table.c[item.name] for item in dataclasses.fields(Run))).order_by(table.c.id.desc()).limit(most)
    if base is not None:
        query = query.where(table.c.base.in_([base] if isinstance(base, str) else base))
    if since is not None:
        query = query.where(table.c.began >= since)
    if succeeded:
        query = query.where(table.c.exit_code == 0)
    with _reading(url) as connection:
        if table.name not in inspect(connection).get_table_names():
            return []
        return [Run(*row) for row in reversed(connection.execute(query).all())]


def load_counts(url: URL) -> dict[str, int]:
    """How many records each mapped table holds. Raises as `load` does."""
    with _reading(url) as connection:
        names = [name for name in FIELDS if name in _snapshot(connection, url).tables]
        query = select(*(select(func.count()).select_from(layout.records[name]).scalar_subquery() for name in names))
        return dict(zip(names, connection.execute(query).one(), strict=True))


def load_faults(url: URL) -> pd.DataFrame:
    """The cells that could not be read, as `Frames.faults` has them. Raises as `load` does."""
    with _reading(url) as connection:
        _snapshot(connection, url)
        return _frame(connection, layout.faults, layout.FAULT_COLUMNS).astype("str")


@contextmanager
def _reading(url: URL) -> Iterator[Connection]:
    """One read transaction over the whole store."""
    engine = open_store(url)
    with store_errors(url), engine.connect() as connection, connection.begin():
        yield connection


def _snapshot(connection: Connection, url: URL) -> Snapshot:
    where = url.render_as_string(hide_password=True)
    table = layout.snapshot
    if table.name not in inspect(connection).get_table_names():
        raise MirrorMissing(f"There is no mirror in {where} yet", "Make one with: python -m sync run")
    version = connection.scalar(select(table.c.layout))
    if version is None:
        raise MirrorMissing(f"There is no mirror in {where} yet", "Make one with: python -m sync run")
    if version != layout.LAYOUT:
        raise MirrorOutdated(
            f"The mirror in {where} has layout {version}, and this program reads layout {layout.LAYOUT}",
            REMAKE,
        )
    try:
        row = connection.execute(select(table)).one()
    except ValueError as error:
        raise StoreError(f"The mirror in {where} is damaged: {error}", REMAKE) from None
    return Snapshot(
        base=row.base,
        sample=row.sample,
        judged_on=row.judged_on,
        version=row.version,
        read_began=row.read_began,
        read_ended=row.read_ended,
        equal_at=row.equal_at,
        tables=row.tables,
    )


def _records(connection: Connection, snapshot: Snapshot, name: str) -> pd.DataFrame:
    frame = _frame(connection, layout.records[name], ["record_id", "created_time", *FIELDS[name]])
    urls = [snapshot.record_url(name, record_id) for record_id in frame["record_id"]]
    whole = {
        "record_id": frame["record_id"].astype("str"),
        "created_time": frame["created_time"].astype("datetime64[us]"),
        "record_url": pd.Series(urls, dtype="str", index=frame.index),
    }
    for key, kind in FIELDS[name].items():
        whole[key] = frame[key].astype(DTYPES[kind.partition(":")[0]])
    return pd.DataFrame(whole)


def _links(connection: Connection, snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    frame = _frame(connection, layout.links, layout.LINK_COLUMNS)
    frame = frame.sort_values(["record_id", "position"], ignore_index=True)
    found = {}
    for name, fields in FIELDS.items():
        for key, kind in fields.items():
            if kind.startswith("reference"):
                mine = frame[(frame["table_name"] == name) & (frame["field"] == key)]
                found[f"{name}.{key}"] = (
                    mine[["record_id", "linked_id", "position"]]
                    .astype({"record_id": "str", "linked_id": "str", "position": "int64"})
                    .reset_index(drop=True)
                )
    return found


def _history(connection: Connection, base: str) -> pd.DataFrame:
    table = layout.history
    query = select(*(table.c[name] for name in layout.HISTORY_COLUMNS)).where(table.c.base == base).order_by(table.c.id)
    frame = pd.DataFrame.from_records(connection.execute(query).all(), columns=list(layout.HISTORY_COLUMNS))
    return frame.astype("str").astype({"changed_on": "datetime64[us]"})


def _frame(connection: Connection, table: Table, columns: Any) -> pd.DataFrame:
    query = select(*(table.c[name] for name in columns))
    frame = pd.DataFrame.from_records(connection.execute(query).all(), columns=list(columns))
    # Not the database's ORDER BY, which goes by the language it was set up with.
    return frame.sort_values("record_id", ignore_index=True)
