"""Each hostile file beside a good one, read by the guarded process: time, memory, reason given.

    python -m benchmarks.guard [--only NAME]

For each file: seconds until it is refused, and peak resident memory, in MB, of the process that read it (the
largest, were one to die). The good file that follows it in the folder must be read. Linux only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hostile_files import HOSTILE, workbook

SECONDS, MEGABYTES = 0.5, 200.0
# The memory of a process that has died is only known to one that watched it.
MEASURE = """
import sys, threading, time
from pathlib import Path
from eit_analysis.intake.sheets.workbook import read_files
peaks = {0: 0.0}
def look():
    for task in Path("/proc/self/task").iterdir():
        try:
            for child in (task / "children").read_text().split():
                status = Path("/proc", child, "status").read_text()
                peaks[child] = int(status.split("VmHWM:")[1].split()[0]) / 1024
        except (OSError, IndexError):
            continue
def watch():
    while True:
        look()
        time.sleep(0.005)
folder, hostile, good = map(Path, sys.argv[1:])
threading.Thread(target=watch, daemon=True).start()
start = time.perf_counter()
reading = read_files([hostile, good], folder)
refused = next(reading)
seconds = time.perf_counter() - start
rest = next(reading)
look()
reading.close()
print(seconds, max(peaks.values()), not rest.problem and len(rest.sheets[0].rows) == 2, refused.problem or "",
      sep="\\t")
"""


def measure(folder: Path, hostile: Path, good: Path) -> tuple[float, float, bool, str]:
    """Seconds, megabytes, whether the good file was read, and the reason (empty when the file was read)."""
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder), str(hostile), str(good)],
        capture_output=True, text=True, check=True,
    ).stdout.rstrip("\n").split("\t")  # fmt: skip
    return float(answer[0]), float(answer[1]), answer[2] == "True", answer[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="only the files whose name contains this")
    only = parser.parse_args().only
    failed = 0
    print(f"{'file':<24}{'seconds':>8}{'MB':>6}  good file  reason")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        good = workbook(folder / "bon.xlsx", {"A1": "Identifiant", "A2": "E01"})
        for name, (make, _) in HOSTILE.items():
            if only not in name:
                continue
            hostile = make(folder / name)
            seconds, megabytes, good_read, reason = measure(folder, hostile, good)
            passed = bool(reason) and good_read and seconds < SECONDS and megabytes < MEGABYTES
            failed += not passed
            read = "read" if good_read else "LOST"
            print(f"{name:<24}{seconds:8.3f}{megabytes:6.0f}  {read:<9}  {reason or 'NOT REFUSED'}"
                  + ("" if passed else "  <-- FAILED"))  # fmt: skip
            if not hostile.is_dir():
                hostile.unlink()
    sys.exit(f"{failed} failed" if failed else 0)


if __name__ == "__main__":
    main()
