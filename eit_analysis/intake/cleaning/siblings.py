"""What sheets that came together say of each other: whose they are, of which year, which repeats another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.identifiers import firm_of_file, in_capitals
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.sheets.asides import TOTAL, example
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.implied import direction_of
from eit_analysis.intake.sheets.ledger import Ledger, Origin
from eit_analysis.intake.sheets.preferred import of_year
from eit_analysis.intake.sheets.subjects import of_sites, said_twice
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import years_told
from eit_analysis.intake.sheets.workbook import PART, own_name
from eit_analysis.reference.findings import Finding, finding

PRINTED = ("site_id", "item")  # what a form of a firm comes with
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
DRAFT = re.compile(r"\b(?:brouillon|draft)\b")
# A name that tells a draft only where the sheet itself is there too.
OTHER = re.compile(r"\b(?:copie|ancien(?:ne)?|old|archive|sauvegarde|exemple|modele|essai|test|v[0-9])\b")


def hear_siblings(found: list[SurveySheet], wave: str, ledger: Ledger) -> None:
    """Give each sheet the only firm that its file describes; set drafts and sheets of other years aside.

    A file that describes none is of the firm that its name begins with, or is, where its rows name nobody. A
    sheet without a column of identifiers, in a file that tells no firm, is not read. A year is another when
    it is not that of the firm (``Année`` of its sheet Entreprise; else the wave's, or the one before), or
    when the file holds the same sheet for a later one.
    """
    described: dict[str, list[str]] = {}
    called: dict[str, set[str]] = {}
    for sheet in found:
        for site, year, name in _described([sheet]):
            described.setdefault(in_capitals(site), [site, year])
            called.setdefault(fold_words(name), set()).add(in_capitals(site))
    asked = years_asked(wave)
    for group, sheets in groupby(found, key=lambda sheet: siblings(*ledger.origins[sheet.place])):
        own = list(sheets)
        firms = {site: year for site, year, _ in _described(own)}
        of_name = called.get(fold_words(PurePosixPath(group).stem), set())
        begins = of_name if len(of_name) == 1 else {firm_of_file(group)}
        named = [] if firms else described.get(next(iter(begins)), [])
        years = frozenset(filter(None, [*firms.values(), *named[1:]])) or asked
        read = [sheet for sheet in own if sheet.layout]
        for sheet in read:
            sheet.problem = _aside(sheet, [other for other in read if other.table == sheet.table], years)
        for sheet in own:
            sheet.years, sheet.firm = years, next(iter(firms)) if len(firms) == 1 else ""
            if named and not any(_cells(sheet, "site_id")):
                sheet.firm = named[0]
            nobody = sheet.layout is not None and sheet.layout.key in sheet.added and not sheet.firm
            if nobody and not sheet.problem:
                sheet.problem = finding("no_header.no_firm", sheet=own_name(sheet.name))
            layout = None if sheet.problem else sheet.layout
            # Before the answers, which are given to what is asked.
            sheet.layout = layout and of_year(layout, sheet.cells, years)
    _set_parts_aside([sheet for sheet in found if sheet.layout], ledger)
    if any(sheet.by_columns for sheet in found):
        _set_doubles_aside([sheet for sheet in found if sheet.layout], ledger)


def years_asked(wave: str) -> frozenset[str]:
    """The years that answers to a wave may be of."""
    return frozenset({wave, *([str(int(wave) - 1)] if wave.isdigit() else [])})


def _set_parts_aside(sheets: list[SurveySheet], ledger: Ledger) -> None:
    """Of tables of flows on one sheet, those that say each other again, or are of two years, are asked about.

    Of two that come to the same total the longer is kept.
    """
    groups: dict[Origin, list[SurveySheet]] = {}
    for sheet in sheets:
        file, name = ledger.origins[sheet.place]
        if sheet.table == "flows" and PART in name:
            groups.setdefault((file, own_name(name)), []).append(sheet)
    for (_, name), own in groups.items():
        titles = [_titles(sheet) for sheet in own]
        told = {year for texts in titles for text in texts for year in years_told(text)}
        cells = [_amounts(sheet) for sheet in own]
        held = [(" ".join(texts), some) for texts, some in zip(titles, cells, strict=True)]
        if len(told & own[0].years) > 1:
            both = finding("no_header.years", sheet=name, year=" et ".join(sorted(told)))
        elif of_sites([texts for texts, _ in held]):
            both = finding("no_header.sites", sheet=name)
        elif said_twice(held):
            both = finding("no_header.twice", sheet=name)
            if len(own) == 2 and said_twice([("", some) for some in cells]):
                own.remove(max(own, key=lambda sheet: len(_amounts(sheet))))
        else:
            continue
        for sheet in own:
            sheet.problem, sheet.layout = both, None


def _titles(sheet: SurveySheet) -> list[str]:
    """The texts above the header row."""
    rows = sheet.cells[: sheet.layout.header_row] if sheet.layout else []
    return [text for row in rows for cell in row if (text := clean_text(cell))]


def _amounts(sheet: SurveySheet) -> list[Any]:
    """The cells of its quantity, blank and total rows aside."""
    place = sheet.layout.columns.get("quantity") if sheet.layout else None
    rows = sheet.cells[sheet.layout.header_row + 1 :] if sheet.layout and place is not None else []
    data = [row for row in rows if not any(TOTAL.match(fold_words(clean_text(cell))) for cell in row)]
    return [row[place] for row in data if place is not None and clean_text(row[place])]


def _set_doubles_aside(sheets: list[SurveySheet], ledger: Ledger) -> None:
    """A sheet of no form is not read where the wave holds its table for its firm elsewhere: it may repeat it.

    The parts of one sheet (``Feuil1 › Flux``) are none of each other, nor are two of which one says that it
    is of what enters and the other of what leaves.
    """
    holds: dict[tuple[str, str], set[tuple[Origin, str]]] = {}
    of = {}
    for sheet in filter(_answered, sheets):
        firms = {sheet.firm} if sheet.firm else {*_cells(sheet, "site_id")} - {""}
        file, name = ledger.origins[sheet.place]
        own = (file, own_name(name)), direction_of(own_name(name))[0] if "direction" in sheet.added else ""
        of[sheet.place] = own, [(in_capitals(firm), sheet.table) for firm in firms]
        for key in of[sheet.place][1]:
            holds.setdefault(key, set()).add(own)
    for sheet in sheets:
        (origin, way), keys = of.get(sheet.place, (("", ""), []))
        others = [other for key in keys for other in holds[key] if other[0] != origin]
        if sheet.by_columns and not all(way and other and way != other for _, other in others):
            sheet.problem, sheet.layout = finding("no_header.other_table", sheet=own_name(sheet.name)), None


def _answered(sheet: SurveySheet) -> bool:
    """Whether something is written beneath its headers, beside what a form came with."""
    columns = sheet.layout.columns if sheet.layout else {}
    asked = [name for name in columns if name not in PRINTED]
    given = example(sheet.table)
    return any(cell and header_key(cell) != given.get(name) for name in asked for cell in _cells(sheet, name))


def siblings(file: str, name: str) -> str:
    """What the sheets that came together have in common: their file; of CSV files what precedes the sheet."""
    stem, _, suffix = file.rpartition(".")
    return stem.removesuffix(name) if suffix.lower() in ("csv", "txt") and stem.endswith(name) else file


def _described(sheets: list[SurveySheet]) -> Iterator[tuple[str, str, str]]:
    """Identifier, year and name of each firm that the sheets Entreprise describe."""
    for sheet in sheets:
        if sheet.table == "sites" and sheet.layout:
            told = (_cells(sheet, name) for name in ("site_id", "reference_year", "name"))
            yield from (one for one in zip(*told, strict=True) if one[0])


def _cells(sheet: SurveySheet, column: str) -> list[str]:
    """The cells of a column under the header row, blank where there is none."""
    place = sheet.layout.columns.get(column) if sheet.layout else None
    rows = sheet.cells[sheet.layout.header_row + 1 :] if sheet.layout else []
    return [clean_text(row[place]) if place is not None else "" for row in rows]


def _aside(sheet: SurveySheet, same: list[SurveySheet], years: frozenset[str]) -> Finding | None:
    words = fold_words(sheet.name)
    others = [fold_words(other.name) for other in same if other is not sheet]
    plain = any(not DRAFT.search(name) and not OTHER.search(name) for name in others)
    if DRAFT.search(words) or (plain and OTHER.search(words)):
        return finding("no_header.draft", sheet=sheet.name)
    if sheet.hidden and not all(other.hidden for other in same):
        return finding("no_header.hidden", sheet=sheet.name)
    own = YEAR.search(words)
    if own and own[0] not in years and any(map(YEAR.fullmatch, years)):
        return finding("no_header.other_year", sheet=sheet.name, year=own[0], asked=max(years))
    later = [found[0] for name in others if (found := YEAR.search(name))]
    if own and max(later, default="") > own[0]:
        return finding("no_header.other_year", sheet=sheet.name, year=own[0], asked=max(later))
    return None
