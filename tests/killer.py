"""Forks a job per line of standard input and kills it at its n-th step of writing, or gives it a disk that is full.

A line is JSON: {"arguments": [...], "step": n, "room": bytes}; the answer is the job's exit code, -9 when it was
killed. A process of its own, because a fork of one that has threads is none to rely on.
"""

import json
import os
import resource
import signal
import sys
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, event

from sync.__main__ import app

import_module("sync.history")  # once, and not by every child

WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")


def die_at(step: int) -> None:
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


def child(order: dict[str, Any]) -> None:
    """Runs the job to its end, whatever that is."""
    code = 70
    try:
        if order.get("room"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], order["room"]))
        die_at(order.get("step", 0))
        os.dup2(os.open(order["output"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 2)
        os.dup2(2, 1)
        app(order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(code)


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        child(json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
