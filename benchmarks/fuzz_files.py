"""Valid survey files to be edited: the answers of made-up firms, written in every format that is read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt

from eit_analysis import tables
from eit_analysis.intake.form.questionnaire import write_blank

Grid = list[list[Any]]
Book = dict[str, Grid]  # rows of each sheet, its header row first

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le")
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
SAMPLES: dict[str, tuple[Any, ...]] = {
    "name": ("Tissages du Val", "Menuiserie Œuvrard & fils", "Brasserie <L'Étang>", "ESAT « Les Tilleuls »"),
    "naf_code": ("1310Z", "16.23Z", "1105Z", "88.10C"), "commune_code": ("68334", "01004"),
    "commune_name": ("Thann", "Ambérieu-en-Bugey"), "headcount": (3, 12, 90), "reference_year": (2018,),
    "description": ("Chutes de coton", "Palettes", "Drêches humides", "Cartons"),
    "waste_code": ("040222", "15 01 03", "20 01 08*"), "quantity": (12.5, "1 200,5", "<5", "10-15",
    "env. 10", 0),
    "unit": ("t", "kg", "m3", "palettes"), "uncertainty_percent": (10, ""), "cost_eur_per_t": (85, "-12,5"),
    "months": ("", "1 2 3", "janvier à mars"), "contractor": ("Récup'Alsace",), "comment": ("", "à revoir"),
    "item": ("Chariot", "Gants", "Je connais mes voisins"), "volume_per_year": (4, 12.5),
    "cost_eur_per_year": (1500,), "rome_code": ("H2102", "N1103"), "occupation": ("Conduite", "Magasinage"),
    "fte": (1, 2.5), "planned_departures_3y": (0, 1), "planned_hires_3y": (0, 2), "hiring_difficulty": (0, 4),
    "skill": ("Soudure", "Cariste"), "current_level": (1, 2), "required_level": (3, 4),
    "shared_need_h_per_month": (8,), "respondent_role": ("direction",), "answer": (1, 3, 5),
    "title": ("Broyage commun",), "status_date": (dt.date(2018, 5, 4), "2018-06-01"),
    "realised_t_per_year": (0, 12), "carrier": ("Association",), "start_date": (dt.date(2018, 6, 1), ""),
    "end_date": ("31/12/2018", ""), "promised_t_per_year": (20, "env. 8"),
    "realised_uncertainty_percent": (20, "15 %"), "promised_eur_per_year": (900, "1 500 €"),
    "promised_tco2e_per_year": (2,), "promised_insertion_hours_per_year": (200,),
    "promised_fte": (0.2, "-0,1"),
    "realised_eur_per_year": (-120, 450), "realised_tco2e_per_year": (1.5, "-0,2"),
    "insertion_hours_per_year": (140,), "realised_fte": (0.1, "-0,1"), "coordination_hours": (45, "60 h"),
    "public_eur": (2000, ""), "private_eur": (350, "1 k€"),
}  # fmt: skip


def firm(random: Random, site: str) -> Book:
    """Every sheet of one firm's questionnaire, filled as it asks."""
    return {tables.sheet_name(table): sheet(random, table, site) for table in tables.TABLES}


def sheet(random: Random, table: str, site: str) -> Grid:
    # An answer to an exchange takes two actors, and a firm is alone in its questionnaire.
    count = {"sites": 1, "exchange_answers": 0}.get(table, random.randrange(1, 6))
    form = tables.form(table)
    rows = [[_cell(random, name, spec, site, rank) for name, spec in form.items()] for rank in range(count)]
    return [[spec["header"] for spec in form.values()], *rows]


def _cell(random: Random, name: str, spec: dict[str, Any], site: str, rank: int) -> Any:
    if name in ("site_id", "site_ids"):
        return site
    if name == "synergy_id":
        return f"{site}-S{rank}"
    if name in ("siret", "postcode"):
        return ""
    choices = SAMPLES.get(name) or (tuple(spec["labels"].values()) if spec["labels"] else ("autre",))
    return random.choice(choices)


def legal(text: str) -> str:
    """What a workbook can hold of a text."""
    return ILLEGAL.sub("", text)[:32_000]


def plain(cell: Any) -> Any:
    """A formula is a pair of its text and its value."""
    return cell[1] if isinstance(cell, tuple) else cell


def xlsx(book: Book, hidden: frozenset[str] = frozenset(), merged: bool = False) -> bytes:
    """Through xlsxwriter, with formulas; the first column of rows 2 and 3 merged where asked."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as out:
        day = out.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in book.items():
            made = out.add_worksheet(name)
            if name in hidden and len(hidden) < len(book) and made.index:
                made.hide()
            for index, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        made.write_formula(index, column, cell[0], None, cell[1])
                    elif isinstance(cell, (dt.date, dt.datetime, dt.time)):
                        made.write_datetime(index, column, cell, day)
                    elif isinstance(cell, str):
                        made.write_string(index, column, legal(cell))
                    else:
                        made.write(index, column, cell)
            if merged and len(rows) > 3:
                made.merge_range(1, 0, 2, 0, legal(str(plain((rows[1] or [""])[0]))))
    return content.getvalue()


def xls(book: Book) -> bytes:
    out = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in book.items():
        made = out.add_sheet(name)
        for index, row in enumerate(rows):
            for column, cell in enumerate(map(plain, row[:250])):
                if isinstance(cell, (dt.date, dt.datetime, dt.time)):
                    made.write(index, column, cell, day)
                elif cell != "":
                    made.write(index, column, legal(cell) if isinstance(cell, str) else cell)
    content = io.BytesIO()
    out.save(content)
    return content.getvalue()


def ods(book: Book) -> bytes:
    """OpenDocument by hand; rows that are equal follow one another as one repeated row, as offices write."""
    parts = []
    for name, rows in book.items():
        parts.append(f"<table:table table:name={quoteattr(legal(name))}>")
        previous, times = "", 0
        for row in [*("".join(map(_ods_cell, map(plain, row))) for row in rows), None]:
            if row == previous:
                times += 1
                continue
            if times:
                again = f' table:number-rows-repeated="{times}"' if times > 1 else ""
                parts.append(f"<table:table-row{again}>{previous}</table:table-row>")
            previous, times = row or "", 1
        parts.append("</table:table>")
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    body = f"<office:body><office:spreadsheet>{''.join(parts)}</office:spreadsheet></office:body>"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
        out.writestr("META-INF/manifest.xml", "<manifest/>")
    return content.getvalue()


def _ods_cell(cell: Any) -> str:
    if cell == "" or cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell!r}"/>'
    if isinstance(cell, (dt.date, dt.datetime)):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    text = f"<text:p>{escape(legal(str(cell)))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def text(rows: Grid, encoding: str = "utf-8", separator: str = ";", end: str = "\r\n") -> bytes:
    """CSV; a character that the encoding lacks becomes a question mark, a lone surrogate stays in UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return stream.getvalue().encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


@cache
def _blank() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        write_blank(Path(folder) / "questionnaire.xlsx")
        with zipfile.ZipFile(Path(folder) / "questionnaire.xlsx") as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def filled_blank(book: Book) -> bytes:
    """The questionnaire that ``eit new`` writes, filled with the rows of a firm."""
    parts = dict(_blank())
    for number, rows in enumerate(book.values(), start=2):  # the first sheet is the guide
        filled = "".join(
            f'<row r="{r}">' + "".join(_xlsx_cell(r, c, plain(v)) for c, v in enumerate(row)) + "</row>"
            for r, row in enumerate(rows[1:], start=2)
        )
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = parts[name].replace(b"</sheetData>", filled.encode() + b"</sheetData>")
    return zipped(parts)


def _xlsx_cell(row: int, column: int, cell: Any) -> str:
    if cell == "":
        return ""
    place = f'r="{chr(65 + column)}{row}"'
    if isinstance(cell, (int, float)):
        return f"<c {place}><v>{cell}</v></c>"
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(legal(str(cell)))}</t></is></c>'


def zipped(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for name, part in parts.items():
            out.writestr(name, part)
    return content.getvalue()
