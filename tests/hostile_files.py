"""Files that no survey should hold: one maker each, for the tests and the benchmark."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlwt

ODS = (
    '<?xml version="1.0" encoding="UTF-8"?>{dtd}<office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type='
    '"application/vnd.oasis.opendocument.spreadsheet"/>{more}</manifest:manifest>'
)
SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, cells: dict[str, object], sheet: str = "Flux") -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for address, value in cells.items():
        book.active[address] = value
    book.save(path)
    return path


def ods(path: Path, body: str, dtd: str = "", more: str = "") -> Path:
    """An OpenDocument workbook with that content of the element *spreadsheet*."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(dtd=dtd, body=body))
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(more=more))
    return path


def ods_table(*rows: str, attributes: str = "") -> str:
    return f'<table:table table:name="Flux" {attributes}>{"".join(rows)}</table:table>'


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, attributes: str = "") -> str:
    kind = f'office:value-type="string" {attributes}'
    return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"


def changed(path: Path, **parts: Callable[[bytes], bytes]) -> Path:
    """An XLSX workbook of one cell with parts of it changed: ``sheet``, ``workbook`` or ``strings``."""
    names = {"sheet": SHEET, "workbook": "xl/workbook.xml", "styles": "xl/styles.xml"}
    content = workbook(path, {"A1": "Identifiant", "A2": "E01"}).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = next(
                (parts[key] for key, found in names.items() if found == name and key in parts), bytes
            )
            new.writestr(name, change(old.read(name)))
    return path


def with_rows(rows: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def zip_bomb(path: Path, megabytes: int = 600) -> Path:
    """A sheet of spaces, its size declared."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(SHEET, "w") as member:
            for _ in range(megabytes):
                member.write(b" " * (1 << 20))
    return path


def lying_bomb(path: Path) -> Path:
    """The same, 200 MB, declared as 1000 bytes: in the directory and before the part."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200)) + packer.flush()
    name = SHEET.encode()
    fields = struct.pack(
        "<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(b" " * 1000), len(packed), 1000, len(name), 0
    )
    local = b"PK\x03\x04" + fields + name + packed
    directory = b"PK\x01\x02\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local), 0)
    path.write_bytes(local + directory + b"PK\x05\x06" + end)
    return path


def overlapping_bomb(path: Path) -> Path:
    """A thousand directory entries for one part."""
    lying_bomb(path)
    data = path.read_bytes()
    at = data.rindex(b"PK\x01\x02")
    entry = data[at : data.rindex(b"PK\x05\x06")]
    count, size = 1000, 1000 * len(entry)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, size, at, 0)
    path.write_bytes(data[:at] + entry * count + b"PK\x05\x06" + end)
    return path


def many_members(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "")
    return path


def nested_zip(path: Path) -> Path:
    """An archive of archives of zeros and no workbook."""
    content = b"\0" * (20 << 20)
    for _ in range(3):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(3):
                archive.writestr(f"{number}.zip", content)
        content = inner.getvalue()
    path.write_bytes(content)
    return path


def shared_text(path: Path) -> Path:
    """One text of 32 000 characters in three hundred thousand cells."""
    cell = b'<c r="%c%d" t="s"><v>0</v></c>'
    rows = b"".join(
        b'<row r="%d">' % row + b"".join(cell % (65 + column, row) for column in range(10)) + b"</row>"
        for row in range(3, 30_003)
    )
    changed(path, sheet=with_rows(rows))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "xl/sharedStrings.xml"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>")
    return path


def far_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Flux")
    sheet.write(0, 0, "Identifiant")
    sheet.write(65535, 255, "x")
    book.save(str(path))
    return path


def looping_xls(path: Path) -> Path:
    """A compound file whose chains of sectors never end."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Flux")
    for row in range(500):
        sheet.write(row, 0, f"texte {row}")
    book.save(str(path))
    data = bytearray(path.read_bytes())
    table = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    for number in range(128):
        struct.pack_into("<I", data, table + 4 * number, 0)
    path.write_bytes(data)
    return path


def compound(path: Path, stream: str) -> Path:
    """A compound file whose only stream has that name."""
    book = xlwt.Workbook()
    book.add_sheet("Flux").write(0, 0, "x")
    book.save(str(path))
    data = path.read_bytes()
    old, new = "Workbook".encode("utf-16-le"), stream.encode("utf-16-le")
    at = data.index(old)
    entry = bytearray(data[at : at + 128])
    entry[: len(new)], entry[64:66] = new, struct.pack("<H", len(new) + 2)
    path.write_bytes(data[:at] + bytes(entry) + data[at + 128 :])
    return path


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def truncated(path: Path) -> Path:
    data = workbook(path, {f"A{n}": f"texte {n}" for n in range(1, 500)}).read_bytes()
    return written(path, data[: len(data) // 2])


def linked(path: Path, target: str) -> Path:
    path.symlink_to(target)
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


# File name -> maker and a word of the reason that is given.
HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "bombe.xlsx": (zip_bomb, "décompressé"),
    "bombe_100Mo.xlsx": (lambda p: zip_bomb(p, 100), "décompressé"),
    "bombe_menteuse.xlsx": (lying_bomb, "abîmé"),
    "bombe_superposee.xlsx": (overlapping_bomb, ""),
    "bombe_emboitee.xlsx": (nested_zip, "classeur"),
    "innombrables.xlsx": (many_members, "éléments"),
    "texte_partage.xlsx": (shared_text, "textes"),
    "loin.xlsx": (lambda p: workbook(p, {"A1": "Identifiant", "XFD1048576": "x"}), "Flux"),
    "loin_en_bas.xlsx": (lambda p: workbook(p, {"A1": "Identifiant", "A1048576": "x"}), "Flux"),
    "loin_sans_ordre.xlsx": (
        lambda p: changed(p, sheet=with_rows(b"<row><c s='0' r='XFD1048576'><v>1</v></c></row>")),
        "cellule isolée",
    ),
    "loin.xls": (far_xls, "lignes"),
    "loin.ods": (
        lambda p: ods(
            p,
            ods_table(
                ods_row(ods_cell("a")),
                ods_row("<table:table-cell/>", attributes='table:number-rows-repeated="1048000"'),
                ods_row(ods_cell("b", 'table:number-columns-repeated="16384"')),
            ),
        ),
        "Flux",
    ),
    "repetee.ods": (
        lambda p: ods(
            p,
            ods_table(
                ods_row(
                    ods_cell("a", 'table:number-columns-repeated="16384"'),
                    attributes='table:number-rows-repeated="1000000"',
                )
            ),
        ),
        "Flux",
    ),
    "texte_repete.ods": (
        lambda p: ods(
            p,
            ods_table(
                ods_row(
                    ods_cell("x" * 30_000, 'table:number-columns-repeated="16000"'),
                    attributes='table:number-rows-repeated="60"',
                )
            ),
        ),
        "textes",
    ),
    "entites.xlsx": (
        lambda p: changed(
            p,
            sheet=lambda xml: xml.replace(b"<worksheet", ENTITIES.encode() + b"<worksheet", 1).replace(
                b"<t>E01", b"<t>&j;"
            ),
        ),
        "entités",
    ),
    "entites_classeur.xlsx": (lambda p: changed(p, workbook=lambda xml: ENTITIES.encode() + xml), "entités"),
    "entites_utf16.xlsx": (
        lambda p: changed(p, workbook=lambda xml: (ENTITIES + xml.decode()).encode("utf-16")),
        "entités",
    ),
    "entites.ods": (lambda p: ods(p, ods_table(ods_row(ods_cell("&j;"))), dtd=ENTITIES), "entités"),
    "longue_cellule.xlsx": (
        lambda p: changed(p, sheet=lambda xml: xml.replace(b"E01", b"x" * (7 << 20))),
        "32",
    ),
    "longue_cellule.ods": (lambda p: ods(p, ods_table(ods_row(ods_cell("x" * (7 << 20))))), "32"),
    "sans_feuille.xlsx": (
        lambda p: changed(p, workbook=lambda xml: xml[: xml.index(b"<sheets>")] + b"</workbook>"),
        "aucune feuille",
    ),
    "sans_feuille.ods": (lambda p: ods(p, ""), "aucune feuille"),
    "chiffre.xlsx": (lambda p: compound(p, "EncryptedPackage"), "mot de passe"),
    "chiffre.ods": (lambda p: ods(p, ods_table(), more="<manifest:encryption-data/>"), "mot de passe"),
    "word.xls": (lambda p: compound(p, "WordDocument"), "autre logiciel"),
    "boucle.xls": (looping_xls, "abîmé"),
    "entete_seule.xls": (lambda p: written(p, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2000), "abîmé"),
    "tronque.xlsx": (truncated, "abîmé"),
    "coupe.xlsx": (lambda p: written(p, b"PK\x03\x04" + b"\0" * 40), "abîmé"),
    "html.xlsx": (lambda p: written(p, b"<html><body><table><tr><td>x</td></tr></table>"), "page web"),
    "html.csv": (lambda p: written(p, b"\xef\xbb\xbf\n<!DOCTYPE html><html>"), "page web"),
    "html.xls": (lambda p: written(p, b"<meta charset=utf-8><table><tr><td>x</table>"), "page web"),
    "fichier_unique.xls": (
        lambda p: written(p, b"MIME-Version: 1.0\r\nContent-Type: multipart/related"),
        "page web",
    ),
    "xml2003.xls": (
        lambda p: written(p, b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>'),
        "XML 2003",
    ),
    "pdf.xlsx": (lambda p: written(p, b"%PDF-1.7\n"), "PDF"),
    "image.xlsx": (lambda p: written(p, b"\x89PNG\r\n\x1a\n"), "image"),
    "photo.csv": (lambda p: written(p, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9), "image"),
    "vide.xlsx": (lambda p: written(p, b""), "vide"),
    "blanc.csv": (lambda p: written(p, b" \n\n \n" * 4), "vide"),
    "texte.ods": (lambda p: written(p, b"bonjour"), "classeur"),
    "binaire.csv": (lambda p: written(p, b"\x81\x8d\x8f\x00\x01"), "texte"),
    "ligne_de_50Mo.csv": (lambda p: written(p, b"abc;" * (50 << 18)), "ligne du texte"),
    "colonnes.csv": (lambda p: written(p, b"x" + b";" * 20_000 + b"\n" + b"a;b\n" * 9), "16\u202f384"),
    "lignes_inegales.csv": (
        lambda p: written(p, b"x" + b";" * 16_000 + b"\n" + b"a;b\n" * 200_000),
        "colonnes",
    ),
    "lignes_vides.csv": (lambda p: written(p, b"\n" * (90 << 20)), "lignes"),
    "guillemet.csv": (lambda p: written(p, b'a;b\n1;"ouvert\n' + b"2;3\n" * 500_000), "ligne 2"),
    "enorme.csv": (lambda p: sparse(p, 3 << 30), "dépasse"),
    "zeros.xlsx": (lambda p: sparse(p, 99 << 20), "classeur"),
    "dossier.xlsx": (folder, "dossier"),
    "boucle.csv": (lambda p: linked(p, p.name), "lien"),
    "lien_casse.csv": (lambda p: linked(p, "nulle-part.csv"), "lien"),
    "zero.csv": (lambda p: linked(p, "/dev/zero"), "ordinaire"),
    "tube.csv": (fifo, "ordinaire"),
}
