"""On what price both sides of an exchange gain, who must pay whom, and what only changes the contractor.

    giver gains where  price ≥ (transport + fixed cost − giver's saving) / t       lowest price, €/t
    taker gains where  price ≤ worth to taker / t                                  highest price, €/t

The price is what the taker pays the giver for a tonne, below zero where the giver pays; by convention the
giver pays the transport and the fixed cost. The highest less the lowest price is the joint surplus per tonne:
there is a price at which both gain where, and only where, the joint surplus is above zero. An operator's
highest price is the price that it asks or pays, at which its own surplus is unknown. Where it declares that
it pays, it is spared that, like a firm: what it pays for may be bought new, and not what it would give for a
waste.

    supposed cost    = giver's saving / t                       where the giver declared no cost, €/t
    break-even cost  = supposed cost − joint surplus / t        where that is above zero, €/t

A saving that nobody declared is that of the reference. Under the break-even cost nothing is gained jointly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.factor_rows import OPERATORS

LOWEST, HIGHEST = "price_low_eur_per_t", "price_high_eur_per_t"
SUPPOSED, BREAK_EVEN = "supposed_cost_eur_per_t", "break_even_cost_eur_per_t"


def with_terms(candidates: pd.DataFrame, sent: str = "diverted_t_per_year") -> pd.DataFrame:
    """Candidates (``impacts.impacts``) with the range of their price and ``who_gains``, at central values.

    ``sent`` names the tonnes that the euros are of: the fixed cost weighs more on each of fewer.

    ``who_gains``: ``both_free`` (both, even for nothing), ``taker_pays`` or ``giver_pays`` (both, from some
    price on), ``giver``, ``giver_paid`` and ``not_giver`` (at the price of an operator that does not declare
    that it pays, its own surplus being unknown; the second only if it does pay), ``none``; missing where the
    joint surplus is. ``supposed_cost_eur_per_t`` and ``break_even_cost_eur_per_t`` are missing of a declared
    cost, the second too where no cost that is paid decides.
    """
    tonnes = candidates[sent].where(candidates[sent] > 0)
    paid = candidates["transport_eur_per_year"] + candidates["fixed_cost_eur_per_year"]
    lowest = (paid - candidates["giver_saving_eur_per_year"]) / tonnes
    highest = candidates["taker_worth_eur_per_year"] / tonnes
    loses = candidates["joint_surplus_eur_per_year"].round() <= 0  # read in whole euros
    pays = candidates["taker_price_eur_per_t"] > 0
    operator = candidates["taker_actor_type"].isin(OPERATORS) & ~pays
    gains = np.select(
        [loses & operator, loses, operator & (lowest > 0), operator, lowest > 0, highest < 0],
        ["not_giver", "none", "giver_paid", "giver", "taker_pays", "giver_pays"],
        default="both_free",
    )
    known = candidates["joint_surplus_eur_per_year"].notna()
    who = pd.Series(gains, candidates.index, dtype="str").where(known)
    saved = candidates["giver_saving_eur_per_year"] / tonnes
    supposed = saved.where(candidates["saving_basis"] == "reference")
    least = supposed - candidates["joint_surplus_eur_per_year"] / tonnes
    told = {SUPPOSED: supposed, BREAK_EVEN: least.where((least > 0) & ~loses)}
    return candidates.assign(**{LOWEST: lowest, HIGHEST: highest, "who_gains": who} | told)


def changes_contractor(candidates: pd.DataFrame) -> pd.Series:
    """Whether the taker would only do what another does today: the same route, and no gain is claimed.

    What an operator asks is no better known than what today's contractor does. What is reused already is
    somebody's: another who reuses it, a firm too, takes it from him, and its worth is moved and not made.
    """
    same_route = candidates["old_route"] == candidates["new_route"]
    return same_route & (
        candidates["taker_actor_type"].isin(OPERATORS) | (candidates["new_route"] == "reuse")
    )
