"""One study of a batch: what is not clean is cleaned, what is not published is published, under its lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from eit_analysis import prepared
from eit_analysis.batch.finished import is_clean, note_clean, unpublished
from eit_analysis.batch.order import Order
from eit_analysis.batch.standing import Standing, standing
from eit_analysis.errors import EitError, UsageError
from eit_analysis.intake.results import clean
from eit_analysis.locking import locked
from eit_analysis.publishing.notebooks import find_notebooks
from eit_analysis.publishing.publish import end_what_was_begun, publish
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.publishing.version import program_digest, version_of
from eit_analysis.reference import sentence
from eit_analysis.settings_checks import check_names
from eit_analysis.study import Study, open_study
from eit_analysis.terminal import progress

EVERY = "toutes"
Say = Callable[[str], None]


def make(order: Order, say: Say) -> tuple[list[str], int]:
    """Clean and publish a study; what failed, in French, and the number of steps that were taken.

    A step is the cleaning of a wave or the pages of an audience of one; those finished before are none.

    Raises
    ------
    EitError
        When nothing can be made of the study.
    """
    if program_digest() != order.program:
        raise UsageError(sentence("dask_other_program"))
    study = open_study(order.name, root=order.root)
    waves = [study.at(wave) for wave in asked_waves(study, order.waves)]
    failed: list[str] = []
    with locked(study, f"eit batch {study.name}", say):
        steps = sum(_cleaned(wave, say) for wave in waves)
        check_names(study)
        end_what_was_begun(study, ReleaseLog(study))
        for wave in waves:
            try:
                steps += _published(wave, list(order.audiences), failed, say)
            except EitError as error:
                failed.append(f"vague {wave.wave}\u00a0: {error}")
    return failed, steps


def stands(order: Order) -> Standing | None:
    """Where a study stands now, for the index: whoever made it has its tables at hand."""
    try:
        return standing(prepared.open_study(order.name, root=order.root), date.today().year)
    except EitError:
        return None


def asked_waves(study: Study, asked: tuple[str, ...]) -> list[str]:
    """The waves of a study among those asked for, in order of their names."""
    if not asked:
        return [study.wave]
    found = study.waves if EVERY in asked else [wave for wave in study.waves if wave in asked]
    if not found:
        wanted, there = ", ".join(asked), ", ".join(study.waves)
        raise UsageError(sentence("batch_no_wave", study=study.name, asked=wanted, known=there))
    return found


def _cleaned(study: Study, say: Say) -> bool:
    if is_clean(study):
        say(f"Vague {study.wave}\u00a0: déjà nettoyée, rien n'a changé depuis.")
        return False
    for line in clean(study):
        say(line)
    note_clean(study)
    return True


def _published(study: Study, audiences: list[str], failed: list[str], say: Say) -> int:
    notebooks = find_notebooks(study, [])
    missing = unpublished(study, audiences, version_of(study, notebooks, {}))
    for audience in audiences:
        there = "pages à faire" if audience in missing else "pages déjà en place, rien n'a changé depuis"
        say(f"Vague {study.wave}, {audience}\u00a0: {there}.")
    if missing:
        runs = publish(study, missing, notebooks, {}, 1, progress, say)  # a log is no terminal: no bar
        failed += [f"{run.name} pour {run.audience}, vague {study.wave}\u00a0: {run.error}" for run in runs]
    return len(missing)
