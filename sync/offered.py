"""Looks whether the base offers the words that config.toml requires, and config.toml knows those of the base."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from settings.errors import BadAnswer, MilestonesError, SettingsError
from settings.models import Requirement, Settings
from settings.names import spelling, suggested_meaning, suggestion
from sync.airtable import Record, Source
from sync.mapping import TablePlan, effective_type
from sync.report import Finding, fault

SELECTS = {"singleSelect", "multipleSelects"}
# The select fields whose options are spellings: table, field, the section of config.toml.
SPELLED = (
    ("projects", "type", "project_types"),
    ("milestones", "project_types", "project_types"),
    ("project_deliverables", "status", "statuses"),
    ("projects", "status", "project_statuses"),
)


@dataclass(frozen=True)
class Rules:
    """What the rules tell of a configuration; `milestones.setup` documents each."""

    checks_not_made: Callable[[Settings], list[tuple[str, str]]]
    unknown_deliverables: Callable[[Collection[str], Settings], list[Requirement]]
    unknown_milestones: Callable[[Collection[str], Settings], list[Requirement]]


class Peekable(Source, Protocol):
    """A source of which the first records can be had without reading all."""

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table, with these fields only."""
        ...


def spellings(settings: Settings, plan: TablePlan, table: dict[str, Any]) -> Iterator[Finding]:
    """Options of select fields that config.toml gives no meaning."""
    for name, canonical, section in SPELLED:
        known: dict[str, tuple[str, ...]] = getattr(settings, section)
        options = _options(plan, table, canonical) if plan.name == name else None
        if not options or (section == "project_statuses" and not known):  # without it every project is judged
            continue
        words = {word: meaning for meaning, written in known.items() for word in (meaning, *written)}
        understood = {spelling(word) for word in words}
        for option in options:
            if spelling(option) not in understood:
                said = f"{option!r}, an option of field {canonical}, has no meaning{suggested_meaning(option, words)}"
                yield Finding("warning", section, said, f"Add it to [{section}] in config.toml")


def _options(plan: TablePlan, table: dict[str, Any], canonical: str) -> list[str] | None:
    """The options of a mapped select field; None where it is none."""
    for column in plan.columns:
        if column.name == canonical:
            field = next(field for field in table["fields"] if field["id"] == column.field_id)
            kind, options = effective_type(field)
            if kind in SELECTS:
                return [str(choice.get("name")) for choice in options.get("choices") or () if isinstance(choice, dict)]
    return None


def requirements(
    settings: Settings, plans: tuple[TablePlan, ...], tables: list[dict[str, Any]], source: Peekable, rules: Rules
) -> Iterator[Finding]:
    """Required deliverables that the base's catalogue does not define, or that no record could name."""
    by_name = {plan.name: plan for plan in plans}
    offered = None
    if records := by_name.get("project_deliverables"):
        offered = _options(records, next(table for table in tables if table["id"] == records.table_id), "deliverable")
    unknown_to_records = rules.unknown_deliverables(offered, settings) if offered is not None else []
    for item in unknown_to_records:
        said = f"no option of field deliverable means {item.deliverable!r}{suggestion(item.deliverable, offered or ())}"
        yield Finding("warning", "requirements", said, "Add the option in Airtable, or its spelling to aliases")
    try:
        if any(item.source == "base" for item in settings.requirements):
            held = _names(by_name.get("milestones"), source) or []
            for item in rules.unknown_milestones(held, settings):
                said = f"no milestone of the base is called {item.milestone!r}{suggestion(item.milestone, held)}"
                yield fault("requirements", SettingsError(said, "Call it in config.toml as the base does"))
        defined = _names(by_name.get("catalogue"), source)
    except (KeyError, TypeError, AttributeError) as error:
        yield fault("requirements", BadAnswer(f"Airtable sent a record that is none ({error!r})", "Run again"))
        return
    except MilestonesError as error:
        yield fault("requirements", error)
        return
    if defined is None:
        return
    unknown = rules.unknown_deliverables(defined, settings)
    for item in unknown:
        near = suggestion(item.deliverable, defined)
        said = f"the base's catalogue does not define {item.deliverable!r}{near}"
        yield Finding("warning", "requirements", said, "Define it in the base, or add its spelling there to aliases")
    if not unknown and not unknown_to_records:
        yield Finding("ok", "requirements", f"the base knows all {len(settings.requirements)} required deliverables")


def _names(plan: TablePlan | None, source: Peekable) -> list[str] | None:
    """What a table's records are called; None where it or its name is not mapped."""
    names = [column for column in plan.columns if column.name == "name"] if plan else []
    if not plan or not names:
        return None
    pages = source.pages(replace(plan, columns=(names[0],)))
    return [str(record["fields"].get(names[0].field_id, "")) for page in pages for record in page]
