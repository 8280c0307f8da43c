"""The sample base: generations of API-shaped JSON that go through the same code as the real thing."""

import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sync.airtable import PAGE_SIZE, Record
from sync.mapping import Column, TablePlan

FOLDER = Path(__file__).parent / "sample"


class SampleBase:
    """One generation of the sample base. Made by scripts/make_sample.py; reading it costs no call."""

    @property
    def calls(self) -> int:
        """None: the sample is in files."""
        return 0

    def __init__(self, path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        self.base: str = content["base"]["id"]
        self.judged_on = date.fromisoformat(content["judged_on"])
        self._schema = content["schema"]
        self._records: dict[str, list[Record]] = content["records"]

    def schema(self) -> Any:
        """The schema, as Airtable answers for a base."""
        return self._schema

    def pages(self, plan: TablePlan, ids: Collection[str] | None = None) -> Iterator[list[Record]]:
        """A table's records, or these of them, in pages, with the mapped fields only."""
        fields = [column.field_id for column in plan.columns]
        records = [
            {**record, "fields": {key: record["fields"][key] for key in fields if key in record["fields"]}}
            for record in self._records[plan.table_id]
            if ids is None or record["id"] in ids
        ]
        for start in range(0, len(records), PAGE_SIZE):
            yield records[start : start + PAGE_SIZE]

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table, with these fields only."""
        columns = tuple(Column(field, "text", field, field, "singleLineText") for field in fields)
        return next(self.pages(TablePlan("projects", table, table, columns)), [])[:most]


def generations() -> list[Path]:
    """The generations' files, oldest first."""
    return sorted(FOLDER.glob("*.json"))
