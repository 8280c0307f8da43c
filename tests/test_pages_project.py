"""The page of one project, its guide, and what a product manager is told."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from airtable_standin import Base
from conftest import BASE, Opened
from page_harness import links, said, shown
from streamlit.testing.v1 import AppTest

from milestones.words import GAPS
from view.access import Viewer
from view.board import Board
from view.dossier import of_viewer
from view.howto import addresses
from view.labels import plain
from view.message import STANDS, message, one_line
from view.worklist import worst_first

Mirrored = Callable[..., Path]
VISION = "vision-mvp-1-release-level-vision"


def project_id(base: Base, name: str) -> str:
    table = base.table("Projects")["id"]
    return str(next(record["id"] for record in base.records[table] if name in str(record["fields"].values())))


def cards(app: AppTest) -> list[str]:
    return [box.proto.label for box in app.get("expander")]


def test_a_project_is_reached_by_its_address_with_a_card_per_verdict(
    mirrored: Mirrored, opened: Opened, base: Base
) -> None:
    mirrored()
    app = opened("project.py", project=project_id(base, "Immigrant Small Business"), state="Complete")
    [first, second, *_] = cards(app)
    assert first == f"**○ Not started** · {plain('MMP Release-level Vision')}"
    assert second.startswith("**↻ Stale** · ")
    text = said(app)
    assert "the project is shown whole" in text
    assert plain("Its waiver ended on 21 September 2026.") in text
    assert "in no Airtable" not in text
    assert "**Waiver**" in text and plain("until 21 September 2026") in text
    assert plain("Type Discovery · Phase 2") in text and plain("Product manager Maria Santos") in text
    assert shown(app)["Overdue since"] == "1 July 2026"
    record = links(app)["Its record in Airtable"]
    assert record.startswith(f"https://airtable.com/{BASE}/{base.table('Project Deliverables')['id']}/rec")


def test_namesakes_are_told_apart_also_where_one_is_shown_alone(mirrored: Mirrored, opened: Opened, base: Base) -> None:
    one, other = project_id(base, "Quiet Minds"), project_id(base, "Safe Steps")
    for identifier in (one, other):
        base.update("Projects", identifier, {"Name": "Twin", "Product Manager": None})
    mirrored()
    (choice,) = opened("project.py").selectbox
    assert {text for text in choice.options if text.startswith("Twin")} == {
        f"Twin · (nobody) · {identifier}" for identifier in (one, other)
    }
    (choice,) = opened("project.py", project=one, q="Coastal").selectbox
    assert f"Twin · (nobody) · {one}" in choice.options


def test_a_missing_one_leads_to_its_project_where_its_record_is_added(
    mirrored: Mirrored, opened: Opened, base: Base
) -> None:
    mirrored()
    identifier = project_id(base, "Quiet Minds")
    found = links(opened("project.py", project=identifier))
    assert found["The project in Airtable&#44; to add its record"].endswith(f"/{identifier}")


def test_the_base_tells_how_a_deliverable_is_made_with_https_links_alone(
    mirrored: Mirrored, opened: Opened, base: Base
) -> None:
    steps = base.field("Deliverables", "Steps to Produce Deliverable")["id"]
    catalogue = base.table("Deliverables")["id"]
    boards = next(record for record in base.records[catalogue] if "Vision Boards" in record["fields"].values())
    boards["fields"][steps] = "1. **Invite** javascript:alert(1)\n2. See https://example.org/a, <b>then</b> act."
    mirrored()
    app = opened("project.py", project=project_id(base, "Quiet Minds"))
    assert plain("does not define MMP Release-level Vision") in said(app)
    assert "How to&#58; Vision Boards" in cards(app)
    app.session_state[f"how-Vision-{boards['id']}"] = True
    app.run()
    assert boards["fields"][steps] in [text.value for text in app.text]
    found = links(app)
    assert found[plain("example.org/a")] == "https://example.org/a"
    assert all(url.startswith(("https://", "project", "missing", "data_quality")) for url in found.values()), found


def test_the_history_tells_each_change_with_its_cause(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("overview.py")
    changes = app.dataframe[1].value
    assert set(changes["why"]) <= {"the base was edited", "time passed", "config.toml or the rules changed"}
    waived = changes[changes["was"].map(list).map(lambda was: was == ["⊘ Waived"])]
    assert waived["why"].tolist() == ["time passed"]
    app = opened("project.py", q="Immigrant Small Business")
    app.selectbox(key="project_choice").select_index(0).run()
    assert plain("⊘ Waived → ○ Not started, because time passed") in said(app)
    assert "The sample’s records are in no Airtable" in said(app)


def test_the_search_offers_each_project_once_and_the_address_follows_it(
    mirrored: Mirrored, opened: Opened, base: Base
) -> None:
    name = base.field("Projects", "Name")["id"]
    for record in base.records[base.table("Projects")["id"]][:9]:
        record["fields"][name] = "Twice"
    mirrored()
    app = opened("project.py")
    search = app.selectbox(key="project_choice")
    assert len(set(search.options)) == len(search.options) == 60
    search.select_index(3).run()
    chosen = app.query_params["project"]
    assert app.header[0].value == plain(" · ".join(search.options[3].split(" · ")[:1]))
    assert str(chosen if isinstance(chosen, str) else chosen[0]).startswith("rec")


def test_an_address_of_a_project_that_is_gone_is_told(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("project.py", project="recGone0000000001")
    assert any("not here now" in warning.value for warning in app.warning)
    assert len(app.dataframe[0].value) > 1


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (None, []),
        (Viewer("ANN Example", "x@example.org"), ["rec2", "rec1"]),
        (Viewer("", "ben@Example.org"), ["rec3"]),
        (Viewer("", ""), []),
    ],
)
def test_my_projects_are_those_whose_product_manager_i_am(viewer: Viewer | None, expected: list[str]) -> None:
    managers = ["Ann Example", " ann example", "ben@example.org", None]
    projects = pd.DataFrame({"product_manager": managers}, index=["rec1", "rec2", "rec3", "rec4"], dtype="str")
    verdicts = pd.DataFrame({"project_id": projects.index, "state": ["complete", "missing", "waived", "missing"]})
    board = cast("Board", SimpleNamespace(projects=projects, verdicts=verdicts))
    assert of_viewer(board, viewer) == expected


def test_only_https_addresses_are_found_in_a_text() -> None:
    text = 'See https://a.example/x?y=1, (https://b.example) "https://c.example" http://d.example javascript:alert(1)'
    assert addresses(text) == ["https://a.example/x?y=1", "https://b.example", "https://c.example"]


def gap(**cells: Any) -> dict[str, Any]:
    row = {
        "project_id": "rec1",
        "project": "Riverbend",
        "project_type": "Web",
        "phase": None,
        "product_manager": "Ann",
        "requirement": "vision",
        "milestone": "Vision",
        "deliverable": "MMP Vision",
        "audience": "",
        "state": "missing",
        "flags": "overdue",
        "due": pd.Timestamp("2026-10-01"),
        "since": pd.NaT,
        "reason": "There is no record of it.",
        "record_url": "https://airtable.com/app/tbl/rec1",
    }
    return row | cells


def test_a_message_names_each_gap_with_due_day_reason_and_record() -> None:
    of = pd.DataFrame([gap(), gap(project_id="rec2", project="Hill", due=pd.NaT, flags="", audience="Youth")])
    day = pd.Timestamp("2026-10-05").date()
    text = message(worst_first(of, day, several=False), "Ann", day, soon=14)
    assert text.splitlines()[:8] == [
        "Hello Ann,",
        "",
        "as of 5 October 2026, 2 deliverables are still open in 2 of your projects:",
        "",
        "1. Riverbend: MMP Vision",
        "   Not there yet; due 1 October 2026, 4 days ago",
        "   Why: There is no record of it.",
        "   Where: https://airtable.com/app/tbl/rec1",
    ]
    assert "2. Hill: MMP Vision · Youth\n   Not there yet; no due date" in text


def test_a_message_asks_for_what_is_due_in_plain_words_and_counts_what_is_due_later() -> None:
    day = pd.Timestamp("2026-10-05").date()
    far = gap(due=pd.Timestamp("2027-03-01"), project="Far", flags="")
    near = gap(state="stale", due=pd.Timestamp("2026-10-04"))
    text = message(
        worst_first(pd.DataFrame([near, far]), day, several=False), "Ann", day, 14, "https://miles.org/missing?pm=Ann"
    )
    assert "All of it: https://miles.org/missing?pm=Ann\n" in text
    assert "1 deliverable is still open in one of your projects:" in text
    assert "   To be looked at again; due 4 October 2026, 1 day ago" in text
    assert "Far" not in text
    assert "1 more deliverable is due after 19 October 2026." in text
    assert "mark its record as waived: say why, who decided it, and until when" in text
    alone = message(worst_first(pd.DataFrame([far, far]), day, several=False), "Ann", day, soon=14)
    assert "nothing is due soon." in alone and "2 more deliverables are due after 19 October 2026." in alone


def test_a_message_names_the_worst_and_counts_the_rest() -> None:
    day = pd.Timestamp("2026-10-05").date()
    many = [gap(project=f"P{number:02}", due=pd.Timestamp("2026-09-01")) for number in range(25)]
    text = message(worst_first(pd.DataFrame(many), day, several=False), "Ann", day, soon=14)
    assert "25 deliverables are still open in one of your projects:" in text
    assert "20. P19: " in text and "21. " not in text
    assert "And 5 more: the dashboard lists all of them under your name." in text


def test_every_gap_has_plain_words_for_a_message() -> None:
    assert {*STANDS} == {*GAPS}


def test_nothing_from_the_base_steers_a_message() -> None:
    hostile = "@channel\nHello Ben,\u202e\x1b[31m @here"
    text = one_line(hostile)
    assert "\n" not in text and "\x1b" not in text and "\u202e" not in text
    assert "@channel" not in text and "@here" not in text
    assert one_line("ann@example.org wrote") == "ann@example.org wrote"


def test_the_message_follows_the_filters(mirrored: Mirrored, opened: Opened) -> None:
    mirrored(airtable__base=None)
    app = opened("missing.py", pm="Hugo Martins", state="Missing")
    assert app.selectbox(key="message_to").options == ["Hugo Martins"]
    [code] = app.code
    assert code.value.startswith("Hello Hugo Martins,")
    assert "[Write to Hugo Martins](#message)" in said(app)
    assert code.value.count("There is no record of it.") == 1
    assert "2 more deliverables are due after 19 October 2026." in code.value
    assert "Being worked on" not in code.value


def test_the_guide_tells_what_config_toml_asks_beside_its_own_words(mirrored: Mirrored, opened: Opened) -> None:
    mirrored()
    app = opened("guide.py")
    assert [note for note in app.caption if "handbook_url" in note.value]
    asked = app.dataframe[0].value
    assert asked["deliverable"].tolist() == ["MVP #1 Release-level Vision", "MMP Release-level Vision"]
    assert asked["of"].tolist() == ["every project"] * 2
    assert asked["due"].tolist() == ["56 days after the project’s start"] * 2
    assert (
        asked["needs"].tolist()
        == ["a link or a file, a vision statement, a mission, its purpose, its target audience, its unique value"] * 2
    )
    assert asked["again"].tolist() == ["after each discovery round; when Phase 2 of Service Design projects begins"] * 2
    assert "Target audience" in said(app)
    assert links(app)["What is owed of Vision"] == "missing?milestone=Vision"
    assert any(url.startswith(f"https://airtable.com/{BASE}/") for url in links(app).values())


def test_the_guide_links_to_handbook_and_milestone_where_config_toml_has_them(
    mirrored: Mirrored, opened: Opened
) -> None:
    item = {"milestone": "Vision", "deliverable": "Roadmap", "handbook_url": "https://handbook.example.org/vision"}
    other = {"milestone": "Vision", "deliverable": "Pitch Deck", "handbook_url": "javascript:alert(1)"}
    mirrored(requirements=[item, other])
    app = opened("guide.py")
    assert not [note for note in app.caption if "handbook_url" in note.value]
    asked = app.dataframe[0].value
    assert asked["handbook_url"].fillna("").tolist() == ["https://handbook.example.org/vision", ""]
