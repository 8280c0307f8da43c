"""`python -m sync run` as a process: what it prints, how it ends, what it leaves behind."""

import io
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import BASE, ROOT, Config, Sync
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from milestones.__main__ import app as judging
from settings.errors import MirrorMissing
from sync import snapshot
from sync.__main__ import app
from sync.frames import load
from sync.mirror import Counts
from sync.snapshot import load_runs, load_snapshot
from sync.summary import Summary
from sync.terminal import show

Run = subprocess.CompletedProcess[str]


def last(url: URL) -> snapshot.Run:
    [run] = load_runs(url)
    return run


def refused(run: Run, exit_code: int, *told: str) -> str:
    """The one line of a run that failed as it should."""
    assert run.returncode == exit_code, run.stderr
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1 and re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC sync: ", run.stderr), (
        run.stderr
    )
    assert TOKEN not in run.stderr
    for part in told:
        assert part in run.stderr
    return run.stderr


def ran(run: Run) -> str:
    """The one line of a run that succeeded."""
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count("\n") == 1
    return run.stdout


# What it prints


def test_unattended_it_prints_one_line_with_every_tables_counts(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    line = ran(sync("run", "--config", write_config(), "--store", sqlite))
    assert BASE in line and "; 7 calls, " in line
    for canonical, name in (
        ("projects", "Projects"),
        ("project_deliverables", "Project Deliverables"),
        ("milestones", "Milestones"),
        ("catalogue", "Deliverables"),
    ):
        records = len(base.records[base.table(name)["id"]])
        assert f"{canonical} {records} (+{records} ~0 -0)" in line


def test_json_is_the_summary_alone_with_every_count(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base
) -> None:
    config = write_config()
    sync("run", "--config", config, "--store", sqlite)
    standin.requests.clear()
    projects = base.records[base.table("Projects")["id"]]
    base.delete("Projects", projects[0]["id"])
    base.put("Projects", {"id": "recNew00000000001", "fields": {"Name": "New"}})
    projects[1]["fields"][base.field("Projects", "Phase")["id"]] = "Phase 9"
    summary: dict[str, Any] = json.loads(ran(sync("run", "--config", config, "--store", sqlite, "--json")))
    assert summary["base"] == BASE and summary["sample"] is False
    assert summary["tables"]["projects"] == {"records": 60, "added": 1, "changed": 1, "removed": 1}
    assert (summary["records"], summary["added"], summary["changed"], summary["removed"]) == (318, 1, 1, 1)
    assert summary["calls"] == len(standin.requests) == 7 + 1  # one asks for the deleted record by name
    assert summary["seconds"] > 0 and summary["unreadable"] == 0 and summary["read_began"].endswith("Z")


def test_verbose_says_the_steps_on_standard_error(write_config: Config, sync: Sync, sqlite: str) -> None:
    run = sync("run", "--config", write_config(), "--store", sqlite, "--verbose")
    assert run.returncode == 0 and run.stdout.count("\n") == 1
    for step in ("reading the schema", "read table 'Projects'", "read table 'Deliverables'", "replacing the mirror"):
        assert step in run.stderr
    assert TOKEN not in run.stderr


def on_terminal(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and screen of a process that sees a terminal."""
    here, there = pty.openpty()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=there, stdout=there, stderr=there)
    os.close(there)
    shown = b""
    try:
        while piece := os.read(here, 65536):
            shown += piece
    except OSError:  # Linux: the other end is closed
        pass
    os.close(here)
    return process.wait(60), shown.decode(errors="replace")


def test_on_a_terminal_it_shows_progress_per_table_and_ends_with_a_table(
    write_config: Config, environment: dict[str, str], sqlite: str, standin: Standin
) -> None:
    standin.latency = 0.15  # long enough for a screen to be drawn while the last table is read
    command = [sys.executable, "-m", "sync", "run", "--config", str(write_config()), "--store", sqlite]
    code, shown = on_terminal(command, environment | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"})
    assert code == 0
    progress, _, summary = shown.partition("Mirrored")
    assert BASE in summary and "removed" in summary and "calls" in summary
    for table in ("projects", "project_deliverables", "milestones", "catalogue"):
        assert table in progress and table in summary


def test_a_name_is_no_markup_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    then = datetime.fromisoformat("2026-01-01")
    why = "table 'Projects [/old]' is :fire: [bold]new"
    show(Summary(BASE, False, then, then, then, {"projects": Counts(1)}, 0, "full", why, 5, 1.0))
    assert why in " ".join(capsys.readouterr().out.split())


# The sample and the first real base


def test_the_sample_needs_no_token_and_the_first_run_of_a_real_base_replaces_it_without_ado(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base
) -> None:
    config = write_config(airtable__base=None)
    assert "sample base" in ran(sync("run", "--config", config, "--store", sqlite, AIRTABLE_TOKEN=""))
    sample = load(make_url(sqlite))
    assert sample.snapshot.sample and sample.snapshot.judged_on is not None
    assert sample.projects["record_url"].isna().all() and len(sample.projects) > 0
    again = json.loads(ran(sync("run", "--config", config, "--store", sqlite, "--json")))
    assert (again["added"], again["changed"], again["removed"], again["calls"]) == (0, 0, 0, 0)
    assert standin.requests == []
    once = ("run", "--if-missing", "--store", sqlite, "--config")
    assert ran(sync(*once, config)) == "the sample base is mirrored already\n"

    kept = {record["id"] for record in base.records[base.table("Projects")["id"]][:2]}
    for record in [*base.records[base.table("Projects")["id"]]]:
        if record["id"] not in kept:
            base.delete("Projects", record["id"])
    summary = json.loads(ran(sync(*once, write_config(), "--json")))
    assert summary["tables"]["projects"] == {"records": 2, "added": 2, "changed": 0, "removed": 0}
    assert json.loads(ran(sync(*once, write_config(), "--json"))) == {"base": BASE, "how": "none"}
    real = load(make_url(sqlite))
    assert not real.snapshot.sample and real.snapshot.base == BASE
    assert real.snapshot.version > sample.snapshot.version
    assert set(real.projects["record_id"]) == kept


# Bad input


def test_without_a_token_every_place_to_put_one_is_told(write_config: Config, sync: Sync, sqlite: str) -> None:
    config = write_config()
    (config.parent / ".env").write_text("AIRTABLE_TOKEN: pat\n")
    run = sync("run", "--config", config, "--store", sqlite, AIRTABLE_TOKEN="")
    refused(run, 77, "AIRTABLE_TOKEN", ".env (line 1", "airtable.com/create/tokens", "There is no mirror yet")
    noted = last(make_url(sqlite))
    assert noted is not None and (noted.exit_code, noted.calls) == (77, 0) and noted.message in run.stderr


def test_a_token_in_a_file_beside_the_configuration_is_enough(
    write_config: Config, sync: Sync, sqlite: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"AIRTABLE_TOKEN={TOKEN}\n")
    ran(sync("run", "--config", write_config(), "--store", sqlite, AIRTABLE_TOKEN=""))


def test_a_wrong_token_is_told_and_never_printed(write_config: Config, sync: Sync, sqlite: str) -> None:
    run = sync("run", "--config", write_config(), "--store", sqlite, "--verbose", AIRTABLE_TOKEN="patWRONG.secret")
    assert run.returncode == 77 and "secret" not in run.stdout + run.stderr
    assert "does not know the token (401)" in run.stderr and "AIRTABLE_TOKEN" in run.stderr


def test_an_unknown_base_is_named(write_config: Config, sync: Sync, sqlite: str) -> None:
    run = sync("run", "--config", write_config(airtable__base="appNotThere000000"), "--store", sqlite)
    refused(run, 77, "appNotThere000000", "Check the base's id", "scopes data.records:read and schema.bases:read")


def test_missing_tables_and_fields_are_all_named_before_any_record_is_read(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base
) -> None:
    base.remove_field("Projects", "Phase")
    base.rename_field("Milestones", "Order", "Sequence")
    base.table("Deliverables")["name"] = "Delivrables"
    run = sync("run", "--config", write_config(), "--store", sqlite)
    refused(run, 78, "'Phase'", "'Order'", "'Deliverables' is not in the base (did you mean “Delivrables”?)")
    assert [request.path for request in standin.requests] == [f"/v0/meta/bases/{BASE}/tables"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "no configuration at"),
        ("[airtable\n", "line 1"),
        ("", "tables: Field required"),
        ("[x]\n", "x: unknown key"),
    ],
)
def test_a_missing_or_faulty_configuration_is_told(
    sync: Sync, sqlite: str, tmp_path: Path, text: str | None, told: str
) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    refused(sync("run", "--config", path, "--store", sqlite), 78, str(path), told, "There is no mirror yet")


def test_a_base_with_tables_but_no_records_is_mirrored_as_empty(
    write_config: Config, sync: Sync, store: str, base: Base
) -> None:
    for records in base.records.values():
        records.clear()
    summary = json.loads(ran(sync("run", "--config", write_config(), "--store", store, "--json")))
    assert summary["records"] == 0
    assert load(make_url(store)).projects.empty


def test_a_status_that_nobody_mapped_is_mirrored_as_it_is(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    record = base.records[base.table("Project Deliverables")["id"]][0]
    record["fields"][base.field("Project Deliverables", "Status")["id"]] = "Ask again on Friday"
    ran(sync("run", "--config", write_config(), "--store", sqlite))
    statuses = load(make_url(sqlite)).project_deliverables.set_index("record_id")["status"]
    assert statuses[record["id"]] == "Ask again on Friday"


@pytest.mark.parametrize("what", ["no database", "a folder", "no server", "no driver"])
def test_a_store_that_cannot_be_used_is_named_without_its_password(
    write_config: Config, sync: Sync, tmp_path: Path, what: str
) -> None:
    (tmp_path / "letter.db").write_text("Dear reader, this is no database, and it is longer than a page header.\n" * 99)
    url, code, told = {
        "no database": (f"sqlite:///{tmp_path}/letter.db", 74, "letter.db"),
        "a folder": (f"sqlite:///{tmp_path}", 74, str(tmp_path)),
        "no server": ("postgresql+psycopg://me:secret@127.0.0.1:1/db", 74, "127.0.0.1:1/db"),
        "no driver": ("oracle://me:secret@host/db", 78, "postgresql+psycopg://user@host/db"),
    }[what]
    line = refused(sync("run", "--config", write_config(), "--store", url), code, told)
    assert "secret" not in line and "There is no mirror yet" not in line
    assert (tmp_path / "letter.db").read_text().startswith("Dear reader")


def test_a_database_that_is_somebody_elses_is_left_as_it_is(write_config: Config, sync: Sync, sqlite: str) -> None:
    path = make_url(sqlite).database or ""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE projects (budget integer)")
    refused(sync("run", "--config", write_config(), "--store", sqlite), 74, "did not make: projects", "--store")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("projects",)]


# Failure


def test_a_failed_run_leaves_the_mirror_says_its_age_and_is_noted(
    write_config: Config, sync: Sync, store: str, standin: Standin, base: Base
) -> None:
    config = write_config()
    ran(sync("run", "--config", config, "--store", store))
    good, run = load(make_url(store)), last(make_url(store))
    assert run is not None and (run.base, run.exit_code) == (BASE, 0) and run.began <= good.snapshot.read_began
    base.records[base.table("Projects")["id"]].clear()
    deliverables: str = base.table("Deliverables")["id"]
    standin.fault = lambda number, method, path: Fault(body=b"{}") if path.endswith(deliverables) else None
    line = refused(
        sync("run", "--config", config, "--store", store, "--json"),
        65,
        "table 'Deliverables' has no records",
        f"The last good mirror, of {BASE}, was read ",
        f" ({good.snapshot.read_began:%Y-%m-%d %H:%M} UTC)",
    )
    now, failed = load(make_url(store)), last(make_url(store))
    assert now.snapshot == good.snapshot and len(now.projects) == 60
    assert failed is not None and failed.exit_code == 65 and failed.message in line
    assert failed.began > run.began


@pytest.mark.parametrize("action", ["create", "status"])
def test_whichever_command_fails_says_the_age_of_the_last_good_mirror(
    write_config: Config, sync: Sync, sqlite: str, action: str
) -> None:
    config = write_config(store__url=sqlite)
    ran(sync("run", "--config", config))
    told = f"The last good mirror, of {BASE}, was read just now ("
    refused(sync("webhook", action, "--config", config, AIRTABLE_TOKEN=""), 77, told)


@pytest.mark.parametrize(
    ("stream", "named"), [("stdout", BASE), ("stderr", "nonsense"), ("stderr", BASE)], ids=["result", "fault", "steps"]
)
def test_a_stream_that_takes_no_word_keeps_the_exit_code(
    write_config: Config, environment: dict[str, str], sqlite: str, stream: str, named: str
) -> None:
    config = write_config(airtable__base=named)
    command = [sys.executable, "-m", "sync", "run", "--config", str(config), "--store", sqlite]
    command += ["--verbose"] if stream == "stderr" else []
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: full}
        done = subprocess.run(command, cwd=ROOT, env=environment, text=True, timeout=60, check=False, **pipes)
    if named == "nonsense":
        assert (done.returncode, done.stdout) == (78, "")
    elif stream == "stderr":
        assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    else:
        assert (done.returncode, done.stderr.count("\n")) == (74, 1)
        assert "standard output takes no word of it: No space left on device" in done.stderr
        assert load_snapshot(make_url(sqlite)).base == BASE


def test_a_name_that_standard_output_cannot_encode_is_told_by_its_number(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.rename_table("Projects", "Projekte 漢")
    project = base.records[base.table("Projekte 漢")["id"]][0]["id"]
    base.update("Projekte 漢", project, {base.field("Projekte 漢", "Name")["id"]: "Küche 漢"})
    options = ["--config", str(write_config(tables__projects__table="Projekte 漢")), "--store", sqlite]
    ran(sync("run", *options))
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
    monkeypatch.setenv("AIRTABLE_TOKEN", TOKEN)
    for command, line, encoding, told in (
        (app, ["check"], "latin-1", "Projekte \\u6f22"),
        (judging, ["verdicts"], "ascii", "K\\xfcche \\u6f22"),
        (judging, ["verdicts", "--format", "csv"], "ascii", "Küche 漢"),
        (judging, ["verdicts", "--format", "json"], "ascii", "K\\u00fcche \\u6f22"),
    ):
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
        with pytest.raises(SystemExit) as ended:
            command([*line, *options])
        sys.stdout.seek(0)
        assert ended.value.code == 0 and told in sys.stdout.read()


@pytest.mark.parametrize(
    ("works", "unread"), [("threading.Event().wait(10)", False), ("sys.stderr.write('x' * 200_000)", True)]
)
def test_a_run_that_hangs_ends_though_nobody_can_be_told(works: str, unread: bool) -> None:
    hanging = (
        "import sys, threading\n"
        "from sync import deadline\n"
        "deadline.GRACE_SECONDS = 0\n"
        "with deadline.ending(0.1):\n"
        f"    {works}\n"
    )
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = subprocess.Popen(
            [sys.executable, "-c", hanging], cwd=ROOT, stderr=subprocess.PIPE if unread else full
        )
    try:
        assert process.wait(30) == 75
    finally:
        process.kill()
        if process.stderr:
            process.stderr.close()


def test_a_fault_ends_the_command_though_nobody_reads_it(
    write_config: Config, environment: dict[str, str], sqlite: str
) -> None:
    here, there = os.pipe()
    os.set_blocking(there, False)
    with suppress(BlockingIOError):
        while os.write(there, b"x" * 4096):
            pass
    os.set_blocking(there, True)
    config = str(write_config(airtable__base="nonsense"))
    command = [sys.executable, "-m", "sync", "run", "--config", config, "--store", sqlite]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=there)
    try:
        assert process.wait(30) == 78
    finally:
        process.kill()
        os.close(here)
        os.close(there)


def test_a_fault_does_not_wait_for_a_store_that_hangs(
    write_config: Config, sqlite: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = threading.Event()

    def hanging(url: object) -> str:
        ended.wait(30)
        return ". It was told too late"

    monkeypatch.setattr("sync.__main__._last_good", hanging)
    monkeypatch.setattr("sync.__main__.AGE_SECONDS", 0.1)
    with pytest.raises(SystemExit) as told:
        app(["run", "--config", str(write_config(airtable__base="nonsense")), "--store", sqlite])
    ended.set()
    assert told.value.code == 78
    assert capsys.readouterr().err.endswith(". How old the last good mirror is, only the store could tell\n")


def test_a_run_without_standard_output_ends_as_it_went(
    write_config: Config, environment: dict[str, str], sqlite: str
) -> None:
    line = f"exec {sys.executable} -m sync run --config {write_config()} --store {sqlite} >&-"
    done = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, env=environment, stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("fault", [Fault(status=422), Fault(status=403)], ids=["422", "403"])
def test_no_line_has_a_secret_or_a_control_character_or_no_end(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, fault: Fault
) -> None:
    told = {"type": "A\x1b[2J", "message": f"Bearer {TOKEN} \x1b]0;title\x07 " + "x" * 5000}
    fault = Fault(status=fault.status, body=json.dumps({"error": told}).encode())
    standin.fault = lambda number, method, path: fault
    address = standin.url.replace("http://", "http://user:hunter2@")
    run = sync("run", "--config", write_config(), "--store", sqlite, AIRTABLE_ENDPOINT_URL=address)
    line = refused(run, 65 if fault.status == 422 else 77)
    assert "hunter2" not in line and len(line) < 700 and line[:-1].isprintable()


@pytest.mark.parametrize(
    "store",
    ["postgresql+psycopg://me@127.0.0.1:1/db?passfile=hunter2", "postgresql+psycopg://me:hunter2@127.0.0.1:1/db"],
)
def test_no_line_has_the_stores_password(write_config: Config, sync: Sync, store: str) -> None:
    for command in ("run", "check", "status"):
        run = sync(command, "--config", write_config(), "--store", store)
        assert "127.0.0.1:1/db" in run.stdout + run.stderr and "hunter2" not in run.stdout + run.stderr
    assert refused(sync("run", "--config", write_config(), "--store", store), 74, "only the store could tell")


def test_an_address_with_a_password_that_gives_no_answer_is_told_without(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    options = ("--config", write_config(sync__deadline_seconds=1), "--store", sqlite)
    for address, code in (("http://me:hunter2@127.0.0.1:1", 75), ("ftp://me:hunter2@host", 78)):
        assert "hunter2" not in refused(sync("run", *options, AIRTABLE_ENDPOINT_URL=address), code)


def test_a_run_that_cannot_be_noted_says_so_though_the_mirror_is_new(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin, base: Base
) -> None:
    config = write_config()
    ran(sync("run", "--config", config, "--store", sqlite))
    with closing(sqlite3.connect(make_url(sqlite).database or "")) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        connection.execute("UPDATE snapshot SET read_began = datetime(read_began, '-9 days')")
        connection.commit()
    told = refused(sync("run", "--config", config, "--store", sqlite), 74, "disk is full", "was read just now")
    assert "9 days" not in told


def test_a_database_that_hangs_ends_the_run_by_its_deadline(
    write_config: Config, sync: Sync, new_database: Callable[[], str]
) -> None:
    store = new_database().partition("&options=")[0]
    config = write_config(sync__deadline_seconds=2)
    ran(sync("run", "--config", config, "--store", store))
    before = load(make_url(store))
    engine = create_engine(store)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE links"))
        refused(sync("run", "--config", config, "--store", store), 75, "past its deadline of 2 seconds", "answers")
    engine.dispose()
    assert load(make_url(store)).snapshot == before.snapshot
    ran(sync("run", "--config", config, "--store", store))


def test_a_first_run_that_fails_makes_no_mirror(write_config: Config, sync: Sync, store: str, standin: Standin) -> None:
    standin.fault = lambda number, method, path: Fault(body=b'{"tables": []}')
    run = sync("run", "--config", write_config(), "--store", store)
    refused(run, 65, f"Base {BASE} has no tables", "There is no mirror yet")
    with pytest.raises(MirrorMissing):
        load(make_url(store))
    noted = last(make_url(store)) if store.startswith("postgresql") else None
    assert noted is None or noted.exit_code == 65


def test_a_suspicious_loss_needs_a_persons_word(write_config: Config, sync: Sync, sqlite: str, base: Base) -> None:
    config = write_config()
    ran(sync("run", "--config", config, "--store", sqlite))
    base.records[base.table("Projects")["id"]].clear()
    refused(
        sync("run", "--config", config, "--store", sqlite), 65, "'Projects' would lose 60 of its 60", "--allow-shrink"
    )
    assert "projects 0 (+0 ~0 -60)" in ran(sync("run", "--config", config, "--store", sqlite, "--allow-shrink"))


def test_a_rate_limit_on_the_way_costs_time_and_no_records(
    write_config: Config, sync: Sync, sqlite: str, standin: Standin
) -> None:
    standin.rate, standin.window, standin.penalty = 3, 0.3, 0.3
    summary = json.loads(ran(sync("run", "--config", write_config(), "--store", sqlite, "--json")))
    assert summary["records"] == 318
    assert standin.refused > 0
    assert summary["calls"] == len(standin.requests)


def test_a_job_that_was_killed_leaves_the_mirror_and_blocks_no_other(
    write_config: Config, sync: Sync, environment: dict[str, str], store: str, standin: Standin
) -> None:
    config = write_config()
    ran(sync("run", "--config", config, "--store", store))
    good = load_snapshot(make_url(store))
    reached = threading.Event()

    def hang(number: int, method: str, path: str) -> Fault | None:
        if len(standin.requests) < 4:
            return None
        reached.set()
        return Fault(hang=True)

    standin.requests.clear()
    standin.fault = hang
    command = [sys.executable, "-m", "sync", "run", "--config", str(config), "--store", store]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        assert reached.wait(30)
        job.kill()
    standin.fault = None
    assert load_snapshot(make_url(store)) == good
    ran(sync("run", "--config", config, "--store", store))
    assert load_snapshot(make_url(store)).read_began > good.read_began


def test_an_error_that_nobody_foresaw_is_one_line_and_changes_nothing(
    write_config: Config, sync: Sync, sqlite: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(airtable__base=None)
    ran(sync("run", "--config", config, "--store", sqlite))
    good = load_snapshot(make_url(sqlite))

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by a rule")

    monkeypatch.setattr("sync.history.judge", broken)
    config = write_config(airtable__base=None, rules__vision_words=1)  # what cannot have changed is not judged
    for option in ([], ["--verbose"]):
        with pytest.raises(SystemExit) as ended:
            app(["run", "--config", str(config), "--store", sqlite, *option])
        assert ended.value.code == 70
        told = capsys.readouterr().err
        assert "ZeroDivisionError: by a rule" in told.splitlines()[-1]
        assert (told.count("\n") == 1, "Traceback" in told) == (not option, bool(option))
    assert load_snapshot(make_url(sqlite)) == good
    assert last(make_url(sqlite)).exit_code == 70


def test_verdicts_of_a_mirror_of_another_base_are_given_with_a_warning(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    ran(sync("run", "--config", write_config(airtable__base=None), "--store", sqlite))
    command = [sys.executable, "-m", "milestones", "verdicts", "--format", "csv", "--store", sqlite]
    told = subprocess.run(
        [*command, "--config", str(write_config())], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "The mirror holds the sample base" in told.stderr and BASE in told.stderr
    assert told.stdout.startswith("project_id,")
