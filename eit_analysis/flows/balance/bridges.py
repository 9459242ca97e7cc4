"""Bridges of a graph and what each must carry, in time linear in its size.

In a depth-first forest every other edge joins a node to one of its ancestors. A tree edge is a bridge if and
only if no other edge spans it, that is if none leaves the subtree below it. A subtree is a run of the
depth-first order, so any sum over subtrees is a difference of two cumulated sums.

Source: Tarjan (1974), Information Processing Letters 2, 160-161.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.csgraph import depth_first_order


@dataclass(frozen=True)
class Forest:
    """Depth-first forest of a graph of n nodes and m edges.

    Attributes
    ----------
    component : numpy.ndarray
        (n,) one node of the component of each node, the same for all of it.
    bridge : numpy.ndarray
        (m,) whether the edge is a bridge.
    child, sign : numpy.ndarray
        (m,) the lower end of each tree edge, and 1 where the edge points to it, -1 otherwise.
    rank, stop : numpy.ndarray
        (n,) place of each node in the depth-first order, and the first place after its subtree.
    """

    component: np.ndarray
    bridge: np.ndarray
    child: np.ndarray
    sign: np.ndarray
    rank: np.ndarray
    stop: np.ndarray

    def carried(self, lacking: np.ndarray) -> np.ndarray:
        """Flow of each edge that brings to every subtree what its nodes lack; the answer for bridges only."""
        if not len(self.child):
            return np.zeros(0)
        ordered = np.zeros(len(lacking) + 1)
        ordered[self.rank + 1] = lacking
        before = np.cumsum(ordered)
        return self.sign * (before[self.stop[self.child]] - before[self.rank[self.child]])

    def inside(self, edges: np.ndarray) -> csr_array:
        """(len(edges), n) 1 where the node is below the edge."""
        start, stop = self.rank[self.child[edges]], self.stop[self.child[edges]]
        order = np.argsort(self.rank)
        below = [order[first:last] for first, last in zip(start, stop, strict=True)]
        ends = np.concatenate([[0], np.cumsum(stop - start)])
        nodes = np.concatenate(below) if below else order[:0]
        return csr_array((np.ones(len(nodes)), nodes, ends), shape=(len(edges), len(order)))


def spanning_forest(edges: np.ndarray, size: int) -> Forest:
    """Depth-first forest of a graph with ``size`` nodes and ``edges`` (2, m), loops allowed."""
    source, target = edges
    every = np.arange(size)
    if not len(source):
        none = np.zeros(0, int)
        return Forest(every, np.zeros(0, bool), none, none, every, every + 1)
    # One more node above all others: the search comes back to it only to enter a new component.
    ends = (np.concatenate([source, np.full(size, size)]), np.concatenate([target, every]))
    graph = csr_matrix((np.ones(len(ends[0])), ends), shape=(size + 1, size + 1))
    order, parent = depth_first_order(graph, size, directed=False)
    entered = np.maximum.accumulate(np.where(parent[order] == size, np.arange(size + 1), 0))
    component = np.empty(size + 1, int)
    component[order] = order[entered]
    rank = np.empty(size + 1, int)
    rank[order] = np.arange(size + 1)
    weight = [1] * (size + 1)
    above = rank[parent[order[1:]]].tolist()
    for place in range(size, 0, -1):
        weight[above[place - 1]] += weight[place]
    rank = rank[:size] - 1
    stop = rank + np.array(weight)[rank + 1]
    lower = np.where(rank[source] > rank[target], source, target)
    upper = source + target - lower
    candidate = np.flatnonzero(parent[lower] == upper)
    chosen = np.full(size, -1)
    chosen[lower[candidate]] = candidate  # one of parallel edges
    tree = chosen[lower] == np.arange(len(lower))
    spans = np.bincount(rank[lower[~tree]] + 1, minlength=size + 1)
    leaving = np.cumsum(spans - np.bincount(rank[upper[~tree]] + 1, minlength=size + 1))
    bridge = tree & (leaving[stop[lower]] == leaving[rank[lower]])
    return Forest(component[:size], bridge, lower, np.where(lower == target, 1, -1), rank, stop)
