"""Over generated histories of edits, renames, faults and runs the mirror equals an independent reading of the base.

More histories than the suite has time for: HYPOTHESIS_PROFILE=long pytest tests/test_sync_stateful.py (HISTORIES=n).
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airtable_standin import TOKEN, Fault, Standin
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from living_base import FULL, OTHER_END, Desk, Wall, destroy, ids, link, living, rec

from settings.errors import MappingError, MilestonesError
from sync import airtable, feed, reading

settings.register_profile("short", max_examples=25)
settings.register_profile("long", max_examples=int(os.environ.get("HISTORIES", "10000")))
PROFILE = settings.get_profile("long" if os.environ.get("HYPOTHESIS_PROFILE") == "long" else "short")

PLAIN: dict[str, dict[str, list[str | None]]] = {  # fields that people edit, and values for them
    "Projects": {
        "Name": ["Alpha", "Beta", "", "naïve 🎉"],
        "Status": ["Open", "Done", None],
        "Start": ["2026-02-03", None],
    },
    "Project Deliverables": {"Status": ["Open", "Done", None]},
    "Milestones": {"Name": ["One", "Two"]},
    "Catalogue": {"Name": ["Thing", "Other", None]},
    "People": {"Who": ["Ada", "Ben", None]},
}
FAULTS = [
    Fault(status=503, body=b"<html>"),
    Fault(body=b"{}"),
    Fault(status=422, body=b'{"error": {"type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"}}'),
    Fault(cut=30),
    Fault(status=403, body=b'{"error": {"type": "NO"}}'),
]
tables = st.sampled_from(sorted(PLAIN))
number = st.integers(0, 50)


class Histories(RuleBasedStateMachine):
    """A base that is edited, and the job run on it now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.base, self.wall = living(3), Wall()
        self.ids = {table["name"]: table["id"] for table in self.base.tables}
        self.fields = {
            (table["name"], field["name"]): field["id"] for table in self.base.tables for field in table["fields"]
        }
        self.standin = Standin(self.base, rate=None, tokens={TOKEN: FULL}, wall=self.wall.seconds)
        self.standin.__enter__()
        os.environ["AIRTABLE_ENDPOINT_URL"] = self.standin.url
        self.desk = Desk(self.standin, f"sqlite:///{self.folder.name}/mirror.db", Path(self.folder.name))
        self.desk.now = self.wall
        self.made = 0
        self.edited = True
        self.hook = False

    def teardown(self) -> None:
        """Ends the stand-in."""
        self.standin.__exit__()
        self.folder.cleanup()

    @initialize(
        computed=st.booleans(),
        options=st.booleans(),
        stale=st.sampled_from(["skip", "refuse"]),
        live=st.booleans(),
        pages=st.sampled_from([1, 5]),  # 1: some are staged already when a read begins anew
    )
    def airtable_works_so(self, computed: bool, options: bool, stale: str, live: bool, pages: int) -> None:
        reading.PAGES_AT_A_TIME = pages
        self.standin.live_order = live
        hooks = self.standin.webhooks
        hooks.computed_payloads, hooks.option_payloads, hooks.stale_cursor = computed, options, stale
        self.desk.run()  # from now on names may change: they are known by their ids
        self.edited = False

    def some(self, table: str, index: int) -> str | None:
        there = ids(self.base, table)
        return there[index % len(there)] if there else None

    @rule(table=tables, index=number, data=st.data())
    def record_edited(self, table: str, index: int, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(PLAIN[table])))
        value = data.draw(st.sampled_from(PLAIN[table][name]))
        if record_id := self.some(table, index):
            self.base.update(self.ids[table], record_id, {self.fields[table, name]: value})
            self.edited = True

    @rule(table=tables)
    def record_made(self, table: str) -> None:
        self.made += 1
        cells = {self.fields[table, name]: values[0] for name, values in PLAIN[table].items()}
        self.base.put(self.ids[table], {"id": rec("New", self.made), "fields": cells})
        self.edited = True

    @rule(table=tables, index=number)
    def record_deleted(self, table: str, index: int) -> None:
        if record_id := self.some(table, index):
            destroy(self.base, table, record_id)
            self.edited = True

    @rule(end=st.sampled_from(sorted(OTHER_END)), index=number, others=st.lists(number, max_size=3))
    def link_edited(self, end: tuple[str, str], index: int, others: list[int]) -> None:
        (table, name), (there, _) = end, OTHER_END[end]
        linked = dict.fromkeys(filter(None, (self.some(there, other) for other in others)))
        if record_id := self.some(table, index):
            link(self.base, table, record_id, name, list(linked))
            self.edited = True

    @rule(data=st.data(), name=st.sampled_from(["Status", "Name", "Lead", "Who", "Ünused"]))
    def field_renamed(self, data: st.DataObject, name: str) -> None:
        table, old = data.draw(st.sampled_from(sorted(self.fields)))
        self.made += 1
        self.base.rename_field(self.ids[table], self.fields[table, old], f"{name} {self.made}")

    @rule(table=tables)
    def table_renamed(self, table: str) -> None:
        self.made += 1
        self.base.rename_table(self.ids[table], f"Renamed {self.made}")

    @rule(table=tables)
    def field_added(self, table: str) -> None:
        self.made += 1
        added = {"id": f"fld{self.made:014d}", "name": f"Added {self.made}", "type": "singleLineText"}
        self.base.add_field(self.ids[table], added)

    @rule()
    def field_retyped_and_back(self) -> None:
        start = (self.ids["Projects"], self.fields["Projects", "Start"])
        self.base.retype_field(*start, "checkbox", None, lambda cell: True)
        before = self.desk.hash()
        with pytest.raises(MappingError, match="a date is needed"):
            self.desk.run(allow_shrink=True)
        assert self.desk.hash() == before
        self.base.retype_field(*start, "date", None, lambda cell: "2026-05-05")
        self.edited = True

    @rule(index=number)
    def option_added_and_used(self, index: int) -> None:
        self.made += 1
        table, field = self.ids["Projects"], self.fields["Projects", "Status"]
        self.base.add_choice(table, field, f"Option {self.made}")
        if record_id := self.some("Projects", index):
            self.base.update(table, record_id, {field: f"Option {self.made}"})
            self.edited = True

    @precondition(lambda self: not self.hook)
    @rule()
    def webhook_made(self) -> None:
        self.desk.webhook()
        self.hook = True

    @precondition(lambda self: self.hook)
    @rule(forgotten=st.booleans())
    def webhook_lost_or_failed(self, forgotten: bool) -> None:
        hook = next(iter(self.standin.webhooks.hooks))
        if forgotten:
            self.standin.webhooks.forget(hook)
            self.hook = False
        else:
            self.standin.webhooks.fail(hook, "INVALID_HOOK")

    @rule(hours=st.sampled_from([1, 5, 25, 24 * 8, -2]))
    def time_passed(self, hours: int) -> None:
        self.wall.forward(hours=hours)
        self.standin.webhooks._tidy()
        self.hook = bool(self.standin.webhooks.hooks) and self.hook

    @rule(fault=st.sampled_from(FAULTS), after=st.integers(0, 8), times=st.integers(1, 30))
    def run_with_a_fault(self, fault: Fault, after: int, times: int) -> None:
        asked = iter(range(999))
        self.standin.fault = lambda *request: fault if after <= next(asked) < after + times else None
        before = self.desk.hash()
        try:
            self.desk.run(allow_shrink=True)
        except MilestonesError:
            assert self.desk.hash() == before
        else:
            self.edited = False
            self.desk.check()
        finally:
            self.standin.fault = None

    @rule(page=st.integers(1, 3))
    def run_with_a_cursor_that_expires(self, page: int) -> None:
        table, asked = self.ids["Project Deliverables"], iter(range(1, 999))

        def hook(number: int, method: str, path: str) -> None:
            if path.endswith(table) and next(asked) == page + 1:
                self.standin.expire_iterators()

        self.standin.fault = hook
        self.desk.run(allow_shrink=True)
        self.standin.fault = None
        self.edited = False
        self.desk.check()

    @rule(after=st.integers(0, 12), index=number, table=tables, kind=st.sampled_from(["edit", "make", "delete"]))
    def run_with_an_edit_meanwhile(self, after: int, index: int, table: str, kind: str) -> None:
        asked = iter(range(999))

        def hook(*request: Any) -> None:
            if next(asked) != after:
                return
            if kind == "make":
                self.record_made(table)
            elif kind == "delete":
                self.record_deleted(table, index)
            elif record_id := self.some("Project Deliverables", index):
                cells = {self.fields["Project Deliverables", "Status"]: "Done"}
                self.base.update(self.ids["Project Deliverables"], record_id, cells)
                self.edited = True

        self.standin.fault = hook
        self.edited = False
        summary = self.desk.run(allow_shrink=True)
        self.standin.fault = None
        if not self.edited or summary.equal_at:
            self.desk.check()

    @rule()
    def run(self) -> None:
        summary = self.desk.run(allow_shrink=True)
        self.desk.check()
        if not self.edited:
            counts = summary.tables.values()
            assert not any(item.added or item.changed or item.removed for item in counts)
        self.edited = False


def test_over_generated_histories_the_mirror_equals_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", "")
    for module in (airtable, feed):  # so that small tables have several pages
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    monkeypatch.setattr(reading, "PAGES_AT_A_TIME", 1)  # each history has its own
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run: Callable[..., None] = run_state_machine_as_test
    run(
        Histories,
        settings=settings(
            PROFILE,
            deadline=None,
            stateful_step_count=15,
            suppress_health_check=checks,
            phases=[Phase.generate],
            database=None,
        ),
    )
