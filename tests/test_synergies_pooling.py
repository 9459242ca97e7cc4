"""Pooling: groups cross together a threshold that no member crosses alone."""

from functools import partial

import numpy as np
import pandas as pd
import pooling_cases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling_cases import costs, pooled, thresholds

from eit_analysis import reference
from eit_analysis.reference.distance import haversine_km
from eit_analysis.reference.factors import factor_table
from eit_analysis.synergies.pooling.costs import cost_table, threshold_table
from eit_analysis.synergies.pooling.crossing import crossed
from eit_analysis.synergies.pooling.grades import of_common_grade
from eit_analysis.synergies.pooling.groups import POOL_COLUMNS, numbered, offers
from eit_analysis.synergies.pooling.thresholds import ITS_OWN, targets, without_threshold
from eit_analysis.synergies.register.links import grouped

SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C", "D"],
        # About 0, 11, 22 and 111 km along a meridian.
        "latitude": [47.0, 47.1, 47.2, 48.0],
        "longitude": [7.0] * 4,
    }
)
THRESHOLDS = thresholds(
    ("training", None, "personne", 10.0, 1, 10.0, "session", "une session"),
    ("purchase", "papier", "t", 1.0, 1, 1.0, "session", "une palette de papier"),
    ("equipment", "presse", "t", 50.0, 1, None, "session", "une presse"),
)
COSTS = costs()


def needs(rows, side="need"):
    return pooling_cases.needs(rows, np.nan, side)


def outputs(rows):
    return pooling_cases.outputs(rows, np.nan)


def run(sharing_rows, flow_rows=(), radius_km=15.0, sites=SITES):
    return pooled(needs(sharing_rows), outputs(flow_rows), sites, THRESHOLDS, COSTS, radius_km, 1.0)


def test_two_needs_fill_a_session_whatever_the_accents():
    groups, shares = run(
        [
            ("A", "training", "Sécouriste du travail", 5.0, "places"),
            ("B", "training", "SECOURISTE", 4.0, "personnes"),
        ]
    )
    (group,) = groups.to_dict("records")
    assert group["members"] == "A B" and group["n_sites"] == 2
    assert group["volume_per_year"] == pytest.approx(9) and group["threshold"] == 8
    assert dict(zip(shares["site_id"], shares["volume_per_year"], strict=True)) == {"A": 5, "B": 4}


def test_who_crosses_alone_needs_no_group_and_offers_are_no_need():
    alone = [
        ("A", "training", "secourisme", 9.0, "personne"),
        ("B", "training", "secourisme", 4.0, "personne"),
    ]
    assert run(alone)[0].empty
    sharing = needs(
        [("A", "training", "secourisme", 5.0, "personne"), ("B", "training", "secourisme", 4.0, "personne")]
    )
    offered = sharing.assign(side=["need", "offer"])
    groups, _ = pooled(offered, outputs([]), SITES, THRESHOLDS, COSTS, 15.0, 1.0)
    assert list(groups["kind"]) == ["offer"]


def test_out_of_reach_is_out_and_overlapping_groups_both_stand():
    rows = [(s, "wood", t) for s, t in (("A", 12.0), ("B", 9.0), ("C", 13.0), ("D", 15.0))]
    groups, _ = run([], rows, radius_km=12.0)
    # B is within reach of both A and C: its neighbourhood holds the two others and absorbs theirs.
    assert list(groups["members"]) == ["A B C"]
    assert list(groups["category"]) == ["wood"]
    groups, _ = run([], [*rows[:2], rows[3]], radius_km=12.0)
    assert list(groups["members"]) == ["A B"]


def test_current_is_bought_together_whatever_the_distance_and_a_press_is_not():
    """Two buyers of electricity were left out of a common purchase for being 15 km away."""
    table = threshold_table(cost_table())
    power = [(site, "purchase", "Électricité", 400.0, "MWh") for site in "ABD"]
    press = [(site, "equipment", "Presse à balles", 150.0, "t") for site in "ABD"]
    sharing = pooling_cases.needs([*power, *press], 40_000.0)
    groups, _ = pooled(sharing, outputs([]), SITES, table, cost_table(), 15.0, 1.0)
    assert groups.set_index("nature")["members"].to_dict() == {"purchase": "A B D", "equipment": "A B"}


def test_units_are_converted_and_other_units_left_out():
    groups, _ = run([("A", "purchase", "Papier recyclé", 600.0, "kg"), ("B", "purchase", "papier", 0.7, "t")])
    assert list(groups["volume_per_year"]) == pytest.approx([1.3])
    sharing = needs([("A", "purchase", "papier", 600.0, "€"), ("B", "purchase", "Papier", 0.7, "t")])
    assert list(without_threshold(sharing, THRESHOLDS).frame["unit"]) == ["€"]


@pytest.mark.parametrize(
    ("nature", "item", "unit", "pooled_volume"),
    [
        ("skill", "Responsable QSE", "heures", 900.0),
        ("skill", "Responsable QSE", "Jours", 6300.0),
        ("skill", "Responsable QSE", "ETP", 900 * 1607.0),
        ("service", "Saisonniers", "heures de travail", 900.0),
        ("training", "CACES", "salarié(e)s", 900.0),
        ("training", "CACES", "stagiaires", 900.0),
        ("purchase", "Électricité", "kWh", 0.9),
        ("purchase", "Fournitures", "k€", 900_000.0),
        ("purchase", "Fournitures", "euros", 900.0),
    ],
)
def test_units_are_read_as_people_write_them(nature, item, unit, pooled_volume):
    """« heures », the example of the form itself, had no threshold: « h » had one."""
    sharing = needs([("A", nature, item, 400.0, unit), ("B", nature, item, 500.0, unit)])
    found = [t.needs["volume"].sum() for t in targets(sharing, outputs([]), threshold_table(cost_table()))]
    assert sum(found) == pytest.approx(pooled_volume)
    assert without_threshold(sharing, threshold_table(cost_table())).frame.empty


def test_what_cannot_be_converted_is_asked_in_the_unit_of_its_threshold():
    rows = [
        ("A", "training", "CACES chariots", 8.0, "jours"),
        ("B", "service", "Collecte des biodéchets", 12.0, "mois"),
        ("A", "purchase", "Électricité et gaz", 1.0, "contrat"),
        ("A", "purchase", "Gaz industriels (azote)", 42_000.0, "m3"),
        ("A", "purchase", "Azote et argon", 800.0, "m3"),
        ("A", "purchase", "Gaz (CO2)", 12.0, "t"),
        ("A", "purchase", "Gaz naturel", 12.0, "m3"),
        ("A", "service", "Coursier", 3.0, "licorne"),
        ("A", "equipment", "Pont-bascule", 900.0, "pesées"),
        ("A", "equipment", "Presse à balles", 900.0, "pesées"),
    ]
    told = without_threshold(needs(rows), threshold_table(cost_table())).frame.set_index("item")
    assert told["wanted_units"].to_dict() == {
        "CACES chariots": "personnes", "Collecte des biodéchets": "t", "Électricité et gaz": "MWh",
        "Gaz industriels (azote)": "€", "Azote et argon": "€", "Gaz (CO2)": "€", "Gaz naturel": "MWh",
        "Coursier": "h ou tournées", "Pont-bascule": ITS_OWN, "Presse à balles": "t",
    }  # fmt: skip
    # « mois » is no plural.
    assert told.loc["Collecte des biodéchets", "unit"] == "mois"
    (nothing,) = without_threshold(needs(rows[3:4]), THRESHOLDS).frame["wanted_units"]
    assert nothing == "aucune connue"


def test_a_general_threshold_keeps_items_apart():
    rows = [("A", "training", "CACES", 6.0, "personne"), ("B", "training", "anglais", 6.0, "personne")]
    assert run(rows)[0].empty
    groups, _ = run([*rows, ("B", "training", "Caces", 5.0, "personne")])
    assert list(groups["label"]) == ["une session (CACES)"]


def test_two_words_for_one_thing_are_one_need():
    thresholds = THRESHOLDS.replace({"item_keyword": {"secour": "secour|SST"}})
    sharing = needs(
        [("A", "training", "Recyclage SST", 5.0, "place"), ("B", "training", "secourisme", 4, "place")]
    )
    groups, _ = pooled(sharing, outputs([]), SITES, thresholds, COSTS, 15.0, 1.0)
    assert list(groups["members"]) == ["A B"] and list(groups["keyword"]) == ["secour|sst"]
    assert without_threshold(sharing, thresholds).frame.empty


def test_hazardous_waste_is_never_pooled_with_the_rest():
    costs = cost_table()
    thresholds = threshold_table(costs)
    items = ("Collecte des déchets dangereux", "Collecte de déchets", "Biodéchets", "Déchets non dangereux")
    rows = [(site, "service", item, 4.0, "t") for item in items for site in "AB"]
    rows += [(site, "service", item, 40.0, "tournée") for item in items[:2] for site in "AB"]
    sharing = needs(rows).assign(cost_eur_per_year=100.0)
    targeted = {
        (target.threshold.keyword, target.threshold.unit): set(target.needs["volume"])
        for target in targets(sharing, outputs([]), thresholds)
        if len(target.needs)
    }
    assert targeted == {
        ("dechet dangereux|dechets dangereux", "t"): {4.0},
        ("biodechet", "t"): {4.0},
        ("", "t"): {4.0},  # with the flows of that family
        ("dechet", "t"): {8.0},
        ("collecte des dechets dangereux", "tournée"): {40.0},
        ("collecte de dechets", "tournée"): {40.0},
    }
    assert len(pooled(sharing, outputs([]), SITES, thresholds, costs, 15.0, 1.0)[0]) == 3


def test_hazardous_flows_are_collected_apart():
    flows = outputs([("A", "wood", 12.0), ("B", "wood", 9.0), ("A", "wood", 3.0), ("C", "wood", 19.0)])
    flows["waste_code"] = ["150103", None, "030104", "030104"]
    groups, shares = pooled(needs([]), flows, SITES, THRESHOLDS, COSTS, 30.0, 1.0)
    assert list(groups["members"]) == ["A B", "A C"] and list(groups["keyword"]) == ["", "dangereux"]
    assert list(groups["volume_per_year"]) == [21.0, 22.0] and list(groups["category"]) == ["wood", "wood"]
    assert groups["pooling_id"].is_unique and len(shares) == 4


def test_no_skip_of_scrap_iron_takes_zinc_swarf_nor_what_sells_for_more_than_scrap():
    rows = [(site, "metal", 20.0) for site in ("sheet", "matte", "zinc", "unpriced", "swarf", "billed")]
    flows = pooling_cases.outputs(rows, [-180.0, -900.0, -180.0, np.nan, -90.0, 20.0])
    flows["waste_code"] = ["120101", None, "170404", "200140", "120101", "150104"]
    flows["description"] = ["Chutes de tôle", "Mattes", "Zinc", "Ferraille", "Copeaux huileux", "Fûts vidés"]
    common = of_common_grade(flows, factor_table())
    assert common["site_id"].tolist() == ["sheet", "unpriced", "billed"]
    bought = flows.assign(direction="in")
    assert of_common_grade(bought, factor_table())["site_id"].tolist() == bought["site_id"].tolist()


def test_no_skip_of_raw_wood_takes_panels_nor_what_is_soiled():
    """Classes A and B of waste wood, of which one pays for the second, made one « benne de bois »."""
    named = {
        "pallets": ("150103", "Palettes"), "offcuts": ("030105", "Chutes de bois massif"),
        "uncoded": (None, "Bois"), "sorted": ("191207", "Bois A broyé"),
        "mdf": ("030105", "Chutes de MDF"), "site": ("170201", "Bois de chantier"),
        "furniture": ("200138", "Meubles"), "oily": ("150103", "Palettes"),
        "treated": ("030104", "Bois créosoté"),
    }  # fmt: skip
    flows = pooling_cases.outputs([(site, "wood", 20.0) for site in named], 40.0)
    flows[["waste_code", "description"]] = list(named.values())
    flows["quality"] = ["clean"] * 7 + ["soiled"] * 2
    common = of_common_grade(flows, factor_table())
    assert common["site_id"].tolist() == ["pallets", "offcuts", "uncoded", "sorted", "treated"]


def test_no_load_of_cullet_takes_windscreens_pots_nor_bottles_of_health():
    """Eggshells and broken jars, infusion bottles and windscreens made one « camion complet de verre »."""
    named = {
        "bottles": ("150107", "Bouteilles"), "uncoded": (None, "Flacons et pots vides"),
        "shells": (None, "Coquilles d'œufs et pots cassés"), "care": (None, "Flacons de perfusion vides"),
        "cars": ("160120", "Verre de véhicules"), "screens": (None, "Pare-brise feuilletés"),
    }  # fmt: skip
    flows = pooling_cases.outputs([(site, "glass", 12.0) for site in named], 140.0)
    flows[["waste_code", "description"]] = list(named.values())
    assert of_common_grade(flows, factor_table())["site_id"].tolist() == ["bottles", "uncoded"]


def test_no_round_of_textiles_or_plastics_takes_the_foam_of_seats():
    """13.9 t of foam of seats and mattresses made « une tournée de ramassage de textile par mois »."""
    named = {
        "cloth": ("textile", "Chutes de coton"), "seats": ("textile", "Mousse PU de garnissage, chutes"),
        "packing": ("plastic", "Bulle et mousse PE"), "beds": ("plastic", "Chutes de mousse de matelas"),
        "sofas": ("mixed", "Garnissages en mousse"), "cans": ("chemical", "Bombes de mousse PU"),
        "films": ("plastic", "Film PE de palettes"),
    }  # fmt: skip
    flows = pooling_cases.outputs([(site, family, 12.0) for site, (family, _) in named.items()], 140.0)
    flows["waste_code"], flows["description"] = None, [told for _, told in named.values()]
    common = of_common_grade(flows, factor_table())
    assert common["site_id"].tolist() == ["cloth", "packing", "cans", "films"]


def test_what_is_handed_to_who_uses_it_is_in_no_round():
    """2.4 t of whole boxes, given to two neighbours, were to be taken off a round that fetches others."""
    flows = outputs([(site, "cardboard", 3.0) for site in "ABC"]).assign(description="Cartons")
    flows["route"] = ["recycling", "reuse", None]
    assert of_common_grade(flows, factor_table())["site_id"].tolist() == ["A", "C"]


def test_a_liquid_that_is_pumped_is_in_no_round_of_packed_goods():
    flows = outputs([(site, "chemical", 3.0) for site in "ABC"]).assign(description="")
    flows["waste_code"] = ["120109", "080111", "130205"]
    assert of_common_grade(flows, factor_table())["site_id"].tolist() == ["B"]


def test_a_collection_declared_as_a_flow_and_as_a_service_is_one_need():
    table = threshold_table(cost_table())
    flows = outputs([(site, "cardboard", 20.0) for site in "ABD"]).assign(cost_eur_per_t=[-10.0, 80.0, -10.0])
    asked = [("A", "tournée", 37.0, 3520.0), ("D", "t", 20.0, 400.0), ("E", "kg", 9000.0, np.nan)]
    rows = [(site, "service", "Collecte du carton", volume, unit) for site, unit, volume, _ in asked]
    sharing = needs(rows).assign(cost_eur_per_year=[cost for *_, cost in asked])
    found = {
        (target.threshold.nature, target.threshold.unit): target
        for target in targets(sharing, flows, table)
        if target.category == "cardboard" and len(target.needs)
    }
    skip, rounds = found["collection", "t"].needs, found["service", "tournée"].needs
    # A counts rounds; D is in the skip with its own tonnes at the price that it states, E with what it asks.
    assert rounds.index.tolist() == ["A"] and skip["volume"].to_dict() == {"B": 20.0, "D": 20.0, "E": 9.0}
    assert skip["price"].to_dict() == {"B": 80.0, "D": 20.0, "E": 50.0}  # the median where none is stated
    declared = found["collection", "t"].declared.set_index("site_id")
    assert declared.loc["E", ["declared", "one"]].tolist() == [9000.0, 0.001]
    groups, _ = pooled(sharing, flows, SITES.assign(latitude=47.0), table, cost_table(), 15.0, 1.0)
    assert groups["nature"].tolist() == ["collection"]


def test_protective_equipment_is_one_need_however_it_is_called():
    table = reference.load("pooling_thresholds")
    texts = [
        "Gants et EPI",
        "EPI (gants, chaussures)",
        "Équipement de protection individuelle",
        "EPI",
        "Épices",
    ]
    rows = [(site, "purchase", text, 9000, "€") for site, text in zip("ABCDE", texts, strict=True)]
    found = [target for target in targets(needs(rows), outputs([]), table) if len(target.needs)]
    assert sorted(map(len, (target.needs for target in found))) == [1, 4]


def test_a_licence_for_electric_vehicles_is_not_one_for_wiring():
    """NF C 18-550 and NF C 18-510 are two trainings: a garage made up the session of a chemical plant."""
    texts = ["Habilitation électrique", "Habilitation véhicules électriques", "B0L (NF C 18-550)"]
    rows = [(site, "training", text, 6.0, "personne") for site, text in zip("ABC", texts, strict=True)]
    found = targets(needs(rows), outputs([]), threshold_table(cost_table()))
    found = {target.threshold.label: [*target.needs.index] for target in found}
    assert found["une session d'habilitation électrique"] == ["A"]
    assert found["une session d'habilitation sur véhicules électriques"] == ["B", "C"]


def test_order_of_rows_is_irrelevant():
    rows = [(s, "training", "secourisme", 4.0, "personne") for s in "ABC"]
    one, other = run(rows), run(rows[::-1])
    pd.testing.assert_frame_equal(one[0], other[0])


def test_nothing_in_nothing_out():
    groups, shares = run([])
    assert groups.empty and list(groups.columns) == POOL_COLUMNS and shares.empty


def test_a_collection_has_a_round_and_a_session_has_none():
    groups, _ = run(
        [("A", "training", "secourisme", 5.0, "personne"), ("B", "training", "secourisme", 4.0, "personne")],
        [("A", "wood", 12.0), ("B", "wood", 9.0), ("C", "wood", 10.0)],
    )
    collection, session = groups.to_dict("records")
    km = float(haversine_km(47.0, 7.0, 47.1, 7.0))
    assert collection["centre_site_id"] == "B" and collection["span_km"] == pytest.approx(km)
    # 31 t in four passes of 7.75 t: one lorry drives from B to A and C and back.
    assert collection["round_km"] == pytest.approx(4 * km, abs=0.01)
    assert collection["n_sites"] == 3
    # Unbounded by any bill: 12, 9 and 10 t alone, by loads of 5 t, are 3, 2 and 2 lorries against 4 together.
    assert collection["saving_eur_per_year"] == pytest.approx(3 * 100 - 4 * 4 * km * 1.5, abs=1)
    assert np.isnan(session["round_km"]) and np.isnan(session["saving_eur_per_year"])


def test_a_missing_price_is_the_median_of_the_others_and_bounds_the_saving():
    sharing = needs([(s, "training", "secourisme", 4.0, "personne") for s in "ABC"])
    sharing["cost_eur_per_year"] = [400.0, np.nan, 800.0]
    groups, _ = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 15.0, 1.0)
    # 600 + 800 paid by B and C, against a session of ten; all three would need two.
    assert groups.loc[0, "members"] == "A B C" and groups.loc[0, "part_members"] == "B C"
    assert groups.loc[0, "saving_eur_per_year"] == 600 + 800 - 1000
    # A session at 500 € is all that either bill holds of fixed cost.
    assert groups.loc[0, "saving_high_eur_per_year"] == 500 + 500 - 500


def test_who_pays_nothing_for_a_removal_or_is_paid_for_it_saves_nothing_by_another():
    flows = outputs([("A", "wood", 12.0), ("B", "wood", 9.0)])
    for price in (0.0, -20.0):
        declared = flows.assign(cost_eur_per_t=price)
        groups, _ = pooled(needs([]), declared, SITES, THRESHOLDS, COSTS, 15.0, 1.0)
        together = 400 + 1.5 * 4 * groups.loc[0, "round_km"]
        assert groups.loc[0, "saving_eur_per_year"] == pytest.approx(-together)


def test_an_offer_is_used_by_the_nearest_first():
    sharing = pd.concat(
        [
            needs([("C", "equipment", "Presse à balles", 32.0, "t")], side="offer"),
            needs([("A", "equipment", "Presse", 27.0, "t"), ("B", "equipment", "presse", 20.0, "t")]),
            needs([("D", "equipment", "presse", 9.0, "t")]),
        ]
    )
    groups, shares = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 25.0, 1.0)
    (offer,) = groups.to_dict("records")
    assert (offer["kind"], offer["members"], offer["centre_site_id"]) == ("offer", "A B C", "C")
    assert offer["volume_per_year"] == 32 and np.isnan(offer["threshold"])
    assert shares.set_index("site_id")["volume_per_year"].to_dict() == {"A": 12, "B": 20, "C": 0}
    alone, _ = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 5.0, 1.0)
    assert alone.empty


def test_whoever_stands_at_the_very_reach_is_within_it():
    sharing = needs([("A", "equipment", "presse", 9.0, "t"), ("C", "equipment", "presse", 32.0, "t")])
    sharing["side"] = ["need", "offer"]
    reach = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 99.0, 1.0)[0]["span_km"].iloc[0]
    at, below = (
        pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, radius_km, 1.0)[0]
        for radius_km in (reach, reach - 1e-6)
    )
    assert len(at) == 1 and below.empty


def test_an_offer_of_goods_has_no_known_saving():
    sharing = needs([("A", "purchase", "papier", 0.4, "t"), ("B", "purchase", "papier", 0.3, "t")])
    sharing["side"] = ["offer", "need"]
    groups, _ = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 15.0, 1.0)
    assert list(groups["volume_per_year"]) == [0.3] and groups["saving_eur_per_year"].isna().all()


@pytest.mark.parametrize(
    ("nature", "keyword", "unit", "category", "words"),
    [
        ("equipment", "presse", "t", None, "si la machine se déplace"),
        ("equipment", "broyeur de palettes|broyeur a palettes", "t", None, "si la machine se déplace"),
        ("equipment", "nacelle", "h", None, "autorisation de conduite"),
        ("equipment", "scanner", "h", None, "l'équipement est libre"),
        ("skill", "maintenance", "h", None, "L. 8241-2"),
        ("service", "carton", "t", "cardboard", "une place dans une benne"),
        ("service", "linge", "t", None, "assurance"),
        ("service", "linge", "t", None, "vêtements d'atelier"),
        ("service", "Lavage de bacs réutilisables", "bac", None, "852/2004"),
        ("equipment", "Pont-bascule 60 t", "pesee", None, "le détour à chaque pesée"),
        ("service", "maintenance", "h", None, "L. 8241-2"),
        ("space", "stockage", "m2", None, "le bail"),
    ],
)
def test_each_kind_of_offer_has_its_question(nature, keyword, unit, category, words):
    pool = dict.fromkeys(POOL_COLUMNS) | {"kind": "offer", "nature": nature, "keyword": keyword, "unit": unit}
    found = offers(pd.DataFrame([pool | {"category": category}, pool | {"kind": "group"}]), 100, needs([]))
    assert len(found) == 1 and words in found["ask_first"].iloc[0]
    # Whatever may be offered has a question.
    natures = (set(reference.load(name)["nature"]) for name in ("offer_questions", "pooling_thresholds"))
    assert next(natures) == next(natures)


def test_a_trifle_is_no_offer_and_people_are_lent_under_the_name_of_their_work():
    """58 hours of maintenance a year were offered as « un quart de temps plein »; a quarter is 400."""
    pool = dict.fromkeys(POOL_COLUMNS) | {"kind": "offer", "nature": "service", "unit": "h"}
    pool |= {"keyword": "espaces verts|tonte", "label": "un demi-temps plein", "volume_per_year": 120.0}
    press = {"nature": "equipment", "keyword": "presse", "unit": "t", "label": "une presse"}
    safety = {"nature": "skill", "keyword": "securite", "span_km": 8.7}
    rows = [{}, {"volume_per_year": 58.5}, press | {"saving_eur_per_year": 90.0}, press, safety]
    found = offers(pd.DataFrame([pool | row for row in rows]), 100, needs([]))
    assert found["offered"].tolist() == ["espaces verts", "une presse", "sécurité"]
    assert found["distance_km"].tolist()[-1] == 8.7


@pytest.mark.parametrize(
    ("needed", "offered", "words"),
    [
        ("Entrepôt couvert", "Plateforme de stockage", "couvert"),
        ("Stockage abrité", "Stockage en plein air, non couvert", "couvert"),
        ("Stockage froid négatif", "Entrepôt couvert", "au froid"),
        ("Entrepôt chauffé", "Entrepôt non chauffé", "chauffé"),
        ("Entrepôt couvert", "Entrepôt", None),
        ("Stockage", "Entrepôt frigorifique", None),
        # A covered place is one, whatever it is called, and a season is asked of it.
        ("Stockage saisonnier", "Hangar couvert", "aux mois voulus"),
        ("Stockage d'octobre à mars", "Surface couverte", "aux mois voulus"),
        ("Abri d'été", "Bâtiment libre", "aux mois voulus"),
        ("Stockage saisonnier", "Hangar libre en hiver", None),
        ("Entreposage à l'année", "Local couvert", None),
    ],
)
def test_a_place_is_asked_what_its_needs_say_and_the_offer_does_not(needed, offered, words):
    """A covered warehouse was to be found on an open-air platform, and nobody was told to ask."""
    sharing = needs([("A", "space", needed, 80.0, "m2"), ("B", "space", offered, 300.0, "m2")])
    sharing["side"] = ["need", "offer"]
    found, _ = pooled(sharing, outputs([]), SITES, threshold_table(cost_table()), cost_table(), 15.0, 1.0)
    (asked,) = offers(found, 0, sharing)["ask_first"]
    assert asked.startswith("si le bail") and ("comme le besoin le dit" in asked) == (words is not None)
    assert words is None or words in asked


SPOTS = st.tuples(st.sampled_from([47.0, 47.05, 47.1, 47.2, np.nan]), st.sampled_from([7.0, 7.1, 7.3]))
VOLUMES = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0, -1.0, np.nan, np.inf])


@st.composite
def territories(draw):
    n = draw(st.integers(1, 8))
    spots = draw(st.lists(SPOTS, min_size=n, max_size=n))
    sites = pd.DataFrame(spots, columns=["latitude", "longitude"]).assign(site_id=[f"S{i}" for i in range(n)])
    row = st.tuples(
        st.sampled_from(list(sites["site_id"])),
        st.just("training"),
        st.sampled_from(["secourisme", "CACES", "anglais"]),
        VOLUMES,
        st.sampled_from(["personne", "personne", "place", "licorne"]),
    )
    # Many needs at once try as much as several studies of few.
    sharing = needs(draw(st.lists(row, max_size=14) | st.lists(row, min_size=12, max_size=28)))
    sharing["side"] = draw(
        st.lists(st.sampled_from(["need", "need", "offer"]), min_size=len(sharing), max_size=len(sharing))
    )
    costs = st.sampled_from([np.nan, 0.0, 150.0, 900.0])
    sharing["cost_eur_per_year"] = draw(st.lists(costs, min_size=len(sharing), max_size=len(sharing)))
    return sites, sharing


def by_target(groups):
    return [part for _, part in groups[groups["kind"] == "group"].groupby(["nature", "label", "keyword"])]


@given(territories(), st.sampled_from([0.0, 6.0, 12.0, 20.0, 60.0]))
@settings(max_examples=25)
def test_groups_are_the_largest_neighbourhoods_that_cross(territory, radius_km):
    sites, sharing = territory
    groups, shares = pooled(sharing, outputs([]), sites, THRESHOLDS, COSTS, radius_km, 1.0)
    brought = shares.groupby("pooling_id")["volume_per_year"].sum()
    assert groups["volume_per_year"].to_list() == pytest.approx(groups["pooling_id"].map(brought).to_list())
    assert groups["pooling_id"].is_unique and (groups["n_sites"] >= 2).all()
    own = groups[groups["kind"] == "group"]
    assert (own["volume_per_year"] >= own["threshold"]).all()
    largest = own["pooling_id"].map(shares.groupby("pooling_id")["volume_per_year"].max())
    assert (largest.astype(float) < own["threshold"]).all()
    for part in by_target(groups):
        sets = [frozenset(members.split()) for members in part["members"]]
        assert len(set(sets)) == len(sets) and not any(a < b for a in sets for b in sets)
    position = sites.dropna().set_index("site_id")
    expected = set()
    for item in ("secourisme", "CACES", "anglais"):
        least = 8.0 if item == "secourisme" else 10.0
        rows = sharing[(sharing["item"] == item) & (sharing["side"] == "need")]
        rows = rows[rows["unit"].isin(["personne", "place"]) & np.isfinite(rows["volume_per_year"])]
        volume = rows[rows["volume_per_year"] > 0].groupby("site_id")["volume_per_year"].sum()
        volume = volume[(volume < least) & volume.index.isin(position.index)]
        sets = {
            frozenset(
                s for s in volume.index if haversine_km(*position.loc[centre], *position.loc[s]) <= radius_km
            )
            for centre in volume.index
        }
        sets = {group for group in sets if not any(group < other for other in sets)}
        expected |= {(item.lower(), group) for group in sets if volume[list(group)].sum() >= least}
    found = {
        ("secourisme" if keyword == "secour" else keyword, frozenset(members.split()))
        for keyword, members in zip(own["keyword"], own["members"], strict=True)
    }
    assert found == expected


@given(territories(), st.randoms())
@settings(max_examples=15)
def test_order_of_every_table_is_irrelevant(territory, random):
    sites, sharing = territory
    order = list(range(len(sharing)))
    random.shuffle(order)
    one = pooled(sharing, outputs([]), sites, THRESHOLDS, COSTS, 20.0, 1.0)
    other = pooled(sharing.iloc[order], outputs([]), sites[::-1], THRESHOLDS[::-1], COSTS[::-1], 20.0, 1.0)
    pd.testing.assert_frame_equal(one[0], other[0])
    keys = ["pooling_id", "site_id"]
    pd.testing.assert_frame_equal(
        *(shares.sort_values(keys, ignore_index=True) for shares in (one[1], other[1]))
    )


@given(territories(), st.sampled_from([0.0, 6.0, 12.0, 20.0]))
@settings(max_examples=15)
def test_a_wider_radius_never_loses_a_possibility(territory, radius_km):
    sites, sharing = territory
    narrow, wide = (
        pooled(sharing, outputs([]), sites, THRESHOLDS, COSTS, r, 1.0)[0] for r in (radius_km, radius_km + 15)
    )
    for kind, keyword, members, centre in narrow[["kind", "keyword", "members", "centre_site_id"]].itertuples(
        index=False
    ):
        like = wide[(wide["kind"] == kind) & (wide["keyword"] == keyword)]
        if kind == "offer":
            like = like[like["centre_site_id"] == centre]
        assert any(set(members.split()) <= set(larger.split()) for larger in like["members"])


def test_unknown_units_are_listed_and_everyone_at_one_place_is_one_group():
    rows = [(s, "training", "secourisme", 4.0, "licorne") for s in "ABC"]
    assert len(without_threshold(needs(rows), THRESHOLDS).records) == 3 and run(rows)[0].empty
    together = SITES.assign(latitude=47.0)
    groups, _ = run([], [(s, "wood", 6.0) for s in "ABCD"], radius_km=0.0, sites=together)
    assert list(groups["members"]) == ["A B C D"] and list(groups["round_km"]) == [0.0]


def test_a_site_without_position_is_in_no_group():
    nowhere = SITES.assign(latitude=[47.0, np.nan, np.nan, 47.01])
    groups, _ = run([], [(s, "wood", 12.0) for s in "ABCD"], sites=nowhere)
    assert list(groups["members"]) == ["A D"]


@pytest.mark.parametrize("outside", [9.0, 9.5])
def test_what_a_group_tells_of_its_members_and_of_who_is_none(outside: float) -> None:
    """A and B cross 8 people together: 7 at most each, people coming whole; D, who is none, 8 at least.

    Members that come whole do so whatever somebody else wrote.
    """
    sharing = needs(
        [
            ("A", "training", "secourisme", 5.0, "personne"),
            ("A", "training", "secourisme", 2.0, "place"),
            ("B", "training", "secourisme", 4.0, "personne"),
            ("D", "training", "secourisme", outside, "personne"),
        ]
    )
    groups, _ = pooled(sharing, outputs([]), SITES, THRESHOLDS, COSTS, 15.0, 1.0)
    assert groups["members"].tolist() == ["A B"]
    pays = groups.assign(group_lacks=None)  # what is told does not depend on it
    facts = crossed(numbered(pays), targets(sharing, outputs([]), THRESHOLDS))
    told = {
        tuple(form): (low, high, bool(cell))
        for form, low, high, cell in zip(
            facts.forms.toarray(), facts.low, facts.high, facts.cells, strict=True
        )
    }
    assert told == {
        (1.0, 1.0, 1.0, 0.0): (8.0, np.inf, True),
        (1.0, 1.0, 0.0, 0.0): (-np.inf, 7.0, False),
        (0.0, 0.0, 1.0, 0.0): (-np.inf, 7.0, False),
        (0.0, 0.0, 0.0, 1.0): (8.0, np.inf, False),
    }
    assert set(facts.rows) == {0}


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.floats(0.1, 30.0)), min_size=2, max_size=8))
def test_what_a_group_tells_is_true(masses) -> None:
    flows = outputs([(site, "wood", mass) for site, mass in masses])
    groups, _ = pooled(needs([]), flows, SITES, THRESHOLDS, COSTS, 30.0, 1.0)
    facts = crossed(numbered(groups), targets(needs([]), flows, THRESHOLDS))
    value = facts.forms @ facts.records["declared"].to_numpy(dtype=float)
    slack = 1e-9 * (1 + np.abs(value))
    assert ((value >= facts.low - slack) & (value <= facts.high + slack)).all()


def test_a_group_whose_member_is_near_the_threshold_is_withheld(small_study) -> None:
    """Of 20 t, a member that has 19 is known to a twentieth; where the largest has 10 it is not."""
    from eit_analysis.publishing.release.gate import Release
    from eit_analysis.synergies.pooling.groups import by_group

    sites = pd.DataFrame({"site_id": [f"E{n}" for n in (1, 2, 3, 4)], "latitude": 47.0, "longitude": 7.0})
    for largest, leaves in ((19.0, False), (10.0, True)):
        rows = [(site, "wood", mass) for site, mass in zip(sites["site_id"], (largest, 9, 8, 8), strict=True)]
        flows = outputs(rows)
        pools, shares = pooled(needs([]), flows, sites, THRESHOLDS, COSTS, 15.0, 1.0)
        paying = numbered(pools).assign(question_fr=None)
        groups = by_group(paying, shares, partial(targets, needs([]), flows, THRESHOLDS))
        release = Release(small_study, "partners", "essai")
        table = release.table(groups, "Groupes").seen_by(release.viewer, {})
        assert (~table.hidden).tolist() == [leaves]


def test_what_is_offered_in_the_unit_of_its_need_is_an_offer_and_asks_no_unit():
    """A dairy washes 42,000 boxes, a recycler offers 60,000: three readers missed it."""
    rows = [
        ("A", "service", "Lavage de bacs et caisses", 42_000, "bacs"),
        ("C", "service", "Pesée", 9, "bacs"),
    ]
    asked = needs(rows)
    offered = needs([("B", "service", "Lavage de bacs réutilisables", 60_000, "bacs")], "offer")
    sharing = pd.concat([asked, offered], ignore_index=True)
    table = threshold_table(cost_table())
    pools, _ = pooled(sharing, outputs([]), SITES, table, cost_table(), 15.0, 1.3)
    found = pools.set_index("label").loc["Lavage de bacs réutilisables"]
    assert (found["kind"], found["members"], found["volume_per_year"]) == ("offer", "A B", 42_000)
    # Nothing says what washing costs: no saving is told, and no group looked for.
    assert pd.isna(found["saving_eur_per_year"]) and list(pools["kind"]) == ["offer"]
    assert without_threshold(sharing, table).frame["item"].tolist() == ["Pesée"]
    # It answers a line of the register that names it as either side does.
    line = {"synergy_id": "S", "kind": "pooling", "site_ids": "A B", "category": None}
    for title, answered in (("Lavage de bacs mutualisé", 2), ("Gardiennage mutualisé", 0)):
        assert len(grouped(pd.DataFrame([line | {"title": title}]), pools, sharing)) == answered
    # In another unit, or of another thing, it is none.
    for other in (offered.assign(unit="t"), offered.assign(item="Transport de colis")):
        both = pd.concat([asked, other], ignore_index=True)
        assert len(without_threshold(both, table).frame) == 2
