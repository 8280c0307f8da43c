"""Names in config.toml meet a base's schema once; every disagreement is told at once, with a way out."""

from copy import deepcopy
from typing import Any

import pytest
from airtable_standin import Base
from conftest import BASE, Config

from settings.errors import BadAnswer, MappingError
from settings.load import load_settings
from sync.mapping import Column, TablePlan, resolve

Schema = dict[str, Any]


@pytest.fixture
def schema(base: Base) -> Schema:
    return {"tables": deepcopy(base.tables)}


def named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(item for item in items if item["name"] == name)


def field(schema: Schema, table: str, name: str) -> dict[str, Any]:
    return named(named(schema["tables"], table)["fields"], name)


def plans(write_config: Config, schema: Any, **changes: object) -> dict[str, TablePlan]:
    settings = load_settings(write_config(**changes))
    return {plan.name: plan for plan in resolve(settings, schema, BASE)}


def column(plan: TablePlan, name: str) -> Column:
    return next(column for column in plan.columns if column.name == name)


def faults(write_config: Config, schema: Any, **changes: object) -> str:
    with pytest.raises(MappingError) as caught:
        plans(write_config, schema, **changes)
    assert BASE in caught.value.cause and "config.toml" in caught.value.remedy
    return caught.value.cause


def test_every_mapped_table_and_field_is_known_by_its_id(write_config: Config, schema: Schema) -> None:
    found = plans(write_config, schema)
    assert set(found) == {"projects", "project_deliverables", "milestones", "catalogue"}
    assert found["catalogue"].table_id == named(schema["tables"], "Deliverables")["id"]
    for plan in found.values():
        ids = {item["name"]: item["id"] for item in named(schema["tables"], plan.table_name)["fields"]}
        assert {item.field_name: item.field_id for item in plan.columns} == {
            item.field_name: ids[item.field_name] for item in plan.columns
        }
    assert [item.name for item in found["catalogue"].columns] == [
        "name", "milestones", "description", "steps", "example", "template",
    ]  # fmt: skip


def test_links_are_told_from_text(write_config: Config, schema: Schema) -> None:
    plan = plans(write_config, schema)["project_deliverables"]
    assert column(plan, "project").is_link
    assert not column(plan, "deliverable").is_link  # a select in the sample base


def test_a_table_and_a_field_may_be_named_by_id_and_then_be_renamed(write_config: Config, schema: Schema) -> None:
    table, phase = named(schema["tables"], "Projects"), field(schema, "Projects", "Phase")
    table["name"], phase["name"] = "Ventures", "Stage"
    found = plans(
        write_config, schema, tables__projects__table=table["id"], tables__projects__fields__phase=phase["id"]
    )["projects"]
    assert (found.table_name, column(found, "phase").field_id) == ("Ventures", phase["id"])
    assert column(found, "phase").field_name == "Stage"


def test_case_and_white_space_of_a_name_do_not_matter(write_config: Config, schema: Schema) -> None:
    found = plans(write_config, schema, tables__projects__fields__phase=" PHASE ")
    assert column(found["projects"], "phase").field_name == "Phase"


def test_a_name_as_it_is_written_goes_before_one_that_is_only_alike(write_config: Config, schema: Schema) -> None:
    fields = named(schema["tables"], "Projects")["fields"]
    fields.insert(0, {"id": "fldOther000000000", "name": "phase", "type": "singleLineText"})
    assert column(plans(write_config, schema)["projects"], "phase").field_id == field(schema, "Projects", "Phase")["id"]
    assert "no field 'PHASE'" in faults(write_config, schema, tables__projects__fields__phase="PHASE")
    fields[0]["name"] = " Phase "
    spaced = plans(write_config, schema, tables__projects__fields__phase=" Phase ")["projects"]
    assert column(spaced, "phase").field_id == fields[0]["id"]


def test_all_disagreements_are_told_at_once_with_the_nearest_names(write_config: Config, schema: Schema) -> None:
    field(schema, "Projects", "Start Date")["type"] = "checkbox"
    field(schema, "Milestones", "Order")["type"] = "multipleAttachments"
    told = faults(
        write_config,
        schema,
        tables__projects__fields__phase="Phases",
        tables__projects__fields__status="Whatever",
        tables__catalogue__table="Deliverable",
    )
    for part in (
        "[tables.projects.fields] phase: table 'Projects' has no field 'Phases' (did you mean “Phase”?)",
        "[tables.projects.fields] status: table 'Projects' has no field 'Whatever'; ",
        "[tables.projects.fields] start: field 'Start Date' is a checkbox; a date is needed",
        "[tables.milestones.fields] order: field 'Order' is a multipleAttachments; a number is needed",
        "[tables.catalogue] table 'Deliverable' is not in the base (did you mean “Deliverables”?)",
    ):
        assert part in told, part


def test_a_link_where_text_is_needed_asks_for_a_lookup(write_config: Config, schema: Schema) -> None:
    told = faults(write_config, schema, tables__projects__fields__status="Project Deliverables")
    assert "is a multipleRecordLinks; map a lookup field that shows the linked record's name instead" in told


def test_a_link_to_another_table_than_the_mapped_one_is_refused(write_config: Config, schema: Schema) -> None:
    told = faults(write_config, schema, tables__catalogue__fields__milestones="Workshops")
    assert (
        "[tables.catalogue.fields] milestones: field 'Workshops' links to another table than [tables.milestones]"
        in told
    )


def test_a_link_to_a_table_that_nobody_mapped_asks_for_it(write_config: Config, schema: Schema) -> None:
    told = faults(write_config, schema, tables__catalogue=None)
    assert "[tables.milestones.fields] deliverables" in told and "[tables.catalogue] is not mapped; map it too" in told


@pytest.mark.parametrize(
    ("options", "zone"),
    [
        ({"timeZone": "Europe/Helsinki"}, "Europe/Helsinki"),
        ({"timeZone": "utc"}, "utc"),
        ({"timeZone": "client"}, None),
        ({}, None),
    ],
)
def test_the_time_zone_of_a_date_is_that_of_its_field(
    write_config: Config, schema: Schema, options: dict[str, str], zone: str | None
) -> None:
    plain, computed = field(schema, "Projects", "Start Date"), field(schema, "Projects", "End Date")
    plain |= {"type": "dateTime", "options": options}
    computed |= {"type": "formula", "options": {"result": {"type": "dateTime", "options": options}}}
    found = plans(write_config, schema)["projects"]
    assert [(column(found, name).field_type, column(found, name).time_zone) for name in ("start", "end")] == [
        ("dateTime", zone),
        ("dateTime", zone),
    ]


@pytest.mark.parametrize("field_type", ["aiText", "somethingNew", "singleCollaborator", "multipleLookupValues"])
def test_text_is_had_from_any_type_but_a_link(write_config: Config, schema: Schema, field_type: str) -> None:
    field(schema, "Projects", "Status")["type"] = field_type
    assert column(plans(write_config, schema)["projects"], "status").field_type == field_type


@pytest.mark.parametrize("type_of_order", ["count", "autoNumber", "singleLineText", "formula"])
def test_a_number_is_had_from_numbers_text_and_formulas(
    write_config: Config, schema: Schema, type_of_order: str
) -> None:
    field(schema, "Milestones", "Order")["type"] = type_of_order
    assert column(plans(write_config, schema)["milestones"], "order").kind == "number"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        "text",
        {"tables": None},
        {"tables": {}},
        {"tables": [None]},
        {"tables": [{"id": "tbl1", "name": "Projects"}]},
        {"tables": [{"id": "tbl1", "name": None, "fields": []}]},
        {"tables": [{"id": "tbl1", "name": "Projects", "fields": None}]},
        {"tables": [{"id": "tbl1", "name": "Projects", "fields": [{"id": "fld1", "name": "Name"}]}]},
        {"tables": [{"id": "tbl1", "name": "Projects", "fields": ["Name"]}]},
    ],
)
def test_what_is_no_schema_is_refused(write_config: Config, answer: Any) -> None:
    with pytest.raises(BadAnswer, match="has no tables"):
        plans(write_config, answer)


def test_a_base_without_tables_points_to_the_tokens_access(write_config: Config) -> None:
    with pytest.raises(BadAnswer, match="as far as this token sees") as caught:
        plans(write_config, {"tables": []})
    assert caught.value.remedy == "Check the base's id and the token's access"


@pytest.mark.parametrize(
    "options",
    [
        "none",
        {"recordLinkFieldId": ["fldA"]},
        {"linkedTableId": 5},
        {"referencedFieldIds": "fldA"},
        {"referencedFieldIds": [["fldA"]]},
        {"result": "text"},
        {"result": {"type": "dateTime", "options": {"timeZone": 5}}},
    ],
    ids=str,
)
def test_options_that_are_none_make_no_schema(write_config: Config, schema: Schema, options: Any) -> None:
    table = named(schema["tables"], "Projects")
    table["fields"].append({"id": "fldOdd00000000000", "name": "Odd", "type": "formula", "options": options})
    with pytest.raises(BadAnswer, match="answer for the schema"):
        resolve(load_settings(write_config()), schema, BASE)
