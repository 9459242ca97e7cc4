"""What the projects of ``study.toml`` name exists in the study."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from eit_analysis.config_change import Project
from eit_analysis.errors import InputError


def known_members(projects: list[Project], synergies: Collection[str], sites: Collection[str]) -> None:
    """Each synergy and each actor of a project is one of the study's.

    ``synergies`` and ``sites`` are the identifiers of all waves. Who carries a project is in words, as in the
    register: it may be an authority that answered no questionnaire.

    Raises
    ------
    InputError
        The first that is not: left alone, the project would be shown without it and say nothing.
    """
    for key, kind, name in _named(projects):
        if name not in (synergies if kind == "la synergie" else sites):
            raise InputError(
                f"clé « projects.{key} »\u00a0: l'étude n'a pas {kind} « {name} », corrigez cet identifiant "
                "ou retirez-le",
                file="study.toml",
            )


def _named(projects: list[Project]) -> Iterator[tuple[str, str, str]]:
    for project in projects:
        yield from (("synergies", "la synergie", name) for name in project.synergies)
        yield from (("members", "l'acteur", name) for name in project.members)
        for clause in project.clauses:
            yield from (("clauses.per_member", "l'acteur", name) for name in clause.per_member)
