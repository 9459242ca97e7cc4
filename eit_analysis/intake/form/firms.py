"""The firms to whom forms go, from a SIRENE extract: one line a SIRET, what is left out said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from eit_analysis.intake.registers import read_register
from eit_analysis.intake.registers.files import left_out


def firms_of(extract: Path) -> tuple[pd.DataFrame, list[str]]:
    """The establishments of an extract, one a SIRET, and a French sentence for each kind of row left out.

    Raises
    ------
    InputError
        When the file is no SIRENE extract, or none of its rows is usable.
    """
    read = read_register("sirene", extract)
    twice = read.frame["siret"].duplicated() & read.frame["siret"].notna()
    said = [f"Laissés de côté, {reason}." for reason in left_out(read.manifest)]
    said += [
        f"Ligne\u00a0{row} de l'extrait laissée de côté, colonne {column}\u00a0: {message}."
        for row, column, message in read.refused[["source_row", "column", "message"]].to_numpy()
    ]
    if twice.any():
        rows = ", ".join(map(str, read.frame.loc[twice, "source_row"]))
        said.append(
            f"Un seul classeur pour les lignes de l'extrait qui ont le SIRET d'une autre\u00a0: {rows}."
        )
    return read.frame[~twice].reset_index(drop=True), said
