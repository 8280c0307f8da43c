"""A stand-in for Airtable with as many records as asked for, in a process of its own: its cost is not the job's.

    python -m benchmarks.server --records '{"Projects": 1000, "Deliverables": 200}' --latency 0.2 --rate 5

It writes its address in one line, serves until its standard input ends, and then writes what it answered as JSON:
{"requests", "refused"}. Records are made page by page when they are asked for: none is held in memory.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from airtable_standin import MAX_PAGE, READER, TOKEN, Base, Json, Standin, invalid

BASE = "appBenchmark00001"
TABLES = ("Projects", "Project Deliverables", "Milestones", "Deliverables")
# A catalogue's names; the first two are what the shipped config.toml requires.
DELIVERABLES = ("MVP #1 Release-level Vision", "MMP Release-level Vision", *(f"Deliverable {n}" for n in range(48)))
STATUSES = ("Complete", "In Progress", "Not Started", "In Review", "Done")
PROJECT_TYPES = ("Website Project", "Mobile App Project", "Service Design Project", "Discovery Project")
SENTENCE = "Neighbours see what is on offer and sign up without a call, with a person to ask at each step. "


class ManyRecords(Standin):
    """Serves the sample base's schema with `records[name]` made-up records in the table of each name."""

    def __init__(self, records: Mapping[str, int], latency: float, rate: int | None) -> None:
        base = Base.from_file(max((ROOT / "sync" / "sample").glob("*.json")))
        base.id = BASE
        base.records = {table["id"]: [] for table in base.tables}
        tokens = {TOKEN: {*READER, "webhook:manage"}}
        super().__init__(base, rate=rate, latency=latency, tokens=tokens)
        self._numbers = {name: records.get(name, 0) for name in TABLES}

    def _list(self, table: Json, options: Json) -> Json:
        size = int(options.pop("pageSize", MAX_PAGE))
        begin = int(str(options.pop("offset", "itr/0")).rpartition("/")[2])
        by_id = str(options.pop("returnFieldsByFieldId", "")).lower() in ("1", "true")
        wanted = options.pop("fields", None)
        if options:
            raise invalid(f"not supported here: {sorted(options)}")
        shown = [field for field in table["fields"] if wanted is None or {field["id"], field["name"]} & {*wanted}]
        keys = {field["name"]: field["id"] if by_id else field["name"] for field in shown}
        last = self._numbers.get(table["name"], 0)
        end = min(begin + size, last)
        make = partial(_cells, table["name"], numbers=self._numbers)
        page = [
            {
                "id": _id(table["name"], number),
                "createdTime": "2026-01-12T09:00:00.000Z",
                "fields": {keys[name]: cell for name, cell in make(number).items() if name in keys},
            }
            for number in range(begin, end)
        ]
        return {"records": page} | ({"offset": f"itr00000000000001/{end}"} if end < last else {})


def _id(table: str, number: int) -> str:
    return f"rec{TABLES.index(table):02d}{number:012d}"


def _cells(table: str, number: int, numbers: Mapping[str, int]) -> dict[str, Any]:
    """The cells of a record, by field name: 8 of a project, 12 or 13 of a project deliverable, 5 of the others."""
    day = (date(2026, 1, 1) + timedelta(days=number % 300)).isoformat()
    time = f"{datetime(2026, 1, 1) + timedelta(minutes=number):%Y-%m-%dT%H:%M:00.000Z}"  # noqa: DTZ001 - as it says
    person = {"id": f"usr{number % 40:014d}", "email": f"p{number % 40}@example.org", "name": f"Person {number % 40}"}
    if table == "Projects":
        return {
            "Name": f"Project {number}",
            "Project Type": PROJECT_TYPES[number % len(PROJECT_TYPES)],
            "Phase": f"Phase {1 + number % 2}",
            "Status": "Project In Progress",
            "Product Manager": person,
            "Start Date": day,
            "End Date": day,
            "Last Discovery Round": day,
        }
    if table == "Project Deliverables":
        projects = max(1, numbers["Projects"])
        each = min(len(DELIVERABLES), -(-numbers[table] // projects))
        called, project = DELIVERABLES[number % each], number // each % projects
        address = f"https://docs.example.org/{number}"
        file = {"id": f"att{number:014d}", "url": address, "filename": "vision.pdf", "type": "application/pdf"}
        cells = {
            "Name": f"Project {project}: {called}",
            "Project": [_id("Projects", project)],
            "Deliverable": called,
            "Release": "MVP #1" if "MVP" in called else "MMP",
            "Status": STATUSES[number % len(STATUSES)],
            "Owner": person,
            "Due Date": day,
            "Link": address,
            "Vision Statement": f"{number}. {SENTENCE}",
            "Mission": f"{number}. {SENTENCE}{SENTENCE}",
            "Last Revised": day,
            "Last Modified": time,
        }
        return cells | ({"Files": [file | {"size": number}]} if number % 2 else {})
    if table == "Milestones":
        return {
            "Milestone Name": f"Milestone {number}",
            "Order": number,
            "Project Types": list(PROJECT_TYPES),
            "Deliverables": [_id("Deliverables", number)] if number < numbers["Deliverables"] else [],
            "Milestone Description": SENTENCE,
        }
    return {
        "Deliverable Name": DELIVERABLES[number] if number < len(DELIVERABLES) else f"Deliverable {number}",
        "Milestones": [_id("Milestones", number % max(1, numbers["Milestones"]))],
        "Deliverable Description": f"{number}. {SENTENCE}",
        "Steps to Produce Deliverable": f"{number}. {SENTENCE}{SENTENCE}",
        "Example Deliverable": f"https://docs.example.org/{number}",
    }


def main() -> None:
    """Serves until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=json.loads, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--rate", type=int, default=None)
    asked = parser.parse_args()
    with ManyRecords(asked.records, asked.latency, asked.rate) as server:
        print(server.url, flush=True)
        sys.stdin.read()
        print(json.dumps({"requests": len(server.requests), "refused": server.refused}), flush=True)


if __name__ == "__main__":
    main()
