"""What candidates are judged on: each criterion with its column, direction, scale, weight and uncertainty.

The scales are declared, never read off the candidates. Emissions caused and emissions avoided elsewhere have
different boundaries and stay two criteria. Insertion jobs are part of the jobs and count once more on their
own: a study that does not want that gives them no weight.

``reference/criteria.csv`` names the column of each, which way is better (+1 more, −1 less), the scale and the
weight used when a study says nothing, the columns of its interval, and ``shared``: candidates alike in that
column have the same error, because the same quantity or judgement moves them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import InputError


def criteria(
    weights: Mapping[str, float] | None = None, bounds: Mapping[str, Sequence[float]] | None = None
) -> pd.DataFrame:
    """The criteria in use: a study's weights replace all of the defaults, its bounds one by one.

    Returns
    -------
    pandas.DataFrame
        ``criterion, direction, bound_min, bound_max, weight`` with weights summing to 1; the unit of the
        bounds is that of the criterion's name.

    Raises
    ------
    InputError
        Unknown criterion, negative weights or weights that sum to 0, infinite, empty or reversed bounds.
    """
    table = reference.load("criteria").set_index("criterion")
    weights = weights or {str(name): weight for name, weight in table["weight"].items()}
    unknown = sorted({*weights, *(bounds or {})} - set(table.index))
    if unknown:
        raise InputError(
            f"section [scoring]\u00a0: critère inconnu «\u00a0{unknown[0]}\u00a0», choisissez parmi "
            + ", ".join(table.index),
            file="study.toml",
        )
    for name, scale in (bounds or {}).items():
        table.loc[name, ["bound_min", "bound_max"]] = list(map(float, scale))
    if min(weights.values()) < 0 or not 0 < sum(weights.values()) < float("inf"):
        raise InputError(
            "section [scoring]\u00a0: les poids doivent être positifs et leur somme non nulle, corrigez-les",
            file="study.toml",
        )
    span = table["bound_max"] - table["bound_min"]
    unusable = [name for name in weights if not 0 < span[name] < float("inf")]
    if unusable:
        raise InputError(
            f"section [scoring]\u00a0: les bornes de «\u00a0{unusable[0]}\u00a0» doivent aller de la plus "
            "petite à la plus grande, sans infini, corrigez-les",
            file="study.toml",
        )
    table["weight"] = [weights.get(name, 0) / sum(weights.values()) for name in table.index]
    table.index = table.index.astype("str")
    return table.loc[table["weight"] > 0, ["direction", "bound_min", "bound_max", "weight"]].reset_index()


def listed(table: pd.DataFrame) -> pd.DataFrame:
    """:func:`criteria` as they are read, with weights in percent."""
    read = ["criterion", "direction", "weight_percent", "bound_min", "bound_max"]
    return table.assign(weight_percent=100 * table["weight"])[read]


def rescaled(weights: Mapping[str, float]) -> bool:
    """Whether a study gives weights whose sum is not 1, which :func:`criteria` then brings to it."""
    return bool(weights) and abs(sum(weights.values()) - 1) >= 1e-6
