"""The blank questionnaire, drawn from the contract: a guide, then one sheet per table with its drop-downs."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import xlsxwriter

from eit_analysis import tables
from eit_analysis.intake.cells import allowed_words, bounds
from eit_analysis.study import write_atomic

GUIDE = "Mode d'emploi"
ROWS = 500  # rows of each sheet that have drop-downs
# As text, a code keeps its zeros and 10-15 does not become a date.
TEXT_COLUMNS = {
    "siret",
    "commune_code",
    "postcode",
    "waste_code",
    "quantity",
    "months",
    "site_ids",
    "status_date",
}
LONG_COLUMNS = {"name", "description", "item", "occupation", "skill", "title", "comment"}
FIXED_DATE = dt.datetime(2020, 1, 1)  # the same file, byte for byte, whenever it is written

GUIDE_TEXT = (
    "Ce classeur sert à recenser ce qui entre, ce qui sort et ce qui pourrait être partagé entre les acteurs "
    "du territoire.",
    "Remplissez une ligne par flux, par métier ou par besoin. Une feuille sans objet pour vous reste vide. "
    "Ne changez ni les noms des feuilles ni la ligne d'en-têtes.",
    "L'identifiant vous est donné par le bureau d'études (par exemple E07)\u00a0: répétez-le à chaque ligne.",
    "Quantités\u00a0: une valeur approchée vaut mieux qu'une case vide. Vous pouvez écrire 12,5, <5, 10-15 "
    "ou env. 10. Écrivez NC si la valeur n'est pas connue et néant s'il n'y en a pas.",
    "La quantité est celle d'une période (an, mois, semaine ou jour) pendant laquelle le flux existe. Un "
    "jour est un jour d'ouverture.",
    "Confidentialité\u00a0: la colonne Diffusion décide de ce qui est publié. Nominative\u00a0: votre nom "
    "peut paraître auprès des partenaires. Agrégée\u00a0: vos données ne comptent que dans des totaux. "
    "Aucune\u00a0: elles ne servent qu'au bureau d'études. Sans réponse, «\u00a0aucune\u00a0» s'applique.",
)


def write_blank(path: Path) -> None:
    """Write the blank questionnaire (XLSX).

    Parameters
    ----------
    path : pathlib.Path
        File to write; replaced as a whole if it exists.
    """
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties(
            {"title": "Questionnaire d'écologie industrielle territoriale", "created": FIXED_DATE}
        )
        styles = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "header": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6E1", "border": 1}
            ),
            "text": book.add_format({"num_format": "@"}),
        }
        _write_guide(book, styles)
        for table in tables.TABLES:
            _write_sheet(book, table, styles)
    write_atomic(path, content.getvalue())


def _write_guide(book: Any, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 3, 52)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, "Questionnaire d'écologie industrielle territoriale", styles["title"])
    row = 2
    for paragraph in GUIDE_TEXT:
        sheet.merge_range(row, 0, row, 3, paragraph, styles["wrap"])
        sheet.set_row(row, 32)
        row += 1
    row += 1
    for column, header in enumerate(("Feuille", "Colonne", "Ce qu'il faut écrire", "Mots prévus")):
        sheet.write_string(row, column, header, styles["header"])
    for table in tables.TABLES:
        for name, spec in tables.form(table).items():
            row += 1
            words = ", ".join(allowed_words(table, name))
            for column, text in enumerate(
                (tables.sheet_name(table), spec["header"], spec["description"], words)
            ):
                sheet.write_string(row, column, text, styles["bold" if column == 1 else "wrap"])


def _write_sheet(book: Any, table: str, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(tables.sheet_name(table))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for index, (name, spec) in enumerate(tables.form(table).items()):
        words = allowed_words(table, name)
        width = 34 if name in LONG_COLUMNS else max(12, min(24, len(spec["header"]) + 2))
        sheet.set_column(index, index, width, styles["text"] if name in TEXT_COLUMNS else None)
        sheet.write_string(0, index, spec["header"], styles["header"])
        note = f"{spec['description']}." + (f" Au choix\u00a0: {', '.join(words)}." if words else "")
        sheet.write_comment(0, index, note, {"x_scale": 2, "y_scale": 1.2, "author": ""})
        rule = _validation(table, name, words)
        if rule:
            sheet.data_validation(1, index, ROWS, index, rule)


def _validation(table: str, column: str, words: tuple[str, ...]) -> dict[str, Any] | None:
    """Drop-down of the allowed words, or the bounds of a scale; None for a free column."""
    if words:
        return {
            "validate": "list", "source": list(words), "error_title": "Valeur non prévue",
            "error_message": "Choisissez un mot de la liste.",
        }  # fmt: skip
    low, high = bounds(table, column)
    if low is None or high is None:
        return None
    return {
        "validate": "integer", "criteria": "between", "minimum": int(low), "maximum": int(high),
        "error_title": "Valeur hors de l'échelle",
        "error_message": f"Écrivez un nombre entier de {low:g} à {high:g}.",
    }  # fmt: skip
