"""What is paid for sorting badly: known neighbours by hand, then laws."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.flows import sorting
from eit_analysis.publishing import wording

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"
COLUMNS = ["site_id", "category", "waste_code", "quality", "route", MASS, "cost_eur_per_t", "hazardous"]


def flows_of(rows: list[tuple]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=COLUMNS).astype({MASS: float, "cost_eur_per_t": float})
    known = flows["cost_eur_per_t"].notna()
    return flows.assign(
        cost_known=known.map({True: "yes", False: "no"}),
        cost_eur_per_year=flows[MASS] * flows["cost_eur_per_t"],
        valorised=flows["route"].map(lambda route: "no" if route in ("landfill", "incineration") else "yes"),
        contractor=None,
        description=None,
        evidence="declared",
        **{LOW: flows[MASS] / 1.2, HIGH: flows[MASS] * 1.2},
    )


TERRITORY = [
    # Clean metal: two of steel, one of copper; the median is 150 whatever the copper fetches.
    ("A", "metal", "120101", "clean", "recycling", 100, -130, "no"),
    ("B", "metal", "120101", "clean", "recycling", 100, -150, "no"),
    ("C", "metal", "120103", "clean", "recycling", 90, -1900, "no"),
    ("D", "metal", "120101", "soiled", "recycling", 300, -120, "no"),
    ("D", "metal", "200140", "mixed", "recycling", 10, -50, "no"),
    # E has both: its own clean plastic comes before that of the others.
    ("E", "plastic", "150102", "clean", "recycling", 20, 0, "no"),
    ("A", "plastic", "150102", "clean", "recycling", 20, -80, "no"),
    ("E", "plastic", "150102", "mixed", "energy", 10, 70, "no"),
    # Hazardous: no sorting makes it clean. Burnt although clean: no price of sorting. Resold: one of goods.
    ("E", "plastic", "150110", "soiled", "incineration", 5, 320, "yes"),
    ("B", "food", "200108", "clean", "incineration", 5, 130, "no"),
    ("B", "textile", "unknown", "clean", "reuse", 5, -700, "no"),
    ("C", "food", "200108", "mixed", "incineration", 8, 120, "no"),
    ("C", "textile", "040222", "mixed", "landfill", 8, 115, "no"),
    ("C", "metal", "120101", "soiled", "recycling", 4, None, "no"),
    ("C", "mixed", "150106", "mixed", "landfill", 40, 110, "no"),
]


def test_each_flow_is_compared_with_the_nearest_clean_one():
    bad = sorting.badly_sorted(sorting.mark_sorting(flows_of(TERRITORY)))
    rows = bad.set_index(["site_id", "category", "waste_code"])
    assert rows["clean_reference"].to_dict() == {
        ("D", "metal", "120101"): "code",
        # 200140 may be of copper or of steel.
        ("D", "metal", "200140"): "none",
        ("E", "plastic", "150102"): "site",
        ("C", "food", "200108"): "none",
        ("C", "textile", "040222"): "none",
        ("C", "metal", "120101"): "none",
    }
    surcharge = rows[MASS] * rows["surcharge_eur_per_t"]
    assert surcharge["D", "metal", "120101"] == 300 * 20
    assert surcharge["E", "plastic", "150102"] == 10 * 70
    assert surcharge.notna().sum() == 2


def test_a_surcharge_counts_the_tonnes_that_are_compared_alone():
    bad = sorting.badly_sorted(sorting.mark_sorting(flows_of(TERRITORY)))
    rows = sorting.surcharges(bad, "category").frame.set_index("category")
    assert list(rows.index) == ["metal", "plastic", "Total"]
    assert rows.loc["metal", "surcharge_eur_per_year"] == 6000
    # Of 314 t of badly sorted metal, 10 have no clean flow beside them and 4 no cost.
    assert rows.loc["metal", MASS] == 300 and rows.loc["Total", MASS] == 310
    assert rows.loc["Total", "surcharge_eur_per_year"] == 6700
    assert (
        rows.loc["metal", "surcharge_low_eur_per_year"]
        < 6000
        < rows.loc["metal", "surcharge_high_eur_per_year"]
    )


def test_sludge_is_compared_with_sludge_alone_and_bark_with_bark():
    peelings = ("A", "biowaste", "020304", "clean", "digestion", 50, -20, "no")
    sludge = ("A", "biowaste", "020305", "soiled", "composting", 90, 80, "no")
    bark, board = ("A", "wood", "030101", "clean", "recycling", 9, 10, "no"), ("170201", "030105")
    woods = [("B", "wood", code, "mixed", "recycling", 9, 70, "no") for code in board]
    bad = sorting.badly_sorted(sorting.mark_sorting(flows_of([peelings, sludge, bark, *woods])))
    found = bad.set_index("waste_code")["clean_reference"].to_dict()
    assert found == {"020305": "none", "170201": "none", "030105": "none"}
    fibres = [("A", "textile", "040221", "clean", "recycling", 9, 10, "no"),
              ("B", "textile", "040222", "mixed", "recycling", 9, 70, "no")]  # fmt: skip
    bad = sorting.badly_sorted(sorting.mark_sorting(flows_of(fibres)))
    assert bad["clean_reference"].tolist() == ["material"]
    cleaner = ("B", "biowaste", "020305", "clean", "composting", 20, 30, "no")
    bad = sorting.badly_sorted(sorting.mark_sorting(flows_of([peelings, sludge, cleaner])))
    assert bad["surcharge_eur_per_t"].tolist() == [80 - 30]


def test_what_is_painted_glued_or_treated_is_no_clean_flow_badly_sorted():
    """Painted bumpers beside a clean purge, edges of melamine beside sawdust: 65 k€ of bad sorting."""
    told = ["Carottes et purges PP", "Pare-chocs peints rebutés", "Chants de mélaminé", "Films complexes",
            "Bois non traité", "Chutes mêlées", "Pièces peintes et cartons", "Modèles en bois",
            "Bouchons de couleur"]  # fmt: skip
    rows = [("A", "plastic", "070213", "mixed", "landfill", 10, 185, "no")] * len(told)
    flows = flows_of([("A", "plastic", "070213", "clean", "recycling", 10, -140, "no"), *rows[1:]])
    bad = sorting.badly_sorted(sorting.mark_sorting(flows.assign(description=told)))
    assert bad["description"].tolist() == ["Bois non traité", "Chutes mêlées", "Bouchons de couleur"]
    assert (bad["surcharge_eur_per_t"] == 325).all()
    told = wording.heading("advice").labels["sort"]
    assert "mêmes flux" not in told and "même code" in told and wording.heading("sorting").labels["bound"]


def test_what_could_be_taken_out_of_the_mix():
    """The whey of a dairy stood for the leftovers of a bin, and the scrap of a foundry for its cans."""
    whey = ("A", "biowaste", "020599", "clean", "digestion", 8500, -2, "no")
    plates = ("A", "metal", "200140", "clean", "recycling", 3, -900, "no")
    scraps = ("B", "biowaste", "200108", "clean", "digestion", 9, 60, "no")
    marked = sorting.mark_sorting(flows_of([*TERRITORY, whey, plates, scraps]))
    rows = sorting.out_of_mix(marked).frame.set_index("category")
    assert rows["saving_eur_per_t"].to_dict() == {"plastic": 110 + 40, "biowaste": 110 - 60}


def test_prices_are_medians_of_what_tells_a_price():
    marked = sorting.mark_sorting(flows_of(TERRITORY))
    rows = sorting.prices(sorting.priced(marked), ["category", "sorting"]).set_index(["category", "sorting"])
    assert rows.loc[("metal", "clean"), ["median_cost_eur_per_t", "n_flows", "n_sites"]].tolist() == [
        -150,
        3,
        3,
    ]
    assert rows.loc[("metal", "badly_sorted"), "n_sites"] == 1
    assert ("textile", "clean") not in rows.index
    assert set(sorting.well_sorted(marked)["category"]) == {"metal", "plastic"}


def test_nothing_to_compare():
    for rows in ([], TERRITORY[:3], TERRITORY[3:5], [(*TERRITORY[3][:5], 0, -120, "no")]):
        marked = sorting.mark_sorting(flows_of(rows))
        bad = sorting.badly_sorted(marked)
        assert bad["surcharge_eur_per_t"].isna().all()
        assert sorting.surcharges(bad, "category").frame["surcharge_eur_per_year"].isna().all()
        assert sorting.out_of_mix(marked).frame.empty


some_flows = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["metal", "plastic", "mixed"]),
        st.sampled_from(["120101", "150102", "unknown"]),
        st.sampled_from(["clean", "mixed", "soiled", "unknown"]),
        st.sampled_from(["recycling", "landfill", "reuse"]),
        st.floats(0, 1e4),
        st.one_of(st.none(), st.just(80.0)),
        st.sampled_from(["yes", "no"]),
    ),
    max_size=12,
)


@settings(max_examples=8)
@given(some_flows)
def test_one_price_for_all_leaves_no_surcharge_and_no_tonne_out(rows):
    marked = sorting.mark_sorting(flows_of(rows))
    bad = sorting.badly_sorted(marked)
    assert len(bad) == (marked["sorting"] == "badly_sorted").sum()
    assert (bad["surcharge_eur_per_t"].dropna() == 0).all()
    table = sorting.surcharges(bad, "category").frame
    compared = bad.loc[bad["clean_reference"] != "none", MASS].sum()
    assert table.loc[table["category"] != "Total", MASS].sum() == pytest.approx(compared)
