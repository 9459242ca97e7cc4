"""Posts of the whole territory's employment, from the firms that describe theirs, weighted by size.

    T = (1 + ε t) Σ_o A_o N_o / n_o,   N_o = Σ_h w_h n_oh,   ε² = v(p) / p² + v(M) / M²        [people]

in each draw: A_o the openings (or departures) of occupation o, n_o its people described, n_oh those of size
class h, w_h the weight of that class, M = Σ N_o the people represented, p = Σ w y / Σ w x the posts per
person of the firms, y_i = Σ_o ā_o / n_o n_oi of firm i, ā_o the mean over draws; t is Student's. Weights,
v(p) and its degrees of freedom are those of ``representation``, v(M) is what size classes leave open. The
luck of the people described is taken for that of all, a little too much of it. Posts are then of whom the
firms that answer can speak for: a size that nobody describes is in none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.context import representation
from eit_analysis.employment.forecast.account import OPENINGS
from eit_analysis.employment.forecast.labour_gap import Gap
from eit_analysis.employment.forecast.outlook import breakdown, quantiles

COLUMNS = ["account_step", *(f"territory_people{end}" for end in ("", "_low80", "_high80"))]


def territory_posts(
    gap: Gap, sites: pd.DataFrame, establishments: pd.DataFrame | None, seed: int
) -> Breakdown:
    """Openings, retirements and quits of all those whom the firms that describe their people stand for.

    Parameters
    ----------
    gap : labour_gap.Gap
        The draws of the study.
    sites, establishments : DataFrame
        As in ``representation.coverage``.

    Returns
    -------
    Breakdown
        `COLUMNS`, means with the bounds at 80 %; no row without a register.
    """
    people = gap.simulation.workforce
    rows, weight, unknown = representation.weighed(people, people, sites, establishments)
    steps = {OPENINGS: np.sum(list(gap.openings.values()), axis=0)}
    steps |= {name: gap.openings[name] for name in ("retirements", "quits")}
    names = gap.known["occupation"]
    of = rows.groupby("occupation")[["headcount", "represented_people"]].sum().reindex(names, fill_value=0.0)
    described = of["headcount"].to_numpy()
    scale, rate = (
        np.divide(values, described, out=np.zeros(len(of)), where=described > 0)
        for values in (of["represented_people"].to_numpy(), steps[OPENINGS].mean(axis=0))
    )
    noise = 1.0
    if len(rows):
        each = dict(zip(names, rate, strict=True))
        own = rows["headcount"] * rows["occupation"].map(each).astype(float)
        p, error, freedom = representation.ratio(rows.assign(y=own), weight)
        rng, draws = np.random.default_rng([seed, len(names)]), len(steps[OPENINGS])
        spread = np.hypot(np.nan_to_num(error) / p if p else 0.0, unknown / of["represented_people"].sum())
        noise = 1 + spread * rng.standard_t(min(freedom, 1e6), draws)
    table = []
    for name, drawn in steps.items():
        whole = np.rint(np.clip((drawn @ scale) * noise, 0, None))
        told = quantiles(whole, "territory_people") | {"territory_people": whole.mean()}
        table.append({"account_step": name, **told})
    frame = pd.DataFrame(table, columns=COLUMNS)
    return breakdown(gap.simulation, frame if len(rows) else frame.head(0), "account_step")
