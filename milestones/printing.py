"""How the command line prints: frames as tables, CSV or JSON, and what `explain` and `preview` tell for people."""

import io
import re
import sys
from enum import StrEnum

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from milestones.words import in_words

LOUD = "state|flags|due|project_type"  # what is listed of a preview; the rest is counted


class Format(StrEnum):
    """How a frame is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def clean(text: str) -> str:
    """Text that a terminal only shows: control characters and marks that turn the writing direction are taken out."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", " ".join(text.split()))


def print_frame(frame: pd.DataFrame, style: Format, shown: tuple[str, ...]) -> None:
    """Prints a frame: every column as CSV or JSON, those shown as a table."""
    plain = frame.assign(
        **{name: frame[name].dt.strftime("%Y-%m-%d") for name in frame.select_dtypes("datetime").columns}
    )
    if style is Format.CSV:
        if isinstance(sys.stdout, io.TextIOWrapper):  # as the dashboard's files: a program reads it, each name as it is
            sys.stdout.reconfigure(encoding="utf-8")
        print(plain.to_csv(index=False), end="")
    elif style is Format.JSON:
        print(plain.to_json(orient="records", indent=1))
    else:
        if {"project", "project_id"} <= set(plain):  # one without a name
            plain["project"] = plain["project"].fillna(plain["project_id"])
        table = Table(*shown)
        for row in plain[list(shown)].fillna("").itertuples(index=False):
            table.add_row(*(Text(clean(str(cell))) for cell in row))
        # A pipe has no width; in 80 columns nothing could be read.
        console = Console()
        console.width = console.width if console.is_terminal else 300
        console.print(table)


def print_explained(told: pd.DataFrame, style: Format) -> None:
    """Prints what `explain` tells: each verdict, then what holds for all of them, then what is not placed."""
    if style is not Format.TABLE:
        print_frame(told, style, ())
        return
    told = told.assign(record=told["record_url"].fillna(told["record_id"]))
    unplaced = told["fact"] == "unplaced"
    of_verdict = told["requirement"].notna()
    for _, facts in told[of_verdict].groupby(["requirement", "audience"], sort=False):
        head = [str(facts[name].iloc[0]) for name in ("deliverable", "audience")]
        print(clean(" · ".join([*(text for text in head if text), in_words(facts["state"].iloc[0])])))
        print_frame(facts, style, ("where", "says", "record"))
    print("What the project says, for each of these")
    print_frame(told[~of_verdict & ~unplaced], style, ("where", "says", "record"))
    print(f"Its records that decide nothing: {unplaced.sum()}")
    if unplaced.any():
        print_frame(told[unplaced], style, ("deliverable", "says", "record"))


def print_preview(told: pd.DataFrame, style: Format) -> None:
    """Prints what `preview` tells: the verdicts that stand otherwise; what only reads otherwise is counted."""
    if style is not Format.TABLE:
        print_frame(told, style, ())
        return
    loud = told["altered"].str.contains(LOUD)
    listed = told[loud]
    retyped = listed["altered"].str.contains("project_type")
    types = (listed["from_project_type"] + " → " + listed["project_type"]).where(retyped, "")
    shown = ("project", "deliverable", "audience", "from_state", "state", "from_flags", "flags", "from_due", "due")
    print_frame(listed.assign(type=types), style, (*shown, "type") if retyped.any() else shown)
    worded = told.loc[~loud, "altered"].str.contains("reason").sum()
    print(f"Altered: {len(listed)} verdicts; of {worded} more the reason alone.")
    named = told[told["altered"].str.contains("deliverable")].drop_duplicates(["from_deliverable", "deliverable"])
    for old, new in zip(named["from_deliverable"], named["deliverable"], strict=True):
        print(clean(f"“{old}” is called “{new}”; its verdicts are compared."))
