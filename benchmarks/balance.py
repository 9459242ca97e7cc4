"""Balance of a 2,000-flow network beside one factorisation of its normal matrix; and gross errors found.

    python benchmarks/balance.py [--repeat 15] [--flows 2000] [--simulations 1000]

Prints medians of processor time, in one process: the whole of `reconcile` (values, classification, global
test) over ``scipy.sparse.linalg.splu`` of A V A', with its defaults and with the ordering that `reconcile`
uses; then the standard deviations, asked for apart.

Then, over random networks of 8 to 30 nodes and 1.5 flows per node, one in ten not measured, standard
deviations of 2 to 10 %: how often a clean one is accused, and how often one error of 5 sigma is named first,
put on any redundant measurement, or only where such an error can be seen: no other measurement is equivalent
and the threshold that the network announces for it is at most 5 sigma. All networks are made up.
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

from eit_analysis.flows.balance import gross_errors, reconciliation
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


def random_network(rng: np.random.Generator) -> pd.DataFrame:
    """A conserving network around n0, its measurements drawn; a tree carries what the other flows leave."""
    nodes = int(rng.integers(8, 31))
    others = nodes // 2
    end = np.concatenate([np.arange(1, nodes + 1), rng.integers(0, nodes + 1, others)])
    start = np.concatenate([rng.integers(0, np.arange(1, nodes + 1)), rng.integers(0, nodes + 1, others)])
    start = np.where(start == end, (start + 1) % (nodes + 1), start)
    mass = np.concatenate([np.zeros(nodes), rng.uniform(20, 100, others)])
    net = np.bincount(end, mass, nodes + 1) - np.bincount(start, mass, nodes + 1)
    for arc in reversed(range(nodes)):
        mass[arc] = -net[arc + 1]
        net[start[arc]] -= mass[arc]
    back = mass < 0
    start, end, mass = np.where(back, end, start), np.where(back, start, end), np.abs(mass)
    sd = np.maximum(mass, 1) * rng.uniform(0.02, 0.1, len(mass))
    drawn = mass + sd * rng.standard_normal(len(mass))
    drawn[rng.random(len(mass)) < 0.1] = np.nan
    return pd.DataFrame(
        {"flow": [f"f{i}" for i in range(len(mass))], "source": [f"n{i}" for i in start],
         "target": [f"n{i}" for i in end], MASS: drawn, SD: sd}
    )  # fmt: skip


def named_first(arcs: pd.DataFrame, flow: str, rng: np.random.Generator) -> bool:
    """Whether an error of 5 sigma on a flow makes it, or one it cannot be told from, the first suspect."""
    wrong = arcs["flow"] == flow
    biased = arcs.assign(**{MASS: arcs[MASS] + wrong * 5 * arcs[SD] * rng.choice([-1, 1])})
    tests = gross_errors.measurement_test(reconciliation.reconcile(biased, ["n0"]))
    worst = tests.loc[tests["statistic"].idxmax()]
    return bool(worst["suspect"] and flow in set(tests.loc[tests["group"] == worst["group"], "flow"]))


def gross_error_rates(simulations: int, seed: int = 1) -> dict[str, float]:
    """Shares of networks: clean but accused, error found where it can be seen, error found anywhere."""
    rng = np.random.default_rng(seed)
    accused, seen, anywhere, visible = [], [], [], []
    while len(seen) < simulations:
        arcs = random_network(rng)
        tests = gross_errors.measurement_test(reconciliation.reconcile(arcs, ["n0"]))
        alone = ~tests["group"].duplicated(keep=False)
        sd = arcs.set_index("flow")[SD].reindex(tests["flow"]).to_numpy()
        can = tests.loc[alone & (tests["threshold_t_per_year"] <= 5 * sd), "flow"]
        if can.empty:
            continue
        accused.append(bool(tests["suspect"].any()))
        visible.append(len(can) / len(tests))
        seen.append(named_first(arcs, rng.choice(can), rng))
        anywhere.append(named_first(arcs, rng.choice(tests["flow"]), rng))
    rates = {"accused": accused, "found": seen, "found_anywhere": anywhere, "visible": visible}
    return {name: float(np.mean(values)) for name, values in rates.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--simulations", type=int, default=1000)
    options = parser.parse_args()
    speed(options.flows, options.repeat)
    rates = gross_error_rates(options.simulations)
    print(f"{options.simulations} random networks")
    print(f"  clean network accused                                {rates['accused']:6.1%}")
    print(f"  5 sigma found first, on a measurement where seen     {rates['found']:6.1%}")
    print(f"  5 sigma found first, on any redundant measurement    {rates['found_anywhere']:6.1%}")
    print(f"  redundant measurements where 5 sigma can be seen     {rates['visible']:6.1%}")
