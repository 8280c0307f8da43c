"""The change feed: what it saves, what it must not miss, and every doubt ends in a full read that says so."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from airtable_standin import READER, TOKEN, Base, Fault, Standin
from conftest import Config, Sync
from living_base import FULL, MAPPING, Desk, Ids, Wall, destroy, ids, link, living, rec
from sqlalchemy.engine import make_url

from settings.errors import (
    BadAnswer,
    MappingError,
    QuotaExhausted,
    SettingsError,
    StoreError,
    TokenError,
    TryAgain,
)
from sync import airtable, feed
from sync.engine import open_store, store_errors
from sync.frames import load
from sync.mirror import Counts
from sync.notes import feed_of
from sync.snapshot import load_runs, load_snapshot
from sync.summary import Summary
from sync.webhook import Action, act

PROJECTS, HANDED_IN, MILESTONES, CATALOGUE = "projects", "project_deliverables", "milestones", "catalogue"
TABLES = {PROJECTS, HANDED_IN, MILESTONES, CATALOGUE}
Edit = Callable[[Base], Any]


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def base() -> Base:
    return living()


@pytest.fixture
def standin(base: Base, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    tokens = {TOKEN: FULL, "patREADER": set(READER)}
    with Standin(base, rate=None, tokens=tokens, wall=wall.seconds) as server:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def desk(standin: Standin, sqlite: str, tmp_path: Path, wall: Wall) -> Desk:
    """With a webhook, and the base mirrored."""
    desk = Desk(standin, sqlite, tmp_path)
    desk.now = wall
    desk.webhook()
    assert desk.run().equal_at is not None
    standin.requests.clear()
    return desk


def touched(summary: Summary) -> set[str]:
    return {name for name, counts in summary.tables.items() if counts.added or counts.changed or counts.removed}


def paths(standin: Standin) -> list[str]:
    return [request.resource for request in standin.requests]


def hook_of(desk: Desk) -> str:
    feed = feed_of(open_store(make_url(desk.store)), desk.base.id)
    assert feed is not None
    return feed.webhook_id


def refused(standin: Standin, last: str, fault: Fault) -> None:
    """From now on requests whose path ends so meet this fault."""
    standin.fault = lambda number, method, path: fault if path.endswith(last) else None


# What it costs


def test_a_quiet_base_costs_one_call_and_is_known_to_be_equal(desk: Desk, standin: Standin, wall: Wall) -> None:
    before, was = desk.version, load_snapshot(make_url(desk.store))
    wall.forward(hours=1)
    summary = desk.run()
    assert paths(standin) == ["payloads"]
    assert (summary.how, summary.why, summary.calls) == ("quiet", "", 1)
    assert touched(summary) == set() and desk.version == before
    assert summary.equal_at is not None and summary.consistency.startswith("equal to the base at 2026-03-02 09:00:00")
    now = load_snapshot(make_url(desk.store))
    assert now.read_began > was.read_began and now.equal_at == summary.equal_at
    desk.check()


def test_edits_of_what_nobody_mapped_cost_one_call(desk: Desk, standin: Standin, base: Base) -> None:
    table = {"id": "tblElsewhere00000", "name": "Elsewhere", "primaryFieldId": "fldElse0000000000", "views": []}
    base.add_table(table | {"fields": [{"id": "fldElse0000000000", "name": "Name", "type": "singleLineText"}]})
    base.put("Elsewhere", {"id": rec("Els", 1), "fields": {"Name": "no matter"}})
    assert (desk.run().how, len(standin.requests)) == ("quiet", 1)


@pytest.mark.parametrize("changed", [1, 99, 100, 101, 250])
def test_changed_records_are_read_a_hundred_a_call(
    changed: int, wall: Wall, sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = living(records=400)
    with Standin(base, rate=None, tokens={TOKEN: FULL}, wall=wall.seconds) as standin:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
        desk = Desk(standin, sqlite, tmp_path)
        desk.now = wall
        desk.mapping[HANDED_IN]["fields"] = {key: key.title() for key in ("project", "deliverable", "status")}
        desk.mapping[PROJECTS]["fields"] = {"name": "Name", "status": "Status"}
        desk.seen_by_id = desk._by_id()
        desk.webhook()
        desk.run()
        standin.webhooks.records_per_payload = 10
        with base.edit():
            for record_id in ids(base, "Projects")[:changed]:
                base.update("Projects", record_id, {"Status": "Done", "Notes": "unmapped"})
        summary = desk.run()
        assert (summary.how, summary.why) == ("changes", "")
        assert summary.tables[PROJECTS] == Counts(400, changed=changed)
        assert summary.calls == 1 + -(-changed // 100)
        desk.check()


@pytest.mark.parametrize(
    ("edit", "counts"),
    [
        (lambda base: base.update("Projects", rec("Pro", 1), {"Start": "2026-02-03"}), Counts(4, changed=1)),
        (lambda base: base.put("Projects", {"id": rec("New", 1), "fields": {"Name": "New"}}), Counts(5, added=1)),
        (lambda base: destroy(base, "Projects", rec("Pro", 1)), Counts(3, removed=1)),
    ],
    ids=["changed", "created", "destroyed"],
)
def test_one_record_costs_one_call_more(
    standin: Standin, sqlite: str, tmp_path: Path, base: Base, wall: Wall, edit: Edit, counts: Counts
) -> None:
    mapping = {
        PROJECTS: {"table": "Projects", "fields": {"name": "Name", "start": "Start"}},
        HANDED_IN: {"table": "Project Deliverables", "fields": {"project": "Status", "deliverable": "Status"}},
    }
    desk = Desk(standin, sqlite, tmp_path, mapping)
    desk.now = wall
    desk.webhook()
    desk.run()
    edit(base)
    summary = desk.run()
    assert (summary.how, summary.tables[PROJECTS]) == ("changes", counts)
    # A project that goes takes its links with it: deliveries change too, in a field that nobody mapped here.
    assert summary.calls == (3 if counts.removed else 2)
    desk.check()


def test_a_record_made_and_deleted_between_two_runs_leaves_no_trace(desk: Desk, base: Base) -> None:
    base.put("Projects", {"id": rec("New", 1), "fields": {"Name": "Brief"}})
    destroy(base, "Projects", rec("New", 1))
    before = desk.version
    assert touched(desk.run()) == set() and desk.version == before
    desk.check()


# What it must not miss

DEPENDENT: list[tuple[str, Edit, set[str]]] = [
    ("lookup", lambda base: base.update("People", rec("Per", 1), {"Who": "Ada"}), {PROJECTS, HANDED_IN}),
    (
        "rollup and lookup",
        lambda base: base.update("Project Deliverables", rec("Del", 1), {"Status": "Done"}),
        {PROJECTS, HANDED_IN, CATALOGUE},
    ),
    ("name over a link", lambda base: base.update("Projects", rec("Pro", 1), {"Name": "X"}), {PROJECTS, HANDED_IN}),
    (
        "count, from the other end",
        lambda base: link(base, "Catalogue", rec("Cat", 1), "Milestone", [rec("Mil", 2)]),
        {MILESTONES, CATALOGUE},
    ),
    (
        "lookup, from the other end",
        lambda base: link(base, "People", rec("Per", 1), "Projects", [rec("Pro", 1)]),
        {PROJECTS, HANDED_IN},
    ),
    (
        "link, from the other end",
        lambda base: link(base, "Projects", rec("Pro", 1), "Deliveries", [rec("Del", 7), rec("Del", 8)]),
        {HANDED_IN},
    ),
    ("a linked record goes", lambda base: destroy(base, "Projects", rec("Pro", 1)), {PROJECTS, HANDED_IN}),
    ("a looked up record goes", lambda base: destroy(base, "People", rec("Per", 1)), {PROJECTS, HANDED_IN}),
    ("a counted record goes", lambda base: destroy(base, "Catalogue", rec("Cat", 1)), {MILESTONES, CATALOGUE}),
]


@pytest.mark.parametrize("computed_payloads", [True, False])
@pytest.mark.parametrize(("name", "edit", "tables"), DEPENDENT, ids=[case[0] for case in DEPENDENT])
def test_what_hangs_on_a_change_is_read_whether_its_own_change_is_told_or_not(
    desk: Desk, standin: Standin, base: Base, computed_payloads: bool, name: str, edit: Edit, tables: set[str]
) -> None:
    standin.webhooks.computed_payloads = computed_payloads
    # In so small a base everything hangs together: without one field, one table is not concerned.
    leave_out = {
        "rollup and lookup": (HANDED_IN, "owner"),
        "name over a link": (HANDED_IN, "owner"),
        "a counted record goes": (PROJECTS, "type"),
    }
    if name in leave_out:
        table, field = leave_out[name]
        del desk.mapping[table]["fields"][field]
        desk.seen_by_id = desk._by_id()
        desk.run()
        standin.requests.clear()
    edit(base)
    summary = desk.run()
    assert (summary.how, summary.why) == ("changes", "")
    assert "tables" not in paths(standin)
    assert tables <= touched(summary)
    desk.check()


@pytest.mark.parametrize("told_in", ["Projects", "Project Deliverables"])
def test_a_link_is_followed_though_only_one_of_its_ends_is_told(
    desk: Desk, standin: Standin, base: Base, told_in: str
) -> None:
    standin.webhooks.computed_payloads = False
    link(base, "Project Deliverables", rec("Del", 1), "Project", [rec("Pro", 3)])
    (_, _, payload) = standin.webhooks.hooks[hook_of(desk)].payloads[-1]
    told = payload["changedTablesById"]
    assert len(told) == 2
    payload["changedTablesById"] = {base.table(told_in)["id"]: told[base.table(told_in)["id"]]}
    assert desk.run().how == "changes"
    desk.check()


def test_a_condition_of_a_lookup_that_the_schema_does_not_tell_is_followed(
    desk: Desk, standin: Standin, base: Base
) -> None:
    """A lookup that shows only some linked records changes with the field by which they are chosen."""
    standin.webhooks.computed_payloads = False
    living_compute = base.computed
    assert living_compute is not None

    def only_loud(base: Base) -> None:
        living_compute(base)
        notes = {row["id"]: row["fields"].get(base.field("Projects", "Notes")["id"]) for row in rows(base)}
        for row in base.records[base.table("Project Deliverables")["id"]]:
            mine = row["fields"].get(base.field("Project Deliverables", "Project")["id"]) or []
            if any(notes.get(item) == "hidden" for item in mine):
                row["fields"] = row["fields"] | {base.field("Project Deliverables", "Loud Lead")["id"]: None}

    def rows(base: Base) -> list[dict[str, Any]]:
        return base.records[base.table("Projects")["id"]]

    base.computed = only_loud
    base.update("Projects", rec("Pro", 1), {"Notes": "hidden"})
    assert HANDED_IN in touched(desk.run())
    desk.check()


# Doubts


def doubted(desk: Desk, *told: str) -> Summary:
    """A run that read everything, said why, and ended well."""
    summary = desk.run()
    assert summary.how == "full"
    for part in told:
        assert part in summary.why
    desk.check()
    return summary


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda base: base.rename_field("Projects", "Status", "Stand"), "the schema changed"),
        (lambda base: base.rename_table("Projects", "Ventures"), "the schema changed"),
        (
            lambda base: base.add_field("People", {"id": "fldNew00000000000", "name": "New", "type": "number"}),
            "the schema changed",
        ),
        (lambda base: base.remove_field("Projects", "Notes"), "the schema changed"),
        (lambda base: base.retype_field("Projects", "Status", "singleLineText", None), "the schema changed"),
    ],
)
def test_a_change_of_the_schema_is_a_doubt(desk: Desk, base: Base, edit: Edit, told: str) -> None:
    edit(base)
    assert doubted(desk, told).equal_at is not None
    assert desk.run().how == "quiet"


@pytest.mark.parametrize("stale", ["skip", "refuse"])
def test_a_gap_in_the_feed_is_a_doubt(desk: Desk, standin: Standin, base: Base, stale: str) -> None:
    standin.webhooks.stale_cursor = stale
    for number in range(5):
        base.update("Projects", rec("Pro", 1), {"Name": f"Name {number}"})
    hook = standin.webhooks.hooks[hook_of(desk)]
    hook.payloads = hook.payloads[-2:]
    assert doubted(desk, "gap" if stale == "skip" else "422").equal_at is not None


def test_a_feed_that_forgot_everything_within_the_weeks_rest_is_a_doubt(
    desk: Desk, standin: Standin, base: Base, wall: Wall
) -> None:
    desk.sync["full_read_hours"] = 10_000
    base.update("Projects", rec("Pro", 1), {"Name": "Long ago"})
    wall.forward(days=7, minutes=1)
    summary = doubted(desk, "the change feed was last read 2026-03-02", "its webhook has ended", "webhook delete")
    assert summary.equal_at is None and "not verified" in summary.consistency


def test_a_lost_webhooks_cursor_is_never_believed_again(desk: Desk, base: Base, wall: Wall) -> None:
    """It goes on answering, with no payloads, as if nothing had changed."""
    desk.sync["full_read_hours"] = 10_000
    wall.forward(days=7, minutes=1)
    doubted(desk, "its webhook has ended")
    base.update("Projects", rec("Pro", 1), {"Name": "After its end"})
    doubted(desk, "no place in the change feed", "its webhook has ended")


@pytest.mark.parametrize("code", ["INTERNAL_ERROR", "INVALID_HOOK"])
@pytest.mark.parametrize("bare", [True, False])
def test_an_error_payload_is_a_doubt(desk: Desk, standin: Standin, base: Base, code: str, bare: bool) -> None:
    standin.webhooks.fail(hook_of(desk), code, bare=bare)
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    summary = doubted(desk, f"the feed tells of an error ({code})")
    assert (summary.equal_at is None) is (code == "INVALID_HOOK")
    assert ("its webhook has ended" in summary.why) is (code == "INVALID_HOOK")


def test_a_webhook_that_somebody_removed_is_a_doubt_until_it_is_made_anew(
    desk: Desk, standin: Standin, base: Base
) -> None:
    standin.webhooks.forget(hook_of(desk))
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    doubted(desk, "the change feed gave no answer", "404", "its webhook is gone")
    doubted(desk, "its webhook is gone")
    desk.webhook()
    doubted(desk, "no place in the change feed")
    assert desk.run().how == "quiet"


@pytest.mark.parametrize("status", [403, 404, 422, 500])
def test_a_feed_that_refuses_is_a_doubt(desk: Desk, standin: Standin, base: Base, status: int) -> None:
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    refused(standin, "/payloads", Fault(status=status, body=b'{"error": {"type": "NO"}}'))
    assert doubted(desk, "the change feed gave no answer").equal_at is None
    standin.fault = None
    assert desk.run().how == "quiet"  # from the cursor at which the full read began


def test_a_token_that_lost_the_scope_is_a_doubt(desk: Desk, standin: Standin, base: Base) -> None:
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    standin.tokens[TOKEN] = set(READER)
    summary = doubted(desk, "the change feed gave no answer", "403", "the webhook cannot be seen")
    assert summary.equal_at is None
    standin.tokens[TOKEN] = FULL
    assert doubted(desk, "no place in the change feed").equal_at is not None


GARBAGE: list[Any] = [
    b"{}",
    b"null",
    b"[]",
    b"<html>",
    {"payloads": []},
    {"payloads": [], "cursor": "1", "mightHaveMore": False},
    {"payloads": {}, "cursor": 1, "mightHaveMore": False},
    {"payloads": [], "cursor": 1},
    {"payloads": [], "cursor": 10_000, "mightHaveMore": False},
    {"payloads": [], "cursor": 1, "mightHaveMore": True},
    {"payloads": [], "cursor": True, "mightHaveMore": False},
    {"payloads": [], "cursor": 1, "mightHaveMore": False, "error": "NOT_NOW"},
]
WHEN = {"timestamp": "2026-01-01T00:00:00.000Z", "baseTransactionNumber": 1}
STRANGE: list[Any] = [
    {},
    {"changedTablesById": None},
    {"changedTablesById": {}, "timestamp": None},
    {"changedTablesById": {}, "baseTransactionNumber": "1"},
    {"destroyedTableIds": "T"},
    None,
    5,
    [],
    "text",
    {"brandNew": 1},
    {"changedTablesById": ["T"]},
    {"changedTablesById": {"T": None}},
    {"changedTablesById": {"T": {"brandNewById": {}}}},
    {"changedTablesById": {"T": {"changedRecordsById": ["rec"]}}},
    {"changedTablesById": {"T": {"changedRecordsById": {"recDel00000000001": {}}}}},
    {"changedTablesById": {"T": {"changedRecordsById": {"recDel00000000001": {"current": None}}}}},
    {"changedTablesById": {"T": {"changedRecordsById": {"'), 1=1": {"current": {}}}}}},
    {"changedTablesById": {"T": {"createdRecordsById": {"recDel00000000001": None}}}},
    {"changedTablesById": {"T": {"destroyedRecordIds": 5}}},
    {"changedTablesById": {"T": {"destroyedRecordIds": "recDel00000000001"}}},
    {"changedTablesById": {"T": {"destroyedRecordIds": [["recDel00000000001"]]}}},
    {"changedTablesById": {"P": {"createdRecordsById": {"recNew00000000001": {"cellValuesByFieldId": {"L": 5}}}}}},
    {"changedTablesById": {"P": {"createdRecordsById": {"recNew00000000001": {"cellValuesByFieldId": {"L": [5]}}}}}},
    {"destroyedTableIds": 5},
    {"destroyedTableIds": ["T"]},
    {"error": True},
    {"payloadFormat": "v1"},
    {"changedTablesById": {"T": {"destroyedRecordIds": [5]}}},
    {
        "changedTablesById": {
            "T": {"changedRecordsById": {"recDel00000000001": {"current": {"cellValuesByFieldId": "x"}}}}
        }
    },
]


@pytest.mark.parametrize("answer", GARBAGE, ids=str)
def test_an_answer_that_is_none_is_a_doubt(desk: Desk, standin: Standin, base: Base, answer: Any) -> None:
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    refused(standin, "/payloads", Fault(body=body))
    doubted(desk, "change feed")


@pytest.mark.parametrize("payload", STRANGE, ids=str)
def test_a_payload_that_is_not_understood_is_a_doubt(desk: Desk, standin: Standin, base: Base, payload: Any) -> None:
    told = json.dumps(WHEN | payload if isinstance(payload, dict) else payload)
    for sign, thing in (
        ("T", base.table("Project Deliverables")),
        ("P", base.table("Projects")),
        ("L", base.field("Projects", "Deliveries")),
    ):
        told = told.replace(f'"{sign}"', f'"{thing["id"]}"')
    hook = standin.webhooks.hooks[hook_of(desk)]
    hook.append(standin.webhooks.wall(), json.loads(told))
    assert doubted(desk).why in (
        "a payload is not understood",
        "a mapped table was removed",
        "the feed tells of an error (unknown)",
    )


def test_a_feed_that_does_not_go_on_is_asked_once(desk: Desk, standin: Standin) -> None:
    feed = feed_of(open_store(make_url(desk.store)), desk.base.id)
    body = json.dumps({"payloads": [], "cursor": feed.cursor if feed else 0, "mightHaveMore": True}).encode()
    refused(standin, "/payloads", Fault(body=body))
    doubted(desk, "change feed does not go on")
    assert paths(standin).count("payloads") == 2  # before everything is read, and after


def test_a_field_that_goes_without_the_feeds_word_is_named(desk: Desk, standin: Standin, base: Base) -> None:
    base.update("Projects", rec("Pro", 1), {"Name": "Meanwhile"})
    gone = standin.webhooks.hooks[hook_of(desk)]
    told = len(gone.payloads)
    base.remove_field("Projects", "Start")
    del gone.payloads[told:]
    with pytest.raises(MappingError, match="has no field 'Start'"):
        desk.run()


@pytest.mark.parametrize("formula", ["today( )", "Now()", "FROMNOW({Start})", "TONOW({Start})"])
def test_a_mapped_formula_that_changes_with_time_is_a_doubt_and_never_verified(
    desk: Desk, standin: Standin, base: Base, formula: str
) -> None:
    field = base.field("Project Deliverables", "Loud Lead")
    with base.edit():
        field["name"] += "!"  # a rename is told
        field["options"] = field["options"] | {"formula": f"UPPER({{Leads}}) & {formula}"}
    assert desk.run().equal_at is None
    standin.requests.clear()
    summary = doubted(desk, "table 'Project Deliverables' has a mapped formula that changes with time")
    assert summary.equal_at is None and summary.calls == 5
    assert not [request for request in standin.requests if "webhook" in request.path]
    with base.edit():  # when it no longer does, the feed is gone back to
        field["options"] = field["options"] | {"formula": "UPPER({Leads})"}
    doubted(desk, "changes with time")
    doubted(desk, "no place in the change feed")
    assert desk.run().how == "quiet"


def test_a_link_that_is_mirrored_as_a_list_is_followed_from_its_other_end(
    standin: Standin, base: Base, sqlite: str, tmp_path: Path, wall: Wall
) -> None:
    mapping = {name: {**table, "fields": dict(table["fields"])} for name, table in MAPPING.items()}
    mapping[PROJECTS]["fields"]["audiences"] = "Team"
    standin.webhooks.computed_payloads = False
    desk = Desk(standin, sqlite, tmp_path, mapping)
    desk.now = wall
    desk.webhook()
    desk.run()
    with base.edit():  # as if Airtable told of this end alone
        link(base, "People", rec("Per", 1), "Projects", [])
    for _, _, payload in standin.webhooks.hooks[hook_of(desk)].payloads:
        payload.get("changedTablesById", {}).pop(base.table("Projects")["id"], None)
    desk.run()
    assert load(make_url(sqlite)).projects.set_index("record_id")["audiences"].isna()[rec("Pro", 3)]


def test_a_mapped_field_of_an_unknown_type_may_hang_on_anything(desk: Desk, standin: Standin, base: Base) -> None:
    base.retype_field("Catalogue", "Marks", "brandNewRollup")
    desk.run(allow_retype=True)
    standin.requests.clear()
    base.update("People", rec("Per", 1), {"Who": "Another"})
    desk.run()
    assert base.table("Catalogue")["id"] in paths(standin)


def test_a_changed_mapping_is_a_doubt(desk: Desk) -> None:
    del desk.mapping[PROJECTS]["fields"]["status"]
    desk.seen_by_id = desk._by_id()
    assert doubted(desk, "the mapping in config.toml changed").equal_at is not None
    assert desk.run().how == "quiet"


def test_more_changes_than_a_full_read_costs_are_a_doubt(desk: Desk, base: Base) -> None:
    for number in range(300):
        base.update("People", rec("Per", 1), {"Who": f"Person {number}"})
    doubted(desk, "more to tell than a full read costs")


def test_changes_in_every_table_are_a_doubt(
    standin: Standin, sqlite: str, tmp_path: Path, base: Base, wall: Wall
) -> None:
    desk = Desk(standin, sqlite, tmp_path, {CATALOGUE: {"table": "Catalogue", "fields": {"name": "Marks"}}})
    desk.now = wall
    desk.webhook()
    desk.run()
    base.update("Project Deliverables", rec("Del", 1), {"Status": "Done"})
    doubted(desk, "as many changes as a full read costs")


@pytest.mark.parametrize(
    ("every", "quiet", "full"),
    [
        (1, 23.001, 23.999),
        (9, 9, 18),  # the next would come at 27
        (24, 10, 23.999),  # run more often than it says
    ],
)
def test_everything_is_read_at_least_daily_though_runs_are_seconds_early_or_late(
    desk: Desk, wall: Wall, every: float, quiet: float, full: float
) -> None:
    """A run every so many hours, and at which hours after the full read it is not due yet, and due."""
    desk.sync["every_minutes"] = every * 60
    wall.forward(hours=quiet)
    assert desk.run().how == "quiet"
    wall.forward(hours=full - quiet)
    assert doubted(desk, "the last full read was 2026-03-02 08:00 UTC").equal_at is not None
    assert desk.run().how == "quiet"


def test_a_full_read_at_every_run_is_verified_all_the_same(desk: Desk) -> None:
    desk.sync["full_read_hours"] = 0
    assert doubted(desk, "the last full read was").equal_at is not None


def test_a_clock_that_jumped_back_is_a_doubt(desk: Desk, wall: Wall) -> None:
    wall.forward(hours=-5)
    assert doubted(desk, "the last full read was 2026-03-02 08:00 UTC").equal_at is not None
    assert desk.run().how == "quiet"


def test_a_clock_that_jumped_back_after_a_run_on_changes_is_a_doubt(desk: Desk, wall: Wall) -> None:
    wall.forward(hours=5)
    desk.run()
    wall.forward(hours=-3)
    doubted(desk, "the change feed was last read 2026-03-02 13:00 UTC")


# Edits meanwhile


def edits(standin: Standin, base: Base, last: str, times: int, *, small: bool = False) -> None:
    """An edit right before each of so many requests whose path ends so."""
    left = iter(range(times))

    def edit(number: int, method: str, path: str) -> None:
        if path.endswith(last) and (time := next(left, None)) is not None:
            if small:
                base.update("Catalogue", rec("Cat", 1), {"Name": f"Edit {time}"})
                return
            base.update("Projects", rec("Pro", 1), {"Name": f"Edit {time}", "Start": "2026-05-05"})
            base.put("Catalogue", {"id": rec("New", time), "fields": {"Name": f"New {time}"}})

    standin.fault = edit


def test_edits_during_a_full_read_are_caught_up(desk: Desk, standin: Standin, base: Base) -> None:
    desk.sync["full_read_hours"] = 0
    edits(standin, base, base.table("Project Deliverables")["id"], 1)
    summary = doubted(desk)
    assert summary.equal_at is not None and summary.tables[CATALOGUE] == Counts(4, added=1)
    assert summary.tables[PROJECTS].changed == 1


@pytest.fixture
def several_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two records, so that small tables have several."""
    for module in (airtable, feed):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)


@pytest.fixture
def lonely(base: Base) -> Ids:
    """Six more projects, to which nothing links: what happens to them has no other table read anew."""
    new = [rec("Lon", number) for number in range(6)]
    with base.edit():
        for record_id in new:
            base.put("Projects", {"id": record_id, "fields": {"Name": record_id}})
    return new


def deletion(standin: Standin, base: Base, record_id: str) -> None:
    """It goes right before the fourth page of projects is read; as pages follow the live order, another is hidden."""
    standin.live_order = True
    asked = iter(range(99))

    def delete(number: int, method: str, path: str) -> None:
        if path.endswith(base.table("Projects")["id"]) and next(asked) == 3:
            base.delete("Projects", record_id)

    standin.fault = delete


@pytest.mark.usefixtures("several_pages")
def test_a_record_hidden_before_it_was_ever_mirrored_is_found(
    lonely: Ids, standin: Standin, base: Base, sqlite: str, tmp_path: Path, wall: Wall
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    desk.now = wall
    desk.webhook()
    deletion(standin, base, lonely[0])
    assert desk.run().equal_at is not None
    desk.check()


@pytest.mark.usefixtures("several_pages")
def test_a_record_hidden_while_changes_are_read_is_found_by_the_next_run(
    lonely: Ids, desk: Desk, standin: Standin, base: Base
) -> None:
    """A table that hangs on what changed is read whole; meanwhile a record comes, and one goes that hides it."""
    base.update("People", rec("Per", 1), {"Who": "Another"})
    base.put("Projects", {"id": rec("New", 1), "fields": {"Name": "New"}})
    deletion(standin, base, lonely[0])
    assert desk.run().equal_at is None
    standin.fault = None
    desk.run()
    desk.check()
    assert desk.run().equal_at is not None
    desk.check()


@pytest.mark.parametrize("webhook", [True, False])
@pytest.mark.usefixtures("several_pages")
def test_a_record_is_believed_gone_only_when_it_was_asked_for_by_name(
    lonely: Ids, standin: Standin, base: Base, sqlite: str, tmp_path: Path, wall: Wall, webhook: bool
) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    desk.now = wall
    desk.sync["full_read_hours"] = 0
    if webhook:
        desk.webhook()
    desk.run()
    deletion(standin, base, lonely[0])
    counts = desk.run().tables[PROJECTS]
    assert counts == (Counts(9, removed=1) if webhook else Counts(10))  # that it went is told by the feed alone
    standin.fault = None
    assert desk.run().tables[PROJECTS].records == 9
    desk.check()


def test_a_month_that_ends_while_it_is_verified_leaves_what_was_read(desk: Desk, standin: Standin, base: Base) -> None:
    desk.sync["full_read_hours"] = 0
    base.update("Projects", rec("Pro", 1), {"Name": "Changed"})

    def exhaust(number: int, method: str, path: str) -> None:
        standin.month_exhausted |= path.endswith("/payloads")

    standin.fault = exhaust
    summary = desk.run()
    assert (summary.how, summary.equal_at, summary.tables[PROJECTS].changed) == ("full", None, 1)
    standin.month_exhausted = False
    desk.check()


def test_edits_that_never_cease_are_told_and_follow_with_the_next_run(desk: Desk, standin: Standin, base: Base) -> None:
    desk.sync["full_read_hours"] = 0
    edits(standin, base, "/payloads", 99)
    summary = desk.run()
    assert summary.equal_at is None and "not verified" in summary.consistency
    desk.sync["full_read_hours"] = 24
    standin.fault = None
    desk.run()
    desk.check()


def test_edits_while_changes_are_read_follow_with_the_next_run(desk: Desk, standin: Standin, base: Base) -> None:
    standin.webhooks.computed_payloads = False
    base.update("Projects", rec("Pro", 2), {"Start": "2026-06-06"})
    edits(standin, base, base.table("Project Deliverables")["id"], 1, small=True)
    summary = desk.run()
    assert (summary.how, summary.equal_at) == ("changes", None) and "not verified" in summary.consistency
    standin.fault = None
    assert desk.run().how == "changes"
    desk.check()
    assert desk.run().how == "quiet"


def test_the_schema_changing_during_a_full_read_is_not_verified_and_followed(
    desk: Desk, standin: Standin, base: Base
) -> None:
    desk.sync["full_read_hours"] = 0
    renamed = iter([True])

    def rename(number: int, method: str, path: str) -> None:
        if path.endswith(base.table("Projects")["id"]) and next(renamed, False):
            base.rename_field("Projects", "Status", "Stand")

    standin.fault = rename
    assert desk.run().equal_at is None
    desk.sync["full_read_hours"] = 24
    assert doubted(desk, "the schema changed").equal_at is not None


def test_without_a_feed_it_is_said_that_nothing_was_verified(standin: Standin, sqlite: str, tmp_path: Path) -> None:
    desk = Desk(standin, sqlite, tmp_path)
    summary = desk.run()
    assert (summary.how, summary.why, summary.equal_at, summary.calls) == ("full", "", None, 5)
    assert "not verified that nothing was edited meanwhile" in summary.consistency
    assert load_snapshot(make_url(sqlite)).equal_at is None


def test_a_quota_that_is_used_up_is_no_doubt(desk: Desk, standin: Standin) -> None:
    standin.month_exhausted = True
    before = desk.hash()
    with pytest.raises(QuotaExhausted):
        desk.run()
    assert len(standin.requests) == 1 and desk.hash() == before


# The owner's commands


def test_the_owner_makes_shows_and_deletes_a_webhook_and_runs_use_it(
    standin: Standin, sync: Sync, store: str, tmp_path: Path, base: Base
) -> None:
    """The scheduled job's own token needs no more than to read payloads."""
    standin.webhooks.wall = time.time
    config = Desk(standin, store, tmp_path).config()
    options = ("--config", config, "--store", store)
    file = Path(make_url(store).database or "")
    for action in ("status", "delete"):  # neither makes a store where there is none
        none = sync("webhook", action, *options)
        assert none.returncode == 78 and "This store knows no webhook" in none.stderr and not file.exists()
    made = sync("webhook", "create", *options)
    assert (made.returncode, made.stderr) == (0, "") and "made webhook ach00000000000001" in made.stdout
    elsewhere = ("--config", config, "--store", f"sqlite:///{tmp_path}/lost.db")
    assert "ach00000000000001 (delete one with --id)" in sync("webhook", "status", *elsewhere).stderr
    twice = sync("webhook", "create", *options)
    assert twice.returncode == 78 and "is there already. Delete it first" in twice.stderr
    assert len(standin.webhooks.hooks) == 1
    standin.read_only.add(TOKEN)
    for how in ("full", "quiet"):
        ran = sync("run", *options, "--json")
        assert (ran.returncode, ran.stderr, json.loads(ran.stdout)["how"]) == (0, "", how)
    assert [run.how for run in load_runs(make_url(store), most=9)] == ["full", "quiet"]
    base.update("Projects", rec("Pro", 1), {"Name": "Changed"})
    ran = sync("run", *options)
    assert "(changes only)" in ran.stdout and "~1 " in ran.stdout
    base.update("Projects", rec("Pro", 1), {"Name": "Once more"})
    shown = sync("webhook", "status", *options)
    assert shown.returncode == 0 and "is enabled, expires 20" in shown.stdout and " payloads to read" in shown.stdout
    assert ", 0 payloads" not in shown.stdout
    refused = sync("webhook", "delete", *options)
    assert refused.returncode == 77 and "webhook:manage" in refused.stderr
    standin.read_only.clear()
    gone = sync("webhook", "delete", *options)
    assert (gone.returncode, gone.stderr) == (0, "") and "reads everything" in gone.stdout
    assert standin.webhooks.hooks == {}
    full = json.loads(sync("run", *options, "--json").stdout)
    assert (full["how"], full["why"], full["equal_at"], full["calls"]) == ("full", "", None, 5)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (None, "is gone; every run reads everything"),
        ({"isHookEnabled": False, "expirationTime": "2099-01-01T00:00:00.000Z"}, "has ended; changes come with"),
        ({"isHookEnabled": True, "expirationTime": "2026-03-01T00:00:00.000Z"}, "has ended; changes come with"),
    ],
    ids=["gone", "off", "expired"],
)
def test_a_webhook_that_no_longer_tells_is_judged_alike_by_all_who_ask(
    desk: Desk,
    sync: Sync,
    standin: Standin,
    wall: Wall,
    shown: dict[str, Any] | None,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook = hook_of(desk)
    if shown:
        usual = standin.webhooks._shown
        monkeypatch.setattr(standin.webhooks, "_shown", lambda hook: usual(hook) | shown)
    else:
        standin.webhooks.forget(hook)
    options = ("--config", desk.config(), "--store", desk.store)
    status = sync("webhook", "status", *options)
    assert (status.returncode, f"Webhook {hook} of {desk.base.id} {told}" in status.stderr) == (78, True), status.stderr
    assert "webhook delete, then create" in status.stderr
    assert f"warning webhook: {hook} {told}" in sync("check", *options).stdout
    wall.forward(hours=25)  # a full read is due
    doubted(desk, f"its webhook {told.partition(';')[0]}")


def test_a_webhook_is_not_noted_in_the_database_of_another_program(
    standin: Standin, sync: Sync, sqlite: str, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(make_url(sqlite).database or "")) as connection:
        connection.execute("CREATE TABLE snapshot (customer text)")
    run = sync("webhook", "create", "--config", Desk(standin, sqlite, tmp_path).config(), "--store", sqlite)
    assert run.returncode == 74 and "did not make: snapshot" in run.stderr and standin.requests == []


def test_webhooks_that_the_store_does_not_know_are_shown_and_can_be_deleted(desk: Desk, standin: Standin) -> None:
    other, mine = desk.make_hook(), hook_of(desk)
    source, engine = desk.source, open_store(make_url(desk.store))
    assert source is not None
    assert f"The base has others, this program's or not: {other}" in act(Action.STATUS, source, engine, desk.now())
    for action in (Action.STATUS, Action.CREATE):
        with pytest.raises(SettingsError, match=f"webhook {action} takes no --id"):
            act(action, source, engine, desk.now(), other)
    with pytest.raises(SettingsError, match="has no webhook achNone"):
        act(Action.DELETE, source, engine, desk.now(), "achNone")
    assert act(Action.DELETE, source, engine, desk.now(), other) == f"deleted webhook {other} of {desk.base.id}"
    assert set(standin.webhooks.hooks) == {mine} and hook_of(desk) == mine
    assert "others" not in act(Action.STATUS, source, engine, desk.now())


@pytest.mark.parametrize(
    "trouble",
    [
        "BEGIN IMMEDIATE",
        "CREATE TRIGGER full BEFORE INSERT ON feed BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    ],
    ids=["held", "full"],
)
def test_no_webhook_is_left_that_no_store_knows(
    standin: Standin, sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr("sync.engine.OTHERS_SECONDS", 1)
    desk, url = Desk(standin, sqlite, tmp_path), make_url(sqlite)
    desk.run()
    with closing(sqlite3.connect(url.database or "", isolation_level=None)) as other:
        other.execute(trouble)
        assert desk.source
        with pytest.raises((TryAgain, StoreError)), store_errors(url):
            act(Action.CREATE, desk.source, open_store(url, create=True), desk.now())
    assert standin.webhooks.hooks == {}


def test_a_webhook_that_airtable_refuses_is_told_with_what_helps(desk: Desk, standin: Standin) -> None:
    standin.read_only.add(TOKEN)
    with pytest.raises(TokenError, match="making one also takes creator rights on the base"):
        desk.make_hook()
    standin.read_only.clear()
    while len(standin.webhooks.hooks) < 10:
        desk.make_hook()
    with pytest.raises(BadAnswer, match=r"as many webhooks as Airtable allows .*webhook delete --id"):
        desk.make_hook()


def test_a_token_without_the_scope_makes_no_webhook(standin: Standin, sync: Sync, sqlite: str, tmp_path: Path) -> None:
    options = ("--config", Desk(standin, sqlite, tmp_path).config(), "--store", sqlite)
    run = sync("webhook", "create", *options, AIRTABLE_TOKEN="patREADER")
    assert run.returncode == 77 and "webhook:manage" in run.stderr and run.stderr.count("\n") == 1
    assert sync("webhook", "status", *options).returncode == 78


@pytest.mark.parametrize("action", ["create", "delete", "status"])
def test_the_sample_base_has_no_webhook(sync: Sync, sqlite: str, write_config: Config, action: str) -> None:
    run = sync("webhook", action, "--config", write_config(airtable__base=None), "--store", sqlite)
    assert run.returncode == 78 and "The sample base has no webhook" in run.stderr


@pytest.mark.parametrize("fault", [Fault(cut=5), Fault(status=502, body=b"<html>")])
def test_a_webhook_whose_answer_was_lost_is_found_and_not_made_twice(
    desk: Desk, standin: Standin, fault: Fault
) -> None:
    before = set(standin.webhooks.hooks)
    standin.fault = lambda number, method, path: fault if method == "POST" else None
    assert {desk.make_hook()} == standin.webhooks.hooks.keys() - before


def test_a_webhook_that_was_not_made_is_told(desk: Desk, standin: Standin) -> None:
    def lose(number: int, method: str, path: str) -> Fault | None:
        if method == "POST":
            return Fault(status=502, body=b"<html>")
        standin.webhooks.hooks.clear()  # before it is listed
        return None

    standin.fault = lose
    with pytest.raises(TryAgain, match=r"did not give a new webhook in 1 attempt;"):
        desk.make_hook()


def test_an_answer_without_an_id_makes_no_webhook(standin: Standin, sync: Sync, sqlite: str, tmp_path: Path) -> None:
    options = ("--config", Desk(standin, sqlite, tmp_path).config(), "--store", sqlite)
    standin.fault = lambda number, method, path: Fault(body=b"{}") if method == "POST" else None
    run = sync("webhook", "create", *options)
    assert run.returncode == 65 and "has no id" in run.stderr and run.stderr.count("\n") == 1
