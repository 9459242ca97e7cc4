"""The model of :mod:`propagation` drawn at random, beside its formulas.

    x_i = m_i + D_i (exp(s_i E_i - s_i^2 / 2) - 1),   sigma_i E_i = a_i Z_s + b_i Z_i,

Z_s and Z_i standard normal, Z_s one for all flows of an error source, D_i and s_i such that x_i has the mean
m_i and the interval that was stated (:func:`lognormal.skewed`). The bounds of a total are the 2.5 % and
97.5 % quantiles of its draws. With n draws a bound is off by about 2.7 sd / sqrt(n): 0.03 sd, 1.4 % of the
half-width, for 10,000.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.lognormal import half_width, log_sd, skewed
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, prepared, propagate

DRAWS = 10_000
SEED = 20_180_101
AT_ONCE = 2_000_000  # numbers drawn together: 16 MB


def simulated_totals(flows: pd.DataFrame, by: list[str], draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """Draws of the total of each group: shape (groups, draws), groups in the order of :func:`propagate`.

    From tidy flows (t/year), prepared or not; without any key in ``by`` one row, the grand total. The same
    ``seed`` gives the same draws, whatever the order of the rows.
    """
    known = prepared(flows.sort_values("flow_id"))
    groups = group(known, by)
    order = np.argsort(groups.codes, kind="stable")
    known, starts = known.iloc[order], np.searchsorted(groups.codes[order], np.arange(groups.size))
    totals = np.zeros((groups.size, draws))
    if len(known):
        rng = np.random.default_rng(seed)
        step = max(1, AT_ONCE // len(known))
        for start in range(0, draws, step):
            drawn = totals[:, start : start + step]
            drawn[:] = np.add.reduceat(_draw(known, drawn.shape[1], rng), starts, axis=0)
    return np.maximum(totals, 0.0, out=totals)


def beside_formulas(flows: pd.DataFrame, by: list[str], draws: int = DRAWS, seed: int = SEED) -> Breakdown:
    """The intervals of the formulas beside those of the simulation, by group.

    Returns
    -------
    Breakdown
        ``by``, mass and bounds (t/year), ``simulated_low_t_per_year``, ``simulated_high_t_per_year`` and
        ``half_width_gap_percent``, how much wider the formulas are than the simulation (missing where both
        are certain); the heaviest group first.
    """
    low, high = np.quantile(simulated_totals(flows, by, draws, seed), [0.025, 0.975], axis=1)
    rows = propagate(flows, by)
    simulated = half_width(low, high)
    gap = np.divide(rows["half_t_per_year"], simulated, out=np.full(len(rows), np.nan), where=simulated > 0)
    table = rows[[*by, MASS, LOW, HIGH]].assign(
        simulated_low_t_per_year=low, simulated_high_t_per_year=high, half_width_gap_percent=100 * (gap - 1)
    )
    table = table.sort_values(MASS, ascending=False, kind="stable", ignore_index=True)
    return Breakdown(table, by, flows, MASS)


def _draw(flows: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Masses drawn for each flow: shape (flows, draws). A flow too wide for the model is drawn normal."""
    mass, a = flows[MASS].to_numpy(float)[:, None], flows["shared_log_sd"].to_numpy(float)[:, None]
    sigma = log_sd(mass[:, 0], half_width(flows[LOW], flows[HIGH]))[:, None]
    wide = np.isnan(sigma[:, 0])
    codes, names = pd.factorize(flows["error_source"], sort=True)
    common = rng.standard_normal((len(names) + 1, draws))[codes]  # without a source a is zero
    own = rng.standard_normal((len(flows), draws))
    b = np.sqrt(np.maximum(np.where(wide[:, None], 0.0, sigma) ** 2 - a**2, 0.0))
    sd = np.sqrt(flows["own_variance"].to_numpy(float))[wide, None]
    normal = mass[wide] + sd * own[wide]
    common *= a
    own *= b
    common += own
    scale, s = (
        each[:, None] for each in skewed(*(flows[name].to_numpy(float) for name in (MASS, LOW, HIGH)))
    )
    common *= np.divide(s, sigma, out=np.zeros_like(sigma), where=sigma > 0)
    common -= s**2 / 2
    drawn = mass + scale * np.expm1(common, out=common)
    drawn[wide] = normal
    return drawn
