"""Where the nodes and ribbons of a Sankey drawing are: one scale, stages that add up to the same total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from eit_analysis.publishing.release.tables import Table

OTHERS = "\x00others"  # no code of any nomenclature
UNEXPLAINED = "unexplained"
WITHHELD = "\x00withheld"
GAP = 5.0
ROOM = 200.0  # least height left to the flows once every label has its place


@dataclass(frozen=True)
class Node:
    """One code of one stage: a bar ``size`` high from ``top``, in the middle of what its label needs."""

    stage: int
    code: str
    amount: float
    top: float
    size: float

    @property
    def middle(self) -> float:
        return self.top + self.size / 2


@dataclass(frozen=True)
class Ribbon:
    """What goes of one family from a node of a stage to a node of the next."""

    stage: int
    source: str
    target: str
    family: str
    amount: float
    start: float
    end: float
    size: float


@dataclass(frozen=True)
class Layout:
    nodes: list[Node]
    ribbons: list[Ribbon]
    height: float
    scale: float


def grouped(paths: pd.DataFrame, stages: Sequence[str], limit: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """The paths (``stages`` and ``amount``) with the smallest codes of a stage as one, beyond its ``limit``.

    What is not explained, or withheld, stays by itself.

    Returns
    -------
    tuple of (pandas.DataFrame, dict)
        Paths of the same total, each once, and the number of codes behind :data:`OTHERS` by stage.
    """
    paths, hidden = paths.copy(), {}
    for stage in stages:
        sums = paths[~paths[stage].isin([UNEXPLAINED, WITHHELD])].groupby(stage, sort=False)["amount"].sum()
        small = sums.sort_values(ascending=False, kind="stable").index[limit:]
        if len(small) > 1:
            paths.loc[paths[stage].isin(small), stage] = OTHERS
            hidden[stage] = len(small)
    return paths.groupby(list(stages), sort=False)["amount"].sum().reset_index(), hidden


def withheld(table: Table, value: str, stages: Sequence[str]) -> pd.DataFrame:
    """What the printed rows leave of the printed totals: paths to, or between, the code :data:`WITHHELD`.

    Of each code of the first stage its subtotal less its paths, where some of these are closed; then what
    remains of the whole, where the table says what its closed rows are together.
    """
    first = stages[0]
    kept = table.frame[~table.hidden].dropna(subset=[value]).astype({first: str})
    whole = kept[list(stages)].astype(str) == table.total
    parts = kept[~whole.any(axis=1)].groupby(first)[value].sum()
    subtotals = kept[~whole[first] & whole.drop(columns=first).all(axis=1)].groupby(first)[value].sum()
    closed = set(table.frame.loc[table.hidden, first].astype(str))
    rests = (subtotals - parts.reindex(subtotals.index, fill_value=0.0))[subtotals.index.isin(closed)]
    rests = rests[rests > subtotals[rests.index] / 100]  # less is what rounding leaves
    remains = table.rest.get(value, 0.0) - rests.sum()
    if table.rest.get(value) and remains > 0:
        rests[WITHHELD] = remains
    rows = {first: rests.index, "amount": rests.to_numpy(dtype=float)}
    return pd.DataFrame({**dict.fromkeys(stages, WITHHELD), **rows})


def layout(
    paths: pd.DataFrame, stages: Sequence[str], family: str, labels: Mapping[tuple[int, str], float]
) -> Layout:
    """Tops and heights of all nodes and ribbons, from 0 down.

    The scale (height per unit) is the one that fills the height: sum over a stage of max(amount x scale,
    label) + gap, at the stage that needs most.

    ``paths`` holds ``stages`` and ``amount`` > 0, each path once; ``family`` is the stage that ribbons are
    told apart by; ``labels`` the height of the label of each (number of the stage, code).
    """
    ranks = _ranks(paths, stages)
    amounts = [paths.groupby(stage)["amount"].sum().reindex(ranks[i]) for i, stage in enumerate(stages)]
    heights = [np.array([labels[i, code] for code in codes]) for i, codes in enumerate(ranks)]
    height = ROOM + max(float((h + GAP).sum()) for h in heights)

    def excess(scale: float) -> float:
        slots = [np.maximum(a.to_numpy() * scale, h) for a, h in zip(amounts, heights, strict=True)]
        return max(float((slot + GAP).sum()) for slot in slots) - GAP - height

    scale = float(brentq(excess, 0, 2 * height / paths["amount"].sum()))
    nodes = {}
    for i, codes in enumerate(ranks):
        slots = np.maximum(amounts[i].to_numpy() * scale, heights[i])
        top = (height - (slots + GAP).sum() + GAP) / 2
        for code, amount, slot in zip(codes, amounts[i], slots, strict=True):
            size = amount * scale
            nodes[i, code] = Node(i, code, float(amount), top + (slot - size) / 2, size)
            top += slot + GAP
    return Layout(list(nodes.values()), _ribbons(paths, stages, family, nodes, scale), height, scale)


def _ranks(paths: pd.DataFrame, stages: Sequence[str]) -> list[list[str]]:
    """The codes of each stage from top to bottom.

    The first from the largest down, each other by the mean place of what it receives, which spares crossings;
    what is grouped, then what is not explained, at the foot.
    """
    ranks: list[list[str]] = []
    place = pd.Series(0.0, index=paths.index)
    for i, stage in enumerate(stages):
        weights = paths["amount"].groupby(paths[stage]).sum()
        key = (
            (place * paths["amount"]).groupby(paths[stage]).sum() / weights if i else weights.rsub(0.0)
        )  # fmt: skip
        # Equal but for the order in which floats were added is equal.
        key = (key / weights.sum()).round(9)
        foot = {OTHERS: 1, UNEXPLAINED: 2, WITHHELD: 3}
        order = sorted(weights.index, key=lambda code: (foot.get(code, 0), key[code], code))
        ranks.append(order)
        # The middle of a node along its stage, in mass.
        middles = weights[order].cumsum() - weights[order] / 2
        place = paths[stage].map(middles)
    return ranks


def _ribbons(
    paths: pd.DataFrame,
    stages: Sequence[str],
    family: str,
    nodes: Mapping[tuple[int, str], Node],
    scale: float,
) -> list[Ribbon]:
    ribbons = []
    rank = {key: position for position, key in enumerate(nodes)}
    turn = stages.index(family)
    for i, (a, b) in enumerate(pairwise(stages)):
        links = pd.DataFrame(
            {"source": paths[a], "target": paths[b], "family": paths[family], "amount": paths["amount"]}
        )
        links = links.groupby(["source", "target", "family"])["amount"].sum().reset_index()
        links["a"] = [rank[i, code] for code in links["source"]]
        links["b"] = [rank[i + 1, code] for code in links["target"]]
        links["c"] = [rank[turn, code] for code in links["family"]]
        for end, order in (("source", ["a", "b", "c"]), ("target", ["b", "a", "c"])):
            links = links.sort_values(order)
            stage = i if end == "source" else i + 1
            before = links.groupby(end)["amount"].cumsum() - links["amount"]
            top = np.array([nodes[stage, code].top for code in links[end]])
            links[f"{end}_top"] = top + before.to_numpy() * scale
        links["size"] = links["amount"] * scale
        drawn = links[["source", "target", "family", "amount", "source_top", "target_top", "size"]]
        ribbons += [Ribbon(i, *link) for link in drawn.itertuples(index=False, name=None)]
    return ribbons
