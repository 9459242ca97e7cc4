"""The filled rows of survey files, counted without the project's reader."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.fuzz_files import Book, legal, plain
from eit_analysis.intake.cells.parsing import clean_text

Rows = dict[str, set[int]]  # filled rows, from 1, of each sheet


def filled(book: Book) -> Rows:
    """Rows of a book that hold something a workbook can hold."""
    return {
        name: {
            number
            for number, row in enumerate(rows, start=1)
            if any(clean_text(legal(str(cell))) for cell in map(plain, row) if cell is not None)
        }
        for name, rows in book.items()
    }


def rows_of(path: Path, entry: dict[str, Any]) -> Rows | None:
    """Filled rows of a text file or of an XLSX workbook, counted with the standard library alone."""
    if not path.exists():  # a name that is no UTF-8
        return None
    data = path.read_bytes()
    if entry["encoding"]:
        return _rows_of_text(data, entry, path)
    return _rows_of_xlsx(data) if entry["format"] == "xlsx" else None


def _rows_of_text(data: bytes, entry: dict[str, Any], path: Path) -> Rows:
    csv.field_size_limit(1 << 27)
    text = io.StringIO(data.decode(entry["encoding"]), newline="")
    rows = {
        number
        for number, row in enumerate(csv.reader(text, delimiter=entry["separator"]), start=1)
        if any(map(clean_text, row))
    }
    if re.match('\ufeff?"?sep=', data.decode(entry["encoding"]), re.IGNORECASE):
        rows.discard(1)
    return {re.split(r"[_\s]+", path.stem)[-1]: rows}


def _rows_of_xlsx(data: bytes) -> Rows | None:
    """By the places that its XML gives; None where it is not all plain."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            read = {name: archive.read(name) for name in archive.namelist()}
            book, links = (
                ElementTree.fromstring(read[n]) for n in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
            )
            strings = [
                "".join(si.itertext())
                for si in _all(ElementTree.fromstring(read["xl/sharedStrings.xml"]), "si")
            ]
            target = {link.get("Id"): link.get("Target") for link in links}
            found: Rows = {}
            for sheet in _all(book, "sheet"):
                part = target[next(v for k, v in sheet.attrib.items() if k.endswith("}id"))]
                found[sheet.attrib["name"]] = _rows_of_part(
                    ElementTree.fromstring(read[f"xl/{part}"]), strings
                )
            return found
    except (
        ElementTree.ParseError,
        LookupError,
        ValueError,
        StopIteration,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
    ):
        return None


def _all(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def _rows_of_part(root: ElementTree.Element, strings: list[str]) -> set[int]:
    rows = set()
    for cell in _all(root, "c"):
        text = "".join(value.text or "" for tag in ("v", "t") for value in _all(cell, tag))
        text = strings[int(text)] if cell.get("t") == "s" else text
        place = re.fullmatch(r"[A-Z]{1,3}([1-9][0-9]*)", cell.get("r", ""))
        if clean_text(text) and place:
            rows.add(int(place[1]))
    return rows
