"""Annual masses of flows and their 95 % intervals, for all rows at once.

    m = q p f,        m_low = m (1 − √(a² + b² + c²))

with q the quantity (per period), p the periods in a year, f the tonnes per unit, and a, b, c the relative
lower half-widths of each; likewise for the upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from eit_analysis.intake.cells.columns import Cells, jointly, objects
from eit_analysis.intake.cells.parsing import parse_number
from eit_analysis.intake.cells.periods import PERIOD_LABELS, PERIODS_PER_YEAR, split_unit
from eit_analysis.intake.cells.quantities import Number
from eit_analysis.intake.cells.remarks import holds, read_remark
from eit_analysis.intake.cleaning.gathering import SurveyBatch
from eit_analysis.reference.findings import Finding, finding
from eit_analysis.reference.units import held_weight, known_unit, normalise_unit, to_tonnes
from eit_analysis.tables import CATEGORIES

MONTHS_PER_YEAR = 12
# By where another unit or period is said.
CONFLICTS = {
    "unit_from_quantity": "unit_conflict",
    "unit_from_comment": "unit_conflict.comment",
    "unit_from_header": "unit_conflict.header",
}
MASSES = ("mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year")
Interval = tuple[float, float, float]  # central, low, high


@dataclass(frozen=True)
class Measure:
    """In what a quantity is given, once its cells have been read together."""

    tonnes: Interval | None = None  #: of one unit; None, as the periods, when unusable
    periods: Interval | None = None  #: in a year
    density_unit: str | None = None  #: of volume or pieces, which one weight for all converts
    corrections: tuple[tuple[str, str, str], ...] = ()  #: what was read: column, clean, rule
    conversions: tuple[tuple[str, Finding], ...] = ()  #: column, what was converted where the row is kept
    doubt: Finding | None = None  #: of the quantity
    problems: tuple[tuple[str, Finding], ...] = ()  #: column, what sends the row to quarantine


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
    measured = _measures(batch, odd)
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


def _measures(batch: SurveyBatch, odd: Mapping[int, Number]) -> Cells:
    """The ways in which the quantities are given."""
    quantity = batch.cells["quantity"]
    plainly = ("", True, False)
    others = [(n.suffix, n.value is not None and n.value >= 0, n.value == 0) for n in odd.values()]
    written = Cells.of([plainly, *others])
    ways = np.zeros(len(quantity.values), dtype=np.int32)
    ways[list(odd)] = written.codes[1:]
    refused = batch.refused.get("period", np.zeros(len(batch), dtype=bool))
    months, remarks = batch.values["months"], batch.values["comment"]
    said = Cells.of([read_remark(text).unit if text else "" for text in remarks.values])
    keys = jointly(
        [
            Cells(written.values, ways[quantity.codes]),
            Cells(said.values, said.codes[remarks.codes]),
            batch.header_units,
            Cells([(said.unit, said.against, said.year) for said in batch.titles.values], batch.titles.codes),
            batch.values["unit"],
            batch.values["period"],
            Cells([False, True], refused.astype(np.int32)),
            batch.values["category"],
            Cells([len(m.split()) if m else MONTHS_PER_YEAR for m in months.values], months.codes),
        ]
    )
    return Cells([_measure(*key) for key in keys.values], keys.codes)


@cache
def _measure(
    written: tuple[str, bool, bool], remark: str, header_unit: str, title: tuple[str, str, str],
    typed_unit: str | None, own_period: str | None, period_refused: bool, category: str | None, months: int,
) -> Measure:  # fmt: skip
    """Unit and period from their own cells, else beside the number, in the comment, header, title."""
    suffix, known, zero = written
    corrections: list[tuple[str, str, str]] = []
    problems: list[tuple[str, Finding]] = []
    unit, period = split_unit(typed_unit or "")
    if period:
        corrections.append(("period", PERIOD_LABELS[period], "period_from_unit"))
    if period and own_period and own_period != period:
        problems.append(("period", finding("period_conflict")))
    period = own_period or period
    if typed_unit and known_unit(unit) and not known_unit(typed_unit):
        corrections.append(("unit", unit, "note_left_out"))
    for text, column, rule in (
        (suffix, "quantity", "unit_from_quantity"),
        (remark, "comment", "unit_from_comment"),
        (header_unit, "unit", "unit_from_header"),
    ):
        if not text or not known:
            continue
        beside, beside_period = split_unit(text)
        # What is written beside the number is nearer to it than the header, which may yet give its period.
        if column == "unit" and suffix and (period or _differ(unit, beside)):
            continue
        if _differ(unit, beside) or (period and beside_period and period != beside_period):
            problems.append((column, finding(CONFLICTS[rule])))
        if (beside and not unit) or (beside_period and not period) or column == "quantity":
            unit, period = unit or beside, period or beside_period
            corrections.append(("unit", unit, rule))
    said, against, by_year = title
    if said and known and not unit:
        unit = said
        corrections.append(("unit", unit, "unit_from_title"))
    if by_year and known and not period and not period_refused:
        period = "year"
        corrections.append(("period", PERIOD_LABELS[period], by_year))
    other = against and not suffix and _differ(unit, said)
    doubt = finding("unit_against_title", title=against) if other else None
    if not known:
        return Measure(corrections=tuple(corrections))
    if zero:
        unit, period = unit or "t", period or "year"  # nothing weighs nothing in any unit
    if not unit:
        problems.append(("unit", finding("missing_unit")))
    if not period and not period_refused:
        problems.append(("period", finding("missing_period")))
    if problems or not unit or not period or category is None:
        return Measure(corrections=tuple(corrections), problems=tuple(problems))
    one = to_tonnes(1.0, unit, category)
    if one is None:
        unknown = finding("unknown_unit", unit=unit)
        return Measure(corrections=tuple(corrections), problems=(("unit", unknown),))
    central, low, high, source = one
    late = []
    if held := held_weight(unit):
        late.append(("unit", finding("unit_multiplied", unit=unit, tonnes=held[1])))
        if not holds(held[0], "of_weight"):
            doubt = finding("capacity_as_weight", unit=unit)
    if low != high:
        what = {"unit": normalise_unit(unit), "family": CATEGORIES[category], "source": source}
        late.append(("unit", finding("unit_converted", tonnes=central, low=low, high=high, **what)))
    periods = periods_per_year(period, months)
    if period == "day":
        days = dict(zip(("days", "low", "high"), periods, strict=True))
        late.append(("period", finding("day_read_as_working_day", **days)))
    elif period != "year" and months < MONTHS_PER_YEAR:
        times = float(f"{periods[0]:g}")
        late.append(("period", finding("annualised_over_active_months", times=times)))
    counted = normalise_unit(unit) if low != high else None
    return Measure((central, low, high), periods, counted, tuple(corrections), tuple(late), doubt)


def periods_per_year(period: str, active_months: int = MONTHS_PER_YEAR) -> Interval:
    """Periods in a year of a flow that exists ``active_months`` months a year.

    A quantity per year is already a year's, whatever the months.
    """
    central, low, high = PERIODS_PER_YEAR[period]
    share = 1.0 if period == "year" else active_months / MONTHS_PER_YEAR
    return central * share, low * share, high * share


def _differ(unit: str, other: str) -> bool:
    return bool(unit and other) and normalise_unit(unit) != normalise_unit(other)


def _read_as(number: Number) -> str:
    span = "" if number.low is None else f" [{number.low:g} ; {number.high:g}]"
    return "" if number.value is None else f"{number.value:g}{span}"
