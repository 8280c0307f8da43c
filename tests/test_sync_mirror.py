"""The mirror is the base, all of it or as it was: both stores, and the reading over HTTP."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest
from airtable_standin import TOKEN, Base, Fault, Standin
from conftest import Config, Sync
from independent_reader import Reader, assert_documented_shape, assert_equal_to_base
from pandas.testing import assert_frame_equal
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url

from settings.errors import BadAnswer, MirrorOutdated, StoreError, TryAgain
from settings.load import load_settings
from sync import job
from sync.airtable import AirtableBase
from sync.engine import open_store, reading, store_errors
from sync.frames import load, read
from sync.lock import one_writer
from sync.mirror import Counts
from sync.snapshot import load_runs, load_snapshot
from sync.summary import Summary

OTHER = "appOtherBase00001"
TABLES = {"projects", "project_deliverables", "milestones", "catalogue"}


class Mirror(Protocol):
    """Mirrors the stand-in's base into `store`."""

    def __call__(self, *, allow_shrink: bool = False, **changes: Any) -> Summary: ...


@pytest.fixture
def mirror(standin: Standin, write_config: Config, store: str, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    monkeypatch.setenv("AIRTABLE_ENDPOINT_URL", standin.url)

    def run(*, allow_shrink: bool = False, **changes: Any) -> Summary:
        settings = load_settings(write_config(**changes))
        source = AirtableBase(standin.base.id, TOKEN, settings.airtable)
        url = make_url(store)
        with store_errors(url):
            return job.run(settings, source, open_store(url, create=True), allow_shrink=allow_shrink)

    return run


@pytest.fixture
def database(store: str) -> Iterator[Callable[[str], list[Any]]]:
    """Runs SQL in the store, apart from the program's own engine."""
    engine = create_engine(store)

    def execute(sql: str) -> list[Any]:
        with engine.begin() as connection:
            result = connection.execute(text(sql))
            return list(result) if result.returns_rows else []

    yield execute
    engine.dispose()


def contents(store: str) -> dict[str, list[str]]:
    """Everything in the store but the notes of runs and what the snapshot says of when."""
    engine = create_engine(store)
    found = {}
    with engine.connect() as connection:
        for name in sorted(set(inspect(connection).get_table_names()) - {"runs"}):
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings().all()
            when = ("read_began", "read_ended", "full_read_began")
            found[name] = sorted(str({key: value for key, value in row.items() if key not in when}) for row in rows)
    engine.dispose()
    return found


def new_project(base: Base, number: int = 1, **cells: Any) -> str:
    record_id = f"recNew{number:011d}"
    base.put("Projects", {"id": record_id, "fields": {"Name": f"New {number}"} | cells})
    return record_id


def ids(base: Base, table: str) -> list[str]:
    return [record["id"] for record in base.records[base.table(table)["id"]]]


def change(base: Base, table: str, record_id: str, **cells: Any) -> None:
    """Sets cells of a record; None empties one."""
    record = next(record for record in base.records[base.table(table)["id"]] if record["id"] == record_id)
    fields = {base.field(table, name.replace("_", " "))["id"]: value for name, value in cells.items()}
    record["fields"] = {key: value for key, value in (record["fields"] | fields).items() if value is not None}


# Mirror equals base


def test_added_edited_and_deleted_records_and_moved_links_are_followed(
    mirror: Mirror, standin: Standin, base: Base, store: str, write_config: Config
) -> None:
    first = mirror()
    assert {name: (counts.added, counts.changed, counts.removed) for name, counts in first.tables.items()} == {
        name: (counts.records, 0, 0) for name, counts in first.tables.items()
    }
    projects, handed_in = ids(base, "Projects"), ids(base, "Project Deliverables")
    added = new_project(base)
    change(base, "Projects", projects[0], Phase=None)
    change(base, "Projects", projects[1], Name="Renamed — “новый” 🎉")
    base.delete("Projects", projects[2])
    change(base, "Project Deliverables", handed_in[0], Project=[added])
    change(base, "Project Deliverables", handed_in[1], Project=None)
    change(base, "Project Deliverables", handed_in[2], Project=[projects[3], projects[4]])
    second = mirror()
    assert second.tables == {
        "projects": Counts(len(projects), added=1, changed=2, removed=1),
        "project_deliverables": Counts(len(handed_in), changed=3),
        "milestones": Counts(len(ids(base, "Milestones"))),
        "catalogue": Counts(len(ids(base, "Deliverables"))),
    }
    frames = load(make_url(store))
    assert_equal_to_base(frames, Reader(standin, write_config()))
    assert frames.snapshot.version == 2


def test_only_the_order_of_links_changed_is_a_change(mirror: Mirror, base: Base, store: str) -> None:
    record_id, projects = ids(base, "Project Deliverables")[0], ids(base, "Projects")
    change(base, "Project Deliverables", record_id, Project=projects[:2])
    mirror()
    change(base, "Project Deliverables", record_id, Project=projects[1::-1])
    assert mirror().tables["project_deliverables"].changed == 1
    links = load(make_url(store)).links["project_deliverables.project"]
    assert list(links[links["record_id"] == record_id]["linked_id"]) == projects[1::-1]


def test_a_file_is_changed_by_its_size_and_not_by_its_expiring_address(mirror: Mirror, base: Base) -> None:
    record_id, file = ids(base, "Project Deliverables")[0], {"id": "att00000000000001", "filename": "a.pdf", "size": 5}
    changes = []
    for files in ([file | {"url": "https://v5/x"}], [file | {"url": "https://v5/y"}], [file | {"size": 6}]):
        change(base, "Project Deliverables", record_id, Files=files)
        changes.append(mirror().tables["project_deliverables"].changed)
    assert changes == [0, 0, 1]


def test_a_cell_that_cannot_be_read_any_more_is_a_change_and_so_is_its_mending(mirror: Mirror, base: Base) -> None:
    record_id, changes = ids(base, "Milestones")[0], []
    mirror()
    for order in ({"error": "#ERROR!"}, {"error": "#ERROR!"}, {"error": "#REF!"}, None, 1.5):
        change(base, "Milestones", record_id, Order=order)
        summary = mirror()
        changes.append((summary.tables["milestones"].changed, summary.unreadable))
    assert changes == [(1, 1), (0, 1), (1, 1), (1, 0), (1, 0)]


def test_running_again_on_an_unchanged_base_changes_nothing_but_its_age(mirror: Mirror, store: str) -> None:
    mirror()
    before, was = contents(store), load_snapshot(make_url(store))
    again = mirror()
    assert all((counts.added, counts.changed, counts.removed) == (0, 0, 0) for counts in again.tables.values())
    now = load_snapshot(make_url(store))
    assert contents(store) == before
    assert now.version == was.version
    assert now.read_began > was.read_began


def test_a_field_mapped_anew_or_no_longer_is_followed(
    mirror: Mirror, standin: Standin, store: str, write_config: Config
) -> None:
    less: dict[str, Any] = {
        "tables__projects__fields__phase": None,
        "tables__project_deliverables__fields__project": "Name",
    }
    for version, changes in enumerate(({}, less, {}), start=1):
        summary = mirror(**changes)
        frames = load(make_url(store))
        assert_documented_shape(frames)
        assert_equal_to_base(frames, Reader(standin, write_config(**changes)))
        assert ("phase" in frames.snapshot.mapped("projects")) is (changes != less)
        assert frames.projects["phase"].isna().all() == (changes == less)
        assert frames.links["project_deliverables.project"].empty is (changes == less)
        assert frames.snapshot.version == version
        assert summary.tables["projects"].removed == summary.tables["catalogue"].changed == 0


def test_a_table_no_longer_mapped_leaves_nothing_behind(mirror: Mirror, store: str) -> None:
    mirror()
    mirror(tables__projects=None, tables__project_deliverables=None)
    frames = load(make_url(store))
    assert frames.projects.empty and frames.project_deliverables.empty and len(frames.catalogue) > 0
    assert frames.links["project_deliverables.project"].empty and not frames.links["catalogue.milestones"].empty


def test_another_table_mapped_in_a_tables_place_is_no_loss(
    mirror: Mirror, standin: Standin, store: str, write_config: Config
) -> None:
    mirror()
    elsewhere: dict[str, Any] = {
        "tables__milestones": None,
        "tables__catalogue": {"table": "Workshops", "fields": {"name": "Workshop Name"}},
    }
    assert mirror(**elsewhere).tables["catalogue"].removed == 0
    assert_equal_to_base(load(make_url(store)), Reader(standin, write_config(**elsewhere)))


def test_another_base_replaces_the_mirror_whole_and_without_ado(
    mirror: Mirror, standin: Standin, base: Base, store: str, write_config: Config
) -> None:
    change(base, "Milestones", ids(base, "Milestones")[0], Order={"error": "#ERROR!"})
    mirror()
    base.id = OTHER
    change(base, "Milestones", ids(base, "Milestones")[0], Order=1)
    for table in ("Projects", "Project Deliverables"):
        base.records[base.table(table)["id"]].clear()
    only = new_project(base)
    summary = mirror(airtable__base=OTHER)
    assert summary.tables["projects"] == Counts(records=1, added=1)
    frames = load(make_url(store))
    assert (frames.snapshot.base, frames.snapshot.version) == (OTHER, 2)
    assert list(frames.projects["record_id"]) == [only]
    assert frames.faults.empty and frames.links["project_deliverables.project"].empty
    assert_equal_to_base(frames, Reader(standin, write_config(airtable__base=OTHER)))


def test_an_unreadable_cell_is_counted_and_named_until_it_is_mended(mirror: Mirror, base: Base, store: str) -> None:
    record_id = ids(base, "Milestones")[0]
    change(base, "Milestones", record_id, Order={"specialValue": "NaN"})
    assert mirror().unreadable == 1
    frames = load(make_url(store))
    assert frames.faults.to_dict("records") == [
        {"table_name": "milestones", "record_id": record_id, "field": "order", "fault": "the field's formula gives NaN"}
    ]
    assert frames.milestones.set_index("record_id")["order"].isna()[record_id]
    change(base, "Milestones", record_id, Order=4)
    assert mirror().unreadable == 0
    assert load(make_url(store)).faults.empty


def test_cells_no_database_takes_as_they_are_do_not_stop_the_run(mirror: Mirror, base: Base, store: str) -> None:
    record_id = ids(base, "Projects")[0]
    change(base, "Projects", record_id, Name="nul \x00 and half an emoji \ud83d", Start_Date="9999-12-31")
    change(base, "Projects", ids(base, "Projects")[1], Start_Date="0001-01-01")
    mirror()
    row = load(make_url(store)).projects.set_index("record_id").loc[record_id]
    assert row["name"] == "nul  and half an emoji ?"
    assert row["start"].year == 9999


# All or nothing


def break_last_step(database: Callable[[str], list[Any]], store: str) -> None:
    """From now on the store refuses what a swap writes last, when every table is replaced already."""
    if store.startswith("sqlite"):
        database("CREATE TRIGGER broken BEFORE INSERT ON snapshot BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        return
    database("CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN RAISE 'disk full'; END $$ LANGUAGE plpgsql")
    database("CREATE TRIGGER broken BEFORE INSERT ON snapshot FOR EACH ROW EXECUTE FUNCTION broken()")


@pytest.mark.parametrize("how", ["edits", "another mapping", "another base"])
def test_a_swap_that_fails_half_way_leaves_every_table_as_it_was(
    mirror: Mirror, base: Base, store: str, database: Callable[[str], list[Any]], how: str
) -> None:
    mirror()
    break_last_step(database, store)
    before = contents(store)
    changes: dict[str, Any] = {}
    projects = ids(base, "Projects")
    new_project(base)
    change(base, "Projects", projects[0], Phase=None)
    base.delete("Projects", projects[1])
    change(base, "Project Deliverables", ids(base, "Project Deliverables")[0], Project=[projects[2]])
    if how == "another mapping":
        changes = {"tables__projects__fields__status": None, "tables__milestones__fields__deliverables": None}
    if how == "another base":
        base.id, changes = OTHER, {"airtable__base": OTHER}
    with pytest.raises(StoreError, match="disk full"):
        mirror(**changes)
    assert contents(store) == before


@pytest.mark.parametrize("after", [1, 3, 6])
def test_a_read_that_fails_half_way_leaves_every_table_as_it_was(
    mirror: Mirror, standin: Standin, base: Base, store: str, after: int
) -> None:
    mirror()
    before = contents(store)
    new_project(base)
    standin.requests.clear()
    answered = iter(range(100))
    standin.fault = lambda number, method, path: (
        Fault(status=422, body=b'{"error": {"type": "SOMETHING"}}') if next(answered) >= after else None
    )
    with pytest.raises(BadAnswer, match="422 SOMETHING"):
        mirror()
    assert contents(store) == before


def test_a_reader_sees_one_moment_though_the_mirror_is_replaced_meanwhile(
    mirror: Mirror, base: Base, store: str
) -> None:
    mirror()
    was = load(make_url(store))
    replaced: list[bool] = []

    def replace_mirror(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM projects" in statement and not replaced:
            replaced.append(True)
            base.records[base.table("Project Deliverables")["id"]].clear()
            base.id = OTHER
            mirror(airtable__base=OTHER, tables__projects__fields__phase=None)

    event.listen(Engine, "before_cursor_execute", replace_mirror)
    try:
        seen = load(make_url(store))
    finally:
        event.remove(Engine, "before_cursor_execute", replace_mirror)
    assert replaced
    assert seen.snapshot == was.snapshot
    for name in TABLES:
        assert_frame_equal(getattr(seen, name), getattr(was, name))
    assert_frame_equal(seen.links["project_deliverables.project"], was.links["project_deliverables.project"])
    assert load_snapshot(make_url(store)).base == OTHER


def test_a_second_job_meanwhile_corrupts_nothing(
    mirror: Mirror, standin: Standin, base: Base, store: str, write_config: Config
) -> None:
    others: list[Summary] = []

    def second_job(number: int, method: str, path: str) -> None:
        if number == 4:
            new_project(base)
            others.append(mirror())

    standin.fault = second_job
    with pytest.raises(TryAgain, match="Another job replaced the mirror meanwhile"):
        mirror()
    assert len(others) == 1
    after_the_second = contents(store)
    standin.fault = None
    mirror()
    assert contents(store) == after_the_second
    assert_equal_to_base(load(make_url(store)), Reader(standin, write_config()))


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_no_query_asks_anew_for_every_record(mirror: Mirror, base: Base, store: str) -> None:
    """As PostgreSQL does with NOT IN, and IN beside OR, once it believes the other records too many for its memory."""
    mirror()
    base.delete("Projects", ids(base, "Projects")[2])
    plans: dict[str, str] = {}

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "SELECT" in statement and "pg_catalog" not in statement:
            asking = connection.connection.cursor()
            asking.execute(f"EXPLAIN {statement}", parameters)
            plans[statement] = "\n".join(line for (line,) in asking.fetchall())

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        mirror()
        with reading(make_url(store)) as connection:  # as the history of verdicts does within a run
            read(connection, make_url(store), part=ids(base, "Projects")[:2])
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    assert any("staged_projects" in statement for statement in plans)
    assert {statement for statement, plan in plans.items() if "SubPlan" in plan} == set()


# No silent loss


def test_a_table_that_comes_back_empty_is_not_believed_until_a_person_says_so(
    mirror: Mirror, base: Base, store: str
) -> None:
    mirror()
    before = contents(store)
    count = len(ids(base, "Milestones"))
    base.records[base.table("Milestones")["id"]].clear()
    with pytest.raises(BadAnswer, match=f"'Milestones' would lose {count} of its {count} records") as caught:
        mirror()
    assert "--allow-shrink" in caught.value.remedy
    assert contents(store) == before
    assert mirror(allow_shrink=True).tables["milestones"] == Counts(records=0, removed=count)
    assert load(make_url(store)).milestones.empty


@pytest.mark.parametrize(("lost", "believed"), [(18, True), (19, False)])
def test_a_loss_of_more_than_the_guards_part_is_not_believed(
    mirror: Mirror, base: Base, lost: int, believed: bool
) -> None:
    mirror()
    assert len(ids(base, "Projects")) == 60
    for record_id in ids(base, "Projects")[:lost]:
        base.delete("Projects", record_id)
    for number in range(40):  # what is added makes up for no loss
        new_project(base, number)
    if believed:
        assert mirror().tables["projects"].removed == lost
        return
    with pytest.raises(BadAnswer, match="would lose 19 of its 60 records"):
        mirror()
    assert mirror(sync__shrink_guard=0.5).tables["projects"].removed == lost


def test_a_small_loss_is_believed_whatever_part_it_is(mirror: Mirror, base: Base) -> None:
    for record_id in ids(base, "Projects")[10:]:
        base.delete("Projects", record_id)
    mirror()
    for record_id in ids(base, "Projects")[:9]:
        base.delete("Projects", record_id)
    assert mirror().tables["projects"] == Counts(records=1, removed=9)


def shifting(base: Base, times: int) -> Callable[[int, str, str], None]:
    """Inserts a record before the cursor in each of so many reads of a table, so that its next page repeats one."""
    table = base.table("Project Deliverables")["id"]
    pages = iter(range(1000))
    left = iter(range(times))

    def shift(number: int, method: str, path: str) -> None:
        if path.endswith(table) and next(pages) % 2 == 1 and (time := next(left, None)) is not None:
            base.records[table].insert(0, {**base.records[table][0], "id": f"recInserted{time:06d}"})

    return shift


def test_a_table_whose_pages_shift_is_read_anew(
    mirror: Mirror, standin: Standin, base: Base, store: str, write_config: Config
) -> None:
    mirror()
    standin.live_order = True
    standin.fault = shifting(base, 1)
    counts = mirror().tables["project_deliverables"]
    assert (counts.records, counts.added, counts.changed, counts.removed) == (126, 1, 0, 0)
    standin.fault = None
    assert_equal_to_base(load(make_url(store)), Reader(standin, write_config()))


def test_a_table_whose_pages_never_fit_together_is_no_reading_of_the_base(
    mirror: Mirror, standin: Standin, base: Base, store: str
) -> None:
    mirror()
    before = contents(store)
    standin.live_order = True
    standin.fault = shifting(base, 100)
    with pytest.raises(BadAnswer, match="'Project Deliverables' could not be read in one piece in 4 attempts"):
        mirror()
    assert contents(store) == before


def test_an_answer_that_repeats_a_record_when_one_is_asked_for_by_name_is_not_believed(
    mirror: Mirror, standin: Standin, base: Base, store: str
) -> None:
    mirror()
    before = contents(store)
    projects = base.records[base.table("Projects")["id"]]
    projects.pop(0)
    there = json.dumps({"records": [projects[0]]}).encode()
    reading = len(standin.requests)  # then it is asked for
    standin.fault = lambda number, method, path: Fault(body=there) if number > 2 * reading else None
    with pytest.raises(BadAnswer, match="'Projects' twice"):
        mirror()
    assert contents(store) == before


# Stores that are not a mirror, or not this program's


def test_a_mirror_of_an_older_layout_is_told_and_replaced_by_the_next_run(
    mirror: Mirror, standin: Standin, store: str, database: Callable[[str], list[Any]], write_config: Config
) -> None:
    mirror()
    database("UPDATE snapshot SET layout = 2")  # which had not these columns
    database("ALTER TABLE snapshot DROP COLUMN unsettled")
    database("ALTER TABLE snapshot DROP COLUMN judged_by")
    database("ALTER TABLE projects DROP COLUMN phase")
    with pytest.raises(MirrorOutdated, match="has layout 2") as caught:
        load(make_url(store))
    assert "python -m sync run" in caught.value.remedy
    mirror()
    frames = load(make_url(store))
    assert_equal_to_base(frames, Reader(standin, write_config()))
    assert frames.snapshot.version == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE snapshot SET dependencies = '{}'",
        "UPDATE snapshot SET tables = '{\"projects\": {}}'",
        "UPDATE snapshot SET tables = 'x', read_began = 'x'",
        "DROP TABLE milestones",
    ],
)
def test_a_damaged_mirror_is_made_anew_by_the_next_run(
    mirror: Mirror,
    standin: Standin,
    store: str,
    database: Callable[[str], list[Any]],
    write_config: Config,
    damage: str,
) -> None:
    mirror()
    if "'x'" in damage and not store.startswith("sqlite"):
        damage = "UPDATE snapshot SET tables = '7'"  # PostgreSQL takes no JSON, nor time, that is none
    database(damage)
    mirror()
    assert_equal_to_base(load(make_url(store)), Reader(standin, write_config()))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # PostgreSQL keeps no JSON that is none
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE snapshot SET tables = 'x'", "is damaged: .*python -m sync run"),
        ("DROP TABLE links", "has lost tables: links.*python -m sync run"),
        ("UPDATE projects SET start = 'soon'", "is damaged: .*Move the store away and run again"),
    ],
)
def test_a_damaged_mirror_is_told_with_the_remedy(
    mirror: Mirror, database: Callable[[str], list[Any]], store: str, damage: str, told: str
) -> None:
    mirror()
    database(damage)
    with pytest.raises(StoreError, match=told):
        load(make_url(store))


def test_a_damaged_store_is_told_by_all_who_meet_it_and_its_notes_of_runs_stop_no_run(
    write_config: Config, sync: Sync, sqlite: str
) -> None:
    options, path = ("--config", write_config(), "--store", sqlite), make_url(sqlite).database or ""
    assert sync("run", *options).returncode == 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE runs SET began = 'garbage'")
        connection.commit()
    assert [sync(command, *options).returncode for command in ("run", "status", "check")] == [0, 0, 0]
    with pytest.raises(StoreError, match=r"notes of runs in .* are damaged: .*Delete its table runs"):
        load_runs(make_url(sqlite), most=None)
    with Path(path).open("r+b") as file:
        file.seek(40_000)
        file.write(b"x" * 100_000)
    told = sync("run", *options)
    assert (told.returncode, told.stderr.count("\n")) == (74, 1) and "Move the store away and run again" in told.stderr


def test_a_store_that_cannot_be_reached_is_told() -> None:
    with pytest.raises(StoreError, match="cannot be reached: File name too long"):
        open_store(make_url(f"sqlite:////tmp/{'x' * 300}.db"))


def test_a_store_that_another_program_holds_is_to_be_tried_again(tmp_path: Path) -> None:
    url = make_url(f"sqlite:///{tmp_path / 'mirror.db'}")
    with closing(sqlite3.connect(tmp_path / "mirror.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        impatient = create_engine(url, connect_args={"timeout": 0})
        with pytest.raises(TryAgain, match="Another program holds the store"), store_errors(url):
            impatient.connect().exec_driver_sql("CREATE TABLE t (a)")


def test_one_store_by_two_names_has_one_writer(tmp_path: Path) -> None:
    (tmp_path / "mirror.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "mirror.db")
    first, second = (open_store(make_url(f"sqlite:///{tmp_path / name}")) for name in ("mirror.db", "link.db"))
    with one_writer(first), pytest.raises(TryAgain, match="Another job is at work"), one_writer(second):
        pass


def test_nobody_waits_long_for_a_silent_database() -> None:
    asked: list[dict[str, Any]] = []

    def note(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> None:
        asked.append(options)
        raise ConnectionRefusedError

    for query in ("", "?connect_timeout=3"):
        engine = open_store(make_url(f"postgresql+psycopg://127.0.0.1:9/mirror{query}"))
        event.listen(engine, "do_connect", note)
        with pytest.raises(ConnectionRefusedError), engine.connect():
            pass
    assert [int(options["connect_timeout"]) for options in asked] == [10, 3]
    assert asked[0]["tcp_user_timeout"] == 60_000


@pytest.mark.parametrize(
    "table",
    [
        "projects (budget integer)",
        "projects (record_id text, created_time text)",  # alike, and no snapshot says that it is a mirror's
        "snapshot (layout integer, version integer)",
        "runs (id integer, distance integer)",
        "history (id integer, place text)",
        "feed (base text)",
    ],
)
def test_a_database_that_is_somebody_elses_is_left_alone_and_costs_no_call(
    mirror: Mirror, standin: Standin, store: str, database: Callable[[str], list[Any]], table: str
) -> None:
    name, _, columns = table.partition(" ")
    database(f"CREATE TABLE {table}")
    database(f"INSERT INTO {name} VALUES ({', '.join('7' for _ in columns.split(','))})")
    with pytest.raises(StoreError, match=f"tables that this program did not make: {name}\\.") as caught:
        mirror()
    assert "--store" in caught.value.remedy and standin.requests == []
    assert len(database(f"SELECT * FROM {name}")) == 1
    assert {name, *contents(store)} == {name}
