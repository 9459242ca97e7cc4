"""Means of answers on a scale: outside the team they stop an eighth of it before its ends.

At one of its ends all who answered gave the same answer, and near it nearly all.
"""

from __future__ import annotations

SCALES = {"hiring_difficulty": (0.0, 4.0), "difficulty_of_4": (0.0, 4.0)}


def ends(column: str) -> tuple[float, float]:
    """The lowest and the highest mean that is printed of a column of ``SCALES``."""
    low, high = SCALES[column]
    return low + (high - low) / 8, high - (high - low) / 8


def beyond(mean: float, column: str) -> str:
    """What is said after a mean that is printed as one of these: it may be farther."""
    if column not in SCALES or mean not in ends(column):
        return ""
    return "\u00a0ou moins" if mean == ends(column)[0] else "\u00a0ou plus"
