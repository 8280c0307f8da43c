"""Findings about the base's own milestones and definitions of deliverables."""

import numpy as np
import pandas as pd

from milestones.definitions import defined_names, written_types
from milestones.finding import Scene, finding, rows, things
from milestones.forms import tolerant
from milestones.spellings import FRAGMENT
from settings.models import NOTHING_YET, UNREAD
from settings.names import spelling

UNUSED = "Asked for by no requirement and used by no project deliverable: "


@finding("warning", "catalogue", "Delete the one that is an accident, or rename it.")
def definition_nearly_twice(scene: Scene) -> pd.DataFrame:
    """A definition whose name is another's but for signs, a plural, or one or two letters at its end."""
    of = scene.frames.catalogue[["record_id", "name"]].dropna()
    form = of["name"].map(tolerant)
    first = dict(zip(form[::-1], of["name"][::-1], strict=True))
    other = form.map(first).where(form.duplicated())
    for letters in (1, 2):
        written = of["name"].map(spelling)
        # “Sprint 10” is another than “Sprint 1”, and so is “Test Plan QA” than “Test Plan”.
        ended = written.str[-letters:].str.isalpha() & ~written.str[:-letters].str.endswith(" ")
        shorter = written.str[:-letters].map(tolerant)
        other = other.fillna(shorter.map(first).where((shorter.str.len() > 4) & (shorter != form) & ended))
    of, other = of[other.notna()], other.dropna()
    same = of["name"].map(spelling) == other.map(spelling)
    return rows(scene, of["record_id"], ("It is almost called “" + other + "”.").mask(same, "Another has this name."))


@finding("warning", "catalogue", "Delete it, give it its whole name, or require it by name in config.toml.")
def definition_fragment(scene: Scene) -> pd.DataFrame:
    """Not asked for: a definition of one or two Latin letters or digits, or one of `rules.placeholders`."""
    of = scene.frames.catalogue.dropna(subset=["name"])
    said = of["record_id"].isin(defined_names(scene.frames, scene.settings).index)
    asked = {spelling(name) for item in scene.settings.requirements for name in (item.deliverable, *item.aliases)}
    short = of["name"].str.fullmatch(FRAGMENT) & ~of["name"].map(spelling).isin(asked)
    told = np.where(
        said, "Its name is a fragment, so it is not asked for.", "Its name says nothing, so it is not asked for."
    )
    return rows(scene, of.loc[~said | short, "record_id"], pd.Series(told, index=of.index)[~said | short])


@finding("warning", "catalogue", "Link it to its milestone, or delete it.")
def definition_of_no_milestone(scene: Scene) -> pd.DataFrame:
    """A definition that belongs to no milestone, as far as links between the two are mapped."""
    of = scene.frames.catalogue.dropna(subset=["name"])
    linked = scene.mapped("milestones.name") and (
        scene.mapped("catalogue.milestones") or scene.mapped("milestones.deliverables")
    )
    orphan = ~of["record_id"].isin(scene.members["deliverable"])
    return rows(scene, of.loc[orphan & linked, "record_id"], "No milestone holds it.")


@finding("note", "catalogue", "Nothing need be done: it is counted once, where it is asked.")
def definition_of_several_milestones(scene: Scene) -> pd.DataFrame:
    """A definition that belongs to several milestones, so that counting per milestone counts it again."""
    named = scene.members["milestone"].map(scene.names)
    held = named.groupby(scene.members["deliverable"]).agg(["size", ", ".join])
    held = held[held["size"] > 1]
    asked = scene.catalogue[scene.catalogue["required"]].dropna(subset=["record_id"])
    under = asked.groupby("record_id")["milestone"].agg(lambda names: " and ".join(dict.fromkeys(names)))
    told = (", and is asked under " + under.reindex(held.index).astype("str")).fillna("")
    return rows(scene, held.index.to_series(), "It belongs to " + held["join"] + told + ".")


@finding("note", "catalogue", "Nothing need be done, unless one of them should be required.")
def definition_unused(scene: Scene) -> pd.DataFrame:
    """Definitions of a milestone that no requirement asks for and no project deliverable uses."""
    of = scene.frames.catalogue.dropna(subset=["name"])
    told_already = [definition_of_no_milestone.look(scene)["record_id"], definition_fragment.look(scene)["record_id"]]
    idle = of[~of["record_id"].isin(scene.used_definitions) & ~of["record_id"].isin(pd.concat(told_already))]
    if idle.empty:
        return things([])
    held = idle[["record_id", "name"]].merge(scene.members, left_on="record_id", right_on="deliverable", how="left")
    names = held["name"].sort_values().groupby(held["milestone"].fillna("")).agg(["size", ", ".join])
    told = UNUSED + names["size"].astype("str") + " (" + names["join"] + ")."
    of_one = told.index.to_series() != ""
    found = rows(scene, told.index[of_one].to_series(), told[of_one]).assign(table="milestones")
    others = things([("definitions", one) for one in told[~of_one]]).assign(table="catalogue")
    return pd.concat([found, others], ignore_index=True)


@finding("note", "milestones", "Nothing need be done, unless something of it should be required.")
def milestone_unused(scene: Scene) -> pd.DataFrame:
    """A milestone that no requirement names and no project deliverable belongs to."""
    of = scene.frames.milestones.dropna(subset=["name"])
    pseudo = milestone_pseudo.look(scene)["record_id"]
    idle = ~of["record_id"].isin(scene.used_milestones) & ~of["record_id"].isin(pseudo)
    return rows(scene, of.loc[idle, "record_id"], "No requirement and no project deliverable is of it.")


@finding("note", "milestones", "Delete it, or leave it: it is not counted as a milestone.")
def milestone_pseudo(scene: Scene) -> pd.DataFrame:
    """A row among the milestones that is none: order 0, or neither project types nor deliverables."""
    of = scene.frames.milestones
    bare = ~of["record_id"].isin(written_types(scene.frames).index) & ~of["record_id"].isin(scene.members["milestone"])
    if scene.mapped("milestones.order"):
        bare |= (of["order"] <= 0).fillna(False).astype("bool")
    bare &= of["name"].notna() & ~of["record_id"].isin(scene.asked_milestones)
    return rows(scene, of.loc[bare, "record_id"], "It stands for no step of a project.")


@finding("note", "milestones", "Give it its order in Airtable.", ("order",))
def milestone_without_order(scene: Scene) -> pd.DataFrame:
    """A milestone without an order."""
    of = scene.frames.milestones.dropna(subset=["name"])
    blank = of["order"].isna() & ~scene.unreadable("milestones")["order"][of.index]
    pseudo = milestone_pseudo.look(scene)["record_id"]
    return rows(scene, of.loc[blank & ~of["record_id"].isin(pseudo), "record_id"], "It has no order.")


@finding("note", "milestones", "Give each milestone an order of its own, if one comes first.", ("order",))
def milestone_order_tied(scene: Scene) -> pd.DataFrame:
    """Several milestones of one order."""
    of = scene.frames.milestones.dropna(subset=["name", "order"])
    of = of[of["order"].duplicated(keep=False)]
    tied = of.groupby("order")["name"].transform(lambda names: ", ".join(sorted(names)))
    return rows(scene, of["record_id"], "These have one order: " + tied.astype("str") + ".")


def _edges(scene: Scene) -> pd.DataFrame:
    """Which milestone comes before which by the links: `first`, `then` (record ids)."""
    before, after = scene.frames.links["milestones.before"], scene.frames.links["milestones.after"]
    edges = pd.concat(
        [
            before.rename(columns={"linked_id": "first", "record_id": "then"})[["first", "then"]],
            after.rename(columns={"record_id": "first", "linked_id": "then"})[["first", "then"]],
        ]
    )
    return edges.drop_duplicates(ignore_index=True)


@finding("warning", "milestones", "Mend the order, or take the link out in Airtable.", ("order",))
def milestone_order_against_links(scene: Scene) -> pd.DataFrame:
    """A milestone that by the before and after fields comes before one whose order is smaller."""
    order = scene.frames.milestones.set_index("record_id")["order"]
    edges = _edges(scene)
    first, then = (edges[side].map(order).astype("Float64") for side in ("first", "then"))
    wrong = edges[((first > then) & (then > 0)).fillna(False).astype("bool")]
    if wrong.empty:
        return things([])
    named = wrong["then"].map(scene.names) + " (" + wrong["then"].map(order).map("{:g}".format) + ")"
    listed = named.groupby(wrong["first"]).agg(lambda names: ", ".join(sorted(names)))
    own = order.reindex(listed.index).map("{:g}".format)
    told = "It is linked before " + listed + ", but its order is " + own + "."
    return rows(scene, listed.index.to_series(), told)


@finding("warning", "milestones", "Take one of the two links out in Airtable.")
def milestone_order_contradictory(scene: Scene) -> pd.DataFrame:
    """A milestone that by the before and after fields comes, over others or at once, before itself."""
    edges = _edges(scene)
    reached = edges
    for _ in range(len(scene.frames.milestones)):
        step = reached.merge(edges.rename(columns={"first": "then", "then": "last"}), on="then")
        longer = step[["first", "last"]].rename(columns={"last": "then"})
        longer = pd.concat([reached, longer]).drop_duplicates()
        if len(longer) == len(reached):
            break
        reached = longer
    pairs = reached.merge(reached.rename(columns={"first": "then", "then": "first"}), on=["first", "then"])
    told = pairs["then"].map(scene.names).where(pairs["first"] != pairs["then"])
    circle = told.groupby(pairs["first"]).agg(lambda names: ", ".join(sorted(names.dropna())))
    detail = ("It comes both before and after " + circle + ".").mask(circle == "", "It comes before itself.")
    return rows(scene, circle.index.to_series(), detail)


@finding("warning", "catalogue", "Add it to the base's catalogue, or add the base's name for it to the aliases.")
def required_not_defined(scene: Scene) -> pd.DataFrame:
    """A required deliverable that the base's own catalogue does not define for some type it is asked of."""
    of = scene.catalogue[scene.catalogue["required"] & ~scene.catalogue["defined"]]
    of = of[~of["deliverable"].isin([NOTHING_YET, UNREAD])]  # `requirement_untold` tells of these
    types = of.groupby(["milestone", "deliverable"], sort=False)["project_type"].agg(", ".join)
    return things(
        [
            (deliverable, f"{milestone}: the base's catalogue does not define it for {listed}.")
            for (milestone, deliverable), listed in zip(types.index, types, strict=True)
        ]
    )


@finding("warning", "catalogue", 'Require it in config.toml (source = "base" takes all of a milestone), or leave it.')
def defined_not_required(scene: Scene) -> pd.DataFrame:
    """A definition that the base has for a required milestone, and that no requirement asks of any type."""
    every = scene.catalogue
    others = pd.concat([every.loc[every["required"], "record_id"], definition_fragment.look(scene)["record_id"]])
    of = every[every["defined"] & ~every["required"] & ~every["record_id"].isin(others)].drop_duplicates("record_id")
    return rows(scene, of["record_id"], of["milestone"] + ": the base defines it; no requirement asks for it.")
