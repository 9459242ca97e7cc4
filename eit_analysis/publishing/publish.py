"""A run: what was withdrawn leaves first, then each audience gets its new version at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from eit_analysis.errors import EitError
from eit_analysis.publishing.consents import census
from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.publishing.one_page import Run
from eit_analysis.publishing.press import Press
from eit_analysis.publishing.project_page import outdate_indexes
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.publishing.swap import recover
from eit_analysis.publishing.version import Parameters, version_of
from eit_analysis.publishing.withdrawal import to_make_again, withdraw
from eit_analysis.publishing.workers import Progress
from eit_analysis.study import Study


def publish(
    study: Study,
    audiences: list[str],
    asked: list[Path],
    parameters: Parameters,
    jobs: int,
    progress: Progress,
    say: Callable[[str], None],
    forms: tuple[str, ...] = (),
) -> list[Run]:
    """Give each audience its pages, and withdraw what may no longer be read, of all waves and audiences.

    ``asked`` are the notebooks that the team wants made: its other pages are made too where they would
    differ. ``say`` is told what is withdrawn, before anything else is done.

    Returns
    -------
    list of Run
        The pages that failed.
    """
    log = ReleaseLog(study)
    end_what_was_begun(study, log)
    # Reads every table: whose row is lost with a file has not taken its consent back.
    version = version_of(study, find_notebooks(study, []), parameters)
    press = Press(study, log, census(study), jobs, progress, forms)
    withdraw(study, log, press.now, say)
    outdate_indexes(study.root)
    if unsearched := press.unsearched(audiences):
        say(unsearched)
    # A comparison tells of earlier waves, whose closed sums must be known when it is audited.
    now = study.waves.index(study.wave)
    failed = _again(press, study.waves[:now])
    failed += press.publish(audiences, asked, version)
    outdate_indexes(study.root)  # one that another command made meanwhile
    return failed + _again(press, study.waves[now:])


def _again(press: Press, waves: Sequence[str]) -> list[Run]:
    """Make the withdrawn pages of these waves again where they may be; those that failed."""
    failed = []
    due = to_make_again(press.study, press.log)
    for wave in [wave for wave in waves if wave in due]:
        try:
            other = replace(press, study=press.study.at(wave))
            failed += other.publish(due[wave], press.notebooks, version_of(other.study, other.notebooks, {}))
        except EitError as error:
            failed += [Run(Path(f"vague {wave}"), audience, error=str(error)) for audience in due[wave]]
    return failed


def end_what_was_begun(study: Study, log: ReleaseLog) -> None:
    """Clear what killed runs left, and log what they had put in place."""
    for wave in (study.root / "reports" / study.name).glob("*"):
        recover(wave)
    for folder in (study.processed.parent, log.folder):
        for left in folder.rglob(".*.tmp"):
            left.unlink()
    for record in log.waiting():
        index = replace(study, wave=record.wave).reports(record.audience) / "index.html"
        if index.exists() and record.fingerprint in index.read_text(encoding="utf-8"):
            log.confirm(record)
        else:
            log.forget(record)
