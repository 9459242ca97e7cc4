"""What each scenario of the forecast states, in words, from the parameters of ``study.toml``."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from eit_analysis import french, reference
from eit_analysis.config import Scenarios, Shock
from eit_analysis.employment.forecast.cohort import scenarios


def stated(parameters: Scenarios) -> pd.DataFrame:
    """One French sentence a scenario: ``scenario, statement``, in the order of ``cohort.scenarios``.

    No firm is named: the page may be anyone's to read.
    """
    rows = [(name, SENTENCES[name](parameters)) for name in scenarios(parameters)]
    return pd.DataFrame(rows, columns=["scenario", "statement"])


def shared(parameters: Scenarios) -> str:
    """French sentence: what all scenarios suppose."""
    return (
        f"Dans tous les scénarios\u00a0: {_percent(parameters.quit_rate)} des personnes partent chaque année "
        f"hors retraite\u00a0; retraite à {_years(parameters.retirement_age)} sauf réforme, dès "
        f"{_years(parameters.long_career_age)} pour les carrières longues."
    )


def _trend(parameters: Scenarios) -> str:
    own = "".join(
        f"\u00a0; {_percent(rate)} par an dans le secteur {_sector(naf)}"
        for naf, rate in sorted(parameters.sector_trends.items())
    )
    return f"L'effectif évolue de {_percent(parameters.trend_rate)} par an{own}."


def _plans(parameters: Scenarios) -> str:
    made = _percent(parameters.plan_realisation)
    return (
        f"Pendant trois ans, les projets des entreprises\u00a0: {made} des recrutements annoncés se font. "
        "Puis la tendance."
    )


def _synergies(parameters: Scenarios) -> str:
    return "Les mêmes projets, plus les emplois des échanges réalisables ensemble. Puis la tendance."


def _reform(parameters: Scenarios) -> str:
    steps = sorted(parameters.reform, key=lambda step: step.born_from)
    told = ", ".join(f"{_years(step.retirement_age)} à partir de {step.born_from}" for step in steps)
    return (
        f"La tendance, avec un âge légal de la retraite qui passe de {_years(parameters.retirement_age)} à "
        f"{_years(steps[-1].retirement_age)}, selon l'année de naissance\u00a0: {told}."
    )


def _shock(parameters: Scenarios) -> str:
    losses = sorted(parameters.shocks, key=lambda shock: shock.year)
    told = "\u00a0; ".join(_loss(shock) for shock in losses)
    return f"La tendance, avec des emplois perdus\u00a0: {told}."


SENTENCES: dict[str, Callable[[Scenarios], str]] = {
    "trend": _trend,
    "plans": _plans,
    "synergies": _synergies,
    "reform": _reform,
    "shock": _shock,
}


def _loss(shock: Shock) -> str:
    where = [
        f"du métier «\u00a0{shock.occupation}\u00a0»" if shock.occupation else "",
        f"du secteur {_sector(shock.naf)}" if shock.naf else "",
        "d'une entreprise" if shock.site_id else "",
    ]
    named = " ".join(filter(None, where)) or "de toute l'étude"
    return f"{_percent(shock.share)} des emplois {named} en {shock.year}"


def _sector(naf: str) -> str:
    divisions = reference.load("naf_divisions").set_index("naf_division_code")["label_fr"]
    label = f" ({divisions[naf]})" if naf in divisions else ""
    return f"NAF\u00a0{naf}{label}"


def _percent(share: float) -> str:
    return f"{french.exact(100 * share, 1)}\u00a0%"


def _years(age: float) -> str:
    return f"{french.exact(age, 2)}\u00a0ans"
