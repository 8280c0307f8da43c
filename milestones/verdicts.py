"""The verdicts: what every project owes, and where each of it stands."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from milestones.claims import judge_claims
from milestones.definitions import required
from milestones.expected import cells, due_by_rule, excused, listed_audiences, projects, revised_after
from milestones.history import since
from milestones.records import place
from milestones.spellings import unreadable, written_alike
from milestones.words import CELL, CLAIM_ORDER, FLAGS, GAPS, UNPLACED, UNPLACED_COLUMNS, VERDICT_DTYPES
from settings.models import Settings
from sync.frames import Frames

CLAIM_COLUMNS = {"claim_state": "state", "claim_reason": "reason", "claim_revised_on": "revised_on"}


@dataclass(frozen=True)
class Judgement:
    """What the rules say of a mirror on a day.

    verdicts: one row per project, requirement and audience, ordered by project, requirement (as in config.toml) and
        audience; columns and dtypes are `words.VERDICT_DTYPES`. Missing text is NaN, but `flags` (joined by ";") and
        `audience` are "" where there is none.
    unplaced: the project deliverables that decide no verdict: `table, record_id, reason, detail, record_url` (str).
    claims: every record that claims a verdict: the verdict's `project_id`, `requirement`, `audience`, the record's
        `record_id`, `record_url`, `called`, `confirmed` (bool), what it claims by itself: `state`, `reason`,
        `revised_on`; and whether it `decides` (bool).
    """

    verdicts: pd.DataFrame
    unplaced: pd.DataFrame
    claims: pd.DataFrame
    as_of: date


def judge(frames: Frames, settings: Settings, as_of: date) -> Judgement:
    """Judges a mirror on a day. Of a base without projects the frames are empty."""
    settings = required(frames, settings)
    placed, unplaced, astray = _placed(frames, settings)
    owners = projects(frames, settings)
    listed = listed_audiences(owners, settings.requirements)
    listed["audience"], placed["audience"] = written_alike(listed["audience"], placed["audience"])
    named = pd.concat([listed, placed[CELL]])
    rows = cells(owners, settings.requirements, named).join(owners, on="project_id")
    stale = revised_after(rows, settings.requirements, as_of)
    rows["stale_before"], rows["stale_event"], rows["stale_doubt"] = stale["day"], stale["event"], stale["doubt"]
    rows["astray"] = rows["project_id"].map(astray).fillna(0).astype("int64")
    rows["rule_due"] = due_by_rule(rows, settings.requirements)

    claims = placed.merge(rows[[*CELL, "stale_before", "stale_event", "stale_doubt"]], on=CELL, how="left")
    mapped = frames.snapshot.mapped("project_deliverables")
    claims = pd.concat([claims, judge_claims(claims, settings, mapped, as_of).add_prefix("claim_")], axis="columns")
    deciding, duplicates = _decide(claims)
    kept = ["record_id", "record_url", "called", "confirmed", "owner", "due", "link", "waiver_until", "claimants"]
    rows = rows.drop(columns=["record_url"]).merge(
        deciding[[*CELL, "claim_state", "claim_reason", *kept]], on=CELL, how="left"
    )
    rows["project_url"] = rows["project_id"].map(owners["record_url"])
    verdicts = _verdicts(rows, settings, frames.snapshot.mapped("projects"), mapped, as_of)
    verdicts["since"] = since(verdicts, frames.history)
    unplaced = pd.concat([unplaced, duplicates], ignore_index=True).sort_values("record_id", ignore_index=True)
    claims = claims[[*CELL, "record_id", "record_url", "called", "confirmed", *CLAIM_COLUMNS]].rename(
        columns=CLAIM_COLUMNS
    )
    claims["decides"] = claims.index.isin(deciding.index)
    return Judgement(verdicts, unplaced.astype("str"), claims, as_of)


def _placed(frames: Frames, settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """The placed records, the unplaced ones, and how many of these each project (id) has."""
    records = place(frames, settings.requirements)
    records["unreadable"] = unreadable(frames, "project_deliverables", records["record_id"])
    unplaced = records[records["unplaced"].notna()].rename(columns={"unplaced": "reason"})
    unplaced = unplaced.assign(table="project_deliverables", detail=unplaced["reason"].map(UNPLACED))
    named = unplaced["reason"].isin(["no_requirement", "ambiguous"])
    unplaced["detail"] = unplaced["detail"].mask(
        named, unplaced["detail"] + " It is called “" + unplaced["called"] + "”."
    )
    astray = unplaced["project_id"].value_counts()
    return records[records["unplaced"].isna()].reset_index(drop=True), unplaced[list(UNPLACED_COLUMNS)], astray


def _decide(claims: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The record that decides each cell: the best claim, then the latest revision; the others are duplicates."""
    order = claims.assign(rank=claims["claim_state"].map({state: rank for rank, state in enumerate(CLAIM_ORDER)}))
    order = order.sort_values(["rank", "claim_revised_on", "record_id"], ascending=[True, False, True])
    claimants = order.groupby(CELL)["record_id"].transform("size")
    deciders = order.groupby(CELL)["record_id"].transform("first")
    order = order.assign(claimants=claimants)
    others = order[order["record_id"] != deciders]
    duplicates = others.assign(
        table="project_deliverables", reason="duplicate", detail="It is a duplicate of " + deciders[others.index] + "."
    )
    return order[order["record_id"] == deciders], duplicates[list(UNPLACED_COLUMNS)]


def _verdicts(
    rows: pd.DataFrame, settings: Settings, of_project: frozenset[str], of_record: frozenset[str], as_of: date
) -> pd.DataFrame:
    """The verdict frame; `of_project` and `of_record` are the fields mapped of each."""
    requirements = pd.DataFrame(
        [(item.id, item.milestone, item.deliverable, item.release) for item in settings.requirements],
        columns=["requirement", "milestone", "deliverable", "release"],
        dtype="str",
    ).set_index("requirement")
    excuse, excuse_reason = excused(rows, settings, of_project)
    state = excuse.fillna(rows["claim_state"]).fillna("missing")
    reason = excuse_reason.fillna(rows["claim_reason"]).fillna("There is no record of it.")
    # One of them may have been meant for it.
    astray = (" Of the project's records, " + rows["astray"].astype("str") + " could not be placed.").where(
        (state == "missing") & (rows["astray"] > 0), ""
    )
    others = rows["claimants"].fillna(0).astype("int64") - 1
    several = (" " + others.astype("str") + " other record").where(others > 0, "")
    several = several.mask(others > 0, several + np.where(others > 1, "s claim", " claims") + " the same.")
    tolerated = rows["confirmed"].eq(False)
    alike = (" It is called “" + rows["called"] + "”, which is close but not equal.").where(tolerated, "")

    due = rows["due"].fillna(rows["rule_due"])
    # A day before the event belonged to the version that has become stale.
    due = due.mask((state == "stale") & (due < rows["stale_before"]))
    today = pd.Timestamp(as_of)
    gap = state.isin(GAPS)
    ownable = "owner" in of_record or "product_manager" in of_project
    flags = {
        "overdue": gap & (due < today),
        "due_soon": gap & (due >= today) & (due <= today + pd.Timedelta(days=settings.rules.due_soon_days)),
        "duplicate": others > 0,
        "unconfirmed_match": tolerated,
        "waiver_expiring": (state == "waived")
        & (rows["waiver_until"] <= today + pd.Timedelta(days=settings.rules.waiver_expiring_days)),
        "no_owner": gap & rows["owner"].isna() & rows["product_manager"].isna() & ownable,
    }
    flagged = pd.Series("", index=rows.index, dtype="str")
    for flag in FLAGS:
        flagged = flagged.mask(flags[flag], flagged + ";" + flag)
    verdicts = pd.DataFrame(
        {
            "project_id": rows["project_id"],
            "project": rows["name"],
            "project_type": rows["project_type"],
            "phase": rows["phase"],
            "product_manager": rows["product_manager"],
            "requirement": rows["requirement"],
            "milestone": rows["requirement"].map(requirements["milestone"]),
            "deliverable": rows["requirement"].map(requirements["deliverable"]),
            "release": rows["requirement"].map(requirements["release"]),
            "audience": rows["audience"],
            "state": state,
            "flags": flagged.str.removeprefix(";"),
            "due": due,
            "reason": reason + astray + several + alike,
            "record_id": rows["record_id"],
            "record_url": rows["record_url"].fillna(rows["project_url"]),
            "evidence_url": rows["link"].where(rows["link"].fillna("").str.startswith("https://")),
        }
    ).astype({name: dtype for name, dtype in VERDICT_DTYPES.items() if name != "since"})
    order = pd.Series(range(len(requirements)), index=requirements.index)
    place_of = verdicts["requirement"].map(order)
    return (
        verdicts.assign(place=place_of)
        .sort_values(["project", "project_id", "place", "audience"], ignore_index=True)
        .drop(columns="place")
    )
