"""How a table that a stranger laid out is read, once the analyst has confirmed what its columns are.

``data/raw/<study>/mappings.toml`` holds one ``[[mapping]]`` for each shape of table (its headers), for all
waves. A proposal (`mapped`) waits for the analyst, who corrects it and writes ``confirmed = true``: cleaning
then reads every table of that shape as if its headers were ours.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, header_unit
from eit_analysis.intake.sheets.headers import form_key
from eit_analysis.intake.sheets.spec import ROWS_SEARCHED
from eit_analysis.intake.sheets.workbook import RawSheet
from eit_analysis.reference import sentence

FILE = "mappings.toml"
QUANTITY, IDENTIFIER = tables.header("flows", "quantity"), tables.header("flows", "site_id")
ASIDE = "{} (non repris)"


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
