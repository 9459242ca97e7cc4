"""What any part of some sites keeps (:mod:`best_part`), whether a lorry goes round or nothing travels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eit_analysis.synergies.pooling.offered import Offered


class Programme(NamedTuple):
    """What both programmes have: u of each place, x of each site that shares one, y of each place.

    ``site`` : the column of each site, that of its place where it is alone there; ``first`` : a site of each
    place. Then costs, rows and their bounds.
    """

    site: np.ndarray
    first: np.ndarray
    cost: np.ndarray
    rows: np.ndarray
    low: np.ndarray
    high: np.ndarray


def places(offered: Offered) -> tuple[np.ndarray, np.ndarray]:
    """A site of each place, and the place of each site."""
    alike = np.hstack([offered.road, offered.near])
    _, first, place = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    return first, place.ravel()


def programme(offered: Offered) -> Programme:
    """Who may be members of one part, with whose place as its centre, and what they save without a road."""
    first, place = places(offered)
    shared = np.flatnonzero(np.bincount(place)[place] > 1)
    n, site = len(first), place.copy()
    site[shared] = n + np.arange(len(shared))
    one = np.eye(2 * n + len(shared))
    visited, sites, centres = one[:n], one[site], one[-n:]
    common = np.unique(place[shared])
    anybody = np.array([sites[place == p].sum(axis=0) for p in common]).reshape(-1, len(one))
    sooner, later = _chosen_later(offered, place)
    below = [
        visited - offered.near[np.ix_(first, first)] @ centres,
        centres - visited,
        visited[common] - anybody,
        (sites - visited[place])[shared],
        sites[later] - sites[sooner],
    ]
    rows = np.vstack([*below, centres.sum(axis=0), sites.sum(axis=0), offered.volume @ sites])
    low, high = np.full(len(rows), -np.inf), np.zeros(len(rows))
    low[-3:], high[-3:] = [1.0, 2.0, offered.least], [1.0, np.inf, np.inf]
    return Programme(site, first, -offered.worth @ sites, rows, low, high)


def _chosen_later(offered: Offered, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of sites of a place, the second of which is worth no more and takes no less of the lorry.

    No round needs the second without the first; nor, where a volume is asked for, if it brings no more of it.
    """
    ahead = (place[:, None] == place) & offered.travels
    for value in (offered.worth, -offered.load, *([offered.volume] if offered.least else [])):
        ahead &= value[:, None] >= value
    ahead &= ~ahead.T | np.triu(ahead, 1)  # of two alike, the first
    steps = ahead.astype(np.float32)
    sooner, later = np.nonzero(ahead & (steps @ steps == 0))
    return sooner, later


def wider(rows: np.ndarray, more: int) -> np.ndarray:
    """The rows with columns that are in none of them."""
    return np.pad(rows, ((0, 0), (0, more)))
