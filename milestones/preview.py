"""Which verdicts a changed configuration would alter, before it is used."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from milestones.definitions import required
from milestones.history import SPELLED, spelled
from milestones.verdicts import judge
from milestones.words import CELL
from settings.models import Requirement, Settings
from settings.names import nearest
from sync.frames import Frames

WORDS = ("project", "deliverable")
COMPARED = ("project_type", "state", "flags", "due", "reason")
COLUMNS = (
    *(*CELL, *WORDS, "from_state", "state", "from_flags", "flags", "from_reason", "reason"),
    *("from_due", "due", "from_project_type", "project_type", "from_deliverable", "altered"),
)
NAMING = {"id", "milestone", "deliverable", "aliases"}


def preview(frames: Frames, current: Settings, changed: Settings, as_of: date) -> pd.DataFrame:
    """The verdicts that differ under two configurations, on one mirror and day.

    Both see the mirror as it is: what a changed mapping of tables and fields would bring needs a sync first.

    Returns:
        `project_id`, `requirement`, `audience`, `project`, `deliverable`; `from_state` and `state`, and so for `flags`,
        `reason`, `due` and `project_type`; `from_deliverable`, another name where the requirement has another one now;
        `altered`: what differs of these, joined by ";" (str; "" where there is no such verdict). Ordered by project.
    """
    told = [*CELL, *WORDS, *COMPARED]
    before, after = (spelled(judge(frames, settings, as_of).verdicts[told]) for settings in (current, changed))
    same = renamed(required(frames, current).requirements, required(frames, changed).requirements)
    before = before.assign(requirement=before["requirement"].replace(same))
    both = before.merge(after, on=SPELLED, how="outer", suffixes=("_before", "_after"), indicator=True)
    for name in ("audience", *WORDS):
        both[name] = both[f"{name}_after"].fillna(both[f"{name}_before"])
    for name in COMPARED:
        both[f"from_{name}"], both[name] = both[f"{name}_before"], both[f"{name}_after"]
    both["from_deliverable"] = both["deliverable_before"]
    for name in ("from_due", "due"):
        both[name] = both[name].dt.strftime("%Y-%m-%d")
    differing = {name: both[name].fillna("") != both[f"from_{name}"].fillna("") for name in ("deliverable", *COMPARED)}
    both["altered"] = [
        ";".join(name for name, differs in zip(differing, row, strict=True) if differs)
        for row in zip(*differing.values(), strict=True)
    ]
    # Where there is a verdict on one side only, nothing but that is to be told.
    both["altered"] = both["altered"].mask(both["_merge"] != "both", "state")
    both = both[list(COLUMNS)].fillna("").astype("str")
    return both[both["altered"] != ""].sort_values(["project", *CELL], ignore_index=True)


def renamed(before: Sequence[Requirement], after: Sequence[Requirement]) -> dict[str, str]:
    """The requirements that are the same but for what they are called: the id that each had, and the one it has.

    Of several that ask for the same, the one is taken that names it as the other did, or almost.
    """
    gone = [item for item in before if item.id not in {one.id for one in after}]
    new = [item for item in after if item.id not in {one.id for one in before}]
    found: dict[str, str] = {}
    for item in new:
        alike = [one for one in gone if one.id not in found and _asks(one) == _asks(item)]
        if len(alike) > 1:
            near = nearest(item.deliverable, [one.deliverable for one in alike], 0.6)
            alike = [one for one in alike if one.deliverable in near]
            alike = [one for one in alike if one.milestone == item.milestone] or alike
        if len(alike) == 1:
            found[alike[0].id] = item.id
    return found


def _asks(item: Requirement) -> dict[str, object]:
    return item.model_dump(exclude=NAMING)
