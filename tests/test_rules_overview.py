"""Coverage, the catalogue level, and history."""

import math
from typing import Any

import pandas as pd
import pytest
from rules_builders import AS_OF, BASE, MMP, MVP, Row, base, project, record, settings

from milestones.catalogue import COLUMNS, catalogue
from milestones.coverage import coverage
from milestones.history import changes
from milestones.verdicts import judge
from milestones.words import GAPS, STATES

# Coverage


def counted(**states: str) -> pd.DataFrame:
    """Verdicts of these states: type="complete missing"."""
    rows = [(kind, state) for kind, listed in states.items() for state in listed.split()]
    return pd.DataFrame(rows, columns=["project_type", "state"], dtype="str")


@pytest.mark.parametrize(
    ("states", "required", "gaps", "share"),
    [
        pytest.param("complete missing", 2, 1, 0.5, id="complete of required"),
        pytest.param("complete waived not_required", 1, 0, 1.0, id="waived and not required are out"),
        pytest.param("complete unknown", 2, 0, 0.5, id="unknown is in, and no gap"),
        pytest.param("missing not_started in_progress in_review incomplete stale", 6, 6, 0.0, id="gaps"),
        pytest.param("waived not_required", 0, 0, math.nan, id="nothing required"),
    ],
)
def test_coverage_is_complete_of_what_is_required(states: str, required: int, gaps: int, share: float) -> None:
    row = coverage(counted(Web=states)).loc["all"]
    assert (row["required"], row["gaps"]) == (required, gaps)
    assert row["coverage"] == pytest.approx(share, nan_ok=True)
    assert {state: row[state] for state in STATES} == {state: states.split().count(state) for state in STATES}


def test_coverage_by_type_counts_every_type() -> None:
    found = coverage(counted(Web="complete missing missing", Discovery="waived", unknown="complete"), "project_type")
    assert found.index.tolist() == ["Discovery", "Web", "unknown"]
    assert found["required"].tolist() == [0, 3, 1]
    assert found["coverage"].tolist()[1:] == [pytest.approx(1 / 3), 1.0]
    assert math.isnan(found["coverage"].iloc[0])


def test_coverage_counts_the_verdicts_without_a_value_apart() -> None:
    projects = [project(product_manager="Ann"), project(record_id="recOther", name="Bay")]
    verdicts = judge(base(projects), settings(), AS_OF).verdicts
    found = coverage(verdicts, "product_manager")
    assert found["missing"].tolist() == [1, 1]
    assert found.index[0] == "Ann"
    assert pd.isna(found.index[1])


def test_coverage_of_nothing_has_all_columns() -> None:
    for by in (None, "project_type"):
        found = coverage(judge(base(), settings(), AS_OF).verdicts, by)
        assert list(found.columns) == [*STATES, "required", "gaps", "coverage"]
        assert len(found) == 0


def test_gaps_are_the_states_that_need_somebody() -> None:
    assert set(STATES) - set(GAPS) == {"complete", "waived", "not_required", "unknown"}


# The catalogue level


def rows(found: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in found[list(columns)].itertuples(index=False)]


VISION = {"record_id": "recV", "name": "Vision", "project_types": ["Website Project"], "deliverables": ["recBoard"]}
SCOPE = {"record_id": "recS", "name": "Scope", "project_types": ["Website Project"], "deliverables": ["recBoard"]}
BOARD = {"record_id": "recBoard", "name": "Vision Boards"}
SHORT = {"project_types": {"Web": ["Website Project"]}}


def test_a_catalogue_without_the_required_ones_is_shown_beside_them() -> None:
    found = catalogue(base(milestones=[VISION, SCOPE], catalogue=[BOARD]), settings(MVP, MMP, **SHORT))
    assert rows(found, "project_type", "deliverable", "required", "defined") == [
        ("Web", "MVP #1 Release-level Vision", True, False),
        ("Web", "MMP Release-level Vision", True, False),
        ("Web", "Vision Boards", False, True),
    ]
    assert found["detail"].tolist() == [
        "The base's catalogue does not define it.",
        "The base's catalogue does not define it.",
        "The base defines it; no requirement asks for it.",
    ]
    assert found["record_url"].fillna("").tolist() == ["", "", f"https://airtable.com/{BASE}/tblcatalogue/recBoard"]


def test_a_required_one_that_the_catalogue_defines_is_defined() -> None:
    mine = {"record_id": "recMine", "name": "mvp # 1  release-level vision", "milestones": ["recV"]}
    found = catalogue(base(milestones=[VISION], catalogue=[BOARD, mine]), settings(MVP, **SHORT))
    assert rows(found, "deliverable", "required", "defined") == [
        ("MVP #1 Release-level Vision", True, True),
        ("Vision Boards", False, True),
    ]
    assert pd.isna(found["detail"].iloc[0])
    assert found["record_url"].iloc[0] == f"https://airtable.com/{BASE}/tblcatalogue/recMine"


def test_a_definition_counts_for_the_milestone_it_belongs_to() -> None:
    both = [
        {"id": "a", "deliverable": "Vision Boards"},
        {"id": "b", "milestone": "Scope", "deliverable": "Vision Boards"},
    ]
    found = catalogue(base(milestones=[VISION, SCOPE], catalogue=[BOARD]), settings(*both, **SHORT))
    assert rows(found, "milestone", "deliverable", "required", "defined") == [
        ("Vision", "Vision Boards", True, True),
        ("Scope", "Vision Boards", True, True),
    ]
    only_vision = catalogue(base(milestones=[VISION], catalogue=[BOARD]), settings(*both, **SHORT))
    assert rows(only_vision, "milestone", "defined") == [("Vision", True), ("Scope", False)]


def test_what_is_defined_for_a_type_that_need_not_have_it_is_shown_too() -> None:
    asked = {"deliverable": "Vision Boards", "project_types": ["Discovery"]}
    found = catalogue(base(milestones=[VISION], catalogue=[BOARD]), settings(asked))
    assert rows(found, "project_type", "deliverable", "required", "defined") == [
        ("Web", "Vision Boards", False, True),
        ("Discovery", "Vision Boards", True, False),
    ]


def test_rows_are_ordered_by_type_then_milestone_and_the_required_come_first() -> None:
    scope = {**SCOPE, "deliverables": ["recScope"]}
    items = [BOARD, {"record_id": "recScope", "name": "Epics"}]
    asked = [{"id": "s", "milestone": "Scope", "deliverable": "Scope"}, {"id": "v", "deliverable": "Vision"}]
    found = catalogue(base(milestones=[VISION, scope], catalogue=items), settings(*asked, **SHORT))
    assert rows(found, "milestone", "deliverable", "required") == [
        ("Scope", "Scope", True),
        ("Scope", "Epics", False),
        ("Vision", "Vision", True),
        ("Vision", "Vision Boards", False),
    ]


def test_unmapped_types_stay_as_the_base_writes_them_and_blank_ones_are_none() -> None:
    vision = {**VISION, "project_types": ["Community Toolkit", "", None, " ", "website_design", "Website Project"]}
    found = catalogue(base(milestones=[vision], catalogue=[BOARD]), settings(MVP, **SHORT))
    assert rows(found, "project_type", "deliverable") == [
        ("Web", "MVP #1 Release-level Vision"),
        ("Web", "Vision Boards"),
        ("Community Toolkit", "MVP #1 Release-level Vision"),
        ("Community Toolkit", "Vision Boards"),
        ("website_design", "MVP #1 Release-level Vision"),
        ("website_design", "Vision Boards"),
    ]


@pytest.mark.parametrize(
    ("listed", "types", "found"),
    [
        pytest.param(
            None, {"Web": ["Website Project"], "Discovery": []}, ["Web", "Discovery"], id="those of config.toml"
        ),
        pytest.param([""], {}, ["Toolkit"], id="those of another milestone"),
    ],
)
def test_a_milestone_without_types_defines_for_every_type(listed: object, types: Row, found: list[str]) -> None:
    scope = {**SCOPE, "project_types": list(types) or ["Toolkit"]}
    frames = base(milestones=[{**VISION, "project_types": listed}, scope], catalogue=[BOARD])
    shown = catalogue(frames, settings({"deliverable": "Vision Boards"}, project_types=types))
    assert rows(shown, "project_type", "required", "defined") == [(one, True, True) for one in found]


def test_the_catalogue_is_judged_without_projects() -> None:
    frames = base(milestones=[VISION], catalogue=[BOARD], unmapped=["projects", "project_deliverables"])
    tables = {
        "milestones": {"table": "M", "fields": {"name": "N"}},
        "catalogue": {"table": "C", "fields": {"name": "N"}},
    }
    asked = settings(MVP, tables=tables, **SHORT)
    assert rows(catalogue(frames, asked), "required", "defined") == [(True, False), (False, True)]
    assert len(judge(frames, asked, AS_OF).verdicts) == 0


@pytest.mark.parametrize("unmapped", [["catalogue"], ["milestones"], ["catalogue", "milestones"]])
def test_without_a_mapped_catalogue_there_is_nothing_to_compare(unmapped: list[str]) -> None:
    found = catalogue(base(unmapped=unmapped), settings())
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == COLUMNS
    assert len(found) == 0


def test_an_empty_catalogue_defines_nothing() -> None:
    found = catalogue(base(milestones=[{"record_id": "recBlank"}]), settings(MVP, **SHORT))
    assert rows(found, "project_type", "required", "defined") == [("Web", True, False)]
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == COLUMNS


# History

CHANGE = ("project_id", "requirement", "audience", "from_state", "state", "cause")


def cells(**states: str) -> pd.DataFrame:
    """Verdicts of one project, by audience."""
    rows = [("rec", "vision", audience, state) for audience, state in states.items()]
    return pd.DataFrame(rows, columns=["project_id", "requirement", "audience", "state"], dtype="str")


def changed(recorded: str, before: str, aged: str, then: str, now: str = "") -> list[tuple[Any, ...]]:
    """From and to which state, and why; "" where the cell is not there."""
    stood = (recorded, before, aged, then, now or then)
    history, first, second, third, last = (cells(**{"A": state} if state else {}) for state in stood)
    history["changed_on"] = pd.Timestamp("2026-09-01")
    return rows(changes(history, first, second, third, last, AS_OF), "from_state", "state", "cause")


@pytest.mark.parametrize(
    ("states", "found"),
    [
        pytest.param(("missing", "missing", "missing", "missing"), [], id="nothing"),
        pytest.param(("missing", "missing", "missing", "complete"), [("missing", "complete", "data")], id="data"),
        pytest.param(("missing", "unknown", "unknown", "unknown"), [("missing", "unknown", "rules")], id="rules"),
        pytest.param(("complete", "complete", "stale", "stale"), [("complete", "stale", "time")], id="time"),
        pytest.param(("complete", "complete", "stale", "missing"), [("complete", "missing", "data")], id="both"),
        pytest.param(("missing", "unknown", "complete", "stale"), [("missing", "stale", "rules")], id="all"),
        pytest.param(("stale", "stale", "stale", "stale", "missing"), [("stale", "missing", "rules")], id="mapping"),
        pytest.param(("missing", "unknown", "missing", "missing"), [], id="there and back"),
        pytest.param(("", "", "", "missing"), [("", "missing", "data")], id="appears by data"),
        pytest.param(("", "missing", "missing", "missing"), [("", "missing", "rules")], id="appears by rules"),
        pytest.param(("missing", "missing", "missing", ""), [("missing", "", "data")], id="vanishes by data"),
        pytest.param(("missing", "", "", ""), [("missing", "", "rules")], id="vanishes by rules"),
        pytest.param(("", "", "", ""), [], id="never there"),
    ],
)
def test_a_change_has_the_cause_that_came_first(states: tuple[str, str, str, str], found: list[Any]) -> None:
    assert changed(*states) == found


def test_a_change_names_its_cell_and_day() -> None:
    now = cells(B="missing")
    found = changes(cells().assign(changed_on=AS_OF), cells(), cells(), now, now, AS_OF)
    assert rows(found, "changed_on", *CHANGE) == [(AS_OF, "rec", "vision", "B", "", "missing", "data")]


def test_the_last_recorded_state_counts() -> None:
    history = pd.concat([cells(A="missing"), cells(A="complete")], ignore_index=True)
    now = cells(A="complete")
    assert len(changes(history.assign(changed_on=AS_OF), now, now, now, now, AS_OF)) == 0


def test_a_cell_that_vanished_and_came_back_begins_anew() -> None:
    history = pd.concat([cells(A="missing"), cells(A="")], ignore_index=True).assign(changed_on=AS_OF)
    now = cells(A="missing")
    found = changes(history, cells(), cells(), now, now, AS_OF)
    assert rows(found, "from_state", "state", "cause") == [("", "missing", "data")]


def test_recorded_changes_make_the_next_run_silent() -> None:
    now = judge(base([project()], [record(audience="A")]), settings(), AS_OF).verdicts
    frames = base([project()], [record(audience="A")])
    first = changes(frames.history, frames.history, frames.history, now, now, AS_OF)
    assert rows(first, "state", "cause") == [("complete", "data")]
    assert len(changes(first, now, now, now, now, AS_OF)) == 0
