"""The commands on what comes in: a study's forms, answers, registers and campaign."""

from __future__ import annotations

import argparse

from eit_analysis.errors import CONTROLS
from eit_analysis.files import all_or_none
from eit_analysis.french import counted
from eit_analysis.locking import locked
from eit_analysis.reference import sentence
from eit_analysis.study import Study, create_study, open_study, project_root
from eit_analysis.terminal import DONE, progress, say, warn


def command_new(arguments: argparse.Namespace) -> int:
    from eit_analysis.intake.form.questionnaire import firms_of, write_forms
    from eit_analysis.reference.communes import epcis_of, find_commune

    firms, left_out = firms_of(arguments.firms) if arguments.firms else (None, [])
    codes = [] if firms is None else firms["commune_code"].dropna().tolist()
    communes = arguments.communes or [code for code in codes if find_commune(code)]
    folder = create_study(project_root(), arguments.study, epcis_of(communes))
    written = write_forms(folder, firms)
    sent = "questionnaire.xlsx"
    if written:
        sent = f"les {len(written)} classeurs de _questionnaires/ (un par acteur, selon acteurs.csv)"
    for line in left_out:
        say(line)
    say(sentence("study_created", folder=folder.name, sent=sent))
    return DONE


def command_forms(arguments: argparse.Namespace) -> int:
    from eit_analysis.intake.form.guide import returns
    from eit_analysis.intake.form.questionnaire import write_forms
    from eit_analysis.intake.survey.response import CONTACTED_FILE, read_listed

    study = open_study(arguments.study)
    firms = read_listed(study.raw.parent / CONTACTED_FILE)
    with locked(study, f"eit forms {study.name}", warn):
        written = write_forms(study.raw.parent, firms if len(firms) else None, returns(study.settings))
    made = "forms_made" if written else "forms_unlisted"
    say(sentence(made, forms=counted(len(written), "classeur", "classeurs"), listed=CONTACTED_FILE))
    return DONE


def command_clean(arguments: argparse.Namespace) -> int:
    studies = [open_study(arguments.study, wave) for wave in dict.fromkeys(arguments.wave or [""])]
    with locked(studies[0], f"eit clean {studies[0].name}", warn):
        for study in studies:
            clean(study)
    return DONE


def clean(study: Study) -> None:
    from eit_analysis.intake import results

    for line in results.clean(study, lambda items: progress(items, words="Lecture")):
        say(line)


def command_campaign(arguments: argparse.Namespace) -> int:
    from eit_analysis.intake.relance.campaign import write_campaign

    study = open_study(arguments.study, arguments.wave)
    with locked(study, f"eit campaign {study.name}", warn):
        for line in write_campaign(study, arguments.forget):
            say(line)
    return DONE


def command_import(arguments: argparse.Namespace) -> int:
    from eit_analysis.intake.registers.canonical import WASTE_REGISTERS
    from eit_analysis.intake.registers.importing import import_register

    study = open_study(arguments.study, arguments.wave)
    with locked(study, f"eit import {arguments.register} {study.name}", warn):
        with all_or_none():
            said = import_register(arguments.register, arguments.file, study)
        say(said)
        # So that importing before or after the cleaning gives the same tables.
        if arguments.register in WASTE_REGISTERS and (study.processed / "manifest.json").exists():
            clean(study)
    return DONE


def command_map(arguments: argparse.Namespace) -> int:
    from eit_analysis.intake.mapped import map_file

    study = open_study(arguments.study)
    with locked(study, f"eit map {study.name}", warn):
        for line in map_file(arguments.file, study):
            say(CONTROLS.sub(" ", line))
    return DONE
