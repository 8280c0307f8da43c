"""Write the sample base and the truth about it.

The sample base is what people see before they connect their own: five generations of an invented Airtable base, as
its Web API would answer (schema and records, cells keyed by field id), and what is true in each of them. The truth is
declared in sample_projects.py, cell by cell; no rule of the dashboard is run here.

    python scripts/make_sample.py [--out DIR] [--truth FILE]

The same bytes come out at every run.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sample_projects import (
    DUE,
    GAPS,
    GENERATIONS,
    LETTERS,
    MISSIONS,
    NAMES,
    OTHERS,
    PEOPLE,
    PROJECTS,
    VISIONS,
    WITHOUT_RECORD,
    Cell,
    Other,
    Project,
)
from sample_schema import (
    SPELLINGS,
    Json,
    catalogue_rows,
    draw,
    field_id,
    identifier,
    milestone_rows,
    record,
    schema,
    table_id,
    workshop_rows,
)

BASE: Final = {"id": "appSampleBase0001", "name": "Sample base"}
REQUIREMENTS: Final = ("vision-mvp-1-release-level-vision", "vision-mmp-release-level-vision")
DUE_DAYS: Final = 56
DAYS: Final = tuple(date.fromisoformat(day) for day in GENERATIONS)
ROOT: Final = Path(__file__).resolve().parent.parent

LOOKS_LIKE: Final = {"x": "w", "e": "w", "i": "c", "s": "c", "S": "c", "O": "p"}  # by status, among SPELLINGS


def stamp(day: date, key: str) -> str:
    """An instant of that day, in office hours."""
    return f"{day}T{9 + draw(key, 7):02}:{draw(key + 'm', 60):02}:{draw(key + 's', 60):02}.000Z"


def person(first: str) -> Json:
    """A collaborator cell; first is a key of PEOPLE."""
    return {"id": identifier("usr", first), "email": f"{first.lower()}@example.org", "name": PEOPLE[first]}


@dataclass
class Hand:
    """A project's own values in one generation."""

    generation: int
    name: str
    type: str
    phase: str
    status: str
    manager: str
    due: str
    round: str

    @property
    def start(self) -> str:
        """The start date, eight weeks before the due date; blank if there is none."""
        return str(date.fromisoformat(self.due) - timedelta(days=DUE_DAYS)) if self.due else ""


def hand(project: Project, generation: int) -> Hand:
    """What the project's row says in a generation."""
    names = ("name", "type", "phase", "status", "manager", "due", "round")
    values = {name: str(getattr(project, name)) for name in names}
    for since, change in sorted(project.changes.items()):
        if since <= generation:
            values.update(change)
    return Hand(generation, **values)


def cells(project: Project) -> Iterator[tuple[int, Cell]]:
    """The project's cells with the number of their requirement."""
    for number, cell in enumerate((project.mvp, project.mmp)):
        if isinstance(cell, tuple):
            yield from ((number, one) for one in cell)
        else:
            yield number, Cell(cell) if isinstance(cell, str) else cell


def days_of_work(key: str, cell: Cell, rounds: list[str]) -> list[date | None]:
    """When the record was last worked on, as known in each generation; None while there is no record."""
    worked: list[date | None] = []
    for generation, letter in enumerate(cell.story):
        before = cell.story[generation - 1] if generation else "."
        today = DAYS[generation]
        if letter in WITHOUT_RECORD:
            worked.append(None)
        elif generation in cell.touched:
            worked.append(date.fromisoformat(cell.touched[generation]))
        elif before not in WITHOUT_RECORD and (letter == before or letter in "sS" or before + letter in ("we", "ex")):
            worked.append(worked[-1])
        elif letter in "sS":
            worked.append(date.fromisoformat(rounds[generation]) - timedelta(days=12 + draw(key, 18)))
        else:
            ago = 1 + draw(f"{key}|{generation}", 6) if generation else 5 + draw(key, 34)
            worked.append(today - timedelta(days=ago))
    return worked


@dataclass
class Piece:
    """A record of Project Deliverables through the generations."""

    key: str
    rec: str
    deliverable: str
    release: str
    cell: Cell
    owner: str
    rounds: list[str]
    projects: list[Project]
    worked: list[date | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out the days on which it was worked on."""
        self.worked = days_of_work(self.key, self.cell, self.rounds)

    @property
    def created(self) -> str:
        """The instant of its creation, between its first generation and the one before."""
        first, day = next((number, day) for number, day in enumerate(self.worked) if day)
        ago = 7 + draw(self.key, 6)
        return stamp((DAYS[first] if first else day) - timedelta(days=ago), self.key)

    def lives(self, generation: int) -> bool:
        """Whether the record is there."""
        return self.worked[generation] is not None

    def evidence(self, letter: str, generation: int) -> Json:
        """Link and files. The addresses of files expire, so they differ in every generation."""
        cell = self.cell
        proof = cell.proof if cell.proof != "?" else ("link", "link", "files", "both")[draw(self.key + "proof", 4)]
        if letter in "nuweox" or (letter in "prO" and draw(self.key + "early", 2)):
            return {}
        if letter == "i" and cell.lacks == "evidence":
            return {}
        values: Json = {}
        if proof in ("link", "both"):
            values["Link"] = f"https://docs.example.org/{self.rec[3:9].lower()}/vision"
        if proof in ("files", "both"):
            kind = ("application/pdf", "image/png")[draw(self.key + "kind", 2)]
            token = hashlib.sha256(f"{self.key}|{generation}".encode()).hexdigest()
            expires = 1_786_392_000_000 + generation * 14 * 86_400_000
            values["Files"] = [
                {
                    "id": identifier("att", self.key),
                    "url": f"https://v5.airtableusercontent.com/v3/u/52/52/{expires}/{token[:22]}/{token[22:]}",
                    "filename": f"release-vision-v{1 + draw(self.key, 4)}.{kind[-3:]}",
                    "size": 20_000 + draw(self.key + "size", 900_000),
                    "type": kind,
                }
            ]
        return values

    def words(self, letter: str) -> Json:
        """Vision and mission, as far as they are written."""
        stage = 2 if letter in "risScO" else draw(self.key + "words", 3) if letter == "p" else 0
        lacks = self.cell.lacks if letter == "i" else ""
        audience = (self.cell.audience or "neighbours").lower()
        vision = self.cell.vision or VISIONS[draw(self.key + "vision", len(VISIONS))]
        mission = MISSIONS[draw(self.key + "mission", len(MISSIONS))].format(audience=audience)
        return {
            "Vision Statement": vision if (stage or self.cell.vision) and lacks != "vision" else "",
            "Mission": mission if stage > 1 and lacks != "mission" else "",
        }

    def waiver(self, letter: str) -> Json:
        """Who waived it, why and until when."""
        if letter not in "wex":
            return {}
        return {
            "Waiver Reason": "" if self.cell.lacks == "reason" else "The organisation keeps last year's vision",
            "Waived By": "" if self.cell.lacks == "name" else PEOPLE["Olive"],
            "Waived Until": "" if self.cell.lacks == "end" else self.cell.waiver,
        }

    def row(self, generation: int) -> Json:
        """The record as Airtable answers it in a generation."""
        letter, worked = self.cell.story[generation], self.worked[generation]
        look = LOOKS_LIKE.get(letter, letter)
        spellings = SPELLINGS[look]
        modified = max(worked, date.fromisoformat(self.created[:10])) if worked else None
        if self.cell.typo is not None and generation >= self.cell.typo:
            modified = DAYS[self.cell.typo] - timedelta(days=2)
        names = [hand(project, generation).name for project in self.projects]
        values = {
            "Name": f"{', '.join(names)}: {self.deliverable}",
            "Project": [project_id(project) for project in self.projects],
            "Deliverable": self.deliverable,
            "Release": self.release,
            "Audience": self.cell.audience,
            "Status": self.cell.status
            if look in "nu" and self.cell.status
            else spellings[draw(f"{self.key}|{look}", len(spellings))],
            "Owner": person(self.owner) if self.owner else None,
            "Due Date": self.cell.due,
            **self.evidence(letter, generation),
            **self.words(letter),
            **self.waiver(letter),
            "Last Revised": str(worked) if look == "c" and self.cell.revised else "",
            "Last Modified": stamp(modified, f"{self.key}|{modified}") if modified else "",
        }
        return record("Project Deliverables", self.rec, self.created, values)


def project_id(project: Project) -> str:
    """The record id of a project; its first name is its key."""
    return identifier("rec", f"project|{project.name}")


def pieces_of(project: Project, number: int, cell: Cell) -> list[Piece]:
    """The records of a cell, the declared winner first."""
    deliverable, release = NAMES[cell.name][number]
    if cell.name == "usual" and draw(project.name + str(number), 4) == 0:
        release = ("MVP #1", "MMP")[number]
    rounds = [hand(project, generation).round for generation in range(len(DAYS))]
    named = [one for one in (cell, cell.rival) if one]
    key = f"{project.name}|{number}|{cell.audience}|{cell.story}"
    keys = [f"{key}|{place}" for place in range(len(named))]
    recs = sorted((identifier("rec", one) for one in keys), reverse=not cell.tie)
    pieces = []
    for one, own_key, rec in zip(named, keys, recs, strict=True):
        owner = one.owner if one.owner != "?" else project.manager if draw(own_key + "owner", 5) % 2 == 0 else ""
        pieces.append(Piece(own_key, rec, deliverable, release, one, owner, rounds, [project]))
    return [piece for piece in pieces if any(piece.worked)]


def piece_of_other(place: int, other: Other) -> Piece:
    """A record that decides nothing."""
    projects = [project for begin in other.projects for project in PROJECTS if project.name.startswith(begin)]
    story = "." * other.since + other.letter * (len(DAYS) - other.since)
    key = f"other|{place}|{other.deliverable}"
    manager = projects[0].manager if projects else ""
    return Piece(key, identifier("rec", key), other.deliverable, other.release, Cell(story), manager, [], projects)


def project_row(project: Project, now: Hand, pieces: list[Piece]) -> Json:
    """A project's record, with the links back to its deliverables."""
    linked = [piece.row(now.generation) for piece in pieces if project in piece.projects]
    links = field_id("Project Deliverables", "Link")
    end = date.fromisoformat(now.due) + timedelta(days=7) if now.due else None
    first = DAYS[project.since]
    created = first - timedelta(days=1 + draw(project.name, 12) + (0 if project.since else 150))
    return record(
        "Projects",
        project_id(project),
        stamp(created, project.name),
        {
            "Name": now.name,
            "Project Type": now.type,
            "Phase": now.phase,
            "Status": now.status,
            "Product Manager": person(now.manager) if now.manager else None,
            "Coordinator": person(("Olive", "Pavel")[draw(project.name, 2)]),
            "Start Date": now.start,
            "End Date": str(end) if end else "",
            "Last Discovery Round": now.round,
            "Repository": f"https://git.example.org/{project_id(project)[3:11].lower()}" if now.start else "",
            "Project Deliverables": [row["id"] for row in linked],
            "Links (from Project Deliverables)": [row["fields"].get(links, "") for row in linked],
            "Featured": draw(project.name + "featured", 6) == 0,
        },
    )


def truth_row(
    project: Project, number: int, cell: Cell, pieces: list[Piece], now: Hand, *, perhaps: bool
) -> list[str] | None:
    """What is meant to be true of a cell in a generation; None: there is no such cell yet.

    perhaps: there is a record that decides nothing but may be this one.
    """
    here = [piece for piece in pieces if piece.lives(now.generation)]
    decides = here[0] if here else None
    story = (decides.cell if decides else cell).story
    letter = story[now.generation]
    if letter == ".":
        return None
    unsettled = perhaps and LETTERS[letter] == "missing"
    gap = letter in GAPS and not unsettled
    due = cell.due if decides and cell.due else now.due
    was_there = decides and gap and due <= now.round and not {"c", "s", "S"}.isdisjoint(story[: now.generation])
    if letter == "s" or was_there:  # its day was that of the version before
        due = ""
    mark = DUE[due][now.generation] if due and gap else "."
    flags = {
        "overdue": mark == "o",
        "due_soon": mark == "s",
        "duplicate": len(here) > 1,
        "unconfirmed_match": decides is not None and cell.name == "loose",
        "waiver_expiring": letter == "e",
        "no_owner": gap and not now.manager and not (decides and decides.owner),
    }
    return [
        GENERATIONS[now.generation],
        project_id(project),
        now.name,
        REQUIREMENTS[number],
        cell.audience if decides else "",
        "unknown" if unsettled else LETTERS[letter],
        ";".join(sorted(flag for flag, on in flags.items() if on)),
        due,
        decides.rec if decides else "",
    ]


def dump(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def generation_text(generation: int, tables: list[Json], rows: dict[str, list[Json]]) -> str:
    """A generation's file: one field or record per line."""
    described = []
    for one in tables:
        head = dump({key: one[key] for key in ("id", "name", "primaryFieldId")})[:-1]
        fields = ",\n".join(dump(shape) for shape in one["fields"])
        described.append(f'{head},"fields":[\n{fields}\n],"views":[]}}')
    listed = [f'"{table_id(name)}":[\n' + ",\n".join(map(dump, some)) + "\n]" for name, some in rows.items()]
    tables_text, rows_text = ",\n".join(described), ",\n".join(listed)
    return (
        f'{{"base":{dump(BASE)},\n"judged_on":"{GENERATIONS[generation]}",\n'
        f'"schema":{{"tables":[\n{tables_text}\n]}},\n"records":{{\n{rows_text}\n}}}}\n'
    )


def write_csv(path: Path, header: str, rows: list[list[str]]) -> None:
    """A sorted CSV file with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(sorted(rows))


def main() -> None:
    """Write the generations, the truth, and beside it the records that decide nothing."""
    parser = argparse.ArgumentParser(description="Write the sample base and the truth about it.")
    parser.add_argument("--out", type=Path, default=ROOT / "sync" / "sample", help="folder of the generations")
    parser.add_argument(
        "--truth", type=Path, default=ROOT / "tests" / "sample_truth.csv", help="sample_unplaced.csv goes beside it"
    )
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)

    found = [
        (project, number, cell, pieces_of(project, number, cell))
        for project in PROJECTS
        for number, cell in cells(project)
    ]
    others = [(other, piece_of_other(place, other)) for place, other in enumerate(OTHERS)]
    every = sorted(
        [piece for *_, pieces in found for piece in pieces] + [piece for _, piece in others],
        key=lambda piece: (piece.created, piece.rec),
    )
    later = (change.get("status", "") for project in PROJECTS for change in project.changes.values())
    tables = schema(
        sorted({project.status for project in PROJECTS}.union(later)),
        [name for pair in NAMES.values() for name, _ in pair] + [other.deliverable for other in OTHERS],
        sorted({cell.audience for _, _, cell, _ in found}),
    )
    truth: list[list[str]] = []
    unplaced: list[list[str]] = []
    for generation, day in enumerate(GENERATIONS):
        living = [piece for piece in every if piece.lives(generation)]
        rows = {
            "Projects": [
                project_row(project, hand(project, generation), living)
                for project in PROJECTS
                if project.since <= generation
            ],
            "Project Deliverables": [piece.row(generation) for piece in living],
            "Milestones": list(milestone_rows()),
            "Deliverables": list(catalogue_rows()),
            "Workshops": list(workshop_rows()),
        }
        text = generation_text(generation, tables, rows)
        (chosen.out / f"{day}.json").write_text(text, encoding="utf-8", newline="\n")
        for project, number, cell, pieces in found:
            perhaps = any(
                number in other.may_be and project in piece.projects and piece.lives(generation)
                for other, piece in others
            )
            row = truth_row(project, number, cell, pieces, hand(project, generation), perhaps=perhaps)
            if row and row not in truth:
                truth.append(row)
            losers = [piece for piece in pieces if piece.lives(generation)][1:]
            unplaced += [[day, piece.rec, "duplicate"] for piece in losers]
        unplaced += [[day, piece.rec, other.reason] for other, piece in others if piece.lives(generation)]
    write_csv(chosen.truth, "judged_on,project_id,project,requirement,audience,state,flags,due,record_id", truth)
    write_csv(chosen.truth.with_name("sample_unplaced.csv"), "judged_on,record_id,reason", unplaced)


if __name__ == "__main__":
    main()
