"""How long verdicts take for 5,000 projects and 20,000 records, beside what pandas alone needs for the joins.

Run from the project's folder: python benchmarks/rules.py
"""

import os
import platform
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from rules_builders import AS_OF, Row, base
from sqlalchemy import make_url

from milestones.definitions import required
from milestones.findings import findings
from milestones.verdicts import judge
from settings.load import load_settings
from sync.engine import open_store
from sync.frames import Frames, load
from sync.job import run
from sync.sample_base import SampleBase, generations

PROJECTS, RECORDS, ROUNDS = 5_000, 20_000, 7
NAMES = (
    "MVP # 1 Release-level Vision",
    "MVP #1 Release-level Vision",
    "MMP Release-level Vision",
    "mmp visions",
    "Roadmap",
)
STATUSES = ("Complete", "Done", "In Progress", "Needs Review", "To Do", None, "Waived", "Parked?")
TYPES = ("Website Project", "Service Design Project", "Discovery Project", "Mobile App Project", None, "Toolkit")


def mirror() -> Frames:
    """A base of that size, with all that the rules look at, the same at every run."""
    draw = random.Random(4)

    def day() -> object:
        return AS_OF + timedelta(days=draw.randrange(-300, 60)) if draw.random() < 0.7 else None

    projects = [
        {
            "record_id": f"recP{number:05}",
            "name": f"Project {number}",
            "type": draw.choice(TYPES),
            "phase": draw.choice(("Phase 1", "Phase 2", None)),
            "status": draw.choice(("Project In Progress", "Project Complete", "Cancelled", "On Hold", "odd")),
            "product_manager": draw.choice(("Ann", "Ben", None)),
            "start": day(),
            "last_discovery": day(),
        }
        for number in range(PROJECTS)
    ]
    records: list[Row] = [
        {
            "record_id": f"recR{number:05}",
            "name": f"Record {number}",
            "project": [f"recP{draw.randrange(PROJECTS):05}"],
            "deliverable": draw.choice(NAMES),
            "audience": draw.choice((None, None, "Youth", "Families")),
            "status": draw.choice(STATUSES),
            "link": draw.choice((None, "https://example.org/x")),
            "vision": draw.choice((None, "Nobody in this town goes to bed hungry.")),
            "mission": draw.choice((None, "Bring food to people.")),
            "due": day(),
            "revised": day(),
            "waiver_reason": draw.choice((None, None, None, "kept")),
            "waived_by": draw.choice((None, "Olive")),
            "waiver_until": day(),
        }
        for number in range(RECORDS)
    ]
    return base(projects, records)


def broken(what: str) -> Frames:
    """2,000 projects and 8,000 records in which all is wrong, the same at every run."""
    draw = random.Random(5)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(4, 10))) for _ in range(800)]

    def name() -> str:
        return " ".join(draw.choices(words, k=3)) + " - Website"

    owners: list[Row] = [
        {"record_id": f"recP{number:05}", "name": name(), "type": TYPES[0], "last_discovery": AS_OF}
        for number in range(2_000)
    ]
    cells = ("deliverable", "release", "audience", "status", "vision", "link")
    records: list[Row] = []
    for number in range(8_000):
        record: Row = {"record_id": f"recR{number:05}", "name": f"Record {number}", "project": name()}
        if what != "unknown projects":
            of = draw.sample(owners, 2 if what == "several projects" else 1)
            record["project"] = [one["record_id"] for one in of]
        records.append(record | ({} if what == "unreadable cells" else {"deliverable": NAMES[0], "status": "Done"}))
    unread = [("project_deliverables", row["record_id"], cell) for row in records for cell in cells]
    return base(owners, records, faults=unread if what == "unreadable cells" else ())


def floor(frames: Frames) -> pd.Series:
    """Only the joins that any implementation needs: projects by requirements, their records, and a count per cell."""
    links = frames.links["project_deliverables.project"]
    records = frames.project_deliverables.merge(links, on="record_id").rename(columns={"linked_id": "project_id"})
    records["requirement"] = np.where(records["deliverable"].str.startswith("MVP"), "mvp", "mmp")
    cells = frames.projects[["record_id"]].merge(pd.DataFrame({"requirement": ["mvp", "mmp"]}), how="cross")
    whole = cells.merge(
        records, left_on=["record_id", "requirement"], right_on=["project_id", "requirement"], how="left"
    )
    return whole.groupby(["record_id_x", "requirement", "audience"], dropna=False).size()


def timed(work: Callable[[], object]) -> str:
    """Median, least and most of the rounds, and the median of the processor's own time, in milliseconds."""
    work()  # the first one warms up
    taken, worked = [], []
    for _ in range(ROUNDS):
        began, busy = perf_counter(), process_time()
        work()
        taken.append((perf_counter() - began) * 1000)
        worked.append((process_time() - busy) * 1000)
    spread = f"(of {ROUNDS}: {min(taken):.0f} to {max(taken):.0f})"
    return f"{median(taken):6.0f} ms {spread}; processor {median(worked):.0f} ms"


def sample() -> Frames:
    """The sample base's last generation, whose catalogue defines what all eleven milestones ask."""
    source = SampleBase(generations()[-1])
    with TemporaryDirectory() as folder:
        url = make_url(f"sqlite:///{Path(folder) / 'mirror.db'}")
        run(load_settings(ROOT / "config.toml"), source, open_store(url, create=True), judged_on=source.judged_on)
        return load(url)


def main() -> None:
    """Prints the machine and the figures."""
    shipped = load_settings(ROOT / "config.toml")
    frames = mirror()
    eleven = required(sample(), load_settings(ROOT / "examples" / "all-milestones.toml"))
    judgement = judge(frames, shipped, AS_OF)
    print(
        f"Python {platform.python_version()}, pandas {pd.__version__}, numpy {np.__version__}, {os.cpu_count()} cores"
    )
    print(f"{PROJECTS:,} projects, {RECORDS:,} records, {len(judgement.verdicts):,} verdicts")
    many = len(judge(frames, eleven, AS_OF).verdicts)
    for what, work in (
        ("floor: merge and groupby alone", lambda: floor(frames)),
        ("judge", lambda: judge(frames, shipped, AS_OF)),
        ("findings", lambda: findings(frames, shipped, judgement)),
        (f"judge, {len(eleven.requirements)} requirements, {many:,}", lambda: judge(frames, eleven, AS_OF)),
    ):
        print(f"{what:40}{timed(work)}")
    for what in ("unknown projects", "unreadable cells", "several projects"):
        bad = broken(what)
        print(f"{f'judge, {what}':40}{timed(partial(judge, bad, shipped, AS_OF))}")


if __name__ == "__main__":
    main()
