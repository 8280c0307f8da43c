"""The job's command line: `python -m sync run`. It only wires the parts together."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from milestones.history import changes
from milestones.setup import checks_not_made, unknown_deliverables
from milestones.verdicts import judge
from settings.errors import MilestonesError, MirrorMissing, MirrorOutdated, StoreError
from settings.load import DEFAULT_CONFIG, airtable_token, config_path, load_settings, store_url
from settings.models import Settings
from settings.options import Config, Store
from sync import job
from sync.airtable import AirtableBase, Source
from sync.check import Rules, examine
from sync.engine import open_store, store_errors
from sync.frames import Frames, load, load_snapshot
from sync.init import base_settings, refuse_existing, write_config
from sync.mirror import record_changes, record_run
from sync.sample_base import SampleBase, generations
from sync.status import read_status

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Mirrors the base.")


@app.callback()
def main() -> None:
    """Mirrors the base named in config.toml."""


@app.command()
def run(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say each step, on standard error.")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Accept that many records are gone from the base.")
    ] = False,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing where this base is mirrored.")] = False,
) -> None:
    """Read the base and replace the mirror, all tables together or none."""
    url: URL | None = None
    began = job.utc_now()
    try:
        path = config_path(config)
        settings = load_settings(path)
        url = store_url(settings, path, store)
        if if_missing and _frames(url, settings.airtable.base or SampleBase(generations()[-1]).base):
            return
        summary = _mirror(settings, path, url, allow_shrink, verbose, quiet=as_json)
    except MilestonesError as error:
        _note(url, began, settings.airtable.base if url else None, error)
        print(f"sync: {error}{_last_good(url)}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    if as_json:
        print(json.dumps(summary.as_json()))
    elif sys.stdout.isatty():
        Console().print(_table(summary))
    else:
        print(_line(summary))


@app.command()
def status(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Say how old the mirror is: exit code 0 fresh, 1 past the warning age, 2 past the error age or no mirror."""
    with _faults_told():
        path = config_path(config)
        settings = load_settings(path)
        found = read_status(store_url(settings, path, store), settings, job.utc_now())
    print(json.dumps(found.as_json()) if as_json else "\n".join(found.lines()))
    raise typer.Exit(found.exit_code)


@app.command()
def check(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at everything a run needs, with few calls and no change; the worst fault gives the exit code."""
    rules = Rules(checks_not_made, unknown_deliverables)
    report = examine(config_path(config), store, rules, job.utc_now)
    print(json.dumps(report.as_json()) if as_json else "\n".join(report.lines()))
    raise typer.Exit(report.exit_code)


@app.command()
def init(
    base: Annotated[str, typer.Option("--base", help="The id in the base's address: app…")],
    output: Annotated[Path, typer.Option("--output", help="The file to write; one that is there is left.")] = (
        DEFAULT_CONFIG
    ),
) -> None:
    """Look at a base and write a config.toml for it, with a mark for how far each line can be trusted."""
    with _faults_told():
        refuse_existing(output)
        print(write_config(AirtableBase(base, airtable_token(output), base_settings(base)), output))


@contextmanager
def _faults_told() -> Iterator[None]:
    """Ends the process with one line and the fault's exit code."""
    try:
        yield
    except MilestonesError as error:
        print(f"sync: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None


def _mirror(settings: Settings, path: Path, url: URL, allow_shrink: bool, verbose: bool, quiet: bool) -> job.Summary:
    """Mirrors the configured base; of the sample, every generation that is newer than the mirror, in order."""

    def step(text: str) -> None:
        if verbose:
            print(f"sync: {text}", file=sys.stderr)

    engine = open_store(url, create=True)
    with store_errors(url), _progress(quiet) as progress:
        summaries = []
        for source, judged_on in _sources(settings, path, url):
            before = _frames(url, source.base)
            summary = job.run(
                settings, source, engine, judged_on=judged_on, allow_shrink=allow_shrink, progress=progress, step=step
            )
            step("judging what changed")
            _record_history(engine, url, settings, before)
            summaries.append(summary)
        total = reduce(job.Summary.followed_by, summaries)
        record_run(engine, _run_values(total.base, total.read_began, 0, _line(total), total))
    return total


def _sources(settings: Settings, path: Path, url: URL) -> Iterator[tuple[Source, date | None]]:
    if settings.airtable.base is not None:
        yield AirtableBase(settings.airtable.base, airtable_token(path), settings.airtable), None
        return
    samples = [SampleBase(file) for file in generations()]
    mirrored = _frames(url, samples[-1].base)
    for sample in samples:
        if sample is samples[-1] or mirrored is None or sample.judged_on > _judged_on(mirrored):
            yield sample, sample.judged_on


def _frames(url: URL, base: str) -> Frames | None:
    """The mirror as it stands, if it is one of this base."""
    try:
        frames = load(url)
    except (MirrorMissing, MirrorOutdated):
        return None
    return frames if frames.snapshot.base == base else None


def _judged_on(frames: Frames) -> date:
    return frames.snapshot.judged_on or frames.snapshot.read_began.date()


def _record_history(engine: Engine, url: URL, settings: Settings, before: Frames | None) -> None:
    """Stores which verdicts changed, and whether the rules, the data or the passing of time did it."""
    frames = load(url)
    today = _judged_on(frames)
    previous_day = _judged_on(before) if before else today
    between = judge(frames, settings, previous_day).verdicts
    rejudged = judge(before, settings, previous_day).verdicts if before else frames.history.iloc[:0]
    now = judge(frames, settings, today).verdicts
    found = changes(frames.history, rejudged, between, now, today)
    record_changes(engine, frames.snapshot.base, found)


@contextmanager
def _progress(quiet: bool) -> Iterator[job.Progress]:
    """A line per table with its count of records, on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda table, records: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} records"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, object] = {}

        def told(table: str, records: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=None)
            bars.advance(tasks[table], records)  # type: ignore[arg-type]

        yield told


def _run_values(
    base: str, began: datetime, exit_code: int, message: str, summary: job.Summary | None = None
) -> dict[str, object]:
    return {
        "base": base,
        "began": began,
        "ended": job.utc_now(),
        "exit_code": exit_code,
        "how": summary.how if summary else "",
        "message": message,
        "calls": summary.calls if summary else 0,
        "records": summary.as_json()["tables"] if summary else {},
    }


def _note(url: URL | None, began: datetime, base: str | None, error: MilestonesError) -> None:
    """Notes a failed attempt, where there is a store to note it in."""
    if url is None:
        return
    try:
        engine = open_store(url)
        with store_errors(url):
            # A store that failed may be somebody else's database: no table is made there.
            values = _run_values(base or "", began, error.exit_code, str(error))
            record_run(engine, values, create=not isinstance(error, StoreError))
    except MilestonesError:
        return


def _last_good(url: URL | None) -> str:
    """How old the mirror is that the failed run left as it was."""
    if url is None:
        return ""
    try:
        began = load_snapshot(url).read_began
    except MirrorMissing:
        return ". There is no mirror yet"
    except MilestonesError:
        return ""
    return f". The mirror is as it was, read {began:%Y-%m-%d %H:%M} UTC"


def _line(summary: job.Summary) -> str:
    tables = ", ".join(
        f"{name} {counts.records} (+{counts.added} ~{counts.changed} -{counts.removed})"
        for name, counts in summary.tables.items()
    )
    unreadable = f"; {summary.unreadable} cells could not be read" if summary.unreadable else ""
    what = "sample base" if summary.sample else summary.base
    return f"mirrored {what}: {tables}{unreadable}; {summary.calls} calls, {summary.seconds:.1f} s"


def _table(summary: job.Summary) -> Table:
    what = "the sample base" if summary.sample else summary.base
    table = Table(title=f"Mirrored {what}", caption=f"{summary.calls} calls, {summary.seconds:.1f} s")
    table.add_column("table")
    for heading in ("records", "added", "changed", "removed"):
        table.add_column(heading, justify="right")
    for name, counts in summary.tables.items():
        values = (counts.records, counts.added, counts.changed, counts.removed)
        table.add_row(name, *(f"{value:,}" for value in values))
    return table


if __name__ == "__main__":
    app()
