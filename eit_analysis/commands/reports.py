"""The commands on what goes out: pages, of one study or of many, and what may be known of them."""

from __future__ import annotations

import argparse
import io
import os
import sys
from contextlib import suppress
from pathlib import Path

from eit_analysis.commands.survey import clean
from eit_analysis.errors import CONTROLS, EitError, UsageError
from eit_analysis.french import counted
from eit_analysis.locking import locked
from eit_analysis.reference import sentence
from eit_analysis.study import Study, list_studies, open_study, project_root
from eit_analysis.terminal import DONE, FAILED, note, progress, say, warn


def command_run(arguments: argparse.Namespace) -> int:
    if arguments.jobs < 1:
        raise UsageError("--jobs attend un nombre d'au moins 1\u00a0: corrigez-le.")
    study = open_study(arguments.study, arguments.wave)
    from eit_analysis.intake.sheets.workbook import survey_files

    if study.establishments and not survey_files(study.raw)[0]:
        with locked(study, f"eit clean {study.name}", warn):
            clean(study)  # nothing to read: the empty tables of a pre-diagnosis
    study.manifest()
    from eit_analysis.publishing.folder import FORMS
    from eit_analysis.publishing.notebooks import find_notebooks, read_parameters
    from eit_analysis.publishing.paper import browser

    audiences = list(dict.fromkeys(arguments.audience)) or ["internal"]
    notebooks = find_notebooks(study, arguments.notebook)
    parameters = read_parameters(notebooks, arguments.parameters)
    forms = tuple(form for form in FORMS if getattr(arguments, form))
    if forms:
        browser()
    code = _published("run", study, audiences, notebooks, parameters, arguments.jobs, forms)
    for audience in audiences:
        say(study.reports(audience).relative_to(study.root) / "index.html")
    return code


def _published(
    command: str,
    study: Study,
    audiences: list[str],
    notebooks: list[Path],
    parameters: dict,
    jobs: int = 2,
    forms: tuple = (),
) -> int:
    from eit_analysis.publishing.publish import publish
    from eit_analysis.settings_checks import check_names

    with locked(study, f"eit {command} {study.name}", warn):
        check_names(study)
        failures = publish(study, audiences, notebooks, parameters, jobs, progress, say, forms)
    for run in failures:
        warn(CONTROLS.sub(" ", f"Échec de {run.name} pour {run.audience}\u00a0: {run.error}"))
    return FAILED if failures else DONE


def command_history(arguments: argparse.Namespace) -> int:
    """Page 08 of the last wave, once every wave is clean: none is left out unsaid."""
    from eit_analysis.publishing.notebooks import find_notebooks

    study = open_study(arguments.study)
    if len(study.waves) < 3:
        waves = counted(len(study.waves), "vague", "vagues")
        raise UsageError(sentence("history_few_waves", study=study.name, waves=waves))
    for wave in study.waves:
        study.at(wave).manifest()
    audiences = list(dict.fromkeys(arguments.audience)) or ["internal"]
    code = _published("history", study, audiences, find_notebooks(study, ["08_history"]), {})
    for audience in audiences:
        say(study.reports(audience).relative_to(study.root) / "08_history.html")
    return code


def command_batch(arguments: argparse.Namespace) -> int:
    from eit_analysis.batch.cluster import make_all, workers
    from eit_analysis.batch.one_study import EVERY
    from eit_analysis.batch.order import Order
    from eit_analysis.batch.pages import explain, write_index
    from eit_analysis.publishing.version import program_digest

    root, given = project_root(), list(dict.fromkeys(arguments.studies))
    known = list_studies(root)
    if not known:
        raise UsageError("data/raw n'a encore aucune étude\u00a0: créez-en une avec « eit new ».")
    if unknown := [name for name in given if name not in known]:
        there = ", ".join(known)
        raise UsageError(sentence("study_unknown", study=unknown[0], known=there, mend="son nom"))
    waves, audiences = tuple(arguments.waves), tuple(dict.fromkeys(arguments.audience)) or ("internal",)
    held = {path.name for name in given or known for path in (root / "data" / "raw" / name).glob("*/")}
    if strange := [wave for wave in waves if wave not in held | {EVERY}]:
        raise UsageError(sentence("batch_wave_unknown", wave=strange[0]))
    for audience in audiences:
        _check_audience(audience, root, given or known)
    if arguments.scheduler and arguments.jobs:
        raise UsageError("--jobs est pour cette machine, --scheduler pour une autre\u00a0: choisissez.")
    jobs = os.cpu_count() or 1 if arguments.jobs is None else arguments.jobs
    if jobs < 1:
        raise UsageError("--jobs attend un nombre d'au moins 1\u00a0: corrigez-le.")
    program = program_digest()
    orders = [Order(root, name, waves, audiences, program) for name in given or known]
    outcomes = []
    with workers(arguments.scheduler, min(jobs, len(orders))) as client:
        for outcome in make_all(orders, client, progress, warn):
            explain(outcome)
            outcomes.append(outcome)
            note(f"{len(outcomes)} sur {len(orders)}\u00a0: {outcome.order.name}")
    for outcome in sorted(outcomes, key=lambda outcome: outcome.order.name):
        for reason in outcome.failed:
            warn(CONTROLS.sub(" ", f"Échec de {outcome.order.name}\u00a0: {reason}"))
    failures = sum(bool(outcome.failed) for outcome in outcomes)
    before = sum(not outcome.failed and not outcome.steps for outcome in outcomes)
    say(
        f"{counted(len(outcomes) - failures, 'étude à jour', 'études à jour')}, dont {before} sans rien à "
        f"refaire\u00a0; {counted(failures, 'échec', 'échecs')}."
    )
    standings = {outcome.order.name: outcome.standing for outcome in outcomes}
    index = write_index(root, lambda names: progress(names, words="Index"), standings)
    say(index.relative_to(root))
    return FAILED if failures else DONE


def _check_audience(audience: str, root: Path, names: list[str]) -> None:
    """Refuse an audience that is none of the usual ones, of a firm, or that one of the studies declares."""
    from eit_analysis.publishing.frame import AUDIENCES
    from eit_analysis.publishing.release.viewer import company_of

    declared = set(AUDIENCES)
    if audience in declared or company_of(audience) is not None:
        return
    for name in names:
        with suppress(EitError):  # its own page says why
            declared |= open_study(name, root=root).settings.audiences.keys()
    if audience not in declared:
        raise UsageError(sentence("audience_unknown", audience=audience, known=", ".join(sorted(declared))))


def command_match(arguments: argparse.Namespace) -> int:
    from eit_analysis.batch.matching import FILE, PAGE, match

    names = list(dict.fromkeys(arguments.studies))
    matched = match(project_root(), names, arguments.radius, arguments.top)
    if matched.alone:
        warn(f"Sans accord dans les deux sens, laissées de côté\u00a0: {', '.join(matched.alone)}.")
    found = counted(matched.across, "échange possible", "échanges possibles")
    say(f"{found} entre deux études\u00a0; tous les rapprochements sont dans {FILE}.")
    say(PAGE)
    return DONE


def command_share(arguments: argparse.Namespace) -> int:
    """The public pages, made as « eit run » makes them: the file stands beside the one that tells of it."""
    from eit_analysis.publishing.notebooks import find_notebooks
    from eit_analysis.publishing.release.exchange_file import AUDIENCE, shared

    study = open_study(arguments.study, arguments.wave)
    study.manifest()
    code = _published("share", study, [AUDIENCE], find_notebooks(study, []), {})
    say(shared(study))
    return code


def command_releases(arguments: argparse.Namespace) -> int:
    from eit_analysis.publishing.release_log import ReleaseLog, release_table

    say(release_table(ReleaseLog(open_study(arguments.study)).records()))
    return DONE


def command_verify(arguments: argparse.Namespace) -> int:
    from eit_analysis.publishing.release_log import ReleaseLog
    from eit_analysis.publishing.verification import verdict_lines, verify

    study = open_study(arguments.study, arguments.wave)
    with locked(study, f"eit verify {study.name}", warn):
        audiences = arguments.audience or ReleaseLog(study).audiences(study.wave)
        verdicts = verify(study, list(dict.fromkeys(audiences)), progress)
    for verdict in verdicts:
        say("\n".join(verdict_lines(verdict)))
    return FAILED if any(verdict.different for verdict in verdicts) else DONE


def command_outlets(arguments: argparse.Namespace) -> int:
    from eit_analysis.outlets.answer import answer, as_json
    from eit_analysis.outlets.page import as_text

    document = answer(" ".join(arguments.waste), arguments.naf)
    if arguments.json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8 whatever the terminal speaks
    say(as_json(document) if arguments.json else as_text(document))
    return DONE
