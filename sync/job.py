"""One run of the job: read the schema, resolve the mapping, read the tables side by side, swap the mirror."""

import json
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Engine

from settings.errors import BadAnswer
from settings.models import Settings
from sync.airtable import Record, Source
from sync.cells import rows
from sync.mapping import TablePlan, resolve
from sync.mirror import Counts, Staging, Stamp, staging, swap

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    base: str
    sample: bool
    read_began: datetime  # UTC
    tables: dict[str, Counts]
    unreadable: int  # cells
    how: str  # full, changes, quiet
    calls: int
    seconds: float

    def followed_by(self, later: "Summary") -> "Summary":
        """This run and the next one in one: what both did, and where it ended."""
        return replace(
            later,
            tables={name: counts.after(self.tables[name]) for name, counts in later.tables.items()},
            calls=self.calls + later.calls,
            seconds=self.seconds + later.seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """The summary in JSON's types; times in ISO 8601, UTC."""
        values = asdict(self) | {"read_began": self.read_began.isoformat() + "Z", "seconds": round(self.seconds, 3)}
        for kind in ("records", "added", "changed", "removed"):
            values[kind] = sum(counts[kind] for counts in values["tables"].values())
        return values


def utc_now() -> datetime:
    """This moment in UTC, without a zone, as the mirror keeps times."""
    return datetime.now(UTC).replace(tzinfo=None)


def run(
    settings: Settings,
    source: Source,
    engine: Engine,
    *,
    judged_on: date | None = None,
    allow_shrink: bool = False,
    progress: Progress = lambda table, records: None,
    step: Callable[[str], None] = lambda text: None,
    now: Callable[[], datetime] = utc_now,
) -> Summary:
    """Mirrors a base.

    Args:
        judged_on: for a sample base, the day on which it is judged.
        allow_shrink: lets a suspicious loss of records through.
        progress: is told each table's canonical name and the number of records in every page read.
        step: is told each step in words.

    Raises:
        MilestonesError: whichever fault; the mirror is then as it was.
    """
    began, started = now(), time.monotonic()
    step(f"reading the schema of {source.base}")
    schema = source.schema()
    plans = resolve(settings, schema, source.base)
    with staging(engine, plans) as staged:
        unreadable = _read(source, plans, staged, progress, step)
        stamp = Stamp(
            base=source.base,
            sample=judged_on is not None,
            judged_on=judged_on,
            read_began=began,
            read_ended=now(),
            equal_at=None,
            full_read_began=began,
            dependencies={},
            schema_fingerprint=_fingerprint(schema),
            config_fingerprint=_fingerprint(settings.model_dump(mode="json")),
        )
        step("replacing the mirror")
        counts = swap(staged, stamp, shrink_guard=1 if allow_shrink else settings.sync.shrink_guard)
    return Summary(
        base=source.base,
        sample=judged_on is not None,
        read_began=began,
        tables=counts,
        unreadable=unreadable,
        how="full",
        calls=source.calls,
        seconds=time.monotonic() - started,
    )


def _read(
    source: Source,
    plans: tuple[TablePlan, ...],
    staged: Staging,
    progress: Progress,
    step: Callable[[str], None],
) -> int:
    """Stages all tables, one page in flight for each; the number of unreadable cells."""
    unreadable = 0
    pages = {plan.name: source.pages(plan.table_id, [column.field_id for column in plan.columns]) for plan in plans}
    with ThreadPoolExecutor(max_workers=len(plans)) as pool:
        waiting: dict[Future[list[Record] | None], TablePlan] = {}
        for plan in plans:
            waiting[pool.submit(next, pages[plan.name], None)] = plan
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                plan = waiting.pop(future)
                page = future.result()
                if page is None:
                    step(f"read table {plan.table_name!r}")
                    continue
                waiting[pool.submit(next, pages[plan.name], None)] = plan
                try:
                    made = rows(plan, page)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise BadAnswer(
                        f"Airtable sent a record of table {plan.table_name!r} that is none ({error!r})", "Run again"
                    ) from error
                staged.add(plan, made)
                unreadable += len(made.faults)
                progress(plan.name, len(page))
    return unreadable


def _fingerprint(value: Any) -> str:
    return blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
