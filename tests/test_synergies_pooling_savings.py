"""Savings: worked by hand, never above what is paid, ordered; and the reference tables they read."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.config_synergies import PoolingCostOverride
from eit_analysis.errors import InputError
from eit_analysis.settings_file import read_config
from eit_analysis.synergies.pooling.costs import (
    COST_UNITS,
    Costs,
    Range,
    by_profile,
    cost_table,
    threshold_table,
)
from eit_analysis.synergies.pooling.rounds import Rounds
from eit_analysis.synergies.pooling.savings import group_saving, offer_saving
from eit_analysis.synergies.pooling.thresholds import Threshold


def threshold(least, per_year, lot):
    return Threshold("collection", "", "t", least, per_year, lot, "own", "un seuil")


def flat(**values):
    return Costs(**{name: Range(value, value, value) for name, value in values.items()})


def test_a_collection_worked_by_hand():
    # A monthly skip of 3 t: alone, 20 t fill 7 of them and 10 t fill 4; one lorry a month carries both.
    volumes, unbounded = np.array([20.0, 10.0]), np.array([np.inf, np.inf])
    costs = flat(fixed_cost=100, km_cost=2, stop_cost=15)
    saving = group_saving(volumes, unbounded, threshold(36, 12, 8), costs, Rounds(10.0, 1))
    assert saving == Range(*[7 * 100 + 4 * 100 - 12 * 100 - 12 * 15 - 2 * 12 * 10.0] * 3)
    assert saving.central < 0  # said as it is


def test_half_full_alone_is_twice_the_trips_up_to_the_frequency_of_the_round():
    volumes, unbounded = np.array([20.0, 10.0]), np.array([np.inf, np.inf])
    saving = group_saving(
        volumes, unbounded, threshold(36, 12, 8), flat(fixed_cost=100, fill=0.5), Rounds(0, 1)
    )
    assert saving.central == 100 * (12 + 7 - 12)


def test_a_session_is_bounded_by_what_places_cost_today():
    # Two firms pay 5 × 200 € and 1 × 200 €; a session of at most 10 costs 1,500 €.
    volumes, paid = np.array([5.0, 1.0]), np.array([1000.0, 200.0])
    saving = group_saving(volumes, paid, threshold(6, 1, 10), flat(fixed_cost=1500), None)
    assert saving.central == 1000 + 200 - 1500
    assert group_saving(3 * volumes, 3 * paid, threshold(20, 1, 10), flat(fixed_cost=1500), None).central == (
        1500 + 600 - 2 * 1500
    )


def test_a_discount_is_on_what_follows_the_volume():
    volumes, paid = np.array([300.0, 400.0]), np.array([3000.0, 4000.0])
    costs = flat(fixed_cost=100, fixed_share=0.02, discount=0.1)
    saving = group_saving(volumes, paid, threshold(500, 1, np.inf), costs, None)
    assert saving.central == pytest.approx(60 + 80 - 100 + 0.1 * (7000 - 140))


def test_what_nobody_states_the_cost_of_saves_nobody_knows_what():
    volumes, unknown = np.array([5.0, 1.0]), np.array([np.inf, np.inf])
    costs = flat(fixed_cost=6000)
    assert np.isnan(group_saving(volumes, unknown, threshold(6, 1, 10), costs, None)).all()
    assert np.isnan(offer_saving(volumes, unknown, threshold(6, 1, 10), costs)).all()


def test_an_offer_spares_the_fixed_part_of_what_takers_pay():
    volumes, paid = np.array([27.0, 5.0]), np.array([760.0, 140.0])
    costs = flat(fixed_cost=6000, fixed_share=0.5)
    assert offer_saving(volumes, paid, threshold(50, 1, 400), costs).central == pytest.approx(450)


amounts = st.floats(0.1, 35, allow_nan=False)
money = st.floats(0, 5000, allow_nan=False)


def ranges(low, high):
    return st.lists(st.floats(low, high), min_size=3, max_size=3).map(lambda v: Range(*sorted(v)))


profiles = st.builds(
    Costs,
    fixed_cost=ranges(0, 2000),
    km_cost=ranges(0, 3),
    stop_cost=ranges(0, 30),
    fill=ranges(0.1, 1),
    fixed_share=ranges(0.01, 1),
    discount=ranges(0, 1),
)


@given(
    st.lists(st.tuples(amounts, money), min_size=2, max_size=6), profiles, st.integers(1, 50), st.booleans()
)
def test_nobody_saves_more_than_is_paid_and_bounds_are_ordered(members, costs, per_year, travels):
    volumes, paid = (np.array(column) for column in zip(*members, strict=True))
    own = threshold(36.0, per_year, 36.0)
    rounds = Rounds(12.0, 1) if travels else None
    for saving in (group_saving(volumes, paid, own, costs, rounds), offer_saving(volumes, paid, own, costs)):
        assert saving.low <= saving.central + 1e-6 and saving.central <= saving.high + 1e-6
        assert saving.high <= paid.sum() + 1e-6


def test_reference_costs_are_sourced_ordered_and_in_their_unit():
    table = cost_table()
    assert not table.duplicated(["profile", "cost"]).any()
    assert (table["unit"] == table["cost"].map(COST_UNITS)).all()
    values = table[["low", "central", "high"]].to_numpy(dtype=float)
    assert (np.diff(values, axis=1) >= 0).all() and (values >= 0).all()
    assert (values[(table["unit"] == "share").to_numpy()] <= 1).all()
    assert table["source"].str.strip().ne("").all() and table["year"].notna().all()
    # None of these could be confirmed: each says so, and its range is wide.
    assert table["source"].str.startswith("hypothèse du projet").all()
    fixed = table[table["cost"] == "fixed_cost"]
    assert (fixed["high"] >= 3 * fixed["low"]).all()


def test_every_threshold_has_its_costs_and_its_lorry_carries_each_member():
    thresholds, profiles = threshold_table(cost_table()), by_profile(cost_table())
    assert {*thresholds["cost_profile"], "meeting", "organising"} == set(
        profiles
    )  # which no threshold is for
    assert (thresholds["operations_per_year"] >= 1).all()
    travels = thresholds[[profiles[p].travels for p in thresholds["cost_profile"]]]
    assert (travels["threshold"] <= travels["operations_per_year"] * travels["lot"] + 1e-9).all()
    assert set(thresholds[thresholds["lot"].isna()]["cost_profile"]) <= {"order", "contract", "lease"}
    assert travels["least_reach_km"].isna().all()


def override(**changes):
    own = {"profile": "session", "cost": "fixed_cost", "low": 900.0, "central": 950.0, "high": 1000.0}
    return PoolingCostOverride(**{**own, "source": "devis de 2025", **changes})


def test_a_study_gives_its_own_costs():
    table = cost_table([override()])
    assert len(table) == len(cost_table())
    assert by_profile(table)["session"].fixed_cost == Range(900, 950, 1000)
    added = by_profile(cost_table([override(cost="discount", low=0, central=0.1, high=0.2)]))
    assert added["session"].discount == Range(0, 0.1, 0.2)


def test_study_toml_reaches_the_costs(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        'title = "t"\nterritory = "t"\n[[pooling_costs]]\nprofile = "session"\ncost = "fixed_cost"\n'
        'low = 900.0\ncentral = 950.0\nhigh = 1000.0\nsource = "devis"\n',
        encoding="utf-8",
    )
    assert by_profile(cost_table(read_config(path).pooling_costs))["session"].fixed_cost.central == 950


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profile": "séance"}, "ce profil est inconnu"),
        ({"cost": "prix"}, "ce coût est inconnu"),
        ({"low": 2000.0}, "croissantes"),
        ({"high": float("nan")}, "croissantes"),
        ({"cost": "discount", "high": 1000.0}, "entre 0 et 1"),
        ({"cost": "fill", "low": 0.0, "central": 0.5, "high": 1.0}, "supérieure à 0"),
        ({"source": " "}, "la source est vide"),
    ],
)
def test_a_wrong_override_is_said_in_one_sentence(changes, said):
    with pytest.raises(InputError, match=said) as error:
        cost_table([override(**changes)])
    assert "study.toml" in str(error.value) and "pooling_costs" in str(error.value)


def test_an_override_given_twice():
    with pytest.raises(InputError, match="deux fois"):
        cost_table([override(), override()])


def test_reference_is_not_changed_by_a_study():
    cost_table([override()])
    pd.testing.assert_frame_equal(cost_table(), cost_table())
    assert by_profile(cost_table())["session"].fixed_cost.central != 950
