"""Impacts: the arithmetic by hand, boundaries apart, unwelcome signs kept."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.factor_rows import ROLES, SOURCE_COLUMNS, rows_used, sources
from eit_analysis.synergies.impacts import INDICATORS, impacts, in_proportion
from eit_analysis.synergies.offers import by_trade
from eit_analysis.synergies.terms import changes_contractor, with_terms
from eit_analysis.tables import CATEGORIES

FACTORS = pd.DataFrame(
    [
        ("treatment_cost", "wood", "landfill", 100, 120, 140),
        ("treatment_cost", "wood", "recycling", 30, 40, 50),
        ("vehicle_cost", None, None, 1, 2, 3),
        ("loading_cost", None, None, 20, 60, 100),
        ("trip_load", "wood", None, 2, 5, 8),
        ("trip_load", "loose_wood", None, 4, 10, 20),
        ("passages", None, None, 26, 52, 104),
        ("exchange_cost", None, None, 200, 500, 1500),
        ("preparation_cost", "wood", "recycling", 5, 20, 40),
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
).assign(unit="", boundary="", source="essai", year=pd.array([2026] * 18, dtype="Int64"))
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
        "treatment": "tri", "new_route": "recycling", "old_cost_eur_per_t": np.nan, "distance_km": 10.0,
        "diverted_t_per_year": 100.0, "diverted_low_t_per_year": 80.0, "diverted_high_t_per_year": 120.0,
        "allocated_t_per_year": 100.0, "spoils_share_of_year": 0.0,
    } | changes  # fmt: skip


def one(**changes):
    return impacts(pd.DataFrame([pair(**changes)]), FLOWS, SITES, FACTORS).iloc[0]


def test_by_hand():
    row = one()
    # 10 trips of 10 t, 20 km there and back at 2 €, 60 € of loading; 0.8 t of input at 60 € for each tonne.
    assert row["giver_saving_eur_per_year"] == pytest.approx(120 * 100)
    assert row["taker_worth_eur_per_year"] == pytest.approx((0.8 * 60 - 20) * 100)
    assert row["transport_eur_per_year"] == pytest.approx(10 * (20 * 2 + 60))
    assert row["margin_eur_per_year"] == pytest.approx(12000 + 2800 - 1000)
    assert row["joint_surplus_eur_per_year"] == pytest.approx(13800 - 500)
    # At its worst: trips of 4 t, 20 km at 3 €, 100 € of loading, 80 t in all.
    assert row["joint_surplus_low_eur_per_year"] == pytest.approx((100 + 0.8 * 50 - 40 - 160 / 4) * 80 - 1500)
    assert row["joint_surplus_high_eur_per_year"] == pytest.approx((140 + 0.8 * 90 - 5 - 40 / 20) * 120 - 200)
    assert row["emissions_tco2e_per_year"] == pytest.approx((200 - 500 + 1) * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == pytest.approx(700 * 100 / 1000)
    assert row["avoided_low_tco2e_per_year"] == pytest.approx((500 - 10) * 80 / 1000)
    assert row["jobs"] == pytest.approx(1.9 * 100 / 1000)
    assert row["saving_basis"] == "reference"


def test_what_spoils_is_fetched_every_week_of_its_months_whatever_there_is():
    # 26 passages in six months, 20 km at 2 €, each with its hour of loading: ten lorries would carry all.
    row = one(spoils_share_of_year=0.5)
    assert row["transport_eur_per_year"] == pytest.approx(26 * (20 * 2 + 60))
    assert row["transport_high_eur_per_year"] == pytest.approx(52 / 100 * (20 * 3 + 100) * 120)
    # More than a lorry a week: by the lorry.
    much = one(spoils_share_of_year=0.5, diverted_t_per_year=1000.0)
    assert much["transport_eur_per_year"] == pytest.approx(100 * (20 * 2 + 60))


def test_what_an_actor_declares_replaces_the_reference():
    row = one(old_cost_eur_per_t=-180.0, in_flow_id="B-2")
    # A film sold at 180 €/t whose neighbour buys at 200: worth 160 less 20 of preparation. The sign stays.
    assert row["giver_saving_eur_per_year"] == pytest.approx(-180 * 100)
    assert row["taker_worth_low_eur_per_year"] == pytest.approx((160 - 40) * 80)
    assert row["margin_eur_per_year"] == pytest.approx((-180 + 140 - 10) * 100)
    assert row["saving_basis"] == "declared"


def test_of_the_giver_s_own_outlet_nothing_is_avoided_at_the_worst():
    flows = pd.concat([FLOWS, pd.DataFrame({"flow_id": ["A-1"], "contractor": ["Décharge interne"]})])
    rows = pd.DataFrame([pair(old_cost_eur_per_t=24.0), pair(old_cost_eur_per_t=-24.0)])
    found = impacts(rows, flows.assign(site_id="A"), SITES, FACTORS)
    names = ["giver_saving_low_eur_per_year", "giver_saving_eur_per_year", "giver_saving_high_eur_per_year"]
    # A sale is none of an outlet.
    assert found[names].to_numpy().tolist() == [[0.0, 2400.0, 2880.0], [-2880.0, -2400.0, -1920.0]]
    assert found["own_outlet"].tolist() == [True, False]


def test_downgraded_food_is_worth_a_part_of_the_price_of_what_is_bought():
    """At its worst too: tomatoes gained 28,000 € « au pire des prix », at the price of the first grade."""
    table, of = factor_table(), {"category": "food", "input_category": "food", "new_route": "reuse"}
    flows = FLOWS.assign(description=None, category="food")
    flows.loc[len(flows)] = ["A-1", np.nan, "Tomates déclassées", "food"]
    sold, sound = pair(**of, in_flow_id="B-2"), pair(**of, in_flow_id="B-2", out_flow_id="A-2")
    found = impacts(pd.DataFrame([sold, sound]), flows, SITES, table)
    shares = lookup(table, "downgraded_share", "food", "")
    spent = lookup(table, "preparation_cost", "food", "reuse")
    low, middle = (
        t * (0.8 * 200 * shares[at] - spent[cost])
        for at, cost, t in (("low", "high", 120), ("central", "central", 100))
    )
    row = found.iloc[0]
    assert row["taker_worth_eur_per_year"] == pytest.approx(middle)
    assert row["taker_worth_low_eur_per_year"] == pytest.approx(low)
    assert found["taker_worth_eur_per_year"].iloc[1] == pytest.approx(100 * (0.8 * 200 - spent["central"]))


def test_a_plastic_that_is_washed_is_regenerated_and_not_only_prepared():
    table = factor_table()
    of = {"category": "plastic", "input_category": "plastic", "in_flow_id": "B-2"}
    washed, ground, cup = pair(**of, treatment="tri, lavage, extrusion"), pair(**of), pair(treatment="lavage")
    used_again = pair(**of, treatment="lavage", new_route="reuse")
    found = impacts(pd.DataFrame([washed, ground, cup, used_again]), FLOWS, SITES, table)
    costs = [float(lookup(table, "regeneration_cost", "plastic", "recycling")["central"])]
    costs += [float(lookup(table, "preparation_cost", *key)["central"])
              for key in (("plastic", "recycling"), ("wood", "recycling"), ("plastic", "reuse"))]  # fmt: skip
    price = float(lookup(table, "virgin_price", "wood", "recycling")["central"])
    worth = [100 * (0.8 * at - cost) for at, cost in zip([200, 200, price, 200], costs, strict=True)]
    assert found["taker_worth_eur_per_year"].tolist() == pytest.approx(worth) and costs[0] > costs[1]


def test_a_declared_cost_does_not_stand_for_a_missing_factor():
    unknown = FACTORS[FACTORS["factor"] != "preparation_cost"]
    row = impacts(pd.DataFrame([pair(old_cost_eur_per_t=80.0)]), FLOWS, SITES, unknown).iloc[0]
    assert row[list(INDICATORS["taker_worth"])].isna().all()
    assert row[list(INDICATORS["joint_surplus"])].isna().all()


def test_the_same_route_leaves_emissions_to_transport_alone():
    row = one(old_route="recycling")
    assert row["emissions_tco2e_per_year"] == pytest.approx(0.1 * 10 * 100 / 1000)
    assert row["avoided_tco2e_per_year"] == 0 and row["jobs"] == 0 and row["jobs_high"] == 0


@pytest.mark.parametrize(("flow", "site", "price"), [("C-1", "C", -40.0), ("D-1", "D", -45.0)])
def test_an_operator_is_worth_its_price_and_replaces_nothing(flow, site, price):
    # Its own price, or the reference cost of the new route where it states none (40 €/t, paid by the giver).
    row = one(in_flow_id=flow, taker_site_id=site)
    assert row["taker_worth_eur_per_year"] == pytest.approx(price * 100)
    assert row["joint_surplus_eur_per_year"] == pytest.approx((120 + price - 10) * 100 - 500)


def test_who_trades_waste_is_an_operator_also_where_it_is_called_a_firm():
    """A recycler that buys film at 180 €/t works any film alike: it was said to lose 447 €/t of another's."""
    naf = {"A": "1624Z", "B": "38.32Z", "C": "8810C", "D": None, "E": "4677Z"}
    sites = pd.concat([SITES, pd.DataFrame([("E", "firm")], columns=SITES.columns)], ignore_index=True)
    traded = by_trade(sites.assign(naf_code=sites["site_id"].map(naf)))
    assert traded.set_index("site_id")["actor_type"].to_dict() == {
        "A": "firm", "B": "outlet", "C": "ess", "D": "outlet", "E": "outlet",
    }  # fmt: skip
    candidates = pd.DataFrame([pair(in_flow_id="B-2")])  # which pays 200 €/t
    found = [impacts(candidates, FLOWS, known, FACTORS).iloc[0] for known in (SITES, traded)]
    assert [row["taker_worth_eur_per_year"] for row in found] == [
        (0.8 * 200 - 20) * 100, 0.0,  # of wood it is charged at best here: its price is to be confirmed
    ]  # fmt: skip


def test_what_a_platform_pays_for_raw_wood_is_no_price_of_panels():
    flows = FLOWS.assign(cost_eur_per_t=25.0, waste_code="150103", description="Bois à broyer")
    for code, text, paid in (
        ("150103", "Palettes", 0.0), ("030105", "Chutes", 0.0),
        ("030105", "Chutes de panneaux", -4000.0), ("200138", "Planches", -4000.0),
    ):  # fmt: skip
        giver = pd.DataFrame({"flow_id": ["A-1"], "waste_code": [code], "description": [text]})
        both = pd.concat([flows, giver], ignore_index=True)
        candidates = pd.DataFrame([pair(in_flow_id="D-1", taker_site_id="D")])
        found = impacts(candidates, both, SITES, FACTORS).iloc[0]
        # Nor is it counted where one is charged at best (30 €/t): its sign is to be confirmed.
        assert found["taker_worth_eur_per_year"] == pytest.approx(paid) and found["price_to_confirm"] == (
            paid == 0
        )
        assert found["usually_charged"]  # whatever the taker says to pay
        at_times = FACTORS.assign(low=FACTORS["low"].mask(FACTORS["central"] == 40, -30))
        sold = impacts(candidates, both, SITES, at_times).iloc[0]
        assert sold["taker_worth_eur_per_year"] == pytest.approx(paid or 2500.0)


@pytest.mark.parametrize(("given", "paid"), [("clean", 4300.0), ("mixed", -4000.0), (None, 4300.0)])
def test_what_is_paid_for_sorted_matter_is_no_price_of_mixed(given, paid):
    """43 €/t for « textiles triés » made a gain of mixed offcuts."""
    flows = FLOWS.assign(cost_eur_per_t=43.0, quality="clean")
    giver = pd.DataFrame({"flow_id": ["A-1"], "quality": [given]})
    candidates = pd.DataFrame([pair(in_flow_id="C-1", taker_site_id="C")])
    found = impacts(candidates, pd.concat([giver, flows], ignore_index=True), SITES, FACTORS).iloc[0]
    assert found["taker_worth_eur_per_year"] == pytest.approx(paid)
    assert found["price_unsorted"] == (given == "mixed")


def test_there_is_a_price_at_which_both_gain_where_the_joint_surplus_is_above_zero():
    cases = {
        "both_free": {}, "taker_pays": {"old_cost_eur_per_t": -50.0, "in_flow_id": "B-2"},
        "giver_pays": {"yield_central": 0.1}, "none": {"old_cost_eur_per_t": -200.0, "in_flow_id": "B-2"},
        "giver": {"in_flow_id": "D-1", "taker_site_id": "D"},
        "not_giver": {"in_flow_id": "D-1", "taker_site_id": "D", "old_cost_eur_per_t": -200.0},
    }  # fmt: skip
    found = with_terms(impacts(pd.DataFrame([pair(**c) for c in cases.values()]), FLOWS, SITES, FACTORS))
    assert list(found["who_gains"]) == list(cases)
    # Of what an operator is only supposed to pay, his gain may be the whole.
    supposed = {"giver_saving": 0.0, "taker_worth": 2000.0, "joint_surplus": 500.0}
    paid = found.loc[[4]].assign(**{f"{name}_eur_per_year": value for name, value in supposed.items()})
    assert list(with_terms(paid)["who_gains"]) == ["giver_paid"]
    # A workshop that buys boxes at 200 €/t is the one that is spared: who sells his at 20 has to be paid.
    bought = {"old_cost_eur_per_t": -20.0, "in_flow_id": "B-2", "taker_site_id": "C"}
    rows = pd.DataFrame([pair(**bought), pair(**bought | {"old_cost_eur_per_t": -250.0})])
    assert list(with_terms(impacts(rows, FLOWS, SITES, FACTORS))["who_gains"]) == ["taker_pays", "none"]
    # 10 €/t of transport and 5 €/t of fixed cost for the 120 €/t that the giver saves; worth 28 €/t.
    assert found.loc[0, ["price_low_eur_per_t", "price_high_eur_per_t"]].tolist() == pytest.approx([-105, 28])
    room = found["price_high_eur_per_t"] - found["price_low_eur_per_t"]
    assert (room * 100).to_numpy() == pytest.approx(found["joint_surplus_eur_per_year"].to_numpy())
    missing = with_terms(impacts(pd.DataFrame([pair(new_route="reuse")]), FLOWS, SITES, FACTORS))
    assert missing["who_gains"].isna().all()


def test_a_cost_that_nobody_declared_is_told_with_that_under_which_nothing_is_gained():
    """372 t at a reference of 122.5 €/t bring 24,024 €: at 58 €/t they would bring nothing."""
    saved = {"saving_basis": "reference", "giver_saving_eur_per_year": 45570.0, "taker_price_eur_per_t": 0.0}
    dairy = pd.DataFrame([saved | {"joint_surplus_eur_per_year": 24023.7, "taker_actor_type": "firm"}])
    dairy = dairy.assign(diverted_t_per_year=372.0, taker_worth_eur_per_year=0.0)
    dairy = dairy.assign(transport_eur_per_year=0.0, fixed_cost_eur_per_year=500.0)
    told = ["supposed_cost_eur_per_t", "break_even_cost_eur_per_t"]
    assert with_terms(dairy).loc[0, told].tolist() == pytest.approx([122.5, 57.92], abs=0.01)
    # Declared, it is known; of what loses already, or gains for nothing, no cost is told to make the gain.
    declared = with_terms(dairy.assign(saving_basis="declared"))
    assert declared[told].isna().all(axis=None)
    for gain in (-10.0, 50000.0):
        found = with_terms(dairy.assign(joint_surplus_eur_per_year=gain)).loc[0, told]
        assert found.isna().tolist() == [False, True]


def test_an_operator_on_the_same_route_only_changes_the_contractor():
    rows = [pair(old_route=old, taker_site_id=site, in_flow_id=f"{site}-1")
            for old in ("recycling", "landfill") for site in "BCD"]  # fmt: skip
    found = impacts(pd.DataFrame(rows), FLOWS, SITES, FACTORS)
    assert list(changes_contractor(found)) == [False, True, True, False, False, False]
    # What a structure reuses today is not offered to a firm as a gain.
    routes = pd.DataFrame(
        {"old_route": ["reuse", "energy"], "new_route": "reuse", "taker_actor_type": "firm"}
    )
    assert list(changes_contractor(routes)) == [True, False]


def test_crates_travel_stacked_and_offcuts_in_bulk():
    # 100 t: twenty trips of 5 t, or ten of 10; 20 km there and back at 2 €, 60 € of loading.
    for code, trips in (("150103", 20), ("030105", 10), (None, 10)):
        giver = pd.DataFrame({"flow_id": ["A-1"], "waste_code": [code]})
        found = impacts(pd.DataFrame([pair()]), pd.concat([giver, FLOWS]), SITES, FACTORS).iloc[0]
        assert found["transport_eur_per_year"] == pytest.approx(trips * (20 * 2 + 60))
        assert found["trip_load_t"] == 100 / trips


@pytest.mark.parametrize(
    ("code", "need", "old", "avoided"),
    [
        ("060503", "Calcaire de carrière", "landfill", 4), ("100908", "Sable 0/4", "landfill", 4),
        ("170101", "Sable 0/4", "landfill", 53), (None, "Sable 0/4", "landfill", 53),
        ("100102", "Ciment et liants", "landfill", 53), ("060503", "Calcaire de carrière", "recycling", 0),
        ("170101", "Sable 0/4", "recycling", 0),
    ],
)  # fmt: skip
def test_what_replaces_sand_or_limestone_avoids_a_quarry_and_no_demolition(code, need, old, avoided):
    """980 tCO2e a year of brine sludge instead of limestone, by the figure of recycled concrete."""
    mineral = pair(category="mineral", input_category="mineral", distance_km=0.0, old_route=old)
    told = pd.DataFrame({"flow_id": ["A-1", "B-1"], "waste_code": [code, None], "description": [None, need]})
    found = impacts(pd.DataFrame([mineral]), told.assign(cost_eur_per_t=np.nan), SITES, factor_table())
    assert found["avoided_tco2e_per_year"].tolist() == pytest.approx([avoided / 10])
    if old == "recycling":
        assert found["emissions_tco2e_per_year"].tolist() == [0.0]


def test_what_is_made_again_avoids_what_it_replaces():
    """Flat glass as gravel avoided the furnace of bottles, 1,158 kgCO2e/t for 4 of gravel."""
    table = factor_table()
    changes = {"category": "glass", "input_category": "mineral", "distance_km": 0.0, "yield_central": 0.95}
    found = impacts(pd.DataFrame([pair(**changes)]), FLOWS, SITES, table).iloc[0]
    # Rows of `quarry_mineral`, against glass in a landfill (Base Carbone 34476: 41, 0 avoided).
    assert found["avoided_tco2e_per_year"] == pytest.approx(0.004 * 100)
    assert found["emissions_tco2e_per_year"] == pytest.approx((0.020 - 0.041) * 100)
    # Burnt, it is worth what it is, whatever it replaces.
    burnt = pair(category="plastic", input_category="mixed", new_route="energy", distance_km=0.0)
    own, of = impacts(pd.DataFrame([burnt]), FLOWS, SITES, table).iloc[0], ("plastic", "energy")
    kg = float(lookup(table, "emissions_impact", *of)["central"])
    kg -= float(lookup(table, "emissions_impact", "plastic", "landfill")["central"])
    assert own["emissions_tco2e_per_year"] == pytest.approx(kg / 10)


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
        [
            pair(
                category="cardboard",
                input_category="cardboard",
                old_route="incineration",
                distance_km=0.0,
                diverted_t_per_year=1.0,
            )
        ]
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
    ).assign(taker_price_eur_per_t=np.nan)
    frame = frame.assign(
        loaded_as=frame["category"],
        rated_as=frame["category"],
        replaces=frame["input_category"],
        downgraded=False,
    )
    used = {kind: rows_used(frame.assign(taker_actor_type=kind), table) for kind in ("firm", "ess")}
    for role, (factor, category, route) in ROLES.items():
        kind = "ess" if role in ("new_cost", "insertion_share") else "firm"
        for row, asked in zip(used[kind][role], frame.to_dict("records"), strict=True):
            if role in ("regeneration", "downgraded_share"):  # of a plastic that is washed, of food
                continue
            expected = lookup(table, factor, asked[category], asked[route] if route else "")
            assert table.loc[row].equals(expected)


def test_sources_name_each_row_used_and_no_other():
    own = FACTORS.copy()
    own.loc[own["factor"] == "vehicle_cost", "year"] = pd.NA
    frame = pd.DataFrame([pair(), pair(old_cost_eur_per_t=5.0, in_flow_id="C-1", taker_site_id="C")])
    table = sources(impacts(frame, FLOWS, SITES, own), own)
    assert list(table.columns) == SOURCE_COLUMNS
    used = set(zip(table["factor"], table["factor_route"].fillna(""), strict=True))
    # The one giver states no cost; the price of the operator, a firm has none.
    assert {("treatment_cost", "landfill"), ("treatment_cost", "recycling")} <= used
    by_factor = table.drop_duplicates("factor").set_index("factor")
    assert {"virgin_price", "insertion_share"} <= set(by_factor.index)
    assert by_factor["factor_origin"].to_dict()["vehicle_cost"] == "study"
    assert by_factor["factor_origin"].to_dict()["jobs"] == "reference"


def test_without_exchanges_the_sources_are_all_that_one_could_rest_on():
    table = factor_table()
    found = sources(None, table)
    frame = pd.DataFrame(
        [pair(), pair(category="plastic", old_route="energy", in_flow_id="C-1", taker_site_id="C")]
    )
    used = sources(impacts(frame, FLOWS, SITES, table), table)
    assert len(used.merge(found)) == len(used) < len(found)
    assert set(found["factor"]) == {role.factor for role in ROLES.values()}
