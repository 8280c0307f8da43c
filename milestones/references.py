"""What project deliverables link to, or name: their project, their deliverable, their milestone."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from milestones.forms import tokens_in
from milestones.spellings import BETWEEN, Array, Unreadable, names_in, text
from settings.names import spelling
from sync.frames import Frames

# The table that a reference goes to.
TARGETS = {"deliverable": "catalogue", "milestone": "milestones"}
SIGN = re.compile(r"\B[-–]|[-–]\B|[—:|/,()\[\]]")  # what may end a project's name; a dash within a word does not


@dataclass(frozen=True)
class Linked:
    """What a reference names: `text`, the linked record's name or the text itself; how many links (`count`), the names
    of `several` by the record's position, and whether what it names could not be read (`hidden`)."""

    text: Array
    count: Array
    several: dict[int, list[str]]
    hidden: Array


def linked(frames: Frames, key: str) -> Linked:
    """What the project deliverables name as their deliverable, or their milestone."""
    records, target = frames.project_deliverables, frames.catalogue if key == "deliverable" else frames.milestones
    links = frames.links[f"project_deliverables.{key}"]
    words = text(records[key]).copy()
    hidden = Unreadable(frames, "project_deliverables", records["record_id"])[key].copy()
    several: dict[int, list[str]] = {}
    count = np.zeros(len(records), dtype=int)
    if len(links):
        at = pd.Index(records["record_id"]).get_indexer(links["record_id"])
        to = pd.Index(target["record_id"]).get_indexer(links["linked_id"])
        known = at >= 0
        count = np.bincount(at[known], minlength=len(records))
        labels = np.append(text(target["name"]), "")
        first = known & (links["position"] == 0).to_numpy()
        words[at[first]] = labels[to[first]]
        gone = np.append(Unreadable(frames, TARGETS[key], target["record_id"])["name"], False)
        hidden[at[known & gone[to]]] = True
        for place in np.flatnonzero(known & (count[at] > 1)).tolist():
            several.setdefault(int(at[place]), []).append(labels[to[place]] or links["linked_id"].iloc[place])
    return Linked(words, count, several, hidden)


def owners_of(frames: Frames, hidden: Unreadable) -> tuple[Array, Array, dict[int, list[int]]]:
    """The position of each record's project, -1 where there is not exactly one; the fault; the positions of several, by
    the record's.

    A text that is no project's name is of several where it lists several that are.
    """
    records, owners = frames.project_deliverables, frames.projects
    links = frames.links["project_deliverables.project"]
    at = pd.Index(records["record_id"]).get_indexer(links["record_id"])
    to = pd.Index(owners["record_id"]).get_indexer(links["linked_id"])
    written = text(records["project"])
    named, lists = np.flatnonzero(written != ""), list[int]()
    if len(named):
        known = owners["name"].dropna()
        pairs = pd.DataFrame({"spelled": [spelling(one) for one in written[named]], "at": named})
        spelled = pd.DataFrame({"spelled": [spelling(one) for one in known], "to": known.index})
        met = pairs.merge(spelled, on="spelled")
        lists = [row for row in np.setdiff1d(named, met["at"]).tolist() if BETWEEN.search(written[row])]
        if lists:
            called = set(spelled["spelled"])
            listed = (names_in(written[row], lambda one: spelling(one) in called, BETWEEN) for row in lists)
            each = [(spelling(one), row) for row, names in zip(lists, listed, strict=True) for one in names]
            held = pd.DataFrame(each, columns=["spelled", "at"]).drop_duplicates().merge(spelled, on="spelled")
            met = pd.concat([met, held[held.groupby("at")["to"].transform("size") > 1]])
        at, to = np.append(at, met["at"]), np.append(to, met["to"])
    good = (at >= 0) & (to >= 0)
    at, to = at[good], to[good]
    count = np.bincount(at, minlength=len(records))
    project = np.full(len(records), -1)
    project[at] = to
    project[count != 1] = -1
    reason = np.full(len(records), "", dtype=object)
    reason[count == 0] = "no_project"
    reason[(count == 0) & hidden["project"]] = "unreadable"
    reason[count > 1] = "several_projects"
    reason[np.setdiff1d(np.flatnonzero((count > 1) & (written != "")), lists)] = "ambiguous_project"
    several: dict[int, list[int]] = {}
    for place in np.flatnonzero(count[at] > 1).tolist():
        several.setdefault(int(at[place]), []).append(int(to[place]))
    return project, reason, {row: sorted(places) for row, places in several.items()}


def projects_in(names: Array, rows: Array, owners: pd.DataFrame) -> dict[int, list[int]]:
    """The position of the one project with whose whole name a record's own name begins, as far as a sign or its end, by
    the record's position; of several the longest name.

    Args:
        rows: the positions of the records that are looked at.
    """
    called: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(text(owners["name"]) if len(rows) else ()):
        words = tokens_in(name)
        if len(" ".join(words)) > 3:
            called.setdefault(tuple(words), []).append(place)
    most = max(map(len, called), default=0)
    found: dict[int, list[int]] = {}
    for row in rows.tolist():
        begun, places = list[str](), list[int]()
        for part in SIGN.split(names[row]):
            begun += tokens_in(part)
            if len(begun) > most:
                break
            places = called.get(tuple(begun), places)
        if len(places) == 1:
            found[row] = places
    return found


def without(project: str, name: str) -> str:
    """A record's own name but for its project's in it."""
    if not project or spelling(project) not in spelling(name):
        return name
    words = r"\s+".join(map(re.escape, project.split()))
    return re.sub(rf"(?<!\w){words}(?!\w)", " ", name, count=1, flags=re.I)
