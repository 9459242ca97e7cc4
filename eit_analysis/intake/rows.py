"""One row of a sheet to one record of its table, with what was corrected and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eit_analysis import tables
from eit_analysis.codes import PERIODS
from eit_analysis.intake.cells import NUMBER_PROBLEMS, clean_cell, words_of
from eit_analysis.intake.codes import CellError
from eit_analysis.intake.mass import MONTHS_PER_YEAR, annual_mass, periods_per_year
from eit_analysis.intake.parsing import Number, clean_text, fold, parse_number, singular
from eit_analysis.reference import nomenclatures
from eit_analysis.reference.factors import to_tonnes

# Required columns with a safe reading when blank or odd: the most protective consent, a wide uncertainty.
DEFAULTS = {
    "consent": ("none", "consent_assumed_none"),
    "evidence": ("estimated", "evidence_assumed_estimated"),
}
MISSING = "la valeur manque\u00a0; demandez-la à l'entreprise"


@dataclass(frozen=True)
class Problem:
    column: str  # French header
    raw: str
    code: str
    message: str
    fatal: bool


@dataclass
class Record:
    """A row being cleaned.

    Attributes
    ----------
    values : dict
        Clean values by column of the table (and entry columns of the form).
    corrections : list of (header, raw, clean, rule)
    problems : list of Problem
        A fatal one sends the row to quarantine; any other only its cell.
    """

    table: str
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    corrections: list[tuple[str, str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def raw(self, column: str) -> str:
        cell = self.cells.get(column, "")
        return cell if isinstance(cell, str) else clean_text(cell)

    def correct(self, column: str, clean: object, rule: str) -> None:
        header = tables.form(self.table)[column]["header"]
        self.corrections.append((header, self.raw(column), "" if clean is None else clean_text(clean), rule))

    def reject(self, column: str, code: str, message: str, *, fatal: bool) -> None:
        header = tables.form(self.table)[column]["header"]
        self.problems.append(Problem(header, self.raw(column), code, message, fatal))

    @property
    def fatal(self) -> bool:
        return any(problem.fatal for problem in self.problems)


@cache
def required(table: str) -> frozenset[str]:
    """Form columns that the contract does not allow to be missing."""
    schema = tables.TABLES[table].to_schema().columns
    return frozenset(name for name in tables.form(table) if name in schema and not schema[name].nullable)


def clean_row(table: str, cells: Mapping[str, Any], half_widths: Mapping[str, float]) -> Record:
    """Clean every cell of a row, then what the table derives from several cells.

    Parameters
    ----------
    table : str
        Name of the table.
    cells : mapping of str to object
        Raw cells by form column; columns absent from the sheet are absent here.
    half_widths : mapping of str to float
        Relative 95 % half-width by class of evidence.
    """
    record = Record(table, cells)
    for column in tables.form(table):
        if column == "quantity" and table == "flows":
            continue  # read with its unit and period by weigh()
        needed = column in required(table) and column not in DEFAULTS
        try:
            value, rule = clean_cell(table, column, cells.get(column, ""))
        except CellError as error:
            value, rule = None, ""
            # A period that cannot be read makes the quantity useless, though the column is only on the form.
            record.reject(column, error.code, error.message, fatal=needed or column == "period")
            if needed:
                continue
        if value is None and column in required(table):
            if needed:
                record.reject(column, "missing_value", MISSING, fatal=True)
            else:
                value, rule = DEFAULTS[column]
        if rule:
            record.correct(column, _label(table, column, value), rule)
        record.values[column] = value
    derive = DERIVED.get(table)
    if derive is not None:
        derive(record, half_widths)
    return record


def _label(table: str, column: str, value: object) -> object:
    labels = tables.form(table)[column]["labels"]
    return labels.get(value, value) if labels else value


def locate(record: Record, half_widths: Mapping[str, float]) -> None:
    """Commune of a site: known code, else name and postcode; its centre gives latitude and longitude."""
    values = record.values
    typed = {name: values.get(name) for name in ("commune_code", "commune_name", "postcode")}
    commune = nomenclatures.find_commune(
        code=typed["commune_code"], name=typed["commune_name"], postcode=typed["postcode"]
    )
    values["latitude"] = values["longitude"] = None
    if commune is None:
        if any(typed.values()):
            column = next(name for name in typed if typed[name])
            message = "cette commune est inconnue ou ambiguë\u00a0; donnez son code INSEE"
            record.reject(column, "unknown_commune", message, fatal=False)
            values["commune_code"] = None
        return
    name = typed["commune_name"]
    if name and nomenclatures.normalise_name(name) != nomenclatures.normalise_name(commune.name):
        record.correct("commune_name", commune.name, "commune_name_from_code" if typed["commune_code"] else
                       "commune_name_of_reference")  # fmt: skip
    elif not name:
        record.correct("commune_name", commune.name, "commune_name_from_code")
    if typed["commune_code"] != commune.commune_code:
        record.correct("commune_code", commune.commune_code, "commune_code_from_name")
    values.update(commune_code=commune.commune_code, commune_name=commune.name)
    # A commune whose centre is unknown has NaN there, which is missing like None.
    values.update(latitude=commune.latitude, longitude=commune.longitude)


def split_unit(text: str) -> tuple[str, str]:
    """Unit and period of ``t/an`` or ``palettes par semaine``; a part that is no period stays in the unit."""
    match = re.fullmatch(r"(.*?)\s*(?:/|\bpar\b)\s*(?:un |une )?(\w+)\.?", text.strip(), re.I)
    if match and (period := (words_of("flows", "period") or {}).get(singular(fold(match[2])))):
        return match[1].strip(), period
    return text.strip(), ""


def weigh(record: Record, half_widths: Mapping[str, float]) -> None:
    """Annual mass of a flow from its quantity, unit, period, months and uncertainty."""
    number = _quantity(record)
    unit, period = _unit_and_period(record, number)
    category = record.values.get("category")
    if number is None or record.fatal or not unit or not period or category is None:
        return
    one = to_tonnes(1.0, unit, category)
    if one is None:
        message = f"l'unité «\u00a0{unit}\u00a0» n'a pas de masse connue ici\u00a0; demandez des kg ou des t"
        record.reject("unit", "unknown_unit", message, fatal=True)
        return
    central, low, high, sentence = one
    if low != high:
        record.correct("unit", sentence, "unit_converted")
    months = record.values.get("months")
    active = len(months.split()) if months else MONTHS_PER_YEAR
    periods = periods_per_year(period, active)
    if period == "day":
        days = f"{periods[0]:g} ({periods[1]:g} à {periods[2]:g}) par an"
        record.correct("period", days, "day_read_as_working_day")
    elif period != "year" and active < MONTHS_PER_YEAR:
        record.correct("period", f"{periods[0]:g} par an", "annualised_over_active_months")
    mass = annual_mass(
        number, periods, (central, low, high), record.values.get("uncertainty_percent"),
        half_widths[record.values["evidence"]],
    )  # fmt: skip
    record.values |= zip(
        ("mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"), mass, strict=True
    )
    if number.rule:
        span = "" if number.low is None else f" [{number.low:g} ; {number.high:g}]"
        record.correct("quantity", f"{number.value:g}{span}", number.rule)


def _quantity(record: Record) -> Number | None:
    number = parse_number(record.cells.get("quantity", ""))
    if number.problem:
        record.reject("quantity", number.problem, NUMBER_PROBLEMS[number.problem], fatal=True)
    elif number.value is None:
        record.reject("quantity", "missing_mass", MISSING, fatal=True)
    elif number.value < 0:
        message = "la quantité est négative\u00a0; demandez la valeur exacte"
        record.reject("quantity", "negative_value", message, fatal=True)
    else:
        return number
    return None


def _unit_and_period(record: Record, number: Number | None) -> tuple[str, str]:
    """Unit and period from their own cells, else from the text beside the number (``1830 kg/an``)."""
    unit, period = split_unit(record.values.get("unit") or "")
    if period:
        record.correct("period", PERIODS[period], "period_from_unit")
    own_period = record.values.get("period") or ""
    if period and own_period and own_period != period:
        message = "la période de l'unité contredit la colonne Période\u00a0; demandez laquelle est juste"
        record.reject("period", "period_conflict", message, fatal=True)
    period = own_period or period
    if number is not None and number.suffix:
        beside, beside_period = split_unit(number.suffix)
        conflict = (unit and singular(fold(beside)) != singular(fold(unit))) or (
            period and beside_period and period != beside_period
        )
        if conflict:
            message = (
                "l'unité écrite ici contredit la colonne Unité ou Période\u00a0; demandez laquelle est juste"
            )
            record.reject("quantity", "unit_conflict", message, fatal=True)
        unit, period = unit or beside, period or beside_period
        record.correct("unit", unit, "unit_from_quantity")
    if number is None:
        return unit, period
    if number.value == 0:
        return unit or "t", period or "year"  # nothing weighs nothing in any unit
    wrong = {problem.column for problem in record.problems}
    for column, value in (("unit", unit), ("period", period)):
        if not value and tables.form("flows")[column]["header"] not in wrong:
            record.reject(column, f"missing_{column}", MISSING, fatal=True)
    return unit, period


DERIVED: dict[str, Callable[[Record, Mapping[str, float]], None]] = {"sites": locate, "flows": weigh}
