"""Reads config.toml and the environment."""

import logging
import os
import tomllib
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from settings.errors import SettingsError, TokenError
from settings.models import Settings
from settings.names import suggestion

# It warns on standard error of lines that it cannot read; a fault is one line here.
logging.getLogger("dotenv").addHandler(logging.NullHandler())

DEFAULT_CONFIG = Path("config.toml")
TOKEN_NAMES = ("AIRTABLE_TOKEN", "AIRTABLE_API_KEY")


def config_path(given: Path | None = None) -> Path:
    """The configuration's path: what was given, else MILESTONES_CONFIG, else config.toml in this folder."""
    return given or Path(os.environ.get("MILESTONES_CONFIG") or DEFAULT_CONFIG)


def load_settings(path: Path) -> Settings:
    """Reads and checks a config.toml.

    Raises:
        SettingsError: it is missing, is not TOML, or has faults; all faults are named, each with its place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad puts a mark before the text
    except FileNotFoundError:
        raise SettingsError(
            f"There is no configuration at {path.absolute()}",
            "Name one with --config or MILESTONES_CONFIG, or start in the project's folder",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", "Mend the file") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", "Mend that line") from None
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(_fault(item["loc"], item["msg"], item["type"]) for item in error.errors())
        raise SettingsError(
            f"{path}: {faults}", "Mend these places; the shipped config.toml explains each key"
        ) from None


def _fault(place: tuple[int | str, ...], message: str, kind: str) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    if kind == "extra_forbidden":
        return f"{where}: unknown key{suggestion(str(place[-1]), _known_keys(place[:-1]))}"
    if kind == "value_error":
        return message.removeprefix("Value error, ")  # the checks across keys name their places themselves
    return f"{where}: {message}"


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand at a place of config.toml."""
    schema = Settings.model_json_schema(by_alias=True)
    here = schema
    for part in place:
        here = here.get("properties", {}).get(str(part)) or here.get("items") or here.get("additionalProperties") or {}
        here = next((choice for choice in here.get("anyOf", ()) if "$ref" in choice), here)  # it may be absent
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return list(here.get("properties", {}))


def store_url(settings: Settings, config: Path, given: str | None = None) -> URL:
    """Where the mirror is: the URL given, else MILESTONES_STORE, else config.toml's.

    A relative SQLite path in config.toml starts at config.toml's folder, so that a cron job and a dashboard
    started from different folders meet at the same mirror; one given by option or environment at this folder.

    Raises:
        SettingsError: it is not a database URL.
    """
    override = given or os.environ.get("MILESTONES_STORE")
    text = override or settings.store.url
    try:
        url = make_url(text)
        url.get_dialect().import_dbapi()
        told = "its host is none" if "@" in (url.host or "") else ""
    except (ArgumentError, ImportError) as error:
        told = str(error)
    except ValueError:
        told = "its port is none"
    if told:
        # The URL itself, or what was taken for its host or port, is not said: it may hold a password.
        raise SettingsError(
            f"The store's URL cannot be used: {told}",
            "Give one such as sqlite:///mirror/milestones.db or postgresql+psycopg://user@host/db; in a password write "
            "@ as %40",
        )
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise SettingsError("A store in memory is gone with the job", "Name a file: sqlite:///mirror/milestones.db")
        folder = Path() if override else config.parent
        url = url.set(database=str((folder / url.database).absolute()))
    return url


def airtable_token(config: Path) -> str:
    """The token, from the environment or from a file .env beside config.toml.

    Raises:
        TokenError: there is none, or it cannot be one.
    """
    file = config.parent / ".env"
    try:
        beside = dotenv_values(file)
    except (OSError, UnicodeDecodeError) as error:
        raise TokenError(f"{file} cannot be read: {error}", "Mend the file") from None
    for source in (os.environ, beside):
        for name in TOKEN_NAMES:
            token = (source.get(name) or "").strip()
            if token:
                if not token.isascii() or not token.isprintable() or " " in token:
                    raise TokenError(f"{name} holds characters that no token has", "Copy the token anew")
                return token
    raise TokenError(
        f"There is no Airtable token: neither {' nor '.join(TOKEN_NAMES)} is set, in the environment or in "
        f"{file.absolute()}{_unread_lines(file)}",
        "Make one at https://airtable.com/create/tokens with the scopes data.records:read and schema.bases:read",
    )


def _unread_lines(file: Path) -> str:
    """Which lines of a .env are not understood, in words; never what stands there, for that may be the token."""
    if not file.is_file():
        return ""
    with file.open(encoding="utf-8") as stream:
        lines = [f"line {binding.original.line}" for binding in parse_stream(stream) if binding.error]
    return f" ({', '.join(lines)}: no NAME=value)" if lines else ""
