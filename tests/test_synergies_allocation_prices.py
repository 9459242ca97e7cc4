"""Prices of limits: those of a published example, and the difference that one more tonne really makes."""

import numpy as np
import pytest
from allocation_cases import brute_force, candidates, rates, tables, transport
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.config_synergies import Allocation
from eit_analysis.errors import UsageError
from eit_analysis.synergies.allocation.joint_plan import allocate
from eit_analysis.synergies.allocation.shadow_prices import (
    CEILING_COLUMNS,
    PRICE_COLUMNS,
    ceilings,
    one_more,
    scarce_demands,
    shadow_prices,
)

GAIN = "margin_eur_per_year"
FREE = Allocation(minimum_lot_t=0)


def with_gains(plan, prices):
    return prices.assign(one_more_eur_per_year=[one_more(plan, row) for row in prices.index])


def priced(plan):
    table = with_gains(plan, shadow_prices(plan))
    return table.set_index(["limit_kind", "flow_id"])


def test_dantzig_transport():
    # Marginals 0.225, 0.153 and 0.126 k$ per case of demand and none on the supplies, in the solution of the
    # transport example that GLPK prints. A case brings 1 k$ less that.
    prices = priced(allocate(transport(), FREE))
    wanted = {"new-york": 0.775, "chicago": 0.847, "topeka": 0.874}
    for market, price in wanted.items():
        row = prices.loc[("demand", market)]
        assert row["price_eur_per_t"] == pytest.approx(price) and row["slack_t_per_year"] == 0
        assert row["one_more_eur_per_year"] == pytest.approx(price)
    assert prices.loc["supply", "price_eur_per_t"].to_numpy() == pytest.approx([0, 0])
    assert prices.loc["supply", "slack_t_per_year"].sum() == pytest.approx(50)


def test_an_exchange_at_its_smallest_lot_does_not_set_the_price():
    # 10 t to share: i has 6 rather than 8, so that j reaches its lot of 4. A tonne more goes to i.
    pairs = candidates([("o", "i", 10, 8, 1, 5), ("o", "j", 10, 8, 1, 3)])
    plan = allocate(pairs, Allocation(minimum_lot_t=4))
    assert plan.value == pytest.approx(6 * 5 + 4 * 3)
    row = priced(plan).loc[("supply", "o")]
    assert row["price_eur_per_t"] == pytest.approx(5) and row["one_more_eur_per_year"] == pytest.approx(5)


def test_the_price_is_that_of_the_flow_not_of_the_pair():
    # The capacity alone binds: it has the whole price, though the pair's own maximum binds as well.
    prices = priced(allocate(candidates([("o", "i", 10, 6, 0.5, 40)]), Allocation(minimum_lot_t=0)))
    assert prices.loc[("supply", "o"), ["price_eur_per_t", "one_more_eur_per_year"]].tolist() == [40, 40]
    prices = priced(allocate(candidates([("o", "i", 20, 6, 0.5, 40)]), FREE))
    assert prices.loc[("demand", "i"), ["price_eur_per_t", "one_more_eur_per_year"]].tolist() == [80, 80]
    assert prices.loc[("supply", "o"), "slack_t_per_year"] == 8


def test_a_need_of_which_a_fifth_may_be_of_a_kind_is_exhausted_by_that_fifth():
    # 900 t of a graded need take 180 t of sand, of 200 t sent; one more takes 0.2 t, of 0.222 t at 91.8 €.
    pairs = candidates([("o", "i", 380, 900, 0.9, 91.8)])
    pairs = pairs.assign(most_of_need=0.2, diverted_t_per_year=200.0, margin_eur_per_year=200 * 91.8)
    plan = allocate(pairs, FREE)
    assert plan.exchanges["allocated_t_per_year"].tolist() == pytest.approx([200])
    scarce = scarce_demands(plan)
    assert scarce[["flow_id", "limit_t_per_year"]].to_numpy().tolist() == [["i", 900]]
    assert scarce["one_more_eur_per_year"].item() == pytest.approx(20.4, rel=1e-5)


def test_where_two_limits_meet_one_more_tonne_brings_nothing():
    prices = priced(allocate(candidates([("o", "i", 10, 10, 1, 40)]), FREE))
    assert prices["price_eur_per_t"].sum() == pytest.approx(40)
    assert prices["one_more_eur_per_year"].tolist() == [0, 0]


def test_one_more_tonne_may_let_a_lot_travel():
    plan = allocate(candidates([("o", "i", 4.5, 9, 1, 40)]), Allocation(minimum_lot_t=5))
    row = priced(plan)
    assert row.empty
    plan = allocate(
        candidates([("o", "i", 9, 5, 1, 50), ("o", "j", 9, 8, 1, 40)]), Allocation(minimum_lot_t=5)
    )
    # 8 t to j: 320 €. With 10 t, 5 to each: 450 €.
    assert priced(plan).loc[("supply", "o")].tolist()[-2:] == pytest.approx([0, 130])


def test_budget_and_projects_have_their_line():
    table = candidates([("o", "i", 10, 10, 1, 5), ("p", "j", 10, 10, 1, 20)])
    setting = Allocation(
        minimum_lot_t=0, maximum_projects=1, project_cost_eur_per_year=10, budget_eur_per_year=19
    )
    lines = ceilings(allocate(table, setting)).set_index("limit_kind")
    assert list(lines.reset_index().columns) == CEILING_COLUMNS
    assert lines.loc["projects"].tolist() == pytest.approx([1, 1, 0])
    assert lines.loc["budget"].tolist() == pytest.approx([19, 10, 0])
    richer = allocate(table, setting.model_copy(update={"budget_eur_per_year": 20.0}))
    assert ceilings(richer).set_index("limit_kind").loc["projects"].tolist() == pytest.approx([1, 1, 40])
    assert ceilings(allocate(table, FREE)).empty


@settings(max_examples=20)
@given(tables(4), st.sampled_from([FREE, Allocation(minimum_lot_t=2), Allocation(maximum_projects=2)]))
def test_one_more_tonne_is_the_difference_between_two_best_plans(table, setting):
    plan = allocate(table, setting)
    prices = shadow_prices(plan)
    for row in with_gains(plan, prices).itertuples():
        raised = plus_one(table, row.limit_kind, row.flow_id)
        best = brute_force(raised, (rates(raised, GAIN), 0.0), setting)
        assert row.one_more_eur_per_year == pytest.approx(best - plan.value, rel=1e-4, abs=1e-3)
        if not plan.model.has_projects:
            # Without whole exchanges the value is concave in every limit: a price never promises too little.
            assert row.one_more_eur_per_year <= row.price_eur_per_t + 1e-4
            assert row.price_eur_per_t == 0 or row.slack_t_per_year == pytest.approx(0, abs=1e-5)


def plus_one(table, kind, flow):
    """The candidates with a tonne more of one flow, each exchange bounded by its flows as before."""
    flows, amount = {
        "supply": ("out_flow_id", "supply_t_per_year"),
        "demand": ("in_flow_id", "demand_t_per_year"),
    }[kind]
    before = np.minimum(table["supply_t_per_year"], table["demand_t_per_year"] / table["need_t_per_t"])
    raised = table.assign(**{amount: table[amount] + (table[flows] == flow)})
    after = np.minimum(raised["supply_t_per_year"], raised["demand_t_per_year"] / raised["need_t_per_t"])
    most = np.where(table["diverted_t_per_year"] < before - 1e-9, table["diverted_t_per_year"], after)
    # An exchange that could carry nothing is no candidate: its gain per tonne is not known.
    most = np.where(table["diverted_t_per_year"] > 0, most, 0)
    return raised.assign(diverted_t_per_year=most, **{GAIN: rates(table, GAIN) * most})


def test_a_price_in_euros_asks_for_a_plan_in_euros():
    plan = allocate(candidates([("o", "i", 5, 5, 1, 10, 0, 0, 1)]), FREE, "jobs")
    with pytest.raises(UsageError, match="gain commun"):
        shadow_prices(plan)


def test_no_candidate_no_price():
    prices = shadow_prices(allocate(candidates([]), FREE))
    assert prices.empty and list(prices.columns) == PRICE_COLUMNS
