"""The frame around every page: its title, its filters, and what is said when there is nothing to show."""

import runpy
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from settings.errors import MilestonesError, MirrorMissing, NoAccess, SignInNeeded
from view import filters, history
from view.access import Viewer, sign_in_is_possible, viewer
from view.board import Board, board, made_once
from view.freshness import as_it_stands, read_when, say_failed
from view.job import first_steps
from view.labels import plain
from view.standing import Standing, standing

ICON = "🎯"
DASHBOARD = Path(__file__).parents[1] / "dashboard.py"
# How often an open page looks whether there is something new.
LOOK_EVERY = timedelta(seconds=20)
# The seconds in which a browser draws the first screen of a visit.
FIRST_SCREEN = 0.2
_SEEN = "_first_screen_seen"
_DRAWN = "_filters_drawn"
_LOST = "_filters_lost"

T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """What a page shows: the board and the verdicts that pass the filters.

    of: the places of these verdicts in `Board.verdicts`. That alone is kept for each choice of filters: the frames of
        many choices would take more memory than all the rest.
    """

    board: Board
    of: np.ndarray
    chosen: filters.Chosen

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdicts that pass the filters, under their index in `Board.verdicts`."""
        every = self.board.verdicts
        return every if len(self.of) == len(every) else every.take(self.of)

    @cached_property
    def whole(self) -> "Page":
        """The page without the filters of state and flag, for what is counted."""
        asked = filters.but_of_today(self.chosen)
        return self if asked == self.chosen else Page(self.board, filters.passing(self.board, asked), asked)

    @property
    def viewer(self) -> Viewer | None:
        """Whose page it is; None: nobody's."""
        return viewer()

    @property
    def judged(self) -> pd.DataFrame:
        """The same verdicts as the rules gave them, for files: their columns are a contract."""
        return self.board.judged.loc[self.verdicts.index]

    def once(self, make: Callable[..., T], *values: Hashable) -> T:
        """What `make(page, *values)` gives, made once per version of the mirror and choice of filters for all visitors.

        Nobody changes what it gives. `make` has a name of its own in its file, and looks at nothing but what it is
        given.
        """
        what = (make.__code__.co_filename, make.__qualname__, *values)
        return made_once(f"{self.board.key} {self.chosen} {what}", lambda: make(self, *values))


def configure(title: str = "") -> None:
    """Sets the browser's title, to a page's if it is known, and what holds for the whole dashboard."""
    st.set_page_config(page_title=f"{title} · Milestones" if title else "Milestones", page_icon=ICON, layout="wide")


def shared_filters() -> None:
    """Draws the filters before the page runs, from dashboard.py: only so do they keep their values between pages."""
    st.session_state[_DRAWN] = None
    try:
        st.session_state[_DRAWN] = data = board()
        st.session_state[_LOST] = filters.draw(data)
    except MilestonesError:
        return  # the page meets the same error and tells it
    finally:
        _account()


def open_page(title: str, lead: str) -> Page:
    """Begins a page; one that cannot be shown ends here, with the cause and the remedy."""
    drawn = _begin()
    with _told_at_the_top(title):
        data = drawn or board()
    st.title(title, anchor=False)
    history.begin(lead)
    st.fragment(as_it_stands, run_every=LOOK_EVERY)(data.key, [data])
    asked = filters.chosen()
    filters.say(asked)
    if lost := st.session_state.get(_LOST):
        st.warning(plain(f"The address asks for {', '.join(lost)}: there is none here now, so it is left out."))
    return Page(data, filters.passing(data, asked), asked)


def rest_later() -> None:
    """At a first visit, lets the browser draw what stands above before it gets the rest.

    It draws all that arrives together at once, a table takes it several times as long as text and figures, and it has
    the scripts for both to load.
    """
    if not st.session_state.get(_SEEN):
        time.sleep(FIRST_SCREEN)
        st.session_state[_SEEN] = True


def open_sync_page(title: str, lead: str) -> Standing:
    """Begins the page about the mirror itself, which can be shown when there is no mirror yet."""
    _begin()
    with _told_at_the_top(title):
        data = standing()
        if not (data.status.snapshot or data.status.last_attempt):
            board()  # raises what tells a first visitor how to begin, or that the store cannot be read
    st.title(title, anchor=False)
    status = data.status
    history.begin(lead)
    if status.snapshot:
        st.caption(read_when(status.snapshot, status.now - status.snapshot.read_began))
    if status.state != "fresh":
        say = st.error if status.state == "error" else st.warning
        say(plain(status.cause), icon=":material/schedule:")
    return data


def _begin() -> Board | None:
    """Begins a run of a page. Returns what dashboard.py showed the filters of in this run, if it could.

    While nobody has run dashboard.py yet, Streamlit runs a page alone, around it; it is then run from here.
    """
    if _DRAWN not in st.session_state:
        runpy.run_path(str(DASHBOARD))
        st.stop()
    shown: Board | None = st.session_state.pop(_DRAWN)
    return shown


@contextmanager
def _told_at_the_top(title: str) -> Iterator[None]:
    """Ends a page that cannot be shown, with the cause and the remedy; it looks again by itself."""
    try:
        yield
    except MilestonesError as error:
        st.title(title, anchor=False)
        _cannot(error)
        st.fragment(_until_mended, run_every=LOOK_EVERY)()
        st.stop()


def _cannot(error: MilestonesError) -> None:
    """Says why there is no page, and what the reader can do about it."""
    if isinstance(error, SignInNeeded):
        st.info(f"**{plain(error.cause)}**", icon=":material/lock:")
        st.button("Sign in", on_click=st.login, type="primary", key="sign_in")
    elif isinstance(error, NoAccess):
        st.error(f"**{plain(error.cause)}**\n\n{plain(error.remedy)}", icon=":material/lock:")
    elif isinstance(error, MirrorMissing):
        st.info("**There is no mirror yet&#46;**", icon=":material/inbox:")  # where it is to be concerns the operator
        say_failed(standing().failed)
        first_steps()
    else:
        st.error(f"**{plain(error.cause)}**\n\n{plain(error.remedy)}", icon=":material/error:")


def _until_mended() -> None:
    """Draws the page as soon as it can be shown: somebody made the mirror, mended config.toml, let the reader in."""
    try:
        board()
    except MilestonesError:
        return
    st.rerun()


def _account() -> None:
    """Who is signed in, and the way in or out, where there is one."""
    if not sign_in_is_possible():
        return
    with st.sidebar:
        person = viewer()
        if person:
            st.markdown(plain(f"Signed in as {person.name or person.email}"))
            st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:", key="sign_out")
        else:
            st.button("Sign in", on_click=st.login, icon=":material/login:", key="sign_in_aside")


def stop_if_empty(page: Page) -> None:
    """Ends a page on which the filters leave nothing, naming them; a base of no project still has its catalogue."""
    if not len(page.of):
        say_empty()
        if not filters.chosen():
            label = "What the base’s catalogue asks for"
            st.page_link("pages/project_types.py", label=label, icon=":material/category:")
        st.stop()


def say_empty() -> None:
    """Says that there is nothing to show, and which filters are the cause."""
    chosen = filters.described()
    if chosen:
        st.info(
            f"Nothing passes these filters: {plain(chosen)}. Take one away above.",
            icon=":material/filter_alt:",
        )
    else:
        st.info(
            "No project is mirrored yet, so there is nothing to judge. If the base has projects, check what "
            "`[tables.projects]` in config&#46;toml names, and run `python -m sync run`",
            icon=":material/inbox:",
        )
