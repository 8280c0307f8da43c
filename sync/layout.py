"""The SQL tables of the mirror: one per canonical table, and the few beside them.

They have the same columns whatever config.toml maps (what it does not map is null), so no run but the first one has
to make or drop any: PostgreSQL shows such a change at once even to a reader of the old moment.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from settings.fields import FIELDS
from sync.mapping import Column as MappedField
from sync.mapping import TablePlan

# Raised whenever the tables below change shape; a mirror of another layout is replaced by the next run.
LAYOUT = 4

SQL_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "text": Text,
    "reference": Text,
    "list": Text,
    "date": Date,
    "time": DateTime,
    "number": Float,
}

fixed = MetaData()

# What the mirror holds: one row. Every layout has `layout`, which is read before anything else, and `version`.
snapshot = Table(
    "snapshot",
    fixed,
    Column("layout", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # grows whenever any row below, the mapping or the base changed
    Column("base", String(17), nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("judged_on", Date),  # the day on which a sample base is judged; null for a real one
    Column("read_began", DateTime, nullable=False),  # UTC
    Column("read_ended", DateTime, nullable=False),  # UTC
    Column("equal_at", DateTime),  # UTC; when the mirror was verified to equal the base; null: it was not verified
    Column("full_read_began", DateTime, nullable=False),  # UTC
    Column("dependencies", JSON, nullable=False),  # as sync.dependencies makes them
    Column("tables", JSON, nullable=False),  # canonical table -> {id, name, fields: canonical field -> {id, name}}
    Column("config_fingerprint", String(32), nullable=False),
    # Of these tables, read whole and in several pages, nobody knows yet whether records were hidden by others that came
    # or went meanwhile.
    Column("unsettled", JSON, nullable=False),
    Column("judged_by", String(32)),  # the fingerprint of the rules by which the history of verdicts was noted last
)

# Every attempt to run, whatever came of it.
runs = Table(
    "runs",
    fixed,
    Column("id", Integer, primary_key=True),
    Column("base", String(17), nullable=False),
    Column("began", DateTime, nullable=False),  # UTC
    Column("ended", DateTime, nullable=False),  # UTC
    Column("exit_code", Integer, nullable=False),
    Column("how", String(8), nullable=False),  # full, changes, quiet; "" for a run that failed
    Column("message", Text, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("records", JSON, nullable=False),  # canonical table -> {records, added, changed, removed}
)

# Every change of a verdict's state, of every base that was ever mirrored here. Outlives the mirror.
history = Table(
    "history",
    fixed,
    Column("id", Integer, primary_key=True),
    Column("base", String(17), nullable=False, index=True),
    Column("changed_on", Date, nullable=False),  # the day that was judged
    Column("project_id", String(17), nullable=False),
    Column("requirement", Text, nullable=False),
    Column("audience", Text, nullable=False),  # "" for none
    Column("from_state", String(16), nullable=False),  # "" for a cell that was not there before
    Column("state", String(16), nullable=False),  # "" for a cell that is there no more
    Column("cause", String(8), nullable=False),  # data, rules or time
)

# Where the job reads changes: the webhook of each base, and how far its payloads are read. Outlives the mirror.
feed = Table(
    "feed",
    fixed,
    Column("base", String(17), primary_key=True),
    Column("webhook_id", String(17), nullable=False),
    Column("cursor", Integer, nullable=False),  # the first payload that is not in the mirror yet
)

HISTORY_COLUMNS = ("changed_on", "project_id", "requirement", "audience", "from_state", "state", "cause")
LINK_COLUMNS = ("table_name", "field", "record_id", "linked_id", "position")
FAULT_COLUMNS = ("table_name", "record_id", "field", "fault")


def link_table(metadata: MetaData, name: str = "links", *, keyed: bool = True, **options: Any) -> Table:
    """Every link of every mapped link field: record `record_id` of `table_name` links to `linked_id`.

    Args:
        keyed: has a primary key, which takes as long to write as the rows themselves.
    """
    return Table(
        name,
        metadata,
        Column("table_name", String(32), primary_key=keyed),
        Column("record_id", String(17), primary_key=keyed),
        Column("field", String(32), primary_key=keyed),
        Column("position", Integer, primary_key=keyed, autoincrement=False),
        Column("linked_id", String(17), nullable=False),
        **options,
    )


def fault_table(metadata: MetaData, name: str = "faults", **options: Any) -> Table:
    """Every cell that could not be read, and why."""
    return Table(
        name,
        metadata,
        Column("table_name", String(32), primary_key=True),
        Column("record_id", String(17), primary_key=True),
        Column("field", String(32), primary_key=True),
        Column("fault", Text, nullable=False),
        **options,
    )


links = link_table(fixed)
faults = fault_table(fixed)


def record_table(metadata: MetaData, name: str, sql_name: str = "", **options: Any) -> Table:
    """The SQL table of a canonical table; links are in `links`, not here."""
    return Table(
        sql_name or name,
        metadata,
        Column("record_id", String(17), primary_key=True),
        Column("created_time", DateTime, nullable=False),  # UTC
        *(Column(field, SQL_TYPES[kind.partition(":")[0]]) for field, kind in FIELDS[name].items()),
        **options,
    )


records = {name: record_table(fixed, name) for name in FIELDS}
# The tables that a mirror is made of, but for `snapshot`, which says that there is one.
MIRRORED = frozenset({*FIELDS, links.name, faults.name})


def described(plans: tuple[TablePlan, ...]) -> dict[str, Any]:
    """The plans as `snapshot.tables` keeps them."""
    return {
        plan.name: {
            "id": plan.table_id,
            "name": plan.table_name,
            "wanted": plan.wanted,
            "fields": {
                column.name: {
                    "id": column.field_id,
                    "name": column.field_name,
                    "type": column.field_type,
                    "zone": column.time_zone,
                    "wanted": column.wanted,
                }
                for column in plan.columns
            },
        }
        for plan in plans
    }


def planned(tables: dict[str, Any]) -> tuple[TablePlan, ...]:
    """The plans back from what `described` made of them."""
    return tuple(
        TablePlan(
            name,
            table["id"],
            table["name"],
            tuple(
                MappedField(
                    key,
                    FIELDS[name][key].partition(":")[0],
                    item["id"],
                    item["name"],
                    item["type"],
                    item["zone"],
                    item["wanted"],
                )
                for key, item in table["fields"].items()
            ),
            table["wanted"],
        )
        for name, table in tables.items()
    )
