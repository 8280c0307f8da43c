"""The base's own definitions: which deliverables its milestones hold, and the requirements that follow from them."""

import json

import pandas as pd

from milestones.forms import tolerant
from milestones.matching import Matcher
from milestones.spellings import FRAGMENT, Unreadable, canonical, given, strings, text
from settings.models import EVERY, NOTHING_YET, UNREAD, Requirement, Settings, slug
from settings.names import spelling, suggestion
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


def defined_names(frames: Frames, settings: Settings) -> pd.Series:
    """What the base's definitions are called (str), by record id; one whose name says nothing is left out."""
    names = frames.catalogue["name"]
    plain = strings(given(text(names), settings.rules.placeholders))
    return plain.set_axis(frames.catalogue["record_id"]).dropna()


def required(frames: Frames, settings: Settings) -> Settings:
    """The settings with every requirement for the base's own deliverables replaced by those that the base defines.

    A definition that another requirement of its milestone names already, or several do but for their releases, adds
    nothing, nor does a fragment, nor one whose name is close to that of another that the milestone holds: the first is
    asked for. One of several milestones is asked once, in the first that asks for it and all that any of them asks,
    unless a mapped milestone field of the records tells them apart. One for which the base defines nothing stays, as
    `NOTHING_YET`: nobody knows what it asks, and `untold` says why.

    Unless config.toml lists project types, each is asked of those that its own milestones list; one that nobody mapped
    stands among them as the base writes it, and `UNREAD` for those that could not be read.
    """
    if not any(item.deliverable == EVERY for item in settings.requirements):
        return settings
    written = [item for item in settings.requirements if item.deliverable != EVERY]
    matcher = Matcher(written)
    ids = {item.id for item in written}
    seen: dict[str, int] = {}
    asked: list[Requirement] = []
    apart = "milestone" in frames.snapshot.mapped("project_deliverables")
    pairs, names, types = members(frames), defined_names(frames, settings), _types(frames, settings)
    for item in settings.requirements:
        if item.deliverable != EVERY:
            asked.append(item)
            continue
        of = named_milestones(frames, item.milestone)
        asking_for = [
            key
            for key, name in names.items()
            if not FRAGMENT.fullmatch(name) or matcher.match(name, "", item.milestone).requirement
        ]
        held = pairs[pairs["milestone"].isin(of) & pairs["deliverable"].isin(asking_for)]
        forms = held["deliverable"].map(names).map(lambda name: tolerant(name) or name)
        if _unread(frames, of, pairs):
            asked.append(item.model_copy(update={"id": f"{item.id}-unread", "deliverable": UNREAD}))
        elif held.empty:
            asked.append(item.model_copy(update={"deliverable": NOTHING_YET}))
        for key in held.loc[~forms.duplicated(), "deliverable"]:
            name = " ".join(names[key].split())
            mine = slug(f"{item.milestone} {name}")
            told = matcher.match(name, "", item.milestone)
            if mine in ids or told.requirement or told.reason == "ambiguous":
                continue
            rows = held.loc[forms == (tolerant(name) or name), "milestone"]
            asking = item.model_copy(update={"id": mine, "deliverable": name})
            if item.project_types == "all" and all(row in types for row in rows):
                listed = dict.fromkeys(one for row in rows for one in types[row])
                asking = asking.model_copy(update={"project_types": tuple(listed)})
            if key in seen and not apart:
                asked[seen[key]] = _also(asked[seen[key]], asking)
                continue
            ids.add(mine)
            seen[key] = len(asked)
            asked.append(asking)
    return settings.model_copy(update={"requirements": tuple(asked)})


def named_milestones(frames: Frames, name: str) -> list[str]:
    """The record ids of the base's milestones of this name: those written so, else those that are close to it."""
    rows = frames.milestones
    for form in (spelling, tolerant):
        of = [form(one) == form(name) for one in text(rows["name"])]
        if any(of):
            return list(rows.loc[of, "record_id"])
    return []


def untold(frames: Frames, settings: Settings) -> dict[str, str]:
    """Of which requirements for the base's own deliverables nobody can tell what they ask, or of whom, and why.

    Args:
        settings: as `required` makes them.

    Returns:
        The reason, in words, by the requirement's id.
    """
    own = [item for item in settings.requirements if item.source == "base"]
    if not own:
        return {}
    names = [name for name in text(frames.milestones["name"]) if name]
    found = {}
    for item in own:
        of = named_milestones(frames, item.milestone)
        strange = strange_types(item, settings)
        if item.deliverable == NOTHING_YET and of:
            held = members(frames)["milestone"].isin(of).any()
            found[item.id] = f"The base's milestone “{item.milestone}” holds " + (
                "only deliverables whose names say nothing, so nothing is asked: give them whole names, or require "
                "them by name in config.toml."
                if held
                else "no deliverables, so nothing is asked."
            )
        elif item.deliverable == NOTHING_YET:
            near = suggestion(item.milestone, names)
            found[item.id] = (
                f"The base has no milestone called “{item.milestone}”{near}, so what is asked is not known."
            )
        elif item.deliverable == UNREAD:
            found[item.id] = (
                f"A definition of the base's milestone “{item.milestone}” could not be read, so what is asked is not "
                "known."
            )
        elif UNREAD in strange:
            found[item.id] = f"The project types of the base's milestone “{item.milestone}” could not be read."
        elif strange:
            found[item.id] = (
                f"Nobody mapped the project types of the base's milestone “{item.milestone}”: {', '.join(strange)}. "
                "Map them in config.toml."
            )
    return found


def strange_types(item: Requirement, settings: Settings) -> list[str]:
    """The project types, as the base writes them, of which nobody knows what config.toml calls them: what is asked of
    them may be asked of any that is not listed."""
    listed = () if item.project_types == "all" else item.project_types
    return [one for one in listed if one not in settings.project_types]


def _types(frames: Frames, settings: Settings) -> dict[str, list[str]]:
    """The project types of each of the base's milestones (by its record id) that lists any, as `required` has them."""
    written = written_types(frames)
    called = canonical(written, settings.project_types).fillna(written)
    found = {str(key): list(of) for key, of in called.groupby(level=0)}
    unread = Unreadable(frames, "milestones", frames.milestones["record_id"])["project_types"]
    for key in frames.milestones.loc[unread, "record_id"]:
        found.setdefault(key, []).append(UNREAD)
    return found


def _unread(frames: Frames, of: list[str], pairs: pd.DataFrame) -> bool:
    """Whether something that these milestones (record ids) define may not have been read: their links, or a name."""
    faults = frames.faults.set_index(["table_name", "field"])["record_id"]
    held = pairs.loc[pairs["milestone"].isin(of), "deliverable"]
    of_links = faults.loc[[key == ("milestones", "deliverables") for key in faults.index]]
    of_names = faults.loc[[key == ("catalogue", "name") for key in faults.index]]
    return bool(of_links.isin(of).any() or of_names.isin(held).any())


def _also(item: Requirement, other: Requirement) -> Requirement:
    """The requirement, asking what another one asks of the same deliverable, too: of its types and in its phases, no
    phases being all of them; for its audiences, with its parts, and with evidence that shows it for both.

    Of two rules for the due date the earlier one holds where they count from the same date, else the first.
    """
    both, update = (item, other), dict[str, object]()
    for name in ("audiences", "parts", "again", "project_types", "phases", "evidence"):
        update[name] = tuple(dict.fromkeys(one for asking in both for one in getattr(asking, name)))
    if "all" in (item.project_types, other.project_types):
        update["project_types"] = "all"
    if not (item.phases and other.phases):
        update["phases"] = ()
    if shown := tuple(one for one in item.evidence if one in other.evidence):
        update["evidence"] = shown
    dues = [asking.due for asking in both if asking.due]
    update["due"] = min((due for due in dues if due.from_ == dues[0].from_), key=lambda due: due.days, default=None)
    return item.model_copy(update=update)
