"""What a wave received: its files read, each sheet given to its table, the answers of the firms put in.

What the sheets of one file say of each other is in `siblings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.french import counted, listed
from eit_analysis.intake.answers.answer_sheets import find_header, read_answers
from eit_analysis.intake.answers.applying import Applied, Grid, SheetKey, apply
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cleaning.siblings import siblings, years_asked
from eit_analysis.intake.form.guide import is_note
from eit_analysis.intake.sheets.ledger import NO_ROW, Ledger
from eit_analysis.intake.sheets.mapping import Mapping, find_mapping, translated
from eit_analysis.intake.sheets.parts import parts
from eit_analysis.intake.sheets.rows import PEOPLE, find_sheet
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.intake.sheets.workbook import (
    Note,
    RawFile,
    RawSheet,
    read_files,
    survey_files,
)
from eit_analysis.reference import sentence
from eit_analysis.reference.findings import finding
from eit_analysis.study import Study

MOST_NAMED = 10  # files, in one sentence


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
        stem, years = PurePosixPath(file.name).stem, years_asked(wave)
        for whole in map(_without_ours, file.sheets):
            # An answer sheet is no table, nor is it taken apart or turned: its questions name our headers.
            if find_header(whole):
                answering.add(file.name)
                _log_notes(ledger, file.name, whole.name, whole.notes, shown=False)
                continue
            for sheet in parts(whole, stem, years):
                known, table = None, ""
                if mapped := find_mapping(mappings, sheet):
                    sheet, table = translated(sheet, file.name, *mapped), mapped[0].table
                if known := find_sheet(file.name, sheet, ledger, table):
                    found.append(known)
                shown = known is not None and known.table not in PEOPLE
                _log_notes(ledger, file.name, sheet.name, sheet.notes, shown)
    return found, [file for file in files if file.name in answering]


def _without_ours(sheet: RawSheet) -> RawSheet:
    """The sheet without the notes that its form came with."""
    return replace(sheet, notes=[one for one in sheet.notes if not is_note(one[1])])


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
    """Stop where no row at all can be cleaned, with the reasons that the files have for it, or the first
    that a sheet has."""
    if any(len(sheet.rows) for sheet in sheets) or not files:
        return
    broken: dict[str, list[str]] = {}
    for file in files:
        if file.problem:
            broken.setdefault(file.problem, []).append(file.name)
    if broken:
        told = [
            f"{_quoted(names)}{', pour chacun' if len(names) > 1 else ''}\u00a0: {problem}"
            for problem, names in broken.items()
        ]
        raise InputError(sentence("wave_unreadable", problems=". ".join(told)))
    for sheet in sheets:
        if lost := sheet.problem:
            name = ledger.origins[sheet.place][0]
            raise InputError(f"{lost.sentence}, {lost.advice}", file=name, sheet=sheet.account.sheet)
    expected = ", ".join(tables.sheet_name(table) for table in tables.TABLES)
    raise InputError(sentence("wave_no_row", sheets=expected), file=files[0].name)


def _quoted(names: list[str]) -> str:
    named = [f"« {name} »" for name in names[:MOST_NAMED]]
    more = len(names) - len(named)
    return listed([*named, *([counted(more, "autre fichier", "autres fichiers")] if more else [])])
