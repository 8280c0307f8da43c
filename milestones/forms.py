"""The forms in which names are compared: their words and numbers, however a volunteer writes them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from settings.names import turned_round

COUNTED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ORDERED = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
NUMBERS = {word: str(number) for words in (COUNTED, ORDERED) for number, word in enumerate(words, 1)}
# Words that say how a thing is written down, not what it is.
WRITINGS = frozenset(["statement", "document", "doc", "docx", "pdf", "draft", "final", "text", "version", "v"])
MISSPELT = 0.79  # of 1: the share of letters in their place from which on one word may be another: one of five is not
SLIP = 0.66  # the same of what lacks two of six letters, or has two of four swapped
NO_SLIPS = frozenset(["from", "them", "with"])  # almost “form”, “theme” and “width”
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


def words_said(name: str) -> frozenset[str]:
    """The words of a name, also without the numbers behind them, and two that follow each other as one."""
    plain = [_counted(_singular(token)) for token in tokens_in(name)]
    joined = {a + b for a, b in pairwise(plain) if not (a + b).isdigit()}
    numbered = (word.split() for word in words_in(name))
    return words_in(name).union(joined, (" ".join(one[:many]) for one in numbered for many in range(1, len(one))))


def last_words(names: Iterable[str]) -> frozenset[str]:
    """The last word of each of these (as `parts` gives them), which says what it is: but for a number or how it is
    written down, and none where it is as short as “the”; no plural matters."""
    words = [[word for word in name.split() if not word.isdigit() and word not in WRITINGS] for name in names]
    last = [_singular(of[-1]) for of in words if of]
    return frozenset(word for word in last if len(word) > 3)


def mender(known: Iterable[str]) -> Callable[[str], str]:
    """What replaces a word by the known one that it misspells: one of five letters or more is almost that, but of five
    letters only a vowel may be another, for “slope” is no “scope”; a shorter one lacks a letter, or has two swapped."""
    from rapidfuzz import process  # takes 20 ms, which most runs of the job need not spend
    from rapidfuzz.distance import OSA

    words = sorted(one for one in set(known) if len(one) > 3 and one.isalpha())

    def another(word: str, known: str, share: float) -> bool:
        if share < MISSPELT or len(word) < 5:
            return not _slips(word, known)
        return len(word) == len(known) == 5 and sorted(VOWEL.sub("", word)) != sorted(VOWEL.sub("", known))

    @cache
    def mended(word: str) -> str:
        if len(word) < 3 or word in words or word in NO_SLIPS or not word.isalpha():
            return word
        near = process.extract(word, words, scorer=OSA.normalized_similarity, score_cutoff=SLIP, limit=None)
        good = (one for one, share, _ in near if not another(word, one, share) and not turned_round(word, one))
        return next(good, word)

    return mended


def _slips(word: str, known: str) -> bool:
    """Whether a word is another but for two of four letters that are swapped, or one that is lacking (in a word of
    three letters neither the first nor the last one), or some vowels of six letters or more."""
    lacking = len(known) - len(word)
    if not lacking:
        return len(word) < 5 and sorted(word) == sorted(known)
    if lacking == 1:
        few = len(word) > 3 or (word[0] == known[0] and word[-1] == known[-1])
    else:
        few = len(known) > 5 and VOWEL.sub("", word) == VOWEL.sub("", known)
    letters = iter(known)
    return few and all(letter in letters for letter in word)


def first_held(
    words: frozenset[str], said: frozenset[str], called: Sequence[tuple[str, frozenset[str]]], last: frozenset[str]
) -> str:
    """Of some names of a requirement, each with its words, the first of which all are said, or no other words, but
    half of these or more, or some with one of the `last` words (`words`); else ""."""

    def held(asked: frozenset[str]) -> bool:
        alone = words <= asked and (2 * len(words) >= len(asked) or not words.isdisjoint(last))
        return bool(words and asked) and (asked <= said or alone)

    return next((text for text, asked in called if held(asked)), "")
