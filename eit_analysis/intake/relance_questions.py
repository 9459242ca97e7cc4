"""What to ask each firm about its own cells: refused, implausible, read with a doubt, or missing.

One question a cell. A cell that the firm has answered or confirmed is asked again only when the answer
itself cannot be used or is implausible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from eit_analysis import tables
from eit_analysis.codes import ENTRY_COLUMNS
from eit_analysis.intake import relance_wording as wording
from eit_analysis.intake.answer_sheets import as_read
from eit_analysis.intake.parsing import parse_number
from eit_analysis.intake.relance_owners import OFFICE, Owners, Wave, places, table_of_sheet

Cell = tuple[str, str, int, str]  # file, sheet, row from 1 (0: none), French header

# Kinds, from the one that must be answered to the one that may be left.
REFUSED, IMPLAUSIBLE, DOUBTFUL, MISSING = "refused", "implausible", "doubtful", "missing"

# Rules that settled a doubt: they changed a meaning, where the others only changed a writing.
DOUBTFUL_RULES = {
    "point_read_as_thousands", "comma_read_as_thousands", "comma_read_as_decimal", "share_read_as_percent",
    "less_than", "about", "day_read_as_working_day", "annualised_over_active_months",
    "unit_converted", "multiplier_read", "evidence_assumed_estimated", "consent_assumed_none",
    "mojibake_suspected",
}  # fmt: skip

# Cells that may be blank but without which an analysis falls back on an assumption: place, activity and size
# (distances, extrapolation), code and route of a waste (substitution, impacts), volumes to pool, occupations
# and ages (forecast), levels (skill gaps), tonnes of a synergy that is done.
IMPORTANT: dict[str, tuple[str, ...]] = {
    "sites": ("siret", "naf_code", "commune_name", "headcount"),
    "flows": ("waste_code", "route"),
    "sharing": ("volume_per_year",),
    "workforce": ("rome_code", "age_band"),
    "skills": ("current_level", "required_level"),
    "synergy_register": ("realised_t_per_year",),
}
# What names a row to the people who wrote it.
LABELS = {"flows": "description", "sharing": "item", "workforce": "occupation", "skills": "skill",
          "readiness": "item", "synergy_register": "title"}  # fmt: skip
LABEL_LENGTH = 60
LONGEST_TEXT = 2000  # a message may quote its cell, and a cell of a workbook holds no more than 32,767


@dataclass(frozen=True)
class Question:
    """One question about one cell (or a whole sheet or file: row 0, column or sheet empty)."""

    kind: str
    file: str
    sheet: str
    row: int
    column: str
    read: str
    text: str
    label: str = ""
    letter: str = ""

    @property
    def cell(self) -> Cell:
        return self.file, self.sheet, self.row, self.column

    @property
    def place(self) -> str:
        """``Flux, ligne 12 (Cartons), colonne Quantité (F12)``: only what is known."""
        label = f" ({self.label})" if self.label else ""
        known = (
            self.sheet or self.file,
            f"ligne\u00a0{self.row}{label}" if self.row else "",
            f"colonne {self.column}" if self.column else "",
        )
        letter = f" ({self.letter}{self.row})" if self.letter and self.row else ""
        return ", ".join(part for part in known if part) + letter


def questions(wave: Wave, owners: Owners) -> dict[str, list[Question]]:
    """Questions by owner (``""``: the study office), in the order of files, sheets, rows and form columns."""
    asking = _Asking(wave)
    found: dict[Cell, tuple[str, Question]] = {}
    for owner, question in asking.all(owners):
        found.setdefault(question.cell, (owner, question))  # kinds come in order: the gravest asks
    absent: dict[Cell, tuple[str, Question]] = {}
    for owner, question in found.values():
        question = asking.absent(question)
        absent.setdefault((owner, *question.cell), (owner, question))  # type: ignore[arg-type]
    by_owner: dict[str, list[Question]] = {}
    for owner, question in sorted(absent.values(), key=lambda pair: asking.rank(pair[1])):
        by_owner.setdefault(owner, []).append(question)
    return by_owner


class _Asking:
    """The questions of one wave, and what is looked up to put them."""

    def __init__(self, wave: Wave) -> None:
        self.wave = wave
        self.tables = table_of_sheet(wave)
        by_rule: dict[str, set[Cell]] = {}
        interesting = wave.corrections[
            wave.corrections["rule"].isin(("answered_by_firm", "confirmed_by_firm", "missing_word"))
        ]
        for cell, rule in zip(_cells(interesting), interesting["rule"], strict=True):
            by_rule.setdefault(rule, set()).add(cell)
        self.answered = by_rule.get("answered_by_firm", set()) | by_rule.get("confirmed_by_firm", set())
        # Who wrote NC has answered.
        self.settled = self.answered | by_rule.get("missing_word", set())
        self.names = {
            table: {spec["header"]: name for name, spec in tables.form(table).items()}
            for table in tables.TABLES
        }

    def all(self, owners: Owners) -> Iterator[tuple[str, Question]]:
        yield from self.refused(owners)
        yield from self.implausible(owners)
        yield from self.doubtful(owners)
        yield from self.missing(owners)

    def refused(self, owners: Owners) -> Iterator[tuple[str, Question]]:
        frame = self.wave.quarantine
        for owner, cell, raw, code, message in _lines(frame, owners, "raw_value", "reason_code", "message"):
            reason = code.removeprefix("cell_")
            cell = self.asked(cell, reason)
            if reason == "unknown_site" and owner != OFFICE:
                continue  # its firm is described, on a row that is asked about itself
            if reason.startswith("missing_") and cell in self.answered:
                continue
            yield owner, self.put(REFUSED, cell, self.wrong(owner, cell, reason, message), raw)

    def implausible(self, owners: Owners) -> Iterator[tuple[str, Question]]:
        for owner, cell, raw, message in _lines(self.wave.implausible, owners, "raw_value", "message"):
            text = f"{message.split(chr(0xA0) + ';')[0].strip()}. {wording.typeset(wording.DOUBT)}"
            yield owner, self.put(IMPLAUSIBLE, cell, text, raw)

    def doubtful(self, owners: Owners) -> Iterator[tuple[str, Question]]:
        frame = self.wave.corrections
        frame = frame[frame["rule"].isin(DOUBTFUL_RULES)]
        readings: dict[tuple[str, Cell], list[str]] = {}
        doubts: dict[Cell, str] = {}
        for owner, cell, clean, rule in _lines(frame, owners, "clean_value", "rule"):
            cell = self.asked(cell, rule)
            of_nothing = rule == "unit_converted" and parse_number(self.read(cell) or "").value == 0
            if cell not in self.answered and not of_nothing:
                readings.setdefault((owner, cell), []).append(wording.reading(rule, clean))
                doubts[cell] = wording.doubt(rule, doubts.get(cell))
        for (owner, cell), found in readings.items():
            text = f"{', et '.join(dict.fromkeys(found))}. {doubts[cell]}"
            yield owner, self.put(DOUBTFUL, cell, text, "")

    def missing(self, owners: Owners) -> Iterator[tuple[str, Question]]:
        for table, columns in IMPORTANT.items():
            frame = self.wave.tables[table]
            if table == "flows":
                frame = frame[frame["direction"] == "out"]
            if table == "synergy_register":
                frame = frame[frame["status"] == "done"]
            for column in columns:
                blank, header = frame[frame[column].isna()], tables.form(table)[column]["header"]
                for owner, place in zip(owners.of(blank), places(blank), strict=True):
                    cell = (*place, header)
                    if cell not in self.settled:
                        yield owner, self.put(MISSING, cell, wording.ask(table, column), "")

    def wrong(self, owner: str, cell: Cell, reason: str, message: str) -> str:
        """The question about a cell that cannot be used; the study office reads its usual message."""
        if not cell[1]:
            return f"{message.rstrip('.')}. {wording.UNREADABLE}"
        if owner == OFFICE:
            return f"{message}."
        column = self.names.get(self.tables.get(cell[:2], ""), {}).get(cell[3], "")
        asked = wording.ask(self.tables[cell[:2]], column) if column else ""
        return f"{wording.problem(reason, message)} {asked}".strip()

    def asked(self, cell: Cell, code: str) -> Cell:
        """The cell to answer: what is about a unit is settled by the quantity with its unit."""
        quantity = (*cell[:3], ENTRY_COLUMNS["quantity"][0])
        return quantity if code in wording.ABOUT_UNITS and self.read(quantity) is not None else cell

    def columns(self, cell: Cell) -> Mapping[str, int]:
        grid = self.wave.grids.get(cell[:2])
        return grid.columns if grid else {}

    def read(self, cell: Cell) -> str | None:
        """What a cell reads now, None where there is no such cell."""
        index, row = self.columns(cell).get(cell[3]), cell[2]
        if index is None or not row:
            return None
        values = self.wave.grids[cell[:2]].rows[row - 1]
        return as_read(values[index]) if index < len(values) else ""

    def put(self, kind: str, cell: Cell, text: str, raw: str | None = None) -> Question:
        """A question; it first tells what was written, unless ``raw`` is left out."""
        read = self.read(cell)
        read = as_read(raw or "") if read is None else read
        said = "" if raw is None or not cell[3] else wording.said(read)
        table, index = self.tables.get(cell[:2], ""), self.columns(cell).get(cell[3])
        label = self.read((*cell[:3], tables.form(table)[LABELS[table]]["header"])) if table in LABELS else ""
        letter = "" if index is None else xl_col_to_name(index)
        return Question(kind, *cell, read, f"{said}{text}"[:LONGEST_TEXT], _short(label or ""), letter)

    def absent(self, question: Question) -> Question:
        """Asked about the whole column where the sheet does not have it: there is no cell to answer."""
        columns = self.columns(question.cell)
        if not columns or not question.column or question.column in columns:
            return question
        return Question(question.kind, question.file, question.sheet, 0, question.column, "", wording.ABSENT)

    def rank(self, question: Question) -> tuple[str, str, int, int]:
        headers = list(self.names.get(self.tables.get((question.file, question.sheet), ""), {}))
        at = headers.index(question.column) if question.column in headers else -1
        return question.file, question.sheet, question.row, at


def _cells(frame: pd.DataFrame) -> Iterator[Cell]:
    for place, column in zip(places(frame), frame["column"].fillna(""), strict=True):
        yield (*place, column)


def _lines(frame: pd.DataFrame, owners: Owners, *names: str) -> Iterator[tuple]:
    """Owner, cell and the texts asked for of each line."""
    texts = [frame[name].fillna("").tolist() for name in names]
    yield from zip(owners.of(frame), _cells(frame), *texts, strict=True)


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 1]}…"
