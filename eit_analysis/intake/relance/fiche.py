"""The content of one *fiche de relance*, before it is drawn as a page or as a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from eit_analysis.french import lowered
from eit_analysis.intake.answers.applying import CellKey
from eit_analysis.intake.relance import phrases
from eit_analysis.intake.sheets.workbook import own_name

OFFICE = ""  # in place of a firm: the study office
OFFICE_FILE = "_bureau_etudes"
# Kinds, from the one that must be answered to the one that may be left.
REFUSED, IMPLAUSIBLE, MISSING, LAW, DOUBTFUL = "refused", "implausible", "missing", "law", "doubtful"


@dataclass(frozen=True)
class Question:
    """One question about one cell (or a whole sheet or file: row 0, column or sheet empty).

    ``likely`` is what « oui » would put in the cell, ``hint`` why; ``stake_t_per_year`` the mass hanging on
    the answer. ``others`` are the same question about other lines: one answer serves them all.
    """

    owner: str  # of whom it is asked; empty: the study office
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
    turned: bool = False  # a sheet laid on its side: its rows here are columns there
    added: bool = False  # a column that the file has not
    subject: str = ""  # of the law, in its words

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
    def about(self) -> str:
        """What it is about, in a few words."""
        columns = ", ".join(map(lowered, dict.fromkeys(line.column for line in self.lines)))
        return self.subject or columns or own_name(self.sheet) or self.file

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
            return phrases.sentence(phrases.PHRASES["absent_several"])
        by_line = phrases.PHRASES["same_question"].format(self.row, self.others[0].row)
        parts = (self.text, phrases.hinted(hints), by_line)
        return " ".join(part for part in parts if part)

    @property
    def place(self) -> str:
        """``Flux, ligne 12 (Cartons), colonne Quantité (F12)``: only what is known, as the file has it."""
        line, column = ("colonne", "ligne") if self.turned else ("ligne", "colonne")
        labels = (f" ({one.label})" if one.label else "" for one in self.lines)
        named = [self.number(one.row) + label for one, label in zip(self.lines, labels, strict=True)]
        known = (
            own_name(self.sheet) or self.file,
            f"{line}{'s' if self.others else ''}\u00a0{', '.join(named)}" if self.row else "",
            f"{column}{'s' if self.columns != self.column else ''} {self.columns}" if self.column else "",
        )
        place = ", ".join(part for part in known if part)
        if not self.answerable or self.added:
            return place
        across = str(xl_cell_to_rowcol(f"{self.letter}1")[1] + 1) if self.turned else self.letter
        own = "" if self.others else self.number(self.row)
        return f"{place} ({own}{across})" if self.turned else f"{place} ({across}{own})"

    def number(self, row: int) -> str:
        """A row as the file has it: a letter where its table lies on its side."""
        return xl_col_to_name(row - 1) if self.turned and row else str(row)


@dataclass(frozen=True)
class SheetRead:
    """Rows of one firm in one sheet: read = used + refused + merged into one that they repeat."""

    file: str
    sheet: str
    read: int
    used: int
    refused: int


@dataclass(frozen=True)
class Correction:
    """One kind of correction: how often, and for a cell what was written and what was read."""

    rule: str
    sheet: str
    column: str
    raw: str
    clean: str
    count: int


@dataclass(frozen=True)
class Fiche:
    """All that a firm reads and is asked; ``site`` is empty for the study office.

    ``turn`` is 1 until the firm has answered a fiche of the wave; ``aside`` lists which of its rows are not
    counted though nothing is asked of them; ``later`` is asked by a next fiche, once these are answered.
    """

    site: str
    name: str
    turn: int
    read: list[SheetRead]
    totals: list[tuple[str, str]]
    corrections: list[Correction]
    questions: list[Question]
    aside: list[str]
    later: list[Question] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name without its ending: no answer to an earlier fiche bears it, or a copy would replace it."""
        return f"{self.site or OFFICE_FILE}_relance{self.turn if self.turn > 1 else ''}"

    @property
    def who(self) -> str:
        return " – ".join(part for part in (self.site, self.name) if part) or "Bureau d'études"

    @property
    def asked(self) -> int:
        """Questions, without the readings that need no answer when they are right."""
        return sum(question.kind != DOUBTFUL for question in self.questions)

    @property
    def headline(self) -> str:
        readings = len(self.questions) - self.asked
        return phrases.headline(self.asked, readings, len(self.aside), len(self.later))
