"""Tries whether the store can be written, and leaves it as it is."""

import os
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, inspect
from sqlalchemy.engine import URL

from settings.errors import StoreError
from settings.fields import FIELDS
from sync import layout
from sync.engine import is_there, open_store, store_errors


def try_writing(url: URL) -> None:
    """Makes a table in the store and takes it back.

    A SQLite store that is not there yet is not made; its folder, or the nearest one that is there, must be writable.

    Raises:
        StoreError: it cannot be written, or has tables of the mirror's names that are none of this program's.
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
        there = set(inspect(connection).get_table_names())
        transaction.rollback()
    strange = there & {*FIELDS, layout.links.name, layout.faults.name}
    if strange and layout.snapshot.name not in there:
        raise StoreError(
            f"The store has tables that this program did not make: {', '.join(sorted(strange))}",
            "Give the mirror a database of its own with --store or in config.toml",
        )
