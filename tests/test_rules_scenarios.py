"""What is meant to be true of a generated base, and what the rules say of it, is the same.

GENERATED_BASES sets how many bases are generated; the report of a long run is in benchmarks/README.md.
"""

import os

from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from rules_builders import AS_OF, base
from rules_scenarios import SETTINGS, Scenario, scenarios

from milestones.verdicts import judge
from milestones.words import CELL, GAPS

HOW_MANY = int(os.environ.get("GENERATED_BASES", "20"))


@effort(max_examples=HOW_MANY, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_no_gap_is_false_and_none_is_missed(meant: Scenario) -> None:
    frames = base(meant.projects, meant.records, faults=meant.faults, history=meant.history)
    judgement = judge(frames, SETTINGS, AS_OF)
    verdicts = judgement.verdicts
    said = {
        (project, requirement, audience): (state, frozenset(flags.split(";")) - {""})
        for project, requirement, audience, state, flags in verdicts[[*CELL, "state", "flags"]].itertuples(index=False)
    }
    gaps = {cell for cell, (state, _) in said.items() if state in GAPS}
    assert gaps == {cell for cell, (state, _) in meant.verdicts.items() if state in GAPS}
    assert said == meant.verdicts
    told = judgement.records.set_index("record_id")["nearly"].fillna("")
    asked = [(item.id, (item.deliverable, *item.aliases)) for item in SETTINGS.requirements]
    almost = {
        key: {one for one, names in asked if any(f"“{name}”" in told[key] for name in names)} for key in meant.almost
    }
    assert almost == meant.almost
    assert dict(zip(judgement.unplaced["record_id"], judgement.unplaced["reason"], strict=True)) == meant.unplaced
