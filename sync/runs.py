"""A run as it is carried out: which base, or which generations of the sample; and the note of what became of it."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, datetime
from functools import reduce
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from settings.errors import MilestonesError, SettingsError, Stopped, TryAgain, unforeseen
from settings.load import airtable_token
from settings.models import Settings
from sync import job
from sync.airtable import AirtableBase, Source
from sync.engine import open_store, store_errors
from sync.lock import one_writer
from sync.log import dated
from sync.notes import note_failure, record_run
from sync.reading import Progress as Told
from sync.sample_base import SampleBase, generations
from sync.snapshot import Snapshot, load_snapshot
from sync.summary import Summary, line


def mirror(settings: Settings, path: Path, url: URL, allowed: dict[str, bool], verbose: bool, quiet: bool) -> Summary:
    """Mirrors the configured base; of the sample, every generation that is newer than the mirror, in order."""

    def step(text: str) -> None:
        if verbose:
            with suppress(OSError):  # no run fails for what is said of it
                print(dated(f"sync: {text}"), file=sys.stderr, flush=True)

    engine, source = open_store(url, create=True), None
    base = settings.airtable.base or SampleBase(generations()[-1]).base
    with store_errors(url), one_writer(engine), _progress(quiet) as progress:
        # The rules and pandas are loaded while the first pages are on their way.
        noted = ThreadPoolExecutor(1).submit(_noted)

        def watch(connection: Connection, today: date) -> AbstractContextManager[None]:
            return noted.result()(settings, url, base, connection, today)

        began, summaries = job.utc_now(), []
        try:
            for source, judged_on in _sources(settings, path, url):
                with store_errors(url):
                    summary = job.run(
                        settings,
                        source,
                        engine,
                        judged_on=judged_on,
                        **allowed,
                        progress=progress,
                        step=step,
                        watch=watch,
                    )
                summaries.append(summary)
        except (Exception, Stopped) as fault:
            error = told(fault)
            calls = source.calls if source else 0
            note_failure(engine, _run_values(base, began, error.exit_code, str(error), calls))
            raise
        total = reduce(Summary.followed_by, summaries)
        record_run(engine, _run_values(total.base, began, 0, line(total), total.calls, total))
    return total


def _noted() -> Callable[[Settings, URL, str, Connection, date], AbstractContextManager[None]]:
    from sync.history import noted

    return noted


def told(fault: Exception | Stopped) -> MilestonesError:
    """A fault in words for people."""
    if isinstance(fault, Stopped):
        return TryAgain(f"The job was stopped ({fault})", "Run again")
    return fault if isinstance(fault, MilestonesError) else unforeseen(fault)


def real_base(settings: Settings, path: Path) -> AirtableBase:
    """The configured base.

    Raises:
        SettingsError: it is the sample base.
        TokenError: there is no token.
    """
    if settings.airtable.base is None:
        raise SettingsError("The sample base has no webhook", "Name your base in config.toml")
    return AirtableBase(settings.airtable.base, airtable_token(path), settings.airtable)


def _sources(settings: Settings, path: Path, url: URL) -> Iterator[tuple[Source, date | None]]:
    if settings.airtable.base is not None:
        yield real_base(settings, path), None
        return
    samples = [SampleBase(file) for file in generations()]
    mirrored = snapshot_of(url, samples[-1].base)
    for sample in samples:
        if sample is samples[-1] or mirrored is None or sample.judged_on > mirrored.day:
            yield sample, sample.judged_on


def snapshot_of(url: URL, base: str) -> Snapshot | None:
    """What the mirror says of itself, if it is one of this base."""
    try:
        snapshot = load_snapshot(url)
    except MilestonesError:
        return None
    return snapshot if snapshot.base == base else None


@contextmanager
def _progress(quiet: bool) -> Iterator[Told]:
    """A line per table with its count of records, on a terminal; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda table, records: None
        return
    from sync import terminal

    with terminal.progress() as told:
        yield told


def _run_values(
    base: str, began: datetime, exit_code: int, message: str, calls: int, summary: Summary | None = None
) -> dict[str, object]:
    return {
        "base": base,
        "began": began,
        "ended": job.utc_now(),
        "exit_code": exit_code,
        "how": summary.how if summary else "",
        "message": message,
        "calls": calls,
        "records": summary.as_json()["tables"] if summary else {},
    }
