"""What the rest of a sheet tells of its rows: a direction, a family, a unit, a weight, the year."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import header_part, split_unit, year_and_month
from eit_analysis.intake.cells.remarks import WORDS, YEAR, holds
from eit_analysis.intake.cells.stated import counted
from eit_analysis.intake.sheets.headers import COUNTS, header_year
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import years_told
from eit_analysis.intake.sheets.workbook import own_name
from eit_analysis.reference.designation_families import families, family_of
from eit_analysis.reference.findings import Finding, finding
from eit_analysis.reference.units import known_unit, to_tonnes
from eit_analysis.tables import CATEGORIES

#: Of a blank cell, by the index of its row: what it is, and by which rule; two blanks where nothing tells.
Told = Callable[[int], tuple[str, str]]
# A title that is made of a direction and of the noun of a matter tells a direction; other words of one do not
# (« reçu de notre prestataire », « produits expédiés »). A subject only makes it likely.
NOUNS = (
    r"no|le|de|du|l|en|et|an|annee|flu|matiere|premiere|dechet|produit de dechet|tableau|liste|bilan"
    rf"|recapitulatif|[0-9]+|[a-d]|i+v?|t|tonne|kg|dangereu|non|{'|'.join(WORDS['enters'] | WORDS['leaves'])}"
)
MADE = re.compile(rf"(?:\b(?:{NOUNS})\b ?)+")
LABELS = {"entrant": "enters", "sortant": "leaves"}
FIRST_MONTH, LAST_MONTH = 3, 10  # by which dates of a whole year begin and end
SAID = re.compile(r"(?P<of>[^0-9]+?) ?(?P<by>[:=,(]|[-–—](?= )) ?(?P<how>(?:env\S* |[~≈] ?)?[0-9][^()]*)\)?")
HEAVY = 1.5  # tonnes: more than a big bag or a pallet holds
YEAR_HEADER = re.compile(r"\b(?:annees?|exercices?|year|campagnes?|saisons?)\b(?! (?:de )?(?:debut|mise))")
# A cell that is a year, or two (``Exercice 2017-2018``).
YEARS = re.compile(r"(?:[a-z]+ )?(?:19|20)[0-9]{2}(?: (?:19|20)?[0-9]{2})?")


def direction_of(text: str) -> tuple[str, str]:
    """The one direction that a title tells, and by which rule; else two blanks.

    >>> direction_of("Matières reçues"), direction_of("Déchets"), direction_of("Entrées et sorties")
    (('entrant', 'direction_from_title'), ('sortant', 'direction_from_subject'), ('', ''))
    >>> direction_of("Produits expédiés"), direction_of("Déchets reçus de notre prestataire")
    (('', ''), ('', ''))
    """
    told, likely, elsewhere = _directions(text)
    if told and MADE.fullmatch(singular(fold_words(text))):
        return (told[0], "direction_from_title") if len(told) == 1 else ("", "")
    clear = len(likely) == 1 and {*told} <= {*likely} and not elsewhere
    return (likely[0], "direction_from_subject") if clear else ("", "")


@lru_cache(maxsize=50_000)
def _directions(text: str) -> tuple[list[str], list[str], bool]:
    """What a text tells of directions, what it makes likely, and whether it speaks of going elsewhere."""
    words = singular(fold_words(text))
    told, likely = (
        [label for label, means in LABELS.items() if holds(words, f"{means}{sure}")]
        for sure in ("", "_likely")
    )
    return told, likely, holds(words, "elsewhere")


@lru_cache(maxsize=50_000)
def family(code: str, designation: str) -> tuple[str, str]:
    """The family that a waste code is in, else the one that a designation names, and by which rule."""
    if found := families().get(readable("flows", "waste_code", code) or ""):
        return CATEGORIES[found], "category_from_code"
    found = family_of(designation)
    return (CATEGORIES[found], "category_from_designation") if found else ("", "")


def speaks_of_direction(text: str) -> bool:
    """Whether a text speaks of what enters or leaves, clearly or not."""
    return any(_directions(text))


def undated(headers: Iterable[str]) -> list[str]:
    """Headers but those of dates: the day of an *expédition* tells nothing of what was sent."""
    return [text for text in headers if not fold_words(text).startswith("date")]


def told(layout: Layout, cells: Rows, titles: Mapping[int, str], names: Sequence[str]) -> dict[str, Told]:
    """What the columns that a sheet of flows lacks would hold.

    The direction is that of the nearest title above that speaks of one, none where that is not clear; else of
    the sheet's name, of its headers, of the file's name (``names``), of what the row itself is called. A row
    or a header that says the other direction leaves it blank. A unit may stand beside what a row is of.
    """
    sections = {i: direction_of(text) for i, text in sorted(titles.items()) if speaks_of_direction(text)}
    starts = list(sections)
    sheet, *file = names
    header = " ".join(undated(map(clean_text, cells[layout.header_row])))
    if {"waste_code", "route"} & layout.columns.keys():
        header += " déchet"
    # Of a sheet laid on its side, titles stand below.
    foot = [text for i, text in titles.items() if min(titles) > layout.header_row and i == max(titles)]
    around = (sheet, *foot, header, *file)
    said = next((direction_of(text) for text in around if speaks_of_direction(text)), ("", ""))
    against = len({said[0], direction_of(header)[0]} - {""}) > 1
    silent = not any(map(speaks_of_direction, around))
    code, designation = (layout.columns.get(column) for column in ("waste_code", "description"))

    def named(row: int) -> str:
        return "" if designation is None else clean_text(cells[row][designation])

    def direction(row: int) -> tuple[str, str]:
        coded = code is not None and readable("flows", "waste_code", cells[row][code])
        above, own = bisect(starts, row), ("", "") if coded else direction_of(named(row))
        words = singular(fold_words(named(row)))
        if (
            words.partition(" ")[0] in WORDS["row_else"]
            or holds(words, "row_doubt")
            or header_part(named(row))
        ):
            return "", ""
        if silent and not above:
            return own
        found = sections[starts[above - 1]] if above else ("", "") if against else said
        return found if own[0] in ("", found[0]) else ("", "")

    def category(row: int) -> tuple[str, str]:
        found = family("" if code is None else clean_text(cells[row][code]), named(row))
        # What nothing says to be a matter may be a total, a plan or a price.
        told = holds(singular(fold_words(named(row))), "row_no_matter")
        return found if any(found) or told else (CATEGORIES["other"], "category_assumed_other")

    stated = split_unit(layout.units.get("quantity", ""))[0]

    def unit(row: int) -> tuple[str, str]:
        beside = header_unit(named(row))[1]
        if stated and counted(beside):  # « en balles » is what it comes in
            return "", ""
        return (beside, "unit_from_designation") if beside else ("", "")

    return {"direction": direction, "category": category, "unit": unit}


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
    of = fold_words(said["of"])
    if re.search("[(,;]", said["of"]) or any(
        holds(of, means) for means in ("sheet_else", "row_else", "row_doubt", "doubt")
    ):
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
        texts = [*own_name, *titles.values(), *header] if sheet.by_columns else []
        texts += [header[i] for name, i in layout.columns.items() if name in COUNTS]
        said = {*YEAR.findall(" ".join(texts))}
        apart = bool(said - sheet.years) or len(said) > 1
        return asked, others, _unread("other_year", sheet, said) if apart else None
    of_rows = _years_of_rows(sheet, layout, data, titles)
    if sheet.problem:
        return asked, others, sheet.problem
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
        days = {row: year_and_month(sheet.cells[row][index]) for row in rows} if sheet.by_columns else {}
        if any(days.values()) and all(days[row] for row, cell in cells.items() if cell):
            months = [day[1] for day in days.values() if day and day[0] in sheet.years]
            if months and not (min(months) <= FIRST_MONTH and max(months) >= LAST_MONTH):
                sheet.problem = finding("no_header.part_of_year", sheet=own_name(sheet.name))
            return {row: frozenset([day[0]] if day else []) for row, day in days.items()}
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
