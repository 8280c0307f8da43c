"""Turns Airtable's cells into the mirror's values.

The shapes of cells: https://airtable.com/developers/web/api/field-model. What is not understood is kept as JSON
text; what cannot be read becomes null and a fault, which is counted and told.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from math import isfinite, nan
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from sync.layout import FAULT_COLUMNS, LINK_COLUMNS
from sync.mapping import Column, TablePlan

# https://airtable.com/developers/web/api/model/record-id
RECORD_ID = re.compile(r"rec[0-9A-Za-z]{14}")

Columns = dict[str, list[Any]]
Value = str | float | date | datetime | None


class Unreadable(ValueError):
    """A cell that holds something from which no value of its kind can be had."""


@dataclass
class Rows:
    """The rows that a page of records makes, ready for the mirror's tables: each a column's values by its name.

    records: `record_id`, `created_time`, and the mapped fields that are no links.
    links, faults: the columns of `layout.LINK_COLUMNS` and `layout.FAULT_COLUMNS`.
    """

    records: Columns
    links: Columns
    faults: Columns


def rows(plan: TablePlan, records: list[dict[str, Any]]) -> Rows:
    """Reads a page of records of one table, a field at a time.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, OverflowError: a record without id, createdTime or fields.
    """
    ids = [record["id"] for record in records]
    if not all(map(RECORD_ID.fullmatch, ids)):
        raise ValueError("an id that is none")
    created = [_time(record["createdTime"]) for record in records]
    fields = [record["fields"] for record in records]
    made = Rows({"record_id": ids, "created_time": created}, _empty(LINK_COLUMNS), _empty(FAULT_COLUMNS))
    for column in plan.columns:
        cells = [cell.get(column.field_id) for cell in fields]
        if column.is_link:
            linked = [_linked(cell) if cell else [] for cell in cells]
            _note_links(made.links, plan.name, column.name, ids, linked)
            continue
        read = _reader(column)
        try:
            values = [None if cell is None else read(cell) for cell in cells]
        except Unreadable:
            values, told = _with_faults(read, cells)
            _note_faults(made.faults, plan.name, column.name, ids, told)
        made.records[column.name] = values
    return made


def _empty(names: tuple[str, ...]) -> Columns:
    return {name: [] for name in names}


def _note_links(links: Columns, table: str, field: str, ids: list[str], linked: list[list[str]]) -> None:
    links["record_id"] += [record_id for record_id, others in zip(ids, linked, strict=True) for _ in others]
    links["linked_id"] += chain.from_iterable(linked)
    links["position"] += [position for others in linked for position in range(len(others))]
    _fill(links, table, field)


def _with_faults(read: Callable[[Any], Value], cells: list[Any]) -> tuple[list[Value], list[str | None]]:
    """The values of those cells that can be read, and what is wrong with the others."""
    values: list[Value] = []
    told: list[str | None] = []
    for cell in cells:
        value, fault = None, None
        try:
            value = None if cell is None else read(cell)
        except Unreadable as error:
            fault = str(error)
        values.append(value)
        told.append(fault)
    return values, told


def _note_faults(faults: Columns, table: str, field: str, ids: list[str], told: list[str | None]) -> None:
    for record_id, fault in zip(ids, told, strict=True):
        if fault is not None:
            faults["record_id"].append(record_id)
            faults["fault"].append(fault)
    _fill(faults, table, field)


def _fill(noted: Columns, table: str, field: str) -> None:
    """Says of what was noted last of which field it is."""
    new = len(noted["record_id"]) - len(noted["field"])
    noted["table_name"] += [table] * new
    noted["field"] += [field] * new


def _reader(column: Column) -> Callable[[Any], Value]:
    if column.kind == "date":
        zone = _zone(column.time_zone)
        return lambda cell: _date(cell, zone)
    return {"text": _text, "reference": _text, "time": _time_cell, "number": _number, "list": _list}[column.kind]


def _linked(cell: Any) -> list[str]:
    """The linked records' ids. Raises as `rows` does."""
    members = cell if isinstance(cell, list) else [cell]
    ids = [member if isinstance(member, str) else member["id"] for member in members if member]
    if not all(map(RECORD_ID.fullmatch, ids)):
        raise ValueError("a link that is none")
    return ids


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _plain(cell: Any) -> Any:
    """A cell without Airtable's wrapping: the name of a collaborator or option, the text of a generated one."""
    if isinstance(cell, dict):
        if "error" in cell or "specialValue" in cell:
            raise Unreadable(f"the field's formula gives {cell.get('error') or cell.get('specialValue')}")
        if "state" in cell and "value" in cell:
            return cell["value"]
        for key in ("name", "email", "text", "label", "filename"):
            if cell.get(key):
                return _plain(cell[key])
    return _storable(cell) if isinstance(cell, str) else cell


def _storable(text: str) -> str:
    """Text as any database takes it: without NUL, and with half a character (LEFT() can cut an emoji) replaced."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode(errors="replace").decode()


def _single(cell: Any) -> Any:
    """The only member of a lookup's list, else the list's plain members, else the plain cell."""
    if isinstance(cell, list):
        members = [_plain(member) for member in cell if member is not None]
        return members[0] if len(members) == 1 else members
    return _plain(cell)


def _text(cell: Any) -> str | None:
    """Text of any cell; several members of a list are joined by a comma. Blank text is no text."""
    plain = _storable(cell) if isinstance(cell, str) else _single(cell)
    if not isinstance(plain, str):
        parts = plain if isinstance(plain, list) else [plain]
        plain = ", ".join(_word(part) for part in parts if part is not None)
    return plain.strip() or None


def _word(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, float) and part.is_integer():
        return str(int(part))
    return _as_json(part)


def _list(cell: Any) -> str | None:
    """A list as JSON text: names of options, or for attachments what does not expire."""
    members = cell if isinstance(cell, list) else [cell]
    kept = [
        {key: member[key] for key in ("id", "filename", "type", "size") if key in member}
        if isinstance(member, dict) and "filename" in member
        else _plain(member)
        for member in members
        if member not in (None, "")
    ]
    return _as_json(kept) if kept else None


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # it takes no half a character, and no number beyond 64 bits
        return _storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _number(cell: Any) -> float | None:
    plain = _single(cell)
    if plain in (None, "", []):
        return None
    try:
        number = float(plain)
    except (TypeError, ValueError, OverflowError):
        number = nan
    if not isfinite(number):
        raise Unreadable(f"{_short(plain)} is not a number")
    return number


def _date(cell: Any, zone: ZoneInfo) -> date | None:
    """A day; of a time, the day in the field's own time zone, or in UTC where it has none."""
    try:
        return date.fromisoformat(cell)  # Airtable's own way; what follows takes several times as long
    except (TypeError, ValueError):
        plain = _single(cell)
    if plain in (None, "", []):
        return None
    try:
        if isinstance(plain, str) and len(plain.strip()) <= len("2026-01-01"):
            return date.fromisoformat(plain.strip())
        return _time(plain).replace(tzinfo=UTC).astimezone(zone).date()
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{_short(plain)} is not a date") from None


def _time_cell(cell: Any) -> datetime | None:
    try:
        return _time(cell)
    except (TypeError, ValueError, OverflowError):
        plain = _single(cell)
    if plain in (None, "", []):
        return None
    try:
        return _time(plain)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{_short(plain)} is not a time") from None


def _time(text: str) -> datetime:
    """A time in UTC, without its zone, as the mirror stores times."""
    if isinstance(text, str) and text.endswith("Z"):  # Airtable's own way; the general one takes several times as long
        time = datetime.fromisoformat(text[:-1])
    else:
        time = datetime.fromisoformat(text)
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
