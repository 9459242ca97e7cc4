"""The share of leads done in each territory, partially pooled: small counts are drawn to what is common.

    y_j ~ Binomial(n_j, θ_j),   θ_j ~ Beta(α, β),   p(α, β) ∝ (α + β)^(−5/2)
    p(θ_j | y) = Σ_g w_g Beta(θ_j; α_g + y_j, β_g + n_j − y_j)

with y_j synergies done of n_j leads, and w_g the posterior weight of the point g of a grid over
log(α/β), log(α + β), from the beta-binomial likelihood. Plugging in the likeliest α, β would be shorter but,
with few territories, leave out that they are hardly known: intervals would be too narrow. Averaging over the
grid keeps that. Territories are compared within each point of the grid, where they are independent:

    P(θ_j > θ_h | y) = Σ_g w_g ∫ f_g,j(x) F_g,h(x) dx

A difference is said to be established from 97.5 % on, either way. Nothing else is corrected for the number
of comparisons: pooling draws all rates together as much as they look alike (Gelman, Hill & Yajima 2012).
Source: Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, betaln, expit

CERTAIN = 0.975
STEPS = 36  # of the grid, each way
NEGLIGIBLE = 1e-4  # of the largest weight
LARGEST = 7.0  # log(α + β): beyond 1,100 leads' worth, all rates are one
RATE_COLUMNS = [
    "territory", "n_leads", "n_done", "share_percent", "pooled_percent", "pooled_low_percent",
    "pooled_high_percent", "higher_percent", "rate_difference",
]  # fmt: skip


@dataclass(frozen=True)
class Posterior:
    """The rates of J territories: a mixture of G beta distributions each.

    Attributes
    ----------
    weights : numpy.ndarray
        Shape (G,): w, sum 1.
    alpha, beta : numpy.ndarray
        Shape (G,): points of the grid.
    done, leads : numpy.ndarray
        Shape (J,): y and n.
    """

    weights: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    done: np.ndarray
    leads: np.ndarray

    @property
    def _parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """Both shapes (J, G)."""
        return self.alpha + self.done[:, None], self.beta + (self.leads - self.done)[:, None]

    @property
    def means(self) -> np.ndarray:
        """Shape (J,)."""
        a, b = self._parameters
        return a / (a + b) @ self.weights

    def below(self, rates: np.ndarray) -> np.ndarray:
        """Shape (J,): P(θ_j ≤ rate_j)."""
        a, b = self._parameters
        return betainc(a, b, rates[:, None]) @ self.weights

    def quantiles(self, probability: float) -> np.ndarray:
        """Shape (J,): by bisection, to 1e-6."""
        low, high = np.zeros(len(self.done)), np.ones(len(self.done))
        for _ in range(20):
            middle = (low + high) / 2
            under = self.below(middle) < probability
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return (low + high) / 2

    def above(self, here: int) -> np.ndarray:
        """Shape (J,): P(θ_j > θ_here); 1/2 for itself."""
        nodes, widths = np.polynomial.legendre.leggauss(200)
        x = (nodes + 1) / 2
        odds, rest = np.log(x), np.log1p(-x)
        a, b = (parameters[:, :, None] for parameters in self._parameters)
        # Shape (G, nodes): F of this territory, with the weights of both sums.
        under = betainc(a[here], b[here], x) * self.weights[:, None] * widths / 2
        chances = [  # one by one: all at once could fill the memory
            np.sum(np.exp((a[j] - 1) * odds + (b[j] - 1) * rest - betaln(a[j], b[j])) * under)
            for j in range(len(self.done))
        ]
        return np.where(np.arange(len(self.done)) == here, 0.5, np.clip(chances, 0, 1))


def posterior(done: np.ndarray, leads: np.ndarray) -> Posterior:
    """The rates of territories from their counts.

    Parameters
    ----------
    done, leads : numpy.ndarray
        Shape (J,), whole numbers, 0 ≤ done ≤ leads. A territory without leads takes the rate of the others.
    """
    y, n = np.asarray(done, dtype=float), np.asarray(leads, dtype=float)
    centre = np.log((y.sum() + 0.5) / ((n - y).sum() + 0.5))
    odds, size = np.meshgrid(np.linspace(centre - 3, centre + 3, STEPS), np.linspace(-1.0, LARGEST, STEPS))
    total, share = np.exp(size.ravel()), expit(odds.ravel())
    alpha, beta = total * share, total * (1 - share)
    fit = betaln(alpha + y[:, None], beta + (n - y)[:, None]) - betaln(alpha, beta)
    # dα dβ = α β d(log α/β) d(log α+β)
    logs = fit.sum(axis=0) + np.log(alpha) + np.log(beta) - 2.5 * np.log(total)
    weights = np.exp(logs - logs.max())
    kept = weights > NEGLIGIBLE
    return Posterior(weights[kept] / weights[kept].sum(), alpha[kept], beta[kept], y, n)


def pooled(counts: pd.DataFrame, here: str) -> pd.DataFrame:
    """Raw and pooled rates of all territories that have leads, the highest first, beside that of ``here``.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``territory, n_leads, n_done``, one row each.
    here : str
        The territory that the others are compared with.

    Returns
    -------
    pandas.DataFrame
        Columns ``RATE_COLUMNS``, rates in percent, their intervals at 95 %. ``higher_percent`` is the
        probability that the rate is above that of ``here``; ``rate_difference`` is ``here``, ``higher``,
        ``lower`` or ``unclear``, and missing without leads here.
    """
    # In one order, so that sums are the same to the last digit whatever the order of the rows.
    rows = counts[counts["n_leads"] > 0].sort_values("territory", ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=RATE_COLUMNS)
    fitted = posterior(rows["n_done"].to_numpy(), rows["n_leads"].to_numpy())
    ends = (fitted.quantiles(0.025), fitted.quantiles(0.975))
    own = np.flatnonzero(rows["territory"] == here)
    above = fitted.above(int(own[0])) if len(own) else np.full(len(rows), np.nan)
    verdict = np.select([above >= CERTAIN, above <= 1 - CERTAIN], ["higher", "lower"], "unclear")
    verdict = np.where(rows["territory"] == here, "here", verdict)
    table = rows.assign(
        share_percent=100 * rows["n_done"] / rows["n_leads"],
        pooled_percent=100 * fitted.means,
        pooled_low_percent=100 * ends[0],
        pooled_high_percent=100 * ends[1],
        higher_percent=np.where(rows["territory"] == here, np.nan, 100 * above),
        rate_difference=pd.Series(verdict, dtype=object).where(np.isfinite(above)),
    )
    order = np.argsort(-table["pooled_percent"].round(9).to_numpy(), kind="stable")
    return table.iloc[order][RATE_COLUMNS].reset_index(drop=True)
