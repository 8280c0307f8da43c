"""The shape of the sample base: ids, fields as Airtable's schema describes them, and the rows of its catalogue."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sample_catalogue import ALL_TYPES, DESCRIPTIONS, EXAMPLES, MEMBERS, MILESTONES, STEPS, WORKSHOPS

Json = dict[str, Any]

SEED: Final = "sample base 1"
LONG_TEXT: Final = 20_000  # characters; the real base has cells of more than 132,000

# How a record's status is written, by the letters of sample_projects.py; "" leaves it blank.
SPELLINGS: Final = {
    "n": ("Not Started", "Not Started", "To Do", ""),
    "p": ("In Progress", "In Progress", "Doing"),
    "r": ("In Review", "Needs Review"),
    "c": ("Complete", "Complete", "Completed", "Done"),
    "w": ("Waived", "Waived", "N/A"),
    "u": ("Parked?", "See Maria"),
}


def draw(key: str, below: int) -> int:
    """A number from 0 to `below` - 1 that belongs to the key."""
    return int.from_bytes(hashlib.sha256(f"{SEED}|{key}".encode()).digest()[:8]) % below


def identifier(prefix: str, key: str) -> str:
    """An id as Airtable writes them: three letters and 14 letters or digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return prefix + "".join(alphabet[draw(f"{prefix}|{key}|{place}", len(alphabet))] for place in range(14))


def table_id(table: str) -> str:
    """The id of a table."""
    return identifier("tbl", table)


def field_id(table: str, name: str) -> str:
    """The id of a field."""
    return identifier("fld", f"{table}|{name}")


def select(kind: str, names: Iterable[str]) -> Json:
    """A select field: kind is singleSelect or multipleSelects."""
    colors = ("blueLight2", "cyanLight2", "greenLight2", "yellowLight2", "redLight2", "grayLight2")
    choices = [
        {"id": identifier("sel", name), "name": name, "color": colors[place % len(colors)]}
        for place, name in enumerate(dict.fromkeys(name for name in names if name))
    ]
    return {"type": kind, "options": {"choices": choices}}


def link(table: str, inverse: str = "") -> Json:
    """A link field to a table; inverse names that table's field that links back."""
    options = {"linkedTableId": table_id(table), "isReversed": False, "prefersSingleRecordLink": False}
    if inverse:
        options["inverseLinkFieldId"] = field_id(table, inverse)
    return {"type": "multipleRecordLinks", "options": options}


def through(kind: str, own_link: str, source: str, result: Json) -> Json:
    """A lookup or rollup; own_link and source are field ids."""
    options: Json = {"isValid": True, "recordLinkFieldId": own_link, "fieldIdInLinkedTable": source}
    if kind == "rollup":
        options["referencedFieldIds"] = []
    return {"type": kind, "options": {**options, "result": result}}


def plain(kind: str, **options: object) -> Json:
    """A field that needs few options or none."""
    return {"type": kind, "options": options} if options else {"type": kind}


def schema(statuses: Iterable[str], names: Iterable[str], audiences: Iterable[str]) -> list[Json]:
    """Describe the tables as Airtable does; the arguments are the choices of three select fields."""
    text, long, url = plain("singleLineText"), plain("multilineText"), plain("url")
    day = plain("date", dateFormat={"name": "iso", "format": "YYYY-MM-DD"})
    number = plain("number", precision=0)
    moment = {
        "dateFormat": {"name": "iso", "format": "YYYY-MM-DD"},
        "timeFormat": {"name": "24hour", "format": "HH:mm"},
        "timeZone": "utc",
    }
    records, projects, milestones, catalogue = "Project Deliverables", "Projects", "Milestones", "Deliverables"
    shown = [field_id(records, name) for name in ("Project", "Deliverable")]
    typed = [field_id(records, name) for name in ("Project", "Deliverable", "Status", "Link", "Files", "Mission")]
    tables: dict[str, dict[str, Json]] = {
        projects: {
            "Name": text,
            "Project Type": select("singleSelect", [*ALL_TYPES, "Community Toolkit"]),
            "Phase": select("singleSelect", [f"Phase {number}" for number in range(1, 5)]),
            "Status": select("singleSelect", statuses),
            "Product Manager": plain("singleCollaborator"),
            "Coordinator": plain("singleCollaborator"),
            "Start Date": day,
            "End Date": day,
            "Last Discovery Round": day,
            "Repository": url,
            "Project Deliverables": link(records, "Project"),
            "Links (from Project Deliverables)": through(
                "rollup", field_id(projects, "Project Deliverables"), field_id(records, "Link"), text
            ),
            "Featured": plain("checkbox", icon="star", color="yellowBright"),
        },
        records: {
            "Name": plain(
                "formula",
                isValid=True,
                formula=f'{{{shown[0]}}} & ": " & {{{shown[1]}}}',
                referencedFieldIds=shown,
                result=text,
            ),
            "Project": link(projects, "Project Deliverables"),
            "Deliverable": select("singleSelect", names),
            "Release": select("singleSelect", ["MVP #1", "MMP"]),
            "Audience": select("singleSelect", audiences),
            "Status": select("singleSelect", [name for spelled in SPELLINGS.values() for name in spelled]),
            "Owner": plain("singleCollaborator"),
            "Due Date": day,
            "Link": url,
            "Files": plain("multipleAttachments", isReversed=False),
            "Vision Statement": long,
            "Mission": long,
            "Waiver Reason": text,
            "Waived By": text,
            "Waived Until": day,
            "Last Revised": day,
            "Last Modified": plain(
                "lastModifiedTime", isValid=True, referencedFieldIds=typed, result=plain("dateTime", **moment)
            ),
        },
        milestones: {
            "Milestone Name": text,
            "Order": number,
            "Project Types": select("multipleSelects", ALL_TYPES),
            "Deliverables": link(catalogue, "Milestones"),
            "Milestone Description": long,
            "Milestones Before": link(milestones),
            "Milestones After": link(milestones),
            "Examples (from Deliverables)": through(
                "rollup", field_id(milestones, "Deliverables"), field_id(catalogue, "Example Deliverable"), text
            ),
            "Who is Informed": long,
        },
        catalogue: {
            "Deliverable Name": text,
            "Milestones": link(milestones, "Deliverables"),
            "Deliverable Description": long,
            "Steps to Produce Deliverable": long,
            "Example Deliverable": text,
            "Workshops": link("Workshops", "Deliverables"),
            "Workshop Name (from Workshops)": through(
                "multipleLookupValues", field_id(catalogue, "Workshops"), field_id("Workshops", "Workshop Name"), text
            ),
            "Figma Template for the Workshop (from Workshops)": through(
                "multipleLookupValues",
                field_id(catalogue, "Workshops"),
                field_id("Workshops", "Figma Template for the Workshop"),
                url,
            ),
            "Retired": plain("checkbox", icon="check", color="grayBright"),
        },
        "Workshops": {
            "Workshop Name": text,
            "Figma Template for the Workshop": url,
            "Deliverables": link(catalogue, "Workshops"),
        },
    }
    return [
        {
            "id": table_id(name),
            "name": name,
            "primaryFieldId": field_id(name, next(iter(fields))),
            "fields": [{"id": field_id(name, label), "name": label, **shape} for label, shape in fields.items()],
            "views": [],
        }
        for name, fields in tables.items()
    ]


def record(table_name: str, rec: str, created: str, values: Json) -> Json:
    """A record as Airtable answers it: empty cells are left out, unchecked boxes too."""
    kept = {
        field_id(table_name, name): value
        for name, value in values.items()
        if value is not False and value not in ("", None, [])
    }
    return {"id": rec, "createdTime": created, "fields": kept}


def rec_id(table_name: str, key: str) -> str:
    """The id of a row of the catalogue's tables."""
    return identifier("rec", f"{table_name}|{key}")


def milestone_rows() -> Iterator[Json]:
    """The 15 rows of Milestones."""
    names = {milestone.key: milestone.name for milestone in MILESTONES}
    for milestone in MILESTONES:
        members = [name for name, keys in MEMBERS.items() if milestone.key in keys]
        informed = ", ".join(f"{name} team" for name in names.values() if name) + "; "
        yield record(
            "Milestones",
            rec_id("Milestones", milestone.key),
            "2026-01-12T09:00:00.000Z",
            {
                "Milestone Name": milestone.name,
                "Order": milestone.order,
                "Project Types": list(milestone.types),
                "Deliverables": [rec_id("Deliverables", name) for name in members],
                "Milestone Description": milestone.description,
                "Milestones Before": [rec_id("Milestones", key) for key in milestone.before],
                "Milestones After": [rec_id("Milestones", key) for key in milestone.after],
                "Examples (from Deliverables)": [EXAMPLES.get(name, "") for name in members],
                "Who is Informed": (informed * LONG_TEXT)[:LONG_TEXT]
                if milestone.name == "Continuous Discovery"
                else "",
            },
        )


def catalogue_rows() -> Iterator[Json]:
    """The 118 rows of Deliverables."""
    for name, keys in MEMBERS.items():
        workshops = [(title, template) for title, template, made in WORKSHOPS if name in made]
        yield record(
            "Deliverables",
            rec_id("Deliverables", name),
            "2026-01-13T09:00:00.000Z",
            {
                "Deliverable Name": name,
                "Milestones": [
                    rec_id("Milestones", milestone.key) for milestone in MILESTONES if milestone.key in keys
                ],
                "Deliverable Description": DESCRIPTIONS.get(name, DESCRIPTIONS.get(keys[:1], "")),
                "Steps to Produce Deliverable": STEPS.get(name, STEPS.get(keys[:1], "")),
                "Example Deliverable": EXAMPLES.get(name, ""),
                "Workshops": [rec_id("Workshops", title) for title, _ in workshops],
                "Workshop Name (from Workshops)": [f'"{title}"' if "," in title else title for title, _ in workshops],
                "Figma Template for the Workshop (from Workshops)": [template for _, template in workshops if template],
                "Retired": not keys and draw(name, 3) == 0,
            },
        )


def workshop_rows() -> Iterator[Json]:
    """The rows of Workshops, a table that the dashboard does not read."""
    for title, template, made in WORKSHOPS:
        yield record(
            "Workshops",
            rec_id("Workshops", title),
            "2026-01-14T09:00:00.000Z",
            {
                "Workshop Name": title,
                "Figma Template for the Workshop": template,
                "Deliverables": [rec_id("Deliverables", name) for name in made],
            },
        )
