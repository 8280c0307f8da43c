"""What is found wrong with a base or with what config.toml says of it."""

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from rules_builders import AS_OF, BASE, TABLES, Row, base, project, record, settings

from milestones.finding import SEVERITIES
from milestones.findings import COLUMNS, declared, findings
from milestones.verdicts import judge

PROJECT = project(
    status="Running", product_manager="Ann", start="2026-08-03", end="2026-12-01", last_discovery="2026-08-01"
)
DEFINED: Row = {"record_id": "recD", "name": "Vision", "milestones": ["recM"]}
MILESTONE: Row = {"record_id": "recM", "name": "Vision", "order": 1, "project_types": ["Web", "Discovery"]}
UNTYPED: Row = MILESTONE | {"project_types": None}
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
RELEASES: list[Row] = [
    {"deliverable": f"{one} Release-level Vision", "id": one, "release": one} for one in ("MVP", "MMP")
]
HEARD: list[Row] = [{"audiences": ["Youth", "Donors"]}]
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
    ("project_without_manager", {"of": [PROJECT | {"product_manager": "TBD"}]}, [("Riverbend", "no product manager")]),
    (
        "project_without_manager",
        {"of": [PROJECT | {"product_manager": None}], "unmapped": ["projects.product_manager"]},
        [],
    ),
    ("project_without_dates", {"of": [PROJECT | {"start": None, "end": None}]}, [("Riverbend", "no start and no end")]),
    ("project_without_dates", {"of": [PROJECT | {"end": None}]}, [("Riverbend", "no end date")]),
    ("project_without_dates", {"of": [PROJECT | {"end": None}], "unmapped": ["projects.end"]}, []),
    ("project_name_twice", {"of": [PROJECT, OTHER | {"name": " RIVERBEND"}]}, [("RIVERBEND", ""), ("Riverbend", "")]),
    ("project_name_twice", {"of": [PROJECT | {"name": None}, OTHER | {"name": None}]}, []),
    (
        "type_unmapped",
        {"of": [PROJECT | {"type": "Websit Project"}, OTHER | {"type": "websit  project"}]},
        [("websit project", "did you mean “Website Project”?). Rows that say so: 2")],
    ),
    *(
        ("type_unmapped", {"of": [PROJECT | {"type": one}]}, [(one, "Nobody mapped it. Rows that say so: 1")])
        for one in ("Branding Project", "Data Project")
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
        [("complet", "did you mean “Complete”?")],
    ),
    *(  # what means the opposite is no slip
        ("status_unmapped", {"handed": [HANDED | {"status": one}]}, [(one, "Nobody mapped it. Rows that say so: 1")])
        for one in (
            *("Incomplete", "Not complete", "Non-complete", "Undone", "Not Done", "Not waived", "Unreviewed"),
            *("Incomplte", "Imcomplete", "Notcomplete", "Discomplete"),
        )
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
    ("project_status_unmapped", {"of": [PROJECT | {"status": "Runing"}]}, [("Runing", "did you mean “Running”?")]),
    *(  # run together it means the same
        (
            "project_status_unmapped",
            {
                "of": [PROJECT | {"status": one}],
                "sections": {"project_statuses": {"active": ["Project In Progress", "Not Started"]}},
            },
            [(one, "did you mean “Project In Progress”?" if "P" in one else "did you mean “Not Started”?")],
        )
        for one in ("Project InProgress", "Project Inprogres", "Notstarted")
    ),
    (
        "project_status_unmapped",
        {
            "of": [PROJECT | {"status": "Projects Incomplete"}, OTHER | {"status": "Development"}],
            "sections": {"project_statuses": {"done": ["Project Complete"], "active": ["In Development"]}},
        },
        [("Development", "did you mean “In Development”?"), ("Projects Incomplete", "Nobody mapped it. Rows")],
    ),
    ("project_status_unmapped", {"of": [PROJECT | {"status": "x"}], "sections": {"project_statuses": {}}}, []),
    ("deliverable_without_project", {"handed": [HANDED, DRAFT | {"deliverable": "Vision"}]}, [("Draft", "no project")]),
    (
        "deliverable_without_project",
        {"handed": [HANDED, {"record_id": "recB", "name": " : Vision"}, {"record_id": "recC", "name": ": "}]},
        [("Vision", "no project"), ("recC", "no project")],
    ),
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
        [("recB", "one and the same release")],
    ),
    (
        "deliverable_duplicate",
        {"handed": [HANDED, record(record_id="recB", revised="2026-08-20")]},
        [("recB", "duplicate of recA")],
    ),
    (
        "name_nearly_required",
        {"asks": [ASKED], "handed": [record(deliverable="MVP #1 Vison")]},
        [("recA", "(did you mean “MVP #1 Vision”?)")],
    ),
    ("name_nearly_required", {"asks": [ASKED], "handed": [record(deliverable="MVP #2 Vision")]}, []),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="MVP Release-level Vison")]},
        [("recA", "(did you mean “MVP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="MXP Release-level Vision")]},
        [("recA", "(did you mean “MVP Release-level Vision” or “MMP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="MXP Release-level Vision", release="MMP")]},
        [("recA", "(did you mean “MMP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="MXP Release-level Vision", name="The MMP's")]},
        [("The MMP's", "(did you mean “MMP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="MMP Vision")]},
        [("recA", "(did you mean “MMP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": RELEASES, "handed": [record(deliverable="Riverbend - MMP Release-level Vision")]},
        [("recA", "(did you mean “MMP Release-level Vision”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": [{"deliverable": "Roadmap"}], "handed": [record(deliverable="Product Roadmap")]},
        [("recA", "(did you mean “Roadmap”?)")],
    ),
    (
        "name_nearly_required",
        {"asks": [{"deliverable": "Roadmap"}], "handed": [record(deliverable="Roadmap v2")]},
        [("recA", "(did you mean “Roadmap”?)")],
    ),
    *(
        ("name_nearly_required", {"asks": RELEASES, "handed": [record(deliverable=one)]}, [])
        for one in ("Vision Boards", "MVP Release-level Scope")
    ),
    ("name_nearly_required", {"asks": [ASKED], "handed": [record(deliverable="Bay - MVP #2 Vision")]}, []),
    (
        "name_nearly_required",
        {
            "asks": [*RELEASES, {"id": "scope", "milestone": "Scope", "deliverable": "Scope"}],
            "handed": [record(deliverable="MMP Release-level Vison", milestone="Scope")],
        },
        [],
    ),
    (
        "deliverable_without_project",
        {"handed": [DRAFT | {"deliverable": "Vision", "project": "Rivrbend"}]},
        [("Draft", "no project that is mirrored. None is called “Rivrbend” (did you mean “Riverbend”?).")],
    ),
    (
        "deliverable_without_project",
        {"of": [PROJECT | {"name": "Bay - Phase 1"}], "handed": [DRAFT | {"project": "Bay - Phase 2"}]},
        [("Draft", "None is called “Bay - Phase 2”.")],
    ),
    (
        "deliverable_without_project",
        {"handed": [DRAFT | {"deliverable": "Vision", "project": "Riverbend - Phase 2"}]},
        [("Draft", "None is called “Riverbend - Phase 2” (did you mean “Riverbend”?).")],
    ),
    (
        "deliverable_without_project",
        {"handed": [DRAFT | {"deliverable": "Vision", "project": "Riverbend & Elsewhere"}]},
        [("Draft", "None is called “Riverbend & Elsewhere” (did you mean “Riverbend”?).")],
    ),
    (
        "deliverable_unclear",
        {"asks": HEARD, "handed": [record(audience="youth and Donors")]},
        [
            (
                "recA",
                "so it is not clear for whom it speaks: of the listed ones Youth and Donors.",
            )
        ],
    ),
    (
        "audience_not_listed",
        {"asks": HEARD, "handed": [record(audience="Yuoth"), record(record_id="recB", audience="Youths")]},
        [("recA", "It is for “Yuoth”, which is not listed. Listed: Youth, Donors (did you mean “Youth”?).")],
    ),
    ("audience_not_listed", {"asks": HEARD, "handed": [record(audience="Seniors")]}, [("recA", "Youth, Donors.")]),
    (
        "audience_not_listed",
        {"of": [PROJECT | {"audiences": ["Volunteers"]}], "handed": [HANDED | {"audience": "Voluntears"}]},
        [("Riverbend: Vision", "Listed: Volunteers (did you mean “Volunteers”?).")],
    ),
    ("audience_not_listed", {"handed": [HANDED | {"audience": "Yuoth"}]}, []),
    (
        "audience_nearly_twice",
        {"handed": [HANDED | {"audience": "Youth"}, record(record_id="recB", audience="youths")]},
        [("Youth", "It is also written “youths”.")],
    ),
    (
        "audience_nearly_twice",
        {"of": [PROJECT | {"audiences": ["Donor"]}], "asks": HEARD, "handed": [HANDED | {"audience": " youth "}]},
        [("Donors", "It is also written “Donor”.")],
    ),
    (
        "discovery_to_come",
        {"of": [PROJECT | {"last_discovery": "2026-10-06"}, PROJECT | {"record_id": "recB", "last_discovery": AS_OF}]},
        [("Riverbend", "Its last discovery round is that of 2026-10-06, which is yet to come: till then")],
    ),
    (
        "revision_to_come",
        {"handed": [HANDED | {"revised": "2026-10-06"}, record(record_id="recB", audience="x", revised=AS_OF)]},
        [("Riverbend: Vision", "It was revised on 2026-10-06, which is yet to come: that does not count.")],
    ),
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
    (
        "definition_nearly_twice",
        {"catalogue": [{"record_id": f"rec{one}", "name": f"Form{one}"} for one in ("", "at", " QA", " B")]},
        [],
    ),
    (
        "definition_fragment",
        {"catalogue": [DEFINED, A | {"name": "ro"}], "handed": [HANDED, record(record_id="recB", deliverable="ro")]},
        [("ro", "not asked for")],
    ),
    (
        "definition_fragment",
        {"catalogue": [DEFINED, A | {"name": "ro"}], "asks": [{}, {"id": "ro", "deliverable": "RO"}]},
        [],
    ),
    ("definition_unused", {"catalogue": [DEFINED, A | {"name": "ro"}]}, []),
    ("defined_not_required", {"catalogue": [DEFINED, A | {"name": "ro"}]}, []),
    ("definition_fragment", {"catalogue": [DEFINED, A | {"name": "T.B.D"}]}, []),
    ("definition_fragment", {"catalogue": [DEFINED, A | {"name": "愿景"}]}, []),
    ("definition_fragment", {"catalogue": [DEFINED, A | {"name": "N/A"}]}, [("N/A", "not asked for")]),
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
        [("Wireframes", "It belongs to Vision, Scope.")],
    ),
    (
        "definition_of_several_milestones",
        {
            "asks": [OWN, OWN | {"id": "own", "milestone": "Scope"}],
            "sections": WITH_CATALOGUE,
            "milestones": TWO_STEPS,
            "catalogue": [DEFINED, A | {"milestones": ["recM", "recN"]}],
            "unmapped": ["project_deliverables.milestone"],
        },
        [("Wireframes", "It belongs to Vision, Scope, and is asked under Vision.")],
    ),
    (
        "definition_unused",
        {
            "milestones": TWO_STEPS,
            "catalogue": [
                DEFINED,
                A | {"milestones": ["recM", "recN"]},
                A | {"record_id": "recY", "name": "Deck", "milestones": ["recN"]},
            ],
        },
        [
            ("Scope", "used by no project deliverable: 2 (Deck, Wireframes)."),
            ("Vision", "deliverable: 1 (Wireframes)."),
        ],
    ),
    (
        "definition_unused",
        {"catalogue": [DEFINED, A], "unmapped": ["milestones", "catalogue.milestones"], "milestones": []},
        [("definitions", "used by no project deliverable: 1 (Wireframes).")],
    ),
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
    *(  # a new one has no order yet
        (
            only,
            {"milestones": [MILESTONE, {"record_id": "recN", "name": "Scope", "project_types": ["Web"]}]},
            [("Scope", "It has no order.")] if only == "milestone_without_order" else [],
        )
        for only in ("milestone_pseudo", "milestone_without_order")
    ),
    (
        "milestone_without_order",
        {
            "milestones": [MILESTONE, {"record_id": "recN", "name": "Scope", "project_types": ["Web"]}],
            "faults": [("milestones", "recN", "order")],
        },
        [],
    ),
    (
        "milestone_order_tied",
        {"milestones": [MILESTONE, {"record_id": "recN", "name": "Scope", "order": 1}]},
        [("Scope", "Scope, Vision"), ("Vision", "Scope, Vision")],
    ),
    ("milestone_order_contradictory", {"milestones": TWO_STEPS}, []),
    ("milestone_order_against_links", {"milestones": TWO_STEPS}, [("Scope", "before Vision (1), but its order is 2.")]),
    ("milestone_order_against_links", {"milestones": [TWO_STEPS[0] | {"order": 2}, TWO_STEPS[1]]}, []),
    ("milestone_order_against_links", {"milestones": [TWO_STEPS[0] | {"order": 0}, TWO_STEPS[1]]}, []),
    ("milestone_order_against_links", {"milestones": [TWO_STEPS[0] | {"order": None}, TWO_STEPS[1]]}, []),
    ("milestone_order_against_links", {"milestones": TWO_STEPS, "unmapped": ["milestones.order"]}, []),
    (
        "milestone_order_against_links",
        {"milestones": [MILESTONE | {"order": 3, "after": ["recN"]}, TWO_STEPS[1]]},
        [("Vision", "It is linked before Scope (2), but its order is 3.")],
    ),
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
    ("required_not_defined", {"milestones": [UNTYPED]}, []),
    ("required_not_defined", {"asks": [{}, OWN | {"milestone": "Visoin"}], "sections": WITH_CATALOGUE}, []),
    ("definition_unused", {"milestones": [UNTYPED], "of": [], "handed": [], "sections": {"project_types": {}}}, []),
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
        [
            ("Riverbend", "Its field “end” could not be read: unreadable."),
            ("Riverbend: Vision", "Its field “due” could not be read"),
        ],
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
    ("requirement_never_matched", {"handed": []}, []),  # of no record nothing is told of names
    *(
        ("requirement_never_matched", {"of": [PROJECT, OTHER], "handed": [HANDED | {"project": of}]}, [])
        for of in ([], ["recProject", "recOther"])
    ),
    ("requirement_never_matched", {"asks": HEARD, "handed": [HANDED | {"audience": "Youth, Donors"}]}, []),
    (
        "requirement_never_matched",
        {
            "of": [PROJECT, OTHER | {"type": "Toolkit"}],
            "asks": [{}, {"id": "b", "deliverable": "Roadmap", "project_types": ["Discovery"]}],
        },
        [],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, OWN], "sections": WITH_CATALOGUE, "catalogue": [DEFINED, A]},
        [],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, {"id": "b", "milestone": "Scope"}], "handed": [record(deliverable="Deck")]},
        [("all 2 required deliverables", "No record ever matched any, of no milestone: Vision, Scope. That the name")],
    ),
    (
        "requirement_never_matched",
        {"asks": [{}, OWN | {"milestone": "Visoin"}], "sections": WITH_CATALOGUE},
        [],
    ),
    (
        "requirement_untold",
        {"asks": [{}, OWN | {"milestone": "Visoin"}], "sections": WITH_CATALOGUE},
        [("Visoin", "The base has no milestone called “Visoin” (did you mean “Vision”?), so what is asked")],
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
        [
            ("evidence: link or file", "project_deliverables.link; so a complete deliverable needs no link or file."),
            ("in which phase a project is", "Not mapped: projects.phase; so what is asked in some phases only"),
            ("part: mission", "Not mapped: project_deliverables.mission; so a complete deliverable needs no mission."),
        ],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"release": "MVP", "audiences": ["Youth"]}],
            "unmapped": ["project_deliverables.release", "project_deliverables.audience"],
        },
        [
            ("for whom a record speaks", "Not mapped: project_deliverables.audience; so for whom"),
            ("of which release a record is", "Not mapped: project_deliverables.release; so a record's release"),
        ],
    ),
    ("deliverable_without_project", {"handed": [{"record_id": "recA"}]}, []),
    ("deliverable_unclear", {"handed": [{"record_id": "recA", "project": ["recProject"]}]}, [("recA", "does not say")]),
    (
        "milestone_contradicts_name",
        {"handed": [record(milestone="Launch")]},
        [
            (
                "recA",
                "What it names is required, but of another milestone than the one it gives. It is called “Vision”, its "
                "milestone is “Launch”. It may be “Vision” of the milestone Vision.",
            )
        ],
    ),
    (
        "phase_unused",
        {"of": [project(phase="Phase Tow")], "asks": [{"phases": ["Phase Two"], "again": [{"phase": "Build"}]}]},
        [("Build", "No project is in it."), ("Phase Two", "(did you mean “Phase Tow”?)")],
    ),
    (
        "phase_unnamed",
        {
            "of": [project(record_id=f"rec{n}", phase=one) for n, one in enumerate(("Build", "build", "Phase 1", "I"))],
            "asks": [{"phases": ["Phase 2"]}],
        },
        [("Build", "2 projects are in it. It counts as none of “Phase 2”.")],
    ),
    ("phase_unnamed", {"of": [project(phase="Build"), project(record_id="recB", phase="Build")]}, []),
    *(  # what may be the second phase is no other one
        (
            "phase_unnamed",
            {"of": [project(record_id=f"rec{n}", phase=one) for n in "AB"], "asks": [{"phases": ["Phase 2"]}]},
            [],
        )
        for one in ("P2", "Phase 2 (Design)", "Phse II")
    ),
    ("phase_unused", {"of": [project(phase="phase-2")], "asks": [{"phases": ["Phase Two"]}]}, []),
    ("phase_unused", {"of": [project(phase=None)], "asks": [{"phases": ["Phase Two"]}]}, []),
    ("phase_unused", {"of": [project(phase="Phase 1")], "asks": [{"phases": ["Phase 2"]}]}, [("Phase 2", "in it.")]),
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
        [
            ("evidence: link", "project_deliverables.link; so a complete deliverable needs no link. Asked of Vision."),
            ("what is due by the project's start", "Not mapped: projects.start; so what is due by a rule"),
            ("when a phase began", "Not mapped: projects.start or projects.phase_start; so no deliverable goes stale"),
        ],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"evidence": ["link"]}, {"id": "b", "deliverable": "Deck", "evidence": ["link"]}],
            "unmapped": ["project_deliverables.link"],
        },
        [("evidence: link", "so a complete deliverable needs no link. Asked of Vision, Deck.")],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{"evidence": ["link"], "id": f"a{one}", "deliverable": f"Deck {one}"} for one in range(6)],
            "unmapped": ["project_deliverables.link"],
        },
        [("evidence: link", "so a complete deliverable needs no link. Asked of 6 deliverables.")],
    ),
    (
        "rule_not_checkable",
        {
            "asks": [{}, {"id": "b", "deliverable": "Deck", "due": {"from": "end", "days": 0}}],
            "unmapped": ["project_deliverables.due"],
        },
        [
            (
                "when a deliverable is due",
                "deliverables.due; so nothing of it is ever due soon or overdue. Asked of Vision.",
            )
        ],
    ),
    (
        "rule_not_checkable",
        {"asks": [{"due": {"from": "end", "days": 0}}], "unmapped": ["project_deliverables.due"]},
        [],
    ),
    (
        "rule_not_checkable",
        {"unmapped": ["projects.status", "project_deliverables.revised", "project_deliverables.modified"]},
        [("when a deliverable was revised", "revised or"), ("which projects owe nothing", "projects.status")],
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


NAMES = st.none() | st.sampled_from(["Vision", "vision", "Visionro", "Scope", "All", "ro", " "])
IDS = ["rec0", "rec1", "rec2"]
LINKS = st.lists(st.sampled_from([*IDS, "recGone"]), max_size=2, unique=True)


def plain(name: str | None) -> str:
    return " ".join((name or "").split()).casefold()


def cell(row: Row, field: str) -> set[str]:
    """The record ids that a cell links, or the name that it writes."""
    value = row[field]
    return set(value) if isinstance(value, list) else {plain(value)} - {""}


def key_of_vision(milestones: list[Row], key: str, row: Row) -> bool:
    """Whether a milestone called Vision holds this definition, linked from either side."""
    of = [number for number, one in enumerate(milestones) if plain(one["name"]) == "vision"]
    return any(key in milestones[number]["deliverables"] or f"mil{number}" in row["milestones"] for number in of)


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
@example(  # the definition that both link to is not mirrored
    milestones=[
        {"name": "Visionro", "order": None, "project_types": ["Web"], "deliverables": ["def0"], "before": []},
    ],
    catalogue=[],
    handed=[{"deliverable": ["def0"], "milestone": None, "project": ["recProject"]}],
    source={},
    unmapped=set(),
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
    asked = settings(source, **STATUSES, **WITH_CATALOGUE)
    made = findings(frames, asked, judge(frames, asked, AS_OF))
    rows = made.dropna(subset="record_id").groupby("table")["record_id"].agg(set).to_dict()
    unused = made[made["finding"] == "definition_unused"]

    # What is used, told by the cells alone: required by its name, linked, or named by a record.
    handed_in = [(cell(one, "deliverable"), cell(one, "milestone")) for one in handed]
    for number, row in enumerate(milestones):
        key = f"mil{number}"
        holds = {*row["deliverables"], *(f"def{n}" for n, one in enumerate(catalogue) if key in one["milestones"])}
        used = plain(row["name"]) == "vision" or any(
            key in milestone or plain(row["name"]) in milestone or holds & deliverable
            for deliverable, milestone in handed_in
        )
        assert used or key in rows.get("milestones", ()), row
        if used:
            assert not len(made[(made["finding"] == "milestone_unused") & (made["record_id"] == key)])
    for number, row in enumerate(catalogue):
        key, name = f"def{number}", plain(row["name"])
        used = any(key in deliverable or name in deliverable for deliverable, _ in handed_in)
        listed = unused["detail"].str.contains(rf"(?:\(|, ){re.escape(str(row['name']))}(?:,|\))").any()
        required_by_name = name in ("vision", "visions")  # what else a base asks for, its milestone Vision holds
        held = source and name and key_of_vision(milestones, key, row)
        assert used or required_by_name or held or listed or key in rows.get("catalogue", ()), row
    assert not made.duplicated(["finding", "table", "object", "record_id", "detail"]).any()
