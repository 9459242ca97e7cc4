"""The factors of heat, water and gas: what a pipe costs, what energy costs and emits, a study's own first."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from eit_analysis import reference
from eit_analysis.config_synergies import UtilityFactorOverride
from eit_analysis.errors import InputError

VALUES = ["low", "central", "high", "source"]
KEYS = ["network_factor", "network_key"]
SOURCE_COLUMNS = [
    *KEYS, "low", "central", "high", "unit", "authority", "source", "year",
]  # fmt: skip
# What something is divided by.
NEVER_ZERO = ("boiler_efficiency", "discount_rate", "heat_pump_quality", "network_life")


def factor_table(overrides: Iterable[UtilityFactorOverride] = ()) -> pd.DataFrame:
    """``reference/utility_factors.csv``, each overridden row with the study's own values and source.

    ``overrides`` are ``[[utility_factors]]`` of ``study.toml``, in the unit of their row; ``key`` is empty
    where a row has none, ``year`` missing on an overridden row.

    Raises
    ------
    InputError
        When an override names no row, is given twice, or cannot be in the unit of its row.
    """
    table = reference.load("utility_factors").fillna({"key": ""}).astype({"year": "Int64"})
    rows = {name: row for row, name in enumerate(zip(table["factor"], table["key"], strict=True))}
    given: set[tuple[str, str]] = set()
    for override in overrides:
        name = override.factor, override.key
        twice = "cette valeur est donnée deux fois, gardez-en une" * (name in given)
        if problem := twice or _wrong(override, table):
            raise InputError(problem, file="study.toml", column=f"utility_factors, {'/'.join(name)}")
        given.add(name)
        table.loc[rows[name], VALUES] = [getattr(override, column) for column in VALUES]
        table.loc[rows[name], "authority"] = "study"
        table.loc[rows[name], "year"] = pd.NA
    return table


def sources(overrides: Iterable[UtilityFactorOverride]) -> pd.DataFrame:
    """:func:`factor_table` as pages print it, each value with its source; columns ``SOURCE_COLUMNS``."""
    table = factor_table(overrides)
    table["network_key"] = table["key"].where(table["key"] != "")
    return table.rename(columns={"factor": "network_factor"})[SOURCE_COLUMNS]


def _wrong(override: UtilityFactorOverride, table: pd.DataFrame) -> str:
    """What is wrong with an override, in one French sentence; empty when nothing is."""
    alike = table[table["factor"] == override.factor]
    if alike.empty:
        return f"ce facteur est inconnu, choisissez parmi {', '.join(table['factor'].unique())}"
    row = alike[alike["key"] == override.key]
    if row.empty:
        keys = ", ".join(filter(None, alike["key"]))
        return f"la clé doit être parmi {keys}" if keys else "ce facteur n'a pas de clé, laissez-la vide"
    if override.factor in NEVER_ZERO and override.low <= 0:
        return "cette valeur est supérieure à 0, corrigez sa borne basse"
    return override.problem(str(row["unit"].iloc[0]))
