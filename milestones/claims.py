"""What each placed record claims for its cell, and what the claim is worth."""

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from milestones.expected import Event
from milestones.spellings import Array, Unreadable, canonical, filled, is_placeholder, text
from milestones.words import CLAIM_ORDER, listed
from settings.models import Settings
from settings.names import spelling

NAMES = {
    "link": "link",
    "files": "file",
    "vision": "vision statement",
    "mission": "mission",
    "purpose": "purpose",
    "target_audience": "target audience",
    "value_proposition": "value proposition",
    "waiver_reason": "reason",
    "waived_by": "name of who waived it",
    "waiver_until": "end date",
}
# What a person could follow: a scheme and a host; or, where none is written, a host with a path, or one that begins
# with "www". “vision.docx” and “yes.no” are written like hosts, too.
ADDRESS = (
    r"(?i)(?:[a-z][a-z0-9+.-]*://[^\s/?#]*\w"
    r"|(?<![\w@./-])(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/"
    r"|(?<![\w@./-])www\.(?:[\w-]+\.)+[a-z]{2,})"
)
# Placeholders that a site or a page may be called.
NAMES_TOO = ("n/a", "na", "none", "nothing", "unknown")
PROSE = ("vision", "mission", "purpose", "target_audience", "value_proposition", "waiver_reason", "waived_by")
WAIVER = ("waiver_reason", "waived_by", "waiver_until")
SHOWING = frozenset(NAMES).difference(WAIVER)  # what shows that there is a deliverable
SAYS_NOTHING = CLAIM_ORDER.index("unknown")  # how bad a row is in which nothing stands


class Records:
    """The cells of some records, with what the rules ask of them."""

    def __init__(self, frame: pd.DataFrame, places: Array, hidden: Unreadable, placeholders: tuple[str, ...]) -> None:
        self._frame, self._places, self._hidden = frame, places, hidden
        self._placeholders = placeholders

    def __len__(self) -> int:
        return len(self._places)

    def raw(self, name: str) -> pd.Series:
        """A column as the mirror has it."""
        return self._frame[name].take(self._places)

    def text(self, name: str) -> Array:
        """A column's text (object: str), "" where it is missing."""
        return text(self.raw(name))

    def day(self, name: str) -> Array:
        """A column's days (datetime64[us])."""
        return self.raw(name).to_numpy().astype("datetime64[D]").astype("datetime64[us]")

    def blank(self, name: str) -> Array:
        """Which cells hold nothing (bool); an empty list's JSON text is nothing, and so is a placeholder."""
        if name not in PROSE:
            return ~filled(self.raw(name)).to_numpy(dtype=bool)
        return self._each(name, lambda one: one in ("", "[]") or is_placeholder(one, self._placeholders))

    def idle(self, name: str) -> Array:
        """Which cells hold a placeholder where words are asked for (bool)."""
        return self._each(name, lambda one: is_placeholder(one, self._placeholders))

    def _each(self, name: str, holds: Callable[[str], bool]) -> Array:
        """What holds of each cell's text (bool), asked once of each text."""
        codes, written = pd.factorize(self.text(name))
        return np.array([holds(one) for one in written], dtype=bool)[codes]

    @cached_property
    def misaddressed(self) -> Array:
        """Why nobody could follow what a link cell holds, in words (object: str), else ""."""
        codes, written = pd.factorize(self.text("link"))
        return np.array([self._fault_of(one) for one in written], dtype=object)[codes]

    def _fault_of(self, link: str) -> str:
        found = [one.group() for one in re.finditer(rf"{ADDRESS}\S*", link)]
        if found and all(self._is_to_come(one) for one in found):
            return "is an address to come"
        return "" if found or link in ("", "[]") else "is no address"

    def _is_to_come(self, address: str) -> bool:
        """Whether a placeholder stands for the address or its host, or, but for what may be a name, for all of its path
        ("https://example.com/TBD") or, where it has no path, its site ("https://tbd.com")."""
        whole = address.partition("://")[2] or address
        host, _, path = whole.partition("/")
        site = "" if path else host.removeprefix("www.").rpartition(".")[0]
        named = tuple(one for one in self._placeholders if spelling(one) not in NAMES_TOO)
        words = [(whole, self._placeholders), (host, self._placeholders), (site, named), (path, named)]
        return any(re.search(r"\w", one) and is_placeholder(one, placeholders) for one, placeholders in words)

    def hidden(self, name: str) -> Array:
        """Which cells could not be read (bool)."""
        return self._hidden[name][self._places]


def judge_claims(
    records: Records, requirement: Array, event: Event, settings: Settings, mapped: frozenset[str], as_of: date
) -> pd.DataFrame:
    """Judges each record by itself.

    Args:
        requirement: the position of the one that each is of.
        event: what makes each stale, as `expected.revised_after` gives it.
        mapped: the fields of project deliverables that config.toml maps; a check whose field is not mapped is not
            made.

    Returns:
        `state`, `reason` (object: str), `worst` (int: of what is unknown the worst state that it may have, its place in
        `words.CLAIM_ORDER`, `SAYS_NOTHING` where it is so) and `revised_on` (datetime64[us]); rows as given.
    """
    written = records.text("status")
    blank = written == ""
    quoted = "“" + written + "”"
    if "status" in mapped:
        state = text(canonical(records.raw("status"), settings.statuses))
        reason = "Its status is " + np.where(blank, "blank", quoted).astype(object) + "."
    else:
        state = np.full(len(records), "complete", dtype=object)
        reason = np.full(len(records), "It is there.", dtype=object)
    nobody = state == ""
    state[nobody] = "unknown"
    strange = np.where(blank, "a blank status", "the status " + quoted)[nobody].astype(object)
    reason[nobody] = "Nobody mapped " + strange + ": map it in config.toml or mend it in the base."
    state[records.hidden("status")] = "unknown"
    reason[records.hidden("status")] = "Its status could not be read."

    given = records.day("revised")
    ahead = given > np.datetime64(as_of, "us")  # a day to come is none on which anything was revised
    by_edit = np.isnat(given) | ahead
    revised = np.where(by_edit, records.day("modified"), given)
    lacking, doubtful = _lacking(records, requirement, settings, mapped)
    partly = doubtful != ""
    tracked = bool({"revised", "modified"} & mapped)
    expected = tracked & ~(np.isnat(event.day) & np.isnat(event.perhaps))
    doubtful[by_edit & records.hidden("modified") & expected] = "last edit"
    doubtful[records.hidden("revised") & expected] = "revision date"
    complete = state == "complete"
    incomplete = complete & (lacking != "")
    unread = complete & ~incomplete & (doubtful != "")
    whole = complete & ~incomplete & ~unread
    stale = whole & (revised < event.day)
    # An edit may be a typo's, so it does not show that what is to be revised was, where the date of that is no date.
    sure = np.where(ahead, np.datetime64("NaT", "us"), revised)
    undated = whole & ~stale & np.isnat(sure) & ~np.isnat(event.day) & tracked
    # What is sure decides; a doubt counts only where a revision of that day may be stale or not.
    unsure = whole & ~stale & ~undated & ~np.isnat(event.perhaps) & ~(sure >= event.perhaps) & tracked
    state[incomplete] = "incomplete"
    state[unread | undated | unsure] = "unknown"
    state[stale] = "stale"
    marked = np.where(blank[incomplete], "It counts as complete", "Marked " + quoted[incomplete]).astype(object)
    reason[incomplete] = marked + ", but it has " + lacking[incomplete] + "."
    reason[unread] = "Complete, but its " + doubtful[unread] + " could not be read."
    early = "its revision date " + _days(given[stale]) + " is yet to come"
    without = np.where(ahead[stale], early, "it gives no revision date").astype(object)
    edited = np.where(by_edit[stale], " (its last edit; " + without + ")", "").astype(object)
    since = event.name + " of " + _days(event.day)
    reason[stale] = "Last revised " + _days(revised[stale]) + edited + ", before " + since[stale] + "."
    reason[unsure] = "Complete, but its " + event.doubt[unsure] + "."
    reason[undated] = "Complete, but it does not say whether it was revised since " + since[undated] + "."
    current = np.flatnonzero(whole & ~stale & ~undated & ~unsure & by_edit & ~np.isnat(revised) & expected)
    bound = np.where(np.isnat(event.day[current]), "", ", not before " + since[current]).astype(object)
    taken = " Taken as revised on " + _days(revised[current]) + " (its last edit; it gives no revision date)"
    reason[current] += taken + bound + "."
    told = ahead & whole & ~stale
    reason[told] += " Its revision date " + _days(given[told]) + " is yet to come."
    before = state.copy()
    _waive(records, state, reason, mapped, as_of)
    unknown = np.flatnonzero(state == "unknown")
    worst = before[unknown]
    worst[(worst == "unknown") | (worst == "waived")] = "not_started"
    worst[(unread | undated | unsure)[unknown]] = "stale"
    worst[(unread & partly)[unknown]] = "incomplete"
    rank = np.zeros(len(records), dtype=int)
    rank[unknown] = [CLAIM_ORDER.index(one) for one in worst]
    if not mapped.isdisjoint(SHOWING):  # else a row may hold what nobody mirrors
        says = np.logical_or.reduce([~records.blank(name) | records.hidden(name) for name in NAMES if name != "link"])
        says |= records.hidden("link") | ~(records.blank("link") | (records.misaddressed != ""))
        says |= ~np.isnat(given) | records.hidden("revised")
        rank[nobody & blank & ~records.hidden("status") & ~says] = SAYS_NOTHING
    return pd.DataFrame({"state": state, "reason": reason, "worst": rank, "revised_on": revised})


def _days(days: Array) -> Array:
    """Days in words (object: str), "" for none."""
    return np.where(np.isnat(days), "", np.datetime_as_string(days, unit="D")).astype(object)


def _lacking(records: Records, requirement: Array, settings: Settings, mapped: frozenset[str]) -> tuple[Array, Array]:
    """What a record lacks of what its requirement asks for, in words ("no link or file and no mission"), or "".

    And, in words, what it may have of it, for the cell could not be read, or "" (object: str).
    """
    lacking = np.full(len(records), "", dtype=object)
    doubtful = lacking.copy()

    def add(where: Array, what: Array) -> None:
        lacking[where] += "\n" + what[where]

    def asking(*fields: str) -> Array:
        asks = [fields == item.evidence or fields[0] in item.parts for item in settings.requirements]
        return np.array(asks, dtype=bool)[requirement]

    most = settings.rules.vision_words
    if "vision" in mapped and most:
        words = records.raw("vision").fillna("").str.count(r"\S+").to_numpy()
        long = asking("vision") & (words > most)
        told = "no concise vision statement (" + words.astype(str).astype(object) + f" words, {most} at most)"
        add(long, told)
    # Evidence is asked for before parts, parts in the order of the first requirement that lists them.
    evidence = [item.evidence for item in settings.requirements if item.evidence]
    parts = [(part,) for item in settings.requirements for part in item.parts]
    for any_of in dict.fromkeys([*evidence, *parts]):
        if mapped.issuperset(any_of):  # what one would show that is not mapped is not known
            fault = records.misaddressed if "link" in any_of else np.full(len(records), "", dtype=object)
            odd = fault != ""
            blank = [records.blank(name) | (odd & (name == "link")) for name in any_of]
            absent = asking(*any_of) & np.logical_and.reduce(blank)
            unread = np.logical_or.reduce([records.hidden(name) for name in any_of])
            what = " or ".join(NAMES[name] for name in any_of)
            told = np.full(len(records), "no " + what, dtype=object)
            told[odd] += " (“" + records.text("link")[odd] + "” " + fault[odd] + ")"
            if any_of[0] in PROSE:
                idle = records.idle(any_of[0])
                told[idle] += " (“" + records.text(any_of[0])[idle] + "” says nothing)"
            add(absent & ~unread, told)
            doubtful[absent & unread] = what
    return _listed(lacking), doubtful


def _listed(lacking: Array) -> Array:
    """What is lacking, each after a line's end, as a sentence lists it (object: str)."""
    codes, found = pd.factorize(lacking)
    return np.array([listed(one.split("\n")[1:]) for one in found], dtype=object)[codes]


def _waive(records: Records, state: Array, reason: Array, mapped: frozenset[str], as_of: date) -> None:
    """Changes what is waived: while somebody with a name gave a reason and its end is not past. Else it is told why."""
    marked = state == "waived"
    fields = [name for name in WAIVER if name in mapped]
    absent = {name: records.blank(name) for name in WAIVER}
    begun = np.logical_or.reduce([marked, *(~absent[name] for name in fields)])
    claimed = marked | ~absent["waiver_reason"] | records.hidden("waiver_reason")
    if not (begun | claimed).any():
        return
    lacking = np.full(len(records), "", dtype=object)
    doubtful = lacking.copy()
    for name in fields:
        unread = records.hidden(name)
        lacking[absent[name] & ~unread] += "\nno " + NAMES[name]
        doubtful[unread] = NAMES[name]
    until = records.day("waiver_until")
    ended = until < np.datetime64(as_of, "us")
    held = claimed & (lacking == "") & ~ended & (state != "complete")
    unknown = held & (doubtful != "")
    valid = held & (doubtful == "")
    invalid = marked & ~held
    idle = begun & ~marked & ~held & (state != "complete") & (ended | (lacking != ""))
    at = np.flatnonzero(invalid | idle)
    lacks, over = _listed(lacking[at]), "Its waiver ended on " + _days(until[at]) + "."
    whole = lacks == ""
    told = np.where(whole, over, "Marked as waived, but with " + lacks + ".").astype(object)
    other = np.where(whole, " " + over, " Its waiver does not count: it has " + lacks + ".").astype(object)
    reason[at] = np.where(invalid[at], told, reason[at] + other)
    whose = np.where(marked, "Marked as waived, but the ", reason + " It may be waived, but the ")[unknown]
    reason[unknown] = whose + doubtful[unknown] + " could not be read."
    why, who, ends = (column[valid] for column in (records.text("waiver_reason"), records.text("waived_by"), until))
    who[who == ""] = "somebody"
    until_words = np.where(np.isnat(ends), "", " until " + _days(ends)).astype(object)
    ended = np.array(["" if one.endswith((".", "!", "?", "…")) else "." for one in why], dtype=object)
    reason[valid] = "Waived by " + who + until_words + np.where(why == "", "", ": " + why).astype(object) + ended
    state[valid] = "waived"
    state[invalid] = "not_started"
    state[unknown] = "unknown"
