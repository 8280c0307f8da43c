"""`python -m sync check` as a process: it looks at everything, goes on after a fault, and changes nothing."""

import json
import sqlite3
import time
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import airtable_standin
import pytest
from airtable_standin import READER, TOKEN, Base, Fault, Standin
from conftest import ROOT, Config, Sync, held
from sqlalchemy.engine import make_url

from settings.errors import StoreError
from sync.check import _room
from sync.snapshot import load_runs, load_snapshot
from sync.writable import try_writing


@dataclass
class Checked:
    exit_code: int
    calls: int
    findings: list[dict[str, Any]]

    def said(self, level: str) -> list[str]:
        """The findings of a level, as lines."""
        return [f"{item['what']}: {item['said']}. {item['remedy']}" for item in self.findings if item["level"] == level]

    def about(self, what: str) -> dict[str, Any]:
        [item] = [item for item in self.findings if item["what"] == what]
        return item


def checked(sync: Sync, config: object, store: str, **environment: str) -> Checked:
    run = sync("check", "--config", str(config), "--store", store, "--json", **environment)
    assert run.stderr == "", run.stderr
    assert TOKEN not in run.stdout
    told = json.loads(run.stdout)
    assert told["exit_code"] == run.returncode
    assert all(item["remedy"] for item in told["findings"] if item["level"] == "fault")
    return Checked(run.returncode, told["calls"], told["findings"])


def test_a_base_in_order_has_only_warnings_and_costs_a_call_per_table_and_the_catalogues_pages(
    write_config: Config, sync: Sync, store: str, standin: Standin
) -> None:
    found = checked(sync, write_config(), store)
    assert found.exit_code == 0 and found.said("fault") == []
    assert found.calls == len(standin.requests) == 1 + 4 + 2
    assert sum(b'"pageSize": 1,' in request.body for request in standin.requests) == 4
    assert {"configuration", "token", "schema", "clock", "tables.projects", "tables.catalogue", "store", "quota"} <= {
        item["what"] for item in found.findings if item["level"] == "ok"
    }
    warnings = "\n".join(found.said("warning"))
    assert "the base's catalogue does not define 'MVP #1 Release-level Vision'" in warnings
    assert "'Community Toolkit', an option of field type" in warnings
    assert "'Parked?', an option of field status" in warnings and "'Handed to Partner'" in warnings


def test_for_people_it_is_a_line_each_and_a_count(write_config: Config, sync: Sync, sqlite: str) -> None:
    run = sync("check", "--config", write_config(), "--store", sqlite)
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and lines[0].startswith("ok      configuration: ")
    assert lines[-1] == "0 faults, 9 warnings; 7 calls to Airtable"
    assert sum(line.startswith("warning ") for line in lines) == 9


def test_it_changes_nothing(write_config: Config, sync: Sync, store: str) -> None:
    config, url = write_config(), make_url(store)
    assert checked(sync, config, store).exit_code == 0
    if url.get_backend_name() == "sqlite":
        assert not Path(url.database or "").exists()
    assert sync("run", "--config", config, "--store", store).returncode == 0
    before, runs = load_snapshot(url), load_runs(url, most=None)
    assert checked(sync, config, store).exit_code == 0
    assert load_snapshot(url) == before
    assert load_runs(url, most=None) == runs


def test_the_sample_base_is_looked_at_without_token_or_call(write_config: Config, sync: Sync, sqlite: str) -> None:
    found = checked(sync, write_config(airtable__base=None), sqlite, AIRTABLE_TOKEN="")
    assert (found.exit_code, found.calls) == (0, 0)
    assert found.about("schema")["level"] == "ok" and "needs none" in found.about("token")["said"]


# Faults, several at once


def test_every_wrong_name_is_a_line_of_its_own_with_the_nearest_name(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    base.rename_field("Projects", "Phase", "Phases")
    base.rename_field("Milestones", "Order", "Sequence")
    base.table("Deliverables")["name"] = "Deliverable List"
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 78
    faults = found.said("fault")
    assert len(faults) == 3, faults
    assert "field 'Phase' (did you mean “Phases”?)" in "".join(faults)
    assert "[tables.milestones.fields] order" in "".join(faults)
    assert "table 'Deliverables' is not in the base (did you mean “Deliverable List”?)" in "".join(faults)
    assert found.about("store")["level"] == "ok" and found.about("tables.projects")["level"] == "ok"


def test_a_faulty_configuration_and_a_missing_token_are_both_told(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    found = checked(sync, write_config(airtable__plan="gold"), sqlite, AIRTABLE_TOKEN="")
    assert found.exit_code == 78
    assert found.about("configuration")["exit_code"] == 78 and found.about("token")["exit_code"] == 77


def test_without_a_token_the_rest_is_looked_at_all_the_same(write_config: Config, sync: Sync, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = checked(sync, write_config(), f"sqlite:///{tmp_path}/file/mirror.db", AIRTABLE_TOKEN="")
    assert found.exit_code == 77 and found.calls == 0
    assert found.about("token")["exit_code"] == 77 and found.about("store")["exit_code"] == 74
    assert "for want of a token" in found.about("base")["said"]


def test_a_token_that_airtable_does_not_know(write_config: Config, sync: Sync, sqlite: str) -> None:
    found = checked(sync, write_config(), sqlite, AIRTABLE_TOKEN="patWrong")
    assert (found.exit_code, found.calls) == (77, 1)
    assert "does not know the token" in found.about("schema")["said"]


def test_a_token_without_the_scope_for_records(write_config: Config, sync: Sync, sqlite: str, standin: Standin) -> None:
    standin.tokens[TOKEN] = {"schema.bases:read"}
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 77 and found.about("schema")["level"] == "ok"
    for table in ("projects", "project_deliverables", "milestones", "catalogue"):
        assert "data.records:read" in found.about(f"tables.{table}")["remedy"]


def test_a_token_without_the_scope_for_the_schema_is_told_apart_from_one_without_access(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base
) -> None:
    standin.tokens[TOKEN] = {"data.records:read"}
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 77 and "it is the scope schema.bases:read" in found.about("scopes")["said"]
    base.id = "appAnother0000001"
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 77 and "records are not readable either" in found.about("scopes")["said"]


def test_a_used_up_month_is_told_once(write_config: Config, sync: Sync, sqlite: str, standin: Standin) -> None:
    standin.month_exhausted = True
    found = checked(sync, write_config(), sqlite)
    assert (found.exit_code, found.calls, len(found.said("fault"))) == (69, 2, 1)


def test_an_empty_schema_is_bad_data(write_config: Config, sync: Sync, sqlite: str, standin: Standin) -> None:
    standin.fault = lambda number, method, path: Fault(body=b"{}") if "meta" in path else None
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 65 and found.about("store")["level"] == "ok"


def test_a_rate_limit_that_does_not_end(write_config: Config, sync: Sync, sqlite: str, standin: Standin) -> None:
    standin.rate = 0
    found = checked(sync, write_config(airtable__penalty_seconds=0), sqlite)
    assert found.exit_code == 75 and found.calls == len(standin.requests)


def test_the_worst_fault_gives_the_exit_code(write_config: Config, sync: Sync, sqlite: str, base: Base) -> None:
    base.rename_field("Projects", "Phase", "Stage")
    Path(make_url(sqlite).database or "").write_bytes(b"Dear reader, this is a letter and no database at all" * 40)
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 78 and found.about("store")["exit_code"] == 74


# Warnings


def test_a_clock_that_is_wrong_is_told(
    write_config: Config, sync: Sync, sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "Mon, 05 Jan 2026 10:00:00 GMT"
    monkeypatch.setattr(airtable_standin._Handler, "date_time_string", lambda self, timestamp=None: wrong)
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 0
    assert found.about("clock")["level"] == "warning" and "differ by" in found.about("clock")["said"]


def test_checks_that_are_not_made_are_told_with_their_field(write_config: Config, sync: Sync, sqlite: str) -> None:
    config = write_config(
        tables__project_deliverables__fields__status=None,
        tables__project_deliverables__fields__mission=None,
        tables__project_deliverables__fields__waived_by=None,
        tables__projects__fields__last_discovery=None,
        tables__milestones=None,
    )
    found = checked(sync, config, sqlite)
    told = {item["what"]: item["said"] for item in found.findings if item["said"].startswith("not mapped")}
    assert {key.removeprefix("tables.") for key in told} == {
        "project_deliverables.fields.status",
        "project_deliverables.fields.mission",
        "project_deliverables.fields.purpose",
        "project_deliverables.fields.target_audience",
        "project_deliverables.fields.value_proposition",
        "project_deliverables.fields.waived_by",
        "projects.fields.last_discovery",
        "milestones",
    }
    assert "needs no mission" in told["tables.project_deliverables.fields.mission"]


def test_a_required_deliverable_that_no_option_names_is_told_where_no_catalogue_is_mapped(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    choices = base.field("Project Deliverables", "Deliverable")["options"]["choices"]
    choices[:] = [choice for choice in choices if "MVP" in choice["name"]]
    statuses = base.field("Project Deliverables", "Status")["options"]["choices"]
    statuses[:] = [{"id": f"sel{one}", "name": one} for one in ("Incomplete", "Complet")]
    found = checked(sync, write_config(tables__catalogue=None, tables__milestones=None), sqlite)
    told = [line for line in found.said("warning") if line.startswith("requirements")]
    assert len(told) == 1 and "no option of field deliverable means 'MMP Release-level Vision'" in told[0]
    meanings = [line for line in found.said("warning") if line.startswith("statuses")]
    assert ["did you mean “Complete”?" in line for line in meanings] == [False, True]


def test_a_catalogue_that_defines_what_is_required_is_in_order(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    for number, name in enumerate(("MVP # 1 Release-level Vision", "MMP Release-level Visions")):
        base.put("Deliverables", {"id": f"recNew0000000000{number}", "fields": {"Deliverable Name": name}})
    found = checked(sync, write_config(), sqlite)
    assert found.about("requirements")["level"] == "ok"


def test_a_milestone_whose_own_deliverables_are_asked_but_that_the_base_lacks_is_a_fault(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    shipped = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["requirements"]
    own = [{"milestone": name, "source": "base"} for name in ("Scope", "Lunch")]
    found = checked(sync, write_config(requirements=[*shipped, *own]), sqlite)
    assert (found.exit_code, found.calls) == (78, 1 + 4 + 2 + 1)
    (fault,) = found.said("fault")
    assert "no milestone of the base is called 'Lunch' (did you mean “Launch”?)" in fault
    assert not [said for said in found.said("warning") if "'*'" in said]


def test_a_schedule_over_the_quota_is_told_before_the_first_run_and_after_it(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin
) -> None:
    config = write_config(airtable__plan="free")
    found = checked(sync, config, sqlite).about("quota")
    assert found["level"] == "warning" and "3,600 calls a month or more; the plan allows 1,000" in found["said"]
    standin.month_exhausted = True
    assert sync("run", "--config", config, "--store", sqlite).returncode == 69
    assert "are used up" in checked(sync, config, sqlite).about("quota")["said"]
    standin.month_exhausted = False
    assert sync("run", "--config", config, "--store", sqlite).returncode == 0
    in_order = checked(sync, write_config(), sqlite)
    assert in_order.about("quota")["level"] == "ok" and "deadline" not in str(in_order.findings)
    pressed = checked(sync, write_config(sync__deadline_seconds=0.1), sqlite).about("deadline")
    assert pressed["said"] == "a run made 7 calls, and requests_per_second allows 5 within deadline_seconds"


# The store


def test_a_store_of_somebody_else_is_refused_and_left_as_it_is(write_config: Config, sync: Sync, sqlite: str) -> None:
    file = Path(make_url(sqlite).database or "")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE projects (budget integer)")
    before = file.read_bytes()
    found = checked(sync, write_config(), sqlite)
    assert found.exit_code == 74 and "did not make: projects" in found.about("store")["said"]
    assert file.read_bytes() == before


def test_a_store_that_gives_no_answer_is_told_as_such_and_the_base_is_looked_at(
    write_config: Config, sync: Sync, store: str
) -> None:
    config = write_config(sync__deadline_seconds=6)
    assert sync("run", "--config", config, "--store", store).returncode == 0
    with held(store):
        found = checked(sync, config, store)
    (fault,) = found.said("fault")
    assert found.exit_code == 75 and "store: The store" in fault and "gave no answer in 1.5 seconds" in fault
    assert found.about("tables.catalogue")["level"] == "ok" and found.calls == 1 + 4 + 2
    assert "quota" not in {item["what"] for item in found.findings}, "what a run costs is not known"


def test_a_disk_without_room_for_the_mirror_once_more_is_told(
    sync: Sync, sqlite: str, write_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync("run", "--config", write_config(airtable__base=None), "--store", sqlite)
    size = Path(make_url(sqlite).database or "").stat().st_size
    for free, told in ((size, []), (size - 1, ["warning"])):
        monkeypatch.setattr("sync.check.shutil.disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        assert [finding.level for finding in _room(make_url(sqlite))] == told


def test_a_store_whose_folder_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="No store can be made"):
        try_writing(make_url(f"sqlite:///{tmp_path}/file/deep/mirror.db"))
    try_writing(make_url(f"sqlite:///{tmp_path}/new/deep/mirror.db"))
    assert not (tmp_path / "new").exists()


def test_an_endpoint_that_is_no_address_is_a_fault_of_its_own(write_config: Config, sync: Sync, sqlite: str) -> None:
    found = checked(sync, write_config(), sqlite, AIRTABLE_ENDPOINT_URL="ftp://x")
    assert found.exit_code == 78 and found.about("endpoint")["exit_code"] == 78


def test_a_webhook_that_the_store_knows_is_looked_at(write_config: Config, sync: Sync, sqlite: str, base: Base) -> None:
    with Standin(base, rate=None, tokens={TOKEN: {*READER, "webhook:manage"}}, wall=time.time) as server:
        config, there = write_config(), {"AIRTABLE_ENDPOINT_URL": server.url}
        options = ("--config", config, "--store", sqlite)
        assert sync("webhook", "create", *options, **there).returncode == 0
        (hook,) = server.webhooks.hooks
        assert checked(sync, config, sqlite, **there).about("webhook") == {
            "level": "ok",
            "what": "webhook",
            "said": f"{hook} is there and tells of changes",
            "remedy": "",
            "exit_code": 0,
        }
        server.webhooks.forget(hook)
        gone = checked(sync, config, sqlite, **there)
        assert (
            gone.exit_code == 0
            and f"webhook: {hook} is gone; every run reads everything. Make it anew" in "\n".join(gone.said("warning"))
        )
