"""The sample base: what it holds, and that the real code finds in it what its makers meant.

sample_truth.csv and sample_unplaced.csv come from the scenarios in scripts/sample_projects.py, not from the rules.
"""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from milestones.catalogue import catalogue
from milestones.verdicts import Judgement, judge
from milestones.words import FLAGS, STATES
from settings.load import load_settings
from sync.engine import open_store
from sync.frames import Frames, load
from sync.history import noted
from sync.job import run
from sync.sample_base import SampleBase, generations

ROOT = Path(__file__).parent.parent
SETTINGS = load_settings(ROOT / "config.toml")
DAYS = [path.stem for path in generations()]
TRUTH = ROOT / "tests" / "sample_truth.csv"
UNPLACED = ROOT / "tests" / "sample_unplaced.csv"
Mirrored = dict[str, tuple[Frames, Judgement]]


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Mirrored:
    """Every generation, mirrored over the one before and judged on its day."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('sample')}/mirror.db")
    found = {}
    for path in generations():
        source = SampleBase(path)
        watch = partial(noted, SETTINGS, url, source.base)
        run(SETTINGS, source, open_store(url, create=True), judged_on=source.judged_on, watch=watch)
        frames = load(url)
        assert frames.snapshot.judged_on == source.judged_on
        found[path.stem] = frames, judge(frames, SETTINGS, source.judged_on)
    return found


def truth(path: Path, day: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row.pop("judged_on") == day]


def with_flags(row: dict[str, str]) -> dict[str, str]:
    return {**row, "flags": ";".join(sorted(row["flags"].split(";")))}


def by_cell(row: dict[str, str]) -> tuple[str, ...]:
    return row["project_id"], row["requirement"], row["audience"]


def test_the_truth_is_about_every_generation() -> None:
    for path in (TRUTH, UNPLACED):
        with path.open(encoding="utf-8", newline="") as file:
            assert sorted({row["judged_on"] for row in csv.DictReader(file)}) == DAYS
    assert len(DAYS) == 5


@pytest.mark.parametrize("day", DAYS)
def test_every_verdict_is_the_truth(mirrored: Mirrored, day: str) -> None:
    expected = [with_flags(row) for row in truth(TRUTH, day)]
    verdicts = mirrored[day][1].verdicts[list(expected[0])].copy()
    verdicts["due"] = verdicts["due"].dt.strftime("%Y-%m-%d")
    rows = verdicts.fillna("").astype("str").itertuples(index=False)
    found = [with_flags(dict(zip(expected[0], row, strict=True))) for row in rows]
    assert sorted(found, key=by_cell) == sorted(expected, key=by_cell)


@pytest.mark.parametrize("day", DAYS)
def test_every_unplaced_record_is_the_truth(mirrored: Mirrored, day: str) -> None:
    unplaced = mirrored[day][1].unplaced
    found = unplaced[["record_id", "reason"]].to_dict("records")
    assert found == sorted(truth(UNPLACED, day), key=lambda row: row["record_id"])
    assert set(unplaced["table"]) == {"project_deliverables"}
    assert unplaced["detail"].str.endswith(".").all()


@pytest.mark.parametrize("day", DAYS)
def test_the_counts_add_up(mirrored: Mirrored, day: str) -> None:
    frames, judgement = mirrored[day]
    verdicts = judgement.verdicts
    assert set(verdicts["project_id"]) == set(frames.projects["record_id"])
    deciding, unplaced = verdicts["record_id"].dropna(), judgement.unplaced["record_id"]
    assert sorted([*deciding, *unplaced]) == sorted(frames.project_deliverables["record_id"])
    assert not verdicts.duplicated(["project_id", "requirement", "audience"]).any()
    assert verdicts["record_url"].isna().all(), "sample records are in no Airtable"


def test_every_state_flag_and_reason_occurs(mirrored: Mirrored) -> None:
    found: Counter[str] = Counter()
    for _, judgement in mirrored.values():
        found.update(judgement.verdicts["state"])
        found.update(flag for flags in judgement.verdicts["flags"] for flag in flags.split(";") if flag)
        found.update(judgement.unplaced["reason"])
    reasons = {"no_requirement", "release_disagrees", "no_project", "several_projects", "duplicate"}
    assert set(found) == {*STATES, *FLAGS, *reasons}


def test_two_projects_have_a_type_that_nobody_mapped(mirrored: Mirrored) -> None:
    verdicts = mirrored[DAYS[-1]][1].verdicts
    unknown = verdicts[verdicts["project_type"] == "unknown"]
    assert sorted(set(unknown["project"])) == [
        "Commons Toolkit for Mutual Aid - Phase 1 -",
        "Northside Tenants Union - Phase 1 - Website",
    ]
    assert set(unknown["state"]) == {"complete", "missing"}, "asked of all types, so judged all the same"


def test_there_are_about_sixty_projects(mirrored: Mirrored) -> None:
    assert 55 <= len(mirrored[DAYS[-1]][0].projects) <= 65


# The base's own catalogue (shared facts: 15 milestones, 118 deliverables, 127 links)

FIVE = {
    "Website Project",
    "Web Application Project",
    "Discovery Project",
    "Service Design Project",
    "Mobile App Project",
}
BUILT = {"Website Project", "Web Application Project", "Mobile App Project"}
MILESTONES = {
    "Intake": (1, 14, FIVE),
    "Continuous Discovery": (2, 30, FIVE),
    "Vision": (3, 3, FIVE),
    "Scope": (3, 2, FIVE),
    "Architecture": (4, 8, BUILT),
    "Requirements": (4, 14, BUILT),
    "Development": (6, 4, BUILT),
    "Experience Design": (6, 24, BUILT),
    "Quality Assurance": (6, 5, BUILT),
    "Acceptance Testing": (7, 5, FIVE),
    "Launch": (8, 8, FIVE),
    "All Milestones": (0, 10, FIVE),
}


@pytest.mark.parametrize("day", DAYS)
def test_the_milestones_are_those_of_the_real_base(mirrored: Mirrored, day: str) -> None:
    frames = mirrored[day][0]
    linked = frames.links["milestones.deliverables"]["record_id"].value_counts()
    rows = frames.milestones
    found = {
        row.name: (row.order, int(linked.get(row.record_id, 0)), set(json.loads(str(row.project_types))))
        for row in rows.dropna(subset=["order"])[["record_id", "name", "order", "project_types"]].itertuples(
            index=False
        )
    }
    assert len(rows) == 15
    assert found == MILESTONES
    bare = rows[rows["order"].isna()]
    assert sorted(bare["name"].dropna()) == ["All Product Milestones", "Nothing"]
    assert bare["name"].isna().sum() == 1
    assert not bare["record_id"].isin(linked.index).any()


def test_the_links_are_symmetric_and_some_deliverables_are_shared_or_orphaned(mirrored: Mirrored) -> None:
    frames = mirrored[DAYS[-1]][0]
    there, back = frames.links["milestones.deliverables"], frames.links["catalogue.milestones"]
    assert len(there) == len(back) == 127
    assert set(zip(there["record_id"], there["linked_id"], strict=True)) == set(
        zip(back["linked_id"], back["record_id"], strict=True)
    )
    items = frames.catalogue
    of = back["record_id"].value_counts()
    assert len(items) == 118
    assert (of > 1).sum() == 17
    assert of.max() == 4
    orphans = items[~items["record_id"].isin(of.index)]
    accidents = orphans[orphans["name"].str.endswith("ro")]
    assert (len(orphans), len(accidents)) == (14, 9)
    assert {"Wireframesro", "Team Charterro", "ro"} <= set(accidents["name"])


def test_the_catalogue_lacks_the_required_ones_for_every_type(mirrored: Mirrored) -> None:
    found = catalogue(mirrored[DAYS[-1]][0], SETTINGS)
    required, others = found[found["required"]], found[~found["required"]]
    assert set(required["deliverable"]) == {"MVP #1 Release-level Vision", "MMP Release-level Vision"}
    assert not required["defined"].any()
    assert Counter(required["project_type"]) == dict.fromkeys(SETTINGS.project_types, 2)
    assert set(others["deliverable"]) == {"Vision Boards", "Roadmap", "Pitch Deck"}
    assert others["defined"].all()
    defined = Counter(others["project_type"])
    assert defined == dict.fromkeys(["Web-Based Product", "Mobile App", "Service Design", "Discovery"], 3)


# The files


def spelled(path: Path) -> dict[str, list[Any]]:
    """Each table's records by the table's name."""
    content = json.loads(path.read_text(encoding="utf-8"))
    names = {table["id"]: table["name"] for table in content["schema"]["tables"]}
    return {names[table]: records for table, records in content["records"].items()}


def test_the_generator_writes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    command = [ROOT / "scripts" / "make_sample.py", "--out", tmp_path / "sample", "--truth", tmp_path / TRUTH.name]
    subprocess.run([sys.executable, *map(str, command)], check=True, cwd=tmp_path, timeout=60)
    written = {path.name: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    committed = {path.name: path.read_bytes() for path in [*generations(), TRUTH, UNPLACED]}
    assert sorted(written) == sorted(committed)
    assert [name for name in committed if written[name] != committed[name]] == []


def test_nobodys_real_address_is_in_the_sample() -> None:
    for path in generations():
        text = path.read_text(encoding="utf-8")
        people = set(re.findall(r"[\w.]+@([\w.]+)", text))
        assert people == {"example.org"}


def test_ids_stay_the_same_from_one_generation_to_the_next() -> None:
    records = [spelled(path) for path in generations()]
    assert len({tuple(sorted(one)) for one in records}) == 1
    for earlier, later in pairwise(records):
        names = {record["id"] for record in earlier["Projects"]}
        assert names <= {record["id"] for record in later["Projects"]}
