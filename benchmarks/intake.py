"""Cleaning beside bare reading: 200 workbooks of 60 rows, 100,000 flows in one CSV, as many doubtful.

    python -m benchmarks.intake [--repeat 3] [--workbooks 200] [--rows 100000]

Prints medians. For the workbooks: the whole of ``eit clean`` (its *fiches de relance* aside) over
``pandas.read_excel`` with openpyxl of the same files and over bare python-calamine, and its time by stage.
For the CSV: the same over ``pandas.read_csv``, five times as often since it is short, and peak memory above
one row over the size of the file; of flows of which half are doubtful, seconds of processor. Each part takes
turns with its peers in a process of its own. Flows that one file may not hold (`limits.FILE_BYTES`) lie in
several, and the first line of each part says so. Works in a temporary folder; all data is made up.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from eit_analysis import tables
from eit_analysis.codes import AGE_BANDS, ROUTES
from eit_analysis.intake.cleaning import wave as cleaning
from eit_analysis.intake.results import write_tables
from eit_analysis.study import Study, open_study

CODES = {"textile": "040222", "bois": "150103", "carton": "150101", "biodéchets": "200108",
         "plastique": "150102", "métal": "170407", "verre": "150107"}  # fmt: skip
STAGES = {
    "read_raw": "reading", "find_sheets": "header rows", "set_aside": "data rows",
    "clean_tables": "cells to tables", "reconcile": "registers", "manifest": "manifest",
}  # fmt: skip


def flow(random_: random.Random, site: str, rank: int) -> dict[str, Any]:
    category = random_.choice(list(CODES))
    return {
        "site_id": site, "direction": "sortant", "category": category,
        "description": f"{category} lot {rank}", "waste_code": CODES[category],
        "quantity": f"{random_.uniform(0.1, 2000):.1f}".replace(".", ","),
        "unit": random_.choice(["t", "kg", "t", "m3"]), "period": random_.choice(["an", "mois", "semaine"]),
        "evidence": random_.choice(["pesée", "déclaration", "estimation"]),
        "quality": random_.choice(["propre", "mélangé", "souillé"]),
        "route": random_.choice(list(ROUTES.values())), "cost_eur_per_t": str(random_.randint(20, 200)),
        "contractor": f"Prestataire {random_.randint(1, 20)}",
    }  # fmt: skip


def answers(random_: random.Random, site: str) -> dict[str, list[dict[str, Any]]]:
    """Sixty rows of one firm."""
    return {
        "sites": [{"site_id": site, "name": f"Firme {site}", "naf_code": "1310Z", "commune_name": "Thann",
                   "commune_code": "68334", "postcode": "68800", "headcount": 90, "actor_type": "entreprise",
                   "consent": "agrégée", "reference_year": 2018}],
        "flows": [flow(random_, site, rank) for rank in range(20)],
        "sharing": [{"site_id": site, "nature": "achat", "item": f"objet {rank}", "side": "besoin",
                     "volume_per_year": 10 * rank, "unit": "t"} for rank in range(5)],
        "workforce": [{"site_id": site, "rome_code": "H2102", "occupation": "Conduite d'équipement",
                       "age_band": band, "headcount": 5, "fte": 5, "contract": contract}
                      for band in list(AGE_BANDS)[:9] for contract in ("CDI", "CDD")],
        "skills": [{"site_id": site, "skill": f"compétence {rank}", "current_level": 2, "required_level": 3,
                    "headcount": 4} for rank in range(8)],
        "readiness": [{"site_id": site, "respondent_role": "direction", "item": f"affirmation {rank}",
                       "answer": 1 + rank % 5} for rank in range(8)],
    }  # fmt: skip


def make_study(root: Path) -> Study:
    raw = root / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text('title = "Essai"\nterritory = "Vallée"\n', encoding="utf-8")
    return open_study("essai", root=root)


def write_workbooks(study: Study, count: int) -> list[Path]:
    random_ = random.Random(1)
    paths = []
    for number in range(1, count + 1):
        site = f"E{number:03d}"
        paths.append(study.raw / f"{site}_questionnaire.xlsx")
        with xlsxwriter.Workbook(paths[-1]) as book:
            for table, rows in answers(random_, site).items():
                sheet = book.add_worksheet(tables.sheet_name(table))
                sheet.write_row(0, 0, [spec["header"] for spec in tables.form(table).values()])
                for index, row in enumerate(rows, start=1):
                    sheet.write_row(index, 0, [row.get(name, "") for name in tables.form(table)])
    return paths


ODD = ("env. {}", "<{}", "{} kg", "{} t/an", "{}-x", "NC", "?{}", "{} à 20000", "#REF!", "", "{} camions")


ROWS_OF_FILE = 500_000  # some 60 MB, of the 100 that a file may have


def write_csv(study: Study, rows: int, *, doubtful: bool = False) -> list[Path]:
    random_ = random.Random(1)
    names = list(tables.form("flows"))
    paths = []
    for start in range(0, rows, ROWS_OF_FILE):
        paths.append(study.raw / f"tous{start // ROWS_OF_FILE or ''}_Flux.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow([tables.form("flows")[name]["header"] for name in names])
            for rank in range(start, min(rows, start + ROWS_OF_FILE)):
                made = flow(random_, f"E{rank % 500 + 1:03d}", rank)
                if doubtful and rank % 2:
                    made["quantity"] = random_.choice(ODD).format(made["quantity"])
                    made["unit"] = random_.choice([made["unit"], made["unit"], "sac", "camion", "Kg "])
                    made["waste_code"] = random_.choice([made["waste_code"]] * 4 + ["150199", "abc"])
                writer.writerow([made.get(name, "") for name in names])
    with (study.raw / "tous_Entreprise.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["Identifiant", "Raison sociale", "Diffusion"])
        writer.writerows([f"E{number:03d}", f"Firme {number}", "agrégée"] for number in range(1, 501))
    return paths


@contextmanager
def stages() -> Iterator[dict[str, float]]:
    """Seconds spent in each stage of `cleaning.clean_wave`."""
    spent: dict[str, float] = defaultdict(float)
    originals = {name: getattr(cleaning, name) for name in STAGES}

    def timed(name: str) -> Callable:
        def call(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return originals[name](*arguments, **options)
            finally:
                spent[name] += time.perf_counter() - start

        return call

    for name in STAGES:
        setattr(cleaning, name, timed(name))
    try:
        yield spent
    finally:
        for name, function in originals.items():
            setattr(cleaning, name, function)


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
    before = _resident("self")
    peak = [before]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.005):
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            peak[0] = max(peak[0], _resident("self") + sum(map(_resident, children)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    write_tables(study, cleaning.clean_wave(study))
    stop.set()
    watcher.join()
    print(peak[0] - before)


def _resident(process: str) -> int:
    """Bytes of memory that a process holds; none when it is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


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
