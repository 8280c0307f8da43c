"""Every task of the users takes at most three clicks from the Overview, in a real browser."""

import csv
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from airtable_standin import TOKEN
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from serving import Dashboard
from test_browser import cells, heading, metric, press, record_of

MOST = 3
# The pages' names, the filters and what stands beside them come before the first number.
MOST_TABS = 40


class Clicks:
    """A reader's clicks, counted."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.count = page, site, 0
        page.goto(site)
        expect(heading(page, "^Overview$")).to_be_visible()

    def on(self, target: Locator) -> None:
        """Clicks a link, a button or a choice."""
        self.count += 1
        target.click()

    def on_name(self, table: int) -> None:
        """Clicks the name in the first row of a table."""
        self.count += 1
        press(self.page, table, row=0)


def worst_type(clicks: Clicks) -> None:
    page = clicks.page
    expect(page.locator(".summary .types li > span").first).to_be_visible()
    shares = [int(text.split(" %")[0]) for text in page.locator(".summary .types li > span").all_text_contents()]
    assert shares[0] == min(shares)
    name = page.locator(".summary .types li a").first.text_content() or ""
    clicks.on(page.locator(".summary .types li a").first)
    expect(heading(page, "^Missing$")).to_be_visible()
    expect(page.get_by_role("button", name=f"project type {name}")).to_be_visible()


def share_a_filtered_view(clicks: Clicks) -> None:
    page = clicks.page
    clicks.on(page.get_by_role("combobox", name=re.compile("Project type")))
    clicks.on(page.get_by_role("option", name="Mobile App"))
    expect(page).to_have_url(re.compile(r"type=Mobile"))
    other = page.context.new_page()
    other.goto(page.url)
    expect(metric(other, "Still owed")).to_be_visible()
    expect(metric(page, "Still owed")).to_have_text(metric(other, "Still owed").text_content() or "?")
    other.close()


def project_from_a_bar(clicks: Clicks) -> None:
    page = clicks.page
    box = page.locator(".summary .types li .bar").first.bounding_box()
    assert box
    clicks.count += 1
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 2)
    expect(heading(page, "^Missing$")).to_be_visible()
    name = cells(page, 0)[0][0]
    clicks.on_name(0)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def export_and_reopen(clicks: Clicks) -> None:
    page = clicks.page
    clicks.on(page.get_by_role("link", name="See the overdue"))
    expect(heading(page, "^Missing$")).to_be_visible()
    with page.expect_download() as download:
        clicks.on(page.get_by_role("button", name=re.compile(r"^Download .*\(CSV\)")).first)
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all("overdue" in row["flags"] for row in rows)


def follow_a_link_to_a_record(clicks: Clicks) -> None:
    page = clicks.page
    clicks.on(page.get_by_role("link", name="See the missing"))
    expect(heading(page, "^Missing$")).to_be_visible()
    name = cells(page, 0)[0][0]
    clicks.on_name(0)
    link = page.get_by_role("link", name="The project in Airtable, to add its record").first
    expect(link).to_have_attribute("href", record_of("Projects", name))
    clicks.count += 1  # which would lead out of this machine


def whom_to_call(clicks: Clicks) -> None:
    page = clicks.page
    first = page.locator(".summary section").filter(has_text="Whom to call").locator("li a").first
    name, overdue = (first.text_content() or "").split(": ")
    clicks.on(first)
    expect(heading(page, "^Missing$")).to_be_visible()
    expect(page.get_by_role("button", name=f"product manager {name}")).to_be_visible()
    clicks.on(page.get_by_role("link", name=f"Write to {name}"))
    message = page.get_by_test_id("stCode")
    expect(message).to_contain_text(f"Hello {name},")
    expect(message).to_be_in_viewport()
    clicks.on(message.get_by_role("button", name=re.compile("Copy")))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"Hello {name},") and copied.count("days ago") == int(overdue.split()[0])


def own_project(clicks: Clicks) -> None:
    page = clicks.page
    name = cells(page, 0)[0][0]
    clicks.on_name(0)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("in Airtable")).first).to_be_visible()


TASKS: list[Callable[[Clicks], None]] = [
    share_a_filtered_view,
    project_from_a_bar,
    export_and_reopen,
    follow_a_link_to_a_record,
]
ON_A_PHONE: list[Callable[[Clicks], None]] = [worst_type, whom_to_call, own_project]


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_three_clicks_at_most(page: Page, site: str, task: Callable[[Clicks], None]) -> None:
    clicks = Clicks(page, site)
    task(clicks)
    assert clicks.count <= MOST


def test_tasks_on_a_phone_in_the_dark_take_no_more(browser: Browser, site: str) -> None:
    phone: ViewportSize = {"width": 360, "height": 740}
    allowed = ["clipboard-read", "clipboard-write"]
    context = browser.new_context(viewport=phone, color_scheme="dark", permissions=allowed)
    page = context.new_page()
    for task in ON_A_PHONE:
        clicks = Clicks(page, site)
        task(clicks)
        assert clicks.count <= MOST, task
    context.close()


def test_by_keyboard_a_number_leads_to_its_list(page: Page, site: str) -> None:
    page.goto(site)
    link = page.get_by_role("link", name="See what is owed")
    expect(link).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading(page, "^Missing$")).to_be_visible()


def test_a_stale_mirror_says_so_on_the_first_page(page: Page, dashboard: Dashboard, tmp_path: Path) -> None:
    address = dashboard(token=TOKEN)
    with closing(sqlite3.connect(tmp_path / "mirror.db")) as connection:
        connection.execute("UPDATE snapshot SET read_began = datetime('now', '-4 days'), version = version + 1")
        connection.commit()
    page.goto(address)
    expect(page.get_by_role("alert").filter(has_text="4 days")).to_be_visible()
