"""The exchange file of a study that is in place: where it is, how large, and what may be done with it."""

from __future__ import annotations

from eit_analysis import french
from eit_analysis.errors import InputError
from eit_analysis.publishing.release.exchange_file import AUDIENCE as PUBLIC
from eit_analysis.reference import exchange
from eit_analysis.study import Study


def shared(study: Study) -> str:
    """One French sentence about the exchange file beside the public pages of a wave.

    Raises
    ------
    InputError
        When the pages hold none: the notebook that makes it is missing or failed.
    """
    files = sorted((study.reports(PUBLIC) / exchange.SENT).glob("*.zip"))
    if not files:
        raise InputError(
            "les pages publiques n'ont pas de fichier d'échange, que fait le notebook "
            "« 05_territory_exchange »\u00a0: remettez ce notebook du projet ou corrigez ce qui l'arrête",
            file=study.reports(PUBLIC).relative_to(study.root),
        )
    size = french.one_decimal(files[0].stat().st_size / 1000)
    place = files[0].relative_to(study.root).as_posix()
    return f"Fichier d'échange\u00a0: {place} ({size}\u00a0ko, licence {study.settings.exchange.licence})."
