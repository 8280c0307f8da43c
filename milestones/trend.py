"""What the recorded history tells: how coverage went, what changed since a day, which gaps opened and closed.

`history` is `Frames.history` throughout: every change of a verdict's state, oldest first.
"""

from datetime import date

import pandas as pd

from milestones.coverage import with_shares
from milestones.history import SPELLED, last_of, spelled
from milestones.words import CELL, GAPS, STATES


def states_on(history: pd.DataFrame, day: date) -> pd.DataFrame:
    """How each verdict stood at the end of a day: `project_id`, `requirement`, `audience`, `state` (str).

    `coverage.coverage` of it gives that day's totals, in its row "all"; empty before the first recorded day.
    """
    last = last_of(history[history["changed_on"] <= pd.Timestamp(day)])
    return last.loc[last["state"] != "", [*CELL, "state"]].reset_index(drop=True)


def changed_since(history: pd.DataFrame, day: date) -> pd.DataFrame:
    """The verdicts that stand otherwise than at the end of a day.

    Returns:
        `project_id`, `requirement`, `audience`; `from_state` on that day and `state` now (str; "" where there was or
        is no such verdict); `changed_on` (datetime64[us]) and `cause` (str) of the last change.
    """
    then = spelled(states_on(history, day)).rename(columns={"state": "from_state"})
    both = last_of(history).drop(columns="from_state").merge(then[[*SPELLED, "from_state"]], on=SPELLED, how="left")
    both["from_state"] = both["from_state"].fillna("").astype("str")
    columns = [*CELL, "from_state", "state", "changed_on", "cause"]
    return both.loc[both["from_state"] != both["state"], columns].reset_index(drop=True)


def for_people(changed: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """What `changed_since` gives, for people.

    Args:
        verdicts: today's, which know what projects and deliverables are called; what is gone is called by its id.

    Returns:
        `project`, `milestone`, `deliverable`, `audience`, `from_state`, `state`, `gap` ("opened", "closed", or "" where
        it was one before and is one now, or neither), `cause` (str), `changed_on` (datetime64[us]), `project_id`,
        `requirement` (str); ordered by project and deliverable.
    """
    projects = verdicts.drop_duplicates("project_id").set_index("project_id")["project"]
    asked = verdicts.drop_duplicates("requirement").set_index("requirement")
    told = changed.assign(
        project=changed["project_id"].map(projects).astype("str").fillna(changed["project_id"]),
        milestone=changed["requirement"].map(asked["milestone"]).astype("str"),
        deliverable=changed["requirement"].map(asked["deliverable"]).astype("str").fillna(changed["requirement"]),
        gap=_moves(changed),
    )
    columns = ["project", "milestone", "deliverable", "audience", "from_state", "state", "gap", "cause", "changed_on"]
    return told[[*columns, "project_id", "requirement"]].sort_values(
        ["project", "project_id", "requirement", "audience"], ignore_index=True
    )


def gaps_opened_and_closed(history: pd.DataFrame) -> pd.DataFrame:
    """The changes by which a gap came or went: the rows of history with `gap` (str: "opened" or "closed").

    A gap closes by whatever is no gap: complete, waived, not required, unknown, or no such verdict any more.
    """
    told = history.assign(gap=_moves(history))
    return told[told["gap"] != ""].reset_index(drop=True)


def _moves(changed: pd.DataFrame) -> pd.Series:
    """Whether each change opened a gap ("opened"), closed one ("closed"), or neither ("")."""
    was, is_now = changed["from_state"].isin(GAPS), changed["state"].isin(GAPS)
    neither = pd.Series("", index=changed.index, dtype="str")
    return neither.mask(is_now & ~was, "opened").mask(was & ~is_now, "closed")


def rule_changes(history: pd.DataFrame) -> pd.DataFrame:
    """The days on which the rules changed verdicts: a coverage before such a day is no measure for one after it.

    Returns:
        `day` (datetime64[us], each once, oldest first) and `verdicts` (int64: how many the rules changed that day).
    """
    ruled = spelled(history[history["cause"] == "rules"]).drop_duplicates(["changed_on", *SPELLED])
    return ruled.groupby("changed_on").size().rename_axis("day").rename("verdicts").reset_index()


def trend(history: pd.DataFrame, types: pd.Series) -> pd.DataFrame:
    """How coverage went, per project type.

    Args:
        types: the type of each project (str), indexed by its id; a project that is gone counts as "unknown".

    Returns:
        A row per project type and day on which anything was recorded, from the type's first day on: `project_type`
        (str), `day` (datetime64[us]), and the columns of `coverage.coverage` as they stood at the end of that day.
    """
    of = history.assign(project_type=history["project_id"].map(types).fillna("unknown").astype("str"))
    came = of[["project_type", "changed_on", "state"]].assign(by=1)
    went = of[["project_type", "changed_on", "from_state"]].rename(columns={"from_state": "state"}).assign(by=-1)
    moves = pd.concat([came, went])
    moves = moves[moves["state"] != ""]
    steps = moves.groupby(["project_type", "changed_on", "state"])["by"].sum().unstack(fill_value=0)
    days = pd.MultiIndex.from_product(
        [sorted(set(of["project_type"])), sorted(set(of["changed_on"]))], names=["project_type", "day"]
    )
    counts = steps.reindex(index=days, columns=list(STATES), fill_value=0).groupby(level=0).cumsum().astype("int64")
    counts.columns.name = None
    begun = counts.ne(0).any(axis="columns").groupby(level=0).cummax()
    return with_shares(counts[begun]).reset_index()
