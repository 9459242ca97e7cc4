"""French numbers, months and dates: a labelled table, and a round trip of what a French speaker types."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.intake.parsing import fold, parse_number, singular
from eit_analysis.intake.periods import parse_date, parse_months

# cell, value, low, high, rule, suffix
READABLE = [
    ("12", 12, None, None, "", ""),
    (" 12 ", 12, None, None, "", ""),
    (12, 12, None, None, "", ""),
    (12.5, 12.5, None, None, "", ""),
    ("12,5", 12.5, None, None, "", ""),
    ("12.5", 12.5, None, None, "", ""),
    ("0,05", 0.05, None, None, "", ""),
    ("00,5", 0.5, None, None, "", ""),
    ("+5", 5, None, None, "", ""),
    ("-5", -5, None, None, "", ""),
    ("\u22125", -5, None, None, "", ""),
    ("- 5,5", -5.5, None, None, "", ""),
    ("1 200", 1200, None, None, "", ""),
    ("1\u00a0200", 1200, None, None, "", ""),
    ("1\u202f200,5", 1200.5, None, None, "", ""),
    ("1\u2009200", 1200, None, None, "", ""),
    ("1 200 000,00", 1200000, None, None, "", ""),
    ("1'200", 1200, None, None, "", ""),
    ("1200.50", 1200.5, None, None, "", ""),
    ("1234.567", 1234.567, None, None, "", ""),
    ("0.200", 0.2, None, None, "", ""),
    ("1,2E+03", 1200, None, None, "", ""),
    ("1.200", 1200, None, None, "point_read_as_thousands", ""),
    ("1.200,5", 1200.5, None, None, "point_read_as_thousands", ""),
    ("1.200.000", 1200000, None, None, "", ""),
    ("1,200", 1.2, None, None, "comma_read_as_decimal", ""),
    ("1,200.5", 1200.5, None, None, "comma_read_as_thousands", ""),
    ("1,200,000", 1200000, None, None, "comma_read_as_thousands", ""),
    ("<5", 2.5, 0, 5, "less_than", ""),
    ("< 5", 2.5, 0, 5, "less_than", ""),
    ("≤ 1 000 kg", 500, 0, 1000, "less_than", "kg"),
    ("moins de 5", 2.5, 0, 5, "less_than", ""),
    ("Max. 5 t", 2.5, 0, 5, "less_than", "t"),
    ("10-15", 12.5, 10, 15, "range", ""),
    ("10 – 15", 12.5, 10, 15, "range", ""),
    ("10 à 15 t", 12.5, 10, 15, "range", "t"),
    ("entre 10 et 15", 12.5, 10, 15, "range", ""),
    ("10 000-15 000", 12500, 10000, 15000, "range", ""),
    ("15-10", 12.5, 10, 15, "range", ""),
    ("env. 10", 10, 8, 12, "about", ""),
    ("Environ 1 200 kg", 1200, 960, 1440, "about", "kg"),
    ("~10", 10, 8, 12, "about", ""),
    ("≈ 10", 10, 8, 12, "about", ""),
    ("10 env.", 10, 8, 12, "about", ""),
    ("env. 10-15", 12.5, 10, 15, "range", ""),
    ("10 ± 2", 10, 8, 12, "plus_minus", ""),
    ("10 +/- 20 %", 10, 8, 12, "plus_minus", ""),
    ("12 t", 12, None, None, "", "t"),
    ("1830 kg/an", 1830, None, None, "", "kg/an"),
    ("12,5 %", 12.5, None, None, "", "%"),
    ("200 €/t", 200, None, None, "", "€/t"),
    ("12 m³", 12, None, None, "", "m³"),
    ("NC", None, None, None, "missing_word", ""),
    ("n.c.", None, None, None, "missing_word", ""),
    ("n.d.", None, None, None, "missing_word", ""),
    ("N/A", None, None, None, "missing_word", ""),
    ("non communiqué", None, None, None, "missing_word", ""),
    ("-", None, None, None, "missing_word", ""),
    ("?", None, None, None, "missing_word", ""),
    ("", None, None, None, "", ""),
    (None, None, None, None, "", ""),
    (float("nan"), None, None, None, "", ""),
    ("néant", 0, None, None, "zero_word", ""),
    ("Aucun", 0, None, None, "zero_word", ""),
    ("0", 0, None, None, "", ""),
]  # fmt: skip

UNREADABLE = {
    "excel_error": ["#REF!", "#DIV/0!", "#N/A", "#VALEUR!", "#NOM?", "Err:502"],
    "not_a_number": [
        "dix", "1 20", "12 1234", "1.2.3", "3/4", "10²", "(5)", "12,", "10-15-20", "٣", "inf", "1e999",
        "9" * 400, float("inf"), True,
    ],
    "open_interval": ["> 5", "plus de 5"],
    "date_instead_of_number": [dt.date(2015, 10, 1), dt.datetime(2015, 10, 1)],
}  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "low", "high", "rule", "suffix"), READABLE)
def test_readable(cell, value, low, high, rule, suffix):
    number = parse_number(cell)
    assert (number.value, number.low, number.high) == pytest.approx((value, low, high))
    assert (number.rule, number.suffix, number.problem) == (rule, suffix, "")


@pytest.mark.parametrize("problem", UNREADABLE)
def test_unreadable_is_never_a_value(problem):
    for cell in UNREADABLE[problem]:
        number = parse_number(cell)
        assert (number.problem, number.value) == (problem, None), cell


def french(value: int, decimals: int, space: str) -> str:
    whole, part = divmod(abs(value), 10**decimals)
    text = f"{whole:,}".replace(",", space)
    return ("-" if value < 0 else "") + text + (f",{part:0{decimals}d}" if decimals else "")


@given(
    st.integers(-(10**9), 10**9), st.integers(0, 4), st.sampled_from(["", " ", "\u00a0", "\u202f"])
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_round_trip_of_french_numbers(value, decimals, space):
    number = parse_number(french(value, decimals, space))
    assert number.problem == ""
    assert number.value == pytest.approx(value / 10**decimals, abs=1e-9)


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_number_or_a_named_problem(text):
    number = parse_number(text)
    if number.problem:
        assert number.value is None
    elif number.low is not None:
        assert number.low <= number.value <= number.high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("métaux", "metal"), ("Matériaux (s)", "material s"), ("Niveaux requis", "niveau requi"),
        ("bois", "boi"), ("Départs prévus (3 ans)", "depart prevu 3 ans"), ("Tranche d’âge", "tranche d age"),
    ],
)  # fmt: skip
def test_words_are_compared_without_case_accent_or_plural(text, expected):
    assert singular(fold(text)) == expected


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("6 7 8", "6 7 8"), ("juin à août", "6 7 8"), ("Juin-Août", "6 7 8"), ("jan, fév", "1 2"),
        ("1-3", "1 2 3"), ("novembre à février", "1 2 11 12"),
        ("de mars à mai et septembre", "3 4 5 9"), (3.0, "3"), ("toute l'année", None),
        ("1-12", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_months(text, months):
    assert parse_months(text) == months


@pytest.mark.parametrize("text", ["13", "été", "ju", dt.date(2024, 3, 1)])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError):
        parse_months(text)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2018-02-08", "2018-02-08"), ("08/02/2018", "2018-02-08"), ("8 février 2018", "2018-02-08"),
        ("1er mars 2018", "2018-03-01"), (dt.datetime(2018, 2, 8), "2018-02-08"),
        (dt.date(2018, 2, 8), "2018-02-08"), ("", None), ("n.d.", None),
    ],
)  # fmt: skip
def test_dates(cell, date):
    assert parse_date(cell) == date


@pytest.mark.parametrize("cell", ["2018", "02/2018", "31/02/2018", "13/13/2018", "08/02/18", 43139.0])
def test_a_date_is_whole_or_refused(cell):
    with pytest.raises(ValueError):
        parse_date(cell)
