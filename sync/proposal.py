"""Which tables and fields of a base are meant by the canonical ones: told by names, types and links, never certain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, Literal

from rapidfuzz import fuzz

from settings.fields import FIELDS, REQUIRED_FIELDS
from sync.mapping import COMPUTED_TYPES, DATE_TYPES, LINK_TYPE, NUMBER_TYPES, TEXT_TYPES, effective_type

Json = dict[str, Any]
Confidence = Literal["sure", "likely", "guess"]

PEOPLE = {"singleCollaborator", "multipleCollaborators", "createdBy", "lastModifiedBy"}
WORDS = TEXT_TYPES | {"multipleSelects"}
# What canonical tables and fields are called elsewhere, besides their own word; the most telling first.
TABLE_NAMES: dict[str, tuple[str, ...]] = {
    "projects": ("client project", "all project", "engagement"),
    "project_deliverables": ("deliverable by project", "deliverable tracker", "deliverable status", "submission"),
    "milestones": ("product milestone",),
    "catalogue": ("deliverable", "deliverable catalogue", "deliverable library", "deliverable definition", "catalog"),
}
FIELD_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "projects": {
        "name": ("project name", "project", "title"),
        "type": ("project type", "kind", "category"),
        "phase": ("project phase", "current phase", "stage"),
        "status": ("project status", "state"),
        "product_manager": ("pm", "project manager", "product owner", "project lead", "lead"),
        "start": ("start date", "project start", "kickoff", "kick off"),
        "end": ("end date", "project end", "finish", "completion date"),
        "last_discovery": ("last discovery round", "discovery round", "discovery date"),
        "phase_start": ("phase start date", "phase began"),
        "audiences": ("target audience", "audience"),
    },
    "project_deliverables": {
        "name": ("title",),
        "project": ("client project",),
        "deliverable": ("deliverable name", "deliverable type"),
        "milestone": (),
        "release": ("product release",),
        "audience": (),
        "status": ("deliverable status", "state"),
        "owner": ("assignee", "assigned to", "responsible"),
        "due": ("due date", "deadline"),
        "link": ("url", "deliverable link", "evidence"),
        "files": ("file", "attachment", "upload"),
        "vision": ("vision statement", "product vision"),
        "mission": ("mission statement", "product mission"),
        "purpose": ("product purpose",),
        "target_audience": (),
        "value_proposition": ("value prop",),
        "waiver_reason": ("reason for waiver", "waived because"),
        "waived_by": ("waiver by", "approved by"),
        "waiver_until": ("waived until", "waiver end", "waiver expires"),
        "revised": ("last revised", "revision date", "revised on"),
        "modified": ("last modified", "last edited", "last modified time"),
    },
    "milestones": {
        "name": ("milestone name", "milestone", "title"),
        "order": ("milestone order", "sequence", "number"),
        "project_types": ("project type", "type"),
        "deliverables": (),
        "before": ("milestones before", "previous milestones", "comes after"),
        "after": ("milestones after", "next milestones", "comes before"),
        "description": ("milestone description",),
        "url": ("milestone page", "page", "link"),
    },
    "catalogue": {
        "name": ("deliverable name", "deliverable", "title"),
        "milestones": (),
        "description": ("deliverable description",),
        "steps": ("steps to produce deliverable", "how to", "instructions"),
        "example": ("example deliverable",),
        "template": ("figma template for the workshop", "figma template", "workshop template"),
    },
}
# Types that are just right, where the kind alone says less; those that will do are in `_fitness`.
RIGHT_TYPES: dict[str, set[str]] = {
    "type": {"singleSelect"},
    "phase": {"singleSelect"},
    "status": {"singleSelect"},
    "release": {"singleSelect"},
    "product_manager": PEOPLE,
    "owner": PEOPLE,
    "waived_by": PEOPLE | TEXT_TYPES,
    "link": {"url", "singleLineText"},
    "url": {"url"},
    "files": {"multipleAttachments"},
    "audiences": {"multipleSelects"},
    "project_types": {"multipleSelects"},
    "modified": {"lastModifiedTime", "dateTime"},
}
# A field whose type alone says what it is, if it is the only one of that type.
TOLD_BY_TYPE = {"files": "multipleAttachments", "modified": "lastModifiedTime"}
ALIKE = 80
CANDIDATES = 5
# Below this a table is none of ours.
LEAST = 1.0


@dataclass(frozen=True)
class Guess:
    """A canonical word's counterpart in the base, and how far it can be trusted; why there is none otherwise."""

    name: str | None
    confidence: Confidence | None = None
    note: str = ""


@dataclass(frozen=True)
class TableGuess:
    """A canonical table's counterpart in the base and those of its fields."""

    table: Json
    confidence: Confidence
    fields: dict[str, Guess] = field(default_factory=dict)


def propose(tables: list[Json]) -> dict[str, TableGuess]:
    """The canonical tables that the base seems to have, in the order of `settings.fields.FIELDS`.

    What comes of it satisfies the settings' rules (projects and project_deliverables together, required fields there)
    and resolves against the same schema. Empty where nothing would do.

    Args:
        tables: as in the answer of the schema endpoint.
    """
    chosen = _tables(tables)
    while True:
        ids = {name: table["id"] for name, table in chosen.items()}
        found: dict[str, TableGuess] = {
            name: TableGuess(table, _trust(name, table), _fields(name, table, ids)) for name, table in chosen.items()
        }
        useless = {
            name
            for name, guess in found.items()
            if any(guess.fields[required].name is None for required in REQUIRED_FIELDS[name])
        }
        if len({"projects", "project_deliverables"} & (chosen.keys() - useless)) == 1:
            useless |= {"projects", "project_deliverables"} & chosen.keys()
        if not useless:
            return found if {"projects", "catalogue"} & found.keys() else {}
        chosen = {name: table for name, table in chosen.items() if name not in useless}


def _tables(tables: list[Json]) -> dict[str, Json]:
    """The combination of tables that fits best as a whole."""
    alone: dict[str, list[tuple[float, Json | None]]] = {}
    for name in FIELDS:
        scored = [
            (_called(TABLE_NAMES[name], name, table["name"]) + 3 * _share(name, table), table) for table in tables
        ]
        best = sorted((pair for pair in scored if pair[0] >= LEAST), key=lambda pair: -pair[0])[:CANDIDATES]
        alone[name] = [(0.0, None), *best]
    top: tuple[float, dict[str, Json]] = (0, {})
    for combination in product(*alone.values()):
        chosen: dict[str, Json] = {name: table for name, (_, table) in zip(FIELDS, combination, strict=True) if table}
        ids = {table["id"] for table in chosen.values()}
        if len(ids) < len(chosen) or ("projects" in chosen) != ("project_deliverables" in chosen):
            continue
        score = sum(points for points, _ in combination) + _linked(chosen)
        if score > top[0]:
            top = (score, chosen)
    return top[1]


def _linked(chosen: dict[str, Json]) -> float:
    """How well the links among the tables fit."""

    def links(source: str, target: str) -> bool:
        return source in chosen and target in chosen and bool(_links_to(chosen[source], chosen[target]["id"]))

    return (
        3.0 * links("project_deliverables", "projects")
        + 1.5 * links("project_deliverables", "catalogue")
        + 1.5 * links("milestones", "catalogue")
        - 2.0 * links("catalogue", "projects")
    )


def _links_to(table: Json, target: str) -> list[Json]:
    return [
        item
        for item in table["fields"]
        if item["type"] == LINK_TYPE and (item.get("options") or {}).get("linkedTableId") == target
    ]


def _trust(name: str, table: Json) -> Confidence:
    points = _called(TABLE_NAMES[name], name, table["name"])
    return "sure" if points == 3 else "likely" if points >= 1 else "guess"


def _share(name: str, table: Json) -> float:
    """The part of a canonical table's fields that this table has by name."""
    known = [key for key in FIELDS[name] if key != "name"]
    there = sum(
        any(_called(FIELD_NAMES[name][key], key, item["name"]) >= 2 for item in table["fields"]) for key in known
    )
    return there / len(known)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """A name's words in lower case, each without a plural's s; what stands in brackets at its end is left out."""
    found = re.findall(r"[^\W\d_]+|\d+", re.sub(r"\s*\([^()]*\)\s*$", "", text).casefold())
    return tuple(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found
    )


def _called(others: tuple[str, ...], canonical: str, name: str) -> float:
    """How well a name in the base fits: 3 equal, 2 alike or with a word more, 1 with a word less, else 0."""
    words, best = _words(name), 0.0
    for text in (canonical, *others):
        wanted = _words(text)
        if words == wanted:
            return 3
        if not words:
            continue
        if set(wanted) < set(words):
            best = max(best, 2 if 2 * len(wanted) >= len(words) and len(words) - len(wanted) == 1 else 1)
        elif fuzz.ratio(" ".join(words), " ".join(wanted)) >= ALIKE:
            best = max(best, 2)
        elif set(words) < set(wanted):
            best = max(best, 1)
    return best


def _fields(name: str, table: Json, ids: dict[str, str]) -> dict[str, Guess]:
    """A guess for every canonical field, each field of the base used once."""
    ranked = sorted(_candidates(name, table, ids), key=lambda item: item[0])
    found: dict[str, Guess] = {}
    used: set[str] = set()
    for _, canonical, item, confidence in ranked:
        if canonical not in found and item["id"] not in used:
            used.add(item["id"])
            found[canonical] = Guess(reference(item), confidence)
    primary = next((item for item in table["fields"] if item["id"] == table.get("primaryFieldId")), None)
    for canonical in REQUIRED_FIELDS[name]:
        # The primary field is a record's name in Airtable.
        if canonical not in found and primary and canonical != "project" and _fitness(canonical, "text", primary, ids):
            found[canonical] = Guess(reference(primary), "likely" if canonical == "name" else "guess")
    return {key: found.get(key) or Guess(None, note=_why_not(name, key, table)) for key in FIELDS[name]}


def _candidates(
    name: str, table: Json, ids: dict[str, str]
) -> Iterator[tuple[tuple[float, int], str, Json, Confidence]]:
    """Everything that could be meant: rank (the lower the better), canonical field, field, confidence."""
    marks: dict[float, Confidence] = {5: "sure", 4: "likely", 3: "guess"}
    for canonical, kind in FIELDS[name].items():
        target = ids.get(kind.partition(":")[2])
        rivals = _links_to(table, target) if target else []
        for place, item in enumerate(table["fields"]):
            fits = _fitness(canonical, kind, item, ids)
            if not fits:
                continue
            points = _called(FIELD_NAMES[name][canonical], canonical, item["name"])
            total = points + fits
            if item in rivals:  # a link says more than a name
                total = 5 if len(rivals) == 1 or points == 3 else max(total, 3)
            elif TOLD_BY_TYPE.get(canonical) == item["type"]:
                total = max(total, 4)
            elif points < 2:
                continue
            if total >= 3:
                yield (-total - points / 10, place), canonical, item, marks[min(5, int(total))]


def _fitness(canonical: str, kind: str, item: Json, ids: dict[str, str]) -> int:
    """2: the field's type is just right; 1: it will do; 0: it cannot be mapped, or would make no sense."""
    what, _, target = kind.partition(":")
    actual, _ = effective_type(item)
    if item["type"] == LINK_TYPE:
        linked = (item.get("options") or {}).get("linkedTableId")
        return 2 if what == "reference" and linked in ids.values() and linked == ids.get(target) else 0
    computed = actual in COMPUTED_TYPES  # its result is not told
    if canonical in RIGHT_TYPES and actual in RIGHT_TYPES[canonical]:
        return 2
    if what in ("date", "time"):
        return 2 if actual in DATE_TYPES else int(computed or actual == "singleLineText")
    if what == "number":
        return 2 if actual in NUMBER_TYPES else int(computed or actual == "singleLineText")
    if what == "reference":
        right = {"singleSelect"} if canonical == "deliverable" else set()
        return 2 if actual in right else int(computed or actual in WORDS)
    if canonical == "files":
        return int(actual in TEXT_TYPES)
    if canonical in RIGHT_TYPES:
        return int(computed or actual in WORDS)
    return 2 if actual in TEXT_TYPES else int(computed or actual in WORDS)


def reference(item: Json) -> str:
    """How config.toml names a field or table: by its name, or by its id where that cannot be written there."""
    return str(item["name"]) if is_writable(item["name"]) else str(item["id"])


def is_writable(text: str) -> bool:
    """Whether a name can stand in config.toml: it is not blank, and UTF-8 has all of it, so no half of a character."""
    return bool(text.strip()) and text == text.encode(errors="ignore").decode()


def _why_not(name: str, canonical: str, table: Json) -> str:
    """What stands in the way, if a field of that very name is there but cannot be mapped."""
    for item in table["fields"]:
        if _called(FIELD_NAMES[name][canonical], canonical, item["name"]) == 3:
            if item["type"] == LINK_TYPE:
                return f"field {item['name']!r} links to a table; make a lookup field that shows the name, and map that"
            return f"field {item['name']!r} is a {item['type']}, which cannot be meant"
    return "not found"
