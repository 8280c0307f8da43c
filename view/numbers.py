"""The numbers that matter first, each with what it was a week ago and a link to the list behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

import streamlit as st

from milestones.coverage import coverage
from view import filters
from view.cells import Row, first_row, flagged, rows_of
from view.changes import counts_on, of_these
from view.labels import NOBODY, STATES, plain
from view.leads import ARROW
from view.page import Page
from view.types import counted
from view.worklist import groups

WEEK = timedelta(days=7)
MOST_PEOPLE = 5


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
    if not _by_standing(page):
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


def _by_standing(page: Page) -> bool:
    """Whether a filter goes by what stands today, so that there is nothing to compare with."""
    return any(name in ("state", "flag") for name, _ in page.chosen)


def show_numbers(page: Page) -> None:
    """Draws the numbers side by side, what matters most first."""
    count = page.once(totals)
    if _by_standing(page):
        since = "not compared: a state or flag is filtered"
    elif count.more_gaps is None:
        since = "no record of last week yet"
    else:
        since = f"since {a_week_ago(page):%-d %b}"
    owed, missing, overdue, complete = st.columns([6, 4, 4, 4], gap="small")
    with owed:
        _number(
            "Still owed",
            f"{count.gaps:,} of {count.required:,}",
            "See what is owed",
            "Required deliverables that somebody still has to work on, of all that are required: "
            "without what is waived and what is not required.",
            (count.more_gaps, since),
            state=filters.OWED,
        )
    with missing:
        _number(
            "No record at all",
            count.missing,
            "See the missing",
            "Required, and no record of it in the base.",
            (count.more_missing, since),
            state="Missing",
        )
    with overdue:
        _number("Overdue", count.overdue, "See the overdue", "Owed, and the due date is past.", flag="Overdue")
    with complete:
        means = "With evidence, and revised since the last discovery round."
        _number("Complete", count.complete, "See the complete", means, state="Complete")
    with st.container(horizontal=True, gap="small"):
        for state, number in (("waived", count.waived), ("unknown", count.unknown)):
            look = STATES[state]
            filters.link("missing", f"{look.symbol} {number:,} {look.word.lower()}", state=look.word, icon="")


def _number(
    label: str,
    value: int | str,
    leads: str,
    means: str,
    change: tuple[int | None, str] | None = None,
    **values: str | Iterable[str],
) -> None:
    """A number on a card: what it counts, how much more it is and since when, and the link with its filters."""
    more, since = change or (None, "")
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(
            label,
            value,
            delta=more,
            delta_color="inverse",
            delta_description=since if more is not None else None,
            help=means,
            format=None if isinstance(value, str) else "localized",
        )
        if change and more is None:
            st.caption(since)
        filters.link("missing", leads, icon=ARROW, **values)


def coverages(page: Page) -> list[Row]:
    """Coverage per project type, as `types.counted` counts it, the lowest first."""
    return rows_of(counted(page.verdicts, "project_type").sort_values("coverage", kind="stable"))


def show_types(page: Page) -> None:
    """Draws coverage per project type as bars; a type's name leads to what it owes."""
    for row in page.once(coverages):
        name, share = row["project_type"], row["coverage"]
        told = f"{floor(share * 100)} % complete, {row['gaps']:,} of {row['required']:,} owed" if share >= 0 else ""
        of, bar = st.columns([2, 3], gap="small", vertical_alignment="center")
        with of:
            filters.link("missing", name, icon=ARROW, type=name)
        with bar:
            st.progress(share if share >= 0 else 0.0, text=plain(told or "nothing is required"))


def show_call(page: Page) -> None:
    """Draws who owes most; a name leads to what that product manager owes."""
    everybody = page.once(groups, "pm").rows
    people, nobody = (everybody[(everybody["group"] == NOBODY) == blank] for blank in (False, True))
    for row in rows_of(people.head(MOST_PEOPLE)):
        name = row["group"]
        filters.link("missing", f"{name}: {row['overdue']:,} overdue of {row['owed']:,} owed", icon=ARROW, pm=name)
    if len(people) > MOST_PEOPLE:
        filters.link("missing", f"All {len(people):,}", icon=ARROW, by="Product manager")
    for row in rows_of(nobody):
        told = f"Without a product manager: {row['overdue']:,} overdue of {row['owed']:,} owed"
        filters.link("missing", told, icon=":material/person_off:", pm=NOBODY)
