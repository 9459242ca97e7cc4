"""Impacts: the arithmetic by hand, boundaries apart, unwelcome signs kept."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis.reference.factors import factor_table
from eit_analysis.synergies.impacts import INDICATORS, by_category, impacts

FACTORS = pd.DataFrame(
    [
        ("treatment_cost", "wood", "landfill", 100, 120, 140),
        ("treatment_cost", "wood", "recycling", 30, 40, 50),
        ("transport_cost", None, None, 0.1, 0.2, 0.3),
        ("transport_emissions", None, None, 0.1, 0.1, 0.1),
        ("emissions_impact", "wood", "landfill", 400, 500, 600),
        ("emissions_impact", "wood", "recycling", 100, 200, 300),
        ("emissions_avoided", "wood", "landfill", -10, 0, 0),
        ("emissions_avoided", "wood", "recycling", -900, -700, -500),
        ("jobs", "wood", "landfill", 0.1, 0.1, 0.1),
        ("jobs", "wood", "recycling", 1, 2, 3),
    ],
    columns=["factor", "category", "route", "low", "central", "high"],
)


def one(**changes):
    row = {
        "category": "wood", "old_route": "landfill", "new_route": "recycling", "old_cost_eur_per_t": np.nan,
        "distance_km": 10.0, "diverted_t_per_year": 100.0, "diverted_low_t_per_year": 80.0,
        "diverted_high_t_per_year": 120.0, "allocated_t_per_year": 100.0,
    } | changes  # fmt: skip
    return impacts(pd.DataFrame([row]), FACTORS).iloc[0]


def test_by_hand():
    row = one()
    assert row["net_gain_eur_per_year"] == pytest.approx((120 - 40 - 0.2 * 10) * 100)
    assert row["net_gain_low_eur_per_year"] == pytest.approx((100 - 50 - 3) * 80)
    assert row["net_gain_high_eur_per_year"] == pytest.approx((140 - 30 - 1) * 120)
    assert row["emissions_tco2e_per_year"] == pytest.approx((200 - 500 + 1) * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == pytest.approx(700 * 100 / 1000)
    assert row["avoided_low_tco2e_per_year"] == pytest.approx((500 - 10) * 80 / 1000)
    assert row["jobs"] == pytest.approx(1.9 * 100 / 1000)
    assert row["cost_basis"] == "reference"


def test_the_declared_cost_replaces_the_reference():
    row = one(old_cost_eur_per_t=20.0)
    # The exchange costs more than today: the sign stays.
    assert row["net_gain_eur_per_year"] == pytest.approx((20 - 40 - 2) * 100)
    assert row["cost_basis"] == "declared"


def test_the_same_route_leaves_transport_alone():
    row = one(old_route="recycling")
    assert row["emissions_tco2e_per_year"] == pytest.approx(0.1 * 10 * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == 0 and row["jobs"] == 0 and row["jobs_high"] == 0


def test_a_missing_factor_is_missing_not_zero():
    row = one(new_route="reuse")
    assert np.isnan(row["net_gain_eur_per_year"]) and np.isnan(row["jobs"])


@pytest.mark.parametrize("old", ["landfill", "incineration", "unknown", "recycling"])
def test_bounds_hold_the_central_value_on_the_real_factors(old):
    frame = pd.DataFrame(
        {
            "category": ["cardboard", "textile", "biowaste"], "old_route": old, "new_route": "recycling",
            "old_cost_eur_per_t": np.nan, "distance_km": 12.0, "diverted_t_per_year": 10.0,
            "diverted_low_t_per_year": 5.0, "diverted_high_t_per_year": 20.0,
        }
    )  # fmt: skip
    found = impacts(frame, factor_table())
    for central, low, high in INDICATORS.values():
        assert (found[low] <= found[central]).all() and (found[central] <= found[high]).all()


def test_cardboard_recycling_emits_more_than_its_incineration_in_base_carbone():
    frame = pd.DataFrame(
        {
            "category": ["cardboard"], "old_route": "incineration", "new_route": "recycling",
            "old_cost_eur_per_t": np.nan, "distance_km": 0.0, "diverted_t_per_year": 1.0,
            "diverted_low_t_per_year": 1.0, "diverted_high_t_per_year": 1.0,
        }
    )  # fmt: skip
    # Base Carbone V23.6: 992 against 120 kgCO2e/t, boundary impact.
    assert impacts(frame, factor_table())["emissions_tco2e_per_year"].iloc[0] == pytest.approx(0.872)


def test_by_category_follows_the_allocated_tonnes_and_totals():
    rows = pd.DataFrame([one(), one(allocated_t_per_year=50.0), one(allocated_t_per_year=0.0)])
    table = by_category(rows, "jobs", total="Total")
    assert list(table["category"]) == ["wood", "Total"]
    assert list(table["jobs"]) == pytest.approx([0.19 * 1.5] * 2)
    assert by_category(rows.head(0), "jobs", total="Total").empty


def test_no_candidate_no_impact():
    columns = ["category", "old_route", "new_route", "old_cost_eur_per_t", "distance_km"]
    tonnes = ["diverted_t_per_year", "diverted_low_t_per_year", "diverted_high_t_per_year"]
    found = impacts(pd.DataFrame(columns=[*columns, *tonnes]), FACTORS)
    assert found.empty and "jobs_high" in found
