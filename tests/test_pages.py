"""Every page, run by Streamlit's own test harness, on a mirror that the real job made."""

import csv
import io
import json
import re
import sqlite3
import threading
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs

import pandas as pd
import pytest
import streamlit as st
from airtable_standin import Base, Fault, Standin
from conftest import BASE, ROOT, Config, Opened, Sync
from page_harness import PAGES, Summary, links, said, shown

from milestones.words import GAPS, listed
from sync.job import utc_now
from view.cells import Columns, Picked, Sheet, first_row, show
from view.export import as_csv, as_shown
from view.filters import OWED
from view.job import Job
from view.job import job as job_of
from view.labels import STATES, UNMAPPED_TYPE, moment, plain, read
from view.page import Page
from view.summary import MOST_PEOPLE
from view.types import in_catalogue


def truth() -> list[dict[str, str]]:
    with (ROOT / "tests" / "sample_truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["judged_on"] == max(row["judged_on"] for row in rows)]


def columns(table: Any) -> dict[str, Any]:
    """How a table of a page shows its columns."""
    found: dict[str, Any] = json.loads(table.proto.columns)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_on_the_sample_base(mirrored: Callable[..., Path], opened: Opened, name: str) -> None:
    mirrored(airtable__base=None)
    app = opened(name)
    assert len(app.title) == 1
    assert "Sample base, as it stood on 5 October 2026" in said(app).replace("&#44;", ",")
    assert app.text_input(key="q")
    # Streamlit's own "localized" would move a day into the browser's zone.
    kinds = [config.get("type_config") or {} for table in app.dataframe for config in columns(table).values()]
    assert {kind["format"] for kind in kinds if kind.get("type") == "date"} <= {"YYYY-MM-DD"}


def test_the_overview_counts_what_the_truth_counts(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    states = Counter(row["state"] for row in truth())
    required = sum(states.values()) - states["waived"] - states["not_required"]
    overdue = sum("overdue" in row["flags"] for row in truth())
    app = opened()
    assert shown(app) == {
        "Still owed": f"{sum(states[state] for state in GAPS)} of {required}",
        "Overdue": str(overdue),
        "No record at all": str(states["missing"]),
        "Complete": str(states["complete"]),
    }
    assert links(app)[f"⊘ {states['waived']} waived"] == "missing?state=Waived"
    assert links(app)[f"? {states['unknown']} unknown"] == "missing?state=Unknown"


def test_a_share_is_rounded_down(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    assert "37 % complete, 9 of 16 owed" in said(opened())  # 6 of 16 are complete


def test_nobody_is_no_person_to_call(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    found = links(opened())
    whom = [label for label in found if " overdue of " in label]
    assert len(whom) == MOST_PEOPLE + 1
    assert found["All 14 product managers"] == "missing?by=Product+manager"
    assert whom[-1].startswith("Product manager (nobody):")
    assert not any("nobody" in label for label in whom[:-1])


def test_the_matrix_has_a_row_per_project_with_a_word_in_every_cell(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    matrix = opened().dataframe[0].value
    assert len(matrix) == len({row["project_id"] for row in truth()})
    cells = [*matrix["vision-mvp-1-release-level-vision"], *matrix["vision-mmp-release-level-vision"]]
    assert sum(len(cell) for cell in cells) == len(truth())
    words = Counter(word for cell in cells for word in cell)
    assert words["✕ Missing"] == 11 and sum(map(words.__getitem__, map(str, STATES.values()))) == len(truth())


def test_the_list_holds_every_gap_once_with_the_longest_overdue_first(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    tables = [table.value for table in opened("missing.py").dataframe]
    gaps = [row for row in truth() if row["state"] in (*GAPS, "unknown")]
    assert sum(len(table) for table in tables) == len(gaps)
    late = tables[0]["late"].fillna(0).tolist()
    assert late == sorted(late, reverse=True)
    assert late[0] == 152


def test_a_filter_in_the_address_narrows_every_page(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened(type="Discovery", state="Missing")
    assert len(app.dataframe[0].value) == 1
    app.switch_page("pages/missing.py").run()
    assert len(app.dataframe[0].value) == 1
    assert app.multiselect(key="type").value == ["Discovery"]


def test_a_filter_that_leaves_nothing_is_named(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("missing.py", q="no such project")
    assert "Nothing passes these filters" in said(app)
    assert plain("no such project") in said(app)


def test_a_value_in_the_address_that_is_not_there_is_told(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened(pm="Nobody Real", type="Discovery")
    assert plain("product manager Nobody Real") in said(app)
    assert "Discovery" not in app.warning[0].value


def test_a_state_of_which_there_is_none_still_filters(
    mirrored: Callable[..., Path], opened: Opened, base: Base
) -> None:
    deliverables = base.table("Project Deliverables")
    revised = base.field("Project Deliverables", "Last Revised")["id"]
    for record in base.records[deliverables["id"]]:
        record["fields"][revised] = f"{utc_now():%F}"
    mirrored()
    app = opened(state="Stale")
    assert "Nothing passes these filters" in said(app) and not app.dataframe
    assert shown(app) == shown(opened())
    types, all_types = (opened("project_types.py", **of) for of in ({"state": "Stale"}, {}))
    assert len(types.dataframe) == len(all_types.dataframe)


@pytest.mark.parametrize("narrowed", [{"state": "Complete"}, {"state": OWED, "flag": "Overdue"}])
def test_a_filter_of_state_or_flag_narrows_lists_and_no_count(
    mirrored: Callable[..., Path], opened: Opened, narrowed: dict[str, Any]
) -> None:
    mirrored(airtable__base=None)
    every, app = Summary(opened()), opened(**narrowed)
    numbers = Summary(app)
    assert numbers.numbers() == every.numbers()
    for label, address in numbers.links.items():  # to the list of that number, not of what is narrowed once more
        assert address == every.links[label]
    assert "narrow the lists, not the counts" in said(app)
    matrix, whole = (opened(**of).dataframe[0].value for of in (narrowed, {}))
    assert 0 < len(matrix) < len(whole)
    cells = ["project", "vision-mvp-1-release-level-vision", "vision-mmp-release-level-vision"]
    same = whole[whole["project"].isin(matrix["project"])].sort_values("project")[cells]
    assert matrix.sort_values("project")[cells].map(str).to_numpy().tolist() == same.map(str).to_numpy().tolist()
    assert app.get("download_button")[0].proto.label == "Download all deliverables of these projects (CSV)"
    types, all_types = (opened("project_types.py", **of) for of in (narrowed, {}))
    assert types.dataframe[0].value.equals(all_types.dataframe[0].value)
    assert types.get("plotly_chart")[0].proto.alt == all_types.get("plotly_chart")[0].proto.alt
    assert [box.label for box in types.expander] == [box.label for box in all_types.expander]


def test_records_that_decide_nothing_are_told_and_listed_with_the_reason(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    assert any("20 records" in label for label in links(opened("missing.py")))
    table = opened("data_quality.py").dataframe[-1].value
    assert len(table) == 20
    assert table["detail"].str.len().min() > 10


def test_two_milestones_and_a_name_that_stands_twice_in_the_catalogue_are_kept_apart(
    mirrored: Callable[..., Path], opened: Opened, base: Base
) -> None:
    shipped = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["requirements"]
    other = [
        {**item, "milestone": name, "deliverable": "Roadmap"} for item in shipped[:1] for name in ("Vision", "Scope")
    ]
    for item in other:
        item.pop("release"), item.pop("aliases")
    catalogue = base.table("Deliverables")["id"]
    roadmap = next(record for record in base.records[catalogue] if "Roadmap" in record["fields"].values())
    base.put(catalogue, {**roadmap, "id": "recSecondRoadmap1"})
    mirrored(requirements=[*shipped, *other])
    for name in PAGES:
        opened(name)
    tables = [table.value for table in opened("project_types.py").dataframe]
    discovery = tables[0][tables[0]["project_type"] == "Discovery"]
    assert list(discovery["what"])[2:] == ["Vision: Roadmap", "Scope: Roadmap"]
    assert list(discovery["projects"])[2:] == [10, 10]
    assert {"Vision: Roadmap", "Scope: Roadmap"} <= set(tables[-1].columns)


def test_a_project_has_a_deliverable_only_if_all_that_is_required_of_it_is_complete(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    table = opened("project_types.py").dataframe[0].value
    states: dict[tuple[str, str], set[str]] = {}
    for row in truth():
        states.setdefault((row["requirement"], row["project_id"]), set()).add(row["state"])
    required = [of - {"waived", "not_required"} for of in states.values()]
    assert table["have"].sum() == sum(of == {"complete"} for of in required)
    assert table["lack"].sum() == sum(bool(of & {*GAPS}) for of in required)
    assert table["have"].sum() + table["lack"].sum() < table["projects"].sum()
    apart = Counter(row["state"] for row in truth())
    assert [table[state].sum() for state in ("waived", "unknown")] == [apart["waived"], apart["unknown"]]


def test_types_stand_in_one_order_everywhere_and_the_unmapped_last(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    kinds = {"Mobile App", "Discovery", "Service Design", "Web-Based Product", UNMAPPED_TYPE}
    order = [label for label in Summary(opened()).links if label in kinds]
    assert len(order) == len(kinds) and order[-1] == UNMAPPED_TYPE
    app, trends = opened("project_types.py"), opened("trends.py")
    assert [*app.dataframe[0].value["project_type"].unique()] == order
    assert [box.label.split(":")[0].replace("&#45;", "-") for box in app.expander][:-1] == order[:-1]
    assert re.findall(r"[.;] ([^.;]+): \d+ of", app.get("plotly_chart")[0].proto.alt) == order
    assert trends.dataframe[1].value["project_type"].tolist() == order
    assert re.findall(r"[.;] ([^.;]+): \d+ %", trends.get("plotly_chart")[0].proto.alt) == order


def test_the_catalogue_goes_by_the_filters_of_what_it_has() -> None:
    rows = [("Web", "One", "A"), ("Web", "One", "B"), ("App", "Two", "C"), ("App", "Two", "D")]
    catalogue = pd.DataFrame(rows, columns=["project_type", "milestone", "deliverable"])

    def found(**asked: str) -> str:
        chosen = tuple((name, (value,)) for name, value in asked.items())
        page = SimpleNamespace(board=SimpleNamespace(catalogue=catalogue), chosen=chosen)
        return "".join(in_catalogue(cast(Page, page))["deliverable"])

    assert found(pm="Ann", state="Missing") == "ABCD"
    assert (found(type="Web"), found(milestone="Two"), found(type="App", deliverable="D")) == ("AB", "CD", "D")


def test_types_that_nobody_mapped_are_told_with_their_spelling(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    text = said(opened("project_types.py"))
    assert plain("“Community Toolkit” (1)") in text
    assert plain("left blank (1)") in text


def test_the_catalogue_shows_which_required_ones_the_base_does_not_define(
    mirrored: Callable[..., Path], opened: Opened, base: Base
) -> None:
    of_no_milestone = {"id": "recOfNoMilestone1", "fields": {"Deliverable Name": "MMP Release-level Vision"}}
    base.put("Deliverables", of_no_milestone)
    mirrored()
    app = opened("project_types.py")
    table = app.dataframe[-1].value
    lacks = "does not define “MVP #1 Release-level Vision” for 5 project types: teams will not find there"
    has = "It has “MMP Release-level Vision”, but not in the milestones of 5 project types: link what is there"
    assert plain(lacks) in said(app) and plain(has) in said(app)
    required = dict(zip(table["project_type"], table["MVP #1 Release-level Vision"].map(list), strict=True))
    roadmap = dict(zip(table["project_type"], table["Roadmap"].map(list), strict=True))
    assert required["Discovery"] == ["✕ Required, not defined"]
    assert roadmap["Discovery"] == ["+ Only in the base"]
    assert roadmap["Strategy"] == []


def test_data_quality_counts_and_lists_what_is_to_be_mended(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("data_quality.py")
    kinds, mend, notes, unplaced = (table.value for table in app.dataframe)
    assert shown(app)["Errors"] == "3"
    assert shown(app)["Not placed"] == str(len(unplaced)) == "20"
    assert int(kinds["count"].sum()) == len(mend) + len(notes)
    assert int(shown(app)["Notes"]) == len(notes)
    by_kind = dict(zip(kinds["finding"], kinds["count"], strict=True))
    # The shared facts of the base's catalogue: 14 of no milestone, 17 of several, one row empty.
    assert by_kind["Definition of no milestone"] == 14
    assert by_kind["Definition of several milestones"] == 17
    assert by_kind["Definition nearly twice"] + by_kind["Definition fragment"] == 9
    assert by_kind["Row empty"] == 1
    assert mend["detail"].str.contains("does not define it for").sum() == 2


def test_findings_and_records_that_decide_nothing_each_have_their_file(
    mirrored: Callable[..., Path], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    drawn: dict[str, int] = {}

    def draw(sheet: Sheet, alt: str, *_: object, **_more: int) -> tuple[None, int]:
        drawn[alt.split(",")[0]] = len(sheet.rows)
        return None, -1

    monkeypatch.setattr("view.cells.show", draw)
    monkeypatch.setattr("view.leads.show_to_pick", draw)
    labels: list[str] = []

    def download(name: str, rows: Callable[[], pd.DataFrame], what: str = "this list") -> None:
        drawn[name] = len(rows())
        labels.append(what)

    monkeypatch.setattr("view.export.downloads", download)
    opened("data_quality.py")
    assert [*drawn][-5:] == [
        "Errors and warnings",
        "Notes",
        "findings-2026-10-05",
        "Project deliverables that decide no verdict",
        "unplaced-2026-10-05",
    ]
    assert drawn["findings-2026-10-05"] == drawn["Errors and warnings"] + drawn["Notes"]
    assert drawn["unplaced-2026-10-05"] == 20
    assert labels[-2:] == [f"all {drawn['findings-2026-10-05']} rows", "this list"]


def test_a_record_that_decides_nothing_names_its_project_and_leads_there(
    mirrored: Callable[..., Path], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    monkeypatch.setattr("view.leads.show_to_pick", lambda sheet, *_: (Picked(first_row(sheet.rows), "detail"), -1))
    address = links(opened("data_quality.py", only="Not placed"))["Open the project"]
    assert address.startswith("project?") and "project=rec" in address


def test_every_table_has_its_file_which_is_made_only_when_asked_for(
    mirrored: Callable[..., Path], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    files: dict[str, Callable[[], pd.DataFrame]] = {}
    monkeypatch.setattr("view.export.downloads", lambda name, rows, *_: files.update({name.split("-2026")[0]: rows}))
    matrix = opened(type="Discovery").dataframe[0].value
    of_matrix = files["projects"]()
    assert list(dict.fromkeys(of_matrix["project"])) == matrix["project"].tolist()
    asked = [row for row in truth() if row["project_id"] in set(of_matrix["project_id"])]
    assert Counter(of_matrix["state"]) == Counter(row["state"] for row in asked)
    assert set(of_matrix["project_type"]) == {"Discovery"}
    types, catalogue = (opened("project_types.py").dataframe[place].value for place in (0, -1))
    by_type = files["project-types"]()
    assert by_type["Lack it"].tolist() == types["lack"].tolist()
    assert set(by_type["Required by"]) == {"Handbook alone"}
    assert files["catalogue"]().query("required")["project_type"].nunique() == len(catalogue)
    runs = opened("sync.py").dataframe[-1].value
    assert files["runs"]()["What it said"].tolist() == runs["message"].tolist()
    assert len(files["tables"]()) == 4
    opened("guide.py")
    assert files["asked"]()["Deliverable"].tolist() == ["MVP #1 Release-level Vision", "MMP Release-level Vision"]


def test_a_table_becomes_a_file_with_its_headings_words_and_moments_and_no_formula() -> None:
    rows = pd.DataFrame(
        {
            "hidden": [1],
            "words": pd.Series([["=1+1", "b"]]),
            "text": pd.Series(["-x"], dtype="str"),
            "at": pd.to_datetime(["2026-10-05 07:30"]),
        }
    )
    columns: Columns = {name: st.column_config.TextColumn(f"The {name}") for name in ("words", "text")}
    columns["at"] = st.column_config.DatetimeColumn("The moment")
    written = as_csv(as_shown(Sheet(rows, columns))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written))) == [
        ["The words", "The text", "The moment (UTC)"],
        ["'=1+1; b", "'-x", "2026-10-05 07:30"],
    ]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("America/Los_Angeles", "31 December 2025, 23:05"),
        (None, "1 January 2026, 07:05 UTC"),
        ("Moon/Base", "1 January 2026, 07:05 UTC"),
        ("../zone", "1 January 2026, 07:05 UTC"),
    ],
)
def test_a_moment_is_told_by_the_readers_clock(monkeypatch: pytest.MonkeyPatch, zone: str | None, told: str) -> None:
    monkeypatch.setattr("view.labels.st", SimpleNamespace(context=SimpleNamespace(timezone=zone)))
    assert moment(pd.Timestamp("2026-01-01 07:05")) == told


def test_a_number_and_a_kind_of_data_quality_lead_to_their_findings(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored(airtable__base=None)
    app = opened("data_quality.py")
    found = Summary(app).links
    assert found["See the records that decide nothing"] == "data_quality?only=Not+placed"
    [errors] = opened("data_quality.py", only="Error").dataframe
    assert len(errors.value) == int(shown(app)["Errors"])
    [rows] = opened("data_quality.py", only="Row empty").dataframe
    assert [*rows.value["finding"]] == ["Row empty"]
    [unplaced] = opened("data_quality.py", only="Not placed").dataframe
    assert len(unplaced.value) == int(shown(app)["Not placed"])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("overview.py", {"typ": "Discovery"}),
        ("trends.py", {"since": "nonsense"}),
        ("trends.py", {"since": "2020-01-01"}),
        ("missing.py", {"by": "colour"}),
        ("data_quality.py", {"only": "Nothing such"}),
    ],
)
def test_what_of_the_address_is_not_understood_is_said(
    mirrored: Callable[..., Path], opened: Opened, name: str, parameters: dict[str, str]
) -> None:
    mirrored(airtable__base=None)
    app = opened(name, **parameters)
    [(key, value)] = parameters.items()
    assert plain(f"“{key}={value}”") in said(app)
    assert len(app.warning) == 1


def test_data_quality_does_not_narrow_with_the_filters(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    assert shown(opened("data_quality.py", q="no such project"))["Errors"] == "3"


def test_a_base_of_catalogue_only_shows_its_catalogue(
    mirrored: Callable[..., Path], opened: Opened, write_config: Config
) -> None:
    mirrored(airtable__base=None, tables__projects=None, tables__project_deliverables=None)
    for name in ("overview.py", "missing.py", "project.py"):
        app = opened(name)
        assert "No project is mirrored yet" in said(app)
        assert "project_types" in links(app).values()
        assert not app.selectbox
    app = opened("project_types.py")
    assert len(app.dataframe) == 1
    assert len(app.dataframe[0].value) == 5


def test_a_base_with_empty_tables_says_so(mirrored: Callable[..., Path], opened: Opened, base: Base) -> None:
    for records in base.records.values():
        records.clear()
    mirrored()
    for name in ("overview.py", "missing.py"):
        assert "No project is mirrored yet" in said(opened(name))
    assert "does not define" not in said(opened("guide.py"))  # there is no catalogue
    assert not opened("project_types.py").dataframe[0].value["project_type"].empty


def test_ugly_names_are_shown_and_never_interpreted(mirrored: Callable[..., Path], opened: Opened, base: Base) -> None:
    table = base.table("Projects")["id"]
    hostile = ["", "x" * 200, "**bold** <script>alert(1)</script> :red[x] $x$", "=1+1", "[a](javascript:x)", "[a, b]"]
    projects = [record["id"] for record in base.records[table]][: len(hostile)]
    for record, title in zip(base.records[table], hostile, strict=False):
        base.put(table, {**record, "fields": {**record["fields"], "Name": title, "Project Type": "<i>_odd_</i>"}})
    mirrored()
    # As it stands, a button makes a menu of it.
    assert "\u2060[a, b]" in opened("overview.py").dataframe[0].value["project"].tolist()
    visits = [*((name, {}) for name in PAGES), *(("project.py", {"project": project}) for project in projects)]
    for name, parameters in visits:
        app = opened(name, **parameters)
        text = said(app) + "".join([*links(app), *(box.proto.label for box in app.get("expander"))])
        assert not [sign for sign in ("<i>", "_odd_", "**bold**", "<script", ":red[", "](javascript") if sign in text]


def test_ugly_names_stay_text_in_the_markup_of_the_summary(
    mirrored: Callable[..., Path], opened: Opened, base: Base
) -> None:
    mirrored()
    tags = Summary(opened()).tags
    hostile = "<img src=x onerror=alert(1)>\"'&amp; </a></ul>"
    home = base.table("Projects")["id"]
    for record in base.records[home]:
        base.put(home, {**record, "fields": {**record["fields"], "Product Manager": {"id": "usr1", "name": hostile}}})
    mirrored()
    summary = Summary(opened())
    assert summary.tags == tags
    [told] = [label for label in summary.links if " overdue of " in label]
    assert told.startswith(f"{hostile}: ")
    assert parse_qs(summary.links[told].partition("?")[2]) == {"pm": [hostile]}


def test_a_first_sync_that_failed_is_told_where_there_is_no_mirror_yet(
    opened: Opened, sync: Sync, write_config: Config, store_file: Path
) -> None:
    config = write_config()
    assert sync("run", "--config", config, "--store", f"sqlite:///{store_file}", AIRTABLE_TOKEN="patWrong").returncode
    app = opened("missing.py")
    assert "There is no mirror" in said(app)
    assert any("The last sync failed" in warning.value for warning in app.warning)


def test_a_missing_mirror_is_said_with_the_remedy(write_config: Config, opened: Opened) -> None:
    write_config()
    app = opened()
    assert "There is no mirror" in said(app).replace("&#46;", ".")
    assert [code.value for code in app.code] == ["python -m sync run"]
    assert not app.text_input


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((name, "[airtable]\nbse = 'x'\n") for name in PAGES),
        *(("overview.py", content) for content in (None, "tables = 3", "[airtable\n")),
    ],
)
def test_a_faulty_configuration_is_said(tmp_path: Path, opened: Opened, name: str, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.toml").write_text(content, encoding="utf-8")
    app = opened(name)
    assert len(app.error) == 1
    assert plain("config.toml") in app.error[0].value


def test_a_mirror_of_an_older_layout_is_said_and_replaced_by_the_next_run(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    with sqlite3.connect(mirrored()) as connection:
        connection.execute("UPDATE snapshot SET layout = 0")
    connection.close()
    assert "layout 0" in said(opened())
    mirrored()
    assert not opened().error


def test_a_file_that_is_no_mirror_is_said(write_config: Config, opened: Opened, store_file: Path) -> None:
    write_config()
    store_file.write_bytes(b"not a database, and longer than a header would be" * 40)
    assert plain("not a database") in said(opened())


def test_a_mirror_of_another_base_is_said(mirrored: Callable[..., Path], opened: Opened, write_config: Config) -> None:
    mirrored(airtable__base=None)
    write_config()
    app = opened()
    assert any("still holds the sample base" in warning.value and BASE in warning.value for warning in app.warning)


@pytest.mark.parametrize(("hours", "warnings", "errors"), [(1, 0, 0), (30, 1, 0), (100, 0, 1)])
def test_an_old_mirror_is_told_by_its_age(
    mirrored: Callable[..., Path], opened: Opened, hours: int, warnings: int, errors: int
) -> None:
    with sqlite3.connect(mirrored()) as connection:
        connection.execute("UPDATE snapshot SET read_began = datetime('now', ?)", (f"-{hours} hours",))
    connection.close()
    app = opened()
    assert (len(app.warning), len(app.error)) == (warnings, errors)


def test_a_failed_sync_is_told_while_the_old_mirror_is_shown(
    mirrored: Callable[..., Path], opened: Opened, sync: Sync, write_config: Config
) -> None:
    file = mirrored()
    failing = partial(
        sync, "run", "--config", write_config(), "--store", f"sqlite:///{file}", AIRTABLE_TOKEN="patWrong"
    )
    assert failing().returncode == 77
    app = opened()
    [first] = [warning.value for warning in app.warning if "The last sync failed" in warning.value]
    when = first.partition(" on ")[2].partition(":")[0]
    assert failing().returncode == 77
    app = opened()
    assert any(warning.value.startswith(f"All 2 syncs since {when}") for warning in app.warning)
    assert shown(app)


def test_an_exported_file_keeps_the_text_and_runs_nothing() -> None:
    frame = pd.DataFrame(
        {
            "project": pd.Series(["=1+1", "@x", "-2", "plain, with comma", None], dtype="str"),
            "due": pd.Series(["2026-10-05", None, None, None, None], dtype="datetime64[us]"),
        }
    )
    text = as_csv(frame).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        ["project", "due"],
        ["'=1+1", "2026-10-05"],
        ["'@x", ""],
        ["'-2", ""],
        ["plain, with comma", ""],
        ["", ""],
    ]


def test_plain_text_leaves_nothing_to_interpret() -> None:
    assert plain("a*b_c") == "a&#42;b&#95;c"
    assert set(plain("*_[]()<>`$:|~\\!")) <= set("&#;0123456789")


def test_a_phone_shows_what_is_counted_beside_two_names_and_leaves_the_kept_columns_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[Columns] = []
    monkeypatch.setattr("streamlit.dataframe", lambda *_, column_config, **__: drawn.append(column_config))
    name = st.column_config.TextColumn("Type", width=150)
    what = st.column_config.TextColumn("What", width=210)
    owed = st.column_config.NumberColumn("Owed", width=70)
    share = st.column_config.ProgressColumn("Complete", format="%d %%", width=120)
    made: tuple[Columns, ...] = (
        {"name": name, "what": what, "share": share},
        {"name": name, "owed": owed, "what": what},
    )
    for is_phone in (True, False):
        monkeypatch.setattr("view.cells.on_a_phone", lambda on=is_phone: on)
        for kept in made:
            show(Sheet(pd.DataFrame(columns=[*kept]), kept), "")
    widths = [[column["width"] for column in table.values()] for table in drawn]
    assert widths == [[105, 153, 70], [150, 70, 210], [150, 210, 120], [150, 70, 210]]


def test_names_are_listed_as_people_list_them() -> None:
    assert [listed("ABC"[:count]) for count in (1, 2, 3)] == ["A", "A and B", "A, B and C"]


def test_the_days_of_a_reason_are_written_as_people_write_them_but_not_what_it_quotes() -> None:
    assert read("Ended on 2026-09-01; “2026-09-02”.") == "Ended on 1 September 2026; “2026-09-02”."
    for other in ("2026-13-01", "12026-09-01", "https://a.example/2026-09-01/x"):
        assert read(other) == other


# Sync


@pytest.fixture
def with_token(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """The dashboard runs where the job's token is."""
    for name in ("AIRTABLE_TOKEN", "AIRTABLE_ENDPOINT_URL"):
        monkeypatch.setenv(name, environment[name])


def job() -> Job:
    """The job that the page starts."""
    found = job_of()
    assert found is not None
    return found


def test_the_sync_page_says_that_the_filters_do_not_apply(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__base=None)
    assert "The filters do not apply here." in said(opened("sync.py"))


def test_the_sync_page_tells_what_the_runs_did_and_cost(mirrored: Callable[..., Path], opened: Opened) -> None:
    mirrored(airtable__plan="free")
    app = opened("sync.py")
    metrics = shown(app)
    assert (metrics["Last success"], metrics["Last attempt"]) == ("just now", "just now")
    assert metrics["Calls this month"] == "7" and "1,000 are allowed" in said(app)
    held, runs = (table.value for table in app.dataframe)
    assert dict(zip(held["table"], held["records"], strict=True)) == {
        "projects": 60,
        "project_deliverables": 125,
        "milestones": 15,
        "catalogue": 118,
    }
    assert held["called"].tolist()[1] == "Project Deliverables" and held["unreadable"].sum() == 0
    assert (held["changed"] <= held["read"]).all()
    [run] = runs.to_dict("records")
    assert (run["calls"], run["added"], list(run["outcome"])) == (7, 318, ["✓ Done"])


def test_without_a_token_the_sync_page_shows_the_command_and_no_button(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    mirrored()
    app = opened("sync.py")
    assert [code.value for code in app.code] == ["python -m sync run"]
    assert not app.button


def test_the_sync_page_opens_with_no_mirror_and_no_run_at_all(write_config: Config, opened: Opened) -> None:
    write_config()
    app = opened("sync.py")
    assert "There is no mirror" in app.info[0].value and not app.error
    assert [code.value for code in app.code] == ["python -m sync run"]


def test_failed_runs_are_told_beside_the_last_good_one(
    mirrored: Callable[..., Path], opened: Opened, sync: Sync, write_config: Config
) -> None:
    file = mirrored()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE runs SET began = datetime(began, '-3 hours')")
        connection.execute("UPDATE snapshot SET read_began = datetime('now', '-30 hours')")
    connection.close()
    sync("run", "--config", write_config(), "--store", f"sqlite:///{file}", AIRTABLE_TOKEN="patWrong")
    app = opened("sync.py")
    assert (shown(app)["Last success"], shown(app)["Last attempt"]) == ("3 hours ago", "just now")
    assert any("does not know the token" in warning.value for warning in app.warning)
    assert any("30 hours ago" in warning.value for warning in app.warning)
    assert [list(outcome) for outcome in app.dataframe[-1].value["outcome"]] == [["✕ Failed"], ["✓ Done"]]


def test_of_very_many_runs_the_last_five_hundred_are_shown_and_the_quota_is_warned_of(
    mirrored: Callable[..., Path], opened: Opened
) -> None:
    file = mirrored(airtable__plan="free")
    with sqlite3.connect(file) as connection:
        for _ in range(600):
            connection.execute(
                "INSERT INTO runs (base, began, ended, exit_code, how, message, calls, records) "
                "SELECT base, began, ended, 0, 'full', 'm', 9, '{}' FROM runs WHERE id = 1"
            )
    connection.close()
    app = opened("sync.py")
    assert len(app.dataframe[-1].value) == 500
    assert shown(app)["Calls this month"] == "5,407"
    assert any(plain("the plan allows 1,000") in warning.value for warning in app.warning)


def test_unreadable_cells_are_counted_with_a_record_to_open(
    mirrored: Callable[..., Path], opened: Opened, base: Base
) -> None:
    table, field = base.table("Projects")["id"], base.field("Projects", "Start Date")["id"]
    for record in base.records[table][:3]:
        record["fields"][field] = "soon"
    mirrored()
    held, cells, _ = (table.value for table in opened("sync.py").dataframe)
    [row] = cells.to_dict("records")
    assert (row["table_name"], row["field"], row["cells"]) == ("Projects", "start", 3)
    assert row["record_url"].startswith(f"https://airtable.com/{BASE}/{table}/rec")
    assert held["unreadable"].tolist() == [3, 0, 0, 0]


@pytest.mark.usefixtures("with_token")
def test_the_button_runs_the_job_and_shows_its_line(mirrored: Callable[..., Path], opened: Opened, base: Base) -> None:
    mirrored()
    app = opened("sync.py")
    base.delete("Projects", base.records[base.table("Projects")["id"]][0]["id"])
    app.button(key="sync_now").click().run()
    job().wait(60)
    app.run()
    assert not app.exception
    [line] = [item.value for item in app.success]
    assert line == plain("Done. Records: 1 removed.")
    assert app.dataframe[0].value["records"].tolist()[0] == 59
    assert not app.button(key="sync_now").disabled


@pytest.mark.usefixtures("with_token")
def test_a_job_that_fails_shows_its_line_as_an_error(
    mirrored: Callable[..., Path], opened: Opened, standin: Standin
) -> None:
    mirrored()
    app = opened("sync.py")
    standin.month_exhausted = True
    app.button(key="sync_now").click().run()
    job().wait(60)
    app.run()
    assert any("used up" in error.value for error in app.error) and " UTC sync" not in said(app)


@pytest.mark.usefixtures("with_token")
def test_while_the_job_is_at_work_there_is_no_second_one(
    mirrored: Callable[..., Path], opened: Opened, standin: Standin
) -> None:
    mirrored()
    app, second = opened("sync.py"), opened("sync.py")
    reached, go_on = threading.Event(), threading.Event()

    def hold(number: int, method: str, path: str) -> Fault | None:
        reached.set()
        assert go_on.wait(60)
        return None

    standin.requests.clear()
    standin.fault = hold
    app.button(key="sync_now").click().run()
    assert reached.wait(60)
    app.run()
    assert app.button(key="sync_now").disabled
    second.button(key="sync_now").click().run()  # drawn before, so that it can still be pressed
    assert second.button(key="sync_now").disabled and "The job is at work" in said(second)
    assert job().running and not job().start()
    go_on.set()
    job().wait(60)
    assert job().ended == 1 and not app.run().button(key="sync_now").disabled
    assert len(standin.requests) == 7


def test_the_sample_base_is_synced_from_the_page_without_a_token(write_config: Config, opened: Opened) -> None:
    write_config(airtable__base=None)
    app = opened("sync.py")
    app.button(key="sync_now").click().run()
    job().wait(60)
    assert job().exit_code == 0
    app.run()
    assert app.success[0].value == plain("Done. Records: 319 added, 107 changed, 1 removed.")
    assert app.dataframe[0].value["records"].sum() == 318
