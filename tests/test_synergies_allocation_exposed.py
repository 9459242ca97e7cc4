"""Contributors of a plan's totals: the side that the disclosure rules protect more."""

import pandas as pd

from eit_analysis.synergies.allocation.exposed import exposed_side


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


def test_a_site_at_the_very_limit_of_a_share_breaks_no_rule():
    # A gives 85 % of 100 t: neither side breaks a rule, and the takers are fewer.
    plan = pd.DataFrame(
        {
            "category": "wood",
            "giver_site_id": list("AABCD"),
            "taker_site_id": list("WXYYW"),
            "t": [45.0, 40.0, 5.0, 5.0, 5.0],
        }
    )
    assert set(exposed_side(plan, "t", 3, 0.85)["site_id"]) == set("WXY")
    above = plan.assign(t=[45.0, 40.1, 5.0, 5.0, 4.9])
    assert set(exposed_side(above, "t", 3, 0.85)["site_id"]) == set("ABCD")


def test_each_plan_of_a_frontier_has_its_own_side():
    plans = pd.DataFrame(
        {
            "plan_number": [1, 1, 2, 2],
            "giver_site_id": ["A", "B", "A", "A"],
            "taker_site_id": ["X", "X", "X", "Y"],
            "t": [1.0, 1.0, 1.0, 1.0],
        }
    )
    behind = exposed_side(plans, "t", 2, 0.85, key="plan_number")
    assert behind.groupby("plan_number")["site_id"].agg(list).to_dict() == {1: ["X"], 2: ["A"]}
