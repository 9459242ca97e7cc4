"""A released table: how an audience sees it, and the values that sentences take from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd
from markupsafe import Markup

from eit_analysis import french
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing import wording
from eit_analysis.publishing.html import macro
from eit_analysis.publishing.release.grid import Grid
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.row_keys import check_key
from eit_analysis.publishing.release.values import CellText, FirstLabel, Value
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.reference import sentence


@dataclass(eq=False, repr=False)
class Table(Grid):
    """A table about no actor (method, reference data, the survey as a whole): all of it may be read."""

    secrecy: ClassVar[str] = "secret statistique"

    def seen_by(self, viewer: Viewer, seen: Seen) -> Table:
        if id(self) not in seen:
            seen[id(self)] = self._for(viewer, seen)
        return seen[id(self)]

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        return replace(self, frame=self.named(self.frame, viewer), identity=self.frame[list(self.keys)])

    def noted(self, withheld: int) -> str:
        """The note, with how many rows are not shown."""
        lines = french.counted(withheld, "ligne n'est pas diffusée", "lignes ne sont pas diffusées")
        return " ".join(filter(None, [self.note, f"{lines} à ce public." if withheld else ""]))

    def named(self, frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
        """The frame with the names of its actors for who may read them."""
        shown = {name: frame[name].to_numpy(dtype=object) for name in self.sites}
        return frame.assign(**{n: [self.called(who, n, viewer) for who in ids] for n, ids in shown.items()})

    def called(self, who: object, column: str, viewer: Viewer) -> Any:
        """How a cell of a column of actors is read."""
        return wording.MISSING if wording.is_missing(who) else viewer.spelled(who)

    @property
    def filed(self) -> Table:
        """The table as its files hold it: more rows than the page shows, where its audience may read them."""
        return self

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
        these data do not have is said to be without data; one that none could have is a KeyError. One of a
        key that the audience gets a coarser level of is not told.
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
        check_key(self.title, self.codes, given, self.levels)
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
        """Why no row at all is shown; "" when one is.

        ``empty``: there is none; ``unread``: none follows from what is printed, and some of that is withheld;
        ``individual``, ``overlap`` or ``few``: none may leave.
        """
        if self.readable:
            return "" if len(self.frame) else "unread" if self.unread else "empty"
        return "few"

    def plain(self) -> str:
        return f"{self.title} ({french.counted(len(self.frame), 'ligne', 'lignes')})"

    def html(self, name: str = "apercu", link: str | None = None) -> Markup:
        return macro("table", self, Printed(self), name, link)
