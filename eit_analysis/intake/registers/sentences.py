"""The message of an import: one French sentence of what was read, left out, refused or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.french import counted, fold_words, whole
from eit_analysis.reference.findings import labels


def sentence(title: str, manifest: Mapping[str, Any], replaced: int = 0) -> str:
    """What was imported, from the manifest of the file and the number of earlier rows that it replaces."""
    masked, refused, table = manifest["rows_masked"], manifest["rows_refused"], manifest["table"]
    notes = left_out(manifest)
    if masked:
        notes.append(f"lignes masquées en partie par la source\u00a0: {whole(masked)}")
    if refused:
        notes.append(f"lignes refusées\u00a0: {whole(refused)}, voyez {table}.quarantine.csv")
    if replaced:
        notes.append(f"lignes importées auparavant et remplacées\u00a0: {whole(replaced)}")
    if manifest.get("ends_inside_row"):
        notes.append("le fichier s'arrête au milieu d'une ligne\u00a0: vérifiez qu'il est complet")
    rows = counted(manifest["rows_kept"], "ligne importée", "lignes importées")
    imported = f"{title[:1].upper()}{title[1:]}\u00a0: {rows} dans {table}"
    listed = "\u00a0; ".join(notes)
    return f"{imported} ({listed})." if notes else f"{imported}."


def bmo_sentence(frame: pd.DataFrame, basin: str) -> str:
    own = frame[frame["basin"].map(fold_words) == fold_words(basin)]
    jobs, masked = len(own), int(own["masked"].sum())
    return (
        f"BMO {own['year'].iloc[0]}\u00a0: {counted(jobs, 'métier', 'métiers')} du bassin "
        f"{own['basin'].iloc[0]} {'importés' if jobs > 1 else 'importé'} (au moins un nombre masqué par la "
        f"source pour {whole(masked)} d'entre eux), et {counted(len(frame) - jobs, 'ligne', 'lignes')} "
        "des autres bassins de la région."
    )


def nothing_usable(manifest: Mapping[str, Any], refused: pd.DataFrame) -> InputError:
    """The error of a file of which no row is kept: importing it could only empty a table."""
    file = manifest["file"]
    if not manifest["rows_read"]:
        return InputError("il n'y a aucune ligne sous l'en-tête, prenez le fichier entier", file=file)
    if refused.empty:
        why = "\u00a0; ".join(left_out(manifest))
        return InputError(f"aucune ligne à en retenir ({why}), vérifiez que c'est le bon fichier", file=file)
    first = refused.iloc[0]
    return InputError(
        f"aucune ligne utilisable, et la première parce que {first['message']}",
        file=file,
        row=int(first["source_row"]),
        column=first["column"] or None,
    )


def left_out(manifest: Mapping[str, Any]) -> list[str]:
    """``établissements fermés : 3`` for each reason to leave rows out."""
    names = labels()["ignored"]
    return [f"{names[reason]}\u00a0: {whole(n)}" for reason, n in manifest["ignored"].items() if n]
