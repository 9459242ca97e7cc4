"""Balance of a 2,000-flow network beside one factorisation of its normal matrix; mass x content beside scipy.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.balance [--repeat 15] [--flows 2000] [--systems 1000]

Without it, waiting threads of the linear algebra count as processor time, more in some runs than in others.

Prints medians of processor time, in one process: the whole of `reconcile` (values, classification, global
test) over ``scipy.sparse.linalg.splu`` of A V A', with its defaults and with the ordering that `reconcile`
uses; then the standard deviations, asked for apart. Then 500 flows with a content each: the steps of `settle`
over as many factorisations of its system. Last, random systems of masses, contents and a transfer
coefficient, some not measured, beside SLSQP given the same constraints and derivatives: largest gap of a
value that can be told (in shares of the largest mass, or of 1), and whose sum of squares is the smaller. All
networks are made up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu

from eit_analysis.errors import UsageError
from eit_analysis.flows.balance import reconciliation
from eit_analysis.flows.balance.bilinear import settle
from eit_analysis.flows.balance.layers import (
    layer_problem,
    layer_quantities,
    layer_system,
    reconcile_layers,
)
from eit_analysis.flows.balance.reconciliation import SD
from eit_analysis.flows.uncertainty.propagation import MASS


def made_up(flows: int, unmeasured: float, reach: int, rng: np.random.Generator) -> pd.DataFrame:
    """Half as many nodes as flows, each fed by a node within reach, and as many more: loops included."""
    nodes = flows // 2
    end = np.concatenate([np.arange(1, nodes), rng.integers(1, nodes, flows - nodes + 1)])
    start = (end - rng.integers(1, reach, flows)) % nodes
    start = np.where(rng.random(flows) < 0.1, 0, start)
    mass = rng.uniform(1, 100, flows)
    mass[rng.random(flows) < unmeasured] = np.nan
    return pd.DataFrame(
        {"flow": [f"f{i}" for i in range(flows)], "source": [f"n{i}" for i in start],
         "target": [f"n{i}" for i in end], MASS: mass, SD: rng.uniform(0.5, 5, flows)}
    )  # fmt: skip


def normal_matrix(arcs: pd.DataFrame) -> csc_matrix:
    """A V A' of the network were every flow measured, the environment n0 left out."""
    ends = [arcs[side].str[1:].astype(int).to_numpy() for side in ("source", "target")]
    column = np.arange(len(arcs))
    size = max(end.max() for end in ends) + 1
    sign = np.repeat([-1.0, 1.0], len(arcs))
    incidence = csc_matrix((sign, (np.concatenate(ends), np.tile(column, 2))), shape=(size, len(arcs)))
    incidence = incidence.tocsr()[1:]
    return (incidence @ diags(arcs[SD].to_numpy() ** 2) @ incidence.T).tocsc()


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(flows: int, repeat: int) -> None:
    for unmeasured, reach in ((0.0, 40), (0.2, 40), (0.0, flows // 2), (0.2, flows // 2)):
        arcs = made_up(flows, unmeasured, reach, np.random.default_rng(1))
        normal = normal_matrix(arcs)
        done = reconciliation.reconcile(arcs, ["n0"])
        works: dict[str, Callable[[], Any]] = {
            "splu, defaults": lambda n=normal: splu(n),
            "splu, symmetric ordering": lambda n=normal: splu(
                n, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
            ),
            "reconcile": lambda a=arcs: reconciliation.reconcile(a, ["n0"]),
            "redundancy (measured)": lambda d=done: reconciliation.redundancy(d),
            "deviations (all)": lambda d=done: reconciliation.deviations(d),
        }
        found = {
            name: statistics.median(seconds(work) for _ in range(repeat)) for name, work in works.items()
        }
        kind = "between near nodes" if reach == 40 else "between any nodes"
        print(f"{flows} flows {kind}, {unmeasured:.0%} not measured, rank {done.degrees_of_freedom}")
        for name, value in found.items():
            ratio = value / found["splu, defaults"]
            print(f"  {name:26} {1000 * value:8.2f} ms  {ratio:5.2f} x splu with defaults")


def made_up_layers(
    nodes: int, layers: int, rng: np.random.Generator, inputs: int = 2
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Arcs, contents and a coefficient, measured with error around a true system; one in six not measured."""
    ends = []
    for node in range(1, nodes + 1):
        ends += [(0, node)] * rng.integers(1, inputs + 1) + [(node, 0)]
        others = [other for other in range(nodes + 1) if other != node]
        ends += [(node, int(rng.choice(others))) for _ in range(rng.integers(1, 3))]
    source, target = np.array(ends).T
    size, fed = len(ends), source == 0
    split = rng.uniform(0.1, 1, size)
    entering = np.where(fed, rng.uniform(5, 100, size), 0.0)
    loads = [entering, *(entering * rng.uniform(0.02, 0.6, (layers, size)))]
    true = []
    for load in loads:  # each layer splits in its own way
        share = split * rng.uniform(0.3, 1.7, size)
        share = np.where(fed, 0.0, share / np.bincount(source, share, nodes + 1)[source])
        passes = np.eye(nodes + 1)
        np.subtract.at(passes, (target[~fed], source[~fed]), share[~fed])
        through = np.linalg.solve(passes[1:, 1:], np.bincount(target, load, nodes + 1)[1:])
        true.append(np.where(fed, load, share * through[source - 1]))
    mass, contents = true[0], np.minimum(np.array(true[1:]) / true[0], 1.0)
    sd = mass * rng.uniform(0.02, 0.2, size) + rng.uniform(0, 3, size)
    names = [f"f{number}" for number in range(size)]
    seen = mass + sd * rng.standard_normal(size)
    seen[rng.random(size) < 1 / 6] = np.nan
    arcs = pd.DataFrame(
        {"flow": names, "source": [f"n{i}" for i in source], "target": [f"n{i}" for i in target],
         MASS: seen, SD: sd}
    )  # fmt: skip
    parts = []
    for number, content in enumerate(contents):
        spread = content * rng.uniform(0.05, 0.3, size) + 0.002
        read = np.clip(content + spread * rng.standard_normal(size), 1e-4, 0.999)
        read[rng.random(size) < 1 / 6] = np.nan
        parts.append(pd.DataFrame({"flow": names, "layer": f"L{number}", "value": read, "sd": spread}))
    first = int(np.flatnonzero(~fed)[0])
    part = mass[first] / mass[target == source[first]].sum() + 0.05 * rng.standard_normal()
    share = {"flow": [names[first]], "layer": [""], "value": [float(np.clip(part, 0.01, 0.99))], "sd": [0.05]}
    return arcs, pd.concat(parts), pd.DataFrame(share)


def general(arcs: pd.DataFrame, contents: pd.DataFrame, transfers: pd.DataFrame) -> tuple[np.ndarray, float]:
    """The same quantities by SLSQP from the same start, and their sum of squares."""
    given = layer_quantities(arcs, contents, transfers)
    terms, start, scale, _ = layer_system(arcs, given, ["n0"])
    aim, sigma, (low, high) = layer_problem(given, scale)
    measured = ~np.isnan(aim)
    unit = np.where(sigma > 0, sigma, 1.0)
    row, first, second = terms.row, terms.first, terms.second

    def gap(x: np.ndarray) -> np.ndarray:
        return np.where(measured, (np.append(x * unit[:-1], 1.0) - aim) / unit, 0.0)[:-1]

    def derivatives(x: np.ndarray) -> np.ndarray:
        value, found = np.append(x * unit[:-1], 1.0), np.zeros((terms.count, len(unit)))
        np.add.at(found, (row, first), terms.sign * value[second])
        np.add.at(found, (row, second), terms.sign * value[first])
        return (found * unit)[:, :-1] / scale[0]

    closed = {
        "type": "eq",
        "fun": lambda x: terms.excess(np.append(x * unit[:-1], 1.0)) / scale[0],
        "jac": derivatives,
    }
    found = minimize(
        lambda x: 0.5 * gap(x) @ gap(x), np.clip(start, low, high)[:-1] / unit[:-1], jac=gap, method="SLSQP",
        bounds=list(zip(low[:-1] / unit[:-1], high[:-1] / unit[:-1], strict=True)), constraints=closed,
        options={"ftol": 1e-15, "maxiter": 1000},
    )  # fmt: skip
    return (found.x * unit[:-1])[: len(given)], float(2 * found.fun)


def beside_general(
    arcs: pd.DataFrame, contents: pd.DataFrame, transfers: pd.DataFrame
) -> tuple[float, float]:
    """Largest gap of a quantity that can be told to :func:`general`, and ours less its sum of squares."""
    balance = reconcile_layers(arcs, contents, ["n0"], transfers)
    values, squares = general(arcs, contents, transfers)
    told = balance.quantities
    size = np.where(told["kind"] == "mass", np.nanmax(arcs[MASS]), 1.0)
    gap = (np.abs(values - told["reconciled"]) / size).max()
    return float(gap), (balance.chi_square - squares) / max(squares, 1.0)


def agreement(systems: int) -> None:
    gaps, refused = [], []
    for seed in range(systems):
        rng = np.random.default_rng(seed)
        try:
            gaps.append((seed, *beside_general(*made_up_layers(int(rng.integers(2, 5)), 2, rng))))
        except UsageError:
            refused.append(seed)
    beyond = [row for row in gaps if row[1] > 1e-6]
    print(f"{systems} systems: median gap {statistics.median(row[1] for row in gaps):.1e}")
    print(f"  not settled: {refused}; beyond 1e-6: {len(beyond)}")
    for seed, gap, more in beyond:
        print(f"  seed {seed}: gap {gap:.1e}, sum of squares {more:+.1e} of that of SLSQP")


def layer_speed(flows: int, repeat: int) -> None:
    rng = np.random.default_rng(1)
    arcs, contents, transfers = made_up_layers(flows // 4, 1, rng)
    given = layer_quantities(arcs, contents, transfers)
    terms, start, scale, _ = layer_system(arcs, given, ["n0"])
    aim, sigma, bounds = layer_problem(given, scale)
    found = settle(terms, start, aim, sigma, bounds)
    whole = statistics.median(
        seconds(lambda: settle(terms, start, aim, sigma, bounds)) for _ in range(repeat)
    )
    matrix, _ = terms.matrix(found.value, found.width, np.isnan(aim), np.zeros(terms.count))
    one = statistics.median(seconds(lambda: splu(matrix)) for _ in range(repeat))
    print(f"{len(arcs)} flows x content: {found.steps} steps, {1000 * whole:.1f} ms")
    print(f"  {whole / (found.steps * one):.2f} x {found.steps} factorisations of {1000 * one:.2f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--systems", type=int, default=1000)
    options = parser.parse_args()
    speed(options.flows, options.repeat)
    layer_speed(500, options.repeat)
    agreement(options.systems)
