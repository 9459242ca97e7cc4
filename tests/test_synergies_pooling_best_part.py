"""The best part of a group: equal to enumeration, with its bound; thresholds, schemes, what is lacking."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling_cases import needs, outputs, pooled

from eit_analysis import reference
from eit_analysis.config_synergies import PoolingCostOverride
from eit_analysis.reference.dated import in_force
from eit_analysis.synergies.pooling import groups
from eit_analysis.synergies.pooling.best_part import best_part
from eit_analysis.synergies.pooling.costs import Costs, Range, by_profile, cost_table, threshold_table
from eit_analysis.synergies.pooling.groups import losing, numbered, starts
from eit_analysis.synergies.pooling.knapsack import knapsack
from eit_analysis.synergies.pooling.offered import Sharers, offered
from eit_analysis.synergies.pooling.parts import lacking, start_of
from eit_analysis.synergies.pooling.rounds import Rounds, every_tour
from eit_analysis.synergies.pooling.savings import central_saving
from eit_analysis.synergies.pooling.schemes import free
from eit_analysis.synergies.pooling.subsets import members_of
from eit_analysis.synergies.pooling.thresholds import Threshold, targets

PROFILES = by_profile(cost_table())
SKIP = Threshold("collection", "", "t", 36.0, 12, 8.0, "collection", "une benne")
SESSION = Threshold("training", "sst", "personne", 8.0, 1, 10.0, "session", "une session")
DELIVERY = Threshold("purchase", "", "unité", 60.0, 1, 80.0, "delivery", "une commande")


def schemes(year):
    return in_force(reference.load("producer_schemes"), f"{year}-12-31")


def flat(**values):
    return Costs(**{name: Range(value, value, value) for name, value in values.items()})


def enumerated(volumes, paid, km, radius_km, threshold, costs, shortest=None):
    """The most that a set of two or more saves: each tried, its tour by permutations unless it is given."""
    best, least = -np.inf, threshold.least if costs.discount.central else 0.0
    for size in range(2, len(volumes) + 1):
        for one in map(list, combinations(range(len(volumes)), size)):
            rounds = None
            if costs.travels:
                if volumes[one].sum() / threshold.per_year > threshold.lot * (1 + 1e-9):
                    continue
                if shortest is not None:
                    length = shortest[sum(1 << i for i in one)]
                else:
                    tours = ((one[0], *rest) for rest in permutations(one[1:]))
                    length = min(sum(km[a, b] for a, b in zip(t, (*t[1:], t[0]), strict=True)) for t in tours)
                rounds = Rounds(length, 1)
            reached = (km[np.ix_(one, one)] <= radius_km).all(axis=0).any()
            if reached and volumes[one].sum() >= least:
                saving = central_saving(volumes[one], paid[one], threshold, costs, rounds)
                best = max(best, saving - costs.own_time * len(one))
    return best


@st.composite
def territories(draw, most=6):
    n = draw(st.integers(2, most))
    # Several sites of one commune are at one place.
    places = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=n))
    spots = draw(st.lists(st.sampled_from(places), min_size=n, max_size=n))
    km = np.hypot(*(np.array(spots, float)[:, None] - np.array(spots, float)[None]).transpose(2, 0, 1)).round(
        3
    )
    volumes = draw(st.lists(st.sampled_from([1.0, 2.0, 5.0, 7.0, 19.0, 31.0]), min_size=n, max_size=n))
    price = draw(st.lists(st.sampled_from([0.0, 30.0, 150.0, 400.0]), min_size=n, max_size=n))
    return np.array(volumes), np.array(volumes) * np.array(price), km


@given(territories(), st.sampled_from([SKIP, SESSION, DELIVERY]), st.sampled_from([0.0, 8.0, 15.0]))
@settings(max_examples=60, deadline=None)
def test_the_best_part_equals_enumeration(territory, threshold, radius_km):
    volumes, paid, km = territory
    costs = PROFILES[threshold.profile]
    found = best_part(offered(Sharers(volumes, paid, km, radius_km, threshold, costs)))
    most = enumerated(volumes, paid, km, radius_km, threshold, costs)
    if found is None:
        assert most == -np.inf
    else:
        assert found.saving == pytest.approx(most, abs=0.01) and found.bound == pytest.approx(most, abs=0.01)
        assert len(found.members) >= 2


@given(
    st.lists(st.tuples(st.integers(-9, 30), st.integers(0, 12)), min_size=1, max_size=7),
    st.integers(0, 30), st.integers(0, 30), st.integers(-20, 40),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_knapsack_is_the_best_of_all_choices(items, least, more, above):
    worth, load = np.array(items, float).T
    choices = members_of(len(items))
    fits = (choices @ load >= least) & (choices @ load <= least + more)
    values = np.where(fits, choices @ worth, -np.inf)
    taken = knapsack(worth, load, least, least + more, above)
    if values.max() > above:
        assert worth[taken].sum() == values.max() and least <= load[taken].sum() <= least + more
    else:
        assert not taken.any()


def collected(seed, n, places=None):
    """Volumes, euros paid and km by road of so many sites, drawn, each at a place of its own or of some."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 20, (n, 2))
    spots = spots if places is None else spots[rng.integers(0, places, n)]
    km = np.rint(1300 * np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))) / 1000
    volumes = rng.lognormal(1.6, 0.9, n).clip(0.5, 35)
    return volumes, volumes * rng.uniform(40, 200, n), km


@pytest.mark.parametrize(("seed", "places"), [(0, None), (1, None), (2, 3), (3, 5)])
def test_the_best_part_of_twelve_equals_enumeration(seed, places):
    volumes, paid, km = collected(seed, 12, places)
    costs = PROFILES["collection"]
    found = best_part(offered(Sharers(volumes, paid, km, 15.0, SKIP, costs)))
    most = enumerated(volumes, paid, km, 15.0, SKIP, costs, every_tour(km))
    assert found is not None and found.saving == pytest.approx(most, abs=0.01)


@pytest.mark.parametrize("seed", [0, 3])
def test_forty_sites_are_solved_and_no_change_of_one_member_does_better(seed):
    volumes, paid, km = collected(seed, 40)
    costs = PROFILES["collection"]
    found = best_part(offered(Sharers(volumes, paid, km, 40.0, SKIP, costs)))
    assert found is not None and found.bound == found.saving
    for other in range(40):
        one = np.setxor1d(found.members, [other])
        if len(one) > 1 and volumes[one].sum() / 12 <= 8:
            rounds = Rounds(float(every_tour(km[np.ix_(one, one)])[-1]), 1)
            saving = central_saving(volumes[one], paid[one], SKIP, costs, rounds)
            assert saving - costs.own_time * len(one) <= found.saving + 0.01


def test_a_hundred_sites_of_eight_communes_are_solved():
    volumes, paid, km = collected(1, 100, 8)
    found = best_part(offered(Sharers(volumes, paid, km, 15.0, SKIP, PROFILES["collection"])))
    assert found is not None and found.bound == found.saving
    assert volumes[found.members].sum() / 12 <= 8


def test_thirteen_firms_lose_by_first_aid_and_twelve_gain():
    """21 places at 190 €, 80 % of them the session's, need three sessions at 1,500 €; twenty fill two."""
    people = np.array([2.0, 2, 1, 3, 1, 2, 1, 1, 1, 1, 2, 1, 3])
    costs = PROFILES["session"]._replace(own_time=0.0)
    assert central_saving(people, 190 * people, SESSION, costs, None) == pytest.approx(21 * 152 - 4500)
    found = best_part(offered(Sharers(people, 190 * people, np.zeros((13, 13)), 1.0, SESSION, costs)))
    assert found is not None and found.saving == pytest.approx(20 * 152 - 3000)
    assert people[found.members].sum() == 20


def test_thresholds_follow_from_what_an_operation_costs():
    """At the threshold the operations of a year cost a unit what it costs alone; with less of it, more."""
    costs = cost_table()
    table, given_here = threshold_table(costs), 0
    for row in table.itertuples():
        profile = PROFILES[str(row.cost_profile)]
        if np.isfinite(row.unit_price_eur):
            together = profile.fixed_cost.central * row.operations_per_year
            alone = profile.fixed_share.central * row.unit_price_eur
            assert together <= alone * row.threshold + 1e-6
            assert together > alone * (row.threshold - 1)
            assert row.threshold <= row.lot * row.operations_per_year
        elif profile.travels and not profile.discount.central and row.operations_per_year > 1:
            # Given: two halves of it side by side pay for the operations, before their stops.
            of = Threshold("", "", "", row.threshold, row.operations_per_year, row.lot, "", "")
            half, no_stop = np.full(2, row.threshold / 2), profile._replace(stop_cost=Range(0, 0, 0))
            assert central_saving(half, np.full(2, np.inf), of, no_stop, Rounds(0.0, 1)) >= 0
            given_here += 1
    assert given_here > 15
    own = PoolingCostOverride(
        profile="session", cost="fixed_cost", low=750.0, central=750.0, high=750.0, source="devis"
    )
    moved = threshold_table(cost_table([own])).set_index(["nature", "item_keyword"])["threshold"]
    assert moved["training", "habilitation"] == 3 and moved["equipment", "nacelle"] == 304


def test_what_a_producer_collects_for_nothing_costs_its_holder_nothing():
    flows = outputs(
        [("A", "weee", 0.3), ("A", "weee", 0.3), ("B", "weee", 0.4), ("C", "weee", 9.0), ("D", "metal", 9.0)],
        100.0,
    )
    flows["waste_code"] = ["160214", "200136", None, "170405", "160103"]
    assert free(flows, schemes(2018)).to_list() == [True, True, False, False, True]
    assert not free(flows, schemes(2000)).any()
    oil = outputs([("A", "chemical", 0.1)], 100.0).assign(waste_code="130205")
    assert not free(oil, schemes(2018)).any() and free(oil, schemes(2022)).all()


def test_appliances_that_a_producer_collects_make_no_group():
    sites = pd.DataFrame({"site_id": list("ABC"), "latitude": 47.0, "longitude": 7.0})
    flows, nobody = outputs([(s, "weee", 4.0) for s in "ABC"], 300.0), needs([], np.nan)
    table, costs = threshold_table(cost_table()), cost_table()
    paying, _ = pooled(nobody, flows, sites, table, costs, 15.0, 1.0)
    assert len(numbered(paying)) == 1 and losing(paying).empty
    asked = targets(nobody, flows, table, schemes(2018))
    unpaid, shares = groups.pooled(asked, sites, costs, 15.0, 1.0)
    assert numbered(unpaid).empty and starts(unpaid).empty
    assert losing(unpaid)["group_lacks"].to_list() == ["free_scheme"]
    assert (shares["spared_eur_per_year"] == 0).all()


def listed(rows):
    """Groups of these labels, parts, savings and what they lack."""
    columns = ["label", "part_members", "saving_eur_per_year", "group_lacks", "n_sites"]
    known = {
        "kind": "group",
        "nature": "purchase",
        "keyword": "",
        "volume_per_year": 1.0,
        "round_km": 0.0,
        "part_round_km": 0.0,
    }
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(members=frame["part_members"], **known)


def test_outsiders_find_those_within_reach_of_most_first():
    rows = [
        ("a", "A B", -1.0, "larger_bills", 2),
        ("b", "A B", 34.0, "little", 3),
        ("c", "A B", 400.0, None, 3),
    ]
    pools = listed([*rows, ("d", "A B", 300.0, None, 5), ("c", "D E", 900.0, "little", 9)])
    # What they save would be read off the order.
    assert numbered(pools)["label"].to_list() == ["d", "c"]
    assert numbered(pools)["round_km"].isna().all()  # one commune, and not one place
    # One group of c pays: it is no need of which none does.
    assert losing(pools)["group_lacks"].to_list() == ["little", "larger_bills"]


def test_a_group_that_is_nearly_a_larger_one_is_a_variant_of_it():
    rows = [
        ("a", "A B C D E", 10.0, None, 5),
        ("a", "B C D F", 90.0, None, 4),
        ("a", "D E F G", 80.0, None, 4),
    ]
    found = numbered(listed([*rows, ("b", "A B C D", 70.0, None, 4)]))
    assert found["members"].to_list() == ["A B C D E", "D E F G", "A B C D"]
    assert found["n_variants"].to_list() == [1, 0, 0]
    assert found["group_number"].to_list() == [1, 2, 3]


def test_a_member_pools_once_for_a_need():
    skips = [
        ("bennes", "A B", 900.0),
        ("bennes", "B C", 800.0),
        ("bennes", "D E", 700.0),
        ("bennes", "A B", 9.0),
    ]
    begun = starts(listed([(*one, None, 2) for one in (*skips, ("cartons", "A B", 50.0))]))
    assert begun["saving_eur_per_year"].to_list() == [900.0, 700.0, 50.0]


def test_whoever_brings_less_than_its_own_time_is_in_no_part():
    # An order at 80 € that the third, whose own costs 30 €, would bring 59 €; the time of each is 100 €.
    paid = np.array([9000.0, 8000.0, 1000.0])
    order = Threshold("purchase", "", "€", 5000.0, 1, np.inf, "order", "une commande")
    costs = by_profile(cost_table())["order"]
    some = Sharers(paid, paid, np.zeros((3, 3)), 15.0, order, costs)
    assert start_of(some, pd.Index(list("ABC")), False).values[0] == "A B"
    alone = some._replace(costs=costs._replace(own_time=0.0))
    assert start_of(alone, pd.Index(list("ABC")), False).values[0] == "A B C"
    # Two who save 245 € together do not give 130 € of their time each for it.
    dear = costs._replace(own_time=130.0)
    little = some._replace(volumes=paid / 3, paid=paid / 3, costs=dear)
    assert start_of(little, pd.Index(list("ABC")), False).values[-1] == "little"
    # Nor do the three pay whom it takes longer to bring together than they save, their own time left out.
    assert start_of(some, pd.Index(list("ABC")), False).values[-1] is None
    far = some._replace(costs=costs._replace(organising=400.0))
    assert start_of(far, pd.Index(list("ABC")), False).values[-1] == "little"
    # Nor does a part pay that would lose several times what it saves at the worst discount.
    worst = costs._replace(discount=costs.discount._replace(low=-0.5))
    risky = start_of(some._replace(costs=worst), pd.Index(list("ABC")), False).values
    assert risky[3] > 0 and risky[4] < -3 * risky[3] and risky[-1] == "risky"
    # No discount under the volume that the supplier asks for, whatever the bills would bear.
    assert start_of(some, pd.Index(list("ABC")), False).values[6] == 5000.0


def test_what_a_session_lacks_worked_by_hand():
    # Five places of 200 € against a session of 1,500 €.
    volumes = np.array([3.0, 2.0])
    lacks = lacking(volumes, 200 * volumes, SESSION, flat(fixed_cost=1500), None)
    assert lacks.operation_limit_eur == 1000 and lacks.more_members == 1
    assert 7.5 < lacks.paying_volume_per_year < 7.6
    # Where one place costs 100 €, a full session loses too.
    dear = lacking(volumes, 100 * volumes, SESSION, flat(fixed_cost=1500), None)
    assert dear.operation_limit_eur == 500 and np.isnan(dear.more_members)
    assert np.isnan(dear.paying_volume_per_year) or dear.paying_volume_per_year > 15


def test_what_a_round_lacks_worked_by_hand():
    # Two members, 30 km: 12 × (100 + 10 + 60) against bills of 2 × 500.
    volumes, costs = np.array([10.0, 10.0]), flat(fixed_cost=100, km_cost=2, stop_cost=10)
    lacks = lacking(volumes, np.array([500.0, 500.0]), SKIP, costs, Rounds(30.0, 1))
    alone = 2 * min(100 * 4, 500)
    assert lacks.operation_limit_eur != lacks.operation_limit_eur  # 12 × 70 is more than both save
    assert alone < 12 * 70 + 1e-9
    near = lacking(volumes, np.array([500.0, 500.0]), SKIP, costs, Rounds(5.0, 1))
    assert near.operation_limit_eur == pytest.approx(100 + (alone - 12 * 120) / 12)


@given(territories(), st.sampled_from([SKIP, SESSION]))
@settings(max_examples=40, deadline=None)
def test_a_group_pays_from_its_paying_volume_on(territory, threshold):
    volumes, paid, km = territory
    costs = PROFILES[threshold.profile]
    found = best_part(offered(Sharers(volumes, paid, km, 40.0, threshold, costs)))
    if found is None:
        return
    v, p = volumes[found.members], paid[found.members]
    rounds = (
        Rounds(float(every_tour(km[np.ix_(found.members, found.members)])[-1]), 1) if costs.travels else None
    )
    saving, lacks = central_saving(v, p, threshold, costs, rounds), lacking(v, p, threshold, costs, rounds)
    if saving > 0:
        assert lacks.paying_volume_per_year <= v.sum() and np.isnan(lacks.more_members)
    elif np.isfinite(lacks.paying_volume_per_year):
        factor = lacks.paying_volume_per_year / v.sum()
        assert factor > 1 and central_saving(factor * v, factor * p, threshold, costs, rounds) > 0
    if np.isfinite(lacks.operation_limit_eur):
        assert lacks.operation_limit_eur <= costs.fixed_cost.central


def test_nobody_is_listed_twice_for_one_need_and_every_start_pays():
    sites = pd.DataFrame({"site_id": list("ABCDEF"), "latitude": 47.0, "longitude": 7.0})
    flows = outputs([(s, "cardboard", 30.0) for s in "ABCDEF"], 200.0)
    table, costs = threshold_table(cost_table()), cost_table()
    pools, _ = pooled(needs([], np.nan), flows, sites, table, costs, 15.0, 1.0)
    begun = starts(pools)
    # A lorry takes 8 t a month, 96 t a year: three members each.
    assert begun["kind"].to_list() == ["group", "further"] and (begun["saving_eur_per_year"] > 0).all()
    assert sorted(" ".join(begun["part_members"]).split()) == list("ABCDEF")
    assert len(numbered(pools)) == 1
    # Who asks for groups alone gets the same ones, but for the round that would visit all of each.
    asked = targets(needs([], np.nan), flows, table)
    alone, _ = groups.pooled(asked, sites, costs, 15.0, 1.0, every=False)
    same = pools[pools["kind"] == "group"].reset_index(drop=True).assign(round_km=np.nan)
    pd.testing.assert_frame_equal(alone, same)
