"""Resolves the names in config.toml against a base's schema, once per run, and works by id from then on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from settings.errors import BadAnswer, MappingError
from settings.fields import FIELDS
from settings.models import CanonicalTable, Settings, TableSettings
from settings.names import spelling, suggestion

# https://airtable.com/developers/web/api/field-model
LINK_TYPE = "multipleRecordLinks"
TEXT_TYPES = {"singleLineText", "multilineText", "richText", "singleSelect", "email", "url", "phoneNumber"}
DATE_TYPES = {"date", "dateTime", "createdTime", "lastModifiedTime"}
NUMBER_TYPES = {"number", "currency", "percent", "count", "rating", "duration", "autoNumber"}
# Of the options of a field those that name something.
ID_OPTIONS = ("linkedTableId", "inverseLinkFieldId", "recordLinkFieldId", "fieldIdInLinkedTable", "timeZone")
# The type of these is the type of their result.
COMPUTED_TYPES = {"formula", "rollup", "multipleLookupValues"}


@dataclass(frozen=True)
class Column:
    """One mapped field: its canonical name and kind, and where it comes from."""

    name: str
    kind: str
    field_id: str
    field_name: str
    field_type: str
    time_zone: str | None = None
    wanted: str = ""  # how config.toml calls it

    @property
    def is_link(self) -> bool:
        """Whether its cells are links, which the mirror keeps apart."""
        return self.kind == "reference" and self.field_type == LINK_TYPE


@dataclass(frozen=True)
class TablePlan:
    """One mapped table: its canonical name, its id and name in the base, and its columns."""

    name: str
    table_id: str
    table_name: str
    columns: tuple[Column, ...]
    wanted: str = ""  # how config.toml calls it


def resolve(
    settings: Settings, schema: Any, base: str, known: tuple[TablePlan, ...] = (), allow_retype: bool = False
) -> tuple[TablePlan, ...]:
    """The mapped tables and fields, by id.

    What config.toml still calls as it did at the last run keeps the id it had then, so that a table or field that was
    renamed in the base goes on being read.

    Args:
        schema: the answer of `GET /v0/meta/bases/{base}/tables`.
        base: the base's id, for the messages.
        known: the plans of the last run on this base.
        allow_retype: accepts fields that hold another kind of thing than at the last run.

    Raises:
        BadAnswer: the answer is no schema.
        MappingError: tables or fields that config.toml names are not in the base, or have a type that cannot be
            mirrored, or another one than before; all of them are named, with the nearest name there is.
    """
    plans, faults = look_up(settings, schema, base, known, allow_retype)
    if faults:
        raise MappingError(
            f"Base {base} and config.toml disagree: {'; '.join(faults)}",
            "Mend the names in config.toml, or take out the fields that the base lacks",
        )
    return plans


def look_up(
    settings: Settings, schema: Any, base: str, known: tuple[TablePlan, ...] = (), allow_retype: bool = False
) -> tuple[tuple[TablePlan, ...], list[str]]:
    """What `resolve` finds, and the faults in words, each with its place.

    Raises:
        BadAnswer: the answer is no schema.
    """
    tables = checked_tables(schema, base)
    before = {plan.name: plan for plan in known}
    faults: list[str] = []
    ids: dict[str, str] = dict.fromkeys(settings.tables, "")
    found: dict[CanonicalTable, dict[str, Any]] = {}
    for name, wanted in settings.tables.items():
        plan = before.get(name)
        table = _remembered(wanted.table, (plan.wanted, plan.table_id) if plan else None, tables)
        if table is None:
            near = suggestion(wanted.table, [table["name"] for table in tables])
            faults.append(f"[tables.{name}] table {wanted.table!r} is not in the base{near}")
        else:
            found[name], ids[name] = table, table["id"]
    plans = []
    for canonical, table in found.items():
        wanted, plan = settings.tables[canonical], before.get(canonical)
        past = {column.name: column for column in plan.columns} if plan and plan.table_id == table["id"] else {}
        columns = []
        for item in _columns(canonical, wanted, table, ids, past, allow_retype):
            columns.append(item) if isinstance(item, Column) else faults.append(item)
        plans.append(TablePlan(canonical, table["id"], table["name"], tuple(columns), wanted.table))
    return tuple(plans), faults


def _remembered(wanted: str, past: tuple[str, str] | None, items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What had this name at the last run, whatever it is called now; else what has it now."""
    if past and past[0] == wanted:
        for item in items:
            if item["id"] == past[1]:
                return item
    return _find(wanted, items)


def checked_tables(schema: Any, base: str) -> list[dict[str, Any]]:
    """The tables of a schema that is one.

    Raises:
        BadAnswer: it is none, or has no tables.
    """
    tables = schema.get("tables") if isinstance(schema, dict) else None
    if not isinstance(tables, list) or not all(_is_table(table) for table in tables):
        raise BadAnswer(f"Airtable's answer for the schema of base {base} has no tables", "Run again")
    if not tables:
        raise BadAnswer(
            f"Base {base} has no tables, as far as this token sees",
            "Check the base's id and the token's access",
        )
    return tables


def _is_table(table: Any) -> bool:
    return (
        isinstance(table, dict)
        and all(isinstance(table.get(key), str) for key in ("id", "name"))
        and isinstance(table.get("primaryFieldId") or "", str)
        and isinstance(table.get("fields"), list)
        and all(
            isinstance(field, dict)
            and all(isinstance(field.get(key), str) for key in ("id", "name", "type"))
            and _are_options(field.get("options") or {})
            for field in table["fields"]
        )
    )


def _are_options(options: Any) -> bool:
    if not options or not isinstance(options, dict):
        return not options
    ids, result = options.get("referencedFieldIds") or [], options.get("result") or {}
    return (
        all(isinstance(options.get(key) or "", str) for key in ID_OPTIONS)
        and isinstance(ids, list)
        and all(isinstance(one, str) for one in ids)
        and isinstance(result, dict)
        and _are_options(result.get("options") or {})
    )


def _find(wanted: str, items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """By id, by name, or by the only name that differs in case or white space alone."""
    for key in ("id", "name"):
        for item in items:
            if item[key] == wanted:
                return item
    alike = [item for item in items if spelling(item["name"]) == spelling(wanted)]
    return alike[0] if len(alike) == 1 else None


def _columns(
    name: str,
    wanted: TableSettings,
    table: dict[str, Any],
    ids: dict[str, str],
    past: dict[str, Column],
    allow_retype: bool,
) -> Iterator[Column | str]:
    """A column for each mapped field, or the fault in words."""
    for canonical, field_name in wanted.fields.items():
        place = f"[tables.{name}.fields] {canonical}"
        before = past.get(canonical)
        field = _remembered(field_name, (before.wanted, before.field_id) if before else None, table["fields"])
        if field is None:
            near = suggestion(field_name, [field["name"] for field in table["fields"]])
            yield f"{place}: table {table['name']!r} has no field {field_name!r}{near}"
            continue
        kind, _, target = FIELDS[name][canonical].partition(":")
        kind_of_field, options = effective_type(field)
        unfit = mismatch(kind, kind_of_field)
        retyped = before and before.field_id == field["id"] and _family(before.field_type) != _family(kind_of_field)
        if unfit:
            yield f"{place}: field {field['name']!r} is a {kind_of_field}; {unfit}"
        elif before and retyped and not allow_retype:
            yield (
                f"{place}: field {field['name']!r} was a {before.field_type} and is a {kind_of_field} now; "
                "if that is meant, run once with --allow-retype"
            )
        elif kind == "reference" and field["type"] == LINK_TYPE and options.get("linkedTableId") != ids.get(target, ""):
            if ids.get(target) == "":  # it is not in the base, which is told already
                continue
            remedy = f"than [tables.{target}]" if target in ids else f"and [tables.{target}] is not mapped; map it too"
            yield f"{place}: field {field['name']!r} links to another table {remedy}"
        else:
            zone = options.get("timeZone")
            zone = None if zone == "client" else zone
            yield Column(canonical, kind, field["id"], field["name"], kind_of_field, zone, field_name)


def effective_type(field: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A field's type and options; for a computed field those of its result."""
    options = field.get("options") or {}
    if field["type"] in COMPUTED_TYPES or field["type"] in DATE_TYPES:
        result = options.get("result")
        if isinstance(result, dict) and "type" in result:
            return str(result["type"]), result.get("options") or {}
    return str(field["type"]), options


def _family(field_type: str) -> str:
    """Types between which a field may go without its values' meaning something else."""
    for name, family in (("text", TEXT_TYPES), ("date", DATE_TYPES), ("number", NUMBER_TYPES)):
        if field_type in family:
            return name
    return field_type


def mismatch(kind: str, field_type: str) -> str:
    """Why a field of this type cannot be mirrored as this kind, or nothing."""
    if kind == "text" and field_type == LINK_TYPE:
        return "map a lookup field that shows the linked record's name instead"
    if kind == "date" and field_type not in DATE_TYPES | TEXT_TYPES | COMPUTED_TYPES:
        return "a date is needed"
    if kind == "time" and field_type not in DATE_TYPES | TEXT_TYPES | COMPUTED_TYPES:
        return "a date or time is needed"
    if kind == "number" and field_type not in NUMBER_TYPES | TEXT_TYPES | COMPUTED_TYPES:
        return "a number is needed"
    return ""
