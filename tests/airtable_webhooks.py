"""Airtable's webhooks for the stand-in: their life, and a payload for every edit made while they live.

Written from the pages `webhooks-overview`, `create-a-webhook`, `list-webhooks`, `list-webhook-payloads`,
`refresh-a-webhook` and the models `webhooks-payload`, `-specification`, `-table-changed`, `-changed-record`
of https://airtable.com/developers/web/api. What they leave open is marked "not documented", and the choice
said; what only others' code or issues show is marked "seen". No notification is ever sent.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from airtable_standin import Base, Edit, Json, Refusal, Snapshot, count, error, forbidden, invalid, posted

WEEK = 7 * 24 * 3600.0
MOST = 10  # webhooks of a base (page `create-a-webhook`)
PAGE = 50  # payloads of a call (page `list-webhook-payloads`)
SCOPES = {
    "tableData": "data.records:read",
    "tableFields": "schema.bases:read",
    "tableMetadata": "schema.bases:read",
}
COMPUTED = {"formula", "rollup", "multipleLookupValues", "lookup", "count", "lastModifiedTime", "lastModifiedBy"}
RECORDS = ("createdRecordsById", "changedRecordsById", "destroyedRecordIds")
EDITOR = {"id": "usrEDITOR00000000", "email": "editor@example.com", "permissionLevel": "create"}


@dataclass
class Webhook:
    """A webhook; `payloads` are those still kept, with their cursor and the time they were made."""

    id: str
    url: str | None
    options: Json
    expires: float
    enabled: bool = True  # False for good once its specification is invalid
    next: int = 1
    payloads: list[tuple[int, float, Json]] = field(default_factory=list)

    def active(self, now: float) -> bool:
        return self.enabled and now < self.expires

    def append(self, at: float, payload: Json) -> None:
        self.payloads.append((self.next, at, payload))
        self.next += 1


class Webhooks:
    """The webhooks of `base`; every attribute below may be changed by a test at any time.

    computed_payloads: the documentation says that what formulas make of an edit comes in further payloads
    of the same baseTransactionNumber; users say that it does not come. True is the former, False the latter.
    option_payloads: whether a field whose options alone changed (a new choice, another formula) is said to
    have changed, with its type as `current` (not documented; the documented object holds name and type only).
    records_per_payload: a transaction of more records is split into several payloads (the number is not
    documented).
    stale_cursor: what a cursor of payloads no longer kept gives (not documented): "skip" begins with the
    oldest kept, so that only arithmetic shows the gap (`cursor` of the answer less the payloads in it is not
    the cursor asked for), and with nothing kept answers nothing and the same cursor; "refuse" is a 422.
    action: the actionMetadata of the edits to come.
    """

    def __init__(self, base: Base, wall: Callable[[], float]):
        self.base, self.wall = base, wall
        self.computed_payloads = True
        self.option_payloads = False
        self.records_per_payload = 100
        self.stale_cursor = "skip"
        self.action: Json = {"source": "client", "sourceMetadata": {"user": EDITOR}}
        self.hooks: dict[str, Webhook] = {}
        self._made = 0

    def fail(self, webhook_id: str, code: str = "INTERNAL_ERROR", *, bare: bool = False) -> None:
        """Append an error payload; bare, it says nothing but that. The INVALID_ ones disable the webhook."""
        with self.base.lock:
            hook = self.hooks[webhook_id]
            payload: Json = {"error": True, "code": code}
            hook.append(self.wall(), payload if bare else self._heading(self.base.transactions) | payload)
            hook.enabled = hook.enabled and not code.startswith("INVALID_")

    def forget(self, webhook_id: str) -> None:
        """Remove a webhook as somebody else would."""
        with self.base.lock:
            del self.hooks[webhook_id]

    def answer(
        self,
        method: str,
        path: list[str],
        query: dict[str, list[str]],
        body: bytes,
        scopes: set[str],
        *,
        creator: bool,
    ) -> Json | None:
        """Answer what is asked below `/v0/bases/{base}/webhooks`; webhook:manage has been checked."""
        self._tidy()
        if query and (method, path[1:]) != ("GET", ["payloads"]):
            raise invalid(f"query {sorted(query)}")
        match method, path:
            case "GET", []:
                return {"webhooks": [self._shown(hook) for hook in self.hooks.values()]}
            case "POST", []:
                _require(creator)
                return self._create(posted(body), scopes)
            case "DELETE", [id]:
                _require(creator)
                del self.hooks[self._hook(id).id]
                return None  # 200 and nothing: what it holds is not documented, seen are nothing and {}
            case "POST", [id, "refresh"]:
                _require(creator)
                return self._refresh(self._hook(id))
            case "GET", [id, "payloads"]:
                hook = self._hook(id)
                _require(_needed(hook.options) <= scopes)
                return self._payloads(hook, query)
        raise Refusal(404, {"error": "NOT_FOUND"})

    def _tidy(self) -> None:
        """Payloads are kept for a week, an expired webhook for another week (page `create-a-webhook`)."""
        now = self.wall()
        self.hooks = {id: hook for id, hook in self.hooks.items() if now < hook.expires + WEEK}
        for hook in self.hooks.values():
            hook.payloads = [kept for kept in hook.payloads if now < kept[1] + WEEK]

    def _hook(self, id: str) -> Webhook:
        if id not in self.hooks:
            raise Refusal(404, {"error": "NOT_FOUND"})  # not documented; 404 seen
        return self.hooks[id]

    def _shown(self, hook: Webhook) -> Json:
        return {
            "id": hook.id,
            "areNotificationsEnabled": hook.url is not None,  # page `list-webhooks`: false where the url is null
            "cursorForNextPayload": hook.next,
            "isHookEnabled": hook.active(self.wall()),
            "lastSuccessfulNotificationTime": None,
            "notificationUrl": hook.url,
            "expirationTime": _iso(hook.expires),
            "lastNotificationResult": None,
            "specification": {"options": hook.options},
        }

    def _create(self, body: Json, scopes: set[str]) -> Json:
        url, specification = body.pop("notificationUrl", None), body.pop("specification", None)
        if body or not isinstance(url, str | None) or not isinstance(specification, dict):
            raise invalid(f"body {sorted(body)}, notificationUrl or specification")
        options = specification.pop("options", None)
        if specification:
            raise invalid(f"specification {sorted(specification)}")
        _check(options, self.base)
        _require(_needed(options) <= scopes)
        if len(self.hooks) >= MOST:  # seen; whether the expired count is not documented, here they do
            message = "Cannot create webhook: the base already has the maximum number of webhooks"
            raise error(422, "TOO_MANY_WEBHOOKS_IN_BASE", message)
        if self._note not in self.base.watchers:
            self.base.watchers.append(self._note)
        self._made += 1
        hook = Webhook(f"ach{self._made:014d}", url, options, self.wall() + WEEK)
        self.hooks[hook.id] = hook
        return {"id": hook.id, "macSecretBase64": "c3RhbmQtaW4=", "expirationTime": _iso(hook.expires)}

    def _refresh(self, hook: Webhook) -> Json:
        if not hook.active(self.wall()):
            raise invalid("only an active webhook can be refreshed")  # page `refresh-a-webhook`; its error is not said
        hook.expires = self.wall() + WEEK
        return {"expirationTime": _iso(hook.expires)}

    def _payloads(self, hook: Webhook, query: dict[str, list[str]]) -> Json:
        """Reading prolongs an active webhook. A limit above 50 is refused (not documented)."""
        if set(query) - {"cursor", "limit"} or any(len(values) > 1 for values in query.values()):
            raise invalid(f"query {sorted(query)}")
        cursor = count(query.get("cursor", ["1"])[0], "cursor")
        limit = count(query.get("limit", [str(PAGE)])[0], "limit", PAGE)
        oldest = hook.payloads[0][0] if hook.payloads else hook.next
        if cursor < oldest and self.stale_cursor == "refuse":
            raise invalid("cursor of payloads no longer kept")
        if hook.active(self.wall()):
            hook.expires = self.wall() + WEEK
        rest = [kept for kept in hook.payloads if kept[0] >= cursor]
        page = rest[:limit]
        after = page[-1][0] + 1 if page else cursor
        return {"payloads": [payload for _, _, payload in page], "cursor": after, "mightHaveMore": len(rest) > limit}

    def _heading(self, number: int) -> Json:
        return {
            "timestamp": _iso(self.wall()),
            "baseTransactionNumber": number,
            "actionMetadata": self.action,
            "payloadFormat": "v0",
        }

    def _note(self, edit: Edit) -> None:
        """Append what `edit` means to each active webhook; one whose table is gone is invalid from then on."""
        now = self.wall()
        for hook in self.hooks.values():
            if not hook.active(now):
                continue
            scope = hook.options["filters"].get("recordChangeScope")
            if scope and scope not in edit.after.tables:  # the code seen for a watched field that is removed
                self.fail(hook.id, "INVALID_HOOK")
                continue
            for body in self._bodies(hook.options, edit):
                hook.append(now, self._heading(edit.number) | body)

    def _bodies(self, options: Json, edit: Edit) -> Iterator[Json]:
        changes = Changes(options, edit, option_payloads=self.option_payloads)
        yield from _split(changes.made(), self.records_per_payload)
        if self.computed_payloads:
            yield from _split(changes.followed(), self.records_per_payload)


@dataclass
class Changes:
    """An edit as a webhook with these options tells it."""

    options: Json
    edit: Edit
    option_payloads: bool

    def __post_init__(self) -> None:
        filters = self.options["filters"]
        self.types, self.scope = set(filters["dataTypes"]), filters.get("recordChangeScope")
        self.includes: Json = self.options.get("includes") or {}
        self.before, self.after = self.edit.before, self.edit.after

    def made(self) -> Json:
        """What the edit itself changed."""
        shared = [table for id, table in self.after.tables.items() if id in self.before.tables and self._meant(id)]
        new = [table for id, table in self.after.tables.items() if id not in self.before.tables and self._meant(id)]
        gone = [id for id in self.before.tables if id not in self.after.tables]
        changed = {table["id"]: self._table(table) for table in shared}
        return _full(
            changedTablesById=_full(**changed),
            createdTablesById=_full(**{table["id"]: self._created(table) for table in new}),
            destroyedTableIds=gone if "tableMetadata" in self.types and not self.scope else [],  # not documented
        )

    def followed(self) -> Json:
        """What computed fields made of it."""
        if "tableData" not in self.types:
            return {}
        tables = [table for id, table in self.after.tables.items() if self._meant(id)]
        changed = {table["id"]: _full(changedRecordsById=self._records(table, computed=True)) for table in tables}
        return _full(changedTablesById=_full(**changed))

    def _meant(self, table_id: str) -> bool:
        return self.scope in (None, table_id)

    def _table(self, table: Json) -> Json:
        id = table["id"]
        told: Json = {}
        old = self.before.tables[id]
        if "tableMetadata" in self.types and _named(table) != _named(old):
            told["changedMetadata"] = {"current": _named(table), "previous": _named(old)}
        if "tableFields" in self.types:
            told |= self._fields(old, table)
        if "tableData" in self.types:
            rows, were = self.after.rows[id], self.before.rows[id]
            told["createdRecordsById"] = {row_id: self._record(table, row_id) for row_id in rows if row_id not in were}
            told["changedRecordsById"] = self._records(table, computed=False)
            told["destroyedRecordIds"] = [row_id for row_id in were if row_id not in rows]
        return _full(**told)

    def _fields(self, old: Json, new: Json) -> Json:
        were, are = _by_id(old), _by_id(new)
        changed: Json = {}
        for id in are.keys() & were.keys():
            keys = [key for key in ("name", "type") if are[id][key] != were[id][key]]
            if self.option_payloads and not keys and are[id].get("options") != were[id].get("options"):
                keys = ["type"]
            if keys:
                changed[id] = {"current": {key: are[id][key] for key in keys}}
                if self.includes.get("includePreviousFieldDefinitions"):
                    changed[id]["previous"] = {key: were[id][key] for key in keys}
        return {
            "createdFieldsById": {id: _typed(are[id]) for id in are if id not in were},
            "changedFieldsById": changed,
            "destroyedFieldIds": [id for id in were if id not in are],
        }

    def _created(self, table: Json) -> Json:
        told: Json = {}
        if "tableMetadata" in self.types:
            told["metadata"] = _named(table)
        if "tableFields" in self.types:
            told["fieldsById"] = {id: _typed(field) for id, field in _by_id(table).items()}
        if "tableData" in self.types:
            told["recordsById"] = {row_id: self._record(table, row_id) for row_id in self.after.rows[table["id"]]}
        return told

    def _record(self, table: Json, row_id: str) -> Json:
        cells = {f["id"]: cell(self.after, table, row_id, f) for f in table["fields"] if f["type"] not in COMPUTED}
        shown = {id: value for id, value in cells.items() if value is not None}
        return {"createdTime": self.after.rows[table["id"]][row_id]["createdTime"], "cellValuesByFieldId": shown}

    def _records(self, table: Json, *, computed: bool) -> Json:
        """Records with a changed cell in a field that is, or is not, computed."""
        rows, were = self.after.rows[table["id"]], self.before.rows.get(table["id"], {})
        old = self.before.tables.get(table["id"], {"id": table["id"], "fields": []})
        known = _by_id(old)
        fields = [field for field in table["fields"] if (field["type"] in COMPUTED) is computed]
        retyped = any(f["id"] in known and known[f["id"]]["type"] != f["type"] for f in fields)
        told: Json = {}
        for row_id, row in rows.items():
            if (row == were.get(row_id) and not retyped) or (row_id not in were and not computed):
                continue
            current = {f["id"]: cell(self.after, table, row_id, f) for f in fields if self._differs(old, f, row_id)}
            if not current:
                continue
            told[row_id] = {"current": {"cellValuesByFieldId": current}}
            if self.includes.get("includePreviousCellValues"):
                previous = {id: cell(self.before, old, row_id, known[id]) if id in known else None for id in current}
                told[row_id]["previous"] = {"cellValuesByFieldId": previous}
            if (wanted := self.includes.get("includeCellValuesInFieldIds")) is not None:
                others = [
                    f for f in table["fields"] if f["id"] not in current and (wanted == "all" or f["id"] in wanted)
                ]
                unchanged = {f["id"]: cell(self.after, table, row_id, f) for f in others}
                told[row_id]["unchanged"] = {"cellValuesByFieldId": unchanged}
        return told

    def _differs(self, old: Json, field: Json, row_id: str) -> bool:
        """Whether a cell changed: its value, or the form of it where the field has another type now."""
        was, id = _by_id(old).get(field["id"]), old["id"]
        if was and was["type"] != field["type"]:
            now = cell(self.after, self.after.tables[id], row_id, field)
            return bool(cell(self.before, old, row_id, was) != now)
        raw = _raw(self.before, id, row_id, field["id"]) if was else None
        return bool(raw != _raw(self.after, id, row_id, field["id"]))


def cell(base: Snapshot, table: Json, row_id: str, field: Json) -> Any:
    """A cell as webhooks show it (page `field-model`, cell format "V2"); None where it is empty."""
    value, options = _raw(base, table["id"], row_id, field["id"]), field.get("options") or {}
    match field["type"]:
        case _ if value is None:
            return None
        case "multipleRecordLinks":
            return [{"id": id, "name": _name(base, id)} for id in value]
        case "multipleLookupValues" | "lookup" if options.get("recordLinkFieldId"):
            linked = _raw(base, table["id"], row_id, options["recordLinkFieldId"]) or []
            return {
                "linkedRecordIds": linked,
                "valuesByLinkedRecordId": {id: _looked_up(base, id, options["fieldIdInLinkedTable"]) for id in linked},
            }
    return _chosen(value, field)


def _looked_up(base: Snapshot, row_id: str, field_id: str) -> list[Any]:
    for table in base.tables.values():
        if row_id in base.rows[table["id"]] and field_id in _by_id(table):
            value = _raw(base, table["id"], row_id, field_id)
            values = value if isinstance(value, list) else [] if value is None else [value]
            return [_chosen(each, _by_id(table)[field_id]) for each in values]
    return []


def _chosen(value: Any, field: Json) -> Any:
    """A select's choice as an object; a choice that the field does not list gets an id of its own."""
    if field["type"] not in ("singleSelect", "multipleSelects"):
        return value
    if isinstance(value, list):
        return [_chosen(each, field) for each in value]
    listed = {choice["name"]: choice for choice in (field.get("options") or {}).get("choices", [])}
    return listed.get(value) or {
        "id": f"sel{zlib.crc32(str(value).encode()):014d}",
        "name": value,
        "color": "grayLight2",
    }


def _raw(base: Snapshot, table_id: str, row_id: str, field_id: str) -> Any:
    value = base.rows.get(table_id, {}).get(row_id, {"fields": {}})["fields"].get(field_id)
    return None if value is False or value in ("", []) else value


def _name(base: Snapshot, row_id: str) -> str:
    for id, table in base.tables.items():
        if row_id in base.rows[id]:
            value = _raw(base, id, row_id, table["primaryFieldId"])
            return "" if value is None else str(value)
    return ""


def _split(body: Json, size: int) -> Iterator[Json]:
    """Nothing, the whole, or the whole in parts of so many records; all that is not records is in the first."""
    changed = body.get("changedTablesById", {})
    entries = [(id, kind, key) for id, told in changed.items() for kind in RECORDS for key in told.get(kind, ())]
    if len(entries) <= size:
        yield from [body] if body else []
        return
    bare = {id: {key: value for key, value in told.items() if key not in RECORDS} for id, told in changed.items()}
    for start in range(0, len(entries), size):
        tables: Json = {id: told for id, told in bare.items() if told} if start == 0 else {}
        for id, kind, key in entries[start : start + size]:
            told = tables.setdefault(id, {})
            if kind == "destroyedRecordIds":
                told.setdefault(kind, []).append(key)
            else:
                told.setdefault(kind, {})[key] = changed[id][kind][key]
        yield (body if start == 0 else {}) | {"changedTablesById": tables}


def _check(options: Any, base: Base) -> None:
    """Refuse a specification that is wrong, or asks for what is not implemented here."""
    if not isinstance(options, dict) or set(options) - {"filters", "includes"}:
        raise invalid("options")
    filters, includes = options.get("filters"), options.get("includes") or {}
    if not isinstance(filters, dict) or set(filters) - {"dataTypes", "recordChangeScope"}:
        raise invalid(f"filters {filters}")
    types = filters.get("dataTypes")
    if not isinstance(types, list) or not types or not set(types) <= set(SCOPES):
        raise invalid(f"dataTypes {types}")
    known = {"includeCellValuesInFieldIds", "includePreviousCellValues", "includePreviousFieldDefinitions"}
    if not isinstance(includes, dict) or set(includes) - known:
        raise invalid(f"includes {includes}")
    scope = filters.get("recordChangeScope")
    if scope is not None and scope not in {table["id"] for table in base.tables}:
        raise error(422, "INVALID_FILTERS", f"recordChangeScope {scope}: a table of the base is wanted")


def _needed(options: Json) -> set[str]:
    """The scopes that these dataTypes need besides webhook:manage (page `webhooks-overview`)."""
    return {SCOPES[type] for type in options["filters"]["dataTypes"]}


def _require(allowed: bool) -> None:
    if not allowed:
        raise forbidden()


def _full(**members: Any) -> Json:
    return {key: value for key, value in members.items() if value}


def _by_id(table: Json) -> dict[str, Json]:
    return {field["id"]: field for field in table["fields"]}


def _named(table: Json) -> Json:
    return {"name": table["name"], "description": table.get("description")}


def _typed(field: Json) -> Json:
    return {"name": field["name"], "type": field["type"]}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
