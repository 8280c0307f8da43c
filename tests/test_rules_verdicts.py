"""Which record decides, and what the verdict tells beside its state."""

from datetime import date, timedelta

import pandas as pd
import pytest
from rules_builders import AS_OF, BASE, Row, base, pairs, project, reasons, record, settings, states, verdict

from milestones.verdicts import judge
from milestones.words import UNPLACED_COLUMNS, VERDICT_DTYPES
from sync.frames import Frames

DAY = timedelta(days=1)
# A claim for each state, best first; what cannot be judged stands where the worst is that it may be.
CLAIMS: list[tuple[str, Row]] = [
    ("complete", {"status": "Complete", "link": "https://x", "revised": "2026-09-20"}),
    ("waived", {"status": "Waived", "waiver_reason": "r", "waived_by": "n", "waiver_until": "2026-12-31"}),
    ("unknown", {"status": "Complete", "link": "https://x"}),  # of no date
    ("stale", {"status": "Complete", "link": "https://x", "revised": "2026-09-01"}),
    ("incomplete", {"status": "Complete"}),
    ("in_review", {"status": "In Review"}),
    ("in_progress", {"status": "In Progress"}),
    ("unknown", {"status": "Huh"}),
    ("not_started", {"status": "Not Started"}),
]
DISCOVERED = project(last_discovery="2026-09-10")
EVIDENCE: Row = {"evidence": ["link"]}


def test_the_best_claim_wins_over_all_that_are_worse() -> None:
    # One audience per pair; the worse claim has the smaller id and the later revision.
    contests = [(better, worse) for place, better in enumerate(CLAIMS) for worse in CLAIMS[place + 1 :]]
    rows = []
    for number, (better, worse) in enumerate(contests):
        rows.append(record(record_id=f"recA{number:02}", audience=f"{number:02}", **worse[1]))
        rows.append(record(record_id=f"recB{number:02}", audience=f"{number:02}", **better[1]))
    judgement = judge(base([DISCOVERED], rows), settings(EVIDENCE), AS_OF)
    assert states(judgement, "state", "record_id") == [
        (better[0], f"recB{number:02}") for number, (better, _) in enumerate(contests)
    ]
    assert reasons(judgement) == {f"recA{number:02}": "duplicate" for number in range(len(contests))}


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        pytest.param({"revised": "2026-09-01"}, {"revised": "2026-09-02"}, "recB", id="later revision"),
        pytest.param({"revised": "2026-09-02"}, {"revised": "2026-09-01"}, "recA", id="later revision first"),
        pytest.param({}, {"revised": "2026-09-01"}, "recB", id="a date beats none"),
        pytest.param({"modified": "2026-09-03"}, {"revised": "2026-09-02"}, "recA", id="the last edit stands in"),
        pytest.param(
            {"modified": "2026-09-03T08:00"}, {"modified": "2026-09-03T22:00"}, "recA", id="the same day: smaller id"
        ),
        pytest.param({}, {}, "recA", id="smaller id"),
        pytest.param({"deliverable": "visions", "revised": "2026-09-02"}, {}, "recB", id="an exact name beats a close"),
    ],
)
def test_equal_claims_are_decided_by_exactness_then_revision_then_id(first: Row, second: Row, winner: str) -> None:
    rows = [record(record_id="recB", **second), record(**first)]
    judgement = judge(base([project()], rows), settings(), AS_OF)
    loser = {"recA": "recB", "recB": "recA"}[winner]
    assert states(judgement, "record_id", "flags") == [(winner, "duplicate")]
    assert judgement.unplaced["detail"].tolist() == [f"It is a duplicate of {winner}."]
    assert reasons(judgement) == {loser: "duplicate"}


def test_what_is_begun_anew_beside_a_stale_one_is_told_to_come_and_not_to_be_deleted() -> None:
    rows = [record(revised="2026-09-01"), record(record_id="recB", status=DOING, revised="2026-09-20")]
    rows += [record(record_id="recC", revised="2026-08-01")]
    judgement = judge(base([DISCOVERED], rows), settings(), AS_OF)
    assert states(judgement, "state", "record_id") == [("stale", "recA")]
    assert judgement.unplaced["detail"].tolist() == [
        "It is a duplicate of recA, which is stale: it decides once it is complete.",
        "It is a duplicate of recA.",
    ]


@pytest.mark.parametrize(
    ("others", "told"),
    [(1, " 1 other record claims the same."), (2, " 2 other records claim the same."), (0, "")],
)
def test_the_reason_counts_the_duplicates(others: int, told: str) -> None:
    found = verdict(*(record(record_id=f"rec{number}") for number in range(others + 1)))
    assert found["reason"] == "Its status is “Complete”." + told


SOON, LATER = AS_OF + 14 * DAY, AS_OF + 15 * DAY
DOING = "In Progress"


def test_flags_tell_when_a_gap_is_due() -> None:
    dues = {
        "yesterday": (AS_OF - DAY, DOING, "overdue"),
        "today": (AS_OF, DOING, "due_soon"),
        "in 14 days": (SOON, DOING, "due_soon"),
        "in 15 days": (LATER, DOING, ""),
        "no date": (None, DOING, ""),
        "overdue but complete": (AS_OF - DAY, "Complete", ""),
        "soon but complete": (AS_OF, "Complete", ""),
        "overdue but unknown": (AS_OF - DAY, "Huh", ""),
        "not started": (AS_OF - DAY, None, "overdue"),
    }
    rows = [record(record_id=name, audience=name, due=due, status=status) for name, (due, status, _) in dues.items()]
    frames = base([project(product_manager="Ann")], rows)
    assert pairs(judge(frames, settings(), AS_OF), "audience", "flags") == {
        name: flag for name, (_, _, flag) in dues.items()
    }


def test_the_days_of_due_soon_are_a_setting() -> None:
    of = project(product_manager="Ann")
    for days, flags in ((0, ""), (1, "due_soon")):
        found = verdict(record(status=DOING, due=AS_OF + DAY), of=of, sections={"rules": {"due_soon_days": days}})
        assert found["flags"] == flags


def test_a_waiver_that_ends_soon_is_flagged() -> None:
    ends = {"today": AS_OF, "in 30 days": AS_OF + 30 * DAY, "in 31 days": AS_OF + 31 * DAY}
    waiver = {"status": "Waived", "waiver_reason": "r", "waived_by": "n"}
    rows = [record(record_id=name, audience=name, waiver_until=end, **waiver) for name, end in ends.items()]
    rows.append(record(record_id="z", audience="complete", waiver_until=AS_OF))
    assert pairs(judge(base([project()], rows), settings(), AS_OF), "audience", "flags") == {
        "today": "waiver_expiring",
        "in 30 days": "waiver_expiring",
        "in 31 days": "",
        "complete": "",
    }


@pytest.mark.parametrize(
    ("cells", "manager", "unmapped", "flags"),
    [
        pytest.param({"owner": "Ann"}, None, [], "", id="owner of the record"),
        pytest.param({}, "Ann", [], "", id="product manager"),
        pytest.param({}, None, [], "no_owner", id="neither"),
        pytest.param({"owner": "n/a"}, " TBD", [], "no_owner", id="placeholders"),
        pytest.param({"owner": "Ann"}, "-", [], "", id="a placeholder beside an owner"),
        pytest.param({}, None, ["projects.product_manager"], "no_owner", id="product manager not mapped"),
        pytest.param({}, None, ["project_deliverables.owner"], "no_owner", id="owner not mapped"),
        pytest.param(
            {}, None, ["project_deliverables.owner", "projects.product_manager"], "", id="neither is mapped: no check"
        ),
        pytest.param({"status": "Complete"}, None, [], "", id="no gap"),
        pytest.param({"status": "Huh"}, None, [], "", id="unknown is no gap"),
    ],
)
def test_a_gap_that_nobody_owns_is_flagged(cells: Row, manager: str | None, unmapped: list[str], flags: str) -> None:
    found = verdict(record(**{"status": DOING} | cells), of=project(product_manager=manager), unmapped=unmapped)
    assert found["flags"] == flags


def test_a_missing_one_without_product_manager_has_no_owner() -> None:
    assert verdict()["flags"] == "no_owner"
    waiting = verdict(of=project(product_manager="TBD"))
    assert waiting["flags"] == "no_owner" and "product_manager" not in waiting
    assert verdict(unmapped=["projects.product_manager"])["flags"] == "", "that could not be checked"


def test_flags_stand_in_the_order_of_the_vocabulary() -> None:
    rows = [
        record(record_id=name, deliverable="the-Vision", status=DOING, due="2026-10-01") for name in ("recA", "recB")
    ]
    assert verdict(*rows, asks={"deliverable": "The Vision"})["flags"] == (
        "overdue;duplicate;unconfirmed_match;no_owner"
    )


FROM_START: Row = {"due": {"from": "start", "days": 56}}


@pytest.mark.parametrize(
    ("asks", "cells", "of", "due"),
    [
        pytest.param(FROM_START, {"due": "2026-11-01"}, {"start": "2026-08-03"}, "2026-11-01", id="the record's"),
        pytest.param(FROM_START, {}, {"start": "2026-08-03"}, "2026-09-28", id="the rule's"),
        pytest.param(FROM_START, {}, {}, None, id="the rule's date is not known"),
        pytest.param({}, {}, {"start": "2026-08-03"}, None, id="no rule"),
        pytest.param({"due": {"from": "end", "days": -7}}, {}, {"end": "2026-10-08"}, "2026-10-01", id="from the end"),
        pytest.param({"due": {"from": "end", "days": 7}}, {}, {"end": "9999-12-31"}, "9999-12-31", id="the last day"),
        pytest.param(
            FROM_START,
            {"status": "Complete", "revised": "2026-09-01", "due": "2026-09-09"},
            {"last_discovery": "2026-09-10"},
            None,
            id="stale: a day before the round is past",
        ),
        pytest.param(
            FROM_START,
            {"status": "Complete", "revised": "2026-09-01", "due": "2026-09-10"},
            {"last_discovery": "2026-09-10"},
            None,
            id="stale: the day of the round is past",
        ),
        pytest.param(
            FROM_START,
            {"status": "Complete", "revised": "2026-09-01", "due": "2026-09-11"},
            {"last_discovery": "2026-09-10"},
            "2026-09-11",
            id="stale: a day after the round counts",
        ),
        pytest.param(
            FROM_START,
            {"status": "Complete", "revised": "2026-09-20", "due": "2026-09-09"},
            {"last_discovery": "2026-09-10"},
            "2026-09-09",
            id="complete keeps its day",
        ),
    ],
)
def test_due_is_the_records_day_else_the_rules(asks: Row, cells: Row, of: Row, due: str | None) -> None:
    found = verdict(record(**{"status": DOING} | cells), asks=asks, of=project(**of))
    assert found.get("due") == due
    told = f"Its due day, {cells.get('due')}, was that of the version before." in found["reason"]
    assert told == (due is None and "due" in cells)


@pytest.mark.parametrize(
    ("status", "due", "recorded", "late"),
    [
        pytest.param(DOING, "2026-09-09", [], True, id="it was never there, whatever its revision date"),
        pytest.param(DOING, "2026-09-09", [("2026-08-01", "complete"), ("2026-09-11", "stale")], False, id="anew"),
        pytest.param("In Review", "2026-09-09", [("2026-08-01", "stale")], False, id="in review anew"),
        pytest.param("To Do", "2026-09-09", [("2026-08-01", "complete")], False, id="to be begun anew"),
        pytest.param(DOING, "2026-09-11", [("2026-08-01", "complete")], True, id="a day after the round counts"),
        pytest.param(DOING, "2026-09-09", [("2026-08-01", "in_review")], True, id="it was never complete"),
        pytest.param(
            DOING, "2026-09-09", [("2026-08-01", "complete"), ("2026-08-02", "in_progress")], True, id="by mistake"
        ),
        pytest.param(DOING, "2026-09-09", [("2026-09-11", "complete")], True, id="complete after the round only"),
        pytest.param(DOING, "2026-09-09", [("2026-10-06", "complete")], True, id="it will have been, seen from today"),
    ],
)
def test_only_what_was_recorded_as_there_is_no_longer_due_by_the_day_of_the_version_before(
    status: str, due: str, recorded: list[tuple[str, str]], late: bool
) -> None:
    for revised in (None, "2026-09-01", "2026-09-20"):
        found = verdict(
            record(status=status, due=due, revised=revised, audience="youth"),
            of=project(last_discovery="2026-09-10", product_manager="Ann"),
            history=[(day, "recProject", "vision", "Youth", state) for day, state in recorded],
        )
        assert (found.get("due"), found["flags"]) == ((due, "overdue") if late else (None, ""))
        assert (f"Its due day, {due}, was that of the version before." in found["reason"]) != late


def test_a_missing_one_is_due_by_the_rule() -> None:
    found = verdict(asks=FROM_START, of=project(start="2026-08-03"))
    assert (found["state"], found["due"], found["flags"]) == ("missing", "2026-09-28", "overdue;no_owner")


def test_the_day_is_the_callers() -> None:
    found = [verdict(of=project(start=AS_OF), asks=FROM_START, on=AS_OF + days * DAY)["flags"] for days in (41, 42, 57)]
    assert found == ["no_owner", "due_soon;no_owner", "overdue;no_owner"]


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://x.org/a", "https://x.org/a"),
        ("http://x.org", None),
        ("javascript:alert(1)//https://", None),
        (" https://x.org", None),
        ("data:text/html,https://", None),
        ("see https://x.org", None),
        (None, None),
    ],
)
def test_evidence_is_linked_over_https_only(link: str | None, shown: str | None) -> None:
    assert verdict(record(link=link)).get("evidence_url") == shown


def test_a_verdict_links_to_its_record_else_to_its_project() -> None:
    assert verdict(record())["record_url"] == f"https://airtable.com/{BASE}/tblproject_deliverables/recA"
    assert verdict()["record_url"] == f"https://airtable.com/{BASE}/tblprojects/recProject"
    assert "record_url" not in verdict(record(), sample=True)


def test_a_verdict_tells_all_of_its_cell() -> None:
    of = project(phase="Phase 1", product_manager="Ann", start="2026-08-24")
    given = record(audience="Families", link="https://x.org", owner="Ben", due="2026-10-10", status=DOING)
    assert verdict(given | {"release": "MVP #1"}, asks={"release": "MVP #1"}, of=of) == {
        "project_id": "recProject",
        "project": "Riverbend",
        "project_type": "Web",
        "phase": "Phase 1",
        "product_manager": "Ann",
        "requirement": "vision",
        "milestone": "Vision",
        "deliverable": "Vision",
        "release": "MVP #1",
        "audience": "Families",
        "state": "in_progress",
        "flags": "due_soon",
        "due": "2026-10-10",
        "reason": "Its status is “In Progress”.",
        "record_id": "recA",
        "record_url": f"https://airtable.com/{BASE}/tblproject_deliverables/recA",
        "evidence_url": "https://x.org",
    }


@pytest.mark.parametrize(
    ("history", "since"),
    [
        pytest.param([("2026-09-01", "complete")], "2026-09-01", id="its state"),
        pytest.param([("2026-08-01", "complete"), ("2026-09-01", "stale")], None, id="another state came last"),
        pytest.param(
            [("2026-07-01", "complete"), ("2026-08-01", "stale"), ("2026-09-01", "complete")],
            "2026-09-01",
            id="back again",
        ),
        pytest.param([], None, id="never recorded"),
    ],
)
def test_since_is_the_day_on_which_the_state_was_recorded(history: list[tuple[str, str]], since: str | None) -> None:
    recorded = [(day, "recProject", "vision", "", state) for day, state in history]
    recorded.append(("2026-09-20", "recProject", "vision", "Families", "complete"))
    assert verdict(record(), history=recorded).get("since") == since


EMPTY = base()
WITHOUT_TABLES = base(unmapped=["projects", "project_deliverables", "milestones", "catalogue"])


@pytest.mark.parametrize(
    ("frames", "rows", "unplaced"),
    [
        pytest.param(EMPTY, 0, 0, id="empty base"),
        pytest.param(WITHOUT_TABLES, 0, 0, id="nothing mapped"),
        pytest.param(base([project()]), 1, 0, id="no deliverables"),
        pytest.param(base([], [record()]), 0, 1, id="no projects"),
        pytest.param(base([project()], [record(deliverable="Roadmap")]), 1, 1, id="one of each"),
        pytest.param(base([project()], [record(), record(record_id="recB", due=AS_OF)]), 1, 1, id="a duplicate"),
    ],
)
def test_columns_and_dtypes_are_the_contract_whatever_the_base_holds(frames: Frames, rows: int, unplaced: int) -> None:
    judgement = judge(frames, settings(), AS_OF)
    assert {name: str(dtype) for name, dtype in judgement.verdicts.dtypes.items()} == VERDICT_DTYPES
    assert list(judgement.verdicts.columns) == list(VERDICT_DTYPES)
    assert {name: str(dtype) for name, dtype in judgement.unplaced.dtypes.items()} == dict.fromkeys(
        UNPLACED_COLUMNS, "str"
    )
    assert (len(judgement.verdicts), len(judgement.unplaced), judgement.as_of) == (rows, unplaced, AS_OF)
    assert judgement.verdicts.index.tolist() == list(range(rows))


def test_verdicts_are_ordered_by_project_then_as_in_the_configuration_then_by_audience() -> None:
    projects = [
        project(record_id="rec1", name="Harbor"),
        project(record_id="rec2", name="Bay"),
        project(record_id="rec3", name=None),
        project(record_id="rec4", name="Bay"),
    ]
    rows = [record(project=["rec1"]), record(record_id="recB", project=["rec1"], audience="A")]
    judgement = judge(
        base(projects, rows), settings({"id": "z", "deliverable": "Zest"}, {"id": "a", "deliverable": "Vision"}), AS_OF
    )
    assert states(judgement, "project", "project_id", "requirement", "audience") == [
        ("Bay", "rec2", "z", ""),
        ("Bay", "rec2", "a", ""),
        ("Bay", "rec4", "z", ""),
        ("Bay", "rec4", "a", ""),
        ("Harbor", "rec1", "z", ""),
        ("Harbor", "rec1", "a", ""),
        ("Harbor", "rec1", "a", "A"),
        ("", "rec3", "z", ""),
        ("", "rec3", "a", ""),
    ]
    assert judgement.verdicts["project"].isna().sum() == 2


def test_two_projects_of_one_name_are_judged_apart() -> None:
    projects = [project(record_id="rec1"), project(record_id="rec2")]
    judgement = judge(base(projects, [record(project=["rec2"])]), settings(), AS_OF)
    assert states(judgement, "project_id", "state") == [("rec1", "missing"), ("rec2", "complete")]


def test_judging_leaves_the_frames_as_they_were() -> None:
    frames = base([project(audiences=["A"])], [record(), record(record_id="recB", audience=" a ")])
    before = {name: frame.copy() for name, frame in vars(frames).items() if isinstance(frame, pd.DataFrame)}
    judge(frames, settings(), date(2026, 1, 1))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(frames, name), frame)


def test_since_does_not_look_past_the_day_that_is_judged() -> None:
    history = [
        ("2026-08-01", "recProject", "vision", "", "complete"),
        ("2026-09-01", "recProject", "vision", "", "missing"),
        ("2026-10-01", "recProject", "vision", "", "complete"),
    ]
    assert verdict(record(), on=date(2026, 8, 15), history=history)["since"] == "2026-08-01"
    assert verdict(record(), on=date(2026, 8, 1), history=history)["since"] == "2026-08-01"
    assert verdict(record(), history=history)["since"] == "2026-10-01"
