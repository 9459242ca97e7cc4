"""The actors behind the totals of a plan, for the disclosure rules."""

from __future__ import annotations

import pandas as pd

from eit_analysis.config import Disclosure


def exposed_side(plan: pd.DataFrame, weight: str, rules: Disclosure) -> pd.DataFrame:
    """The exchanges behind each category, in the name of the side that the rules protect more.

    Every tonne has a giver and a taker, and a total reveals the taker as surely as the giver. A record has
    one actor: each category is given the side that breaks a rule if one does, else the side with fewer sites.

    Returns the rows of positive ``weight`` (a column, ``allocated_t_per_year`` for instance), once each, with
    ``site_id``.
    """
    sides = pd.concat(
        [plan.assign(side=side, site_id=plan[side]) for side in ("giver_site_id", "taker_site_id")]
    )
    sides = sides[sides[weight] > 0]
    by_site = sides.groupby(["category", "side", "site_id"])[weight].sum().reset_index()
    grouped = by_site.groupby(["category", "side"])[weight]
    sizes = pd.DataFrame({"units": grouped.size(), "largest": grouped.max(), "whole": grouped.sum()})
    dominated = sizes["largest"] > rules.maximum_share * sizes["whole"]
    sizes["safe"] = (sizes["units"] >= rules.minimum_units) & ~dominated
    chosen = (
        sizes.reset_index().sort_values(["category", "safe", "units", "side"]).drop_duplicates("category")
    )
    return sides.merge(chosen[["category", "side"]], on=["category", "side"]).drop(columns="side")
