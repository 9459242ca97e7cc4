"""Does the survey balance? By actor, by family, and where two answers speak of the same tonnes.

The network of :mod:`survey_network` is reconciled (:mod:`reconciliation`) and its measurements tested
(:mod:`gross_errors`). What does not close is a quantity of its own, *unexplained*, with its interval: it is
never spread over the flows.

By actor the remainder is what comes in less what goes out. By family, firms send S on the routes that may
lead to a surveyed taker (all but incineration and landfill) and surveyed takers receive R. Nothing says which
tonnes are the same: arrivals from outside the survey and departures out of it are both unmeasured, and only
their difference is known, R - S. Where it is positive, at least that much comes from outside the survey or is
not explained; where negative, at least that much goes to outlets that were not surveyed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.breakdown import SOURCE
from eit_analysis.flows.balance.gross_errors import eliminate
from eit_analysis.flows.balance.reconciliation import RECONCILED, SD, Balance, deviations, reconcile
from eit_analysis.flows.balance.survey_network import OUTSIDE, is_taker, survey_arcs
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import MASS

UNEXPLAINED = "unexplained"
DISPOSAL = ("incineration", "landfill")
REMAINDER = ["remainder_t_per_year", "remainder_low_t_per_year", "remainder_high_t_per_year"]


@dataclass(frozen=True)
class TerritoryBalance:
    """What the survey's own balances say.

    Attributes
    ----------
    balance : Balance
        The network reconciled without its suspects; its global test.
    actors : pandas.DataFrame
        ``site_id``, ``incoming_t_per_year``, ``outgoing_t_per_year``, ``remainder_t_per_year`` with bounds
        (missing where not verifiable), ``verdict``: ``not_verifiable``, ``balanced`` within uncertainty,
        ``missing_output``, ``missing_input``.
    families : pandas.DataFrame
        ``category``, ``sent_t_per_year`` (all routes), ``recoverable_t_per_year`` (S),
        ``received_t_per_year`` (R), remainder R - S with bounds, ``verdict``: ``no_taker``, ``balanced``
        within uncertainty, ``from_elsewhere``, ``to_elsewhere``.
    checked : pandas.DataFrame
        ``measurement_status`` of the rows of the survey, ``n_flows``, ``mass_t_per_year``,
        ``share_percent``: how much of what was declared another answer verifies.
    suspects : pandas.DataFrame
        :func:`gross_errors.eliminate`, the suspect rows of the survey with ``site_id`` and source cell.
    """

    balance: Balance
    actors: pd.DataFrame
    families: pd.DataFrame
    checked: pd.DataFrame
    suspects: pd.DataFrame


def survey_balance(flows: pd.DataFrame, sites: pd.DataFrame) -> TerritoryBalance:
    """Reconcile, test and tell, from the tidy tables of one wave (t/year)."""
    flows = flows.reset_index(drop=True)
    arcs = close_negative_arrivals(survey_arcs(flows, sites))
    balance, suspects = eliminate(arcs, [OUTSIDE])
    of_flow = (
        flows[["flow_id", "site_id", *SOURCE]].rename(columns={"flow_id": "flow"}).astype({"flow": "str"})
    )
    return TerritoryBalance(
        balance,
        actor_balance(flows, sites, balance),
        family_balance(flows, sites),
        checked(flows, balance),
        suspects.astype({"flow": "str"}).merge(of_flow, on="flow", how="inner"),
    )


def close_negative_arrivals(arcs: pd.DataFrame) -> pd.DataFrame:
    """The arcs with zero for each arrival that would be negative beyond its uncertainty.

    A taker that declares less than what others say they send it has no room for arrivals from elsewhere: the
    two answers are then about the same tonnes and can be tested against one another.
    """
    balance = reconcile(arcs, [OUTSIDE])
    arrivals = arcs["flow"].str.startswith("arrivals|").to_numpy()
    impossible = arrivals & (balance.flows[RECONCILED] < -Z * deviations(balance)).to_numpy()
    return arcs.assign(**{MASS: arcs[MASS].mask(impossible, 0.0), SD: arcs[SD].mask(impossible, 0.0)})


def actor_balance(flows: pd.DataFrame, sites: pd.DataFrame, balance: Balance) -> pd.DataFrame:
    """``actors`` of :class:`TerritoryBalance`, by actor in the order of their names."""
    rows = (
        flows.pivot_table(index="site_id", columns="direction", values=MASS, aggfunc="sum")
        .reindex(columns=["in", "out"])
        .set_axis(["incoming_t_per_year", "outgoing_t_per_year"], axis=1)
        .reset_index()
    )
    gap = balance.flows.assign(sd=deviations(balance)).set_index("flow")[[RECONCILED, "sd"]]
    gap = gap.reindex(UNEXPLAINED + "|" + rows["site_id"])
    # An actor of whom only one side was answered has a missing answer, not a gap.
    verifiable = is_taker(rows["site_id"], sites) & rows.notna().all(axis=1).to_numpy()
    rows = _with_bounds(rows, gap[RECONCILED].where(verifiable).to_numpy(), gap["sd"].to_numpy())
    return rows.assign(verdict=_verdict(rows, "not_verifiable", "missing_output", "missing_input"))


def family_balance(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """``families`` of :class:`TerritoryBalance`, the heaviest first (sent or received, the larger)."""
    takes = is_taker(flows["site_id"], sites)
    out = (flows["direction"] == "out").to_numpy()
    parts = {
        "sent_t_per_year": out & ~takes,
        "recoverable_t_per_year": out & ~takes & ~flows["route"].isin(DISPOSAL).to_numpy(),
        "received_t_per_year": ~out & takes,
    }
    sd = survey_arcs(flows, sites)[SD].iloc[: len(flows)].to_numpy()
    values = flows[["category"]].assign(**{name: flows[MASS].where(part) for name, part in parts.items()})
    compared = parts["recoverable_t_per_year"] | parts["received_t_per_year"]
    values["square"] = np.where(compared, sd**2, 0.0)
    rows = values.groupby("category").sum(min_count=1).reset_index()
    rows = rows.dropna(subset=list(parts), how="all")
    weight = rows[["sent_t_per_year", "received_t_per_year"]].max(axis=1)
    rows = rows.loc[weight.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    gap = rows["received_t_per_year"] - rows["recoverable_t_per_year"].fillna(0.0)
    rows = _with_bounds(rows.drop(columns="square"), gap.to_numpy(), np.sqrt(rows["square"].to_numpy()))
    return rows.assign(verdict=_verdict(rows, "no_taker", "from_elsewhere", "to_elsewhere"))


def checked(flows: pd.DataFrame, balance: Balance) -> pd.DataFrame:
    """``checked`` of :class:`TerritoryBalance`; a suspect row, taken as unmeasured, counts as ``suspect``."""
    status = balance.flows["status"].iloc[: len(flows)]
    status = status.where(~status.isin(["observable", "unobservable"]), "suspect")
    rows = flows.assign(measurement_status=status.to_numpy()).groupby("measurement_status")
    counted = rows.agg(n_flows=("flow_id", "size"), mass_t_per_year=(MASS, "sum")).reset_index()
    whole = counted[MASS].sum()
    return counted.assign(share_percent=100 * counted[MASS] / whole if whole else np.nan)


def _with_bounds(rows: pd.DataFrame, remainder: np.ndarray, sd: np.ndarray) -> pd.DataFrame:
    bounds = zip(REMAINDER, (remainder, remainder - Z * sd, remainder + Z * sd), strict=True)
    return rows.assign(**dict(bounds))


def _verdict(rows: pd.DataFrame, unknown: str, above: str, below: str) -> np.ndarray:
    remainder, low, high = (rows[column] for column in REMAINDER)
    return np.select([remainder.isna(), low > 0, high < 0], [unknown, above, below], "balanced")
