"""What the configuration leaves out: checks that are not made, and requirements that nothing in the base can name."""

from collections.abc import Collection, Iterator

from milestones.claims import NAMES
from milestones.matching import Matcher, tolerant
from settings.models import EVERY, Requirement, Settings
from sync.snapshot import Snapshot


def checks_not_made(settings: Settings) -> list[tuple[str, str]]:
    """The fields that the rules need and nobody mapped: the place in config.toml, and what goes unchecked for it."""
    if "projects" not in settings.tables:
        return [
            ("tables.projects", "no project is judged; only the base's own catalogue is compared with what is asked")
        ]
    return [*_of_projects(settings), *_of_records(settings), *_of_the_catalogue(settings)]


def unknown_deliverables(names: Collection[str], settings: Settings) -> list[Requirement]:
    """The requirements that none of these names of deliverables could mean."""
    matcher = Matcher(settings.requirements)
    known = {
        matcher.match(name, release, "").requirement
        for release in {"", *(item.release or "" for item in settings.requirements)}
        for name in names
    }
    return [item for item in settings.requirements if item.id not in known and item.deliverable != EVERY]


def unknown_milestones(names: Collection[str], settings: Settings) -> list[Requirement]:
    """The requirements for the base's own deliverables of a milestone that none of these names of milestones means."""
    known = {tolerant(name) for name in names}
    own = [item for item in settings.requirements if item.source == "base"]
    return [item for item in own if tolerant(item.milestone) not in known]


def mapped_otherwise(held: Snapshot, settings: Settings) -> str:
    """The tables, and within the others the fields, that config.toml maps otherwise than the mirror has them."""
    asked: dict[tuple[str, str], str] = {(name, ""): table.table for name, table in settings.tables.items()}
    asked |= {(name, key): of for name, table in settings.tables.items() for key, of in table.fields.items()}
    mirrored = {(name, ""): table["wanted"] for name, table in held.tables.items()}
    mirrored |= {
        (name, key): of["wanted"] for name, table in held.tables.items() for key, of in table["fields"].items()
    }
    differing = {pair for pair in asked.keys() | mirrored.keys() if asked.get(pair) != mirrored.get(pair)}
    tables = {name for name, key in differing if not key}
    return ", ".join(sorted({name if name in tables else f"{name}.{key}" for name, key in differing}))


def _of_projects(settings: Settings) -> Iterator[tuple[str, str]]:
    mapped, asked = settings.tables["projects"].fields, settings.requirements
    records = settings.tables["project_deliverables"].fields
    place = "tables.projects.fields."
    if "type" not in mapped:
        yield f"{place}type", "nothing can be told by project type, and what is asked of some types only is unknown"
    if "status" not in mapped:
        yield f"{place}status", "every project is judged, also one that is planned or cancelled"
    if "product_manager" not in mapped and "owner" not in records:
        yield f"{place}product_manager", "nobody is named to call, and what has no owner is not flagged"
    if "phase" not in mapped and any(item.phases or item.again for item in asked):
        yield f"{place}phase", "what is asked in some phases only cannot be told"
    if "last_discovery" not in mapped:
        yield f"{place}last_discovery", "no deliverable goes stale by a discovery round"
    starts = {item.due.from_ for item in asked if item.due}
    for name in sorted(starts - mapped.keys() - {"last_discovery"}):
        yield f"{place}{name}", "what is due by a rule that counts from it has no due date"


def _of_records(settings: Settings) -> Iterator[tuple[str, str]]:
    mapped, asked = settings.tables["project_deliverables"].fields, settings.requirements
    place = "tables.project_deliverables.fields."
    if "status" not in mapped:
        yield f"{place}status", "every record counts as complete"
    if not {"revised", "modified"} & mapped.keys():
        yield f"{place}revised", "whether a deliverable is stale is not checked"
    if "due" not in mapped and not any(item.due for item in asked):
        yield f"{place}due", "nothing is ever overdue"
    if "release" not in mapped and any(item.release for item in asked):
        yield f"{place}release", "a record's release is told by its name alone"
    if "audience" not in mapped and any(item.audiences for item in asked):
        yield f"{place}audience", "for whom a record speaks cannot be told, though a requirement lists audiences"
    for lacking in sorted({name for item in asked for name in item.evidence} - mapped.keys()):
        words = " or ".join({NAMES[name]: 0 for item in asked if lacking in item.evidence for name in item.evidence})
        yield f"{place}{lacking}", f"a complete deliverable needs no {words}"
    for part in sorted({part for item in asked for part in item.parts} - mapped.keys()):
        yield f"{place}{part}", f"a complete deliverable needs no {NAMES[part]}"
    for name in ("waiver_reason", "waived_by", "waiver_until"):
        if name not in mapped:
            yield f"{place}{name}", f"a waiver needs no {NAMES[name]}"


def _of_the_catalogue(settings: Settings) -> Iterator[tuple[str, str]]:
    for table in ("milestones", "catalogue"):
        if table not in settings.tables:
            yield f"tables.{table}", "which required deliverables the base itself defines is not shown"
