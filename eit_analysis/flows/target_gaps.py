"""How far the outflows are from what targets aim at, in tonnes (:mod:`targets`).

    gap = v C - R            at least the share v:  tonnes still to recover
    gap = R - v C,  R - cap  at most v, or so many tonnes:  tonnes still to keep out of landfills

R tonnes that do what is aimed at, C tonnes that the target is about. Below zero, the target is met. What
nobody said makes a range, given with its middle.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.targets import ABOUT, CAP, ENDS, MASSES, READINGS, about, measured, of_readings
from eit_analysis.flows.uncertainty.propagation import HIGH, MASS

AT_MOST = ("landfill_percent", CAP)
GAP = ["gap_t_per_year", "gap_low_t_per_year", "gap_high_t_per_year"]


def gaps(shown: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """How far each measured target is, from what is printed of it.

    The bounds of a gap are those of the share and of the tonnes that it is about, or of a cap's own tonnes,
    at both readings; its middle is that of the two. Of a range of which one end is withheld, the other end
    decides or nothing does: 12 % at least misses at most 8 %, and says nothing of at least 20 %.

    Parameters
    ----------
    shown : pandas.DataFrame
        The rows of :func:`targets.measured` that may be read.
    aims : pandas.DataFrame
        :func:`targets.targets`.

    Returns
    -------
    pandas.DataFrame
        Of each of ``aims`` that is measured, ``target``, ``indicator``, ``year``, ``target_value`` and its
        ``unit``, ``reading`` (``both`` ends, or the one that is known), ``share_percent``, gap (t/year;
        missing for one end), each with bounds, ``attainment`` (``met``, ``missed``, ``open`` where zero is
        inside the bounds, missing where one end does not decide), ``applies_to``.
    """
    columns = ["target", "indicator", "year", "target_value", "applies_to"]
    rows = _apart(aims[[*columns, "aim"]].merge(shown, on="aim"))
    shares = ["share_percent", *ENDS]
    how = dict.fromkeys([*columns[1:], "reading"], "first")
    how |= dict(zip([*GAP, *shares], ["mean", "min", "max"] * 2, strict=True))
    both = rows["target"].duplicated(keep=False)
    one_end = rows["reading"].isin(READINGS[1:]) & ~both
    lowest = rows["reading"].eq(READINGS[1]) == rows["indicator"].isin(AT_MOST)
    rows[GAP[1]] = rows[GAP[1]].mask(one_end & ~lowest, -np.inf)
    rows[GAP[2]] = rows[GAP[2]].mask(one_end & lowest, np.inf)
    rows["reading"] = rows["reading"].mask(both, "both")
    found = rows.groupby("target", sort=False).agg(how).reset_index()
    found["attainment"] = np.select([found[GAP[2]] <= 0, found[GAP[1]] > 0], ["met", "missed"], "open")
    # An end that decides nothing leaves open what the other, withheld, may decide: nothing is said.
    one_sided = found[GAP].abs().eq(np.inf).any(axis=1) & found["attainment"].eq("open")
    found["attainment"] = found["attainment"].mask(one_sided | found[GAP].isna().any(axis=1), None)
    found[GAP] = found[GAP].mask(found[GAP].isin([np.inf, -np.inf]))
    found[GAP[0]] = found[GAP[0]].where(found[GAP[1:]].notna().all(axis=1))
    found["unit"] = np.where(found["indicator"] == CAP, "t/an", "%")
    return found[[*columns[:-1], "unit", "reading", *shares, *GAP, "attainment", "applies_to"]]


def hinging(out: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """Of each target, decided or not, every flow without which the conclusion would be another.

    Without a flow of m tonnes the gap of t·C − R moves by (1 − t)·m where it does what is counted, by −t·m
    where it does not: a target that is met may hang of those that do, one that is missed of the others, one
    that is open of either, and of a share that is to be at most so much the other way round. Only those are
    tried whose move, twice for what they change of the interval, reaches as far as the bound that would
    have to pass zero.

    Returns
    -------
    pandas.DataFrame
        ``target``, ``attainment`` (:func:`gaps`), ``site_id``, ``description`` and mass (t/year), heaviest
        first.
    """
    whole = gaps(measured(out, aims).frame, aims).dropna(subset="attainment")
    columns = ["target", "attainment", "site_id", "description", MASS]
    found = [out.head(0).assign(target="", attainment="")]
    for row in whole.to_dict("records"):
        aim = aims[aims["target"] == row["target"]]
        told = about(out, aim)
        share = 0.0 if row["indicator"] == CAP else row["target_value"] / 100
        move = np.where(told["does"] == "yes", 1 - share, share) * told[HIGH]
        # Without it the gap is larger, and the low bound leaves zero behind, or the high bound a target met.
        larger = (told["does"] == "yes") != (row["indicator"] in AT_MOST)
        ends = {"met": (GAP[2], None), "missed": (None, GAP[1]), "open": (GAP[1], GAP[2])}[row["attainment"]]
        up, down = (abs(row[end]) if end else np.inf for end in ends)
        heavy = told[2 * move >= np.where(larger, up, down)].drop_duplicates("flow_id")
        for flow in heavy.sort_values(MASS, ascending=False, kind="stable")["flow_id"]:
            rest = gaps(of_readings(told[told["flow_id"] != flow], aim).frame, aim)
            if len(rest) and rest["attainment"].iloc[0] != row["attainment"]:
                one = heavy[heavy["flow_id"] == flow]
                found.append(one.assign(target=row["target"], attainment=row["attainment"]))
    return pd.concat(found, ignore_index=True)[columns]


def _apart(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their own gap and its bounds."""
    value, cap = rows["target_value"], (rows["indicator"] == CAP).to_numpy()
    over = [rows[name] - value for name in ("share_percent", *ENDS)]
    # Of a product C (s - v): the bounds of either factor, in quadrature.
    middle, low, high = (rows[ABOUT[0]] * part / 100 for part in over)
    spread = [(rows[end] - rows[ABOUT[0]]).abs() * over[0].abs() / 100 for end in ABOUT[1:]]
    bounds = [middle, middle - np.hypot(middle - low, spread[0]), middle + np.hypot(high - middle, spread[1])]
    ends = [np.where(cap, rows[mass] - value, part) for mass, part in zip(MASSES, bounds, strict=True)]
    least = ~rows["indicator"].isin(AT_MOST).to_numpy()
    turned = [ends[0], ends[2], ends[1]]
    found = [np.where(least, -one, other) for one, other in zip(turned, ends, strict=True)]
    return rows.assign(**dict(zip(GAP, found, strict=True)))
