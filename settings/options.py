"""What the command lines share: options, and a standard output that takes every word."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option("--config", envvar="MILESTONES_CONFIG", help="The configuration.", show_default="config.toml"),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="MILESTONES_STORE",
        help="The mirror's SQLAlchemy URL.",
        show_default="as config.toml says",
    ),
]


def take_every_word() -> None:
    """Has standard output write what its encoding lacks as a number, as standard error does, rather than fail.

    That is for people to read; what programs read (JSON, CSV) is written in signs that it has.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
