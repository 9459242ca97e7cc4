"""What ``study.toml`` may say: one declaration of keys, types and defaults; anything else is an error."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from eit_analysis import french
from eit_analysis.errors import InputError


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Disclosure(Section):
    """Rules of the release gate: a cell leaves only above these thresholds."""

    minimum_units: int = Field(3, ge=1)
    maximum_share: float = Field(0.85, gt=0, le=1)
    minimum_people: int = Field(5, ge=1)


class Audience(Section):
    """What one audience may see: names of consenting actors (``named``), or aggregates only."""

    named: bool = False


class Scoring(Section):
    """Weights and declared bounds of the SPOTIS criteria by criterion name, draws of all intervals."""

    weights: dict[str, float] = Field(default_factory=dict)
    bounds: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    radius_km: float = Field(30.0, gt=0)
    detour_factor: float = Field(1.3, ge=1)
    # Of the rank intervals and of the changes of the joint plan: the same seed gives the same figures.
    draws: int = Field(1000, ge=1)
    seed: int = Field(20240601, ge=0)


Exchange = Annotated[str, Field(pattern=r"^[^>]+>[^>]+$")]


class Allocation(Section):
    """What the best joint plan of exchanges must respect; a limit that is not given does not hold."""

    minimum_lot_t: float = Field(1.0, ge=0, allow_inf_nan=False)  # smallest tonnage per year worth exchanging
    budget_eur_per_year: float | None = Field(None, ge=0, allow_inf_nan=False)
    # Exchanges that the coordinator can set up and follow at once.
    maximum_projects: int | None = Field(None, ge=0)
    # Of setting up and following one exchange, spread over its years.
    project_cost_eur_per_year: float = Field(0.0, ge=0, allow_inf_nan=False)
    # Groups of exchanges of which one at most may take place, each named « output>input ».
    exclusive: list[Annotated[list[Exchange], Field(min_length=2)]] = Field(default_factory=list)
    time_limit_s: float = Field(60.0, gt=0, allow_inf_nan=False)


class Entrants(Section):
    """People who come to the study's occupations, from one origin, per person employed and year."""

    origin: Literal["training", "job_seekers", "mobility"]
    low: float = Field(ge=0, le=1)
    central: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    source: str = Field(pattern=r"\S")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("les valeurs doivent être croissantes (low, central, high), corrigez-les")
        return self


class Reform(Section):
    """Legal retirement age of whoever was born in ``born_from`` or later, until the next step."""

    born_from: int = Field(ge=1900, le=2100)
    retirement_age: float = Field(ge=55, le=69)


class Shock(Section):
    """Jobs lost at once: ``share`` of those of an occupation, a firm or a sector; of all if none is named."""

    year: int = Field(ge=1900, le=2200)
    share: float = Field(gt=0, le=1)
    occupation: str = ""  # its label, as the report prints it
    site_id: str = ""
    naf: str = ""  # the beginning of a NAF code: « 25 », « 25.6 »

    @field_validator("occupation")
    @classmethod
    def _a_label(cls, occupation: str) -> str:
        if re.fullmatch(r"[A-Z]\d{4}", occupation):
            raise ValueError(
                f"« {occupation} » est un code ROME, écrivez le nom du métier tel que le rapport l'imprime"
            )
        return occupation


class Scenarios(Section):
    """Parameters of the employment scenarios, per year unless their name says otherwise."""

    horizon_years: int = Field(10, ge=1, le=30)
    retirement_age: float = Field(62.0, ge=55, le=69)
    long_career_age: float = Field(60.0, ge=50, le=69)  # who began to work young may retire from this age on
    quit_rate: float = Field(0.06, ge=0, le=1)
    trend_rate: float = Field(-0.01, ge=-0.5, le=0.5)
    # Replaces trend_rate for firms whose NAF code begins like the key.
    sector_trends: dict[str, Annotated[float, Field(ge=-0.5, le=0.5)]] = Field(default_factory=dict)
    plan_realisation: float = Field(0.7, ge=0, le=1)  # one less the discount on the firms' optimism
    reform: list[Reform] = Field(default_factory=list)
    shocks: list[Shock] = Field(default_factory=list)
    entrants: list[Entrants] = Field(default_factory=list)
    # Of every forecast: the same seed gives the same figures.
    draws: int = Field(400, ge=1)
    seed: int = Field(20180, ge=0)

    @model_validator(mode="after")
    def _ages_make_sense(self) -> Self:
        if self.long_career_age > self.retirement_age:
            raise ValueError(
                f"l'âge des carrières longues (long_career_age, {_told(self.long_career_age)}) dépasse "
                f"l'âge légal (retirement_age, {_told(self.retirement_age)}), corrigez l'un des deux"
            )
        steps = sorted(self.reform, key=lambda step: step.born_from)
        for step, following in pairwise(steps):
            if step.born_from == following.born_from:
                raise ValueError(
                    "deux lignes de reform donnent un âge légal aux personnes nées à partir de "
                    f"{step.born_from}, gardez-en une"
                )
        ages = [self.retirement_age, *(step.retirement_age for step in steps)]
        if ages not in (sorted(ages), sorted(ages, reverse=True)):
            told = " puis ".join(map(_told, ages))
            raise ValueError(
                f"l'âge légal, par année de naissance, monte et baisse tour à tour ({told}), "
                "corrigez retirement_age ou les lignes de reform"
            )
        return self


def _told(age: float) -> str:
    return french.exact(age, 2)


class FactorOverride(Section):
    """A reference factor replaced by the study's own, with its own source."""

    factor: str
    category: str = ""
    route: str = ""
    low: float
    central: float
    high: float
    unit: str = ""  # needed for jobs, whose published units differ a hundredfold
    source: str


class PoolingCostOverride(Section):
    """A reference cost of pooling replaced by the study's own, with its own source."""

    profile: str
    cost: str
    low: float
    central: float
    high: float
    source: str


class StudyConfig(Section):
    title: str
    territory: str
    epci_codes: list[str] = Field(default_factory=list)
    fictional: bool = False
    evidence_half_width: dict[str, float] = Field(
        default_factory=lambda: {"measured": 0.05, "declared": 0.20, "estimated": 0.50, "inferred": 1.00}
    )
    # Of the errors of two masses that one scale or contractor gave (flows.uncertainty).
    shared_error_correlation: float = Field(0.5, ge=0, le=1)
    prefer_register: bool = True  # for measured tonnes, where a register and a questionnaire disagree
    basin: str = ""
    disclosure: Disclosure = Disclosure()
    audiences: dict[str, Audience] = Field(default_factory=lambda: {"partners": Audience(named=True)})
    scoring: Scoring = Scoring()
    allocation: Allocation = Allocation()
    scenarios: Scenarios = Scenarios()
    factors: list[FactorOverride] = Field(default_factory=list)
    pooling_costs: list[PoolingCostOverride] = Field(default_factory=list)


# What pydantic finds wrong, by its name for it; {} stands for the value, named parts for the limit it gives.
FRENCH = {
    "extra_forbidden": "cette clé est inconnue, retirez-la ou corrigez son nom",
    "missing": "cette clé est obligatoire, ajoutez-la",
    "greater_than_equal": "{} est trop petit, écrivez {ge} ou plus",
    "less_than_equal": "{} est trop grand, écrivez {le} ou moins",
    "greater_than": "{} est trop petit, écrivez un nombre au-dessus de {gt}",
    "int_type": "{} n'est pas un nombre entier, écrivez-en un sans guillemets",
    "float_type": "{} n'est pas un nombre, écrivez-en un sans guillemets, avec un point décimal",
    "bool_type": "{} n'est ni true ni false, écrivez l'un des deux sans guillemets",
    "string_type": "{} n'est pas un texte entre guillemets, ajoutez-les",
    "value_error": "{error}",  # what the sections above say
}
OTHERWISE = "la valeur {} ou son type est incorrect, voyez l'exemple de study.toml"


def read_config(path: Path) -> StudyConfig:
    """Read and check ``study.toml``.

    Raises
    ------
    InputError
        With every wrong key of the file in one sentence.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("ce fichier manque, créez l'étude avec « eit new »", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"ce fichier TOML est illisible ({error}), corrigez-le", file=path.name) from None
    try:
        return StudyConfig.model_validate(raw)
    except ValidationError as error:
        problems = "\u00a0; ".join(
            f"clé « {'.'.join(str(part) for part in e['loc'])} »\u00a0: "
            + FRENCH.get(e["type"], OTHERWISE).format(f"« {e['input']} »", **e.get("ctx", {}))
            for e in error.errors()
        )
        raise InputError(problems, file=path.name) from None
