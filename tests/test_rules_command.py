"""`python -m milestones` as scripts call it: exit codes, columns, and what a reader sees."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, make_url
from typer.testing import CliRunner

from milestones.__main__ import app
from milestones.explain import COLUMNS as EXPLAINED
from milestones.findings import COLUMNS
from milestones.preview import COLUMNS as PREVIEWED
from milestones.words import FLAGS, UNPLACED_COLUMNS, VERDICT_DTYPES
from settings.load import load_settings
from sync import layout
from sync.engine import open_store
from sync.job import run
from sync.sample_base import SampleBase, generations

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config.toml"
ODD = "[red]Deep[/red] \\[b]end[/b] :warning: <b>&</b>"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A mirror of the sample's last generation, with one project's name full of markup."""
    path = generations()[-1]
    text = path.read_text(encoding="utf-8")
    name = "Riverbend Food Bank - Phase 1 - Website"
    assert name in text
    folder = tmp_path_factory.mktemp("command")
    changed = folder / path.name
    changed.write_text(text.replace(name, json.dumps(ODD)[1:-1]), encoding="utf-8")
    url = f"sqlite:///{folder / 'mirror.db'}"
    source = SampleBase(changed)
    run(load_settings(CONFIG), source, open_store(make_url(url), create=True), judged_on=source.judged_on)
    return url


@dataclass
class Done:
    """How a call ended."""

    returncode: int
    stdout: str
    stderr: str


def milestones(*arguments: str, **environment: str) -> Done:
    """Calls the command in this process; `test_the_command_is_a_process` has one of its own."""
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "250", "NO_COLOR": "1"} | environment)
    return Done(done.exit_code, done.stdout, done.stderr)


def test_the_command_is_a_process(store: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "milestones", "unplaced", "--store", store],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "") and "release_disagrees" in done.stdout


def told(done: Done) -> str:
    """What a successful call prints."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


HOSTILE = "Green\x1b[31m Streets\x07\u202eCoalition"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A mirror in which two projects have one name, one a name that would steer a terminal, and one a close name."""
    path = generations()[-1]
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("Green Streets Coalition - Phase 3 - Website", HOSTILE),
        ("Harbor Light Shelter - Phase 2 -", "Twin"),
        ("Open Door Literacy - Phase 1 -", "twin"),
    ):
        assert json.dumps(old) in text
        text = text.replace(json.dumps(old), json.dumps(new))
    folder = tmp_path_factory.mktemp("hostile")
    (folder / path.name).write_text(text, encoding="utf-8")
    url = f"sqlite:///{folder / 'mirror.db'}"
    source = SampleBase(folder / path.name)
    run(load_settings(CONFIG), source, open_store(make_url(url), create=True), judged_on=source.judged_on)
    return url


@pytest.fixture(scope="module")
def on_its_day(store: str) -> list[dict[str, str]]:
    """The verdicts of the mirror on the sample's own day."""
    return csv_rows(told(milestones("verdicts", "--store", store, "--format", "csv")))


def test_verdicts_as_csv_and_json_are_the_same_and_have_the_contracts_columns(
    store: str, on_its_day: list[dict[str, str]]
) -> None:
    rows = on_its_day
    objects: list[dict[str, Any]] = json.loads(told(milestones("verdicts", "--format", "json", MILESTONES_STORE=store)))
    assert list(rows[0]) == list(objects[0]) == list(VERDICT_DTYPES)
    assert [{key: value or "" for key, value in one.items()} for one in objects] == rows
    assert len(rows) == 128
    assert ODD in {row["project"] for row in rows}
    assert {"", "overdue;no_owner"} <= {row["flags"] for row in rows}
    assert {flag for row in rows for flag in row["flags"].split(";") if flag} == set(FLAGS)
    assert {len(row["due"]) for row in rows} == {0, len("2026-10-05")}


def test_unplaced_as_csv_and_json_have_the_contracts_columns(store: str) -> None:
    rows = csv_rows(told(milestones("unplaced", "--store", store, "--format", "csv")))
    assert list(rows[0]) == [*UNPLACED_COLUMNS, "project", "record", "project_id"]
    assert len(rows) == 20
    assert {row["table"] for row in rows} == {"project_deliverables"}
    objects = json.loads(told(milestones("unplaced", "--store", store, "--format", "json")))
    assert [{key: value or "" for key, value in one.items()} for one in objects] == rows


def test_the_sample_is_judged_on_its_own_day_unless_told_otherwise(
    store: str, on_its_day: list[dict[str, str]]
) -> None:
    def days(rows: list[dict[str, str]], flag: str) -> list[str]:
        return sorted(row["due"] for row in rows if flag in row["flags"].split(";"))

    assert days(on_its_day, "overdue")[-1] < "2026-10-05" == days(on_its_day, "due_soon")[0]
    later = csv_rows(told(milestones("verdicts", "--store", store, "--format", "csv", "--as-of", "2027-04-01")))
    # On that day the last waiver has ended, and nothing is due soon any more.
    assert {row["state"] for row in on_its_day} - {row["state"] for row in later} == {"waived"}
    assert days(later, "due_soon") == []


def test_tables_show_names_as_they_are_written(store: str) -> None:
    assert ODD in told(milestones("verdicts", "--store", store))


def test_tables_name_the_milestone_the_reason_and_the_project(store: str) -> None:
    shown = told(milestones("verdicts", "--store", store))
    assert "milestone" in shown and "There is no record of it." in shown
    shown = told(milestones("unplaced", "--store", store))
    assert "MVP # 1 Release-level Vision" in shown, "a formula's name without its colon"
    rows = csv_rows(told(milestones("unplaced", "--store", store, "--format", "csv")))
    named = {row["project"] for row in rows if row["reason"] == "several_projects"}
    assert named == {"Valley Bike Kitchen - Phase 1 - Web Application and Second Chance Bail Fund - Phase 2 -"}
    assert all(row["record"] and not row["record"].startswith(":") for row in rows)


def test_findings_as_csv_and_json_have_the_contracts_columns(store: str) -> None:
    rows = csv_rows(told(milestones("findings", "--store", store, "--format", "csv")))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["finding"] for row in rows[:3]] == [
        "deliverable_without_project",
        "deliverable_of_several_projects",
        "release_contradicts_name",
    ]
    objects = json.loads(told(milestones("findings", "--store", store, "--format", "json")))
    assert [{key: value or "" for key, value in one.items()} for one in objects] == rows
    assert "definition_fragment" in told(milestones("findings", "--store", store))


@pytest.mark.parametrize("command", [["verdicts"], ["findings"], ["explain", HOSTILE]])
def test_nothing_in_a_cell_steers_the_terminal(hostile: str, command: list[str]) -> None:
    shown = told(milestones(*command, "--store", hostile))
    assert not [one for one in shown if one != "\n" and (ord(one) < 32 or 127 <= ord(one) < 160 or one == "\u202e")]
    assert json.loads(told(milestones("verdicts", "--store", hostile, "--format", "json")))


def test_explain_gives_the_facts_behind_each_verdict(store: str) -> None:
    name = "Bright Futures Tutoring - Phase 2 - Website"
    rows = csv_rows(told(milestones("explain", f" {name.upper()}", "--store", store, "--format", "csv")))
    assert list(rows[0]) == list(EXPLAINED)
    project_id = next(row["record_id"] for row in rows if row["fact"] == "projects.type")
    own = {row["where"]: row["says"] for row in rows if row["fact"].startswith("projects.")}
    assert own["Status"] == "“Project In Progress”, which means active: judged"
    assert [row["fact"] for row in rows].count("projects.status") == 1, "what holds for all is told once"
    verdicts = [place for place, row in enumerate(rows) if row["fact"] == "verdict"]
    assert [rows[place]["says"] for place in verdicts] == [
        "complete: Its status is “Completed”. It is called “mvp1 release-level visions”, taken "
        "for “MVP #1 Release-level Vision”: rename it if that is right.",
        "complete: Its status is “Complete”. 1 other record claims the same.",
    ]
    assert verdicts[0] == 0 and rows[verdicts[1]]["requirement"] != rows[verdicts[1] - 1]["requirement"]
    lost = [row["says"].partition(":")[0] for row in rows if row["fact"] == "unplaced"]
    assert sorted(lost) == ["duplicate", "no requirement"], lost
    by_id = csv_rows(told(milestones("explain", project_id, "--store", store, "--format", "csv")))
    assert by_id == rows
    shown = told(milestones("explain", name, "--store", store))
    assert "MMP Release-level Vision · complete\n" in shown and "Another record decides." in shown
    assert shown.count("Project Type") == 1 and f"Its records that decide nothing: {len(lost)}\n" in shown


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            "Mapelwood Tenants Aliance - Phase 1 - Website",
            "did you mean “Maplewood Tenants Alliance - Phase 1 - Website”?",
        ),
        ("maplewood", "did you mean “Maplewood Tenants Alliance - Phase 1 - Website”?"),
        ("Xyzzy", "No project is called “Xyzzy”. Give its name"),
        ("", "No project is called “”. Give its name"),
        ("Twin", "2 projects are called “Twin”: rec"),
        ("Green\x1b", "did you mean"),
    ],
)
def test_a_project_that_is_not_one_is_told_in_one_line(hostile: str, wanted: str, words: str) -> None:
    done = milestones("explain", wanted, "--store", hostile)
    assert (done.returncode, done.stdout) == (78, "")
    assert words in done.stderr
    assert done.stderr.startswith("milestones: ") and done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_preview_shows_the_verdicts_that_a_changed_configuration_alters(store: str, tmp_path: Path) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    (tmp_path / "new.toml").write_text(text.replace("due_soon_days = 14", "due_soon_days = 0"), encoding="utf-8")
    rows = csv_rows(
        told(milestones("preview", "--config", str(tmp_path / "new.toml"), "--store", store, "--format", "csv"))
    )
    assert list(rows[0]) == list(PREVIEWED)
    assert {(row["from_state"] == row["state"], "due_soon" in row["from_flags"]) for row in rows} == {(True, True)}
    assert not [row for row in rows if "due_soon" in row["flags"] and row["from_flags"] == row["flags"]]
    assert {row["altered"] for row in rows} == {"flags"}
    same = milestones("preview", "--config", str(CONFIG), "--store", store, "--format", "csv")
    assert csv_rows(told(same)) == []


def test_preview_compares_a_renamed_requirement_and_counts_what_only_reads_otherwise(
    store: str, tmp_path: Path
) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in (
        (
            'deliverable = "MMP Release-level Vision"',
            'deliverable = "MMP Vision"\naliases = ["MMP Release-level Vision"]',
        ),
        ('"Mobile App" = ["Mobile App Project"]', '"Mobile App" = []'),
        ("vision_words = 50", "vision_words = 49"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    shown = told(milestones("preview", "--config", str(tmp_path / "new.toml"), "--store", store))
    assert "Mobile App → unknown" in shown and "missing" in shown
    assert "“MMP Release-level Vision” is called “MMP Vision”; its verdicts are compared." in shown
    listed = re.search(r"Altered: (\d+) verdicts; of (\d+) more the reason alone\.", shown)
    assert listed and int(listed[1]) < 20


def test_preview_says_what_shows_only_after_a_sync(store: str, tmp_path: Path) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    (tmp_path / "new.toml").write_text(text.replace('phase = "Phase"\n', ""), encoding="utf-8")
    done = milestones("preview", "--config", str(tmp_path / "new.toml"), "--store", store)
    assert done.returncode == 0
    assert "only after a sync" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "arguments", "code", "words"),
    [
        pytest.param("unplaced", ["--store", "sqlite:///{tmp}/none.db"], 74, "python -m sync run", id="no mirror"),
        pytest.param(
            "verdicts",
            ["--config", "{tmp}/none.toml"],
            78,
            "There is no configuration at {tmp}/none.toml",
            id="no file",
        ),
        pytest.param("verdicts", ["--config", "{tmp}/odd.toml"], 78, "odd_key", id="unknown key"),
        pytest.param("preview", ["--config", "{tmp}/odd.toml", "--store", "{store}"], 78, "odd_key", id="preview"),
        pytest.param("findings", ["--store", "sqlite:///{tmp}/none.db"], 74, "python -m sync run", id="findings"),
        pytest.param("unplaced", ["--config", "{tmp}/broken.toml"], 78, "is not valid TOML", id="no TOML"),
    ],
)
def test_a_fault_is_one_line_and_an_exit_code(
    store: str, tmp_path: Path, command: str, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "odd.toml").write_text("odd_key = 1\n" + CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "broken.toml").write_text("= 1", encoding="utf-8")
    done = milestones(command, *(text.format(tmp=tmp_path, store=store) for text in arguments))
    assert (done.returncode, done.stdout) == (code, "")
    assert words.format(tmp=tmp_path) in done.stderr
    assert done.stderr.startswith("milestones: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_option_is_a_usage_error(store: str) -> None:
    done = milestones("verdicts", "--store", store, "--as-of", "yesterday")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


MMP, MVP = "vision-mmp-release-level-vision", "vision-mvp-1-release-level-vision"
GONE = "recGoneGoneGone00"


@pytest.fixture(scope="module")
def recorded(store: str, on_its_day: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> str:
    """That mirror with a history: of two verdicts of a project that is there, and one of a project that is gone."""
    url = f"sqlite:///{tmp_path_factory.mktemp('recorded') / 'mirror.db'}"
    Path(make_url(url).database or "").write_bytes(Path(make_url(store).database or "").read_bytes())
    there = next(row["project_id"] for row in on_its_day if row["project"] == ODD)
    changes = [
        ("2026-09-07", there, MMP, "", "missing", "data"),
        ("2026-09-07", there, MVP, "", "complete", "data"),
        ("2026-09-07", GONE, MVP, "", "missing", "data"),
        ("2026-09-21", there, MVP, "complete", "stale", "rules"),
        ("2026-10-05", there, MMP, "missing", "in_review", "data"),
        ("2026-10-05", GONE, MVP, "missing", "", "data"),
    ]
    engine = create_engine(url)
    with engine.begin() as connection:
        base = connection.exec_driver_sql("SELECT base FROM snapshot").scalar_one()
        for day, project_id, requirement, before, state, cause in changes:
            cell = {"base": base, "project_id": project_id, "requirement": requirement, "audience": ""}
            row = {"changed_on": date.fromisoformat(day), "from_state": before, "state": state, "cause": cause}
            connection.execute(insert(layout.history).values(cell | row))
    engine.dispose()
    return url


def test_trend_tells_coverage_by_type_and_the_days_on_which_the_rules_changed(recorded: str) -> None:
    rows = csv_rows(told(milestones("trend", "--store", recorded, "--format", "csv")))
    kind = "Web-Based Product"
    assert [
        (row["project_type"], row["day"], row["complete"], row["required"], row["gaps"], row["rules_changed"])
        for row in rows
    ] == [
        (kind, "2026-09-07", "1", "2", "1", "0"),
        (kind, "2026-09-21", "0", "2", "2", "1"),
        (kind, "2026-10-05", "0", "2", "2", "0"),
        ("unknown", "2026-09-07", "0", "1", "1", "0"),
        ("unknown", "2026-09-21", "0", "1", "1", "1"),
        ("unknown", "2026-10-05", "0", "0", "0", "0"),
    ]
    assert rows[0]["coverage"] == "0.5" and "50 %" in told(milestones("trend", "--store", recorded))
    early = csv_rows(told(milestones("trend", "--store", recorded, "--format", "csv", "--as-of", "2026-09-07")))
    assert {row["day"] for row in early} == {"2026-09-07"}


def test_changes_tell_what_stands_otherwise_than_on_a_day_and_which_gaps_opened_and_closed(recorded: str) -> None:
    since = ("changes", "--since", "2026-09-07", "--store", recorded)
    rows = csv_rows(told(milestones(*since, "--format", "csv")))
    shown = ("project", "deliverable", "from_state", "state", "gap", "cause", "changed_on")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        (ODD, "MMP Release-level Vision", "missing", "in_review", "", "data", "2026-10-05"),
        (ODD, "MVP #1 Release-level Vision", "complete", "stale", "opened", "rules", "2026-09-21"),
        (GONE, "MVP #1 Release-level Vision", "missing", "", "closed", "data", "2026-10-05"),
    ]
    assert {row["requirement"] for row in rows} == {MMP, MVP} and rows[2]["project_id"] == GONE
    assert "Gaps: 1 opened, 1 closed." in told(milestones(*since))
    then = csv_rows(told(milestones(*since, "--format", "csv", "--as-of", "2026-09-21")))
    assert [row["gap"] for row in then] == ["opened"]


@pytest.mark.parametrize(
    ("which", "words"),
    [("recorded", "Nothing is recorded before 2026-09-07"), ("store", "Nothing is recorded yet")],
)
def test_changes_since_before_the_first_record_say_so(request: pytest.FixtureRequest, which: str, words: str) -> None:
    done = milestones("changes", "--since", "2026-01-01", "--store", request.getfixturevalue(which))
    assert done.returncode == 0 and words in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('phase = "Phase"', 'phase = "Stage"', "maps projects.phase otherwise than the mirror: run a sync."),
        ('phase = "Phase"', "", "maps projects.phase otherwise than the mirror: run a sync."),
        ('table = "Projects"', 'table = "Clients"', "maps projects otherwise than the mirror: run a sync."),
    ],
)
def test_a_mapping_that_is_not_the_mirrors_is_said_in_one_line(
    store: str, tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    assert text.count(old + "\n") == 1
    (tmp_path / "new.toml").write_text(text.replace(old + "\n", new + "\n"), encoding="utf-8")
    done = milestones("verdicts", "--config", str(tmp_path / "new.toml"), "--store", store, "--format", "csv")
    assert (done.returncode, len(csv_rows(done.stdout))) == (0, 128)
    assert words in done.stderr and done.stderr.count("\n") == 1


def test_a_milestone_that_the_base_lacks_is_said_and_is_unknown(store: str, tmp_path: Path) -> None:
    text = (ROOT / "examples" / "base-vision.toml").read_text(encoding="utf-8")
    own = text.replace('milestone = "Vision"\nsource', 'milestone = "Visoin"\nsource')
    assert own != text
    (tmp_path / "new.toml").write_text(own, encoding="utf-8")
    done = milestones("verdicts", "--config", str(tmp_path / "new.toml"), "--store", store, "--format", "csv")
    assert "no milestone called “Visoin” (did you mean “Vision”?)" in done.stderr and done.stderr.count("\n") == 1
    untold = [row for row in csv_rows(done.stdout) if row["milestone"] == "Visoin"]
    assert len(untold) == 60 and {row["state"] for row in untold} == {"unknown", "not_required"}
