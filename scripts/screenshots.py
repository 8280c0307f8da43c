"""Takes the pictures of the README and of docs/: serves the sample base and photographs every page, light and dark.

Run from the project's folder: python scripts/screenshots.py
"""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import find
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1366, "height": 860}
PAGES = {path.stem: "" if path.stem == "overview" else path.stem for path in (ROOT / "pages").glob("[!_]*.py")}


def main() -> None:
    """Writes docs/images/*.png."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MILESTONES_STORE": f"sqlite:///{folder}/mirror.db"}
        subprocess.run([sys.executable, "-m", "sync", "run"], cwd=ROOT, env=environment, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for line in server.stdout or ():
                if "URL:" in line:
                    break
            photograph(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.communicate()


def photograph(address: str) -> None:
    """Takes every page in both themes; of the page of one project the first that owes most."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            context = browser.new_context(viewport=SIZE, color_scheme=theme, locale="en-GB")
            page = context.new_page()
            for name, place in PAGES.items():
                page.goto(f"{address}/{place}")
                settle(page)
                if name == "project":
                    page.get_by_role("combobox", name="Find a project").fill("Safe Steps")
                    page.keyboard.press("Enter")
                    expect(page.get_by_role("heading", level=2).first).to_contain_text("Safe Steps")
                    page.mouse.move(0, 0)
                    page.wait_for_load_state("networkidle")
                page.screenshot(path=IMAGES / f"{name.replace('_', '-')}-{theme}.png")
        browser.close()


def settle(page: Page) -> None:
    """Waits until everything on the page is drawn."""
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stDataFrame").first.locator("table tbody tr").first).to_be_attached(timeout=30_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
