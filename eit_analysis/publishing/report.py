"""From notebooks to checked pages: run by papermill, protected together, rendered, written atomically.

Three steps. Every notebook runs once for every audience, in workers forked after the imports. Then all tables
of one audience are protected together. Then the pages are drawn and written, each one old or new, never half.
"""

from __future__ import annotations

import html as html_text
import importlib
import multiprocessing
import os
import pkgutil
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from babel.dates import format_date

from eit_analysis.errors import DisclosureError, EitError
from eit_analysis.publishing import site
from eit_analysis.publishing.engine import Block, execute
from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.viewer import INTERNAL, Viewer, viewer_of
from eit_analysis.study import Study, write_atomic


@dataclass
class Run:
    """One page for one audience: what it shows, or the reason why it failed."""

    notebook: Path
    audience: str
    blocks: list[Block] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        return self.notebook.stem


def run_reports(
    study: Study,
    audiences: list[str],
    notebooks: list[Path],
    parameters: dict[Path, dict[str, Any]],
    jobs: int,
    progress: Callable[[Iterable, int, str], Iterable],
) -> list[Run]:
    """Make every page of every audience.

    Returns
    -------
    list of Run
        The runs that failed; their explanatory pages are written and the last good pages stay.
    """
    viewers = {audience: viewer_of(study, audience) for audience in audiences}
    today = date.today()
    preload()
    outside = [audience for audience in audiences if audience != INTERNAL]
    # The longest notebooks first in line, so that no worker ends alone with one.
    notebooks = sorted(notebooks, key=_length, reverse=True)
    everything = sorted(find_notebooks(study.root, []), key=_length, reverse=True)
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    with ProcessPoolExecutor(max_workers=max(1, jobs), mp_context=context) as pool:
        # What outside audiences get is protected over all notebooks, whichever are asked for.
        groups = {input_group(audience): audience for audience in outside}
        shared = {
            pool.submit(_run, study, task, parameters.get(task.notebook, {})): task
            for task in (Run(notebook, audience) for audience in groups.values() for notebook in everything)
        }
        pages = {
            pool.submit(_make, study, task, parameters[task.notebook], viewers[INTERNAL], today): task
            for task in (Run(notebook, INTERNAL) for notebook in notebooks if INTERNAL in viewers)
        }
        if outside:
            ran = {
                (input_group(run.audience), run.name): run for run in _collect(shared, progress, "Notebooks")
            }
        for group in groups:
            seen = {
                audience: [see(ran[group, path.stem], viewers[audience]) for path in everything]
                for audience in outside
                if input_group(audience) == group
            }
            protect_together(list(seen.values()))
            pages |= {
                pool.submit(_write, study, run, today): run
                for run, _ in chain.from_iterable(seen.values())
                if run.notebook in notebooks
            }
        wrote = _collect(pages, progress, "Pages")
    for audience in audiences:
        _write_index(study, audience, wrote, today)
    return sorted((run for run in wrote if run.error), key=lambda run: (run.audience, run.name))


def _length(notebook: Path) -> tuple[int, str]:
    return notebook.stat().st_size, notebook.name


def input_group(audience: str) -> str:
    """Audiences of one group read the same rows: a notebook runs once for all of them."""
    return audience if audience == INTERNAL or audience.startswith("company:") else "outside"


def see(run: Run, viewer: Viewer) -> tuple[Run, Seen]:
    """The page of one audience from a notebook run for its group, and the tables behind it."""
    tables: Seen = {}
    blocks = [block if isinstance(block, str) else block.seen_by(viewer, tables) for block in run.blocks]
    return Run(run.notebook, viewer.audience, blocks, run.error), tables


def protect_together(audiences: list[list[tuple[Run, Seen]]]) -> None:
    """Audit all tables of an audience as one publication.

    Audiences of one group are given the same rows, whoever they may read by name: what is withheld from the
    first is withheld from all.
    """
    each = [
        [t for _, seen in pages for t in seen.values() if isinstance(t, Aggregate) and t.publication]
        for pages in audiences
    ]
    together = Publication(audiences[0][0][0].audience.partition("company:")[2] or None)
    for same in zip(*each, strict=True):
        number = together.add(same[0].told)
        for table in same:
            table.publication, table.number = together, number


def preload() -> None:
    """Import once, before forking, what notebooks and pages use: no worker pays for it again.

    Not seaborn: one figure needs it, and its worker has time to spare.
    """
    for module in ("flows", "synergies", "employment", "publishing.figures"):
        package = importlib.import_module(f"eit_analysis.{module}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


def _collect(
    futures: dict[Future, Run], progress: Callable[[Iterable, int, str], Iterable], words: str
) -> list[Run]:
    done: dict[int, Run] = {}
    order = {id(run): i for i, run in enumerate(futures.values())}
    for future in progress(as_completed(futures), len(futures), words):
        asked = futures[future]
        try:
            done[order[id(asked)]] = future.result()
        except Exception as error:  # a worker that was killed must not take the other pages with it
            asked.error = f"le calcul s'est arrêté brutalement ({type(error).__name__})"
            done[order[id(asked)]] = asked
    return [done[i] for i in sorted(done)]


def _run(study: Study, run: Run, parameters: dict[str, Any]) -> Run:
    os.chdir(study.root)
    fixed = {"study": study.name, "wave": study.wave, "audience": run.audience}
    try:
        run.blocks = execute(str(run.notebook), {**parameters, **fixed})
    except EitError as error:
        run.error = str(error)
    except Exception as error:
        where = ", ".join(["erreur imprévue dans le notebook", *getattr(error, "__notes__", [])])
        run.error = f"{where} ({type(error).__name__}\u00a0: {error})"
    return run


def _make(study: Study, run: Run, parameters: dict[str, Any], viewer: Viewer, today: date) -> Run:
    """Run and write in one go: an internal page withholds nothing, so it waits for no other."""
    page, _ = see(_run(study, run, parameters), viewer)
    return _write(study, page, today)


def _write(study: Study, run: Run, today: date) -> Run:
    folder = study.reports(run.audience)
    failed = folder / f"{run.name}.echec.html"
    if not run.error:
        try:
            page = site.render(study, run.audience, run.name, run.blocks, today)
            beside = page.csvs | page.sheets
            for text in (page.html, *beside.values()):
                check(study, run.audience, text)
            for name, text in beside.items():
                write_atomic(folder / name, text.encode("utf-8"))
            write_atomic(folder / f"{run.name}.html", page.html.encode("utf-8"))
            for old in folder.glob(f"*/{run.name}-*"):
                if old.relative_to(folder).as_posix() not in beside:
                    old.unlink()
            failed.unlink(missing_ok=True)
        except EitError as error:
            run.error = str(error)
        except Exception as error:
            run.error = f"erreur imprévue dans la mise en page ({type(error).__name__}\u00a0: {error})"
    if run.error:
        # The reason may quote data: outside the team a reader learns only that the page is missing.
        reason = run.error if run.audience == INTERNAL else "l'équipe de l'étude en est informée"
        write_atomic(failed, site.failure(study, run.audience, run.name, reason, today).encode("utf-8"))
    run.blocks = []
    return run


def check(study: Study, audience: str, text: str) -> None:
    """Refuse a page that names an actor without its consent or a place on this machine, whatever let it in.

    Raises
    ------
    DisclosureError
        Naming the kind of leak, never the leak itself.
    """
    if str(study.root) in text or str(Path.home()) + os.sep in text:
        raise DisclosureError("La page contient un chemin de cette machine\u00a0: elle est refusée.")
    if audience == INTERNAL:
        return
    viewer = viewer_of(study, audience)
    readable = re.sub(r"[\s\u00a0\u202f]+", " ", html_text.unescape(text)).casefold()
    sites = study.load("sites")
    for site_id, name, siret in sites[["site_id", "name", "siret"]].itertuples(index=False):
        tokens = [str(name), *([str(siret)] if isinstance(siret, str) else [])]
        if viewer.may_name(site_id):
            continue
        for token in tokens:
            words = re.escape(re.sub(r"\s+", " ", token).casefold())
            if re.search(rf"(?<!\w){words}(?!\w)", readable):
                # The message stays with the team: an outside failure page gives no reason.
                raise DisclosureError(
                    f"La page nomme l'acteur {site_id}, qui n'a pas donné son accord à ce public\u00a0: elle "
                    "est refusée, cherchez ce nom dans les textes libres de l'enquête ou dans le notebook."
                )


def _write_index(study: Study, audience: str, runs: list[Run], today: date) -> None:
    folder = study.reports(audience)
    failed = {run.name for run in runs if run.audience == audience and run.error}
    entries = []
    names = {path.name.removesuffix(".html").removesuffix(".echec") for path in folder.glob("[0-9]*.html")}
    for name in sorted(names | failed):
        page = folder / f"{name}.html"
        entry = {"title": name, "href": "", "date": "", "failed": ""}
        if page.exists():
            text = page.read_text(encoding="utf-8")
            heading = re.search(r"<h1>(.*?)</h1>", text, flags=re.S)
            stamp = re.search(r'<time datetime="([0-9-]+)"', text)
            entry["title"] = html_text.unescape(heading[1].strip()) if heading else name
            entry["href"] = page.name
            entry["date"] = (
                format_date(date.fromisoformat(stamp[1]), "d MMMM y", locale="fr_FR") if stamp else ""
            )
        if (folder / f"{name}.echec.html").exists():
            entry["failed"] = f"{name}.echec.html"
        entries.append(entry)
    write_atomic(folder / "index.html", site.index(study, audience, entries, today).encode("utf-8"))
