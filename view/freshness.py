"""How fresh the data is and what is wrong with it, on a page that stays open."""

from datetime import datetime, timedelta

import streamlit as st

from settings.errors import MilestonesError
from sync.snapshot import Failures, Snapshot
from sync.status import ago
from view.board import Board, board
from view.labels import day, moment, plain


def as_it_stands(drawn: str, at_first: list[Board]) -> None:
    """Says how fresh the data is and what is wrong with it; draws the whole page anew once there is something new.

    Args:
        drawn: the key of the board that the page shows.
        at_first: the board itself, taken out by the run that draws the page: an open page must not hold an old one.
    """
    try:
        data = at_first.pop() if at_first else board()
    except MilestonesError:
        st.rerun()
    if data.key != drawn:
        st.rerun()
    st.caption(read_when(data.snapshot, data.age))
    _warn(data)


def read_when(snapshot: Snapshot, age: timedelta) -> str:
    """Which base the mirror holds and when it was read, in words."""
    if snapshot.sample:
        judged = datetime.combine(snapshot.judged_on or snapshot.read_began.date(), datetime.min.time())
        return plain(f"Sample base, as it stood on {day(judged)}. Connect your own base in config.toml.")
    return plain(f"Mirror of {snapshot.base}, read {ago(age)} ({moment(snapshot.read_began)}).")


def _warn(data: Board) -> None:
    configured = data.settings.airtable.base
    if configured != (None if data.snapshot.sample else data.snapshot.base):
        wanted = f"base {configured}" if configured else "the sample base"
        held = "the sample base" if data.snapshot.sample else f"base {data.snapshot.base}"
        st.warning(
            f"The mirror still holds {held}, while config&#46;toml names {wanted}. "
            "Replace it with: `python -m sync run`",
            icon=":material/swap_horiz:",
        )
    elif not data.snapshot.sample and data.age > timedelta(hours=data.settings.freshness.warning_hours):
        say = st.error if data.age > timedelta(hours=data.settings.freshness.error_hours) else st.warning
        say(
            f"The mirror was read {ago(data.age)}; what happened since is not here. "
            "Refresh it with: `python -m sync run`",
            icon=":material/schedule:",
        )
    say_failed(data.failed)


def say_failed(failed: Failures | None) -> None:
    """Tells since when runs have failed, and why the last one did."""
    if not failed:
        return
    told = f"The last sync failed on {moment(failed.last.began)}"
    if failed.count > 1:
        first, last = moment(failed.first.began), moment(failed.last.began)
        told = f"All {failed.count:,} syncs since {first} failed, the last on {last}"
    st.warning(f"{told}: {plain(failed.last.message.removesuffix('.'))}.", icon=":material/sync_problem:")
