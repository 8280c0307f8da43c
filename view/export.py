"""The dashboard's own export: a file that a spreadsheet opens without running anything in it."""

from io import BytesIO

import pandas as pd
import pyarrow as pa
from pyarrow import csv

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV in UTF-8 with a byte order mark (Excel wants it), dates in ISO 8601; formulas made text."""
    safe = frame.copy()
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.StringDtype):
            text = frame[name].fillna("")
            safe[name] = text.mask(text.str.startswith(FORMULA_SIGNS), "'" + text)
        elif pd.api.types.is_datetime64_any_dtype(frame[name]):
            safe[name] = frame[name].dt.strftime("%Y-%m-%d").fillna("")
    written = BytesIO()
    written.write("\ufeff".encode())
    csv.write_csv(pa.Table.from_pandas(safe, preserve_index=False), written)
    return written.getvalue()
