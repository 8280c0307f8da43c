"""A browser, and dashboards served as processes, for the tests that need real ones."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import forked
import pytest
from airtable_standin import TOKEN, Standin
from browser import find
from conftest import ROOT, Config, Sync, sample_as_real, written
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=30_000)
SignIn = Callable[[str], str]


class Dashboard(Protocol):
    """Mirrors a base with the real job and serves the dashboard over it, both as processes; gives its address.

    It has no token, unless one is given: it reads the mirror alone. `mirrored=False` leaves the job out; `sign_in`
    makes secrets.toml of the address.
    """

    def __call__(
        self,
        *,
        mirrored: bool = True,
        token: str = "",
        sign_in: SignIn | None = None,
        **changes: object,
    ) -> str: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    path = find()
    if path is None:
        reason = "no Chromium is to be had; scripts/browser.py says how one is got"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, as wide as a laptop's screen."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, accept_downloads=True, locale="en-GB")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@contextmanager
def serving(config: Path, store: str, environment: dict[str, str], sign_in: SignIn | None = None) -> Iterator[str]:
    """Serves the dashboard over a mirror, as a process; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    if sign_in:
        secrets = config.with_name("secrets.toml")
        secrets.write_text(sign_in(url), encoding="utf-8")
        command += ["--secrets.files", str(secrets)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment | {"MILESTONES_CONFIG": str(config), "MILESTONES_STORE": store},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout
        if not any("URL:" in line for line in server.stdout):
            raise AssertionError("the dashboard did not start")
        yield url
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def dashboard(tmp_path: Path, environment: dict[str, str], sync: Sync, write_config: Config) -> Iterator[Dashboard]:
    """Serves the dashboard; ends what was served."""
    with ExitStack() as servers:

        def serve(
            *,
            mirrored: bool = True,
            token: str = "",
            sign_in: SignIn | None = None,
            **changes: object,
        ) -> str:
            store = f"sqlite:///{tmp_path / 'mirror.db'}"
            config = write_config(**changes)
            if mirrored:
                done = sync("run", "--config", config, "--store", store)
                assert done.returncode == 0, done.stderr
            whole = {name: value for name, value in environment.items() if name != "AIRTABLE_TOKEN"}
            whole |= {"AIRTABLE_TOKEN": token} if token else {}
            return servers.enter_context(serving(config, store, whole, sign_in))

        yield serve


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over the sample base under a real-looking id, for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("site")
    store, config = f"sqlite:///{folder / 'mirror.db'}", written(folder / "config.toml")
    whole = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with Standin(sample_as_real(), rate=None) as standin:
        with_token = whole | {"AIRTABLE_TOKEN": TOKEN, "AIRTABLE_ENDPOINT_URL": standin.url}
        forked.sync(["run", "--config", str(config), "--store", store], with_token).check_returncode()
    with serving(config, store, whole) as address:
        yield address
