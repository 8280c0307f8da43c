"""Each verdict of a project with the chain of facts behind it: what was read, where it stands, and what follows."""

import json
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from milestones.claims import NAMES, WAIVER
from milestones.definitions import required
from milestones.expected import projects
from milestones.spellings import Unreadable, filled, is_placeholder
from milestones.verdicts import Judgement, judge
from milestones.words import CELL, FLAGS, in_words, listed, shown
from settings.models import Requirement, Settings
from settings.names import spelling
from sync.frames import Frames

COLUMNS = (
    *("requirement", "deliverable", "audience", "state", "flags"),
    *("fact", "says", "record_id", "record_url", "where"),
)
OF_PROJECT = (
    *("type", "phase", "status", "product_manager", "start", "end", "phase_start", "last_discovery", "audiences"),
)
WHOSE = ("project_id", "may_be_of", "reason", "detail", "called", "audience")
Fact = tuple[str, str, str | None, str | None]


def named(frames: Frames, wanted: str) -> pd.DataFrame:
    """The projects that are meant by a record id or a name (case and white space do not matter)."""
    of = frames.projects
    by_id = of[of["record_id"] == wanted.strip()]
    return by_id if len(by_id) else of[of["name"].fillna("").map(spelling) == spelling(wanted)]


def explain(frames: Frames, settings: Settings, as_of: date, project_id: str) -> pd.DataFrame:
    """What is to be known of a project: its verdicts, each with the facts behind it, and its records without verdict.

    Returns:
        A row per fact, of each verdict the verdict itself first, then what is asked and what the records say, in the
        order in which they count; then the project's own facts, which hold for all of them, and last each record that
        is not placed. `requirement`, `deliverable`, `audience`, `state` and `flags` of the verdict (of a record that is
        not placed, what it calls its deliverable; else NaN); `fact`: the key of what it is ("verdict",
        "requirement.evidence", "projects.type", "unplaced"); `says`: what stands there and what follows; `record_id`
        and `record_url` of the record it stands in, NaN where it is in config.toml; `where`: the fact in words, a field
        as the base calls it (str).
    """
    settings = required(frames, settings)
    judgement = judge(frames, settings, as_of)
    verdicts = judgement.verdicts[judgement.verdicts["project_id"] == project_id]
    project = projects(frames, settings).loc[[project_id]].iloc[0]
    asked = {item.id: item for item in settings.requirements}
    told: list[tuple[object, ...]] = []
    for verdict in verdicts.to_dict("records"):
        head = [verdict[name] for name in COLUMNS[:5]]
        claims = judgement.claims[(judgement.claims[CELL] == [verdict[name] for name in CELL]).all(axis="columns")]
        facts = _of_verdict(verdict, as_of)
        facts += [(*fact, None, None) for fact in _of_requirement(asked[verdict["requirement"]], settings)]
        facts += _of_claims(frames, settings, asked[verdict["requirement"]], claims)
        told += [(*head, *fact) for fact in facts]
    own = _of_project(frames, settings, project)
    told += [(*[None] * 5, *fact, project_id, project["record_url"]) for fact in own]
    told += _unplaced(judgement, project_id)
    whole = pd.DataFrame(told, columns=list(COLUMNS[:-1]))
    return whole.assign(where=[_words(frames, fact) for fact in whole["fact"]]).astype("str")


def _words(frames: Frames, fact: str) -> str:
    """A fact's key in words: a field as the base calls it."""
    table, _, name = fact.partition(".")
    plain = (name or table).replace("_", " ")
    if table == "requirement":
        return f"asked: {plain}"
    fields = frames.snapshot.tables.get(table, {"fields": {}})["fields"]
    return str(fields.get(name, {}).get("name") or {"project deliverables": "record"}.get(plain, plain))


def _of_verdict(verdict: Mapping[Hashable, Any], as_of: date) -> list[Fact]:
    pointer = (verdict["record_id"], verdict["record_url"])
    day = "" if pd.isna(verdict["due"]) else f" Due {verdict['due']:%Y-%m-%d}, judged on {as_of}."
    flags = [
        f"{in_words(flag)}: {FLAGS[flag]}{day if 'due' in flag else ''}" for flag in verdict["flags"].split(";") if flag
    ]
    said = f"{in_words(verdict['state'])}: {verdict['reason']}"
    return [("verdict", said, *pointer), *(("verdict.flags", flag, None, None) for flag in flags)]


def _of_claims(frames: Frames, settings: Settings, item: Requirement, claims: pd.DataFrame) -> list[Fact]:
    """What each record that claims the verdict says, the deciding one first."""
    if not len(claims):
        return [("project_deliverables", "No record claims it.", None, None)]
    records = frames.project_deliverables.set_index("record_id")
    return [
        (*fact, claim["record_id"], claim["record_url"])
        for claim in claims.sort_values("decides", ascending=False, kind="stable").to_dict("records")
        for fact in _of_record(frames, settings, item, records.loc[claim["record_id"]], claim)
    ]


def _unplaced(judgement: Judgement, project_id: str) -> list[tuple[object, ...]]:
    """The records of a project that decide no verdict, also those that name several projects or one almost like it."""
    of = judgement.unplaced.merge(judgement.records.drop(columns=["detail", "record_url"]), on="record_id")
    found: list[tuple[object, ...]] = []
    for row in of[["record_id", "record_url", *WHOSE]].fillna("").to_dict("records"):
        if project_id in (row["project_id"], *row["may_be_of"].split(";")):
            says = f"{in_words(row['reason'])}: {row['detail']}"
            pointer = (row["record_id"], row["record_url"] or None)
            found.append((None, row["called"], row["audience"], None, None, "unplaced", says, *pointer))
    return found


def _shown(value: Any) -> str:
    """A cell in words."""
    if pd.isna(value) or value in ("", "[]"):
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
        elif name == "audiences" and says != "blank":
            says = ", ".join(str(one) for one in json.loads(project[name]))
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
    asked: dict[str, str] = {
        "milestone": item.milestone,
        "project_types": "all" if item.project_types == "all" else ", ".join(item.project_types),
        "phases": ", ".join(item.phases),
        "release": item.release or "",
        "audiences": ", ".join(item.audiences),
        "evidence": listed([NAMES[one] for one in item.evidence], "or"),
        "parts": listed([NAMES[one] for one in item.parts]),
        "due": f"{item.due.days} days from the project's {item.due.from_}" if item.due else "",
        "again": "; ".join(
            f"in {'every phase' if again.phase == 'all' else again.phase} of {again.project_type} projects"
            for again in item.again
        ),
    }
    if "vision" in item.parts and settings.rules.vision_words:
        asked["parts"] += f" (a vision of {settings.rules.vision_words} words at most)"
    return [(f"requirement.{name}", text) for name, text in asked.items() if text]


def _of_record(
    frames: Frames, settings: Settings, item: Requirement, record: "pd.Series[str]", claim: Mapping[Hashable, Any]
) -> list[tuple[str, str]]:
    """What a record says of what its requirement asks for."""
    match = f"to be confirmed: {claim['doubt']}" if claim["doubt"] else "a name of what is required"
    facts = [("project_deliverables.deliverable", f"{_shown(claim['called'])}, {match}")]
    hidden = Unreadable(frames, "project_deliverables", pd.Index([claim["record_id"]]))
    mapped = frames.snapshot.mapped("project_deliverables")
    dates = ("due", "revised", "modified")
    for name in ("release", "audience", "status", "owner", *item.evidence, *item.parts, *dates, *WAIVER):
        if name not in mapped:
            if name in (*item.evidence, *item.parts):
                facts.append((f"project_deliverables.{name}", "not mapped, so not checked"))
        elif hidden[name][0]:
            facts.append((f"project_deliverables.{name}", "could not be read"))
        elif name == "files":
            there = filled(pd.Series([record[name]], dtype="str")).iloc[0]
            facts.append((f"project_deliverables.{name}", "there" if there else "blank"))
        elif name in item.parts and not pd.isna(record[name]):
            many = len(record[name].split())
            says = f"there, {many} {'word' if many == 1 else 'words'}"
            if is_placeholder(record[name], settings.rules.placeholders):
                says = f"{_shown(record[name])}, which says nothing"
            facts.append((f"project_deliverables.{name}", says))
        elif name not in WAIVER or _shown(record[name]) != "blank":
            facts.append((f"project_deliverables.{name}", _shown(record[name])))
    role = "It decides" if claim["decides"] else "Another record decides"
    return [
        *facts,
        ("project_deliverables", f"By itself it is {in_words(str(claim['state']))}: {claim['reason']} {role}."),
    ]


def whose(frames: Frames, settings: Settings, judgement: Judgement) -> pd.DataFrame:
    """The unplaced records, with what each is called (`record`), the project or projects that it names (`project`), and
    `project_id` where that is one for certain (str; else NaN).
    """
    of = judgement.records.set_index("record_id").loc[judgement.unplaced["record_id"]].reset_index()
    names = dict(zip(frames.projects["record_id"], frames.projects["name"].fillna(""), strict=True))
    ids = of["project_id"].fillna(of["may_be_of"].where(of["unplaced"] != "no_project")).fillna("").str.split(";")
    projects = [listed([shown(names[key], key) for key in keys if key]) for keys in ids]
    called = [shown(name, "") for name in of["name"].fillna(of["called"]).fillna("")]
    written = pd.Series(projects, dtype="str").where(lambda told: told != "", of["project"])
    record = pd.Series(called, dtype="str")
    certain = of["project_id"].where(of["project_id"] != "").astype("str")
    return judgement.unplaced.assign(project=written, record=record, project_id=certain)
