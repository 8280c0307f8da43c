"""The job's command line: `python -m sync run`. It only wires the parts together.

What takes long to load is loaded by the command that needs it, so that the others are quick.
"""

import gc

if __name__ == "__main__":
    # A run leaves few cycles behind, and to look for them among its records and imports takes a tenth of its time.
    gc.disable()

import json
import os
import signal
import sys
import tomllib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer
from sqlalchemy.engine import URL

from settings.errors import MilestonesError, MirrorMissing, Stopped, StoreError
from settings.load import DEFAULT_CONFIG, airtable_token, config_path, load_settings, store_url
from settings.models import Settings, StoreSettings, SyncSettings
from settings.options import Config, Store, take_every_word
from sync import job
from sync.airtable import AirtableBase
from sync.check import examine
from sync.deadline import SAYING_SECONDS, UNKNOWN_AGE, Deadline, done_in, ending
from sync.engine import open_store, store_errors
from sync.init import base_settings, refuse_existing, write_config
from sync.lock import one_writer
from sync.log import dated
from sync.offered import Rules
from sync.runs import mirror, real_base, snapshot_of, told
from sync.sample_base import SampleBase, generations
from sync.snapshot import load_snapshot
from sync.status import ago, read_status
from sync.summary import line
from sync.webhook import Action, act
from sync.writable import refuse_strangers

# How a process is asked to end: by a supervisor, a person, a terminal that goes (which Windows does not tell).
ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
# What a store gets to say how old its mirror is, when a command has failed.
AGE_SECONDS = 5.0

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Mirrors the base.")


@app.callback()
def main() -> None:
    """Mirrors the base named in config.toml."""
    take_every_word()
    for number in ENDING:
        signal.signal(number, _stopped)


@app.command()
def run(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say each step, on standard error.")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Accept that many records are gone from the base.")
    ] = False,
    allow_retype: Annotated[
        bool, typer.Option("--allow-retype", help="Accept that mapped fields are of another kind than before.")
    ] = False,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing where this base is mirrored.")] = False,
) -> None:
    """Read the base and replace the mirror, all tables together or none."""
    path = config_path(config)
    with _faults_told(path, store, verbose=verbose):
        settings = load_settings(path)
        url = store_url(settings, path, store)
        base = settings.airtable.base or SampleBase(generations()[-1]).base
        if if_missing and (there := snapshot_of(url, base)):
            done = f"{'the sample base' if there.sample else base} is mirrored already"
            _say(json.dumps({"base": base, "how": "none"}) if as_json else done)
            return
        allowed = {"allow_shrink": allow_shrink, "allow_retype": allow_retype}
        summary = mirror(settings, path, url, allowed, verbose, quiet=as_json)
        if as_json:
            _say(json.dumps(summary.as_json()))
        elif sys.stdout and sys.stdout.isatty():
            from sync import terminal

            terminal.show(summary)
        else:
            _say(line(summary))


@app.command()
def webhook(
    action: Annotated[Action, typer.Argument(help="What to do with the base's webhook.")],
    webhook_id: Annotated[
        str | None, typer.Option("--id", help="delete: one that this store does not know, as status shows it.")
    ] = None,
    config: Config = None,
    store: Store = None,
) -> None:
    """Make, delete or show the webhook through which the job learns of changes. Its token needs webhook:manage."""
    path = config_path(config)
    with _faults_told(path, store):
        settings = load_settings(path)
        url = store_url(settings, path, store)
        source = real_base(settings, path)
        try:
            engine = open_store(url, create=action is Action.CREATE)
        except MirrorMissing:  # it knows of no webhook
            engine = None
        with store_errors(url), nullcontext() if action is Action.STATUS or engine is None else one_writer(engine):
            if engine:
                with engine.connect() as connection, connection.begin():
                    refuse_strangers(connection)
            deadline = Deadline(settings.sync.deadline_seconds)
            _say(deadline.of("the webhooks", act, action, source, engine, job.utc_now(), webhook_id))


@app.command()
def status(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Say how old the mirror is: exit code 0 fresh, 1 past the warning age, 2 past the error age or no mirror."""
    path = config_path(config)
    with _faults_told(path, store):
        settings = load_settings(path)
        found = read_status(store_url(settings, path, store), settings, job.utc_now())
        _say(json.dumps(found.as_json()) if as_json else "\n".join(found.lines()))
    raise typer.Exit(found.exit_code)


@app.command()
def check(
    config: Config = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at everything a run needs, with few calls and no change; the worst fault gives the exit code."""
    path = config_path(config)
    with _faults_told(path, store):
        from milestones.setup import checks_not_made, unknown_deliverables, unknown_milestones

        rules = Rules(checks_not_made, unknown_deliverables, unknown_milestones)
        report = examine(path, store, rules, job.utc_now)
        _say(json.dumps(report.as_json()) if as_json else "\n".join(report.lines()))
    raise typer.Exit(report.exit_code)


@app.command()
def init(
    base: Annotated[str, typer.Option("--base", help="The id in the base's address: app…")],
    output: Annotated[Path, typer.Option("--output", help="The file to write; one that is there is left.")] = (
        DEFAULT_CONFIG
    ),
) -> None:
    """Look at a base and write a config.toml for it, with a mark for how far each line can be trusted."""
    with _faults_told(output, None, aged=False):
        refuse_existing(output)
        source = AirtableBase(base, airtable_token(output), base_settings(base))
        _say(Deadline(SyncSettings().deadline_seconds).of("the base", write_config, source, output))


def _seconds(path: Path) -> float:
    """The deadline as config.toml has it, or the usual one where that has faults."""
    try:
        return load_settings(path).sync.deadline_seconds
    except MilestonesError:
        return SyncSettings().deadline_seconds


def _stopped(number: int, _frame: object) -> NoReturn:
    """Somebody ends the job: it fails as it would for any other cause, and leaves the mirror as it was."""
    for again in ENDING:  # whoever asks twice does not want to wait
        signal.signal(again, signal.SIG_DFL)
    raise Stopped(signal.Signals(number).name)


def _store_all_the_same(path: Path, store: str | None) -> URL | None:
    """The store, where config.toml has faults elsewhere; None where it cannot be told."""
    told: dict[str, Any] = {}
    try:
        if path.exists():
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        sound: dict[str, Any] = {"store": StoreSettings.model_validate(told.get("store", {}))}
    except (ValueError, OSError):
        if not (store or os.environ.get("MILESTONES_STORE")):
            return None
        sound = {"store": StoreSettings()}
    try:
        return store_url(Settings.model_construct(**sound), path, store)
    except MilestonesError:
        return None


@contextmanager
def _faults_told(path: Path, store: str | None, *, verbose: bool = False, aged: bool = True) -> Iterator[None]:
    """Ends the process with one line and the fault's exit code, and in time whatever the store does, and whether
    anybody reads the line.

    Args:
        aged: says how old the last good mirror is: not where the configuration that names it is yet to be written.
        verbose: shows where a fault came from that nobody foresaw.
    """
    try:
        with ending(_seconds(path)):
            yield
    except (Exception, Stopped) as fault:
        error = told(fault)
        trace = traceback.format_exc() if verbose and not isinstance(fault, (MilestonesError, Stopped)) else ""
        age = ""
        if aged:
            asked = done_in(AGE_SECONDS, _last_good, _store_all_the_same(path, store))
            age = asked.result() if asked.done() and not asked.exception() else UNKNOWN_AGE
        if not done_in(SAYING_SECONDS, _print, f"{trace}{dated(f'sync: {error}{age}')}", sys.stderr).done():
            os._exit(error.exit_code)  # to flush what is still being said would wait for it
        raise typer.Exit(error.exit_code) from None


def _say(text: str) -> None:
    """What there is to say, on standard output.

    Raises:
        StoreError: it cannot be written there.
    """
    try:
        _print(text, sys.stdout)
    except OSError as error:
        raise StoreError(
            f"What was done is done, but standard output takes no word of it: {error.strerror}", "Make room there"
        ) from None


def _print(text: str, stream: TextIO | None) -> None:
    if stream is None:  # it was closed before the start
        return
    try:
        print(text, file=stream, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else the interpreter fails once more at its end
        raise


def _last_good(url: URL | None) -> str:
    """How old the last good mirror is."""
    if url is None:
        return ""
    try:
        snapshot = load_snapshot(url)
    except MirrorMissing:
        return ". There is no mirror yet"
    except MilestonesError:
        return UNKNOWN_AGE
    what = "the sample base" if snapshot.sample else snapshot.base
    age = ago(job.utc_now() - snapshot.read_began)
    return f". The last good mirror, of {what}, was read {age} ({snapshot.read_began:%Y-%m-%d %H:%M} UTC)"


if __name__ == "__main__":
    try:
        app()
    except SystemExit as end:  # as it always ends
        # All is said and closed; what the interpreter would take apart takes longer than many a command.
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with suppress(OSError):
                stream.flush()
        os._exit(int(end.code or 0))
