"""docs/rules.md says what the code says: the same ids, in the same order, with the same conditions."""

import re

from conftest import ROOT

from milestones.findings import declared
from milestones.words import CLAIM_ORDER, FLAGS, GAPS, STATES, UNPLACED
from view import labels


def tables() -> dict[str, list[tuple[str, ...]]]:
    """The rows of each table, by the heading of its first column."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for block in re.findall(r"(?:^\|.*\|\n?)+", (ROOT / "docs" / "rules.md").read_text(encoding="utf-8"), re.MULTILINE):
        head, _, *rows = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in block.splitlines())
        found[head[0]] = rows
    return found


def test_the_tables_are_the_codes_own() -> None:
    assert tables() == {
        "state": [(f"`{key}`", text) for key, text in STATES.items()],
        "flag": [(f"`{key}`", text) for key, text in FLAGS.items()],
        "reason": [(f"`{key}`", text) for key, text in UNPLACED.items()],
        "finding": [(f"`{kind.id}`", kind.severity, kind.condition) for kind in declared()],
    }


def test_every_condition_is_one_line_and_a_sentence() -> None:
    conditions = [
        *STATES.values(),
        *FLAGS.values(),
        *UNPLACED.values(),
        *(kind.condition for kind in declared()),
    ]
    for text in [*conditions, *(kind.remedy for kind in declared())]:
        assert re.fullmatch(r"[A-Z][^\n|]+\.", text), text


def test_the_vocabulary_is_of_one_piece() -> None:
    assert set(labels.STATES) == set(STATES)
    assert set(labels.FLAGS) == set(FLAGS)
    assert set(GAPS) < set(STATES)
    assert set(CLAIM_ORDER) == set(STATES) - {"missing", "not_required"}
