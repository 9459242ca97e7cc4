"""Nomenclatures: known answers, hostile input, and the waste list held to the real one."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from eit_analysis import reference
from eit_analysis.reference import nomenclatures as nom

REAL_LIST = Path(__file__).parents[2] / "shared" / "data" / "waste_codes" / "low_fr_en_6digits.csv"
HOSTILE = [
    None,
    "",
    "   ",
    "abc",
    math.nan,
    math.inf,
    pd.NA,
    pd.NaT,
    True,
    "=1+1",
    "#N/A",
    [],
    1e300,
    "٠١٠١٠١",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_input_is_none_everywhere(value):
    assert nom.find_commune(value, value, value) is None
    assert nom.normalise_waste_code(value) is None
    assert nom.is_hazardous(value) is None
    assert nom.normalise_naf(value) is None
    assert nom.naf_division(value) is None


@pytest.mark.parametrize(
    ("code", "name"), [("68334", "Thann"), ("68063", "Cernay"), ("68201", "Masevaux-Niederbruck")]
)
def test_communes_of_the_valleys_by_code_and_by_name(code, name):
    found = nom.find_commune(code=code)
    assert found is not None and found.name == name
    assert found.latitude == pytest.approx(47.8, abs=0.1)
    by_name = nom.find_commune(name=name.upper().replace("-", " "), postcode=found.postcodes.split()[0])
    assert by_name == found


@pytest.mark.parametrize("code", [1004.0, 1004, "1004", "01004", "1004.0"])
def test_a_code_that_lost_its_zero_is_found(code):
    assert nom.find_commune(code=code).name == "Ambérieu-en-Bugey"


@pytest.mark.parametrize(
    ("name", "postcode", "expected"),
    [
        ("Saint-Germain", None, None),  # five departments have one
        ("Saint-Germain", "54290", "54475"),
        ("St Germain", "78100", "78551"),  # the only one of that postcode is Saint-Germain-en-Laye
        ("ST-AMARIN", None, "68292"),
        ("saint  amarin cedex 02", "68555", "68292"),
        ("Masevaux", "68290", "68201"),
        ("Masevaux", None, None),
        ("Aspach", "68700", None),  # Aspach-le-Bas or Aspach-Michelbach
        ("Cernay", "68702", "68063"),  # CEDEX
        ("Cernay", 68700.0, "68063"),
        ("Thann", "33000", None),  # contradiction
        ("havre", 76600, "76351"),
        ("L'Abergement Clemenciat", "1400", "01001"),
        ("Paris 12e", None, "75056"),
        ("LYON 03", "69003", "69123"),
        ("Ajaccio", "20000", "2A004"),
        ("Nowhere", "68800", None),
        ("???", "68800", None),
        (None, "68290", None),  # several communes
        ("Saint-Denis", "97400", "97411"),
    ],
)
def test_communes_by_name_and_postcode(name, postcode, expected):
    found = nom.find_commune(name=name, postcode=postcode)
    assert (found.commune_code if found else None) == expected


def test_code_comes_first_then_name():
    assert nom.find_commune(code="68334", name="Cernay", postcode="68700").name == "Thann"
    assert nom.find_commune(code="99999", name="Thann").commune_code == "68334"
    assert nom.find_commune(code="75112").commune_code == "75056"
    assert nom.find_commune(code="2a004").name == "Ajaccio"


def test_every_commune_is_found_by_its_name_and_postcodes_or_is_a_true_double():
    table = reference.load("communes").dropna(subset=["postcodes"])
    twins = table.assign(key=[nom.normalise_name(n) for n in table["name"]]).duplicated(
        ["key", "postcodes"], keep=False
    )
    sample = table[~twins].iloc[::50]
    wrong = [
        row.commune_code
        for row in sample.itertuples()
        if nom.find_commune(name=row.name, postcode=row.postcodes.split()[0]).commune_code != row.commune_code
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "postcode", "latitude", "longitude"),
    [
        ("Carnac", "56340", 47.58, -3.08),  # the source lost the sign
        ("Vincey", "88450", 48.33, 6.33),  # the source repeats the latitude
        ("Varengeville-sur-Mer", "76119", 49.9, 0.99),  # the source gives a place near Toulouse
        ("Paris", None, 48.86, 2.35),  # missing from the source
        ("Ouessant", "29242", 48.46, -5.1),
    ],
)
def test_centres_repaired_and_islands_kept(name, postcode, latitude, longitude):
    found = nom.find_commune(name=name, postcode=postcode)
    assert found.latitude == pytest.approx(latitude, abs=0.06)
    assert found.longitude == pytest.approx(longitude, abs=0.06)


def test_communes_table():
    table = reference.load("communes")
    assert len(table) == 34969
    assert list(table.columns) == list(nom.Commune._fields)
    assert table["commune_code"].is_unique and table["commune_code"].str.fullmatch(r"\d[\dAB]\d{3}").all()
    metropolitan = table[table["department_code"].str.len() == 2]
    assert metropolitan["latitude"].between(41, 51.2).all()
    assert metropolitan["longitude"].between(-5.3, 9.7).all()
    antilles = table[table["department_code"].isin(["971", "972", "973"])]
    assert (antilles["longitude"] < 0).all()
    metadata = pq.read_schema(reference.FOLDER / "communes.parquet").metadata
    assert b"decoupage-administratif 6.0.0 (MIT)" in metadata[b"source"]
    assert b"pandas" not in metadata


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("15 01 01*", "150101"),
        ("15.01.01", "150101"),
        ("15-01-01", "150101"),
        ("15\u00a001\u202f01 *", "150101"),
        (150101, "150101"),
        (150101.0, "150101"),
        ("150101.0", "150101"),
        (20103, "020103"),
        ("20 10 3", None),
        ("15 01", None),
        ("990101", None),
        ("15 01 01 15 01 02", None),
        (-150101, None),
    ],
)
def test_waste_codes_as_typed(typed, code):
    assert nom.normalise_waste_code(typed) == code


def test_hazard():
    assert nom.is_hazardous("15 01 10*") is True
    assert nom.is_hazardous("15 01 01*") is False  # the list decides, not the star typed
    assert nom.is_hazardous("99 99 99") is None


@pytest.mark.parametrize(
    ("typed", "code", "division"),
    [
        ("22.29A", "2229A", "22"),
        ("22 29 a", "2229A", "22"),
        ("2229A", "2229A", "22"),
        ("01.11Z", "0111Z", "01"),
        ("22.29", None, "22"),
        ("22", None, "22"),
        (2229.0, None, "22"),
        ("04.11Z", None, None),
        ("252A", None, None),  # NAF of 2003
        ("2229AB", None, None),
    ],
)
def test_naf_as_typed(typed, code, division):
    assert nom.normalise_naf(typed) == code
    assert nom.naf_division(typed) == division


def test_naf_divisions_table():
    table = reference.load("naf_divisions")
    assert len(table) == 88 and table["naf_division_code"].is_unique
    assert "".join(dict.fromkeys(table["section"])) == "ABCDEFGHIJKLMNOPQRSTU"
    assert table["label_fr"].is_unique and table.notna().all(axis=None)


def test_waste_labels_are_short_and_distinct():
    table = reference.load("waste_codes")
    assert len(table) == 842 and table["label_fr"].is_unique and table.notna().all(axis=None)
    assert table["label_fr"].str.len().max() < 70
    assert table["label_fr"].eq(table["label_fr"].str.strip()).all()


@pytest.mark.skipif(not REAL_LIST.exists(), reason="../shared/data/waste_codes is not here")
def test_waste_codes_and_hazards_are_those_of_the_real_list_in_our_own_words():
    ours = reference.load("waste_codes").set_index("waste_code")
    real = pd.read_csv(REAL_LIST, dtype=str).set_index("code")
    assert ours.index.tolist() == sorted(real.index)
    assert (ours["hazardous"] == 1).sum() == 408
    pd.testing.assert_series_equal(
        ours["hazardous"] == 1, (real["dangereux"] == "True").sort_index(), check_names=False
    )
    same = ours["label_fr"].map(nom.normalise_name) == real["label_fr"].map(nom.normalise_name)
    assert same.sum() <= 5
