"""The rows and cells of a released table: what tells them apart, and which of them an audience may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.rounding import REFERENCE
from eit_analysis.publishing.release.viewer import Viewer

LEAST_COVERED = 0.5  # of the total: less is no drawing and no order of families


@dataclass(eq=False, repr=False)
class Grid(Released):
    """What printing, sentences and figures take of a table; all of it may be read."""

    viewer: Viewer
    title: str
    frame: pd.DataFrame  #: key columns then value columns
    keys: Sequence[str]  #: the columns that name a row
    note: str = ""
    total: str | None = None  #: the code that means *all values* of a key
    sites: Sequence[str] = ()  #: columns that hold site ids: names for who may read them
    measure: str | None = None  #: the column that sentences and figures take unless another is named
    actors: int = 0  #: how many actors are behind the table
    identity: pd.DataFrame | None = None  #: the keys before site ids became names
    #: The coarser key that stands for one that was asked for.
    levels: Mapping[str, str] = field(default_factory=dict)
    #: Whether its numbers are rounded: they are printed without the decimals that rounding left empty.
    coarse: bool = False

    @property
    def hidden(self) -> np.ndarray:
        """Shape (rows,): rows whose values are withheld."""
        return np.zeros(len(self.frame), dtype=bool)

    @property
    def withheld(self) -> int:
        """How many rows, totals apart, an audience does not read."""
        return int(self.finest[self.hidden].sum())

    @property
    def sources(self) -> set[Grid]:
        """The tables that its rows are of: itself, unless it is made of what others print."""
        return {self}

    @property
    def unread(self) -> int:
        """How many rows of those tables, where they are others, an audience does not read."""
        return sum(table.withheld for table in self.sources - {self})

    @property
    def pooled(self) -> dict[str, float]:
        """What the withheld rows are together, by column, where it follows from what is printed."""
        return {}

    @property
    def rest(self) -> dict[str, float]:
        """What of that may be printed."""
        return {}

    @property
    def audited(self) -> tuple[object, ...]:
        """What the audit says of its rows: while that is the same, so are its closed cells."""
        return ()

    @property
    def shut(self) -> np.ndarray:
        """Shape (rows, columns): cells that print ``s``."""
        columns = [str(name) for name in self.frame.columns]
        values = np.array([c not in self.keys and not c.startswith(REFERENCE) for c in columns], dtype=bool)
        hidden = self.hidden
        shut = hidden[:, None] & values
        if hidden.any():
            # A rank among rows of which some are withheld tells where these are, a running share what.
            shut = shut | (values & [name.split("_")[0] in ("rank", "cumulative") for name in columns])
        return shut

    @property
    def share_of_total(self) -> float | None:
        """Which share of the total the printed rows are, where that follows from what is printed."""
        return None

    @property
    def coverage(self) -> float:
        """Which share of the table may be drawn, 0 to 1: of its total or, where not known, of its rows."""
        if self.share_of_total is not None:
            return self.share_of_total
        kept = self.finest
        return float((kept & ~self.hidden).sum() / kept.sum()) if kept.any() else 0.0

    @property
    def codes(self) -> pd.DataFrame:
        """The keys as codes: before site ids became names."""
        return self.frame[list(self.keys)] if self.identity is None else self.identity

    @property
    def visible(self) -> pd.DataFrame:
        """The rows that may be drawn: hidden rows and the total row left out."""
        return self.frame[self.finest & ~self.hidden]

    @property
    def totals(self) -> np.ndarray:
        """Shape (rows, keys): where a key means *all values*."""
        codes = self.codes.to_numpy(dtype=object)
        same = [str(code) == self.total for code in codes.ravel()]
        return np.array(same, dtype=bool).reshape(codes.shape)

    @property
    def finest(self) -> np.ndarray:
        """Shape (rows,): those that are no total."""
        return ~np.logical_or.reduce(self.totals, axis=1)

    def row(self, key: object) -> int:
        """Position of the row with this key (a tuple when there are several key columns), −1 when absent."""
        wanted = key if isinstance(key, tuple) else (key,)
        mask = np.ones(len(self.codes), dtype=bool)
        for name, value in zip(self.keys, wanted, strict=True):
            mask &= (self.codes[name].astype(str) == str(value)).to_numpy()
        positions = np.flatnonzero(mask)
        return int(positions[0]) if len(positions) else -1
