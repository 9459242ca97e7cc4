"""Breakdowns: a table and the records that it sums are one thing, and a wrong set of records is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.gate import Release
from eit_analysis.records import TOTAL
from eit_analysis.study import Study

MASS = "mass_t_per_year"
RATE = {"landfill": 65.0, "incineration": 15.0}


def flows() -> pd.DataFrame:
    rows = [
        ("E1", "wood", "landfill", 10.0), ("E1", "wood", "incineration", 4.0),
        ("E2", "wood", "landfill", 0.0), ("E3", "paper", "incineration", 6.0),
        ("E4", "paper", "landfill", 2.0),
    ]  # fmt: skip
    records = pd.DataFrame(rows, columns=["site_id", "category", "route", MASS])
    return records.assign(tax_eur_per_year=records[MASS] * records["route"].map(RATE))


def by_family(records: pd.DataFrame, measure: str = MASS, **more: object) -> Breakdown:
    sums = records.groupby("category", as_index=False)[measure].sum()
    whole = pd.DataFrame({"category": [TOTAL], measure: [records[measure].sum()]})
    return Breakdown(pd.concat([sums, whole]), ["category"], records, measure, TOTAL, **more)  # type: ignore[arg-type]


def test_a_breakdown_leaves_with_nothing_else_named(small_study: Study) -> None:
    release = Release(small_study, "internal", page="essai")
    table = release.table(by_family(flows()), "Par famille").seen_by(release.viewer, {})
    assert table.value("wood").render() == "14,0\u00a0t/an"
    assert (table.measure, table.actors) == (MASS, 4)


@pytest.mark.parametrize("change", ["more", "less", "other", "twice"])
def test_records_that_do_not_give_the_table_are_refused(small_study: Study, change: str) -> None:
    release = Release(small_study, "internal", page="essai")
    true = by_family(flows())
    records = {
        "more": flows().assign(**{MASS: [10.0, 4.0, 1.0, 6.0, 2.0]}),
        "less": flows().drop(index=3),
        "other": flows().assign(category=["wood", "paper", "wood", "paper", "paper"]),
        "twice": pd.concat([flows(), flows().head(1)]),
    }[change]
    with pytest.raises(DisclosureError, match="n'est pas ce que donnent ses enregistrements"):
        release.table(Breakdown(true.frame, true.keys, records, MASS, TOTAL), "Par famille")
    release.table(true, "Par famille")


def test_a_wrong_number_of_actors_is_refused(small_study: Study) -> None:
    release = Release(small_study, "internal", page="essai")
    frame = by_family(flows()).frame.assign(n_sites=[2, 2, 4])
    release.table(Breakdown(frame, ["category"], flows(), MASS, TOTAL), "Par famille")
    frame = frame.assign(n_sites=[2, 3, 4])
    with pytest.raises(DisclosureError, match=r"n_sites.*wood"):
        release.table(Breakdown(frame, ["category"], flows(), MASS, TOTAL), "Par famille")


def test_a_sum_named_like_a_count_is_refused() -> None:
    people = flows().rename(columns={MASS: "n_people"})
    with pytest.raises(DisclosureError, match="n_people"):
        by_family(people, "n_people").check("Par famille")


def test_a_further_sum_is_held_to_the_records(small_study: Study) -> None:
    release = Release(small_study, "internal", page="essai")
    records = flows()
    frame = by_family(records).frame.assign(tax_eur_per_year=[220.0, 710.0, 930.0])
    taxed = Breakdown(frame, ["category"], records, MASS, TOTAL, sums=["tax_eur_per_year"])
    release.table(taxed, "Par famille")
    wrong = Breakdown(
        frame.assign(tax_eur_per_year=[220.0, 711.0, 931.0]), ["category"], records, MASS, TOTAL,
        sums=["tax_eur_per_year"],
    )  # fmt: skip
    with pytest.raises(DisclosureError, match="tax_eur_per_year"):
        release.table(wrong, "Par famille")


def test_an_actor_who_refused_cannot_be_counted(small_study: Study) -> None:
    records = pd.concat([flows(), flows().head(1).assign(site_id="E7")])
    assert Release(small_study, "internal", page="essai").table(by_family(records), "Par famille").actors == 5
    for audience in ("partners", "public", "company:E1"):
        with pytest.raises(DisclosureError, match="E7 a refusé"):
            Release(small_study, audience, page="essai").table(by_family(records), "Par famille")
    own = Release(small_study, "company:E7", page="essai").table(by_family(records), "Par famille")
    assert own.actors == 5


def test_the_form_of_a_tax_is_its_public_rate() -> None:
    taxes = by_family(flows(), "tax_eur_per_year", of=MASS)
    # Nothing was declared behind the flow of 0 t: its coefficient tells nothing.
    assert taxes.forms().toarray().tolist() == [
        [0, 0, 0, 15, 65],
        [65, 15, 0, 0, 0],
        [65, 15, 0, 15, 65],
    ]
    assert taxes.declared().tolist() == flows()[MASS].tolist()


def test_a_count_of_actors_has_the_form_of_ones() -> None:
    records = flows()
    counted = Breakdown(
        records.groupby("category", as_index=False).agg(n_flows=("site_id", "size")), ["category"], records
    )
    assert (counted.forms() @ counted.declared()).tolist() == [2, 3]
    with pytest.raises(DisclosureError, match="n'est pas une somme"):
        counted.forms("n_flows")


amounts = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "E3"]), st.sampled_from(["wood", "paper"]),
        st.sampled_from(list(RATE)), st.floats(0, 1e6),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(amounts)
def test_forms_times_what_was_declared_give_the_table(rows: list[tuple]) -> None:
    records = pd.DataFrame(rows, columns=["site_id", "category", "route", MASS])
    records["tax_eur_per_year"] = records[MASS] * records["route"].map(RATE)
    taxes = by_family(records, "tax_eur_per_year", of=MASS)
    given_back = taxes.forms() @ records[MASS].to_numpy()
    np.testing.assert_allclose(given_back, taxes.frame["tax_eur_per_year"], rtol=1e-9, atol=1e-6)
    taxes.check("Taxes")


def test_what_is_derived_leaves_with_its_breakdowns(small_study: Study) -> None:
    release = Release(small_study, "internal", page="essai")
    masses = by_family(flows())
    ratio = masses.frame.rename(columns={MASS: "change_t_per_year"})
    change = Derived(ratio, ["category"], [masses], TOTAL)
    assert change.behind == [[(0, 0)], [(0, 1)], [(0, 2)]]
    table = release.table(change, "Évolution")
    assert table.title == "Évolution" and len(table.frame) == 3
    stranger = pd.concat([ratio, pd.DataFrame({"category": ["glass"], "change_t_per_year": [1.0]})])
    with pytest.raises(DisclosureError, match="ne vient d'aucun"):
        release.table(Derived(stranger, ["category"], [masses], TOTAL), "Évolution")


def test_both_say_in_a_line_what_they_are() -> None:
    masses = by_family(flows())
    assert repr(masses) == "Breakdown of mass_t_per_year by category: 3 rows, 5 records"
    assert "wood" in masses._repr_html_()
    assert repr(Derived(masses.frame, ["category"], [masses])) == (
        "Derived table by category: 3 rows, 1 parents"
    )
