"""Bundles: the smallest and nearest cover equals a search through all sets, and nobody is asked too much."""

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.publishing.wording import heading
from eit_analysis.synergies.bundles import BUNDLE_COLUMNS, COVERED, bundles, smallest_cover


def exchange(giver, taker, supply, demand, km, share=1.0):
    return {
        "out_flow_id": f"{giver}-o", "in_flow_id": f"{taker}-i", "giver_site_id": giver,
        "taker_site_id": taker, "supply_t_per_year": supply, "demand_t_per_year": demand,
        "need_t_per_t": share, "distance_km": km,
    }  # fmt: skip


def table(rows):
    return pd.DataFrame(rows, columns=list(exchange("", "", 0.0, 0.0, 0.0)))


def test_one_output_shared_by_the_two_nearest_that_suffice():
    # 10 t: B and C are the nearest but take 9; B and D take 11; C and D take 10 but are farther.
    rows = [("B", 5.0, 1.0), ("C", 4.0, 2.0), ("D", 6.0, 9.0)]
    found = bundles(table([exchange("A", taker, 10.0, need, km) for taker, need, km in rows]))
    found = found[found["bundle_kind"] == "one_to_many"]
    assert list(found.columns) == BUNDLE_COLUMNS
    assert list(found["taker_site_id"]) == ["B", "D"]
    assert list(found["bundled_t_per_year"]) == [5.0, 5.0]
    assert set(found["coverage_percent"]) == {100.0} and set(found["n_partners"]) == {2}
    assert set(found["bundle_id"]) == {"one_to_many:A-o"}


def test_one_need_fed_by_several_through_their_yields():
    rows = [("A", 10.0, 1.0), ("B", 10.0, 2.0), ("C", 10.0, 3.0)]
    found = bundles(table([exchange(giver, "Z", supply, 14.0, km, 0.5) for giver, supply, km in rows]))
    assert list(found["bundle_kind"]) == ["many_to_one"] * 3
    assert list(found["bundled_t_per_year"]) == [5.0, 5.0, 4.0]


def test_partial_coverage_is_kept_and_said():
    rows = [("B", 1.0, 1.0), ("C", 2.0, 2.0), ("D", 3.0, 3.0)]
    found = bundles(table([exchange("A", taker, 10.0, need, km) for taker, need, km in rows]), 2)
    assert list(found["taker_site_id"]) == ["C", "D"]
    assert set(found["coverage_percent"]) == {50.0}


def test_every_column_and_code_has_a_french_name():
    sites = {"giver_site_id", "taker_site_id"}  # a page shows them together, as exchange_site_ids
    assert all(heading(column).header for column in BUNDLE_COLUMNS if column not in sites)
    assert set(heading("bundle_kind").labels) == {"one_to_many", "many_to_one"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [exchange("A", "B", 10.0, 4.0, 1.0)],
        [exchange("A", "B", 10.0, 10.0, 9.0), exchange("A", "C", 10.0, 4.0, 1.0)],
        [exchange("A", "B", float("nan"), 4.0, 9.0), exchange("A", "C", float("nan"), 4.0, 1.0)],
    ],
    ids=["nobody", "one partner", "one is enough", "unknown supply"],
)
def test_no_bundle_where_none_is_needed_or_possible(rows):
    found = bundles(table(rows))
    assert list(found.columns) == BUNDLE_COLUMNS
    assert found.empty


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), min_size=1, max_size=9),
    st.integers(1, 40),
    st.integers(1, 4),
)
def test_the_smallest_cover_equals_a_search_through_all_sets(partners, wanted, most):
    partners.sort()
    metres, offers = [km for km, _ in partners], [float(tonnes) for _, tonnes in partners]
    sets = [s for n in range(1, most + 1) for s in combinations(range(len(offers)), n)]
    covers = [s for s in sets if sum(offers[i] for i in s) >= wanted * COVERED]
    chosen = smallest_cover(offers, metres, wanted, most)
    if covers:
        assert chosen == min(covers, key=lambda s: (len(s), sum(metres[i] for i in s), s))
    else:
        reach = max(sum(offers[i] for i in s) for s in sets)
        assert sum(offers[i] for i in chosen) == reach
        full = [s for s in sets if sum(offers[i] for i in s) == reach]
        assert sum(metres[i] for i in chosen) == min(sum(metres[i] for i in s) for s in full)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("VWXYZ"), st.integers(0, 30)),
        max_size=12, unique_by=lambda row: row[:2],
    ),
    st.lists(st.integers(1, 20), min_size=8, max_size=8),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_nobody_gives_or_takes_more_than_it_has_in_any_order(pairs, masses, random):
    mass = dict(zip("ABCVWXYZ", map(float, masses), strict=True))
    rows = [exchange(a, b, mass[a], mass[b], km / 3, 0.8) for a, b, km in pairs]
    found = bundles(table(rows))
    for name, part in found.groupby("bundle_id"):
        to_many = name.startswith("one")
        asked, partner = part["bundled_t_per_year"], part["taker_site_id" if to_many else "giver_site_id"]
        whole = mass[part["giver_site_id" if to_many else "taker_site_id"].iloc[0]]
        capacity = partner.map(mass) / 0.8 if to_many else partner.map(mass) * 0.8
        assert (asked > 0).all() and (asked <= capacity + 1e-9).all()
        assert asked.sum() == pytest.approx(whole * part["coverage_percent"].iloc[0] / 100)
        assert 2 <= len(part) <= 4
    pd.testing.assert_frame_equal(bundles(table(random.sample(rows, len(rows)))), found)
