"""All files of an audience's folder: pages, what could be kept of those that failed, index, archive."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from eit_analysis.files import zipped
from eit_analysis.publishing import notices, paper
from eit_analysis.publishing.decision import decision
from eit_analysis.publishing.digest import Digest, beside, digest
from eit_analysis.publishing.frame import audience_name
from eit_analysis.publishing.one_page import Run
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study

Files = dict[str, bytes]
FORMS = ("pdf", "slides")


def folder_files(
    study: Study,
    audience: str,
    runs: list[Run],
    version: Version,
    good: dict[str, Files],
    carried: Files,
    forms: Collection[str] = (),
) -> Files:
    """The folder of an audience in one version, by path within it, from the ``runs`` of its pages.

    Of a page that failed the last ``good`` version stays, by page the files of it, and says its date;
    ``carried`` are files of pages that this version need not make again. ``forms`` are those of
    :data:`FORMS` that are made of the pages besides.
    """
    files = dict(carried)
    for run in runs:
        if run.files:
            files |= run.files
            continue
        # The reason may quote data: outside the team a reader learns only that the page is missing.
        reason = run.error if audience == INTERNAL else "l'équipe de l'étude en est informée"
        failure = notices.failure(study, audience, run.name, reason, version)
        files[f"{run.name}.echec.html"] = failure.encode()
        files |= {
            name: notices.dated(content.decode(), version).encode() if name.endswith(".html") else content
            for name, content in good.get(run.name, {}).items()
        }
    return _with_index(study, audience, files, version, forms)


def _with_index(study: Study, audience: str, files: Files, version: Version, forms: Collection[str]) -> Files:
    """The files of the pages with what is made of them: decision page, other forms, index, archive."""
    names = {re.sub(r"(\.echec)?\.html$", "", name) for name in files if re.match(r"\d[^/]*\.html$", name)}
    reports = {
        name: digest(name, files[f"{name}.html"].decode())
        for name in sorted(names)
        if f"{name}.html" in files
    }
    files = dict(files)
    if page := decision(study, audience, list(reports.values()), version):
        files["decision.html"] = page.encode()
    if "pdf" in forms:
        made = paper.printed(
            {name: files[f"{name}.html"] for name in [*reports, *(["decision"] if page else [])]}
        )
        files |= {f"{name}.pdf": content for name, content in made.items()}
    if "slides" in forms:
        from eit_analysis.publishing.slides import slides

        context = f"{study.settings.title} · {study.wave} · {audience_name(study, audience)}"
        context += " · données fictives" * study.settings.fictional
        for name, report in reports.items():
            drawn = paper.pictures([picture.svg for picture in report.pictures])
            files[f"{name}.pptx"] = slides(report, drawn, context)
    archive = f"{study.name}-{study.wave}-{study.reports(audience).name}.zip"
    # What recommends nothing, such as the quality of the survey, comes last.
    ranked = sorted(names, key=lambda name: (name in reports and not reports[name].cards, name))
    entries = [_entry(name, reports.get(name), files) for name in ranked]
    files["index.html"] = notices.index(study, audience, entries, version, archive).encode()
    files[archive] = zipped(files)  # to be sent or laid on any web server: links are relative
    return files


def _entry(name: str, report: Digest | None, files: Files) -> notices.Entry:
    failed = f"{name}.echec.html"
    title = report.title if report else name
    return notices.Entry(title, report, failed if failed in files else "", files.keys())


def page_files(folder: Path, name: str) -> Files:
    """A page of a folder with the tables and sheets that it leads to; empty when it is not there."""
    path = folder / f"{name}.html"
    if not path.exists():
        return {}
    content = path.read_bytes()
    found = [name for name in beside(content.decode()) if (folder / name).exists()]
    return {path.name: content} | {name: (folder / name).read_bytes() for name in found}
