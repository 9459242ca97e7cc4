"""What the sheets of one file say of each other: whose its rows are, and which sheets are of another time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.rows import FoundSheet
from eit_analysis.reference.findings import Finding, finding

YEAR = re.compile(r"(?:19|20)[0-9]{2}")
DRAFT = re.compile(r"\b(?:brouillon|draft)\b")
# A name that tells a draft only where the sheet itself is there too.
OTHER = re.compile(r"\b(?:copie|ancien(?:ne)?|old|archive|sauvegarde|exemple|modele|essai|test|v[0-9])\b")


def with_siblings(found: list[FoundSheet], wave: str, ledger: Ledger) -> list[FoundSheet]:
    """The sheets, each with the only firm that its file describes; drafts and other years are set aside.

    A year is another when it is not that of the file (``Année`` of its sheet Entreprise, else the wave), or
    when the file holds the same sheet for a later one.
    """
    made = []
    for _, sheets in groupby(found, key=lambda sheet: siblings(*ledger.origins[sheet.place])):
        own = list(sheets)
        firms, years = (_told(own, column) for column in ("site_id", "reference_year"))
        firm = next(iter(firms)) if len(firms) == 1 else ""
        year = next(iter(years)) if len(years) == 1 else wave
        for sheet in own:
            same = [other for other in own if other.table == sheet.table and other.layout]
            aside = _aside(sheet, same, year) if sheet.layout else None
            made.append(replace(sheet, firm=firm, aside=aside, layout=None if aside else sheet.layout))
    return made


def siblings(file: str, name: str) -> str:
    """What the sheets that came together have in common: their file; of CSV files what precedes the sheet."""
    stem, _, suffix = file.rpartition(".")
    return stem.removesuffix(name) if suffix.lower() in ("csv", "txt") and stem.endswith(name) else file


def _told(sheets: list[FoundSheet], column: str) -> set[str]:
    """The distinct cells of a column of the sheet Entreprise."""
    return set(_cells([sheet for sheet in sheets if sheet.table == "sites"], column))


def _cells(sheets: list[FoundSheet], column: str) -> Iterator[str]:
    for sheet in sheets:
        if sheet.layout and column in sheet.layout.columns:
            for row in sheet.raw.rows[sheet.layout.header_row + 1 :]:
                if text := clean_text(row[sheet.layout.columns[column]]):
                    yield text


def _aside(sheet: FoundSheet, same: list[FoundSheet], year: str) -> Finding | None:
    words = fold_words(sheet.raw.name)
    others = [fold_words(other.raw.name) for other in same if other is not sheet]
    plain = any(not DRAFT.search(name) and not OTHER.search(name) for name in others)
    if DRAFT.search(words) or (plain and OTHER.search(words)):
        return finding("no_header.draft", sheet=sheet.raw.name)
    if _is_hidden(sheet) and not all(map(_is_hidden, same)):
        return finding("no_header.hidden", sheet=sheet.raw.name)
    own = YEAR.search(words)
    if own and YEAR.fullmatch(year) and own[0] != year:
        return finding("no_header.other_year", sheet=sheet.raw.name, year=own[0], asked=year)
    later = [found[0] for name in others if (found := YEAR.search(name))]
    if own and max(later, default="") > own[0]:
        return finding("no_header.other_year", sheet=sheet.raw.name, year=own[0], asked=max(later))
    return None


def _is_hidden(sheet: FoundSheet) -> bool:
    return any(rule == "hidden_sheet_read" for *_, rule in sheet.raw.notes)
