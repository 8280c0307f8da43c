"""The frame around the pages: filters and links, news without a click, the ways out of an empty or missing page."""

import io
import json
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pandas as pd
import pytest
from airtable_standin import Base
from conftest import Sync
from playwright.sync_api import Browser, Page, expect
from serving import Dashboard
from streamlit.testing.v1 import AppTest

from view.board import made_once
from view.export import as_excel

# Longer than an open page waits before it looks again.
A_WHILE = 30_000


def number(page: Page) -> Any:
    return page.locator(".summary .number").first


def chips(page: Page) -> Any:
    return page.get_by_test_id("stMain").locator("[class*=st-key-clear_]")


@pytest.fixture
def again(sync: Sync, tmp_path: Path) -> Callable[..., None]:
    """Runs the job once more for the dashboard that is served."""

    def run(code: int = 0, **environment: str) -> None:
        store = f"sqlite:///{tmp_path / 'mirror.db'}"
        done = sync("run", "--config", tmp_path / "config.toml", "--store", store, **environment)
        assert done.returncode == code, done.stderr

    return run


def test_an_open_page_notices_what_is_new_and_keeps_its_filters(
    page: Page, dashboard: Dashboard, base: Base, again: Callable[..., None], tmp_path: Path
) -> None:
    page.clock.install()
    page.goto(f"{dashboard()}/?type=Discovery")
    expect(number(page)).to_have_text(re.compile(r"\d+ of \d+"))
    owed = number(page).inner_text()
    table = base.table("Projects")["id"]
    gone = next(record for record in base.records[table] if "Discovery Project" in record["fields"].values())
    base.delete("Projects", gone["id"])
    again()
    page.clock.fast_forward(A_WHILE)
    expect(number(page)).not_to_have_text(owed)
    expect(chips(page)).to_have_text([re.compile("project type Discovery$")])
    assert "type=Discovery" in page.url

    again(77, AIRTABLE_TOKEN="patWrong")
    page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("The last sync failed")).to_be_visible()
    with sqlite3.connect(tmp_path / "mirror.db") as connection:
        connection.execute("UPDATE snapshot SET read_began = datetime('now', '-30 hours')")
    connection.close()
    page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("The mirror was read 30 hours ago")).to_be_visible()
    (tmp_path / "config.toml").write_text("tables = 3", encoding="utf-8")
    page.clock.fast_forward(A_WHILE)
    expect(page.get_by_text("Mend these places")).to_be_visible()
    expect(number(page)).to_have_count(0)


def test_filters_are_told_on_a_phone_and_taken_away_one_by_one(browser: Browser, dashboard: Dashboard) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{dashboard()}/missing?type=Discovery&state=Missing&state=Stale&q=vision")
    words = ["search “vision”", "project type Discovery", "state Missing, Stale"]
    expect(chips(page)).to_have_text([re.compile(f"{word}$") for word in words])
    page.get_by_role("button", name="state Missing, Stale").click()
    expect(chips(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"missing\?q=vision&type=Discovery$|missing\?type=Discovery&q=vision$"))
    page.get_by_role("button", name="Clear all filters").click()
    expect(chips(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("missing$"))
    context.close()


def test_the_keyboard_reaches_everything_and_chooses_a_filter(page: Page, dashboard: Dashboard) -> None:
    page.goto(f"{dashboard()}/missing?type=Discovery")
    expect(page.get_by_role("button", name=re.compile("Download.*CSV"))).to_be_visible()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("(one => one.getAttribute('aria-label') || one.textContent)(document.activeElement)")
        )
    wanted = ("Overview", "Sync", "Search", "Project type", "Flag", "project type Discovery", "Download.*CSV")
    assert [name for name in wanted if not any(re.search(f"{name}", text or "") for text in reached)] == []
    page.get_by_label("Search", exact=True).focus()
    page.keyboard.type("mmp")
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_count(2)
    page.get_by_role("button", name="project type Discovery").focus()
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text([re.compile("search “mmp”$")])


def test_the_first_visit_offers_the_sample_and_shows_it_by_itself(page: Page, dashboard: Dashboard) -> None:
    page.goto(dashboard(mirrored=False, airtable__base=None))
    expect(page.get_by_text("There is no mirror")).to_be_visible()
    expect(page.get_by_text("python -m sync init")).to_be_visible()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("The job is at work")).to_be_visible()
    expect(number(page)).to_be_visible()


LINKS = """
import streamlit as st

from view import filters

st.session_state.setdefault("type", ["Discovery"])
st.session_state.setdefault("q", " two  words ")
st.json(filters.query(state=filters.OWED[:2], pm="A & B"))
st.json(filters.query(type=(), q=""))
st.text(filters.address("missing", flag="Overdue", project="recA"))
st.text(filters.address("overview", type=(), q=""))
st.text(filters.described())
"""


def test_links_keep_the_filters_and_put_others_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "links.py").write_text(LINKS, encoding="utf-8")
    app = AppTest.from_file(str(tmp_path / "links.py")).run()
    assert not app.exception, app.exception
    assert [json.loads(item.value) for item in app.json] == [
        {"q": ["two words"], "type": ["Discovery"], "state": ["Missing", "Not started"], "pm": ["A & B"]},
        {},
    ]
    assert [item.value for item in app.text] == [
        "missing?q=two+words&type=Discovery&flag=Overdue&project=recA",
        "./?",
        "search “two words”; project type Discovery",
    ]


def test_what_is_made_of_a_version_is_made_once() -> None:
    made = partial(next, count())
    assert [made_once(f"test {key}", made) for key in "abaa"] == [0, 1, 0, 0]


def test_who_asks_while_it_is_made_waits_for_it() -> None:
    begun, go_on, twice = Event(), Event(), Event()

    def second() -> str:
        twice.set()
        return "second"

    def first() -> str:
        begun.set()
        assert go_on.wait(10)
        return "first"

    with ThreadPoolExecutor(2) as threads:
        made = threads.submit(made_once, "test slow", first)
        assert begun.wait(10)
        waited = threads.submit(made_once, "test slow", second)
        assert not twice.wait(0.1)
        go_on.set()
        assert (made.result(10), waited.result(10)) == ("first", "first")


def test_what_could_not_be_made_is_tried_again() -> None:
    with pytest.raises(ZeroDivisionError):
        made_once("test failing", lambda: 1 // 0)
    assert made_once("test failing", lambda: "made") == "made"


def test_an_excel_file_has_text_as_text_and_days_as_days() -> None:
    frame = pd.DataFrame(
        {
            "project": pd.Series(["=1+1", "@SUM(A1)", "https://example.org", None], dtype="str"),
            "due": pd.Series(["2026-10-05", None, "2026-10-05 09:30", None], dtype="datetime64[us]"),
            "late": pd.Series([152, None, 3, 0], dtype="Int64"),
            "required": [True, False, True, False],
        }
    )
    sheet = openpyxl.load_workbook(io.BytesIO(as_excel(frame))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(frame.columns)
    assert [[cell.data_type for cell in row] for row in rows[1:3]] == [["s", "d", "n", "b"], ["s", "n", "n", "b"]]
    values = [[cell.value for cell in row] for row in rows[1:]]
    assert [row[0] for row in values] == ["=1+1", "@SUM(A1)", "https://example.org", None]
    assert [row[1] for row in values] == [pd.Timestamp("2026-10-05"), None, pd.Timestamp("2026-10-05 09:30"), None]
    assert [row[2:] for row in values] == [[152, True], [None, False], [3, True], [0, False]]
    assert rows[1][1].number_format == "yyyy-mm-dd"
    assert not any(cell.hyperlink for row in rows for cell in row)


def test_an_excel_file_may_have_a_blank_column_or_no_row() -> None:
    blank = pd.DataFrame({name: pd.Series([None, None], dtype=name) for name in ("str", "datetime64[us]", "Int64")})
    for frame in (blank, blank.head(0)):
        sheet = openpyxl.load_workbook(io.BytesIO(as_excel(frame))).active
        assert sheet is not None
        assert [cell.value for cell in next(sheet.iter_rows())] == list(frame.columns)
