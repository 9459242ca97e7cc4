"""The cohort forecast on made-up territories whose hazards are known, beside an oracle that knows them.

    python -m benchmarks.cohort_truth [--runs 200] [--draws 400] [--people 4000] [--seed 1]
        [--foresight known|prior] [--spread none|prior] [--gaps none|prior]

Each run draws a territory of 40 occupations (:mod:`cohort_territories`), lets firms count the departures of
three years, then draws ten years. The forecast is given the people by age band and the departures counted,
not the hazards; the oracle is the simulator itself with the true hazards.

Scored: departures (retirements and quits) over 1, 3, 5 and 10 years, by occupation and in total. Bias:
forecast mean against what came, summed over runs. Coverage: the law is discrete, so that the share of cases
in the 80 % interval counts an observed value in proportion to its place in its own step (randomised
probability integral transform); the plain share, ends included, stands beside it. CRPS: mean over cases,
both from as many draws.

Reachable: the ratio, on the territory's total, of the best linear forecast of Y, the departures to come,
from D, the departures counted, in a territory as large whose occupations are alike, when laws are nearly
normal and CRPS goes like a standard deviation,

√(1 + (s + a) / w),     s = V(M) − C(M, N)² / (V(N) + v),     M = E[Y | hazards], N = E[D | hazards],

V and C being over the hazards that the tables allow, v the variance of D and w that of Y given the hazards, a
what is due to the ages within bands, which the oracle knows. For one of n occupations without a pace of its
own, √(1 + (s / n² + a / n) / w), w being that of one.

``--gaps prior`` lets the territory and each occupation leave the trend, by gaps at random as the tables say,
those of occupations sharing out what the whole territory hires; nobody can know them, so that the oracle
draws them too. Then what is scored is also the people there and the openings, and w is over the gaps as well.

``--spread prior`` also gives each occupation a pace of its own, which the oracle knows; otherwise what is
unknown is common to all. ``--foresight prior`` has firms declare an unknown share of the departures, as the
tables say of a survey.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.cohort_territories import (
    AGE_BANDS,
    BEFORE,
    HIRING,
    HORIZONS,
    OCCUPATIONS,
    PARAMETERS,
    SCORED,
    YEARS,
    arguments,
    counted,
    older,
    territories,
    workforce,
)
from eit_analysis import reference
from eit_analysis.employment.forecast import cohort
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import age_weights


def expected(leaving: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Departures expected by each horizon of ``people`` (…, ages) and who replaces them: (horizons, …)."""
    there, total = people.astype(float), []
    for _ in range(YEARS):
        gone = there * leaving
        total.append(gone.sum(axis=-1))
        there = older(there - gone) + older(total[-1][..., None] * HIRING)
    return np.cumsum(total, axis=0)[np.array(HORIZONS) - 1]


def reachable(
    hazards: pd.DataFrame, people: int, noise: np.ndarray, own_noise: np.ndarray, worlds: int = 2000
) -> tuple[np.ndarray, np.ndarray]:
    """Ratio of CRPS to the oracle's by horizon (module's equation), in total and for one occupation.

    ``noise`` and ``own_noise`` are their w by horizon.
    """
    shares = np.array([age_weights(band) for band in AGE_BANDS])
    even = np.tile(shares.sum(axis=0), (OCCUPATIONS, 1)) * people / OCCUPATIONS / len(AGE_BANDS)
    means, leavers, squares, quantiles, ages = [], [], [], [], []
    rngs = [np.random.default_rng([2, number]) for number in range(worlds)]
    for number, world in enumerate(territories(hazards, even, rngs)):
        leaving = 1 - (1 - world.retirement) * (1 - world.quit)
        told = np.ones_like(leaving)
        for year in range(BEFORE):
            told *= 1 - leaving[:, np.minimum(np.arange(leaving.shape[1]) + year, leaving.shape[1] - 1)]
        told = 1 - told
        means.append(expected(leaving, even).sum(axis=1))
        leavers.append((even * told).sum())
        squares.append((even * told**2).sum())
        quantiles.append(rngs[number].random())
        if number < 50:
            each = expected(leaving[0], np.eye(len(rates.AGES)))
            within = (each**2) @ shares.T - (each @ shares.T) ** 2
            ages.append(within.sum(axis=1) * people / len(AGE_BANDS))
    share = rates.value(hazards, "foresight", np.array(quantiles), 1.0)
    mean, count = np.array(means), share * np.array(leavers)
    own = count - share**2 * np.array(squares)
    shared = ((mean - mean.mean(axis=0)) * (count - count.mean())[:, None]).mean(axis=0)
    unknown = mean.var(axis=0) - shared**2 / (count.var() + own.mean())
    aged = np.mean(ages, axis=0)
    one = unknown / OCCUPATIONS**2 + aged / OCCUPATIONS
    return np.sqrt(1 + (unknown + aged) / noise), np.sqrt(1 + one / own_noise)


def crps(seen: np.ndarray, drawn: np.ndarray) -> float:
    """Mean over cases of mean |x − y| − Σ (2 i − 1 − m) x_(i) / m², x_(i) the m draws in order."""
    draws = drawn.shape[1]
    order = 2 * np.arange(draws) + 1 - draws
    spread = (np.sort(drawn, axis=1) * order).sum(axis=1) / draws**2
    return float((abs(drawn - seen[:, None]).mean(axis=1) - spread).mean())


def score(name: str, seen: np.ndarray, drawn: np.ndarray, known: np.ndarray) -> dict[str, object]:
    """One line of results; ``seen`` (cases), ``drawn`` and ``known`` (cases, draws)."""
    rng = np.random.default_rng(1)
    below, equal = ((drawn < seen[:, None]).mean(axis=1), (drawn == seen[:, None]).mean(axis=1))
    place = below + rng.random(len(seen)) * equal
    low, high = np.quantile(drawn, [0.1, 0.9], axis=1, method="inverted_cdf")
    ours, oracle = crps(seen, drawn), crps(seen, known)
    return {
        "of": name,
        "cases": len(seen),
        "bias %": 100 * (drawn.mean(axis=1).sum() / seen.sum() - 1),
        "coverage 80 %": 100 * ((place >= 0.1) & (place <= 0.9)).mean(),
        "coverage 95 %": 100 * ((place >= 0.025) & (place <= 0.975)).mean(),
        "ends included": 100 * ((seen >= low) & (seen <= high)).mean(),
        "CRPS": ours,
        "oracle": oracle,
        "ratio": ours / oracle,
    }


def run(
    people: int, runs: int, draws: int, foresight: str, spread: str, gaps: str = "none", seed: int = 1
) -> pd.DataFrame:
    """Scores by occupation and in total, one line each (:func:`score`), with the ratio that is reachable."""
    hazards = reference.load("hazards")
    if gaps == "none":
        hazards = hazards[~hazards["hazard"].str.startswith("trend_gap")]
    if foresight == "known":
        hazards.loc[hazards["hazard"] == "foresight", ["low", "central", "high"]] = 1.0
    if spread == "none":
        hazards = hazards[hazards["hazard"] != "occupation_spread"]
    scored = SCORED if gaps == "prior" else SCORED[:1]
    seen, drawn, known = ({name: [] for name in scored} for _ in range(3))
    for number in range(runs):
        rng = np.random.default_rng([seed, number])
        shares = np.array([age_weights(band) for band in AGE_BANDS])
        bands = rng.multinomial(
            people, np.full(OCCUPATIONS * len(AGE_BANDS), 1 / OCCUPATIONS / len(AGE_BANDS))
        )
        bands = bands.reshape(OCCUPATIONS, len(AGE_BANDS))
        (world,) = territories(hazards, rng.multinomial(bands, shares).sum(axis=1), [rng])
        share = float(rates.value(hazards, "foresight", rng.random(1), 1.0)[0])
        rows = workforce(bands, counted(world, share, rng))
        parameters = PARAMETERS.model_copy(update={"draws": draws, "seed": number})
        result = cohort.simulate(rows, hazards, parameters, scenario="trend", base_year=2018)
        oracle = world.seen(draws + 1, rng, hazards)
        ours = {
            "departures": np.cumsum(result.retirements + result.quits, axis=1),
            "openings": np.cumsum(result.hires, axis=1),
            "people": result.stock[:, 1:],
        }
        for name in scored:
            seen[name].append(oracle[name][:, 0])
            known[name].append(oracle[name][:, 1:])
            drawn[name].append(ours[name][:, np.array(HORIZONS) - 1].swapaxes(0, 1))
    left = known["departures"]
    noise = np.mean([case.sum(axis=2).var(axis=1) for case in left], axis=0)
    own_noise = np.mean([case.var(axis=1).mean(axis=1) for case in left], axis=0)
    best, best_of_one = reachable(hazards, people, noise, own_noise)
    table = []
    for name in scored:
        for place, horizon in enumerate(HORIZONS):
            cases = [[case[place].T for case in kind[name]] for kind in (seen, drawn, known)]
            alone, all_of_it = (f"{name}, {of}, {horizon} years" for of in ("occupations", "territory"))
            each = score(alone, *(np.concatenate(kind) for kind in cases))
            within = name == "departures" and spread == "none" and gaps == "none"
            table.append(each | {"reachable": best_of_one[place] if within else np.nan})
            total = (np.stack([case.sum(axis=0) for case in kind]) for kind in cases)
            of_it = best[place] if name == "departures" else np.nan
            table.append(score(all_of_it, *total) | {"reachable": of_it})
    return pd.DataFrame(table)


if __name__ == "__main__":
    parser = arguments((__doc__ or "").splitlines()[0])
    parser.add_argument("--foresight", choices=["known", "prior"], default="known")
    parser.add_argument("--spread", choices=["none", "prior"], default="none")
    parser.add_argument("--gaps", choices=["none", "prior"], default="none")
    options = parser.parse_args()
    kinds = (options.foresight, options.spread, options.gaps)
    scores = run(options.people, options.runs, options.draws, *kinds, options.seed)
    print(scores.round(3).to_string(index=False))
