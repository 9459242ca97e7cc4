"""A *fiche de relance* as a workbook: one question a row, only the cells of the answers may be typed in."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from eit_analysis.intake.answer_sheets import HEADERS, SHEET
from eit_analysis.intake.relance_wording import typeset
from eit_analysis.study import Study

if TYPE_CHECKING:
    from eit_analysis.intake.relance import Fiche

GUIDE = "Mode d'emploi"  # cleaning knows this sheet of the questionnaire and leaves it alone
FIXED_DATE = dt.datetime(2020, 1, 1)  # the same file, byte for byte, whenever it is written
WIDTHS = (24, 14, 7, 20, 22, 68, 28)
NOTHING = "Rien à demander : tout ce que vous avez envoyé a été lu et compris."
GUIDE_TEXT = (
    "Écrivez vos réponses dans la colonne Réponse de la feuille Relance, une par ligne. Les autres cellules "
    "sont verrouillées : elles disent de quelle case de votre fichier il s'agit.",
    "Écrivez seulement la bonne valeur, comme vous l'auriez écrite dans le questionnaire (12,5, <5, 10-15, "
    "env. 10).",
    "Si la valeur lue est juste, écrivez « confirmé » : la question ne sera plus posée.",
    "Si la ligne entière est à retirer (doublon, erreur), écrivez « supprimer » : elle ne sera plus comptée.",
    "Si vous ne savez pas, écrivez « NC ». Une réponse laissée vide ne change rien.",
    "Renvoyez ce classeur au bureau d'études, sous le nom que vous voulez.",
)
TIP = {
    "validate": "any",
    "input_title": "Votre réponse",
    "input_message": typeset("La bonne valeur, ou « confirmé », « supprimer » (toute la ligne), « NC »."),
}


def workbook(study: Study, fiche: Fiche) -> bytes:
    """The XLSX file of one fiche."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"Fiche de relance {fiche.file}", "created": FIXED_DATE})
        _write_questions(book, fiche)
        _write_guide(book, study, fiche)
    return content.getvalue()


def _write_questions(book: Any, fiche: Fiche) -> None:
    cell: dict[str, Any] = {"text_wrap": True, "valign": "top", "num_format": "@", "border": 1}
    header = book.add_format({**cell, "bold": True, "bg_color": "#DCE6E1"})
    locked = book.add_format(cell)
    number = book.add_format({**cell, "num_format": "0"})
    answer = book.add_format({**cell, "locked": False, "bg_color": "#FFF8DC"})
    sheet = book.add_worksheet(SHEET)
    for index, (name, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, name, header)
    for row, question in enumerate(fiche.questions, start=1):
        texts = (question.file, question.sheet, "", question.column, question.read,
                 f"{question.place}\u00a0: {question.text}")  # fmt: skip
        for index, text in enumerate(texts):
            sheet.write_string(row, index, text, locked)
        if question.row:
            sheet.write_number(row, HEADERS.index("Ligne"), question.row, number)
        sheet.write_blank(row, len(HEADERS) - 1, None, answer)
    if fiche.questions:
        sheet.data_validation(1, len(HEADERS) - 1, len(fiche.questions), len(HEADERS) - 1, TIP)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{fiche.file}&RPage &P sur &N")
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_guide(book: Any, study: Study, fiche: Fiche) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    fictional = ["Étude fictive : aucune de ces entreprises n'existe."] if study.config.fictional else []
    context = f"{study.config.title}, vague {study.wave}"
    who = " – ".join(part for part in (fiche.site, fiche.name) if part) or "Bureau d'études"
    lines = [*fictional, context, who, *(GUIDE_TEXT if fiche.questions else (NOTHING,))]
    sheet.write_string(0, 0, "Fiche de relance", book.add_format({"bold": True, "font_size": 16}))
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, typeset(line))
    sheet.protect()
