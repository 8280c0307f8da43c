"""Spellings to canonical words, over whole columns; and which cells there is nothing to read in."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from settings.models import Spellings
from settings.names import spelling
from sync.frames import Frames

Array = npt.NDArray[Any]


def canonical(written: pd.Series, words: Mapping[Any, Spellings]) -> pd.Series:
    """The canonical word for each spelling (str); NaN where nobody mapped it. A blank is the spelling ""."""
    lookup = {spelling(text): word for word, spellings in words.items() for text in (word, *spellings)}
    codes, known = pd.factorize(text(written))
    found = np.array([lookup.get(spelling(word)) for word in known], dtype=object)
    return pd.Series(found[codes] if len(found) else None, index=written.index, dtype="str")


def text(column: pd.Series) -> Array:
    """A column's text (object: str), "" where it is missing."""
    words: Array = column.to_numpy(dtype=object, na_value="")
    return words


def strings(words: Array) -> pd.Series:
    """The other way round: text (object: str) as a column (str), missing where it is ""."""
    found = words.astype(object)
    found[words == ""] = None
    return pd.Series(found, dtype="str")


def filled(column: pd.Series) -> pd.Series:
    """Which cells hold something (bool); an empty list's JSON text is nothing."""
    return column.notna() & ~column.isin(["", "[]"])


# A name that says nothing: what a slip of the hand leaves.
FRAGMENT = re.compile(r"\s*[A-Za-z0-9]{1,2}\s*")
# What stands between several names in one text; the mirror joins a multiple select by commas.
LIST = re.compile(r"[,;\n]")
# And what may do so besides.
BETWEEN = re.compile(r"\s*(?:[,;/&+|\n]|\band\b)\s*", re.IGNORECASE)
MOST_PARTS = 8  # of one name that is known: no more are put together again


def names_in(
    written: str, known: Callable[[str], bool] = lambda name: False, between: re.Pattern[str] = LIST
) -> list[str]:
    """The names that a text lists: what is known as a whole is one, and so is what stands in quotation marks or
    brackets, whatever is in it."""
    if known(written):
        return [written]
    found = re.finditer(rf'"[^"\n]*"|\([^()\n]*\)|({between.pattern})', written, between.flags)
    cuts = [one.span() for one in found if one[1] is not None]
    begins, ends = [0, *(end for _, end in cuts)], [*(begin for begin, _ in cuts), len(written)]
    names, at = list[str](), 0
    while at < len(begins):
        whole = range(min(at + MOST_PARTS, len(ends)) - 1, at, -1)
        last = next((to for to in whole if known(written[begins[at] : ends[to]])), at)
        names.append(written[begins[at] : ends[last]].strip(' \t"'))
        at = last + 1
    return list(filter(None, names))


def is_placeholder(written: str, placeholders: tuple[str, ...]) -> bool:
    """Whether a text stands for one to come: signs without a word, or a placeholder, whatever its case and signs."""
    return written != "" and _any_of(placeholders).fullmatch(spelling(written)) is not None


@lru_cache(maxsize=8)
def _any_of(placeholders: tuple[str, ...]) -> re.Pattern[str]:
    """What any of these is as a whole, or signs are: of most texts their first letter tells that they are not."""
    every = (re.findall(r"[^\W_]+", spelling(one)) for one in placeholders)
    one = "|".join(r"[\W_]++".join(words) for words in every if words) or "(?!)"
    return re.compile(rf"[\W_]*+(?:(?:{one})[\W_]*+)?")


def given(words: Array, placeholders: tuple[str, ...]) -> Array:
    """Text (object: str) with "" in the place of each placeholder."""
    codes, written = pd.factorize(words)
    plain = ["" if is_placeholder(one, placeholders) else one for one in written]
    return np.array([*plain, ""], dtype=object)[codes]


class Unreadable:
    """Which cells of a table's records could not be read: `Unreadable(frames, "projects", ids)["type"]` (bool)."""

    def __init__(self, frames: Frames, table: str, record_ids: pd.Series | pd.Index) -> None:
        faults = frames.faults[(frames.faults["table_name"] == table).to_numpy()]
        self._none = np.zeros(len(record_ids), dtype=bool)
        self._found: dict[str, Array] = {}
        if len(faults):
            places = pd.Index(record_ids).get_indexer(faults["record_id"])
            for place, field in zip(places, faults["field"], strict=True):
                if place >= 0:
                    self._found.setdefault(field, self._none.copy())[place] = True

    def __getitem__(self, field: str) -> Array:
        return self._found.get(field, self._none)
