"""Whether cleaning would take an answer: one that it would refuse must not replace a value that counts."""

from __future__ import annotations

from typing import Any

from eit_analysis import tables
from eit_analysis.intake.cells.contract import clean_cell, readable
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text, parse_number
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.privacy import PRIVATE, is_personal
from eit_analysis.reference.units import known_unit, to_tonnes


def refusal(table: str, header: str, answer: Any, category: Any = "") -> CellError | None:
    """Why cleaning would refuse an answer; None when it can be used.

    ``category`` is the raw cell of the row of a flow: a volume or a count has no mass without it.
    """
    column = next(name for name, spec in tables.form(table).items() if spec["header"] == header)
    text = clean_text(answer)
    try:
        if text == PRIVATE or is_personal(text):
            raise CellError("personal_data.answer")
        if (table, column) == ("flows", "quantity"):
            _check_quantity(answer, category)
        elif (table, column) == ("flows", "unit"):
            _check_unit(text, category)
        else:
            clean_cell(table, column, answer)
    except CellError as error:
        return error
    return None


def _check_quantity(answer: Any, category: Any) -> None:
    number = parse_number(answer)
    if number.problem:
        raise CellError(number.problem)
    if number.value is not None and number.value < 0:
        raise CellError("negative_value.quantity")
    if number.suffix:
        _check_unit(number.suffix, category)


def _check_unit(text: str, category: Any) -> None:
    unit, period = split_unit(text)
    if not unit and period:
        return  # « 12 par mois »: the unit stays that of the row
    code = readable("flows", "category", category)
    if not (to_tonnes(1.0, unit, code) if code else known_unit(unit)):
        raise CellError("unknown_unit", unit=unit)
