"""Values that are kept but marked as implausible, each by a named rule with a stated threshold.

Every rule, its threshold and why it is so is in ``docs/plausibility.md``. A rule only marks what is sure
enough to be asked to a firm; a cell carries one mark, that of the most precise rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.codes import LABELS
from eit_analysis.french import counted, day, exact
from eit_analysis.intake.checks import per_employee, unit_errors
from eit_analysis.intake.checks.designations import (
    ANY_MATERIAL,
    code_against_designation,
    hazard_against_designation,
)
from eit_analysis.intake.checks.marks import gathered, mark
from eit_analysis.reference.dated import YEARS, usual_year
from eit_analysis.reference.nomenclatures import is_hazardous
from eit_analysis.tables import CATEGORIES, header

COLLECTORS = ("outlet", "public")  # what they hand on is not their own waste alone
COLLECTING_NAF = ("38", "39", "4677")  # waste treatment, remediation, wholesale of waste and scrap
HEADCOUNT_SHARE, HEADCOUNT_PEOPLE = 0.20, 3
FTE_SHARE = 1.05
COST_EUR_PER_T = (-2000.0, 5000.0)
METAL_LOW_EUR_PER_T = -8000.0  # copper and bare cables
DEAREST_BOUGHT = 10.0  # times the high price of new matter of the family
YEARS_BEFORE, YEARS_AFTER, LEAST_SITES = 10, 2, 3
NEVER_HAZARDOUS = ("food", "biowaste")
# Codes and chapters of the list of waste that name one material; another category contradicts it, save mixed
# and other.
MATERIALS: dict[str, str] = dict(reference.load("waste_materials").to_numpy())


def implausible(
    tables: Mapping[str, pd.DataFrame], earlier: Mapping[str, pd.DataFrame] = MappingProxyType({})
) -> pd.DataFrame:
    """Marks on the doubtful values of one wave, none of which is changed.

    ``tables`` has ``sites``, ``flows``, ``utilities``, ``workforce`` and ``synergy_register``; ``earlier``
    the flows of the wave before, under its name, where there is one.

    The columns of ``implausible.csv``, by place. ``column`` is the header of the form; ``raw_value`` is the
    clean value, and for a quantity the annual mass it gave.
    """
    sites, flows, workforce = tables["sites"], tables["flows"], tables["workforce"]
    misstated, of_staff = sites.iloc[:0], []
    if len(workforce):
        staff = workforce.groupby("site_id")["headcount"].sum()
        staffed = sites.assign(staff=sites["site_id"].map(staff).astype(float))
        misstated = unit_errors.headcount_unit_errors(staffed)
        of_staff = [misstated, ages_against_headcount(staffed), *_staff_rows(workforce)]
    producers = _producers(sites.drop(index=misstated.index))
    marks = [*of_staff, unit_errors.years_as_masses(flows, sites)]
    if len(producers):
        marks.append(unit_errors.mass_unit_errors(flows, producers))
    marks += [unit_errors.mass_against_before(flows, before, wave) for wave, before in earlier.items()]
    if len(producers):
        marks.append(unit_errors.masses_above_inputs(flows, producers, tables["utilities"]))
        marks.append(per_employee.tonnes_per_employee(flows, producers))  # last: some of its masses count
    ended, none = end_before_start(tables["synergy_register"]), no_waste_with_flows(sites, flows)
    activities = sites.drop_duplicates("site_id").set_index("site_id")["naf_code"]
    of_hazards = hazard_against_designation(flows, activities)
    of_codes = [*code_conflicts(flows), code_against_designation(flows), of_hazards]
    of_values = [*reference_year_apart(sites), cost_out_of_range(flows)]
    return gathered([*marks, *of_values, *of_codes, ended, none])


def _producers(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites with a headcount whose outgoing flows are their own waste, indexed by ``site_id``."""
    collecting = sites["actor_type"].isin(COLLECTORS)
    collecting |= sites["naf_code"].fillna("").str.startswith(COLLECTING_NAF)
    return sites[~collecting & (sites["headcount"] > 0)].drop_duplicates("site_id").set_index("site_id")


def ages_against_headcount(staffed: pd.DataFrame) -> pd.DataFrame:
    """|headcount − people of the staff sheet| above 20 % of the headcount and above 3 people."""
    gap = (staffed["headcount"] - staffed["staff"]).abs()
    rows = staffed[(gap > HEADCOUNT_SHARE * staffed["headcount"]) & (gap > HEADCOUNT_PEOPLE)]
    raw, found = rows["headcount"].map(exact), {"headcount": rows["headcount"], "staff": rows["staff"]}
    return mark(rows, header("sites", "headcount"), raw, "ages_against_headcount", **found)


def reference_year_apart(sites: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Year that the form would refuse, or more than 10 before, or more than 2 after, the usual one of the
    wave (three sites at least)."""
    years = sites["reference_year"]
    usual = usual_year(sites) if years.count() >= LEAST_SITES else np.nan
    impossible = (years < YEARS[0]) | (years > YEARS[1])
    apart = ((years < usual - YEARS_BEFORE) | (years > usual + YEARS_AFTER)) & ~impossible
    for found, code, told in (
        (impossible, "reference_year_apart.impossible", {}),
        (apart, "reference_year_apart", {"usual": usual}),
    ):
        raw = years[found].map("{:.0f}".format)
        yield mark(sites[found], header("sites", "reference_year"), raw, code, year=years[found], **told)


def _staff_rows(workforce: pd.DataFrame) -> list[pd.DataFrame]:
    """More full-time equivalents (5 % of rounding allowed) or more departures than people on the row."""
    parts = workforce[workforce["headcount"] % 1 > 0]
    raw, found = parts["headcount"].map(exact), {"headcount": parts["headcount"]}
    marks = [mark(parts, header("workforce", "headcount"), raw, "headcount_in_parts", **found)]
    for column, share, code in (
        ("fte", FTE_SHARE, "fte_above_headcount"),
        ("planned_departures_3y", 1.0, "departures_above_headcount"),
    ):
        rows = workforce[workforce[column] > share * workforce["headcount"]]
        found = {"value": rows[column], "headcount": rows["headcount"]}
        marks.append(mark(rows, header("workforce", column), rows[column].map(exact), code, **found))
    return marks


def cost_out_of_range(flows: pd.DataFrame) -> pd.DataFrame:
    """Cost below −2,000 (metal: −8,000) or above 5,000 €/t; what enters, above ten times the high price of
    new matter of its family where that is more."""
    least, most = COST_EUR_PER_T
    low = pd.Series(least, flows.index).mask(flows["category"] == "metal", METAL_LOW_EUR_PER_T)
    new = reference.load("factors").query("factor == 'virgin_price' and route == 'reuse'")
    prices = dict(zip(new["category"].fillna(""), DEAREST_BOUGHT * new["high"], strict=True))
    dearest = flows["category"].map(prices).astype(float).fillna(prices[""])
    high = dearest.clip(lower=most).where(flows["direction"] == "in", most)
    rows = flows[(flows["cost_eur_per_t"] < low) | (flows["cost_eur_per_t"] > high)]
    raw, found = rows["cost_eur_per_t"].map(exact), {"cost": rows["cost_eur_per_t"]}
    found |= {"low": low[rows.index], "high": high[rows.index]}
    return mark(rows, header("flows", "cost_eur_per_t"), raw, "cost_out_of_range", **found)


def no_waste_with_flows(sites: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Firms that say they have no waste, and describe outflows: these count."""
    out = flows.loc[(flows["direction"] == "out") & (flows["mass_t_per_year"] > 0), "site_id"].value_counts()
    rows = sites[(sites["no_waste"] == "yes") & sites["site_id"].isin(out.index)]
    number = [counted(out[site], "flux sortant", "flux sortants") for site in rows["site_id"]]
    yes = rows["no_waste"].map(LABELS["no_waste"])
    return mark(rows, header("sites", "no_waste"), yes, "no_waste_with_flows", flows=number)


def end_before_start(register: pd.DataFrame) -> pd.DataFrame:
    """Effects of a synergy that end before they begin; days as text (``2018-05-04``) sort as they follow."""
    rows = register[register["end_date"] < register["start_date"]]
    start, end = (rows[name].map(day) for name in ("start_date", "end_date"))
    return mark(rows, header("synergy_register", "end_date"), end, "end_before_start", start=start, end=end)


def code_conflicts(flows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Marks on the flows whose waste code and category, asked once for each pair, are in conflict.

    A hazardous code of the list of waste on food or bio-waste, which it never means; a code that names one
    material (`MATERIALS`) on a flow of another category.
    """
    kind = flows.groupby(["waste_code", "category"], sort=False).ngroup()  # -1: one is missing
    pairs = flows.loc[kind[kind >= 0].drop_duplicates().index, ["waste_code", "category"]]
    pairs.index = kind[pairs.index]
    labels = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    conflicts: dict[str, Callable[[str, str], bool]] = {
        "hazard_conflict": lambda code, name: name in NEVER_HAZARDOUS and bool(is_hazardous(code)),
        "waste_code_against_category": lambda code, name: (
            (known := MATERIALS.get(code) or MATERIALS.get(code[:2])) is not None
            and name not in (*ANY_MATERIAL, *known.split())
        ),
    }
    for reason, conflict in conflicts.items():
        rows = flows[kind.isin([n for n, code, name in pairs.itertuples() if conflict(code, name)])]
        told = {"category": rows["category"].map(CATEGORIES), "waste": rows["waste_code"].map(labels)}
        typed = rows["waste_code"]
        yield mark(rows, header("flows", "waste_code"), typed, reason, waste_code=typed, **told)
