"""Counts of establishments by NAF division and class of headcount, where no list of them is at hand."""

from __future__ import annotations

import pandas as pd

from eit_analysis.intake.registers.declarations import Register, RegisterLayout, extra, key
from eit_analysis.intake.registers.sirene import HEADCOUNT_CLASSES


def _finish(frame: pd.DataFrame) -> pd.DataFrame:
    classes = [HEADCOUNT_CLASSES.get(code, (None, None)) for code in frame["headcount_class"]]
    bounds = {"headcount_low": [low for low, _ in classes], "headcount_high": [high for _, high in classes]}
    return frame.assign(
        **{name: pd.Series(values, index=frame.index, dtype="Int64") for name, values in bounds.items()}
    )


ESTABLISHMENT_COUNTS = Register(
    "establishment_counts",
    "dénombrement des établissements",
    "préparez un CSV d'une ligne par division NAF et tranche d'effectifs de l'Insee (colonnes Division NAF, "
    "Tranche d'effectifs, Établissements, Année, Source)",
    (
        RegisterLayout(
            "establishment_counts",
            {
                "naf_division": key("Division NAF", kind="code", width=2),
                "headcount_class": key("Tranche d'effectifs", kind="code", width=2),
                "n_establishments": key("Établissements", kind="integer"),
                "year": extra("Année", kind="year"),
                "source": extra("Source"),
            },
            distinct=True,
            finish=_finish,
        ),
    ),
)  # fmt: skip
