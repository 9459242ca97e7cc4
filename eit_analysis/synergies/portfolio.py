"""What all that can happen together changes, with an interval that is neither naive nor all worst cases.

    total = Σ_k (f_k(factors) × allocated tonnes_k × ρ_k + fixed cost)
    interval = quantiles 2.5 % and 97.5 % of the draws of the total

with ρ_k the drawn tonnes of exchange k over its central tonnes; the fixed cost counts in the joint surplus.

A factor is one draw for all the candidates that rest on it: an error in it does not cancel from one exchange
to the next; nor does what is fixed of the cost of outlets of givers' own. Different factors, and the tonnes
of different outputs, are drawn independently. The bounds of a factor and of a tonnage are read as its 95 %
interval, each side with its own half-normal, and no draw goes beyond them: the median of one factor is its
central value and its interval is its bounds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.records import TOTAL
from eit_analysis.reference import sentence
from eit_analysis.synergies.allocation.exposed import exposed_side
from eit_analysis.synergies.factor_rows import BOUNDS, DECLARED, rows_used, values
from eit_analysis.synergies.impacts import DIVERTED, FORMULAS, INDICATORS, in_proportion, per_candidate

ALLOCATED = "allocated_t_per_year"
EDGE = float(norm.ppf(0.975))
# Numbers handled at once, candidates × draws: what a processor keeps at hand.
BLOCK = 60_000
# What is avoided of the cost of a giver's own outlet, of 1: drawn once for all of them.
SPARED = np.array([[0.0, 1.0, 1.0]])


def portfolio(plan: pd.DataFrame, factors: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """Change by category and in all (``TOTAL``), central value and 95 % interval.

    ``plan`` has rows of ``allocation.allocate`` with the columns of ``impacts.impacts``, reckoned with the
    same ``factors``. The same ``seed`` gives the same figures, whatever the order of rows.

    Returns
    -------
    pandas.DataFrame
        ``category`` and the columns of ``INDICATORS``. The central value, every factor and tonnage at its
        own, adds up; low and high are those of the draws, which do not, moved to the central value where
        skewed factors would leave it outside. A category where a factor is missing has no value, nor has the
        total then.
    """
    columns = [c for names in INDICATORS.values() for c in names]
    kept = plan[plan[ALLOCATED] > 0].sort_values("candidate_id")
    if kept.empty:
        return pd.DataFrame(columns=["category", *columns])
    codes, categories = pd.factorize(kept["category"], sort=True)
    members = [np.flatnonzero(codes == i) for i in range(len(categories))] + [np.arange(len(kept))]
    rows = factors[BOUNDS].to_numpy(dtype=float)
    outputs, _ = pd.factorize(kept["out_flow_id"], sort=True)
    ratios = kept[DIVERTED].to_numpy(dtype=float) / kept[[DIVERTED[1]]].to_numpy(dtype=float)
    used, fixed = rows_used(kept, factors), per_candidate(kept)
    tonnes = kept[[ALLOCATED]].to_numpy(dtype=float)

    own = kept[["own_outlet"]].to_numpy(dtype=bool)

    def totals(by_row: np.ndarray, ratio: np.ndarray, spared: np.ndarray) -> dict[str, np.ndarray]:
        found = fixed | values(kept, used, by_row)
        found["old_cost"] = found["old_cost"] * np.where(own, spared, 1.0)
        whole = found["exchange_cost"]
        return {
            name: _sums(f.per_tonne(found) * tonnes * ratio + f.fixed * whole, members)
            for name, f in FORMULAS.items()
        }

    central = totals(rows[:, [1]], np.ones((len(kept), 1)), np.ones((1, 1)))
    # Streams of their own: whatever the plan, the same seed draws the same factors.
    of_factors, of_tonnes, of_own = np.random.default_rng(seed).spawn(3)
    parts = []
    step = max(1, BLOCK // len(kept))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        by_row = _split_normal(rows, of_factors.standard_normal((size, len(rows))).T)
        ratio = _split_normal(ratios, of_tonnes.standard_normal((size, outputs.max() + 1)).T[outputs])
        spared = _split_normal(SPARED, of_own.standard_normal((1, size)))
        parts.append(totals(by_row, ratio, spared))
    table = pd.DataFrame({"category": [*categories, TOTAL]})
    for name, (middle, low, high) in INDICATORS.items():
        ends = np.quantile(np.hstack([part[name] for part in parts]), [0.025, 0.975], axis=1)
        table[middle] = value = central[name][:, 0]
        table[low], table[high] = np.minimum(ends[0], value), np.maximum(ends[1], value)
    return table


def change(changes: pd.DataFrame, plan: pd.DataFrame, indicator: str, rules: Disclosure) -> Breakdown:
    """One indicator of :func:`portfolio`, by category, with the exchanges behind it.

    An actor weighs by the tonnes of the exchanges. The central value is their sum, and a public multiple of
    the tonnes unless an actor's own cost or price, or a fixed cost, is in it; the interval comes from the
    draws. ``rules`` choose between givers and takers (:func:`exposed.exposed_side`).
    """
    columns = list(INDICATORS[indicator])
    kept = plan[plan[ALLOCATED] > 0]
    behind = exposed_side(kept.assign(**in_proportion(kept, columns[:1])), ALLOCATED, rules)
    records = behind[["category", "candidate_id", "site_id", ALLOCATED, columns[0]]]
    formula = FORMULAS[indicator]
    public = not set(DECLARED) & set(formula.directions) and not formula.fixed
    return Breakdown(
        changes[["category", *columns]], ["category"], records, ALLOCATED, TOTAL,
        of=ALLOCATED if public else None, sums=columns[:1],
    )  # fmt: skip


def way(changes: pd.DataFrame, indicator: str) -> str:
    """``up`` or ``down``: how an indicator moves in all; ``unsure`` where its interval holds zero.

    ``changes`` are as they are printed (``Aggregate.printed``), so that no reader finds 0 in the interval of
    what is said to go down. ``flat`` where all of it would be printed as zero (one decimal, those of
    emissions and jobs).
    """
    told = changes.loc[changes["category"] == TOTAL, list(INDICATORS[indicator])]
    moved = told.astype(float).max().round(1)
    _, low, high = moved
    if moved.eq(0).all():
        return "flat"
    return "up" if low > 0 else "down" if high < 0 else "unsure"


def leaning(changes: pd.DataFrame, indicator: str) -> str:
    """:func:`way` in words, and where the interval holds zero how the central value moves.

    Of what is avoided, more is good: it is said apart from what rises.
    """
    told = changes.loc[changes["category"] == TOTAL, INDICATORS[indicator][0]].astype(float).round(1).sum()
    sense = way(changes, indicator)
    towards = {1.0: "_up", -1.0: "_down"}.get(np.sign(told), "") if sense == "unsure" else ""
    return sentence(f"moves_{'avoided_' * (indicator == 'avoided')}{sense}{towards}")


def _sums(changes: np.ndarray, members: list[np.ndarray]) -> np.ndarray:
    """(m, d) changes of candidates → (groups, d) of groups: a missing one leaves the others their value."""
    return np.array([changes[rows].sum(axis=0) for rows in members])


def _split_normal(bounds: np.ndarray, z: np.ndarray) -> np.ndarray:
    """central + (z / 1.96) × (high − central, or central − low), |z| ≤ 1.96; (m, 3), (m, d) → (m, d)."""
    low, central, high = (bounds[:, [i]] for i in range(3))
    return central + np.clip(z / EDGE, -1, 1) * np.where(z > 0, high - central, central - low)
