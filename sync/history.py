"""Has the rules look on while the mirror changes, and notes what that does to the verdicts.

`python -m sync` hands this to the job, which knows no rules itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import blake2b
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, insert, update
from sqlalchemy.engine import URL

import milestones
from milestones.history import changes
from milestones.verdicts import judge
from milestones.words import CELL
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
    changed = changes(recorded, rejudged, aged, now, today)
    # A sample mirror that is made anew plays all its generations again.
    if after.sample and len(recorded) and pd.Timestamp(today) < recorded["changed_on"].max():
        changed = changed.iloc[:0]
    _record(connection, base, changed, rules)


def fingerprint(settings: Settings) -> str:
    """Of the rules: of what config.toml says of them, and of this program's own."""
    told = blake2b(digest_size=16)
    told.update(json.dumps(settings.model_dump(include=RULES), sort_keys=True, default=sorted).encode())
    for path in sorted(Path(str(milestones.__file__)).parent.glob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()


def _before(connection: Connection, url: URL, base: str) -> Snapshot | None:
    """The mirror as it was, if it is one of this base to compare with."""
    try:
        before = read_snapshot(connection, url)
    except (MirrorMissing, MirrorOutdated, StoreError):
        return None
    return before if before.base == base else None


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
        frames = read(connection, url, shortened=LONG_TEXTS, part=piece)
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
