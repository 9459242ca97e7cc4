"""What firms declare for three years, shrunk towards the tables according to how many people are behind it.

Departures. The hazards of an occupation are those of the tables to the power of its own pace r (1 − (1 −
h)^r), r drawn from a Gamma law of mean 1 and shape κ. Firms foresee a share f of departures, so that someone
whose cumulative hazard over three years is H is declared with probability π = f (1 − exp(−r H)), and of the D
declared the mean and variance given what all occupations share are

M = f Σ 1 − (1 + H/κ)^−κ,        V = φ M + S² / κ,        φ = Σ π (1 − π) / Σ π,
S = f Σ H (1 + H/κ)^(−κ − 1)     (dM / dr; sums over people, π its mean over r).

People leave only once: φ < 1, and a Poisson law would believe the counts too little. What is shared (levels
of quits and retirements, f, κ) is weighted by the negative binomial quasi-likelihood with this mean and
variance (McCullagh & Nelder, Generalized Linear Models, 1989, ch. 9) and resampled (Rubin 1988, SIR). Given
it, with g and c slope and curvature of the log likelihood of D in log r, at the pace r̂ they point to,

r | D ~ Gamma(κ + g + c, κ + c / r̂),        g = s (D − m) / v,        c = s² / v − (D − m) d(s / v) / d log r,

m, v mean and variance of D at r̂, s = dm / d log r. For rare departures it is Gamma(κ + D, κ + f Σ H): a
large team is believed, a team of three is not.

Recruitments. Announced hires weigh n / (n + k) beside the trend, n being the people of the occupation whose
firm answered, k the ``plan_weight`` of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import hazards as rates

PLAN_YEARS = 3  # the questionnaire asks for plans under three years
CANDIDATES, PART = 4000, 500  # parameter sets weighed; at once, which spares memory
STEPS = 3  # towards the pace that departures point to


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


def posterior(
    hazards: pd.DataFrame,
    parameters: Scenarios,
    legal: rates.Ages,
    people: np.ndarray,
    departures: np.ndarray,
    rng: np.random.Generator,
    draws: int,
) -> Parameters:
    """Parameters of each draw, given the departures declared (module's equation).

    Parameters
    ----------
    legal : hazards.Ages
        From ``hazards.legal_ages``, of the years that firms declare departures for.
    people : array (occupations, ages)
        People of the teams that declared departures; all zero keeps the tables as they are.
    departures : array (occupations)
        Departures they declared.
    """
    answering = np.flatnonzero(people.any(axis=1))
    # Evenly spread quantiles, in random order (Latin hypercube): no gaps between candidates by chance.
    count = CANDIDATES if len(answering) else draws
    u = {name: (rng.permutation(count) + rng.random(count)) / count for name in rates.LEVELS}
    spread = np.maximum(rates.value(hazards, "occupation_spread", u["occupation_spread"], 0.0), 1e-3)
    shape = 1 / spread**2
    if not len(answering):
        shape = shape.astype(np.float32)
        return Parameters(u, rng.standard_gamma(shape, (len(people), draws), dtype=np.float32) / shape)
    parts = [{name: u[name][first : first + PART] for name in u} for first in range(0, count, PART)]
    hazard = np.hstack([cumulative_hazard(rates.draw(hazards, parameters, legal, part)) for part in parts])
    foresight = rates.value(hazards, "foresight", u["foresight"], 1.0)
    log_weight = _log_likelihood(people[answering], departures[answering], hazard, foresight, shape)
    weight = np.exp(log_weight - log_weight.max())
    # Systematic resampling: each candidate is kept its expected number of times, give or take one.
    steps = (rng.random() + np.arange(draws)) / draws
    kept = np.searchsorted(np.cumsum(weight / weight.sum()), steps).clip(max=count - 1)
    ours, back = np.unique(rng.permutation(kept), return_inverse=True)
    paces = np.ones((2, len(people), len(ours))) * shape[ours]
    for place in answering:
        paces[:, place] += _pace(
            people[place], departures[place], hazard[:, ours], foresight[ours], shape[ours]
        )
    pace = rng.standard_gamma(paces[0][:, back]) / paces[1][:, back]
    return Parameters({name: values[ours[back]] for name, values in u.items()}, pace)


def _log_likelihood(
    people: np.ndarray, departures: np.ndarray, hazard: np.ndarray, foresight: np.ndarray, shape: np.ndarray
) -> np.ndarray:
    """Quasi-likelihood of all departures declared, array (candidates)."""
    staying = np.exp(-shape * np.log1p(hazard / shape))
    chance = foresight * (1 - staying)
    mean = np.maximum(people @ chance, 1e-12)
    slope = np.maximum(people @ (foresight * hazard * staying / (1 + hazard / shape)), 1e-12)
    # One for all candidates of an occupation, whose likelihoods could not be compared otherwise.
    dispersion = (people @ (chance * (1 - chance))).mean(axis=1) / mean.mean(axis=1)
    dispersion = dispersion.clip(0.05, 1)[:, None]
    # Beyond 1e8 the law is Poisson's and the functions below lose their decimals.
    own = np.minimum(shape * (mean / slope) ** 2, 1e8)
    return _log_negative_binomial(departures[:, None] / dispersion, own, mean / dispersion).sum(axis=0)


def _pace(
    people: np.ndarray, departures: float, hazard: np.ndarray, foresight: np.ndarray, shape: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What one occupation's departures add to the shape and rate of its pace, arrays (candidates)."""
    ages = np.flatnonzero(people)
    n, hazard = people[ages], hazard[ages]
    pace = (shape + departures) / (shape - n @ np.expm1(-hazard) * foresight)
    for _ in range(STEPS):
        passed = pace * hazard
        staying = np.exp(-passed)
        chance = foresight * (1 - staying)
        slopes = passed * staying * foresight  # d chance / d log r
        slope, bend = n @ slopes, n @ (slopes * (1 - passed))
        variance = np.maximum(n @ (chance * (1 - chance)), 1e-12)
        trust = slope / variance
        missed = departures - n @ chance
        turn = (bend - trust * (n @ (slopes * (1 - 2 * chance)))) / variance
        curvature = np.maximum(trust * slope - missed * turn, 0.0)
        seen, exposed = np.maximum(trust * missed + curvature, 0.01 - shape), curvature / pace
        pace = (shape + seen) / (shape + exposed)
    return seen, exposed


def _log_negative_binomial(count: np.ndarray, shape: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """log of Γ(κ + D) / Γ(κ) · (κ / (κ + m))^κ · (m / (κ + m))^D, without what does not depend on κ and m."""
    missed = np.log(np.maximum(mean, 1e-12)) - np.log(shape + mean)
    return gammaln(shape + count) - gammaln(shape) - shape * np.log1p(mean / shape) + count * missed
