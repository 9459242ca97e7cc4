"""The message of an import: one French sentence of what was read, left out, refused or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.french import counted, fold_words, whole
from eit_analysis.reference import sentence
from eit_analysis.reference.findings import labels


def imported(title: str, manifest: Mapping[str, Any], replaced: int = 0) -> str:
    """What was imported, from the manifest of the file and the number of earlier rows that it replaces."""
    counts = {"masked": manifest["rows_masked"], "refused": manifest["rows_refused"], "replaced": replaced}
    table = manifest["table"]
    notes = left_out(manifest)
    notes += [sentence(f"import_{name}", rows=whole(n), table=table) for name, n in counts.items() if n]
    notes += [sentence("import_cut")] if manifest.get("ends_inside_row") else []
    rows = counted(manifest["rows_kept"], "ligne importée", "lignes importées")
    listed = "\u00a0; ".join(notes)
    listed = f" ({listed})" if notes else ""
    return f"{title[:1].upper()}{title[1:]}\u00a0: {rows} dans {table}{listed}."


def bmo_imported(frame: pd.DataFrame, basin: str) -> str:
    own = frame[frame["basin"].map(fold_words) == fold_words(basin)]
    jobs, others = len(own), len(frame) - len(own)
    return sentence(
        "import_bmo", year=own["year"].iloc[0], jobs=counted(jobs, "métier", "métiers"),
        basin=own["basin"].iloc[0], imported="importés" if jobs > 1 else "importé",
        masked=whole(int(own["masked"].sum())), others=counted(others, "ligne", "lignes"),
    )  # fmt: skip


def nothing_usable(manifest: Mapping[str, Any], refused: pd.DataFrame) -> InputError:
    """The error of a file of which no row is kept: importing it could only empty a table."""
    file = manifest["file"]
    if not manifest["rows_read"]:
        return InputError(sentence("import_no_line"), file=file)
    if refused.empty:
        return InputError(sentence("import_none_kept", why="\u00a0; ".join(left_out(manifest))), file=file)
    first = refused.iloc[0]
    problem, row = sentence("import_none_usable", why=first["message"]), int(first["source_row"])
    return InputError(problem, file=file, row=row, column=first["column"] or None)


def left_out(manifest: Mapping[str, Any]) -> list[str]:
    """``établissements fermés : 3`` for each reason to leave rows out."""
    names = labels()["ignored"]
    return [f"{names[reason]}\u00a0: {whole(n)}" for reason, n in manifest["ignored"].items() if n]
