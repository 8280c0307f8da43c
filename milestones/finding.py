"""What a finding is: how it is declared, and what it is given to look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from milestones.catalogue import catalogue
from milestones.definitions import members
from milestones.expected import projects
from milestones.forms import tolerant
from milestones.spellings import Unreadable
from milestones.verdicts import Judgement
from milestones.words import shown
from settings.models import Settings
from settings.names import spelling
from sync.frames import Frames

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Scene:
    """What findings are looked for in; `settings` name every requirement, also the base's own."""

    frames: Frames
    settings: Settings
    judgement: Judgement

    def mapped(self, field: str) -> bool:
        """Whether "table.field" is mapped."""
        table, _, name = field.partition(".")
        return name in self.frames.snapshot.mapped(table)

    @cached_property
    def records(self) -> pd.DataFrame:
        """What every record is called (`name`), else its id, and `record_url`, by its id."""
        of = self.frames
        tables = [of.projects, of.project_deliverables, of.milestones, of.catalogue]
        whole = pd.concat([table[["record_id", "name", "record_url"]] for table in tables])
        whole = whole.drop_duplicates("record_id")
        called = [shown(*row) for row in zip(whole["name"].fillna(""), whole["record_id"], strict=True)]
        return whole.assign(name=pd.Series(called, index=whole.index, dtype="str")).set_index("record_id")

    @cached_property
    def names(self) -> pd.Series:
        """What every record is called, by its id."""
        return self.records["name"]

    @cached_property
    def projects(self) -> pd.DataFrame:
        """As `expected.projects` makes it."""
        return projects(self.frames, self.settings)

    @cached_property
    def members(self) -> pd.DataFrame:
        """As `definitions.members` makes it."""
        return members(self.frames)

    @cached_property
    def catalogue(self) -> pd.DataFrame:
        """As `catalogue.catalogue` makes it."""
        return catalogue(self.frames, self.settings)

    def unreadable(self, table: str) -> Unreadable:
        """Which cells of a table's records could not be read."""
        return Unreadable(self.frames, table, getattr(self.frames, table)["record_id"])

    @cached_property
    def asked_milestones(self) -> pd.Series:
        """The milestones' record ids that a requirement names."""
        asked = {tolerant(item.milestone) for item in self.settings.requirements}
        rows = self.frames.milestones
        return rows.loc[rows["name"].fillna("").map(tolerant).isin(asked), "record_id"]

    @cached_property
    def used_definitions(self) -> frozenset[str]:
        """The definitions (record ids) that a requirement or a project deliverable uses."""
        links = self.frames.links["project_deliverables.deliverable"]["linked_id"]
        written = {spelling(called) for called in self.judgement.records["called"].dropna().unique()}
        items = self.frames.catalogue
        asked = self.catalogue.loc[self.catalogue["required"], "record_id"].dropna()
        called = items.loc[items["name"].fillna("").map(spelling).isin(written), "record_id"]
        return frozenset([*links, *asked, *called])

    @cached_property
    def used_milestones(self) -> frozenset[str]:
        """The milestones (record ids) that a requirement or a project deliverable uses, by itself or its definition."""
        links = self.frames.links["project_deliverables.milestone"]["linked_id"]
        rows = self.frames.milestones
        written = {spelling(one) for one in self.frames.project_deliverables["milestone"].dropna().unique()}
        called = rows.loc[rows["name"].fillna("").map(spelling).isin(written), "record_id"]
        linked = self.frames.links["project_deliverables.deliverable"]["linked_id"]
        holding = self.members.loc[self.members["deliverable"].isin(linked), "milestone"]
        # A link by id is of the same definition, also where that is not mirrored.
        there = self.frames.links["milestones.deliverables"]
        holding_unseen = there.loc[there["linked_id"].isin(linked), "record_id"]
        return frozenset([*self.asked_milestones, *links, *called, *holding, *holding_unseen])


Look = Callable[[Scene], pd.DataFrame]


@dataclass(frozen=True)
class Finding:
    """A kind of finding: what it declares, and the function that looks for it."""

    id: str
    severity: Severity
    table: str
    needs: tuple[str, ...]
    condition: str
    remedy: str
    look: Look


def finding(severity: Severity, table: str, remedy: str, needs: tuple[str, ...] = ()) -> Callable[[Look], Finding]:
    """Declares a finding: its id is the function's name, its condition the first line of the docstring.

    Args:
        table: the canonical table that it is about, looked for only where that is mapped; or "any", or "settings".
        needs: the fields ("name", or "table.name" of another) without which it is not looked for.
    """

    def declare(look: Look) -> Finding:
        whole = tuple(field if "." in field else f"{table}.{field}" for field in needs)
        return Finding(look.__name__, severity, table, whole, (look.__doc__ or "").splitlines()[0], remedy, look)

    return declare


def rows(scene: Scene, record_ids: pd.Series, detail: pd.Series | str) -> pd.DataFrame:
    """Findings about these records, each called by its name: `object`, `record_id`, `detail`."""
    if not len(record_ids):
        return NOTHING
    told = detail if isinstance(detail, str) else detail.to_numpy()
    ids = record_ids.reset_index(drop=True).astype("str")
    return pd.DataFrame({"object": ids.map(scene.names), "record_id": ids, "detail": told})


def things(found: list[tuple[str, str]]) -> pd.DataFrame:
    """Findings about things that are no records, each a name and a detail: columns as `rows` gives them."""
    if not found:
        return NOTHING
    frame = pd.DataFrame(found, columns=["object", "detail"], dtype="str")
    return frame.assign(record_id=pd.Series(None, index=frame.index, dtype="str"))


NOTHING = pd.DataFrame({name: pd.Series(dtype="str") for name in ("object", "detail", "record_id")})
