"""What each scenario of the forecast assumes, in words, from the parameters of ``study.toml``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import french, reference
from eit_analysis.config_scenarios import Scenarios, Shock
from eit_analysis.employment.forecast.cohort import scenarios
from eit_analysis.employment.forecast.declared_plans import PLAN_YEARS
from eit_analysis.employment.forecast.hazards import AGES, Ages, legal_ages
from eit_analysis.reference import retirement as law


def stated(parameters: Scenarios, base_year: int) -> pd.DataFrame:
    """One French sentence a scenario: ``scenario, statement``, in the order of ``cohort.scenarios``.

    No firm is named: the page may be anyone's to read.
    """
    steps = sorted(parameters.reform, key=lambda step: step.born_from)
    ages = ", ".join(
        f"{_years(step.retirement_age)} à partir de {french.month(step.born_from)}" for step in steps
    )
    losses = "\u00a0; ".join(map(_loss, sorted(parameters.shocks, key=lambda shock: shock.year)))
    fields = {
        "trend": rates(parameters, base_year)["statement"][0],
        "realised": _percent(parameters.plan_realisation), "losses": losses, "ages": ages,
        "before": _span(_of_law(parameters, base_year).legal),
    }  # fmt: skip
    rows = [(name, reference.sentence(f"scenario_{name}", **fields)) for name in scenarios(parameters)]
    return pd.DataFrame(rows, columns=["scenario", "statement"])


def rates(parameters: Scenarios, base_year: int) -> pd.DataFrame:
    """What is supposed of every year, in words: ``parameter``, ``statement``.

    ``trend_rate``, ``quit_rate``, and the ``retirement_age`` with its law, beside that of today.
    """
    sectors = "".join(
        f"\u00a0; {_percent(rate)} par an dans le secteur {_sector(naf)}"
        for naf, rate in sorted(parameters.sector_trends.items())
    )
    said = [f"{_percent(rate)} par an" for rate in (parameters.trend_rate, parameters.quit_rate)]
    told = {
        "trend_rate": said[0] + sectors, "quit_rate": said[1],
        "retirement_age": _retirement(parameters, base_year),
    }  # fmt: skip
    return pd.DataFrame({"parameter": [*told], "statement": [*told.values()]})


def _retirement(parameters: Scenarios, base_year: int) -> str:
    """The legal ages, their law, and how far that of today moves them unless the study has chosen.

    Of those who come to it while posts are counted: who leaves later is in none of them.
    """
    years = min(PLAN_YEARS, parameters.horizon_years)
    soon = parameters.model_copy(update={"horizon_years": years})
    ages, today = _of_law(soon, base_year).legal, law.law_of_today()
    if parameters.retirement_age:
        return _span(ages)
    chosen = parameters.retirement_law or law.law_in_force(base_year)
    said = reference.sentence("ages_of_law", age=_span(ages), law=law.name_of(chosen))
    if parameters.retirement_law or chosen == today:
        return said
    ahead = np.arange(years)[None, :]
    born, aged = law.months_of(base_year + 1 + ahead - AGES[:, None]), AGES[:, None, None]
    then, now = (law.ages_of(name, born)[0] for name in (chosen, today))
    near = (np.floor(np.minimum(then, now)) <= aged) & (aged <= np.ceil(np.maximum(then, now)))
    moves = (now - then)[near]
    farthest = moves[np.abs(moves).argmax()] if moves.any() else 0.0
    if not farthest:
        return said
    months = french.counted(round(12 * abs(farthest)), "mois", "mois")
    when, text = "tard" if farthest > 0 else "tôt", law.name_of(today)
    return reference.sentence("ages_of_today", ages=said, law=text, months=months, when=when)


def shared(parameters: Scenarios, base_year: int, team: bool = False) -> str:
    """French sentences: what all scenarios suppose, and which law gives the ages it does not set."""
    ages = _of_law(parameters, base_year)
    said = reference.sentence(
        "all_scenarios", quits=_percent(parameters.quit_rate), age=_span(ages.legal), early=_span(ages.early)
    )
    if parameters.retirement_age:
        return said
    name = "chosen_law" if parameters.retirement_law else "law_in_force"
    text = law.text_of(parameters.retirement_law or law.law_in_force(base_year))
    said += " " + reference.sentence(name, law=text, year=str(base_year))
    return f"{said} {reference.sentence('law_in_force_team')}" if team else said


def _of_law(parameters: Scenarios, base_year: int) -> Ages:
    """Ages of the generations who come to retire within the horizon, reforms left out."""
    ages = legal_ages(parameters, [], base_year, parameters.horizon_years)
    near = (ages.early.min() <= AGES) & (ages.legal.max() >= AGES)
    return Ages(ages.legal[near], ages.early[near])


def _span(ages: np.ndarray) -> str:
    low, high = ages.min(), ages.max()
    if low == high:
        return _years(low)
    return f"{french.exact(low, 2)} à {_years(high)} selon la date de naissance"


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
