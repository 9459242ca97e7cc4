"""What the rest of a sheet tells of its blank cells: a direction, a family, the word above, a firm."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

import numpy as np

from eit_analysis import tables
from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows, matches, objects, pick, texts_of
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import PERIOD_LABELS, split_unit
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.headers import header_year
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import whole_year, years_told
from eit_analysis.intake.sheets.workbook import own_name
from eit_analysis.reference.designations import families, family_of
from eit_analysis.reference.findings import Finding, finding
from eit_analysis.reference.units import known_unit, to_tonnes
from eit_analysis.tables import CATEGORIES

#: Of a blank cell, by the index of its row: what it is, and by which rule; two blanks where nothing tells.
Told = Callable[[int], tuple[str, str]]
# A title that is made of a direction and of the noun of a matter tells a direction; other words of one do not
# (« reçu de notre prestataire », « produits expédiés »). The subject of a sheet only makes it likely.
NOUNS = (
    r"nos|les|des|de|du|l|en|et|an|annee|flux|matieres?|premieres?|dechets?|produits de dechets|tableau|liste"
    r"|bilan|recapitulatif|[0-9]+|[a-d]|i+v?|t|tonnes?|kg|dangereux|non"
)
DIRECTIONS = (
    r"entrees?|entrants?|entrantes?|intrants?|recus|recues",
    r"sorties?|sortants?|sortantes?|evacues?|evacuees?",
)
SUBJECTS = (
    r"fournisseurs?|achats?|approvisionnements?|consommations?|matieres premieres",
    r"dechets?|rebuts?|coproduits?|exutoires?|jet(?:te|ons)|waste|votre bilan matieres",
)
ELSEWHERE = re.compile(
    r"\b(?:expedi\w*|livr\w*|vend\w*|ventes?|recus?|recues?|recepti\w*|produits? finis?)\b"
)
LABELS = "entrant", "sortant"
SAID = re.compile(r"(?P<of>[^0-9]+?) ?(?P<by>[:=,(]|[-–—](?= )) ?(?P<how>(?:env\S* |[~≈] ?)?[0-9][^()]*)\)?")
HEAVY = 1.5  # tonnes: more than a big bag or a pallet holds
YEAR_HEADER = re.compile(r"\b(?:annees?|exercices?|year|campagnes?|saisons?)\b(?! (?:de )?(?:debut|mise))")
# A cell that is a year, or two (``Exercice 2017-2018``).
YEARS = re.compile(r"(?:[a-z]+ )?(?:19|20)[0-9]{2}(?: (?:19|20)?[0-9]{2})?")
# A pattern of RE2.
DITTO = r"""(?i)^\s*(?:["'«»“”„〃]+|id\.?|idem|ibid\.?|dito)\s*$"""


def direction_of(text: str) -> tuple[str, str]:
    """The one direction that a title tells, and by which rule; else two blanks.

    >>> direction_of("Matières reçues"), direction_of("Déchets"), direction_of("Entrées et sorties")
    (('entrant', 'direction_from_title'), ('sortant', 'direction_from_subject'), ('', ''))
    >>> direction_of("Produits expédiés"), direction_of("Déchets reçus de notre prestataire")
    (('', ''), ('', ''))
    """
    folded = fold_words(text)
    made = re.fullmatch(rf"(?:\b(?:{NOUNS}|{'|'.join(DIRECTIONS)})\b ?)+", folded) is not None
    told = _labels(folded, DIRECTIONS)
    if told and made:
        return (told[0], "direction_from_title") if len(told) == 1 else ("", "")
    likely = [] if told or ELSEWHERE.search(folded) else _labels(folded, SUBJECTS)
    return (likely[0], "direction_from_subject") if len(likely) == 1 else ("", "")


def _labels(folded: str, words: tuple[str, str]) -> list[str]:
    return [label for label, own in zip(LABELS, words, strict=True) if re.search(rf"\b(?:{own})\b", folded)]


@lru_cache(maxsize=50_000)
def family(code: str, designation: str) -> tuple[str, str]:
    """The family that a waste code is in, else the one that a designation names, and by which rule."""
    if found := families().get(readable("flows", "waste_code", code) or ""):
        return CATEGORIES[found], "category_from_code"
    found = family_of(designation)
    return (CATEGORIES[found], "category_from_designation") if found else ("", "")


def _of_direction(text: str) -> bool:
    folded = fold_words(text)
    return any(direction_of(text)) or bool(_labels(folded, DIRECTIONS)) or bool(ELSEWHERE.search(folded))


def told(layout: Layout, cells: Rows, titles: Mapping[int, str], name: str) -> dict[str, Told]:
    """What the columns that a sheet of flows lacks would hold.

    The direction is that of the nearest title above that speaks of one, none where that is not clear; else of
    the sheet's name, else what its headers are about.
    """
    sections = {index: direction_of(text) for index, text in sorted(titles.items()) if _of_direction(text)}
    starts = list(sections)
    header = [clean_text(cell) for cell in cells[layout.header_row]]
    whole = direction_of(name)
    if not any(whole) and not _of_direction(name):
        likely = _labels(fold_words(" ".join(header)), SUBJECTS) or ["sortant"] * (
            "waste_code" in layout.columns
        )
        whole = (likely[0], "direction_from_subject") if len(likely) == 1 else ("", "")
    code, designation = (layout.columns.get(column) for column in ("waste_code", "description"))

    def direction(row: int) -> tuple[str, str]:
        above = bisect(starts, row)
        return sections[starts[above - 1]] if above else whole

    def category(row: int) -> tuple[str, str]:
        texts = ("" if i is None else clean_text(cells[row][i]) for i in (code, designation))
        return family(*texts)

    return {"direction": direction, "category": category}


@lru_cache(maxsize=50_000)
def quantity_in(designation: str) -> tuple[str, str]:
    """The weight that a designation ends with (``Palettes : 12 t``), and by which rule; else two blanks.

    Without a period, what is in parentheses may be the weight of one thing, as what one box holds.
    """
    said = SAID.fullmatch(designation)
    number = parse_number(said["how"] if said else "")
    unit, period = split_unit(number.suffix)
    tonnes, *_ = to_tonnes(number.value or 0.0, unit, "") or (0.0,)
    if said is None or not tonnes:
        return "", ""
    alone = said["by"] in ":=" and (tonnes >= HEAVY or not known_unit(said["of"]))
    return (said["how"], "quantity_from_designation") if period or alone else ("", "")


def of_years(
    sheet: SurveySheet, layout: Layout, data: np.ndarray, titles: Mapping[int, str]
) -> tuple[np.ndarray, np.ndarray, Finding | None]:
    """Which rows of data are told to be of a year that is asked, which of another, and why none can be read.

    A column of years tells it, or the titles of a sheet of no form and those that are a year alone. Where two
    years may be the one that is asked, a sheet of both is not read; nor is one without a row of any.
    """
    asked, others = np.zeros((2, len(data)), dtype=bool)
    header = [clean_text(cell) for cell in sheet.cells[layout.header_row]]
    own_name = [sheet.name] if sheet.by_columns else []
    if layout.table != "flows":
        said = (
            {*YEAR.findall(" ".join([*own_name, *titles.values(), *header]))} if sheet.by_columns else set()
        )
        apart = bool(said - sheet.years) or len(said) > 1
        return asked, others, _unread("other_year", sheet, said) if apart else None
    of_rows = _years_of_rows(sheet, layout, data, titles)
    told = {year for years in of_rows.values() for year in years}
    for row, years in of_rows.items():
        (asked if years and years <= sheet.years and len(years) == 1 else others)[row] = bool(years)
    if others.any() and not asked.any():
        return asked, others, _unread("other_year", sheet, told)
    quantities = {*layout.repeated, layout.columns.get("quantity", -1)} & {*range(len(header))}
    said = {header_year(header[i]) for i in quantities} | {
        year for row, years in of_rows.items() if asked[row] for year in years
    }
    said |= {year for text in (*own_name, *titles.values()) for year in years_told(text)}
    undated = others.any() and not all(of_rows.values())
    both = told if undated else said & sheet.years
    return asked, others, _unread("years", sheet, both) if len(both) > 1 else None


def _years_of_rows(
    sheet: SurveySheet, layout: Layout, data: np.ndarray, titles: Mapping[int, str]
) -> dict[int, frozenset[str]]:
    """The years of each row of data, by its column of years, else by the title above it; none: no row."""
    rows = np.flatnonzero(data).tolist()
    for index, text in layout.unknown.items():
        cells = {row: fold_words(clean_text(sheet.cells[row][index])) for row in rows}
        dated = [YEARS.fullmatch(cell) is not None for cell in cells.values() if cell]
        if all(dated) and dated and (sheet.by_columns or YEAR_HEADER.search(fold_words(text))):
            # Two in a cell, which may be short (2017-18), are none.
            return {row: frozenset({*YEAR.findall(cell), *cell.split()[-1:]}) for row, cell in cells.items()}
    tell = {
        index: years
        for index, text in sorted(titles.items())
        if (years := years_told(text)) and (sheet.by_columns or YEAR.fullmatch(fold_words(text)))
    }
    starts = list(tell)
    return {row: tell[starts[above - 1]] for row in rows if (above := bisect(starts, row))}


def _unread(why: str, sheet: SurveySheet, years: Iterable[str]) -> Finding:
    asked = {"asked": " ou ".join(sorted(sheet.years))} if why == "other_year" else {}
    return finding(f"no_header.{why}", sheet=own_name(sheet.name), year=" et ".join(sorted(years)), **asked)


def read_dittos(sheet: SurveySheet, skipped: np.ndarray, totals: np.ndarray, ledger: Ledger) -> None:
    """Take the word above for the marks (``"``, ``idem``) that say it again; a number is asked.

    The word above is that of the sheet, of a row that is not kept too, but for titles and blank rows
    (``skipped``); below one of ``totals``, it is asked.
    """
    layout = sheet.layout
    if layout is None:
        return
    marks, form = matches(texts_of(sheet.cells.values), DITTO), tables.form(sheet.table)
    asked, kept = {"quantity", *tables.used_for(sheet.table, "names")}, sheet.rows - 1
    for name, index in layout.columns.items() if marks.any() else ():
        column = sheet.cells.numbers[:, index]
        ditto = marks[column]
        if form[name]["dtype"] == "float" or name in asked or not ditto[kept].any():
            continue
        above = np.maximum.accumulate(np.where(ditto | skipped, 0, np.arange(len(column))))[kept]
        where = np.flatnonzero(ditto[kept] & (above > layout.header_row) & ~totals[above])
        numbers = sheet.columns[name].copy()
        numbers[where] = column[above[where]]
        raw, clean = (objects(pick(sheet.cells.values, own[where])) for own in (sheet.columns[name], numbers))
        sheet.columns[name] = numbers
        places = np.full(len(where), sheet.place)
        ledger.correct(places, sheet.rows[where], form[name]["header"], raw, clean, "ditto_read")


def read_years(sheet: SurveySheet, ledger: Ledger) -> None:
    """Take a period that is the year asked (``exercice 2018``) for a year, where no other is typed."""
    cells = np.unique(sheet.columns.get("period", sheet.rows[:0]))
    typed = {*map(clean_text, pick(sheet.cells.values, cells))}
    if len({*YEAR.findall(" ".join(typed))} & sheet.years) == 1:
        years = {text for text in typed if whole_year(text, sheet.years)}
        fill(sheet, "period", lambda _: (PERIOD_LABELS["year"], "period_from_year"), ledger, years)


def fill(
    sheet: SurveySheet, name: str, tell: Told, ledger: Ledger, typed: Collection[str] = frozenset([""])
) -> None:
    """Put into the cells of a column that are blank, or so typed, what the rest of the file tells."""
    values, numbers = sheet.cells.values, sheet.columns[name]
    blank = [number for number in np.unique(numbers).tolist() if clean_text(values[number]) in typed]
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
    raw = objects([clean_text(cell) for cell in pick(values, numbers[where])])
    ledger.correct(places, sheet.rows[where], header, raw, objects(texts), objects(rules))
