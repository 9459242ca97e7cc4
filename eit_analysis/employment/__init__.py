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

from eit_analysis.on_demand import on_demand

__getattr__, __dir__ = on_demand(
    __name__,
    [
        "own_posts", "priorities", "workforce", "forecast.account", "forecast.assumptions", "forecast.cohort",
        "forecast.entrants", "forecast.evaluation", "forecast.insertion", "forecast.labour_gap",
        "forecast.national_forecast", "forecast.outlook", "forecast.synergy_jobs", "forecast.territory_posts",
        "forecast.series.backtest", "forecast.series.panel", "skills.actions", "skills.mobility",
        "skills.shared_jobs", "skills.skill_gaps", "skills.training", "context.age_comparison",
        "context.basin_needs", "context.dares_tension", "context.greening", "context.nomenclature",
        "context.representation", "context.signals", "context.sources",
    ],
)  # fmt: skip
__all__ = __dir__()
