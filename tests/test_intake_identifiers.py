"""Codes of firms as people and spreadsheets write them: kept when proved, else told what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from eit_analysis.intake.cells import identifiers
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.reference.findings import labels

INSEE = "73282932000074"  # the example of python-stdnum


def siret(cell):
    return identifiers.clean_siret(cell)


def refused(clean, cell):
    with pytest.raises(CellError) as caught:
        clean(cell)
    found = caught.value.finding
    assert "\u00a0; " in found.message and not found.message.endswith(".")
    assert found.logged in labels()["reason"]
    return found.logged


@pytest.mark.parametrize(
    ("cell", "clean", "rule"),
    [
        (INSEE, INSEE, ""),
        (73282932000074.0, INSEE, ""),  # fourteen digits are exact in a float
        (73282932000074, INSEE, ""),
        ("732 829 320 00074", INSEE, "code_normalised"),
        ("732\u00a0829\u202f320 00074", INSEE, "code_normalised"),
        ("732.829.320-00074", INSEE, "code_normalised"),
        ("\u200b732829320\u201100074", INSEE, "code_normalised"),
        ("SIRET : 73282932000074", INSEE, "code_normalised"),
        ("N° SIRET 732 829 320 00074", INSEE, "code_normalised"),
        ("7,3282932000074E+13", INSEE, "code_normalised"),  # no digit lost
        ("35600000000048", "35600000000048", ""),  # head office of La Poste
        ("356 000 000 09075", "35600000009075", "code_normalised"),  # sum of digits: 35
        ("NC", None, "missing_word"),
        ("", None, ""),
        (None, None, ""),
    ],
)
def test_sirets_read(cell, clean, rule):
    assert siret(cell) == (clean, rule)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("7.3E+13", "siret_digits_lost"),
        ("7,32829E+13", "siret_digits_lost"),
        ("7,3282932e13", "siret_digits_lost"),
        (7.32829e13, "siret_digits_lost"),
        ("73282932000000", "siret_digits_lost"),
        ("732829320", "siren_not_siret"),
        (732829320.0, "siren_not_siret"),
        ("732 829 320", "siren_not_siret"),
        ("FR44732829320", "siren_not_siret"),
        ("fr 44 732 829 320", "siren_not_siret"),
        ("FR45732829320", "bad_siret"),
        ("732829321", "bad_siret"),
        ("73282932000075", "bad_siret"),
        ("35600000009076", "bad_siret"),
        ("00000000000000", "bad_siret"),  # its key is right, no firm has it
        ("000000000", "bad_siret"),
        ("732829320000741", "bad_siret"),
        ("73282932000074 et 73282932000082", "bad_siret"),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "bad_siret"),
        ("=1+1", "bad_siret"),
        (True, "bad_siret"),
        (1e300, "bad_siret"),
        ("9" * 5000, "bad_siret"),
    ],
)
def test_sirets_refused(cell, code):
    assert refused(identifiers.clean_siret, cell) == code


def test_siret_of_fourteen_digits_is_told_its_key_not_its_length():
    with pytest.raises(identifiers.CellError) as found:
        siret("73282932000075")
    message = found.value.finding.message
    assert "bien quatorze chiffres" in message and "clé est fausse" in message
    with pytest.raises(identifiers.CellError) as found:
        siret("7328293200007")
    assert "clé" not in found.value.finding.message and "a quatorze chiffres" in found.value.finding.message


def valid_siret(siren_body: int, rank: int) -> str:
    siren = f"{siren_body:08d}"
    siren += luhn.calc_check_digit(siren)
    body = f"{siren}{rank:04d}"
    return body + luhn.calc_check_digit(body)


@given(
    st.integers(1, 99_999_999).filter(lambda n: n != 35_600_000),
    st.integers(1, 9999),
    st.lists(st.sampled_from(["", " ", ".", "-", "\u00a0", "\u202f", "/", " - "]), min_size=13, max_size=13),
)
def test_a_valid_siret_in_any_separators_reads_back(body, rank, separators):
    number = valid_siret(body, rank)
    typed = "".join(digit + mark for digit, mark in zip(number, [*separators, ""], strict=True))
    assert siret(typed)[0] == number


@given(st.integers(100_000, 9_999_999).filter(lambda n: n != 35_600_000), st.integers(1, 9999))
def test_the_zeros_that_a_spreadsheet_drops_come_back(body, rank):
    number = valid_siret(body, rank)
    if len(str(int(number))) < 12:
        return
    assert siret(float(int(number))) == (number, "leading_zero_restored")


@given(st.integers(1, 99_999_999).filter(lambda n: n != 35_600_000), st.integers(1, 9999), st.data())
def test_one_wrong_digit_is_never_read(body, rank, data):
    number = valid_siret(body, rank)
    at = data.draw(st.integers(0, 13))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    with pytest.raises(CellError):
        siret(number[:at] + wrong + number[at + 1 :])


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_whatever_is_typed_gives_a_siret_nothing_or_a_question(cell):
    try:
        value, _ = siret(cell)
    except CellError:
        return
    assert value is None or (len(value) == 14 and value.isascii() and value.isdigit())


def test_naf_codes():
    assert identifiers.clean_naf("2562B") == ("2562B", "")
    assert identifiers.clean_naf("2562B - Mécanique industrielle") == (
        "2562B", "code_normalised",
    )  # fmt: skip
    assert identifiers.clean_naf("NC") == (None, "missing_word")
    for cell, code in {
        "6210Y": "naf_2025",
        "252A": "naf_2003",
        "25.62": "naf_incomplete",
        "2299Z": "unknown_naf_code",
    }.items():
        assert refused(identifiers.clean_naf, cell) == code
    with pytest.raises(CellError, match="2562A, 2562B"):
        identifiers.clean_naf("2562")


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ("F-68800", "68800"),
        ("68800 CEDEX 2", "68800"),
        (1004.0, "01004"),
        ("68 800", "68800"),
        ("2a004", "2A004"),
    ],
)
def test_place_codes(cell, clean):
    assert identifiers.clean_place_code(cell)[0] == clean
    assert refused(identifiers.clean_place_code, "688001") == "bad_code"
