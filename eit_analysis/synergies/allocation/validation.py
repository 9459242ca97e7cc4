"""Candidates fit for a programme: each once, with masses that make sense."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError

RATES = ("yield_central", "need_t_per_t")


def known_exclusive(groups: list[list[str]], flows: pd.DataFrame) -> None:
    """Each exclusive exchange of ``study.toml`` joins an output and an input of the study.

    Raises
    ------
    InputError
        The first that names no such flows: left alone, it would forbid nothing and say nothing.
    """
    side = flows["direction"].eq("out")
    outputs, inputs = set(flows.loc[side, "flow_id"]), set(flows.loc[~side, "flow_id"])
    for exchange in (name for group in groups for name in group):
        output, _, need = exchange.partition(">")
        if output not in outputs or need not in inputs:
            raise InputError(
                f"clé « allocation.exclusive »\u00a0: « {exchange} » ne va pas d'un flux sortant à un flux "
                "entrant de l'étude, corrigez-le (les identifiants sont dans le rapport des synergies) ou "
                "retirez-le",
                file="study.toml",
            )


def ordered(candidates: pd.DataFrame, indicators: list[str]) -> pd.DataFrame:
    """The candidates in order of ``candidate_id``, once their numbers are known to make sense.

    Raises
    ------
    InputError
        A mass or yield that is missing, infinite or negative, an infinite indicator, or an exchange that
        comes twice.
    """
    table = candidates.sort_values("candidate_id", ignore_index=True)
    names = table["candidate_id"]
    repeated = names[names == names.shift()]
    if len(repeated):
        raise InputError(f"l'échange « {repeated.iloc[0]} » est donné deux fois, gardez-en une ligne")
    for column in ("supply_t_per_year", "demand_t_per_year", "diverted_t_per_year", *RATES):
        values = table[column].to_numpy(dtype=float)
        wrong = ~np.isfinite(values) | (values < 0) | ((values == 0) & (column in RATES))
        _refuse(wrong, values, names, column)
    for column in indicators:
        values = table[column].to_numpy(dtype=float)
        _refuse(np.isinf(values), values, names, column)
    return table


def _refuse(wrong: np.ndarray, values: np.ndarray, names: pd.Series, column: str) -> None:
    if wrong.any():
        at = wrong.argmax()
        raise InputError(
            f"l'échange « {names[at]} » a une valeur inutilisable ({values[at]:g}), corrigez les flux ou la "
            "règle dont elle vient",
            column=column,
        )


def same_mass(flow: pd.Series, codes: np.ndarray, mass: pd.Series, by_code: np.ndarray) -> None:
    """Each flow has one mass in all of its exchanges.

    Raises
    ------
    InputError
        The first flow whose mass differs from one exchange to another.
    """
    differs = by_code[codes] != mass.to_numpy(dtype=float)
    if differs.any():
        raise InputError(
            f"le flux « {flow.iloc[differs.argmax()]} » n'a pas la même valeur dans tous ses échanges, "
            "corrigez la table des flux",
            column=str(mass.name),
        )
