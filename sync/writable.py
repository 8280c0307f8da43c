"""Whether the store is this program's to write, and can be written. Leaves it as it is."""

import os
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect
from sqlalchemy.engine import URL

from settings.errors import StoreError
from settings.fields import FIELDS
from sync import layout
from sync.engine import is_there, open_store, store_errors

# The columns by which a table is known as a mirror's: those that it has in every layout.
EVERY_LAYOUT = {
    layout.snapshot.name: {"layout", "version", "base", "sample", "judged_on", "read_began", "tables"},
    **{name: {"record_id", "created_time"} for name in FIELDS},
    **{
        table.name: {column.name for column in table.columns}
        for table in (layout.links, layout.faults, layout.runs, layout.history, layout.feed)
    },
}


def refuse_strangers(connection: Connection) -> None:
    """Looks at the tables of the names that a mirror's have.

    Raises:
        StoreError: there are some that this program did not make.
    """
    found = {name: columns for (_, name), columns in inspect(connection).get_multi_columns().items()}
    there = EVERY_LAYOUT.keys() & found.keys()
    strange = {name for name in there if not EVERY_LAYOUT[name] <= {column["name"] for column in found[name]}}
    if layout.snapshot.name not in there - strange:  # that says of the others whose they are
        strange |= there & {*FIELDS, layout.links.name, layout.faults.name}
    if strange:
        raise StoreError(
            f"The store has tables that this program did not make: {', '.join(sorted(strange))}",
            "Give the mirror a database of its own with --store or in config.toml",
        )


def try_writing(url: URL) -> None:
    """Makes a table in the store and takes it back.

    A SQLite store that is not there yet is not made; its folder, or the nearest one that is there, must be writable.

    Raises:
        StoreError: it cannot be written, or as `refuse_strangers` does.
    """
    path = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and not is_there(path):
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise StoreError(f"No store can be made in {folder}", "Choose another store, or make the folder writable")
        return
    trial = Table(f"trial_{os.getpid()}", MetaData(), Column("id", Integer))
    engine = open_store(url)
    with store_errors(url), engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        trial.create(connection)
        connection.execute(trial.insert().values(id=1))
        transaction.rollback()
        refuse_strangers(connection)
