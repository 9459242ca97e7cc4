"""What a reader can derive of single firms from the published pages: the sample as it stands in ``reports/``.

    python -m benchmarks.attack [--audience partners] [--wave 2015 --wave 2018] [--list 20]

Prints how many numbers were understood, how many parts of firms were attacked, the tightest bound and the
violations of the rule by table, then the tightest of them with the cells that give them. Exit code 1 if there
is any. See ``docs/attack.md``.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.attack.campaign import Read, Release, campaign
from tests.attack.rule import Result

ROOT = Path(__file__).resolve().parents[1]


def told(result: Result, read: Read, listed: int) -> str:
    """The account of one attack, in lines."""
    lines = [
        f"numbers of amounts understood: {read.coverage():.0%} of "
        f"{read.numbers['in the system'] + read.numbers['unread']:,} "
        f"(besides {read.numbers['bounds']:,} ends of intervals); {read.withheld:,} cells withheld",
        f"parts attacked: {result.parts:,}, by {result.rows:,} inequalities, {result.programmes} programmes",
        f"broken: {sum(bool(v.part.firm) for v in result.broken)} parts of a firm, "
        f"{sum(not v.part.firm for v in result.broken)} closed cells; tightest bound: "
        + (f"{1 + result.tightest:.3f} times the truth" if result.violations else "beyond 15 %"),
    ]
    lines += [f"  {count:>4} {kind}" for kind, count in result.kinds().most_common()]
    for violation in result.broken[:listed]:
        part, bound = violation.part, violation.bound
        who = part.firm or "several others"
        sides = " and ".join(
            f"{word} {ratio:.4f}"
            for word, ratio in (("at most", bound.up), ("at least", bound.down))
            if abs(ratio) < 1e6
        )
        lines.append(
            f"- {who}, {part.value:.6g} of [{part.cells[0]}], {sides} times, for {violation.insider}"
        )
        lines += [f"      from {why}" for why in (bound.because_up or bound.because_down)[:4]]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--audience", action="append", default=[])
    parser.add_argument("--wave", action="append", default=[])
    parser.add_argument("--list", type=int, default=20)
    asked = parser.parse_args()
    broken = 0
    for audience in asked.audience or ["partners", "public", "company:E07"]:
        start = time.perf_counter()
        release = Release("sample", ROOT, "thur-doller", asked.wave or ["2015", "2018"])
        result, read = campaign([release], audience)
        print(f"== {audience}, {time.perf_counter() - start:.1f} s\n{told(result, read, asked.list)}\n")
        broken += len(result.broken)
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
