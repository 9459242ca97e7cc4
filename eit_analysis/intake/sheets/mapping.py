"""How a table that a stranger laid out is understood: proposed from its headers and cells, then confirmed.

``data/raw/<study>/mappings.toml`` holds one ``[[mapping]]`` for each shape of table (its headers), for all
waves. A proposal waits for the analyst, who corrects it and writes ``confirmed = true``: cleaning then reads
every table of that shape as if its headers were ours.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.contract import SYNONYMS
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number
from eit_analysis.intake.cells.privacy import without_person
from eit_analysis.intake.sheets.headers import form_key, form_spec
from eit_analysis.intake.sheets.spec import LONGEST_HEADER, ROWS_SEARCHED
from eit_analysis.intake.sheets.workbook import RawSheet
from eit_analysis.reference import sentence
from eit_analysis.reference.units import known_unit

FILE = "mappings.toml"
WORDS = {tuple(word.split()): column for word, column in SYNONYMS["mapped_header"].items()}
NAMED = 2.0  # what a header is worth beside the share of cells that its column can read
MOSTLY = 0.6  # of the cells: without a header that says it, this is what a column holds
LEAST_HEADERS, LEAST_COLUMNS, EXAMPLES = 3, 3, 3
SAMPLE = 200  # distinct cells of a column that are tried
CODED = ("waste_code", "unit", "siret", "naf_code", "rome_code")
QUANTITY, IDENTIFIER = tables.header("flows", "quantity"), tables.header("flows", "site_id")
ASIDE = "{} (non repris)"
HEAD = """# Comment sont lus les tableaux qui n'ont pas nos en-têtes, pour toutes les vagues de l'étude.
# À gauche nos en-têtes, à droite ceux du fichier\u00a0; « fixed » vaut pour toutes les lignes du tableau
# (un Identifiant\u00a0: pour celles de « file » seul).
# Relisez chaque proposition, corrigez-la, puis écrivez confirmed = true.
"""


@dataclass(frozen=True)
class Mapping:
    """One shape of table, and what its columns are."""

    table: str
    headers: tuple[str, ...]  #: of the file, which name its shape
    columns: dict[str, str] = field(default_factory=dict)  #: header of ours to header of the file
    fixed: dict[str, str] = field(default_factory=dict)  #: header of ours to what all rows have
    confirmed: bool = False
    file: str = ""  #: that it was proposed for: one whose rows are of one firm is no other's

    def fixed_in(self, file: str) -> dict[str, str]:
        """What all rows of a file have: its firm is that of the file alone for which it was confirmed."""
        own = {IDENTIFIER: ""} if IDENTIFIER in self.fixed and file != self.file else {}
        return self.fixed | own

    def text(self) -> str:
        """As ``mappings.toml`` holds it."""
        lines = ["\n[[mapping]]", f"table = {_quoted(tables.sheet_name(self.table))}"]
        lines += [f"file = {_quoted(self.file)}"]
        lines += [f"headers = [{', '.join(map(_quoted, self.headers))}]", "confirmed = false"]
        for name, pairs in (("columns", self.columns), ("fixed", self.fixed)):
            lines.append(f"[mapping.{name}]")
            lines += [f"{_quoted(key)} = {_quoted(text)}" for key, text in pairs.items()]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def read_mappings(folder: Path) -> list[Mapping]:
    """The mappings of a study, in the order of its file; none where there is no file.

    Raises
    ------
    InputError
        When it is no TOML, names a table or a column that is not ours, or a firm without its file.
    """
    path = folder / FILE
    if not path.exists():
        return []
    names = {name: table for table, name in tables.TABLES.items()}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8")).get("mapping", [])
        found = [
            Mapping(
                names[one["table"]], tuple(one["headers"]), one.get("columns", {}), one.get("fixed", {}),
                one["confirmed"] is True, one.get("file", ""),
            )
            for one in given
        ]  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(sentence("mapping_toml", error=error), file=FILE) from None
    except (KeyError, TypeError) as error:
        raise InputError(sentence("mapping_key", error=error), file=FILE) from None
    for mapping in found:
        ours = {spec["header"] for spec in tables.form(mapping.table).values()}
        typed, theirs = mapping.columns | mapping.fixed, mapping.columns.values()
        wrong = {header: "mapping_not_ours" for header in typed if header not in ours}
        wrong |= {header: "mapping_not_theirs" for header in theirs if header not in mapping.headers}
        if mapping.fixed.get(IDENTIFIER) and not mapping.file:
            wrong[IDENTIFIER] = "mapping_no_file"
        for header, problem in wrong.items():
            told = {"header": header, "sheet": tables.sheet_name(mapping.table)}
            raise InputError(sentence(problem, **told), file=FILE)
    return found


def shape(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(form_key(text) for text in texts if text)


def find_mapping(mappings: Sequence[Mapping], sheet: RawSheet) -> tuple[Mapping, int] | None:
    """The mapping whose headers a row of a sheet has, and that row from 0."""
    shapes = {shape(mapping.headers): mapping for mapping in mappings if mapping.headers}
    for index, row in enumerate(sheet.rows[:ROWS_SEARCHED]) if shapes else ():
        if mapping := shapes.get(shape([clean_text(cell) for cell in row])):
            return mapping, index
    return None


def translated(sheet: RawSheet, file: str, mapping: Mapping, header_row: int) -> RawSheet:
    """A sheet with our headers instead of those of its file, and the columns that are alike in all rows.

    The unit that the header of the quantity states stays in it.
    """
    ours = {form_key(theirs): header for header, theirs in mapping.columns.items()}
    rows, notes = [list(row) for row in sheet.rows], list(sheet.notes)
    fixed = mapping.fixed_in(file)
    for index, cell in enumerate(rows[header_row]):
        text = clean_text(cell)
        header = ours.get(form_key(text), ASIDE.format(text)) if text else ""
        if unit := header_unit(text)[1] if header == QUANTITY else "":
            header = f"{header} ({unit})"
        rows[header_row][index] = header
        if form_key(text) in ours:
            notes.append((header_row + 1, text, header, "header_mapped"))
    for number, row in enumerate(rows):
        given = any(clean_text(cell) for cell in row) and number > header_row
        same = fixed.values() if given else [""] * len(fixed)
        row += fixed if number == header_row else same
    return replace(sheet, rows=Rows.of(rows), notes=notes)


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
        words = set(form_key(header_unit(text)[0]).split())
        told = {column for known, column in WORDS.items() if words.issuperset(known)}
        filled = [cell for cell in cells.values[:SAMPLE] if clean_text(cell)]
        for name in spec.columns if filled and text else ():
            share = sum(_reads(table, name, cell) for cell in filled) / len(filled)
            if (meant and meant.column == name) or name in told:
                yield NAMED + share, name, index
            elif share >= MOSTLY and _tells(table, name):
                yield share, name, index


def _tells(table: str, name: str) -> bool:
    """Whether the cells of a column say what it is: a code or a word of a list, not any text or number."""
    return name in CODED or bool(tables.form(table)[name]["labels"])


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
