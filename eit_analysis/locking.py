"""One command at a time on a study: a second one waits, and is told for whom."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from eit_analysis.errors import UsageError
from eit_analysis.files import write_atomic
from eit_analysis.study import Study

PATIENCE_S = 1800.0


@contextmanager
def locked(study: Study, command: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the study, on all its waves, while a command reads and writes its tables and pages.

    The system frees the lock of a process that dies, whatever killed it. Whoever has to wait is told once,
    through its own ``say``, which ``command`` holds the study.

    Raises
    ------
    UsageError
        When the study is still held after ``PATIENCE_S`` seconds.
    """
    folder = study.root / "data"
    lock, holder = FileLock(folder / f".{study.name}.lock"), folder / f".{study.name}.holder"
    try:
        lock.acquire(timeout=0.5)
    except Timeout:
        say(f"{_held(study, holder)}\u00a0: la commande attend qu'elle finisse, Ctrl+C pour renoncer.")
        try:
            lock.acquire(timeout=PATIENCE_S, poll_interval=0.2)
        except Timeout:
            raise UsageError(
                f"{_held(study, holder)} depuis trop longtemps\u00a0: attendez sa fin, puis relancez."
            ) from None
    try:
        since = datetime.now().isoformat(timespec="seconds")
        content = {"command": command, "process": os.getpid(), "since": since}
        write_atomic(holder, json.dumps(content).encode())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _held(study: Study, holder: Path) -> str:
    words = f"L'étude «\u00a0{study.name}\u00a0» est occupée"
    try:
        by = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(by["since"])
    except (OSError, ValueError):  # the other command has just begun, or ends
        return f"{words} par une autre commande"
    return (
        f"{words} par «\u00a0{by['command']}\u00a0» (processus {by['process']}, "
        f"depuis le {since:%d/%m/%Y} à {since:%H:%M:%S})"
    )
