"""The mirror's writer: makes the mirror equal to what was staged, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    delete,
    except_,
    exists,
    func,
    insert,
    inspect,
    literal,
    or_,
    select,
    union,
    update,
)

from settings.errors import BadAnswer, TryAgain
from settings.fields import FIELDS
from sync import layout
from sync.mapping import TablePlan
from sync.notes import Feed, moment
from sync.staging import ASKED, FAULTS, LINKS, RECORDS, TOUCHED, Staging

Watch = Callable[[Connection, date], AbstractContextManager[None]]

# A loss below this many records is never suspicious.
SMALL_LOSS = 10


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
    config_fingerprint: str
    feed: Feed | None


@contextmanager
def unwatched(connection: Connection, today: date) -> Iterator[None]:
    """Lets a swap go on unwatched."""
    del connection, today
    yield


def swap(staged: Staging, stamp: Stamp, shrink_guard: float, watch: Watch = unwatched) -> tuple[dict[str, Counts], int]:
    """Makes the mirror equal to what was staged, in one transaction, touching only the records that differ.

    Args:
        shrink_guard: the part of a table's records whose loss is suspicious; 1 lets any loss through.
        watch: is entered with the connection, and the day of the new mirror, before anything changes and left when all
            has, in the same transaction.

    Returns:
        What was done to each table, and how many cells of the mirror cannot be read.

    Raises:
        BadAnswer: a table lost suspiciously many records; the mirror is as it was.
        TryAgain: so it is, and another job's.
    """
    connection = staged.connection.execution_options(writes=True)
    with connection.begin(), watch(connection, stamp.judged_on or stamp.read_began.date()):
        if moment(connection) != staged.moment:  # a lock is lost with its connection, and its job may not know
            raise TryAgain("Another job replaced the mirror meanwhile", "Run again")
        before = _prepare(connection, stamp.base)
        tables = layout.described(staged.plans)
        for name, table in before["tables"].items():
            now = tables.get(name, {})
            if now.get("id") != table.get("id") and now.get("wanted") != table.get("wanted"):  # mapped otherwise
                _clear(connection, name)
        counts = {}
        for plan in staged.plans:
            counts[plan.name] = _compare(staged, plan)
            _guard(plan, counts[plan.name], shrink_guard)
        for plan in staged.plans:
            _apply(staged, plan)
        differs = connection.scalar(select(func.count()).select_from(TOUCHED)) or before["tables"] != tables
        values = {
            "layout": layout.LAYOUT,
            "version": before["version"] + (1 if differs else 0),
            "tables": tables,
            "unsettled": staged.unsettled,
            **{name: value for name, value in asdict(stamp).items() if name != "feed"},
        }
        connection.execute(delete(layout.snapshot))
        connection.execute(insert(layout.snapshot), values)
        if stamp.feed:
            mine = (layout.feed.c.base == stamp.base) & (layout.feed.c.webhook_id == stamp.feed.webhook_id)
            connection.execute(update(layout.feed).where(mine).values(cursor=stamp.feed.cursor))
        unreadable = connection.scalar(select(func.count()).select_from(layout.faults)) or 0
    return counts, unreadable


def _prepare(connection: Connection, base: str) -> dict[str, Any]:
    """The mirror as it stands: its version and tables. One of another base or layout is cleared away first.

    The version goes on counting over such a change, so that whoever cached an earlier one sees that it is over.
    """
    there = set(inspect(connection).get_table_names())
    ours: dict[str, Any] = {"version": 0, "tables": {}}
    found = None
    if layout.snapshot.name in there:
        found = connection.execute(select(layout.snapshot.c.layout, layout.snapshot.c.version)).first()
    if found:
        ours["version"] = found.version
        if found.layout != layout.LAYOUT:
            for name in there & {*layout.MIRRORED, layout.snapshot.name}:
                Table(name, MetaData()).drop(connection)
        else:
            row = None
            with suppress(ValueError):  # damaged: it is made anew
                row = connection.execute(select(layout.snapshot.c.base, layout.snapshot.c.tables)).one()
            if row and row.base == base and isinstance(row.tables, dict):
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
    connection, new, old = staged.connection, RECORDS[plan.name], layout.records[plan.name]
    before = connection.scalar(select(func.count()).select_from(old)) or 0
    here = [_lacks(old, new)]
    if plan.name in staged.in_part:
        asked = select(ASKED.c.record_id).where(ASKED.c.table_name == plan.name)
        here.append(old.c.record_id.in_(asked))
    cells_differ = or_(*(column.is_distinct_from(new.c[column.name]) for column in old.columns))
    both = select(new.c.record_id).join(old, old.c.record_id == new.c.record_id)
    # A union and no `or`, and `_lacks`: what PostgreSQL cannot turn into a join it does anew for every record, once
    # there are more of them than it believes its memory to hold.
    changed = union(both.where(cells_differ), both.where(new.c.record_id.in_(_others_differ(plan)))).subquery()
    queries: dict[str, Select[Any]] = {"added": select(new.c.record_id).where(_lacks(new, old))}
    if before:
        queries |= {"changed": select(changed.c.record_id), "removed": select(old.c.record_id).where(*here)}
    found = {"removed": 0}
    for kind, query in queries.items():
        named = query.add_columns(literal(plan.name)).subquery()
        note = insert(TOUCHED).from_select(["table_name", "record_id"], select(named.c[1], named.c[0]))
        # PostgreSQL's driver keeps the count of an INSERT only when asked.
        result = connection.execute(note, execution_options={"preserve_rowcount": True})
        found[kind] = result.rowcount
    return Counts(records=before + found["added"] - found["removed"], **found)


def _lacks(these: Table, those: Table) -> ColumnElement[bool]:
    """That a record of these is not among those."""
    return ~exists().where(those.c.record_id == these.c.record_id)


def _others_differ(plan: TablePlan) -> Select[Any]:
    """The records of which a link or a fault is staged and not mirrored, or mirrored and not staged."""
    read = select(RECORDS[plan.name].c.record_id)
    differ = []
    for new, old in ((LINKS, layout.links), (FAULTS, layout.faults)):
        there, here = (
            select(*(table.c[column.name] for column in old.columns)).where(table.c.table_name == plan.name)
            for table in (new, old)
        )
        here = here.where(old.c.record_id.in_(read))
        differ += [except_(there, here), except_(here, there)]
    return union(*(select(difference.subquery().c.record_id) for difference in differ)).subquery().select()


def losses(staged: Staging, plan: TablePlan) -> set[str]:
    """The mirror's records (ids) of a table that was read whole which were not among what was read."""
    new, old = RECORDS[plan.name], layout.records[plan.name]
    with staged.connection.begin():
        return set(staged.connection.scalars(select(old.c.record_id).where(_lacks(old, new))))


def is_suspicious(lost: int, before: int, shrink_guard: float) -> bool:
    """Whether a table that had so many records loses more of them than anybody should believe."""
    lost_many = lost >= SMALL_LOSS and lost > shrink_guard * before
    return shrink_guard < 1 and (0 < before == lost or lost_many)


def _guard(plan: TablePlan, counts: Counts, shrink_guard: float) -> None:
    before = counts.records - counts.added + counts.removed
    lost = before if not counts.records else counts.removed
    if is_suspicious(lost, before, shrink_guard):
        raise BadAnswer(
            f"Table {plan.table_name!r} would lose {counts.removed} of its {before} records",
            "If they were really deleted in the base, run once with --allow-shrink",
        )


def _apply(staged: Staging, plan: TablePlan) -> None:
    """Makes one mirrored table equal to its staged rows."""
    connection, new, old = staged.connection, RECORDS[plan.name], layout.records[plan.name]
    touched = select(TOUCHED.c.record_id).where(TOUCHED.c.table_name == plan.name)
    pairs = ((old, new), (layout.links, LINKS), (layout.faults, FAULTS))
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
