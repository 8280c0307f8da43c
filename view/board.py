"""What a page is made of, loaded once per version of the mirror and shared by all visitors."""

import gc
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st
from sqlalchemy.engine import make_url

from milestones.catalogue import catalogue
from milestones.definitions import required
from milestones.expected import projects
from milestones.findings import findings
from milestones.verdicts import judge
from milestones.words import UNKNOWN_TYPE
from settings.load import config_path, load_settings, store_url
from settings.models import Settings
from sync.frames import Run, Snapshot, load, load_runs, load_snapshot
from view.labels import NAMELESS, NOBODY, UNMAPPED_TYPE


@dataclass(frozen=True)
class Board:
    """The judged mirror. Shared by all visitors: nobody changes its frames.

    settings: config.toml's, with every requirement for the base's own deliverables named.
    judged, unplaced: as `milestones.verdicts.Judgement` has them.
    verdicts: the same for people's eyes, under the same index: it has `project_status` (str) besides, and
        words in place of a blank `project` or `product_manager` and of an unmapped `project_type`.
    catalogue: as `milestones.catalogue.catalogue` makes it.
    findings: as `milestones.findings.findings` makes them.
    projects: as `milestones.expected.projects` makes it.
    """

    settings: Settings
    snapshot: Snapshot
    last_run: Run | None
    as_of: date
    judged: pd.DataFrame
    verdicts: pd.DataFrame
    unplaced: pd.DataFrame
    catalogue: pd.DataFrame
    projects: pd.DataFrame
    findings: pd.DataFrame

    @property
    def age(self) -> timedelta:
        """The time since the mirror's read began."""
        return datetime.now(UTC).replace(tzinfo=None) - self.snapshot.read_began


def board() -> Board:
    """The one way to the data, for every page.

    Raises:
        MilestonesError: the configuration or the mirror has a fault, which the page shows.
    """
    path = config_path()
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    settings = _settings(path, stamp)
    url = store_url(settings, path)
    snapshot = load_snapshot(url)
    as_of = snapshot.judged_on or date.today()
    judged = _judged(url.render_as_string(hide_password=False), snapshot.base, snapshot.version, path, stamp, as_of)
    runs = load_runs(url)
    return Board(judged[0], snapshot, runs[-1] if runs else None, as_of, *judged[1:])


@st.cache_resource(max_entries=2, show_spinner=False)
def _settings(path: Path, stamp: int) -> Settings:
    del stamp  # part of the key: a changed config.toml is read anew
    return load_settings(path)


@st.cache_resource(max_entries=2, show_spinner="Loading the mirror …")
def _judged(
    url: str, base: str, version: int, path: Path, stamp: int, as_of: date
) -> tuple[Settings, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    del base, version  # part of the key: a changed mirror is read anew
    frames = load(make_url(url))
    settings = required(frames, _settings(path, stamp))
    judgement = judge(frames, settings, as_of)
    owners = projects(frames, settings)
    verdicts = judgement.verdicts.assign(
        project_status=judgement.verdicts["project_id"].map(owners["project_status"]).astype("str"),
        project=judgement.verdicts["project"].fillna(NAMELESS),
        project_type=judgement.verdicts["project_type"].replace(UNKNOWN_TYPE, UNMAPPED_TYPE),
        product_manager=judgement.verdicts["product_manager"].fillna(NOBODY),
    )
    found = findings(frames, settings, judgement)
    made = (settings, judgement.verdicts, verdicts, judgement.unplaced, catalogue(frames, settings), owners, found)
    # Streamlit collects garbage after every rerun, and would walk over all of this each time. What an earlier version
    # left behind is let go first.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return made
