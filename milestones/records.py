"""Places every project deliverable: which project, requirement and audience it speaks for, or why none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from milestones.audiences import heard, listing
from milestones.doubts import (
    Doubt,
    hints,
    hints_of_others,
    nearly_by_own_name,
    nearly_projects,
    nearly_required,
    of_nameless_projects,
    unsettled,
)
from milestones.matching import Match, Matcher
from milestones.references import linked, owners_of, without
from milestones.spellings import FRAGMENT, LIST, Array, Unreadable, given, names_in, strings, text
from milestones.words import UNPLACED, listed
from settings.models import Requirement
from settings.names import spelling
from sync.frames import Frames

# The reasons of which the record's own words tell more.
SAID = ("no_requirement", "ambiguous", "release_disagrees", "milestone_disagrees")


@dataclass(frozen=True)
class Placed:
    """Where the project deliverables belong.

    records: `frames.project_deliverables` with `project_id`, `may_be_of` (the ids, joined by ";", of several projects
        that it names, or of those that are almost called what it names), `called` (what it calls its deliverable),
        `nearly` (what is required and almost called so, in words), `requirement` (id), `doubt` (why it is to be
        confirmed, or ""), `unplaced` (the reason why it decides nothing) and `detail` (the same in words) added, str;
        `audience` is as it is listed.
        Either `unplaced` or both `project_id` and `requirement` are given.
    project, requirement: the positions of each record's project and requirement (int), -1 where there is none.
    hidden: which cells of the records could not be read.
    doubts: what those may decide that are unplaced, be it for a cell that could not be read or for what they say.
    hints: what others were probably meant for, whose deliverable or project is almost called so.
    """

    records: pd.DataFrame
    project: Array
    requirement: Array
    hidden: Unreadable
    doubts: list[Doubt]
    hints: list[Doubt]


def place(frames: Frames, requirements: Sequence[Requirement], placeholders: tuple[str, ...]) -> Placed:
    """Says of every project deliverable what it speaks for.

    Args:
        placeholders: texts that say nothing where they stand for a name, a milestone, a release or an audience.
    """
    records = frames.project_deliverables
    hidden = Unreadable(frames, "project_deliverables", records["record_id"])
    project, reason, owners = owners_of(frames, hidden)
    deliverable = linked(frames, "deliverable")
    milestone = linked(frames, "milestone")
    own = text(records["name"])
    named = given(deliverable.text, placeholders)
    nameless = (named == "") & ~deliverable.hidden
    called = named.copy()
    called[nameless] = given(own[nameless], placeholders)
    unread = {
        "deliverable": deliverable.hidden | (nameless & hidden["name"]),
        "release": hidden["release"],
        "milestone": milestone.hidden,
    }
    of_several = _each(milestone.several, "\n".join, len(records))
    told = np.where(milestone.count > 1, of_several, given(milestone.text, placeholders))
    matcher = Matcher(requirements)
    owner = np.append(text(frames.projects["name"]), "")[project]
    own_releases = _own_releases(own, owner, matcher)
    words = (called, given(text(records["release"]), placeholders), told, own_releases)
    matches, first, of = _matches(words, tuple(unread.values()), matcher)
    said = [tuple(column[row] for column in words) for row in first]
    bare = [
        (without(owner[row], one[0]), *one[1:]) if nameless[row] else one for row, one in zip(first, said, strict=True)
    ]
    hinted, near = nearly_required(bare, matches, nameless[first], matcher)
    nearly = np.array(hinted, dtype=object)[of]

    position = {item.id: number for number, item in enumerate(requirements)}
    requirement = np.array([position.get(one.requirement or "", -1) for one in matches], dtype=int)[of]
    doubt = np.array([one.doubt for one in matches], dtype=object)[of]
    faults = np.array([one.reason or "" for one in matches], dtype=object)[of]
    written = np.flatnonzero((faults == "no_requirement") & (nameless | (deliverable.count == 0)))
    several = deliverable.several | _lists(words, written, nameless, frames.catalogue, matcher)
    faults[list(several)] = "several_deliverables"
    faults[(faults == "") & hidden["audience"]] = "unreadable"
    audience = given(text(records["audience"]), placeholders)
    speaks = heard(audience, hidden["audience"], project, requirement, frames.projects, requirements, placeholders)
    at = np.array(list(speaks.several), dtype=int)
    faults[at[faults[at] == ""]] = "several_audiences"
    doubt += np.where((doubt == "") | (speaks.doubt == ""), "", " ") + speaks.doubt
    own_fault = reason == ""
    reason[own_fault] = faults[own_fault]
    unread |= {"project": hidden["project"], "audience": hidden["audience"]}

    fields = np.full(len(records), "", dtype=object)
    for name, cells in unread.items():
        fields[cells] += np.where(fields[cells] == "", name, " and " + name).astype(object)
    several_projects = _each(owners, _called(frames.projects), len(records))
    details = {
        "several_projects": several_projects,
        "ambiguous_project": several_projects,
        "several_deliverables": _each(several, listed, len(records)),
        "several_audiences": _each(speaks.several, lambda of: f"of the listed ones {listed(of)}", len(records)),
        "unreadable": "its " + fields,
    }
    written = given(text(records["project"]), placeholders)
    almost, unknown = nearly_projects(written, own, np.flatnonzero(reason == "no_project"), frames.projects)
    by_id = {item.id: item for item in requirements}
    sentences = [_said(*one, by_id) for one in zip(matches, said, hinted, strict=True)]
    matching = np.array(sentences, dtype=object)[of]
    by_own, near_by_own = nearly_by_own_name(
        own,
        owner,
        words,
        np.flatnonzero((faults == "no_requirement") & (nearly == "") & ~nameless),
        matcher,
    )
    for row, how in by_own.items():
        nearly[row] = how
        matching[row] = matching[row].removesuffix(".") + how + "."
    detail = np.full(len(records), "", dtype=object)
    for one, condition in UNPLACED.items():
        rows = np.flatnonzero(reason == one)
        detail[rows] = condition
        if one in details:
            detail[rows] = condition.removesuffix(".") + ": " + details[one][rows] + "."
        elif one == "no_project":
            detail[rows] += unknown
        elif one in SAID:
            detail[rows] += matching[rows]

    keys = text(frames.projects["record_id"])
    whole = records.assign(
        project_id=strings(np.append(keys, "")[project]),
        may_be_of=strings(_each(owners | almost, lambda places: ";".join(keys[places]), len(records))),
        called=strings(called),
        nearly=strings(np.where(reason == "no_requirement", nearly, "")),
        audience=strings(speaks.audience),
        requirement=strings(np.array([*position, ""], dtype=object)[requirement]),
        doubt=pd.Series(doubt, dtype="str"),
        unplaced=strings(reason),
        detail=strings(detail),
    )

    # A record that may be of any project speaks for none by what it is almost called.
    homeless = (reason == "unreadable") & (project < 0)
    surely = [_among(position, [match]) for match in matches]
    nearly_too = [_among(position, [match], keys) for match, keys in zip(matches, near, strict=True)]
    may_be = [(surely if far else nearly_too)[number] for number, far in zip(of, homeless.tolist(), strict=True)]
    for row, ids in near_by_own.items():
        may_be[row] = () if homeless[row] else _among(position, (), ids)
    for row, names in several.items():
        if deliverable.hidden[row]:
            continue
        release, milestones, releases = (column[row] for column in words[1:])
        listed_ones = [matcher.match(name, release, milestones, releases) for name in names]
        may_be[row] = _among(position, listed_ones, () if homeless[row] else near[of[row]])
    listed_for = listing(frames.projects, requirements, placeholders)
    doubts = unsettled(whole, fields, hidden, project, owners, may_be, listed_for)
    return Placed(
        whole,
        project,
        requirement,
        hidden,
        [*doubts, *of_nameless_projects(frames, whole, requirement, listed_for)],
        [
            *hints(whole, almost, project, may_be, listed_for),
            *hints_of_others(whole, speaks.strange, project, requirement),
        ],
    )


def _own_releases(names: Array, projects: Array, matcher: Matcher) -> Array:
    """The releases that each record's own name names, but for its project's name in it (object: tuple of str)."""
    told = np.empty(len(names), dtype=object)
    told[:] = [matcher.releases(name) for name in names]
    for row in np.flatnonzero(told.astype(bool)).tolist():
        if matcher.releases(projects[row]):
            told[row] = matcher.releases(without(projects[row], names[row]))
    return told


def _each(several: dict[int, list[Any]], words: Callable[[list[Any]], str], many: int) -> Array:
    """What these records name several of, in words (object: str), "" for the others."""
    told = np.full(many, "", dtype=object)
    for row, of in several.items():
        told[row] = words(of)
    return told


def _called(owners: pd.DataFrame) -> Callable[[list[int]], str]:
    """What says of projects (positions) how they are called, each with its id."""
    pairs = zip(text(owners["name"]), owners["record_id"], strict=True)
    names = [f"{name.strip()} ({key})" if name.strip() else key for name, key in pairs]
    return lambda places: listed([names[place] for place in places])


def _among(position: dict[str, int], matches: Iterable[Match], near: Iterable[str] = ()) -> tuple[int, ...]:
    """The positions of the requirements that these match, may match, or nearly do (ids)."""
    ids = [*(key for one in matches for key in (one.requirement, *one.candidates)), *near]
    return tuple(dict.fromkeys(position[key] for key in ids if key in position))


def _said(match: Match, words: tuple[Any, ...], nearly: str, by_id: dict[str, Requirement]) -> str:
    """What a record's words say of where it belongs, in sentences, and what it may be."""
    called, release, milestone, told = words
    says = f" It is called “{called}”{nearly}"
    if match.reason == "no_requirement" and FRAGMENT.fullmatch(called):
        says += ", which says nothing and is asked for only if config.toml requires it by name"
    if match.reason == "release_disagrees":
        says += f", its release is “{release}”" if release else ""
        says += f", its own name says {listed([f'“{one}”' for one in told])}" if told else ""
    if match.reason == "milestone_disagrees":
        says += f", its milestone is {listed([f'“{one}”' for one in milestone.splitlines()])}"
    asked = [by_id[key] for key in match.candidates]
    apart = match.reason == "milestone_disagrees" or len({item.milestone for item in asked}) > 1
    may_be = [f"“{item.deliverable}”" + (f" of the milestone {item.milestone}" if apart else "") for item in asked]
    return f"{says}." + (f" It may be {listed(may_be, 'or')}." if asked else "")


def _lists(
    words: tuple[Array, ...], rows: Array, own: Array, definitions: pd.DataFrame, matcher: Matcher
) -> dict[int, list[str]]:
    """The names that these records (positions) list in the place of one, by the record's position.

    A text lists several, unless it is a definition's name, where one of them may be required; a record's own name
    (`own`) only where two are, for it may hold anything else.
    """
    lists = [row for row in rows.tolist() if LIST.search(words[0][row])]
    known = {spelling(name) for name in text(definitions["name"])} if lists else set()
    found: dict[int, list[str]] = {}
    for row in lists:
        name, *others = (column[row] for column in words)
        names = names_in(name, lambda one: spelling(one) in known)
        met = [one for one in names if matcher.match(one, *others).reason != "no_requirement"]
        if len(names) > 1 and len(met) > own[row]:
            found[row] = names
    return found


def _matches(words: tuple[Array, ...], unread: tuple[Array, ...], matcher: Matcher) -> tuple[list[Match], Array, Array]:
    """What each distinct combination of words matches, a few, however many the records; the first record (position) of
    each; and which each record has."""
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
    return matches, first, of
