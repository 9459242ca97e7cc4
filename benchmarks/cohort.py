"""The cohort forecast beside dense binomial draws, sampling by person, and the exact law of the stock.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.cohort [--people 4000] [--draws 10000] [--repeat 3]

20 firms x 40 occupations x 50 ages x 10 years, people placed at random, hazards by age from
``reference/hazards.csv`` at their central values, one exit hazard for all contenders:

- dense numpy: one binomial a year for every firm, occupation and age, people or not;
- year of exit, numpy: one uniform a person and draw, looked up in the law of its age;
- year of exit, numba: the same in a compiled loop, compiled before the clock runs;
- ours, exits: ``exits.leave`` asking one question a year;
- exact: ``scipy.stats.poisson_binom`` for each occupation and year, no draw at all.

Then what a study pays for: exits by reason, and the whole forecast (rates drawn, moves, hires, those who came
since). Prints medians of seconds of processor (whatever else runs) over rounds in which each runs once,
ours before each of them, ratios to ours, and the total variation between the simulated and the exact laws
beside that of a sample of the exact law itself. Before that, each of ours in a process of its own: the same
and peak memory. All people are made up.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import cohort, exits
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.ages import Team

FIRMS, OCCUPATIONS, AGES, YEARS = 20, 40, np.arange(15, 65), 10
CHUNK = 100  # draws at once of the numpy peers: 4 million cells


def made_up(people: int) -> np.ndarray:
    """People by firm, occupation and age."""
    cell = np.random.default_rng(1).integers(0, FIRMS * OCCUPATIONS * len(AGES), people)
    return np.bincount(cell, minlength=FIRMS * OCCUPATIONS * len(AGES)).reshape(FIRMS, OCCUPATIONS, len(AGES))


def central(draws: int) -> rates.Hazards:
    rows = reference.load("hazards")
    rows["low"] = rows["high"] = rows["central"]
    legal = rates.legal_ages(Scenarios(), [], 2018, YEARS)
    u = {name: np.array([0.5]) for name in rates.LEVELS}
    one = rates.draw(rows, Scenarios(), legal, u)
    wide = [np.broadcast_to(h, (*legal.legal.shape, draws)) for h in (one.retirement, one.quit, one.mobility)]
    return rates.Hazards(*wide)


def law() -> np.ndarray:
    """Chance to be still there, array (ages, years), all reasons together."""
    return exits.staying(central(1))[: len(AGES), :, -1, 0]


def dense(people: np.ndarray, stays: np.ndarray, draws: int) -> np.ndarray:
    rng, stock = np.random.default_rng(1), np.zeros((OCCUPATIONS, YEARS, draws), dtype=np.int32)
    before = np.concatenate([np.ones_like(stays[:, :1]), stays[:, :-1]], axis=1)
    yearly = np.divide(stays, before, out=np.zeros_like(stays), where=before > 0)
    for first in range(0, draws, CHUNK):
        there = np.broadcast_to(people, (CHUNK, *people.shape))
        for year in range(YEARS):
            there = rng.binomial(there, yearly[:, year])
            stock[:, year, first : first + CHUNK] = there.sum(axis=(1, 3)).T
    return stock


def by_person(people: np.ndarray, stays: np.ndarray, draws: int) -> np.ndarray:
    rng, stock = np.random.default_rng(1), np.zeros((OCCUPATIONS, YEARS + 1, draws), dtype=np.int32)
    columns = np.arange(draws)
    for occupation, age in np.argwhere(people.sum(axis=0)):
        for _ in range(people[:, occupation, age].sum()):
            year = np.searchsorted(-stays[age], -rng.random(draws))  # years that the person stays
            stock[occupation, year, columns] += 1
    return np.cumsum(stock[:, ::-1], axis=1)[:, ::-1][:, 1:]


def by_person_compiled(people: np.ndarray, stays: np.ndarray, draws: int) -> np.ndarray:
    np.random.seed(1)
    stock = np.zeros((people.shape[1], stays.shape[1], draws), dtype=np.int32)
    for occupation in range(people.shape[1]):
        for age in range(people.shape[2]):
            for _ in range(people[:, occupation, age].sum()):
                for draw in range(draws):
                    u, year = np.random.random(), 0
                    while year < stays.shape[1] and u < stays[age, year]:
                        stock[occupation, year, draw] += 1
                        year += 1
    return stock


def cells_of(people: np.ndarray) -> list[Team]:
    known = np.eye(len(rates.AGES))
    together = people.sum(axis=0)
    return [Team(int(o), int(together[o, a]), known[a]) for o, a in np.argwhere(together)]


def ours(people: np.ndarray, draws: int, questions: slice) -> np.ndarray:
    cells, kept = cells_of(people), np.ones((OCCUPATIONS, YEARS))
    stock = np.zeros((YEARS + 1, OCCUPATIONS, draws), dtype=np.int32)
    pace = np.ones((OCCUPATIONS, cohort.BLOCK))
    stays = exits.staying(central(cohort.BLOCK))[:, :, questions]
    for number, first in enumerate(range(0, draws, cohort.BLOCK)):
        rng, part = np.random.default_rng([1, number]), slice(first, first + cohort.BLOCK)
        stock[..., part] = exits.leave(cells, stays, pace, kept, rng).stock
    return stock[1:].swapaxes(0, 1)


def whole(people: np.ndarray, draws: int) -> cohort.Simulation:
    rows = pd.DataFrame(np.argwhere(people), columns=["site_id", "occupation", "age"])
    rows["headcount"] = people[people > 0].astype(float)
    age = (rows.pop("age") + AGES[0]).astype(str)
    rows = rows.astype({"site_id": str, "occupation": str}).assign(age_band=age + "-" + age)
    rows = rows.assign(planned_departures_3y=np.nan, planned_hires_3y=np.nan)
    hazards = reference.load("hazards")
    return cohort.simulate(rows, hazards, Scenarios(draws=draws), scenario="trend", base_year=2018)


def exact(people: np.ndarray, stays: np.ndarray) -> list[list[np.ndarray]]:
    """Law of the stock, by occupation and year."""
    from scipy.stats import poisson_binom

    chances = [np.repeat(stays, people[:, o].sum(axis=0), axis=0) for o in range(OCCUPATIONS)]
    return [[poisson_binom.pmf(np.arange(len(p) + 1), p[:, t]) for t in range(YEARS)] for p in chances]


def distances(stock: np.ndarray, laws: list[list[np.ndarray]]) -> tuple[float, float]:
    """Mean total variation to the exact law: of the simulated stock, and of a sample of that law."""
    rng, found, fair = np.random.default_rng(2), [], []
    for occupation in range(OCCUPATIONS):
        for year, pmf in enumerate(laws[occupation]):
            counts = np.bincount(stock[occupation, year], minlength=len(pmf))
            sample = rng.multinomial(stock.shape[2], pmf / pmf.sum())
            found.append(abs(counts / counts.sum() - pmf).sum() / 2)
            fair.append(abs(sample / sample.sum() - pmf).sum() / 2)
    return statistics.mean(found), statistics.mean(fair)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def resident() -> float:
    """Most memory that this process has held, in MB; unlike getrusage, not what its parent had held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def compare(people: np.ndarray, draws: int, repeat: int) -> None:
    from numba import njit  # here, so that nothing but ours counts in the memory of ours

    stays, compiled = law(), njit(by_person_compiled)
    compiled(people[:1, :1], stays, 1)
    exact(people[:, :, :1] + 1, stays[:1])
    peers: dict[str, Callable[[], object]] = {
        "dense numpy": lambda: dense(people, stays, draws),
        "year of exit, numpy": lambda: by_person(people, stays, draws),
        "year of exit, numba": lambda: compiled(people, stays, draws),
        "exact, no draws": lambda: exact(people, stays),
        "ours, exits by reason": lambda: ours(people, draws, slice(None)),
        "ours, whole forecast": lambda: whole(people, draws),
    }
    times: dict[str, list[float]] = {name: [] for name in peers}
    mine: list[float] = []
    for _ in range(repeat):
        for name, work in peers.items():
            mine.append(seconds(lambda: ours(people, draws, slice(-1, None))))
            times[name].append(seconds(work))
    base, slowest = statistics.median(mine), statistics.median(times["dense numpy"])
    for name, found in {"ours, exits": mine, **times}.items():
        value = statistics.median(found)
        line = f"  {name:24} {value:8.2f} s  {value / base:7.2f} x ours"
        print(f"{line}  {slowest / value:7.1f} x faster than dense")
    laws = exact(people, stays)
    for name, stock in (
        ("ours", ours(people, draws, slice(-1, None))),
        ("dense numpy", dense(people, stays, draws)),
    ):
        found, fair = distances(stock, laws)
        print(f"  total variation to the exact law: {name} {found:.4f}, sample of the exact law {fair:.4f}")


ALONE: dict[str, Callable[[np.ndarray, int], object]] = {
    "exits": lambda people, draws: ours(people, draws, slice(-1, None)),
    "reasons": lambda people, draws: ours(people, draws, slice(None)),
    "whole": whole,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--alone", choices=[*ALONE], help=argparse.SUPPRESS)
    options = parser.parse_args()
    everyone = made_up(options.people)
    if options.alone:
        before = resident()
        spent = seconds(lambda: ALONE[options.alone](everyone, options.draws))
        print(
            f"  ours, {options.alone:18} {spent:8.2f} s  peak {resident():4.0f} MB, {before:.0f} MB imported"
        )
        sys.exit()
    size = f"{FIRMS} x {OCCUPATIONS} x {len(AGES)} cells, {YEARS} years"
    print(f"{options.people} people, {options.draws} draws, {size}")
    for kind in ALONE:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.cohort", *sys.argv[1:], "--alone", kind], check=True
        )
    compare(everyone, options.draws, options.repeat)
