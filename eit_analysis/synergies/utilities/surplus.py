"""What an exchange of heat, water or gas brings the two sites together, and what it changes in emissions.

    joint surplus = D × p + Q × q − α × (c L + k P + [heat pump]) − electricity − road
    emissions     = electricity × e_electricity − D × e_today

in €/year and tCO2e/year, with D delivered and Q taken (:mod:`matching`), p what the taker pays today per unit
and q what the giver pays to be rid of it, else their references, c the cost of a metre of pipe, L its length,
k the cost of a kW connected, P the power, e the emissions of today's source. The year's share of an
investment over n years at rate r:

    α = r / (1 − (1 + r)⁻ⁿ)

The price that the two agree on moves money between them and is not in the sum. A source that no factor
answers for gives a missing value, never zero.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.utilities.matching import BURNT, factor_bounds, pipe_km

SURPLUS = tuple(f"joint_surplus{end}_eur_per_year" for end in ("", "_low", "_high"))
EMISSIONS = tuple(f"emissions{end}_tco2e_per_year" for end in ("", "_low", "_high"))
PIPE = "pipe_cost_eur_per_year"  # of what the network costs, what does not go with the amount
MONEY = ["taker_saving_eur_per_year", "giver_saving_eur_per_year", "network_cost_eur_per_year", PIPE]
RUNNING = "running_cost_eur_per_year"


def annuity(rate: np.ndarray, years: np.ndarray) -> np.ndarray:
    """r / (1 − (1 + r)⁻ⁿ), the year's share of an investment."""
    return rate / (1 - (1 + rate) ** -years)


def with_surplus(passed: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Pairs of :func:`matching.pairs` with what they bring, the largest joint surplus first.

    Returns
    -------
    pandas.DataFrame
        The pairs with ``MONEY``, ``RUNNING`` (€/year, central), ``SURPLUS`` and ``EMISSIONS`` (tCO2e/year,
        below zero where fewer are emitted), low and high being the worst and the best of amounts and factors
        together, and ``gains`` : ``yes`` where the interval is above zero, ``no`` where it is below,
        ``unsure`` between the two, ``unknown`` where no price is known.
    """
    ends = [_at(passed, factors, end) for end in range(3)]
    amounts = passed[["delivered_low_per_year", "delivered_per_year", "delivered_high_per_year"]]
    share = amounts.div(passed["delivered_per_year"].where(passed["delivered_per_year"] > 0), axis=0)
    middle = _sum(ends[1], pd.Series(1.0, index=passed.index))
    corners = pd.concat([_sum(ends[e], share.iloc[:, a]) for e in (0, 2) for a in (0, 2)], axis=1)
    changes = pd.concat([ends[e]["emissions"] * share.iloc[:, a] for e in (0, 2) for a in (0, 2)], axis=1)
    spans = {
        SURPLUS: (middle, corners.min(axis=1, skipna=False), corners.max(axis=1, skipna=False)),
        EMISSIONS: (
            ends[1]["emissions"],
            changes.min(axis=1, skipna=False),
            changes.max(axis=1, skipna=False),
        ),
    }
    named = {name: span for names, three in spans.items() for name, span in zip(names, three, strict=True)}
    found = passed.assign(**{name: ends[1][name] for name in [*MONEY, RUNNING]}, **named)
    low, high = found[SURPLUS[1]], found[SURPLUS[2]]
    gains = np.select([low.isna() | high.isna(), low > 0, high < 0], ["unknown", "yes", "no"], "unsure")
    return found.assign(gains=gains).sort_values(
        [SURPLUS[0], "candidate_id"], ascending=[False, True], ignore_index=True
    )


def _sum(end: pd.DataFrame, share: pd.Series) -> pd.Series:
    """Savings and running costs go with the amount; the pipe is paid whatever flows in it."""
    yearly = end["taker_saving_eur_per_year"] + end["giver_saving_eur_per_year"] - end[RUNNING]
    return share * yearly - end["network_cost_eur_per_year"]


def _at(passed: pd.DataFrame, factors: pd.DataFrame, end: int) -> pd.DataFrame:
    """The parts of the sum with every factor at its worst (``end`` 0), centre (1) or best (2)."""
    kind, heat = passed["utility"], passed["serves"] == "heat"
    good, bad = end, 2 - end

    def of(factor: str, keys: pd.Series | str, which: int) -> np.ndarray:
        return factor_bounds(factors, factor, keys)[:, which]

    burnt = heat & passed["in_supply"].isin(BURNT)
    per_unit = np.where(burnt, 1 / of("boiler_efficiency", "heat", bad), 1.0)
    price = passed["in_cost_eur_per_unit"].fillna(
        pd.Series(per_unit * of("price", passed["in_supply"], good), passed.index)
    )
    km = pipe_km(passed, factors)[:, bad]
    kilowatts = 1000 * passed["delivered_mw"].fillna(0)
    pumped = passed["heat_pump"] == "yes"
    pipe = 1000 * km * of("network_cost", kind, bad)
    invested = (
        pipe
        + kilowatts * of("connection_cost", "heat", bad)
        + kilowatts.where(pumped, 0) * of("heat_pump_cost", "heat", bad)
    )
    years = annuity(of("discount_rate", "", bad), of("network_life", "", good))
    electricity = (
        passed["electricity_mwh_per_year"] + passed["delivered_per_year"] * of("pumping", kind, bad) / 1000
    )
    road = np.where(kind == "fuel", of("road_transport", "fuel", bad), 0) * km
    today = per_unit * of("emissions", passed["in_supply"], good)
    return pd.DataFrame({
        "taker_saving_eur_per_year": passed["delivered_per_year"] * price,
        "giver_saving_eur_per_year": passed["taken_per_year"] * passed["out_cost_eur_per_unit"].fillna(0),
        "network_cost_eur_per_year": years * invested,
        PIPE: years * pipe,
        RUNNING: electricity * of("price", "electricity", bad) + passed["delivered_per_year"] * road,
        "emissions": (
            electricity * of("emissions", "electricity", bad) - passed["delivered_per_year"] * today
        ) / 1000,
    })  # fmt: skip
