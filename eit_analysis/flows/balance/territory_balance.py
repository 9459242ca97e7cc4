"""Does the survey balance? By actor, by family, and where two answers speak of the same tonnes.

The network of :mod:`survey_network` is reconciled (:mod:`reconciliation`) and its measurements tested
(:mod:`gross_errors`). What does not close is a quantity of its own, *unexplained*, with its interval: it is
never spread over the flows.

By actor the remainder is what comes in less what goes out. By family, firms send S on the routes that may
lead to a surveyed taker (all but incineration and landfill) and surveyed takers receive R. Nothing says which
tonnes are the same: arrivals from outside the survey and departures out of it are both unmeasured, and only
their difference is known, R - S. What comes from elsewhere lies between max(0, R - S), if all that is sent
goes to these takers, and R - L, where L is what firms say they send to one of them by name; what goes
elsewhere lies between max(0, S - R) and S - L.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.breakdown import SOURCE
from eit_analysis.flows.balance.gross_errors import eliminate
from eit_analysis.flows.balance.outlet_balance import OutletBalance
from eit_analysis.flows.balance.reconciliation import RECONCILED, SD, Balance, deviations, reconcile
from eit_analysis.flows.balance.survey_network import OUTSIDE, is_taker, linked, survey_arcs
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import MASS

UNEXPLAINED = "unexplained"
PROCESS = "process_output"  # what a process makes and nobody declared
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
        ``missing_output`` (``process_output`` where its process may make it), ``missing_input``;
        ``missing_inputs_t_per_year``: what a firm buys at least, beyond what it declared, to send out so
        much.
    families : pandas.DataFrame
        ``category``, ``sent_t_per_year`` (all routes), ``recoverable_t_per_year`` (S),
        ``received_t_per_year`` (R), ``linked_t_per_year`` (L), remainder R - S with bounds, ``verdict``:
        ``no_taker``, ``balanced`` within uncertainty, ``from_elsewhere``, ``to_elsewhere``.
    checked : pandas.DataFrame
        ``measurement_status`` of the rows of the survey, ``n_flows``, ``mass_t_per_year``,
        ``share_percent``: how much of what was declared another answer, or an outlet's process, verifies.
    suspects : pandas.DataFrame
        :func:`gross_errors.eliminate`, the suspect rows of the survey with ``site_id`` and source cell.
    """

    balance: Balance
    actors: pd.DataFrame
    families: pd.DataFrame
    checked: pd.DataFrame
    suspects: pd.DataFrame

    @property
    def verified(self) -> int:
        """How many rows of the survey another answer or a process checks."""
        seen = self.checked["measurement_status"].isin(["redundant", "suspect", "process"])
        return int(self.checked.loc[seen, "n_flows"].sum())

    @property
    def by_process(self) -> pd.Series:
        """The takers whose remainder their process accounts for."""
        return self.actors.loc[self.actors["verdict"] == PROCESS, "site_id"]


def survey_balance(
    flows: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None = None
) -> TerritoryBalance:
    """Reconcile, test and tell, from the tidy tables of one wave (t/year).

    ``outlets`` (:func:`outlet_balance.outlet_balance`) says which rows a process checks, and which
    remainders are products that it makes and nobody declared.
    """
    flows = flows.reset_index(drop=True)
    arcs = close_negative_arrivals(survey_arcs(flows, sites))
    balance, suspects = eliminate(arcs, [OUTSIDE])
    of_flow = (
        flows[["flow_id", "site_id", *SOURCE]].rename(columns={"flow_id": "flow"}).astype({"flow": "str"})
    )
    actors = actor_balance(flows, sites, balance)
    if outlets is not None:
        made = (actors["verdict"] == "missing_output") & outlets.accounts_for(actors)
        actors["verdict"] = actors["verdict"].mask(made, PROCESS)
    return TerritoryBalance(
        balance,
        actors,
        family_balance(flows, sites),
        checked(flows, balance, outlets.tested if outlets else ()),
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
    lacking = rows["outgoing_t_per_year"].fillna(0.0) - rows["incoming_t_per_year"].fillna(0.0)
    rows["missing_inputs_t_per_year"] = lacking.clip(lower=0.0).mask(is_taker(rows["site_id"], sites))
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
    parts["linked_t_per_year"] = parts["recoverable_t_per_year"] & linked(flows, sites)
    sd = survey_arcs(flows, sites)[SD].iloc[: len(flows)].to_numpy()
    values = flows[["category"]].assign(**{name: flows[MASS].where(part) for name, part in parts.items()})
    compared = parts["recoverable_t_per_year"] | parts["received_t_per_year"]
    values["square"] = np.where(compared, sd**2, 0.0)
    rows = values.groupby("category").sum(min_count=1).reset_index()
    rows = rows.dropna(subset=list(parts), how="all").fillna({"linked_t_per_year": 0.0})
    weight = rows[["sent_t_per_year", "received_t_per_year"]].max(axis=1)
    rows = rows.loc[weight.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    gap = rows["received_t_per_year"] - rows["recoverable_t_per_year"].fillna(0.0)
    rows = _with_bounds(rows.drop(columns="square"), gap.to_numpy(), np.sqrt(rows["square"].to_numpy()))
    return rows.assign(verdict=_verdict(rows, "no_taker", "from_elsewhere", "to_elsewhere"))


def checked(flows: pd.DataFrame, balance: Balance, tested: Collection[str]) -> pd.DataFrame:
    """``checked`` of :class:`TerritoryBalance`; a suspect row, taken as unmeasured, counts as ``suspect``."""
    status = balance.flows["status"].iloc[: len(flows)]
    status = status.where(~status.isin(["observable", "unobservable"]), "suspect")
    by_process = flows["flow_id"].isin(list(tested)).to_numpy() & (status == "just_determined").to_numpy()
    status = status.mask(by_process, "process")
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
