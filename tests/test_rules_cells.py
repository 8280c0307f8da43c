"""Which verdicts there are: every project by every requirement and audience, and who is excused."""

import pytest
from rules_builders import AS_OF, Row, base, pairs, project, record, settings, states, verdict

from milestones.verdicts import judge

FAMILIES, YOUTH = record(audience="Families"), record(record_id="recB", audience="Youth")


@pytest.mark.parametrize(
    ("records", "asked", "listed", "rows"),
    [
        pytest.param([], [], None, {"": ""}, id="none"),
        pytest.param([FAMILIES, YOUTH], [], None, {"Families": "recA", "Youth": "recB"}, id="found"),
        pytest.param([YOUTH], ["Families"], None, {"Families": "", "Youth": "recB"}, id="listed by the requirement"),
        pytest.param([YOUTH], [], ["Families"], {"Families": "", "Youth": "recB"}, id="listed by the project"),
        pytest.param([], ["Donors"], ["Families"], {"Donors": "", "Families": ""}, id="listed by both"),
        pytest.param(
            [record(audience=" families"), record(record_id="recB", audience="Families")],
            [],
            None,
            {"families": "recA"},
            id="found in two spellings: the first is shown",
        ),
        pytest.param(
            [record(audience="FAMILIES")], ["Families"], None, {"Families": "recA"}, id="the requirement's spelling"
        ),
        pytest.param(
            [record(audience="the  families")], [], ["The Families "], {"The Families": "recA"}, id="the project's"
        ),
        pytest.param([], ["Families"], ["families", "FAMILIES"], {"Families": ""}, id="listed in three spellings"),
        pytest.param([], [], ["", " ", None, "Families"], {"Families": ""}, id="blank members are none"),
        pytest.param([], [], [" "], {"": ""}, id="only blank members"),
        pytest.param(
            [record(), record(record_id="recB", audience="Youth")], [], None, {"": "recA", "Youth": "recB"}, id="blank"
        ),
        pytest.param([record()], ["Families"], None, {"Families": "recA"}, id="blank where one is listed"),
    ],
)
def test_a_verdict_for_each_audience(
    records: list[Row], asked: list[str], listed: list[str] | None, rows: dict[str, str]
) -> None:
    frames = base([project(audiences=listed)], records)
    judgement = judge(frames, settings({"audiences": asked}), AS_OF)
    assert pairs(judgement, "audience", "record_id") == rows
    assert len(judgement.verdicts) == len(rows)


def test_audiences_belong_to_the_deliverable_and_project_they_were_found_on() -> None:
    frames = base([project(), project(record_id="recOther", name="Harbor")], [FAMILIES])
    judgement = judge(frames, settings({}, {"id": "scope", "deliverable": "Scope"}), AS_OF)
    assert states(judgement, "project", "requirement", "audience", "state") == [
        ("Harbor", "vision", "", "missing"),
        ("Harbor", "scope", "", "missing"),
        ("Riverbend", "vision", "Families", "complete"),
        ("Riverbend", "scope", "", "missing"),
    ]


def test_one_project_spelling_of_an_audience_does_not_rename_anothers() -> None:
    projects = [project(audiences=["YOUTH"]), project(record_id="recOther", name="Harbor", audiences=["youth"])]
    judgement = judge(base(projects), settings(), AS_OF)
    assert [len(judgement.verdicts), {one.casefold() for (one,) in states(judgement, "audience")}] == [2, {"youth"}]


PROJECT_STATUSES = {"active": ["Running"], "cancelled": ["Stopped"], "planned": [""]}


@pytest.mark.parametrize(
    ("status", "sections", "state"),
    [
        pytest.param("running ", {"project_statuses": PROJECT_STATUSES}, "missing", id="judged"),
        pytest.param("Stopped", {"project_statuses": PROJECT_STATUSES}, "not_required", id="not judged"),
        pytest.param("cancelled", {"project_statuses": PROJECT_STATUSES}, "not_required", id="canonical word"),
        pytest.param("Elsewhere", {"project_statuses": PROJECT_STATUSES}, "missing", id="unmapped"),
        pytest.param(None, {"project_statuses": PROJECT_STATUSES}, "not_required", id="blank, mapped"),
        pytest.param(None, {"project_statuses": {"planned": ["Soon"]}}, "missing", id="blank, unmapped"),
        pytest.param("cancelled", {}, "missing", id="no [project_statuses]"),
        pytest.param(
            "Stopped",
            {"project_statuses": PROJECT_STATUSES, "rules": {"judged": ["cancelled"]}},
            "missing",
            id="the rules judge it",
        ),
        pytest.param(
            "Running",
            {"project_statuses": PROJECT_STATUSES, "rules": {"judged": ["cancelled"]}},
            "not_required",
            id="the rules do not judge it",
        ),
    ],
)
def test_a_project_owes_something_in_the_judged_statuses(status: str | None, sections: Row, state: str) -> None:
    assert verdict(of=project(status=status), sections=sections)["state"] == state


def test_an_excuse_names_the_status_and_keeps_the_record() -> None:
    found = verdict(record(), of=project(status="Stopped"), sections={"project_statuses": PROJECT_STATUSES})
    assert found["reason"] == "The project is cancelled (status “Stopped”)."
    assert (found["state"], found["record_id"]) == ("not_required", "recA")


SERVICE = ["Service Design"]


@pytest.mark.parametrize(
    ("asked", "written", "project_type", "state", "reason"),
    [
        pytest.param("all", "website_DESIGN", "Web", "missing", "There is no record of it.", id="all, mapped"),
        pytest.param("all", "Toolkit", "unknown", "missing", "There is no record of it.", id="all, unmapped"),
        pytest.param("all", None, "unknown", "missing", "There is no record of it.", id="all, blank"),
        pytest.param(
            SERVICE, " service design  PROJECT", "Service Design", "missing", "There is no record of it.", id="listed"
        ),
        pytest.param(SERVICE, "Web", "Web", "not_required", "Not asked of Web projects.", id="not listed"),
        pytest.param(
            SERVICE,
            "Toolkit",
            "unknown",
            "unknown",
            "Nobody mapped the project type “Toolkit”: map it in config.toml or mend it in the base.",
            id="unmapped",
        ),
        pytest.param(
            SERVICE,
            None,
            "unknown",
            "unknown",
            "The project has no type, and this is asked of some types only.",
            id="blank",
        ),
    ],
)
def test_a_requirement_is_asked_of_its_project_types(
    asked: object, written: str | None, project_type: str, state: str, reason: str
) -> None:
    found = verdict(asks={"project_types": asked}, of=project(type=written))
    assert (found["project_type"], found["state"], found["reason"]) == (project_type, state, reason)


def test_a_blank_type_can_be_mapped() -> None:
    types = {"Web": [""], "Service Design": []}
    found = verdict(asks={"project_types": ["Web"]}, of=project(type=None), sections={"project_types": types})
    assert (found["project_type"], found["state"]) == ("Web", "missing")


@pytest.mark.parametrize(
    ("phase", "state", "reason"),
    [
        pytest.param("Phase 2", "missing", "There is no record of it.", id="listed"),
        pytest.param(" phase  2 ", "missing", "There is no record of it.", id="case and space"),
        pytest.param("Phase 1", "not_required", "Not asked in Phase 1.", id="not listed"),
        pytest.param(None, "unknown", "The project has no phase, and this is asked in some phases only.", id="blank"),
        pytest.param(
            "tbd", "unknown", "The project has no phase, and this is asked in some phases only.", id="a placeholder"
        ),
        pytest.param("Phase2", "missing", "There is no record of it.", id="no blank"),
        pytest.param("phase – TWO", "missing", "There is no record of it.", id="a dash, a number in words"),
        pytest.param("Second Phase", "missing", "There is no record of it.", id="a place in an order"),
        pytest.param("2nd phase", "missing", "There is no record of it.", id="a place in an order, in figures"),
        pytest.param("Phase III", "not_required", "Not asked in Phase III.", id="another, in Roman numerals"),
        pytest.param("3", "not_required", "Not asked in 3.", id="another number alone"),
        pytest.param("Phase 12", "not_required", "Not asked in Phase 12.", id="a number that ends alike"),
        pytest.param(
            "2",
            "unknown",
            "The project's phase “2” is almost “Phase 2”, and this is asked in some phases only.",
            id="its number alone",
        ),
        pytest.param(
            "Phse 2",
            "unknown",
            "The project's phase “Phse 2” is almost “Phase 2”, and this is asked in some phases only.",
            id="misspelt",
        ),
        pytest.param(
            "Phase",
            "unknown",
            "The project's phase “Phase” is almost “Phase 2”, and this is asked in some phases only.",
            id="no number",
        ),
        pytest.param(
            "Wrap-up",
            "unknown",
            "The project's phase “Wrap-up” is none that config.toml names or another project is in, and this is asked "
            "in some phases only.",
            id="known to nobody",
        ),
    ],
)
def test_a_requirement_is_asked_in_its_phases(phase: str | None, state: str, reason: str) -> None:
    found = verdict(asks={"phases": ["Phase 2"]}, of=project(phase=phase))
    assert (found["state"], found["reason"]) == (state, reason)


@pytest.mark.parametrize(
    ("other", "asks"),
    [
        pytest.param("build", {}, id="another project is in it"),
        pytest.param("Phase 2", {"again": [{"phase": "Build"}]}, id="config.toml names it"),
    ],
)
def test_a_phase_that_is_known_is_another_one(other: str, asks: Row) -> None:
    owners = [project(phase="Build"), project(record_id="recOther", name="Harbor", phase=other)]
    judgement = judge(base(owners), settings({"phases": ["Phase 2"]} | asks), AS_OF)
    assert pairs(judgement, "project_id", "state")["recProject"] == "not_required"


def test_a_placeholder_is_no_other_phase_however_many_projects_have_it() -> None:
    owners = [project(phase="N/A"), project(record_id="recOther", name="Harbor", phase="n/a")]
    judgement = judge(base(owners), settings({"phases": ["Phase 2"]}), AS_OF)
    assert set(judgement.verdicts["reason"]) == {"The project has no phase, and this is asked in some phases only."}


def test_phases_are_not_asked_for_where_no_field_tells_them() -> None:
    found = verdict(asks={"phases": ["Phase 2"]}, of=project(phase=None), unmapped=["projects.phase"])
    assert (found["state"], found["reason"]) == ("missing", "There is no record of it.")


@pytest.mark.parametrize(
    ("asked", "field", "state", "reason"),
    [
        pytest.param({}, "type", "missing", "There is no record of it.", id="type, asked of all"),
        pytest.param(
            {"project_types": SERVICE},
            "type",
            "unknown",
            "The project's type could not be read, and this is asked of some types only.",
            id="type",
        ),
        pytest.param({}, "phase", "missing", "There is no record of it.", id="phase, asked in all"),
        pytest.param(
            {"phases": ["Phase 2"]},
            "phase",
            "unknown",
            "The project's phase could not be read, and this is asked in some phases only.",
            id="phase",
        ),
        pytest.param({}, "status", "unknown", "The project's status could not be read.", id="status"),
    ],
)
def test_what_cannot_be_read_of_a_project_is_unknown_where_it_matters(
    asked: Row, field: str, state: str, reason: str
) -> None:
    found = verdict(
        asks=asked,
        of=project(**{"type": "Web", "phase": "Phase 2", "status": "Running"} | {field: None}),
        sections={"project_statuses": {"active": ["Running"]}},
        faults=[("projects", "recProject", field), ("projects", "recOther", "status")],
    )
    assert (found["state"], found["reason"]) == (state, reason)


RECORD_CELLS: Row = {"record_id": "recA", "name": "Draft", "project": ["recProject"]}
CANNOT = "Whether there is a record of it cannot be told: the {} of “Draft” could not be read."
NONE = "There is no record of it."
# The cell that could not be read; the record's others; what is asked; the state and the reason.
UNREADABLE = [
    pytest.param("deliverable", {}, {}, "unknown", CANNOT.format("deliverable"), id="deliverable"),
    pytest.param("deliverable", {"milestone": "Scope"}, {}, "missing", NONE, id="deliverable of another milestone"),
    pytest.param(
        "deliverable", {"release": "MVP 2"}, {"release": "MVP 1"}, "missing", NONE, id="deliverable of another release"
    ),
    pytest.param(
        "deliverable", {"deliverable": ["recD"]}, {}, "unknown", CANNOT.format("deliverable"), id="definition's name"
    ),
    pytest.param("name", {}, {}, "unknown", CANNOT.format("deliverable"), id="name, which alone says it"),
    pytest.param("name", {"deliverable": "Vision"}, {}, "in_progress", None, id="name, which does not matter"),
    pytest.param("release", {"deliverable": "Vision"}, {}, "in_progress", None, id="release, of which any will do"),
    pytest.param(
        "release", {"deliverable": "Vision"}, {"release": "MVP"}, "unknown", CANNOT.format("release"), id="release"
    ),
    pytest.param("release", {"deliverable": "Roadmap"}, {"release": "MVP"}, "missing", None, id="release of another"),
    pytest.param("milestone", {"deliverable": "Vision"}, {}, "unknown", CANNOT.format("milestone"), id="milestone"),
    pytest.param(
        "milestone",
        {"deliverable": "Vision", "milestone": ["recM"]},
        {},
        "unknown",
        CANNOT.format("milestone"),
        id="milestone's name",
    ),
    pytest.param("audience", {"deliverable": "Vision"}, {}, "unknown", CANNOT.format("audience"), id="audience"),
    pytest.param(
        "audience",
        {"deliverable": "Vision"},
        {"audiences": ["Youth"]},
        "unknown",
        CANNOT.format("audience"),
        id="listed",
    ),
    pytest.param("project", {"deliverable": "Vision"}, {}, "unknown", CANNOT.format("project"), id="project"),
    pytest.param("project", {"deliverable": "Roadmap"}, {}, "missing", NONE, id="project, of another deliverable"),
    pytest.param(
        "deliverable",
        {"audience": " YOUTH"},
        {"audiences": ["Youth"]},
        "unknown",
        CANNOT.format("deliverable"),
        id="deliverable, for the audience in another spelling",
    ),
    pytest.param(
        "project",
        {"deliverable": "Vision", "audience": "Families"},
        {"audiences": ["Youth"]},
        "missing",
        NONE,
        id="project, for others",
    ),
]


@pytest.mark.parametrize(("cell", "cells", "asks", "state", "reason"), UNREADABLE)
def test_a_record_that_cannot_be_read_makes_unknown_what_it_may_be(
    cell: str, cells: Row, asks: Row, state: str, reason: str | None
) -> None:
    given = {**RECORD_CELLS, "status": "Doing", **cells}
    faults = [("project_deliverables", "recA", cell)]
    if cell == "project":
        given["project"] = []
    if cell == "name":
        del given["name"]
    if isinstance(given.get(cell), list) and cell in ("deliverable", "milestone"):
        faults = [({"deliverable": "catalogue", "milestone": "milestones"}[cell], given[cell][0], "name")]
    definition: Row = {"catalogue": [{"record_id": "recD"}], "milestones": [{"record_id": "recM"}]}
    found = verdict(given, asks=asks, faults=faults, **definition)
    named = (reason or found["reason"]).replace("“Draft”", "“Draft”" if "name" in given else "“recA”")
    astray = " Of the project's records, 1 could not be placed."
    assert (found["state"], found["reason"].removesuffix(astray)) == (state, named.removesuffix(astray))
    if state == "unknown":
        assert found["record_url"].endswith("/tblproject_deliverables/recA") and "record_id" not in found
        assert found["flags"] == ""


def test_a_record_of_an_unreadable_project_is_no_ones_but_may_be_anyones() -> None:
    projects = [project(product_manager="Ann"), project(record_id="recOther", name="Harbor", product_manager="Ann")]
    records = [record(project=[], name="Draft"), record(record_id="recB", project=["recOther"])]
    frames = base(projects, records, faults=[("project_deliverables", "recA", "project")])
    judgement = judge(frames, settings({}, {"id": "scope", "deliverable": "Scope"}), AS_OF)
    assert states(judgement, "project", "requirement", "state") == [
        ("Harbor", "vision", "complete"),
        ("Harbor", "scope", "missing"),
        ("Riverbend", "vision", "unknown"),
        ("Riverbend", "scope", "missing"),
    ]
    assert judgement.unplaced["reason"].tolist() == ["unreadable"]
    assert judgement.unplaced["detail"].tolist() == [
        "A cell that says what it is, or whose, could not be read: its project."
    ]
    near: list[Row] = [{"deliverable": "Visin"}, {"deliverable": "Document", "name": "Visions"}]
    for cells in near:  # of what is only almost called so nothing is concluded for every project
        frames = base(projects, [record(project=[]) | cells], faults=[("project_deliverables", "recA", "project")])
        assert set(judge(frames, settings(), AS_OF).verdicts["state"]) == {"missing"}


def test_an_unreadable_project_name_may_be_the_one_that_a_record_names() -> None:
    projects = [project(name=None), project(record_id="recOther", name="Harbor")]
    frames = base(projects, [record(project="Riverbend")], faults=[("projects", "recProject", "name")])
    judgement = judge(frames, settings(), AS_OF)
    assert states(judgement, "project_id", "state", "reason") == [
        ("recOther", "missing", "There is no record of it."),
        (
            "recProject",
            "unknown",
            "Whether there is a record of it cannot be told: a record names the project “Riverbend”, which may be "
            "this one: its name could not be read.",
        ),
    ]


def test_unreadable_audiences_of_a_project_leave_one_row_that_is_unknown() -> None:
    frames = base([project()], [FAMILIES], faults=[("projects", "recProject", "audiences")])
    judgement = judge(frames, settings(), AS_OF)
    assert states(judgement, "audience", "state", "reason") == [
        ("", "unknown", "For whom it is asked cannot be told: the project's audiences could not be read."),
        ("Families", "complete", "Its status is “Complete”."),
    ]


LATE: Row = {"due": {"from": "start", "days": 1}}
UNTOLD = " When it is due cannot be told: {} could not be read."


@pytest.mark.parametrize(
    ("table", "cell", "cells", "flags", "reason"),
    [
        pytest.param("project_deliverables", "owner", {"due": "2026-10-01"}, "overdue", "", id="owner"),
        pytest.param("projects", "product_manager", {"due": "2026-10-01"}, "overdue", "", id="product manager"),
        pytest.param("project_deliverables", "due", {}, "no_owner", UNTOLD.format("its due date"), id="due"),
        pytest.param("projects", "start", {}, "no_owner", UNTOLD.format("the project's start"), id="start"),
        pytest.param("projects", "start", {"due": "2026-10-01"}, "overdue;no_owner", "", id="start, with a due date"),
        pytest.param("projects", "end", {}, "overdue;no_owner", "", id="end, from which nothing is counted"),
        pytest.param("project_deliverables", "due", {"status": "Done"}, "", "", id="due of what is complete"),
    ],
)
def test_an_unreadable_cell_raises_no_flag_and_hides_none_silently(
    table: str, cell: str, cells: Row, flags: str, reason: str
) -> None:
    found = verdict(
        record(**{"status": "Doing", **cells}),
        asks=LATE,
        of=project(start=None if cell == "start" else "2026-08-03"),
        faults=[(table, "recA" if table == "project_deliverables" else "recProject", cell)],
    )
    status = cells.get("status", "Doing")
    assert (found["flags"], found["reason"]) == (flags, f"Its status is “{status}”.{reason}")


def test_an_unreadable_project_status_does_not_matter_where_none_is_mapped() -> None:
    assert verdict(of=project(), faults=[("projects", "recProject", "status")])["state"] == "missing"


def test_an_excused_type_needs_no_phase() -> None:
    found = verdict(asks={"project_types": SERVICE, "phases": ["Phase 2"]}, of=project(phase=None))
    assert (found["state"], found["reason"]) == ("not_required", "Not asked of Web projects.")


@pytest.mark.parametrize("written", ["Website Project", "Toolkit"])
def test_a_project_that_is_not_judged_is_never_unknown(written: str) -> None:
    found = verdict(
        asks={"project_types": SERVICE},
        of=project(type=written, status="Stopped"),
        sections={"project_statuses": PROJECT_STATUSES},
    )
    assert found["reason"] == "The project is cancelled (status “Stopped”)."


def test_an_unmapped_type_hides_what_a_record_says_of_a_requirement_for_some_types() -> None:
    found = verdict(record(), asks={"project_types": SERVICE}, of=project(type="Toolkit"))
    assert (found["state"], found["record_id"]) == ("unknown", "recA")
