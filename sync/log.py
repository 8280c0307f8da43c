"""What a log of standard error sees of a run. A person at a terminal has a clock."""

import sys
from contextlib import suppress
from datetime import UTC, datetime

_TIME, _END = "%Y-%m-%d %H:%M:%S", " UTC "


def dated(line: str) -> str:
    """A line for standard error, with the time (UTC) before it where that is no terminal: a log has no other."""
    if sys.stderr and sys.stderr.isatty():
        return line
    return f"{datetime.now(UTC):{_TIME}}{_END}{line}"


def undated(line: str) -> str:
    """A line that `dated` made, without the time, for who sees the run."""
    time, _, told = line.partition(_END)
    with suppress(ValueError):
        datetime.strptime(time, _TIME).replace(tzinfo=UTC)
        return told
    return line
