"""Places every project deliverable: which project, requirement and audience it speaks for, or why none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from milestones.audiences import heard, possible
from milestones.matching import Match, Matcher
from milestones.nearest import Names, meant
from milestones.references import linked, owners_of
from milestones.spellings import Array, Unreadable, strings, text
from milestones.words import UNPLACED
from settings.models import Requirement
from sync.frames import Frames

# Why a record that may be the one that is looked for is not placed, and what settles it.
UNSETTLED = {
    "several_projects": "Leave one project in its link.",
    "ambiguous_project": "Link it to the one that is meant.",
    "several_deliverables": "Leave one deliverable in its link.",
    "several_audiences": "Give it one audience, and make a record for each of the others.",
    "ambiguous": "Say which it is.",
    "release_disagrees": "Mend the one that is wrong.",
    "milestone_disagrees": "Mend the milestone, or the name.",
}


@dataclass(frozen=True)
class Doubt:
    """A record that may decide a verdict, but of which some cell could not be read, or does not say which verdict.

    requirements: the positions of those it may be of. projects: the positions of those it may be of, or None for any.
    audiences: those it may be for, "" for none; None where that could not be read. said: which cell of which record,
    or what is to be settled, in words.
    """

    record: int
    projects: tuple[int, ...] | None
    requirements: tuple[int, ...]
    audiences: tuple[str, ...] | None
    said: str


@dataclass(frozen=True)
class Placed:
    """Where the project deliverables belong.

    records: `frames.project_deliverables` with `project_id`, `may_be_of` (the ids of several projects that it names,
        joined by ";"), `called` (what it calls its deliverable), `of_milestone`
        (what it calls its milestone), `requirement` (id), `doubt` (why it is to be confirmed, or ""), `unplaced` (the
        reason why it decides nothing) and `detail` (the same in words) added, str; `audience` is as it is listed.
        Either `unplaced` or both `project_id` and `requirement` are given.
    project, requirement: the positions of each record's project and requirement (int), -1 where there is none.
    hidden: which cells of the records could not be read.
    doubts: what those may decide that are unplaced, be it for a cell that could not be read or for what they say.
    """

    records: pd.DataFrame
    project: Array
    requirement: Array
    hidden: Unreadable
    doubts: list[Doubt]


def place(frames: Frames, requirements: Sequence[Requirement]) -> Placed:
    """Says of every project deliverable what it speaks for."""
    records = frames.project_deliverables
    hidden = Unreadable(frames, "project_deliverables", records["record_id"])
    project, reason, owners = owners_of(frames, hidden)
    deliverable = linked(frames, "deliverable")
    milestone = linked(frames, "milestone")
    own = text(records["name"])
    nameless = (deliverable.text == "") & ~deliverable.hidden
    called = np.where(nameless, own, deliverable.text)
    unread = {
        "deliverable": deliverable.hidden | (nameless & hidden["name"]),
        "release": hidden["release"],
        "milestone": milestone.hidden,
    }
    told = np.where(milestone.count > 1, "", milestone.text)  # several tell nothing
    matcher = Matcher(requirements)
    own_releases = _own_releases(own, matcher)
    words = (called, text(records["release"]), told, own_releases)
    matches, of = _matches(words, tuple(unread.values()), matcher)

    position = {item.id: number for number, item in enumerate(requirements)}
    titles = {item.id: f"{item.milestone}: {item.deliverable}" for item in requirements}
    requirement = np.array([position.get(one.requirement or "", -1) for one in matches], dtype=int)[of]
    doubt = np.array([one.doubt for one in matches], dtype=object)[of]
    faults = np.array([one.reason or "" for one in matches], dtype=object)[of]
    faults[deliverable.count > 1] = "several_deliverables"
    faults[(faults == "") & hidden["audience"]] = "unreadable"
    speaks = heard(text(records["audience"]), hidden["audience"], project, requirement, frames.projects, requirements)
    at = np.array(list(speaks.several), dtype=int)
    faults[at[faults[at] == ""]] = "several_audiences"
    doubt += np.where((doubt == "") | (speaks.doubt == ""), "", " ") + speaks.doubt
    own_fault = reason == ""
    reason[own_fault] = faults[own_fault]
    unread |= {"project": hidden["project"], "audience": hidden["audience"]}

    fields = np.full(len(records), "", dtype=object)
    for name, cells in unread.items():
        fields[cells] += np.where(fields[cells] == "", name, " and " + name).astype(object)
    several_projects = _each(owners, lambda places: _called(frames.projects, places), len(records))
    meant = np.array([", ".join(titles[key] for key in one.candidates) for one in matches], dtype=object)[of]
    candidates = {
        "several_projects": several_projects,
        "ambiguous_project": several_projects,
        "several_deliverables": _each(deliverable.several, ", ".join, len(records)),
        "several_audiences": _each(speaks.several, ", ".join, len(records)),
        "ambiguous": meant,
        "release_disagrees": meant,
        "milestone_disagrees": meant,
        "unreadable": "its " + fields,
    }
    detail = np.full(len(records), "", dtype=object)
    for one, said in UNPLACED.items():
        rows = np.flatnonzero(reason == one)
        detail[rows] = said
        if one == "no_project":
            detail[rows] += _unknown(text(records["project"])[rows], frames.projects)
        if one in candidates:
            detail[rows] = said.removesuffix(".") + ": " + candidates[one][rows] + "."
        if one in ("no_requirement", "ambiguous", "release_disagrees", "milestone_disagrees"):
            detail[rows] += " It is called “" + called[rows] + "”."
    rows = np.flatnonzero((reason == "release_disagrees") & (words[1] != ""))
    detail[rows] += " Its release is “" + words[1][rows] + "”."

    doubts = []
    for row in np.flatnonzero(np.isin(reason, ["unreadable", *UNSETTLED])).tolist():
        match = matches[of[row]]
        found = [match]
        if row in deliverable.several:
            release, milestones, releases = (column[row] for column in words[1:])
            found = [matcher.match(one, release, milestones, releases) for one in deliverable.several[row]]
        ids = dict.fromkeys(key for one in found for key in (one.requirement, *one.candidates) if key in position)
        if not ids:
            continue
        said = f"the {fields[row]} of “{{}}” could not be read"
        if reason[row] != "unreadable":
            said = f"“{{}}” may be it. {detail[row]} {UNSETTLED[reason[row]]}"
        places = (int(project[row]),) if project[row] >= 0 else tuple(owners.get(row, ())) or None
        doubts.append(
            Doubt(
                row,
                places,
                tuple(position[key] for key in ids),
                None if hidden["audience"][row] else possible(speaks.audience[row]),
                said.format(own[row] or called[row] or records["record_id"].iloc[row]),
            )
        )
    keys = text(frames.projects["record_id"])
    whole = records.assign(
        project_id=strings(np.append(keys, "")[project]),
        may_be_of=strings(_each(owners, lambda places: ";".join(keys[places]), len(records))),
        called=strings(called),
        of_milestone=strings(told),
        audience=strings(speaks.audience),
        requirement=strings(np.array([*position, ""], dtype=object)[requirement]),
        doubt=pd.Series(doubt, dtype="str"),
        unplaced=strings(reason),
        detail=strings(detail),
    )
    doubts += _of_nameless_projects(frames, whole, requirement)
    return Placed(whole, project, requirement, hidden, doubts)


def _own_releases(names: Array, matcher: Matcher) -> Array:
    """The releases that each record's own name names (object: tuple of str)."""
    told = np.empty(len(names), dtype=object)
    told[:] = [matcher.releases(name) for name in names]
    return told


def _each(several: dict[int, list[Any]], words: Callable[[list[Any]], str], many: int) -> Array:
    """What these records name several of, in words (object: str), "" for the others."""
    told = np.full(many, "", dtype=object)
    for row, of in several.items():
        told[row] = words(of)
    return told


def _unknown(written: Array, owners: pd.DataFrame) -> Array:
    """What each record writes for a project where none is called so, and which may be meant (object: str)."""
    names = Names(owners["name"].dropna()) if (written != "").any() else None
    said = {
        one: f" None is called “{one}”{meant(names.nearest(one))}." if names and one else "" for one in set(written)
    }
    return np.array([said[one] for one in written], dtype=object)


def _called(owners: pd.DataFrame, places: Iterable[int]) -> str:
    """Projects by their names and ids."""
    of = owners[["name", "record_id"]].iloc[list(places)].fillna("")
    return ", ".join(f"{name} ({key})".strip() for name, key in of.itertuples(index=False))


def _matches(words: tuple[Array, ...], unread: tuple[Array, ...], matcher: Matcher) -> tuple[list[Match], Array]:
    """What each distinct combination of words matches, a few, however many the records; and which each record has."""
    of = np.zeros(len(words[0]), dtype=int)
    for column in (*words, *unread):
        codes, known = pd.factorize(column)
        of = pd.factorize(of * len(known) + codes)[0]
    _, first = np.unique(of, return_index=True)
    by_id = {item.id: item for item in matcher.requirements}
    matches = []
    for row in first:
        name, release, milestone, told = (column[row] for column in words)
        hidden = [bool(column[row]) for column in unread]
        found = matcher.match(name, release, milestone, told)
        given: list[Any] = [name, release, milestone]
        possible = matcher.possible(*(None if gone else word for word, gone in zip(given, hidden, strict=True)))
        certain = hidden == [False, True, False] and not any(by_id[key].release for key in possible)
        if hidden[0] or (any(hidden) and possible and not certain):
            found = Match(None, reason="unreadable", candidates=possible)
        matches.append(found)
    return matches, of


def _of_nameless_projects(frames: Frames, records: pd.DataFrame, requirement: Array) -> list[Doubt]:
    """Records that name an unknown project may mean one whose name could not be read."""
    nameless = np.flatnonzero(Unreadable(frames, "projects", frames.projects["record_id"])["name"])
    if not len(nameless):
        return []
    lost = (records["unplaced"] == "no_project") & records["project"].notna() & (requirement >= 0)
    return [
        Doubt(
            int(row),
            (int(owner),),
            (int(requirement[row]),),
            possible(records["audience"].fillna("").iloc[row]),
            f"the project's name could not be read, and “{records['project'].iloc[row]}” is a project's that is "
            "not known",
        )
        for row in np.flatnonzero(lost)
        for owner in nameless
    ]
