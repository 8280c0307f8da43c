"""Which requirement a record's words name. Exact where the words are equal, doubted where only tolerance helps."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from settings.models import Requirement, spelling


@dataclass(frozen=True)
class Match:
    """What came of matching: a requirement's id, or the reason why there is none.

    doubt: why a person should confirm the match, in a sentence, or "".
    candidates: the ids of the requirements that could be meant, where that is not one.
    """

    requirement: str | None
    doubt: str = ""
    reason: str | None = None
    candidates: tuple[str, ...] = ()


@lru_cache(maxsize=16384)  # the same few names are compared again and again
def parts(text: str) -> str:
    """A name's words and numbers, a blank between them: case, signs and a trailing plural do not matter."""
    tokens = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    if tokens and len(tokens[-1]) > 3 and tokens[-1].endswith("s") and not tokens[-1].endswith("ss"):
        tokens[-1] = tokens[-1][:-1]
    return " ".join(tokens)


@lru_cache(maxsize=16384)
def tolerant(text: str) -> str:
    """The same with words run together: blanks and dashes do not matter either, but two numbers stay two."""
    return re.sub(r"(?<!\d) | (?!\d)", "", parts(text))


class Matcher:
    """Finds the requirement that a record names.

    A name matches by itself, or, where the requirement has a release, without that release when the record's own
    release field gives it. A release field that contradicts the name leaves the record unplaced.
    """

    def __init__(self, requirements: Sequence[Requirement]) -> None:
        self.requirements = requirements
        self._exact = _Names(requirements, spelling, spelling)
        self._close = _Names(requirements, parts, tolerant)

    def match(self, name: str, release: str, milestone: str) -> Match:
        """The requirement that is meant.

        Args:
            name: what the record calls its deliverable.
            release, milestone: what the record says of them; "" where it says nothing.
        """
        if not name.strip():
            return Match(None, reason="no_deliverable")
        for names in (self._exact, self._close):
            form = names.form
            named = names.named(name, [release])
            named = [item for item in named if not milestone or form(milestone) == form(item.milestone)]
            agreeing = [item for item in named if _agrees(release, item)]
            if len(agreeing) == 1:
                return Match(agreeing[0].id, _doubt(name, release, milestone, agreeing[0], close=names is self._close))
            if named:
                reason = "ambiguous" if agreeing else "release_disagrees"
                return Match(None, reason=reason, candidates=tuple(item.id for item in agreeing))
        return Match(None, reason="no_requirement")

    def possible(self, name: str | None, release: str | None, milestone: str | None) -> tuple[str, ...]:
        """The ids of all requirements that may be meant where some of this, None, could not be read."""
        named: Iterable[Requirement] = self.requirements
        if name is not None:
            releases = [item.release or "" for item in self.requirements] if release is None else [release]
            named = [*self._exact.named(name, releases), *self._close.named(name, releases)]
        if milestone:
            named = [item for item in named if tolerant(milestone) == tolerant(item.milestone)]
        return tuple(dict.fromkeys(item.id for item in named if _agrees(release or "", item)))


class _Names:
    """The requirements by what a record may call them."""

    def __init__(
        self, requirements: Sequence[Requirement], split: Callable[[str], str], form: Callable[[str], str]
    ) -> None:
        self.form = form
        self._whole: dict[str, list[Requirement]] = {}
        self._short: dict[tuple[str, str], list[Requirement]] = {}
        for item in requirements:
            release = split(item.release or "")
            for text in (item.deliverable, *item.aliases):
                self._whole.setdefault(form(text), []).append(item)
                rest = " ".join(f" {split(text)} ".replace(f" {release} ", " ").split()) if release else ""
                if rest:
                    self._short.setdefault((form(rest), form(release)), []).append(item)

    def named(self, name: str, releases: Iterable[str]) -> list[Requirement]:
        """The requirements of this name, by itself or with one of the releases."""
        key = self.form(name)
        if not key:  # signs alone: nothing that could be equal
            return []
        found = [*self._whole.get(key, ())]
        for release in dict.fromkeys(map(self.form, releases)):
            found += self._short.get((key, release), ())
        return list({item.id: item for item in found}.values())


def _agrees(release: str, item: Requirement) -> bool:
    return not release or item.release is None or tolerant(release) == tolerant(item.release)


def _doubt(name: str, release: str, milestone: str, item: Requirement, *, close: bool) -> str:
    said = []
    if close:
        same = milestone and spelling(milestone) != spelling(item.milestone)
        what, word = ("Its milestone", milestone) if same else ("It", name)
        said.append(f"{what} is called “{word}”, which is close but not equal.")
    if item.release and not release and f" {parts(item.release)} " not in f" {parts(name)} ":
        said.append(f"Neither its name nor a field says that it is of the release {item.release}.")
    return " ".join(said)
