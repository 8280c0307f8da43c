"""Has the rules look on while the mirror changes, and notes what that does to the verdicts.

`python -m sync` hands this to the job, which knows no rules itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, update
from sqlalchemy.engine import URL

import milestones
from milestones.history import changes
from milestones.verdicts import judge
from milestones.words import CELL
from settings import names
from settings.errors import MirrorMissing, MirrorOutdated, StoreError
from settings.models import Settings
from sync import layout
from sync.frames import parts, read, read_history
from sync.snapshot import Snapshot, read_snapshot

# The parts of config.toml that verdicts hang on.
RULES = {"tables", "project_types", "statuses", "project_statuses", "rules", "requirements"}
# Of these it is only asked whether they say something, and they make up much of a mirror. (Of a vision statement the
# words are counted.)
LONG_TEXTS = frozenset(
    {"files", "mission", "purpose", "target_audience", "value_proposition"}
    | {"description", "steps", "example", "template"}
)
# How many project deliverables are judged at a time, so that a run needs memory for these and not for all.
AT_A_TIME = 50_000


@contextmanager
def noted(settings: Settings, url: URL, base: str, connection: Connection, today: date) -> Iterator[None]:
    """Notes, within the change of the mirror, which verdicts change: by the rules, the passing of time or the data.

    Nothing is judged that cannot have changed: the history tells how the same rules judged the same data on the same
    day.
    """
    rules = fingerprint(settings)
    before = _before(connection, url, base)
    alike = _mapped_alike(before, settings) if before else {}
    before = before and _narrowed(before, alike)
    judged: dict[date, pd.DataFrame] = {}
    if before:
        days = [before.day] * (before.judged_by != rules) + [today] * (before.day != today)
        judged = dict(zip(days, verdict_states(connection, url, settings, before, *days), strict=True))
    yield
    after, recorded = read_snapshot(connection, url), read_history(connection, base)
    rejudged = judged.get(before.day) if before else None
    if rejudged is None:
        rejudged = recorded.drop_duplicates(CELL, keep="last")
    now = aged = judged.get(today, rejudged)
    if before is None or before.version != after.version:
        now = verdict_states(connection, url, settings, after, today)[0]
    then = now  # without what was not mapped before
    if before and (seen := _narrowed(after, alike)) != after:
        then = verdict_states(connection, url, settings, seen, today)[0]
    changed = changes(recorded, rejudged, aged, then, now, today)
    # A sample mirror that is made anew plays all its generations again.
    if after.sample and len(recorded) and pd.Timestamp(today) < recorded["changed_on"].max():
        changed = changed.iloc[:0]
    _record(connection, base, changed, rules)


def fingerprint(settings: Settings) -> str:
    """Of the rules: of what config.toml says of them, and of this program's own."""
    told = blake2b(digest_size=16)
    told.update(json.dumps(settings.model_dump(include=RULES), sort_keys=True, default=sorted).encode())
    for path in (*sorted(Path(str(milestones.__file__)).parent.glob("*.py")), Path(names.__file__)):
        told.update(path.read_bytes())
    return told.hexdigest()


def _before(connection: Connection, url: URL, base: str) -> Snapshot | None:
    """The mirror as it was, if it is one of this base to compare with."""
    try:
        before = read_snapshot(connection, url)
    except (MirrorMissing, MirrorOutdated, StoreError):
        return None
    return before if before.base == base else None


def _mapped_alike(before: Snapshot, settings: Settings) -> dict[str, set[str]]:
    """The tables that config.toml maps as it did before, by the same words or by their ids or names, and which fields
    of each."""

    def same(past: dict[str, Any], told: str | None) -> bool:
        return told is not None and told in (past.get("wanted"), past.get("id"), past.get("name"))

    found = {}
    for name, told in settings.tables.items():
        past = before.tables.get(name, {})
        if same(past, told.table):
            found[str(name)] = {key for key, item in past["fields"].items() if same(item, told.fields.get(key))}
    return found


def _narrowed(snapshot: Snapshot, mapped: dict[str, set[str]]) -> Snapshot:
    """The snapshot as if it mapped these tables and fields only."""
    tables = {
        name: table | {"fields": {key: item for key, item in table["fields"].items() if key in mapped[name]}}
        for name, table in snapshot.tables.items()
        if name in mapped
    }
    return replace(snapshot, tables=tables)


def verdict_states(
    connection: Connection, url: URL, settings: Settings, snapshot: Snapshot, *days: date
) -> list[pd.DataFrame]:
    """How each verdict stands on each day: `project_id`, `requirement`, `audience`, `state` (str).

    A mirror without projects has none, and is not read for them.
    """
    if not days or "projects" not in snapshot.tables:
        return [pd.DataFrame(columns=[*CELL, "state"], dtype="str") for _ in days]
    found: dict[date, list[pd.DataFrame]] = {day: [] for day in days}
    pieces = parts(connection, AT_A_TIME)
    somewhere = {project_id for piece in pieces for project_id in piece}
    for piece in pieces if len(pieces) > 1 else [None]:
        frames = read(connection, url, snapshot=snapshot, shortened=LONG_TEXTS, part=piece)
        for day, verdicts in found.items():
            judged = judge(frames, settings, day).verdicts[[*CELL, "state"]]
            if piece is not None:
                mine = judged["project_id"].isin(piece)
                if piece is pieces[-1]:  # and those of which there is no record
                    mine |= ~judged["project_id"].isin(somewhere)
                judged = judged[mine]
            verdicts.append(judged)
    return [pd.concat(found[day], ignore_index=True) for day in days]


def _record(connection: Connection, base: str, changes: pd.DataFrame, judged_by: str) -> None:
    """Notes changes of verdicts, a row each with the columns of `layout.HISTORY_COLUMNS`; the mirror changes by them.

    Args:
        judged_by: the fingerprint of the rules that were asked.
    """
    if len(changes):
        rows = [{str(key): value for key, value in row.items()} for row in changes.assign(base=base).to_dict("records")]
        connection.execute(insert(layout.history), rows)
    version = layout.snapshot.c.version + (1 if len(changes) else 0)
    connection.execute(update(layout.snapshot).values(version=version, judged_by=judged_by))
