"""What the configuration leaves out: checks that are not made, and deliverables that nothing in the base names."""

from conftest import ROOT

from milestones.setup import checks_not_made, unknown_deliverables, unknown_milestones
from settings.load import load_settings
from settings.models import Settings

SHIPPED = load_settings(ROOT / "config.toml")
MVP, MMP = "MVP #1 Release-level Vision", "MMP Release-level Vision"


def unknown(*names: str) -> list[str]:
    return [item.deliverable for item in unknown_deliverables(names, SHIPPED)]


def without(table: str, *fields: str) -> Settings:
    """The shipped configuration without these fields, or without the table."""
    values = SHIPPED.model_dump(by_alias=True)
    if not fields:
        del values["tables"][table]
    for field in fields:
        del values["tables"][table]["fields"][field]
    return Settings.model_validate(values)


def test_a_deliverable_is_known_by_its_name_an_alias_or_a_tolerable_spelling() -> None:
    assert unknown() == [MVP, MMP]
    assert unknown("Roadmap", "") == [MVP, MMP]
    assert unknown("mvp # 1 release-level vision") == [MMP]
    assert unknown("MVP Release-level Visions", MMP) == []


def test_a_name_without_its_release_is_enough_where_the_record_has_a_field_for_it() -> None:
    assert unknown("Release-level Vision") == []


def test_a_milestone_whose_own_deliverables_are_asked_must_be_one_of_the_bases() -> None:
    every = load_settings(ROOT / "examples" / "base-vision.toml")
    assert unknown_milestones(["Vision", "Scope"], every) == []
    assert unknown_milestones(["vision "], every) == []
    assert [item.milestone for item in unknown_milestones(["Visoin"], every)] == ["Vision"]
    assert unknown_milestones([], SHIPPED) == []
    # What stands for all that the base defines is no deliverable's name.
    assert [item.deliverable for item in unknown_deliverables(["Vision Boards"], every)] == [MVP, MMP]


MISSION = [
    (f"tables.project_deliverables.fields.{field}", f"a complete deliverable needs no {field.replace('_', ' ')}")
    for field in ("purpose", "target_audience", "value_proposition")
]


def unchecked(settings: Settings) -> list[tuple[str, str]]:
    """What is not checked besides the parts of a mission, for which the sample base has no fields."""
    return [told for told in checks_not_made(settings) if told not in MISSION]


def test_the_shipped_configuration_leaves_nothing_out_but_the_parts_of_a_mission_and_says_so() -> None:
    assert checks_not_made(SHIPPED) == MISSION


def test_evidence_is_unchecked_without_one_of_its_fields() -> None:
    [(place, what)] = unchecked(without("project_deliverables", "files"))
    assert place == "tables.project_deliverables.fields.files" and what.endswith("needs no link or file")
    assert len(unchecked(without("project_deliverables", "link", "files"))) == 2


def test_staleness_is_unchecked_only_without_both_dates() -> None:
    assert unchecked(without("project_deliverables", "revised")) == []
    assert [place for place, _ in unchecked(without("project_deliverables", "revised", "modified"))] == [
        "tables.project_deliverables.fields.revised"
    ]


def test_a_date_that_a_rule_counts_from_is_missed() -> None:
    found = unchecked(without("projects", "start"))
    assert {place for place, _ in found} == {"tables.projects.fields.start"}
    assert [what for _, what in found][1:] == ["what is due by a rule that counts from it has no due date"]
    assert unchecked(without("projects", "end")) == []


def test_what_has_no_rule_for_its_due_date_needs_the_records_own() -> None:
    assert unchecked(without("project_deliverables", "due")) == []
    values = without("project_deliverables", "due").model_dump(by_alias=True)
    values["requirements"][0]["due"] = None
    assert unchecked(Settings.model_validate(values)) == [
        ("tables.project_deliverables.fields.due", "nothing of it is ever due soon or overdue")
    ]


def test_without_its_catalogue_what_a_base_defines_is_not_compared() -> None:
    [(place, what)] = unchecked(without("catalogue"))
    assert place == "tables.catalogue" and what.endswith("the base itself defines is not shown")


def test_a_base_of_catalogue_only_judges_no_project() -> None:
    values = SHIPPED.model_dump(by_alias=True)
    del values["tables"]["projects"], values["tables"]["project_deliverables"]
    [(place, what)] = unchecked(Settings.model_validate(values))
    assert place == "tables.projects" and "no project is judged" in what
