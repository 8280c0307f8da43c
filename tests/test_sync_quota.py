"""The month's calls: counted, projected, and warned of in time."""

from datetime import datetime, timedelta

import pytest

from settings.models import AirtableSettings, SyncSettings
from sync.quota import Quota, cost, quota, since
from sync.snapshot import Run

at = datetime.fromisoformat
NOW = at("2026-04-16 00:00")  # half of a month of 30 days
FREE = AirtableSettings(plan="free")


def run(began: datetime, calls: int, exit_code: int = 0) -> Run:
    return Run("appTestBase000001", began, began + timedelta(seconds=9), exit_code, "full", "", calls, {})


def hourly(calls: list[int], last: datetime = NOW - timedelta(minutes=1)) -> list[Run]:
    """Runs an hour apart, the last of them at `last`."""
    return [run(last - timedelta(hours=len(calls) - 1 - place), each) for place, each in enumerate(calls)]


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


def test_a_dear_full_read_among_many_quiet_runs_counts_by_its_share() -> None:
    every_five = [run(NOW - timedelta(minutes=5 * place), 289 if place == 200 else 1) for place in range(400, 0, -1)]
    assert cost(every_five, SyncSettings(every_minutes=5)) == pytest.approx(2.0, rel=0.01)


def test_what_a_run_costs_is_told_by_the_last_day_and_by_some_runs_at_least() -> None:
    assert cost(hourly([90] * 24 + [2] * 24), SyncSettings()) == 2
    daily = [run(NOW - timedelta(days=9 - place), calls) for place, calls in enumerate([90, 90, 90, 90, 2, 2, 2, 2, 2])]
    assert cost(daily, SyncSettings()) == 2
    assert cost([], SyncSettings()) == 0


def test_failed_runs_count_as_used_but_do_not_make_a_run_look_cheap() -> None:
    runs = [*hourly([10] * 10), *[run(NOW, 0, exit_code=77)] * 20, run(NOW, 3, exit_code=75)]
    assert cost(runs, SyncSettings()) == 10
    assert quota(runs, FREE, SyncSettings(), NOW).used == 103
    assert cost([run(NOW, 4, exit_code=65)], SyncSettings()) == 4


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


def test_runs_matter_since_the_months_begin_or_the_last_full_read() -> None:
    assert since(NOW, SyncSettings()) == at("2026-04-01")
    assert since(at("2026-04-01 01:00"), SyncSettings(full_read_hours=72)) == at("2026-03-26 01:00")
