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

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    except_,
    false,
    func,
    select,
    true,
    type_coerce,
    union,
)
from sqlalchemy.engine import URL

from settings.errors import StoreError
from settings.fields import FIELDS
from sync import layout
from sync.engine import MADE_ANEW, reading
from sync.snapshot import Snapshot, read_snapshot

ROWS_AT_A_TIME = 10_000
# Letters of a long text that tell whether it says something: more than any placeholder (`rules.placeholders`) has.
BEGINNING = 120
DTYPES: dict[str, Any] = {
    "text": "str",
    "reference": "str",
    "list": "str",
    "date": "datetime64[us]",
    "time": "datetime64[us]",
    "number": "Float64",
}
ARROW = {
    "str": pa.large_string(),
    "datetime64[us]": pa.timestamp("us"),
    "Float64": pa.float64(),
    "int64": pa.int64(),
}


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


def load(url: URL) -> Frames:
    """Reads the whole mirror in one transaction. Raises as `load_snapshot` does."""
    with reading(url) as connection:
        return read(connection, url)


def read(
    connection: Connection,
    url: URL,
    *,
    snapshot: Snapshot | None = None,
    shortened: Collection[str] = (),
    part: Sequence[str] | None = None,
) -> Frames:
    """Reads the mirror within a transaction that is already there. Raises as `load_snapshot` does.

    Args:
        snapshot: of the tables and fields only those that this one maps are read.
        shortened: fields of which only the beginning is given, enough for telling whether something is said. If
            there are any, `record_url` is left blank too.
        part: project ids, as `parts` gives them: of the project deliverables only those that link to these, or to no
            project, are read.
    """
    snapshot = snapshot or read_snapshot(connection, url)
    tables = {name: _records(connection, snapshot, name, shortened, part) for name in FIELDS}
    links = _links(connection, snapshot, part)
    faults = _faults(connection)
    mapped = {(name, key) for name in FIELDS for key in snapshot.mapped(name)}
    kept = [key in mapped for key in zip(faults["table_name"], faults["field"], strict=True)]
    faults = faults[pd.Series(kept, index=faults.index, dtype="bool")]
    history = read_history(connection, snapshot.base)
    return Frames(snapshot=snapshot, links=links, faults=faults, history=history, **tables)


def parts(connection: Connection, most: int) -> list[Sequence[str]]:
    """Projects (ids, in the database's own order) whose deliverables together are at most so many, or one project's.

    Projects without any are in none. Where deliverables name their project by text, there are no parts.
    """
    links = layout.links
    query = select(links.c.linked_id, func.count()).where(_of_projects(links)).group_by(links.c.linked_id)
    found: list[list[str]] = []
    held = 0
    for project_id, records in connection.execute(query.order_by(links.c.linked_id)):
        held += records
        if not found or held > most:
            found.append([])
            held = records
        found[-1].append(project_id)
    return [*found]


def _of_projects(links: FromClause) -> ColumnElement[bool]:
    return (links.c.table_name == "project_deliverables") & (links.c.field == "project")


def _within(column: ColumnElement[str], part: Sequence[str] | None) -> ColumnElement[bool]:
    """Of project deliverables (ids): those that link to the projects of a part, and those that link to none."""
    if part is None:
        return true()
    other = layout.links.alias()
    linked = select(other.c.record_id).where(_of_projects(other))
    to_none = except_(select(layout.records["project_deliverables"].c.record_id), linked).subquery().select()
    return column.in_(union(linked.where(other.c.linked_id.between(part[0], part[-1])), to_none))


def load_faults(url: URL) -> pd.DataFrame:
    """The cells that could not be read, as `Frames.faults` has them. Raises as `load_snapshot` does."""
    with reading(url) as connection:
        read_snapshot(connection, url)
        return _faults(connection)


def _records(
    connection: Connection, snapshot: Snapshot, name: str, shortened: Collection[str], part: Sequence[str] | None
) -> pd.DataFrame:
    kinds = {key: kind.partition(":")[0] for key, kind in FIELDS[name].items()}
    dtypes = {"record_id": "str", "created_time": "datetime64[us]"} | {key: DTYPES[kind] for key, kind in kinds.items()}
    mapped, table = snapshot.mapped(name), layout.records[name]
    read = {key: dtype for key, dtype in dtypes.items() if key in mapped or key not in kinds}
    columns = (func.substr(table.c[key], 1, BEGINNING) if key in shortened else table.c[key] for key in read)
    query = select(*columns).where(true() if name in snapshot.tables else false()).order_by(table.c.record_id)
    if name == "project_deliverables":
        query = query.where(_within(table.c.record_id, part))
    frame = _frame(connection, query, read, by=["record_id"])
    address = None if shortened else snapshot.record_url(name, "")
    whole = {
        "record_id": frame["record_id"],
        "created_time": frame["created_time"],
        "record_url": address + frame["record_id"] if address else pd.Series(None, dtype="str", index=frame.index),
    }
    for key in kinds:
        whole[key] = frame[key] if key in read else pd.Series(None, dtype=dtypes[key], index=frame.index)
    return pd.DataFrame(whole)


def _faults(connection: Connection) -> pd.DataFrame:
    query = select(*(layout.faults.c[name] for name in layout.FAULT_COLUMNS)).order_by(layout.faults.c.record_id)
    return _frame(connection, query, dict.fromkeys(layout.FAULT_COLUMNS, "str"), by=["record_id"])


def _links(connection: Connection, snapshot: Snapshot, part: Sequence[str] | None) -> dict[str, pd.DataFrame]:
    found = {}
    dtypes = {"record_id": "str", "linked_id": "str", "position": "int64"}
    table = layout.links
    for name, fields in FIELDS.items():
        for key, kind in fields.items():
            if kind.startswith("reference"):
                query = (
                    select(*(table.c[column] for column in dtypes))
                    .where(table.c.table_name == name, table.c.field == key)
                    .where(true() if key in snapshot.mapped(name) else false())
                    .order_by(table.c.record_id, table.c.position)
                )
                if name == "project_deliverables":
                    query = query.where(_within(table.c.record_id, part))
                found[f"{name}.{key}"] = _frame(connection, query, dtypes, by=["record_id", "position"])
    return found


def read_history(connection: Connection, base: str) -> pd.DataFrame:
    """`Frames.history`, within a transaction that is already there."""
    table = layout.history
    query = select(*(table.c[name] for name in layout.HISTORY_COLUMNS)).where(table.c.base == base).order_by(table.c.id)
    dtypes = dict.fromkeys(layout.HISTORY_COLUMNS, "str") | {"changed_on": "datetime64[us]"}
    return _frame(connection, query, dtypes)


def _frame(connection: Connection, query: Select[Any], dtypes: dict[str, Any], by: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a query, typed some at a time: as Python's own objects they would take several times the room."""
    kinds = pa.schema([(name, ARROW[dtype]) for name, dtype in dtypes.items()])
    # SQLite keeps days and times as text, which Arrow reads several times faster than Python's own dates.
    query = query.with_only_columns(
        *(
            type_coerce(item, String) if dtype == DTYPES["time"] else item
            for item, dtype in zip(query.selected_columns, dtypes.values(), strict=True)
        )
    )
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}) as result:
        batches = [
            pa.record_batch(
                [_array(values, kind) for values, kind in zip(zip(*rows, strict=True), kinds.types, strict=True)], kinds
            )
            for rows in result.partitions()
        ]
    table = pa.Table.from_batches(batches, kinds)
    frame: pd.DataFrame = table.to_pandas(types_mapper={ARROW["Float64"]: pd.Float64Dtype()}.get)
    # Not the database's ORDER BY alone, which goes by the language it was set up with.
    if by and not frame[by[0]].is_monotonic_increasing:
        frame = frame.sort_values([*by], ignore_index=True)
    return frame


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values).cast(kind) if pa.types.is_timestamp(kind) else pa.array(values, kind)
    except pa.ArrowInvalid as error:
        raise StoreError(f"The store is damaged: {str(error).partition(chr(10))[0]}", MADE_ANEW) from None
