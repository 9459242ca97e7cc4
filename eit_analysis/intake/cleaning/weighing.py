"""Annual masses of flows and their 95 % intervals, for all rows at once.

    m = q p f,        m_low = m (1 − √(a² + b² + c²))

with q the quantity (per period), p the periods in a year, f the tonnes per unit, and a, b, c the relative
lower half-widths of each; likewise for the upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eit_analysis.intake.cells.columns import Cells, objects
from eit_analysis.intake.cells.parsing import parse_number
from eit_analysis.intake.cells.quantities import Number
from eit_analysis.intake.cells.remarks import read_remark
from eit_analysis.intake.cleaning.gathering import SurveyBatch
from eit_analysis.intake.cleaning.measures import Interval, measures
from eit_analysis.reference.findings import Finding, finding

MASSES = ("mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year")


def weigh(batch: SurveyBatch, half_widths: Mapping[str, float]) -> None:
    """Annual mass of flows from their quantity, unit, period, months and uncertainty.

    The batch, whose other columns are clean, gets the three masses (t/year), NaN in rows that go to
    quarantine. ``half_widths``, relative, at 95 %, by class of evidence, are used when nothing else is known.
    """
    quantity = batch.cells["quantity"]
    numeric, odd = _read(quantity.values)
    _reject_quantities(batch, odd)
    remarks = batch.values["comment"]
    said = {text: read_remark(text).finding for text in remarks.values if text}
    aside = remarks.where(lambda text: said.get(text) == "set_aside_by_comment")
    batch.reject(aside, "quantity", finding("set_aside_by_comment"), fatal=True)
    doubted = remarks.where(lambda text: said.get(text) == "doubted_by_comment")
    measured = measures(batch, odd)
    usable = np.zeros(len(batch), dtype=bool)
    for measure, where in zip(measured.values, measured.groups(), strict=True):
        for column, clean, rule in measure.corrections:
            batch.correct(where, column, clean, rule)
        for column, found in measure.problems:
            batch.reject(where, column, found, fatal=True)
        if measure.tonnes:
            where = where[~batch.fatal[where]]
            usable[where] = True
            for column, found in measure.conversions:
                batch.correct(where, column, found.sentence, found)
            if measure.doubt:
                batch.mark(where, "quantity", measure.doubt)
    batch.values["density_unit"] = Cells([m.density_unit for m in measured.values], measured.codes)
    rows = np.flatnonzero(usable)
    blank: Interval = (np.nan, np.nan, np.nan)
    tonnes, periods = (
        _of_rows(np.array([getattr(m, part) or blank for m in measured.values]), measured.codes[rows])
        for part in ("tonnes", "periods")
    )
    percent, evidence = batch.values["uncertainty_percent"], batch.values["evidence"]
    stated = objects(percent.values).astype(float)[percent.codes[rows]] / 100
    by_evidence = np.array([half_widths[e] for e in evidence.values], dtype=float)[evidence.codes[rows]]
    quantities = _of_rows(numeric, quantity.codes[rows])
    mass = annual_mass(quantities, periods, tonnes, stated, by_evidence)
    for name, column in zip(MASSES, mass.T, strict=True):
        batch.numbers[name] = np.full(len(batch), np.nan)
        batch.numbers[name][rows] = column
    ruled = quantity.rows_of(code for code, number in odd.items() if number.rule)
    ruled = ruled[usable[ruled]]
    read = [odd[code] for code in quantity.codes[ruled].tolist()]
    batch.mark(doubted[usable[doubted]], "quantity", finding("doubted_by_comment"))
    for said, where in zip(batch.titles.values, batch.titles.groups(), strict=True):
        if said.doubt:
            batch.mark(where[usable[where]], "quantity", finding("doubted_by_title", title=said.doubt))
    batch.correct(ruled, "quantity", objects([_read_as(n) for n in read]), objects([n.rule for n in read]))


def _read(cells: Sequence[Any]) -> tuple[np.ndarray, dict[int, Number]]:
    """Value and bounds of distinct cells, shape (n, 3), and the numbers that are not plainly positive."""
    numbers = [parse_number(cell) for cell in cells]
    numeric = np.array([number[:3] for number in numbers], dtype=float).reshape(-1, 3)
    bare = Number()[1:]
    plainly = [number[1:] == bare and (number[0] or 0.0) > 0 for number in numbers]
    return numeric, {n: number for n, number in enumerate(numbers) if not plainly[n]}


def _of_rows(intervals: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The interval of each row, the central values side by side in memory, as they are computed with."""
    return np.take(intervals.reshape(-1, 3).T, codes, axis=1).T


def annual_mass(
    quantity: np.ndarray, periods: np.ndarray, tonnes: np.ndarray, stated: np.ndarray, by_evidence: np.ndarray
) -> np.ndarray:
    """Masses with their 95 % interval: see the equation of the module.

    Parameters
    ----------
    quantity : numpy.ndarray, shape (n, 3)
        Value per period in its unit, then the bounds written in the cell itself (NaN: none).
    periods, tonnes : numpy.ndarray, shape (n, 3)
        Periods in a year and tonnes of one unit: central, low, high.
    stated, by_evidence : numpy.ndarray, shape (n,)
        Relative half-width that the respondent states, NaN when none, which goes before the interval of the
        cell; and that of the class of evidence, which goes after it.

    Returns
    -------
    numpy.ndarray, shape (n, 3)
        Central, low and high mass (t/year), ``0 <= low <= central <= high``.
    """
    mass = quantity[:, 0] * periods[:, 0] * tonnes[:, 0]
    bounds = []
    for side, sign in ((1, -1.0), (2, 1.0)):
        written = _relative_width(quantity, side)
        width = np.where(
            ~np.isnan(stated), stated, np.where(np.isnan(quantity[:, side]), by_evidence, written)
        )
        total = np.sqrt(width**2 + _relative_width(periods, side) ** 2 + _relative_width(tonnes, side) ** 2)
        bounds.append(np.maximum(0.0, mass * (1 + sign * total)) + 0.0)  # + 0.0: no -0.0
    return np.stack([mass, *bounds], axis=1)


def _relative_width(interval: np.ndarray, side: int) -> np.ndarray:
    """Half-width of one side of intervals relative to their central value (0 where that is zero)."""
    central = interval[:, 0]
    safe = np.where(central == 0, 1.0, central)
    return np.where(central == 0, 0.0, np.abs(interval[:, side] / safe - 1))


def _reject_quantities(batch: SurveyBatch, odd: Mapping[int, Number]) -> None:
    quantity, problems = batch.cells["quantity"], dict[int, Finding]()
    for code, number in odd.items():
        negative = "negative_value.quantity" if (number.value or 0.0) < 0 else ""
        if problem := number.problem or ("missing_mass" if number.value is None else negative):
            problems[code] = finding(problem)
    wrong = quantity.rows_of(problems)
    batch.reject(wrong, "quantity", [problems[code] for code in quantity.codes[wrong].tolist()], fatal=True)


def _read_as(number: Number) -> str:
    span = "" if number.low is None else f" [{number.low:g} ; {number.high:g}]"
    return "" if number.value is None else f"{number.value:g}{span}"
