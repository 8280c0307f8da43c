"""Which requirement a record's words name. Exact where the words are equal, marked where only tolerance helps."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from settings.models import Requirement, spelling


@dataclass(frozen=True)
class Match:
    """What came of matching: a requirement's id, or the reason why there is none."""

    requirement: str | None
    confirmed: bool = True
    reason: str | None = None


@lru_cache(maxsize=16384)  # the same few names are compared again and again
def tolerant(text: str) -> str:
    """A name's words and numbers alone: case, dashes, spaces, signs and a trailing plural do not matter."""
    tokens = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    if tokens and len(tokens[-1]) > 3 and tokens[-1].endswith("s") and not tokens[-1].endswith("ss"):
        tokens[-1] = tokens[-1][:-1]
    return " ".join(tokens)


def match(name: str, release: str, milestone: str, requirements: Sequence[Requirement]) -> Match:
    """Finds the requirement that a record names.

    Args:
        name: what the record calls its deliverable.
        release, milestone: what the record says of them; "" where it says nothing.

    A name matches by itself, or, where the requirement has a release, without that release when the record's own
    release field gives it. A release field that contradicts the name leaves the record unplaced.
    """
    if not name.strip():
        return Match(None, reason="no_deliverable")
    for form, confirmed in ((spelling, True), (tolerant, False)):
        named = [item for item in requirements if _named(form(name), form(release), item, form)]
        named = [item for item in named if not milestone or tolerant(milestone) == tolerant(item.milestone)]
        agreeing = [
            item for item in named if not release or item.release is None or tolerant(release) == tolerant(item.release)
        ]
        if len(agreeing) == 1:
            return Match(agreeing[0].id, confirmed)
        if len(agreeing) > 1:
            return Match(None, reason="ambiguous")
        if named:
            return Match(None, reason="release_disagrees")
    return Match(None, reason="no_requirement")


def _named(name: str, release: str, requirement: Requirement, form: Callable[[str], str]) -> bool:
    known = {form(text) for text in (requirement.deliverable, *requirement.aliases)}
    if not name:  # signs alone: nothing that could be equal
        return False
    if name in known:
        return True
    if requirement.release is None or release != form(requirement.release):
        return False
    return name in {" ".join(f" {text} ".replace(f" {release} ", " ").split()) for text in known - {name}}
