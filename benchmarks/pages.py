"""What the pages cost with 5,000 projects and 20,000 verdicts, beside an empty Streamlit page in the same minutes.

    python -m benchmarks.pages

Prints a table for benchmarks/README.md; takes about five minutes. The empty page is stock Streamlit: a title, a text
box and a button, no settings, and without the event loop and the HTTP parser that requirements.txt adds. Browser and
servers are processes of this machine, so a loaded machine tells little. Linux alone: processor time and memory are read
from /proc.
"""

import asyncio
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from browser import find
from conftest import toml

from benchmarks.sync import BASE, TOKEN, server
from benchmarks.visitors import Visitor, visit

RECORDS = {"Projects": 5_000, "Project Deliverables": 20_000, "Milestones": 15, "Deliverables": 50}
OTHERS = ("Deliverable 0", "Deliverable 1")  # required besides the two that are shipped: four verdicts a project
ROUNDS, CLICKS, RERUNS = 7, 15, 200
VISITORS, VISITS, THOUGHT = 50, 15, 2.0  # visitors, clicks of each, seconds between them
PEOPLE = 40  # product managers in the made-up base
EMPTY = """import streamlit as st
st.title("Empty")
st.text_input("Search", key="q")
st.session_state.n = st.session_state.get("n", 0) + st.button("Again")
st.text(f"count {st.session_state.n}")
"""
# Answers with the milliseconds since the page was asked for, once everything that was named is there.
SHOWN = """selectors => new Promise(done => {
  const look = () => selectors.every(one => document.querySelector(one))
    ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 5);
  look();
})"""
# Answers with the milliseconds from the next press of the mouse to another text in the element.
CHANGED = """selector => new Promise(done => {
  const text = () => document.querySelector(selector)?.textContent;
  const before = text();
  document.addEventListener("pointerup", () => {
    const began = performance.now();
    const look = () => text() !== undefined && text() !== before
      ? requestAnimationFrame(() => done(performance.now() - began)) : setTimeout(look, 1);
    look();
  }, {once: true, capture: true});
})"""
NUMBER = ".summary .number"
LIST = '[data-testid=stMain] a[href*="pm="]'
MATRIX = "[data-testid=stDataFrame] canvas"


@dataclass(frozen=True)
class Served:
    """A server of pages."""

    url: str
    pid: int

    @property
    def cpu(self) -> float:
        """Its processor time so far, in milliseconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Its resident memory in MiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@contextmanager
def served(script: str, folder: Path, **environment: str) -> Iterator[Served]:
    """Serves a script of a folder as `streamlit run` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if "URL:" in line:
                break
        yield Served(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def mirror(folder: Path) -> dict[str, str]:
    """Mirrors the made-up base with the job; the environment that shows it."""
    settings = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    settings["airtable"] |= {"base": BASE, "requests_per_second": 50}
    settings["requirements"] += [{"milestone": "Scope", "deliverable": name, "project_types": "all"} for name in OTHERS]
    config = folder / "config.toml"
    config.write_text("\n".join(f"{key} = {toml(value)}" for key, value in settings.items()), encoding="utf-8")
    environment = {"MILESTONES_CONFIG": str(config), "MILESTONES_STORE": f"sqlite:///{folder / 'mirror.db'}"}
    with server(RECORDS) as base:
        whole = {**os.environ, **environment, "AIRTABLE_TOKEN": TOKEN, "AIRTABLE_ENDPOINT_URL": base.url}
        subprocess.run([sys.executable, "-m", "sync", "run"], cwd=ROOT, env=whole, check=True)
    return environment


def first_content(browser: Browser, targets: dict[str, tuple[str, list[str]]]) -> dict[str, tuple[list[float], ...]]:
    """Milliseconds until something is on the screen, by name: with an empty cache, and with a full one."""
    taken: dict[str, tuple[list[float], ...]] = {name: ([], []) for name in targets}
    for _ in range(ROUNDS):
        for name, (url, selectors) in targets.items():
            context = browser.new_context(viewport={"width": 1366, "height": 900})
            for times in taken[name]:
                times.append(_load(context, url, selectors))
            context.close()
    return taken


def _load(context: BrowserContext, url: str, selectors: list[str]) -> float:
    page = context.new_page()
    page.goto(url, wait_until="commit")
    shown = float(page.evaluate(SHOWN, selectors))
    page.wait_for_load_state("networkidle")  # so that the cache is full for the next one
    page.close()
    return shown


def clicks_on_nothing(page: Page, url: str) -> list[float]:
    """Milliseconds from a click on the empty page's button to its count."""
    page.goto(url)
    button = page.get_by_role("button", name="Again")
    button.wait_for()
    return [_timed_click(page, "[data-testid=stText]", button.click) for _ in range(CLICKS)]


def clicks_on_filters(page: Page, url: str) -> list[float]:
    """Milliseconds from a click that chooses a project type, or takes it away, to the Overview's number."""
    page.goto(url)
    box = page.get_by_role("combobox", name="Project type")
    taken = []
    for _ in range(CLICKS):
        page.locator(NUMBER).first.wait_for()
        box.click()
        option = page.get_by_role("option", name="Discovery")
        option.wait_for()
        taken.append(_timed_click(page, NUMBER, option.click))
        page.keyboard.press("Escape")
        page.locator(".st-key-clear_type button").click()
        page.locator(".st-key-clear_type").wait_for(state="detached")
    return taken


def _timed_click(page: Page, selector: str, click: object) -> float:
    assert callable(click)
    page.evaluate(f"selector => {{ window.timed = ({CHANGED})(selector); }}", selector)  # does not wait for it
    click()
    return float(page.evaluate("window.timed"))


async def one_visitor(target: Served) -> tuple[list[float], float, int]:
    """Milliseconds per rerun of a cached page, the server's processor time for one, and the bytes it sends."""
    async with visit(target.url) as connection:
        visitor = Visitor(connection)
        for _ in range(5):
            await visitor.ask()
        began = target.cpu
        taken = [await visitor.ask() for _ in range(RERUNS)]
        return taken, (target.cpu - began) / RERUNS, visitor.received


async def many_visitors(target: Served) -> tuple[list[float], float]:
    """Milliseconds per click of all visitors, each thinking before it searches another person; and memory with them."""
    draw = random.Random(5)
    async with AsyncExitStack() as stack:
        visitors = [Visitor(await stack.enter_async_context(visit(target.url))) for _ in range(VISITORS)]
        for visitor in visitors:
            await visitor.ask()

        async def stay(visitor: Visitor) -> list[float]:
            taken = []
            for _ in range(VISITS):
                await asyncio.sleep(THOUGHT * draw.uniform(0.5, 1.5))
                taken.append(await visitor.ask(f"Person {draw.randrange(PEOPLE)}"))
            return taken

        stays = await asyncio.gather(*map(stay, visitors))
        return [taken for stay in stays for taken in stay], target.memory


def shown(times: list[float]) -> str:
    """Median, and the time under which 95 of 100 stay."""
    return f"{statistics.median(times):.0f} (p95 {statistics.quantiles(times, n=20)[-1]:.0f})"


def row(what: str, goal: str, empty: list[float], ours: list[float]) -> None:
    """Prints a line of the table, with the ratio of the medians."""
    ratio = statistics.median(ours) / statistics.median(empty)
    print(f"| {what} | {shown(empty)} | {shown(ours)} | {ratio:.2f} | {goal} |", flush=True)


def main() -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY, encoding="utf-8")
        (folder / "stock").mkdir()
        for module in ("uvloop", "httptools"):  # stock Streamlit installs neither
            (folder / "stock" / f"{module}.py").write_text("raise ModuleNotFoundError", encoding="utf-8")
        environment = mirror(folder)
        stock = {"PYTHONPATH": str(folder / "stock")}
        with served("empty.py", folder, **stock) as empty, served("serve.py", ROOT, **environment) as ours:
            print(
                f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, ", end=""
            )
            print(f"streamlit {version('streamlit')}, pandas {version('pandas')}; {time.strftime('%-d %B %Y')}")
            print(f"| ms | empty page | Overview | ratio | goal |{chr(10)}|---|---|---|---|---|")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
                in_browser(browser, empty.url, ours.url)
                browser.close()
            at_the_server(empty, ours)


def in_browser(browser: Browser, empty: str, ours: str) -> None:
    """What a person sees."""
    targets = {
        "empty": (empty, ["h1"]),
        "numbers": (ours, [NUMBER]),
        "lists": (ours, [NUMBER, LIST]),
        "matrix": (ours, [MATRIX]),
    }
    taken = first_content(browser, targets)
    for place, (cache, goal) in enumerate((("cold cache", "1.3"), ("warm cache", "1.6"))):
        for what, aim in (("numbers", goal), ("lists", goal), ("matrix", "")):
            row(f"first content, {cache}: {what}", aim, taken["empty"][place], taken[what][place])
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    row("click to text", "1", clicks_on_nothing(page, empty), clicks_on_filters(page, ours))


def at_the_server(empty: Served, ours: Served) -> None:
    """What it takes."""
    alone = [asyncio.run(one_visitor(target)) for target in (empty, ours)]
    row("rerun, no browser, one visitor", "", alone[0][0], alone[1][0])
    print(f"| of that, the server's processor | {alone[0][1]:.1f} | {alone[1][1]:.1f} | | 10 |")
    print(f"| bytes sent for it | {alone[0][2]:,} | {alone[1][2]:,} | | |")
    before = [target.memory for target in (empty, ours)]
    many = [asyncio.run(many_visitors(target)) for target in (empty, ours)]
    row(f"rerun, {VISITORS} visitors, {THOUGHT:g} s of thought", "p95 100", many[0][0], many[1][0])
    print(f"| memory with one visitor, MiB | {before[0]:.0f} | {before[1]:.0f} | | |")
    print(f"| memory with {VISITORS}, MiB | {many[0][1]:.0f} | {many[1][1]:.0f} | | |")


if __name__ == "__main__":
    main()
