"""Findings about what config.toml maps and asks for."""

import pandas as pd

from milestones.definitions import written_types
from milestones.finding import Scene, finding, things
from milestones.spellings import canonical, filled, is_unreadable
from settings.models import Requirement, spelling, suggestion

# Spellings that nobody mapped


def unmapped(written: pd.Series, words: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """A row per spelling that is none of the words, with an example's record id and the nearest known spelling.

    Args:
        written: what the records say (str), indexed by record id.
    """
    blank_known = any(spelling(text) == "" for spellings in words.values() for text in spellings)
    strange = written[canonical(written, words).isna()].fillna("")
    strange = strange if not blank_known else strange[strange != ""]
    known = [text for word, spellings in words.items() for text in (word, *spellings) if text]
    found = []
    for text, group in strange.groupby(strange.map(spelling)):
        shown = " ".join(str(group.iloc[0]).split())
        near = suggestion(shown, known) if text else ""
        told = f"Nobody mapped it{near}. Rows that say so: {len(group)}."
        found.append((shown or "(blank)", str(group.index[0]), told))
    return pd.DataFrame(found, columns=["object", "record_id", "detail"], dtype="str")


@finding("warning", "projects", "Map the spelling under [project_types] in config.toml, or mend it.", ("type",))
def type_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project's type that config.toml does not map."""
    of = scene.projects["type"]
    return unmapped(of[filled(of)], dict(scene.settings.project_types))


@finding(
    "warning",
    "milestones",
    "Map the spelling under [project_types] in config.toml, or mend it.",
    ("project_types",),
)
def milestone_type_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project type in the base's own milestones that config.toml does not map."""
    return unmapped(written_types(scene.frames), dict(scene.settings.project_types))


@finding(
    "warning", "project_deliverables", "Map the spelling under [statuses] in config.toml, or mend it.", ("status",)
)
def status_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project deliverable's status, a blank one too, that config.toml does not map."""
    of = scene.frames.project_deliverables.set_index("record_id")["status"]
    hidden = scene.frames.faults
    hidden = hidden[(hidden["table_name"] == "project_deliverables") & (hidden["field"] == "status")]
    readable = of[~of.index.isin(hidden["record_id"])]
    return unmapped(readable, {str(key): value for key, value in scene.settings.statuses.items()})


@finding("warning", "projects", "Map the spelling under [project_statuses] in config.toml, or mend it.", ("status",))
def project_status_unmapped(scene: Scene) -> pd.DataFrame:
    """A spelling of a project's status, a blank one too, that config.toml does not map while it maps others."""
    words = {str(key): value for key, value in scene.settings.project_statuses.items()}
    of = scene.projects
    readable = of.loc[~is_unreadable(of["project_unreadable"], "status"), "status"]
    return unmapped(readable if words else readable.iloc[:0], words)


# What config.toml asks for


NEVER = "No record ever matched it. That its name is not the base's is likelier than that all neglect it."


@finding("error", "settings", "See whether its name, aliases, release and milestone are those of the base.")
def requirement_never_matched(scene: Scene) -> pd.DataFrame:
    """A required deliverable that no record in the whole base matches, though some project owes it."""
    verdicts = scene.judgement.verdicts
    owed = set(verdicts.loc[verdicts["state"] != "not_required", "requirement"])
    met = set(scene.judgement.claims["requirement"])
    return things(
        [
            (f"{item.milestone}: {item.deliverable}", NEVER)
            for item in scene.settings.requirements
            if item.id in owed and item.id not in met
        ]
    )


@finding("note", "settings", "Map the fields in config.toml, or take the check out.")
def rule_not_checkable(scene: Scene) -> pd.DataFrame:
    """A check that is not made, for no mapped field tells what it needs."""
    if "projects" not in scene.frames.snapshot.tables:
        return things([])
    asked = {f"{item.milestone}: {item.deliverable}": _needed(item) for item in scene.settings.requirements}
    asked |= {what: [either] for what, either in CHECKS.items()}
    if scene.settings.project_statuses:
        asked["projects that owe nothing"] = [("projects.status",)]
    found = []
    for what, needs in asked.items():
        lacking = [" or ".join(either) for either in needs if not any(scene.mapped(field) for field in either)]
        if lacking:
            found.append((what, f"Not mapped: {', '.join(dict.fromkeys(lacking))}."))
    return things(found)


# What the rules look at whatever is required, and the fields of which one tells it.
CHECKS = {
    "how far a deliverable is": ("project_deliverables.status",),
    "stale after a discovery round": ("projects.last_discovery",),
    "when a deliverable was revised": ("project_deliverables.revised", "project_deliverables.modified"),
    "who owns a gap": ("project_deliverables.owner", "projects.product_manager"),
    "why a deliverable is waived": ("project_deliverables.waiver_reason",),
    "who waived a deliverable": ("project_deliverables.waived_by",),
    "until when a deliverable is waived": ("project_deliverables.waiver_until",),
}


def _needed(item: Requirement) -> list[tuple[str, ...]]:
    """What a requirement's checks need: of each, the fields of which one is enough."""
    needs: list[tuple[str, ...]] = [(f"project_deliverables.{part}",) for part in item.parts]
    if item.evidence:
        needs.append(tuple(f"project_deliverables.{name}" for name in item.evidence))
    if item.due:
        needs.append((f"projects.{item.due.from_}",))
    if item.project_types != "all" or any(again.project_type != "all" for again in item.again):
        needs.append(("projects.type",))
    if item.phases or any(again.phase != "all" for again in item.again):
        needs.append(("projects.phase",))
    if item.again:
        needs.append(("projects.phase_start", "projects.start"))
    return needs
