"""Which day a wave is of, and which rules hold on a day: from ``from_date`` until ``until_date``."""

from __future__ import annotations

import re

import pandas as pd

from eit_analysis.errors import UsageError


def in_force(rules: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """The rows in force on a day, ``2018-12-31``; without one, those that nothing ended."""
    until = rules["until_date"].astype(object).fillna("")
    if not day:
        return rules[until == ""].reset_index(drop=True)
    return rules[(rules["from_date"] <= day) & ((until == "") | (day <= until))].reset_index(drop=True)


def survey_year(sites: pd.DataFrame, wave: str) -> int:
    """Year of the answers, and of the forecast's start: the last one given, else that in the wave's name.

    Raises
    ------
    UsageError
        Neither the answers nor the name tell a year.
    """
    years = sites["reference_year"].dropna()
    if len(years):
        return int(years.max())
    if named := re.search(r"\d{4}", wave):
        return int(named[0])
    raise UsageError(
        f"La vague « {wave} » ne dit pas son année\u00a0: remplissez la colonne Année de la feuille "
        "Entreprise, ou donnez à son dossier le nom d'une année."
    )


def law_day(sites: pd.DataFrame, wave: str, law_year: int | None = None) -> str:
    """The last day of the wave's own year, ``2018-12-31``, or of another that the study chose."""
    return f"{law_year or survey_year(sites, wave)}-12-31"
