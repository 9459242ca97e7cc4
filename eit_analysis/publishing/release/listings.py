"""Rows about named actors: each is shown to an audience or not, according to their consent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import Viewer

MEMBERS = "members"
SEATED, UNTITLED = "seated", "untitled"
# What every member of a synergy knows of it, and which says nothing of one of them.
OF_ALL = ("months_at_stage", "n_lines", "n_done")
# What a list keeps to the team and to the actor: all that is, and what is open in sums alone. Where its waste
# goes tells what an actor owes to the law.
CLOSED = ("confidential", "summed")


@dataclass(eq=False, repr=False)
class Listing(Table):
    """Rows about individual actors, named in the columns ``sites``; without these, the team's alone.

    A title may tell of actors that the row does not name. Where rows have ``seated``, all whom it is about,
    an audience that may not read all their names reads ``untitled`` in its place.
    """

    #: How many of the rows that an audience may read are shown to it. The team has the others in the files;
    #: for anyone else they are nowhere, as what is beyond the cut may be what the cut is for.
    most: int | None = None
    #: Shape (rows, columns): cells that the sensitivity of their column closes.
    closed: np.ndarray | None = None
    unlisted: int = 0  #: rows that are not for this audience
    beside: Table | None = None  #: only rows of which it shows the first key leave
    whole: Table | None = None  #: all the rows, where the team is shown the first of them

    secrecy: ClassVar[str] = "secret des affaires"

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        if SEATED in self.frame:
            return replace(self, frame=_titled(self.frame, viewer))._for(viewer, seen)
        if viewer.internal and self.most is None and self.beside is None:
            return super()._for(viewer, seen)
        sites = list(self.sites)
        groups = [
            {site for ids in row if not wording.is_missing(ids) for site in str(ids).split()}
            for row in self.frame[sites].itertuples(index=False)
        ]
        # Of a group that it is in, a firm reads what it is about and how many more there are, and no number
        # that some of them declared.
        together = MEMBERS in sites
        allowed = np.flatnonzero([viewer.may_list(g) or (together and viewer.among(g)) for g in groups])
        kinds = [wording.heading(c).sensitivity in CLOSED for c in self.frame]
        secret = np.array(kinds, dtype=bool) & (not viewer.internal)
        if secret.any() and "rank" not in self.frame:
            # The order of a list sorted by what is closed, or where it is cut, would still tell it.
            open_cells = self.frame.loc[:, ~secret].astype(object).map(str)
            texts = open_cells.to_numpy().tolist()
            allowed = np.array(sorted(allowed, key=lambda row: texts[row]), dtype=np.intp)
        kept = allowed[: self.most]
        rows = self.frame.iloc[kept].reset_index(drop=True)
        identity = rows[list(self.keys)]
        own = np.array([groups[i] == {viewer.company} for i in kept], dtype=bool)
        among = np.array([not viewer.may_list(groups[i]) for i in kept], dtype=bool)
        of_all = rows.columns.isin([*self.keys, *OF_ALL])
        number = rows.dtypes.map(pd.api.types.is_numeric_dtype).to_numpy() & ~of_all
        number &= rows.notna().any().to_numpy()  # a column of blanks has nothing to withhold
        closed = (~own[:, None] & secret) | np.outer(among, number)
        withheld = len(groups) - len(allowed)
        note = self.noted(withheld)
        if len(kept) < len(allowed):
            shown = french.counted(len(kept), "ligne montrée", "lignes montrées")
            note = f"{note} {shown} sur {french.whole(len(allowed))}.".lstrip()
        if closed.any():
            # A closed cell holds nothing that a figure could draw.
            rows = rows.astype(object).mask(closed).infer_objects()
        beside = None if self.beside is None else self.beside.seen_by(viewer, seen)
        whole = None
        if viewer.internal and len(kept) < len(allowed):
            whole = replace(self, most=None)._for(viewer, seen)
        frame = self.named(rows, viewer)
        return replace(
            self, frame=frame, note=note, closed=closed, unlisted=withheld, identity=identity, beside=beside,
            whole=whole,
        )  # fmt: skip

    def called(self, who: object, column: str, viewer: Viewer) -> Any:
        return viewer.members(str(who)) if column == MEMBERS else super().called(who, column, viewer)

    @property
    def filed(self) -> Table:
        return self if self.whole is None else self.whole

    @property
    def hidden(self) -> np.ndarray:
        if self.beside is None:
            return super().hidden
        key = self.keys[0]
        shown = self.beside.codes[key][~self.beside.hidden]
        return ~self.codes[key].isin(shown).to_numpy(dtype=bool)

    @property
    def audited(self) -> tuple[object, ...]:
        return () if self.beside is None else self.beside.audited

    @property
    def shut(self) -> np.ndarray:
        return super().shut if self.closed is None else super().shut | self.closed

    @property
    def readable(self) -> bool:
        return super().readable if len(self.frame) else not self.unlisted

    @property
    def silence(self) -> str:
        if not self.sites and not self.viewer.internal:
            return "overlap"  # that there is no row is the team's too
        if self.readable:
            return "" if len(self.frame) else "empty"
        return "individual"


def _titled(frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    """The rows under the titles that a viewer may read."""
    may_read = [all(map(viewer.may_name, str(ids).split())) for ids in frame[SEATED]]
    own = [viewer.among(set(str(ids).split())) for ids in frame[SEATED]]
    told = np.array(may_read, dtype=bool) | np.array(own, dtype=bool)
    return frame.assign(title=frame["title"].where(told, frame[UNTITLED])).drop(columns=[SEATED, UNTITLED])


@dataclass(eq=False, repr=False)
class Decisions(Table):
    """Rows whose columns ``sites`` hold site ids or other words.

    A row leaves when every actor of these columns may be named; one of organisations alone is everybody's. It
    holds nothing that actors declared.
    """

    def _for(self, viewer: Viewer, seen: Seen) -> Table:
        secret = [site for site in viewer.names if not viewer.may_name(site)]
        kept = self.frame[~self.frame[list(self.sites)].isin(secret).any(axis=1)].reset_index(drop=True)
        note = self.noted(len(self.frame) - len(kept))
        return super(Decisions, replace(self, frame=kept, note=note))._for(viewer, seen)

    def called(self, who: object, column: str, viewer: Viewer) -> Any:
        return viewer.name(who) if who in viewer.names else who
