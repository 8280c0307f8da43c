"""The rules' vocabulary: states, flags, and the columns of the verdict frame."""

from collections.abc import Sequence

# Best first: where several records claim one cell, the first of these wins. What cannot be judged goes by the worst
# that it may be.
CLAIM_ORDER = (
    "complete",
    "waived",
    "stale",
    "incomplete",
    "in_review",
    "in_progress",
    "not_started",
    "unknown",
)
# Each state, flag and reason with its condition: what docs/rules.md says of it.
STATES = {
    "missing": "It is required, no record claims it, and none may that could not be read or placed.",
    "not_started": "Its record's status means not started, or waived while the waiver lacks something or has ended.",
    "in_progress": "Its record's status means in progress.",
    "in_review": "Its record's status means in review.",
    "incomplete": "Its record is called complete, but the evidence or a part that is asked for is not there.",
    "stale": "It is complete, but last revised before the last discovery round, or before the phase in which it is due "
    "again.",
    "complete": "Its record is called complete, and all that is asked for is there and still holds.",
    "waived": "Somebody with a name gave a reason why it is not needed, and the waiver's end is not past.",
    "not_required": "It is not asked of projects of this type, phase or status.",
    "unknown": "It cannot be judged: a status or a type that nobody mapped, a cell that could not be read (also of "
    "a record which may be the one that is looked for), such a record that could not be placed, a date or a phase that "
    "it takes is not given or is not known, or the base does not define what is asked.",
}
# The place of each.
CODES = {state: place for place, state in enumerate(STATES)}
# A gap still needs somebody.
GAPS = ("missing", "not_started", "in_progress", "in_review", "incomplete", "stale")
FLAGS = {
    "overdue": "A gap whose due date is past.",
    "due_soon": "A gap that is due today or within `rules.due_soon_days`.",
    "duplicate": "More than one record claims it; the best one decides.",
    "unconfirmed_match": "Its record's name, release, milestone or audience is close to the required one, not equal; "
    "or it names no release, though one is asked.",
    "waiver_expiring": "It is waived, and the waiver ends within `rules.waiver_expiring_days`.",
    "no_owner": "A gap whose record, if any, has no owner and whose project has no product manager, as far as a mapped "
    "field can tell.",
}
# Why a project deliverable decides no verdict.
UNPLACED = {
    "no_project": "It is linked to no project that is mirrored.",
    "several_projects": "It is of several projects, so it is not clear whose it is.",
    "ambiguous_project": "Several projects have the name it gives.",
    "several_deliverables": "It is of several deliverables, so it is not clear which it is.",
    "several_audiences": "It may be for several audiences, so it is not clear for whom it speaks.",
    "no_deliverable": "It does not say which deliverable it is.",
    "no_requirement": "No requirement names this deliverable.",
    "release_disagrees": "Its names and its release field do not name one and the same release that is asked.",
    "milestone_disagrees": "What it names is required, but of another milestone than the one it gives.",
    "ambiguous": "Several requirements could be meant.",
    "unreadable": "A cell that says what it is, or whose, could not be read.",
    "duplicate": "Another record claims the same, and decides.",
}

# A project type that nobody mapped.
UNKNOWN_TYPE = "unknown"

# What identifies a verdict.
CELL = ["project_id", "requirement", "audience"]


def shown(name: str, key: str) -> str:
    """What a record is called where people read it: its name, without the colon that a formula leaves before it where
    its project is blank; else its id."""
    return name.lstrip(": ").strip() or key


def listed(words: Sequence[str], last: str = "and") -> str:
    """Several words as a sentence lists them: “a, b and c”."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def taken_for(what: str, word: str, name: str) -> str:
    """That something which is almost called so counts as what it is almost called, in a sentence."""
    return f"{what} is called “{word}”, taken for “{name}”: rename it if that is right."


def in_words(key: str) -> str:
    """A state, a flag or a reason as people read it."""
    return key.replace("_", " ")


VERDICT_DTYPES = {
    "project_id": "str",
    "project": "str",
    "project_type": "str",
    "phase": "str",
    "product_manager": "str",
    "requirement": "str",
    "milestone": "str",
    "deliverable": "str",
    "release": "str",
    "audience": "str",
    "state": "str",
    "flags": "str",
    "due": "datetime64[us]",
    "reason": "str",
    "record_id": "str",
    "record_url": "str",
    "evidence_url": "str",
    "since": "datetime64[us]",
}
UNPLACED_COLUMNS = ("table", "record_id", "reason", "detail", "record_url")
