"""What ``study.toml`` may say of synergies: how they are ranked, what their joint plan keeps, own factors."""

from __future__ import annotations

from math import isfinite
from typing import Annotated

from pydantic import Field

from eit_analysis.config_section import Amount, Section


class Scoring(Section):
    """Weights and declared bounds of the SPOTIS criteria by criterion name, draws of all intervals."""

    weights: dict[str, float] = Field(default_factory=dict)
    """Poids de chaque critère, ramenés à un total de 1 ; sans eux, ceux que propose le projet."""
    bounds: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    """Bornes de chaque critère, [basse, haute], à fixer avant tout classement selon la taille des
    échanges : une valeur au-delà compte comme la borne ; sans elles, celles que propose le projet."""
    radius_km: float = Field(30.0, gt=0)
    """Distance par la route, au plus, entre deux partenaires d’un échange (km) ; celle d’un groupe est un
    paramètre des rapports 02 et 04, pooling_radius_km."""
    detour_factor: float = Field(1.3, ge=1)
    """Distance par la route rapportée à la distance à vol d’oiseau."""
    draws: int = Field(1000, ge=1)
    """Nombre de tirages des intervalles de rang et de ceux de la meilleure combinaison."""
    seed: int = Field(20240601, ge=0)
    """Graine de ces tirages : la même redonne les mêmes chiffres."""


Exchange = Annotated[str, Field(pattern=r"^[^>]+>[^>]+$")]


class Allocation(Section):
    """What the best joint plan of exchanges must respect; a limit that is not given does not hold."""

    minimum_lot_t: Amount = 1.0
    """Plus petit tonnage annuel qui vaut un échange (t/an)."""
    budget_eur_per_year: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Budget annuel, mise en place et surcoûts compris (€/an)."""
    maximum_projects: int | None = Field(None, ge=0)
    """Échanges que la coordination peut monter et suivre de front."""
    project_cost_eur_per_year: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Coût fixe d’un échange (contrat, contenant, suivi) ; à défaut, le facteur exchange_cost (€/an)."""
    minimum_gain_eur_per_year: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Gain commun à partir duquel un échange est retenu ; à défaut, le coût d’une réunion (€/an)."""
    exclusive: list[Annotated[list[Exchange], Field(min_length=2)]] = Field(default_factory=list)
    """Groupes d’échanges dont un seul peut avoir lieu, chacun écrit « flux sortant>flux entrant »."""
    time_limit_s: float = Field(60.0, gt=0, allow_inf_nan=False)
    """Temps de calcul, au plus ; au-delà, le rapport dit à quelle distance du mieux il s’arrête (s)."""


class Sourced(Section):
    """A value of the study's own, with its bounds and its source."""

    low: float
    """Borne basse."""
    central: float
    """Valeur centrale."""
    high: float
    """Borne haute."""
    source: str
    """D’où viennent les trois valeurs."""

    def problem(self, unit: str) -> str:
        """What is wrong with these values in that unit, in one French sentence; empty when nothing is."""
        if not (isfinite(self.high) and 0 <= self.low <= self.central <= self.high):
            return "les valeurs doivent être positives et croissantes (low, central, high), corrigez-les"
        if unit == "share" and self.high > 1:
            return "une part s'écrit entre 0 et 1, divisez par 100 une valeur en pour cent"
        return "" if self.source.strip() else "la source est vide, indiquez d'où vient la valeur"


class FactorOverride(Sourced):
    """A reference factor replaced by the study's own, with its own source."""

    factor: str
    """Nom du facteur, tel que ``reference/factors.csv`` l’écrit."""
    category: str = ""
    """Famille de flux ; vide, toutes."""
    route: str = ""
    """Exutoire ; vide, tous."""
    unit: str = ""
    """Unité ; obligatoire pour les emplois, dont les unités publiées diffèrent du simple au centuple."""


class PoolingCostOverride(Sourced):
    """A reference cost of pooling replaced by the study's own, with its own source."""

    profile: str
    """Genre d’opération, tel que ``reference/pooling_costs.csv`` l’écrit."""
    cost: str
    """Nom du coût, dans le même fichier."""


class UtilityFactorOverride(Sourced):
    """A reference factor of heat, water or gas replaced by the study's own, with its own source."""

    factor: str
    """Nom du facteur, tel que ``reference/utility_factors.csv`` l’écrit."""
    key: str = ""
    """Ce qui circule ou la source d’énergie, dans le même fichier ; vide là où il ne dit rien."""
