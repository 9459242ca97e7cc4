"""Reference factors: every row sourced, in its unit, on one boundary; lookups and conversions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eit_analysis import reference
from eit_analysis.codes import CATEGORIES, NATURES, QUALITIES, ROUTES
from eit_analysis.errors import EitError, InputError
from eit_analysis.reference.factors import (
    FACTOR_UNITS,
    MissingFactorError,
    check_units,
    factor_table,
    for_flows,
    lookup,
)
from eit_analysis.reference.place_names import normalise_name
from eit_analysis.reference.units import known_unit, normalise_unit, to_tonnes

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data (real files) is not here")
TABLES = [
    "factors", "factors_by_code", "units", "compatibility", "outlet_general", "pooling_thresholds",
    "producer_schemes", "offer_questions", "offer_qualities", "regions", "transfer_coefficients", "contents",
    "rome_fap", "rome_labels", "fap_2009", "greening_occupations", "labour_market",
]  # fmt: skip


PER_1000 = "ETP pour 1 000 t"


@dataclass
class Own:
    factor: str
    low: float
    central: float
    high: float
    category: str = ""
    route: str = ""
    unit: str = ""
    source: str = "mesure de l'étude, 2025"


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_source_and_year(name: str) -> None:
    table = reference.load(name)
    assert len(table)
    assert table["source"].str.strip().ne("").all() and table["source"].notna().all()
    assert table["year"].between(1990, 2035).all()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("factors", ["low", "central", "high"]),
        ("transfer_coefficients", ["low", "central", "high"]),
        ("contents", ["low", "central", "high"]),
        ("units", ["t_low", "t_per_unit", "t_high"]),
        ("compatibility", ["yield_low", "yield_central", "yield_high"]),
        ("outlet_general", ["yield_low", "yield_central", "yield_high"]),
    ],
)
def test_ranges_are_ordered(name: str, columns: list[str]) -> None:
    values = reference.load(name)[columns].to_numpy(dtype=float)
    assert np.isfinite(values).all() and (np.diff(values, axis=1) >= 0).all()


def test_factors_are_in_their_unit_and_on_one_boundary() -> None:
    table = factor_table()
    check_units(table)
    assert set(table["factor"]) == set(FACTOR_UNITS)
    assert (table.groupby("factor")["boundary"].nunique() == 1).all()
    assert set(table.loc[table["factor"] == "emissions_avoided", "boundary"]) == {"avoided"}
    assert set(table.loc[table["factor"] == "emissions_impact", "boundary"]) == {"impact"}
    assert (table.loc[table["factor"] == "emissions_avoided", "high"] <= 0).all()
    assert (table.loc[table["factor"].isin(["emissions_impact", "jobs"]), "low"] >= 0).all()
    # Collection alone is 18 kgCO2e/t, but of what is used again, of building waste, published as 11, and of
    # mineral that a works takes as it comes.
    treated = table[(table["factor"] == "emissions_impact") & (table["route"] != "reuse")]
    assert (treated.loc[~treated["category"].isin(["mineral", "quarry_mineral"]), "low"] >= 18).all()
    assert not table.duplicated(["factor", "category", "route"]).any()
    assert table["category"].dropna().isin([*CATEGORIES, "loose_wood", "liquid_food", "quarry_mineral"]).all()
    assert table["route"].dropna().isin(list(ROUTES)).all()


def test_every_category_and_route_has_an_answer() -> None:
    table = factor_table()
    for factor in ("treatment_cost", "emissions_impact", "emissions_avoided", "jobs"):
        for route in ROUTES:
            for category in CATEGORIES:
                row = lookup(table, factor, category, route)
                assert (pd.isna(row["category"]) or row["category"] == category) and row["route"] == route


def test_an_unknown_route_of_what_is_sorted_by_usage_costs_no_more_than_usage() -> None:
    table = factor_table([])
    assert lookup(table, "treatment_cost", "wood", "unknown")["central"] < 50
    assert lookup(table, "treatment_cost", "textile", "unknown")["central"] == 120


def test_every_use_a_rule_leads_to_has_a_price_for_what_it_replaces() -> None:
    table = factor_table()
    rules = reference.load("compatibility")
    for category, route in rules[["input_category", "route"]].drop_duplicates().itertuples(index=False):
        assert lookup(table, "virgin_price", category, route)["low"] >= 0
    for category, route in rules[["category", "route"]].fillna("").drop_duplicates().itertuples(index=False):
        assert lookup(table, "preparation_cost", category, route)["low"] >= 0


def test_a_load_in_bulk_is_that_of_the_units() -> None:
    table, units = factor_table(), reference.load("units").set_index(["unit", "category"])
    cited = table[(table["factor"] == "trip_load") & table["source"].str.contains("benne de 30 m³")]
    assert len(cited) == 6
    for category, low in cited[["category", "low"]].itertuples(index=False):
        assert low == units.loc[("benne 30 m3", category), "t_per_unit"]


def test_cardboard_recycling_keeps_its_unwelcome_sign() -> None:
    table = factor_table()
    impact = lookup(table, "emissions_impact", "cardboard", "recycling")
    avoided = lookup(table, "emissions_avoided", "cardboard", "recycling")
    assert (impact["central"], avoided["central"]) == (992, -379)
    assert impact["central"] + avoided["central"] > 0


@NEEDS_DATA
def test_base_carbone_rows_are_those_of_the_real_file() -> None:
    parts = [DATA / "base_carbone" / f"{n}.csv" for n in ("dechets_valides", "fret_routier_valides")]
    real = pd.concat([pd.read_csv(p) for p in parts]).set_index("Identifiant de l'élément")
    table = factor_table()
    cited = table["source"].str.extract(r"^ADEME Base Carbone V23\.6, élément (\d+)")[0].dropna()
    assert len(cited) > 40
    for row, element in cited.items():
        ours, theirs = table.loc[row], real.loc[int(element)]
        assert ours["central"] == theirs["Total poste non décomposé"], element
        avoided = "évit" in str(theirs["Nom frontière français"])
        assert (ours["factor"] == "emissions_avoided") == avoided, element
        if stated := re.search(r"incertitude (\d+)", ours["source"]):
            assert float(stated[1]) == theirs["Incertitude"]
            spread = abs(ours["central"]) * float(stated[1]) / 100
            assert ours["high"] - ours["central"] == pytest.approx(spread, abs=1e-3)
            collected = 18.0 if "sous la collecte" in ours["source"] else -np.inf
            assert ours["low"] == pytest.approx(max(ours["central"] - spread, collected), abs=1e-3)


def test_an_override_replaces_one_row_and_keeps_its_source() -> None:
    own = Own("treatment_cost", 90, 100, 110, category="wood", route="recycling")
    table = factor_table([own])
    row = lookup(table, "treatment_cost", "wood", "recycling")
    assert (row["central"], row["source"], row["unit"]) == (100, own.source, "eur/t")
    assert len(table) == len(factor_table())
    assert list(table.dtypes) == list(factor_table().dtypes)
    assert factor_table([Own("jobs", 0, 1, 2, route="energy", unit=PER_1000)])["category"].isna().sum() == (
        factor_table()["category"].isna().sum()
    )
    assert lookup(table, "treatment_cost", "metal", "recycling")["central"] != 100


@pytest.mark.parametrize(
    ("own", "word"),
    [
        (Own("jobs", 100, 115, 404, route="recycling", unit=PER_1000), "vérifiez l'unité"),
        (Own("jobs", 1, 2, 3, route="recycling"), "l'unité de l'emploi manque"),
        (Own("price", 1, 2, 3, route="recycling"), "inconnu"),
        (Own("jobs", 1, 2, 3, category="bois", route="recycling"), "catégorie"),
        (Own("jobs", 1, 2, 3), "exutoire"),
        (Own("vehicle_cost", 1, 2, 3, route="reuse"), "laissez-les vides"),
        (Own("trip_load", 1, 2, 3, route="reuse"), "laissez-le vide"),
        (Own("trip_load", 0, 2, 3, category="wood"), "supérieure à zéro"),
        (Own("exchange_cost", -1, 2, 3), "un coût n'est pas négatif"),
        (Own("jobs", 3, 2, 1, route="reuse"), "croissantes"),
        (Own("jobs", 1, float("nan"), 3, route="reuse"), "croissantes"),
        (Own("emissions_avoided", 100, 200, 300, route="reuse"), "négatif"),
        (Own("jobs", 1, 2, 3, route="reuse", unit=PER_1000, source=" "), "source"),
        (Own("insertion_share", 50, 69, 90), "divisez un pourcentage par 100"),
        (Own("insertion_share", 0.5, 0.7, 0.9, category="wood"), "laissez-les vides"),
        (Own("virgin_price", -1, 2, 3, route="reuse"), "négatif"),
    ],
)
def test_a_wrong_override_is_refused_in_french(own: Own, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        factor_table([own])
    assert "study.toml" in str(caught.value)


def test_the_same_override_twice_is_refused() -> None:
    own = Own("jobs", 1, 2, 3, route="reuse", unit=PER_1000)
    with pytest.raises(InputError, match="deux fois"):
        factor_table([own, own])


def test_jobs_per_ten_thousand_tonnes_are_refused() -> None:
    table = factor_table()
    table.loc[table["factor"] == "jobs", "unit"] = "fte_per_10000_t"
    with pytest.raises(InputError, match=r"1\s000 t"):
        check_units(table)


def test_a_missing_factor_says_what_to_do() -> None:
    table = factor_table()
    with pytest.raises(MissingFactorError, match=r"study\.toml") as caught:
        lookup(table[table["factor"] != "jobs"], "jobs", "wood", "recycling")
    assert isinstance(caught.value, EitError) and "bois" in str(caught.value)


def test_transport_factors_answer_whatever_the_category() -> None:
    own = [Own("vehicle_cost", 1, 2.2, 3), Own("trip_load", 1, 6, 9, category="wood")]
    assert lookup(factor_table(own), "vehicle_cost", "wood", "recycling")["central"] == 2.2
    assert lookup(factor_table(own), "trip_load", "wood", "recycling")["central"] == 6
    assert lookup(factor_table(own), "trip_load", "mixed", "recycling")["central"] == 4
    assert lookup(factor_table(), "transport_emissions", "wood", "recycling")["central"] == 0.143


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("Tonnes", "t"),
        ("tonne(s)", "t"),
        ("T.", "t"),
        ("Kilos", "kg"),
        ("quintaux", "q"),
        ("litre(s)", "l"),
        ("M3", "m3"),
        ("m 3", "m3"),
        ("stères", "stere"),
        ("MAP", "map"),
        ("u.", "unite"),
        ("Pièce(s)", "piece"),
        ("repas", "repas"),
        ("rouleaux", "rouleau"),
        ("palettes EUR", "palette europe"),
        ("bac roulant 660 l", "bac 660 l"),
        ("bac de 770", "bac 770 l"),
        ("benne de 30", "benne 30 m3"),
        ("GRV", "cuve 1000 l"),
        ("écrans", "ecran"),
        ("PC portables", "ordinateur"),
        ("néons", "tube"),
        ("T", "t"),
        ("KGS", "kg"),
        ("m³", "m3"),
        ("mètres cubes", "m3"),
        ("Bennes de 30 m³", "benne 30 m3"),
        ("benne 30m3", "benne 30 m3"),
        ("Bacs 660 L", "bac 660 l"),
        ("bac de 240 litres", "bac 240 l"),
        ("fûts 200\u00a0L", "fut 200 l"),
        ("cuve 1\u202f000 l", "cuve 1000 l"),
        ("Unités", "unite"),
        ("Palette(s)", "palette"),
        ("conteneur 660L", "bac 660 l"),
        ("big-bags", "big bag"),
        ("Palettes EPAL", "palette europe"),
        (float("nan"), ""),
        (None, ""),
    ],
)
def test_units_are_spelt_one_way(written: object, unit: str) -> None:
    assert normalise_unit(written) == unit
    if unit:
        assert unit in set(reference.load("units")["unit"])


def test_known_conversions() -> None:
    central, low, high, source = to_tonnes(12, "m3", "cardboard") or pytest.fail("no factor")
    # US EPA: 106 lb/yd3, from 50 to 150; one lb/yd3 is 0.593276 kg/m3.
    assert central == pytest.approx(12 * 106 * 0.593276 / 1000, rel=5e-3)
    assert (low, high) == pytest.approx((0.356, 1.068), rel=5e-3)
    assert "EPA" in source
    assert to_tonnes(1500, "kg", "food")[:3] == (1.5, 1.5, 1.5)  # type: ignore[index]
    assert to_tonnes(3, "quintaux", "wood")[0] == pytest.approx(0.3)  # type: ignore[index]
    assert to_tonnes(100, "palettes", "wood")[0] == pytest.approx(2.4)  # type: ignore[index]
    assert to_tonnes(1000, "repas", "food")[0] == pytest.approx(0.5)  # type: ignore[index]


def test_the_unit_of_entry_is_irrelevant() -> None:
    for quantity, unit in (
        (1, "t"),
        (1, "tonnes"),
        (1000, "kg"),
        (1000, "kilos"),
        (10, "quintaux"),
        (1e6, "g"),
    ):
        assert to_tonnes(quantity, unit, "wood")[:3] == pytest.approx((1, 1, 1))  # type: ignore[index]
    for category in ("wood", "chemical", "mixed"):
        masses = [to_tonnes(q, u, category)[:3] for q, u in ((2, "m³"), (2000, "litres"), (20, "hl"))]  # type: ignore[index]
        assert masses[1] == pytest.approx(masses[0]) and masses[2] == pytest.approx(masses[0])
    assert to_tonnes(3, "GRV", "chemical") == to_tonnes(3, "cuves de 1 000 l", "chemical")


@pytest.mark.parametrize(
    "unit",
    [
        "bobine",
        "container",
        "benne",
        "bac",
        "camion",
        "m2",
        "ml",
        "m",
        "mètre",
        "sacs de 100 l",
        "an",
        "€",
        "",
    ],
)
def test_what_has_no_known_mass_is_unknown(unit: str) -> None:
    assert not known_unit(unit)


@pytest.mark.parametrize(
    "text", ["t", "t/an", "kg par mois", "bennes de 30 m3 / sem", "m³/j", "palette(s) par an"]
)
def test_a_unit_is_known_whatever_its_period(text: str) -> None:
    assert known_unit(text)


def test_what_cannot_be_converted_is_not_guessed() -> None:
    assert to_tonnes(12, "m3", "other") is None
    assert to_tonnes(12, "camion", "wood") is None
    assert to_tonnes(12, "", "wood") is None
    assert to_tonnes(float("nan"), "t", "wood") is None


def test_units_are_written_in_the_normal_spelling() -> None:
    units = reference.load("units")
    assert [normalise_unit(u) for u in units["unit"]] == list(units["unit"])
    assert set(units["kind"]) == {"mass", "volume", "count"}
    assert (units["t_low"] > 0).all()
    assert not units.duplicated(["unit", "category"]).any()
    weighed = units[units["kind"] == "mass"]
    assert (weighed["t_low"] == weighed["t_high"]).all() and weighed["category"].isna().all()
    assert units.loc[units["kind"] != "mass", "category"].isin(list(CATEGORIES)).all()


# Activities that may hold the permit for a hazardous waste: waste management, and plants that end its routes.
AUTHORISED = {
    "1920", "2351", "2352", "2410", "2441", "2442", "2443", "2444", "2445", "3812", "3822", "3831", "3832",
    "3900",
}  # fmt: skip
# Residues of a process that may be sold as a by-product although dangerous (code de l'environnement, art.
# L. 541-4-2): acids, bases, salts, spent caustics, tars, liquors, solvents and ashes of the making itself.
DANGEROUS_BY_PRODUCTS = ("0501", "0506", "0601", "0602", "0701", "0702", "0705", "0707", "1101")


@pytest.mark.parametrize("name", ["compatibility", "outlet_general"])
def test_outlet_rules_are_well_formed(name: str) -> None:
    rules = reference.load(name)
    # A rule that only orients meets no need.
    of_needs = ["other_needs", "proving_needs"]
    columns = reference.load("compatibility").columns.drop(of_needs)
    assert list(rules.columns.difference(of_needs, sort=False)) == list(columns)
    assert rules["authority"].isin(["law", "guide", "publication", "assumption"]).all()
    # What we assume says so; what only says so is assumed.
    ours = rules["source"].str.contains("hypothèse du projet")
    assert ours[rules["authority"] == "assumption"].all()
    assert (rules.loc[rules["source"].str.startswith("hypothèse"), "authority"] == "assumption").all()
    assert rules["rule_id"].is_unique
    assert rules["waste_code_prefix"].dropna().str.fullmatch(r"\d{2,6}").all()
    assert (rules["waste_code_prefix"].notna() | rules["category"].notna()).all()
    assert rules["category"].dropna().isin(list(CATEGORIES)).all()
    assert rules["route"].isin([r for r in ROUTES if r not in ("incineration", "landfill", "unknown")]).all()
    assert rules["worst_quality"].isin(list(QUALITIES)).all()
    labels = reference.load("labels")
    statuses = labels.loc[labels["column"] == "legal_status", "code"]
    assert rules["legal_status"].isin(statuses).all()
    assert rules["maturity"].between(1, 9).all()
    assert rules["yield_high"].le(1).all() and rules["yield_low"].gt(0).all()
    needs = rules["input_waste_codes"].dropna().str.split()
    # Only a reuse is of an object, and the object that comes out is the one asked for.
    assert (rules.loc[needs.index, "route"] == "reuse").all()
    assert all(rules.loc[row, "waste_code_prefix"] in codes for row, codes in needs.items())
    assert set(needs.explode()) <= set(reference.load("waste_codes")["waste_code"])
    assert rules["receiver_naf_codes"].dropna().str.fullmatch(r"\d{2,4}( \d{2,4})*").all()
    split = rules["receiver_naf_codes"].dropna().str.split()
    assert (split.str.len() == split.map(lambda codes: len(set(codes)))).all(), "an activity named twice"
    receivers = set(split.explode())
    divisions = set(reference.load("naf_divisions")["naf_division_code"])
    classes = set(reference.load("naf_classes")["naf_class_code"])
    assert receivers <= divisions | classes
    named = set(labels.loc[labels["column"] == "naf_class_code", "code"])
    assert {code for code in receivers if len(code) == 4} <= named


def test_matching_rules_name_a_code_or_a_family() -> None:
    rules = reference.load("compatibility")
    # No text gives all of a yield, its bounds and a maturity: each source says what is ours.
    assert rules["source"].str.contains("hypothèse du projet").all()
    given = rules["source"].str.contains(
        r"rendement(?! et maturité)[ \u00a0]|% (?:du poids|des résidus)|85 % de réut"
    )
    assert given.sum() >= 57
    assert rules["use"].nunique() >= 250
    assert rules["waste_code_prefix"].dropna().str.len().eq(6).all()
    assert rules["input_category"].isin(list(CATEGORIES)).all()
    seven = {"textile", "wood", "cardboard", "paper", "weee", "biowaste", "food"}
    assert (rules[rules["category"].isin(seven)].groupby("category")["use"].nunique() >= 6).all()
    chapters = {f"{n:02d}" for n in range(1, 21)}
    assert set(rules["waste_code_prefix"].dropna().str[:2]) == chapters


def test_general_rules_only_orient() -> None:
    rules = reference.load("outlet_general")
    assert rules["waste_code_prefix"].str.len().isin([2, 4]).all()
    assert rules["category"].isna().all() and rules["input_category"].isna().all()
    assert not rules.duplicated(["waste_code_prefix", "hazardous_allowed", "use"]).any()


@pytest.mark.parametrize("name", ["compatibility", "outlet_general"])
def test_hazardous_waste_goes_to_authorised_operators_only(name: str) -> None:
    rules = reference.load(name)
    hazardous = rules["hazardous_allowed"] == 1
    by_product = rules["legal_status"] == "by_product"
    assert ((rules["legal_status"] == "hazardous_authorised") == (hazardous & ~by_product)).all()
    waste = rules[hazardous & ~by_product]
    assert set(" ".join(waste["receiver_naf_codes"]).split()) <= AUTHORISED
    sold = rules[hazardous & by_product]
    assert sold["waste_code_prefix"].str.startswith(DANGEROUS_BY_PRODUCTS).all()
    # Used by a process: farms, shops, workshops and the unknown buyer get none.
    assert sold["receiver_naf_codes"].str.split().explode().between("1000", "3999").all()
    assert rules.loc[hazardous, "waste_code_prefix"].notna().all()
    listed = reference.load("waste_codes").set_index("waste_code")["hazardous"]
    codes = rules[rules["waste_code_prefix"].fillna("").str.len() == 6]
    assert (codes["waste_code_prefix"].map(listed) == codes["hazardous_allowed"]).all()


def test_only_a_production_residue_is_a_by_product() -> None:
    """Packaging, used equipment, demolition, collected and sorted waste are none (art. L. 541-4-2)."""
    rules = reference.load("compatibility")
    by_products = rules.loc[rules["legal_status"] == "by_product", "waste_code_prefix"].dropna()
    assert not by_products.str.startswith(("15", "1601", "1602", "17", "1908", "1912", "20")).any()


@NEEDS_DATA
def test_compatibility_codes_exist() -> None:
    real = pd.read_csv(DATA / "waste_codes" / "low_fr_en_6digits.csv", dtype={"code": str}).set_index("code")
    rules = reference.load("compatibility").dropna(subset="waste_code_prefix")
    assert set(rules["waste_code_prefix"]) <= set(real.index)
    assert (real.loc[rules["waste_code_prefix"], "dangereux"].to_numpy() == rules["hazardous_allowed"]).all()


def test_pooling_thresholds_are_well_formed() -> None:
    thresholds = reference.load("pooling_thresholds")
    assert set(thresholds["nature"]) == {"collection", *NATURES}
    collected = thresholds.loc[thresholds["nature"] == "collection"]
    assert collected["item_keyword"].isin(list(CATEGORIES)).all() and (collected["unit"] == "t").all()
    # A threshold is given, or follows from the price of a unit and the costs.
    assert (thresholds["threshold"].notna() ^ thresholds["unit_price_eur"].notna()).all()
    given = thresholds["threshold"].fillna(thresholds["unit_price_eur"])
    assert (given > 0).all() and thresholds["unit"].notna().all()
    assert not thresholds.duplicated(["nature", "item_keyword", "unit"]).any()


@NEEDS_DATA
def test_occupations_exist_in_both_nomenclatures() -> None:
    pairs = reference.load("rome_fap")
    assert not pairs.duplicated(["rome_code", "fap_code"]).any()
    rome = pd.read_csv(DATA / "rome" / "metiers.csv", dtype=str)["code_rome"]
    fap = pd.read_csv(DATA / "bmo" / "Intitules_FAP2021.csv", sep=";", encoding="utf-8-sig", dtype=str)
    assert set(pairs["rome_code"]) <= set(rome)
    assert set(pairs["fap_code"]) <= set(fap["Code_FAP228"])


@pytest.mark.parametrize("name", ["rome", "fap"])
def test_occupations_and_families_have_short_labels_of_ours(name: str) -> None:
    table = reference.load({"rome": "rome_labels", "fap": "fap_2009"}[name])
    assert table[f"{name}_code"].is_unique and table[f"{name}_code"].is_monotonic_increasing
    labels = table[f"{name}_label"]
    assert labels.str.len().between(6, 45).all() and labels.equals(labels.str.strip())
    assert labels.map(normalise_name).is_unique
    assert table["source"].str.startswith("libellé court du projet").all()


@NEEDS_DATA
def test_occupations_and_families_are_those_of_the_real_lists_in_our_own_words() -> None:
    """Only a name of one word may be the official one: no other is as natural."""
    rome = pd.read_csv(DATA / "rome" / "metiers.csv", dtype=str).set_index("code_rome")["libelle_rome"]
    ages = pd.read_csv(DATA / "dares" / "age_2017_2019_3niv.csv", dtype=str, encoding="latin-1")
    fap = ages[ages["fap"].str.len() == 5].drop_duplicates("fap").set_index("fap")["libelle"]
    for name, code, real in [("rome_labels", "rome", rome), ("fap_2009", "fap", fap)]:
        ours = reference.load(name).set_index(f"{code}_code")[f"{code}_label"]
        assert ours.index.tolist() == sorted(real.index)
        same = ours[ours.map(normalise_name) == real[ours.index].map(normalise_name)]
        assert not same.str.contains(" ").any() and len(same) <= 25


def test_every_occupation_has_a_family() -> None:
    """No firm's occupation is without level, family and needs for want of a row: of 532 codes none."""
    assert set(reference.load("rome_fap")["rome_code"]) == set(reference.load("rome_labels")["rome_code"])


def test_the_families_of_an_occupation_are_all_of_it() -> None:
    parts = reference.load("rome_fap").groupby("rome_code")["weight"]
    assert (parts.sum() - 1).abs().max() < 1e-9 and parts.min().gt(0).all()


@NEEDS_DATA
def test_the_part_of_a_family_is_its_employment_by_rome_code() -> None:
    """H2301: E0Z20 and E1Z41 in 2018, over their 2 and 3 ROME codes; E2X20 and E2X40 are their successors."""
    links = pd.read_csv(DATA / "dares" / "fap225_rome.csv", sep=";", encoding="latin-1").dropna()
    people = pd.read_csv(DATA / "dares" / "effectifs_3niv.csv", index_col="Annee").loc[2018]
    codes = ["E0Z20", "E1Z41"]
    by_rome = [people[code] / links.loc[links["Fap"] == code, "Rome"].nunique() for code in codes]
    pairs = reference.load("rome_fap").set_index(["rome_code", "fap_code"])["weight"]
    found = [pairs["H2301", code] for code in ("E2X20", "E2X40")]
    assert found == pytest.approx([part / sum(by_rome) for part in by_rome], abs=0.005)


def test_greening_occupations_are_those_of_the_rome() -> None:
    """ROME 4.0, version 60: 1,584 sheets, each with a class; rows as the file prints them."""
    table = reference.load("greening_occupations")
    assert table["rome_code"].is_unique and table["rome_code"].str.fullmatch("[A-N][0-9]{4}").all()
    counts = table["greening"].value_counts().to_dict()
    assert counts == {"white": 1194, "strategic": 261, "green": 96, "brown": 33} and len(table) == 1584
    found = table.set_index("rome_code")["greening"]
    printed = {
        "A1202": "green", "K2304": "green", "M1809": "green", "N4118": "green", "A1203": "strategic",
        "F1603": "strategic", "N4403": "strategic", "N4101": "brown", "F1402": "brown", "A1434": "brown",
        "M1805": "white", "I1608": "white",
    }  # fmt: skip
    assert found[list(printed)].to_dict() == printed


@NEEDS_DATA
def test_every_older_code_has_a_class() -> None:
    """The sheets of ROME 3.47 keep their codes in the ROME 4.0."""
    found = reference.load("greening_occupations").set_index("rome_code")["greening"]
    codes = pd.read_csv(DATA / "rome" / "metiers.csv", dtype=str)["code_rome"]
    assert len(codes) == 532
    assert found[codes].value_counts().to_dict() == {"white": 394, "strategic": 104, "green": 18, "brown": 16}


def test_a_code_may_have_a_factor_of_its_own_whatever_its_family():
    flows = pd.DataFrame(
        {
            "category": ["chemical", "other", "chemical", "weee", "weee", "metal"],
            "route": ["incineration", "incineration", "incineration", "recycling", "recycling", "recycling"],
            "waste_code": ["180103", "180202", "140603", "160604", None, "100210"],
        }
    )
    table = factor_table()
    found = for_flows(flows, table, "emissions_impact")["central"].tolist()
    special = float(lookup(table, "emissions_impact", "chemical", "incineration")["central"])
    weee = float(lookup(table, "emissions_impact", "weee", "recycling")["central"])
    assert found == [943, 943, special, 360, weee, 30]  # mill scale is an oxide, not scrap to melt
    assert for_flows(flows, table, "emissions_avoided")["central"].iloc[3] == -803
    assert for_flows(flows.drop(columns="waste_code"), table, "emissions_impact")["central"].iloc[3] == weee
    own = reference.load("factors_by_code")
    assert not own.duplicated(["factor", "waste_code_prefix", "route"]).any()
    assert (own["low"].le(own["central"]) & own["central"].le(own["high"])).all()
    assert own["waste_code_prefix"].isin(reference.load("waste_codes")["waste_code"]).all()
