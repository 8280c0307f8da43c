"""What a mapped field's value hangs on besides its own record, as the schema tells.

Airtable's documentation says that webhook payloads carry the changes of computed fields too; users report otherwise.
So a change is followed along these dependencies, and it does not matter which of the two is so.
"""

import re
from typing import Any

from sync.mapping import COMPUTED_TYPES, DATE_TYPES, LINK_TYPE, NUMBER_TYPES, TEXT_TYPES, Column, TablePlan

# A formula that changes without any edit: https://support.airtable.com/docs/formula-field-reference.
TIME_FUNCTIONS = re.compile(r"\b(NOW|TODAY|FROMNOW|TONOW)\s*\(", re.IGNORECASE)
# A formula that changes with any edit of its record.
EDIT_FUNCTIONS = re.compile(r"\bLAST_MODIFIED_TIME\s*\(", re.IGNORECASE)
EDIT_TYPES = {"lastModifiedTime", "lastModifiedBy"}
# https://airtable.com/developers/web/api/field-model
KNOWN_TYPES = (
    TEXT_TYPES
    | DATE_TYPES
    | NUMBER_TYPES
    | COMPUTED_TYPES
    | EDIT_TYPES
    | {
        *("aiText", "barcode", "button", "checkbox", "createdBy", "externalSyncSource", LINK_TYPE),
        *("multipleAttachments", "multipleCollaborators", "multipleSelects", "singleCollaborator"),
    }
)
ANYTHING = "*"

Dependencies = dict[str, Any]


def dependencies(schema: Any, plans: tuple[TablePlan, ...]) -> dict[str, Dependencies]:
    """What each mapped table hangs on.

    Returns:
        Canonical table -> {`timed`: whether a mapped formula changes with time; `computed`: table id -> ids of its
        fields whose change, or whose records' coming and going, may change a mapped computed field ("*": any field,
        any table); `links`: table id -> [the field in that table which is the other end of a mapped link]}.
    """
    tables = {table["id"]: {field["id"]: field for field in table["fields"]} for table in schema["tables"]}
    titles = {table["id"]: table.get("primaryFieldId") for table in schema["tables"]}
    found = {}
    for plan in plans:
        walk = _Walk(tables, titles)
        for column in plan.columns:
            walk.mapped(plan.table_id, column)
        found[plan.name] = walk.result()
    return found


class _Walk:
    """Follows one table's mapped fields through the schema."""

    def __init__(self, tables: dict[str, dict[str, Any]], titles: dict[str, Any]) -> None:
        self._tables = tables
        self._titles = titles
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

    def mapped(self, table_id: str, column: Column) -> None:
        """Notes what a mapped field hangs on; a link shows ids alone, so it hangs on its other end only.

        A link that is mirrored as a list is not in the mirror's links, by which its other end could be followed.
        """
        field = self._tables.get(table_id, {}).get(column.field_id)
        if field is None or not column.is_link:
            self.into(table_id, column.field_id, abroad=False)
            return
        options = field.get("options") or {}
        inverse = options.get("inverseLinkFieldId")
        self._links.setdefault(options.get("linkedTableId", ANYTHING), set()).update([inverse] if inverse else [])

    def into(self, table_id: str, field_id: str, abroad: bool) -> None:
        """Notes what a field hangs on. `abroad`: it was reached over a link, so it stands in another record."""
        if (table_id, field_id, abroad) in self._seen:
            return
        self._seen.add((table_id, field_id, abroad))
        field = self._tables.get(table_id, {}).get(field_id)
        if field is None or field["type"] not in KNOWN_TYPES:  # it may hang on anything
            self._computed[ANYTHING] = set()
            return
        options = field.get("options") or {}
        formula = str(options.get("formula", ""))
        if abroad:
            by_any_edit = field["type"] in EDIT_TYPES or EDIT_FUNCTIONS.search(formula)
            self._computed.setdefault(table_id, set()).add(ANYTHING if by_any_edit else field_id)
        self._timed |= bool(TIME_FUNCTIONS.search(formula))
        for referenced in options.get("referencedFieldIds") or ():
            self.into(table_id, referenced, abroad)
        if options.get("isValid") is False:
            self._computed[ANYTHING] = set()
        if field["type"] == LINK_TYPE:  # in a formula it shows its records' names
            linked_table = self._over(field)
            self.into(linked_table, self._titles.get(linked_table) or "", abroad=True)
        if "recordLinkFieldId" in options:
            link = self._tables.get(table_id, {}).get(options["recordLinkFieldId"] or "")
            linked_table = self._over(link)
            if link is not None and abroad:
                self._computed.setdefault(table_id, set()).add(link["id"])
            # The schema does not tell by which fields a lookup, rollup or count chooses among the linked records.
            self._computed.setdefault(linked_table, set()).add(ANYTHING)
            if options.get("fieldIdInLinkedTable"):
                self.into(linked_table, options["fieldIdInLinkedTable"], abroad=True)

    def _over(self, link: dict[str, Any] | None) -> str:
        """The table at the other end of a link, whose records' coming and going matters, and their own links."""
        options = (link or {}).get("options") or {}
        linked_table = str(options.get("linkedTableId", ANYTHING))
        inverse = options.get("inverseLinkFieldId")
        self._computed.setdefault(linked_table, set()).update([inverse] if inverse else [])
        return linked_table
