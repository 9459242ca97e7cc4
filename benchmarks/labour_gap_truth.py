"""Verdicts on shortages in made-up territories whose truth is known, and what the family prior is worth.

    python -m benchmarks.labour_gap_truth [--runs 200] [--draws 400] [--people 2400] [--seed 1]
        [--blur 1.0] [--data ../shared/data] [--published]

Each run draws a territory of 40 occupations, of very different sizes, from what ``hazards.csv`` and
``labour_market.csv`` say may be. An independent simulator lets firms count departures and plan hires, then
draws three years of departures, growth and entrants. Firms, BMO and DARES tell how scarce candidates are,
each with its error, the latter two of some occupations only, rounded as they publish. The verdict sees what
a study would see. ``--blur`` multiplies the error between scarcity and gap: a truth that the tables do not
know.

Right: the share of verdicts, short and not short, that came true. Stated: what they said on average. Brier:
mean of (p − truth)², beside that of a forecast that says how many are short in all. The same without the
survey. Calibration: of each tenth of stated chances, how many were short. Then each verdict by itself: how
often it was given, right, and what it stated.

``--published`` draws the truth from elsewhere than the tables of the prior: how scarce candidates for the
occupations of a territory are is what the BMO survey of 2024 publishes for occupations (ROME) of one
département, and who comes follows from it; what DARES published of them there in 2019 is the only public
voice. The rates of entrants and the errors of the sources are then what they are, and not what the tables
say that they are. It prints first how far both sources agree in one département of two, on which the error
of a public source was learnt; the territories are of the others.

With the DARES series beside the project: the rank correlation of the growth of families (FAP, three
characters) forecast by the chosen method from 1998 and from 2008, known until then only, with that of the
ten years after.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm, spearmanr

from benchmarks import cohort_territories as truth
from eit_analysis import reference
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.context.signals import LEVELS, SIGNALS
from eit_analysis.employment.forecast import cohort, entrants, labour_gap
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import age_weights
from eit_analysis.employment.forecast.series.forecasts import forecast
from eit_analysis.intake.registers.files import read_register

YEARS, N = labour_gap.YEARS, truth.OCCUPATIONS


def ranged(market: pd.DataFrame, name: str, rng: np.random.Generator, size: int = 1) -> np.ndarray:
    low, central, high = market.loc[market["parameter"] == name, ["low", "central", "high"]].iloc[0]
    return rng.triangular(low, central, high, size)


def openings(world: truth.Territory, growth: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Posts that opened over three years, and those expected, arrays (occupations)."""
    there, hired, wanted = world.people[None], np.zeros(N), np.zeros(N)
    leaving = 1 - (1 - world.retirement) * (1 - world.quit)
    size = world.people.sum(axis=1) / world.people.sum()
    for _ in range(YEARS):
        want = np.clip((there * leaving).sum(axis=2) + growth * there.sum(axis=2), 0, None)
        new = rng.poisson(want)
        there, _, movers = world.advance(there, rng)
        arrived = np.swapaxes(rng.multinomial(movers.sum(axis=1), size), 1, 2)
        there = truth.older(there + arrived) + truth.older(rng.multinomial(new, truth.HIRING))
        hired, wanted = hired + new[0], wanted + want[0]
    return hired, wanted


def coming(
    market: pd.DataFrame,
    level: np.ndarray,
    people: np.ndarray,
    posts: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """People expected to come over three years, array (occupations): half of the doubt is common to all."""
    total = np.zeros(N)
    for origin in entrants.ORIGINS:
        u = norm.cdf((rng.standard_normal() + rng.standard_normal(N)) / np.sqrt(2))
        rows = market[market["parameter"] == origin].assign(level=lambda table: table["level"].fillna(""))
        for place, name in enumerate(level):
            own = rows[rows["level"] == name] if name in set(rows["level"]) else rows[rows["level"] == ""]
            total[place] += rates.triangular(u[place], *own.iloc[0][["low", "central", "high"]])
    each = np.maximum(posts / people * people.sum() / posts.sum(), entrants.LEAST_POSTS)
    each = each ** ranged(market, "posts_followed", rng)
    return total * people * YEARS * each * people.sum() / (each @ people)


def published(folder: Path) -> pd.DataFrame:
    """Scarcity (0 to 1) of occupations by ``department_code``: ``dares`` in 2019, ``bmo`` in 2024."""
    sheets = {"bmo": "bmo/Base_open_data_BMO_2024.xlsx"}
    sheets |= {"tension": "dares/tensions.csv", "codes": "dares/fap225_rome.csv"}
    read = {n: read_register("bmo" if n == "bmo" else "dares", folder / f).frame for n, f in sheets.items()}
    codes, tension = read["codes"], read["tension"]
    known = tension[(tension["geographic_level"] == "dep") & (tension["fap_level"] == "fap 225")]
    parts = codes.assign(weight=1 / codes.groupby("fap_code")["rome_code"].transform("size")).merge(
        known, on="fap_code"
    )
    parts["weight"] *= parts["mean_employment"].astype(float)
    projects = read["bmo"].assign(value=read["bmo"]["difficult_share_percent"].astype(float) / 100)
    weighed = projects.assign(x=projects["value"] * projects["planned_hires"], w=projects["planned_hires"])
    sums = weighed.dropna(subset=["x"]).groupby(["occupation_code", "department_code"])[["x", "w"]].sum()
    share = (sums["x"] / sums["w"]).astype(float).rename("value").rename_axis(["fap_code", "department_code"])
    found = {
        "dares": parts.assign(value=(parts["tension_class"].astype(float) - 1) / 4),
        "bmo": reference.load("rome_fap").merge(share.reset_index(), on="fap_code"),
    }
    means = {}
    for name, rows in found.items():
        rows = rows.dropna(subset=["value", "weight"])
        rows = rows.assign(x=rows["value"] * rows["weight"]).groupby(["department_code", "rome_code"])
        means[name] = rows["x"].sum() / rows["weight"].sum()
    pairs = pd.DataFrame(means).dropna().reset_index("department_code").astype({"dares": float, "bmo": float})
    return pairs[pairs.groupby("department_code")["bmo"].transform("size") >= N]


def agreement(pairs: pd.DataFrame) -> pd.DataFrame:
    """How far the sources agree within a département, and what the tables suppose of their errors."""
    by = pairs.groupby("department_code")
    ranks = [spearmanr(own["dares"], own["bmo"])[0] for _, own in by]
    error = reference.load("labour_market").set_index("parameter").loc["basin_error", "central"]
    return pd.DataFrame(
        [{
            "départements": len(ranks), "occupations": len(pairs), "rank correlation": np.median(ranks),
            "deviation of the difference": (pairs["dares"] - pairs["bmo"]).std(),
            "supposed": np.sqrt(2) * error, "BMO, mean": pairs["bmo"].mean(),
        }]
    )  # fmt: skip


def territory(
    people: int, blur: float, rng: np.random.Generator, pairs: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """What a study sees (rows of people, signals) and what each occupation was."""
    hazards, market = reference.load("hazards"), reference.load("labour_market")
    size = rng.lognormal(0, 1, N)
    bands = rng.multinomial(people, np.repeat(size / size.sum(), len(truth.AGE_BANDS)) / len(truth.AGE_BANDS))
    bands = bands.reshape(N, -1)
    bands[:, 5] += bands.sum(axis=1) == 0
    shares = np.array([age_weights(band) for band in truth.AGE_BANDS])
    (world,) = truth.territories(hazards, rng.multinomial(bands, shares).sum(axis=1), [rng])
    n = world.people.sum(axis=1).astype(float)
    told = truth.counted(world, float(rates.value(hazards, "foresight", rng.random(1), 1.0)[0]), rng)
    family = rng.normal(0, 0.02, N)
    gaps = [
        truth.gap(hazards, f"trend_gap_{name}", (1, k), rng)[0]
        for name, k in (("territory", 1), ("occupation", N))
    ]
    growth = sum(gaps) + ranged(market, "family_growth", rng) * (family - (n @ family) / n.sum())
    opened, expected = openings(world, growth, rng)
    level = rng.choice(sorted(set(LEVELS.values())), N)
    arriving, real = coming(market, level, n, expected, rng), None
    if pairs is not None:
        place = rng.choice(pairs["department_code"].unique())
        real = pairs[pairs["department_code"] == place].sample(N, random_state=rng)
        luck = blur * ranged(market, "scarcity_error", rng) * rng.standard_normal(N)
        share = (real["bmo"].to_numpy() + luck - 0.5) * ranged(market, "scarcity_gap", rng)
        arriving = expected * (1 - share).clip(0) / (1 + share).clip(0.1)
    came = rng.poisson(arriving)
    rows = truth.workforce(bands, told)
    realised = 0.7 + float(rates.value(hazards, "plan_gap", rng.random(1), 0.0)[0])
    planned = np.round(np.clip(told + growth * n * YEARS, 0, None) / realised)
    first = ~rows["occupation"].duplicated()
    place = rows["occupation"].astype(int).to_numpy()
    answers = rng.random(N) < 0.7
    rows["planned_hires_3y"] = np.where(first & answers[place], planned[place], np.nan)

    scarce = (expected - arriving) / np.maximum(expected + arriving, 1e-9)
    scarce = 0.5 + scarce / ranged(market, "scarcity_gap", rng)
    scarce += blur * ranged(market, "scarcity_error", rng) * rng.standard_normal(N)
    scarce = scarce if real is None else real["bmo"].to_numpy()
    one, shared = ranged(market, "answer_error", rng), ranged(market, "survey_error", rng)
    firms = scarce + np.sqrt(one**2 / n + shared**2) * rng.standard_normal(N)
    public = scarce + ranged(market, "basin_error", rng) * rng.standard_normal((2, N))
    rated = rng.random(N) < 0.9
    known = pd.DataFrame(np.nan, index=range(N), columns=SIGNALS).astype(
        {"occupation": object, "level": object}
    )
    known["occupation"], known["headcount"], known["level"] = [f"{i:02}" for i in range(N)], n, level
    known["rated_people"], known["national_growth"] = n * rated, family
    known["firms"] = np.where(rated, np.round(4 * firms.clip(0, 1)) / 4, np.nan)
    known["basin"] = np.where(rng.random(N) < 0.5, public[0].clip(0, 1), np.nan)
    known["dares"] = np.where(rng.random(N) < 0.7, np.round(4 * public[1].clip(0, 1)) / 4, np.nan)
    if real is not None:
        known["basin"], known["dares"] = np.nan, real["dares"].to_numpy()
    room = labour_gap.TOLERATED * opened
    beyond = opened - came
    return rows, known, np.select([beyond > room, -beyond > room], ["short", "surplus"], "balanced")


def run(
    runs: int, draws: int, people: int, seed: int = 1, blur: float = 1.0, pairs: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row for each occupation of each territory: ``truth``, stated chances with and without the survey,
    and the verdict."""
    hazards, market = reference.load("hazards"), reference.load("labour_market")
    parts = []
    for number in range(runs):
        rows, known, truths = territory(people, blur, np.random.default_rng([seed, number]), pairs)
        parameters = Scenarios(horizon_years=YEARS, trend_rate=0.0, draws=draws, seed=number)
        plans = cohort.simulate(rows, hazards, parameters, scenario="plans", base_year=2018)
        gap = labour_gap.draw(plans, known, hazards, market, parameters)
        unsaid = labour_gap.before_survey(rows, known)
        before = labour_gap.drawn(*unsaid, hazards, market, parameters, base_year=2018, sites=None)
        table = labour_gap.by_occupation(gap, before).frame
        truly = dict(zip(known["occupation"], truths, strict=True))
        parts.append(table.assign(truth=table["occupation"].map(truly), run=number))
    return pd.concat(parts, ignore_index=True)


def score(table: pd.DataFrame) -> pd.DataFrame:
    """A line for the verdicts with the survey and one without."""
    lines = []
    for name in ("shortage_chances", "chances_before_survey"):
        p, short = table[name] / 100, table["truth"].eq("short").astype(float)
        sure = (p >= labour_gap.SURE) | (p <= 1 - labour_gap.SURE)
        called = p > 0.5
        lines.append({
            "of": name,
            "verdicts %": 100 * sure.mean(),
            "short": (sure & called).sum(),
            "right %": 100 * (called == short.eq(1))[sure].mean(),
            "right, short %": 100 * short[sure & called].mean(),
            "right, not short %": 100 * (1 - short)[sure & ~called].mean(),
            "stated %": 100 * np.maximum(p, 1 - p)[sure].mean(),
            "Brier": ((p - short) ** 2).mean(),
            "Brier of the mean": short.mean() * (1 - short.mean()),
        })  # fmt: skip
    return pd.DataFrame(lines)


def by_verdict(table: pd.DataFrame) -> pd.DataFrame:
    """Of each verdict, in percent: how often it is given, how often it came true and was stated to."""
    lines = []
    for verdict, rows in table.groupby("gap_verdict"):
        short, surplus = rows["shortage_chances"], rows["surplus_chances"]
        stated = {"short": short, "surplus": surplus, "enough": 100 - short}
        stated |= {"balanced": 100 - short - surplus, "no_post": 100 - short}
        true = rows["truth"].ne("short") if verdict in ("enough", "no_post") else rows["truth"].eq(verdict)
        if verdict in stated:
            given, sure = 100 * len(rows) / len(table), stated[verdict].mean()
            lines.append({"verdict": verdict, "given": given, "right": 100 * true.mean(), "stated": sure})
    return pd.DataFrame(lines)


def calibration(table: pd.DataFrame) -> pd.DataFrame:
    """Of each tenth of stated chances, how many cases, what was stated, how many were short (%)."""
    tenth = (table["shortage_chances"] // 10).clip(upper=9)
    groups = table.assign(short=100.0 * table["truth"].eq("short")).groupby(tenth)
    return groups.agg(cases=("short", "size"), stated=("shortage_chances", "mean"), came=("short", "mean"))


def family_prior(folder: Path, origins: tuple[int, ...] = (1998, 2008), years: int = 10) -> pd.DataFrame:
    """Rank correlation of forecast and real growth of families over the ``years`` after each origin."""
    wide = pd.read_csv(folder / "dares" / "effectifs_3niv.csv", index_col="Annee")
    wide = wide[[name for name in wide if len(name) == 3 and name not in ("ENS", "ZZZ")]].dropna(axis=1)
    panel = wide.rename_axis("year").reset_index().melt("year", var_name="series_id")
    lines = []
    for origin in origins:
        ahead = forecast(panel[panel["year"] <= origin], years)
        last = ahead[ahead["year"] == origin + years].set_index("series_id")["value"]
        now = wide.loc[origin, last.index]
        stated, came = np.log(last / now), np.log(wide.loc[origin + years, last.index] / now)
        lines.append({
            "origin": origin, "families": len(last), "rank correlation": spearmanr(stated, came)[0],
            "slope": float(np.polyfit(stated, came, 1, w=np.sqrt(now))[0]),
        })  # fmt: skip
    return pd.DataFrame(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--people", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blur", type=float, default=1.0)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--published", action="store_true")
    given = parser.parse_args()
    pairs = published(given.data) if given.published else None
    if pairs is not None:  # the error of a source is learnt on every other département
        learnt = pairs["department_code"].isin(sorted(pairs["department_code"].unique())[::2])
        print(agreement(pairs[learnt]).round(3).to_string(index=False))
        pairs = pairs[~learnt]
    found = run(given.runs, given.draws, given.people, given.seed, given.blur, pairs)
    print(score(found).round(3).to_string(index=False))
    print(calibration(found).round(1).to_string())
    print(by_verdict(found).round(1).to_string(index=False))
    if (given.data / "dares").is_dir():
        print(family_prior(given.data).round(2).to_string(index=False))
    else:
        print(f"no DARES series in {given.data}: the family prior is not measured")
