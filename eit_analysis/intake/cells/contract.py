"""One cell to one clean value by the contract: allowed words, numbers with their bounds, codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from eit_analysis import reference, tables
from eit_analysis.codes import AGE_BANDS, EVIDENCE_WORDS
from eit_analysis.french import fold_words
from eit_analysis.intake.cells import identifiers
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import (
    MISSING_WORDS,
    clean_text,
    parse_number,
    singular,
    spreadsheet_error,
    unit_key,
)
from eit_analysis.intake.cells.periods import PERIOD_LABELS, PERIODS_PER_YEAR, read_period, split_unit
from eit_analysis.intake.cells.remarks import holds, is_harmless
from eit_analysis.reference.designation_families import family_of

# Words people write instead of the allowed one: column, then folded singular word to code.
SYNONYMS: dict[str, dict[str, str]] = {
    str(column): dict(zip(rows["word"], rows["code"], strict=True))
    for column, rows in reference.load("form_synonyms").groupby("column")
}

SCALES = {"gwh": 1000, "kwh": 0.001}  # of MWh


#: What ``form_columns.csv`` says of the columns of the form: ``unit_fr``, ``question_fr``...
described = partial(reference.pairs, "form_columns", "column")


# What may follow the number in a cell of each column (folded; € is eur, % is pourcent).
SUFFIXES = {column: set(words.split("|")) for column, words in described("suffixes").items()}

# Required columns with a safe reading when blank or odd: the most protective consent, a wide uncertainty.
DEFAULTS = {
    "consent": ("none", "consent_assumed_none"),
    "evidence": ("estimated", "evidence_assumed_estimated"),
}
# First and last age of each band.
BANDS = {band: (int(band[:2]), int(band[3:]) if band[3:].isdigit() else 99) for band in AGE_BANDS}
REMARK = re.compile(r" ?\([^()]*\)$")
AGES = re.compile(r"(?:de )?([1-9][0-9])(?: ans)?(?: (?:a |et )?([1-9][0-9]))?(?: ans)?")


def is_number(table: str, column: str) -> bool:
    """Whether a cell of the form holds one number alone."""
    return tables.form(table)[column]["dtype"] == "float"


def is_date(column: str) -> bool:
    """Whether a cell holds one day."""
    return column.endswith("_date")


def bounds(table: str, column: str) -> tuple[float | None, float | None]:
    """Lowest and highest value the contract allows."""
    spec = tables.form(table).get(column, {})
    return spec.get("low"), spec.get("high")


@cache
def allowed_words(table: str, column: str) -> tuple[str, ...]:
    """The words the form offers for a column, in order; none for a free column."""
    if column == "evidence":
        return tuple(EVIDENCE_WORDS)
    return tuple((tables.form(table)[column]["labels"] or {}).values())


@cache
def words_of(table: str, column: str) -> dict[str, str] | None:
    """Folded accepted words of a column to its codes, None for a free column."""
    labels = tables.form(table)[column]["labels"]
    if labels is None:
        return None
    words = dict(SYNONYMS.get(column, {}))
    words |= {fold_words(code.replace("_", " ")): code for code in labels}
    words |= {singular(fold_words(label)): code for code, label in labels.items()}
    if column == "evidence":
        words |= {singular(fold_words(word)): code for word, code in EVIDENCE_WORDS.items()}
    return words


# Sums of money have no thousandths: a point before three digits parts thousands.
WHOLE_EUROS = ("_eur", "_eur_per_year")


def check_bounds(table: str, column: str, value: float) -> None:
    low, high = bounds(table, column)
    if low == 0 and value < 0:
        raise CellError("negative_value")
    if (low is not None and value < low) or (high is not None and value > high):
        if low is None or high is None:
            raise CellError("out_of_bounds.one_side")
        raise CellError("out_of_bounds", low=low, high=high)


def clean_number(table: str, column: str, cell: Any) -> tuple[float | None, str]:
    """Number of a cell within the bounds of its column, and the reading rule if any."""
    number = parse_number(cell)
    if number.problem == "ambiguous_point" and column.endswith(WHOLE_EUROS):
        number = parse_number(str(cell).replace(".", ""))._replace(rule="point_read_as_thousands")
    if number.problem:
        raise CellError(number.problem)
    value, rule = number.value, number.rule
    times = _times(column, number.suffix)
    if times is None:
        raise CellError("unexpected_unit", unit=number.suffix)
    if value is None:
        return None, rule
    if times != 1:
        value, rule = value * times, "scaled_to_column"
    if column.endswith("uncertainty_percent") and 0 < value < 1 and not number.suffix:
        # A cell formatted as a percentage holds 0.2 for 20 %; nobody declares less than 1 %.
        value, rule = value * 100, "share_read_as_percent"
    check_bounds(table, column, value)
    return value, rule


def _times(column: str, suffix: str) -> float | None:
    """How many units of its column follow a number: 12 for ``MWh/mois``; None where that is not known."""
    known = {singular(word) for word in SUFFIXES.get(column, ())}
    if not suffix or unit_key(suffix) in known:
        return 1
    unit, period = split_unit(suffix)
    scale = 1 if unit_key(unit) in known else SCALES.get(unit_key(unit)) if "_mwh_" in column else None
    central, low, high = PERIODS_PER_YEAR[period or "year"]
    yearly = not period or column.endswith("_per_year")
    return scale * central if scale and yearly and low == high else None


def clean_word(table: str, column: str, cell: Any) -> tuple[str | None, str]:
    """Code of an allowed word, read without case, accent or plural."""
    text = clean_text(cell)
    words = words_of(table, column) or {}
    folded = singular(fold_words(text))
    note = REMARK.search(text)
    if folded not in words and note and (column != "period" or is_harmless(note[0])):  # « bois (palettes) »
        folded = singular(fold_words(text[: note.start()])) or folded
    starts = (code for start, code in SYNONYMS.get(f"{column}_start", {}).items() if folded.startswith(start))
    if folded in words:
        if cell in allowed_words(table, column):
            return words[folded], ""
        return words[folded], "synonym" if folded in SYNONYMS.get(column, ()) else "word_normalised"
    if not holds(folded, "turns") and (code := next(starts, "")):  # « évacué par le prestataire »
        return code, "synonym"
    if (table, column) == ("flows", "category") and (code := family_of(text)):
        return code, "category_from_word"
    if not folded or fold_words(text) in MISSING_WORDS:
        return None, "missing_word" if text else ""
    allowed = ", ".join(allowed_words(table, column))
    if likely := SYNONYMS.get(f"{column}_likely", {}).get(folded):
        raise CellError("unknown_value.likely", allowed=allowed, likely=likely)
    raise CellError("unknown_value", allowed=allowed)


def clean_period(cell: Any) -> tuple[str | None, str]:
    """Code of a period: a word of the form, or another length of time that is as clear (``trimestre``)."""
    try:
        return clean_word("flows", "period", cell)
    except CellError:
        period = read_period(clean_text(cell))
        # How many days the opening ones are, only the firm knows.
        if period is None or "ouvr" in fold_words(clean_text(cell)):
            raise CellError("unknown_value.period") from None
        return period, "" if cell == PERIOD_LABELS[period] else "synonym"


def clean_age_band(cell: Any) -> tuple[str | None, str]:
    """Band of ages of the form, else from its two ages (``40 à 44 ans``) or from one age (``45 ans``)."""
    try:
        return clean_word("workforce", "age_band", cell)
    except CellError:
        match = AGES.fullmatch(fold_words(clean_text(cell)))
        if match is None:
            raise
        low, high = int(match[1]), int(match[2] or match[1])
        band = next((b for b, (first, last) in BANDS.items() if first <= low and high <= last), None)
        # Two ages must be those of a band: 40 to 50 lies in none.
        if band is None or (match[2] and (low, high) != BANDS[band]):
            raise
        return band, "word_normalised" if match[2] else "age_read_as_band"


def clean_free_text(cell: Any) -> tuple[str | None, str]:
    return clean_text(cell) or None, ""


SPECIAL: dict[str, Callable[[Any], tuple[Any, str]]] = {
    "site_ids": identifiers.clean_identifiers,
    "siret": identifiers.clean_siret,
    "naf_code": identifiers.clean_naf,
    "commune_code": identifiers.clean_place_code,
    "postcode": identifiers.clean_place_code,
    "rome_code": identifiers.clean_rome,
    "waste_code": identifiers.clean_waste_code,
    "period": clean_period,
    "age_band": clean_age_band,
    "months": identifiers.clean_months,
}


@cache
def cleaner(table: str, column: str) -> Callable[[Any], tuple[Any, str]]:
    """The function that cleans one column: by its name where a code needs it, else by the contract."""
    spec = tables.form(table)[column]
    if column in SPECIAL:
        return SPECIAL[column]
    if column.endswith("_id"):
        return identifiers.clean_identifier
    if is_date(column):
        return identifiers.clean_date
    if spec["labels"] is not None:
        return partial(clean_word, table, column)
    return partial(clean_number, table, column) if is_number(table, column) else clean_free_text


def is_free(table: str, column: str) -> bool:
    """Whether a column takes any text."""
    return cleaner(table, column) is clean_free_text


def clean_cell(table: str, column: str, cell: Any) -> tuple[Any, str]:
    """Clean value of one cell and the name of the correction made, ``""`` for none.

    Raises
    ------
    CellError
        When the cell cannot be used.
    """
    looks_wrong = isinstance(cell, str) and ("#" in cell or "Err" in cell)
    if looks_wrong and (error := spreadsheet_error(cell.strip())):
        raise CellError(error)
    return cleaner(table, column)(cell)


def readable(table: str, column: str, cell: Any) -> Any:
    """Clean value of one cell, None where it is blank or cannot be used."""
    try:
        return clean_cell(table, column, cell)[0]
    except CellError:
        return None
