"""What is asked of one study, and what became of it: all that travels to a worker and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """One study to be cleaned and published.

    Attributes
    ----------
    root : pathlib.Path
        The project folder, which whoever makes it reaches by the same path.
    waves : tuple of str
        By name, those that it has of them; ``toutes``, all; none, the last.
    program : str
        Digest of the program that orders, which must be that of whoever makes it.
    """

    root: Path
    name: str
    waves: tuple[str, ...]
    audiences: tuple[str, ...]
    program: str

    @property
    def log(self) -> Path:
        """What was said while the study was last made."""
        return self.root / "data" / "batch" / f"{self.name}.log"


@dataclass(frozen=True)
class Outcome:
    """What became of a study.

    Attributes
    ----------
    failed : list of str
        What could not be made, in French; empty when all of it is there.
    steps : int
        Cleanings and pages of an audience that were made; 0 when all was there before.
    killed : bool
        Whether it was stopped from outside, for its memory or by the system.
    """

    order: Order
    failed: list[str] = field(default_factory=list)
    steps: int = 0
    killed: bool = False
