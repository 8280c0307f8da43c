"""What a run notes of the verdicts that it changed: which, and whether data, rules or time did it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pandas as pd
import pytest
from airtable_standin import TOKEN, Base, Standin
from conftest import Config
from sqlalchemy.engine import make_url

from milestones.verdicts import Judgement, judge
from milestones.words import CELL
from settings.load import load_settings
from settings.models import Settings
from sync import history, job
from sync.airtable import AirtableBase
from sync.engine import open_store
from sync.frames import Frames, load
from sync.history import noted, verdict_states
from sync.snapshot import load_snapshot

NOON = datetime.fromisoformat("2026-11-02T12:00")
Mirror = Callable[..., pd.DataFrame]


@pytest.fixture
def mirror(standin: Standin, write_config: Config, store: str, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """Mirrors the stand-in's base some days later; what that adds to the history."""
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)

    def run(days: int = 0, **changes: object) -> pd.DataFrame:
        settings, url = load_settings(write_config(**changes)), make_url(store)
        engine = open_store(url, create=True)
        try:
            known = len(load(url).history)
        except Exception:
            known = 0
        job.run(
            settings,
            AirtableBase(standin.base.id, TOKEN, settings.airtable),
            engine,
            watch=partial(noted, settings, url, standin.base.id),
            now=lambda: NOON + timedelta(days=days),
        )
        return load(url).history.iloc[known:]

    return run


def judged_days(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The days that are judged from now on."""
    days: list[object] = []

    def watched(frames: Frames, settings: Settings, day: date) -> Judgement:
        days.append(day)
        return judge(frames, settings, day)

    monkeypatch.setattr(history, "judge", watched)
    return days


def test_each_change_has_its_cause(mirror: Mirror, base: Base) -> None:
    first = mirror()
    assert len(first) > 100 and set(first["cause"]) == {"data"} and set(first["from_state"]) == {""}
    expired = mirror(days=400)
    assert Counter(zip(expired["from_state"], expired["cause"], strict=True)).keys() == {("waived", "time")}
    strict = mirror(days=400, rules__vision_words=1)
    assert set(zip(strict["state"], strict["cause"], strict=True)) == {("incomplete", "rules")}
    base.delete("Projects", str(first["project_id"].iloc[0]))
    gone = mirror(days=400, rules__vision_words=1)
    assert set(gone["project_id"]) == {first["project_id"].iloc[0]} and set(gone["cause"]) == {"data"}
    assert set(gone["state"]) == {""}


def test_what_a_changed_mapping_does_the_rules_did_and_not_the_data(mirror: Mirror, base: Base) -> None:
    less = {f"tables__project_deliverables__fields__{name}": None for name in ("mission", "link", "files")}
    first = mirror(**less)
    mapped = mirror()
    assert len(mapped) and set(zip(mapped["from_state"], mapped["state"], mapped["cause"], strict=True)) == {
        ("complete", "incomplete", "rules")
    }
    whole = first.loc[first["state"] == "complete", "project_id"]
    gone = str(whole[~whole.isin(mapped["project_id"])].iloc[0])
    base.delete("Projects", gone)
    ids: dict[str, object] = {"tables__projects__table": base.table("Projects")["id"]}
    ids["tables__project_deliverables__fields__status"] = base.field("Project Deliverables", "Status")["id"]
    back = mirror(**less, **ids)  # the same, by its id
    causes = back.groupby("project_id")["cause"].agg(set)
    assert causes.pop(gone) == {"data"} and set(causes.index) == set(mapped["project_id"])
    assert all(cause == {"rules"} for cause in causes)


def test_what_is_entered_on_a_later_day_and_counts_from_then_on_is_data(mirror: Mirror, base: Base) -> None:
    settled = mirror()
    mirrored = settled[settled["state"] == "complete"]["project_id"].iloc[0]
    base.update("Projects", mirrored, {"Last Discovery Round": "2026-11-03"})
    stale = mirror(days=1)
    stale = stale[stale["project_id"] == mirrored]
    assert set(zip(stale["from_state"], stale["state"], stale["cause"], strict=True)) == {("complete", "stale", "data")}


def test_a_clock_that_ran_ahead_for_once_stops_no_history(mirror: Mirror, base: Base) -> None:
    first = mirror()
    mirror(days=400)
    gone = str(first["project_id"].iloc[0])
    base.delete("Projects", gone)
    back = mirror(days=1)
    assert {"data"} == set(back.loc[back["project_id"] == gone, "cause"])
    assert set(back["changed_on"]) == {pd.Timestamp("2026-11-03")}


def test_data_rules_and_time_in_one_run_are_told_apart(mirror: Mirror, base: Base) -> None:
    first = mirror()
    deleted = str(first["project_id"].iloc[0])
    base.delete("Projects", deleted)
    mixed = mirror(days=400, rules__vision_words=1)
    causes = dict(zip(mixed[CELL].itertuples(index=False, name=None), mixed["cause"], strict=True))
    assert "data" in {cause for cell, cause in causes.items() if cell[0] == deleted}
    assert {cause for cell, cause in causes.items() if cell[0] != deleted} == {"rules", "time"}


def test_what_cannot_have_changed_is_not_judged(mirror: Mirror, base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror()
    days = judged_days(monkeypatch)
    assert mirror().empty and days == []  # nothing has changed
    mirror(days=1)
    assert len(days) == 1  # the day has
    base.delete("Projects", base.records[base.table("Projects")["id"]][0]["id"])
    mirror(days=1)
    assert len(days) == 2  # the records have
    mirror(days=1, rules__vision_words=1)
    assert len(days) == 3  # the rules have
    monkeypatch.setattr(history, "fingerprint", lambda settings: "another version of this program")
    mirror(days=1, rules__vision_words=1)
    assert len(days) == 4


def test_the_rules_are_known_by_what_they_say_and_not_by_what_they_have_no_part_in(
    write_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(**changes: object) -> str:
        return history.fingerprint(load_settings(write_config(**changes)))

    assert of() == of(sync__every_minutes=5, store__url="sqlite:///other.db", freshness__warning_hours=1)
    assert len({of(), of(rules__vision_words=9), of(rules__judged=["active"]), of(statuses__complete=["Ready"])}) == 4
    before = of()
    monkeypatch.setattr("settings.names.__file__", __file__)
    assert of() != before, "how names are compared is one of the rules"


@pytest.mark.parametrize("most", [7, 10_000])
def test_judging_some_records_at_a_time_and_the_beginning_of_long_texts_changes_no_state(
    mirror: Mirror, base: Base, store: str, write_config: Config, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    deliverables, projects = (base.records[base.table(name)["id"]] for name in ("Project Deliverables", "Projects"))
    link = base.field("Project Deliverables", "Project")["id"]
    base.update("Project Deliverables", deliverables[0]["id"], {link: [projects[0]["id"], projects[-1]["id"]]})
    base.update("Project Deliverables", deliverables[1]["id"], {link: []})
    mission = base.field("Project Deliverables", "Mission")["id"]
    for number, record in enumerate(deliverables[2:]):
        prose = ("## Our mission\nBring food", "TBDelivered by volunteers", "to be decided", "– – –")[number % 4]
        base.update("Project Deliverables", record["id"], {mission: prose})
    mirror()
    url, settings = make_url(store), load_settings(write_config())
    day = load_snapshot(url).day
    whole = judge(load(url), settings, day).verdicts[[*CELL, "state"]]
    monkeypatch.setattr(history, "AT_A_TIME", most)
    days = judged_days(monkeypatch)
    with open_store(url).connect() as connection, connection.begin():
        (told,) = verdict_states(connection, url, settings, load_snapshot(url), day)
    assert (len(days) > 1) == (most < 100)
    pd.testing.assert_frame_equal(told.sort_values(CELL, ignore_index=True), whole.sort_values(CELL, ignore_index=True))
