"""What the configuration leaves out: checks that are not made, and requirements that nothing in the base can name."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from milestones.claims import NAMES, WAIVER
from milestones.forms import tolerant
from milestones.matching import Matcher
from settings.models import EVERY, Requirement, Settings
from sync.snapshot import Snapshot


@dataclass(frozen=True)
class Check:
    """A check that is made where any one of some fields ("table.field") is mapped.

    what: it, in words. without: what follows where none is mapped. asked: the requirements that ask for it; none where
    it is made whatever is required.
    """

    what: str
    fields: tuple[str, ...]
    without: str
    asked: tuple[Requirement, ...] = ()

    @property
    def place(self) -> str:
        """Where in config.toml it would be mapped: its field, or the table where that is lacking as a whole."""
        table, _, field = self.fields[0].partition(".")
        return f"tables.{table}" if field == "name" else f"tables.{table}.fields.{field}"


def checks_not_made(settings: Settings) -> list[tuple[str, str]]:
    """The fields that the rules need and nobody mapped: the place in config.toml, and what goes unchecked for it."""
    mapped = {f"{name}.{field}" for name, table in settings.tables.items() for field in table.fields}
    return [(check.place, check.without) for check in unmade(settings, mapped)]


def unmade(settings: Settings, mapped: Collection[str]) -> list[Check]:
    """The checks of which none of the fields is among those that are mapped ("table.field")."""
    if "projects.name" not in mapped:
        without = "no project is judged; only the base's own catalogue is compared with what is asked"
        return [Check("what projects owe", ("projects.name",), without)]
    every = [*_of_projects(settings), *_of_records(settings, mapped), *_of_the_catalogue()]
    return [check for check in every if not any(field in mapped for field in check.fields)]


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


def _of_projects(settings: Settings) -> Iterator[Check]:
    asked = settings.requirements
    yield Check(
        "of what type a project is",
        ("projects.type",),
        "nothing can be told by project type, and what is asked of some types only is unknown",
        tuple(
            item
            for item in asked
            if item.project_types != "all" or any(one.project_type != "all" for one in item.again)
        ),
    )
    if settings.project_statuses:
        without = "every project is judged, also one that is planned or cancelled"
        yield Check("which projects owe nothing", ("projects.status",), without)
    yield Check(
        "whom to call about a gap",
        ("projects.product_manager", "project_deliverables.owner"),
        "nobody is named to call, and what has no owner is not flagged",
    )
    without = "nobody is named to call about what is missing, and that it has no owner is not flagged"
    yield Check("whom to call about what is missing", ("projects.product_manager",), without)
    if phased := tuple(item for item in asked if item.phases or any(one.phase != "all" for one in item.again)):
        without = "what is asked in some phases only cannot be told"
        yield Check("in which phase a project is", ("projects.phase",), without, phased)
    if again := tuple(item for item in asked if item.again):
        without = "no deliverable goes stale by the phase in which it is due again"
        yield Check("when a phase began", ("projects.start", "projects.phase_start"), without, again)
    without = "no deliverable goes stale by a discovery round"
    yield Check("stale after a discovery round", ("projects.last_discovery",), without)
    for name in dict.fromkeys(item.due.from_ for item in asked if item.due):
        yield Check(
            f"what is due by the project's {name.replace('_', ' ')}",
            (f"projects.{name}",),
            "what is due by a rule that counts from it has no due date",
            tuple(item for item in asked if item.due and item.due.from_ == name),
        )


def _of_records(settings: Settings, mapped: Collection[str]) -> Iterator[Check]:
    asked, place = settings.requirements, "project_deliverables."
    yield Check("how far a deliverable is", (f"{place}status",), "every record counts as complete")
    dates = (f"{place}revised", f"{place}modified")
    yield Check("when a deliverable was revised", dates, "whether a deliverable is stale is not checked")
    if undated := tuple(item for item in asked if not item.due):
        yield Check("when a deliverable is due", (f"{place}due",), "nothing of it is ever due soon or overdue", undated)
    if of_release := tuple(item for item in asked if item.release):
        without = "a record's release is told by its names alone"
        yield Check("of which release a record is", (f"{place}release",), without, of_release)
    heard = tuple(item for item in asked if item.audiences)
    if heard or "projects.audiences" in mapped:
        without = "for whom a record speaks cannot be told, though audiences are listed"
        yield Check("for whom a record speaks", (f"{place}audience",), without, heard)
    for shown in dict.fromkeys(shown for item in asked for shown in item.evidence):
        of = tuple(item for item in asked if shown in item.evidence)
        words = " or ".join(dict.fromkeys(NAMES[one] for item in of for one in item.evidence))
        yield Check(f"evidence: {words}", (f"{place}{shown}",), f"a complete deliverable needs no {words}", of)
    for part in dict.fromkeys(part for item in asked for part in item.parts):
        of = tuple(item for item in asked if part in item.parts)
        yield Check(f"part: {NAMES[part]}", (f"{place}{part}",), f"a complete deliverable needs no {NAMES[part]}", of)
    for name in WAIVER:
        yield Check(f"waiver: {NAMES[name]}", (f"{place}{name}",), f"a waiver needs no {NAMES[name]}")


def _of_the_catalogue() -> Iterator[Check]:
    for table in ("milestones", "catalogue"):
        without = "which required deliverables the base itself defines is not shown"
        yield Check(f"what the base's own {table} define", (f"{table}.name",), without)
