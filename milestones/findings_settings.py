"""Findings about what config.toml maps and asks for."""

import pandas as pd

from milestones.definitions import untold, written_types
from milestones.finding import Scene, finding, things
from milestones.phases import Phases, form, named
from milestones.setup import Check, unmade
from milestones.spellings import canonical, filled, text
from settings.models import Requirement
from settings.names import meant, nearest, spelling, suggested_meaning

SEVERAL = 5  # more names than these are counted, not listed

# Spellings that nobody mapped


def unmapped_spellings(written: pd.Series, words: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """A row per spelling that is none of the words, with an example's record id and the nearest known spelling.

    Args:
        written: what the records say (str), indexed by record id.
    """
    blank_known = any(spelling(text) == "" for spellings in words.values() for text in spellings)
    strange = written[canonical(written, words).isna()].fillna("")
    strange = strange if not blank_known else strange[strange != ""]
    known = [name for word, spellings in words.items() for name in (word, *spellings) if name]
    found = []
    for _, group in strange.groupby(strange.map({one: spelling(one) for one in strange.unique()})):
        shown = " ".join(str(group.iloc[0]).split())
        told = f"Nobody mapped it{suggested_meaning(shown, known)}. Rows that say so: {len(group)}."
        found.append((shown or "(blank)", str(group.index[0]), told))
    return pd.DataFrame(found, columns=["object", "record_id", "detail"], dtype="str")


@finding("warning", "projects", "Map the spelling under [project_types] in config.toml, or mend it.", ("type",))
def type_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project's type that config.toml does not map."""
    of = scene.projects["type"]
    return unmapped_spellings(of[filled(of)], dict(scene.settings.project_types))


@finding(
    "warning",
    "milestones",
    "Map the spelling under [project_types] in config.toml, or mend it.",
    ("project_types",),
)
def milestone_type_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project type in the base's own milestones that config.toml does not map."""
    return unmapped_spellings(written_types(scene.frames), dict(scene.settings.project_types))


@finding(
    "warning", "project_deliverables", "Map the spelling under [statuses] in config.toml, or mend it.", ("status",)
)
def status_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project deliverable's status, a blank one too, that config.toml does not map."""
    of = scene.frames.project_deliverables.set_index("record_id")["status"]
    readable = of[~scene.unreadable("project_deliverables")["status"]]
    return unmapped_spellings(readable, {str(key): value for key, value in scene.settings.statuses.items()})


@finding("warning", "projects", "Map the spelling under [project_statuses] in config.toml, or mend it.", ("status",))
def project_status_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project's status, a blank one too, that config.toml does not map while it maps others."""
    words = {str(key): value for key, value in scene.settings.project_statuses.items()}
    of = scene.projects
    readable = of.loc[~scene.unreadable("projects")["status"], "status"]
    return unmapped_spellings(readable if words else readable.iloc[:0], words)


# What config.toml asks for


def by_milestone(items: list[tuple[Requirement, str]]) -> pd.DataFrame:
    """Findings about requirements, each with a detail: one per milestone and detail, so that many stay readable."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item, detail in items:
        groups.setdefault((item.milestone, detail), []).append(item.deliverable)
    return things(
        [
            (f"{milestone}: {names[0]}", detail)
            if len(names) == 1
            else (milestone, f"{detail} So it is with {len(names)} deliverables: {', '.join(names)}.")
            for (milestone, detail), names in groups.items()
        ]
    )


@finding("error", "settings", "Call the milestone as the base does, or mend it, or its deliverables, in Airtable.")
def requirement_untold(scene: Scene) -> pd.DataFrame:
    """A requirement for the base's own deliverables of which nobody can tell what it asks, or of whom."""
    told = untold(scene.frames, scene.settings)
    return things(
        list(dict.fromkeys((item.milestone, told[item.id]) for item in scene.settings.requirements if item.id in told))
    )


@finding(
    "warning",
    "settings",
    "Call the phase as the projects do, if it is one of theirs.",
    ("projects.name", "projects.phase"),
)
def phase_unused(scene: Scene) -> pd.DataFrame:
    """A phase that config.toml names and no project is in, though projects are in others."""
    of = scene.projects["phase"]
    written = list(of[filled(of)].unique())
    used = {form(one) for one in written}
    unused = [one for one in named(scene.settings.requirements) if form(one) not in used]
    return things([(one, f"No project is in it{meant(nearest(one, written, 0.6))}.") for one in unused if written])


@finding(
    "note",
    "settings",
    "See that it is none of those that config.toml names; if it is one, call both the same.",
    ("projects.name", "projects.phase"),
)
def phase_unnamed(scene: Scene) -> pd.DataFrame:
    """A phase that several projects are in and config.toml does not name, so that it counts as another than those."""
    hidden = scene.unreadable("projects")["phase"]
    found = Phases(text(scene.projects["phase"]), hidden, scene.settings.requirements).unnamed()
    names = ", ".join(f"“{one}”" for one in named(scene.settings.requirements))
    return things([(one, f"{many} projects are in it. It counts as none of {names}.") for one, many in found.items()])


UNLIKELY = "That the name is not the base's is likelier than that all neglect it."


@finding("error", "settings", "See whether its name, aliases, release and milestone are those of the base.")
def requirement_never_matched(scene: Scene) -> pd.DataFrame:
    """Required deliverables of a milestone that no record of the base is called, though some project owes them."""
    verdicts, records = scene.judgement.verdicts, scene.judgement.records
    owed = set(verdicts.loc[~verdicts["state"].isin(["not_required", "unknown"]), "requirement"])
    # What is asked by its name in the base is called as the base calls it; without a record nothing is told of names.
    asked = [item for item in scene.settings.requirements if item.id in owed and item.source != "base" and len(records)]
    matched = set(records["requirement"])
    found = [item for item in asked if item.id not in matched]
    milestones = dict.fromkeys(item.milestone for item in found)
    if found == asked and len(milestones) > 1:  # then it is one mistake, not one per milestone
        what = f"all {len(found)} required deliverables"
        return things([(what, f"No record ever matched any, of no milestone: {', '.join(milestones)}. {UNLIKELY}")])
    return by_milestone([(item, f"No record ever matched it. {UNLIKELY}") for item in found])


@finding("note", "settings", "Map the fields in config.toml, or take the check out.")
def rule_not_checkable(scene: Scene) -> pd.DataFrame:
    """A check that is not made, for no mapped field tells what it needs."""
    tables = scene.frames.snapshot.tables
    if "projects" not in tables:
        return things([])
    mapped = {f"{table}.{field}" for table in tables for field in scene.frames.snapshot.mapped(table)}
    return things([(check.what, _told(check)) for check in unmade(scene.settings, mapped)])


def _told(check: Check) -> str:
    names = list(dict.fromkeys(item.deliverable for item in check.asked))
    whose = f" Asked of {len(names)} deliverables." if len(names) > SEVERAL else f" Asked of {', '.join(names)}."
    return f"Not mapped: {' or '.join(check.fields)}; so {check.without}.{whose if names else ''}"
