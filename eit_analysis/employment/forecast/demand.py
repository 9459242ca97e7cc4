"""How many people firms want: the trend of their sectors, their plans, jobs of synergies, and shocks.

hires of a year ~ Poisson(wanted) + jobs of synergies
wanted = law(gaps) × Σ law(gaps of the territory) / Σ law(gaps),  law = (1 − w a) · trend + w · plans
trend = departures expected + (rate of the sectors + gap) × stock
plans = share realised × hires announced / 3 + a (departures expected + gap × stock) − departures foreseen / 3

a is the share of people whose firm answered, w = n / (n + k) with n these people and k the ``plan_weight``
of the tables: three people's plans hardly move the trend, a hundred's replace it. The share realised is the
study's, one less its discount on the firms' optimism. Plans end after three years; departures a firm
foresees are only made good by the hires it announces. The gaps of occupations share out what the whole
territory wants, Σ being over occupations in each draw: left to themselves, those that grow would weigh more
each year, and the total leave the path that its scenario states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eit_analysis.config_scenarios import Scenarios, Shock
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.declared_plans import PLAN_YEARS


@dataclass(frozen=True)
class Gaps:
    """What is not known, arrays (draws), ``growth`` (occupations, draws).

    ``growth`` per year is that of the whole ``territory`` and what each occupation has of its own;
    ``realised`` is the share of plans, ``weight`` their k.
    """

    growth: np.ndarray
    territory: np.ndarray
    realised: np.ndarray
    weight: np.ndarray

    @property
    def shared(self) -> Gaps:
        """The same without what each occupation has of its own."""
        return replace(self, growth=self.territory[None, :])


def draw_gaps(
    hazards: pd.DataFrame, parameters: Scenarios, u: np.ndarray, occupations: int, rng: np.random.Generator
) -> Gaps:
    """Gaps to the trend, of the whole territory and of each occupation, and to the plans, at random."""
    draws = len(u)
    common = rates.value(hazards, "trend_gap_territory", rng.random(draws), 0.0)
    realised = parameters.plan_realisation + rates.value(hazards, "plan_gap", rng.random(draws), 0.0)
    own = rates.value(hazards, "trend_gap_occupation", rng.random((occupations, draws)), 0.0)
    return Gaps(common + own, common, np.clip(realised, 0, 1), rates.value(hazards, "plan_weight", u, 0.0))


@dataclass(frozen=True)
class Demand:
    """By occupation, arrays (occupations): growth per year, plans of three years, people they are of."""

    growth: np.ndarray
    hires: np.ndarray
    departures: np.ndarray
    answered: np.ndarray
    answered_share: np.ndarray

    def wanted(self, expected: np.ndarray, stock: np.ndarray, gaps: Gaps, with_plans: bool) -> np.ndarray:
        """Hires wanted in a year, array (occupations, draws), from departures expected and people there."""
        law = self.with_plans if with_plans else self.trend
        apart, together = law(expected, stock, gaps), law(expected, stock, gaps.shared).sum(axis=0)
        total = apart.sum(axis=0)
        return apart * np.divide(together, total, out=np.ones(len(total)), where=total > 0)

    def trend(self, expected: np.ndarray, stock: np.ndarray, gaps: Gaps) -> np.ndarray:
        """Of each occupation by its own gap, array (occupations, draws)."""
        return np.clip(expected + (self.growth[:, None] + gaps.growth) * stock, 0, None)

    def with_plans(self, expected: np.ndarray, stock: np.ndarray, gaps: Gaps) -> np.ndarray:
        """The same in a year that plans are about (module's equation)."""
        share, people = self.answered_share[:, None], self.answered[:, None]
        unforeseen = share * (expected + gaps.growth * stock) - self.departures[:, None] / PLAN_YEARS
        plans = gaps.realised * self.hires[:, None] / PLAN_YEARS + np.clip(unforeseen, 0, None)
        trust = np.divide(people, people + gaps.weight, out=np.zeros(stock.shape), where=people > 0)
        return (1 - trust * share) * self.trend(expected, stock, gaps) + trust * plans


def of_firms(
    workforce: pd.DataFrame,
    sites: pd.DataFrame | None,
    parameters: Scenarios,
    plans: pd.DataFrame,
    people: np.ndarray,
) -> Demand:
    """Demand of a study's firms; without a plan of hires, departures are replaced like any other.

    ``plans`` are from ``declared_plans.declared``, ``people`` those of today, array (occupations).
    """
    answered = plans["hires_answered"].to_numpy(float)
    share = np.divide(answered, people, out=np.zeros_like(answered), where=people > 0)
    growth = trend_rates(workforce, sites, parameters, list(plans.index))
    departures = plans["departures"].to_numpy(float) * (answered > 0)
    return Demand(growth, plans["hires"].to_numpy(float), departures, answered, np.clip(share, 0, 1))


def trend_rates(
    workforce: pd.DataFrame, sites: pd.DataFrame | None, parameters: Scenarios, names: list[str]
) -> np.ndarray:
    """Growth per year of each occupation, array (occupations): people-weighted mean of its firms' sectors."""
    rows = _with_sector(workforce, sites)
    rate = pd.Series(parameters.trend_rate, index=rows.index)
    for naf, own in sorted(parameters.sector_trends.items(), key=lambda item: len(item[0])):
        rate[rows["naf_code"].str.startswith(naf)] = own
    weighted = (rate * rows["headcount"]).groupby(rows["occupation"]).sum()
    mean = weighted / rows.groupby("occupation")["headcount"].sum().replace(0.0, np.nan)
    return mean.reindex(names).fillna(parameters.trend_rate).to_numpy(float)


def kept_jobs(
    workforce: pd.DataFrame,
    sites: pd.DataFrame | None,
    parameters: Scenarios,
    names: list[str],
    base_year: int,
) -> np.ndarray:
    """1 − share of the jobs of each occupation lost at the end of each year, array (occupations, years).

    A shock on a firm or a sector takes its share of the people whom the occupation has there today. One that
    touches nobody or no year of the forecast does nothing (``scenario_checks.shocks_strike`` refuses it).
    """
    total = workforce.groupby("occupation")["headcount"].sum().reindex(names, fill_value=0.0).to_numpy(float)
    kept = np.ones((len(names), parameters.horizon_years))
    for shock in parameters.shocks:
        year = shock.year - base_year - 1
        if not 0 <= year < parameters.horizon_years:
            continue
        hit = struck_by(shock, workforce, sites)
        people = hit.groupby("occupation")["headcount"].sum().reindex(names, fill_value=0.0)
        exposed = np.divide(people.to_numpy(float), total, out=np.zeros_like(total), where=total > 0)
        kept[:, year] *= 1 - shock.share * exposed
    return kept


def struck_by(shock: Shock, workforce: pd.DataFrame, sites: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of the people that a shock is about: those of its occupation, firm and sector at once."""
    rows = _with_sector(workforce, sites)
    hit = rows["naf_code"].str.startswith(shock.naf)
    for column, wanted in (("occupation", shock.occupation), ("site_id", shock.site_id)):
        hit &= (rows[column] == wanted) | (wanted == "")
    return rows[hit]


def struck(workforce: pd.DataFrame, sites: pd.DataFrame | None, parameters: Scenarios) -> pd.DataFrame:
    """Rows of the people behind the scenario of a shock: of several, those of the fewest firms; or none."""
    hit = [struck_by(shock, workforce, sites) for shock in parameters.shocks]
    return min(hit, key=lambda rows: rows["site_id"].nunique(), default=workforce.head(0))


def _with_sector(workforce: pd.DataFrame, sites: pd.DataFrame | None) -> pd.DataFrame:
    """Rows with the ``naf_code`` of their firm, empty when it is not known."""
    known = {} if sites is None else sites.set_index("site_id")["naf_code"].dropna().to_dict()
    sector = workforce["site_id"].map(known).astype(object).fillna("").astype(str)
    return workforce.assign(naf_code=sector).reset_index(drop=True)


def jobs_of_synergies(
    jobs: pd.DataFrame, names: list[str], rng: np.random.Generator, draws: int
) -> np.ndarray:
    """Whole jobs, signed, that synergies bring in each plan year: array (PLAN_YEARS, occupations, draws).

    From ``occupation, jobs_low, jobs, jobs_high`` (FTE): 0.3 job is one job in three draws of ten.
    """
    extra = np.zeros((PLAN_YEARS, len(names), draws), dtype=np.int64)
    for row in jobs.to_dict("records"):
        posts = rates.triangular(rng.random(draws), row["jobs_low"], row["jobs"], row["jobs_high"])
        whole = np.floor(posts + rng.random(draws)).astype(np.int64)
        dealt = rng.multinomial(np.abs(whole), [1 / PLAN_YEARS] * PLAN_YEARS) * np.sign(whole)[:, None]
        extra[:, names.index(row["occupation"])] += dealt.T
    return extra
