"""The users' way through the dashboard, in a real browser, over a base served by the stand-in."""

import csv
import re
import threading
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import BASE, ROOT, sample_as_real
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect
from serving import Dashboard

# The pages' addresses, in the order of the navigation; the first one has none.
NAMES = ("", "project_types", "missing", "project", "trends", "data_quality", "sync", "guide")
ROW = 35  # the height of a table's row, and of its head


def cells(page: Page, number: int) -> list[list[str]]:
    """The rows that a table on the page shows, as its accessible form has them, without the heading."""
    table = page.get_by_test_id("stDataFrame").nth(number)
    table.scroll_into_view_if_needed()
    expect(table.locator("table tbody tr").first).to_be_attached()
    script = "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent))"
    return list(table.locator("table tbody tr").evaluate_all(script))


def metric(page: Page, label: str) -> Any:
    return page.locator(".summary .numbers li").filter(has_text=label).locator(".number")


def press(page: Page, number: int, row: int, across: int = 60) -> None:
    """Clicks a cell of a table on the page: by its row, and by how many pixels it is from the left."""
    table = page.get_by_test_id("stDataFrame").nth(number)
    table.scroll_into_view_if_needed()
    expect(table.locator("table tbody tr").first).to_be_attached()
    place = table.bounding_box()
    assert place
    page.mouse.click(place["x"] + across, place["y"] + ROW * (row + 1.5))


def record_of(table: str, name: str) -> str:
    """The address of a sample record whose cells hold a text."""
    base = sample_as_real()
    home = base.table(table)["id"]
    record = next(record["id"] for record in base.records[home] if name in str(record["fields"]))
    return f"https://airtable.com/{BASE}/{home}/{record}"


def wait_for_query(page: Page, query: dict[str, list[str]]) -> None:
    """The address has this query; the browser writes it a moment after the page is there."""
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == query, wait_until="commit")


def heading(page: Page, name: str) -> Any:
    return page.get_by_role("heading", name=re.compile(name))


def test_a_base_served_over_http_shows_its_gaps(page: Page, site: str) -> None:
    page.goto(site)
    expect(metric(page, "Still owed")).to_have_text(re.compile(r"^\d+ of \d+$"))
    expect(page.get_by_text(f"Mirror of {BASE}, read")).to_be_visible()
    page.get_by_role("link", name="Missing", exact=True).click()
    expect(heading(page, "^Missing$")).to_be_visible()
    page.get_by_label("Search", exact=True).fill("Quiet Minds")
    page.get_by_label("Search", exact=True).press("Enter")
    expect(heading(page, "^Owed by projects that go on: 1$")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first.locator("table tbody tr")).to_have_count(1)
    [row] = cells(page, 0)
    deliverable = "MMP Release-level Vision"
    assert row[:4] == ["Quiet Minds Peer Support - Phase 3 -", "✕ Missing", deliverable, "2026-06-10"]
    assert row[4].isdigit()  # days late
    assert row[5:7] == ["Kirsi Laine", "There is no record of it."]


def test_the_missing_ones_of_a_base_served_over_http_are_those_of_the_truth(page: Page, site: str) -> None:
    with (ROOT / "tests" / "sample_truth.csv").open(encoding="utf-8") as file:
        truth = [row for row in csv.DictReader(file) if row["judged_on"] == "2026-10-05" and row["state"] == "missing"]
    page.goto(f"{site}/?state=Missing&flag=")
    expect(metric(page, "No record at all")).to_have_text(str(len(truth)))
    expect(page.get_by_role("alert")).to_have_count(0)  # a blank parameter asks for nothing
    page.get_by_role("link", name="See the missing").click()
    expect(heading(page, "^Owed by finished projects")).to_be_visible()
    rows = [*cells(page, 0), *cells(page, 1)]
    names = {"vision-mvp-1-release-level-vision": "MVP #1 Release-level Vision"}
    expected = {(row["project"], names.get(row["requirement"], "MMP Release-level Vision")) for row in truth}
    assert {(row[0], row[2]) for row in rows} == expected


def test_the_worst_type_stands_first_and_its_name_leads_to_its_list(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 900})
    page.goto(site)
    bars = page.locator(".summary .types li > span")
    expect(bars.first).to_be_visible()
    ends = page.locator(".summary, .summary section:last-child").evaluate_all(
        "all => all.map(one => Math.round(one.getBoundingClientRect().right))"
    )
    assert ends[0] == ends[1]  # the width is used, however much there is
    shares = [int(text.split(" %")[0]) for text in bars.all_text_contents()]
    assert shares == sorted(shares)
    owed = int(re.findall(r"\d+", bars.first.text_content() or "")[1])
    page.get_by_role("link", name="Mobile App", exact=True).click()
    expect(heading(page, "^Missing$")).to_be_visible()
    wait_for_query(page, {"type": ["Mobile App"]})
    expect(heading(page, "^Cannot be judged: 1$")).to_be_visible()
    assert sum(int(text.split(": ")[1]) for text in heading(page, "^Owed by").all_text_contents()) == owed
    page.get_by_role("button", name="project type Mobile App").click()
    expect(heading(page, "^Cannot be judged: 3$")).to_be_visible()
    page.get_by_role("link", name="Overview", exact=True).click()
    page.get_by_role("link", name="See the overdue").click()
    expect(heading(page, "^Missing$")).to_be_visible()
    wait_for_query(page, {"flag": ["Overdue"]})
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(metric(page, "Still owed")).to_be_visible()
    wait_for_query(page, {"flag": ["Overdue"]})


def test_a_project_is_opened_from_a_bar(page: Page, site: str) -> None:
    page.goto(f"{site}/project_types?type=Mobile+App")
    bar = page.locator(".js-plotly-plot .trace.bars .point path").last
    expect(bar).to_be_attached()
    page.get_by_test_id("stPlotlyChart").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    bar.click(force=True)
    expect(page).to_have_url(re.compile(r"/missing\?.*state="))
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(0)  # nor a table of the former page
    assert "type=Mobile" in page.url
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    [first, *_] = cells(page, 0)
    name = first[0]
    press(page, 0, row=0)
    expect(heading(page, "^Project$")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/project\?.*project=rec"))
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_back_and_forward_bring_back_page_and_filters_step_by_step(page: Page, site: str) -> None:
    def stands(name: str, **filters: str) -> None:
        expect(heading(page, f"^{name}$")).to_be_visible()
        expect(page.locator("[class*=st-key-clear_]")).to_have_count(len(filters))
        for key, words in filters.items():
            expect(page.locator(f".st-key-clear_{key}")).to_contain_text(words)
        wait_for_query(page, {key: [words] for key, words in filters.items()})

    page.goto(site)
    page.get_by_role("link", name="Mobile App", exact=True).click()
    stands("Missing", type="Mobile App")
    for words in ("vision", "vision mmp"):
        page.get_by_label("Search", exact=True).fill(words)
        page.keyboard.press("Enter")
        stands("Missing", type="Mobile App", q=words)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    press(page, 0, row=0)
    expect(heading(page, "^Project$")).to_be_visible()
    assert set(parse_qs(urlsplit(page.url).query)) == {"type", "q", "project"}
    page.go_back()
    stands("Missing", type="Mobile App", q="vision mmp")
    page.go_back()
    stands("Missing", type="Mobile App", q="vision")
    page.go_back()
    stands("Missing", type="Mobile App")
    page.go_back()
    stands("Overview")
    page.go_forward()
    page.go_forward()
    stands("Missing", type="Mobile App", q="vision")


def test_who_leaves_before_the_filters_stand_in_the_browser_keeps_them_in_the_address(page: Page, site: str) -> None:
    held: list[Route] = []
    page.route(re.compile("/Multiselect"), lambda route: held.append(route))
    page.goto(f"{site}/?type=Mobile+App")
    for link, title in (("See the overdue", "Missing"), ("Trends", "Trends")):
        page.get_by_role("link", name=link, exact=True).click()
        expect(heading(page, f"^{title}$")).to_be_visible()
        expect(page.locator(".st-key-clear_flag")).to_be_visible()
        wait_for_query(page, {"type": ["Mobile App"], "flag": ["Overdue"]})
    assert held
    for route in held:
        route.abort()


def test_a_gap_tells_its_reason_and_its_record_is_one_link_away(page: Page, site: str) -> None:
    page.goto(f"{site}/project?project={record_of('Projects', 'Quiet Minds').rpartition('/')[2]}")
    expect(page.get_by_role("heading", name="Quiet Minds Peer Support - Phase 3 -", exact=True)).to_be_visible()
    expect(page).to_have_title("Quiet Minds Peer Support - Phase 3 - · Milestones")
    expect(page.get_by_text("There is no record of it.").first).to_be_visible()
    link = page.get_by_role("link", name="The project in Airtable, to add its record")
    expect(link).to_have_attribute("href", record_of("Projects", "Quiet Minds"))
    expect(link).to_have_attribute("target", "_blank")


def test_a_project_is_found_by_typing_a_part_of_its_name(page: Page, site: str) -> None:
    page.goto(f"{site}/project")
    search = page.get_by_role("combobox", name="Find a project")
    search.click()
    search.fill("coastal clean")
    page.keyboard.press("Enter")
    expect(heading(page, "^Coastal Cleanup Crew")).to_be_visible()
    expect(page).to_have_url(re.compile(r"project=rec"))


def test_by_keyboard_a_cell_tells_why_and_enter_opens_the_project(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(site)
    table = page.get_by_test_id("stDataFrame").first
    second = cells(page, 0)[1][0]
    table.locator("canvas").first.focus()
    place = table.bounding_box()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    link = page.get_by_role("link", name="Open the project")
    expect(link).to_be_in_viewport(ratio=1)
    assert table.bounding_box() == place
    expect(heading(page, "^Overview$")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # before the page has followed
    expect(page.get_by_role("heading", name=second, exact=True)).to_be_visible()


def test_the_list_is_downloaded_as_files_that_open_again(page: Page, site: str) -> None:
    page.goto(f"{site}/missing?type=Discovery")
    expect(heading(page, "^Owed by projects that go on: ")).to_be_visible()
    count = sum(int(text.split(": ")[1]) for text in heading(page, "^(Owed|Cannot)").all_text_contents())
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download all {count} rows (CSV)").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {row["project_type"] for row in rows} == {"Discovery"}
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download all {count} rows (Excel)").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    head, *body = sheet.iter_rows(values_only=True)
    assert head == tuple(rows[0])
    assert [line[head.index("project_id")] for line in body] == [row["project_id"] for row in rows]


def test_the_bar_of_a_week_tells_which_gaps_came_and_went(page: Page, dashboard: Dashboard) -> None:
    address = f"{dashboard(airtable__base=None)}/trends?since=2026-09-21"
    for place, way in enumerate(("Opened", "Closed")):
        page.goto(address)  # anew, for two clicks in a row are a double click to Plotly, which picks nothing
        expect(heading(page, "^Changed since 21 September 2026: [1-9]")).to_be_visible()
        [*_, first] = cells(page, 2)
        assert first[1] != first[2]
        bars = page.locator(".js-plotly-plot").nth(1).locator(".trace.bars").nth(place)
        bars.locator(".point path").first.click(force=True)
        told = page.get_by_text(f"{way} in the week of 24 August 2026: {first[1 + place]}", exact=True)
        expect(told).to_be_visible()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_a_phone_in_the_dark(browser: Browser, site: str, name: str) -> None:
    phone: ViewportSize = {"width": 360, "height": 740}
    context = browser.new_context(viewport=phone, color_scheme="dark", user_agent="Mozilla/5.0 (Android 16; Mobile)")
    page = context.new_page()
    page.goto(f"{site}/{name}")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == "rgb(17, 24, 31)"
    if name == "missing":  # what the list says first is there without scrolling: whose, and in which state
        [project, state, *_] = cells(page, 0)[0]
        assert state == "◐ Incomplete"
        page.get_by_test_id("stDataFrame").first.hover()
        page.mouse.wheel(400, 0)
        expect(page.get_by_test_id("stDataFrame").first.locator("table tbody tr td").nth(1)).not_to_have_text(state)
        assert cells(page, 0)[0][0] == project
        expect(page.get_by_text("Pick any other cell").first).not_to_contain_text("Enter")
    context.close()


# The three ways in which pages begin; Streamlit's own harness opens each page cold in test_pages.py.
@pytest.mark.parametrize("name", ["", "project_types", "sync"])
def test_a_page_opened_first_on_a_cold_server_works(page: Page, dashboard: Dashboard, name: str) -> None:
    page.goto(f"{dashboard()}/{name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_label("Search", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    links = page.get_by_test_id("stSidebarNavLink")
    names = ("Overview", *(name.replace("_", " ").capitalize() for name in NAMES[1:]))
    expect(links).to_have_text([re.compile(f"{name}$") for name in names])


def test_nothing_is_asked_of_another_host(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/project_types")
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible()
    assert [item for item in asked if not item.startswith((site, "data:", "blob:"))] == []


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


def test_the_mirror_is_refreshed_from_the_page_where_the_token_is(
    page: Page, dashboard: Dashboard, base: Base, standin: Standin
) -> None:
    page.goto(f"{dashboard(token=TOKEN)}/sync")
    expect(page.get_by_role("heading", name="Last runs")).to_be_visible()
    assert len(cells(page, 1)) == 1
    another = page.context.new_page()
    another.goto(page.url)
    expect(another.get_by_role("button", name="Sync now")).to_be_enabled()
    base.delete("Projects", base.records[base.table("Projects")["id"]][0]["id"])
    go_on = threading.Event()
    standin.fault = lambda *_: None if go_on.wait(60) else Fault(status=500)
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("The job is at work")).to_be_visible()
    another.get_by_role("button", name="Sync now").click()  # drawn before, so that it can still be pressed
    expect(another.get_by_text("The job is at work")).to_be_visible()
    go_on.set()
    expect(another.get_by_test_id("stAlertContentSuccess").get_by_text("Records: 1 removed")).to_be_visible()
    expect(another.get_by_role("button", name="Sync now")).to_be_enabled()
    another.close()
    expect(page.get_by_test_id("stAlertContentSuccess").get_by_text("Records: 1 removed")).to_be_visible()
    expect(page.get_by_role("button", name="Sync now")).to_be_enabled()
    expect(page.get_by_test_id("stDataFrame").nth(1).locator("table tbody tr")).to_have_count(2)
    assert TOKEN not in page.content()
