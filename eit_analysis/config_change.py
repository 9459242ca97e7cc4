"""What ``study.toml`` may say of the approach itself: its projects, what is decided for jobs, aims and means.

Every section may be left out: nothing is then reckoned of it, and the rest is as it was.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from eit_analysis.config_section import Amount, Said, Section, Year, once
from eit_analysis.reference.exchange import LICENCES


class Funding(Section):
    """Money that one funder brings to a project."""

    funder: Said
    """Qui apporte cet argent."""
    sector: Literal["public", "private"]
    """Argent public ou argent privé."""
    eur: Amount
    """Montant pour toute la durée du projet (€)."""


class Clause(Section):
    """What the members of a project bind themselves to, in hours or in tonnes of a year."""

    kind: Literal["social", "environmental"]
    """Engagement social ou environnemental."""
    text: Said
    """Engagement, en toutes lettres."""
    unit: Literal["h_per_year", "t_per_year"]
    """Unité de ce qui est visé : heures d’insertion par an, ou tonnes par an."""
    target: Amount
    """Ce qui est visé, dans cette unité."""
    reached: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Ce qui est atteint, dans cette unité ; sans cette clé, le rapport dit qu’on ne le sait pas."""
    per_member: dict[str, Amount] = Field(default_factory=dict)
    """Part de chaque membre dans ce qui est visé, par son identifiant : ``{ E01 = 150, E06 = 180 }``."""


class Project(Section):
    """A micro-project: some synergies that their actors govern together."""

    code: str
    """Code du projet, sans espace."""
    title: Said
    """Nom du projet."""
    synergies: list[str] = Field(min_length=1)
    """Identifiants des synergies qu’il met en œuvre, tels que le registre les écrit."""
    members: list[str] = Field(default_factory=list)
    """Identifiants des acteurs qui en sont membres, en plus de ceux de ses synergies."""
    carrier: str = ""
    """Qui porte le projet ; vide, le pilote de sa première synergie."""
    decision_rule: Literal["consensus", "majority", "by_contribution", "carrier"]
    """Comment on décide : tous d’accord, à la majorité, selon la contribution, ou le porteur seul."""
    next_decision: str = ""
    """Prochaine décision à prendre, en une phrase."""
    deadline: date | None = None
    """Date de cette décision, sans guillemets (2019-06-28)."""
    posts_fte: Amount = 0.0
    """Postes que le projet occupe pour se coordonner et s’animer (ETP)."""
    funding: list[Funding] = Field(default_factory=list)
    """Qui paie le projet, une ligne par financeur."""
    clauses: list[Clause] = Field(default_factory=list)
    """Ce à quoi ses membres s’engagent, une ligne par engagement."""

    @field_validator("code")
    @classmethod
    def _an_identifier(cls, code: str) -> str:
        if not re.fullmatch(r"\w[\w-]{0,31}", code):  # as the identifiers of a questionnaire
            raise ValueError(f"« {code} » n'est pas un code, prenez lettres, chiffres et tirets, sans espace")
        return code


class JobAction(Section):
    """What is decided for an occupation: who does what, by when."""

    occupation: Said
    """Métier, par son nom tel que le rapport l’imprime et non par son code ROME."""
    kind: Literal["recruitment", "training", "bridge", "other"]
    """Recrutement, session de formation, passerelle vers un autre métier, ou autre."""
    text: Said
    """Action, en une phrase."""
    carrier: Said
    """Qui porte l’action : l’identifiant d’un acteur, ou un organisme en toutes lettres."""
    deadline: date
    """Échéance, sans guillemets (2019-06-28)."""
    target: str = ""
    """Compétence apprise, ou métier d’arrivée d’une passerelle : obligatoire pour ces deux-là."""
    organiser: str = ""
    """Qui organise la session ou la passerelle, écrit comme ``carrier`` ; vide, qui porte l’action."""
    start: date | None = None
    """Premier jour de la session ou de la passerelle."""
    end: date | None = None
    """Dernier jour."""
    seats: int | None = Field(None, ge=1)
    """Places."""
    cost_eur: Amount | None = None
    """Coût (€) pour toutes les places ; sans cette clé, le rapport dit qu’on ne le sait pas."""
    cost_source: str = ""
    """D’où vient ce coût : un devis, un catalogue ; obligatoire avec lui."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"l'action « {self.text} » finit avant de commencer, corrigez start ou end")
        if self.kind in ("training", "bridge") and not self.target.strip():
            raise ValueError(f"l'action « {self.text} » ne dit pas vers quoi elle mène, donnez target")
        if self.cost_eur is not None and not self.cost_source.strip():
            raise ValueError(f"le coût de l'action « {self.text} » n'a pas de source, donnez cost_source")
        return self


Indicator = Literal[
    "n_done", "realised_t_per_year", "realised_eur_per_year", "realised_tco2e_per_year",
    "insertion_hours_per_year", "realised_fte", "n_members", "conversion_percent",
]  # fmt: skip


class Target(Section):
    """What the approach aims at, for one indicator and one year."""

    indicator: Indicator
    """Synergies réalisées, tonnes, économies, émissions évitées, heures d’insertion ou emplois du registre,
    acteurs membres, part des pistes réalisées."""
    value: Amount
    """Valeur visée, dans l’unité de l’indicateur."""
    year: Year
    """Année où elle est visée."""


class Means(Section):
    """Means of one year of the approach as a whole, what the register says of each synergy among them."""

    year: Year
    """Année."""
    carriers: int | None = Field(None, ge=0)
    """Structures locales qui portaient durablement la démarche cette année-là, seules ou à plusieurs ; 0 si
    aucune ne s’y est engagée."""
    coordination_hours: Amount | None = None
    """Heures de coordination de l’année, celles que le registre donne par synergie comprises ; sans cette
    clé, le rapport dit qu’on ne le sait pas, et n’en compte pas zéro."""
    public_eur: Amount | None = None
    """Argent public dépensé dans l’année (€), celui que le registre donne par synergie compris."""
    private_eur: Amount | None = None
    """Argent privé dépensé dans l’année (€), celui que le registre donne par synergie compris."""
    source: Said
    """D’où viennent ces chiffres."""


class ExchangeSettings(Section):
    """What the file that another territory reads says of its use; whom to ask is the contact of the pages."""

    licence: str = "etalab-2.0"
    """Licence ouverte du fichier transmis : etalab-2.0, ODbL-1.0, CC-BY-4.0, CC-BY-SA-4.0 ou CC0-1.0."""
    shares_with: list[str] = Field(default_factory=list)
    """Études dont les acteurs nommés sont rapprochés des siens (« eit match ») si elles le veulent aussi.
    Leurs équipes lisent alors les tonnes et les coûts de ces acteurs, flux par flux : dites-le-leur."""

    @field_validator("licence")
    @classmethod
    def _open(cls, licence: str) -> str:
        if licence not in LICENCES:
            known = ", ".join(f"{code} ({title})" for code, (title, _) in LICENCES.items())
            raise ValueError(f"« {licence} » n'est pas une licence ouverte connue, choisissez parmi {known}")
        return licence


JobActions = Annotated[list[JobAction], once(lambda action: f"l'action « {action.text} »")]
Projects = Annotated[list[Project], once(lambda project: f"le projet « {project.code} »")]
Targets = Annotated[list[Target], once(lambda target: f"« {target.indicator} » en {target.year}")]
YearlyMeans = Annotated[list[Means], once(lambda means: f"l'année {means.year}")]
