"""The month's calls: counted, projected, and warned of in time."""

from datetime import datetime, timedelta

import pytest

from settings.models import AirtableSettings, SyncSettings
from sync.quota import Cost, Quota, cost, quota, since
from sync.snapshot import Run

at = datetime.fromisoformat
NOW = at("2026-04-16 00:00")  # half of a month of 30 days
FREE = AirtableSettings(plan="free")


def run(began: datetime, calls: int, exit_code: int = 0, how: str = "full") -> Run:
    return Run("appTestBase000001", began, began + timedelta(seconds=9), exit_code, how, "", calls, {})


def hourly(calls: list[int], last: datetime = NOW - timedelta(minutes=1)) -> list[Run]:
    """Runs an hour apart, the last of them at `last`."""
    return [run(last - timedelta(hours=len(calls) - 1 - place), each) for place, each in enumerate(calls)]


def fed(full: int, other: int, sync: SyncSettings, days: float, last: datetime) -> list[Run]:
    """The runs of so many days with a webhook, as the job makes them; `last` is the last of them."""
    every, found, age = timedelta(minutes=sync.every_minutes), [], timedelta.max / 2
    for number in range(int(timedelta(days=days) / every), -1, -1):
        age += every
        due = age + every * 0.9 >= timedelta(hours=sync.full_read_hours)
        age = timedelta() if due else age
        found.append(run(last - number * every, full if due else other, how="full" if due else "quiet"))
    return found


def test_an_hourly_full_read_breaks_the_free_plan_long_before_the_months_end() -> None:
    found = quota(hourly([4] * 360), FREE, SyncSettings(), NOW)
    assert (found.used, found.projected, found.limit) == (1440, 2880, 1000)
    assert found.warning is not None and found.warning.startswith("1,440 calls this month, and the plan allows 1,000")


def test_the_warning_comes_before_the_limit_and_names_an_interval_that_fits() -> None:
    runs = hourly([1] * 360)
    found = quota(runs, FREE, SyncSettings(every_minutes=30), NOW)
    assert (found.used, found.projected) == (360, 1080)
    assert found.warning and "about 1,080 by its end" in found.warning and "every 50 minutes" in found.warning
    assert quota(runs, FREE, SyncSettings(every_minutes=50), NOW).warning is None
    assert quota(runs, FREE, SyncSettings(every_minutes=48), NOW).warning is not None


def test_a_plan_without_limit_and_a_cheap_schedule_are_not_warned_of() -> None:
    runs = hourly([400] * 360)
    assert quota(runs, AirtableSettings(plan="none"), SyncSettings(), NOW).warning is None
    assert quota(hourly([1] * 24), FREE, SyncSettings(), NOW).warning is None


def test_only_this_months_calls_are_used_while_the_last_months_tell_what_a_run_costs() -> None:
    now = at("2026-05-01 00:30")
    runs = [*hourly([7] * 48, last=at("2026-04-30 23:50")), run(at("2026-05-01 00:00"), 7)]
    found = quota(runs, FREE, SyncSettings(), now)
    assert found.used == 7
    assert found.projected == round(7 + 7 * (31 * 24 - 0.5))


@pytest.mark.parametrize(
    ("full", "every", "advice"),
    [
        (10, 30, "Run every 107 minutes, or"),
        (50, 60, "too many. Set full_read_hours to 123. Run every 144 minutes, or"),
        (50, 300, "too many. Set full_read_hours to 111. Run every 300 minutes, or"),  # though fewer would do
    ],
)
def test_with_a_webhook_full_reads_go_by_their_own_interval_and_the_schedule_that_is_advised_fits(
    full: int, every: int, advice: str
) -> None:
    now, sync = at("2026-04-04"), SyncSettings(every_minutes=every)
    found = quota(fed(full, 1, sync, 3, now), FREE, sync, now)
    really = found.used + sum(run.calls for run in fed(full, 1, sync, 27, NOW))
    assert found.projected == pytest.approx(really, abs=full)
    assert found.warning and advice in found.warning
    better = SyncSettings(every_minutes=found.enough_minutes, full_read_hours=found.enough_hours or 24)
    assert found.used + sum(run.calls for run in fed(full, 1, better, 27, NOW)) <= 800 + full


def test_full_reads_that_are_made_for_doubts_count_as_often_as_they_are_made() -> None:
    sync = SyncSettings()
    quiet = fed(50, 1, sync, 1, NOW)[1:]
    assert cost(quiet, sync) == Cost(50, 1)
    doubted = [run(each.began, 50) if number % 4 == 0 else each for number, each in enumerate(quiet)]
    assert cost(doubted, sync).other == pytest.approx((6 * 50 + 18) / 24, rel=0.1)


def test_a_note_of_a_clock_that_was_ahead_is_not_counted_in_every_month_until_then() -> None:
    runs = [*hourly([1] * 24), run(at("2026-09-01 12:00"), 900), run(NOW, 1)]
    assert quota(runs, FREE, SyncSettings(), NOW) == quota([*runs[:-2], runs[-1]], FREE, SyncSettings(), NOW)


def test_what_a_run_costs_is_told_by_the_last_day_and_by_some_runs_at_least() -> None:
    assert cost(hourly([90] * 24 + [2] * 24), SyncSettings()) == Cost(2, 2)
    daily = [
        run(NOW - timedelta(days=9 - place), calls) for place, calls in enumerate([90, 90, 90, 90, 2, 4, 6, 8, 10])
    ]
    assert cost(daily, SyncSettings()) == Cost(6, 6)
    assert cost([], SyncSettings()) == Cost(0, 0)


def test_failed_runs_count_as_used_but_do_not_make_a_run_look_cheap() -> None:
    runs = [*hourly([10] * 10), *[run(NOW, 0, exit_code=77)] * 20, run(NOW, 3, exit_code=75)]
    assert cost(runs, SyncSettings()) == Cost(10, 10)
    assert quota(runs, FREE, SyncSettings(), NOW).used == 103
    assert cost([run(NOW, 4, exit_code=65)], SyncSettings()) == Cost(4, 4)


def test_a_month_that_airtable_calls_used_up_is_warned_of_until_it_ends_or_a_run_succeeds() -> None:
    plan, spent = AirtableSettings(plan="none"), run(NOW - timedelta(hours=2), 1, exit_code=69)
    for later in ([], [run(NOW, 0, exit_code=77)]):
        found = quota([*hourly([1]), spent, *later], plan, SyncSettings(), NOW)
        assert found.warning and "used up" in found.warning and "a plan with more calls" in found.warning
    assert quota([spent, run(NOW, 1)], plan, SyncSettings(), NOW).warning is None
    assert quota([spent], plan, SyncSettings(), at("2026-05-01")).warning is None


def test_no_interval_is_named_where_none_helps() -> None:
    near = Quota(used=900, projected=950, limit=1000)
    assert near.warning and "Run less often" in near.warning
    assert quota(hourly([900]), FREE, SyncSettings(), NOW).enough_minutes is None
    dear = quota(fed(200, 1, SyncSettings(), 1, at("2026-04-04")), FREE, SyncSettings(), at("2026-04-04"))
    assert (dear.enough_minutes, dear.enough_hours) == (None, None)  # there would be no full read this month


def test_runs_matter_since_the_months_begin_or_the_last_full_read() -> None:
    assert since(NOW, SyncSettings()) == at("2026-04-01")
    assert since(at("2026-04-01 01:00"), SyncSettings(full_read_hours=72)) == at("2026-03-26 01:00")
