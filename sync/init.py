"""Looks at a real base and writes a config.toml for it: a proposal for a person to look through."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import Any, Protocol

from pydantic import ValidationError

from settings.errors import MappingError, SettingsError
from settings.fields import FIELDS
from settings.models import AirtableSettings, Settings
from settings.names import spelling
from sync.airtable import PAGE_SIZE, Record, Source
from sync.mapping import checked_tables, effective_type, resolve
from sync.proposal import TableGuess, is_writable, propose, reference

TEMPLATE = Path(__file__).parent / "init_template.toml"
COMMENT_COLUMN = 40

# The words and spellings that config.toml comes with.
PROJECT_TYPES: dict[str, tuple[str, ...]] = {
    "Web-Based Product": ("Website Project", "Web Application Project", "website_design", "application_design"),
    "Mobile App": ("Mobile App Project",),
    "Service Design": ("Service Design Project", "service_design"),
    "Discovery": ("Discovery Project",),
    "Strategy": (),
}
STATUSES: dict[str, tuple[str, ...]] = {
    "not_started": ("Not Started", "To Do", ""),
    "in_progress": ("In Progress", "Doing"),
    "in_review": ("In Review", "Needs Review"),
    "complete": ("Complete", "Completed", "Done"),
    "waived": ("Waived", "N/A"),
}
PROJECT_STATUSES: dict[str, tuple[str, ...]] = {
    "planned": ("Coming Soon", "Accepting Applications", "Recruiting"),
    "active": ("Team Onboarding", "Project In Progress"),
    "paused": ("On Hold",),
    "done": ("Project Complete",),
    "cancelled": ("Cancelled",),
}
SECTIONS: tuple[tuple[str, str, Mapping[str, tuple[str, ...]], tuple[tuple[str, str], ...]], ...] = (
    ("project_types", "", PROJECT_TYPES, (("projects", "type"), ("milestones", "project_types"))),
    ("statuses", "of a project deliverable", STATUSES, (("project_deliverables", "status"),)),
    ("project_statuses", "of a project", PROJECT_STATUSES, (("projects", "status"),)),
)


class Peekable(Source, Protocol):
    """A source of which the first records can be had without reading all."""

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table, with these fields only."""
        ...


def base_settings(base: str) -> AirtableSettings:
    """What `[airtable]` says while there is no config.toml.

    Raises:
        SettingsError: it is no base's id.
    """
    try:
        return AirtableSettings(base=base)
    except ValidationError:
        raise SettingsError(
            f"{base!r} is no base's id", "Copy it from the base's address: https://airtable.com/appXXXXXXXXXXXXXX/..."
        ) from None


def refuse_existing(path: Path) -> None:
    """Raises SettingsError if there is something at the path already, be it a link that leads nowhere."""
    if os.path.lexists(path):
        raise _there_already(path)


def _there_already(path: Path) -> SettingsError:
    return SettingsError(f"{path} is there already, and is left as it is", "Name another file with --output")


def write_config(source: Peekable, path: Path) -> str:
    """Writes a configuration for the base, and says in a line what was found.

    Raises:
        SettingsError: the file is there already or cannot be written, or nothing in the base could be recognised.
        MilestonesError: the base cannot be read.
    """
    schema = source.schema()
    tables = checked_tables(schema, source.base)
    found = propose(tables)
    if not found:
        names = ", ".join(repr(table["name"]) for table in tables)
        raise MappingError(
            f"No table of base {source.base} looks like projects with their deliverables, or like a catalogue of "
            f"deliverables; it has {names}",
            "Say in a copy of config.toml which tables are meant",
        )
    seen = {
        (name, key): _written(guess, key, source)
        for _, _, _, places in SECTIONS
        for name, key in places
        if (guess := found.get(name)) and guess.fields[key].name
    }
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        base=source.base,
        tables="\n".join(_table_lines(found)).rstrip() + "\n",
        spellings="\n".join(line for section in SECTIONS for line in _spelling_lines(*section, seen)).rstrip() + "\n",
    )
    # What is written loads: a proposal that does not is this program's fault, and is not left behind.
    resolve(Settings.model_validate(tomllib.loads(text)), schema, source.base)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _there_already(path) from None
    except OSError as error:
        with suppress(OSError):  # half of it, which the next init would take for a person's
            path.unlink()
        raise SettingsError(f"{path} cannot be written: {error.strerror}", "Name another file with --output") from None
    return _summary(found, path, source.calls)


def _field(guess: TableGuess, key: str) -> dict[str, Any]:
    wanted = guess.fields[key].name
    field: dict[str, Any] = next(item for item in guess.table["fields"] if wanted in (item["name"], item["id"]))
    return field


def _written(guess: TableGuess, key: str, source: Peekable) -> tuple[list[str], str]:
    """The spellings of a field, and where they were seen: a select's options, else the first page of records."""
    field = _field(guess, key)
    _, options = effective_type(field)
    if isinstance(options.get("choices"), list):
        names = [str(choice["name"]) for choice in options["choices"] if isinstance(choice, dict) and "name" in choice]
        return names, f"the options of field {field['name']!r}"
    values: list[str] = []
    for record in source.peek(guess.table["id"], [field["id"]], PAGE_SIZE):
        cell = record.get("fields", {}).get(field["id"])
        values.extend(item for item in (cell if isinstance(cell, list) else [cell]) if isinstance(item, str))
    return list(dict.fromkeys(values)), f"field {field['name']!r} in the first {PAGE_SIZE} records"


def _table_lines(found: Mapping[str, TableGuess]) -> Iterator[str]:
    for name, fields in FIELDS.items():
        guess = found.get(name)
        if guess is None:
            yield f"# [tables.{name}]{' ' * 8}# not found in the base"
            yield ""
            continue
        yield f"[tables.{name}]"
        yield _line(f"table = {toml_text(reference(guess.table))}", guess.confidence)
        yield f"[tables.{name}.fields]"
        for key, kind in fields.items():
            field = guess.fields[key]
            if field.name is not None:
                yield _line(f"{key} = {toml_text(field.name)}", str(field.confidence))
            else:
                what = {"reference": "link or text"}.get(kind.partition(":")[0], kind)
                yield _line(f'# {key} = ""', f"{comment(field.note)} ({what})")
        yield ""


def _spelling_lines(
    section: str,
    of: str,
    known: Mapping[str, tuple[str, ...]],
    places: tuple[tuple[str, str], ...],
    seen: Mapping[tuple[str, str], tuple[list[str], str]],
) -> Iterator[str]:
    """A section of spellings: those of the base that are known, and as questions those that are not."""
    where = [comment(seen[place][1]) for place in places if place in seen]
    told = [text for text in (of, f"from {' and '.join(where)}" if where else "not found in the base") if text]
    yield _line(f"[{section}]", "; ".join(told))
    texts_seen = [text for place in places if place in seen for text in seen[place][0]]
    written = {spelling(text): text for text in texts_seen if is_writable(text)}
    meaning = {spelling(text): word for word, texts in known.items() for text in (word, word.replace("_", " "), *texts)}
    for word, texts in known.items():
        mine = [text for key, text in written.items() if meaning.get(key) == word]
        key = word if word.isidentifier() else toml_text(word)
        if where:
            yield _line(f"{key} = [{', '.join(map(toml_text, mine))}]", "sure" if mine else "no spelling of it seen")
        else:
            yield f"{key} = [{', '.join(map(toml_text, texts))}]"
    unknown = [text for key, text in written.items() if key not in meaning]
    if unknown:
        yield "# In the base, and not known here. Add each to the line above that it means (until then it is unknown):"
        yield from (f"#     {toml_text(text)} ?" for text in unknown)
    if section == "statuses":
        yield '# A blank status is unknown too, unless "" stands in one of these lines.'
    yield ""


def _line(text: str, remark: str) -> str:
    return f"{text:{COMMENT_COLUMN}}  # {remark}"


def toml_text(text: str) -> str:
    """A text as TOML writes it in one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def comment(text: str) -> str:
    """A text that can stand in a comment: in one line, without control characters."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _summary(found: Mapping[str, TableGuess], path: Path, calls: int) -> str:
    marks = [guess.confidence for table in found.values() for guess in table.fields.values()]
    counts = ", ".join(f"{marks.count(mark)} {mark}" for mark in ("sure", "likely", "guess"))
    return (
        f"wrote {path}: {len(found)} tables, {sum(mark is not None for mark in marks)} fields ({counts}), "
        f"{marks.count(None)} not found; {calls} call{'' if calls == 1 else 's'}. "
        f"Look through it, then: python -m sync check --config {path}"
    )
