"""What ``study.toml`` may say: one declaration of keys, types and defaults; anything else is an error."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from eit_analysis import french
from eit_analysis.config_change import ExchangeSettings, JobActions, Projects, Targets, YearlyMeans
from eit_analysis.config_flows import FlowStep, WasteTargets
from eit_analysis.config_section import Amount, Said, Section


class Disclosure(Section):
    """Rules of the release gate: a cell leaves only above these thresholds."""

    minimum_units: int = Field(3, ge=1)
    """Nombre d’acteurs, au moins, derrière un chiffre diffusé."""
    maximum_share: float = Field(0.85, gt=0, le=1)
    """Part d’un chiffre que le plus grand acteur peut peser, au plus."""
    minimum_people: int = Field(5, ge=1)
    """Nombre de personnes, au moins, derrière un chiffre sur l’emploi."""

    def as_strict_as(self, other: Disclosure) -> bool:
        """Whether these rules let nothing leave that the others hold back."""
        least = ("minimum_units", "minimum_people")
        return self.maximum_share <= other.maximum_share and all(
            getattr(self, name) >= getattr(other, name) for name in least
        )


class Audience(Section):
    """What one audience may see: names of consenting actors (``named``), or aggregates only."""

    named: bool = False
    """Nomme les acteurs qui y consentent ; sinon, ce public ne lit que des totaux."""


class PageSettings(Section):
    """What the pages of a study look like and whom their readers turn to."""

    logo: str = Field("", pattern=r"^[\w.-]*\.png$|^$")
    """Logo en tête des pages : un fichier PNG de 200 ko au plus, à côté de study.toml."""
    accent: str = Field("#00537f", pattern=r"^#[0-9a-fA-F]{6}$")
    """Couleur des titres et des liens, assez foncée pour se lire sur du blanc (#00537f)."""
    contact: str = ""
    """À qui s’adresser : un nom, un téléphone, une adresse électronique."""
    deadline: str = ""
    """Ce qui est attendu des lecteurs, et pour quand."""

    @field_validator("accent")
    @classmethod
    def _readable(cls, accent: str) -> str:
        parts = [int(accent[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        # Contrast of WCAG 2.2, of white: 1.05 / (L + 0.05), L = 0.2126 R + 0.7152 G + 0.0722 B.
        if 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) < 4.5:
            raise ValueError(f"« {accent} » se lit mal sur du blanc, choisissez une couleur plus foncée")
        return accent


class Campaign(Section):
    """What the forms and the *fiches de relance* say of their return; to whom is the contact of the pages."""

    deadline: date | None = None
    """Jour où les réponses sont attendues, sans guillemets (2026-06-30)."""


class Scoring(Section):
    """Weights and declared bounds of the SPOTIS criteria by criterion name, draws of all intervals."""

    weights: dict[str, float] = Field(default_factory=dict)
    """Poids de chaque critère, ramenés à un total de 1 ; sans eux, ceux que propose le projet."""
    bounds: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    """Bornes de chaque critère, [basse, haute] : une valeur au-delà compte comme la borne."""
    radius_km: float = Field(30.0, gt=0)
    """Distance par la route, au plus, entre deux partenaires (km)."""
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
    exclusive: list[Annotated[list[Exchange], Field(min_length=2)]] = Field(default_factory=list)
    """Groupes d’échanges dont un seul peut avoir lieu, chacun écrit « flux sortant>flux entrant »."""
    time_limit_s: float = Field(60.0, gt=0, allow_inf_nan=False)
    """Temps de calcul, au plus ; au-delà, le rapport dit à quelle distance du mieux il s’arrête (s)."""


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
    """Legal retirement age of whoever was born in ``born_from`` or later, until the next step."""

    born_from: int = Field(ge=1900, le=2100)
    """Année de naissance à partir de laquelle cet âge vaut, jusqu’à la ligne suivante."""
    retirement_age: float = Field(ge=55, le=69)
    """Âge légal de ces personnes (62.25 : 62 ans et trois mois)."""


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
            raise ValueError(
                f"« {occupation} » est un code ROME, écrivez le nom du métier tel que le rapport l'imprime"
            )
        return occupation


class Scenarios(Section):
    """Parameters of the scenarios, of employment but for ``flows``; per year unless they say otherwise."""

    horizon_years: int = Field(10, ge=1, le=30)
    """Nombre d’années prévues."""
    retirement_law: Literal["loi_2010", "loi_2023", "suspension_2026"] | None = None
    """Loi dont viennent les âges de la retraite ; sans elle, celle en vigueur fin de l’année de vague."""
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
            raise ValueError(
                f"l'âge des carrières longues (long_career_age, {french.exact(early, 2)}) dépasse l'âge "
                f"légal (retirement_age, {french.exact(legal, 2)}), corrigez l'un des deux"
            )
        steps = sorted(self.reform, key=lambda step: step.born_from)
        for step, following in pairwise(steps):
            if step.born_from == following.born_from:
                raise ValueError(
                    "deux lignes de reform donnent un âge légal aux personnes nées à partir de "
                    f"{step.born_from}, gardez-en une"
                )
        ages = [*filter(None, [self.retirement_age]), *(step.retirement_age for step in steps)]
        if ages not in (sorted(ages), sorted(ages, reverse=True)):
            steps_in_order = " puis ".join(french.exact(age, 2) for age in ages)
            raise ValueError(
                f"l'âge légal, par année de naissance, monte et baisse tour à tour ({steps_in_order}), "
                "corrigez retirement_age ou les lignes de reform"
            )
        return self


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


HALF_WIDTHS = {"measured": 0.05, "declared": 0.20, "estimated": 0.50, "inferred": 1.00}


class StudyConfig(Section):
    title: str
    """Titre de l’étude, en tête de chaque page."""
    territory: str
    """Nom du territoire."""
    epci_codes: list[str] = Field(default_factory=list)
    """Numéros SIREN des intercommunalités du territoire : de SIRENE, l’étude n’en garde que les communes."""
    fictional: bool = False
    """Imprime sur chaque page que l’étude est fictive."""
    evidence_half_width: dict[str, float] = Field(default_factory=lambda: dict(HALF_WIDTHS))
    """Demi-largeur de l’intervalle à 95 % d’une masse, selon son origine (0.20 : plus ou moins 20 %)."""
    shared_error_correlation: float = Field(0.5, ge=0, le=1)
    """Corrélation des erreurs de deux masses que donne une même balance ou un même prestataire."""
    prefer_register: bool = True
    """Là où un registre officiel et un questionnaire divergent, garde les tonnes du registre."""
    law_year: int | None = Field(None, ge=1990, le=2100)
    """Année dont le droit est appliqué aux obligations ; à défaut, celle de la vague."""
    basin: str = ""
    """Bassin d’emploi, par son nom ou son code dans l’enquête BMO de France Travail."""
    disclosure: Disclosure = Disclosure()
    """Seuils du secret statistique : ce qui n’en atteint pas un est remplacé par « s »."""
    audiences: dict[str, Audience] = Field(default_factory=lambda: {"partners": Audience(named=True)})
    """Un public des rapports. ``internal``, ``partners``, ``public`` et ``company:…`` existent toujours."""
    page: PageSettings = PageSettings()
    """Logo, couleur, contact et échéance, sur chaque page."""
    campaign: Campaign = Campaign()
    """Ce que les questionnaires et les fiches de relance disent de leur retour, au contact de ``[page]``."""
    scoring: Scoring = Scoring()
    """Le classement des synergies."""
    allocation: Allocation = Allocation()
    """Ce que la meilleure combinaison d’échanges doit respecter ; une limite absente ne joue pas."""
    scenarios: Scenarios = Scenarios()
    """Hypothèses de la prévision d’emploi, par an sauf si leur nom dit autre chose, et scénarios des flux."""
    factors: list[FactorOverride] = Field(default_factory=list)
    """Un facteur de référence remplacé par celui de l’étude, avec sa source."""
    pooling_costs: list[PoolingCostOverride] = Field(default_factory=list)
    """Un coût de mutualisation remplacé par celui de l’étude, avec sa source."""
    projects: Projects = Field(default_factory=list)
    """Un micro-projet : des synergies que leurs acteurs mènent et décident ensemble."""
    job_actions: JobActions = Field(default_factory=list)
    """Ce qui est décidé pour un métier : recrutement, formation, passerelle ; qui le porte, et l’échéance."""
    waste_targets: WasteTargets = Field(default_factory=list)
    """Un objectif de déchets propre au territoire, celui du plan régional par exemple, avec son texte."""
    targets: Targets = Field(default_factory=list)
    """Ce que la démarche vise, une ligne par indicateur et par année."""
    means: YearlyMeans = Field(default_factory=list)
    """Les moyens de toute la démarche, une ligne par année."""
    exchange: ExchangeSettings = ExchangeSettings()
    """Ce que dit le fichier transmis à un autre territoire ; son contact est celui de ``[page]``."""

    @field_validator("evidence_half_width")
    @classmethod
    def _others_keep_theirs(cls, given: dict[str, float]) -> dict[str, float]:
        unknown = set(given) - set(HALF_WIDTHS)
        if unknown:
            known = ", ".join(HALF_WIDTHS)
            raise ValueError(f"« {min(unknown)} » n'est pas une origine de masse, choisissez parmi {known}")
        return HALF_WIDTHS | given
