"""What takers receive: how much of it nobody surveyed sent, and paths to where it goes for a Sankey drawing.

Nothing says which of the tonnes sent are those received, unless the sender names the taker: what comes from
elsewhere is a range, never a difference of the two sums.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.balance.kin import kin
from eit_analysis.flows.balance.outlet_processes import OutletBalance
from eit_analysis.flows.balance.survey_network import EVERY, OWN, is_taker, linked
from eit_analysis.flows.balance.territory_balance import PROCESS, REMAINDER, UNEXPLAINED, recoverable
from eit_analysis.flows.balance.weight_errors import weight_covariance
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.lognormal import Z
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.records import cell_columns

DECLARED = "declared_t_per_year"
ROUNDING = 1e-12  # of all that is taken
BOUNDS = ["at_least", "at_most"]


def from_elsewhere(
    out: pd.DataFrame,
    incoming: pd.DataFrame,
    sites: pd.DataFrame,
    outlets: OutletBalance | None = None,
) -> Breakdown:
    """What takers receive that no surveyed actor sent: sum max(0, R - S) to sum (R - L), over the families.

    ``out`` and ``incoming`` are described outflows and inflows (:mod:`dimensions`; t/year).
    Nothing says which tonnes are the same: the bounds are those of :mod:`territory_balance`, of sums as
    declared.

    Returns
    -------
    Breakdown
        ``bound`` (``at_least``, ``at_most``), mass.
    """
    sent = recoverable(out, incoming, sites, outlets)
    received = incoming[is_taker(incoming["site_id"], sites)]
    parts = []
    for bound, taken in zip(BOUNDS, (sent, sent[linked(sent, sites)]), strict=True):
        both = pd.concat([received, taken.assign(**{MASS: -taken[MASS]})]).assign(bound=bound)
        more = both.groupby(both["category"].astype("str"))[MASS].transform("sum")
        parts.append(both[more > 0])
    records = pd.concat(parts, ignore_index=True)
    sums = _summed(records.assign(**{DECLARED: records[MASS].abs()}), ["bound"])
    frame = sums.frame.set_index("bound").reindex(BOUNDS, fill_value=0.0).reset_index()
    return replace(sums, frame=frame, of=DECLARED)


def sent_and_received(
    out: pd.DataFrame,
    incoming: pd.DataFrame,
    sites: pd.DataFrame,
    families: pd.DataFrame,
    outlets: OutletBalance | None = None,
) -> Derived:
    """The families of which takers receive some: what is sent, what may reach them, what they receive."""
    sent = out[~is_taker(out["site_id"], sites)]
    received = incoming[is_taker(incoming["site_id"], sites)]
    may = recoverable(out, incoming, sites, outlets)
    parents = [totals(flows, "category", total=False) for flows in (sent, may, received)]
    names = "sent_t_per_year", "recoverable_t_per_year", "received_t_per_year"
    terms = [(number, MASS, 1.0) for number in range(3)]
    sums = {name: [term] for name, term in zip(names, terms, strict=True)}
    sums[REMAINDER[0]] = [terms[2], (1, MASS, -1.0)]
    rows = families.dropna(subset="received_t_per_year").drop(columns="linked_t_per_year")
    return Derived(rows, ["category"], parents, sums=sums)


def taken_paths(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    by: list[str],
    processes: Collection[str] = (),
    outlets: OutletBalance | None = None,
) -> Breakdown:
    """What each taker receives, by family, and where it goes: what it sends out, by route, and the remainder.

    An input goes to the outputs of its own family, and in proportion to what its process makes of all inputs
    (:mod:`kin`); its own waste is not drawn. What is left of a family is its remainder. ``flows`` and
    ``sites`` are of one wave (t/year); ``by`` is ``category``, ``route``, or both; ``processes`` are the
    takers whose remainder their process accounts for.

    Returns
    -------
    Breakdown
        ``category`` (``unexplained`` where more goes out than comes in), ``route`` (``unexplained`` where
        more comes in than goes out, ``process_output`` for ``processes``), mass with its 95 % interval where
        one key is asked (:mod:`weight_errors`). Its records are the flows of each taker, or its paths where
        both keys are asked.
    """
    families = kin(flows, sites, outlets)
    drawn = (families.notna() & (families != OWN)).to_numpy()
    taken = flows[drawn].assign(kin=families[drawn], route=flows["route"].fillna("unknown"))
    taken = taken.assign(row=range(len(taken)))
    received, sent = (taken[taken["direction"] == side].assign(part=1.0) for side in ("in", "out"))
    keys = ["site_id", "kin"]
    inputs = received.groupby(keys, as_index=False, observed=True)[[MASS]].sum()
    shared = _shared_out(inputs, sent)
    outputs = shared.assign(**{MASS: shared[MASS] * shared["part"]})
    outputs = outputs.groupby([*keys, "route"], as_index=False, observed=True)[[MASS]].sum()
    both = pd.concat([received, shared.assign(part=-shared["part"])])
    signed = (both[MASS] * both["part"]).groupby([both[key] for key in keys]).sum()
    remainder = signed.rename(MASS).reset_index()
    remainder = remainder[remainder[MASS].abs() > ROUNDING * max(float(taken[MASS].sum()), 1.0)]
    more, less = remainder[remainder[MASS] > 0], remainder[remainder[MASS] < 0]
    made = more["site_id"].isin(list(processes))
    more = more.assign(route=np.where(made, PROCESS, UNEXPLAINED))
    less = less.assign(category=UNEXPLAINED, **{MASS: -less[MASS]})
    if len(by) == 1:
        # The flows themselves: a reader may subtract them from other tables of the same flows.
        flat, rest = (received, less) if by == ["category"] else (sent, more)
        columns = [*by, "site_id", MASS, *cell_columns(flows)]
        records = pd.concat([part.reindex(columns=columns) for part in (flat, rest)], ignore_index=True)
        sums = _summed(records[records[MASS] > 0].reset_index(drop=True), by)
        half = (both[HIGH] - both[LOW]) / 2
        left = both.assign(**{LOW: both[MASS] - half, HIGH: both[MASS] + half})
        left = left.drop(columns=by).merge(rest[[*keys, *by]], on=keys)
        return replace(sums, frame=_with_interval(sums.frame, pd.concat([flat, left]), by[0]))
    outputs, inputs = pd.concat([outputs, more]), pd.concat([inputs.assign(category=inputs["kin"]), less])
    share = outputs[MASS] / outputs.groupby(keys)[MASS].transform("sum")
    paths = inputs.merge(outputs.assign(share=share)[[*keys, "route", "share"]], on=keys)
    paths[MASS] = paths[MASS] * paths["share"]
    return _summed(paths[paths[MASS] > 0].reset_index(drop=True), by)


def _shared_out(inputs: pd.DataFrame, sent: pd.DataFrame) -> pd.DataFrame:
    """The outputs by family of input, and which part; what a process makes of all, by the inputs' masses."""
    share = inputs[MASS] / inputs.groupby("site_id")[MASS].transform("sum")
    mixed = sent[sent["kin"] == EVERY].drop(columns=["kin", "part"])
    mixed = mixed.merge(inputs[["site_id", "kin"]].assign(part=share), on="site_id")
    return pd.concat([sent[sent["kin"] != EVERY], mixed])


def _summed(paths: pd.DataFrame, by: list[str]) -> Breakdown:
    return Breakdown(paths.groupby(by, as_index=False)[[MASS]].sum(), by, paths, MASS)


def _with_interval(frame: pd.DataFrame, terms: pd.DataFrame, by: str) -> pd.DataFrame:
    """With the interval of sums of ``part`` x flow, of which only a weight errs together."""
    whole = terms.groupby([by, "row"], observed=True)["part"].sum().rename("part").reset_index()
    terms = whole.merge(terms.drop(columns="part").drop_duplicates([by, "row"]), on=[by, "row"])
    part = terms["part"].to_numpy(float)
    common = frame[by].map(weight_covariance(terms, part, terms[[by]])).fillna(0.0) * Z**2
    ends = {}
    for name, side in ((LOW, -1.0), (HIGH, 1.0)):
        squares = ((terms[name] - terms[MASS]) * part) ** 2
        square = frame[by].map(squares.groupby(terms[by], observed=True).sum()) + common
        ends[name] = (frame[MASS] + side * np.sqrt(square.clip(lower=0.0))).clip(lower=0.0)
    return frame.assign(**ends)
