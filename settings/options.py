"""The options that the command lines share."""

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
