"""What holds of every base, however it is filled."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from rules_builders import AS_OF, MMP, MVP, Row, base, record, settings

from milestones.coverage import coverage
from milestones.verdicts import judge
from milestones.words import CELL, FLAGS, GAPS, STATES, VERDICT_DTYPES

ASKED = settings(
    MVP | {"evidence": ["link", "files"], "parts": ["vision"], "again": [{"project_type": "Web", "phase": "Phase 2"}]},
    MMP | {"project_types": ["Web"], "phases": ["Phase 2"], "audiences": ["Youth"], "due": {"from": "end", "days": 0}},
    {"id": "scope", "milestone": "Scope", "deliverable": "Scope", "project_types": ["Discovery", "Service Design"]},
    project_statuses={"active": ["Running"], "cancelled": ["Stopped"]},
)
DAYS = st.none() | st.dates(date(2026, 9, 1), date(2026, 11, 9))
WORDS = st.none() | st.text("aA é[", max_size=3).map(str.strip).map(lambda text: text or None)
AUDIENCES = st.sampled_from([None, "Youth", " youth", "Families"])
PROJECTS = ["rec0", "rec1", "rec2"]


def row(**cells: Any) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(cells)


projects = row(
    name=st.sampled_from(["Bay", "bay ", "Harbor"]) | WORDS,
    type=st.sampled_from([None, "Web", "Discovery", "Toolkit"]),
    phase=st.sampled_from([None, "Phase 1", "phase 2"]),
    status=st.sampled_from([None, "Running", "Stopped", "Huh"]),
    product_manager=WORDS,
    start=DAYS,
    end=DAYS,
    last_discovery=DAYS,
    audiences=st.none() | st.lists(AUDIENCES | st.just(""), max_size=3),
)
records = row(
    # Most speak for the same few cells, so that duplicates occur.
    project=st.sampled_from([["rec0"]] * 5 + [["rec1"], [], ["recGone"], ["rec0", "rec1"], "Bay", "x"]),
    deliverable=st.sampled_from(
        ["Scope"] * 5 + ["MVP Release-level Vision", "Release level visions", "Roadmap", ["recD"], ["recE", "recD"], []]
    ),
    name=WORDS,
    milestone=st.sampled_from([None, None, "Vision", "Scope"]),
    release=st.sampled_from([None, "MVP #1", "MMP", "Beta"]),
    audience=AUDIENCES,
    status=st.sampled_from([None, "Complete", "Complete", "In Progress", "Waived", "Huh"]),
    link=st.sampled_from([None, "https://x"]),
    vision=WORDS,
    due=DAYS,
    revised=DAYS,
    waiver_reason=WORDS,
    waived_by=WORDS,
    waiver_until=DAYS,
)
FIELDS = [f"project_deliverables.{name}" for name in ("status", "link", "vision", "revised", "waiver_until", "owner")]


@effort(max_examples=30, database=None, deadline=None)
@given(
    owners=st.lists(projects, max_size=3),
    handed_in=st.lists(records, max_size=8),
    unmapped=st.sets(st.sampled_from(FIELDS), max_size=2),
    faulty=st.sets(st.sampled_from(["status", "vision", "revised"]), max_size=2),
)
def test_counts_add_up_and_every_verdict_speaks_the_vocabulary(
    owners: list[Row], handed_in: list[Row], unmapped: set[str], faulty: set[str]
) -> None:
    frames = base(
        [one | {"record_id": key} for key, one in zip(PROJECTS, owners, strict=False)],
        [record(**one | {"record_id": f"red{number}"}) for number, one in enumerate(handed_in)],
        catalogue=[{"record_id": "recD", "name": "MMP Release-level Vision"}, {"record_id": "recE"}],
        faults=[("project_deliverables", "red0", name) for name in sorted(faulty)],
        unmapped=unmapped,
    )
    judgement = judge(frames, ASKED, AS_OF)
    verdicts = judgement.verdicts

    asked = {(key, item.id) for key in frames.projects["record_id"] for item in ASKED.requirements}
    assert set(zip(verdicts["project_id"], verdicts["requirement"], strict=True)) == asked
    assert not verdicts.duplicated(CELL).any()
    named = [(one, two, text.casefold()) for one, two, text in verdicts[CELL].itertuples(index=False)]
    assert len(set(named)) == len(named), "an audience in two spellings is one"
    deciding = verdicts["record_id"].dropna()
    assert sorted([*deciding, *judgement.unplaced["record_id"]]) == list(frames.project_deliverables["record_id"])

    assert {name: str(dtype) for name, dtype in verdicts.dtypes.items()} == VERDICT_DTYPES
    assert set(verdicts["state"]) <= set(STATES)
    assert {flag for flags in verdicts["flags"] for flag in flags.split(";") if flag} <= set(FLAGS)
    assert verdicts["reason"].str.len().gt(0).all()
    assert verdicts.loc[verdicts["state"] == "missing", "record_id"].isna().all()
    urgent = verdicts["flags"].str.contains("overdue|due_soon|no_owner")
    assert verdicts.loc[urgent, "state"].isin(GAPS).all()

    counts = coverage(verdicts, "project_type")
    assert counts[list(STATES)].to_numpy().sum() == len(verdicts)
    assert (counts["coverage"].dropna().between(0, 1)).all()
