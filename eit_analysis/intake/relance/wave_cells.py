"""The cells of a wave as questions name them: their place, their value, what their row is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from eit_analysis import tables
from eit_analysis.intake.answers.answer_sheets import as_read
from eit_analysis.intake.answers.applied import CellKey
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.relance import phrases
from eit_analysis.intake.relance.owners import table_of_sheet
from eit_analysis.intake.relance.phrases import sentence
from eit_analysis.reference.findings import finding

# Kinds, from the one that must be answered to the one that may be left.
REFUSED, IMPLAUSIBLE, MISSING, LAW, DOUBTFUL = "refused", "implausible", "missing", "law", "doubtful"

LABEL_LENGTH = 60
LONGEST_TEXT = 2000  # a message may quote its cell, and a cell of a workbook holds no more than 32,767


@dataclass(frozen=True)
class Question:
    """One question about one cell (or a whole sheet or file: row 0, column or sheet empty).

    ``likely`` is what « oui » would put in the cell, ``hint`` why; ``stake_t_per_year`` the mass hanging on
    the answer. ``others`` are the same question about other lines: one answer serves them all.
    """

    kind: str
    file: str
    sheet: str
    row: int
    column: str
    read: str
    text: str
    label: str = ""
    letter: str = ""  # of the column in the sheet: there is a cell to answer
    likely: str = ""
    hint: str = ""
    stake_t_per_year: float = 0.0
    others: tuple[Question, ...] = ()

    @property
    def cell(self) -> CellKey:
        return self.file, self.sheet, self.row, self.column

    @property
    def answerable(self) -> bool:
        """Whether an answer can be put in a cell; else the workbook itself is to be mended."""
        return bool(self.letter and self.row)

    @property
    def lines(self) -> tuple[Question, ...]:
        return (self, *self.others)

    @property
    def columns(self) -> str:
        """The column that it is about, or those that its sheet lacks."""
        return ", ".join(dict.fromkeys(line.column for line in self.lines))

    @property
    def rows(self) -> str:
        """What the fiche writes in *Ligne*: ``12``, or ``12, 15, 18``."""
        return ", ".join(str(line.row) for line in self.lines if line.row)

    @property
    def proposal(self) -> str:
        """The likely reading of its lines: ``recyclage``, or ``12 : 150101 ; 15 : 150103``."""
        if len({line.likely for line in self.lines}) == 1:
            return self.likely
        return "\u00a0; ".join(f"{line.row}\u00a0: {line.likely}" for line in self.lines)

    @property
    def asked(self) -> str:
        """The question with its hints, those of each line where there are several."""
        if not self.others:
            return f"{self.text} {phrases.hinted([self.hint])}".strip()
        hints = [f"ligne\u00a0{line.row}, {line.hint}" for line in self.lines if line.hint]
        if not self.answerable:
            return sentence(phrases.PHRASES["absent_several"])
        by_line = phrases.PHRASES["same_question"].format(self.row, self.others[0].row)
        parts = (self.text, phrases.hinted(hints), by_line)
        return " ".join(part for part in parts if part)

    @property
    def place(self) -> str:
        """``Flux, ligne 12 (Cartons), colonne Quantité (F12)``: only what is known."""
        named = [f"{line.row}{f' ({line.label})' if line.label else ''}" for line in self.lines]
        known = (
            self.sheet or self.file,
            f"ligne{'s' if self.others else ''}\u00a0{', '.join(named)}" if self.row else "",
            f"colonne{'s' if self.columns != self.column else ''} {self.columns}" if self.column else "",
        )
        cell = self.letter if self.others else f"{self.letter}{self.row}"
        return ", ".join(part for part in known if part) + (f" ({cell})" if self.answerable else "")


class WaveCells:
    """Look-ups in the raw sheets of a wave."""

    def __init__(self, wave: Cleaned) -> None:
        self.wave = wave
        self.tables = table_of_sheet(wave)
        self.names = {
            table: {spec["header"]: name for name, spec in tables.form(table).items()}
            for table in tables.TABLES
        }

    def name(self, cell: CellKey) -> str:
        """Column of the contract, ``""`` where the sheet or the header is none of it."""
        return self.names.get(self.tables.get(cell[:2], ""), {}).get(cell[3], "")

    def columns(self, cell: CellKey) -> Mapping[str, int]:
        grid = self.wave.grids.get(cell[:2])
        return grid.columns if grid else {}

    def read(self, cell: CellKey) -> str | None:
        """What a cell reads now, None where there is no such cell."""
        raw = self.raw(cell)
        return None if raw is None else as_read(raw)

    def raw(self, cell: CellKey) -> Any:
        """The raw cell itself, None where there is none."""
        index, row = self.columns(cell).get(cell[3]), cell[2]
        if index is None or not row:
            return None
        values = self.wave.grids[cell[:2]].rows[row - 1]
        return values[index] if index < len(values) else ""

    def put(
        self,
        kind: str,
        cell: CellKey,
        text: str,
        raw: str = "",
        likely: str = "",
        hint: str = "",
        personal: bool = False,
    ) -> Question:
        """A question: what is wrong, where the cell itself does not show it, then what is asked.

        ``personal``: the text is already about the personal data of the cell.
        """
        read = self.read(cell)
        blank, read = read == "", as_read(raw) if read is None else read
        before = f"{phrases.PHRASES['empty']} " if blank else ""
        if read == PRIVATE and not personal:
            before = sentence(f"{finding('personal_data').question()} ")
        table, index = self.tables.get(cell[:2], ""), self.columns(cell).get(cell[3])
        naming = tables.used_for(table, "names") if table in tables.TABLES else []
        label = self.read((*cell[:3], tables.header(table, naming[0]))) if naming else ""
        letter = "" if index is None else xl_col_to_name(index)
        text = f"{before}{sentence(text)}"[:LONGEST_TEXT]
        if label and len(label) > LABEL_LENGTH:
            label = f"{label[: LABEL_LENGTH - 1]}…"
        return Question(
            kind, *cell, read, text, label or "", letter, likely if letter and cell[2] else "", hint
        )

    def absent(self, question: Question, all_headers: bool) -> Question:
        """Asked about the whole column where the sheet does not have it: there is no cell to answer.

        Headers that are not ours are quoted where the whole file may be shown (``all_headers``).
        """
        columns = self.columns(question.cell)
        if not columns or not question.column or question.column in columns:
            return question
        frame = self.wave.corrections[self.wave.corrections["rule"] == "ignored_unknown_column"]
        own = (frame["source_file"] == question.file) & (frame["source_sheet"] == question.sheet)
        unknown = frame.loc[own, "column"].tolist() if all_headers else []
        quoted = ", ".join(f"«\u00a0{header}\u00a0»" for header in unknown)
        text = sentence(phrases.PHRASES["unknown" if unknown else "absent"].format(quoted))[:LONGEST_TEXT]
        return Question(question.kind, question.file, question.sheet, 0, question.column, "", text)

    def rank(self, question: Question) -> tuple[bool, float, str, str, int, int]:
        """Readings last, then what most hangs on, then the order of files, sheets, rows and columns."""
        headers = list(self.names.get(self.tables.get((question.file, question.sheet), ""), {}))
        at = headers.index(question.column) if question.column in headers else -1
        reading, stake = question.kind == DOUBTFUL, question.stake_t_per_year
        return reading, -stake, question.file, question.sheet, question.row, at
