"""What the ratios of France say of establishments that nobody answered for: an order of magnitude, and wide.

    T_g = X_g w_g,   X_g people of branch g in the register, w_g its tonnes per employee in France,

with the range of the reference table, a factor 20 either way: one firm, or the few of one valley, may be that
far from the mean of its branch. Families share T_g as the branch does in France. Ranges add up: branches may
all be wrong the same way, as they count the same things as waste and lean on the same guess of employment.

Source: Eurostat env_wasgen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.extrapolation.bases import FEWEST, Plan
from eit_analysis.flows.extrapolation.estimates import EXTRAPOLATED
from eit_analysis.flows.extrapolation.ratio_estimator import student_half_width
from eit_analysis.flows.uncertainty.lognormal import half_width, interval
from eit_analysis.records import TOTAL

RATIOS = ["central", "low", "high"]
NATIONAL = ["eurostat_t_per_year", "eurostat_low_t_per_year", "eurostat_high_t_per_year"]
COUNTS = ["n_establishments", "frame_headcount"]
FACTOR = 10  # an order of magnitude
NO_FIGURE = "none"  # of a division that Eurostat's branches leave out
MINERAL = "mineral"


def by_branch(units: pd.DataFrame, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """Tonnes of the establishments of each Eurostat branch, heaviest first, « Total » last.

    Parameters
    ----------
    units : pandas.DataFrame
        ``naf_division`` and ``headcount`` of each, as :func:`frame.units`.
    waste_per_employee : pandas.DataFrame
        The reference table, t/employee.

    Returns
    -------
    pandas.DataFrame
        ``nace_group`` (``none`` where Eurostat has no figure: its tonnes are missing), ``n_establishments``,
        ``frame_headcount``, tonnes a year and their range.
    """
    return _summed(_placed(units, waste_per_employee), "nace_group", waste_per_employee)


def left_out(planned: Plan, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """The divisions for which no respondent stands (:func:`bases.plan`), and what national ratios give them.

    Returns
    -------
    pandas.DataFrame
        ``naf_division``, ``n_establishments``, ``frame_headcount``, tonnes a year and their range, « Total »
        last; of the establishments that did not answer. Empty where respondents stand for all.
    """
    cells = planned.cells
    lost = cells["naf_division"].isin(cells.loc[cells["row"] == -1, "naf_division"])
    rows = cells[lost].rename(columns={"people": "headcount", "n_silent": "n"})
    return _summed(_placed(rows, waste_per_employee), "naf_division", waste_per_employee)


def outweighs(unheard: pd.DataFrame, extended: pd.DataFrame) -> bool:
    """Whether those left out may weigh more than what is told of the others (``estimates.by_category``).

    They are expected to make half of it or more, within a range that goes far above; without rows, no.
    """
    if unheard.empty or extended.empty:
        return False
    return bool(unheard[NATIONAL[0]].iloc[-1] >= extended[EXTRAPOLATED[0]].iloc[-1] / 2)


def within_an_order(unheard: pd.DataFrame) -> bool:
    """Whether the range of all that is left out (:func:`left_out`) is within `FACTOR` either way.

    A wider one tells no amount, nor does one without rows.
    """
    if unheard.empty:
        return False
    low, high = unheard[NATIONAL[1:]].iloc[-1]
    return bool(0 < high <= FACTOR**2 * low)


def by_family(
    units: pd.DataFrame, waste_per_employee: pd.DataFrame, waste_by_family: pd.DataFrame
) -> pd.DataFrame:
    """Tonnes of the establishments by family of Eurostat, heaviest first, « Total » last.

    ``waste_by_family`` is the reference table, in t/year for France.

    Returns
    -------
    pandas.DataFrame
        ``waste_family``, tonnes a year and their range. Branches without a figure are not in it.
    """
    placed = _placed(units, waste_per_employee).groupby("nace_group")["headcount"].sum()
    shares = waste_by_family.merge(waste_per_employee[["nace_group", *RATIOS]], on="nace_group")
    whole = shares.groupby("nace_group")["waste_t_per_year"].transform("sum")
    people = shares["nace_group"].map(placed).fillna(0.0) * shares["waste_t_per_year"] / whole
    parts = pd.DataFrame({name: people * shares[ratio] for name, ratio in zip(NATIONAL, RATIOS, strict=True)})
    parts.insert(0, "waste_family", shares["waste_family"])
    rows = parts.groupby("waste_family", as_index=False).sum()
    return _ordered(rows[rows[NATIONAL[0]] > 0], "waste_family")


def to_ask(
    units: pd.DataFrame, waste_per_employee: pd.DataFrame, waste_by_family: pd.DataFrame
) -> pd.DataFrame:
    """The establishments, the one first from which an answer would tell most.

    An answer takes an establishment out of what is only expected: those that expect most tonnes go first,
    minerals aside, which are few firms' and a matter of their own.

    Returns
    -------
    pandas.DataFrame
        The rows of ``units`` with a ``rank``, ``nace_group``, ``eurostat_t_per_year`` without minerals and
        ``frame_cumulative_percent`` of them with all those before.
    """
    total = waste_by_family.groupby("nace_group")["waste_t_per_year"].sum()
    mineral = waste_by_family[waste_by_family["waste_family"] == MINERAL].set_index("nace_group")
    rest = 1 - mineral["waste_t_per_year"].reindex(total.index).fillna(0.0) / total
    rows = _placed(units, waste_per_employee)
    ratio = waste_per_employee.set_index("nace_group")["central"] * rest
    rows["eurostat_t_per_year"] = rows["headcount"] * rows["nace_group"].map(ratio).fillna(0.0).astype(float)
    rows = rows.sort_values("eurostat_t_per_year", ascending=False, kind="stable", ignore_index=True)
    rows.insert(0, "rank", np.arange(1, len(rows) + 1))
    whole = rows["eurostat_t_per_year"].sum()
    cumulative = 100 * rows["eurostat_t_per_year"].cumsum() / (whole or np.nan)
    return rows.assign(frame_cumulative_percent=cumulative)


def widths(asked: pd.DataFrame, answers: list[int], spreads: tuple[float, float]) -> pd.DataFrame:
    """How wide the extrapolated total would be if the first n of :func:`to_ask` answered.

        v_g = c^2 r_g^2 (X_g^2 sum x^2 / (sum x)^2 + Q_g),   c^2 = exp(s^2) - 1,

    the variance of :mod:`ratio_estimator` where residuals are what the spread s of ln tonnes per employee
    inside a branch gives, with its Student's t; x of those who answered, X and Q of the others. Branches
    with fewer than three answers are left out, as an extrapolation leaves them out.

    Returns
    -------
    pandas.DataFrame
        ``n_answers``, ``answered_percent`` of the tonnes expected, ``reached_percent`` of those of the
        branches reached, and ``half_width_low_percent`` and ``half_width_high_percent`` of their total, one
        for each of ``spreads``. What respondents report, and headcounts, are taken for exact.
    """
    rows = []
    mass, people = asked["eurostat_t_per_year"].to_numpy(float), asked["headcount"].to_numpy(float)
    codes = pd.factorize(asked["nace_group"])[0]
    for n in sorted({min(n, len(asked)) for n in answers}):
        here = np.arange(len(asked)) < n
        count, seen, square = (np.bincount(codes, here * people**power) for power in range(3))
        rest, squares = (np.bincount(codes, ~here * people**power) for power in (1, 2))
        reached, expected = count >= FEWEST, np.bincount(codes, mass)
        ratio = np.divide(expected, seen + rest, out=np.zeros(len(count)), where=seen + rest > 0)
        spread = np.divide(square, seen**2, out=np.zeros(len(count)), where=reached)
        unit = ratio**2 * (rest**2 * spread + squares)
        observed = (ratio * seen)[reached].sum()
        silent, variance = (ratio * rest)[reached].sum(), unit[reached].sum()
        doubt = (unit[reached] ** 2 / (count[reached] - 1)).sum()
        c2 = np.expm1(np.square(spreads))
        wide = student_half_width(c2 * variance, c2**2 * doubt)
        half = np.asarray(half_width(*interval(np.full(len(c2), silent), wide)))
        halves = 100 * half / (observed + silent or np.nan)
        whole = mass.sum() or np.nan
        rows.append([n, 100 * mass[here].sum() / whole, 100 * expected[reached].sum() / whole, *halves])
    names = ["n_answers", "answered_percent", "reached_percent"]
    return pd.DataFrame(rows, columns=[*names, "half_width_low_percent", "half_width_high_percent"])


def _placed(units: pd.DataFrame, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """The rows with the ``nace_group`` of their division and ``n``, how many establishments each is."""
    codes = waste_per_employee["naf_division_codes"].str.split()
    group = waste_per_employee.assign(division=codes).explode("division").set_index("division")["nace_group"]
    placed = units["naf_division"].map(group).astype(object).fillna(NO_FIGURE)
    return units.assign(nace_group=placed, n=units.get("n", 1))


def _summed(placed: pd.DataFrame, key: str, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    ratios = waste_per_employee.set_index("nace_group")
    keys = list(dict.fromkeys([key, "nace_group"]))
    sums = placed.groupby(keys)[["n", "headcount"]].sum()
    rows = sums.set_axis(COUNTS, axis=1).reset_index()
    for name, ratio in zip(NATIONAL, RATIOS, strict=True):
        rows[name] = rows[COUNTS[1]] * rows["nace_group"].map(ratios[ratio]).astype(float)
    return _ordered(rows[[key, *COUNTS, *NATIONAL]], key)


def _ordered(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Heaviest first, the total last; no row at all without a part."""
    if rows.empty:
        return rows.reset_index(drop=True)
    rows = rows.sort_values(NATIONAL[0], ascending=False, kind="stable", na_position="last")
    total = rows.drop(columns=key).sum().to_frame().T.assign(**{key: TOTAL})
    table = pd.concat([rows, total.astype(rows.dtypes)], ignore_index=True)
    return table.assign(**{name: two_digits(table[name]) for name in NATIONAL})


def two_digits(mass: pd.Series) -> pd.Series:
    """Masses to two significant digits: what is known to a factor 20 has no third."""
    digit = 10.0 ** (np.floor(np.log10(mass.where(mass > 0))) - 1)
    return ((mass / digit).round() * digit).fillna(mass)
