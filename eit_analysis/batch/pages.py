"""The team's pages of a batch: why a study could not be made, and the list of all studies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from eit_analysis.batch.order import Outcome
from eit_analysis.config import StudyConfig
from eit_analysis.errors import EitError
from eit_analysis.files import write_atomic
from eit_analysis.publishing.frame import audience_name, frame, published
from eit_analysis.publishing.html import TEMPLATES
from eit_analysis.settings_file import read_config
from eit_analysis.study import Study, list_studies, list_waves
from eit_analysis.templates import environment

INDEX = "index.html"
FAILED = ".echec.html"


@dataclass(frozen=True)
class Entry:
    """A study in the list: its pages by wave, as (words, path), and its page of failure if it has one."""

    name: str
    title: str
    territory: str
    waves: dict[str, list[tuple[str, str]]]
    failed: str


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


def write_index(root: Path) -> Path:
    """Write the list of all studies of the project, those to take up again first; its path."""
    entries = [_entry(root, name) for name in list_studies(root) if not name.startswith(".")]
    body = (
        environment(TEMPLATES)
        .get_template("studies.html.j2")
        .render(
            failed=[entry for entry in entries if entry.failed],
            made=[entry for entry in entries if not entry.failed and entry.waves],
            waiting=[entry for entry in entries if not entry.failed and not entry.waves],
        )
    )
    fictional = all(_bare(root, entry.name).settings.fictional for entry in entries)
    all_of_them = Study(
        "", "", root, StudyConfig(title="Tous les territoires", territory="", fictional=fictional)
    )
    foot = [("Fait le", published(date.today()))]
    place = root / "reports" / INDEX
    page = frame(all_of_them, "internal", "Études du projet", foot, body=Markup(body), home="")
    write_atomic(place, page.encode())
    return place


def _entry(root: Path, name: str) -> Entry:
    settings = _bare(root, name).settings
    folder = root / "reports" / name
    waves: dict[str, list[tuple[str, str]]] = {}
    for wave in list_waves(root, name):
        study = Study(name, wave, root, settings)
        found = sorted((folder / wave).glob("[!.]*/index.html"))
        pages = [
            (_audience(study, path.parent.name), path.relative_to(root / "reports").as_posix())
            for path in found
        ]
        waves |= {wave: pages} if pages else {}
    failed = f"{name}{FAILED}" if (root / "reports" / f"{name}{FAILED}").exists() else ""
    return Entry(name, settings.title, settings.territory, waves, failed)


def _audience(study: Study, folder: str) -> str:
    return audience_name(study, folder.replace("company-", "company:", 1))


def _bare(root: Path, name: str) -> Study:
    """A study with no more than its title, its territory and whether it is fictional."""
    try:
        known = read_config(root / "data" / "raw" / name / "study.toml")
        settings = StudyConfig(title=known.title, territory=known.territory, fictional=known.fictional)
    except EitError:
        settings = StudyConfig(title=name, territory=name)
    return Study(name, "", root, settings)
