"""x̄_o = Σ_f w_of x_f / Σ_f w_of: what is published by family (FAP), for the occupations of the study.

f runs over the families of occupation o whose figure is published at the finest level that has one at all:
the basin, else its département, else its région, else the country. A figure that is masked, or absent, is not
a zero: the families that remain speak for the occupation, and their part of it is said. The parts w are those
of ``workforce.families``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

LEVELS = ("basin", "dep", "reg", "nat")


def of_occupations(
    linked: pd.DataFrame, cells: pd.DataFrame, measure: str, beside: Sequence[str] = ()
) -> pd.DataFrame:
    """The weighted mean of ``measure`` by occupation, and those of ``beside`` over the same families.

    Parameters
    ----------
    linked : DataFrame
        ``occupation, fap_code, weight``.
    cells : DataFrame
        ``fap_code, level`` (of `LEVELS`), ``family`` (its name, empty when unknown), ``measure``, ``beside``;
        one row by family and level, missing where the source masks.

    Returns
    -------
    DataFrame
        By ``occupation``: ``measure``, its extremes ``low, high``, ``level``, ``families`` (names, codes,
        and the part of the occupation where it has several) and ``beside``. No row for an occupation without
        any figure.
    """
    of_all = linked["weight"] / linked.groupby("occupation")["weight"].transform("sum")
    known = cells.dropna(subset=[measure]).astype(dict.fromkeys([measure, *beside], float))
    rows = linked.assign(part=of_all).merge(known, on="fap_code")
    depth = rows["level"].map(LEVELS.index)
    rows = rows[depth == depth.groupby(rows["occupation"]).transform("min")]
    rows = rows.sort_values(["part", "fap_code"], ascending=[False, True])
    part = "\u00a0: " + (100 * rows["part"]).round().astype(int).astype(str) + "\u00a0%"
    code = " (" + rows["fap_code"] + ")"
    name = (rows["family"] + code).where(rows["family"] != "", rows["fap_code"])
    rows["families"] = name + part.where(rows["part"] < 1, "")
    groups = rows["occupation"]
    ends = {"low": (measure, "min"), "high": (measure, "max")}
    table = rows.groupby(groups).agg(**ends, level=("level", "first"), families=("families", ", ".join))
    for column in (measure, *beside):
        weight = rows["part"].where(rows[column].notna())
        sums = pd.DataFrame({"x": weight * rows[column], "w": weight}).groupby(groups).sum(min_count=1)
        table[column] = sums["x"] / sums["w"]
    return table
