"""The exchanges that nothing but the sorting of what is given keeps from being possible: whom to ask why.

A sand called soiled by a foundry may want no more than a screen: its giver knows, and no rule does.
"""

from __future__ import annotations

import pandas as pd

BETTER_SORTED = [
    "giver_site_id", "output_description", "taker_site_id", "need_description", "use", "quality",
    "sorting_asked", "diverted_t_per_year",
]  # fmt: skip
OF_RULE, OF_NEED = "quality", "asked_quality"  # gates


def poorly_sorted(rejected: pd.DataFrame) -> pd.DataFrame:
    """The pairs of ``substitution.candidates`` that a gate of quality stops first."""
    return rejected[rejected["gate"].isin([OF_RULE, OF_NEED])]


def better_sorted(
    poor: pd.DataFrame, if_clean: pd.DataFrame, flows: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    """Of the pairs :func:`poorly_sorted`, those that pass once their output is clean, the most tonnes first.

    Parameters
    ----------
    poor, if_clean : pandas.DataFrame
        What is stopped, and what passes (``substitution.candidates``) of the same flows, all outputs clean.
    flows, rules : pandas.DataFrame
        Tidy flows as they were declared, and rows of ``compatibility.csv``.

    Returns
    -------
    pandas.DataFrame
        ``BETTER_SORTED``. ``sorting_asked`` is what the rule takes at worst, or the quality that the need
        asks for where that stops it; t/year are those of a clean output.
    """
    pairs = if_clean.merge(poor[["out_flow_id", "in_flow_id", "gate"]], on=["out_flow_id", "in_flow_id"])
    about = flows.drop_duplicates("flow_id").set_index("flow_id")[["description", "quality"]].astype("str")
    of_rule = pairs["rule_id"].map(rules.set_index("rule_id")["worst_quality"]).astype("str")
    found = pairs.assign(
        output_description=pairs["out_flow_id"].map(about["description"]),
        need_description=pairs["in_flow_id"].map(about["description"]),
        quality=pairs["out_flow_id"].map(about["quality"]),
        sorting_asked=of_rule.mask(pairs["gate"] == OF_NEED, pairs["in_flow_id"].map(about["quality"])),
    )
    order = ["diverted_t_per_year", "candidate_id"]
    return found.sort_values(order, ascending=[False, True], ignore_index=True)[BETTER_SORTED]
