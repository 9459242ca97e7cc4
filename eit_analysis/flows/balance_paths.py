"""Paths for a Sankey drawing that balances, with the gap as a node of its own, ``unexplained``.

Two pictures, because nothing says which of the tonnes sent are those received: what firms send, by route, and
what becomes of what takers (outlets, ESS) receive.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.flows.survey_network import is_taker
from eit_analysis.flows.territory_balance import REMAINDER, UNEXPLAINED
from eit_analysis.flows.uncertainty import MASS

SURVEYED_TAKERS = "surveyed_takers"
PATH = ["category", "site_id", "route", MASS]


def sent_paths(flows: pd.DataFrame, sites: pd.DataFrame, families: pd.DataFrame) -> pd.DataFrame:
    """What each firm sends, by family and route; and what surveyed takers receive that no firm can have sent.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables of one wave; t/year.
    families : pandas.DataFrame
        :func:`territory_balance.family_balance` of the same.

    Returns
    -------
    pandas.DataFrame
        ``category``, ``site_id`` (``unexplained`` for the gap), ``route`` (``unknown`` when not answered,
        ``surveyed_takers`` for the gap), mass. The rows of actors add up to the cells they come from.
    """
    sent = flows[(flows["direction"] == "out").to_numpy() & ~is_taker(flows["site_id"], sites)]
    sent = sent.assign(route=sent["route"].fillna("unknown"))
    gap = families.loc[families["verdict"] == "from_elsewhere", ["category", REMAINDER[0]]]
    gap = gap.rename(columns={REMAINDER[0]: MASS}).assign(site_id=UNEXPLAINED, route=SURVEYED_TAKERS)
    grouped = sent.groupby(PATH[:3], as_index=False)[MASS].sum()
    return pd.concat([grouped, gap], ignore_index=True)[PATH]


def taken_paths(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """What each taker receives, by family, and where it goes: what it sends out, by route, and the remainder.

    A taker mixes what it receives: each of its families goes to its outputs in proportion. Only the sums over
    ``category`` and over ``route`` are data; they are exactly the cells they come from.

    Returns
    -------
    pandas.DataFrame
        ``category`` (``unexplained`` where more goes out than comes in), ``site_id``, ``route``
        (``unexplained`` where more comes in than goes out), mass.
    """
    taken = flows[is_taker(flows["site_id"], sites)]
    taken = taken.assign(route=taken["route"].fillna("unknown"))
    out = (taken["direction"] == "out").to_numpy()
    inputs = taken[~out].groupby(["site_id", "category"], as_index=False)[MASS].sum()
    outputs = taken[out].groupby(["site_id", "route"], as_index=False)[MASS].sum()
    site_ids = pd.Index(taken["site_id"].unique(), name="site_id")
    received, sent = (
        side.groupby("site_id")[MASS].sum().reindex(site_ids).fillna(0) for side in (inputs, outputs)
    )
    remainder = (received - sent).rename(MASS).reset_index()
    more, less = remainder[remainder[MASS] > 0], remainder[remainder[MASS] < 0]
    outputs = pd.concat([outputs, more.assign(route=UNEXPLAINED)])
    inputs = pd.concat([inputs, less.assign(category=UNEXPLAINED, **{MASS: -less[MASS]})])
    share = outputs[MASS] / outputs.groupby("site_id")[MASS].transform("sum")
    paths = inputs.merge(outputs.assign(share=share)[["site_id", "route", "share"]], on="site_id")
    paths[MASS] = paths[MASS] * paths["share"]
    return paths.loc[paths[MASS] > 0, PATH].reset_index(drop=True)
