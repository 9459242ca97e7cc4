"""The joint plan beside highspy given the same matrix directly.

    python -m benchmarks.allocation [--repeat 7] [--instances 5]

Prints medians of wall-clock time, in one process and in turns. Ours goes from the table of candidates to the
table of the plan: checks, matrices, HiGHS through scipy, tonnes among equally good plans. The peer is given
our finished matrix: passModel and run, no table; with its default options, then without presolve (bare),
which is what ours does for a linear programme. All data is made up.

continuous   5,000 × 5,000 sites, 100,000 arcs, no lot: a linear programme
with lots    100 × 100 sites, 1,000 arcs, lots of at least 5 t, then 15 t: gap below 0.1 %
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import highspy
import numpy as np
import pandas as pd
from scipy.sparse import csc_array

from eit_analysis.config_synergies import Allocation
from eit_analysis.synergies.allocation.joint_plan import JointPlan, allocate
from eit_analysis.synergies.allocation.limits import MARGIN
from eit_analysis.synergies.allocation.model import Model, build
from eit_analysis.synergies.allocation.solve import gap_asked, programme
from eit_analysis.synergies.allocation.validation import ordered


def made_up(sites: int, arcs: int, seed: int) -> pd.DataFrame:
    """Candidates between as many outputs as needs, some of which cost more than today."""
    rng = np.random.default_rng(seed)
    giver, taker = np.divmod(rng.choice(sites * sites, arcs, replace=False), sites)
    supply, demand = rng.lognormal(3, 1, sites)[giver], rng.lognormal(3, 1, sites)[taker]
    yields = rng.uniform(0.5, 1, arcs)
    diverted = np.minimum(supply, demand / yields)
    table = pd.DataFrame(
        {
            "giver_site_id": np.char.add("E", giver.astype("U5")), "out_flow_id": giver,
            "taker_site_id": np.char.add("F", taker.astype("U5")), "in_flow_id": taker,
            "use": "made up", "category": "wood", "new_route": "recycling", "yield_central": yields,
            "need_t_per_t": yields, "most_of_need": 1.0,
            "supply_t_per_year": supply, "demand_t_per_year": demand,
            "diverted_t_per_year": diverted, MARGIN: diverted * rng.normal(30, 40, arcs),
        }
    )  # fmt: skip
    table["out_flow_id"] = table["giver_site_id"] + "-F01"
    table["in_flow_id"] = table["taker_site_id"] + "-F01"
    return table.assign(candidate_id=table["out_flow_id"] + ">" + table["in_flow_id"])


def direct(model: Model, time_limit_s: float, presolve: str) -> Callable[[], float]:
    """What is timed of the peer, its matrix made beforehand; it answers the value reached."""
    cost, matrix, limits, most, whole = programme(model, model.benefit(MARGIN))
    columns = csc_array(matrix)

    def run() -> float:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("presolve", presolve)
        solver.setOptionValue("mip_rel_gap", gap_asked(len(model.pairs)))
        solver.setOptionValue("time_limit", time_limit_s)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = columns.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), most
        lp.row_lower_, lp.row_upper_ = np.full(len(limits), -np.inf), limits
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = columns.indptr, columns.indices
        lp.a_matrix_.value_ = columns.data
        if whole.any():
            kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
            lp.integrality_ = [kinds[int(w)] for w in whole]
        solver.passModel(lp)
        solver.run()
        return -solver.getObjectiveValue()

    return run


def compare(candidates: pd.DataFrame, settings: Allocation, repeat: int) -> tuple[list[float], JointPlan]:
    """Median seconds of ours, of building alone, of the peer with and without presolve; and our plan."""
    model = build(ordered(candidates, [MARGIN]), settings, [MARGIN])
    peer, bare = (direct(model, settings.time_limit_s, presolve) for presolve in ("choose", "off"))
    works: list[Callable[[], object]] = [
        lambda: allocate(candidates, settings),
        lambda: build(ordered(candidates, [MARGIN]), settings, [MARGIN]),
        peer,
        bare,
    ]
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            spent.append(time.perf_counter() - start)
    plan, value = allocate(candidates, settings), peer()
    if abs(plan.value - value) > 2 * gap_asked(len(model.pairs)) * abs(value):
        raise SystemExit(f"not the same optimum: {plan.value} and {value}")
    return [statistics.median(spent) for spent in times], plan


def line(name: str, seconds: list[float], rest: str) -> None:
    ours, building, peer, bare = seconds
    print(
        f"{name:26}{ours:8.3f} s {building:8.3f} s {peer:8.3f} s {ours / peer:6.2f} x"
        f" {bare:8.3f} s {ours / bare:6.2f} x   {rest}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--instances", type=int, default=5)
    options = parser.parse_args()
    print(
        f"{'':26}{'ours':>10} {'building':>10} {'highspy':>10} {'ratio':>8} {'no presolve':>11} {'ratio':>7}"
    )
    seconds, plan = compare(made_up(5000, 100_000, 1), Allocation(minimum_lot_t=0), options.repeat)
    line("continuous, 100,000 arcs", seconds, f"{plan.solution.status}, {len(plan.exchanges):,} exchanges")
    for lot in (5.0, 15.0):
        found, gaps = [], []
        for instance in range(options.instances):
            settings = Allocation(minimum_lot_t=lot)
            seconds, plan = compare(made_up(100, 1000, instance), settings, options.repeat)
            line(
                f"lots of {lot:.0f} t, instance {instance}", seconds, f"gap {plan.solution.gap_percent:.4f} %"
            )
            found.append(seconds)
            gaps.append(plan.solution.gap_percent)
        medians = [statistics.median(column) for column in zip(*found, strict=True)]
        line(f"lots of {lot:.0f} t, median", medians, f"largest gap {max(gaps):.4f} %")
