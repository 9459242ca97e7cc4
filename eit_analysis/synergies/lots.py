"""Lots: small volumes of the same matter, from givers near one another, built into loads worth a lorry.

    gain(S) = Σ_{k∈S} (giver's saving + worth to taker)_k − N (v L + ℓ + s (|S| − 1)) − F − f (|S| − 1)
    N = ⌈Σ t_k / load_k⌉ rounds a year of length L, the shortest over the taker and all the givers of S
        ≥ ⌈passages × share of the year⌉ of what spoils, which no round finds if it waits for a full lorry

with v the cost of a kilometre, ℓ that of loading and unloading once, s that of each further stop, F the fixed
cost of an exchange and f its low bound, for what each further giver needs of its own (a container). A round
visits all the givers and is paid whole, full or not. The givers are those for whom the exchange does not pay
alone; the lot is the set of them with the largest gain, where that is more than the time of who brings them
together (``costs.meeting_eur``): every set is tried, of the ``MOST`` that bring most before transport where
there are more. Central values.

A lot is beside the joint plan: it holds no flow of which the plan retains something, and fills no more of a
need than the plan leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.reference.distance import haversine_km
from eit_analysis.reference.factors import lookup
from eit_analysis.synergies.pooling.costs import by_profile, meeting_eur
from eit_analysis.synergies.pooling.groups import with_km
from eit_analysis.synergies.pooling.rounds import every_tour
from eit_analysis.synergies.pooling.subsets import members_of

MOST = 9
BOTH_GAIN = ["giver_saving_eur_per_year", "taker_worth_eur_per_year"]
ALONE = "joint_surplus_eur_per_year"
LOT_COLUMNS = [
    "taker_site_id", "category", "use", "giver_site_ids", "mass_t_per_year", "rounds_per_year", "round_km",
    "lot_gain_eur_per_year", "one_by_one_eur_per_year",
]  # fmt: skip
METRES = 1000


def lots(
    exchanges: pd.DataFrame,
    sites: pd.DataFrame,
    factors: pd.DataFrame,
    pooling_costs: pd.DataFrame,
    detour_factor: float,
) -> pd.DataFrame:
    """The lots of each need among the exchanges (``JointPlan.exchanges``), the largest gain first.

    ``factors`` and ``pooling_costs`` are those of the study (``Assessment.factors``, ``.pooling_costs``).

    Returns
    -------
    pandas.DataFrame
        ``LOT_COLUMNS``. ``giver_site_ids`` are separated by spaces; ``one_by_one_eur_per_year`` is what the
        same exchanges would lose one by one. ``round_km`` is missing where all are in one commune. Lots of
        one flow to several takers compete for its tonnes, those to one need for its room.
    """
    # €/km, €/round, €/further stop, €/year, €/year of each further giver, €/year of bringing them together.
    passages = float(lookup(factors, "passages")["central"])
    prices = (
        *(float(lookup(factors, name)["central"]) for name in ("vehicle_cost", "loading_cost")),
        by_profile(pooling_costs)["collection"].stop_cost.central,
        *(float(lookup(factors, "exchange_cost")[bound]) for bound in ("central", "low")),
        meeting_eur(pooling_costs),
    )
    places = sites.drop_duplicates("site_id").set_index("site_id")[["latitude", "longitude"]].astype(float)
    planned = exchanges.loc[exchanges["allocated_t_per_year"] > 0, "out_flow_id"]
    losing = exchanges.assign(room=_room(exchanges))[
        (exchanges[ALONE] <= 0)
        & (exchanges["diverted_t_per_year"] > 0)
        & ~exchanges["out_flow_id"].isin(planned)
        & exchanges["giver_site_id"].isin(places.dropna().index)
    ]
    found = []
    for _, part in losing.groupby(["in_flow_id", "category", "use", "most_of_need"]):
        members = part.assign(brings=part[BOTH_GAIN].sum(axis=1)).sort_values(
            ["brings", "candidate_id"], ascending=[False, True]
        )[:MOST]
        if len(members) > 1:
            members = members.assign(rounds=passages * members["spoils_share_of_year"])
            found += _best(members, places, prices, detour_factor)
    table = with_km(pd.DataFrame(found, columns=LOT_COLUMNS))
    return table.sort_values(
        ["lot_gain_eur_per_year", "giver_site_ids"], ascending=[False, True], ignore_index=True
    )


def _room(exchanges: pd.DataFrame) -> pd.Series:
    """What the plan leaves of the need of each exchange, and of the part of it that its like may fill."""
    fills = exchanges["need_t_per_t"] * exchanges["allocated_t_per_year"]
    need, like = exchanges["in_flow_id"], exchanges["most_of_need"]
    left = exchanges["demand_t_per_year"] - fills.groupby(need).transform("sum")
    of_part = like * exchanges["demand_t_per_year"] - fills.groupby([need, like]).transform("sum")
    return left.clip(upper=of_part)


def _best(
    members: pd.DataFrame, places: pd.DataFrame, prices: Sequence[float], detour_factor: float
) -> list[tuple]:
    """The best lot of some exchanges to one need, none where no set of them gains enough."""
    n = len(members)
    inside = members_of(n)
    tonnes, brings, taken_up = (
        members[column].to_numpy(dtype=float) for column in ("diverted_t_per_year", "brings", "need_t_per_t")
    )
    # The taker is the last of the places: the subsets that hold it are the second half.
    at = places.loc[[*members["giver_site_id"], members["taker_site_id"].iloc[0]]].to_numpy()
    km = detour_factor * haversine_km(at[:, None, 0], at[:, None, 1], at[None, :, 0], at[None, :, 1])
    round_km = every_tour(np.rint(METRES * km))[1 << n :] / METRES
    mass, size = inside @ tonnes, inside.sum(axis=1)
    often = (inside * members["rounds"].to_numpy(dtype=float)).max(axis=1)  # of the one that spoils longest
    loads = inside @ (tonnes / members["trip_load_t"].to_numpy(dtype=float))
    rounds = np.ceil(np.maximum(loads, often) - 1e-9)
    further = np.maximum(size - 1, 0)
    vehicle, loading, stop, fixed, another, meeting = prices
    paid = rounds * (vehicle * round_km + loading + stop * further)
    gain = inside @ brings - paid - fixed - another * further
    room = float(members["room"].iloc[0]) * (1 + 1e-9)
    gain[(size < 2) | (inside @ (tonnes * taken_up) > room)] = -np.inf
    best = int(gain.argmax())
    if not gain[best] > meeting:
        return []
    chosen = members[inside[best]]
    one = chosen.iloc[0]
    givers = " ".join(sorted(set(chosen["giver_site_id"])))
    facts = (mass[best], rounds[best], round_km[best], gain[best], chosen[ALONE].sum())
    return [(one["taker_site_id"], one["category"], one["use"], givers, *map(float, facts))]
