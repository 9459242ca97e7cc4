"""The waste tax: rates held to what was published, statuses by hand, laws that hold for any tonnes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.config import Disclosure
from eit_analysis.errors import UsageError
from eit_analysis.flows import taxes
from eit_analysis.publishing.release.disclosure import judge

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
LISTED = SHARED / "law" / "tgap.csv"
SECOND_HAND = SHARED / "factors" / "tgap_dechets_2021_2030.csv"
TABLE = reference.load("waste_tax")


def described(rows: list[tuple]) -> pd.DataFrame:
    """Outflows of known mass: category, route, code, hazard, designation, tonnes, perhaps cost, quality."""
    columns = ["category", "route", "waste_code", "hazardous", "description", MASS, "cost_eur_per_t"]
    columns += ["quality"]
    flows = pd.DataFrame(rows).reindex(columns=range(8)).set_axis(columns, axis=1)
    flows = flows.astype({MASS: float, "cost_eur_per_t": float})
    sites = [f"E{n}" for n in range(len(rows))]
    exact = {LOW: flows[MASS], HIGH: flows[MASS]}
    return flows.assign(site_id=sites, evidence="measured", contractor=None, **exact)


def pays(row: tuple, years: list[int]) -> list[float]:
    """Lowest and highest rate of the last year, then of the rise since the first, that of the price."""
    yearly = taxes.each_year(taxes.mark_tax(described([row]), years[0]), years)
    return (
        yearly.query("year == @years[-1]")[["tax_low", "tax_high", "rise_low", "rise_high"]].iloc[0].tolist()
    )


BIN = ("mixed", "landfill", "200301", "no", "tout-venant", 10)
BURNED = ("mixed", "incineration", "200301", "no", "ordures", 10)


@pytest.mark.parametrize(
    ("row", "years", "expected"),
    [
        # One rate of landfill in 2025, and one in 2030: what the bill and the Senate had is of no law.
        (BIN, [2025, 2030], [85, 85, 20, 20]),
        # Efficient plants from 15 to 20, the others from 25 to 45.
        (BURNED, [2025, 2030], [20, 45, 5, 20]),
        # What is called energy burns in the same plants, or in one that pays nothing.
        (("mixed", "energy", "200301", "no", "ordures", 10), [2025, 2030], [0, 45, 0, 20]),
        # 2021: both modulations at 30, none at 54; 2019: 17 and 41. Each plant pays 13 more.
        (BIN, [2019, 2021], [30, 54, 13, 13]),
        # A hazardous waste has rates of its own: read of 2026, indexed by an unknown inflation after.
        (("chemical", "landfill", "070104", "yes", "solvants", 10), [2026, 2026], [30.36, 30.36, 0, 0]),
        (("chemical", "incineration", "070104", "yes", "solvants", 10), [2026, 2026], [15.18, 15.18, 0, 0]),
        # Whether a cement works pays for the hazardous waste that it burns was not read.
        (("chemical", "energy", "070104", "yes", "solvants", 10), [2026, 2026], [0, 15.18, 0, 0]),
        # Without code it may be either; a biowaste is no hazardous waste.
        (("wood", "landfill", "unknown", "unknown", "chutes", 10), [2026, 2026], [30.36, 69, 0, 0]),
        (("biowaste", "landfill", "unknown", "unknown", "restes", 10), [2026, 2026], [69, 69, 0, 0]),
        # Foundry sand is not inert by default: it pays, at a price that holds the tax or is not told.
        (("mineral", "landfill", "100908", "no", "sables de fonderie", 10), [2025, 2030], [85, 85, 20, 20]),
        (("mineral", "landfill", "100908", "no", "sables", 10, 95), [2025, 2030], [85, 85, 20, 20]),
        # From 17 to 41 in 2019: a price between holds the tax of some, and may be one of inert waste.
        (("mineral", "landfill", "100908", "no", "sables", 10, 30), [2019, 2021], [0, 54, 0, 13]),
    ],
)
def test_a_tonne_pays_from_the_lowest_to_the_highest_rate(row, years, expected):
    assert pays(row, years) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (BIN, "taxed"),
        (("mineral", "landfill", "170101", "no", "béton", 1), "inert"),
        (("mineral", "landfill", "unknown", "unknown", "béton", 1), "inert"),
        (("mineral", "landfill", "unknown", "unknown", "sables de fonderie", 1), "perhaps"),
        (("mineral", "landfill", "100908", "no", "sables de fonderie", 1), "taxed"),
        (("mineral", "landfill", "unknown", "unknown", "sables", 1, np.nan, "soiled"), "taxed"),
        (("mineral", "landfill", "unknown", "unknown", "sables", 1, 65), "taxed"),
        # Its price cannot hold the tax: it goes to a landfill that pays none.
        (("mineral", "landfill", "unknown", "unknown", "sables", 1, 64), "below_tax"),
        (("mineral", "landfill", "100908", "no", "sables", 1, 4, "soiled"), "below_tax"),
        (("mineral", "landfill", "170802", "no", "chutes de plaques", 1), "taxed"),
        (("mineral", "landfill", "unknown", "unknown", "Plaques de plâtre", 1), "taxed"),
        (("glass", "landfill", "150107", "no", "bocaux", 1), "inert"),
        # The list asks more than a code: clean earth, of no polluted site, and no binder in glass fibre.
        (("mineral", "landfill", "170504", "no", "terres non polluées", 1, 8, "clean"), "inert"),
        # Of a landfill, clean earth of a site that nobody names, and panes that may have a frame.
        (("mineral", "landfill", "170504", "no", "terres de chantier", 1, 9, "clean"), "perhaps"),
        (("glass", "landfill", "170202", "no", "vitrages cassés", 1, 140, "mixed"), "perhaps"),
        (("glass", "landfill", "170202", "no", "vitrages sans cadre ni montant", 1, 140), "inert"),
        (("mineral", "landfill", "170504", "no", "terres de terrassement", 1, 48, "mixed"), "perhaps"),
        (("mineral", "landfill", "170504", "no", "terres d'excavation", 1, 48), "perhaps"),
        (("mineral", "landfill", "170504", "no", "terres du parc de bacs", 1, 48, "clean"), "perhaps"),
        (("mineral", "landfill", "170504", "no", "terre végétale", 1, 48, "clean"), "perhaps"),
        (("mineral", "landfill", "200202", "no", "terres et pierres", 1, 8, "clean"), "inert"),
        (("mineral", "landfill", "200202", "no", "terres et pierres", 1, 8, "mixed"), "perhaps"),
        (("mineral", "landfill", "170101", "no", "béton d'une friche", 1, 8), "perhaps"),
        (("mineral", "landfill", "170101", "no", "béton", 1, 8, "soiled"), "perhaps"),
        (("mineral", "landfill", "170302", "no", "enrobés", 1, 8), "inert"),
        (("mineral", "landfill", "170302", "no", "enrobés sans goudron", 1, 8), "inert"),
        (("mineral", "landfill", "170302", "no", "enrobés au goudron", 1, 8), "perhaps"),
        (("textile", "landfill", "101103", "no", "tissu de verre et mat", 1, 190, "clean"), "perhaps"),
        (("mineral", "landfill", "101103", "no", "fibre sans liant", 1, 90, "clean"), "inert"),
        (("mineral", "incineration", "170504", "no", "terres", 1), "taxed"),
        (("mineral", "incineration", "170101", "no", "béton", 1), "taxed"),
        (("mineral", "landfill", "170503", "yes", "terres polluées", 1), "hazardous"),
        (("wood", "energy", "150103", "no", "palettes", 1), "perhaps"),
        (("wood", "energy", "030105", "no", "sciures", 1, 25), "perhaps"),
        # No incinerator buys its waste, nor takes it for less than it pays.
        (("wood", "energy", "030105", "no", "sciures", 1, -18), "below_tax"),
        (("wood", "energy", "030105", "no", "sciures", 1, 0), "below_tax"),
        # Nothing but mineral goes to a landfill that pays no tax: the price is what is in doubt.
        (("plastic", "landfill", "150102", "no", "films", 1, 4), "taxed"),
        (("mineral", "landfill", "170802", "no", "chutes de plaques", 1, 4), "taxed"),
        (("chemical", "landfill", "070104", "yes", "solvants", 1, 4), "hazardous"),
        (("mixed", "incineration", "200301", "no", "ordures", 1, 4), "taxed"),
        (("chemical", "energy", "070104", "yes", "solvants", 1, -18), "perhaps"),
        (("wood", "recycling", "150103", "no", "palettes", 1), "other_route"),
        (("wood", "unknown", "150103", "no", "palettes", 1), "unknown_route"),
    ],
)
def test_what_may_pay_is_told_apart(row, status):
    assert taxes.mark_tax(described([row]), 2025)["tax_status"].tolist() == [status]


def test_what_a_landfill_for_inert_waste_takes_has_what_the_list_asks() -> None:
    out = described([("mineral", "landfill", "170504", "no", "terres", 1, 48, "mixed")] * 2)
    marked = taxes.mark_tax(out.assign(contractor=["ISDI de la Gaubretière", "Bennes"]), 2025)
    assert marked["tax_status"].tolist() == ["inert", "perhaps"]


def test_a_price_is_held_against_the_tax_of_its_year():
    sand = described([("mineral", "landfill", "100908", "no", "sables", 1, 30)])
    found = {year: taxes.mark_tax(sand, year)["tax_status"].item() for year in (2015, 2019, 2020, 2025, 2040)}
    assert found == {2015: "perhaps", 2019: "perhaps", 2020: "perhaps", 2025: "below_tax", 2040: "below_tax"}


def test_the_flow_that_makes_the_range_is_known():
    sand = ("mineral", "landfill", "unknown", "no", "sables", 10)
    for rows, named in (([BIN, sand], ["sables"]), ([BIN, sand, sand], []), ([BIN], [])):
        found = taxes.decisive(taxes.mark_tax(described(rows), 2025), [2025, 2030])
        assert found["description"].tolist() == named


def test_a_study_starts_at_its_own_year():
    assert taxes.steps(2018) == [2019, 2025, 2030]
    assert taxes.steps(2023) == [2023, 2025, 2030]
    assert taxes.steps(2027) == [2027, 2030] and taxes.steps(2040) == [2030]


@pytest.mark.parametrize("years", [[2025, 2031], []])
def test_a_year_outside_the_table_is_refused(years):
    with pytest.raises(UsageError, match="va de 2019 à 2030"):
        taxes.rates(years)


def test_nothing_answered():
    yearly = taxes.each_year(taxes.mark_tax(described([BIN]).head(0), 2025), [2025, 2030])
    for since_first in (False, True):
        assert taxes.taxes(yearly, ["year", "route"], since_first).frame.empty


def test_every_rate_has_a_source_and_none_was_ever_lowered():
    assert TABLE["source"].notna().all() and set(TABLE["seen"]) == {"seen", "known"}
    ends = ["low_eur_per_t", "high_eur_per_t"]
    assert (TABLE[ends[0]] <= TABLE[ends[1]]).all()
    path = ["routes", "hazardous", "plants"]
    each = TABLE.assign(plants=TABLE["plants"].str.split()).explode("plants")
    in_order = each.sort_values("year").groupby(path)
    assert all(rows[end].is_monotonic_increasing for _, rows in in_order for end in ends)
    # Each plant has its rate of each year, once.
    assert not each.duplicated([*path, "year"]).any() and (in_order.size() == 12).all()


@pytest.mark.skipif(not LISTED.exists(), reason="needs the list of rates outside the repository")
def test_no_rate_that_the_list_calls_wrong_is_used():
    listed, ends = pd.read_csv(LISTED), ["low_eur_per_t", "high_eur_per_t"]
    wrong = listed[listed["status"].str.contains("faux")]
    assert set(wrong["rate_eur_t"]) == {41.0, 19.0}
    ours = TABLE[(TABLE["routes"] != "landfill") & (TABLE["year"] == 2025) & (TABLE["hazardous"] == "no")]
    assert not set(ours["high_eur_per_t"]) & set(wrong["rate_eur_t"])
    # Of the readings of the bill, the last is what the law is quoted to have kept.
    last = listed[listed["status"].str.startswith("nouvelle lecture")]
    assert last["year"].min() == 2026 and len(last) == 15
    law = TABLE[(TABLE["year"] > 2025) & (TABLE["hazardous"] == "no") & (TABLE["plants"] != "exempt")]
    pairs = [set(zip(t["year"], t[rate], strict=True)) for t, rate in ((law, ends[0]), (last, "rate_eur_t"))]
    assert pairs[0] == pairs[1]


@pytest.mark.skipif(not SECOND_HAND.exists(), reason="needs the published rates outside the repository")
def test_rates_are_those_of_an_independent_reading():
    """Every plant of 2021 to 2025, and what this reading calls the law of 2026 to 2030."""
    real = pd.read_csv(SECOND_HAND)
    real = real[~real["categorie_installation"].str.contains("refus|residus")]
    law = TABLE[(TABLE["hazardous"] == "no") & (TABLE["plants"] != "exempt") & (TABLE["year"] >= 2021)]
    for treatment, routes in (("stockage", "landfill"), ("traitement thermique", "incineration energy")):
        theirs = real[real["traitement"] == treatment].groupby("annee")["eur_par_t"].agg(sorted).to_dict()
        ours = law[law["routes"] == routes].groupby("year")["high_eur_per_t"].agg(sorted).to_dict()
        assert ours == theirs


some_flows = st.lists(
    st.tuples(
        st.sampled_from(["wood", "mixed", "mineral", "food"]),
        st.sampled_from(["landfill", "incineration", "energy", "recycling", "unknown"]),
        st.sampled_from(["unknown", "200301", "170101", "070104"]),
        st.sampled_from(["yes", "no", "unknown"]),
        st.just("flux"),
        st.floats(0.01, 1e4),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=4, deadline=None)
@given(some_flows)
def test_the_range_holds_every_plant_and_adds_up(rows):
    yearly = taxes.each_year(taxes.mark_tax(described(rows), 2025), [2025, 2030])
    assert (yearly["tax_low"] <= yearly["tax_high"]).all() and (
        yearly["rise_low"] <= yearly["rise_high"]
    ).all()
    assert (yearly.loc[yearly["year"] == 2025, ["rise_low", "rise_high"]] == 0).all(axis=None)
    last = yearly[yearly["year"] == 2030]
    found = taxes.taxes(last, "route").frame
    found, total = found[found["route"] != "Total"], found[found["route"] == "Total"]
    ends = ["tax_low_eur_per_year", "tax_high_eur_per_year"]
    for (_, own), (low, high) in zip(
        last.groupby("route"), found.sort_values("route")[ends].to_numpy(), strict=True
    ):
        assert low == pytest.approx((own[MASS] * own["tax_low"]).sum())
        assert high == pytest.approx((own[MASS] * own["tax_high"]).sum())
    assert total[ends].to_numpy() == pytest.approx(found[ends].sum().to_numpy()[None][: len(total)])
    whole = taxes.taxes(last, "year").frame["tax_eur_per_year"].sum()
    assert whole == pytest.approx(np.nansum(found["tax_eur_per_year"]))
    assert total["tax_eur_per_year"].tolist() == pytest.approx([whole] * len(total))


def test_the_bounds_of_a_rise_are_those_of_the_rates_and_its_least_is_the_stake_of_the_action():
    """Masses that may err by half made a total's low bound larger than the sum of those of its lines."""
    wood = ("wood", "energy", "030105", "no", "chutes", 200, 40)
    bins = [(*BIN, 150), ("mixed", "landfill", "200301", "no", "tout-venant", 90, 150)]
    rows = described([*bins, wood])
    wide = rows.assign(**{LOW: rows[MASS] / 2, HIGH: rows[MASS] * 1.5}, evidence="estimated")
    marked = taxes.mark_tax(wide, 2025)
    years = [2025, 2027, 2030]
    found = taxes.rise(marked, years).frame.set_index("route")
    names = [f"tax_increase{end}_eur_per_year" for end in ("", "_low", "_high")]
    assert found.loc["landfill", names].tolist() == [100 * 20] * 3
    assert found.loc["Total", names].tolist() == [100 * 20 + 200 * 10, 100 * 20, 100 * 20 + 200 * 20]
    surely = taxes.rising(marked, years).query("rise_low > 0")  # what `recommendations` counts
    assert (surely[MASS] * surely["rise_low"]).sum() == found.loc["Total", names[1]]


def test_both_bounds_of_a_rise_are_held_to_the_rules_of_release():
    """Two may burn in a plant that pays nothing: 89 % of the least rise was of the third, and was printed."""
    burnt = [("wood", "energy", "030105", "no", "chutes", tonnes, 40) for tonnes in (50, 50)]
    bins = [(*BIN[:-1], tonnes) for tonnes in (80, 5, 5)]
    found = taxes.rise(taxes.mark_tax(described([*bins, *burnt]), 2025), [2025, 2030])
    assert list(found.ends) == ["tax_increase_low_eur_per_year", "tax_increase_high_eur_per_year"]
    total = found.frame["route"] == "Total"
    assert found.frame.loc[total, [found.measure, *found.ends]].to_numpy().tolist() == [[2800, 1800, 3800]]
    assert not judge(replace(found, ends=()), Disclosure()).shut[total].any()
    assert judge(found, Disclosure()).shut[total].all()
    found.check("Hausse")


def test_a_low_bound_that_is_printed_zero_is_not_said():
    printed = pd.DataFrame({
        "route": ["landfill", "Total"], "tax_increase_eur_per_year": [1.0, 2.0],
        "tax_increase_low_eur_per_year": [0.0, 0.0], "tax_increase_high_eur_per_year": [2.0, 5.0],
    })  # fmt: skip
    said = taxes.total_bounds(printed)
    assert said["route"].tolist() == ["Total"] and said["tax_increase_low_eur_per_year"].isna().all()
    assert said["tax_increase_high_eur_per_year"].tolist() == [5]
    more = taxes.total_bounds(printed.assign(tax_increase_low_eur_per_year=1.0))
    assert more["tax_increase_low_eur_per_year"].tolist() == [1]
    assert taxes.total_bounds(printed.head(1)).empty  # a total that is withheld


def test_the_card_of_the_rise_says_until_when() -> None:
    labels = reference.load("labels").set_index(["column", "code"])["label_fr"]
    assert f"jusqu'en {taxes.steps(2018)[-1]}" in labels["stake_kind", "tax_increase"]


def test_whom_takes_one_mineral_untaxed_may_take_the_next_so() -> None:
    """A quarry fill took sand and slag below the tax, and cores at 74 €/t that were surely taxed."""
    rows = [
        ("mineral", "landfill", None, "no", "Sable de fonderie", 2900, 58.0),
        ("mineral", "landfill", None, "no", "Noyaux cassés", 260, 74.0),
        ("mineral", "landfill", None, "no", "Noyaux cassés", 260, 74.0),
    ]
    out = described(rows).assign(contractor=["Carrière de remblai", "carriere de Remblai", None])
    assert taxes.mark_tax(out, 2026)["tax_status"].tolist() == ["below_tax", "perhaps", "taxed"]
    nobody = out.assign(contractor="unknown")  # as a described flow says it: not one contractor of all
    assert taxes.mark_tax(nobody, 2026)["tax_status"].tolist() == ["below_tax", "taxed", "taxed"]


@pytest.mark.parametrize(
    ("taker", "status"),
    [
        ("Décharge interne", "perhaps"), ("en interne", "perhaps"), ("Stockage sur site", "perhaps"),
        ("Nous-mêmes", "perhaps"), ("notre décharge", "perhaps"), ("ISDI interne", "inert"),
        ("Carrière de remblai", "below_tax"), ("Alsace Propre", "below_tax"), ("Internord", "below_tax"),
        ("Service internet", "below_tax"), ("unknown", "below_tax"), (None, "below_tax"),
    ],
)  # fmt: skip
def test_the_cost_of_a_landfill_of_its_own_does_not_prove_that_it_is_untaxed(taker, status) -> None:
    """18 500 t of sludge in « Décharge interne » at 24 EUR/t: the firm would pay 16 EUR/t more in 2030."""
    code = "170504" if status == "inert" else "060503"
    sludge = described([("mineral", "landfill", code, "no", "Boues", 18500, 24.0)])
    marked = taxes.mark_tax(sludge.assign(contractor=taker), 2026)
    assert marked["tax_status"].tolist() == [status]
    if status == "perhaps":
        last = taxes.rising(marked, [2026, 2030])[["tax_low", "tax_high", "rise_low", "rise_high"]]
        assert last.iloc[0].tolist() == [0, 85, 0, 16]
        dear = taxes.mark_tax(sludge.assign(contractor=taker, cost_eur_per_t=200.0), 2026)
        assert dear["tax_status"].tolist() == ["perhaps"]
    films = described([("plastic", "landfill", "150102", "no", "films", 1, 4)]).assign(contractor=taker)
    assert taxes.mark_tax(films, 2026)["tax_status"].tolist() == ["taxed"]


def test_a_low_price_that_proves_nothing_is_said_to_be_counted() -> None:
    """« sans ce qui est payé moins que la taxe » was said of 23,500 t under it: 86 % of the most."""
    rows = [
        ("mineral", "landfill", "060503", "no", "Boues carbonatées", 18500, 24.0),
        ("mineral", "landfill", "170504", "no", "Terres de chantier", 5000, 9.0, "clean"),
        ("mineral", "landfill", "100908", "no", "Sables", 640, 46.0),
    ]
    marked = taxes.mark_tax(described(rows).assign(contractor=["Décharge interne", None, None]), 2025)
    assert taxes.cheap(marked)["description"].tolist() == ["Boues carbonatées", "Terres de chantier"]
    kept = taxes.kept(marked).set_index("tax_status")[MASS]
    assert kept.to_dict() == {"perhaps": 23500, "Total": 23500}
    other = marked[marked["tax_status"] == "below_tax"]
    for rise, counted in ((marked, True), (other, False)):
        said = taxes.proviso(rise)
        assert "sans ce qui est payé moins que la taxe" not in said
        assert "sans ce qu'un prix inférieur à la taxe fait tenir pour non taxé" in said
        assert ("mais avec ce dont un tel prix ne le prouve pas" in said) is counted
    assert taxes.kept(other).empty
