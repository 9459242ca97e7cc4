"""What each scenario of the forecast assumes, in words, from the parameters of ``study.toml``."""

from __future__ import annotations

import pandas as pd

from eit_analysis import french, reference
from eit_analysis.config import Scenarios, Shock
from eit_analysis.employment.forecast.cohort import scenarios


def stated(parameters: Scenarios) -> pd.DataFrame:
    """One French sentence a scenario: ``scenario, statement``, in the order of ``cohort.scenarios``.

    No firm is named: the page may be anyone's to read.
    """
    steps = sorted(parameters.reform, key=lambda step: step.born_from)
    ages = ", ".join(f"{_years(step.retirement_age)} à partir de {step.born_from}" for step in steps)
    losses = "\u00a0; ".join(map(_loss, sorted(parameters.shocks, key=lambda shock: shock.year)))
    own = "".join(
        f"\u00a0; {_percent(rate)} par an dans le secteur {_sector(naf)}"
        for naf, rate in sorted(parameters.sector_trends.items())
    )
    sentences = {
        "trend": f"L'effectif évolue de {_percent(parameters.trend_rate)} par an{own}.",
        "plans": "Pendant trois ans, les projets des entreprises\u00a0: "
        f"{_percent(parameters.plan_realisation)} des recrutements annoncés se font. Puis la tendance.",
        "synergies": "Les mêmes projets, plus les emplois des échanges réalisables ensemble. Puis la "
        "tendance.",
        "reform": "La tendance, avec un âge légal de la retraite qui passe de "
        f"{_years(parameters.retirement_age)} à {_years(steps[-1].retirement_age) if steps else ''}, selon "
        f"l'année de naissance\u00a0: {ages}.",
        "shock": f"La tendance, avec des emplois perdus\u00a0: {losses}.",
    }
    rows = [(name, sentences[name]) for name in scenarios(parameters)]
    return pd.DataFrame(rows, columns=["scenario", "statement"])


def shared(parameters: Scenarios) -> str:
    """French sentences: what all scenarios suppose, and what legal age a study that sets none is given."""
    chosen = "retirement_age" in parameters.model_fields_set
    unchosen = (
        " Cet âge légal est supposé, l'étude n'en fixe aucun\u00a0: c'est celui de la loi du 9 novembre 2010 "
        "(code de la sécurité sociale, article L161-17-2), que la loi du 14 avril 2023 relève par génération "
        "jusqu'à 64\u00a0ans. L'équipe de l'étude le règle dans study.toml (retirement_age, reform)."
    )
    return (
        f"Dans tous les scénarios\u00a0: {_percent(parameters.quit_rate)} des personnes partent chaque année "
        f"hors retraite\u00a0; retraite à {_years(parameters.retirement_age)} sauf réforme, dès "
        f"{_years(parameters.long_career_age)} pour les carrières longues."
        f"{'' if chosen else unchosen}"
    )


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
    return f"NAF\u00a0{naf} ({divisions[naf]})" if naf in divisions else f"NAF\u00a0{naf}"


def _percent(share: float) -> str:
    return f"{french.exact(100 * share, 1)}\u00a0%"


def _years(age: float) -> str:
    return f"{french.exact(age, 2)}\u00a0ans"
