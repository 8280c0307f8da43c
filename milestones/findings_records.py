"""Findings about projects, their deliverables, and the rows and cells of any table."""

import pandas as pd

from milestones.audiences import form, nearly, of_projects
from milestones.finding import Scene, finding, rows, things
from milestones.spellings import filled
from milestones.words import UNKNOWN_TYPE
from settings.fields import FIELDS
from settings.names import meant, spelling

# Projects


@finding("warning", "projects", "Give the project its type in Airtable.", ("type",))
def project_without_type(scene: Scene) -> pd.DataFrame:
    """A project whose type is blank, while nobody mapped a blank type."""
    of = scene.projects
    blank = ~filled(of["type"]) & (of["project_type"] == UNKNOWN_TYPE) & ~scene.unreadable("projects")["type"]
    return rows(scene, of.index[blank].to_series(), "It has no type, so what is asked of some types only is unknown.")


@finding("warning", "projects", "Name its product manager in Airtable.", ("product_manager",))
def project_without_manager(scene: Scene) -> pd.DataFrame:
    """A project without a product manager."""
    of = scene.projects
    blank = ~filled(of["product_manager"]) & ~scene.unreadable("projects")["product_manager"]
    return rows(scene, of.index[blank].to_series(), "It has no product manager, so nobody can be called about it.")


@finding("warning", "projects", "Give the dates in Airtable.")
def project_without_dates(scene: Scene) -> pd.DataFrame:
    """A project without a start or an end, as far as these are mapped."""
    of = scene.projects
    lacking = pd.Series("", index=of.index, dtype="str")
    for name in ("start", "end"):
        if scene.mapped(f"projects.{name}"):
            blank = of[name].isna() & ~scene.unreadable("projects")[name]
            lacking = lacking.mask(blank, (lacking + " and ").mask(lacking == "", "") + "no " + name)
    of = of[lacking != ""]
    return rows(scene, of.index.to_series(), "It has " + lacking[of.index] + " date.")


@finding(
    "warning", "projects", "Give the round that was last in Airtable, until this one is over.", ("last_discovery",)
)
def discovery_to_come(scene: Scene) -> pd.DataFrame:
    """A project whose last discovery round is later than the day of the verdicts, so that nothing is stale by it."""
    of = scene.projects
    of = of[of["last_discovery"] > pd.Timestamp(scene.judgement.as_of)]
    told = "Its last discovery round is that of " + of["last_discovery"].dt.strftime("%Y-%m-%d")
    return rows(scene, of.index.to_series(), told + ", which is yet to come: till then no round makes anything stale.")


@finding("note", "projects", "Give each a name of its own, or link by record.", ("name",))
def project_name_twice(scene: Scene) -> pd.DataFrame:
    """Several projects of one name."""
    of = scene.frames.projects
    key = of["name"].fillna("").map(spelling)
    twice = key.duplicated(keep=False) & (key != "")
    return rows(scene, of.loc[twice, "record_id"], "Another project has the same name.")


# Project deliverables


def lost_for(scene: Scene, *reasons: str) -> pd.DataFrame:
    """The project deliverables that are not placed for these reasons; an empty row is a finding of its own."""
    of = scene.judgement.unplaced
    of = of[of["reason"].isin(reasons)]
    if len(of):
        of = of[~of["record_id"].isin(_bare(scene, empty=True)["record_id"])]
    return rows(scene, of["record_id"], of["detail"])


@finding("error", "project_deliverables", "Link it to its project in Airtable.")
def deliverable_without_project(scene: Scene) -> pd.DataFrame:
    """A project deliverable linked to no project that is mirrored."""
    return lost_for(scene, "no_project")


@finding("error", "project_deliverables", "Leave one project in the link; make a record for each of the others.")
def deliverable_of_several_projects(scene: Scene) -> pd.DataFrame:
    """A project deliverable of several projects, or whose project's name several have."""
    return lost_for(scene, "several_projects", "ambiguous_project")


@finding("error", "project_deliverables", "Say in Airtable which deliverable it is, and for whom.")
def deliverable_unclear(scene: Scene) -> pd.DataFrame:
    """A project deliverable that names none, several, one that several requirements mean, or several audiences."""
    return lost_for(scene, "several_deliverables", "several_audiences", "no_deliverable", "ambiguous")


@finding("error", "project_deliverables", "Mend the cell in Airtable; that settles all of them.")
def deliverable_unreadable(scene: Scene) -> pd.DataFrame:
    """A project deliverable that may decide verdicts, but whose cell that says what it is, or whose, is unreadable."""
    return lost_for(scene, "unreadable")


@finding("error", "project_deliverables", "Mend the name or the release in Airtable.")
def release_contradicts_name(scene: Scene) -> pd.DataFrame:
    """A project deliverable whose names and release field do not name one and the same release that is asked."""
    return lost_for(scene, "release_disagrees")


@finding("error", "project_deliverables", "Mend the milestone or the name in Airtable.")
def milestone_contradicts_name(scene: Scene) -> pd.DataFrame:
    """A project deliverable that names what is required of another milestone than the one it gives."""
    return lost_for(scene, "milestone_disagrees")


@finding("warning", "project_deliverables", "Keep the one that is current, or give each an audience of its own.")
def deliverable_duplicate(scene: Scene) -> pd.DataFrame:
    """A project deliverable that claims what another one decides."""
    return lost_for(scene, "duplicate")


@finding("warning", "project_deliverables", "Mend the name in Airtable, or add it to the requirement's aliases.")
def name_nearly_required(scene: Scene) -> pd.DataFrame:
    """A project deliverable that no requirement names, but whose name is almost a required one."""
    of = scene.judgement.records.dropna(subset="nearly")
    told = "It is called “" + of["called"] + "”" + of["nearly"] + ", so it counts for nothing."
    return rows(scene, of["record_id"], told)


@finding("warning", "project_deliverables", "Call the audience as it is listed, or list it.", ("audience",))
def audience_not_listed(scene: Scene) -> pd.DataFrame:
    """A project deliverable for an audience that is not listed, though others are for what it is of."""
    of = scene.judgement.records
    of = of[of["unplaced"].isna() & of["audience"].notna()]
    asked = {item.id: item.audiences for item in scene.settings.requirements}
    asking = [key for key, audiences in asked.items() if audiences]
    owners = scene.frames.projects
    of = of[
        of["requirement"].isin(asking) | of["project_id"].isin(owners.loc[owners["audiences"].notna(), "record_id"])
    ]
    listed = dict(zip(owners["record_id"], of_projects(owners, scene.settings.rules.placeholders), strict=True))
    told = []
    for project, requirement, audience in of[["project_id", "requirement", "audience"]].itertuples(index=False):
        names = (*asked[requirement], *listed[project])
        strange = names and spelling(audience) not in map(spelling, names)
        others = f"Listed: {', '.join(dict.fromkeys(names))}{meant(nearly(audience, names))}."
        told.append(f"It is for “{audience}”, which is not listed. {others}" if strange else "")
    detail = pd.Series(told, index=of.index, dtype="str")
    return rows(scene, of.loc[detail != "", "record_id"], detail[detail != ""])


@finding("warning", "project_deliverables", "Call the audience the same everywhere.", ("audience",))
def audience_nearly_twice(scene: Scene) -> pd.DataFrame:
    """An audience that is written almost as another one, so that each may be asked for apart."""
    asked = [one for item in scene.settings.requirements for one in item.audiences]
    placeholders = scene.settings.rules.placeholders
    listed = [one for listed in of_projects(scene.frames.projects, placeholders) for one in listed]
    written = [one for one in scene.frames.project_deliverables["audience"].dropna().unique() if one.strip()]
    forms: dict[str, dict[str, str]] = {}
    for one in [*asked, *listed, *written]:
        forms.setdefault(form(one), {}).setdefault(spelling(one), " ".join(one.split()))
    return things(
        [
            (first, f"It is also written {' and '.join(f'“{other}”' for other in others)}.")
            for first, *others in (list(of.values()) for of in forms.values())
            if others
        ]
    )


@finding("warning", "project_deliverables", "Mend the revision date in Airtable.", ("revised",))
def revision_to_come(scene: Scene) -> pd.DataFrame:
    """A project deliverable whose revision date is later than the day of the verdicts, so that it does not count."""
    of = scene.frames.project_deliverables
    of = of[of["revised"] > pd.Timestamp(scene.judgement.as_of)]
    told = "It was revised on " + of["revised"].dt.strftime("%Y-%m-%d") + ", which is yet to come: that does not count."
    return rows(scene, of["record_id"], told)


@finding("note", "project_deliverables", "Mend the name in Airtable, or add it to the requirement's aliases.")
def name_to_confirm(scene: Scene) -> pd.DataFrame:
    """A project deliverable whose match is not sure: the name is close, not equal, or no release is said."""
    of = scene.judgement.claims
    of = of[of["doubt"] != ""]
    return rows(scene, of["record_id"], of["doubt"] + " It counts as what is required.")


# Any table


@finding("note", "any", "Delete the row in Airtable.")
def row_empty(scene: Scene) -> pd.DataFrame:
    """A row, of any table, without anything in its mapped fields."""
    return _bare(scene, empty=True).assign(detail="Nothing stands in it.")


@finding("warning", "any", "Give it a name in Airtable.")
def row_without_name(scene: Scene) -> pd.DataFrame:
    """A project, milestone or definition without a name, though something else stands in its row."""
    found = _bare(scene, empty=False)
    return found[found["table"] != "project_deliverables"].assign(detail="It has no name.")


@finding("warning", "any", "Mend the cell in Airtable, or map a field of the kind that config.toml expects.")
def cell_unreadable(scene: Scene) -> pd.DataFrame:
    """A cell, of any table, that could not be read."""
    of, tables = scene.frames.faults, scene.frames.snapshot.tables
    fields = {
        (table, key): item.get("name") for table, of_base in tables.items() for key, item in of_base["fields"].items()
    }
    written = [fields.get(key) or key[1].replace("_", " ") for key in zip(of["table_name"], of["field"], strict=True)]
    field = pd.Series(written, index=of.index, dtype="str")
    found = rows(scene, of["record_id"], "Its field “" + field + "” could not be read: " + of["fault"] + ".")
    return found.assign(table=of["table_name"].to_numpy())


def _bare(scene: Scene, empty: bool) -> pd.DataFrame:
    """The rows without a name: those with nothing else either, or the others. `table` says whose."""
    faults, links = scene.frames.faults, scene.frames.links
    found = [things([]).assign(table="")]
    for name in scene.frames.snapshot.tables:
        of: pd.DataFrame = getattr(scene.frames, name)
        of = of[~filled(of["name"])]
        if of.empty:
            continue
        told = [links[key]["record_id"] for key in links if key.startswith(f"{name}.")]
        told.append(faults.loc[faults["table_name"] == name, "record_id"])
        cells = pd.concat([filled(of[key]) for key in FIELDS[name]], axis="columns").any(axis="columns")
        others = pd.concat(told)
        bare = ~cells & ~of["record_id"].isin(others[others.isin(of["record_id"])])
        found.append(rows(scene, of.loc[bare if empty else ~bare, "record_id"], "").assign(table=name))
    return pd.concat(found, ignore_index=True)
