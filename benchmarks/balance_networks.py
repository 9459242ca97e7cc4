"""Networks on which gross errors are looked for: random, published, and those of a survey.

Each function gives the true flows as arcs for :func:`reconciliation.reconcile`, with the standard deviations
of their measurements; the environment is the node ``0`` or ``outside``. *Declared twice* is every flow
measured by who sends it and by who receives it, as where a questionnaire meets a register.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.kin import balanced_with
from eit_analysis.flows.balance.reconciliation import SD
from eit_analysis.flows.balance.survey_network import OUTSIDE, survey_arcs
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

ENVIRONMENT = ["0", OUTSIDE]

# Arcs and standard deviations of published networks, all flows measured, as written in
# github.com/EDSONCV/dr-ged-benchmarks, data_reconciliation/linear/scilab/P*/P*.sce (the articles themselves
# were not at hand); 0 is the environment.
PUBLISHED = {
    "P4 Narasimhan & Jordache 2000": ("0-1 1-2 1-3 2-4 3-4 4-0", [1.0] * 6),
    "P5 Yang et al. 1995": (
        "0-1 1-2 2-3 0-3 3-0 4-0 1-4 4-2",
        np.sqrt([3.234, 1.803, 1.665, 0.999, 3.129, 0.418, 3.228, 1.623]).tolist(),
    ),
    "P6 Rosenberg et al. 1987": ("0-1 1-2 2-3 3-1 3-4 4-1 4-0", [1.0] * 7),
    "P9 Mandel et al. 1998": (
        "0-1 1-0 1-2 2-0 2-3 3-0 3-4 5-4 4-6 6-5 6-0 5-0",
        [37.575, 1.08, 5, 1.825, 2, 0.88, 7.245, 1, 5, 2, 18.1, 2.385],
    ),
    "P12 Mitsas 2010": (
        "0-1 1-2 1-3 1-4 2-3 2-3 2-3 3-5 4-5 4-6 5-6 6-0",
        [1, 0.3, 0.4, 0.3, 0.3, 0.1, 0.2, 0.7, 0.3, 0.4, 0.8, 1],
    ),
    "P13 Alhaj-Dibo et al. 2008": (
        "0-1 1-2 2-3 3-1 3-4 4-5 5-6 5-0 6-0 6-4 2-7 7-8 7-8 8-9 9-0 9-7",
        [1, 1.325, 1.46, 0.2, 0.916, 1.101, 1.04, 0.472, 0.401, 0.207, 0.3, 0.328, 0.052, 0.369, 0.25, 0.385],
    ),
    "P15 Serth & Heenan 1986": (
        "3-1 6-1 1-5 0-1 2-3 2-6 7-2 11-2 2-0 3-4 5-4 4-9 6-5 5-7 5-8 5-9 5-0 8-7 7-10 7-11 7-0 9-8 8-10 8-0"
        " 9-0 10-11 0-10 0-11",
        [0.022, 0.025, 2.796, 2.749, 1.332, 2.807, 0.058, 4.101, 0.021, 1.310, 0.372, 1.682, 2.782, 2.297,
         1.500, 0.591, 0.818, 0.406, 0.196, 0.263, 2.183, 0.136, 0.065, 1.166, 2.137, 2.033, 1.770, 1.806],
    ),
}  # fmt: skip

TEXTBOOK = ["P4 Narasimhan & Jordache 2000"]

# 95 % half-widths of measured, declared and estimated answers, with their shares in the sample study (2018).
EVIDENCE = {0.05: 0.53, 0.20: 0.30, 0.50: 0.17}


def random_network(rng: np.random.Generator) -> pd.DataFrame:
    """8 to 30 nodes, 1.5 flows a node, 1 in 10 not measured, sigma 2 to 10 %; a tree closes the balances."""
    nodes = int(rng.integers(8, 31))
    others = nodes // 2
    end = np.concatenate([np.arange(1, nodes + 1), rng.integers(0, nodes + 1, others)])
    start = np.concatenate([rng.integers(0, np.arange(1, nodes + 1)), rng.integers(0, nodes + 1, others)])
    start = np.where(start == end, (start + 1) % (nodes + 1), start)
    mass = np.concatenate([np.zeros(nodes), rng.uniform(20, 100, others)])
    net = np.bincount(end, mass, nodes + 1) - np.bincount(start, mass, nodes + 1)
    for arc in reversed(range(nodes)):
        mass[arc] = -net[arc + 1]
        net[start[arc]] -= mass[arc]
    back = mass < 0
    start, end, mass = np.where(back, end, start), np.where(back, start, end), np.abs(mass)
    sd = np.maximum(mass, 1) * rng.uniform(0.02, 0.1, len(mass))
    mass[rng.random(len(mass)) < 0.1] = np.nan
    return _arcs(start, end, mass, sd)


def published_network(rng: np.random.Generator, names: Sequence[str] = tuple(PUBLISHED)) -> pd.DataFrame:
    """One of :data:`PUBLISHED`. Its flows are zero: what the tests say depends on the errors only."""
    arcs, sd = PUBLISHED[str(rng.choice(list(names)))]
    start, end = zip(*(arc.split("-") for arc in arcs.split()), strict=True)
    return _arcs(np.array(start), np.array(end), np.zeros(len(sd)), np.array(sd))


def declared_twice(arcs: pd.DataFrame) -> pd.DataFrame:
    """Every flow measured by who sends it and by who receives it, each with its own error."""
    meeting = "meeting " + arcs["flow"]
    received = arcs.assign(flow=arcs["flow"] + " received", source=meeting)
    return pd.concat([arcs.assign(target=meeting), received], ignore_index=True)


def surveyed_network(rng: np.random.Generator) -> pd.DataFrame:
    """A study whose takers answer too: 10 to 40 firms send 1 to 3 families to 3 takers, row by row."""
    firms = [f"firm {number}" for number in range(int(rng.integers(10, 41)))]
    takers = ["taker 0", "taker 1", "taker 2"]
    sites = pd.DataFrame({"site_id": firms + takers, "name": firms + takers})
    sites["actor_type"] = ["firm"] * len(firms) + ["outlet"] * len(takers)
    families = [("wood", "cardboard", "plastic")[: rng.integers(1, 4)] for _ in firms]
    sent = pd.DataFrame({"site_id": firms, "category": families}).explode("category", ignore_index=True)
    sent = sent.assign(direction="out", contractor=rng.choice(takers, len(sent)))
    sent[MASS] = rng.lognormal(3, 1, len(sent))
    received = sent.rename(columns={"site_id": "contractor", "contractor": "site_id"})
    flows = pd.concat([sent, received.assign(direction="in")], ignore_index=True)
    half_width = flows[MASS] * rng.choice(list(EVIDENCE), len(flows), p=list(EVIDENCE.values()))
    flows[LOW], flows[HIGH] = flows[MASS] - half_width, flows[MASS] + half_width
    flows = flows.assign(flow_id=[f"f{row}" for row in flows.index], waste_code=None, description="")
    return survey_arcs(flows, sites, balanced_with(flows, sites))


def _arcs(start: np.ndarray, end: np.ndarray, mass: np.ndarray, sd: np.ndarray) -> pd.DataFrame:
    ends = {"source": start.astype(str), "target": end.astype(str)}
    return pd.DataFrame({"flow": [f"f{row}" for row in range(len(mass))], **ends, MASS: mass, SD: sd})


def of_equal_sigma(arcs: pd.DataFrame) -> pd.DataFrame:
    return arcs.assign(**{SD: 1.0})


CLASSES: dict[str, Callable[[np.random.Generator], pd.DataFrame]] = {
    "random": random_network,
    "random, one sigma": lambda rng: of_equal_sigma(random_network(rng)),
    "random, declared twice": lambda rng: declared_twice(random_network(rng)),
    "random, one sigma, declared twice": lambda rng: declared_twice(of_equal_sigma(random_network(rng))),
    "textbook": lambda rng: published_network(rng, TEXTBOOK),
    "textbook, declared twice": lambda rng: declared_twice(published_network(rng, TEXTBOOK)),
    "published": published_network,
    "published, declared twice": lambda rng: declared_twice(published_network(rng)),
    "survey, both sides answer": surveyed_network,
}
