"""What the law asks of an exchange: six lists beside the texts, laws of any list, and the table itself."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.codes import CATEGORIES, LABELS, ROUTES
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.synergies.checklist import ITEM_COLUMNS, checklists, circumstances, of_networks

ITEMS, MIRRORS = reference.load("checklist"), reference.load("mirror_entries")
RULES, CODES = reference.load("compatibility"), reference.load("waste_codes")
OFFICIAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "waste_codes" / "low_fr_en_6digits.csv"
UTILITIES = set(LABELS["utility"])
MIRRORED = set(MIRRORS["waste_code"])
WASTE = ("waste", "end_of_waste", "hazardous_authorised")
BEFORE, AFTER = "2026-05-20", "2026-05-21"


def asked(day: str = "", **changes: object) -> pd.DataFrame:
    """The checklist of one exchange from a firm at Cernay to an outlet at Aspach, but for what changes."""
    told = {"legal_status": "waste", "category": "mixed", "new_route": "recycling", "code": None,
            "taker": "outlet", "giver_place": "68063", "taker_place": "68012", "naf": "2016Z",
            } | changes  # fmt: skip
    return asked_of([told], day)


def asked_of(exchanges: list[dict], day: str = "") -> pd.DataFrame:
    names = {"candidate_id": "X", "out_flow_id": "F", "giver_site_id": "G", "taker_site_id": "T"}
    rows = [
        {"rule_id": "", "use": "", "treatment": ""}
        | told
        | {name: f"{letter}{i}" for name, letter in names.items()}
        for i, told in enumerate(exchanges)
    ]
    flows = pd.DataFrame(
        {
            "flow_id": [r["out_flow_id"] for r in rows],
            "waste_code": [r["code"] for r in rows],
            "description": [r.get("description") for r in rows],
        }
    )
    sites = pd.DataFrame(
        [(r["giver_site_id"], "firm", r["giver_place"], r.get("naf")) for r in rows]
        + [(r["taker_site_id"], r["taker"], r["taker_place"], r.get("taker_naf")) for r in rows],
        columns=["site_id", "actor_type", "commune_code", "naf_code"],
    )
    told = circumstances(pd.DataFrame(rows), flows, sites, MIRRORS)
    return checklists(told, in_force(ITEMS, day))


# What each must ask: an article, a word of the question or of what to have in hand, and how sure it is.
# Then what it must not speak of. Read in the texts, apart from the table.
TEXTS = {
    "by-product path of metal swarf": (
        {"legal_status": "by_product", "category": "metal", "code": "120101", "taker": "firm"},
        [("L. 541-4-2", "but premier", "certain"), ("L. 541-4-2", "utilisation est-elle certaine", "certain"),
         ("L. 541-4-2", "pratiques industrielles courantes", "certain"),
         ("L. 541-4-2", "partie intégrante", "certain"), ("L. 541-4-2", "prescriptions", "certain"),
         ("L. 541-4-2", "incidences globales nocives", "certain"), ("1907/2006", "substance", "to_check")],
        ["R. 541-43", "R. 541-45", "R. 511-9", "L. 541-4-3", "1069/2009", "miroir"],
    ),
    "food donation": (
        {"legal_status": "donation", "category": "food", "code": "200108", "new_route": "reuse",
         "taker": "ess"},
        [("L. 541-15-4", "consommation humaine", "certain"), ("D. 543-306", "48 heures", "certain"),
         ("L. 541-15-5", "impropre", "certain"), ("L. 541-15-6", "convention", "to_check"),
         ("178/2002", "trace", "certain"), ("852/2004", "chaîne du froid", "certain"),
         ("L. 266-2", "habilitée", "to_check"), ("arrêté du 19 mai 2020", "origine animale", "to_check"),
         ("D. 543-308", "gestion de la qualité", "to_check"), ("238 bis", "réduction d'impôt", "to_check")],
        ["R. 541-43", "R. 541-45", "R. 541-50", "L. 541-2", "R. 511-9", "1069/2009", "miroir"],
    ),
    "hazardous spent solvent to an operator": (
        {"legal_status": "hazardous_authorised", "category": "chemical", "code": "140603"},
        [("R. 541-45", "Trackdéchets", "certain"), ("L. 541-7-1", "étiquette", "certain"),
         ("L. 541-7-2", "séparé", "certain"), ("L. 541-2", "autorisé à prendre", "certain"),
         ("R. 541-43", "registre", "certain"), ("R. 541-50", "0,1 t", "to_check"),
         ("rubrique 2718", "transit", "to_check"), ("rubrique 2790", "traitement", "to_check"),
         ("29 mai 2009", "ADR", "to_check")],
        ["0,5 t", "L. 541-4-2", "D. 543-284", "rubrique 2791", "2024/1157"],
    ),
    "animal by-products to digestion": (
        {"category": "biowaste", "code": "020202", "new_route": "digestion"},
        [("1069/2009, art. 8, 9 et 10", "catégorie", "certain"),
         ("art. 21", "document commercial", "certain"),
         ("art. 22", "registre", "certain"), ("art. 23", "enregistré", "to_check"),
         ("art. 24", "agrément sanitaire", "certain"), ("142/2011", "traitement thermique", "certain"),
         ("rubrique 2781", "méthanisation", "to_check"), ("L. 541-2", "autorisé", "certain")],
        ["rubrique 2780", "L. 541-15", "R. 541-45", "miroir"],
    ),
    "a mirror entry": (
        {"category": "metal", "code": "120115"},
        [("L. 541-7-1", "12\u00a001\u00a014*", "certain"), ("2000/532/CE", "HP", "certain"),
         ("C-487/17", "dangereuse en attendant", "certain"), ("R. 541-43", "registre", "certain")],
        ["R. 541-45", "L. 541-4-2"],
    ),
    "an exchange across a border": (
        {"category": "plastic", "code": "150102", "taker_place": "99109"},
        [("2024/1157, art. 4", "notification", "to_check"), ("2024/1157, art. 18", "annexe VII", "to_check"),
         ("2024/1157, art. 18", "deux jours", "to_check"), ("2024/1157, art. 18", "contrat", "to_check"),
         ("R. 541-43", "registre", "certain"), ("rubrique 2714", "plastiques", "to_check")],
        ["1013/2006", "R. 541-45", "consenti"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_six_checklists_ask_what_the_texts_ask(case: str) -> None:
    exchange, wanted, unwanted = TEXTS[case]
    items = asked(**exchange)
    told = [f"{i.reference_fr} | {i.question_fr} | {i.prepare_fr}" for i in items.itertuples()]
    told = [text.replace("\u00a0", " ") for text in told]
    for article, word, certainty in wanted:
        quoted = re.compile(rf"{re.escape(article)}\b")
        sought = word.replace("\u00a0", " ")
        rows = [n for n, text in enumerate(told) if quoted.search(text) and sought in text]
        assert len(rows) == 1, (article, word)
        assert items["certainty"][rows[0]] == certainty, (article, word)
    assert [word for word in unwanted if any(re.search(rf"{re.escape(word)}\b", text) for text in told)] == []


def test_the_day_chooses_the_text_of_a_transfer_and_of_a_note() -> None:
    abroad = {"taker_place": "99140", "code": "140603", "legal_status": "hazardous_authorised"}
    names = {day: set(asked(day, **abroad)["checklist_item"]) for day in ("2018-12-31", BEFORE, AFTER, "")}
    assert {"border_consent_2006", "waste_note_paper"} <= names["2018-12-31"]
    assert {"border_consent_2006", "waste_note"} <= names[BEFORE]
    assert {"border_consent", "waste_note"} <= names[AFTER] == names[""]


def test_a_waste_is_read_by_its_code_else_by_its_family() -> None:
    def animal(**told: object) -> set[str]:
        items = asked(new_route="digestion", **told)
        return set(items.loc[items["subject"] == "animal", "checklist_item"])

    assert animal(category="food", code="020304") == {"animal_presence", "animal_approval_if"}
    assert animal(category="food", code="200201") == set()  # garden waste, whatever the family says
    assert animal(category="food", code=None) == animal(category="food", code="unknown") != set()
    assert animal(category="other", code=None) == set()


def test_a_place_that_is_not_known_is_asked_and_is_no_abroad() -> None:
    items = asked(taker_place=None)
    assert items.loc[items["subject"] == "border", "checklist_item"].tolist() == ["border_place"]
    # Two places of one foreign country: their law, and no border.
    assert "border" not in set(asked(giver_place="99109", taker_place="99109")["subject"])


EXCHANGES = st.fixed_dictionaries(
    {
        "legal_status": st.sampled_from(sorted(RULES["legal_status"].unique())),
        "category": st.sampled_from(sorted(CATEGORIES)),
        "new_route": st.sampled_from(sorted(ROUTES)),
        "code": st.none() | st.just("unknown") | st.sampled_from(sorted(CODES["waste_code"])),
        "taker": st.sampled_from(["firm", "ess", "public", "outlet"]),
        "giver_place": st.sampled_from(["68063", None, "99109"]),
        "taker_place": st.sampled_from(["68012", None, "99109", "99140"]),
    }
)
DAYS = st.just("") | st.dates(datetime.date(2012, 7, 1), datetime.date(2027, 1, 1)).map(str)
HOSTILE = {"legal_status": "donation", "category": "chemical", "new_route": "recycling", "code": "140603",
           "taker": "public", "giver_place": None, "taker_place": "99140"}  # fmt: skip


@settings(max_examples=40)
@given(st.lists(EXCHANGES, min_size=1, max_size=12), DAYS)
@example([HOSTILE], "")
def test_laws_of_any_checklist(exchanges: list[dict], day: str) -> None:
    found = asked_of(exchanges, day)
    assert list(found.columns) == ITEM_COLUMNS and not found.isna().any(axis=None)
    for number, told in enumerate(exchanges):
        items = found[found["candidate_id"] == f"X{number}"]
        names, code = list(items["checklist_item"]), told["code"] or ""
        is_waste, given_away = told["legal_status"] in WASTE, told["legal_status"] == "donation"
        dangerous = bool(hazardous(pd.Series([code]))[0])
        assert names == [n for n in ITEMS["code"] if n in names] and names
        # All that is hazardous has one note, that of its day: certain, or if it proves to be a waste.
        notes = items[items["reference_fr"].str.contains(r"R\. 541-45")]
        paper = "_paper" if day != "" and day < "2022-01-01" else ""
        wanted = [f"waste_note{paper}{'' if is_waste else '_if'}"]
        assert notes["checklist_item"].tolist() == (wanted if dangerous and not given_away else [])
        assert set(notes["certainty"]) <= {"certain" if is_waste else "to_check"}
        # No item says of what is given that it is a waste, nor asks the papers of one.
        if given_away:
            said = " ".join(items["question_fr"] + items["prepare_fr"])
            assert "déchet" not in said and not set(items["subject"]) & {
                "site",
                "trace",
                "transport",
                "border",
            }
        # A code warns where it has a mirror.
        warned = code in MIRRORED and not given_away
        assert ("mirror_proof" in names) == (warned and (not day or day >= "2015-06-01"))
        assert "{" not in " ".join(items["question_fr"])
        # Over a border, and there alone, one regulation of transfers.
        places = told["giver_place"], told["taker_place"]
        if is_waste and None not in places:
            countries = {place if place.startswith("99") else "FR" for place in places}
            lists = [name for name in names if name.startswith("border_list")]
            assert len(lists) == (len(countries) == 2)
            assert lists in ([], ["border_list" if not day or day >= AFTER else "border_list_2006"])
    # The list of one exchange does not depend on the others, nor theirs on it.
    parts = [part for part in (exchanges[:1], exchanges[1:]) if part]
    apart = pd.concat([asked_of(part, day).drop(columns="candidate_id") for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(found.drop(columns="candidate_id"), apart)


def test_every_rule_has_a_checklist_that_fits_its_hazard() -> None:
    codes = RULES["waste_code_prefix"].fillna("")
    sixes = {
        code: next(c for c in CODES["waste_code"] if c.startswith(code)) for code in codes.unique() if code
    }
    here = {"taker": "outlet", "giver_place": "68063", "taker_place": "68012"}
    rules = RULES.fillna({"category": "other"}).itertuples()
    told = [
        {"legal_status": rule.legal_status, "category": rule.category, "new_route": rule.route,
         "use": rule.use, "treatment": rule.treatment, "code": sixes.get(code)} | here
        for code, rule in zip(codes, rules, strict=True)
    ]  # fmt: skip
    found = asked_of(told).groupby("candidate_id")["checklist_item"].agg(set)
    assert len(found) == len(RULES)
    for number, rule in enumerate(RULES.itertuples()):
        names = found[f"X{number}"]
        if rule.hazardous_allowed == 1 and hazardous(pd.Series([told[number]["code"]]))[0]:
            papers = {"waste_note", "taker_authorised", "hazard_packing"}
            others = {"waste_note_if", "hazard_label", "by_product_direct"}
            assert (papers if rule.legal_status in WASTE else others) <= names, rule.rule_id
        assert len(names) >= 3, rule.rule_id


def test_the_table_holds_what_its_readers_know() -> None:
    items = ITEMS.fillna("")
    assert items["code"].is_unique and (items[["question_fr", "reference_fr", "source"]] != "").all(axis=None)
    known = {"legal_status": set(heading("legal_status").labels), "category": {*CATEGORIES, *UTILITIES},
             "new_route": set(ROUTES),
             "taker_actor_type": set(heading("taker_actor_type").labels)}  # fmt: skip
    for column, values in known.items():
        assert set(" ".join(items[column]).split()) <= values, column
    starts = set(" ".join(items["waste_codes"]).split())
    assert [s for s in starts if not CODES["waste_code"].str.startswith(s).any()] == []
    ended = items[items["until_date"] != ""]
    days = pd.concat([items["from_date"], ended["until_date"]])
    assert days.str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert (ended["from_date"] <= ended["until_date"]).all()
    for column in ("subject", "certainty"):
        assert set(items[column]) == set(heading(column).labels)
    # No question rests on a publication or on an assumption of ours, as rules may.
    assert set(items["authority"]) == {"law", "ruling", "guide"} < set(heading("authority").labels)
    # What is asked of heat, water or gas is asked of no waste, but where a code of its residues says so.
    piped = items[items["subject"] == "network"]
    assert not set(" ".join(piped["category"]).split()) & set(CATEGORIES)
    assert set(piped.loc[piped["waste_codes"] != "", "code"]) == {"icpe_2921"}
    # No line says that an exchange is allowed, and each question is one.
    told = items["question_fr"] + items["prepare_fr"]
    assert not told.str.contains(r"\b(?:est|sont) (?:léga|licite|permis|autorisés? à échanger)").any()
    assert items["question_fr"].str.contains(r"\?").all()


def test_packaging_warns_where_its_giver_works_with_dangerous_substances() -> None:
    def warned(naf: str | None) -> bool:
        items = asked(category="plastic", code="150102", naf=naf)
        return "mirror_proof" in set(items["checklist_item"])

    assert warned("2016Z") and warned("25.62B".replace(".", "")) and warned(None)
    assert not warned("1039A") and not warned("4711F")


def test_biowaste_is_sorted_since_2024_and_cooling_water_names_its_tower() -> None:
    """Code de l'environnement, art. L. 541-21-1: thresholds until the end of 2023, none since 2024."""

    def names(day: str = "", **told: object) -> set[str]:
        items = asked(day, **told)
        return set(items.loc[items["subject"].isin(["sorting", "network"]), "checklist_item"])

    scraps = {"category": "biowaste", "code": "200108", "new_route": "digestion"}
    days = ("2018-12-31", "2023-06-30", "2024-01-01", "")
    assert [names(day, **scraps) for day in days] == [
        {"sort_biowaste_10t"}, {"sort_biowaste_5t"}, {"sort_biowaste"}, {"sort_biowaste"},
    ]  # fmt: skip
    assert names(category="chemical", code="100126") == {"icpe_2921"}
    assert "icpe_2661" in set(asked(category="plastic", code="150102")["checklist_item"])


def test_of_fumes_it_is_asked_who_cleans_the_exchanger():
    told = ["Fumées des fours à biscuits", "Eau de refroidissement des fours", None]
    heat = pd.DataFrame({"candidate_id": list("abc"), "out_description": told})
    heat = heat.assign(utility="heat", heat_pump="no", taker_site_id="T")
    heat["own_heat_need"] = pd.Series([None, None, "Eau chaude des vestiaires"], dtype="str")
    sites = pd.DataFrame({"site_id": ["T"], "actor_type": ["firm"], "naf_code": ["2894Z"]})
    found = of_networks(heat, sites, ITEMS)
    asked_of = found.groupby("checklist_item")["candidate_id"].agg("".join)
    assert asked_of["heat_fouling"] == "a"
    # Who needs heat itself is asked of that need, before a neighbour's.
    assert (asked_of["heat_own_use"], asked_of["heat_own_need"]) == ("ab", "c")


def test_what_a_facilitator_would_ask_of_pallets_plastics_wood_and_rags():
    def names(day: str = "", **told: object) -> set[str]:
        return set(asked(day, **told)["checklist_item"])

    pallets = {"category": "wood", "code": "150103", "taker": "firm", "rule_id": "wood_pallet_direct"}
    owned = {"pallet_owner", "pallet_format", "pallet_export"}
    assert owned <= names(new_route="reuse", **pallets) and not owned & names(**pallets)
    assert not owned & names(new_route="reuse", category="wood", code="030105")
    # What is un-nailed for furniture has no format to fit, and is sent nowhere as pallets.
    planed = pallets | {"rule_id": "wood_carpentry_150103"}
    assert owned & names(new_route="reuse", **planed) == {"pallet_owner"}
    assert "wood_treated" in names(**pallets) and "wood_treated" not in names("2018-12-31", **pallets)
    film = {"category": "plastic", "code": "150102"}
    assert {"plastic_grade", "plastic_line"} <= names(taker="firm", **film)
    assert "plastic_line" not in names(**film) and "plastic_grade" not in names(new_route="energy", **film)
    # The criteria of cut wiping rags are of an order of 25 February 2019, published on 16 March.
    rags = {"category": "textile", "code": "200110"}
    days = ("2018-12-31", "2019-03-17")
    assert ["textile_wiping" in names(day, **rags) for day in days] == [False, True]
    rags |= {"use": "chiffons d'essuyage de linge réformé"}
    works = ("10.51A", "5610A", "2453Z", None)
    assert ["rags_food" in names(taker_naf=naf, **rags) for naf in works] == [True, True, False, False]
    assert "rags_food" not in names(taker_naf="1051A", **rags | {"use": "isolant en fibres"})


def test_unsold_goods_are_reused_before_anything_else_and_none_is_food() -> None:
    """Art. L. 541-15-8: goods of producer schemes since 2022, all of them since the end of 2023."""

    def names(day: str = "", **told: object) -> set[str]:
        flows = {"category": "textile", "code": "200110", "description": "Vêtements invendus"} | told
        return {name for name in asked(day, **flows)["checklist_item"] if name.startswith("unsold")}

    days = ("2021-12-31", "2022-01-01", "2023-12-30", "2023-12-31", "")
    assert [names(day) for day in days] == [
        set(), {"unsold_scheme"}, {"unsold_scheme"}, {"unsold"}, {"unsold"},
    ]  # fmt: skip
    assert names(category="other", code="160306", description="Cosmétiques invendus") == {"unsold"}
    assert names(category="food", code="200108", description="Invendus") == set()
    assert names(description="Chutes de coupe") == set()


def test_a_taker_whose_activity_nobody_stated_is_to_check():
    sites = pd.DataFrame(
        [("G0", "firm", "68063", "1072Z"), ("T0", "firm", "68063", None), ("T1", "firm", "68063", "3832Z")],
        columns=["site_id", "actor_type", "commune_code", "naf_code"],
    )
    exchange = {"legal_status": "waste", "category": "metal", "new_route": "recycling", "out_flow_id": "F0",
                "rule_id": "metal_melt"}  # fmt: skip
    exchange |= {"use": "ferrailles en aciérie ou fonderie", "treatment": "tri"}
    rows = [exchange | {"candidate_id": t, "giver_site_id": "G0", "taker_site_id": t} for t in ("T0", "T1")]
    flows = pd.DataFrame({"flow_id": ["F0"], "waste_code": ["120101"]})
    items = checklists(circumstances(pd.DataFrame(rows), flows, sites, MIRRORS), in_force(ITEMS))
    assert items.loc[items["checklist_item"] == "taker_activity", "candidate_id"].tolist() == ["T0"]


def test_mirrors_go_both_ways_and_change_the_hazard() -> None:
    pairs = MIRRORS.assign(other=MIRRORS["mirror_codes"].str.split()).explode("other")
    assert (hazardous(pairs["waste_code"]).to_numpy() != hazardous(pairs["other"]).to_numpy()).all()
    worded = pairs[pairs["basis"] == "wording"]
    ways = set(zip(worded["waste_code"], worded["other"], strict=True))
    assert ways == {(other, code) for code, other in ways}


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the list of waste in French is not beside the repository")
def test_mirrors_are_those_that_the_wording_of_the_list_names() -> None:
    """One that is not hazardous names, alone or as the ends of a series, the hazardous ones it excludes."""
    rows = list(csv.DictReader(OFFICIAL.open(encoding="utf-8")))
    dangerous = {row["code"] for row in rows if row["dangereux"] == "True"}
    named: dict[str, set[str]] = {}
    for row in rows:
        if row["code"] in dangerous:
            continue
        text = re.sub(r"(\d\d) (\d\d) (\d\d)", r"\1\2\3", row["label_fr"])
        told = set(re.findall(r"\d{6}", text))
        for first, last in re.findall(r"(\d{6}) à (\d{6})", text):
            told |= {code for code in dangerous if first <= code <= last}
        for code in told & dangerous:
            named.setdefault(row["code"], set()).add(code)
            named.setdefault(code, set()).add(row["code"])
    worded = MIRRORS[MIRRORS["basis"] == "wording"]
    assert dict(zip(worded["waste_code"], worded["mirror_codes"].str.split().map(set), strict=True)) == named


def asked_by_rule(rule_id: str) -> set[str]:
    """The items of an exchange by a rule of ``compatibility.csv``, between firms that nothing is known of."""
    rule = RULES.fillna({"category": "biowaste"}).set_index("rule_id").loc[rule_id]
    told = {name: rule[name] for name in ("category", "legal_status", "use", "treatment")}
    return set(asked(**told, new_route=rule["route"], code=rule["waste_code_prefix"])["checklist_item"])


@pytest.mark.parametrize(
    ("rule", "wanted", "unwanted"),
    [
        ("biowaste_spreading_020304", {"spread_plan", "spread_analyses"},
         {"icpe_2716", "icpe_2780", "icpe_2783"}),
        ("biowaste_oil", {"sort_oil"}, {"icpe_2771", "icpe_2910"}),
        ("cardboard_mulch", {"icpe_2714"}, {"icpe_2430_2440", "spread_plan"}),
        ("cardboard_pulp_150101", {"icpe_2430_2440"}, {"icpe_2515"}),
        ("glass_aggregate_170202", {"icpe_2515", "icpe_2715"}, {"icpe_2530"}),
        ("glass_wool_170202", {"icpe_2530"}, {"icpe_2515"}),
        ("wood_panel_170201", {"icpe_2791", "icpe_2714", "icpe_2410"}, {"icpe_2794"}),
        ("wood_platform_030105", {"icpe_2791", "icpe_2714"}, {"icpe_2794", "icpe_2910"}),
        ("wood_pallet_direct", {"icpe_1532"}, {"icpe_2410"}),
        ("wood_fuel_a_150103", {"icpe_2910", "wood_packaging"}, {"icpe_2771", "wood_sorted"}),
        ("wood_fuel_a_191207", {"icpe_2910", "wood_packaging", "wood_sorted", "wood_class"}, {"icpe_2771"}),
    ],
)  # fmt: skip
def test_the_rubrics_are_those_of_what_is_done_and_not_of_the_family(rule, wanted, unwanted):
    names = asked_by_rule(rule)
    assert wanted <= names and not unwanted & names


def test_only_what_may_be_packed_is_taken_out_of_its_packaging_and_no_sludge_is_biowaste():
    sites = pd.DataFrame(
        [
            ("G0", "firm", "68063", "4621Z"),
            ("G1", "firm", "68063", "4711F"),
            ("T", "outlet", "68012", "3821Z"),
        ],
        columns=["site_id", "actor_type", "commune_code", "naf_code"],
    )
    rows = [
        ("Issues de céréales et poussières de silo", "020304", "G0"),
        ("Invendus périmés", "020304", "G0"),
        ("Fruits et légumes", "200108", "G1"),
        ("Boues de flottation", "020204", "G0"),
    ]
    flows = pd.DataFrame(
        [(f"F{i}", text, code) for i, (text, code, _) in enumerate(rows)],
        columns=["flow_id", "description", "waste_code"],
    )
    exchange = {"legal_status": "waste", "category": "biowaste", "new_route": "digestion", "rule_id": "",
                "use": "biogaz et digestat", "treatment": "déconditionnement éventuel", "taker_site_id": "T",
                }  # fmt: skip
    told = pd.DataFrame(
        [
            exchange | {"candidate_id": f"F{i}", "out_flow_id": f"F{i}", "giver_site_id": g}
            for i, (_, _, g) in enumerate(rows)
        ]
    )
    items = checklists(circumstances(told, flows, sites, MIRRORS), in_force(ITEMS))
    of = items.groupby("checklist_item")["candidate_id"].agg(list)
    assert of["icpe_2783"] == ["F1", "F2"]
    assert of["sort_biowaste"] == ["F0", "F1", "F2"]
