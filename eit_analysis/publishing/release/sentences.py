"""Sentences whose numbers all come from released tables, and the first screen made of them."""

from __future__ import annotations

import string
from dataclasses import dataclass

from markupsafe import Markup

from eit_analysis import french
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.values import FirstLabel, Value
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence


@dataclass(eq=False, repr=False)
class Text(Released):
    """A sentence; ``partial`` replaces it for an audience that may not read all of its values."""

    viewer: Viewer
    template: str
    values: dict[str, Value]
    partial: str | None = None

    def plain(self) -> str:
        template = self.template if self.readable or self.partial is None else self.partial
        said = {name: self.values[name] for name in quoted(template)}
        text = template.format(**{name: value.among(said.values()) for name, value in said.items()})
        if template is self.partial:
            return text
        ranked = [value.table for value in self.values.values() if isinstance(value, FirstLabel)]
        # A withheld row could be larger: the sentence must not say that one is the largest of all.
        incomplete = any(table.hidden.any() for table in ranked) and not self.readable
        return f"{text} (Classement hors valeurs non diffusées.)" if incomplete else text

    @property
    def readable(self) -> bool:
        """Whether this audience may read every value that the sentence quotes."""
        return all(self.values[name].readable for name in quoted(self.template))

    @property
    def informs(self) -> bool:
        """Whether this audience learns a value from it, be it from what is said in its place."""
        if self.readable or self.partial is None:
            return self.readable
        return bool(quoted(self.partial)) and self.whole

    @property
    def whole(self) -> bool:
        """Whether nothing is missing of it, or of what is said in its place: else it is not said."""
        if self.readable or self.partial is None:
            return self.readable
        return all(self.values[name].quotable for name in quoted(self.partial))

    says = whole

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("sentence", self.plain()) if self.whole else Markup("")

    def _repr_html_(self) -> str:
        seen = self.seen_by(self.viewer, {})
        hushed = Markup("<p><em>Phrase tue pour ce public\u00a0: {}</em></p>")
        return str(seen.html() or hushed.format(seen.plain()))


@dataclass(eq=False, repr=False)
class Highlights(Released):
    """The first screen of a report: questions, each with its answer and, below it, what qualifies it.

    Where none has an answer that may be read, one line says why.
    """

    viewer: Viewer
    answers: list[tuple[str, list[Text]]]

    def plain(self) -> str:
        return " ".join(
            f"{question} {text.plain()}" for question, texts in self.answers for text in texts[:1]
        )

    @property
    def asked(self) -> list[tuple[str, list[Text]]]:
        """What cannot be answered is not asked, and what qualifies an answer says nothing without it."""
        told = [(q, texts) for q, texts in self.answers if texts[:1] and texts[0].informs]
        return [(q, [text for text in texts if text.informs]) for q, texts in told]

    @property
    def says(self) -> bool:
        return bool(self.answers)

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        if not self.asked:
            return macro("sentence", sentence("nothing_answered"))
        return macro("highlights", [(q, [text.plain() for text in texts]) for q, texts in self.asked])


@dataclass(frozen=True, repr=False)
class Absent(Released):
    """Leaves out the section of a page where it stands: what it is about was not declared."""

    viewer: Viewer
    why: str  #: said once a page, with ``titles``, those of all sections left out for it
    titles: tuple[str, ...] = ()

    def plain(self) -> str:
        if not self.titles:
            return f"{self.why}."
        parts = french.listed([f"«\u00a0{title}\u00a0»" for title in self.titles])
        if len(self.titles) == 1:
            return f"{self.why}\u00a0: la partie {parts} est laissée de côté."
        return f"{self.why}\u00a0: les parties {parts} sont laissées de côté."

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("sentence", self.plain())


def quoted(template: str) -> list[str]:
    """The names of the values that a template quotes."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]
