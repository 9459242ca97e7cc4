"""``eit map``: what a file of an unknown layout seems to hold, written for the analyst to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.intake.sheets.headers import NAMELESS_SHARE, closest_form, share, table_of
from eit_analysis.intake.sheets.mapping import (
    FILE,
    HEAD,
    Mapping,
    examples,
    find_mapping,
    propose,
    read_mappings,
)
from eit_analysis.intake.sheets.workbook import RawSheet, read_files
from eit_analysis.study import Study


def map_file(file: Path, study: Study) -> Iterator[str]:
    """How each sheet of a file is understood, in French lines; new proposals go to the study's mappings.

    Raises
    ------
    InputError
        When the file cannot be read, or no sheet of it holds a table.
    """
    if not file.is_file():
        raise InputError("ce fichier n'existe pas, vérifiez son chemin", file=file.name)
    raw = next(read_files([file], file.parent))
    if raw.problem:
        raise InputError(raw.problem, file=file.name)
    folder = study.raw.parent
    known = read_mappings(folder)
    added: list[Mapping] = []
    lines: list[str] = []
    for sheet in raw.sheets:
        found = find_mapping([*known, *added], sheet)
        mapping = found[0] if found else None if _is_ours(sheet) else propose(sheet)
        if mapping and not found:
            added.append(mapping)
        lines += _told(sheet, mapping)
    if not any(_is_ours(sheet) or find_mapping([*known, *added], sheet) for sheet in raw.sheets):
        problem = (
            "aucune feuille n'a de tableau où reconnaître nos colonnes, recopiez-la dans le questionnaire"
        )
        raise InputError(problem, file=file.name)
    if added:
        path = folder / FILE
        before = path.read_text(encoding="utf-8") if path.exists() else HEAD
        write_atomic(path, "".join([before, *(mapping.text() for mapping in added)]).encode())
    yield from lines
    if any(not mapping.confirmed for mapping in [*known, *added]):
        where = (folder / FILE).relative_to(study.root).as_posix()
        yield f"À relire, compléter et confirmer dans {where}, puis «\u00a0eit clean {study.name}\u00a0»."


def _is_ours(sheet: RawSheet) -> bool:
    """Whether cleaning knows the table of a sheet by itself."""
    layout = closest_form(sheet.rows)
    return layout is not None and (table_of(sheet.name) is not None or share(layout) >= NAMELESS_SHARE)


def _told(sheet: RawSheet, mapping: Mapping | None) -> Iterator[str]:
    if mapping is None:
        ours = "nos en-têtes, lue telle quelle" if _is_ours(sheet) else "aucun tableau reconnu"
        yield f"Feuille «\u00a0{sheet.name}\u00a0»\u00a0: {ours}."
        return
    state = "confirmé" if mapping.confirmed else "proposé"
    yield f"Feuille «\u00a0{sheet.name}\u00a0»\u00a0: {tables.sheet_name(mapping.table)} ({state})."
    for header, theirs in mapping.columns.items():
        yield f"  {header} ← «\u00a0{theirs}\u00a0»"
    for header, text in mapping.fixed.items():
        yield f"  {header} = " + (
            f"«\u00a0{text}\u00a0»" if text else "à indiquer pour tout le tableau, ou rien"
        )
    left = [text for text in mapping.headers if text not in mapping.columns.values()]
    if left:
        yield "  Non repris\u00a0: " + ", ".join(left)
    for example in examples(sheet, mapping):
        yield f"  Exemple\u00a0: {example}"
