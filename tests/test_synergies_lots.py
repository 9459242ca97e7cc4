"""Lots: the best set of givers equals a search through all sets, the round of each by permutations."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations
from math import ceil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.publishing.wording import heading
from eit_analysis.reference.distance import haversine_km
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.lots import LOT_COLUMNS, lots
from eit_analysis.synergies.pooling.costs import cost_table

FACTORS, COSTS, DETOUR = factor_table(), cost_table(), 1.3
# Central values of the reference: €/km, €/round, €/stop, €/exchange, its low bound, t of wood in a load.
VEHICLE, LOADING, STOP, FIXED, FURTHER, LOAD = 2.0, 60.0, 15.0, 500.0, 200.0, 5.0
LEAST_EUR = 100.0  # what bringing several actors together costs


def world(givers: list[tuple[float, float, float, float]], demand: float = 1000.0, alone: float = -1.0):
    """Exchanges of wood to X, at (47.8, 7): place, tonnes and what each brings before transport."""
    names = "ABCDEFGHIJKL"[: len(givers)]
    sites = pd.DataFrame(
        [("X", 47.8, 7.0), *((n, 47.8 + g[0], 7.0 + g[1]) for n, g in zip(names, givers, strict=True))],
        columns=["site_id", "latitude", "longitude"],
    )
    rows = [
        (f"{n}>X", f"{n}-1", "X-1", n, "X", "wood", "shredding", tonnes, 1.0, demand, brings, 0.0, alone, 0.0)
        for n, (_, _, tonnes, brings) in zip(names, givers, strict=True)
    ]
    columns = ["candidate_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "category",
               "use", "diverted_t_per_year", "need_t_per_t", "demand_t_per_year", "giver_saving_eur_per_year",
               "taker_worth_eur_per_year", "joint_surplus_eur_per_year",
               "spoils_share_of_year"]  # fmt: skip
    load = float(lookup(FACTORS, "trip_load", "wood")["central"])
    return pd.DataFrame(rows, columns=columns).assign(
        most_of_need=1.0, trip_load_t=load, allocated_t_per_year=0.0
    ), sites


def by_search(candidates: pd.DataFrame, sites: pd.DataFrame) -> float:
    place = sites.set_index("site_id")[["latitude", "longitude"]].to_numpy().tolist()
    at = dict(zip(sites["site_id"], place, strict=True))

    def km(a, b):
        return DETOUR * float(haversine_km(*at[a], *at[b]))

    best = 0.0
    rows = candidates.to_dict("records")
    for size in range(2, len(rows) + 1):
        for chosen in combinations(rows, size):
            tonnes = sum(row["diverted_t_per_year"] for row in chosen)
            if tonnes > chosen[0]["demand_t_per_year"]:
                continue
            givers = [row["giver_site_id"] for row in chosen]
            ways = (["X", *way, "X"] for way in permutations(givers))
            tour = min(sum(km(a, b) for a, b in pairwise(way)) for way in ways)
            rounds = ceil(tonnes / LOAD - 1e-9)
            gain = sum(row["giver_saving_eur_per_year"] for row in chosen)
            gain -= rounds * (VEHICLE * tour + LOADING + STOP * (size - 1)) + FIXED + FURTHER * (size - 1)
            best = max(best, gain)
    return best


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(0.1, 6.0), st.floats(0.0, 900.0),
        ),
        min_size=2, max_size=5,
    ),
    st.sampled_from([4.0, 1000.0]),
)  # fmt: skip
def test_the_lot_is_the_best_of_all_sets(givers, demand):
    candidates, sites = world(givers, demand)
    found = lots(candidates, sites, FACTORS, COSTS, DETOUR)
    gain = by_search(candidates, sites)
    # Distances are whole metres.
    # What gains less than the floor is no lot.
    told = found["lot_gain_eur_per_year"].sum() if len(found) else 0.0
    assert told == (0.0 if gain < LEAST_EUR - 0.5 else pytest.approx(gain, abs=0.5)) or (
        abs(gain - LEAST_EUR) <= 0.5
    )
    assert len(found) <= 1


def test_two_neighbours_fill_one_lorry_that_neither_pays_alone():
    # Both 20 km away at one place: one round, 2 t + 3 t, one lorry of 5 t.
    candidates, sites = world([(0.0, 0.2, 2.0, 500.0), (0.0, 0.2, 3.0, 600.0)], alone=-7.0)
    (lot,) = lots(candidates, sites, FACTORS, COSTS, DETOUR).to_dict("records")
    tour = 2 * DETOUR * float(haversine_km(47.8, 7.0, 47.8, 7.2))
    assert (lot["giver_site_ids"], lot["rounds_per_year"], lot["mass_t_per_year"]) == ("A B", 1, 5.0)
    assert lot["round_km"] == pytest.approx(tour, abs=0.01) and lot["one_by_one_eur_per_year"] == -14.0
    assert lot["lot_gain_eur_per_year"] == pytest.approx(1100 - 2 * tour - 60 - 15 - 500 - 200, abs=0.1)


def test_what_spoils_is_fetched_every_week_of_its_season_in_a_lot_too():
    candidates, sites = world([(0.0, 0.01, 2.0, 5000.0), (0.0, 0.01, 3.0, 6000.0)], alone=-7.0)
    candidates["spoils_share_of_year"] = [0.5, 0.25]
    (lot,) = lots(candidates, sites, FACTORS, COSTS, DETOUR).to_dict("records")
    assert lot["rounds_per_year"] == 26
    costs = 26 * (2 * lot["round_km"] + 60 + 15) + 500 + 200
    assert lot["lot_gain_eur_per_year"] == pytest.approx(11000 - costs, abs=0.1)
    candidates["spoils_share_of_year"] = 1.0  # four rounds would pay, and fifty-two do not
    candidates["giver_saving_eur_per_year"] = 1500.0
    assert lots(candidates, sites, FACTORS, COSTS, DETOUR).empty


def test_a_lot_that_gains_a_few_euros_is_not_worth_a_lorry():
    tour = 2 * DETOUR * float(haversine_km(47.8, 7.0, 47.8, 7.2))
    costs = 2 * tour + 60 + 15 + 500 + 200
    for gain, n in ((10.68, 0), (LEAST_EUR + 1, 1)):
        pair = [(0.0, 0.2, 2.0, 500.0), (0.0, 0.2, 3.0, costs - 500.0 + gain)]
        assert len(lots(*world(pair), FACTORS, COSTS, DETOUR)) == n


def test_no_lot_of_what_pays_alone_of_one_giver_or_beyond_the_need():
    pair = [(0.0, 0.2, 2.0, 900.0), (0.0, 0.2, 3.0, 900.0)]
    assert lots(*world(pair, alone=1.0), FACTORS, COSTS, DETOUR).empty
    assert lots(*world(pair[:1]), FACTORS, COSTS, DETOUR).empty
    assert lots(*world(pair, demand=4.0), FACTORS, COSTS, DETOUR).empty
    assert lots(*world(pair, alone=float("nan")), FACTORS, COSTS, DETOUR).empty


def test_a_lot_holds_nothing_that_the_plan_retains_nor_fills_a_need_beyond_what_it_leaves():
    pair = [(0.0, 0.2, 2.0, 900.0), (0.0, 0.2, 3.0, 900.0)]
    candidates, sites = world(pair, demand=6.0)
    assert len(lots(candidates, sites, FACTORS, COSTS, DETOUR)) == 1
    # The flow of A goes to another need: it is no more to be had.
    elsewhere = candidates.head(1).assign(in_flow_id="Y-1", taker_site_id="Y", allocated_t_per_year=2.0)
    retained = pd.concat([candidates, elsewhere], ignore_index=True)
    assert lots(retained, sites, FACTORS, COSTS, DETOUR).empty
    # Another flow fills the need but for what is left: 5 t of the lot and no less.
    for taken, n in ((1.0, 1), (1.1, 0)):
        other = {"out_flow_id": "Z-1", "giver_site_id": "Z", "joint_surplus_eur_per_year": 9.0}
        filling = candidates.head(1).assign(**other, need_t_per_t=0.5, allocated_t_per_year=2 * taken)
        told = pd.concat([candidates, filling], ignore_index=True)
        assert len(lots(told, sites, FACTORS, COSTS, DETOUR)) == n
    # What may be a part of the need at most: others fill the rest, its like fills this part.
    for like, n in ((1.0, 1), (0.9, 0)):
        part = candidates.assign(most_of_need=0.9, demand_t_per_year=10.0)
        filling = part.head(1).assign(**other, most_of_need=like, allocated_t_per_year=4.5)
        told = pd.concat([part, filling], ignore_index=True)
        assert len(lots(told, sites, FACTORS, COSTS, DETOUR)) == n


def test_the_round_of_sites_at_the_centre_of_one_commune_has_no_length():
    (lot,) = lots(*world([(0.0, 0.0, 2.0, 900.0)] * 2), FACTORS, COSTS, DETOUR).to_dict("records")
    assert pd.isna(lot["round_km"]) and lot["lot_gain_eur_per_year"] == pytest.approx(1800 - 775)


def test_of_many_givers_those_that_bring_most_are_tried():
    found = lots(*world([(0.0, 0.1, 0.1, 210.0 + n) for n in range(12)]), FACTORS, COSTS, DETOUR)
    assert found.empty or len(found.loc[0, "giver_site_ids"].split()) <= 9


def test_every_column_has_a_french_name():
    assert all(heading(column).header for column in LOT_COLUMNS)
