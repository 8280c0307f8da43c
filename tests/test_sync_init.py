"""`python -m sync init`: what it proposes for a base loads, says how far it can be trusted, and overwrites nothing."""

import random
import tomllib
from pathlib import Path
from typing import Any

import forked
import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import BASE, ROOT, Sync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from settings.load import load_settings
from settings.models import Settings
from sync.frames import load
from sync.init import PROJECT_STATUSES, PROJECT_TYPES, STATUSES, TEMPLATE
from sync.mapping import resolve
from sync.proposal import propose
from sync.sample_base import generations


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def written(sync: Sync, path: Path) -> dict[str, Any]:
    """The configuration that init wrote, which loads."""
    run = sync("init", "--base", BASE, "--output", path)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    assert run.stdout.startswith(f"wrote {path}: ") and run.stdout.count("\n") == 1
    load_settings(path)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def remarks(path: Path) -> dict[str, str]:
    """What stands beside each line of the mapping: canonical field or key -> the remark, of the first such line."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text, _, remark = line.partition("  # ")
        found.setdefault(text.removeprefix("# ").split(" = ")[0].strip(), remark.strip())
    return found


def refused(sync: Sync, exit_code: int, *told: str, base: str = BASE, output: Path, **environment: str) -> None:
    run = sync("init", "--base", base, "--output", output, **environment)
    assert run.returncode == exit_code, run.stderr
    assert run.stdout == "" and run.stderr.count("\n") == 1 and " UTC sync: " in run.stderr
    assert "mirror" not in run.stderr  # which one it would be is not written yet
    for part in told:
        assert part in run.stderr


def test_a_base_of_the_usual_names_is_mapped_as_the_shipped_configuration_maps_it(
    sync: Sync, path: Path, standin: Standin
) -> None:
    found = written(sync, path)
    shipped = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    assert found["tables"] == shipped["tables"]
    assert found["airtable"]["base"] == BASE
    assert found["requirements"] == shipped["requirements"]
    assert len(standin.requests) == 1
    marks = remarks(path)
    assert marks["name"] == marks["last_discovery"] == "sure" and marks["phase_start"].startswith("not found")


def test_the_run_works_with_what_was_written(sync: Sync, path: Path, sqlite: str) -> None:
    written(sync, path)
    run = sync("run", "--config", path, "--store", sqlite)
    assert (run.returncode, run.stderr) == (0, "")
    assert len(load(make_url(sqlite)).projects) == 60
    assert sync("check", "--config", path, "--store", sqlite).returncode == 0


def test_a_renamed_and_reordered_base_is_recognised_with_less_certainty(
    sync: Sync, path: Path, base: Base, sqlite: str
) -> None:
    for old, new in (("Projects", "Client Projects"), ("Project Deliverables", "Deliverable Tracker")):
        base.table(old)["name"] = new
    base.table("Deliverables")["name"] = "Our Deliverable Library"
    for table, old, new in (
        ("Client Projects", "Name", "Client"),
        ("Client Projects", "Project Type", "Kind of Project"),
        ("Client Projects", "Product Manager", "PM"),
        ("Client Projects", "Start Date", "Kickoff"),
        ("Deliverable Tracker", "Project", "For"),
        ("Deliverable Tracker", "Status", "Progress Status"),
        ("Deliverable Tracker", "Files", "Uploads"),
        ("Deliverable Tracker", "Owner", "Assignee"),
        ("Our Deliverable Library", "Milestones", "Belongs to"),
    ):
        base.rename_field(table, old, new)
    base.tables.reverse()
    for item in base.tables:
        item["fields"].reverse()
    found = written(sync, path)
    assert {name: table["table"] for name, table in found["tables"].items()} == {
        "projects": "Client Projects",
        "project_deliverables": "Deliverable Tracker",
        "milestones": "Milestones",
        "catalogue": "Our Deliverable Library",
    }
    projects, records = found["tables"]["projects"]["fields"], found["tables"]["project_deliverables"]["fields"]
    assert (projects["name"], projects["product_manager"], projects["start"]) == ("Client", "PM", "Kickoff")
    assert (records["project"], records["status"], records["owner"]) == ("For", "Progress Status", "Assignee")
    assert records["files"] == "Uploads" and records["modified"] == "Last Modified"
    assert found["tables"]["catalogue"]["fields"]["milestones"] == "Belongs to"
    marks = remarks(path)
    assert marks["name"] == "likely"  # told by being the primary field alone
    assert (marks["project"], marks["owner"], marks["files"]) == ("sure", "sure", "sure")
    text = path.read_text(encoding="utf-8")
    assert 'table = "Our Deliverable Library"         # likely' in text
    assert 'status = "Progress Status"                # likely' in text
    run = sync("run", "--config", path, "--store", sqlite)
    assert (run.returncode, run.stderr) == (0, "")
    assert len(load(make_url(sqlite)).links["project_deliverables.project"]) > 100


def test_spellings_are_taken_where_they_are_equal_and_asked_about_where_they_are_not(sync: Sync, path: Path) -> None:
    found = written(sync, path)
    assert found["statuses"]["complete"] == ["Complete", "Completed", "Done"]
    assert found["project_types"]["Discovery"] == ["Discovery Project"] and found["project_types"]["Strategy"] == []
    known = {text for words in (*found["statuses"].values(), *found["project_types"].values()) for text in words}
    assert not {"Parked?", "Community Toolkit"} & known
    text = path.read_text(encoding="utf-8")
    assert (
        '#     "Parked?" ?' in text and '#     "Community Toolkit" ?' in text and '#     "Handed to Partner" ?' in text
    )


def test_spellings_of_a_text_field_are_read_from_one_page_of_records(
    sync: Sync, path: Path, base: Base, standin: Standin
) -> None:
    field = base.field("Project Deliverables", "Status")
    field["type"] = "singleLineText"
    del field["options"]
    found = written(sync, path)
    assert len(standin.requests) == 2
    assert "Completed" in found["statuses"]["complete"]
    text = path.read_text(encoding="utf-8")
    assert "in the first 100 records" in text
    assert 'status = "Status"                         # likely' in text  # a select would be surer


def test_a_base_of_catalogue_only(sync: Sync, path: Path, base: Base, sqlite: str) -> None:
    base.tables[:] = [table for table in base.tables if table["name"] in ("Milestones", "Deliverables")]
    for table in base.tables:
        table["fields"][:] = [item for item in table["fields"] if "Workshop" not in item["name"]]
    found = written(sync, path)
    assert set(found["tables"]) == {"milestones", "catalogue"}
    assert "# [tables.projects]" in path.read_text(encoding="utf-8")
    assert sync("run", "--config", path, "--store", sqlite).returncode == 0


def test_deliverables_that_link_to_projects_are_what_projects_handed_in_and_no_catalogue(
    sync: Sync, path: Path, base: Base
) -> None:
    base.tables[:] = [table for table in base.tables if table["name"] in ("Projects", "Project Deliverables")]
    base.table("Project Deliverables")["name"] = "Deliverables"
    found = written(sync, path)
    assert {name: table["table"] for name, table in found["tables"].items()} == {
        "projects": "Projects",
        "project_deliverables": "Deliverables",
    }


def test_a_field_that_cannot_be_mapped_is_told_with_the_way_out(sync: Sync, path: Path, base: Base) -> None:
    field = base.field("Projects", "Product Manager")
    field.update(type="multipleRecordLinks", options={"linkedTableId": base.table("Workshops")["id"]})
    found = written(sync, path)
    assert "product_manager" not in found["tables"]["projects"]["fields"]
    assert "make a lookup field that shows the name" in remarks(path)["product_manager"]


def test_hostile_names_stay_names(sync: Sync, path: Path, base: Base, sqlite: str) -> None:
    hostile = 'Phase"\n[store]\nurl = "sqlite:////tmp/x"\t\x7f\\ \u2028🎯'
    base.rename_field("Projects", "Phase", hostile)
    base.field("Projects", "Status")["options"]["choices"].append({"id": "selX", "name": hostile})
    base.field("Projects", "End Date").update(type="multipleRecordLinks", options={"linkedTableId": "tblX"})
    base.rename_field("Projects", "End Date", 'End\nDate = "x"')
    told, half = base.table("Projects"), "Half of \ud83d"
    base.rename_field("Projects", "Name", half)
    base.rename_table("Projects", f"Projects {half}")
    base.field("Project Deliverables", "Status")["options"]["choices"].append({"id": "selY", "name": half})
    found = written(sync, path)
    assert found["store"]["url"] == "sqlite:///mirror/milestones.db"
    projects = found["tables"]["projects"]
    assert projects["fields"].get("phase") in (None, hostile)
    assert (projects["table"], projects["fields"]["name"]) == (told["id"], told["fields"][0]["id"])
    assert sync("run", "--config", path, "--store", sqlite).returncode == 0


def test_a_file_that_is_there_is_never_overwritten_and_costs_no_call(sync: Sync, path: Path, standin: Standin) -> None:
    path.write_text("mine")
    refused(sync, 78, "is there already", "--output", output=path)
    assert path.read_text() == "mine" and standin.requests == []
    path.unlink()
    path.symlink_to("nowhere")
    refused(sync, 78, "is there already", output=path)
    assert path.is_symlink() and not path.exists() and standin.requests == []


def test_a_file_that_appears_meanwhile_is_not_overwritten(sync: Sync, path: Path, standin: Standin) -> None:
    def meanwhile(number: int, method: str, url: str) -> Fault | None:
        path.symlink_to("nowhere")
        return None

    standin.fault = meanwhile
    refused(sync, 78, "is there already", output=path)
    assert path.is_symlink() and not path.exists()


def test_half_a_file_is_not_left_behind(sync: Sync, path: Path, environment: dict[str, str]) -> None:
    full = forked.sync(["init", "--base", BASE, "--output", str(path)], environment, room=2000)
    assert (full.returncode, "cannot be written: File too large" in full.stderr) == (78, True), full.stderr
    written(sync, path)


def test_a_base_in_which_nothing_is_recognised_is_told_with_its_tables(sync: Sync, path: Path, base: Base) -> None:
    base.tables[:] = [table for table in base.tables if table["name"] == "Workshops"]
    refused(sync, 78, "No table of base", "'Workshops'", output=path)
    assert not path.exists()


def test_what_cannot_be_read_or_written_has_the_jobs_exit_codes(
    sync: Sync, path: Path, standin: Standin, tmp_path: Path
) -> None:
    refused(sync, 77, "There is no Airtable token", output=path, AIRTABLE_TOKEN="")
    refused(sync, 77, "does not know the token", output=path, AIRTABLE_TOKEN="patWrong")
    refused(sync, 78, "is no base's id", output=path, base="tblX")
    refused(sync, 78, "cannot be written", output=tmp_path / "none" / "mine.toml")
    standin.fault = lambda number, method, url: Fault(body=b'{"tables": []}')
    refused(sync, 65, "has no tables", output=path)
    standin.tokens[TOKEN] = set()
    standin.fault = None
    refused(sync, 77, "schema.bases:read", output=path)
    assert not path.exists()


def test_the_template_and_the_words_are_those_of_the_shipped_configuration() -> None:
    shipped = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    for name, words in (
        ("project_types", PROJECT_TYPES),
        ("statuses", STATUSES),
        ("project_statuses", PROJECT_STATUSES),
    ):
        assert {key: tuple(texts) for key, texts in shipped[name].items()} == words
    text = TEMPLATE.read_text(encoding="utf-8").replace("$tables", "").replace("$spellings", "")
    template = tomllib.loads(text)
    del template["airtable"]["base"]
    assert template == {key: shipped[key] for key in template}


NAMES = st.sampled_from(
    ["Name", "Project", "Deliverable", "Status", "", "Milestones", "Project Type", "Due", "Files", "Ü 🎯"]
)
TYPES = st.sampled_from(
    ["singleLineText", "singleSelect", "multipleRecordLinks", "date", "multipleAttachments", "number"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 16), NAMES, TYPES), max_size=25), st.randoms())
def test_whatever_a_base_looks_like_the_proposal_loads_and_resolves(
    edits: list[tuple[int, int, str, str]], chance: random.Random
) -> None:
    base = Base.from_file(generations()[-1])
    for table, place, name, kind in edits:
        fields = base.tables[table]["fields"]
        field = fields[place % len(fields)]
        field["name"] = f"{name}{'' if name not in [item['name'] for item in fields] else place}"
        field["type"] = kind
        field["options"] = {"linkedTableId": chance.choice(base.tables)["id"]} if "Links" in kind else {}
    found = propose(base.tables)
    assert set(found) in (
        set(),
        {"projects", "project_deliverables"},
        {"catalogue"},
        {"milestones", "catalogue"},
        {"projects", "project_deliverables", "catalogue"},
        {"projects", "project_deliverables", "milestones"},
        {"projects", "project_deliverables", "milestones", "catalogue"},
    )
    if found:
        values = {
            "tables": {
                name: {
                    "table": guess.table["id"],
                    "fields": {key: item.name for key, item in guess.fields.items() if item.name},
                }
                for name, guess in found.items()
            },
            "requirements": [{"milestone": "Vision", "deliverable": "Roadmap"}],
        }
        assert len(resolve(Settings.model_validate(values), {"tables": base.tables}, base.id)) == len(found)
