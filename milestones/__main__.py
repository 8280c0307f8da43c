"""The rules' command line: `python -m milestones verdicts`. It only wires the parts together."""

import sys
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from milestones.verdicts import Judgement, judge
from settings.errors import MilestonesError
from settings.load import config_path, load_settings, store_url
from settings.options import Config, Store
from sync.frames import load

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Judges the mirror.")


class Format(StrEnum):
    """How a frame is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day on which to judge.",
        show_default="today; for the sample base its own day",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]


@app.callback()
def main() -> None:
    """Judges the mirror by the requirements in config.toml."""


@app.command()
def verdicts(
    config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE
) -> None:
    """Print one verdict per project, required deliverable and audience."""
    _print(
        _judgement(config, store, as_of).verdicts,
        style,
        ("project", "deliverable", "audience", "state", "flags", "due"),
    )


@app.command()
def unplaced(
    config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE
) -> None:
    """Print the records that decide no verdict, each with the reason."""
    frame = _judgement(config, store, as_of).unplaced
    _print(frame, style, ("table", "record_id", "reason", "detail"))


def _judgement(config: Config, store: Store, as_of: datetime | None) -> Judgement:
    try:
        path = config_path(config)
        settings = load_settings(path)
        frames = load(store_url(settings, path, store))
    except MilestonesError as error:
        print(f"milestones: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    return judge(frames, settings, as_of.date() if as_of else frames.snapshot.judged_on or date.today())


def _print(frame: pd.DataFrame, style: Format, shown: tuple[str, ...]) -> None:
    """Prints a frame: every column as CSV or JSON, those shown as a table."""
    plain = frame.assign(
        **{name: frame[name].dt.strftime("%Y-%m-%d") for name in frame.select_dtypes("datetime").columns}
    )
    if style is Format.CSV:
        print(plain.to_csv(index=False), end="")
    elif style is Format.JSON:
        print(plain.to_json(orient="records", force_ascii=False, indent=1))
    else:
        table = Table(*shown)
        for row in plain[list(shown)].fillna("").itertuples(index=False):
            table.add_row(*(Text(str(cell)) for cell in row))
        Console().print(table)


if __name__ == "__main__":
    app()
