"""Nomenclatures: known answers, hostile input, and the waste list held to the real one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Ring
from stdnum.eu import nace

from eit_analysis import reference
from eit_analysis.reference import nomenclatures as nom
from eit_analysis.reference.commune_tables import Commune
from eit_analysis.reference.communes import find_commune, locate_commune
from eit_analysis.reference.outlines import rings_of
from eit_analysis.reference.place_names import normalise_name, normalise_names

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
    assert find_commune(value, value, value) is None
    assert nom.normalise_waste_code(value) is None
    assert nom.is_hazardous(value) is None
    assert nom.normalise_naf(value) is None
    assert nom.naf_division(value) is None


@pytest.mark.parametrize(
    ("code", "name"), [("68334", "Thann"), ("68063", "Cernay"), ("68201", "Masevaux-Niederbruck")]
)
def test_communes_of_the_valleys_by_code_and_by_name(code, name):
    found = find_commune(code=code)
    assert found is not None and found.name == name
    assert found.latitude == pytest.approx(47.8, abs=0.1)
    by_name = find_commune(name=name.upper().replace("-", " "), postcode=found.postcodes.split()[0])
    assert by_name == found


@pytest.mark.parametrize("code", [1004.0, 1004, "1004", "01004", "1004.0"])
def test_a_code_that_lost_its_zero_is_found(code):
    assert find_commune(code=code).name == "Ambérieu-en-Bugey"


@pytest.mark.parametrize(
    ("name", "postcode", "expected"),
    [
        ("Saint-Germain", None, None),  # five departments have one
        ("Saint-Germain", "54290", "54475"),
        ("St Germain", "78100", "78551"),  # the only one of that postcode is Saint-Germain-en-Laye
        ("ST-AMARIN", None, "68292"),
        ("saint  amarin cedex 02", "68555", "68292"),
        ("Masevaux", "68290", "68201"),
        ("Masevaux", None, "68201"),  # merged in 2016
        ("Aspach-le-Haut", None, "68012"),
        ("Michelbach", None, "68012"),
        ("Châlons s/ Marne", None, "51108"),  # renamed in 1998
        ("Roche s/ Foron", "74800", "74224"),
        ("Ste Marie aux Mines", None, "68298"),
        ("Vieux Thann", "68800", "68348"),
        ("CERNAY (68)", None, "68063"),
        ("68700 CERNAY", None, "68063"),
        ("F-68700 Cernay", None, "68063"),
        ("Guebwiller 68500", None, "68112"),
        ("Mulhouse - 68", None, "68224"),
        ("Thann cedex", None, "68334"),
        ("Tann", "68800", "68334"),
        ("Tann", None, None),  # no postcode proves the letter
        ("Ta", "68800", None),
        ("Cernay", None, None),
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
    found = find_commune(name=name, postcode=postcode)
    assert (found.commune_code if found else None) == expected


def test_code_comes_first_then_name():
    assert find_commune(code="68334", name="Cernay", postcode="68700").name == "Thann"
    assert find_commune(code="99999", name="Thann").commune_code == "68334"
    assert find_commune(code="75112").commune_code == "75056"
    assert find_commune(code="2a004").name == "Ajaccio"


@pytest.mark.parametrize(
    ("code", "name", "postcode", "found", "rule"),
    [
        ("68334", "thann", "68800", "68334", ""),
        ("68334", "Thann - zone industrielle", None, "68334", ""),
        ("68201", "Masevaux", "68290", "68201", ""),  # its former name is no contradiction
        (None, "Thann", "68800", "68334", ""),
        (None, "Thann", "68802", "68334", ""),  # CEDEX
        ("68233", "Niederbruck", None, "68201", "commune_former"),  # a code that is no more
        (None, "Masevaux", "68290", "68201", "commune_former"),
        (None, "Tahnn", "68800", "68334", "commune_spelling"),
        (None, "St Germain", "78100", "78551", "commune_short_name"),
        ("68800", "Thann", None, "68334", "commune_from_postcode"),  # a postcode in the column of codes
        ("68800", "Thann", "68800", "68334", "commune_from_postcode"),
        ("01300", "Belley", None, "01034", "commune_from_postcode"),  # also the code of another commune
        (None, None, "68220", None, None),
        (None, None, "13710", "13040", "commune_from_postcode"),
        ("68334", "Mulhouse", None, "68334", "commune_conflict"),
        ("68334", "Thann", "68700", "68334", "commune_conflict"),
        ("67334", "Thann", "68800", "67334", "commune_conflict"),
        ("67999", "Thann", None, "68334", "commune_conflict"),  # an unknown code of another department
        (None, "Saint-Amarin", "68800", "68292", "commune_conflict"),
        (None, "68700 Cernay", "68800", "68063", "commune_conflict"),
    ],
)
def test_how_a_commune_was_found(code, name, postcode, found, rule):
    located = locate_commune(code, name, postcode)
    assert (located and (located[0].commune_code, located[1])) == (found and (found, rule))


COMMUNES = reference.load("communes").dropna(subset=["postcodes"])


@settings(max_examples=150)
@given(st.data())
def test_a_slip_never_moves_a_firm_to_another_department_in_silence(data):
    position = data.draw(st.integers(0, len(COMMUNES) - 1))
    row = COMMUNES.iloc[position]
    typed = {"code": row["commune_code"], "name": row["name"], "postcode": row["postcodes"].split()[0]}
    slipped = data.draw(st.sampled_from(sorted(typed)))
    for column in data.draw(st.sets(st.sampled_from(sorted(typed)), max_size=1)):
        # A wrong postcode and a name alone may well be another commune of that name: nothing can tell.
        if column != slipped and (slipped, column) != ("postcode", "code"):
            typed[column] = ""
    word = list(typed[slipped])
    at = data.draw(st.integers(0, len(word) - 1))
    kind = data.draw(st.sampled_from(["drop", "swap", "change"]))
    if kind == "drop":
        del word[at]
    elif kind == "swap" and at:
        word[at - 1], word[at] = word[at], word[at - 1]
    else:
        word[at] = data.draw(st.sampled_from("0123456789" if slipped != "name" else "aeinrst"))
    typed[slipped] = "".join(word)
    located = locate_commune(**typed)
    if located is not None and located[1] != "commune_conflict":
        assert located[0].department_code == row["department_code"], typed


def test_former_communes_lead_to_communes_of_today():
    former = reference.load("former_communes")
    assert set(former["commune_code"]) <= set(reference.load("communes")["commune_code"])
    assert locate_commune("60455", "La Neuville-Garnier") is None  # two communes have its ground
    for code in former["former_code"].iloc[::100]:
        # A number that is also a postcode of today, of one commune, is read as the postcode, and says so.
        assert locate_commune(code)[1] in ("", "commune_former", "commune_from_postcode")
    assert locate_commune("75012")[0].name == "Paris"  # once Boulogne-Billancourt
    assert b"0.7.0" in pq.read_schema(reference.FOLDER / "former_communes.parquet").metadata[b"source"]


def test_names_in_one_pass_are_those_taken_one_by_one():
    names = COMMUNES["name"].iloc[::40].tolist()
    assert normalise_names(names) == [normalise_name(name) for name in names]


def test_every_commune_is_found_by_its_name_and_postcodes_or_is_a_true_double():
    table = reference.load("communes").dropna(subset=["postcodes"])
    twins = table.assign(key=[normalise_name(n) for n in table["name"]]).duplicated(
        ["key", "postcodes"], keep=False
    )
    sample = table[~twins].iloc[::50]
    wrong = [
        row.commune_code
        for row in sample.itertuples()
        if find_commune(name=row.name, postcode=row.postcodes.split()[0]).commune_code != row.commune_code
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
        ("Villette-sur-Ain", "01320", 46.01, 5.25),  # the source gives a place 33 km away
        ("Val-de-Cognac", "16370", 45.75, -0.37),  # and here one 5 km away, in Cognac
    ],
)
def test_centres_repaired_and_islands_kept(name, postcode, latitude, longitude):
    found = find_commune(name=name, postcode=postcode)
    assert found.latitude == pytest.approx(latitude, abs=0.06)
    assert found.longitude == pytest.approx(longitude, abs=0.06)


def test_every_centre_lies_in_its_commune_or_near():
    """472 points of the source lie more than 3 km outside, ours 1 km at most; thin outlines cut corners."""
    table = COMMUNES.dropna(subset=["latitude"]).iloc[::5].set_index("commune_code")
    for code, rings in rings_of(table.index).items():
        latitude, longitude = table.loc[code, ["latitude", "longitude"]]
        here = np.array([longitude, latitude])
        km = np.array([111.3 * np.cos(np.radians(latitude)), 110.6])
        within = any(Ring(ring).contains_point(here) for ring in rings)
        off = min(_nearest((ring - here) * km) for ring in rings)
        assert within or off < 2.5, (code, off)


def _nearest(ring: np.ndarray) -> float:
    """How far the sides of a ring come to the origin."""
    start, step = ring[:-1], np.diff(ring, axis=0)
    squared = np.maximum((step**2).sum(axis=1), 1e-12)
    at = np.clip(-(start * step).sum(axis=1) / squared, 0, 1)[:, None]
    return float(np.hypot(*(start + at * step).T).min())


def test_communes_table():
    table = reference.load("communes")
    assert len(table) == 34969
    assert list(table.columns) == list(Commune._fields)
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
        ("2562B - Mécanique industrielle", "2562B", None),
        ("Code APE : 62 01 Z", "6201Z", None),
        ("25.62 B usinage", "2562B", None),
        ("2562Z", None, "25"),  # the class has A and B only
        ("2299Z", None, "22"),
    ],
)
def test_naf_as_typed(typed, code, division):
    assert nom.normalise_naf(typed) == code
    assert nom.naf_division(typed) == division


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("0111Z", ""),
        ("62.10Y", "naf_2025"),
        ("6210Z", "naf_2025"),  # a class that only NACE 2.1 has
        ("2562Y", "naf_2025"),  # a class of both, the letter of NAF 2025
        ("10.71H", "naf_2025"),
        ("252A", "naf_2003"),
        ("25.2A - Fabrication", "naf_2003"),
        ("22.29", "naf_incomplete"),
        (2562.0, "naf_incomplete"),
        ("2562Z", "unknown_naf_code"),
        ("0000Z", "unknown_naf_code"),
        ("Boulangerie", "unknown_naf_code"),
        ("2562B2562A", "unknown_naf_code"),
    ],
)
def test_revisions_of_the_naf_are_told_apart(typed, problem):
    assert nom.read_naf(typed)[1] == problem


def test_naf_classes_are_those_of_the_nace_and_the_decree():
    table = reference.load("naf_classes")
    assert all(nace.is_valid(code, revision="2.0") for code in table["naf_class_code"])
    assert len(table) == 615 and table["letters"].str.len().sum() == 732
    assert set("".join(table["letters"])) == set("ZABCDEF")


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
    same = ours["label_fr"].map(normalise_name) == real["label_fr"].map(normalise_name)
    assert same.sum() <= 5
