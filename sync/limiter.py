"""One pace for all the requests of a run, whatever thread makes them."""

import time
from collections.abc import Callable
from threading import Lock

# Airtable counts requests by the second at its own end, where they arrive a little closer together or further
# apart than they were sent: five per 1.05 seconds leave room for that.
MARGIN = 1.05


class Limiter:
    """Spaces requests evenly at `per_second`, and holds all of them back while a penalty lasts."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = MARGIN / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next = clock()

    def wait(self) -> None:
        """Returns when the caller may send one request."""
        while True:
            with self._lock:
                now = self._clock()
                if self._next <= now:
                    self._next = now + self._interval
                    return
                delay = self._next - now
            self._sleep(delay)

    def hold(self, seconds: float) -> None:
        """Lets no request through for so many seconds from now."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
