"""A page of a whole project: of several of its studies, and so of none of them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from filelock import FileLock
from markupsafe import Markup

from eit_analysis.config import StudyConfig
from eit_analysis.errors import EitError
from eit_analysis.files import write_atomic
from eit_analysis.publishing.frame import frame, published
from eit_analysis.publishing.html import rendered
from eit_analysis.settings_file import read_config
from eit_analysis.study import Study, list_studies

FAILED = ".echec.html"  # after the name of a study: why it could not be made
OUTDATED = 'id="outdated"'
STUDIES, SEVERAL = "Études du projet", "Plusieurs territoires"


def write_project_page(
    path: Path, body: Markup, *, audience: str, title: str, of: str, fictional: bool
) -> None:
    """Write a page of ``reports/``; ``of`` stands where that of a study names its territory."""
    every = Study("", "", path.parent.parent, StudyConfig(title=of, territory="", fictional=fictional))
    foot = [("Fait le", published(date.today()))]
    page = frame(every, audience, title, foot, body=body, home="")
    write_atomic(path, page.encode())


def outdate_indexes(root: Path) -> None:
    """Say on each index for readers outside that a study has changed: it counts whom that one counted, until
    the next batch. The team's, which leads to them, stays."""
    with index_lock(root):
        for index in indexes(root):
            if OUTDATED not in index.read_text(encoding="utf-8"):
                audience, body = index.stem.removeprefix("index-"), rendered("studies_outdated")
                made_up = _all_fictional(root)
                write_project_page(
                    index, body, audience=audience, title=STUDIES, of=SEVERAL, fictional=made_up
                )


def indexes(root: Path) -> list[Path]:
    """The indices for readers outside that are in place; a study may be called index-…, and have failed."""
    found = (root / "reports").glob("index-*.html")
    return [path for path in found if not path.name.endswith(FAILED)]


def index_lock(root: Path) -> FileLock:
    """Held while the indices of a project are made or taken away."""
    return FileLock(root / "data" / ".lock")  # those of studies have their name before the end


def _all_fictional(root: Path) -> bool:
    """Whether all studies that can be read are fictional."""
    found = []
    for name in list_studies(root):
        with suppress(EitError):
            found.append(read_config(root / "data" / "raw" / name / "study.toml").fictional)
    return bool(found) and all(found)
