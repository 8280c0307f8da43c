"""The mirror's writer: stages what is read beside the mirror, then changes the mirror in one transaction."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from settings.errors import BadAnswer, StoreError
from settings.fields import FIELDS
from sync import layout
from sync.cells import Rows
from sync.mapping import TablePlan

Watch = Callable[[Connection], AbstractContextManager[None]]

TEMPORARY: dict[str, Any] = {"prefixes": ["TEMPORARY"]}
# A loss below this many records is never suspicious.
SMALL_LOSS = 10
# Well below what SQLite and PostgreSQL take in one statement.
IDS_PER_QUERY = 500


@dataclass(frozen=True)
class Counts:
    """What a run did to one table."""

    records: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0

    def after(self, earlier: "Counts") -> "Counts":
        """What this run and an earlier one did together."""
        return Counts(
            self.records,
            earlier.added + self.added,
            earlier.changed + self.changed,
            earlier.removed + self.removed,
        )


@dataclass(frozen=True)
class Stamp:
    """What `snapshot` says of a read."""

    base: str
    sample: bool
    judged_on: date | None
    read_began: datetime
    read_ended: datetime
    equal_at: datetime | None
    full_read_began: datetime
    dependencies: dict[str, Any]
    schema_fingerprint: str
    config_fingerprint: str
    feed: "Feed | None"


class SentTwice(Exception):
    """A record was sent twice in one read of its table."""


@dataclass(frozen=True)
class Known:
    """What the mirror holds of a base, as the next run needs it."""

    plans: tuple[TablePlan, ...]
    records: dict[str, int]
    read_began: datetime
    full_read_began: datetime
    dependencies: dict[str, Any]
    schema_fingerprint: str
    config_fingerprint: str


@dataclass(frozen=True)
class Feed:
    """The webhook of a base, and the first payload that is not in the mirror; 0 while none was ever read."""

    webhook_id: str
    cursor: int


class _Insert:
    """An INSERT of rows with these columns, compiled once.

    `Connection.execute` prepares every row's parameters by itself, which costs more than the database takes for them.
    """

    def __init__(self, connection: Connection, table: Table, names: tuple[str, ...]) -> None:
        compiled = insert(table).compile(dialect=connection.dialect, column_keys=names)
        self._sql = str(compiled)
        self._order = compiled.positiontup  # None where the driver takes parameters by name
        types = {name: table.c[name].type.dialect_impl(connection.dialect) for name in names}
        processors = {name: kind.bind_processor(connection.dialect) for name, kind in types.items()}
        self._processors = {name: process for name, process in processors.items() if process}

    def __call__(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Inserts them."""
        for name, process in self._processors.items():
            for row in rows:
                row[name] = process(row[name])
        given: Any = rows if self._order is None else [*map(itemgetter(*self._order), rows)]
        connection.exec_driver_sql(self._sql, given)


@dataclass
class Staging:
    """The rows read so far, in temporary tables that only this connection sees."""

    connection: Connection
    plans: tuple[TablePlan, ...]
    tables: dict[str, Table] = field(default_factory=dict)
    inserts: dict[tuple[str, ...], _Insert] = field(default_factory=dict)

    def __post_init__(self) -> None:
        metadata = MetaData()
        for plan in self.plans:
            self.tables[plan.name] = layout.record_table(metadata, plan.name, f"staged_{plan.name}", **TEMPORARY)
        self.links = layout.link_table(metadata, "staged_links", **TEMPORARY)
        self.faults = layout.fault_table(metadata, "staged_faults", **TEMPORARY)
        # The records that differ between the mirror and what was read.
        self.touched = Table(
            "touched",
            metadata,
            Column("table_name", String(32), primary_key=True),
            Column("record_id", String(17), primary_key=True),
            **TEMPORARY,
        )
        # Of a table that is read in part: the records that were asked for. One that did not come is no more.
        self.asked = Table(
            "asked",
            metadata,
            Column("table_name", String(32), primary_key=True),
            Column("record_id", String(17), primary_key=True),
            **TEMPORARY,
        )
        self.in_part: set[str] = set()
        with self.connection.begin():
            metadata.create_all(self.connection)

    def ask(self, plan: TablePlan, ids: Collection[str]) -> None:
        """Notes that only these records of a table are read; the others stay as they are."""
        self.in_part.add(plan.name)
        if ids:
            values = [{"table_name": plan.name, "record_id": record_id} for record_id in ids]
            with self.connection.begin():
                self.connection.execute(insert(self.asked), values)

    def discard(self, plan: TablePlan) -> None:
        """Forgets what was staged of a table."""
        with self.connection.begin():
            self.connection.execute(delete(self.tables[plan.name]))
            for table in (self.links, self.faults):
                self.connection.execute(delete(table).where(table.c.table_name == plan.name))

    def add(self, plan: TablePlan, rows: Rows) -> None:
        """Stages one page.

        Raises:
            SentTwice: a record came twice, as it can when the base is edited meanwhile.
        """
        try:
            with self.connection.begin():
                for table, values in (
                    (self.tables[plan.name], rows.records),
                    (self.links, rows.links),
                    (self.faults, rows.faults),
                ):
                    if values:
                        names = tuple(values[0])
                        if (table.name, *names) not in self.inserts:
                            self.inserts[(table.name, *names)] = _Insert(self.connection, table, names)
                        self.inserts[(table.name, *names)](self.connection, values)
        except IntegrityError as error:
            raise SentTwice from error


@contextmanager
def staging(engine: Engine, plans: tuple[TablePlan, ...]) -> Iterator[Staging]:
    """A staging area that vanishes with its connection, whatever happens."""
    with engine.connect() as connection:
        yield Staging(connection, plans)


@contextmanager
def unwatched(connection: Connection) -> Iterator[None]:
    """Lets a swap go on unwatched."""
    del connection
    yield


def swap(staged: Staging, stamp: Stamp, shrink_guard: float, watch: Watch = unwatched) -> dict[str, Counts]:
    """Makes the mirror equal to what was staged, in one transaction, touching only the records that differ.

    Args:
        shrink_guard: the part of a table's records whose loss is suspicious; 1 lets any loss through.
        watch: is entered with the connection before anything changes and left when all has, in the same transaction.

    Raises:
        BadAnswer: a table lost suspiciously many records; the mirror is as it was.
        StoreError: the store has tables of the same names that are not a mirror's.
    """
    connection = staged.connection.execution_options(writes=True)
    with connection.begin(), watch(connection):
        before = _prepare(connection, stamp.base)
        tables = layout.described(staged.plans)
        for name, table in before["tables"].items():
            if tables.get(name, {}).get("id") != table["id"]:  # no longer mapped, or to another table
                _clear(connection, name)
        counts = {}
        for plan in staged.plans:
            counts[plan.name] = _compare(staged, plan)
            _guard(plan, counts[plan.name], shrink_guard)
        for plan in staged.plans:
            _apply(staged, plan)
        differs = connection.scalar(select(func.count()).select_from(staged.touched)) or before["tables"] != tables
        values = {
            "layout": layout.LAYOUT,
            "version": before["version"] + (1 if differs else 0),
            "tables": tables,
            **{name: value for name, value in asdict(stamp).items() if name != "feed"},
        }
        connection.execute(delete(layout.snapshot))
        connection.execute(insert(layout.snapshot), values)
        if stamp.feed:
            mine = (layout.feed.c.base == stamp.base) & (layout.feed.c.webhook_id == stamp.feed.webhook_id)
            connection.execute(update(layout.feed).where(mine).values(cursor=stamp.feed.cursor))
    return counts


def known(engine: Engine, base: str) -> Known | None:
    """What the mirror holds of this base; None where it holds nothing of it that the next run could build on."""
    table = layout.snapshot
    with engine.connect() as connection, connection.begin():
        if table.name not in inspect(connection).get_table_names():
            return None
        if connection.scalar(select(table.c.layout)) != layout.LAYOUT:
            return None
        try:
            row = connection.execute(select(table).where(table.c.base == base)).first()
        except ValueError:  # damaged: it is made anew
            return None
        if row is None:
            return None
        plans = layout.planned(row.tables)
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
        row.schema_fingerprint,
        row.config_fingerprint,
    )


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


def _prepare(connection: Connection, base: str) -> dict[str, Any]:
    """The mirror as it stands: its version and tables. One of another base or layout is cleared away first.

    The version goes on counting over such a change, so that whoever cached an earlier one sees that it is over.
    """
    mirrored = {*FIELDS, layout.links.name, layout.faults.name}
    there = set(inspect(connection).get_table_names())
    ours: dict[str, Any] = {"version": 0, "tables": {}}
    if layout.snapshot.name not in there:
        if strange := there & mirrored:
            raise StoreError(
                f"The store has tables that this program did not make: {', '.join(sorted(strange))}",
                "Give the mirror a database of its own with --store or in config.toml",
            )
    elif found := connection.execute(select(layout.snapshot.c.layout, layout.snapshot.c.version)).first():
        ours["version"] = found.version
        if found.layout != layout.LAYOUT:
            for name in there & {*mirrored, layout.snapshot.name}:
                Table(name, MetaData()).drop(connection)
        else:
            row = None
            with suppress(ValueError):  # damaged: it is made anew
                row = connection.execute(select(layout.snapshot.c.base, layout.snapshot.c.tables)).one()
            if row and row.base == base:
                ours["tables"] = row.tables
            else:
                for name in FIELDS:
                    _clear(connection, name)
    layout.fixed.create_all(connection)
    return ours


def _clear(connection: Connection, name: str) -> None:
    """Takes all records of a canonical table out of the mirror."""
    connection.execute(delete(layout.records[name]))
    for table in (layout.links, layout.faults):
        connection.execute(delete(table).where(table.c.table_name == name))


def _compare(staged: Staging, plan: TablePlan) -> Counts:
    """Counts what differs in one table, and notes the records in `touched`."""
    connection, new, old, touched = (
        staged.connection,
        staged.tables[plan.name],
        layout.records[plan.name],
        staged.touched,
    )
    before = connection.scalar(select(func.count()).select_from(old)) or 0
    here = [old.c.record_id.not_in(select(new.c.record_id))]
    if plan.name in staged.in_part:
        asked = select(staged.asked.c.record_id).where(staged.asked.c.table_name == plan.name)
        here.append(old.c.record_id.in_(asked))
    queries = {
        "added": select(new.c.record_id).where(new.c.record_id.not_in(select(old.c.record_id))),
        "changed": select(new.c.record_id)
        .join(old, old.c.record_id == new.c.record_id)
        .where(old.c.digest != new.c.digest),
        "removed": select(old.c.record_id).where(*here),
    }
    found = {}
    for kind, query in queries.items():
        named = query.add_columns(literal(plan.name)).subquery()
        note = insert(touched).from_select(["table_name", "record_id"], select(named.c[1], named.c[0]))
        # PostgreSQL's driver keeps the count of an INSERT only when asked.
        result = connection.execute(note, execution_options={"preserve_rowcount": True})
        found[kind] = result.rowcount
    return Counts(records=before + found["added"] - found["removed"], **found)


def _guard(plan: TablePlan, counts: Counts, shrink_guard: float) -> None:
    before = counts.records - counts.added + counts.removed
    lost_all = before > 0 and counts.records == 0
    lost_many = counts.removed >= SMALL_LOSS and counts.removed > shrink_guard * before
    if shrink_guard < 1 and (lost_all or lost_many):
        raise BadAnswer(
            f"Table {plan.table_name!r} would lose {counts.removed} of its {before} records",
            "If they were really deleted in the base, run once with --allow-shrink",
        )


def _apply(staged: Staging, plan: TablePlan) -> None:
    """Makes one mirrored table equal to its staged rows."""
    connection, new, old = staged.connection, staged.tables[plan.name], layout.records[plan.name]
    touched = select(staged.touched.c.record_id).where(staged.touched.c.table_name == plan.name)
    pairs = ((old, new), (layout.links, staged.links), (layout.faults, staged.faults))
    for mirror, source in pairs:
        here: list[ColumnElement[bool]] = [mirror.c.record_id.in_(touched)]
        there: list[ColumnElement[bool]] = [source.c.record_id.in_(touched)]
        if "table_name" in mirror.c:
            here.append(mirror.c.table_name == plan.name)
            there.append(source.c.table_name == plan.name)
        connection.execute(delete(mirror).where(*here))
        names = [column.name for column in mirror.columns]
        query = select(*(source.c[name] for name in names)).where(*there)
        connection.execute(insert(mirror).from_select(names, query))


def record_changes(connection: Connection, base: str, changes: pd.DataFrame) -> None:
    """Notes changes of verdicts, a row each with the columns of `layout.HISTORY_COLUMNS`; the mirror changes by it."""
    if len(changes):
        rows = [{str(key): value for key, value in row.items()} for row in changes.assign(base=base).to_dict("records")]
        connection.execute(insert(layout.history), rows)
        connection.execute(update(layout.snapshot).values(version=layout.snapshot.c.version + 1))


def record_run(engine: Engine, values: dict[str, Any]) -> None:
    """Notes an attempt in `runs`, in a transaction of its own."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        layout.runs.create(connection, checkfirst=True)
        connection.execute(insert(layout.runs), values)
