"""What a mapped field's value hangs on besides its own record, as the schema tells.

Airtable's documentation says that webhook payloads carry the changes of computed fields too; users report otherwise.
So a change is followed along these dependencies, and it does not matter which of the two is so.
"""

import re
from typing import Any

from sync.mapping import LINK_TYPE, TablePlan

# A formula that changes without any edit: https://support.airtable.com/docs/formula-field-reference.
TIME_FUNCTIONS = re.compile(r"\b(NOW|TODAY|IS_BEFORE_NOW)\s*\(", re.IGNORECASE)
ANYTHING = "*"

Dependencies = dict[str, Any]


def dependencies(schema: Any, plans: tuple[TablePlan, ...]) -> dict[str, Dependencies]:
    """What each mapped table hangs on.

    Returns:
        Canonical table -> {`timed`: whether a mapped formula changes with time; `computed`: table id -> ids of its
        fields whose change, or whose records' coming and going, may change a mapped computed field; the table id "*"
        stands for any change at all; `links`: table id -> [the field in that table which is the other end of a
        mapped link]}.
    """
    tables = {table["id"]: {field["id"]: field for field in table["fields"]} for table in schema["tables"]}
    found = {}
    for plan in plans:
        walk = _Walk(tables, plan.table_id)
        for column in plan.columns:
            walk.into(plan.table_id, column.field_id, abroad=False)
        found[plan.name] = walk.result()
    return found


class _Walk:
    """Follows one table's mapped fields through the schema."""

    def __init__(self, tables: dict[str, dict[str, Any]], home: str) -> None:
        self._tables = tables
        self._home = home
        self._seen: set[tuple[str, str, bool]] = set()
        self._timed = False
        self._computed: dict[str, set[str]] = {}
        self._links: dict[str, set[str]] = {}

    def result(self) -> Dependencies:
        return {
            "timed": self._timed,
            "computed": {table: sorted(fields) for table, fields in sorted(self._computed.items())},
            "links": {table: sorted(fields) for table, fields in sorted(self._links.items())},
        }

    def into(self, table_id: str, field_id: str, abroad: bool) -> None:
        """Notes what a field hangs on. `abroad`: it was reached over a link, so it stands in another record."""
        if (table_id, field_id, abroad) in self._seen:
            return
        self._seen.add((table_id, field_id, abroad))
        field = self._tables.get(table_id, {}).get(field_id)
        if field is None:
            self._computed[ANYTHING] = set()
            return
        options = field.get("options") or {}
        if abroad:
            self._computed.setdefault(table_id, set()).add(field_id)
        if field["type"] == LINK_TYPE:
            if not abroad:
                inverse = options.get("inverseLinkFieldId")
                self._links.setdefault(options.get("linkedTableId", ANYTHING), set()).update(
                    [inverse] if inverse else []
                )
            return
        self._timed |= bool(TIME_FUNCTIONS.search(str(options.get("formula", ""))))
        for referenced in options.get("referencedFieldIds") or ():
            self.into(table_id, referenced, abroad)
        if options.get("isValid") is False:
            self._computed[ANYTHING] = set()
        if "recordLinkFieldId" in options:
            self._over_link(table_id, options, abroad)

    def _over_link(self, table_id: str, options: dict[str, Any], abroad: bool) -> None:
        link_id = options["recordLinkFieldId"]
        link = self._tables.get(table_id, {}).get(link_id) if link_id else None
        if link is None or "linkedTableId" not in (link.get("options") or {}):
            self._computed[ANYTHING] = set()
            return
        linked_table = link["options"]["linkedTableId"]
        # Its own link field decides too: edited from the other end, it may not show as a change of this record.
        self.into(table_id, link_id, abroad)
        self._computed.setdefault(linked_table, set())
        if inverse := link["options"].get("inverseLinkFieldId"):
            self._computed[linked_table].add(inverse)
        if options.get("fieldIdInLinkedTable"):
            self.into(linked_table, options["fieldIdInLinkedTable"], abroad=True)
