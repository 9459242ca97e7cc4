"""Whether a sheet of no form, which a firm has of its own, may be read as a table of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.contract import readable
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.sheets.headers import PEOPLE, header_year, suffices
from eit_analysis.intake.sheets.spec import Layout

# What the words of a sheet of no form, its name, titles and headers, must speak of.
SUBJECT = {
    "flows": re.compile(
        r"\b(?:dechets?|matieres?|flux|tonnages?|waste|rebuts|coproduits|code ced|bennes?|jet(?:te|ons))\b"
    ),
    "workforce": re.compile(r"\b(?:effectifs?|salaries?|personnel|emplois?|cdi|postes?|metiers?)\b"),
}
SITES = re.compile(r"\b(?:sites?|etablissements?|usines?|clients?|producteurs?|agences?)\b")
LONGEST = 5000  # rows: a longer list is no summary
SLIPS = re.compile(r"\b(?:statut|bordereau|bsdd?)\b")


def speaks(layout: Layout, name: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet has what suffices for a row of its table, and the words of its subject.

    One with two quantities, with slips that may be refused, with several sites, dated over a part of a year
    or a list of people one by one is asked about.
    """
    if len(rows) > LONGEST:
        return False
    words, under = SUBJECT.get(layout.table), rows[layout.header_row + 1 :]
    above = [name, *(clean_text(cell) for row in rows[: layout.header_row + 1] for cell in row)]
    told = words is not None and words.search(fold_words(" ".join(above))) is not None
    if not told or not suffices(layout) or not all(map(header_year, layout.repeated.values())):
        return False
    if any(_is_partial(text, [row[index] for row in under]) for index, text in layout.unknown.items()):
        return False
    if layout.table not in PEOPLE:
        return True
    return any((parse_number(row[layout.columns["headcount"]]).value or 0) > 1 for row in under)


def _is_partial(header: str, cells: Sequence[Any]) -> bool:
    """Whether a column tells that not all rows count for one firm and year."""
    words, texts = fold_words(header), [text for cell in cells if (text := clean_text(cell))]
    if SITES.search(words):
        return len({text for text in map(fold_words, texts) if "total" not in text}) > 1
    if not words.startswith("date"):
        return SLIPS.search(words) is not None
    days = sorted(filter(None, (readable("synergy_register", "start_date", cell) for cell in cells)))
    months = {day[:4]: (days[0][5:7], days[-1][5:7]) for day in days}
    return [first > "03" or last < "10" for first, last in months.values()] != [False]
