"""From respondents to every establishment of the territory, and what may bias it."""

from eit_analysis.flows.extrapolation.bases import branches, plan
from eit_analysis.flows.extrapolation.estimates import by_category, by_division
from eit_analysis.flows.extrapolation.eurostat_check import beside_eurostat, expected_before
from eit_analysis.flows.extrapolation.frame import NOBODY, split, units
from eit_analysis.flows.extrapolation.national import (
    by_branch,
    by_family,
    left_out,
    outweighs,
    to_ask,
    two_digits,
    widths,
    within_an_order,
)
from eit_analysis.flows.extrapolation.nonresponse import by_size, signals, verdict

__all__ = [
    "NOBODY", "beside_eurostat", "branches", "by_branch", "by_category", "by_division",
    "by_family", "by_size", "expected_before", "left_out", "outweighs", "plan", "signals", "split", "to_ask",
    "two_digits", "units", "verdict", "widths", "within_an_order",
]  # fmt: skip
