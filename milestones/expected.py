"""Which cells there are: every project by every requirement, and for whom; and what the project says of each.

Projects and requirements are told by their positions, in `projects` and in the settings; arrays "by project and
requirement" have a row per project and a column per requirement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from milestones.audiences import of_projects, same
from milestones.definitions import strange_types
from milestones.phases import NO, PERHAPS, Phases
from milestones.spellings import Array, Unreadable, canonical, given, strings, text
from milestones.words import CODES, UNKNOWN_TYPE
from settings.models import Requirement, Settings
from settings.names import spelling
from sync.frames import Frames

NEVER = np.datetime64("NaT", "us")
# The first day and the last one that can be written.
CALENDAR = (np.datetime64(date.min, "us"), np.datetime64(date.max, "us"))

# What nobody can tell while something of the project is not known.
ANEW = ", so whether it must be revised anew{} cannot be told"


def projects(frames: Frames, settings: Settings) -> pd.DataFrame:
    """The projects in canonical words.

    Returns:
        `frames.projects` with `project_type` (canonical, or "unknown") and `project_status` (canonical, NaN where
        nobody mapped it) added, str; indexed by record id. A phase or a product manager that is a placeholder is blank.
    """
    frame = frames.projects.set_index("record_id")
    plain = {name: given(text(frame[name]), settings.rules.placeholders) for name in ("phase", "product_manager")}
    return frame.assign(
        **{name: strings(words).set_axis(frame.index) for name, words in plain.items()},
        project_type=canonical(frame["type"], settings.project_types).fillna(UNKNOWN_TYPE),
        project_status=canonical(frame["status"], settings.project_statuses),
    )


@dataclass(frozen=True)
class Cells:
    """The cells, ordered by project (name, then record id), requirement and audience.

    project, requirement: positions (int). audience: "" for none (str). claimed: the cell of each record that was
        placed (int).
    """

    project: Array
    requirement: Array
    audience: pd.Series
    claimed: Array


def cells(
    owners: pd.DataFrame,
    requirements: Sequence[Requirement],
    hidden: Unreadable,
    project: Array,
    requirement: Array,
    audience: Array,
    placeholders: tuple[str, ...],
) -> Cells:
    """A cell per project, requirement and audience that is listed or found; one with a blank audience where none is.

    An audience is written as the requirement or the project lists it, else as the first record of the cell has it: what
    another project's records write would rename it, and the history knows a cell by its name. Of several in one text
    the order does not matter. One more without audience is there for a project of which the audiences could not be
    read.

    Args:
        owners: as `projects` makes it; hidden: which of its cells could not be read.
        project, requirement, audience: what each record that is placed speaks for.
        placeholders: texts that list no audience.
    """
    many, asked = len(owners), len(requirements)
    named: list[tuple[Sequence[int], Sequence[int], str]] = [
        (range(many), [number], one) for number, item in enumerate(requirements) for one in item.audiences
    ]
    listing: dict[str, list[int]] = {}
    for place, names in enumerate(of_projects(owners, placeholders)):
        for one in names:
            listing.setdefault(one, []).append(place)
    named += [(those, range(asked), one) for one, those in listing.items()]
    named += [([place], range(asked), "") for place in np.flatnonzero(hidden["audiences"]).tolist()]
    every = {"", *(words for *_, words in named), *pd.unique(audience)}
    places: dict[str, int] = {}
    place_of = {one: places.setdefault(same(one), len(places)) for one in sorted(every, key=spelling)}
    wide = len(places)

    by_name = owners["name"].reset_index().sort_values(["name", "record_id"]).index.to_numpy()
    rank = np.empty(many, dtype=int)
    rank[by_name] = range(many)

    # A cell is one number, in whose order they stand.
    def keys(projects: Sequence[int], asks: Sequence[int], word: str) -> Array:
        pairs: Array = np.add.outer(rank[list(projects)] * asked, np.array(asks, dtype=int)).ravel()
        return pairs * wide + place_of[word]

    codes, distinct = pd.factorize(audience)
    spelled = np.array([place_of[one] for one in distinct], dtype=int)[codes]
    found = (rank[project] * asked + requirement) * wide + spelled
    listed = [keys(*one) for one in named]
    there = np.unique(np.concatenate([found, *listed]).astype(int))
    bare = np.ones(many * asked, dtype=bool)
    bare[there // wide] = False
    whole = np.sort(np.concatenate([there, np.flatnonzero(bare) * wide]))  # the word "" comes first in its order
    pair, claimed = whole // wide, np.searchsorted(whole, found)
    whom = np.full(len(whole), "", dtype=object)
    whom[claimed[::-1]] = np.array([" ".join(one.split()) for one in distinct], dtype=object)[codes][::-1]
    for cells_of, (*_, word) in zip(reversed(listed), reversed(named), strict=True):  # the first one that lists it
        whom[np.searchsorted(whole, cells_of)] = " ".join(word.split())
    return Cells(by_name[pair // max(asked, 1)], pair % max(asked, 1), pd.Series(whom, dtype="str"), claimed)


def excused(
    owners: pd.DataFrame, hidden: Unreadable, settings: Settings, mapped: frozenset[str], untold: dict[str, str]
) -> tuple[Array, Array]:
    """What is not judged by its records, and why, by project and requirement.

    Args:
        owners: as `projects` makes it; hidden: which of its cells could not be read.
        mapped: the fields of projects that config.toml maps; phases are asked for only where one tells them.
        untold: as `definitions.untold` makes it.

    Returns:
        The state (its place in `words.STATES`, -1 where there is none) and its reason (object: str).
    """
    asked = settings.requirements
    state = np.full((len(owners), len(asked)), -1, dtype=np.int8)
    reason = np.full(state.shape, "", dtype=object)

    def say(where: Array, verdict: str, why: Array | str) -> None:
        if not where.any():
            return
        here = np.broadcast_to(where, state.shape) & (state < 0)
        state[here] = CODES[verdict]
        reason[here] = why if isinstance(why, str) else np.broadcast_to(why, state.shape)[here]

    def each(column: Array) -> Array:
        return column[:, np.newaxis]

    if settings.project_statuses:
        say(each(hidden["status"]), "unknown", "The project's status could not be read.")
    status, written = text(owners["project_status"]), text(owners["status"])
    idle = (status != "") & ~np.isin(status, list(settings.rules.judged))
    say(each(idle), "not_required", each("The project is " + status + " (status “" + written + "”)."))

    some = np.array([item.project_types != "all" for item in asked], dtype=bool)
    kind, written = text(owners["project_type"]), text(owners["type"])
    unmapped = "Nobody mapped the project type “" + written + "”: map it in config.toml or mend it in the base."
    unmapped[written == ""] = "The project has no type, and this is asked of some types only."
    hide = "The project's type could not be read, and this is asked of some types only."
    say(each(hidden["type"]) & some, "unknown", hide)
    say(each(kind == UNKNOWN_TYPE) & some, "unknown", each(unmapped))
    other = _among(kind, [item.project_types for item in asked]) & some
    vague = np.array([bool(strange_types(item, settings)) for item in asked], dtype=bool)
    say(other & ~vague, "not_required", each("Not asked of " + kind + " projects."))

    if "phase" in mapped:
        written = text(owners["phase"])
        phases = Phases(written, hidden["phase"], asked)
        for wanted in dict.fromkeys(item.phases for item in asked if item.phases):
            phased = np.array([item.phases == wanted for item in asked], dtype=bool)
            found, why = phases.among(wanted)
            say(
                each(found == PERHAPS) & phased,
                "unknown",
                each("The " + why + ", and this is asked in some phases only."),
            )
            say(each(found == NO) & phased, "not_required", each("Not asked in " + written + "."))
    for number, item in enumerate(asked):
        if item.id in untold:
            say((np.arange(len(asked)) == number) & (other | ~vague), "unknown", untold[item.id])
    return state, reason


def _among(words: Array, lists: Sequence[Sequence[str]]) -> Array:
    """Which words are not in which list (bool), a row per word and a column per list."""
    codes, distinct = pd.factorize(words)
    absent = np.array([[word not in one for one in lists] for word in distinct], dtype=bool)
    return absent.reshape(len(distinct), len(lists))[codes]


def due_by_rule(owners: pd.DataFrame, hidden: Unreadable, requirements: Sequence[Requirement]) -> tuple[Array, Array]:
    """When each is due by its requirement's rule, by project and requirement; NaT where there is no date to go by.

    And the date of the project that it takes but that could not be read, in words, else "" (object: str).
    """
    due = np.full((len(owners), len(requirements)), NEVER)
    unread = np.full(due.shape, "", dtype=object)
    for number, item in enumerate(requirements):
        if item.due:
            days = np.timedelta64(item.due.days, "D").astype("timedelta64[us]")
            due[:, number] = np.clip(owners[item.due.from_].to_numpy() + days, *CALENDAR)
            unread[hidden[item.due.from_], number] = f"the project's {item.due.from_.replace('_', ' ')}"
    return due, unread


@dataclass(frozen=True)
class Event:
    """What makes a revision stale: the `day` before which it surely does not count (datetime64[us], NaT where nothing
    makes it stale) and what happened on it (`name`); the day before which it may not count (`perhaps`, NaT where all is
    known), and why that is not sure (`doubt`: in words, or "")."""

    day: Array
    name: Array
    perhaps: Array
    doubt: Array


def revised_after(
    owners: pd.DataFrame,
    hidden: Unreadable,
    requirements: Sequence[Requirement],
    project: Array,
    requirement: Array,
    mapped: frozenset[str],
    as_of: date,
) -> Event:
    """What makes each record stale that speaks for this project and requirement (positions).

    A type, phase or start that is not mapped is not compared; one that is, but is not known, may be any.
    """
    today = np.datetime64(as_of, "us")

    def past(days: Array) -> Array:
        return np.where(days <= today, days, NEVER)

    discovery = past(owners["last_discovery"].to_numpy())[project]
    begun = past(owners["phase_start"].fillna(owners["start"]).to_numpy())[project]
    kind, written = text(owners["project_type"]), text(owners["phase"])
    phases = Phases(written, hidden["phase"], requirements)
    phase = np.full(len(project), NEVER)
    perhaps = np.where(hidden["last_discovery"][project], today, NEVER)
    said = "project's last discovery round could not be read" + ANEW.format("")
    doubt = np.where(hidden["last_discovery"], said, "").astype(object)[project]
    undated = owners["phase_start"].isna().to_numpy() & owners["start"].isna().to_numpy()
    unread = hidden["phase_start"] | (owners["phase_start"].isna().to_numpy() & hidden["start"])
    dateless = np.where(undated, "project has no start of its phase", "").astype(object)
    dateless[unread] = "project's start of the phase could not be read"
    dateless = dateless[project]
    untyped = "project's type “" + text(owners["type"]) + "” is mapped by nobody"
    untyped[text(owners["type"]) == ""] = "project has no type"
    untyped[hidden["type"]] = "project's type could not be read"
    comparable = bool({"phase_start", "start"} & mapped)
    for again in dict.fromkeys(again for item in requirements for again in item.again if comparable):
        asking = np.array([again in item.again for item in requirements], dtype=bool)
        may, why = np.ones(len(owners), dtype=bool), np.full(len(owners), "", dtype=object)
        if again.phase != "all":
            found, of_phase = phases.among([again.phase])
            may &= (found != NO) & ("phase" in mapped)
            why = np.where(found == PERHAPS, of_phase, why)
        if again.project_type != "all":
            strange = kind == UNKNOWN_TYPE
            may &= (strange | (kind == again.project_type)) & ("type" in mapped)
            why[strange] = untyped[strange]
        here = asking[requirement] & may[project]
        unsure = np.where(why[project] == "", dateless, why[project])
        unsure[unsure != ""] += ANEW.format("" if again.phase == "all" else f" in {again.phase}")
        sure = here & (unsure == "")
        phase[sure] = begun[sure]
        open_to = here & (unsure != "")
        perhaps[open_to] = np.fmax(perhaps, np.where(dateless == "", begun, today))[open_to]
        doubt[open_to & (doubt == "")] = unsure[open_to & (doubt == "")]
    later = ~np.isnat(phase) & ~(discovery >= phase)
    started = np.where(written == "", "the phase", written)[project]
    name = np.where(later, "the start of " + started, "the discovery round")
    return Event(np.where(later, phase, discovery), name, perhaps, doubt)
