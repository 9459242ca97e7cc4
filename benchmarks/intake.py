"""Cleaning beside bare reading: 200 workbooks of 60 rows, 100,000 flows in one CSV, as many doubtful.

    python -m benchmarks.intake [--repeat 3] [--workbooks 200] [--rows 100000]

Prints medians. For the workbooks: the whole of ``eit clean`` (its *fiches de relance* aside) over
``pandas.read_excel`` with openpyxl of the same files and over bare python-calamine, and its time by stage.
For the CSV: the same over ``pandas.read_csv``, five times as often since it is short, and peak memory above
one row over the size of the file; of flows of which half are doubtful, seconds of processor. Each part takes
turns with its peers in a process of its own. Flows beyond what one file may hold lie in several.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import psutil
from python_calamine import CalamineWorkbook

from benchmarks.intake_answers import make_study, write_csv, write_workbooks
from eit_analysis.intake.cleaning import wave as cleaning
from eit_analysis.intake.results import write_tables
from eit_analysis.study import Study, open_study

STAGES = {
    "read_raw": "reading", "find_sheets": "header rows", "set_aside": "data rows",
    "clean_tables": "cells to tables", "reconcile": "registers", "manifest": "manifest",
}  # fmt: skip


@contextmanager
def stages() -> Iterator[dict[str, float]]:
    """Seconds spent in each stage of `cleaning.clean_wave`."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, original: Callable) -> Callable:
        def call(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return original(*arguments, **options)
            finally:
                spent[name] += time.perf_counter() - start

        return call

    with patch.multiple(cleaning, **{name: timed(name, getattr(cleaning, name)) for name in STAGES}):
        yield spent


def clean(study: Study) -> dict[str, float]:
    """Seconds by stage of a whole cleaning, its total under ``total``."""
    with stages() as spent:
        start = time.perf_counter()
        cleaned = cleaning.clean_wave(study)
        assert not any(entry["problem"] for entry in cleaned.manifest["inputs"])  # refused is soon read
        middle = time.perf_counter()
        write_tables(study, cleaned)
        end = time.perf_counter()
    known = sum(spent.values())
    return {**spent, "logs": middle - start - known, "writing": end - middle, "total": end - start}


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_openpyxl(paths: list[Path]) -> None:
    for path in paths:
        pd.read_excel(path, engine="openpyxl", sheet_name=None)


def with_calamine(paths: list[Path]) -> None:
    for path in paths:
        path.read_bytes()
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def print_stages(found: dict[str, float], bare: float) -> None:
    for name, value in found.items():
        if name != "total":
            print(f"    {STAGES.get(name, name):26} {value:7.3f} s  {value / bare:6.2f} x bare reading")


def workbooks(count: int, repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder))
        paths = write_workbooks(study, count)
        ours, peers, bare = [], [], []
        for _ in range(repeat):
            ours.append(clean(study))
            peers.append(seconds(lambda: with_openpyxl(paths)))
            bare.append(seconds(lambda: with_calamine(paths)))
    found, peer, calamine = medians(ours), statistics.median(peers), statistics.median(bare)
    print(f"{count} workbooks of 60 rows")
    print(f"  eit clean                    {found['total']:7.3f} s")
    print(f"  pandas.read_excel, openpyxl  {peer:7.3f} s  eit clean is {found['total'] / peer:.2f} of it")
    print(f"  python-calamine, bare        {calamine:7.3f} s  eit clean is {found['total'] / calamine:.2f} x")
    print_stages(found, calamine)


def one_csv(rows: int, repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder))
        paths = write_csv(study, rows)
        ours, peers = [], []
        for _ in range(repeat):
            ours.append(clean(study))
            peers.append(seconds(lambda: [pd.read_csv(path, sep=";", decimal=",") for path in paths]))
        memory = peak_memory(Path(folder))
        size = sum(path.stat().st_size for path in paths)
    found, peer = medians(ours), statistics.median(peers)
    print(f"\n{rows} flows in {len(paths)} CSV of {size / 1e6:.1f} MB")
    print(f"  eit clean                    {found['total']:7.3f} s")
    print(f"  pandas.read_csv              {peer:7.3f} s  eit clean is {found['total'] / peer:.1f} x")
    print_stages(found, peer)
    print(f"  peak memory above one row {memory / 1e6:.0f} MB, {memory / size:.1f} x the file")


def half_doubtful(rows: int, repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder))
        paths = write_csv(study, rows, doubtful=True)
        spent = []
        for _ in range(repeat):
            start = time.process_time()
            clean(study)
            spent.append(time.process_time() - start)
    print(f"\n{rows} flows in {len(paths)} CSV, half of them doubtful")
    print(f"  eit clean                    {statistics.median(spent):7.3f} s of processor")


def peak_memory(root: Path) -> float:
    """Bytes by which a cleaning in a fresh process and its reading child hold above what one row takes."""
    code = "import eit_analysis; from benchmarks.intake import measure_memory; measure_memory()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(root)], cwd=Path(__file__).resolve().parents[1],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def measure_memory() -> None:
    with tempfile.TemporaryDirectory() as folder:  # loads all that is loaded but once
        small = make_study(Path(folder))
        write_csv(small, 1)
        write_tables(small, cleaning.clean_wave(small))
    study = open_study("essai", root=Path(sys.argv[-1]))
    before = peak = resident()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(lambda: write_tables(study, cleaning.clean_wave(study)))
        while not done.done():
            peak = max(peak, resident())
            time.sleep(0.005)
    done.result()
    print(peak - before)


def resident() -> int:
    """Bytes of memory that this process and its children hold; of one that is gone, none."""
    held, this = 0, psutil.Process()
    for process in (this, *this.children()):
        with suppress(psutil.NoSuchProcess):
            held += process.memory_info().rss
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workbooks", type=int, default=200)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    for part, size, repeat in (
        (workbooks, options.workbooks, options.repeat),
        (one_csv, options.rows, 5 * options.repeat),
        (half_doubtful, options.rows, options.repeat),
    ):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            alone.submit(part, size, repeat).result()
