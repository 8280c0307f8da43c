"""The shape of config.toml: frozen, unknown keys are errors. What each key means is said in config.toml itself."""

import re
from collections.abc import Iterable
from itertools import combinations
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from settings.fields import FIELDS, REQUIRED_FIELDS
from settings.names import spelling, suggestion

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s]+\.[^@\s]+$")]
Spellings = tuple[str, ...]
CanonicalTable = Literal["projects", "project_deliverables", "milestones", "catalogue"]
ClaimedState = Literal["not_started", "in_progress", "in_review", "complete", "waived"]
ProjectStatus = Literal["planned", "active", "paused", "done", "cancelled"]
# The deliverable of a requirement that asks for all that the base's own catalogue defines for its milestone.
EVERY = "*"
# What it is called where the base defines nothing for its milestone.
NOTHING_YET = "Whatever the base defines"
# What those are called that it may define, but that could not be read.
UNREAD = "What could not be read"
# No number may be so large that a date or a wait made of it cannot be reckoned with.
DAY_SECONDS, YEAR_MINUTES, TEN_YEARS_HOURS, CENTURY_DAYS = 86_400, 366 * 24 * 60, 3_653 * 24, 36_500
Evidence = Literal["link", "files"]
Part = Literal["vision", "mission", "purpose", "target_audience", "value_proposition"]


def slug(text: str) -> str:
    """Lower-case words joined by dashes, for an id that can stand in an address."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-")


def _raise(faults: Iterable[str]) -> None:
    """One fault that names them all, if there is any."""
    if told := "; ".join(faults):
        raise ValueError(told)


class Strict(BaseModel):
    """Frozen, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AirtableSettings(Strict):
    """[airtable]"""

    base: Annotated[str, StringConstraints(pattern=r"^app[A-Za-z0-9]{14}$")] | None = None
    # https://airtable.com/developers/web/api/rate-limits: 5 requests a second, then 30 seconds of refusal.
    requests_per_second: float = Field(default=5, ge=0.1, le=50)
    penalty_seconds: float = Field(default=30, ge=0, le=300)
    plan: Literal["free", "team", "none"] = "team"


class StoreSettings(Strict):
    """[store]"""

    url: Text = "sqlite:///mirror/milestones.db"


class TableSettings(Strict):
    """[tables.*]: a table and its mapped fields, canonical field = name or id in the base, letter by letter."""

    table: str
    fields: dict[str, str]


class SyncSettings(Strict):
    """[sync]"""

    # The part of a table's records whose loss in one run is suspicious.
    shrink_guard: float = Field(default=0.3, gt=0, le=1)
    every_minutes: float = Field(default=60, ge=0.1, le=YEAR_MINUTES)
    deadline_seconds: float = Field(default=900, gt=0, le=DAY_SECONDS)
    full_read_hours: float = Field(default=24, ge=0, le=TEN_YEARS_HOURS)


class FreshnessSettings(Strict):
    """[freshness]: hours since the mirror's read began."""

    warning_hours: float = Field(default=26, gt=0, le=TEN_YEARS_HOURS)
    error_hours: float = Field(default=72, gt=0, le=TEN_YEARS_HOURS)

    @model_validator(mode="after")
    def _in_order(self) -> "FreshnessSettings":
        if self.error_hours < self.warning_hours:
            raise ValueError("freshness.error_hours is less than freshness.warning_hours")
        return self


class AccessSettings(Strict):
    """[access]: who may see the dashboard, by the address with which they sign in; compared without regard to case."""

    emails: frozenset[Address] = frozenset()
    domains: frozenset[Domain] = frozenset()
    ask: Text  # whom those ask who are not let in
    hours: float = Field(default=24, gt=0, le=720)  # then they sign in again; Streamlit's own cookie lasts 720

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> "AccessSettings":
        if not self.emails | self.domains:
            raise ValueError("access: name emails or domains, or leave [access] out to let in whoever reaches the page")
        return self


class RulesSettings(Strict):
    """[rules]"""

    judged: frozenset[ProjectStatus] = frozenset({"active", "paused", "done"})
    due_soon_days: int = Field(default=14, ge=0, le=CENTURY_DAYS)
    waiver_expiring_days: int = Field(default=30, ge=0, le=CENTURY_DAYS)
    # A vision is one or two sentences (shared domain notes, after lean product practice); a readable sentence has at
    # most 25 words: https://insidegovuk.blog.gov.uk/2014/08/04/sentence-length-why-25-words-is-our-limit/. 0: no limit.
    vision_words: int = Field(default=50, ge=0, le=100_000)
    # Texts that stand for one to come; signs without a word always do.
    placeholders: Spellings = (
        "TBD",
        "TBA",
        "TBC",
        "to be defined",
        "to be decided",
        "to be confirmed",
        "to be determined",
        "to be announced",
        "to be added",
        "to come",
        "to follow",
        "coming soon",
        "not yet",
        "not available",
        "N/A",
        "NA",
        "none",
        "nothing",
        "unknown",
        "todo",
        "to do",
        "WIP",
    )


class Due(Strict):
    """A due date counted in days from a date of the project."""

    from_: Literal["start", "end", "phase_start", "last_discovery"] = Field(alias="from")
    days: int = Field(ge=-CENTURY_DAYS, le=CENTURY_DAYS)


class Again(Strict):
    """A project type and the phase in which its deliverable must be revised anew; "all" is every one."""

    project_type: Text = "all"
    phase: Text = "all"


class Requirement(Strict):
    """One deliverable that projects owe."""

    id: Text = ""
    milestone: Text
    deliverable: Text
    source: Literal["handbook", "base"] = "handbook"
    aliases: tuple[Text, ...] = ()
    release: Text | None = None
    project_types: Literal["all"] | tuple[Text, ...] = "all"
    phases: tuple[Text, ...] = ()
    audiences: tuple[Text, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()
    due: Due | None = None
    again: tuple[Again, ...] = ()
    milestone_url: Text | None = None
    handbook_url: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _id_from_names(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        if values.get("source") == "base":
            values = {"deliverable": EVERY, **values}
        named = values.get("deliverable", "")
        names = f"{values.get('milestone', '')} {'base' if named == EVERY else named}"
        return {**values, "id": values.get("id") or slug(names)}

    @model_validator(mode="after")
    def _names_one_or_leaves_it_to_the_base(self) -> "Requirement":
        if self.deliverable == EVERY and self.source != "base":
            raise ValueError(f'requirements: deliverable = "{EVERY}" needs source = "base"')
        if self.deliverable == EVERY and (self.aliases or self.release):
            raise ValueError(f'requirements: aliases and release belong to one deliverable, not to "{EVERY}"')
        return self


class Settings(Strict):
    """The whole of config.toml."""

    airtable: AirtableSettings = AirtableSettings()
    store: StoreSettings = StoreSettings()
    sync: SyncSettings = SyncSettings()
    tables: dict[CanonicalTable, TableSettings]
    project_types: dict[Text, Spellings] = {}
    statuses: dict[ClaimedState, Spellings] = {}
    project_statuses: dict[ProjectStatus, Spellings] = {}
    rules: RulesSettings = RulesSettings()
    freshness: FreshnessSettings = FreshnessSettings()
    access: AccessSettings | None = None
    requirements: tuple[Requirement, ...] = Field(min_length=1)

    # Validators of single keys, not of the whole: those would run only once every key by itself is right.

    @field_validator("tables")
    @classmethod
    def _tables(cls, tables: dict[CanonicalTable, TableSettings]) -> dict[CanonicalTable, TableSettings]:
        _raise(_table_faults(tables))
        return tables

    @field_validator("project_types", "statuses", "project_statuses")
    @classmethod
    def _spellings(cls, section: dict[str, Spellings], info: ValidationInfo) -> dict[str, Spellings]:
        _raise(_spelling_faults(str(info.field_name), section))
        return section

    @field_validator("requirements")
    @classmethod
    def _requirements(cls, requirements: tuple[Requirement, ...], info: ValidationInfo) -> tuple[Requirement, ...]:
        _raise(_requirement_faults(requirements, info.data.get("project_types"), info.data.get("tables")))
        return requirements


def _table_faults(tables: dict[CanonicalTable, TableSettings]) -> Iterable[str]:
    if not tables:
        yield "tables: no table is mapped"
    if ("projects" in tables) != ("project_deliverables" in tables):
        yield "tables: projects and project_deliverables need each other"
    if "projects" not in tables and "catalogue" not in tables:
        yield "tables: map projects and project_deliverables, or milestones and catalogue, or all four"
    for name, table in tables.items():
        written = {"table": table.table} | {f"fields.{field}": of for field, of in table.fields.items()}
        yield from (
            f"tables.{name}.{place}: a name or an id is needed" for place, of in written.items() if not of.strip()
        )
        for field in table.fields:
            if field not in FIELDS[name]:
                yield f"tables.{name}.fields.{field}: unknown field{suggestion(field, FIELDS[name])}"
        for field in REQUIRED_FIELDS[name]:
            if field not in table.fields:
                yield f"tables.{name}.fields.{field}: must be mapped"


def _spelling_faults(name: str, section: dict[str, Spellings]) -> Iterable[str]:
    if name == "project_types" and "unknown" in map(spelling, section):
        yield "project_types: 'unknown' is what a type that nobody mapped is called; choose another word"
    claimed: dict[str, str] = {}
    for canonical, spellings in section.items():
        for written in {spelling(word) for word in (canonical, *spellings)}:
            other = claimed.setdefault(written, canonical)
            if other != canonical:
                yield f"{name}: {written!r} is a spelling of both {other!r} and {canonical!r}"


def _requirement_faults(
    requirements: tuple[Requirement, ...],
    project_types: dict[str, Spellings] | None,
    tables: dict[CanonicalTable, TableSettings] | None,
) -> Iterable[str]:
    """`project_types` and `tables` are None where they have faults of their own."""
    if any(item.deliverable == EVERY for item in requirements) and tables is not None:
        for name in sorted({"milestones", "catalogue"} - tables.keys()):
            yield f'requirements: source = "base" needs [tables.{name}]'
    ids = [requirement.id for requirement in requirements]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"requirements: {twice!r} stands twice; give each an id of its own"
    for first, second in combinations(requirements, 2):
        alike = {spelling(text) for text in (first.deliverable, *first.aliases)}
        alike &= {spelling(text) for text in (second.deliverable, *second.aliases)}
        if alike and (spelling(first.milestone), first.release) == (spelling(second.milestone), second.release):
            yield (
                f"requirements: {min(alike)!r} names both {first.id!r} and {second.id!r} of one milestone and release; "
                "ask it once, of all its project types, or tell the two apart by name or release"
            )
    for index, requirement in enumerate(requirements if project_types is not None else ()):
        types = requirement.project_types if requirement.project_types != "all" else ()
        anew = [again.project_type for again in requirement.again if again.project_type != "all"]
        for name in (*types, *anew):
            if name not in (project_types or {}):
                near = suggestion(name, project_types or {})
                yield f"requirements[{index}]: {name!r} is not in [project_types]{near}"
