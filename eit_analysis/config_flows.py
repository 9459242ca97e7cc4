"""What ``study.toml`` may say of the flows: what if they went elsewhere, what a local plan asks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from eit_analysis.config_section import Amount, Said, Section, Year, once
from eit_analysis.tables import CATEGORIES, ROUTES

# What each kind of step needs, and what it may say besides.
NEEDED = {
    "divert": ["to_route"], "sort": ["category", "to_route"], "close": ["contractor"], "lose": ["site_id"],
    "tax": ["from_route", "rise_eur_per_t"],
}  # fmt: skip
ALLOWED = {
    "divert": ["category", "from_route", "share"],
    "sort": ["to_category", "from_route", "share"],
    "close": ["to_route"], "lose": [], "tax": [],
}  # fmt: skip


def _one_of(words: dict[str, str], kind: str) -> Callable[[str], str]:
    def check(code: str) -> str:
        if code and code not in words:
            raise ValueError(f"« {code} » n'est pas {kind}, choisissez parmi {', '.join(words)}")
        return code

    return check


known_category, known_route = _one_of(CATEGORIES, "une famille de flux"), _one_of(ROUTES, "un exutoire")
Category = Annotated[str, AfterValidator(known_category)]
Route = Annotated[str, AfterValidator(known_route)]


class FlowStep(Section):
    """One change to the outflows; the steps of one name follow one another and are one scenario."""

    name: Said
    """Nom du scénario, tel que le rapport l’imprime."""
    kind: Literal["divert", "sort", "close", "lose", "tax"]
    """Détourner vers un autre exutoire, mieux trier, fermer l’exutoire d’un prestataire, perdre un acteur, ou
    relever la taxe d’un exutoire."""
    category: Category = ""
    """Famille touchée ; vide, toutes."""
    to_category: Category = ""
    """Mieux trier : famille de ce qui est sorti du mélange ; obligatoire pour la famille mixed."""
    from_route: Route = ""
    """Exutoire actuel ; vide, tous. Relever la taxe : l’exutoire taxé, landfill ou incineration."""
    to_route: Route = ""
    """Nouvel exutoire. Fermer : vide, chaque flux descend d’un cran dans la hiérarchie des traitements."""
    share: float = Field(1.0, gt=0, le=1)
    """Part détournée ou mieux triée (0.5 : la moitié)."""
    contractor: str = ""
    """Fermer : le prestataire, tel que les acteurs l’écrivent."""
    site_id: str = ""
    """Perdre : l’acteur, par son identifiant dans l’étude."""
    rise_eur_per_t: float = Field(0.0, ge=0, le=1000)
    """Relever la taxe : de combien, en plus de la taxe de l’année (€/t)."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = NEEDED[self.kind]
        if self.kind == "sort" and self.category == "mixed":  # which is no family once sorted
            needed = [*needed, "to_category"]
        if missing := [key for key in needed if not getattr(self, key)]:
            raise ValueError(f"le scénario « {self.name} » ({self.kind}) demande aussi {missing[0]}")
        known = {"name", "kind", *needed, *ALLOWED[self.kind]}
        if extra := [key for key in self.model_fields_set if key not in known]:
            raise ValueError(f"« {min(extra)} » ne dit rien d'une ligne « {self.kind} », retirez cette clé")
        if self.kind == "tax" and self.from_route not in ("landfill", "incineration"):
            raise ValueError("la taxe se relève sur landfill (stockage) ou sur incineration")
        if self.name == "today":
            raise ValueError("« today » est la situation actuelle, donnez un autre nom au scénario")
        return self


class WasteTarget(Section):
    """A target of the territory's own for what leaves its actors."""

    title: Said
    """Ce qui est visé, en toutes lettres, tel que le rapport l’imprime."""
    indicator: Literal["material_percent", "recovery_percent", "landfill_percent", "landfill_t_per_year"]
    """Part valorisée en matière, au moins (organique compris) ; part valorisée, énergie comprise, au moins ;
    part stockée, au plus ; tonnes stockées, au plus."""
    value: Amount
    """Valeur visée, en % ou en t/an."""
    year: Year
    """Année où elle est visée."""
    waste_code_prefixes: str = Field("", pattern=r"^(\d{2,6}( \d{2,6})*)?$")
    """Déchets visés, par le début de leurs codes (« 1501 20 ») ; vide, tous les non dangereux non inertes."""
    text: Said
    """Texte et article qui le fixent."""
    source: Said
    """D’où vient la valeur."""

    @model_validator(mode="after")
    def _a_share(self) -> Self:
        if self.indicator.endswith("percent") and self.value > 100:
            raise ValueError(f"« {self.title} » vise plus de 100 %, corrigez value")
        return self


WasteTargets = Annotated[list[WasteTarget], once(lambda target: f"« {target.title} »")]
