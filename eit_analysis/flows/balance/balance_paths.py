"""What takers receive: how much of it nobody surveyed sent, and paths to where it goes for a Sankey drawing.

Nothing says which of the tonnes sent are those received, unless the sender names the taker: what comes from
elsewhere is a range, never a difference of the two sums.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import SOURCE, Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.balance.survey_network import TAKERS, is_taker, linked
from eit_analysis.flows.balance.territory_balance import DISPOSAL, PROCESS, REMAINDER, UNEXPLAINED
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

DECLARED = "declared_t_per_year"
BOUNDS = ["at_least", "at_most"]


def from_elsewhere(out: pd.DataFrame, received: pd.DataFrame, sites: pd.DataFrame) -> Breakdown:
    """What takers receive that no surveyed actor sent: sum max(0, R - S) to sum (R - L), over the families.

    ``out`` are described outflows (:mod:`dimensions`), ``received`` the inflows of the takers (t/year).
    Nothing says which tonnes are the same: the bounds are those of :mod:`territory_balance`, of sums as
    declared.

    Returns
    -------
    Breakdown
        ``bound`` (``at_least``, ``at_most``), mass.
    """
    sent = recoverable(out)
    parts = []
    for bound, taken in zip(BOUNDS, (sent, sent[linked(sent, sites)]), strict=True):
        both = pd.concat([received, taken.assign(**{MASS: -taken[MASS]})]).assign(bound=bound)
        more = both.groupby(both["category"].astype("str"))[MASS].transform("sum")
        parts.append(both[more > 0])
    records = pd.concat(parts, ignore_index=True)
    sums = _summed(records.assign(**{DECLARED: records[MASS].abs()}), ["bound"])
    frame = sums.frame.set_index("bound").reindex(BOUNDS, fill_value=0.0).reset_index()
    return replace(sums, frame=frame, of=DECLARED)


def recoverable(out: pd.DataFrame) -> pd.DataFrame:
    """What others than takers send, and not to be disposed of."""
    return out[~out["actor_type"].isin(TAKERS) & ~out["route"].isin(DISPOSAL)]


def sent_and_received(out: pd.DataFrame, received: pd.DataFrame, families: pd.DataFrame) -> Derived:
    """The families of which takers receive some: what is sent, what may reach them, what they receive."""
    sent = out[~out["actor_type"].isin(TAKERS)]
    parents = [totals(flows, "category", total=False) for flows in (sent, recoverable(out), received)]
    names = "sent_t_per_year", "recoverable_t_per_year", "received_t_per_year"
    terms = [(number, MASS, 1.0) for number in range(3)]
    sums = {name: [term] for name, term in zip(names, terms, strict=True)}
    sums[REMAINDER[0]] = [terms[2], (1, MASS, -1.0)]
    rows = families.dropna(subset="received_t_per_year").drop(columns="linked_t_per_year")
    return Derived(rows, ["category"], parents, sums=sums)


def taken_paths(
    flows: pd.DataFrame, sites: pd.DataFrame, by: list[str], processes: Collection[str] = ()
) -> Breakdown:
    """What each taker receives, by family, and where it goes: what it sends out, by route, and the remainder.

    A taker mixes what it receives: each of its families goes to its outputs in proportion. Only the sums over
    ``category`` and over ``route`` are data; they are exactly the cells they come from. ``flows`` and
    ``sites`` are of one wave (t/year); ``by`` is ``category``, ``route``, or both; ``processes`` are the
    takers whose remainder their process accounts for.

    Returns
    -------
    Breakdown
        ``category`` (``unexplained`` where more goes out than comes in), ``route`` (``unexplained`` where
        more comes in than goes out, ``process_output`` for ``processes``), mass with its 95 % interval where
        one key is asked (independent answers). Its records are the flows of each taker, or its paths where
        both keys are asked.
    """
    taken = flows[is_taker(flows["site_id"], sites)]
    taken = taken.assign(route=taken["route"].fillna("unknown"))
    out = (taken["direction"] == "out").to_numpy()
    received_flows, sent_flows = taken[~out], taken[out]
    inputs = received_flows.groupby(["site_id", "category"], as_index=False)[[MASS]].sum()
    outputs = sent_flows.groupby(["site_id", "route"], as_index=False)[[MASS]].sum()
    site_ids = pd.Index(taken["site_id"].unique(), name="site_id")
    received, sent = (
        side.groupby("site_id")[MASS].sum().reindex(site_ids).fillna(0) for side in (inputs, outputs)
    )
    half = np.sqrt((((taken[HIGH] - taken[LOW]) / 2) ** 2).groupby(taken["site_id"]).sum()).reindex(site_ids)
    bounds = {LOW: (received - sent).abs() - half, HIGH: (received - sent).abs() + half}
    remainder = pd.DataFrame({MASS: received - sent, **bounds}).reset_index()
    more, less = remainder[remainder[MASS] > 0], remainder[remainder[MASS] < 0]
    made = more["site_id"].isin(list(processes))
    more = more.assign(route=np.where(made, PROCESS, UNEXPLAINED))
    less = less.assign(category=UNEXPLAINED, **{MASS: -less[MASS]})
    if len(by) == 1:
        # The flows themselves: a reader may subtract them from other tables of the same flows.
        side = [received_flows, less] if by == ["category"] else [sent_flows, more]
        columns = [*by, "site_id", MASS, LOW, HIGH, *(name for name in SOURCE if name in flows)]
        records = pd.concat([part.reindex(columns=columns) for part in side], ignore_index=True)
        return _with_interval(_summed(records[records[MASS] > 0].reset_index(drop=True), by))
    outputs, inputs = pd.concat([outputs, more]), pd.concat([inputs, less])
    share = outputs[MASS] / outputs.groupby("site_id")[MASS].transform("sum")
    paths = inputs.merge(outputs.assign(share=share)[["site_id", "route", "share"]], on="site_id")
    paths[MASS] = paths[MASS] * paths["share"]
    return _summed(paths[paths[MASS] > 0].reset_index(drop=True), by)


def _summed(paths: pd.DataFrame, by: list[str]) -> Breakdown:
    return Breakdown(paths.groupby(by, as_index=False)[[MASS]].sum(), by, paths, MASS)


def _with_interval(paths: Breakdown) -> Breakdown:
    """With the interval of sums of independent answers."""
    records, keys = paths.records, list(paths.keys)
    below, above = records[MASS] - records[LOW], records[HIGH] - records[MASS]
    squares = records[keys].assign(**{LOW: below**2, HIGH: above**2}).groupby(keys, as_index=False).sum()
    frame = paths.frame.merge(squares, on=keys)
    frame[LOW] = (frame[MASS] - np.sqrt(frame[LOW])).clip(lower=0.0)
    frame[HIGH] = frame[MASS] + np.sqrt(frame[HIGH])
    return replace(paths, frame=frame)
