"""What the voices on recruitment say of the gap: each draw is moved towards them, by their precision.

    x = (O − E) / m,   m = mean of (O + E) / 2 over draws              share of the posts
    2 e (d̃ − ½) = y + ε,   V(ε) = (2 e)² ((r + (1 − r) / N) / P + c²),   V(y) = V(x) − 2 / m
    d̃ = d̄ + r (d − d̄),   r = τ² / (τ² + 1 / P)                        drawn to the N occupations heard
    x ← x + K (2 e (d̃ − ½) + ε′ − y),   K = V(y) / (V(y) + V(ε))

d, from 0 to 1, is the mean of the voices of ``context.signals`` by their precision P = Σ_b 1 / σ² + 1 / (s²
/ n + q²): σ is the error of a public source, s that of a firm's answer per person of its team of n, q the
error that all firms share. A small team has the signals of its basin, a large one its own answers. Two
sources of one département differ more than its occupations do, whose difficulty has a deviation of τ: what
is said of one is drawn to the mean d̄ of all. Even exact, d says the gap of the years to come to an error c
only. e is the gap of an occupation that all find hardest. y is what of x is no luck of small numbers (of
variance 2 / m), of which no voice knows: in each draw it is x as far as they go together, and what they do
not share at random. Openings stay as they are: who comes changes with the gap.

The move is that of an ensemble Kalman filter with perturbed observations (Burgers, van Leeuwen & Evensen
1998, Monthly Weather Review 126, 1719-1724): exact for normal laws, and what is common to occupations stays.
Drawing to the mean: Efron & Morris 1975, Journal of the American Statistical Association 70, 311-319.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast.entrants import parameter

VOICES = ("firms", "basin", "dares")
MUTE = 1e-9  # precision of no voice at all


def precisions(known: pd.DataFrame, market: pd.DataFrame, u: np.ndarray) -> dict[str, np.ndarray]:
    """Precision of each voice at quantiles u (draws), arrays (draws, occupations); zero where it is mute."""
    public = 1 / parameter(market, "basin_error", u)[:, None] ** 2
    answer, shared = (parameter(market, name, u)[:, None] for name in ("answer_error", "survey_error"))
    people = np.maximum(known["rated_people"].to_numpy(float), MUTE)
    firms = 1 / (answer**2 / people + shared**2)
    given = zip(VOICES, (firms, public, public), strict=True)
    return {voice: value * known[voice].notna().to_numpy() for voice, value in given}


def survey_weight(known: pd.DataFrame, market: pd.DataFrame) -> np.ndarray:
    """How much of what the voices say is the firms', 0 to 1, array (occupations); 0 where none speaks."""
    each = precisions(known, market, np.array([0.5]))
    return (each["firms"] / np.maximum(np.sum(list(each.values()), axis=0), MUTE))[0]


def informed(
    openings: np.ndarray,
    coming: dict[str, np.ndarray],
    known: pd.DataFrame,
    market: pd.DataFrame,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Entrants by origin once the voices are heard (module's equation): whole people, none below zero.

    ``openings`` and each origin are arrays (draws, occupations); the origins keep their shares.
    """
    shape, draws = openings.shape, len(openings)
    entrants = np.sum(list(coming.values()), axis=0)
    size = np.maximum((openings + entrants).mean(axis=0) / 2, 0.5)
    shares = (openings - entrants) / size
    scale = 2 * parameter(market, "scarcity_gap", rng.random(draws))[:, None]
    error = parameter(market, "scarcity_error", rng.random(draws))[:, None]
    each = precisions(known, market, rng.random(draws))
    total = np.maximum(np.sum(list(each.values()), axis=0), MUTE)
    said = np.sum([each[voice] * known[voice].fillna(0.0).to_numpy() for voice in VOICES], axis=0) / total
    spread = parameter(market, "scarcity_spread", rng.random(draws))[:, None]
    reliable = spread**2 / (spread**2 + 1 / total)
    n_heard = max(int(known[list(VOICES)].notna().any(axis=1).sum()), 1)
    weight = total / np.maximum(total.sum(axis=1, keepdims=True), MUTE)
    mean_said = (weight * said).sum(axis=1, keepdims=True)
    said = mean_said + reliable * (said - mean_said)
    unsure = scale**2 * ((reliable + (1 - reliable) / n_heard) / total + error**2)
    mean, variance = shares.mean(axis=0), np.maximum(shares.var(axis=0), MUTE)
    lasting = np.clip(variance - 2 / size, 0, None)
    part = lasting / variance
    own = mean + part * (shares - mean) + np.sqrt(lasting * (1 - part)) * rng.standard_normal(shape)
    heard = scale * (said - 0.5) + np.sqrt(unsure) * rng.standard_normal(shape)
    gap = (shares + lasting / (lasting + unsure) * (heard - own)) * size
    left = np.clip(openings - gap, 0, None)
    ratio = np.divide(left, entrants, out=np.zeros(shape), where=entrants > 0)
    fractions = rng.random(shape)
    return {origin: np.floor(people * ratio + fractions) for origin, people in coming.items()}
