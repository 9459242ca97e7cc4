"""Rules of a day: rows that a text opens with ``from_date`` and another closes with ``until_date``."""

from __future__ import annotations

import pandas as pd


def in_force(rules: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """The rows in force on a day, ``2018-12-31``; without one, those that nothing ended."""
    until = rules["until_date"].fillna("")
    if not day:
        return rules[until == ""].reset_index(drop=True)
    return rules[(rules["from_date"] <= day) & ((until == "") | (day <= until))].reset_index(drop=True)
