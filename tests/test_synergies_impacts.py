"""Impacts: the arithmetic by hand, boundaries apart, unwelcome signs kept."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.factor_rows import ROLES, SOURCE_COLUMNS, rows_used, sources
from eit_analysis.synergies.impacts import INDICATORS, impacts, in_proportion
from eit_analysis.tables import CATEGORIES

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
        ("virgin_price", "wood", "recycling", 50, 60, 90),
        ("insertion_share", None, None, 0.5, 0.7, 0.9),
    ],
    columns=["factor", "category", "route", "low", "central", "high"],
).assign(unit="", boundary="", source="essai", year=pd.array([2026] * 12, dtype="Int64"))
FLOWS = pd.DataFrame(
    [("B-1", np.nan), ("B-2", 200.0), ("C-1", np.nan), ("D-1", -45.0)],
    columns=["flow_id", "cost_eur_per_t"],
)
SITES = pd.DataFrame(
    [("A", "firm"), ("B", "firm"), ("C", "ess"), ("D", "outlet")], columns=["site_id", "actor_type"]
)


def pair(**changes):
    return {
        "candidate_id": "A-1>B-1", "out_flow_id": "A-1", "in_flow_id": "B-1", "taker_site_id": "B",
        "category": "wood", "input_category": "wood", "yield_central": 0.8, "old_route": "landfill",
        "new_route": "recycling", "old_cost_eur_per_t": np.nan, "distance_km": 10.0,
        "diverted_t_per_year": 100.0, "diverted_low_t_per_year": 80.0, "diverted_high_t_per_year": 120.0,
        "allocated_t_per_year": 100.0,
    } | changes  # fmt: skip


def one(**changes):
    return impacts(pd.DataFrame([pair(**changes)]), FLOWS, SITES, FACTORS).iloc[0]


def test_by_hand():
    row = one()
    assert row["joint_surplus_eur_per_year"] == pytest.approx((120 - 40 - 0.2 * 10) * 100)
    assert row["joint_surplus_low_eur_per_year"] == pytest.approx((100 - 50 - 3) * 80)
    assert row["joint_surplus_high_eur_per_year"] == pytest.approx((140 - 30 - 1) * 120)
    assert row["emissions_tco2e_per_year"] == pytest.approx((200 - 500 + 1) * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == pytest.approx(700 * 100 / 1000)
    assert row["avoided_low_tco2e_per_year"] == pytest.approx((500 - 10) * 80 / 1000)
    assert row["jobs"] == pytest.approx(1.9 * 100 / 1000)
    assert row["cost_basis"] == "reference"


def test_the_declared_cost_replaces_the_reference():
    row = one(old_cost_eur_per_t=20.0)
    # The exchange costs more than today: the sign stays.
    assert row["joint_surplus_eur_per_year"] == pytest.approx((20 - 40 - 2) * 100)
    assert row["cost_basis"] == "declared"


def test_a_declared_cost_does_not_stand_for_a_missing_factor():
    unknown = FACTORS[(FACTORS["factor"] != "treatment_cost") | (FACTORS["route"] != "recycling")]
    row = impacts(pd.DataFrame([pair(old_cost_eur_per_t=80.0)]), FLOWS, SITES, unknown).iloc[0]
    assert row[list(INDICATORS["giver_saving"])].isna().all()
    assert row[list(INDICATORS["joint_surplus"])].isna().all()


def test_the_same_route_leaves_transport_alone():
    row = one(old_route="recycling")
    assert row["emissions_tco2e_per_year"] == pytest.approx(0.1 * 10 * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == 0 and row["jobs"] == 0 and row["jobs_high"] == 0
    # Whatever recycling costs, it costs it before and after.
    assert row["giver_saving_low_eur_per_year"] == row["giver_saving_high_eur_per_year"] == 0
    assert row["joint_surplus_low_eur_per_year"] == pytest.approx(-0.3 * 10 * 120)


def test_each_part_of_the_gain_is_shown():
    row = one()
    assert row["giver_saving_eur_per_year"] == pytest.approx((120 - 40) * 100)
    assert row["transport_eur_per_year"] == pytest.approx(0.2 * 10 * 100)
    assert row["avoided_purchase_eur_per_year"] == pytest.approx(60 * 0.8 * 100)
    # What the taker no longer buys is beside the joint surplus, not in it.
    assert row["joint_surplus_eur_per_year"] == pytest.approx(
        row["giver_saving_eur_per_year"] - row["transport_eur_per_year"]
    )
    # The price the taker states replaces the reference.
    assert one(in_flow_id="B-2")["avoided_purchase_high_eur_per_year"] == pytest.approx(200 * 0.8 * 120)


def test_what_the_taker_pays_the_giver_changes_hands():
    sold = FACTORS.copy()
    cost = (sold["factor"] == "treatment_cost") & (sold["route"] == "recycling")
    sold.loc[cost, ["low", "central", "high"]] = [-30.0, -20.0, -10.0]
    row = impacts(pd.DataFrame([pair()]), FLOWS, SITES, sold).iloc[0]
    assert row["giver_saving_eur_per_year"] == pytest.approx((120 + 20) * 100)
    assert row["avoided_purchase_eur_per_year"] == pytest.approx((60 * 0.8 - 20) * 100)
    # Low: new material is cheap and the giver is paid much; high: the reverse.
    assert row["avoided_purchase_low_eur_per_year"] == pytest.approx((50 * 0.8 - 30) * 80)
    assert row["avoided_purchase_high_eur_per_year"] == pytest.approx((90 * 0.8 - 10) * 120)
    # The 20 €/t that change hands cancel in the sum of both sides.
    both = row["joint_surplus_eur_per_year"] + row["avoided_purchase_eur_per_year"]
    assert both == pytest.approx((120 - 2 + 60 * 0.8) * 100)


@pytest.mark.parametrize(("flow", "site"), [("C-1", "C"), ("D-1", "D")])
def test_an_operator_buys_no_new_material(flow, site):
    row = one(in_flow_id=flow, taker_site_id=site)
    assert row["avoided_purchase_eur_per_year"] == row["avoided_purchase_high_eur_per_year"] == 0


def test_insertion_is_counted_for_ess_takers_alone():
    row = one(in_flow_id="C-1", taker_site_id="C")
    assert row["insertion_fte"] == pytest.approx(0.7 * 2 * 100 / 1000)
    assert row["insertion_fte_low"] == pytest.approx(0.5 * 1 * 80 / 1000)
    assert row["insertion_fte_high"] == pytest.approx(0.9 * 3 * 120 / 1000)
    assert one()["insertion_fte_high"] == 0 and one(in_flow_id="D-1", taker_site_id="D")["insertion_fte"] == 0


def test_a_missing_factor_is_missing_not_zero():
    row = one(new_route="reuse")
    assert np.isnan(row["joint_surplus_eur_per_year"]) and np.isnan(row["jobs"])


@pytest.mark.parametrize("old", ["landfill", "incineration", "unknown", "recycling"])
def test_bounds_hold_the_central_value_on_the_real_factors(old):
    frame = pd.DataFrame(
        [
            pair(category=category, input_category=category, old_route=old, taker_site_id=taker)
            for category in ("cardboard", "textile", "biowaste", "metal")
            for taker in ("B", "C", "D")
        ]
    )
    found = impacts(frame, FLOWS, SITES, factor_table())
    for central, low, high in INDICATORS.values():
        assert (found[low] <= found[central]).all() and (found[central] <= found[high]).all()


def test_cardboard_recycling_emits_more_than_its_incineration_in_base_carbone():
    frame = pd.DataFrame(
        [pair(category="cardboard", old_route="incineration", distance_km=0.0, diverted_t_per_year=1.0)]
    )
    found = impacts(frame, FLOWS, SITES, factor_table())
    # Base Carbone V23.6: 992 against 120 kgCO2e/t, boundary impact.
    assert found["emissions_tco2e_per_year"].iloc[0] == pytest.approx(0.872)


def test_a_plan_changes_things_in_proportion_to_its_tonnes():
    rows = pd.DataFrame([one(), one(allocated_t_per_year=50.0), one(allocated_t_per_year=0.0)])
    assert list(in_proportion(rows, ["jobs"])["jobs"]) == pytest.approx([0.19, 0.095])


def test_no_candidate_no_impact():
    found = impacts(pd.DataFrame([pair()]).head(0), FLOWS, SITES, FACTORS)
    assert found.empty and "jobs_high" in found
    assert sources(found, FACTORS).empty


def test_each_role_takes_the_row_that_the_lookup_gives():
    table = factor_table()
    frame = pd.DataFrame(
        [pair(category=c, input_category=c, new_route=r) for c in CATEGORIES for r in ("reuse", "energy")]
    ).assign(taker_actor_type="ess", taker_price_eur_per_t=np.nan)
    used = rows_used(frame, table)
    for role, (factor, category, route) in ROLES.items():
        for row, asked in zip(used[role], frame.to_dict("records"), strict=True):
            expected = lookup(table, factor, asked[category], asked[route] if route else "")
            assert table.loc[row].equals(expected)


def test_sources_name_each_row_used_and_no_other():
    own = FACTORS.copy()
    own.loc[own["factor"] == "transport_cost", "year"] = pd.NA
    frame = pd.DataFrame([pair(), pair(old_cost_eur_per_t=5.0, in_flow_id="C-1", taker_site_id="C")])
    table = sources(impacts(frame, FLOWS, SITES, own), own)
    assert list(table.columns) == SOURCE_COLUMNS
    counts = table.set_index(["factor", "route"], drop=False)["n_candidates"]
    assert counts["treatment_cost", "landfill"] == 1  # the other giver states his cost
    assert counts["treatment_cost", "recycling"] == 2
    by_factor = table.drop_duplicates("factor").set_index("factor")
    assert (
        by_factor.loc["virgin_price", "n_candidates"] == by_factor.loc["insertion_share", "n_candidates"] == 1
    )
    assert by_factor["factor_origin"].to_dict()["transport_cost"] == "study"
    assert by_factor["factor_origin"].to_dict()["jobs"] == "reference"
