"""Sums over actors and what is reckoned from them: rounded, and shown row by row as the audit lets them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.rounding import DIGITS, digit, to_step
from eit_analysis.publishing.release.statements import Statements
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer


@dataclass(eq=False, repr=False)
class Aggregate(Table):
    """A breakdown, or what is derived from several, that was released."""

    told: Statements | None = None  #: what its rows tell; None for the team, from whom nothing is kept
    rounded: pd.DataFrame | None = None  #: the table as it leaves the team
    #: The tables that it is audited with, where it has the number ``number``.
    publication: Publication | None = None
    number: int = 0

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        if viewer.internal or self.rounded is None:
            return super(Aggregate, replace(self, publication=None))._for(viewer, seen)
        return super(Aggregate, replace(self, frame=self.rounded, coarse=True))._for(viewer, seen)

    @property
    def hidden(self) -> np.ndarray:
        return super().hidden if self.publication is None else ~self._leaving[: len(self.frame)]

    @property
    def audited(self) -> tuple[object, ...]:
        return (self._leaving.tobytes(),)

    @property
    def _leaving(self) -> np.ndarray:
        """Which rows leave and, last, whether the shares do."""
        return np.ones(0, dtype=bool) if self.publication is None else self.publication.shown(self.number)

    @property
    def pooled(self) -> dict[str, float]:
        codes = self.codes.astype(str) == self.total
        whole, finest = codes.all(axis=1).to_numpy(), ~codes.any(axis=1).to_numpy()
        shown = ~self.hidden
        if not self.coarse or self.measure not in self.frame or not (whole & shown).any():
            return {}
        amounts = self.frame[str(self.measure)].to_numpy(dtype=float)
        total = amounts[whole][:1]
        left = np.clip(total - np.nansum(amounts[finest & shown]), 0.0, None)
        # Of what is printed, so no finer than the total.
        rest = float(to_step(left, digit(total, DIGITS))[0])
        return {str(self.measure): rest}

    @property
    def coverage(self) -> tuple[float, bool]:
        """Of the total, where it is printed and nothing is negative."""
        whole = (self.codes.astype(str) == self.total).all(axis=1).to_numpy()
        if not self.pooled or (self.frame[str(self.measure)] < 0).any():
            return super().coverage
        total = self.frame.loc[whole, str(self.measure)].iloc[0]
        return (1 - self.pooled[str(self.measure)] / total, True) if total > 0 else super().coverage

    @property
    def rest(self) -> dict[str, float]:
        may_leave = self.publication is not None and self.publication.rest_shown(self.number)
        return {name: value for name, value in self.pooled.items() if may_leave and value}

    @property
    def shut(self) -> np.ndarray:
        if self._leaving[len(self.frame) :].all():
            return super().shut
        return super().shut | [wording.heading(column).unit == "%" for column in self.frame.columns]
