"""The actors and amounts of a study as several studies know them, and back again.

A firm that has sites in two territories is one (SIREN). An establishment that two studies list is one as well
(SIRET): what it declared alike in both is one amount, known by the establishment, what it is of and its
value, where the pages of a study know it by the cell that it was read from. All of these may change between
two days; what an actor of one wave declares stays one amount as long as its value does, so that an index
keeps what each study knew its amounts by on its day.
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
# Of each amount: by what the pages know it and its actor (``own``, ``site_id``), by what all studies do
# (``variable``, ``firm``), and which is one, whatever it is called (``amount``); ``day`` counts snapshots.
NAMES = {
    "study": str, "day": int, "wave": str, "site_id": str, "firm": str,
    "own": np.uint64, "variable": np.uint64, "amount": np.uint64,
}  # fmt: skip
NO_NAMES = pd.DataFrame(columns=list(NAMES)).astype(NAMES)


class AmongStudies:
    """One study among several.

    Parameters
    ----------
    name : str
        Of the study.
    tables : AudienceTables
        Of its last wave, as an audience is given them.
    before : pandas.DataFrame
        What amounts were known by on earlier days, in all studies.

    Attributes
    ----------
    tonnes, persons : pandas.DataFrame
        Flows out of the last wave, and headcounts of those who declare some, as records of all studies.
    today : pandas.DataFrame
        What its amounts are known by today.
    changed : bool
        Whether that is not what the last of the earlier days has.
    """

    def __init__(self, name: str, tables: AudienceTables, before: pd.DataFrame = NO_NAMES) -> None:
        self.name, self.tonnes, self.persons = name, pd.DataFrame(), pd.DataFrame()
        found = [NO_NAMES]
        for wave, given in tables.waves("flows").items():  # pages of earlier ones may tell of the same
            sites, leaving = given.sites(), given.flows("out")
            firms = firms_of(sites, name)
            everyone = self._by_firm(sites, firms, "")
            self.tonnes = self._by_firm(leaving, firms, leaving["category"])
            self.persons = everyone[sites["site_id"].isin(leaving["site_id"]).to_numpy()]
            for same in ((sites, everyone, PEOPLE), (leaving, self.tonnes, MASS)):
                found.append(_names(*same, wave).assign(study=name, wave=wave, day=0))
        before = before[before["study"] == name].reset_index(drop=True)
        today = pd.concat(found, ignore_index=True)[list(NAMES)].drop_duplicates(ignore_index=True)
        last = before["day"].max() if len(before) else 0
        self.changed = not today.equals(before[before["day"] == last].assign(day=0).reset_index(drop=True))
        self.today = today.assign(day=last + self.changed)
        self._names = pd.concat([before, self.today[: len(today) * self.changed]], ignore_index=True)

    def among_studies(self, told: pd.DataFrame) -> pd.DataFrame:
        """What its pages told (a frame of the log of releases), over the firms and amounts of all studies."""
        known = told["variable"].isin(self._names["own"])
        apart = pd.util.hash_pandas_object(told[["variable"]].assign(study=self.name), index=False).to_numpy()
        firms, alone = self._newest("site_id", "firm"), self.name.replace(" ", "_")
        firm = [" ".join(firms.get(one, f"{alone}/{one}") for one in known_by(who)) for who in told["firm"]]
        told = told.assign(firm=firm)
        own = _renamed(told[known], self._taken("own", "variable", self._day, ""))
        return pd.concat([own, told.assign(variable=apart)[~known]])

    def by_todays_names(self, told: pd.DataFrame) -> pd.DataFrame:
        """What an index told, of amounts of this study by what all studies know them by today."""
        sites, firms = self._newest("firm", "site_id"), self._newest("site_id", "firm")
        told = told.assign(firm=_called(told["firm"], {firm: firms[site] for firm, site in sites.items()}))
        known = told["variable"].isin(self._names["variable"])
        own = _renamed(told[known], self._taken("variable", "variable", self._day, ""))
        return pd.concat([own, told[~known]])

    def on_its_pages(self, told: pd.DataFrame) -> pd.DataFrame:
        """What indices told of amounts of this study, as its pages know them: at each wave, and on each day.

        An amount that one of them lacks is that of another. What an index withheld by the rules of others
        closes nothing here.
        """
        told = told[~told["closed"]]
        its = told["number"].isin(told.loc[told["variable"].isin(self._names["variable"]), "number"])
        told = told[its].assign(firm=_called(told.loc[its, "firm"], self._newest("firm", "site_id")))
        known = told["variable"].isin(self._names["variable"])
        times = self._names[["day", "wave"]].drop_duplicates().itertuples(index=False)
        taken = (self._taken("variable", "own", day, wave) for day, wave in times)
        return once([told[:0], *(pd.concat([_renamed(told[known], one), told[~known]]) for one in taken)])

    @property
    def _day(self) -> int:
        return self._names["day"].max() if len(self._names) else 0

    def _newest(self, known: str, wanted: str) -> dict:
        """From the names of an actor of one kind to the latest of the other."""
        return dict(zip(self._names[known], self._names[wanted], strict=True))

    def _taken(self, known: str, wanted: str, day: int, wave: str) -> pd.DataFrame:
        """For each name of an amount of one kind (``known``), those of another of a day and wave (``new``).

        Where it has none there, those of the last day, then of the last wave; of several, that beside it.
        """
        names = self._names
        linked = names[[known, "amount"]].drop_duplicates()
        others = names.assign(beside=names[known], new=names[wanted])[
            ["amount", "beside", "new", "day", "wave"]
        ]
        linked = linked.merge(others, on="amount")
        ages = linked[["day", "wave"]].rank(method="dense", ascending=False)
        ages = ages.mask(linked[["day", "wave"]].eq([day, wave]), 0)
        order = (ages["day"] * (1 + ages["wave"].max()) + ages["wave"]) * 2 + (
            linked["beside"] != linked[known]
        )
        first = linked[order == order.groupby(linked[known]).transform("min")]
        return first[[known, "new"]].set_axis(["variable", "new"], axis=1).drop_duplicates()

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


def _names(own: pd.DataFrame, shared: pd.DataFrame, column: str, wave: str) -> pd.DataFrame:
    """What the amounts of the same records are known by, on the pages and among studies."""
    values = np.nan_to_num(own[column].to_numpy(dtype=float))
    pages, studies = (amounts_of(records, values).variables for records in (own, shared))
    actor, firm = (records["site_id"].astype(str).to_numpy() for records in (own, shared))
    said = pd.DataFrame({"site_id": actor, "wave": wave, "of": column, "value": values.round(9)})
    amount = pd.util.hash_pandas_object(said, index=False).to_numpy()
    return pd.DataFrame({"site_id": actor, "firm": firm, "own": pages, "variable": studies, "amount": amount})


def _renamed(told: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Numbers over other names of the amounts: equal parts of one that has several."""
    each = 1 / names.groupby("variable")["new"].transform("size")
    found = told.merge(names.assign(each=each), on="variable")
    found = found.assign(variable=found["new"], coefficient=found["coefficient"] * found["each"])
    return found[told.columns]


def _called(names: Iterable, new: Mapping) -> list:
    return [new.get(name, name) for name in names]
