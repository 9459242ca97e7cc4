"""A drawing of a released table, drawn from its visible rows only, with what a reader needs around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import accessible, macro
from eit_analysis.publishing.release.grid import LEAST_COVERED
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.row_keys import row_name
from eit_analysis.publishing.release.sentences import Text
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Value
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence

FEWEST_MARKS = 3  # that a drawing is worth


@dataclass(eq=False, repr=False)
class Figure(Released):
    """A drawing of a released table, drawn from its visible rows only."""

    viewer: Viewer
    draw: Callable[..., str]
    table: Table
    title: str
    options: dict[str, Any]
    #: What the figure shows, in a sentence: its heading wherever the audience may read all of its values, and
    #: all that is left of it where there is too little to draw.
    finding: Text | None = None
    source: str = ""  #: where the data come from, in French
    n: Value | None = None  #: how many actors or rows are behind it, with their noun

    @property
    def heading(self) -> str:
        return self.finding.plain().rstrip(" .") if self.finding and self.finding.readable else self.title

    @property
    def kind(self) -> str:
        """The name of what draws it."""
        return getattr(self.draw, "__name__", "").strip("<>")

    @property
    def drawn(self) -> str:
        """The column whose values are drawn, "" where there is none."""
        return next((self.options[o] for o in ("value", "left", "central") if o in self.options), "")

    @property
    def drawable(self) -> bool:
        """Whether it has marks enough, and they are not the smaller part of what they are drawn of."""
        rows = self.table.visible
        marks = rows[self.drawn].notna().sum() if self.drawn in rows else len(rows)
        return int(marks) >= FEWEST_MARKS and self.table.coverage >= LEAST_COVERED

    @property
    def subtitle(self) -> str:
        """What is measured, and in which unit."""
        unit = wording.heading(self.drawn).unit if self.drawn else ""
        measure = [self.title] if self.heading != self.title else []
        return ", ".join([*measure, *([f"en {unit}"] if unit else [])])

    @cached_property
    def drawing(self) -> str:
        """What is drawn of the table, once.

        Raises
        ------
        DisclosureError
            When the table does not have the columns that the drawing asks for.
        """
        try:
            return self.draw(self.table, **self.options)
        except (KeyError, TypeError) as error:
            columns = ", ".join(map(str, self.table.frame))
            why = {"kind": type(error).__name__, "error": error, "columns": columns}
            raise DisclosureError(sentence("figure_not_so", title=self.title, **why)) from error

    @property
    def notes(self) -> list[tuple[str, str]]:
        """How to read it, what it is about, where it comes from."""
        number = [self.n.render()] if self.n and self.n.readable else []
        if self.table.hidden.any() or self.table.unread:
            share = self.table.share_of_total
            drawn = "" if share is None else f"tracé\u00a0: {wording.number(100 * share, 0)}\u00a0% du total"
            number += [drawn or "valeurs diffusées seules"]
        rows, most = len(self.table.visible), self.options.get("most")
        if most and most < rows:
            number += [f"les {most} premières lignes sur {rows}"]
        which = getattr(self.drawing, "which", "")  # where a part of the table alone is drawn
        number += [which] if which else []
        notes = [("Lecture", self._reading()), ("Champ", "\u00a0; ".join(number)), ("Source", self.source)]
        return [(term, f"{text}.") for term, text in notes if text]

    def _reading(self) -> str:
        """The first row of the table in words, one with an interval where some have one."""
        if not self.drawn:
            return ""
        low, high = (self.options.get(side) for side in ("low", "high"))
        rows = self.table.visible.dropna(subset=[self.drawn])
        rows = rows[rows[self.drawn] != 0]  # nothing is read off what is not drawn
        if rows.empty:
            return ""
        bounded = rows.dropna(subset=[low]) if low else rows
        row = (rows if bounded.empty else bounded).iloc[0]
        amount = wording.measured(row[self.drawn], self.drawn, self.table.coarse)
        name = row_name(row, self.table.keys)
        first = french.lowered(wording.heading(self.table.keys[0]).header)
        name = f"{first} {name}" if name.isdigit() else name  # a number alone names nothing
        what = french.lowered(wording.heading(self.drawn).header)  # a number without a unit is of nothing
        bare = amount == wording.rounded(row[self.drawn], self.drawn, self.table.coarse)
        read = f"{what}\u00a0: {amount}" if bare else f"on lit {amount}"
        said = f"pour «\u00a0{name}\u00a0», {read}"
        if not low or wording.is_missing(row[low]):
            return said
        ends = [wording.rounded(row[str(end)], str(end), self.table.coarse) for end in (low, high)]
        heading = wording.heading(low)
        level = re.search(r"\d+(?=\s?%)", f"{heading.header} {heading.description}")
        kind = f"intervalle à {level[0]}\u00a0%" if level else "valeurs basse et haute"
        mark = "bande claire" if "x" in self.options else "le trait"  # along an axis
        return f"{said} (de {ends[0]} à {ends[1]}, {kind}, {mark})"

    def plain(self) -> str:
        return f"{self.heading} (figure)"

    def _repr_html_(self) -> str:
        seen = self.seen_by(self.viewer, {})
        few = Markup("<p><em>Figure non tracée pour ce public, trop peu s'y verrait\u00a0: {}</em></p>")
        return super()._repr_html_() if seen.drawable else str(few.format(self.title))

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        if not self.drawable or not re.search("<(path|rect|circle|use)", self.drawing):
            return self.finding.html() if self.finding else Markup("")
        notes = " ".join(f"{term}\u00a0: {text}" for term, text in self.notes)
        rows = french.counted(len(self.table.visible), "ligne", "lignes")
        drawn_of = f"Figure tracée du tableau «\u00a0{self.table.title}\u00a0» ({rows})."
        description = f"{self.heading}. {drawn_of} {notes}"
        svg = Markup(accessible(self.drawing, name, self.heading, description))
        return macro("figure", svg, self, link)
