"""A loopback stand-in for Airtable's Web API: one base, read-only but for its webhooks, over real HTTP.

Written from the documentation at https://airtable.com/developers/web/api (the page is named where a
behaviour is implemented). What that documentation leaves open is marked "not documented", and the choice
said. What is not implemented is refused with an error; no parameter is ever ignored. Webhooks are in
`airtable_webhooks`.
"""

from __future__ import annotations

import copy
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from airtable_webhooks import Webhooks

Json = dict[str, Any]

TOKEN = "patTEST0000000000.standin"
READER = frozenset({"data.records:read", "schema.bases:read"})
MAX_URL = 16_000
MAX_PAGE = 100
OFFSET = re.compile(r"(itr\w{14})/(rec\w{14})")
ONE_OF = re.compile(r"\s*OR\((.*)\)\s*", re.DOTALL)
RECORD_ID = re.compile(r"""\s*RECORD_ID\(\)\s*=\s*(['"])(rec\w{14})\1\s*""")


@dataclass(frozen=True)
class Snapshot:
    """A base at one moment: table schemas by id, and by table id the records by id."""

    tables: dict[str, Json]
    rows: dict[str, dict[str, Json]]


@dataclass(frozen=True)
class Edit:
    """What one transaction did to a base."""

    number: int
    before: Snapshot
    after: Snapshot


class Base:
    """A base's schema and records; tests edit it between, or during, requests.

    `tables` holds tables in the shape of the schema endpoint, `records` each table's records in the order
    the server lists them, cells keyed by field id. Hold `lock` for edits that must be seen together, or
    make them in one `edit()`, which also makes them one transaction.

    `computed` is run after every edit, to set the cells that follow from others (with `update`, or directly
    in `records`); it must put a new value into a cell, never change the old one in place. Deleting a record
    or a table leaves the links to it as they are: a test that wants them gone takes them out itself.
    """

    def __init__(
        self,
        id: str,
        name: str,
        tables: list[Json],
        records: Mapping[str, list[Json]] | None = None,
        *,
        computed: Callable[[Base], None] | None = None,
    ):
        self.id, self.name, self.tables, self.computed = id, name, tables, computed
        self.records: dict[str, list[Json]] = {table["id"]: [] for table in tables}
        self.lock = threading.RLock()
        self.transactions = 0
        self.watchers: list[Callable[[Edit], None]] = []  # told of every transaction
        self._editing = False
        with self.edit():
            for table_id, rows in (records or {}).items():
                for row in rows:
                    self.put(table_id, row)

    @classmethod
    def from_file(cls, path: Path, *, computed: Callable[[Base], None] | None = None) -> Base:
        """Read `{"base": {"id", "name"}, "schema": {"tables": [...]}, "records": {tbl: [...]}}`."""
        data = json.loads(path.read_text(encoding="utf-8"))
        id, name = data["base"]["id"], data["base"]["name"]
        return cls(id, name, data["schema"]["tables"], data["records"], computed=computed)

    def table(self, key: str) -> Json:
        """The schema of a table by id or name; KeyError without one."""
        return _find(self.tables, key)

    def field(self, table: str, key: str) -> Json:
        """The schema of a field by id or name; KeyError without one."""
        return _find(self.table(table)["fields"], key)

    @contextmanager
    def edit(self) -> Iterator[None]:
        """One transaction of all edits inside; what is done to `tables` and `records` directly counts too."""
        with self.lock:
            if self._editing:
                yield
                return
            before = self._snapshot() if self.watchers else None
            self._editing = True
            try:
                yield
                if self.computed:
                    self.computed(self)
            finally:
                self._editing = False
            self.transactions += 1
            if before:
                edit = Edit(self.transactions, before, self._snapshot())
                for watcher in self.watchers:
                    watcher(edit)

    def recompute(self) -> None:
        """Run `computed` with no edit, as time does to a formula with TODAY(); no watcher is told."""
        with self.lock:
            watchers, self.watchers = self.watchers, []
            try:
                with self.edit():
                    pass
            finally:
                self.watchers = watchers

    def _snapshot(self) -> Snapshot:
        tables = {table["id"]: copy.deepcopy({k: v for k, v in table.items() if k != "views"}) for table in self.tables}
        rows = {id: {row["id"]: row | {"fields": dict(row["fields"])} for row in self.records[id]} for id in tables}
        return Snapshot(tables, rows)

    def put(self, table: str, record: Json) -> None:
        """Add a record, or replace the one with its id where it stands; cells by field id or name."""
        with self.edit():
            cells = {self.field(table, key)["id"]: value for key, value in record["fields"].items()}
            created = record.get("createdTime", "2024-01-01T00:00:00.000Z")
            new = {"id": record["id"], "createdTime": created, "fields": cells}
            rows = self.records[self.table(table)["id"]]
            at = next((i for i, row in enumerate(rows) if row["id"] == new["id"]), len(rows))
            rows[at : at + 1] = [new]

    def update(self, table: str, record_id: str, cells: Json) -> None:
        """Set these cells, by field id or name, and leave the others; KeyError without the record."""
        with self.edit():
            row = _find(self.records[self.table(table)["id"]], record_id)
            new = {self.field(table, key)["id"]: value for key, value in cells.items()}
            row["fields"] = row["fields"] | new

    def delete(self, table: str, record_id: str) -> None:
        """Remove a record; KeyError if it is not there."""
        with self.edit():
            rows = self.records[self.table(table)["id"]]
            rows.remove(_find(rows, record_id))

    def add_field(self, table: str, field: Json) -> None:
        """Add a field, in the shape of the schema endpoint, after the others."""
        with self.edit():
            self.table(table)["fields"].append(field)

    def rename_field(self, table: str, key: str, name: str) -> None:
        with self.edit():
            self.field(table, key)["name"] = name

    def retype_field(
        self, table: str, key: str, type: str, options: Json | None = None, convert: Callable[[Any], Any] | None = None
    ) -> None:
        """Give a field another type and options, and `convert` its cells."""
        with self.edit():
            field = self.field(table, key)
            field["type"] = type
            field.pop("options", None)
            if options is not None:
                field["options"] = options
            for row in self.records[self.table(table)["id"]] if convert else []:
                if convert and field["id"] in row["fields"]:
                    row["fields"] = row["fields"] | {field["id"]: convert(row["fields"][field["id"]])}

    def remove_field(self, table: str, key: str) -> None:
        """Take a field out of the schema; its cells are shown no more."""
        with self.edit():
            self.table(table)["fields"].remove(self.field(table, key))

    def add_choice(self, table: str, key: str, name: str, color: str = "blueLight2") -> None:
        """Offer another choice in a select field."""
        with self.edit():
            choices = self.field(table, key).setdefault("options", {}).setdefault("choices", [])
            choices.append({"id": f"sel{len(choices):014d}", "name": name, "color": color})

    def add_table(self, table: Json, records: Iterable[Json] = ()) -> None:
        """Add a table, in the shape of the schema endpoint, and its records."""
        with self.edit():
            self.tables.append(table)
            self.records[table["id"]] = []
            for record in records:
                self.put(table["id"], record)

    def rename_table(self, key: str, name: str) -> None:
        with self.edit():
            self.table(key)["name"] = name

    def remove_table(self, key: str) -> None:
        with self.edit():
            table = self.table(key)
            self.tables.remove(table)
            del self.records[table["id"]]


def _find(items: list[Json], key: str) -> Json:
    for item in items:
        if key in (item["id"], item.get("name")):
            return item
    raise KeyError(key)


@dataclass(frozen=True)
class Request:
    """What the server saw and answered; `at` is the injected clock's time, `status` 0 where nothing was sent."""

    at: float
    method: str
    path: str
    query: str
    status: int
    body: bytes = b""

    @property
    def resource(self) -> str:
        """What was asked for: of a list of records the table, else the path's last part."""
        return self.path.removesuffix("/listRecords").rpartition("/")[2]


@dataclass(frozen=True)
class Fault:
    """How an answer departs from the true one; what is left None stays true."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # added to the true ones, or replacing them
    body: bytes | None = None
    cut: int | None = None  # close the connection after this many bytes of the body
    drip: float = 0.0  # seconds before each byte of the body
    hang: bool = False  # never answer


class Refusal(Exception):
    """An answer that is an error: status and body."""

    def __init__(self, status: int, body: Json | str):
        super().__init__(status, body)
        self.status, self.body = status, body


def error(status: int, type: str, message: str | None = None) -> Refusal:
    return Refusal(status, {"error": {"type": type} | ({"message": message} if message else {})})


def forbidden() -> Refusal:
    """Unknown base, unknown table and missing permission are one answer (page `errors`, "403")."""
    return error(
        403,
        "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
        "Invalid permissions, or the requested model was not found. Check that both your user and your token "
        "have the required permissions, and that the model names and/or ids are correct.",
    )


def invalid(what: str) -> Refusal:
    """Airtable's generic 422; the reason in brackets is the stand-in's own."""
    message = f"Invalid request: parameter validation failed. Check your request data. (stand-in: {what})"
    return error(422, "INVALID_REQUEST_UNKNOWN", message)


def _too_many(type: str, message: str) -> Refusal:
    """429 has a shape of its own: a list under `errors`. No Retry-After is documented, so none is sent."""
    return Refusal(429, {"errors": [{"error": type, "message": message}]})


def _flag(value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in known:
        raise invalid(f"{value!r} is not a boolean")
    return known[str(value).lower()]


def count(value: Any, name: str, most: int | None = None) -> int:
    if not str(value).isdecimal() or not 1 <= int(value) <= (most or int(value)):
        raise invalid(f"{name}={value!r}")
    return int(value)


@dataclass
class _Iterator:
    table_id: str
    ids: list[str]
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # last record sent: (position, sent so far)


class Standin:
    """`with Standin(base) as server:` serves `base` at `server.url` until the block ends.

    rate, window, penalty: more than `rate` requests to the base within `window` seconds are refused, and
    then every request for `penalty` seconds; rate=None turns this off (page `rate-limits`). A request
    during the penalty does not prolong it (not documented). Whether an edit between two pages moves the
    records is not documented either: by default an iterator keeps the order it began with, so a later page
    lacks what was deleted since and never has what was added; with live_order=True its position counts
    into the table as it is now, so a deletion before it hides a record and an insertion repeats one.

    clock is the rate limit's; wall (seconds since 1970) dates the webhooks and their payloads. A token in
    `revoked` has lost the base but is still good elsewhere; one in `read_only` belongs to a user who may
    only read the base, whatever its scopes.
    """

    def __init__(
        self,
        base: Base,
        token: str = TOKEN,
        rate: int | None = 5,
        window: float = 1.0,
        penalty: float = 30.0,
        latency: float = 0.0,
        *,
        tokens: Mapping[str, set[str]] | None = None,
        live_order: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ):
        from airtable_webhooks import Webhooks  # which needs this module's own names

        self.base, self.rate, self.window, self.penalty, self.latency = base, rate, window, penalty, latency
        self.tokens = dict(tokens) if tokens is not None else {token: set(READER)}
        self.live_order, self.clock = live_order, clock
        self.month_exhausted = False  # set it: every request but the schema's meets PUBLIC_API_BILLING_LIMIT_EXCEEDED
        self.revoked: set[str] = set()  # tokens
        self.read_only: set[str] = set()  # tokens
        self.webhooks: Webhooks = Webhooks(base, wall)
        self.fault: Callable[[int, str, str], Fault | None] | None = None  # number from 1, method, path
        self.requests: list[Request] = []
        self.refused = 0
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self._numbered = 0
        self._iterators: dict[str, _Iterator] = {}
        self._iterators_made = 0
        self._recent: deque[float] = deque()
        self._blocked_until = float("-inf")
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.standin = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def expire_iterators(self) -> None:
        """Forget every iterator, as a restart of Airtable's server or an idle client would."""
        with self.lock:
            self._iterators.clear()

    def fault_of(self, method: str, path: str) -> Fault:
        """Ask the hook, before the request is answered, so that it may edit the base as well."""
        with self.lock:
            self._numbered += 1
            number = self._numbered
        return (self.fault and self.fault(number, method, path)) or Fault()

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        """The true answer: status and body."""
        with self.lock, self.base.lock:
            try:
                answer = self._route(method, target, authorization, body)
                return 200, b"" if answer is None else json.dumps(answer, allow_nan=False).encode()
            except Refusal as refusal:
                text = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
                return refusal.status, text.encode()

    def _route(self, method: str, target: str, authorization: str, body: bytes) -> Json | None:
        if len(self.url + target) >= MAX_URL:  # pages `list-records`, support `url-length-limitations`; 414 is seen
            raise Refusal(414, "<html><head><title>414 Request-URI Too Large</title></head></html>")
        url = urlsplit(target)
        query = parse_qs(url.query, keep_blank_values=True)
        match [unquote(part) for part in url.path.strip("/").split("/")]:
            case ["v0", "meta", "whoami"] if method == "GET":
                self._scopes(authorization)
                return {"id": "usrSTANDIN0000000"}  # page `get-user-id-scopes`: scopes are told to OAuth tokens only
            case ["v0", "meta", "bases", base_id, "tables"] if method == "GET":
                self._admit(authorization, base_id, "schema.bases:read", meta=True)
                return self._schema(query)
            case ["v0", "bases", base_id, "webhooks", *rest]:
                scopes = self._admit(authorization, base_id, "webhook:manage")
                creator = authorization.partition(" ")[2] not in self.read_only
                return self.webhooks.answer(method, rest, query, body, scopes, creator=creator)
            case ["v0", base_id, table, "listRecords"] if base_id != "meta" and method == "POST":
                self._admit(authorization, base_id, "data.records:read")
                if query:
                    raise invalid(f"query {sorted(query)}")
                return self._list(self._table(table), posted(body))
            case ["v0", base_id, table] if base_id != "meta" and method == "GET":
                self._admit(authorization, base_id, "data.records:read")
                return self._list(self._table(table), _queried(query))
            case ["v0", base_id, table, record_id] if base_id != "meta" and method == "GET":
                self._admit(authorization, base_id, "data.records:read")
                return self._record(self._table(table), record_id, _queried(query))
            case ["v0", base_id, _] | ["v0", base_id, _, _] if base_id != "meta":
                self._admit(authorization, base_id, "data.records:write")  # no token here may write
        raise Refusal(404, {"error": "NOT_FOUND"})

    def _scopes(self, authorization: str) -> set[str]:
        """401 tells a missing token from a wrong one (support page `airtable-api-common-troubleshooting`)."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise error(401, "AUTHENTICATION_REQUIRED", "Authentication required")
        if token not in self.tokens:
            raise error(401, "UNAUTHORIZED", "Invalid authentication token")
        return self.tokens[token]

    def _admit(self, authorization: str, base_id: str, scope: str, *, meta: bool = False) -> set[str]:
        scopes = self._scopes(authorization)
        if base_id != self.base.id or authorization.partition(" ")[2] in self.revoked:
            raise forbidden()
        self._within_rate()
        if self.month_exhausted and not meta:  # support page `managing-api-call-limits`; meta was seen to go on
            message = "API billing plan limit exceeded. You've reached the maximum number of requests for this month."
            raise _too_many("PUBLIC_API_BILLING_LIMIT_EXCEEDED", message)
        if scope not in scopes:
            raise forbidden()
        return scopes

    def _within_rate(self) -> None:
        now = self.clock()
        while self._recent and self._recent[0] <= now - self.window:
            self._recent.popleft()
        if self.rate is not None and now >= self._blocked_until and len(self._recent) >= self.rate:
            self._blocked_until = now + self.penalty
        if now < self._blocked_until:
            self.refused += 1
            raise _too_many("RATE_LIMIT_REACHED", "Rate limit exceeded. Please try again later")
        self._recent.append(now)

    def _table(self, key: str) -> Json:
        try:
            return self.base.table(key)
        except KeyError:
            raise forbidden() from None

    def _schema(self, query: dict[str, list[str]]) -> Json:
        """Page `get-base-schema`: a view's visibleFieldIds come only when they are asked for."""
        include = {value for key in ("include", "include[]") for value in query.pop(key, [])}
        if query or include - {"visibleFieldIds"}:
            raise invalid(f"query {sorted(query)} include {sorted(include)}")
        hidden = {"visibleFieldIds"} - include
        views = [[{k: v for k, v in view.items() if k not in hidden} for view in t["views"]] for t in self.base.tables]
        return {"tables": [table | {"views": shown} for table, shown in zip(self.base.tables, views, strict=True)]}

    def _list(self, table: Json, options: Json) -> Json:
        """Page `list-records`. Without view or sort the order is arbitrary; here it is that of `records`."""
        size = count(options.pop("pageSize", MAX_PAGE), "pageSize", MAX_PAGE)
        most = count(options.pop("maxRecords", 10**9), "maxRecords")
        offset = options.pop("offset", None)
        wanted = _filtered(options.pop("filterByFormula", None))
        show = _shown(table, options)
        rows = {row["id"]: row for row in self.base.records[table["id"]] if wanted is None or row["id"] in wanted}
        name, iterator, place, sent = self._iterate(table, offset, list(rows))
        order = list(rows) if self.live_order else iterator.ids
        page: list[Json] = []
        while place < len(order) and len(page) < min(size, most - sent):
            if order[place] in rows:
                page.append(show(rows[order[place]]))
            place += 1
        sent += len(page)
        more = sent < most and any(id in rows for id in order[place:])
        if not (page and more):
            return {"records": page}
        iterator.places[page[-1]["id"]] = place, sent
        self._iterators[name] = iterator
        return {"records": page, "offset": f"{name}/{page[-1]['id']}"}

    def _iterate(self, table: Json, offset: str | None, ids: list[str]) -> tuple[str, _Iterator, int, int]:
        """An offset may be used again, for a client whose answer was lost (not documented)."""
        if offset is None:
            self._iterators_made += 1
            return f"itr{self._iterators_made:014d}", _Iterator(table["id"], ids), 0, 0
        shape = OFFSET.fullmatch(str(offset))
        if shape and shape[1] not in self._iterators:
            raise error(422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE")
        iterator = self._iterators[shape[1]] if shape else None
        if not shape or not iterator or iterator.table_id != table["id"] or shape[2] not in iterator.places:
            raise error(422, "INVALID_OFFSET_VALUE", f"The value of offset {offset} is invalid")
        return shape[1], iterator, *iterator.places[shape[2]]

    def _record(self, table: Json, record_id: str, options: Json) -> Json:
        """Page `get-record`: a record that is not in the table is looked for in the whole base."""
        if "fields" in options:
            raise invalid("fields")
        for candidate in [table, *self.base.tables]:
            for row in self.base.records[candidate["id"]]:
                if row["id"] == record_id:
                    return _shown(candidate, options)(row)
        raise error(404, "MODEL_ID_NOT_FOUND", "Record not found")


def _filtered(formula: Any) -> set[str] | None:
    """The record ids of `RECORD_ID()='rec…'`, or of an OR() of these, the only formulas understood here."""
    if formula is None:
        return None
    several = ONE_OF.fullmatch(str(formula))
    found = [RECORD_ID.fullmatch(part) for part in (several[1].split(",") if several else [str(formula)])]
    if not all(found):
        raise invalid("filterByFormula")
    return {match[2] for match in found if match}


def _queried(query: dict[str, list[str]]) -> Json:
    fields = query.pop("fields[]", None)
    if repeated := [key for key, values in query.items() if len(values) > 1]:
        raise invalid(f"repeated {repeated}")
    return {key: values[0] for key, values in query.items()} | ({"fields": fields} if fields else {})


def posted(body: bytes) -> Json:
    try:
        options = json.loads(body or b"{}")
    except ValueError:
        raise error(400, "INVALID_REQUEST_BODY", "Could not parse request body") from None
    if not isinstance(options, dict):
        raise invalid("body")
    if options.get("method") == "post":  # Airtable.js sends its own option along, so Airtable must bear it
        del options["method"]
    return options


def _shown(table: Json, options: Json) -> Callable[[Json], Json]:
    """How a record of `table` is shown; takes the options that say so and refuses any that is left over.

    Empty cells (None, "", [], false) are left out; zero is not empty (pages `list-records`, `get-record`).
    """
    by_id = _flag(options.pop("returnFieldsByFieldId", False))
    wanted = options.pop("fields", None)
    if options.pop("cellFormat", "json") != "json" or options or not isinstance(wanted, list | None):
        raise invalid(f"not supported here: {sorted(options) or 'cellFormat or fields'}")
    keys: dict[str, str] = {}
    for asked in [f["id"] for f in table["fields"]] if wanted is None else wanted:
        try:
            found = _find(table["fields"], asked)
        except KeyError:
            raise error(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{asked}"') from None
        keys[found["id"]] = found["id" if by_id else "name"]

    def show(row: Json) -> Json:
        full = {id: value for id, value in row["fields"].items() if not (value is False or value in (None, "", []))}
        return row | {"fields": {keys[id]: value for id, value in full.items() if id in keys}}

    return show


class _Server(ThreadingHTTPServer):
    standin: Standin
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests; say nothing."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        """Nothing on stderr; `Standin.requests` is the log."""

    def _serve(self) -> None:
        standin, url = self.server.standin, urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if standin.closing.wait(standin.latency):  # a kept-alive connection outlives the server's socket
            self.close_connection = True
            return
        fault = standin.fault_of(self.command, url.path.removesuffix("/listRecords"))  # the same list by either way
        at = standin.clock()
        status, body = standin.answer(self.command, self.path, self.headers.get("Authorization") or "", sent)
        status = 0 if fault.hang else fault.status or status
        with standin.lock:
            standin.requests.append(Request(at, self.command, url.path, url.query, status, sent))
        if fault.hang:
            standin.closing.wait()
            self.close_connection = True
            return
        kind = "text/html" if body.startswith(b"<") else "application/json; charset=utf-8"
        body = body if fault.body is None else fault.body
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | dict(fault.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        body = body[: fault.cut]
        step = 1 if fault.drip else max(1, len(body))
        for start in range(0, len(body), step):
            if fault.drip and standin.closing.wait(fault.drip):
                break
            self.wfile.write(body[start : start + step])
        self.close_connection |= fault.cut is not None

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve
