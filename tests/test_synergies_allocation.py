"""Allocation: no tonne twice, the best plan, and contributors the disclosure rules protect."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.synergies.allocation import allocate, exposed_side


def pair_table(rows):
    """Rows (out, in, supply, demand, yield, score)."""
    frame = pd.DataFrame(
        rows,
        columns=[
            "out_flow_id",
            "in_flow_id",
            "supply_t_per_year",
            "demand_t_per_year",
            "yield_central",
            "score",
        ],
    )
    return frame.assign(
        candidate_id=frame["out_flow_id"] + ">" + frame["in_flow_id"],
        diverted_t_per_year=np.minimum(
            frame["supply_t_per_year"], frame["demand_t_per_year"] / frame["yield_central"]
        ),
    )


def test_competing_takers_share_one_flow():
    plan = allocate(pair_table([("o", "i", 10.0, 6.0, 1.0, 50.0), ("o", "j", 10.0, 8.0, 1.0, 40.0)]), 0.0)
    assert list(plan["allocated_t_per_year"]) == pytest.approx([6, 4])
    assert plan["diverted_t_per_year"].sum() == 14


def test_yield_counts_on_the_demand_side():
    plan = allocate(pair_table([("o", "i", 10.0, 3.0, 0.5, 50.0)]), 0.0)
    assert list(plan["allocated_t_per_year"]) == pytest.approx([6])
    assert list(plan["received_t_per_year"]) == pytest.approx([3])


def test_a_lot_too_small_does_not_travel():
    rows = [("o", "i", 10.0, 9.0, 1.0, 50.0), ("o", "j", 10.0, 8.0, 1.0, 40.0)]
    plan = allocate(pair_table(rows), 3.0)
    tonnes = plan["allocated_t_per_year"].to_numpy()
    # 9 + 1 is forbidden; 7 + 3 beats 9 + 0.
    assert tonnes == pytest.approx([7, 3])
    assert allocate(pair_table(rows), 20.0)["allocated_t_per_year"].sum() == 0


sizes = st.sampled_from([1.0, 2.0, 3.0, 4.0])
cases = st.tuples(
    st.lists(sizes, min_size=1, max_size=2),
    st.lists(sizes, min_size=1, max_size=2),
    st.lists(st.sampled_from([10.0, 20.0, 35.0]), min_size=4, max_size=4),
    st.sampled_from([0.0, 2.0]),
)


@settings(max_examples=30, deadline=None)
@given(cases)
def test_equal_to_trying_every_plan(case):
    supplies, demands, scores, lot = case
    pairs = list(itertools.product(range(len(supplies)), range(len(demands))))
    table = pair_table(
        [(f"o{i}", f"i{j}", supplies[i], demands[j], 1.0, scores[k]) for k, (i, j) in enumerate(pairs)]
    )
    plan = allocate(table, lot)
    # With whole supplies, demands and lots and unit yields, the best plan is in whole tonnes.
    best = 0.0
    for tonnes in itertools.product(range(5), repeat=len(pairs)):
        if any(0 < t < lot for t in tonnes):
            continue
        out = [
            sum(t for t, (i, _) in zip(tonnes, pairs, strict=True) if i == o) for o in range(len(supplies))
        ]
        into = [
            sum(t for t, (_, j) in zip(tonnes, pairs, strict=True) if j == d) for d in range(len(demands))
        ]
        if all(a <= s for a, s in zip(out, supplies, strict=True)) and all(
            a <= d for a, d in zip(into, demands, strict=True)
        ):
            best = max(best, sum(t * s for t, s in zip(tonnes, scores, strict=False)))
    assert (plan["score"] * plan["allocated_t_per_year"]).sum() == pytest.approx(best, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.5, 1.0), st.floats(1, 99)),
        unique_by=lambda row: row[:2],
        min_size=1,
        max_size=10,
    ),
    st.sampled_from([0.0, 1.5]),
    st.randoms(use_true_random=False),
)
def test_no_tonne_twice_and_no_capacity_exceeded(rows, lot, random):
    supply, demand = [3.0, 10.0, 1.0, 7.5], [5.0, 2.0, 8.0, 0.7]
    table = pair_table([(f"o{i}", f"i{j}", supply[i], demand[j], y, s) for i, j, y, s in rows])
    plan = allocate(table, lot)
    out = plan.groupby("out_flow_id").agg(
        t=("allocated_t_per_year", "sum"), most=("supply_t_per_year", "first")
    )
    into = plan.groupby("in_flow_id").agg(
        t=("received_t_per_year", "sum"), most=("demand_t_per_year", "first")
    )
    assert (out["t"] <= out["most"] + 1e-5).all() and (into["t"] <= into["most"] + 1e-5).all()
    sent = plan["allocated_t_per_year"]
    assert ((sent == 0) | (sent >= lot - 1e-5)).all()
    shuffled = table.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(plan, allocate(shuffled, lot))


def test_no_candidate_no_plan():
    plan = allocate(pair_table([]), 1.0)
    assert plan.empty and {"allocated_t_per_year", "received_t_per_year"} <= set(plan.columns)


def test_the_side_that_breaks_a_rule_stands_for_the_category():
    plan = pd.DataFrame(
        {
            "category": ["wood"] * 4,
            "giver_site_id": list("ABCD"),
            "taker_site_id": ["X", "X", "X", "X"],
            "t": [1.0, 1.0, 1.0, 1.0],
        }
    )
    assert set(exposed_side(plan, "t", 3, 0.85)["site_id"]) == {"X"}
    # One of two givers holds 99 %: they break the rule of dominance, the four takers do not.
    plan = plan.assign(
        giver_site_id=["A", "A", "A", "B"], taker_site_id=list("WXYZ"), t=[30.0, 30.0, 30.0, 1.0]
    )
    assert set(exposed_side(plan, "t", 2, 0.85)["site_id"]) == {"A", "B"}
