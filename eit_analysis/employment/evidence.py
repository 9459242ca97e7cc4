"""What firms declare for three years, shrunk towards the tables according to how many people are behind it.

Departures. The hazards of an occupation are those of the tables to the power of its own pace r (1 − (1 −
h)^r), r drawn from a Gamma law of mean 1 and shape κ. D departures declared where the tables expect E, of
which firms foresee a share f, count as Poisson(f r E), so that (gamma-Poisson)

r | D ~ Gamma(κ + D, κ + f E),        mean = (1 − s) · 1 + s · D / (f E),        s = f E / (κ + f E):

a large team is believed, a team of three is not. What all occupations share (levels of quits and
retirements, f, κ) is weighted by the negative binomial likelihood of every D and resampled (Rubin 1988,
SIR).

Recruitments. Announced hires weigh n / (n + k) beside the trend, n being the people of the occupation whose
firm answered, k the ``plan_weight`` of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from eit_analysis.config import Scenarios
from eit_analysis.employment import hazards as rates

PLAN_YEARS = 3  # the questionnaire asks for plans under three years
CANDIDATES, PART = 4000, 500  # parameter sets weighed; at once, which spares memory


@dataclass(frozen=True)
class Parameters:
    """Quantile of every rate, array (draws) each, and pace of each occupation, array (occupations, draws)."""

    u: dict[str, np.ndarray]
    pace: np.ndarray

    def part(self, draws: slice) -> Parameters:
        """The same for some draws only."""
        return Parameters({name: u[draws] for name, u in self.u.items()}, self.pace[:, draws])


def declared(workforce: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """What firms announce for three years, by occupation in the order of ``names``.

    Returns
    -------
    DataFrame
        ``hires, departures`` (people), ``hires_answered, departures_answered``: people of the teams
        (occupation in one firm) that gave them. No answer is not zero.
    """
    team = workforce.groupby(["occupation", "site_id"])[["headcount"]].sum()
    for plan in ("hires", "departures"):
        team[plan] = workforce.groupby(["occupation", "site_id"])[f"planned_{plan}_3y"].sum(min_count=1)
        team[f"{plan}_answered"] = team["headcount"].where(team[plan].notna(), 0.0)
    columns = ["hires", "departures", "hires_answered", "departures_answered"]
    return team.groupby("occupation")[columns].sum().reindex(names, fill_value=0.0)


def cumulative_hazard(chances: rates.Hazards) -> np.ndarray:
    """−log of the chance to neither retire nor quit in three years, by age today: array (ages, draws)."""
    departing = chances.departure()
    ages, years, _ = departing.shape
    path = [departing[np.minimum(np.arange(ages) + year, ages - 1), year] for year in range(years)]
    return -np.log(np.maximum(1 - np.stack(path), 1e-9)).sum(axis=0)


def exposure(
    people: np.ndarray, departures: np.ndarray, hazard: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Hazard that people went through at pace 1 until they left or three years had passed.

    E = Σ_a n_a (1 − exp(−r H_a)) / r, array (occupations, draws), at the pace r that the departures
    suggest: who leaves early is exposed less.

    Parameters
    ----------
    people : array (occupations, ages)
    departures, spread : array (occupations, draws), array (draws)
        Departures in all, foreseen or not; 1 / κ.
    hazard : array (ages, draws)
        From :func:`cumulative_hazard`.
    """
    exposed = people @ -np.expm1(-hazard)
    for _ in range(2):
        pace = (1 + spread * departures) / (1 + spread * exposed)
        for place, (ages, r) in enumerate(zip(people, pace, strict=True)):
            exposed[place] = ages @ -np.expm1(-r * hazard) / r
    return exposed


def posterior(
    hazards: pd.DataFrame,
    parameters: Scenarios,
    legal: np.ndarray,
    people: np.ndarray,
    departures: np.ndarray,
    rng: np.random.Generator,
    draws: int,
) -> Parameters:
    """Parameters of each draw, given the departures declared (module's equation).

    Parameters
    ----------
    people : array (occupations, ages)
        People of the teams that declared departures; all zero keeps the tables as they are.
    departures : array (occupations)
        Departures they declared.
    """
    u = {name: rng.random(CANDIDATES) for name in rates.LEVELS}
    early = legal[:, :PLAN_YEARS]
    starts = range(0, CANDIDATES, PART)
    parts = [{name: values[first : first + PART] for name, values in u.items()} for first in starts]
    hazard = np.hstack([cumulative_hazard(rates.draw(hazards, parameters, early, part)) for part in parts])
    foresight = rates.value(hazards, "foresight", u["foresight"], 1.0)
    spread = np.maximum(rates.value(hazards, "occupation_spread", u["occupation_spread"], 0.0), 1e-3) ** 2
    shape = 1 / spread
    expected = foresight * exposure(people, departures[:, None] / foresight, hazard, spread)
    log_weight = _log_negative_binomial(departures[:, None], shape, expected).sum(axis=0)
    weight = np.exp(log_weight - log_weight.max())
    # Systematic resampling: each candidate is kept its expected number of times, give or take one.
    steps = (rng.random() + np.arange(draws)) / draws
    kept = np.searchsorted(np.cumsum(weight / weight.sum()), steps).clip(max=CANDIDATES - 1)
    kept = rng.permutation(kept)
    pace = rng.standard_gamma(shape[kept] + departures[:, None]) / (shape[kept] + expected[:, kept])
    return Parameters({name: values[kept] for name, values in u.items()}, pace)


def _log_negative_binomial(count: np.ndarray, shape: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """log of Γ(κ + D) / Γ(κ) · (κ / (κ + m))^κ · (m / (κ + m))^D, without what does not depend on κ and m."""
    missed = np.log(np.maximum(mean, 1e-12)) - np.log(shape + mean)
    return gammaln(shape + count) - gammaln(shape) - shape * np.log1p(mean / shape) + count * missed
