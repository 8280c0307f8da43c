"""The end of a run. It comes in time whatever the server does: drips, hangs, or answers for ever."""

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from threading import Thread, Timer
from typing import Any, TypeVar

from settings.errors import Stopped, TryAgain
from sync.log import dated

Result = TypeVar("Result")

# What a run that met its deadline gets on top, to say so and to note it in the store.
GRACE_SHARE, GRACE_SECONDS = 0.25, 5.0
# Seconds of one wait: to be stopped as one begins, or in another thread, does not end it.
AT_A_TIME = 1.0
# What a line on standard error gets to be taken: a pipe may have nobody who reads it.
SAYING_SECONDS = 1.0
UNKNOWN_AGE = ". How old the last good mirror is, only the store could tell"


class Deadline:
    """So many seconds from now on, by a clock that does not jump."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def part(self, share: float) -> "Deadline":
        """A share of the time that is left, for what can be done without."""
        return Deadline(share * (self._end - self._clock()), self._clock)

    def first(self, futures: Collection[Future[Any]], what: str) -> set[Future[Any]]:
        """Those of the futures that are done, as soon as one is.

        Raises:
            TryAgain: none was done in time, or it is past the time.
        """
        left, done = self._end - self._clock(), set[Future[Any]]()
        while not done and left > 0:
            done, _ = wait(futures, timeout=min(left, AT_A_TIME), return_when=FIRST_COMPLETED)
            left -= AT_A_TIME
        if not done or self._clock() >= self._end:
            raise TryAgain(
                f"The run met its deadline of {round(self._seconds, 1):g} seconds while reading {what}",
                "Run again later, or raise deadline_seconds in config.toml",
            )
        return done

    def of(self, what: str, function: Callable[..., Result], *arguments: Any) -> Result:
        """What a function gives, if it gives it in time. Raises as `first` and as the function does."""
        future = background(function, *arguments)
        self.first([future], what)
        return future.result()


def background(function: Callable[..., Result], *arguments: Any) -> "Future[Result]":
    """Runs a function in a thread of its own, which does not keep the process alive.

    An executor's threads would: a run that gave up on a hung connection could not end before that does.
    """
    future: Future[Result] = Future()

    def work() -> None:
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    return future


def done_in(seconds: float, function: Callable[..., Result], *arguments: Any) -> "Future[Result]":
    """What a function gives, or fails with, if it does so in time; else it goes on by itself. To be stopped meanwhile
    ends the waiting alone."""
    future = background(function, *arguments)
    with suppress(Stopped):
        wait([future], timeout=seconds)
    return future


@contextmanager
def ending(seconds: float) -> Iterator[None]:
    """Ends the process when it is well past its deadline: a database that hangs lets no exception through.

    Wherever that is, it tears nothing: it is what the death of the process would be.
    """

    def end() -> None:
        told = f"The run is past its deadline of {seconds:g} seconds and hangs, most likely on its store"
        remedy = "See that the store answers, or raise deadline_seconds in config.toml"
        line = dated(f"sync: {TryAgain(told, remedy)}{UNKNOWN_AGE}")
        done_in(SAYING_SECONDS, lambda: sys.stderr and print(line, file=sys.stderr, flush=True))
        os._exit(TryAgain.exit_code)

    timer = Timer(seconds + max(GRACE_SHARE * seconds, GRACE_SECONDS), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
