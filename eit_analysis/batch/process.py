"""A study in a process of its own: a log, a bound on memory, and an end that is told whatever it was.

The process is forked from a server that has imported and read what all studies use (`preloaded`), and gives
all of its memory back when it ends. That of its own, its children included, is looked at while it works:
beyond the bound it is killed, and whoever ordered it may try again where there is more.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import traceback
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

import psutil

from eit_analysis.batch.order import Order, Outcome
from eit_analysis.errors import CONTROLS, DiskError, EitError
from eit_analysis.processes import end_with_parent

LOOK_EVERY_S = 0.5  # a look takes some 15 ms of a core
FORKS = hasattr(os, "fork")
CONTEXT: Any = multiprocessing.get_context("forkserver" if FORKS else "spawn")
if FORKS:
    CONTEXT.set_forkserver_preload(["eit_analysis.batch.preloaded"])
INTERRUPTED = "L'étude a été interrompue\u00a0: relancez la commande."
_given_up = threading.Event()


def begin() -> None:
    """Let the server that studies are forked from begin to import, which takes some seconds."""
    _given_up.clear()
    if FORKS:
        forkserver.ensure_running()


def give_up() -> None:
    """End the studies that are being made, and start no other until the next :func:`begin`."""
    _given_up.set()


def make_apart(order: Order, most_bytes: int) -> Outcome:
    """Make a study in a process of its own, of at most so much memory, and wait for its end."""
    if _given_up.is_set():
        return Outcome(order, [INTERRUPTED])
    order.log.parent.mkdir(parents=True, exist_ok=True)
    receiving, sending = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work, args=(order, sending))
    start, peak = time.monotonic(), 0
    process.start()
    sending.close()
    assert process.pid is not None
    while not receiving.poll(LOOK_EVERY_S):
        peak = max(peak, own_bytes(process.pid))
        if peak > most_bytes or _given_up.is_set():
            _kill(process.pid)
    try:
        failed, steps, found = receiving.recv()
        killed = False
    except EOFError:  # it ended without a word
        killed = not _given_up.is_set()
        failed, steps, found = [_why_killed(peak, most_bytes) if killed else INTERRUPTED], 0, None
    process.join()
    _end_log(order, failed, time.monotonic() - start, peak)
    return Outcome(order, failed, steps, killed, found)


def own_bytes(pid: int) -> int:
    """Memory of a process and its children that they share with no other; 0 once they are gone."""
    try:
        whole = psutil.Process(pid)
        return sum(_unshared(process) for process in (whole, *whole.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def _unshared(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().uss
    except psutil.Error:
        return 0


def _kill(pid: int) -> None:
    try:
        whole = psutil.Process(pid)
        for process in (whole, *whole.children(recursive=True)):
            process.kill()
    except psutil.NoSuchProcess:
        pass


def _work(order: Order, sending: Connection) -> None:
    """The process of a study: says all to its log, and at last what failed."""
    from eit_analysis.batch.one_study import make, stands  # not for the worker, which only waits

    end_with_parent()
    os.chdir(order.root)
    with order.log.open("w", encoding="utf-8", buffering=1) as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)

        def say(line: str) -> None:
            log.write(CONTROLS.sub(" ", line) + "\n")

        steps, found = 0, None
        try:
            failed, steps = make(order, say)
            found = stands(order)
        except EitError as error:
            failed = [str(error)]
        except OSError as error:
            failed = [str(DiskError(error))]
        except Exception as error:
            traceback.print_exc(file=log)
            where = order.log.relative_to(order.root).as_posix()
            failed = [
                f"Erreur imprévue ({type(error).__name__})\u00a0: le détail technique est dans {where}, "
                "joignez-le à votre demande d'aide."
            ]
        sending.send((failed, steps, found))


def _why_killed(peak: int, most_bytes: int) -> str:
    if peak > most_bytes:
        return (
            f"L'étude a demandé plus de {most_bytes >> 20}\u00a0Mo de mémoire, le calcul a été arrêté\u00a0: "
            "refaites-la seule sur une machine qui en a davantage."
        )
    return (
        f"Le système a arrêté le calcul ({max(1, peak >> 20)}\u00a0Mo de mémoire à la dernière mesure), sans "
        "doute faute de mémoire\u00a0: refaites cette étude seule, sur une machine qui en a davantage."
    )


def _end_log(order: Order, failed: list[str], seconds: float, peak: int) -> None:
    with order.log.open("a", encoding="utf-8") as log:
        for reason in failed:
            log.write(f"Échec\u00a0: {CONTROLS.sub(' ', reason)}\n")
        log.write(f"Fin après {seconds:.0f}\u00a0s, {peak >> 20}\u00a0Mo de mémoire au plus.\n")
