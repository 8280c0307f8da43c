"""What a run of the job costs, beside its floor and beside other tools, in the same minutes on the same machine.

    python -m benchmarks.sync latency    wall time of a full mirror over a slow line with the rate limit on, against the
                                         floor (calls / 5 per second) and against one cursor after the other
    python -m benchmarks.sync cpu        CPU seconds of mirroring 50,000 records, against a bare pyairtable read into
                                         DataFrames and, with --peers PYTHON, airtable-export and dlt
    python -m benchmarks.sync memory     peak memory at 50,000, 200,000 and 500,000 records
    python -m benchmarks.sync quiet      calls and wall time of a run on a base that nobody edited, with a webhook

Each prints a table. The server is another process, whose cost is not counted; every measured run is a process of its
own, the start of Python included. Nothing here fails because a figure is bad: figures are for reading.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BASE = "appBenchmark00001"
TOKEN = "patTEST0000000000.standin"  # noqa: S105 - the stand-in's
FLOOR = 5  # calls a second
SLOW_PEERS = ("airtable-export", "dlt")  # run once


@dataclass
class Server:
    """The stand-in in its process; `told` is what it says at its end."""

    url: str
    told: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB of resident memory
    output: str


@contextmanager
def server(records: dict[str, int], latency: float = 0.0, rate: int | None = None) -> Iterator[Server]:
    """Serves these many records of each table."""
    command = [sys.executable, "-m", "benchmarks.server", "--records", json.dumps(records), "--latency", str(latency)]
    command += ["--rate", str(rate)] if rate else []
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    running = Server(process.stdout.readline().strip())
    try:
        yield running
    finally:
        running.told = json.loads(process.communicate("")[0] or "{}")


def cost(command: list[str], url: str, cwd: Path = ROOT) -> Cost:
    """Runs a process to its end.

    Raises:
        RuntimeError: it failed.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "AIRTABLE_TOKEN": TOKEN, "AIRTABLE_ENDPOINT_URL": url}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as trouble:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=trouble)
        _, status, used = os.wait4(process.pid, 0)  # of this child alone; RUSAGE_CHILDREN would add up all of them
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (output, trouble):
            file.seek(0)
        if process.returncode:
            raise RuntimeError(f"{command} ended with {process.returncode}: {trouble.read()[-2000:]}")
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output.read())


class Project:
    """The job as its users run it, on a store of its own."""

    def __init__(self, folder: Path, per_second: float = FLOOR, mapping: str = "all") -> None:
        self._folder = folder
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        text = text.replace("[airtable]\n", f'[airtable]\nbase = "{BASE}"\nrequests_per_second = {per_second}\n', 1)
        if mapping == "catalogue":
            begin, end = text.index("[tables.projects]"), text.index("[tables.milestones]")
            text = text[:begin] + text[end:]
        (folder / "config.toml").write_text(text, encoding="utf-8")

    def sync(self, url: str, *arguments: str) -> Cost:
        """`python -m sync` with these arguments."""
        where = ["--config", str(self._folder / "config.toml"), "--store", f"sqlite:///{self._folder / 'mirror.db'}"]
        return cost([sys.executable, "-m", "sync", *arguments, *where], url)

    def run(self, url: str) -> tuple[Cost, dict[str, Any]]:
        """A run of the job and its summary."""
        taken = self.sync(url, "run", "--json")
        return taken, json.loads(taken.output)

    def forget(self) -> None:
        """Removes the store."""
        for file in self._folder.glob("mirror.db*"):
            file.unlink()


@contextmanager
def project(per_second: float = FLOOR, mapping: str = "all") -> Iterator[Project]:
    """A project in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark") as folder:
        yield Project(Path(folder), per_second, mapping)


def peer(name: str, url: str, python: str = sys.executable) -> Cost:
    """Another tool's read of the whole base."""
    with tempfile.TemporaryDirectory(prefix="benchmark") as folder:
        return cost([python, str(ROOT / "benchmarks" / "peers.py"), name, url, BASE], url, Path(folder))


def spread(figures: list[float], digits: int = 1) -> str:
    """Median, and the least and the most."""
    return f"{statistics.median(figures):.{digits}f} ({min(figures):.{digits}f} to {max(figures):.{digits}f})"


def row(*cells: object) -> None:
    """Prints a row of a table."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def heading(*cells: str) -> None:
    """Prints the head of a table."""
    print()
    row(*cells)
    print("|" + " --- |" * len(cells), flush=True)


def latency(asked: argparse.Namespace) -> None:
    """A full mirror over a slow line, rate limit on."""
    quarter = asked.pages * 25
    records = dict.fromkeys(("Projects", "Project Deliverables", "Milestones", "Deliverables"), quarter)
    heading("latency", "who", "calls", "floor s", "wall s", "of the floor", "whereof the job s", "429s")
    for seconds in asked.seconds:
        for name in ("sync run", "one cursor (pyairtable)"):
            walls, inner, calls, refused = [], [], 0, 0
            for _ in range(asked.runs):
                with server(records, seconds, FLOOR) as running:
                    if name == "sync run":
                        with project() as mine:
                            taken, summary = mine.run(running.url)
                        inner.append(float(summary["seconds"]))
                    else:
                        taken = peer("pyairtable", running.url)
                walls.append(taken.wall)
                calls, refused = running.told["requests"], refused + running.told["refused"]
            floor = calls / FLOOR
            ratios = spread([wall / floor for wall in walls], 2)
            job = spread(inner) if inner else ""
            row(f"{seconds * 1000:.0f} ms", name, calls, f"{floor:.1f}", spread(walls), ratios, job, refused)


def sizes(total: int, mapping: str = "all") -> dict[str, int]:
    """How so many records spread over the tables."""
    if mapping == "catalogue":
        return {"Milestones": total // 100, "Deliverables": total - total // 100}
    small = {"Projects": total // 50, "Milestones": total // 500, "Deliverables": total // 100}
    return small | {"Project Deliverables": total - sum(small.values())}


def cpu(asked: argparse.Namespace) -> None:
    """CPU seconds of a full mirror."""

    def first(url: str) -> Cost:
        with project(per_second=50) as mine:
            return mine.run(url)[0]

    with server(sizes(asked.records)) as running, project(per_second=50) as mine:
        mine.run(running.url)
        tools: dict[str, Callable[[], Cost]] = {
            "bare pyairtable into DataFrames": lambda: peer("pyairtable", running.url),
            "sync run, first": lambda: first(running.url),
            "sync run, again": lambda: mine.run(running.url)[0],
        }
        for name in SLOW_PEERS if asked.peers else ():
            tools[name] = partial(peer, name, running.url, asked.peers)
        taken: dict[str, list[Cost]] = {name: [] for name in tools}
        for turn in range(asked.runs):  # in turn, so that a noisy minute meets all of them
            for name, tool in tools.items():
                if turn == 0 or name not in SLOW_PEERS:
                    taken[name].append(tool())
    bare = statistics.median(item.cpu for item in taken["bare pyairtable into DataFrames"])
    heading(f"{asked.records:,} records", "runs", "CPU s", "of the bare read", "peak MiB")
    for name, items in taken.items():
        used = [item.cpu for item in items]
        ratio, peak = statistics.median(used) / bare, statistics.median(item.peak for item in items)
        row(name, len(items), spread(used), f"{ratio:.2f}", f"{peak:.0f}")


def memory(asked: argparse.Namespace) -> None:
    """Peak memory of a first run and of a second one, in which nothing had changed."""
    heading("records", "mapping", "who", "peak MiB", "CPU s", "wall s")
    for total in asked.records:
        for mapping in asked.mappings:
            with server(sizes(total, mapping)) as running, project(50, mapping) as mine:
                for name in ("sync run, first", "sync run, again"):
                    taken, _ = mine.run(running.url)
                    row(f"{total:,}", mapping, name, f"{taken.peak:.0f}", f"{taken.cpu:.1f}", f"{taken.wall:.0f}")
                if asked.bare and mapping == "all":
                    taken = peer("pyairtable", running.url)
                    row(f"{total:,}", "all", "bare pyairtable", f"{taken.peak:.0f}", f"{taken.cpu:.1f}", "")


def quiet(asked: argparse.Namespace) -> None:
    """Runs on a base that nobody edits, with a webhook."""
    with server(sizes(asked.records), asked.latency, FLOOR) as running, project() as mine:
        mine.sync(running.url, "webhook", "create")
        full, summary = mine.run(running.url)
        heading(f"{asked.records:,} records, {asked.latency * 1000:.0f} ms", "calls", "wall s", "whereof the job s")
        row("everything", summary["calls"], f"{full.wall:.1f}", f"{summary['seconds']:.1f}")
        runs = [mine.run(running.url) for _ in range(asked.runs)]
        calls = sorted({item["calls"] for _, item in runs})
        row("quiet", *calls, spread([taken.wall for taken, _ in runs]), spread([item["seconds"] for _, item in runs]))


def main() -> None:
    """Runs one of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True, metavar="BENCHMARK")
    kind = kinds.add_parser("latency", help=latency.__doc__)
    kind.add_argument("--seconds", type=float, nargs="+", default=[0.2, 0.5], help="latencies of an answer")
    kind.add_argument("--pages", type=int, default=100, help="of all four tables together")
    kind.add_argument("--runs", type=int, default=3)
    kind.set_defaults(run=latency)
    kind = kinds.add_parser("cpu", help=cpu.__doc__)
    kind.add_argument("--records", type=int, default=50_000)
    kind.add_argument("--runs", type=int, default=5)
    kind.add_argument("--peers", type=shutil.which, help="a Python that has airtable-export, dlt, duckdb, pyairtable")
    kind.set_defaults(run=cpu)
    kind = kinds.add_parser("memory", help=memory.__doc__)
    kind.add_argument("--records", type=int, nargs="+", default=[50_000, 200_000, 500_000])
    kind.add_argument("--mappings", nargs="+", choices=["all", "catalogue"], default=["all", "catalogue"])
    kind.add_argument("--bare", action="store_true", help="a bare pyairtable read beside it")
    kind.set_defaults(run=memory)
    kind = kinds.add_parser("quiet", help=quiet.__doc__)
    kind.add_argument("--records", type=int, default=5_000)
    kind.add_argument("--latency", type=float, default=0.2)
    kind.add_argument("--runs", type=int, default=5)
    kind.set_defaults(run=quiet)
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
