"""From notebooks to checked pages: run by papermill, protected together, drawn.

Three steps. Every notebook runs once for every audience, in workers forked after the imports. Then all tables
of one audience are protected together. Then the pages are drawn and searched for what may not leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from eit_analysis.publishing.one_page import Job, Run, draw, make, run_notebook, see
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.protected import known_before
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.statements import Statements, from_frame
from eit_analysis.publishing.release.viewer import INTERNAL, company_of, viewer_of
from eit_analysis.publishing.workers import Progress, ask, collect, preload, workers

OUTSIDE = "outside"  # the audiences that read the same rows


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
    notebooks, own = (
        sorted(paths, key=lambda path: (path.stat().st_size, path.name), reverse=True)
        for paths in (notebooks, own)
    )
    groups = {input_group(audience): audience for audience in [*outside, *unasked]}
    asked = len(groups) * len(notebooks) + len(own) * (INTERNAL in viewers)
    with (
        # The columns of a survey are short: Arrow's strings, made for long ones, would cost a sixth of a run.
        pd.option_context("mode.string_storage", "python"),
        workers(min(jobs, asked)) as pool,
    ):
        if asked > 1:  # one page alone imports what it needs
            preload()
        shared = [
            ask(pool, run_notebook, job, Run(notebook, audience))
            for audience in groups.values()
            for notebook in notebooks
        ]
        pages = [
            ask(pool, make, job, Run(notebook, INTERNAL), viewers[INTERNAL])
            for notebook in own
            if INTERNAL in viewers
        ]
        if outside:
            ran = {
                (input_group(run.audience), run.name): run for run in collect(shared, progress, "Notebooks")
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
            pages += [ask(pool, draw, job, run) for run, _ in drawn]
        return collect(pages, progress, "Pages"), told


def input_group(audience: str) -> str:
    """Audiences of one group read the same rows: a notebook runs once for all of them."""
    return audience if audience == INTERNAL or company_of(audience) else OUTSIDE


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
