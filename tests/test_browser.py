"""The users' way through the dashboard, in a real browser, over a base served by the stand-in."""

import csv
import re
from typing import Any

import pytest
from airtable_standin import TOKEN, Base
from conftest import BASE, ROOT, Dashboard
from playwright.sync_api import Browser, Page, expect


def cells(page: Page, number: int) -> list[list[str]]:
    """The rows that a table on the page shows, as its accessible form has them, without the heading."""
    table = page.get_by_test_id("stDataFrame").nth(number)
    table.scroll_into_view_if_needed()
    expect(table.locator("table tbody tr").first).to_be_attached()
    script = "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent))"
    return list(table.locator("table tbody tr").evaluate_all(script))


def metric(page: Page, label: str) -> Any:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def test_a_base_served_over_http_shows_its_gaps(page: Page, dashboard: Dashboard, base: Base) -> None:
    page.goto(dashboard())
    expect(metric(page, "Still owed")).to_have_text(re.compile(r"^\d+ of \d+$"))
    expect(page.get_by_text(f"Mirror of {BASE}, read")).to_be_visible()
    page.get_by_role("link", name="Missing").click()
    expect(page.get_by_role("heading", name="Missing", exact=True)).to_be_visible()
    page.get_by_label("Search", exact=True).fill("Quiet Minds")
    page.get_by_label("Search", exact=True).press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Still owed: 1$"))).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first.locator("table tbody tr")).to_have_count(1)
    [row] = cells(page, 0)
    record = next(r["id"] for r in base.records[base.table("Projects")["id"]] if "Quiet Minds" in str(r["fields"]))
    link = f"https://airtable.com/{BASE}/{base.table('Projects')['id']}/{record}"
    deliverable = "MMP Release-level Vision"
    assert row[:5] == ["Quiet Minds Peer Support - Phase 3 -", "✕ Missing", link, "Kirsi Laine", deliverable]


def test_the_missing_ones_of_a_base_served_over_http_are_those_of_the_truth(page: Page, dashboard: Dashboard) -> None:
    with (ROOT / "tests" / "sample_truth.csv").open(encoding="utf-8") as file:
        truth = [row for row in csv.DictReader(file) if row["judged_on"] == "2026-10-05" and row["state"] == "missing"]
    page.goto(f"{dashboard()}/?state=Missing")
    expect(metric(page, "No record at all")).to_have_text(str(len(truth)))
    expect(metric(page, "Still owed")).to_have_text(f"{len(truth)} of {len(truth)}")
    page.get_by_role("link", name="Missing").click()
    expect(page.get_by_role("heading", name=re.compile("^Owed by finished projects"))).to_be_visible()
    rows = [*cells(page, 0), *cells(page, 1)]
    names = {"vision-mvp-1-release-level-vision": "MVP #1 Release-level Vision"}
    expected = {(row["project"], names.get(row["requirement"], "MMP Release-level Vision")) for row in truth}
    assert {(row[0], row[4]) for row in rows} == expected


def test_a_filtered_view_is_shared_by_its_address(page: Page, dashboard: Dashboard) -> None:
    url = dashboard()
    page.goto(f"{url}/missing?pm=Hugo+Martins&state=Missing")
    first = page.get_by_role("heading", name=re.compile("^Still owed: "))
    expect(first).to_be_visible()
    rows = cells(page, 0)
    assert rows
    assert {row[3] for row in rows} == {"Hugo Martins"}
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    expect(metric(page, "Still owed")).to_have_text(f"{len(rows)} of {len(rows)}")
    assert "pm=Hugo" in page.url
    assert "state=Missing" in page.url


@pytest.mark.parametrize("name", ["overview", "project_types", "missing", "data_quality", "sync"])
def test_a_page_opened_first_on_a_cold_server_works(page: Page, dashboard: Dashboard, name: str) -> None:
    page.goto(f"{dashboard()}/{'' if name == 'overview' else name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_label("Search", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    links = page.get_by_test_id("stSidebarNavLink")
    names = ("Overview", "Project types", "Missing", "Data quality", "Sync")
    expect(links).to_have_text([re.compile(f"{name}$") for name in names])


@pytest.mark.parametrize("name", ["", "project_types", "missing", "data_quality", "sync"])
def test_a_page_fits_a_phone(browser: Browser, dashboard: Dashboard, name: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{dashboard()}/{name}")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    wide = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
    assert max(wide) <= 360
    if name == "missing":  # what the list says first is there without scrolling: whose, and in which state
        assert any("✕ Missing" in row for row in cells(page, 0))
    context.close()


def test_the_list_is_downloaded_as_a_file(page: Page, dashboard: Dashboard) -> None:
    page.goto(f"{dashboard()}/missing?type=Discovery")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this list (CSV)").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ['"project_id"', '"project"', '"project_type"']
    assert len(lines) > 1
    assert all('"Discovery"' in line for line in lines[1:])


def test_nothing_is_asked_of_another_host(page: Page, dashboard: Dashboard) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    url = dashboard()
    page.goto(url)
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible()
    assert [item for item in asked if not item.startswith((url, "data:", "blob:"))] == []


def test_hostile_names_run_nothing(page: Page, dashboard: Dashboard, base: Base) -> None:
    table = base.table("Projects")["id"]
    for record in base.records[table]:
        hostile = "<img src=x onerror=document.title='hacked'> **b**"
        base.put(table, {**record, "fields": {**record["fields"], "Name": hostile, "Project Type": hostile}})
    url = dashboard()
    for name in ("", "project_types", "missing"):
        page.goto(f"{url}/{name}")
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        assert "hacked" not in page.title()
        assert page.locator("img[src='x']").count() == 0


def test_the_mirror_is_refreshed_from_the_page_where_the_token_is(page: Page, dashboard: Dashboard, base: Base) -> None:
    page.goto(f"{dashboard(token=TOKEN)}/sync")
    expect(page.get_by_role("heading", name="Last runs")).to_be_visible()
    assert len(cells(page, 1)) == 1
    base.delete("Projects", base.records[base.table("Projects")["id"]][0]["id"])
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("projects 59 (+0 ~0 -1)")).to_be_visible()
    expect(page.get_by_role("button", name="Sync now")).to_be_enabled()
    expect(page.get_by_test_id("stDataFrame").nth(1).locator("table tbody tr")).to_have_count(2)
    assert TOKEN not in page.content()
