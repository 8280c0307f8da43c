"""What a page is made of, loaded once per version of the mirror and shared by all visitors."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from sqlalchemy.engine import URL

from milestones.catalogue import catalogue
from milestones.definitions import required
from milestones.expected import projects
from milestones.explain import whose
from milestones.findings import findings
from milestones.verdicts import judge
from milestones.words import UNKNOWN_TYPE
from settings.errors import MilestonesError
from settings.load import config_path, load_settings, store_url
from settings.models import Settings
from sync.frames import Frames, load
from sync.snapshot import Failures, Snapshot, load_snapshot
from sync.status import failures
from view.access import admit
from view.labels import NAMELESS, NOBODY, UNMAPPED_TYPE, read

T = TypeVar("T")
# The store is asked what it holds at most so often, however many visitors there are.
ASKED_EVERY = timedelta(seconds=2)
# What is made of a version for a choice of filters; the least used goes first.
MOST_MADE = 300
# Columns of the verdicts by which they are filtered, and those in which the search looks.
OPTIONS = ("project_type", "product_manager", "phase", "milestone", "deliverable")
SEARCHED = ("project", "deliverable", "product_manager", "audience", "reason")


@dataclass(frozen=True)
class Judged:
    """A version of the mirror, judged. Shared by all visitors: nobody changes its frames.

    settings: config.toml's, with every requirement for the base's own deliverables named.
    judged: as `milestones.verdicts.Judgement` has them; unplaced: as `milestones.explain.whose` has them.
    verdicts: the same for people's eyes, under the same index: it has `project_status` (str) besides, and
        words in place of a blank `project` or `product_manager` and of an unmapped `project_type`, and days in `reason`
        as people write them.
    searched: the text in which the search looks (str, casefolded), under the same index.
    options: the sorted values of each column in OPTIONS.
    catalogue: as `milestones.catalogue.catalogue` makes it.
    findings: as `milestones.findings.findings` makes them.
    projects: as `milestones.expected.projects` makes it, with the same words.
    """

    settings: Settings
    frames: Frames
    judged: pd.DataFrame
    verdicts: pd.DataFrame
    searched: "pd.Series[str]"
    options: dict[str, list[str]]
    unplaced: pd.DataFrame
    catalogue: pd.DataFrame
    projects: pd.DataFrame
    findings: pd.DataFrame


@dataclass(frozen=True)
class Board(Judged):
    """What a page shows: a version of the mirror, judged, and how it stands just now.

    key: tells one judged version from every other.
    """

    key: str
    snapshot: Snapshot
    failed: Failures | None
    as_of: date

    @property
    def several(self) -> bool:
        """Whether several milestones are asked for, so that each deliverable is named with its own."""
        return len({item.milestone for item in self.settings.requirements}) > 1

    @property
    def age(self) -> timedelta:
        """The time since the mirror's read began."""
        return datetime.now(UTC).replace(tzinfo=None) - self.snapshot.read_began


@dataclass(frozen=True)
class Place:
    """Where things are: config.toml as it is now, what it says, and the store."""

    config: Path
    stamp: int  # of config.toml's content: a changed one is read anew
    settings: Settings
    url: URL


def place() -> Place:
    """The one way to everything that a page shows, for those who may see it.

    Raises:
        SettingsError: the configuration has a fault.
        NoAccess: the visitor may not see the dashboard.
    """
    here = _place()
    admit(here.settings)
    return here


def board() -> Board:
    """The one way to the judged mirror, for every page.

    Raises:
        MilestonesError: the configuration or the mirror has a fault, or the visitor may not see it; the page says so.
    """
    return _board(place())


def load_ahead() -> None:
    """Holds the judged mirror, if there is one, before the first visitor comes."""
    with suppress(MilestonesError):  # which is told to whoever comes
        _board(_place())


def _place() -> Place:
    path, stamp = config_path(), 0
    with suppress(OSError):  # which is told when it is read
        stamp = path.stat().st_mtime_ns
    settings = made_once(f"{stamp} {path} settings", lambda: load_settings(path))
    return Place(path, stamp, settings, store_url(settings, path))


def _board(here: Place) -> Board:
    url = here.url.render_as_string(hide_password=False)
    moment = time.monotonic() // ASKED_EVERY.total_seconds()
    snapshot, failed = made_once(f"{moment} {here.stamp} {here.config} {url}", lambda: _asked(here), _held)
    as_of = snapshot.judged_on or date.today()
    # In one text, since Streamlit takes longer to tell several values apart than all the rest of a cached page does.
    key = f"{snapshot.base} {snapshot.version} {as_of} {here.stamp} {here.config} {url}"
    judged = made_once(key, lambda: _judge(here, as_of), _judged)
    return Board(**vars(judged), key=key, snapshot=snapshot, failed=failed, as_of=as_of)


class _Kept:
    """The place of one thing that is made once; who asks for it while it is being made waits."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.made: list[Any] = []


# Not `st.cache_resource`, which takes longer to look something up than a cached page takes for all the rest of it.
_kept, _judged, _held = (lru_cache(most)(lambda _key: _Kept()) for most in (MOST_MADE, 2, 2))


def made_once(key: str, make: Callable[[], T], shelf: Callable[[str], _Kept] = _kept) -> T:
    """What `make` gives, made once per key and shared by all visitors: nobody changes it.

    shelf: where it is kept, among how many others.
    """
    kept = shelf(key)
    if not kept.made:
        with kept.lock:
            if not kept.made:
                kept.made.append(make())
    made: T = kept.made[0]
    return made


def forget() -> None:
    """Forgets what the store held a moment ago."""
    _held.cache_clear()


def _asked(here: Place) -> tuple[Snapshot, Failures | None]:
    """What the mirror says of itself, and the runs that failed since the last good one."""
    snapshot = load_snapshot(here.url)
    return snapshot, failures(here.url, here.settings, snapshot)


@st.spinner("Loading the mirror …")
def _judge(here: Place, as_of: date) -> Judged:
    frames = load(here.url)
    settings = required(frames, here.settings)
    judgement = judge(frames, settings, as_of)
    owners = _in_words(projects(frames, settings))
    reasons = judgement.verdicts["reason"]
    verdicts = _in_words(judgement.verdicts).assign(
        project_status=judgement.verdicts["project_id"].map(owners["project_status"]).astype("str"),
        project=judgement.verdicts["project"].fillna(NAMELESS),
        reason=reasons.map({reason: read(reason) for reason in reasons.unique()}),
    )
    text = verdicts[[*SEARCHED]].fillna("")
    made = Judged(
        settings=settings,
        frames=frames,
        judged=judgement.verdicts,
        verdicts=verdicts,
        searched=text[SEARCHED[0]].str.cat(text[[*SEARCHED[1:]]], sep="\n").str.casefold(),
        options={column: sorted(verdicts[column].dropna().unique()) for column in OPTIONS},
        unplaced=whose(frames, settings, judgement),
        catalogue=catalogue(frames, settings),
        projects=owners,
        findings=findings(frames, settings, judgement),
    )
    # Python's own collections would walk over all of this each time. What an earlier version left is let go first.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return made


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Projects or verdicts with words in place of an unmapped `project_type` and of a blank `product_manager`."""
    return frame.assign(
        project_type=frame["project_type"].replace(UNKNOWN_TYPE, UNMAPPED_TYPE),
        product_manager=frame["product_manager"].fillna(NOBODY),
    )
