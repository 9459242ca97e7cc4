"""SMAA-2 with full ranks beside a numpy loop, pyrepo-mcda and pymcdm: 10,000 draws of 10,000 candidates.

    python -m benchmarks.smaa [--candidates 10000] [--criteria 8] [--draws 10000] [--repeat 3]

Prints medians of seconds over rounds in which each contender runs once, ours before each of them: the
machine's moods fall on all. Ours draws weights and gives first and top ranks, rank intervals and
central weights. Beside it:

- the loop that throws its ranks away: per draw one product, one argsort, one scatter, nothing kept;
- the loop that keeps them for later: a product, an argsort of an argsort, 800 MB at full size, no result yet;
- the loop that counts them, as the same results need: int32 counts of every rank, 400 MB at full size;
- draw by draw, pymcdm's SPOTIS and rankdata, pyrepo-mcda's SPOTIS and rank_preferences, and its VIKOR_SMAA.

Loops and peers run on a part of the draws and are scaled to all. Before that, in processes of their own: time
and peak memory, with sure values and with every criterion uncertain and errors shared by flow. All values are
made up.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from eit_analysis.synergies.scoring import draws, smaa

LOOP_SHARE, COUNTING_SHARE, PEER_DRAWS = 10, 50, 1


def made_up(candidates: int, criteria: int, uncertain: bool) -> draws.Intervals:
    rng = np.random.default_rng(1)
    central = rng.random((candidates, criteria))
    half = 0.2 * rng.random((candidates, criteria)) if uncertain else 0.0
    group = np.repeat(np.arange(candidates)[:, None] // 5, criteria, axis=1)
    return draws.Intervals(np.maximum(central - half, 0), central, np.minimum(central + half, 1), group)


def ours(intervals: draws.Intervals, n_draws: int) -> smaa.Acceptability:
    criteria = intervals.central.shape[1]
    weights = draws.weights(np.full(criteria, 1 / criteria), n_draws, 1)
    counted = smaa.count(draws.blocks(intervals, weights, 1), n_draws, *intervals.central.shape)
    counted.central_weights()
    return counted


def loop(central: np.ndarray, weights: np.ndarray) -> None:
    ranks = np.empty(len(central), dtype=np.int64)
    places = np.arange(1, len(central) + 1)
    for w in weights:
        ranks[np.argsort(central @ w)] = places


def keeping_loop(central: np.ndarray, weights: np.ndarray) -> None:
    ranks = np.empty((len(weights), len(central)), dtype=np.int64)
    for draw, w in enumerate(weights):
        ranks[draw] = np.argsort(np.argsort(central @ w))


def counting_loop(central: np.ndarray, weights: np.ndarray, counts: np.ndarray) -> None:
    everyone = np.arange(len(central))
    for w in weights:
        counts[np.argsort(central @ w), everyone] += 1


def pyrepo_smaa(central: np.ndarray, weights: np.ndarray) -> None:
    from pyrepo_mcda.mcda_methods import VIKOR_SMAA

    VIKOR_SMAA()(central, weights, -np.ones(central.shape[1]))


def pyrepo_spotis(central: np.ndarray, weights: np.ndarray) -> None:
    from pyrepo_mcda.additions import rank_preferences
    from pyrepo_mcda.mcda_methods import SPOTIS

    bounds = np.vstack([np.zeros(central.shape[1]), np.ones(central.shape[1])])
    for w in weights:
        rank_preferences(SPOTIS()(central, w, -np.ones(central.shape[1]), bounds), reverse=False)


def pymcdm_spotis(central: np.ndarray, weights: np.ndarray) -> None:
    from pymcdm.helpers import rankdata
    from pymcdm.methods import SPOTIS

    method = SPOTIS(np.tile([0.0, 1.0], (central.shape[1], 1)))
    for w in weights:
        rankdata(method(central, w, -np.ones(central.shape[1])))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(candidates: int, criteria: int, n_draws: int, repeat: int) -> None:
    for peer in ("pymcdm.methods", "pyrepo_mcda.mcda_methods"):
        import_module(peer)  # before the clock runs

    intervals = made_up(candidates, criteria, uncertain=False)
    central = intervals.central
    weights = draws.weights(np.full(criteria, 1 / criteria), n_draws, 1)
    few = weights[:PEER_DRAWS]
    part, counted = weights[: n_draws // LOOP_SHARE], weights[: n_draws // COUNTING_SHARE]
    counts = np.zeros((candidates, candidates), dtype=np.int32)
    contenders: dict[str, tuple[Callable[[], object], int]] = {
        "numpy loop, ranks thrown away": (lambda: loop(central, part), len(part)),
        "numpy loop, ranks kept": (lambda: keeping_loop(central, part), len(part)),
        "numpy loop, ranks counted": (lambda: counting_loop(central, counted, counts), len(counted)),
        "pymcdm SPOTIS + rankdata": (lambda: pymcdm_spotis(central, few), len(few)),
        "pyrepo-mcda SPOTIS + rank_preferences": (lambda: pyrepo_spotis(central, few), len(few)),
        "pyrepo-mcda VIKOR_SMAA": (lambda: pyrepo_smaa(central, few), len(few)),
    }
    ours(intervals, max(n_draws // 100, 1))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    mine: list[float] = []
    for _ in range(repeat):
        for name, (work, done) in contenders.items():
            mine.append(seconds(lambda: ours(intervals, n_draws)))
            times[name].append(seconds(work) * n_draws / done)
    base = statistics.median(mine)
    print(f"{n_draws} draws x {candidates} candidates x {criteria} criteria, {len(mine)} runs of ours")
    print(f"  {'ours, all results':40} {base:10.2f} s   {1e3 * base / n_draws:9.3f} ms a draw")
    for name, found in times.items():
        value = statistics.median(found)
        per_draw = 1e3 * value / n_draws
        print(f"  {name:40} {value:10.2f} s   {per_draw:9.3f} ms a draw  {value / base:8.1f} x ours")


def resident() -> float:
    """Most memory that this process has held, in MB; unlike getrusage, not what its parent had held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def alone(candidates: int, criteria: int, n_draws: int, uncertain: bool) -> None:
    before = resident()
    spent = seconds(lambda: ours(made_up(candidates, criteria, uncertain), n_draws))
    kind = "every criterion uncertain" if uncertain else "values sure"
    print(f"  {kind:40} {spent:10.2f} s   peak {resident():4.0f} MB, {before:.0f} MB of it by the imports")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--criteria", type=int, default=8)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--alone", choices=["sure", "uncertain"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = (options.candidates, options.criteria, options.draws)
    if options.alone:
        alone(*size, options.alone == "uncertain")
        sys.exit()
    for kind in ("sure", "uncertain"):
        subprocess.run([sys.executable, "-m", "benchmarks.smaa", *sys.argv[1:], "--alone", kind], check=True)
    compare(*size, options.repeat)
