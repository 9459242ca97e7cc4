"""Whether a sheet of no form, which a firm has of its own, may be read as a table of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import HALF_YEAR, MONTHS, QUARTER, header_part, year_and_month
from eit_analysis.intake.cells.remarks import holds
from eit_analysis.intake.sheets.asides import TOTAL
from eit_analysis.intake.sheets.by_content import SITES
from eit_analysis.intake.sheets.factors import makes_quantity, role
from eit_analysis.intake.sheets.header_words import BARE_UNIT
from eit_analysis.intake.sheets.headers import header_year, suffices
from eit_analysis.intake.sheets.implied import direction_of, speaks_of_direction, undated
from eit_analysis.intake.sheets.products import product
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.intake.sheets.titles import MONTH
from eit_analysis.intake.sheets.two_ways import one_quantity, way_of

# What a sheet of flows whose words tell no direction must speak of, and what titles of one of jobs.
MATTER = re.compile(r"\b(?:matieres?|flux|code ced)\b")
PEOPLE = re.compile(r"\b(?:effectifs?|salaries?|personnel)\b")
# Words of a title by which a table says again what another says, and how near their totals then are.
AGAIN = re.compile(
    r"\b(?:recapitulati\w*|recap|synthese|details?|detaille\w*|resume|totaux|total|cumul|dont)\b"
)
NEAR = 0.05
UNTIL = re.compile(rf"\b(?:au|fin) (?:[0-9]{{1,2}} )?({'|'.join(MONTHS[:-1])})\b")
MONTH_TO = re.compile(rf"\b(?:{'|'.join(MONTHS)}) a (?:{'|'.join(MONTHS)})\b")
LONGEST = 5000  # rows: a longer list is no summary
QUANTITY = re.compile("quantites?|qte|tonnages?|poids|masses?")
MEAN = re.compile(r"\bmoyenn?e?s?\b", re.I)
SLIPS = re.compile(r"\b(?:statut|etat|refus\w*)\b")  # by which a row may not count
PARTS = re.compile(r"\b(?:mois|trimestres?|semestres?|semaines?)\b")
REAL = re.compile(r"\b(?:reel(?:le)?s?|realise(?:e|s|es)?)\b")
WASTED = re.compile(r"\b(?:rebuts?|dechets?|chutes?|pertes?)\b")


def speaks(layout: Layout, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet has what suffices for a row of its table, the words of its subject and none of another.

    One with two quantities, with slips that may be refused, with several sites, of a part of a year or of no
    year (a budget, a stock: ``cell_words.csv``), or whose codes are no waste codes is asked about.
    """
    layout, rows = one_quantity(layout, Rows.of(rows))
    quantities = [*layout.repeated, *(i for name, i in layout.columns.items() if name == "quantity")]
    if any(way_of(clean_text(rows[layout.header_row][i])) for i in quantities):
        return False  # what a store hands out, or the entries and exits of several years
    means = {index: layout.spec.means(text) for index, text in layout.repeated.items()}
    again = [layout.repeated[index] for index, one in means.items() if one and one.column == "quantity"]
    own, top = layout.columns.get("quantity"), layout.header_row - 1
    if own is not None and BARE_UNIT.fullmatch(clean_text(rows[top + 1][own])) and top >= 0:
        again += filter(None, [clean_text(rows[top][own])])  # what stands above a unit says of what it is
    if len(rows) > LONGEST or not suffices(layout) or not all(map(_set_aside, again)):
        return False
    header, under = list(map(clean_text, rows[layout.header_row])), rows[layout.header_row + 1 :]
    texts = [[*filter(None, map(clean_text, row))] for row in rows]
    above = [text for row in texts[: layout.header_row] for text in row]
    # A title may stand among the rows too.
    among = [row[0] for row in texts[layout.header_row + 1 :] if len(row) == 1]
    titles = fold_words(" ".join([*names, *above, *among]))
    made = product(layout, rows)
    # « Poids moyen » of what is multiplied is no mean.
    others = [
        MEAN.sub("", text) if made and i in made.where and role(text) == "weight" else text
        for i, text in enumerate(header)
    ]
    words = singular(fold_words(" ".join([titles, *undated(others)]).replace("€", " euro ")))
    quantity = header[layout.columns["quantity"]] if "quantity" in layout.columns else ""
    # What a column says to be real is not the budget beside it.
    whole = singular(titles) if REAL.search(fold_words(quantity)) or header_year(quantity) else words
    aside = [i for i, text in (layout.unknown | layout.repeated).items() if text not in again]
    aside = [i for i in aside if not makes_quantity(header[i]) and not (made and i in made.where)]
    partial = any(_is_partial(header[i], [row[i] for row in under]) for i in aside)
    dated = fold_words(" ".join([*names[:1], *above, *among]))  # a file may be named after the day it is sent
    stems = fold_words(" ".join(names[1:]))  # of which a month may be that of the answer
    part = _part_of_year(dated) or QUARTER.search(stems) or HALF_YEAR.search(stems) or MONTH_TO.search(stems)
    plan = holds(whole, "sheet_else") or holds(singular(fold_words(quantity)), "sheet_else")
    if plan or part or partial or of_sites(among):
        return False
    place = layout.columns.get("description")
    names = [] if place is None else [header_unit(clean_text(row[place]))[0] for row in under]
    if any(QUANTITY.fullmatch(fold_words(name)) for name in names):
        return False  # it lies on its side
    if layout.table == "workforce":
        return _counts_jobs(titles, words, layout.columns["headcount"], under)
    told = fold_words(" ".join([titles, *undated(header)]))
    rows_told = place is not None and any(direction_of(clean_text(row[place]))[0] for row in under)
    speaks = rows_told or speaks_of_direction(told) or MATTER.search(told) or "direction" in layout.columns
    place = layout.columns.get("waste_code")
    codes = [row[place] for row in under if clean_text(row[place])] if place is not None else []
    return layout.table == "flows" and bool(speaks) and 2 * sum(map(_is_code, codes)) >= len(codes)


def of_sites(titles: Sequence[str]) -> bool:
    """Whether two titles or more are of sites (``Usine A``, ``Usine B``)."""
    return len({text for text in map(fold_words, titles) if SITES.search(text)}) > 1


def _part_of_year(words: str) -> bool:
    """Whether a title names a quarter, a half of the year, some of its months or a day that ends them."""
    months = {month[:3] for month in (*MONTH.findall(words), *UNTIL.findall(words))}
    part = bool(months) and not {"jan", "dec"} <= months
    return part or bool(QUARTER.search(words) or HALF_YEAR.search(words))


def _counts_jobs(titles: str, words: str, place: int, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a title says that these are people, and the only column of numbers holds how many."""
    numeric = {i for row in rows for i, cell in enumerate(row) if parse_number(cell).value is not None}
    said = PEOPLE.search(titles) is not None and not holds(words, "sheet_no_jobs")
    return said and numeric == {place} and any(_number(row[place]) > 1 for row in rows)


def _number(cell: Any) -> float:
    return parse_number(cell).value or 0.0


def _is_code(cell: Any) -> bool:
    return readable("flows", "waste_code", cell) is not None


def _is_partial(header: str, cells: Sequence[Any]) -> bool:
    """Whether a column tells that not all rows count for one firm and year, or is of another quantity."""
    words, texts = fold_words(header), [text for cell in cells if (text := clean_text(cell))]
    if SITES.search(words):
        return len({text for text in map(fold_words, texts) if "total" not in text}) > 1
    if WASTED.search(words) and any(map(_number, cells)):
        return True
    days = [cell for cell in cells if clean_text(cell) and not TOTAL.match(fold_words(clean_text(cell)))]
    if days and all(map(year_and_month, days)):
        return False  # those of the year that is asked are looked at, once it is known
    parts = [header_part(text) for text in texts]
    if PARTS.search(words) or (texts and all(parts)):
        of = {part[0] for part in parts if part}
        return not all(parts) or len(of) != 1 or len({*parts}) < max(of)
    return words.startswith(("date", "jour", "semaine")) or SLIPS.search(words) is not None


def _set_aside(header: str) -> bool:
    """Whether a second header of the quantity is of another year, or of what was only estimated."""
    return bool(header_year(header)) or re.search(r"\bestim", fold_words(header)) is not None


def said_twice(tables: Sequence[tuple[str, Sequence[Any]]]) -> bool:
    """Whether of several tables, each with its titles and its quantities, one says the others again.

    Its titles say so (``Récapitulatif``, ``Détail``), or its total is that of another or of all others.
    """
    totals = [sum(map(_number, cells)) for _, cells in tables]
    rest = [[*totals[:i], *totals[i + 1 :]] for i in range(len(totals))]
    near = any(
        own and abs(own / other / scale - 1) <= NEAR
        for own, others in zip(totals, rest, strict=True)
        for other in filter(None, {*others, sum(others)})
        for scale in (0.001, 1, 1000)
    )
    return len(tables) > 1 and (near or any(AGAIN.search(fold_words(titles)) for titles, _ in tables))
