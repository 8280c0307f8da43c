"""config.toml and the environment: faults are told all at once, with their places and a way out."""

import os
from pathlib import Path

import pytest
from conftest import ROOT, Config

from settings.errors import MilestonesError, SettingsError, TokenError
from settings.load import airtable_token, config_path, load_settings, store_url
from settings.names import spelling

TOKEN = "patTEST0000000000.secret"
MINIMAL = """
[tables.projects]
table = "Projects"
fields = {name = "Name"}
[tables.project_deliverables]
table = "Deliverables"
fields = {project = "Project", deliverable = "Deliverable"}
[[requirements]]
milestone = "Vision"
deliverable = "Roadmap"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(MINIMAL)
    return path


def fault(path: Path, text: str) -> str:
    """What is said of a config.toml with this text."""
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


# config.toml


def test_the_shipped_configuration_is_valid_and_names_no_base() -> None:
    settings = load_settings(ROOT / "config.toml")
    assert settings.airtable.base is None
    assert (settings.airtable.requests_per_second, settings.airtable.penalty_seconds) == (5, 30)
    assert [requirement.id for requirement in settings.requirements] == [
        "vision-mvp-1-release-level-vision",
        "vision-mmp-release-level-vision",
    ]


def test_everything_but_tables_and_requirements_has_a_default(config: Path) -> None:
    settings = load_settings(config)
    assert settings.store.url == "sqlite:///mirror/milestones.db"
    assert settings.sync.shrink_guard == 0.3
    assert settings.requirements[0].project_types == "all"


def test_settings_are_frozen(config: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(config).airtable.requests_per_second = 50  # type: ignore[misc]


def test_a_byte_order_mark_does_not_matter(config: Path) -> None:
    config.write_text(MINIMAL, encoding="utf-8-sig")
    assert load_settings(config).tables["projects"].table == "Projects"


def test_all_faults_are_told_at_once_each_with_its_place(config: Path) -> None:
    told = fault(
        config,
        """
        [airtable]
        base = "tblNotABase000000"
        requests_per_second = 0
        [store]
        ulr = "sqlite:///x.db"
        [freshness]
        warning_hours = 48
        error_hours = 24
        [tables.projects]
        table = "Projects"
        fields = {nam = "Name", phase = " "}
        [project_types]
        "Mobile App" = ["App"]
        "Web App" = ["APP"]
        [statuses]
        complete = ["Done"]
        waived = ["done "]
        [[requirements]]
        milestone = "Vision"
        deliverable = "Roadmap"
        parts = ["visions"]
        [[requirements]]
        milestone = "Vision"
        """,
    )
    for place in (
        "airtable.base: ",
        "airtable.requests_per_second: ",
        "store.ulr: unknown key (did you mean “url”?)",
        "freshness.error_hours is less than freshness.warning_hours",
        "tables: projects and project_deliverables need each other",
        "tables.projects.fields.phase: a name or an id is needed",
        "tables.projects.fields.nam: unknown field (did you mean “name”?)",
        "tables.projects.fields.name: must be mapped",
        "project_types: 'app' is a spelling of both 'Mobile App' and 'Web App'",
        "statuses: 'done' is a spelling of both 'complete' and 'waived'",
        "requirements[0].parts[0]: ",
        "requirements[1].deliverable: Field required",
    ):
        assert place in told, place


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("[rulez]\n", "rulez: unknown key (did you mean “rules”?)"),
        ("[airtable]\nbse = 1\n", "airtable.bse: unknown key (did you mean “base”?)"),
        ("[rules]\ndue_son_days = 1\n", "rules.due_son_days: unknown key (did you mean “due_soon_days”?)"),
        (
            '[[requirements]]\nmilestone = "M"\ndeliverable = "D"\nrelase = "R"\n',
            "requirements[1].relase: unknown key (did you mean “release”?)",
        ),
        (
            '[[requirements]]\nmilestone = "M"\ndeliverable = "D"\ndue = {form = "start", days = 1}\n',
            "requirements[1].due.form: unknown key (did you mean “from”?)",
        ),
        ("[airtable]\nsomething_else = 1\n", "airtable.something_else: unknown key. "),
    ],
)
def test_an_unknown_key_is_a_fault_that_suggests_the_nearest_known_one(config: Path, added: str, told: str) -> None:
    assert told in fault(config, MINIMAL + added)


@pytest.mark.parametrize("number", ["inf", "nan", "1e10", "10_000_000_000"])
def test_a_number_that_nothing_can_be_reckoned_with_is_a_fault_of_its_key(config: Path, number: str) -> None:
    keys = {
        "airtable": ["requests_per_second", "penalty_seconds"],
        "sync": ["shrink_guard", "every_minutes", "deadline_seconds", "full_read_hours"],
        "freshness": ["warning_hours", "error_hours"],
        "rules": ["due_soon_days", "waiver_expiring_days", "vision_words"],
        "access": ["hours"],
    }
    added = "".join(f"[{name}]\n" + "".join(f"{key} = {number}\n" for key in own) for name, own in keys.items())
    told = fault(config, MINIMAL + added)
    assert [f"{name}.{key}" for name, own in keys.items() for key in own if f"{name}.{key}: Input " not in told] == []


def test_a_token_in_the_configuration_is_refused_and_not_repeated(config: Path) -> None:
    told = fault(config, f'{MINIMAL}[airtable]\ntoken = "{TOKEN}"\n')
    assert "airtable.token: unknown key" in told and "secret" not in told


def test_spellings_are_compared_without_case_and_white_space() -> None:
    assert spelling("  Web\tBased   PRODUCT ") == "web based product"


def test_a_canonical_word_may_not_be_a_spelling_of_another(config: Path) -> None:
    assert "'paused' is a spelling of both" in fault(
        config, MINIMAL + '[project_statuses]\npaused = []\nactive = ["Paused"]'
    )


def test_a_requirement_names_project_types_that_exist(config: Path) -> None:
    text = MINIMAL + 'project_types = ["Servce Design"]\n[project_types]\n"Service Design" = []\n'
    told = fault(config, text)
    assert "requirements[0]: 'Servce Design' is not in [project_types] (did you mean “Service Design”?)" in told


def test_two_requirements_of_one_id_are_told(config: Path) -> None:
    again = '[[requirements]]\nmilestone = "VISION"\ndeliverable = "Roadmap!"\n'
    assert "requirements: 'vision-roadmap' stands twice" in fault(config, MINIMAL + again)


@pytest.mark.parametrize("text", ["[tables", 'a = "b', "= 1"])
def test_what_is_not_toml_is_told_with_its_line(config: Path, text: str) -> None:
    assert "is not valid TOML" in fault(config, text) and "line" in fault(config, text)


def test_bytes_that_are_no_text_are_told(config: Path) -> None:
    config.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(config)


def test_a_missing_configuration_is_told_and_never_read_as_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no configuration at .*none\.toml.*--config or MILESTONES_CONFIG"):
        load_settings(tmp_path / "none.toml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_an_empty_configuration_lacks_what_it_needs(config: Path) -> None:
    told = fault(config, "")
    assert "tables: Field required" in told and "requirements: Field required" in told


def test_the_option_goes_before_the_environment_and_that_before_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_path() == Path("config.toml")
    monkeypatch.setenv("MILESTONES_CONFIG", "elsewhere.toml")
    assert config_path() == Path("elsewhere.toml")
    assert config_path(Path("given.toml")) == Path("given.toml")


def test_every_fault_has_an_exit_code_of_its_kind() -> None:
    assert {kind.exit_code for kind in (SettingsError, TokenError, MilestonesError)} == {78, 77, 70}


# The store


def test_a_relative_store_starts_at_the_configurations_folder(config: Path, tmp_path: Path) -> None:
    assert store_url(load_settings(config), config).database == str(tmp_path / "mirror" / "milestones.db")


def test_a_relative_store_given_by_option_or_environment_starts_at_this_folder(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    settings = load_settings(config)
    assert store_url(settings, config, "sqlite:///a.db").database == str(here / "a.db")
    monkeypatch.setenv("MILESTONES_STORE", "sqlite:///b.db")
    assert store_url(settings, config).database == str(here / "b.db")
    assert store_url(settings, config, "sqlite:///a.db").database == str(here / "a.db")


def test_a_database_server_is_taken_as_it_is(config: Path) -> None:
    url = "postgresql+psycopg://someone@host/name"
    assert store_url(load_settings(config), config, url).render_as_string() == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:/me:secret@host/db",
        "postgresql+psycopg://me:secret@host:port/db",
        "nosuchdatabase://me:secret@host/db",
        "oracle://me:secret@host/db",
        "postgresql+psycopg://me:a@secret@host/db",
        "postgresql+psycopg://me:a@b:secret@host/db",
        "me:secret",
    ],
)
def test_an_unusable_store_is_told_without_its_password(config: Path, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        store_url(load_settings(config), config, url)
    assert "secret" not in str(caught.value)
    assert "sqlite:///mirror/milestones.db" in caught.value.remedy


# The token


@pytest.mark.parametrize("name", ["AIRTABLE_TOKEN", "AIRTABLE_API_KEY"])
def test_the_token_comes_from_the_environment_or_a_file_beside_the_configuration(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (config.parent / ".env").write_text(f"# mine\n{name} = '{TOKEN}'\n")
    assert airtable_token(config) == TOKEN
    monkeypatch.setenv(name, f" {TOKEN}2\n")
    assert airtable_token(config) == f"{TOKEN}2"
    monkeypatch.setenv(name, "")
    assert airtable_token(config) == TOKEN
    assert name not in os.environ or os.environ[name] == ""


def test_without_a_token_every_place_that_was_searched_is_told(config: Path) -> None:
    with pytest.raises(TokenError) as caught:
        airtable_token(config)
    for part in (
        "AIRTABLE_TOKEN",
        "AIRTABLE_API_KEY",
        str(config.parent / ".env"),
        "https://airtable.com/create/tokens",
    ):
        assert part in str(caught.value)


def test_a_line_beside_the_configuration_that_is_none_is_told_by_its_number_alone(
    config: Path,
) -> None:
    (config.parent / ".env").write_text(f"A=1\nAIRTABLE_TOKEN: {TOKEN}\n")
    with pytest.raises(TokenError, match=r"/\.env \(line 2: no NAME=value\)\. ") as caught:
        airtable_token(config)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bad", ["pat secret", "pat\tsecret", "patsécret", "pat\x7fsecret", "pat\r\nX-Evil: secret"])
def test_what_can_be_no_token_is_refused_and_not_repeated(
    config: Path, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setenv("AIRTABLE_TOKEN", bad)
    with pytest.raises(TokenError, match="AIRTABLE_TOKEN holds characters") as caught:
        airtable_token(config)
    assert "cret" not in str(caught.value)


def test_the_fixture_config_is_the_shipped_one_with_its_changes(write_config: Config) -> None:
    settings = load_settings(write_config(tables__projects__fields__phase=None, sync__shrink_guard=0.5))
    shipped = load_settings(ROOT / "config.toml")
    assert settings.requirements == shipped.requirements and settings.statuses == shipped.statuses
    assert set(shipped.tables["projects"].fields) - set(settings.tables["projects"].fields) == {"phase"}
    assert settings.sync.shrink_guard == 0.5


def test_a_name_that_two_requirements_claim_is_a_fault(write_config: Config) -> None:
    one = {"milestone": "Vision", "deliverable": "Roadmap"}
    other = {"milestone": "Vision", "deliverable": "Plan", "aliases": ["ROADMAP"]}
    with pytest.raises(SettingsError, match="'roadmap' names both 'vision-roadmap' and 'vision-plan'"):
        load_settings(write_config(requirements=[one, other]))


def test_the_word_for_an_unmapped_type_is_no_type(write_config: Config) -> None:
    with pytest.raises(SettingsError, match="choose another word"):
        load_settings(write_config(project_types__Unknown=["x"]))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(write_config: Config, url: str) -> None:
    path = write_config()
    with pytest.raises(SettingsError, match="in memory"):
        store_url(load_settings(path), path, url)
