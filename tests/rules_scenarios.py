"""Bases generated from what is meant to be true of them: every cell's state is declared first, then made to look so.

Nothing here asks a rule. `scenarios` gives a base together with the verdicts and the unplaced records that are meant.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from rules_builders import AS_OF, Row, project, settings

DAY = timedelta(days=1)
MVP, MMP, SCOPE = "mvp", "mmp", "scope"
SETTINGS = settings(
    {
        "id": MVP,
        "deliverable": "MVP #1 Release-level Vision",
        "aliases": ["MVP Release-level Vision"],
        "release": "MVP #1",
        "evidence": ["link", "files"],
        "parts": ["vision", "mission"],
        "due": {"from": "start", "days": 56},
        "again": [{"project_type": "Service Design", "phase": "Phase 2"}],
    },
    {
        "id": MMP,
        "deliverable": "MMP Release-level Vision",
        "release": "MMP",
        "project_types": ["Web", "Discovery"],
        "evidence": ["link", "files"],
        "parts": ["vision", "mission"],
    },
    {"id": SCOPE, "milestone": "Scope", "deliverable": "Release Scope", "phases": ["Phase 2"], "evidence": ["link"]},
    project_statuses={"active": ["Running"], "cancelled": ["Stopped"]},
    rules={"vision_words": 12},
)
# How a record may name each: name, release, and whether the name is exactly one that is asked for.
NAMES = {
    MVP: [
        ("MVP #1 Release-level Vision", None, True),
        ("MVP #1 Release-level Vision", "MVP #1", True),
        ("mvp release-LEVEL vision", None, False),
        ("mvp release-LEVEL vision", "mvp #1", True),
        ("MVP #1 Release-level Vision", "mvp 1", False),
        ("Release-level Vision", "M-V-P 1", False),
        ("Release-level Vision", "MVP #1", True),
        ("mvp1 release level visions", None, False),
        ("Releaselevel Vision", "MVP#1", False),
        ("MVP 01 Release-level Vision", None, False),
        ("Release-level Vision (MVP #1)", None, False),
        ("Release-level Vision", "mvp one", False),
        ("Release-level Vision", "MVP 01", False),
    ],
    MMP: [
        ("MMP Release-level Vision", None, True),
        ("MMP Release-level Vision", "TBD", True),
        ("Vision, Release-level: MMP", None, False),
        ("Release-level Vision", "MMP", True),
        ("mmp – release-level visions", None, False),
        ("mmp releaseLevelVision", None, False),
    ],
    SCOPE: [
        ("Release Scope", None, True),
        ("release-scopes", "Beta", False),
        ("ReleaseScope", None, False),
        ("Scope & Release", None, False),
    ],
}
# What stands for a person to come.
NOBODY = ("TBD", "–")
GAPS = ("missing", "not_started", "in_progress", "in_review", "incomplete", "stale")
# Best first: of two records of one cell the first of these decides.
ORDER = ("complete", "waived", "stale", "incomplete", "in_review", "in_progress", "not_started", "unknown")
# Days relative to the judged one, by what is due then.
DUES: dict[str, list[int]] = {"overdue": [-90, -25, -1], "due_soon": [0, 14], "": [15, 200]}
VISION = "Release-level Vision"
# Records that are of nothing for sure: the reason, their cells, and what they may be of.
STRAY: list[tuple[str, Row, tuple[str, ...]]] = [
    ("no_project", {"project": [], "deliverable": "Release Scope"}, ()),
    ("several_projects", {"project": ["recP0", "recP1"], "deliverable": "Release Scope"}, (SCOPE,)),
    ("several_projects", {"project": ["recP0", "recP1"], "deliverable": VISION}, (MVP, MMP)),
    ("several_projects", {"project": ["recP0", "recP1"], "deliverable": "Roadmap"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Roadmap"}, ()),
    ("no_deliverable", {"project": ["recP0"]}, ()),
    ("no_deliverable", {"project": ["recP0"], "deliverable": "To do", "name": "–"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Roadmap", "milestone": "TBD"}, ()),
    ("ambiguous", {"project": ["recP0"], "deliverable": VISION}, (MVP, MMP)),
    ("ambiguous", {"project": ["recP0"], "deliverable": VISION, "release": "TBD"}, (MVP, MMP)),
    ("ambiguous", {"project": ["recP0"], "deliverable": VISION, "release": "–"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "01"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "MVP #1, MMP"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "MVP 1 launch"}, (MVP,)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "First MVP"}, (MVP,)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "MPV #1"}, (MVP, MMP)),
    ("no_requirement", {"project": ["recP0"], "deliverable": VISION, "release": "MVP #2"}, ()),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "Beta"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": VISION, "release": "Release 1"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": f"{VISION} (MMP)", "release": "MVP #1"}, (MVP, MMP)),
    ("no_requirement", {"project": ["recP0"], "deliverable": f"{VISION} (MVP #2)"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "MVP #1 Vision"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Riverbend - MMP Release-level Vision"}, ()),
    ("release_disagrees", {"project": ["recP0"], "deliverable": f"MMP {VISION}", "release": "MVP #1"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": f"MMP {VISION}", "release": "Beta"}, (MMP,)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": f"MMP {VISION}", "name": "An MVP-1"}, (MVP, MMP)),
    ("release_disagrees", {"project": ["recP0"], "deliverable": f"MVP #1 {VISION}", "name": "MVP 2"}, (MVP,)),
    ("release_disagrees", {"project": ["recP0"], "release": "MMP", "name": f"MVP {VISION}"}, (MVP, MMP)),
    ("milestone_disagrees", {"project": ["recP0"], "deliverable": "Release Scope", "milestone": "Vision"}, (SCOPE,)),
    ("milestone_disagrees", {"project": ["recP0"], "deliverable": f"MMP {VISION}", "milestone": "Launch"}, (MMP,)),
    ("several_deliverables", {"project": ["recP0"], "deliverable": f"MVP #1 {VISION}, MMP {VISION}"}, (MVP, MMP)),
    ("several_deliverables", {"project": ["recP0"], "deliverable": f"MVP #1, MMP {VISION}"}, (MVP, MMP)),
    ("no_requirement", {"project": ["recP0"], "deliverable": f"MVP & MMP {VISION}"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": f"MMP {VISION} 2026"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Vision Statement", "release": "MVP #1"}, ()),
    ("several_deliverables", {"project": ["recP0"], "deliverable": "Roadmap;\nrelease scopes"}, (SCOPE,)),
    (
        "milestone_disagrees",
        {"project": ["recP0"], "deliverable": "Release Scope", "milestone": "Vision, QA"},
        (SCOPE,),
    ),
    ("several_deliverables", {"project": ["recP0"], "name": f"MMP {VISION}, Release Scope"}, (MMP, SCOPE)),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Roadmap, Pitch Deck"}, ()),
    ("no_requirement", {"project": ["recP0"], "deliverable": "Document", "name": f"MMP {VISION}"}, ()),
    ("several_projects", {"project": "recP0, recP1", "deliverable": "Release Scope"}, (SCOPE,)),
    ("no_project", {"project": "recP0, Elsewhere", "deliverable": "Release Scope"}, ()),
]
# Records that no requirement names: what they are called, of which release, and what their names are almost.
ALMOST: list[tuple[str, str | None, tuple[str, ...]]] = [
    ("MVP #1 Release-level Scope", None, (SCOPE,)),
    ("MVP #1 Release-level Roadmap", None, ()),
    ("MMP Release-level Mission", None, ()),
    ("MMP Release-level Vison", None, (MMP,)),
    ("MVP #1 Visoin", None, (MVP,)),
    ("Vision", None, (MVP, MMP)),
    ("Vision Statement", "1", (MVP, MMP)),
    ("Product Vision", "MMP", (MMP,)),
    ("Vision Boards", None, ()),
    ("Scope", None, (SCOPE,)),
    ("Roadmap", None, ()),
]
# Records of which a cell cannot be read: the cell, the others, and what they may be of.
LOST: list[tuple[str, Row, tuple[str, ...]]] = [
    ("deliverable", {}, (MVP, MMP, SCOPE)),
    ("deliverable", {"release": "MMP"}, (MMP, SCOPE)),
    ("deliverable", {"name": "Release Scope", "milestone": "Vision"}, (MVP, MMP)),
    ("release", {"deliverable": "Release-level Vision"}, (MVP, MMP)),
    ("release", {"deliverable": "MMP Release-level Vision"}, (MMP,)),
    ("milestone", {"deliverable": "Release Scope"}, (SCOPE,)),
    ("audience", {"deliverable": "MVP #1 Release-level Vision"}, (MVP,)),
    ("audience", {"deliverable": "release-scope"}, (SCOPE,)),
    ("project", {"deliverable": "Release-level Vision", "release": "MMP"}, (MMP,)),
    ("project", {"deliverable": "ReleaseScope"}, (SCOPE,)),
    ("project", {"deliverable": "Roadmap"}, ()),
    ("name", {}, (MVP, MMP, SCOPE)),
]


KIN = "Families & kin"
# How a record may write each audience that is listed.
AUDIENCES = {
    "": [""],
    "Donors": ["Donors", "DONORS", "donor", "Donors!"],
    KIN: [KIN, "families and kin", "Families / Kin", "- FAMILIES, KIN"],
}
# How a project may write its phase, and whether that is the second one; None where it may be.
PHASES: dict[str | None, bool | None] = {
    "Phase 1": False,
    "phase III": False,
    "4": False,
    "Phase 2": True,
    "PHASE-two": True,
    "phase2": True,
    "Second Phase": True,
    "2nd phase": True,
    "First phase": False,
    "Phase": None,
    "2": None,
    "Stage 2": None,
    "TBD": None,
    None: None,
}


@dataclass(frozen=True)
class Event:
    """The day before which a complete record is stale for sure, and the one before which it may be."""

    sure: date | None
    perhaps: date | None

    @property
    def last(self) -> date | None:
        """The later of both: what is as young as that holds."""
        return max((day for day in (self.sure, self.perhaps) if day), default=None)


@dataclass
class Scenario:
    """A base, and what is meant to be said of it."""

    projects: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    history: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    verdicts: dict[tuple[str, str, str], tuple[str, frozenset[str]]] = field(default_factory=dict)
    unplaced: dict[str, str] = field(default_factory=dict)
    almost: dict[str, set[str]] = field(default_factory=dict)  # of unplaced records: what they were probably meant for

    def add(self, cells: Row) -> str:
        """Adds a record, of whose cells some may be `unreadable`, and gives its id."""
        cells = dict(cells)
        record_id = f"recR{len(self.records):03}"
        for hidden in cells.pop("unreadable", ()):
            self.faults.append(("project_deliverables", record_id, hidden))
        self.records.append(cells | {"record_id": record_id})
        return record_id


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A base of a few projects, each with cells of every kind."""
    made = Scenario()
    for number in range(draw(st.integers(2, 4))):
        _project(draw, made, f"recP{number}")
    for reason, cells, of in draw(st.lists(st.sampled_from(STRAY), max_size=3)):
        audience = draw(st.sampled_from([None, "Youth", "Doners"]))
        made.unplaced[made.add(cells | {"audience": audience})] = reason
        _doubt(made, cells["project"], of, audience)
    for name, release, meant in draw(st.lists(st.sampled_from(ALMOST), max_size=2)):
        key = made.add({"project": ["recP0"], "deliverable": name, "release": release})
        made.unplaced[key], made.almost[key] = "no_requirement", set(meant)
    for row in made.projects:
        if "Donors" in str(row["audiences"]) and draw(st.booleans()):
            _for_several(draw, made, row)
    for cell, others, of in draw(st.lists(st.sampled_from(LOST), max_size=1)):
        _lose(draw, made, cell, others, of)
    return made


def _for_several(draw: st.DrawFn, made: Scenario, row: Row) -> None:
    """Adds a record for several listed audiences, or for none of them: what is missing and may be it is unknown."""
    key, requirement = row["record_id"], draw(st.sampled_from([MVP, MMP, SCOPE]))
    between = draw(st.sampled_from([", ", " / ", " and "]))
    several = KIN in str(row["audiences"])  # listed beside Donors
    ways = [None] * several + ["Youth{}Donors", "donor{}families and kin"]
    way = draw(st.sampled_from(ways))
    said = {"audience": way and way.format(between)}
    name, release, _ = NAMES[requirement][0]
    cells = {"project": [key], "deliverable": name, "release": release}
    made.unplaced[made.add(cells | said)] = "several_audiences"
    for audience in ("donors", KIN.casefold()) if way is None or "kin" in way else ("donors",):
        _doubt(made, [key], (requirement,), audience)


def _lose(draw: st.DrawFn, made: Scenario, cell: str, others: Row, of: tuple[str, ...]) -> None:
    """Adds a record that cannot be placed for this cell: what is missing and may be it is unknown."""
    owner = draw(st.sampled_from([row["record_id"] for row in made.projects]))
    audience = draw(st.sampled_from(["", "Youth", "donors", "Doners"])) if cell != "audience" else None
    given = others | {"unreadable": [cell], "audience": audience or None, "project": [owner]}
    made.unplaced[made.add(given | ({"project": []} if cell == "project" else {}))] = "unreadable"
    _doubt(made, None if cell == "project" else [owner], of, audience or None)


def _doubt(made: Scenario, owners: list[str] | None, of: tuple[str, ...], audience: str | None) -> None:
    """What is missing, and may be there after all, is unknown: of these projects and this audience (None: any)."""
    whom = (audience or "").casefold()
    if owners is not None and whom == "doners":  # a misspelling where it is listed
        listing = "".join(str(row["audiences"]) for row in made.projects if row["record_id"] in owners)
        whom = "donors" if "donors" in listing.casefold() else whom
    for (key, requirement, asked), (state, _) in made.verdicts.items():
        theirs = (owners is None or key in owners) and requirement in of
        if state == "missing" and theirs and (audience is None or asked.casefold() in ("", whom)):
            made.verdicts[key, requirement, asked] = ("unknown", frozenset())


def _project(draw: st.DrawFn, made: Scenario, key: str) -> None:
    kind = draw(st.sampled_from(["Web", "Web", "Service Design", "Discovery", "unmapped", "blank", "unreadable"]))
    status = draw(st.sampled_from(["Running", "Running", "Running", "Elsewhere", "Stopped", "unreadable"]))
    phase = draw(st.sampled_from([*PHASES, "Phase 2", "Phase 2", "unreadable"]))
    in_second = PHASES.get(phase)  # None: nobody can tell
    round_on = draw(st.sampled_from([None, AS_OF, AS_OF - 25 * DAY, AS_OF + DAY]))
    began = draw(st.sampled_from([AS_OF - 10 * DAY, AS_OF - 40 * DAY, AS_OF + DAY]))
    manager = draw(st.sampled_from([None, "Ann", "unreadable", *NOBODY]))
    listed = draw(st.sampled_from([None, None, None, ["Donors"], ["Donors", KIN], "unreadable"]))
    due_word, due_on = _due(draw)
    made.projects.append(
        project(
            record_id=key,
            name=key,
            type={"unmapped": "Toolkit", "blank": None, "unreadable": None}.get(kind, kind),
            status=None if status == "unreadable" else status,
            phase=None if phase == "unreadable" else phase,
            last_discovery=round_on,
            phase_start=began,
            start=None if due_on is None else due_on - 56 * DAY,
            product_manager=None if manager == "unreadable" else manager,
            audiences=_written(draw, listed),
        )
    )
    unreadable = {"type": kind, "status": status, "phase": phase, "product_manager": manager, "audiences": listed}
    if due_on is None:
        unreadable["start"] = draw(st.sampled_from([None, "unreadable"]))
    made.faults += [("projects", key, name) for name, value in unreadable.items() if value == "unreadable"]

    for requirement in (MVP, MMP, SCOPE):
        excuse = None
        if status in ("Stopped", "unreadable"):
            excuse = "not_required" if status == "Stopped" else "unknown"
        elif requirement == MMP and kind not in ("Web", "Discovery"):
            excuse = "not_required" if kind == "Service Design" else "unknown"
        elif requirement == SCOPE and not in_second:
            excuse = "unknown" if in_second is None else "not_required"
        # The days before which a complete one is stale: for sure, and perhaps.
        sure = [day for day in [round_on] if day and day <= AS_OF]
        perhaps: list[date] = []
        if requirement == MVP and began <= AS_OF and kind not in ("Web", "Discovery") and in_second is not False:
            (sure if kind == "Service Design" and in_second else perhaps).append(began)
        event = Event(max(sure, default=None), max(perhaps, default=None))
        found = draw(st.sampled_from([[""], [""], ["Youth"], ["Youth", KIN]]))
        lackable = [""] if listed is None else listed if listed != "unreadable" else []
        if isinstance(listed, list):  # who says none means one of these
            found = [one for one in found if one]
        for audience in found + [one for one in lackable if one not in ("", *found)]:
            rule_due = (due_word, due_on) if requirement == MVP else ("", None)
            written = AUDIENCES[audience] if audience in lackable else [audience]
            written = [*written, "", "?"] if lackable == [audience] else written
            cell = (key, requirement, audience)
            _cell(draw, made, cell, excuse, event, manager, rule_due, written, audience in lackable)
        if listed == "unreadable":
            made.verdicts.setdefault((key, requirement, ""), (excuse or "unknown", frozenset()))


def _written(draw: st.DrawFn, listed: Any) -> list[str] | None:
    """How a project may write the audiences that it lists."""
    ways: list[list[str] | None] = [None] if listed == "unreadable" else [None, [], ["TBD"], ["–", "tbd"]]
    if isinstance(listed, list):
        ways = [listed, [*listed, "TBD"], ["; ".join(listed)], ["TBD,\n" + ", ".join(listed)]]
    return draw(st.sampled_from(ways))


def _due(draw: st.DrawFn) -> tuple[str, date | None]:
    word = draw(st.sampled_from([*DUES, None]))
    return ("", None) if word is None else (word, AS_OF + draw(st.sampled_from(DUES[word])) * DAY)


def _cell(
    draw: st.DrawFn,
    made: Scenario,
    cell: tuple[str, str, str],
    excuse: str | None,
    event: Event,
    manager: str | None,
    rule_due: tuple[str, date | None],
    ways: list[str],
    lackable: bool,
) -> None:
    key, requirement, audience = cell
    possible = [state for state in ORDER if state != "stale" or event.sure]
    state = draw(st.sampled_from([*possible, "missing"] if lackable else possible))
    flags = set()
    word, due_on = rule_due
    owner = None
    if state != "missing":
        own_word, own_due = _due(draw)
        name, release, exact = draw(st.sampled_from(NAMES[requirement]))
        owner = draw(st.sampled_from([None, "Ben", "unreadable", *NOBODY]))
        # The audiences that may lack a record are those that are listed.
        written = draw(st.sampled_from(ways)) if audience else ""
        same: Row = {"project": [key], "deliverable": name, "release": release, "audience": written or None}
        if not exact or written.casefold() != audience.casefold():
            flags.add("unconfirmed_match")
        hidden = [] if own_due or draw(st.integers(0, 3)) else ["due"]
        if own_due or hidden:
            word, due_on = own_word, own_due
        hidden += ["owner"] if owner == "unreadable" else []
        looks = _looks(draw, requirement, state, event)
        if looks.pop("expiring", False) and not excuse:
            flags.add("waiver_expiring")
        hidden += looks.pop("unreadable", [])
        readable = None if owner == "unreadable" else owner
        looks.pop("worst", None)
        mine = made.add(same | {"due": own_due, "owner": readable, "unreadable": hidden} | looks)
        worse = [other for other in possible if ORDER.index(other) > ORDER.index(state)]
        twice: bool = draw(st.booleans())
        if worse and twice:
            rival = _looks(draw, requirement, draw(st.sampled_from(worse)), event)
            rival.pop("expiring", None)
            worst = rival.pop("worst", None)
            loser = made.add(same | rival)
            if worst and ORDER.index(worst) <= ORDER.index(state):  # it is no worse than the other for sure
                state, loser = "unknown", mine
            made.unplaced[loser] = "duplicate"
            flags.add("duplicate")
    said = excuse or state
    was_there = said == "stale" or (_recorded(draw, made, cell, event) and said != "missing")
    if said in GAPS:
        # What was due until the event belonged to the version that has become stale, or was there then.
        if word and not (was_there and due_on and event.sure and due_on <= event.sure):
            flags.add(word)
        if {owner, manager} <= {None, *NOBODY}:
            flags.add("no_owner")
    made.verdicts[cell] = (said, frozenset(flags))


def _recorded(draw: st.DrawFn, made: Scenario, cell: tuple[str, str, str], event: Event) -> bool:
    """What the history says of a cell; whether it was there when the event was."""
    state = draw(st.sampled_from([None, None, "missing", "in_review", "complete", "stale"]))
    day = AS_OF - draw(st.sampled_from([0, 50, 300])) * DAY
    if state:
        made.history.append((str(day), *cell, state))
    return state == "stale" or (state == "complete" and event.sure is not None and day <= event.sure)


def _looks(draw: st.DrawFn, requirement: str, state: str, event: Event) -> Row:
    """The cells of a record that is in this state; `expiring`, `unreadable` and `worst` are told beside them."""
    odd: Row = {"status": "Parked?"}
    whole: Row = {"link": "https://x", "vision": "Nobody goes hungry", "mission": "Bring food"}
    waiver: Row = {"waiver_reason": "kept", "waived_by": "Olive"}
    young = event.last or AS_OF - 300 * DAY
    old = event.sure or young
    between = [{"revised": event.perhaps - DAY}] if event.perhaps and event.perhaps > old else []
    between += [{"revised": event.perhaps - DAY}] if event.perhaps and not event.sure else []
    to_come: Row = {"revised": AS_OF + DAY}  # a day to come tells nothing
    dates: list[Row] = [{"revised": young}, {"revised": min(young + DAY, AS_OF)}, {"modified": young}]
    if event.last is None:
        dates += [{}, to_come]
    ways: dict[str, list[Row]] = {
        "complete": [{"status": "Done"} | whole | day for day in dates]
        + [{"status": "complete", **whole, "link": None, "files": [{"id": "a"}]} | dates[0]]
        * int(requirement != SCOPE),
        "waived": [
            {"status": status, "waiver_until": AS_OF + days * DAY, "expiring": days <= 30} | waiver
            for status in ("N/A", "Doing", "Parked?")
            for days in (0, 30, 31)
        ],
        "stale": [
            {"status": "Done", "revised": old - DAY} | whole,
            {"status": "Done", "modified": old - DAY} | whole,
            {"status": "Done", "modified": old - DAY} | whole | to_come,
        ],
        "incomplete": [{"status": "Done"} | whole | {"link": None} | day for day in dates]
        + [{"status": "Done"} | whole | {"link": link} | dates[0] for link in ("https://tbd", "https://x.org/To-do")]
        + [
            {"status": "Done"} | whole | lack | dates[0]
            for lack in ({"vision": None}, {"mission": "–"}, {"vision": "TBD"}, {"vision": "too many words " * 5})
            if requirement != SCOPE
        ],
        "in_review": [{"status": "In Review"}, {"status": " in  REVIEW"} | whole],
        "in_progress": [
            {"status": "Doing"},
            {"status": "In Progress", "waiver_until": AS_OF - DAY} | waiver,
            {"status": "Doing", "waiver_reason": "kept", "waiver_until": AS_OF + DAY},
        ],
        "not_started": [
            {"status": "To Do"},
            {"status": None},
            {"status": "Waived", "waiver_until": AS_OF - DAY} | waiver,
            {"status": "Waived", "waiver_until": AS_OF + DAY, "waived_by": "Olive"},
        ],
        # What cannot be judged, each with the worst that it may be.
        "unknown": [one | {"worst": "not_started"} for one in (odd, {"status": None, "unreadable": ["status"]})]
        + [{"status": "Done", "worst": "stale"} | whole | day for day in ({}, to_come) if event.last]
        + [{"status": "Done", "worst": "stale"} | whole | day for day in between]
        + [
            {"status": "Done", "worst": "stale", "unreadable": [name]} | whole
            for name in ("revised", "modified")
            if event.last
        ]
        + [
            {"status": "Done", "worst": "incomplete", "unreadable": [name]} | whole | {name: None} | dates[0]
            for name in ("link", "vision")
            if name == "link" or requirement != SCOPE
        ]
        + [
            {"status": status, "waiver_until": AS_OF + DAY, "worst": worst}
            | waiver
            | {name: None, "unreadable": [name]}
            for status, worst in (("N/A", "not_started"), ("Doing", "in_progress"))
            for name in ("waiver_reason", "waived_by", "waiver_until")
        ],
    }
    return dict(draw(st.sampled_from(ways[state])))
