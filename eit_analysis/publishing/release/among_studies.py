"""The actors and amounts of a study as several studies know them, and back again.

A firm that has sites in two territories is one (SIREN). An establishment that two studies list is one as well
(SIRET): what it declared alike in both is one amount, known by the establishment, what it is of and its
value, where the pages of a study know it by the cell that it was read from. Both names of an amount are a
pair; an index keeps those of its day, since an actor may leave the tables, or its SIRET be corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from eit_analysis.publishing.consents import firm_of
from eit_analysis.publishing.release.audience_tables import AudienceTables
from eit_analysis.publishing.release.statements import amounts_of, once
from eit_analysis.records import known_by

MASS, PEOPLE = "mass_t_per_year", "headcount"
ESTABLISHMENT = "source_file"  # of records told apart by establishment and kind instead of their cell
# What the pages of a study know an amount and its actor by (``own``, ``site_id``), and all studies.
PAIR = {
    "study": str, "wave": str, "own": np.uint64, "site_id": str, "variable": np.uint64, "firm": str,
}  # fmt: skip
NO_PAIRS = pd.DataFrame(columns=list(PAIR)).astype(PAIR)


class AmongStudies:
    """One study among several.

    Parameters
    ----------
    name : str
        Of the study.
    tables : AudienceTables
        Of its last wave, as an audience is given them.
    before : pandas.DataFrame
        The pairs of earlier days, of all studies.

    Attributes
    ----------
    tonnes, persons : pandas.DataFrame
        Flows out of the last wave, and headcounts of those who declare some, as records of all studies.
    pairs : pandas.DataFrame
        Those of earlier days, then of today by wave.
    """

    def __init__(self, name: str, tables: AudienceTables, before: pd.DataFrame = NO_PAIRS) -> None:
        self.name, self.tonnes, self.persons = name, pd.DataFrame(), pd.DataFrame()
        found = [before[before["study"] == name]]
        for wave, given in tables.waves("flows").items():  # pages of earlier ones may tell of the same
            sites, leaving = given.sites(), given.flows("out")
            firms = firms_of(sites, name)
            everyone = self._by_firm(sites, firms, "")
            self.tonnes = self._by_firm(leaving, firms, leaving["category"])
            self.persons = everyone[sites["site_id"].isin(leaving["site_id"]).to_numpy()]
            for same in ((sites, everyone, PEOPLE), (leaving, self.tonnes, MASS)):
                found.append(_pairs(*same).assign(study=name, wave=wave))
        self.pairs = pd.concat(found, ignore_index=True)[list(PAIR)].drop_duplicates()

    def among_studies(self, told: pd.DataFrame) -> pd.DataFrame:
        """What its pages told (a frame of the log of releases), over the firms and amounts of all studies."""
        shared, firms = self._names("own", "variable"), self._names("site_id", "firm")
        apart = pd.util.hash_pandas_object(told[["variable"]].assign(study=self.name), index=False).to_numpy()
        variable = [shared.get(own, new) for own, new in zip(told["variable"], apart, strict=True)]
        alone = self.name.replace(" ", "_")
        firm = [" ".join(firms.get(one, f"{alone}/{one}") for one in known_by(who)) for who in told["firm"]]
        return told.assign(variable=np.array(variable, dtype=np.uint64), firm=firm)

    def by_todays_names(self, told: pd.DataFrame) -> pd.DataFrame:
        """What an index told, of amounts of this study by what all studies know them by today."""
        pairs, new = self.pairs, {}
        for own, shared in (("own", "variable"), ("site_id", "firm")):
            newest = self._names(own, shared)
            named = zip(pairs[own], pairs[shared], strict=True)
            new[shared] = {old: newest[one] for one, old in named if newest[one] != old}
        if not any(new.values()):
            return told
        variable = np.array(_renamed(told["variable"], new["variable"]), dtype=np.uint64)
        return told.assign(variable=variable, firm=_renamed(told["firm"], new["firm"]))

    def on_its_pages(self, told: pd.DataFrame) -> pd.DataFrame:
        """What indices told of amounts of this study, as its pages know them.

        An amount that it declares at several waves alike is in turn each of them. What an index withheld by
        the rules of others closes nothing here.
        """
        open_ = told[~told["closed"]]
        touched = open_.loc[open_["variable"].isin(self.pairs["variable"]), "number"].unique()
        told = open_[open_["number"].isin(touched)]
        told = told.assign(firm=_renamed(told["firm"], self._names("firm", "site_id")))
        others = told[~told["variable"].isin(self.pairs["variable"])]
        known, by_wave = self.pairs[["wave", "own", "variable"]].drop_duplicates(), [told[:0]]
        last = known.groupby("variable")["wave"].transform("max")
        for wave in known["wave"].unique():
            has = known["variable"].isin(known.loc[known["wave"] == wave, "variable"])
            taken = known[known["wave"] == last.mask(has, wave)]
            each = 1 / taken.groupby("variable")["own"].transform("size")
            own = told.merge(taken.assign(each=each), on="variable")
            own = own.assign(variable=own["own"], coefficient=own["coefficient"] * own["each"])
            by_wave.append(pd.concat([own[told.columns], others]))
        return once(by_wave)

    def _names(self, known: str, wanted: str) -> dict:
        """From one name to the latest of the other."""
        return dict(zip(self.pairs[known], self.pairs[wanted], strict=True))

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


def _pairs(own: pd.DataFrame, shared: pd.DataFrame, column: str) -> pd.DataFrame:
    """Both names of the amounts of the same records."""
    values = np.nan_to_num(own[column].to_numpy(dtype=float))
    one, other = (amounts_of(records, values).variables for records in (own, shared))
    actor, firm = (records["site_id"].astype(str).to_numpy() for records in (own, shared))
    return pd.DataFrame({"own": one, "variable": other, "site_id": actor, "firm": firm})


def _renamed(names: Iterable, new: Mapping) -> list:
    return [new.get(name, name) for name in names]
