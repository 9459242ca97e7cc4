"""The errors a user may meet, each one French sentence that says where and what to do."""

from __future__ import annotations

import errno
import re

# A file's name may hold a line break, or what drives a terminal or turns its line from right to left.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class EitError(Exception):
    """A message in French for the user: what is wrong, where, and what to do. Never a traceback.

    Messages are written with plain spaces inside « and »; they are printed with no-break ones, on one line.
    """

    def __init__(self, message: str) -> None:
        line = CONTROLS.sub(" ", message)
        super().__init__(line.replace("« ", "«\u00a0").replace(" »", "\u00a0»"))


class UsageError(EitError):
    """The command, a parameter, a study or a wave is not right (exit code 2)."""


class DiskError(EitError):
    """The system refused to read or write a file (exit code 2); what was there before is still whole."""

    def __init__(self, error: OSError) -> None:
        file = f"« {error.filename} »" if error.filename else "Un fichier"
        if error.errno in FULL:
            why = "la place manque sur le disque\u00a0: libérez-en et relancez la commande"
        elif error.errno in CLOSED:
            why = "il est protégé ou son dossier est en lecture seule\u00a0: donnez-vous-y le droit d'écrire"
        else:
            why = f"le système répond « {error.strerror or error} »\u00a0: corrigez et relancez la commande"
        super().__init__(f"{file} ne peut être lu ou écrit, {why}. Ce qui existait avant est intact.")


class InputError(EitError):
    """A file of the study cannot be used (exit code 2).

    Parameters
    ----------
    problem : str
        What is wrong and what to do, in French, without a final full stop.
    file, sheet, row, column : optional
        Where: only the parts that are known are printed.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: object = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        places = {"fichier": file, "feuille": sheet, "ligne": row, "colonne": column}
        where = ", ".join(f"{name} « {value} »" for name, value in places.items() if value is not None)
        super().__init__(f"{where}\u00a0: {problem}." if where else f"{problem}.")


class DisclosureError(EitError):
    """Something tried to leave the house without passing the release gate."""


class UnknownRowError(EitError, KeyError):
    """A table was asked for a row that none of its kind has."""

    __str__ = Exception.__str__  # that of KeyError quotes the message
