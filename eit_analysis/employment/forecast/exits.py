"""Who of today's people is still there, and why the others left: one random clock per person and draw.

Each year asks in turn: retired? left? changed occupation? The hazard h of each question raises the
cumulative hazard by −log(1 − h), and someone of an occupation of pace r is still there after question k
with probability

A_k = exp(−r H_k),        H_k = −log of the chance to stay until k at pace 1, a mean over the ages of a band.

One standard exponential e gives all of it: still there while e / r > H_k; between two successive H_k it
gives the year and the reason. Paths are drawn exactly so (e has 24 bits), and a person costs one comparison
by question. How many are still there follows the Poisson-binomial law of the probabilities A_k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np

from eit_analysis.employment.forecast.ages import Team
from eit_analysis.employment.forecast.hazards import AGES, Hazards

REASONS = ("retirements", "quits", "moves", "losses")
BATCH = 255  # people counted in one byte


@dataclass(frozen=True)
class Exits:
    """Of today's people, by occupation and draw.

    Attributes
    ----------
    stock : array (years + 1, occupations, draws)
        Still there at the end of each year, the first being today.
    left : dict of arrays (years, occupations, draws)
        Exits of each year by reason (``REASONS``).
    """

    stock: np.ndarray
    left: dict[str, np.ndarray]


def staying(chances: Hazards) -> np.ndarray:
    """Chance to be still there after each question, at pace 1: array (ages today, years, questions, draws).

    Aged a today is aged a + t in year t; 70 is 70 and more.
    """
    years, draws = chances.quit.shape[1:]
    aged = np.minimum(np.arange(len(AGES))[:, None] + np.arange(years), len(AGES) - 1)
    stays = np.empty((len(AGES), years, 3, draws), dtype=np.float32)
    for place, hazard in enumerate((chances.retirement, chances.quit, chances.mobility)):
        for year in range(years):  # at once, they would take as much memory as all the rest
            np.subtract(1, hazard[aged[:, year], year], out=stays[:, year, place])
    flat = stays.reshape(len(AGES), -1, draws)
    np.cumprod(flat, axis=1, out=flat)
    return stays


def expected_hazard(people: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Cumulative hazard of a year's departures (retired or left) for whoever is there, at pace 1.

    ``people`` is by occupation and age today, the result (years, occupations, draws): −log(1 − departures
    expected / people expected).
    """
    hazard = np.zeros((stays.shape[1], len(people), stays.shape[-1]), dtype=np.float32)
    # Only where there are people: a product of another shape would round otherwise.
    known = people.any(axis=1)
    people = people[known].astype(np.float32)
    at_risk = people.sum(axis=1, keepdims=True)
    for year in range(len(hazard)):
        after = people @ stays[:, year, 1]
        share = np.divide(after, at_risk, out=np.ones_like(after), where=at_risk > 0)
        hazard[year, known] = -np.log(share.clip(1e-30, 1))
        at_risk = people @ stays[:, year, -1]
    return hazard


def leave(
    cells: Sequence[Team], stays: np.ndarray, pace: np.ndarray, kept: np.ndarray, rng: np.random.Generator
) -> Exits:
    """Draw the exits of today's people.

    Parameters
    ----------
    stays : array (ages, years, questions, draws)
        From :func:`staying`.
    pace : array (occupations, draws)
        Of exits, 1 being that of the tables.
    kept : array (occupations, years)
        1 − share of the jobs lost at the end of each year, whatever the pace.
    """
    years, questions, draws = stays.shape[1:]
    today = np.zeros(len(pace), dtype=np.int32)
    crowds: list[list[tuple[np.ndarray, int]]] = [[] for _ in pace]
    clocks: dict[bytes, np.ndarray] = {}
    for cell in cells:
        law = cell.ages.tobytes()
        if law not in clocks:
            clocks[law] = _clock(sum(cell.ages[age] * stays[age] for age in np.flatnonzero(cell.ages)))
        today[cell.occupation] += cell.people
        crowds[cell.occupation].append((clocks[law], cell.people))
    size = np.int16 if today.max(initial=0) < 2**15 else np.int32
    stock = np.zeros((years + 1, len(pace), draws), dtype=size)
    left = {reason: np.zeros((years, len(pace), draws), dtype=size) for reason in REASONS}
    stock[0] = today[:, None]
    for occupation, crowd in enumerate(crowds):
        own, jobs = pace[occupation], kept[occupation]
        asked = REASONS[:questions]
        if (jobs < 1).any():
            crowd = [(_with_losses(clock, own, jobs), people) for clock, people in crowd]
            asked = REASONS
        still = _still_there(crowd, (years, len(asked), draws), own, size, rng)
        stock[1:, occupation] = still[:, -1]
        before = stock[:-1, occupation]
        for place, reason in enumerate(asked):
            left[reason][:, occupation] = before - still[:, place]
            before = still[:, place]
    return Exits(stock, left)


def _clock(chance: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -np.log(chance).astype(np.float32)


def _with_losses(clock: np.ndarray, pace: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The clock with one more question a year, the shock, that the pace does not hasten."""
    with np.errstate(divide="ignore"):
        lost = -np.log(kept)
    so_far = np.cumsum(lost)
    asked = np.concatenate([np.zeros(1), so_far[:-1]])
    with_before = clock + (asked[:, None, None] / pace)
    return np.concatenate([with_before, clock[:, -1:] + (so_far[:, None, None] / pace)], 1).astype(np.float32)


def _still_there(
    crowd: list[tuple[np.ndarray, int]],
    shape: tuple[int, int, int],
    pace: np.ndarray,
    size: type,
    rng: np.random.Generator,
) -> np.ndarray:
    """How many of a crowd of (clock, people) are still there after each question, array ``shape``."""
    counts: np.ndarray = np.zeros(shape, dtype=size)
    later, batch = np.empty(shape, dtype=bool), np.zeros(shape, dtype=np.uint8)
    slow = (1 / pace).astype(np.float32)
    everyone = chain.from_iterable(repeat(clock, people) for clock, people in crowd)
    for number, clock in enumerate(everyone, 1):
        np.greater(rng.standard_exponential(len(slow), dtype=np.float32) * slow, clock, out=later)
        np.add(batch, later.view(np.uint8), out=batch)
        if number % BATCH == 0:
            counts += batch
            batch[:] = 0
    counts += batch
    return counts
