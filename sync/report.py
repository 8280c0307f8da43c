"""What `check` finds, for people and for scripts."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from settings.errors import MilestonesError

# Of several faults the first of these is the process' exit code: what a person has to mend, before what may pass.
WORST_FIRST = (78, 77, 74, 65, 69, 75, 70)


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    level: Literal["ok", "warning", "fault"]
    what: str
    said: str
    remedy: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Report:
    """All findings, and the number of calls that they took."""

    findings: list[Finding]
    calls: int

    @property
    def exit_code(self) -> int:
        """The worst fault's; 0 where there are only warnings."""
        found = {finding.exit_code for finding in self.findings}
        return next((code for code in WORST_FIRST if code in found), 0)

    def as_json(self) -> dict[str, Any]:
        """The report in JSON's types."""
        return {
            "exit_code": self.exit_code,
            "calls": self.calls,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def lines(self) -> list[str]:
        """The report for people: a line each, and a summary."""
        told = [
            f"{finding.level:8}{finding.what}: {finding.said}{f'. {finding.remedy}' if finding.remedy else ''}"
            for finding in self.findings
        ]
        counts = [sum(finding.level == level for finding in self.findings) for level in ("fault", "warning")]
        words = [
            f"{count} {word}{'' if count == 1 else 's'}"
            for count, word in zip([*counts, self.calls], ("fault", "warning", "call"), strict=True)
        ]
        return [*told, f"{', '.join(words[:2])}; {words[2]} to Airtable"]


def fault(what: str, error: MilestonesError) -> Finding:
    """An error as a finding."""
    return Finding("fault", what, error.cause, error.remedy, error.exit_code)
