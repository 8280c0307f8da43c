"""What one record claims for its cell, and what the claim is worth."""

from datetime import date, timedelta

import pytest
from rules_builders import AS_OF, STATUSES, Row, base, pairs, project, record, settings, verdict

from milestones.verdicts import judge

DAY = timedelta(days=1)


SPELLINGS: list[tuple[str | None, str]] = [
    ("Not Started", "not_started"),
    ("To Do", "not_started"),
    (None, "not_started"),
    ("In Progress", "in_progress"),
    ("doing", "in_progress"),
    ("in_progress", "in_progress"),
    (" IN  review ", "in_review"),
    ("Complete", "complete"),
    ("Done", "complete"),
    ("Parked?", "unknown"),
    ("Missing", "unknown"),
]


def test_each_spelling_of_a_status_is_its_state() -> None:
    rows = [record(record_id=str(written), audience=f"Of {written}", status=written) for written, _ in SPELLINGS]
    judgement = judge(base([project()], rows), settings(), AS_OF)
    assert pairs(judgement, "record_id", "state") == {str(written): state for written, state in SPELLINGS}


def test_a_waived_status_is_waived_with_all_it_needs() -> None:
    waiver = {"waiver_reason": "Kept", "waived_by": "Olive", "waiver_until": "2026-12-31"}
    assert verdict(record(status="n/a", **waiver))["state"] == "waived"


@pytest.mark.parametrize(
    ("cells", "more", "state", "reason"),
    [
        pytest.param({"status": "Doing"}, {}, "in_progress", "Its status is “Doing”.", id="mapped"),
        pytest.param({"status": None}, {}, "not_started", "Its status is blank.", id="blank, mapped"),
        pytest.param(
            {"status": "Huh"},
            {},
            "unknown",
            "Nobody mapped the status “Huh”: map it in config.toml or mend it in the base.",
            id="unmapped",
        ),
        pytest.param(
            {"status": None},
            {"sections": {"statuses": {"complete": ["Done"]}}},
            "unknown",
            "Nobody mapped a blank status: map it in config.toml or mend it in the base.",
            id="blank, unmapped",
        ),
        pytest.param(
            {"status": None},
            {"faults": [("project_deliverables", "recA", "status")]},
            "unknown",
            "Its status could not be read.",
            id="unreadable",
        ),
        pytest.param(
            {"status": None},
            {"faults": [("projects", "recA", "status"), ("project_deliverables", "recB", "status")]},
            "not_started",
            "Its status is blank.",
            id="another record's status is unreadable",
        ),
        pytest.param(
            {"status": None},
            {"unmapped": ["project_deliverables.status"]},
            "complete",
            "It is there.",
            id="status field not mapped",
        ),
    ],
)
def test_the_reason_names_the_status(cells: Row, more: Row, state: str, reason: str) -> None:
    found = verdict(record(**cells), **more)
    assert (found["state"], found["reason"]) == (state, reason)


EVIDENCE: Row = {"evidence": ["link", "files"]}
PARTS: Row = {"parts": ["vision", "mission"]}


@pytest.mark.parametrize(
    ("asks", "cells", "unmapped", "lacks"),
    [
        pytest.param({}, {}, [], None, id="nothing asked"),
        pytest.param(EVIDENCE, {"link": "https://x"}, [], None, id="link"),
        pytest.param(EVIDENCE, {"files": [{"filename": "a.pdf"}]}, [], None, id="file"),
        pytest.param(EVIDENCE, {}, [], "no link or file", id="neither"),
        pytest.param(EVIDENCE, {"files": []}, [], "no link or file", id="empty list of files"),
        pytest.param(EVIDENCE, {"vision": "v"}, [], "no link or file", id="what is not asked does not help"),
        pytest.param(EVIDENCE, {}, ["files"], None, id="what the files would show is not known"),
        pytest.param(EVIDENCE, {"link": "TBD"}, [], "no link or file (“TBD” is no address)", id="no address"),
        pytest.param({"evidence": ["link"]}, {"link": "https://"}, [], "no link (“https://” is no address)", id="bare"),
        *(
            pytest.param({"evidence": ["link"]}, {"link": one}, [], f"no link (“{one}” is an address to come)", id=one)
            for one in (
                "https://tbd",
                "https://TBD/",
                "https://www.tbd.com",
                "https://n/a",
                "https://example.com/TBD",
                "www.x.org/to-follow",
                "http://todo https://tbd",
            )
        ),
        *(
            pytest.param({"evidence": ["link"]}, {"link": one}, [], None, id=one)
            for one in (
                "https://tbd https://x.org/a",
                "https://tbd.com/a",
                "https://x.org/#/",
                "https://x.org/",
                "https://x.org/todo/12",
                "https://na.org",
                "https://wiki.x.org/unknown",
            )
        ),
        pytest.param({"evidence": ["link"]}, {"link": "N.A."}, [], "no link (“N.A.” is no address)", id="initials"),
        pytest.param({"evidence": ["link"]}, {"link": "drive.example.org/d/1"}, [], None, id="no scheme"),
        pytest.param({"evidence": ["link"]}, {"link": "Deck: http://x"}, [], None, id="an address within words"),
        pytest.param(EVIDENCE, {"link": "TBD", "files": [{"filename": "a"}]}, [], None, id="no address, but a file"),
        pytest.param({"evidence": ["link"]}, {"link": "see docs.google.com/x"}, [], None, id="no scheme, within words"),
        pytest.param({"evidence": ["link"]}, {"link": "www.example.org"}, [], None, id="a host like a site's"),
        *(
            pytest.param({"evidence": ["link"]}, {"link": one}, [], f"no link (“{one}” is no address)", id=one)
            for one in (
                "vision.docx",
                "yes.no",
                "ann@example.org",
                "and/or",
                "https:// later",
                "v1.2/3",
                "https:/x.org/a",
                "https//x.org/a",
            )
        ),
        pytest.param(EVIDENCE, {}, ["files", "link"], None, id="no evidence field mapped"),
        *(
            pytest.param(
                PARTS, {"vision": one, "mission": "m"}, [], f"no vision statement (“{one}” says nothing)", id=one
            )
            for one in ("-", ".", "TBD", "tbd.", "N/A", "(none)", "To do!", "…", "Coming soon!", "To follow")
        ),
        pytest.param(PARTS, {"vision": "Nobody is left with none.", "mission": "m"}, [], None, id="more than that"),
        pytest.param(PARTS, {"vision": "v", "mission": "m"}, [], None, id="every part"),
        pytest.param(PARTS, {"vision": "v"}, [], "no mission", id="second part missing"),
        pytest.param(PARTS, {"mission": "m"}, [], "no vision statement", id="first part missing"),
        pytest.param(PARTS, {"vision": "v"}, ["mission"], None, id="the missing part is not mapped"),
        pytest.param(
            EVIDENCE | PARTS, {}, [], "no link or file, no vision statement and no mission", id="everything missing"
        ),
        pytest.param(
            {"parts": ["purpose", "target_audience", "value_proposition"]},
            {"purpose": "p"},
            [],
            "no target audience and no value proposition",
            id="the parts of a mission",
        ),
    ],
)
def test_a_complete_one_shows_any_evidence_and_every_part(
    asks: Row, cells: Row, unmapped: list[str], lacks: str | None
) -> None:
    found = verdict(record(**cells), asks=asks, unmapped=[f"project_deliverables.{name}" for name in unmapped])
    state = "incomplete" if lacks else "complete"
    reason = f"Marked “Complete”, but it has {lacks}." if lacks else "Its status is “Complete”."
    assert (found["state"], found["reason"]) == (state, reason)


@pytest.mark.parametrize("status", ["Not Started", "In Progress", "In Review"])
def test_what_is_not_claimed_complete_is_never_incomplete(status: str) -> None:
    assert verdict(record(status=status), asks=EVIDENCE | PARTS)["state"] != "incomplete"


@pytest.mark.parametrize(
    ("asks", "cells", "unreadable", "state", "reason"),
    [
        pytest.param(
            PARTS, {"vision": "v"}, "mission", "unknown", "Complete, but its mission could not be read.", id="part"
        ),
        pytest.param(
            PARTS,
            {},
            "mission",
            "incomplete",
            "Marked “Complete”, but it has no vision statement.",
            id="another part is missing anyway",
        ),
        pytest.param(
            EVIDENCE, {}, "link", "unknown", "Complete, but its link or file could not be read.", id="evidence"
        ),
        pytest.param(
            EVIDENCE, {"files": ["f"]}, "link", "complete", "Its status is “Complete”.", id="other evidence is there"
        ),
        pytest.param({}, {}, "mission", "complete", "Its status is “Complete”.", id="nobody asks for it"),
        pytest.param(
            PARTS, {"status": "Doing"}, "mission", "in_progress", "Its status is “Doing”.", id="not claimed complete"
        ),
        pytest.param(
            {},
            {"status": "Waived", "waiver_reason": "r", "waived_by": "n"},
            "waiver_until",
            "unknown",
            "Marked as waived, but the end date could not be read.",
            id="a waiver's end",
        ),
        pytest.param(
            {},
            {"status": "Waived", "waived_by": "n"},
            "waiver_until",
            "not_started",
            "Marked as waived, but with no reason.",
            id="a waiver's end, and it has no reason",
        ),
        pytest.param(
            {},
            {"status": "Doing", "waiver_reason": "r", "waiver_until": "2026-12-31"},
            "waived_by",
            "unknown",
            "Its status is “Doing”. It may be waived, but the name of who waived it could not be read.",
            id="who waived it, whatever its status",
        ),
        pytest.param(
            {},
            {"status": "Doing", "waived_by": "n", "waiver_until": "2026-12-31"},
            "waiver_reason",
            "unknown",
            "Its status is “Doing”. It may be waived, but the reason could not be read.",
            id="why it may be waived",
        ),
        pytest.param(
            {},
            {"status": "Doing", "waived_by": "n", "waiver_until": "2026-10-04"},
            "waiver_reason",
            "in_progress",
            "Its status is “Doing”. Its waiver ended on 2026-10-04.",
            id="why it was waived, which is over",
        ),
        pytest.param(
            {}, {"status": "Doing"}, "waiver_reason", "in_progress", "Its status is “Doing”.", id="no waiver anyhow"
        ),
    ],
)
def test_what_cannot_be_read_is_unknown_and_never_called_missing(
    asks: Row, cells: Row, unreadable: str, state: str, reason: str
) -> None:
    found = verdict(record(**cells), asks=asks, faults=[("project_deliverables", "recA", unreadable)])
    assert (found["state"], found["reason"]) == (state, reason)


@pytest.mark.parametrize(
    ("cells", "unreadable", "reason"),
    [
        pytest.param({}, "modified", "Complete, but its last edit could not be read.", id="modified"),
        pytest.param(
            {"modified": "2026-10-01"}, "revised", "Complete, but its revision date could not be read.", id="revised"
        ),
    ],
)
def test_an_unreadable_revision_leaves_open_whether_it_is_stale(cells: Row, unreadable: str, reason: str) -> None:
    of = project(last_discovery="2026-09-10")
    found = verdict(record(**cells), of=of, faults=[("project_deliverables", "recA", unreadable)])
    assert (found["state"], found["reason"]) == ("unknown", reason)
    dated = record(**{"modified": "2026-10-01", "revised": "2026-10-01"} | {unreadable: None})
    readable = "complete" if unreadable == "modified" else "unknown"
    assert verdict(dated, of=of, faults=[("project_deliverables", "recA", unreadable)])["state"] == readable
    assert verdict(record(), faults=[("project_deliverables", "recA", unreadable)])["state"] == "complete"


ROUND = date(2026, 9, 10)
SINCE_ROUND = "before the discovery round of 2026-09-10."
BY_EDIT = "Taken as revised on 2026-09-10 (its last edit; it gives no revision date), not"
UNDATED = "Complete, but it does not say whether it was revised since the discovery round of 2026-09-10."


@pytest.mark.parametrize(
    ("cells", "unmapped", "state", "reason"),
    [
        pytest.param(
            {"revised": "2026-09-09"}, [], "stale", f"Last revised 2026-09-09, {SINCE_ROUND}", id="the day before"
        ),
        pytest.param({"revised": "2026-09-10"}, [], "complete", "Its status is “Complete”.", id="on the day"),
        pytest.param({"revised": "2026-09-11"}, [], "complete", "Its status is “Complete”.", id="the day after"),
        pytest.param(
            {"revised": "2026-09-09", "modified": "2026-09-30T12:00"},
            [],
            "stale",
            f"Last revised 2026-09-09, {SINCE_ROUND}",
            id="a later edit does not count",
        ),
        pytest.param(
            {"modified": "2026-09-09T23:59"},
            [],
            "stale",
            f"Last revised 2026-09-09 (its last edit; it gives no revision date), {SINCE_ROUND}",
            id="edited the day before",
        ),
        pytest.param(
            {"modified": "2026-09-10T00:00"},
            [],
            "complete",
            f"Its status is “Complete”. {BY_EDIT} {SINCE_ROUND}",
            id="edited that day",
        ),
        pytest.param(
            {"modified": "2026-09-10T18:00"},
            ["revised"],
            "complete",
            f"Its status is “Complete”. {BY_EDIT} {SINCE_ROUND}",
            id="only edits mapped",
        ),
        pytest.param({}, [], "unknown", UNDATED, id="neither known"),
        pytest.param({}, ["modified"], "unknown", UNDATED, id="blank, and edits not mapped"),
        pytest.param({}, ["revised", "modified"], "complete", "Its status is “Complete”.", id="neither mapped"),
        pytest.param({"status": "Doing"}, [], "in_progress", "Its status is “Doing”.", id="not complete"),
    ],
)
def test_a_complete_one_is_stale_if_older_than_the_last_discovery_round(
    cells: Row, unmapped: list[str], state: str, reason: str
) -> None:
    found = verdict(
        record(**cells),
        of=project(last_discovery=ROUND),
        unmapped=[f"project_deliverables.{name}" for name in unmapped],
    )
    assert (found["state"], found["reason"]) == (state, reason)


def test_an_unreadable_revision_date_is_unknown_whatever_the_last_edit_says() -> None:
    found = verdict(
        record(modified="2026-09-30"),
        of=project(last_discovery=ROUND),
        faults=[("project_deliverables", "recA", "revised")],
    )
    assert (found["state"], found["reason"]) == ("unknown", "Complete, but its revision date could not be read.")


@pytest.mark.parametrize(
    ("unmapped", "state", "reason"),
    [
        pytest.param(
            [],
            "unknown",
            "Complete, but its project's last discovery round could not be read, so whether it must be revised anew "
            "cannot be told.",
            id="compared with it",
        ),
        pytest.param(["revised", "modified"], "complete", "Its status is “Complete”.", id="nothing to compare"),
    ],
)
def test_an_unreadable_discovery_round_is_unknown(unmapped: list[str], state: str, reason: str) -> None:
    found = verdict(
        record(revised="2026-09-30"),
        faults=[("projects", "recProject", "last_discovery"), ("projects", "recProject", "end")],
        unmapped=[f"project_deliverables.{name}" for name in unmapped],
    )
    assert (found["state"], found["reason"]) == (state, reason)


@pytest.mark.parametrize("fault", [("projects", "recProject", "end"), ("projects", "recOther", "last_discovery")])
def test_another_unreadable_date_leaves_a_complete_one_complete(fault: tuple[str, str, str]) -> None:
    assert verdict(record(revised="2026-09-30"), faults=[fault])["state"] == "complete"


@pytest.mark.parametrize(
    ("round_on", "state"),
    [
        pytest.param(AS_OF, "stale", id="today"),
        pytest.param(AS_OF + DAY, "complete", id="tomorrow"),
        pytest.param(None, "complete", id="none"),
    ],
)
def test_a_discovery_round_counts_once_it_is_over(round_on: date | None, state: str) -> None:
    assert verdict(record(revised="2026-03-01"), of=project(last_discovery=round_on))["state"] == state


TO_COME = "revision date 2026-10-06 is yet to come"


@pytest.mark.parametrize(
    ("cells", "of", "state", "reason"),
    [
        pytest.param(
            {}, {}, "complete", f"Its status is “Complete”. Its {TO_COME}.", id="no round that it is to follow"
        ),
        pytest.param({}, {"last_discovery": ROUND}, "unknown", f"{UNDATED} Its {TO_COME}.", id="a round"),
        pytest.param(
            {"modified": "2026-10-01"},
            {"last_discovery": ROUND},
            "unknown",
            f"{UNDATED} Its {TO_COME}.",
            id="edited since",
        ),
        pytest.param(
            {"modified": "2026-09-01"},
            {"last_discovery": ROUND},
            "stale",
            f"Last revised 2026-09-01 (its last edit; its {TO_COME}), {SINCE_ROUND}",
            id="not even edited since",
        ),
        pytest.param(
            {"status": "Doing"}, {"last_discovery": ROUND}, "in_progress", "Its status is “Doing”.", id="under way"
        ),
    ],
)
def test_a_revision_that_is_yet_to_come_does_not_count(cells: Row, of: Row, state: str, reason: str) -> None:
    found = verdict(record(**{"revised": AS_OF + DAY} | cells), of=project(**of))
    assert (found["state"], found["reason"]) == (state, reason)
    rivals = [record(record_id="recB", revised=AS_OF), record(revised=AS_OF + DAY, modified="2026-10-01")]
    assert verdict(*rivals)["record_id"] == "recB"


def test_what_counts_as_nothing_is_configured() -> None:
    for placeholders, state in ((["Später"], "incomplete"), ([], "complete")):
        found = verdict(
            record(vision="später …"), asks={"parts": ["vision"]}, sections={"rules": {"placeholders": placeholders}}
        )
        assert found["state"] == state


def test_incomplete_is_told_before_stale() -> None:
    found = verdict(record(revised="2026-03-01"), asks=EVIDENCE, of=project(last_discovery=ROUND))
    assert found["state"] == "incomplete"


AGAIN: Row = {"again": [{"project_type": "Service Design", "phase": "Phase 2"}]}
SECOND = project(type="Service Design", phase="Phase 2", start="2026-08-01", phase_start="2026-09-01")
EVENT = "before the start of Phase 2 of"
UNSURE = ", so whether it must be revised anew in Phase 2 cannot be told."


@pytest.mark.parametrize(
    ("of", "state", "reason"),
    [
        pytest.param(SECOND, "stale", f"Last revised 2026-08-20, {EVENT} 2026-09-01.", id="before the phase began"),
        pytest.param(SECOND | {"phase_start": "2026-08-20"}, "complete", None, id="on the day it began"),
        pytest.param(SECOND | {"phase": " phase  2"}, "stale", None, id="the phase in other spelling"),
        pytest.param(SECOND | {"phase": "Phase 1"}, "complete", None, id="another phase"),
        pytest.param(
            SECOND | {"phase": None}, "unknown", f"Complete, but its project has no phase{UNSURE}", id="it has no phase"
        ),
        pytest.param(SECOND | {"phase": "PHASE-II"}, "stale", None, id="the phase by another numeral"),
        pytest.param(SECOND | {"phase": "2"}, "unknown", None, id="the phase's number alone"),
        pytest.param(SECOND | {"phase": None, "phase_start": "2026-08-20"}, "complete", None, id="young enough"),
        pytest.param(SECOND | {"phase": None, "phase_start": AS_OF + DAY}, "complete", None, id="whichever begins"),
        pytest.param(
            SECOND | {"type": "Toolkit"},
            "unknown",
            f"Complete, but its project's type “Toolkit” is mapped by nobody{UNSURE}",
            id="a type nobody mapped",
        ),
        pytest.param(
            SECOND | {"type": None}, "unknown", f"Complete, but its project has no type{UNSURE}", id="no type"
        ),
        pytest.param(SECOND | {"type": None, "phase": "Phase 1"}, "complete", None, id="no type, another phase"),
        pytest.param(
            SECOND | {"type": None, "last_discovery": "2026-08-21"},
            "stale",
            "Last revised 2026-08-20, before the discovery round of 2026-08-21.",
            id="stale whatever its type is",
        ),
        pytest.param(SECOND | {"type": "Web"}, "complete", None, id="another type"),
        pytest.param(SECOND | {"phase_start": AS_OF + DAY}, "complete", None, id="begins tomorrow"),
        pytest.param(SECOND | {"phase_start": None}, "complete", None, id="revised since the project's start"),
        pytest.param(
            SECOND | {"phase_start": None, "start": "2026-09-02"},
            "stale",
            f"Last revised 2026-08-20, {EVENT} 2026-09-02.",
            id="start stands in for the phase's",
        ),
        pytest.param(
            SECOND | {"phase_start": None, "start": None},
            "unknown",
            f"Complete, but its project has no start of its phase{UNSURE}",
            id="no start known",
        ),
        pytest.param(
            SECOND | {"last_discovery": "2026-09-20"},
            "stale",
            "Last revised 2026-08-20, before the discovery round of 2026-09-20.",
            id="a later round",
        ),
        pytest.param(
            SECOND | {"last_discovery": "2026-08-10"},
            "stale",
            f"Last revised 2026-08-20, {EVENT} 2026-09-01.",
            id="an earlier round",
        ),
    ],
)
def test_it_is_revised_anew_once_the_phase_begins(of: Row, state: str, reason: str | None) -> None:
    found = verdict(record(revised="2026-08-20"), asks=AGAIN, of=of)
    assert found["state"] == state
    assert found["reason"] == (reason or found["reason"])


def test_only_the_requirement_that_asks_for_it_is_revised_anew() -> None:
    rows = [record(revised="2026-08-20"), record(record_id="recB", deliverable="Scope", revised="2026-08-20")]
    asked = settings(AGAIN, {"id": "scope", "deliverable": "Scope"})
    assert pairs(judge(base([SECOND], rows), asked, AS_OF), "requirement", "state") == {
        "vision": "stale",
        "scope": "complete",
    }


@pytest.mark.parametrize(
    ("again", "of", "state", "event"),
    [
        pytest.param(
            {}, project(phase="Phase 3", phase_start="2026-09-01"), "stale", "Phase 3", id="any type and phase"
        ),
        pytest.param(
            {}, project(phase=None, phase_start="2026-09-01"), "stale", "the phase", id="the phase has no name"
        ),
        pytest.param({}, project(phase="Phase 3", phase_start="2026-08-20"), "complete", "", id="on the day it began"),
        pytest.param(
            {}, project(type=None, phase="P", phase_start="2026-09-01"), "stale", "P", id="a type nobody mapped"
        ),
        pytest.param(
            {"phase": "Phase 2"}, project(phase="phase 2", start="2026-09-01"), "stale", "phase 2", id="a phase"
        ),
        pytest.param(
            {"phase": "Phase 2"}, project(phase="Phase 3", start="2026-09-01"), "complete", "", id="another phase"
        ),
        pytest.param({"project_type": "Web"}, project(phase="P", start="2026-09-01"), "stale", "P", id="a type"),
        pytest.param(
            {"project_type": "Discovery"}, project(phase="P", start="2026-09-01"), "complete", "", id="another type"
        ),
    ],
)
def test_it_may_be_revised_anew_in_every_phase_or_type(again: Row, of: Row, state: str, event: str) -> None:
    found = verdict(record(revised="2026-08-20"), asks={"again": [again]}, of=of)
    assert found["state"] == state
    if event:
        assert found["reason"] == f"Last revised 2026-08-20, before the start of {event} of 2026-09-01."


@pytest.mark.parametrize(
    ("of", "field", "doubt"),
    [
        pytest.param(SECOND, "phase_start", "project's start of the phase", id="when the phase began"),
        pytest.param(SECOND | {"phase_start": None}, "start", "project's start of the phase", id="the project's start"),
        pytest.param(SECOND, "start", None, id="the start, while the phase's own is there"),
        pytest.param(SECOND | {"phase_start": "2026-10-01"}, "phase", "project's phase", id="phase"),
        pytest.param(SECOND | {"phase_start": "2026-10-01"}, "type", "project's type", id="type"),
        pytest.param(SECOND, "phase", None, id="phase, and it is as young as that needs"),
        pytest.param(SECOND, "type", None, id="type, and it is as young as that needs"),
        pytest.param(SECOND | {"type": "Web"}, "phase", None, id="the phase of another type"),
    ],
)
def test_what_may_make_it_stale_and_cannot_be_read_is_unknown(of: Row, field: str, doubt: str | None) -> None:
    unread = of if field in ("start",) and of.get("phase_start") else of | {field: None}
    found = verdict(record(revised="2026-09-30"), asks=AGAIN, of=unread, faults=[("projects", "recProject", field)])
    assert found["state"] == ("unknown" if doubt else "complete")
    assert not doubt or found["reason"] == f"Complete, but its {doubt} could not be read{UNSURE}"


def test_the_last_edit_is_told_where_it_is_as_young_as_what_may_count() -> None:
    found = verdict(record(modified="2026-10-02"), asks=AGAIN, of=SECOND | {"phase": None, "phase_start": "2026-10-01"})
    told = "Its status is “Complete”. Taken as revised on 2026-10-02 (its last edit; it gives no revision date)."
    assert found["reason"] == told


@pytest.mark.parametrize(
    ("fault", "of"),
    [
        pytest.param("last_discovery", SECOND, id="the round"),
        pytest.param("type", SECOND | {"type": None, "phase": "Phase 1", "last_discovery": ROUND}, id="the type"),
        pytest.param("phase", SECOND | {"phase": None, "last_discovery": ROUND}, id="the phase"),
    ],
)
def test_what_is_stale_for_sure_needs_no_cell_that_cannot_be_read(fault: str, of: Row) -> None:
    found = verdict(record(revised="2026-08-20"), asks=AGAIN, of=of, faults=[("projects", "recProject", fault)])
    assert found["state"] == "stale"


@pytest.mark.parametrize("unmapped", [["type"], ["phase"], ["phase_start", "start"]])
def test_what_recurs_by_a_field_that_is_not_mapped_is_not_checked(unmapped: list[str]) -> None:
    of = SECOND | dict.fromkeys(unmapped)
    found = verdict(record(revised="2026-08-20"), asks=AGAIN, of=of, unmapped=[f"projects.{one}" for one in unmapped])
    assert found["state"] == "complete"


def test_a_rival_that_could_not_be_judged_is_told() -> None:
    rivals = [record(record_id=f"rec{name}", status=status) for name, status in (("B", "Parked?"), ("C", "To Do"))]
    found = verdict(record(status="Doing"), rivals[0])
    assert found["reason"].endswith(" 1 other record claims the same. It could not be judged, and may be better.")
    found = verdict(record(status="Doing"), *rivals)
    assert found["reason"].endswith(" 2 other records claim the same. 1 could not be judged, and may be better.")
    assert "judged" not in verdict(record(status="Doing"), rivals[1])["reason"]
    assert "judged" not in verdict(record(), rivals[0])["reason"], "nothing is better than a complete one"
    strict = {"statuses": STATUSES | {"not_started": ["To Do"]}}
    nothing: list[Row] = [{}, {"link": "https://tbd"}, {"link": "to come"}]
    something: list[Row] = [{"link": "https://x"}, {"revised": "2026-09-01"}]
    showing = ("link", "files", "vision", "mission", "purpose", "target_audience", "value_proposition")
    none_mapped = [f"project_deliverables.{one}" for one in showing]
    for cells in (*nothing, *something):
        empty = record(record_id="recA0", status=None, **cells)
        judgement = judge(base([project()], [empty, record(status="To Do")]), settings({}, **strict), AS_OF)
        said = (*judgement.verdicts["state"], *judgement.unplaced["detail"])
        if cells in something:
            assert said == ("unknown", "It is a duplicate of recA0.")
        else:
            assert said == ("not_started", "It is a duplicate of recA.")
            assert "judged" not in judgement.verdicts["reason"].item()
    found = verdict(
        record(record_id="recA0", status=None), record(status="To Do"), sections=strict, unmapped=none_mapped
    )
    assert found["state"] == "unknown"
    unplaced = judge(base([project()], [record(status="Doing"), rivals[0]]), settings(), AS_OF).unplaced
    told = "It is a duplicate of recA. It could not be judged, and may be better: settle that first."
    assert unplaced["detail"].tolist() == [told]


@pytest.mark.parametrize(
    ("status", "unsettled", "told"),
    [
        pytest.param("Doing", {"status": "Complete"}, True, id="better"),
        pytest.param("Doing", {"status": "To Do"}, False, id="worse"),
        pytest.param("Doing", {"status": "Doing"}, False, id="as good"),
        pytest.param("Doing", {"status": "Parked?"}, True, id="perhaps better"),
        pytest.param("Doing", {"status": "To Do", "waiver_reason": "kept"}, True, id="perhaps waived"),
        pytest.param("Doing", {"status": "Complete", "audience": "Youth"}, False, id="for others"),
        pytest.param("Complete", {"status": "Complete"}, False, id="beside a complete one"),
        pytest.param("Parked?", {"status": "Complete"}, False, id="beside what is unknown already"),
    ],
)
def test_a_gap_tells_of_a_better_record_that_is_not_settled_or_misspelt(
    status: str, unsettled: Row, told: bool
) -> None:
    for said, cells in (
        ("Whether another record of it is better cannot be told: “Draft” may be it.", {"release": "Beta"}),
        ("“Draft” may be meant for it: its deliverable is called “Visin”", {"release": "MVP", "deliverable": "Visin"}),
    ):
        unclear = {"record_id": "recB", "name": "Draft"} | cells
        worse = unclear | {"record_id": "recA0", "name": "Worse", "status": "To Do"}
        found = verdict(
            record(release="MVP", status=status),
            record(**worse),
            record(**unclear | unsettled),
            asks={"release": "MVP"},
        )
        assert found["record_id"] == "recA"
        assert (said in found["reason"]) == told
        assert found["reason"].startswith(("Its status is", "Nobody mapped"))
        assert "Worse" not in found["reason"]


def words(count: int) -> str:
    return " ".join(["word"] * count)


@pytest.mark.parametrize(
    ("asks", "cells", "most", "lacks"),
    [
        pytest.param(["vision"], {"vision": words(50)}, None, None, id="as long as may be"),
        pytest.param(
            ["vision"], {"vision": words(51)}, None, "no concise vision statement (51 words, 50 at most)", id="longer"
        ),
        pytest.param(["vision"], {"vision": f" {words(3)} \n{words(2)}\t"}, 5, None, id="any white space parts words"),
        pytest.param(
            ["vision"], {"vision": words(6)}, 5, "no concise vision statement (6 words, 5 at most)", id="a setting"
        ),
        pytest.param(["vision"], {"vision": words(900)}, 0, None, id="no limit"),
        pytest.param([], {"vision": words(900)}, None, None, id="nobody asks for a vision"),
        pytest.param(
            ["mission"], {"mission": words(900), "vision": words(900)}, None, None, id="a mission may be long"
        ),
        pytest.param(
            ["vision", "mission"],
            {"vision": words(6)},
            5,
            "no concise vision statement (6 words, 5 at most) and no mission",
            id="and another part is missing",
        ),
    ],
)
def test_a_long_text_is_no_vision(asks: list[str], cells: Row, most: int | None, lacks: str | None) -> None:
    sections = {} if most is None else {"rules": {"vision_words": most}}
    found = verdict(record(**cells), asks={"parts": asks}, sections=sections)
    assert found["state"] == ("incomplete" if lacks else "complete")
    assert not lacks or found["reason"] == f"Marked “Complete”, but it has {lacks}."


def test_the_length_of_a_vision_that_is_not_mapped_is_not_checked() -> None:
    found = verdict(record(vision=words(99)), asks={"parts": ["vision"]}, unmapped=["project_deliverables.vision"])
    assert found["state"] == "complete"


def test_a_long_vision_under_way_is_under_way() -> None:
    assert verdict(record(status="Doing", vision=words(99)), asks={"parts": ["vision"]})["state"] == "in_progress"


WAIVER: Row = {"waiver_reason": "Last year's is kept", "waived_by": "Olive", "waiver_until": "2026-12-31"}


@pytest.mark.parametrize(
    ("cells", "unmapped", "state", "reason"),
    [
        pytest.param({}, [], "waived", "Waived by Olive until 2026-12-31: Last year's is kept.", id="whole"),
        pytest.param(
            {"waiver_until": AS_OF},
            [],
            "waived",
            "Waived by Olive until 2026-10-05: Last year's is kept.",
            id="ends today",
        ),
        pytest.param(
            {"waiver_until": AS_OF - DAY}, [], "not_started", "Its waiver ended on 2026-10-04.", id="ended yesterday"
        ),
        pytest.param(
            {"waiver_reason": None}, [], "not_started", "Marked as waived, but with no reason.", id="no reason"
        ),
        pytest.param(
            {"waived_by": None},
            [],
            "not_started",
            "Marked as waived, but with no name of who waived it.",
            id="no name",
        ),
        pytest.param({"waiver_until": None}, [], "not_started", "Marked as waived, but with no end date.", id="no end"),
        pytest.param(
            {"waived_by": None, "waiver_until": None},
            [],
            "not_started",
            "Marked as waived, but with no name of who waived it and no end date.",
            id="neither name nor end",
        ),
        pytest.param(
            {"waiver_until": None},
            ["waiver_until"],
            "waived",
            "Waived by Olive: Last year's is kept.",
            id="end not mapped",
        ),
        pytest.param(dict.fromkeys(WAIVER), [*WAIVER], "waived", "Waived by somebody.", id="no waiver field mapped"),
        pytest.param({"status": "In Progress"}, [], "waived", None, id="reason filled while in progress"),
        pytest.param({"status": "Huh"}, [], "waived", None, id="reason filled, status unmapped"),
        pytest.param(
            {"status": "Doing", "waived_by": None},
            [],
            "in_progress",
            "Its status is “Doing”. Its waiver does not count: it has no name of who waived it.",
            id="reason without name",
        ),
        pytest.param(
            {"status": "Doing", "waived_by": None, "waiver_until": None},
            [],
            "in_progress",
            "Its status is “Doing”. Its waiver does not count: it has no name of who waived it and no end date.",
            id="reason alone",
        ),
        pytest.param(
            {"status": "Doing", "waiver_reason": "TBD"},
            [],
            "in_progress",
            "Its status is “Doing”. Its waiver does not count: it has no reason.",
            id="a placeholder for a reason",
        ),
        pytest.param(
            {"status": "Doing", "waiver_reason": None},
            ["waiver_reason"],
            "in_progress",
            "Its status is “Doing”.",
            id="nobody can say why",
        ),
        pytest.param(
            {"status": "Doing", "waiver_until": AS_OF - DAY},
            [],
            "in_progress",
            "Its status is “Doing”. Its waiver ended on 2026-10-04.",
            id="reason that ended",
        ),
        pytest.param(
            {"status": "Doing", "waiver_reason": None},
            [],
            "in_progress",
            "Its status is “Doing”. Its waiver does not count: it has no reason.",
            id="name and end alone",
        ),
        pytest.param(
            {"status": "Doing", **dict.fromkeys(WAIVER)}, [], "in_progress", "Its status is “Doing”.", id="none"
        ),
        pytest.param({"status": "Done"}, [], "complete", "Its status is “Done”.", id="complete beats waived"),
    ],
)
def test_a_waiver_counts_with_a_reason_a_name_and_an_end_to_come(
    cells: Row, unmapped: list[str], state: str, reason: str | None
) -> None:
    given = record(**{"status": "Waived", **WAIVER, **cells})
    found = verdict(given, unmapped=[f"project_deliverables.{name}" for name in unmapped])
    assert found["state"] == state
    assert found["reason"] == (reason or "Waived by Olive until 2026-12-31: Last year's is kept.")


def test_a_waiver_covers_what_is_incomplete_or_stale() -> None:
    assert verdict(record(**WAIVER), asks=EVIDENCE)["state"] == "waived"
    assert verdict(record(revised="2026-03-01", **WAIVER), of=project(last_discovery=ROUND))["state"] == "waived"
