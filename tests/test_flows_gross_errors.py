"""Gross errors: the textbook network, errors planted by hand, and simulated networks."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from test_flows_balance import EXCHANGER, network

from benchmarks.balance_networks import CLASSES, declared_twice
from benchmarks.gross_errors import ERROR, checked, likelihoods, rates
from eit_analysis.flows.balance.gross_errors import critical_value, eliminate, measurement_test
from eit_analysis.flows.balance.reconciliation import RECONCILED, SD, reconcile
from eit_analysis.flows.uncertainty.propagation import MASS


def planted(flow: str, error: float) -> pd.DataFrame:
    return EXCHANGER.assign(**{MASS: EXCHANGER[MASS] + error * (EXCHANGER["flow"] == flow)})


def test_measurement_tests_of_the_textbook_network():
    tests = measurement_test(reconcile(EXCHANGER, ["outside"]), level=0.05)
    # Adjustments 1.69, -0.05, -1.07, -0.30, 0.72, -1.34, each of standard deviation sqrt(2/3).
    expected = np.array([1.69, 0.05, 1.07, 0.30, 0.72, 1.34]) / (2 / 3) ** 0.5
    assert tests["statistic"].to_numpy() == pytest.approx(expected)
    # Six at 5 % together: 0.85 % each, 2.63 (Narasimhan & Jordache 2000, ch. 7).
    assert tests["critical_value"].iloc[0] == pytest.approx(2.6310, abs=1e-4)
    assert not tests["suspect"].any() and tests["group"].is_unique
    # Without flow 1, its value is the mean of what 2 and 3, 4 and 5, and 6 say of it.
    assert tests["suggested_t_per_year"].iloc[0] == pytest.approx(99.375)
    without = EXCHANGER.assign(**{MASS: EXCHANGER[MASS].where(EXCHANGER["flow"] != "1")})
    assert reconcile(without, ["outside"]).flows[RECONCILED].iloc[0] == pytest.approx(99.375)


def test_critical_values():
    assert critical_value(1, 0.05) == pytest.approx(1.959964)
    assert critical_value(0) == np.inf


def test_a_clean_network_names_nobody():
    balance, suspects = eliminate(EXCHANGER, ["outside"])
    assert suspects.empty and balance.p_value == pytest.approx(0.1707, abs=5e-5)
    empty, suspects = eliminate(EXCHANGER.head(0), ["outside"])
    assert suspects.empty and empty.flows.empty


def test_two_errors_are_named_one_after_the_other():
    arcs = planted("2", 8)
    arcs.loc[arcs["flow"] == "6", MASS] += 12
    balance, suspects = eliminate(arcs, ["outside"])
    assert suspects["flow"].tolist() == ["6", "2"] and suspects["suspicion_rank"].tolist() == [1, 2]
    row = suspects.iloc[1]
    assert row["distance_t_per_year"] == pytest.approx(row[MASS] - row["suggested_t_per_year"])
    assert balance.p_value > 0.05
    assert balance.flows["status"].tolist().count("observable") == 2
    # What is suggested is what the network without it says.
    final = balance.flows.set_index("flow")[RECONCILED]
    assert row["suggested_t_per_year"] == pytest.approx(final["2"])


def test_equivalent_measurements_are_named_together():
    # Two flows between the same nodes: their sum is wrong, nobody can say which.
    arcs = network([("env", "a", 50, 1), ("a", "b", 20, 1), ("a", "b", 45, 1), ("b", "env", 50, 1)])
    _, suspects = eliminate(arcs, ["env"])
    assert suspects["suspicion_rank"].tolist() == [1, 1] and suspects["statistic"].nunique() == 1
    assert suspects.set_index("flow")["alternatives"].to_dict() == {"f1": "f2", "f2": "f1"}
    assert suspects["suggested_t_per_year"].tolist() == pytest.approx([5, 30])


def test_parts_that_do_not_touch_are_cleared_together():
    # Thirty copies of one wrong network: as many names as copies, in the order of their statistics.
    one = planted("2", 8)
    inside = ["splitter", "exchanger", "valve", "mixer"]
    copies = [
        one.assign(
            flow=one["flow"] + f"-{i}",
            source=one["source"].where(~one["source"].isin(inside), one["source"] + str(i)),
            target=one["target"].where(~one["target"].isin(inside), one["target"] + str(i)),
            **{MASS: one[MASS] + (one["flow"] == "2") * i},
        )
        for i in range(30)
    ]
    _, suspects = eliminate(pd.concat(copies, ignore_index=True), ["outside"])
    assert suspects["flow"].tolist() == [f"2-{i}" for i in reversed(range(30))]
    assert suspects["suspicion_rank"].tolist() == list(range(1, 31))
    assert suspects["suggested_t_per_year"].tolist() == pytest.approx([64.525] * 30)


def test_nothing_checked_nothing_named():
    lone = network([("env", "a", 5, 1), ("a", "env", np.nan, np.nan)])
    assert measurement_test(reconcile(lone, ["env"])).empty
    assert eliminate(lone, ["env"])[1].empty


def test_a_gap_without_a_culprit_stays_a_gap():
    # Ten separate balances, each off by 1.5 to 2.4 standard deviations: too much, but nobody in particular.
    rows = [("env", f"n{i}", 10 + 2.1 + 0.14 * i, 1) for i in range(10)] + [
        (f"n{i}", "env", 10, 1) for i in range(10)
    ]
    balance, suspects = eliminate(network(rows), ["env"])
    assert suspects.empty and balance.p_value < 1e-3


def test_units_and_order_do_not_matter():
    arcs = planted("3", 9)
    _, first = eliminate(arcs, ["outside"])
    kilograms = arcs.iloc[::-1].assign(**{MASS: arcs[MASS] * 1000, SD: arcs[SD] * 1000})
    _, second = eliminate(kilograms, ["outside"])
    assert first["flow"].tolist() == second["flow"].tolist() == ["3"]
    assert second["suggested_t_per_year"].iloc[0] == pytest.approx(
        1000 * first["suggested_t_per_year"].iloc[0]
    )


@pytest.mark.parametrize("name", CLASSES)
def test_rates_on_simulated_networks(name):
    # A short run of benchmarks/gross_errors.py, whose 1,000 networks a class give the published figures.
    found = rates(CLASSES[name], 40, seed=3)
    assert found["accused"] <= 0.15  # 4 % and three standard errors
    assert found["seen_named"] >= 0.75
    assert found["any_named"] <= found["any_oracle"] + 0.1


def test_the_oracle_on_one_check_of_two_measurements():
    # env -> a -> env, sigma 1 and 2: one adjustment d = x1 - x2 of variance 5, shifted by 5 or by 10.
    arcs = network([("env", "a", 12, 1), ("a", "env", 4, 2)]).replace("env", "0")
    tests = checked(arcs)
    assert tests["redundancy"].tolist() == pytest.approx([1 / 5, 4 / 5])
    assert tests["group"].nunique() == 1
    density = norm(scale=5**0.5).pdf
    shifted = {shift: (density(8 - shift) + density(8 + shift)) / 2 / density(8) for shift in (5, 10)}
    both = likelihoods(tests, pd.Series([True, True]))
    assert both.tolist() == pytest.approx([(shifted[5] + shifted[10]) / 2])
    assert likelihoods(tests, pd.Series([False, True])).tolist() == pytest.approx([shifted[10]])


def test_where_all_are_alike_the_oracle_ranks_as_the_measurement_test():
    # On the textbook network every p is 2/3: knowing the size of the error does not help to say whose it is.
    rng = np.random.default_rng(5)
    arcs = EXCHANGER.replace("outside", "0")
    for _ in range(50):
        drawn = arcs.assign(**{MASS: rng.normal(0, 1, 6) + ERROR * (arcs["flow"] == str(rng.choice(6) + 1))})
        tests = checked(drawn)
        likely = likelihoods(tests, tests["redundancy"] > 0)
        assert likely.idxmax() == tests.loc[tests["statistic"].idxmax(), "group"]


def test_two_declarations_of_one_flow_see_half_of_each_other_and_the_network_more():
    alone = declared_twice(network([("0", "0", 10, 1)]))
    assert checked(alone)["redundancy"].tolist() == pytest.approx([0.5, 0.5])
    twice = checked(declared_twice(EXCHANGER.replace("outside", "0")))
    assert twice["redundancy"].tolist() == pytest.approx([5 / 6] * 12)  # 4 + 6 balances over 12
    assert twice["group"].is_unique
