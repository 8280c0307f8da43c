"""What all tables share: how a frame becomes an `st.dataframe`, and the columns that many of them have."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from view.labels import STATES, written

ROW_HEIGHT = 35
# Of a table's width on the narrowest phone Streamlit pins columns of up to 60 %.
TABLE_ON_A_PHONE = 328
PINNED_ON_A_PHONE = 195
# Where two names stand there before what is counted of them: the first one's width, and a share's without its bar.
FIRST_OF_TWO, SHARE = 105, 70
# The longest table that is shown in full; a longer one scrolls.
MOST_ROWS = 16

Columns = dict[str, ColumnConfig]
# Takes no room and is not seen.
UNSEEN = "\u2060"
# A row of a frame, by column.
Row = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A table made ready, which may be kept and shown again.

    rows: the frame, with whatever else is known of each row; `columns`: those that are shown, in their order.
    opens: the column whose cells are buttons, where it is shown to pick from.
    """

    rows: pd.DataFrame
    columns: Columns
    opens: str = ""

    @cached_property
    def shown(self) -> pa.Table:
        """The shown columns as Streamlit sends them; made once, for making them takes longest."""
        shown = self.rows[list(self.columns)]
        if self.opens:
            # A button would show a picture for a text that begins with ":material/", and a menu for "[one, other]".
            text = shown[self.opens]
            if (read := text.str.startswith((":", "["))).any():
                shown = shown.assign(**{self.opens: text.mask(read, UNSEEN + text)})
        # Without what pandas notes for itself, for it does not know its own name of a column of lists.
        made = pa.Table.from_pandas(shown, preserve_index=False, nthreads=1).replace_schema_metadata(None)
        for place, name in enumerate(made.column_names):
            made = made.set_column(place, name, _by_number(made[name].combine_chunks()))
        return made

    @cached_property
    def mark(self) -> str:
        """Tells contents apart: what was picked in one must not stay picked in another."""
        digest = hashlib.blake2b(digest_size=8)
        for column in self.shown.columns:
            for chunk in column.chunks:
                digest.update(f"{chunk.offset} {len(chunk)}".encode())
                for buffer in chunk.buffers():
                    digest.update(buffer or b"")
        return digest.hexdigest()


def _by_number(texts: pa.Array) -> pa.Array:
    """Texts that repeat, each once and by its number: every rerun sends and digests all bytes of a table."""
    if pa.types.is_list(texts.type):
        return pa.ListArray.from_arrays(texts.offsets, _by_number(texts.values), mask=texts.is_null())
    if not pa.types.is_large_string(texts.type) and not pa.types.is_string(texts.type):
        return texts
    numbered = texts.cast(pa.string()).dictionary_encode()
    few = len(numbered.dictionary) < min(len(texts) / 2, 128)
    return numbered.cast(pa.dictionary(pa.int8(), pa.string())) if few else texts


@dataclass(frozen=True)
class Picked:
    """A cell that the reader picked: its row, and its column's name."""

    row: Row
    column: str


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame, one by one."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def first_row(frame: pd.DataFrame) -> Row:
    """The first row of a frame that has one."""
    return rows_of(frame.head(1))[0]


def height(rows: int, most: int = MOST_ROWS) -> int:
    """Pixels for a table of so many rows."""
    return (min(rows, most) + 1) * ROW_HEIGHT + 3


def on_a_phone() -> bool:
    """Whether the reader's browser says that it is on a phone.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Browser_detection_using_the_user_agent
    """
    return "Mobi" in st.context.headers.get("User-Agent", "")


def _for_reader(columns: Columns) -> dict[str, Any]:
    """The columns with what a sheet that is kept for all cannot know: how the reader's locale writes days, and on a
    phone names no wider than what can be pinned, or than leaves room for what is counted of them.
    """
    shown: dict[str, Any] = dict(columns)
    kinds: dict[str, dict[str, Any]] = {name: dict(config["type_config"] or {}) for name, config in columns.items()}
    if on_a_phone():
        for name, kind in kinds.items():
            if kind.get("type") == "progress":
                shown[name] = st.column_config.NumberColumn(columns[name]["label"], format="%d %%", width=SHARE)
        first, second, third, *_ = [*(str(kind.get("type")) for kind in kinds.values()), "", "", ""]
        most: tuple[int, ...] = (PINNED_ON_A_PHONE,)
        if first == second == "text" != third:
            third_width = [*shown.values()][2]["width"]
            most = (FIRST_OF_TWO, TABLE_ON_A_PHONE - FIRST_OF_TWO - third_width)
        for name, width in zip(columns, most, strict=False):
            shown[name] = shown[name] | {"width": min(shown[name]["width"], width)}
    for name, kind in kinds.items():
        if kind.get("type") == "date":
            shown[name] = shown[name] | {"type_config": kind | {"format": written(st.context.locale)}}
    return shown


def show(sheet: Sheet, alt: str, most: int = MOST_ROWS) -> None:
    """Shows a table to be read."""
    st.dataframe(
        sheet.shown,
        column_config=_for_reader(sheet.columns),
        hide_index=True,
        alt=alt,
        placeholder="",
        height=height(len(sheet.rows), most),
        row_height=ROW_HEIGHT,
    )


def show_to_pick(sheet: Sheet, alt: str, key: str, most: int = MOST_ROWS) -> tuple[Picked | None, int]:
    """Shows a table whose cells can be picked.

    Args:
        key: tells the page's tables apart.

    Returns:
        The picked cell, and the number of the row whose button was pressed just now, or -1.
    """
    columns = _for_reader(sheet.columns)
    opens = sheet.opens
    pressed = f"{key}-{sheet.mark}-{opens}"
    if opens:
        config = columns[opens]
        columns[opens] = st.column_config.ButtonColumn(
            config["label"], width=config["width"], pinned=True, type="tertiary", alignment="left", key=pressed
        )
    event = st.dataframe(
        sheet.shown,
        column_config=columns,
        hide_index=True,
        alt=alt,
        key=f"{key}-{sheet.mark}",
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        height=height(len(sheet.rows), most),
        row_height=ROW_HEIGHT,
    )
    click = st.session_state.get(pressed) if opens else None
    cells = [(row, column) for row, column in event["selection"]["cells"] if row < len(sheet.rows)]
    picked = Picked(first_row(sheet.rows.iloc[[cells[0][0]]]), str(cells[0][1])) if cells else None
    return picked, click["row"] if click else -1


def pills(label: str, options: list[str], colours: list[str], width: int | None = None) -> ColumnConfig:
    """A column of coloured words."""
    return st.column_config.MultiselectColumn(label, options=options, color=colours, width=width)


def state_column(label: str = "State", *others: str, width: int = 125) -> ColumnConfig:
    """A column of states, each in a list of its own, and of other words for where there is none."""
    words = [str(look) for look in STATES.values()]
    colours = [look.colour for look in STATES.values()]
    return pills(label, [*words, *others], [*colours, *[STATES["not_required"].colour] * len(others)], width)


def in_lists(words: pd.Series, ends: Sequence[int], index: pd.Index) -> pd.Series:
    """Words, one after the other, as lists: the first list ends before the word of number `ends[0]`, and so on.

    Arrow's lists, not Python's own: those would take a second for some thousand rows.
    """
    offsets = pa.array([0, *ends], type=pa.int32())
    made = pa.ListArray.from_arrays(offsets, pa.array(words, type=pa.string()))
    return pd.Series(pd.arrays.ArrowExtensionArray(made), index=index)


def in_pills(states: pd.Series, blank: str = "") -> pd.Series:
    """States as such a column has them: a list of one symbol and word; for a blank one this word."""
    words = states.map({state: str(look) for state, look in STATES.items()} | {"": blank})
    return in_lists(words, range(1, len(words) + 1), states.index)


def project_column() -> ColumnConfig:
    """The column of projects' names: wide enough for most of those that end in a phase to differ."""
    return st.column_config.TextColumn("Project", pinned=True, width=250)


def record_link(rows: pd.DataFrame) -> Columns:
    """A link to each row's record, where there are any: the sample base's records are in no Airtable."""
    if rows["record_url"].isna().all():
        return {}
    return {"record_url": st.column_config.LinkColumn("Record", display_text="open", width=65)}


def flagged(verdicts: pd.DataFrame, flag: str) -> pd.Series:
    """Which verdicts have a flag (bool)."""
    return verdicts["flags"].str.contains(flag, regex=False)


def named(frame: pd.DataFrame, several: bool) -> pd.Series:
    """The deliverables' names (str), with their milestone where the board has several milestones."""
    return frame["milestone"] + ": " + frame["deliverable"] if several else frame["deliverable"]


def for_whom(frame: pd.DataFrame, several: bool) -> pd.Series:
    """The deliverables' names with their audience, where one is named (str)."""
    names = named(frame, several)
    return names.where(frame["audience"] == "", names + " · " + frame["audience"])


def share(column: pd.Series) -> pd.Series:
    """A share (0 to 1) as whole per cent, rounded down so that only what is whole shows 100."""
    whole: pd.Series = np.floor(column * 100)
    return whole


def https(url: str | None) -> str | None:
    """The address, if it is one that may be linked to."""
    return url if url and url.startswith("https://") else None
