"""All files of an audience's folder: pages, what could be kept of those that failed, index."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

from babel.dates import format_date

from eit_analysis.publishing import notices
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.report import Run
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study

Files = dict[str, bytes]


def folder_files(
    study: Study, audience: str, runs: list[Run], version: Version, good: dict[str, Files], carried: Files
) -> Files:
    """The folder of an audience in one version, by path within it, from the ``runs`` of its pages.

    Of a page that failed the last ``good`` version stays, by page the files of it, and says its date;
    ``carried`` are files of pages that this version need not make again.
    """
    files = dict(carried)
    for run in runs:
        if run.page is not None:
            files |= {name: text.encode() for name, text in run.page.files.items()}
            continue
        # The reason may quote data: outside the team a reader learns only that the page is missing.
        reason = run.error if audience == INTERNAL else "l'équipe de l'étude en est informée"
        failure = notices.failure(study, audience, run.name, reason, version)
        files[f"{run.name}.echec.html"] = failure.encode()
        files |= {
            name: notices.dated(content.decode(), version).encode() if name.endswith(".html") else content
            for name, content in good.get(run.name, {}).items()
        }
    files["index.html"] = notices.index(study, audience, _entries(files), version).encode()
    return files


def page_files(folder: Path, name: str) -> Files:
    """A page of a folder with the tables and sheets that it leads to; empty when it is not there."""
    path = folder / f"{name}.html"
    if not path.exists():
        return {}
    content = path.read_bytes()
    found = [name for name in beside(content.decode()) if (folder / name).exists()]
    return {path.name: content} | {name: (folder / name).read_bytes() for name in found}


def beside(page: str) -> list[str]:
    """Paths of the tables and sheets that a page leads to."""
    found = re.findall(r'href="((?:tables|fiches)/[^"#?]+)"', page)
    return sorted({html.unescape(name) for name in found})


def _entries(files: Files) -> list[dict[str, str]]:
    names = {re.sub(r"(\.echec)?\.html$", "", name) for name in files if re.match(r"\d[^/]*\.html$", name)}
    return [_entry(files, name) for name in sorted(names)]


def _entry(files: Files, name: str) -> dict[str, str]:
    page, failed = f"{name}.html", f"{name}.echec.html"
    entry = {"title": name, "href": "", "date": "", "failed": failed if failed in files else ""}
    if page in files:
        text = files[page].decode()
        heading = re.search(r"<h1>(.*?)</h1>", text, flags=re.S)
        stamp = re.search(r'<time datetime="([0-9-]+)"', text)
        entry["title"] = html.unescape(heading[1].strip()) if heading else name
        entry["href"] = page
        entry["date"] = format_date(date.fromisoformat(stamp[1]), "d MMMM y", locale="fr_FR") if stamp else ""
    return entry
