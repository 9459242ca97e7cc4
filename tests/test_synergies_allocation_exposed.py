"""Contributors of a plan's totals: the side that the disclosure rules protect more."""

import pandas as pd

from eit_analysis.config import Disclosure
from eit_analysis.synergies.allocation.exposed import exposed_side


def rules(minimum_units):
    return Disclosure(minimum_units=minimum_units, maximum_share=0.85)


def test_the_side_that_breaks_a_rule_stands_for_the_category():
    plan = pd.DataFrame(
        {
            "category": ["wood"] * 4,
            "giver_site_id": list("ABCD"),
            "taker_site_id": ["X", "X", "X", "X"],
            "t": [1.0, 1.0, 1.0, 1.0],
        }
    )
    assert set(exposed_side(plan, "t", rules(3))["site_id"]) == {"X"}
    # One of two givers holds 99 %: they break the rule of dominance, the four takers do not.
    plan = plan.assign(
        giver_site_id=["A", "A", "A", "B"], taker_site_id=list("WXYZ"), t=[30.0, 30.0, 30.0, 1.0]
    )
    assert set(exposed_side(plan, "t", rules(2))["site_id"]) == {"A", "B"}


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
    assert set(exposed_side(plan, "t", rules(3))["site_id"]) == set("WXY")
    above = plan.assign(t=[45.0, 40.1, 5.0, 5.0, 4.9])
    assert set(exposed_side(above, "t", rules(3))["site_id"]) == set("ABCD")


def test_each_category_has_its_own_side():
    plans = pd.DataFrame(
        {
            "category": [1, 1, 2, 2],
            "giver_site_id": ["A", "B", "A", "A"],
            "taker_site_id": ["X", "X", "X", "Y"],
            "t": [1.0, 1.0, 1.0, 1.0],
        }
    )
    behind = exposed_side(plans, "t", rules(2))
    assert behind.groupby("category")["site_id"].agg(list).to_dict() == {1: ["X", "X"], 2: ["A", "A"]}
    # Each exchange counts once, in the name of one of its actors.
    assert behind["t"].sum() == 4
