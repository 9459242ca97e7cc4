"""What an outlet declares beside what its process makes of it; what a waste costs in full."""

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.flows import costs
from eit_analysis.flows.balance import from_elsewhere, outlet_balance, survey_balance, taken_paths
from eit_analysis.flows.full_cost import (
    PARTS,
    bought_and_lost,
    by_purchase,
    full_cost,
    is_peelings,
    purchase_prices,
)
from eit_analysis.flows.productivity import RATIO, REMAINDER, material_productivity
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, propagate
from eit_analysis.publishing import wording
from eit_analysis.reference.factors import factor_table
from eit_analysis.reference.law_matter import is_extraction, is_manure

COEFFICIENTS, CONTENTS = (reference.load(name) for name in ("transfer_coefficients", "contents"))
SITES = pd.DataFrame(
    {
        "site_id": ["E01", "F01", "F02"],
        "name": ["Cantine", "Méthaniseur", "Centre de tri"],
        "actor_type": ["firm", "outlet", "outlet"],
    }
)


def answers(rows: list[tuple]) -> pd.DataFrame:
    """Flows from (site, direction, family, code, mass, route, contractor), known to 5 %."""
    names = ["site_id", "direction", "category", "waste_code", MASS, "route", "contractor"]
    frame = pd.DataFrame(rows, columns=names).astype({MASS: float})
    frame = frame.assign(**{LOW: 0.95 * frame[MASS], HIGH: 1.05 * frame[MASS]})
    frame["flow_id"] = [f"{site}-{row:02d}" for row, site in enumerate(frame["site_id"])]
    frame["actor_type"] = frame["site_id"].map(SITES.set_index("site_id")["actor_type"])
    place = {"source_file": "essai.xlsx", "source_sheet": "Flux", "source_row": range(2, len(frame) + 2)}
    return frame.assign(description=None, naf_division="20", **place)


def digester(digestate: float) -> pd.DataFrame:
    return answers(
        [("F01", "in", "biowaste", "200108", 2400, None, None),
         ("F01", "out", "biowaste", "190606", digestate, "composting", None),
         ("F01", "out", "paper", "200101", 0.1, "recycling", None)]
    )  # fmt: skip


def found(flows: pd.DataFrame):
    return outlet_balance(flows, SITES, COEFFICIENTS, CONTENTS)


def test_the_biogas_of_a_digester_is_expected_and_its_digestate_tested():
    flows = digester(1920)
    outlets = found(flows)
    products = outlets.products.set_index("product")
    assert products["verdict"].to_dict() == {
        "digestate": "within", "biogas": "undeclared", "refusal": "undeclared",
    }  # fmt: skip
    expected = ["expected_low_t_per_year", "expected_t_per_year", "expected_high_t_per_year"]
    assert products.loc["biogas", expected].tolist() == pytest.approx([0.03 * 2400, 0.11 * 2400, 0.25 * 2400])
    assert products["system_p_value"].iloc[0] > 0.05
    # Its office paper is no product: nothing tests it.
    balance = survey_balance(flows, SITES, outlets)
    assert balance.verified == 2 and list(balance.by_process) == ["F01"]
    assert balance.actors["verdict"].tolist() == ["process_output"]
    routes = taken_paths(flows, SITES, ["route"], balance.by_process, outlets).frame.set_index("route")
    # Counted in a unit whose density is of a family, and of no process that mixes them.
    counted = survey_balance(flows.assign(density_unit=["m3", "m3", None]), SITES, outlets)
    assert counted.actors["verdict"].tolist() == ["process_output"]
    # Its office paper is its own waste.
    assert routes.loc["process_output", MASS] == pytest.approx(480)
    assert routes.loc["process_output", HIGH] == pytest.approx(480 + (120**2 + 96**2) ** 0.5)


@pytest.mark.parametrize(("digestate", "verdict"), [(240.0, "below"), (2390.0, "above")])
def test_a_digestate_out_of_its_range_is_said(digestate, verdict):
    outlets = found(digester(digestate))
    assert outlets.products.set_index("product").loc["digestate", "verdict"] == verdict
    if verdict == "below":  # ten times too little: 90 % of what enters cannot be gas
        assert outlets.products["system_p_value"].iloc[0] < 0.001
        assert survey_balance(digester(digestate), SITES, outlets).actors["verdict"].tolist() == [
            "missing_output"
        ]


def test_layers_of_a_digester_close():
    told = found(digester(1920)).layers.set_index(["layer", "product"])
    layers, high = told[MASS], told[HIGH]
    for layer in ("dry_matter", "carbon", "nitrogen"):
        part = layers[layer]
        assert (high[layer] <= high["dry_matter"].reindex(high[layer].index) + 1e-9).all()
        assert part["incoming"] == pytest.approx(part.drop("incoming").sum(), rel=1e-6)
    assert 0.39 <= layers["carbon", "biogas"] / layers["dry_matter", "biogas"] <= 0.49  # methane and CO2


def test_no_product_takes_more_of_a_layer_than_the_others_leave():
    """A refusal whose nitrogen nobody measured had up to 20.2 t of it, of 16.6 that enter.

    Of the nitrogen that enters, 4.2 t +- what the rest of the layer is known to, and not to its own mass.
    """
    unmeasured = CONTENTS[(CONTENTS["layer"] != "nitrogen") | (CONTENTS["material"] != "refusal")]
    layers = outlet_balance(digester(1920), SITES, COEFFICIENTS, unmeasured).layers
    rows = layers[layers["layer"] == "nitrogen"].set_index("product")
    gaps = rows[HIGH] - rows[MASS]
    rest = float(np.sqrt((gaps.drop("refusal") ** 2).sum()))
    assert gaps["refusal"] == pytest.approx(rest, rel=1e-6)
    # What the reference knows of the refusals of a digester leaves them a thirtieth of their mass.
    for every in (layers, found(digester(1920)).layers):
        told = every.set_index(["layer", "product"])
        for layer in ("dry_matter", "carbon", "nitrogen"):
            low, high = told.loc[layer, LOW], told.loc[layer, HIGH]
            others = low.drop("incoming").sum() - low.drop("incoming")
            assert (high.drop("incoming") <= high["incoming"] - others + 1e-9).all()
    known = found(digester(1920)).layers.set_index(["layer", "product"])
    assert known.loc[("nitrogen", "refusal"), HIGH] < known.loc[("nitrogen", "incoming"), LOW]


def test_mixed_waste_is_refused_more_than_sorted_matter():
    def refusal(family: str) -> float:
        flows = answers([("F02", "in", family, "150101", 100, None, None),
                         ("F02", "out", "mixed", "191212", 50, "landfill", None)])  # fmt: skip
        return float(found(flows).products.set_index("product").loc["refusal", "expected_t_per_year"])

    assert refusal("mixed") == pytest.approx(60) and refusal("cardboard") == pytest.approx(6)
    both = answers([("F02", "in", "mixed", "200301", 50, None, None), ("F02", "in", "wood", "150103", 50,
    None, None),
                    ("F02", "out", "wood", "191207", 20, "energy", None)])  # fmt: skip
    assert found(both).products.set_index("product").loc["refusal", "expected_t_per_year"] == pytest.approx(
        33
    )


def test_an_outlet_of_unknown_process_is_not_tested():
    flows = answers(
        [("F02", "in", "wood", "150103", 10, None, None), ("F02", "out", "wood", "150103", 8, "reuse", None)]
    )
    assert found(flows).products["verdict"].tolist() == ["not_tested"] and not found(flows).tested
    assert found(flows.head(0)).products.empty and found(flows.head(1)).products.empty
    assert survey_balance(flows, SITES, found(flows)).verified == 0


def test_unlinked_tonnes_are_a_range():
    flows = answers(
        [("E01", "out", "biowaste", "200108", 300, "digestion", "Méthaniseur"),
         ("E01", "out", "biowaste", "200108", 600, None, "Ailleurs"),
         ("E01", "out", "biowaste", "200108", 90, "landfill", None),
         ("E01", "out", "wood", "150103", 50, "energy", None),
         ("F01", "in", "biowaste", "200108", 2400, None, None), ("F02", "in", "wood", "150103", 20, None,
         None)]
    )  # fmt: skip
    bounds = from_elsewhere(flows.head(4), flows.tail(2), SITES).frame.set_index("bound")[MASS]
    # At least 2,400 - 900; at most all but the 300 t that name their taker, and all of the wood.
    assert bounds.to_dict() == {"at_least": 1500, "at_most": 2400 - 300 + 20}


def test_a_route_that_names_another_process_leads_elsewhere():
    flows = pd.concat(
        [digester(1920), answers([("E01", "out", "biowaste", "200108", 446, "composting", None),
                                  ("E01", "out", "biowaste", "200108", 300, None, None)])]
    )  # fmt: skip
    sent, received = flows.tail(2), flows.head(1)
    bounds = from_elsewhere(sent, received, SITES, found(flows)).frame[MASS]
    assert bounds.tolist() == [2400 - 300, 2400]  # what is composted is not digested
    assert from_elsewhere(sent, received, SITES).frame[MASS].tolist() == [2400 - 746, 2400]  # nobody knows


def test_a_wide_range_hardly_tests_an_outlet():
    flows = answers([("F02", "in", "cardboard", "150101", 900, None, None),
                     ("F02", "out", "wood", "191207", 66, "energy", None)])  # fmt: skip
    outlets = found(flows)  # a refusal of 9 to 180 t
    assert not outlets.tested and len(outlets.loose) == 2 and outlets.sites_of(flows, outlets.loose) == 1
    assert survey_balance(flows, SITES, outlets).verified == 0
    # A refusal of another family is made of all that enters.
    paths = taken_paths(flows, SITES, ["category", "route"], outlets=outlets).frame
    assert paths[MASS].tolist() == pytest.approx([66, 834]) and set(paths["category"]) == {"cardboard"}


def test_a_product_out_of_its_wide_range_was_tested():
    flows = answers([("F02", "in", "cardboard", "150101", 900, None, None),
                     ("F02", "out", "wood", "191207", 400, "energy", None)])  # fmt: skip
    outlets = found(flows)  # a refusal of 9 to 180 t
    assert outlets.products.set_index("product").loc["refusal", "verdict"] == "above"
    assert len(outlets.tested) == 2 and not outlets.loose


def test_one_line_of_refusals_makes_no_sorting_centre():
    """Of 796 t that leave a reuse workshop, scrap for the most; 433 t come in: inputs are missing."""
    flows = answers([("F02", "in", "wood", None, 328, None, None),
                     ("F02", "in", "textile", None, 15, None, None),
                     ("F02", "in", "other", None, 90, None, None),
                     ("F02", "out", "wood", "200138", 536, "energy", None),
                     ("F02", "out", "textile", "200111", 120, "recycling", None),
                     ("F02", "out", "mixed", "191212", 140, "landfill", None)])  # fmt: skip
    outlets = found(flows)
    assert outlets.products["verdict"].tolist() == ["not_tested"] and not outlets.loose
    actor = survey_balance(flows, SITES, outlets).actors.set_index("site_id").loc["F02"]
    assert actor["verdict"] == "missing_input" and actor["remainder_t_per_year"] < 0


def test_every_product_and_layer_has_its_words_and_its_ranges():
    for column, codes in {
        "process": COEFFICIENTS["process"], "product": COEFFICIENTS["product"], "layer": CONTENTS["layer"],
        "cost_part": pd.Series(PARTS), "bound": pd.Series(["at_least", "at_most"]),
        "verdict": pd.Series(["within", "below", "above", "undeclared", "not_tested", "process_output"]),
    }.items():  # fmt: skip
        assert set(codes) <= set(wording.heading(column).labels)
    for table in (COEFFICIENTS, CONTENTS):
        assert table["low"].ge(0).all() and table["high"].le(1).all()
    # The products of a process take up what enters: their range holds the whole.
    general = COEFFICIENTS[COEFFICIENTS["category"].isna()].groupby("process")[["low", "high"]].sum()
    assert (general["low"] <= 1).all() and (general["high"] >= 1).all()


def test_what_is_bought_and_what_leaves_by_hand():
    out = answers([("E01", "out", "cardboard", "150101", 10, "recycling", None),
                   ("E01", "out", "wood", "150103", 4, "energy", None),
                   ("E02", "out", "wood", "150103", 30, "energy", None)])  # fmt: skip
    out = out.assign(cost_eur_per_year=[-600.0, None, 900.0])
    bought = answers([("E01", "in", "cardboard", None, 30, None, None),
                      ("E01", "in", "cardboard", None, 10, None, None),
                      ("E02", "in", "wood", None, 20, None, None),
                      ("E01", "in", "wood", None, 9, None, None)])  # fmt: skip
    bought = bought.assign(cost_eur_per_t=[400.0, 800.0, 250.0, None])
    # The wood of E01 has no price; E02 lets go more than it says that it buys.
    codes = reference.load("waste_codes")
    rows = bought_and_lost(out, bought, codes, factor_table()).set_index("site_id")
    assert rows["category"].to_dict() == {"E02": "wood", "E01": "cardboard"}
    assert rows["lost_percent"].to_dict() == {"E02": pytest.approx(150), "E01": pytest.approx(25)}
    assert rows["lost_purchase_eur_per_year"].to_dict() == {"E02": 7500, "E01": 5000}
    assert rows["cost_eur_per_year"].to_dict() == {"E02": 900, "E01": -600}
    assert bought_and_lost(out.head(0), bought, codes, factor_table()).empty
    # Earth that is dug out is no part of the gravel that is bought.
    earth = out.tail(1).assign(category="mineral", waste_code="170504")
    assert bought_and_lost(earth, bought.assign(category="mineral"), codes, factor_table()).empty
    # Slag was not bought at the price of the lime that is bought beside it.
    slag = out.tail(1).assign(category="mineral", waste_code=None, description="Laitier cristallisé")
    lime = bought.assign(category="mineral", description="Chaux vive").iloc[[2]]
    table = factor_table()
    told = "factor == 'virgin_price' and category == 'mineral' and route == 'recycling'"
    new = table.query(told)["central"].iloc[0]
    spent = bought_and_lost(slag, lime, codes, table)["lost_purchase_eur_per_year"].iloc[0]
    assert spent == pytest.approx(30 * new) and new != 250


def test_material_productivity_by_hand():
    """80 of 100 t made and 15 thrown away closes; 100 of 60 does not; of 10 of 100 most left otherwise."""
    taken = ((1, 60), (1, 40), (2, 60), (3, 100))
    flows = [(f"E0{n}", "in", "metal", None, mass, None, None) for n, mass in taken]
    out = answers([("E01", "out", "metal", "120101", 15, "recycling", None)])
    bought, out = (rows.assign(evidence="estimated") for rows in (answers(flows), out))
    kinds = {"E01": "firm", "E02": "firm", "E03": "firm", "E04": "firm", "F01": "outlet"}
    sites = pd.DataFrame(kinds.items(), columns=["site_id", "actor_type"])
    sites = sites.assign(headcount=[40.0, None, 0, 9, 9], product_t_per_year=[80.0, 100, 10, 9, 9])
    rows = material_productivity(out, bought, sites, 0.1).set_index("site_id")
    assert rows["verdict"].to_dict() == {"E01": "balanced", "E02": "missing_input", "E03": "missing_output"}
    assert rows["product_t_per_employee"].dropna().to_dict() == {"E01": 2.0}
    assert rows.loc["E02", RATIO].isna().all()
    share, low, high = rows.loc["E01", RATIO]
    assert rows.loc["E01", REMAINDER[0]] == 5 and share == pytest.approx(80)
    # Two log half-widths in quadrature: some 10 % of what is made, and what 60 + 40 t are known to.
    taken = propagate(bought.head(2), [])
    by_hand = np.hypot(0.1, (taken[HIGH] - taken[LOW]).iloc[0] / 200)
    assert np.log(high / low) / 2 == pytest.approx(by_hand, rel=0.03)
    for nothing in (sites.drop(columns="product_t_per_year"), sites.head(0)):
        assert material_productivity(out, bought, nothing, 0.1).empty
    # 110 t of 100 close within the uncertainty, and are no yield; the bound of 97 % stops at the whole.
    more = sites[sites["site_id"] == "E01"]
    rows = material_productivity(out.head(0), bought, more.assign(product_t_per_year=110.0), 0.3)
    assert rows["verdict"].tolist() == ["balanced"] and rows[RATIO].isna().all(axis=None)
    rows = material_productivity(out.head(0), bought, more.assign(product_t_per_year=97.0), 0.3)
    assert rows[RATIO[0]].tolist() == pytest.approx([97]) and rows[RATIO[2]].tolist() == [100]
    # What is burnt is in no product: without its 40 t, inputs are missing.
    heated = bought.assign(description=["Tôles", "Plaquettes pour la chaudière", "Tôles", "Tôles"])
    rows = material_productivity(out, heated, sites, 0.1).set_index("site_id")
    assert rows.loc["E01", ["incoming_t_per_year", "verdict"]].tolist() == [60, "missing_input"]


def test_peelings_were_bought_as_food_and_pallets_not_as_fuel():
    out = answers([("E01", "out", "biowaste", "020304", 372, "digestion", None),
                   ("E01", "out", "biowaste", "200201", 5, "composting", None),
                   ("E01", "out", "wood", "150103", 15, "unknown", None),
                   ("E02", "out", "biowaste", "020304", 9, "digestion", None)])  # fmt: skip
    bought = answers([("E01", "in", "food", None, 1450, None, None),
                      ("E01", "in", "wood", None, 380, None, None)])  # fmt: skip
    bought = bought.assign(description=["Légumes frais", "Plaquettes pour la chaudière"])
    factors = factor_table(())
    prices = purchase_prices(out, bought.assign(cost_eur_per_t=[620.0, 95.0]), factors)
    price = factors.set_index(["factor", "category", "route"])["central"]["virgin_price"]
    general, wood = price["biowaste", "recycling"], price["wood", "recycling"]
    assert prices["price_eur_per_t"].tolist() == [620, general, wood, general]
    # What was given cost nothing: a reuse workshop was told to lose what it had bought at 500 €/t.
    given = purchase_prices(out, bought.assign(cost_eur_per_t=[0.0, 95.0]), factors)
    assert given["price_eur_per_t"].tolist() == [0, general, wood, general]
    priced = out.assign(cost_eur_per_year=1.0), bought.assign(cost_eur_per_t=0.0)
    assert bought_and_lost(*priced, reference.load("waste_codes"), factors).empty  # nothing is bought


def test_full_cost_by_hand():
    out = answers([("E01", "out", "cardboard", "150101", 10, "recycling", None),
                   ("E01", "out", "wood", "150103", 4, "energy", None)])  # fmt: skip
    out = out.assign(cost_known=["yes", "no"], cost_eur_per_t=[-60.0, None], evidence="measured")
    bought = answers([("E01", "in", "cardboard", None, 5, None, None)]).assign(cost_eur_per_t=400.0)
    factors = factor_table(())
    table = costs.estimates(
        full_cost(out, bought, factors, reference.load("waste_codes")), "cost_part", "full_cost", of=None
    ).frame
    found = table.set_index("cost_part")["full_cost_eur_per_year"]
    price = factors.set_index(["factor", "category", "route"])["central"]
    handling, collection = (float(factors.loc[factors["factor"] == name, "central"].iloc[0])
                            for name in ("handling_cost", "collection_cost"))  # fmt: skip
    assert found["purchase"] == pytest.approx(10 * 400 + 4 * price["virgin_price", "wood", "recycling"])
    # Nobody bought the water of a sludge, nor of a wash; nor what is dug out, or pulled down.
    free = pd.concat([out.head(1)] * 4).assign(waste_code=["190812", "120301", "170504", "170101"])
    parts = full_cost(free, bought, factors, reference.load("waste_codes"))
    # Earth and rubble are loaded where they lie, a wash is pumped: 45 €/t of handling would be most of it.
    handled = parts.loc[parts["cost_part"] == "handling", "waste_code"]
    assert set(parts["cost_part"]) == {"handling", "invoice"} and set(handled) == {"190812"}
    assert found["handling"] == pytest.approx(14 * handling)
    assert found["invoice"] == pytest.approx(-600)  # the wood has no invoice: reference prices stand for it
    assert found["collection"] == pytest.approx(4 * collection)
    assert found["Total"] == pytest.approx(found.drop("Total").sum())
    # A solution of unknown destination is perhaps sold: 480,000 € of containers for 6,000 t of it.
    lost = pd.concat([out.tail(1)] * 2).assign(category="chemical", waste_code=None, route="unknown")
    lost = lost.assign(description=["Chlorure de calcium en solution à 32 %", "Poudre"])
    parts = full_cost(lost, bought, factors, reference.load("waste_codes"))
    served = parts.loc[parts["cost_part"].isin(["collection", "treatment"]), "description"]
    assert served.tolist() == ["Poudre", "Poudre"]


def free(rows: list[tuple]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ten tonnes of each (designation, code, division, family), and the parts of their full cost."""
    told, codes, naf, families = zip(*rows, strict=True)
    out = answers(
        [
            ("E01", "out", family, code, 10, "reuse", None)
            for code, family in zip(codes, families, strict=True)
        ]
    )
    out = out.assign(description=told, naf_division=naf, cost_known="no", cost_eur_per_t=None)
    out = out.assign(evidence="measured")
    nothing = out.head(0).assign(description="")
    return out, full_cost(out, nothing, factor_table(()), reference.load("waste_codes"))


def test_nobody_bought_what_is_dug_out_nor_what_animals_and_gardens_leave():
    """Overburden was bought at the price of gravel, slurry at that of feed: a third of a full cost."""
    told = [("Stériles", "010102", 7), ("Refus", "010408", 8), ("Stériles de découverte", None, 8),
            ("Fines de lavage du grès", None, 8), ("Lisier", "020106", 1)]  # fmt: skip
    told = [(*row, "mineral") for row in told]
    told += [("Fumier de volailles", None, 1, "biowaste"), ("Tailles", "200201", 81, "biowaste"),
             ("Tontes", None, 81, "biowaste"), ("Cartons", "150101", 20, "cardboard"),
             ("Emballages stériles", None, 20, "plastic")]  # fmt: skip
    out, parts = free([(name, code, f"{naf:02d}", family) for name, code, naf, family in told])
    named = parts.groupby("cost_part")["description"].agg(list)
    assert named["purchase"] == ["Cartons", "Emballages stériles"]
    # Cuttings are gathered by hand; what is dug out and manure are loaded by machines.
    assert named["handling"] == ["Tailles", "Tontes", "Cartons", "Emballages stériles"]
    assert len(named["treatment"]) == len(told)
    tonnes = by_purchase(out, reference.load("waste_codes")).frame.set_index("purchased")[MASS]
    assert tonnes.to_dict() == {"no": 80, "yes": 20, "Total": 100}
    assert wording.heading("purchased").labels["no"]


def test_the_law_and_the_full_cost_read_one_matter():
    """A mason bought the stone that he cuts; composted manure is manure, and « tailles » are of a garden."""
    out, parts = free(
        [("Chutes de granit", "010408", "23", "mineral"),
         ("Chutes de granit", "010408", "08", "mineral"),
         ("Fumier composté", None, "01", "biowaste"), ("Compost de fumier", None, "01", "biowaste"),
         ("Tailles de haies", None, "81", "biowaste"), ("Épluchures", None, "56", "biowaste")]
    )  # fmt: skip
    bought = set(parts.loc[parts["cost_part"] == "purchase", "flow_id"])
    assert out["flow_id"].isin(bought).tolist() == [True, False, False, False, False, True]
    assert is_extraction(out).tolist() == [False, True, False, False, False, False]
    assert is_manure(out).tolist() == [False, False, True, True, False, False]
    assert is_peelings(out).tolist() == [False, False, True, True, False, True]


def test_what_gardens_leave_is_no_purchase_under_the_code_of_plants_either():
    """« Déchets verts de taille », 02 01 03, cost 14,850 € of purchases; tomato plants were bought."""
    rows = ["Déchets verts de taille", "Tontes de pelouse", "Plants de tomate en fin de culture", "Paille"]
    _, parts = free([(name, "020103", "81", "biowaste") for name in rows])
    bought = parts.loc[parts["cost_part"] == "purchase", "description"]
    assert set(bought) == set(rows[2:])


def test_paint_and_concrete_were_bought_however_wet_and_roads_were_not():
    """A painter's sludge was bought with its code and not without; a road that is milled is its owner's."""
    bought = [("Boues de vernis", "080111"), ("Boues de vernis", None), ("Boues de cabine", "080113"),
              ("Boues de cabine de peinture", None), ("Retours de toupie", "101314"), ("Chutes", "010413"),
              ("Rebuts d'enrobé", "170302"), ("Chutes de membranes", "170302"),
              ("Balayures de farine", None)]  # fmt: skip
    free_of = [("Boues de la station", "190814"), ("Boues de station", None), ("Eaux de mouillage", "080308"),
               ("Suspension", "080120"), ("Croûtes d'enrobé, rabotage", "170302"),
               ("Fraisats d'enrobés", None), ("Rue", "200303"), ("Balayures de quai", None)]  # fmt: skip
    out, parts = free([(*row, "43", "mineral") for row in bought + free_of])
    named = parts.groupby("cost_part")["flow_id"].agg(list)
    assert named["purchase"] == out["flow_id"].head(len(bought)).tolist()
    # What is milled is loaded by machines, as what is pulled down.
    assert not {"Croûtes d'enrobé, rabotage", "Fraisats d'enrobés"} & set(
        parts.loc[parts["cost_part"] == "handling", "description"]
    )


def test_what_a_factory_scraps_of_its_product_was_bought_under_the_code_of_demolition_too():
    """2,350 t of concrete that its plant scrapped had no purchase, and its sludge had one."""
    rows = [("Rebuts de béton durci", "23"), ("Chutes de briques", "23"), ("Béton concassé", "23"),
            ("Rebuts de béton, démolition d'un hall", "23"), ("Rebuts de béton", "43"),
            ("Rebuts de béton", None)]  # fmt: skip
    _, parts = free([(name, "170101", naf, "mineral") for name, naf in rows])
    bought = parts.loc[parts["cost_part"] == "purchase", "flow_id"]
    assert bought.tolist() == parts["flow_id"].unique()[:2].tolist()
    # Nor is it loaded where it was pulled down.
    handled = parts.loc[parts["cost_part"] == "handling", "flow_id"]
    assert handled.tolist() == bought.tolist()


def test_a_family_is_not_the_matter_that_was_lost():
    """Slag was bought at the price of lime: the reference stands, and its range holds what the actor pays."""
    out = answers([("E01", "out", "mineral", "100202", 10, "landfill", None),
                   ("E01", "out", "mineral", "100908", 10, "landfill", None)])  # fmt: skip
    out = out.assign(description=["Scories de convertisseur", "Sables de fonderie usés"])
    bought = answers([("E01", "in", "mineral", None, 5, None, None),
                      ("E01", "in", "mineral", None, 5, None, None)])  # fmt: skip
    bought = bought.assign(description=["Chaux", "Sable de silice"], cost_eur_per_t=[118.0, 48.0])
    factors = factor_table(())
    new = factors.query("factor == 'virgin_price' and category == 'mineral' and route == 'recycling'").iloc[0]
    slag, sand = purchase_prices(out, bought, factors)[costs.PRICES].to_numpy().tolist()
    assert slag == [new["low"], new["central"], (118 + 48) / 2] and sand == [48, 48, 48]


def test_brine_is_water_and_told_liquids_are_pumped():
    _, parts = free([("Saumure épuisée", "060314", "20", "chemical"),
                     ("Soufre liquide", None, "19", "other"),
                     ("Solvants usés", "070104", "20", "chemical")])  # fmt: skip
    named = parts.groupby("cost_part")["description"].agg(list)
    assert named["purchase"] == ["Soufre liquide", "Solvants usés"] and named["handling"] == ["Solvants usés"]


def test_a_weak_solution_is_water_and_a_strong_one_is_not():
    """6,000 t of calcium chloride at 32 % were a loss of 4.8 M€ of new chemicals in one study."""
    water = ["Chlorure de calcium en solution à 32\u00a0%", "Solutions aqueuses", "Solution à 5,5 % de sel"]
    bought = ["Solution d'acide à 96 %", "Solution de colle à 30 %", "Catalyseur à 32 %"]
    _, parts = free([(name, None, "20", "chemical") for name in water + bought])
    named = parts.groupby("cost_part")["description"].agg(list)
    assert named["purchase"] == named["handling"] == bought


def test_whey_was_not_bought_but_its_powder_was():
    """Of milk at 450 €/t nine tenths leave as whey: 35,000 t of it were a loss of 5.3 M€ in one study."""
    _, parts = free([("Lactosérum doux", None, "10", "food"), ("Vinasses de distillerie", None, "11", "food"),
                     ("Lactosérum en poudre déclassé", None, "10", "food")])  # fmt: skip
    bought = parts.loc[parts["cost_part"] == "purchase", "description"]
    assert bought.tolist() == ["Lactosérum en poudre déclassé"]
