"""What the scenarios of ``study.toml`` name exists in the study, and a shock of theirs does something."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from eit_analysis.config_scenarios import Scenarios, Shock
from eit_analysis.employment.forecast.demand import struck_by
from eit_analysis.errors import InputError


def known_names(parameters: Scenarios, workforce: pd.DataFrame, sites: pd.DataFrame) -> None:
    """Each occupation, firm and sector that a shock or a trend names is one of the study's.

    The tables are of all waves: ``workforce`` from ``workforce.prepare`` without merging, and ``site_id,
    naf_code`` of ``sites``.

    Raises
    ------
    InputError
        The first that is not: left alone, it would change nothing without a word.
    """
    employing = sites[sites["site_id"].isin(workforce["site_id"])]
    sectors = employing["naf_code"].dropna().astype(str)
    for key, kind, name in _named(parameters):
        if kind == "secteur":
            found = sectors.str.startswith(name).any()
        else:
            known = workforce["occupation"] if kind == "métier" else workforce["site_id"]
            found = known.eq(name).any()
        if not found:
            raise InputError(
                f"clé « scenarios.{key} »\u00a0: l'étude n'a personne dans le {kind} « {name} », "
                "corrigez ce nom ou retirez-le",
                file="study.toml",
            )


def shocks_strike(parameters: Scenarios, waves: list[tuple[pd.DataFrame, pd.DataFrame, int]]) -> None:
    """Each shock takes jobs in the forecast of one wave at least.

    ``waves`` are (workforce as the forecast has it, small occupations merged; sites; base year).

    Raises
    ------
    InputError
        The first that does not: nobody is of all that it names at once, or its year is in no forecast.
    """
    for shock in parameters.shocks:
        years = {
            year for people, sites, year in waves if struck_by(shock, people, sites)["headcount"].sum() > 0
        }
        if not years:
            raise InputError(
                f"clé « scenarios.shocks »\u00a0: le choc de {shock.year} ne touche personne, l'étude n'a "
                f"pas d'emploi {_where(shock)}, corrigez ce choc ou retirez-le",
                file="study.toml",
            )
        if not any(0 < shock.year - year <= parameters.horizon_years for year in years):
            forecasts = " ou ".join(
                f"de {year + 1} à {year + parameters.horizon_years}" for year in sorted(years)
            )
            raise InputError(
                f"clé « scenarios.shocks.year »\u00a0: {shock.year} est hors de la prévision, qui va "
                f"{forecasts}, corrigez cette année ou retirez ce choc",
                file="study.toml",
            )


def _where(shock: Shock) -> str:
    """« du métier « Tri » sur le site « E01 » »: all that a shock names."""
    words = (
        (shock.occupation, "du métier « {} » (les petits métiers sont regroupés)"),
        (shock.site_id, "sur le site « {} »"),
        (shock.naf, "dans le secteur « {} »"),
    )
    return " ".join(text.format(name) for name, text in words if name)


def _named(parameters: Scenarios) -> Iterator[tuple[str, str, str]]:
    for shock in parameters.shocks:
        for field, kind in (("occupation", "métier"), ("site_id", "site"), ("naf", "secteur")):
            if name := getattr(shock, field):
                yield f"shocks.{field}", kind, name
    for naf in parameters.sector_trends:
        yield "sector_trends", "secteur", naf
