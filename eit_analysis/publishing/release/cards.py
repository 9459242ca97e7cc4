"""Recommendations as cards: an action, then what, who, what is at stake and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from eit_analysis.publishing import wording
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.sentences import quoted
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Value
from eit_analysis.publishing.release.viewer import Viewer

LINES = {"what": "Quoi", "who": "Qui", "stake": "Enjeu", "next_step": "Et ensuite"}


@dataclass(eq=False, repr=False)
class Cards(Released):
    """A card for each of the first rows of a table that an audience may read."""

    viewer: Viewer
    table: Table  #: where the rows are from
    action: str  #: heading of a card; like each line it quotes columns of its row
    #: By name of :data:`LINES` the wordings of a line, the fullest first: that is said of which the audience
    #: may read every cell, else none; one that would say the same amount twice gives way to the next.
    lines: Mapping[str, Sequence[str]]
    most: int  #: how many cards there are at most
    #: Columns of what is gained: a row that is read to lose, by a number or a word, is not recommended.
    worth: Sequence[str] = ()

    def first(self, column: str, prefer: tuple[str, str] = ("", "")) -> Value:
        """A cell of the first row that is recommended, told once the tables are audited.

        Of those of which a column is read to hold a value, ``prefer``, where any does: what is withheld
        chooses nothing.
        """
        return FirstCell(self, column, prefer)

    @property
    def rows(self) -> Iterator[pd.Series]:
        """What may be read of each row that is recommended."""
        shut, finest = self.table.shut, self.table.finest
        for position in (row for row in Printed(self.table).rows if finest[row]):
            row = self.table.frame.iloc[position][~shut[position]]
            row = row[[not (wording.is_missing(v) or v in ("withheld", wording.MISSING)) for v in row]]
            if not any(_loses(row.get(name, "")) for name in self.worth):
                yield row

    @property
    def cards(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Of each card its heading, no two the same, and its lines with what they are called."""
        made: list[tuple[str, list[tuple[str, str]]]] = []
        for open_row in self.rows:
            lines = [(LINES[n], self._first(self.lines[n], open_row)) for n in LINES if n in self.lines]
            heading = self._first([self.action], open_row)
            heading = heading[:1].upper() + heading[1:]
            if heading and heading not in dict(made):
                made.append((heading, [(name, text) for name, text in lines if text]))
        return made[: self.most]

    def _first(self, ways: Sequence[str], row: pd.Series) -> str:
        """The first wording of which the row has every cell, that repeats no amount if there is such."""
        repeating = ""
        for way in ways:
            names = quoted(way)
            if set(names) <= set(row.index):
                told = {name: self.said(row[name], name) for name in names}
                amounts = [text for name, text in told.items() if wording.heading(name).unit]
                if len(amounts) == len(set(amounts)):
                    return way.format(**told)
                repeating = repeating or way.format(**told)
        return repeating

    def said(self, value: object, name: str) -> str:
        """A cell as a card has it."""
        if isinstance(value, int | float | np.number) and not isinstance(value, bool):
            return wording.measured(float(value), name, self.table.coarse)
        return wording.cell(value, name)

    @property
    def says(self) -> bool:
        return bool(self.cards)

    def plain(self) -> str:
        return "\u00a0; ".join(heading for heading, _ in self.cards)

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("cards", self.cards) if self.says else Markup("")


@dataclass(eq=False, repr=False)
class FirstCell(Value):
    """A cell of the first row that cards recommend: which one depends on what the audience reads."""

    table: Cards  # type: ignore[assignment]  # seen as a table is
    column: str
    prefer: tuple[str, str] = ("", "")

    @property
    def readable(self) -> bool:
        return self.column in self._row

    @property
    def _row(self) -> pd.Series:
        name, value = self.prefer
        return min(self.table.rows, key=lambda row: row.get(name) != value, default=pd.Series(dtype=object))

    def render(self) -> str:
        return self.table.said(self._row[self.column], self.column) if self.readable else "non diffusé"


def _loses(value: Any) -> bool:
    return value in ("no", "not_you") if isinstance(value, str) else float(value) < 0
