"""Paths for a Sankey drawing that balances, with the gap as a node of its own, ``unexplained``.

Two pictures, because nothing says which of the tonnes sent are those received: what firms send, by route, and
what becomes of what takers (outlets, ESS) receive.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from eit_analysis.breakdown import SOURCE, Breakdown, Derived
from eit_analysis.flows.balance.survey_network import is_taker
from eit_analysis.flows.balance.territory_balance import REMAINDER, UNEXPLAINED
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import MASS

SURVEYED_TAKERS = "surveyed_takers"
SENT = ["category", "naf_division", "route"]
SECTORS, WAYS = ["naf_division", "naf_section"], ["route", "recovery", "valorised"]


def sent_paths(
    out: pd.DataFrame, received: pd.DataFrame, families: pd.DataFrame, by: list[str] = SENT
) -> Breakdown:
    """What actors send, by family, sector and route; and what takers receive that nobody can have sent.

    Parameters
    ----------
    out, received : pandas.DataFrame
        Described outflows (:mod:`dimensions`), and inflows of the takers; t/year.
    families : pandas.DataFrame
        :func:`territory_balance.family_balance` of the same.
    by : list of str
        Family, sector and route, or coarser levels of them.

    Returns
    -------
    Breakdown
        ``category``, ``naf_division`` (``unexplained`` for the gap), ``route`` (``surveyed_takers`` for the
        gap), mass. Its records are the flows of the actors and, for the gap, the takers, each by what it
        receives.
    """
    gap = families[families["verdict"] == "from_elsewhere"].set_index("category")[REMAINDER[0]]
    got = received[received["category"].isin(gap.index)]
    share = got[MASS] / got.groupby("category")[MASS].transform("sum")
    mass = share * got["category"].map(gap).astype(float)
    missing = got.assign(**{MASS: mass})
    missing[SECTORS], missing[WAYS] = UNEXPLAINED, SURVEYED_TAKERS
    columns = ["category", *SECTORS, *WAYS, "site_id", MASS, *SOURCE]
    rows = [out, missing.drop(columns=SOURCE, errors="ignore")]
    paths = pd.concat([part.reindex(columns=columns) for part in rows], ignore_index=True)
    again = partial(sent_paths, out, received, families)
    return replace(_summed(paths, by), regrouped=again)


def sent_and_received(out: pd.DataFrame, received: pd.DataFrame, families: pd.DataFrame) -> Derived:
    """The families of which takers receive some: what :func:`sent_paths` draws, from its parameters.

    From what is sent by route and by kind of actor, and what is received.
    """
    sent = [totals(out, ["category", key]) for key in ("recovery", "actor_type")]
    rows = families.dropna(subset="received_t_per_year")
    return Derived(rows, ["category"], [*sent, totals(received, "category")])


def taken_paths(flows: pd.DataFrame, sites: pd.DataFrame, by: list[str]) -> Breakdown:
    """What each taker receives, by family, and where it goes: what it sends out, by route, and the remainder.

    A taker mixes what it receives: each of its families goes to its outputs in proportion. Only the sums over
    ``category`` and over ``route`` are data; they are exactly the cells they come from.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tables of one wave; t/year.
    by : list of str
        ``category``, ``route``, or both.

    Returns
    -------
    Breakdown
        ``category`` (``unexplained`` where more goes out than comes in), ``route`` (``unexplained`` where
        more comes in than goes out), mass. Its records are the flows of each taker, or its paths where both
        keys are asked.
    """
    taken = flows[is_taker(flows["site_id"], sites)]
    taken = taken.assign(route=taken["route"].fillna("unknown"))
    out = (taken["direction"] == "out").to_numpy()
    received_flows, sent_flows = taken[~out], taken[out]
    inputs = received_flows.groupby(["site_id", "category"], as_index=False)[MASS].sum()
    outputs = sent_flows.groupby(["site_id", "route"], as_index=False)[MASS].sum()
    site_ids = pd.Index(taken["site_id"].unique(), name="site_id")
    received, sent = (
        side.groupby("site_id")[MASS].sum().reindex(site_ids).fillna(0) for side in (inputs, outputs)
    )
    remainder = (received - sent).rename(MASS).reset_index()
    more, less = remainder[remainder[MASS] > 0], remainder[remainder[MASS] < 0]
    more, less = more.assign(route=UNEXPLAINED), less.assign(category=UNEXPLAINED, **{MASS: -less[MASS]})
    if len(by) == 1:
        # The flows themselves: a reader may subtract them from other tables of the same flows.
        side = [received_flows, less] if by == ["category"] else [sent_flows, more]
        columns = [*by, "site_id", MASS, *(name for name in SOURCE if name in flows)]
        records = pd.concat([part.reindex(columns=columns) for part in side], ignore_index=True)
        return _summed(records[records[MASS] > 0].reset_index(drop=True), by)
    outputs, inputs = pd.concat([outputs, more]), pd.concat([inputs, less])
    share = outputs[MASS] / outputs.groupby("site_id")[MASS].transform("sum")
    paths = inputs.merge(outputs.assign(share=share)[["site_id", "route", "share"]], on="site_id")
    paths[MASS] = paths[MASS] * paths["share"]
    return _summed(paths[paths[MASS] > 0].reset_index(drop=True), by)


def _summed(paths: pd.DataFrame, by: list[str]) -> Breakdown:
    return Breakdown(paths.groupby(by, as_index=False)[[MASS]].sum(), by, paths, MASS)
