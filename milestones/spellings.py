"""Spellings to canonical words, over whole columns."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from settings.models import Spellings, spelling
from sync.frames import Frames


def canonical(written: pd.Series, words: Mapping[Any, Spellings]) -> pd.Series:
    """The canonical word for each spelling (str); NaN where nobody mapped it. A blank is the spelling ""."""
    lookup = {spelling(text): word for word, spellings in words.items() for text in (word, *spellings)}
    known = {text: lookup.get(spelling(text)) for text in written.fillna("").unique()}
    return written.fillna("").map(known).astype("str")


def written_alike(*columns: pd.Series) -> list[pd.Series]:
    """The columns (str) with every word as it is written where it comes first; a missing one is ""."""
    filled_up = [column.fillna("") for column in columns]
    first: dict[str, str] = {}
    for column in filled_up:
        for text in column.unique():
            first.setdefault(spelling(text), " ".join(text.split()))
    return [column.map({text: first[spelling(text)] for text in column.unique()}).astype("str") for column in filled_up]


def unreadable(frames: Frames, table: str, record_ids: pd.Series) -> pd.Series:
    """The fields of each record that could not be read (str), with a blank around each: " type phase "."""
    faults = frames.faults[frames.faults["table_name"] == table].groupby("record_id")["field"].agg(" ".join)
    return " " + record_ids.map(faults).astype("str").fillna("") + " "


def is_unreadable(fields: pd.Series, name: str) -> pd.Series:
    """Which records' cell of this field could not be read (bool), of what `unreadable` gives."""
    found: pd.Series = fields.str.contains(f" {name} ", regex=False)
    return found


def filled(column: pd.Series) -> pd.Series:
    """Which cells hold something (bool); an empty list's JSON text is nothing."""
    return column.notna() & ~column.isin(["", "[]"])
