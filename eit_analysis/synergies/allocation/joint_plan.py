"""The best joint plan: what can happen together, no tonne counted twice.

Totals in a report come from here. The objective, in words: the largest sum of joint surpluses, what
both sides gain less transport and the fixed cost of each exchange (€/year). An exchange in which nobody gains
is therefore in no such plan; under another objective the budget says how much of that is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.limits import MARGIN
from eit_analysis.synergies.allocation.model import Benefit, Model, build
from eit_analysis.synergies.allocation.solve import Solution, solve, upper_bound
from eit_analysis.synergies.allocation.validation import ordered

PROGRAMME_COLUMNS = [
    "candidate_id", "out_flow_id", "in_flow_id", "giver_site_id", "taker_site_id", "use", "yield_central",
    "category", "new_route", "need_t_per_t", "most_of_need", "supply_t_per_year", "demand_t_per_year",
    "diverted_t_per_year",
]  # fmt: skip
EXCLUSIVE_COLUMNS = ["exclusive_group", "exchange_site_ids", "candidate_id", "allocated_t_per_year"]
ACCEPTED = "accepted_margin_eur_per_year"
SEARCH_COLUMNS = ["plan_objective", "plan_status", "gap_percent", "n_unknown"]


@dataclass(frozen=True)
class JointPlan:
    """The best plan found.

    Attributes
    ----------
    exchanges : pandas.DataFrame
        All the candidates, by ``candidate_id``, with ``allocated_t_per_year`` (diverted), 0 for
        those that do not take place.
    objective : str
        The column that the plan maximises.
    n_unknown : int
        Candidates left out because the objective, or under a budget their margin, is unknown.
    accepted : dict of str to float
        What is served first because an actor has said yes to it, t/year by ``candidate_id``.
    settings, model, solution : Allocation, Model, Solution
        The programme and its solution: value, less the cost of the exchanges where the objective is the
        margin, status (``optimal``, ``near``, ``time_limit``) and the gap to the best conceivable plan.
    """

    exchanges: pd.DataFrame
    objective: str
    n_unknown: int
    accepted: dict[str, float]
    settings: Allocation
    model: Model
    solution: Solution

    @property
    def value(self) -> float:
        """What the plan reaches."""
        return self.solution.value


def allocate(
    candidates: pd.DataFrame,
    settings: Allocation,
    objective: str = MARGIN,
    accepted: Mapping[str, float] | None = None,
) -> JointPlan:
    """The joint plan of largest joint surplus (€/year), or of whichever yearly indicator is named.

    Parameters
    ----------
    candidates : pandas.DataFrame
        ``PROGRAMME_COLUMNS``, among them ``diverted_t_per_year``, each one's own maximum, and the objective:
        what the exchange would bring in a year if it diverted just that.
    settings : Allocation
        Section ``[allocation]`` of ``study.toml``. Exclusive exchanges that are no candidates are ignored.
    objective : str
        ``margin_eur_per_year``, the fixed costs being deducted; another of ``impacts.INDICATORS`` (emissions
        are made as small as they can be); or ``diverted_t_per_year`` for the most tonnes. An exchange whose
        objective is unknown is left out, and counted.
    accepted : mapping of str to float, optional
        Tonnes that each of these exchanges diverts at least.

    Raises
    ------
    InputError
        A number that makes no sense (see `checks`).

    Notes
    -----
    Same candidates in any order, same plan, unless the time limit cuts the search.
    """
    budgeted = settings.budget_eur_per_year is not None
    indicators = sorted({objective, MARGIN} if budgeted else {objective})
    table = ordered(candidates, indicators)
    model = build(table, settings, indicators, accepted or {})
    benefit = model.benefit(objective)
    found = solve(model, benefit, settings.time_limit_s) or _nothing(model, benefit)
    tonnes = np.zeros(len(table))
    tonnes[model.pairs.index] = found.tonnes
    return JointPlan(
        exchanges=table.assign(allocated_t_per_year=tonnes),
        objective=objective,
        n_unknown=int(table[indicators].isna().any(axis=1).sum()),
        accepted=dict(accepted or {}),
        settings=settings,
        model=model,
        solution=found,
    )


def with_accepted(candidates: pd.DataFrame, settings: Allocation, accepted: Sequence[str]) -> JointPlan:
    """The plan of largest joint surplus beside the exchanges that an actor accepted, which are served first.

    Under the same limits, the tonnes of the accepted exchanges are those by which they bring most, whatever
    the others bring; the others share what is left. In each of the accepted both could gain: what brings
    nothing, or less than it must, is none of them.
    """
    yes, margin = candidates["candidate_id"].isin(list(accepted)), candidates[MARGIN]
    if not yes.any():
        return allocate(candidates, settings)
    first = allocate(candidates.assign(**{ACCEPTED: margin.where(yes, 0.0)}), settings, ACCEPTED).exchanges
    served = first[first["candidate_id"].isin(list(accepted)) & (first["allocated_t_per_year"] > 0)]
    tonnes = dict(zip(served["candidate_id"], served["allocated_t_per_year"], strict=True))
    return allocate(candidates, settings, MARGIN, tonnes)


def _nothing(model: Model, benefit: Benefit) -> Solution:
    """The plan without any exchange: all that is known when time runs out before a first plan."""
    n = len(model.pairs)
    return Solution(np.zeros(n), np.zeros(n, dtype=bool), 0.0, upper_bound(model, benefit), "time_limit")


def limits(settings: Allocation) -> pd.DataFrame:
    """The limits that the study gives to its plan: ``allocation_limit, ceiling``."""
    given = settings.model_dump(exclude_none=True, exclude={"exclusive"})
    return pd.DataFrame({"allocation_limit": list(given), "ceiling": list(map(float, given.values()))})


def search(plan: JointPlan) -> pd.DataFrame:
    """How sure the plan is to be the best, one row: ``SEARCH_COLUMNS``."""
    row = (plan.objective, plan.solution.status, plan.solution.gap_percent, plan.n_unknown)
    return pd.DataFrame([row], columns=SEARCH_COLUMNS)


def exclusive(plan: JointPlan, flows: pd.DataFrame) -> pd.DataFrame:
    """The exchanges of which one at most takes place, by group, with the tonnes (t/year) that the plan gives.

    ``EXCLUSIVE_COLUMNS``, groups numbered from 1; tonnes are missing for what is no candidate, whose actors
    come from the flows.
    """
    groups = enumerate(plan.settings.exclusive, start=1)
    rows = [(number, name, *name.split(">")) for number, group in groups for name in group]
    table = pd.DataFrame(rows, columns=["exclusive_group", "candidate_id", "out", "into"])
    owner = flows.set_index("flow_id")["site_id"]
    given = plan.exchanges.set_index("candidate_id")["allocated_t_per_year"]
    return table.assign(
        exchange_site_ids=table["out"].map(owner) + " " + table["into"].map(owner),
        allocated_t_per_year=table["candidate_id"].map(given),
    )[EXCLUSIVE_COLUMNS]
