"""From raw workbooks to every page: our command beside the papermill and nbconvert commands, in one run.

    python -m benchmarks.reports [--repeat 3]

Prints the wall time and peak memory of each stage (medians) and two ratios:

- ``eit clean`` and ``eit run`` for one audience over ``papermill`` then ``nbconvert --to html``, one command
  after the other, on the same notebooks and parameters (their cleaned tables are given to them);
- what each further audience costs over the first.

Works in a temporary copy of the sample study; nothing of the project is touched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.study import open_study

ROOT = Path(__file__).resolve().parents[1]
STUDY, WAVES = "thur-doller", ("2015", "2018")
AUDIENCES = ("internal", "partners", "public")
Measure = tuple[float, float]


def run(folder: Path, *arguments: str) -> Measure:
    """Seconds, and peak memory in MB of the largest process, of one command."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert child.stderr is not None
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} failed:\n{errors.decode()[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def total(measures: list[Measure]) -> Measure:
    return sum(seconds for seconds, _ in measures), max(memory for _, memory in measures)


def clean(folder: Path) -> Measure:
    return run(folder, "eit_analysis", "clean", STUDY, *(part for w in WAVES for part in ("--wave", w)))


def reports(folder: Path, audiences: tuple[str, ...]) -> Measure:
    return run(folder, "eit_analysis", "run", STUDY, *(part for a in audiences for part in ("--audience", a)))


def papermill(folder: Path, audience: str) -> Measure:
    """The notebooks that `eit run` makes pages of."""
    measures = []
    for notebook in find_notebooks(open_study(STUDY, root=folder), []):
        done = f"peer/{audience}/{notebook.name}"
        (folder / done).parent.mkdir(parents=True, exist_ok=True)
        measures.append(
            run(
                folder,
                "papermill",
                f"notebooks/{notebook.name}",
                done,
                "--no-progress-bar",
                "-p",
                "audience",
                audience,
            )
        )
    return total(measures)


def nbconvert(folder: Path, audience: str) -> Measure:
    done = sorted((folder / "peer" / audience).glob("*.ipynb"))
    return total([run(folder, "nbconvert", "--to", "html", "--no-input", str(path)) for path in done])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    stages: dict[str, list[Measure]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
        for _ in range(repeat):
            shutil.rmtree(folder / "reports", ignore_errors=True)
            for name, stage in (
                ("eit clean (2 waves)", lambda: clean(folder)),
                ("eit run, 1 audience", lambda: reports(folder, AUDIENCES[:1])),
                ("eit run, 2 audiences", lambda: reports(folder, AUDIENCES[:2])),
                ("eit run, 3 audiences", lambda: reports(folder, AUDIENCES)),
                ("papermill, 1 audience", lambda: papermill(folder, AUDIENCES[0])),
                ("nbconvert, 1 audience", lambda: nbconvert(folder, AUDIENCES[0])),
            ):
                stages.setdefault(name, []).append(stage())
    median = {name: statistics.median(s for s, _ in measures) for name, measures in stages.items()}
    print(f"{'stage':<24}{'median s':>10}{'min s':>10}{'max s':>10}{'peak MB':>10}")
    for name, measures in stages.items():
        seconds = [s for s, _ in measures]
        peak = max(memory for _, memory in measures)
        print(f"{name:<24}{median[name]:>10.2f}{min(seconds):>10.2f}{max(seconds):>10.2f}{peak:>10.0f}")
    one, two, three = (median[f"eit run, {n} audience{'s' * (n > 1)}"] for n in (1, 2, 3))
    first = median["eit clean (2 waves)"] + one
    peers = median["papermill, 1 audience"] + median["nbconvert, 1 audience"]
    print(f"\nworkbooks to pages over the peers' commands, 1 audience: {first / peers:.2f} (at most 0.33)")
    print(f"run alone over the peers' commands, 1 audience:          {one / peers:.2f}")
    print(
        f"second audience over the first (clean + run):            {(two - one) / first:.2f} (at most 0.45)"
    )
    print(
        f"third audience over the first (clean + run):             {(three - two) / first:.2f} (at most 0.30)"
    )
    print(f"second audience over the first (run alone):              {(two - one) / one:.2f}")
    print(f"third audience over the first (run alone):               {(three - two) / one:.2f}")


if __name__ == "__main__":
    main()
