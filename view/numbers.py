"""The counts that matter first, and how they differ from a week ago."""

from dataclasses import dataclass
from datetime import date, timedelta

from milestones.coverage import coverage
from view.cells import Row, first_row, flagged, rows_of
from view.changes import counts_on, of_these
from view.page import Page
from view.types import counted

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Totals:
    """The counts of the verdicts on a page, and how much more gaps and missing ones there are than a week ago.

    more_gaps, more_missing: None where nobody knows.
    """

    gaps: int
    required: int
    missing: int
    overdue: int
    complete: int
    waived: int
    unknown: int
    more_gaps: int | None
    more_missing: int | None


def totals(page: Page) -> Totals:
    """Counts the verdicts on a page."""
    now = first_row(coverage(page.verdicts))
    then = None
    if not by_standing(page):
        then = counts_on(of_these(page.board, page.verdicts), a_week_ago(page))
    names = ("gaps", "required", "missing", "complete", "waived", "unknown")
    return Totals(
        **{name: int(now[name]) for name in names},
        overdue=int(flagged(page.verdicts, "overdue").sum()),
        more_gaps=None if then is None else int(now["gaps"] - then["gaps"]),
        more_missing=None if then is None else int(now["missing"] - then["missing"]),
    )


def a_week_ago(page: Page) -> date:
    """The day a week before the judged one."""
    return page.board.as_of - WEEK


def by_standing(page: Page) -> bool:
    """Whether a filter goes by what stands today, so that there is nothing to compare with."""
    return any(name in ("state", "flag") for name, _ in page.chosen)


def coverages(page: Page) -> list[Row]:
    """Coverage per project type, as `types.counted` counts it, the lowest first."""
    return rows_of(counted(page.verdicts, "project_type").sort_values("coverage", kind="stable"))
