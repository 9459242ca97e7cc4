"""Workshop: from several partners' votes to weights, and what their disagreement does to the ranking.

    w_vj = points_vj / Σ_k points_vk            each voter's weights
    w_j  = Σ_v w_vj / V                          the consensus, every voter counting as one

The arithmetic mean, not the geometric one: voters share points, so that weights are parts of a whole, and one
voter who gives a criterion nothing must not strike it out for all, as a product would. The geometric mean
belongs to ratios judged in pairs (Aczél & Saaty), which nobody is asked for here. Each voter's own weights
are averaged, not their judgements: partners remain separate persons (aggregation of individual priorities,
Forman & Peniwati 1998, European Journal of Operational Research 108).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from eit_analysis.synergies.scoring import ranking, spotis

TOP = 3
SPREAD = {"min": 0.0, "q1": 0.25, "q3": 0.75, "max": 1.0}


def voter_weights(votes: pd.DataFrame) -> pd.DataFrame:
    """Weights of each voter by criterion, sum 1: voters in alphabetical order, no points weigh nothing.

    ``votes`` has ``participant, criterion, points``, points not negative and not all zero for anyone.
    """
    points = votes.astype({"points": float}).pivot_table(
        index="participant", columns="criterion", values="points", aggfunc="sum", fill_value=0.0
    )
    return points.div(points.sum(axis=1), axis=0)


def consensus(votes: pd.DataFrame) -> pd.DataFrame:
    """Weight of each criterion by consensus, and how far the voters agree on it.

    Returns
    -------
    pandas.DataFrame
        ``criterion, weight, weight_percent``, then over the voters ``vote_min_percent, vote_q1_percent,
        vote_q3_percent, vote_max_percent`` and ``n_voters``, the heaviest first. ``weight`` by ``criterion``
        is what :func:`criteria.criteria` takes.
    """
    each = voter_weights(votes)
    table = pd.DataFrame(
        {
            "criterion": each.columns.astype(str),
            "weight": each.mean().to_numpy(),
            "weight_percent": 100 * each.mean().to_numpy(),
            **{f"vote_{name}_percent": 100 * each.quantile(q).to_numpy() for name, q in SPREAD.items()},
            "n_voters": len(each),
        }
    )
    return table.sort_values(["weight", "criterion"], ascending=[False, True]).reset_index(drop=True)


def voters(votes: pd.DataFrame, candidates: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """How far each voter is from the consensus, in weights and in the order of the candidates.

    ``votes`` are ``participant, role, criterion, points``, candidates as :func:`ranking.rank` takes them, and
    ``criteria`` from :func:`criteria.criteria` with the weights of :func:`consensus`.

    Returns
    -------
    pandas.DataFrame
        ``participant, role, distance_percent`` (points of a hundred that the voter would have to move,
        Σ|w_vj − w_j| / 2) and ``kendall_tau`` with the order by consensus (tau-b: 1 the same, 0 unrelated, −1
        reversed; missing where nothing can be ordered). The farthest voter first.
    """
    each = voter_weights(votes)
    scores = _scores(each, candidates, criteria)
    common = 100 * (1 - spotis.spotis(_distances(candidates, criteria), criteria["weight"].to_numpy()))
    table = pd.DataFrame(
        {
            "participant": each.index,
            "role": votes.groupby("participant")["role"].first().reindex(each.index).to_numpy(),
            "distance_percent": 50 * (each - each.mean()).abs().sum(axis=1).to_numpy(),
            "kendall_tau": [_tau(common, of_voter) for of_voter in scores],
        }
    )
    return table.sort_values(["distance_percent", "participant"], ascending=[False, True]).reset_index(
        drop=True
    )


def support(votes: pd.DataFrame, candidates: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """What each candidate's rank becomes from voter to voter.

    ``candidate_id, top_voters_percent`` (share of the voters under whose weights it is among the ``TOP``
    first), ``voter_rank_best, voter_rank_worst``; the most widely supported first. Parameters as in
    :func:`voters`.
    """
    scores = _scores(voter_weights(votes), candidates, criteria)
    ranks = pd.DataFrame([spotis.positions(of_voter) for of_voter in scores], columns=candidates.index)
    table = pd.DataFrame(
        {
            "candidate_id": candidates["candidate_id"],
            "top_voters_percent": 100 * (ranks <= TOP).mean(),
            "voter_rank_best": ranks.min(),
            "voter_rank_worst": ranks.max(),
        }
    ).dropna()
    return table.sort_values(
        ["top_voters_percent", "voter_rank_worst", "candidate_id"], ascending=[False, True, True]
    ).reset_index(drop=True)


def _scores(each: pd.DataFrame, candidates: pd.DataFrame, criteria: pd.DataFrame) -> np.ndarray:
    """(voters, m) SPOTIS scores."""
    distance = _distances(candidates, criteria)
    weights = each.reindex(columns=list(criteria["criterion"]), fill_value=0.0).to_numpy()
    return np.array([100 * (1 - spotis.spotis(distance, w)) for w in weights])


def _distances(candidates: pd.DataFrame, criteria: pd.DataFrame) -> np.ndarray:
    return ranking.measured(ranking.with_coverage(candidates), criteria)[1].central


def _tau(one: np.ndarray, other: np.ndarray) -> float:
    """Kendall's tau-b, scores equal to 1e-9 being tied."""
    if len(one) < 2:
        return float("nan")
    return float(kendalltau(np.round(one, 9), np.round(other, 9)).statistic)
