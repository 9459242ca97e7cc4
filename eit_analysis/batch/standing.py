"""Where each study of the project stands: tonnes per employee, leads done, and what it still needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.batch.pooled_means import pooled_means
from eit_analysis.change.pooled_rates import posterior
from eit_analysis.flows.diagnosis import totals
from eit_analysis.french import counted, listed, whole
from eit_analysis.prepared import Study
from eit_analysis.tables import sheet_name

BOUNDS = ["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]
MOST_UNREAD, LEAST_ANSWERING, MOST_UNKNOWN = 0.1, 0.5, 0.3  # shares beyond which help is needed
Z = norm.ppf(0.975)


@dataclass(frozen=True)
class Standing:
    """A study on its last wave.

    Attributes
    ----------
    per_employee : tuple of float
        Outgoing tonnes a year by employee of the actors who declare some: central, low, high at 95 %.
    n_leads, n_done : int
        Lines of the register, and those that are done.
    needs : dict of str to str
        What it lacks, in French, by kind; empty when nothing was found lacking.
    communes : list of str
        Codes of the communes of its actors.
    establishments : set of str
        SIRET of its actors; the first nine digits are those of the firm.
    """

    per_employee: tuple[float, float, float] | None = None
    n_leads: int = 0
    n_done: int = 0
    needs: dict[str, str] = field(default_factory=dict)
    communes: list[str] = field(default_factory=list)
    establishments: set[str] = field(default_factory=set)


def standing(study: Study) -> Standing:
    """Where a study stands, from its clean tables.

    Raises
    ------
    InputError
        When its wave is not clean.
    """
    sites, outgoing, register = study.sites(), study.flows("out"), study.synergy_register()
    asked = sites[sites["actor_type"] != "outlet"]
    saying = asked[asked["site_id"].isin(outgoing["site_id"])]
    people, ratio = saying["headcount"].sum(), None
    if people > 0:
        counted_in = saying.loc[saying["headcount"].notna(), "site_id"]
        masses = totals(outgoing[outgoing["site_id"].isin(counted_in)], by="category").frame
        central, low, high = (masses[name].iloc[-1] / people for name in BOUNDS)  # of the total
        ratio = (float(central), float(low), float(high))
    return Standing(
        ratio,
        len(register),
        int((register["status"] == "done").sum()),
        dict(_needs(study, asked, len(saying), outgoing, register)),
        sites["commune_code"].dropna().astype(str).tolist(),
        set(sites["siret"].dropna().astype(str)),
    )


def _needs(
    study: Study, asked: pd.DataFrame, saying: int, outgoing: pd.DataFrame, register: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    unread = {
        sheet_name(name): (counts["rows_quarantined"], counts["rows_read"])
        for name, counts in study.manifest()["tables"].items()
        if counts["rows_quarantined"] > MOST_UNREAD * counts["rows_read"]
    }
    if unread:
        sheets = [f"{sheet} {whole(lost)} sur {whole(read)}" for sheet, (lost, read) in unread.items()]
        yield "Lignes illisibles", f"reprendre les lignes en quarantaine\u00a0: {listed(sheets)}"
    if saying < LEAST_ANSWERING * len(asked):
        said = counted(saying, "acteur en déclare", "acteurs en déclarent")
        yield "Flux qui manquent", f"obtenir des flux\u00a0: {said}, sur {len(asked)}"
    total = outgoing["mass_t_per_year"].sum()
    unknown = outgoing.loc[outgoing["route"] == "unknown", "mass_t_per_year"].sum()
    if unknown > MOST_UNKNOWN * total:
        share = f"{unknown / total:.0%}".replace("%", "\u00a0%")
        yield "Destinations inconnues", f"demander où vont {share} des tonnes sortantes"
    if register.empty:
        yield "Registre vide", "ouvrir le registre des synergies, qui est vide"
    elif not (register["status"] == "done").any():
        leads = counted(len(register), "piste", "pistes")
        yield "Aucune synergie réalisée", f"mener une première synergie à terme, sur {leads}"


def pooled_per_employee(ratios: Mapping[str, tuple[float, float, float] | None]) -> pd.DataFrame:
    """Tonnes per employee (central, low, high), pooled on the logarithmic scale (:mod:`pooled_means`).

    Returns
    -------
    pandas.DataFrame
        By study: ``raw``, ``pooled``, ``low``, ``high`` (95 %); those without a ratio are left out.
    """
    known = {name: one for name, one in ratios.items() if one and one[1] > 0}
    if not known:
        return pd.DataFrame(columns=["raw", "pooled", "low", "high"], dtype=float)
    central, low, high = np.array([known[name] for name in sorted(known)]).T
    centres, errors = pooled_means(np.log(central), np.log(high / low) / (2 * Z))
    drawn = {"pooled": centres, "low": centres - Z * errors, "high": centres + Z * errors}
    logs = {name: np.exp(value) for name, value in drawn.items()}
    return pd.DataFrame({"raw": central, **logs}, index=pd.Index(sorted(known), name="study"))


def pooled_done(standings: dict[str, Standing]) -> pd.DataFrame:
    """Share of leads done, raw and pooled (`change.pooled_rates`), in percent, by study that has leads."""
    names = sorted(name for name, one in standings.items() if one.n_leads)
    if not names:
        return pd.DataFrame(columns=["raw", "pooled", "low", "high"], dtype=float)
    done, leads = (
        np.array([getattr(standings[name], key) for name in names]) for key in ("n_done", "n_leads")
    )
    fitted = posterior(done, leads)
    shares = {"raw": done / leads, "pooled": fitted.means}
    shares |= {"low": fitted.quantiles(0.025), "high": fitted.quantiles(0.975)}
    return 100 * pd.DataFrame(shares, index=pd.Index(names, name="study"))
