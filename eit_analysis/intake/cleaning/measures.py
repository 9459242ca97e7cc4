"""In what the quantities of flows are given: tonnes of one unit, periods in a year, and where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from eit_analysis.intake.cells.columns import Cells, jointly
from eit_analysis.intake.cells.periods import PERIOD_LABELS, PERIODS_PER_YEAR, split_unit
from eit_analysis.intake.cells.quantities import Number
from eit_analysis.intake.cells.remarks import holds, read_remark
from eit_analysis.intake.cells.stated import CUBIC_METRES, Stated, read_stated
from eit_analysis.intake.cleaning.cubic_metres import cubic_metres
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
# How far from what a unit usually weighs what a comment tells may be.
FARTHEST = 3.0
SILENT = "", Stated()  # a row without a comment
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


def measures(batch: SurveyBatch, odd: Mapping[int, Number]) -> Cells:
    """The ways in which the quantities are given."""
    quantity = batch.cells["quantity"]
    plainly = ("", True, False)
    others = [(n.suffix, n.value is not None and n.value >= 0, n.value == 0) for n in odd.values()]
    written = Cells.of([plainly, *others])
    ways = np.zeros(len(quantity.values), dtype=np.int32)
    ways[list(odd)] = written.codes[1:]
    refused = batch.refused.get("period", np.zeros(len(batch), dtype=bool))
    months, remarks = batch.values["months"], batch.values["comment"]
    families = batch.values["category"]
    said = Cells.of(
        [(read_remark(text).unit, read_stated(text)) if text else SILENT for text in remarks.values]
    )
    keys = jointly(
        [
            Cells(written.values, ways[quantity.codes]),
            Cells(said.values, said.codes[remarks.codes]),
            batch.header_units,
            Cells([(said.unit, said.against, said.year) for said in batch.titles.values], batch.titles.codes),
            batch.values["unit"],
            batch.values["period"],
            Cells([False, True], refused.astype(np.int32)),
            families,
            Cells([len(m.split()) if m else MONTHS_PER_YEAR for m in months.values], months.codes),
            cubic_metres(batch),
        ]
    )
    return Cells([_measure(*key) for key in keys.values], keys.codes)


@cache
def _measure(
    written: tuple[str, bool, bool], comment: tuple[str, Stated], header_unit: str,
    title: tuple[str, str, str], typed_unit: str | None, own_period: str | None, period_refused: bool,
    category: str | None, months: int, state: str = "",
) -> Measure:  # fmt: skip
    """Unit and period from their own cells, else beside the number, in the comment, header, title."""
    suffix, known, zero = written
    remark, stated = comment
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
    rhythm = [column for column, _, rule in corrections if rule == "unit_from_comment"]
    if by_year and rhythm and period and period != "year":  # a year's, or collected so often
        problems.append(("comment", finding(CONFLICTS["unit_from_comment"])))
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
    name, late = normalise_unit(unit), []
    metre = state if name in CUBIC_METRES else ""
    usual = to_tonnes(CUBIC_METRES[name] if metre else 1.0, metre or unit, category)
    own = stated.tonnes_of(unit)
    if own and usual and not usual[1] / FARTHEST <= own[0] <= usual[2] * FARTHEST:
        own = None
    if own:
        usual = *own, ""
        late.append(("unit", finding("weight_from_comment", unit=unit, tonnes=own[0])))
    elif stated.doubts(unit):
        doubt = finding("doubted_by_comment")
    if usual is None:
        unknown = finding("unknown_unit", unit=unit)
        return Measure(corrections=tuple(corrections), problems=(("unit", unknown),))
    central, low, high, source = usual
    if not own and (held := held_weight(unit)):
        late.append(("unit", finding("unit_multiplied", unit=unit, tonnes=held[1])))
        if not holds(held[0], "of_weight"):
            doubt = finding("capacity_as_weight", unit=unit)
    converted = low != high and not own
    if converted:
        what = {"unit": metre.replace("m3", name) or name, "family": CATEGORIES[category], "source": source}
        late.append(("unit", finding("unit_converted", tonnes=central, low=low, high=high, **what)))
    periods = periods_per_year(period, months)
    if (opening := dict(stated.openings).get(period)) and months == MONTHS_PER_YEAR:
        periods = opening, opening, opening
        late.append(("period", finding("opening_from_comment", times=opening)))
    elif period in stated.speaks:
        doubt = finding("doubted_by_comment")
    elif period == "day":
        days = dict(zip(("days", "low", "high"), periods, strict=True))
        late.append(("period", finding("day_read_as_working_day", **days)))
    elif period != "year" and months < MONTHS_PER_YEAR:
        times = float(f"{periods[0]:g}")
        late.append(("period", finding("annualised_over_active_months", times=times)))
    counted = (metre or name) if converted else None
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
