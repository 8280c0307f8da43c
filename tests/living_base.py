"""A small base whose computed fields follow every edit, and the job on it in one process, over HTTP, without a wait."""

import json
import threading
import tomllib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from airtable_standin import READER, TOKEN, Base, Standin
from conftest import BASE, ROOT, toml
from independent_reader import Reader, assert_tables_equal_base
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from settings.load import load_settings
from sync import job
from sync.airtable import AirtableBase
from sync.deadline import Deadline
from sync.engine import open_store, store_errors
from sync.limiter import Limiter
from sync.notes import set_feed
from sync.snapshot import load_snapshot
from sync.summary import Summary

FULL = set(READER) | {"webhook:manage"}
LINKS = {  # a link and its other end
    ("Projects", "Deliveries"): ("Project Deliverables", "Project"),
    ("Projects", "Team"): ("People", "Projects"),
    ("Project Deliverables", "Deliverable"): ("Catalogue", "Handed In"),
    ("Milestones", "Items"): ("Catalogue", "Milestone"),
}
OTHER_END = LINKS | {there: here for here, there in LINKS.items()}
MAPPING: dict[str, Any] = {
    "projects": {
        "table": "Projects",
        "fields": {
            "name": "Name",
            "status": "Status",
            "start": "Start",
            "type": "Kinds",
            "product_manager": "Lead",
        },
    },
    "project_deliverables": {
        "table": "Project Deliverables",
        "fields": {
            "name": "Name",
            "project": "Project",
            "deliverable": "Deliverable",
            "status": "Status",
            "owner": "Loud Lead",
        },
    },
    "milestones": {"table": "Milestones", "fields": {"name": "Name", "order": "How Many", "deliverables": "Items"}},
    "catalogue": {"table": "Catalogue", "fields": {"name": "Name", "milestones": "Milestone", "template": "Marks"}},
}

Ids = list[str]


def rec(kind: str, number: int) -> str:
    return f"rec{kind}{number:0{14 - len(kind)}d}"


def _id(prefix: str, *names: str) -> str:
    return prefix + sha256("/".join(names).encode()).hexdigest()[:14]


def _table(name: str, **fields: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    shown = [
        {"id": _id("fld", name, key), "name": key.replace("_", " "), "type": kind}
        | ({"options": options} if options else {})
        for key, (kind, options) in fields.items()
    ]
    return {"id": _id("tbl", name), "name": name, "primaryFieldId": shown[0]["id"], "fields": shown, "views": []}


def _field(table: str, name: str) -> str:
    return _id("fld", table, name.replace(" ", "_"))


def _link(table: str, name: str) -> tuple[str, dict[str, Any]]:
    there, inverse = OTHER_END[table, name]
    return "multipleRecordLinks", {"linkedTableId": _id("tbl", there), "inverseLinkFieldId": _field(there, inverse)}


def _through(table: str, link: str, target: str = "", **more: Any) -> dict[str, Any]:
    options = {"isValid": True, "recordLinkFieldId": _field(table, link), **more}
    if target:
        options["fieldIdInLinkedTable"] = _field(OTHER_END[table, link][0], target)
    return options


def _formula(table: str, text: str, *referenced: str) -> tuple[str, dict[str, Any]]:
    ids = [_field(table, name) for name in referenced]
    return "formula", {"isValid": True, "formula": text, "referencedFieldIds": ids, "result": {"type": TEXT[0]}}


TEXT: tuple[str, dict[str, Any]] = ("singleLineText", {})
SELECT = ("singleSelect", {"choices": [{"id": f"sel{name:0>14}", "name": name} for name in ("Open", "Done")]})


def living(records: int = 4) -> Base:
    """So many projects, twice as many deliverables, some catalogue entries, three milestones and three people."""
    projects, handed_in = "Projects", "Project Deliverables"
    result = {"result": {"type": "singleLineText"}}
    tables = [
        _table(
            projects,
            Name=TEXT,
            Status=SELECT,
            Start=("date", {}),
            Notes=TEXT,
            Deliveries=_link(projects, "Deliveries"),
            Team=_link(projects, "Team"),
            Kinds=("rollup", _through(projects, "Deliveries", "Status", referencedFieldIds=[], **result)),
            Lead=("multipleLookupValues", _through(projects, "Team", "Who", **result)),
        ),
        _table(
            handed_in,
            Name=_formula(handed_in, "{Project} & ': ' & {Deliverable}", "Project", "Deliverable"),
            Project=_link(handed_in, "Project"),
            Deliverable=_link(handed_in, "Deliverable"),
            Status=SELECT,
            Leads=("multipleLookupValues", _through(handed_in, "Project", "Lead", **result)),
            Loud_Lead=_formula(handed_in, "UPPER({Leads})", "Leads"),
        ),
        _table(
            "Milestones",
            Name=TEXT,
            Items=_link("Milestones", "Items"),
            How_Many=("count", _through("Milestones", "Items")),
        ),
        _table(
            "Catalogue",
            Name=TEXT,
            Milestone=_link("Catalogue", "Milestone"),
            Handed_In=_link("Catalogue", "Handed In"),
            Marks=("multipleLookupValues", _through("Catalogue", "Handed In", "Status", **result)),
        ),
        _table("People", Who=TEXT, Projects=_link("People", "Projects")),
    ]
    base = Base(BASE, "Living", tables)
    base.computed = compute
    with base.edit():
        for number in range(1, 4):
            base.put("People", {"id": rec("Per", number), "fields": {"Who": f"Person {number}"}})
            base.put("Milestones", {"id": rec("Mil", number), "fields": {"Name": f"Milestone {number}"}})
            base.put("Catalogue", {"id": rec("Cat", number), "fields": {"Name": f"Thing {number}"}})
            link(base, "Milestones", rec("Mil", number), "Items", [rec("Cat", number)])
        for number in range(1, records + 1):
            cells = {"Name": f"Project {number}", "Status": "Open", "Start": "2026-01-01"}
            base.put(projects, {"id": rec("Pro", number), "fields": cells})
        for number in range(1, 2 * records + 1):
            base.put(handed_in, {"id": rec("Del", number), "fields": {"Status": "Open"}})
        if records <= 10:
            for number in range(1, records + 1):
                link(base, projects, rec("Pro", number), "Team", [rec("Per", number % 3 + 1)])
            for number in range(1, 2 * records + 1):
                link(base, handed_in, rec("Del", number), "Project", [rec("Pro", (number + 1) // 2)])
                link(base, handed_in, rec("Del", number), "Deliverable", [rec("Cat", number % 3 + 1)])
    return base


def rows(base: Base, table: str) -> list[dict[str, Any]]:
    return base.records[_id("tbl", table)]


def ids(base: Base, table: str) -> Ids:
    return [row["id"] for row in rows(base, table)]


def cells(base: Base, table: str, name: str) -> dict[str, Any]:
    return {row["id"]: row["fields"].get(_field(table, name)) for row in rows(base, table)}


def link(base: Base, table: str, record_id: str, name: str, linked: Ids) -> None:
    """Sets a link as a person does: the other ends follow."""
    there, inverse = OTHER_END[table, name]
    with base.edit():
        base.update(_id("tbl", table), record_id, {_field(table, name): linked})
        for other, back in cells(base, there, inverse).items():
            new = [item for item in back or [] if item != record_id or other in linked]
            new += [record_id] if other in linked and record_id not in new else []
            if new != (back or []):
                base.update(_id("tbl", there), other, {_field(there, inverse): new})


def destroy(base: Base, table: str, record_id: str) -> None:
    """Deletes a record; the links to it go with it."""
    with base.edit():
        for (here, name), (there, inverse) in OTHER_END.items():
            if here == table and cells(base, here, name).get(record_id):
                del there, inverse
                link(base, here, record_id, name, [])
        base.delete(_id("tbl", table), record_id)


def compute(base: Base) -> None:
    """What the computed fields make of the base."""
    names = {table: cells(base, table, "Name") for table in ("Projects", "Catalogue")}
    status = cells(base, "Project Deliverables", "Status")
    who = cells(base, "People", "Who")
    deliveries = cells(base, "Projects", "Deliveries")
    team = cells(base, "Projects", "Team")
    for row in rows(base, "Projects"):
        kinds = sorted({status.get(item) or "" for item in deliveries[row["id"]] or []} - {""})
        _set(row, "Projects", "Kinds", " & ".join(kinds))
        _set(row, "Projects", "Lead", [who[item] for item in team[row["id"]] or [] if who.get(item)])
    leads, table = cells(base, "Projects", "Lead"), "Project Deliverables"
    project, thing = cells(base, table, "Project"), cells(base, table, "Deliverable")
    for row in rows(base, table):
        mine, things = project[row["id"]] or [], thing[row["id"]] or []
        shown = [
            ", ".join(str(names["Projects"].get(item) or "") for item in mine),
            ", ".join(str(names["Catalogue"].get(item) or "") for item in things),
        ]
        looked_up = [lead for item in mine for lead in leads.get(item) or []]
        _set(row, table, "Name", ": ".join(shown))
        _set(row, table, "Leads", looked_up)
        _set(row, table, "Loud Lead", ", ".join(looked_up).upper())
    handed_in = cells(base, "Catalogue", "Handed In")
    for row in rows(base, "Catalogue"):
        _set(row, "Catalogue", "Marks", [status[item] for item in handed_in[row["id"]] or [] if status.get(item)])
    items = cells(base, "Milestones", "Items")
    for row in rows(base, "Milestones"):
        _set(row, "Milestones", "How Many", len(items[row["id"]] or []))


def _set(row: dict[str, Any], table: str, name: str, value: Any) -> None:
    if row["fields"].get(_field(table, name)) != value:
        row["fields"] = row["fields"] | {_field(table, name): value}


class Clock:
    """The limiter's time: only sleeping moves it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


class Desk:
    """The job at one base and one store; its settings by name, those of the independent reader by id."""

    def __init__(self, standin: Standin, store: str, folder: Path, mapping: dict[str, Any] | None = None) -> None:
        self.standin, self.base, self.store, self.folder = standin, standin.base, store, folder
        self.mapping = json.loads(json.dumps(mapping or MAPPING))
        self.seen_by_id = self._by_id()
        self.sync: dict[str, Any] = {}  # [sync] of config.toml
        self.now: Callable[[], datetime] = job.utc_now
        self.clock = Clock()
        self.source: AirtableBase | None = None

    def _by_id(self) -> Path:
        tables = {}
        for canonical, item in self.mapping.items():
            table = self.base.table(item["table"])
            found = {key: self.base.field(table["id"], name)["id"] for key, name in item["fields"].items()}
            tables[canonical] = {"table": table["id"], "fields": found}
        path = self.folder / "by_id.toml"
        path.write_text(f"tables = {toml(tables)}\n", encoding="utf-8")
        return path

    def config(self) -> Path:
        values = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
        values["airtable"] = {"base": self.base.id, "requests_per_second": 50, "penalty_seconds": 30}
        values["tables"], values["sync"] = self.mapping, self.sync
        path = self.folder / "desk.toml"
        path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in values.items()), encoding="utf-8")
        return path

    def run(self, deadline: Deadline | None = None, **options: Any) -> Summary:
        """One run; raises as it does."""
        settings = load_settings(self.config())
        limiter = Limiter(5, self.clock, self.clock.sleep)
        self.source = AirtableBase(self.base.id, TOKEN, settings.airtable, limiter)
        url = make_url(self.store)
        options = {"now": lambda: self.now(), "deadline": deadline or Deadline(60), **options}
        with store_errors(url):
            return job.run(settings, self.source, open_store(url, create=True), **options)

    def webhook(self) -> str:
        """Makes a webhook as `python -m sync webhook create` does."""
        hook = self.make_hook()
        set_feed(open_store(make_url(self.store), create=True), self.base.id, hook)
        return hook

    def make_hook(self) -> str:
        """Makes a webhook that the store is not told of."""
        limiter = Limiter(5, self.clock, self.clock.sleep)
        return AirtableBase(self.base.id, TOKEN, load_settings(self.config()).airtable, limiter).create_webhook()

    def check(self) -> None:
        """The mirror equals an independent reading of the base."""
        fault, self.standin.fault = self.standin.fault, None
        assert_tables_equal_base(self.store, Reader(self.standin, self.seen_by_id))
        self.standin.fault = fault

    @property
    def version(self) -> int:
        return load_snapshot(make_url(self.store)).version

    def hash(self) -> str:
        return content_hash(self.store)


def content_hash(store: str) -> str:
    """Of everything that readers see but the notes of runs and how far the feed is read."""
    engine = create_engine(store)
    told = sha256()
    with closing(engine.connect()) as connection:
        for name in sorted(set(inspect(connection).get_table_names()) - {"runs", "feed"}):
            told.update(name.encode())
            for row in sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')).all())):
                told.update(row.encode())
    engine.dispose()
    return told.hexdigest()


class Wall:
    """A wall clock for job and stand-in alike, moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime.fromisoformat("2026-03-02T08:00")

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)  # no two readings alike
        return self.moment

    def seconds(self) -> float:
        return self.moment.replace(tzinfo=UTC).timestamp()

    def forward(self, **time: float) -> None:
        self.moment += timedelta(**time)
