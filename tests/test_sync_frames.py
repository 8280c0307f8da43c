"""The frames equal the base: read by the job as a process, and apart from it by a reader that shares no code."""

import json
import tomllib

import pytest
from airtable_standin import Base, Standin
from conftest import BASE, Config, Sync
from independent_reader import Reader, assert_documented_shape, assert_equal_to_base
from sqlalchemy.engine import make_url

from settings.errors import MirrorMissing
from sync.frames import load
from sync.snapshot import load_snapshot


def test_every_mapped_cell_of_every_table_equals_an_independent_reading(
    standin: Standin, write_config: Config, sync: Sync, store: str
) -> None:
    config = write_config()
    run = sync("run", "--config", config, "--store", store)
    assert (run.returncode, run.stderr) == (0, "")
    frames = load(make_url(store))
    assert_documented_shape(frames)
    assert assert_equal_to_base(frames, Reader(standin, config)) > 2000
    assert frames.faults.empty
    assert not frames.links["project_deliverables.project"].empty


def test_a_field_without_any_value_and_a_table_without_records_keep_columns_and_dtypes(
    standin: Standin, base: Base, write_config: Config, sync: Sync, store: str
) -> None:
    base.records[base.table("Milestones")["id"]].clear()
    base.records[base.table("Project Deliverables")["id"]].clear()
    for name in ("Phase", "End Date", "Product Manager"):
        for record in base.records[base.table("Projects")["id"]]:
            record["fields"].pop(base.field("Projects", name)["id"], None)
    for record in base.records[base.table("Deliverables")["id"]]:
        record["fields"].pop(base.field("Deliverables", "Milestones")["id"], None)
    config = write_config()
    run = sync("run", "--config", config, "--store", store)
    assert (run.returncode, run.stderr) == (0, "")
    frames = load(make_url(store))
    assert_documented_shape(frames)
    assert_equal_to_base(frames, Reader(standin, config))
    assert len(frames.projects) > 0 and frames.projects[["phase", "end", "product_manager"]].isna().all(axis=None)
    assert len(frames.milestones) == len(frames.project_deliverables) == 0
    assert frames.links["catalogue.milestones"].empty and frames.links["project_deliverables.project"].empty


def test_a_base_without_tables_for_some_canonical_tables_gives_them_empty_and_unmapped(
    standin: Standin, write_config: Config, sync: Sync, sqlite: str
) -> None:
    config = write_config(tables__projects=None, tables__project_deliverables=None)
    assert sync("run", "--config", config, "--store", sqlite).returncode == 0
    frames = load(make_url(sqlite))
    assert_documented_shape(frames)
    assert frames.projects.empty and frames.snapshot.mapped("projects") == frozenset()
    assert frames.snapshot.mapped("catalogue") == set(
        tomllib.loads(config.read_text())["tables"]["catalogue"]["fields"]
    )


def test_only_mapped_tables_and_fields_are_asked_for_and_by_field_id(
    standin: Standin, base: Base, write_config: Config, sync: Sync, sqlite: str
) -> None:
    config = write_config()
    reader = Reader(standin, config)
    standin.requests.clear()
    assert sync("run", "--config", config, "--store", sqlite).returncode == 0
    asked: dict[str, set[str]] = {}
    for request in standin.requests[1:]:
        query = json.loads(request.body)
        asked.setdefault(request.resource, set()).update(query["fields"])
        assert query["returnFieldsByFieldId"] is True
    assert asked == {
        reader.schema[table["table"]]["id"]: {field["id"] for field in reader.fields(name).values()}
        for name, table in reader.mapping.items()
    }


def test_the_snapshot_says_which_base_it_is_and_links_to_its_records(
    standin: Standin, base: Base, write_config: Config, sync: Sync, sqlite: str
) -> None:
    assert sync("run", "--config", write_config(), "--store", sqlite).returncode == 0
    frames = load(make_url(sqlite))
    table = base.table("Projects")["id"]
    assert (frames.snapshot.base, frames.snapshot.sample, frames.snapshot.judged_on) == (BASE, False, None)
    assert frames.snapshot.read_began <= frames.snapshot.read_ended
    row = frames.projects.iloc[0]
    assert row["record_url"] == f"https://airtable.com/{BASE}/{table}/{row['record_id']}"


def test_a_store_without_a_mirror_says_how_to_make_one(store: str) -> None:
    with pytest.raises(MirrorMissing, match="python -m sync run"):
        load_snapshot(make_url(store))
