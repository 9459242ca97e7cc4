"""Many made-up territories at once: how `eit batch` grows, what kills leave, what a cluster of others does.

    python -m benchmarks.batch scaling kills [--studies 150] [--notebook 00_survey_quality]...
    python -m benchmarks.batch scheduler [--studies 150]
    python -m benchmarks.batch memory [--studies 150]
    python -m benchmarks.batch sizes [--firms 10 39 100]

Territories of 5 to 60 firms, two waves each, the last one cleaned and published for the team, five of them
broken on purpose; no firm is in two of them, but for the fifth of each, a site of the first firm of the one
before. ``scaling`` sets one worker and two beside a plain loop of `eit clean` and `eit run`. ``kills`` kills
the whole of a batch once a third of the good studies have pages, then once two thirds have, resumes it, and
compares it with an undisturbed one of the same day (pages tell theirs). ``scheduler`` starts
`dask scheduler` and two `dask worker` as the docs say, and kills one of these in the middle. ``memory`` tells
what one worker's studies took, first and last.
``sizes`` tells what one study takes, every page, by number of firms and audience, each audience from nothing.
Works in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "data" / "raw" / "thur-doller")]

from attack.studies import random_study  # noqa: E402

from eit_analysis.batch.process import own_bytes  # noqa: E402

EIT = [sys.executable, "-m", "eit_analysis"]
DASK = [sys.executable, "-m", "dask"]


def project(folder: Path, studies: int, notebooks: list[str]) -> list[str]:
    """A project with so many studies, the last five of them broken, each in its way; their names."""
    (folder / "notebooks").mkdir(parents=True)
    for name in notebooks:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder / "notebooks")
    made = [random_study(seed) for seed in range(studies)]
    for study in made:
        study.write(folder)
    raw = [folder / "data" / "raw" / study.name for study in made[-5:]]
    with (raw[0] / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[unknown]\nkey = 1\n")
    (raw[1] / "study.toml").unlink()
    for wave in ("2015", "2018"):
        shutil.rmtree(raw[2] / wave)
        for file in (raw[3] / wave).iterdir():
            file.write_bytes(b"PK\x03\x04 no workbook")
    with (raw[4] / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[page]\nlogo = "absent.png"\n')
    return [study.name for study in made]


def batch(folder: Path, *options: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([*EIT, "batch", *options], cwd=folder, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout + done.stderr


def loop(folder: Path, names: list[str]) -> float:
    start = time.perf_counter()
    for name in names:
        for command in ("clean", "run"):
            subprocess.run([*EIT, command, name], cwd=folder, capture_output=True)
    return time.perf_counter() - start


def machine() -> str:
    """What this machine gives now: two processes that only count beside one, what its host takes from it."""
    count = [sys.executable, "-c", "for _ in range(30_000_000): pass"]
    before, seconds = psutil.cpu_times(), []
    for number in (1, 2):
        start = time.perf_counter()
        for process in [subprocess.Popen(count) for _ in range(number)]:
            process.wait()
        seconds.append(time.perf_counter() - start)
    after = psutil.cpu_times()
    stolen = getattr(after, "steal", 0.0) - getattr(before, "steal", 0.0)
    return (
        f"two that count do {2 * seconds[0] / seconds[1]:.2f} times the work of one ({seconds[0]:.1f} s); "
        f"the host took {stolen / (sum(after) - sum(before)):.0%}"
    )


def forget(folder: Path) -> None:
    for part in ("reports", "data/processed", "data/releases", "data/batch"):
        shutil.rmtree(folder / part, ignore_errors=True)


def written(folder: Path) -> dict[str, bytes]:
    """Pages and tables; logs of how long it took are left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in ("reports", "data/processed")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def published(folder: Path) -> int:
    """How many studies have pages for the team."""
    return len(list((folder / "reports").glob("*/*/internal/index.html")))


def peaks(folder: Path) -> list[int]:
    """Megabytes that each good study took, in the order in which they ended."""
    logs = sorted((folder / "data" / "batch").glob("*.log"), key=lambda path: path.stat().st_mtime)
    texts = (log.read_text(encoding="utf-8") for log in logs)
    ends = (re.search(r"(\d+)\sMo de mémoire au plus", text) for text in texts if "Échec" not in text)
    return [int(end[1]) for end in ends if end]


def scaling(folder: Path, asked: argparse.Namespace) -> None:
    names = project(folder, asked.studies, asked.notebook)
    print(machine())
    alone = loop(folder, names)
    plain = written(folder)
    print(f"load {os.getloadavg()[0]:.1f}; plain loop of eit clean and eit run: {alone:.0f} s")
    seconds = {}
    for jobs in (1, 2):
        forget(folder)
        seconds[jobs], said = batch(folder, "--jobs", str(jobs))
        print(f"load {os.getloadavg()[0]:.1f}; {jobs} worker(s): {seconds[jobs]:.0f} s\n{said}\n{machine()}")
        made = {n: c for n, c in written(folder).items() if n in plain or ".echec." not in n}
        different = [n for n in plain if made.get(n) != plain[n]]
        print(f"files of the loop: {len(plain)}, that differ: {different[:5]}")
    print(
        f"two workers over one: {seconds[1] / seconds[2]:.2f} times; over the loop: {alone / seconds[2]:.2f}"
    )


def kills(folder: Path, asked: argparse.Namespace) -> None:
    project(folder, asked.studies, asked.notebook)
    seconds, said = batch(folder, "--jobs", "2")
    print(f"undisturbed: {seconds:.0f} s\n{said}")
    whole = written(folder)
    forget(folder)
    cleaned: dict[Path, int] = {}
    for third in (1, 2):
        process = subprocess.Popen(
            [*EIT, "batch", "--jobs", "2"], cwd=folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while 3 * published(folder) < third * (asked.studies - 5):
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(1)
        marks = (folder / "data" / "processed").glob("*/*/.cleaned")
        cleaned = {m: m.stat().st_mtime_ns for m in marks} | cleaned
        print(f"killed: {len(cleaned)} cleaned, {published(folder)} published")
    seconds, said = batch(folder, "--jobs", "2")
    print(f"resumed: {seconds:.0f} s\n{said}")
    again = [mark.parent.parent.name for mark, when in cleaned.items() if mark.stat().st_mtime_ns != when]
    twice = [path.parent.name for path in (folder / "data" / "releases").glob("*/000002.json")]
    after_all = written(folder)
    different = [n for n in whole.keys() | after_all.keys() if whole.get(n) != after_all.get(n)]
    print(f"cleaned again: {again}; published twice: {twice}; files: {len(whole)}, "
          f"that differ: {len(different)} {different[:5]}")  # fmt: skip


def scheduler(folder: Path, asked: argparse.Namespace) -> None:
    names = project(folder, asked.studies, asked.notebook)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rsplit(":", 1)[1]
    started = [
        subprocess.Popen(
            [*DASK, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet
        )
    ]
    worker = [*DASK, "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    started += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        running = subprocess.Popen(
            [*EIT, "batch", "--scheduler", address], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        start = time.perf_counter()
        while 3 * published(folder) < len(names) - 5:
            time.sleep(0.2)
        started[1].send_signal(signal.SIGKILL)
        print(f"one worker killed after {time.perf_counter() - start:.0f} s, a third of the studies done")
        assert running.stdout is not None
        print(running.stdout.read(), f"exit code {running.wait()}")
        twice = [path.parent.name for path in (folder / "data" / "releases").glob("*/000002.json")]
        print(f"published twice: {twice}; memory of the other worker: "
              f"{psutil.Process(started[2].pid).memory_info().rss >> 20} MB")  # fmt: skip
    finally:
        for process in started:
            process.kill()


def memory(folder: Path, asked: argparse.Namespace) -> None:
    project(folder, asked.studies, asked.notebook)
    seconds, said = batch(folder, "--jobs", "1")
    print(f"one worker: {seconds:.0f} s\n{said}")
    found = peaks(folder)
    first, last = max(found[:10]), max(found[-10:])
    print(
        f"memory of a study, MB: {min(found)} to {max(found)}, median {statistics.median(found):.0f}; "
        f"peak of the ten first {first}, of the ten last {last}: {last / first:.2f} times"
    )


def sizes(folder: Path, asked: argparse.Namespace) -> None:
    print("firms, audience: clean s, run s (of processor), peak MB, tables MB, pages MB, load")
    for firms in asked.firms:
        study = random_study(firms, firms)
        for audience in ("internal", "partners", "public"):
            here = folder / f"{firms}-{audience}"
            study.write(here)
            shutil.copytree(ROOT / "notebooks", here / "notebooks")
            cleaning, first = alone(here, "clean", study.name)
            running, second = alone(here, "run", study.name, "--audience", audience, "--jobs", "1")
            tables, pages = (megabytes(here / part) for part in ("data/processed", "reports"))
            print(
                f"{firms}, {audience}: {cleaning:.1f}, {running:.1f}, {max(first, second)}, {tables:.1f}, "
                f"{pages:.1f}, {os.getloadavg()[0]:.0f}",
                flush=True,
            )


def alone(folder: Path, *options: str) -> tuple[float, int]:
    """Seconds of processor of a command and megabytes that it held at most, its children included."""
    before, peak = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]), 0
    process = subprocess.Popen([*EIT, *options], cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, own_bytes(process.pid))
        time.sleep(0.5)
    assert process.returncode == 0
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before, peak >> 20


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = {"scaling": scaling, "kills": kills, "scheduler": scheduler, "memory": memory, "sizes": sizes}
    parser.add_argument("part", nargs="+", choices=parts)
    parser.add_argument("--studies", type=int, default=30)
    parser.add_argument("--firms", type=int, nargs="+", default=[10, 39, 100])
    parser.add_argument("--notebook", action="append", default=[])
    asked = parser.parse_args()
    asked.notebook = asked.notebook or ["00_survey_quality"]
    for part in asked.part:
        with tempfile.TemporaryDirectory() as temporary:
            parts[part](Path(temporary).resolve(), asked)


if __name__ == "__main__":
    main()
