"""The sync job as pages start it: one button, one process, never two at once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import streamlit as st

from settings.errors import TokenError
from settings.load import airtable_token
from sync.log import undated
from view.board import Place, place
from view.labels import plain
from view.standing import look_again

ROOT = Path(__file__).parents[1]
COMMAND = "python -m sync run"


class Job:
    """The job as a process of its own, never two at once from this dashboard; the job itself refuses a second."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._lock = Lock()
        self._thread: Thread | None = None
        self.exit_code: int | None = None
        self.line = ""
        self.ended = 0  # how many have ended

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> bool:
        """Starts it, unless it is at work; whether it did."""
        with self._lock:
            if self.running:
                return False
            self._thread = Thread(target=self._run, daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Waits until it has ended, so long at most."""
        if self._thread:
            self._thread.join(seconds)

    def _run(self) -> None:
        command = [sys.executable, "-m", "sync", "run", "--json"]
        done = subprocess.run(  # noqa: S603 -- the command is this program's own
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        failed = undated((done.stderr.strip().splitlines() or [""])[-1])
        self.exit_code, self.line = done.returncode, failed if done.returncode else _moved(json.loads(done.stdout))
        look_again()
        self.ended += 1


def _moved(summary: dict[str, Any]) -> str:
    """What a run did to the mirror, in words."""
    told = [f"{count:,} {word}" for word in ("added", "changed", "removed") if (count := summary[word])]
    return f"Done. Records: {', '.join(told)}." if told else "Done: nothing changed."


def job() -> Job | None:
    """The job, where this process may run it: it finds a token, or the base is the sample, which needs none.

    Raises as `view.board.place` does.
    """
    here = place()
    if here.settings.airtable.base is not None:
        try:
            airtable_token(here.config)
        except TokenError:
            return None
    return _job(str(here.config.absolute()), here.url.render_as_string(hide_password=False))


def sync_now() -> None:
    """Draws the button that runs the job and what came of it; where there is no token, the command."""
    found = job()
    if found:
        running = found.running
        st.fragment(_controls, run_every=1 if running else None)(found, found.ended, running)
    else:
        st.markdown("This dashboard has no token, as it should be. Whoever has it runs:")
        st.code(COMMAND, language=None)


def first_steps() -> None:
    """What to do while there is no mirror: look round in the sample base, or connect one's own."""
    here = place()
    if here.settings.airtable.base is None:
        st.markdown(
            "**Look round first.** config&#46;toml names no base yet, so this mirrors the sample base that comes with "
            "the dashboard: no account, no token, a few seconds."
        )
    else:
        st.markdown(
            f"**Make the first mirror** of the base {plain(here.settings.airtable.base)}. "
            "`python -m sync check` tells beforehand whether everything that it needs is in order."
        )
    sync_now()
    _connecting(here)


def _connecting(here: Place) -> None:
    if here.settings.airtable.base is None:
        st.markdown(
            "**Then connect your own base.** Make a token at "
            "[airtable.com/create/tokens](https://airtable.com/create/tokens) with the scopes `data.records:read` and "
            "`schema.bases:read`, put it into the environment of the sync job as `AIRTABLE_TOKEN`, and let a "
            "configuration be proposed:"
        )
        st.code("python -m sync init --base appXXXXXXXXXXXXXX --output mine.toml", language=None)
        st.markdown("Look through it, put it in the place of config&#46;toml, and run the job again.")
    st.caption("This page shows the mirror by itself once it is there.")


def _controls(found: Job, ended: int, running: bool) -> None:
    """The button, and what came of it.

    Args:
        ended, running: how the job stood when the page was drawn.
    """
    if (found.ended, found.running) != (ended, running):
        st.rerun()  # the whole page: the mirror may have changed, and while the job is at work this looks every second
    if st.button("Sync now", key="sync_now", icon=":material/sync:", disabled=found.running):
        found.start()  # or another visitor just did
        st.rerun()
    if found.running:
        st.caption("The job is at work …")
    elif found.exit_code is not None:
        say = st.error if found.exit_code else st.success
        say(plain(found.line))
        if not found.exit_code:
            st.page_link("pages/overview.py", label="To the Overview", icon=":material/dashboard:")


@st.cache_resource(show_spinner=False)
def _job(config: str, store: str) -> Job:
    """One for all visitors. What may be secret goes by the environment, never by arguments, which anybody can list."""
    return Job({**os.environ, "MILESTONES_CONFIG": config, "MILESTONES_STORE": store})
