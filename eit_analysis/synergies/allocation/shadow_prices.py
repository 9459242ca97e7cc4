"""What one more tonne of an output, of a need or of a capacity would be worth to the joint plan.

    price    = ∂ value / ∂ limit, the same exchanges taking place                     €/t
    one more = value of the best plan with one unit more − value of the best plan     €/year

The price, the dual value of the linear programme of the tonnes, is too high where a tonne more would meet
another limit, and too low where it would let an exchange reach the smallest lot. The difference is exact
where both plans are the best there are; of more than ``solve.MANY`` exchanges, whose plan takes long to make
again, it is that of the same exchanges.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.errors import UsageError
from eit_analysis.synergies.allocation.joint_plan import JointPlan
from eit_analysis.synergies.allocation.limits import MARGIN
from eit_analysis.synergies.allocation.model import raised
from eit_analysis.synergies.allocation.solve import DECIMALS, MANY, linear, share_out, solve

PRICE_COLUMNS = [
    "limit_kind", "flow_id", "site_id", "limit_t_per_year", "slack_t_per_year", "price_eur_per_t",
]  # fmt: skip
SCARCE_COLUMNS = ["site_id", "flow_id", "limit_kind", "limit_t_per_year", "one_more_eur_per_year"]
MOST, LEAST_EUR_PER_YEAR = 8, 10.0
CEILING_COLUMNS = ["limit_kind", "ceiling", "ceiling_used", "one_more_eur_per_year"]


def shadow_prices(plan: JointPlan) -> pd.DataFrame:
    """The price of each tonne that limits a plan of largest joint surplus (``allocate``), dearest first.

    Returns
    -------
    pandas.DataFrame
        ``PRICE_COLUMNS``, one row per output (``supply``) and per need or capacity (``demand``) of the
        exchanges that could be weighed, under the number of the limit. ``slack_t_per_year`` is what the plan
        leaves of it; a need of which the plan takes all that can be of a kind (``part``) has a price too.

    Raises
    ------
    UsageError
        A plan that maximises something else than euros.
    """
    model, (tonnes, chosen), table = plan.model, plan.solution[:2], _limits(plan)
    prices = np.zeros(len(table))
    if chosen.any():
        matrix = model.on_tonnes[:, chosen]
        best = linear(
            model.benefit(plan.objective).per_tonne[chosen],
            matrix,
            np.maximum(model.limits, table["ceiling_used"]) - model.on_projects[:, chosen].sum(axis=1),
            np.minimum(model.least[chosen], tonnes[chosen]),
            # What its two flows allow is no limit of an exchange's own, and must take none of their price.
            model.own_most[chosen],
            plan.settings.time_limit_s,
        )
        prices = np.maximum(0, -best.ineqlin.marginals)
        parts = (table["share"] * prices).groupby(table["flow_id"]).sum()  # known of parts alone
        needs = table["limit_kind"] == "demand"
        prices = prices + np.where(needs, table["flow_id"].map(parts).fillna(0.0), 0.0)
    table = table.assign(
        limit_t_per_year=table["ceiling"],
        slack_t_per_year=np.maximum(0, table["ceiling"] - table["ceiling_used"]).round(DECIMALS),
        price_eur_per_t=prices,
    )
    return table.loc[table["limit_kind"].isin(["supply", "demand"]), PRICE_COLUMNS].sort_values(
        ["price_eur_per_t", "limit_kind", "flow_id"], ascending=[False, True, True]
    )


def scarce_demands(plan: JointPlan) -> pd.DataFrame:
    """The needs and capacities that a plan exhausts, by what one more tonne of each brings, largest first.

    The ``MOST`` dearest are tried; what brings less than ``LEAST_EUR_PER_YEAR`` is left out.
    """
    prices = shadow_prices(plan)
    tried = prices[(prices["limit_kind"] == "demand") & (prices["price_eur_per_t"] > 0)].head(MOST)
    gains = tried.assign(one_more_eur_per_year=np.array([one_more(plan, row) for row in tried.index], float))
    gains = gains[gains["one_more_eur_per_year"] >= LEAST_EUR_PER_YEAR]
    return gains.sort_values("one_more_eur_per_year", ascending=False)[SCARCE_COLUMNS]


def ceilings(plan: JointPlan) -> pd.DataFrame:
    """The budget (€/year) and the number of projects, where limited: what is used, what one more brings."""
    table = _limits(plan)
    table = table[table["limit_kind"].isin(["budget", "projects"])]
    return table.assign(one_more_eur_per_year=[one_more(plan, row) for row in table.index])[
        CEILING_COLUMNS
    ].reset_index(drop=True)


def _limits(plan: JointPlan) -> pd.DataFrame:
    if plan.objective != MARGIN:
        raise UsageError(
            f"Un prix en euros demande le plan de plus grand gain commun, pas celui de « {plan.objective} »."
        )
    model, (tonnes, chosen) = plan.model, plan.solution[:2]
    used = model.on_tonnes @ tonnes + model.on_projects @ chosen
    return model.rows.assign(ceiling=model.limits, ceiling_used=used)


def one_more(plan: JointPlan, row: int) -> float:
    """What the plan gains from one unit more of a limit, €/year; missing when time runs out."""
    more, benefit, limit_s = (
        raised(plan.model, row),
        plan.model.benefit(plan.objective),
        plan.settings.time_limit_s,
    )
    if plan.solution.status != "time_limit" and len(more.pairs) > MANY:
        tonnes = share_out(more, benefit, plan.solution.chosen, plan.solution.tonnes, limit_s)
        again = None if tonnes is None else benefit.value(tonnes, plan.solution.chosen)
    else:
        found = solve(more, benefit, limit_s)
        both = found is not None and found.status == plan.solution.status == "optimal"
        again = found.value if found is not None and both else None
    return np.nan if again is None else max(0.0, again - plan.value)
