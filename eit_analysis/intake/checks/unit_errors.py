"""Errors of a factor 1,000: kilograms typed as tonnes, or tonnes as kilograms; a year typed as a mass.

Between two waves, m and m' tonnes a year of one flow of one firm are marked where

    m / m' > 300   or   m' / m > 300,   the larger of them a tonne at least

(about 10^2.5, from which ThError of the package Kostra, by Statistics Norway, suspects an error of 1,000).

A flow is compared with those of the other firms of the wave in the same direction, category and kind, in
tonnes per employee, x = m / headcount. The kind is the chapter of its waste code; of a flow without one, as
all that enters, the NAF division of its firm; a flow without either is compared with none. With M, l and u
the median, lowest and highest of the others, it is marked too high when all of these hold, and too low when
their mirror does:

    x / M > 300,    x > 1.5 u,    l / 1.5 <= x / 1000 <= 1.5 u.

Each other firm counts once in M (by the median of its own flows), and five others are needed. A flow too low
must also be the largest of its firm in the group: a small waste beside an ordinary one is usual. The kind
keeps the waste of a process (whey of a dairy) apart from what everyone throws away (the canteen), and what a
works is made of (wood chips of a panel works) from what others buy a little of (pallets).

What leaves a factory was bought or is water. With I all that it declares to take in, P what it makes and V
the water that it takes (t/year, t/year, m3/year), an outgoing flow is marked where

    m > 10 max(I, P)   and   m > V
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.french import exact, fold_words
from eit_analysis.intake.checks.marks import gathered, mark
from eit_analysis.reference.nomenclatures import naf_division
from eit_analysis.tables import CATEGORIES, header

THOUSAND = 1000
RATIO = 300  # x / M from which an error is looked for
NEAR = 1.5  # how far beyond the range of the others a corrected value may be
LEAST_OTHERS = 5
GROUP = ["direction", "category", "kind"]
FLOW = ["site_id", "direction", "category", "named"]  # the same from wave to wave
TIMES = 10  # of what a factory takes in or makes: it may not have declared all that it takes in
FACTORIES = "10", "33"  # NAF divisions: manure and overburden are bought by nobody
WORTH = 1.0  # t per year, below which a change is not asked about
PEOPLE = 3  # below this the staff sheet is no check of the headcount


def is_thousandfold(value: pd.Series, expected: pd.Series) -> pd.Series:
    """Whether a value is a thousand times the expected one or a thousandth of it, within a factor 1.5."""
    value, expected = value.where(value > 0), expected.where(expected > 0)
    # The logarithm of the ratio, whose own value may be too small for a number.
    shift = np.abs(np.log(value) - np.log(expected)) - np.log(THOUSAND)
    return np.abs(shift) <= np.log(NEAR)


def headcount_unit_errors(staffed: pd.DataFrame) -> pd.DataFrame:
    """Firms whose ``headcount`` is a thousand times, or a thousandth of, the ``staff`` of their sheet."""
    rows = staffed[is_thousandfold(staffed["headcount"], staffed["staff"]) & (staffed["staff"] >= PEOPLE)]
    raw, found = rows["headcount"].map(exact), {"headcount": rows["headcount"], "staff": rows["staff"]}
    return mark(rows, header("sites", "headcount"), raw, "decimal_slip.headcount", **found)


def years_as_masses(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Flows whose mass is the year of the answers, or one beside it: typed in the wrong column, perhaps."""
    rows = flows[flows["mass_t_per_year"] % 1 == 0]
    years = sites.drop_duplicates("site_id").set_index("site_id")["reference_year"].astype(float)
    rows = rows[(rows["mass_t_per_year"] - rows["site_id"].map(years).astype(float)).abs() <= 1]
    mass = rows["mass_t_per_year"]
    return mark(rows, header("flows", "quantity"), mass.map(exact), "year_as_mass", mass=mass)


def mass_unit_errors(flows: pd.DataFrame, producers: pd.DataFrame) -> pd.DataFrame:
    """Marks on flows (t/year) a thousand times larger or smaller than those of the other firms.

    ``producers`` are the sites that can be compared, by ``site_id``; equations of this module.
    """
    divisions = {naf: naf_division(naf) for naf in producers["naf_code"].unique()}
    activity = producers["naf_code"].map(divisions).map("NAF {}".format, na_action="ignore")
    per_employee = flows["mass_t_per_year"] / flows["site_id"].map(producers["headcount"]).astype(float)
    kind = flows["waste_code"].astype(object).str[:2].fillna(flows["site_id"].map(activity))
    rows = flows.assign(per_employee=per_employee, kind=kind)
    rows = rows[(rows["per_employee"] > 0) & rows["kind"].notna()]
    by_firm = rows.groupby([*GROUP, "site_id"], sort=False)["per_employee"]
    firms = by_firm.agg(["min", "median", "max"]).reset_index()
    group = firms.groupby(GROUP, sort=False).ngroup().to_numpy()
    low = _without_self(group, firms["min"].to_numpy())[0]
    middle = _without_self(group, firms["median"].to_numpy())[1]
    high = _without_self(group, firms["max"].to_numpy())[2]
    size = np.bincount(group)[group]
    firm = by_firm.ngroup().to_numpy()
    x, low, middle, high = rows["per_employee"].to_numpy(), low[firm], middle[firm], high[firm]
    up = (x > RATIO * middle) & (x > NEAR * high) & _inside(x / THOUSAND, low, high)
    down = (x * RATIO < middle) & (x < low / NEAR) & _inside(x * THOUSAND, low, high)
    down &= x == firms["max"].to_numpy()[firm]
    enough = size[firm] > LEAST_OTHERS
    found = []
    for code, there, more, less, correct in (
        ("decimal_slip.high", up, x, middle, np.divide),
        ("decimal_slip.low", down, middle, x, np.multiply),
    ):
        wrong = there & enough
        own, mass = rows[wrong], rows.loc[wrong, "mass_t_per_year"]
        marks = mark(
            own, header("flows", "quantity"), tonnes(own), code, mass=mass, corrected=correct(mass, THOUSAND),
            ratio=more[wrong] / less[wrong], category=own["category"].map(CATEGORIES),
        )  # fmt: skip
        found.append(marks)
    return gathered(found)


def masses_above_inputs(
    flows: pd.DataFrame, producers: pd.DataFrame, utilities: pd.DataFrame
) -> pd.DataFrame:
    """Marks on what leaves a factory beyond all proportion with what enters (last equation of this module).

    Only where it declares both what it takes in and what it makes.
    """
    factory = producers["naf_code"].str[:2].between(*FACTORIES)
    made = producers.loc[factory.fillna(False).astype(bool), "product_t_per_year"]
    sums = [
        table[table["direction"] == "in"].groupby("site_id")[measure].sum()
        for table, measure in ((flows, "mass_t_per_year"), (utilities, "volume_m3_per_year"))
    ]
    rows = flows[(flows["direction"] == "out") & flows["site_id"].isin(made[made > 0].index)]
    taken, water, made = (rows["site_id"].map(each).astype(float) for each in (*sums, made))
    mass = rows["mass_t_per_year"]
    rows = rows[(mass > TIMES * np.maximum(taken, made)) & (taken > 0) & ~(mass <= water)]
    told = {"mass": rows["mass_t_per_year"], "taken": taken[rows.index], "made": made[rows.index]}
    return mark(rows, header("flows", "quantity"), tonnes(rows), "above_inputs", **told)


def mass_against_before(flows: pd.DataFrame, before: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Marks on flows hundreds of times larger or smaller than the same at an earlier wave."""
    now, then = (_named(table) for table in (flows, before))
    alone = ~now.duplicated(FLOW, keep=False) & now["named"].ne("")
    both = now.merge(then.drop_duplicates(FLOW, keep=False), on=FLOW, how="left", suffixes=("", "_before"))
    mass, was = (both[f"mass_t_per_year{end}"].to_numpy(dtype=float) for end in ("", "_before"))
    with np.errstate(invalid="ignore"):
        apart = (mass > RATIO * was) | (was > RATIO * mass)
        rows = flows[apart & (mass > 0) & (was > 0) & (np.fmax(mass, was) >= WORTH) & alone.to_numpy()]
    told = {"mass": rows["mass_t_per_year"], "before": pd.Series(was, flows.index)[rows.index]}
    return mark(rows, header("flows", "quantity"), tonnes(rows), "decimal_slip.before", **told, wave=wave)


def _named(flows: pd.DataFrame) -> pd.DataFrame:
    texts = flows["description"].fillna("")
    words = texts.map({text: fold_words(text) for text in texts.unique()})
    return flows[["site_id", "direction", "category", "mass_t_per_year"]].assign(named=words)


def tonnes(flows: pd.DataFrame) -> list[str]:
    """The annual mass that was read, as text: the cell itself may be in another unit."""
    return [f"{exact(mass)} t/an" for mass in flows["mass_t_per_year"]]


def _inside(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return (x >= low / NEAR) & (x <= high * NEAR)


def _without_self(group: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lowest, median and highest of the other members of each value's group; NaN when it is alone."""
    order = np.lexsort((values, group))
    sorted_values = np.append(values[order], np.nan)
    size = np.bincount(group)
    start = (np.cumsum(size) - size)[group]
    rank = np.empty(len(values), dtype=int)
    rank[order] = np.arange(len(values))
    rank -= start
    others = size[group] - 1

    def nth(k: np.ndarray) -> np.ndarray:
        place = start + k + (k >= rank)  # the value itself is stepped over
        return np.where(others > 0, sorted_values[np.minimum(place, len(values))], np.nan)

    middle = (nth((others - 1) // 2) + nth(others // 2)) / 2
    return nth(np.zeros_like(others)), middle, nth(others - 1)
