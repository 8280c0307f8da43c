"""The forms in which names are compared: their words and numbers, however a volunteer writes them."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import pairwise

COUNTED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ORDERED = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
NUMBERS = {word: str(number) for words in (COUNTED, ORDERED) for number, word in enumerate(words, 1)}
# Words that say how a thing is written down, not what it is.
WRITINGS = frozenset(["statement", "document", "doc", "docx", "pdf", "draft", "final", "text", "version", "v"])
MISSPELT = 0.8  # of 1: the share of letters from which on a word may be another
SWAPPED = 0.75  # that of four letters of which two are swapped
VOWEL = re.compile("[aeiou]")
_PIECE = re.compile(r"[^\W\d]+(?: \d+)*|\d+(?: \d+)*")


@lru_cache(maxsize=16384)  # the same few names are compared again and again
def parts(text: str) -> str:
    """A name's words and numbers, a blank between them: case, signs, “and”, leading zeros and a trailing plural do not
    matter, nor whether a number is written in words."""
    tokens = tokens_in(text)
    if tokens:
        tokens[-1] = _singular(tokens[-1])
    return " ".join(map(_counted, tokens))


@lru_cache(maxsize=16384)
def pieces(text: str) -> str:
    """The same in the order of the alphabet, but that a number stays behind its word; no word's plural matters."""
    plain = " ".join(_counted(_singular(token)) for token in tokens_in(text))
    return " ".join(sorted(_PIECE.findall(plain)))


def tokens_in(text: str) -> list[str]:
    """A name's words and numbers as they are written, but for case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", plain))
    return [word for word in found if word != "and"]


def _counted(token: str) -> str:
    return token.lstrip("0") or "0" if token.isdigit() else NUMBERS.get(token, token)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("ie", "ies")):  # “movie” as “movies”
        return word.removesuffix("s").removesuffix("ie") + "y"
    if word.endswith(("sses", "xes", "shes", "tches")):
        return word.removesuffix("es")
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


@lru_cache(maxsize=16384)
def tolerant(text: str) -> str:
    """The same with words run together: blanks and dashes do not matter either, but two numbers stay two."""
    return re.sub(r"(?<!\d) | (?!\d)", "", parts(text))


@lru_cache(maxsize=16384)
def words_in(name: str) -> frozenset[str]:
    """A name's words, each with the numbers behind it, and what numbers stand alone."""
    return frozenset(_PIECE.findall(pieces(name)))


def words_said(name: str, mended: Callable[[str], str]) -> frozenset[str]:
    """The words of a name, mended (`mender`), also without the numbers behind them, and two that follow each other as
    one."""
    plain = [_counted(_singular(token)) for token in tokens_in(name)]
    joined = frozenset(a + b for a, b in pairwise(plain) if not (a + b).isdigit())
    numbered = [word.split() for word in words_in(name)]
    return joined.union(mended(" ".join(one[:many])) for one in numbered for many in range(1, len(one) + 1))


def last_words(names: Iterable[str]) -> frozenset[str]:
    """The last word of each of these (as `parts` gives them), which says what it is: but for a number or how it is
    written down, and none where it is as short as “the”; no plural matters."""
    words = [[word for word in name.split() if not word.isdigit() and word not in WRITINGS] for name in names]
    last = [_singular(of[-1]) for of in words if of]
    return frozenset(word for word in last if len(word) > 3)


def mender(known: Iterable[str]) -> Callable[[str], str]:
    """What replaces a word by the known one that it misspells, if it does."""
    from rapidfuzz import fuzz, process  # takes 20 ms, which most runs of the job need not spend

    words = sorted(one for one in set(known) if one.isalpha())

    @cache
    def mended(word: str) -> str:
        if word in words or not word.isalpha():
            return word
        near = process.extract(word, words, scorer=fuzz.ratio, score_cutoff=SWAPPED * 100, limit=None)
        return next((one for one, share, _ in near if _slips(word, one, share / 100)), word)

    return mended


def _slips(word: str, known: str, share: float) -> bool:
    """Whether a word that shares so many letters with another, of 1, may be that.

    Not if it is only longer or shorter, but for one of five letters or more; nor if of five letters a consonant is
    another (“slope” is no “scope”), or of four anything but the order.
    """
    if word in known or known in word:
        return max(len(word), len(known)) > 4 and abs(len(word) - len(known)) == 1
    if len(word) == len(known) < 6:
        letters = [sorted(VOWEL.sub("", one) if len(one) == 5 else one) for one in (word, known)]
        return letters[0] == letters[1]
    return share >= MISSPELT
