"""``eit map``: what a file of an unknown layout seems to hold, written for the analyst to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.intake.sheets import mapping
from eit_analysis.intake.sheets.headers import understood
from eit_analysis.intake.sheets.workbook import RawSheet, read_file
from eit_analysis.reference import sentence
from eit_analysis.study import Study


def map_file(file: Path, study: Study) -> Iterator[str]:
    """How each sheet of a file is understood, in French lines; new proposals go to the study's mappings.

    Raises
    ------
    InputError
        When the file cannot be read, or no sheet of it holds a table.
    """
    sheets, folder = read_file(file).sheets, study.raw.parent
    place = file.resolve()
    name = (
        place.relative_to(study.raw.resolve()).as_posix()
        if place.is_relative_to(study.raw.resolve())
        else file.name
    )
    known = mapping.read_mappings(folder)
    before, read = len(known), 0
    lines: list[str] = []
    for sheet in sheets:
        found = mapping.find_mapping(known, sheet)
        ours = understood(sheet.name, sheet.rows)[2]
        if not found and not ours and (proposed := mapping.propose(sheet, name)):
            known.append(proposed)
            found = mapping.find_mapping([proposed], sheet)
        read += bool(found) or ours
        if found:
            lines += _told(sheet, *found)
        else:
            what = "nos en-têtes, lue telle quelle" if ours else "aucun tableau reconnu"
            lines.append(f"Feuille «\u00a0{sheet.name}\u00a0»\u00a0: {what}.")
    if not read:
        raise InputError(sentence("map_nothing"), file=file.name)
    if added := known[before:]:
        path = folder / mapping.FILE
        text = path.read_text(encoding="utf-8") if path.exists() else mapping.HEAD
        write_atomic(path, "".join([text, *(one.text() for one in added)]).encode())
    yield from lines
    if not all(one.confirmed for one in known):
        where = (folder / mapping.FILE).relative_to(study.root).as_posix()
        yield sentence("map_confirm", where=where, study=study.name)


def _told(sheet: RawSheet, found: mapping.Mapping, header_row: int) -> Iterator[str]:
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
    for example in mapping.examples(sheet, found, header_row):
        yield f"  Exemple\u00a0: {example}"
