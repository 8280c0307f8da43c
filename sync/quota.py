"""The month's API calls: used, projected, and what the plan allows.

Plans: https://support.airtable.com/docs/managing-api-call-limits-in-airtable. The limit is the workspace's; counted
here are this job's runs alone, so the workspace may be nearer to it than is shown. When a workspace's month begins
the API does not tell; here it is the calendar's, in UTC.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
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


@dataclass(frozen=True)
class Quota:
    """Calls of this month (UTC) so far and as projected to its end, and the plan's limit (None: no limit)."""

    used: int
    projected: int
    limit: int | None
    enough_minutes: int | None = None  # the shortest interval whose projection needs no warning; None: there is none
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
        less = f"Run every {self.enough_minutes} minutes or less often" if self.enough_minutes else "Run less often"
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
    this_month = [run for run in runs if run.began >= begins]
    used = sum(run.calls for run in this_month)
    telling = [run.exit_code for run in this_month if run.exit_code in (0, QuotaExhausted.exit_code)]
    each, minutes_left = cost(runs, sync), (ends - now) / timedelta(minutes=1)
    limit = CALLS_PER_MONTH[airtable.plan]
    spare = WARNING_SHARE * limit - used if limit else 0
    enough = ceil(each * minutes_left / spare) if spare > 0 and each * minutes_left >= 1 else None
    projected = round(used + each * minutes_left / sync.every_minutes)
    return Quota(used, projected, limit, enough, refused=telling[-1:] == [QuotaExhausted.exit_code])


def cost(runs: list[Run], sync: SyncSettings) -> float:
    """The calls that a run makes, on an average; 0 where none ran yet.

    Runs that failed tell nothing of it, unless all did: one without a token makes no call.
    """
    telling = [run for run in runs if not run.exit_code] or runs
    if not telling:
        return 0
    recent = [run for run in telling if run.began > telling[-1].began - _window(sync)]
    return mean(run.calls for run in max(recent, telling[-FEWEST_RUNS:], key=len))


def _window(sync: SyncSettings) -> timedelta:
    return max(DAY, timedelta(hours=sync.full_read_hours))


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
