"""What every set of members saves: the same as the groups that the same rule finds among them alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pooling_cases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling_cases import costs, pooled, thresholds

from eit_analysis.change.shapley import shapley
from eit_analysis.synergies.pooling.coalitions import MOST, coalition_values, sharers_by_need
from eit_analysis.synergies.pooling.costs import by_profile
from eit_analysis.synergies.pooling.neighbourhoods import centre_of_all, neighbourhoods
from eit_analysis.synergies.pooling.rounds import one_pass
from eit_analysis.synergies.pooling.savings import group_saving
from eit_analysis.synergies.pooling.search import below, positions
from eit_analysis.synergies.pooling.subsets import least_partition, members_of, with_most, with_own_time
from eit_analysis.synergies.pooling.thresholds import targets

REST = (
    thresholds(),
    costs(("lorry", "stop_cost", 5.0, 10.0, 20.0), ("lorry", "fill", 0.3, 0.6, 1.0)),
)


def needs(people, euros):
    rows = [(site, "training", "secourisme", v, "personne") for site, v in people.items()]
    return pooling_cases.needs(rows, euros)


def outputs(tonnes, eur_per_t):
    return pooling_cases.outputs([(site, "wood", v) for site, v in tonnes.items()], eur_per_t)


def places(spots):
    frame = pd.DataFrame(spots, columns=["latitude", "longitude"])
    return frame.assign(site_id=[f"S{i:02}" for i in range(len(spots))])


NOBODY, NOTHING = needs({}, np.nan), outputs({}, np.nan)
HERE = places([(47.0, 7.0)] * 4)


def values_of(pool, sharing, flows, sites, radius_km, detour_factor):
    thresholds, costs = REST
    asked = targets(sharing, flows, thresholds)
    return coalition_values(pool, sharers_by_need(asked, sites, costs, radius_km, detour_factor))


def the_group(sharing, flows, sites, radius_km):
    found, _ = pooled(sharing, flows, sites, *REST, radius_km, 1.0)
    groups = found[found["kind"] == "group"]
    return groups.iloc[0] if len(groups) else None


def together(members, sharing, flows, sites, radius_km):
    """What these members save as one group, by its own rounds; minus infinity where they are none."""
    _, costs = REST
    for target in targets(sharing, flows, REST[0]):
        profile = by_profile(costs)[target.threshold.profile]
        small, sharers = below(target, positions(sites), profile, radius_km, 1.0)
        at = small.get_indexer(members)
        if len(small) and (at >= 0).all():
            volumes, paid, apart, _, threshold, _ = sharers.only(at)
            centre = centre_of_all(apart, radius_km)
            discounted = profile.discount.central > 0
            if centre is None or (volumes.sum() < threshold.least and discounted):
                return -np.inf
            rounds = one_pass(apart, volumes, centre, threshold, profile)
            return group_saving(volumes, paid, threshold, profile, rounds).central
    raise AssertionError("nobody needs this")


def best(worth, inside):
    """The best partition, tried one by one."""
    if not inside:
        return 0.0
    first, *others = inside
    tried = []
    for chosen in range(1 << len(others)):
        part = [first, *(m for bit, m in enumerate(others) if chosen >> bit & 1)]
        tried.append(worth(frozenset(part)) + best(worth, [m for m in inside if m not in part]))
    return max(tried)


def test_a_session_worked_by_hand():
    # 8 people make a session of 1,000 €; each place costs 200 € today, and a session is all of it.
    sharing = needs({"S00": 5.0, "S01": 4.0, "S02": 3.0, "S03": 1.0}, [1000.0, 800.0, 600.0, 200.0])
    pool = the_group(sharing, NOTHING, HERE, 5.0)
    members, values = values_of(pool, sharing, NOTHING, HERE, 5.0, 1.0)
    assert members == ["S00", "S01", "S02", "S03"]
    # Thirteen need two sessions. Ten, A B D, fill one; A B C do better as A B; fewer than eight make none.
    assert values[0b1111] == 2600 - 2000
    assert pool["part_members"] == "S00 S01 S03" and pool["saving_eur_per_year"] == 2000 - 1000
    assert values[0b1011] == 2000 - 1000 and values[0b0011] == values[0b0111] == 1800 - 1000
    assert values[0b1110] == values[0b0101] == 1600 - 1000
    assert values[0b0001] == values[0b1010] == values[0b1100] == 0


@st.composite
def territories(draw):
    n = draw(st.integers(2, 5))
    spots = st.tuples(st.sampled_from([47.0, 47.03, 47.1]), st.sampled_from([7.0, 7.04, 7.1]))
    sites = places(draw(st.lists(spots, min_size=n, max_size=n)))
    tonnes = draw(st.lists(st.sampled_from([1.0, 4.0, 7.0, 12.0, 19.0]), min_size=n, max_size=n))
    price = draw(st.lists(st.sampled_from([5.0, 40.0, 150.0]), min_size=n, max_size=n))
    return sites, outputs(dict(zip(sites["site_id"], tonnes, strict=True)), price)


@given(territories(), st.sampled_from([6.0, 12.0, 30.0]))
@settings(max_examples=10, deadline=None)
def test_a_set_saves_what_the_best_groups_found_among_it_alone_save(territory, radius_km):
    sites, flows = territory
    pool = the_group(NOBODY, flows, sites, radius_km)
    if pool is None:
        return
    members, values = values_of(pool, NOBODY, flows, sites, radius_km, 1.0)
    here = NOBODY, flows, sites, radius_km
    assert values[-1] == pytest.approx(together(members, *here), abs=0.02) and values[0] == 0

    @cache
    def worth(part):
        return max(together(sorted(part), *here), 0.0) if len(part) > 1 else 0.0

    for s in range(1, len(values) - 1):
        inside = [m for i, m in enumerate(members) if s >> i & 1]
        assert values[s] == pytest.approx(best(worth, inside), abs=0.02), inside


def test_two_clusters_do_better_apart_than_all_on_one_round():
    near, far = (47.0, 7.0), (47.0, 7.12)  # 9 km
    sites = places([near, near, far, far])
    flows = outputs({"S00": 12.0, "S01": 12.0, "S02": 12.0, "S03": 12.0}, 100.0)
    pool = the_group(NOBODY, flows, sites, 15.0)
    _, values = values_of(pool, NOBODY, flows, sites, 15.0, 1.0)
    assert values[0b0011] == values[0b1100] > 0
    own = together(["S00", "S01", "S02", "S03"], NOBODY, flows, sites, 15.0)
    assert values[0b1111] == pytest.approx(own, abs=0.02) and own < values[0b0011] + values[0b1100]
    # Each is listed: the one to start with, and a further one.
    found, _ = pooled(NOBODY, flows, sites, *REST, 15.0, 1.0)
    assert sorted(found["part_members"]) == ["S00 S01", "S02 S03"]
    assert found["saving_eur_per_year"].to_list() == pytest.approx([values[0b0011]] * 2)


def test_of_a_large_group_sets_are_asked_for():
    n = MOST + 1
    rng = np.random.default_rng(5)
    sites = places(list(zip(47 + rng.uniform(0, 0.05, n), 7 + rng.uniform(0, 0.05, n), strict=True)))
    flows = outputs(dict(zip(sites["site_id"], rng.uniform(1, 9, n), strict=True)), 100.0)
    pool = the_group(NOBODY, flows, sites, 15.0)
    members, asked = values_of(pool, NOBODY, flows, sites, 15.0, 1.0)
    own = together(members, NOBODY, flows, sites, 15.0)
    assert len(members) == n and asked((1 << n) - 1) == pytest.approx(own, abs=0.02)
    assert asked(1) == -np.inf
    # A part of it, by its members: the same savings, now with what parts of its sets save.
    part = pool.copy()
    part["members"] = " ".join(members[:9])
    some, values = values_of(part, NOBODY, flows, sites, 15.0, 1.0)
    assert some == members[:9] and values[-1] == pytest.approx(asked((1 << 9) - 1), abs=0.02)
    for s in (0b11111, 0b101010101, 0b110011):
        assert values[s] >= asked(s) - 0.02


def test_what_is_no_group_is_refused():
    sharing = needs({"S00": 5.0, "S01": 4.0}, [1000.0, 800.0])
    pool = the_group(sharing, NOTHING, HERE, 5.0)
    for other in (
        {"kind": "offer"}, {"unit": "t"}, {"members": "S00 S99"}, {"members": "S00"},
    ):  # fmt: skip
        wrong = pool.copy()
        wrong[list(other)] = list(other.values())
        with pytest.raises(ValueError, match="group"):
            values_of(wrong, sharing, NOTHING, HERE, 5.0, 1.0)
    unknown = sharing.assign(cost_eur_per_year=np.nan)
    with pytest.raises(ValueError, match="not known"):
        values_of(pool, unknown, NOTHING, HERE, 5.0, 1.0)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=7), st.integers(0, 9))
def test_the_centre_of_a_set_is_that_of_its_one_neighbourhood(spots, radius_km):
    points = np.array(spots, dtype=float)
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    found = neighbourhoods(km, radius_km)
    whole = len(found[0].members) == len(spots)
    assert centre_of_all(km, radius_km) == (found[0].centre if whole else None)


@given(st.integers(1, 5), st.randoms())
def test_the_least_partition_is_the_least_of_all(n, random):
    cost = np.array([[0.0]] + [[random.choice([random.uniform(-5, 5), np.inf])] for _ in range((1 << n) - 1)])
    cost[1 << np.arange(n)] = 1.0
    least, parts = least_partition(cost)

    def worth(part):
        return -cost[sum(1 << i for i in part), 0]

    for s in range(1 << n):
        inside = [i for i in range(n) if s >> i & 1]
        assert least[s, 0] == pytest.approx(-best(worth, inside))
        assert bool(inside) <= parts[s, 0] <= len(inside)


def test_nobody_is_in_a_set_for_less_than_its_own_time() -> None:
    values = np.array([0.0, 0.0, 0.0, 250.0, 0.0, 0.0, 0.0, 260.0])
    # The third brings the two others 10 €, less than its time: it stays out, and keeps that.
    assert with_own_time(values, 100.0).tolist() == [0, 100, 100, 250, 100, 200, 200, 350]
    assert with_own_time(values, 0.0).tolist() == values.tolist()


@given(st.integers(2, 5), st.randoms())
def test_nobody_gets_more_of_a_group_than_it_stops_paying_nor_less_than_its_time(n, random):
    sets = members_of(n)
    time, spared = 100.0, np.array([random.uniform(0, 600) for _ in range(n)])
    common = np.array([random.uniform(0, 900) for _ in sets])
    # Some sets cannot pool, so that whoever is needed to could ask for all.
    values = np.where([random.random() < 0.5 for _ in sets], np.maximum(sets @ spared - common, 0.0), 0.0)
    values = np.array([max(values[s] for s in range(1 << n) if s & whole == s) for whole in range(1 << n)])
    most = spared.clip(time)
    game = with_most(with_own_time(values, time), most)
    assert abs(game[0]) < 1e-9 and game[-1] == with_own_time(values, time)[-1]
    if game[-1] > 0:
        fair = shapley(game)
        assert (fair <= most + 1e-6).all() and (fair >= time - 1e-6).all()
        assert fair.sum() == pytest.approx(game[-1])


def test_a_member_that_is_needed_to_cross_is_paid_no_more_than_its_bill() -> None:
    values = np.array([0.0] * 7 + [600.0])  # any one missing and the two others are no group
    game = with_most(values, np.array([500.0, 500.0, 120.0]))
    assert shapley(game) == pytest.approx([790 / 3, 790 / 3, 220 / 3])
