"""``eit map``: what a file of an unknown layout seems to hold, written for the analyst to confirm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number
from eit_analysis.intake.cells.privacy import without_person
from eit_analysis.intake.sheets.header_words import NEWEST, likely
from eit_analysis.intake.sheets.headers import form_spec, understood
from eit_analysis.intake.sheets.mapping import FILE, Mapping, find_mapping, read_mappings, translated
from eit_analysis.intake.sheets.spec import LONGEST_HEADER, ROWS_SEARCHED
from eit_analysis.intake.sheets.workbook import RawSheet, read_file
from eit_analysis.reference import sentence
from eit_analysis.reference.units import known_unit
from eit_analysis.study import Study

NAMED = 2.0  # what a header is worth beside the share of cells that its column can read
MOSTLY = 0.6  # of the cells: without a header that says it, this is what a column holds
LEAST_HEADERS, LEAST_COLUMNS, EXAMPLES = 3, 3, 3
SAMPLE = 200  # distinct cells of a column that are tried
CODED = ("waste_code", "unit", "siret", "naf_code", "rome_code")
HEAD = """# Comment sont lus les tableaux qui n'ont pas nos en-têtes, pour toutes les vagues de l'étude.
# À gauche nos en-têtes, à droite ceux du fichier\u00a0; « fixed » vaut pour toutes les lignes du tableau
# (un Identifiant\u00a0: pour celles de « file » seul).
# Relisez chaque proposition, corrigez-la, puis écrivez confirmed = true.
"""


def map_file(file: Path, study: Study) -> Iterator[str]:
    """How each sheet of a file is understood, in French lines; new proposals go to the study's mappings.

    Raises
    ------
    InputError
        When the file cannot be read, or no sheet of it holds a table.
    """
    sheets, folder = read_file(file).sheets, study.raw.parent
    place, raw = file.resolve(), study.raw.resolve()
    name = place.relative_to(raw).as_posix() if place.is_relative_to(raw) else file.name
    known = read_mappings(folder)
    before, read = len(known), 0
    lines: list[str] = []
    for sheet in sheets:
        found = find_mapping(known, sheet)
        ours = understood(sheet.name, sheet.rows)[2]
        if not found and not ours and (proposed := propose(sheet, name)):
            known.append(proposed)
            found = find_mapping([proposed], sheet)
        read += bool(found) or ours
        if found:
            lines += _told(sheet, *found)
        else:
            what = "nos en-têtes, lue telle quelle" if ours else "aucun tableau reconnu"
            lines.append(f"Feuille «\u00a0{sheet.name}\u00a0»\u00a0: {what}.")
    if not read:
        raise InputError(sentence("map_nothing"), file=file.name)
    if added := known[before:]:
        path = folder / FILE
        text = path.read_text(encoding="utf-8") if path.exists() else HEAD
        write_atomic(path, "".join([text, *(one.text() for one in added)]).encode())
    yield from lines
    if not all(one.confirmed for one in known):
        where = (folder / FILE).relative_to(study.root).as_posix()
        yield sentence("map_confirm", where=where, study=study.name)


def _told(sheet: RawSheet, found: Mapping, header_row: int) -> Iterator[str]:
    state = "confirmé" if found.confirmed else "proposé"
    yield f"Feuille «\u00a0{sheet.name}\u00a0»\u00a0: {tables.sheet_name(found.table)} ({state})."
    for header, theirs in found.columns.items():
        yield f"  {header} ← «\u00a0{theirs}\u00a0»"
    for header, text in found.fixed.items():
        told = f"«\u00a0{text}\u00a0»" if text else "à indiquer pour tout le tableau, ou rien"
        yield f"  {header} = {told}"
    left = [text for text in found.headers if text not in found.columns.values()]
    if left:
        yield "  Non repris\u00a0: " + ", ".join(left)
    for example in examples(sheet, found, header_row):
        yield f"  Exemple\u00a0: {example}"


def propose(sheet: RawSheet, file: str = "") -> Mapping | None:
    """What the columns of an unknown table seem to be; None without a header row or three of our columns."""
    cells = Rows.of(sheet.rows)
    header_row = _header_row(cells)
    if header_row is None:
        return None
    header = [clean_text(cell) for cell in cells[header_row]]
    under = [Cells.among(cells.values, column) for column in cells.numbers[header_row + 1 :].T]
    found = [_assigned(table, header, under) for table in tables.TABLES]
    table, places = max(zip(tables.TABLES, found, strict=True), key=lambda pair: len(pair[1]))
    if len(places) < LEAST_COLUMNS:
        return None
    form = tables.form(table)
    columns = {form[name]["header"]: header[places[name]] for name in form if name in places}
    needed = [name for name, column in form_spec(table).columns.items() if column.fatal or column.expected]
    wanted = dict.fromkeys([*needed, "unit"] if "unit" in form else needed)
    if "quantity" in places and header_unit(header[places["quantity"]])[1]:
        wanted.pop("unit")
    fixed = {form[name]["header"]: "" for name in wanted if name not in places}
    return Mapping(table, tuple(text for text in header if text), columns, fixed, file=file)


def _header_row(cells: Rows) -> int | None:
    """The first row of most texts among the first twenty, if it has three."""
    widths = [_texts(row) for row in cells[:ROWS_SEARCHED]]
    best = int(np.argmax(widths)) if widths else 0
    return best if widths and widths[best] >= LEAST_HEADERS and best < len(cells) - 1 else None


def _texts(row: Sequence[Any]) -> int:
    texts = {clean_text(cell) for cell in row if isinstance(cell, str)} - {""}
    return sum(len(text) <= LONGEST_HEADER and parse_number(text).value is None for text in texts)


def _assigned(table: str, header: Sequence[str], under: Sequence[Cells]) -> dict[str, int]:
    """Columns of a form to those of a sheet, the surest pair first."""
    pairs = sorted(_pairs(table, header, under), key=lambda pair: -pair[0])
    places: dict[str, int] = {}
    for _, name, index in pairs:
        if name not in places and index not in places.values():
            places[name] = index
    return places


def _pairs(table: str, header: Sequence[str], under: Sequence[Cells]) -> Iterator[tuple[float, str, int]]:
    spec = form_spec(table)
    for index, (text, cells) in enumerate(zip(header, under, strict=True)):
        meant = spec.means(text) if text else None
        told = likely(text)
        filled = [cell for cell in cells.values[:SAMPLE] if clean_text(cell)]
        for name in spec.columns if filled and text else ():
            share = sum(_reads(table, name, cell) for cell in filled) / len(filled)
            if (meant and meant.column == name) or name in told:
                yield NAMED + share - (meant.rank / NEWEST if meant else 0), name, index
            # A code or a word of a list says what it is, any text or number does not.
            elif share >= MOSTLY and (name in CODED or tables.form(table)[name]["labels"]):
                yield share, name, index


def _reads(table: str, name: str, cell: Any) -> bool:
    if name == "unit":
        return known_unit(clean_text(cell))
    if name == "quantity":
        return parse_number(cell).value is not None
    reading = form_spec(table).columns[name].read(cell)
    return reading.error is None and reading.value is not None


def examples(sheet: RawSheet, mapping: Mapping, header_row: int) -> list[str]:
    """The first three rows as a mapping reads them: ``Désignation : cartons ; Quantité : 12,5``."""
    names = {spec["header"]: name for name, spec in tables.form(mapping.table).items()}
    header, *rows = list(translated(sheet, mapping.file, mapping, header_row).rows)[header_row:]
    lines = list[str]()
    for row in rows:
        cells = {text: cell for text, cell in zip(header, row, strict=True) if text in names}
        if any(map(clean_text, cells.values())) and len(lines) < EXAMPLES:
            said = [_said(mapping.table, names[text], text, cell) for text, cell in cells.items()]
            lines.append("\u00a0; ".join(said))
    return lines


def _said(table: str, name: str, header: str, cell: Any) -> str:
    text = without_person(clean_text(cell))
    read = not text or _reads(table, name, cell)
    return f"{header}\u00a0: {text or '—'}{'' if read else ' (non lu)'}"
