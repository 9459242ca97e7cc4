"""What one page shows to one audience: the calls by which anything may leave."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd

from eit_analysis import french
from eit_analysis.breakdown import Breakdown, actors_behind
from eit_analysis.derived import Derived
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.cards import Cards, cards_of
from eit_analysis.publishing.release.decisions import Decisions
from eit_analysis.publishing.release.exchange_file import ExchangeFile, description
from eit_analysis.publishing.release.figure import Figure
from eit_analysis.publishing.release.listings import Listing
from eit_analysis.publishing.release.partners import Exchanges, bounded, partner_words
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.reckoned import Reckoned
from eit_analysis.publishing.release.refusals import check_about_no_actor, check_words
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.sentences import Absent, Highlights, Text
from eit_analysis.publishing.release.sheets import Questions, Sheets, sheets_of
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Constant, Value
from eit_analysis.reference import exchange
from eit_analysis.reference.levels import regrouped
from eit_analysis.reference.vocabulary import ACTORS
from eit_analysis.sheet_content import Asked, Listed, Part, Said, SheetContent, Summed
from eit_analysis.study import Study


class Release(AudienceTables):
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
        # What a reader of this page alone could find; the pages of an audience are protected together later.
        self.publication = Publication(self.viewer.company)

    def __repr__(self) -> str:
        return f"Release of {self.study.name}, wave {self.wave}, for {self.viewer.audience}"

    def _repr_html_(self) -> str:
        refused = french.counted(
            len(self.viewer.refused), "acteur n'est pas compté", "acteurs ne sont pas comptés"
        )
        return (
            f"<p>Ce que lit <strong>{self.viewer.audience}</strong>, vague {self.wave}\u00a0: {refused}.</p>"
        )

    def table(self, content: Breakdown | Derived, title: str, note: str = "") -> Aggregate:
        """A table that leaves row by row, as the audit of what its readers know lets it (:mod:`audit`).

        A derived table (a change between waves, a ratio, a trend) leaves row by row with its parents: a row
        is taken to tell all that their rows of the same keys do.

        Outside the team a table is by the finest level of its keys that still shows most, and its title says
        which.

        Raises
        ------
        DisclosureError
            When the table is not what its records give, or counts an actor who refused this audience; for a
            derived one, when a parent shares no key with it, or when a row comes from no parent.
        """
        leaves = protected(content, title, self.viewer, self.settings.disclosure)
        common = self._shown(leaves.content, leaves.title, note)
        if isinstance(leaves.content, Breakdown):
            actors = len(actors_behind(leaves.content.units[1]))
            common |= {"measure": leaves.content.measure, "actors": actors, "levels": leaves.levels}
        if leaves.told is None:
            return Aggregate(**common)
        common |= {"told": leaves.told, "rounded": leaves.frame.reset_index(drop=True)}
        return Aggregate(**common, publication=self.publication, number=self.publication.add(leaves.told))

    def listing(
        self,
        frame: pd.DataFrame,
        title: str,
        sites: list[str],
        note: str = "",
        most: int | None = None,
        beside: Table | None = None,
    ) -> Table:
        """Individual rows: each leaves only when every actor it names agreed to be named.

        With ``most``, an audience gets the first of the rows that it may read; the team finds all of them in
        the files. With ``beside``, a row leaves only where that table shows one of the same first key.
        """
        if not sites:
            raise DisclosureError(f"« {title} »\u00a0: nommez les colonnes qui portent les acteurs.")
        first = [str(frame.columns[0])]
        known = self._known(frame)
        return Listing(self.viewer, title, known, first, note, sites=sites, most=most, beside=beside)

    def own(self, content: pd.DataFrame | Breakdown, title: str, note: str = "") -> Table:
        """The rows of the firm that reads, or sums of its records alone, in full: they tell of nobody else.

        Raises
        ------
        DisclosureError
            When sums have records of another firm.
        """
        if isinstance(content, Breakdown):
            if set(content.records["site_id"]) - {self.viewer.company}:
                raise DisclosureError(
                    f"« {title} »\u00a0: ces sommes ne sont pas celles d'un seul acteur, le lecteur."
                )
            return Table(**self._shown(content, title, note), measure=content.measure)
        mine = content[content["site_id"] == self.viewer.company].drop(columns="site_id")
        return Table(self.viewer, title, self._known(mine), [str(mine.columns[0])], note)

    def exchanges(self, content: Breakdown, title: str, note: str = "") -> Exchanges:
        """The exchanges of the firm that reads, its partners named or described (:mod:`partners`).

        Parameters
        ----------
        content : Breakdown
            One row for each, with ``partner_site_id``. Of its records, in the same order, the measure is what
            the other side declared, and ``told_low`` and ``told_high`` what the row tells of it.
        """
        common = self._shown(content, title, note) | {"sites": ["partner_site_id"], "rounded": content.frame}
        words = partner_words(self.viewer, self.sites(), self.settings.scoring.detour_factor, self.least[1])
        told = bounded(content, self.settings.disclosure, self.viewer.company)
        number = self.publication.add(told)
        return Exchanges(**common, told=told, publication=self.publication, number=number, words=words)

    def summary(self, frame: pd.DataFrame, title: str, keys: list[str], note: str = "") -> Table:
        """A table about method, reference data or the survey as a whole: about no actor.

        Raises
        ------
        DisclosureError
            When a column holds actors, or what they declared: a breakdown by :meth:`table` is audited.
        """
        check_about_no_actor(frame, title)
        return Table(self.viewer, title, self._known(frame), keys, note)

    def decisions(
        self, frame: pd.DataFrame, title: str, keys: list[str], by: list[str], note: str = ""
    ) -> Table:
        """What the study says is decided, by the actors or organisations of the columns ``by``.

        Raises
        ------
        DisclosureError
            When a column holds actors alone, or what they declared.
        """
        check_about_no_actor(frame, title)
        return Decisions(self.viewer, title, self._known(frame), keys, note, sites=by)

    def team(
        self, frame: pd.DataFrame, title: str, keys: list[str], note: str = "", most: int | None = None
    ) -> Table:
        """Rows that overlap, such as plans for the same tonnes: the team's alone.

        Two of them subtracted may tell what one actor does, which judging them row by row would not see.
        """
        known = self._known(frame)
        sites = [name for name in map(str, known) if ACTORS.search(name) or name.endswith("carrier")]
        named = known.assign(**{n: known[n].map(self.viewer.spelled, na_action="ignore") for n in sites})
        return Listing(self.viewer, title, named, keys, note, most=most)

    def reckoned(
        self,
        reckon: Callable[..., pd.DataFrame],
        *parents: Table,
        title: str,
        keys: list[str],
        note: str = "",
    ) -> Table:
        """A table that follows from what released ones print, and from nothing else of this study.

        ``reckon`` takes their frames, rows and cells that the audience may not read left out. What is public
        may be bound to it by ``functools.partial``.

        Raises
        ------
        DisclosureError
            When a parent was not released.
        """
        if not parents or not all(isinstance(parent, Table) for parent in parents):
            raise DisclosureError(
                f"« {title} »\u00a0: ces chiffres se tirent seulement de tableaux diffusés."
            )
        table = Reckoned(self.viewer, title, keys, note, parents, reckon)
        self._known(table.frame)
        return table

    def exchange_file(self, title: str, year: int, **tables: Table) -> ExchangeFile:
        """What other territories get of these tables: a file beside the page of the widest audience alone.

        Raises
        ------
        DisclosureError
            When a table was not released, or is none of the exchange format.
        """
        unknown = set(tables) - set(exchange.tables())
        if unknown or not all(isinstance(table, Table) for table in tables.values()):
            raise DisclosureError(
                f"« {title} »\u00a0: le fichier d'échange ne contient que ses tableaux, diffusés."
            )
        about = description(self.settings, self.study.name, self.study.wave, year)
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
        self, table: Table, action: str, most: int = 3, worth: str = "", **lines: str | Sequence[str]
    ) -> Cards:
        """Recommendations: a card for each of the first ``most`` rows of a table that may be read.

        ``action`` heads a card; ``what``, ``who``, ``stake`` and ``next_step`` are its lines. All quote
        columns of the row (``"{mass_t_per_year}, d'abord {category}"``); of several wordings, the fullest
        first, that is said of which every cell may be read. A row of which the column ``worth`` is read to be
        negative is passed over.
        """
        return cards_of(self.viewer, table, action, lines, most, worth)

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
                case Listed() if len(part.frame) and (self.viewer.internal or not part.team):
                    made.append(self.listing(part.frame, part.title, part.sites, most=part.most))
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
        return Value(Constant(french.counted(int(count), singular, plural)))

    def _shown(self, content: Breakdown | Derived, title: str, note: str) -> dict[str, Any]:
        """What every table made of an analysis has."""
        keys = list(content.keys)
        return {
            "viewer": self.viewer, "title": title, "frame": self._known(content.frame), "keys": keys,
            "note": note, "total": content.total, "sites": [key for key in keys if key == "site_id"],
        }  # fmt: skip

    def _known(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame, refused when one of its columns is declared nowhere."""
        for column in frame.columns:
            wording.heading(column)
        return frame.reset_index(drop=True)
