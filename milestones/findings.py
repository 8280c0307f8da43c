"""What is wrong with the base, or with what config.toml says of it. A new finding is one new function.

A function decorated with `finding`, in one of the `ROOMS`, declares its severity, the table it is about, the remedy,
and the fields without which it cannot be looked for; its name is the finding's id, its docstring's first line the
condition. It is given a `Scene` and gives rows as `rows` and `things` make them.
"""

import pandas as pd

from milestones import findings_catalogue, findings_records, findings_settings
from milestones.definitions import required
from milestones.finding import SEVERITIES, Finding, Scene
from milestones.verdicts import Judgement
from settings.models import Settings
from sync.frames import Frames

ROOMS = (findings_catalogue, findings_records, findings_settings)
COLUMNS = ("finding", "severity", "object", "table", "record_id", "detail", "remedy", "record_url")
TABLES = ("projects", "project_deliverables", "settings", "milestones", "catalogue", "any")


def declared() -> list[Finding]:
    """Every kind of finding, the gravest first, then by the table it is about."""
    kinds = [kind for room in ROOMS for kind in vars(room).values() if isinstance(kind, Finding)]
    return sorted(kinds, key=lambda kind: (SEVERITIES.index(kind.severity), TABLES.index(kind.table)))


def findings(frames: Frames, settings: Settings, judgement: Judgement) -> pd.DataFrame:
    """Everything that is found, in the order of `declared`, then by object.

    Args:
        judgement: what `verdicts.judge` says of the same frames by the same settings.

    Returns:
        `finding` (its id), `severity` (error, warning or note), `object` (what it is about, in words), `table`
        (canonical, or "settings"), `record_id` (NaN where it is no single record), `detail`, `remedy`, `record_url`
        (str).
    """
    kinds = [kind for kind in declared() if kind.table in ("settings", "any", *frames.snapshot.tables)]
    scene = Scene(frames, required(frames, settings), judgement)
    found = [pd.DataFrame(columns=list(COLUMNS))]
    for kind in kinds:
        if all(scene.mapped(field) for field in kind.needs):
            made = kind.look(scene)
            if made.empty:
                continue
            made = made.assign(
                finding=kind.id,
                severity=kind.severity,
                table=made.get("table", kind.table),
                remedy=kind.remedy,
                record_url=made["record_id"].map(scene.records["record_url"]),
            )
            found.append(made.sort_values(["object", "record_id"])[list(COLUMNS)])
    return pd.concat(found, ignore_index=True).astype("str")
