"""How verdicts change from one run to the next, and why."""

from datetime import date

import pandas as pd

from milestones.audiences import same
from milestones.words import CELL

# What identifies a verdict, however its audience is written.
SPELLED = ["project_id", "requirement", "spelled"]


def changes(
    recorded: pd.DataFrame,
    before: pd.DataFrame,
    aged: pd.DataFrame,
    then: pd.DataFrame,
    now: pd.DataFrame,
    on: date,
) -> pd.DataFrame:
    """The verdicts whose state is not the one last recorded.

    Args:
        recorded: `Frames.history` as it stands.
        before: today's rules on the previous data and day: what differs from what is recorded, the rules did.
        aged: today's rules on the previous data today: what differs from `before`, time did.
        then: today's rules and data today, but for what was not mapped before: what differs from `aged`, the data did,
            also an entry of today that counts from then on.
        now: today's rules and data today: what differs from `then`, the mapping did, which is one of the rules.
        on: the day that was judged.

    Returns:
        `changed_on` (object: date), `project_id`, `requirement`, `audience`, `from_state`, `state`, `cause` (str);
        the states are "" where the cell was not, or is not, there. An audience of another spelling is the same, and
        stays as it was recorded.
    """
    last, present = last_of(recorded), last_of(now)
    columns = {"recorded": last, "before": last_of(before), "aged": last_of(aged), "then": last_of(then)}
    columns["now"] = present
    states = pd.concat({name: frame.set_index(SPELLED)["state"] for name, frame in columns.items()}, axis="columns")
    states = states.fillna("").reset_index()
    changed = states[states["now"] != states["recorded"]]
    cause = pd.Series("time", index=changed.index, dtype="str")
    cause = cause.mask(changed["then"] != changed["aged"], "data")
    ruled = (changed["before"] != changed["recorded"]) | (changed["now"] != changed["then"])
    cause = cause.mask(ruled, "rules")
    written = pd.concat([frame[frame["project_id"].isin(changed["project_id"])] for frame in (last, present)])
    written = written[[*SPELLED, "audience"]].drop_duplicates(SPELLED)
    audience = changed[SPELLED].merge(written, on=SPELLED, how="left")["audience"].set_axis(changed.index)
    changed = changed.assign(audience=audience)
    return changed[CELL].assign(changed_on=on, from_state=changed["recorded"], state=changed["now"], cause=cause)


def since(verdicts: pd.DataFrame, recorded: pd.DataFrame) -> pd.Series:
    """The day since which each verdict has its state (datetime64[us]); NaT where no run recorded that yet."""
    last = last_of(recorded)[[*SPELLED, "state", "changed_on"]]
    days = spelled(verdicts[[*CELL, "state"]]).merge(last, on=[*SPELLED, "state"], how="left")["changed_on"]
    return days.set_axis(verdicts.index).astype("datetime64[us]")


def was_there(cells: pd.DataFrame, recorded: pd.DataFrame) -> pd.Series:
    """Which cells were complete on a day (`CELL`, `on` (datetime64[us]); bool): recorded so last by then, or as stale
    since, which is what was complete becomes."""
    past = spelled(cells.assign(cell=range(len(cells)))).merge(
        spelled(recorded)[[*SPELLED, "changed_on", "state"]], on=SPELLED
    )
    then = past[past["changed_on"] <= past["on"]].drop_duplicates("cell", keep="last")
    there = pd.concat([then[then["state"].isin(["complete", "stale"])], past[past["state"] == "stale"]])
    return pd.Series(range(len(cells)), index=cells.index).isin(there["cell"])


def spelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with `spelled` (str): how their audience is compared."""
    codes, written = pd.factorize(frame["audience"])
    forms = pd.array([same(one) for one in written], dtype="str")
    return frame.assign(spelled=forms.take(codes))


def last_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The last row of each verdict, with `spelled`."""
    last = spelled(frame)
    if "changed_on" in last:  # of an audience that was told as gone beside its other spelling the one that is there
        last = last.drop_duplicates(CELL, keep="last").assign(there=last["state"] != "")
        last = last.sort_values(["changed_on", "there"], kind="stable")
    return last.drop_duplicates(SPELLED, keep="last")
