"""Uncertainty of flows carried to totals, with the errors that a scale or a contractor shares.

Each mass is lognormal of mean m and of the sigma its interval gives (:mod:`lognormal`). Its log error is

    sigma Z = a Z_s + b Z_i,   a = sigma sqrt(rho),   b = sigma sqrt(1 - rho),

Z_s common to all flows of one error source, Z_i its own. Of flows counted in skips, pallets or litres, which
one weight converts for all, a is the log sd of that weight (at most sigma). Means add, M = sum m. So do
variances, with the covariances inside a source:

    V = sum_i m_i^2 (exp(sigma_i^2) - 1) + sum_s sum_{i != j in s} m_i m_j (exp(a_i a_j) - 1)
      = sum_i u_i + sum_s sum_k w_k P_k^2,
    u_i = m_i^2 exp(a_i^2) (exp(b_i^2) - 1),   P_k = sum_{i in s} m_i a_i^k,

the double sum undone by exp(x) - 1 = sum_k w_k x^k, so that two or four sums by group and source are enough:
w_k is the polynomial that interpolates it best (to 6e-4). With c_ij = exp(a_i a_j) - 1 and d = exp(b^2) - 1
the third cumulant is

    K3 = sum_i m_i^3 exp(3 a_i^2) d_i^2 (d_i + 3) + sum_s sum_{i,j in s} 3 u_i m_j (exp(2 a_i a_j) - 1)
         + sum_s sum_{i,j,k in s} m_i m_j m_k (3 c_ij c_jk + c_ij c_jk c_ki),

where the flows of a source are replaced by the one or two that have the same sums P_k, and for the u_i by
those that have the same Q_k = sum u_i a_i^k: the nodes of Gauss's quadrature.

A flow whose stated interval is no lognormal's is moved by d_i (:func:`lognormal.off_centre`), the total by

    d = sum_i d_i t_i^2,   t_i = (u_i + s_i sum_{j in s} s_j) / sqrt(V_i V),   s_i^2 = m_i^2 (exp(a_i^2) - 1),

t_i its correlation with the total: what terms d_i (Z^2 - 1) / (z^2 - 1) of the flows add to the bounds of
a sum (Cornish & Fisher). A lone flow is moved by its own d_i, thus to the interval stated. V stays that of
lognormals: totals of even ranges are up to 3 % wider than those of draws from laws with these ranges.

M, V, K3 and d give the interval (:func:`lognormal.moment_interval`). Short of sigma = 1, where its rule
changes, its bounds are those of the double and triple sums to 0.7 % of the half-width (two sums) or 0.1 %
(four). The test suite holds them to these sums, and the intervals to Monte Carlo and to simulated surveys.

Source: Golub & Welsch (1969), Mathematics of Computation 23, 221-230 (quadrature from moments);
Cornish & Fisher (1938), Rev. Int. Statist. Inst. 5, 307-320 (bounds from cumulants).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty.grouping import Cells, Groups, cells, group
from eit_analysis.flows.uncertainty.lognormal import (
    HALF_WIDTH_PER_SD,
    half_width,
    log_sd,
    moment_interval,
    off_centre,
    share_interval,
)
from eit_analysis.flows.uncertainty.lognormal import difference_interval as difference_interval
from eit_analysis.flows.uncertainty.lognormal import interval as interval
from eit_analysis.reference.units import common_weight

MASS = "mass_t_per_year"
LOW = "mass_low_t_per_year"
HIGH = "mass_high_t_per_year"
SHARED_ERROR_CORRELATION = 0.5  # hypothesis of the project: half of the log variance
# Terms, and the largest x = a^2 for which that many give exp(x) - 1 to 6e-4 of it.
TERMS = {0: 0.0, 2: 0.15, 4: 1.0}
OFF_CENTRE = "off_centre_t_per_year"
ERRORS = ["error_source", "shared_log_sd", "own_variance", "own_third_cumulant", OFF_CENTRE]
PLAIN = 7  # sums by group and source besides those of powers of a


def error_sources(flows: pd.DataFrame) -> pd.Series:
    """Which scale or contractor gave each mass: flows of one source err together; missing, by itself.

    - The weight that converts its unit (:func:`units.common_weight`), for what was counted and not weighed:
      who count the same thing in the same unit are wrong together.
    - Else the named contractor, for masses measured or declared: it weighs the skip or writes the statement
      that the respondent copies, for all its customers in the same way.
    - Else the site's own scale, for measured masses.
    - None for a mass declared without a contractor, estimated or inferred: a guess is made flow by flow, and
      its error is mostly its own. What such guesses may share (a ratio, a habit) is bounded by
      :func:`diagnosis.error_bounds`.

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows; ``contractor`` may be missing or ``unknown``, ``density_unit`` missing.

    Returns
    -------
    pandas.Series
        Categories; on the index of ``flows``.
    """
    contractors, sites = (flows[key].astype("category").cat for key in ("contractor", "site_id"))
    measured = flows["evidence"] == "measured"
    named = flows["contractor"].notna() & (flows["contractor"] != "unknown")
    by_contractor = named & (measured | (flows["evidence"] == "declared"))
    of_site = sites.codes.astype(np.int64) + len(contractors.categories)
    codes = np.select([by_contractor, measured], [contractors.codes, of_site], -1)
    words = [key.categories.astype("str") for key in (contractors, sites)]
    names = ("contractor " + words[0]).append("site " + words[1])
    kinds = common_weights(flows)[0].astype("category").cat
    codes = np.where(kinds.codes >= 0, kinds.codes.astype(np.int64) + len(names), codes)
    sources = pd.CategoricalDtype(names.append(pd.Index(kinds.categories.astype("str"))))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=sources), index=flows.index, name="error_source")


def common_weights(flows: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """Name of the weight that converts each flow, missing of most, and its log variance, at most 1."""
    names, variance = np.full(len(flows), None, dtype=object), np.zeros(len(flows))
    if "density_unit" in flows:
        codes, units = pd.factorize(flows["density_unit"])
        families = flows["category"].to_numpy(object)
        for place in np.flatnonzero(codes >= 0):
            names[place], variance[place] = _common_weight(str(units[codes[place]]), str(families[place]))
    return pd.Series(names, index=flows.index, dtype=object), variance


@cache
def _common_weight(unit: str, category: str) -> tuple[str, float]:
    name, half = common_weight(unit, category)
    sigma = log_sd(np.ones(1), np.array([half]))[0]
    return name, 1.0 if np.isnan(sigma) else float(sigma) ** 2


def prepare(flows: pd.DataFrame, correlation: float = SHARED_ERROR_CORRELATION) -> pd.DataFrame:
    """The flows with what every sum of this module needs of each, worked out once.

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows; t/year. A column ``error_source`` that is already there is kept.
    correlation : float
        rho, 0 to 1: correlation of the log errors inside one source.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``error_source``, ``shared_log_sd`` (a), ``own_variance`` (u, t2/year2),
        ``own_third_cumulant`` (t3/year3) and ``off_centre_t_per_year`` (d). They hold for these masses:
        prepare again what is changed.
    """
    source = flows["error_source"] if "error_source" in flows else error_sources(flows)
    mass = flows[MASS].to_numpy(float)
    half = np.asarray(half_width(flows[LOW], flows[HIGH]), dtype=float)
    sigma = log_sd(mass, half)
    wide = np.isnan(sigma)
    square = np.where(wide, 0.0, sigma) ** 2
    shared = np.where(source.notna(), correlation, 0.0) * square
    weight, common = common_weights(flows)
    if correlation and weight.notna().any():
        same = (weight == source.astype(object)).to_numpy()
        shared = np.where(same, np.minimum(common, np.where(wide, 1.0, square)), shared)
    own = np.expm1(np.maximum(square - shared, 0.0))
    grown = mass * np.exp(shared)
    third = grown * grown * grown * own * own * (own + 3)
    # Too wide for a lognormal of that mean: what the weight does not share of the width is the flow's own.
    alone = (half / HALF_WIDTH_PER_SD) ** 2 - np.square(mass) * np.expm1(shared)
    variance = np.where(wide, np.maximum(alone, 0.0), mass * grown * own)
    return flows.assign(
        error_source=source.astype("category"),
        shared_log_sd=np.sqrt(shared),
        own_variance=variance,
        own_third_cumulant=third,
        off_centre_t_per_year=off_centre(mass, flows[LOW].to_numpy(float), flows[HIGH].to_numpy(float)),
    )


def prepared(flows: pd.DataFrame) -> pd.DataFrame:
    """The flows as :func:`prepare` gives them, with the default correlation where they are not yet."""
    return flows if set(ERRORS) <= set(flows.columns) else prepare(flows)


def propagate(flows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Total mass and its 95 % interval by group (equations of this module).

    From tidy flows (t/year) or :func:`prepare` of them; without any key in ``by`` one row, the grand total.

    Returns
    -------
    pandas.DataFrame
        ``by``, mass, low and high bound (t/year), half-width ``half_t_per_year``, standard deviation
        ``sd_t_per_year``; one row per group present, in the order of the keys.
    """
    known = prepared(flows)
    sums = error_cells(known, group(known, by))
    mass, variance, third, moved = group_moments(sums)
    low, high = moment_interval(mass, variance, third, moved)
    return sums.groups.table().assign(
        **{MASS: mass, LOW: low, HIGH: high},
        half_t_per_year=half_width(low, high),
        sd_t_per_year=np.sqrt(variance),
    )


def error_cells(flows: pd.DataFrame, groups: Groups) -> Cells:
    """The sums by group and source that :func:`group_moments` needs of :func:`prepared` flows."""
    return cells(groups, flows["error_source"], _columns(flows))


def group_moments(sums: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """M, V, K3 and d of each group."""
    mass, variance, third, shared, mixed = split(sums)
    variance = variance + shared_variance(shared)
    third = third + shared_third_cumulant(shared, mixed)
    alone, mixed_with, together, scale = sums.sums[3:PLAIN]
    moved = sums.by_group(alone + 2 * scale * mixed_with + scale**2 * together)
    variance = sums.by_group(variance)
    moved = np.divide(moved, variance, out=np.zeros(len(variance)), where=variance > 0)
    return sums.by_group(mass), variance, sums.by_group(third), moved


def split(sums: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of each cell: mass, own variance, own third cumulant, P (terms, cells) and Q (terms, cells)."""
    terms = (len(sums.sums) - PLAIN) // 2
    return *sums.sums[:3], sums.sums[PLAIN : PLAIN + terms], sums.sums[PLAIN + terms :]


def shared_covariance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """sum_k w_k P_k P'_k: covariance of two parts of one source, from their P (terms, cells)."""
    return np.einsum("k,kc,kc->c", WEIGHTS[len(one)], one, other)


def shared_variance(shared: np.ndarray) -> np.ndarray:
    """sum_k w_k P_k^2."""
    return shared_covariance(shared, shared)


def shared_third_cumulant(shared: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """The part of K3 that comes from a source, from its P and Q (terms, cells)."""
    (a, mass), (b, variance) = equivalent_flows(shared), equivalent_flows(mixed)
    c = np.expm1(a[:, None] * a) * mass
    own = (variance[:, None] * np.expm1(2 * b[:, None] * a) * mass).sum(axis=(0, 1))
    pairs = (mass * c.sum(axis=1) ** 2).sum(axis=0)
    return 3 * (own + pairs) + np.einsum("ijc,jkc,kic->c", c, c, c)


def equivalent_flows(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The flow with these sums over m a and m a^2, or the two with those up to m a^4: a and m (flows, cells).

        a = A + h +/- sqrt(h^2 + v),  m a = P_1 (1 -/+ h / sqrt(h^2 + v)) / 2,  h = t / (2 v),

    A, v and t the mean, variance and third central moment of a, weighed by m a.
    """
    if not len(sums):
        return sums, sums
    weight = np.where(sums[0] > 0, sums[0], 1.0)  # without shared errors all sums are zero
    mean, *higher = sums[1:] / weight
    nodes, shares = mean[None], np.ones((1, 1))
    if higher:
        variance = higher[0] - mean**2
        apart = variance > 1e-9 * mean**2  # less is rounding
        third = higher[1] - 3 * mean * higher[0] + 2 * mean**3
        half = np.divide(third, 2 * variance, out=0 * mean, where=apart)
        spread = np.sqrt(half**2 + np.where(apart, variance, 0.0))
        side = np.array([[1.0], [-1.0]])
        nodes = mean + half + side * spread
        shares = (1 - side * np.divide(half, spread, out=0 * mean, where=apart)) / 2
    nodes = np.clip(nodes, 0.0, 1.0)  # what a subtraction leaves by rounding may be anything
    return nodes, np.divide(sums[0] * shares, nodes, out=0 * nodes, where=nodes > 0)


def whole_covariance(sums: Cells) -> np.ndarray:
    """Covariance of the total of each group with the sum of all groups; they add up to its variance."""
    _, variance, _, shared, _ = split(sums)
    everywhere = np.stack([sums.by_source(p) for p in shared]) if len(shared) else shared
    return sums.by_group(variance + shared_covariance(shared, everywhere))


def shares(sums: Cells) -> pd.DataFrame:
    """Share of each group in the sum of all: keys, ``share_low_percent`` and ``share_high_percent``.

    With C = cov(P, M) - V_P and V_R = V_M - 2 cov(P, M) + V_P for the part P, the rest R and the whole M
    (see :func:`lognormal.share_interval`).
    """
    mass, variance, *_ = group_moments(sums)
    with_whole = whole_covariance(sums)
    rest_variance = np.maximum(with_whole.sum() - 2 * with_whole + variance, 0.0)
    rest = np.maximum(mass.sum() - mass, 0.0)
    low, high = share_interval(mass, variance, rest, rest_variance, with_whole - variance)
    return sums.groups.table().assign(share_low_percent=100 * low, share_high_percent=100 * high)


def terms_needed(largest: float) -> int:
    """Fewest terms for flows whose shared log sd goes up to ``largest``, at most 1."""
    return next(terms for terms, limit in TERMS.items() if largest**2 <= limit * (1 + 1e-9))


def series_weights(terms: int, limit: float) -> np.ndarray:
    """w_1 to w_K of exp(x) - 1 = sum w_k x^k, exact at K Chebyshev nodes of [0, limit].

    Relative error under 2 (limit / 4)^K exp(limit) / ((K + 1) K!), a power of 4 less than that of the series.
    """
    nodes = limit / 2 * (1 + np.cos(np.pi * (np.arange(terms) + 0.5) / max(terms, 1)))
    return np.linalg.solve(np.vander(nodes, terms, increasing=True), np.expm1(nodes) / nodes)


WEIGHTS = {terms: series_weights(terms, limit) for terms, limit in TERMS.items()}


def _columns(flows: pd.DataFrame) -> Iterator[np.ndarray]:
    """Mass, own variance, own third cumulant; what gives d; then m a^k; then u a^k, for k from 1."""
    mass, variance = flows[MASS].to_numpy(float), flows["own_variance"].to_numpy(float)
    a = flows["shared_log_sd"].to_numpy(float)
    terms = terms_needed(a.max(initial=0.0))
    yield from (mass, variance, flows["own_third_cumulant"].to_numpy(float))
    scale = mass * np.sqrt(np.expm1(a**2))
    own = variance + scale**2
    moved = np.divide(flows[OFF_CENTRE].to_numpy(float), own, out=np.zeros(len(own)), where=own > 0)
    yield from (moved * variance**2, moved * variance * scale, moved * scale**2, scale)
    for values in (mass, variance):
        weight = values.copy()  # one array for all powers: each is summed before the next is made
        for _ in range(terms):
            weight *= a
            yield weight
