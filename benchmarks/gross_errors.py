"""How often one wrong measurement is found: by the package, and by the best test there can be.

    python -m benchmarks.gross_errors [--simulations 1000] [--seed 1]

For each class of networks (:mod:`balance_networks`), how often a clean one is accused, and how often one
error is named first, alone or with those nobody can tell it from:

- of 5 sigma, on any redundant measurement (*named*; *ranked* is first whatever the critical value);
- of 5 sigma, where it can be seen: the threshold that the network announces is at most 5 sigma;
- as large as that threshold, on any redundant measurement.

The oracle, in brackets, knows that at most one measurement is wrong, by exactly 5 sigma, up or down, each
candidate as likely as the others. With z and p of :mod:`eit_analysis.flows.balance.gross_errors`, an error
on i is more likely than none by

    L_i = exp(-(5^2 p_i) / 2) cosh(5 sqrt(p_i) z_i).

It names the equivalent measurements whose L add up to most, and accuses where that passes what 5 % of the
clean networks of the class pass: no test that accuses as few of them names the right one more often (the
Neyman-Pearson lemma).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.balance_networks import CLASSES, ENVIRONMENT
from eit_analysis.flows.balance.gross_errors import SEEN, measurement_test
from eit_analysis.flows.balance.reconciliation import SD, reconcile, redundancy
from eit_analysis.flows.uncertainty.propagation import MASS

ERROR = 5.0  # standard deviations
FALSE_ALARMS = 0.05
COLUMNS = {
    "mean p": ("redundancy",),
    "threshold/sigma": ("threshold",),
    "clean accused": ("accused",),
    "5 sigma named": ("any_named", "any_oracle"),
    "5 sigma ranked": ("any_ranked", "any_oracle_ranked"),
    "can be seen": ("seen",),
    "named where seen": ("seen_named", "seen_oracle"),
    "threshold named": ("threshold_named",),
}


def checked(arcs: pd.DataFrame) -> pd.DataFrame:
    """:func:`measurement_test` with ``redundancy`` p, ``threshold`` in sigma, and whether 5 is ``seen``."""
    balance = reconcile(arcs, ENVIRONMENT)
    tests, share = measurement_test(balance), redundancy(balance)
    redundant = share > SEEN
    threshold = tests["threshold_t_per_year"] / arcs.loc[redundant, SD].to_numpy()
    return tests.assign(redundancy=share[redundant], threshold=threshold, seen=threshold <= ERROR)


def likelihoods(tests: pd.DataFrame, candidates: pd.Series) -> pd.Series:
    """By group, how much more likely the measurements are with one of its candidates wrong than with none."""
    chosen = tests[candidates]
    pull = ERROR * np.sqrt(chosen["redundancy"])
    ratio = np.exp(-(pull**2) / 2) * np.cosh(pull * chosen["statistic"])
    return ratio.groupby(chosen["group"]).sum() / len(chosen)


def trial(arcs: pd.DataFrame, clean: pd.DataFrame, rng: np.random.Generator) -> dict[str, float]:
    """One network: clean, then with each kind of error."""
    row = {
        "accused": clean["suspect"].any(),
        "redundancy": clean["redundancy"].mean(),
        "threshold": clean["threshold"].median(),
        "seen": clean["seen"].mean(),
    }
    every = clean["redundancy"] > 0
    five = pd.Series(ERROR, clean.index)
    kinds = {"any": (every, five), "seen": (clean["seen"], five), "threshold": (every, clean["threshold"])}
    for kind, (candidates, size) in kinds.items():
        if not candidates.any():
            continue
        place = rng.choice(np.flatnonzero(candidates))
        wrong = arcs["flow"] == clean["flow"][place]
        error = wrong * size[place] * arcs[SD].fillna(0.0) * rng.choice([-1, 1])
        tests, group = checked(arcs.assign(**{MASS: arcs[MASS] + error})), clean["group"][place]
        worst, likely = tests.loc[tests["statistic"].idxmax()], likelihoods(tests, candidates)
        row[f"{kind}_ranked"] = worst["group"] == group
        row[f"{kind}_named"] = worst["group"] == group and worst["suspect"]
        row[f"{kind}_oracle_ranked"] = likely.idxmax() == group
        row[f"{kind}_oracle"] = likely.max()
        row[f"{kind}_oracle_clean"] = likelihoods(clean, candidates).max()
    return row


def rates(
    network: Callable[[np.random.Generator], pd.DataFrame], simulations: int, seed: int = 1
) -> pd.Series:
    """Means of :func:`trial` over networks of a class that have something to check; the oracle calibrated."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, float]] = []
    while len(rows) < simulations:
        arcs = network(rng)
        arcs[MASS] += arcs[SD].fillna(0.0) * rng.standard_normal(len(arcs))
        clean = checked(arcs)
        if not clean.empty:
            rows.append(trial(arcs, clean, rng))
    trials = pd.DataFrame(rows).astype(float)
    for kind in ("any", "seen"):
        if f"{kind}_oracle" in trials:
            limit = trials[f"{kind}_oracle_clean"].quantile(1 - FALSE_ALARMS)
            trials[f"{kind}_oracle"] = trials[f"{kind}_oracle_ranked"] * (trials[f"{kind}_oracle"] > limit)
    return trials.mean()


def cell(row: pd.Series, ours: str, oracle: str = "") -> str:
    if ours in ("redundancy", "threshold"):
        return f"{row[ours]:.2f}"
    return f"{row[ours]:.1%}" + (f" ({row[oracle]:.1%})" if oracle else "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{options.simulations} networks of each class; in brackets, the oracle")
    print(" " * 33 + "".join(f"{title:>17}" for title in COLUMNS))
    for name, network in CLASSES.items():
        row = rates(network, options.simulations, options.seed)
        print(f"{name:33}" + "".join(f"{cell(row, *names):>17}" for names in COLUMNS.values()))
