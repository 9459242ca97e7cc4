"""Every subset of a few members, and the cheapest way to cut it into parts.

    best(S) = min over the parts R of S that hold its first member of cost(R) + best(S without R)

A subset is a whole number whose bit i is set when member i is in it.
"""

from __future__ import annotations

import numpy as np


def members_of(n: int) -> np.ndarray:
    """Who is in each subset of n members: (2^n, n) of booleans, in the order of the subsets' numbers."""
    return (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(bool)


def least_partition(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least total cost of each subset over all partitions of it, and the number of parts of that partition.

    ``cost`` : (2^n, m), of each subset as one part, infinite where it cannot be one, for m questions at once.
    3^n steps, each once for all questions.
    """
    best, parts = np.zeros_like(cost, dtype=float), np.zeros(cost.shape, dtype=int)
    questions = np.arange(cost.shape[1])
    for subset in range(1, len(cost)):
        first = subset & -subset
        rest = np.zeros(1, dtype=int)
        for bit in range(first.bit_length(), subset.bit_length()):
            if subset >> bit & 1:
                rest = np.concatenate([rest, rest | 1 << bit])
        others = subset ^ first ^ rest
        totals = cost[first | rest] + best[others]
        chosen = totals.argmin(axis=0)
        best[subset] = totals[chosen, questions]
        parts[subset] = 1 + parts[others[chosen], questions]
    return best, parts


def with_own_time(values: np.ndarray, time: float) -> np.ndarray:
    """v'(S) = t |S| + max over R ⊆ S of (v(R) − t |R|), of all sets: nobody is in a set for less than t."""
    given = time * members_of(len(values).bit_length() - 1).sum(axis=1)
    net, sets = values - given, np.arange(len(values))
    for bit in (1 << i for i in range(len(values).bit_length() - 1)):
        larger = sets[sets & bit > 0]
        net[larger] = np.maximum(net[larger], net[larger ^ bit])
    return np.asarray(net + given)


def with_most(values: np.ndarray, most: np.ndarray) -> np.ndarray:
    """v'(S) = max over T outside S of (v(S ∪ T) − Σ_{i∈T} m_i), of all sets: nobody adds more than m_i.

    Others may have i with them for m_i, all that it stops paying: its Shapley value is no more. The core of
    v' is that of v without the sharings that give somebody more.
    """
    capped, sets = values.copy(), np.arange(len(values))
    for place, each in enumerate(most):
        smaller = sets[sets & 1 << place == 0]
        capped[smaller] = np.maximum(capped[smaller], capped[smaller | 1 << place] - each)
    return capped
