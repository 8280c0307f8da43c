"""How names are compared, and which of some names was probably meant."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

NEARLY = 0.85  # of 1: the share of letters from which on one name is almost another
ROUGHLY = 0.6  # where there are a few names, one of which must be meant
SHOWN = 6  # names that are told as meant at most: they are to be read
AS_NEAR = 0.02  # what is this much farther than the nearest is as near
# What turns the meaning round of the word that it begins, or stands before.
PREFIXES = ("in", "im", "il", "ir", "un", "dis", "non", "not")
NEGATION = re.compile(r"\b(?:non|not|no|almost|nearly)[\W_]+(?=\w)")
AT_ONCE = 4_000_000  # comparisons of which the results are held in memory at once: 16 MB


def spelling(text: str) -> str:
    """The form in which two spellings are compared: case, white space and how accents are encoded do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def nearest(text: str, names: Iterable[str], nearly: float = NEARLY) -> list[str]:
    """The nearest of some names, or those that are as near; three at most, none where none is almost it.

    A name with other numbers is another's name, never a misspelling.
    """
    return nearest_each([text], names, nearly)[0][:3]


def nearest_each(texts: Sequence[str], names: Iterable[str], nearly: float = NEARLY) -> list[list[str]]:
    """As `nearest`, for many texts at once, but up to `SHOWN` that are as near."""
    from rapidfuzz import fuzz, process  # takes 20 ms, which most runs of the job need not spend

    known: dict[tuple[str, ...], dict[str, str]] = {}
    for name in names:
        known.setdefault(_numbers(name), {})[spelling(name)] = name
    places: dict[tuple[str, ...], list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(_numbers(text), []).append(place)
    found: list[list[str]] = [[] for _ in texts]
    for numbers in places.keys() & known.keys():
        written, of = list(known[numbers]), places[numbers]
        many = max(AT_ONCE // len(written), 1)
        for part in (of[start : start + many] for start in range(0, len(of), many)):
            asked = [spelling(texts[place]) for place in part]
            share = process.cdist(asked, written, scorer=fuzz.ratio, score_cutoff=nearly * 100)
            best = share.max(axis=1)
            for row in best.nonzero()[0].tolist():
                near = (share[row] >= max(best[row] - AS_NEAR * 100, nearly * 100)).nonzero()[0]
                order = near[(-share[row][near]).argsort(kind="stable")]
                found[part[row]] = [known[numbers][written[one]] for one in order[:SHOWN]]
    return found


def meant(names: Sequence[str]) -> str:
    """' (did you mean “…” or “…”?)', or nothing where there is none; of many the first ones “or others”."""
    quoted = [f"“{name if name.isprintable() else repr(name)[1:-1]}”" for name in names[:SHOWN]]
    return f" (did you mean {' or '.join([*quoted, *['others'] * (len(names) > SHOWN)])}?)" if names else ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """What `meant` says of the nearest of a few known words, even if it is far from it."""
    return meant(nearest(word, known, ROUGHLY))


@lru_cache(maxsize=16384)
def _numbers(text: str) -> tuple[str, ...]:
    return tuple(number.lstrip("0") for number in re.findall(r"\d+", text))


def suggested_meaning(word: str, known: Iterable[str]) -> str:
    """What `meant` says of the nearest of some words of known meaning, but for those that mean the contrary."""
    return meant([one for one in nearest(word, known) if not turned_round(word, one)])


def turned_round(one: str, other: str) -> bool:
    """Whether one of these says the contrary of the other: a word of it, with what negates it, is one of the other's,
    be it misspelt, but for its beginning. What the other says too, be it run together, is none."""
    words = [re.findall(r"[^\W_]+", NEGATION.sub("not", spelling(text))) for text in (one, other)]
    return any(
        word not in "".join(theirs) and any(_turns(word, other) for other in theirs)
        for mine, theirs in (words, words[::-1])
        for word in mine
    )


def _turns(word: str, other: str) -> bool:
    from rapidfuzz import fuzz

    rests = [word.removeprefix(no) for no in PREFIXES if word.startswith(no)]
    nearly = max(fuzz.ratio(word, other), NEARLY * 100)
    return any(len(rest) > 2 and fuzz.ratio(rest, other) > nearly for rest in rests)
