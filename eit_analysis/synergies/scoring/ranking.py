"""The ranking itself: score, rank by three methods, rank interval, and who would have to think what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.synergies.scoring import choice, comparison, draws, preferences, smaa, spotis

EVIDENCE_RANK = {"measured": 0, "declared": 1, "estimated": 2, "inferred": 3}
CONFIDENCE = ("high", "medium", "low", "low")
RESULT_COLUMNS = [
    "score", "rank", "rank_low", "rank_high", "first_rank_percent", "top_ranks_percent",
    "confidence_factor_percent", "rank_weighted_sum", "rank_topsis", "confidence", "known_criteria",
]  # fmt: skip
ACCEPTABILITY_COLUMNS = ["candidate_id", "rank", "acceptability_percent"]
# Ranks whose acceptability is given one by one.
SHOWN_RANKS = 10


class Ranking(NamedTuple):
    """Three tables about the same candidates, best first.

    ``candidates``
        as given, with ``RESULT_COLUMNS``.
    ``acceptability``
        ``candidate_id, rank, acceptability_percent``: share of the draws with each of the ``SHOWN_RANKS``
        first ranks; empty beyond ``smaa.CLASSES`` candidates.
    ``preferences``
        from :func:`preferences.preferences`.
    """

    candidates: pd.DataFrame
    acceptability: pd.DataFrame
    preferences: pd.DataFrame


def rank(candidates: pd.DataFrame, criteria: pd.DataFrame, n_draws: int, seed: int) -> Ranking:
    """Rank candidates by choice, then by SPOTIS, with what SMAA-2 and two other methods make of it.

    A value outside the declared bounds counts as the bound. A missing value, or a column that is not there,
    counts as the middle of the scale and is drawn over the whole scale in SMAA-2: ignorance widens the
    interval instead of moving the score. Data confidence is beside the score, not inside it.

    Candidates are rows of ``substitution.candidates`` with the columns of ``impacts.impacts``,
    ``ease.with_regulatory_ease`` and ``willingness.with_willingness``; criteria, from
    :func:`criteria.criteria`.
    """
    ordered = with_coverage(candidates.sort_values("candidate_id").reset_index(drop=True))
    if ordered.empty:
        return Ranking(
            ordered.reindex(columns=[*ordered.columns, *RESULT_COLUMNS]),
            pd.DataFrame(columns=ACCEPTABILITY_COLUMNS),
            pd.DataFrame(columns=preferences.COLUMNS),
        )
    weights = criteria["weight"].to_numpy(dtype=float)
    values, intervals, known = measured(ordered, criteria)
    counted = smaa.count(draws.blocks(intervals, draws.weights(weights, n_draws, seed), seed), *values.shape)
    central = counted.central_weights()
    low, high = counted.interval()
    step = choice.steps(ordered)
    distance = spotis.spotis(intervals.central, weights)
    directions = criteria["direction"].to_numpy()
    sides = [ordered[c].map(EVIDENCE_RANK).to_numpy(dtype=int) for c in ("giver_evidence", "taker_evidence")]
    ordered = ordered.assign(
        score=100 * (1 - (distance - step)),
        rank=spotis.positions(-100 * distance),
        rank_low=low,
        rank_high=high,
        first_rank_percent=100 * counted.first / n_draws,
        top_ranks_percent=100 * counted.top / n_draws,
        confidence_factor_percent=100 * draws.confidence(intervals, central, n_draws, seed),
        rank_weighted_sum=spotis.positions(comparison.weighted_sum(values, weights, directions) - step),
        rank_topsis=spotis.positions(comparison.topsis(values, weights, directions) - step),
        confidence=np.array(CONFIDENCE, dtype=object)[np.maximum(*sides)],
        known_criteria=known.sum(axis=1),
    )
    best = ordered.sort_values(["rank", "candidate_id"]).index
    ranked = ordered.loc[best].reset_index(drop=True)
    return Ranking(
        ranked,
        _acceptability(ranked, counted.counts[best] / n_draws, counted.width),
        preferences.preferences(ranked, criteria, central[best], counted.first[best]),
    )


def with_coverage(candidates: pd.DataFrame) -> pd.DataFrame:
    """Candidates with ``coverage_percent``, the share of the giver's flow that the exchange takes."""
    return candidates.assign(
        coverage_percent=100 * candidates["diverted_t_per_year"] / candidates["supply_t_per_year"]
    )


def measured(
    candidates: pd.DataFrame, criteria: pd.DataFrame
) -> tuple[np.ndarray, draws.Intervals, np.ndarray]:
    """Candidates by criteria: values on their scales, distances to the best bound, and which are known.

    Every distance of a lead that stands lower is a whole larger: weights have a sum of 1, so that under any
    of them it comes after all that stand higher.
    """
    used = reference.load("criteria").set_index("criterion").loc[criteria["criterion"]]
    bounds = criteria[["bound_min", "bound_max"]].to_numpy(dtype=float)
    directions = criteria["direction"].to_numpy()
    raw = _matrix(candidates, used["column"])
    known = ~np.isnan(raw)
    values = np.clip(np.where(known, raw, bounds.mean(axis=1)), bounds[:, 0], bounds[:, 1])
    ends = []
    for side, end in enumerate(("low", "high")):
        stated = _matrix(candidates, used[end].fillna(used["column"]))
        stated = np.where(np.isnan(stated), raw, stated)
        ends.append(spotis.distances(np.where(known, stated, bounds[:, side]), bounds, directions))
    central = spotis.distances(values, bounds, directions)
    group = np.column_stack([pd.factorize(candidates[c], use_na_sentinel=False)[0] for c in used["shared"]])
    step = choice.steps(candidates)[:, None]
    low, high = np.minimum(central, np.minimum(*ends)), np.maximum(central, np.maximum(*ends))
    intervals = draws.Intervals(low + step, central + step, high + step, group)
    return values, intervals, known


def _matrix(candidates: pd.DataFrame, columns: pd.Series) -> np.ndarray:
    return candidates.reindex(columns=list(columns)).astype(float).to_numpy()


def _acceptability(ranked: pd.DataFrame, shares: np.ndarray, width: int) -> pd.DataFrame:
    shown = min(SHOWN_RANKS, len(ranked)) if width == 1 else 0
    columns = (
        ranked["candidate_id"].repeat(shown).to_numpy(),
        np.tile(np.arange(1, shown + 1), len(ranked)),
        100 * shares[:, :shown].ravel(),
    )
    return pd.DataFrame(dict(zip(ACCEPTABILITY_COLUMNS, columns, strict=True)))
