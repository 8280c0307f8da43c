"""Whether projects are in a phase that config.toml names: surely, surely not, or perhaps."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from milestones.forms import parts
from milestones.spellings import Array
from settings.models import Requirement

ROMAN = {word: str(number) for number, word in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"], 1)}
NO, YES, PERHAPS = 0, 1, -1
ALIKE = 0.75  # of 1: the share of letters from which on a phase may be a misspelling of another


def form(phase: str) -> str:
    """How phases are compared: as names are, and “I” is 1. A number comes last."""
    tokens = [ROMAN.get(token, token) for token in parts(phase).split()]
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(sorted(tokens, key=str.isdigit)))


def named(requirements: Sequence[Requirement]) -> list[str]:
    """The phases that config.toml names."""
    again = [one.phase for item in requirements for one in item.again if one.phase != "all"]
    return list(dict.fromkeys([*(phase for item in requirements for phase in item.phases), *again]))


class Phases:
    """What can be told of the phases of projects.

    A project is surely in another phase if config.toml names that, if it differs from a named one by its number, or if
    several projects are in it; unless it is almost called like the one that is asked: then nobody can tell.
    """

    def __init__(self, written: Array, hidden: Array, requirements: Sequence[Requirement]) -> None:
        """written: each project's phase (object: str); hidden: whether it could not be read (bool)."""
        self._written, self._hidden = written, hidden
        self._known = {form(one) for one in named(requirements)}
        self._used: Counter[str] = Counter()
        for word, projects in Counter(written).items():
            self._used[form(word)] += projects

    def among(self, asked: Sequence[str]) -> tuple[Array, Array]:
        """Whether each project is in one of these (YES, NO, PERHAPS: int8), and why that is not sure (object: str)."""
        told = {word: self._told(word, asked) for word in dict.fromkeys(self._written)}
        found = np.array([told[word][0] for word in self._written], dtype=np.int8)
        why = np.array([told[word][1] for word in self._written], dtype=object)
        found[self._hidden], why[self._hidden] = PERHAPS, "project's phase could not be read"
        return found, why

    def _told(self, word: str, asked: Sequence[str]) -> tuple[int, str]:
        key = form(word)
        if not key:
            return PERHAPS, "project has no phase"
        if key in map(form, asked):
            return YES, ""
        near = [one for one in asked if _alike(key, form(one))]
        if near:
            return PERHAPS, f"project's phase “{word}” is almost “{near[0]}”"
        if self._is_known(key) or self._used[key] > 1:
            return NO, ""
        return PERHAPS, f"project's phase “{word}” is none that config.toml names or another project is in"

    def unnamed(self) -> dict[str, int]:
        """The phases that several projects are in, how many, and that config.toml tells in no way, nor almost."""
        first = {form(word): word for word in reversed(list(dict.fromkeys(self._written)))}
        several = [key for key, projects in self._used.items() if key and projects > 1 and not self._is_known(key)]
        strange = [key for key in several if not any(_alike(key, one) for one in self._known)]
        return {first[key]: self._used[key] for key in strange} if self._known else {}

    def _is_known(self, key: str) -> bool:
        """Whether config.toml names a phase, or another number of it."""
        return key in self._known or any(_numbered(key, one) for one in self._known)


def _alike(one: str, other: str) -> bool:
    """Whether either may be meant by the other: it has its number, or, where one gives none, nearly its letters."""
    first, second = (set(re.findall(r"\d+", text)) for text in (one, other))
    if first and second:
        return not first.isdisjoint(second)
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _numbered(one: str, other: str) -> bool:
    """Whether they are numbers of one thing; a bare number is of anything that has one."""
    words = [re.sub(r"[\d ]", "", text) for text in (one, other)]
    return any(map(str.isdigit, one)) and any(map(str.isdigit, other)) and words[0] in ("", words[1])
