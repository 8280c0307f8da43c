"""Every page, in light and dark, is without findings of axe."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from playwright.sync_api import Browser, Page, expect
from serving import Dashboard

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("[!_]*.py"))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def opened(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/{'' if name == 'overview' else name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    page.wait_for_load_state("networkidle")


# The words of charts outside bars that stand out from the page's ground less than 4.5 to 1, which axe does not see.
FAINT = """() => {
  const light = element => {
    const parts = getComputedStyle(element).getPropertyValue(element.tagName === "text" ? "fill" : "background-color");
    const [r, g, b] = parts.match(/[\\d.]+/g).map(one => one / 255)
      .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ground = light(document.querySelector(".stApp"));
  return [...document.querySelectorAll(".js-plotly-plot text:not(.bartext-inside)")]
    .filter(text => Math.max(light(text), ground) / Math.min(light(text), ground) < 4.5)
    .map(text => `chart: "${text.textContent}" is faint`);
}"""


def findings(page: Page) -> list[str]:
    response: dict[str, Any] = Axe().run(page).response
    faint: list[str] = page.evaluate(FAINT)
    return faint + [
        f"{item['id']}: {' '.join(node['failureSummary'].split())} {node['html'][:300]}"
        for item in response["violations"]
        for node in item["nodes"]
    ]


def test_no_page_has_a_finding_in_light_or_dark(browser: Browser, dashboard: Dashboard) -> None:
    url = dashboard()
    found = {}
    for theme in THEMES:
        context = browser.new_context(viewport={"width": 1366, "height": 900}, color_scheme=theme)
        page = context.new_page()
        for name in (*PAGES, "missing?by=Product+manager&type=Discovery"):
            opened(page, url, f"{name}?state=Missing" if name == "missing" else name)
            found[theme, name] = findings(page)
        context.close()
    told = "\n".join(f"{theme} {name}: {item}" for (theme, name), items in found.items() for item in items)
    assert not told, told
