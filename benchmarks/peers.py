"""What other tools do with the same base, each to be run as a process of its own by `benchmarks.sync`.

    python peers.py pyairtable URL       reads the tables one after the other into DataFrames
    python peers.py airtable-export URL  its command line, into SQLite; its address is fixed, so it is patched here
    python peers.py dlt URL              the same read as a dlt pipeline into DuckDB

The last two need `pip install airtable-export dlt duckdb pyairtable` in an environment of their own.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

TABLES = ("Projects", "Project Deliverables", "Milestones", "Deliverables")
# The fields that the shipped config.toml maps, so that all read the same cells.
FIELDS = {
    "Projects": "Name|Project Type|Phase|Status|Product Manager|Start Date|End Date|Last Discovery Round",
    "Project Deliverables": "Name|Project|Deliverable|Release|Audience|Status|Owner|Due Date|Link|Files"
    "|Vision Statement|Mission|Waiver Reason|Waived By|Waived Until|Last Revised|Last Modified",
    "Milestones": "Milestone Name|Order|Project Types|Deliverables|Milestone Description",
    "Deliverables": "Deliverable Name|Milestones|Deliverable Description|Steps to Produce Deliverable"
    "|Example Deliverable|Figma Template for the Workshop (from Workshops)",
}


def _pages(url: str, base: str, name: str) -> Iterator[list[Any]]:
    from pyairtable import Api

    table = Api(os.environ["AIRTABLE_TOKEN"], endpoint_url=url).table(base, name)
    yield from table.iterate(page_size=100, fields=FIELDS[name].split("|"))


def read_with_pyairtable(url: str, base: str) -> None:
    """Bare: no schema, no store, no retries of its own."""
    import pandas as pd

    frames = {}
    for name in TABLES:
        records = [record for page in _pages(url, base, name) for record in page]
        rows = [{"id": item["id"], "createdTime": item["createdTime"], **item["fields"]} for item in records]
        frames[name] = pd.DataFrame(rows)
    print(sum(map(len, frames.values())))


def export_with_airtable_export(url: str, base: str) -> None:
    """Every field, for it knows no choice of them."""
    httpx = import_module("httpx")
    cli = import_module("airtable_export.cli")
    real = httpx.get

    def get(address: str, **options: Any) -> Any:
        return real(str(address).replace("https://api.airtable.com", url), **options)

    vars(httpx)["get"] = get
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "out.db")
        key = os.environ["AIRTABLE_TOKEN"]
        cli.cli.main([folder, base, *TABLES, "--key", key, "--sqlite", database], standalone_mode=False)


def load_with_dlt(url: str, base: str) -> None:
    """A resource per table, replaced, with dlt's defaults."""
    dlt = import_module("dlt")
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            pipeline_name="bench",
            pipelines_dir=folder,
            destination=dlt.destinations.duckdb(str(Path(folder) / "out.duckdb")),
            dataset_name="mirror",
        )
        resources = [
            dlt.resource(_pages(url, base, name), name=name, primary_key="id", write_disposition="replace")
            for name in TABLES
        ]
        pipeline.run(resources)
        for table in pipeline.last_trace.last_normalize_info.row_counts.items():
            print(*table)


PEERS = {
    "pyairtable": read_with_pyairtable,
    "airtable-export": export_with_airtable_export,
    "dlt": load_with_dlt,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], sys.argv[3])
