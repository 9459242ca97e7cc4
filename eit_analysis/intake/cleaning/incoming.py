"""What a wave received: its files read, each sheet given to its table, the answers of the firms put in.

The sheets of one file say whose its rows are, and which of them are of another time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, groupby
from pathlib import PurePosixPath
from typing import Any

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.french import fold_words
from eit_analysis.intake.answers.answer_sheets import find_header, read_answers
from eit_analysis.intake.answers.applying import Applied, Grid, SheetKey, apply
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.identifiers import firm_of_file, in_capitals
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.form.guide import note
from eit_analysis.intake.sheets.asides import TOTAL
from eit_analysis.intake.sheets.implied import direction_of
from eit_analysis.intake.sheets.ledger import NO_ROW, Ledger, Origin
from eit_analysis.intake.sheets.mapping import Mapping, find_mapping, translated
from eit_analysis.intake.sheets.parts import parts
from eit_analysis.intake.sheets.rows import PEOPLE, find_sheet
from eit_analysis.intake.sheets.subjects import of_sites, said_twice
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.titles import years_told
from eit_analysis.intake.sheets.workbook import PART, Note, RawFile, own_name, read_files, survey_files
from eit_analysis.reference import sentence
from eit_analysis.reference.findings import Finding, finding
from eit_analysis.study import Study


def read_raw(study: Study, progress: Callable[[Iterable], Iterable]) -> tuple[list[RawFile], list[str]]:
    """The files of the wave as raw sheets, and the names of those that are left alone."""
    where = study.raw.relative_to(study.root).as_posix()
    if not study.raw.is_dir():
        raise InputError(sentence("wave_no_folder"), file=where)
    paths, left_alone = survey_files(study.raw)
    if not paths and not study.establishments:  # a register alone is enough for a pre-diagnosis
        raise InputError(sentence("wave_empty"), file=where)
    reading = read_files(paths, study.raw)
    files = [next(reading) for _ in progress(paths)]
    reading.close()
    return files, [path.relative_to(study.raw).as_posix() for path in left_alone]


def find_sheets(
    files: list[RawFile], ledger: Ledger, wave: str, mappings: Sequence[Mapping] = ()
) -> tuple[list[SurveySheet], list[RawFile]]:
    """The sheets of every file that belong to a table, and the files with answers to a *fiche de relance*.

    What the reader itself found goes to the ledger. A sheet of a layout in ``mappings`` is read by it.
    """
    found: list[SurveySheet] = []
    answering: set[str] = set()
    for file in files:
        if file.problem:
            found_wrong = finding("unreadable_file", problem=file.problem)
            ledger.quarantine(ledger.place(file.name), NO_ROW, "", "", found_wrong)
        _log_notes(ledger, file.name, "", file.notes, shown=True)
        ours = [
            replace(sheet, notes=[one for one in sheet.notes if one[1] not in _printed()])
            for sheet in file.sheets
        ]
        for sheet in chain.from_iterable(
            parts(sheet, PurePosixPath(file.name).stem, _asked(wave)) for sheet in ours
        ):
            known, table = None, ""
            if mapped := find_mapping(mappings, sheet):
                sheet, table = translated(sheet, file.name, *mapped), mapped[0].table
            if find_header(sheet):  # an answer sheet is no table
                answering.add(file.name)
            elif known := find_sheet(file.name, sheet, ledger, table):
                found.append(known)
            shown = known is not None and known.table not in PEOPLE
            _log_notes(ledger, file.name, sheet.name, sheet.notes, shown)
    return found, [file for file in files if file.name in answering]


@cache
def _printed() -> set[str]:
    """The notes that the form prints on its headers, as they are read."""
    texts = (note(table, column) for table in tables.TABLES for column in tables.form(table))
    return {" ".join(text.replace("(", "").replace(")", "").split()) for text in texts}


def _log_notes(ledger: Ledger, file: str, sheet: str, notes: list[Note], shown: bool) -> None:
    """What the reader found; a sheet of people, or one that belongs to no table, may name persons."""
    place = ledger.place(file, sheet) if notes else 0
    for row, raw, clean, rule in notes:
        ledger.correct(place, row or NO_ROW, "", raw if shown else "", clean if shown else "", rule)


def apply_answers(files: list[RawFile], found: list[SurveySheet], ledger: Ledger) -> Applied:
    """Put the answers of the firms into the sheets they name."""
    sheets = read_answers(files)
    if not sheets:
        return Applied()
    applied = apply(sheets, grids(found, ledger))
    for sheet in found:
        if rows := applied.rows.get(ledger.origins[sheet.place]):
            sheet.cells = Rows.of(rows)
    for file, name, row, *correction in applied.corrections:
        ledger.correct(ledger.place(file, name), row, *correction)
    for file, name, row, *refusal in applied.quarantine:
        ledger.quarantine(ledger.place(file, name), row, *refusal)
    return applied


def grids(sheets: list[SurveySheet], ledger: Ledger) -> dict[SheetKey, Grid]:
    """The sheets that are read, by file and sheet, as answers and questions name their cells."""
    found = {}
    for sheet in sheets:
        if sheet.layout:
            form = tables.form(sheet.table)
            columns = {form[name]["header"]: index for name, index in sheet.layout.columns.items()}
            place = ledger.origins[sheet.place]
            found[place] = Grid(sheet.table, sheet.cells, sheet.layout.header_row, columns)
    return found


def refuse_blank(
    files: list[RawFile], sheets: list[SurveySheet], answering: list[RawFile], ledger: Ledger
) -> None:
    """Say which files hold no answer: no cell, or blank sheets, a firm that we described ourselves aside."""
    rows: dict[str, list[SurveySheet]] = {}
    for sheet in sheets:
        rows.setdefault(siblings(*ledger.origins[sheet.place]), []).append(sheet)
    answers = {file.name for file in answering}
    for file in files:
        groups = {siblings(file.name, sheet.name) for sheet in file.sheets}
        own = [sheet for group in groups for sheet in rows.get(group, [])]
        unknown = not own and any(len(sheet.rows) for sheet in file.sheets)  # set aside, and said, as such
        if file.problem or file.name in answers or unknown:
            continue
        filled = {sheet.account.table for sheet in own if len(sheet.rows) or sheet.problem}
        blank = [sheet for sheet in own if not len(sheet.rows)]
        if not filled or (filled == {"sites"} and blank and not any(map(_signed, own))):
            ledger.quarantine(ledger.place(file.name), NO_ROW, "", "", finding("blank_file"))


def _signed(sheet: SurveySheet) -> bool:
    """Whether a firm has filled in its sheet Entreprise: its consent is never filled in for it."""
    numbers = sheet.columns.get("consent", sheet.rows[:0])
    return any(clean_text(sheet.cells.values[number]) for number in numbers.tolist())


def refuse_nothing(files: list[RawFile], sheets: list[SurveySheet], ledger: Ledger) -> None:
    """Stop where no row at all can be cleaned, with the first reason for it."""
    if any(len(sheet.rows) for sheet in sheets) or not files:
        return
    broken = next((file for file in files if file.problem), None)
    if broken is not None:
        raise InputError(sentence("wave_unreadable", problem=broken.problem), file=broken.name)
    for sheet in sheets:
        if lost := sheet.problem:
            file = ledger.origins[sheet.place][0]
            raise InputError(f"{lost.sentence}, {lost.advice}", file=file, sheet=sheet.account.sheet)
    expected = ", ".join(tables.sheet_name(table) for table in tables.TABLES)
    raise InputError(sentence("wave_no_row", sheets=expected), file=files[0].name)


YEAR = re.compile(r"(?:19|20)[0-9]{2}")
DRAFT = re.compile(r"\b(?:brouillon|draft)\b")
# A name that tells a draft only where the sheet itself is there too.
OTHER = re.compile(r"\b(?:copie|ancien(?:ne)?|old|archive|sauvegarde|exemple|modele|essai|test|v[0-9])\b")


def hear_siblings(found: list[SurveySheet], wave: str, ledger: Ledger) -> None:
    """Give each sheet the only firm that its file describes; set drafts and sheets of other years aside.

    A file that describes none is of the firm that its name begins with, where its rows name nobody. A sheet
    without a column of identifiers, in a file that tells no firm, is not read. A year is another when it is
    not that of the firm (``Année`` of its sheet Entreprise; else the wave's, or the one before), or when the
    file holds the same sheet for a later one.
    """
    described: dict[str, list[str]] = {}
    for sheet in found:
        for site, year in _described([sheet]):
            described.setdefault(in_capitals(site), [site, year])
    asked = _asked(wave)
    for group, sheets in groupby(found, key=lambda sheet: siblings(*ledger.origins[sheet.place])):
        own = list(sheets)
        firms = dict(_described(own))
        named = [] if firms else described.get(firm_of_file(group), [])
        years = frozenset(filter(None, [*firms.values(), *named[1:]])) or asked
        read = [sheet for sheet in own if sheet.layout]
        for sheet in read:
            sheet.problem = _aside(sheet, [other for other in read if other.table == sheet.table], years)
        for sheet in own:
            sheet.years, sheet.firm = years, next(iter(firms)) if len(firms) == 1 else ""
            if named and not any(_cells(sheet, "site_id")):
                sheet.firm = named[0]
            nobody = sheet.layout is not None and sheet.layout.key in sheet.added and not sheet.firm
            sheet.layout = None if sheet.problem or nobody else sheet.layout
    _set_parts_aside([sheet for sheet in found if sheet.layout], ledger)
    if any(sheet.by_columns for sheet in found):
        _set_doubles_aside([sheet for sheet in found if sheet.layout], ledger)


def _asked(wave: str) -> frozenset[str]:
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
    for sheet in sheets:
        firms = {sheet.firm} if sheet.firm else {*_cells(sheet, "site_id")} - {""}
        file, name = ledger.origins[sheet.place]
        own = (file, own_name(name)), direction_of(own_name(name))[0] if "direction" in sheet.added else ""
        of[sheet.place] = own, [(in_capitals(firm), sheet.table) for firm in firms]
        for key in of[sheet.place][1]:
            holds.setdefault(key, set()).add(own)
    for sheet in sheets:
        (origin, way), keys = of[sheet.place]
        others = [other for key in keys for other in holds[key] if other[0] != origin]
        if sheet.by_columns and not all(way and other and way != other for _, other in others):
            sheet.problem, sheet.layout = finding("no_header.other_table", sheet=own_name(sheet.name)), None


def siblings(file: str, name: str) -> str:
    """What the sheets that came together have in common: their file; of CSV files what precedes the sheet."""
    stem, _, suffix = file.rpartition(".")
    return stem.removesuffix(name) if suffix.lower() in ("csv", "txt") and stem.endswith(name) else file


def _described(sheets: list[SurveySheet]) -> Iterator[tuple[str, str]]:
    """Identifier and year of each firm that the sheets Entreprise describe."""
    for sheet in sheets:
        if sheet.table == "sites" and sheet.layout:
            pairs = zip(_cells(sheet, "site_id"), _cells(sheet, "reference_year"), strict=False)
            yield from ((site, year) for site, year in pairs if site)


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
