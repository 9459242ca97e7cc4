"""What ``study.toml`` may say: one declaration of keys, types and defaults; anything else is an error."""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator

from eit_analysis.config_change import ExchangeSettings, JobActions, Projects, Targets, YearlyMeans
from eit_analysis.config_flows import WasteTargets
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.config_section import Section
from eit_analysis.config_synergies import (
    Allocation,
    FactorOverride,
    PoolingCostOverride,
    Scoring,
    UtilityFactorOverride,
)


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
    """Ce qui est attendu des lecteurs des rapports, et pour quand (retour des fiches : [campaign])."""

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
    """Jour où questionnaires et fiches de relance sont à renvoyer, sans guillemets (2026-06-30)."""


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
    """Année dont le droit est appliqué aux obligations ; à défaut, celle des réponses."""
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
    utility_factors: list[UtilityFactorOverride] = Field(default_factory=list)
    """Un facteur de la chaleur, de l’eau ou du gaz remplacé par celui de l’étude, avec sa source."""
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
