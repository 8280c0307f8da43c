"""The names that were probably meant. One with other numbers is another's name, never a misspelling."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from settings.models import spelling

NEARLY = 0.85  # of 1: the share of letters from which on one name is almost another
AS_NEAR = 0.02  # what is this much farther than the nearest is as near
RAREST, COMPARED = 12, 8  # how many groups of letters are looked up, and how many names are compared


def nearest(text: str, names: Iterable[str], nearly: float = NEARLY) -> list[str]:
    """The nearest of some names, or those that are as near; three at most, none where none is almost it."""
    numbers = _numbers(text)
    known = {spelling(name): name for name in names if _numbers(name) == numbers}
    found = get_close_matches(spelling(text), known, n=3, cutoff=nearly)
    share = [SequenceMatcher(None, one, spelling(text)).ratio() for one in found]
    return [known[one] for one, ratio in zip(found, share, strict=True) if ratio >= share[0] - AS_NEAR]


def meant(names: Sequence[str]) -> str:
    """' (did you mean “…” or “…”?)', or nothing where there is none."""
    return f" (did you mean {' or '.join(f'“{name}”' for name in names)}?)" if names else ""


class Names:
    """Many names, such as all projects': only those are compared that share the rarest groups of letters."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(dict.fromkeys(names))
        self._having: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            for group in _groups(name):
                self._having.setdefault(group, []).append(place)

    def nearest(self, text: str) -> list[str]:
        """As `nearest` gives them."""
        groups = sorted(_groups(text) & self._having.keys(), key=lambda group: (len(self._having[group]), group))
        shared = Counter(place for group in groups[:RAREST] for place in self._having[group])
        return nearest(text, [self._names[place] for place, _ in shared.most_common(COMPARED)])


@lru_cache(maxsize=16384)
def _numbers(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", text))


def _groups(text: str) -> set[str]:
    """Every three letters of a name that stand together."""
    spelled = f" {spelling(text)} "
    return {spelled[place : place + 3] for place in range(len(spelled) - 2)}
