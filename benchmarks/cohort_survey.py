"""What ``territory_posts`` is worth, on made-up territories of which some firms answer a survey.

    python -m benchmarks.cohort_survey [--runs 200] [--draws 400] [--people 4000] [--seed 1]

The people are in firms of 10 to 500, the smaller ones older and of other trades, of which some answer, the
larger ones more often. Scored are the openings over three years of all the territory, weighted, beside the
same of the people described times the ratio of all people to them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.cohort_territories import (
    AGE_BANDS,
    BEFORE,
    HORIZONS,
    OCCUPATIONS,
    PARAMETERS,
    arguments,
    counted,
    territories,
    workforce,
)
from eit_analysis import reference
from eit_analysis.employment.forecast import cohort
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import age_weights
from eit_analysis.employment.forecast.labour_gap import Gap
from eit_analysis.employment.forecast.territory_posts import territory_posts


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
    parser = arguments((__doc__ or "").splitlines()[0])
    options = parser.parse_args()
    print(surveyed(options.people, options.runs, options.draws, options.seed).round(3).to_string())
