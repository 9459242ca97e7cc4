"""What the ``eit`` command takes: its subcommands, their arguments, and argparse's errors in French."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

from eit_analysis.errors import UsageError

REGISTER_NAMES = (
    "sirene, trackdechets, irep, gerep, registre_chronologique, bmo, base_carbone, sinoe, outlets, "
    "dares_employment, dares_age, dares, rome, establishment_counts ou waste_list"
)


class Parser(argparse.ArgumentParser):
    """Argument errors as one French sentence and exit code 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, allow_abbrev=False)
        self._positionals.title, self._optionals.title = "arguments", "options"
        self.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        message = message.replace("'", "")
        for pattern, french in ARGUMENT_ERRORS:
            message = re.sub(pattern, french, message)
        raise UsageError(f"{message[:1].upper()}{message[1:]}\u00a0: voyez « {self.prog} --help ».")


# What argparse says in English, and what our users read.
ARGUMENT_ERRORS = [
    (r"^the following arguments are required: (.*)$", r"il manque \1"),
    (r"^unrecognized arguments: (.*)$", r"argument inconnu « \1 »"),
    (
        r"^argument \S+: invalid choice: (.*) \(choose from (.*)\)$",
        r"« \1 » est inconnu, choisissez parmi \2",
    ),
    (r"^argument (\S+): expected (?:one|at least one) argument$", r"\1 attend une valeur"),
    (r"^argument (\S+): invalid int value: (.*)$", r"\1 attend un nombre entier, pas « \2 »"),
    (r"^argument (\S+): invalid float value: (.*)$", r"\1 attend un nombre à point décimal, pas « \2 »"),
]


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="eit", description="Études d'écologie industrielle et territoriale.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE", parser_class=Parser)

    new = commands.add_parser("new", help="crée une étude\u00a0: dossier, study.toml, questionnaire vierge")
    new.add_argument("study", metavar="ÉTUDE")
    new.add_argument(
        "--firms", type=Path, metavar="FICHIER", help="extrait SIRENE (CSV) des acteurs à enquêter"
    )

    new.add_argument(
        "--communes", nargs="+", default=[], metavar="COMMUNE",
        help="communes du territoire, par nom ou code INSEE\u00a0: leurs intercommunalités sont proposées",
    )  # fmt: skip

    forms = commands.add_parser(
        "forms", help="refait les questionnaires, d'après study.toml et la liste acteurs.csv"
    )
    forms.add_argument("study", metavar="ÉTUDE")

    clean = commands.add_parser(
        "clean", help="lit les questionnaires d'une vague et écrit les tables propres"
    )
    clean.add_argument("study", metavar="ÉTUDE")
    clean.add_argument(
        "--wave", action="append", metavar="VAGUE", help="par défaut la dernière\u00a0; répétable"
    )

    campaign = commands.add_parser(
        "campaign", help="où en est l'enquête\u00a0: envoyé, reçu, demandé, répondu, qui appeler"
    )
    campaign.add_argument("study", metavar="ÉTUDE")
    campaign.add_argument("--wave", default="", metavar="VAGUE", help="par défaut la dernière")
    campaign.add_argument("--forget", default="", metavar="ID", help="retire les personnes d'un acteur")

    run = commands.add_parser("run", help="exécute les notebooks et écrit les rapports")
    run.add_argument("study", metavar="ÉTUDE")
    run.add_argument("--wave", default="", metavar="VAGUE", help="par défaut la dernière")
    run.add_argument("--audience", action="append", default=[], metavar="PUBLIC", help="internal par défaut")
    run.add_argument("--notebook", action="append", default=[], metavar="NOTEBOOK", help="tous par défaut")
    run.add_argument("-p", dest="parameters", action="append", default=[], metavar="NOM=VALEUR")
    run.add_argument("--pdf", action="store_true", help="imprime aussi chaque page, par Chromium")
    run.add_argument("--slides", action="store_true", help="fait aussi des diapositives, par Chromium")
    run.add_argument("--jobs", type=int, default=2, metavar="N", help="calculs en parallèle (2 par défaut)")

    batch = commands.add_parser("batch", help="nettoie et fait les rapports de beaucoup d'études")
    batch.add_argument("studies", nargs="*", metavar="ÉTUDE", help="toutes celles de data/raw par défaut")
    batch.add_argument(
        "--waves", nargs="+", default=[], metavar="VAGUE", help="par défaut la dernière\u00a0; « toutes »"
    )
    batch.add_argument(
        "--audience", action="append", default=[], metavar="PUBLIC", help="internal par défaut"
    )
    batch.add_argument("--scheduler", default="", metavar="ADRESSE", help="un ordonnanceur Dask déjà lancé")
    batch.add_argument("--jobs", type=int, metavar="N", help="études à la fois sur cette machine (ses cœurs)")

    match = commands.add_parser("match", help="cherche des échanges entre les acteurs de plusieurs études")
    match.add_argument("studies", nargs="+", metavar="ÉTUDE")
    match.add_argument(
        "--radius", type=float, default=100.0, metavar="KM", help="par la route, 100 par défaut"
    )
    match.add_argument("--top", type=int, default=5, metavar="N", help="preneurs par flux (5 par défaut)")

    history = commands.add_parser("history", help="écrit la page des vagues d'une étude, dès la troisième")
    history.add_argument("study", metavar="ÉTUDE")
    history.add_argument(
        "--audience", action="append", default=[], metavar="PUBLIC", help="internal par défaut"
    )

    share = commands.add_parser("share", help="écrit le fichier d'échange pour les autres territoires")
    share.add_argument("study", metavar="ÉTUDE")
    share.add_argument("--wave", default="", metavar="VAGUE", help="par défaut la dernière")

    register = commands.add_parser("import", help="verse un registre ou des données ouvertes dans l'étude")
    register.add_argument("register", metavar="REGISTRE", help=REGISTER_NAMES)
    register.add_argument("file", type=Path, metavar="FICHIER")
    register.add_argument("study", metavar="ÉTUDE")
    register.add_argument("--wave", default="", metavar="VAGUE", help="par défaut la dernière")

    mapped = commands.add_parser("map", help="dit comment un fichier à la présentation inconnue serait lu")
    mapped.add_argument("file", type=Path, metavar="FICHIER")
    mapped.add_argument("study", metavar="ÉTUDE")

    releases = commands.add_parser("releases", help="ce qui a été diffusé, à qui, quand, sur quelles données")
    releases.add_argument("study", metavar="ÉTUDE")

    verify = commands.add_parser("verify", help="refait les pages en place et dit si ce sont les mêmes")
    verify.add_argument("study", metavar="ÉTUDE")
    verify.add_argument("--wave", default="", metavar="VAGUE", help="par défaut la dernière")
    verify.add_argument(
        "--audience", action="append", default=[], metavar="PUBLIC", help="tous ceux qui ont des pages"
    )

    outlets = commands.add_parser(
        "outlets", help="qui pourrait prendre un déchet, selon son code ou sa désignation"
    )
    outlets.add_argument(
        "waste",
        nargs="+",
        metavar="CODE",
        help="six chiffres (15 01 01) ou une désignation (sciure de hêtre)",
    )
    outlets.add_argument("--naf", default="", metavar="NAF", help="cette activité seulement")
    outlets.add_argument("--json", action="store_true", help="réponse en JSON")
    return parser
