"""Portfolio: one factor known in closed form, errors shared as factors are, never beyond the bounds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.gate import Release
from eit_analysis.reference.factors import factor_table
from eit_analysis.study import Study
from eit_analysis.synergies.impacts import FORMULAS, INDICATORS, impacts, in_proportion
from eit_analysis.synergies.portfolio import change, leaning, portfolio, way

SITES = pd.DataFrame([("B", "firm"), ("C", "ess")], columns=["site_id", "actor_type"])
FLOWS = pd.DataFrame(
    [("B-1", np.nan, None), ("C-1", 0.0, None), *((f"A-{i}", np.nan, "150103") for i in range(16))],
    columns=["flow_id", "cost_eur_per_t", "waste_code"],
)


def plan(*changes, factors=None):
    rows = [
        {
            "candidate_id": f"A-{i}>B-1", "out_flow_id": f"A-{i}", "in_flow_id": "B-1", "taker_site_id": "B",
            "category": "wood", "input_category": "wood", "yield_central": 0.8, "old_route": "landfill",
            "new_route": "recycling", "treatment": "tri", "old_cost_eur_per_t": np.nan, "distance_km": 10.0,
            "spoils_share_of_year": 0.0,
            "diverted_t_per_year": 100.0, "diverted_low_t_per_year": 100.0,
            "diverted_high_t_per_year": 100.0, "allocated_t_per_year": 100.0,
        }
        | change
        for i, change in enumerate(changes)
    ]  # fmt: skip
    return impacts(pd.DataFrame(rows), FLOWS, SITES, factor_table() if factors is None else factors)


def only(factor, low, central, high):
    """The reference factors, every one certain but this one."""
    table = factor_table()
    table["low"] = table["high"] = table["central"]
    table.loc[table["factor"] == factor, ["low", "central", "high"]] = [low, central, high]
    return table


def test_one_uncertain_factor_has_its_bounds_for_interval():
    factors = only("vehicle_cost", 1.0, 2.5, 6.0)
    table = portfolio(plan({}, {}, factors=factors), factors, draws=40000, seed=1)
    total = table.set_index("category").loc["Total"]
    # 40 trips of 5 t over 10 km and back: 2.5 €/km, from 1 to 6, and 60 € of loading. The factor is common:
    # two exchanges do not average it.
    assert total["transport_eur_per_year"] == pytest.approx(2400 + 2000)
    assert total["transport_low_eur_per_year"] == pytest.approx(2400 + 800, rel=0.01)
    assert total["transport_high_eur_per_year"] == pytest.approx(2400 + 4800, rel=0.01)


def test_what_an_outlet_of_the_giver_s_own_saves_is_from_nothing_to_its_whole_cost():
    factors = only("vehicle_cost", 2.0, 2.0, 2.0)
    kept = plan({"old_cost_eur_per_t": 24.0}, {"old_cost_eur_per_t": 24.0}, factors=factors)
    names = list(INDICATORS["giver_saving"])
    for own, spans in (
        ([False, False], [(4800, 4800)]),
        ([True, False], [(2400, 4800)]),
        # What is fixed of them is drawn once for all.
        ([True, True], [(0, 4800)]),
    ):
        table = portfolio(kept.assign(own_outlet=own), factors, draws=40000, seed=1)
        central, low, high = table.set_index("category").loc["Total", names]
        assert central == 4800 and [(round(low, -1), high)] == spans


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ((3, 1, 9), "up"),
        ((-3, -9, -1), "down"),
        ((3, -1, 9), "unsure"),
        ((0.02, 0.01, 0.04), "flat"),
        ((-75, -114, -0.04), "unsure"),
    ],
)
def test_a_change_goes_up_or_down_where_its_interval_holds_no_zero(span, said):
    rows = [("wood", 0.0, 0.0, 0.0), ("Total", *span)]
    assert way(pd.DataFrame(rows, columns=["category", *INDICATORS["emissions"]]), "emissions") == said
    assert way(portfolio(plan({}).head(0), factor_table(), 10, 1), "emissions") == "unsure"


def test_an_uncertain_change_tells_how_its_centre_moves():
    """« De sens incertain : 12,7 (−34,5 à 70,3) » of emissions, and −17,7 avoided: nobody saw two losses."""

    def told(span, indicator="emissions"):
        rows = pd.DataFrame([("Total", *span)], columns=["category", *INDICATORS[indicator]])
        return leaning(rows, indicator)

    assert told((12.7, -34.5, 70.3)) == "plutôt en hausse, de sens incertain"
    # Less that is avoided is bad news: « plutôt en baisse » read as good.
    assert told((17.7, -5, 85.2), "avoided") == "plutôt plus d'évitées, de sens incertain"
    assert told((-17.7, -96.6, 85.2), "avoided") == "plutôt moins d'évitées, de sens incertain"
    assert told((226, 78, 503), "avoided") == "on en évite plus"
    ways = [told((3, 1, 9)), told((-3, -9, -1)), told((0, 0, 0))]
    assert ways == ["en hausse", "en baisse", "presque inchangées"]
    # As printed, a centre of zero leans to no side, nor does what is not told to an audience.
    assert told((0.04, -1, 9)) == told((None, None, None)) == "de sens incertain"


def test_a_change_is_said_as_its_audience_reads_it(small_study: Study) -> None:
    """« en baisse : −80 (−120 à 0) » was said of −114 to −24."""
    names = list(INDICATORS["emissions"])
    kept = plan(*[{}] * 16).assign(giver_site_id=[f"F{i}" for i in range(16)], taker_site_id="B")
    kept["emissions_tco2e_per_year"] = -75.14 / 16
    rows = [("wood", -75.14, -114.5, -23.99), ("Total", -75.14, -114.5, -23.99)]
    told = change(pd.DataFrame(rows, columns=["category", *names]), kept, "emissions", Disclosure())
    ways = {}
    for audience in ("internal", "partners"):
        table = Release(small_study, audience, "essai").table(told, "Émissions")
        assert isinstance(table, Aggregate)
        pd.testing.assert_frame_equal(table.printed, table.seen_by(table.viewer, {}).frame)
        ways[audience] = way(table.printed, "emissions")
    assert ways == {"internal": "down", "partners": "unsure"}


def test_independent_tonnes_average_as_the_square_root():
    factors = only("trip_load", 5, 5, 5)
    spread = {"diverted_low_t_per_year": 80.0, "diverted_high_t_per_year": 120.0}
    frame = plan(*[spread] * 16, factors=factors)
    apart = portfolio(frame, factors, draws=4000, seed=1).iloc[-1]
    whole = apart["transport_eur_per_year"]
    # Sixteen independent tonnages of ±20 %: ±5 % together by the square-root law, times the 0.956 that a
    # normal law keeps of its standard deviation when it is cut at 1.96 of them.
    assert apart["transport_low_eur_per_year"] / whole == pytest.approx(1 - 0.0478, abs=0.003)
    assert apart["transport_high_eur_per_year"] / whole == pytest.approx(1 + 0.0478, abs=0.003)
    same = frame.assign(out_flow_id="A-0")
    together = portfolio(same, factors, draws=4000, seed=1).iloc[-1]
    assert together["transport_high_eur_per_year"] / whole == pytest.approx(1.2, abs=0.005)


def test_same_seed_same_figures_whatever_the_order_of_rows():
    frame = plan({}, {"category": "textile", "input_category": "textile"}, {"in_flow_id": "C-1"})
    once, again = (portfolio(f, factor_table(), 300, 7) for f in (frame, frame.iloc[::-1]))
    pd.testing.assert_frame_equal(once, again)
    # Another plan meets the same factors: two plans are compared on equal terms.
    alone = portfolio(frame.iloc[[1]], factor_table(), 300, 7)
    textile = once[once["category"] == "textile"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone[alone["category"] == "textile"], textile)
    other = portfolio(frame, factor_table(), 300, 8)
    assert not other["joint_surplus_low_eur_per_year"].equals(once["joint_surplus_low_eur_per_year"])


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["wood", "textile", "metal", "plastic"]),
            st.sampled_from(["landfill", "incineration", "recycling", "reuse"]),
            st.floats(0, 100),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 1000),
)
def test_never_wider_than_all_errors_the_same_way_and_twice_the_tonnes_twice_the_effect(rows, seed):
    frame = plan(
        *[
            {
                "category": c, "input_category": c, "old_route": r, "allocated_t_per_year": t,
                "diverted_low_t_per_year": 60.0, "diverted_high_t_per_year": 150.0,
            }
            for c, r, t in rows
        ]
    )  # fmt: skip
    table = portfolio(frame, factor_table(), 50, seed)
    double = frame.assign(allocated_t_per_year=2 * frame["allocated_t_per_year"])
    twice = portfolio(double, factor_table(), 50, seed)
    for name, (central, low, high) in INDICATORS.items():
        same_way = in_proportion(frame, [central, low, high])
        if same_way.empty:
            assert table.empty
            continue
        worst = same_way.groupby(frame["category"]).sum().reset_index(drop=True)
        worst = pd.concat([worst, same_way.sum().to_frame().T], ignore_index=True)
        room = 1e-9 * (1 + worst[[low, high]].abs().max(axis=1))
        assert (table[low] >= worst[low] - room).all() and (table[high] <= worst[high] + room).all()
        assert np.allclose(table[central], worst[central])
        assert (table[low] <= table[central]).all() and (table[central] <= table[high]).all()
        if not (whole := FORMULAS[name].fixed):
            assert np.allclose(twice[[central, low, high]], 2 * table[[central, low, high]])
        # The fixed cost does not double.
        assert np.allclose(twice[central], 2 * table[central] - whole * table["fixed_cost_eur_per_year"])


def test_a_missing_factor_leaves_its_category_and_the_total_without_value():
    everything = factor_table()
    factors = everything[(everything["factor"] != "jobs") | (everything["route"] != "landfill")]
    table = portfolio(plan({}, factors=factors), factors, 20, 1)
    assert table["jobs"].isna().all() and table["joint_surplus_eur_per_year"].notna().all()
    assert portfolio(plan({}).head(0), factor_table(), 20, 1).empty


def test_a_missing_factor_leaves_the_other_categories_their_value():
    everything = factor_table()
    price = everything["factor"] == "virgin_price"
    factors = everything[~price | everything["category"].eq("wood")]
    table = portfolio(
        plan({}, {"category": "textile", "input_category": "textile"}, factors=factors), factors, 20, 1
    ).set_index("category")
    columns = list(INDICATORS["taker_worth"])
    assert table.loc["wood", columns].notna().all()
    assert table.loc[["textile", "Total"], columns].isna().all(axis=None)


def test_the_fixed_cost_is_paid_once_by_each_exchange_that_takes_place():
    factors = only("exchange_cost", 200, 500, 1500)
    frame = plan({}, {"allocated_t_per_year": 30.0}, {"allocated_t_per_year": 0.0}, factors=factors)
    total = portfolio(frame, factors, draws=40_000, seed=1).iloc[-1]
    assert total["fixed_cost_eur_per_year"] == pytest.approx(2 * 500)
    assert total["fixed_cost_high_eur_per_year"] == pytest.approx(2 * 1500, rel=0.01)
    parts = total["giver_saving_eur_per_year"] + total["taker_worth_eur_per_year"]
    spent = total["transport_eur_per_year"] + total["fixed_cost_eur_per_year"]
    assert total["joint_surplus_eur_per_year"] == pytest.approx(parts - spent)
    assert total["joint_surplus_low_eur_per_year"] == pytest.approx(parts - spent - 2 * 1000, rel=0.01)
    each = in_proportion(frame, list(INDICATORS["joint_surplus"]))
    assert each["joint_surplus_eur_per_year"].sum() == pytest.approx(parts - spent)
