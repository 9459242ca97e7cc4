"""A page of a whole project: of several of its studies, and so of none of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from markupsafe import Markup

from eit_analysis.config import StudyConfig
from eit_analysis.files import write_atomic
from eit_analysis.publishing.frame import frame, published
from eit_analysis.publishing.html import rendered
from eit_analysis.study import Study

STUDIES, SEVERAL = "Études du projet", "Plusieurs territoires"


def write_project_page(
    path: Path, body: Markup, *, audience: str, title: str, of: str = SEVERAL, fictional: bool
) -> None:
    """Write a page of ``reports/``; ``of`` stands where that of a study names its territory."""
    root = path.parent.parent
    every = Study("", "", root, StudyConfig(title=of, territory="", fictional=fictional))
    foot = [("Fait le", published(date.today()))]
    page = frame(every, audience, title, foot, body=body, home="")
    write_atomic(path, page.encode())


def outdate_indexes(study: Study) -> None:
    """Say on each index for readers outside that one of its studies has changed: it counts whom this one
    counted, until the next batch. The team's, which leads to them, stays."""
    for index in (study.root / "reports").glob("index-*.html"):
        write_project_page(
            index,
            rendered("studies_outdated", study=study.name),
            audience=index.stem.removeprefix("index-"),
            title=STUDIES,
            fictional=study.settings.fictional,
        )
