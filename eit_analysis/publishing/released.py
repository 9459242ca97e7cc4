"""What has passed the gate: tables, figures and sentences that know which of their cells may be read.

These objects hold their data until the page is written, because a cell may still have to be withheld when all
tables of an audience are protected together. Only their rendered form, never their frame, reaches a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import accessible, macro
from eit_analysis.publishing.values import FirstLabel, Value
from eit_analysis.publishing.viewer import Viewer

if TYPE_CHECKING:
    from eit_analysis.publishing.released_table import Table

PARTIAL = "Les valeurs non diffusées ne sont pas tracées\u00a0: les tailles ne donnent pas les totaux"

MIME = "application/vnd.eit.release+json"

# Everything released in this process, in order: an output that is not in here does not reach a page.
LEDGER: list[Released] = []
# Whether notebooks run for a page (nobody looks at the cells) rather than under an analyst's eyes.
preview = True

Seen = dict[int, "Table"]


class Released:
    """Anything a notebook may show; registered when it is displayed."""

    viewer: Viewer

    def plain(self) -> str:
        raise NotImplementedError

    def html(self, name: str = "apercu", csv: str | None = None) -> Markup:
        """HTML fragment; ``name`` begins its ids, ``csv`` is the address of the table's file."""
        raise NotImplementedError

    def seen_by(self, viewer: Viewer, seen: Seen) -> Released:
        """What one audience may read of this; ``seen`` keeps each table one and the same over a page."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        LEDGER.append(self)
        bundle: dict[str, Any] = {MIME: {"id": len(LEDGER) - 1}, "text/plain": "(page)"}
        if preview:
            shown = self.seen_by(self.viewer, {})
            bundle |= {"text/plain": shown.plain(), "text/html": shown.html()}
        return bundle


@dataclass(eq=False)
class Text(Released):
    """A sentence whose numbers all come from released values."""

    viewer: Viewer
    template: str
    values: dict[str, Value]
    partial: str | None = None

    def plain(self) -> str:
        template = self.template if self.readable or self.partial is None else self.partial
        text = template.format(**{name: value.render() for name, value in self.values.items()})
        if template is self.partial:
            return text
        ranked = [
            value.render.table for value in self.values.values() if isinstance(value.render, FirstLabel)
        ]
        # A withheld row could be larger: the sentence must not say that one is the largest of all.
        incomplete = any(table.hidden.any() for table in ranked)
        return f"{text} (Classement hors valeurs non diffusées.)" if incomplete else text

    @property
    def readable(self) -> bool:
        """Whether this audience may read every value of the sentence."""
        return all(value.readable for value in self.values.values())

    def html(self, name: str = "apercu", csv: str | None = None) -> Markup:
        return macro("sentence", self.plain())

    def seen_by(self, viewer: Viewer, seen: Seen) -> Text:
        return replace(
            self, values={name: value.seen_by(viewer, seen) for name, value in self.values.items()}
        )


@dataclass(eq=False)
class Highlights(Released):
    """The first screen of a report: questions, each with its answer and, below it, what qualifies it."""

    viewer: Viewer
    answers: list[tuple[str, list[Text]]]

    def seen_by(self, viewer: Viewer, seen: Seen) -> Highlights:
        answers = [(q, [text.seen_by(viewer, seen) for text in texts]) for q, texts in self.answers]
        return replace(self, answers=answers)

    def plain(self) -> str:
        return " ".join(
            f"{question} {text.plain()}" for question, texts in self.answers for text in texts[:1]
        )

    def html(self, name: str = "apercu", csv: str | None = None) -> Markup:
        return macro("highlights", [(q, [text.plain() for text in texts]) for q, texts in self.answers])


@dataclass(eq=False)
class Figure(Released):
    """A drawing of a released table: drawn from its visible rows only, with the table beneath.

    Attributes
    ----------
    finding : Text or None
        What the figure shows, in a sentence: its heading wherever the audience may read all of its values.
    source : str
        Where the data come from, in French.
    n : Value or None
        How many actors or rows stand behind it, with their noun.
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
        if self.table.visible.empty:
            return self.table.html(f"{name}-table", csv)
        rows = french.counted(len(self.table.visible), "ligne", "lignes")
        heading = self.heading
        caption = self.caption(heading)
        description = (
            f"{heading}. {caption} Figure tracée à partir du tableau "
            f"«\u00a0{self.table.title}\u00a0» qui la suit ({rows})."
        )
        drawing = self.draw(self.table, **self.options)
        if not re.search("<(path|rect|circle|use)", drawing):
            # Words without a shape are a sentence, not a figure.
            words = " ".join(re.findall(r">([^<>]+)</t(?:ext|span)>", drawing))
            table = self.table.html(f"{name}-table", csv)
            return macro("sentence", Markup(f"{escape(self.title)}. {words}.")) + table
        svg = accessible(drawing, name, heading, description)
        return macro("figure", Markup(svg), heading, caption, self.table, name, csv)
