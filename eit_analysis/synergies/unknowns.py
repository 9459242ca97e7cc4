"""Whom to ask what: what knowing one quantity of a flow would be worth, the plan being made again with it.

    value of knowing = E[max(0, V(x) − G(x))]                               €/year

the expected value of information on x: V is the best plan once x is known, G what the plan as it stands would
bring then. An exchange of it that does not suit brings nothing and still costs its fixed cost; what a flow
has not, or a need does not take, is missing in proportion from its exchanges. To know is worth something
where another plan would do better: what one flow leaves free may serve another. Both are of the programme
where an exchange may take place in part (``solve.relaxed``): on the sample some percent from that of whole
exchanges, in a thirtieth of its time. What is above the others in the law stays above, whatever it pays.

A mass, a cost or a price has its low, central and high value for 13, 74 and 13 %: weights that keep the mean
and the variance of the normal law whose 95 % interval it is. A quality is clean, mixed or soiled, each as
likely. Nobody was asked the grade of a plastic that a firm would work again, the format of pallets, nor what
their wood may replace: it suits all these takers or none, each as likely, an assumption of ours.

Asked are masses that were not measured, costs and prices that were not declared, qualities that are not
known, grades, formats and timber, of the flows whose exchanges could bring most (``MOST``). What a missing
waste code would change is not told. Source: Raiffa & Schlaifer, Applied Statistical Decision Theory (1961).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.config_synergies import Allocation
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.synergies.allocation.limits import MARGIN
from eit_analysis.synergies.allocation.model import Model, build, raised, without
from eit_analysis.synergies.allocation.solve import relaxed
from eit_analysis.synergies.allocation.validation import ordered
from eit_analysis.synergies.ask.taker import UNASKED, unasked
from eit_analysis.synergies.factor_rows import BOUNDS, rows_used, values
from eit_analysis.synergies.impacts import FORMULAS, per_candidate

WEIGHTS = np.array([0.13, 0.74, 0.13])
MASS, MASS_BOUNDS = "mass_t_per_year", ("mass_low_t_per_year", "mass_high_t_per_year")
KNOWN = "measured"
MOST = 30  # flows
CENTS = 2  # decimals: less is rounding
COLUMNS = [
    "site_id", "flow_id", "category", "description", "unknown", "knowing_eur_per_year",
    "gain_worst_eur_per_year", "gain_best_eur_per_year",
]  # fmt: skip


class Case(NamedTuple):
    """Which exchanges are possible, what each brings per tonne, and how many times its tonnes a flow has."""

    possible: np.ndarray
    rates: np.ndarray
    row: int = -1  # of the limit of the flow
    times: float = 1.0


Asked = Iterator[tuple[str, str, list[Case], np.ndarray]]


def unknowns(
    candidates: pd.DataFrame,
    settings: Allocation,
    flows: pd.DataFrame,
    factors: pd.DataFrame,
    by_quality: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """What is not known of the flows of some exchange, what is worth most to know first.

    Parameters
    ----------
    candidates, settings : pandas.DataFrame, Allocation
        As for ``joint_plan.allocate``.
    flows, factors : pandas.DataFrame
        The tidy flows, and the factors behind the impacts.
    by_quality : mapping of str to pandas.DataFrame
        For each quality, the candidates of the outputs of unknown quality if all of them were of that one.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, without what changes nothing. ``unknown`` is ``mass``, ``cost``, ``price``, ``quality``,
        ``grade``, ``format`` or ``timber``. Beside the value of knowing it: by how much the plan made again
        would bring less, or more, than with what is supposed today, at the worst answer and at the best.
    """
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    # What an output would give to if it were of a quality stands beside what it gives to as it is.
    every = pd.concat([candidates.assign(state=""), *(t.assign(state=q) for q, t in by_quality.items())])
    every["candidate_id"] += every["state"]
    model = build(ordered(every, [MARGIN]), settings, [MARGIN])
    pairs, benefit = model.pairs.reset_index(drop=True), model.benefit(MARGIN)
    supposed = Case((pairs["state"] == "").to_numpy(), benefit.per_tonne)

    def best(case: Case) -> tuple[np.ndarray, np.ndarray, float]:
        changed = without(model, ~case.possible)
        if case.row >= 0:
            changed = raised(changed, case.row, (case.times - 1) * model.limits[case.row])
        worth = benefit._replace(per_tonne=case.rates)
        tonnes, projects = relaxed(changed, worth, settings.time_limit_s)
        return tonnes, projects, worth.value(tonnes, projects)

    tonnes, projects, today = best(supposed)
    same, _ = pd.factorize(pairs["out_flow_id"] + ">" + pairs["in_flow_id"])
    tonnes = np.bincount(same, tonnes)[same]  # of an exchange, whatever the quality
    asked = [
        *_masses(model, pairs, supposed, about), *_prices(pairs, supposed, factors),
        *_qualities(pairs, supposed), *_fitting(pairs, supposed, flows),
    ]  # fmt: skip
    gains = pd.concat(
        [pairs["joint_surplus_eur_per_year"].groupby(pairs[f"{end}_flow_id"]).max() for end in ("out", "in")]
    )
    first, rows = set(gains.nlargest(MOST).index), []
    for flow, unknown, cases, weights in asked:
        if flow in first:
            again = np.array([today if case is supposed else best(case)[2] for case in cases])
            stands = [
                benefit._replace(per_tonne=case.rates).value(_left(model, tonnes, case), projects)
                for case in cases
            ]
            changes = (again - today).round(CENTS)
            knowing = round(float((again - stands).clip(min=0) @ weights), CENTS)
            rows.append((flow, unknown, knowing, changes.min(), changes.max()))
    table = pd.DataFrame(rows, columns=["flow_id", *COLUMNS[4:]])
    table = table[table["gain_best_eur_per_year"] - table["gain_worst_eur_per_year"] > 0]
    told = about[["site_id", "category", "description"]].reindex(table["flow_id"])
    table[list(told.columns)] = told.to_numpy()
    order = ["knowing_eur_per_year", "flow_id", "unknown"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)[COLUMNS]


def _left(model: Model, tonnes: np.ndarray, case: Case) -> np.ndarray:
    """What is left of the tonnes of a plan: of a flow that has less, each exchange in proportion."""
    left = np.where(case.possible, tonnes, 0.0)
    if case.row >= 0:
        taken = model.on_tonnes[[case.row]].toarray()[0]
        sent, room = taken @ left, case.times * model.limits[case.row]
        left = np.where((taken > 0) & (sent > room), left * room / (sent or 1.0), left)
    return left


def _masses(model: Model, pairs: pd.DataFrame, supposed: Case, about: pd.DataFrame) -> Asked:
    for end, side, rows in (("out", "giver", model.supply_row), ("in", "taker", model.demand_row)):
        guessed = supposed.possible & (pairs[f"{side}_evidence"] != KNOWN).to_numpy()
        for flow, row in (
            pd.Series(rows[guessed], pairs.loc[guessed, f"{end}_flow_id"]).groupby(level=0).first().items()
        ):
            of = about.loc[str(flow)].to_dict()
            low, high = (supposed._replace(row=row, times=of[bound] / of[MASS]) for bound in MASS_BOUNDS)
            yield str(flow), "mass", [low, supposed, high], WEIGHTS


def _prices(pairs: pd.DataFrame, supposed: Case, factors: pd.DataFrame) -> Asked:
    at = values(pairs, rows_used(pairs, factors), factors[BOUNDS].to_numpy(dtype=float))
    middle = per_candidate(pairs) | {role: bounds[:, [1]] for role, bounds in at.items()}
    for unknown, flow, declared, roles in (
        ("cost", "out_flow_id", "old_cost_eur_per_t", ["old_cost"]),
        ("price", "in_flow_id", "taker_price_eur_per_t", ["virgin_price", "new_cost"]),
    ):
        low, high = (
            FORMULAS["margin"].per_tonne(middle | {role: at[role][:, [end]] for role in roles})[:, 0]
            for end in (0, 2)
        )
        for name in pairs.loc[supposed.possible & pairs[declared].isna(), flow].unique():
            own = (pairs[flow] == name) & pairs[declared].isna()
            ends = [supposed._replace(rates=np.where(own, rates, supposed.rates)) for rates in (low, high)]
            yield str(name), unknown, [ends[0], supposed, ends[1]], WEIGHTS


def _fitting(pairs: pd.DataFrame, supposed: Case, flows: pd.DataFrame) -> Asked:
    asked = unasked(pairs, flows)
    for unknown in UNASKED:
        for name in pairs.loc[supposed.possible & (asked == unknown), "out_flow_id"].unique():
            unfit = ((pairs["out_flow_id"] == name) & (asked == unknown)).to_numpy()
            yield (
                str(name),
                unknown,
                [supposed, supposed._replace(possible=supposed.possible & ~unfit)],
                np.full(2, 0.5),
            )


def _qualities(pairs: pd.DataFrame, supposed: Case) -> Asked:
    for name in pairs.loc[~supposed.possible, "out_flow_id"].unique():
        own = (pairs["out_flow_id"] == name).to_numpy()
        cases = [
            supposed._replace(possible=np.where(own, pairs["state"] == quality, supposed.possible))
            for quality in QUALITY_RANK
        ]
        yield str(name), "quality", cases, np.full(len(QUALITY_RANK), 1 / len(QUALITY_RANK))
