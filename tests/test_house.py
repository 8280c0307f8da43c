"""The house: data walks one way, and so do imports."""

import ast
from pathlib import Path

import pytest
from conftest import ROOT

# What each room may import of the others. The entry points wire rooms together, and so does what `python -m sync`
# hands to the job.
WIRING = {"sync/__main__.py", "sync/history.py", "milestones/__main__.py"}
ROOMS = {
    "settings": set(),
    "sync": {"settings"},
    "milestones": {"settings", "sync.frames", "sync.snapshot"},
    "view": {"settings", "sync.frames", "sync.log", "sync.snapshot", "sync.status", "milestones"},
    "pages": {"milestones", "view"},
    "dashboard": {"view"},
}
# Only these modules know the library.
HOLDERS = {
    "pyairtable": {"sync/airtable.py"},
    "sqlalchemy": {"settings/load.py", "view/board.py", "view/standing.py"}
    | {
        f"sync/{name}.py"
        for name in (
            *("engine", "layout", "lock", "staging", "mirror", "notes", "history", "snapshot", "frames"),
            *("check", "job", "runs", "status", "webhook", "writable", "__main__"),
        )
    },
    "streamlit": {"dashboard.py", "serve.py", "view/*.py", "pages/*.py"},
    "plotly": {"view/charts.py"},
}


def files(room: str) -> list[Path]:
    return [ROOT / "dashboard.py", ROOT / "serve.py"] if room == "dashboard" else sorted((ROOT / room).glob("**/*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_only_what_comes_before_it(room: str) -> None:
    for path in files(room):
        if str(path.relative_to(ROOT)) in WIRING:
            continue
        for name in imported(path):
            owner = name.partition(".")[0]
            if owner in ROOMS and owner != room:
                allowed = ROOMS[room]
                assert owner in allowed or any(name == item or name.startswith(f"{item}.") for item in allowed), (
                    f"{path.relative_to(ROOT)} imports {name}"
                )


@pytest.mark.parametrize("library", HOLDERS)
def test_a_library_stays_behind_the_modules_that_wrap_it(library: str) -> None:
    for room in ROOMS:
        for path in files(room):
            place = path.relative_to(ROOT)
            if any(name.partition(".")[0] == library for name in imported(path)):
                assert any(place.match(holder) for holder in HOLDERS[library]), f"{place} imports {library}"


def test_the_docs_units_have_comments_on_lines_of_their_own() -> None:
    """systemd would take one behind a setting for a part of it."""
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    units = text[text.index("    [Unit]") : text.index("WantedBy")].splitlines()
    assert len(units) > 10 and not [line for line in units if "#" in line.strip()[1:]]


def test_the_rules_read_no_clock() -> None:
    for path in files("milestones"):
        if path.name != "__main__.py":
            text = path.read_text(encoding="utf-8")
            assert not [word for word in (".today(", ".now(", "time()") if word in text], path.name
