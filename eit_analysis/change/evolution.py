"""What changed between two waves, for the respondents of both and the statements asked in both.

    d_i = mean over the respondents of actor i of (score then - score before)

The d_i are tested against zero by Wilcoxon's signed-rank test (Pratt 1959 for those that are zero): scores
are ordered, and colleagues of one actor are one observation. There is a test for each dimension, hence the
correction of Holm.

    power = P(find a change of delta) = Phi(sqrt(3 n) |p' - 1/2| - z_0.975),  p' = Phi(sqrt(2) delta / sigma)

Source: Noether, J. American Statistical Association 82 (1987), 645, for differences that are nearly normal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, wilcoxon

from eit_analysis.change.answers import DIMENSIONS, RESPONDENT, coded, respondents
from eit_analysis.reference.intervals import holm

SHIFT = 0.5  # of a point: the change of which the power is told
LEAST = 6  # actors: with fewer the test can find nothing at 5 %
COLUMNS = [
    "readiness_dimension", "n_items", "n_respondents", "n_sites", "score_before", "score_after",
    "score_change", "p_holm", "power_percent", "evolution",
]  # fmt: skip


def evolution(before: pd.DataFrame, after: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The change of each dimension between two waves.

    Parameters
    ----------
    before, after : pandas.DataFrame
        ``readiness`` of both waves.
    sites : pandas.DataFrame
        The actors of the second.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``. ``evolution`` is ``up`` or ``down`` where the change is beyond chance at 5 %,
        else ``unclear``. Scores are means over actors; those of both waves are over the same statements,
        respondents and actors.
    """
    codes = [coded(wave)["item_code"] for wave in (before, after)]
    both = set(codes[0].dropna()) & set(codes[1].dropna())
    scores = []
    for wave, code in zip((before, after), codes, strict=True):
        asked = wave[code.isin(both).to_numpy()]
        scores.append(respondents(asked, sites)[[*RESPONDENT, "readiness_dimension", "score"]])
    paired = scores[0].merge(
        scores[1], on=[*RESPONDENT, "readiness_dimension"], suffixes=("_before", "_after")
    )
    items = pd.Series(sorted(both)).str.split("_").str[0].value_counts()
    rows = []
    for dimension in DIMENSIONS:
        own = paired[paired["readiness_dimension"] == dimension]
        by_site = own.groupby("site_id")[["score_before", "score_after"]].mean()
        change = (by_site["score_after"] - by_site["score_before"]).to_numpy()
        if len(change) >= LEAST:
            means = by_site.mean()
            rows.append(
                (dimension, items[dimension], len(own), len(change), *means, change.mean(), _p(change),
                 100 * power(change))
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["p_holm"] = holm(table["p_holm"].astype(float))
    way = np.where(table["score_change"] > 0, "up", "down")
    return table.assign(evolution=np.where(table["p_holm"] < 0.05, way, "unclear"))


def _p(change: np.ndarray) -> float:
    return float(wilcoxon(change, zero_method="pratt").pvalue) if change.any() else 1.0


def power(change: np.ndarray, shift: float = SHIFT) -> float:
    """The chance that a true change of ``shift`` would be found, given how much the actors differ."""
    spread = change.std(ddof=1)
    after = norm.cdf(np.sqrt(2) * shift / spread) if spread > 0 else 1.0
    return float(norm.cdf(np.sqrt(3 * len(change)) * abs(after - 0.5) - norm.ppf(0.975)))
