"""What the matching reads of outputs and of inputs: checked once, as plain arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError

ALL_YEAR = (1 << 12) - 1
# Share of the year that each of the 4,096 sets of months is.
SHARE_OF_YEAR = np.bitwise_count(np.arange(ALL_YEAR + 1, dtype=np.int16)) / 12
SIDES = {"outputs": "les sortants", "inputs": "les entrants"}


class Side(NamedTuple):
    """Outputs, or inputs, in the order of their table.

    Coordinates in degrees, longitude in [−180, 180); ``mass`` in t/year; ``months`` twelve bits.
    """

    kind: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    mass: np.ndarray
    months: np.ndarray
    site: np.ndarray


def read_side(table: pd.DataFrame, name: str, n_classes: int) -> Side:
    """The arrays of a table of outputs or inputs, or one sentence about the first row that is unusable."""
    number = {
        column: table[column].to_numpy(dtype=float) for column in ("latitude", "longitude", "mass_t_per_year")
    }
    kind = table["class_code"].to_numpy(dtype=np.int32)
    months = table["months_mask"].to_numpy(dtype=np.int16) if "months_mask" in table else None
    for column, wrong, wanted in (
        ("latitude", ~(np.abs(number["latitude"]) <= 90), "une latitude en degrés, de -90 à 90"),
        ("longitude", ~(np.abs(number["longitude"]) <= 360), "une longitude en degrés, de -360 à 360"),
        (
            "mass_t_per_year",
            ~((number["mass_t_per_year"] >= 0) & np.isfinite(number["mass_t_per_year"])),
            "une masse connue, nulle ou positive",
        ),
        ("class_code", (kind < 0) | (kind >= n_classes), f"une classe de 0 à {n_classes - 1}"),
        (
            "months_mask",
            np.zeros(0, bool) if months is None else (months < 0) | (months > ALL_YEAR),
            "douze bits de mois",
        ),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"« {table[column].iloc[row]} » dans {SIDES[name]} à rapprocher, où il faut {wanted}\u00a0; "
                "corriger ou retirer cette ligne",
                row=row,
                column=column,
            )
    longitude = (number["longitude"] + 180) % 360 - 180
    return Side(
        kind,
        number["latitude"],
        longitude,
        number["mass_t_per_year"],
        np.full(len(table), ALL_YEAR, dtype=np.int16) if months is None else months,
        # Codes below zero belong to nobody else: a row without a site is a site of its own.
        table["site_code"].to_numpy(dtype=np.int32)
        if "site_code" in table
        else np.full(len(table), -1 if name == "outputs" else -2, dtype=np.int32),
    )


def coverage_both_ways(received: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Share of what is received that is wanted, times share of what is wanted that is received: min / max."""
    larger = np.maximum(received, wanted)
    return np.divide(np.minimum(received, wanted), larger, out=np.zeros(len(larger)), where=larger > 0)
