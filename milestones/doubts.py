"""What records may decide that are not placed: what they leave open, and what they were probably meant for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from milestones.audiences import Listing, form, nearly, possible
from milestones.forms import tokens_in
from milestones.matching import Match, Matcher
from milestones.references import projects_in, without
from milestones.spellings import BETWEEN, Array, Unreadable, canonical, filled, names_in, text
from milestones.words import CLAIM_ORDER, shown
from settings.models import Settings
from settings.names import meant, nearest_each, spelling
from sync.frames import Frames

# Why a record that may be the one that is looked for is not placed, and what settles it.
UNSETTLED = {
    "several_projects": "Leave one project in its cell.",
    "ambiguous_project": "Link it to the one that is meant.",
    "several_deliverables": "Leave one deliverable in its cell.",
    "several_audiences": "Give it one audience, and make a record for each of the others.",
    "ambiguous": "Say which it is.",
    "release_disagrees": "Mend the one that is wrong.",
    "milestone_disagrees": "Mend the milestone, or the name.",
}

NOWHERE = np.array([], dtype=int)


@dataclass(frozen=True)
class Doubt:
    """A record that may decide a verdict, but of which some cell could not be read, or does not say which verdict.

    requirements: the positions of those it may be of. projects: the positions of those it may be of, or None for any.
    audiences: those it may be for, "" for none; None where that could not be read. said: which cell of which record,
    or what is to be settled, in words. of_missing: whether it tells of what is missing alone.
    """

    record: int
    projects: tuple[int, ...] | None
    requirements: tuple[int, ...]
    audiences: tuple[str, ...] | None
    said: str
    of_missing: bool = False


def first_of_each(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Of those that may decide the same verdicts the first: one is told of each verdict, and a base may have many."""
    found: dict[object, Doubt] = {}
    for doubt in doubts:
        found.setdefault((doubt.projects, doubt.requirements, doubt.audiences, doubt.of_missing), doubt)
    return list(found.values())


def at_best(records: pd.DataFrame, hidden: Unreadable, settings: Settings, mapped: frozenset[str]) -> Array:
    """The best that each record may claim, by its status and waiver (its place in `words.CLAIM_ORDER`).

    Args:
        mapped: the fields of project deliverables that config.toml maps.
    """
    if "status" not in mapped:
        return np.zeros(len(records), dtype=int)
    claimed = canonical(records["status"], settings.statuses)
    place = claimed.map({state: place for place, state in enumerate(CLAIM_ORDER)}).fillna(0).to_numpy(dtype=int)
    waived = filled(records["waiver_reason"]).to_numpy(dtype=bool) | hidden["waiver_reason"]
    place = np.where(waived, np.minimum(place, CLAIM_ORDER.index("waived")), place)
    return np.where(hidden["status"], 0, place)


def nearly_required(
    said: Sequence[tuple[Any, ...]], matches: Sequence[Match], own: Sequence[bool], matcher: Matcher
) -> tuple[list[str], list[list[str]]]:
    """Of what matches no requirement: those that are almost called so, in words, or ""; and their ids.

    Args:
        said: what is called so, its release and milestone, and the releases that its own name names.
        matches: what each of these matches.
        own: whether what each is called is its own name.
    """
    alike: dict[tuple[frozenset[str], str], list[int]] = {}
    for number, (name, release, milestone, told) in enumerate(said):
        if matches[number].reason == "no_requirement":
            releases = frozenset({release, *told, *(() if own[number] else matcher.releases(name))})
            alike.setdefault((releases, milestone), []).append(number)
    hints, ids = [""] * len(said), [list[str]() for _ in said]
    for (releases, milestone), numbers in alike.items():
        names = matcher.near([said[number][0] for number in numbers], releases, milestone)
        for number, near in zip(numbers, names, strict=True):
            hints[number], ids[number] = meant(list(dict.fromkeys(near.values()))), list(near)
    return hints, ids


def nearly_by_own_name(
    own: Array, owner: Array, words: tuple[Array, ...], rows: Array, matcher: Matcher
) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Of records (positions) whose deliverable matches no requirement: what those are called that their own name is, or
    almost is, but for their project's in it, in words; and their ids.

    Args:
        own: what each is called itself, "" for nothing; owner: its project; words: its deliverable, release, milestone
            and own releases.
    """
    rows = rows[[matcher.may_name(one) for one in own[rows]]]
    said = [(without(owner[row], own[row]), *(column[row] for column in words[1:])) for row in rows]
    distinct = list(dict.fromkeys(said))
    none, own_names = [Match(None, reason="no_requirement")] * len(distinct), [True] * len(distinct)
    hints, ids = nearly_required(distinct, none, own_names, matcher)
    of = {one: number for number, one in enumerate(distinct) if ids[number]}
    near = {int(row): of[one] for row, one in zip(rows, said, strict=True) if one in of}
    told = {row: f", though its own name is “{own[row].strip()}”{hints[number]}" for row, number in near.items()}
    return told, {row: ids[number] for row, number in near.items()}


def nearly_projects(
    written: Array, own: Array, rows: Array, owners: pd.DataFrame
) -> tuple[dict[int, list[int]], Array]:
    """Of records that name no project that there is: the positions of those that are almost called so, or with whose
    whole name that begins, or its own name where it names none, by the record's position; and what it says of that,
    with these, in words, or "" (object: str), row by row."""
    texts = [one for one in dict.fromkeys(written[rows]) if one]
    places: dict[str, list[int]] = {}
    for place, name in enumerate(text(owners["name"]) if texts else ()):
        if name:
            places.setdefault(name, []).append(place)
    near = dict(zip(texts, nearest_each(texts, places), strict=True))
    strange = np.array([one for one in texts if not near[one]], dtype=object)
    for at, begun in projects_in(strange, np.arange(len(strange)), owners).items():
        names = [text(owners["name"])[place] for place in begun]
        if not "".join(tokens_in(strange[at])[len(tokens_in(names[0])) :]).isdigit():  # “Riverbend - 2” is another
            near[strange[at]] = names
    listing = [one for one in strange if not near[one] and BETWEEN.search(one)]
    called = {spelling(name): name for name in places} if listing else {}
    for one in listing:  # of several names one is known
        names = names_in(one, lambda name: spelling(name) in called, BETWEEN)
        near[one] = [called[form] for form in map(spelling, names) if form in called]
    told = {int(row): f" None is called “{written[row]}”{meant(near[written[row]])}." for row in rows if written[row]}
    found = {
        row: [place for name in near[written[row]] for place in places[name]] for row in told if near[written[row]]
    }
    by_own = projects_in(own, rows[written[rows] == ""], owners)
    told |= {row: f" Its own name says “{owners['name'].iloc[place].strip()}”." for row, (place,) in by_own.items()}
    return found | by_own, np.array([told.get(row, "") for row in rows.tolist()], dtype=object)


def unsettled(
    records: pd.DataFrame,
    fields: Array,
    hidden: Unreadable,
    project: Array,
    owners: dict[int, list[int]],
    may_be: Sequence[tuple[int, ...]],
    listed: Listing,
) -> Iterator[Doubt]:
    """Records that could not be read, or of which a person has to settle what they are.

    Args:
        records: as `records.Placed` has them. hidden: which of their cells could not be read; fields: in words, those
            of each that say what it is, or whose.
        project: the position of each record's project; owners: of several, by the record's.
        may_be: the positions of the requirements that each may be of.
        listed: as `audiences.listing` makes it.
    """
    reason = text(records["unplaced"])
    cells = [text(records[name]) for name in ("record_id", "name", "called", "audience", "detail")]
    for row in np.flatnonzero(np.isin(reason, ["unreadable", *UNSETTLED])).tolist():
        if may_be[row]:
            key, name, called, audience, detail = (column[row] for column in cells)
            who = shown(name or called, key)
            said = f"the {fields[row]} of “{who}” could not be read"
            if reason[row] != "unreadable":
                said = f"“{who}” may be it. {detail} {UNSETTLED[reason[row]]}"
            places = (int(project[row]),) if project[row] >= 0 else tuple(owners.get(row, ())) or None
            whom = None if hidden["audience"][row] else possible(audience, listed(places, may_be[row]))
            yield Doubt(row, places, may_be[row], whom, said)


def of_nameless_projects(frames: Frames, records: pd.DataFrame, requirement: Array, listed: Listing) -> Iterator[Doubt]:
    """Records that name an unknown project may mean one whose name could not be read."""
    nameless = np.flatnonzero(Unreadable(frames, "projects", frames.projects["record_id"])["name"])
    lost = (records["unplaced"] == "no_project") & records["project"].notna() & (requirement >= 0)
    written, audience = text(records["project"]), text(records["audience"])
    rows = np.flatnonzero(lost)[::-1] if len(nameless) else NOWHERE
    first = {(int(requirement[row]), audience[row]): int(row) for row in rows}  # there may be many of each
    for (of, whom), row in first.items():
        said = f"a record names the project “{written[row]}”, which may be this one: its name could not be read"
        places = tuple(nameless.tolist())
        yield Doubt(row, places, (of,), possible(whom, listed(places, (of,))), said)


def hints(
    records: pd.DataFrame,
    near: dict[int, list[int]],
    project: Array,
    may_be: Sequence[tuple[int, ...]],
    listed: Listing,
) -> Iterator[Doubt]:
    """Records that were probably meant for what is missing: of nearly that name, or of a project of nearly its name, or
    of none beside an own name that says the project.

    Args:
        records: as `records.Placed` has them.
        near: the positions of the projects that are almost called what a record names, or called so in its own name, by
            the record's position.
        project: the position of each record's project.
        may_be: the positions of the requirements that each is of, or is nearly of.
        listed: as `audiences.listing` makes it.
    """
    almost: dict[int, tuple[int, ...]] = {
        row: (int(project[row]),) for row in np.flatnonzero(records["nearly"].notna()).tolist() if project[row] >= 0
    }
    almost.update((row, tuple(places)) for row, places in near.items())
    cells = [text(records[name]) for name in ("record_id", "name", "called", "nearly", "project", "audience")]
    for row, places in sorted(almost.items()):
        key, name, called, nearly, written, audience = (column[row] for column in cells)
        told = f"its deliverable is called “{called}”{nearly}"
        if row in near:
            told = f"its project is called “{written}”" if written else "it is linked to no project that is mirrored"
        if may_be[row]:
            whom = possible(audience, listed(places, may_be[row]), else_all=True)
            yield Doubt(row, places, may_be[row], whom, f"“{shown(name, key)}” may be meant for it: {told}.")


def hints_of_others(
    records: pd.DataFrame, strange: dict[int, tuple[str, ...]], project: Array, requirement: Array
) -> Iterator[Doubt]:
    """Records that are for an audience which is not listed may be meant for those that are: for one of which that is a
    misspelling, else for any that is missing and that no other record misspells.

    Args:
        strange: the audiences that are listed where each of these is placed, by the record's position.
    """
    placed = records["unplaced"].isna().to_numpy()
    listing = {row: listed for row, listed in strange.items() if placed[row]}
    of = records[["record_id", "name", "called", "audience"]].iloc[list(listing)]
    cells = (text(of[name]) for name in of)
    told = list(zip(listing.items(), *cells, strict=True))
    near = [nearly(audience, listed) for (_, listed), *_, audience in told]
    misspelt: dict[tuple[int, int], set[str]] = {}
    for ((row, _), *_), names in zip(told, near, strict=True):
        misspelt.setdefault((int(project[row]), int(requirement[row])), set()).update(names)
    for ((row, listed), key, name, called, audience), names in zip(told, near, strict=True):
        where = int(project[row]), int(requirement[row])
        audiences = names or tuple(one for one in listed if one not in misspelt[where])
        said = f"its audience “{audience}” is not listed{meant(names)}."
        who = shown(name or called, key)
        if audiences:
            yield Doubt(row, where[:1], where[1:], audiences, f"“{who}” may be meant for it: {said}", not names)


def reached(
    doubts: list[Doubt], among: Array, project: Array, requirement: Array, audience: Array
) -> Iterator[tuple[Doubt, Array]]:
    """Which of some cells (positions) each record may decide.

    Args:
        project, requirement, audience: of all cells.
    """
    project, requirement = project[among], requirement[among]
    of_project = pd.Series(among).groupby(project).indices
    codes, written = pd.factorize(audience[among])
    heard: dict[str, list[int]] = {}
    for code, one in enumerate(written):
        heard.setdefault(form(one), []).append(code)

    @cache
    def asked(requirements: tuple[int, ...]) -> Array:
        return np.isin(requirement, requirements)

    everywhere = np.arange(len(among))
    for doubt in doubts:
        if doubt.projects is None:
            places = everywhere
        else:
            places = np.concatenate([of_project.get(one, NOWHERE) for one in doubt.projects])
        places = places[asked(doubt.requirements)[places]]
        if doubt.audiences is not None:
            # A cell without audience stands for that there is no record with one either.
            whom = np.zeros(len(written), dtype=bool)
            whom[[code for one in ("", *doubt.audiences) for code in heard.get(form(one), ())]] = True
            places = places[whom[codes[places]]]
        yield doubt, among[places]
