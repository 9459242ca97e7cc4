"""The whole diagnosis beside bare sums: 10,000 sites of 20 flows, every grouping, in one process.

    python -m benchmarks.flows [--repeat 5] [--sites 10000] [--flows 20]

Prints medians: every grouping with its 95 % intervals, subtotals, shares and numbers of sites, over
``flows.groupby(keys)["mass_t_per_year"].sum()`` of the same groupings; what is worked out once for all of
them; and peak memory above the table, over the size of the table. All data is made up.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from eit_analysis.codes import CATEGORIES, QUALITIES, ROUTES
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import RECOVERY
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, prepare, propagate

GROUPINGS = [
    ["category"], ["site_id"], ["naf_division"], ["commune_code"], ["waste_code"], ["route"], ["recovery"],
    ["hazardous"], ["contractor"], ["evidence"], ["quality"], ["category", "recovery", "route"],
    ["category", "naf_division"],
]  # fmt: skip
KEYS = sorted({key for by in GROUPINGS for key in by})
HALF_WIDTHS = {"measured": 0.05, "declared": 0.20, "estimated": 0.50, "inferred": 1.00}


def made_up(sites: int, flows: int) -> pd.DataFrame:
    """Described outflows of a large territory, with the columns a survey has."""
    rng = np.random.default_rng(1)
    rows = sites * flows
    site = np.repeat(np.arange(sites), flows)
    mass = rng.lognormal(2, 1.5, rows)
    evidence = rng.choice(list(HALF_WIDTHS), rows, p=[0.4, 0.3, 0.2, 0.1])
    half = pd.Series(evidence).map(HALF_WIDTHS).to_numpy()
    half = np.where(rng.random(rows) < 0.1, rng.uniform(0.01, 1, rows), half)  # the respondent's own
    route = pd.Series(rng.choice([*ROUTES], rows))
    of_site = {
        "naf_division": rng.integers(1, 97, sites).astype("U2"),
        "commune_code": np.char.add("68", rng.integers(100, 400, sites).astype("U3")),
    }
    contractor = np.char.add("Prestataire ", rng.integers(1, 200, rows).astype("U3"))
    table = {
        "flow_id": [f"E{s:05d}-F{r:02d}" for s in range(sites) for r in range(flows)],
        "site_id": [f"E{s:05d}" for s in range(sites) for _ in range(flows)],
        "direction": "out",
        "category": rng.choice([*CATEGORIES], rows),
        "description": np.char.add("lot ", rng.integers(0, 999, rows).astype("U3")),
        "waste_code": rng.integers(10_000, 10_800, rows).astype("U6"),
        MASS: mass, LOW: mass * (1 - half), HIGH: mass * (1 + half),
        "evidence": evidence,
        "quality": rng.choice([*QUALITIES], rows),
        "route": route, "recovery": route.map(RECOVERY),
        "hazardous": rng.choice(["yes", "no"], rows),
        "contractor": np.where(rng.random(rows) < 0.8, contractor, "unknown"),
        "cost_eur_per_t": rng.uniform(-100, 200, rows),
        "source_file": "tous_Flux.csv", "source_sheet": "Flux", "source_row": np.arange(rows),
        **{name: values[site] for name, values in of_site.items()},
    }  # fmt: skip
    return pd.DataFrame(table)


def bare(flows: pd.DataFrame) -> None:
    for by in GROUPINGS:
        flows.groupby(by)[MASS].sum()


def once(flows: pd.DataFrame) -> pd.DataFrame:
    return prepare(flows.astype(dict.fromkeys(KEYS, "category")))


def diagnosis(flows: pd.DataFrame) -> None:
    known = once(flows)
    for by in GROUPINGS:
        totals(known, by)
    propagate(known, [])


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(sites: int, per_site: int, repeat: int) -> None:
    flows = made_up(sites, per_site)
    known = once(flows)
    ours, plain, first = [], [], []
    each: list[list[tuple[float, float]]] = [[] for _ in GROUPINGS]
    for _ in range(repeat):
        plain.append(seconds(lambda: bare(flows)))
        ours.append(seconds(lambda: diagnosis(flows)))
        first.append(seconds(lambda: once(flows)))
        for times, by in zip(each, GROUPINGS, strict=True):
            summing = seconds(lambda by=by: flows.groupby(by)[MASS].sum())  # type: ignore[misc]
            times.append((seconds(lambda by=by: totals(known, by)), summing))  # type: ignore[misc]
    middle, peer = statistics.median(ours), statistics.median(plain)
    print(f"{sites} sites of {per_site} flows, {len(GROUPINGS)} groupings")
    print(f"  whole diagnosis   {1e3 * middle:7.1f} ms")
    print(f"  bare groupby-sums {1e3 * peer:7.1f} ms  the diagnosis is {middle / peer:.2f} x")
    print(f"  worked out once   {1e3 * statistics.median(first):7.1f} ms")
    for times, by in zip(each, GROUPINGS, strict=True):
        own, other = (1e3 * statistics.median(column) for column in zip(*times, strict=True))
        print(f"    {' x '.join(by):32} {own:7.1f} ms  bare {other:6.1f} ms")
    size, peak = flows.memory_usage(deep=True).sum(), peak_memory(flows)
    print(f"  table {size / 1e6:.0f} MB; peak above it {peak / 1e6:.0f} MB, {peak / size:.2f} x the table")


def peak_memory(flows: pd.DataFrame) -> float:
    """Bytes that a diagnosis holds at most above the table: those of Python and numpy, and those of Arrow."""
    pool = pa.default_memory_pool()
    arrow = pool.bytes_allocated()
    tracemalloc.start()
    diagnosis(flows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak + max(pool.max_memory() - arrow, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--flows", type=int, default=20)
    options = parser.parse_args()
    compare(options.sites, options.flows, options.repeat)
