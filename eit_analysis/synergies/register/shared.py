"""The groups that poolings of the register could share the savings of.

Of the groups found by calculation that answer a line, the one that holds most of its actors; others whom it
brings in would be members too.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.synergies.register.links import grouped


def answered(register: pd.DataFrame, pools: pd.DataFrame, sharing: pd.DataFrame) -> pd.DataFrame:
    """One row for each pooling of the register that is not dropped and that a group answers.

    Returns
    -------
    pandas.DataFrame
        ``synergy_id, site_ids`` and the columns of ``pools`` (of ``pooling.pooled``); no group of which the
        saving is not known.
    """
    lines = register[register["status"] != "dropped"].fillna({"site_ids": ""})
    known = pools[(pools["kind"] == "group") & pools["saving_eur_per_year"].notna()]
    held = grouped(lines, known, sharing).groupby(["synergy_id", "pooling_id"]).size().reset_index(name="n")
    first = held.sort_values(["synergy_id", "n", "pooling_id"], ascending=[True, False, True])
    kept = first.drop_duplicates("synergy_id").drop(columns="n")
    return lines[["synergy_id", "site_ids"]].merge(kept, on="synergy_id").merge(known, on="pooling_id")
