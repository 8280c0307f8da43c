"""The verdicts: what every project owes, and where each of it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from milestones.claims import SAYS_NOTHING, Records, judge_claims
from milestones.definitions import required, untold
from milestones.doubts import Doubt, at_best, first_of_each, reached
from milestones.expected import NEVER, Cells, cells, due_by_rule, excused, projects, revised_after
from milestones.history import since, was_there
from milestones.records import Placed, place
from milestones.spellings import Array, Unreadable, given, text
from milestones.words import CLAIM_ORDER, CODES, FLAGS, GAPS, STATES, UNPLACED_COLUMNS, VERDICT_DTYPES
from settings.models import Settings
from sync.frames import Frames

IS_GAP = np.isin(list(STATES), GAPS)
# How good a claim of each state is; what no record claims is the worst.
RANK = np.array([CLAIM_ORDER.index(state) if state in CLAIM_ORDER else len(CLAIM_ORDER) for state in STATES])


@dataclass(frozen=True)
class Judgement:
    """What the rules say of a mirror on a day.

    verdicts: one row per project, requirement and audience, ordered by project, requirement (as in config.toml) and
        audience; columns and dtypes are `words.VERDICT_DTYPES`. Missing text is NaN, but `flags` (joined by ";") and
        `audience` are "" where there is none.
    unplaced: the project deliverables that decide no verdict: `table, record_id, reason, detail, record_url` (str).
    claims: every record that claims a verdict: the verdict's `project_id`, `requirement`, `audience`, the record's
        `record_id`, `record_url`, `called`, `doubt` (why its match is to be confirmed, or ""), what it claims by
        itself: `state`, `reason`, `revised_on`; and whether it `decides` (bool).
    records: every project deliverable, as `records.Placed` has them.
    """

    verdicts: pd.DataFrame
    unplaced: pd.DataFrame
    claims: pd.DataFrame
    records: pd.DataFrame
    as_of: date


def judge(frames: Frames, settings: Settings, as_of: date) -> Judgement:
    """Judges a mirror on a day. Of a base without projects the frames are empty."""
    settings = required(frames, settings)
    asked, owners = settings.requirements, projects(frames, settings)
    hidden = Unreadable(frames, "projects", owners.index)
    placed = place(frames, asked, settings.rules.placeholders)
    at = np.flatnonzero(placed.records["unplaced"].isna())
    speaks_for = (placed.project[at], placed.requirement[at])
    audience = text(placed.records["audience"])[at]
    there = cells(owners, asked, hidden, *speaks_for, audience, settings.rules.placeholders)

    event = revised_after(owners, hidden, asked, *speaks_for, frames.snapshot.mapped("projects"), as_of)
    records = Records(placed.records, at, placed.hidden, settings.rules.placeholders)
    mapped = frames.snapshot.mapped("project_deliverables")
    claims = judge_claims(records, placed.requirement[at], event, settings, mapped, as_of)
    claims = claims.assign(cell=there.claimed, stale_before=event.day, at=at)
    deciding, duplicates = _decide(claims, placed.records)
    unjudged = claims["cell"].to_numpy()[
        ((claims["state"] == "unknown") & (claims["worst"] != SAYS_NOTHING)).to_numpy()
    ]
    recorded = frames.history[frames.history["changed_on"] <= pd.Timestamp(as_of)]
    case = _Case(frames, settings, owners, hidden, placed, there, claims.iloc[deciding], unjudged, recorded, as_of)
    verdicts = case.verdicts()
    verdicts["since"] = since(verdicts, recorded)
    lost = placed.records[["record_id", "unplaced", "detail", "record_url"]].dropna(subset="unplaced")
    lost = lost.rename(columns={"unplaced": "reason"}).assign(table="project_deliverables")[list(UNPLACED_COLUMNS)]
    unplaced = pd.concat([lost, duplicates], ignore_index=True).sort_values("record_id", ignore_index=True)
    kept = placed.records[["project_id", "requirement", "record_id", "record_url", "called", "doubt"]].iloc[at]
    decides = np.zeros(len(at), dtype=bool)
    decides[deciding] = True
    told = kept.reset_index(drop=True).assign(
        audience=there.audience.array.take(there.claimed),
        state=claims["state"].astype("str"),
        reason=claims["reason"].astype("str"),
        revised_on=claims["revised_on"],
        decides=decides,
    )
    return Judgement(verdicts, unplaced.astype("str"), told, placed.records, as_of)


def _decide(claims: pd.DataFrame, records: pd.DataFrame) -> tuple[Array, pd.DataFrame]:
    """The claims that decide (positions): the best of a cell, then one that matches exactly, then the latest revision;
    and the others, unplaced.

    One that cannot be judged decides over those that are no better than the worst that it may be.
    """
    rank = claims["state"].map({state: rank for rank, state in enumerate(CLAIM_ORDER)}).to_numpy(dtype=int)
    unknown = rank == CLAIM_ORDER.index("unknown")
    rank = np.where(unknown, claims["worst"].to_numpy(), rank)
    revised = claims["revised_on"].to_numpy()
    age = np.where(np.isnat(revised), np.iinfo("int64").max, -revised.astype("int64"))
    cell = claims["cell"].to_numpy()
    doubted = text(records["doubt"])[claims["at"]] != ""
    order = np.lexsort((claims["at"], age, doubted, ~unknown, rank, cell))
    best = np.diff(cell[order], prepend=-1) != 0
    deciding = order[best]
    decider = np.repeat(deciding, np.diff(np.append(np.flatnonzero(best), len(order))))
    at, loser, winner = claims["at"].to_numpy(), order[~best], decider[~best]
    others = records[["record_id", "record_url"]].iloc[at[loser]]
    ids = text(records["record_id"].iloc[at[winner]])
    stale = CLAIM_ORDER.index("stale")
    told = np.full(len(loser), ".", dtype=object)
    told[(rank[winner] == stale) & (rank[loser] > stale)] = ", which is stale: it decides once it is complete."
    better = (unknown & (rank != SAYS_NOTHING))[loser] & (rank[winner] >= stale)
    told[better] = ". It could not be judged, and may be better: settle that first."
    detail = "It is a duplicate of " + ids + told
    duplicates = others.assign(table="project_deliverables", reason="duplicate", detail=pd.array(detail, dtype="str"))
    return deciding, duplicates[list(UNPLACED_COLUMNS)]


@dataclass(frozen=True)
class _Case:
    """What verdicts are made of. Its functions give arrays with a value per cell."""

    frames: Frames
    settings: Settings
    owners: pd.DataFrame
    hidden: Unreadable
    placed: Placed
    there: Cells
    deciding: pd.DataFrame
    unjudged: Array  # the cells of the records whose own state is unknown
    recorded: pd.DataFrame  # the history until that day
    as_of: date

    def verdicts(self) -> pd.DataFrame:
        """The verdict frame but for `since`."""
        there, cell, owner = self.there, self.deciding["cell"].to_numpy(), self.there.project
        records = self.placed.records
        record = np.full(len(owner), -1)  # the one that decides
        record[cell] = self.deciding["at"]
        state, reason, pointer = self._states(cell)
        due, undue = self._due(state, record, cell)
        flags, others = self._flags(state, due, record)
        late = np.flatnonzero(undue)
        reason[late] += undue[late]
        several = np.flatnonzero(others > 0)
        count = others[several]
        claim = np.where(count > 1, " other records claim the same.", " other record claims the same.").astype(object)
        reason[several] += " " + count.astype(str).astype(object) + claim
        strange = np.bincount(self.unjudged, minlength=len(owner))
        strange[~IS_GAP[state] & (state != CODES["unknown"])] = 0  # nothing is better than what is there
        # Of one that decides its own reason tells.
        strange[cell[(self.deciding["state"] == "unknown").to_numpy()]] = 0
        several = np.flatnonzero(strange)
        which = np.where(strange[several] < others[several], strange[several].astype(str), "It").astype(object)
        which[(which == "It") & (others[several] > 1)] = "They"
        reason[several] += " " + which + " could not be judged, and may be better."
        doubt = text(records["doubt"])[record[cell]]
        reason[cell[doubt != ""]] += " " + doubt[doubt != ""]

        asked = pd.DataFrame(
            [(item.id, item.milestone, item.deliverable, item.release) for item in self.settings.requirements],
            columns=["requirement", "milestone", "deliverable", "release"],
            dtype="str",
        )
        urls = pd.concat([records["record_url"], self.owners["record_url"]])
        pointed = np.where(record < 0, pointer, record)
        link = records["link"].where(records["link"].str.startswith("https://").fillna(False).astype("bool"))
        columns: dict[str, object] = {
            "project_id": self.owners.index.array.take(owner),
            "project": self.owners["name"].array.take(owner),
            **{name: self.owners[name].array.take(owner) for name in ("project_type", "phase", "product_manager")},
            **{str(name): asked[name].array.take(there.requirement) for name in asked},
            "audience": there.audience,
            "state": pd.array(list(STATES), dtype="str").take(state),
            "flags": flags,
            "due": due,
            "reason": reason,
            "record_id": records["record_id"].array.take(record, allow_fill=True),
            "record_url": urls.array.take(np.where(pointed < 0, len(records) + owner, pointed)),
            "evidence_url": link.array.take(record, allow_fill=True),
        }
        dtypes = [(name, dtype) for name, dtype in VERDICT_DTYPES.items() if name != "since"]
        return pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in dtypes})

    def _states(self, cell: Array) -> tuple[Array, Array, Array]:
        """The states (their places in STATES), the reasons, and the record (position, else -1) that is to be mended
        before it can be told."""
        there = self.there
        pair = (there.project, there.requirement)
        # One of a project's other records may have been meant.
        lost = (self.placed.records["unplaced"] == "no_deliverable").to_numpy() & (self.placed.project >= 0)
        none = np.full(len(self.owners), "There is no record of it.", dtype=object)
        astray = np.bincount(self.placed.project[lost], minlength=len(none))
        none[astray == 1] += " One of the project's records does not say what it is."
        hint = " " + astray.astype(str).astype(object) + " of the project's records do not say what they are."
        none[astray > 1] += hint[astray > 1]
        state = np.full(len(there.project), CODES["missing"])
        reason = none[there.project]
        state[cell], reason[cell] = self.deciding["state"].map(CODES), self.deciding["reason"]
        mapped = self.frames.snapshot.mapped("projects")
        excuse, why = excused(self.owners, self.hidden, self.settings, mapped, untold(self.frames, self.settings))
        excuse = excuse[pair]
        here = excuse >= 0
        state[here], reason[here] = excuse[here], why[pair][here]

        pointer = np.full(len(state), -1)
        cells = (there.project, there.requirement, text(there.audience))
        self._doubt(state, reason, pointer, cells)
        return state, reason, pointer

    def _doubt(self, state: Array, reason: Array, pointer: Array, cells: tuple[Array, Array, Array]) -> None:
        """Changes what is missing and may be there to unknown; tells of other gaps what may be better, of all what was
        probably meant."""
        mapped = self.frames.snapshot.mapped("project_deliverables")
        best = at_best(self.placed.records, self.placed.hidden, self.settings, mapped)
        gap = IS_GAP[state]
        missing = state == CODES["missing"]

        def better(doubts: list[Doubt]) -> Iterator[tuple[Doubt, Array]]:
            """The gaps that each could better and that are not told of one yet, the best of them first."""
            ordered = first_of_each(sorted(doubts, key=lambda doubt: best[doubt.record]))
            for doubt, places in reached(ordered, np.flatnonzero(gap), *cells) if ordered else ():
                places = places[gap[places] & (best[doubt.record] < RANK[state[places]])]
                if doubt.of_missing:
                    places = places[missing[places]]
                elif doubt.audiences is not None and "" not in doubt.audiences:
                    places = places[missing[places] | (cells[2][places] != "")]
                yield doubt, places

        for doubt, places in better(self.placed.doubts):
            said = f"{doubt.said.removesuffix('.')}."
            none = places[missing[places]]
            state[none], pointer[none] = CODES["unknown"], doubt.record
            reason[none] = f"Whether there is a record of it cannot be told: {said}"
            others = places[~missing[places]] if doubt.projects else places[:0]  # else all gaps of the base would tell
            reason[others] += f" Whether another record of it is better cannot be told: {said}"
            gap[none] = gap[others] = False  # one is told of each
        unheard = missing & gap & (cells[2] == "") & self.hidden["audiences"][cells[0]]
        state[unheard] = CODES["unknown"]
        reason[unheard] = "For whom it is asked cannot be told: the project's audiences could not be read."
        gap &= ~unheard
        for hint, places in better(self.placed.hints):
            reason[places] += f" {hint.said}"
            gap[places] = False

    def _due(self, state: Array, record: Array, cell: Array) -> tuple[Array, Array]:
        """When each is due, and for a gap, in a sentence, why it is due by no day that is known, or ""."""
        pair = (self.there.project, self.there.requirement)
        own = np.append(self.placed.records["due"].to_numpy(), NEVER)[record]
        unread = np.append(self.placed.hidden["due"], False)[record]
        by_rule, of_project = due_by_rule(self.owners, self.hidden, self.settings.requirements)
        due = np.where(np.isnat(own) & ~unread, by_rule[pair], own)
        gap = IS_GAP[state]
        why = of_project[pair]
        why[~np.isnat(own) | ~gap] = ""
        why[unread & gap] = "its due date"
        lost = np.flatnonzero(why)
        why[lost] = " When it is due cannot be told: " + why[lost] + " could not be read."
        # A day before the event, or its own, belonged to the version that became stale, which was there; also while
        # that is done anew.
        event = self.deciding["stale_before"].to_numpy()
        before = gap[cell] & (due[cell] <= event)
        of_old = cell[before]
        old = pd.DataFrame(
            {
                "project_id": self.owners.index.array.take(self.there.project[of_old]),
                "requirement": [self.settings.requirements[one].id for one in self.there.requirement[of_old]],
                "audience": self.there.audience.array.take(of_old),
            },
            dtype="str",
        ).assign(on=event[before])
        of_old = of_old[(state[of_old] == CODES["stale"]) | was_there(old, self.recorded).to_numpy()]
        days = np.datetime_as_string(due[of_old], unit="D").astype(object)
        why[of_old] = " Its due day, " + days + ", was that of the version before."
        due[of_old] = NEVER
        return due, why

    def _flags(self, state: Array, due: Array, record: Array) -> tuple[pd.Series, Array]:
        """The flags, joined, and how many other records claim each cell."""
        rules, today = self.settings.rules, np.datetime64(self.as_of, "us")
        records, hidden = self.placed.records, self.placed.hidden
        gap = IS_GAP[state]
        others = np.bincount(self.there.claimed, minlength=len(state)) - 1
        until = np.append(records["waiver_until"].to_numpy(), NEVER)[record]
        named = given(text(records["owner"]), rules.placeholders) != ""
        owned = np.append(named | hidden["owner"], False)[record]
        managed = self.owners["product_manager"].notna().to_numpy() | self.hidden["product_manager"]
        mapped = self.frames.snapshot.mapped
        ownable = ("product_manager" in mapped("projects")) | (
            (record >= 0) & ("owner" in mapped("project_deliverables"))
        )
        expires = today + np.timedelta64(rules.waiver_expiring_days, "D")
        found = {
            "overdue": gap & (due < today),
            "due_soon": gap & (due >= today) & (due <= today + np.timedelta64(rules.due_soon_days, "D")),
            "duplicate": others > 0,
            "unconfirmed_match": np.append((records["doubt"] != "").to_numpy(dtype=bool), False)[record],
            "waiver_expiring": (state == CODES["waived"]) & (until <= expires),
            "no_owner": gap & ~owned & ~managed[self.there.project] & ownable,
        }
        # Each combination of flags is a number, of which there are a few.
        number = sum(found[flag].astype(int) << place for place, flag in enumerate(FLAGS))
        joined = [
            ";".join(flag for place, flag in enumerate(FLAGS) if of >> place & 1) for of in range(1 << len(FLAGS))
        ]
        return pd.Series(joined, dtype="str").take(number).reset_index(drop=True), others
