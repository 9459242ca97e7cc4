"""Mass x content: every layer balanced at once, with contents and transfer coefficients as quantities.

The quantities are the masses m_j of the flows (t/year), the content c_jk of each flow in each layer (dry
matter, carbon, a metal; t/t) and transfer coefficients t_jk (share of what enters a process that leaves by a
flow). Every process conserves the mass and each layer:

    sum +- m_j = 0,    sum +- m_j c_jk = 0,    m_j c_jk = t_jk sum_in m_i c_ik,    m >= 0,  0 <= c, t <= 1.

These are sums of products of two quantities (:mod:`bilinear`; what enters a process is a quantity of its
own). The start is the linear reconciliation (:mod:`reconciliation`) of the masses, then of each layer at
these masses.

A stock change is an arc to the environment that may be negative (``signed``). A pile that dries loses mass
while it gains nitrogen: its content is no share of anything. Where nobody measured it, what the stock gains
of the layer, s_jk of either sign, is the quantity, in the place of m_j c_jk.

Source: Cencic (2016), Sustain. Environ. Res. 26, 291-298 (the method of STAN).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.linalg import splu
from scipy.special import chdtrc

from eit_analysis.errors import UsageError
from eit_analysis.flows.balance.bilinear import UNSEEN, Settled, Terms, settle
from eit_analysis.flows.balance.reconciliation import BLOCK, RECONCILED, SD, number_ends, reconcile
from eit_analysis.flows.uncertainty.propagation import MASS

WHOLE = ""  # the layer of the mass itself
QUANTITY = ["kind", "flow", "layer", "value", "sd"]
OF_LAYER = ["content", "gain"]
CLOSED = 1e-7  # gap of a closed balance, as a share of the largest mass


@dataclass(frozen=True)
class LayerBalance:
    """Layers reconciled together.

    Attributes
    ----------
    quantities : pandas.DataFrame
        ``kind`` (``mass``, ``content``, ``transfer``; ``gain``: what a stock change brings of the layer,
        t/year, where its content was not measured), ``flow``, ``layer`` (empty for the mass), ``value`` and
        ``sd`` as given (t/year, or t/t), ``reconciled``, ``sd_reconciled`` and ``status`` (``redundant``,
        ``just_determined``, ``exact``, ``held`` on a bound; ``observable``, ``unobservable``, then without
        value).
    chi_square, degrees_of_freedom, p_value : float, int, float
        Global test; the p value is missing without any redundancy.
    steps : int
        Newton steps, one factorisation each.
    """

    quantities: pd.DataFrame
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    steps: int


def reconcile_layers(
    arcs: pd.DataFrame,
    contents: pd.DataFrame,
    environment: Collection[str],
    transfers: pd.DataFrame | None = None,
) -> LayerBalance:
    """x^ = argmin sum ((x - x~) / sigma)^2 under the balance of the mass and of each layer, x >= 0.

    Parameters
    ----------
    arcs : pandas.DataFrame
        ``flow``, ``source``, ``target``, ``mass_t_per_year`` (missing: not measured), ``sd_t_per_year``;
        ``signed`` (optional) is true for a stock change.
    contents : pandas.DataFrame
        ``flow``, ``layer``, ``value`` (t/t; missing: not measured), ``sd``. A flow without a row in a layer
        is not measured there; none of it is a value of 0 with an ``sd`` of 0.
    environment : collection of str
        Nodes that conserve nothing: outside, stocks.
    transfers : pandas.DataFrame, optional
        ``flow``, ``layer`` (empty for the mass), ``value``, ``sd``: share of what enters the source of the
        flow.

    Raises
    ------
    UsageError
        A measured quantity without a standard deviation, a content or a coefficient of no flow, or quantities
        that contradict one another.
    """
    given = layer_quantities(arcs, contents, transfers)
    terms, start, scale, names = layer_system(arcs, given, environment)
    aim, sigma, bounds = layer_problem(given, scale)
    found = settle(terms, start, aim, sigma, bounds)
    gap = np.abs(found.excess)
    if (gap > CLOSED * scale[0] + terms.rounding(found.value)).any():
        where = names[int(gap.argmax())]
        raise UsageError(
            f"Le bilan de {where} ne peut pas fermer\u00a0: des quantités données se contredisent."
        )
    if not found.settled:
        raise UsageError(
            "Le bilan des couches n'a pas abouti\u00a0: mesurez une masse ou une teneur de plus."
        )
    return _told(given, terms, found, aim, sigma)


def layer_quantities(
    arcs: pd.DataFrame, contents: pd.DataFrame, transfers: pd.DataFrame | None
) -> pd.DataFrame:
    """Every quantity of the system: masses, then contents layer by layer, then coefficients."""
    transfers = contents.head(0) if transfers is None else transfers
    rows = pd.concat([contents, transfers])
    stray = rows.loc[~rows["flow"].isin(arcs["flow"]), "flow"]
    if len(stray):
        raise UsageError(f"Teneur ou coefficient donné pour {stray.iloc[0]}, qui n'est pas un flux du bilan.")
    layers = [layer for layer in pd.unique(rows["layer"]) if layer != WHOLE]
    every = pd.MultiIndex.from_product([layers, arcs["flow"]], names=["layer", "flow"])
    crossed = contents.set_index(["layer", "flow"])[["value", "sd"]].reindex(every).reset_index()
    masses = arcs.rename(columns={MASS: "value", SD: "sd"}).assign(layer=WHOLE)
    parts = [masses, crossed, transfers]
    kinds = ["mass", "content", "transfer"]
    given = pd.concat([part.assign(kind=kind) for kind, part in zip(kinds, parts, strict=True)])
    given = given.astype({"value": float, "sd": float}).reset_index(drop=True)
    changes = arcs.loc[arcs["signed"].eq(True) if "signed" in arcs else [], "flow"]
    gain = given["flow"].isin(changes) & (given["kind"] == "content") & given["value"].isna()
    given["kind"] = given["kind"].mask(gain, "gain")
    signed = given["flow"].isin(changes) & given["kind"].isin(["mass", "gain"])
    if not (given["sd"] >= 0)[given["value"].notna()].all():
        raise UsageError("Chaque quantité mesurée du bilan doit porter un écart-type, nul ou positif.")
    return given[QUANTITY].assign(signed=signed)


def layer_problem(
    given: pd.DataFrame, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """x~, sigma and bounds of every quantity of :func:`layer_system`, of order of size ``scale``."""
    own = len(scale) - len(given)
    aim = np.concatenate([given["value"].to_numpy(float), np.full(own - 1, np.nan), [1.0]])
    sigma = np.concatenate([given["sd"].to_numpy(float), np.full(own - 1, np.nan), [0.0]])
    low = np.where(given["signed"], -np.inf, 0.0)
    high = np.where(given["kind"].isin(["mass", "gain"]), np.inf, 1.0)
    bounds = (np.append(low, np.full(own, -np.inf)), np.append(high, np.full(own, np.inf)))
    return aim, np.where(np.isnan(aim), scale, sigma), bounds


def layer_system(
    arcs: pd.DataFrame, given: pd.DataFrame, environment: Collection[str]
) -> tuple[Terms, np.ndarray, np.ndarray, np.ndarray]:
    """The constraints, the start and the order of size of each quantity, and the name of each row."""
    ends, names = number_ends(arcs, environment)
    flows, nodes = len(arcs), len(names) - 1
    layers = [WHOLE, *pd.unique(given.loc[given["kind"].isin(OF_LAYER), "layer"])]
    moved = given[given["kind"] == "transfer"]
    place = pd.Series(range(flows), index=arcs["flow"])
    flow, layer = place[moved["flow"]].to_numpy(), pd.Index(layers).get_indexer(moved["layer"])
    sums, which = np.unique(np.stack([ends[0, flow], layer]), axis=1, return_inverse=True)
    total = len(given) + np.arange(sums.shape[1])  # what enters a process
    one = len(given) + sums.shape[1]
    first, second = np.tile(np.arange(flows), len(layers)), np.arange(flows * len(layers))
    gain = (given["kind"] == "gain").to_numpy()[: len(first)]
    first, second = np.where(gain, second, first), np.where(gain | (second < flows), one, second)
    rows: list[tuple[np.ndarray, ...]] = []
    for number in range(len(layers)):
        own = slice(number * flows, (number + 1) * flows)
        mass, content = first[own], second[own]
        for sign, end in ((-1.0, ends[0]), (1.0, ends[1])):
            inner = np.flatnonzero(end)
            rows.append(
                (number * nodes + end[inner] - 1, np.full(len(inner), sign), mass[inner], content[inner])
            )
        for order in np.flatnonzero(sums[1] == number):
            enters = np.flatnonzero(ends[1] == sums[0, order])
            row = np.full(len(enters), len(layers) * nodes + order)
            rows.append((row, np.ones(len(enters)), mass[enters], content[enters]))
    rank = len(layers) * nodes + np.arange(len(total))
    rows.append((rank, np.full(len(total), -1.0), total, np.full(len(total), one)))
    last = len(layers) * nodes + len(total) + np.arange(len(moved))
    leaves = layer * flows + flow
    rows.append((last, np.ones(len(moved)), first[leaves], second[leaves]))
    rows.append((last, np.full(len(moved), -1.0), total[which.ravel()], moved.index.to_numpy()))
    count = len(layers) * nodes + len(total) + len(moved)
    parts = [np.concatenate(part) for part in zip(*rows, strict=True)]
    terms = Terms(parts[0], parts[1], parts[2], parts[3], count)
    start = np.concatenate([_start(arcs, given, environment), np.zeros(len(total)), [1.0]])
    loads = (start[first] * start[second]).reshape(len(layers), flows)
    start[total] = [loads[number, ends[1] == node].sum() for node, number in sums.T]
    largest = max(float(np.nanmax(np.abs(given["value"].iloc[:flows]), initial=0.0)), 1e-9)
    scale = np.where(given["kind"].isin(["mass", "gain"]), largest, 1.0)
    labels = [np.tile(names[1:], len(layers)), names[sums[0]], moved["flow"].to_numpy(object)]
    return (
        terms,
        start,
        np.concatenate([scale, np.full(len(total), largest), [1.0]]),
        np.concatenate(labels),
    )


def _start(arcs: pd.DataFrame, given: pd.DataFrame, environment: Collection[str]) -> np.ndarray:
    """Linear reconciliation of the masses, then of each layer at these masses; coefficients as given."""
    flows = len(arcs)
    linear = reconcile(arcs, environment).flows[RECONCILED]
    mass = linear.fillna(linear.abs().median()).fillna(1.0).to_numpy(float)
    parts = [mass]
    contents = given[given["kind"].isin(OF_LAYER)]
    for first in range(0, len(contents), flows):
        content = contents.iloc[first : first + flows]
        known = content["value"].to_numpy(float)
        sd = np.maximum(np.abs(mass) * content["sd"].to_numpy(float), 1e-6 * np.abs(mass).max())
        layer = reconcile(arcs.assign(**{MASS: mass * known, SD: sd}), environment).flows[RECONCILED]
        share = layer.to_numpy(float) / np.where(mass == 0, 1.0, mass)
        share = np.where(np.isnan(known), share, known)
        usual = np.nanmean(known) if (~np.isnan(known)).any() else 0.5
        share = np.where(np.isnan(share), usual, share)
        parts.append(np.where(content["kind"] == "gain", mass * share, share))
    transfers = given.loc[given["kind"] == "transfer", "value"]
    return np.concatenate([*parts, transfers.fillna(0.5).to_numpy(float)])


def _told(
    given: pd.DataFrame, terms: Terms, found: Settled, aim: np.ndarray, sigma: np.ndarray
) -> LayerBalance:
    """Standard deviations and status: the inverse of the linear step, by blocks of columns."""
    size, measured = len(given), given["value"].notna().to_numpy()
    matrix, _ = terms.matrix(found.value, found.width, np.isnan(aim), np.zeros(terms.count))
    solver = splu(matrix)
    left = np.zeros(size)
    for first in range(0, size, BLOCK):
        own = np.arange(first, min(first + BLOCK, size))
        unit = np.zeros((len(aim) + terms.count, len(own)))
        unit[own, own - first] = 1.0
        left[own] = solver.solve(unit)[own, own - first]
    width, value = found.width[:size], found.value[:size]
    exact = measured & (given["sd"] == 0).to_numpy()
    held = (width == 0) & ~exact
    seen = np.clip(1 - left, 0.0, 1.0)
    hidden = ~measured & ~held & (left > UNSEEN)
    cases = [exact, held, hidden, ~measured, seen > 1e-9]
    status = np.select(cases, ["exact", "held", "unobservable", "observable", "redundant"], "just_determined")
    adjusted = measured & ~exact
    gaps = (value - aim[:size])[adjusted] / sigma[:size][adjusted]
    chi_square = float((gaps**2).sum())
    degrees = round(float(seen[adjusted & ~held].sum()) + float((adjusted & held).sum()))
    told = given.drop(columns="signed").assign(
        reconciled=np.where(hidden, np.nan, value),
        sd_reconciled=np.where(hidden, np.nan, width * np.sqrt(np.maximum(left, 0.0))),
        status=status,
    )
    p_value = float(chdtrc(degrees, chi_square)) if degrees else np.nan
    return LayerBalance(told, chi_square, degrees, p_value, found.steps)
