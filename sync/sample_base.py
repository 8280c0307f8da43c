"""The sample base: generations of API-shaped JSON that go through the same code as the real thing."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sync.airtable import PAGE_SIZE, Record

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

    def pages(self, table_id: str, field_ids: list[str]) -> Iterator[list[Record]]:
        """A table's records in pages, with these fields only."""
        records = [
            {**record, "fields": {key: record["fields"][key] for key in field_ids if key in record["fields"]}}
            for record in self._records[table_id]
        ]
        for start in range(0, len(records), PAGE_SIZE):
            yield records[start : start + PAGE_SIZE]

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table, with these fields only."""
        return next(self.pages(table, fields), [])[:most]


def generations() -> list[Path]:
    """The generations' files, oldest first."""
    return sorted(FOLDER.glob("*.json"))
