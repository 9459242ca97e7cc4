"""The page of all waves: what ten waves of a study take beside two.

    python -m benchmarks.history [--seed 3] [--waves 2 10]

A made-up territory, its firms drawn again for each wave (85 % answer), their tonnes drifting; cleaned, then
the page for the team, each number of waves in a process of its own: seconds of processor and the peak of its
memory above what it held before the page. Works in a temporary folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.matching import memory
from eit_analysis.publishing.engine import execute
from eit_analysis.publishing.workers import preload

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "data" / "raw" / "thur-doller")]

from attack.studies import SETTINGS, TABLES, random_study, significant  # noqa: E402
from command import eit  # noqa: E402
from generate import WAVES, csv_bytes  # noqa: E402

from eit_analysis.tables import form, sheet_name  # noqa: E402

NAME = "essai"


def write(root: Path, seed: int, years: range) -> int:
    """The waves of a study; how many firms it has."""
    study, random = random_study(seed), np.random.default_rng(seed)
    for number, year in enumerate(years):
        folder = root / "data" / "raw" / NAME / str(year)
        folder.mkdir(parents=True)
        here = {firm for firm in study.firms if random.random() < 0.85}
        for sheet in TABLES:
            columns = form(sheet)
            rows = [row for row in study.rows[WAVES[1], sheet] if row["site_id"] in here]
            if sheet == "flows":
                drift = random.lognormal(0.03 * number, 0.1, len(rows))
                rows = [
                    {**row, "quantity": significant(row["quantity"] * by)}
                    for row, by in zip(rows, drift, strict=True)
                ]
            if sheet == "sites":
                rows = [{**row, "reference_year": year} for row in rows]
            lines = [
                [columns[name]["header"] for name in columns],
                *([row.get(name) for name in columns] for row in rows),
            ]
            (folder / f"tous_{sheet_name(sheet)}.csv").write_bytes(csv_bytes(lines, "cp1252"))
    (root / "data" / "raw" / NAME / "study.toml").write_text(SETTINGS.format(seed=seed), encoding="utf-8")
    return len(study.firms)


def page(root: str, wave: str) -> tuple[float, float]:
    """Seconds of processor and megabytes of the page of the waves up to one."""
    os.chdir(root)
    preload()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before, start = memory("VmRSS"), time.process_time()
    execute("notebooks/08_history.ipynb", {"study": NAME, "wave": wave, "audience": "internal"})
    return time.process_time() - start, memory("VmHWM") - before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--waves", type=int, nargs="+", default=[2, 10])
    asked = parser.parse_args()
    years = range(2010, 2010 + max(asked.waves))
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        firms = write(root, asked.seed, years)
        (root / "notebooks").mkdir()
        shutil.copy(ROOT / "notebooks" / "08_history.ipynb", root / "notebooks")
        done = eit(root, "clean", NAME, *(part for year in years for part in ("--wave", str(year))))
        assert done.returncode == 0, done.stderr
        print(f"{firms} firms")
        for waves in asked.waves:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                seconds, megabytes = pool.submit(page, str(root), str(years[waves - 1])).result()
            print(f"{waves} waves: {seconds:.1f} s of processor, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
