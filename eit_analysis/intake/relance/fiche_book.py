"""A *fiche de relance* as a workbook: one question a row, only the cells of the answers may be typed in."""

from __future__ import annotations

from typing import Any

from eit_analysis.intake.answers.answer_sheets import HEADERS, SHEET
from eit_analysis.intake.form import guide
from eit_analysis.intake.form.guide import RETURN
from eit_analysis.intake.relance.fiche import DOUBTFUL, Fiche
from eit_analysis.intake.relance.fiche_page import context
from eit_analysis.intake.relance.phrases import PHRASES, typeset
from eit_analysis.study import Study

WIDTHS = (24, 14, 9, 20, 22, 18, 64, 28)
# Fill of the answer, and of the other cells of its row.
FILLS = {
    "question": ("#FFF2CC", "#FFFFFF"),
    "reading": ("#F3F8EE", "#E2ECDB"),
    "none": ("#D0D0D0", "#EFEFEF"),
}
GUIDE_TEXT = guide.texts("relance")
TIP = {"validate": "any", "input_title": "Votre réponse", "input_message": PHRASES["tip"]}
TICK = TIP | {
    "validate": "list",
    "source": ["oui", "non"],
    "show_error": False,
    "input_message": PHRASES["tick"],
}


def workbook(study: Study, fiche: Fiche) -> bytes:
    """The XLSX file of one fiche."""

    def draw(book: Any) -> None:
        _write_questions(book, fiche)
        _write_guide(book, study, fiche)

    return guide.workbook(f"Fiche de relance {fiche.file}", draw)


def _write_questions(book: Any, fiche: Fiche) -> None:
    cell: dict[str, Any] = {"text_wrap": True, "valign": "top", "num_format": "@", "border": 1}
    header = book.add_format({**cell, "bold": True, "bg_color": "#DCE6E1"})
    styles = {
        kind: (
            book.add_format({**cell, "bg_color": row}),
            book.add_format({**cell, "bg_color": row, "num_format": "0"}),
            book.add_format({**cell, "bg_color": answer, "locked": kind == "none"}),
        )
        for kind, (answer, row) in FILLS.items()
    }
    sheet, last = book.add_worksheet(SHEET), len(HEADERS) - 1
    for index, (name, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, name, header)
    for row, question in enumerate(fiche.questions, start=1):
        reading = question.kind == DOUBTFUL
        kind = "none" if not question.answerable else "reading" if reading else "question"
        locked, number, answer = styles[kind]
        asked = f"{question.place}\u00a0– {question.asked}"
        asked = PHRASES["to_check"].format(asked) if reading else asked
        texts = (
            question.file, question.sheet, question.rows, question.columns, question.read,
            question.proposal, asked,
        )  # fmt: skip
        for index, text in enumerate(texts):
            sheet.write_string(row, index, text, locked)
        if question.row and not question.others:
            sheet.write_number(row, HEADERS.index("Ligne"), question.row, number)
        sheet.write_blank(row, last, None, answer)
        if question.answerable:
            sheet.data_validation(row, last, row, last, TICK if question.proposal else TIP)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    guide.print_on_a4(sheet, fiche.file)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_guide(book: Any, study: Study, fiche: Fiche) -> None:
    sheet = book.add_worksheet(guide.GUIDE)
    sheet.hide_gridlines(2)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    to_fill = book.add_format({"bottom": 1, "locked": False})
    sheet.set_column(0, 0, 42, wrap)
    sheet.set_column(1, 1, 70, wrap)
    sheet.write_string(0, 0, "Fiche de relance", book.add_format({"bold": True, "font_size": 16}))
    to_return = RETURN if fiche.site and fiche.questions else ()
    for row, (label, known) in enumerate(
        zip(to_return, guide.returns(study.settings), strict=False), start=2
    ):
        sheet.write_string(row, 0, typeset(label))
        sheet.write_string(row, 1, known, to_fill)  # B3 and B4
    fictional = [PHRASES["fictional"]] if study.settings.fictional else []
    how = (*GUIDE_TEXT, PHRASES["send_back" if fiche.site else "put_back"]) if fiche.questions else ()
    left = [PHRASES["left_aside"], *fiche.aside] if fiche.aside else []
    lines = [*fictional, ", ".join(context(study)), fiche.who, fiche.headline, *how, *left]
    for row, line in enumerate(lines, start=3 + len(to_return)):
        sheet.merge_range(row, 0, row, 1, typeset(line), wrap)
        sheet.set_row(row, 15 * (1 + len(line) // 105))
    sheet.protect()
