"""The ranking itself: score, rank by three methods, rank interval, and what it would take to come first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.synergies.scoring import choice, comparison, draws, smaa, spotis

EVIDENCE_RANK = {"measured": 0, "declared": 1, "estimated": 2, "inferred": 3}
CONFIDENCE = ("high", "medium", "low", "low")
RESULT_COLUMNS = [
    "score", "rank", "rank_low", "rank_high", "first_rank_percent", "top_ranks_percent",
    "confidence_factor_percent", "leads_if", "rank_weighted_sum", "rank_topsis", "confidence",
]  # fmt: skip
# A difference of weights below this many points, or this many standard errors of the draws, counts as none.
POINTS, ERRORS = 3.0, 3.0
# Draws in which a candidate is first: of fewer, what they have in common is chance.
FEWEST = 10


def rank(candidates: pd.DataFrame, criteria: pd.DataFrame, n_draws: int, seed: int) -> pd.DataFrame:
    """Rank candidates by choice, then by SPOTIS, with what SMAA-2 and two other methods make of it.

    A value outside the declared bounds counts as the bound. A missing value, or a column that is not there,
    counts as the middle of the scale and is drawn over the whole scale in SMAA-2: ignorance widens the
    interval instead of moving the score. Data confidence is beside the score, not inside it.

    Candidates are rows of ``substitution.candidates`` with the columns of ``impacts.impacts``,
    ``willingness.with_regulatory_ease`` and ``with_willingness``; criteria, from
    :func:`criteria.criteria`.

    Returns
    -------
    pandas.DataFrame
        The candidates with ``coverage_percent`` and ``RESULT_COLUMNS``, best first; ``leads_if`` as
        :func:`leads_if` says.
    """
    ordered = with_coverage(candidates.sort_values("candidate_id").reset_index(drop=True))
    if ordered.empty:
        return ordered.reindex(columns=[*ordered.columns, *RESULT_COLUMNS])
    weights = criteria["weight"].to_numpy(dtype=float)
    values, intervals = measured(ordered, criteria)
    drawn = draws.weights(weights, n_draws, seed)
    counted = smaa.count(draws.blocks(intervals, drawn, seed), n_draws, *values.shape)
    central = counted.central_weights()
    step = choice.steps(ordered)
    distance = spotis.spotis(intervals.central, weights)
    directions = criteria["direction"].to_numpy()
    sides = [ordered[c].map(EVIDENCE_RANK).to_numpy(dtype=int) for c in ("giver_evidence", "taker_evidence")]
    place = spotis.positions(-100 * distance)
    ordered = ordered.assign(
        score=100 * (1 - (distance - step)),
        rank=place,
        # The draws may leave out the central values: an interval holds its own rank.
        rank_low=np.minimum(counted.low, place),
        rank_high=np.maximum(counted.high, place),
        first_rank_percent=100 * counted.first / n_draws,
        top_ranks_percent=100 * counted.top / n_draws,
        confidence_factor_percent=100 * draws.confidence(intervals, central, n_draws, seed),
        leads_if=leads_if(weights, central, counted.first),
        rank_weighted_sum=spotis.positions(comparison.weighted_sum(values, weights, directions) - step),
        rank_topsis=spotis.positions(comparison.topsis(values, weights, directions) - step),
        confidence=np.array(CONFIDENCE, dtype=object)[np.maximum(*sides)],
    )
    return ordered.sort_values(["rank", "candidate_id"], ignore_index=True)


def leads_if(stated: np.ndarray, central: np.ndarray, n_first: np.ndarray) -> np.ndarray:
    """What it would take for each candidate to come first, (m,).

    From the (n,) weights of the study, the (m, n) mean weights of the draws in which each is first, NaN for
    one that never is, and how many these draws are: ``never`` (first in no draw: no weights are known to lead
    there), ``few`` (in fewer than ``FEWEST``: nothing is known of what leads there), ``weights`` (others than
    the stated ones, by more than chance) or ``data`` (no others: what is first or not hangs on the values).
    """
    # Standard deviation of a Dirichlet weight, over the root of the draws averaged.
    error = np.sqrt(stated * (1 - stated) / (draws.CONCENTRATION + 1) / np.maximum(n_first, 1)[:, None])
    telling = np.abs(central - stated) > np.maximum(POINTS / 100, ERRORS * error)
    cases = {"never": n_first == 0, "few": n_first < FEWEST, "weights": telling.any(axis=1)}
    return np.select(list(cases.values()), list(cases), "data")


def with_coverage(candidates: pd.DataFrame) -> pd.DataFrame:
    """Candidates with ``coverage_percent``, the share of the giver's flow that the exchange takes.

    Of tonnes; what has none, heat or water, comes with its own.
    """
    share = 100 * candidates["diverted_t_per_year"] / candidates["supply_t_per_year"]
    known = candidates.get("coverage_percent", share)
    return candidates.assign(coverage_percent=known.fillna(share))


def measured(candidates: pd.DataFrame, criteria: pd.DataFrame) -> tuple[np.ndarray, draws.Intervals]:
    """Candidates by criteria: values on their scales, and distances to the best bound.

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
    return values, intervals


def _matrix(candidates: pd.DataFrame, columns: pd.Series) -> np.ndarray:
    return candidates.reindex(columns=list(columns)).astype(float).to_numpy()
