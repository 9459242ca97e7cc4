"""The first sheet of the questionnaire: what to write, where, what the words mean, and an example of each."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import xlsxwriter
from babel.numbers import format_decimal

from eit_analysis import reference, tables
from eit_analysis.config import StudyConfig
from eit_analysis.intake.cells.contract import allowed_words, described, is_date, is_number
from eit_analysis.intake.cells.remarks import read_remark

GUIDE = "Mode d'emploi"
TITLE = "Questionnaire d'écologie industrielle territoriale"


def texts(part: str) -> list[str]:
    """The paragraphs of a guide, from ``form_texts.csv``."""
    table = reference.load("form_texts")
    return table.loc[table["part"] == part, "text_fr"].tolist()


PARAGRAPHS = texts("questionnaire")
# Filled in from study.toml, or by the study office before it sends the form out.
RETURN = ("À renvoyer à (nom, courriel, téléphone)", "Au plus tard le")
Returns = tuple[str, str]  # to whom and by which day; empty as long as it is not known
COLUMNS = ("Feuille", "Colonne", "Ce qu'il faut écrire", "Mots prévus", "Exemple")
WIDTHS = (18, 26, 54, 46, 30)

UNITS = described("unit_fr")  # of each number


def _examples() -> dict[str, dict[str, Any]]:
    """One filled row by sheet; a column without an example is one that most leave blank."""
    rows: dict[str, dict[str, Any]] = {table: {} for table in tables.TABLES}
    for table, column, text in reference.load("form_examples").to_numpy():
        typed = dt.date.fromisoformat if is_date(column) else str
        rows[table][column] = float(text) if is_number(table, column) else typed(text)
    return rows


EXAMPLES = _examples()
# What the words that may be misread mean: (table, column), then each word.
MEANINGS: dict[tuple[str, str], dict[str, str]] = {}
for _table, _column, _word, _meaning in reference.load("form_meanings").to_numpy():
    MEANINGS.setdefault((_table, _column), {})[_word] = _meaning


def printed(value: Any) -> str:
    """An example as one types it in French: ``5,5``, ``2024-05-17``."""
    if isinstance(value, float):
        return str(format_decimal(value, format="0.###", locale="fr_FR"))
    return "" if value is None else str(value)


def note(table: str, column: str) -> str:
    """The note of a header: description, unit, words allowed, example."""
    spec, words = tables.form(table)[column], allowed_words(table, column)
    lines = [f"{spec['description']}."]
    if column in UNITS:
        lines.append(f"Unité\u00a0: {UNITS[column]}.")
    if words:
        lines.append(f"Au choix\u00a0: {', '.join(words)}.")
    if example := printed(EXAMPLES[table].get(column)):
        lines.append(f"Exemple\u00a0: {example}")
    return "\n".join(lines)


def is_note(text: str) -> bool:
    """Whether a form prints this note on a header, or did before its description or its choices changed."""
    said = _one_line(text)
    current, former = _notes()
    found = former.fullmatch(said)
    return said in current or (found is not None and not any(read_remark(found["description"])))


@cache
def _notes() -> tuple[set[str], re.Pattern[str]]:
    """The notes of today, each on one line; what those of a form sent out before look like."""
    notes = {_one_line(note(table, column)) for table in tables.TABLES for column in tables.form(table)}
    examples = {_one_line(printed(value)) for row in EXAMPLES.values() for value in row.values()}
    unit, example = (
        "|".join(map(re.escape, sorted(of))) for of in (map(_one_line, UNITS.values()), examples)
    )
    rest = rf"(?: Unité : (?:{unit})\.)?(?: Au choix : .+?\.)?(?: Exemple : (?:{example}))?"
    label = "(?: Unité| Au choix| Exemple) : "
    return notes, re.compile(rf"(?P<description>(?:(?!{label}).)+\.)(?={label}){rest}")


def _one_line(text: str) -> str:
    """As the reader of workbooks gives a note: without line ends and brackets."""
    return " ".join(text.replace("(", "").replace(")", "").split())


def workbook(title: str, draw: Callable[[Any], None]) -> bytes:
    """What a function draws in an XLSX workbook: the same file, byte for byte, whenever it is written."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": title, "created": dt.datetime(2020, 1, 1)})
        draw(book)
    return content.getvalue()


def print_on_a4(sheet: Any, name: str = "&A") -> None:
    """Landscape pages as wide as the sheet, with its name at their foot."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{name}&RPage &P sur &N")


def returns(settings: StudyConfig) -> Returns:
    """To whom a form goes back and by which day, as ``study.toml`` says."""
    day = settings.campaign.deadline
    return settings.page.contact, f"{day:%d/%m/%Y}" if day else ""


def write_guide(book: Any, styles: dict[str, Any], returned: Returns = ("", "")) -> None:
    """Write the guide as the first sheet of an xlsxwriter workbook; it prints on A4 landscape pages."""
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    print_on_a4(sheet)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    last = len(COLUMNS) - 1
    sheet.write_string(0, 0, TITLE, styles["title"])
    row = 2
    for label, known in zip(RETURN, returned, strict=True):
        sheet.merge_range(row, 0, row, 1, label, styles["bold"])
        sheet.merge_range(row, 2, row, last, known, styles["blank"])
        row += 1
    row += 1
    for paragraph in PARAGRAPHS:
        sheet.merge_range(row, 0, row, last, paragraph, styles["wrap"])
        sheet.set_row(row, 15 * (1 + len(paragraph) // 165) + 4)
        row += 1
    row = _write_block(sheet, row + 1, COLUMNS, _columns(), styles)
    _write_block(sheet, row + 1, ("Feuille", "Colonne", "Sens du mot", "Mot"), _meanings(), styles)


def _write_block(sheet: Any, row: int, header: tuple[str, ...], lines: list[list[str]], styles: Any) -> int:
    """Write a table, each sheet's lines under a rule; the row that follows it comes back."""
    for column, text in enumerate(header):
        sheet.write_string(row, column, text, styles["header"])
    before = ""
    for line in lines:
        row += 1
        new = line[0] != before
        for column, text in enumerate(line):
            style = ("bold" if column < 2 else "wrap") + ("_ruled" if new else "")
            sheet.write_string(row, column, text if new or column else "", styles[style])
        before = line[0]
    return row + 1


def _columns() -> list[list[str]]:
    return [
        [
            tables.sheet_name(table),
            spec["header"],
            spec["description"] + (f" (unité\u00a0: {UNITS[name]})" if name in UNITS else ""),
            ", ".join(allowed_words(table, name)),
            printed(EXAMPLES[table].get(name)),
        ]
        for table in tables.TABLES
        for name, spec in tables.form(table).items()
    ]


def _meanings() -> list[list[str]]:
    return [
        [tables.sheet_name(table), tables.form(table)[column]["header"], meaning, word]
        for (table, column), words in MEANINGS.items()
        for word, meaning in words.items()
    ]
