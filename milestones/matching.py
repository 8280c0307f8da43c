"""Which requirement a record's words name. Exact where the words are equal, doubted where only tolerance helps."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from milestones.forms import (
    WRITINGS,
    last_words,
    mender,
    parts,
    pieces,
    tokens_in,
    tolerant,
    words_in,
    words_said,
)
from milestones.spellings import BETWEEN, names_in
from milestones.words import taken_for
from settings.models import Requirement
from settings.names import nearest_each, spelling, turned_round

NUMBER = r"(?:\s*[#.]?\s*|[-‐-–_])\d"  # of a release, behind its words
ENDED = r"(?![^\W_]|[-/.]\d)"  # as a number is that is no part of a year, a date or an ordinal


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


class Matcher:
    """Finds the requirement that a record names.

    A name matches by itself, or, where the requirement has a release, without that release when the record says it
    elsewhere: its release field decides, else its deliverable's name, else its own name. Where these contradict each
    other, or its milestone the requirement's, the record stays unplaced.
    """

    def __init__(self, requirements: Sequence[Requirement]) -> None:
        self.requirements = requirements
        self._exact = _Names(requirements, spelling, spelling)
        self._close = _Names(requirements, parts, tolerant)
        self._shuffled = _Names(requirements, parts, pieces)
        plain = _Names(requirements, parts, parts)
        called = {item.id: plain.rests(item) or map(parts, (item.deliverable, *item.aliases)) for item in requirements}
        self._milestones = {tolerant(item.milestone) for item in requirements}
        self._last = {key: last_words(names) for key, names in called.items()}
        texts = (text for item in requirements for text in (item.deliverable, *item.aliases))
        begin = {token[:3] for text in texts for token in tokens_in(text) if not token.isdigit()}
        self._begin = _beginning(begin)
        patterns = (_within(item.release or "") for item in requirements)
        within = {pattern: words[0] for words, pattern in patterns if words}
        self._releases = re.compile("|".join(within) or "(?!)", re.IGNORECASE)
        self._numbered = re.compile(rf"(?:{self._releases.pattern})(?:{NUMBER}{{1,2}})?", re.IGNORECASE)
        self._may_release = _beginning(within.values())

    def may_name(self, text: str) -> bool:
        """Whether a text has any word that begins as one of a required name; said quickly of many texts."""
        return self._begin.search(text.casefold()) is not None

    def releases(self, text: str) -> tuple[str, ...]:
        """The releases that a text names, as it writes them; whatever their numbers."""
        found = self._releases.findall(text) if self._may_release.search(text.casefold()) else ()
        return tuple({tolerant(one): one for one in found}.values())

    def match(self, name: str, release: str, milestone: str, told: Collection[str] = ()) -> Match:
        """The requirement that is meant.

        Args:
            name: what the record calls its deliverable.
            release, milestone: what the record says of them; "" where it says nothing. Of several milestones, a line
                each or as `spellings.names_in` tells them, any may be the requirement's.
            told: the releases that the record's own name names, as `releases` gives them.
        """
        if not name.strip():
            return Match(None, reason="no_deliverable")
        told, of = self._added(name, told), self._milestones_in(milestone)
        said = release or (next(iter(told)) if len(told) == 1 else "")
        elsewhere: list[Requirement] = []
        for names in (self._exact, self._close, self._shuffled):
            every = names.named(name, said, self._may_be)
            named = [item for item in every if _is_of(of, item, names.form)]
            agreeing = [item for item in named if _agrees(said, item) and _agrees_with_any(told, item)]
            if len(agreeing) == 1:
                close = names is not self._exact
                return Match(agreeing[0].id, self._doubt(name, said, milestone, agreeing[0], close=close))
            if agreeing:
                return Match(None, reason="ambiguous", candidates=tuple(item.id for item in agreeing))
            if named:
                return Match(None, reason="release_disagrees", candidates=self._otherwise(named, said, told))
            elsewhere = elsewhere or every
        if elsewhere:
            agreeing = [item for item in elsewhere if _agrees(said, item)]
            return Match(
                None, reason="milestone_disagrees", candidates=tuple(item.id for item in agreeing or elsewhere)
            )
        return Match(None, reason="no_requirement")

    def possible(self, name: str | None, release: str | None, milestone: str | None) -> tuple[str, ...]:
        """The ids of all requirements that may be meant where some of this, None, could not be read."""
        named = list(self.requirements)
        if name is not None:
            every = (self._exact, self._close, self._shuffled)
            named = [item for names in every for item in names.named(name, release, self._may_be)]
        of = self._milestones_in(milestone or "")
        named = [item for item in named if _is_of(of, item)]
        return tuple(dict.fromkeys(item.id for item in named if self._may_be(release or "", item)))

    def near(self, names: Sequence[str], releases: Collection[str], milestone: str) -> list[dict[str, str]]:
        """The requirements (ids, each with a name) that each of these is almost called, or has all words of, or some of
        them and no other: half of them, or the last one.

        So is what is asked of a release and called by the same last word but for that, where it is said beside the
        release, or, where that is not said for sure, at the end. Nothing is almost called so by its letters alone that
        has another last word, or says the contrary.

        Args:
            releases: the requirements are of no other than these; of several, of any.
            milestone: they are of this one, if any is.
        """
        told = [one for one in releases if one]
        sure = {item.id for item in self.requirements if any(_agrees(one, item) for one in told)}
        asked = [item for item in self.requirements if item.id in sure or all(self._may_be(one, item) for one in told)]
        of = self._milestones_in(milestone)
        if any(_is_of(of, item) for item in self.requirements):
            asked = [item for item in asked if _is_of(of, item)]
        called = {item.id: {text: words_in(text) for text in (item.deliverable, *item.aliases)} for item in asked}
        mended = mender(WRITINGS.union(*(self._last[key].union(*called[key].values()) for key in called)))
        near = []
        for name, letters in zip(names, nearest_each(names, chain.from_iterable(called.values())), strict=True):
            words, said = frozenset(map(mended, words_in(name))), words_said(name, mended)
            ends = last_words(" ".join(map(mended, parts(one).split())) for one in BETWEEN.split(name))
            almost, others = dict[str, str](), dict[str, str]()
            for item in asked:
                texts, last = called[item.id], self._last[item.id]
                written = next((one for one in letters if one in texts and (not last or last & said)), "")
                held = (
                    text
                    for text, of in texts.items()
                    if of and (of <= said or (words <= of and (2 * len(words) >= len(of) or words & last)))
                )
                of_release = item.release and last & (said if item.id in sure else ends)
                meant = written or next(held, item.deliverable if of_release else "")
                if meant and not turned_round(name, meant):
                    (almost if written else others)[item.id] = meant
            near.append(almost | others if len(told) > 1 or not almost else almost)
        return near

    def _milestones_in(self, milestone: str) -> list[str]:
        """The milestones that a text lists: a required one is one, whatever is in its name."""
        return names_in(milestone, lambda one: tolerant(one) in self._milestones, BETWEEN)

    def _doubt(self, name: str, release: str, milestone: str, item: Requirement, *, close: bool) -> str:
        said = []
        of = self._milestones_in(milestone)
        # Of “Vision & Scope” both are known, “Vision & Strategy” may be something else; a list by commas is one.
        torn = not _is_of(names_in(milestone), item) and not self._milestones.issuperset(map(tolerant, of))
        if torn or (close and not _is_of(of, item, spelling)):
            said.append(taken_for("Its milestone", milestone, item.milestone))
        elif close:
            said.append(taken_for("It", name, item.deliverable))
        if item.release and release:
            known = [item.release, item.deliverable, *item.aliases]  # these may write it in other ways, too
            written = any(f" {spelling(release)} " in f" {spelling(text)} " for text in known)
            if not written or tolerant(release) != tolerant(item.release):
                said.append(taken_for("Its release", release, item.release))
        elif item.release and f" {parts(item.release)} " not in f" {parts(name)} ":
            said.append(f"Neither its name nor a field says that it is of the release {item.release}.")
        return " ".join(said)

    def _may_be(self, release: str, item: Requirement) -> bool:
        """Whether a release may be meant as the requirement's: all but what is wholly and clearly another's name.

        That is so if it names releases that are known, or others of their numbers, and no other number that could be
        the requirement's; or if both are numbers alone.
        """
        if _agrees(release, item) or not parts(release):
            return True
        if "".join([*parts(release).split(), *parts(item.release or "").split()]).isdigit():
            return False
        named = self.releases(release)
        left = parts(self._numbered.sub(" ", release))
        stray = bool(re.search(r"\d", left)) and bool(re.search(r"\d", parts(item.release or "")))
        return not named or any(_agrees(one, item) for one in named) or stray

    def _added(self, name: str, told: Collection[str]) -> Collection[str]:
        """What a record's own name says of releases; nothing where it repeats one of its deliverable's name, be it
        without the number."""
        said = self.releases(name) if told else ()
        return () if any(_may_mean(one, other) for one in told for other in said) else told

    def _otherwise(self, named: list[Requirement], said: str, told: Collection[str]) -> tuple[str, ...]:
        """The ids of these, and of what is called the same but for being of one of the releases."""
        releases = (said, *self.releases(said), *told)
        rests = {rest for item in named for rest in self._close.rests(item)}
        also = [
            item
            for item in self.requirements
            if item.release
            and any(one and _agrees(one, item) for one in releases)
            and not rests.isdisjoint(self._close.rests(item))
        ]
        return tuple(dict.fromkeys(item.id for item in [*named, *also]))


class _Names:
    """The requirements by what a record may call them."""

    def __init__(
        self, requirements: Sequence[Requirement], split: Callable[[str], str], form: Callable[[str], str]
    ) -> None:
        self.form, self._split = form, split
        self._whole: dict[str, list[Requirement]] = {}
        self._short: dict[str, list[Requirement]] = {}
        for item in requirements:
            for text in (item.deliverable, *item.aliases, *self._told(item, numbered=True)):
                self._whole.setdefault(form(text), []).append(item)
            for rest in self.rests(item):
                self._short.setdefault(rest, []).append(item)

    def rests(self, item: Requirement) -> list[str]:
        """What a requirement of a release is called without that."""
        return list(dict.fromkeys(self.form(rest) for rest in self._told(item, numbered=False) if rest))

    def _told(self, item: Requirement, *, numbered: bool) -> Iterator[str]:
        """The names of a requirement of a release with that in whole, also where they leave out its number, or without
        it."""
        release = self._split(item.release or "")
        bare = " ".join(re.sub(r"[\W_]*\d+", " ", release).split())
        for text in (item.deliverable, *item.aliases) if release else ():
            name = f" {self._split(text)} "
            said = release if f" {release} " in name or not bare else bare
            yield " ".join(name.replace(f" {said} ", f" {release} " if numbered else " ").split())

    def named(self, name: str, release: str | None, may_be: Callable[[str, Requirement], bool]) -> list[Requirement]:
        """The requirements of this name: by itself, or with what may be the release; with any, where that is None or
        nothing else has the name and none ("") is said."""
        key = self.form(name)
        if not key:  # signs alone: nothing that could be equal
            return []
        whole, short = self._whole.get(key, []), self._short.get(key, [])
        if release or (whole and release is not None):
            short = [item for item in short if release and may_be(release, item)]
        return list({item.id: item for item in [*whole, *short]}.values())


def _beginning(words: Iterable[str]) -> re.Pattern[str]:
    """What finds a word that begins as one of these, in text without capitals. It looks for a first letter, and then
    at what stands before it: the other way round takes five times as long."""
    ends = (rf"{word[0]}(?<![^\W\d_].){word[1:]}" for word in sorted(set(words)))
    return re.compile("|".join(ends) or "(?!)")


def _within(release: str) -> tuple[list[str], str]:
    """A release's words, and the pattern that finds it, or another of its name, whatever the signs in it.

    A number behind them is the release's if nothing but “#”, a dot, or a dash without blanks stands between, or if it
    stands in brackets, or by itself behind a dash or colon (“MVP - 2”, not “MVP - 2 pages”); and if it is no year, no
    part of a date and no ordinal (“MVP - 2nd draft”, “MVP 2026”).
    """
    tokens = tokens_in(release)
    words = [token for token in tokens if not token.isdigit()]
    numbers = [token for token in tokens if token.isdigit()]
    many, longest = len(numbers), max([2, *map(len, numbers)])
    joined = rf"(?:[\W_]*\d+){{0,{many}}}[\W_]*".join(words)
    number = rf"\d{{1,{longest}}}"
    ways = (
        rf"(?:{NUMBER}{{1,{longest}}}){{1,{many}}}{ENDED}",
        rf"\s*[-‐-–_:]\s*{number}{ENDED}(?=\s*(?:[^\w\s]|_|\Z))",
        rf"\s*\(\s*{number}\s*\)",
    )
    behind = f"(?:{'|'.join(ways)})?" if numbers else ""
    return words, rf"(?<![^\W\d_]){joined}(?![^\W\d_]){behind}"


def _is_of(milestones: Sequence[str], item: Requirement, form: Callable[[str], str] = tolerant) -> bool:
    """Whether one of a record's milestones is the requirement's; none may be any."""
    return not milestones or form(item.milestone) in map(form, milestones)


def _agrees(release: str, item: Requirement) -> bool:
    """Whether a release may be the requirement's; one that gives no number may be of any."""
    return not release or item.release is None or _may_mean(release, item.release)


def _may_mean(release: str, other: str) -> bool:
    """Whether a release is another one, or what that is called without its number."""
    asked = tolerant(other)
    return tolerant(release) in (asked, re.sub(r"[\d ]+", "", asked))


def _agrees_with_any(releases: Collection[str], item: Requirement) -> bool:
    return not releases or any(_agrees(one, item) for one in releases)
