"""The gate: what a notebook shows passes here, is held against the audience's rights, or stays inside."""

from __future__ import annotations

import string
from collections.abc import Callable

import numpy as np
import pandas as pd

from eit_analysis.config import Audience
from eit_analysis.errors import DisclosureError, UsageError
from eit_analysis.publishing import wording
from eit_analysis.publishing.disclosure import judge, protect
from eit_analysis.publishing.released import Constant, Figure, Table, Text, Value
from eit_analysis.study import Study

INTERNAL = "internal"
UNNAMED = "acteur non nommé"


def audience_rights(study: Study, audience: str) -> Audience:
    """What an audience may see.

    Raises
    ------
    UsageError
        When the audience is neither ``internal``, ``public``, ``company:<site_id>`` nor named in study.toml.
    """
    if audience == INTERNAL:
        return Audience(named=True)
    if audience.startswith("company:"):
        site = audience.removeprefix("company:")
        if site not in set(study.load("sites")["site_id"]):
            raise UsageError(
                f"L'acteur « {site} » n'est pas dans la vague {study.wave}\u00a0: corrigez --audience."
            )
        return study.config.audiences.get("partners", Audience())
    declared = {"partners": Audience(named=True), "public": Audience(), **study.config.audiences}
    if audience not in declared:
        raise UsageError(
            f"Le public « {audience} » est inconnu\u00a0: choisissez internal, company:<identifiant>, "
            f"{', '.join(sorted(declared))}."
        )
    return declared[audience]


class Release:
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
        self.study, self.audience, self.page = study, audience, page
        self.rights = audience_rights(study, audience)
        self.internal = audience == INTERNAL
        self.company = audience.removeprefix("company:") if audience.startswith("company:") else None
        sites = study.load("sites")
        self.names = dict(zip(sites["site_id"], sites["name"], strict=True))
        self.consents = dict(zip(sites["site_id"], sites["consent"], strict=True))
        self.tables: list[Table] = []

    def load(self, table: str, wave: str | None = None) -> pd.DataFrame:
        """A tidy table, without the rows of actors who refused all diffusion (unless internal)."""
        study = self.study.at(wave) if wave else self.study
        frame = study.load(table)
        if self.internal:
            return frame
        consents = self.consents
        if wave:
            earlier = study.load("sites")
            consents = {**dict(zip(earlier["site_id"], earlier["consent"], strict=True)), **self.consents}
        refused = {site for site, consent in consents.items() if consent == "none" and site != self.company}
        if "site_id" in frame.columns:
            return frame[~frame["site_id"].isin(refused)].reset_index(drop=True)
        if "site_ids" in frame.columns:
            kept = [refused.isdisjoint(str(ids).split()) for ids in frame["site_ids"]]
            return frame[kept].reset_index(drop=True)
        return frame

    def table(
        self,
        frame: pd.DataFrame,
        title: str,
        keys: list[str],
        contributors: pd.DataFrame,
        weight: str | None = None,
        people: bool = False,
        total: str | None = None,
        note: str = "",
    ) -> Table:
        """An aggregated table, judged row by row by the records behind it (see :mod:`disclosure`).

        Raises
        ------
        DisclosureError
            When the contributors lack a key column, ``site_id`` or the weight: unknown means withheld.
        """
        needed = [*keys, "site_id", *([weight] if weight else [])]
        missing = [column for column in needed if column not in contributors.columns]
        if missing:
            raise DisclosureError(
                f"« {title} »\u00a0: les contributeurs n'ont pas la colonne {', '.join(missing)}."
            )
        released = self._build(frame, title, keys, total, note)
        if not self.internal:
            rules = self.study.config.disclosure
            released.cells = judge(frame, keys, contributors, weight, people, total, rules)
            if "site_id" in keys:
                released.frame["site_id"] = [self._name(site) for site in frame["site_id"]]
        elif "site_id" in keys:
            released.frame["site_id"] = [self.names.get(site, site) for site in frame["site_id"]]
        return self._register(released)

    def listing(self, frame: pd.DataFrame, title: str, sites: list[str], note: str = "") -> Table:
        """Individual rows: each leaves only when every actor it names agreed to be named."""
        if not sites:
            raise DisclosureError(f"« {title} »\u00a0: nommez les colonnes qui portent les acteurs.")
        actors = [
            {site for column in sites for site in str(row[column]).split() if site in self.names}
            for _, row in frame[sites].iterrows()
        ]
        kept = np.array([self._may_list(group) for group in actors], dtype=bool)
        shown = frame[kept].reset_index(drop=True)
        withheld = int((~kept).sum())
        if withheld:
            note += (" " if note else "") + (
                f"{wording.counted(withheld, 'ligne n’est pas diffusée', 'lignes ne sont pas diffusées')} "
                "à ce public."
            )
        released = self._build(shown, title, [frame.columns[0]], None, note)
        closed = np.zeros(shown.shape, dtype=bool)
        if not self.internal:
            own = np.array([group == {self.company} for group in actors], dtype=bool)[kept]
            for j, column in enumerate(shown.columns):
                if wording.heading(column).sensitivity == "confidential":
                    closed[:, j] = ~own
        released.closed = closed
        for column in sites:
            released.frame[column] = [
                ", ".join(str(self.names.get(site, site)) for site in str(ids).split())
                for ids in shown[column]
            ]
        return self._register(released)

    def summary(self, frame: pd.DataFrame, title: str, keys: list[str], note: str = "") -> Table:
        """A table about method, reference data or the survey as a whole: about no actor."""
        named = [c for c in frame.columns if "site_id" in c or c.startswith("source_")]
        if named:
            raise DisclosureError(f"« {title} »\u00a0: la colonne {named[0]} désigne des acteurs.")
        return self._register(self._build(frame, title, keys, None, note))

    def figure(self, draw: Callable[..., str], table: Table, title: str, **options: object) -> Figure:
        """A drawing of a released table, with the table beneath it."""
        if not isinstance(table, Table):
            raise DisclosureError(f"« {title} »\u00a0: une figure se dessine seulement d'un tableau diffusé.")
        return Figure(draw, table, title, options)

    def text(self, template: str, **values: Value) -> Text:
        """A sentence; each of its values must itself have been released."""
        for name, value in values.items():
            if not isinstance(value, Value):
                raise DisclosureError(
                    f"« {name} » n'est pas une valeur diffusée\u00a0: prenez-la d'un tableau avec .value()."
                )
        unknown = {part for _, part, _, _ in string.Formatter().parse(template) if part} - set(values)
        if unknown:
            raise DisclosureError(f"La phrase attend {', '.join(sorted(unknown))}, sans valeur diffusée.")
        return Text(template, values)

    def count(self, count: int, singular: str, plural: str) -> Value:
        """A count with its noun: ``3 entreprises``."""
        return Value(Constant(wording.counted(int(count), singular, plural)))

    def _build(self, frame: pd.DataFrame, title: str, keys: list[str], total: str | None, note: str) -> Table:
        for column in frame.columns:
            wording.heading(column)
        return Table(title, frame.reset_index(drop=True).copy(), keys, total, note)

    def _register(self, table: Table) -> Table:
        self.tables.append(table)
        protected = [t for t in self.tables if t.cells is not None]
        from eit_analysis.publishing import released

        # For a page, all notebooks of the audience are protected together once they have run.
        if released.preview and protected:
            withheld = protect([t.cells for t in protected if t.cells])
            for each in protected:
                each.withheld = withheld
        return table

    def _may_list(self, group: set[str]) -> bool:
        if self.internal:
            return True
        others = group - {self.company}
        named = all(self.consents.get(site) == "named" for site in others)
        if self.company is not None:
            return self.company in group and named
        return bool(group) and self.rights.named and named

    def _name(self, site: object) -> str:
        text = str(site)
        may_name = self.rights.named and self.consents.get(text) == "named"
        return str(self.names.get(text, text)) if may_name or text == self.company else UNNAMED
