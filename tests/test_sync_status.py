"""`python -m sync status` as a process: what people read, and what a monitor goes by."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airtable_standin import Base, Standin
from conftest import BASE, Config, Sync, held
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from settings.load import load_settings
from sync import notes
from sync.engine import open_store
from sync.notes import record_run
from sync.snapshot import Run, load_failures, load_runs
from sync.status import ago, last_runs, read_status


def told(sync: Sync, config: object, store: str, exit_code: int, **environment: str) -> dict[str, Any]:
    """What `status --json` says, without any token, ending with this exit code."""
    run = sync("status", "--config", str(config), "--store", store, "--json", AIRTABLE_TOKEN="", **environment)
    assert (run.returncode, run.stderr) == (exit_code, ""), run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def age(store: str, hours: float) -> None:
    """Makes the mirror so old."""
    with closing(sqlite3.connect(make_url(store).database or "")) as connection:
        connection.execute("UPDATE snapshot SET read_began = datetime('now', ?)", (f"{-hours} hours",))
        connection.commit()


def test_it_says_what_is_mirrored_and_what_it_cost_without_a_token_or_a_call(
    write_config: Config, sync: Sync, store: str, standin: Standin
) -> None:
    config = write_config(airtable__plan="free")
    assert sync("run", "--config", config, "--store", store).returncode == 0
    standin.requests.clear()
    found = told(sync, config, store, 0)
    assert (found["state"], found["configured"], found["base"], found["sample"]) == ("fresh", BASE, BASE, False)
    assert found["records"] == {"projects": 60, "project_deliverables": 125, "milestones": 15, "catalogue": 118}
    assert found["last_attempt"] == found["last_success"]
    assert found["last_attempt"]["calls"] == found["calls"]["used"] == 7
    assert found["calls"]["limit"] == 1000 and found["age_hours"] < 0.1
    assert found["read_began"] >= found["last_attempt"]["began"]
    assert standin.requests == []


def test_for_people_it_is_one_screen_that_begins_with_the_state(write_config: Config, sync: Sync, sqlite: str) -> None:
    config = write_config()
    sync("run", "--config", config, "--store", sqlite)
    run = sync("status", "--config", config, "--store", sqlite)
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and lines[0] == "fresh: the mirror was read just now"
    assert [line.split("  ")[1].strip() for line in lines[1:]] == [
        "Base",
        "Mirror",
        "Last attempt",
        "Last success",
        "Records",
        "Calls",
    ]
    assert f"{BASE}, read just now" in lines[2] and "projects 60, project_deliverables 125" in lines[5]
    assert "7 this month, about" in lines[6] and "the plan allows 100,000" in lines[6]


@pytest.mark.parametrize(
    ("hours", "state", "exit_code"),
    [(25.9, "fresh", 0), (26.1, "warning", 1), (71.9, "warning", 1), (72.1, "error", 2), (-1, "warning", 1)],
)
def test_the_exit_code_goes_by_the_age_since_the_read_began(
    write_config: Config, sync: Sync, sqlite: str, hours: float, state: str, exit_code: int
) -> None:
    config = write_config()
    sync("run", "--config", config, "--store", sqlite)
    age(sqlite, hours)
    found = told(sync, config, sqlite, exit_code)
    assert found["state"] == state
    assert ("clock" if hours < 0 else "read") in found["cause"]


def test_a_failed_run_is_the_last_attempt_and_makes_the_mirror_no_younger(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    config = write_config()
    sync("run", "--config", config, "--store", sqlite)
    age(sqlite, 30)
    assert sync("run", "--config", config, "--store", sqlite, AIRTABLE_TOKEN="patWrong").returncode == 77
    found = told(sync, config, sqlite, 1)
    assert found["last_attempt"]["exit_code"] == 77 and "does not know the token" in found["last_attempt"]["message"]
    assert found["last_success"]["exit_code"] == 0
    assert found["last_success"]["began"] < found["last_attempt"]["began"]
    assert 29.9 < found["age_hours"] < 30.1


def test_the_sample_base_does_not_age(write_config: Config, sync: Sync, sqlite: str) -> None:
    config = write_config(airtable__base=None)
    sync("run", "--config", config, "--store", sqlite)
    age(sqlite, 1000)
    found = told(sync, config, sqlite, 0)
    assert found["sample"] is True and found["age_hours"] is None and found["last_success"]["exit_code"] == 0


def test_no_mirror_is_an_error(write_config: Config, sync: Sync, store: str) -> None:
    found = told(sync, write_config(), store, 2)
    assert found["state"] == "error" and "There is no mirror" in found["cause"] and "sync run" in found["cause"]
    assert found["base"] is found["last_attempt"] is found["last_success"] is None


def test_a_file_that_is_no_mirror_is_an_error(write_config: Config, sync: Sync, sqlite: str) -> None:
    config = write_config()
    Path(make_url(sqlite).database or "").write_bytes(b"not a database, and longer than a header would be" * 40)
    assert "not a database" in told(sync, config, sqlite, 2)["cause"]


def test_a_store_that_gives_no_answer_is_an_error_soon(write_config: Config, sync: Sync, store: str) -> None:
    assert sync("run", "--config", write_config(), "--store", store).returncode == 0
    config = write_config(sync__deadline_seconds=0.5)
    with held(store):
        found = read_status(make_url(store), load_settings(config), datetime.now(UTC).replace(tzinfo=None))
    assert (found.state, found.exit_code) == ("error", 2) and "gave no answer in 0.5 seconds" in found.lines()[0]
    assert len(found.lines()) == 2 and not {"last_attempt", "records", "calls"} & set(found.as_json()), "not known"


def test_a_mirror_of_another_base_than_the_configured_one_is_an_error(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    sync("run", "--config", write_config(airtable__base=None), "--store", sqlite)
    found = told(sync, write_config(), sqlite, 2)
    assert "holds the sample base" in found["cause"] and BASE in found["cause"]
    assert found["configured"] == BASE and found["sample"] is True
    assert found["last_attempt"] is None  # the sample's runs are none of this base


def test_a_faulty_configuration_is_told_as_everywhere(write_config: Config, sync: Sync, sqlite: str) -> None:
    run = sync("status", "--config", write_config(airtable__plan="gold"), "--store", sqlite)
    assert (run.returncode, run.stdout) == (78, "") and "airtable.plan" in run.stderr and run.stderr.count("\n") == 1


def test_the_quotas_warning_is_said_before_the_limit_is_reached(
    write_config: Config, sync: Sync, sqlite: str, base: Base
) -> None:
    config = write_config(airtable__plan="free", sync__every_minutes=1)
    sync("run", "--config", config, "--store", sqlite)
    settings, url = load_settings(config), make_url(sqlite)
    began = datetime.now(UTC).replace(tzinfo=None)
    halfway = began.replace(day=15)
    for place in range(10):
        values = {"base": BASE, "began": halfway + timedelta(minutes=place), "ended": halfway, "exit_code": 0}
        record_run(create_engine(url), values | {"how": "full", "message": "", "calls": 9, "records": {}})
    found = read_status(url, settings, halfway + timedelta(hours=1))
    assert found.quota.used >= 90 and found.quota.warning is not None
    assert any(line.strip().startswith("Warning") and "the plan allows 1,000" in line for line in found.lines())
    runs: list[Run] = last_runs(url, settings, 4)
    assert len(runs) == 4 and runs[0].began == halfway + timedelta(minutes=9)


def test_runs_that_nobody_asks_for_any_more_are_taken_away_by_one_that_succeeds(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "FEWEST_RUNS_KEPT", 3)
    engine, now = open_store(make_url(sqlite), create=True), datetime(2026, 11, 26, tzinfo=UTC).replace(tzinfo=None)

    def noted(days: int, exit_code: int = 0) -> list[int]:
        values = {"base": BASE, "began": now - timedelta(days=days), "ended": now, "exit_code": exit_code}
        record_run(engine, values | {"how": "full", "message": "", "calls": 9, "records": {}})
        return [(now - run.began).days for run in load_runs(make_url(sqlite), most=None)]

    assert noted(100) == [100]
    assert noted(63) == [100, 63], "few are kept however old"
    noted(62), noted(61), noted(0, exit_code=75)
    assert noted(0, exit_code=75) == [100, 63, 62, 61, 0, 0], "the last success is known while runs fail"
    assert noted(0) == [62, 61, 0, 0, 0]
    assert noted(-300) == [62, 61, 0, 0, 0, -300], "a clock that jumped ahead once takes nothing away"
    assert noted(0) == [62, 61, 0, 0, 0, -300, 0]


def test_the_runs_that_failed_are_those_noted_after_the_last_good_one_of_the_base(store: str) -> None:
    engine, now = open_store(make_url(store), create=True), datetime(2026, 11, 26, tzinfo=UTC).replace(tzinfo=None)

    def failed(base: str, minutes: int, exit_code: int) -> tuple[int, datetime, datetime] | None:
        began = now + timedelta(minutes=minutes)
        values = {"base": base, "began": began, "ended": began, "exit_code": exit_code}
        record_run(engine, values | {"how": "", "message": "", "calls": 9, "records": {}})
        found = load_failures(make_url(store), {BASE})
        return (found.count, found.first.began, found.last.began) if found else None

    assert failed(BASE, -5, 75) == (1, now - timedelta(minutes=5), now - timedelta(minutes=5))
    assert failed(BASE, 60, 0) is None, "its clock was ahead"
    assert failed(BASE, 0, 75) == failed("appAnother", 2, 75) == (1, now, now)
    assert failed("appAnother", 3, 0) == (1, now, now)
    assert [failed(BASE, minutes, 75) for minutes in (5, 10)][-1] == (3, now, now + timedelta(minutes=10))


def test_ages_are_told_in_words() -> None:
    words = [ago(timedelta(minutes=m)) for m in (0, 1, 59, 60, 90, 47 * 60, 72 * 60)]
    assert words == [
        "just now",
        "1 minute ago",
        "59 minutes ago",
        "1 hour ago",
        "2 hours ago",
        "47 hours ago",
        "3 days ago",
    ]
