"""What study.toml names is in one wave or another of the study: study packages check what they analyse."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from eit_analysis.config_change import Project
from eit_analysis.employment.forecast.scenario_checks import known_names, shocks_strike
from eit_analysis.employment.skills.actions import known_actions
from eit_analysis.employment.workforce import prepare
from eit_analysis.errors import InputError
from eit_analysis.reference import sentence
from eit_analysis.reference.dated import survey_year
from eit_analysis.study import Study
from eit_analysis.synergies.allocation.validation import known_exclusive


def check_names(study: Study) -> None:
    """Refuse settings about what the study does not have; nothing is read when they name nothing.

    What they say of people or of synergies is not checked in a study that has none yet.

    Raises
    ------
    InputError
        When study.toml excludes exchanges of flows, states scenarios of people or actions for occupations, or
        has projects of synergies and actors, that no wave has.
    """
    waves = [study.at(name) for name in study.waves]
    exclusive, scenarios = study.settings.allocation.exclusive, study.settings.scenarios
    if exclusive:
        given = [wave.load("flows") for wave in waves if wave.has("flows")]
        known_exclusive(exclusive, pd.concat(given))
    employing = [wave for wave in waves if wave.has("workforce") and wave.has("sites")]
    actions = study.settings.job_actions
    if employing and (scenarios.shocks or scenarios.sector_trends or actions):
        # Before small teams are merged: a scenario or an action may name them.
        people = pd.concat([prepare(wave.load("workforce"), 0, 0) for wave in employing])
        if len(people):
            places = pd.concat([wave.load("sites") for wave in employing])
            known_names(scenarios, people, places)
            known_actions(actions, people, places)
            shocks_strike(scenarios, [_forecast_of(wave) for wave in employing])
    cleaned = [wave for wave in waves if wave.has("synergy_register") and wave.has("sites")]
    if cleaned and study.settings.projects:
        synergies = {name for wave in cleaned for name in wave.load("synergy_register")["synergy_id"]}
        sites = {name for wave in cleaned for name in wave.load("sites")["site_id"]}
        if synergies:
            known_members(study.settings.projects, synergies, sites)


def _forecast_of(wave: Study) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """People as the forecast of a wave has them, their sites, the year that it starts from."""
    rules, sites = wave.settings.disclosure, wave.load("sites")
    people = prepare(wave.load("workforce"), rules.minimum_people, rules.minimum_units)
    return people, sites, survey_year(sites, wave.wave)


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
            problem = sentence("project_unknown_name", key=key, kind=kind, code=name)
            raise InputError(problem, file="study.toml")


def _named(projects: list[Project]) -> Iterator[tuple[str, str, str]]:
    for project in projects:
        yield from (("synergies", "la synergie", name) for name in project.synergies)
        yield from (("members", "l'acteur", name) for name in project.members)
        for clause in project.clauses:
            yield from (("clauses.per_member", "l'acteur", name) for name in clause.per_member)
