"""What a person at a terminal sees of a run. Scripts and cron mails get one line instead, and load none of this."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sync.reading import Progress as Told
from sync.summary import Summary


@contextmanager
def progress() -> Iterator[Told]:
    """A line per table with its count of records, on standard error, for as long as the run takes."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} records"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def told(table: str, records: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=None)
            bars.advance(tasks[table], records)

        yield told


def show(summary: Summary) -> None:
    """Prints what a run did, as a table."""
    # As texts: in what is a name a bracket is no markup.
    title, caption = Text(f"Mirrored {summary.what}", "table.title"), Text(summary.remarks, "table.caption")
    shown = Table(title=title, caption=caption)
    shown.add_column("table")
    for heading in ("records", "added", "changed", "removed"):
        shown.add_column(heading, justify="right")
    for name, counts in summary.tables.items():
        values = (counts.records, counts.added, counts.changed, counts.removed)
        shown.add_row(name, *(f"{value:,}" for value in values))
    Console().print(shown)
