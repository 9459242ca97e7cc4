"""What titles, notes and other columns of a sheet say of its quantities, and what says nothing of them."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.sheets.headers import find_form
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.regions import beside_quantity
from eit_analysis.intake.sheets.titles import TitleRemark, hear, read_title

YEARS = frozenset({"2018"})


@pytest.mark.parametrize(
    "text",
    [
        "Les champs en rouge sont obligatoires",
        "Les cellules grisées sont calculées",
        "En gras : à remplir",
        "Objectif : connaître les gisements du territoire",
        "Chiffre d'affaires en milliers d'euros",
        "Barre, tubes",
        "Site T2",
        "Liste des déchets (décision 2014/955/UE)",
        "Déchets (loi AGEC de février 2020)",
        "Plan régional de prévention et de gestion des déchets 2019-2031",
        "À renvoyer avant fin mars 2018",
        "Questionnaire déchets, version mars 2024",
        "Les coûts sont en €/t",
        "Volumes en m3 convertis par nos soins",
        "Bilan des déchets 2018",
    ],
)
def test_ordinary_titles_say_nothing_of_the_quantities(text):
    assert read_title(text, YEARS) == TitleRemark()


@pytest.mark.parametrize(
    "text",
    [
        "Budget 2018",
        "Objectifs 2018",
        "Bilan du 1er semestre 2018",
        "Tonnages T2 2018",
        "Suivi des déchets - mars 2018",
        "Déchets du 01/01/2018 au 30/06/2018",
        "Du 01/01/2016 au 31/12/2016",
        "Données de l'année 2016",
        "Chiffres en milliers de tonnes",
        "En rouge : estimations",
        "Les lignes surlignées sont à confirmer",
        "En bleu : 2017",
    ],
)
def test_another_time_a_budget_and_a_legend_of_estimates_are_asked(text):
    assert read_title(text, YEARS).doubt == text


@pytest.mark.parametrize(
    ("text", "unit", "states"),
    [
        ("Quantités en kg, coûts en €/t", "kg", True),
        ("Quantités en kg et coûts en €/t", "kg", True),
        ("Unité : kg", "kg", True),
        ("(kg)", "kg", True),
        ("Tonnages (t)", "t", True),
        ("Merci d'indiquer les quantités en tonnes si possible", "tonnes", False),
    ],
)
def test_a_title_states_a_unit_or_asks_for_it(text, unit, states):
    assert read_title(text) == TitleRemark(unit, text if states else "")


def test_many_titles_among_many_rows_are_heard_at_once():
    cells = Rows.of([["Budget 2018" if n % 2 else f"palettes {n}"] for n in range(20_000)])
    titles = dict.fromkeys(range(1, 19_999, 2), "Budget 2018")
    start = perf_counter()
    found = hear(titles, {}, cells, np.arange(0, 20_000, 2), YEARS)
    assert perf_counter() - start < 2
    assert found == [TitleRemark(), *[TitleRemark(doubt="Budget 2018")] * 9_999]


@pytest.mark.parametrize(
    ("stated", "beside", "asked"),
    [
        ("Quantité (t)", "Tonnage réel", True),
        ("Quantité (t)", "Quantité de déchets pesée (kg)", True),
        ("Poids (kg)", "Nombre (unités)", True),
        ("Quantité (t)", "Masse volumique (kg/m3)", False),
        ("Quantité (t)", "Quantité de contenants", False),
        ("Quantité (t)", "Quantité (m3)", False),
        ("Quantité (t)", "Nombre (unités)", False),
    ],
)
def test_another_quantity_beside_is_asked_and_no_density_nor_number_of_bins(stated, beside, asked):
    cells = Rows.of([["Désignation", "Sens", "Catégorie", stated, beside], ["palettes", "", "", "12", "450"]])
    layout, ledger = find_form("flows", cells), Ledger()
    beside_quantity(layout, cells, np.array([1]), 0, ledger)
    assert bool(ledger.doubted) == asked
