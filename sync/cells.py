"""Turns Airtable's cells into the mirror's values.

The shapes of cells: https://airtable.com/developers/web/api/field-model. What is not understood is kept as JSON
text; what cannot be read becomes null and a fault, which is counted and told.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import blake2b
from math import isfinite, nan
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.mapping import Column, TablePlan

Value = str | float | date | datetime | None


class Unreadable(ValueError):
    """A cell that holds something from which no value of its kind can be had."""


class Rows:
    """The rows that a page of records makes, ready for the mirror's tables."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []


def rows(plan: TablePlan, records: list[dict[str, Any]]) -> Rows:
    """Reads a page of records of one table.

    Raises:
        KeyError, TypeError, ValueError: a record without id, createdTime or fields.
    """
    made = Rows()
    columns = [(column.name, column.field_id, column.is_link, _reader(column)) for column in plan.columns]
    for record in records:
        record_id, cells = record["id"], record["fields"]
        row: dict[str, Any] = {"record_id": record_id, "created_time": _time(record["createdTime"])}
        held: list[Any] = [row["created_time"].isoformat()]
        for name, field_id, is_link, read in columns:
            value: Value = None
            cell = cells.get(field_id)
            if cell is not None:
                try:
                    value = read(cell)
                except Unreadable as error:
                    fault = {"table_name": plan.name, "record_id": record_id, "field": name, "fault": str(error)}
                    made.faults.append(fault)
                    held.append((name, "fault", str(error)))
                if is_link:
                    linked = _linked(cell)
                    made.links.extend(
                        {
                            "table_name": plan.name,
                            "field": name,
                            "record_id": record_id,
                            "linked_id": linked_id,
                            "position": position,
                        }
                        for position, linked_id in enumerate(linked)
                    )
                    held.append((name, linked))
            if not is_link:
                row[name] = value
                if value is not None:
                    held.append((name, value.isoformat() if isinstance(value, date) else value))
        # Null cells are left out, so that mapping one more field changes only the records that have it.
        row["digest"] = blake2b(json.dumps(held).encode(), digest_size=16).hexdigest()
        made.records.append(row)
    return made


def _reader(column: Column) -> Callable[[Any], Value]:
    if column.kind == "date":
        zone = _zone(column.time_zone)
        return lambda cell: _date(cell, zone)
    if column.is_link:
        return lambda cell: None
    return {"text": _text, "reference": _text, "time": _time_cell, "number": _number, "list": _list}[column.kind]


def _linked(cell: Any) -> list[str]:
    """The linked records' ids."""
    members = cell if isinstance(cell, list) else [cell]
    return [member if isinstance(member, str) else member["id"] for member in members if member]


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
    if isinstance(cell, str):
        return _storable(cell).strip() or None
    plain = _single(cell)
    parts = plain if isinstance(plain, list) else [plain]
    return ", ".join(_word(part) for part in parts if part is not None).strip() or None


def _word(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, float) and part.is_integer():
        return str(int(part))
    return _storable(json.dumps(part, ensure_ascii=False))


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
    return _storable(json.dumps(kept, ensure_ascii=False)) if kept else None


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
    plain = _single(cell)
    if plain in (None, "", []):
        return None
    try:
        return _time(plain)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{_short(plain)} is not a time") from None


def _time(text: str) -> datetime:
    """A time in UTC, without its zone, as the mirror stores times."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        return time
    return (time if time.tzinfo is UTC else time.astimezone(UTC)).replace(tzinfo=None)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
