"""Sums over actors and what is reckoned from them: rounded, and shown row by row as the audit lets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.rounding import DIGITS, digit, percent, to_step
from eit_analysis.publishing.release.statements import Statements
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer

ALL_LEAVE = np.ones(0, dtype=bool)  # where nothing is audited


@dataclass(eq=False, repr=False)
class Aggregate(Table):
    """A breakdown, or what is derived from several, that was released."""

    told: Statements | None = None  #: what its rows tell; None for the team, from whom nothing is kept
    rounded: pd.DataFrame | None = None  #: the table as it leaves the team
    #: The tables that it is audited with, where it has the number ``number``.
    publication: Publication | None = None
    number: int = 0
    #: By column of shares, the rows that are its whole together (``Breakdown.parts``).
    parts: Mapping[str, list[np.ndarray]] = field(default_factory=dict)
    #: Which rows leave, and the frame that this gives.
    _of_printed: tuple[np.ndarray, pd.DataFrame] | None = field(default=None, init=False)

    @property
    def printed(self) -> pd.DataFrame:
        """The frame with the numbers that its audience reads: what is said must be so of these."""
        return self._frame if self.rounded is None else self.rounded

    # Which rows leave is known once all that an audience gets is audited: nothing may ask before.
    @property  # type: ignore[misc]
    def frame(self) -> pd.DataFrame:
        if not (self.coarse and self.parts):
            return self._frame
        leaving = self._leaving
        if self._of_printed is None or self._of_printed[0] is not leaving:
            self._of_printed = leaving, self._with_shares()
        return self._of_printed[1]

    @frame.setter
    def frame(self, frame: pd.DataFrame) -> None:
        self._frame, self._of_printed = frame, None

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        if viewer.internal or self.rounded is None:
            return super(Aggregate, replace(self, publication=None))._for(viewer, seen)
        shown = super(Aggregate, replace(self, frame=self.rounded))._for(viewer, seen)
        shown.coarse = True
        return shown

    def _with_shares(self) -> pd.DataFrame:
        """The rounded table; where all rows of a whole are printed, they are shares of the sum of these.

        So they add to 100 and tell no more than what stands beside them; none leaves its printed bounds.
        """
        frame = self._frame
        for name, parts in ((name, parts) for name, ways in self.parts.items() for parts in ways):
            amounts = frame[str(self.measure)].to_numpy(dtype=float)
            whole = np.bincount(parts + 1, np.nan_to_num(amounts))[parts + 1]
            apart = np.bincount(parts + 1, self.hidden | ~(amounts >= 0))[parts + 1]
            given = frame[name].to_numpy(dtype=float)
            share = percent(amounts, whole, given)
            ends = [f"{name.removesuffix('_percent')}_{side}_percent" for side in ("low", "high")]
            if set(ends) <= set(frame):
                low, high = (frame[end].to_numpy(dtype=float) for end in ends)
                share = np.fmin(np.fmax(share, low), high)
            told = (parts >= 0) & (apart == 0) & (whole > 0)
            frame = frame.assign(**{name: np.where(told, share, given)})
        return frame

    @property
    def hidden(self) -> np.ndarray:
        n_rows = len(self._frame)
        return np.zeros(n_rows, dtype=bool) if self.publication is None else ~self._leaving[:n_rows]

    @property
    def audited(self) -> tuple[object, ...]:
        return (self._leaving.tobytes(),)

    @property
    def _leaving(self) -> np.ndarray:
        """Which rows leave and, last, whether the shares do."""
        return ALL_LEAVE if self.publication is None else self.publication.shown(self.number)

    @property
    def pooled(self) -> dict[str, float]:
        whole, shown = self.totals.all(axis=1), ~self.hidden
        if not self.coarse or self.measure not in self.frame or not (whole & shown).any():
            return {}
        amounts = self.frame[str(self.measure)].to_numpy(dtype=float)
        total = amounts[whole][:1]
        left = np.clip(total - np.nansum(amounts[self.finest & shown]), 0.0, None)
        # Of what is printed, so no finer than the total.
        rest = float(to_step(left, digit(total, DIGITS))[0])
        return {str(self.measure): rest}

    @property
    def share_of_total(self) -> float | None:
        if not self.pooled or (self.frame[str(self.measure)] < 0).any():
            return None
        total = self.frame[str(self.measure)].to_numpy(dtype=float)[self.totals.all(axis=1)][0]
        return 1 - self.pooled[str(self.measure)] / total if total > 0 else None

    @property
    def rest(self) -> dict[str, float]:
        may_leave = self.publication is not None and self.publication.rest_shown(self.number)
        return {name: value for name, value in self.pooled.items() if may_leave and value}

    @property
    def shut(self) -> np.ndarray:
        if self._leaving[len(self._frame) :].all():
            return super().shut
        return super().shut | [wording.heading(column).unit == "%" for column in self.frame.columns]
