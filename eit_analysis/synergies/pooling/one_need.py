"""A collection asked for as a service is one need with the outgoing flows that it would take.

    asked for in rounds: the flows are those of that service
    asked for by weight: p_i = cost / volume asked for

A firm that declares 37 rounds of cardboard a year, and what they cost, has said how its cardboard leaves: in
a skip shared by the month it would be counted twice, at another cost. Who asks in tonnes is counted with the
flows of the family: with its own where it declares some, with what it asks for where it declares none.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def once(flows: pd.DataFrame, weighed: Sequence[pd.DataFrame], counted: set[str]) -> pd.DataFrame:
    """The outgoing flows of one family with what is asked for by weight, without sites that count rounds.

    ``weighed`` has rows of ``sharing`` with ``one``, the tonnes that a unit of theirs is.
    """
    flows = flows[~flows["site_id"].isin(counted)]
    for rows in weighed:
        asked = rows[~rows["site_id"].isin(counted)]
        mass, cost = (
            asked["volume_per_year"].astype(float) * asked["one"],
            asked["cost_eur_per_year"].astype(float),
        )
        known = asked.assign(mass_t_per_year=mass, cost=cost)[cost.notna()]
        sums = known.groupby("site_id")[["mass_t_per_year", "cost"]].sum()
        price = sums["cost"] / sums["mass_t_per_year"]
        flows = flows.assign(
            cost_eur_per_t=flows["site_id"].map(price).fillna(flows["cost_eur_per_t"].astype(float))
        )
        more = asked.assign(mass_t_per_year=mass, cost_eur_per_t=cost / mass)
        more = more[~more["site_id"].isin(flows["site_id"])]
        flows = pd.concat([flows, more]) if len(more) else flows
    return flows
