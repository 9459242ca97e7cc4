"""Who stands behind each total of a plan, for the disclosure rules."""

from __future__ import annotations

import pandas as pd


def exposed_side(
    plan: pd.DataFrame, weight: str, minimum_units: int, maximum_share: float, key: str = "category"
) -> pd.DataFrame:
    """Who stands behind each key: givers or takers, whichever the disclosure rules protect more.

    Every tonne has a giver and a taker, and a total reveals the taker as surely as the giver. The release
    gate judges one set of contributors, so each key is given the side that breaks a rule if one does, else
    the side with fewer sites.

    Parameters
    ----------
    plan : pandas.DataFrame
        ``giver_site_id, taker_site_id``, the weight and the key.
    weight : str
        Column whose total is released: ``allocated_t_per_year`` for instance.
    minimum_units, maximum_share : int, float
        Rules of the release gate.
    key : str
        Column of the lines released: ``category``, or ``plan_number`` of a frontier.

    Returns
    -------
    pandas.DataFrame
        The key, ``site_id`` and the weight.
    """
    sides = pd.concat(
        [
            plan[[key, column, weight]].rename(columns={column: "site_id"}).assign(side=column)
            for column in ("giver_site_id", "taker_site_id")
        ]
    )
    by_site = sides[sides[weight] > 0].groupby([key, "side", "site_id"])[[weight]].sum().reset_index()
    grouped = by_site.groupby([key, "side"])
    sizes = pd.DataFrame(
        {"units": grouped.size(), "largest": grouped[weight].max(), "whole": grouped[weight].sum()}
    ).reset_index()
    sizes["safe"] = (sizes["units"] >= minimum_units) & (sizes["largest"] <= maximum_share * sizes["whole"])
    chosen = sizes.sort_values([key, "safe", "units", "side"]).drop_duplicates(key)
    kept = by_site.merge(chosen[[key, "side"]], on=[key, "side"])
    return kept[[key, "site_id", weight]]
