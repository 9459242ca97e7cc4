"""The child process that opens untrusted files: standard library and calamine only, so it starts at once.

Protocol: a JSON list of paths on standard input; for each path, in order, one pickled dict on standard output
(``sha256, format, encoding, separator, problem, sheets``), ``sheets`` being ``[(name, rows), ...]`` with rows
counted from A1. A file that kills the process (memory, time) is simply the one whose answer never comes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import pickle
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

MEMORY_BYTES = 1 << 30
FILE_BYTES = 100 << 20
UNPACKED_BYTES = 400 << 20
CELLS = 5_000_000

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.S
)

Rows = list[list[Any]]


class UnreadableError(Exception):
    """Why one file cannot be read, in French, with what to do."""


def limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: the size guard and the time limit still hold
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (cap, hard))


def check_archive(data: bytes) -> str:
    """Size guard on a zipped workbook before anything is unpacked; returns ``xlsx`` or ``ods``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UnreadableError(
            "le fichier est abîmé (archive incomplète), demandez à l'entreprise de le renvoyer"
        ) from None
    if unpacked > UNPACKED_BYTES:
        raise UnreadableError(
            f"le fichier occuperait {unpacked >> 20} Mo décompressé (limite {UNPACKED_BYTES >> 20} Mo), "
            "demandez un classeur ne contenant que le questionnaire"
        )
    if "content.xml" in names:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise UnreadableError("ce n'est pas un classeur de tableur, enregistrez-le en XLSX ou en ODS")


def column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def xlsx_errors(data: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """Cells holding an Excel error, by sheet: calamine returns them as blanks, which would hide them."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = {
            r.get("Id"): (r.get("Target") or "").lstrip("/").removeprefix("xl/")
            for r in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
            member = f"xl/{relations.get(sheet.get(RELATION), '')}"
            content = archive.read(member) if member in archive.namelist() else b""
            if b't="e"' in content:
                found[sheet.get("name") or ""] = [
                    (int(row) - 1, column_index(letters), value.decode())
                    for letters, row, value in ERROR_CELL.findall(content)
                ]
    return found


def ods_errors(data: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """The same for OpenDocument, where rows and cells may be repeated."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    if b'value-type="error"' not in content:
        return {}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for table in ElementTree.fromstring(content).iter(f"{TABLE}table"):
        row = 0
        for line in table.iter(f"{TABLE}table-row"):
            column = 0
            for cell in line:
                if cell.get(CALCEXT) == "error":
                    text = "".join(cell.itertext()) or "#ERREUR"
                    found.setdefault(table.get(f"{TABLE}name") or "", []).append((row, column, text))
                column += int(cell.get(f"{TABLE}number-columns-repeated") or 1)
            row += int(line.get(f"{TABLE}number-rows-repeated") or 1)
    return found


def read_workbook(data: bytes, kind: str) -> list[tuple[str, Rows]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        errors = {"xlsx": xlsx_errors, "ods": ods_errors}.get(kind, lambda _: {})(data)
        sheets = []
        for metadata in workbook.sheets_metadata:
            if metadata.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(metadata.name)
            height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
            if height * width > CELLS:
                raise UnreadableError(
                    f"la feuille « {metadata.name} » s'étend sur {height} lignes et {width} colonnes, "
                    "effacez les cellules isolées loin du tableau puis enregistrez"
                )
            rows = sheet.to_python(skip_empty_area=False)
            for row, column, text in errors.get(metadata.name, []):
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = text if text.startswith("#") else f"#{text}"
            sheets.append((metadata.name, rows))
    except PasswordError:
        raise UnreadableError("le classeur est protégé par un mot de passe, demandez-le sans") from None
    except (CalamineError, ElementTree.ParseError, zipfile.BadZipFile, KeyError, OSError):
        raise UnreadableError(
            "le classeur est abîmé, ouvrez-le dans un tableur et enregistrez-le à nouveau en XLSX"
        ) from None
    return sheets


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: byte order mark, else strict UTF-8, else cp1252. No guessing."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                raise UnreadableError("le fichier est coupé ou abîmé, demandez-le à nouveau") from None
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableError("l'encodage du texte est inconnu, enregistrez le fichier en « CSV UTF-8 »")


def separator_of(text: str) -> str:
    """The separator that gives the most cells over the first lines that it cuts alike."""
    sample = text.splitlines()[:30]

    def agreement(separator: str) -> int:
        widths = [len(row) for row in csv.reader(sample, delimiter=separator) if len(row) > 1]
        return max((width * widths.count(width) for width in set(widths)), default=0)

    return max(";\t,|", key=agreement)


def read_text(data: bytes, path: Path) -> dict[str, Any]:
    text, encoding = decode(data)
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<table")):
        raise UnreadableError("c'est une page web sous un autre nom, exportez le questionnaire en XLSX")
    if "\0" in text:
        raise UnreadableError("ce n'est pas un fichier texte, exportez le questionnaire en XLSX ou en CSV")
    separator = separator_of(text)
    try:
        rows: Rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error:
        raise UnreadableError("les guillemets du CSV ne se ferment pas, exportez-le à nouveau") from None
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    # E07_Flux.csv is the sheet Flux of firm E07.
    name = re.split(r"[_\s]+", path.stem)[-1]
    return {"encoding": encoding, "separator": separator, "sheets": [(name, rows)]}


def read(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = dict.fromkeys(("sha256", "encoding", "separator", "problem"))
    result |= {"format": path.suffix.lower().lstrip("."), "sheets": []}
    try:
        if not path.is_file():
            raise UnreadableError("c'est un dossier et non un fichier, déposez le classeur lui-même")
        if path.stat().st_size > FILE_BYTES:
            raise UnreadableError(f"le fichier dépasse {FILE_BYTES >> 20} Mo, demandez-le plus léger")
        data = path.read_bytes()
        result["sha256"] = hashlib.sha256(data).hexdigest()
        if not data.strip():
            raise UnreadableError("le fichier est vide, demandez à l'entreprise de le renvoyer")
        if data.startswith(b"PK\x03\x04"):
            result["format"] = check_archive(data)
            result["sheets"] = read_workbook(data, result["format"])
        elif data.startswith(b"\xd0\xcf\x11\xe0"):
            result["format"] = "xls"
            result["sheets"] = read_workbook(data, "xls")
        elif result["format"] in ("csv", "txt") or data.lstrip()[:1] == b"<":
            result |= read_text(data, path)
        else:
            raise UnreadableError("ce n'est pas un classeur de tableur, enregistrez-le en XLSX ou en ODS")
    except UnreadableError as error:
        result |= {"problem": str(error), "sheets": []}
    except (OSError, MemoryError, RecursionError):
        result |= {"problem": "le fichier ne s'ouvre pas ou est trop volumineux, vérifiez-le", "sheets": []}
    return result


def main() -> None:
    limit_memory()
    csv.field_size_limit(1 << 24)
    for path in json.load(sys.stdin):
        pickle.dump(read(Path(path)), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
