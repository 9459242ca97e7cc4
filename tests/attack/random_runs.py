"""A random study published twice, before and after a withdrawal or a correction, and attacked each time."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from command import eit
from generate import WAVES

from .campaign import Attacker
from .shown import Shown, shown, silent_answers
from .studies import RandomStudy, correct, random_study, withdraw

ROOT = Path(__file__).resolve().parents[2]
AUDIENCES = ("partners", "public")


@dataclass
class Outcome:
    """One attack on one study for one state of its releases, all audiences together."""

    seed: int
    firms: int
    state: str
    seconds: float = 0.0
    parts: int = 0
    broken: int = 0
    closest: str = ""
    silent: int = 0
    read: float = 1.0  # of the numbers of amounts, the least of any audience
    shown: dict[str, Shown] = field(default_factory=dict)
    worst: list[str] = field(default_factory=list)


def publish(
    root: Path, study: RandomStudy, readers: Sequence[str] = AUDIENCES, waves: Sequence[str] = WAVES
) -> None:
    """Cleaned, and some waves for some audiences: the pages of all notebooks there are."""
    study.write(root)
    _eit(root, "clean", study.name, *(part for wave in WAVES for part in ("--wave", wave)))
    audiences = [part for audience in readers for part in ("--audience", audience)]
    for wave in waves:
        _eit(root, "run", study.name, "--wave", wave, "--jobs", "1", *audiences)


def _eit(root: Path, *arguments: str) -> None:
    done = eit(root, *arguments)
    if done.returncode:
        raise RuntimeError(f"eit {' '.join(arguments)}: {done.stderr[-2000:]}")


def attack_random(seed: int, notebooks: list[str], readers: Sequence[str] = AUDIENCES) -> list[Outcome]:
    """The first release, then the reader of both: after a withdrawal, or a correction in odd studies.

    Of the pages of some notebooks, or of all.
    """
    study = random_study(seed)
    changed = correct(study) if seed % 2 else withdraw(study)
    states = {"first": study, "correction" if seed % 2 else "withdrawal": changed}
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="attack-") as place:
        root, attacker = Path(place), Attacker(readers)
        (root / "notebooks").mkdir()
        for name in notebooks or [path.stem for path in (ROOT / "notebooks").glob("[0-8]*.ipynb")]:
            shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", root / "notebooks")
        for state, version in states.items():
            start = time.perf_counter()
            # A correction is of the last wave; a withdrawal has the pages of the others made again.
            publish(root, version, readers, WAVES if state == "first" else WAVES[-1:])
            attacker.receive(root, version.name, list(WAVES))
            outcome = Outcome(seed, len(study.firms), state)
            for audience in readers:
                result = attacker.attack(audience)
                outcome.parts += result.parts
                outcome.broken += len(result.broken)
                if not outcome.closest or result.violations:
                    outcome.closest = result.closest()
                outcome.read = min(outcome.read, attacker.last[audience].coverage)
                outcome.silent += len(silent_answers(attacker.last[audience]))
                outcome.worst += [
                    f"{audience}: {v.part.firm or 'several'} {v.part.value:.5g} of [{v.part.cells[0]}], "
                    f"{v.bound.down:.3f} to {v.bound.up:.3f} times, for {v.insider}"
                    for v in result.broken[:5]
                ]
            outcome.shown = shown(attacker.last["partners"], attacker.known, WAVES[-1])
            outcome.seconds = time.perf_counter() - start
            outcomes.append(outcome)
    return outcomes
