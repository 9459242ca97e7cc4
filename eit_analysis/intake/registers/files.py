"""A register's own file to its table, recognised by its columns; nothing here knows of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis.errors import InputError, UsageError
from eit_analysis.french import whole
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.registers import stream
from eit_analysis.intake.registers.declarations import Register, declared
from eit_analysis.intake.registers.table_reader import SheetTable, read_sheet
from eit_analysis.intake.sheets.ledger import typed
from eit_analysis.intake.sheets.spec import Layout, find_layout
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet, read_file
from eit_analysis.reference import sentence
from eit_analysis.reference.findings import labels

REGISTERS = declared()


@dataclass(frozen=True)
class RegisterTable:
    """A register's file, read."""

    match: Layout  #: the layout that was recognised, on its main sheet
    #: Columns of the layout, ``masked`` (the source hides a cell), ``source_file, source_sheet, source_row``.
    frame: pd.DataFrame
    manifest: dict[str, Any]  #: ``rows_read == rows_kept + rows_ignored + rows_refused``, and how it was read
    refused: pd.DataFrame  #: the cells for which rows were refused, in the columns of a quarantine

    @property
    def table(self) -> str:
        return self.match.table


def read_register(register: str, file: Path, territory: frozenset[str] = frozenset()) -> RegisterTable:
    """Read a register's file.

    Parameters
    ----------
    register : str
        A name of ``REGISTERS``.
    file : pathlib.Path
        The file as published: CSV, TXT, XLSX, XLS or ODS.
    territory : frozenset of str
        Commune codes to which a national file is limited while it is read; empty for no limit.

    Raises
    ------
    UsageError
        When there is no such register.
    InputError
        When the file cannot be read, or has not the columns of this register; the sentence names the register
        it looks like, or the column that is missing. When no row of it is usable.
    """
    if register not in REGISTERS:
        raise UsageError(sentence("register_unknown", register=register, known=", ".join(REGISTERS)))
    wanted = REGISTERS[register]
    raw = stream.read_large(wanted, file, territory) if stream.is_large(wanted, file) else read_file(file)
    found = [(sheet, best) for sheet in raw.sheets if (best := _best(wanted, sheet))]
    if not found:
        raise InputError(_why_not(wanted, raw.sheets), file=file.name)
    main = max((best for _, best in found), key=lambda best: best.found)
    is_text, own = raw.encoding is not None, [pair for pair in found if pair[1].table == main.table]
    parts = [read_sheet(raw.name, sheet, best, is_text, territory) for sheet, best in own]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    refused = typed(pd.concat([part.refused for part in parts], ignore_index=True))
    manifest = {"register": register, "table": main.table, **_manifest(raw, parts)}
    manifest["rows_masked"] = int(frame.loc[frame["masked"], "source_row"].nunique())
    if is_text and _is_cut(file, raw.sheets[0], main):
        manifest["ends_inside_row"] = True
    if frame.empty:
        raise _nothing_usable(manifest, refused)
    return RegisterTable(main, frame, manifest, refused)


def _best(register: Register, sheet: RawSheet) -> Layout | None:
    """The layout of a register that explains most columns of a sheet, when one has all that it needs."""
    matches = [
        match for layout in register.layouts if (match := find_layout(layout, sheet.rows)) and match.whole
    ]
    return max(matches, key=lambda match: match.found, default=None)


def recognised(sheets: list[RawSheet]) -> str | None:
    """Name of the register whose columns a file has, None when it has those of none."""
    found = {
        name: match.found
        for name, register in REGISTERS.items()
        for sheet in sheets
        if (match := _best(register, sheet))
    }
    return max(found, key=lambda name: found[name], default=None)


def _why_not(wanted: Register, sheets: list[RawSheet]) -> str:
    if other := recognised(sheets):
        return sentence("register_other", register=wanted.name, other=other)
    near = [m for layout in wanted.layouts for s in sheets if (m := find_layout(layout, s.rows))]
    best = max(near, key=lambda m: m.found - len(m.missing), default=None)
    if best is None:
        why = sentence("register_nothing")
    elif best.missing:
        listed = ", ".join(f"«\u00a0{header}\u00a0»" for header in best.missing[:3])
        lacking = "register_lacks_several" if len(best.missing) > 1 else "register_lacks"
        why = sentence(lacking, columns=listed)
    else:
        why = sentence("register_foreign", column=best.foreign[0])
    return sentence("register_not", title=wanted.title, why=why, advice=wanted.advice)


def _is_cut(file: Path, sheet: RawSheet, match: Layout) -> bool:
    """Whether a text file ends inside a row: no end of line, and the last columns of the last row blank."""
    with file.open("rb") as stream:
        stream.seek(-1, 2)
        ended = stream.read(1) in b"\r\n"
    last = max([*match.columns.values(), *match.wide.values()])
    return not ended and not sheet.numbers and not clean_text(sheet.rows[-1][last])


def _manifest(raw: RawFile, parts: list[SheetTable]) -> dict[str, Any]:
    sheets = [part.account for part in parts]
    names, ignored = (
        [sheet["sheet"] for sheet in sheets],
        sum((part.ignored for part in parts), Counter[str]()),
    )
    return {
        "file": raw.name,
        "sha256": raw.sha256,
        "format": raw.format,
        "encoding": raw.encoding,
        "separator": raw.separator,
        "sheets": sheets,
        "sheets_ignored": [sheet.name for sheet in raw.sheets if sheet.name not in names],
        "rows_read": sum(sheet["rows_read"] for sheet in sheets),
        "rows_kept": sum(part.rows_kept for part in parts),
        "rows_ignored": sum(ignored.values()),
        "ignored": dict(sorted(ignored.items())),
        "rows_refused": sum(part.rows_refused for part in parts),
    }


def _nothing_usable(manifest: Mapping[str, Any], refused: pd.DataFrame) -> InputError:
    """The error of a file of which no row is kept: importing it could only empty a table."""
    file = manifest["file"]
    if not manifest["rows_read"]:
        return InputError(sentence("import_no_line"), file=file)
    if refused.empty:
        return InputError(sentence("import_none_kept", why="\u00a0; ".join(left_out(manifest))), file=file)
    first = refused.iloc[0]
    problem, row = sentence("import_none_usable", why=first["message"]), int(first["source_row"])
    return InputError(problem, file=file, row=row, column=first["column"] or None)


def left_out(manifest: Mapping[str, Any]) -> list[str]:
    """``établissements fermés : 3`` for each reason to leave rows out."""
    names = labels()["ignored"]
    return [f"{names[reason]}\u00a0: {whole(n)}" for reason, n in manifest["ignored"].items() if n]
