"""One run of the job: ask what changed, read that or everything, swap the mirror."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy import Engine

from settings.errors import MilestonesError, QuotaExhausted, Stopped, StoreError
from settings.models import Settings
from sync import notes
from sync.airtable import AirtableBase, Source
from sync.deadline import Deadline
from sync.dependencies import dependencies
from sync.feed import Changes, Doubt, ended, pages, to_read, understood, watched_tables
from sync.mapping import TablePlan, resolve
from sync.mirror import Stamp, Watch, is_suspicious, losses, swap, unwatched
from sync.notes import Feed, Known
from sync.quota import UNPUNCTUAL
from sync.reading import Progress, Scope, Step, stage, stage_hidden
from sync.refusals import NotThere
from sync.staging import Staging, staging
from sync.summary import Summary
from sync.writable import refuse_strangers

# Of the time that is left, for the change feed: everything can be read without it.
FEED_SHARE = 0.25
# How often a full read looks for what changed meanwhile.
CATCH_UPS = 3
# https://airtable.com/developers/web/api/webhooks-overview: payloads are kept for a week.
PAYLOADS_KEPT = timedelta(days=7)


def utc_now() -> datetime:
    """This moment in UTC, without a zone, as the mirror keeps times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Fed:
    """A base that has a change feed: only one over HTTP can."""

    base: AirtableBase
    feed: Feed


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
        watch: Watch = unwatched,
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
        with self._engine.connect() as connection, connection.begin():
            refuse_strangers(connection)
        known, feed = notes.known(self._engine, self._source.base), notes.feed_of(self._engine, self._source.base)
        if feed is None or not isinstance(self._source, AirtableBase):
            return self._full(None, "")
        fed = Fed(self._source, feed)
        try:
            known = self._trusted(known, feed)
            self._check_age(known, began)
            return self._changes(known, fed)
        except (Doubt, NotThere) as doubt:
            self._step(f"reading everything: {doubt}")
            return self._full(fed, str(doubt))

    def _trusted(self, known: Known | None, feed: Feed) -> Known:
        """The mirror, if changes may be built on it.

        Raises:
            Doubt: they must not; the feed need not even be asked.
        """
        if known is None:
            raise Doubt("there is no mirror of this base to build on")
        if known.config_fingerprint != self._mapping:
            raise Doubt("the mapping in config.toml changed")
        if timed := _timed(known):
            raise Doubt(f"table {timed!r} has a mapped formula that changes with time (a webhook is of no use here)")
        if feed.cursor == 0:
            raise Doubt("there is no place in the change feed to go on from")
        return known

    def _check_age(self, known: Known, now: datetime) -> None:
        """Raises Doubt where a full read is due, the feed may have forgotten something, or the clock jumped.

        A full read is due where the next run would come too late for it.
        """
        sync = self._settings.sync
        next_run = min(timedelta(minutes=sync.every_minutes), now - known.read_began) * (1 - UNPUNCTUAL)
        if not timedelta() <= now - known.full_read_began < timedelta(hours=sync.full_read_hours) - next_run:
            raise Doubt(f"the last full read was {known.full_read_began:%Y-%m-%d %H:%M} UTC")
        if not timedelta() <= now - known.read_began < PAYLOADS_KEPT:
            raise Doubt(f"the change feed was last read {known.read_began:%Y-%m-%d %H:%M} UTC")

    def _full(self, fed: Fed | None, why: str) -> Summary:
        """Reads everything; with a feed, also what changes meanwhile, until nothing does."""
        began, started = self._now(), time.monotonic()
        self._step(f"reading the schema of {self._source.base}")
        feed = None
        known = notes.known(self._engine, self._source.base)
        if fed and known and _timed(known) and known.config_fingerprint == self._mapping:
            feed = replace(fed.feed, cursor=0)  # of no use, and not asked
        elif fed:
            feed, lost = self._end_of(fed)
            why = f"{why}; {lost}" if lost else why
        schema = self._deadline.of("the schema", self._source.schema)
        past = known.plans if known else ()
        plans = resolve(self._settings, schema, self._source.base, past, self._allow_retype)
        hangs_on = dependencies(schema, plans)
        scope: Scope = dict.fromkeys(plan.name for plan in plans)
        stamp = self._stamp(began, feed, hangs_on, began)
        summary = self._swap(plans, scope, stamp, started, "full", why)
        for _ in range(CATCH_UPS):  # what was edited meanwhile
            if fed is None or summary.equal_at:
                break
            known = notes.known(self._engine, self._source.base)
            feed = notes.feed_of(self._engine, self._source.base)
            if feed is None:
                break
            try:
                summary = summary.followed_by(
                    self._changes(self._trusted(known, feed), replace(fed, feed=feed), again=True)
                )
            except StoreError:
                raise
            except (Doubt, MilestonesError, Stopped) as trouble:  # what was read is in the mirror, right of its moment
                self._step(f"not verified: {trouble}")
                break
        return summary

    def _changes(self, known: Known, fed: Fed, again: bool = False) -> Summary:
        """Reads what the feed says has changed. `again`: everything was read just now.

        Raises:
            Doubt: the feed cannot be trusted this time.
        """
        began, started = self._now(), time.monotonic()
        watched = watched_tables(known.plans, known.dependencies)
        changes, cursor = self._news(fed, watched, most_calls=sum(map(pages, known.records.values())))
        linking = partial(notes.linking, self._engine)
        scope = to_read(changes, known.plans, known.dependencies, linking, known.records, known.unsettled)
        if not again and all(ids is None for ids in scope.values()):
            raise Doubt("there are as many changes as a full read costs")
        quiet = all(ids is not None and not ids for ids in scope.values())
        feed = replace(fed.feed, cursor=cursor)
        stamp = self._stamp(
            began,
            feed,
            known.dependencies,
            known.full_read_began,
            equal_at=began if quiet else None,
        )
        return self._swap(known.plans, scope, stamp, started, "quiet" if quiet else "changes", "")

    def _news(self, fed: Fed, watched: set[str], most_calls: int) -> tuple[Changes, int]:
        self._step("asking the change feed")
        try:
            payloads, cursor, more = self._deadline.part(FEED_SHARE).of(
                "the change feed", fed.base.payloads, fed.feed.webhook_id, fed.feed.cursor, most_calls
            )
        except QuotaExhausted:
            raise
        except MilestonesError as error:
            raise Doubt(f"the change feed gave no answer: {error.cause}") from error
        if more:
            raise Doubt("the change feed has more to tell than a full read costs")
        return understood(payloads, watched), cursor

    def _end_of(self, fed: Fed) -> tuple[Feed, str]:
        """The feed from now on, without reading what it has told so far; from nowhere, and why, where it is lost."""
        # A webhook that ended goes on answering, with no payloads: once it is lost, its cursor means nothing.
        lost = replace(fed.feed, cursor=0)
        try:
            hooks = self._deadline.part(FEED_SHARE).of("the webhooks", fed.base.webhooks)
        except QuotaExhausted:
            raise
        except MilestonesError as error:
            return lost, f"the webhook cannot be seen: {error.cause}"
        for hook in hooks:
            if hook.get("id") == fed.feed.webhook_id and isinstance(hook.get("cursorForNextPayload"), int):
                if ended(hook, self._now()):
                    return lost, "its webhook has ended; make one anew: python -m sync webhook delete, then create"
                return replace(fed.feed, cursor=hook["cursorForNextPayload"]), ""
        return lost, "its webhook is gone; make one anew: python -m sync webhook delete, then create"

    def _stamp(
        self,
        began: datetime,
        feed: Feed | None,
        hangs_on: dict[str, Any],
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
            config_fingerprint=self._mapping,
            feed=feed,
        )

    def _swap(
        self, plans: tuple[TablePlan, ...], scope: Scope, stamp: Stamp, started: float, how: str, why: str
    ) -> Summary:
        with staging(self._engine, plans) as staged:
            stage(self._source, plans, scope, staged, self._deadline, self._progress, self._step)
            self._find_hidden(scope, staged)
            stamp = replace(stamp, read_ended=self._now())
            self._step("replacing the mirror")
            counts, unreadable = swap(staged, stamp, self._shrink_guard, self._watch)
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

    def _find_hidden(self, scope: Scope, staged: Staging) -> None:
        """Asks by name for the records that tables read whole seem to have lost, unless they are suspiciously many."""
        known = notes.known(self._engine, self._source.base)
        before = {plan.table_id: known.records[plan.name] for plan in known.plans} if known else {}
        for plan in staged.plans:
            if scope[plan.name] is None and (count := before.get(plan.table_id)):
                lost = losses(staged, plan)
                if lost and not is_suspicious(len(lost), count, self._shrink_guard):
                    self._step(f"asking for {len(lost)} records of table {plan.table_name!r} that seem to be gone")
                    stage_hidden(self._source, plan, lost, staged, self._deadline)


def _timed(known: Known) -> str:
    """The name of a table of which a mapped formula changes with no edit at all; "" if there is none."""
    return next((plan.table_name for plan in known.plans if known.dependencies[plan.name]["timed"]), "")


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
