"""Kill the writing of the sample's pages, and look whether each folder is one whole version.

    python -m benchmarks.kills [--kills 100] [--aimed 20] [--seed 1]

So many at random moments, and so many between two files. The pages of the team, partners and public are drawn
once, in two versions; each process that is killed writes the one that is not in place. The sample study must
be clean. Needs fork.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from eit_analysis.publishing.consents import rosters
from eit_analysis.publishing.one_page import Run
from eit_analysis.publishing.press import Press
from eit_analysis.publishing.publish import end_what_was_begun
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.publishing.version import Version, version_of
from eit_analysis.study import Study, open_study

ROOT = Path(__file__).resolve().parents[1]
AUDIENCES = ["internal", "partners", "public"]
Folder = dict[str, bytes]
Told = dict[str, pd.DataFrame]


def project(folder: Path) -> Study:
    for name in ("data/raw/thur-doller", "data/processed/thur-doller", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    return open_study("thur-doller", root=folder)


def put(
    press: Press, version: Version, runs: list[Run], told: Told, audiences: list[str] = AUDIENCES
) -> None:
    for audience in audiences:
        own = [run for run in runs if run.audience == audience]
        files, record = press._folder(audience, own, version, {})
        press.log.put(press.study.reports(audience), files, record, told.get(audience))


def folders(study: Study) -> dict[str, Folder]:
    return {
        audience: {
            path.relative_to(study.reports(audience)).as_posix(): path.read_bytes()
            for path in study.reports(audience).rglob("*")
            if path.is_file()
        }
        for audience in AUDIENCES
    }


def stamped(run: Run, first: Version, other: Version) -> Folder:
    """The files of a page as another version would have them: the same but for its fingerprint."""
    old, new = first.fingerprint.encode(), other.fingerprint.encode()
    return {n: c + b"\r\n" if n.endswith(".csv") else c.replace(old, new) for n, c in run.files.items()}


def die_after(files: int) -> None:
    """Kill this process once it has given so many files their place."""
    give = os.replace

    def counting(*arguments: object) -> None:
        nonlocal files
        if files == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        files -= 1
        give(*arguments)

    os.replace = counting


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--aimed", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with TemporaryDirectory() as temporary:
        study = project(Path(temporary))
        log = ReleaseLog(study)
        press = Press(study, log, rosters(study), 2, lambda items, *_: items)
        first = version_of(study, press.notebooks, {})
        runs, told = press.draw(first, AUDIENCES, press.notebooks)
        assert not any(run.error for run in runs)
        other = replace(first, program="another")
        other = replace(other, pages={name: f"{digest}'" for name, digest in first.pages.items()})
        again = [replace(run, files=stamped(run, first, other)) for run in runs]
        drawn = {version.fingerprint: (version, own) for version, own in ((first, runs), (other, again))}
        expected = {}
        for fingerprint, (version, own) in drawn.items():
            start = time.perf_counter()
            put(press, version, own, told)
            expected[fingerprint] = folders(study)
            took = time.perf_counter() - start
        files = sum(map(len, expected[first.fingerprint].values()))
        print(f"{files} files in {len(AUDIENCES)} folders, written in {took:.2f} s")
        target, there = other, dict.fromkeys(AUDIENCES, other.fingerprint)
        ends: Counter[str] = Counter()
        killed = 0
        while killed < options.kills + options.aimed:
            aimed = killed >= options.kills
            target = first if target is other else other
            # Up to twice the time: the machine may be busier now.
            aim, moment = chance.randrange(files), chance.uniform(0, 2 * took)
            child = os.fork()
            if child == 0:
                if aimed:
                    die_after(aim)
                put(press, *drawn[target.fingerprint], told)
                os._exit(0)
            if not aimed:
                time.sleep(moment)
                os.kill(child, signal.SIGKILL)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            killed += ended == -signal.SIGKILL
            found = folders(study)  # as a reader sees them before any restart
            for audience in AUDIENCES:
                (there[audience],) = [f for f in expected if expected[f][audience] == found[audience]]
            end_what_was_begun(study, log)
            assert folders(study) == found
            assert sorted(path.name for path in study.reports("public").parent.iterdir()) == AUDIENCES
            for audience in AUDIENCES:
                assert log.last(study.wave, audience).fingerprint == there[audience]
            new = sum(fingerprint == target.fingerprint for fingerprint in there.values())
            how = "not killed" if ended == 0 else "aimed" if aimed else "random"
            ends[f"{how}, {new} of 3 folders new"] += 1
            late = [audience for audience in AUDIENCES if there[audience] != target.fingerprint]
            put(press, *drawn[target.fingerprint], told, late)
        for words, count in sorted(ends.items()):
            print(f"{count:4}  {words}")
        print("each folder was one whole version, and the last of the log, every time")


if __name__ == "__main__":
    main()
