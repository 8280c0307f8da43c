"""The stand-in answers as Airtable's documentation says: asked by pyairtable, and raw where shapes matter."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from airtable_standin import TOKEN, Base, Fault, Standin
from pyairtable import Api

BASE = "appStandin0000000"
WIDE = [f"A field whose name is long enough to fill a URL, number {n:03d}" for n in range(300)]


def rec(n: int) -> str:
    return f"rec{n:014d}"


def project(n: int) -> dict[str, Any]:
    return {"id": rec(n), "fields": {"Name": f"Project {n}", "Hours": n}}


def schema(id: str, name: str, fields: list[tuple[str, str]]) -> dict[str, Any]:
    shown = [{"id": f"fld{id[3:10]}{n:07d}", "name": name, "type": type} for n, (name, type) in enumerate(fields)]
    view = {"id": f"viw{id[3:]}", "name": "Grid view", "type": "grid", "visibleFieldIds": [f["id"] for f in shown]}
    return {"id": id, "name": name, "primaryFieldId": shown[0]["id"], "fields": shown, "views": [view]}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def base() -> Base:
    columns = [("Name", "singleLineText"), ("Hours", "number"), ("Tags", "multipleSelects"), ("Done", "checkbox")]
    tables = [
        schema("tblProjects000000", "Projects/Work", columns),
        schema("tblWide0000000000", "Wide", [(name, "number") for name in WIDE]),
    ]
    return Base(BASE, "Sample", tables, {"tblProjects000000": [project(n) for n in range(250)]})


@pytest.fixture
def server(base: Base) -> Iterator[Standin]:
    with Standin(base, rate=None) as server:
        yield server


def api(server: Standin, **options: Any) -> Api:
    return Api(TOKEN, endpoint_url=server.url, retry_strategy=None, timeout=(5, 5), **options)


def ask(server: Standin, path: str, query: Any = (), token: str | None = TOKEN, **more: Any) -> tuple[int, Any]:
    """Status and JSON of one raw request; `more` goes to urllib (data, method)."""
    url = f"{server.url}/v0/{path}" + (f"?{urlencode(query)}" if query else "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, **more), timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        body = error.read().decode()
        return error.code, json.loads(body) if "json" in error.headers["Content-Type"] else body


PROJECTS = f"{BASE}/tblProjects000000"


def pages(server: Standin, **query: Any) -> Iterator[dict[str, Any]]:
    page: dict[str, Any] = {}
    while not page or "offset" in page:
        offset = {"offset": page["offset"]} if page else {}
        status, page = ask(server, PROJECTS, query | offset)
        assert status == 200, page
        yield page


def ids(page: dict[str, Any]) -> list[str]:
    return [record["id"] for record in page["records"]]


# Reading


def test_schema_is_read_by_pyairtable_with_the_views_fields(server: Standin) -> None:
    table = api(server).base(BASE).schema().table("Projects/Work")
    assert table.id == "tblProjects000000"
    assert [(f.name, f.type) for f in table.fields][:2] == [("Name", "singleLineText"), ("Hours", "number")]
    assert table.views[0].visible_field_ids == [f.id for f in table.fields]


def test_visible_field_ids_come_only_when_asked_for(server: Standin) -> None:
    _, plain = ask(server, f"meta/bases/{BASE}/tables")
    assert set(plain["tables"][0]) == {"id", "name", "primaryFieldId", "fields", "views"}
    assert "visibleFieldIds" not in plain["tables"][0]["views"][0]


def test_pages_hold_at_most_100_records_and_end_without_an_offset(server: Standin) -> None:
    got = list(pages(server))
    assert [len(page["records"]) for page in got] == [100, 100, 50]
    assert [id for page in got for id in ids(page)] == [rec(n) for n in range(250)]
    assert got[0]["offset"].startswith("itr") and "/rec" in got[0]["offset"]
    assert set(got[0]) == {"records", "offset"} and set(got[2]) == {"records"}


def test_a_table_of_exactly_one_page_has_no_offset(server: Standin, base: Base) -> None:
    for n in range(100, 250):
        base.delete("Projects/Work", rec(n))
    assert [len(page["records"]) for page in pages(server)] == [100]


def test_pyairtable_reads_every_record_of_a_table_named_with_a_slash(server: Standin) -> None:
    records = api(server).table(BASE, "Projects/Work").all()
    assert [record["id"] for record in records] == [rec(n) for n in range(250)]
    assert records[7]["fields"] == {"Name": "Project 7", "Hours": 7}
    assert len(server.requests) == 3


def test_fields_by_name_and_by_id_come_keyed_as_asked(server: Standin, base: Base) -> None:
    name = base.field("Projects/Work", "Name")["id"]
    hours = base.field("Projects/Work", "Hours")["id"]
    table = api(server, use_field_ids=True).table(BASE, "tblProjects000000")
    assert table.all(fields=["Name", hours], max_records=1)[0]["fields"] == {name: "Project 0", hours: 0}
    table = api(server).table(BASE, "tblProjects000000")
    assert table.all(fields=[name], max_records=1)[0]["fields"] == {"Name": "Project 0"}


@pytest.mark.parametrize("value", [None, "", [], False])
def test_empty_cells_are_left_out_and_zero_is_not_empty(server: Standin, base: Base, value: Any) -> None:
    base.put("Projects/Work", {"id": rec(0), "fields": {"Name": value, "Tags": value, "Done": value, "Hours": 0}})
    assert ask(server, PROJECTS, {"pageSize": 1})[1]["records"][0]["fields"] == {"Hours": 0}
    assert len(base.records["tblProjects000000"]) == 250


def test_max_records_ends_the_paging(server: Standin) -> None:
    assert [len(page["records"]) for page in pages(server, maxRecords=120)] == [100, 20]
    assert [len(page["records"]) for page in pages(server, maxRecords=100)] == [100]


def test_a_url_too_long_for_get_is_read_through_post(server: Standin, base: Base) -> None:
    for n in range(130):
        base.put("Wide", {"id": rec(1000 + n), "fields": {WIDE[n]: n + 1}})
    records = api(server, use_field_ids=True).table(BASE, "Wide").all(fields=WIDE)
    assert [list(record["fields"].values()) for record in records] == [[n + 1] for n in range(130)]
    seen = {(request.method, request.path) for request in server.requests}
    assert seen == {("POST", f"/v0/{BASE}/Wide/listRecords")} and len(server.requests) == 2


def test_a_url_of_16000_characters_is_refused_and_one_less_is_not(server: Standin) -> None:
    start = f"{server.url}/v0/{PROJECTS}?fields%5B%5D="
    for length, status in ((16_000, 414), (15_999, 422)):
        assert ask(server, PROJECTS, {"fields[]": "x" * (length - len(start))})[0] == status


def test_one_record_is_found_even_through_another_table_of_the_base(server: Standin) -> None:
    for table in ("tblProjects000000", "Wide"):
        assert api(server).table(BASE, table).get(rec(3))["fields"]["Name"] == "Project 3"
    assert ask(server, f"{PROJECTS}/{rec(3)}", {"fields[]": "Name"})[0] == 422


def test_whoami_names_the_user_and_no_scopes(server: Standin) -> None:
    status, body = ask(server, "meta/whoami")
    assert status == 200 and set(body) == {"id"} and body["id"].startswith("usr")


# The base is edited while it is read


def test_records_renamed_fields_and_cells_are_those_of_the_moment_a_page_is_read(server: Standin, base: Base) -> None:
    reading = pages(server)
    next(reading)
    base.rename_field("Projects/Work", "Hours", "Days")
    base.put("Projects/Work", {"id": rec(100), "fields": {"Name": "Changed", "Days": 9}})
    base.remove_field("Projects/Work", "Tags")
    assert next(reading)["records"][0]["fields"] == {"Name": "Changed", "Days": 9}
    assert ask(server, PROJECTS, {"fields[]": "Tags"})[0] == 422


def test_an_iterator_keeps_its_order_so_later_pages_lack_the_deleted_and_the_added(server: Standin, base: Base) -> None:
    reading = pages(server)
    next(reading)
    base.delete("Projects/Work", rec(99))  # the cursor itself
    base.delete("Projects/Work", rec(150))
    base.put("Projects/Work", project(999))
    rest = [id for page in reading for id in ids(page)]
    assert rest == [rec(n) for n in range(100, 250) if n != 150]


def test_in_live_order_a_deletion_before_the_cursor_hides_a_record(base: Base) -> None:
    with Standin(base, rate=None, live_order=True) as server:
        reading = pages(server)
        next(reading)
        base.delete("Projects/Work", rec(5))
        assert ids(next(reading))[0] == rec(101)


def test_an_offset_can_be_asked_for_again(server: Standin) -> None:
    offset = next(pages(server))["offset"]
    again = [ask(server, PROJECTS, {"offset": offset}) for _ in range(2)]
    assert again[0] == again[1] and ids(again[0][1])[0] == rec(100)


# Refusals


def error(type: str, message: str | None = None) -> dict[str, Any]:
    return {"error": {"type": type, "message": message} if message else {"type": type}}


def test_an_expired_iterator_is_422_by_name(server: Standin) -> None:
    offset = next(pages(server))["offset"]
    server.expire_iterators()
    expected = 422, error("LIST_RECORDS_ITERATOR_NOT_AVAILABLE")
    assert ask(server, PROJECTS, {"offset": offset}) == expected


def test_an_offset_of_another_table_or_of_no_form_is_invalid(server: Standin) -> None:
    offset = next(pages(server))["offset"]
    for path, wrong in ((f"{BASE}/Wide", offset), (PROJECTS, offset[:-1] + "9x"), (PROJECTS, "0")):
        assert ask(server, path, {"offset": wrong}) == (
            422,
            error("INVALID_OFFSET_VALUE", f"The value of offset {wrong} is invalid"),
        )


def test_an_unknown_field_is_422_by_name(server: Standin) -> None:
    expected = 422, error("UNKNOWN_FIELD_NAME", 'Unknown field name: "Nope"')
    assert ask(server, PROJECTS, {"fields[]": "Nope"}) == expected
    with pytest.raises(requests.HTTPError, match="UNKNOWN_FIELD_NAME"):
        api(server).table(BASE, "Wide").all(fields=["Nope"])


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": 101},
        {"pageSize": 0},
        {"pageSize": "ten"},
        {"maxRecords": 0},
        {"returnFieldsByFieldId": "perhaps"},
        {"cellFormat": "string"},
        {"view": "Grid view"},
        {"filterByFormula": "1"},
        {"sort[0][field]": "Name"},
        {"fields": "Name"},
        [("pageSize", 1), ("pageSize", 2)],
    ],
)
def test_what_is_out_of_range_or_not_implemented_is_422_never_ignored(server: Standin, query: Any) -> None:
    status, body = ask(server, PROJECTS, query)
    assert (status, body["error"]["type"]) == (422, "INVALID_REQUEST_UNKNOWN")


def test_post_refuses_what_get_refuses(server: Standin) -> None:
    for body, status in (
        (b'{"view": "Grid view"}', 422),
        (b'{"pageSize": 101}', 422),
        (b"[]", 422),
        (b"{", 400),
        (b'{"pageSize": 3}', 200),
        (b'{"method": "post"}', 200),  # Airtable.js sends it along
    ):
        assert ask(server, f"{PROJECTS}/listRecords", data=body)[0] == status
    assert ask(server, f"{PROJECTS}/listRecords", {"pageSize": 3}, data=b"{}")[0] == 422


def test_a_missing_token_and_a_wrong_one_are_401(server: Standin) -> None:
    required = 401, error("AUTHENTICATION_REQUIRED", "Authentication required")
    assert ask(server, PROJECTS, token=None) == required
    wrong = 401, error("UNAUTHORIZED", "Invalid authentication token")
    assert ask(server, "meta/whoami", token="patWRONG") == wrong


def test_unknown_base_unknown_table_and_writing_are_one_403(server: Standin) -> None:
    answers = [
        ask(server, "appUnknown000000/tblProjects000000"),
        ask(server, "meta/bases/appUnknown000000/tables"),
        ask(server, f"{BASE}/Nope"),
        ask(server, PROJECTS, data=b"{}"),
        ask(server, f"{PROJECTS}/{rec(1)}", method="DELETE"),
    ]
    assert [status for status, _ in answers] == [403] * 5
    assert {body["error"]["type"] for _, body in answers} == {"INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"}


def test_a_scope_opens_its_endpoint_and_no_other(base: Base) -> None:
    tokens = {"patS": {"schema.bases:read"}, "patR": {"data.records:read"}, "patW": {"webhook:manage"}}
    with Standin(base, tokens=tokens, rate=None) as server:
        paths = f"meta/bases/{BASE}/tables", PROJECTS, "meta/whoami"
        got = {token: [ask(server, path, token=token)[0] for path in paths] for token in tokens}
    assert got == {"patS": [200, 403, 200], "patR": [403, 200, 200], "patW": [403, 403, 200]}


def test_an_unknown_record_and_an_unknown_path_are_404(server: Standin) -> None:
    assert ask(server, f"{PROJECTS}/{rec(9999)}") == (404, error("MODEL_ID_NOT_FOUND", "Record not found"))
    for path in ("", "meta/nope", f"{PROJECTS}/{rec(1)}/comments/more"):
        assert ask(server, path) == (404, {"error": "NOT_FOUND"})


def test_the_sixth_request_in_a_second_is_refused_and_all_for_30_seconds(base: Base) -> None:
    clock = Clock()
    with Standin(base, clock=clock) as server:

        def read() -> tuple[int, Any]:
            return ask(server, PROJECTS, {"pageSize": 1})

        assert [read()[0] for _ in range(6)] == [200] * 5 + [429]
        limit = {"error": "RATE_LIMIT_REACHED", "message": "Rate limit exceeded. Please try again later"}
        clock.now += 29.9
        assert read() == (429, {"errors": [limit]})
        assert ask(server, f"meta/bases/{BASE}/tables")[0] == 429
        assert ask(server, "meta/whoami")[0] == 200
        clock.now += 0.1
        assert read()[0] == 200
        assert server.refused == 3
        assert [request.status for request in server.requests].count(429) == 3
        assert server.requests[0].at == 1000.0 and server.requests[-1].at == 1030.0


def test_five_requests_a_second_are_never_refused(base: Base) -> None:
    clock = Clock()
    with Standin(base, clock=clock) as server:
        for _ in range(20):
            assert ask(server, PROJECTS, {"pageSize": 1})[0] == 200
            clock.now += 0.2
    assert server.refused == 0


def test_an_exhausted_month_refuses_records_but_not_the_schema(server: Standin) -> None:
    server.month_exhausted = True
    status, body = ask(server, PROJECTS)
    assert (status, body["errors"][0]["error"]) == (429, "PUBLIC_API_BILLING_LIMIT_EXCEEDED")
    assert ask(server, f"meta/bases/{BASE}/tables")[0] == 200


# The connection


def test_a_connection_is_kept_until_the_server_is_gone(base: Base) -> None:
    with Standin(base, rate=None) as server:
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
        sockets = set()
        for _ in range(3):
            connection.request("GET", "/v0/meta/whoami")
            assert connection.getresponse().read().startswith(b'{"error"')
            sockets.add(connection.sock)
        assert len(sockets) == 1 and None not in sockets
    connection.request("GET", "/v0/meta/whoami")
    with pytest.raises(RemoteDisconnected):
        connection.getresponse()
    connection.close()
    assert len(server.requests) == 3


def test_a_fault_alters_status_headers_and_body_and_leaves_the_rest_true(server: Standin) -> None:
    faults = {
        1: Fault(status=503, body=b'{"error": "down"}'),
        2: Fault(headers={"Content-Type": "application/json", "Retry-After": "7"}),
        3: Fault(status=302, headers={"Location": f"{server.url}/v0/meta/whoami"}),
    }
    server.fault = lambda number, method, path: faults.get(number)
    assert ask(server, PROJECTS) == (503, {"error": "down"})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(f"{server.url}/v0/meta/whoami", headers=headers, timeout=5)
    assert answer.headers["Retry-After"] == "7" and answer.json()["id"].startswith("usr")
    assert set(ask(server, PROJECTS)[1]) == {"id"}
    assert [request.status for request in server.requests] == [503, 200, 302, 200]


def test_a_cut_answer_promises_more_than_it_sends_and_the_connection_closes(server: Standin) -> None:
    server.fault = lambda number, method, path: Fault(cut=20)
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    connection.request("GET", f"/v0/{PROJECTS}", headers={"Authorization": f"Bearer {TOKEN}"})
    with pytest.raises(IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert len(caught.value.partial) == 20 and (caught.value.expected or 0) > 1000


def test_a_hung_answer_outlasts_the_clients_patience(server: Standin) -> None:
    server.fault = lambda number, method, path: Fault(hang=True)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{server.url}/v0/meta/whoami", timeout=0.05)
    assert server.requests[0].status == 0


def test_a_dripping_answer_beats_any_read_timeout(server: Standin) -> None:
    server.fault = lambda number, method, path: Fault(drip=0.02)
    begun = time.monotonic()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.get(f"{server.url}/v0/meta/whoami", headers=headers, timeout=0.3).json()["id"]
    assert time.monotonic() - begun > 0.4


def test_the_fault_hook_may_edit_the_base_between_two_pages(server: Standin, base: Base) -> None:
    def edit(number: int, method: str, path: str) -> None:
        if (number, method, path) == (2, "GET", f"/v0/{PROJECTS}"):
            base.delete("Projects/Work", rec(120))

    server.fault = edit
    assert len(api(server).table(BASE, "tblProjects000000").all()) == 249


def test_a_base_is_read_from_a_generated_file(tmp_path: Path) -> None:
    table = schema("tblOne00000000000", "One", [("Name", "singleLineText")])
    rows = [{"id": rec(1), "createdTime": "2025-02-03T04:05:06.000Z", "fields": {table["fields"][0]["id"]: "x"}}]
    data = {"base": {"id": BASE, "name": "B"}, "schema": {"tables": [table]}, "records": {table["id"]: rows}}
    (tmp_path / "base.json").write_text(json.dumps(data), encoding="utf-8")
    with Standin(Base.from_file(tmp_path / "base.json")) as server:
        expected = {"id": rec(1), "createdTime": "2025-02-03T04:05:06.000Z", "fields": {"Name": "x"}}
        assert ask(server, f"{BASE}/{quote('One')}") == (200, {"records": [expected]})
