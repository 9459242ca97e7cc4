"""The content of one *fiche de relance*, before it is drawn as a page or as a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

from eit_analysis.intake.relance import phrases
from eit_analysis.intake.relance.wave_cells import DOUBTFUL, Question

OFFICE_FILE = "_bureau_etudes"


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
