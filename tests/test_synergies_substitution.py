"""Substitution: both ways of matching equal pair-by-pair reasoning, and no gate can be bought."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.gates import stops_of_receivers
from eit_analysis.synergies.nationwide import best_candidates as in_parts
from eit_analysis.synergies.offers import month_mask
from eit_analysis.synergies.substitution import (
    CANDIDATE_COLUMNS,
    REJECTED_COLUMNS,
    by_gate,
    candidates,
    own_uses,
    read_pairs,
    with_masses,
)

FLOW_COLUMNS = [
    "flow_id", "site_id", "direction", "category", "waste_code", "mass_t_per_year", "mass_low_t_per_year",
    "mass_high_t_per_year", "evidence", "quality", "route", "cost_eur_per_t", "months",
]  # fmt: skip
RULE_COLUMNS = [
    "rule_id", "waste_code_prefix", "category", "worst_quality", "input_category", "input_waste_codes",
    "other_needs", "receiver_naf_codes", "use", "treatment", "yield_low", "yield_central", "yield_high",
    "legal_status", "hazardous_allowed", "maturity", "source", "year", "route", "delivered_quality",
    "proving_needs",
]  # fmt: skip
SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C", "D"],
        "naf_code": ["2562B", "1072Z", "3832Z", None],
        "actor_type": ["firm", "firm", "outlet", None],
        # About 0, 11, 22 km along a meridian; D has no place.
        "latitude": [47.8, 47.9, 48.0, None],
        "longitude": [7.1, 7.1, 7.1, None],
    }
)
HAZARDOUS = {"120109"}


def flow(flow_id, site, direction, category, tonnes, code=None, quality="clean", months=None):
    return {
        "flow_id": flow_id, "site_id": site, "direction": direction, "category": category, "waste_code": code,
        "mass_t_per_year": tonnes, "mass_low_t_per_year": 0.8 * tonnes, "mass_high_t_per_year": 1.2 * tonnes,
        "evidence": "declared", "quality": quality, "route": "landfill" if direction == "out" else None,
        "cost_eur_per_t": None, "months": months,
    }  # fmt: skip


def flow_table(rows):
    return pd.DataFrame(rows, columns=FLOW_COLUMNS).astype({"cost_eur_per_t": float})


def rule(
    rule_id, prefix="", category="", target="wood", worst="soiled", naf="", hazard=0, yields=(0.8, 0.9, 1),
    objects="", delivered="",
):  # fmt: skip
    return {
        "rule_id": rule_id, "waste_code_prefix": prefix or None, "category": category or None,
        "worst_quality": worst, "input_category": target, "receiver_naf_codes": naf or None,
        "input_waste_codes": objects or None, "other_needs": None, "proving_needs": None,
        "use": "recycling", "treatment": "tri",
        "yield_low": yields[0], "yield_central": yields[1],
        "yield_high": yields[2], "legal_status": "waste", "hazardous_allowed": hazard, "maturity": 8,
        "source": "test", "year": 2026, "route": "recycling", "delivered_quality": delivered or None,
    }  # fmt: skip


def rule_table(rows):
    return pd.DataFrame(rows, columns=RULE_COLUMNS)


def run(flows, rules, radius_km=20.0):
    return candidates(flow_table(flows), SITES, rule_table(rules), radius_km, 1.3)


def test_a_need_that_names_its_use_wins_over_a_more_mature_rule():
    """« Drêches et aliments pour vaches laitières » : feed, whatever else their code could become."""
    biowaste = {"category": "biowaste", "target": "biowaste"}
    rules = [rule("R1", **biowaste) | {"maturity": 9, "use": "biogaz et digestat"},
             rule("R2", **biowaste) | {"use": "drêches pour l'élevage"}]  # fmt: skip
    flows = [flow("o", "A", "out", "biowaste", 100), flow("i", "B", "in", "biowaste", 40)]
    for text, expected in (("Aliments pour vaches", "R2"), ("Marcs et lisiers", "R1")):
        told = flow_table(flows).assign(description=text)
        for found in (candidates(told, SITES, rule_table(rules), 20.0, 1.3)[0],
                      pd.concat(in_parts(told, SITES, rule_table(rules), 20.0, 1.3, 5))):  # fmt: skip
            assert found["rule_id"].tolist() == [expected]
    # And what is not made into feed meets no need of it.
    told = flow_table(flows).assign(description="Aliments pour vaches")
    assert candidates(told, SITES, rule_table(rules[:1]), 20.0, 1.3)[0].empty


def test_the_most_mature_rule_speaks_then_the_best_yield_then_the_first_name():
    mature, poor, rich, again = (
        rule("R1", category="wood", yields=(0.1, 0.2, 0.3)) | {"maturity": 9},
        rule("R2", category="wood", yields=(0.5, 0.6, 0.7)),
        rule("R4", category="wood"),
        rule("R3", category="wood"),
    )
    flows = [flow("A-1", "A", "out", "wood", 10), flow("B-1", "B", "in", "wood", 6)]
    for rules, kept in (([poor, mature, rich], "R1"), ([poor, rich], "R4"), ([rich, again], "R3")):
        assert list(run(flows, rules)[0]["rule_id"]) == [kept]


def test_of_rules_as_mature_the_one_that_names_the_receiver_speaks_before_the_better_yield():
    named, anyone = rule("R2", category="wood", naf="1072"), rule("R1", category="wood", yields=(0.9, 1, 1))
    flows = [flow("A-1", "A", "out", "wood", 10), flow("B-1", "B", "in", "wood", 6)]
    for rules in ([named, anyone], [anyone, named]):
        passed, _ = run(flows, rules)
        assert list(passed["rule_id"]) == ["R2"] and list(passed.columns) == CANDIDATE_COLUMNS
    passed, _ = run(flows, [anyone | {"maturity": 9}, named])
    assert list(passed["rule_id"]) == ["R1"]


def test_an_unknown_activity_receives_no_hazardous_waste():
    pairs = pd.DataFrame(
        {
            "naf_code": ["", "", "3822Z", "2410Z", ""],
            "receiver_naf_codes": ["38.22", "38.22", "38.22", "38.22", None],
            "hazardous_allowed": [0, 1, 1, 1, 1],
            "input_category": "chemical",
            "input_waste_code": "",
            "input_waste_codes": "",
            "object_asked": "",
            "need_told": "",
            "use_told": "",
            "other_needs": "",
            "proving_needs": "",
        }
    )
    assert list(stops_of_receivers(pairs)["receiver"]) == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("naf", "code", "residue", "need", "offered"),
    [
        ("1610A", "030105", "Sciures", "Grumes résineux", False),
        ("1610A", "030105", "Sciures", "Plaquettes pour la chaudière", True),
        ("1320Z", "040222", "Lisières", "Fils de coton", False),
        ("2229A", "120105", "Purges et carottes PP", "Granulés PP vierge", True),
        ("2229A", "120105", "Rebuts PE", "Granulés PP vierge", False),
        ("2229A", "120105", "Rebuts PEHD", "Granulés polyéthylène", True),
        ("2229A", "120105", "Rebuts PE et PP", "Granulés PP vierge", True),
        ("1085Z", "030105", "Sciures et copeaux", "Plaquettes de bois pour la chaudière", True),
        ("1085Z", "030105", "Chutes de panneaux", "Plaquettes de bois pour la chaudière", False),
        ("1085Z", "030105", "Sciures et copeaux", "Granulés de bois pour la chaudière", False),
        ("1085Z", "030105", "Sciures et copeaux", "Plaquettes de bois", False),
        ("1623Z", "030105", "Sciures et copeaux", "Bois massif et panneaux", False),
        ("1623Z", "030105", "Chutes de bois massif", "Bois massif et panneaux", True),
        ("4391A", "170201", "Chutes de charpente", "Bois d'œuvre", False),
        ("4391A", "170201", "Charpentes déposées", "Bois d'œuvre", True),
        ("1085Z", "020304", "Plats déclassés encore consommables", "Légumes frais", False),
        ("1085Z", "020304", "Carottes déclassées", "Légumes frais", True),
        # Whey is dried, of cheese there is none to dry; neither is the milk that it comes from.
        ("1051C", "020501", "Fromages déclassés, croûtes et talons", "Lait cru", False),
        ("1051C", "020501", "Lactosérum doux", "Lait cru", False),
        ("1051C", "020501", "Fromages déclassés", "Fromages à fondre", True),
        ("2229A", "070213", "Chutes de film polyéthylène", "Polyéthylène régénéré en granulés", False),
        ("2221Z", "070213", "Chutes de film polyéthylène", "Polyéthylène régénéré en granulés", True),
        ("2221Z", "070213", "Films imprimés et purges", "Polyéthylène régénéré en granulés", False),
        ("2222Z", "070213", "Chutes de film polyéthylène", "Granulés pour injection", False),
        ("2221Z", "150102", "Films et housses plastiques", "Polyéthylène régénéré en granulés", False),
        ("2222Z", "150102", "Films étirables", "Granulés vierges", False),
        ("3832Z", "150102", "Films étirables", "Rebuts et films plastiques triés", True),
        ("2229A", "160119", "Pare-chocs", "Granulés vierges", False),
        ("8810C", "150101", "Cartons d'emballage", "Cartons pour conditionnement", False),
        ("8810C", "150101", "Cartons d'emballage", "Carton de calage", True),
        ("3103Z", "040222", "Chutes de coupe", "Ouate et feutre de rembourrage", False),
        ("3103Z", "040222", "Chutes de coupe", "Chutes textiles à effilocher", True),
        ("3832Z", "150102", "Films multicouches", "Rebuts et films plastiques triés", False),
        ("4791B", "150101", "Cartons d'emballage", "Cartons et calages neufs", False),
        ("4312A", "170504", "Terres et déblais", "Graves et sables", False),
        ("4312A", "170504", "Terres et déblais", "Terre végétale et remblai", True),
        ("4312A", "170101", "Béton concassé", "Graves et sables", True),
    ],
)
def test_a_residue_is_no_substitute_for_what_it_comes_from(naf, code, residue, need, offered):
    families = {"0301": "wood", "0402": "textile", "0203": "food", "0205": "food", "1501": "cardboard",
                "1701": "mineral", "1702": "wood", "1705": "mineral"}  # fmt: skip
    category = "plastic" if code == "150102" else families.get(code[:4], "plastic")
    flows = flow_table(
        [flow("o", "A", "out", category, 10, code), flow("i", "A", "in", category, 90),
         flow("o2", "B", "out", category, 10, code)]
    ).assign(description=[residue, need, residue])  # fmt: skip
    actors, rules = SITES.assign(naf_code=naf), reference.load("compatibility")
    own = own_uses(with_masses(read_pairs(flows, actors, rules), flows))
    passed, _ = candidates(flows, actors, rules, 20.0, 1.3)
    across = best_candidates(flows, actors, rules, 20.0, 1.3, 5)
    assert (len(own), len(passed), len(across)) == (offered, offered, offered)


@pytest.mark.parametrize(
    ("naf", "code", "category", "residue", "need", "rule_id"),
    [
        # What a need is called by its use is met by nothing else, whatever its taker's trade.
        ("0113Z", "150101", "cardboard", "Cartons d'emballage", "Plateaux carton", None),
        ("0113Z", "150101", "cardboard", "Cartons d'emballage", "Cartons pour paillage", "cardboard_mulch"),
        ("8810C", "040109", "textile", "Chutes de cuir", "Coton à couper en chiffons d'essuyage", None),
        ("0113Z", "020304", "biowaste", "Issues de céréales", "Compost normé NFU 44-051", None),
        ("0113Z", "020304", "biowaste", "Issues de céréales", "Matières à épandre", "biowaste_spreading"),
        ("4621Z", "030105", "wood", "Sciure fraîche", "Sciure et copeaux pour litière", "wood_bedding"),
        ("4621Z", "030105", "wood", "Dosses et délignures", "Sciure et copeaux pour litière", None),
        ("0113Z", "030101", "wood", "Écorces", "Paillage d'écorces", "wood_mulch"),
        ("4621Z", "020601", "biowaste", "Biscuits cassés", "Aliments du bétail", "bakery_feed"),
        # Who asks for pallets takes pallets, and of their code no crates.
        ("2229A", "030101", "wood", "Écorces", "Palettes 80x120 d'occasion", None),
        ("1020Z", "030105", "wood", "Dosses et délignures", "Palettes d'occasion", None),
        ("2229A", "150103", "wood", "Cagettes bois légères", "Palettes Europe", None),
        ("2229A", "150103", "wood", "Caisses et calages bois", "Palettes Europe", None),
        ("2229A", "150103", "wood", "Palettes et caisses bois", "Palettes Europe", "wood_pallet"),
        ("2229A", "150103", "wood", "", "Palettes Europe", "wood_pallet"),
        # Nor are they for furniture: its maker ships on pallets, and takes apart what it asks for as wood.
        ("3109B", "150103", "wood", "Palettes cassées", "Palettes Europe", None),
        ("3109B", "150103", "wood", "Palettes cassées", "Palettes", None),
        ("3109B", "150103", "wood", "Palettes EUR", "Palettes Europe", "wood_pallet_direct"),
        ("3109B", "150103", "wood", "Palettes cassées", "Bois de palettes", "wood_carpentry"),
        ("3109B", "150103", "wood", "Palettes cassées", "Palettes à démonter", "wood_carpentry"),
        ("8899B", "150103", "wood", "Palettes cassées", "Palettes pour atelier bois", "wood_carpentry"),
        ("8899B", "150103", "wood", "Palettes cassées", "Palettes", "wood_pallet_reuse"),
        # Who makes panels burns what it could press only where it asks for fuel.
        ("1621Z", "150103", "wood", "Palettes perdues", "Palettes à broyer", "wood_panel"),
        ("1621Z", "030105", "wood", "Dosses", "Plaquettes de bois", "wood_panel"),
        ("1621Z", "030105", "wood", "Dosses", "Plaquettes pour la chaudière", "wood_fuel_a"),
        # What a sorting site calls class A is burnt by any boiler; nothing else of that code is raw.
        ("1051A", "191207", "wood", "Bois A broyé", "Plaquettes pour la chaudière", "wood_fuel_a"),
        ("8411Z", "191207", "wood", "Broyat classe A", "Plaquettes classe A, chaufferie", "wood_fuel_a"),
        ("1051A", "191207", "wood", "Bois à broyer", "Plaquettes pour la chaudière", None),
        ("1051A", "191207", "wood", "Bois A et B broyés", "Plaquettes pour la chaudière", None),
        ("3530Z", "191207", "wood", "Bois B broyé", "Plaquettes pour la chaudière", "wood_fuel_b"),
        ("3530Z", "191207", "wood", "Bois A broyé", "Plaquettes pour la chaudière", "wood_fuel_a"),
        ("1621Z", "191207", "wood", "Bois A broyé", "Bois pour panneaux", "wood_panel"),
        # Of plastics the form is asked for, and the resin.
        ("2222Z", "120105", "plastic", "Carottes PEHD", "Films PE", None),
        ("2222Z", "150102", "plastic", "Caisses PEHD réformées", "Films PE", None),
        ("2222Z", "150102", "plastic", "Films étirables PE", "Films PE", "plastic_film"),
        ("3832Z", "150102", "plastic", "Films étirables PE", "Plastiques rigides PP et PE", None),
        # A stretch film is of polyethylene, as it need not say.
        ("3832Z", "150102", "plastic", "Films de palettisation", "Rebuts PS et PP", None),
        ("3832Z", "150102", "plastic", "Films de palettisation", "Films PE", "plastic_film"),
        ("3832Z", "150102", "plastic", "Films étirables PE", "Mousse de rembourrage", None),
        ("3832Z", "150102", "plastic", "Caisses PEHD", "Plastiques rigides PP et PE", "plastic_regeneration"),
        ("2222Z", "150102", "plastic", "Caisses PEHD réformées", "Granulés PP/PEHD", "plastic_regrind"),
        ("2222Z", "200139", "plastic", "Bacs PP", "Granulés PP/PEHD", "plastic_regrind"),
        ("2222Z", "070213", "plastic", "Carottes et purges PP", "Granulés PP/PEHD", "plastic_regrind"),
        ("2222Z", "150102", "plastic", "Caisses PVC", "Granulés PP/PEHD", None),
        ("2229A", "150102", "plastic", "Films étirables PE", "Granulés PP/PEHD", None),
        # Planings go back into asphalt, where it is made.
        ("4211Z", "170302", "mineral", "Fraisats d'enrobés", "Sable de tranchée", "rubble"),
        ("4211Z", "170302", "mineral", "Fraisats d'enrobés", "Agrégats d'enrobés", "asphalt"),
        # Nor is a mattress any clothes, while clothes are.
        ("8899B", "200307", "textile", "Matelas et chaises", "Vêtements, linge de maison", None),
        ("8899B", "200110", "textile", "Vêtements invendus", "Vêtements, linge de maison", "textile_reuse"),
        # A gift goes to who may receive it, and not to a kitchen that buys, to which one may sell.
        ("8899B", "200108", "food", "Repas non servis", "Denrées de l'épicerie solidaire", "food_donation"),
        ("5629B", "200108", "food", "Repas non servis", "Produits laitiers", None),
        ("5629B", "200108", "food", "Repas non servis", "Denrées", "food_discount"),
        ("8730A", "200108", "food", "Repas non servis", "Denrées", None),
        ("5629B", "020501", "food", "Fromages déclassés", "Produits laitiers et fromages", "food_discount"),
        # Nobody buys rinds for cheese, nor drinks whey; of a mixed lot a charity takes the cheeses.
        ("5629B", "020501", "food", "Fromages déclassés, croûtes et talons", "Produits laitiers", None),
        ("5629B", "020501", "food", "Lactosérum doux", "Produits laitiers", None),
        ("8899B", "020501", "food", "Lactosérum doux", "Denrées de l'épicerie solidaire", None),
        ("8899B", "020501", "food", "Fromages déclassés, croûtes et talons", "Denrées", "food_donation"),
        ("8899B", "020501", "food", "Croûtes de fromage", "Denrées", None),
        # A need for animals of its own or of its members feeds them, whoever buys it; a food is none.
        ("4621Z", "020501", "food", "Lactosérum doux", "Lactosérum pour porcs", "whey_feed_food"),
        ("4621Z", "020501", "food", "Fromages, croûtes", "Lactosérum et coproduits pour porcs", "food_feed"),
        ("4621Z", "020601", "food", "Pain rassis", "Aliments pour les vaches", "food_feed"),
        ("1013A", "020601", "food", "Pain rassis", "Viandes de porc et de volaille", None),
        ("8899B", "020601", "food", "Pain rassis", "Aliments pour animaux", "food_feed"),
        # Class A is class A, and a sheltered workshop for furniture no yard of shredded panels.
        ("3832Z", "030105", "wood", "Chutes de MDF", "Palettes et bois A", None),
        ("3832Z", "030105", "wood", "Dosses", "Palettes et bois A", "wood_platform"),
        ("3832Z", "030105", "wood", "Chutes de MDF", "Meubles et bois massif", None),
    ],
)  # fmt: skip
def test_a_need_is_met_by_what_it_is_called(naf, code, category, residue, need, rule_id) -> None:
    flows = flow_table([flow("o", "A", "out", category, 10, code), flow("i", "B", "in", category, 90)])
    flows = flows.assign(description=[residue, need])
    actors = SITES.assign(naf_code=naf, actor_type="firm")
    rules = reference.load("compatibility")
    passed, _ = candidates(flows, actors, rules, 20.0, 1.3)
    across = best_candidates(flows, actors, rules, 20.0, 1.3, 5)
    told = [found["rule_id"].tolist() for found in (passed, across)]
    assert told[0] == told[1]
    assert [rule.startswith(rule_id or "-") for rule in told[0]] == [True] * (rule_id is not None), told


@pytest.mark.parametrize(("naf", "need"), [("5629B", "Légumes frais"), ("8899B", "Denrées")])
def test_nobody_makes_a_gift_to_himself(naf, need) -> None:
    """« À reprendre chez soi » : unserved meals of a kitchen, given by it to a charity, as its vegetables."""
    rows = [flow("o", "A", "out", "food", 7, "200108"), flow("i", "A", "in", "food", 90),
            flow("j", "B", "in", "food", 90)]  # fmt: skip
    flows = flow_table(rows).assign(description=["Repas non servis", need, "Denrées"])
    actors, rules = SITES.assign(naf_code=naf, actor_type="firm"), reference.load("compatibility")
    assert own_uses(with_masses(read_pairs(flows, actors, rules), flows)).empty
    assert len(candidates(flows, actors, rules, 20.0, 1.3)[0]) == 1


@pytest.mark.parametrize(
    ("waste_code", "description", "tonnes", "rules_read"),
    [
        ("150102", "Big bags vides PP", 0.9, []),  # nobody washes and extrudes 0.9 t
        ("150102", "Big bags vides PP", 19.9, []),
        ("150102", "Big bags vides PP", 20.0, ["plastic_goods_150102"]),
        ("070213", "Carottes et rebuts PP noir", 0.9, ["plastic_regrind_070213"]),  # ground beside the press
    ],
)
def test_a_firm_neither_washes_nor_extrudes_less_than_a_lorry_of_its_own(
    waste_code, description, tonnes, rules_read
) -> None:
    rows = [flow("o", "A", "out", "plastic", tonnes, waste_code), flow("i", "A", "in", "plastic", 240)]
    flows = flow_table(rows).assign(description=[description, "PP recyclé (broyé ou regranulé)"])
    actors, rules = SITES.assign(naf_code="2229A", actor_type="firm"), reference.load("compatibility")
    found = own_uses(with_masses(read_pairs(flows, actors, rules), flows))
    assert found["rule_id"].tolist() == rules_read


@pytest.mark.parametrize(
    ("naf", "quality", "need", "home", "n"),
    [
        ("2511Z", "mixed", "Poudre polyester", True, 1),
        ("2561Z", "clean", "Poudre époxy", True, 1),
        ("2511Z", "soiled", "Poudre polyester", True, 0),
        ("2511Z", "mixed", "Dégraissant alcalin", True, 0),
        ("2511Z", "mixed", "Poudre à laver", True, 0),
        ("2511Z", "clean", "Poudre polyester", False, 0),  # the shade of another is no use
        ("2561Z", "mixed", "Poudre polyester", False, 0),
    ],
)
def test_powder_that_missed_its_piece_is_sprayed_again_by_who_buys_some(naf, quality, need, home, n) -> None:
    """6.8 t a year were landfilled at 240 €/t beside a purchase of 31 t at 4,900."""
    taker = "A" if home else "B"
    rows = [flow("o", "A", "out", "chemical", 6.8, None, quality), flow("i", taker, "in", "chemical", 31)]
    flows = flow_table(rows).assign(description=["Surplus de poudre polyester", need])
    actors, rules = SITES.assign(naf_code=naf, actor_type="firm"), reference.load("compatibility")
    pairs = with_masses(read_pairs(flows, actors, rules), flows)
    found = own_uses(pairs) if home else candidates(flows, actors, rules, 20.0, 1.3)[0]
    assert found["rule_id"].tolist() == ["powder_recovery"] * n
    across = best_candidates(flows, actors, rules, 20.0, 1.3, 5)
    assert "powder_recovery" not in set(across["rule_id"])


def test_a_need_of_what_is_recovered_is_served_before_its_new_matter() -> None:
    """Sludge for a cement works was set against limestone of its own quarry, at 1.2 € a tonne more."""
    for named, asked in (("Matières calciques de substitution", ["j"]), ("Calcaire broyé", ["i", "j"])):
        rows = [flow("o", "A", "out", "mineral", 18, "060503"), flow("i", "B", "in", "mineral", 980),
                flow("j", "B", "in", "mineral", 20)]  # fmt: skip
        told = flow_table(rows).assign(description=["Boues carbonatées", "Calcaire de carrière", named])
        sites, rules = SITES.assign(naf_code="2351Z", actor_type="firm"), reference.load("compatibility")
        passed, rejected = candidates(told, sites, rules, 20.0, 1.3)
        assert passed["in_flow_id"].tolist() == asked
        assert rejected["gate"].tolist() == ["named_need"] * (asked == ["j"])
        home = told.assign(site_id="B")
        own = own_uses(with_masses(read_pairs(home, sites, rules), home))
        assert own["in_flow_id"].tolist() == asked


def test_who_takes_pallets_to_repair_does_not_take_back_those_it_could_not():
    rules, actors = reference.load("compatibility"), SITES.assign(naf_code="1624Z")
    for need, n in (("Palettes à réparer", 0), ("Bois pour caisses", 1)):
        flows = flow_table([flow("o", "A", "out", "wood", 10, "150103"), flow("i", "A", "in", "wood", 90)])
        flows = flows.assign(description=["Palettes cassées", need])
        assert len(own_uses(with_masses(read_pairs(flows, actors, rules), flows))) == n


def test_sawdust_is_a_small_part_of_what_a_boiler_of_another_firm_burns() -> None:
    """132 t of sawdust were to replace as many tonnes of chips, shredded."""
    flows = flow_table(
        [flow("o", "A", "out", "wood", 132, "030105"), flow("i", "B", "in", "wood", 100)]
    ).assign(description=["Sciures", "Plaquettes pour la chaudière"], quality="clean")  # fmt: skip
    sites = SITES.assign(naf_code="3530Z", actor_type="firm")
    (found,) = candidates(flows, sites, reference.load("compatibility"), 20.0, 1.3)[0].to_dict("records")
    assert found["rule_id"] == "wood_fuel_fines_030105" and "sans broyage" in found["treatment"]
    assert found["matched_t_per_year"] == pytest.approx(15.0)


def test_tyres_make_no_plastic():
    """Powder of tyres is no polypropylene: « Pneus usagés » stood first of the leads of a moulder."""
    flows = flow_table(
        [flow("o", "A", "out", "other", 7, "160103"), flow("i", "B", "in", "plastic", 900)]
    ).assign(description=["Pneus usagés", "Granulés PP vierge"])  # fmt: skip
    rules = reference.load("compatibility")
    assert candidates(flows, SITES.assign(naf_code="2229A"), rules, 20.0, 1.3)[0].empty


@pytest.mark.parametrize(
    ("designation", "status"),
    [
        ("Bacs et caisses plastiques rigides réformés", "waste"),
        ("Fûts d'occasion", "waste"),
        ("Caisses hors d’usage", "waste"),
        ("Carottes d'injection", "by_product"),
        ("Chutes de films à usage unique", "by_product"),
    ],
)
def test_a_used_object_is_no_residue_of_a_process_and_so_no_by_product(designation, status):
    rules = rule_table([rule("again", category="plastic", target="plastic")])
    flows = flow_table(
        [flow("o", "A", "out", "plastic", 10, "120105"), flow("i", "B", "in", "plastic", 10)]
    ).assign(description=[designation, "Granulés PP"])  # fmt: skip
    (found,) = candidates(flows, SITES, rules.assign(legal_status="by_product"), 20.0, 1.3)[0].itertuples()
    assert found.legal_status == status


def test_haversine_of_paris_and_lyon():
    # 392 km between the two town halls (IGN, Géoportail).
    assert haversine_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(391.5, abs=1.0)


def test_month_masks():
    masks = month_mask(pd.Series(["1 2 3", None, "", "12"]))
    assert [int(m).bit_count() for m in masks] == [3, 12, 12, 1]


@pytest.mark.parametrize(("category", "tonnes"), [("food", 5.0), ("biowaste", 5.0), ("wood", 12.0)])
def test_what_spoils_passes_in_the_months_of_both_alone(category, tonnes):
    # 12 t over the year for a need of 40 t in five months: 5 t come then. Wood waits.
    def of(taking):
        flows = [flow("A-1", "A", "out", category, 12), flow("B-1", "B", "in", category, 40, months=taking)]
        return run(flows, [rule("R1", category=category, target=category)])[0].iloc[0]

    row, never_short = of("6 7 8 9 10"), of(None)
    columns = ["diverted_t_per_year", "diverted_low_t_per_year", "diverted_high_t_per_year"]
    assert row[columns].tolist() == pytest.approx([tonnes, 0.8 * tonnes, 1.2 * tonnes])
    assert row["matched_t_per_year"] == pytest.approx(0.9 * tonnes)
    assert row["supply_t_per_year"] == 12 and never_short["diverted_t_per_year"] == 12


def test_a_gift_is_fetched_on_rounds_that_are_made_anyway():
    flows = [flow("A-1", "A", "out", "food", 12), flow("B-1", "B", "in", "food", 40, months="6 7 8")]
    for status, share in (("waste", 0.25), ("donation", 0.0)):
        given = rule("R1", category="food", target="food") | {"legal_status": status}
        assert run(flows, [given])[0]["spoils_share_of_year"].tolist() == [share]


def test_a_pair_and_its_numbers():
    passed, rejected = run(
        [
            flow("A-1", "A", "out", "wood", 10, "150103", months="1 2 3"),
            flow("B-1", "B", "in", "wood", 6, months="3 4"),
        ],
        [rule("R1", category="wood")],
    )
    (row,) = passed.to_dict("records")
    assert rejected.empty
    assert row["candidate_id"] == "A-1>B-1"
    assert row["matched_t_per_year"] == pytest.approx(min(10 * 0.9, 6))
    assert row["diverted_t_per_year"] == pytest.approx(min(10, 6 / 0.9))
    assert row["matched_low_t_per_year"] == pytest.approx(min(8 * 0.8, 4.8))
    assert row["matched_high_t_per_year"] == pytest.approx(min(12 * 1.0, 7.2))
    assert row["diverted_low_t_per_year"] == pytest.approx(min(8, 4.8 / 1.0))
    assert row["diverted_high_t_per_year"] == pytest.approx(min(12, 7.2 / 0.8))
    assert row["months_in_common"] == 1
    # 9 t are received for 6 wanted: two thirds of the supply find a use, the whole need is met.
    assert row["supply_coverage_percent"] == pytest.approx(200 / 3)
    assert row["demand_coverage_percent"] == pytest.approx(100)
    assert row["fit"] == pytest.approx(0.9 * (2 / 3) * (1 / 12) * (1 - row["distance_km"] / 20))
    assert row["distance_km"] == pytest.approx(1.3 * 11.12, abs=0.05)
    assert (row["giver_evidence"], row["taker_evidence"]) == ("declared", "declared")


@pytest.mark.parametrize(
    ("gate", "output", "entry", "rules"),
    [
        (
            "same_site",
            flow("o", "A", "out", "wood", 5),
            flow("i", "A", "in", "wood", 5),
            [rule("R", category="wood")],
        ),
        (
            "quality",
            flow("o", "A", "out", "wood", 5, quality="soiled"),
            flow("i", "B", "in", "wood", 5),
            [rule("R", category="wood", worst="mixed")],
        ),
        (
            "hazard",
            flow("o", "A", "out", "chemical", 1e6, "120109"),
            flow("i", "B", "in", "wood", 1e6),
            [rule("R", prefix="12")],
        ),
        (
            "receiver",
            flow("o", "A", "out", "wood", 5),
            flow("i", "B", "in", "wood", 5),
            [rule("R", category="wood", naf="38 16.29")],
        ),
        (
            "object",
            flow("o", "A", "out", "wood", 5, "150103"),
            flow("i", "B", "in", "wood", 5),
            [rule("R", prefix="150103", category="wood", objects="150103")],
        ),
        (
            "asked_quality",
            flow("o", "A", "out", "wood", 5, quality="soiled"),
            flow("i", "B", "in", "wood", 5, quality="clean"),
            [rule("R", category="wood", delivered="mixed")],
        ),
        (
            "hierarchy",
            flow("o", "A", "out", "wood", 5) | {"route": "reuse"},
            flow("i", "B", "in", "wood", 5),
            [rule("R", category="wood")],
        ),
        (
            "unlocated",
            flow("o", "A", "out", "wood", 5),
            flow("i", "D", "in", "wood", 5),
            [rule("R", category="wood")],
        ),
        (
            "reach",
            flow("o", "A", "out", "wood", 5),
            flow("i", "C", "in", "wood", 5),
            [rule("R", category="wood")],
        ),
        (
            "no_mass",
            flow("o", "A", "out", "wood", 0),
            flow("i", "B", "in", "wood", 5),
            [rule("R", category="wood")],
        ),
    ],
)
def test_each_gate_closes(gate, output, entry, rules):
    passed, rejected = run([output, entry], rules)
    assert passed.empty
    assert list(rejected["gate"]) == [gate]


def test_a_need_called_by_its_use_is_refused_by_the_rule_of_that_use():
    """Mixed sawdust was « activité du preneur » for a farm that asks for bedding, by the rule of panels."""
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code="0146Z")
    for need, gate in (("Sciure de litière", "quality"), ("Sciure", "receiver")):
        sawdust = flow("o", "A", "out", "wood", 9.0, "030105", "mixed")
        rows = [sawdust, flow("i", "B", "in", "wood", 9.0)]
        flows = flow_table(rows).assign(description=["Sciures mélangées de panneau", need])
        passed, rejected = candidates(flows, sites, rules, 30.0, 1.0)
        assert passed.empty and list(rejected["gate"]) == [gate], need


def test_trays_go_back_to_the_line_of_their_own_firm():
    """5.7 t of antistatic trays were burnt by a firm that buys 16 t of them at 5,200 €/t."""
    flows = flow_table([flow("o", "A", "out", "plastic", 5.7, "150102"), flow("i", "A", "in", "plastic", 16)])
    flows["description"] = ["Barquettes thermoformées antistatiques", "Barquettes antistatiques"]
    found = own_uses(with_masses(read_pairs(flows, SITES, reference.load("compatibility")), flows))
    assert found[["rule_id", "new_route"]].to_numpy().tolist() == [["plastic_trays", "reuse"]]


def test_chips_among_sawdust_are_a_lead_for_mulch_and_sawdust_alone_is_none_for_what_it_is():
    """Both were told that the need declares no object to be reused."""
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code="8411Z")
    for text, gates in (("Sciures et copeaux secs", []), ("Sciures", ["other_use"])):
        rows = [flow("o", "A", "out", "wood", 9.0, "030105", "clean"), flow("i", "B", "in", "wood", 9.0)]
        flows = flow_table(rows).assign(description=[text, "Copeaux de bois pour paillage"])
        passed, rejected = candidates(flows, sites, rules, 30.0, 1.0)
        assert list(rejected["gate"]) == gates
        assert list(passed["rule_id"]) == ["wood_mulch_030105"] * (not gates)


def test_a_rule_of_all_that_a_designation_names_comes_before_one_of_a_part_of_it():
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code="3530Z")
    rows = [flow("o", "A", "out", "wood", 9.0, "030105", "clean"), flow("i", "B", "in", "wood", 9.0)]
    flows = flow_table(rows).assign(description=["Chutes et sciures", "Plaquettes de chaufferie"])
    passed, _ = candidates(flows, sites, rules, 30.0, 1.0)
    assert list(passed["rule_id"]) == ["wood_fuel_fines_030105"]


def test_a_rule_with_a_code_reads_a_coded_flow_by_its_code_only():
    flows = [
        flow("o1", "A", "out", "wood", 5, "200138"),
        flow("o2", "A", "out", "wood", 5, None),
        flow("i", "B", "in", "wood", 5),
    ]
    passed, _ = run(flows, [rule("R", prefix="1501", category="wood")])
    assert list(passed["out_flow_id"]) == ["o2"]


def test_the_longest_code_wins():
    flows = [flow("o", "A", "out", "wood", 5, "150103"), flow("i", "B", "in", "wood", 5)]
    rules = [rule("R0", category="wood"), rule("R2", prefix="15"), rule("R6", prefix="150103")]
    passed, _ = run(flows, rules)
    assert list(passed["rule_id"]) == ["R6"]


def test_an_object_is_reused_only_where_both_sides_declare_it():
    pallets = rule("R", prefix="150103", category="wood", objects="150103") | {"route": "reuse"}
    chips = rule("M", category="wood") | {"maturity": 1}

    def kept(output_code, need_code, taker="B"):
        passed, _ = run(
            [
                flow("o", "A", "out", "wood", 5, output_code),
                flow("i", taker, "in", "wood", 5, need_code),
            ],
            [pallets, chips],
            radius_km=100,
        )
        return list(passed["rule_id"])

    assert kept("150103", "150103") == ["R"]
    # Without the object on either side, or with another, what passes from one to the other is matter.
    for codes in (("150103", None), (None, "150103"), ("150103", "200138"), ("200138", "150103")):
        assert kept(*codes) == ["M"]
    # C sorts and shreds (NAF 38.32Z): the pallets that it takes in are wood.
    assert kept("150103", "150103", taker="C") == ["M"]


@pytest.mark.parametrize(
    ("given", "delivered", "asked", "passes"),
    [
        ("mixed", "", "clean", False),  # a mixed film where a clean one is asked for
        ("mixed", "clean", "clean", True),  # the rule sorts and washes it
        ("soiled", "mixed", "clean", False),
        ("clean", "mixed", "clean", True),  # no treatment makes it worse
        (None, "", "clean", False),  # unknown counts as mixed
        ("soiled", "", None, True),  # nothing is asked for
    ],
)
def test_what_is_handed_on_is_as_good_as_the_taker_asks_for(given, delivered, asked, passes):
    flows = [
        flow("o", "A", "out", "plastic", 5, quality=given),
        flow("i", "B", "in", "plastic", 5, quality=asked),
    ]
    passed, _ = run(flows, [rule("R", category="plastic", target="plastic", delivered=delivered)])
    assert len(passed) == passes


def test_what_arrives_fills_a_structure_whatever_the_yield():
    flows = [
        flow("o", "A", "out", "wood", 10),
        flow("b", "B", "in", "wood", 4),
        flow("c", "C", "in", "wood", 4),
    ]
    passed, _ = run(flows, [rule("R", category="wood", yields=(0.4, 0.5, 0.8))], radius_km=100)
    firm, outlet = passed.to_dict("records")
    assert firm["diverted_t_per_year"] == pytest.approx(8) and outlet["diverted_t_per_year"] == pytest.approx(
        4
    )
    assert outlet["diverted_low_t_per_year"] == pytest.approx(3.2)
    assert outlet["diverted_high_t_per_year"] == pytest.approx(4.8)
    assert outlet["matched_t_per_year"] == pytest.approx(2)
    assert outlet["supply_coverage_percent"] == pytest.approx(40)
    assert outlet["demand_coverage_percent"] == pytest.approx(100)


def matched_by_hand(out, entry, share, actor_type):
    """What is of use: a firm's need counts after the yield, a structure's intake before it."""
    if actor_type == "outlet":
        return share * min(out["mass_t_per_year"], entry["mass_t_per_year"])
    return min(out["mass_t_per_year"] * share, entry["mass_t_per_year"])


def brute_force(flows, rules, radius_km):
    """The same question asked pair by pair and rule by rule."""
    place = {s.site_id: s for s in SITES.itertuples()}
    found = {}
    for out in (f for f in flows if f["direction"] == "out"):
        for entry in (f for f in flows if f["direction"] == "in"):
            for r in rules:
                prefix, code = r["waste_code_prefix"] or "", out["waste_code"] or ""
                objects = (r["input_waste_codes"] or "").split()
                if prefix and code:
                    reads = code.startswith(prefix) and r["category"] in (None, out["category"])
                else:
                    reads = out["category"] == r["category"] and not objects
                giver, taker = place[out["site_id"]], place[entry["site_id"]]
                if (
                    not reads
                    or entry["category"] != r["input_category"]
                    or out["site_id"] == entry["site_id"]
                ):
                    continue
                if QUALITY_RANK[out["quality"] or "mixed"] > QUALITY_RANK[r["worst_quality"]]:
                    continue
                if out["waste_code"] in HAZARDOUS and not r["hazardous_allowed"]:
                    continue
                wanted = (r["receiver_naf_codes"] or "").split()
                if (
                    wanted
                    and isinstance(taker.naf_code, str)
                    and not any(map(taker.naf_code.startswith, wanted))
                ):
                    continue
                operator = not wanted and str(taker.naf_code).startswith("38")
                made = min(
                    QUALITY_RANK[out["quality"] or "mixed"], QUALITY_RANK[r["delivered_quality"] or "soiled"]
                )
                if made > QUALITY_RANK[entry["quality"] or "soiled"]:
                    continue
                if objects and (entry["waste_code"] not in objects or operator):
                    continue
                if math.isnan(giver.latitude) or math.isnan(taker.latitude):
                    continue
                km = 1.3 * float(
                    haversine_km(giver.latitude, giver.longitude, taker.latitude, taker.longitude)
                )
                if km > radius_km or out["mass_t_per_year"] == 0 or entry["mass_t_per_year"] == 0:
                    continue
                read_code = len(prefix) * bool(code)
                key = (-read_code, -r["maturity"], not wanted, -r["yield_central"], r["rule_id"])
                pair = out["flow_id"], entry["flow_id"]
                if pair not in found or key < found[pair][0]:
                    found[pair] = (
                        key,
                        matched_by_hand(out, entry, r["yield_central"], taker.actor_type),
                    )
    return {pair: (key[-1], matched) for pair, (key, matched) in found.items()}


categories = st.sampled_from(["wood", "plastic"])


def few_or_many(rows, few):
    """Lists of some rows, or of thrice as many: one matching of many tries as many pairs as ten of few."""
    return st.lists(rows, max_size=few) | st.lists(rows, min_size=few, max_size=3 * few)


flow_lists = few_or_many(
    st.tuples(
        st.sampled_from(list("ABCD")),
        st.sampled_from(["out", "in"]),
        categories,
        st.sampled_from([0.0, 1.0, 7.5]),
        st.sampled_from([None, "150103", "120109", "200138"]),
        st.sampled_from([None, "clean", "mixed", "soiled"]),
    ),
    few=8,
)
rule_lists = few_or_many(
    st.tuples(
        st.sampled_from(["", "15", "1501", "120109"]),
        st.sampled_from(["", "wood", "plastic"]),
        categories,
        st.sampled_from(["clean", "mixed", "soiled"]),
        st.sampled_from(["", "38", "10 25"]),
        st.sampled_from([0, 1]),
        st.sampled_from([(0.8, 0.9, 1.0), (0.4, 0.5, 0.6)]),
        st.sampled_from(["", "150103", "150103 200138"]),
        st.sampled_from(["", "clean", "mixed"]),
    ),
    few=4,
)


@settings(max_examples=20)
@given(flow_lists, rule_lists, st.sampled_from([5.0, 20.0, 100.0]), st.randoms(use_true_random=False))
def test_equal_to_brute_force_in_any_order(flow_rows, rule_rows, radius_km, random):
    flows = [flow(f"f{i}", *row) for i, row in enumerate(flow_rows)]
    rules = [rule(f"R{i}", *row) for i, row in enumerate(rule_rows)]
    passed, rejected = run(flows, rules, radius_km)
    got = {
        (r.out_flow_id, r.in_flow_id): (r.rule_id, pytest.approx(r.matched_t_per_year))
        for r in passed.itertuples()
    }
    assert got == brute_force(flows, rules, radius_km)
    assert not set(got) & set(zip(rejected["out_flow_id"], rejected["in_flow_id"], strict=True))
    assert (passed["diverted_low_t_per_year"] <= passed["diverted_t_per_year"]).all()
    assert (passed["diverted_t_per_year"] <= passed["diverted_high_t_per_year"]).all()
    shuffled = random.sample(flows, len(flows))
    again, _ = run(shuffled, random.sample(rules, len(rules)), radius_km)
    pd.testing.assert_frame_equal(passed, again)


def best_candidates(*arguments):
    """In one part, its categories as words, each exchange with its name."""
    (found,) = in_parts(*arguments)
    words = found.select_dtypes("category")
    found = found.assign(**{name: words[name].astype("str") for name in words})
    return found.assign(candidate_id=found["out_flow_id"] + ">" + found["in_flow_id"])[CANDIDATE_COLUMNS]


@settings(max_examples=30)
@given(
    flow_lists, flow_lists, rule_lists, st.sampled_from([5.0, 20.0, 100.0]), st.sampled_from([1, 2, 50]),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_best_candidates_are_the_best_of_the_candidates(
    flow_rows, more, rule_rows, radius_km, top, random
):
    months = [None, "1 2 3", "3 4 5 6 7", "12"]
    flows = [flow(f"f{i}", *row, months=months[i % 4]) for i, row in enumerate(flow_rows + more)]
    rules = [rule(f"R{i}", *row) for i, row in enumerate(rule_rows)]
    passed, _ = run(flows, rules, radius_km)
    ranked = passed.sort_values(["out_flow_id", "fit", "in_flow_id"], ascending=[True, False, True])
    expected = ranked.groupby("out_flow_id").head(top).reset_index(drop=True)
    shuffled = flow_table(random.sample(flows, len(flows)))
    found = best_candidates(
        shuffled, SITES, rule_table(random.sample(rules, len(rules))), radius_km, 1.3, top
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@settings(max_examples=15)
@given(flow_lists, flow_lists, rule_lists, st.floats(1, 200), st.floats(1, 200))
def test_wider_or_more_crowded_never_loses_a_candidate(flow_rows, newcomers, rule_rows, radius_a, radius_b):
    near, far = sorted((radius_a, radius_b))
    rules = [rule(f"R{i}", *row) for i, row in enumerate(rule_rows)]
    flows = [flow(f"f{i}", *row) for i, row in enumerate(flow_rows)]
    crowd = flows + [flow(f"g{i}", *row) for i, row in enumerate(newcomers)]

    def pairs(flows, radius_km):
        return set(run(flows, rules, radius_km)[0]["candidate_id"])

    found = pairs(flows, near)
    assert found <= pairs(flows, far)
    assert found <= pairs(crowd, near)


@settings(max_examples=20)
@given(flow_lists, rule_lists, st.sampled_from([1e-3, 1e9]))
def test_neither_tonnes_nor_fit_buy_the_hazard_gate(flow_rows, rule_rows, tonnes):
    forbidding = [rule(f"R{i}", *row[:5], 0, *row[6:]) for i, row in enumerate(rule_rows)]
    flows = [flow(f"f{i}", *row[:3], tonnes, *row[4:]) for i, row in enumerate(flow_rows)]
    hazardous = {f["flow_id"] for f in flows if f["waste_code"] in HAZARDOUS}
    for found in (
        run(flows, forbidding, 100.0)[0],
        best_candidates(flow_table(flows), SITES, rule_table(forbidding), 100.0, 1.3, 50),
    ):
        assert not hazardous & set(found["out_flow_id"])


def test_a_directory_of_outlets_and_workshops_counts_as_inputs():
    actors = SITES.assign(actor_type=["firm", "outlet", "ess", "ess"])
    flows = [
        flow("giver", "A", "out", "wood", 10, "150103"),
        flow("capacity of the recycler", "B", "in", "wood", 500),
        flow("capacity of the workshop", "C", "in", "wood", 2, months="9 10 11 12"),
    ]
    arguments = flow_table(flows), actors, rule_table([rule("R", category="wood")]), 40.0, 1.3
    passed, _ = candidates(*arguments)
    assert list(passed["taker_site_id"]) == ["B", "C"]
    assert list(passed["matched_t_per_year"]) == [9.0, 1.8]
    assert list(passed["diverted_t_per_year"]) == [10.0, 2.0]  # the workshop's capacity bounds what arrives
    assert list(passed["supply_coverage_percent"].round(1)) == [100.0, 20.0]
    best = best_candidates(*arguments, 2)
    assert list(best["taker_site_id"]) == ["C", "B"]  # best first
    pd.testing.assert_frame_equal(best.sort_values("candidate_id", ignore_index=True), passed)


def test_a_pair_at_the_very_radius_passes_and_a_millimetre_farther_does_not():
    flows = flow_table([flow("o", "A", "out", "wood", 5, "150103"), flow("i", "B", "in", "wood", 5)])
    km = float(haversine_km(*SITES.loc[[0, 1], ["latitude", "longitude"]].to_numpy().ravel()))
    for reach_km, found in ((km, ["o>i"]), (km - 1e-6, [])):
        arguments = flows, SITES, rule_table([rule("R", category="wood")]), reach_km, 1.0
        passed, rejected = candidates(*arguments)
        assert list(passed["candidate_id"]) == list(best_candidates(*arguments, 1)["candidate_id"]) == found
        assert list(rejected["gate"]) == ["reach"][len(found) :]


def test_nothing_in_nothing_out():
    assert best_candidates(flow_table([]), SITES, rule_table([]), 20.0, 1.3, 5).empty
    passed, rejected = run([], [])
    assert list(passed.columns) == CANDIDATE_COLUMNS and passed.empty
    assert list(rejected.columns) == REJECTED_COLUMNS and rejected.empty


def test_a_refused_pair_is_counted_in_the_name_of_the_side_with_fewer_actors():
    pairs = [("A", "X", "reach"), ("A", "Y", "quality"), ("A", "Z", "quality"), ("A", "Z", "hazard"),
             ("B", "Z", "hazard")]  # fmt: skip
    found = by_gate(pd.DataFrame(pairs, columns=["giver_site_id", "taker_site_id", "gate"]))
    assert found.frame["n_pairs"].tolist() == [2, 2, 1]
    # Of a single pair the taker: its giver would else read as its own what it tells of the other.
    behind = found.records.groupby("gate")["site_id"].agg(set).to_dict()
    assert behind == {"reach": {"X"}, "quality": {"A"}, "hazard": {"Z"}}


def test_offcuts_of_no_declared_format_replace_a_tenth_of_new_panels_whoever_brings_them():
    """Half of 207 t of offcuts stood for panels at 427 €/t: the whole room of one need, for one lead."""
    flows = flow_table(
        [flow("o", "A", "out", "wood", 200, "030105"), flow("i", "B", "in", "wood", 500)]
    ).assign(description=["Chutes de panneaux", "Panneaux de particules"])  # fmt: skip
    actors, rules = SITES.assign(naf_code="3109B", actor_type="firm"), reference.load("compatibility")
    (row,) = candidates(flows, actors, rules, 20.0, 1.3)[0].to_dict("records")
    assert row["diverted_t_per_year"] == pytest.approx(0.1 * 500 / row["yield_central"])
    assert row["need_t_per_t"] * row["diverted_t_per_year"] == pytest.approx(500)
    assert row["matched_t_per_year"] == pytest.approx(50) and row["demand_coverage_percent"] == 10
    (best,) = best_candidates(flows, actors, rules, 20.0, 1.3, 5).to_dict("records")
    assert best["need_t_per_t"] == row["need_t_per_t"] and best["fit"] == pytest.approx(row["fit"])
    # What a workshop takes in is its room, and not a need of new panels.
    ess = candidates(flows, actors.assign(actor_type="ess"), rules, 20.0, 1.3)[0]
    assert list(ess["diverted_t_per_year"]) == [200]


@pytest.mark.parametrize(
    ("residue", "code", "need", "found"),
    [
        ("Caisses maritimes à usage unique", None, "Bois de caisserie et palettes à démonter", True),
        ("Caisses bois perdues", None, "Palettes à démonter et bois de caisserie", True),
        ("Palettes cassées", None, "Bois de caisserie et palettes à démonter", True),
        ("Palettes 100x120 cassées", "150103", "Bois de caisse et palettes à démonter", True),
        ("Palettes et caisses perdues", None, "Palettes à démonter", True),
        ("Caisses perdues", None, "Bois de palettes pour l'atelier", True),
        ("Caisses perdues", None, "Caisses bois à démonter", True),
        # Crates are no pallets, and offcuts of who makes them are neither.
        ("Caisses maritimes à usage unique", None, "Palettes à réparer", False),
        ("Caisses maritimes à usage unique", None, "Palettes d'occasion", False),
        ("Chutes de caisses", None, "Palettes à démonter", False),
        ("Palettes", None, "Caisses bois", False),
        ("Caisses souillées de solvants", None, "Palettes à démonter", False),
    ],
)  # fmt: skip
def test_crates_and_broken_pallets_go_to_who_takes_wood_of_either_apart(residue, code, need, found):
    """Seaworthy crates without a code were of no rule, and broken pallets were refused as of another use."""
    for quality in ("clean", "mixed"):
        uses = uses_found(("wood", residue, code), ("wood", need), "8899B", "ess", quality)
        assert ["démontées" in use for use in uses] == [True] * found


@pytest.mark.parametrize(
    ("naf", "residue", "need", "code", "use"),
    [
        ("3109B", "Palettes cassées", "Panneaux de particules", None, None),
        ("1623Z", "Palettes cassées", "Bois massif et panneaux", None, None),
        ("4779Z", "Palettes cassées", "Palettes à démonter pour l'atelier bois", "150103", "démontées"),
        ("8899B", "Palettes perdues", "Palettes et chutes pour ameublement", None, "démontées"),
        ("8899B", "Palettes perdues", "Palettes à réparer", None, "remises en circulation"),
        ("4941B", "Palettes perdues", "Palettes d'occasion", None, "en l'état"),
        ("4941B", "Palettes perdues", "Palettes Europe", None, None),
        ("4941B", "Palettes à une voie", "Palettes EPAL", None, None),
        ("4941B", "Palettes non consignées", "Palettes EUR", None, None),
        ("4941B", "Palettes 100x120", "Palettes Europe", None, None),
        ("4941B", "Palettes", "Palettes Europe", None, "en l'état"),
        ("4941B", "Palettes 80x120", "Palettes Europe", None, "en l'état"),
        ("4941B", "Palettes Europe et palettes perdues", "Palettes Europe", None, "en l'état"),
        ("4941B", "Palettes perdues", "Palettes", None, "en l'état"),
        ("4941B", "Palettes cassées", "Palettes d'occasion", None, None),
        ("4941B", "Bois non repris", "Palettes d'occasion", None, None),
        ("8899B", "Palettes cassées", "Meubles et bois de réemploi", None, None),
    ],
)
def test_pallets_go_where_a_need_names_them_and_to_the_use_that_it_names(naf, residue, need, code, use):
    """Broken ones stood for panels and joinery timber at 430 to 780 €/t, and not for those to take apart."""
    flows = flow_table(
        [flow("o", "A", "out", "wood", 10, "150103"), flow("i", "B", "in", "wood", 90, code)]
    ).assign(description=[residue, need])  # fmt: skip
    actors, rules = SITES.assign(naf_code=naf), reference.load("compatibility")
    passed, _ = candidates(flows, actors, rules, 20.0, 1.3)
    across = best_candidates(flows, actors, rules, 20.0, 1.3, 5)
    for found in (passed, across):
        assert [str(use) in text for text in found["use"]] == ([True] if use else [])


@pytest.mark.parametrize(
    ("residue", "need", "code", "met"),
    [
        ("Robots et cartes HS", "Matériel informatique réformé", "160214", False),
        ("Petit électroménager", "Ordinateurs et écrans", "200136", False),
        ("Équipements électriques repris en mélange", "Matériel informatique réformé", "160214", True),
        ("Ordinateurs réformés", "Matériel informatique réformé", "160214", True),
        ("Robots de cuisine", "Petit électroménager", "200136", True),
    ],
)
def test_who_asks_for_computers_is_brought_no_robots(residue, need, code, met):
    """Broken robots of a workshop were offered to who asks for used computers."""
    flows = flow_table([flow("o", "A", "out", "weee", 10, code), flow("i", "B", "in", "weee", 90)])
    flows = flows.assign(description=[residue, need])
    actors, rules = SITES.assign(naf_code="8899B", actor_type="ess"), reference.load("compatibility")
    found = (
        candidates(flows, actors, rules, 20.0, 1.3)[0],
        best_candidates(flows, actors, rules, 20.0, 1.3, 5),
    )
    assert [bool(len(pairs)) for pairs in found] == [met, met]


def test_pallets_of_a_chemical_trade_go_to_no_maker_of_food_or_of_packaging():
    flows = flow_table(
        [flow("o", "A", "out", "wood", 10, "150103"), flow("i", "B", "in", "wood", 90, "150103")]
    ).assign(description="Palettes")  # fmt: skip
    rules = reference.load("compatibility")
    for giver, taker, n in (
        ("2012Z", "1039A", 0), ("2012Z", "2222Z", 0), ("2012Z", "1721A", 0), ("2012Z", "2229A", 1),
        ("2562B", "1039A", 1), ("2562B", "2222Z", 1),
    ):  # fmt: skip
        actors = SITES.assign(naf_code=SITES["site_id"].map({"A": giver, "B": taker}))
        assert len(candidates(flows, actors, rules, 20.0, 1.3)[0]) == n
    # Nor those from beside the emulsions of a workshop.
    oil = pd.concat([flows, flow_table([flow("e", "A", "out", "chemical", 9, "120109")])])
    for taker, n in (("1039A", 0), ("2222Z", 1)):
        actors = SITES.assign(naf_code=SITES["site_id"].map({"A": "2562B", "B": taker}))
        assert len(candidates(oil, actors, rules, 20.0, 1.3)[0]) == n


def test_linings_and_ticking_make_no_rags_and_may_be_fibres_for_insulation():
    rules = reference.load("compatibility")
    for naf, rule in (("1392Z", "textile_padding_040222"), ("3832Z", "textile_insulation_040222")):
        flows = flow_table(
            [flow("o", "A", "out", "textile", 10, "040222"), flow("i", "B", "in", "textile", 90)]
        )
        flows = flows.assign(description=["Chutes de doublure", "Chutes et textiles triés"])
        passed, _ = candidates(flows, SITES.assign(naf_code=naf), rules, 20.0, 1.3)
        assert passed["rule_id"].tolist() == [rule]


def test_what_is_left_of_pallets_once_the_good_ones_are_sorted_out_is_not_reused_as_it_is():
    """« Palettes perdues » went to neighbours, beside those that their firm hands on for repair."""
    left = flow("o", "A", "out", "wood", 36, "150103")
    good = flow("o2", "A", "out", "wood", 15, "150103") | {"route": "reuse"}
    need = flow("i", "B", "in", "wood", 90, "150103")
    rules, kind = reference.load("compatibility"), "Palettes réparables"
    for naf, rows, named, asked, kept in (
        ("2222Z", [left, need], "Palettes", "Palettes", ["o"]),
        ("2222Z", [left, good, need], "Palettes", "Palettes", ["o2"]),
        ("8899B", [left, good, need], "Palettes", "Palettes à réparer", ["o", "o2"]),
        ("8899B", [left, good, need], kind, "Palettes à réparer", ["o2"]),
    ):
        about = {"o": "Palettes perdues", "o2": named, "i": asked}
        flows = flow_table(rows).assign(description=lambda frame, about=about: frame["flow_id"].map(about))
        actors = SITES.assign(naf_code=naf)
        for found in (
            candidates(flows, actors, rules, 20.0, 1.3)[0],
            best_candidates(flows, actors, rules, 20.0, 1.3, 5),
        ):
            assert sorted(found["out_flow_id"]) == kept


def uses_found(
    waste: tuple[str, str, str | None],
    need: tuple[str, str],
    naf: str,
    actor_type: str = "firm",
    quality: str = "clean",
) -> list[str]:
    """The uses in which an actor of this activity could take a waste for its sorted need, by our rules."""
    (category, residue, code), (into, asked) = waste, need
    flows = flow_table([flow("o", "A", "out", category, 80, code), flow("i", "B", "in", into, 90)])
    flows = flows.assign(description=[residue, asked], quality=[quality, "clean"])
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code=naf, actor_type=actor_type)
    return candidates(flows, sites, rules, 20.0, 1.3)[0]["use"].tolist()


@pytest.mark.parametrize(
    ("category", "residue", "code", "need", "naf", "use"),
    [
        # The first lead of a study: sawdust to smoke food with, for pallets that a maker of ham buys.
        ("wood", "Sciure verte", "030105", "Palettes plastique ou bois propres", "1013A", None),
        ("wood", "Plaquettes de délignage, douglas et chêne", "030105", "Sciure pour fumoirs", "1013A", None),
        ("wood", "Copeaux de hêtre", "030105", "Sciure pour fumoirs", "1013A", "bois de fumage d'aliments"),
        # Of no species that is named the lead asks; green wood and the dust of sanding smoke nothing.
        ("wood", "Sciure", "030105", "Sciure pour fumoirs", "1013A", "bois de fumage d'aliments"),
        ("wood", "Sciure verte", "030105", "Sciure pour fumoirs", "1013A", None),
        ("wood", "Sciures vertes de chêne", "030105", "Sciure pour fumoirs", "1013A", None),
        ("wood", "Poussière de ponçage", "030105", "Sciure pour fumoirs", "1013A", None),
        # Pallets and offcuts for the staves of a cooper, at the price of staves.
        ("wood", "Palettes", "150103", "Merrains de chêne", "1624Z", None),
        ("wood", "Chutes de merrain de chêne", "030105", "Merrains de chêne", "1624Z", None),
        ("wood", "Chutes de chêne", "030105", "Bois de caisserie", "1624Z", "caisses et cales d'emballage"),
        # Catalyst for lime, 1.19 M€; slag that is not vitrified; gravel of glass for a binder.
        ("chemical", "Catalyseur FCC d'équilibre", "160804", "Chaux", "2410Z", None),
        ("mineral", "Laitier cristallisé", "100201", "Laitier moulu", "2363Z", None),
        ("glass", "Doubles vitrages déposés", "170202", "Laitier moulu", "2363Z", None),
        # What a need proves, whatever the activity: a quarry makes concrete, a town fills its trenches.
        ("mineral", "Sable à vert brûlé", "100908", "Sables de substitution pour béton", "0811Z",
         "sables de fonderie en sous-couche, cimenterie ou béton"),
        ("mineral", "Sable à vert brûlé", "100908", "Tout-venant 0/31,5 pour tranchées", "8411Z",
         "sables de fonderie en sous-couche, cimenterie ou béton"),
        ("mineral", "Sable à vert brûlé", "100908", "Sable siliceux neuf", "2311Z", None),
        ("mineral", "Bordures et pavés déposés", "170101", "Déblais inertes pour remise en état", "0811Z",
         "gravats et terres en plateformes de chantier et terrassement"),
        ("mineral", "Laitier de cubilot", "100903", "Sel de déneigement", "8411Z", None),
        # Pallets without a code are pallets by their name; what cannot be mended is not sent to be.
        ("wood", "Palettes cassées", None, "Palettes à réparer", "8810C", "palettes remises en circulation"),
        ("wood", "Palettes irréparables", "150103", "Palettes à réparer", "8810C", None),
        ("wood", "Palettes et caisses perdues", None, "Palettes à réparer", "8810C", None),
        # No mattress was declared; corners are no furniture, stuffing no bags, foam no garden bench.
        ("textile", "Refus de tri, encombrants", "200307", "Couvertures de protection", "3103Z", None),
        ("cardboard", "Cartons bruns", "150101", "Coins et cartons de protection", "3109B", None),
        ("textile", "Chutes de coupe", "040222", "Ouatine et garnissage", "1413Z", None),
        ("plastic", "Sachets imprimés", "150102", "Mousse de calage pour la sellerie", "8899B", None),
        ("biowaste", "Tailles et élagages", "200201", "BRF, broyat de branches", "0113Z",
         "paillage de broyat de branches (BRF)"),
        ("wood", "Cagettes", "150103", "Cagettes d'occasion", "0113Z",
         "cagettes et caisses en bois réutilisées"),
        ("wood", "Palettes", "150103", "Cagettes d'occasion", "0113Z", None),
        ("biowaste", "Tailles de haies", "200201", "Cagettes d'occasion", "0113Z", None),
        # Boxes that are asked for are no padding, and who pads gets it; a need of PP gets no mixed plastics,
        # one of gravel no sand.
        ("cardboard", "Cartons", "150101", "Cartons solides pour le stockage", "8899B",
         "caisses réutilisées en l'état"),
        ("cardboard", "Cartons bruns", "150101", "Cartons de calage, même d'occasion", "3109B",
         "calage et bourrage de colis"),
        ("plastic", "Films plastiques de palettes", "150102", "PP recyclé", "2229A", None),
        ("mineral", "Sables de fonderie usés", "100908", "Gravillons 6/10", "2361Z", None),
        # Shredded confidential papers of a hospital for note pads; printed spoils neither.
        ("paper", "Papiers confidentiels broyés", "200101", "Papier offset", "1812Z", None),
        ("paper", "Macules et rognures imprimées", "030308", "Papier couché", "1812Z", None),
        ("paper", "Rognes de papier blanc", "030308", "Papier offset", "1812Z", "carnets et blocs de rognes"),
        # Stretch film wraps the pallets of a moulder, who melts none; bark and sawdust are no dunnage.
        ("plastic", "Films PE et housses", "150102", "Film étirable", "2229A", None),
        ("wood", "Écorces", "030301", "Bois de calage", "1610A", None),
        ("wood", "Sciures", "030105", "Bois de calage", "1610A", None),
        ("wood", "Bastaings et cales", "150103", "Bois de calage", "1610A",
         "bois d'arrimage et de calage réemployés (bastaings, cales)"),
        # No ham on the shelf of vegetables.
        ("food", "Jambons, DLC courte", "020203", "Légumes bio de proximité", "4711F", None),
        ("food", "Carottes de second choix", "020304", "Légumes bio de proximité", "4711F",
         "vente à prix réduit ou circuits courts"),
        # Bones of a meat works were sold by a supermarket: an animal by-product is no food again, whatever
        # its code; a foie gras is.
        ("food", "Os et gras de découpe", "020202", "Denrées", "4711F", None),
        ("food", "Chutes de viande", "020202", "Viandes", "8899B", None),
        ("food", "Lots de viande", "020203", "Viandes", "4711F", None),
        ("food", "Os et gras de découpe", "200108", "Denrées", "4711F", None),
        ("food", "Couennes et abats", None, "Denrées", "8899B", None),
        ("food", "Abats non consommables", "020203", "Denrées", "8899B", None),
        ("food", "Foie gras, DLC courte", "200108", "Denrées", "4711F",
         "vente à prix réduit ou circuits courts"),
        # Rinds of cheese were all the flour of a bakery: what its code says of a food is known unnamed too,
        # and an ingredient replaces its like, or a part of what is asked for without a name.
        ("food", "Croûtes et meules déclassées", "020501", "Farine", "1071C", None),
        ("food", "Meules déclassées", "020501", "Sucre", "1071C", None),
        ("food", "Meules déclassées", "020501", "Fromages à râper", "1085Z",
         "produits laitiers déclassés repris comme ingrédient"),
        ("food", "Meules déclassées", "020501", "Ingrédients", "1071C",
         "produits laitiers déclassés repris comme ingrédient"),
        ("food", "Chutes de découpe", "020203", "Légumes", "8899B", None),
        ("food", "Pain invendu", "020601", "Malt", "1105Z",
         "bière ou spiritueux de pain invendu"),
        ("food", "Drêches de bière", "020701", "Farine", "1061A",
         "farine de drêches pour l'alimentation humaine"),
        # Bottom ash has no phosphate, and whoever asks for limestone no need of any, nor of iron.
        ("mineral", "Cendres et mâchefers de chaufferie", "100101", "Calcaire", "2013B", None),
        ("mineral", "Cendres et mâchefers de chaufferie", "100101", "Phosphates", "2015Z", None),
        ("mineral", "Cendres de boues", "190114", "Calcaire", "2013B", None),
        ("mineral", "Cendres de boues", "190114", "Phosphates", "2015Z",
         "cendres phosphatées en engrais ou en chimie du phosphore"),
        ("mineral", "Boues d'hydroxyde d'aluminium", "110110", "Craie", "2013B", None),
        ("biowaste", "Tontes et feuilles", "200201", "BRF, broyat de branches", "0113Z", None),
    ],
)  # fmt: skip
def test_a_need_is_met_by_what_its_name_says_and_by_nothing_else(category, residue, code, need, naf, use):
    """Pairs that a study office found on four studies, false or missing."""
    into = {"glass": "mineral", "chemical": "mineral", "biowaste": "wood"}.get(category, category)
    assert uses_found((category, residue, code), (into, need), naf) == ([use] if use else [])


def test_what_is_given_to_people_is_not_taken_back_for_the_shelves():
    """« Ramasse quotidienne » was to replace the fruit that the same shop buys."""
    flows = flow_table([flow("o", "A", "out", "food", 70, None), flow("i", "A", "in", "food", 500)]).assign(
        description=["Invendus du jour", "Fruits et légumes"], quality="clean"
    )
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code="4711F", actor_type="firm")
    for route, n in (("reuse", 0), ("digestion", 1)):
        told = flows.assign(route=[route, None])
        assert len(own_uses(with_masses(read_pairs(told, sites, rules), told))) == n


@pytest.mark.parametrize(
    ("need", "part"),
    [("Tout-venant 0/31,5 pour tranchées", 0.2), ("Grave de sous-couche", 0.2), ("Sable siliceux 0/4", 1.0)],
)
def test_a_fine_sand_is_a_part_of_what_is_made_of_sand_and_stones(need, part):
    """Sand of a foundry filled the whole need of a town's trenches; a sieve has no stones of it."""
    flows = flow_table([flow("o", "A", "out", "mineral", 500, "100908"), flow("i", "B", "in", "mineral", 90)])
    rules, sites = reference.load("compatibility"), SITES.assign(naf_code="4211Z", actor_type="firm")
    told = flows.assign(description=["Sable à vert", need])
    (found,) = candidates(told, sites, rules, 20.0, 1.3)[0].itertuples()
    assert found.most_of_need == part
    assert found.diverted_t_per_year * found.need_t_per_t == pytest.approx(90 * part)


@pytest.mark.parametrize(
    ("category", "residue", "code", "need", "naf", "use"),
    [
        # Slag for roads is no aggregate of concrete, nor what fills a quarry; a town's roads are roads.
        ("mineral", "Laitier de cubilot", "100903", "Sables de substitution pour béton", "0811Z", None),
        ("mineral", "Laitier de cubilot", "100903", "Déblais inertes pour remise en état", "0811Z", None),
        ("mineral", "Scories de convertisseur LD", "100202", "Granulats 4/20", "2363Z", None),
        ("mineral", "Laitier de cubilot", "100903", "Tout-venant 0/31,5 pour tranchées", "8411Z",
         "granulats de laitier de fonderie (cubilot) en sous-couche routière"),
        ("glass", "Doubles vitrages déposés", "170202", "Granulats 4/20", "2363Z", None),
        # Dry pallets are no green chips; a need « à découper » is of wipers.
        ("wood", "Palettes perdues", "150103", "Plaquettes et sciures vertes", "1621Z", None),
        ("wood", "Palettes perdues", "150103", "Bois récupéré, broyé", "1621Z", "panneaux de particules"),
        ("textile", "Chutes de coupe", "040222", "Coton et éponge à découper", "8810C",
         "chiffons d'essuyage industriel"),
        # A film that is sorted is no fuel (C. env., art. R. 541-8-1).
        ("plastic", "Housses PE", "150102", "CSR (combustible solide de récupération)", "2351Z", None),
        ("plastic", "Barquettes souillées", "150102", "CSR (combustible solide de récupération)", "2351Z",
         "combustible solide de récupération"),
        # Whoever asks for pallets to mend mends them; slag of a foundry is no binder; PVC is no bag.
        ("wood", "Palettes", "150103", "Palettes à réparer", "3811Z", "palettes remises en circulation"),
        ("wood", "Modèles bois usagés et caisses", "150103", "Palettes à réparer", "3811Z", None),
        ("mineral", "Laitier de cubilot", "100903", "Cendres volantes, laitier", "2351Z", None),
        ("mineral", "Poussières de by-pass", "101306", "Sable siliceux (correctif)", "2351Z", None),
        ("mineral", "Sel de saumurage usé", "020299", "Sel de déneigement", "8411Z", "sel de déneigement"),
        ("mineral", "Sel de saumurage usé", None, "Sel de déneigement", "8411Z", "sel de déneigement"),
        ("mineral", "Sel de saumurage usé", "020299", "Tout-venant 0/31,5 pour tranchées", "8411Z", None),
        ("textile", "Fausse coupe, entre-deux de placement", None, "Chiffons", "8810C",
         "chiffons d'essuyage industriel"),
        # A whole roll is sewn, not cut into rags; who asks for rolls sews; a bottle is melted again.
        ("textile", "Rouleaux de fin de saison", "040222", "Coton et éponge à découper", "8810C", None),
        ("textile", "Fins de pièces", "040222", "Coupons, fins de rouleaux", "8899B",
         "petites séries et accessoires (surcyclage)"),
        ("glass", "Flacons et pots déclassés", "200102", "Tout-venant 0/31,5 pour tranchées", "8411Z", None),
        # Scale is no scrap, a brick of a kiln no sand; wood for a workshop is worked by whoever asks for it.
        ("metal", "Battitures et pailles de laminoir", "100210", "Ferraille E40", "2410Z", None),
        # Nor is aluminium, which its own firm was to melt into blocks of steel; stainless steel is steel.
        ("metal", "Chutes d'aluminium", "170402", "Ferraille E40", "2410Z", None),
        ("metal", "Chutes inox", "170405", "Ferraille E40", "2410Z", "ferrailles en aciérie ou fonderie"),
        # Cut and used again, it is none; nor is steel stainless, melted or not.
        ("metal", "Chutes d'inox", "120101", "Tôles et tubes acier", "2511Z", None),
        ("metal", "Chutes d'acier", "120101", "Tôles inox", "2511Z", None),
        ("metal", "Chutes d'acier", "170405", "Ferraille inox", "2410Z", None),
        ("metal", "Chutes d'acier et d'inox", "120101", "Tôles et tubes acier", "2511Z",
         "chutes de tôle et de barre reprises en petite série"),
        ("metal", "Chutes de tôle", "120101", "Tôles inox", "2511Z",
         "chutes de tôle et de barre reprises en petite série"),
        ("metal", "Battitures et pailles de laminoir", "100210", "Minerai aggloméré", "2410Z",
         "calamine en agglomération ou en cimenterie"),
        ("mineral", "Briques réfractaires usées", "161104", "Sable siliceux (correctif)", "2351Z", None),
        ("wood", "Chutes de chêne séchées", None, "Chutes de bois massif pour l'atelier", "3811Z",
         "mobilier et agencement (surcyclage)"),
        ("wood", "CP marine, chutes de latté", None, "BRF, broyat de branches", "0113Z", None),
        ("wood", "CP marine, chutes de latté", None, "Plaquettes et sciures vertes", "1621Z", None),
        ("wood", "Chutes de hêtre", None, "Plaquettes et sciures vertes", "1621Z", "panneaux de particules"),
        # What facilitators missed of five studies: dunnage as timbers, whatever a need « d'occasion » says.
        ("wood", "Calage de bobines", None, "Bastaings d'occasion", "2511Z",
         "bois d'arrimage et de calage réemployés (bastaings, cales)"),
        ("wood", "Palettes perdues", "150103", "Bastaings d'occasion", "2511Z", None),
        # Slag of a blast furnace, once cool, is an aggregate of concrete; that of a steelworks swells.
        ("mineral", "Laitier cristallisé", "100201", "Granulats 4/20", "2363Z",
         "granulats à béton de laitier de haut fourneau cristallisé"),
        ("mineral", "Laitier d'aciérie cristallisé", "100201", "Granulats 4/20", "2363Z", None),
        # A steelworks that asks for hard plastics takes purges, and no PVC, foam or film.
        ("steel", "Purges multicouches", None, "Plastiques durs en substitution du charbon", "2410Z",
         "carbone de substitution en haut fourneau ou aciérie"),
        ("steel", "Purges de PVC", "120105", "Plastiques durs en substitution du charbon", "2410Z", None),
        ("steel", "Caisses PSE", "150102", "Plastiques durs en substitution du charbon", "2410Z", None),
        ("steel", "Gaines PE", "120105", "Plastiques durs en substitution du charbon", "2410Z", None),
        # Patterns of a foundry burn as class B; sheets are cut into rags, but for lint-free wipes.
        ("wood", "Modèles bois usagés et caisses", "150103", "Bois déchet broyé classe B", "2351Z",
         "chaufferie ou four à bois-déchets (bois de classe B)"),
        ("textile", "Draps et tenues réformés", None, "Chiffons de mise en train", "1812Z",
         "chiffons d'essuyage de linge réformé"),
        ("textile", "Vêtements invendus", "200110", "Chiffons de mise en train", "1812Z", None),
        ("textile", "Draps réformés", "200111", "Essuyage non pelucheux", "2229A", None),
        # Solid wood is cut into shavings, but for who asks for sawdust; panels never are.
        ("wood", "Chutes de débit hêtre et chêne", None, "Copeaux de litière", "0146Z",
         "litière animale (copeaux)"),
        ("wood", "Chutes de débit hêtre et chêne", None, "Sciure de litière", "0146Z", None),
        ("wood", "Chutes de panneaux", "030105", "Copeaux de litière", "0146Z", None),
        # Green waste structures a compost; grass does not, and no mulch for beds is of boards.
        ("green", "Déchets verts", "200201", "Broyat structurant pour compostage", "8411Z",
         "structurant de compostage"),
        ("green", "Tontes", "200201", "Broyat structurant pour compostage", "8411Z", None),
        ("wood", "Palettes", "150103", "Broyat structurant pour compostage", "8411Z", None),
        ("biowaste", "Tontes, tailles et feuilles", "200201", "Paillage et compost pour massifs", "8411Z",
         "paillage de jardins en broyat de branches"),
        ("biowaste", "Tontes, tailles et feuilles", "200201", "Compost pour massifs", "8411Z", None),
        # Prunings are branches too, under the code of crops; tomato plants are not.
        ("green", "Déchets verts de taille", "020103", "Broyat ou plaquettes pour paillage", "0130Z",
         "paillage de broyat de branches (BRF)"),
        ("biowaste", "Sarments de taille", "020103", "Paillage de massifs", "8130Z",
         "paillage de jardins en broyat de branches"),
        ("green", "Plants de tomate en fin de culture", "020103", "Paillage bois", "0113Z", None),
        # What is antistatic is melted with nothing else; a tray is used again as a tray.
        ("steel", "Barquettes thermoformées antistatiques", "150102", "PP recyclé", "2229A", None),
        ("steel", "Barquettes PP rigides", "150102", "PP recyclé", "2229A",
         "granulés régénérés en emballages, tubes et éléments de construction"),
        ("steel", "Barquettes thermoformées antistatiques", "150102", "Barquettes antistatiques", "2612Z",
         "barquettes et plateaux de calage réutilisés"),
        ("steel", "Fûts et bidons", "150102", "Barquettes antistatiques", "2612Z", None),
        ("steel", "Barquettes thermoformées", "150102", "Fûts et bacs plastique", "2612Z", None),
        ("steel", "Barquettes thermoformées antistatiques", "150102", "Barquettes antistatiques", "2229A",
         "barquettes et plateaux de calage réutilisés"),
        # Bricks of a kiln are no limestone; a sludge of carbonates is.
        ("mineral", "Briques réfractaires usées", "161106", "Calcaire de carrière", "2351Z", None),
        ("mineral", "Briques réfractaires usées", "161106", "Matières minérales calciques", "2351Z", None),
        ("mineral", "Briques réfractaires usées", "161106", "Chamotte et fondants", "2351Z",
         "briques réfractaires en chamotte, magnésie et fondants"),
        ("mineral", "Boues carbonatées", "060503", "Calcaire de carrière", "2351Z",
         "matière de substitution au cru de cimenterie"),
        # Sludge of a basin is no crushed concrete, but washing what a mixer brings back gives some gravel.
        ("mineral", "Fonds de toupie et bassins", "101314", "Granulats 4/20", "2363Z",
         "granulats et sables récupérés au lavage du béton frais"),
        ("mineral", "Boues de bassin pressées", "101314", "Granulats 4/20", "2363Z", None),
        ("mineral", "Rebuts de béton durci", "101314", "Granulats 4/20", "2363Z",
         "granulats recyclés de route ou de béton"),
        ("wood", "Chutes de pin et sciure", "030105", "Bois de réemploi", "4332A", None),
        # Clothes are worn again before they are wipers; who mends appliances does not dismantle them, and
        # who dismantles them hands none on.
        ("textile", "Vêtements invendus", "200110", "Vêtements et tissus à trier", "8899B",
         "vente d'occasion de vêtements et de linge"),
        ("weee", "Petits appareils", "200136", "Petit électroménager à réparer", "8899B",
         "appareils reconditionnés"),
        ("weee", "Petits appareils", "200136", "Appareils à démanteler", "8899B",
         "démantèlement manuel sous contrat avec un éco-organisme agréé"),
        # Boxes to move house with are whole, cloths with a colour for each room are no cut sheets.
        ("cardboard", "Cartons de réserve en balles", "150101", "Cartons de déménagement d'occasion", "5210B",
         None),
        ("cardboard", "Caisses et étuis", "150101", "Cartons de déménagement d'occasion", "5210B",
         "caisses réutilisées en l'état"),
        ("textile", "Draps réformés", "200110", "Chiffons et lavettes", "4711F", None),
    ],
)  # fmt: skip
def test_the_use_of_a_lead_is_that_of_the_need(category, residue, code, need, naf, use):
    """What a facilitator refused of three studies: the use of the rule was none of the taker's."""
    families = {"glass": "mineral", "plastic": "mixed", "steel": "plastic", "green": "wood"}
    into = families.get(category, category)
    category = {"steel": "plastic", "green": "biowaste"}.get(category, category)
    assert uses_found((category, residue, code), (into, need), naf) == ([use] if use else [])


@pytest.mark.parametrize("naf", ["4779Z", "3832Z", "9499Z"])
@pytest.mark.parametrize(
    ("category", "residue", "code", "need", "use"),
    [
        ("wood", "Palettes perdues", "150103", "Palettes et bois de récupération",
         "palettes remises en circulation"),
        ("weee", "Outillage électroportatif repris", "200136", "Outils et petits appareils à réparer",
         "appareils reconditionnés"),
        ("chemical", "Peintures invendues", "200128", "Peintures réemployables",
         "peintures à l'eau remélangées"),
        ("wood", "Chutes de panneaux", "030105", "Bois de récupération",
         "mobilier et agencement (surcyclage)"),
        ("textile", "Chutes de tissu de verre", "040222", "Voiles et tissus à coudre", None),
    ],
)  # fmt: skip
def test_a_structure_of_the_social_economy_mends_and_sells_whatever_its_code(
    category, residue, code, need, use, naf
):
    """With the code of a second-hand shop a reuse centre lost six of seven leads; with that of sorting it
    shredded boards."""
    assert uses_found((category, residue, code), (category, need), naf, "ess") == ([use] if use else [])
