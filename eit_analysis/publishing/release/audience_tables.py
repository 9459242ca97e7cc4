"""The tables that one audience's page may be reckoned from: no actor who refused it.

What other territories sent is read as they sent it, but for texts that name an actor of this study: a
neighbour may name whoever it likes, be it an actor that refuses to be named here. Such a text is left out; a
territory that is called so is left out whole.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd

from eit_analysis.intake.territories.reading import Territories, read_territories
from eit_analysis.prepared import PreparedTables
from eit_analysis.publishing.consents import rosters
from eit_analysis.publishing.release.names import Names, allowed, ordinary
from eit_analysis.publishing.release.viewer import Viewer, viewer_of
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.records import COMMENT, SOURCE
from eit_analysis.study import Study
from eit_analysis.tables import fields


class AudienceTables(PreparedTables):
    """The tables of a study, wave by wave, without the actors who refused all diffusion (unless internal).

    Made of a study, opened on a wave, and the name of an audience (:class:`gate.Release`).
    """

    def __init__(self, study: Study, audience: str) -> None:
        self.study, self.wave, self.settings = study, study.wave, study.settings
        self.viewer = viewer_of(study, audience)
        if not self.viewer.internal:
            self.least = self.settings.disclosure.minimum_people, self.settings.disclosure.minimum_units

    def at(self, wave: str) -> Self:
        """The same audience, its tables being those of another wave.

        Who refuses all diffusion today, or did then, is left out.
        """
        other = copy(self)
        other.wave = wave
        return other

    def waves(self, table: str) -> dict[str, Self]:
        """The same audience on each wave up to this one that has a table, by wave in their order."""
        names = [name for name in self.study.waves if name <= self.wave]
        return {name: self.at(name) for name in names if self.study.at(name).has(table)}

    def registers(self) -> dict[str, pd.DataFrame]:
        """The register of each wave up to this one, by wave in their order; none that is empty."""
        return self._by_wave("synergy_register")

    def exchange_answers(self) -> pd.DataFrame:
        """What actors answered to exchanges proposed to them, in this wave and before, with its ``wave``."""
        rows = [table.assign(wave=name) for name, table in self._by_wave("exchange_answers").items()]
        none = pd.DataFrame(columns=[*fields("exchange_answers"), "wave"], dtype="str")
        return pd.concat(rows or [none], ignore_index=True)

    def _by_wave(self, table: str) -> dict[str, pd.DataFrame]:
        found = {name: wave.load(table) for name, wave in self.waves(table).items()}
        return {name: rows for name, rows in found.items() if len(rows)}

    def received(self) -> Territories:
        """The exchange files that other territories sent; no text of theirs names an actor to this audience
        that it may not read the name of."""
        received = read_territories(self.study.received, self.settings.territory)
        return readable(received, self.study, self.viewer)

    def has(self, table: str) -> bool:
        """Whether cleaning, or an import, has written this table in this wave."""
        return self.study.at(self.wave).has(table)

    def load(self, table: str) -> pd.DataFrame:
        """A tidy table, without the rows of actors who refused all diffusion (unless internal)."""
        study, refused = self.study, self.viewer.refused
        if self.wave != study.wave:
            study = study.at(self.wave)
            if not self.viewer.internal:
                refused |= viewer_of(study, "public").refused - {self.viewer.company}
        frame = study.load(table)
        kept = np.ones(len(frame), dtype=bool)
        if "site_id" in frame.columns:
            kept = ~frame["site_id"].isin(refused).to_numpy(dtype=bool)
        elif "site_ids" in frame.columns:
            ids = frame["site_ids"].to_numpy(dtype=object)
            kept = np.array([refused.isdisjoint(str(each).split()) for each in ids], dtype=bool)
        # Who they are, and what nobody could weigh, is in no total of its own.
        if not kept.all() and table not in ("sites", "unread_flows"):
            self.viewer.left_out.add(table)
        frame = frame[kept].reset_index(drop=True)
        if self.viewer.internal:
            return frame
        frame = frame.drop(columns=COMMENT, errors="ignore")
        # What is declared at two waves are two amounts, be it in one cell of files of one name.
        if table == "readiness":
            return frame.assign(source_file=str(self.wave))
        if "source_sheet" in frame.columns:
            frame = frame.assign(source_sheet=frame["source_sheet"].astype(str) + f" ({self.wave})")
        return frame

    def remarked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A prepared table of this wave with ``comment``, what respondents wrote beside each row.

        For the team alone: any other audience has the table as it is.
        """
        if not (self.viewer.internal and self.has("row_sites")):
            return frame
        rows = self.load("row_sites").reindex(columns=[*SOURCE, COMMENT])
        return frame.merge(rows.dropna(subset=COMMENT).query(f"{COMMENT} != ''"), how="left", on=SOURCE)

    def counted_by_all(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of actors who accept to be counted: fewer for the team, and for a firm that refused."""
        return rows[~rows["site_id"].isin(viewer_of(self.study, "public").refused)]


def readable(received: Territories, study: Study, viewer: Viewer) -> Territories:
    """The same tables, texts that this audience may not read missing; all of them for the team."""
    if viewer.internal or received.tables["territory"].empty:
        return received
    now = rosters(study)
    names = Names(now, [record.actors for record in ReleaseLog(study).records()], ordinary(study))
    may_name = allowed(study, viewer.audience, now)

    def shut(text: object) -> bool:
        return isinstance(text, str) and bool(names.found(text) - may_name)

    def hushed(table: pd.DataFrame) -> pd.DataFrame:
        kept = table[~table["territory"].map(shut).to_numpy(dtype=bool)].reset_index(drop=True)
        for name in kept.select_dtypes(exclude="number"):
            kept[name] = kept[name].mask(kept[name].map(shut), None)
        return kept

    tables = {name: hushed(table) for name, table in received.tables.items()}
    return replace(received, tables=tables, converted=hushed(received.converted))
