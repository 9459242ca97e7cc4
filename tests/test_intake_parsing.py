"""French quantities, units, months and dates: a labelled list, a round trip of what a French speaker types.

``labelled_cells.csv`` is the list: an invisible character is written there as ``\\u00a0``.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eit_analysis.french import fold_words
from eit_analysis.intake.cells import parsing
from eit_analysis.intake.cells.parsing import header_unit, parse_number, singular
from eit_analysis.intake.cells.periods import (
    PERIOD_LABELS,
    PERIODS_PER_YEAR,
    parse_date,
    parse_months,
    read_period,
    split_unit,
)
from eit_analysis.intake.cells.quantities import Number
from eit_analysis.reference.findings import codes, labels
from eit_analysis.reference.units import normalise_unit

LABELLED = Path(__file__).with_name("labelled_cells.csv")

NUMBER_PROBLEMS = codes(group="number") | {"formula_without_value"}


def labelled() -> list[dict[str, str]]:
    with LABELLED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def written(cell: str) -> str:
    """The cell itself: its escapes are the characters that cannot be seen."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), cell)


def kind(number: Number) -> str:
    if number.problem:
        return "quarantine"
    if number.value is None:
        return "missing"
    return "number" if number.low is None else "interval"


@pytest.mark.parametrize("row", labelled(), ids=lambda row: f"{row['group']}: {row['cell']}")
def test_labelled_cell(row: dict[str, str]) -> None:
    number = parse_number(written(row["cell"]))
    expected = {"zero": "number"}.get(row["expected"], row["expected"])
    assert kind(number) == expected, row["why"]
    for name in ("value", "low", "high"):
        wanted = float(row[name]) if row[name] else None
        assert getattr(number, name) == pytest.approx(wanted, rel=1e-12), name
    assert number.suffix == row["suffix"]
    assert (number.problem or number.rule) == row["rule_or_reason"], row["why"]


def test_the_list_is_long_and_each_cell_stands_once() -> None:
    rows = labelled()
    assert len(rows) >= 300 and len({row["cell"] for row in rows}) == len(rows)
    assert {row["expected"] for row in rows} == {"number", "interval", "missing", "zero", "quarantine"}


def test_every_rule_and_reason_of_the_list_has_its_french_label() -> None:
    known = labels()
    rows = labelled()
    read = {row["rule_or_reason"] for row in rows if row["expected"] != "quarantine"} - {""}
    refused = {row["rule_or_reason"] for row in rows if row["expected"] == "quarantine"}
    assert read <= set(known["rule"]) and refused <= set(known["reason"])
    assert refused == NUMBER_PROBLEMS, "a reason that no cell of the list shows, or without its message"


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        (12, 12, ""), (12.5, 12.5, ""), (-0.0, 0, ""), (None, None, ""), (math.nan, None, ""),
        (True, None, "not_a_number"), (math.inf, None, "not_a_number"), (10**400, None, "not_a_number"),
        (dt.date(2015, 10, 1), None, "date_instead_of_number"), ("9" * 400, None, "not_a_number"),
        (dt.datetime(2015, 10, 1), None, "date_instead_of_number"), (b"12", None, "not_a_number"),
        (dt.time(12, 30), None, "date_instead_of_number"),
    ],
)  # fmt: skip
def test_cells_that_are_no_text(cell: object, value: float | None, problem: str) -> None:
    number = parse_number(cell)
    assert (number.value, number.problem) == (value, problem)


SPACES = ["", " ", "\u00a0", "\u202f", "\u2009"]
UNITS = ["t", "kg", "tonnes", "m3", "m³", "palettes", "bennes de 30 m3", "bacs 660 L", "litres", "big-bags"]
PERIODS = {
    "/an": "year", " / mois": "month", "/sem": "week", " par semaine": "week", " par jour": "day",
    "/j": "day",
    "/trimestre": "quarter", " par semestre": "half_year", "/quinzaine": "fortnight", "/2 mois": "two_months",
}  # fmt: skip


def french(value: int, decimals: int, space: str) -> str:
    whole, part = divmod(abs(value), 10**decimals)
    text = f"{whole:,}".replace(",", space)
    return ("-" if value < 0 else "") + text + (f",{part:0{decimals}d}" if decimals else "")


@given(
    st.integers(-(10**9), 10**9), st.integers(0, 4), st.sampled_from(["", " ", "\u00a0", "\u202f"])
)  # fmt: skip
@settings(max_examples=150)
def test_round_trip_of_french_numbers(value, decimals, space):
    number = parse_number(french(value, decimals, space))
    assert number.problem == ""
    assert number.value == pytest.approx(value / 10**decimals, abs=1e-9)


@given(
    value=st.integers(0, 10**9),
    decimals=st.integers(0, 3),
    thousands=st.sampled_from(SPACES[1:]),
    gap=st.sampled_from(SPACES),
    unit=st.sampled_from(UNITS),
    period=st.sampled_from(sorted(PERIODS)),
)
@example(value=12005, decimals=1, thousands=" ", gap=" ", unit="t", period=" / mois")
@settings(max_examples=400)
def test_round_trip_of_a_quantity_with_its_unit_and_period(value, decimals, thousands, gap, unit, period):
    number = parse_number(french(value, decimals, thousands) + gap + unit + period)
    assert number.problem == ""
    assert number.value == value / 10**decimals  # the very same float
    assert split_unit(number.suffix) == (unit, PERIODS[period])
    # 1,200 is 1.2 by a stated rule, which is then written in the corrections.
    assert number.rule in ("", "comma_read_as_decimal") and (number.low, number.high) == (None, None)


@given(st.one_of(st.text(max_size=80), st.text("0123456789.,' -–àetou%€/()½±+~<>xkMn?\"", max_size=70)))
@settings(max_examples=500)
def test_any_text_is_a_number_or_a_named_problem(text):
    number = parse_number(text)
    if number.problem:
        assert number == Number(problem=number.problem) and number.problem in NUMBER_PROBLEMS
    elif number.value is not None:
        assert math.isfinite(number.value)
        assert (number.low is None) == (number.high is None)
        if number.low is not None and number.high is not None:
            assert number.low <= number.value <= number.high


@given(st.from_regex(parsing.PLAIN, fullmatch=True))
@settings(max_examples=300)
def test_the_short_way_reads_what_the_long_way_reads(text):
    number = parse_number(text)
    long_way = parsing._parse_spaced(parsing.single_spaced(text))
    assert number._replace(value=None) == long_way._replace(value=None)
    assert number.value == pytest.approx(long_way.value)


@pytest.mark.parametrize(
    "part",
    ["1", "1 ", "1.1,", "1a", "1 a ", "a", "(", "1-1", "environ ", "1 t/", "± 1", "1 à 1", "de 1 % a ",
    "1'1 1.1",
     "1 e ", "x 1", "1 ttttttttttttttt", "½", "une dizaine ", "+/-", "<", "#", "\u200b1"],
)  # fmt: skip
def test_no_text_takes_long_to_read(part):
    started = time.process_time()
    for end in ("", "!", "9", " t"):
        parse_number((part * 60)[: 60 - len(end)] + end)
        parse_number(part * 20_000 + end)
    assert time.process_time() - started < 0.5


def test_a_hundred_thousand_plain_decimals_are_quick():
    cells = [f"{n // 100},{n % 100:02d}" for n in range(100_000)]
    best = math.inf
    for _ in range(3):
        started = time.process_time()
        for cell in cells:
            parse_number(cell)
        best = min(best, time.process_time() - started)
    assert best < 0.4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("métaux", "metal"), ("Matériaux (s)", "material s"), ("Niveaux requis", "niveau requi"),
        ("bois", "boi"), ("Départs prévus (3 ans)", "depart prevu 3 ans"), ("Tranche d’âge", "tranche d age"),
    ],
)  # fmt: skip
def test_words_are_compared_without_case_accent_or_plural(text, expected):
    assert singular(fold_words(text)) == expected


@pytest.mark.parametrize(
    ("text", "unit", "period"),
    [
        ("t/an", "t", "year"), ("t / an", "t", "year"), ("kg par semaine", "kg", "week"),
        ("m3/mois", "m3", "month"),
        ("t.an-1", "t", "year"), ("t·an⁻¹", "t", "year"), ("t an-1", "t", "year"), ("t an", "t", "year"),
        ("tonnes annuelles", "tonnes", "year"), ("kg mensuels", "kg", "month"),
        ("palettes/sem", "palettes", "week"),
        ("palettes/sem.", "palettes", "week"), ("bennes de 30 m3 par mois", "bennes de 30 m3", "month"),
        ("t/trimestre", "t", "quarter"), ("t par semestre", "t", "half_year"),
        ("t / 2 mois", "t", "two_months"),
        ("t/15 jours", "t", "fortnight"), ("kg par quinzaine", "kg", "fortnight"), ("t/12 mois", "t", "year"),
        ("t par an et par site", "t par an et par site", ""), ("kg/hab/an", "kg/hab", "year"),
        ("kg tous les mois", "kg", "month"), ("bacs chaque semaine", "bacs", "week"),
        ("t à l'année", "t", "year"),
        ("/mois", "", "month"), ("par an", "", "year"), ("kg/jour", "kg", "day"),
        ("kg/jour ouvré", "kg", "day"),
        ("t", "t", ""), ("", "", ""), ("kg/m", "kg/m", ""), ("€/t", "€/t", ""),
        ("t/an/site", "t/an/site", ""),
        ("camions an", "camions an", ""), ("t/3 ans", "t/3 ans", ""), ("t par 3 ans", "t par 3 ans", ""),
        ("kg/saison", "kg/saison", ""),
        ("t bimensuel", "t bimensuel", ""),
    ],
)  # fmt: skip
def test_unit_and_period_of_a_text(text, unit, period):
    assert split_unit(text) == (unit, period)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("an", "year"), ("par an", "year"), ("Annuel", "year"), ("mois", "month"), ("tous les mois", "month"),
        ("mensuelle", "month"), ("Hebdo", "week"), ("par semaine", "week"), ("J", "day"),
        ("trimestriel", "quarter"),
        ("Trimestre", "quarter"), ("semestriel", "half_year"), ("quinzaine", "fortnight"),
        ("2 semaines", "fortnight"), ("tous les deux mois", "two_months"), ("1 an", "year"), ("par", None),
        ("", None), ("saison", None), ("campagne", None), ("bimestriel", None), ("bimensuel", None),
        ("3 ans", None),
    ],
)  # fmt: skip
def test_periods(text, period):
    assert read_period(text) == period


def test_every_period_has_its_number_in_a_year_and_its_label():
    assert set(PERIOD_LABELS) == set(PERIODS_PER_YEAR)
    for code, (central, low, high) in PERIODS_PER_YEAR.items():
        assert 0 < low <= central <= high
        assert read_period(PERIOD_LABELS[code]) == code
    assert PERIODS_PER_YEAR["day"] == (250, 220, 365)


@pytest.mark.parametrize(
    ("header", "bare", "unit"),
    [
        ("Quantité (kg)", "Quantité", "kg"), ("Quantité [t/an]", "Quantité", "t/an"),
        ("Quantité en tonnes", "Quantité", "tonnes"), ("Quantité en kg/mois", "Quantité", "kg/mois"),
        ("Quantité en tonnes par an", "Quantité", "tonnes par an"), ("Quantités (en T)", "Quantités", "T"),
        ("Quantité, en kg", "Quantité", "kg"), ("Qté t/an", "Qté", "t/an"),
        ("Quantité(m³)", "Quantité", "m³"),
        ("Quantité\u00a0(kg)", "Quantité", "kg"), ("Tonnage réalisé (t/an)", "Tonnage réalisé", "t/an"),
        ("Incertitude (%)", "Incertitude", "%"), ("Coût (€/t)", "Coût", "€/t"),
        ("Coût annuel (k€)", "Coût annuel", "k€"),
        ("Besoin partagé (h/mois)", "Besoin partagé", "h/mois"), ("Effectif (ETP)", "Effectif", "ETP"),
        ("Départs prévus (3 ans)", "Départs prévus (3 ans)", ""), ("Quantité", "Quantité", ""), ("", "", ""),
        ("Quantité (2018)", "Quantité (2018)", ""), ("Effectif en 2018", "Effectif en 2018", ""),
        ("Commentaire (libre)", "Commentaire (libre)", ""), ("Travaux en cours", "Travaux en cours", ""),
        ("(kg)", "(kg)", ""), ("Type sac/carton", "Type sac/carton", ""), ("Quantité kg", "Quantité kg", ""),
    ],
)  # fmt: skip
def test_the_unit_of_a_header(header, bare, unit):
    assert header_unit(header) == (bare, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_a_header_gives_back_the_unit_it_was_written_with(unit):
    for form in ("Quantité ({})", "Quantité [{}]", "Quantité en {}"):
        bare, found = header_unit(form.format(unit))
        assert bare == "Quantité" and normalise_unit(found) == normalise_unit(unit)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("6 7 8", "6 7 8"), ("juin à août", "6 7 8"), ("Juin-Août", "6 7 8"), ("jan, fév", "1 2"),
        ("1-3", "1 2 3"), ("novembre à février", "1 2 11 12"),
        ("de mars à mai et septembre", "3 4 5 9"), (3.0, "3"), ("toute l'année", None),
        ("1-12", None), ("", None), (None, None), ("janv.-mars", "1 2 3"), ("Janv. – mars", "1 2 3"),
        ("1er trimestre", "1 2 3"), ("T1", "1 2 3"), ("T2 et T4", "4 5 6 10 11 12"),
        ("T2-T3", "4 5 6 7 8 9"), ("trimestre 4", "10 11 12"), ("2ème semestre", "7 8 9 10 11 12"),
        ("sauf août", "1 2 3 4 5 6 7 9 10 11 12"),
        ("toute l'année sauf juillet-août", "1 2 3 4 5 6 9 10 11 12"),
        ("12 mois sur 12", None), ("12/12", None), ("en continu", None), ("NC", None), ("06, 07", "6 7"),
        ("de juin jusqu'à août", "6 7 8"), (float("nan"), None),
    ],
)  # fmt: skip
def test_months(text, months):
    assert parse_months(text) == months


@pytest.mark.parametrize(
    "text",
    ["13", "0", "été", "saison", "saisonnier", "ju", "6 mois", "S1", "T5", "mars-", "-mars", 6.7, -3, 43139.0,
     dt.date(2024, 3, 1), "sauf", "sauf toute l'année", "1er lundi"],
)  # fmt: skip
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError):
        parse_months(text)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2018-02-08", "2018-02-08"), ("08/02/2018", "2018-02-08"), ("8 février 2018", "2018-02-08"),
        ("1er mars 2018", "2018-03-01"), (dt.datetime(2018, 2, 8), "2018-02-08"),
        (dt.date(2018, 2, 8), "2018-02-08"), ("", None), ("n.d.", None),
        ("2018-02-08 00:00:00", "2018-02-08"),
        ("2018-02-08T14:30", "2018-02-08"), ("2018/02/08", "2018-02-08"), ("08.02.2018", "2018-02-08"),
        ("8-2-2018", "2018-02-08"), ("08/02/2018 14:30", "2018-02-08"),
        ("jeudi 8 février 2018", "2018-02-08"),
        ("8 févr. 2018", "2018-02-08"), ("\u00a008/02/2018", "2018-02-08"), ("29/02/2024", "2024-02-29"),
    ],
)  # fmt: skip
def test_dates(cell, date):
    assert parse_date(cell) == date


@pytest.mark.parametrize(
    "cell",
    ["2018", "02/2018", "31/02/2018", "13/13/2018", "08/02/18", 43139.0, "43139", 43139, "29/02/2023",
    "fin 2018",
     "T1 2018", "01/01/1900", "1949-12-31", "2101-01-01",
     dt.date(1900, 1, 1), dt.datetime(2199, 1, 1), "0000-01-01",
     "08/02/2018 et 09/02/2018", "2018-13-01", "février 2018"],
)  # fmt: skip
def test_a_date_is_whole_or_refused(cell):
    with pytest.raises(ValueError):
        parse_date(cell)
