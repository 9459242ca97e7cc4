"""Rings of three: what goes from a first site to a second, from it to a third, and from there back.

    gain of a ring = Σ joint surplus of its three exchanges,        each above zero by itself

No site of a ring takes for a use what it gives for the same one: to swap like for like makes no sense, as in
the plan (``allocation.model``). So the three uses differ. A ring brings no tonne that its exchanges do not:
it is a reason to meet at three, where each gives and each takes.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.codes import CATEGORIES

GAIN = "joint_surplus_eur_per_year"
RING_COLUMNS = ["ring_site_ids", "ring_categories", "mass_t_per_year", GAIN]
OF_EACH = ["giver_site_id", "taker_site_id", "use", "category", "diverted_t_per_year", GAIN]


def rings(candidates: pd.DataFrame) -> pd.DataFrame:
    """The rings among the candidates (``Assessment.candidates``) that gain, the largest gain first.

    Returns
    -------
    pandas.DataFrame
        ``RING_COLUMNS``, one row per ring of three sites in one direction, with the exchanges of largest
        gain. ``ring_site_ids`` begins with the first site by name, each giving to the next and the last to
        the first; ``ring_categories`` are the families that each gives, in words and in that order.
    """
    gaining = candidates.loc[candidates[GAIN] > 0, OF_EACH].sort_values(OF_EACH)
    one = gaining.loc[gaining.groupby(OF_EACH[:3])[GAIN].idxmax()]
    parts = [one.set_axis([f"{column}_{n}" for column in OF_EACH], axis=1) for n in range(3)]
    found = parts[0].merge(parts[1], left_on="taker_site_id_0", right_on="giver_site_id_1")
    back = ["taker_site_id_1", "giver_site_id_0"], ["giver_site_id_2", "taker_site_id_2"]
    found = found.merge(parts[2], left_on=back[0], right_on=back[1])
    sites = [found[f"giver_site_id_{n}"] for n in range(3)]
    uses = [found[f"use_{n}"] for n in range(3)]
    given = [found[f"category_{n}"].map(CATEGORIES) for n in range(3)]
    first = (sites[0] < sites[1]) & (sites[0] < sites[2])  # each ring is met once from each of its sites
    apart = (uses[0] != uses[1]) & (uses[1] != uses[2]) & (uses[2] != uses[0])
    table = pd.DataFrame(
        {
            "ring_site_ids": sites[0] + " " + sites[1] + " " + sites[2],
            "ring_categories": given[0] + ", " + given[1] + ", " + given[2],
            "mass_t_per_year": sum(found[f"diverted_t_per_year_{n}"] for n in range(3)),
            GAIN: sum(found[f"{GAIN}_{n}"] for n in range(3)),
        }
    )[first & apart]
    table = table.sort_values([GAIN, "ring_site_ids"], ascending=[False, True], kind="stable")
    return table.drop_duplicates("ring_site_ids", ignore_index=True)
