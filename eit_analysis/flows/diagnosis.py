"""What leaves and enters the surveyed sites, where it goes, who weighs most: groupings of the flow table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from eit_analysis.flows.grouping import Cells, Groups, coarser, distinct, group, regroup
from eit_analysis.flows.uncertainty import (
    HIGH,
    LOW,
    MASS,
    error_cells,
    intervals,
    prepare,
    propagate,
    shares,
)

TOTAL = "Total"
SHARE_BOUNDS = ["share_low_percent", "share_high_percent"]
# Waste hierarchy of directive 2008/98/EC, article 4, by route; burning without recovery is disposal.
RECOVERY = {
    "reuse": "material", "recycling": "material",
    "composting": "organic", "digestion": "organic",
    "energy": "energy",
    "incineration": "disposal", "landfill": "disposal",
    "unknown": "unknown",
}  # fmt: skip
VALORISED = {"material": "yes", "organic": "yes", "energy": "yes", "disposal": "no", "unknown": "unknown"}


def outgoing(flows: pd.DataFrame) -> pd.DataFrame:
    """The outflows, with what the diagnosis asks of each: recovery, valorised, cost.

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows of one wave.

    Returns
    -------
    pandas.DataFrame
        Rows going out; a missing ``route`` becomes ``unknown``. Adds ``recovery`` (material, organic, energy,
        disposal, unknown), ``valorised`` and ``cost_known`` (yes, no, and unknown for the former), and
        ``cost_eur_per_year`` = mass x cost per tonne, missing where the cost is not stated.
    """
    out = flows[flows["direction"] == "out"].reset_index(drop=True)
    out["route"] = out["route"].fillna("unknown")
    out["recovery"] = out["route"].map(RECOVERY)
    out["valorised"] = out["recovery"].map(VALORISED)
    out["cost_known"] = np.where(out["cost_eur_per_t"].notna(), "yes", "no")
    out["cost_eur_per_year"] = out[MASS] * out["cost_eur_per_t"]
    return out


def totals(flows: pd.DataFrame, by: list[str], total: bool = True) -> pd.DataFrame:
    """M_g = sum of m over group g, with its 95 % interval (see :mod:`uncertainty`) and share of the whole.

    Parameters
    ----------
    flows : pandas.DataFrame
        Tidy flows holding the columns ``by``; t/year. :func:`uncertainty.prepare` and :func:`grouping.coded`,
        called before, spare many groupings of the same flows the same work.
    by : list of str
        One to three key columns.
    total : bool
        Add a row « Total » and, with several keys, one subtotal per value of the first.

    Returns
    -------
    pandas.DataFrame
        ``by``, mass and bounds (t/year), ``share_percent`` (of all rows of ``flows``), ``n_sites``; groups
        from the heaviest down. Only groups that were answered: an absent one is missing, not zero.
    """
    columns = [*by, MASS, LOW, HIGH, "share_percent", "n_sites"]
    if flows.empty:
        return pd.DataFrame(
            {column: pd.Series(dtype=object if column in by else float) for column in columns}
        )
    groups, finest = group(flows, by), error_cells(flows, by)
    levels = [by, *([by[:1]] if total and len(by) > 1 else []), *([[]] if total else [])]
    rows = pd.concat([_level(flows, groups, finest, by, level) for level in levels], ignore_index=True)
    whole = flows[MASS].sum()
    rows["share_percent"] = 100 * rows[MASS] / whole if whole else np.nan
    # To the milligram, then by key: rows of equal mass keep one order whatever the order of the flows.
    rows["rounded"] = rows[MASS].round(9)
    weight = intervals(coarser(finest, by[:1])).set_index(by[0])[MASS].round(9)
    rows["first"] = rows[by[0]].map(weight).fillna(-1.0)  # the grand total comes last
    rows["subtotal"] = (rows[by] == TOTAL).any(axis=1)
    rows = rows.sort_values(
        ["first", by[0], "subtotal", "rounded", *by[1:]],
        ascending=[False, True, True, False, *(True for _ in by[1:])],
    )
    return rows[columns].reset_index(drop=True)


def error_bounds(flows: pd.DataFrame) -> pd.DataFrame:
    """The total when errors are independent, shared inside a source, or all the same way: [sum l, sum u].

    The second is that of every other table. A density, a ratio or a habit that respondents of different
    sources share moves them together too: the truth is between the first and the last.

    Returns
    -------
    pandas.DataFrame
        ``errors`` (``independent``, ``shared``, ``common``), mass and bounds (t/year); no row without a flow.
    """
    columns = ["errors", MASS, LOW, HIGH]
    if flows.empty:
        return pd.DataFrame(columns=columns)
    rows = [
        propagate(prepare(flows, correlation=0.0), []).assign(errors="independent"),
        propagate(flows, []).assign(errors="shared"),
        flows[[MASS, LOW, HIGH]].sum().to_frame().T.assign(errors="common"),
    ]
    return pd.concat(rows, ignore_index=True)[columns]


def _level(
    flows: pd.DataFrame, groups: Groups, finest: Cells, by: list[str], level: list[str]
) -> pd.DataFrame:
    """The groups of one level of subtotals: those alike in ``level``, its other keys « Total »."""
    rows = intervals(coarser(finest, level))
    rows["n_sites"] = distinct(regroup(groups, level), flows["site_id"])
    return rows.assign(**{key: TOTAL for key in by if key not in level})


def absent_categories(flows: pd.DataFrame, categories: Iterable[str]) -> pd.DataFrame:
    """The categories of which no flow at all was declared: ``category``, one row each."""
    present = set(flows["category"])
    return pd.DataFrame({"category": [c for c in categories if c not in present]}, dtype=object)


def recovery_rates(out: pd.DataFrame) -> pd.DataFrame:
    """r_k = M_k / M: share of all tonnes in each kind of recovery, in all recovery, in disposal.

    The unknown stays in the denominator: a rate over the tonnes of known route, printed beside a total, would
    give the tonnes of unknown route, which may be those of a single actor.

    Parameters
    ----------
    out : pandas.DataFrame
        :func:`outgoing`.

    Returns
    -------
    pandas.DataFrame
        ``valorised``, ``recovery`` (« Total » for all that is valorised and for everything), mass and bounds,
        ``share_percent`` with ``share_low_percent`` and ``share_high_percent`` (none for the whole), and
        ``n_sites``.
    """
    rows = totals(out, ["valorised", "recovery"])
    # « Not valorised » and « unknown » hold one kind each: their subtotal would repeat it.
    rows = rows[(rows["recovery"] != TOTAL) | rows["valorised"].isin(["yes", TOTAL])]
    kinds = error_cells(out, ["valorised", "recovery"])
    bounds = [shares(kinds), shares(coarser(kinds, ["valorised"])).assign(recovery=TOTAL)]
    rows = rows.merge(pd.concat(bounds), how="left", on=["valorised", "recovery"])
    place = list(rows.columns).index("share_percent") + 1
    return rows[[*rows.columns[:place], *SHARE_BOUNDS, *rows.columns[place:-2]]]


def holders(out: pd.DataFrame, thresholds: Iterable[int] = (50, 80, 95)) -> pd.DataFrame:
    """The fewest sites that together hold each share of the tonnage.

    Returns
    -------
    pandas.DataFrame
        ``threshold_percent``, ``site_id``: one row per site inside each threshold, heaviest first.
    """
    mass = (
        out.groupby("site_id")[MASS]
        .sum()
        .reset_index()
        .sort_values([MASS, "site_id"], ascending=[False, True])
    )
    before = mass[MASS].cumsum() - mass[MASS]
    whole = mass[MASS].sum()
    # A relative 1e-9 keeps a rounding error of the sum from adding one more site.
    inside = [
        mass.loc[before < t / 100 * whole * (1 - 1e-9), ["site_id"]].assign(threshold_percent=t)
        for t in thresholds
    ]
    return pd.concat(inside, ignore_index=True)[["threshold_percent", "site_id"]]


def concentration(held: pd.DataFrame) -> pd.DataFrame:
    """Number of sites inside each threshold of :func:`holders`: ``threshold_percent``, ``n_sites``."""
    return held.groupby("threshold_percent")["site_id"].nunique().rename("n_sites").reset_index()


def not_valorised(out: pd.DataFrame, count: int) -> pd.DataFrame:
    """The heaviest outflows that are landfilled, incinerated or of unknown route, one row per flow."""
    left = out[out["valorised"] != "yes"].sort_values([MASS, "flow_id"], ascending=[False, True])
    row = left["source_row"].astype(str)
    left = left.assign(source_cell=left["source_file"] + ", " + left["source_sheet"] + ", ligne " + row)
    columns = [
        "site_id", "category", "description", "quality", "route", MASS, LOW, HIGH, "cost_eur_per_t",
        "source_cell",
    ]  # fmt: skip
    return left[columns].head(count).reset_index(drop=True)
