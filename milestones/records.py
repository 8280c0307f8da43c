"""Places every project deliverable: which project, requirement and audience it speaks for, or why none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from milestones.matching import Match, Matcher
from milestones.spellings import Array, Unreadable, strings, text
from milestones.words import UNPLACED
from settings.models import Requirement, spelling
from sync.frames import Frames

# The table that a reference goes to.
TARGETS = {"deliverable": "catalogue", "milestone": "milestones"}


@dataclass(frozen=True)
class Doubt:
    """A record that may decide a verdict, but of which some cell could not be read.

    requirements: the positions of those it may be of. project: the position of the only one it may be of, or None.
    audience: None where it could not be read. said: which cell of which record, in words.
    """

    record: int
    project: int | None
    requirements: tuple[int, ...]
    audience: str | None
    said: str


@dataclass(frozen=True)
class Placed:
    """Where the project deliverables belong.

    records: `frames.project_deliverables` with `project_id`, `called` (what it calls its deliverable), `requirement`
        (id), `doubt` (as `matching.Match` has it, or ""), `unplaced` (the reason why it decides nothing) and `detail`
        (the same in words) added, str. Either `unplaced` or both `project_id` and `requirement` are given.
    project, requirement: the positions of each record's project and requirement (int), -1 where there is none.
    hidden: which cells of the records could not be read.
    doubts: what those may decide that are unplaced because they could not be read.
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
    project, reason, several_projects = _projects(frames, hidden)
    deliverable = _linked(frames, "deliverable")
    milestone = _linked(frames, "milestone")
    own, audience = text(records["name"]), text(records["audience"])
    nameless = (deliverable.text == "") & ~deliverable.hidden
    called = np.where(nameless, own, deliverable.text)
    unread = {
        "deliverable": deliverable.hidden | (nameless & hidden["name"]),
        "release": hidden["release"],
        "milestone": milestone.hidden,
    }
    told = np.where(milestone.count > 1, "", milestone.text)  # several tell nothing
    words = (called, text(records["release"]), told)
    matches, of = _matches(words, tuple(unread.values()), Matcher(requirements))

    position = {item.id: number for number, item in enumerate(requirements)}
    titles = {item.id: f"{item.milestone}: {item.deliverable}" for item in requirements}
    requirement = np.array([position.get(one.requirement or "", -1) for one in matches], dtype=int)[of]
    doubt = np.array([one.doubt for one in matches], dtype=object)[of]
    faults = np.array([one.reason or "" for one in matches], dtype=object)[of]
    faults[deliverable.count > 1] = "several_deliverables"
    faults[(faults == "") & hidden["audience"]] = "unreadable"
    own_fault = reason == ""
    reason[own_fault] = faults[own_fault]
    unread |= {"project": hidden["project"], "audience": hidden["audience"]}

    fields = np.full(len(records), "", dtype=object)
    for name, cells in unread.items():
        fields[cells] += np.where(fields[cells] == "", name, " and " + name).astype(object)
    candidates = {
        "several_projects": several_projects,
        "ambiguous_project": several_projects,
        "several_deliverables": deliverable.names,
        "ambiguous": np.array([", ".join(titles[key] for key in one.candidates) for one in matches], dtype=object)[of],
        "unreadable": "its " + fields,
    }
    detail = np.full(len(records), "", dtype=object)
    for one, said in UNPLACED.items():
        rows = np.flatnonzero(reason == one)
        detail[rows] = said
        if one in candidates:
            detail[rows] = said.removesuffix(".") + ": " + candidates[one][rows] + "."
        if one in ("no_requirement", "ambiguous"):
            detail[rows] += " It is called “" + called[rows] + "”."

    doubts = []
    for row in np.flatnonzero(reason == "unreadable").tolist():
        match = matches[of[row]]
        ids = match.candidates if match.reason == "unreadable" else (match.requirement or "",)
        label = own[row] or called[row] or records["record_id"].iloc[row]
        doubts.append(
            Doubt(
                row,
                int(project[row]) if project[row] >= 0 else None,
                tuple(position[key] for key in ids if key in position and deliverable.count[row] < 2),
                None if hidden["audience"][row] else audience[row],
                f"the {fields[row]} of “{label}” could not be read",
            )
        )
    whole = records.assign(
        project_id=strings(np.append(text(frames.projects["record_id"]), "")[project]),
        called=strings(called),
        requirement=strings(np.array([*position, ""], dtype=object)[requirement]),
        doubt=pd.Series(doubt, dtype="str"),
        unplaced=strings(reason),
        detail=strings(detail),
    )
    doubts += _of_nameless_projects(frames, whole, requirement)
    return Placed(whole, project, requirement, hidden, doubts)


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
        name, release, milestone = (column[row] for column in words)
        hidden = [bool(column[row]) for column in unread]
        found = matcher.match(name, release, milestone)
        given: list[Any] = [name, release, milestone]
        possible = matcher.possible(*(None if gone else word for word, gone in zip(given, hidden, strict=True)))
        certain = hidden == [False, True, False] and not any(by_id[key].release for key in possible)
        if hidden[0] or (any(hidden) and possible and not certain):
            found = Match(None, reason="unreadable", candidates=possible)
        matches.append(found)
    return matches, of


@dataclass(frozen=True)
class _Linked:
    """What a reference names: `text`, the linked record's name or the text itself; how many links (`count`), the
    `names` of several, and whether what it names could not be read (`hidden`)."""

    text: Array
    count: Array
    names: Array
    hidden: Array


def _linked(frames: Frames, key: str) -> _Linked:
    records, target = frames.project_deliverables, frames.catalogue if key == "deliverable" else frames.milestones
    links = frames.links[f"project_deliverables.{key}"]
    words = text(records[key]).copy()
    hidden = Unreadable(frames, "project_deliverables", records["record_id"])[key].copy()
    names = np.array([""] * len(records), dtype=object)
    count = np.zeros(len(records), dtype=int)
    if len(links):
        at = pd.Index(records["record_id"]).get_indexer(links["record_id"])
        to = pd.Index(target["record_id"]).get_indexer(links["linked_id"])
        known = at >= 0
        count = np.bincount(at[known], minlength=len(records))
        labels = np.append(text(target["name"]), "")
        first = known & (links["position"] == 0).to_numpy()
        found = labels[to[first]]
        words[at[first]] = np.where(found == "", words[at[first]], found)
        gone = np.append(Unreadable(frames, TARGETS[key], target["record_id"])["name"], False)
        hidden[at[first]] |= gone[to[first]]
        for row in np.flatnonzero(count > 1):
            ids = links["linked_id"].to_numpy()[at == row]
            names[row] = ", ".join(label or one for label, one in zip(labels[to[at == row]], ids, strict=True))
    return _Linked(words, count, names, hidden)


def _projects(frames: Frames, hidden: Unreadable) -> tuple[Array, Array, Array]:
    """The position of each record's project, -1 where there is not exactly one; the fault; the names of several."""
    records, owners = frames.project_deliverables, frames.projects
    links = frames.links["project_deliverables.project"]
    at = pd.Index(records["record_id"]).get_indexer(links["record_id"])
    to = pd.Index(owners["record_id"]).get_indexer(links["linked_id"])
    written = text(records["project"])
    named = np.flatnonzero(written != "")
    if len(named):
        known = owners["name"].dropna()
        pairs = pd.DataFrame({"spelled": [spelling(one) for one in written[named]], "at": named})
        spelled = pd.DataFrame({"spelled": [spelling(one) for one in known], "to": known.index})
        met = pairs.merge(spelled, on="spelled")
        at, to = np.append(at, met["at"]), np.append(to, met["to"])
    good = (at >= 0) & (to >= 0)
    at, to = at[good], to[good]
    count = np.bincount(at, minlength=len(records))
    project = np.full(len(records), -1)
    project[at] = to
    project[count != 1] = -1
    reason = np.full(len(records), "", dtype=object)
    reason[count == 0] = "no_project"
    reason[(count == 0) & hidden["project"]] = "unreadable"
    reason[count > 1] = "several_projects" if not len(named) else "ambiguous_project"
    names = np.full(len(records), "", dtype=object)
    labels, ids = text(owners["name"]), text(owners["record_id"])
    for row in np.flatnonzero(count > 1):
        names[row] = ", ".join(f"{labels[one]} ({ids[one]})".strip() for one in sorted(to[at == row]))
    return project, reason, names


def _of_nameless_projects(frames: Frames, records: pd.DataFrame, requirement: Array) -> list[Doubt]:
    """Records that name an unknown project may mean one whose name could not be read."""
    nameless = np.flatnonzero(Unreadable(frames, "projects", frames.projects["record_id"])["name"])
    if not len(nameless):
        return []
    lost = (records["unplaced"] == "no_project") & records["project"].notna() & (requirement >= 0)
    return [
        Doubt(
            int(row),
            int(owner),
            (int(requirement[row]),),
            records["audience"].fillna("").iloc[row],
            f"the project's name could not be read, and “{records['project'].iloc[row]}” is a project's that is "
            "not known",
        )
        for row in np.flatnonzero(lost)
        for owner in nameless
    ]
