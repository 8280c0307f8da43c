"""The counts that matter first, and how they differ from a week ago."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from milestones.coverage import tally
from milestones.words import STATES
from view.board import made_once
from view.cells import Row, rows_of
from view.changes import ruled, stood
from view.labels import UNMAPPED_TYPE
from view.numbered import numbered
from view.page import Page

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Totals:
    """The counts of the verdicts on a page, and how much more gaps and missing ones there are than a week ago.

    more_gaps, more_missing: None where nobody knows; rules_changed: the last day within that week on which the rules
        changed any of them, so that the numbers measure different things.
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
    rules_changed: date | None


def totals(page: Page) -> Totals:
    """Counts the verdicts on a page."""
    all_of, of = numbered(page.board), page.of
    now, then = _counts(all_of.state[of]), _counts_a_week_ago(page)
    names = ("gaps", "required", "missing", "complete", "waived", "unknown")
    return Totals(
        **{name: now[name] for name in names},
        overdue=int(all_of.overdue[of].sum()),
        more_gaps=None if then is None else now["gaps"] - then["gaps"],
        more_missing=None if then is None else now["missing"] - then["missing"],
        rules_changed=_rules_changed(page, a_week_ago(page)),
    )


def _counts(states: np.ndarray) -> dict[str, int]:
    """The counts of `coverage`, of states by their numbers."""
    row = tally(np.zeros_like(states), states, pd.Index(["all"]))
    return {str(name): int(row[name].iloc[0]) for name in row if name != "coverage"}


def _counts_a_week_ago(page: Page) -> dict[str, int] | None:
    """What stood at the end of that day and passes the filters; None before the first record."""
    board, day = page.board, a_week_ago(page)
    verdict, state = made_once(f"{board.key} stood {day}", lambda: stood(board, day))
    if not len(state):
        return None
    return _counts(state[_passing(page, verdict)])


def _rules_changed(page: Page, after: date) -> date | None:
    """The last day after another on which the rules changed verdicts on a page, if they did."""
    board = page.board
    verdict, days = made_once(f"{board.key} ruled after {after}", lambda: ruled(board, after))
    return max(days[_passing(page, verdict)], default=None)


def _passing(page: Page, verdict: np.ndarray) -> np.ndarray:
    """Which of some recorded verdicts are on a page (bool): all, where nothing is filtered, also what is gone."""
    of = np.full(len(page.board.verdicts) + 1, len(page.of) == len(page.board.verdicts))
    of[page.of] = True
    passing: np.ndarray = of[verdict]
    return passing


def a_week_ago(page: Page) -> date:
    """The day a week before the judged one."""
    return page.board.as_of - WEEK


def coverages(page: Page) -> list[Row]:
    """Coverage per project type (`project_type` and what `coverage` counts), the lowest first, then most gaps; types
    that nobody mapped come last.
    """
    all_of, of = numbered(page.board), page.of
    rows = tally(all_of.project_type[of], all_of.state[of], pd.Index(all_of.types, name="project_type")).reset_index()
    rows = rows[rows[list(STATES)].sum(axis="columns") > 0]
    rows["unmapped"] = rows["project_type"] == UNMAPPED_TYPE
    return rows_of(rows.sort_values(["unmapped", "coverage", "gaps"], ascending=[True, True, False], kind="stable"))


def worst_type_first(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that have a `project_type` in the order of `coverages`, which is that of all pages; else as they were."""
    place = {row["project_type"]: number for number, row in enumerate(page.whole.once(coverages))}
    return rows.sort_values("project_type", key=lambda names: names.map(place), kind="stable", ignore_index=True)


def owing(page: Page) -> list[tuple[str, int, int]]:
    """Who owes something in projects that go on, how much of it is overdue, and how much it is; most overdue first."""
    all_of, of = numbered(page.board), page.of
    owed = all_of.gap[of] & all_of.goes_on[of]
    late = owed & all_of.overdue[of]
    overdue, owes = (
        np.bincount(all_of.manager[of][what], minlength=len(all_of.managers)).tolist() for what in (late, owed)
    )
    found = [(name, overdue[place], owes[place]) for place, name in enumerate(all_of.managers) if owes[place]]
    return sorted(found, key=lambda item: (-item[1], -item[2]))
