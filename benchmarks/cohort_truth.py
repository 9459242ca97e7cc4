"""The cohort forecast on made-up territories whose hazards are known, beside an oracle that knows them.

    python -m benchmarks.cohort_truth [--runs 200] [--draws 400] [--people 4000] [--seed 1]
        [--foresight known|prior] [--spread none|prior] [--gaps none|prior] [--survey]

Each run draws a territory from what ``reference/hazards.csv`` says may be: levels of retirements, long
careers, quits and mobility, for 40 occupations. An independent simulator, which follows
counts by occupation and single year of age (hired at 20 to 49, movers keep their age), lets firms count the
departures of three years, then draws ten years. The forecast is given the people by age band and the
departures counted, not the hazards; the oracle is the simulator itself with the true hazards.

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
draws them too. Then what is scored is also the people there and the openings.

``--spread prior`` also gives each occupation a pace of its own, which the oracle knows; otherwise what is
unknown is common to all. ``--foresight prior`` has firms declare an unknown share of the departures, as the
tables say of a survey.

``--survey`` asks what ``territory_posts`` is worth: the people are in firms of 10 to 500, the smaller ones
older and of other trades, of which some answer, the larger ones more often. Scored are the openings and
departures over three years of all the territory, weighted, beside the same of the people described times
the ratio of all people to them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import cohort
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import age_weights
from eit_analysis.employment.forecast.labour_gap import Gap
from eit_analysis.employment.forecast.newcomers import HIRE_AGES
from eit_analysis.employment.forecast.territory_posts import territory_posts
from eit_analysis.tables import AGE_BANDS as LABELS

AGE_BANDS = list(LABELS)
OCCUPATIONS, YEARS, BEFORE = 40, 10, 3
HORIZONS = (1, 3, 5, 10)
SCORED = ("departures", "openings", "people")
PARAMETERS = Scenarios(horizon_years=YEARS, trend_rate=0.0)


@dataclass(frozen=True)
class Territory:
    """True yearly hazards, arrays (occupations, ages), and people by occupation and age."""

    retirement: np.ndarray
    quit: np.ndarray
    mobility: np.ndarray
    people: np.ndarray

    def advance(self, there: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """One year of (…, occupations, ages): who stays, departures and movers."""
        retired = rng.binomial(there, self.retirement)
        left = rng.binomial(there - retired, self.quit)
        movers = rng.binomial(there - retired - left, self.mobility)
        return there - retired - left - movers, retired + left, movers

    def seen(self, draws: int, rng: np.random.Generator, hazards: pd.DataFrame) -> dict[str, np.ndarray]:
        """Departures and openings by each horizon and people then, arrays (horizons, draws, occupations)."""
        there = np.broadcast_to(self.people, (draws, *self.people.shape))
        common, own = (
            gap(hazards, name, (draws, n), rng) for name, n in (("territory", 1), ("occupation", OCCUPATIONS))
        )
        size = self.people.sum(axis=1) / self.people.sum()
        leaving = 1 - (1 - self.retirement) * (1 - self.quit)
        found = {name: np.zeros((YEARS, *there.shape[:2]), dtype=int) for name in SCORED}
        hiring = np.isin(np.arange(len(rates.AGES)), HIRE_AGES) / len(HIRE_AGES)
        for year in range(YEARS):
            replaced, stock = (there * leaving).sum(axis=2), there.sum(axis=2)
            wanted = np.clip(replaced + (common + own) * stock, 0, None)
            level = np.clip(replaced + common * stock, 0, None).sum(axis=1, keepdims=True)
            hired = rng.poisson(wanted * level / np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9))
            there, gone, movers = self.advance(there, rng)
            arrived = np.swapaxes(rng.multinomial(movers.sum(axis=1), size), 1, 2)
            there = older(there + arrived) + older(rng.multinomial(hired, hiring))
            found["departures"][year], found["openings"][year] = gone.sum(axis=2), hired
            found["people"][year] = there.sum(axis=2)
        at = np.array(HORIZONS) - 1
        return {
            name: (many if name == "people" else np.cumsum(many, axis=0))[at] for name, many in found.items()
        }


def gap(hazards: pd.DataFrame, name: str, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Growth per year beside the trend at random, zero where the tables have none."""
    rows = hazards[hazards["hazard"] == f"trend_gap_{name}"]
    return rng.triangular(*rows.iloc[0][["low", "central", "high"]], shape) if len(rows) else np.zeros(shape)


def older(there: np.ndarray) -> np.ndarray:
    moved = np.zeros_like(there)
    moved[..., 1:] = there[..., :-1]
    moved[..., -1] += there[..., -1]
    return moved


def territories(
    hazards: pd.DataFrame, people: np.ndarray, rngs: list[np.random.Generator]
) -> Iterator[Territory]:
    """One of each generator: hazards at random quantiles of the tables, a pace at random by occupation."""
    quantiles = np.array([[rng.random() for _ in rates.LEVELS] for rng in rngs])
    u = dict(zip(rates.LEVELS, quantiles.T, strict=True))
    drawn = rates.draw(hazards, PARAMETERS, rates.legal_ages(PARAMETERS, [], 2018, 1), u)
    spreads = rates.value(hazards, "occupation_spread", u["occupation_spread"], 1e-3)
    for number, (rng, spread) in enumerate(zip(rngs, spreads, strict=True)):
        pace = rng.gamma(1 / spread**2, spread**2, OCCUPATIONS)[:, None]
        chances = (drawn.retirement, drawn.quit, drawn.mobility)
        yield Territory(*(1 - (1 - h[None, :, 0, number]) ** pace for h in chances), people)


def counted(world: Territory, share: float, rng: np.random.Generator) -> np.ndarray:
    """Departures that firms tell of three years, array (occupations): those of people of the same ages."""
    there, told = world.people, np.zeros(OCCUPATIONS, dtype=int)
    for _ in range(BEFORE):
        there, gone, movers = world.advance(there, rng)
        there = older(there + movers)
        told += gone.sum(axis=1)
    return rng.binomial(told, share)


def expected(leaving: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Departures expected by each horizon of ``people`` (…, ages) and who replaces them: (horizons, …)."""
    there, total = people.astype(float), []
    hiring = np.isin(np.arange(len(rates.AGES)), HIRE_AGES) / len(HIRE_AGES)
    for _ in range(YEARS):
        gone = there * leaving
        total.append(gone.sum(axis=-1))
        there = older(there - gone) + older(total[-1][..., None] * hiring)
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


def workforce(bands: np.ndarray, told: np.ndarray) -> pd.DataFrame:
    """Survey rows from people by occupation and band; one firm, as firms do not matter to the forecast."""
    rows = pd.DataFrame(np.argwhere(bands), columns=["occupation", "band"])
    rows["headcount"] = bands[bands > 0].astype(float)
    first = ~rows["occupation"].duplicated()
    rows["planned_departures_3y"] = np.where(first, told[rows["occupation"]], 0.0)
    rows["age_band"] = [AGE_BANDS[band] for band in rows["band"]]
    names = [f"{occupation:02}" for occupation in rows["occupation"]]
    return rows.assign(occupation=names, site_id="E1", planned_hires_3y=np.nan)


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
    """Scores by occupation and in total: ``of, cases, bias %, coverage …, CRPS, oracle, ratio,
    reachable``."""
    hazards = reference.load("hazards")
    if gaps == "none":
        hazards = hazards[~hazards["hazard"].str.startswith("trend_gap")]
    hazards = hazards.copy()
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
            whole = name == "departures" and gaps == "none"
            table.append(score(all_of_it, *total) | {"reachable": best[place] if whole else np.nan})
    return pd.DataFrame(table)


def firms(people: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Sites (headcount, INSEE class, whether they answer), and people (sites, occupations, bands)."""
    sizes = []
    while sum(sizes) < people:
        sizes.append(int(10 * (1 - rng.random() * (1 - 10 / 500)) ** -1))
    heads = np.array(sizes)
    edges = np.array([10, 20, 50, 100, 200, 250, 500, 1000])
    place = np.searchsorted(edges, heads, side="right") - 1
    small = heads < 50
    trades = np.where(small[:, None], np.arange(OCCUPATIONS) < 24, np.arange(OCCUPATIONS) >= 12) + 0.0
    ages = np.linspace(0, 1, len(AGE_BANDS))[None] * np.where(small, 0.8, -0.3)[:, None]
    mix, ages = rng.dirichlet(np.full(OCCUPATIONS, 0.3), len(heads)) * trades + 1e-9, np.exp(ages)
    each = (mix / mix.sum(axis=1, keepdims=True))[:, :, None]
    each = each * (ages / ages.sum(axis=1, keepdims=True))[:, None, :]
    counts = np.stack(
        [rng.multinomial(n, p.ravel()).reshape(p.shape) for n, p in zip(heads, each, strict=True)]
    )
    sites = pd.DataFrame(
        {"site_id": [f"E{n:03}" for n in range(len(heads))], "headcount": heads.astype(float)}
    )
    sites["headcount_low"], sites["headcount_high"] = edges[place] + 0.0, edges[place + 1] - 1.0
    return sites.assign(naf_code=None, answers=rng.random(len(heads)) < np.where(small, 0.3, 0.7)), counts


def surveyed(people: int, runs: int, draws: int, seed: int = 1) -> pd.DataFrame:
    """Bias and coverage of the territory's posts in ``runs`` territories, of which firms of a survey tell."""
    hazards = reference.load("hazards")
    found = []
    for number in range(runs):
        rng = np.random.default_rng([seed, number])
        sites, counts = firms(people, rng)
        shares, answers = np.array([age_weights(band) for band in AGE_BANDS]), sites["answers"].to_numpy()
        aged = [
            rng.multinomial(part.sum(axis=0), shares).sum(axis=1)
            for part in (counts[answers], counts[~answers])
        ]
        (world,) = territories(hazards, aged[0] + aged[1], [rng])
        share = float(rates.value(hazards, "foresight", rng.random(1), 1.0)[0])
        told = counted(replace(world, people=aged[0]), share, rng)
        each = zip(sites["site_id"][answers], counts[answers], strict=True)
        parts = [workforce(bands, np.zeros(OCCUPATIONS)).assign(site_id=site) for site, bands in each]
        rows = pd.concat(parts, ignore_index=True)
        first = ~rows["occupation"].duplicated()
        rows["planned_departures_3y"] = np.where(first, told[rows["occupation"].astype(int)], 0.0)
        rows["age_group"] = "30 à 54 ans"
        parameters = PARAMETERS.model_copy(update={"draws": draws, "seed": number, "horizon_years": BEFORE})
        result = cohort.simulate(rows, hazards, parameters, scenario="trend", base_year=2018)
        steps = {name: getattr(result, name).sum(axis=1) for name in ("retirements", "quits")}
        opened = result.hires.sum(axis=1)
        steps["growth"] = opened - steps["retirements"] - steps["quits"]
        known = pd.DataFrame({"occupation": result.occupations})
        gap = Gap(result, steps, {}, known, np.array([]), np.array([]))
        table = territory_posts(gap, sites, sites, number).frame.set_index("account_step")
        seen = world.seen(1, rng, hazards)
        at, times = HORIZONS.index(BEFORE), sites["headcount"].sum() / sites["headcount"][answers].sum()
        low, high = np.quantile(opened.sum(axis=1) * times, [0.1, 0.9])
        middle, *ends = table.loc["openings", [f"territory_people{end}" for end in ("", "_low80", "_high80")]]
        truth = seen["openings"][at].sum()
        plain = (opened.sum(axis=1).mean() * times, low, high)
        for name, (mean, bottom, top) in {
            "weighted by size": (middle, *ends), "by the ratio of people": plain
        }.items():  # fmt: skip
            found.append((name, truth, mean, bottom <= truth <= top, (top - bottom) / truth))
    table = pd.DataFrame(found, columns=["openings, 3 years", "truth", "mean", "held", "width"])
    by = table.groupby("openings, 3 years")
    return pd.DataFrame(
        {
            "bias %": 100 * (by["mean"].sum() / by["truth"].sum() - 1),
            "coverage 80 %": 100 * by["held"].mean(),
            "width / truth": by["width"].mean(),
        }
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--foresight", choices=["known", "prior"], default="known")
    parser.add_argument("--spread", choices=["none", "prior"], default="none")
    parser.add_argument("--gaps", choices=["none", "prior"], default="none")
    parser.add_argument("--survey", action="store_true")
    options = parser.parse_args()
    if options.survey:
        print(surveyed(options.people, options.runs, options.draws, options.seed).round(3).to_string())
        raise SystemExit
    kinds = (options.foresight, options.spread, options.gaps)
    scores = run(options.people, options.runs, options.draws, *kinds, options.seed)
    print(scores.round(3).to_string(index=False))
