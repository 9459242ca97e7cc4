"""What the ``eit`` command takes: its subcommands, their arguments, and argparse's errors in French."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

from eit_analysis.errors import UsageError

# What several commands take.
SHARED: dict[str, dict[str, Any]] = {
    "study": {"metavar": "ÉTUDE"},
    "--wave": {"default": "", "metavar": "VAGUE", "help": "par défaut la dernière"},
    "--audience": {
        "action": "append",
        "default": [],
        "metavar": "PUBLIC",
        "help": "internal (par défaut), partners, public ou company:CODE\u00a0; une fois chacun",
    },
}
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

    def command(name: str, words: str, *shared: str) -> Parser:
        made = commands.add_parser(name, help=words)
        add(made, *shared)
        return made

    def add(made: Parser, *shared: str) -> None:
        for argument in shared:
            made.add_argument(argument, **SHARED[argument])

    new = command("new", "crée une étude\u00a0: dossier, study.toml, questionnaire vierge", "study")
    new.add_argument(
        "--firms", type=Path, metavar="FICHIER", help="extrait SIRENE (CSV) des acteurs à enquêter"
    )
    new.add_argument(
        "--communes", nargs="+", default=[], metavar="COMMUNE",
        help="communes du territoire, par nom ou code INSEE\u00a0: leurs intercommunalités sont proposées",
    )  # fmt: skip

    command("forms", "refait les questionnaires, d'après study.toml et la liste acteurs.csv", "study")

    clean = command("clean", "lit les questionnaires d'une vague et écrit les tables propres", "study")
    clean.add_argument(
        "--wave", action="append", metavar="VAGUE", help="par défaut la dernière\u00a0; répétable"
    )

    words = "où en est l'enquête\u00a0: envoyé, reçu, demandé, répondu, qui appeler"
    campaign = command("campaign", words, "study", "--wave")
    campaign.add_argument("--forget", default="", metavar="ID", help="retire les personnes d'un acteur")

    words = "exécute les notebooks et écrit les rapports"
    run = command("run", words, "study", "--wave", "--audience")
    run.add_argument("--notebook", action="append", default=[], metavar="NOTEBOOK", help="tous par défaut")
    run.add_argument("-p", dest="parameters", action="append", default=[], metavar="NOM=VALEUR")
    run.add_argument("--pdf", action="store_true", help="imprime aussi chaque page, par Chromium")
    run.add_argument("--slides", action="store_true", help="fait aussi des diapositives, par Chromium")
    run.add_argument("--jobs", type=int, default=2, metavar="N", help="calculs en parallèle (2 par défaut)")

    batch = command("batch", "nettoie et fait les rapports de beaucoup d'études")
    batch.add_argument("studies", nargs="*", metavar="ÉTUDE", help="toutes celles de data/raw par défaut")
    batch.add_argument(
        "--waves",
        nargs="+",
        default=[],
        metavar="VAGUE",
        help="par défaut la dernière\u00a0; « toutes »\u00a0; après les études",
    )
    add(batch, "--audience")
    batch.add_argument("--scheduler", default="", metavar="ADRESSE", help="un ordonnanceur Dask déjà lancé")
    batch.add_argument("--jobs", type=int, metavar="N", help="études à la fois sur cette machine (ses cœurs)")

    match = command("match", "cherche des échanges entre les acteurs de plusieurs études")
    match.add_argument(
        "studies",
        nargs="+",
        metavar="ÉTUDE",
        help="deux au moins, qui partagent (shares_with)",
    )
    match.add_argument(
        "--radius", type=float, default=100.0, metavar="KM", help="par la route, 100 par défaut"
    )
    match.add_argument("--top", type=int, default=5, metavar="N", help="preneurs par flux (5 par défaut)")

    words = "écrit la page des vagues d'une étude, dès la troisième"
    command("history", words, "study", "--audience")

    command("share", "écrit le fichier d'échange pour les autres territoires", "study", "--wave")

    register = command("import", "verse un registre ou des données ouvertes dans l'étude")
    register.add_argument("register", metavar="REGISTRE", help=REGISTER_NAMES)
    register.add_argument("file", type=Path, metavar="FICHIER")
    add(register, "study", "--wave")

    mapped = command("map", "dit comment un fichier à la présentation inconnue serait lu")
    mapped.add_argument("file", type=Path, metavar="FICHIER")
    add(mapped, "study")

    command("releases", "ce qui a été diffusé, à qui, quand, sur quelles données", "study")

    words = "refait les pages en place et dit si ce sont les mêmes"
    verify = command("verify", words, "study", "--wave")
    verify.add_argument(
        "--audience", action="append", default=[], metavar="PUBLIC", help="tous ceux qui ont des pages"
    )

    outlets = command("outlets", "qui pourrait prendre un déchet, selon son code ou sa désignation")
    outlets.add_argument(
        "waste",
        nargs="+",
        metavar="CODE",
        help="six chiffres (15 01 01) ou une désignation (sciure de hêtre)",
    )
    outlets.add_argument("--naf", default="", metavar="NAF", help="cette activité seulement")
    outlets.add_argument("--json", action="store_true", help="réponse en JSON")
    return parser
