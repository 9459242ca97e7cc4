"""The releases of a study as a French table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eit_analysis.french import counted
from eit_analysis.publishing.release.viewer import INTERNAL
from eit_analysis.publishing.release_log import Record

HEADER = ("Date", "Vague", "Public", "Diffusé", "Empreinte", "Données", "Paramètres")


def release_table(records: list[Record]) -> str:
    """What left the team, to whom, when and from which data; the earliest first."""
    rows = [_row(record) for record in records if record.audience != INTERNAL]
    if not rows:
        return "Rien n'a encore été diffusé hors de l'équipe."
    widths = [max(len(row[i]) for row in (HEADER, *rows)) for i in range(len(HEADER))]
    return "\n".join(_line(row, widths) for row in (HEADER, *rows))


def _row(record: Record) -> tuple[str, ...]:
    named = {actor for actors in record.pages.values() for actor in actors}
    what = ", ".join(
        [
            counted(len(record.pages), "rapport", "rapports"),
            counted(len(named), "acteur nommé", "acteurs nommés"),
        ]
    )
    given = (f"{name}={value}" for values in record.parameters.values() for name, value in values.items())
    return (
        date.fromisoformat(record.date).strftime("%d/%m/%Y"), record.wave, record.audience,
        "retrait" if record.withdrawn else what, "" if record.withdrawn else record.fingerprint,
        record.data[:8], " ".join(given),
    )  # fmt: skip


def _line(cells: Sequence[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
