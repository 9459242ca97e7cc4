"""What a comment states of one unit: read where a clause says that and nothing else, doubted otherwise."""

import pytest

from eit_analysis.intake.cells.remarks import read_remark
from eit_analysis.intake.cells.stated import Stated, read_stated
from eit_analysis.intake.cleaning.measures import _measure


def measured(unit, period, category, comment, months=12):
    said = read_remark(comment).unit, read_stated(comment)
    return _measure(("", True, False), said, "", ("", "", ""), unit, period, False, category, months)


READ = [
    ("m3", "mineral", "densité 2,4 t/m³", 2.4),
    ("m³", "wood", "0,25 t/m3 d'après le récupérateur", 0.25),
    ("L", "chemical", "densité 0,88", 0.00088),
    ("unités", "weee", "environ 3,2 kg pièce", 0.0032),
    ("unités", "wood", "22 kg l'unité", 0.022),
    ("fûts", "chemical", "fût de 180 kg net", 0.18),
    ("pneus", "other", "8 kg pièce", None),  # of no unit that is known: asked
    ("bennes", "mineral", "7 t par benne", 7.0),
]


@pytest.mark.parametrize(("unit", "category", "comment", "tonnes"), READ)
def test_the_weight_that_a_comment_states_is_that_of_one_unit(unit, category, comment, tonnes):
    measure = measured(unit, "year", category, comment)
    if tonnes is None:
        assert measure.problems
    else:
        assert measure.tonnes[0] == pytest.approx(tonnes)
        assert "weight_from_comment" in [found.code for _, found in measure.conversions]


# Bounds, ranges, empty weights, weights of something else, two values, what units of the family never weigh.
DOUBTED = [
    ("sacs", "mixed", "max 25 kg par sac"),
    ("sacs", "biowaste", "3 à 5 kg pièce"),
    ("bennes", "wood", "camion 26 t benne amovible"),
    ("bennes", "other", "pneus VL, 8 kg l'unité"),
    ("bidons", "plastic", "emballages vides souillés, bidons de 25 kg"),
    ("palettes", "wood", "palettes perdues, livraisons en palette de 1 t"),
    ("bennes", "metal", "2.500 kg la benne"),
    ("m3", "plastic", "densité 2"),
    ("m3", "mixed", "densité 0,2 à 0,35"),
    ("m3", "chemical", "densité inconnue, 2 enlèvements"),
    ("rames", "paper", "rame de 80 g/m²"),
]


@pytest.mark.parametrize(("unit", "category", "comment"), DOUBTED)
def test_a_weight_that_is_not_plainly_of_one_unit_is_not_used_without_a_word(unit, category, comment):
    measure = measured(unit, "year", category, comment)
    assert "weight_from_comment" not in [found.code for _, found in measure.conversions]
    assert measure.doubt or measure.problems or read_remark(comment).finding


@pytest.mark.parametrize(
    ("comment", "days"),
    [
        ("310 jours de collecte par an", 310),
        ("résidence ouverte 365 j/an", 365),
        ("6 jours sur 7 toute l'année (312 jours)", 312),
        ("ouvert 7j/7 toute l'année", 365),
        ("livré sous 120 jours", 0),
        ("fermé 120 jours par an", 0),
        ("DLC 120 jours", 0),
        ("120 jours en 2017, 250 jours cette année", 0),
    ],
)
def test_days_of_opening_are_those_that_a_comment_says_to_be(comment, days):
    measure = measured("kg", "day", "biowaste", comment)
    assert measure.periods[0] == (days or 250)
    assert days or measure.doubt
    assert measured("kg", "day", "biowaste", comment, months=6).periods[0] == 125  # of which months, is asked


def test_a_comment_says_nothing_of_what_needs_nothing():
    assert read_stated("pesés chez le ferrailleur") == Stated()
    measure = measured("t", "year", "mineral", "densité 2,4 t/m³, 8 kg pièce")
    assert measure.tonnes[0] == 1.0 and measure.doubt is None


def test_a_total_of_the_year_contradicts_another_period():
    assert [found.code for _, found in measured("t", "month", "mixed", "total de l'année").problems]
    assert not measured("t", "year", "mixed", "total de l'année").problems
