"""What each placed record claims for its cell, and what the claim is worth."""

from datetime import date

import pandas as pd

from milestones.spellings import canonical, filled, is_unreadable
from settings.models import Settings

NAMES = {
    "link": "link",
    "files": "file",
    "vision": "vision statement",
    "mission": "mission",
    "purpose": "purpose",
    "target_audience": "target audience",
    "value_proposition": "value proposition",
    "waiver_reason": "reason",
    "waived_by": "name",
    "waiver_until": "end date",
}


def judge_claims(rows: pd.DataFrame, settings: Settings, mapped: frozenset[str], as_of: date) -> pd.DataFrame:
    """Judges each record by itself.

    Args:
        rows: placed records with their requirement, `stale_before` (datetime64[us]), `stale_event` and `stale_doubt`
            (str), as `expected.revised_after` gives them, and `unreadable`, as `spellings.unreadable` gives it.
        mapped: the fields of project deliverables that config.toml maps; a check whose field is not mapped is not
            made.

    Returns:
        `state`, `reason` (str), `revised_on` (datetime64[us]); rows as given.
    """
    status = rows["status"].fillna("")
    written = ("“" + status + "”").mask(status == "", "blank")
    state = canonical(rows["status"], settings.statuses)
    reason = "Its status is " + written + "."
    if "status" not in mapped:
        state, reason = (
            state.mask(state.notna() | state.isna(), "complete"),
            reason.mask(reason.notna(), "It is there."),
        )
    unmapped = state.isna()
    state = state.fillna("unknown")
    reason = reason.mask(
        unmapped, "Nobody mapped the status " + written + ": map it in config.toml or mend it in the base."
    )
    reason = reason.mask(is_unreadable(rows["unreadable"], "status"), "Its status could not be read.")
    state = state.mask(is_unreadable(rows["unreadable"], "status"), "unknown")

    revised_on, by_edit = _revised(rows, mapped)
    lacking, doubtful = _lacking(rows, settings, mapped)
    dated = bool({"revised", "modified"} & mapped)
    doubtful = doubtful.mask(
        is_unreadable(rows["unreadable"], "revised") & rows["stale_before"].notna(), "revision date"
    )
    doubtful = doubtful.mask((rows["stale_doubt"] != "") & dated, rows["stale_doubt"])
    complete = state == "complete"
    incomplete = complete & (lacking != "")
    hidden = complete & ~incomplete & (doubtful != "")
    whole = complete & ~incomplete & ~hidden
    stale = whole & (revised_on < rows["stale_before"])
    undated = whole & revised_on.isna() & rows["stale_before"].notna() & dated
    event = rows["stale_event"] + " of " + _day(rows["stale_before"])
    edited = pd.Series("", index=rows.index).mask(by_edit, " (its last edit; it gives no revision date)")
    state = state.mask(incomplete, "incomplete").mask(stale, "stale").mask(hidden | undated, "unknown")
    reason = (
        reason.mask(incomplete, "Marked " + written + ", but it has " + lacking + ".")
        .mask(hidden, "Complete, but its " + doubtful + " could not be read.")
        .mask(stale, "Last revised " + _day(revised_on) + edited + ", before " + event + ".")
        .mask(undated, "Complete, but it does not say whether it was revised since " + event + ".")
    )
    state, reason = _waivers(rows, state, reason, mapped, as_of)
    return pd.DataFrame({"state": state.astype("str"), "reason": reason.astype("str"), "revised_on": revised_on})


def _day(times: pd.Series) -> pd.Series:
    text: pd.Series = times.dt.strftime("%Y-%m-%d").astype("str")
    return text


def _revised(rows: pd.DataFrame, mapped: frozenset[str]) -> tuple[pd.Series, pd.Series]:
    """The day of the last revision; where only the last edit tells it, that is marked: a typo fix moves it."""
    by_edit = rows["revised"].isna() & rows["modified"].notna()
    return rows["revised"].fillna(rows["modified"].dt.normalize()), by_edit


def _lacking(rows: pd.DataFrame, settings: Settings, mapped: frozenset[str]) -> tuple[pd.Series, pd.Series]:
    """What a record lacks of what its requirement asks for, in words ("no link or file and no mission"), or "".

    And, in words, what it may have of it, for the cell could not be read, or "".
    """
    lacking = pd.Series("", index=rows.index, dtype="str")
    doubtful = pd.Series("", index=rows.index, dtype="str")

    def add(where: pd.Series, what: pd.Series | str) -> None:
        nonlocal lacking
        lacking = lacking.mask(where, (lacking + " and ").mask(lacking == "", "") + what)

    words = rows["vision"].fillna("").str.count(r"\S+")
    most = settings.rules.vision_words
    for item in settings.requirements:
        mine = rows["requirement"] == item.id
        if "vision" in item.parts and "vision" in mapped and most:
            add(
                mine & (words > most),
                "no concise vision statement (" + words.astype("str") + f" words, {most} at most)",
            )
        for any_of in (item.evidence, *((part,) for part in item.parts)):
            names = [name for name in any_of if name in mapped]
            if names:
                absent = mine & ~pd.concat([filled(rows[name]) for name in names], axis="columns").any(axis="columns")
                hidden = pd.concat([is_unreadable(rows["unreadable"], name) for name in names], axis="columns").any(
                    axis="columns"
                )
                what = " or ".join(NAMES[name] for name in names)
                add(absent & ~hidden, "no " + what)
                doubtful = doubtful.mask(absent & hidden, what)
    return lacking, doubtful


def _waivers(
    rows: pd.DataFrame, state: pd.Series, reason: pd.Series, mapped: frozenset[str], as_of: date
) -> tuple[pd.Series, pd.Series]:
    """A waiver counts while somebody with a name gave a reason and its end is not past; one that does not is told."""
    needed = [name for name in ("waiver_reason", "waived_by", "waiver_until") if name in mapped]
    claimed = (state == "waived") | filled(rows["waiver_reason"])
    lacking = pd.Series("", index=rows.index, dtype="str")
    doubtful = pd.Series("", index=rows.index, dtype="str")
    for name in needed:
        hidden = is_unreadable(rows["unreadable"], name)
        lacking = lacking.mask(~filled(rows[name]) & ~hidden, lacking + ", no " + NAMES[name])
        doubtful = doubtful.mask(hidden, NAMES[name])
    ended = rows["waiver_until"] < pd.Timestamp(as_of)
    unknown = (state == "waived") & (lacking == "") & (doubtful != "") & ~ended
    valid = claimed & (lacking == "") & (doubtful == "") & ~ended & (state != "complete")
    until = (" until " + _day(rows["waiver_until"])).fillna("")
    why = (": " + rows["waiver_reason"]).fillna(".")
    told = "Waived by " + rows["waived_by"].fillna("somebody") + until + why
    invalid = (state == "waived") & ~valid & ~unknown
    fault = ("Marked as waived, but with " + lacking.str.removeprefix(", ") + ".").mask(
        lacking == "", "Its waiver ended on " + _day(rows["waiver_until"]) + "."
    )
    lapsed = ended & filled(rows["waiver_reason"]) & ~state.isin(["waived", "complete"])
    reason = reason.mask(lapsed, reason + " Its waiver ended on " + _day(rows["waiver_until"]) + ".")
    return (
        state.mask(valid, "waived").mask(invalid, "not_started").mask(unknown, "unknown"),
        reason.mask(valid, told)
        .mask(invalid, fault)
        .mask(unknown, "Marked as waived, but its " + doubtful + " could not be read."),
    )
