"""Random edits of valid survey files, cleaned in waves: nothing may crash, hang, or lose a row.

    python -m benchmarks.fuzz_intake [--files 10000] [--seed 1] [--wave N]

Each wave is some eighty files in a temporary study, cleaned and written; then the *fiches de relance* come
back with random answers and all is cleaned again. What must hold is in ``fuzz_checks.py``. Prints files by
kind of edit, where the rows went, the slowest wave, and for each failure the wave that shows it again, with
the fewest files that do (kept in a temporary folder). Exit code 1 if there is any. Linux only.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks import fuzz_written as output
from benchmarks.fuzz_waves import KINDS, Made, answered, clean, command, new_study, plan, write
from eit_analysis.intake.cleaning.wave import Cleaned, clean_wave

PER_WAVE = 80
ONCE_IN = 5  # waves, one is cleaned again from files that sort differently


@dataclass
class Tally:
    """What became of the files and rows of all waves."""

    files: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    waves: int = 0
    again: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    failures: list[str] = field(default_factory=list)


def run(made: list[Made], seed: str, again: bool, tally: Tally | None = None) -> list[str]:
    """Clean a wave, with answers the second time; sometimes once more, and in another order of files."""
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        study = new_study(Path(place))
        written = write(study, made)
        alone = len(made) == 1
        cleaned, problems = clean(study, written, may_be_empty=alone)
        if problems or cleaned is None:
            return problems
        if again:
            problems += output.same_bytes(study, lambda: command(study))
            with tempfile.TemporaryDirectory(prefix="fuzz-") as other:
                reordered = new_study(Path(other))
                for path in sorted(study.raw.rglob("*")):
                    if path.is_file():
                        new = reordered.raw / path.relative_to(study.raw).with_name(_mirrored(path.name))
                        new.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy(path, new)
                problems += output.same_rows(cleaned, clean_wave(reordered))
        written |= write(study, answered(random, study, 900))
        cleaned, found = clean(study, written, may_be_empty=alone)
        if tally and cleaned:
            _count(tally, cleaned, written)
        return problems + found


def _mirrored(name: str) -> str:
    """A name that sorts the other way; one of a hidden file stays hidden."""
    if name.startswith("."):
        return name
    return f"{999 - int(name[:3]) if name[:3].isdecimal() else 'm'}_{name}"


def _count(tally: Tally, cleaned: Cleaned, written: dict[str, Made]) -> None:
    for entry in cleaned.manifest["inputs"]:
        tally.files[written[entry["file"]].kind, "refused" if entry["problem"] else "read"] += 1
        for sheet in entry["sheets"]:
            tally.rows.update({key: value for key, value in sheet.items() if key.startswith("rows_")})
    for name in cleaned.manifest["files_left_alone"]:
        tally.files[written[name].kind if name in written else "name", "left alone"] += 1


def reduce(made: list[Made], seed: str, again: bool, problem: str) -> list[Made]:
    """Fewest files, by halves, that show the same kind of problem."""

    def shows(part: list[Made]) -> bool:
        return any(found.split(":")[0] == problem.split(":")[0] for found in run(part, seed, again))

    size = len(made) // 2
    while size:
        for start in range(0, len(made), size):
            rest = made[:start] + made[start + size :]
            if rest and shows(rest):
                made = rest
                break
        else:
            size //= 2
    return made


def wave(seed: int, number: int, count: int, tally: Tally) -> None:
    """Make, clean and check one wave; a failure is reduced and told at once."""
    again = number % ONCE_IN == 0
    made = plan(Random(f"{seed}:{number}"), count)
    start = time.monotonic()
    problems = run(made, f"{seed}:{number}", again, tally)
    tally.slowest = max(tally.slowest, (time.monotonic() - start, number))
    tally.waves += 1
    tally.again += again
    if problems:
        few = reduce(made, f"{seed}:{number}", again, problems[0])
        kept = Path(tempfile.mkdtemp(prefix="fuzz-kept-"))
        for file in few:
            path = kept / file.name.replace("\0", "_")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        kinds = ", ".join(f"{file.name!r} ({file.kind})" for file in few[:4])
        tally.failures.append(f"--seed {seed} --wave {number}: {'; '.join(problems[:3])} | {kinds} in {kept}")
        print(f"\nFAILED {tally.failures[-1]}", flush=True)


def report(tally: Tally) -> None:
    outcomes = ("read", "refused", "left alone")
    print(f"\n{'kind of edit':<12}{'files':>8}" + "".join(f"{outcome:>12}" for outcome in outcomes))
    for kind in [*dict.fromkeys((*KINDS, "answers")), "all"]:
        counts = [
            sum(n for (k, o), n in tally.files.items() if o == outcome and kind in (k, "all"))
            for outcome in outcomes
        ]
        print(f"{kind:<12}{sum(counts):>8}" + "".join(f"{count:>12}" for count in counts))
    parts = ("clean", "quarantined", "merged", "ignored")
    total = " + ".join(f"{tally.rows[f'rows_{part}']} {part}" for part in parts)
    held = sum(tally.rows[f"rows_{part}"] for part in parts) == tally.rows["rows_read"]
    print(f"rows: {tally.rows['rows_read']} read {'=' if held else '≠'} {total}")
    print(f"{tally.waves} waves, {tally.again} of them cleaned again and in another order; "
          f"slowest {tally.slowest[0]:.1f} s (wave {tally.slowest[1]}), with all checks")  # fmt: skip
    print(f"{len(tally.failures)} failures")
    for failure in tally.failures:
        print(f"  {failure}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wave", type=int, help="only this wave")
    options = parser.parse_args()
    tally = Tally()
    numbers = [options.wave] if options.wave is not None else None
    number = 0
    while numbers or (numbers is None and sum(tally.files.values()) < options.files):
        number = numbers.pop() if numbers else number + 1
        wave(options.seed, number, PER_WAVE, tally)
        if sys.stderr.isatty():
            print(f"\r{sum(tally.files.values())} files", end="", file=sys.stderr, flush=True)
        if numbers == []:
            break
    report(tally)
    return bool(tally.failures)


if __name__ == "__main__":
    sys.exit(main())
