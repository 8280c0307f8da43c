"""Opens the store that holds the mirror, and says in words what is wrong with it."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from settings.errors import MirrorMissing, StoreError, TryAgain

# It warns on standard error of what the error itself says; a fault is one line here.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

# How long others of a SQLite store are waited for.
OTHERS_SECONDS = 30
CONNECT_SECONDS = 10
SILENT_SECONDS = 60
PAGE_BYTES = 16_384
# What helps a store that is damaged beyond what the next run mends by itself.
MADE_ANEW = "Move the store away and run again: the mirror is made anew; its history of verdicts is lost with it"
LOCKED = "database is locked"
# What SQLite says where a reader cannot make the file (32 KB) by which it shares the store with a writer.
UNSHARED = ("disk I/O error", "unable to open database file", "attempt to write a readonly database")


def open_store(url: URL, *, create: bool = False) -> Engine:
    """An engine for the store.

    Args:
        create: makes the folder and the file of a SQLite store; else a file that is not there is an error.

    Raises:
        MirrorMissing: there is no such SQLite file.
        StoreError: the folder cannot be made or entered.
    """
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if create:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The folder {path.parent} cannot be made: {error.strerror}", "Choose another store"
                ) from None
        elif not is_there(path):
            raise MirrorMissing(f"There is no mirror at {path}", "Make one with: python -m sync run")
    return _engine(url, create)


def is_there(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        StoreError: nobody can tell, for example because a folder on its way may not be entered.
    """
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be reached: {error.strerror}",
            "Check its path, and that its folder may be entered",
        ) from None


@lru_cache(maxsize=8)
def _engine(url: URL, create: bool) -> Engine:
    """One engine for all who open the same store: it holds no connection, and remembers how its queries are written."""
    if url.get_backend_name() != "sqlite":
        # Readers see one moment: in PostgreSQL only from REPEATABLE READ on; SQLite's WAL has it anyway.
        return create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ", connect_args=_patience(url))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": OTHERS_SECONDS})
    event.listen(engine, "connect", _wal_on_connect if create else _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _patience(url: URL) -> dict[str, int]:
    """How long PostgreSQL is waited for where it is silent, unless the URL says it: no run may hang on it."""
    if url.get_backend_name() != "postgresql":
        return {}
    usual = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": SILENT_SECONDS * 1000}
    return {name: value for name, value in usual.items() if name not in url.query}


def _on_connect(connection: Any, _record: Any) -> None:
    # Python's sqlite3 would keep CREATE and DROP outside of the transaction; a failed swap then loses the mirror.
    connection.isolation_level = None


def _wal_on_connect(connection: Any, record: Any) -> None:
    # Readers go on undisturbed while a job writes. The mode stays with the file, so only writers set it.
    _on_connect(connection, record)
    # Of a new file, and of what is staged beside it. A first mirror writes every page three times (staged, journal,
    # file), which takes less time the fewer they are; SQLite's usual ones have 4,096 bytes.
    for pages in ("page_size", "temp.page_size"):
        connection.execute(f"PRAGMA {pages}={PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode=WAL")


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # A writer asks for the lock at once: to ask for it half-way can fail while another job writes. It waits a second at
    # a time, for SQLite lets no signal be heard meanwhile.
    connection.exec_driver_sql("PRAGMA busy_timeout=1000")
    for left in reversed(range(options.get("patience", OTHERS_SECONDS))):
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if str(error.orig) != LOCKED or not left:
                raise
        else:
            return


@contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """One read transaction over the whole store.

    Raises as `open_store` and `store_errors` do.
    """
    engine = open_store(url)
    with store_errors(url):
        with engine.connect() as connection, connection.begin():
            unshared = _begun(connection) if url.get_backend_name() == "sqlite" else None
            if unshared is None:
                yield connection
                return
        with _at_rest(url, unshared) as connection:
            yield connection


def _begun(connection: Connection) -> OperationalError | None:
    """Begins to read a SQLite store; the error, where it cannot be shared with a writer."""
    try:
        connection.exec_driver_sql("PRAGMA schema_version")
    except OperationalError as error:
        if str(error.orig) in UNSHARED:
            return error
        raise
    return None


@contextmanager
def _at_rest(url: URL, unshared: OperationalError) -> Iterator[Connection]:
    """Reads a SQLite store on a full disk, or in a folder that may not be written, as a file that nobody changes.

    Raises:
        OperationalError: a writer is at work, or was killed: what it left must be read with the file.
        StoreError: the file was changed all the same.
    """
    path = Path(url.database or "").resolve()  # the logs stand beside what a link leads to
    before = _size_and_time(path)
    if any(_size_and_time(Path(f"{path}{log}"))[0] for log in ("-wal", "-journal")):
        raise unshared
    address = f"{path.as_uri()}?immutable=1"  # https://www.sqlite.org/uri.html#uriimmutable
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: sqlite3.connect(address, uri=True))
    with engine.connect() as connection, connection.begin():
        yield connection
    if _size_and_time(path) != before:
        raise StoreError(f"The store {shown(url)} was written while it was read", "Read it again")


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def shown(url: URL) -> str:
    """The store's URL without its password, wherever that stands."""
    kept = {name: value for name, value in url.query.items() if name in ("host", "port", "dbname", "service")}
    return url.set(query=kept).render_as_string(hide_password=True)


@contextmanager
def store_errors(url: URL) -> Iterator[None]:
    """Turns the database's errors into one line that names the store and never its password.

    Raises:
        StoreError: in place of any SQLAlchemyError. TryAgain: another program holds a SQLite store.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        if cause == LOCKED:  # for longer than it is waited for
            raise TryAgain(f"Another program holds the store {shown(url)}", "End it, or run again later") from error
        remedy = "Check that it is a database of this program's own, that it is running, has room, and may be written"
        if url.get_backend_name() == "sqlite" and cause in ("database or disk is full", "disk I/O error"):
            # https://www.sqlite.org/tempfiles.html: where it looks first; it does not say which disk it means.
            folder = os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or "the folder /var/tmp"
            remedy += f"; the same holds of {folder}, where what is read is staged (SQLITE_TMPDIR names another folder)"
        if "malformed" in cause:
            remedy = MADE_ANEW
        raise StoreError(f"The store {shown(url)} cannot be used: {cause}", remedy) from error
