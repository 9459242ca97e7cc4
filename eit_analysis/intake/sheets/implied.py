"""What the rest of a sheet tells of its blank cells: a direction, a family, the word above, a firm."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows, matches, objects, pick, texts_of
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.headers import form_key
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.reference.designations import families, family_of
from eit_analysis.tables import CATEGORIES

#: Of a blank cell, by the index of its row: what it is, and by which rule; two blanks where nothing tells.
Told = Callable[[int], tuple[str, str]]
# Words of a direction, by how sure they are: a waste is most often what leaves, yet some firms receive it.
WORDS = (
    ("direction_from_title", "entrees?|entrants?|entrantes?|intrants?|recus?|recues?|receptions?",
     "sorties?|sortants?|sortantes?|evacue(?:e|s|es)?|expedie(?:e|s|es)?"),
    ("direction_from_subject", "fournisseurs?|achats?|approvisionnements?|consommations?|matieres premieres",
     "dechets?|rebuts?|coproduits?|exutoires?|jet(?:te|ons)|waste|votre bilan matieres"),
)  # fmt: skip
LABELS = "entrant", "sortant"
YEAR_HEADERS = {"annee", "exercice", "year"}
# A pattern of RE2.
DITTO = r"""(?i)^\s*(?:["'«»“”„〃]+|id\.?|idem|ibid\.?|dito)\s*$"""
PATTERNS = [(rule, [re.compile(rf"\b(?:{words})\b") for words in both]) for rule, *both in WORDS]


def direction_of(text: str) -> tuple[str, str]:
    """The one direction that words tell, and by which rule.

    >>> direction_of("Matières reçues"), direction_of("Déchets"), direction_of("Entrées et sorties")
    (('entrant', 'direction_from_title'), ('sortant', 'direction_from_subject'), ('', ''))
    """
    folded = fold_words(text)
    for rule, patterns in PATTERNS:
        found = [label for label, pattern in zip(LABELS, patterns, strict=True) if pattern.search(folded)]
        if found:
            return (found[0], rule) if len(found) == 1 else ("", "")
    return "", ""


@lru_cache(maxsize=50_000)
def family(code: str, designation: str) -> tuple[str, str]:
    """The family that a waste code is in, else the one that a designation names, and by which rule."""
    if found := families().get(readable("flows", "waste_code", code) or ""):
        return CATEGORIES[found], "category_from_code"
    found = family_of(designation)
    return (CATEGORIES[found], "category_from_designation") if found else ("", "")


def told(layout: Layout, cells: Rows, titles: Mapping[int, str], name: str) -> dict[str, Told]:
    """What the columns that a sheet of flows lacks would hold.

    The direction is that of the nearest title above that tells one, else of the sheet's name and headers.
    """
    sections = {index: found for index, text in sorted(titles.items()) if any(found := direction_of(text))}
    starts = list(sections)
    header = [clean_text(cell) for cell in cells[layout.header_row]]
    whole = direction_of(" ".join([name, *header]))
    if not any(whole) and "waste_code" in layout.columns:
        whole = direction_of("déchets")
    code, designation = (layout.columns.get(column) for column in ("waste_code", "description"))

    def direction(row: int) -> tuple[str, str]:
        above = bisect(starts, row)
        return sections[starts[above - 1]] if above else whole

    def category(row: int) -> tuple[str, str]:
        texts = ("" if i is None else clean_text(cells[row][i]) for i in (code, designation))
        return family(*texts)

    return {"direction": direction, "category": category}


def of_years(sheet: SurveySheet, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Which rows a column of years gives to a year that is asked; beside some of these, which to another."""
    column = next((i for i, text in layout.unknown.items() if form_key(text) in YEAR_HEADERS), None)
    if column is None or layout.table != "flows":
        return (none := np.zeros(len(sheet.cells), dtype=bool)), none
    own = sheet.cells.numbers[:, column]
    year = sheet.cells.test(lambda cell: YEAR.fullmatch(clean_text(cell)) is not None)[own]
    asked = sheet.cells.test(lambda cell: clean_text(cell) in sheet.years)[own]
    return asked, year & ~asked & asked.any()


def read_dittos(sheet: SurveySheet, ledger: Ledger) -> None:
    """Take the word above for the marks (``"``, ``idem``) that say it again; a number is asked."""
    marks, form = matches(texts_of(sheet.cells.values), DITTO), tables.form(sheet.table)
    asked = {"quantity", *tables.used_for(sheet.table, "names")}
    for name, numbers in sheet.columns.items() if marks.any() else ():
        ditto = marks[numbers]
        if form[name]["dtype"] == "float" or name in asked or not ditto.any():
            continue
        above = np.maximum.accumulate(np.where(ditto, 0, np.arange(len(numbers))))
        sheet.columns[name] = numbers[above]
        where = np.flatnonzero(ditto & (above < np.arange(len(numbers))) & ~marks[numbers[above]])
        raw, clean = (objects(pick(sheet.cells.values, own[where])) for own in (numbers, sheet.columns[name]))
        places = np.full(len(where), sheet.place)
        ledger.correct(places, sheet.rows[where], form[name]["header"], raw, clean, "ditto_read")


def fill(sheet: SurveySheet, name: str, tell: Told, ledger: Ledger) -> None:
    """Put into the blank cells of a column what the rest of the sheet, or of its file, tells."""
    values, numbers = sheet.cells.values, sheet.columns[name]
    blank = [number for number in np.unique(numbers).tolist() if not clean_text(values[number])]
    where = np.flatnonzero(np.isin(numbers, blank))
    found = [tell(row - 1) for row in sheet.rows[where].tolist()]
    where = where[np.array([bool(text) for text, _ in found], dtype=bool)]
    if not len(where):
        return
    texts, rules = zip(*filter(any, found), strict=True)
    own = Cells.of(texts)
    sheet.cells = Rows([*values, *own.values], sheet.cells.numbers)
    sheet.columns[name] = numbers.copy()
    sheet.columns[name][where] = len(values) + own.codes
    places, header = np.full(len(where), sheet.place), tables.header(sheet.table, name)
    ledger.correct(places, sheet.rows[where], header, "", objects(texts), objects(rules))
