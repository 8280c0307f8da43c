"""Requests are paced, whatever thread makes them. Time here is a number that only sleeping moves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Condition

import pytest

from sync.limiter import Limiter


class Clock:
    """A clock for one thread: to sleep moves it on."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class SharedClock:
    """A clock for several threads: it moves on to the earliest waking only when all of them sleep or have ended."""

    def __init__(self, threads: int) -> None:
        self.now = 0.0
        self.threads = threads
        self.sleeping: list[float] = []
        self.changed = Condition()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.changed:
            until = self.now + seconds
            self.sleeping.append(until)
            self._move()
            while self.now < until:
                assert self.changed.wait(10)
            self.sleeping.remove(until)

    def end(self) -> None:
        with self.changed:
            self.threads -= 1
            self._move()

    def _move(self) -> None:
        if self.sleeping and len([until for until in self.sleeping if until > self.now]) == self.threads:
            self.now = min(self.sleeping)
            self.changed.notify_all()


def starts(limiter: Limiter, clock: Clock, requests: int, latency: float = 0.0) -> Iterator[float]:
    """When so many requests start, one after the other, each answered after so many seconds."""
    for _ in range(requests):
        with limiter.request():
            started = clock.now
            clock.now += latency
        yield started


def most_within_a_second(times: list[float]) -> int:
    return max(sum(start <= time <= start + 1 for time in times) for start in times)


def test_as_many_requests_as_a_second_allows_go_at_once() -> None:
    clock = Clock()
    assert list(starts(Limiter(5, clock, clock.sleep), clock, 5)) == [100.0] * 5
    assert clock.slept == []


def test_never_more_than_five_requests_start_within_any_second() -> None:
    clock = Clock()
    times = list(starts(Limiter(5, clock, clock.sleep), clock, 50))
    assert most_within_a_second(times) == 5
    assert times[-1] - times[0] < 1.05 * 49 / 5  # nor is it much slower than it may be


@pytest.mark.parametrize("late", [0.1, 0.5, 1.5])
def test_requests_that_arrive_late_are_not_overtaken_into_a_sixth_within_a_second(late: float) -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    arrivals = []
    for number in range(40):
        with limiter.request():
            delay = late if number % 7 == 2 else 0.0  # on its way, as for a new connection
            arrivals.append(clock.now + delay)
            clock.now += delay + 0.02
    assert most_within_a_second(arrivals) <= 5


def test_a_request_that_never_arrives_holds_the_others_back_for_a_while_only() -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    hung = limiter.request()
    hung.__enter__()
    times = list(starts(limiter, clock, 20))
    assert times[-1] < 100 + 20 / 5 + 3.1


def test_a_server_that_cannot_be_reached_is_no_measure_of_the_way() -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    with pytest.raises(ConnectionError), limiter.request():
        raise ConnectionError
    times = list(starts(limiter, clock, 50, latency=0.3))
    assert times[-1] - times[0] < 50 * 0.3 + 1  # as quick as the answers come: none of them is late


def test_a_pause_earns_no_burst() -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    times = list(starts(limiter, clock, 2))
    clock.now += 60
    times += starts(limiter, clock, 12)
    assert most_within_a_second(times) == 5


@pytest.mark.parametrize("per_second", [5.0, 0.5])
def test_threads_share_one_pace(per_second: float) -> None:
    threads = 4
    clock, barrier, times = SharedClock(threads), Barrier(threads), []
    limiter = Limiter(per_second, clock, clock.sleep)

    def work() -> None:
        barrier.wait(10)
        for _ in range(10):
            with limiter.request():
                times.append(clock.now)
        clock.end()

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result(30)
    assert len(times) == 40
    assert most_within_a_second(times) <= max(1, per_second)
    assert max(times) - min(times) >= 35 / per_second  # 40, of which the first five may go at once


def test_a_penalty_holds_every_request_back_until_it_is_over() -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    next(starts(limiter, clock, 1))
    limiter.hold(30)
    times = list(starts(limiter, clock, 6))
    assert times[0] >= 130
    assert most_within_a_second(times) == 5


def test_a_shorter_penalty_does_not_end_a_longer_one() -> None:
    clock = Clock()
    limiter = Limiter(5, clock, clock.sleep)
    limiter.hold(30)
    limiter.hold(1)
    assert next(starts(limiter, clock, 1)) == 130


def test_a_penalty_that_begins_while_a_request_waits_holds_that_one_too() -> None:
    clock = Clock()

    def sleep(seconds: float) -> None:
        if not clock.slept:
            limiter.hold(30)
        clock.sleep(seconds)

    limiter = Limiter(5, clock, sleep)
    assert [*starts(limiter, clock, 6)][-1] >= 130
