"""Which cells there are: every project by every requirement, and for whom."""

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from milestones.spellings import canonical, is_unreadable, unreadable
from milestones.words import UNKNOWN_TYPE
from settings.models import Requirement, Settings, spelling
from sync.frames import Frames


def projects(frames: Frames, settings: Settings) -> pd.DataFrame:
    """The projects in canonical words.

    Returns:
        `frames.projects` with `project_type` (canonical, or "unknown") and `project_status` (canonical, NaN where
        nobody mapped it) and `project_unreadable` (as `spellings.unreadable` gives it) added, str; indexed by record
        id.
    """
    frame = frames.projects.set_index("record_id")
    frame["project_unreadable"] = unreadable(frames, "projects", frame.index.to_series())
    frame["project_type"] = canonical(frame["type"], settings.project_types).fillna(UNKNOWN_TYPE)
    frame["project_status"] = canonical(frame["status"], settings.project_statuses)
    return frame


def listed_audiences(frame: pd.DataFrame, requirements: Sequence[Requirement]) -> pd.DataFrame:
    """The audiences that a requirement or a project lists: `project_id`, `requirement`, `audience` (str).

    Args:
        frame: as `projects` makes it.
    """
    every = _every(frame, requirements)
    asked = pd.DataFrame(
        [(item.id, audience) for item in requirements for audience in item.audiences],
        columns=["requirement", "audience"],
        dtype="str",
    )
    own = frame["audiences"].dropna().map(json.loads).explode().dropna().astype("str").rename("audience")
    pairs = own[own.str.strip() != ""].rename_axis("project_id").reset_index()
    return pd.concat([every.merge(asked, on="requirement"), every.merge(pairs, on="project_id")], ignore_index=True)


def cells(frame: pd.DataFrame, requirements: Sequence[Requirement], named: pd.DataFrame) -> pd.DataFrame:
    """A row per project, requirement and audience; one with a blank audience where none is named.

    Args:
        frame: as `projects` makes it.
        named: the audiences listed, and those found on records: columns as below, "" for none.

    Returns:
        `project_id`, `requirement`, `audience` (str).
    """
    whole = _every(frame, requirements).merge(named.drop_duplicates(), on=["project_id", "requirement"], how="left")
    return whole.assign(audience=whole["audience"].fillna("").astype("str"))


def _every(frame: pd.DataFrame, requirements: Sequence[Requirement]) -> pd.DataFrame:
    return pd.DataFrame({"project_id": frame.index.astype("str")}).merge(
        pd.DataFrame({"requirement": pd.Series([item.id for item in requirements], dtype="str")}), how="cross"
    )


def excused(rows: pd.DataFrame, settings: Settings, mapped: frozenset[str]) -> tuple[pd.Series, pd.Series]:
    """The cells that are not judged by their records, and why.

    Args:
        rows: cells joined with their project's columns.
        mapped: the fields of projects that config.toml maps; phases are asked for only where one tells them.

    Returns:
        The state (`not_required`, `unknown`, else NaN) and its reason, str.
    """
    state = pd.Series(None, index=rows.index, dtype="str")
    reason = pd.Series(None, index=rows.index, dtype="str")

    def say(where: pd.Series, verdict: str, why: pd.Series | str) -> None:
        here = where & state.isna()
        state[here] = verdict
        reason[here] = why if isinstance(why, str) else why[here]

    if settings.project_statuses:
        say(is_unreadable(rows["project_unreadable"], "status"), "unknown", "The project's status could not be read.")
    status = rows["project_status"]
    judged = status.isna() | status.isin(list(settings.rules.judged))
    say(~judged, "not_required", "The project is " + status + " (status “" + rows["status"].fillna("") + "”).")
    for item in settings.requirements:
        mine = rows["requirement"] == item.id
        if item.project_types != "all":
            written = rows["type"].fillna("")
            hidden = is_unreadable(rows["project_unreadable"], "type")
            say(mine & hidden, "unknown", "The project's type could not be read, and this is asked of some types only.")
            say(
                mine & (rows["project_type"] == UNKNOWN_TYPE),
                "unknown",
                (
                    "Nobody mapped the project type “" + written + "”: map it in config.toml or mend it in the base."
                ).mask(written == "", "The project has no type, and this is asked of some types only."),
            )
            say(
                mine & ~rows["project_type"].isin(item.project_types),
                "not_required",
                "Not asked of " + rows["project_type"] + " projects.",
            )
        if item.phases and "phase" in mapped:
            phase = rows["phase"].fillna("").map(spelling)
            hidden = is_unreadable(rows["project_unreadable"], "phase")
            say(mine & hidden, "unknown", "The project's phase could not be read.")
            say(mine & (phase == ""), "unknown", "The project has no phase.")
            say(
                mine & ~phase.isin([spelling(text) for text in item.phases]),
                "not_required",
                "Not asked in " + rows["phase"] + ".",
            )
    return state, reason


def due_by_rule(rows: pd.DataFrame, requirements: Sequence[Requirement]) -> pd.Series:
    """When each cell is due by its requirement's rule; NaT where there is none or the project lacks the date."""
    due = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    for item in requirements:
        if item.due:
            mine = rows["requirement"] == item.id
            due[mine] = rows.loc[mine, item.due.from_] + pd.Timedelta(days=item.due.days)
    return due


def revised_after(rows: pd.DataFrame, requirements: Sequence[Requirement], as_of: date) -> pd.DataFrame:
    """The day before which a revision no longer counts, and what happened on it.

    Returns:
        `day` (datetime64[us], NaT where nothing makes a revision stale), `event` (str), and `doubt` (str): what may
        make it stale but could not be read, in words, or "".
    """
    today = pd.Timestamp(as_of)
    discovery = rows["last_discovery"].where(rows["last_discovery"] <= today)
    begun = rows["phase_start"].fillna(rows["start"])
    phase = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    doubt = pd.Series("", index=rows.index, dtype="str")
    hidden = {
        name: is_unreadable(rows["project_unreadable"], name)
        for name in ("last_discovery", "type", "phase", "phase_start", "start")
    }
    doubt[hidden["last_discovery"]] = "project's last discovery round"
    dateless = hidden["phase_start"] | (rows["phase_start"].isna() & hidden["start"])
    for item in requirements:
        for again in item.again:
            mine = rows["requirement"] == item.id
            of_type, in_phase, any_type, any_phase = mine, mine, again.project_type == "all", again.phase == "all"
            if not any_type:
                of_type = rows["project_type"] == again.project_type
                doubt[mine & hidden["type"]] = "project's type"
            if not any_phase:
                in_phase = rows["phase"].fillna("").map(spelling) == spelling(again.phase)
                doubt[mine & of_type & hidden["phase"]] = "project's phase"
            here = mine & of_type & in_phase
            phase[here] = begun[here].where(begun[here] <= today)
            doubt[here & dateless] = "start of the project's phase"
    later = phase.notna() & ~(discovery >= phase)
    event = np.where(later, "the start of " + rows["phase"].fillna("the phase"), "the discovery round")
    return pd.DataFrame(
        {
            "day": discovery.mask(later, phase),
            "event": pd.Series(event, index=rows.index, dtype="str"),
            "doubt": doubt,
        }
    )
