"""Least squares under constraints that are sums of products of two quantities, with bounds.

x^ minimises sum ((x - x~) / sigma)^2 over what is measured, under g(x) = 0 and low <= x <= high. With D =
diag(sigma), J the derivatives of g and C their curvature by the multipliers l, one Newton step solves

    [ I + D C D   D J' ] [ D^-1 dx ]      [ D^-1 (x - x~) + D J' l ]
    [   J D         0  ] [   dl    ]  = - [          g(x)          ].

Without C the step is the linear one, x~ - V J' (J V J')^-1 (g + J (x~ - x)), of Cencic (2016); with it, the
last steps square the error. A quantity past a bound is held on it, of variance zero, for as long as its
multiplier pushes it out. One that is not measured has a wide sigma around its current value, so that nothing
of it is left at the end; where no balance can tell it, it keeps that sigma. Where the steps turn in circles
(5 of 1,000 random systems), or hold on a bound what is not measured, a small system is given to the general
solver of scipy too, they begin again where that one ends, and the best of the three is kept.

Sources: Cencic (2016), Sustain. Environ. Res. 26, 291-298; Crowe (1986), AIChE J. 32, 616-623; Kelly (1998),
Comput. Chem. Eng. 22, 1771-1788 (wide sigma); Bergounioux, Ito & Kunisch (1999), SIAM J. Control Optim. 37,
1176-1194 (held bounds).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

MOST_STEPS = 60
WIDE = 1e4  # sigma of an unmeasured quantity, in orders of size
UNSEEN = 1e-5  # share of its variance left to a quantity that no balance can tell
FAR = 2.0  # sigmas (orders of size where not measured) that one step may go
SHRINK = 0.1  # to this share of itself: at zero a mass makes its contents forgotten
NEAR = 0.3  # sigmas: steps this short have the curvature of the constraints
SMALL, EQUAL = 400, 1e-11  # quantities, and the change of the sum of squares, of the general solver
SETTLED = 1e-9  # last step, in sigmas
FELT = 1e-6  # a bound that changes something, per sigma
DIGITS = 64  # last digits of the largest term, in which a sum of products is not told from zero
SLACK = 1e-13  # lets a balance that follows from others stand beside them


@dataclass(frozen=True)
class Terms:
    """g(x): in each ``row``, the sum of ``sign`` x the quantity ``first`` x the quantity ``second``."""

    row: np.ndarray
    sign: np.ndarray
    first: np.ndarray
    second: np.ndarray
    count: int

    def excess(self, value: np.ndarray) -> np.ndarray:
        """g(x), by row."""
        return np.bincount(self.row, self.sign * value[self.first] * value[self.second], self.count)

    def rounding(self, value: np.ndarray) -> np.ndarray:
        """By how much g(x) may be off zero for want of digits, by row."""
        largest = np.bincount(self.row, np.abs(value[self.first] * value[self.second]), self.count)
        return DIGITS * np.finfo(float).eps * largest

    def pull(self, value: np.ndarray, multiplier: np.ndarray) -> np.ndarray:
        """J' l, by quantity."""
        weight, size = self.sign * multiplier[self.row], len(value)
        return np.bincount(self.first, weight * value[self.second], size) + np.bincount(
            self.second, weight * value[self.first], size
        )

    def derivatives(self, value: np.ndarray) -> np.ndarray:
        """J, dense, of shape (rows, quantities)."""
        found = np.zeros((self.count, len(value)))
        np.add.at(found, (self.row, self.first), self.sign * value[self.second])
        np.add.at(found, (self.row, self.second), self.sign * value[self.first])
        return found

    def matrix(
        self, value: np.ndarray, width: np.ndarray, wide: np.ndarray, multiplier: np.ndarray
    ) -> tuple[csc_array, np.ndarray]:
        """The system of a step, and what each row of J D was divided by; C is zero if all l are."""
        size = len(value)
        own, rows = np.arange(size), size + np.arange(self.count)
        place, row = np.concatenate([self.first, self.second]), np.tile(self.row, 2)
        other = np.concatenate([self.second, self.first])
        entry = np.tile(self.sign, 2) * value[other] * width[place]
        norm = np.zeros(self.count)
        np.maximum.at(norm, row, np.where(wide[place], np.abs(entry) / WIDE, np.abs(entry)))
        norm[norm == 0] = 1.0
        entry = entry / norm[row]
        curve = np.tile(self.sign * multiplier[self.row] * width[self.first] * width[self.second], 2)
        data = np.concatenate([np.ones(size), entry, entry, np.full(self.count, -SLACK), curve])
        down = np.concatenate([own, place, size + row, rows, place])
        across = np.concatenate([own, size + row, place, rows, other])
        return csc_array((data, (down, across)), shape=(len(rows) + size,) * 2), norm


@dataclass(frozen=True)
class Settled:
    """x^ (``value``), its sigma (``width``; zero where exact or pushed on a bound), g(x^), and the steps."""

    value: np.ndarray
    width: np.ndarray
    excess: np.ndarray
    steps: int
    settled: bool


def settle(
    terms: Terms,
    start: np.ndarray,
    aim: np.ndarray,
    sigma: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
) -> Settled:
    """x^ from ``start``.

    ``aim`` is x~, missing where not measured; ``sigma`` is then the order of size of the quantity. A
    quantity of sigma zero is never changed. ``settled`` is false where no such x was found. Where the
    constraints leave more than one, it is one from which no small change does better.
    """
    found = _settle(terms, start, aim, sigma, bounds)
    held = np.isnan(aim) & (sigma > 0) & (found.width == 0)
    if len(start) > SMALL or (found.settled and not held.any()):
        return found
    unit = np.where(sigma > 0, sigma, np.inf)

    def squares(one: Settled) -> float:
        return float(np.nansum(((one.value - aim) / unit) ** 2))

    # Where the general solver stops depends on the processor: the steps begun there end in one place.
    near = _general(terms, start, aim, sigma, bounds)
    for other in (_settle(terms, near.value, aim, sigma, bounds), near):
        if other.settled and not (found.settled and squares(found) <= squares(other) + FELT):
            found = other
    return found


def _settle(
    terms: Terms,
    start: np.ndarray,
    aim: np.ndarray,
    sigma: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
) -> Settled:
    low, high = bounds
    wide = np.isnan(aim)
    spread = np.where(wide, WIDE * sigma, sigma)
    unit = np.where(sigma > 0, sigma, 1.0)
    value, multiplier = np.clip(start, low, high), np.zeros(terms.count)
    held = np.zeros(len(value), int)  # -1 on the lower bound, 1 on the upper
    size, settled, near, steps = len(value), False, False, 0
    while not settled and steps < MOST_STEPS:
        steps += 1
        width = np.where(held == 0, spread, 0.0)
        matrix, norm = terms.matrix(value, width, wide, multiplier if near else 0 * multiplier)
        solver = splu(matrix)
        free = width > 0
        off = np.where(free & ~wide, value - aim, 0.0) / unit
        right = np.concatenate([off + width * terms.pull(value, multiplier), terms.excess(value) / norm])
        move = solver.solve(-right)
        multiplier = multiplier + move[size:] / norm
        leap = width * move[:size]
        leap *= min(1.0, FAR / max(float(np.max(np.abs(leap) / unit, initial=0.0)), FAR))
        moved = value + leap
        if not near:
            moved = np.where((low == 0) & (value > 0), np.maximum(moved, SHRINK * value), moved)
        value, before, was = np.clip(moved, low, high), value, held
        out = np.where(moved < low, -1, np.where(moved > high, 1, 0))
        push = terms.pull(value, multiplier) * unit + np.where(wide, 0.0, value - aim) / unit
        stays = (held != 0) & (held * push < SETTLED)
        held = np.where(stays, held, out)
        near = bool((np.abs(value - before) <= NEAR * unit).all())
        # What loops unmeasured may be so large that its last digits are more than a step.
        still = np.abs(value - before) <= SETTLED * np.maximum(unit, np.abs(value))
        settled = bool((held == was).all()) and bool(still.all())
    # On a bound that nothing pushes it out of, a quantity is as free as within.
    return Settled(value, np.where(held * push < -FELT, 0.0, spread), terms.excess(value), steps, settled)


def _general(
    terms: Terms,
    start: np.ndarray,
    aim: np.ndarray,
    sigma: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
) -> Settled:
    """The same by SLSQP (Kraft 1988), dense: z = x / sigma, each balance over the largest start."""
    exact, wide, unit = sigma == 0, np.isnan(aim), np.where(sigma > 0, sigma, 1.0)
    low, high = (np.where(exact, start, end) / unit for end in bounds)
    goal, size = np.where(wide, 0.0, aim) / unit, float(np.abs(start).max())

    def off(z: np.ndarray) -> np.ndarray:
        return np.where(wide | exact, 0.0, z - goal)

    found = minimize(
        lambda z: 0.5 * off(z) @ off(z),
        np.clip(start / unit, low, high),
        jac=off,
        method="SLSQP",
        bounds=np.column_stack([low, high]),
        constraints={
            "type": "eq",
            "fun": lambda z: terms.excess(z * unit) / size,
            "jac": lambda z: terms.derivatives(z * unit) * unit / size,
        },
        options={"ftol": EQUAL, "maxiter": 1000},
    )
    value, slope = found.x * unit, terms.derivatives(found.x * unit) * unit
    on = np.where(found.x <= low + SETTLED, -1, np.where(found.x >= high - SETTLED, 1, 0))
    multiplier = np.linalg.lstsq(slope[:, on == 0].T, -off(found.x)[on == 0])[0]
    push = slope.T @ multiplier + off(found.x)
    spread = np.where(wide, WIDE * sigma, sigma)
    width, excess = np.where(on * push < -FELT, 0.0, spread), terms.excess(value)
    # At the end of its digits the search finds no way down and says that it failed; which end, and where, is
    # a matter of the processor.
    there = (
        np.abs(excess).max(initial=0.0) <= SETTLED * size and np.abs(push[on == 0]).max(initial=0.0) < FELT
    )
    return Settled(value, width, excess, int(found.nit), bool(found.success or there))
