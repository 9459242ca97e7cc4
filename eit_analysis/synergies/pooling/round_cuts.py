"""What every round keeps to and a tentative one breaks: rows for the search of the best part.

    Σ_{e out of W} z_e + 2 Σ_{c∈W} y_c ≥ 2 x_i     i ∈ W       (no loop apart from the centre)
    Σ_{i∈C} x_i ≤ |C0| − 1                         C0 ⊆ C      (C0 overfills the lorry)

The set W of least cut around a site is a minimum cut between it and the centre, wherever that is (Padberg and
Rinaldi 1990). C adds to C0 whoever gives as much as its largest (Balas 1975).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from eit_analysis.synergies.pooling.rounds import FULL

UNIT = 1_000_000  # flows are whole numbers: a millionth of a visit
BROKEN = 1e-3  # of a visit: a row that is missed by less is not worth adding


def loops(visited: np.ndarray, centre: np.ndarray, roads: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """Each set that breaks its cut, as a mask over the sites, and the site of it that is visited most.

    ``visited``, ``centre`` : shares of each site, x and y. ``roads`` : shares of each road, symmetric.
    """
    n = len(visited)
    if (np.abs(roads - np.rint(roads)) < BROKEN).all():  # of whole roads, one loop breaks no row
        _, loop = connected_components(csr_array(roads > 0.5), directed=False)
        if len(np.unique(loop[visited > BROKEN])) < 2:
            return
    graph = np.zeros((n + 1, n + 1))
    graph[:n, :n], graph[:n, n], graph[n, :n] = roads, 2 * centre, 2 * centre
    capacity = csr_array(np.rint(graph * UNIT).astype(np.int32))
    _, island = connected_components(capacity, directed=False)
    apart = (island[:n] != island[n]) & (visited > BROKEN)
    if apart.any():
        for one in np.unique(island[:n][apart]):
            yield _most_visited(island[:n] == one, visited)
        return
    cut = np.zeros(n, dtype=bool)  # a set found for one site is broken by others of it too
    order = np.argsort(-visited, kind="stable")
    for site in order[(visited - centre > BROKEN / 2)[order]]:
        if cut[site]:
            continue
        flow = maximum_flow(capacity, int(site), n)
        if flow.flow_value / UNIT < 2 * visited[site] - BROKEN:
            left = capacity - flow.flow
            left.data[left.data < 0] = 0
            left.eliminate_zeros()
            inside = np.zeros(n, dtype=bool)
            inside[breadth_first_order(left, int(site), return_predecessors=False)] = True
            cut |= inside
            yield _most_visited(inside, visited)


def overfilled(visited: np.ndarray, load: np.ndarray) -> tuple[np.ndarray, int] | None:
    """A set that breaks the second kind, as a mask, and how many of it a lorry can visit; None where none."""
    order = np.lexsort((-load, (1 - visited) / np.maximum(load, 1)))
    total = load[order].cumsum()
    if total[-1] <= FULL:
        return None
    cover = order[: int((total <= FULL).sum()) + 1]
    over = int(load[cover].sum()) - FULL
    for site in cover[np.argsort(visited[cover], kind="stable")]:
        if load[site] < over:
            cover, over = cover[cover != site], over - int(load[site])
    most = len(cover) - 1
    inside = load >= load[cover].max()
    inside[cover] = True
    return (inside, most) if visited[inside].sum() > most + BROKEN else None


def _most_visited(inside: np.ndarray, visited: np.ndarray) -> tuple[np.ndarray, int]:
    return inside, int(np.where(inside, visited, -1.0).argmax())
