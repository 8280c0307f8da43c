"""A doctor for the job: looks at everything that a run needs, and goes on after a fault."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import URL

from settings.errors import MilestonesError, QuotaExhausted, TokenError, TryAgain
from settings.load import airtable_token, load_settings, store_url
from settings.models import Settings
from sync.airtable import AirtableBase, Source
from sync.deadline import Deadline
from sync.engine import open_store, shown, store_errors
from sync.feed import ended
from sync.mapping import TablePlan, checked_tables, look_up
from sync.notes import Feed, feed_of, known
from sync.offered import Peekable, Rules, requirements, spellings
from sync.quota import CLOCK_TOLERANCE, WARNING_SHARE
from sync.report import Finding, Report, fault
from sync.sample_base import SampleBase, generations
from sync.status import PATIENCE_SECONDS, calls, no_answer, read_status
from sync.webhook import AFTER_ITS_END
from sync.writable import try_writing

MINUTES_PER_MONTH = 30 * 24 * 60
# Of the calls that there is time for: a run that makes more has little left for a slow answer.
DEADLINE_SHARE = 0.8
# Of the time: for so long the store is waited for, but a second at least, so that the base is looked at all the same.
STORE_SHARE, STORE_SECONDS = 0.25, 1.0


@dataclass(frozen=True)
class _Held:
    """What the store tells: what the last run read, the webhook that it knows of, and what is to be said of it."""

    plans: tuple[TablePlan, ...] = ()
    feed: Feed | None = None
    findings: list[Finding] = field(default_factory=list)


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
        findings.append(fault("configuration", error))
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
            findings.append(fault("endpoint", error))
    deadline = Deadline(settings.sync.deadline_seconds)
    held = _store(path, store, settings, source.base if source else "", now())
    if source is None:
        findings.append(Finding("warning", "base", "not looked at, for want of a token"))
    else:
        findings.extend(_in_time(deadline, settings, source, rules, now, held))
    findings.extend(Finding("warning", place, f"not mapped: {what}") for place, what in rules.checks_not_made(settings))
    findings.extend(held.findings)
    return Report(findings, source.calls if source else 0)


def _in_time(
    deadline: Deadline, settings: Settings, source: Peekable, rules: Rules, now: Callable[[], datetime], held: _Held
) -> list[Finding]:
    """What the base shows until the deadline."""
    findings: list[Finding] = []

    def look() -> None:
        findings.extend(_base(settings, source, rules, now, held.plans))
        findings.extend(_webhook(held.feed, source, now))

    try:
        deadline.of("the base", look)
    except TryAgain as error:
        said = f"{error.cause}; what is not told of it here was not looked at"
        return [*findings, Finding("fault", "base", said, error.remedy, error.exit_code)]
    return findings


def _token(path: Path) -> tuple[list[Finding], str]:
    try:
        return [Finding("ok", "token", "there is one")], airtable_token(path)
    except MilestonesError as error:
        return [fault("token", error)], ""


def _base(
    settings: Settings, source: Peekable, rules: Rules, now: Callable[[], datetime], past: tuple[TablePlan, ...]
) -> Iterator[Finding]:
    """Token, scopes, clock, tables, fields, and the words in the base that config.toml should know."""
    try:
        schema = source.schema()
        tables = checked_tables(schema, source.base)
    except MilestonesError as error:
        yield fault("schema", error)
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
        yield from spellings(settings, plan, table)
    if not {finding.exit_code for finding in told} & {QuotaExhausted.exit_code, TryAgain.exit_code}:
        yield from requirements(settings, plans, tables, source, rules)


def _webhook(feed: Feed | None, source: Peekable, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Whether the webhook that the store knows of is there and may be read; one call, where it knows of one."""
    if feed is None or not isinstance(source, AirtableBase):
        return
    remedy = "Make it anew: python -m sync webhook delete, then create"
    try:
        hook = next((hook for hook in source.webhooks() if hook.get("id") == feed.webhook_id), None)
    except TokenError as error:
        yield Finding("warning", "webhook", f"{error.cause}; every run reads everything", error.remedy)
    except MilestonesError as error:
        yield fault("webhook", error)
    else:
        if hook is None:
            yield Finding("warning", "webhook", f"{feed.webhook_id} is gone; every run reads everything", remedy)
        elif ended(hook, now()):
            yield Finding("warning", "webhook", f"{feed.webhook_id} has ended; {AFTER_ITS_END}", remedy)
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
            yield fault(what, error)
            if isinstance(error, (QuotaExhausted, TryAgain)):
                return
            continue
        yield Finding("ok", what, f"table {plan.table_name!r}, {len(plan.columns)} fields, records readable")


def _store(path: Path, store: str | None, settings: Settings, base: str, now: datetime) -> _Held:
    """What the store tells in a part of the time."""
    patience = min(PATIENCE_SECONDS, max(STORE_SECONDS, STORE_SHARE * settings.sync.deadline_seconds))
    try:
        url = store_url(settings, path, store)
    except MilestonesError as error:
        return _Held(findings=[fault("store", error)])
    waiting, held = Deadline(patience), _Held()
    try:
        held = waiting.of("the store", _past, url, base)
        return replace(held, findings=waiting.of("the store", _writable, url, settings, now))
    except TryAgain:
        return replace(held, findings=[fault("store", no_answer(url, patience))])


def _past(url: URL, base: str) -> _Held:
    """What the last run read, so that a rename is no fault here either; and the webhook."""
    try:
        with store_errors(url):
            engine = open_store(url)
            past, feed = known(engine, base), feed_of(engine, base)
    except MilestonesError:  # it is not there yet, or `_writable` tells it
        return _Held()
    return _Held(past.plans if past else (), feed)


def _writable(url: URL, settings: Settings, now: datetime) -> list[Finding]:
    """Whether the store can be written, and what its runs tell."""
    try:
        try_writing(url)
    except MilestonesError as error:
        return [fault("store", error)]
    return [Finding("ok", "store", f"{shown(url)} can be written"), *_room(url), *_cost(url, settings, now)]


def _room(url: URL) -> Iterator[Finding]:
    """Whether the disk of a SQLite store has room for it once more: a run that changes all writes it anew beside it."""
    file = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not file.exists():
        return
    free, size = shutil.disk_usage(file.parent).free, file.stat().st_size
    if free < size:
        most = f"a run may need as much as the mirror, {size / 1e6:,.0f} MB"
        said = f"{file.parent} has {free / 1e6:,.0f} MB left, and {most}"
        yield Finding("warning", "room", said, "Make room there, or name another store")


def _cost(url: URL, settings: Settings, now: datetime) -> Iterator[Finding]:
    """What the schedule costs, which the store's runs tell."""
    if settings.airtable.base is None:
        return
    status = read_status(url, settings, now)
    most = max(run.calls if run else 0 for run in (status.last_attempt, status.last_success))
    possible = settings.sync.deadline_seconds * settings.airtable.requests_per_second
    if most > DEADLINE_SHARE * possible:
        said = f"a run made {most:,} calls, and requests_per_second allows {possible:,.0f} within deadline_seconds"
        yield Finding("warning", "deadline", said, "Raise deadline_seconds in config.toml")
    told = status.quota.warning
    if told or status.last_success:
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
