"""Group before hiding: eight firms of five communes are one intercommunalité, their ages three groups."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import employment, figures, flows, reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.codes import AGE_BANDS, ROUTES
from eit_analysis.config import Disclosure
from eit_analysis.flows.dimensions import RECOVERY
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.protected import NEARLY, finest, let_through
from eit_analysis.reference.levels import COARSER, WORDS, raised
from eit_analysis.reference.vocabulary import heading
from eit_analysis.study import Study

MASS = "mass_t_per_year"
RULES = Disclosure()
# Five communes of one intercommunalité, five divisions of one section.
PLACES = ["68334", "68063", "68348", "68372", "68045", "68334", "68063", "68348"]
SITES = pd.DataFrame(
    {
        "site_id": [f"F{i}" for i in range(8)],
        "name": [f"Atelier {i}" for i in range(8)],
        "siret": None,
        "naf_code": ["1310Z", "2562B", "2229A", "1013A", "2011Z", "2562B", "1310Z", "2229A"],
        "commune_code": PLACES,
        "commune_name": "",
        "actor_type": "firm",
        "headcount": 50,
    }
)
WAYS = ["recycling", "energy", "landfill", "reuse", "composting", "incineration", "incineration", "energy"]
CODES = ["150101", "150103", "200101", "150101", "030105", "170201", "191201", "150105"]
FAMILIES = ["cardboard", "wood"] * 4
MASSES = [40.0, 35.0, 30.0, 45.0, 38.0, 33.0, 42.0, 36.0]


def outgoing() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "flow_id": [f"f{i}" for i in range(8)],
            "site_id": SITES["site_id"],
            "direction": "out",
            "category": FAMILIES,
            "waste_code": CODES,
            MASS: MASSES,
            "mass_low_t_per_year": [mass / 1.2 for mass in MASSES],
            "mass_high_t_per_year": [mass * 1.2 for mass in MASSES],
            "route": WAYS,
            "cost_eur_per_t": 50.0,
            "quality": "clean",
            "contractor": None,
            "months": None,
            "evidence": "declared",
            "source_file": "a.xlsx",
            "source_sheet": "Flux",
            "source_row": range(2, 10),
        }
    )
    return flows.outgoing(flows.prepared(table, SITES, reference.load("waste_codes"), 0.5))


def people(bands: list[str], codes: list[str]) -> pd.DataFrame:
    rows = [(f"F{i}", codes[i % len(codes)], bands[i % len(bands)], 6.0 + i % 3) for i in range(8)]
    declared = pd.DataFrame(rows, columns=["site_id", "rome_code", "age_band", "headcount"])
    declared = declared.assign(
        occupation="Métier " + declared["rome_code"], fte=None, contract="permanent", hiring_difficulty=2.0
    )
    return employment.workforce.prepare(declared, 1, 1)


def released(study: Study, content: Breakdown, title: str, audience: str = "partners") -> Aggregate:
    table = Release(study, audience, "essai").table(content, title)
    assert isinstance(table, Aggregate)
    return table


def printed(table: Aggregate) -> tuple[list[str], list[str]]:
    """The headers, and the first cell of every line."""
    lines = Printed(table.seen_by(table.viewer, {}))
    return lines.header, [cells[0] for _, cells in lines.lines]


def test_firms_of_one_intercommunalite_are_shown_by_it_and_the_page_says_so(small_study: Study) -> None:
    content = flows.totals(outgoing(), "commune_code")
    table = released(small_study, content, "Tonnages sortants par commune")
    assert table.title == "Tonnages sortants par commune (ici par intercommunalité)"
    header, rows = printed(table)
    assert header[0] == "Intercommunalité"
    assert rows == ["CC de Thann-Cernay", "Total"]
    assert table.first().render() == "CC de Thann-Cernay"
    # The team sees every commune.
    own = released(small_study, content, "Tonnages sortants par commune", "internal")
    assert own.title == "Tonnages sortants par commune" and printed(own)[0][0] == "Commune"
    assert len(own.frame) == 6


def test_the_map_of_communes_that_are_put_together_is_bars(small_study: Study) -> None:
    release = Release(small_study, "partners", "essai")
    title = "Tonnages sortants par commune"
    table = release.table(flows.totals(outgoing(), "commune_code"), title)
    figure = release.figure(figures.commune_map, table, title)
    assert figure.title == "Tonnages sortants par commune (ici par intercommunalité)"
    assert not figure.drawable  # one bar
    page = figure.draw(table, **figure.options)
    assert "CC de Thann-Cernay" in page and "autre commune" not in page


def test_divisions_are_sections(small_study: Study) -> None:
    table = released(small_study, flows.totals(outgoing(), "naf_division"), "Par secteur")
    assert table.title == "Par secteur (ici par section de la NAF)"
    header, rows = printed(table)
    assert header[0] == "Section de la NAF" and rows == ["industrie manufacturière", "Total"]


def test_outlets_are_recovered_or_not(small_study: Study) -> None:
    table = released(small_study, flows.totals(outgoing(), "route"), "Par exutoire")
    assert table.title == "Par exutoire (ici selon la valorisation)"
    assert printed(table)[0][0] == "Valorisé"
    assert table.row("yes") >= 0 and "valorisé" in printed(table)[1]


def test_what_stands_within_its_own_level_has_its_sums_already() -> None:
    known = outgoing().columns
    assert raised(["recovery", "route"], "route", known) is None
    assert raised(["recovery", "route"], "recovery", known) is None
    assert raised(["category", "waste_code"], "waste_code", known) is None
    assert raised(["category", "route"], "route", known) == ["category", "recovery"]


def test_waste_codes_are_families(small_study: Study) -> None:
    table = released(small_study, flows.totals(outgoing(), "waste_code"), "Par code déchet")
    assert table.title == "Par code déchet (ici par famille)"
    assert printed(table)[1][-1] == "Total" and {"carton", "bois"} <= set(printed(table)[1])


def test_ages_are_three_groups_in_order(small_study: Study) -> None:
    people_ = people(["15-24", "25-29", "30-34", "40-44", "50-54", "55-59", "60 et plus", "55-59"], ["H2902"])
    three = employment.workforce.age_pyramid(people_, "age_group").frame
    assert three["age_group"].tolist() == ["moins de 30 ans", "30 à 54 ans", "55 ans et plus"]
    assert three["headcount"].tolist() == [13.0, 21.0, 21.0]
    table = released(small_study, employment.workforce.age_pyramid(people_), "Effectif par tranche d'âge")
    assert table.title == "Effectif par tranche d'âge (ici en trois tranches)"
    assert printed(table)[0][0] == "Groupe d'âges"


def test_every_age_band_is_in_a_group() -> None:
    assert set(employment.workforce.AGE_GROUPS) == set(AGE_BANDS)


def test_occupations_are_domains(small_study: Study) -> None:
    staff = people(["30-34"], ["H2902", "H2903", "H2909", "N1103"])
    table = released(small_study, employment.workforce.occupations(staff), "Métiers")
    assert table.title == "Métiers (ici par domaine de métiers)"
    assert printed(table)[0][0] == "Domaine de métiers" and "industrie" in printed(table)[1]


def test_a_figure_names_its_keys_as_the_table_was_asked_for(small_study: Study) -> None:
    release = Release(small_study, "partners", "essai")
    table = release.table(flows.totals(outgoing(), ["category", "naf_division"]), "Familles et secteurs")
    assert table.keys == ["category", "naf_section"]
    figure = release.figure(figures.sankey, table, "Chemins", stages=["naf_division", "category"])
    assert figure.options["stages"] == ["naf_section", "category"]
    assert figure.title == "Chemins (ici par section de la NAF)"
    assert "industrie manufacturière" in figure.draw(table, **figure.options)


@pytest.mark.parametrize(
    "by",
    ["commune_code", "naf_division", "waste_code", "route", ["quality", "route"], ["category", "route"],
     ["naf_division", "route"], ["category", "naf_division", "commune_code"]],
)  # fmt: skip
def test_what_is_shown_is_nearly_the_most_of_any_level(by: str | list[str]) -> None:
    content = flows.totals(outgoing(), by)
    best = finest(content, RULES)
    levels, most = [content], 0.0
    while levels:
        level = levels.pop()
        most = max(most, let_through(level, RULES))
        ups = [raised(level.keys, key, level.records.columns) for key in level.keys]
        levels += [level.regrouped(keys) for keys in ups if keys and level.regrouped]
    assert most > 0 and let_through(best, RULES) >= NEARLY * most
    assert len(best.keys) == len(content.keys)
    best.check("essai")


def test_a_level_that_shows_nearly_all_is_left_as_it_is(small_study: Study) -> None:
    one = outgoing().assign(naf_division="25", naf_section="C")
    table = released(small_study, flows.totals(one, "naf_division"), "Par secteur")
    assert table.title == "Par secteur" and table.keys == ["naf_division"]


def test_every_level_is_declared_and_has_words() -> None:
    assert set(WORDS) == set(COARSER.values())
    assert all(heading(key).header for pair in COARSER.items() for key in pair)
    letters = {code[0] for code in reference.load("rome_fap")["rome_code"]}
    assert letters <= set(heading("rome_domain").labels)
    sections = set(reference.load("naf_divisions")["section"])
    assert sections <= set(heading("naf_section").labels)
    assert set(ROUTES) == set(RECOVERY)
