"""Ranking of candidates that no newcomer can reorder, and how far that ranking can be trusted.

    SPOTIS: d_i = Σ_j w_j |x_ij − best_j| / |bound_max_j − bound_min_j|, score_i = 100 (1 − d_i)

The bounds are declared, never read off the candidates, so the score of one candidate depends on itself alone
(Dezert, Tchamova, Han, Tacnet 2020, FUSION). The weighted sum and TOPSIS, whose scales come from the
candidates present, stand beside it for comparison. SMAA-2 (Lahdelma & Salminen 2001) draws weights and values
and reports how the rank moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError


class Criterion(NamedTuple):
    """A column of the candidates, which way is better (+1 more, −1 less), its scale, weight and interval."""

    column: str
    direction: int
    bounds: tuple[float, float]
    weight: float
    interval: tuple[str, str] | None = None


# Names a study may weigh in study.toml, with the scale and weight used when it says nothing.
CRITERIA = {
    "tonnes_diverted_t_per_year": Criterion(
        "diverted_t_per_year", 1, (0.0, 200.0), 0.20, ("diverted_low_t_per_year", "diverted_high_t_per_year")
    ),
    "coverage_percent": Criterion("coverage_percent", 1, (0.0, 100.0), 0.10),
    "months_in_common": Criterion("months_in_common", 1, (0.0, 12.0), 0.10),
    "distance_km": Criterion("distance_km", -1, (0.0, 40.0), 0.10),
    "maturity": Criterion("maturity", 1, (1.0, 9.0), 0.10),
    "net_gain_eur_per_year": Criterion(
        "net_gain_eur_per_year", 1, (-5000.0, 30000.0), 0.15,
        ("net_gain_low_eur_per_year", "net_gain_high_eur_per_year"),
    ),
    "emissions_tco2e_per_year": Criterion(
        "emissions_tco2e_per_year", -1, (-100.0, 100.0), 0.10,
        ("emissions_low_tco2e_per_year", "emissions_high_tco2e_per_year"),
    ),
    "avoided_tco2e_per_year": Criterion(
        "avoided_tco2e_per_year", 1, (-100.0, 100.0), 0.10,
        ("avoided_low_tco2e_per_year", "avoided_high_tco2e_per_year"),
    ),
    "fte": Criterion("jobs", 1, (-0.5, 2.0), 0.05, ("jobs_low", "jobs_high")),
}  # fmt: skip
EVIDENCE_RANK = {"measured": 0, "declared": 1, "estimated": 2, "inferred": 3}
CONFIDENCE = ("high", "medium", "low", "low")
# Dirichlet parameters are CONCENTRATION × weight: a weight of 20 % then moves by about ±7 points (1 s.d.).
CONCENTRATION = 30.0
# Draws held in memory at once: draws × candidates × criteria stays small for a national matching too.
BLOCK = 50

RESULT_COLUMNS = [
    "score", "rank", "rank_low", "rank_high", "first_rank_percent", "rank_weighted_sum", "rank_topsis",
    "confidence", "known_criteria",
]  # fmt: skip


def spotis(values: np.ndarray, weights: np.ndarray, bounds: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """d_i = Σ_j w_j |x_ij − best_j| / (max_j − min_j), best_j the bound on the good side; smaller is better.

    Parameters
    ----------
    values : (m, n) array
        Candidates by criteria, within the bounds.
    weights : (n,) array
        Sum 1.
    bounds : (n, 2) array
        Declared smallest and largest value of each criterion.
    directions : (n,) array
        +1 when more is better, −1 when less is.

    Returns
    -------
    (m,) array in [0, 1]
    """
    best = np.where(directions > 0, bounds[:, 1], bounds[:, 0])
    return (np.abs(values - best) / (bounds[:, 1] - bounds[:, 0])) @ weights


def weighted_sum(values: np.ndarray, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """s_i = Σ_j w_j (x_ij − worst_j) / (best_j − worst_j), best and worst among those present."""
    signed = values * directions
    low, span = signed.min(axis=0), np.ptp(signed, axis=0)
    return ((signed - low) / np.where(span > 0, span, 1.0)) @ weights


def topsis(values: np.ndarray, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """c_i = D⁻_i / (D⁺_i + D⁻_i) on w_j x_ij / ‖x_j‖ (Hwang & Yoon 1981); 0.5 when all are alike."""
    norm = np.linalg.norm(values, axis=0)
    scaled = weights * directions * values / np.where(norm > 0, norm, 1.0)
    to_best = np.linalg.norm(scaled - scaled.max(axis=0), axis=1)
    to_worst = np.linalg.norm(scaled - scaled.min(axis=0), axis=1)
    total = to_best + to_worst
    return np.divide(to_worst, total, out=np.full(len(values), 0.5), where=total > 0)


def criteria(
    weights: Mapping[str, float] | None = None, bounds: Mapping[str, Sequence[float]] | None = None
) -> pd.DataFrame:
    """The criteria in use: a study's weights replace all of the defaults, its bounds one by one.

    Returns
    -------
    pandas.DataFrame
        ``criterion, direction, bound_min, bound_max, weight`` with weights summing to 1.

    Raises
    ------
    InputError
        Unknown criterion, negative weights or weights that sum to 0, empty or reversed bounds.
    """
    weights = dict(weights) if weights else {name: c.weight for name, c in CRITERIA.items()}
    scales = {name: c.bounds for name, c in CRITERIA.items()} | {
        n: tuple(b) for n, b in (bounds or {}).items()
    }
    unknown = sorted((set(weights) | set(scales)) - set(CRITERIA))
    if unknown:
        raise InputError(
            f"section [scoring]\u00a0: critère inconnu «\u00a0{unknown[0]}\u00a0», choisissez parmi "
            + ", ".join(CRITERIA),
            file="study.toml",
        )
    if min(weights.values()) < 0 or not sum(weights.values()) > 0:
        raise InputError(
            "section [scoring]\u00a0: les poids doivent être positifs et leur somme non nulle, corrigez-les",
            file="study.toml",
        )
    reversed_ = [name for name in weights if not scales[name][1] > scales[name][0]]
    if reversed_:
        raise InputError(
            f"section [scoring]\u00a0: les bornes de «\u00a0{reversed_[0]}\u00a0» doivent aller de la plus "
            "petite à la plus grande, corrigez-les",
            file="study.toml",
        )
    used = [name for name in CRITERIA if weights.get(name, 0) > 0]
    return pd.DataFrame(
        {
            "criterion": pd.Series(used, dtype="str"),
            "direction": [CRITERIA[n].direction for n in used],
            "bound_min": [float(scales[n][0]) for n in used],
            "bound_max": [float(scales[n][1]) for n in used],
            "weight": [weights[n] / sum(weights.values()) for n in used],
        }
    )


def rank(candidates: pd.DataFrame, table: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """Candidates with score, ranks by three methods, rank interval and data confidence, best first.

    A value outside the declared bounds counts as the bound. A missing value counts as the middle of the scale
    and is drawn over the whole scale in SMAA-2: ignorance widens the interval instead of moving the score.

    Parameters
    ----------
    candidates : pandas.DataFrame
        Rows of ``substitution.candidates`` with the columns of ``impacts.impacts``.
    table : pandas.DataFrame
        From :func:`criteria`.
    draws, seed : int
        SMAA-2 draws and their seed.
    """
    ordered = candidates.sort_values("candidate_id").reset_index(drop=True)
    ordered = ordered.assign(
        coverage_percent=100 * ordered["diverted_t_per_year"] / ordered["supply_t_per_year"]
    )
    if ordered.empty:
        return ordered.reindex(columns=[*ordered.columns, *RESULT_COLUMNS])
    names = list(table["criterion"])
    bounds = table[["bound_min", "bound_max"]].to_numpy(dtype=float)
    weights, directions = (table[c].to_numpy(dtype=float) for c in ("weight", "direction"))
    raw = ordered[[CRITERIA[name].column for name in names]].to_numpy(dtype=float)
    unknown = np.isnan(raw)
    values = np.clip(np.where(unknown, bounds.mean(axis=1), raw), bounds[:, 0], bounds[:, 1])
    low, high = _limits(ordered, names, raw)
    low = np.clip(np.where(unknown, bounds[:, 0], low), bounds[:, 0], bounds[:, 1])
    high = np.clip(np.where(unknown, bounds[:, 1], high), bounds[:, 0], bounds[:, 1])
    sides = [ordered[c].map(EVIDENCE_RANK).to_numpy(dtype=int) for c in ("giver_evidence", "taker_evidence")]
    worst = np.maximum(*sides)
    score = 100 * (1 - spotis(values, weights, bounds, directions))
    ranks = smaa(values, low, high, weights, bounds, directions, draws, seed)
    return (
        ordered.assign(
            score=score,
            rank=positions(score),
            rank_low=np.percentile(ranks, 5, axis=0, method="inverted_cdf").astype(int),
            rank_high=np.percentile(ranks, 95, axis=0, method="inverted_cdf").astype(int),
            first_rank_percent=100 * (ranks == 1).mean(axis=0),
            rank_weighted_sum=positions(weighted_sum(values, weights, directions)),
            rank_topsis=positions(topsis(values, weights, directions)),
            confidence=np.array(CONFIDENCE, dtype=object)[worst],
            known_criteria=(~unknown).sum(axis=1),
        )
        .sort_values(["rank", "candidate_id"])
        .reset_index(drop=True)
    )


def positions(scores: np.ndarray) -> np.ndarray:
    """Rank 1 for the largest score; equal scores (to 1e-9) share the better rank."""
    return pd.Series(np.round(scores, 9)).rank(ascending=False, method="min").to_numpy(dtype=int)


def smaa(
    values: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    weights: np.ndarray,
    bounds: np.ndarray,
    directions: np.ndarray,
    draws: int,
    seed: int,
) -> np.ndarray:
    """Ranks under w ~ Dirichlet(CONCENTRATION × weights) and x_ij ~ triangular(low, value, high).

    Returns
    -------
    (draws, m) array of int
        Rank of each candidate in each draw, 1 the best.
    """
    rng = np.random.default_rng(seed)
    low, high = np.minimum(low, values), np.maximum(high, values)
    span = high - low
    mode = np.divide(values - low, span, out=np.zeros_like(span), where=span > 0)
    ranks = np.empty((draws, len(values)), dtype=np.int64)
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        w = rng.dirichlet(CONCENTRATION * weights, size=size)
        u = rng.random((size, *values.shape))
        # Inverse of the triangular distribution function.
        drawn = low + span * np.where(u < mode, np.sqrt(u * mode), 1 - np.sqrt((1 - u) * (1 - mode)))
        best = np.where(directions > 0, bounds[:, 1], bounds[:, 0])
        distance = np.einsum("dmn,dn->dm", np.abs(drawn - best) / (bounds[:, 1] - bounds[:, 0]), w)
        ranks[start : start + size] = distance.argsort(axis=1, kind="stable").argsort(axis=1) + 1
    return ranks


def _limits(frame: pd.DataFrame, names: list[str], raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = raw.copy(), raw.copy()
    for j, name in enumerate(names):
        interval = CRITERIA[name].interval
        if interval:
            low[:, j], high[:, j] = (frame[c].to_numpy(dtype=float) for c in interval)
    return low, high
