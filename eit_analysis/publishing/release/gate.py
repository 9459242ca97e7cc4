"""What one page shows to one audience: its tables, and what is drawn and said of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.cards import LINES, Cards
from eit_analysis.publishing.release.exchange_file import ExchangeFile, description
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.refusals import check_words
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.released_tables import ReleasedTables
from eit_analysis.publishing.release.sentences import Absent, Highlights, Text
from eit_analysis.publishing.release.sheets import Questions, Sheets, sheets_of
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Constant, Value
from eit_analysis.reference import exchange, sentence
from eit_analysis.reference.levels import regrouped
from eit_analysis.sheet_content import Asked, Listed, Part, Said, SheetContent, Summed
from eit_analysis.study import Study

CELLS = ["source_file", "source_row"]  # of a sheet for the team alone, who has the files


class Release(ReleasedTables):
    """Everything one page shows to one audience.

    Parameters
    ----------
    study : Study
        The study, opened on a wave.
    audience : str
        ``internal``, ``company:<site_id>``, ``partners``, ``public`` or one declared in study.toml.
    page : str
        Name of the notebook, for messages.
    """

    def __init__(self, study: Study, audience: str, page: str) -> None:
        super().__init__(study, audience)
        self.page = page

    def __repr__(self) -> str:
        return f"Release of {self.study.name}, wave {self.wave}, for {self.viewer.audience}"

    def _repr_html_(self) -> str:
        refused = french.counted(
            len(self.viewer.refused), "acteur n'est pas compté", "acteurs ne sont pas comptés"
        )
        return (
            f"<p>Ce que lit <strong>{self.viewer.audience}</strong>, vague {self.wave}\u00a0: {refused}.</p>"
        )

    def exchange_file(self, title: str, **tables: Table) -> ExchangeFile:
        """What other territories get of these tables: a file beside the page of the widest audience alone.

        Raises
        ------
        DisclosureError
            When a table was not released, or is none of the exchange format.
        """
        unknown = set(tables) - set(exchange.tables())
        if unknown or not all(isinstance(table, Table) for table in tables.values()):
            raise DisclosureError(sentence("exchange_tables_alone", title=title))
        about = description(self.settings, self.study.name, self.study.wave)
        return ExchangeFile(self.viewer, title, f"{self.study.name}-{self.study.wave}-echange", about, tables)

    def figure(
        self,
        draw: Callable[..., str],
        table: Table,
        title: str,
        finding: Text | None = None,
        source: str = "",
        n: Value | None = None,
        interval: str | bool = False,
        **options: object,
    ) -> Figure:
        """A drawing of a released table, with the table beneath it (see :class:`figure.Figure`).

        Unless they are given: the value is the measure of the table, the source the questionnaires of the
        wave, ``n`` the number of actors behind the table. ``interval`` adds the bounds of the value, True for
        the only ones, ``"80"`` for those of that level. Keys are named as the table was asked for, whatever
        their level.
        """
        if not isinstance(table, Table):
            raise DisclosureError(f"« {title} »\u00a0: une figure se dessine seulement d'un tableau diffusé.")
        if not isinstance(finding, Text | None) or not isinstance(n, Value | None):
            raise DisclosureError(f"« {title} »\u00a0: le constat vient de release.text, n de release.count.")
        if table.measure and "value" in inspect.signature(draw).parameters:
            options.setdefault("value", table.measure)
        if interval:
            options |= table.bounds(str(options["value"]), interval if isinstance(interval, str) else "")
        if n is None and table.actors:
            n = self.count(table.actors, "acteur", "acteurs")
        source = source or f"questionnaires des acteurs, vague {self.study.wave}"
        title = regrouped(title, table.levels.values())
        options = {name: table.at_level(option) for name, option in options.items()}
        return Figure(self.viewer, draw, table, title, options, finding, source, n)

    def highlights(self, answers: Sequence[tuple[str, *tuple[Text, ...]]]) -> Highlights:
        """The questions of a first screen: heading, short answer and, after it, what qualifies it."""
        for question, *texts in answers:
            if not texts or not all(isinstance(text, Text) for text in texts):
                raise DisclosureError(f"« {question} »\u00a0: la réponse vient de release.text.")
        return Highlights(self.viewer, [(question, list(texts)) for question, *texts in answers])

    def cards(
        self,
        table: Table,
        action: str,
        most: int = 3,
        worth: str | Sequence[str] = (),
        **lines: str | Sequence[str],
    ) -> Cards:
        """Recommendations: a card for each of the first ``most`` rows of a table that may be read.

        ``action`` heads a card; ``what``, ``who``, ``stake`` and ``next_step`` are its lines. All quote
        columns of the row (``"{mass_t_per_year}, d'abord {category}"``); of several wordings, the fullest
        first, that is said of which every cell may be read. A row of which one of the columns ``worth`` is
        read to be negative, or ``no``, is passed over.

        Raises
        ------
        DisclosureError
            When the table was not released, a line has no such name, or a wording quotes what is no column.
        """
        if not isinstance(table, Table) or not set(lines) <= set(LINES):
            raise DisclosureError(sentence("cards_of", lines=french.listed(list(LINES))))
        ways = {name: [way] if isinstance(way, str) else way for name, way in lines.items()}
        for way in [action, *(way for each in ways.values() for way in each)]:
            check_words(way, None, {str(name): Constant("") for name in table.frame})
        return Cards(self.viewer, table, action, ways, most, [worth] if isinstance(worth, str) else worth)

    def sheets(
        self,
        title: str,
        sheets: Sequence[SheetContent | tuple[str, str, Collection[str] | None, Sequence[Released]]],
        among: bool = False,
    ) -> Sheets:
        """Short pages of their own, each ``(name, title, site ids, released objects)`` or its content.

        One about the whole territory has None for site ids, and leaves to all.

        With ``among``, a firm gets those that it is one of the actors of, also where it may not read who
        all the others are.

        Raises
        ------
        DisclosureError
            When a sheet names no actor or holds anything that was not released.
        """
        filled = [
            (sheet.name, sheet.title, sheet.sites, self._parts(sheet.parts))
            if isinstance(sheet, SheetContent)
            else sheet
            for sheet in sheets
        ]
        return Sheets(self.viewer, title, sheets_of(title, filled), among)

    def _parts(self, parts: Sequence[Part]) -> list[Released]:
        """Each part by the call for its kind, but for tables without rows and those of the team elsewhere."""
        made: list[Released] = []
        for part in parts:
            match part:
                case Listed(team=True) if len(part.frame) and self.viewer.internal:
                    keys = list(part.keys or part.frame.columns[:1])
                    made.append(self.team(part.frame, part.title, keys, part.note, part.most))
                case Listed(team=False) if len(part.frame):
                    frame = (
                        part.frame
                        if self.viewer.internal
                        else part.frame.drop(columns=CELLS, errors="ignore")
                    )
                    made.append(self.listing(frame, part.title, part.sites, most=part.most))
                case Summed() if len(part.frame):
                    made.append(self.summary(part.frame, part.title, [str(part.frame.columns[0])]))
                case Said():
                    counts = {} if part.n is None else {"n": self.count(*part.n)}
                    made.append(self.text(part.text, None, **counts))
                case Asked():
                    made.append(self.questions(part.title, [self.text(text) for text in part.questions]))
        return made

    def questions(self, title: str, questions: Sequence[Text]) -> Questions:
        """What a meeting has to settle, with room to write beneath each question."""
        if not all(isinstance(question, Text) for question in questions):
            raise DisclosureError(f"« {title} »\u00a0: chaque question vient de release.text.")
        return Questions(self.viewer, title, list(questions))

    def text(self, template: str, partial: str | None = None, **values: Value) -> Text:
        """A sentence; each of its values must itself have been released.

        Parameters
        ----------
        partial : str or None
            Said in its place to an audience that may not read every value: with some of the values only, and
            words true of what this audience sees (« la plus lourde de celles qui sont diffusées »).
        """
        check_words(template, partial, values)
        return Text(self.viewer, template, values, partial)

    def needs(self, rows: int, why: str) -> Absent | None:
        """Without rows, leave out the section of the page where this is shown; ``why`` is said once."""
        return None if rows else Absent(self.viewer, why)

    def count(self, count: int, singular: str, plural: str) -> Value:
        """A count with its noun: ``3 entreprises``."""
        return Constant(french.counted(int(count), singular, plural))
