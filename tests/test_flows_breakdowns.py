"""The tables of the flow study carry their records: held to them, and said as forms of what was declared."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eit_analysis import flows, reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.errors import DisclosureError
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.publishing.release.gate import Release
from eit_analysis.reference.factors import factor_table
from eit_analysis.reference.obligations import verdicts

SITES = pd.DataFrame(
    {
        "site_id": ["E1", "E2", "E3", "E8", "F1"],
        "name": ["Tissage", "Filature", "Forge", "Ressourcerie", "Méthaniseur"],
        "siret": [None] * 5,
        "naf_code": ["1310Z", "1310Z", "2562B", "2562B", "3821Z"],
        "commune_code": "68334",
        "commune_name": "Thann",
        "actor_type": ["firm", "firm", "firm", "ess", "outlet"],
        "headcount": [40, 20, 30, 10, 25],
    }
)
ROWS = [
    ("E1", "out", "wood", "150103", 60, "recycling", 20, "clean", None),
    ("E1", "out", "mixed", "150106", 30, "landfill", 110, "mixed", "6 7"),
    ("E2", "out", "wood", "150103", 40, "energy", None, "mixed", None),
    ("E2", "out", "mixed", "150106", 10, "incineration", 90, "mixed", "1 2 3"),
    ("E3", "out", "mixed", "200301", 20, "landfill", None, "mixed", None),
    ("E3", "out", "wood", "150103", 8, "landfill", 70, "soiled", None),
    ("E8", "in", "wood", None, 90, None, None, None, None),
    ("E8", "out", "wood", "150103", 30, "reuse", -50, "clean", None),
    ("F1", "in", "biowaste", None, 50, None, None, None, None),
]
COLUMNS = [
    "site_id", "direction", "category", "waste_code", MASS, "route", "cost_eur_per_t", "quality", "months",
]  # fmt: skip


def described() -> pd.DataFrame:
    table = pd.DataFrame(ROWS, columns=COLUMNS).astype({MASS: float, "cost_eur_per_t": float})
    table = table.assign(
        flow_id=[f"f{i}" for i in range(len(table))],
        contractor=None,
        description="flux",
        evidence="declared",
        source_file="a.xlsx",
        source_sheet="Flux",
        source_row=range(2, len(table) + 2),
        **{LOW: table[MASS] / 1.2, HIGH: table[MASS] * 1.2},
    )
    return flows.prepared(table, SITES, reference.load("waste_codes"), 0.5)


OUT = flows.outgoing(described())
YEARLY = flows.taxes.each_year(flows.taxes.mark_tax(OUT, 2025), [2025, 2030])


def tables() -> dict[str, object]:
    rules, factors = reference.load("compatibility"), factor_table({})
    received = described().query("direction == 'in'")
    balance = flows.balance.survey_balance(described(), SITES)
    marked = flows.sorting.mark_sorting(OUT)
    now, before = flows.comparison.match(OUT, OUT.iloc[2:], SITES["site_id"], SITES["site_id"])
    changed = flows.comparison.changes(*(flows.comparison.masses(rows, "category") for rows in (now, before)))
    branches = flows.extrapolation.branches(
        reference.load("naf_divisions"), reference.load("waste_per_employee")
    )
    planned = flows.extrapolation.plan(
        *flows.extrapolation.split(OUT, SITES, flows.extrapolation.NOBODY), branches
    )
    by_division = flows.extrapolation.by_division(OUT, planned)
    actions = flows.recommendations.actions(flows.taxes.mark_tax(OUT, 2025), [2025, 2030], rules, factors)
    left = flows.potential.potential(OUT, rules, factors)
    return {
        "totals": flows.totals(OUT, ["category", "route"]),
        "rates": flows.recovery_rates(OUT),
        "errors": flows.error_bounds(OUT),
        "holders": flows.concentration.holders(OUT),
        "ranked": flows.concentration.ranked(OUT),
        "costs": flows.costs.costs(OUT, "category"),
        "estimates": flows.costs.estimates(flows.costs.estimated(OUT, factors), "route"),
        "taxes": flows.taxes.taxes(YEARLY, ["year", "route"]),
        "rises": flows.taxes.taxes(YEARLY, ["year", "route"], since_first=True),
        "obligations": flows.obligations.counts(verdicts(OUT, SITES, "2018-12-31")),
        "surcharges": flows.sorting.surcharges(flows.sorting.badly_sorted(marked), "category"),
        "out of mix": flows.sorting.out_of_mix(marked),
        "months": flows.seasonality.profile(OUT, "category"),
        "peaks": flows.seasonality.peaks(OUT, "category"),
        "potential": flows.potential.potential_by(left, "category"),
        "actions": flows.recommendations.recommendations(actions),
        "changes": changed,
        "elsewhere": flows.balance.from_elsewhere(OUT, received, SITES),
        "taken": flows.balance.taken_paths(described(), SITES, ["category", "route"]),
        "taken by route": flows.balance.taken_paths(described(), SITES, ["route"]),
        "full cost": flows.costs.estimates(
            flows.full_cost.full_cost(OUT, received, factors, reference.load("waste_codes")),
            "cost_part",
            "full_cost",
            of=None,
        ),
        "purchased": flows.full_cost.by_purchase(OUT, reference.load("waste_codes")),
        "exchanged": flows.balance.sent_and_received(OUT, received, SITES, balance.families),
        "families": flows.extrapolation.by_category(OUT, planned),
        "divisions": by_division,
        "eurostat": flows.extrapolation.beside_eurostat(by_division, reference.load("waste_per_employee")),
        "sizes": flows.extrapolation.by_size(planned),
        "simulated": flows.uncertainty.monte_carlo.beside_formulas(OUT, ["category"], 100),
    }


TABLES = tables()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_what_its_records_give(name, small_study):
    assert len(Release(small_study, "internal", "essai").table(TABLES[name], name).frame)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if isinstance(table, Breakdown)])
def test_a_table_over_other_records_is_refused(name):
    table = TABLES[name]
    with pytest.raises(DisclosureError, match="n'est pas ce que donnent"):
        replace(table, records=table.records.iloc[:0]).check(name)


def forms(table: Breakdown, column: str | None = None) -> pd.DataFrame:
    """The forms of a column, held to the numbers of the frame: a line for each record behind each row."""
    name = column or table.measure
    found = table.forms(column)
    given = found @ np.nan_to_num(table.declared(column))
    assert given.tolist() == pytest.approx(table.frame[name].fillna(0.0).tolist())
    behind = np.array(list(table.members()))
    assert not found.toarray()[~behind].any()
    _, record = np.nonzero(behind)
    return table.records.iloc[record].assign(coefficient=found.toarray()[behind])


def test_tonnes_and_costs_are_sums_of_what_was_declared():
    for table in (flows.totals(OUT, "category"), flows.costs.costs(OUT, "payment")):
        found = forms(table)
        # What no cost is stated for weighs nothing among costs.
        unstated = found["payment"].eq("unknown") & (table.measure != "mass_t_per_year")
        assert found["coefficient"].eq(np.where(unstated, 0, 1)).all() and not unstated.all()


def test_a_tax_is_the_middle_of_public_rates_times_the_tonnes():
    for since_first, rate in ((False, "tax"), (True, "rise")):
        found = forms(flows.taxes.taxes(YEARLY, "year", since_first))
        assert len(found) == len(YEARLY)
        middle = (found[f"{rate}_low"] + found[f"{rate}_high"]) / 2
        assert found["coefficient"].tolist() == pytest.approx(middle.tolist())


def test_a_month_is_a_share_of_the_year():
    months = flows.seasonality.profile(OUT, "category")
    found = forms(months)
    active = (
        found["months"].astype(object).map(lambda text: len(text.split()) if isinstance(text, str) else 12)
    )
    assert found["coefficient"].to_numpy() == pytest.approx(1 / active.to_numpy())


def test_an_estimated_cost_is_a_reference_price_times_the_tonnes():
    estimated = flows.costs.estimated(OUT, factor_table({}))
    found = forms(flows.costs.estimates(estimated, "route"))
    assert found["coefficient"].to_numpy() == pytest.approx(found["price_eur_per_t"].to_numpy())
    assert np.isfinite(found["coefficient"]).all() and len(found)


def test_a_bill_is_stated_or_a_public_price_times_the_tonnes():
    table, bill = TABLES["potential"], "bill_eur_per_year"
    stated = (table.records["cost_basis"] == "stated").to_numpy()
    assert stated.any() and (table.coefficients(bill)[stated] == 1).all()
    np.testing.assert_array_equal(table.declared(bill)[stated], table.records.loc[stated, bill])
    # Without a stated price, the bill is a public one times the tonnes.
    np.testing.assert_array_equal(
        table.declared(bill)[~stated], table.records.loc[~stated, "mass_t_per_year"]
    )
