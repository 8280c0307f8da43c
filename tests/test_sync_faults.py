"""Every fault at every kind of call has its outcome: waited out, read anew, or one line and the mirror as it was.

In one process over HTTP with a clock that only sleeping moves; at the end one run of the real command per exit code.
"""

import json
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from traceback import walk_stack
from typing import Any

import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import BASE, Sync
from living_base import FULL, Desk, Wall, content_hash, living, rec, rows
from sqlalchemy.engine import make_url

from settings.errors import MilestonesError, TryAgain
from settings.models import SyncSettings
from sync import reading
from sync.__main__ import app
from sync.deadline import Deadline
from sync.mapping import TablePlan
from sync.mirror import Counts
from sync.snapshot import load_runs
from sync.staging import Staging

RECORDS = 125  # projects on two pages, deliverables on three
HTML = b"<html>Bad gateway</html>"
SLOW = json.dumps({"errors": [{"error": "RATE_LIMIT_REACHED", "message": "Rate limit exceeded."}]}).encode()
SPENT = json.dumps({"errors": [{"error": "PUBLIC_API_BILLING_LIMIT_EXCEEDED", "message": "Too many."}]}).encode()
EXPIRED = b'{"error": {"type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"}}'
DENIED = b'{"error": {"type": "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", "message": "Invalid permissions"}}'


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror of the base before the edit, with its change feed read so far."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch, Standin(living(RECORDS), rate=None, tokens={TOKEN: FULL}) as standin:
        wall = Wall()
        standin.webhooks.wall = wall.seconds
        patch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
        desk = Desk(standin, f"sqlite:///{folder / 'mirror.db'}", folder)
        desk.now = wall
        desk.webhook()
        assert desk.run().equal_at is not None
    return folder / "mirror.db"


@dataclass
class Case:
    """A run that meets a fault, on a base that was edited since the last run."""

    desk: Desk
    call: str
    before: str
    met: int = 0
    began: float = field(default_factory=time.monotonic)

    def meet(self, fault: Fault, times: int = 99) -> None:
        """The call in question meets the fault so many times."""
        table = str(self.desk.base.table("Project Deliverables")["id"])
        page = {"first page": 1, "page in the middle": 2, "last page": 3}.get(self.call, 0)
        ends = {"schema": "/tables", "feed": "/payloads"}.get(self.call, table)
        seen = iter(range(1, 999))

        def hook(number: int, method: str, path: str) -> Fault | None:
            if not path.endswith(ends) or (page and next(seen) < page) or self.met >= times:
                return None
            self.met += 1
            return fault

        self.desk.standin.fault = hook

    def asked(self) -> int:
        """How often the call in question was sent."""
        table = str(self.desk.base.table("Project Deliverables")["id"])
        ends = {"schema": "/tables", "feed": "/payloads"}.get(self.call, table)
        return len([request for request in self.desk.standin.requests if request.resource.endswith(ends)])

    def clock(self) -> float:
        """Stands still until the call meets its fault: what comes before it takes as long as the machine is busy."""
        return time.monotonic() if self.met else self.began

    def fails(self, exit_code: int, *told: str, deadline: Deadline | None = None) -> str:
        """The run fails so, and the mirror is as it was."""
        with pytest.raises(MilestonesError) as caught:
            self.desk.run(deadline=deadline)
        assert caught.value.exit_code == exit_code, caught.value
        for part in told:
            assert part in str(caught.value)
        assert caught.value.remedy and "\n" not in str(caught.value)
        assert self.met and self.desk.hash() == self.before
        return str(caught.value)

    def passes(self) -> None:
        """The run succeeds, and the mirror equals the base."""
        summary = self.desk.run()
        assert self.met and self.desk.hash() != self.before
        assert summary.tables["projects"] == Counts(RECORDS + 1, added=1, changed=1)
        assert summary.tables["project_deliverables"] == Counts(2 * RECORDS, changed=1)
        self.desk.check()

    def doubts(self, why: str) -> None:
        """The feed is not believed: everything is read, and the mirror equals the base."""
        summary = self.desk.run()
        assert self.met and (summary.how, why in summary.why) == ("full", True), summary.why
        self.desk.check()


@pytest.fixture
def case(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Case]:
    base, wall = living(RECORDS), Wall()
    wall.forward(minutes=5)
    with Standin(base, rate=None, tokens={TOKEN: FULL}, wall=wall.seconds) as standin:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
        shutil.copy(template, tmp_path / "mirror.db")
        desk = Desk(standin, f"sqlite:///{tmp_path / 'mirror.db'}", tmp_path)
        desk.now = wall
        if request.param == "feed":
            desk.make_hook()
        else:
            with closing(sqlite3.connect(tmp_path / "mirror.db")) as connection:
                connection.execute("DELETE FROM feed")
                connection.commit()
        edit(base)
        standin.requests.clear()
        yield Case(desk, request.param, desk.hash())


def edit(base: Base) -> None:
    with base.edit():
        base.update("Projects", rec("Pro", 7), {"Name": "Changed"})
        base.update("Project Deliverables", rec("Del", 240), {"Status": "Done"})
        base.put("Projects", {"id": rec("New", 1), "fields": {"Name": "New"}})


PAGES = ["first page", "page in the middle", "last page"]
CALLS = ["schema", *PAGES]
at = pytest.mark.parametrize

PASSING = {
    "rate limit": Fault(status=429, body=SLOW),
    "500": Fault(status=500, body=b'{"errors": true}'),
    "502 in HTML": Fault(status=502, body=HTML),
    "200 in HTML": Fault(body=HTML),
    "truncated JSON": Fault(body=b'{"records": [{"id": "rec'),
    "bottomless JSON": Fault(body=b"[" * 100_000),
    "reset in mid-body": Fault(cut=40),
    "no answer": Fault(cut=0),
}
LASTING: dict[str, tuple[Fault, int, tuple[str, ...]]] = {
    "rate limit": (PASSING["rate limit"], 75, ("in 5 attempts", "HTTP 429", "Run again later")),
    "500": (PASSING["500"], 75, ("in 5 attempts", "HTTP 500")),
    "200 in HTML": (PASSING["200 in HTML"], 75, ("not JSON",)),
    "truncated JSON": (PASSING["truncated JSON"], 75, ("not JSON",)),
    "bottomless JSON": (PASSING["bottomless JSON"], 75, ("not JSON (RecursionError)",)),
    "reset in mid-body": (PASSING["reset in mid-body"], 75, ("in 5 attempts", "Error")),
    "timeout": (Fault(status=408, body=b""), 75, ("in 5 attempts", "HTTP 408")),
    "two lengths": (Fault(headers={"Content-Length": "5, 7"}), 75, ("in 5 attempts", "InvalidHeader")),
    "quota": (Fault(status=429, body=SPENT), 69, (BASE, "used up", "Run less often")),
    "no keys": (Fault(body=b"{}"), 65, ("Airtable's answer for", "has no", "Run again")),
    "null": (Fault(body=b"null"), 65, ("Airtable's answer for", "has no")),
    "redirect": (Fault(status=302, headers={"Location": "/v0"}), 65, ("redirected", "AIRTABLE_ENDPOINT_URL")),
    "redirect to nowhere": (Fault(status=302), 65, ("redirected",)),
    "422": (Fault(status=422, body=b'{"errors": 5}'), 65, ("Airtable refused the request for", "422")),
    "401": (Fault(status=401, body=b"{}"), 77, ("does not know the token (401)", "AIRTABLE_TOKEN")),
    "403": (Fault(status=403, body=DENIED), 77, (BASE, "403 INVALID_PERMISSIONS", "token's access", "scopes")),
    "404": (Fault(status=404, body=b'{"error": "NOT_FOUND"}'), 77, (BASE, "404 NOT_FOUND", "Check the base's id")),
}
RETRIED = {name for name, (_, exit_code, _) in LASTING.items() if exit_code == 75}


@at("case", [*CALLS, "feed"], indirect=True)
@at("name", PASSING)
def test_trouble_that_passes_costs_calls_and_time_and_nothing_else(case: Case, name: str) -> None:
    case.meet(PASSING[name], times=2)
    case.passes()
    assert case.desk.clock.now >= (60 if name == "rate limit" else 3)


@at("case", CALLS, indirect=True)
@at("name", LASTING)
def test_trouble_that_lasts_leaves_the_mirror_and_says_why(case: Case, name: str) -> None:
    fault, exit_code, told = LASTING[name]
    case.meet(fault)
    case.fails(exit_code, *told)
    assert case.met == (5 if name in RETRIED else 1)


@at("case", ["feed"], indirect=True)
@at("name", [name for name in LASTING if name != "quota"])
def test_trouble_with_the_feed_is_a_doubt(case: Case, name: str) -> None:
    case.meet(LASTING[name][0])
    case.doubts("change feed")


@at("case", ["feed"], indirect=True)
def test_an_exhausted_month_is_no_doubt_of_the_feed(case: Case) -> None:
    case.meet(LASTING["quota"][0])
    case.fails(69, BASE, "used up")
    assert len(case.desk.standin.requests) == 1


# The deadline


def test_what_is_done_too_late_is_not_done() -> None:
    """A server that answers for ever, to a job that takes its time, would never let a run end."""
    now = [0.0]
    deadline = Deadline(5, lambda: now[0])
    done: Future[None] = Future()
    done.set_result(None)
    assert deadline.first([done], "the pages") == {done}
    now[0] = 5.0
    with pytest.raises(TryAgain, match="met its deadline of 5 seconds while reading the pages"):
        deadline.first([done], "the pages")


def test_a_signal_that_another_thread_gets_is_heard_while_something_is_waited_for() -> None:
    heard = threading.Event()

    def waiting() -> bool:
        main = threading.main_thread().ident or 0
        while not {"first", "wait"} <= {of.f_code.co_name for of, _ in walk_stack(sys._current_frames()[main])}:
            pass  # it is yet to wait
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        return heard.wait(20)

    before = signal.signal(signal.SIGUSR1, lambda *_: heard.set())
    try:
        assert Deadline(60).of("the signal", waiting)
    finally:
        signal.signal(signal.SIGUSR1, before)


@at("case", PAGES[:1], indirect=True)
@at(
    ("command", "hangs", "told"),
    [
        (("check", "--config", "desk.toml"), 1, ["no fault", "fault   base: ", "can be written", "1 call to"]),
        (("check", "--config", "desk.toml"), 2, ["shows its", "fault   base: ", "can be written", "2 calls"]),
        (("init", "--base", BASE, "--output", "new.toml"), 1, ["sync: "]),
    ],
)
def test_other_commands_end_by_a_deadline_too(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: Any,
    hangs: int,
    told: list[str],
) -> None:
    case.desk.sync["deadline_seconds"] = 0.3
    case.desk.config()
    case.desk.standin.fault = lambda number, method, path: Fault(hang=True) if number >= hangs else None
    monkeypatch.setattr("sync.__main__.SyncSettings", lambda: SyncSettings(deadline_seconds=0.3))  # without a file
    monkeypatch.setenv("AIRTABLE_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        app(list(command))
    assert ended.value.code == 75
    said = "".join(capsys.readouterr())
    assert all(word in said for word in [*told, "met its deadline of 0.3 seconds while reading the base"]), said


def test_a_part_of_the_time_that_is_left_is_no_more_than_that() -> None:
    now = [0.0]
    part = Deadline(40, lambda: now[0]).part(0.25)
    now[0] = 10.0
    with pytest.raises(TryAgain, match="deadline of 10 seconds"):
        part.first([Future()], "the change feed")


@at("case", ["feed"], indirect=True)
@at("fault", [Fault(hang=True), Fault(drip=0.02)], ids=["hang", "drip"])
def test_a_feed_that_hangs_or_drips_leaves_time_to_read_everything(case: Case, fault: Fault) -> None:
    case.meet(fault)
    summary = case.desk.run(deadline=Deadline(6))
    assert case.met and summary.how == "full" and "the change feed gave no answer" in summary.why
    case.desk.check()


@at("case", CALLS, indirect=True)
@at("fault", [Fault(hang=True), Fault(drip=0.02)], ids=["hang", "drip"])
def test_a_connection_that_hangs_or_drips_is_left_at_the_deadline(case: Case, fault: Fault) -> None:
    case.meet(fault)
    what = {"schema": "the schema"}.get(case.call, "'Project Deliverables'")
    deadline = Deadline(0.5, case.clock)
    case.fails(75, "deadline of 0.5 seconds while reading", what, "deadline_seconds", deadline=deadline)


# Schemas that are none


@at("case", ["schema"], indirect=True)
def test_an_empty_schema_is_no_empty_base(case: Case) -> None:
    case.meet(Fault(body=b'{"tables": []}'))
    case.fails(65, f"Base {BASE} has no tables, as far as this token sees", "token's access")


@at("case", ["schema"], indirect=True)
def test_a_schema_without_the_mapped_tables_names_them_all(case: Case) -> None:
    tables = [table for table in case.desk.base.tables if table["name"] not in ("Projects", "Milestones")]
    case.meet(Fault(body=json.dumps({"tables": tables}).encode()))
    case.fails(78, "'Projects' is not in the base", "'Milestones' is not in the base", "Mend the names")


# Cursors


def page_of(base: Base, first: int, last: int, offset: str = "") -> Fault:
    records = [row | {"fields": {}} for row in rows(base, "Project Deliverables")[first:last]]
    return Fault(status=200, body=json.dumps({"records": records} | ({"offset": offset} if offset else {})).encode())


@at("case", PAGES[1:], indirect=True)
@at("body", [EXPIRED, EXPIRED.replace(b"LIST_RECORDS_ITERATOR_NOT_AVAILABLE", b"INVALID_OFFSET_VALUE")])
def test_a_table_whose_cursor_expired_is_read_anew_and_never_spliced(
    case: Case, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    discarded: list[int] = []

    def discard(self: Staging, plan: TablePlan) -> None:
        discarded.append(self.pages[plan.name])
        forget(self, plan)

    forget = Staging.discard
    monkeypatch.setattr(Staging, "discard", discard)
    monkeypatch.setattr(reading, "PAGES_AT_A_TIME", 1)
    case.meet(Fault(status=422, body=body), times=1)
    case.passes()
    read = {"page in the middle": 2, "last page": 3}[case.call]
    assert discarded == [read - 1]
    requests = [item for item in case.desk.standin.requests if item.resource == deliverables(case)]
    offsets = ["offset" in f"{item.query}{item.body!r}" for item in requests]
    again = [False, True, True]
    assert offsets == [*again[:read], *again, *again]  # the last three are the independent reader's


def deliverables(case: Case) -> str:
    return str(case.desk.base.table("Project Deliverables")["id"])


@at("case", PAGES[1:], indirect=True)
def test_a_cursor_that_expires_in_every_attempt_ends_the_run(case: Case) -> None:
    def hook(number: int, method: str, path: str) -> None:
        if path.endswith(deliverables(case)) and case.asked() % (2 if case.call == "last page" else 1) == 1:
            case.met += 1
            case.desk.standin.expire_iterators()

    case.desk.standin.fault = hook
    case.meet(Fault(status=422, body=EXPIRED))
    case.fails(75, "'Project Deliverables' could not be read in one piece in 4 attempts", "forgot the cursor")


@at("case", ["schema", "feed"], indirect=True)
def test_an_expired_cursor_where_there_is_none_is_a_bad_answer(case: Case) -> None:
    case.meet(Fault(status=422, body=EXPIRED))
    if case.call == "feed":
        case.doubts("forgot how far the change feed was read")
    else:
        case.fails(65, "forgot how far the schema was read")


@at("case", PAGES[:2], indirect=True)
def test_a_repeated_offset_ends_the_run(case: Case) -> None:
    case.meet(page_of(case.desk.base, 0, 0, "itr00000000000001/rec00000000000001"))
    case.fails(65, "repeated a page of table 'Project Deliverables'")


@at("case", PAGES[1:], indirect=True)
def test_a_record_that_comes_twice_has_the_table_read_anew(case: Case) -> None:
    case.meet(page_of(case.desk.base, 0, 100), times=1)
    case.passes()


@at("case", PAGES[1:], indirect=True)
def test_a_record_that_comes_twice_in_every_attempt_ends_the_run(case: Case) -> None:
    page = {"page in the middle": 2, "last page": 3}[case.call]
    pages = iter(range(1, 99))
    case.desk.standin.fault = lambda number, method, path: (
        page_of(case.desk.base, 0, 100) if path.endswith(deliverables(case)) and next(pages) % page == 0 else None
    )
    case.met = 1
    case.fails(65, "'Project Deliverables' could not be read in one piece in 4 attempts", "a record came twice")
    assert case.asked() == 4 * page


NAMES: list[Any] = [None, {}, "rec", "rec\ud83d1234567890123"]
NO_RECORDS: list[Any] = [
    *(None, 5, {}, {"id": rec("Del", 1)}, {"id": rec("Del", 1), "fields": None, "createdTime": "2026-01-01"}),
    *({"id": name, "fields": {}, "createdTime": "2026-01-01"} for name in NAMES),
    {"id": rec("Del", 1), "fields": {}, "createdTime": "0001-01-01T00:00:00+05:00"},
]


@at("case", PAGES, indirect=True)
@at("record", NO_RECORDS, ids=str)
def test_a_record_that_is_none_ends_the_run(case: Case, record: Any) -> None:
    case.meet(Fault(body=json.dumps({"records": [record]}).encode()))
    case.fails(65, "sent a record of table 'Project Deliverables' that is none")


@at("case", ["first page", "page in the middle"], indirect=True)
def test_a_table_cut_short_is_a_suspicious_loss(case: Case) -> None:
    """A page that claims to be the last one looks right in itself."""
    case.meet(page_of(case.desk.base, 100, 110))
    case.fails(65, "'Project Deliverables' would lose", "of its 250 records", "--allow-shrink")


@at("case", ["feed"], indirect=True)
def test_a_feed_that_tells_of_a_mass_loss_needs_a_persons_word_too(case: Case) -> None:
    case.met = 1
    with case.desk.base.edit():
        for number in range(1, 101):
            case.desk.base.delete("Projects", rec("Pro", number))
    case.fails(65, "'Projects' would lose 100 of its 125 records", "--allow-shrink")
    assert case.desk.run(allow_shrink=True).how == "changes"
    case.desk.check()


# One run of the real command per exit code


def refuse(last: str, fault: Fault) -> Callable[[Standin, Desk], None]:
    def do(standin: Standin, desk: Desk) -> None:
        standin.fault = lambda number, method, path: fault if path.endswith(last) else None

    return do


def hang(standin: Standin, desk: Desk) -> None:
    standin.fault = lambda number, method, path: Fault(hang=True) if number > 7 else None
    desk.sync["deadline_seconds"] = 0.7


def unmap(standin: Standin, desk: Desk) -> None:
    standin.base.remove_field("Projects", "Lead")


def exhaust(standin: Standin, desk: Desk) -> None:
    standin.month_exhausted = True


def revoke(standin: Standin, desk: Desk) -> None:
    standin.revoked.add(TOKEN)


COMMANDS: dict[int, tuple[Callable[[Standin, Desk], None], int, tuple[str, ...]]] = {
    65: (refuse("/tables", Fault(body=b"{}")), 1, ("answer for the schema", "has no tables")),
    69: (exhaust, 0, ("month's API calls", "used up", "Run less often")),
    75: (hang, 0, ("met its deadline of 0.7 seconds", "deadline_seconds")),
    77: (revoke, 1, ("does not show the schema", BASE, "token's access includes this base")),
    78: (unmap, 1, ("[tables.projects.fields] product_manager", "no field 'Lead'", "Mend the names")),
}


@pytest.mark.parametrize("exit_code", COMMANDS)
def test_the_command_ends_with_one_line_its_exit_code_and_a_note(
    exit_code: int, command: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, calls, told = COMMANDS[exit_code]
    with Standin(living(), rate=None) as standin:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
        store = f"sqlite:///{tmp_path / 'mirror.db'}"
        desk = Desk(standin, store, tmp_path)
        desk.run()
        good = desk.hash()
        standin.base.update("Projects", rec("Pro", 1), {"Name": "Changed"})
        standin.requests.clear()
        spoil(standin, desk)
        run = command("run", "--config", desk.config(), "--store", store, AIRTABLE_ENDPOINT_URL=standin.url)
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (exit_code, "", 1), run.stderr
        for part in ("sync: ", *told, f"The last good mirror, of {BASE}, was read "):
            assert part in run.stderr
        assert desk.hash() == good
        (noted,) = load_runs(make_url(store))
        assert (noted.exit_code, noted.how, noted.records) == (exit_code, "", {})
        assert noted.message in run.stderr
        assert noted.calls == calls or (not calls and 0 < noted.calls <= len(standin.requests))


def test_the_command_that_succeeds_ends_with_0_and_a_note(
    command: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Standin(living(), rate=None) as standin:
        store = f"sqlite:///{tmp_path / 'mirror.db'}"
        desk = Desk(standin, store, tmp_path)
        run = command("run", "--config", desk.config(), "--store", store, AIRTABLE_ENDPOINT_URL=standin.url)
        assert (run.returncode, run.stderr, run.stdout.count("\n")) == (0, "", 1)
        (noted,) = load_runs(make_url(store))
        assert (noted.exit_code, noted.how, noted.calls) == (0, "full", 5) and noted.message in run.stdout
        assert noted.records["projects"] == {"records": 4, "added": 4, "changed": 0, "removed": 0}
        desk.check()


def test_hashes_tell_mirrors_apart(template: Path, tmp_path: Path) -> None:
    shutil.copy(template, tmp_path / "mirror.db")
    store = f"sqlite:///{tmp_path / 'mirror.db'}"
    before = content_hash(store)
    with closing(sqlite3.connect(tmp_path / "mirror.db")) as connection:
        connection.execute("UPDATE projects SET status = 'Other' WHERE record_id = ?", [rec("Pro", 1)])
        connection.commit()
    assert content_hash(store) != before
