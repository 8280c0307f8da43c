"""A doctor for the job: looks at everything that a run needs, and goes on after a fault."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from settings.errors import BadAnswer, MilestonesError, QuotaExhausted, SettingsError, TokenError, TryAgain
from settings.load import airtable_token, load_settings, store_url
from settings.models import Requirement, Settings, spelling, suggestion
from sync.airtable import AirtableBase, Record, Source
from sync.engine import open_store, store_errors
from sync.mapping import TablePlan, checked_tables, effective_type, look_up
from sync.notes import feed_of, known
from sync.quota import WARNING_SHARE
from sync.sample_base import SampleBase, generations
from sync.status import calls, read_status
from sync.writable import try_writing

# Of several faults the first of these is the process' exit code: what a person has to mend, before what may pass.
WORST_FIRST = (78, 77, 74, 65, 69, 75, 70)
CLOCK_TOLERANCE = timedelta(minutes=5)
SELECTS = {"singleSelect", "multipleSelects"}
MINUTES_PER_MONTH = 30 * 24 * 60

# The select fields whose options are spellings: table, field, the section of config.toml.
SPELLED = (
    ("projects", "type", "project_types"),
    ("milestones", "project_types", "project_types"),
    ("project_deliverables", "status", "statuses"),
    ("projects", "status", "project_statuses"),
)


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    level: Literal["ok", "warning", "fault"]
    what: str
    said: str
    remedy: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Rules:
    """What the rules tell of a configuration; `milestones.setup` documents each."""

    checks_not_made: Callable[[Settings], list[tuple[str, str]]]
    unknown_deliverables: Callable[[Collection[str], Settings], list[Requirement]]
    unknown_milestones: Callable[[Collection[str], Settings], list[Requirement]]


@dataclass(frozen=True)
class Report:
    """All findings, and the number of calls that they took."""

    findings: list[Finding]
    calls: int

    @property
    def exit_code(self) -> int:
        """The worst fault's; 0 where there are only warnings."""
        found = {finding.exit_code for finding in self.findings}
        return next((code for code in WORST_FIRST if code in found), 0)

    def as_json(self) -> dict[str, Any]:
        """The report in JSON's types."""
        return {
            "exit_code": self.exit_code,
            "calls": self.calls,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def lines(self) -> list[str]:
        """The report for people: a line each, and a summary."""
        told = [
            f"{finding.level:8}{finding.what}: {finding.said}{f'. {finding.remedy}' if finding.remedy else ''}"
            for finding in self.findings
        ]
        counts = [sum(finding.level == level for finding in self.findings) for level in ("fault", "warning")]
        words = [
            f"{count} {word}{'' if count == 1 else 's'}"
            for count, word in zip([*counts, self.calls], ("fault", "warning", "call"), strict=True)
        ]
        return [*told, f"{', '.join(words[:2])}; {words[2]} to Airtable"]


class Peekable(Source, Protocol):
    """A source of which the first records can be had without reading all."""

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table, with these fields only."""
        ...


def examine(path: Path, store: str | None, rules: Rules, now: Callable[[], datetime]) -> Report:
    """Looks at everything, with few calls and no change.

    Args:
        path: the configuration's.
        store: the store's URL, if it was given.
        now: the time, UTC.
    """
    findings: list[Finding] = []
    source: Peekable | None = None
    try:
        settings = load_settings(path)
        findings.append(Finding("ok", "configuration", f"{path} has no fault"))
    except MilestonesError as error:
        findings.append(_fault("configuration", error))
        findings.extend(_token(path)[0])
        return Report(findings, 0)
    if settings.airtable.base is None:
        source = SampleBase(generations()[-1])
        findings.append(Finding("ok", "token", "the sample base needs none; set base in config.toml for your own"))
    else:
        told, token = _token(path)
        findings.extend(told)
        try:
            source = AirtableBase(settings.airtable.base, token, settings.airtable) if token else None
        except MilestonesError as error:
            findings.append(_fault("endpoint", error))
    if source is None:
        findings.append(Finding("warning", "base", "not looked at, for want of a token"))
    else:
        findings.extend(_base(settings, source, rules, now, _known(path, store, settings, source.base)))
        findings.extend(_webhook(path, store, settings, source))
    findings.extend(Finding("warning", place, f"not mapped: {what}") for place, what in rules.checks_not_made(settings))
    findings.extend(_store(path, store, settings, now()))
    return Report(findings, source.calls if source else 0)


def _fault(what: str, error: MilestonesError) -> Finding:
    return Finding("fault", what, error.cause, error.remedy, error.exit_code)


def _token(path: Path) -> tuple[list[Finding], str]:
    try:
        return [Finding("ok", "token", "there is one")], airtable_token(path)
    except MilestonesError as error:
        return [_fault("token", error)], ""


def _known(path: Path, store: str | None, settings: Settings, base: str) -> tuple[TablePlan, ...]:
    """What the last run read, so that a rename is no fault here either."""
    try:
        url = store_url(settings, path, store)
        with store_errors(url):
            found = known(open_store(url), base)
    except MilestonesError:
        return ()
    return found.plans if found else ()


def _base(
    settings: Settings, source: Peekable, rules: Rules, now: Callable[[], datetime], past: tuple[TablePlan, ...]
) -> Iterator[Finding]:
    """Token, scopes, clock, tables, fields, and the words in the base that config.toml should know."""
    try:
        schema = source.schema()
        tables = checked_tables(schema, source.base)
    except MilestonesError as error:
        yield _fault("schema", error)
        yield from _records_without_schema(settings, source, error)
        return
    yield Finding("ok", "schema", f"base {source.base} shows its {len(tables)} tables")
    yield from _clock(source, now())
    plans, faults = look_up(settings, schema, source.base, past)
    for said in faults:
        remedy = "Mend the name in config.toml, or take the field out if the base lacks it"
        yield Finding("fault", "mapping", said, remedy, 78)
    told = list(_readable(plans, source))
    yield from told
    for plan in plans:
        table = next(table for table in tables if table["id"] == plan.table_id)
        yield from _spellings(settings, plan, table)
    if not {finding.exit_code for finding in told} & {QuotaExhausted.exit_code, TryAgain.exit_code}:
        yield from _requirements(settings, plans, tables, source, rules)


def _webhook(path: Path, store: str | None, settings: Settings, source: Peekable) -> Iterator[Finding]:
    """Whether the webhook that the store knows of is there and may be read; one call, where it knows of one."""
    try:
        url = store_url(settings, path, store)
        with store_errors(url):
            feed = feed_of(open_store(url), source.base)
    except MilestonesError:
        return
    if feed is None or not isinstance(source, AirtableBase):
        return
    remedy = "Make it anew: python -m sync webhook delete, then create; until then every run reads everything"
    try:
        hook = next((hook for hook in source.webhooks() if hook.get("id") == feed.webhook_id), None)
    except TokenError as error:
        yield Finding("warning", "webhook", f"{error.cause}; every run reads everything", error.remedy)
    except MilestonesError as error:
        yield _fault("webhook", error)
    else:
        if hook is None:
            yield Finding("warning", "webhook", f"{feed.webhook_id} is gone", remedy)
        elif hook.get("isHookEnabled") is False:
            yield Finding("warning", "webhook", f"{feed.webhook_id} has ended", remedy)
        else:
            yield Finding("ok", "webhook", f"{feed.webhook_id} is there and tells of changes")


def _records_without_schema(settings: Settings, source: Peekable, error: MilestonesError) -> Iterator[Finding]:
    """Whether the token lacks only the scope for the schema: a personal token's scopes show by trying alone."""
    if not isinstance(error, TokenError) or "(401)" in error.cause:
        return
    table = next(iter(settings.tables.values())).table
    try:
        source.peek(table, [])
        said = f"records of table {table!r} are readable, so it is the scope schema.bases:read that is lacking"
        yield Finding("warning", "scopes", said, "Add it to the token at https://airtable.com/create/tokens")
    except MilestonesError:
        said = "records are not readable either, so the token's access or the base's id is wrong, or both scopes lack"
        yield Finding("warning", "scopes", said, "Check the token at https://airtable.com/create/tokens")


def _clock(source: Source, now: datetime) -> Iterator[Finding]:
    there: datetime | None = getattr(source, "server_time", None)
    if there is None:
        return
    apart = abs(now - there)
    if apart > CLOCK_TOLERANCE:
        said = f"this machine's clock and Airtable's differ by {round(apart / timedelta(minutes=1))} minutes"
        yield Finding("warning", "clock", said, "Set this machine's clock: the mirror's age is told by it")
    else:
        yield Finding("ok", "clock", "agrees with Airtable's")


def _readable(plans: tuple[TablePlan, ...], source: Peekable) -> Iterator[Finding]:
    """One record of each table."""
    for plan in plans:
        what = f"tables.{plan.name}"
        try:
            source.peek(plan.table_id, [column.field_id for column in plan.columns])
        except MilestonesError as error:
            yield _fault(what, error)
            if isinstance(error, (QuotaExhausted, TryAgain)):
                return
            continue
        yield Finding("ok", what, f"table {plan.table_name!r}, {len(plan.columns)} fields, records readable")


def _spellings(settings: Settings, plan: TablePlan, table: dict[str, Any]) -> Iterator[Finding]:
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
                said = f"{option!r}, an option of field {canonical}, has no meaning{suggestion(option, words)}"
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


def _requirements(
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
                yield _fault("requirements", SettingsError(said, "Call it in config.toml as the base does"))
        defined = _names(by_name.get("catalogue"), source)
    except (KeyError, TypeError, AttributeError) as error:
        yield _fault("requirements", BadAnswer(f"Airtable sent a record that is none ({error!r})", "Run again"))
        return
    except MilestonesError as error:
        yield _fault("requirements", error)
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


def _store(path: Path, store: str | None, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the store can be written; and what the schedule costs, which the store's runs tell."""
    try:
        url = store_url(settings, path, store)
        try_writing(url)
        yield Finding("ok", "store", f"{url.render_as_string(hide_password=True)} can be written")
    except MilestonesError as error:
        yield _fault("store", error)
        return
    if settings.airtable.base is None:
        return
    status = read_status(url, settings, now)
    if status.last_success:
        told = status.quota.warning
        yield Finding("warning" if told else "ok", "quota", told or calls(status.quota))
        return
    fewest = round((1 + len(settings.tables)) * MINUTES_PER_MONTH / settings.sync.every_minutes)
    said = f"every {settings.sync.every_minutes:g} minutes a full read costs {fewest:,} calls a month or more"
    limit = status.quota.limit
    if limit and fewest > WARNING_SHARE * limit:
        remedy = "Run less often, use a webhook, or choose a plan with more calls"
        yield Finding("warning", "quota", f"{said}; the plan allows {limit:,}", remedy)
    else:
        yield Finding("ok", "quota", f"{said}; the first run tells more")
