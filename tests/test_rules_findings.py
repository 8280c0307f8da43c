"""What is found wrong with a base or with what config.toml says of it."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from rules_builders import AS_OF, BASE, TABLES, Row, base, project, record, settings

from milestones.definitions import required
from milestones.finding import SEVERITIES, Scene
from milestones.findings import COLUMNS, declared, findings
from milestones.verdicts import judge

PROJECT = project(
    status="Running", product_manager="Ann", start="2026-08-03", end="2026-12-01", last_discovery="2026-08-01"
)
DEFINED: Row = {"record_id": "recD", "name": "Vision", "milestones": ["recM"]}
MILESTONE: Row = {"record_id": "recM", "name": "Vision", "order": 1, "project_types": ["Web", "Discovery"]}
HANDED: Row = record(name="Riverbend: Vision", revised="2026-09-01")
STATUSES = {"project_statuses": {"active": ["Running"]}, "project_types": {"Web": ["Website Project"], "Discovery": []}}


def found(
    only: str = "",
    *asks: Row,
    of: list[Row] | None = None,
    handed: list[Row] | None = None,
    milestones: list[Row] | None = None,
    catalogue: list[Row] | None = None,
    sections: Row | None = None,
    **more: Any,
) -> pd.DataFrame:
    """The findings of one kind, or all, in a base where nothing is wrong but what is given."""
    frames = base(
        [PROJECT] if of is None else of,
        [HANDED] if handed is None else handed,
        milestones=[MILESTONE] if milestones is None else milestones,
        catalogue=[DEFINED] if catalogue is None else catalogue,
        **more,
    )
    asked = settings(*asks, **STATUSES | (sections or {}))
    whole = findings(frames, asked, judge(frames, asked, AS_OF))
    return whole[whole["finding"] == only] if only else whole


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found().to_dict("records") == []


OTHER = PROJECT | {"record_id": "recOther", "name": "Harbor"}
DRAFT: Row = {"record_id": "recB", "name": "Draft"}
ASKED = {"deliverable": "MVP #1 Vision"}
LINKED = {"milestones": ["recM"]}
A = {"record_id": "recX", "name": "Wireframes", **LINKED}
OWN: Row = {"source": "base", "deliverable": "*", "id": ""}
WITH_CATALOGUE = {
    "tables": TABLES
    | {"milestones": {"table": "M", "fields": {"name": "N"}}, "catalogue": {"table": "C", "fields": {"name": "N"}}}
}
UNREAD = ("project_deliverables", "recB", "project")
TWO_STEPS = [
    MILESTONE | {"before": ["recN"]},
    {"record_id": "recN", "name": "Scope", "order": 2, "project_types": ["Web"]},
]

# finding -> what is given, and what is found: object, and a part of the detail.
CASES: list[tuple[str, Row, list[tuple[str, str]]]] = [
    ("project_without_type", {"of": [PROJECT | {"type": None}]}, [("Riverbend", "no type")]),
    ("project_without_type", {"of": [PROJECT | {"type": None}], "unmapped": ["projects.type"]}, []),
    ("project_without_type", {"of": [PROJECT | {"type": None}], "faults": [("projects", "recProject", "type")]}, []),
    (
        "project_without_type",
        {"of": [PROJECT | {"type": None}], "sections": {"project_types": {"Web": [""], "Discovery": []}}},
        [],
    ),
    ("project_without_manager", {"of": [PROJECT | {"product_manager": None}]}, [("Riverbend", "no product manager")]),
    (
        "project_without_manager",
        {"of": [PROJECT | {"product_manager": None}], "unmapped": ["projects.product_manager"]},
        [],
    ),
    ("project_without_dates", {"of": [PROJECT | {"start": None, "end": None}]}, [("Riverbend", "no start and end")]),
    ("project_without_dates", {"of": [PROJECT | {"end": None}]}, [("Riverbend", "no end date")]),
    ("project_without_dates", {"of": [PROJECT | {"end": None}], "unmapped": ["projects.end"]}, []),
    ("project_name_twice", {"of": [PROJECT, OTHER | {"name": " RIVERBEND"}]}, [(" RIVERBEND", ""), ("Riverbend", "")]),
    ("project_name_twice", {"of": [PROJECT | {"name": None}, OTHER | {"name": None}]}, []),
    (
        "type_unmapped",
        {"of": [PROJECT | {"type": "Websit Project"}, OTHER | {"type": "websit  project"}]},
        [("websit project", "did you mean 'Website Project'?). Rows that say so: 2")],
    ),
    ("type_unmapped", {"of": [PROJECT | {"type": None}]}, []),
    (
        "milestone_type_unmapped",
        {"milestones": [MILESTONE | {"project_types": ["Web", "Toolkit", "Discovery"]}]},
        [("Toolkit", "Nobody mapped it. Rows that say so: 1")],
    ),
    (
        "status_unmapped",
        {"handed": [HANDED, record(record_id="recB", status="complet", audience="x")]},
        [("complet", "did you mean 'Complete'?")],
    ),
    (
        "status_unmapped",
        {"sections": {"statuses": {"complete": ["Complete"]}}, "handed": [HANDED | {"status": None}]},
        [("(blank)", "Nobody mapped it. Rows")],
    ),
    (
        "status_unmapped",
        {
            "sections": {"statuses": {"complete": ["Complete"]}},
            "handed": [HANDED | {"status": None}],
            "faults": [("project_deliverables", "recA", "status")],
        },
        [],
    ),
    ("project_status_unmapped", {"of": [PROJECT | {"status": "Runing"}]}, [("Runing", "did you mean 'Running'?")]),
    ("project_status_unmapped", {"of": [PROJECT | {"status": "x"}], "sections": {"project_statuses": {}}}, []),
    ("deliverable_without_project", {"handed": [HANDED, DRAFT | {"deliverable": "Vision"}]}, [("Draft", "no project")]),
    (
        "deliverable_of_several_projects",
        {"of": [PROJECT, OTHER], "handed": [HANDED, record(record_id="recB", project=["recProject", "recOther"])]},
        [("recB", "several projects")],
    ),
    (
        "deliverable_unclear",
        {"handed": [HANDED, record(record_id="recB", deliverable=["recD", "recD2"])]},
        [("recB", "several deliverables")],
    ),
    (
        "release_contradicts_name",
        {
            "asks": [{}, {"id": "b", "deliverable": "MMP Vision", "release": "MMP"}],
            "handed": [HANDED, record(record_id="recB", deliverable="MMP Vision", release="MVP")],
        },
        [("recB", "different releases")],
    ),
    (
        "deliverable_duplicate",
        {"handed": [HANDED, record(record_id="recB", revised="2026-08-20")]},
        [("recB", "duplicate of recA")],
    ),
    (
        "name_nearly_required",
        {"asks": [ASKED], "handed": [record(deliverable="MVP #1 Vison")]},
        [("recA", "(did you mean 'MVP #1 Vision'?)")],
    ),
    ("name_nearly_required", {"asks": [ASKED], "handed": [record(deliverable="MVP #2 Vision")]}, []),
    (
        "name_to_confirm",
        {"asks": [{"release": "MVP"}]},
        [("Riverbend: Vision", "says that it is of the release MVP. It counts as what is required.")],
    ),
    ("name_to_confirm", {"handed": [HANDED | {"deliverable": "visions"}]}, [("Riverbend: Vision", "“visions”")]),
    (
        "definition_nearly_twice",
        {"catalogue": [DEFINED, A, A | {"record_id": "recY", "name": "Wireframesro"}]},
        [("Wireframesro", "almost called “Wireframes”")],
    ),
    (
        "definition_nearly_twice",
        {"catalogue": [DEFINED, A, A | {"record_id": "recY", "name": "wire-Frame"}]},
        [("wire-Frame", "almost called “Wireframes”")],
    ),
    (
        "definition_nearly_twice",
        {"catalogue": [DEFINED, A, A | {"record_id": "recY", "name": "- WIREFRAME"}]},
        [("- WIREFRAME", "almost called “Wireframes”")],
    ),
    ("definition_fragment", {"catalogue": [DEFINED, A | {"name": "ro"}]}, [("ro", "fragment")]),
    ("definition_of_no_milestone", {"catalogue": [DEFINED, A | {"milestones": []}]}, [("Wireframes", "No milestone")]),
    (
        "definition_of_no_milestone",
        {
            "catalogue": [DEFINED, A | {"milestones": []}],
            "unmapped": ["catalogue.milestones", "milestones.deliverables"],
        },
        [],
    ),
    (
        "definition_nearly_twice",
        {"catalogue": [{"record_id": f"rec{one}", "name": f"Sprint {one}"} for one in ("1", "10")]},
        [],
    ),
    (
        "definition_nearly_twice",
        {"catalogue": [{"record_id": f"rec{one}", "name": "Deck"} for one in "AB"]},
        [("Deck", "Another has this name.")],
    ),
    (
        "definition_of_several_milestones",
        {"milestones": TWO_STEPS, "catalogue": [DEFINED, A | {"milestones": ["recM", "recN"]}]},
        [("Wireframes", "Vision, Scope")],
    ),
    ("definition_unused", {"catalogue": [DEFINED, A]}, [("Wireframes", "No requirement and no project deliverable")]),
    (
        "definition_unused",
        {"catalogue": [DEFINED, A], "handed": [HANDED, record(record_id="recB", deliverable=["recX"])]},
        [],
    ),
    (
        "definition_unused",
        {"catalogue": [DEFINED, A], "handed": [HANDED, record(record_id="recB", deliverable="wireframes")]},
        [],
    ),
    ("milestone_unused", {"milestones": TWO_STEPS}, [("Scope", "No requirement")]),
    (
        "milestone_unused",
        {"milestones": TWO_STEPS, "handed": [HANDED, record(record_id="recB", milestone=["recN"])]},
        [],
    ),
    (
        "milestone_unused",
        {
            "milestones": TWO_STEPS,
            "catalogue": [DEFINED, A | {"milestones": ["recN"]}],
            "handed": [HANDED, record(record_id="recB", deliverable=["recX"])],
        },
        [],
    ),
    (
        "milestone_pseudo",
        {"milestones": [MILESTONE, {"record_id": "recN", "name": "Nothing"}]},
        [("Nothing", "no step")],
    ),
    (
        "milestone_pseudo",
        {"milestones": [MILESTONE, {"record_id": "recN", "name": "All", "order": 0, "project_types": ["Web"]}]},
        [("All", "no step")],
    ),
    (
        "milestone_pseudo",
        {
            "milestones": [MILESTONE, {"record_id": "recN", "name": "Scope", "project_types": ["Web"]}],
            "unmapped": ["milestones.order"],
        },
        [],
    ),
    (
        "milestone_order_tied",
        {"milestones": [MILESTONE, {"record_id": "recN", "name": "Scope", "order": 1}]},
        [("Scope", "Scope, Vision"), ("Vision", "Scope, Vision")],
    ),
    ("milestone_order_contradictory", {"milestones": TWO_STEPS}, []),
    (
        "milestone_order_contradictory",
        {"milestones": [TWO_STEPS[0] | {"after": ["recN"]}, TWO_STEPS[1]]},
        [("Scope", "both before and after Vision"), ("Vision", "both before and after Scope")],
    ),
    (
        "milestone_order_contradictory",
        {"milestones": [{"record_id": one, "name": one, "after": [two]} for one, two in ("ab", "bc", "ca")]},
        [("a", "after b, c"), ("b", "after a, c"), ("c", "after a, b")],
    ),
    (
        "milestone_order_contradictory",
        {"milestones": [MILESTONE | {"before": ["recM"]}]},
        [("Vision", "It comes before itself.")],
    ),
    ("required_not_defined", {"catalogue": []}, [("Vision", "does not define it for Web, Discovery")]),
    ("defined_not_required", {"catalogue": [DEFINED, A]}, [("Wireframes", "Vision: the base defines it")]),
    ("defined_not_required", {"catalogue": [DEFINED], "asks": [{"project_types": ["Web"]}]}, []),
    ("row_empty", {"milestones": [MILESTONE, {"record_id": "recN"}]}, [("recN", "Nothing stands in it")]),
    ("row_empty", {"catalogue": [DEFINED, {"record_id": "recX", **LINKED}]}, []),
    ("row_empty", {"handed": [HANDED, {"record_id": "recB"}]}, [("recB", "Nothing stands in it")]),
    ("row_empty", {"catalogue": [DEFINED, {"record_id": "recX"}], "faults": [("catalogue", "recX", "steps")]}, []),
    ("row_without_name", {"catalogue": [DEFINED, {"record_id": "recX", **LINKED}]}, [("recX", "no name")]),
    ("row_without_name", {"milestones": [MILESTONE, {"record_id": "recN"}]}, []),
    (
        "cell_unreadable",
        {"faults": [("projects", "recProject", "end"), ("project_deliverables", "recA", "due")]},
        [("Riverbend", "Its end could not be read: unreadable."), ("Riverbend: Vision", "Its due could not be read")],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, {"id": "b", "deliverable": "Roadmap"}]},
        [("Vision: Roadmap", "No record")],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, {"id": "b", "deliverable": "Roadmap", "project_types": ["Discovery"]}]},
        [],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, {"id": "b", "deliverable": "Roadmap"}, {"id": "c", "deliverable": "Deck"}]},
        [("Vision", "So it is with 2 deliverables: Roadmap, Deck.")],
    ),
    ("requirement_never_matched", {"of": [], "handed": []}, []),
    (
        "requirement_never_matched",
        {"asks": [{}, OWN | {"milestone": "Visoin"}], "sections": WITH_CATALOGUE},
        [],
    ),
    (
        "requirement_untold",
        {"asks": [{}, OWN | {"milestone": "Visoin"}], "sections": WITH_CATALOGUE},
        [("Visoin", "The base has no milestone called “Visoin” (did you mean 'Vision'?), so what is asked")],
    ),
    (
        "requirement_untold",
        {"asks": [{}, OWN | {"milestone": "Scope"}], "sections": WITH_CATALOGUE, "milestones": TWO_STEPS},
        [("Scope", "The base's milestone “Scope” holds no deliverables")],
    ),
    (
        "requirement_untold",
        {
            "asks": [{}, OWN],
            "sections": WITH_CATALOGUE,
            "milestones": [MILESTONE | {"project_types": None}],
            "catalogue": [DEFINED, A, A | {"record_id": "recY", "name": "Deck"}],
            "faults": [("milestones", "recM", "project_types")],
        },
        [("Vision", "The project types of the base's milestone “Vision” could not be read.")],
    ),
    ("requirement_untold", {"asks": [{}, OWN], "sections": WITH_CATALOGUE}, []),
    (
        "deliverable_unreadable",
        {"handed": [HANDED, record(record_id="recB", project=[])], "faults": [UNREAD]},
        [("recB", "A cell that says what it is, or whose, could not be read: its project.")],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"parts": ["vision", "mission"], "evidence": ["link", "files"], "phases": ["Phase 1"]}],
            "unmapped": ["project_deliverables.mission", "project_deliverables.link", "projects.phase"],
        },
        [("Vision: Vision", "deliverables.mission, project_deliverables.link, projects.phase.")],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"release": "MVP", "audiences": ["Youth"]}],
            "unmapped": ["project_deliverables.release", "project_deliverables.audience"],
        },
        [("Vision: Vision", "Not mapped: project_deliverables.release, project_deliverables.audience.")],
    ),
    ("deliverable_without_project", {"handed": [{"record_id": "recA"}]}, []),
    ("deliverable_unclear", {"handed": [{"record_id": "recA", "project": ["recProject"]}]}, [("recA", "does not say")]),
    (
        "milestone_contradicts_name",
        {"handed": [record(milestone="Launch")]},
        [("recA", "What it names is required, but of another milestone than the one it gives: Vision: Vision.")],
    ),
    (
        "phase_unused",
        {"of": [project(phase="Phase Tow")], "asks": [{"phases": ["Phase Two"], "again": [{"phase": "Build"}]}]},
        [("Build", "No project is in it."), ("Phase Two", "(did you mean 'Phase Tow'?)")],
    ),
    ("phase_unused", {"of": [project(phase="phase-2")], "asks": [{"phases": ["Phase Two"]}]}, []),
    ("phase_unused", {"of": [project(phase=None)], "asks": [{"phases": ["Phase Two"]}]}, []),
    (
        "definition_of_no_milestone",
        {"catalogue": [DEFINED, A | {"milestones": []}], "unmapped": ["milestones"]},
        [],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"evidence": ["link"], "due": {"from": "start", "days": 1}, "again": [{"phase": "Phase 2"}]}],
            "unmapped": ["project_deliverables.link", "projects.start", "projects.phase_start"],
        },
        [("Vision: Vision", "link, projects.start, projects.phase_start or projects.start.")],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"evidence": ["link"]}, {"id": "b", "deliverable": "Deck", "evidence": ["link"]}],
            "unmapped": ["project_deliverables.link"],
        },
        [("Vision", "Not mapped: project_deliverables.link. So it is with 2 deliverables: Vision, Deck.")],
    ),
    (
        "rule_not_checkable",
        {"unmapped": ["projects.status", "project_deliverables.revised", "project_deliverables.modified"]},
        [("projects that owe nothing", "projects.status"), ("when a deliverable was revised", "revised or")],
    ),
    ("rule_not_checkable", {"unmapped": ["project_deliverables.revised"]}, []),
]


@pytest.mark.parametrize(("kind", "case", "expected"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_each_kind_is_found_where_it_is_and_nowhere_else(kind: str, case: Row, expected: list[tuple[str, str]]) -> None:
    made = found(kind, *case.get("asks", ()), **{key: value for key, value in case.items() if key != "asks"})
    assert made["object"].tolist() == [name for name, _ in expected]
    for detail, (_, part) in zip(made["detail"], expected, strict=True):
        assert part in detail


def test_every_kind_has_a_case_in_which_it_is_found() -> None:
    assert {kind for kind, _, expected in CASES if expected} == {kind.id for kind in declared()}


def test_a_finding_tells_its_object_its_record_and_the_remedy() -> None:
    (one,) = found("project_without_type", of=[PROJECT | {"type": None}]).to_dict("records")
    assert one == {
        "finding": "project_without_type",
        "severity": "warning",
        "object": "Riverbend",
        "table": "projects",
        "record_id": "recProject",
        "detail": "It has no type, so what is asked of some types only is unknown.",
        "remedy": "Give the project its type in Airtable.",
        "record_url": f"https://airtable.com/{BASE}/tblprojects/recProject",
    }


def test_a_finding_about_any_table_says_whose_row_it_is() -> None:
    (one,) = found("row_empty", catalogue=[DEFINED, {"record_id": "recX"}]).to_dict("records")
    assert (one["table"], one["record_url"]) == ("catalogue", f"https://airtable.com/{BASE}/tblcatalogue/recX")


def test_the_gravest_come_first() -> None:
    made = found(of=[PROJECT | {"type": None}], handed=[DRAFT], catalogue=[DEFINED, A])
    order = [SEVERITIES.index(severity) for severity in made["severity"]]
    assert order == sorted(order)
    assert set(made["severity"]) == set(SEVERITIES)


@pytest.mark.parametrize("unmapped", [["projects", "project_deliverables"], ["milestones", "catalogue"], []])
def test_the_columns_are_the_contract_whatever_is_mapped(unmapped: list[str]) -> None:
    tables: dict[str, Any] = {
        "of": [] if "projects" in unmapped else None,
        "handed": [] if "projects" in unmapped else None,
        "milestones": [] if "milestones" in unmapped else None,
        "catalogue": [] if "milestones" in unmapped else None,
    }
    made = found(unmapped=unmapped, **tables)
    assert {name: str(dtype) for name, dtype in made.dtypes.items()} == dict.fromkeys(COLUMNS, "str")
    assert not set(made["table"]) & set(unmapped)


# The accounting


def kinds_of(made: pd.DataFrame, table: str) -> set[str]:
    return set(made.loc[made["table"] == table, "record_id"].dropna())


NAMES = st.none() | st.sampled_from(["Vision", "vision", "Visionro", "Scope", "All", "ro", " "])
IDS = ["rec0", "rec1", "rec2"]
LINKS = st.lists(st.sampled_from([*IDS, "recGone"]), max_size=2, unique=True)


def numbered(given: list[Row], prefix: str) -> list[Row]:
    return [one | {"record_id": f"{prefix}{number}"} for number, one in enumerate(given)]


@effort(max_examples=25, database=None, deadline=None)
@given(
    milestones=st.lists(
        st.fixed_dictionaries(
            {
                "name": NAMES,
                "order": st.none() | st.integers(0, 2),
                "project_types": st.none() | st.just(["Web"]),
                "deliverables": LINKS.map(lambda ids: [one.replace("rec", "def") for one in ids]),
                "before": LINKS.map(lambda ids: [one.replace("rec", "mil") for one in ids]),
            }
        ),
        max_size=3,
    ),
    catalogue=st.lists(
        st.fixed_dictionaries(
            {"name": NAMES, "milestones": LINKS.map(lambda ids: [one.replace("rec", "mil") for one in ids])}
        ),
        max_size=3,
    ),
    handed=st.lists(
        st.fixed_dictionaries(
            {
                "deliverable": LINKS.map(lambda ids: [one.replace("rec", "def") for one in ids]) | NAMES,
                "milestone": st.none() | LINKS.map(lambda ids: [one.replace("rec", "mil") for one in ids]) | NAMES,
                "project": st.sampled_from([["recProject"], []]),
            }
        ),
        max_size=3,
    ),
    source=st.sampled_from([{}, {"source": "base", "deliverable": "*"}]),
    unmapped=st.sets(
        st.sampled_from(
            ["milestones.order", "catalogue.milestones", "milestones.deliverables", "milestones.project_types"]
        )
    ),
)
def test_every_milestone_and_definition_is_used_or_found(
    milestones: list[Row], catalogue: list[Row], handed: list[Row], source: Row, unmapped: set[str]
) -> None:
    frames = base(
        [PROJECT],
        numbered(handed, "red"),
        milestones=numbered(milestones, "mil"),
        catalogue=numbered(catalogue, "def"),
        unmapped=unmapped,
    )
    tables = {
        "milestones": {"table": "M", "fields": {"name": "N"}},
        "catalogue": {"table": "C", "fields": {"name": "N"}},
    }
    asked = settings(source, **STATUSES, tables=TABLES | tables)
    judgement = judge(frames, asked, AS_OF)
    made = findings(frames, asked, judgement)
    scene = Scene(frames, required(frames, asked), judgement)
    assert kinds_of(made, "milestones") | scene.used_milestones >= set(frames.milestones["record_id"])
    assert kinds_of(made, "catalogue") | scene.used_definitions >= set(frames.catalogue["record_id"])
    # And nothing that is used is called unused.
    unused = made[made["finding"].isin(["milestone_unused", "definition_unused"])]["record_id"]
    assert not set(unused) & (scene.used_milestones | scene.used_definitions)
    assert not made.duplicated(["finding", "table", "object", "record_id", "detail"]).any()
