"""Whatever Airtable answers, a whole reading or an error that says why; asked over HTTP, without a wait."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import airtable_standin
import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import BASE

from settings.errors import BadAnswer, MilestonesError, QuotaExhausted, SettingsError, TokenError, TryAgain
from settings.models import AirtableSettings
from sync.airtable import AirtableBase
from sync.limiter import Limiter
from sync.mapping import Column, TablePlan

HTML = b"<html>Bad gateway</html>"
OVER_LIMIT = json.dumps({"errors": [{"error": "RATE_LIMIT_REACHED", "message": "Rate limit exceeded."}]}).encode()


class Clock:
    """To sleep moves it on; while `broken`, it interrupts whoever wants to sleep."""

    now = 0.0
    broken = False

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        if self.broken:
            raise InterruptedError
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(standin: Standin, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AirtableBase:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)
    return AirtableBase(BASE, TOKEN, AirtableSettings(), Limiter(5, clock, clock.sleep))


def first(faults: int, fault: Fault) -> Callable[[int, str, str], Fault | None]:
    """The first requests meet this fault, the others none."""
    return lambda number, method, path: fault if number <= faults else None


def plan(table: dict[str, Any], fields: list[dict[str, Any]]) -> TablePlan:
    columns = (Column(item["name"], "text", item["id"], item["name"], item["type"]) for item in fields)
    return TablePlan("projects", table["id"], table["name"], tuple(columns))


def read(source: AirtableBase, base: Base, table: str = "Project Deliverables") -> list[dict[str, Any]]:
    described = base.table(table)
    return [record for page in source.pages(plan(described, described["fields"])) for record in page]


def test_all_pages_of_a_table_are_read_and_every_request_is_counted(
    source: AirtableBase, standin: Standin, base: Base
) -> None:
    assert [record["id"] for record in read(source, base)] == [
        record["id"] for record in base.records[base.table("Project Deliverables")["id"]]
    ]
    assert source.calls == len(standin.requests) == 2


def test_an_address_too_long_for_a_get_is_read_by_post(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [{"id": f"fld{number:014d}", "name": f"Field {number}", "type": "number"} for number in range(700)]
    table = {
        "id": "tblWide0000000000",
        "name": "Wide",
        "primaryFieldId": fields[0]["id"],
        "fields": fields,
        "views": [],
    }
    records = [{"id": f"rec{number:014d}", "fields": {"Field 699": number + 1}} for number in range(150)]
    base = Base(BASE, "Wide", [table], {"Wide": records})
    with Standin(base, rate=None) as server:
        monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", server.url)
        got = read(AirtableBase(BASE, TOKEN, AirtableSettings(requests_per_second=50)), base, "Wide")
        assert [record["fields"]["fld00000000000699"] for record in got] == list(range(1, 151))
        assert {request.method for request in server.requests} == {"POST"}


# What passes


def test_a_rate_limit_is_waited_out_for_its_whole_penalty(source: AirtableBase, standin: Standin, clock: Clock) -> None:
    standin.fault = first(2, Fault(status=429, body=OVER_LIMIT))
    assert source.schema()["tables"]
    assert clock.now >= 60
    assert source.calls == 3


def test_one_tables_penalty_holds_back_the_others(
    source: AirtableBase, standin: Standin, base: Base, clock: Clock
) -> None:
    standin.fault = first(1, Fault(status=429, body=OVER_LIMIT))
    pages = source.pages(plan(base.table("Projects"), [base.field("Projects", "Name")]))
    clock.broken = True
    with pytest.raises(InterruptedError):
        next(pages)
    assert len(standin.requests) == 1
    clock.broken = False
    source.schema()
    assert clock.now >= 30


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, body=b""),
        Fault(status=502, body=HTML),
        Fault(status=503, body=b"null"),
        Fault(status=408, body=b""),
        Fault(headers={"Content-Length": "5, 7"}),
        Fault(status=200, body=HTML),
        Fault(status=200, body=b'{"tables": [{"id"'),
        Fault(cut=20),
        Fault(cut=0),
    ],
)
def test_trouble_that_passes_is_outlasted(source: AirtableBase, standin: Standin, fault: Fault) -> None:
    standin.fault = first(2, fault)
    assert len(source.schema()["tables"]) == 5
    assert source.calls == 3


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=503, body=HTML), "HTTP 503"),
        (Fault(status=503, body=b"null"), "HTTP 503"),
        (Fault(status=429, body=OVER_LIMIT), "HTTP 429"),
        (Fault(status=429, body=HTML), "HTTP 429"),
        (Fault(status=200, body=HTML), "not JSON"),
        (Fault(cut=20), "Error"),
    ],
)
def test_trouble_that_stays_ends_the_run_after_five_attempts(
    source: AirtableBase, standin: Standin, fault: Fault, told: str
) -> None:
    standin.fault = first(99, fault)
    with pytest.raises(TryAgain, match=told) as caught:
        source.schema()
    assert source.calls == 5
    assert standin.url.removeprefix("http://") in str(caught.value) and "Run again later" in str(caught.value)


def test_a_server_that_is_not_there_is_named(clock: Clock, monkeypatch: pytest.MonkeyPatch, base: Base) -> None:
    with Standin(base) as server:
        pass
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", server.url)
    source = AirtableBase(BASE, TOKEN, AirtableSettings(), Limiter(5, clock, clock.sleep))
    with pytest.raises(TryAgain, match=r"127\.0\.0\.1:\d+ did not give the schema in 5 attempts.*ConnectionError"):
        source.schema()


# What does not


def test_an_exhausted_month_is_told_from_a_rate_limit(source: AirtableBase, standin: Standin, base: Base) -> None:
    standin.month_exhausted = True
    with pytest.raises(QuotaExhausted, match=f"base {BASE}"):
        read(source, base)
    assert source.calls == 1


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b"", b"true", b'"records"', b'{"records": null}', b'{"records": {}}', b'{"tables": []}'],
)
def test_an_answer_without_records_is_no_empty_table(
    source: AirtableBase, standin: Standin, base: Base, body: bytes
) -> None:
    standin.fault = first(1, Fault(body=body))
    with pytest.raises(BadAnswer, match="has no records"):
        read(source, base)


def test_a_second_page_without_records_is_no_end_of_the_table(
    source: AirtableBase, standin: Standin, base: Base
) -> None:
    standin.fault = lambda number, method, path: Fault(body=b"{}") if number == 2 else None
    with pytest.raises(BadAnswer, match="has no records"):
        read(source, base)


def test_a_page_that_repeats_ends_the_run(source: AirtableBase, standin: Standin, base: Base) -> None:
    same = json.dumps({"records": [], "offset": "itr00000000000001/rec00000000000001"}).encode()
    standin.fault = first(99, Fault(status=200, body=same))
    with pytest.raises(BadAnswer, match="repeated a page"):
        read(source, base)
    assert source.calls == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_not_followed(
    source: AirtableBase, standin: Standin, base: Base, status: int
) -> None:
    with Standin(base, rate=None) as elsewhere:
        target = f"{elsewhere.url}/v0/meta/bases/{BASE}/tables"
        standin.fault = first(99, Fault(status=status, headers={"Location": target}))
        with pytest.raises(BadAnswer, match="redirected") as caught:
            source.schema()
        assert elsewhere.requests == []
    assert "AIRTABLE_ENDPOINT_URL" in caught.value.remedy
    assert source.calls == 1


def test_a_password_in_netrc_does_not_replace_the_token(
    source: AirtableBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password other\ndefault login someone password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    assert source.schema()["tables"]


@pytest.mark.parametrize(
    ("fault", "kind", "told"),
    [
        (Fault(status=401, body=b'{"error": {"type": "UNAUTHORIZED"}}'), TokenError, "does not know the token"),
        (Fault(status=403, body=b'{"error": {"type": "INVALID_PERMISSIONS"}}'), TokenError, "403 INVALID_PERMISSIONS"),
        (Fault(status=404, body=b'{"error": "NOT_FOUND"}'), TokenError, "404 NOT_FOUND"),
        (Fault(status=404, body=HTML), TokenError, "token (404). Check the base's id, that"),
        (Fault(status=407, body=HTML), SettingsError, "The proxy on the way to Airtable wants a login"),
        (Fault(status=422, body=b'{"error": {"type": "A", "message": "b"}}'), BadAnswer, "422 A: b"),
        (Fault(status=400, body=b'{"errors": []}'), BadAnswer, "the schema (400)."),
    ],
)
def test_a_refusal_is_told_at_once_with_its_remedy(
    source: AirtableBase, standin: Standin, fault: Fault, kind: type[MilestonesError], told: str
) -> None:
    standin.fault = first(99, fault)
    with pytest.raises(kind) as caught:
        source.schema()
    assert told in str(caught.value) and caught.value.remedy
    assert source.calls == 1


@pytest.mark.parametrize(
    "url", ["api.airtable.com", "ftp://host", "http://", "http://host:port", "http://[::1", "http://h:0"]
)
def test_an_endpoint_that_is_no_web_address_is_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", url)
    with pytest.raises(SettingsError, match="AIRTABLE_ENDPOINT_URL"):
        AirtableBase(BASE, TOKEN, AirtableSettings())


def test_a_proxy_of_a_kind_that_is_not_spoken_is_this_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "http://airtable.example")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(SettingsError, match=r"SOCKS support. Check the environment, proxies too"):
        AirtableBase(BASE, TOKEN, AirtableSettings()).schema()


def test_a_proxys_password_is_not_said_though_it_is_written_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "http://airtable.example")
    monkeypatch.setenv("ALL_PROXY", "http://user:hunter2#x@proxy.example:80")
    with pytest.raises(SettingsError, match=r"schema cannot be made: .*in a password write / as %2F") as caught:
        AirtableBase(BASE, TOKEN, AirtableSettings()).schema()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("variable", ["AIRTABLE_ENDPOINT_URL", "ALL_PROXY"])
def test_what_never_left_this_machine_is_no_call_and_is_told_why(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "http://127.0.0.1:2")
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    source = AirtableBase(BASE, TOKEN, AirtableSettings(), Limiter(5, clock, clock.sleep))
    with pytest.raises(TryAgain, match=r"in 5 attempts; the last met \w+Error \(Connection refused\)"):
        source.schema()
    assert source.calls == 0


def test_a_proxy_that_wants_a_login_is_told_at_once(
    clock: Clock, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "https://airtable.example")
    monkeypatch.setenv("HTTPS_PROXY", standin.url)
    monkeypatch.setattr(airtable_standin._Handler, "do_CONNECT", lambda self: self.send_error(407), raising=False)
    source = AirtableBase(BASE, TOKEN, AirtableSettings(), Limiter(5, clock, clock.sleep))
    with pytest.raises(SettingsError, match=r"wants a login for the schema \(407\).*HTTPS_PROXY"):
        source.schema()
    assert clock.now == 0


def test_a_bundle_of_certificates_that_is_not_there_is_this_machines_fault(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, base: Base
) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "https://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    source = AirtableBase(BASE, TOKEN, AirtableSettings(), Limiter(5, clock, clock.sleep))
    with pytest.raises(SettingsError, match=r"certificates cannot be read: .*/nowhere/ca.pem.*REQUESTS_CA_BUNDLE"):
        source.schema()
    assert clock.now == 0
