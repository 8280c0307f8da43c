"""The counts that matter first, and how they differ from a week ago."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from milestones.coverage import coverage
from milestones.words import GAPS
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


def owing(page: Page) -> list[tuple[str, int, int]]:
    """Who owes something in projects that go on, how much of it is overdue, and how much it is; most overdue first."""
    verdicts = page.verdicts
    owed = verdicts["state"].isin(GAPS) & (verdicts["project_status"] != "done")
    people, names = pd.factorize(verdicts["product_manager"], sort=True)
    counts = [
        np.bincount(people[what.to_numpy()], minlength=len(names))
        for what in (owed & flagged(verdicts, "overdue"), owed)
    ]
    order = np.lexsort((-counts[1], -counts[0]))
    return [(str(names[place]), int(counts[0][place]), int(counts[1][place])) for place in order if counts[1][place]]
