"""Write the fictional two-wave sample study: ``python data/raw/thur-doller/generate.py [FOLDER]``.

Everything is invented except the communes. The same code gives the same bytes.

What is there
-------------
Twenty firms (E01 to E20), three ESS structures (S01 to S03), two outlets (F01, F02), one workbook each
except: E07 and E14 sent cp1252 CSV files; E19 with E20, and the ESS with the outlets, came in one
workbook. The register of 27 leads stands alone; that of 2018 also tells what each brings and costs
(``shared.FOLLOW_UP``), that of 2015 is of the older form. Seven firms told in 2018 the seniority, diploma,
sex and working time of their people (``people.described``), the others are on the older form. What actors
lose or need as heat and water came in a workbook of its own in 2018 (``utilities``), what they answered to
exchanges proposed to them in a file of its own in each wave (``answers``). Lists in ``shared.LEADS`` say
which leads can be found by matching the returns. Communes are those of 2018 in both waves.
``planted_dirt.csv`` is the answer key: each fault with its file, sheet and row. ``sirene_fictif.csv`` is the
frame: the actors among the other establishments of the valleys (``establishments.py``).
``exutoires_fictifs.csv``, written by hand, lists eleven outlets as invented as the rest.

Dirt (about one row in twelve; one in six in Flux, one in thirty of which is lost)
----------------------------------------------------------------------------------
Numbers: decimal comma as text, thousands with no-break and narrow no-break spaces, ``env. 10``,
``10-15``, ``<5``, ``néant``, ``NC``, ``#REF!``, negative, unit and period inside the quantity cell,
digits as text.
Words: families without accent, in capitals or by another name (``D3E``), allowed words in capitals,
without accent or with a trailing space, waste codes in spaced pairs with ``*``, lists with commas, dates
as 21/06/2016.
Impossible: unknown waste code 999999, unit ``camion``, SIRET with a wrong key, answer 7 on 5, level 6 on
4.
Rows: exact repetitions, missing optional cells, blank rows, total rows, title rows above the header.
Headers: without accent, in capitals, plural, typographic apostrophe, trailing space, another column
order.

Compared with real tables (aggregates; never copied)
----------------------------------------------------
Eurostat env_wasgen, France 2018, waste without major mineral waste over rounded branch employment, t per
employee: food about 8, textile 1.6, chemistry with rubber and plastics 7, machinery and vehicles 2.5,
services 0.9. Here: food 4.3, textile 1.6, chemistry 4.0, plastics 2.7, mechanics 2.1, retail 2.0 (no
sugar mill, abattoir, base chemistry or steelworks; shops throw away more than offices).
DARES, age by occupation 2017-2019, share of 55 and over: textile and wood workers 20 %, mechanics 16 %,
process industries 12 %, shops 14 %; profiles used here: 22 (older), 14 (middle), 12 (younger).
INSEE, employed people of the Thann-Guebwiller district 2020: 10 % under 25, 74 % from 25 to 54, 17 %
above; here at 2018 10, 75 and 15 %. Occupations are ROME 3.47 codes with their titles, three to seven per
actor.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import answers as told
import numpy as np
import people
import shared
import utilities
import xlsxwriter
from actors import Actor, actors
from dirt import CSV_SITES, HEADERS, Row, Sheet, french, plant
from establishments import FILE, establishments
from flows import flows

from eit_analysis.tables import form, sheet_name, used_for

SEED = 68
WAVES = ("2015", "2018")
FORMS = ("sites", "flows", "sharing", "workforce", "skills", "readiness")
TOGETHER = {
    "commerces_E19_E20.xlsx": ("E19", "E20"),
    "ESS_et_filieres.xlsx": ("S01", "S02", "S03", "F01", "F02"),
}
REGISTER = "registre_synergies.xlsx"
TITLED, ODD, SWAPPED = ("E02", "E05", "E12", "ESS"), ("E03", "E09", "E14", "E17"), ("E10", "E16")
BLANKS, TOTALS = ("E01", "E04", "E13", "commerces"), ("E06", "E11", "E15", "E18")


def generator(*key: str) -> np.random.Generator:
    """A generator of its own per actor and subject: changing one leaves the others as they were."""
    return np.random.default_rng([SEED, *(crc32(part.encode()) for part in key)])


def site_row(actor: Actor, wave: str) -> Row:
    return {
        "site_id": actor.site_id, "name": actor.name, "siret": actor.siret, "naf_code": actor.naf_code,
        "commune_name": actor.commune_name, "commune_code": actor.commune_code, "postcode": actor.postcode,
        "headcount": actor.staff[wave], "actor_type": actor.actor_type, "consent": actor.consent,
        "reference_year": int(wave),
    }  # fmt: skip


def answers(actor: Actor, wave: str, table: str) -> list[Row]:
    """Rows of one sheet of one actor, clean."""
    if table == "sites":
        return [site_row(actor, wave)]
    makers: dict[str, Any] = {
        "flows": flows, "sharing": shared.sharing, "workforce": people.workforce, "skills": people.skills,
        "readiness": people.readiness,
    }  # fmt: skip
    # Flows and purchases keep their draws from one wave to the next; people and opinions move.
    key = (actor.site_id, table) if table in ("flows", "sharing") else (actor.site_id, table, wave)
    return makers[table](actor, wave, generator(*key))


def file_of(actor: Actor, table: str) -> str:
    if actor.site_id in CSV_SITES:
        return f"{actor.site_id}_{sheet_name(table)}.csv"
    for file, members in TOGETHER.items():
        if actor.site_id in members:
            return file
    return f"{actor.site_id}_questionnaire.xlsx"


def build(wave: str) -> list[Sheet]:
    """All sheets of a wave, spoiled."""
    by_place: dict[tuple[str, str], Sheet] = {}
    for actor in actors():
        for table in FORMS:
            place = (file_of(actor, table), table)
            by_place.setdefault(place, Sheet(*place, rows=[])).rows.extend(answers(actor, wave, table))
    sheets = [*by_place.values(), Sheet(REGISTER, "synergy_register", shared.synergies(wave))]
    protected = {
        (site, lead["category"]) for lead in shared.synergies(wave) for site in lead["site_ids"].split()
    }
    plant(sheets, protected, generator("dirt", wave))
    if wave == utilities.WAVE:
        sheets.append(Sheet(utilities.FILE, "utilities", rows=utilities.utilities()))
    sheets.append(Sheet(told.FILE, "exchange_answers", rows=told.answers(wave)))
    for sheet in sheets:
        if wave == "2018" and sheet.table == "readiness":
            # After the faults, which stay where they were.
            sheet.rows += people.later_items(sheet.rows, generator(sheet.file, "later_items"))
        if wave == "2018" and sheet.table == "workforce" and sheet.file[:3] in people.DESCRIBED:
            people.described(sheet.rows, generator(sheet.file, "described"))
        lay_out(sheet, wave)
    return sheets


def lay_out(sheet: Sheet, wave: str) -> None:
    """Oddities of layout: title rows, other headers, another column order, blank rows, total rows."""
    if sheet.file.startswith(TITLED):
        sheet.title_rows = [f"Étude fictive Thur et Doller, enquête {wave}", ""]
    sheet.odd_headers = sheet.file.startswith(ODD)
    sheet.swapped_columns = sheet.file.startswith(SWAPPED) and sheet.table in ("flows", "workforce")
    if sheet.file.startswith(BLANKS) and sheet.table in ("flows", "sharing"):
        sheet.blank_after = (2, 5)
    if sheet.file.startswith(TOTALS) and sheet.table == "workforce":
        sheet.total = {"site_id": "TOTAL", "headcount": sum(row["headcount"] for row in sheet.rows)}
    if sheet.file.startswith(TOTALS) and sheet.table == "flows":
        numbers = [row["quantity"] for row in sheet.rows if isinstance(row["quantity"], int | float)]
        sheet.total = {"site_id": "Total", "quantity": round(sum(numbers), 2)}


def grid(sheet: Sheet, log: list[list[Any]], wave: str) -> list[list[Any]]:
    """Cells of a sheet, top to bottom; every oddity goes to the log with its row (1 = first)."""
    columns = list(form(sheet.table))
    later = set(used_for(sheet.table, "later"))
    if not any(later & set(row) for row in sheet.rows):  # a form of before these joined it
        columns = [column for column in columns if column not in later]
    if sheet.swapped_columns:
        columns = [columns[0], *columns[3:], *columns[1:3]]
    headers = [form(sheet.table)[column]["header"] for column in columns]
    lines: list[list[Any]] = [[title] for title in sheet.title_rows]

    def note(column: str, kind: str, raw: object = "", true: object = "") -> None:
        log.append([wave, sheet.file, sheet_name(sheet.table), len(lines), column, kind, raw, true])

    if sheet.title_rows:
        note("", "title_rows", sheet.title_rows[0])
    written = [HEADERS.get(header, header) for header in headers] if sheet.odd_headers else headers
    lines.append(written)
    for right, wrong in zip(headers, written, strict=True):
        if right != wrong:
            note(right, "header_variant", wrong, right)
    if sheet.swapped_columns:
        note("", "column_order")
    for rank, row in enumerate(sheet.rows):
        lines.append([row.get(column) for column in columns])
        if "_dirt" in row:
            kind, column, true = row["_dirt"]
            header = form(sheet.table)[column]["header"] if column else ""
            note(header, kind, row.get(column, ""), true)
        if rank in sheet.blank_after:
            lines.append([])
            note("", "blank_row")
    if sheet.total:
        lines.append([sheet.total.get(column) for column in columns])
        note("", "total_row")
    return lines


def csv_bytes(lines: Iterable[list[Any]], encoding: str, delimiter: str = ";") -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n" if encoding == "cp1252" else "\n")
    for line in lines:
        writer.writerow([french(c) if encoding == "cp1252" and isinstance(c, float) else c for c in line])
    return stream.getvalue().encode(encoding)


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    # xlsxwriter stamps the current time unless told another: the same study must give the same bytes.
    book.set_properties({"created": datetime(2018, 12, 31)})
    for name, lines in sheets.items():
        page = book.add_worksheet(name)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, str) and cell:
                    page.write_string(row, column, cell)
                elif isinstance(cell, int | float):
                    page.write_number(row, column, cell)
    book.close()


def generate(folder: Path) -> None:
    log: list[list[Any]] = [["wave", "file", "sheet", "row", "column", "kind", "raw_value", "true_value"]]
    for wave in WAVES:
        (folder / wave).mkdir(parents=True, exist_ok=True)
        books: dict[str, dict[str, list[list[Any]]]] = {}
        for sheet in build(wave):
            lines = grid(sheet, log, wave)
            if sheet.file.endswith(".csv"):
                (folder / wave / sheet.file).write_bytes(csv_bytes(lines, "cp1252"))
            else:
                books.setdefault(sheet.file, {})[sheet_name(sheet.table)] = lines
        for file, pages in books.items():
            write_workbook(folder / wave / file, pages)
    (folder / "planted_dirt.csv").write_bytes(csv_bytes(log, "utf-8", ","))
    frame = establishments(generator("establishments"))
    (folder / FILE).write_bytes(csv_bytes(frame, "utf-8", ","))


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
