"""Takes the pictures of the README: serves the sample base and photographs every page, light and dark.

Run from the project's folder: python scripts/screenshots.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import find
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PORT = 8599
SIZE: ViewportSize = {"width": 1366, "height": 860}
PAGES = {"overview": "", "project-types": "project_types", "missing": "missing", "data-quality": "data_quality"}


def main() -> None:
    """Writes docs/images/*.png."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MILESTONES_STORE": f"sqlite:///{folder}/mirror.db"}
        subprocess.run([sys.executable, "-m", "sync", "run"], cwd=ROOT, env=environment, check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(PORT)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for line in server.stdout or ():
                if "URL:" in line:
                    break
            photograph()
        finally:
            server.terminate()
            server.communicate()


def photograph() -> None:
    """Takes every page in both themes."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for theme in ("light", "dark"):
            context = browser.new_context(viewport=SIZE, color_scheme=theme, locale="en-GB")
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(f"http://127.0.0.1:{PORT}/{path}")
                settle(page)
                page.screenshot(path=IMAGES / f"{name}-{theme}.png")
        browser.close()


def settle(page: Page) -> None:
    """Waits until everything on the page is drawn."""
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=30_000)
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
