"""Who is within reach of whom: the largest sets of like sites around a centre."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Neighbourhood(NamedTuple):
    """Positions of the members in the table they were found in, of their centre, and the reach needed."""

    members: np.ndarray
    centre: int
    span_km: float


def neighbourhoods(km: np.ndarray, radius_km: float) -> list[Neighbourhood]:
    """N(c) = {i : km(c, i) ≤ radius}, for each centre c, without those that lie inside another.

    A set inside another of the same need is dominated: whoever leads the larger one may start with fewer.
    Only whole neighbourhoods are compared, so that a wider radius never loses a set: each found at r lies
    inside one found at r' ≥ r.

    ``km`` : distances between the sites, in the order of their identifiers.
    """
    if not len(km):
        return []
    within = km <= radius_km
    # The tightest centre names the span of a set that several centres share.
    spans = np.where(within, km, 0.0).max(axis=1)
    order = np.argsort(spans, kind="stable")
    _, first = np.unique(within[order], axis=0, return_index=True)
    distinct = order[np.sort(first)]
    sets = within[distinct].astype(np.float32)  # a product of floats is fast, and exact up to 2²⁴ members
    sizes = sets.sum(axis=1)
    nested = ((sets @ sets.T == sizes[:, None]) & (sizes[None, :] > sizes[:, None])).any(axis=1)
    return [Neighbourhood(np.flatnonzero(within[k]), int(k), float(spans[k])) for k in distinct[~nested]]


def centre_of_all(km: np.ndarray, radius_km: float) -> int | None:
    """The centre that :func:`neighbourhoods` names where all sites are one; none when they are not."""
    spans = km.max(axis=1)
    centre = int(spans.argmin())
    return centre if spans[centre] <= radius_km else None
