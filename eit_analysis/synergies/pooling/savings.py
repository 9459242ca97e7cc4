"""What a group saves: the fixed costs that each member pays alone, less those of doing it together.

    saving = Σ_i a_i − F n − s m − k L + d Σ_i (p_i − a_i)        a_i = min(F n_i, φ p_i)

with F the fixed cost of an operation, n_i the operations that member i orders alone and n those of the
group, which makes m further stops and L kilometres; p_i what i pays a year, φ the part of a bill that does
not follow the volume and d the discount on the rest. What follows the volume at an unchanged price is paid
either way and cancels out. Nobody saves more than is paid, and the sign is kept: a group may cost more than
it saves.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from eit_analysis.synergies.pooling.costs import Costs, Range
from eit_analysis.synergies.pooling.rounds import Rounds
from eit_analysis.synergies.pooling.thresholds import Threshold

UNKNOWN = Range(np.nan, np.nan, np.nan)


def group_saving(
    volumes: np.ndarray, paid: np.ndarray, threshold: Threshold, costs: Costs, rounds: Rounds | None
) -> Range:
    """Saving of a group in €/year: low, central and high.

    The group takes ``per_year`` passes of its rounds, every member on each; where nothing travels, as many
    operations as its volume fills, at least ``per_year``. Low and high take every cost at its worst and at
    its best; the fixed cost, which weighs on both sides, is tried at each of its values.

    Parameters
    ----------
    volumes, paid : numpy.ndarray
        Yearly volume and euros of each member. Infinite euros bound nothing: a lorry is ordered all the same.
        Where nothing travels they make the saving unknown, a place or an hour being had for less than a whole
        session or machine.
    threshold : Threshold
        What an operation carries, and how often a year.
    costs : Costs
        Profile of the operation.
    rounds : Rounds or None
        One pass over the members, when something travels.
    """
    saving = partial(_saving, volumes, paid, threshold, rounds)
    fill, share, discount = costs.fill, costs.fixed_share, costs.discount
    stop, per_km = costs.stop_cost, costs.km_cost
    return Range(
        min(saving(f, fill.high, share.low, discount.low, stop.high, per_km.high) for f in costs.fixed_cost),
        central_saving(volumes, paid, threshold, costs, rounds),
        max(saving(f, fill.low, share.high, discount.high, stop.low, per_km.low) for f in costs.fixed_cost),
    )


def central_saving(
    volumes: np.ndarray, paid: np.ndarray, threshold: Threshold, costs: Costs, rounds: Rounds | None
) -> float:
    """The central value of :func:`group_saving` alone, for those who ask for many groups."""
    central = (costs.fill, costs.fixed_share, costs.discount, costs.stop_cost, costs.km_cost)
    return _saving(
        volumes, paid, threshold, rounds, costs.fixed_cost.central, *(cost.central for cost in central)
    )


def offer_saving(volumes: np.ndarray, paid: np.ndarray, threshold: Threshold, costs: Costs) -> Range:
    """Σ_i a_i in €/year: what takers no longer pay for a thing that is already there, before any rent."""
    if not np.isfinite(paid).all():
        return UNKNOWN
    low, central, high = (
        float(avoided(volumes, paid, threshold, fixed, fill, share).sum())
        for fixed, fill, share in zip(costs.fixed_cost, reversed(costs.fill), costs.fixed_share, strict=True)
    )
    return Range(low, central, high)


def _saving(
    volumes: np.ndarray,
    paid: np.ndarray,
    threshold: Threshold,
    rounds: Rounds | None,
    fixed: float,
    fill: float,
    share: float,
    discount: float,
    stop: float,
    per_km: float,
) -> float:
    passes = threshold.per_year
    if rounds:
        n, stops, km = (passes * each for each in (rounds.number, len(volumes) - rounds.number, rounds.km))
    elif not np.isfinite(paid).all():
        return np.nan
    else:
        n, stops, km = max(passes, int(np.ceil(volumes.sum() / threshold.lot))), 0, 0.0
    spared = avoided(volumes, paid, threshold, fixed, fill, share)
    rest = np.where(np.isfinite(paid), paid, spared) - spared
    together = fixed * n + stop * stops + per_km * km
    return float(spared.sum() - together + discount * rest.sum())


def avoided(
    volumes: np.ndarray, paid: np.ndarray, threshold: Threshold, fixed: float, fill: float, share: float
) -> np.ndarray:
    """a_i, with n_i = ⌈q_i / (fill × T / per_year)⌉, never more often than the group would be served."""
    alone = np.ceil(volumes * threshold.per_year / (fill * threshold.least) - 1e-9)
    return np.minimum(fixed * np.clip(alone, 1, threshold.per_year), share * paid)
