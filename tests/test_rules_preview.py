"""What another configuration would alter, and what is to be known of a project."""

from typing import Any

import pandas as pd
import pytest
from rules_builders import AS_OF, MMP, MVP, Row, base, project, record, settings

from milestones.explain import explain
from milestones.preview import preview, renamed
from settings.models import Settings

OWNED = project(product_manager="Ann", start="2026-08-10", phase="Phase 1")


def altered(before: Settings, after: Settings, *records: Row, **more: Any) -> list[tuple[str, ...]]:
    """Requirement, what differs, and the states before and after."""
    told = preview(base([OWNED], records, **more), before, after, AS_OF)
    columns = told[["requirement", "altered", "from_state", "state"]]
    return list(columns.itertuples(index=False, name=None))


DUE: Row = {"due": {"from": "start", "days": 300}}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param(settings(), settings(), [], id="nothing"),
        pytest.param(
            settings({"audiences": ["youth"]}),
            settings({"audiences": ["Youth"]}),
            [("vision", "reason", "complete", "complete")],  # which quotes the audience
            id="an audience's capitals",
        ),
        pytest.param(
            settings(),
            settings({"evidence": ["link"]}),
            [("vision", "state;reason", "complete", "incomplete")],
            id="state, and so its reason",
        ),
        pytest.param(settings(), settings(DUE), [("vision", "due", "complete", "complete")], id="due"),
        pytest.param(
            settings(),
            settings(project_types={"Web": [], "Service Design": [], "Discovery": []}),
            [("vision", "project_type", "complete", "complete")],
            id="a type that is no longer mapped",
        ),
        pytest.param(
            settings({"deliverable": "The Vision", "aliases": ["Vision"]}),
            settings(),
            [("vision", "deliverable", "complete", "complete")],
            id="a name",
        ),
        pytest.param(
            settings(),
            settings({"id": "", "deliverable": "The Vision", "aliases": ["Vision"]}),
            [("vision-the-vision", "deliverable", "complete", "complete")],
            id="a name, and so its id",
        ),
        pytest.param(
            settings(),
            settings({}, {"id": "b", "deliverable": "Deck"}),
            [("b", "state", "", "missing")],
            id="one more",
        ),
        pytest.param(
            settings({}, {"id": "b", "deliverable": "Deck"}), settings(), [("b", "state", "missing", "")], id="one less"
        ),
        pytest.param(
            settings(),
            settings({"id": "b", "deliverable": "Deck", "evidence": ["link"]}),
            [("b", "state", "", "missing"), ("vision", "state", "complete", "")],
            id="another one",
        ),
    ],
)
def test_what_differs_is_told_and_named(before: Settings, after: Settings, found: list[tuple[str, ...]]) -> None:
    assert altered(before, after, record()) == found


def test_a_reason_that_alone_differs_is_told_as_that() -> None:
    long = record(vision="one two three")
    before, after = (settings({"parts": ["vision"]}, rules={"vision_words": most}) for most in (1, 2))
    assert altered(before, after, long) == [("vision", "reason", "incomplete", "incomplete")]


def test_days_and_types_stand_beside_what_they_were() -> None:
    told = preview(base([OWNED], [record()]), settings(), settings(DUE, project_types={}), AS_OF)
    assert told[["from_due", "due", "from_project_type", "project_type"]].to_dict("records") == [
        {"from_due": "", "due": "2027-06-06", "from_project_type": "Web", "project_type": "unknown"}
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param([MVP, MMP], [MVP, MMP | {"id": "b"}], {"mmp": "b"}, id="an id"),
        pytest.param(
            [MVP, MMP], [MVP | {"id": "a"}, MMP | {"id": "b"}], {"mvp": "a", "mmp": "b"}, id="told by release"
        ),
        pytest.param(
            [{"id": "a", "deliverable": "Deck"}, {"id": "b", "deliverable": "Boards"}],
            [{"id": "c", "deliverable": "Board"}, {"id": "d", "deliverable": "The Deck"}],
            {"b": "c", "a": "d"},
            id="told by what is nearly its name",
        ),
        pytest.param(
            [{"id": "a", "deliverable": "Deck"}, {"id": "b", "deliverable": "Boards"}],
            [{"id": "c", "deliverable": "Roadmap"}],
            {},
            id="of several that ask the same, none is named so",
        ),
        pytest.param([{"id": "a"}], [{"id": "c", "milestone": "Scope"}], {"a": "c"}, id="a milestone"),
        pytest.param([{"id": "a"}], [{"id": "c", "evidence": ["link"]}], {}, id="it asks for something else"),
    ],
)
def test_a_requirement_is_known_again_by_what_it_asks(
    before: list[Row], after: list[Row], found: dict[str, str]
) -> None:
    assert renamed(settings(*before).requirements, settings(*after).requirements) == found


def facts(told: pd.DataFrame, fact: str) -> list[tuple[str, str]]:
    of = told[told["fact"] == fact]
    return list(zip(of["record_id"].fillna(""), of["says"], strict=True))


OTHER = project(record_id="recOther", name="Harbor")


def test_a_project_tells_its_records_that_decide_nothing() -> None:
    frames = base(
        [OWNED, OTHER],
        [
            record(),
            record(record_id="recB", deliverable="Deck"),
            record(record_id="recC", project=["recProject", "recOther"]),
            record(record_id="recD", project=["recOther"], deliverable="Deck"),
            record(record_id="recE", project="Rivrbend"),
            record(record_id="recF", project="Nowhere"),
            record(record_id="recG", revised="2026-01-01"),
        ],
    )
    told = explain(frames, settings(), AS_OF, "recProject")
    assert [(key, says.partition(":")[0]) for key, says in facts(told, "unplaced")] == [
        ("recA", "duplicate"),
        ("recB", "no requirement"),
        ("recC", "several projects"),
        ("recE", "no project"),
    ]
    assert told.loc[told["fact"] == "unplaced", "record_url"].str.endswith(("recA", "recB", "recC", "recE")).all()
    assert "did you mean “Riverbend”?" in facts(told, "unplaced")[3][1]


def test_the_verdict_comes_first_and_the_project_is_told_once_in_the_bases_words() -> None:
    frames = base([OWNED | {"audiences": ["Youth"]}], [record(audience="Youth")], unmapped=["projects.end"])
    frames.snapshot.tables["projects"]["fields"]["type"] = {"name": "Kind of project"}
    parts = ["vision", "mission", "target_audience"]
    asks = {"again": [{"phase": "Phase 2"}, {"project_type": "Web"}], "evidence": ["link"], "parts": parts}
    told = explain(frames, settings(asks, MMP), AS_OF, "recProject")
    assert told["fact"].tolist()[:2] == ["verdict", "requirement.milestone"]
    lacks = "no link, no vision statement, no mission and no target audience"
    assert facts(told, "verdict")[0] == ("recA", f"incomplete: Marked “Complete”, but it has {lacks}.")
    asked = "vision statement, mission and target audience (a vision of 50 words at most)"
    assert facts(told, "requirement.parts") == [("", asked)]
    assert facts(told, "projects.type") == [("recProject", "“Website Project”, which is the type Web")]
    assert facts(told, "projects.audiences") == [("recProject", "Youth")] and not facts(told, "projects.end")
    assert told.loc[told["fact"] == "projects.type", "where"].tolist() == ["Kind of project"]
    assert told.loc[told["fact"] == "projects.phase_start", "where"].tolist() == ["phase start"]
    assert facts(told, "requirement.again") == [("", "in Phase 2 of all projects; in every phase of Web projects")]
    assert told.loc[told["fact"] == "requirement.again", "where"].tolist() == ["asked: again"]
    last = told[told["fact"].str.startswith("projects.")].index
    assert told.loc[last, "requirement"].isna().all() and last[-1] == len(told) - 1
