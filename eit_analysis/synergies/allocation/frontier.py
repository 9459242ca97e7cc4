"""What must be given up of one indicator to have more of another: plans that no other plan beats.

    max f_1(plan) + δ Σ_j f_j(plan) / scale_j    s.t. f_j(plan) ≥ e_j for the other indicators, by steps

A weighted sum would miss every plan that lies inside the hull of the others, and with whole exchanges there
are many: the floors e_j reach them (epsilon-constraint: Haimes, Lasdon & Wismer 1971, IEEE Transactions on
Systems, Man, and Cybernetics 1, 296-297). A plan so found might still be beaten on an indicator that was not
pushed. So each of the others counts a little, δ (Mavrotas 2009, Applied Mathematics and Computation 213,
455-465): whatever beat the plan would have a larger sum. To search for that in a second programme takes
several times as long.

Emissions caused and emissions avoided elsewhere have different boundaries: each is an indicator of its own,
never their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from eit_analysis.config import Allocation
from eit_analysis.synergies.allocation.model import MARGIN, Benefit, Model, build
from eit_analysis.synergies.allocation.solve import Solution, gap_asked, solve
from eit_analysis.synergies.allocation.validation import ordered

INDICATORS = [MARGIN, "emissions_tco2e_per_year", "avoided_tco2e_per_year", "jobs"]
# What is left of the margins once each exchange has paid its fixed cost.
SURPLUS = "joint_surplus_eur_per_year"
OBJECTIVES = (MARGIN, "avoided_tco2e_per_year", "jobs")
POINT_COLUMNS = [
    "plan_number",
    SURPLUS,
    *INDICATORS[1:],
    "allocated_t_per_year",
    "n_exchanges",
    "gap_percent",
]
# Shares of each objective's best. Floors are loosened by the first, which the solver does not tell apart; of
# plans that are nearer to one another than the second, one is shown. The second is δ too.
SAME = 1e-6
ALIKE = 1e-3


def frontier(
    candidates: pd.DataFrame, settings: Allocation, objectives: Sequence[str] = OBJECTIVES, points: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plans of which none is better on one objective without being worse on another.

    Parameters
    ----------
    candidates : pandas.DataFrame
        As for :func:`joint_plan.allocate`, with the ``INDICATORS``. One that misses an objective is left out.
    settings : Allocation
        Section ``[allocation]`` of ``study.toml``; the time limit holds for each plan.
    objectives : sequence of str
        At least two of ``INDICATORS``. The first is maximised while the others are pushed.
    points : int
        Steps of each of the others, from its worst when another is served first, to its best: tonnes vary by
        degrees, so that the plans are points of a frontier and not all of it.

    Returns
    -------
    points : pandas.DataFrame
        ``POINT_COLUMNS``, the best on the first objective first; to do nothing is not listed.
        ``gap_percent`` is 0 where it is proved that nothing beats the plan by more than a thousandth of the
        best of an objective, and the doubt left where many exchanges or the time ended the search.
        An indicator that is no objective is missing where an exchange misses it.
    plans : pandas.DataFrame
        The exchanges of each: ``plan_number``, the candidates' columns and ``allocated_t_per_year``.
    """
    model = build(ordered(candidates, INDICATORS), settings, list(objectives))
    found = _unbeaten_plans(
        model, [model.benefit(name) for name in objectives], points, settings.time_limit_s
    )
    rows, plans = [], []
    for number, solution in enumerate((s for s in found if s.tonnes.any()), start=1):
        kept = solution.tonnes > 0
        plan = model.pairs[kept].assign(plan_number=number, allocated_t_per_year=solution.tonnes[kept])
        share = plan["allocated_t_per_year"] / plan["diverted_t_per_year"]
        reached = plan[INDICATORS].mul(share, axis=0).sum(skipna=False)
        reached[MARGIN] -= model.project_cost_eur_per_year * kept.sum()
        rows.append((number, *reached, solution.tonnes.sum(), int(kept.sum()), solution.gap_percent))
        plans.append(plan)
    columns = ["plan_number", *candidates.columns, "allocated_t_per_year"]
    empty = pd.DataFrame(columns=columns)
    return (
        pd.DataFrame(rows, columns=POINT_COLUMNS),
        pd.concat(plans, ignore_index=True)[columns] if plans else empty,
    )


def sign_change(points: pd.DataFrame) -> pd.DataFrame:
    """The first plan whose emissions have another sign than those of largest joint surplus, else no row.

    Of :func:`frontier`'s ``points``; emissions caused and avoided, each with its own sign.
    """
    signs = np.sign(points[["emissions_tco2e_per_year", "avoided_tco2e_per_year"]].to_numpy(dtype=float))
    turned = np.flatnonzero((signs * signs[:1] < 0).any(axis=1))
    return points.iloc[turned[:1]]


def _unbeaten_plans(
    model: Model, benefits: list[Benefit], points: int, time_limit_s: float
) -> list[Solution]:
    alone = [solve(model, benefit, time_limit_s) for benefit in benefits]
    bests = [1.0 if s is None or s.value <= 0 else s.value for s in alone]
    search = _Search(
        model,
        [Benefit(b.per_tonne / best, b.per_project / best) for b, best in zip(benefits, bests, strict=True)],
        time_limit_s,
    )
    free = np.full(len(benefits), -np.inf)
    pushed = [search.best(first, free) for first, s in zip(np.eye(len(benefits)), alone, strict=True) if s]
    ends = [s for s in pushed if s is not None]
    if not ends:
        return []
    reached = np.array([search.values(s) for s in ends])
    # A floor at the very best leaves a search no room to end within its gap.
    room = gap_asked(len(model.pairs))
    steps = [np.linspace(column.min(), column.max() - room, points) for column in reached.T[1:]]
    # Each plan is the best on the first objective under its floors, and under any between them and it.
    swept = [(free, ends[0])]
    for others in product(*steps):
        floors = np.array([-np.inf, *others])
        if not any((low <= floors).all() and (search.values(s) >= floors - SAME).all() for low, s in swept):
            plan = search.best(np.eye(len(benefits))[0], floors)
            swept += [(floors, plan)] if plan else []
    kept: list[Solution] = []
    for solution in sorted([*ends, *(s for _, s in swept)], key=lambda s: -search.values(s)[0]):
        if not any((search.values(solution) - search.values(s)).max() < ALIKE for s in kept):
            kept.append(solution)
    return kept


@dataclass(frozen=True)
class _Search:
    """A model and its objectives, each in units of its own best."""

    model: Model
    benefits: list[Benefit]
    time_limit_s: float

    def values(self, solution: Solution) -> np.ndarray:
        return np.array([b.value(solution.tonnes, solution.chosen) for b in self.benefits])

    def best(self, first: np.ndarray, floors: np.ndarray) -> Solution | None:
        """The best on the objective marked 1, the others counting a little, each at its floor or above."""
        weights = first + ALIKE * (1 - first)
        per_tonne = np.array([b.per_tonne for b in self.benefits])
        per_project = np.array([b.per_project for b in self.benefits])
        held = np.isfinite(floors)
        paid = np.repeat(per_project[held][:, None], per_tonne.shape[1], axis=1)
        model = replace(
            self.model,
            limits=np.concatenate([self.model.limits, SAME - floors[held]]),
            on_tonnes=vstack([self.model.on_tonnes, csr_array(-per_tonne[held])], format="csr"),
            on_projects=vstack([self.model.on_projects, csr_array(-paid)], format="csr"),
        )
        return solve(model, Benefit(weights @ per_tonne, float(weights @ per_project)), self.time_limit_s)
