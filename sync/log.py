"""What a log of standard error sees of a run. A person at a terminal has a clock."""

import sys
from datetime import UTC, datetime


def dated(line: str) -> str:
    """A line for standard error, with the time (UTC) before it where that is no terminal: a log has no other."""
    if sys.stderr and sys.stderr.isatty():
        return line
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC {line}"
