"""The team's pages of many studies: why one could not be made, and the index of all of them.

The index names no actor and is the team's. The firms that it counts are those of all studies, each once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from eit_analysis.batch.order import Outcome
from eit_analysis.batch.standing import Standing, pooled_done, pooled_per_employee, standing
from eit_analysis.batch.studies_map import STATES, studies_map
from eit_analysis.config import StudyConfig
from eit_analysis.errors import EitError
from eit_analysis.files import write_atomic
from eit_analysis.prepared import open_study
from eit_analysis.publishing.frame import audience_name, frame, published
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.publishing.wording import number
from eit_analysis.settings_file import read_config
from eit_analysis.study import Study, list_studies, list_waves
from eit_analysis.templates import environment

INDEX = "index.html"
FAILED = ".echec.html"


@dataclass(frozen=True)
class Entry:
    """A study in the index.

    Attributes
    ----------
    waves : dict
        Its pages by wave, as (words, path).
    failed : str
        Path of the page that says why it could not be made; "" without.
    standing : Standing
        Empty, with what is wrong as its only need, where its tables cannot be read.
    """

    name: str
    title: str
    territory: str
    waves: dict[str, list[tuple[str, str]]]
    failed: str
    standing: Standing

    @property
    def state(self) -> str:
        return "failed" if self.failed else "needing" if self.standing.needs else "good"


def explain(outcome: Outcome) -> None:
    """Write the page that says why a study failed, beside its folder of reports; clear that of a good one."""
    root, name = outcome.order.root, outcome.order.name
    place = root / "reports" / f"{name}{FAILED}"
    if not outcome.failed:
        place.unlink(missing_ok=True)
        return
    here = f"{root}{os.sep}"  # of this machine, and of no use to a reader
    template = environment(TEMPLATES).get_template("study_failed.html.j2")
    log = outcome.order.log.relative_to(root).as_posix()
    body = template.render(reasons=[reason.replace(here, "") for reason in outcome.failed], log=log)
    foot = [("Fait le", published(date.today()))]
    study = _bare(root, name)
    page = frame(study, "internal", "Étude non produite", foot, body=Markup(body), back="Toutes les études")
    write_atomic(place, page.encode())


def write_index(root: Path, progress: Callable[[Iterable], Iterable] = iter) -> Path:
    """Write the index of all studies of the project, those to take up again first; its path."""
    names = [name for name in list_studies(root) if not name.startswith(".")]
    entries = [_entry(root, name) for name in progress(names)]
    standings = {entry.name: entry.standing for entry in entries}
    states = {entry.name: entry.state for entry in entries}
    drawing = studies_map({name: one.communes for name, one in standings.items()}, states)
    groups = {
        state: (words[0], [entry for entry in entries if entry.state == state])
        for state, words in STATES.items()
    }
    measures = [
        ("Tonnes sortantes par salarié et par an", _printed(pooled_per_employee(standings), 2, "t")),
        ("Part des pistes réalisées", _printed(pooled_done(standings), 0, "%")),
    ]
    body = environment(TEMPLATES).get_template("studies.html.j2").render(
        groups=groups,
        measures=[(title, rows) for title, rows in measures if rows],
        drawing=Markup(drawing),
        n_studies=len(entries),
        n_firms=len(set().union(*(one.firms for one in standings.values()))),
    )  # fmt: skip
    fictional = all(_bare(root, name).settings.fictional for name in names)
    settings = StudyConfig(title="Tous les territoires", territory="", fictional=fictional)
    foot = [("Fait le", published(date.today()))]
    place = root / "reports" / INDEX
    every = Study("", "", root, settings)
    page = frame(every, "internal", "Études du projet", foot, body=Markup(body), home="")
    write_atomic(place, page.encode())
    return place


def _printed(table: pd.DataFrame, decimals: int, unit: str) -> list[tuple[Any, ...]]:
    """Rows of an indicator, the highest first: study, raw value, pooled value and its interval, in words."""
    ordered = table.sort_values("pooled", ascending=False, kind="stable")
    return [
        (name, *(f"{number(value, decimals)}\u00a0{unit}" for value in row))
        for name, *row in ordered.itertuples(name=None)
    ]


def _entry(root: Path, name: str) -> Entry:
    bare = _bare(root, name)
    waves: dict[str, list[tuple[str, str]]] = {}
    for wave in list_waves(root, name):
        study = replace(bare, wave=wave)
        for path in sorted((root / "reports" / name / wave).glob("[!.]*/index.html")):
            words = audience_name(study, path.parent.name.replace("company-", "company:", 1))
            waves.setdefault(wave, []).append((words, path.relative_to(root / "reports").as_posix()))
    failed = f"{name}{FAILED}" if (root / "reports" / f"{name}{FAILED}").exists() else ""
    try:
        found = standing(open_study(name, root=root))
    except EitError as error:
        found = Standing(needs=[str(error)])
    return Entry(name, bare.settings.title, bare.settings.territory, waves, failed, found)


def _bare(root: Path, name: str) -> Study:
    """A study with no more than its title, its territory and whether it is fictional."""
    try:
        known = read_config(root / "data" / "raw" / name / "study.toml")
        settings = StudyConfig(title=known.title, territory=known.territory, fictional=known.fictional)
    except EitError:
        settings = StudyConfig(title=name, territory=name)
    return Study(name, "", root, settings)
