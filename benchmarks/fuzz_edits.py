"""Random edits of a book before it is written: cells, rows, headers, sheets; and of the name of its file."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from benchmarks.fuzz_files import Book, Grid

CELLS: tuple[Any, ...] = (
    1e308, -1e308, -0.0, 5e-324, 1e16, 10**15, -1, 0, 0.1 + 0.2, 7.3e13, True, False, dt.date(2018, 10, 15),
    dt.datetime(1900, 3, 1, 12, 30), dt.time(10, 15), ("=1/0", "#DIV/0!"), ("=A1", ""), ("=2*3", 6), "", " ",
    "\u00a0", "\u200b", "\ufeff", "#REF!", "#N/A", "#VALEUR!", "Err:502", "####", "=1+1", "+33 3 89 00 00 00",
    "@SUM(A1)", "-2+3", "=cmd|' /C calc'!A0", "\t=1", "1 85 05 78 006 084 91", "né le 04/05/1985",
    "jean@exemple.fr", "Total", "TOTAL général", "sous-total", "Somme", "Identifiant", "Flux", "NC", "n.d.",
    "néant", "<5", ">5", "< 1 200,5 t/an", "10-15", "15-10", "env. 10", "~3", "1.200", "1,200.5", "1e308",
    "1e400", "-1e-400", "9" * 60, "9" * 400, "-0", "NaN", "inf", "-inf", "Infinity", "1_000", "0x10", "١٢٣",
    "１２", "½", "²", "10 ²", "1/2", "12,5 t/mois", "1 k€", "100%", "3 à 5 palettes", "E001", "E002", "e001 ",
    "E001 E002", "E001;E002", "../../etc/passwd", "C:\\x", "<b>&amp;</b>", "]]>", "&#0;", "_x0041_",
    "_x000D_", "a\nb", "a\r\nb", "\r", "'", '"', '""', ";", ",", "|", "\t", "\x00", "\x01\x1f", "\x1a",
    "\x7f\x85",
    "\ud800", "\udfff", "\ufffe", "😀" * 30, "\u202etxet", "e\u0301" * 50, "ﬁ œ ß İ", "Ã©tÃ©", "â‚¬",
    "x" * 300,
    "long " * 6000, "(" * 200, "1-" * 200, "1 " * 200, "{0} %s {x!r}", "None", "null", "True", "VRAI",
    "pesée", "sortant", "SORTANTS", "2018", "68334", 68334, 1004.0, "15 01 01", "150101*", "31/12/2018",
    "30/02/2018",
    "0000-00-00", "99999-12-31", "43101", "janv-18", "1;2;3", "tous", "13", "« »", "idem", "x", "-", "?",
    "voir annexe",
)  # fmt: skip
SHEETS = ("flux", "FLUX (2)", "Feuil1", "2. Emplois", "Relance", "Listes", "é", "Entreprises", "&<",
          "Mode d'emploi", "Compétence ", "x" * 31)  # fmt: skip
SUFFIXES = ("xlsx", "csv", "xls", "ods", "txt", "XLSM")
NAMES = ("É01 été", "E\u030101", "=E01", "E01 (copie)", "a" * 200, "E01.xlsx", "E01\nFlux", "-E01",
         "&E01;<x>",
         "E01 ", "🦫", "données/mars/E01", "E01\udce9\udcff", "CON", "E01_Flux\udce9", "%s",
         "E01\u202e", "'E01", "._E01")  # fmt: skip


def grids(book: Book) -> Grid:
    return [row for rows in book.values() for row in rows]


def some(random: Random, book: Book) -> Grid:
    return random.choice(list(book.values()))


def edit_cells(random: Random, book: Book) -> None:
    for _ in range(random.choice((1, 3, 10, 40))):
        rows = some(random, book)
        if len(rows) > 1 and (row := random.choice(rows[1:])):
            row[random.randrange(len(row))] = random.choice(CELLS)


def edit_column(random: Random, book: Book) -> None:
    """One kind of cell all along a column."""
    rows, cell = some(random, book), random.choice(CELLS)
    column = random.randrange(len(max(rows, key=len, default=[])) or 1)
    for row in rows[random.choice((0, 1, 1)) :]:
        if column < len(row):
            row[column] = cell


def edit_rows(random: Random, book: Book) -> None:
    for _ in range(random.randrange(1, 5)):
        rows = some(random, book)
        if not rows:
            continue
        at, row = random.randrange(len(rows) + 1), list(random.choice(rows))
        what = random.randrange(9)
        if what == 0:
            rows.insert(at, row)
        elif what == 1:
            rows[at:at] = [[] for _ in range(random.choice((1, 2, 30)))]
        elif what == 2:
            rows.insert(
                at, [random.choice(("Questionnaire 2018", "À remplir", "Total", "Sous-total textile"))]
            )
        elif what == 3:
            rows.insert(at, ["Total" if i == 0 else random.choice(CELLS) for i in range(len(row))])
        elif what == 4:
            rows.insert(at, list(rows[0]))
        elif what == 5:
            random.shuffle(rows)
        elif what == 6:
            del rows[min(at, len(rows) - 1)]
        elif what == 7:
            rows += [[] for _ in range(random.choice((1, 200)))] + [row]
        else:
            rows += [list(row) for _ in range(random.choice((2, 50)))]


def edit_headers(random: Random, book: Book) -> None:
    for _ in range(random.randrange(1, 4)):
        rows = some(random, book)
        if not rows or not rows[0]:
            continue
        header = rows[0]
        at = random.randrange(len(header))
        what = random.randrange(9)
        if what == 0:
            rows[0:0] = [[random.choice(("", "Enquête", "Vallée"))] for _ in range(random.randrange(1, 25))]
        elif what == 1:
            for row in rows:
                row[at:at] = row[at : at + 1]
        elif what == 2:
            header[at] = random.choice(
                ("", "Autre", str(header[at]).upper(), f" {header[at]}s ", random.choice(CELLS))
            )
        elif what == 3:
            header[at] = (
                f"{header[at]} {random.choice(('(kg)', '(t/an)', 'en tonnes', '(€)', '(k€)', '[m3]'))}"
            )
        elif what == 4:
            for row in rows:
                del row[at : at + 1]
        elif what == 5:
            other = random.randrange(len(header))
            header[at], header[other] = header[other], header[at]
        elif what == 6:
            del rows[0]
        elif what == 7:
            header[at] = random.choice(("Nom", "Prénom", "Date de naissance", "N° de sécurité sociale"))
        else:
            for row in rows:
                row.reverse()


def edit_sheets(random: Random, book: Book) -> None:
    name = random.choice(list(book))
    what = random.randrange(8)
    taken = {known.casefold() for known in book}
    new = random.choice(SHEETS)
    if what <= 2 and new.casefold() not in taken:
        book[new] = book.pop(name) if what else [list(row) for row in book[name]]
    elif what == 3 and len(book) > 1:
        del book[name]
    elif what == 4:
        book[name] = []
    elif what == 5:
        names = list(book)
        random.shuffle(names)
        for old in names:
            book[old] = book.pop(old)
    elif what == 6 and "notes" not in taken:
        book["notes"] = [["à faire"], [], [random.choice(CELLS)]]
    else:
        other = random.choice(list(book))
        book[name], book[other] = book[other], book[name]


def edit_name(random: Random, name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    new = random.choice((*NAMES, stem, stem.upper()))
    stem = random.choice((f"{new}_{stem}", f"{stem}_{new.replace('/', ' ')}"))
    return f"{stem}{dot}{random.choice((suffix, suffix, suffix.upper(), *SUFFIXES))}"
