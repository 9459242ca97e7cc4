"""Changes between waves through the gate: what two hidden numbers would give is hidden as well."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from brute_force import audited, violations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.derived import Derived
from eit_analysis.errors import DisclosureError
from eit_analysis.flows import comparison, history
from eit_analysis.publishing import one_page, report
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.rounding import rounded
from eit_analysis.publishing.release.statements import from_frame
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.viewer import company_of, viewer_of
from eit_analysis.study import Study

MASS = "mass_t_per_year"
KEYS = ["category", "presence"]
OUTSIDE = ["partners", "public", "company:E1", "company:E5"]

CROWD = [(f"E{i}", c, 10.0 + i + j) for i in range(1, 6) for j, c in enumerate(("textile", "paper", "metal"))]
# Wood: one actor holds it before, four share it now.
BEFORE = [*CROWD, ("E5", "wood", 100.0), ("E6", "wood", 1.0)]
NOW = [*CROWD, *[(f"E{i}", "wood", 20.0) for i in range(3, 7)]]


def flows_of(rows: list[tuple[str, str, float]], wave: str = "") -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["site_id", "category", MASS])
    return flows.assign(
        error_source=None,
        evidence="declared",
        description="flux",
        flow_id=[f"{wave}{number}" for number in range(len(flows))],
        mass_low_t_per_year=flows[MASS] / 1.2,
        mass_high_t_per_year=flows[MASS] * 1.2,
    )


def released_changes(
    release: Release, now: list[tuple], before: list[tuple]
) -> tuple[list[Breakdown], Table]:
    """The masses of each wave, and the table of the changes reckoned from both."""
    waves = flows_of(now, "now"), flows_of(before, "before")
    matched = comparison.match(*waves, waves[0]["site_id"], waves[1]["site_id"])
    masses = [comparison.masses(wave, "category") for wave in matched]
    return masses, release.table(comparison.changes(*masses), "Évolutions")


def closed_by_primary_rules(masses: Breakdown) -> set[tuple[str, ...]]:
    cells, *_ = judge(masses, Disclosure())
    keys = masses.frame[list(masses.keys)].itertuples(index=False, name=None)
    return {key for key, cell in zip(keys, cells, strict=True) if cell.sensitive}


def on_a_page(audience: str, study: Study, *shown: Table) -> list[Table]:
    """What an audience reads of a page that shows these tables only, after its way between two processes."""
    run = one_page.Run(Path("01_page.ipynb"), "public", list(shown))
    page, seen = one_page.see(run, viewer_of(study, audience))
    earlier = []
    if company_of(audience):  # of others it reads what all may read
        everybody = report.protect_together([[one_page.see(run, viewer_of(study, "public"))]])
        earlier = [from_frame(everybody)]
    report.protect_together([[(page, seen)]], earlier, viewer_of(study, audience).reader)
    return pickle.loads(pickle.dumps(page)).blocks


@pytest.mark.parametrize("audience", OUTSIDE)
def test_a_change_leaves_only_with_both_of_its_waves(small_study: Study, audience: str) -> None:
    release = Release(small_study, audience, "essai")
    (now, before), changes = released_changes(release, NOW, BEFORE)
    assert ("wood", "Total") not in closed_by_primary_rules(now)
    assert ("wood", "Total") in closed_by_primary_rules(before)
    # The parents are not shown: they are judged all the same.
    (table,) = on_a_page(audience, small_study, changes)
    hidden = {tuple(key): h for key, h in zip(table.frame[KEYS].to_numpy(), table.hidden, strict=True)}
    assert hidden["wood", "Total"]
    assert not hidden["textile", "Total"] or not hidden["paper", "Total"]
    assert table.value(("wood", "Total"), "change").render() == "non diffusé"
    printed = {tuple(row[:2]) for _, row in Printed(table).lines}
    assert ("bois", "ensemble des acteurs") not in printed
    assert ("textile", "ensemble des acteurs") in printed or ("papier", "ensemble des acteurs") in printed
    assert "wood" not in set(table.visible["category"])


def test_the_team_reads_every_change(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    _, changes = released_changes(release, NOW, BEFORE)
    (table,) = on_a_page("internal", small_study, changes)
    assert not table.hidden.any()
    # 80 t now, 101 t before.
    assert table.frame.set_index(KEYS).loc[("wood", "Total"), "change_t_per_year"] == pytest.approx(-21)


def test_a_derived_table_comes_from_breakdowns_of_its_keys(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    flows = flows_of(NOW)
    by_family = flows.groupby("category", as_index=False)[MASS].sum()
    whole = Breakdown(by_family, ["category"], flows, MASS)
    other = by_family.rename(columns={"category": "route"})
    with pytest.raises(DisclosureError, match="une clé de chacun de ceux dont il se calcule"):
        release.table(Derived(other, ["route"], [whole]), "T")
    with pytest.raises(DisclosureError, match="il faut un Breakdown"):
        summary = release.team(by_family, "Méthode", ["category"])
        release.table(Derived(by_family, ["category"], [whole, summary]), "T")  # type: ignore[list-item]
    stranger = pd.concat([by_family, pd.DataFrame({"category": ["glass"], MASS: [1.0]})])
    with pytest.raises(DisclosureError, match="ne vient d'aucun"):
        release.table(Derived(stranger, ["category"], [whole]), "T")
    with pytest.raises(DisclosureError, match="ne vient d'aucun"):
        release.table(Derived(by_family, ["category"], []), "T")
    assert len(release.table(Derived(by_family, ["category"], [whole]), "T").frame) == len(by_family)


def test_a_chain_ends_where_the_change_of_a_few_is_withheld(small_study: Study) -> None:
    """From the second wave to the third one actor alone has all the wood: nobody else reads that step."""
    release = Release(small_study, "public", "essai")
    alone = [("E5", "wood", 300.0), ("E1", "wood", 2.0), ("E2", "wood", 1.0)]
    others = [(site, "glass", 40.0 + mass) for site, _, mass in CROWD]
    waves = {"2012": CROWD, "2015": [*CROWD, *alone], "2018": [*others, *alone]}
    waves = {name: flows_of(rows) for name, rows in waves.items()}
    line = released_history(release, waves)
    (table,) = on_a_page("public", small_study, line)
    # The last wave alone would be no chain.
    assert table.frame[table.frame["series"] == "matched"]["wave"].tolist() == []
    line = released_history(Release(small_study, "internal", "essai"), waves)
    assert line.frame[line.frame["series"] == "matched"]["wave"].tolist() == ["2012", "2015", "2018"]


def released_history(release: Release, waves: dict[str, pd.DataFrame]) -> Table:
    whole = release.table(history.whole(history.stacked(waves)), "Totaux")
    moves = release.table(history.steps(waves, waves), "Évolutions")
    panel = release.table(history.respondents(waves), "Réponses")
    known = release.table(history.by_wave(history.stacked(waves), "evidence"), "Origine")
    found = partial(history.breaks, years={}, changes_of_lists=pd.DataFrame(), manifests={})
    broken = release.reckoned(found, panel, known, title="Ruptures", keys=["wave", "break_kind"])
    keys = ["series", "wave"]
    back = partial(history.chained, waves=list(waves))
    return release.reckoned(back, whole, moves, broken, title="Vagues", keys=keys)


records = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "E3", "E4", "E5", "E6", "E8"]),
        st.sampled_from(["wood", "paper", "metal"]),
        st.floats(0.1, 100),
    ),
    min_size=4, max_size=40,
)  # fmt: skip


def test_two_waves_of_the_same_masses_under_other_families_are_not_confused(small_study: Study) -> None:
    """Same actors, same masses, one flow renamed: the waves pass for one set of records, of two minds."""
    renamed = [("E1", "wood", mass) if i == 0 else (s, c, mass) for i, (s, c, mass) in enumerate(CROWD)]
    release = Release(small_study, "public", "essai")
    masses, changes = released_changes(release, renamed, CROWD)
    (table,) = on_a_page("public", small_study, changes)
    hidden = {tuple(key): h for key, h in zip(table.frame[KEYS].to_numpy(), table.hidden, strict=True)}
    assert hidden["wood", "Total"] and hidden["textile", "Total"]
    assert violations(masses, told_of(masses, table)) == []


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(records, records)
def test_no_withheld_mass_follows_from_what_is_published(
    small_study: Study, now: list[tuple], before: list[tuple]
) -> None:
    """Law: no firm bounds by everything the page prints what another has in a closed or a printed cell."""
    release = Release(small_study, "public", "essai")
    masses, changes = released_changes(release, now, before)
    families = []
    for rows, wave in ((now, "now"), (before, "before")):
        flows = flows_of(rows, wave)
        families.append(
            Breakdown(flows.groupby("category", as_index=False)[MASS].sum(), ["category"], flows, MASS)
        )
    tables = [release.table(family, "Par famille") for family in families]
    changes, *tables = on_a_page("public", small_study, changes, *tables)
    shown = [*told_of(masses, changes), *(~table.hidden for table in tables)]
    assert violations([*masses, *families], shown) == []


def told_of(parents: list[Breakdown], table: Table) -> list[np.ndarray]:
    """For each parent of a derived table the rows of which one is shown."""
    keys = list(table.keys)
    leave = set(table.frame.loc[~table.hidden, keys].itertuples(index=False, name=None))
    return [
        np.array([key in leave for key in parent.frame[keys].itertuples(index=False, name=None)])
        for parent in parents
    ]


def test_the_bounds_of_a_change_are_no_finer_than_those_of_its_masses() -> None:
    row = {
        "mass_t_per_year": 1120.0, "mass_low_t_per_year": 1065.0, "mass_high_t_per_year": 1178.0,
        "change_t_per_year": 75.0, "change_low_t_per_year": 0.123, "change_high_t_per_year": 151.4,
        "change_percent": 7.2, "change_low_percent": -0.123, "change_high_percent": 16.7,
    }  # fmt: skip
    coarse = rounded(pd.DataFrame([row]), [], None).frame.iloc[0].to_dict()
    assert coarse == {
        "mass_t_per_year": 1100, "mass_low_t_per_year": 990, "mass_high_t_per_year": 1300,
        "change_t_per_year": 80, "change_low_t_per_year": 0, "change_high_t_per_year": 200,
        "change_percent": 7, "change_low_percent": -3.5, "change_high_percent": 18,
    }  # fmt: skip
    # A cost minus its half-width may fall near zero: its digits would tell the half-width.
    frame = pd.DataFrame({"cost_eur_per_year": [2161.2], "cost_low_eur_per_year": [1.234]})
    cost = rounded(frame.assign(cost_high_eur_per_year=4321.0), [], None).frame
    assert cost["cost_low_eur_per_year"].tolist() == [0] and cost["cost_high_eur_per_year"].tolist() == [5000]
    empty = pd.DataFrame({"cost_low_eur_per_year": [np.nan, 0.0], "n_sites": [1, 2]})
    pd.testing.assert_frame_equal(rounded(empty, [], None).frame, empty)
    # Parameters and their sources are about no actor, and must be read as they were published.
    parameters = pd.DataFrame({"low": [1505.0], "high": [1607.0], "unit": ["h/fte"]})
    pd.testing.assert_frame_equal(rounded(parameters, [], None).frame, parameters)


def withheld_of(*tables: tuple[list[str], pd.DataFrame, pd.DataFrame]) -> list[dict]:
    """For tables (keys, rows, records): which keys are hidden once all are audited together."""
    shown = audited(*(Breakdown(rows, keys, data, "mass_t_per_year", "Total") for keys, rows, data in tables))
    return [
        dict(zip(rows[keys].itertuples(index=False, name=None), ~leave, strict=True))
        for (keys, rows, _), leave in zip(tables, shown, strict=True)
    ]


def with_total(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return pd.concat(
        [rows, pd.DataFrame({key: ["Total"], "mass_t_per_year": [rows["mass_t_per_year"].sum()]})],
        ignore_index=True,
    )


def test_what_a_table_leaves_out_is_not_found_by_subtraction() -> None:
    """The total and all families but one give that one, whether the table prints it or not."""
    data = pd.DataFrame(
        [("a", "wood", 50.0), *[(s, c, m) for s, c, m in CROWD]],
        columns=["site_id", "category", "mass_t_per_year"],
    )
    rows = with_total(data.groupby("category", as_index=False)["mass_t_per_year"].sum(), "category")
    for printed in (rows, rows[rows["category"] != "wood"]):
        (hidden,) = withheld_of((["category"], printed, data))
        hidden.pop(("wood",), None)
        assert any(hidden.values())


def test_the_same_records_under_two_names_are_hidden_under_both() -> None:
    """Families and sectors that are one and the same: hiding a family alone would be in vain."""
    data = pd.DataFrame([("a", "wood", 50.0), *CROWD], columns=["site_id", "category", "mass_t_per_year"])
    data = data.assign(sector=data["category"].str.upper())
    tables = []
    for key in ("category", "sector"):
        rows = data.groupby(key, as_index=False)["mass_t_per_year"].sum()
        tables.append(([key], with_total(rows, key), data))
    families, sectors = withheld_of(*tables)
    assert [k[0].upper() for k, h in families.items() if h] == [k[0].upper() for k, h in sectors.items() if h]
    assert sum(families.values()) >= 2
