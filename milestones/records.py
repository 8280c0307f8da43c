"""Places every project deliverable: which project, requirement and audience it speaks for, or why none."""

from collections.abc import Sequence

import pandas as pd

from milestones.matching import match
from settings.models import Requirement, spelling
from sync.frames import Frames


def place(frames: Frames, requirements: Sequence[Requirement]) -> pd.DataFrame:
    """The project deliverables with what they speak for.

    Returns:
        `frames.project_deliverables` with these columns added: `project_id`, `called` (what it calls its
        deliverable), `requirement` (id) and `unplaced` (the reason why it has none), str; `confirmed` (bool): whether
        the name matched exactly. Either `unplaced` or both `project_id` and `requirement` are given.
    """
    records = frames.project_deliverables.copy()
    project_id, project_fault = _project(frames)
    called, called_fault = _called(frames)
    milestone, milestones = _linked_text(frames, "milestone")
    keys = pd.DataFrame(
        {
            "name": called.fillna(""),
            "release": records["release"].fillna(""),
            "milestone": milestone.mask(milestones > 1).fillna(""),  # several tell nothing
        }
    )
    distinct = keys.drop_duplicates().reset_index(drop=True)  # a few, however many the records
    matches = [
        match(name, release, milestone, requirements)
        for name, release, milestone in zip(distinct["name"], distinct["release"], distinct["milestone"], strict=True)
    ]
    named = distinct.assign(
        requirement=pd.Series([item.requirement for item in matches], dtype="str"),
        confirmed=pd.Series([item.confirmed for item in matches], dtype="bool"),
        fault=pd.Series([item.reason for item in matches], dtype="str"),
    )
    met = keys.merge(named, on=["name", "release", "milestone"], how="left")
    records["project_id"] = project_id
    records["called"] = called
    records["requirement"] = met["requirement"]
    records["confirmed"] = met["confirmed"]
    records["unplaced"] = project_fault.fillna(called_fault).fillna(met["fault"])
    return records


def _linked_text(frames: Frames, key: str) -> tuple[pd.Series, pd.Series]:
    """What a reference names, as text: the linked record's name or the text itself; and how many links there are."""
    records = frames.project_deliverables.set_index("record_id", drop=False)
    target = frames.milestones if key == "milestone" else frames.catalogue
    links = frames.links[f"project_deliverables.{key}"]
    names = target.set_index("record_id")["name"]
    count = links["record_id"].value_counts().reindex(records.index, fill_value=0)
    first = links[links["position"] == 0].set_index("record_id")["linked_id"]
    text = first.map(names).reindex(records.index).astype("str").fillna(records[key])
    return text.reset_index(drop=True), count.reset_index(drop=True)


def _called(frames: Frames) -> tuple[pd.Series, pd.Series]:
    text, count = _linked_text(frames, "deliverable")
    fault = pd.Series(None, index=text.index, dtype="str").mask(count > 1, "several_deliverables")
    return text.fillna(frames.project_deliverables["name"]), fault


def _project(frames: Frames) -> tuple[pd.Series, pd.Series]:
    """The project of each record (id), and the fault where there is not exactly one."""
    records = frames.project_deliverables
    links = frames.links["project_deliverables.project"]
    links = links[pd.Index(frames.projects["record_id"]).get_indexer(links["linked_id"]) >= 0]
    named = records["project"].dropna()
    if len(named):
        owners = frames.projects.dropna(subset=["name"])
        pairs = pd.DataFrame({"spelled": named.map(spelling), "record_id": records.loc[named.index, "record_id"]})
        projects = pd.DataFrame({"spelled": owners["name"].map(spelling), "linked_id": owners["record_id"]})
        links = pd.concat([links, pairs.merge(projects, on="spelled")[["record_id", "linked_id"]]])
    count = records["record_id"].map(links["record_id"].value_counts()).fillna(0)
    only = links.drop_duplicates("record_id", keep=False).set_index("record_id")["linked_id"]
    several = "several_projects" if not len(named) else "ambiguous_project"
    fault = pd.Series(None, index=records.index, dtype="str").mask(count == 0, "no_project").mask(count > 1, several)
    return records["record_id"].map(only).astype("str"), fault
