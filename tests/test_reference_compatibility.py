"""One reader of the rules: the two pages agree about every flow, and one order is declared once."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eit_analysis
from eit_analysis import reference
from eit_analysis.codes import CATEGORIES, QUALITIES, ROUTES
from eit_analysis.flows.dimensions import describe
from eit_analysis.flows.potential import mark_ease
from eit_analysis.reference.compatibility import answering, hierarchy_steps, known_use, reading, text_read
from eit_analysis.reference.needs import code_asked, need_told, use_told
from eit_analysis.reference.rule_designations import refused_beside
from eit_analysis.study import open_study
from eit_analysis.synergies.gates import USES
from eit_analysis.synergies.register.links import Methods
from eit_analysis.synergies.register.reasons import why_missed
from eit_analysis.synergies.substitution import candidates

RULES, WASTE_CODES = reference.load("compatibility"), reference.load("waste_codes")
MATTER = {"reuse", "recycling", "composting", "digestion"}


def both_pages(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Every ranked exchange (page 02) beside what page 01 answers about the flow it takes."""
    passed, _ = candidates(flows, sites, RULES, radius_km=30.0, detour_factor=1.3)
    described = describe(flows, sites, WASTE_CODES)
    eased = mark_ease(described[described["direction"] == "out"], RULES)
    answers = eased[["flow_id", "waste_code", "quality", "hazardous", "has_outlet"]]
    return passed.merge(answers, left_on="out_flow_id", right_on="flow_id", validate="many_to_one")


def made_up(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A study of fifteen givers of any waste and fifteen takers that some rule names, all at one place."""
    random = np.random.default_rng(seed)
    read = RULES["waste_code_prefix"].dropna().unique()
    codes = WASTE_CODES["waste_code"]
    givers = [
        {
            "direction": "out",
            "category": random.choice(list(CATEGORIES)),
            "waste_code": random.choice([None, random.choice(read), random.choice(codes)]),
            "quality": random.choice([None, *QUALITIES]),
            "route": random.choice([None, *ROUTES]),
        }
        for _ in range(15)
    ]
    asked = RULES.fillna("").sample(15, random_state=seed)
    takers = [
        {"direction": "in", "category": rule.input_category,
         "waste_code": (rule.input_waste_codes.split() or [None])[0]}
        for rule in asked.itertuples()
    ]  # fmt: skip
    flows = pd.DataFrame(givers + takers, columns=list(givers[0])).assign(
        flow_id=[f"{seed}-F{i}" for i in range(30)], site_id=[f"{seed}-E{i}" for i in range(30)],
        mass_t_per_year=10.0, mass_low_t_per_year=8.0, mass_high_t_per_year=12.0, evidence="declared",
        cost_eur_per_t=np.nan, months=None, contractor=None, description="lot",
    )  # fmt: skip
    naf = [None] * 15 + [(codes.split() or [None])[0] for codes in asked["receiver_naf_codes"]]
    sites = pd.DataFrame({"site_id": flows["site_id"], "naf_code": naf}).assign(
        actor_type="firm",
        latitude=40.0 + seed % 10,
        longitude=7.1,
        commune_code="68334",
        commune_name="Thann",
    )
    return flows, sites


def ten_studies(seed: int) -> list[pd.DataFrame]:
    """Ten studies at once, a hundred kilometres from each other: none exchanges with another."""
    studies = [made_up(seed + i) for i in range(10)]
    return [pd.concat(tables, ignore_index=True) for tables in zip(*studies, strict=True)]


def contradictions(beside: pd.DataFrame) -> pd.DataFrame:
    """Exchanges of a material or organic use, of a flow that has no known use. Energy is no such use."""
    return beside[beside["new_route"].isin(MATTER) & (beside["has_outlet"] == "no")]


@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_both_pages_agree_about_every_flow_of_the_sample(wave):
    study = open_study("thur-doller", wave)
    beside = both_pages(study.load("flows"), study.load("sites"))
    assert len(beside) > 10
    assert contradictions(beside).empty, contradictions(beside)


def test_both_pages_agree_about_every_flow_of_random_studies():
    beside = pd.concat([both_pages(*ten_studies(seed)) for seed in range(500, 800, 10)])
    assert contradictions(beside).empty, contradictions(beside)
    # Each kind of flow on which readers may differ is ranked here.
    for column, code in (("waste_code", "unknown"), ("quality", "unknown"), ("hazardous", "yes")):
        assert (beside[column] == code).sum() > 50, column
    assert (beside["old_route"].nunique(), set(beside["new_route"])) == (8, MATTER | {"energy"})


def test_what_is_soiled_by_its_nature_needs_not_be_clean_to_be_regenerated():
    """Used oils, emulsions, solvents and coolants come soiled: a rule that purifies them takes them so."""
    regenerated = RULES["delivered_quality"].eq("clean") & RULES["hazardous_allowed"].eq(1)
    used = RULES["waste_code_prefix"].fillna("").str.match(r"1201(08|09|14|18)|13|14|16011[34]")
    of_oil = RULES["use"].str.contains("huile|solvant|glycol", case=False)
    rules = RULES[regenerated & used & of_oil]
    assert len(rules) > 15
    refusing = rules[~rules["worst_quality"].eq("soiled")]["rule_id"].tolist()
    # Separated on arrival in a port: what is taken there is oily water, told apart from oil.
    assert [rule for rule in refusing if not rule.startswith("bilge_water")] == []


def test_no_waste_that_a_rule_takes_is_said_to_have_no_use():
    """1,662 t had « no use at this quality », of which 639 t were taken by a rule for energy."""
    exact = RULES[RULES["waste_code_prefix"].fillna("").str.len() == 6]
    exact = exact[~exact["waste_code_prefix"].isin(reference.load("rule_designations")["waste_code"])]
    wastes = exact.assign(
        waste_code=exact["waste_code_prefix"], category=exact["category"].fillna("other"), description="",
        quality=exact["worst_quality"].fillna("soiled"), hazardous=exact["hazardous_allowed"] == 1,
    )  # fmt: skip
    found = pd.Series(known_use(wastes, RULES), exact["route"])
    assert found.groupby(level=0).unique().map(set).to_dict() == {
        route: {"material"} if route in MATTER else {"material", "energy"} for route in set(exact["route"])
    }


def test_cardboard_without_a_code_has_a_known_use():
    flows, sites = made_up(0)
    flows = flows.assign(category="cardboard", waste_code=None, quality="clean", route="landfill")
    beside = both_pages(flows, sites)
    assert len(beside) and (beside["has_outlet"] == "yes").all()


@pytest.mark.parametrize(
    ("text", "canned"),
    [
        ("Fruits et légumes déclassés", True),
        ("Pommes abîmées", True),
        ("Invendus consommables", False),
        (None, False),
    ],
)
def test_no_cannery_of_fruit_takes_what_is_not_called_fruit(text, canned):
    # Code de l'environnement, art. L. 541-15-4: what is still edible may be given whatever it is called.
    waste = pd.DataFrame([{"waste_code": "200108", "category": "food", "description": text}])
    found = set(reading(waste.assign(description=text_read(waste)), RULES)["rule_id"])
    assert ("food_processing_200108" in found, "food_donation_200108" in found) == (canned, True)


@pytest.mark.parametrize(
    ("code", "category", "text", "rule", "taken"),
    [
        ("030105", "wood", "Chutes de panneaux", "wood_carpentry_030105", True),
        ("030105", "wood", "Sciures et copeaux", "wood_carpentry_030105", False),
        ("030105", "wood", "Sciures et copeaux", "wood_panel_030105", True),
        # Nobody shreds it for a boiler, which burns few fines.
        ("030105", "wood", "Sciures et copeaux", "wood_fuel_a_030105", False),
        ("030105", "wood", "Sciures et copeaux", "wood_fuel_fines_030105", True),
        ("030105", "wood", "Plaquettes", "wood_fuel_fines_030105", False),
        ("070213", "plastic", "Rebuts d'injection", "plastic_regrind_070213", True),
        ("070213", "plastic", "Chutes de mousse polyuréthane", "plastic_regrind_070213", False),
        ("070213", "plastic", "Chutes de mousse polyuréthane", "polymer_scrap_070213", True),
        # A bare board holds no housing: its metals are what it is sold for.
        ("160216", "weee", "Cartes électroniques rebutées", "weee_housings_160216", False),
        ("160216", "weee", "Rebuts de circuits imprimés", "weee_housings_160216", False),
        ("160216", "weee", "Cartes électroniques rebutées", "weee_approved_160216", True),
        ("160216", "weee", "Boîtiers de commande déposés", "weee_housings_160216", True),
        ("160216", "weee", None, "weee_housings_160216", True),
    ],
)
def test_no_plank_is_made_of_sawdust_nor_pellet_of_foam_that_does_not_melt(code, category, text, rule, taken):
    waste = pd.DataFrame([{"waste_code": code, "category": category, "description": text}])
    found = reading(waste.assign(description=text_read(waste)), RULES)
    assert (rule in set(found["rule_id"])) == taken


@pytest.mark.parametrize(
    ("rule", "text", "beside"),
    [
        ("wood_mulch_030105", "Copeaux secs", ()),
        ("wood_mulch_030105", "Sciures et copeaux secs", ("Sciures",)),
        ("wood_mulch_030105", "Sciures", None),
        # What is refused and cannot be sifted out, and what is called by no word of its code, is no mixture.
        ("wood_mulch_030105", "Copeaux et sciures de MDF", None),
        ("wood_mulch_030105", "Panneaux agglomérés ou bruts", None),
        ("wood_carpentry_030105", "Chutes et sciures", None),
        ("wood_smoking", "Plaquettes de douglas et chêne", None),
        ("wood_carpentry_030105", "Sciures et copeaux", None),
        ("cardboard_box_reuse", "Mandrins et cartons", ("Mandrins",)),
        ("cardboard_box_reuse", "Mandrins carton", None),
        ("no_such_rule", "Sciures", ()),
    ],
)
def test_what_a_rule_takes_a_part_of_is_to_be_sorted(rule, text, beside):
    assert refused_beside(rule, text) == beside


def test_who_buys_sheets_of_cardboard_is_no_paper_mill():
    told = need_told(pd.Series(["Plaques de carton ondulé", "Vieux cartons ondulés"]))
    for rule in ("cardboard_pulp_150101", "paper_cardboard_mill_030308"):
        needs = set(RULES.loc[RULES["rule_id"] == rule, "other_needs"].item().split())
        assert [bool(needs & set(text.split())) for text in told] == [True, False]


def test_designations_are_asked_for_rules_that_are_there_at_their_code():
    asked = reference.load("rule_designations").merge(RULES, on="rule_id", how="left", validate="1:1")
    of_family = asked["waste_code_prefix"].isna() & asked["category"].notna()
    assert (asked["waste_code"] == asked["waste_code_prefix"])[~of_family].all()
    # A rule of a whole family refuses words alone: most of its codes are read without any.
    assert of_family.any() and asked.loc[of_family, "words"].isna().all()


def test_needs_are_told_apart_for_rules_that_are_there_and_by_words_that_are_read():
    table = reference.load("need_designations")
    of_matter = table.loc[table["waste_code"].isna(), "need"]
    refused = set(" ".join(RULES["other_needs"].dropna()).split())
    proving = set(" ".join(RULES["proving_needs"].dropna()).split())
    bounded = set(reference.load("rule_designations")["part_of"].dropna())
    assert refused | proving | bounded | set().union(*USES.values()) == set(of_matter)
    # What names a use is made by a rule of its family.
    for family, uses in USES.items():
        made = use_told(RULES[RULES["input_category"] == family])
        assert uses <= set(" ".join(made).split())
    # A word may tell of two: reels are no sheets, and granules burn or are a resin.
    for need, told in zip(table["need"], need_told(table["words"]), strict=True):
        assert need in told.split()


@pytest.mark.parametrize(
    ("text", "whole"),
    [("Palettes bois", True), ("Chutes de bois de palettes", False), ("Bois de palettes", False)],
)
def test_offcuts_of_pallets_are_no_pallets(text, whole):
    waste = pd.DataFrame([{"waste_code": "150103", "category": "wood", "description": text}])
    found = set(reading(waste.assign(description=text_read(waste)), RULES)["rule_id"])
    assert ({"wood_pallet_reuse", "wood_pallet_direct"} <= found) is whole
    assert "wood_carpentry_150103" in found
    need = pd.DataFrame([{"waste_code": "unknown", "description": f"{text} pour meubles"}])
    assert code_asked(need).tolist() == ["" if text.startswith("Chutes") else "150103"]


def rules_read(category: str, text: str | None, rules: pd.DataFrame = RULES) -> pd.DataFrame:
    waste = pd.DataFrame([{"waste_code": None, "category": category, "description": text}])
    return reading(waste.assign(description=text_read(waste)), rules)


@pytest.mark.parametrize(
    ("category", "text", "read"),
    [
        ("wood", "Palettes cassées", {"150103", "200138", "191207"}),
        ("wood", "Chutes de hêtre", {"030105"}),
        # Less sure alone than with its family, which leaves no other chapter.
        ("wood", "Chutes de débit hêtre et chêne", {"030105"}),
        ("textile", "Draps et tenues réformés", {"200110", "200111"}),
        ("textile", "Fins de pièces, prototypes", {"040221", "040222"}),
        # What it names besides is of another family: ashes.
        ("wood", "Sciure de hêtre de fumage brûlée, cendres", set()),
        # Nothing is told: the codes that name the family alone.
        ("wood", None, {"150103", "170201", "191207", "200138"}),
        ("wood", "lot", {"150103", "170201", "191207", "200138"}),
        # What is told is not understood, or is of another family: no rule of one code.
        ("wood", "xyzzy", set()),
        ("plastic", "Cartons d'emballage", set()),
        # May be hazardous: rules that do not allow it are shut, those of the whole family too.
        ("wood", "Traverses créosotées", set()),
        ("plastic", "Bidons souillés de solvants", set()),
        ("food", "Produits phytosanitaires périmés", set()),
        ("biowaste", "SPA catégorie 2", set()),
        ("food", "xyzzy", {""}),
    ],
)
def test_a_waste_without_a_code_meets_the_rules_that_its_family_and_text_support(category, text, read):
    rules = RULES[RULES["input_waste_codes"].isna()].fillna({"waste_code_prefix": "", "category": ""})
    # Which sawdust or timbers alone are called for.
    worded = ["wood_fuel_fines_030105", "wood_bedding_030105", "wood_dunnage_150103"]
    rules = rules[~rules["rule_id"].isin(worded)]
    expected = rules[rules["waste_code_prefix"].isin(read) & (rules["category"] == category)]
    # What is called a pallet is one: its object's rules read it, but for those of sound ones.
    called = ["wood_pallet_reuse", "wood_carpentry_150103"] * (text == "Palettes cassées")
    expected = pd.concat([expected, RULES[RULES["rule_id"].isin(called)]])
    expected = expected[expected["rule_id"] != "wood_crate_reuse"]
    assert set(rules_read(category, text)["rule_id"]) == set(expected["rule_id"])
    assert bool(len(expected)) == bool(read)


def test_a_rule_that_allows_hazardous_wastes_reads_what_may_be_hazardous():
    rule = RULES.head(1).assign(waste_code_prefix="1702", category="wood", input_waste_codes=None)
    for allowed in (0, 1):
        read = rules_read("wood", "Traverses créosotées", rule.assign(hazardous_allowed=allowed))
        assert len(read) == allowed


def test_the_reasons_say_fed_by_as_substitution_reads():
    """A pair of an output and an input that some rule reads passes or is refused: it is never absent."""
    of_objects = RULES["input_waste_codes"].notna()
    rules = pd.concat([RULES[of_objects], RULES[~of_objects].sample(60, random_state=1)])
    some = made_up(0)[0].head(1)
    kinds = [(category, code) for category in CATEGORIES for code in (None, "150103")]
    outputs = [
        some.assign(category=c, waste_code=w, flow_id=f"{c} {w}", site_id=f"{c} {w}") for c, w in kinds
    ]
    needs = [some.assign(category=c, waste_code=None, flow_id=c, site_id=c) for c in CATEGORIES]
    flows = pd.concat(
        [table.assign(direction="out") for table in outputs]
        + [table.assign(direction="in") for table in needs]
    )
    flows["site_id"] = flows["site_id"].str.replace(" ", "-")
    sites = pd.DataFrame({"site_id": flows["site_id"]}).assign(
        naf_code=None, actor_type="firm", latitude=47.8, longitude=7.1
    )
    found = candidates(flows, sites, rules, radius_km=30.0, detour_factor=1.3)
    read = {(row.giver_site_id, row.taker_site_id) for table in found for row in table.itertuples()}
    pairs = [(f"{c}-{w}", c, other) for c, w in kinds for other in CATEGORIES]
    leads = pd.DataFrame(
        {
            "synergy_id": [f"{giver} {taker}" for giver, _, taker in pairs],
            "title": "Échange", "kind": "exchange", "carrier": None,
            "category": [category for _, category, _ in pairs],
            "site_ids": [f"{giver} {taker}" for giver, _, taker in pairs],
        }
    )  # fmt: skip
    nothing = Methods(*(table.head(0) for table in found), pd.DataFrame(), rules, pd.DataFrame())
    missed = why_missed(leads, flows, pd.DataFrame({"site_id": []}), nothing)
    fed = missed.loc[missed["miss_reason"] == "no_rule", "synergy_id"]
    assert set(missed["miss_reason"]) == {"no_rule", "no_input", "no_code", "no_use"}
    assert {tuple(pair.split()) for pair in fed} == read
    # What no rule reads at all has no need to be missed.
    unread = missed[missed["miss_reason"].isin(["no_code", "no_use"])]
    givers = {giver for giver, _ in read}
    assert set(unread["synergy_id"]) == {
        pair for pair in leads["synergy_id"] if pair.split()[0] not in givers
    }


def test_food_goes_to_people_then_to_animals_then_to_the_soil_or_to_energy():
    """Code de l'environnement, art. L. 541-15-4; elsewhere (L. 541-1) organic recycling is recycling."""
    routes = ["reuse", "recycling", "composting", "digestion", "energy", "landfill"]
    steps = {
        category: list(hierarchy_steps(pd.Series(routes), pd.Series([category] * 6)))
        for category in CATEGORIES
    }
    assert steps["food"] == steps["biowaste"] == [0, 1, 1.5, 1.5, 2, 3]
    assert all(steps[other] == [0, 1, 1, 1, 2, 3] for other in set(steps) - {"food", "biowaste"})


@pytest.mark.parametrize(
    ("code", "category"),
    [("020601", "food"), ("020601", "biowaste"), ("020701", "biowaste"), ("020702", "biowaste"),
     ("020501", "biowaste"), ("020304", "biowaste"), ("200108", "food")],
)  # fmt: skip
def test_leftovers_go_to_animals_before_the_digester(code, category):
    """Bakery leftovers, grains, whey, peel, unsold food; not kitchen scraps (no. 1069/2009, art. 11)."""
    waste = pd.DataFrame([{"waste_code": code, "category": category, "description": "", "quality": "clean"}])
    read = reading(waste, RULES)
    fed = read["receiver_naf_codes"].str.contains("1091")
    assert fed.any() and (read.loc[fed, "new_route"] == "recycling").all()
    steps = hierarchy_steps(read["new_route"], read["category"])
    digested = read["new_route"] == "digestion"
    assert steps[fed].max() < steps[digested].min() if digested.any() else True
    scraps = reading(waste.assign(waste_code="200108", category="biowaste"), RULES)
    assert not scraps["receiver_naf_codes"].str.contains("1091").any()


def test_biscuits_are_no_fruit():
    waste = pd.DataFrame([{"waste_code": "020601", "category": "food", "description": ""}])
    named = reading(waste, RULES)["receiver_naf_codes"].str.split().explode()
    assert not named.isin(["10", "11", "1031", "1032", "1039"]).any()


def numbered() -> list[tuple[str, set]]:
    """What each dictionary of the package that gives a number to each of its keys has for keys, by module."""
    found = []
    for path in sorted(Path(eit_analysis.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict) and all(isinstance(v, ast.Constant) for v in node.values):
                keys = {k.value for k in node.keys if isinstance(k, ast.Constant)}
                numbers = all(isinstance(v.value, int | float) for v in node.values)
                found += [(path.name, keys)] if numbers else []
    return found


def test_routes_and_qualities_are_ordered_in_one_place():
    found = numbered()
    for codes in (ROUTES, QUALITIES):
        assert [name for name, keys in found if len(keys & set(codes)) >= 3] == ["compatibility.py"]


def test_only_who_asks_for_wood_or_cardboard_is_proposed_it_to_compost() -> None:
    # An operator that declares organic matter to digest asks for no bulking agent, though its activity may.
    bulking = RULES[(RULES["route"] == "composting") & RULES["category"].isin(["wood", "cardboard"])]
    assert len(bulking) == 5 and (bulking["input_category"] == bulking["category"]).all()


def test_of_food_feed_stands_between_people_and_compost() -> None:
    # Code de l'environnement, art. L. 541-15-4: people, animals, then compost or energy.
    routes = pd.Series(["reuse", "recycling", "composting", "digestion", "energy", "incineration"])
    food = hierarchy_steps(routes, pd.Series(["food"] * 6)).tolist()
    assert food[0] < food[1] < food[2] == food[3] < food[4] < food[5]
    wood = hierarchy_steps(routes, pd.Series(["wood"] * 6)).tolist()
    assert wood[0] < wood[1] == wood[2] == wood[3] < wood[4] < wood[5]


def test_no_shop_is_an_outlet_of_what_of_animals_is_unfit_for_people() -> None:
    """A gift of what is still eaten is one to ask about; of bread and milk either is."""
    for code, sold, given in (("020202", False, False), ("020203", False, True), ("020501", True, True)):
        told = {rule["rule_id"] for rule in answering(code, False, RULES)}
        assert ("food_discount" in told, "food_donation" in told) == (sold, given)
