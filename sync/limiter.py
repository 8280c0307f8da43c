"""One pace for all the requests of a run, whatever thread makes them."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

# Airtable counts requests by the second at its own end, where they arrive a little closer together or further
# apart than they were sent: five per 1.03 seconds leave room for that.
MARGIN = 1.03
# A request that took longer than the quickest one may have arrived so much later: on a new connection, in a crowded
# network, on a busy machine. Beyond this it hangs, and nobody waits for it.
LATEST_ARRIVAL = 2.0  # seconds


@dataclass
class _Sent:
    """A request: when it was let through, and how long its answer took (None: it is on its way)."""

    at: float
    took: float | None = None


class Limiter:
    """Lets at most `per_second` requests arrive within any second, and holds all back while a penalty lasts.

    Args:
        per_second: more than 0. Below 1 it is one request in so many seconds.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        at_once = max(1, int(per_second))
        self._window = MARGIN * at_once / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._last: deque[_Sent] = deque(maxlen=at_once)
        self._held_until = clock()
        self._quickest: float | None = None

    @contextmanager
    def request(self) -> Iterator[None]:
        """Begins when the caller may send one request, and is to end when its answer is there."""
        sent = self._let_through()
        answered = False
        try:
            yield
            answered = True
        finally:
            with self._lock:
                sent.took = self._clock() - sent.at
                if answered:
                    self._quickest = min(sent.took, sent.took if self._quickest is None else self._quickest)

    def hold(self, seconds: float) -> None:
        """Lets no request through for so many seconds from now."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def _let_through(self) -> _Sent:
        while True:
            with self._lock:
                now = self._clock()
                free = self._held_until
                if len(self._last) == self._last.maxlen:
                    free = max(free, self._arrived(self._last[0], now) + self._window)
                if free <= now:
                    sent = _Sent(now)
                    self._last.append(sent)
                    return sent
            self._sleep(free - now)

    def _arrived(self, sent: _Sent, now: float) -> float:
        """When a request arrived at the latest, reckoned from the way of the quickest one."""
        took = now - sent.at if sent.took is None else sent.took
        late = took - (self._quickest or 0.0)
        return sent.at + min(max(late, 0.0), LATEST_ARRIVAL)
