"""Made-up territories whose hazards are known, and their years as they come: an independent simulator.

It follows counts by occupation and single year of age (hired at 20 to 49, movers keep their age). Hazards are
drawn from what ``reference/hazards.csv`` says may be: levels of retirements, long careers, quits and
mobility.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.config_scenarios import Scenarios
from eit_analysis.employment.forecast import hazards as rates
from eit_analysis.employment.forecast.newcomers import HIRE_AGES
from eit_analysis.tables import AGE_BANDS as LABELS

AGE_BANDS = list(LABELS)
OCCUPATIONS, YEARS, BEFORE = 40, 10, 3
HORIZONS = (1, 3, 5, 10)
SCORED = ("departures", "openings", "people")
PARAMETERS = Scenarios(horizon_years=YEARS, trend_rate=0.0)
HIRING = np.isin(np.arange(len(rates.AGES)), HIRE_AGES) / len(HIRE_AGES)


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
        for year in range(YEARS):
            replaced, stock = (there * leaving).sum(axis=2), there.sum(axis=2)
            wanted = np.clip(replaced + (common + own) * stock, 0, None)
            level = np.clip(replaced + common * stock, 0, None).sum(axis=1, keepdims=True)
            hired = rng.poisson(wanted * level / np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9))
            there, gone, movers = self.advance(there, rng)
            arrived = np.swapaxes(rng.multinomial(movers.sum(axis=1), size), 1, 2)
            there = older(there + arrived) + older(rng.multinomial(hired, HIRING))
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


def workforce(bands: np.ndarray, told: np.ndarray) -> pd.DataFrame:
    """Survey rows from people by occupation and band; one firm, as firms do not matter to the forecast."""
    rows = pd.DataFrame(np.argwhere(bands), columns=["occupation", "band"])
    rows["headcount"] = bands[bands > 0].astype(float)
    first = ~rows["occupation"].duplicated()
    rows["planned_departures_3y"] = np.where(first, told[rows["occupation"]], 0.0)
    rows["age_band"] = [AGE_BANDS[band] for band in rows["band"]]
    names = [f"{occupation:02}" for occupation in rows["occupation"]]
    return rows.assign(occupation=names, site_id="E1", planned_hires_3y=np.nan)


def arguments(description: str) -> argparse.ArgumentParser:
    """How many territories, draws and people, and where chance starts."""
    parser = argparse.ArgumentParser(description=description)
    for name, value in (("runs", 200), ("draws", 400), ("people", 4000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser
