"""The month's API calls: used, projected, and what the plan allows.

Plans: https://support.airtable.com/docs/managing-api-call-limits-in-airtable. The limit is the workspace's; counted
here are this job's calls alone, so the workspace may be nearer to it than is shown.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean

from settings.models import AirtableSettings, SyncSettings
from sync.frames import Run

CALLS_PER_MONTH = {"free": 1_000, "team": 100_000, "none": None}
# The warning comes while there is still a fifth of the month's calls to act in.
WARNING_SHARE = 0.8
# How many of the last runs tell what a run costs.
RECENT_RUNS = 24


@dataclass(frozen=True)
class Quota:
    """Calls of this month (UTC) so far and as projected to its end, and the plan's limit (None: no limit)."""

    used: int
    projected: int
    limit: int | None

    @property
    def warning(self) -> str | None:
        """What to say before the limit is reached, or None."""
        if self.limit is None or self.projected <= WARNING_SHARE * self.limit:
            return None
        return (
            f"{self.used:,} calls this month, about {self.projected:,} by its end at this pace; "
            f"the plan allows {self.limit:,}"
        )


def quota(runs: list[Run], airtable: AirtableSettings, sync: SyncSettings, now: datetime) -> Quota:
    """The month's calls.

    Args:
        runs: this base's runs of at least the current month, oldest first.
        now: UTC.
    """
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = begins + timedelta(days=calendar.monthrange(now.year, now.month)[1])
    used = sum(run.calls for run in runs if run.began >= begins)
    each = mean([run.calls for run in runs[-RECENT_RUNS:]] or [0])
    left = (ends - now) / timedelta(minutes=sync.every_minutes)
    return Quota(used, round(used + each * left), CALLS_PER_MONTH[airtable.plan])
