"""The dashboard's own export: a file that a spreadsheet opens without running anything in it."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

import pandas as pd
import pyarrow as pa
import streamlit as st
from pyarrow import csv
from xlsxwriter import Workbook

from view.cells import Sheet

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
EXCEL_CELL = 32_767
WIDEST = 60
SAMPLE = 200


def downloads(name: str, rows: Callable[[], pd.DataFrame], what: str = "this list") -> None:
    """The buttons that give a list, or `what` else they say, as CSV and as Excel.

    Args:
        name: of the file, without its ending.
        rows: gives the rows; asked only when somebody presses a button.
    """
    with st.container(horizontal=True):
        for kind, ending, mime, write in (
            ("CSV", "csv", "text/csv", as_csv),
            ("Excel", "xlsx", EXCEL_TYPE, as_excel),
        ):
            st.download_button(
                f"Download {what} ({kind})",
                data=partial(_made, write, rows),
                file_name=f"{name}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"download_{name}_{ending}",
            )


def all_rows(parts: list[Sheet]) -> str:
    """What `downloads` says of a file of several tables, or of the one that there is."""
    return f"all {sum(len(part.rows) for part in parts):,} rows" if len(parts) > 1 else "this list"


def _made(write: Callable[[pd.DataFrame], bytes], rows: Callable[[], pd.DataFrame]) -> bytes:
    return write(rows())


def as_shown(sheet: Sheet) -> pd.DataFrame:
    """The rows of a table under the headings that it has on the page; a list of words is one text."""
    made = {}
    for name, config in sheet.columns.items():
        column = sheet.rows[name]
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            texts = [
                cell if isinstance(cell, str) else "; ".join(cell) if pd.api.types.is_list_like(cell) else None
                for cell in column
            ]
            column = pd.Series(texts, column.index, "str")
        # On the page the reader's clock, in files the world's.
        kind = config["type_config"]
        utc = " (UTC)" if kind and kind["type"] == "datetime" else ""
        made[str(config["label"]).removesuffix(utc) + utc] = column
    return pd.DataFrame(made)


def as_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV in UTF-8 with a byte order mark (Excel wants it), dates in ISO 8601; formulas made text."""
    safe = frame.copy()
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.StringDtype):
            text = frame[name].fillna("")
            safe[name] = text.mask(text.str.startswith(FORMULA_SIGNS), "'" + text)
        elif pd.api.types.is_datetime64_any_dtype(frame[name]):
            days = frame[name].dropna()
            only_days = bool((days == days.dt.normalize()).all())
            safe[name] = frame[name].dt.strftime("%Y-%m-%d" if only_days else "%Y-%m-%d %H:%M").fillna("")
    written = BytesIO()
    written.write("\ufeff".encode())
    csv.write_csv(pa.Table.from_pandas(safe, preserve_index=False), written)
    return written.getvalue()


def as_excel(frame: pd.DataFrame) -> bytes:
    """The frame as an Excel workbook of one sheet: text is text, whatever it begins with; dates are dates."""
    written = BytesIO()
    with Workbook(written, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        heading, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, name in enumerate(frame.columns):
            text = frame[name].head(SAMPLE).astype("str").fillna("")
            widest = int(text.str.len().max()) if len(frame) else 0
            sheet.set_column(place, place, min(max(len(name), widest) + 2, WIDEST))
            sheet.write_string(0, place, name, heading)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(frame), max(len(frame.columns) - 1, 0))
        for number, row in enumerate(frame.itertuples(index=False, name=None), start=1):
            for place, value in enumerate(row):
                if isinstance(value, pd.Timestamp):
                    shown = day if value == value.normalize() else moment
                    sheet.write_datetime(number, place, value.to_pydatetime(), shown)
                elif isinstance(value, bool):
                    sheet.write_boolean(number, place, value)
                elif isinstance(value, str):
                    sheet.write_string(number, place, value[:EXCEL_CELL])
                elif not pd.isna(value):
                    sheet.write_number(number, place, value)
    return written.getvalue()
