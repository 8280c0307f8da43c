"""What the pages tell of the recorded history."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlencode

import pandas as pd
import pytest
from conftest import Opened
from page_harness import Summary, links, said, shown
from streamlit.testing.v1 import AppTest

from view.cells import Picked, Row, Sheet, first_row
from view.charts import gaps_per_week
from view.course import Course
from view.export import as_csv
from view.filters import OWED
from view.labels import day, plain, read, typed, written
from view.page import Page

Mirrored = Callable[..., Path]
VISION = "vision-mvp-1-release-level-vision"
# A new requirement that does not concern a project.
NOT_CONCERNED = (
    "INSERT INTO history (base, changed_on, project_id, requirement, audience, from_state, state, cause) "
    "SELECT base, '2026-10-02', project_id, requirement, 'new', '', 'not_required', 'rules' FROM history LIMIT 1"
)


def change(file: Path, statement: str, *values: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement, values)
    connection.close()


def since(app: AppTest) -> dict[str, str]:
    return {label: card.get("since", "") for label, card in Summary(app).numbers().items()}


def test_the_numbers_are_compared_with_those_of_a_week_ago(mirrored: Mirrored, opened: Opened) -> None:
    file = mirrored(airtable__base=None)
    connection = sqlite3.connect(file)
    last: dict[tuple[str, ...], str] = {}
    query = "SELECT project_id, requirement, audience, state FROM history WHERE changed_on <= '2026-09-28' ORDER BY id"
    for *cell, state in connection.execute(query):
        last[tuple(cell)] = state
    then = [*last.values()]
    connection.close()
    gaps = sum(state in ("missing", "not_started", "in_progress", "in_review", "incomplete", "stale") for state in then)
    now = since(opened())
    assert (gaps, then.count("missing")) == (63, 14)
    assert (now["Still owed"], now["No record at all"]) == (
        "▼ 8 fewer since 28 September",
        "▼ 3 fewer since 28 September",
    )


def test_where_nothing_was_recorded_a_week_ago_that_is_said(mirrored: Mirrored, opened: Opened) -> None:
    change(mirrored(airtable__base=None), "DELETE FROM history WHERE changed_on < '2026-10-05'")
    app = opened()
    assert since(app)["Still owed"] == "no comparison yet: recording began on 5 October"
    assert "Changed since 5 October 2026: nothing" in said(app)
    trends = opened("trends.py")
    assert "the course shows from the next change on" in said(trends) and not trends.get("plotly_chart")


@pytest.mark.parametrize(
    ("locale", "to_type", "to_read"),
    [
        ("en-US", "MM/DD/YYYY", "MMM D, YYYY"),
        ("en-GB", "DD/MM/YYYY", "D MMM YYYY"),
        ("de", "DD/MM/YYYY", "D MMM YYYY"),
        ("sv-SE", "YYYY-MM-DD", "YYYY-MM-DD"),
        (None, "YYYY-MM-DD", "YYYY-MM-DD"),
    ],
)
def test_a_day_is_written_as_the_reader_writes_it(locale: str | None, to_type: str, to_read: str) -> None:
    assert (typed(locale), written(locale)) == (to_type, to_read)


def test_every_number_leads_to_the_list_behind_it_and_keeps_the_filters(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened(type="Discovery")
    found = links(app)
    assert found["See what is owed"] == "missing?" + urlencode({"type": "Discovery", "state": OWED}, doseq=True)
    assert found["See the missing"] == "missing?type=Discovery&state=Missing"
    assert found["See the overdue"] == "missing?type=Discovery&flag=Overdue"
    listed = opened("missing.py", type="Discovery", state="Complete")
    assert f"Nothing to do: {shown(app)['Complete']}" in said(listed)


def test_what_changed_is_told_newest_first_and_the_first_record_of_all_is_no_change(
    mirrored: Mirrored, opened: Opened
) -> None:
    file = mirrored(airtable__base=None)
    first = "(SELECT min(id) FROM history WHERE changed_on = '2026-10-05')"
    change(file, f"UPDATE history SET changed_on = '2026-10-01' WHERE id = {first}")
    app = opened()
    week = app.dataframe[1].value
    assert [f"{day:%d}" for day in week["changed_on"]] == ["05"] * 26 + ["01"]
    assert week.equals(opened("trends.py").dataframe[0].value)
    heading = "Changed since 28 September 2026: 27"
    assert heading in said(app) and heading in said(opened("trends.py"))
    columns = "base, changed_on, project_id, requirement, audience"
    back = f"INSERT INTO history ({columns}, from_state, state, cause) SELECT {columns}, state, from_state, cause"
    change(file, f"{back} FROM history WHERE id = (SELECT max(id) FROM history WHERE state = 'complete')")
    change(file, NOT_CONCERNED)
    change(file, "UPDATE snapshot SET version = version + 1")
    assert len(opened().dataframe[1].value) == 26  # it stands as it did
    change(file, "DELETE FROM history WHERE changed_on < '2026-10-05'")
    change(file, "UPDATE snapshot SET version = version + 1")
    assert "Recording began on" in said(opened())


def test_the_day_in_the_address_decides_what_is_told_as_changed(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    last, all_of_it = (opened("trends.py", since=day) for day in ("2026-10-05", "2026-08-10"))
    assert "Changed since 5 October 2026: nothing" in said(last)
    assert len(all_of_it.dataframe[0].value) > len(opened("trends.py", since="2026-09-21").dataframe[0].value) > 0


def test_gaps_per_week_and_coverage_of_the_sample(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("trends.py", since="2026-08-10")
    types, weeks = app.dataframe[1].value, app.dataframe[2].value
    assert weeks["week"].dt.day_of_week.tolist() == [0] * len(weeks)
    assert weeks["opened"].sum() - weeks["closed"].sum() == 55 - types["gaps_then"].sum()
    assert int(types["gaps_now"].sum()) == 55
    assert types["change"].tolist() == (types["percent_now"] - types["percent_then"]).tolist() != [0] * len(types)
    assert types.equals(opened("trends.py", since="2026-08-10", state="Missing").dataframe[1].value)


@pytest.mark.parametrize(
    ("weeks", "ruled", "days"), [(1, [], 28), (3, [], 28), (6, [], 42), (1, ["2026-06-29", "2026-08-12"], 44)]
)
def test_the_bars_of_few_weeks_leave_room_for_more(weeks: int, ruled: list[str], days: int) -> None:
    mondays = pd.date_range("2026-08-03", periods=weeks, freq="7D", unit="us")
    moved = pd.DataFrame({"week": mondays, "opened": 3, "closed": 1})
    rule_days = pd.DataFrame({"day": pd.to_datetime(ruled)})
    went = Course(pd.DataFrame(), rule_days, moved, mondays[0].date())
    chart = gaps_per_week(cast(Page, SimpleNamespace(once=lambda make: went)))
    assert chart
    first, last = chart[0].layout.xaxis.range
    assert (pd.Timestamp(last) - pd.Timestamp(first)).days == days and pd.Timestamp(first) <= mondays[0]


@pytest.mark.parametrize(("column", "ways"), [("closed", ["closed"]), ("week", ["opened", "closed"])])
def test_the_numbers_of_a_week_tell_which_gaps_they_are(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch, column: str, ways: list[str]
) -> None:
    mirrored(airtable__base=None)
    weeks: list[pd.DataFrame] = []

    def pick_last(sheet: Sheet, *_: object) -> tuple[Picked, int]:
        weeks.append(sheet.rows)
        return Picked(first_row(sheet.rows.tail(1)), column), -1

    monkeypatch.setattr("view.course.show_to_pick", pick_last)
    app = opened("trends.py")
    count = sum(int(weeks[0].iloc[-1][way]) for way in ways)
    assert count
    assert f": {count}\n" in said(app)
    assert len(app.dataframe[-1].value) == count


def test_the_days_on_which_the_rules_changed_are_marked_and_said(mirrored: Mirrored, opened: Opened) -> None:
    file = mirrored(airtable__base=None)
    assert "the rules changed on" not in said(opened("trends.py"))
    change(file, "UPDATE history SET cause = 'rules' WHERE changed_on = '2026-09-21'")
    change(file, NOT_CONCERNED)
    change(file, "UPDATE snapshot SET version = version + 1")
    assert "fewer since 28 September" in since(opened())["Still owed"]  # which counts only what came after
    app = opened("trends.py")
    assert "the rules changed on 21 September 2026" in said(app)
    for chart in app.get("plotly_chart"):
        layout = json.loads(chart.proto.spec)["layout"]
        assert len(layout["shapes"]) == 1
        assert layout["annotations"][0]["x"].startswith("2026-09-21")
        assert "rules changed on 21 September 2026" in chart.proto.alt
    one = "(SELECT id FROM history WHERE changed_on = '2026-10-05' AND state = 'complete' LIMIT 1)"
    change(file, f"UPDATE history SET cause = 'rules', changed_on = '2026-09-30' WHERE id = {one}")
    change(file, "UPDATE snapshot SET version = version + 1")
    assert since(opened())["Still owed"] == "not comparable: the rules changed on 30 September"


def test_without_any_history_trends_says_so(mirrored: Mirrored, opened: Opened) -> None:
    change(mirrored(airtable__base=None), "DELETE FROM history")
    assert "Nothing is recorded yet" in said(opened("trends.py"))
    assert shown(opened())


def test_a_project_that_is_gone_stays_in_what_changed(mirrored: Mirrored, opened: Opened) -> None:
    file = mirrored(airtable__base=None)
    last = "(SELECT max(id) FROM history WHERE state = 'complete')"
    change(file, f"UPDATE history SET project_id = 'recGone0000000001' WHERE id = {last}")
    week = opened().dataframe[1].value
    assert "(no longer in the base)" in week["project"].tolist()


@pytest.mark.parametrize("by", ["Product manager", "Project type", "Deliverable"])
def test_the_list_is_grouped_as_the_address_says(mirrored: Mirrored, opened: Opened, by: str) -> None:
    mirrored(airtable__base=None)
    app = opened("missing.py", by=by)
    groups, owed, finished = (table.value for table in app.dataframe[:3])
    assert groups["owed"].sum() == len(owed) + len(finished) == int(shown(opened())["Still owed"].split()[0])
    assert groups["finished"].sum() == len(finished) > 0
    assert groups["overdue"].tolist() == sorted(groups["overdue"], reverse=True)
    column = {"Product manager": "product_manager", "Project type": "project_type", "Deliverable": "what"}[by]
    order = list(dict.fromkeys(text.split(" · ")[0] for text in owed[column]))
    assert order == [group for group in groups["group"] if group in order]
    assert owed.columns[1] == column
    ungrouped = [*opened("missing.py").dataframe[0].value.columns]
    assert ungrouped[:2] == ["project", "pill"] and ungrouped.index("product_manager") < ungrouped.index("reason")


def test_the_list_tells_the_total_that_the_overview_tells(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    total = shown(opened())["Still owed"].split(" ")[0]
    app = opened("missing.py")
    going_on, finished = (len(app.dataframe[place].value) for place in (0, 1))
    assert plain(f"{total} owed: {going_on} by projects that go on, and {finished} by finished ones.") in said(app)
    assert going_on + finished == int(total)


def test_what_a_flag_asks_for_is_listed_though_it_needs_nobody(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("missing.py", flag="Duplicate")
    states = [word[0] for table in app.dataframe for word in table.value["pill"]]
    assert "✓ Complete" in states
    assert "Nothing to do" in said(app)


def test_a_list_that_is_empty_since_nothing_is_owed_says_so(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    settled = opened("missing.py", state="Complete", by="Project type")
    tables = settled.dataframe
    assert "Nothing is owed of what passes" in said(settled) and ": 0" not in said(settled)
    assert tables[0].value["due"].notna().any() and tables[0].value["late"].isna().all()
    done = {*tables[0].value["project"]} - {*opened("missing.py").dataframe[0].value["project"]}
    app = opened("missing.py", q=min(done))
    assert not app.dataframe
    assert "Nothing is owed here" in said(app)


@pytest.mark.parametrize("by", [{}, {"by": "Product manager"}, {"by": "Deliverable"}])
def test_the_file_has_the_rows_of_the_page_in_their_order(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch, by: dict[str, str]
) -> None:
    mirrored(airtable__base=None)
    files: list[pd.DataFrame] = []
    monkeypatch.setattr("view.export.downloads", lambda _, rows, *_more: files.append(rows()))
    app = opened("missing.py", flag="Overdue", **by)
    shown_rows = pd.concat([table.value for table in app.dataframe[len(by) :]])
    assert files[-1]["project"].tolist() == shown_rows["project"].tolist()
    # The rules' own words, days too, are for programs; the page writes days as people do.
    assert files[-1]["reason"].map(read).tolist() == shown_rows["reason"].tolist() != files[-1]["reason"].tolist()


def told(app: AppTest) -> list[str]:
    """What stands above the page's tables, table by table."""
    return [block.proto.body for block in app.get("html") if 'role="status"' in block.proto.body]


def test_a_picked_cell_tells_of_its_row_alone_and_whose_how_late_and_since_when(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    picked: list[Row] = []

    def pick(sheet: Sheet, *_: object) -> tuple[Picked, int]:
        several = sheet.rows.duplicated(["project_id", "requirement"], keep=False) & sheet.rows["late"].notna()
        picked.append(first_row(sheet.rows[several] if several.any() else sheet.rows))
        return Picked(picked[-1], "reason"), -1

    assert all("Pick any other cell" in text for text in told(opened("missing.py")))
    monkeypatch.setattr("view.leads.show_to_pick", pick)
    [text, *_], row = told(opened("missing.py")), picked[0]
    assert f"<b>{row['project']}</b> <span>{row['product_manager']}</span>" in text
    assert f" · {row['late']} days late" in text and f"Like this since {day(row['since'])}." in text
    assert row["audience"] and row["audience"] in text and text.count(row["deliverable"]) == 1


def test_a_picked_change_tells_first_what_changed_and_then_how_it_stands(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "UPDATE history SET cause = 'rules', audience = upper(audience) WHERE changed_on > '2026-09-28'"
    change(mirrored(airtable__base=None), other)

    def pick(sheet: Sheet, *_: object) -> tuple[Picked, int]:
        rows = sheet.rows
        return Picked(first_row(rows[rows["audience"] == "RESIDENTS"] if "from_state" in rows else rows), "was"), -1

    monkeypatch.setattr("view.leads.show_to_pick", pick)
    [_, text] = told(opened())
    went, today = text.partition("Today: ")[::2]
    assert "October 2026: ◑ In review → " in went and "because config.toml or the rules changed" in went
    assert "Residents: <b>" in today  # spelled otherwise, and yet the same


@pytest.mark.parametrize("column", [VISION, "overdue"])
def test_a_cell_of_the_matrix_tells_of_each_audience_and_one_of_the_project_the_worst(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    mirrored(airtable__base=None)

    def pick(sheet: Sheet, *_: object) -> tuple[Picked, int]:
        return Picked(first_row(sheet.rows[sheet.rows[VISION].map(len) > 1]), column), -1

    monkeypatch.setattr("view.leads.show_to_pick", pick)
    [text] = told(opened("project.py"))
    assert re.findall("<p>(M.P).*?</b> · 5 days late", text) == (["MVP", "MVP"] if column == VISION else ["MMP", "MVP"])
    assert "Like this since" not in text
    assert ("Open the project, with 2 more<" in text) == (column == "overdue")


def test_a_picked_cell_names_the_milestone_where_the_filters_leave_one_of_several(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(requirements=[{"milestone": name, "deliverable": f"Deliverable {name}"} for name in ("One", "Two")])
    assert set(opened("project_types.py", milestone="One").dataframe[0].value["what"]) == {"One: Deliverable One"}
    monkeypatch.setattr("view.leads.show_to_pick", lambda sheet, *_: (Picked(first_row(sheet.rows), "phase"), -1))
    assert "<p>One: Deliverable One: <b>" in told(opened("project.py", milestone="One"))[0]


def test_a_picked_number_of_a_group_leads_to_the_list_of_what_it_counts(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    of = {"type": "Web-Based Product", "deliverable": "MVP #1 Release-level Vision"}
    name = ", ".join(of.values())

    rows: list[Row] = []

    def picked(column: str, **narrowed: str) -> AppTest:
        def pick(sheet: Sheet, *_: object) -> tuple[Picked, int]:
            if "have" in sheet.rows:
                found = sheet.rows["project_type"].eq(of["type"]) & sheet.rows["deliverable"].eq(of["deliverable"])
                rows.append(first_row(sheet.rows[found]))
            return Picked(rows[-1], column), -1

        monkeypatch.setattr("view.leads.show_to_pick", pick)
        return opened("project_types.py", **narrowed)

    found = links(picked("in_progress", state="Complete"))
    label = f"The list of {rows[0]['in_progress']} in progress: {name}"
    assert found[label] == f"missing?{urlencode(of | {'state': 'In progress'})}"
    found = links(picked("have"))
    assert rows[-1]["have"] < rows[-1]["complete"]
    label = f"The list of {rows[-1]['complete']} complete deliverables: {name}"
    assert found[label] == f"missing?{urlencode(of | {'state': 'Complete'})}"
    assert "No list stands behind this." in told(picked("projects"))[0]
    monkeypatch.setattr("view.leads.show_to_pick", lambda sheet, *_: (Picked(first_row(sheet.rows), "overdue"), -1))
    groups = told(opened("missing.py", by="Project type", flag="Duplicate"))[0]
    assert "No list stands behind this." in groups  # that of the overdue alone would forget the filter


def test_what_changed_has_files_of_the_same_rows(
    mirrored: Mirrored, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(airtable__base=None)
    files: dict[str, pd.DataFrame] = {}
    monkeypatch.setattr("view.export.downloads", lambda name, rows, *_: files.update({name: rows()}))
    listed = opened("trends.py", since="2026-08-10").dataframe[0].value
    file = files["changed-2026-08-10-2026-10-05"]
    assert file["project"].tolist() == listed["project"].tolist()
    assert as_csv(file).count(b"\n") == len(listed) + 1
