"""One writer at a time. Both kinds of lock fall with the process that holds them, so a dead job blocks nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text

from settings.errors import StoreError, TryAgain

# Any number that other users of a shared database are unlikely to choose.
ADVISORY_KEY = 7_226_511_806_149_217


@contextmanager
def one_writer(engine: Engine) -> Iterator[None]:
    """Holds the store for this job.

    SQLite: a lock on the file beside it; PostgreSQL: an advisory lock. Of other databases two jobs are not told
    apart; there the last one's mirror stands.

    Raises:
        TryAgain: another job holds it.
        StoreError: the lock file cannot be made.
    """
    busy = TryAgain("Another job is at work on this mirror", "Wait until it is done, or run again later")
    if engine.dialect.name == "sqlite":
        lock = FileLock(f"{Path(engine.url.database or '').resolve()}.lock")  # whatever name leads to it
        try:
            held = lock.acquire(timeout=0)
        except Timeout:
            raise busy from None
        except OSError as error:
            raise StoreError(
                f"The lock {lock.lock_file} cannot be made: {error.strerror}", "Check that its folder may be written"
            ) from None
        with held:
            yield
    elif engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
                raise busy
            yield
    else:
        yield
