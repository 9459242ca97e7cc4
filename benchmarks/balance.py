"""Balance of a 2,000-flow network beside one factorisation of its normal matrix.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.balance [--repeat 15] [--flows 2000]

Without it, waiting threads of the linear algebra count as processor time, more in some runs than in others.

Prints medians of processor time, in one process: the whole of `reconcile` (values, classification, global
test) over ``scipy.sparse.linalg.splu`` of A V A', with its defaults and with the ordering that `reconcile`
uses; then the standard deviations, asked for apart. All networks are made up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu

from eit_analysis.flows.balance import reconciliation
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--flows", type=int, default=2000)
    options = parser.parse_args()
    speed(options.flows, options.repeat)
