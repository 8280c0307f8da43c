"""What one run leaves for the next: what the mirror holds, how far the change feed is read, and that it was made."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Text, cast, delete, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from sync import layout
from sync.mapping import TablePlan

# Well below what SQLite and PostgreSQL take in one statement.
IDS_PER_QUERY = 500

# The quota asks for this month's runs, the Sync page for the last 500. At five minutes a year's would be 69 MB.
RUNS_KEPT = timedelta(days=62)
# What the note of a failure waits for another writer of a SQLite store: whoever was stopped wants no long end.
NOTING_SECONDS = 2
FEWEST_RUNS_KEPT = 500


@dataclass(frozen=True)
class Known:
    """What the mirror holds of a base, as the next run needs it."""

    plans: tuple[TablePlan, ...]
    records: dict[str, int]
    read_began: datetime
    full_read_began: datetime
    dependencies: dict[str, Any]
    config_fingerprint: str
    unsettled: list[str]  # canonical tables, as `layout.snapshot` has them


@dataclass(frozen=True)
class Feed:
    """The webhook of a base, and the first payload that is not in the mirror; 0 while none was ever read."""

    webhook_id: str
    cursor: int


def known(engine: Engine, base: str) -> Known | None:
    """What the mirror holds of this base; None where it holds nothing of it that the next run could build on."""
    table = layout.snapshot
    with engine.connect() as connection, connection.begin():
        there = set(inspect(connection).get_table_names())
        if table.name not in there or connection.scalar(select(table.c.layout)) != layout.LAYOUT:
            return None
        if layout.MIRRORED - there:  # damaged: it is made anew, as below
            return None
        try:
            row = connection.execute(select(table).where(table.c.base == base)).first()
            plans = layout.planned(row.tables) if row else ()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        if row is None or not all(plan.name in row.dependencies for plan in plans):
            return None
        records = {
            plan.name: connection.scalar(select(func.count()).select_from(layout.records[plan.name])) or 0
            for plan in plans
        }
    return Known(
        plans,
        records,
        row.read_began,
        row.full_read_began,
        row.dependencies,
        row.config_fingerprint,
        row.unsettled,
    )


def moment(connection: Connection) -> tuple[int, str] | None:
    """Which mirror there is: its version, and when it was read, as the store has it; None where there is none."""
    table = layout.snapshot
    if table.name not in inspect(connection).get_table_names():
        return None
    read_began = cast(table.c.read_began, Text)  # which may be damaged, and no date
    row = connection.execute(select(table.c.version, read_began)).first()
    return tuple(row) if row else None


def linking(engine: Engine, name: str, linked_ids: set[str]) -> set[str]:
    """The records of a canonical table that link to one of these."""
    links, wanted = layout.links, sorted(linked_ids)
    found: set[str] = set()
    with engine.connect() as connection, connection.begin():
        for start in range(0, len(wanted), IDS_PER_QUERY):
            some = links.c.linked_id.in_(wanted[start : start + IDS_PER_QUERY])
            found.update(connection.scalars(select(links.c.record_id).where(links.c.table_name == name, some)))
    return found


def feed_of(engine: Engine, base: str) -> Feed | None:
    """The change feed of a base, if one was ever set."""
    with engine.connect() as connection, connection.begin():
        if layout.feed.name not in inspect(connection).get_table_names():
            return None
        row = connection.execute(select(layout.feed).where(layout.feed.c.base == base)).first()
    return Feed(row.webhook_id, row.cursor) if row else None


def set_feed(engine: Engine, base: str, webhook_id: str | None) -> None:
    """Sets the change feed of a base, of which nothing is read yet; None takes it away."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        layout.feed.create(connection, checkfirst=True)
        connection.execute(delete(layout.feed).where(layout.feed.c.base == base))
        if webhook_id is not None:
            connection.execute(insert(layout.feed), {"base": base, "webhook_id": webhook_id, "cursor": 0})


def record_run(engine: Engine, values: dict[str, Any], **options: Any) -> None:
    """Notes an attempt in `runs`, in a transaction of its own; a good one takes away what nobody asks for any more."""
    table = layout.runs
    with engine.connect().execution_options(writes=True, **options) as connection, connection.begin():
        table.create(connection, checkfirst=True)
        last = select(table.c.began).order_by(table.c.id.desc()).limit(1)
        before = None
        with suppress(ValueError):  # damaged
            before = connection.scalar(last)
        connection.execute(insert(table), values)
        if not values["exit_code"]:
            newest = connection.scalar(select(func.max(table.c.id))) or 0
            now = min(values["began"], before or values["began"])  # a clock that jumped ahead once takes nothing away
            old = (table.c.began < now - RUNS_KEPT) & (table.c.id <= newest - FEWEST_RUNS_KEPT)
            connection.execute(delete(table).where(old))


def note_failure(engine: Engine, values: dict[str, Any]) -> None:
    """Notes an attempt that failed, in a store that is a mirror's already, if it can be written.

    A store that failed may be full, or somebody else's database: nothing is made there.
    """
    with suppress(SQLAlchemyError):
        with engine.connect() as connection, connection.begin():
            ours = layout.runs.name in inspect(connection).get_table_names()
            empty = not inspect(connection).get_table_names()
        if ours or empty:
            record_run(engine, values, patience=NOTING_SECONDS)
