"""Which verdicts a changed configuration would alter, before it is used."""

from datetime import date

import pandas as pd

from milestones.verdicts import judge
from milestones.words import CELL
from settings.models import Settings
from sync.frames import Frames

WORDS = ("project", "deliverable")
COLUMNS = (*CELL, *WORDS, "from_state", "state", "from_flags", "flags", "from_reason", "reason")


def preview(frames: Frames, current: Settings, changed: Settings, as_of: date) -> pd.DataFrame:
    """The verdicts whose state or flags differ under two configurations, on one mirror and day.

    Both see the mirror as it is: what a changed mapping of tables and fields would bring needs a sync first.

    Returns:
        `project_id`, `requirement`, `audience`, `project`, `deliverable`, `from_state` and `state`, `from_flags` and
        `flags`, `from_reason` and `reason` (str; "" where there is no such verdict), ordered by project.
    """
    told = [*CELL, *WORDS, "state", "flags", "reason"]
    before, after = (judge(frames, settings, as_of).verdicts[told] for settings in (current, changed))
    both = before.merge(after, on=CELL, how="outer", suffixes=("_before", "_after"))
    for name in WORDS:
        both[name] = both[f"{name}_after"].fillna(both[f"{name}_before"])
    for name in ("state", "flags", "reason"):
        both[f"from_{name}"], both[name] = both[f"{name}_before"], both[f"{name}_after"]
    both = both[list(COLUMNS)].fillna("").astype("str")
    altered = (both["state"] != both["from_state"]) | (both["flags"] != both["from_flags"])
    return both[altered].sort_values(["project", *CELL], ignore_index=True)
