"""The rules' command line: `python -m milestones verdicts`. It only wires the parts together."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from milestones.definitions import required, untold
from milestones.expected import projects
from milestones.explain import explain, named, whose
from milestones.findings import findings
from milestones.preview import preview
from milestones.printing import Format, clean, print_explained, print_frame, print_preview
from milestones.setup import mapped_otherwise
from milestones.trend import changed_since, for_people, rule_changes, trend
from milestones.verdicts import Judgement, judge
from settings.errors import MilestonesError, SettingsError, unforeseen
from settings.load import config_path, load_settings, store_url
from settings.models import Settings
from settings.names import meant, spelling, suggestion
from settings.options import Config, Store, take_every_word
from sync.frames import Frames, load

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Judges the mirror.")


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
    take_every_word()


@app.command()
def verdicts(
    config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE
) -> None:
    """Print one verdict per project, required deliverable and audience."""
    columns = ("project", "milestone", "deliverable", "audience", "state", "flags", "due", "reason")
    _judged(config, store, as_of, style, lambda frames, settings, judgement: judgement.verdicts, columns)


@app.command()
def unplaced(
    config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE
) -> None:
    """Print the records that decide no verdict, each with the reason."""
    columns = ("project", "record", "reason", "detail", "record_id")
    _judged(config, store, as_of, style, whose, columns)


@app.command("findings")
def _findings(
    config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE
) -> None:
    """Print what is wrong with the base or with the configuration, the gravest first."""
    _judged(config, store, as_of, style, findings, ("severity", "finding", "object", "detail", "remedy"))


@app.command("explain")
def _explain(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="A project's name or record id.")],
    config: Config = None,
    store: Store = None,
    as_of: AsOf = None,
    style: FormatOption = Format.TABLE,
) -> None:
    """Print each verdict of a project with the facts behind it."""
    with _faults():
        frames, settings, day = _mirror(config, store, as_of)
        told = explain(frames, settings, day, _one(frames, project))
    print_explained(told, style)


@app.command("preview")
def _preview(
    config: Annotated[Path, typer.Option("--config", help="The configuration to try.")],
    store: Store = None,
    as_of: AsOf = None,
    style: FormatOption = Format.TABLE,
) -> None:
    """Print the verdicts that another configuration alters, against MILESTONES_CONFIG or config.toml as it is."""
    with _faults():
        frames, current, day = _mirror(None, store, as_of)
        changed = load_settings(config)
        told = preview(frames, current, changed, day)
    if changed.tables != current.tables or changed.airtable.base != current.airtable.base:
        print("milestones: Another base or mapping shows only after a sync; the rest is previewed.", file=sys.stderr)
    print_preview(told, style)


@app.command("trend")
def _trend(config: Config = None, store: Store = None, as_of: AsOf = None, style: FormatOption = Format.TABLE) -> None:
    """Print how coverage went per project type, and on which days the rules, not the projects, changed it."""
    with _faults():
        frames, settings, day = _mirror(config, store, as_of)
        history = _recorded(frames, day)
        told = trend(history, projects(frames, settings)["project_type"])
    ruled = rule_changes(history).set_index("day")["verdicts"]
    told = told.assign(rules_changed=told["day"].map(ruled).fillna(0).astype("int64"))
    if style is Format.TABLE:
        told["coverage"] = (told["coverage"] * 100).map("{:.0f} %".format, na_action="ignore")
    shown = ("project_type", "day", "coverage", "complete", "required", "gaps", "waived", "unknown", "rules_changed")
    print_frame(told, style, shown)


@app.command("changes")
def _changes(
    since: Annotated[
        datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="The day at whose end the comparison begins.")
    ],
    config: Config = None,
    store: Store = None,
    as_of: AsOf = None,
    style: FormatOption = Format.TABLE,
) -> None:
    """Print the verdicts that stand otherwise than on a day, and which gaps opened and closed."""
    with _faults():
        frames, settings, day = _mirror(config, store, as_of)
        history = _recorded(frames, day)
        told = for_people(changed_since(history, since.date()), judge(frames, settings, day).verdicts)
    first = history["changed_on"].min()
    if not first <= pd.Timestamp(since):  # also where nothing is recorded
        what = "Nothing is recorded yet" if pd.isna(first) else f"Nothing is recorded before {first:%Y-%m-%d}"
        print(f"milestones: {what}; everything after that is told as a change.", file=sys.stderr)
    print_frame(
        told, style, ("project", "deliverable", "audience", "from_state", "state", "gap", "changed_on", "cause")
    )
    if style is Format.TABLE:
        counts = told["gap"].value_counts()
        print(f"Gaps: {counts.get('opened', 0)} opened, {counts.get('closed', 0)} closed.")


@contextmanager
def _faults() -> Iterator[None]:
    """A fault is one line on standard error and its exit code."""
    try:
        yield
    except MilestonesError as error:
        print(f"milestones: {clean(str(error))}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        fault = unforeseen(error)
        print(f"milestones: {clean(str(fault))}", file=sys.stderr)
        raise typer.Exit(fault.exit_code) from error


def _mirror(config: Path | None, store: str | None, as_of: datetime | None) -> tuple[Frames, Settings, date]:
    """The mirror, the configuration, and the day on which to judge."""
    path = config_path(config)
    settings = load_settings(path)
    frames = load(store_url(settings, path, store))
    held = frames.snapshot
    if settings.airtable.base != (None if held.sample else held.base):
        wanted = settings.airtable.base or "the sample base"
        what = "the sample base" if held.sample else held.base
        print(f"milestones: The mirror holds {what}, and {path} names {wanted}: run a sync.", file=sys.stderr)
    elif stale := mapped_otherwise(frames.snapshot, settings):
        print(f"milestones: {path} maps {stale} otherwise than the mirror: run a sync.", file=sys.stderr)
    for reason in untold(frames, required(frames, settings)).values():
        print(f"milestones: {clean(reason)}", file=sys.stderr)
    return frames, settings, as_of.date() if as_of else frames.snapshot.judged_on or date.today()


def _recorded(frames: Frames, day: date) -> pd.DataFrame:
    """The history of verdicts up to a day."""
    return frames.history[frames.history["changed_on"] <= pd.Timestamp(day)]


def _judged(
    config: Path | None,
    store: str | None,
    as_of: datetime | None,
    style: Format,
    told: Callable[[Frames, Settings, Judgement], pd.DataFrame],
    shown: tuple[str, ...],
) -> None:
    """Judges the mirror and prints what is told of that."""
    with _faults():
        frames, settings, day = _mirror(config, store, as_of)
        print_frame(told(frames, settings, judge(frames, settings, day)), style, shown)


def _one(frames: Frames, wanted: str) -> str:
    """The record id of the one project that is meant.

    Raises:
        SettingsError: there is none, or there are several.
    """
    found = named(frames, wanted)
    if len(found) == 1:
        return str(found["record_id"].iloc[0])
    if len(found):
        raise SettingsError(
            f"{len(found)} projects are called “{wanted}”: {', '.join(found['record_id'])}", "Give one of these ids"
        )
    names = list(frames.projects["name"].dropna())
    holding = [name for name in names if spelling(wanted) and spelling(wanted) in spelling(name)][:3]
    near = meant(holding) if holding else suggestion(wanted, names)
    raise SettingsError(f"No project is called “{wanted}”{near}", "Give its name as Airtable has it, or its record id")


if __name__ == "__main__":
    app()
