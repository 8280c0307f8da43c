"""The chain of facts behind each verdict of a project: what was read, where it stands, and what follows."""

from datetime import date

import pandas as pd

from milestones.definitions import required
from milestones.expected import projects
from milestones.spellings import Unreadable, filled
from milestones.verdicts import judge
from milestones.words import FLAGS
from settings.models import Requirement, Settings, spelling
from sync.frames import Frames

COLUMNS = ("requirement", "deliverable", "audience", "state", "flags", "fact", "says", "record_id", "record_url")
OF_PROJECT = ("type", "phase", "status", "product_manager", "start", "end", "phase_start", "last_discovery")
Fact = tuple[str, str, str | None, str | None]


def named(frames: Frames, wanted: str) -> pd.DataFrame:
    """The projects that are meant by a record id or a name (case and white space do not matter)."""
    of = frames.projects
    by_id = of[of["record_id"] == wanted.strip()]
    return by_id if len(by_id) else of[of["name"].fillna("").map(spelling) == spelling(wanted)]


def explain(frames: Frames, settings: Settings, as_of: date, project_id: str) -> pd.DataFrame:
    """The facts behind each verdict of a project, in the order in which they count.

    Returns:
        A row per fact: `requirement`, `deliverable`, `audience`, `state` and `flags` of the verdict; `fact`: where
        it stands ("projects.type", "requirement.evidence", "verdict.flags"); `says`: what stands there and what
        follows; `record_id` and `record_url` of the record it stands in, NaN where it is in config.toml (str).
    """
    settings = required(frames, settings)
    judgement = judge(frames, settings, as_of)
    verdicts = judgement.verdicts[judgement.verdicts["project_id"] == project_id]
    project: pd.Series[str] = projects(frames, settings).loc[project_id]  # type: ignore[assignment]
    records = frames.project_deliverables.set_index("record_id")
    asked = {item.id: item for item in settings.requirements}
    told = []
    for verdict in verdicts.to_dict("records"):
        item = asked[verdict["requirement"]]
        head = [verdict[name] for name in COLUMNS[:5]]
        facts: list[Fact] = [
            (*fact, project_id, project["record_url"]) for fact in _of_project(frames, settings, project)
        ]
        facts += [(*fact, None, None) for fact in _of_requirement(item, settings)]
        claims = judgement.claims
        claims = claims[
            (claims["project_id"] == project_id)
            & (claims["requirement"] == item.id)
            & (claims["audience"] == verdict["audience"])
        ].sort_values("decides", ascending=False, kind="stable")
        for claim in claims.to_dict("records"):
            record = records.loc[claim["record_id"]]
            of_record = _of_record(frames, item, record, claim)
            facts += [(*fact, claim["record_id"], claim["record_url"]) for fact in of_record]
        if not len(claims):
            facts.append(("project_deliverables", "No record claims it.", None, None))
        day = "" if pd.isna(verdict["due"]) else f" Due {verdict['due']:%Y-%m-%d}, judged on {as_of}."
        flags = [f"{flag}: {FLAGS[flag]}{day if 'due' in flag else ''}" for flag in verdict["flags"].split(";") if flag]
        facts += [("verdict.flags", flag, None, None) for flag in flags]
        facts.append(
            ("verdict", f"{verdict['state']}: {verdict['reason']}", verdict["record_id"], verdict["record_url"])
        )
        told += [(*head, *fact) for fact in facts]
    return pd.DataFrame(told, columns=list(COLUMNS)).astype("str")


def _shown(value: object) -> str:
    """A cell in words."""
    if pd.isna(value) or value == "":  # type: ignore[call-overload]
        return "blank"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"“{value}”"


def _of_project(frames: Frames, settings: Settings, project: "pd.Series[str]") -> list[tuple[str, str]]:
    facts = []
    mapped = frames.snapshot.mapped("projects")
    for name in OF_PROJECT:
        if name not in mapped:
            continue
        says = _shown(project[name])
        if Unreadable(frames, "projects", pd.Index([project.name]))[name][0]:
            says = "could not be read"
        elif name == "type":
            says += f", which is the type {project['project_type']}"
        elif name == "status" and settings.project_statuses:
            status = project["project_status"]
            judged = "judged" if pd.isna(status) or status in settings.rules.judged else "not judged"
            says += f", which {'nobody mapped' if pd.isna(status) else f'means {status}'}: {judged}"
        facts.append((f"projects.{name}", says))
    return facts


def _of_requirement(item: Requirement, settings: Settings) -> list[tuple[str, str]]:
    """What config.toml asks, as far as it asks for anything."""
    listed: dict[str, str] = {
        "project_types": "all" if item.project_types == "all" else ", ".join(item.project_types),
        "phases": ", ".join(item.phases),
        "release": item.release or "",
        "audiences": ", ".join(item.audiences),
        "evidence": " or ".join(item.evidence),
        "parts": " and ".join(item.parts),
        "due": f"{item.due.days} days from the project's {item.due.from_}" if item.due else "",
        "again": "; ".join(f"{again.project_type}, {again.phase}" for again in item.again),
    }
    if "vision" in item.parts and settings.rules.vision_words:
        listed["parts"] += f" (a vision of {settings.rules.vision_words} words at most)"
    return [(f"requirement.{name}", text) for name, text in listed.items() if text]


def _of_record(
    frames: Frames, item: Requirement, record: "pd.Series[str]", claim: dict[str, object]
) -> list[tuple[str, str]]:
    """What a record says of what its requirement asks for."""
    match = f"to be confirmed: {claim['doubt']}" if claim["doubt"] else "a name of what is required"
    facts = [("project_deliverables.deliverable", f"{_shown(claim['called'])}, {match}")]
    hidden = Unreadable(frames, "project_deliverables", pd.Index([claim["record_id"]]))
    mapped = frames.snapshot.mapped("project_deliverables")
    dates = ("due", "revised", "modified", "waiver_reason", "waived_by", "waiver_until")
    for name in ("release", "audience", "status", "owner", *item.evidence, *item.parts, *dates):
        if name not in mapped:
            if name in (*item.evidence, *item.parts):
                facts.append((f"project_deliverables.{name}", "not mapped, so not checked"))
        elif hidden[name][0]:
            facts.append((f"project_deliverables.{name}", "could not be read"))
        elif name == "files":
            there = filled(pd.Series([record[name]], dtype="str")).iloc[0]
            facts.append((f"project_deliverables.{name}", "there" if there else "blank"))
        elif name in item.parts and not pd.isna(record[name]):
            facts.append((f"project_deliverables.{name}", f"there, {len(record[name].split())} words"))
        else:
            facts.append((f"project_deliverables.{name}", _shown(record[name])))
    role = "It decides" if claim["decides"] else "Another record decides"
    return [*facts, ("project_deliverables", f"By itself it is {claim['state']}: {claim['reason']} {role}.")]
