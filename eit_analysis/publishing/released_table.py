"""A released table: which of its cells an audience may read, in what order, and how they are printed."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.disclosure import REFERENCE, Cell, CellKey, blurred
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.released import Released, Seen
from eit_analysis.publishing.row_order import leaving
from eit_analysis.publishing.values import CellText, FirstLabel, Value
from eit_analysis.publishing.viewer import Viewer


class Printed(NamedTuple):
    """What of a table reaches a page.

    Attributes
    ----------
    rows, columns : list of int
        Positions of those printed.
    closed : list of str
        Headers of the columns that are closed on every row: named beneath the table.
    folded : int
        Withheld rows left out because they are the larger part: counted beneath the table.
    marked : bool
        Whether a printed cell is an ``s``, to be explained.
    """

    rows: list[int]
    columns: list[int]
    closed: list[str]
    folded: int
    marked: bool


@dataclass(eq=False)
class Table(Released):
    """A table with, for each row, whether it may be read.

    Attributes
    ----------
    frame : pandas.DataFrame
        Key columns then value columns.
    sites : list of str
        Columns that hold site ids: names for who may read them.
    listing : bool
        Rows about individual actors: each is shown or not according to their consent.
    cells : list of Cell or None
        What disclosure control knows of each row; None when there is nothing to protect.
    base : Cell or None
        The same for all records of the table together.
    withheld : container
        Keys of the cells withheld over all tables of the audience.
    most : int or None
        Listing only: how many of the rows that an audience may read are shown to it.
    parents : list of Table
        What a derived table was reckoned from, in the place of cells: its rows leave with theirs.
    closed : numpy.ndarray or None
        Listing only, shape (rows, columns): cells that the sensitivity of their column closes.
    unlisted : int
        Rows of a listing that are not for this audience.
    identity : pandas.DataFrame or None
        The keys before site ids became names.
    measure : str or None
        The column that sentences and figures take unless another is named.
    actors : int
        How many actors stand behind the table.
    """

    viewer: Viewer
    title: str
    frame: pd.DataFrame
    keys: list[str]
    sites: list[str] = field(default_factory=list)
    listing: bool = False
    total: str | None = None
    note: str = ""
    cells: list[Cell] | None = None
    base: Cell | None = None
    withheld: Container[CellKey] = frozenset()
    parents: list[Table] = field(default_factory=list)
    most: int | None = None
    closed: np.ndarray | None = None
    unlisted: int = 0
    identity: pd.DataFrame | None = None
    measure: str | None = None
    actors: int = 0

    def seen_by(self, viewer: Viewer, seen: Seen) -> Table:
        if id(self) not in seen:
            seen[id(self)] = self._listed(viewer) if self.listing else self._aggregated(viewer, seen)
        return seen[id(self)]

    def _aggregated(self, viewer: Viewer, seen: Seen) -> Table:
        # A summary is about no actor: its bounds give nobody away.
        about_actors = self.cells is not None or bool(self.parents)
        coarse = blurred(self.frame) if about_actors and not viewer.internal else {}
        rounded = "Les bornes sont arrondies pour ce public."
        if any("pooled" in column.split("_") for column in coarse):
            rounded = "Les bornes et les volumes réunis sont arrondis pour ce public."
        note = self._noted(rounded if coarse else "")
        return replace(
            self,
            frame=self._named(self.frame, viewer).assign(**coarse),
            note=note,
            cells=None if viewer.internal else self.cells,
            parents=[parent.seen_by(viewer, seen) for parent in self.parents],
            identity=self.frame[self.keys],
        )

    def _listed(self, viewer: Viewer) -> Table:
        groups = [
            {site for ids in row if not wording.is_missing(ids) for site in str(ids).split()}
            for row in self.frame[self.sites].itertuples(index=False)
        ]
        allowed = np.flatnonzero([viewer.may_list(group) for group in groups])
        secret = [
            wording.heading(c).sensitivity == "confidential" and not viewer.internal for c in self.frame
        ]
        if any(secret) and "rank" not in self.frame:
            # The order of a list sorted by what is closed, or where it is cut, would still tell it.
            told = self.frame[[*self.sites, *self.frame.columns[~np.array(secret)]]].astype(str)
            texts = told.to_numpy().tolist()
            allowed = np.array(sorted(allowed, key=lambda row: texts[row]), dtype=np.intp)
        kept = allowed[: self.most]
        rows = self.frame.iloc[kept].reset_index(drop=True)
        identity = rows[self.keys]
        own = np.array([groups[i] == {viewer.company} for i in kept], dtype=bool)
        closed = ~own[:, None] & np.array(secret, dtype=bool)
        withheld = len(groups) - len(allowed)
        lines = french.counted(withheld, "ligne n'est pas diffusée", "lignes ne sont pas diffusées")
        note = self._noted(f"{lines} à ce public." if withheld else "")
        if len(kept) < len(allowed):
            shown = french.counted(len(kept), "ligne montrée", "lignes montrées")
            note = f"{note} {shown} sur {french.whole(len(allowed))}.".lstrip()
        if closed.any():
            # A closed cell holds nothing that a figure could draw.
            rows = rows.astype(object).mask(closed).infer_objects()
        frame = self._named(rows, viewer)
        return replace(self, frame=frame, note=note, closed=closed, unlisted=withheld, identity=identity)

    def _noted(self, sentence: str) -> str:
        return " ".join(filter(None, [self.note, sentence]))

    def _named(self, frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
        named = {
            column: [
                wording.MISSING
                if wording.is_missing(ids)
                else ", ".join(viewer.name(s) for s in str(ids).split())
                for ids in frame[column]
            ]
            for column in self.sites
        }
        return frame.assign(**named)

    @property
    def hidden(self) -> np.ndarray:
        """Shape (rows,): rows whose values are withheld."""
        if self.cells is None:
            none = np.zeros(len(self.frame), dtype=bool)
            return np.logical_or.reduce(
                [none, *(self.from_rows(p, p.hidden) for p in self.parents)], dtype=bool
            )
        return np.array([cell.sensitive or cell.key in self.withheld for cell in self.cells], dtype=bool)

    def from_rows(self, parent: Table, of: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Shape (rows,): rows that agree on the common keys with a row ``of`` the parent (all by default)."""
        common = [key for key in self.keys if key in parent.keys]
        theirs, ours = (
            pd.MultiIndex.from_frame(rows[common].astype(object).astype(str))
            for rows in (parent.codes[of], self.codes)
        )
        return ours.isin(theirs)

    @property
    def codes(self) -> pd.DataFrame:
        """The keys as codes: before site ids became names."""
        return self.frame[self.keys] if self.identity is None else self.identity

    @property
    def complete(self) -> bool:
        """Whether the finest rows of an aggregated table add up to all records behind it."""
        if self.cells is None or self.base is None:
            return False
        deepest = max((len(cell.key[1]) for cell in self.cells), default=0)
        parts = sum(cell.size for cell in self.cells if len(cell.key[1]) == deepest)
        return bool(np.isclose(parts, self.base.size))

    @property
    def visible(self) -> pd.DataFrame:
        """The rows that may be drawn: hidden rows and the total row left out."""
        keep = ~self.hidden
        if self.total is not None:
            for key in self.keys:
                keep &= (self.frame[key].astype(str) != self.total).to_numpy()
        return self.frame[keep]

    def row(self, key: object) -> int:
        """Position of the row with this key (a tuple when there are several key columns), −1 when absent."""
        wanted = key if isinstance(key, tuple) else (key,)
        identity = self.codes
        mask = np.ones(len(identity), dtype=bool)
        for name, value in zip(self.keys, wanted, strict=True):
            mask &= (identity[name].astype(str) == str(value)).to_numpy()
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

    def value(
        self,
        key: object,
        column: str = "",
        low: str | None = None,
        high: str | None = None,
        interval: str | bool = False,
    ) -> Value:
        """The published form of one cell, its measure by default.

        ``interval`` adds its bounds: True for the only ones, ``"80"`` for those of that level.
        """
        column = column or self.measure or ""
        if interval:
            named = self.bounds(column, interval if isinstance(interval, str) else "")
            low, high = named["low"], named["high"]
        if column not in self.frame.columns:
            raise DisclosureError(f"« {self.title} » n'a pas de colonne « {column} ».")
        given = len(key) if isinstance(key, tuple) else 1
        if given != len(self.keys):
            raise DisclosureError(f"« {self.title} » a {len(self.keys)} colonnes clés, {given} données.")
        return Value(CellText(self, key, column, low, high))

    def first(self, column: str = "", rank: int = 1, ascending: bool = False) -> Value:
        """The label of the row with the ``rank``-th largest visible value, or smallest when ``ascending``."""
        return Value(FirstLabel(self, column or self.measure or "", rank, ascending))

    def plain(self) -> str:
        return f"{self.title} ({french.counted(len(self.frame), 'ligne', 'lignes')})"

    @property
    def readable(self) -> bool:
        """Whether a single value of the table may be read; else it is only said to exist."""
        if not len(self.frame):
            return not self.unlisted
        values = [column not in self.keys for column in self.frame.columns]
        return not self.hidden.all() and not (any(values) and self.shut[:, values].all())

    @property
    def silence(self) -> str:
        """Why no row at all is shown: ``empty``, ``individual``, ``overlap`` or ``few``; "" when one is."""
        if self.readable:
            return "" if len(self.frame) else "empty"
        if self.listing:
            return "individual" if self.sites else "overlap"
        return "few"

    @property
    def order(self) -> list[int]:
        """Positions of the rows as they leave (see `row_order.leaving`)."""
        return leaving(self.frame, self.codes, self.keys, self.total, self.hidden)

    @property
    def printed(self) -> Printed:
        """Columns closed on every row, and rows withheld when they are most of all, say nothing."""
        shut, hidden = self.shut, self.hidden
        silent = np.full(shut.shape[1], len(shut) > 0) & shut.all(axis=0)
        folded = hidden & (2 * hidden.sum() > len(hidden))
        return Printed(
            [position for position in self.order if not folded[position]],
            np.flatnonzero(~silent).tolist(),
            [title for title, closed in zip(self.header(), silent, strict=True) if closed],
            int(folded.sum()),
            bool(shut[~folded][:, ~silent].any()),
        )

    def html(self, name: str = "apercu", csv: str | None = None) -> Markup:
        return macro("table", self, name, csv)

    def header(self) -> list[str]:
        headings = [wording.heading(column) for column in self.frame.columns]
        return [f"{h.header} ({h.unit})" if h.unit else h.header for h in headings]

    def body(self) -> list[list[str]]:
        """Every cell as it is printed, withheld ones as ``s``."""
        columns = [
            [
                wording.SUPPRESSED if shut else wording.cell(value, str(name))
                for value, shut in zip(self.frame[name], closed, strict=True)
            ]
            for name, closed in zip(self.frame.columns, self.shut.T, strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    @property
    def alone(self) -> str:
        """The values of the grand total, in words, where it is the only row this audience may read."""
        shown = np.flatnonzero(~self.hidden)
        totals = (self.codes.iloc[shown] == self.total).to_numpy()
        if len(shown) != 1 or len(self.frame) == 1 or not totals.all():
            return ""
        row, told = int(shown[0]), []
        for column, shut in zip(self.frame.columns, self.shut[row], strict=True):
            value = self.frame[column].iloc[row]
            if column not in self.keys and not shut and not wording.is_missing(value):
                name = wording.heading(column).header
                name = name if name[:2].isupper() else name[:1].lower() + name[1:]
                told.append(f"{name} {wording.measured(value, column)}")
        return "\u00a0; ".join(told)

    @property
    def shut(self) -> np.ndarray:
        """Shape (rows, columns): cells that print ``s``."""
        values = np.array(
            [name not in self.keys and not name.startswith(REFERENCE) for name in self.frame.columns],
            dtype=bool,
        )
        hidden = self.hidden
        shut = hidden[:, None] & values
        if hidden.any():
            # A rank among rows of which some are withheld tells where these stand.
            shut = shut | (values & [name.split("_")[0] == "rank" for name in self.frame.columns])
        if self.cells is not None and self.base is not None and self.base.sensitive:
            # A share beside its own value tells the total.
            shut = shut | np.array([wording.heading(column).unit == "%" for column in self.frame.columns])
        return shut if self.closed is None else shut | self.closed

    def numeric(self) -> list[bool]:
        return [
            number and column not in self.keys
            for number, column in zip(self._numbers(), self.frame.columns, strict=True)
        ]

    def exported(self) -> pd.DataFrame:
        """The table as data: French labels and full numbers, withheld cells as ``s``."""
        data = self.frame.astype(object)
        for column in data.columns[[not number for number in self._numbers()]]:
            data[column] = [None if wording.is_missing(v) else wording.cell(v, column) for v in data[column]]
        return data.where(~self.shut, wording.SUPPRESSED).iloc[self.order]

    def _numbers(self) -> list[bool]:
        return [pd.api.types.is_numeric_dtype(self.frame[column]) for column in self.frame.columns]
