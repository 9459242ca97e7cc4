"""What the sheets of one file say of each other: whose its rows are, and which sheets are of another time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.rows import SurveySheet
from eit_analysis.reference.findings import Finding, finding

YEAR = re.compile(r"(?:19|20)[0-9]{2}")
DRAFT = re.compile(r"\b(?:brouillon|draft)\b")
# A name that tells a draft only where the sheet itself is there too.
OTHER = re.compile(r"\b(?:copie|ancien(?:ne)?|old|archive|sauvegarde|exemple|modele|essai|test|v[0-9])\b")


def hear_siblings(found: list[SurveySheet], wave: str, ledger: Ledger) -> None:
    """Give each sheet the only firm that its file describes; set drafts and sheets of other years aside.

    A year is another when it is not that of the file (``Année`` of its sheet Entreprise, else the wave), or
    when the file holds the same sheet for a later one.
    """
    for _, sheets in groupby(found, key=lambda sheet: siblings(*ledger.origins[sheet.place])):
        own = list(sheets)
        firms, years = (set(_cells(own, column)) for column in ("site_id", "reference_year"))
        year = next(iter(years)) if len(years) == 1 else wave
        read = [sheet for sheet in own if sheet.layout]
        for sheet in read:
            sheet.problem = _aside(sheet, [other for other in read if other.table == sheet.table], year)
        for sheet in own:
            sheet.firm = next(iter(firms)) if len(firms) == 1 else ""
            sheet.layout = None if sheet.problem else sheet.layout


def siblings(file: str, name: str) -> str:
    """What the sheets that came together have in common: their file; of CSV files what precedes the sheet."""
    stem, _, suffix = file.rpartition(".")
    return stem.removesuffix(name) if suffix.lower() in ("csv", "txt") and stem.endswith(name) else file


def _cells(sheets: list[SurveySheet], column: str) -> Iterator[str]:
    """The filled cells of a column of the sheet Entreprise."""
    for sheet in sheets:
        if sheet.table == "sites" and sheet.layout and column in sheet.layout.columns:
            for row in sheet.cells[sheet.layout.header_row + 1 :]:
                if text := clean_text(row[sheet.layout.columns[column]]):
                    yield text


def _aside(sheet: SurveySheet, same: list[SurveySheet], year: str) -> Finding | None:
    words = fold_words(sheet.name)
    others = [fold_words(other.name) for other in same if other is not sheet]
    plain = any(not DRAFT.search(name) and not OTHER.search(name) for name in others)
    if DRAFT.search(words) or (plain and OTHER.search(words)):
        return finding("no_header.draft", sheet=sheet.name)
    if sheet.hidden and not all(other.hidden for other in same):
        return finding("no_header.hidden", sheet=sheet.name)
    own = YEAR.search(words)
    if own and YEAR.fullmatch(year) and own[0] != year:
        return finding("no_header.other_year", sheet=sheet.name, year=own[0], asked=year)
    later = [found[0] for name in others if (found := YEAR.search(name))]
    if own and max(later, default="") > own[0]:
        return finding("no_header.other_year", sheet=sheet.name, year=own[0], asked=max(later))
    return None
