"""Which inputs each output of a taker may come of: its family's, those its process mixes, or none.

An output belongs to the input of its own family, biowaste of who takes food to the food (peelings were
vegetables). Of another family, it is

- what a known process makes of all that it takes in (a refusal of mixed residues): the inputs share it;
- part of the mixed waste, where the taker receives some and no process is known;
- else told as its own waste (office paper, the bin), that no balance counts: what a family does not explain
  is too much by what of it was an input (scrap of furniture).

What leaves a known process and is none of its products is its own waste, whatever its family.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.balance.outlet_processes import OutletBalance
from eit_analysis.flows.balance.survey_network import EVERY, OWN, is_taker
from eit_analysis.flows.full_cost import is_peelings

FOOD, MIXED = "food", "mixed"


def kin(flows: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None = None) -> pd.Series:
    """The family of the inputs that each row of a taker comes of, on the index of ``flows``.

    ``every`` for what a process makes of all its inputs, ``own`` for the taker's own waste; missing for what
    is no taker's. A taker that declared no input has no own waste: nobody knows what it takes in.
    """
    site, family = (flows[name].astype("str") for name in ("site_id", "category"))
    takes, out = is_taker(flows["site_id"], sites), (flows["direction"] == "out").to_numpy()
    pair, inputs = site + "|" + family, takes & ~out
    eaten = (takes & out & is_peelings(flows) & ~pair.isin(set(pair[inputs]))).to_numpy()
    family = family.mask(eaten & (site + "|" + FOOD).isin(set(pair[inputs])), FOOD)
    same = (site + "|" + family).isin(set(pair[inputs])).to_numpy()
    answered = site.isin(set(site[inputs])).to_numpy()
    mixing = site.isin(set(site[inputs & (family == MIXED).to_numpy()])).to_numpy()
    known = site.isin(list(outlets.processes.index) if outlets else []).to_numpy()
    made = flows["flow_id"].isin(outlets.made if outlets else []).to_numpy()
    cases = [~takes, ~out | ~answered, known & ~made, same, known, mixing]
    choices = [np.full(len(flows), each, dtype=object) for each in (None, family, OWN, family, EVERY, MIXED)]
    found = np.select(cases, choices, OWN)
    return pd.Series(found, index=flows.index, dtype=object)


def balanced_with(
    flows: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None = None
) -> pd.Series:
    """What each row of a taker balances with: its :func:`kin`, or ``every`` where a process mixes them."""
    families = kin(flows, sites, outlets)
    known = flows["site_id"].astype("str").isin(list(outlets.processes.index) if outlets else [])
    return families.mask(known & families.notna() & (families != OWN), EVERY)


def own_waste(flows: pd.DataFrame, sites: pd.DataFrame, outlets: OutletBalance | None = None) -> pd.DataFrame:
    """The rows that are the takers' own waste."""
    return flows[(kin(flows, sites, outlets) == OWN).to_numpy()]
