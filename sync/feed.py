"""The change feed: Airtable's webhook payloads, read by cursor, and what they mean for the mirror.

https://airtable.com/developers/web/api/list-webhook-payloads. Anything doubtful is no answer but a reason to read
everything anew.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from sync.airtable import PAGE_SIZE
from sync.cells import RECORD_ID
from sync.dependencies import ANYTHING, Dependencies
from sync.mapping import TablePlan

# The keys of a payload and of its `changedTablesById.{table}`: what is understood, and what tells of the schema.
PAYLOAD_KEYS = {
    "timestamp",
    "baseTransactionNumber",
    "actionMetadata",
    "payloadFormat",
    "changedTablesById",
    "createdTablesById",
    "destroyedTableIds",
}
# What every payload has, and of what it has one at least.
SURE = {"timestamp": str, "baseTransactionNumber": int}
TELLING = {"changedTablesById", "createdTablesById", "destroyedTableIds"}
RECORD_KEYS = {"createdRecordsById", "changedRecordsById", "destroyedRecordIds"}
SCHEMA_KEYS = {"createdFieldsById", "changedFieldsById", "destroyedFieldIds", "changedMetadata"}
VIEW_KEYS = {"changedViewsById"}

# Records of `table` that link to one of these record ids, as the mirror has them.
Linking = Callable[[str, set[str]], set[str]]


class Doubt(Exception):
    """Why the feed cannot be trusted this time, in words."""


@dataclass
class TableChanges:
    """What happened to one table: record ids, and for changed and created ones the cells told of."""

    destroyed: set[str] = field(default_factory=set)
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def records(self) -> set[str]:
        """Every record that was touched."""
        return self.destroyed | self.created.keys() | self.changed.keys()

    def touches(self, field_ids: set[str]) -> bool:
        """Whether a record came or went, or one of these fields ("*": any) changed in one."""
        if self.destroyed or self.created or ANYTHING in field_ids:
            return bool(self.records)
        return any(field_ids & cells.keys() for cells in self.changed.values())


Changes = dict[str, TableChanges]


def understood(payloads: Iterable[Any], watched: set[str]) -> Changes:
    """The changes of the watched tables (ids).

    Raises:
        Doubt: an error payload, a change of a watched table's schema, or a shape that is not understood.
    """
    changes: Changes = {}
    try:
        for payload in payloads:
            if payload.get("error"):
                raise Doubt(f"the feed tells of an error ({payload.get('code', 'unknown')})")
            if payload.keys() - PAYLOAD_KEYS or payload.get("payloadFormat", "v0") != "v0":
                raise Doubt("a payload is not understood")
            if not payload.keys() & TELLING or not all(isinstance(payload[key], kind) for key, kind in SURE.items()):
                raise Doubt("a payload is not understood")
            if watched & set(_list(payload.get("destroyedTableIds", []))):
                raise Doubt("a mapped table was removed")
            for table_id, told in payload.get("changedTablesById", {}).items():
                if watched & {table_id, ANYTHING}:
                    _note(changes.setdefault(table_id, TableChanges()), told)
        sound = all(RECORD_ID.fullmatch(record_id) for table in changes.values() for record_id in table.records)
    except (AttributeError, KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise Doubt("a payload is not understood")
    return changes


def _note(table: TableChanges, told: dict[str, Any]) -> None:
    if told.keys() - RECORD_KEYS - SCHEMA_KEYS - VIEW_KEYS:
        raise Doubt("a payload is not understood")
    if told.keys() & SCHEMA_KEYS:
        raise Doubt("the schema changed")
    for record_id, item in (told.get("createdRecordsById") or {}).items():
        table.created.setdefault(record_id, {}).update(item.get("cellValuesByFieldId") or {})
    for record_id, item in (told.get("changedRecordsById") or {}).items():
        table.changed.setdefault(record_id, {}).update(item["current"].get("cellValuesByFieldId") or {})
    table.destroyed.update(_list(told.get("destroyedRecordIds", [])))


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):  # the letters of a text would be taken for ids
        raise TypeError
    return told


def watched_tables(plans: tuple[TablePlan, ...], hangs_on: dict[str, Dependencies]) -> set[str]:
    """The ids of the tables whose changes matter: the mapped ones and those they hang on."""
    tables = {plan.table_id for plan in plans}
    for plan in plans:
        tables |= hangs_on[plan.name]["computed"].keys() | hangs_on[plan.name]["links"].keys()
    return tables


def ended(hook: dict[str, Any], now: datetime) -> bool:
    """Whether a webhook, as the list of webhooks shows it, tells of nothing any more; Airtable then still answers."""
    return hook.get("isHookEnabled") is False or str(hook.get("expirationTime") or "9") < f"{now:%FT%T}"


def to_read(
    changes: Changes,
    plans: tuple[TablePlan, ...],
    hangs_on: dict[str, Dependencies],
    linking: Linking,
    records: dict[str, int],
    unsettled: Collection[str] = (),
) -> dict[str, set[str] | None]:
    """What has to be read again: for each mapped table the ids of its records, or None for the whole of it.

    Args:
        linking: finds the mirror's records that link to others.
        records: how many records each mapped table has in the mirror.
        unsettled: the mapped tables that were read whole, in several pages, before what is told here: a record that
            came or went meanwhile may have hidden another.

    Raises:
        Doubt: a link is told in a shape that is not understood.
    """
    scope: dict[str, set[str] | None] = {}
    for plan in plans:
        needs = hangs_on[plan.name]
        ids = set(changes[plan.table_id].records) if plan.table_id in changes else set()
        whole = bool(changes) and ANYTHING in needs["computed"]
        if plan.name in unsettled and plan.table_id in changes:
            whole |= bool(changes[plan.table_id].created or changes[plan.table_id].destroyed)
        for table_id, field_ids in needs["computed"].items():
            whole |= table_id in changes and changes[table_id].touches(set(field_ids))
        for table_id, field_ids in needs["links"].items():
            if table_id in changes:
                ids |= _other_ends(plan, changes[table_id], set(field_ids), linking)
        whole |= ceil(len(ids) / PAGE_SIZE) >= pages(records.get(plan.name, 0)) > 1
        scope[plan.name] = None if whole else ids
    return scope


def pages(records: int) -> int:
    """How many calls it takes to read a table of so many records."""
    return max(1, ceil(records / PAGE_SIZE))


def _other_ends(plan: TablePlan, changes: TableChanges, field_ids: set[str], linking: Linking) -> set[str]:
    """The records whose link may have changed because its other end did."""
    moved = set(changes.destroyed) | changes.created.keys()
    named: set[str] = set()
    for record_id, cells in (*changes.changed.items(), *changes.created.items()):
        for field_id in field_ids & cells.keys():
            moved.add(record_id)
            try:
                named |= {item["id"] for item in cells[field_id] or ()}
            except (KeyError, TypeError):
                raise Doubt("a payload is not understood") from None
    return (linking(plan.name, moved) if moved else set()) | named
