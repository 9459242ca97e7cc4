"""What each member brings on average, over every order in which a group may come together.

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))          (Shapley 1953)

with v(S) what the members of S save among themselves. Shares sum to v(N), equals get equal shares, and
whoever adds nothing to any set gets nothing; no other rule has these properties and adds up over games.

A set of members is a whole number whose bit i is set when member i is in it: v is an array of 2^n values, or
a function of that number where there are too many.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import NamedTuple

import numpy as np

PAIRS = 100


class Sampled(NamedTuple):
    """Estimated shares and their standard errors, one for each member."""

    share: np.ndarray
    error: np.ndarray


def n_members(values: np.ndarray) -> int:
    """How many members an array of 2^n values is about.

    Raises
    ------
    ValueError
        When the length is no power of two, a value is missing, or nobody saves something.
    """
    n = len(values).bit_length() - 1
    if n < 1 or len(values) != 1 << n:
        raise ValueError("a game of n members has 2^n values, the first of them for nobody")
    if not np.isfinite(values).all() or values[0]:
        raise ValueError("every set has a known value, and nobody saves nothing")
    return n


def shapley(values: np.ndarray) -> np.ndarray:
    """The share of each member, exact; ``values`` has 2^n entries, in the order of the sets' numbers."""
    n = n_members(values)
    sets = np.arange(1 << n)
    weight = np.array([factorial(k) * factorial(n - 1 - k) / factorial(n) for k in range(n)])
    shares = np.empty(n)
    for i in range(n):
        without = sets[sets >> i & 1 == 0]
        added = values[without | 1 << i] - values[without]
        shares[i] = weight[np.bitwise_count(without)] @ added
    return shares


def sampled(value: Callable[[int], float], n: int, pairs: int = PAIRS, seed: int = 1) -> Sampled:
    """The share of each member, from orders drawn at random, each with its reverse.

    What a member adds early and late is averaged in each pair, which narrows the error (Castro, Gómez and
    Tejada 2009 for the sampling; Mitchell et al. 2022 for reversed orders). Shares sum to v(N) whatever the
    draws.

    Parameters
    ----------
    value : callable
        v(S) for the number of a set; asked once for each set met.
    n : int
        Number of members.
    pairs, seed : int
        Orders drawn, and the start of the random numbers.

    Raises
    ------
    ValueError
        With fewer than two pairs: they give no error.
    """
    if pairs < 2:
        raise ValueError("an error needs two pairs of orders")
    rng, known = np.random.default_rng(seed), cache(value)
    added = np.zeros((pairs, n))
    for pair in range(pairs):
        order = rng.permutation(n).tolist()
        for way in (order, order[::-1]):
            inside, before = 0, 0.0
            for member in way:
                inside |= 1 << member
                after = float(known(inside))
                added[pair, member] += (after - before) / 2
                before = after
    return Sampled(added.mean(axis=0), added.std(axis=0, ddof=1) / np.sqrt(pairs))
