"""`python -m sync` as a process that is forked from one which has loaded it: a second less for each.

A shell would see the same of it: arguments, environment, streams, exit code. The process it is forked from has no
threads, as the one that runs the tests has.
"""

import os
import resource
import signal
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[1]
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")
SECONDS = 60
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["sync.__main__", "sync.history", "milestones.setup"])


def sync(arguments: list[str], environment: dict[str, str], *, step: int = 0, room: int = 0) -> "CompletedProcess[str]":
    """Runs the command to its end, whatever that is.

    Args:
        step: kills it right before its n-th writing statement or commit; its exit code is then -9.
        room: the bytes that fit into a file, as if the disk were full.
    """
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder) / name) for name in ("stdout", "stderr")]
        process = FORKS.Process(target=_obey, args=(arguments, environment, streams, step, room))
        # Streamlit's harness leaves its page as the main module, which would be run in the new process.
        with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
            process.start()
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"sync {arguments} was not done in {SECONDS} seconds")
        told = [Path(stream).read_text(encoding="utf-8") for stream in streams]
    assert process.exitcode is not None
    return CompletedProcess(arguments, process.exitcode, *told)


def _obey(arguments: list[str], environment: dict[str, str], streams: list[str], step: int, room: int) -> None:
    from sync.__main__ import app

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for number, stream in enumerate(streams, start=1):
        os.dup2(os.open(stream, os.O_CREAT | os.O_WRONLY), number)
    if room:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    if step:
        _die_at(step)
    sys.argv = ["python -m sync", *arguments]
    app()


def _die_at(step: int) -> None:
    """Kills this process right before its n-th writing statement or commit."""
    steps = iter(range(1, 1_000_000))

    def count() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
        if text.lstrip().upper().startswith(WRITES):
            count()

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", lambda connection: count())
