"""The month's API calls: used, projected, and what the plan allows.

Plans: https://support.airtable.com/docs/managing-api-call-limits-in-airtable. The limit is the workspace's; counted
here are this job's runs alone, so the workspace may be nearer to it than is shown. When a workspace's month begins
the API does not tell; here it is the calendar's, in UTC.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, inf
from statistics import mean

from settings.errors import QuotaExhausted
from settings.models import AirtableSettings, SyncSettings
from sync.snapshot import Run

CALLS_PER_MONTH = {"free": 1_000, "team": 100_000, "none": None}
# The warning comes while there is still a fifth of the month's calls to act in.
WARNING_SHARE = 0.8
# What a run costs is told by the runs of the last day (or of the time between two full reads, which cost most, if
# that is longer), and by no fewer than these where there are so many.
FEWEST_RUNS = 5
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
# What was noted later than this clock is no news; by more than so much it tells that a clock is wrong, or was.
CLOCK_TOLERANCE = timedelta(minutes=5)
# Of the interval between two runs: by so much runs may be early or late, as schedulers are, when a full read is due.
UNPUNCTUAL = 0.1


@dataclass(frozen=True)
class Cost:
    """The calls of a full read that is due, and those of any other run, on an average: the same without a webhook."""

    full: float
    other: float

    def of(self, minutes: float, every: float, full_read_hours: float) -> float:
        """The calls in so many minutes, with a run every so many of them and full reads as `Job` makes them."""
        runs = minutes / every
        full = runs / max(1, ceil(full_read_hours * 60 / every - (1 - UNPUNCTUAL)))
        return full * self.full + (runs - full) * self.other

    def enough(self, minutes: float, spare: float, full_read_hours: float) -> int | None:
        """The shortest interval (minutes) at which no more calls than are spare are made; None: there is none."""
        fitting = (every for every in range(1, ceil(minutes)) if self.of(minutes, every, full_read_hours) <= spare)
        return next(fitting, None)


@dataclass(frozen=True)
class Quota:
    """Calls of this month (UTC) so far and as projected to its end, and the plan's limit (None: no limit)."""

    used: int
    projected: int
    limit: int | None
    enough_minutes: int | None = None  # the shortest interval whose projection needs no warning; None: there is none
    enough_hours: int | None = None  # the full_read_hours that this interval takes; None: those that are configured
    refused: bool = False  # Airtable said this month that its calls are used up, and no run succeeded since

    @property
    def warning(self) -> str | None:
        """What to say before the limit is reached, with a remedy, or None."""
        if self.refused:
            return (
                f"Airtable refuses the job: the month's calls of the workspace are used up, {self.used:,} by this job. "
                "Wait for the next month, or choose a plan with more calls"
            )
        if self.limit is None or self.projected <= WARNING_SHARE * self.limit:
            return None
        if self.used >= self.limit:
            return (
                f"{self.used:,} calls this month, and the plan allows {self.limit:,}: Airtable may refuse the next. "
                "Run no more this month, or choose a plan with more calls"
            )
        less = "Run " + (f"every {self.enough_minutes} minutes" if self.enough_minutes else "less often")
        if self.enough_hours:
            less = f"The full reads alone are too many. Set full_read_hours to {self.enough_hours}. {less}"
        return (
            f"{self.used:,} calls this month, about {self.projected:,} by its end at this pace; "
            f"the plan allows {self.limit:,}. {less}, or choose a plan with more calls"
        )


def since(now: datetime, sync: SyncSettings) -> datetime:
    """From when on runs matter: the month's begin, or earlier where what a run costs is told by earlier ones."""
    return min(_month(now), now - 2 * _window(sync))


def quota(runs: list[Run], airtable: AirtableSettings, sync: SyncSettings, now: datetime) -> Quota:
    """The month's calls.

    Args:
        runs: this base's runs at least since `since`, oldest first.
        now: UTC.
    """
    begins = _month(now)
    ends = begins + timedelta(days=calendar.monthrange(now.year, now.month)[1])
    runs = [run for run in runs if run.began <= now + CLOCK_TOLERANCE]
    this_month = [run for run in runs if run.began >= begins]
    used = sum(run.calls for run in this_month)
    telling = [run.exit_code for run in this_month if run.exit_code in (0, QuotaExhausted.exit_code)]
    each, left = cost(runs, sync), (ends - now) / MINUTE
    found = Quota(
        used,
        projected=round(used + each.of(left, sync.every_minutes, sync.full_read_hours)),
        limit=CALLS_PER_MONTH[airtable.plan],
        refused=telling[-1:] == [QuotaExhausted.exit_code],
    )
    minutes, hours = _enough(found, each, left, sync) if found.warning else (None, None)
    return replace(found, enough_minutes=minutes, enough_hours=hours)


def _enough(found: Quota, each: Cost, left: float, sync: SyncSettings) -> tuple[int | None, int | None]:
    """A schedule that needs no warning: minutes between runs, and hours between full reads if they must be fewer."""
    spare = WARNING_SHARE * (found.limit or 0) - found.used
    if spare <= 0:
        return None, None
    minutes = each.enough(left, spare, sync.full_read_hours)
    if each.other == each.full or (minutes or inf) <= sync.full_read_hours * 60:
        return minutes, None
    hours = ceil(each.full * left / 60 / (spare / 2))  # half of what is spare is for full reads
    if hours * 60 > left:  # which is not enough for one
        return None, None
    minutes = each.enough(left, spare, hours)
    return minutes and max(minutes, ceil(sync.every_minutes)), hours


def cost(runs: list[Run], sync: SyncSettings) -> Cost:
    """What runs cost; nothing where none ran yet.

    Runs that failed tell nothing of it, unless all did: one without a token makes no call.
    """
    telling = [run for run in runs if not run.exit_code] or runs
    if not telling:
        return Cost(0, 0)
    recent = [run for run in telling if run.began > telling[-1].began - _window(sync)]
    recent = max(recent, telling[-FEWEST_RUNS:], key=len)
    calls, full = [run.calls for run in recent], [run.calls for run in recent if run.how == "full"]
    if len(full) in (0, len(calls)):
        return Cost(mean(calls), mean(calls))
    # Full reads that were made for a doubt are runs like others: there will be more of them.
    span, apart = (recent[-1].began - recent[0].began) / MINUTE, max(sync.every_minutes, sync.full_read_hours * 60)
    due = min(len(full), 1 + span / apart)
    return Cost(mean(full), (sum(calls) - due * mean(full)) / (len(calls) - due))


def _window(sync: SyncSettings) -> timedelta:
    return max(DAY, timedelta(hours=sync.full_read_hours))


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
