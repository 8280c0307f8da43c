"""Killed at any step of writing, out of disk, or beside another job: readers see the old mirror whole, or the new.

A full read on SQLite is killed at every step; the others at some of them, and at every one with EVERY_STEP=1.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import forked
import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import ROOT, Sync
from living_base import FULL, Desk, destroy, link, living, rec
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from settings.errors import StoreError
from sync.engine import reading
from sync.frames import load
from sync.snapshot import load_runs, load_snapshot

Job = Callable[..., tuple[int, str]]


def stride(steps: int) -> int:
    """Every so many steps of writing a job is killed."""
    return 1 if os.environ.get("EVERY_STEP") else steps


@pytest.fixture
def base() -> Base:
    return living()


@pytest.fixture
def standin(base: Base, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    with Standin(base, rate=None, tokens={TOKEN: FULL}) as server:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def job(environment: dict[str, str]) -> Job:
    """Runs the command and gives its exit code and what it said; `step`, `room` as `forked.sync` takes them."""

    def run(desk: Desk, store: str, **order: int) -> tuple[int, str]:
        done = forked.sync(["run", "--config", str(desk.config()), "--store", store], environment, **order)
        return done.returncode, done.stdout + done.stderr

    return run


def edit(base: Base, number: int) -> None:
    """A change of every kind in every mapped table."""
    with base.edit():
        base.update("Projects", rec("Pro", 1), {"Name": f"Changed {number}", "Status": None})
        base.put("Projects", {"id": rec("New", number), "fields": {"Name": f"New {number}"}})
        link(base, "Project Deliverables", rec("Del", 1), "Project", [rec("New", number)])
        base.put("Catalogue", {"id": rec("Cat", 10 + number), "fields": {"Name": f"Thing {number}"}})
        link(base, "Milestones", rec("Mil", 1), "Items", [rec("Cat", 10 + number)])
        if number == 1:
            destroy(base, "Project Deliverables", rec("Del", 2))
            destroy(base, "Projects", rec("Pro", 2))


@pytest.mark.parametrize("feed", [False, True], ids=["full read", "changes"])
def test_a_job_killed_at_any_step_of_writing_leaves_one_whole_mirror(
    standin: Standin, base: Base, job: Job, sqlite: str, tmp_path: Path, feed: bool
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    if feed:
        desk.webhook()
    desk.run()
    before = desk.hash()
    if feed:
        # In so small a base everything hangs together; not so this.
        base.update("Catalogue", rec("Cat", 1), {"Name": "Changed"})
    else:
        edit(base, 1)
    seen = {"old": 0, "new": 0}
    for step in range(1, 500, stride(5) if feed else 1):
        there = tmp_path / f"step{step}.db"
        shutil.copy(str(make_url(sqlite).database), there)
        desk.store = f"sqlite:///{there}"
        code, told = job(desk, desk.store, step=step)
        if desk.hash() == before:
            seen["old"] += 1
        else:
            desk.check()
            seen["new"] += 1
        if code == 0:
            break
        assert (code, told) == (-9, "")
        if step % 8 == 1:  # a following run needs no help
            assert desk.run().how in ("full", "changes", "quiet")
            desk.check()
    assert code == 0 and seen["old"] > 10 and seen["new"] >= 1


def test_a_first_job_killed_at_any_step_leaves_no_mirror_or_a_whole_one(
    standin: Standin, job: Job, tmp_path: Path
) -> None:
    desk = Desk(standin, "", tmp_path)
    seen = {"none": 0, "new": 0}
    for step in range(1, 500, stride(9)):
        desk.store = f"sqlite:///{tmp_path / f'step{step}.db'}"
        code, told = job(desk, desk.store, step=step)
        path = make_url(desk.store).database or ""
        with closing(sqlite3.connect(path)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "snapshot" in tables:
            desk.check()
        seen["new" if "snapshot" in tables else "none"] += 1
        if code == 0:
            break
        assert (code, told) == (-9, "")
    assert code == 0 and seen["none"] > 3 and seen["new"] >= 1


def test_a_job_killed_while_it_writes_to_postgresql_leaves_one_whole_mirror(
    standin: Standin, base: Base, job: Job, new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = new_database()
    desk = Desk(standin, store, tmp_path)
    desk.run()
    seen = {"old": 0, "new": 0}
    for number, step in enumerate(range(1, 500, stride(13)), start=1):
        before = desk.hash()
        edit(base, number)
        code, told = job(desk, store, step=step)
        if desk.hash() == before:
            seen["old"] += 1
            desk.run()  # at once, and with no help
        else:
            seen["new"] += 1
        desk.check()
        if code == 0:
            break
        assert (code, told) == (-9, "")
    assert code == 0 and seen["old"] > 2 and seen["new"] >= 1


def test_a_full_disk_ends_the_run_and_leaves_the_mirror(
    standin: Standin, base: Base, job: Job, sqlite: str, tmp_path: Path
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    desk.run()
    before = desk.hash()
    with base.edit():
        for number in range(100):
            base.put("Projects", {"id": rec("Big", number), "fields": {"Name": str(number) * 20_000}})
    room = Path(make_url(sqlite).database or "").stat().st_size + 40_000
    code, told = job(desk, sqlite, room=room)
    assert code == 74 and told.count("\n") == 1, told
    assert "sync: The store sqlite:///" in told and "has room" in told and "The last good mirror" in told
    assert "the same holds of the folder /var/tmp, where what is read is staged (SQLITE_TMPDIR" in told
    assert desk.hash() == before
    (noted,) = load_runs(make_url(sqlite))
    assert noted.exit_code == 74 and noted.message in told
    assert job(desk, sqlite)[0] == 0
    desk.check()


def test_a_reader_on_a_full_disk_sees_the_mirror_that_no_job_is_at_work_on(
    standin: Standin, environment: dict[str, str], sqlite: str, tmp_path: Path
) -> None:
    desk, path = Desk(standin, sqlite, tmp_path), Path(make_url(sqlite).database or "")
    desk.run()
    link = tmp_path / "link.db"
    link.symlink_to(path)

    def status() -> tuple[int, str]:
        store = ["--config", str(desk.config()), "--store", f"sqlite:///{link}"]
        done = forked.sync(["status", *store], environment, room=16_000)
        return done.returncode, done.stdout.partition(". ")[0]

    assert status()[0] == 0
    Path(f"{path}-wal").write_bytes(b"what a killed job left")
    assert status() == (2, f"error: The store sqlite:///{link} cannot be used: disk I/O error")


def test_what_is_read_on_a_full_disk_while_it_changes_is_not_believed(
    standin: Standin, sqlite: str, tmp_path: Path
) -> None:
    desk, usual = Desk(standin, sqlite, tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    desk.run()
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, usual[1]))
    opened = ExitStack()
    try:
        opened.enter_context(reading(make_url(sqlite)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    desk.run()
    with pytest.raises(StoreError, match="was written while it was read"):
        opened.close()


def test_two_jobs_at_once_and_a_dead_ones_lock(
    standin: Standin, sync: Sync, environment: dict[str, str], store: str, tmp_path: Path
) -> None:
    desk = Desk(standin, store, tmp_path)
    desk.run()
    before = desk.hash()
    standin.base.update("Projects", rec("Pro", 1), {"Name": "Changed"})
    reached = threading.Event()

    def hang(number: int, method: str, path: str) -> Fault:
        reached.set()
        return Fault(hang=True)

    standin.fault = hang
    options = ["run", "--config", str(desk.config()), "--store", store]
    command = [sys.executable, "-m", "sync", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        assert reached.wait(60)
        standin.fault = None
        second = sync(*options)
        assert (second.returncode, second.stdout, second.stderr.count("\n")) == (75, "", 1)
        assert "Another job is at work on this mirror. Wait until it is done" in second.stderr
        assert "The last good mirror" in second.stderr and desk.hash() == before
        webhook = sync("webhook", "create", *options[1:])
        assert webhook.returncode == 75 and standin.webhooks.hooks == {}
        first.kill()
    third = sync(*options)
    assert (third.returncode, third.stderr) == (0, "")
    desk.check()


@pytest.mark.parametrize("path", ["/payloads", "/webhooks", "/tables", "records"])
def test_a_job_that_is_stopped_says_so_is_noted_and_leaves_the_mirror(
    standin: Standin, environment: dict[str, str], sqlite: str, tmp_path: Path, path: str
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    if path == "/payloads":
        desk.webhook()
    desk.run()
    if path == "/webhooks":  # which a run asks for that has no place in the feed yet
        desk.webhook()
    before = desk.hash()
    standin.base.update("Projects", rec("Pro", 1), {"Name": "Changed"})
    command = [sys.executable, "-m", "sync", "run", "--config", str(desk.config()), "--store", sqlite]

    def stop(number: int, method: str, asked: str) -> Fault | None:
        if not asked.endswith(str(standin.base.table("Projects")["id"]) if path == "records" else path):
            return None
        process.terminate()
        return Fault(hang=True)

    standin.fault = stop
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        told = process.communicate(timeout=60)[1]
    assert (process.returncode, told.count("\n")) == (75, 1)
    assert "The job was stopped (SIGTERM). Run again. " in told and desk.hash() == before
    (run,) = load_runs(make_url(sqlite))
    assert run.exit_code == 75 and run.calls >= 1


def test_a_job_that_waits_for_its_store_can_be_stopped(
    standin: Standin, environment: dict[str, str], sqlite: str, tmp_path: Path
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    desk.run()
    command = [sys.executable, "-m", "sync", "run", "--verbose", "--config", str(desk.config()), "--store", sqlite]
    with closing(sqlite3.connect(make_url(sqlite).database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr
            for line in process.stderr:
                if "replacing the mirror" in line:
                    break
            process.terminate()
            told = process.communicate(timeout=25)[1]  # in vain it waits for a minute
    assert process.returncode == 75 and "The job was stopped (SIGTERM)" in told


def test_a_job_that_is_stopped_when_the_mirror_is_new_ends_well(
    standin: Standin, environment: dict[str, str], sqlite: str, tmp_path: Path
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    desk.webhook()
    command = [sys.executable, "-m", "sync", "run", "--config", str(desk.config()), "--store", sqlite]

    def stop(number: int, method: str, asked: str) -> Fault | None:
        if not asked.endswith("/payloads"):  # which a first run asks for after it has read everything
            return None
        process.terminate()
        return Fault(hang=True)

    standin.fault = stop
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = process.communicate(timeout=60)[0]
    assert process.returncode == 0 and "not verified that nothing was edited meanwhile" in told
    assert [(run.exit_code, run.how) for run in load_runs(make_url(sqlite))] == [(0, "full")]
    standin.fault = None
    desk.check()


def test_a_job_that_lost_its_lock_puts_no_older_mirror_over_a_newer_one(
    standin: Standin, sync: Sync, environment: dict[str, str], new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = new_database()
    desk = Desk(standin, store, tmp_path)
    desk.run()
    options = ["run", "--config", str(desk.config()), "--store", store]
    reached, go_on = threading.Event(), threading.Event()
    last = str(standin.base.table("Projects")["id"])

    def wait(number: int, method: str, path: str) -> None:
        if path.endswith(last) and not reached.is_set():
            reached.set()
            go_on.wait(60)

    standin.base.update("Projects", rec("Pro", 1), {"Name": "First"})
    standin.fault = wait
    command = [sys.executable, "-m", "sync", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as first:
        assert reached.wait(60)
        engine = create_engine(store)
        with engine.begin() as connection:
            lock = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            assert connection.execute(text(lock)).all() == [(True,)]
        engine.dispose()
        standin.base.update("Projects", rec("Pro", 1), {"Name": "Second"})
        assert sync(*options).returncode == 0
        newer = desk.hash()
        go_on.set()
        told = first.communicate(timeout=60)[1]
    assert (first.returncode, told.count("\n")) == (75, 1), told
    assert "Another job replaced the mirror meanwhile" in told and desk.hash() == newer


def test_a_reader_during_swaps_never_sees_a_mixture(standin: Standin, base: Base, store: str, tmp_path: Path) -> None:
    desk = Desk(standin, store, tmp_path)

    def mark(number: int) -> None:
        """The same word in three tables."""
        with base.edit():
            base.update("Projects", rec("Pro", 1), {"Name": f"Mark {number}"})
            base.update("Catalogue", rec("Cat", 1), {"Name": f"Mark {number}"})
            base.update("Milestones", rec("Mil", 1), {"Name": f"Mark {number}"})

    mark(0)
    desk.run()
    seen: list[set[str]] = []
    faults: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                frames = load(make_url(store))
                first = (("projects", "Pro"), ("catalogue", "Cat"), ("milestones", "Mil"))
                rows = {name: getattr(frames, name).set_index("record_id")["name"] for name, _ in first}
                seen.append({rows[name][rec(kind, 1)] for name, kind in first})
        except BaseException as fault:
            faults.append(fault)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 9):
        mark(number)
        desk.run()
    done.set()
    reader.join()
    assert not faults
    assert all(len(marks) == 1 for marks in seen)
    assert len(set.union(*seen)) > 2
    assert load_snapshot(make_url(store)).version == 9
