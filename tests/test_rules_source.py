"""Requirements that the base's own catalogue gives, and the examples that ship."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from rules_builders import AS_OF, MMP, MVP, TABLES, Row, base, pairs, project, reasons, record, settings, states
from sqlalchemy import make_url

from milestones.catalogue import catalogue
from milestones.definitions import required
from milestones.findings import findings
from milestones.verdicts import judge
from milestones.words import CELL
from settings.load import load_settings
from settings.models import Again, Due, Settings
from settings.names import spelling
from sync.engine import open_store
from sync.frames import Frames, load
from sync.job import run
from sync.sample_base import SampleBase, generations

OWN: Row = {"source": "base", "deliverable": "*", "id": ""}
WITH_CATALOGUE = {
    "tables": TABLES
    | {"milestones": {"table": "M", "fields": {"name": "N"}}, "catalogue": {"table": "C", "fields": {"name": "N"}}}
}
VISION: Row = {
    "record_id": "recV",
    "name": "vision",
    "project_types": ["Website Project", "Toolkit"],
    "deliverables": ["recR", "recB", "recGone"],
}
ITEMS: list[Row] = [{"record_id": "recB", "name": "Vision Boards"}, {"record_id": "recR", "name": " Road  map"}]


FRAGMENT: list[Row] = [{"record_id": "recX", "name": "ro"}]


def asked(*requirements: Row, milestones: list[Row] | None = None, items: list[Row] = ITEMS, **more: Any) -> Settings:
    frames = base(milestones=[VISION] if milestones is None else milestones, catalogue=items, **more)
    return required(frames, settings(*requirements, **WITH_CATALOGUE))


def told(made: Settings) -> list[tuple[str, str, object]]:
    return [(item.id, item.deliverable, item.project_types) for item in made.requirements]


def test_the_bases_own_deliverables_of_a_milestone_are_asked_of_the_types_that_it_lists() -> None:
    made = asked({**OWN, "evidence": ["link"]})
    assert told(made) == [
        ("vision-road-map", "Road map", ("Web", "Toolkit")),
        ("vision-vision-boards", "Vision Boards", ("Web", "Toolkit")),
    ]
    assert {item.evidence for item in made.requirements} == {("link",)}
    assert told(required(base(), made)) == told(made), "once is enough"


@pytest.mark.parametrize(
    ("types", "listed", "asks"),
    [
        pytest.param(["Discovery"], ["Website Project"], ("Discovery",), id="those the requirement lists"),
        pytest.param("all", None, "all", id="all where the base lists none"),
        pytest.param("all", ["Toolkit"], ("Toolkit",), id="as the base writes one that nobody mapped"),
    ],
)
def test_the_types_are_the_requirements_else_the_bases(types: object, listed: object, asks: object) -> None:
    made = asked(OWN | {"project_types": types}, milestones=[VISION | {"project_types": listed}])
    assert {item.project_types for item in made.requirements} == {asks}


def test_what_the_handbook_asks_already_is_not_asked_twice() -> None:
    made = asked({"id": "mine", "deliverable": "vision-board"}, OWN)
    assert [name for name, *_ in told(made)] == ["mine", "vision-road-map"]


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        pytest.param("Release-level Vision", [], id="named without its release"),
        pytest.param("MVP #2 Release-level Vision", ["vision-mvp-2-release-level-vision"], id="of another release"),
        pytest.param("TBD", ["vision-base"], id="a placeholder"),
        pytest.param("ro", ["vision-base"], id="a fragment, though a record is called so"),
    ],
)
def test_a_definition_that_says_nothing_more_than_the_handbook_adds_nothing(name: str, asks: list[str]) -> None:
    own = settings(MVP, MMP, OWN, **WITH_CATALOGUE)
    item = [{"record_id": "recR", "name": name}]
    handed = [record(record_id=f"rec{one}", deliverable=["recR"], release=one) for one in ("MVP #1", "MMP")]
    frames = base([project()], handed, milestones=[VISION | {"deliverables": ["recR"]}], catalogue=item)
    assert [key for key, *_ in told(required(frames, own))] == ["mvp", "mmp", *asks]
    details = " ".join(judge(frames, own, AS_OF).unplaced["detail"])
    assert ("says nothing and is asked for only if config.toml requires it by name" in details) == (name == "ro")
    if not asks:
        assert pairs(judge(frames, own, AS_OF), "requirement", "state") == {"mvp": "complete", "mmp": "complete"}
        shown = catalogue(frames, own)
        assert shown.loc[shown["defined"] & (shown["project_type"] == "Web"), "required"].tolist() == [True, True]


def test_each_definition_is_asked_of_the_types_of_its_own_rows() -> None:
    rows = [
        VISION | {"project_types": ["Website Project"], "deliverables": ["recR", "recB"]},
        VISION | {"record_id": "recW", "project_types": ["Discovery"], "deliverables": ["recB", "recC"]},
    ]
    items = [*ITEMS, {"record_id": "recC", "name": "Blueprint"}]
    assert {name: types for _, name, types in told(asked(OWN, milestones=rows, items=items))} == {
        "Road map": ("Web",),
        "Vision Boards": ("Web", "Discovery"),
        "Blueprint": ("Discovery",),
    }


def test_what_the_base_defines_nearly_twice_is_asked_once_and_a_record_of_either_is_of_it() -> None:
    twice: list[Row] = [*ITEMS, {"record_id": "recA", "name": "Vision-Board"}]
    vision = VISION | {"deliverables": ["recB", "recA"]}
    assert [name for name, *_ in told(asked(OWN, milestones=[vision], items=twice))] == ["vision-vision-boards"]
    named = asked({"id": "mine", "deliverable": "Vision-Board"}, OWN, milestones=[vision], items=twice)
    assert [name for name, *_ in told(named)] == ["mine"]
    handed = [record(deliverable=["recA"]), record(record_id="recX", deliverable=["recB"], project=["recOther"])]
    frames = base(
        [project(), project(record_id="recOther", name="Harbor")], handed, milestones=[vision], catalogue=twice
    )
    own = settings(OWN, **WITH_CATALOGUE)
    judgement = judge(frames, own, AS_OF)
    assert states(judgement, "project", "state", "flags") == [
        ("Harbor", "complete", ""),
        ("Riverbend", "complete", "unconfirmed_match"),
    ]
    shown = catalogue(frames, own)
    assert shown.loc[shown["required"] & shown["defined"], "record_id"].unique().tolist() == ["recB"]
    found = findings(frames, own, judgement)
    twins = found[found["finding"] == "definition_nearly_twice"]
    assert twins[["object", "detail"]].to_numpy().tolist() == [["Vision Boards", "It is almost called “Vision-Board”."]]


SCOPE: Row = {"record_id": "recS", "name": "Scope", "deliverables": ["recB"]}
BOTH = (OWN, OWN | {"milestone": "Scope"})


def test_one_of_several_milestones_is_asked_once_unless_records_can_tell() -> None:
    once = asked(*BOTH, milestones=[VISION, SCOPE], unmapped=["project_deliverables.milestone"])
    assert [name for name, *_ in told(once)] == ["vision-road-map", "vision-vision-boards"]
    each = asked(*BOTH, milestones=[VISION, SCOPE])
    assert [name for name, *_ in told(each)] == ["vision-road-map", "vision-vision-boards", "scope-vision-boards"]


def test_one_of_several_milestones_is_asked_of_whomever_any_of_them_is() -> None:
    untyped = SCOPE | {"project_types": None}
    first, second = OWN | {"phases": ["Phase 1"]}, OWN | {"milestone": "Scope"}
    alone = ["project_deliverables.milestone"]
    made = asked(first, second, milestones=[VISION | {"project_types": ["Website Project"]}, untyped], unmapped=alone)
    boards = next(item for item in made.requirements if item.deliverable == "Vision Boards")
    assert (boards.project_types, boards.phases) == ("all", ())
    both = asked(first, second | {"phases": ["Phase 2"]}, milestones=[VISION, untyped], unmapped=alone)
    assert {item.phases for item in both.requirements} == {("Phase 1",), ("Phase 1", "Phase 2")}


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ({}, {"evidence": ["link"]}, {"evidence": ("link",)}),
        ({"evidence": ["link"]}, {}, {"evidence": ("link",)}),
        ({"evidence": ["link", "files"]}, {"evidence": ["files"]}, {"evidence": ("files",)}),
        ({"evidence": ["link"]}, {"evidence": ["files"]}, {"evidence": ("link", "files")}),
        ({"parts": ["vision"]}, {"parts": ["mission", "vision"]}, {"parts": ("vision", "mission")}),
        ({"audiences": ["Youth"]}, {"audiences": ["Donors"]}, {"audiences": ("Youth", "Donors")}),
        ({}, {"again": [{"phase": "Phase 2"}]}, {"again": (Again(phase="Phase 2"),)}),
        ({}, {"due": {"from": "end", "days": 5}}, {"due": Due.model_validate({"from": "end", "days": 5})}),
        (
            {"due": {"from": "start", "days": 56}},
            {"due": {"from": "start", "days": 7}},
            {"due": Due.model_validate({"from": "start", "days": 7})},
        ),
    ],
)
def test_one_of_several_milestones_asks_what_any_of_them_asks(first: Row, second: Row, both: Row) -> None:
    asking = (OWN | first, OWN | {"milestone": "Scope"} | second)
    alone = ["project_deliverables.milestone"]
    boards = asked(*asking, milestones=[VISION, SCOPE], unmapped=alone).requirements[1]
    assert boards.deliverable == "Vision Boards"
    assert {name: getattr(boards, name) for name in both} == both


@pytest.mark.parametrize(
    ("milestones", "reason"),
    [
        pytest.param(
            [], "The base has no milestone called “Vision”, so what is asked is not known.", id="no milestone"
        ),
        pytest.param(
            [VISION | {"name": "Visoin"}],
            "The base has no milestone called “Vision” (did you mean “Visoin”?), so what is asked is not known.",
            id="misspelt",
        ),
        pytest.param(
            [VISION | {"deliverables": []}],
            "The base's milestone “Vision” holds no deliverables, so nothing is asked.",
            id="without deliverables",
        ),
        pytest.param(
            [VISION | {"deliverables": ["recX"]}],
            "The base's milestone “Vision” holds only deliverables whose names say nothing, so nothing is asked: "
            "give them whole names, or require them by name in config.toml.",
            id="a fragment alone",
        ),
    ],
)
def test_a_milestone_of_which_nothing_is_known_makes_unknown_and_never_silence(
    milestones: list[Row], reason: str
) -> None:
    made = asked(OWN, milestones=milestones, items=FRAGMENT)
    assert told(made) == [("vision-base", "Whatever the base defines", "all")]
    frames = base([project()], [record()], milestones=milestones, catalogue=FRAGMENT)
    for own in (made, settings(OWN, **WITH_CATALOGUE)):
        judgement = judge(frames, own, AS_OF)
        assert states(judgement, "requirement", "deliverable", "state", "reason") == [
            ("vision-base", "Whatever the base defines", "unknown", reason)
        ]
        assert reasons(judgement) == {"recA": "no_requirement"}


def test_a_milestone_is_told_by_its_own_name_before_one_that_is_close() -> None:
    other = {"record_id": "recW", "name": "Visions", "deliverables": ["recC"]}
    items = [*ITEMS, {"record_id": "recC", "name": "Charter"}]
    assert [name for name, *_ in told(asked(OWN, milestones=[VISION, other], items=items))] == [
        "vision-road-map",
        "vision-vision-boards",
    ]
    assert [name for name, *_ in told(asked(OWN, milestones=[other], items=items))] == ["vision-charter"]


@pytest.mark.parametrize(
    ("listed", "state"), [(["Toolkit", "Kit"], "unknown"), (["Website Project", "Toolkit", "Kit"], "missing")]
)
def test_types_that_nobody_mapped_make_unknown_of_whom_else_it_is_asked(listed: list[str], state: str) -> None:
    milestones = [VISION | {"project_types": listed, "deliverables": ["recB"]}]
    owners = [project(), project(record_id="recS", name="Shore", type="Discovery")]
    frames = base(owners, milestones=milestones, catalogue=ITEMS)
    judgement = judge(frames, settings(OWN, **WITH_CATALOGUE), AS_OF)
    assert pairs(judgement, "project", "state") == {"Riverbend": state, "Shore": "unknown"}
    assert pairs(judgement, "project", "reason")["Shore"] == (
        "Nobody mapped the project types of the base's milestone “Vision”: Toolkit, Kit. Map them in config.toml."
    )


@pytest.mark.parametrize("fault", [("catalogue", "recR", "name"), ("milestones", "recV", "deliverables")])
def test_a_definition_that_could_not_be_read_does_not_vanish(fault: tuple[str, str, str]) -> None:
    items = [ITEMS[0], ITEMS[1] | {"name": None}] if fault[0] == "catalogue" else ITEMS[:1]
    frames = base([project()], milestones=[VISION], catalogue=items, faults=[fault])
    judgement = judge(frames, settings(OWN, **WITH_CATALOGUE), AS_OF)
    told = "A definition of the base's milestone “Vision” could not be read, so what is asked is not known."
    assert states(judgement, "deliverable", "state", "reason") == [
        ("What could not be read", "unknown", told),
        ("Vision Boards", "missing", "There is no record of it."),
    ]
    elsewhere = base([project()], milestones=[VISION], catalogue=ITEMS[:1], faults=[("catalogue", "recX", "name")])
    assert len(judge(elsewhere, settings(OWN, **WITH_CATALOGUE), AS_OF).verdicts) == 1


def test_types_that_could_not_be_read_make_unknown_of_whom_it_is_asked() -> None:
    milestones = [VISION | {"project_types": None, "deliverables": ["recB"]}]
    faults = [("milestones", "recV", "project_types")]
    frames = base([project()], milestones=milestones, catalogue=ITEMS, faults=faults)
    judgement = judge(frames, settings(OWN, **WITH_CATALOGUE), AS_OF)
    assert states(judgement, "deliverable", "state", "reason") == [
        ("Vision Boards", "unknown", "The project types of the base's milestone “Vision” could not be read.")
    ]


def test_it_is_judged_as_any_other() -> None:
    frames = base(
        [project()],
        [record(deliverable=["recR"]), record(record_id="recC", deliverable="vision boards", status="Doing")],
        milestones=[VISION],
        catalogue=ITEMS,
    )
    judgement = judge(frames, settings(OWN, MVP, **WITH_CATALOGUE), AS_OF)
    assert pairs(judgement, "requirement", "state") == {
        "vision-road-map": "complete",
        "vision-vision-boards": "in_progress",
        "mvp": "missing",
    }
    found = catalogue(frames, settings(OWN, MVP, **WITH_CATALOGUE))
    web = found[found["project_type"] == "Web"]
    assert dict(zip(web["deliverable"], web["defined"], strict=True)) == {
        "Road map": True,
        "Vision Boards": True,
        "MVP #1 Release-level Vision": False,
    }


@pytest.mark.parametrize(
    ("requirement", "sections", "words"),
    [
        ({"deliverable": "*"}, WITH_CATALOGUE, 'needs source = "base"'),
        (OWN | {"release": "MVP"}, WITH_CATALOGUE, "belong to one deliverable"),
        (OWN | {"aliases": ["x"]}, WITH_CATALOGUE, "belong to one deliverable"),
        (OWN, {}, "needs [tables.catalogue]"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(requirement: Row, sections: Row, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("[", r"\[").replace("*", r"\*")):
        settings(requirement, **sections)


# The examples

EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
SHIPPED = load_settings(ROOT / "config.toml")
DAY = date(2026, 10, 5)
ELEVEN = [
    *("Intake", "Continuous Discovery", "Vision", "Scope", "Architecture", "Requirements", "Development"),
    *("Experience Design", "Quality Assurance", "Acceptance Testing", "Launch"),
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The sample's last generation."""
    url = make_url(f"sqlite:///{tmp_path_factory.mktemp('source') / 'mirror.db'}")
    source = SampleBase(generations()[-1])
    run(SHIPPED, source, open_store(url, create=True), judged_on=source.judged_on)
    return load(url)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_config_toml_but_for_its_requirements(path: Path) -> None:
    changed = load_settings(path).model_dump(exclude={"requirements", "store"})
    assert changed == SHIPPED.model_dump(exclude={"requirements", "store"})
    assert load_settings(path).store.url == SHIPPED.store.url.replace("///", "///../")
    assert load_settings(path).requirements[:2] == SHIPPED.requirements


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_judges_the_sample_base_and_its_counts_add_up(path: Path, sample: Frames) -> None:
    own = load_settings(path)
    judgement = judge(sample, own, DAY)
    verdicts, shipped = judgement.verdicts, judge(sample, SHIPPED, DAY).verdicts
    # What config.toml asks is judged as before.
    same = verdicts[verdicts["requirement"].isin(shipped["requirement"])].reset_index(drop=True)
    assert same[[*CELL, "state", "flags"]].equals(shipped[[*CELL, "state", "flags"]])
    asked = {item.id for item in required(sample, own).requirements}
    cells = {(project, item) for project in sample.projects["record_id"] for item in asked}
    assert set(zip(verdicts["project_id"], verdicts["requirement"], strict=True)) == cells
    deciding, others = verdicts["record_id"].dropna(), judgement.unplaced["record_id"]
    assert sorted([*deciding, *others]) == sorted(sample.project_deliverables["record_id"])
    found = findings(sample, own, judgement)
    assert set(found["severity"]) == {"error", "warning", "note"}


@pytest.mark.parametrize("path", [ROOT / "config.toml", *EXAMPLES], ids=lambda path: path.stem)
def test_every_milestone_and_definition_of_the_sample_is_used_or_found(path: Path, sample: Frames) -> None:
    own = required(sample, load_settings(path))
    judgement = judge(sample, own, DAY)
    found = findings(sample, own, judgement)
    rows = found.dropna(subset="record_id").groupby("table")["record_id"].agg(set)
    listed = ", ".join(found.loc[found["finding"] == "definition_unused", "detail"])
    # What is used, told by the frames alone: what a record links, and what config.toml names.
    linked = set(sample.links["project_deliverables.deliverable"]["linked_id"])
    written = set(sample.project_deliverables["deliverable"].dropna().map(spelling))
    texts = [(text, item.release) for item in own.requirements for text in (item.deliverable, *item.aliases)]
    asked = {spelling(one) for text, release in texts for one in (text, text.removeprefix(f"{release} "))}
    items = sample.catalogue.fillna("")
    untold = [
        name
        for key, name in zip(items["record_id"], items["name"], strict=True)
        if key not in linked | rows["catalogue"] and spelling(name) not in written | asked and name not in listed
    ]
    assert untold == []
    assert listed or path.stem == "all-milestones"
    named = {spelling(item.milestone) for item in own.requirements}
    steps = sample.milestones.fillna({"name": ""})
    assert {
        name
        for key, name in zip(steps["record_id"], steps["name"], strict=True)
        if key not in rows["milestones"] and spelling(name) not in named
    } <= {"Intake", "Requirements"}, "those of what has been handed in"


def test_scope_is_asked_as_the_handbook_has_it(sample: Frames) -> None:
    own = load_settings(ROOT / "examples" / "scope.toml")
    judgement = judge(sample, own, DAY)
    verdicts = judgement.verdicts
    scope = verdicts[verdicts["milestone"] == "Scope"]
    assert set(scope["deliverable"]) == {"MVP #1 Release-level Scope", "MMP Release-level Scope"}
    # Nobody has handed in a scope; the 7 projects that owe nothing owe none of it either.
    assert scope["state"].value_counts().to_dict() == {"missing": 106, "not_required": 14}
    found = findings(sample, own, judgement)
    never = found[found["finding"] == "requirement_never_matched"]
    assert never["object"].tolist() == ["Scope"]
    assert never["detail"].iloc[0].endswith("2 deliverables: MVP #1 Release-level Scope, MMP Release-level Scope.")


def test_the_bases_own_vision_deliverables_find_their_records(sample: Frames) -> None:
    judgement = judge(sample, load_settings(ROOT / "examples" / "base-vision.toml"), DAY)
    verdicts = judgement.verdicts
    own = verdicts[verdicts["deliverable"].isin(["Vision Boards", "Roadmap", "Pitch Deck"])]
    assert len(own) == 3 * len(sample.projects)
    # The base asks them of five types; of a type that nobody mapped it is unknown whether it owes them.
    unknown = own[own["project_type"] == "unknown"]
    assert set(unknown["state"]) == {"unknown"} and len(unknown) == 6
    # Records of these three were of no requirement before; now each decides one.
    records = sample.project_deliverables
    handed = set(records.loc[records["deliverable"].isin(["Vision Boards", "Roadmap", "Pitch Deck"]), "record_id"])
    assert handed and handed == set(own["record_id"].dropna())
    assert handed <= set(reasons(judge(sample, SHIPPED, DAY)))


def test_all_eleven_milestones_work_by_configuration_alone(sample: Frames) -> None:
    own = load_settings(ROOT / "examples" / "all-milestones.toml")
    asked = required(sample, own).requirements
    assert list(dict.fromkeys(item.milestone for item in asked)) == ["Vision", *(n for n in ELEVEN if n != "Vision")]
    # Each definition of a milestone is asked once: 118, less 14 of no milestone and 9 of the pseudo row alone.
    assert len(asked) - 2 == 118 - 14 - 9
    judgement = judge(sample, own, DAY)
    verdicts = judgement.verdicts
    assert set(verdicts["milestone"]) == set(ELEVEN)
    assert "requirement_never_matched" not in set(findings(sample, own, judgement)["finding"])
    built = verdicts[verdicts["milestone"] == "Development"]
    # Of these, Launch, which is asked of all types, shares the release notes.
    shared = built["deliverable"] == "Release Notes"
    assert set(built.loc[(built["project_type"] == "Service Design") & ~shared, "state"]) == {"not_required"}
    assert "missing" in set(built.loc[(built["project_type"] == "Service Design") & shared, "state"])
    assert "missing" in set(built.loc[built["project_type"] == "Mobile App", "state"])


def test_a_definition_of_several_milestones_is_asked_of_the_types_of_all_in_whatever_order(sample: Frames) -> None:
    own = load_settings(ROOT / "examples" / "all-milestones.toml")
    turned = own.model_copy(update={"requirements": own.requirements[::-1]})

    def asked(settings: Settings) -> set[tuple[str, str]]:
        types = sorted(SHIPPED.project_types)
        return {
            (name, item.deliverable)
            for item in required(sample, settings).requirements
            for name in (types if item.project_types == "all" else item.project_types)
        }

    assert asked(own) == asked(turned)
    assert ("Service Design", "Accessibility Checklist") in asked(own)
