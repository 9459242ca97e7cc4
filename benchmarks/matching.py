"""The best partners of every output beside the joins, trees and linkers one would use instead.

    python -m benchmarks.matching [--sites 200000] [--slow 50000] [--large 1000000] [--repeat 5]
                                  [--part compare|growth|partitions]

Outputs and inputs over France, as many of each: half of them in 500 communes of more than 5,000 inhabitants,
half around communes drawn at random; 50 classes, 6 % of their pairs compatible, radius 30 km, 20 partners.
Each tool works in a process of its own; time leaves out imports, compilation and the reading of the tables,
and is a median; memory is the peak above what the process held before. Each must find the pairs we find.

The pairs to weigh grow as the square of the sites. pandas, whose join has 2.4 thousand million rows, runs at
a tenth of the sites, the slower tools at ``--slow`` sites; their full times are then the measured ones times
the square of the ratio, marked ~ (``--slow`` as large as ``--sites`` measures all but pandas). Memory is told
as measured.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.matching_peers import PEERS
from eit_analysis import reference
from eit_analysis.synergies.matching import best, best_matches, partitions

RADIUS_KM, TOP, CLASSES, COMPATIBLE = 30.0, 20, 50, 0.06
FAST = {"polars grid join", "duckdb grid join"}


class Measure(NamedTuple):
    seconds: float
    processor: float
    megabytes: float
    first_seconds: float
    pairs: np.ndarray


def made_up(n: int, seed: int) -> pd.DataFrame:
    """Sites over France, half of them in 500 towns."""
    communes = reference.load("communes").dropna(subset=["latitude", "longitude"])
    communes = communes[communes["latitude"].between(41, 52) & communes["longitude"].between(-6, 10)]
    towns = communes[communes["population"] > 5_000].sample(500, random_state=0)
    rng = np.random.default_rng(seed)
    places = [
        frame[["latitude", "longitude"]].to_numpy()[rng.integers(0, len(frame), size)]
        for frame, size in ((towns, n // 2), (communes, n - n // 2))
    ]
    places[1] = places[1] + rng.normal(0, 0.02, places[1].shape)  # about two kilometres from the centre
    at = rng.permutation(np.concatenate(places))
    return pd.DataFrame(
        {
            "class_code": rng.integers(0, CLASSES, n),
            "latitude": at[:, 0],
            "longitude": at[:, 1],
            "mass_t_per_year": rng.lognormal(2, 1.5, n),
        }
    )


def yields_of_classes() -> np.ndarray:
    """Exactly 6 % of the pairs of classes, each with a yield."""
    rng = np.random.default_rng(5)
    matrix = np.zeros(CLASSES**2)
    chosen = rng.choice(CLASSES**2, round(COMPATIBLE * CLASSES**2), replace=False)
    matrix[chosen] = rng.uniform(0.5, 1, len(chosen))
    return matrix.reshape(CLASSES, CLASSES)


def memory(field: str) -> float:
    """A line of this process's status, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def measure(name: str, n: int, repeat: int, threads: int | None = None) -> Measure:
    """Seconds and peak memory of one tool, and the pairs it finds; in a fresh process."""
    prepare: Callable[[Any], Any] = lambda table: table  # noqa: E731
    if name == "best_matches":
        best.EXHAUSTIVE_PAIRS = 0  # the compiled path at every size
        work: Callable[..., Any] = partial(best_matches, threads=threads)
    elif name == "best_matches, exhaustive":
        best.EXHAUSTIVE_PAIRS = 10**18
        work = best_matches
    else:
        prepare, work = PEERS[name]
    yields = yields_of_classes()
    few = [prepare(made_up(1_000, seed)) for seed in (3, 4)]
    start = time.perf_counter()
    work(*few, yields, RADIUS_KM, TOP)
    first = time.perf_counter() - start
    tables = [prepare(made_up(n, seed)) for seed in (1, 2)]
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before, seconds, processor, peak = memory("VmRSS"), [], [], 0.0
    for turn in range(repeat):
        start, used = time.perf_counter(), time.process_time()
        found = work(*tables, yields, RADIUS_KM, TOP)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
        if turn == 0:
            peak = memory("VmHWM") - before
        pairs = np.column_stack([np.asarray(found[side], dtype=np.int64) for side in ("output", "input")])
        del found
    taken = statistics.median(seconds), statistics.median(processor)
    return Measure(*taken, peak, first, pairs[:, 0] * n + pairs[:, 1])


def alone(name: str, n: int, repeat: int, threads: int | None = None) -> Measure:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, name, n, repeat, threads).result()


def compare(sites: int, slow: int, repeat: int) -> None:
    ours = {n: alone("best_matches", n, repeat) for n in sorted({sites, slow, sites // 10})}
    own = ours[sites]
    print(f"{sites} outputs x {sites} inputs, {len(own.pairs)} pairs kept")
    print(f"  {'':20} {'sites':>8} {'seconds':>10} {'MB':>8}   {'time':>8}  same pairs")
    print(f"  {'best_matches':20} {sites:8} {own.seconds:10.2f} {own.megabytes:8.0f}")
    full = {}
    for name in PEERS:
        size = sites // 10 if name.startswith("pandas") else sites if name in FAST else min(slow, sites)
        peer = alone(name, size, repeat if name in FAST else 1)
        full[name] = peer.seconds * (sites / size) ** 2, peer.megabytes
        same = np.array_equal(np.sort(peer.pairs), np.sort(ours[size].pairs))
        print(
            f"  {name:20} {size:8} {peer.seconds:10.2f} {peer.megabytes:8.0f}  "
            f"{'~' if size < sites else ' '}{full[name][0] / own.seconds:7.1f} x  {'yes' if same else 'NO'}"
        )
    name = min(full, key=lambda peer: full[peer][0])
    ratios = []
    for _ in range(repeat if name in FAST else 0):  # turn by turn: a busy machine then slows both
        before, peer, after = (alone(tool, sites, 1) for tool in ("best_matches", name, "best_matches"))
        ratios.append(2 * peer.seconds / (before.seconds + after.seconds))
    faster = statistics.median(ratios or [full[name][0] / own.seconds])
    print(f"  best peer: {name}; turn by turn {' '.join(f'{ratio:.1f}' for ratio in ratios)}")
    print(f"  {faster:.1f} x faster than it, with {own.megabytes / full[name][1]:.1%} of its memory")


def growth(sites: int, large: int, repeat: int) -> None:
    # Processor time: others may use the machine. The answer grows too, until each output has its partners.
    sizes = sorted({sites // 10, sites, *([large] if large else [])})
    before: tuple[int, Measure] | None = None
    for size in sizes:
        one = alone("best_matches", size, repeat if size <= sites else 1, 1)
        line = f"{size} sites: {one.processor:.3f} s of processor, {one.megabytes:.0f} MB, "
        line += f"{len(one.pairs)} pairs"
        if before:
            by = math.log(size / before[0])
            time_, kept = one.processor / before[1].processor, len(one.pairs) / len(before[1].pairs)
            line += f"; exponent {math.log(time_) / by:.2f}, of the pairs kept {math.log(kept) / by:.2f}"
        print(line)
        before = size, one
    exhaustive, indexed = (
        alone(name, 2_000, repeat) for name in ("best_matches, exhaustive", "best_matches")
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        cold = alone("best_matches", 1_000, 1).first_seconds
    print(
        f"2000 sites: numpy {1e3 * exhaustive.seconds:.0f} ms, compiled {1e3 * indexed.seconds:.0f} ms after "
        f"{cold:.1f} s of first compilation, or {indexed.first_seconds:.1f} s of reading it back"
    )


def serve_all(folder: str) -> float:
    """One process, one thread, from file to file."""
    warm()
    sides = Path(folder, "outputs"), Path(folder, "inputs")
    start = time.perf_counter()
    whole = Path(folder, "whole")
    partitions.match_partition(*sides, yields_of_classes(), RADIUS_KM, TOP, -math.inf, math.inf, whole)
    return time.perf_counter() - start


def shared_out(n: int, repeat: int) -> None:
    """Two Dask workers beside one single-threaded process, both from Parquet files to Parquet files."""
    from distributed import Client, LocalCluster

    yields = yields_of_classes()
    ratios, context = [], multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        sides = Path(folder, "outputs"), Path(folder, "inputs")
        for seed, file in enumerate(sides, start=1):
            partitions.write_partitioned(made_up(n, seed), file)
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
            ProcessPoolExecutor(1, mp_context=context) as alone_pool,
        ):
            client.run(warm)
            for _ in range(repeat):
                single = alone_pool.submit(serve_all, folder).result()
                start = time.perf_counter()
                files = partitions.match_partitions(
                    *sides, yields, RADIUS_KM, TOP, Path(folder, "partitions"), 16, client
                )
                double = time.perf_counter() - start
                ratios.append(single / double)
                print(
                    f"{n} sites: one process {single:.1f} s, two workers {double:.1f} s: {ratios[-1]:.2f} x"
                )
        parts = pd.concat([pd.read_parquet(file) for file in files]).sort_values("output", kind="stable")
        whole = pd.read_parquet(Path(folder, "whole"))
        print(
            f"  median {statistics.median(ratios):.2f} x; equal: {parts.reset_index(drop=True).equals(whole)}"
        )


def warm() -> None:
    """Load the compiled index in a worker."""
    best.EXHAUSTIVE_PAIRS = 0
    best_matches(made_up(100, 1), made_up(100, 2), yields_of_classes(), RADIUS_KM, TOP, threads=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=200_000)
    parser.add_argument("--slow", type=int, default=50_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--part", action="append", choices=["compare", "growth", "partitions"], help="all by default"
    )
    options = parser.parse_args()
    parts = {
        "compare": lambda: compare(options.sites, options.slow, options.repeat),
        "growth": lambda: growth(options.sites, options.large, options.repeat),
        "partitions": lambda: shared_out(options.large, min(3, options.repeat)),
    }
    for part in options.part or parts:
        parts[part]()
