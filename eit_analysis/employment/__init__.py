"""Study 3: people, jobs and skills.

``people`` are the rows of ``workforce`` once prepared (``study.workforce()``); every other module takes them.

``workforce``, ``priorities``, ``own_posts``
    Who works here: ages, contracts, plans; ten priority occupations on one side of paper; what a firm reads
    of its own.
``cohort``, ``outlook``, ``assumptions``, ``evaluation``
    How many people each occupation will have and need, by scenario, and what an earlier forecast was worth.
``labour_gap``, ``entrants``, ``account``, ``territory_posts``
    Posts to fill less people who come, by occupation, and how sure it is that people will lack; posts
    weighted to the territory's employment.
``synergy_jobs``, ``insertion``
    Jobs that synergies bring, less those that they displace; posts in insertion.
``panel``, ``backtest``, ``national_forecast``
    Series of jobs in France, and the errors of their forecasts.
``skill_gaps``, ``training``, ``mobility``, ``shared_jobs``, ``actions``
    Skills that are missing, how they are trained for, bridges between occupations, jobs shared by firms, and
    the plan of who does what for which occupation.
``age_comparison``, ``basin_needs``, ``dares_tension``, ``greening``, ``nomenclature``, ``sources``
    What public sources publish on the same occupations.
``signals``
    How hard to recruit those sources say an occupation is.
``representation``
    Whom the job sheets describe of the territory's employment, and their ages weighted to it.
"""

from importlib import import_module
from types import ModuleType

_ROOMS = {
    "": "own_posts priorities workforce",
    ".forecast": "account assumptions cohort entrants evaluation insertion labour_gap"
    " national_forecast outlook synergy_jobs territory_posts",
    ".forecast.series": "backtest panel",
    ".skills": "actions mobility shared_jobs skill_gaps training",
    ".context": "age_comparison basin_needs dares_tension greening nomenclature representation signals"
    " sources",
}
_PLACES = {module: f"{__name__}{room}" for room, modules in _ROOMS.items() for module in modules.split()}
__all__ = list(_PLACES)


def __getattr__(name: str) -> ModuleType:
    """A module of the study, imported when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(name)
    return import_module(f"{_PLACES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)
