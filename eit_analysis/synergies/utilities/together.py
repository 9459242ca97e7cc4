"""The exchanges of heat, water or gas that bring most together, where several ask for the same source.

    maximise    sum_j  v_j f_j - c_j b_j
    such that   sum_{j from i} f_j t_j <= Q_i,   sum_{j to k} f_j d_j <= N_k,   0 <= f_j <= b_j,   b_j 0 or 1

with f_j the part of exchange j that takes place, b_j whether its pipe is laid, v_j what the whole exchange
saves in a year less all it costs but the pipe, c_j the year's share of the pipe (:mod:`surplus`), t_j and d_j
what it takes and delivers at most, Q_i the amount of source i and N_k that of need k. A pipe is paid whole,
however little flows in it. Who shares an amount is taken to share the power too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from eit_analysis import reference
from eit_analysis.config import StudyConfig
from eit_analysis.records import TOTAL
from eit_analysis.synergies.utilities.matching import pairs
from eit_analysis.synergies.utilities.surplus import EMISSIONS, PIPE, SURPLUS, with_surplus

# Amounts of an exchange, all in proportion to the part of it that takes place.
IN_PROPORTION = [
    "delivered_per_year", "delivered_low_per_year", "delivered_high_per_year", "delivered_mw",
    "taken_per_year", "electricity_mwh_per_year",
]  # fmt: skip
LISTED = [
    "exchange_site_ids", "utility", "out_description", "in_description", "distance_km", "heat_pump",
    "delivered_mwh_per_year", "delivered_m3_per_year", *SURPLUS, "gains", "planned_share_percent",
    "energy_emissions_tco2e_per_year",
]  # fmt: skip
SUMMED = [
    "n_exchanges", "delivered_mwh_per_year", "delivered_m3_per_year", *SURPLUS,
    "energy_emissions_tco2e_per_year",
]  # fmt: skip
SIDES = {"out": "taken_per_year", "in": "delivered_per_year"}


def exchanges(
    utilities: pd.DataFrame, sites: pd.DataFrame, settings: StudyConfig
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The exchanges of a study that pass the gates, best first, and those taken together.

    As :func:`surplus.with_surplus` and :func:`together` give them, within the reach of ``[scoring]``.
    """
    factors, scoring = reference.load("utility_factors"), settings.scoring
    reach = scoring.radius_km, scoring.detour_factor
    passed, _ = pairs(utilities, sites, factors, *reach, settings.evidence_half_width)
    found = with_surplus(passed, factors)
    return found, together(found, factors)


def together(found: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The exchanges of the best combination at central costs, each with the part of it that takes place.

    ``found`` with these ``factors`` and returned as :func:`surplus.with_surplus` gives them: amounts, money
    and emissions are those of the part. What has no known price stays out.
    """
    worth = found[found[SURPLUS[0]] > 0].reset_index(drop=True)
    n = len(worth)
    if not n:
        return worth
    pipe = worth[PIPE].to_numpy()
    shared = vstack([_shares(worth, side) for side in SIDES])
    laid = hstack([eye_array(n), -eye_array(n)])
    rows = vstack([hstack([shared, csr_array(shared.shape)]), laid], format="csr")
    solved = milp(
        np.concatenate([-(worth[SURPLUS[0]] + pipe), pipe]),
        constraints=LinearConstraint(rows, ub=np.repeat([1.0, 0.0], [shared.shape[0], n])),
        bounds=Bounds(0, 1),
        integrality=np.repeat([0, 1], n),
        options={"mip_rel_gap": 1e-9},
    )
    part = np.where(solved.x[n:] > 0.5, solved.x[:n], 0.0).clip(0, 1)
    taking = worth.assign(**{name: worth[name] * part for name in IN_PROPORTION})[part > 1e-9]
    return with_surplus(taking, factors)


def _shares(worth: pd.DataFrame, side: str) -> csr_array:
    """Shape (sources or needs, exchanges): which share of it each exchange takes."""
    of, names = pd.factorize(worth[f"{side}_flow_id"])
    share = worth[SIDES[side]] / worth[f"{side}_amount_per_year"]
    return csr_array((share, (of, np.arange(len(of)))), shape=(len(names), len(of)))


def listed(found: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """The exchanges in which somebody may gain, and which part of each is ``taken`` together: ``LISTED``."""
    parts = taken.set_index("candidate_id")["delivered_per_year"].reindex(found["candidate_id"])
    told = _by_unit(found).assign(
        exchange_site_ids=found["giver_site_id"] + " " + found["taker_site_id"],
        planned_share_percent=100 * parts.fillna(0).to_numpy() / found["delivered_per_year"],
    )
    return told.loc[found["gains"] != "no", LISTED]


def summed(taken: pd.DataFrame) -> pd.DataFrame:
    """What those taken together bring, by utility and in all: ``SUMMED``, every low end and every high end at
    once."""
    amounts = _by_unit(taken).assign(n_exchanges=1)
    by_utility = amounts.groupby("utility", observed=True)[SUMMED].sum(min_count=1)
    in_all = by_utility.sum(min_count=1).to_frame(TOTAL).T
    return pd.concat([by_utility, in_all]).rename_axis("utility").reset_index()


def _by_unit(found: pd.DataFrame) -> pd.DataFrame:
    """What is delivered in MWh and in m3, each in a column of its own, and the emissions by their name."""
    water = found["utility"] == "water"
    return found.assign(
        delivered_mwh_per_year=found["delivered_per_year"].mask(water),
        delivered_m3_per_year=found["delivered_per_year"].where(water),
        energy_emissions_tco2e_per_year=found[EMISSIONS[0]],
    )


def unsure(taken: pd.DataFrame) -> bool:
    """Whether the gain of all taken together may be a loss: zero is between its low and its high end."""
    _, low, high = taken[list(SURPLUS)].sum()
    return bool(low < 0 < high)
