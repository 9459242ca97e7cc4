"""The frontier: nothing beats any of its plans, and it reaches what a weighted sum misses."""

import numpy as np
import pandas as pd
import pytest
from allocation_cases import brute_force, candidates, rates, tables
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.frontier import INDICATORS, LITTLE, POINT_COLUMNS, frontier, neighbours
from eit_analysis.synergies.allocation.joint_plan import allocate

GAIN, EMISSIONS, AVOIDED, JOBS = INDICATORS
SURPLUS = "joint_surplus_eur_per_year"
FREE = Allocation(minimum_lot_t=0)
WAYS = {"emissions": "up", "avoided": "up"}
SMALL = [(60, -6), (75, -7), (90, -9)]  # € gained and tCO2e avoided a year

limits = st.builds(
    Allocation,
    minimum_lot_t=st.sampled_from([0.0, 2.0]),
    maximum_projects=st.sampled_from([None, 1, 2]),
    project_cost_eur_per_year=st.sampled_from([0.0, 3.0]),
    minimum_gain_eur_per_year=st.sampled_from([None, 4.0]),
)


@settings(max_examples=30)
@given(tables(4), limits)
def test_nothing_beats_a_plan_of_the_frontier(table, setting):
    points, objectives = frontier(table, setting).rename(columns={SURPLUS: GAIN}), (GAIN, AVOIDED)
    paid = {name: -setting.project_cost_eur_per_year if name == GAIN else 0.0 for name in objectives}
    scale = {name: max(1.0, points[name].abs().max()) for name in objectives}
    total = sum(rates(table, name) / scale[name] for name in objectives)
    cost = sum(paid[name] / scale[name] for name in objectives)
    for _, point in points.iterrows():
        floors = [(rates(table, name), paid[name], point[name] - 1e-6 * scale[name]) for name in objectives]
        best = brute_force(table, (total, cost), setting, floors)
        reached = sum(point[name] / scale[name] for name in objectives)
        # Were a plan better on one objective and no worse on the others, their sum would be larger.
        assert best == pytest.approx(reached, abs=1e-4)


def test_a_plan_inside_the_hull_of_the_others_is_found():
    # One project only, each on a whole lot: (10, 0), (4, 4) and (0, 10). No weights choose the second.
    rows = [("o", "i", 1, 1, 1, 10, 0, 0), ("p", "j", 1, 1, 1, 4, 0, 4), ("q", "k", 1, 1, 1, 0, 0, 10)]
    points = frontier(candidates(rows), Allocation(minimum_lot_t=1, maximum_projects=1))
    assert points[[SURPLUS, AVOIDED]].to_numpy() == pytest.approx(
        np.array([[10, 0], [4, 4], [0, 10]]), abs=1e-4
    )
    assert list(points["n_exchanges"]) == [1, 1, 1] and list(points["plan_number"]) == [1, 2, 3]


def test_tonnes_rounded_up_do_not_close_the_way_to_a_plan():
    # Two outputs of 2/3 t, which no decimal tells, each for the gain or for something else.
    rows = [
        ("o", "gain", 2 / 3, 9, 1, 3, 0, 0), ("o", "avoid", 2 / 3, 9, 1, 1, 0, 3),
        ("p", "pay", 2 / 3, 9, 1, 3, 0, 0), ("p", "hold", 2 / 3, 9, 1, 1, 0, 3),
    ]  # fmt: skip
    points = frontier(candidates(rows), Allocation(minimum_lot_t=2 / 3))
    plans = {tuple(row) for row in points[[SURPLUS, AVOIDED]].round(3).to_numpy().tolist()}
    assert plans == {(4.0, 0.0), (2.667, 2.0), (1.333, 4.0)}


def test_what_pays_and_avoids_together_leaves_no_choice():
    points = frontier(candidates([("o", "i", 5, 5, 1, 10, -1, 2, 0.1)]), FREE)
    assert len(points) == 1 and list(points.columns) == POINT_COLUMNS
    row = points.iloc[0]
    # Emissions caused and avoided are told apart, whichever is an objective.
    assert list(row[[SURPLUS, *INDICATORS[1:]]]) == pytest.approx([50, -5, 10, 0.5])
    assert row["plan_number"] == row["n_exchanges"] == 1 and row["allocated_t_per_year"] == 5


def test_an_indicator_that_misses_is_missing_unless_it_is_an_objective():
    table = candidates([("o", "i", 5, 5, 1, 10, np.nan, 2, 0.1), ("o", "j", 5, 5, 1, 4, 0, np.nan, 0.1)])
    points = frontier(table, FREE)
    assert points[SURPLUS].tolist() == pytest.approx([50])  # the one whose avoided emissions are known
    assert points[EMISSIONS].isna().all() and points[AVOIDED].notna().all()


def test_no_candidate_no_point():
    points = frontier(candidates([]), FREE)
    assert points.empty and list(points.columns) == POINT_COLUMNS


def test_the_plan_that_is_retained_is_the_first():
    # Of many like exchanges thirty take place: who counts avoided emissions a little takes others.
    rng = np.random.default_rng(5)
    rows = [(f"o{i}", f"i{i}", 10, 10, 1, *rng.normal((100, 0), (1, 9)), 0) for i in range(60)]
    table = candidates([(*row[:6], 0.0, row[6], 0.0) for row in rows])
    setting = Allocation(minimum_lot_t=0, maximum_projects=30)
    points = frontier(table, setting)
    assert len(points) > 2 and points[SURPLUS].is_monotonic_decreasing
    assert points[SURPLUS].iloc[0] == pytest.approx(allocate(table, setting).value, rel=1e-9)


def test_the_plan_that_avoids_most_for_a_hundredth_of_the_gain_is_found():
    """Steps of the frontier passed over it: to drop two of three avoids more than to drop one."""
    kept = [("o", "i", 9, 9, 1, 1000, 0, 0), ("o2", "i2", 9, 9, 1, 600, 0, -1)]
    small = [(f"p{n}", f"j{n}", 1, 1, 1, gain, 0, avoided) for n, (gain, avoided) in enumerate(SMALL)]
    setting = Allocation(minimum_lot_t=1)
    table = candidates([*kept, *small])
    points = frontier(table, setting)
    told = neighbours(points, WAYS)
    best = points[SURPLUS].iloc[0]
    floor = (rates(table, GAIN), 0.0, (1 - LITTLE) * best)
    most = brute_force(table, (rates(table, AVOIDED), 0.0), setting, [floor])
    assert told[AVOIDED].tolist() == pytest.approx([most], abs=1e-3)
    assert told[SURPLUS].item() >= (1 - LITTLE) * best


def test_to_do_nothing_is_no_plan():
    # It costs less than any exchange: those that avoid emissions are all there is to show.
    points = frontier(candidates([("o", "i", 5, 5, 1, -10, 1, 1)]), FREE)
    assert (points["n_exchanges"] > 0).all() and len(points)


def test_a_plan_that_avoids_far_more_for_next_to_nothing_is_told_beside_the_first():
    def told(*plans, **moves):
        points = pd.DataFrame(plans, columns=[SURPLUS, EMISSIONS, AVOIDED])
        found = neighbours(points.assign(plan_number=range(1, len(points) + 1)), WAYS | moves)
        return found[["plan_number", "turns"]].to_numpy().tolist()

    best = (1000.0, 20.0, 10.0)
    # Of two that lose no more than a hundredth, the one that avoids most; then the first that turns a sign.
    cheap = [(995.0, 19.0, 15.0), (990.0, 18.0, 20.0)]
    assert told(best, *cheap, (910.0, -1.0, 60.0), (905.0, -2.0, 70.0)) == [[3, ""], [4, "emissions"]]
    assert told(best, (890.0, -1.0, 60.0)) == []  # another sign, of a tenth of the gain and more
    # Too dear, or too little more beside the emissions that the plan moves.
    assert told(best, (980.0, 18.0, 20.0)) == told(best, (999.0, 20.0, 11.0)) == []
    assert told(best, (995.0, -1.0, 20.0)) == [[2, "emissions"]]  # once
    assert told(best, (995.0, 21.0, -6.0)) == [[2, "avoided"]]  # which of the two signs
    # A sign that was never known does not turn.
    assert told(best, (995.0, 21.0, -6.0), avoided="unsure") == []
    assert told(best, (995.0, 19.0, 15.0), (910.0, -1.0, 60.0), emissions="unsure") == [[2, ""]]
    assert told(best) == told() == []
