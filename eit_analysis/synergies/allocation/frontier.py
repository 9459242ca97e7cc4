"""What must be given up of the joint surplus to avoid more emissions elsewhere: plans that no other beats.

    max f(plan) + δ g(plan) / scale    s.t. g(plan) ≥ e, by steps of e

with f the joint surplus and g the emissions avoided. A weighted sum would miss every plan that lies inside
the hull of the others, and with whole exchanges there are many: the floors e reach them (epsilon-constraint:
Haimes, Lasdon & Wismer 1971, IEEE Transactions on Systems, Man, and Cybernetics 1, 296-297). A plan so found
might still be beaten on g where it was not pushed. So g counts a little, δ (Mavrotas 2009, Applied
Mathematics and Computation 213, 455-465): whatever beat the plan would have a larger sum. To search for that
in a second programme takes several times as long.

Emissions caused and emissions avoided elsewhere have different boundaries: each is an indicator of its own,
never their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.limits import MARGIN
from eit_analysis.synergies.allocation.model import Benefit, Model, build
from eit_analysis.synergies.allocation.solve import Solution, gap_asked, solve
from eit_analysis.synergies.allocation.validation import ordered

AVOIDED = "avoided_tco2e_per_year"
INDICATORS = [MARGIN, "emissions_tco2e_per_year", AVOIDED, "jobs"]
# What is left of the margins once each exchange has paid its fixed cost.
SURPLUS = "joint_surplus_eur_per_year"
TOLD = {"gain": SURPLUS, "caused": INDICATORS[1], "avoided": AVOIDED}
POINT_COLUMNS = ["plan_number", SURPLUS, *INDICATORS[1:], "allocated_t_per_year", "n_exchanges"]
# Shares of the best of each. Floors are loosened by the first, which the solver does not tell apart; of
# plans that are nearer to one another than the second, one is shown. The second is δ too.
SAME = 1e-6
ALIKE = 1e-3
STEPS = 5
# Shares by which a plan beside is worth telling: lost of the joint surplus at most, gained of the emissions
# at least; one that turns a sign may lose the second.
LITTLE, MUCH = 0.01, 0.1


def frontier(
    candidates: pd.DataFrame, settings: Allocation, accepted: Mapping[str, float] = MappingProxyType({})
) -> pd.DataFrame:
    """Plans of which none has a larger joint surplus without avoiding fewer emissions.

    The emissions avoided are pushed by ``STEPS`` from what the plan of largest joint surplus has of them to
    their best: tonnes vary by degrees, so that the plans are points of a frontier and not all of it. Among
    them is the one that avoids most of those that lose no more than ``LITTLE`` of the joint surplus.

    Parameters
    ----------
    candidates : pandas.DataFrame
        As for :func:`joint_plan.allocate`, with the ``INDICATORS``. One that misses its margin or what it
        avoids is left out.
    settings : Allocation
        Section ``[allocation]`` of ``study.toml``; the time limit holds for each plan.
    accepted : mapping of str to float
        What every plan serves first (``JointPlan.accepted``).

    Returns
    -------
    pandas.DataFrame
        ``POINT_COLUMNS``; to do nothing is not listed. The first is the plan that :func:`joint_plan.allocate`
        finds of the same candidates, or another of the same joint surplus that avoids more; the
        others follow, the largest joint surplus first. Nothing beats a plan by more than a thousandth of
        either best; each may miss its own by ``solve.NEAR`` where many exchanges share limits, the others
        under their floors as soon as there are many.
        Another indicator is missing where an exchange misses it.
    """
    model = build(ordered(candidates, INDICATORS), settings, [MARGIN, AVOIDED], accepted)
    found = _unbeaten(model, [model.benefit(name) for name in (MARGIN, AVOIDED)], settings.time_limit_s)
    rows = []
    for number, solution in enumerate((s for s in found if s.tonnes.any()), start=1):
        kept = solution.tonnes > 0
        share = solution.tonnes[kept] / model.pairs.loc[kept, "diverted_t_per_year"]
        reached = model.pairs.loc[kept, INDICATORS].mul(share, axis=0).sum(skipna=False)
        reached[MARGIN] -= model.project_cost_eur_per_year * kept.sum()
        rows.append((number, *reached, solution.tonnes.sum(), int(kept.sum())))
    return pd.DataFrame(rows, columns=POINT_COLUMNS)


def neighbours(points: pd.DataFrame, moves: Mapping[str, str]) -> pd.DataFrame:
    """The plans to tell beside the one of largest joint surplus: of :func:`frontier`, two ``points`` at most.

    Where a sign ``turns``: the first whose ``emissions``, ``avoided`` or ``both`` have another, where it
    loses no more than ``MUCH`` of the joint surplus. Else, ``turns`` being empty, the one that avoids most of
    those that lose no more than ``LITTLE`` of it, where that is more by ``MUCH`` of the emissions caused or
    avoided, whichever is larger. A sign that is not known of the first plan, by how each indicator ``moves``
    (``portfolio.way``), cannot turn.
    """
    gain, *both = (points[c].to_numpy(dtype=float) for c in (SURPLUS, INDICATORS[1], AVOIDED))
    moved, avoided = np.transpose(both), both[1]
    known = np.isin([moves[name] for name in ("emissions", "avoided")], ["up", "down"])
    near, kept = (gain >= (1 - share) * gain[:1].sum() for share in (MUCH, LITTLE))
    more = avoided - avoided[:1].sum() > MUCH * np.abs(moved[:1]).max(initial=0.0)
    caused, elsewhere = (moved * moved[:1] < 0).T & known[:, None]
    turns = np.select([caused & elsewhere, caused, elsewhere], ["both", "emissions", "avoided"], "")
    turned = points.assign(turns=turns)[(turns != "") & near].head(1)
    cheap = points[kept & more].tail(1).assign(turns="")
    return pd.concat([turned, cheap]).drop_duplicates("plan_number").sort_values("plan_number")


def _unbeaten(model: Model, benefits: list[Benefit], time_limit_s: float) -> list[Solution]:
    alone = [solve(model, benefit, time_limit_s) for benefit in benefits]
    bests = [1.0 if s is None or s.value <= 0 else s.value for s in alone]
    # Each in units of its own best.
    gain, other = (
        Benefit(b.per_tonne / best, b.per_project / best) for b, best in zip(benefits, bests, strict=True)
    )
    ends = [
        _best(model, first, then, other, -np.inf, time_limit_s)
        for (first, then), s in zip(((gain, other), (other, gain)), alone, strict=True)
        if s
    ]
    swept = [(-np.inf, plan) for plan in ends if plan]
    if not swept:
        return []
    reached = [other.value(s.tonnes, s.chosen) for _, s in swept]
    del swept[1:]
    # A floor at the very best leaves a search no room to end within its gap.
    for floor in np.linspace(min(reached), max(reached) - gap_asked(len(model.pairs)), STEPS):
        # A plan is the best under its floor, and under any between that and what it reaches.
        if not any(low <= floor <= other.value(s.tonnes, s.chosen) + SAME for low, s in swept):
            plan = _best(model, gain, other, other, floor, time_limit_s)
            swept += [(floor, plan)] if plan else []
    # Loosened beyond what the solver does not tell apart: the plan found is within LITTLE of the first.
    cheap = _best(model, other, gain, gain, 1 - LITTLE + 2 * SAME, time_limit_s)
    plans = [s for s in (alone[0], *ends, *(s for _, s in swept), cheap) if s]
    values = {id(s): np.array([b.value(s.tonnes, s.chosen) for b in (gain, other)]) for s in plans}
    kept: list[Solution] = []
    for plan in sorted(plans, key=lambda s: (s is not alone[0], -values[id(s)][0])):
        if not any((values[id(plan)] - values[id(s)]).max() < ALIKE for s in kept):
            kept.append(plan)
    as_good = len(kept) > 1 and abs(values[id(kept[1])][0] - values[id(kept[0])][0]) <= SAME
    return kept[1:] if as_good else kept


def _best(
    model: Model, first: Benefit, then: Benefit, held: Benefit, floor: float, time_limit_s: float
) -> Solution | None:
    """The best on the first, the second counting a little, with ``held`` at the floor or above."""
    if np.isfinite(floor):
        paid = np.full(len(model.pairs), -held.per_project)
        model = replace(
            model,
            limits=np.append(model.limits, SAME - floor),
            on_tonnes=vstack([model.on_tonnes, csr_array(-held.per_tonne[None])], format="csr"),
            on_projects=vstack([model.on_projects, csr_array(paid[None])], format="csr"),
        )
    both = Benefit(first.per_tonne + ALIKE * then.per_tonne, first.per_project + ALIKE * then.per_project)
    return solve(model, both, time_limit_s)
