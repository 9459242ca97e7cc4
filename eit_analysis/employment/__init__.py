"""Study 3: people, jobs and skills. Each module answers one question; ``docs/employment.md`` says which.

>>> employment.workforce.age_pyramid(people)        # who works here: a breakdown
>>> drawn = employment.cohort.simulate_all(people, hazards, parameters, ...)
>>> employment.outlook.outlook(drawn.trend)         # how many people each occupation will have and need
>>> employment.skill_gaps.critical_gaps(levels, people)

``people`` are the rows of ``workforce.prepare``. A module is imported when it is first named.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_ROOMS = {
    "": "workforce",
    ".forecast": "account assumptions cohort evaluation insertion national_forecast outlook prospects"
    " synergy_jobs",
    ".forecast.series": "backtest panel",
    ".skills": "mobility shared_jobs skill_gaps training",
    ".context": "age_comparison basin_needs dares_tension greening nomenclature",
}
_PLACES = {module: f"{__name__}{room}" for room, modules in _ROOMS.items() for module in modules.split()}


def __getattr__(name: str) -> ModuleType:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{_PLACES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted(_PLACES)
