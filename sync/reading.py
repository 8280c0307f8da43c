"""Reads tables side by side, a few pages of each in flight, and stages them."""

from collections.abc import Callable
from concurrent.futures import Future
from itertools import chain, islice

from settings.errors import BadAnswer, TryAgain
from sync.airtable import IteratorExpired, Record, Source
from sync.cells import Rows, rows
from sync.deadline import Deadline, background
from sync.mapping import TablePlan
from sync.staging import SentTwice, Staging

Progress = Callable[[str, int], None]
Step = Callable[[str], None]
# What to read: of each mapped table the ids of some records, or None for the whole of it.
Scope = dict[str, set[str] | None]

# How many pages of a table are read, and staged, in one go: more of them take less time, and more memory.
PAGES_AT_A_TIME = 5
# How often a table's read is begun again before the run gives up.
RESTARTS = 3


def stage(
    source: Source,
    plans: tuple[TablePlan, ...],
    scope: Scope,
    staged: Staging,
    deadline: Deadline,
    progress: Progress,
    step: Step,
) -> None:
    """Stages what the scope names.

    Raises:
        MilestonesError: as the source and the deadline do; BadAnswer or TryAgain: a table could not be read in one
            piece.
    """
    reads = {}
    for plan in plans:
        ids = scope[plan.name]
        if ids is not None:
            staged.ask(plan, ids)
        if ids is None or ids:
            reads[plan.name] = _TableRead(source, plan, ids)
    waiting = {read.next_pages(): read for read in reads.values()}
    while waiting:
        names = ", ".join(repr(read.plan.table_name) for read in waiting.values())
        for future in deadline.first(waiting, names):
            read = waiting.pop(future)
            try:
                if got := future.result():
                    waiting[read.next_pages()] = read
                    records = list(chain.from_iterable(got))
                    staged.add(read.plan, as_rows(read.plan, records), pages=len(got))
                    read.records += len(records)
                    progress(read.plan.name, len(records))
            except (IteratorExpired, SentTwice) as error:
                waiting = {key: value for key, value in waiting.items() if value is not read}
                staged.discard(read.plan)
                progress(read.plan.name, -read.records)
                step(f"reading table {read.plan.table_name!r} anew: its pages did not fit together")
                read.begin_again(error)
                waiting[read.next_pages()] = read
            else:
                if not got:
                    step(f"read table {read.plan.table_name!r}")


def stage_hidden(source: Source, plan: TablePlan, ids: set[str], staged: Staging, deadline: Deadline) -> None:
    """Stages those of a table's records that are there although the read of the whole table did not show them.

    Airtable does not say what a cursor shows of a table in which records come and go meanwhile: one that goes may hide
    another. So a record is believed to be gone only when it was asked for by name. Raises as `stage` does.
    """
    pages = source.pages(plan, ids)
    while (page := deadline.of(f"table {plan.table_name!r}", next, pages, None)) is not None:
        try:
            staged.add(plan, as_rows(plan, page or []))
        except SentTwice:
            raise BadAnswer(f"Airtable sent a record of table {plan.table_name!r} twice", "Run again") from None


def as_rows(plan: TablePlan, page: list[Record]) -> Rows:
    """A page of records as rows.

    Raises:
        BadAnswer: it holds something that is no record.
    """
    try:
        return rows(plan, page)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadAnswer(
            f"Airtable sent a record of table {plan.table_name!r} that is none ({error!r})", "Run again"
        ) from error


class _TableRead:
    """The read of one table, which may have to begin again."""

    def __init__(self, source: Source, plan: TablePlan, ids: set[str] | None) -> None:
        self.plan = plan
        self._source = source
        self._ids = ids
        self._restarts = 0
        self._begin()

    def _begin(self) -> None:
        self.records = 0
        self._pages = self._source.pages(self.plan, self._ids)

    def begin_again(self, cause: Exception) -> None:
        """Starts over: what was read of an expired or shifted cursor is never spliced with what comes after it."""
        self._restarts += 1
        if self._restarts > RESTARTS:
            fault = f"Table {self.plan.table_name!r} could not be read in one piece in {RESTARTS + 1} attempts"
            if isinstance(cause, SentTwice):
                raise BadAnswer(f"{fault}; a record came twice in each", "Run again when the base is quieter")
            raise TryAgain(f"{fault}; Airtable forgot the cursor in each", "Run again later")
        self._begin()

    def next_pages(self) -> "Future[list[list[Record]]]":
        """The next pages as soon as they are there; none after the last."""
        return background(list, islice(self._pages, PAGES_AT_A_TIME))
