"""One page for one audience: its notebook run, seen as that audience may, drawn, searched for leaks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from eit_analysis.errors import DisclosureError, EitError
from eit_analysis.publishing import site
from eit_analysis.publishing.engine import Block, execute
from eit_analysis.publishing.release.names import Names
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.viewer import INTERNAL, Viewer
from eit_analysis.publishing.version import Version
from eit_analysis.reference import sentence
from eit_analysis.study import Study


@dataclass
class Run:
    """One page for one audience: what it shows, once drawn its files, or the reason why it failed."""

    notebook: Path
    audience: str
    blocks: list[Block] = field(default_factory=list)
    error: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # sites that these name, outside the team

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


def run_notebook(job: Job, run: Run) -> Run:
    """What a notebook shows, or why it failed."""
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


def see(run: Run, viewer: Viewer) -> tuple[Run, Seen]:
    """The page of one audience from a notebook run for its group, and the tables behind it."""
    tables: Seen = {}
    blocks = [block if isinstance(block, str) else block.seen_by(viewer, tables) for block in run.blocks]
    return Run(run.notebook, viewer.audience, blocks, run.error), tables


def make(job: Job, run: Run, viewer: Viewer) -> Run:
    """Run and draw in one go: an internal page withholds nothing, so it waits for no other."""
    page, _ = see(run_notebook(job, run), viewer)
    return draw(job, page)


def draw(job: Job, run: Run) -> Run:
    """The files of a page, or why it failed."""
    if not run.error:
        try:
            files, texts = site.render(job.study, run.audience, run.name, run.blocks, job.version)
            run.named = set().union(*(check(job, run.audience, text) for text in texts))
            run.files = files
        except EitError as error:
            run.error = str(error)
        except Exception as error:
            run.error = f"erreur imprévue dans la mise en page ({type(error).__name__}\u00a0: {error})"
    run.blocks = []
    return run


def check(job: Job, audience: str, text: str) -> set[str]:
    """The sites that a page names, outside the team.

    Refuse one that names an actor without its consent or a place on this machine, whatever let it in.

    Raises
    ------
    DisclosureError
        Naming the kind of leak, never the leak itself.
    """
    if str(job.study.root) in text or str(Path.home()) + os.sep in text:
        raise DisclosureError("La page contient un chemin de cette machine\u00a0: elle est refusée.")
    if audience == INTERNAL:
        return set()
    named = job.names.found(text)
    if shut := named - job.allowed[audience]:
        # The message stays with the team: an outside failure page gives no reason.
        raise DisclosureError(sentence("page_names", actor=min(shut)))
    return named
