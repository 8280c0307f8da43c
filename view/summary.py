"""The Overview's first screen: the numbers, coverage per project type, and whom to call; each leads to its list.

It is one piece of markup: as elements of Streamlit's own it was sixty messages to the browser, which took the server
and the browser several times as long as all the rest of the page.
"""

from collections.abc import Iterable
from math import floor

import streamlit as st

from view import filters
from view.cards import card, link
from view.changes import recorded_since
from view.labels import NOBODY, STATES
from view.numbers import Totals, a_week_ago, coverages, owing, totals
from view.page import Page

MOST_PEOPLE = 5


def show_summary(page: Page) -> None:
    """Draws the first screen."""
    st.html(page.whole.once(markup))


def markup(page: Page) -> str:
    """The first screen as HTML, with everything that comes from the base escaped."""
    return (
        f'<div class="summary">{_numbers(page)}'
        f"<section><h2>Coverage by project type</h2>{_types(page)}</section>"
        f'<section><h2>Whom to call</h2><p class="note">Finished projects are left out.</p>{_call(page)}</section>'
        "</div>"
    )


def _link(page: Page, label: str, **values: str | Iterable[str]) -> str:
    return link(label, filters.address("missing", page.chosen, **values))


def _numbers(page: Page) -> str:
    """The numbers side by side, what matters most first."""
    count = totals(page)
    cards = (
        card(
            "Still owed",
            f"{count.gaps:,} of {count.required:,}",
            _since(page, count, count.more_gaps),
            "That somebody has to work on, of all that is required: without waived and not required.",
            _link(page, "See what is owed", state=filters.OWED),
        ),
        card(
            "No record at all",
            f"{count.missing:,}",
            _since(page, count, count.more_missing),
            "Required, and no record of it in the base.",
            _link(page, "See the missing", state="Missing"),
        ),
        card(
            "Overdue",
            f"{count.overdue:,}",
            "",
            "Owed, and the due date is past.",
            _link(page, "See the overdue", flag="Overdue"),
        ),
        card(
            "Complete",
            f"{count.complete:,}",
            "",
            "With evidence, and revised since the last discovery round.",
            _link(page, "See the complete", state="Complete"),
        ),
    )
    apart = (
        _link(page, f"{STATES[state].symbol} {number:,} {STATES[state].word.lower()}", state=STATES[state].word)
        for state, number in (("waived", count.waived), ("unknown", count.unknown))
    )
    return f'<ul class="numbers">{"".join(cards)}</ul><div class="apart">{"".join(apart)}</div>'


def _since(page: Page, count: Totals, more: int | None) -> str:
    """How a number differs from a week ago, in words."""
    if more is None:
        began = page.once(recorded_since)
        return f"no comparison yet: recording began {f'on {began:%-d %B}' if began else 'with no run yet'}"
    if count.rules_changed:
        return f"not comparable: the rules changed on {count.rules_changed:%-d %B}"
    since = f"since {a_week_ago(page):%-d %B}"
    if not more:
        return f"unchanged {since}"
    return f"{'▲' if more > 0 else '▼'} {abs(more):,} {'more' if more > 0 else 'fewer'} {since}"


def _types(page: Page) -> str:
    """Coverage per project type as bars; a type leads to what it owes."""
    found = []
    for row in coverages(page):
        name, share = row["project_type"], row["coverage"]
        per_cent = floor(share * 100) if share >= 0 else 0
        told = f"{per_cent} % complete, {row['gaps']:,} of {row['required']:,} owed"
        found.append(
            f"<li>{_link(page, name, type=name)}<span>{told if share >= 0 else 'nothing is required'}"
            f'<span class="bar"><span style="width: {per_cent}%"></span></span></span></li>'
        )
    return f'<ul class="types">{"".join(found)}</ul>'


def _call(page: Page) -> str:
    """Who owes most; a name leads to what that product manager owes."""
    everybody = owing(page)
    people = [item for item in everybody if item[0] != NOBODY]
    found = [
        _link(page, f"{name}: {overdue:,} overdue of {owed:,} owed", pm=name)
        for name, overdue, owed in people[:MOST_PEOPLE]
    ]
    found += [
        _link(page, f"Product manager {NOBODY}: {overdue:,} overdue of {owed:,} owed", pm=NOBODY)
        for name, overdue, owed in everybody
        if name == NOBODY
    ]
    if len(people) > MOST_PEOPLE:
        found.append(_link(page, f"All {len(people):,} product managers", by="Product manager"))
    if not found:
        return '<p class="note">Nobody: nothing of this is owed.</p>'
    return f"<ul>{''.join(f'<li>{link}</li>' for link in found)}</ul>"
