"""A reader of the stand-in that shares no code with the job, and the comparison of what both have read."""

import json
import tomllib
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from airtable_standin import TOKEN, Standin
from sqlalchemy import NullPool, create_engine, text

from sync.frames import Frames

# The documented kinds of the canonical fields, written down once more.
DATES = {"start", "end", "last_discovery", "phase_start", "due", "waiver_until", "revised"}
TIMES = {"modified"}
NUMBERS = {"order"}
LISTS = {"audiences", "files", "project_types"}
REFERENCES = {
    "projects": "project",
    "catalogue": "deliverable deliverables",
    "milestones": "milestone milestones before after",
}
LINKABLE = {name for names in REFERENCES.values() for name in names.split()}

Cells = dict[str, dict[str, Any]]


class Reader:
    """A dumb reader of a base: urllib, page by page, everything."""

    def __init__(self, server: Standin, config: Path) -> None:
        self.url, self.base = server.url, server.base.id
        self.mapping = tomllib.loads(config.read_text())["tables"]
        tables = self.get(f"meta/bases/{self.base}/tables")["tables"]
        self.schema = {table[key]: table for table in tables for key in ("id", "name")}

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}/v0/{path}", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def records(self, table: str) -> dict[str, dict[str, Any]]:
        """Every record of a canonical table by its id."""
        path = f"{self.base}/{self.schema[self.mapping[table]['table']]['id']}?pageSize=100&returnFieldsByFieldId=true"
        found: dict[str, dict[str, Any]] = {}
        offset = ""
        while True:
            page = self.get(path + offset)
            found |= {record["id"]: record for record in page["records"]}
            if "offset" not in page:
                return found
            offset = f"&offset={page['offset']}"

    def fields(self, table: str) -> dict[str, dict[str, Any]]:
        """Each mapped canonical field's schema."""
        fields = self.schema[self.mapping[table]["table"]]["fields"]
        known = {field[key]: field for field in fields for key in ("id", "name")}
        return {canonical: known[name] for canonical, name in self.mapping[table]["fields"].items()}


def moment(text: str) -> datetime:
    """2026-05-08T13:42:23.000Z without its zone."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def expected(canonical: str, cell: Any) -> Any:
    """A cell of the sample base as the frames must show it."""
    if cell is None:
        return None
    if canonical in LISTS:
        kept = ("id", "filename", "type", "size")
        return [{key: item[key] for key in kept} if isinstance(item, dict) else item for item in cell]
    if isinstance(cell, list):
        cell = ", ".join(str(item) for item in cell if item is not None)
    if canonical in DATES:
        return datetime.fromisoformat(cell)
    if canonical in TIMES:
        return moment(cell)
    if canonical in NUMBERS:
        return float(cell)
    return (cell["name"] if isinstance(cell, dict) else cell).strip() or None


def shown(canonical: str, value: Any) -> Any:
    """A frame's cell in plain Python."""
    if pd.isna(value):
        return None
    if canonical in LISTS:
        return json.loads(value)
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def dtype(canonical: str) -> str:
    if canonical in DATES | TIMES or canonical == "created_time":
        return "datetime64[us]"
    return "Float64" if canonical in NUMBERS else "str"


def assert_equal_to_base(frames: Frames, reader: Reader) -> int:
    """Every record and every mapped cell, links included; the number of cells that had a value."""
    compared = 0
    for table in reader.mapping:
        frame, records = getattr(frames, table), reader.records(table)
        assert list(frame["record_id"]) == sorted(records)
        rows = frame.set_index("record_id")
        for record_id, record in records.items():
            created = moment(record["createdTime"])
            assert rows.loc[record_id, "created_time"] == created
        for canonical, field in reader.fields(table).items():
            cells = {record_id: record["fields"].get(field["id"]) for record_id, record in records.items()}
            if canonical in LINKABLE and field["type"] == "multipleRecordLinks":
                wanted = [
                    (record_id, linked, position)
                    for record_id in sorted(cells)
                    for position, linked in enumerate(cells[record_id] or [])
                ]
                links = frames.links[f"{table}.{canonical}"]
                assert list(links.itertuples(index=False, name=None)) == wanted, canonical
                assert rows[canonical].isna().all()
                compared += len(wanted)
                continue
            for record_id, cell in cells.items():
                value = shown(canonical, rows.loc[record_id, canonical])
                assert value == expected(canonical, cell), (table, canonical, record_id)
                compared += value is not None
    return compared


def assert_tables_equal_base(store: str, reader: Reader) -> None:
    """The same of the mirror's SQL tables, as any other program would read them: much quicker than frames."""
    engine = create_engine(store, poolclass=NullPool)
    with engine.connect() as connection:
        links = set(
            map(tuple, connection.execute(text("SELECT table_name, field, record_id, position, linked_id FROM links")))
        )
        mirrored = {
            table: {row["record_id"]: row for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()}
            for table in reader.mapping
        }
    wanted = set()
    for table, rows in mirrored.items():
        records = reader.records(table)
        assert rows.keys() == records.keys(), table
        for record_id, record in records.items():
            assert datetime.fromisoformat(str(rows[record_id]["created_time"])) == moment(record["createdTime"])
        for canonical, field in reader.fields(table).items():
            for record_id, record in records.items():
                cell, value = record["fields"].get(field["id"]), rows[record_id][canonical]
                if canonical in LINKABLE and field["type"] == "multipleRecordLinks":
                    assert value is None
                    wanted |= {
                        (table, canonical, record_id, position, linked) for position, linked in enumerate(cell or [])
                    }
                else:
                    assert plain(canonical, value) == expected(canonical, cell), (table, canonical, record_id)
    assert links == wanted


def plain(canonical: str, value: Any) -> Any:
    """A database's value as `expected` gives it; SQLite keeps days and times as text."""
    if value is not None and canonical in DATES | TIMES:
        return datetime.fromisoformat(str(value))
    return json.loads(value) if value is not None and canonical in LISTS else value


def assert_documented_shape(frames: Frames) -> None:
    for table in ("projects", "project_deliverables", "milestones", "catalogue"):
        frame = getattr(frames, table)
        assert list(frame.columns[:3]) == ["record_id", "created_time", "record_url"]
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == {name: dtype(name) for name in frame}
        assert list(frame.index) == list(range(len(frame)))
    for links in frames.links.values():
        assert {name: str(kind) for name, kind in links.dtypes.items()} == {
            "record_id": "str",
            "linked_id": "str",
            "position": "int64",
        }
