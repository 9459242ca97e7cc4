"""What the scenarios of ``study.toml`` name exists in the study."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from eit_analysis.config import Scenarios
from eit_analysis.errors import InputError


def known_names(parameters: Scenarios, workforce: pd.DataFrame, sites: pd.DataFrame) -> None:
    """Each occupation, firm and sector that a shock or a trend names is one of the study's.

    Parameters
    ----------
    workforce : DataFrame
        From ``workforce.prepare`` without merging; of all waves.
    sites : DataFrame
        ``site_id, naf_code``; of all waves.

    Raises
    ------
    InputError
        The first that is not: left alone, it would change nothing and say nothing.
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


def _named(parameters: Scenarios) -> Iterator[tuple[str, str, str]]:
    for shock in parameters.shocks:
        for field, kind in (("occupation", "métier"), ("site_id", "site"), ("naf", "secteur")):
            if name := getattr(shock, field):
                yield f"shocks.{field}", kind, name
    for naf in parameters.sector_trends:
        yield "sector_trends", "secteur", naf
