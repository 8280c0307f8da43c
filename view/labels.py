"""How states and flags are shown: a symbol and a word, so that colour is never the only sign."""

import re
from calendar import month_name
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import streamlit as st


@dataclass(frozen=True)
class Look:
    """A symbol, a word, and a colour that holds on light and dark ground, also for the colour-blind."""

    symbol: str
    word: str
    colour: str

    def __str__(self) -> str:
        return f"{self.symbol} {self.word}"


# The hues follow Okabe and Ito, "Color Universal Design" (2008), darkened for white text on them.
STATES = {
    "missing": Look("✕", "Missing", "#b84a00"),
    "not_started": Look("○", "Not started", "#a3601a"),
    "in_progress": Look("◔", "In progress", "#2a6db0"),
    "in_review": Look("◑", "In review", "#4c6fc4"),
    "incomplete": Look("◐", "Incomplete", "#8a6a00"),
    "stale": Look("↻", "Stale", "#9a4a80"),
    "complete": Look("✓", "Complete", "#0b7a5f"),
    "waived": Look("⊘", "Waived", "#5d6f82"),
    "not_required": Look("–", "Not required", "#6f7a86"),
    "unknown": Look("?", "Unknown", "#5b5b66"),
}

FLAGS = {
    "overdue": "Overdue",
    "due_soon": "Due soon",
    "duplicate": "Duplicate",
    "unconfirmed_match": "Name to confirm",
    "waiver_expiring": "Waiver ends soon",
    "no_owner": "No owner",
}

SEVERITIES = {
    "error": Look("✕", "Error", "#b84a00"),
    "warning": Look("!", "Warning", "#8a6a00"),
    "note": Look("i", "Note", "#5d6f82"),
}

CAUSES = {
    "data": "the base was edited",
    "rules": "config.toml or the rules changed",
    "time": "time passed",
}

# A day as the rules write it, or what they quote from the base, which stays as it is there.
RULES_DAY = re.compile(r"“[^”]*”|(?<![\w/-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w/-])")
MONTHS = [*month_name]

# Languages in whose short dates the year stands first (Unicode CLDR).
YEAR_FIRST = ("eu", "hu", "ja", "ko", "lt", "mn", "si", "sv", "zh")

NAMELESS = "(no name)"
NOBODY = "(nobody)"
UNMAPPED_TYPE = "(type not mapped)"
GONE = "(no longer in the base)"
# What a verdict was before it was first recorded, and is once nothing asks for it any more.
NEW, NO_MORE = "+ New", "– No more"


def plain(text: str) -> str:
    """Text for a place where Streamlit reads Markdown, with nothing in it left to interpret.

    Every punctuation mark becomes a character reference, which Markdown shows and never reads as a sign.
    """
    return "".join(
        character if character.isalnum() or character.isspace() or ord(character) > 127 else f"&#{ord(character)};"
        for character in " ".join(text.split())
    )


def typed(locale: str | None) -> str:
    """How a reader types a day: by Unicode CLDR's order for the locale, since Streamlit's input has no "localized"."""
    if locale == "en-US":
        return "MM/DD/YYYY"
    return "YYYY-MM-DD" if not locale or locale.startswith(YEAR_FIRST) else "DD/MM/YYYY"


def written(locale: str | None) -> str:
    """How a table writes a day for a reader: in the order of `typed`, the month in the pages' language.

    Streamlit's own "localized" moves the day into the browser's zone: west of UTC it is the day before.
    """
    return {"MM/DD/YYYY": "MMM D, YYYY", "DD/MM/YYYY": "D MMM YYYY"}.get(typed(locale), "YYYY-MM-DD")


def day(moment: date) -> str:
    """A day as people write it: 5 October 2026."""
    return f"{moment.day} {moment:%B %Y}"


def read(reason: str) -> str:
    """A reason of the rules with its days as people write them."""
    return RULES_DAY.sub(
        lambda found: f"{int(found[3])} {MONTHS[int(found[2])]} {found[1]}" if found[1] else found[0], reason
    )


def moment(utc: datetime) -> str:
    """A moment as the reader's clock has it: 5 October 2026, 14:05; where no browser tells its zone, UTC.

    Args:
        utc: without a zone.
    """
    with suppress(ValueError, LookupError):  # no zone, or none that is known here
        here = utc.replace(tzinfo=UTC).astimezone(ZoneInfo(st.context.timezone or ""))
        return f"{day(here)}, {here:%H:%M}"
    return f"{day(utc)}, {utc:%H:%M} UTC"
