"""A message to a product manager, ready to be sent: plain text, in which nothing is to be interpreted."""

import unicodedata
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

import pandas as pd
import streamlit as st

from view import filters
from view.cells import UNSEEN, Row, rows_of
from view.labels import day, plain
from view.page import Page
from view.worklist import owed_by_manager

# Longer than this nobody reads a message; the rest is counted.
MOST_NAMED = 20
# Of the heading above it.
ANCHOR = "message"
# What a state is called to somebody who knows nothing of the dashboard.
STANDS = {
    "missing": "Not there yet",
    "not_started": "Not started yet",
    "in_progress": "Being worked on",
    "in_review": "Being reviewed",
    "incomplete": "Called complete, but something is lacking",
    "stale": "To be looked at again",
}


def message(gaps: pd.DataFrame, name: str, as_of: date, soon: int, address: str = "") -> str:
    """What a product manager still owes, to copy into a mail or a chat.

    Args:
        gaps: as `worklist.worst_first` makes them, all of this product manager.
        name: as the base writes it.
        soon: what is due later than in so many days is only counted.
        address: of the list of all that, or "".
    """
    until = as_of + timedelta(days=soon)
    now = gaps[gaps["due"].isna() | (gaps["due"] <= pd.Timestamp(until))]
    later = len(gaps) - len(now)
    projects = now["project_id"].nunique()
    of = "one of your projects" if projects == 1 else f"{projects} of your projects"
    are = "is" if len(now) == 1 else "are"
    told = f"{_count(len(now), 'deliverable')} {are} still open in {of}:" if len(now) else "nothing is due soon."
    lines = [f"Hello {one_line(name)},", "", f"as of {day(as_of)}, {told}", ""]
    for number, gap in enumerate(rows_of(now.iloc[:MOST_NAMED]), start=1):
        lines += [f"{number}. {one_line(gap['project'])}: {one_line(gap['what'])}", f"   {_standing(gap)}"]
        lines.append(f"   Why: {one_line(gap['reason'])}")
        if isinstance(gap["record_url"], str):
            lines.append(f"   Where: {gap['record_url']}")
        lines.append("")
    if len(now) > MOST_NAMED:
        lines += [f"And {len(now) - MOST_NAMED:,} more: the dashboard lists all of them under your name.", ""]
    if later:
        lines += [f"{_count(later, 'more deliverable')} {'is' if later == 1 else 'are'} due after {day(until)}.", ""]
    if address:
        lines += [f"All of it: {address}", ""]
    return "\n".join(
        [*lines, "If one of these is not needed, mark its record as waived: say why, who decided it, and until when."]
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _standing(gap: Row) -> str:
    stands, due, late = STANDS[gap["state"]], gap["due"], gap["late"]
    if not isinstance(due, pd.Timestamp):
        return f"{stands}; no due date"
    return f"{stands}; due {day(due)}" + ("" if pd.isna(late) else f", {_count(late, 'day')} ago")


def one_line(text: object) -> str:
    """Text from the base in one line, without what could steer where it is pasted.

    That is control signs, and words such as @channel, which would call a whole channel.
    """
    plain = "".join(
        " " if character.isspace() else character
        for character in str(text)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf")
    )
    words = (UNSEEN.join(("@", word[1:])) if word.startswith("@") else word for word in plain.split())
    return " ".join(words)


def _list_of(name: str) -> str:
    """The address of a product manager's list, as the reader's browser has the dashboard's; "" on one's own machine."""
    here = st.context.url or ""
    own = urlsplit(here).hostname in (None, "localhost", "127.0.0.1", "::1")
    return "" if own else urljoin(here, filters.address("missing", (), pm=name))


def way_to_message(page: Page) -> str:
    """The link (Markdown) from the top of the page to the message, or "" where nobody is to be written to."""
    owed = page.once(owed_by_manager)
    name = next(iter(owed)) if len(owed) == 1 else "a product manager"
    return f"[Write to {plain(one_line(name))}](#{ANCHOR})" if owed else ""


def show_message(page: Page) -> None:
    """Draws the choice of a product manager, and the message to copy: of what passes the filters."""
    owed = page.once(owed_by_manager)
    if not owed:
        return
    st.header("A message to send", anchor=ANCHOR)
    name = st.selectbox("To", list(owed), key="message_to", help="Those who owe something, the most overdue first.")
    if name:
        soon = page.board.settings.rules.due_soon_days
        text = message(owed[name], name, page.board.as_of, soon, _list_of(name))
        st.code(text, language=None, wrap_lines=True)  # whole: what is scrolled in it no key would reach
