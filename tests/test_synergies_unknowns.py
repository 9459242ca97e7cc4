"""Value of information: known by hand for one exchange, that of plain loops for several, else none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.publishing.wording import heading
from eit_analysis.reference.factors import factor_table, lookup
from eit_analysis.synergies.unknowns import COLUMNS, WEIGHTS, standing, unknowns

FACTORS = factor_table()
FIXED, LOADING = 500.0, 60.0 / 5.0  # €/year, €/t of wood: an hour at the gate for each 5 t


def flow(name: str, mass: tuple[float, float, float], site: str) -> dict:
    low, central, high = mass
    return {
        "flow_id": name, "site_id": site, "category": "wood", "description": name, "mass_t_per_year": central,
        "mass_low_t_per_year": low, "mass_high_t_per_year": high, "waste_code": "030105",
    }  # fmt: skip


def exchange(out: str, into: str, rate: float, supply: float, demand: float, **known) -> dict:
    """An exchange with an operator at no distance that brings ``rate`` €/t before the fixed cost."""
    return {
        "candidate_id": f"{out}>{into}", "out_flow_id": out, "in_flow_id": into, "category": "wood",
        "input_category": "wood", "old_route": "landfill", "new_route": "recycling", "distance_km": 0.0,
        "yield_central": 1.0, "need_t_per_t": 1.0, "supply_t_per_year": supply, "demand_t_per_year": demand,
        "diverted_t_per_year": min(supply, demand), "allocated_t_per_year": 0.0,
        "giver_evidence": "estimated", "taker_evidence": "measured",
        "old_cost_eur_per_t": rate + LOADING, "taker_price_eur_per_t": 0.0,
        "taker_actor_type": "outlet", "joint_surplus_eur_per_year": rate * min(supply, demand) - FIXED,
    } | known  # fmt: skip


def told(exchanges: list[dict], flows: list[dict], by_quality=None) -> dict[tuple[str, str], dict]:
    found = unknowns(pd.DataFrame(exchanges), pd.DataFrame(flows), FACTORS, by_quality or {})
    assert list(found.columns) == COLUMNS and found["moved_eur_per_year"].is_monotonic_decreasing
    return {(row["flow_id"], row["unknown"]): row for row in found.to_dict("records")}


def test_a_mass_that_decides_of_an_exchange_is_worth_what_it_would_save():
    # 0, 10 or 40 t at 100 €/t, less 500 €: −500, 500, 3,500. Who knows does not pay the 500 € for nothing.
    row = told([exchange("A", "X", 100.0, 10.0, 99.0)], [flow("A", (0.0, 10.0, 40.0), "E01")])["A", "mass"]
    assert row["knowing_eur_per_year"] == pytest.approx(0.13 * 500)
    # 0, 500 or 3,500 € when the best is chosen: 825 on average.
    assert row["moved_eur_per_year"] == pytest.approx(0.13 * 825 + 0.74 * 325 + 0.13 * 2675)
    assert (row["gain_worst_eur_per_year"], row["gain_best_eur_per_year"]) == (0.0, pytest.approx(3500.0))
    assert row["site_id"] == "E01"


def test_what_never_changes_the_choice_is_worth_nothing_but_is_listed_by_what_it_moves():
    row = told([exchange("A", "X", 100.0, 10.0, 99.0)], [flow("A", (8.0, 10.0, 12.0), "E01")])["A", "mass"]
    assert row["knowing_eur_per_year"] == 0
    assert (row["gain_worst_eur_per_year"], row["gain_best_eur_per_year"]) == pytest.approx((300.0, 700.0))


def test_what_was_measured_declared_or_changes_nothing_is_not_asked():
    measured = exchange("A", "X", 100.0, 10.0, 99.0, giver_evidence="measured")
    assert told([measured], [flow("A", (0.0, 10.0, 40.0), "E01")]) == {}
    # The need is full after 5 t, whatever the giver has beyond.
    assert told([exchange("A", "X", 200.0, 10.0, 5.0)], [flow("A", (5.0, 10.0, 40.0), "E01")]) == {}


def test_what_the_plan_gives_to_others_is_not_there():
    flows = [flow("A", (0.0, 10.0, 40.0), "E01"), flow("B", (9.0, 9.0, 9.0), "E02")]
    taken = exchange("B", "X", 100.0, 9.0, 29.0, allocated_t_per_year=9.0, giver_evidence="measured")
    row = told([exchange("A", "X", 100.0, 10.0, 29.0), taken], flows)["A", "mass"]
    assert row["gain_best_eur_per_year"] == pytest.approx(100 * 20 - 500)


def test_an_undeclared_cost_is_asked_with_the_bounds_of_its_factor():
    bounds = lookup(FACTORS, "treatment_cost", "wood", "landfill")
    costs = np.array([bounds[b] for b in ("low", "central", "high")], dtype=float)
    silent = exchange("A", "X", 0.0, 10.0, 99.0, giver_evidence="measured", old_cost_eur_per_t=np.nan)
    gains = (costs - LOADING) * 10 - FIXED
    row = told([silent], [flow("A", (10.0, 10.0, 10.0), "E01")])["A", "cost"]
    assert row["gain_best_eur_per_year"] == pytest.approx(max(gains.max(), 0))
    knowing = np.maximum(gains, 0) @ WEIGHTS - max(gains @ WEIGHTS, 0)
    assert row["knowing_eur_per_year"] == pytest.approx(knowing, abs=0.005)


def test_a_quality_is_worth_knowing_where_it_shuts_an_exchange_or_opens_another():
    known = exchange("A", "X", 100.0, 10.0, 99.0, giver_evidence="measured")  # 500 € when not soiled
    better = exchange("A", "Y", 200.0, 10.0, 99.0)  # 1,500 € when clean
    by_quality = {
        "clean": pd.DataFrame([known, better]), "mixed": pd.DataFrame([known]),
        "soiled": pd.DataFrame([known]).head(0),
    }  # fmt: skip
    row = told([known], [flow("A", (10.0, 10.0, 10.0), "E01")], by_quality)["A", "quality"]
    # Known: 1,500, 500 or nothing. Unknown: the first 500, 500 or −500; the other 1,500, −500 or −500.
    assert row["knowing_eur_per_year"] == pytest.approx(2000 / 3 - 500 / 3, abs=0.005)


def test_a_grade_that_suits_or_not_is_asked_first_where_most_hangs_on_it():
    worked = {"category": "plastic", "input_category": "plastic", "taker_actor_type": "firm"}
    flows = [flow(name, (10.0, 10.0, 10.0), "E01") for name in "AB"]
    rates = {"A": 2000.0, "B": 1500.0}
    rows = [exchange(name, name + "X", rate, 10.0, 99.0, giver_evidence="measured", **worked)
            for name, rate in rates.items()]  # fmt: skip
    found = told(rows, flows)
    large, small = (found[name, "grade"] for name in "AB")
    # Knowing spares half of a fixed cost, whatever the flow brings: only what hangs on it tells them apart.
    assert large["knowing_eur_per_year"] == small["knowing_eur_per_year"] == FIXED / 2
    assert large["moved_eur_per_year"] == large["gain_best_eur_per_year"] / 2 > small["moved_eur_per_year"]


def test_the_gain_of_a_plan_is_told_apart_by_what_its_leads_are_worth():
    # Of the second its taker throws away what would serve it: that is a reserve.
    rows = [
        exchange("A", "X", 90.0, 10.0, 99.0, likelihood="likely", ask_first=None),
        exchange("B", "X", 350.0, 10.0, 99.0, likelihood="likely", ask_first="savoir pourquoi"),
        exchange("C", "X", 110.0, 10.0, 99.0, likelihood="possible", ask_first=None),
    ]
    table = standing(pd.DataFrame(rows))
    assert table["likelihood"].tolist() == ["likely", "possible", "uncertain", "to_check"]
    assert table["joint_surplus_eur_per_year"].tolist() == [400, 600, 0, 3000]
    assert table["share_percent"].tolist() == [10, 15, 0, 75]
    assert table["n_exchanges"].tolist() == [1, 1, 0, 1]
    assert standing(pd.DataFrame(rows).head(0))["share_percent"].isna().all()


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.floats(-50, 300), st.floats(0.5, 30)), min_size=1, max_size=4),
    st.lists(st.floats(0, 40), min_size=3, max_size=3).map(sorted),
)
def test_the_value_of_a_mass_is_that_of_plain_loops_and_never_negative(options, mass):
    rows = [exchange("A", f"X{i}", rate, mass[1], need) for i, (rate, need) in enumerate(options)]
    rows = [row for row in rows if row["diverted_t_per_year"] > 0]
    found = told(rows or [exchange("A", "X", 0.0, 1.0, 1.0)], [flow("A", tuple(mass), "E01")])
    with_it, without = 0.0, [0.0] * (len(options) + 1)
    for weight, tonnes in zip(WEIGHTS, mass, strict=True):
        gains = [rate * min(tonnes, need) - FIXED for rate, need in options]
        with_it += weight * max(0.0, *gains)
        without = [total + weight * gain for total, gain in zip(without, [*gains, 0.0], strict=True)]
    value = found.get(("A", "mass"), {"knowing_eur_per_year": 0.0})["knowing_eur_per_year"]
    if len(rows) == len(options):
        assert value == pytest.approx(with_it - max(without), abs=0.011)
    assert value >= 0


def test_the_weights_keep_mean_and_variance_of_the_law_whose_interval_it_is():
    ends = np.array([-1.96, 0.0, 1.96])
    assert WEIGHTS.sum() == 1 and WEIGHTS @ ends == pytest.approx(0)
    assert WEIGHTS @ ends**2 == pytest.approx(1.0, abs=0.005)


def test_the_sample_tells_what_to_ask_of_whom(assessment):
    found = assessment.unknowns
    assert set(found["unknown"]) <= set(heading("unknown").labels) == {
        "mass", "cost", "price", "quality", "grade", "format",
    }  # fmt: skip
    assert (found["gain_worst_eur_per_year"] <= found["gain_best_eur_per_year"]).all() and len(found)
    assert all(heading(column).header for column in COLUMNS)
