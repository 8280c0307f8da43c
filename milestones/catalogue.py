"""Catalogue level: which deliverables of the required milestones the base itself defines, per project type."""

from itertools import product

import pandas as pd

from milestones.definitions import defined_names, members, required, written_types
from milestones.matching import Matcher
from milestones.spellings import canonical
from settings.models import UNREAD, Settings
from settings.names import spelling
from sync.frames import Frames

COLUMNS = {
    "project_type": "str",
    "milestone": "str",
    "deliverable": "str",
    "required": "bool",
    "defined": "bool",
    "detail": "str",
    "record_id": "str",
    "record_url": "str",
}


def catalogue(frames: Frames, settings: Settings) -> pd.DataFrame:
    """Compares what is required with what the base's own catalogue defines.

    Returns:
        A row per project type and deliverable of a required milestone, ordered by type, milestone, required first:
        `project_type` (canonical, or as the base writes it where nobody mapped it), `milestone`, `deliverable` (str);
        `required` by config.toml and `defined` by the base for this type (bool); `detail` (str: the disagreement in
        words, NaN where there is none); `record_id` and `record_url` of the definition (str). Empty where the base's
        catalogue is not mapped.
    """
    if not {"milestones", "catalogue"} <= frames.snapshot.tables.keys():
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    settings = required(frames, settings)
    defined = _defined(frames, settings)
    types = list(dict.fromkeys([*settings.project_types, *defined["project_type"]]))
    matcher = Matcher(settings.requirements)
    met = [
        matcher.match(name, "", milestone)
        for name, milestone in zip(defined["deliverable"], defined["milestone"], strict=True)
    ]
    here: dict[tuple[str, str], list[tuple[str | None, str, str, str]]] = {}
    for match, row in zip(met, defined.itertuples(index=False, name=None), strict=True):
        project_type, milestone, *what = row
        # A name without its release defines what is asked of each.
        named = match.candidates if match.reason == "ambiguous" else (match.requirement,)
        here.setdefault((project_type, spelling(milestone)), []).extend((one, *what) for one in named)
    rows: list[tuple[object, ...]] = []
    for project_type, milestone in product(types, dict.fromkeys(item.milestone for item in settings.requirements)):
        asked = {
            item.id: item.deliverable
            for item in settings.requirements
            if item.milestone == milestone
            and (item.project_types == "all" or not {project_type, UNREAD}.isdisjoint(item.project_types))
        }
        held = here.get((project_type, spelling(milestone)), [])
        # Of several that are nearly the same the one that is called so, else the first.
        first = sorted(held, key=lambda one: spelling(one[1]) != spelling(asked.get(one[0] or "", "")))
        found = {requirement: pointer for requirement, _, *pointer in reversed(first) if requirement in asked}
        for key, name in asked.items():
            detail = None if key in found else "The base's catalogue does not define it."
            rows.append((project_type, milestone, name, True, key in found, detail, *found.get(key, (None, None))))
        detail = "The base defines it; no requirement asks for it."
        others = [
            (name, pointer)
            for requirement, name, *pointer in held
            if requirement not in asked and pointer not in found.values()
        ]
        rows += [(project_type, milestone, name, False, True, detail, *pointer) for name, pointer in others]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS).drop_duplicates(ignore_index=True)
    # One of several milestones is asked under one of them.
    asked_under = frame[frame["required"]].dropna(subset=["record_id"]).groupby("record_id")["milestone"].first()
    under = frame["record_id"].map(asked_under)
    elsewhere = ~frame["required"] & under.notna() & (under != frame["milestone"])
    told = "The base defines it here too; it is asked under " + under.astype("str") + "."
    return frame.assign(detail=frame["detail"].mask(elsewhere, told))


def _defined(frames: Frames, settings: Settings) -> pd.DataFrame:
    """The base's own definitions: `project_type`, `milestone`, `deliverable`, `record_id`, `record_url` (str).

    A milestone without project types is of every type: of those in config.toml or the base, else of "all".
    """
    milestones = frames.milestones.set_index("record_id")
    written = written_types(frames)
    types = canonical(written, settings.project_types).fillna(written).rename("project_type")
    every = list(dict.fromkeys([*settings.project_types, *types])) or ["all"]
    untyped = milestones.index[~milestones.index.isin(types.index)]
    spread = pd.DataFrame(product(untyped, every), columns=["milestone", "project_type"], dtype="str")
    of_types = pd.concat([types.reset_index(), spread])
    pairs = members(frames).merge(of_types, on="milestone").drop_duplicates()
    items = frames.catalogue.set_index("record_id")
    return pd.DataFrame(
        {
            "project_type": pairs["project_type"],
            "milestone": pairs["milestone"].map(milestones["name"]),
            "deliverable": pairs["deliverable"].map(defined_names(frames, settings)),
            "record_id": pairs["deliverable"],
            "record_url": pairs["deliverable"].map(items["record_url"]),
        }
    ).dropna(subset=["milestone", "deliverable"])
