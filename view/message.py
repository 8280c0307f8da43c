"""A message to a product manager, ready to be sent: plain text, in which nothing is to be interpreted."""

import unicodedata
from datetime import date

import pandas as pd
import streamlit as st

from view.cells import UNSEEN, Row, rows_of
from view.labels import STATES
from view.page import Page, day
from view.worklist import owed_by_manager


def message(gaps: pd.DataFrame, name: str, as_of: date) -> str:
    """What a product manager still owes, to copy into a mail or a chat.

    Args:
        gaps: as `worklist.worst_first` makes them, all of this product manager.
        name: as the base writes it.
    """
    projects = gaps["project_id"].nunique()
    things = "1 deliverable" if len(gaps) == 1 else f"{len(gaps)} deliverables"
    of = "one of your projects" if projects == 1 else f"{projects} of your projects"
    lines = [f"Hello {one_line(name)},", "", f"as of {day(as_of)}, {things} of {of} still need somebody:", ""]
    for number, gap in enumerate(rows_of(gaps), start=1):
        lines += [f"{number}. {one_line(gap['project'])}: {one_line(gap['what'])}", f"   {_standing(gap)}"]
        lines.append(f"   Why: {one_line(gap['reason'])}")
        if isinstance(gap["record_url"], str):
            lines.append(f"   Where: {gap['record_url']}")
        lines.append("")
    return "\n".join(
        [*lines, "If one of these is not needed, its record takes a waiver: a reason, a name, and an end."]
    )


def _standing(gap: Row) -> str:
    state = STATES[gap["state"]].word
    due = gap["due"]
    if not isinstance(due, pd.Timestamp):
        return f"{state}; no due date"
    late = gap["late"]
    return f"{state}; due {day(due)}" + ("" if pd.isna(late) else f", {late} days ago")


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


def show_message(page: Page) -> None:
    """Draws the choice of a product manager, and the message to copy: of what passes the filters."""
    owed = page.once(owed_by_manager)
    if not owed:
        return
    st.subheader("A message to send", anchor=False)
    name = st.selectbox("To", list(owed), key="message_to", help="Those who owe something, the most overdue first.")
    if name:
        st.code(message(owed[name], name, page.board.as_of), language=None, wrap_lines=True, height=320)
