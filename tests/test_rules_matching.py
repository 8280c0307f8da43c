"""Which requirement, project and deliverable a record speaks for."""

import pytest
from rules_builders import AS_OF, MMP, MVP, Row, base, pairs, project, reasons, record, settings, states, verdict

from milestones.matching import Matcher
from milestones.verdicts import judge
from milestones.words import UNPLACED
from settings.names import nearest_each

Found = tuple[str, bool]  # the requirement or the reason, and whether a person should confirm it
EXACT_MVP, LOOSE_MVP, EXACT_MMP, LOOSE_MMP = ("mvp", False), ("mvp", True), ("mmp", False), ("mmp", True)
NONE, DISAGREES = ("no_requirement", False), ("release_disagrees", False)
ELSEWHERE: Found = ("milestone_disagrees", False)
AMBIGUOUS, BLANK = ("ambiguous", False), ("no_deliverable", False)


def match(name: str, release: str, milestone: str, *requirements: Row, own: str = "") -> Found:
    matcher = Matcher(settings(*requirements).requirements)
    found = matcher.match(name, release, milestone, matcher.releases(own))
    return found.requirement or found.reason or "", bool(found.doubt)


@pytest.mark.parametrize(
    ("name", "release", "found"),
    [
        pytest.param("MVP #1 Release-level Vision", "", EXACT_MVP, id="exact"),
        pytest.param("MVP # 1 Release-level Vision", "", EXACT_MVP, id="alias"),
        pytest.param("  mmp  release-LEVEL\tvision ", "", EXACT_MMP, id="case and space"),
        pytest.param("MVP #1 Release-level Vision", "MVP #1", EXACT_MVP, id="name and release agree"),
        pytest.param("MVP #1 Release-level Vision", "mvp 1", LOOSE_MVP, id="release is spelled otherwise"),
        pytest.param("MVP #1 Release-level Vision", "MVP # 1", EXACT_MVP, id="release as an alias spells it"),
        pytest.param("MVP #1 Release-level Vision", "M-V-P 1", LOOSE_MVP, id="release by tolerance only"),
        pytest.param("Release-level Vision", "MVP", LOOSE_MVP, id="release without its number"),
        pytest.param("Release-level Vision", "MVP #1", EXACT_MVP, id="release by field, mvp"),
        pytest.param("Release-level Vision", "mmp", EXACT_MMP, id="release by field, mmp"),
        pytest.param("Release-level Vision", "MVP 1", LOOSE_MVP, id="release by field, close"),
        pytest.param("Release-level Vision", "", AMBIGUOUS, id="release by neither"),
        pytest.param("mvp1 release-level visions", "", LOOSE_MVP, id="close"),
        pytest.param("MVP Release-level Vision", "", LOOSE_MVP, id="an alias, release by neither"),
        pytest.param("MVP Release-level Vision", "MVP #1", EXACT_MVP, id="an alias, release by field"),
        pytest.param("MMP Releaselevel-Vision", "", LOOSE_MMP, id="close, words run together"),
        pytest.param("mmpreleaselevelvision", "", LOOSE_MMP, id="close, all words run together"),
        pytest.param("Releaselevel Visions", "MVP#1", LOOSE_MVP, id="words run together, release by field"),
        pytest.param("MVP #1 1 Release-level Vision", "", NONE, id="two numbers are not one"),
        pytest.param("MMP – Release level: Vision", "", LOOSE_MMP, id="close, signs"),
        pytest.param("release level visions", "MMP", LOOSE_MMP, id="close, release by field"),
        pytest.param("MVP #2 Release-level Vision", "", NONE, id="another release's number"),
        pytest.param("MVP #11 Release-level Vision", "", NONE, id="a number that begins alike"),
        pytest.param("Release-level Visionary", "MMP", NONE, id="a word that begins alike"),
        pytest.param("MMP Release-level Vision", "MVP #1", DISAGREES, id="release disagrees"),
        pytest.param("mmp release level visions", "MVP #1", DISAGREES, id="close, and release disagrees"),
        pytest.param("MMP Release-level Vision", "Beta", DISAGREES, id="unknown release"),
        pytest.param("Release-level Vision", "Beta", DISAGREES, id="a release that nobody knows, name without one"),
        pytest.param("Release-level Vision", "Release 1", DISAGREES, id="a release's number, of another word"),
        pytest.param("Release-level Vision", "MVP #2 and 1", DISAGREES, id="a number that nobody can place"),
        pytest.param("MVP 10 Release-level Vision", "", NONE, id="a zero that counts"),
        pytest.param("Release-level Vision (MVP #1)", "", LOOSE_MVP, id="words in another order"),
        pytest.param("Vision, Release-levels: MMP", "", LOOSE_MMP, id="another order and an inner plural"),
        pytest.param("Release-level Vision (MVP #2)", "", NONE, id="another order, another number"),
        pytest.param("Release-level Vision (MVP #1)", "MMP", DISAGREES, id="another order, another release"),
        pytest.param("Release-level Vision", "MVP #2", NONE, id="another release's number, name without one"),
        pytest.param("Release-level Vision", "1", DISAGREES, id="a release's number alone"),
        pytest.param("Release-level Vision", "MVP 1 launch", DISAGREES, id="a release and more"),
        pytest.param("Release-level Vision", "MVP #1, MMP", DISAGREES, id="two releases"),
        pytest.param("Release-level Vision", "MPV #1", DISAGREES, id="a release, letters turned round"),
        pytest.param("Release-level Vision", "MVVP 1", DISAGREES, id="a release, misspelt"),
        pytest.param("Release-level Vision", "MVP 01", LOOSE_MVP, id="release with a zero before it"),
        pytest.param("Release-level Vision", "MVP One", LOOSE_MVP, id="release with its number in words"),
        pytest.param("First MVP Release-level Vision", "", NONE, id="a number elsewhere"),
        pytest.param("MVP 01 Release-level Vision", "", LOOSE_MVP, id="a zero before its number"),
        pytest.param("Roadmap", "MMP", NONE, id="another deliverable"),
        pytest.param("", "", BLANK, id="empty"),
        pytest.param(" \t", "MMP", BLANK, id="white space"),
        pytest.param("???", "MMP", NONE, id="signs alone"),
        pytest.param("MMP (Release-level Vision", "", LOOSE_MMP, id="an open bracket"),
        pytest.param(".*", "MMP", NONE, id="regex that would match all"),
        pytest.param("MMP Release.level Vision|[", "", LOOSE_MMP, id="regex characters"),
    ],
)
def test_name_and_release_find_the_requirement(name: str, release: str, found: Found) -> None:
    assert match(name, release, "", MVP, MMP) == found


@pytest.mark.parametrize(
    ("name", "release", "own", "found"),
    [
        pytest.param("Release-level Vision", "", "Riverbend MMP Release-level Vision", EXACT_MMP, id="own name tells"),
        pytest.param("Release-level Vision", "", "Riverbend – MVP #1, 2026", EXACT_MVP, id="with another number"),
        pytest.param("Release-level Vision", "", "Riverbend mvp1", LOOSE_MVP, id="own name tells by tolerance"),
        pytest.param("Release-level Vision", "", "Riverbend MVP #1 and MMP", AMBIGUOUS, id="own name tells two"),
        pytest.param("Release-level Vision", "", "Riverbend MVP #2", NONE, id="own name tells one nobody asks for"),
        pytest.param("Release-level Vision", "", "Bummps", AMBIGUOUS, id="letters within a word"),
        pytest.param("MVP Release-level Vision", "", "Riverbend MVP #1", EXACT_MVP, id="own name has the number"),
        pytest.param("MMP Release-level Vision", "", "MVP #1 of Riverbend", DISAGREES, id="own name contradicts"),
        pytest.param("MMP Release-level Vision", "", "MVP vision", DISAGREES, id="own name contradicts, no number"),
        pytest.param("MMP Release-level Vision", "MMP", "MVP #1", DISAGREES, id="own name contradicts both"),
        pytest.param("Release-level Vision", "MMP", "MVP #1", DISAGREES, id="own name contradicts the field"),
        pytest.param("MMP Release-level Vision", "", "MMP after MVP #1", EXACT_MMP, id="own name says both"),
        pytest.param("MVP #1 Release-level Vision", "", "Riverbend mvp1", EXACT_MVP, id="own name repeats it"),
        pytest.param("MVP #1 Release-level Vision", "", "Riverbend - MVP vision", EXACT_MVP, id="it says less"),
        *(
            pytest.param("MVP #1 Release-level Vision", "", f"Riverbend {own}", DISAGREES, id=own)
            for own in ("MVP-2 vision", "MVP - 2", "MVP: 2", "(MVP – 2)", "MVP (2) vision", "MVP - 2, final")
        ),
        pytest.param("Release-level Vision", "", "Riverbend - MVP - 1", LOOSE_MVP, id="it says the number apart"),
        *(
            pytest.param("MVP #1 Release-level Vision", "", f"Riverbend {own}", EXACT_MVP, id=own)
            for own in (
                "MVP - 2nd draft",
                "MVP 2nd draft",
                "MVP 2026-05-01",
                "MVP 5/1",
                "MVP (2026)",
                "MVP, 3 pages",
                "MVP - 3 pages",
            )
        ),
    ],
)
def test_the_release_is_also_told_by_the_records_own_name(name: str, release: str, own: str, found: Found) -> None:
    assert match(name, release, "", MVP, MMP, own=own) == found


@pytest.mark.parametrize(
    ("own", "state"),
    [("MVP Labs vision 3", "complete"), ("mvp  labs: MVP vision", "unknown"), ("MVP Labsters", "unknown")],
)
def test_a_release_in_the_projects_name_is_not_the_records(own: str, state: str) -> None:
    of = record(name=own, deliverable="MMP Release-level Vision", release="MMP")
    judgement = judge(base([project(name="MVP Labs")], [of]), settings(MVP, MMP), AS_OF)
    assert pairs(judgement, "requirement", "state")["mmp"] == state
    for called in (None, "Document"):
        of = record(name="MVP Labs - Vision", deliverable=called)
        told = pairs(judge(base([project(name="MVP Labs")], [of]), settings(MVP, MMP), AS_OF), "requirement", "reason")
        assert all("may be meant for it" in reason for reason in told.values())


@pytest.mark.parametrize("called", ["Roadmap", None])
@pytest.mark.parametrize("own", ["Roadmap - Clear  vision", "Clear Vision", "Clear Vision: Roadmap"])
def test_a_required_name_in_the_projects_name_is_not_the_records(own: str, called: str | None) -> None:
    of = record(name=own, deliverable=called)
    judgement = judge(base([project(name="Clear Vision")], [of]), settings(MVP, MMP), AS_OF)
    assert {reason for (reason,) in states(judgement, "reason")} == {"There is no record of it."}


NUMBER_LEFT_OUT: Row = {"deliverable": "MMP Final Vision", "release": "MMP #1"}
NUMBERED: Row = {"deliverable": "Vision 1.0", "release": "1.0"}
LINKED: Row = {"id": "a", "deliverable": "Vision (draft) [v1.0]", "release": "C++"}


@pytest.mark.parametrize(
    ("requirements", "name", "release", "milestone", "found"),
    [
        pytest.param([{}], "Vision", "Beta", "", ("vision", False), id="no release takes any"),
        pytest.param([LINKED], "vision (draft) [V1.0]", "", "", ("a", True), id="regex characters are letters"),
        pytest.param([LINKED], "Vision draft v1x0", "", "", NONE, id="a dot is no wildcard"),
        pytest.param(
            [{"id": "a"}, {"id": "b", "milestone": "Scope"}], "Vision", "", "", AMBIGUOUS, id="two of one name"
        ),
        pytest.param(
            [{"id": "a"}, {"id": "b", "milestone": "Scope"}],
            "Vision",
            "",
            "SCOPE",
            ("b", False),
            id="milestone decides",
        ),
        pytest.param([{}], "Vision", "", "Launch", ELSEWHERE, id="of another milestone"),
        pytest.param(
            [{"id": "a"}, {"id": "b", "milestone": "Vision & Scope"}],
            "Vision",
            "",
            "vision & scope",
            ("b", False),
            id="a milestone with a sign in it",
        ),
        pytest.param(
            [{"id": "a", "milestone": "Scope"}, {"id": "b", "deliverable": "Brief", "milestone": "Vision & Scope"}],
            "Vision",
            "",
            "Vision and Scope",
            ELSEWHERE,
            id="a milestone with a sign in it is not two",
        ),
        pytest.param(
            [{"id": "a"}, {"id": "b", "deliverable": "Brief", "milestone": "Scope"}],
            "Vision",
            "",
            "Scope & Vision",
            ("a", False),
            id="two milestones that are known",
        ),
        pytest.param([{}], "Vision", "", "Vision & Strategy", ("vision", True), id="a milestone and another word"),
        pytest.param([{}], "Vision", "", "Vision, Strategy", ("vision", False), id="a list of milestones"),
        pytest.param([{}], "visions", "", "Launch", ELSEWHERE, id="close, and of another milestone"),
        pytest.param(
            [
                {"id": "a", "deliverable": "A", "aliases": ["Vision"], "release": "R1"},
                {"id": "b", "release": "R2"},
            ],
            "Vision",
            "R2",
            "",
            ("b", False),
            id="release decides between two of one name",
        ),
        pytest.param(
            [{"id": "a", "deliverable": "Visions"}, {"id": "b", "deliverable": "Vision."}],
            "vision!",
            "",
            "",
            AMBIGUOUS,
            id="close to two",
        ),
        pytest.param(
            [{"id": "a", "deliverable": "Visions"}, {"id": "b", "deliverable": "Vision"}],
            "visions",
            "",
            "",
            ("a", False),
            id="exact beats close",
        ),
        pytest.param(
            [{"id": "a", "deliverable": "MVP", "release": "MVP"}], "???", "MVP", "", NONE, id="nothing is left to match"
        ),
        pytest.param([{"id": "a", "deliverable": "★"}], "☆", "", "", NONE, id="signs are not alike"),
        pytest.param([{"deliverable": "Roadmap"}], "Road map", "", "", ("vision", True), id="a word apart"),
        pytest.param([{"deliverable": "Road-map"}], "ROADMAPS", "", "", ("vision", True), id="words together, plural"),
        pytest.param(
            [{"id": "a", "deliverable": "Road map"}, {"id": "b", "deliverable": "Roadmaps"}],
            "road-map",
            "",
            "",
            AMBIGUOUS,
            id="close to two, words together",
        ),
        pytest.param([{"deliverable": "Phase 1 1"}], "Phase 11", "", "", NONE, id="numbers are not joined"),
        pytest.param([{}], "Vision", "", "Visions", ("vision", True), id="the milestone is close"),
        pytest.param([{"release": "MVP #1"}], "Vision", "", "", ("vision", True), id="release said nowhere"),
        pytest.param(
            [{"release": "MVP #1"}], "Vision", "mvp #1", "", ("vision", False), id="release said by the field"
        ),
        pytest.param(
            [{"deliverable": "Vision of MVP # 1", "release": "MVP #1"}],
            "vision of mvp # 1",
            "",
            "",
            ("vision", False),
            id="release said by the name",
        ),
        pytest.param([{"id": "a", "deliverable": "Pass"}], "pas", "", "", NONE, id="ss is no plural"),
        pytest.param([NUMBERED], "Vision", "2.0", "", NONE, id="another of releases that are numbers"),
        pytest.param([NUMBERED], "Vision", "next", "", DISAGREES, id="no number for a release"),
        pytest.param([{"deliverable": "Movie"}], "Movies", "", "", ("vision", True), id="a plural of ie"),
        pytest.param([{"deliverable": "Epics & Features"}], "epic/feature", "", "", ("vision", True), id="no and"),
        pytest.param([{"deliverable": "Level 1 of 2"}], "Level 2 of 1", "", "", NONE, id="numbers keep their place"),
        pytest.param(
            [{"id": "a", "deliverable": "Vision Board"}, {"id": "b", "deliverable": "Board Vision"}],
            "vision-board",
            "",
            "",
            ("a", True),
            id="the order tells two apart",
        ),
        pytest.param([{"id": "a", "deliverable": "User Story"}], "user stories", "", "", ("a", True), id="ies"),
        pytest.param([{"id": "a", "deliverable": "Processes"}], "Process", "", "", ("a", True), id="sses"),
        pytest.param([{"id": "a", "deliverable": "Releases"}], "Release", "", "", ("a", True), id="ses"),
        pytest.param([{"id": "a", "deliverable": "Q&A"}], "Q and A", "", "", ("a", True), id="and, as a sign"),
        pytest.param([{"id": "a", "deliverable": "Gas"}], "ga", "", "", NONE, id="a short word has no plural"),
        pytest.param(
            [{"id": "a"}, {"id": "b", "deliverable": "MVP Vision", "release": "MVP"}],
            "Vision",
            "",
            "",
            ("a", False),
            id="a whole name beats one without its release",
        ),
        *(
            pytest.param([NUMBER_LEFT_OUT], name, release, "", ("vision", close), id=f"{name} of {release}")
            for name, release, close in (
                ("MMP #1 Final Vision", "", False),
                ("Final Vision (MMP 1)", "", True),
                ("Final Vision", "MMP #1", False),
                ("MMP Final Vision", "MMP #1", False),
                ("MMP Final Vision", "", True),
            )
        ),
        pytest.param([{"id": "a", "deliverable": "愿景"}], "愿景", "", "", ("a", False), id="another script"),
    ],
)
def test_what_requirements_say_decides(
    requirements: list[Row], name: str, release: str, milestone: str, found: Found
) -> None:
    assert match(name, release, milestone, *requirements) == found


def test_a_close_match_is_marked_and_told() -> None:
    found = verdict(record(deliverable="The-Vision"), asks={"deliverable": "The Vision"})
    assert found["flags"] == "unconfirmed_match"
    told = found["reason"].removeprefix("Its status is “Complete”. ")
    assert told == "It is called “The-Vision”, taken for “The Vision”: rename it if that is right."


def test_a_release_that_is_said_nowhere_is_marked_and_told() -> None:
    found = verdict(record(), asks={"release": "MVP #1"})
    assert found["flags"] == "unconfirmed_match"
    assert found["reason"] == (
        "Its status is “Complete”. Neither its name nor a field says that it is of the release MVP #1."
    )


TWO = [project(), project(record_id="recOther", name="Harbor")]
TWINS = [project(), project(record_id="recOther", name=" RIVERBEND")]


@pytest.mark.parametrize(
    ("projects", "written", "placed", "reason"),
    [
        pytest.param(TWO, ["recOther"], "recOther", None, id="link"),
        pytest.param(TWO, [], None, "no_project", id="no link"),
        pytest.param(TWO, ["recGone"], None, "no_project", id="dangling link"),
        pytest.param(TWO, ["recGone", "recOther"], "recOther", None, id="one of two links dangles"),
        pytest.param(TWO, ["recProject", "recOther"], None, "several_projects", id="two links"),
        pytest.param(TWO, " harbor ", "recOther", None, id="name"),
        pytest.param(TWO, "Bay", None, "no_project", id="unknown name"),
        pytest.param(TWO, None, None, "no_project", id="no name"),
        pytest.param(TWINS, "Riverbend", None, "ambiguous_project", id="two of the name"),
        pytest.param(TWINS, ["recProject"], "recProject", None, id="link to one of two of the name"),
        pytest.param([project(name=None)], None, None, "no_project", id="no name is no blank name"),
        pytest.param(TWO, "Riverbend, harbor", None, "several_projects", id="two names in one text"),
        pytest.param(TWO, "Riverbend;Bay;\nHarbor", None, "several_projects", id="two names in a text of three"),
        pytest.param(TWO, "Riverbend, Bay", None, "no_project", id="one name in a text of two"),
        pytest.param(TWO, "Riverbend & Harbor", None, "several_projects", id="two names and a sign"),
        pytest.param(
            [*TWO, project(record_id="recC", name="Bay, Phase 2")],
            "Riverbend, Bay, Phase 2",
            None,
            "several_projects",
            id="one of two names holds a comma",
        ),
        pytest.param(
            [*TWO, project(record_id="recC", name="Riverbend, Harbor")],
            "riverbend, harbor",
            "recC",
            None,
            id="one name that holds a comma",
        ),
    ],
)
def test_a_record_belongs_to_the_one_project_it_names(
    projects: list[Row], written: object, placed: str | None, reason: str | None
) -> None:
    judgement = judge(base(projects, [record(project=written)]), settings(), AS_OF)
    decided = [project_id for project_id, found in states(judgement, "project_id", "record_id") if found]
    assert decided == ([placed] if placed else [])
    assert reasons(judgement) == ({"recA": reason} if reason else {})


CATALOGUE = [
    {"record_id": "recVision", "name": "Vision"},
    {"record_id": "recRoadmap", "name": "Roadmap"},
    {"record_id": "recWorkshop", "name": "Vision, and Scope"},
    {"record_id": "recBlank"},
]


@pytest.mark.parametrize(
    ("deliverable", "name", "reason"),
    [
        pytest.param(["recVision"], "Roadmap", None, id="catalogue link beats own name"),
        pytest.param(["recRoadmap"], "Vision", "no_requirement", id="catalogue link to another"),
        pytest.param("vision", "Roadmap", None, id="text beats own name"),
        pytest.param(None, "Vision", None, id="own name where nothing else"),
        pytest.param(["recGone"], "Vision", None, id="own name where the link dangles"),
        pytest.param(["recBlank"], "Vision", None, id="own name where the definition has none"),
        pytest.param(["recGone"], None, "no_deliverable", id="dangling link and no name"),
        pytest.param(None, None, "no_deliverable", id="nothing"),
        pytest.param(["recVision", "recRoadmap"], "Vision", "several_deliverables", id="two links"),
        pytest.param(["recRoadmap", "recVision"], None, "several_deliverables", id="two links, the second is required"),
        pytest.param("Roadmap, visions", "Draft", "several_deliverables", id="two names in one text"),
        pytest.param("Vision;\nRoadmap", "Draft", "several_deliverables", id="two lines"),
        pytest.param("Vision, and Scope, Roadmap", "Draft", "no_requirement", id="one of two names holds a comma"),
        pytest.param("vision, and scope", "Draft", "no_requirement", id="one name of the base that holds a comma"),
        pytest.param(["recWorkshop"], "Draft", "no_requirement", id="a link to one name that holds a comma"),
        pytest.param('"A Workshop, Vision and more"', "Draft", "no_requirement", id="a comma within quotation marks"),
        pytest.param(None, "Vision, Vision", "several_deliverables", id="two names in its own"),
    ],
)
def test_a_record_is_the_deliverable_it_links_or_writes(
    deliverable: object, name: str | None, reason: str | None
) -> None:
    frames = base([project()], [record(deliverable=deliverable, name=name)], catalogue=CATALOGUE)
    judgement = judge(frames, settings(), AS_OF)
    assert reasons(judgement) == ({"recA": reason} if reason else {})
    state = "unknown" if reason == "several_deliverables" else "missing" if reason else "complete"
    assert states(judgement, "state") == [(state,)]


def test_a_placeholder_says_neither_deliverable_nor_milestone() -> None:
    assert verdict(record(deliverable="TBD", name="Vision", milestone="tbd"))["state"] == "complete"
    assert reasons(judge(base([project()], [record(deliverable="?")]), settings(), AS_OF)) == {"recA": "no_deliverable"}


MILESTONES = [
    {"record_id": "recV", "name": "Vision"},
    {"record_id": "recS", "name": "Scope"},
    {"record_id": "recL", "name": "Launch"},
]


@pytest.mark.parametrize(
    ("milestone", "requirement"),
    [
        pytest.param(["recS"], "b", id="link"),
        pytest.param("Vision", "a", id="text"),
        pytest.param(None, None, id="none"),
        pytest.param(["recS", "recV"], None, id="several of which each has one"),
        pytest.param(["recS", "recL"], "b", id="several of which one has it"),
        pytest.param("Launch, Scope", "b", id="a text of several"),
        pytest.param("Launch & Scope", "b", id="a text of two"),
        pytest.param("Vision and Scope", None, id="a text of two of which each has one"),
    ],
)
def test_the_milestone_tells_two_of_one_name_apart(milestone: object, requirement: str | None) -> None:
    frames = base([project()], [record(milestone=milestone)], milestones=MILESTONES)
    judgement = judge(frames, settings({"id": "a"}, {"id": "b", "milestone": "Scope"}), AS_OF)
    decided = [name for name, found in states(judgement, "requirement", "record_id") if found]
    assert decided == ([requirement] if requirement else [])
    assert reasons(judgement) == ({} if requirement else {"recA": "ambiguous"})


def test_a_record_of_several_milestones_is_still_the_deliverable_it_names() -> None:
    frames = base([project()], [record(milestone=["recS", "recV"])], milestones=MILESTONES)
    assert states(judge(frames, settings(), AS_OF), "state", "flags") == [("complete", "")]
    unread = [("milestones", "recL", "name")]
    frames = base(
        [project()],
        [record(milestone=["recS", "recL"])],
        milestones=[*MILESTONES[:2], {"record_id": "recL"}],
        faults=unread,
    )
    assert reasons(judge(frames, settings(), AS_OF)) == {"recA": "unreadable"}


@pytest.mark.parametrize("milestone", [["recS", "recL"], "Scope; Launch"])
def test_a_record_of_several_milestones_none_of_which_is_right_is_a_question(milestone: object) -> None:
    judgement = judge(base([project()], [record(milestone=milestone)], milestones=MILESTONES), settings(), AS_OF)
    assert (states(judgement, "state"), reasons(judgement)) == ([("unknown",)], {"recA": "milestone_disagrees"})
    assert "It is called “Vision”, its milestone is “Scope" in judgement.unplaced["detail"].iloc[0]


COULD = "Whether there is a record of it cannot be told: “Vision” may be it. "


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param({"deliverable": "Release-level Vision"}, {"mvp", "mmp"}, id="it names no release"),
        pytest.param(
            {"deliverable": "MMP Release-level Vision", "release": "MVP #1"}, {"mvp", "mmp"}, id="release contradicts"
        ),
        pytest.param(
            {"deliverable": "MMP Release-level Vision", "milestone": "Scope"}, {"mmp"}, id="milestone contradicts"
        ),
        pytest.param(
            {"deliverable": ["recM", "recR"], "audience": "Youth"}, {"mmp"}, id="several deliverables, for an audience"
        ),
        pytest.param({"deliverable": ["recR", "recX"]}, set(), id="several deliverables that nobody asks for"),
        pytest.param({"deliverable": "MVP #1, MMP Release-level Vision"}, {"mvp", "mmp"}, id="two releases of one"),
        pytest.param(
            {"deliverable": "MMP Release-level Vision", "project": ["recProject", "recOther"]}, {"mmp"}, id="projects"
        ),
        pytest.param({"deliverable": "Release-level Vision", "release": "1"}, {"mvp", "mmp"}, id="a number alone"),
        pytest.param({"deliverable": "Release-level Vision", "release": "tbd"}, {"mvp", "mmp"}, id="a placeholder"),
        pytest.param({"deliverable": "Release-level Vision", "release": "–"}, {"mvp", "mmp"}, id="signs alone"),
        pytest.param({"deliverable": "Release-level Vision", "release": "MVP 1 b"}, {"mvp"}, id="a release and more"),
        pytest.param({"deliverable": "Release-level Vision", "release": "MMP 1"}, {"mmp"}, id="one's number"),
        pytest.param({"deliverable": "Release-level Vision", "release": "MVP 2"}, set(), id="another release"),
        pytest.param(
            {"deliverable": "Release-level Vision", "release": "MVP No. 1"}, {"mvp"}, id="of one that has none"
        ),
        pytest.param({"deliverable": "Roadmap"}, set(), id="nobody asks for it"),
        pytest.param({"deliverable": "Roadmap", "project": ["recProject", "recOther"]}, set(), id="two, and nobody"),
        pytest.param({"deliverable": "MMP Release-level Vision", "project": []}, set(), id="of no project"),
    ],
)
def test_what_an_unplaced_record_may_be_is_not_missing(cells: Row, told: set[str]) -> None:
    defined = [{"record_id": "recM", "name": "MMP Release-level Vision"}, {"record_id": "recR", "name": "Roadmap"}]
    judgement = judge(base(TWO, [record(**cells)], catalogue=defined), settings(MVP, MMP), AS_OF)
    mine = judgement.verdicts[judgement.verdicts["project_id"] == "recProject"].set_index("requirement")
    for requirement, found in mine.iterrows():
        if requirement in told:
            assert found["state"] == "unknown"
            assert str(found["record_url"]).endswith("/recA")
        else:
            assert (found["state"], found["reason"]) == ("missing", "There is no record of it.")


def test_the_reason_says_what_is_to_be_settled() -> None:
    judgement = judge(base(TWO, [record(project=["recProject", "recOther"])]), settings(), AS_OF)
    assert {found for (found,) in states(judgement, "reason")} == {
        COULD + "It is of several projects, so it is not clear whose it is: Harbor (recOther) "
        "and Riverbend (recProject). Leave one project in its cell."
    }


def test_only_records_that_do_not_say_what_they_are_are_hinted_at() -> None:
    rows = [record(deliverable="Roadmap"), record(record_id="recB", deliverable=None)]
    judgement = judge(base([project()], rows), settings(), AS_OF)
    assert states(judgement, "state", "reason") == [
        ("missing", "There is no record of it. One of the project's records does not say what it is.")
    ]


def test_an_accent_is_the_same_however_it_is_encoded() -> None:
    assert match("Visio\u0301n", "", "", {"deliverable": "Visi\u00f3n"}) == ("vision", False)
    assert match("Visio\u0301nes", "", "", {"deliverable": "Visi\u00f3ne"}) == ("vision", True)


TWO_WAYS: list[Row] = [{"id": "a"}, {"id": "b", "milestone": "Scope"}]


@pytest.mark.parametrize(
    ("cells", "detail"),
    [
        pytest.param(
            {},
            "Several requirements could be meant. It is called “Vision”. It may be “Vision” of the milestone Vision or "
            "“Vision” of the milestone Scope.",
            id="requirements",
        ),
        pytest.param(
            {"project": ["recProject", "recOther"]},
            "It is of several projects, so it is not clear whose it is: Harbor (recOther) and Riverbend (recProject).",
            id="projects",
        ),
        pytest.param(
            {"deliverable": ["recR", "recX"]},
            "It is of several deliverables, so it is not clear which it is: Roadmap and recX.",
            id="deliverables",
        ),
    ],
)
def test_what_is_not_clear_names_the_candidates(cells: Row, detail: str) -> None:
    frames = base(TWO, [record(**cells)], catalogue=[{"record_id": "recR", "name": "Roadmap"}])
    assert judge(frames, settings(*TWO_WAYS), AS_OF).unplaced["detail"].tolist() == [detail]


def test_projects_of_one_name_are_told_by_their_ids() -> None:
    unplaced = judge(base(TWINS, [record(project="Riverbend")]), settings(), AS_OF).unplaced
    assert unplaced["detail"].tolist() == [
        "Several projects have the name it gives: RIVERBEND (recOther) and Riverbend (recProject)."
    ]


def test_each_unplaced_record_says_why_and_where_it_is() -> None:
    records = [record(deliverable="Roadmap"), record(record_id="recB", project=[])]
    unplaced = judge(base([project()], records), settings(), AS_OF).unplaced
    assert unplaced.to_dict("records") == [
        {
            "table": "project_deliverables",
            "record_id": "recA",
            "reason": "no_requirement",
            "detail": "No requirement names this deliverable. It is called “Roadmap”.",
            "record_url": "https://airtable.com/appRulesBase00001/tblproject_deliverables/recA",
        },
        {
            "table": "project_deliverables",
            "record_id": "recB",
            "reason": "no_project",
            "detail": UNPLACED["no_project"],
            "record_url": "https://airtable.com/appRulesBase00001/tblproject_deliverables/recB",
        },
    ]


def test_a_record_of_several_projects_may_be_of_these_alone() -> None:
    projects = [*TWO, project(record_id="recThird", name="Third")]
    judgement = judge(base(projects, [record(project=["recProject", "recOther"])]), settings(), AS_OF)
    assert pairs(judgement, "project_id", "state") == {
        "recProject": "unknown",
        "recOther": "unknown",
        "recThird": "missing",
    }
    assert reasons(judgement) == {"recA": "several_projects"}


def test_one_of_several_definitions_whose_name_cannot_be_read_may_be_any() -> None:
    defined = [{"record_id": "recR", "name": "Roadmap"}, {"record_id": "recX"}]
    frames = base(
        [project()], [record(deliverable=["recR", "recX"])], catalogue=defined, faults=[("catalogue", "recX", "name")]
    )
    assert states(judge(frames, settings(), AS_OF), "state") == [("unknown",)]


def test_links_and_names_of_projects_in_one_base_are_told_apart() -> None:
    records = [
        record(project=["recProject", "recOther"]),
        record(record_id="recB", project="Riverbend"),
        record(record_id="recC", project="Harbor"),
    ]
    twins = [*TWINS, project(record_id="recThird", name="Harbor")]
    judgement = judge(base(twins, records), settings(), AS_OF)
    assert reasons(judgement) == {"recA": "several_projects", "recB": "ambiguous_project"}


@pytest.mark.parametrize("field", ["release", "milestone"])
def test_what_no_requirement_could_name_stays_so_whatever_cannot_be_read(field: str) -> None:
    frames = base([project()], [record(deliverable="Roadmap")], faults=[("project_deliverables", "recA", field)])
    assert reasons(judge(frames, settings(MVP, MMP), AS_OF)) == {"recA": "no_requirement"}


def test_a_record_whose_deliverable_cannot_be_read_is_not_called_by_its_own_name() -> None:
    handed = record(deliverable=None, name="Vision")
    judgement = judge(
        base([project()], [handed], faults=[("project_deliverables", "recA", "deliverable")]), settings(), AS_OF
    )
    assert judgement.records["called"].isna().all() and reasons(judgement) == {"recA": "unreadable"}


def test_of_several_records_that_may_be_it_the_first_is_pointed_to() -> None:
    records = [record(record_id=f"rec{one}", deliverable="Release-level Vision") for one in "AB"]
    judgement = judge(base([project()], records), settings(MVP, MMP), AS_OF)
    assert [url[-4:] for (url,) in states(judgement, "record_url")] == ["recA", "recA"]


ALMOST = "“Draft” may be meant for it: its deliverable is called “Visin” (did you mean “Vision”?)."
MISSPELT = "“Draft” may be meant for it: its project is called “River-bend”."


@pytest.mark.parametrize(
    ("cells", "asks", "said"),
    [
        pytest.param({"name": "Draft", "deliverable": "Visin"}, [{}], [ALMOST], id="a misspelt deliverable"),
        pytest.param({"name": "Draft", "project": "River-bend"}, [{}], [MISSPELT], id="a misspelt project"),
        pytest.param(
            {"name": "Draft", "project": "River-bend", "deliverable": "Visin"}, [{}], [MISSPELT], id="both misspelt"
        ),
        pytest.param({"name": "Draft", "project": "Riverton"}, [{}], [""], id="another project"),
        *(
            pytest.param(
                {"name": name, "project": of, "deliverable": None},
                [{}],
                [f"“{name}” may be meant for it: it is linked to no project that is mirrored." if told else ""],
                id=name,
            )
            for name, of, told in (
                ("Riverbend - Vision", [], True),
                ("riverbend: Vision 2026", ["recGone"], True),
                ("Riverbends - Vision", [], False),
                ("Riverbend - Roadmap", [], False),
            )
        ),
        pytest.param(
            {"name": "Riverbend - Vision", "project": "TBD", "deliverable": None},
            [{}],
            ["“Riverbend - Vision” may be meant for it: its project is called “TBD”."],
            id="a project to come",
        ),
        pytest.param(
            {"name": "Draft", "project": "Bay, Riverbend"},
            [{}],
            [MISSPELT.replace("River-bend", "Bay, Riverbend")],
            id="a project among others that nobody knows",
        ),
        pytest.param({"name": "Draft", "deliverable": "Roadmap"}, [{}], [""], id="another deliverable"),
        pytest.param(
            {"name": "Visions ", "deliverable": "Document"},
            [{}],
            [
                "“Visions” may be meant for it: its deliverable is called “Document”, though its own name is “Visions” "
                "(did you mean “Vision”?)."
            ],
            id="another deliverable, and its own name is almost it",
        ),
        pytest.param(
            {"name": "Riverbend – Vision", "deliverable": ["recRoadmap"], "release": "R1"},
            [{"release": "R1"}, {"id": "b", "deliverable": "Visions", "release": "R2"}],
            [
                "“Riverbend – Vision” may be meant for it: its deliverable is called “Roadmap”, though its own name is "
                "“Riverbend – Vision” (did you mean “Vision”?).",
                "",
            ],
            id="a link to another, and its own name holds one of its release",
        ),
        pytest.param(
            {"name": ": Visin", "deliverable": "Visin"}, [{}], [ALMOST.replace("Draft", "Visin")], id="a formula's name"
        ),
        pytest.param(
            {"name": "Draft", "deliverable": "Visin", "milestone": "Scope"},
            [{}, {"id": "b", "milestone": "Scope"}],
            ["", ALMOST],
            id="of the milestone that it names alone",
        ),
        pytest.param(
            {"name": "Draft", "deliverable": "Visin", "audience": "Youth"},
            [{"audiences": ["Donors", "Youth"]}],
            ["", ALMOST],
            id="for the audience that it names alone",
        ),
    ],
)
def test_what_is_missing_tells_of_the_record_that_was_probably_meant(
    cells: Row, asks: list[Row], said: list[str]
) -> None:
    judgement = judge(base([project()], [record(**cells)], catalogue=CATALOGUE), settings(*asks), AS_OF)
    assert states(judgement, "state", "reason") == [
        ("missing", f"There is no record of it. {one}".strip()) for one in said
    ]


def test_a_record_of_no_project_is_meant_for_the_one_with_whose_whole_name_its_own_begins() -> None:
    owners = [*TWO, *(project(record_id=f"rec{name[-3:]}", name=name) for name in ("Riverbend Bay", "Vision"))]
    rows = [
        record(name=f"{one} - Vision", project=[], record_id=f"rec{n}")
        for n, one in enumerate(("Riverbend Bay", "Riverbend Harbor"))
    ]
    judgement = judge(base(owners, rows), settings(), AS_OF)
    told = pairs(judgement, "project", "reason")
    assert [one for one, reason in told.items() if "may be meant for it" in reason] == ["Riverbend Bay"]
    says = ["says “Riverbend Bay”" in detail for detail in judgement.unplaced["detail"]]
    assert says == [True, False]


VISION, SCOPE = "Release-level Vision", "Release-level Scope"


@pytest.mark.parametrize(
    ("name", "more", "meant"),
    [
        *((f"MMP {VISION}{number}", {}, {"mmp"}) for number in (" 2026", " - 03/2026", " 2")),
        (f"MVP #1 {VISION} 1.0", {}, {"mvp"}),
        (f"MVP #2 {VISION} 2026", {}, set()),
        ("Road map #2", {}, {"roadmap"}),
        ("Roadmap 2026", {}, {"roadmap"}),
        *((f"MVP{between}MMP {VISION}", {}, {"mvp", "mmp"}) for between in (" & ", " / ", " #1 and ")),
        (f"MVP #1 {VISION} / MMP {VISION}", {}, {"mvp", "mmp"}),
        (None, {"name": f"Riverbend: MVP #1 {VISION}, MMP {VISION}"}, {"mvp", "mmp"}),
        ("Vision", {"release": "MVP #1"}, {"mvp"}),
        ("Product Vision", {"release": "MMP"}, {"mmp"}),
        ("MVP1 vision doc", {}, {"mvp"}),
        ("Vision for the MMP release", {}, {"mmp"}),
        (f"{VISION} and Scope", {"release": "MVP #1"}, {"mvp", "scope"}),
        ("MVP # 1 Release-level Scope", {}, {"scope"}),  # letter by letter it is almost a vision
        ("MMP Release-level Mission", {}, set()),
        ("MMP Release-level Visoin", {}, {"mmp"}),
        *((f"{release} Vison", {}, {release[:3].lower()}) for release in ("MMP", "MVP", "MVP #1")),
        *((name, {}, {"mvp", "mmp"}) for name in ("Vision", "Vision Statement", "Product Vision", "Vision v2")),
        ("Scope & Vision", {}, {"mvp", "mmp"}),
        *(("Vision", {"release": one}, {"mvp", "mmp"}) for one in ("1", "Beta")),
        ("Vision", {"release": "MVP #2"}, set()),
        ("Product Vision", {"milestone": "Vision"}, {"mvp", "mmp"}),
        *(("Vision Boards", more, set()) for more in ({"milestone": "Vision"}, {}, {"release": "1"})),
        ("Map of MMP", {}, set()),
        *(
            (name, {}, {"scope"} if name in ("Scoep", "Scop") else set())
            for name in ("Scoep", "Scop", "Slope", "Score")
        ),
        *((name, {}, {"mvp", "mmp"}) for name in ("Vision Statment", "Vision Docment", "Visn")),
        (f"MMP {VISION[:-2]}n", {}, {"mmp"}),
        *((f"Pitch {one}", {}, {"deck"} if one in ("Dek", "Dekc") else set()) for one in ("Dek", "Dekc", "Desk")),
        *((f"Story {one}", {}, {"boards"}) for one in ("Bords", "Boads")),
        *((name, {}, {"form"} if name == "Intake Fomr" else set()) for name in ("Intake Fomr", "Letter from Donors")),
        ("Busines Requirements Document", {}, {"needs"}),
        ("Tset Cases v1", {}, {"cases"}),
        *((f"{no} Requirements", {}, set()) for no in ("Non-functional", "Nonfunctional", "Not functional")),
        ("Unmoderated Interview Guide", {}, set()),
        ("Moderated Interview Giude", {}, {"guide"}),
        *(("MVP Vision", {"milestone": one}, {"mvp"}) for one in ("Vison", "Vision & Scope", "Vision milestone")),
    ],
)
def test_a_name_with_more_or_less_than_the_required_one_is_hinted_at(
    name: str | None, more: Row, meant: set[str]
) -> None:
    called = {
        "deck": "Pitch Deck",
        "boards": "Story Boards",
        "needs": "Business Requirements Document",
        "cases": "Test Cases v1",
        "functional": "Functional Requirements",
        "guide": "Moderated Interview Guide",
    }
    called |= {"roadmap": "Roadmap", "scope": SCOPE, "form": "Intake Form"}
    others = [{"id": key, "deliverable": one} for key, one in called.items()]
    asked = settings(MVP, MMP | {"aliases": ["Vision of MMP"]}, *others)
    judgement = judge(base([project()], [record(deliverable=name, **more)]), asked, AS_OF)
    told = {one for one, reason in states(judgement, "requirement", "reason") if "may be meant for it" in reason}
    assert (told, reasons(judgement)) == (meant, {"recA": "no_requirement"})


def test_of_many_that_may_be_meant_none_is_left_out() -> None:
    scope = {"id": "mvp-s", "deliverable": f"MVP #1 {SCOPE}"}, {"id": "mmp-s", "deliverable": f"MMP {SCOPE}"}
    asked = settings(MVP, MMP, MVP | scope[0] | {"aliases": []}, MMP | scope[1])
    for name in ("Vision & Scope", "Vison / Scope"):
        judgement = judge(base([project()], [record(deliverable=name)]), asked, AS_OF)
        assert all("may be meant for it" in reason for (reason,) in states(judgement, "reason"))
        assert judgement.unplaced["detail"].str.count("“").tolist() == [1 + len(asked.requirements)]
    kinds = ("Site", "Story", "Heat", "Text", "Task", "Flow", "Data")
    maps = settings(*({"id": one, "deliverable": f"{one} Map"} for one in kinds))
    judgement = judge(base([project()], [record(deliverable="Map")]), maps, AS_OF)
    assert all("may be meant for it" in reason and "or others?" in reason for (reason,) in states(judgement, "reason"))
    once = judge(base([project()], [record(deliverable=f"{MVP['deliverable']} - Youth")]), asked, AS_OF)
    assert once.unplaced["detail"].str.endswith(f" - Youth” (did you mean “{MVP['deliverable']}”?).").all()


def test_one_of_several_records_that_were_probably_meant_is_told() -> None:
    rows = [record(name="Draft", deliverable="Visin"), record(record_id="recB", name="Other", deliverable="Vison")]
    judgement = judge(base([project()], rows), settings(), AS_OF)
    assert states(judgement, "reason") == [(f"There is no record of it. {ALMOST}",)]
    assert judgement.unplaced["detail"].tolist() == [
        f"No requirement names this deliverable. It is called “{one}” (did you mean “Vision”?)."
        for one in ("Visin", "Vison")
    ]
    placed = judge(base([project()], [*rows, record(record_id="recC")]), settings(), AS_OF)
    assert states(placed, "reason") == [("Its status is “Complete”.",)]


def test_many_unknown_projects_are_compared_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settings.names.AT_ONCE", 3)
    names = ["Harbor", "Riverbend", "Riverbent", "Phase 2", "Phase 3"]
    assert nearest_each(["Rivrbend", "harbour", "Phase 02", "x", "Phase 4"], names) == [
        ["Riverbend"],
        ["Harbor"],
        ["Phase 2"],
        [],
        [],
    ]
    assert nearest_each(["Riverben"], names) == [["Riverbend", "Riverbent"]]
    assert len(nearest_each(["Riverben"], [f"Riverben{one}" for one in "abcdefgh"])[0]) == 6
    assert nearest_each(["Harbor"], []) == [[]]
