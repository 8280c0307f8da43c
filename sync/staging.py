"""What a run has read so far, beside the mirror, page by page: no reader sees it, and it vanishes with its job."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Table,
    delete,
    insert,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

from sync import layout
from sync.cells import Columns, Rows
from sync.mapping import TablePlan
from sync.notes import moment

TEMPORARY: dict[str, Any] = {"prefixes": ["TEMPORARY"]}


_STAGED = MetaData()
# By canonical table; its links and faults.
RECORDS = {name: layout.record_table(_STAGED, name, f"staged_{name}", **TEMPORARY) for name in layout.records}
LINKS = layout.link_table(_STAGED, "staged_links", keyed=False, **TEMPORARY)
FAULTS = layout.fault_table(_STAGED, "staged_faults", **TEMPORARY)
# The records that differ between the mirror and what was read; and, of a table that is read in part, those that were
# asked for: one that did not come is no more.
TOUCHED, ASKED = (
    Table(
        name,
        _STAGED,
        Column("table_name", String(32), primary_key=True),
        Column("record_id", String(17), primary_key=True),
        **TEMPORARY,
    )
    for name in ("touched", "asked")
)


class SentTwice(Exception):
    """A record was sent twice in one read of its table."""


class _Insert:
    """An INSERT of rows with these columns, compiled once.

    `Connection.execute` prepares every row's parameters by itself, which costs more than the database takes for them.
    """

    def __init__(self, connection: Connection, table: Table, names: tuple[str, ...]) -> None:
        compiled = insert(table).compile(dialect=connection.dialect, column_keys=names)
        self._sql = str(compiled)
        self._names = names
        self._order = compiled.positiontup  # None where the driver takes parameters by name
        processors = {name: _writer(table.c[name].type, connection.dialect) for name in names}
        self._processors = {name: process for name, process in processors.items() if process}

    def __call__(self, connection: Connection, columns: Columns) -> None:
        """Inserts them."""
        for name, process in self._processors.items():
            columns = columns | {name: [process(value) for value in columns[name]]}
        rows = zip(*(columns[name] for name in self._order or self._names), strict=True)
        given: Any = list(rows) if self._order else [dict(zip(self._names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(self._sql, given)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a value goes through on its way into the database.

    SQLite keeps days and times as text, which Python itself writes several times faster than SQLAlchemy, and alike.
    """
    if dialect.name == "sqlite" and isinstance(kind, Date):
        return lambda day: None if day is None else day.isoformat()
    if dialect.name == "sqlite" and isinstance(kind, DateTime):
        return lambda time: None if time is None else time.isoformat(" ", "microseconds")
    return kind.dialect_impl(dialect).bind_processor(dialect)


@dataclass
class Staging:
    """The rows read so far, in temporary tables that only this connection sees."""

    connection: Connection
    plans: tuple[TablePlan, ...]
    inserts: dict[tuple[str, ...], _Insert] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.in_part: set[str] = set()
        self.pages: Counter[str] = Counter()
        self.filled: dict[str, set[str]] = {}
        with self.connection.begin():
            self.moment = moment(self.connection)
            _STAGED.create_all(self.connection)

    def ask(self, plan: TablePlan, ids: Collection[str]) -> None:
        """Notes that only these records of a table are read; the others stay as they are."""
        self.in_part.add(plan.name)
        if ids:
            values = [{"table_name": plan.name, "record_id": record_id} for record_id in ids]
            with self.connection.begin():
                self.connection.execute(insert(ASKED), values)

    def discard(self, plan: TablePlan) -> None:
        """Forgets what was staged of a table."""
        del self.pages[plan.name]
        with self.connection.begin():
            self.connection.execute(delete(RECORDS[plan.name]))
            for table in (LINKS, FAULTS):
                self.connection.execute(delete(table).where(table.c.table_name == plan.name))

    def add(self, plan: TablePlan, rows: Rows, pages: int = 1) -> None:
        """Stages the rows of so many pages.

        Raises:
            SentTwice: a record came twice, as it can when the base is edited meanwhile.
        """
        try:
            with self.connection.begin():
                for table, values in (
                    (RECORDS[plan.name], rows.records),
                    (LINKS, rows.links),
                    (FAULTS, rows.faults),
                ):
                    if values["record_id"]:
                        names = self._filled_so_far(table.name, values)
                        if (table.name, *names) not in self.inserts:
                            self.inserts[(table.name, *names)] = _Insert(self.connection, table, names)
                        self.inserts[(table.name, *names)](self.connection, values)
        except IntegrityError as error:
            raise SentTwice from error
        self.pages[plan.name] += pages

    def _filled_so_far(self, table: str, values: Columns) -> tuple[str, ...]:
        """Those of the columns in which there was any value yet: of none, too, the driver would have to be told."""
        filled = self.filled.setdefault(table, set())
        filled |= {name for name in values.keys() - filled if values[name].count(None) < len(values[name])}
        return tuple(name for name in values if name in filled)

    @property
    def unsettled(self) -> list[str]:
        """The tables that were read whole and in several pages: records that come or go meanwhile may hide others."""
        return [plan.name for plan in self.plans if plan.name not in self.in_part and self.pages[plan.name] > 1]


@contextmanager
def staging(engine: Engine, plans: tuple[TablePlan, ...]) -> Iterator[Staging]:
    """A staging area that vanishes with its connection, whatever happens."""
    with engine.connect() as connection:
        yield Staging(connection, plans)
