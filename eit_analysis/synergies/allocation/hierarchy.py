"""The waste hierarchy between the options of one flow: a lower one waits until the higher ones are full.

    D_j z_k + r_m z_m ≤ r_m + Σ_{l into j, l pays} n_l t_l
    r_m = n_m L                                                 room of the smallest lot

for k and m of one flow, m of a higher step and paying, into the need j.

In words: an option of a lower step takes tonnes of a flow only where each need of a higher step, in an
exchange of that flow that would pay, is filled by exchanges that pay, but for less than the smallest lot
(code de l'environnement, art. L. 541-1, II, and for food L. 541-15-4). An exchange pays when its margin at
its own most exceeds its fixed cost; it then takes place from ℓ = max(L, p / g) on, never at a loss. Were room
for less than ℓ_m let be, a plan would fill a need with others, at next to no gain, up to just below what pays
m, and send all of the flow lower.

Nothing is said against the lower option while no higher one has room: what is left of a flow goes down the
hierarchy, and does not stay at today's route for want of a better one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.reference.compatibility import hierarchy_steps

# Tonnes per year: what rounding leaves is not room.
ROUNDING = 1e-6


def break_even(margin: np.ndarray, most: np.ndarray, fixed: float) -> np.ndarray:
    """p / g: tonnes from which an exchange pays its fixed cost, infinite where its own most does not do."""
    tonnes = np.divide(fixed, margin, out=np.full(len(margin), np.inf), where=margin > 0)
    return np.where(margin * most > fixed, tonnes, np.inf)


def lower_and_higher(pairs: pd.DataFrame, pays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of k and of m for each option k below a paying option m of the same flow."""
    if not pays.any():
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    steps = hierarchy_steps(pairs["new_route"], pairs["category"]).to_numpy()
    table = pd.DataFrame({"flow": pairs["out_flow_id"].to_numpy(), "step": steps, "place": range(len(pairs))})
    both = table.merge(table[pays], on="flow", suffixes=("", "_higher"))
    both = both[both["step_higher"] < both["step"]]
    return both["place"].to_numpy(dtype=int), both["place_higher"].to_numpy(dtype=int)


def first_choice(candidates: pd.DataFrame, minimum_lot_t: float) -> pd.Series:
    """Tonnes of each candidate (``impacts.impacts``) that no higher option of its flow could take, t/year.

        min(own most, S_i − Σ_{m higher, pays} own most of m),  none below the smallest lot

    What others would take of the higher needs is left aside: it is what one asks before any plan.
    """
    most = candidates["diverted_t_per_year"].to_numpy(dtype=float)
    pays = (candidates["joint_surplus_eur_per_year"] > 0).to_numpy()
    lower, higher = lower_and_higher(candidates, pays & (most >= minimum_lot_t))
    taken = np.bincount(lower, weights=most[higher], minlength=len(candidates))
    left = np.minimum(most, candidates["supply_t_per_year"].to_numpy(dtype=float) - taken)
    enough = left >= np.minimum(max(minimum_lot_t, ROUNDING), most)
    return pd.Series(np.where(enough, left, 0.0), candidates.index)
