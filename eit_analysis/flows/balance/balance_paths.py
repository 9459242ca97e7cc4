"""Paths for a Sankey drawing that balances, with the gap as a node of its own, ``unexplained``.

Two pictures, because nothing says which of the tonnes sent are those received: what firms send, by route, and
what becomes of what takers (outlets, ESS) receive.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from eit_analysis.breakdown import SOURCE, Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.balance.survey_network import TAKERS, is_taker
from eit_analysis.flows.balance.territory_balance import DISPOSAL, REMAINDER, UNEXPLAINED
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import MASS

SURVEYED_TAKERS, DECLARED = "surveyed_takers", "declared_t_per_year"
SENT = ["category", "naf_division", "route"]
SECTORS, WAYS = ["naf_division", "naf_section"], ["route", "recovery", "valorised"]


def sent_paths(
    out: pd.DataFrame, received: pd.DataFrame, families: pd.DataFrame, by: list[str] = SENT
) -> Breakdown:
    """What actors send, by family, sector and route; and what takers receive that nobody can have sent.

    ``out`` are described outflows (:mod:`dimensions`), ``received`` the inflows of the takers (t/year),
    ``families`` their :func:`territory_balance.family_balance`, ``by`` family, sector and route or coarser
    levels of them.

    Returns
    -------
    Breakdown
        ``category``, ``naf_division`` (``unexplained`` for the gap), ``route`` (``surveyed_takers`` for the
        gap), mass. The gap is what is received less what is sent to be recovered.
    """
    gap = families.loc[families["verdict"] == "from_elsewhere", "category"]
    both = pd.concat([received, recoverable(out).assign(**{MASS: lambda flows: -flows[MASS]})])
    missing = both[both["category"].isin(gap)].copy()
    missing[SECTORS], missing[WAYS] = UNEXPLAINED, SURVEYED_TAKERS
    records = pd.concat([out, missing], ignore_index=True)
    again = partial(sent_paths, out, received, families)
    return replace(
        _summed(records.assign(**{DECLARED: records[MASS].abs()}), by), of=DECLARED, regrouped=again
    )


def recoverable(out: pd.DataFrame) -> pd.DataFrame:
    """What others than takers send, and not to be disposed of."""
    return out[~out["actor_type"].isin(TAKERS) & ~out["route"].isin(DISPOSAL)]


def sent_and_received(out: pd.DataFrame, received: pd.DataFrame, families: pd.DataFrame) -> Derived:
    """The families of which takers receive some: what :func:`sent_paths` draws, from its parameters.

    From what is sent, from that which is not disposed of, and from what is received.
    """
    sent = out[~out["actor_type"].isin(TAKERS)]
    parents = [totals(flows, "category", total=False) for flows in (sent, recoverable(out), received)]
    names = "sent_t_per_year", "recoverable_t_per_year", "received_t_per_year"
    terms = [(number, MASS, 1.0) for number in range(3)]
    sums = {name: [term] for name, term in zip(names, terms, strict=True)}
    sums[REMAINDER[0]] = [terms[2], (1, MASS, -1.0)]
    rows = families.dropna(subset="received_t_per_year")
    return Derived(rows, ["category"], parents, sums=sums)


def taken_paths(flows: pd.DataFrame, sites: pd.DataFrame, by: list[str]) -> Breakdown:
    """What each taker receives, by family, and where it goes: what it sends out, by route, and the remainder.

    A taker mixes what it receives: each of its families goes to its outputs in proportion. Only the sums over
    ``category`` and over ``route`` are data; they are exactly the cells they come from. ``flows`` and
    ``sites`` are of one wave (t/year); ``by`` is ``category``, ``route``, or both.

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
