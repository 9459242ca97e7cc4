"""A drawing of a released table: drawn from its visible rows only, with the table beneath."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import accessible, macro
from eit_analysis.publishing.release.released import Released, Seen
from eit_analysis.publishing.release.sentences import Text
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Value
from eit_analysis.publishing.release.viewer import Viewer

PARTIAL = "Les valeurs non diffusées ne sont pas tracées\u00a0: les tailles ne donnent pas les totaux"


@dataclass(eq=False, repr=False)
class Figure(Released):
    """A drawing of a released table: drawn from its visible rows only, with the table beneath.

    Attributes
    ----------
    finding : Text or None
        What the figure shows, in a sentence: its heading wherever the audience may read all of its values.
    source : str
        Where the data come from, in French.
    n : Value or None
        How many actors or rows are behind it, with their noun.
    """

    viewer: Viewer
    draw: Callable[..., str]
    table: Table
    title: str
    options: dict[str, Any]
    finding: Text | None = None
    source: str = ""
    n: Value | None = None

    def seen_by(self, viewer: Viewer, seen: Seen) -> Figure:
        return replace(
            self,
            table=self.table.seen_by(viewer, seen),
            finding=self.finding and self.finding.seen_by(viewer, seen),
            n=self.n and self.n.seen_by(viewer, seen),
        )

    @property
    def heading(self) -> str:
        return self.finding.plain().rstrip(" .") if self.finding and self.finding.readable else self.title

    def caption(self, heading: str) -> str:
        """What a reader needs beneath it: subject, unit, interval, source, number, what is missing."""
        parts = [self.title] if heading != self.title else []
        drawn = next((self.options[o] for o in ("value", "left", "central") if o in self.options), None)
        unit = wording.heading(drawn).unit if drawn else ""
        parts += [f"Unité\u00a0: {unit}"] if unit else []
        if self.options.get("low"):
            low = wording.heading(self.options["low"])
            level = re.search(r"\d+(?=\s?%)", f"{low.header} {low.description}")
            parts += [f"Trait fin\u00a0: intervalle à {level[0]}\u00a0%"] if level else []
        parts += [f"Source\u00a0: {self.source}"] if self.source else []
        parts += [f"n\u00a0=\u00a0{self.n.render()}"] if self.n and self.n.readable else []
        parts += [PARTIAL] if self.table.hidden.any() else []
        return " ".join(f"{part}." for part in parts)

    def plain(self) -> str:
        return f"{self.heading} (figure)"

    def html(self, name: str = "apercu", csv: str | None = None) -> Markup:
        table = self.table.html(f"{name}-table", csv)
        if self.table.visible.empty:
            return table
        rows = french.counted(len(self.table.visible), "ligne", "lignes")
        heading = self.heading
        caption = self.caption(heading)
        description = (
            f"{heading}. {caption} Figure tracée à partir du tableau "
            f"«\u00a0{self.table.title}\u00a0» qui la suit ({rows})."
        )
        try:
            drawing = self.draw(self.table, **self.options)
        except (KeyError, TypeError) as error:
            columns = ", ".join(map(str, self.table.frame))
            raise DisclosureError(
                f"La figure « {self.title} » ne se dessine pas ainsi ({type(error).__name__}\u00a0: {error})"
                f"\u00a0: donnez à release.figure des colonnes du tableau ({columns})."
            ) from error
        if not re.search("<(path|rect|circle|use)", drawing):
            # Words without a shape are a sentence, not a figure.
            words = " ".join(re.findall(r">([^<>]+)</t(?:ext|span)>", drawing))
            return macro("sentence", Markup(f"{escape(self.title)}. {words}.")) + table
        svg = accessible(drawing, name, heading, description)
        return macro("figure", Markup(svg), heading, caption, table)
