"""For whom a record speaks, where audiences are listed."""

import re
from typing import Any

import pytest
from rules_builders import AS_OF, MMP, MVP, Row, base, pairs, project, reasons, record, settings, states

from milestones.verdicts import Judgement, judge

YOUTH: Row = {"audiences": ["Youth", "Donors"]}


def judged(*records: Row, asks: Row | None = None, of: Row | None = None, **more: Any) -> Judgement:
    return judge(base([of or project(product_manager="Ann")], records, **more), settings(asks or {}), AS_OF)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("Youth", [("Donors", "missing", ""), ("Youth", "complete", "")], id="as it is listed"),
        pytest.param(" YOUTH ", [("Donors", "missing", ""), ("Youth", "complete", "")], id="case and space"),
        pytest.param(
            "Youths", [("Donors", "missing", ""), ("Youth", "complete", "unconfirmed_match")], id="a trailing plural"
        ),
        pytest.param(
            "- donor", [("Donors", "complete", "unconfirmed_match"), ("Youth", "missing", "")], id="signs, no plural"
        ),
        pytest.param(
            "Seniors", [("Donors", "missing", ""), ("Seniors", "complete", ""), ("Youth", "missing", "")], id="another"
        ),
    ],
)
def test_a_close_audience_is_the_listed_one_marked(written: str, found: list[tuple[str, ...]]) -> None:
    assert states(judged(record(audience=written), asks=YOUTH), "audience", "state", "flags") == found
    of = project(product_manager="Ann", audiences=["Youth", None, " ", "Donors"])
    assert states(judged(record(audience=written), of=of), "audience", "state", "flags") == found


def test_what_is_missing_tells_of_a_record_for_an_audience_that_is_not_listed() -> None:
    other = project(record_id="recOther", name="Harbor")
    records = [record(audience="All audiences"), record(record_id="recB", project=["recOther"], audience="Youth")]
    judgement = judge(base([project(), other], records), settings(YOUTH), AS_OF)
    hint = "There is no record of it. “Vision” may be meant for it: its audience “All audiences” is not listed."
    assert states(judgement, "project", "audience", "state", "reason") == [
        ("Harbor", "Donors", "missing", "There is no record of it."),
        ("Harbor", "Youth", "complete", "Its status is “Complete”."),
        ("Riverbend", "All audiences", "complete", "Its status is “Complete”."),
        ("Riverbend", "Donors", "missing", hint),
        ("Riverbend", "Youth", "missing", hint),
    ]


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        pytest.param(["TBD"], [""], id="a placeholder"),
        pytest.param(["-", "Youth"], ["Youth"], id="signs among others"),
        pytest.param(["Youth, Donors;\n TBD"], ["Donors", "Youth"], id="a text of several"),
        pytest.param(["Women & Children"], ["Women & Children"], id="one with a sign in it"),
        pytest.param(["Youth, all", "Donors"], ["Donors", "Youth, all"], id="one of several with a comma"),
    ],
)
def test_what_a_project_lists_is_read_as_other_lists_are(listed: list[str], found: list[str]) -> None:
    judgement = judged(of=project(audiences=listed))
    assert states(judgement, "audience", "state") == [(one, "missing") for one in found]


def test_a_misspelt_audience_is_told_of_the_one_that_it_misspells_and_others_of_the_rest() -> None:
    handed = [
        record(record_id=f"rec{n}", name=one, audience=one, status=status)
        for n, (one, status) in enumerate((("Volunteers", "Doing"), ("Doners", "Doing"), ("Staff", "Complete")))
    ]
    judgement = judged(*handed, of=project(audiences=["Volunteers", "Donors", "Families"]))
    told = pairs(judgement, "audience", "reason")
    assert told.pop("Staff") == "Its status is “Complete”."
    assert told == {
        "Volunteers": "Its status is “Doing”.",
        "Doners": "Its status is “Doing”.",
        "Donors": "There is no record of it. “Doners” may be meant for it: its audience “Doners” is not listed "
        "(did you mean “Donors”?).",
        "Families": "There is no record of it. “Staff” may be meant for it: its audience “Staff” is not listed.",
    }
    listed = ["Registered", "Group 2", "Youth", "Staff", "Engaged youth", "Nonprofit organizations"]
    slips = (("Staf", ["Staff"]), ("Yuoth", ["Youth"]), ("Non profit organisation", ["Nonprofit organizations"]))
    for audience, near in (("Unregistered", []), ("South", []), ("Disengaged youth", []), *slips):
        reason = judged(record(audience=audience), of=project(audiences=listed)).verdicts["reason"].str.cat()
        assert re.findall("did you mean “(.*?)”", reason) == near


def test_a_close_audience_is_told_after_other_doubts() -> None:
    [(reason,)] = states(
        judged(record(deliverable="visions", audience="Youths"), asks={"audiences": ["Youth"]}), "reason"
    )
    assert reason == (
        "Its status is “Complete”. It is called “visions”, taken for “Vision”: rename it if that is right. "
        "Its audience is called “Youths”, taken for “Youth”: rename it if that is right."
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param("Youth, Donors", {"Youth", "Donors"}, id="a list"),
        pytest.param("youths and donor", {"Youth", "Donors"}, id="close ones"),
        pytest.param("Yuoth, Donors", {"Youth", "Donors"}, id="one of them misspelt"),
        pytest.param("Youth / Seniors", {"Youth"}, id="one that is listed"),
        pytest.param("Youth & Seniors", {"Youth"}, id="and sign"),
        pytest.param("Youthland", set(), id="letters within a word"),
        pytest.param("Band Youth", set(), id="and within a word"),
        pytest.param(None, {"Youth", "Donors"}, id="none"),
        pytest.param("TBD", {"Youth", "Donors"}, id="as good as none"),
        pytest.param("???", {"Youth", "Donors"}, id="signs alone"),
    ],
)
def test_several_audiences_in_one_record_are_a_question(written: str | None, told: set[str]) -> None:
    judgement = judged(record(audience=written), asks=YOUTH)
    assert reasons(judgement) == ({"recA": "several_audiences"} if told else {})
    unknown = {audience for audience, state in states(judgement, "audience", "state") if state == "unknown"}
    assert unknown == told
    for audience, reason, url in states(judgement, "audience", "reason", "record_url"):
        if audience in told:
            assert "“Vision” may be it. It may be for several audiences" in reason
            assert all(f"of the listed ones {one}" in reason or f" and {one}." in reason for one in told)
            assert url.endswith("/recA")


@pytest.mark.parametrize(
    ("listed", "written", "told"),
    [
        pytest.param(["Parents & carers", "Staff"], "Parents & carers, Staff", {0, 1}, id="a sign in one"),
        pytest.param(["Parents & carers", "K/12"], "Parents and carers\nK/12", {0, 1}, id="in both"),
        pytest.param(["Parents, carers", "Staff", "Youth"], "Parents, carers, Staff", {0, 1}, id="a comma in one"),
        pytest.param(["Parents, carers", "Staff", "Youth"], 'Youth, "Parents, carers"', {0, 2}, id="quotation marks"),
        pytest.param(["Parents & carers", "Staff", "Youth"], "Parents & carrers, Staff", {0, 1}, id="a slip in one"),
        pytest.param(["Kin (aunts, uncles)", "Staff"], "Kin (aunts, uncles)", set(), id="brackets"),
        pytest.param(["Kin (aunts, uncles)"], "Staff, Kin (aunts, uncles)", {0}, id="brackets, in a single text"),
    ],
)
def test_a_listed_audience_is_found_whole_among_several(listed: list[str], written: str, told: set[int]) -> None:
    cells: list[Row] = [{}, {"project": ["recProject", "recOther"]}, {"deliverable": "Vison"}]
    for cell in cells if told else [{}]:
        of = [project(audiences=listed), project(record_id="recOther", name="Harbor")]
        judgement = judge(base(of, [record(audience=written, **cell)]), settings(), AS_OF)
        found = {
            audience: state
            for name, audience, state, reason in states(judgement, "project", "audience", "state", "reason")
            if name == "Riverbend" and reason != "There is no record of it."
        }
        state = "missing" if "deliverable" in cell else "unknown" if told else "complete"
        assert found == dict.fromkeys([listed[number] for number in told or {0}], state)


def test_who_says_no_audience_means_the_only_one_that_is_listed() -> None:
    judgement = judged(record(audience=None), asks={"audiences": ["Youth"]})
    assert states(judgement, "audience", "state", "flags", "reason") == [
        (
            "Youth",
            "complete",
            "unconfirmed_match",
            "Its status is “Complete”. It does not say for whom it is; “Youth” is the only audience that is listed.",
        )
    ]


def test_a_record_that_says_no_audience_may_be_for_any_that_is_listed() -> None:
    two = [{"deliverable": "Vision", "id": "a", "release": "A"}, {"deliverable": "Vision", "id": "b", "release": "B"}]
    frames = base([project(audiences=["Youth", "Donors"])], [record(audience=None)])
    assert {state for (state,) in states(judge(frames, settings(*two), AS_OF), "state")} == {"unknown"}


def test_what_is_listed_as_one_is_one_whatever_stands_in_it() -> None:
    judgement = judged(record(audience="women & children"), asks={"audiences": ["Women & Children", "Children"]})
    assert states(judgement, "audience", "state") == [("Children", "missing"), ("Women & Children", "complete")]


def test_close_to_two_listed_ones_is_a_question() -> None:
    judgement = judged(record(audience="youth!"), asks={"audiences": ["Youths", "Youth."]})
    assert reasons(judgement) == {"recA": "several_audiences"}
    assert {state for (state,) in states(judgement, "state")} == {"unknown"}


def test_another_projects_spelling_renames_no_audience() -> None:
    owners = [project(), project(record_id="recOther", name="Harbor")]
    records = [record(record_id="recZ", audience="Youth"), record(project=["recOther"], audience="youth")]
    judgement = judge(base(owners, records), settings(), AS_OF)
    assert pairs(judgement, "project_id", "audience") == {"recProject": "Youth", "recOther": "youth"}


def test_where_none_is_listed_each_is_taken_as_it_is_written() -> None:
    written = ("Youth", "Youths", "Youth, A", "a,  Youth")
    records = [record(record_id=f"rec{number}", audience=one) for number, one in enumerate(written)]
    judgement = judged(*records)
    assert states(judgement, "audience", "state") == [(one, "complete") for one in ("Youth, A", "Youth", "Youths")]


def test_what_may_be_for_a_close_audience_or_one_of_several_is_not_missing() -> None:
    for written in ("youths", "Youth, Seniors"):
        judgement = judged(
            record(audience=written, deliverable=None),
            asks=YOUTH,
            faults=[("project_deliverables", "recA", "deliverable")],
        )
        assert states(judgement, "audience", "state") == [("Donors", "missing"), ("Youth", "unknown")]


LEVEL = "Release-level Vision"


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        pytest.param({"deliverable": LEVEL}, "unknown", id="ambiguous"),
        pytest.param({"deliverable": MVP["deliverable"], "release": "MMP"}, "unknown", id="another release"),
        pytest.param({"project": ["recProject", "recOther"]}, "unknown", id="several projects"),
        pytest.param({"milestone": "Launch"}, "unknown", id="another milestone"),
        pytest.param({"deliverable": f"MVP #1 {LEVEL}, MMP {LEVEL}"}, "unknown", id="several deliverables"),
        pytest.param({"deliverable": None}, "unknown", id="unreadable"),
        pytest.param({"project": "Rivrbend"}, "missing", id="almost a project"),
        pytest.param({"deliverable": "MVP Vison"}, "missing", id="almost a deliverable"),
    ],
)
def test_what_is_not_placed_may_be_for_whom_its_audience_misspells_else_it_is_a_hint_for_any(
    cells: Row, state: str
) -> None:
    frames = [project(), project(record_id="recOther", name="Harbor")]
    faults = [("project_deliverables", "recA", "deliverable")] if cells.get("deliverable", "") is None else []
    strange = {"Donors", "Youth"} if state == "missing" else set()
    for written, found in (("Doners", {"Donors"}), ("Volunteers", strange), ("Youth; Staff", {"Youth"})):
        handed = record(**{"deliverable": MVP["deliverable"], "audience": written} | cells)
        made = judge(base(frames, [handed], faults=faults), settings(MVP | YOUTH, MMP | YOUTH), AS_OF).verdicts
        of = made[(made["project"] == "Riverbend") & (made["requirement"] == "mvp")].set_index("audience")
        assert set(of.index[of["reason"] != "There is no record of it."]) == found
        assert set(of.loc[sorted(found), "state"]) <= {state}


def test_what_is_listed_in_the_requirement_is_missing_whatever_of_the_project_cannot_be_read() -> None:
    judgement = judged(asks={"audiences": ["Youth"]}, faults=[("projects", "recProject", "audiences")])
    assert states(judgement, "audience", "state") == [("", "unknown"), ("Youth", "missing")]
