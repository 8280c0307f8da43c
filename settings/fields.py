"""The canonical tables and fields: every word that `[tables]` of config.toml may use, and its kind.

A kind says what a mirrored cell is: `text`; `date`; `time` (UTC); `number`; `list` (kept as JSON text);
`reference` (records of the table named after the colon, when it is a link in the base; else text).
"""

FIELDS: dict[str, dict[str, str]] = {
    "projects": {
        "name": "text",
        "type": "text",
        "phase": "text",
        "status": "text",
        "product_manager": "text",
        "start": "date",
        "end": "date",
        "last_discovery": "date",
        "phase_start": "date",
        "audiences": "list",
    },
    "project_deliverables": {
        "name": "text",
        "project": "reference:projects",
        "deliverable": "reference:catalogue",
        "milestone": "reference:milestones",
        "release": "text",
        "audience": "text",
        "status": "text",
        "owner": "text",
        "due": "date",
        "link": "text",
        "files": "list",
        "vision": "text",
        "mission": "text",
        "purpose": "text",
        "target_audience": "text",
        "value_proposition": "text",
        "waiver_reason": "text",
        "waived_by": "text",
        "waiver_until": "date",
        "revised": "date",
        "modified": "time",
    },
    "milestones": {
        "name": "text",
        "order": "number",
        "project_types": "list",
        "deliverables": "reference:catalogue",
        "before": "reference:milestones",
        "after": "reference:milestones",
        "description": "text",
        "url": "text",
    },
    "catalogue": {
        "name": "text",
        "milestones": "reference:milestones",
        "description": "text",
        "steps": "text",
        "example": "text",
        "template": "text",
    },
}

# Without these a table says nothing, so config.toml must map them where it maps the table.
REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "projects": ("name",),
    "project_deliverables": ("project", "deliverable"),
    "milestones": ("name",),
    "catalogue": ("name",),
}
