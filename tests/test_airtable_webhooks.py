"""The stand-in's webhooks answer as Airtable's documentation says: raw where shapes matter, and by pyairtable."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from airtable_standin import TOKEN, Base, Standin
from pyairtable import Api
from pyairtable.formulas import EQ, OR, RECORD_ID
from pyairtable.models import Webhook
from requests import HTTPError

BASE, PROJECTS, PEOPLE = "appHooks000000000", "tblProjects000000", "tblPeople00000000"
ALL = ["tableData", "tableFields", "tableMetadata"]
FULL = {"data.records:read", "schema.bases:read", "webhook:manage"}
DAY, START = 24 * 3600.0, 1_760_000_000.0
CHOICES = [
    {"id": "selOpen0000000000", "name": "Open", "color": "blueLight2"},
    {"id": "selDone0000000000", "name": "Done", "color": "greenLight2"},
]


def rec(n: int) -> str:
    return f"rec{n:014d}"


def fld(name: str) -> str:
    return f"fld{name:0<14}"


def field(name: str, type: str, **options: Any) -> dict[str, Any]:
    return {"id": fld(name), "name": name, "type": type} | ({"options": options} if options else {})


def table(id: str, name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "name": name, "primaryFieldId": fields[0]["id"], "fields": [*fields], "views": []}


def doubled(base: Base) -> None:
    """A formula in People, and what Projects looks up of it."""
    people = {row["id"]: row for row in base.records[PEOPLE]}
    for row in people.values():
        base.update(PEOPLE, row["id"], {"Double": 2 * row["fields"].get(fld("Hours"), 0)})
    for row in base.records[PROJECTS]:
        owners = [people[id]["fields"][fld("Double")] for id in row["fields"].get(fld("Owner"), []) if id in people]
        base.update(PROJECTS, row["id"], {"Doubles": owners})


class Wall:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def base() -> Base:
    linked = {"linkedTableId": PEOPLE}
    looked_up = {"recordLinkFieldId": fld("Owner"), "fieldIdInLinkedTable": fld("Double")}
    tables = [
        table(
            PROJECTS,
            "Projects",
            field("Name", "singleLineText"),
            field("Status", "singleSelect", choices=CHOICES),
            field("Owner", "multipleRecordLinks", **linked),
            field("Doubles", "multipleLookupValues", **looked_up),
        ),
        table(PEOPLE, "People", field("Who", "singleLineText"), field("Hours", "number"), field("Double", "formula")),
    ]
    ada = {"id": rec(9), "fields": {"Who": "Ada", "Hours": 3}}
    projects = [{"id": rec(n), "fields": {"Name": f"P{n}", "Owner": [rec(9)]}} for n in range(1, 4)]
    return Base(BASE, "Sample", tables, {PROJECTS: projects, PEOPLE: [ada]}, computed=doubled)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def server(base: Base, wall: Wall) -> Iterator[Standin]:
    tokens = {
        TOKEN: FULL,
        "patReads": {"data.records:read", "schema.bases:read"},
        "patRecords": {"data.records:read", "webhook:manage"},
        "patHooks": {"webhook:manage"},
    }
    with Standin(base, rate=None, tokens=tokens, wall=wall) as server:
        yield server


def ask(server: Standin, path: str = "", method: str = "GET", body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
    """Status and JSON (None where there is none) of a request below the base's webhooks, or of a path from "/"."""
    url = server.url + (path if path.startswith("/") else f"/v0/bases/{BASE}/webhooks" + (f"/{path}" if path else ""))
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {token}"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def specification(types: list[str] = ALL, includes: Any = None, **filters: Any) -> dict[str, Any]:
    options = {"filters": {"dataTypes": types, **filters}} | ({"includes": includes} if includes else {})
    return {"options": options}


def create(server: Standin, token: str = TOKEN, **spec: Any) -> str:
    status, made = ask(server, method="POST", body={"specification": specification(**spec)}, token=token)
    assert status == 200, made
    return str(made["id"])


def read(server: Standin, hook: str, query: str = "", token: str = TOKEN) -> dict[str, Any]:
    status, page = ask(server, f"{hook}/payloads{query}", token=token)
    assert status == 200, page
    return dict(page)


def changes(server: Standin, hook: str) -> list[dict[str, Any]]:
    """What the payloads say, without their heading."""
    heading = {"timestamp", "baseTransactionNumber", "actionMetadata", "payloadFormat"}
    return [{k: v for k, v in payload.items() if k not in heading} for payload in read(server, hook)["payloads"]]


def kind(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"]["type"] if isinstance(body["error"], dict) else body["error"]


FORBIDDEN = (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")
INVALID = (422, "INVALID_REQUEST_UNKNOWN")
GONE = (404, "NOT_FOUND")


# Life


def test_a_webhook_is_created_listed_refreshed_and_deleted(server: Standin, wall: Wall) -> None:
    status, made = ask(server, method="POST", body={"notificationUrl": None, "specification": specification()})
    assert status == 200 and set(made) == {"id", "macSecretBase64", "expirationTime"}
    assert made["expirationTime"] == "2025-10-16T08:53:20.000Z"
    wall.now += DAY
    assert ask(server, f"{made['id']}/refresh", "POST") == (200, {"expirationTime": "2025-10-17T08:53:20.000Z"})
    listed = {
        "id": made["id"],
        "areNotificationsEnabled": False,
        "cursorForNextPayload": 1,
        "isHookEnabled": True,
        "lastSuccessfulNotificationTime": None,
        "notificationUrl": None,
        "expirationTime": "2025-10-17T08:53:20.000Z",
        "lastNotificationResult": None,
        "specification": specification(),
    }
    assert ask(server) == (200, {"webhooks": [listed]})
    assert ask(server, made["id"], "DELETE") == (200, None)
    assert ask(server) == (200, {"webhooks": []})
    assert [kind(ask(server, made["id"], "DELETE")), kind(ask(server, f"{made['id']}/payloads"))] == [GONE, GONE]


def test_reading_payloads_prolongs_a_webhook_and_so_it_lives_on(server: Standin, wall: Wall) -> None:
    hook = create(server)
    for _ in range(5):
        wall.now += 6.9 * DAY
        read(server, hook)
    assert ask(server)[1]["webhooks"][0]["isHookEnabled"]


def test_an_expired_webhook_hears_nothing_is_read_for_a_week_and_then_gone(
    server: Standin, base: Base, wall: Wall
) -> None:
    hook = create(server)
    wall.now += 6 * DAY
    base.update(PROJECTS, rec(1), {"Name": "heard"})
    wall.now += DAY
    base.update(PROJECTS, rec(1), {"Name": "missed"})
    assert not ask(server)[1]["webhooks"][0]["isHookEnabled"]
    assert len(read(server, hook)["payloads"]) == 1
    assert kind(ask(server, f"{hook}/refresh", "POST")) == INVALID
    wall.now += 6.9 * DAY
    assert read(server, hook)["payloads"] == []  # a payload lives a week only
    wall.now += 0.1 * DAY
    assert kind(ask(server, f"{hook}/payloads")) == GONE and ask(server)[1] == {"webhooks": []}


def test_an_eleventh_webhook_is_refused(server: Standin) -> None:
    hooks = [create(server) for _ in range(10)]
    body = {"specification": specification()}
    assert kind(ask(server, method="POST", body=body)) == (422, "TOO_MANY_WEBHOOKS_IN_BASE")
    server.webhooks.forget(hooks[0])
    assert ask(server, method="POST", body=body)[0] == 200


def test_every_call_needs_webhook_manage_and_some_the_scopes_of_their_data_types(server: Standin) -> None:
    hook, data = create(server), create(server, types=["tableData"])
    body = {"specification": specification()}
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", hook), ("POST", f"{hook}/refresh")):
        assert kind(ask(server, path, method, body if not path else None, token="patReads")) == FORBIDDEN
    assert kind(ask(server, f"{hook}/payloads", token="patReads")) == FORBIDDEN
    assert kind(ask(server, f"{hook}/payloads", token="patRecords")) == FORBIDDEN
    assert read(server, data, token="patRecords")["payloads"] == []
    assert kind(ask(server, method="POST", body=body, token="patHooks")) == FORBIDDEN
    assert ask(server, token="patHooks")[0] == 200
    assert ask(server, f"{hook}/refresh", "POST", token="patHooks")[0] == 200


def test_a_reader_of_the_base_lists_and_reads_but_makes_and_keeps_no_webhook(server: Standin) -> None:
    hook = create(server)
    server.read_only.add(TOKEN)
    assert ask(server)[0] == 200 and read(server, hook)["payloads"] == []
    body = {"specification": specification()}
    for method, path in (("POST", ""), ("POST", f"{hook}/refresh"), ("DELETE", hook)):
        assert kind(ask(server, path, method, body if not path else None)) == FORBIDDEN


def test_a_revoked_token_loses_the_base_only(server: Standin) -> None:
    hook = create(server)
    server.revoked.add(TOKEN)
    paths = ("", f"{hook}/payloads", f"/v0/meta/bases/{BASE}/tables", f"/v0/{BASE}/{PROJECTS}")
    assert [kind(ask(server, path)) for path in paths] == [FORBIDDEN] * 4
    assert ask(server, "/v0/meta/whoami")[0] == 200


def test_an_exhausted_month_refuses_webhooks_and_records_but_not_the_schema(server: Standin) -> None:
    hook = create(server)
    server.month_exhausted = True
    assert [ask(server, path)[0] for path in ("", f"{hook}/payloads", f"/v0/{BASE}/{PROJECTS}")] == [429] * 3
    assert ask(server, f"/v0/meta/bases/{BASE}/tables")[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"specification": {}},
        {"specification": specification(types=[])},
        {"specification": specification(types=["tableViews"])},
        {"specification": specification(watchDataInFieldIds=[fld("Name")])},
        {"specification": specification(includes={"includeAll": True})},
        {"specification": specification(), "notificationUrl": 1},
        {"specification": specification(), "more": 1},
    ],
)
def test_what_is_wrong_or_not_implemented_is_refused(server: Standin, body: Any) -> None:
    assert kind(ask(server, method="POST", body=body)) == INVALID


def test_a_scope_that_is_no_table_of_the_base_is_refused(server: Standin) -> None:
    for scope in ("tblNone0000000000", "Projects", "viw00000000000000"):
        body = {"specification": specification(recordChangeScope=scope)}
        assert kind(ask(server, method="POST", body=body)) == (422, "INVALID_FILTERS")


def test_an_unknown_path_below_the_webhooks_is_404(server: Standin) -> None:
    hook = create(server)
    for method, path in (("GET", hook), ("PUT", ""), ("GET", f"{hook}/refresh"), ("POST", f"{hook}/payloads")):
        assert ask(server, path, method, {} if method == "POST" else None)[0] == 404


# Cursors


def test_payloads_come_in_pages_from_a_cursor_on(server: Standin, base: Base) -> None:
    hook = create(server, types=["tableData"])
    for n in range(60):
        base.update(PROJECTS, rec(1), {"Name": f"{n}"})
    page = read(server, hook)
    assert (len(page["payloads"]), page["cursor"], page["mightHaveMore"]) == (50, 51, True)
    page = read(server, hook, "?cursor=51")
    assert (len(page["payloads"]), page["cursor"], page["mightHaveMore"]) == (10, 61, False)
    assert read(server, hook, "?cursor=61") == {"payloads": [], "cursor": 61, "mightHaveMore": False}
    assert read(server, hook, "?cursor=60&limit=1")["payloads"] == page["payloads"][9:]
    assert read(server, hook, "?cursor=99")["cursor"] == 99
    assert ask(server)[1]["webhooks"][0]["cursorForNextPayload"] == 61
    for query in ("?limit=51", "?limit=0", "?cursor=0", "?cursor=x", "?page=1", "?cursor=1&cursor=2"):
        assert kind(ask(server, f"{hook}/payloads{query}")) == INVALID


def test_a_cursor_of_payloads_no_longer_kept_is_skipped_over_or_refused(
    server: Standin, base: Base, wall: Wall
) -> None:
    hook = create(server, types=["tableData"])
    base.update(PROJECTS, rec(1), {"Name": "lost"})
    wall.now += 4 * DAY
    read(server, hook, "?cursor=2")
    base.update(PROJECTS, rec(1), {"Name": "kept"})
    wall.now += 4 * DAY
    page = read(server, hook, "?cursor=1")
    assert (len(page["payloads"]), page["cursor"]) == (1, 3)  # 3 - 1 is not 1: there is a gap
    wall.now += 4 * DAY
    assert read(server, hook, "?cursor=1") == {"payloads": [], "cursor": 1, "mightHaveMore": False}
    assert ask(server)[1]["webhooks"][0]["cursorForNextPayload"] == 3
    server.webhooks.stale_cursor = "refuse"
    assert kind(ask(server, f"{hook}/payloads?cursor=1")) == INVALID
    assert read(server, hook, "?cursor=3")["cursor"] == 3


# Payloads


def test_a_payload_says_who_and_when_and_each_cell_in_webhook_format(server: Standin, base: Base) -> None:
    server.webhooks.computed_payloads = False
    hook = create(server)
    before = base.transactions
    base.update(PROJECTS, rec(1), {"Status": "Done", "Name": "", "Owner": [rec(9)]})
    user = {"id": "usrEDITOR00000000", "email": "editor@example.com", "permissionLevel": "create"}
    cells = {fld("Status"): CHOICES[1], fld("Name"): None}
    payload = {
        "timestamp": "2025-10-09T08:53:20.000Z",
        "baseTransactionNumber": before + 1,
        "actionMetadata": {"source": "client", "sourceMetadata": {"user": user}},
        "payloadFormat": "v0",
        "changedTablesById": {PROJECTS: {"changedRecordsById": {rec(1): {"current": {"cellValuesByFieldId": cells}}}}},
    }
    assert read(server, hook) == {"payloads": [payload], "cursor": 2, "mightHaveMore": False}


def test_records_that_come_and_go(server: Standin, base: Base) -> None:
    server.webhooks.computed_payloads = False
    hook = create(server)
    created = "2025-10-01T00:00:00.000Z"
    fields = {"Name": "New", "Owner": [rec(9)], "Status": "Odd"}
    base.put(PROJECTS, {"id": rec(4), "createdTime": created, "fields": fields})
    base.delete(PROJECTS, rec(2))
    odd = server.webhooks.hooks[hook].payloads[0][2]["changedTablesById"][PROJECTS]["createdRecordsById"][rec(4)]
    assert odd["cellValuesByFieldId"].pop(fld("Status"))["name"] == "Odd"
    cells = {fld("Name"): "New", fld("Owner"): [{"id": rec(9), "name": "Ada"}]}
    assert changes(server, hook) == [
        {
            "changedTablesById": {
                PROJECTS: {"createdRecordsById": {rec(4): {"createdTime": created, "cellValuesByFieldId": cells}}}
            }
        },
        {"changedTablesById": {PROJECTS: {"destroyedRecordIds": [rec(2)]}}},
    ]


def test_an_edit_that_changes_nothing_says_nothing(server: Standin, base: Base) -> None:
    hook = create(server)
    base.update(PROJECTS, rec(1), {"Name": "P1", "Status": None})
    assert changes(server, hook) == []


def test_fields_and_tables_that_come_go_and_change(server: Standin, base: Base) -> None:
    hook = create(server)
    base.add_field(PROJECTS, field("Due", "date"))
    base.rename_field(PROJECTS, "Due", "Deadline")
    base.retype_field(PROJECTS, "Deadline", "singleLineText")
    base.remove_field(PROJECTS, "Deadline")
    base.rename_table(PROJECTS, "Work")
    new = table("tblNew00000000000", "New", field("Title", "singleLineText"))
    base.add_table(new, [{"id": rec(50), "fields": {"Title": "T"}}])
    base.remove_table("New")
    row = {"createdTime": "2024-01-01T00:00:00.000Z", "cellValuesByFieldId": {fld("Title"): "T"}}
    metadata = {"name": "New", "description": None}
    title = {fld("Title"): {"name": "Title", "type": "singleLineText"}}
    created = {"metadata": metadata, "fieldsById": title, "recordsById": {rec(50): row}}
    named = [{"name": name, "description": None} for name in ("Work", "Projects")]
    told = [
        {"createdFieldsById": {fld("Due"): {"name": "Due", "type": "date"}}},
        {"changedFieldsById": {fld("Due"): {"current": {"name": "Deadline"}}}},
        {"changedFieldsById": {fld("Due"): {"current": {"type": "singleLineText"}}}},
        {"destroyedFieldIds": [fld("Due")]},
        {"changedMetadata": {"current": named[0], "previous": named[1]}},
    ]
    assert changes(server, hook) == [
        *({"changedTablesById": {PROJECTS: each}} for each in told),
        {"createdTablesById": {"tblNew00000000000": created}},
        {"destroyedTableIds": ["tblNew00000000000"]},
    ]


def test_a_retyped_field_tells_its_cells_new_form_in_the_same_payload(server: Standin, base: Base) -> None:
    server.webhooks.computed_payloads = False
    base.update(PROJECTS, rec(1), {"Status": "Open"})
    hook = create(server, includes={"includePreviousCellValues": True, "includePreviousFieldDefinitions": True})
    base.retype_field(PROJECTS, "Status", "singleLineText", convert=str.upper)
    types = {"current": {"type": "singleLineText"}, "previous": {"type": "singleSelect"}}
    cells = {
        "current": {"cellValuesByFieldId": {fld("Status"): "OPEN"}},
        "previous": {"cellValuesByFieldId": {fld("Status"): CHOICES[0]}},
    }
    told = {"changedFieldsById": {fld("Status"): types}, "changedRecordsById": {rec(1): cells}}
    assert changes(server, hook) == [{"changedTablesById": {PROJECTS: told}}]


def test_includes_add_the_previous_and_the_unchanged_cells(server: Standin, base: Base) -> None:
    server.webhooks.computed_payloads = False
    hook = create(server, includes={"includeCellValuesInFieldIds": "all", "includePreviousCellValues": True})
    base.update(PEOPLE, rec(9), {"Hours": 4})
    told = changes(server, hook)[0]["changedTablesById"][PEOPLE]["changedRecordsById"][rec(9)]
    assert {key: value["cellValuesByFieldId"] for key, value in told.items()} == {
        "current": {fld("Hours"): 4},
        "previous": {fld("Hours"): 3},
        "unchanged": {fld("Who"): "Ada", fld("Double"): 8},
    }


@pytest.mark.parametrize("option_payloads", [True, False])
def test_a_new_choice_is_told_or_not(server: Standin, base: Base, option_payloads: bool) -> None:
    server.webhooks.option_payloads = option_payloads
    hook = create(server)
    base.add_choice(PROJECTS, "Status", "Late")
    told = {"changedFieldsById": {fld("Status"): {"current": {"type": "singleSelect"}}}}
    assert changes(server, hook) == ([{"changedTablesById": {PROJECTS: told}}] if option_payloads else [])


def test_data_types_and_scope_choose_what_is_told(server: Standin, base: Base) -> None:
    server.webhooks.computed_payloads = False
    hooks = [create(server, types=[type]) for type in ALL] + [create(server, recordChangeScope=PEOPLE)]
    base.update(PROJECTS, rec(1), {"Name": "x"})
    base.rename_field(PROJECTS, "Name", "Title")
    base.rename_table(PROJECTS, "Work")
    base.update(PEOPLE, rec(9), {"Who": "Bea"})
    got = [[next(iter(each["changedTablesById"].items())) for each in changes(server, hook)] for hook in hooks]
    assert [[(table, *told) for table, told in each] for each in got] == [
        [(PROJECTS, "changedRecordsById"), (PEOPLE, "changedRecordsById")],
        [(PROJECTS, "changedFieldsById")],
        [(PROJECTS, "changedMetadata")],
        [(PEOPLE, "changedRecordsById")],
    ]


@pytest.mark.parametrize("told", [True, False])
def test_computed_fields_follow_in_payloads_of_the_same_transaction_or_not_at_all(
    server: Standin, base: Base, told: bool
) -> None:
    server.webhooks.computed_payloads = told
    hook = create(server)
    base.update(PEOPLE, rec(9), {"Hours": 5})
    payloads = read(server, hook)["payloads"]
    assert ask(server, f"/v0/{BASE}/{PEOPLE}")[1]["records"][0]["fields"]["Double"] == 10
    assert len(payloads) == 1 + told and len({payload["baseTransactionNumber"] for payload in payloads}) == 1
    direct = {rec(9): {"current": {"cellValuesByFieldId": {fld("Hours"): 5}}}}
    assert payloads[0]["changedTablesById"] == {PEOPLE: {"changedRecordsById": direct}}
    if told:
        lookup = {"linkedRecordIds": [rec(9)], "valuesByLinkedRecordId": {rec(9): [10]}}
        looked_up = {rec(n): {"current": {"cellValuesByFieldId": {fld("Doubles"): lookup}}} for n in range(1, 4)}
        formula = {rec(9): {"current": {"cellValuesByFieldId": {fld("Double"): 10}}}}
        both = {PROJECTS: {"changedRecordsById": looked_up}, PEOPLE: {"changedRecordsById": formula}}
        assert payloads[1]["changedTablesById"] == both


def test_time_moves_a_formula_with_no_payload(server: Standin, base: Base) -> None:
    hook, tick = create(server), count(100)
    base.computed = lambda base: base.update(PEOPLE, rec(9), {"Double": next(tick)})
    base.recompute()
    assert ask(server, f"/v0/{BASE}/{PEOPLE}")[1]["records"][0]["fields"]["Double"] == 100
    assert changes(server, hook) == []


def test_one_transaction_of_many_records_is_split(server: Standin, base: Base) -> None:
    server.webhooks.records_per_payload, server.webhooks.computed_payloads = 2, False
    hook = create(server)
    with base.edit():
        base.rename_table(PROJECTS, "Work")
        base.update(PROJECTS, rec(1), {"Name": "x"})
        base.delete(PROJECTS, rec(2))
        base.put(PROJECTS, {"id": rec(4), "fields": {"Name": "new"}})
    payloads = read(server, hook)["payloads"]
    keys = [{key: [*value] for key, value in each["changedTablesById"][PROJECTS].items()} for each in payloads]
    assert keys == [
        {
            "changedMetadata": ["current", "previous"],
            "createdRecordsById": [rec(4)],
            "changedRecordsById": [rec(1)],
        },
        {"destroyedRecordIds": [rec(2)]},
    ]
    assert len({payload["baseTransactionNumber"] for payload in payloads}) == 1


def test_a_webhook_whose_table_is_removed_ends_in_an_error_and_is_disabled(server: Standin, base: Base) -> None:
    hook = create(server, recordChangeScope=PEOPLE)
    base.computed = None
    base.remove_table(PEOPLE)
    base.update(PROJECTS, rec(1), {"Name": "x"})
    assert changes(server, hook) == [{"error": True, "code": "INVALID_HOOK"}]
    assert not ask(server)[1]["webhooks"][0]["isHookEnabled"]


def test_error_payloads_can_be_injected(server: Standin, base: Base) -> None:
    hook = create(server, types=["tableData"])
    server.webhooks.fail(hook)
    base.update(PROJECTS, rec(1), {"Name": "x"})
    server.webhooks.fail(hook, "INVALID_FILTERS", bare=True)
    base.update(PROJECTS, rec(1), {"Name": "y"})
    payloads = read(server, hook)["payloads"]
    assert [payload.get("code") for payload in payloads] == ["INTERNAL_ERROR", None, "INVALID_FILTERS"]
    assert payloads[2] == {"error": True, "code": "INVALID_FILTERS"}
    assert not ask(server)[1]["webhooks"][0]["isHookEnabled"]


# Records by id, and pyairtable


def test_changed_records_are_fetched_by_id(server: Standin) -> None:
    projects = Api(TOKEN, endpoint_url=server.url, retry_strategy=None, timeout=(5, 5)).table(BASE, PROJECTS)

    def fetch(formula: str, **options: Any) -> list[str]:
        return [record["id"] for record in projects.all(formula=formula, **options)]

    one, two, none = (f"RECORD_ID()='{rec(n)}'" for n in (3, 1, 77))
    assert fetch(one) == [rec(3)]
    assert fetch(f"OR({one},{two},{none})", page_size=1) == [rec(1), rec(3)]
    assert fetch(str(OR(EQ(RECORD_ID(), rec(n)) for n in (1, 3)))) == [rec(1), rec(3)]
    assert fetch(f'OR(RECORD_ID()="{rec(2)}")') == [rec(2)]
    assert fetch(f"OR({','.join([one] * 300)})") == [rec(3)]
    assert server.requests[-1].method == "GET"
    assert fetch(f"OR({','.join([one] * 400)})") == [rec(3)]  # too long a URL: by POST
    assert server.requests[-1].method == "POST"
    for wrong in ("OR()", f"AND({one})", f"NOT({one})", f"OR({one},1)", f"OR(OR({one}),{two})", "RECORD_ID()='x'", ""):
        status, body = ask(server, f"/v0/{BASE}/{PROJECTS}/listRecords", "POST", {"filterByFormula": wrong})
        assert kind((status, body)) == INVALID, wrong


def test_pyairtable_makes_reads_prolongs_and_deletes_a_webhook(server: Standin, base: Base, wall: Wall) -> None:
    client = Api(TOKEN, endpoint_url=server.url, retry_strategy=None, timeout=(5, 5)).base(BASE)
    made = client.add_webhook("https://example.com/ping", specification())
    assert made.mac_secret_base64 and made.expiration_time and made.expiration_time.timestamp() == START + 7 * DAY
    hook: Webhook = client.webhook(made.id)
    assert hook.notification_url == "https://example.com/ping" and hook.specification.options.filters.data_types == ALL
    for n in range(120):
        base.update(PEOPLE, rec(9), {"Who": f"{n}"})
    base.rename_table(PEOPLE, "Persons")
    server.webhooks.fail(made.id)
    payloads = list(hook.payloads())
    assert [payload.cursor for payload in payloads] == [*range(1, 123)]
    assert payloads[0].changed_tables_by_id[PEOPLE].changed_records_by_id[rec(9)].current.cell_values_by_field_id == {
        fld("Who"): "0"
    }
    renamed = payloads[120].changed_tables_by_id[PEOPLE].changed_metadata
    assert renamed and (renamed.previous.name, renamed.current.name) == ("People", "Persons")
    assert (payloads[121].error, payloads[121].error_code) == (True, "INTERNAL_ERROR")
    assert len(list(hook.payloads(cursor=120))) == 3 and len(list(hook.payloads(limit=60))) == 60
    wall.now += 2 * DAY
    hook.extend_expiration()
    again = client.webhooks()[0]
    assert again.expiration_time and again.expiration_time.timestamp() == START + 9 * DAY
    hook.delete()
    assert client.webhooks() == []
    with pytest.raises(HTTPError, match="NOT_FOUND"):
        hook.delete()
