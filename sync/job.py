"""One run of the job: ask what changed, read that or everything, swap the mirror."""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy import Engine

from settings.errors import BadAnswer, MilestonesError, QuotaExhausted, StoreError, TryAgain
from settings.models import Settings
from sync import mirror
from sync.airtable import AirtableBase, IteratorExpired, Record, Source
from sync.cells import rows
from sync.deadline import Deadline, background
from sync.dependencies import dependencies
from sync.feed import Changes, Doubt, pages, to_read, understood, watched_tables
from sync.mapping import TablePlan, resolve
from sync.mirror import Counts, Feed, Known, SentTwice, Staging, Stamp, staging, swap

Progress = Callable[[str, int], None]
Step = Callable[[str], None]
# What to read: of each mapped table the ids of some records, or None for the whole of it.
Scope = dict[str, set[str] | None]

# How often a table's read is begun again before the run gives up.
RESTARTS = 3
# How often a full read looks for what changed meanwhile.
CATCH_UPS = 3
# https://airtable.com/developers/web/api/webhooks-overview: payloads are kept for a week.
PAYLOADS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    base: str
    sample: bool
    read_began: datetime  # UTC
    read_ended: datetime  # UTC
    equal_at: datetime | None  # UTC; when the mirror was verified to equal the base
    tables: dict[str, Counts]
    unreadable: int  # cells
    how: str  # full, changes, quiet
    why: str  # why everything was read although there is a change feed, or ""
    calls: int
    seconds: float

    @property
    def consistency(self) -> str:
        """What is known of the mirror's being equal to the base, in words."""
        if self.sample:
            return "the sample base does not change"
        if self.equal_at:
            return f"equal to the base at {self.equal_at:%H:%M:%S} UTC"
        window = f"{self.read_began:%H:%M:%S} to {self.read_ended:%H:%M:%S} UTC"
        return f"read from {window}; not verified that nothing was edited meanwhile"

    def followed_by(self, later: "Summary") -> "Summary":
        """This run and the next one in one: what both did, and where it ended."""
        return replace(
            later,
            read_began=self.read_began,
            tables={name: counts.after(self.tables[name]) for name, counts in later.tables.items()},
            unreadable=self.unreadable + later.unreadable,
            how=self.how,
            why=self.why,
            seconds=self.seconds + later.seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """The summary in JSON's types; times in ISO 8601, UTC."""
        values = asdict(self) | {"seconds": round(self.seconds, 3), "consistency": self.consistency}
        for name in ("read_began", "read_ended", "equal_at"):
            values[name] = values[name].isoformat() + "Z" if values[name] else None
        for kind in ("records", "added", "changed", "removed"):
            values[kind] = sum(counts[kind] for counts in values["tables"].values())
        return values


def utc_now() -> datetime:
    """This moment in UTC, without a zone, as the mirror keeps times."""
    return datetime.now(UTC).replace(tzinfo=None)


class Job:
    """A run on one base."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        engine: Engine,
        *,
        judged_on: date | None = None,
        allow_shrink: bool = False,
        allow_retype: bool = False,
        progress: Progress = lambda table, records: None,
        step: Step = lambda text: None,
        watch: mirror.Watch = mirror.unwatched,
        now: Callable[[], datetime] = utc_now,
        deadline: Deadline | None = None,
    ) -> None:
        self._settings = settings
        self._source = source
        self._engine = engine
        self._judged_on = judged_on
        self._shrink_guard = 1 if allow_shrink else settings.sync.shrink_guard
        self._allow_retype = allow_retype
        self._progress = progress
        self._step = step
        self._watch = watch
        self._now = now
        self._deadline = deadline or Deadline(settings.sync.deadline_seconds)
        self._mapping = _fingerprint({name: table.model_dump() for name, table in settings.tables.items()})

    def run(self) -> Summary:
        """Mirrors the base: only what changed where a change feed tells, else everything."""
        began = self._now()
        known, feed = mirror.known(self._engine, self._source.base), mirror.feed_of(self._engine, self._source.base)
        if feed is None or not isinstance(self._source, AirtableBase):
            return self._full(None, "")
        try:
            known = self._trusted(known, feed)
            self._check_age(known, began)
            return self._changes(known, feed)
        except Doubt as doubt:
            self._step(f"reading everything: {doubt}")
            return self._full(feed, str(doubt))

    def _trusted(self, known: Known | None, feed: Feed) -> Known:
        """The mirror, if changes may be built on it.

        Raises:
            Doubt: they must not; the feed need not even be asked.
        """
        if known is None:
            raise Doubt("there is no mirror of this base to build on")
        if feed.cursor == 0:
            raise Doubt("the change feed was never read")
        if known.config_fingerprint != self._mapping:
            raise Doubt("the mapping in config.toml changed")
        if timed := [plan.table_name for plan in known.plans if known.dependencies[plan.name]["timed"]]:
            raise Doubt(f"table {timed[0]!r} has a mapped formula that changes with time")
        return known

    def _check_age(self, known: Known, now: datetime) -> None:
        """Raises Doubt where a full read is due, the feed may have forgotten something, or the clock jumped."""
        if not timedelta() <= now - known.full_read_began < timedelta(hours=self._settings.sync.full_read_hours):
            raise Doubt(f"the last full read was {known.full_read_began:%Y-%m-%d %H:%M} UTC")
        if not timedelta() <= now - known.read_began < PAYLOADS_KEPT:
            raise Doubt(f"the change feed was last read {known.read_began:%Y-%m-%d %H:%M} UTC")

    def _full(self, feed: Feed | None, why: str) -> Summary:
        """Reads everything; with a feed, also what changes meanwhile, until nothing does."""
        began, started = self._now(), time.monotonic()
        self._step(f"reading the schema of {self._source.base}")
        if feed:
            feed, lost = self._end_of(feed)
            why = f"{why}; {lost}" if lost else why
        schema = self._deadline.of("the schema", self._source.schema)
        known = mirror.known(self._engine, self._source.base)
        past = known.plans if known else ()
        plans = resolve(self._settings, schema, self._source.base, past, self._allow_retype)
        hangs_on = dependencies(schema, plans)
        scope: Scope = dict.fromkeys(plan.name for plan in plans)
        stamp = self._stamp(began, feed, hangs_on, _fingerprint(schema), began)
        summary = self._swap(plans, scope, stamp, started, "full", why)
        for _ in range(CATCH_UPS if feed else 0):  # what was edited meanwhile
            known = mirror.known(self._engine, self._source.base)
            feed = mirror.feed_of(self._engine, self._source.base)
            if summary.equal_at or feed is None:
                break
            try:
                summary = summary.followed_by(self._changes(self._trusted(known, feed), feed, again=True))
            except StoreError:
                raise
            except (Doubt, MilestonesError) as trouble:  # what was read is in the mirror, and right of its moment
                self._step(f"not verified: {trouble}")
                break
        return summary

    def _changes(self, known: Known, feed: Feed, again: bool = False) -> Summary:
        """Reads what the feed says has changed. `again`: everything was read just now.

        Raises:
            Doubt: the feed cannot be trusted this time.
        """
        began, started = self._now(), time.monotonic()
        watched = watched_tables(known.plans, known.dependencies)
        changes, cursor = self._news(feed, watched, most_calls=sum(map(pages, known.records.values())))
        linking = partial(mirror.linking, self._engine)
        scope = to_read(changes, known.plans, known.dependencies, linking, known.records)
        if not again and all(ids is None for ids in scope.values()):
            raise Doubt("there are as many changes as a full read costs")
        quiet = all(ids is not None and not ids for ids in scope.values())
        feed = replace(feed, cursor=cursor)
        stamp = self._stamp(
            began,
            feed,
            known.dependencies,
            known.schema_fingerprint,
            known.full_read_began,
            equal_at=began if quiet else None,
        )
        return self._swap(known.plans, scope, stamp, started, "quiet" if quiet else "changes", "")

    def _news(self, feed: Feed, watched: set[str], most_calls: int) -> tuple[Changes, int]:
        assert isinstance(self._source, AirtableBase)  # noqa: S101 - only such a base has a feed
        self._step("asking the change feed")
        try:
            payloads, cursor, more = self._deadline.of(
                "the change feed", self._source.payloads, feed.webhook_id, feed.cursor, most_calls
            )
        except QuotaExhausted:
            raise
        except MilestonesError as error:
            raise Doubt(f"the change feed gave no answer: {error.cause}") from error
        if more:
            raise Doubt("the change feed has more to tell than a full read costs")
        return understood(payloads, watched), cursor

    def _end_of(self, feed: Feed) -> tuple[Feed, str]:
        """The feed from now on, without reading what it has told so far; from nowhere, and why, where it is lost."""
        assert isinstance(self._source, AirtableBase)  # noqa: S101 - only such a base has a feed
        # A webhook that ended goes on answering, with no payloads: once it is lost, its cursor means nothing.
        lost = replace(feed, cursor=0)
        try:
            hooks = self._deadline.of("the webhooks", self._source.webhooks)
        except QuotaExhausted:
            raise
        except MilestonesError as error:
            return lost, f"the webhook cannot be seen: {error.cause}"
        for hook in hooks:
            if hook.get("id") == feed.webhook_id and isinstance(hook.get("cursorForNextPayload"), int):
                if hook.get("isHookEnabled") is False or str(hook.get("expirationTime", "9")) < f"{self._now():%FT%T}":
                    return lost, "its webhook has ended; make one anew: python -m sync webhook delete, then create"
                return replace(feed, cursor=hook["cursorForNextPayload"]), ""
        return lost, "its webhook is gone; make one anew: python -m sync webhook delete, then create"

    def _stamp(
        self,
        began: datetime,
        feed: Feed | None,
        hangs_on: dict[str, Any],
        schema_fingerprint: str,
        full_read_began: datetime,
        equal_at: datetime | None = None,
    ) -> Stamp:
        return Stamp(
            base=self._source.base,
            sample=self._judged_on is not None,
            judged_on=self._judged_on,
            read_began=began,
            read_ended=began,  # until it has ended
            equal_at=equal_at,
            full_read_began=full_read_began,
            dependencies=hangs_on,
            schema_fingerprint=schema_fingerprint,
            config_fingerprint=self._mapping,
            feed=feed,
        )

    def _swap(
        self, plans: tuple[TablePlan, ...], scope: Scope, stamp: Stamp, started: float, how: str, why: str
    ) -> Summary:
        with staging(self._engine, plans) as staged:
            unreadable = self._read(plans, scope, staged)
            stamp = replace(stamp, read_ended=self._now())
            self._step("replacing the mirror")
            counts = swap(staged, stamp, self._shrink_guard, self._watch)
        return Summary(
            base=stamp.base,
            sample=stamp.sample,
            read_began=stamp.read_began,
            read_ended=stamp.read_ended,
            equal_at=stamp.equal_at,
            tables=counts,
            unreadable=unreadable,
            how=how,
            why=why,
            calls=self._source.calls,
            seconds=time.monotonic() - started,
        )

    def _read(self, plans: tuple[TablePlan, ...], scope: Scope, staged: Staging) -> int:
        """Stages what the scope names, all tables side by side, one page of each in flight; the unreadable cells."""
        reads = {}
        for plan in plans:
            ids = scope[plan.name]
            if ids is not None:
                staged.ask(plan, ids)
            if ids is None or ids:
                reads[plan.name] = _TableRead(self._source, plan, ids)
        waiting = {read.next_page(): read for read in reads.values()}
        while waiting:
            names = ", ".join(repr(read.plan.table_name) for read in waiting.values())
            for future in self._deadline.first(waiting, names):
                read = waiting.pop(future)
                try:
                    page = future.result()
                    if page is not None:
                        waiting[read.next_page()] = read
                        staged.add(read.plan, read.rows_of(page))
                        self._progress(read.plan.name, len(page))
                except (IteratorExpired, SentTwice) as error:
                    waiting = {key: value for key, value in waiting.items() if value is not read}
                    staged.discard(read.plan)
                    self._progress(read.plan.name, -read.records)
                    self._step(f"reading table {read.plan.table_name!r} anew: its pages did not fit together")
                    read.begin_again(error)
                    waiting[read.next_page()] = read
                else:
                    if page is None:
                        self._step(f"read table {read.plan.table_name!r}")
        return sum(read.unreadable for read in reads.values())


class _TableRead:
    """The read of one table, which may have to begin again."""

    def __init__(self, source: Source, plan: TablePlan, ids: set[str] | None) -> None:
        self.plan = plan
        self._source = source
        self._ids = ids
        self._restarts = 0
        self._begin()

    def _begin(self) -> None:
        self.records = self.unreadable = 0
        self._pages = self._source.pages(self.plan, self._ids)

    def begin_again(self, cause: Exception) -> None:
        """Starts over: what was read of an expired or shifted cursor is never spliced with what comes after it."""
        self._restarts += 1
        if self._restarts > RESTARTS:
            fault = f"Table {self.plan.table_name!r} could not be read in one piece in {RESTARTS + 1} attempts"
            if isinstance(cause, SentTwice):
                raise BadAnswer(f"{fault}; a record came twice in each", "Run again when the base is quieter")
            raise TryAgain(f"{fault}; Airtable forgot the cursor in each", "Run again later")
        self._begin()

    def next_page(self) -> "Future[list[Record] | None]":
        """The next page as soon as it is there; None after the last."""
        return background(next, self._pages, None)

    def rows_of(self, page: list[Record]) -> Any:
        """The page as rows.

        Raises:
            BadAnswer: it holds something that is no record.
        """
        try:
            made = rows(self.plan, page)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadAnswer(
                f"Airtable sent a record of table {self.plan.table_name!r} that is none ({error!r})", "Run again"
            ) from error
        self.records += len(page)
        self.unreadable += len(made.faults)
        return made


def run(settings: Settings, source: Source, engine: Engine, **options: Any) -> Summary:
    """Mirrors a base.

    Args:
        options: as `Job` takes them. `judged_on`: for a sample base, the day on which it is judged; `allow_shrink`:
            lets a suspicious loss of records through; `allow_retype`: as `resolve` takes it; `progress`: is told each
            table's canonical name and the number of records in every page read (less than 0: they are read again);
            `step`: is told each step in words; `watch`: as `mirror.swap` takes it.

    Raises:
        MilestonesError: whichever fault; the mirror is then as it was.
    """
    return Job(settings, source, engine, **options).run()


def _fingerprint(value: Any) -> str:
    return blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
