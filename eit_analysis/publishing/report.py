"""From notebooks to checked pages: run by papermill, protected together, drawn.

Three steps. Every notebook runs once for every audience, in workers forked after the imports. Then all tables
of one audience are protected together. Then the pages are drawn and searched for what may not leave.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis.errors import DisclosureError, EitError
from eit_analysis.processes import end_with_parent
from eit_analysis.publishing import site, wording
from eit_analysis.publishing.engine import Block, execute
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.names import Names
from eit_analysis.publishing.release.protected import known_before
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.statements import Statements, from_frame
from eit_analysis.publishing.release.viewer import INTERNAL, Viewer, company_of, viewer_of
from eit_analysis.publishing.version import Version
from eit_analysis.reference import designations
from eit_analysis.study import Study
from eit_analysis.templates import environment

Progress = Callable[[Iterable, int, str], Iterable]
OUTSIDE = "outside"  # the audiences that read the same rows


@dataclass
class Run:
    """One page for one audience: what it shows, once drawn its files, or the reason why it failed."""

    notebook: Path
    audience: str
    blocks: list[Block] = field(default_factory=list)
    error: str = ""
    page: site.Page | None = None

    @property
    def name(self) -> str:
        return self.notebook.stem


@dataclass(frozen=True)
class Job:
    """What the workers are told of the pages to be made."""

    study: Study
    version: Version
    names: Names
    allowed: dict[str, set[str]]  # to be named, by audience


def make_pages(
    job: Job,
    audiences: list[str],
    notebooks: list[Path],
    own: list[Path],
    earlier: Callable[[str], list[Statements]],
    known: bool,
    jobs: int,
    progress: Progress,
) -> tuple[list[Run], dict[str, pd.DataFrame]]:
    """Make every page of every audience, in memory; those that failed say why.

    Returns
    -------
    list of Run
    dict
        By audience outside the team, the numbers that it is told, for the log of releases.

    Parameters
    ----------
    notebooks, own : list of pathlib.Path
        All notebooks, which outside audiences get together, and those that the team gets.
    earlier : callable
        What an audience was told before.
    known : bool
        Whether that holds what all may read of this very version.
    """
    viewers = {audience: viewer_of(job.study, audience) for audience in audiences}
    outside = [audience for audience in audiences if audience != INTERNAL]
    # A firm reads of others what all may read: that is found even where nobody else asked for it.
    unasked = ["public"] if outside and not known and OUTSIDE not in map(input_group, outside) else []
    viewers |= {audience: viewer_of(job.study, audience) for audience in unasked}
    # The longest notebooks first in line, so that no worker ends alone with one.
    notebooks, own = (sorted(paths, key=_length, reverse=True) for paths in (notebooks, own))
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    with (
        # The columns of a survey are short: Arrow's strings, made for long ones, would cost a sixth of a run.
        pd.option_context("mode.string_storage", "python"),
        ProcessPoolExecutor(max(1, jobs), context, initializer=_begin) as pool,
    ):
        preload(texts=bool(outside) or len(own) > 1)
        groups = {input_group(audience): audience for audience in [*outside, *unasked]}
        shared = [
            _submitted(pool, _run, job, Run(notebook, audience))
            for audience in groups.values()
            for notebook in notebooks
        ]
        pages = [
            _submitted(pool, _make, job, Run(notebook, INTERNAL), viewers[INTERNAL])
            for notebook in own
            if INTERNAL in viewers
        ]
        if outside:
            ran = {
                (input_group(run.audience), run.name): run
                for run in _collect(shared, context, progress, "Notebooks")
            }
        told: dict[str, pd.DataFrame] = {}
        # A firm has read what its partners have.
        for group in sorted(groups, key=lambda group: group != OUTSIDE):
            seen = {
                audience: [see(ran[group, path.stem], viewers[audience]) for path in notebooks]
                for audience in [*outside, *unasked]
                if input_group(audience) == group
            }
            common = [from_frame(frame) for other, frame in told.items() if other == OUTSIDE]
            viewer = viewers[next(iter(seen))]
            before = [known_before(one, viewer) for one in (*earlier(groups[group]), *common)]
            numbers = protect_together(list(seen.values()), before, viewer.reader)
            told |= dict.fromkeys([group, *seen], numbers)
            drawn = chain.from_iterable(seen[audience] for audience in seen if audience in audiences)
            pages += [_submitted(pool, _draw, job, run) for run, _ in drawn]
        return _collect(pages, context, progress, "Pages"), told


def _begin() -> None:
    """Prepare a worker."""
    # Tables leave few circles behind: looked for at each 700 new objects, they cost a tenth of a page.
    gc.set_threshold(20_000, 20, 50)
    gc.freeze()  # what was made before the fork is not looked at again, nor copied by being looked at
    end_with_parent()


def _length(notebook: Path) -> tuple[int, str]:
    return notebook.stat().st_size, notebook.name


def input_group(audience: str) -> str:
    """Audiences of one group read the same rows: a notebook runs once for all of them."""
    return audience if audience == INTERNAL or company_of(audience) else OUTSIDE


def see(run: Run, viewer: Viewer) -> tuple[Run, Seen]:
    """The page of one audience from a notebook run for its group, and the tables behind it."""
    tables: Seen = {}
    blocks = [block if isinstance(block, str) else block.seen_by(viewer, tables) for block in run.blocks]
    return Run(run.notebook, viewer.audience, blocks, run.error), tables


def protect_together(
    audiences: list[list[tuple[Run, Seen]]], earlier: Sequence[Statements] = (), reader: str | None = None
) -> pd.DataFrame:
    """Audit all tables of an audience together, with what it knows already; the numbers that it is told.

    ``reader`` is the firm that reads, where a single one does.
    Audiences of one group are given the same rows, whoever they may read by name: what is withheld from the
    first is withheld from all.
    """
    each = [
        [t for _, seen in pages for t in seen.values() if isinstance(t, Aggregate) and t.publication]
        for pages in audiences
    ]
    together = Publication(reader, earlier, among=reader is not None)
    for same in zip(*each, strict=True):
        number = together.add(same[0].told)
        for table in same:
            table.publication, table.number = together, number
    return together.told()


def preload(texts: bool) -> None:
    """Import and read once, before forking, what all notebooks and pages use: no worker pays for it again.

    ``texts``: the index of designations too, which flows and synergies read. Not seaborn: one figure needs
    it, and its worker has time to spare.
    """
    for module in ("flows", "synergies", "employment", "change", "publishing.figures"):
        package = importlib.import_module(f"eit_analysis.{module}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    wording.heading("site_id")  # the vocabulary and the labels of all columns
    wording.number(0.0, 0)  # how French numbers are written
    if texts:
        designations.suggestions(["bois"])
    for template in ("fragments", "parts", "page"):
        environment(TEMPLATES).get_template(f"{template}.html.j2")


@dataclass(frozen=True)
class Submitted:
    """A page asked of a worker, and how to ask for it again."""

    work: tuple[Any, ...]  #: a function, the job, the run, further arguments
    future: Future

    @property
    def run(self) -> Run:
        return self.work[2]


def _submitted(pool: ProcessPoolExecutor, *work: Any) -> Submitted:
    try:
        return Submitted(work, pool.submit(*work))
    except BrokenProcessPool as error:  # a worker was killed before
        future: Future = Future()
        future.set_exception(error)
        return Submitted(work, future)


def _collect(submitted: list[Submitted], context: Any, progress: Progress, words: str) -> list[Run]:
    """What became of each, in their order.

    A worker that is killed takes along all that waits for its pool: each of these is made once more, alone,
    and what is killed again says so.
    """
    waited = {one.future: one for one in submitted}
    for _ in progress(as_completed(waited), len(waited), words):
        pass
    killed = [one for one in submitted if isinstance(one.future.exception(), BrokenProcessPool)]
    again = {}
    for one in progress(killed, len(killed), "Seules") if killed else ():
        with ProcessPoolExecutor(1, context, initializer=_begin) as pool:
            again[one.future] = _submitted(pool, *one.work).future
    return [_result(again.get(one.future, one.future), one.run) for one in submitted]


def _result(future: Future, asked: Run) -> Run:
    error = future.exception()
    if error is None:
        return future.result()
    asked.error = f"le calcul s'est arrêté brutalement ({type(error).__name__})"
    if isinstance(error, BrokenProcessPool):
        asked.error = (
            "le système a arrêté le calcul deux fois, la seconde quand il était seul, sans doute faute de "
            "mémoire\u00a0: fermez d'autres programmes, ou prenez une machine qui en a davantage"
        )
    return asked


def _run(job: Job, run: Run) -> Run:
    study = job.study
    os.chdir(study.root)
    fixed = {"study": study.name, "wave": study.wave, "audience": run.audience}
    try:
        run.blocks = execute(str(run.notebook), {**job.version.parameters.get(run.name, {}), **fixed})
    except EitError as error:
        run.error = " : ".join([*getattr(error, "__notes__", []), str(error)])
    except Exception as error:
        where = ", ".join(["erreur imprévue dans le notebook", *getattr(error, "__notes__", [])])
        run.error = f"{where} ({type(error).__name__}\u00a0: {error})"
    return run


def _make(job: Job, run: Run, viewer: Viewer) -> Run:
    """Run and draw in one go: an internal page withholds nothing, so it waits for no other."""
    page, _ = see(_run(job, run), viewer)
    return _draw(job, page)


def _draw(job: Job, run: Run) -> Run:
    if not run.error:
        try:
            page = site.render(job.study, run.audience, run.name, run.blocks, job.version)
            for text in page.read():
                check(job, run.audience, text)
            run.page = page
        except EitError as error:
            run.error = str(error)
        except Exception as error:
            run.error = f"erreur imprévue dans la mise en page ({type(error).__name__}\u00a0: {error})"
    run.blocks = []
    return run


def check(job: Job, audience: str, text: str) -> None:
    """Refuse a page that names an actor without its consent or a place on this machine, whatever let it in.

    Raises
    ------
    DisclosureError
        Naming the kind of leak, never the leak itself.
    """
    if str(job.study.root) in text or str(Path.home()) + os.sep in text:
        raise DisclosureError("La page contient un chemin de cette machine\u00a0: elle est refusée.")
    if audience == INTERNAL:
        return
    named = job.names.found(text) - job.allowed[audience]
    if named:
        # The message stays with the team: an outside failure page gives no reason.
        raise DisclosureError(
            f"La page nomme l'acteur {min(named)}, qui n'a pas donné son accord à ce public\u00a0: elle "
            "est refusée, cherchez ce nom dans les textes libres de l'enquête ou dans le notebook."
        )
