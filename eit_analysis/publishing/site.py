"""The report of one notebook as HTML text, with the tables, the workbook and the sheets beside it."""

from __future__ import annotations

import re

from markupsafe import Markup

from eit_analysis import french
from eit_analysis.files import zipped
from eit_analysis.publishing import wording
from eit_analysis.publishing.drawn_sections import Drawing, DrawnSection
from eit_analysis.publishing.engine import Block
from eit_analysis.publishing.frame import audience_name, frame
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.table_files import workbook, workbook_file
from eit_analysis.publishing.version import Version
from eit_analysis.study import Study
from eit_analysis.tables import sheet_name

FICTION = "données fictives"


def render(
    study: Study, audience: str, name: str, blocks: list[Block], version: Version
) -> tuple[dict[str, bytes], list[str]]:
    """One report from the prose and the released objects of its notebook.

    Returns
    -------
    dict of str to bytes
        Its files by path within the folder of its audience: page, sheets, tables, exchange file.
    list of str
        All texts in them, to be searched for what may not leave; the workbook holds the tables again.
    """
    title = next((t for block in blocks if isinstance(block, str) and (t := _title(block))), name)
    drawing = Drawing(study, audience, name, version)
    # Rows of all actors: beside what is counted without those who refuse, the difference would be theirs.
    quality = [_quality(study, detailed=name != "00_survey_quality")] if audience == INTERNAL else []
    parts = [*drawing.parts(blocks), *quality]
    html = frame(
        study,
        audience,
        title,
        drawing.foot(version),
        parts=[part for part in parts if part.shown or part.annex],
        left_out=_left_out(blocks),
        workbook=workbook_file(name) if drawing.tables else "",
    )
    texts = {f"{name}.html": html, **drawing.texts}
    files = {path: text.encode() for path, text in texts.items()}
    for path, members in drawing.packed.items():
        files[path] = zipped({member: text.encode() for member, text in members.items()})
    if drawing.tables:
        fiction = [FICTION] if study.settings.fictional else []
        context = " · ".join([study.settings.title, study.wave, audience_name(study, audience), *fiction])
        files[workbook_file(name)] = workbook(title, context, drawing.tables)
    packed = [text for members in drawing.packed.values() for text in members.values()]
    return files, [*texts.values(), *packed]


def _left_out(blocks: list[Block]) -> str:
    """Of which sheets of the survey this page was given less than the team has, in words; "" of none."""
    made_for = [block.viewer for block in blocks if isinstance(block, Released)]
    sheets = {sheet_name(table) for viewer in made_for for table in viewer.left_out}
    named = french.listed([f"«\u00a0{sheet}\u00a0»" for sheet in sorted(sheets)]) if sheets else ""
    where = "À la feuille" if len(sheets) == 1 else "Aux feuilles"
    return f"{where} {named} de l'enquête" if sheets else ""


def _title(prose: str) -> str:
    heading = re.search(r"^# +(.+)$", prose, flags=re.M)
    return heading[1].strip() if heading else ""


def used_percent(clean: int, answers: int) -> str:
    """Rows used of those that are answers, in percent, in French: ``100`` where all are alone."""
    percent = wording.number(clean / max(answers, 1) * 100, 0)
    return "plus de 99" if percent == "100" and clean < answers else percent


def _quality(study: Study, detailed: bool) -> DrawnSection:
    """What happened to the rows read: counts about the survey as a whole; the team's page 00 has the rest."""
    tables = study.manifest()["tables"].values()
    names = ("rows_read", "rows_clean", "rows_merged", "rows_ignored", "rows_quarantined")
    read, clean, merged, ignored, quarantined = (sum(table[name] for table in tables) for name in names)
    if not read:
        return DrawnSection("lignes-lues-et-ecartees", "", "", Markup(""), Markup(""))
    # What was printed before anybody answered, or must not be counted, is no answer lost.
    answers = read - ignored
    lines = french.counted(answers, "ligne de réponse", "lignes de réponse")
    percent = used_percent(clean, answers)
    sentence = f"Sur {lines}, {percent}\u00a0% sont utilisées dans les tableaux"
    fates = (
        (merged, "fusionnée, double exact d'une autre", "fusionnées, doubles exacts d'autres"),
        (
            quarantined,
            "inutilisable, gardée à part avec sa raison",
            "inutilisables, gardées à part avec leur raison",
        ),
    )
    rest = [french.counted(*fate) for fate in fates if fate[0]]
    if rest:
        sentence += f"\u00a0; le reste\u00a0: {', '.join(rest)}"
    if ignored:
        aside = french.counted(
            ignored, "autre ligne lue n'en est pas une", "autres lignes lues n'en sont pas"
        )
        sentence += f". {aside}\u00a0: titres, vides, totaux, énoncés sans réponse, lignes à ne pas compter"
    if detailed:
        sentence += ". Le détail, feuille par feuille, est dans le rapport sur l'enquête"
    annex = Markup("<p>{}</p>").format(f"{sentence}.")
    return DrawnSection("lignes-lues-et-ecartees", "Lignes lues et écartées", "", Markup(""), annex)
