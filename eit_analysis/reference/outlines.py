"""Outlines of communes: rings of longitude and latitude, true to some 300 m.

The communes are those of 2018. One that has been made since has the outlines of those it was made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from eit_analysis import reference

GRID = 0.001  # degree of each step of a stored outline
SOURCE = "contours des communes : IGN, Admin Express 2018"


def rings_of(codes: Iterable[str]) -> dict[str, list[np.ndarray]]:
    """The rings of each commune of today that has any, each of shape (points, 2): longitude, latitude.

    Holes are left out: what lies in one is drawn over it.
    """
    former = reference.load("former_communes")
    wanted = set(map(str, codes))
    today = dict(former[former["commune_code"].isin(wanted)][["former_code", "commune_code"]].to_numpy())
    today |= {code: code for code in wanted}
    stored = pq.read_table(
        reference.FOLDER / "commune_outlines.parquet", filters=[("commune_code", "in", sorted(today))]
    )
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for code, steps in zip(*(stored[name].to_pylist() for name in stored.column_names), strict=True):
        found[today[code]] += _rings(steps)
    return dict(found)


def _rings(steps: list[int]) -> Iterator[np.ndarray]:
    """Rings from their numbers: how many points, the first, then from each to the next."""
    rest = np.array(steps)
    while len(rest):
        size = 2 * int(rest[0])
        yield np.cumsum(rest[1 : size + 1].reshape(-1, 2), axis=0) * GRID
        rest = rest[size + 1 :]


def communes_of(codes: Iterable[str]) -> pd.DataFrame:
    """All communes of the *intercommunalités* that these communes, or names of one, belong to."""
    communes, given = reference.load("communes"), set(map(str, codes))
    own = communes["commune_code"].isin(given) | communes["epci_name"].isin(given)
    together = communes["epci_code"].isin(communes.loc[own, "epci_code"].dropna())
    return communes[own | together].reset_index(drop=True)
