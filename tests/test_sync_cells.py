"""Every shape that Airtable gives a cell becomes a value of its kind, or a counted fault; never a crash."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.cells import Rows, rows
from sync.mapping import Column, TablePlan

RECORD = "rec00000000000001"


def read(kind: str, cell: Any, field_type: str = "singleLineText", time_zone: str | None = None) -> Rows:
    """One record whose only mapped field, of this kind, holds this cell."""
    column = Column("field", kind, "fld00000000000001", "Field", field_type, time_zone)
    plan = TablePlan("projects", "tbl00000000000001", "Table", (column,))
    fields = {} if cell is None else {"fld00000000000001": cell}
    return rows(plan, [{"id": RECORD, "createdTime": "2026-01-01T10:00:00.000Z", "fields": fields}])


def value(kind: str, cell: Any, **options: Any) -> Any:
    made = read(kind, cell, **options)
    assert not made.faults["fault"]
    return made.records["field"][0]


def fault(kind: str, cell: Any) -> str:
    """What is said of a cell that cannot be read; it becomes null and nothing else of the record is lost."""
    made = read(kind, cell)
    assert made.records == {
        "record_id": [RECORD],
        "created_time": [datetime.fromisoformat("2026-01-01T10:00")],
        "field": [None],
    }
    (told,) = made.faults["fault"]
    assert made.faults == {"table_name": ["projects"], "record_id": [RECORD], "field": ["field"], "fault": [told]}
    return str(told)


PERSON = {"id": "usr00000000000001", "email": "ada@example.org", "name": "Ada"}
FILE = {"id": "att00000000000001", "filename": "a.pdf", "type": "application/pdf", "size": 5, "url": "https://v5/x"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        ("", None),
        (" \n ", None),
        ("  Vision \n", "Vision"),
        (PERSON, "Ada"),
        (PERSON | {"name": ""}, "ada@example.org"),
        ([PERSON, PERSON | {"name": "Ben"}], "Ada, Ben"),
        (["one"], "one"),
        (["one", None, "two"], "one, two"),
        ([], None),
        ([None], None),
        ({"state": "generated", "value": "A summary", "isStale": False}, "A summary"),
        ({"state": "empty", "value": None, "isStale": True}, None),
        ({"state": "error", "errorType": "emptyDependency", "value": None, "isStale": True}, None),
        ({"text": "4006381333931", "type": "ean13"}, "4006381333931"),
        ({"label": "Open", "url": "https://example.org"}, "Open"),
        ([FILE], "a.pdf"),
        (True, "true"),
        (5, "5"),
        (5.0, "5"),
        (5.5, "5.5"),
        ([1, 2.0], "1, 2"),
        ({"brand": "new", "shape": [1]}, '{"brand":"new","shape":[1]}'),
        ([[1], ["é"]], '[1], ["é"]'),
        ("a\x00b", "ab"),
        ({"name": "a\x00b"}, "ab"),
        ("cut emoji \ud83d", "cut emoji ?"),
        ({"brand": "\ud83d"}, '{"brand":"?"}'),
        ("<script>=1+1|@here", "<script>=1+1|@here"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "reference"])
def test_text(kind: str, cell: Any, text: str | None) -> None:
    assert ascii(value(kind, cell)) == ascii(text)  # half an emoji in a report would break pytest-xdist


@pytest.mark.parametrize("kind", ["text", "list", "number", "date", "time"])
@pytest.mark.parametrize(
    ("cell", "told"),
    [({"error": "#ERROR!"}, "#ERROR!"), ({"specialValue": "NaN"}, "NaN"), ([{"error": "#REF!"}], "#REF!")],
)
def test_a_formulas_error_is_a_fault_of_that_cell_only(kind: str, cell: Any, told: str) -> None:
    assert told in fault(kind, cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(None, None), (0, 0.0), (3, 3.0), (2.5, 2.5), ("4", 4.0), ([7], 7.0), ([], None), ("", None), ([None], None)],
)
def test_number(cell: Any, number: float | None) -> None:
    assert value("number", cell) == number


@pytest.mark.parametrize("cell", ["four", [1, 2], {"new": 1}, "nan", "inf", float("inf"), "1e999", 10**400])
def test_what_is_no_number_is_a_fault(cell: Any) -> None:
    assert fault("number", cell).endswith("is not a number")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (None, None),
        ("", None),
        ("2026-03-01", date(2026, 3, 1)),
        (" 2026-03-01 ", date(2026, 3, 1)),
        (["2026-03-01"], date(2026, 3, 1)),
        ("2026-03-01T23:30:00.000Z", date(2026, 3, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_date(cell: Any, day: date | None) -> None:
    assert value("date", cell) == day


@pytest.mark.parametrize(
    ("zone", "cell", "day"),
    [
        ("America/Los_Angeles", "2026-03-02T04:30:00.000Z", date(2026, 3, 1)),
        ("Pacific/Auckland", "2026-03-01T23:30:00.000Z", date(2026, 3, 2)),
        ("Europe/Helsinki", "2026-06-30T21:00:00.000Z", date(2026, 7, 1)),  # summer time: three hours ahead
        ("Europe/Helsinki", "2026-12-31T21:59:59.000Z", date(2026, 12, 31)),  # winter: two
        ("utc", "2026-03-01T23:30:00.000Z", date(2026, 3, 1)),
        ("Not/A_Zone", "2026-03-01T23:30:00.000Z", date(2026, 3, 1)),
        (None, "2026-03-01T23:30:00.000Z", date(2026, 3, 1)),
    ],
)
def test_the_day_of_a_time_is_the_day_in_the_fields_own_zone(zone: str | None, cell: str, day: date) -> None:
    assert value("date", cell, field_type="dateTime", time_zone=zone) == day


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_a_plain_date_is_moved_by_no_zone(zone: str) -> None:
    assert value("date", "2026-03-01", field_type="date", time_zone=zone) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell", ["soon", "2026-02-30", 20260301, ["2026-01-01", "2026-01-02"], "0001-01-01T00:00:00+23:00"]
)
def test_what_is_no_date_is_a_fault(cell: Any) -> None:
    assert fault("date", cell).endswith("is not a date")


def test_a_time_is_kept_in_utc() -> None:
    assert value("time", "2026-03-01T23:30:00.000Z") == datetime.fromisoformat("2026-03-01T23:30")
    assert value("time", "2026-03-01T23:30:00.000+02:00") == datetime.fromisoformat("2026-03-01T21:30")
    assert fault("time", "later").endswith("is not a time")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (["Website", "App"], ["Website", "App"]),
        ("Website", ["Website"]),
        ([PERSON], ["Ada"]),
        ([FILE], [{key: FILE[key] for key in ("id", "filename", "type", "size")}]),
        ([{"filename": "b.png", "url": "https://v5/y"}], [{"filename": "b.png"}]),
        ([None, "", "x"], ["x"]),
        ([0, False, 10**30], [0, False, 10**30]),
        ([{"brand": "new"}], [{"brand": "new"}]),
        (["a\x00b", "\ud83d"], ["ab", "?"]),
        ([r"typed \u0000 by hand"], [r"typed \u0000 by hand"]),
        ([{**FILE, "filename": "\ud83d.pdf"}], [{**{k: FILE[k] for k in ("id", "type", "size")}, "filename": "?.pdf"}]),
    ],
)
def test_list(cell: Any, kept: list[Any]) -> None:
    assert json.loads(value("list", cell)) == kept


@pytest.mark.parametrize("cell", [None, [], [None, ""]])
def test_an_empty_list_is_no_value(cell: Any) -> None:
    assert value("list", cell) is None


def links(cell: Any) -> list[tuple[str, int]]:
    made = read("reference", cell, field_type="multipleRecordLinks")
    assert "field" not in made.records and not made.faults["fault"]
    found = made.links
    assert (
        {*found["table_name"]} <= {"projects"} and {*found["field"]} <= {"field"} and {*found["record_id"]} <= {RECORD}
    )
    return list(zip(found["linked_id"], found["position"], strict=True))


ONE, TWO = "recAAAAAAAAAAAAAA", "recBBBBBBBBBBBBBB"


@pytest.mark.parametrize(
    ("cell", "linked"),
    [
        (None, []),
        ([TWO, ONE], [(TWO, 0), (ONE, 1)]),
        ([{"id": TWO, "name": "B"}], [(TWO, 0)]),
        ([None, ONE], [(ONE, 0)]),
        (ONE, [(ONE, 0)]),
    ],
)
def test_links_keep_their_order_and_stand_apart(cell: Any, linked: list[tuple[str, int]]) -> None:
    assert links(cell) == linked


def test_a_page_keeps_each_records_cells_links_and_faults_apart() -> None:
    columns = (
        Column("name", "text", "fldA", "Name", "singleLineText"),
        Column("order", "number", "fldB", "Order", "formula"),
        Column("deliverables", "reference", "fldC", "Items", "multipleRecordLinks"),
    )
    ids = [f"rec{number:014d}" for number in range(3)]
    cells = [{"fldA": "one", "fldC": [ONE, TWO]}, {"fldB": {"error": "#ERROR!"}}, {"fldB": 3, "fldC": [ONE]}]
    page = [
        {"id": record_id, "createdTime": "2026-01-01T10:00:00.000Z", "fields": fields}
        for record_id, fields in zip(ids, cells, strict=True)
    ]
    made = rows(TablePlan("milestones", "tbl00000000000001", "Table", columns), page)
    assert (made.records["record_id"], made.records["name"]) == (ids, ["one", None, None])
    assert made.records["order"] == [None, None, 3.0]
    assert list(zip(*(made.links[key] for key in ("record_id", "linked_id", "position")), strict=True)) == [
        (ids[0], ONE, 0),
        (ids[0], TWO, 1),
        (ids[2], ONE, 0),
    ]
    assert made.faults["record_id"] == [ids[1]]


@pytest.mark.parametrize("cell", ["notarecord", ["rec\x00"], [{"id": None}], [{"id": "rec" + "A" * 40}]], ids=str)
def test_a_link_to_what_is_no_record_is_no_record(cell: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        links(cell)


def test_a_cell_that_nobody_mapped_is_not_kept() -> None:
    plan = TablePlan(
        "projects", "tbl00000000000001", "Table", (Column("name", "text", "fldA", "Name", "singleLineText"),)
    )
    record = {"id": RECORD, "createdTime": "2026-01-01T10:00:00.000Z", "fields": {"fldA": "x", "fldB": "secret"}}
    assert set(rows(plan, [record]).records) == {"record_id", "created_time", "name"}


@pytest.mark.parametrize(
    "record", [{}, {"id": RECORD, "fields": {}}, {"id": RECORD, "createdTime": "then", "fields": {}}, None, "rec", 5]
)
def test_what_is_no_record_is_refused(record: Any) -> None:
    plan = TablePlan("projects", "tbl00000000000001", "Table", ())
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        rows(plan, [record])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "state", "value", "x"]), inner)
    ),
    max_leaves=6,
)


@given(kind=st.sampled_from(["text", "reference", "list", "number", "date", "time"]), cell=JSON)
def test_any_json_is_a_value_that_a_database_takes_or_a_fault(kind: str, cell: Any) -> None:
    made = read(kind, cell)
    (kept,) = made.records["field"]
    assert kept is None or not made.faults["fault"]
    assert isinstance(kept, {"number": float, "date": date, "time": datetime}.get(kind, str) | None)
    if isinstance(kept, str):
        assert "\x00" not in kept and kept.encode()
    if kind == "list" and kept is not None:
        assert isinstance(json.loads(kept), list)
    for told in made.faults["fault"]:
        assert told.encode()
