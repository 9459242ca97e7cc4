"""Mass balance of a network: measured flows reconciled, unmeasured ones estimated where they can be.

Flows x (t/year) run along arcs; every node but the environment conserves mass, A x = 0, where A is +1 at the
target and -1 at the source of each arc. A stock is an arc to the environment. With measurements x of
covariance V (diagonal), least squares gives

    x^ = x - V A' (A V A')^-1 A x,    chi^2 = (A x)' (A V A')^-1 A x.

Unmeasured flows are first taken out by merging the two ends of each, so that A is what remains between merged
nodes. Which flows can be known is then a matter of graph, exact and linear in the size of the network:

- a measured flow is *redundant* (the others check it) unless both its ends are merged into one node;
- an unmeasured flow is *observable* if and only if it is a bridge of the graph of the unmeasured flows, the
  environment being one node: a flow on a cycle can be raised without any balance noticing.

A V A' is the Laplacian of that graph with variances as weights: it is built, factorised once and never
inverted. A flow of standard deviation zero is exact: a constant, never adjusted.

Sources: Narasimhan & Jordache (2000), Data Reconciliation and Gross Error Detection, Gulf, ch. 3; Vaclavek
(1969), Chem. Eng. Sci. 24, 947-955; Kretsovalis & Mah (1987), Chem. Eng. Sci. 42, 2609-2618.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix, csr_array, csr_matrix, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu
from scipy.special import chdtrc

from eit_analysis.errors import UsageError
from eit_analysis.flows.balance.bridges import Forest, spanning_forest
from eit_analysis.flows.uncertainty.propagation import MASS

SD = "sd_t_per_year"
RECONCILED = "reconciled_t_per_year"
STATUSES = pd.array(["redundant", "just_determined", "exact", "observable", "unobservable"], dtype="str")
# Columns of the inverse solved at once: bounds memory, whatever the network.
BLOCK = 64


@dataclass(frozen=True)
class Balance:
    """A reconciled network.

    Attributes
    ----------
    flows : pandas.DataFrame
        The arcs given, with ``status`` (``redundant``, ``just_determined``, ``exact``; ``observable``,
        ``unobservable``), ``reconciled_t_per_year`` (missing where unobservable) and ``negative``: a value
        below zero is impossible as a mass and is shown, never cut to zero.
    chi_square, degrees_of_freedom, p_value : float, int, float
        Global test; the p value is missing without any redundancy.
    ends : numpy.ndarray
        (2, n) source and target of each arc between merged nodes, -1 at a node that sets no constraint.
    solver : SuperLU, optional
        Factors of A V A'; none without redundancy.
    nodes, forest : numpy.ndarray, Forest
        Ends of each arc (2, n) as numbers, 0 for the environment; forest of the unmeasured flows.
    """

    flows: pd.DataFrame
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    ends: np.ndarray
    solver: SuperLU | None
    nodes: np.ndarray
    forest: Forest


def reconcile(arcs: pd.DataFrame, environment: Collection[str]) -> Balance:
    """x^ = x - V A' (A V A')^-1 A x, with unmeasured flows estimated where observable.

    Parameters
    ----------
    arcs : pandas.DataFrame
        ``flow``, ``source``, ``target``, ``mass_t_per_year`` (missing: not measured), ``sd_t_per_year``.
    environment : collection of str
        Nodes that do not conserve mass.

    Raises
    ------
    UsageError
        A measured flow without a standard deviation, or exact values that contradict one another.
    """
    mass, sd = arcs[MASS].to_numpy(float), arcs[SD].to_numpy(float)
    measured = ~np.isnan(mass)
    if not (sd[measured] >= 0).all():
        raise UsageError("Chaque flux mesuré du bilan doit porter un écart-type, nul ou positif.")
    nodes, names = number_ends(arcs, environment)
    size = len(names)
    forest = spanning_forest(nodes[:, ~measured], size)
    merged = forest.component[nodes]
    free = measured & (sd > 0) & (merged[0] != merged[1])
    variance = np.where(free, sd**2, 0.0)
    known = np.where(measured, mass, 0.0)
    excess = _net(merged, known, size)
    row, degrees = _rows(merged[:, free], forest.component, excess, names)
    ends = np.where(free, row[merged], -1)
    solver = _factorise(ends, variance, degrees)
    multiplier = np.zeros(degrees + 1)  # the last one, always zero, is that of the end -1
    if solver is not None:
        multiplier[:-1] = solver.solve(excess[row >= 0])
    value = known - variance * (multiplier[ends[1]] - multiplier[ends[0]])
    chi_square = float(multiplier[row[row >= 0]] @ excess[row >= 0])
    # What each side of an unmeasured flow lacks is what it must carry.
    carried = forest.carried(-_net(nodes, value, size))
    value[~measured] = np.where(forest.bridge, carried, np.nan)
    kind = np.select([measured & (sd == 0), free, measured], [2, 0, 1], 4)
    kind[~measured] = np.where(forest.bridge, 3, 4)
    negative = value < -1e-9 * np.abs(known).max(initial=0.0)
    found = {"status": STATUSES.take(kind), RECONCILED: value, "negative": negative}
    flows = pd.concat([arcs, pd.DataFrame(found, index=arcs.index, copy=False)], axis=1)
    p_value = float(chdtrc(degrees, chi_square)) if degrees else np.nan
    return Balance(flows, chi_square, degrees, p_value, ends, solver, nodes, forest)


def redundancy(balance: Balance) -> np.ndarray:
    """p_i = V_i a_i' (A V A')^-1 a_i: share of an error of flow i that the balances see; the sum is the rank.

    Zero when nothing checks the flow, near 1 when the others fix it: its standard deviation once reconciled
    is sigma_i sqrt(1 - p_i). Only the entries of the inverse at the arcs are kept, by blocks of columns.

    Source: Baarda (1968), A testing procedure for use in geodetic networks (redundancy numbers).
    """
    start, end = np.sort(balance.ends, axis=0)  # -1 first
    resistance = np.zeros(len(start))
    degrees = balance.degrees_of_freedom
    for first in range(0, degrees, BLOCK):
        width = min(BLOCK, degrees - first)
        unit = np.zeros((degrees + 1, width))
        unit[np.arange(first, first + width), np.arange(width)] = 1.0
        unit[:-1] = balance.solver.solve(unit[:-1])  # type: ignore[union-attr]
        for node in (start, end):
            here = (node >= first) & (node < first + width)
            column = node[here] - first
            resistance[here] += unit[node[here], column] - unit[(start + end - node)[here], column]
    sd = balance.flows[SD].to_numpy(float)
    return np.where(end >= 0, sd**2 * resistance, 0.0)


def deviations(balance: Balance) -> pd.Series:
    """Standard deviation of each reconciled or estimated flow (t/year); missing where unobservable.

    Measured: sigma sqrt(1 - p). Estimated: the flow is a sum c' x^ of the measured ones that cross the cut it
    bridges, of variance c' V c - (A V c)' (A V A')^-1 (A V c), one right-hand side per flow, by blocks.
    """
    flows, forest = balance.flows, balance.forest
    sd = flows[SD].to_numpy(float)
    measured = flows[MASS].notna().to_numpy()
    result = np.where(measured, sd * np.sqrt(np.clip(1 - redundancy(balance), 0.0, 1.0)), np.nan)
    unmeasured = np.flatnonzero(~measured)
    variance = diags_array(np.where(measured, sd, 0.0) ** 2)
    incidence = _incidence(balance.nodes, len(forest.rank))
    reduced = _incidence(balance.ends, balance.degrees_of_freedom + 1)[:-1]
    bridges = np.flatnonzero(forest.bridge)
    for first in range(0, len(bridges), BLOCK):
        chosen = bridges[first : first + BLOCK]
        crossing = forest.inside(chosen) @ incidence  # (chosen, arcs)
        weighted = crossing @ variance
        spread = weighted.multiply(crossing).sum(axis=1)
        if balance.solver is not None:
            load = (reduced @ weighted.T).toarray()
            spread = spread - (load * balance.solver.solve(load)).sum(axis=0)
        result[unmeasured[chosen]] = np.sqrt(np.maximum(spread, 0.0))
    return pd.Series(result, index=flows.index, name="sd_reconciled_t_per_year")


def number_ends(arcs: pd.DataFrame, environment: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    """Ends of each arc as numbers, (2, n), all of the environment being 0; and the name of each number."""
    ends = [arcs[side].to_numpy(object) for side in ("source", "target")]
    codes, names = pd.factorize(np.concatenate(ends))
    outside = np.zeros(len(names), bool)
    for name in environment:
        outside |= names == name
    number = np.where(outside, 0, np.cumsum(~outside))
    return number[codes].reshape(2, -1), np.concatenate([[""], names[~outside]])


def _incidence(ends: np.ndarray, size: int) -> csr_array:
    """A: +1 at the target and -1 at the source of each arc; -1 is the last node."""
    arc = np.arange(ends.shape[1])
    sign = np.repeat([1.0, -1.0], len(arc))
    place = (np.concatenate([ends[1], ends[0]]) % size, np.concatenate([arc, arc]))
    return csr_array((sign, place), shape=(size, len(arc)))


def _net(ends: np.ndarray, mass: np.ndarray, size: int) -> np.ndarray:
    """What comes in less what goes out, by node."""
    return np.bincount(ends[1], mass, minlength=size) - np.bincount(ends[0], mass, minlength=size)


def _rows(
    ends: np.ndarray, component: np.ndarray, excess: np.ndarray, names: np.ndarray
) -> tuple[np.ndarray, int]:
    """Row of each merged node in A V A', -1 where it sets no constraint; and the number of rows.

    The balances of nodes joined by adjustable flows but cut from the environment add up to one that no
    adjustment can change: it must hold as given, and one of them follows from the others.
    """
    size = len(component)
    graph = csr_matrix((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    gap = np.bincount(part, excess)
    gap[part[component[0]]] = 0.0
    if (np.abs(gap) > 1e-9 * max(1.0, np.abs(excess).max())).any():
        where = ", ".join(names[(np.abs(gap)[part] > 0) & (names != "")][:3])
        raise UsageError(
            f"Des flux donnés comme exacts se contredisent\u00a0: le bilan de {where} ne peut pas fermer."
        )
    ground = np.empty(len(gap), int)
    ground[part] = np.arange(size)  # any node of each part
    ground[part[component[0]]] = component[0]
    rows = np.ones(size, bool)
    rows[ground] = False
    return np.where(rows, np.cumsum(rows) - 1, -1), int(rows.sum())


def _factorise(ends: np.ndarray, variance: np.ndarray, size: int) -> SuperLU | None:
    """Factors of A V A': a Laplacian, so its lower fill-in ordering and no pivoting are safe."""
    if not size:
        return None
    diagonal = np.bincount(ends[0] + 1, variance, size + 1) + np.bincount(ends[1] + 1, variance, size + 1)
    inner = (ends >= 0).all(axis=0)
    start, end = ends[:, inner]
    every = np.arange(size)
    data = np.concatenate([-variance[inner], -variance[inner], diagonal[1:]])
    place = (np.concatenate([start, end, every]), np.concatenate([end, start, every]))
    normal = csc_matrix((data, place), shape=(size, size))
    return splu(normal, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
