"""The tables that one page shows to one audience: the calls by which rows may leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.listings import Decisions, Listing
from eit_analysis.publishing.release.partners import Exchanges, bounded, partner_words, placed
from eit_analysis.publishing.release.protected import by_firm, check, protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.reckoned import Reckoned
from eit_analysis.publishing.release.refusals import check_about_no_actor
from eit_analysis.publishing.release.size_class import classes
from eit_analysis.publishing.release.tables import Table
from eit_analysis.records import TOTAL, actors_behind
from eit_analysis.reference import sentence
from eit_analysis.reference.vocabulary import ACTORS
from eit_analysis.study import Study

KIND = dict.fromkeys(["utility", "lead_kind"], "category")  # what flows


class ReleasedTables(AudienceTables):
    """What one audience gets of analyses and of rows, each by the call for its kind.

    Made of a study, opened on a wave, and the name of an audience (:class:`gate.Release`).
    """

    def __init__(self, study: Study, audience: str) -> None:
        super().__init__(study, audience)
        # What a reader of this page alone could find; the pages of an audience are protected together later.
        self.publication = Publication(self.viewer.reader)

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
        common |= {"told": leaves.told, "rounded": leaves.frame.reset_index(drop=True), "parts": leaves.parts}
        return Aggregate(**common, publication=self.publication, number=self.publication.add(leaves.told))

    def size(self, content: Breakdown, title: str) -> Aggregate:
        """The class of a grand total; a row only where the number may not be read (:mod:`size_class`).

        Raises
        ------
        DisclosureError
            When the table is not what its records give, or counts an actor who refused this audience.
        """
        check(content, title, self.viewer)
        note = sentence("size_class_note")
        frame, told = classes(by_firm(content, self.viewer), self.settings.disclosure)
        if self.viewer.internal:
            return Aggregate(**self._shown(replace(content, frame=frame.head(0)), title, note))
        common = self._shown(replace(content, frame=frame), title, note) | {"told": told, "rounded": frame}
        return Aggregate(**common, publication=self.publication, number=self.publication.add(told))

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
                raise DisclosureError(sentence("own_of_others", title=title))
            return Table(**self._shown(content, title, note), measure=content.measure)
        mine = content[content["site_id"] == self.viewer.company].drop(columns="site_id")
        return Table(self.viewer, title, self._known(mine), [str(mine.columns[0])], note)

    def private(self, content: pd.DataFrame, title: str, keys: list[str], note: str = "") -> Table | None:
        """Rows by ``site_id`` that the team reads, and a firm that has some its own; nothing for others."""
        if self.viewer.internal:
            return self.team(content, title, keys, note)
        return self.own(content, title, note) if self.viewer.company in set(content["site_id"]) else None

    def exchanges(self, content: Breakdown, title: str, note: str = "") -> Exchanges:
        """The exchanges of the firm that reads, its partners named or described (:mod:`partners`).

        Parameters
        ----------
        content : Breakdown
            One row for each, with ``partner_site_id, exchange_role``, ``category`` or ``lead_kind``, and
            where they are said ``some_price, status, use`` and ``ask_first``. Of its records, in the same
            order, the measure is what the other side declared, and ``told_low`` and ``told_high`` what the
            row tells of it.
        """
        actors = placed(self.sites(), str(self.viewer.company), self.settings.scoring.detour_factor)
        declared = self.load("utilities" if "lead_kind" in content.frame else "flows").rename(columns=KIND)
        rows = content.frame.rename(columns=KIND)
        words = partner_words(self.viewer, rows, declared, actors, self.least[1])
        # How far it is with whom, that it is an operator, what is asked of it or what it makes of the flow
        # would name who has no name.
        frame, unnamed = content.frame, content.frame["partner_site_id"].isin(words)
        shut = dict.fromkeys(("status", "ask_first", "use"), unnamed)
        if "some_price" in frame:
            shut["some_price"] = unnamed & frame["some_price"].isin(["you", "not_you"])
        told = {name: frame[name].mask(where) for name, where in shut.items() if name in frame}
        content = replace(content, frame=frame.assign(**told))
        common = self._shown(content, title, note) | {"sites": ["partner_site_id"], "rounded": content.frame}
        whole = by_firm(content, self.viewer)
        known = bounded(whole, self.settings.disclosure, self.viewer.reader)
        number = self.publication.add(known)
        return Exchanges(**common, told=known, publication=self.publication, number=number, words=words)

    def summary(self, frame: pd.DataFrame, title: str, keys: list[str], note: str = "") -> Table:
        """A table about method, reference data or the survey as a whole: about no actor.

        Raises
        ------
        DisclosureError
            When a column holds actors, or what they declared: a breakdown by :meth:`table` is audited.
        """
        check_about_no_actor(frame, title)
        return Table(self.viewer, title, self._known(frame), keys, note, TOTAL)

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
        self,
        frame: pd.DataFrame | Callable[[], pd.DataFrame],
        title: str,
        keys: list[str],
        note: str = "",
        most: int | None = None,
    ) -> Table:
        """Rows that overlap, such as plans for the same tonnes: the team's alone.

        Two of them subtracted may tell what one actor does, which judging them row by row would not see.
        What takes long to find is given as a function, that is called for the team.
        """
        if callable(frame):
            frame = frame() if self.viewer.internal else pd.DataFrame(columns=keys)
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
        complete: bool = False,
    ) -> Table:
        """A table that follows from what released ones print, and from nothing else of this study.

        ``reckon`` takes their frames, rows and cells that the audience may not read left out. What is public
        may be bound to it by ``functools.partial``. Of a ``complete`` table, of which every cell has a value,
        those that are missing are withheld.

        Raises
        ------
        DisclosureError
            When a parent was not released.
        """
        if not parents or not all(isinstance(parent, Table) for parent in parents):
            raise DisclosureError(sentence("reckoned_of", title=title))
        table = Reckoned(self.viewer, title, keys, note, parents, reckon, complete)
        self._known(table.frame)
        return table

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
