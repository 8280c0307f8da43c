"""The base's own definitions: which deliverables its milestones hold, and the requirements that follow from them."""

import json
from typing import Literal

import pandas as pd

from milestones.matching import match, tolerant
from milestones.spellings import canonical
from settings.models import EVERY, Requirement, Settings, slug
from sync.frames import Frames


def members(frames: Frames) -> pd.DataFrame:
    """Which deliverables belong to which milestones, linked from either side: `milestone`, `deliverable` (record ids).

    Links to rows that are not mirrored are left out; the order is that of the milestones' own links.
    """
    there = frames.links["milestones.deliverables"].rename(
        columns={"record_id": "milestone", "linked_id": "deliverable"}
    )
    back = frames.links["catalogue.milestones"].rename(columns={"record_id": "deliverable", "linked_id": "milestone"})
    pairs = pd.concat([there, back])[["milestone", "deliverable"]].drop_duplicates(ignore_index=True)
    known = pairs["milestone"].isin(frames.milestones["record_id"])
    return pairs[known & pairs["deliverable"].isin(frames.catalogue["record_id"])].reset_index(drop=True)


def written_types(frames: Frames) -> pd.Series:
    """The project types that the base's milestones list, as it writes them (str); indexed by the milestone."""
    listed = frames.milestones.set_index("record_id")["project_types"].dropna().map(json.loads).explode().dropna()
    written = listed.astype("str").rename("written").rename_axis("milestone")
    return written[written.str.strip() != ""]


def required(frames: Frames, settings: Settings) -> Settings:
    """The settings with every requirement for the base's own deliverables replaced by those that the base defines.

    A definition that another requirement of its milestone names already adds nothing. One of several milestones is
    asked once, in the first that asks for it and of the types and in the phases of all of them, unless a mapped
    milestone field of the records tells them apart.
    """
    written = [item for item in settings.requirements if item.deliverable != EVERY]
    ids = {item.id for item in written}
    seen: dict[str, int] = {}
    asked: list[Requirement] = []
    apart = "milestone" in frames.snapshot.mapped("project_deliverables")
    pairs, types = members(frames), written_types(frames)
    names = frames.catalogue.set_index("record_id")["name"].dropna()
    rows = frames.milestones.dropna(subset=["name"]).set_index("record_id")["name"]
    for item in settings.requirements:
        if item.deliverable != EVERY:
            asked.append(item)
            continue
        of = [key for key, name in rows.items() if tolerant(str(name)) == tolerant(item.milestone)]
        listed = canonical(types[types.index.isin(of)], settings.project_types).dropna().unique()
        for key in pairs.loc[pairs["milestone"].isin(of), "deliverable"].unique():
            name = " ".join(str(names.get(key, "")).split())
            mine = slug(f"{item.milestone} {name}")
            told = match(name, "", item.milestone, written)
            if not name or mine in ids or told.requirement:
                continue
            of_types = tuple(listed) if item.project_types == "all" and len(listed) else item.project_types
            if key in seen and not apart:
                asked[seen[key]] = _also(asked[seen[key]], of_types, item.phases)
                continue
            ids.add(mine)
            seen[key] = len(asked)
            asked.append(item.model_copy(update={"id": mine, "deliverable": name, "project_types": of_types}))
    return settings.model_copy(update={"requirements": tuple(asked)})


def _also(item: Requirement, types: Literal["all"] | tuple[str, ...], phases: tuple[str, ...]) -> Requirement:
    """The requirement, asked of these types and in these phases too; no phases are all of them."""
    both = "all" if "all" in (item.project_types, types) else tuple(dict.fromkeys([*item.project_types, *types]))
    also = tuple(dict.fromkeys([*item.phases, *phases])) if item.phases and phases else ()
    return item.model_copy(update={"project_types": both, "phases": also})
