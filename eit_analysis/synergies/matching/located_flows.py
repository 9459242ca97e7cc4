"""What the matching reads of outputs and of inputs: checked once, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.errors import InputError

ALL_YEAR = (1 << 12) - 1
# Share of the year that each of the 4,096 sets of months is.
SHARE_OF_YEAR = np.bitwise_count(np.arange(ALL_YEAR + 1, dtype=np.int16)) / 12
NAMES = {"outputs": "les sortants", "inputs": "les entrants"}
NO_SITE = {"outputs": -1, "inputs": -2}
# Columns that a table may do without: largest value, and what it must be.
CODES = {
    "months_mask": (ALL_YEAR, "douze bits de mois"),
    "site_code": (np.iinfo(np.int32).max, "un numéro de site, entier, nul ou positif"),
}


class Located(NamedTuple):
    """Outputs, or inputs, in the order of their table.

    Coordinates in degrees, longitude in [−180, 180); ``mass`` in t/year; ``months`` twelve bits.
    """

    kind: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    mass: np.ndarray
    months: np.ndarray
    site: np.ndarray


def read_located(table: pd.DataFrame, name: str, n_classes: int) -> Located:
    """The arrays of a table of outputs or inputs, or one sentence about the first row that is unusable."""
    optional = [column for column in ("months_mask", "site_code") if column in table]
    number = {
        column: table[column].to_numpy(dtype=float, na_value=np.nan)
        for column in ("latitude", "longitude", "mass_t_per_year", "class_code", *optional)
    }
    for column, usable, wanted in (
        ("latitude", np.abs(number["latitude"]) <= 90, "une latitude en degrés, de -90 à 90"),
        ("longitude", np.abs(number["longitude"]) <= 360, "une longitude en degrés, de -360 à 360"),
        (
            "mass_t_per_year",
            (number["mass_t_per_year"] >= 0) & (number["mass_t_per_year"] < np.inf),
            "une masse connue, nulle ou positive",
        ),
        ("class_code", _whole(number["class_code"], n_classes - 1), f"une classe de 0 à {n_classes - 1}"),
        *((c, _whole(number[c], most), wanted) for c, (most, wanted) in CODES.items() if c in number),
    ):
        if not usable.all():
            row = int(np.argmin(usable))
            raise InputError(
                f"« {table[column].iloc[row]} » dans {NAMES[name]} à rapprocher, où il faut {wanted}\u00a0; "
                "corriger ou retirer cette ligne",
                row=row,
                column=column,
            )
    longitude = (number["longitude"] + 180) % 360 - 180
    everyone = np.full(len(table), 1)
    return Located(
        number["class_code"].astype(np.int32),
        number["latitude"],
        longitude,
        number["mass_t_per_year"],
        number.get("months_mask", ALL_YEAR * everyone).astype(np.int16),
        # A row without a site is a site of its own: no code below zero is in both tables.
        number.get("site_code", NO_SITE[name] * everyone).astype(np.int32),
    )


def _whole(values: np.ndarray, most: int) -> np.ndarray:
    """Which values are whole numbers from 0 to ``most``; missing ones are not."""
    return (values >= 0) & (values <= most) & (values == np.floor(values))


def coverage_both_ways(received: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Share of what is received that is wanted, times share of what is wanted that is received: min / max."""
    larger = np.maximum(received, wanted)
    return np.divide(np.minimum(received, wanted), larger, out=np.zeros(len(larger)), where=larger > 0)
