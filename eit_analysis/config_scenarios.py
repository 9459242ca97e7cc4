"""What ``study.toml`` may say of the scenarios, of employment above all: ages, rates, shocks, who comes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from eit_analysis import french
from eit_analysis.config_flows import FlowStep
from eit_analysis.config_section import Said, Section
from eit_analysis.reference import sentence


class Entrants(Section):
    """People who come to the study's occupations, from one origin, per person employed and year."""

    origin: Literal["training", "job_seekers", "mobility"]
    """Sortants de formation, demandeurs d’emploi, ou autres territoires et métiers."""
    low: float = Field(ge=0, le=1)
    """Taux annuel par personne employée, borne basse."""
    central: float = Field(ge=0, le=1)
    """Taux annuel par personne employée, valeur centrale."""
    high: float = Field(ge=0, le=1)
    """Taux annuel par personne employée, borne haute."""
    source: Said
    """D’où viennent les trois taux."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("les valeurs doivent être croissantes (low, central, high), corrigez-les")
        return self


class Reform(Section):
    """Legal retirement age of whoever was born in the month ``born_from`` or later, until the next step."""

    born_from: str = Field(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")
    """Mois (1961-09) ou année (1962) de naissance dès lequel cet âge vaut, jusqu’à la ligne suivante."""
    retirement_age: float = Field(ge=55, le=69)
    """Âge légal de ces personnes (62.25 : 62 ans et trois mois)."""

    @field_validator("born_from", mode="before")
    @classmethod
    def _from_january(cls, born: object) -> object:
        """A year begins in January."""
        return f"{born}-01" if re.fullmatch(r"\d{4}", str(born)) else born


class Shock(Section):
    """Jobs lost at once: ``share`` of those of an occupation, a firm or a sector; of all if none is named."""

    year: int = Field(ge=1900, le=2200)
    """Année de la perte."""
    share: float = Field(gt=0, le=1)
    """Part des emplois perdus (0.3 : trois sur dix)."""
    occupation: str = ""
    """Métier touché, par son nom tel que le rapport l’imprime et non par son code ROME."""
    site_id: str = ""
    """Entreprise touchée, par son identifiant dans l’étude."""
    naf: str = ""
    """Secteur touché, par le début de son code NAF : « 25 », « 25.6 »."""

    @field_validator("occupation")
    @classmethod
    def _a_label(cls, occupation: str) -> str:
        if re.fullmatch(r"[A-Z]\d{4}", occupation):
            raise ValueError(sentence("scenario_rome", occupation=occupation))
        return occupation


class Scenarios(Section):
    """Parameters of the scenarios, of employment but for ``flows``; per year unless they say otherwise."""

    horizon_years: int = Field(10, ge=1, le=30)
    """Nombre d’années prévues."""
    retirement_law: Literal["loi_2010", "loi_2023", "suspension_2026"] | None = None
    """Loi dont viennent les âges de la retraite ; sans elle, celle du 1er juillet de l’année des réponses."""
    retirement_age: float | None = Field(None, ge=55, le=69)
    """Âge légal propre à l’étude, le même pour tous, à la place de celui de la loi."""
    long_career_age: float | None = Field(None, ge=50, le=69)
    """Âge à partir duquel peut partir qui a commencé jeune, à la place de celui de la loi."""
    quit_rate: float = Field(0.06, ge=0, le=1)
    """Part des personnes qui quittent leur employeur dans l’année, hors retraite."""
    trend_rate: float = Field(-0.01, ge=-0.5, le=0.5)
    """Croissance annuelle des emplois (-0.01 : un pour cent de moins par an)."""
    sector_trends: dict[str, Annotated[float, Field(ge=-0.5, le=0.5)]] = Field(default_factory=dict)
    """Croissance propre aux entreprises dont le code NAF commence par la clé."""
    plan_realisation: float = Field(0.7, ge=0, le=1)
    """Part des recrutements annoncés qui se font : un moins la décote d’optimisme."""
    reform: list[Reform] = Field(default_factory=list)
    """Une réforme de l’âge légal, une ligne par génération : un scénario de plus."""
    shocks: list[Shock] = Field(default_factory=list)
    """Emplois perdus d’un coup : un scénario de plus. Sans métier, entreprise ni secteur, tous."""
    flows: list[FlowStep] = Field(default_factory=list)
    """Ce que deviendraient les flux sortants, une ligne par mesure ; un même nom, un même scénario."""
    entrants: list[Entrants] = Field(default_factory=list)
    """Qui vient pourvoir les postes ; une origine sans ligne prend les taux du projet, par niveau."""
    draws: int = Field(400, ge=1)
    """Nombre de tirages de chaque prévision."""
    seed: int = Field(20180, ge=0)
    """Graine de ces tirages : la même redonne les mêmes chiffres."""

    @model_validator(mode="after")
    def _ages_make_sense(self) -> Self:
        early, legal = self.long_career_age, self.retirement_age
        if early and legal and early > legal:
            ages = {"early": french.exact(early, 2), "legal": french.exact(legal, 2)}
            raise ValueError(sentence("scenario_long_careers", **ages))
        steps = sorted(self.reform, key=lambda step: step.born_from)
        for step, following in pairwise(steps):
            if step.born_from == following.born_from:
                raise ValueError(sentence("scenario_reform_twice", born=french.month(step.born_from)))
        in_order = [*filter(None, [self.retirement_age]), *(step.retirement_age for step in steps)]
        if in_order not in (sorted(in_order), sorted(in_order, reverse=True)):
            said = " puis ".join(french.exact(age, 2) for age in in_order)
            raise ValueError(sentence("scenario_reform_turns", ages=said))
        return self
