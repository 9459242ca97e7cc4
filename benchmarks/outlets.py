"""The answer of `eit outlets` for each code of the European list, and the command from its start.

    python -m benchmarks.outlets [--repeat 3] [--starts 5]

Prints the median and the worst time of one answer over all the codes (the reference once read; the best of
the repeats for each code), for its text and for its JSON; then the median wall time of the whole command in a
process of its own, beside a bare ``import pandas``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from eit_analysis import reference
from eit_analysis.outlets.answer import answer, as_json
from eit_analysis.outlets.page import as_text

LIMIT_MS = 50


def milliseconds(work: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def started(arguments: list[str], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    codes = list(reference.load("waste_codes")["waste_code"])
    answer(codes[0])
    print(f"{len(codes)} codes, limit {LIMIT_MS} ms each")
    for name, write in (("text", as_text), ("JSON", as_json)):
        times = {code: milliseconds(lambda c=code, w=write: w(answer(c)), options.repeat) for code in codes}
        worst = max(times, key=lambda code: times[code])
        over = sum(t > LIMIT_MS for t in times.values())
        print(
            f"{name}: median {statistics.median(times.values()):.1f} ms, worst {times[worst]:.1f} ms "
            f"({worst}), over the limit {over}"
        )
    whole = started(["-m", "eit_analysis", "outlets", "150101"], options.starts)
    bare = started(["-c", "import pandas"], options.starts)
    print(
        f"command from its start: {whole:.2f} s, import pandas alone: {bare:.2f} s, ratio {whole / bare:.2f}"
    )


if __name__ == "__main__":
    main()
