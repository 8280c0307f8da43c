"""What the recorded history tells, and that it outlives the mirror."""

import csv
from collections import Counter
from datetime import date

import pandas as pd
import pytest
from airtable_standin import Base, Standin
from conftest import BASE, ROOT, Config, Sync
from rules_builders import AS_OF, base, project, record, settings, states
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from milestones.coverage import coverage
from milestones.history import changes as compared
from milestones.trend import changed_since, gaps_opened_and_closed, rule_changes, states_on, trend
from milestones.verdicts import judge
from milestones.words import CELL, GAPS
from sync.frames import Frames, load

Cell = tuple[str, ...]
KEEP = {"history", "runs"}


def truth() -> dict[str, dict[Cell, str]]:
    """The state of each cell by day, from the sample's scenarios."""
    found: dict[str, dict[Cell, str]] = {}
    with (ROOT / "tests" / "sample_truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["judged_on"], {})[tuple(row[name] for name in CELL)] = row["state"]
    return found


TRUTH = truth()
DAYS = sorted(TRUTH)


def by_cell(frame: pd.DataFrame, *columns: str) -> dict[Cell, tuple[str, ...]]:
    cells = frame[CELL].itertuples(index=False, name=None)
    return dict(zip(cells, frame[list(columns)].itertuples(index=False, name=None), strict=True))


@pytest.fixture
def recorded(sync: Sync, write_config: Config, sqlite: str) -> Frames:
    """The sample base, mirrored generation by generation by the real job."""
    done = sync("run", "--config", write_config(airtable__base=None), "--store", sqlite)
    assert done.returncode == 0, done.stderr
    return load(make_url(sqlite))


def test_the_history_of_the_sample_is_the_truth_of_its_five_generations(recorded: Frames) -> None:
    history = recorded.history
    for day in DAYS:
        stood = {
            cell: state for cell, (state,) in by_cell(states_on(history, date.fromisoformat(day)), "state").items()
        }
        assert stood == TRUTH[day]

    for since in DAYS:
        expected = {
            cell: (TRUTH[since].get(cell, ""), TRUTH[DAYS[-1]].get(cell, ""))
            for cell in TRUTH[since].keys() | TRUTH[DAYS[-1]].keys()
        }
        expected = {cell: pair for cell, pair in expected.items() if pair[0] != pair[1]}
        assert by_cell(changed_since(history, date.fromisoformat(since)), "from_state", "state") == expected
    assert len(changed_since(history, date.fromisoformat(DAYS[0]))) > 50

    moves = gaps_opened_and_closed(history)
    counted = Counter(zip(moves["changed_on"].dt.strftime("%Y-%m-%d"), moves["gap"], strict=True))
    wanted: Counter[tuple[str, str]] = Counter()
    before: dict[Cell, str] = {}
    for day in DAYS:
        for cell in before.keys() | TRUTH[day].keys():
            was, now = (states.get(cell, "") in GAPS for states in (before, TRUTH[day]))
            if was != now:
                wanted[day, "opened" if now else "closed"] += 1
        before = TRUTH[day]
    assert counted == wanted

    types = recorded.projects.set_index("record_id")["type"].fillna("none")
    course = trend(history, types).set_index(["project_type", "day"])
    for day in DAYS:
        for kind in set(types):
            states = Counter(state for cell, state in TRUTH[day].items() if types[cell[0]] == kind)
            if not states:
                assert (kind, pd.Timestamp(day)) not in course.index
                continue
            row = course.loc[(kind, pd.Timestamp(day))]
            required = states.total() - states["waived"] - states["not_required"]
            assert (row["complete"], row["required"]) == (states["complete"], required)
            assert row["gaps"] == sum(states[gap] for gap in GAPS)
            share = states["complete"] / required if required else float("nan")
            assert row["coverage"] == pytest.approx(share, nan_ok=True)


def changes(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """A history: day, project, state before and after."""
    frame = pd.DataFrame(
        [(day, project, "vision", "", was, now, "data") for day, project, was, now in rows],
        columns=["changed_on", *CELL, "from_state", "state", "cause"],
        dtype="str",
    )
    return frame.astype({"changed_on": "datetime64[us]"})


HISTORY = changes(
    ("2026-09-01", "a", "", "missing"),
    ("2026-09-01", "b", "", "complete"),
    ("2026-09-02", "a", "missing", "in_review"),
    ("2026-09-03", "b", "complete", "stale"),
    ("2026-09-03", "b", "stale", "waived"),
    ("2026-09-04", "a", "in_review", ""),
    ("2026-09-04", "c", "", "unknown"),
)


def test_a_gap_opens_and_closes_and_going_from_gap_to_gap_is_neither() -> None:
    moves = gaps_opened_and_closed(HISTORY)
    assert list(zip(moves["changed_on"].dt.day, moves["project_id"], moves["gap"], strict=True)) == [
        (1, "a", "opened"),
        (3, "b", "opened"),
        (3, "b", "closed"),
        (4, "a", "closed"),
    ]


def test_what_changed_since_a_day_is_told_once_with_its_last_cause() -> None:
    found = changed_since(HISTORY, date(2026, 9, 2))
    assert by_cell(found, "from_state", "state") == {
        ("a", "vision", ""): ("in_review", ""),
        ("b", "vision", ""): ("complete", "waived"),
        ("c", "vision", ""): ("", "unknown"),
    }
    assert len(changed_since(HISTORY, date(2026, 9, 4))) == 0
    there_and_back = changes(
        ("2026-09-01", "a", "", "missing"),
        ("2026-09-02", "a", "missing", "stale"),
        ("2026-09-03", "a", "stale", "missing"),
    )
    assert len(changed_since(there_and_back, date(2026, 9, 1))) == 0


def test_the_trend_keeps_types_apart_and_counts_what_is_gone_no_more() -> None:
    course = trend(HISTORY, pd.Series({"a": "Web", "b": "Discovery"}, dtype="str"))
    days = course["day"].dt.day
    shares = list(zip(course["project_type"], days, course["complete"], course["required"], strict=True))
    assert shares == [
        ("Discovery", 1, 1, 1),
        ("Discovery", 2, 1, 1),
        ("Discovery", 3, 0, 0),
        ("Discovery", 4, 0, 0),
        ("Web", 1, 0, 1),
        ("Web", 2, 0, 1),
        ("Web", 3, 0, 1),
        ("Web", 4, 0, 0),
        ("unknown", 4, 0, 1),
    ]


def test_the_days_on_which_the_rules_changed_verdicts_are_told_apart() -> None:
    history = HISTORY.assign(cause=["data", "data", "rules", "rules", "rules", "time", "rules"])
    told = rule_changes(history)
    assert list(zip(told["day"].dt.day, told["verdicts"], strict=True)) == [(2, 1), (3, 1), (4, 1)]


def test_the_totals_of_a_day_are_the_coverage_of_its_states() -> None:
    totals = coverage(states_on(HISTORY, date(2026, 9, 2))).loc["all"]
    assert (totals["complete"], totals["in_review"], totals["required"]) == (1, 1, 2)


def test_an_audience_that_is_only_written_otherwise_is_the_same() -> None:
    frames = base(
        [project()], [record(audience="Donors")], history=[("2026-09-01", "recProject", "vision", "donors", "complete")]
    )
    now = judge(frames, settings(), AS_OF).verdicts
    assert states(judge(frames, settings(), AS_OF), "audience") == [("Donors",)]
    assert [f"{day:%Y-%m-%d}" for day in now["since"]] == ["2026-09-01"]
    old = frames.history[[*CELL, "state"]]
    assert compared(frames.history, old, old, now, now, AS_OF).empty
    told = compared(frames.history, old, old, now, now.assign(state="stale"), AS_OF)
    assert told[["audience", "from_state", "state"]].values.tolist() == [["donors", "complete", "stale"]]
    # Once it was recorded as another.
    for rest in (("Donors", "complete"), ("donors", "")), (("donors", ""), ("Donors", "complete")):
        cells = [("2026-09-01", "recProject", "vision", "donors", "complete")]
        cells += [("2026-09-02", "recProject", "vision", *one) for one in rest]
        history = base(history=cells).history
        assert compared(history, now, now, now, now, AS_OF).empty
        assert states_on(history, AS_OF)["audience"].tolist() == ["Donors"]
        assert changed_since(history, date(2026, 9, 1)).empty
    several = base(
        [project()],
        [record(audience="donors; Youth")],
        history=[("2026-09-01", "recProject", "vision", "Youth, Donors", "complete")],
    )
    now = judge(several, settings(), AS_OF).verdicts
    assert compared(several.history, now, now, now, now, AS_OF).empty


def test_of_no_history_there_is_nothing_to_tell() -> None:
    none = HISTORY.iloc[:0]
    assert len(trend(none, pd.Series(dtype="str"))) == len(changed_since(none, date(2026, 9, 1))) == 0
    assert len(rule_changes(none)) == len(coverage(states_on(none, date(2026, 9, 1)))) == 0
    assert len(gaps_opened_and_closed(none)) == len(states_on(none, date(2026, 9, 1))) == 0


def drop_the_mirror(url: str) -> None:
    """Takes away everything that a run makes anew."""
    engine = create_engine(url)
    with engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        for name in names:
            if name not in KEEP:
                connection.execute(text(f"DROP TABLE {name}"))
    engine.dispose()


def test_a_rebuilt_sample_mirror_keeps_its_history_and_adds_nothing(
    recorded: Frames, sync: Sync, write_config: Config, sqlite: str
) -> None:
    drop_the_mirror(sqlite)
    done = sync("run", "--config", write_config(airtable__base=None), "--store", sqlite)
    assert done.returncode == 0, done.stderr
    rebuilt = load(make_url(sqlite))
    pd.testing.assert_frame_equal(rebuilt.history, recorded.history)
    pd.testing.assert_frame_equal(rebuilt.projects, recorded.projects)


def test_a_rebuilt_mirror_of_a_base_tells_only_what_changed_and_says_data(
    sync: Sync, write_config: Config, sqlite: str, base: Base
) -> None:
    config = write_config()
    assert sync("run", "--config", config, "--store", sqlite).returncode == 0
    before = load(make_url(sqlite)).history
    drop_the_mirror(sqlite)
    gone = base.records[base.table("Projects")["id"]][0]["id"]
    base.delete("Projects", gone)
    assert sync("run", "--config", config, "--store", sqlite).returncode == 0
    after = load(make_url(sqlite)).history
    pd.testing.assert_frame_equal(after.iloc[: len(before)], before)
    added = after.iloc[len(before) :]
    assert len(added) >= 2
    assert set(added["cause"]) == {"data"}
    assert set(added.loc[added["project_id"] == gone, "state"]) == {""}


def test_another_base_and_back_again_leaves_each_its_history(
    sync: Sync, write_config: Config, sqlite: str, base: Base, standin: Standin
) -> None:
    run = ("run", "--config", write_config(), "--store", sqlite)
    assert sync(*run).returncode == 0
    before = load(make_url(sqlite)).history
    assert len(before) > 100
    base.id = "appOtherBase00001"
    assert sync("run", "--config", write_config(airtable__base=base.id), "--store", sqlite).returncode == 0
    assert set(load(make_url(sqlite)).history["project_id"]) == set(before["project_id"]), "it has a history of its own"
    base.id = BASE
    assert sync("run", "--config", write_config(), "--store", sqlite).returncode == 0
    pd.testing.assert_frame_equal(load(make_url(sqlite)).history, before)
