"""Outgoing tonnes per employee of a firm above what its activity explains.

    sum(m_out) / headcount > high

with ``high`` the bound of the firm's NAF division (``waste_per_employee.csv``). What a trade sends out by
nature (``trade_matter.csv``: manure of farms, overburden of quarries, whey of dairies) is hardly counted in
the statistic of waste that these bounds come from: it is summed apart, and has a bound of its own.

Both bounds are assumptions that tell kilograms from tonnes: what was measured, below 2 high, is asked and
counts.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import reference
from eit_analysis.intake.checks import unit_errors
from eit_analysis.intake.checks.marks import gathered, mark
from eit_analysis.reference.designations import suggestions
from eit_analysis.reference.nomenclatures import naf_division
from eit_analysis.tables import header

FAR = 2.0  # times the bound, from which a measured mass is set aside too


def ranges() -> pd.DataFrame:
    """Outgoing tonnes per employee and year by NAF division: ``low, central, high, source, year``."""
    table = reference.load("waste_per_employee")
    table["division"] = table["naf_division_codes"].str.split()
    return table.explode("division").set_index("division")[["low", "central", "high", "source", "year"]]


def tonnes_per_employee(flows: pd.DataFrame, producers: pd.DataFrame) -> pd.DataFrame:
    """Marks on the largest flows of each sum above its bound (equation of this module).

    A firm that declares few flows is no mistake: the low bound is shown, not enforced. The largest flows are
    those of at least half the largest one. ``producers`` are the sites that can be judged, by ``site_id``.
    """
    out = flows[(flows["direction"] == "out") & flows["site_id"].isin(producers.index)]
    matter = _matter(out, producers["naf_code"])
    firm = out["site_id"].where(matter != "").dropna()
    apart = matter[firm.index].groupby(firm).first().map(" ({} non compris)".format)
    trades = reference.load("trade_matter").set_index("matter_fr")
    division = producers["naf_code"].map({naf: naf_division(naf) for naf in producers["naf_code"].unique()})
    usual = ranges().reindex(division).set_index(division.index)
    usual = usual.assign(division=division, apart=apart.reindex(division.index).fillna(""))
    found = []
    for name, rows in out.groupby(matter):
        ratio = rows.groupby("site_id")["mass_t_per_year"].sum() / producers["headcount"]
        codes = "tonnes_per_employee", "tonnes_per_employee_measured"
        fields, bounds = ["division", "apart", "low", "high", "year"], usual
        if name:
            codes = "tonnes_per_employee.trade", "tonnes_per_employee_measured.trade"
            fields = ["matter", "low", "high", "source"]
            bounds = pd.DataFrame([trades.loc[name]] * len(usual), usual.index).assign(matter=name)
        over = bounds.assign(ratio=ratio.reindex(bounds.index)).query("ratio > high")
        large = rows[rows["site_id"].isin(over.index)]
        most = large.groupby("site_id")["mass_t_per_year"].transform("max")
        large = large[large["mass_t_per_year"] * 2 >= most]
        told = {field: large["site_id"].map(over[field]) for field in ["ratio", *fields]}
        near = large["site_id"].isin(over.query("ratio < @FAR * high").index)
        near &= large["evidence"] == "measured"
        for own, code in zip((large[~near], large[near]), codes, strict=True):
            of_own, mass = {field: each[own.index] for field, each in told.items()}, unit_errors.tonnes(own)
            found.append(mark(own, header("flows", "quantity"), mass, code, **of_own))
    return gathered(found)


def _matter(out: pd.DataFrame, naf_code: pd.Series) -> pd.Series:
    """What each flow is of its firm's trade, ``""`` for the rest: by its code, else by its likeliest one."""
    matter = pd.Series("", out.index)
    naf = out["site_id"].map(naf_code).astype(object).fillna("")
    trades = reference.load("trade_matter")[["matter_fr", "naf_codes", "waste_codes"]]
    for name, activities, codes in trades.itertuples(index=False):
        if (rows := out[naf.str.startswith(tuple(activities.split()))]).empty:
            continue
        texts = rows["description"].where(rows["waste_code"].isna())
        likeliest = suggestions(texts.dropna()).query("suggestion_rank == 1").set_index("designation")
        code = rows["waste_code"].astype(object).fillna(texts.map(likeliest["waste_code"])).fillna("")
        matter[code.index[code.str.startswith(tuple(codes.split()))]] = name
    return matter
