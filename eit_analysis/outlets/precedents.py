"""What receivers of like wastes are in published exchanges: how likely each receiving activity is for a code.

    p_n(receiver) = (c_n + t_n p_m) / (N_n + t_n),    n = 0, 1, 2, 4, 6; m the level above

``c_n`` is the weight of the exchanges that this receiver has among those as like as ``n``: the same first
``n`` digits of the code; 1, a chapter of the same family (``FAMILIES``); 0, any. ``N_n`` is their sum over
the receivers, ``t_n`` how many receivers they have. An exchange weighs 1 when its code is sure, 0.7 when
likely, 0.4 when guessed (ours). Only wastes of the same danger are alike.

Source: back-off with the estimate C of Witten & Bell, IEEE Transactions on Information Theory 37(4), 1991.
"""

from __future__ import annotations

import pandas as pd

LEVELS = (0, 1, 2, 4, 6)
SAME_CODE, SAME_FAMILY = 6, 1
# Chapters of the list whose wastes become much the same: rock, ash and rubble; biomass; the residues of
# chemistry and surface treatment, oils and solvents; worked, used and sorted materials. None for care (18).
FAMILIES = {
    chapter: family
    for family, chapters in enumerate(["01 10 17", "02 03", "05 06 07 08 09 11 13 14", "04 12 15 16 19 20"])
    for chapter in chapters.split()
}
WEIGHT = {"sure": 1.0, "likely": 0.7, "guess": 0.4}
# Enough to call.
MOST_RECEIVERS = 12

LIKELY_COLUMNS = ["naf_class_code", "likelihood", "digits", "like", "source", "year"]


def likely_receivers(waste_code: str, hazardous: bool, precedents: pd.DataFrame) -> pd.DataFrame:
    """Each receiver of the published exchanges, likeliest first (equation of this module).

    Parameters
    ----------
    precedents : pandas.DataFrame
        ``reference/precedents.csv`` with ``hazardous``, whether the list holds each code as such.

    Returns
    -------
    pandas.DataFrame
        Columns ``LIKELY_COLUMNS``: ``likelihood`` sums to 1; ``digits``: how like the nearest exchange of
        this receiver is (``n``), and of that exchange the by-product (``like``), source and year.
    """
    alike = precedents[precedents["hazardous"] == hazardous]
    codes, family = alike["waste_code"], FAMILIES.get(waste_code[:2])
    alike = alike.assign(
        digits=(codes.str[:2].map(FAMILIES) == family).astype(int), weight=alike["code_certainty"].map(WEIGHT)
    )
    for digits in LEVELS[2:]:
        alike["digits"] = alike["digits"].mask(codes.str[:digits] == waste_code[:digits], digits)
    likelihood = pd.Series(dtype=float)
    for level in LEVELS:
        counts = alike[alike["digits"] >= level].groupby("receiver_naf_code")["weight"].sum()
        if not counts.empty:
            above = likelihood if level else counts / counts.sum()
            total = counts.sum() + len(counts)
            likelihood = (len(counts) * above).add(counts, fill_value=0) / total
    nearest = alike.sort_values(["digits", "weight"], ascending=False, kind="stable")
    nearest = nearest.drop_duplicates("receiver_naf_code").set_index("receiver_naf_code")
    told = nearest.assign(likelihood=likelihood).rename_axis("naf_class_code").reset_index()
    told = told.rename(columns={"byproduct": "like"})[LIKELY_COLUMNS]
    return told.sort_values("likelihood", ascending=False, kind="stable", ignore_index=True)


def beyond_rules(rules: pd.DataFrame, likely: pd.DataFrame) -> pd.DataFrame:
    """The receivers of like wastes that no rule names, likeliest first, twelve at most.

    ``rules`` are rows of :func:`ranking.outlets`, ``likely`` those of :func:`likely_receivers`. ``basis`` is
    ``precedent`` where the exchange is of this very code, else ``analogy``, of the same family. A code that
    no rule answers has precedents only: where the law or the matter leaves no outlet, none is guessed.
    """
    least = SAME_CODE if rules.empty else SAME_FAMILY
    kept = likely[(likely["digits"] >= least) & ~likely["naf_class_code"].isin(rules["naf_class_code"])]
    return kept.head(MOST_RECEIVERS).assign(
        naf_division_code=kept["naf_class_code"].str[:2],
        basis=kept["digits"].map(lambda digits: "precedent" if digits >= SAME_CODE else "analogy"),
    )
