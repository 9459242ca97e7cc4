"""The ``eit`` command: its subcommands, and how it ends."""

from __future__ import annotations

import os
import sys
import traceback

from eit_analysis.arguments import build_parser
from eit_analysis.commands import reports, survey
from eit_analysis.errors import DiskError, EitError
from eit_analysis.files import write_atomic
from eit_analysis.study import project_root
from eit_analysis.terminal import DONE, INTERRUPTED, REFUSED, warn, working

COMMANDS = {
    "campaign": survey.command_campaign,
    "clean": survey.command_clean,
    "forms": survey.command_forms,
    "import": survey.command_import,
    "map": survey.command_map,
    "new": survey.command_new,
    "batch": reports.command_batch,
    "history": reports.command_history,
    "match": reports.command_match,
    "outlets": reports.command_outlets,
    "releases": reports.command_releases,
    "run": reports.command_run,
    "share": reports.command_share,
    "verify": reports.command_verify,
}


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a report failed, 2 refused, 130 interrupted."""
    try:
        working()
        arguments = build_parser().parse_args(argv)
        working("Préparation")
        code = COMMANDS[arguments.command](arguments)
        working()
        sys.stdout.flush()
        return code
    except EitError as error:
        warn(str(error))
    except KeyboardInterrupt:
        warn("Interrompu\u00a0: les fichiers déjà écrits sont entiers, relancez la commande.")
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has seen enough, as in « eit outlets 150101 | head ».
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        warn(str(DiskError(error)))
    except Exception as error:
        warn(f"Erreur imprévue ({type(error).__name__}){_keep_trace()}")
    return REFUSED


def _keep_trace() -> str:
    """Keep the technical detail for whoever mends it, away from the user's eyes."""
    try:
        path = project_root() / "data" / "processed" / "erreur.txt"
        write_atomic(path, traceback.format_exc().encode("utf-8"))
    except (EitError, OSError):
        return "."
    return (
        "\u00a0: le détail technique est dans data/processed/erreur.txt, joignez-le à votre demande d'aide."
    )
