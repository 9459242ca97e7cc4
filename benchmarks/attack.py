"""What a reader can derive of single firms from the published pages, and how much is left to read.

    python -m benchmarks.attack sample [--audience partners] [--wave 2018] [--list 20] [--unread]
    python -m benchmarks.attack random [--studies 100] [--first 0] [--jobs 2] [--notebook 01_flow_diagnosis]

``sample`` attacks the reports of the sample study that stand in ``reports/``. ``random`` writes studies of 5
to 60 firms in a temporary folder, publishes both waves to partners and to the public, attacks; then one firm
withdraws (in odd studies a cell is corrected instead), all is published again, and the reader of both
releases attacks. Prints the parts attacked, the violations of the rule and the tightest bound, the share of
the numbers of amounts that were read and of the tonnes shown, and the first-screen sentences that say
nothing. Exit code 1 if the rule is broken. See ``docs/attack.md``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "data" / "raw" / "thur-doller")]

from attack.campaign import Attacker, Read  # noqa: E402
from attack.random_runs import Outcome, attack_random  # noqa: E402
from attack.rule import Result  # noqa: E402
from attack.shown import TABLES, shown, silent_answers  # noqa: E402


def told(result: Result, read: Read, listed: int) -> str:
    """The account of one attack, in lines."""
    met = read.numbers["in the system"] + read.numbers["unread"]
    lines = [
        f"numbers of amounts understood: {read.coverage:.0%} of {met:,} "
        f"(besides {read.numbers['bounds']:,} ends of intervals); {read.withheld:,} cells withheld",
        f"parts attacked: {result.parts:,}, by {result.rows:,} inequalities, {result.programmes} programmes",
        f"broken: {result.count(firms=True)} parts of a firm, {result.count(firms=False)} closed cells; "
        f"tightest bound: {result.closest()}; {result.given} bound by earlier releases alone",
    ]
    if read.missed:
        lines.append(f"releases not read: {read.missed}; what they bound by themselves counts as broken")
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
            f"- {who}, {part.value:.6g} of [{part.cells[0]}]: {sides} times, for {violation.insider}"
        )
        lines += [f"      from {why}" for why in (bound.because_up or bound.because_down)[:4]]
    return "\n".join(lines)


def sample(asked: argparse.Namespace) -> int:
    audiences, waves = asked.audience or ["partners", "public", "company:E07"], asked.wave or ["2015", "2018"]
    start = time.perf_counter()
    attacker = Attacker(audiences)
    attacker.receive(ROOT, "thur-doller", waves)
    print(f"read in {time.perf_counter() - start:.1f} s")
    broken = 0
    for audience in audiences:
        start = time.perf_counter()
        result, read = attacker.attack(audience), attacker.held[audience]
        print(f"\n== {audience}, {time.perf_counter() - start:.1f} s\n{told(result, read, asked.list)}")
        for name, share in shown(read, attacker.known, waves[-1]).items():
            print(f"  shown by {name}: {share.alone:.0%}, with pooled rows {share.pooled:.0%} "
                  f"(primary rules alone {share.primary:.0%})")  # fmt: skip
        print(f"  first-screen sentences that say nothing: {len(silent_answers(read))}")
        if asked.unread:
            print("\n".join(f"  not read: {line}" for line in read.unread()))
        broken += len(result.broken)
    return broken


def row(outcome: Outcome) -> str:
    cells = [f"{outcome.seed:>5}{outcome.firms:>6}{outcome.seconds:>7.0f} s  {outcome.state:<11}"]
    cells += [f"{outcome.parts:>7,}{outcome.broken:>7,}  {outcome.closest:>8}{outcome.silent:>7}"]
    cells += [f"{outcome.read:>6.0%}"]
    cells += [f"{outcome.shown[t].pooled:>6.0%}" if t in outcome.shown else "     -" for t in TABLES]
    return "".join(cells)


def random(asked: argparse.Namespace) -> int:
    seeds = range(asked.first, asked.first + asked.studies)
    heads = "".join(f"{''.join(word[0] for word in table.split()):>6}" for table in TABLES)
    print(f"study firms     time  state        parts broken   closest silent  read{heads}")
    outcomes: list[Outcome] = []
    failed = 0
    with ProcessPoolExecutor(asked.jobs) as pool:
        begun = {seed: pool.submit(attack_random, seed, asked.notebook) for seed in seeds}
        for seed, study in begun.items():
            try:
                done = study.result()
            except RuntimeError as error:
                failed += 1
                print(f"{seed:>5} not published: {error}", flush=True)
                continue
            outcomes += done
            print("\n".join(row(outcome) for outcome in done), flush=True)
            for outcome in done:
                print("".join(f"      {line}\n" for line in outcome.worst[: asked.list]), end="", flush=True)
    large = [outcome for outcome in outcomes if outcome.firms >= 15 and outcome.state == "first"]
    for table in TABLES:
        ratios = [s.pooled / s.primary for o in large if (s := o.shown.get(table)) and s.primary]
        if ratios:
            print(f"shown of what the primary rules allow, 15 firms on, by {table}: "
                  f"median {statistics.median(ratios):.0%} of {len(ratios)} studies")  # fmt: skip
    broken = sum(outcome.broken for outcome in outcomes)
    silent = sum(outcome.silent for outcome in outcomes)
    print(f"{len(outcomes)} attacks, {sum(o.parts for o in outcomes):,} parts, {broken} broken, "
          f"{silent} silent first-screen sentences, {failed} studies not published")  # fmt: skip
    return broken + failed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["sample", "random"])
    parser.add_argument("--audience", action="append", default=[])
    parser.add_argument("--wave", action="append", default=[])
    parser.add_argument("--list", type=int, default=0)
    parser.add_argument("--unread", action="store_true")
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--notebook", action="append", default=[])
    asked = parser.parse_args()
    sys.exit(bool({"sample": sample, "random": random}[asked.what](asked)))


if __name__ == "__main__":
    main()
