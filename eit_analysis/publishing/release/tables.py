"""A released table: which of its cells an audience may read, and the values that sentences take from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from markupsafe import Markup

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.released import Released, Seen
from eit_analysis.publishing.release.rounding import REFERENCE
from eit_analysis.publishing.release.row_keys import check_key
from eit_analysis.publishing.release.values import CellText, FirstLabel, Value
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence


@dataclass(eq=False, repr=False)
class Table(Released):
    """A table about no actor (method, reference data, the survey as a whole): all of it may be read."""

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

    secrecy: ClassVar[str] = "secret statistique"

    def seen_by(self, viewer: Viewer, seen: Seen) -> Table:
        if id(self) not in seen:
            seen[id(self)] = self._for(viewer, seen)
        return seen[id(self)]

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        return replace(self, frame=self.named(self.frame, viewer), identity=self.frame[list(self.keys)])

    def noted(self, sentence: str) -> str:
        return " ".join(filter(None, [self.note, sentence]))

    def named(self, frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
        """The frame with the names of its actors for who may read them."""
        names = {
            column: [
                wording.MISSING if wording.is_missing(ids) else viewer.spelled(ids) for ids in frame[column]
            ]
            for column in self.sites
        }
        return frame.assign(**names)

    @property
    def filed(self) -> Table:
        """The table as its files hold it: more rows than the page shows, where its audience may read them."""
        return self

    @property
    def hidden(self) -> np.ndarray:
        """Shape (rows,): rows whose values are withheld."""
        return np.zeros(len(self.frame), dtype=bool)

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
    def coverage(self) -> tuple[float, bool]:
        """Which share may be drawn, 0 to 1, and whether it is one of the total, or else of the rows."""
        kept = self.finest
        return float((kept & ~self.hidden).sum() / kept.sum()) if kept.any() else 0.0, False

    @property
    def codes(self) -> pd.DataFrame:
        """The keys as codes: before site ids became names."""
        return self.frame[list(self.keys)] if self.identity is None else self.identity

    @property
    def visible(self) -> pd.DataFrame:
        """The rows that may be drawn: hidden rows and the total row left out."""
        return self.frame[self.finest & ~self.hidden]

    @cached_property
    def finest(self) -> np.ndarray:
        """Shape (rows,): those that are no total."""
        return ~(self.frame[list(self.keys)].astype(str) == self.total).any(axis=1).to_numpy(dtype=bool)

    def row(self, key: object) -> int:
        """Position of the row with this key (a tuple when there are several key columns), −1 when absent."""
        wanted = key if isinstance(key, tuple) else (key,)
        mask = np.ones(len(self.codes), dtype=bool)
        for name, value in zip(self.keys, wanted, strict=True):
            mask &= (self.codes[name].astype(str) == str(value)).to_numpy()
        positions = np.flatnonzero(mask)
        return int(positions[0]) if len(positions) else -1

    def bounds(self, column: str, level: str = "") -> dict[str, str]:
        """Names of the bounds of a column, as ``low`` and ``high``: ``mass_low_t_per_year`` of the mass.

        ``level`` tells intervals of several levels apart: ``people_low80`` of ``people``.

        Raises
        ------
        DisclosureError
            When the table has no such bounds.
        """
        found = {
            side: name
            for side in ("low", "high")
            for name in map(str, self.frame.columns)
            if f"_{side}{level}" in name and name.replace(f"_{side}{level}", "", 1) == column
        }
        if len(found) < 2:
            raise DisclosureError(f"« {self.title} » n'a pas d'intervalle pour « {column} ».")
        return found

    def at_level(self, option: object) -> object:
        """An option of a figure: the name of a key, or a list of names, as the key of the level shown."""
        if isinstance(option, list):
            return [self.at_level(part) for part in option]
        return self.levels.get(option, option) if isinstance(option, str) else option

    def value(self, key: object, column: str = "", interval: str | bool = False) -> Value:
        """The published form of one cell, its measure by default.

        ``interval`` adds its bounds: True for the only ones, ``"80"`` for those of that level. A code that
        these data do not have is said to be without data; one that none could have is a KeyError.
        """
        column = column or self.measure or ""
        bounds = self.bounds(column, interval if isinstance(interval, str) else "") if interval else {}
        if column not in self.frame.columns:
            raise DisclosureError(f"« {self.title} » n'a pas de colonne « {column} ».")
        given = key if isinstance(key, tuple) else (key,)
        if len(given) != len(self.keys):
            keys = french.listed([f"{wording.heading(key).header} ({key})" for key in self.keys], "et")
            first = ", ".join(f'"{code}"' for code in self.codes.iloc[:1].astype(str).to_numpy().ravel())
            raise DisclosureError(sentence("row_key", title=self.title, keys=keys, first=first))
        check_key(self.title, self.codes, given)
        return CellText(self, key, column, bounds.get("low"), bounds.get("high"))

    def first(
        self, column: str = "", rank: int = 1, ascending: bool = False, said: Sequence[str] = ()
    ) -> Value:
        """The label of the row with the ``rank``-th largest visible value, or smallest when ``ascending``.

        It is called by the columns ``said``, by its keys unless these are given.
        """
        return FirstLabel(self, column or self.measure or "", rank, ascending, said)

    @property
    def readable(self) -> bool:
        """Whether a single value of the table may be read; else it is only named."""
        if not len(self.frame):
            return True
        values = [column not in self.keys for column in self.frame.columns]
        return not self.hidden.all() and not (any(values) and self.shut[:, values].all())

    @property
    def silence(self) -> str:
        """Why no row at all is shown: ``empty``, ``individual``, ``overlap`` or ``few``; "" when one is."""
        if self.readable:
            return "" if len(self.frame) else "empty"
        return "few"

    def plain(self) -> str:
        return f"{self.title} ({french.counted(len(self.frame), 'ligne', 'lignes')})"

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("table", self, Printed(self), name, link)
