"""What follows from released tables alone: a ratio of two printed numbers, their place among public ones.

A reader could reckon it from what is printed, so it tells nothing more and needs no audit of its own. It is
printed to no more digits than a reader may trust (:func:`rounding.reckoned`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.publishing.release import rounding
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.grid import Grid
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence


class Reckoned(Table):
    """A table made of what others print: of rows that are withheld from an audience it never knows.

    Parameters
    ----------
    parents : sequence of Table
        Released tables.
    reckon : callable
        Takes the frames of the parents, in their order, and gives that of the table. It must run in another
        process: a function of a module, its other arguments bound by ``functools.partial``.
    complete : bool
        Whether every cell has a value: one that is missing is then withheld.
    """

    def __init__(
        self,
        viewer: Viewer,
        title: str,
        keys: Sequence[str],
        note: str,
        parents: Sequence[Table],
        reckon: Callable[..., pd.DataFrame],
        complete: bool = False,
        printed: bool = False,
    ) -> None:
        self.parents, self.reckon, self.complete, self.printed = list(parents), reckon, complete, printed
        # The team alone reads its numbers, but where its page has what it is made of as all do.
        self.team = viewer.internal and all(getattr(p, "team", p.viewer.internal) for p in parents)
        self._made = pd.DataFrame()
        self._made_of: tuple[object, ...] | None = None
        super().__init__(viewer, title, pd.DataFrame(columns=list(keys)), keys, note, coarse=True)

    @property
    def frame(self) -> pd.DataFrame:
        """Of what the parents print once they are audited; before that, of all that they hold."""
        # Asked for before the audit, it is made again after it.
        if self._made_of != self.audited:
            rows = [_printed(parent) if self.printed else parent.frame for parent in self.parents]
            made = self.reckon(*rows).reset_index(drop=True)
            full = self.team or not self.printed
            self._made = made if full else rounding.reckoned(made, list(self.keys))
            self._made_of = self.audited
        return self._made

    @frame.setter
    def frame(self, _: pd.DataFrame) -> None:
        """Nothing to keep: it is made when it is read, because the audit comes last."""

    @property
    def audited(self) -> tuple[object, ...]:
        return tuple(parent.audited for parent in self.parents) if self.printed else ()

    @property
    def shut(self) -> np.ndarray:
        told = self.team or not (self.complete and self.printed)
        return super().shut if told else self.frame.isna().to_numpy()

    @property
    def sources(self) -> set[Grid]:
        """Those of its parents where it is complete: of any other, no row need be missing for theirs."""
        return set().union(*(parent.sources for parent in self.parents)) if self.complete else {self}

    @property
    def note(self) -> str:
        """The note, with how many rows of what it is made of are withheld.

        Of its own rows none is counted: that would tell which keys the withheld ones have.
        """
        others = french.counted(self.unread, "ligne ne l'est pas", "lignes ne le sont pas")
        lines = sentence("reckoned_of_released", others=others) if self.unread else ""
        return " ".join(filter(None, [self._note, lines]))

    @note.setter
    def note(self, note: str) -> None:
        self._note = note

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        parents = [_of(parent, viewer, seen) for parent in self.parents]
        of = self.title, self.keys, self._note, parents, self.reckon, self.complete
        return Reckoned(viewer, *of, printed=True)


def _of(parent: Table, viewer: Viewer, seen: Seen) -> Table:
    """A parent as its audience reads it; one made for others, for the team: as they do, no row withheld."""
    if viewer.internal and not parent.viewer.internal and isinstance(parent, Aggregate):
        return replace(parent, publication=None)._for(parent.viewer, seen)
    return parent.seen_by(viewer, seen)


def _printed(table: Table) -> pd.DataFrame:
    """The rows that an audience reads, in the order in which they were made, closed cells missing."""
    shut = table.shut[~table.hidden]
    rows = table.frame[~table.hidden].reset_index(drop=True)
    return rows.mask(shut)
