"""The rules' vocabulary: states, flags, and the columns of the verdict frame."""

# Best first: where several records claim one cell, the first of these wins.
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
STATES = (
    "missing",
    "not_started",
    "in_progress",
    "in_review",
    "incomplete",
    "stale",
    "complete",
    "waived",
    "not_required",
    "unknown",
)
# A gap still needs somebody.
GAPS = ("missing", "not_started", "in_progress", "in_review", "incomplete", "stale")
FLAGS = ("overdue", "due_soon", "duplicate", "unconfirmed_match", "waiver_expiring", "no_owner")

# A project type that nobody mapped.
UNKNOWN_TYPE = "unknown"

# What identifies a verdict.
CELL = ["project_id", "requirement", "audience"]

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
