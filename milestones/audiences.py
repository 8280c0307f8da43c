"""For whom a record speaks, where config.toml or the base lists the audiences that a project owes something each."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

import numpy as np
import pandas as pd

from milestones.forms import mender, tolerant, words_in
from milestones.spellings import BETWEEN, LIST, Array, is_placeholder, names_in, text
from milestones.words import taken_for
from settings.models import Requirement
from settings.names import nearest, spelling, turned_round

MANY = 65_536  # audiences of which it is kept what they mean, as the same are asked again and again
Listing = Callable[[tuple[int, ...] | None, tuple[int, ...]], tuple[str, ...]]


@dataclass(frozen=True)
class Heard:
    """audience: each record's, as it is listed where it is close to that, or says none and one alone is listed (object:
    str). doubt: why that is to be confirmed, in a sentence, or "" (object: str). several: the listed ones that may be
    meant, by the record's position, where that is not one; strange: the listed ones, where it says another."""

    audience: Array
    doubt: Array
    several: dict[int, list[str]]
    strange: dict[int, tuple[str, ...]]


def of_projects(owners: pd.DataFrame, placeholders: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The audiences that each project lists, each as it is written first, but for placeholders; a single text may list
    several."""
    cells, distinct = pd.factorize(text(owners["audiences"]))
    listed = []
    for cell in distinct:
        names = [str(one or "").strip() for one in (json.loads(cell) if cell else ())]
        names = names_in(names[0]) if len(names) == 1 else names
        audiences = {same(one): one for one in reversed(names) if one and not is_placeholder(one, placeholders)}
        listed.append(tuple(reversed(audiences.values())))
    return [listed[code] for code in cells]


def heard(
    audience: Array,
    hidden: Array,
    project: Array,
    requirement: Array,
    owners: pd.DataFrame,
    requirements: Sequence[Requirement],
    placeholders: tuple[str, ...],
) -> Heard:
    """What each record's audience means.

    An audience that is listed, but for case and white space, is meant by that name alone; else one that is listed is
    meant by a close name, or by none where no other is listed; several are, where that is not one or the record lists
    audiences itself.

    Args:
        audience: as the records write it (object: str), "" for none; hidden: whether it could not be read (bool).
        project, requirement: the positions of what each record is of, -1 where there is none.
        placeholders: texts that list nothing.
    """
    audience, doubt = audience.copy(), np.full(len(audience), "", dtype=object)
    several: dict[int, list[str]] = {}
    strange: dict[int, tuple[str, ...]] = {}
    of = [*of_projects(owners, placeholders), ()]
    listing = np.array([bool(one) for one in of])
    asking = np.array([bool(item.audiences) for item in requirements] + [False])
    rows = np.flatnonzero(~hidden & (requirement >= 0) & (listing[project] | asking[requirement]))
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for row, where, asked in zip(rows.tolist(), project[rows].tolist(), requirement[rows].tolist(), strict=True):
        alike.setdefault((audience[row], (*requirements[asked].audiences, *of[where])), []).append(row)
    for (written, listed), places in alike.items():
        if spelling(written) in map(spelling, listed):
            continue
        close = _close(written, listed) if written else list(listed)
        if not close:
            every = [(_close(part, listed), part) for part in _parts(written, listed)]
            if any(found for found, _ in every):
                close = [one for found, part in every for one in found or nearly(part, listed)]
        close = list({spelling(one): one for one in close}.values())
        if len(close) == 1 and form(close[0]) == form(written):
            audience[places] = close[0]
            doubt[places] = taken_for("Its audience", written, close[0])
        elif len(close) == 1 and not written:
            audience[places] = close[0]
            doubt[places] = f"It does not say for whom it is; “{close[0]}” is the only audience that is listed."
        elif close:
            several |= dict.fromkeys(places, close)
        else:
            strange |= dict.fromkeys(places, listed)
    return Heard(audience, doubt, several, strange)


def listing(owners: pd.DataFrame, requirements: Sequence[Requirement], placeholders: tuple[str, ...]) -> Listing:
    """What tells the audiences that are listed for any of some projects and requirements (positions); none where a
    record may be of whatever project (None): there it speaks for whom it names alone."""
    of = of_projects(owners, placeholders)

    @cache
    def listed(projects: tuple[int, ...] | None, asked: tuple[int, ...]) -> tuple[str, ...]:
        if projects is None:
            return ()
        every = (*(requirements[number].audiences for number in asked), *(of[place] for place in projects))
        return tuple(dict.fromkeys(one for names in every for one in names))

    return listed


@lru_cache(maxsize=MANY)
def possible(written: str, listed: tuple[str, ...], else_all: bool = False) -> tuple[str, ...] | None:
    """The audiences that may be meant by a cell: the whole of it, each that it may list, and what these misspell of
    those that are listed for it (`else_all`: all of those, where none of them is close or near); None: any."""
    if not written:
        return None
    parts = _parts(written, listed)
    meant = [_close(part, listed) or nearly(part, listed) for part in parts]
    others = listed if else_all and not any(meant) else chain.from_iterable(meant)
    return tuple(dict.fromkeys([*parts, *others]))


@lru_cache(maxsize=MANY)
def nearly(audience: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    """The listed audiences of which this one is a misspelling."""
    said = frozenset(map(mender(word for one in listed for word in words_in(one)), words_in(audience)))
    found = tuple(one for one in dict.fromkeys(listed) if said and words_in(one) == said)
    return found or tuple(one for one in nearest(audience, listed) if not turned_round(audience, one))


def _parts(written: str, listed: tuple[str, ...]) -> dict[str, None]:
    """The audiences that a cell may list: the whole of it, and what stands between commas and other signs in it, but
    that one which is listed stays whole."""
    known = set(map(form, listed))
    each = (names_in(written, lambda one: form(one) in known, between) for between in (LIST, BETWEEN))
    return dict.fromkeys([written, *chain.from_iterable(each)])


def same(audience: str) -> str:
    """How audiences are compared where each is taken as it is written: of several in one text the order does not
    matter."""
    written = spelling(audience)
    return ", ".join(sorted(names_in(written))) if LIST.search(written) else written


def form(audience: str) -> str:
    """How audiences are compared where close ones count."""
    return tolerant(audience) or spelling(audience)


def _close(written: str, listed: Sequence[str]) -> list[str]:
    return [one for one in listed if form(one) == form(written)]
