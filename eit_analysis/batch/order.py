"""What is asked of one study, and what became of it: all that travels to a worker and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what only waits for a study imports none of its tables
    from eit_analysis.batch.standing import Standing


@dataclass(frozen=True)
class Order:
    """One study to be cleaned and published."""

    root: Path  #: the project folder, which whoever makes it reaches by the same path
    name: str
    waves: tuple[str, ...]  #: by name, those that it has of them; ``toutes``, all; none, the last
    audiences: tuple[str, ...]
    program: str  #: digest of the program that orders, which must be that of whoever makes it

    @property
    def log(self) -> Path:
        """What was said while the study was last made."""
        return self.root / "data" / "batch" / f"{self.name}.log"

    @property
    def command(self) -> str:
        """What asks for it again."""
        waves = ["--waves", *self.waves] if self.waves else []
        return " ".join(["eit batch", self.name, *waves, *(f"--audience {one}" for one in self.audiences)])


@dataclass(frozen=True)
class Outcome:
    """What became of a study."""

    order: Order
    #: What could not be made, in French; empty when all of it is there.
    failed: list[str] = field(default_factory=list)
    steps: int = 0  #: cleanings and pages of an audience that were made; 0 when all was there before
    killed: bool = False  #: whether it was stopped from outside, for its memory or by the system
    standing: Standing | None = None  #: where it stands now; None where its tables cannot be read
