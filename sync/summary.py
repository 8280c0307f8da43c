"""What a run did: its figures, and how they are told to people and to scripts."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sync.mirror import Counts


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    base: str
    sample: bool
    read_began: datetime  # UTC
    read_ended: datetime  # UTC
    equal_at: datetime | None  # UTC; when the mirror was verified to equal the base
    tables: dict[str, Counts]
    unreadable: int  # cells in the mirror
    how: str  # full, changes, quiet
    why: str  # why everything was read although there is a change feed, or ""
    calls: int
    seconds: float

    @property
    def consistency(self) -> str:
        """What is known of the mirror's being equal to the base, in words."""
        if self.sample:
            return "the sample base does not change"
        if self.equal_at:
            return f"equal to the base at {self.equal_at:%Y-%m-%d %H:%M:%S} UTC"
        window = f"{self.read_began:%Y-%m-%d %H:%M:%S} to {self.read_ended:%H:%M:%S} UTC"
        return f"read from {window}; not verified that nothing was edited meanwhile"

    @property
    def what(self) -> str:
        """What was mirrored, and whether all of it was read, in words."""
        how = {"full": "", "changes": " (changes only)", "quiet": " (nothing had changed)"}[self.how]
        return ("sample base" if self.sample else self.base) + how

    @property
    def remarks(self) -> str:
        """What else there is to say of the run, in words."""
        unreadable = f"{self.unreadable} cells cannot be read" if self.unreadable else ""
        why = f"everything was read because {self.why}" if self.why else ""
        cost = f"{self.calls} call{'' if self.calls == 1 else 's'}, {self.seconds:.1f} s"
        return "; ".join(filter(None, (unreadable, why, self.consistency, cost)))

    def followed_by(self, later: "Summary") -> "Summary":
        """This run and the next one in one: what both did, and where it ended."""
        return replace(
            later,
            read_began=self.read_began,
            tables={name: counts.after(self.tables[name]) for name, counts in later.tables.items()},
            how=self.how,
            why=self.why,
            seconds=self.seconds + later.seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """The summary in JSON's types; times in ISO 8601, UTC."""
        values = asdict(self) | {"seconds": round(self.seconds, 3), "consistency": self.consistency}
        for name in ("read_began", "read_ended", "equal_at"):
            values[name] = values[name].isoformat() + "Z" if values[name] else None
        for kind in ("records", "added", "changed", "removed"):
            values[kind] = sum(counts[kind] for counts in values["tables"].values())
        return values


def line(summary: Summary) -> str:
    """What a run did, in one line."""
    tables = ", ".join(
        f"{name} {counts.records} (+{counts.added} ~{counts.changed} -{counts.removed})"
        for name, counts in summary.tables.items()
    )
    return f"mirrored {summary.what}: {tables}; {summary.remarks}"
