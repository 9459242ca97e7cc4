"""The processes that make pages: forked once everything is imported, asked again where one was killed."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import pkgutil
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

from eit_analysis.processes import end_with_parent
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.one_page import Run
from eit_analysis.reference import designations, sentence
from eit_analysis.templates import environment

Progress = Callable[[Iterable, int, str], Iterable]
CONTEXT = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")


def preload() -> None:
    """Import and read once, before forking, what all notebooks and pages use: no worker pays for it again.

    Not seaborn: one figure needs it, and its worker has time to spare.
    """
    for module in ("flows", "synergies", "employment", "change", "publishing.figures"):
        package = importlib.import_module(f"eit_analysis.{module}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    wording.heading("site_id")  # the vocabulary and the labels of all columns
    wording.number(0.0, 0)  # how French numbers are written
    designations.suggestions(["bois"])  # the index of designations, which flows and synergies read
    for template in ("fragments", "parts", "page"):
        environment(TEMPLATES).get_template(f"{template}.html.j2")


def workers(jobs: int) -> ProcessPoolExecutor:
    """So many processes at a time, each forked from this one as it is."""
    return ProcessPoolExecutor(max(1, jobs), CONTEXT, initializer=_begin)


def _begin() -> None:
    """Prepare a worker."""
    gc.freeze()  # what was made before the fork is not looked at again, nor copied by being looked at
    end_with_parent()


class Asked(NamedTuple):
    """A page asked of a worker, and how to ask for it again."""

    future: Future
    work: tuple[Any, ...]  #: a function, the job, the run, further arguments


def ask(pool: ProcessPoolExecutor, *work: Any) -> Asked:
    """Ask for a page: a function of a module, the job, the run, further arguments."""
    try:
        return Asked(pool.submit(*work), work)
    except BrokenProcessPool as error:  # a worker was killed before
        future: Future = Future()
        future.set_exception(error)
        return Asked(future, work)


def collect(asked: list[Asked], progress: Progress, words: str) -> list[Run]:
    """What became of each, in their order.

    A worker that is killed takes along all that waits for its pool: each of these is made once more, alone,
    and what is killed again says so.
    """
    futures = [one.future for one in asked]
    for _ in progress(as_completed(futures), len(futures), words):
        pass
    killed = [at for at, future in enumerate(futures) if isinstance(future.exception(), BrokenProcessPool)]
    for at in progress(killed, len(killed), "Seules") if killed else ():
        with workers(1) as pool:
            futures[at] = ask(pool, *asked[at].work).future
    return [_result(future, one.work[2]) for future, one in zip(futures, asked, strict=True)]


def _result(future: Future, asked: Run) -> Run:
    error = future.exception()
    if error is None:
        return future.result()
    asked.error = f"le calcul s'est arrêté brutalement ({type(error).__name__})"
    if isinstance(error, BrokenProcessPool):
        asked.error = sentence("worker_killed")
    return asked
