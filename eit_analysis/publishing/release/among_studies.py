"""The actors and amounts of a study as several studies know them, and back again.

A firm that has sites in two territories is one (SIREN). An establishment that two studies list is one as well
(SIRET): what it declared alike in both is one amount, known by the establishment, what it is of and its
value, where the pages of a study know it by the cell that it was read from.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.publishing.consents import firm_of
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.statements import amounts_of, once
from eit_analysis.records import known_by

MASS, PEOPLE = "mass_t_per_year", "headcount"
ESTABLISHMENT = "source_file"  # of records told apart by establishment and kind instead of their cell


class AmongStudies:
    """One study among several.

    Parameters
    ----------
    name : str
        Of the study.
    tables : AudienceTables
        Of its last wave, as an audience is given them.

    Attributes
    ----------
    sites, tonnes, persons : pandas.DataFrame
        Of the last wave: the actors that declare flows out, these flows and these actors' headcounts, the
        last two as records of all studies.
    """

    def __init__(self, name: str, tables: AudienceTables) -> None:
        self.name = name
        self._firms = pd.DataFrame(columns=["firm", "establishment"])  # by site
        self._amounts: list[dict[int, int]] = []  # by wave: what the pages know one by, and all studies
        for wave in tables.waves("flows").values():  # the pages of earlier ones may tell of the same amounts
            sites, leaving = wave.sites(), wave.flows("out")
            firms = firms_of(sites, name)
            self._firms = pd.concat([firms, self._firms[~self._firms.index.isin(firms.index)]])
            self.sites = sites[sites["site_id"].isin(leaving["site_id"])]
            self.tonnes = self._by_firm(leaving, firms, leaving["category"])
            self.persons = self._by_firm(self.sites, firms, "")
            same = [(leaving, self.tonnes, MASS), (self.sites, self.persons, PEOPLE)]
            self._amounts.append({own: shared for pair in same for own, shared in _names(*pair)})

    def among_studies(self, told: pd.DataFrame) -> pd.DataFrame:
        """What its pages told (a frame of the log of releases), over the firms and amounts of all studies."""
        shared = {own: variable for wave in self._amounts for own, variable in wave.items()}
        apart = pd.util.hash_pandas_object(told[["variable"]].assign(study=self.name), index=False).to_numpy()
        variable = [shared.get(own, new) for own, new in zip(told["variable"], apart, strict=True)]
        firms, alone = self._firms["firm"].to_dict(), self.name.replace(" ", "_")
        firm = [" ".join(firms.get(one, f"{alone}/{one}") for one in known_by(who)) for who in told["firm"]]
        return told.assign(variable=np.array(variable, dtype=np.uint64), firm=firm)

    def on_its_pages(self, told: pd.DataFrame) -> pd.DataFrame:
        """What was told of several studies, where it is of amounts of this one, as its pages know them.

        An amount that it declares at several waves alike is in turn each of them.
        """
        site = {firm: site for site, firm in self._firms["firm"].items()}
        told = told.assign(firm=told["firm"].map(lambda firm: site.get(firm, firm)))
        by_wave = [told[:0]]
        for wave in self._amounts:
            known = pd.DataFrame(wave.items(), columns=["own", "variable"], dtype=np.uint64)
            known["each"] = 1 / known.groupby("variable")["own"].transform("size")
            own = told.merge(known, on="variable")
            own = own.assign(variable=own["own"], coefficient=own["coefficient"] * own["each"])
            others = told[told["number"].isin(own["number"]) & ~told["variable"].isin(known["variable"])]
            by_wave.append(pd.concat([own[told.columns], others]))
        return once(by_wave)

    def _by_firm(self, records: pd.DataFrame, firms: pd.DataFrame, what: pd.Series | str) -> pd.DataFrame:
        """The records of a wave, each of a firm, told apart by establishment and what it is of."""
        sites = firms.reindex(records["site_id"].astype(str))
        return records.assign(
            site_id=sites["firm"].to_numpy(), study=self.name, source_row=0, source_sheet=what,
            **{ESTABLISHMENT: sites["establishment"].to_numpy()},
        )  # fmt: skip


def firms_of(sites: pd.DataFrame, study: str) -> pd.DataFrame:
    """By site, its ``firm`` (SIREN) and ``establishment`` (SIRET): itself, where these tell no firm."""
    known = zip(sites["site_id"].astype(str), sites["siret"].map(firm_of), sites["siret"], strict=True)
    found = {site: (firm, siret) if firm else [f"{study}/{site}".replace(" ", "_")] * 2
             for site, firm, siret in known}  # fmt: skip
    return pd.DataFrame.from_dict(found, "index", columns=["firm", "establishment"])


def _names(own: pd.DataFrame, shared: pd.DataFrame, column: str) -> zip[tuple[int, int]]:
    """What the amounts of the same records are known by, on the pages and among studies."""
    values = np.nan_to_num(own[column].to_numpy(dtype=float))
    return zip(*(amounts_of(records, values).variables for records in (own, shared)), strict=True)
