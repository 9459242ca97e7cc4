"""Returns in people's own layouts, as ``stranger_layouts.txt`` writes them: made, cleaned and judged.

A verdict is ``right``, ``asked`` (a mark on its row, a question of its firm's *fiche* on its quantity, or a
refusal said aloud), ``wrong`` (counted with another mass and no word about it) or ``lost`` (neither counted
nor said).
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import xlsxwriter

from eit_analysis import tables
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.relance.fiches import fiches
from eit_analysis.intake.results import summary
from eit_analysis.study import Study

USUAL = ["Identifiant", "Sens", "Catégorie", "Désignation", "Quantité", "Unité", "Période"]
PIECES = re.compile(r"~(?P<struck>[^~]*)~|\^(?P<raised>[^^]*)\^|(?P<plain>[^~^]+)")
FORMULA = re.compile(r":(?P<formula>=.*) -> (?P<result>[\d.]+)$")
NUMBER = re.compile(r"=(?P<number>[\d.]+)(?:\{(?P<format>.*)\})?$")
NOTE = re.compile(r"(?P<cell>.*) \(!(?P<note>.*)\)$")
ENTREPRISE = ["Identifiant", "Raison sociale", "Diffusion", "Année"]
HIDDEN = " (hidden)"  #: after the name of a sheet, or a header
MASS, BOUNDS = "mass_t_per_year", ("mass_low_t_per_year", "mass_high_t_per_year")
TOLERANCE = 0.02  #: a mass within this share of the truth is right


@dataclass
class Answer:
    name: str
    truth: str
    least: str
    also: dict[str, str]


@dataclass
class Return:
    name: str
    sheets: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)


LAYOUTS = Path(__file__).parent / "stranger_layouts.txt"


def returns(path: Path = LAYOUTS) -> Iterator[Return]:
    """Each return, its firms E01, E02 and E09 under names of their own: all are one wave."""
    made: Return | None = None
    rows: list[list[str]] = []
    number = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        line = re.sub(r"\bE(0[129])(?=[ _=]|$)", rf"R{number:02d}-\1", line)
        line = line.replace("tous.xlsx", f"R{number:02d}_tous.xlsx")
        mark, rest = line[:2], line[2:].strip()
        if mark == "= ":
            if made:
                yield made
            made, number = Return(rest), number + 1
        elif made is None or not line.strip() or mark == "# ":
            continue
        elif mark == "@ ":
            file, sheet = rest.split(" | ")
            rows = made.sheets[file, sheet] = []
        elif mark == "> ":
            name, truth, least, *also = rest.split(" | ")
            pairs = dict(pair.split("=") for pair in also)
            made.answers.append(Answer(name.replace("\\n", "\n"), truth, least, pairs))
        elif mark == "! ":
            file, firm = rest.split(" | ")
            made.unread.append((file, firm))
        else:
            rows.append(
                USUAL if line == "$" else [cell.strip().replace("\\n", "\n") for cell in line.split("|")]
            )
    if made:
        yield made


def write(folder: Path, stranger: Return) -> None:
    files: dict[str, dict[str, list[list[str]]]] = defaultdict(dict)
    for (file, sheet), rows in stranger.sheets.items():
        files[file][sheet] = rows
    for file, sheets in files.items():
        if file.endswith(".csv"):
            (encoding, rows), *_ = sheets.items()
            write_csv(folder / file, rows, encoding)
            firm = file.split("_")[0]
            write_csv(folder / f"{firm}_Entreprise.csv", described(file), "utf-8")
        else:
            write_book(folder / file, sheets)


def described(file: str) -> list[list[str]]:
    """A sheet Entreprise for the firm that a file is named after."""
    firm = file.split("_")[0]
    return [ENTREPRISE, [firm, f"Firme {firm}", "agrégée", "2018"]]


def write_csv(path: Path, rows: list[list[str]], encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_book(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        if "scan" in sheets or "text box" in sheets:
            sheet = book.add_worksheet("Feuil1")
            if "text box" in sheets:
                sheet.insert_textbox(2, 2, "Nous avons 12 t de palettes par an")
            else:
                sheet.insert_image(0, 0, "scan.png", {"image_data": io.BytesIO(PIXEL)})
            return
        if "blank form" in sheets:
            for table in tables.TABLES:
                headers = [spec["header"] for spec in tables.form(table).values()]
                book.add_worksheet(tables.sheet_name(table)).write_row(0, 0, headers)
            return
        if "Entreprise" not in sheets:
            sheets = {"Entreprise": described(path.name), **sheets}
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.removesuffix(HIDDEN))
            write_sheet(book, sheet, rows)
            if name.endswith(HIDDEN):
                sheet.hide()


def write_sheet(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, rows: list[list[str]]
) -> None:
    merged = {}
    for number, row in enumerate(rows):
        struck = row[0].startswith("~~")
        row = [row[0].removeprefix("~~"), *row[1:]]
        for column, cell in enumerate(row):
            if cell == "<" or cell == "^":
                left, up = (column - 1, number) if cell == "<" else (column, number - 1)
                top = merged.get((up, left), (up, left))
                merged[number, column] = top
                continue
            if note := NOTE.match(cell):
                sheet.write_comment(number, column, note["note"])
                cell = note["cell"]
            if cell.endswith(HIDDEN):
                sheet.set_column(column, column, None, None, {"hidden": True})
                cell = cell.removesuffix(HIDDEN)
            if formula := FORMULA.match(cell):
                sheet.write_formula(number, column, formula["formula"], None, float(formula["result"]))
            elif found := NUMBER.match(cell):
                shape = book.add_format({"num_format": found["format"] or "General"})
                sheet.write_number(number, column, float(found["number"]), shape)
            elif re.search(r"~[^~]+~|\^[^^]+\^", cell):
                write_rich(book, sheet, number, column, cell)
            elif cell:
                sheet.write_string(number, column, cell, book.add_format({"font_strikeout": struck}))
    areas: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for place, top in merged.items():
        areas[top].append(place)
    for (up, left), places in areas.items():
        down, right = max(row for row, _ in places), max(column for _, column in places)
        sheet.merge_range(up, left, down, right, rows[up][left])


def write_rich(book, sheet, number: int, column: int, cell: str) -> None:
    pieces: list = []
    for piece in PIECES.finditer(cell):
        shape = {"font_strikeout": piece["struck"] is not None}
        if piece["raised"] is not None:
            shape["font_script"] = 1
        pieces += [book.add_format(shape), piece["struck"] or piece["raised"] or piece["plain"]]
    if len(pieces) == 2:
        sheet.write_string(number, column, pieces[1], pieces[0])
    else:
        sheet.write_rich_string(number, column, *pieces)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)


def judge(study: Study, path: Path = LAYOUTS) -> list[tuple[str, Answer, str]]:
    """Each answer with the name of its return and its verdict; all returns are one wave, cleaned once."""
    strangers = list(returns(path))
    for stranger in strangers:
        write(study.raw, stranger)
    wave = clean_wave(study)
    said = summary(study, wave, 0)
    asked = {fiche.site: fiche.questions for fiche in fiches(wave)}
    # « Nous avons compté 1 m3 = 1 t, soit 3 t par an »: the firm says if it is not so.
    read = [
        {"source_file": one.file, "source_sheet": one.sheet, "source_row": one.row, "reason_code": "asked"}
        for questions in asked.values()
        for question in questions
        for one in (question, *question.others)
        if one.column in ("Quantité", "Période")  # « Nous avons compté 250 jours, soit 7,5 t par an »
    ]
    marks = pd.concat([wave.quarantine, wave.implausible, pd.DataFrame(read)], ignore_index=True)
    # People are judged as tonnes are.
    jobs = wave.tables["workforce"].rename(columns={"occupation": "description", "headcount": MASS})
    answers = pd.concat([wave.tables["flows"], jobs.assign(**dict.fromkeys(BOUNDS, jobs[MASS]))])
    verdicts = []
    for stranger in strangers:
        files = {file for file, _ in stranger.sheets}
        own = marks[marks["source_file"].isin(files)]
        told = [line for line in said if any(file in line for file in files)]
        counted = answers[answers["source_file"].isin(files)]
        for answer in stranger.answers:
            verdicts.append((stranger.name, answer, verdict(stranger, answer, counted, own, told)))
        for file, firm in stranger.unread:
            known = "right" if any(file in line for line in told) and firm in asked else "lost"
            verdicts.append((stranger.name, Answer(file, "said", "right", {}), known))
    return verdicts


def verdict(
    stranger: Return, answer: Answer, flows: pd.DataFrame, marks: pd.DataFrame, said: list[str]
) -> str:
    names = flows["description"].astype("object").fillna("")
    own = flows[names == " ".join(answer.name.split())]
    mass = own[MASS].sum(min_count=1)
    counted = len(own) and pd.notna(mass)
    asked = any(_asked(place, marks, said) for place in _places(stranger, answer))
    if answer.truth == "none":
        return "right" if not counted or not mass else "asked" if asked else "wrong"
    number, *interval = re.findall(r"[\d.]+", answer.truth) or [""]
    if number and counted and right(own, float(number), interval, answer.also):
        return "right"
    return "asked" if asked else "wrong" if counted else "lost"


def _places(stranger: Return, answer: Answer) -> list[tuple[str, str, int]]:
    """Where an answer was written: file, sheet and row."""
    return [
        (
            file,
            Path(file).stem.split("_")[-1] if file.endswith(".csv") else sheet.removesuffix(HIDDEN),
            number,
        )
        for (file, sheet), rows in stranger.sheets.items()
        for number, row in enumerate(rows, start=1)
        if answer.name in row
    ]


def _asked(place: tuple[str, str, int], marks: pd.DataFrame, said: list[str]) -> bool:
    """Whether a row, or the sheet or file that holds it, is in question."""
    file, sheet, number = place
    sheets = marks["source_sheet"].fillna("")
    there = marks[
        (marks["source_file"] == file) & (sheets.isin([sheet, ""]) | sheets.str.startswith(f"{sheet} › "))
    ]
    rows = there["source_row"].fillna(0).isin([number, 0]) | there["reason_code"].isin(
        ["no_header", "table_beside"]
    )
    aside = any(
        line.startswith(("Feuille laissée", "Non lu")) and file in line and sheet in line for line in said
    )
    return bool(rows.any()) or aside


def right(own: pd.DataFrame, truth: float, interval: list[str], also: dict[str, str]) -> bool:
    sums = own[[MASS, *BOUNDS]].sum()
    wanted = [truth, *map(float, interval)]
    near = all(abs(sums.iloc[i] - value) <= TOLERANCE * value for i, value in enumerate(wanted))
    return near and all((own[name].astype("object") == value).all() for name, value in also.items())
