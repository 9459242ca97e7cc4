"""Does the survey balance? By actor, by family, and where two answers speak of the same tonnes.

The network of :mod:`survey_network` is reconciled (:mod:`reconciliation`) and its measurements tested
(:mod:`gross_errors`). What does not close is a quantity of its own, *unexplained*, with its interval: it is
never spread over the flows.

By actor the remainder is what comes in less what goes out, family by family (:mod:`kin`), its own waste
aside; where a known process mixes the families, of all of them together. Errors are independent, but for
those of one weight that converts what is counted on both sides (:mod:`weight_errors`). By family, firms send
S on the routes that may
lead to a surveyed taker of the family (:func:`recoverable`) and surveyed takers receive R. Nothing says which
tonnes are the same: arrivals from outside the survey and departures out of it are both unmeasured, and only
their difference is known, R - S. What comes from elsewhere lies between max(0, R - S), if all that is sent
goes to these takers, and R - L, where L is what firms say they send to one of them by name; what goes
elsewhere lies between max(0, S - R) and S - L; what names another surveyed actor that takes in the family
is in none of them (:func:`survey_network.placed`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.gross_errors import eliminate
from eit_analysis.flows.balance.kin import balanced_with
from eit_analysis.flows.balance.outlet_processes import OutletBalance
from eit_analysis.flows.balance.reconciliation import RECONCILED, SD, Balance, deviations, reconcile
from eit_analysis.flows.balance.survey_network import (
    LEAST_SD,
    OUTSIDE,
    OWN,
    is_taker,
    linked,
    placed,
    stated_sd,
    survey_arcs,
)
from eit_analysis.flows.balance.weight_errors import weight_covariance
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.records import SOURCE

UNEXPLAINED = "unexplained"
PROCESS = "process_output"  # what a process makes and nobody declared
DISPOSAL = ("incineration", "landfill")
PROCESS_ROUTES = ("composting", "digestion")  # routes that name the process of who takes them
GRAVEST = ("missing_input", "missing_output", "sales_not_asked", PROCESS, "balanced", "not_verifiable")
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
        (missing where not verifiable), ``verdict``, the gravest of its ``parts``: ``missing_input``,
        ``missing_output`` (``sales_not_asked`` of a social-economy structure, which may sell;
        ``process_output`` where its process may make it), ``balanced`` within uncertainty, else
        ``not_verifiable``; ``own_waste_t_per_year``, that no balance counts;
        ``missing_inputs_t_per_year``: what a firm buys at least, beyond what it declared, to send out so
        much.
    parts : pandas.DataFrame
        The same of each family of a taker: ``site_id``, ``category`` (``every`` where a process mixes them),
        incoming, outgoing, remainder with bounds, ``verdict``.
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
    parts: pd.DataFrame
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

    ``outlets`` (:func:`outlet_processes.outlet_balance`) says which rows a process checks, and which
    remainders are products that it makes and nobody declared.
    """
    flows = flows.reset_index(drop=True)
    group = balanced_with(flows, sites, outlets)
    arcs = close_negative_arrivals(survey_arcs(flows, sites, group))
    balance, suspects = eliminate(arcs, [OUTSIDE])
    of_flow = (
        flows[["flow_id", "site_id", *SOURCE]].rename(columns={"flow_id": "flow"}).astype({"flow": "str"})
    )
    parts = part_balance(flows, sites, balance, group)
    if outlets is not None:
        made = (parts["verdict"] == "missing_output") & outlets.accounts_for(parts)
        parts["verdict"] = parts["verdict"].mask(made, PROCESS)
    return TerritoryBalance(
        balance,
        actor_balance(flows, sites, parts, group),
        parts,
        family_balance(flows, sites, outlets),
        checked(flows, balance, outlets),
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


def part_balance(
    flows: pd.DataFrame, sites: pd.DataFrame, balance: Balance, group: pd.Series
) -> pd.DataFrame:
    """``parts`` of :class:`TerritoryBalance`, by actor and family in the order of their names."""
    sides = _sides(flows, ["site_id"]).set_index("site_id").notna().all(axis=1)
    counted = (group.notna() & (group != OWN)).to_numpy()
    taken, group = flows[counted], group[counted]
    rows = _sides(taken.assign(category=group), ["site_id", "category"])
    gap = balance.flows.assign(sd=deviations(balance)).set_index("flow")[[RECONCILED, "sd"]]
    gap = gap.reindex(UNEXPLAINED + "|" + rows["site_id"] + "|" + rows["category"].astype("str"))
    variance = gap["sd"].to_numpy() ** 2 + _common(taken, group, rows, ["site_id", "category"])
    # An actor of whom only one side was answered has a missing answer, not a gap.
    known = rows["site_id"].map(sides).to_numpy(bool)
    remainder = gap[RECONCILED].where(known).to_numpy()
    rows = _with_bounds(rows, remainder, np.sqrt(np.maximum(variance, LEAST_SD**2)))
    verdict = pd.Series(_verdict(rows, "not_verifiable", "missing_output", "missing_input"))
    sells = rows["site_id"].isin(sites.loc[sites["actor_type"] == "ess", "site_id"])
    return rows.assign(verdict=verdict.mask((verdict == "missing_output") & sells, "sales_not_asked"))


def actor_balance(
    flows: pd.DataFrame, sites: pd.DataFrame, parts: pd.DataFrame, group: pd.Series
) -> pd.DataFrame:
    """``actors`` of :class:`TerritoryBalance`, by actor in the order of their names."""
    rows = _sides(flows, ["site_id"])
    own = flows[(group == OWN).to_numpy()].groupby("site_id")[MASS].sum()
    rows["own_waste_t_per_year"] = rows["site_id"].map(own)
    sd = (parts[REMAINDER[2]] - parts[REMAINDER[0]]) / Z
    sums = parts.assign(square=sd**2).groupby("site_id")[[REMAINDER[0], "square"]].sum(min_count=1)
    sums = sums.reindex(rows["site_id"])
    counted = (group.notna() & (group != OWN)).to_numpy()
    taken, group = flows[counted], group[counted]
    between = _common(taken, group, rows, ["site_id"])
    within = parts[["site_id"]].assign(own=_common(taken, group, parts, ["site_id", "category"]))
    between = between - rows["site_id"].map(within.groupby("site_id")["own"].sum()).fillna(0.0).to_numpy()
    variance = np.maximum(sums["square"].to_numpy() + between, LEAST_SD**2)
    rows = _with_bounds(rows, sums[REMAINDER[0]].to_numpy(), np.sqrt(variance))
    lacking = rows["outgoing_t_per_year"].fillna(0.0) - rows["incoming_t_per_year"].fillna(0.0)
    rows["missing_inputs_t_per_year"] = lacking.clip(lower=0.0).mask(is_taker(rows["site_id"], sites))
    rank = parts["verdict"].map({verdict: rank for rank, verdict in enumerate(GRAVEST)})
    gravest = rank.groupby(parts["site_id"]).min().reindex(rows["site_id"]).fillna(len(GRAVEST) - 1)
    return rows.assign(verdict=np.array(GRAVEST, dtype=object)[gravest.to_numpy(int)])


def processes_of(received: pd.DataFrame, outlets: OutletBalance | None) -> dict[str, set[str]]:
    """The processes of the takers of each family; empty for one that is not known."""
    known = outlets.processes.to_dict() if outlets else {}
    process = pd.Series([known.get(site, "") for site in received["site_id"]], index=received.index)
    return {str(family): set(own) for family, own in process.groupby(received["category"].astype("str"))}


def recoverable(
    out: pd.DataFrame, incoming: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None
) -> pd.DataFrame:
    """What others than takers send that may reach a surveyed taker of the family (t/year).

    Not what they send to be disposed of; nor what they send to a process (composting, digestion) that no
    taker of the family has, where the process of each is known; nor what names another surveyed actor that
    takes in the family (:func:`survey_network.placed`). ``incoming`` are all inflows.
    """
    aside = is_taker(out["site_id"], sites) | out["route"].isin(DISPOSAL).to_numpy()
    sent = out[~aside & ~placed(out, incoming, sites)]
    takers = processes_of(incoming[is_taker(incoming["site_id"], sites)], outlets)
    pairs = zip(sent["category"].astype("str"), sent["route"].astype("str"), strict=True)
    reaches = [
        route not in PROCESS_ROUTES or not takers.get(family) or bool({"", route} & takers[family])
        for family, route in pairs
    ]
    return sent[np.array(reaches, dtype=bool)]


def family_balance(
    flows: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None = None
) -> pd.DataFrame:
    """``families`` of :class:`TerritoryBalance`, the heaviest first (sent or received, the larger)."""
    takes = is_taker(flows["site_id"], sites)
    out = (flows["direction"] == "out").to_numpy()
    may = recoverable(flows[out], flows[~out], sites, outlets).index
    parts = {
        "sent_t_per_year": out & ~takes,
        "recoverable_t_per_year": out & ~takes & flows.index.isin(may),
        "received_t_per_year": ~out & takes,
    }
    parts["linked_t_per_year"] = parts["recoverable_t_per_year"] & linked(flows, sites)
    sd = stated_sd(flows).to_numpy()
    values = flows[["category"]].assign(**{name: flows[MASS].where(part) for name, part in parts.items()})
    compared = parts["recoverable_t_per_year"] | parts["received_t_per_year"]
    values["square"] = np.where(compared, sd**2, 0.0)
    rows = values.groupby("category").sum(min_count=1).reset_index()
    rows = rows.dropna(subset=list(parts), how="all").fillna({"linked_t_per_year": 0.0})
    weight = rows[["sent_t_per_year", "received_t_per_year"]].max(axis=1)
    rows = rows.loc[weight.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    gap = rows["received_t_per_year"] - rows["recoverable_t_per_year"].fillna(0.0)
    both = flows[compared]
    variance = rows["square"].to_numpy() + _common(both, both["category"], rows, ["category"])
    rows = _with_bounds(rows.drop(columns="square"), gap.to_numpy(), np.sqrt(np.maximum(variance, 0.0)))
    return rows.assign(verdict=_verdict(rows, "no_taker", "from_elsewhere", "to_elsewhere"))


def checked(flows: pd.DataFrame, balance: Balance, outlets: OutletBalance | None) -> pd.DataFrame:
    """``checked`` of :class:`TerritoryBalance`; a suspect row, taken as unmeasured, counts as ``suspect``."""
    status = balance.flows["status"].iloc[: len(flows)]
    status = status.where(~status.isin(["observable", "unobservable"]), "suspect")
    alone = (status == "just_determined").to_numpy()
    for name, rows in (("process", outlets.tested), ("loose", outlets.loose)) if outlets else ():
        status = status.mask(alone & flows["flow_id"].isin(rows).to_numpy(), name)
    told = flows.assign(measurement_status=status.to_numpy()).groupby("measurement_status")
    counted = told.agg(n_flows=("flow_id", "size"), mass_t_per_year=(MASS, "sum")).reset_index()
    whole = counted[MASS].sum()
    return counted.assign(share_percent=100 * counted[MASS] / whole if whole else np.nan)


def _sides(flows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What comes in and goes out by group, missing where nothing was answered."""
    sums = flows.astype(dict.fromkeys(keys, "str")).pivot_table(
        index=keys, columns="direction", values=MASS, aggfunc="sum"
    )
    sums = sums.reindex(columns=["in", "out"])
    return sums.set_axis(["incoming_t_per_year", "outgoing_t_per_year"], axis=1).reset_index()


def _common(flows: pd.DataFrame, group: pd.Series, rows: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """:func:`weight_errors.weight_covariance` of each row: what comes in less what goes out of ``group``."""
    sign = np.where(flows["direction"] == "in", 1.0, -1.0)
    more = weight_covariance(flows, sign, flows.assign(category=group)[keys])
    index = pd.MultiIndex.from_frame(rows[keys].astype("str")) if keys[1:] else rows[keys[0]].astype("str")
    return more.reindex(index).fillna(0.0).to_numpy()


def _with_bounds(rows: pd.DataFrame, remainder: np.ndarray, sd: np.ndarray) -> pd.DataFrame:
    bounds = zip(REMAINDER, (remainder, remainder - Z * sd, remainder + Z * sd), strict=True)
    return rows.assign(**dict(bounds))


def _verdict(rows: pd.DataFrame, unknown: str, above: str, below: str) -> np.ndarray:
    remainder, low, high = (rows[column] for column in REMAINDER)
    return np.select([remainder.isna(), low > 0, high < 0], [unknown, above, below], "balanced")
