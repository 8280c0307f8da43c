"""How the mirror stands: how old it is, what became of the last runs, and what they cost. Reads the store alone."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.engine import URL

from settings.errors import StoreError, TryAgain
from settings.models import Settings
from sync.deadline import Deadline
from sync.engine import shown
from sync.quota import CLOCK_TOLERANCE, Quota, quota, since
from sync.snapshot import Failures, Run, Snapshot, load_counts, load_failures, load_runs, load_snapshot

State = Literal["fresh", "warning", "error"]
# What a monitor is told; its plugins know 0, 1 and 2 as fine, warning and critical.
EXIT_CODES: dict[State, int] = {"fresh": 0, "warning": 1, "error": 2}
LABEL_WIDTH = 14
# A monitor that is not answered does not know that anything is wrong.
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Status:
    """The mirror of the configured base at a moment.

    Two facts that differ: `last_attempt` is the last run, whatever came of it; `last_success` the last good one.
    """

    configured: str | None  # the base that config.toml names; None: the sample base
    now: datetime  # UTC
    state: State
    cause: str  # why it is in that state
    snapshot: Snapshot | None  # None: there is no mirror that can be read
    quota: Quota
    records: dict[str, int] = field(default_factory=dict)  # canonical table -> records
    last_attempt: Run | None = None
    last_success: Run | None = None
    answered: bool = True  # by the store; else nothing of the runs, the records and the calls is known

    @property
    def exit_code(self) -> int:
        """What `python -m sync status` ends with."""
        return EXIT_CODES[self.state]

    @property
    def age(self) -> timedelta | None:
        """Since the mirror's read began; None: there is no mirror, or it is the sample, which does not age."""
        return None if self.snapshot is None or self.snapshot.sample else self.now - self.snapshot.read_began

    def as_json(self) -> dict[str, Any]:
        """The status in JSON's types; times in ISO 8601, UTC."""
        held = self.snapshot
        told: dict[str, Any] = {
            "state": self.state,
            "cause": self.cause,
            "configured": self.configured,
            "base": held.base if held else None,
            "sample": held.sample if held else None,
            "read_began": _iso(held.read_began) if held else None,
            "equal_at": _iso(held.equal_at) if held and held.equal_at else None,
            "age_hours": round(self.age / timedelta(hours=1), 2) if self.age is not None else None,
        }
        if self.answered:
            told |= {
                "last_attempt": _run_json(self.last_attempt),
                "last_success": _run_json(self.last_success),
                "records": self.records,
                "calls": asdict(self.quota) | {"warning": self.quota.warning},
            }
        return told

    def lines(self) -> list[str]:
        """The status for people."""
        held = self.snapshot
        told = {"Base": self.configured or "the sample base"}
        if held and held.sample:
            told["Mirror"] = f"the sample base as of {held.judged_on}, read {_minute(held.read_began)}"
        elif held:
            told["Mirror"] = f"{held.base}, read {ago(self.now - held.read_began)} ({_minute(held.read_began)})"
        if self.answered:
            told["Last attempt"] = _run_line(self.last_attempt)
            told["Last success"] = _minute(self.last_success.began) if self.last_success else "none"
            told["Records"] = ", ".join(f"{name} {count:,}" for name, count in self.records.items()) or "none"
            told["Calls"] = calls(self.quota)
        if self.quota.warning:
            told["Warning"] = self.quota.warning
        return [
            f"{self.state}: {self.cause}",
            *(f"  {label:{LABEL_WIDTH}}{text}" for label, text in told.items()),
        ]


def read_status(url: URL, settings: Settings, now: datetime) -> Status:
    """Looks at the store, for so long at most. What is wrong with it is the status' cause, never raised.

    Args:
        now: UTC.
    """
    patience = min(PATIENCE_SECONDS, settings.sync.deadline_seconds)
    try:
        return Deadline(patience).of("the store", _look, url, settings, now)
    except TryAgain:
        fault, nothing = str(no_answer(url, patience)), quota([], settings.airtable, settings.sync, now)
        return Status(settings.airtable.base, now, "error", fault, None, nothing, answered=False)


def no_answer(url: URL, seconds: float) -> TryAgain:
    """What to tell of a store that was waited for in vain."""
    waited = f"{seconds:g} second{'' if seconds == 1 else 's'}"
    return TryAgain(
        f"The store {shown(url)} gave no answer in {waited}: it hangs, or another program holds it",
        "End that program, or see that the store answers",
    )


def _look(url: URL, settings: Settings, now: datetime) -> Status:
    try:
        snapshot, fault = load_snapshot(url), ""
        records = load_counts(url)
    except StoreError as error:
        snapshot, fault, records = None, str(error), {}
    runs = _runs(url, settings, snapshot, since=since(now, settings.sync), most=None)
    state, cause = _judged(settings, snapshot, fault, now)
    return Status(
        configured=settings.airtable.base,
        now=now,
        state=state,
        cause=cause,
        snapshot=snapshot,
        quota=quota(runs, settings.airtable, settings.sync, now),
        records=records,
        last_attempt=next(iter(_runs(url, settings, snapshot)), None),
        last_success=next(iter(_runs(url, settings, snapshot, succeeded=True)), None),
    )


def last_runs(url: URL, settings: Settings, most: int) -> list[Run]:
    """The last runs of the configured base, newest first; none where the store has none or cannot be read."""
    try:
        snapshot = load_snapshot(url)
    except StoreError:
        snapshot = None
    return _runs(url, settings, snapshot, most=most)[::-1]


def failures(url: URL, settings: Settings, snapshot: Snapshot | None) -> Failures | None:
    """The runs of the configured base that failed since the last good one; None where there is none, or no store."""
    try:
        return load_failures(url, _mine(settings, snapshot))
    except StoreError:
        return None


def ago(age: timedelta) -> str:
    """An age in words: 3 hours ago."""
    hours = age / timedelta(hours=1)
    if hours < 1:
        minutes = max(0, round(hours * 60))
        return "just now" if minutes < 1 else f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    if hours < 48:
        return f"{round(hours)} hour{'s' if round(hours) > 1 else ''} ago"
    return f"{round(hours / 24)} days ago"


def calls(spent: Quota) -> str:
    """The month's calls in words."""
    limit = f"the plan allows {spent.limit:,}" if spent.limit else "the plan sets no limit"
    return f"{spent.used:,} this month, about {spent.projected:,} by its end; {limit}"


def _judged(settings: Settings, snapshot: Snapshot | None, fault: str, now: datetime) -> tuple[State, str]:
    wanted = settings.airtable.base
    if snapshot is None:
        return "error", fault
    if wanted != (None if snapshot.sample else snapshot.base):
        held = "the sample base" if snapshot.sample else f"base {snapshot.base}"
        asked = f"base {wanted}" if wanted else "the sample base"
        return "error", f"The mirror holds {held}, and config.toml names {asked}. Replace it with: python -m sync run"
    if snapshot.sample:
        return "fresh", "the sample base does not age"
    age, ages = now - snapshot.read_began, settings.freshness
    if age < -CLOCK_TOLERANCE:
        return "warning", f"The mirror was read at {_minute(snapshot.read_began)}, later than now. Check the clock"
    refresh = f"The mirror was read {ago(age)}. Refresh it with: python -m sync run"
    if age > timedelta(hours=ages.error_hours):
        return "error", refresh
    if age > timedelta(hours=ages.warning_hours):
        return "warning", refresh
    return "fresh", f"the mirror was read {ago(age)}"


def _runs(
    url: URL,
    settings: Settings,
    snapshot: Snapshot | None,
    most: int | None = 1,
    *,
    since: datetime | None = None,
    succeeded: bool = False,
) -> list[Run]:
    """Runs of the configured base."""
    try:
        return load_runs(url, _mine(settings, snapshot), most, since=since, succeeded=succeeded)
    except StoreError:
        return []


def _mine(settings: Settings, snapshot: Snapshot | None) -> set[str]:
    """The bases whose runs are the configured one's. One of the sample that failed is noted under no base."""
    mine = {settings.airtable.base or ""}
    if settings.airtable.base is None and snapshot and snapshot.sample:
        mine.add(snapshot.base)
    return mine


def _run_json(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return asdict(run) | {"began": _iso(run.began), "ended": _iso(run.ended)}


def _run_line(run: Run | None) -> str:
    if run is None:
        return "none"
    outcome = f"failed with {run.exit_code}: {run.message}" if run.exit_code else run.message
    return f"{_minute(run.began)}, {outcome}"


def _iso(moment: datetime) -> str:
    return moment.isoformat() + "Z"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
