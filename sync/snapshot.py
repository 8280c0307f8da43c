"""What the mirror says of itself: what it holds, of when, and how the runs went. No frame is made for it."""

import dataclasses
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.engine import URL

from settings.errors import MirrorMissing, MirrorOutdated, StoreError
from settings.fields import FIELDS
from sync import layout
from sync.engine import reading, shown

REMAKE = "Make it anew with: python -m sync run"


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
    judged_by: str | None = None  # the fingerprint of the rules by which the history of verdicts was noted last

    @property
    def day(self) -> date:
        """The day on which it was judged when it was made: in UTC, for jobs may run in more than one time zone."""
        return self.judged_on or self.read_began.date()

    def mapped(self, table: str) -> frozenset[str]:
        """The canonical fields of a table that are mapped."""
        return frozenset(self.tables.get(table, {"fields": {}})["fields"])

    def record_url(self, table: str, record_id: str) -> str | None:
        """The address of a record's page in Airtable, or None in the sample base."""
        if self.sample or table not in self.tables:
            return None
        return f"https://airtable.com/{self.base}/{self.tables[table]['id']}/{record_id}"


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


@dataclass(frozen=True)
class Failures:
    """The runs that failed since the last good one."""

    count: int
    first: Run
    last: Run


def load_snapshot(url: URL) -> Snapshot:
    """Reads only what the mirror says of itself.

    Raises:
        MirrorMissing: there is none.
        MirrorOutdated: it was made by a version of this program with another layout, or has lost tables.
        StoreError: the store cannot be read.
    """
    with reading(url) as connection:
        return read_snapshot(connection, url)


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

    Raises as `load_snapshot` does.
    """
    table = layout.runs
    query = select(*(table.c[item.name] for item in dataclasses.fields(Run))).order_by(table.c.id.desc()).limit(most)
    if base is not None:
        query = query.where(table.c.base.in_([base] if isinstance(base, str) else base))
    if since is not None:
        query = query.where(table.c.began >= since)
    if succeeded:
        query = query.where(table.c.exit_code == 0)
    with reading(url) as connection:
        if table.name not in inspect(connection).get_table_names():
            return []
        with _noted_soundly(url):
            return [Run(*row) for row in reversed(connection.execute(query).all())]


def load_failures(url: URL, base: Collection[str]) -> Failures | None:
    """The runs of these bases that failed since the last good one; None: there is none.

    They go by the order in which they were noted: a clock may have been wrong.

    Raises as `load_snapshot` does.
    """
    table = layout.runs
    of_base = table.c.base.in_(base)
    good = select(table.c.id).where(of_base, table.c.exit_code == 0).order_by(table.c.id.desc()).limit(1)
    with reading(url) as connection:
        if table.name not in inspect(connection).get_table_names():
            return None
        later = of_base & (table.c.id > (connection.scalar(good) or 0))
        count, *ends = connection.execute(
            select(func.count(), func.min(table.c.id), func.max(table.c.id)).where(later)
        ).one()
        if not count:
            return None
        runs = select(*(table.c[item.name] for item in dataclasses.fields(Run))).order_by(table.c.id)
        with _noted_soundly(url):
            found = [Run(*row) for row in connection.execute(runs.where(table.c.id.in_(ends)))]
    return Failures(count, found[0], found[-1])


@contextmanager
def _noted_soundly(url: URL) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError) as error:
        fault = f"The notes of runs in {shown(url)} are damaged: {error}"
        raise StoreError(fault, f"Delete its table {layout.runs.name}: the next run makes it anew") from None


def load_counts(url: URL) -> dict[str, int]:
    """How many records each mapped table holds. Raises as `load_snapshot` does."""
    with reading(url) as connection:
        names = [name for name in FIELDS if name in read_snapshot(connection, url).tables]
        query = select(*(select(func.count()).select_from(layout.records[name]).scalar_subquery() for name in names))
        return dict(zip(names, connection.execute(query).one(), strict=True))


def read_snapshot(connection: Connection, url: URL) -> Snapshot:
    """What `load_snapshot` reads, within a transaction that is already there. Raises as `load_snapshot` does."""
    where = shown(url)
    table, there = layout.snapshot, set(inspect(connection).get_table_names())
    version = connection.scalar(select(table.c.layout)) if table.name in there else None
    if version is None:
        raise MirrorMissing(f"There is no mirror in {where} yet", "Make one with: python -m sync run")
    if version != layout.LAYOUT:
        raise MirrorOutdated(
            f"The mirror in {where} has layout {version}, and this program reads layout {layout.LAYOUT}",
            REMAKE,
        )
    if lost := layout.MIRRORED - there:
        raise MirrorOutdated(f"The mirror in {where} has lost tables: {', '.join(sorted(lost))}", REMAKE)
    columns = [table.c[item.name] for item in dataclasses.fields(Snapshot)]
    try:
        return Snapshot(*connection.execute(select(*columns)).one())
    except ValueError as error:
        raise StoreError(f"The mirror in {where} is damaged: {error}", REMAKE) from None
