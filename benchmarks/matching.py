"""The best partners of every output beside the joins, trees and linkers one would use instead.

    python -m benchmarks.matching [--sites 200000] [--slow 50000] [--large 1000000] [--repeat 5]
                                  [--part compare|growth|command]

Outputs and inputs over France, as many of each: half of them in 500 communes of more than 5,000 inhabitants,
half around communes drawn at random; 50 classes, 6 % of their pairs compatible, radius 30 km, 20 partners.
Each tool works in a process of its own; time leaves out imports, compilation and the reading of the tables,
and is a median; memory is the peak above what the process held before. Each must find the pairs we find.

``command`` is `eit match` as a whole: twenty studies of flows with real waste codes, from their Parquet files
to the file of candidates and the page, five partners within 30 km as the crow flies; then all candidates
again in one table, which must be those of the file.

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
import resource
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
import pyarrow.parquet as pq

from benchmarks.matching_peers import PEERS
from eit_analysis import reference
from eit_analysis.batch.matching import FILE, match, narrow, prepared_tables
from eit_analysis.config_synergies import Scoring
from eit_analysis.study import open_study
from eit_analysis.synergies import nationwide
from eit_analysis.synergies.across import stacked
from eit_analysis.synergies.matching import best
from eit_analysis.synergies.matching.best import best_matches
from eit_analysis.synergies.nationwide import best_candidates

STUDY = """title = "Fictive"
territory = "Fictif"
fictional = true

[exchange]
shares_with = ["toutes"]
"""
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
    # Medians at every size: a virtual machine bills the first touch of half a gigabyte to the process, as
    # much as half of the work, and a later turn finds that memory at hand as small sizes always do.
    sizes = sorted({sites // 10, sites, *([large] if large else [])})
    taken: dict[int, Measure] = {}
    for size in sizes:
        one = alone("best_matches", size, repeat, 1)
        line = f"{size} sites: {one.processor:.3f} s of processor, {one.megabytes:.0f} MB, "
        line += f"{len(one.pairs)} pairs"
        for n, less in reversed(taken.items()):
            by = math.log(size / n)
            time_, kept = one.processor / less.processor, len(one.pairs) / len(less.pairs)
            line += f"; from {n}: exponent {math.log(time_) / by:.2f}, of pairs {math.log(kept) / by:.2f}"
        print(line)
        taken[size] = one
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


def command(sites: int, large: int) -> None:
    context = multiprocessing.get_context("spawn")
    for n in sorted({sites // 20, sites, *([large] if large else [])}):
        with tempfile.TemporaryDirectory() as folder:
            write_studies(Path(folder), n)
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                line, rows = pool.submit(eit_match, folder).result()
            size = Path(folder, FILE).stat().st_size
            print(f"{n} outputs and as many inputs: {line}, {size / rows:.0f} bytes a row on disk")
            if n <= sites:
                with ProcessPoolExecutor(1, mp_context=context) as pool:
                    print(f"  the same in one piece: {pool.submit(as_in_one_piece, folder).result()}")


def write_studies(root: Path, n: int, studies: int = 20) -> None:
    """Cleaned studies that share with all others; an output or an input for each site."""
    rng = np.random.default_rng(9)
    rules = reference.load("compatibility")
    coded = rules[rules["waste_code_prefix"].str.len() == 6].dropna(subset=["category"])
    given = coded[["category", "waste_code_prefix"]].drop_duplicates().to_numpy()[rng.integers(0, 40, n)]
    needs = rng.choice(rules["input_category"].unique(), n)
    activities = rules["receiver_naf_codes"].dropna().str.split().str[0].to_numpy()
    sides = {"out": (given[:, 0], given[:, 1]), "in": (needs, np.full(n, None))}
    for number, (way, (category, code)) in enumerate(sides.items()):
        at = made_up(n, number + 1)
        ids = pd.Series(np.arange(n)).astype("str").str.zfill(8)
        mass = at["mass_t_per_year"]
        bounds = {f"mass{end}_t_per_year": mass * by for end, by in (("", 1), ("_low", 0.8), ("_high", 1.2))}
        sites = at[["latitude", "longitude"]].assign(
            site_id=way + ids, name="Fictive " + ids, siret=f"{number:06}" + ids, consent="named",
            naf_code=rng.choice(activities, n), actor_type="firm",
        )  # fmt: skip
        flows = pd.DataFrame({"flow_id": way + ids + "-1", "site_id": way + ids, "category": category})
        flows = flows.assign(
            direction=way, waste_code=code, quality="clean", evidence="declared", months=None, description="",
            route="landfill" if way == "out" else None, cost_eur_per_t=np.nan, **bounds,
        )  # fmt: skip
        for study in range(studies):
            for part, folder in (("raw", "2018"), ("processed", f"2018/{way}")):
                (root / "data" / part / f"etude-{study:02}" / folder).mkdir(parents=True, exist_ok=True)
            own = slice(study, None, studies)
            sites[own].to_parquet(root / f"data/processed/etude-{study:02}/2018/{way}/sites.parquet")
            flows[own].to_parquet(root / f"data/processed/etude-{study:02}/2018/{way}/flows.parquet")
    for wave in (root / "data" / "processed").glob("*/*"):
        for table in ("sites", "flows"):
            both = [pd.read_parquet(wave / way / f"{table}.parquet") for way in sides]
            pd.concat(both, ignore_index=True).to_parquet(wave / f"{table}.parquet")
        settings = root / "data" / "raw" / wave.parent.name / "study.toml"
        settings.write_text(STUDY, encoding="utf-8")


def eit_match(folder: str) -> tuple[str, int]:
    """The command in this process, that imports all it needs; what it took."""
    start, used = time.perf_counter(), time.process_time()
    matched = match(Path(folder), studies_of(folder), RADIUS_KM * Scoring().detour_factor, 5)
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    load = os.getloadavg()[0]
    line = (
        f"{processor:.1f} s of processor, {seconds:.1f} s of the clock at load {load:.0f}, {peak} MB at most"
    )
    return f"{line}, {matched.rows} candidates", matched.rows


def as_in_one_piece(folder: str) -> bool:
    """Whether the file holds, to the bit, the candidates of all studies in one table."""
    nationwide.PART_ROWS = 10**9
    tables = {name: prepared_tables(open_study(name, root=Path(folder))) for name in studies_of(folder)}
    flows, sites, _ = stacked(tables)
    reach = RADIUS_KM * Scoring().detour_factor
    rules = reference.load("compatibility")
    (whole,) = best_candidates(flows, sites, rules, reach, Scoring().detour_factor, 5)
    written = pq.read_table(Path(folder, FILE))
    whole = narrow(whole, sites["own_id"]).cast(written.schema)
    by = [("out_flow_id", "ascending"), ("in_flow_id", "ascending")]
    return whole.sort_by(by).equals(written.sort_by(by))


def studies_of(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder, "data", "raw").iterdir())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=200_000)
    parser.add_argument("--slow", type=int, default=50_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--part", action="append", choices=["compare", "growth", "command"], help="all by default"
    )
    options = parser.parse_args()
    parts = {
        "compare": lambda: compare(options.sites, options.slow, options.repeat),
        "growth": lambda: growth(options.sites, options.large, options.repeat),
        "command": lambda: command(options.sites, options.large),
    }
    for part in options.part or parts:
        parts[part]()
