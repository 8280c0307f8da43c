"""Makes `sync.frames.Frames` and `Settings` by hand, so that an edge case of the rules is a few lines.

A row is a dict of its cells by canonical field; what is left out is missing. A reference cell is a list of record ids
(a link) or text. Unless told otherwise every field is mapped.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import pandas as pd

from milestones.verdicts import Judgement, judge
from settings.fields import FIELDS
from settings.models import Settings
from sync.frames import DTYPES, Frames
from sync.snapshot import Snapshot

Row = dict[str, Any]

AS_OF = date(2026, 10, 5)
MOMENT = datetime.fromisoformat("2026-10-05T06:00")
BASE = "appRulesBase00001"
REQUIREMENT: Row = {"id": "vision", "milestone": "Vision", "deliverable": "Vision"}
# Two requirements as config.toml ships them, without what else they ask for.
MVP: Row = {
    "id": "mvp",
    "milestone": "Vision",
    "deliverable": "MVP #1 Release-level Vision",
    "aliases": ["MVP # 1 Release-level Vision", "MVP Release-level Vision"],
    "release": "MVP #1",
}
MMP: Row = {"id": "mmp", "milestone": "Vision", "deliverable": "MMP Release-level Vision", "release": "MMP"}
STATUSES = {
    "not_started": ["Not Started", "To Do", ""],
    "in_progress": ["In Progress", "Doing"],
    "in_review": ["In Review"],
    "complete": ["Complete", "Done"],
    "waived": ["Waived", "N/A"],
}
TYPES = {"Web": ["Website Project", "website_design"], "Service Design": ["Service Design Project"], "Discovery": []}
TABLES = {
    "projects": {"table": "Projects", "fields": {"name": "Name"}},
    "project_deliverables": {"table": "Handed in", "fields": {"project": "Project", "deliverable": "Deliverable"}},
}


def settings(*requirements: Row, **sections: Any) -> Settings:
    """Settings with these requirements, else with one for `Vision`; sections replace those above."""
    asked = [REQUIREMENT | item for item in requirements or ({},)]
    given = {"tables": TABLES, "statuses": STATUSES, "project_types": TYPES, "requirements": asked}
    return Settings.model_validate(given | sections)


def project(**cells: Any) -> Row:
    """A project of the type Web, named "Riverbend"."""
    return {"record_id": "recProject", "name": "Riverbend", "type": "Website Project", **cells}


def record(**cells: Any) -> Row:
    """A project deliverable of `project()` that is complete."""
    return {"record_id": "recA", "project": ["recProject"], "deliverable": "Vision", "status": "Complete", **cells}


def base(
    projects: Iterable[Row] = (),
    records: Iterable[Row] = (),
    *,
    milestones: Iterable[Row] = (),
    catalogue: Iterable[Row] = (),
    faults: Iterable[tuple[str, str, str]] = (),
    history: Iterable[tuple[str, str, str, str, str]] = (),
    unmapped: Collection[str] = (),
    sample: bool = False,
) -> Frames:
    """A mirror.

    Args:
        faults: table, record id and field of each cell that could not be read.
        history: day, project id, requirement, audience and state of each change.
        unmapped: tables ("catalogue") and fields ("projects.phase") that config.toml leaves out.
    """
    given = {
        "projects": list(projects),
        "project_deliverables": list(records),
        "milestones": list(milestones),
        "catalogue": list(catalogue),
    }
    tables = {
        name: {
            "id": f"tbl{name}",
            "name": name,
            "fields": {key: {} for key in fields if f"{name}.{key}" not in unmapped},
        }
        for name, fields in FIELDS.items()
        if name not in unmapped
    }
    snapshot = Snapshot(BASE, sample, AS_OF if sample else None, 1, MOMENT, MOMENT, tables)
    return Frames(
        snapshot=snapshot,
        links={
            f"{name}.{key}": _links(given[name], key) if given[name] else NO_LINKS
            for name, fields in FIELDS.items()
            for key, kind in fields.items()
            if kind.startswith("reference")
        },
        faults=_text([(*fault, "unreadable") for fault in faults], "table_name record_id field fault"),
        history=_text(
            [(*change[:4], "", change[4], "data") for change in history],
            "changed_on project_id requirement audience from_state state cause",
        ).astype({"changed_on": "datetime64[us]"}),
        **{name: _table(snapshot, name, rows) if rows else _empty(name) for name, rows in given.items()},
    )


def _text(rows: list[tuple[str, ...]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(), dtype="str")


def _table(snapshot: Snapshot, name: str, rows: list[Row]) -> pd.DataFrame:
    rows = sorted(rows, key=lambda row: str(row["record_id"]))
    unknown = {key for row in rows for key in row} - {"record_id", *FIELDS[name]}
    assert not unknown, f"{name} has no {unknown}"
    assert len({row["record_id"] for row in rows}) == len(rows), f"{name} has a record id twice"
    ids = [row["record_id"] for row in rows]
    columns = {
        "record_id": pd.Series(ids, dtype="str"),
        "created_time": pd.Series([datetime.fromisoformat("2026-01-05T09:00")] * len(rows), dtype="datetime64[us]"),
        "record_url": pd.Series([snapshot.record_url(name, one) for one in ids], dtype="str"),
    }
    for key, kind in FIELDS[name].items():
        values = [row.get(key) for row in rows]
        if kind == "list":
            values = [json.dumps(value) if isinstance(value, list) else value for value in values]
        elif kind.startswith("reference"):
            values = [None if isinstance(value, list) else value for value in values]
        columns[key] = pd.Series(values, dtype="object").astype(DTYPES[kind.partition(":")[0]])
    return pd.DataFrame(columns)


@cache
def _empty(name: str) -> pd.DataFrame:
    snapshot = Snapshot(BASE, True, AS_OF, 1, MOMENT, MOMENT, {})
    return _table(snapshot, name, [])


def _links(rows: list[Row], key: str) -> pd.DataFrame:
    found = [
        (row["record_id"], linked, position)
        for row in sorted(rows, key=lambda row: str(row["record_id"]))
        for position, linked in enumerate(row[key] if isinstance(row.get(key), list) else [])
    ]
    frame = pd.DataFrame(found, columns=["record_id", "linked_id", "position"])
    return frame.astype({"record_id": "str", "linked_id": "str", "position": "int64"})


def verdict(
    *records: Row, asks: Row | None = None, of: Row | None = None, on: date = AS_OF, **more: Any
) -> dict[str, Any]:
    """The only verdict on one project, as a dict without what is missing.

    Args:
        asks: what the requirement asks for beside `REQUIREMENT`.
        of: the project, else `project()`.
        more: `sections` of the settings; the rest goes to `base`.
    """
    sections = more.pop("sections", {})
    made = judge(base([of or project()], records, **more), settings(asks or {}, **sections), on).verdicts
    assert len(made) == 1, made
    return present(made.iloc[0])


def present(row: "pd.Series[Any]") -> dict[str, Any]:
    """A row's cells without the missing ones; days as text."""
    cells = {str(key): value for key, value in row.items() if not pd.isna(value)}
    return {key: f"{value:%Y-%m-%d}" if isinstance(value, datetime) else value for key, value in cells.items()}


def states(judgement: Judgement, *columns: str) -> list[tuple[str, ...]]:
    """These columns of the verdicts, row by row."""
    frame = judgement.verdicts[list(columns)].astype("object")
    return [tuple(row) for row in frame.where(frame.notna(), "").itertuples(index=False)]


def pairs(judgement: Judgement, key: str, value: str) -> dict[str, str]:
    """One column of the verdicts by another."""
    return {row[0]: row[1] for row in states(judgement, key, value)}


def reasons(judgement: Judgement) -> dict[str, str]:
    """The reason of each unplaced record."""
    return dict(zip(judgement.unplaced["record_id"], judgement.unplaced["reason"], strict=True))


NO_LINKS = _links([], "")
