"""The gate: what may leave, what must not, and that nothing gets around it."""

from __future__ import annotations

import itertools
import json
import pickle
import re
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from brute_force import audited
from small_pages import text_of, two_waves

from eit_analysis.breakdown import Breakdown
from eit_analysis.cli import main
from eit_analysis.config import Disclosure
from eit_analysis.errors import DisclosureError, UnknownRowError, UsageError
from eit_analysis.publishing import figures, table_files
from eit_analysis.publishing.release import publication
from eit_analysis.publishing.release.aggregates import Aggregate
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.listings import Listing
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.protected import by_firm
from eit_analysis.publishing.release.row_keys import check_key
from eit_analysis.publishing.release.statements import amounts_of
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import Constant
from eit_analysis.publishing.release.viewer import viewer_of
from eit_analysis.study import Study

MASS = "mass_t_per_year"


def totals(flows: pd.DataFrame) -> pd.DataFrame:
    frame = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
    total = pd.DataFrame({"category": ["Total"], "mass_t_per_year": [frame["mass_t_per_year"].sum()]})
    return pd.concat([frame, total], ignore_index=True)


def family_table(release: Release):
    flows = release.load("flows")
    return release.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "Par famille")


def test_internal_sees_everything_including_actors_who_refused(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    assert release.load("flows")["mass_t_per_year"].sum() == 163
    assert not family_table(release).seen_by(release.viewer, {}).hidden.any()


def test_what_is_declared_again_at_another_wave_is_another_amount(small_study: Study) -> None:
    """Same firm, file, sheet, row and tonnes: what is known of the first does not tell the second."""
    path = small_study.processed / "flows.parquet"
    cells = {"source_file": "a.xlsx", "source_sheet": "Flux", "source_row": range(2, 13)}
    pd.read_parquet(path).assign(**cells).to_parquet(path)
    release = Release(two_waves(small_study), "partners", "essai")
    forms = []
    for wave in (release, release.at("2015")):
        flows = wave.load("flows")
        forms.append(wave.table(Breakdown(totals(flows), ["category"], flows, MASS, "Total"), "T").told)
    now, before = (set(told.variables) for told in forms if told)
    assert len(now) == len(before) > 0 and not now & before


def test_for_the_team_no_small_occupation_is_merged(small_study: Study) -> None:
    small = [("E1", "Accordage", "B1501", 1.0), ("E2", "Soudage", "H2913", 8.0)]
    people = pd.DataFrame(small, columns=["site_id", "occupation", "rome_code", "headcount"])
    people.assign(age_band=None, contract=None).to_parquet(small_study.processed / "workforce.parquet")
    manifest = json.loads((small_study.processed / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["workforce"] = manifest["tables"]["flows"]
    (small_study.processed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    release = Release(small_study, "internal", "essai")
    assert release.least == (0, 0) and set(release.workforce()["occupation"]) == {"Accordage", "Soudage"}
    for audience in ("partners", "public", "company:E1"):
        release = Release(small_study, audience, "essai")
        assert release.least == (5, 3) and set(release.workforce()["occupation"]) == {"Autres métiers"}


def test_outside_an_actor_who_refused_is_not_even_counted(small_study: Study) -> None:
    flows = Release(small_study, "partners", "essai").load("flows")
    assert flows["mass_t_per_year"].sum() == 160
    assert "E7" not in set(flows["site_id"])
    for audience, fewer in (("partners", 0), ("company:E1", 0), ("internal", 3), ("company:E7", 3)):
        own = Release(small_study, audience, "essai")
        flows = own.load("flows")
        assert flows["mass_t_per_year"].sum() == 160 + fewer
        assert own.counted_by_all(flows)["mass_t_per_year"].sum() == 160


def test_dominated_cell_and_its_complement_are_withheld(small_study: Study) -> None:
    # Wood: two actors left, one of them 98 %. With the total published, hiding wood alone would be in vain.
    table = family_table(Release(small_study, "public", "essai"))
    hidden = dict(zip(table.frame["category"], table.hidden, strict=True))
    assert hidden["wood"]
    assert sum(hidden.values()) >= 2
    printed = Printed(table.seen_by(table.viewer, {}))
    assert [kind for kind, _ in printed.lines] == ["row", "others", "total"]
    assert printed.lines[1][1][0] == "autres, non diffusé (2\u00a0lignes)"
    assert "bois" not in str(printed.lines)
    assert "bois" not in set(printed.exported["category"])
    assert table.value("wood", "mass_t_per_year").render() == "non diffusé"
    assert "wood" not in set(table.visible["category"])


@pytest.mark.parametrize(("second", "closed"), [("732829320", True), ("404833048", False)])
def test_two_sites_of_a_firm_are_one_that_knows_both(small_study: Study, second: str, closed: bool) -> None:
    """Of three sites two are of one firm: it would read the third by subtraction."""
    sites = small_study.load("sites")
    owners = ["732829320", second, *(f"{n:09}" for n in range(6))]
    sites = sites.assign(siret=[f"{owner}{n:05}" for n, owner in enumerate(owners)])
    flows = small_study.load("flows")
    flows.loc[flows["site_id"].isin(["E4", "E8"]), "site_id"] = "E1"
    for name, frame in {"sites": sites, "flows": flows}.items():
        frame.to_parquet(small_study.processed / f"{name}.parquet")
    for audience in ("public", "company:E2"):
        release = Release(small_study, audience, page="essai")
        frame = release.load("flows").groupby("category", as_index=False)["mass_t_per_year"].sum()
        table = release.table(
            Breakdown(frame, ["category"], release.load("flows"), "mass_t_per_year"), "Par famille"
        )
        hidden = dict(zip(table.frame["category"], table.hidden, strict=True))
        assert hidden["textile"] == closed
        # What the log holds of a site is the same amount once it is known to be of a firm.
        masses = Breakdown(frame, ["category"], release.load("flows"), "mass_t_per_year")
        joined = by_firm(masses, release.viewer)
        assert (set(joined.records["site_id"]) == set(masses.records["site_id"])) != closed
        amounts = (amounts_of(one.records, one.declared()) for one in (masses, joined))
        assert (next(amounts).variables == next(amounts).variables).all()


def test_sentence_accepts_released_values_only(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    table = family_table(release)
    with pytest.raises(DisclosureError, match="n'est pas une valeur diffusée"):
        release.text("Le bois pèse {x}.", x=102.0)  # type: ignore[arg-type]
    with pytest.raises(DisclosureError):
        release.text("Le bois pèse {x}.")
    text = release.text("Le bois pèse {x}.", x=table.value("wood", "mass_t_per_year")).plain()
    assert "102" not in text


def test_a_table_full_of_withheld_values_is_only_said_to_exist(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    flows = release.load("flows")
    by_site = flows.groupby("site_id", as_index=False)["mass_t_per_year"].sum()
    table = release.table(Breakdown(by_site, ["site_id"], flows, MASS), "Par acteur")
    figure = release.figure(figures.pareto, table, "Concentration", value="mass_t_per_year")
    seen: dict = {}
    shown = table.seen_by(release.viewer, seen).html()
    assert "n’est pas diffusé à ce public" in shown
    assert "<table" not in shown
    assert figure.seen_by(release.viewer, seen).html() == ""
    internal = Release(small_study, "internal", "essai")
    assert "<svg" in figure.seen_by(internal.viewer, {}).html()


def test_a_share_of_full_time_is_as_secret_as_the_hours_it_tells(small_study: Study) -> None:
    frame = pd.DataFrame(
        {
            "post_id": ["P01"],
            "site_id": ["E1"],
            "hours_per_month": [40.0],
            "share_of_full_time_percent": [26.4],
            "post_share_percent": [82.0],
        }
    )
    release = Release(small_study, "partners", "essai")
    table = release.listing(frame, "Postes", ["site_id"]).seen_by(release.viewer, {})
    assert len(table.frame) == 1
    assert table.shut[0].tolist() == [False, False, True, True, True]
    assert table.frame.iloc[0, 2:].isna().all()


@pytest.mark.parametrize(("rows", "columns", "folds"), [(20, 2, False), (21, 2, True), (16, 12, True)])
def test_a_long_or_a_large_table_opens_on_demand(
    small_study: Study, rows: int, columns: int, folds: bool
) -> None:
    names = ["year", "headcount", "people", "openings", "departures", "retirements", "quits", "mean_people"]
    names += ["people_low80", "people_high80", "openings_low80", "openings_high80"]
    frame = pd.DataFrame({name: range(rows) for name in names[:columns]})
    release = Release(small_study, "internal", "essai")
    page = str(release.team(frame, "Repères", ["year"]).seen_by(release.viewer, {}).html())
    assert ("<details" in page) == folds
    assert page.count("<tr") == rows + 1


@pytest.mark.parametrize("column", [MASS, "cost_eur_per_t", "headcount", "n_sites", "fte", "jobs"])
def test_what_actors_declared_leaves_by_no_summary(small_study: Study, column: str) -> None:
    frame = pd.DataFrame({"commune_name": ["Thann"], column: [621.1]})
    for audience in ("internal", "partners"):
        with pytest.raises(DisclosureError, match=r"release\.table"):
            Release(small_study, audience, "essai").summary(frame, "Par commune", ["commune_name"])


def test_a_public_rate_and_a_count_of_rows_are_summaries(small_study: Study) -> None:
    frame = pd.DataFrame({"year": [2025], "eur_per_t": [65.0], "n_flows": [3], "corrections": [4]})
    assert len(Release(small_study, "partners", "essai").summary(frame, "Repères", ["year"]).frame) == 1


@pytest.mark.parametrize(
    "said", ["440.5 t chez un acteur", "440 t", "1\u202f200\u00a0€", "12 personnes", "part de 36,2", "3 k€"]
)
def test_an_amount_typed_into_a_sentence_is_refused(small_study: Study, said: str) -> None:
    release = Release(small_study, "partners", "essai")
    with pytest.raises(DisclosureError, match="accolades"):
        release.text(f"En tout {said}.")
    with pytest.raises(DisclosureError, match="accolades"):
        release.text("Rien.", partial=f"En tout {said}.")


def test_years_ages_and_thresholds_may_be_typed(small_study: Study) -> None:
    release = Release(small_study, "partners", "essai")
    release.text("De 2025 à 2030, 80\u00a0% des 55-59 ans, sous 3 ans ; l'article L541-2.")


def test_a_row_beside_a_withheld_one_is_withheld_too(small_study: Study) -> None:
    """Who is in a group would tell what the table of groups may not say of it."""
    release = Release(small_study, "partners", "essai")
    records = pd.DataFrame(
        {"group_number": [1, 1, 1, 1, 2, 2], "site_id": ["E1", "E2", "E3", "E4", "E1", "E2"]}
    )
    groups = records.groupby("group_number", as_index=False).agg(n_sites=("site_id", "nunique"))
    table = release.table(Breakdown(groups, ["group_number"], records), "Groupes")
    frame = pd.DataFrame({"group_number": [1, 2], "members": ["E1 E2 E3 E4", "E1 E2"]})
    alone, beside = (
        release.listing(frame, "Membres", ["members"], beside=other).seen_by(release.viewer, {})
        for other in (None, table)
    )
    assert alone.hidden.tolist() == [False, False]
    assert beside.hidden.tolist() == [False, True]
    assert len(Printed(beside).rows) == 1
    team = Release(small_study, "internal", "essai")
    table = team.table(Breakdown(groups, ["group_number"], records), "Groupes")
    listing = team.listing(frame, "Membres", ["members"], beside=table)
    assert not listing.seen_by(team.viewer, {}).hidden.any()


def test_a_file_for_outsiders_has_the_digits_of_the_page(small_study: Study) -> None:
    frame = pd.DataFrame({"site_id": ["E1"], "distance_km": [13.07748], "n_flows": [3]})
    files = {
        audience: table_files.to_csv(Printed(listed.seen_by(release.viewer, {})))
        for audience in ("internal", "partners")
        for release in [Release(small_study, audience, "essai")]
        for listed in [release.listing(frame, "Liste", ["site_id"])]
    }
    assert ";13,07748;3" in files["internal"]
    assert ";13;3" in files["partners"]


def test_of_people_each_other_is_known_to_count_one(small_study: Study) -> None:
    """Of 22 people the firm that counts 5 knows of 17; the third counts one, so that the first has 16."""
    limits = judge(
        Breakdown(
            pd.DataFrame(), [], pd.DataFrame({"site_id": [], "headcount": []}), "headcount", people=True
        ),
        Disclosure(),
    )[1].limits
    assert limits.refuse({"S01": 14.0, "S02": 5.0, "S03": 3.0})
    assert not limits.refuse({"S01": 14.0, "S02": 5.0, "S03": 4.0})
    assert not replace(limits, people=False).refuse({"S01": 14.0, "S02": 5.0, "S03": 3.0})


def test_of_who_pays_and_earns_what_is_left_weighs_too(small_study: Study) -> None:
    """B and C nearly earn what they pay: of the net bill of 105, 100 is A's, whatever passes through them."""
    records = pd.DataFrame(
        {
            "site_id": ["A", "B", "B", "C", "C"],
            "payment": "all",
            "cost_eur_per_year": [100.0, 90.0, -87.0, 80.0, -78.0],
        }
    )
    frame = records.groupby("payment", as_index=False)["cost_eur_per_year"].sum()
    bill = Breakdown(frame, ["payment"], records, "cost_eur_per_year")
    paid = replace(bill, records=records.assign(cost_eur_per_year=[100.0, 90.0, 87.0, 80.0, 78.0]))
    assert judge(bill, Disclosure())[0][0].sensitive
    assert not judge(paid, Disclosure())[0][0].sensitive


@pytest.mark.parametrize(("low", "shut"), [([90.0, 5.0, 5.0], True), ([60.0, 20.0, 20.0], False)])
def test_a_bound_that_is_a_sum_of_its_own_is_weighed_with_the_middle(low: list[float], shut: bool) -> None:
    """The low bound of a tax was 88 % of one firm, whose part of the middle let both leave."""
    records = pd.DataFrame({"site_id": ["A", "B", "C"], "route": "landfill", "tax_low": low})
    records = records.assign(tax_high=100.0)
    records = records.assign(tax=(records["tax_low"] + records["tax_high"]) / 2)
    sums = records.groupby("route", as_index=False)[["tax", "tax_low", "tax_high"]].sum()
    table = Breakdown(sums, ["route"], records, "tax", ends=["tax_low", "tax_high"])
    table.check("Taxe")
    assert not judge(replace(table, ends=[]), Disclosure()).shut.any()
    assert judge(table, Disclosure()).shut.tolist() == [shut]
    with pytest.raises(DisclosureError):
        replace(table, frame=sums.assign(tax_low=1.0)).check("Taxe")


def test_listing_follows_consent(small_study: Study) -> None:
    frame = pd.DataFrame({"site_id": ["E1", "E5", "E7", "E2 E5"], "mass_t_per_year": [1.0, 2.0, 3.0, 4.0]})
    seen = {}
    for audience in ("internal", "partners", "public", "company:E5"):
        release = Release(small_study, audience, "essai")
        table = release.listing(frame, "Liste", ["site_id"]).seen_by(release.viewer, {})
        seen[audience] = [row[0] for row in Printed(table).body]
    assert len(seen["internal"]) == 4
    assert seen["partners"] == ["Ateliers Numéro 1 & <fils>"]
    assert seen["public"] == []
    # Sorted by actor: the order of the closed tonnages would tell them.
    assert seen["company:E5"] == [
        "Ateliers Numéro 2 & <fils>, Ateliers Numéro 5 & <fils>",
        "Ateliers Numéro 5 & <fils>",
    ]


def test_a_firm_reads_of_its_groups_who_may_be_named_and_how_many_more(small_study: Study) -> None:
    frame = pd.DataFrame({"group_number": [1, 2, 3], "members": ["E1 E5 E6", "E1 E2", "E5 E2"]})
    frame = frame.assign(label="une benne", n_variants=[2, 2, 1], saving_eur_per_year=[70.0, 80.0, 90.0])
    seen = {}
    for audience in ("internal", "partners", "company:E5"):
        release = Release(small_study, audience, "essai")
        seen[audience] = release.listing(frame, "Groupes", ["members"]).seen_by(release.viewer, {})
    one, two = (f"Ateliers Numéro {n} & <fils>" for n in (1, 2))
    own = "Ateliers Numéro 5 & <fils>"
    assert list(seen["partners"].frame["members"]) == [f"{one}, {two}"]
    assert list(seen["company:E5"].frame["members"]) == [
        f"{one}, {own} et 1\u00a0autre acteur",
        f"{own}, {two}",
    ]
    # A number is about all members, those that are not named too.
    assert seen["company:E5"].shut[:, 3].tolist() == [True, False]
    assert seen["company:E5"].shut[:, 4].all() and not seen["internal"].shut.any()


def test_each_audience_gets_the_first_rows_that_it_may_read(small_study: Study) -> None:
    frame = pd.DataFrame({"site_id": ["E5", "E1", "E2", "E3"], "rank": [1, 2, 3, 4]})
    for audience, ranks in (("internal", [1, 2]), ("partners", [2, 3]), ("public", [])):
        release = Release(small_study, audience, "essai")
        table = release.listing(frame, "Rangs", ["site_id"], most=2).seen_by(release.viewer, {})
        assert list(table.frame["rank"]) == ranks
        withheld = {"internal": 0, "partners": 1, "public": 4}[audience]
        assert table.unlisted == withheld
        told = {"internal": "2\u00a0lignes montrées sur 4.", "partners": "2\u00a0lignes montrées sur 3."}
        assert table.note.endswith(told.get(audience, "4\u00a0lignes ne sont pas diffusées à ce public."))
        # The files of the team have the rows beyond the cut too, those of no other audience.
        assert list(table.filed.frame["rank"]) == ([1, 2, 3, 4] if audience == "internal" else ranks)
        assert table_files.to_csv(Printed(table.filed)).count("\n") == 1 + len(table.filed.frame)
    of_team = Release(small_study, "internal", "essai").team(frame, "Rangs", ["rank"], most=3)
    shown = of_team.seen_by(of_team.viewer, {})
    assert (len(shown.frame), len(shown.filed.frame), shown.filed.note) == (3, 4, "")


def test_no_row_is_said_the_first_by_a_column_that_is_closed(small_study: Study) -> None:
    frame = pd.DataFrame({"site_id": ["E1", "E2"], "mass_t_per_year": [1.0, 2.0]})
    for audience, said in (("internal", "Chez Ateliers Numéro 2 & <fils>."), ("partners", "Non diffusé.")):
        release = Release(small_study, audience, "essai")
        table = release.listing(frame, "Masses", ["site_id"])
        text = release.text("Chez {who}.", partial="Non diffusé.", who=table.first("mass_t_per_year"))
        assert text.seen_by(release.viewer, {}).plain() == said


def test_neither_the_order_nor_the_cut_of_a_list_tells_closed_tonnages(small_study: Study) -> None:
    frame = pd.DataFrame(
        {"site_id": ["E3", "E1", "E1", "E2"], "category": ["wood", "textile", "paper", "wood"]}
    )
    heavy = frame.assign(mass_t_per_year=[9.0, 8.0, 5.0, 4.0])
    release = Release(small_study, "partners", "essai")
    for rows in (heavy, heavy.iloc[::-1].assign(mass_t_per_year=[9.0, 8.0, 5.0, 4.0])):
        table = release.listing(rows, "Flux", ["site_id"], most=2).seen_by(release.viewer, {})
        assert list(table.frame["category"]) == ["paper", "textile"]


def test_rows_that_overlap_stay_with_the_team(small_study: Study) -> None:
    frame = pd.DataFrame({"scenario": ["trend", "plans"], "mass_t_per_year": [7.0, 9.0]})
    for audience, shown in (("internal", True), ("partners", False), ("company:E1", False)):
        release = Release(small_study, audience, "essai")
        table = release.team(frame, "Plans", ["scenario"]).seen_by(release.viewer, {})
        assert ("9,0" in table.html()) == shown
        assert ("dirait ce que fait" in table.html()) != shown


def test_the_team_reads_the_names_of_a_group_also_on_cards(small_study: Study) -> None:
    release, members = Release(small_study, "internal", "essai"), "{part_members}"
    names = [release.viewer.names[site] for site in ("E1", "E2")]
    groups = pd.DataFrame({"label": ["a", "b"], "part_members": ["E1 E2", ""]})
    table = release.team(groups, "Groupes", ["label"])
    assert table.frame.loc[0, "part_members"] == ", ".join(names)
    cards = release.cards(table, "À plusieurs : {label}", who=members).seen_by(release.viewer, {})
    assert dict(cards.cards[0][1])["Qui"] == ", ".join(names)


@pytest.mark.parametrize("worth", ["joint_surplus_eur_per_year", ["joint_surplus_eur_per_year"]])
def test_a_row_that_is_read_to_lose_is_no_card(small_study: Study, worth: str | list[str]) -> None:
    leads = pd.DataFrame({"label": ["a", "b"], "joint_surplus_eur_per_year": [-5.0, 5.0]})
    release = Release(small_study, "internal", "essai")
    cards = release.cards(release.team(leads, "Pistes", ["label"]), "Engager {label}", worth=worth)
    assert [heading for heading, _ in cards.cards] == ["Engager b"]


def test_only_what_says_something_is_printed(small_study: Study) -> None:
    def printed(audience: str, frame: pd.DataFrame, **parts):
        kind = Listing if "sites" in parts else Aggregate
        table = kind(viewer_of(small_study, audience), "T", frame, [frame.columns[0]], **parts)
        shown = table.seen_by(table.viewer, {})
        return shown, Printed(shown)

    actors = pd.DataFrame(
        {"site_id": ["E1", "E5"], "category": ["wood", "paper"], "mass_t_per_year": [1.0, 2.0]}
    )
    table, parts = printed("partners", actors, sites=["site_id"])
    assert table.readable and table.unlisted == 1
    assert (parts.rows, parts.columns, parts.closed) == ([0], [0, 1], ["Masse (t/an)"])
    assert not parts.withheld and not parts.marked
    # E5 reads its own tonnage, and an « s » beside it.
    both = pd.DataFrame({"site_id": ["E5", "E5 E1"], "mass_t_per_year": [1.0, 2.0]})
    table, parts = printed("company:E5", both, sites=["site_id"])
    assert parts.closed == [] and parts.marked and Printed(table).body[0][1] == "1,0"
    # A list of which nothing is for the public, whatever its note says, is not an empty list.
    note = "Les lignes de ce tableau sont diffusées à ce public."
    table, _ = printed("public", actors, sites=["site_id"], note=note)
    assert not table.readable and "n’est pas diffusé à ce public" in table.html()
    table, _ = printed("public", actors.head(0), sites=["site_id"], note=note)
    assert table.readable and "Aucune ligne." in table.html()
    # Withheld rows are one line that counts them, be they few or most of all.
    frame = pd.DataFrame({"category": ["wood", "textile", "paper"], MASS: [102.0, 36.0, 22.0]})
    table = partly_hidden(small_study, frame, [0], ["category"])
    parts = Printed(table)
    assert (parts.rows, parts.withheld, parts.marked) == ([1, 2], 1, False)
    table = partly_hidden(small_study, frame, [0, 1], ["category"])
    parts = Printed(table)
    assert (parts.rows, parts.withheld, parts.marked) == ([2], 2, False) and table.readable
    assert not partly_hidden(small_study, frame, [0, 1, 2], ["category"]).readable
    flows = Release(small_study, "public", "essai").load("flows")
    cells, *_ = judge(Breakdown(frame, ["category"], flows, MASS), Disclosure())
    assert [cell.sensitive for cell in cells] == [True, False, False]
    table, parts = printed("internal", frame, rounded=frame, publication=Shown(np.zeros(3, dtype=bool)))
    assert (parts.rows, parts.withheld, parts.marked) == ([0, 1, 2], 0, False)


def test_unknown_means_withhold(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    with pytest.raises(UsageError):
        Release(small_study, "voisins", "essai")
    with pytest.raises(UsageError):
        Release(small_study, "company:E99", "essai")
    with pytest.raises(DisclosureError, match="déclarée nulle part"):
        release.summary(pd.DataFrame({"inconnu_xyz": [1]}), "Inconnu", ["inconnu_xyz"])
    with pytest.raises(DisclosureError, match="désigne des acteurs"):
        release.summary(pd.DataFrame({"site_id": ["E1"]}), "Acteurs", ["site_id"])
    with pytest.raises(DisclosureError, match="enregistrements"):
        nobody = pd.DataFrame({"category": ["wood"]})
        release.table(Breakdown(totals(release.load("flows")), ["category"], nobody), "T")
    with pytest.raises(DisclosureError, match="il faut un Breakdown"):
        release.table(totals(release.load("flows")), "T")  # type: ignore[arg-type]


def notebook(study: Study, name: str, *cells: str) -> Path:
    head = "study, wave, audience = 'essai', '', 'internal'"
    setup = (
        "from eit_analysis.study import open_study\n"
        "from eit_analysis.publishing import figures\n"
        "from eit_analysis.publishing.release.gate import Release\n"
        "release = Release(open_study(study, wave), audience, page='essai')\n"
        "flows = release.load('flows')\n"
        "frame = flows.groupby('category', as_index=False)['mass_t_per_year'].sum()\n"
        "from eit_analysis.breakdown import Breakdown\n"
        "by_family = Breakdown(frame, ['category'], flows, 'mass_t_per_year')\n"
        "table = release.table(by_family, 'Par famille')"
    )
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Essai\n\n## Une section")])
    made.cells.append(nbformat.v4.new_code_cell(head, metadata={"tags": ["parameters"]}))
    made.cells += [nbformat.v4.new_code_cell(source) for source in (setup, *cells)]
    path = study.root / "notebooks" / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


def run(study: Study, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(study.root)
    return main(["run", "essai", *arguments])


@pytest.mark.parametrize(
    "leak",
    [
        "flows",
        "print(flows.iloc[0, 0])",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>E7</b>'))",
        "from IPython.display import display\n"
        "display({'application/vnd.eit.release+json': {'id': 99}, 'text/html': 'E7'}, raw=True)",
    ],
)
def test_output_beside_the_gate_makes_the_run_refuse(
    small_study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, leak: str
) -> None:
    notebook(small_study, "01_bon", "table")
    notebook(small_study, "02_fuite", "table", leak)
    assert run(small_study, monkeypatch, "--audience", "partners") == 1
    folder = small_study.reports("partners")
    assert (folder / "01_bon.html").exists()
    assert not (folder / "02_fuite.html").exists()
    failure = (folder / "02_fuite.echec.html").read_text(encoding="utf-8")
    assert "n’a pas pu être produit" in failure
    assert "Traceback" not in failure
    error = capsys.readouterr().err
    assert "pas passé par release" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("fault", ["no tag", "own audience"])
def test_what_is_released_for_another_audience_makes_the_run_refuse(
    small_study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, fault: str
) -> None:
    """Without its tag a cell of parameters puts the team's audience back: refusers would be counted."""
    own = "release = Release(open_study(study), 'internal', page='essai')"
    path = notebook(small_study, "01_page", *([own] if fault == "own audience" else []), "release.text('A.')")
    if fault == "no tag":
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"parameters"', '"autre"'), encoding="utf-8")
    assert run(small_study, monkeypatch, "--audience", "partners") == 1
    assert not (small_study.reports("partners") / "01_page.html").exists()
    assert "fait pour" in capsys.readouterr().err


def test_an_error_names_the_cell_as_its_author_counts_it(
    small_study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    notebook(small_study, "01_page", "table", "flows['categorie']")
    assert run(small_study, monkeypatch) == 1
    assert "cellule de code 4 (KeyError" in capsys.readouterr().err


def test_last_good_page_stays_when_a_later_run_fails(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(small_study, "01_page", "table")
    assert run(small_study, monkeypatch) == 0
    good = (small_study.reports("internal") / "01_page.html").read_text(encoding="utf-8")
    notebook(small_study, "01_page", "1 / 0")
    for _ in range(2):
        assert run(small_study, monkeypatch) == 1
        kept = (small_study.reports("internal") / "01_page.html").read_text(encoding="utf-8")
        said = re.search(r'<aside id="reprise".*?</aside>\n', kept)
        assert said and "Cette page date du <time" in said[0]
        assert kept.replace(said[0], "") == good
    index = (small_study.reports("internal") / "index.html").read_text(encoding="utf-8")
    assert "non produit" in index
    notebook(small_study, "01_page", "table")
    assert run(small_study, monkeypatch) == 0
    assert not (small_study.reports("internal") / "01_page.echec.html").exists()


def test_page_holds_no_name_path_or_code(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook(
        small_study,
        "01_page",
        "release.figure(figures.bars, table, 'Masses', value='mass_t_per_year')",
        "release.listing(flows, 'Liste', ['site_id'])",
    )
    assert run(small_study, monkeypatch, "--audience", "partners", "--audience", "public") == 0
    for audience in ("partners", "public"):
        for path in small_study.reports(audience).rglob("*.*"):
            text = text_of(path.read_bytes(), path.name)
            for forbidden in (
                "Numéro 5",
                "Numéro 6",
                "Numéro 7",
                str(small_study.root),
                "import ",
                "groupby",
            ):
                assert forbidden not in text, (path.name, forbidden)
    public = (small_study.reports("public") / "01_page.html").read_text(encoding="utf-8")
    assert "Ateliers" not in public
    partners = (small_study.reports("partners") / "01_page.html").read_text(encoding="utf-8")
    assert "Ateliers Numéro 1 &amp; &lt;fils&gt;" in partners
    assert partners.count("<h1>") == 1
    assert "<script" not in partners
    assert 'lang="fr"' in partners


def test_a_name_that_slipped_through_prose_refuses_the_page(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notebook(small_study, "01_page", "table")
    document = nbformat.read(path, as_version=4)
    document.cells.append(nbformat.v4.new_markdown_cell("Merci aux ateliers  numéro 5 & <fils> !"))
    nbformat.write(document, path)
    assert run(small_study, monkeypatch, "--audience", "partners") == 1
    assert not (small_study.reports("partners") / "01_page.html").exists()


def test_the_file_of_a_table_is_named_after_its_title_and_no_other_one() -> None:
    name = table_files.table_file("01", "Tonnages par secteur (ici par section de la NAF)", [])
    assert name == "tables/01-tonnages-par-secteur.csv"
    assert (
        table_files.table_file("01", "Tonnages par secteur", [name]) == "tables/01-tonnages-par-secteur-2.csv"
    )


def test_csv_cannot_become_a_formula(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    frame = pd.DataFrame({"category": ["=1+1", "@x", "-2", 'a"b'], "mass_t_per_year": [1.5, -2.0, 3.0, 4.0]})
    text = table_files.to_csv(Printed(release.team(frame, "T", ["category"])))
    assert text.startswith("\ufeff")
    assert '"\'=1+1";1,5' in text
    assert '"\'@x";-2' in text
    assert '"\'-2";3' in text
    assert '"a""b";4' in text


def test_released_objects_survive_the_way_between_processes(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    table = family_table(release)
    figure = release.figure(figures.bars, table, "F", value="mass_t_per_year")
    again = pickle.loads(pickle.dumps(figure))
    assert again.html() == figure.html()


def published(
    records: list[tuple[str, str, float]], total_row: bool = True, shares: bool = False
) -> dict[str, bool]:
    """Which families of a table by family are hidden."""
    data = pd.DataFrame(records, columns=["site_id", "category", MASS])
    frame = data.groupby("category", as_index=False)[MASS].sum()
    if total_row:
        frame = pd.concat([frame, pd.DataFrame({"category": ["Total"], MASS: [data[MASS].sum()]})])
    if shares:
        frame = frame.assign(share_percent=100 * frame[MASS] / data[MASS].sum())
    (shown,) = audited(Breakdown(frame, ["category"], data, MASS, "Total"))
    names = [*frame["category"], "shares"] if shares else frame["category"]
    return dict(zip(names, ~shown, strict=True))


CROWD = [
    (s, c, m)
    for s, m in zip("bcdef", (20.0, 18.0, 15.0, 14.0, 13.0), strict=True)
    for c in ("paper", "textile")
]


def test_two_withheld_cells_of_one_unit_do_not_protect_each_other() -> None:
    hidden = published([("a", "wood", 50.0), ("a", "weee", 30.0), *CROWD])
    assert hidden["wood"] and hidden["weee"]
    assert hidden["paper"] or hidden["textile"] or hidden["Total"]


def test_the_total_counts_as_known_when_a_share_tells_it() -> None:
    hidden = published([("a", "wood", 50.0), *CROWD], total_row=False, shares=True)
    # Nothing else tells the total, neither the table nor another: so the shares give way to the values.
    assert hidden == {"paper": False, "textile": False, "wood": True, "shares": True}
    with_total = published([("a", "wood", 50.0), *CROWD], shares=True)
    assert with_total["wood"] and (with_total["paper"] or with_total["textile"] or with_total["Total"])


def test_the_second_unit_of_a_cell_cannot_reckon_the_first() -> None:
    assert published([("a", "wood", 50.0), ("b", "wood", 49.999), ("c", "wood", 0.001), *CROWD])["wood"]


def test_nothing_but_zeros_is_withheld_without_a_crash() -> None:
    hidden = published([("a", "wood", 0.0), ("b", "paper", 0.0), ("c", "paper", 0.0)])
    assert hidden["wood"]


def test_bounds_that_leave_are_blurred_outward(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    flows = release.load("flows")
    frame = pd.DataFrame(
        {
            "category": ["textile"],
            "mass_t_per_year": [36.0],
            "mass_low_t_per_year": [33.33],
            "mass_high_t_per_year": [39.12],
        }
    )
    table = release.table(Breakdown(frame, ["category"], flows, MASS), "T")
    seen = table.seen_by(release.viewer, {}).frame.iloc[0]
    # 36.0 less a tenth of it, the class of 2.67 t, and outward.
    assert seen["mass_low_t_per_year"] == pytest.approx(32)
    assert seen["mass_high_t_per_year"] == pytest.approx(40)


def test_reference_figures_are_the_same_for_every_audience(small_study: Study) -> None:
    """Thirty tonnes at general factors are about no actor: 0.1 to 0.3 jobs, not 0.1 to 0.4 for the public."""
    release = Release(small_study, "public", "essai")
    scale = pd.DataFrame({"route": ["recycling"], "example_jobs_low": [0.1234], "example_jobs": [0.2]})
    seen = release.summary(scale, "T", ["route"]).seen_by(release.viewer, {})
    assert seen.frame.equals(scale) and "arrondi" not in seen.note


def test_an_unknown_actor_is_neither_listed_nor_named(small_study: Study) -> None:
    release = Release(small_study, "partners", "essai")
    frame = pd.DataFrame({"site_id": ["X99 E1", "E2"]})
    table = release.listing(frame, "Liste", ["site_id"]).seen_by(release.viewer, {})
    assert [row[0] for row in Printed(table).body] == ["Ateliers Numéro 2 & <fils>"]


def test_empty_tables_load(small_study: Study) -> None:
    empty = pd.DataFrame({"synergy_id": pd.Series(dtype="str"), "site_ids": pd.Series(dtype="str")})
    empty.to_parquet(small_study.processed / "synergy_register.parquet")
    for audience in ("internal", "public"):
        loaded = Release(small_study, audience, "essai").load("synergy_register")
        assert list(loaded.columns) == ["synergy_id", "site_ids"]


@dataclass
class Shown:
    """In the place of a publication: which rows leave, and whether what the others are together does."""

    rows: np.ndarray
    rest: bool = False

    def shown(self, number: int) -> np.ndarray:
        return self.rows

    def rest_shown(self, number: int) -> bool:
        return self.rest


def partly_hidden(
    study: Study, frame: pd.DataFrame, hidden: list[int], keys: list[str], rest: bool = False, **parts
) -> Table:
    """A table for the public of which the rows ``hidden`` are withheld."""
    rows = ~np.isin(range(len(frame)), hidden)
    viewer = viewer_of(study, "public")
    table = Aggregate(viewer, "T", frame, keys, rounded=frame, publication=Shown(rows, rest), **parts)  # type: ignore[arg-type]
    return table.seen_by(table.viewer, {})


def test_a_partial_sentence_is_said_to_those_who_may_not_read_every_value(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    frame = pd.DataFrame({"category": ["wood", "paper", "metal"], MASS: [9.0, 2.0, 1.0]})
    template, partial = "La plus lourde\u00a0: {first}, {x}.", "La plus lourde des diffusées\u00a0: {first}."

    def said(hidden: list[int], partial: str | None) -> str:
        table = partly_hidden(small_study, frame, hidden, ["category"])
        values = {"first": table.first(MASS), "x": table.value("wood", MASS)}
        return release.text(template, partial=partial, **values).plain()

    assert said([], partial) == "La plus lourde\u00a0: bois, 9\u00a0t/an."
    assert said([0], partial) == "La plus lourde des diffusées\u00a0: papier."
    assert said([2], partial) == "La plus lourde des diffusées\u00a0: bois."
    told = said([0], None)
    assert told == "La plus lourde\u00a0: papier, non diffusé. (Classement hors valeurs non diffusées.)"
    with pytest.raises(DisclosureError, match="y"):
        release.text("{x}", partial="{y}", x=release.count(1, "acteur", "acteurs"))
    text = release.text(template, partial=partial, **{"first": release.count(1, "a", "b"), "x": Constant("")})
    assert release.highlights([("Quoi\u00a0?", text)]).plain().startswith("Quoi\u00a0? La plus lourde\u00a0:")
    # A question whose answer is withheld is not asked, whatever else could be said below it.
    closed, known = (partly_hidden(small_study, frame, rows, ["category"]) for rows in ([0], []))
    answers = [release.text("{x}", x=table.value("wood", MASS)) for table in (closed, known)]
    page = release.highlights([("Quoi", answers[0], answers[1]), ("Combien", *answers[::-1])]).html()
    assert "Quoi" not in page and "Combien" in page


def test_a_sentence_quotes_no_share_that_its_table_closes(small_study: Study) -> None:
    """Where the total is sensitive, a share beside its own value would tell it."""
    flows = pd.DataFrame(
        {"site_id": ["a", "b", "c", "z"], "category": ["paper"] * 3 + ["wood"], MASS: [1, 1, 1, 99.0]}
    )
    frame = pd.DataFrame({"category": ["paper"], MASS: [3.0], "share_percent": [2.9]})
    release = Release(small_study, "public", "essai")
    whole = Breakdown(frame, ["category"], flows, MASS)
    assert judge(whole, Disclosure())[1].sensitive
    table = release.table(whole, "T").seen_by(release.viewer, {})
    assert not table.hidden.any()
    assert Printed(table).body == [["papier", "3", "s"]]
    assert table.value("paper", "share_percent").render() == "non diffusé"
    assert not table.value("paper", "share_percent").readable
    assert table.value("paper", MASS).render() == "3\u00a0t/an"


def test_the_order_of_rows_and_ranks_do_not_tell_what_is_withheld(small_study: Study) -> None:
    rows = [
        ("wood", "material", 8.0), ("wood", "energy", 1.0), ("wood", "Total", 9.0),
        ("metal", "material", 5.0), ("metal", "energy", 2.0), ("metal", "Total", 7.0),
        ("biowaste", "organic", 3.0), ("biowaste", "Total", 3.0), ("Total", "Total", 19.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["category", "recovery", MASS]).assign(
        rank=range(9), eurostat_low=0.0123
    )
    keys = ["category", "recovery"]

    def order(hidden: list[int]) -> list[int]:
        return Printed(partly_hidden(small_study, frame, hidden, keys, total="Total")).order

    assert order([]) == list(range(9))
    # The subtotal of wood is withheld: wood no longer stands above the others.
    assert order([0, 2]) == [3, 4, 5, 6, 7, 1, 0, 2, 8]
    # Withheld rows by name, énergétique before matière, though the second is larger.
    assert order([0, 1, 2]) == [3, 4, 5, 6, 7, 1, 0, 2, 8]
    assert order([3]) == [0, 1, 2, 4, 3, 5, 6, 7, 8]
    table = partly_hidden(small_study, frame, [0, 2], keys, total="Total")
    assert Printed(table).closed == ["Rang"]
    assert "rank" in table.frame and set(Printed(table).exported["rank"]) == {"s", ""}
    assert list(Printed(table).exported["category"])[:3] == ["métal"] * 3
    # What is public about a branch is neither rounded nor closed.
    assert set(table.frame["eurostat_low"]) == {0.0123} and "s" not in set(
        Printed(table).exported["eurostat_low"]
    )
    months = pd.DataFrame({"month": [1, 2, 3], MASS: [1.0, 5.0, 2.0]})
    assert Printed(partly_hidden(small_study, months, [1], ["month"])).order == [0, 1, 2]
    # The file beside the page says what it prints: 0.04 t is « 0,04 » there, and was 0.0 here.
    little = pd.DataFrame({"category": ["wood", "metal"], MASS: [0.04, 0.1 * 3]})
    assert list(Printed(partly_hidden(small_study, little, [], ["category"])).exported[MASS]) == [0.04, 0.3]
    unnamed = pd.DataFrame({"category": [None, "wood"], MASS: [1.0, 5.0]})
    assert sorted(Printed(partly_hidden(small_study, unnamed, [1], ["category"])).order) == [0, 1]


def test_a_table_of_which_only_the_total_is_left_is_a_sentence(small_study: Study) -> None:
    frame = pd.DataFrame(
        {"category": ["wood", "metal", "Total"], MASS: [9.0, 7.0, 16.0], "n_sites": [3, 4, 5]}
    )
    table = partly_hidden(small_study, frame, [0, 1], ["category"], total="Total")
    shown = str(table.html())
    assert "<table" not in shown
    assert "(secret statistique)\u00a0: masse 16\u00a0t/an\u00a0; acteurs 5." in shown
    assert "<table" in partly_hidden(small_study, frame, [0], ["category"], total="Total").html()
    assert "<table" in partly_hidden(small_study, frame.tail(1), [], ["category"], total="Total").html()


def test_a_page_says_that_some_are_not_counted_to_those_it_concerns(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(small_study, "01_page", "table")
    assert run(small_study, monkeypatch, "--audience", "internal", "--audience", "public") == 0
    pages = {a: (small_study.reports(a) / "01_page.html").read_text("utf-8") for a in ("internal", "public")}
    # Of the survey this page took the sheet of flows alone, from which a row is left out.
    assert (
        "À la feuille «\u00a0Flux\u00a0» de l’enquête, ce qui touche un acteur qui n’a pas accepté"
        in pages["public"]
    )
    assert "laissé de côté" not in pages["internal"]
    indexes = [(small_study.reports(a) / "index.html").read_text("utf-8") for a in pages]
    assert ["qui n’a pas accepté d’être compté, n’est pas dans" in page for page in indexes] == [False, True]
    # The rows read are of all actors, those who refuse too: the team's alone.
    assert re.search(r"Lignes lues et écartées\s*</h3>", pages["internal"])
    assert "ignes lues" not in pages["public"]
    # Titles, blanks and statements that nobody answered are no answers lost: the share is of the answers.
    assert re.search(r"Sur \S+\slignes? de réponse, \d+\u00a0% sont utilisées", pages["internal"])
    for page in pages.values():
        assert "cités dans la documentation du projet" in page


def test_tables_are_audited_once_when_one_is_read(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    audit = publication.joined
    monkeypatch.setattr(publication, "joined", lambda tables: calls.append(len(tables)) or audit(tables))
    release = Release(small_study, "public", "essai")
    tables = [family_table(release) for _ in range(5)]
    assert calls == []
    assert [table.hidden.any() for table in tables] == [True] * 5
    assert calls == [5]


def test_that_nobody_is_in_a_band_is_told_of_many_and_not_of_few() -> None:
    """Two firms are small: that none of their people is young is a fact about each of the two."""
    rows = [("small", "old", "A", 30.0), ("small", "old", "B", 30.0)]
    rows += [("large", "old", site, 50.0) for site in "CDE"]
    records = pd.DataFrame(rows, columns=["size_class", "age_band", "site_id", "headcount"])
    frame = pd.DataFrame(
        itertools.product(["small", "large"], ["young", "old"]), columns=["size_class", "age_band"]
    )
    by_band = Breakdown(frame, ["size_class", "age_band"], records, "headcount", people=True)
    cells, *_ = judge(by_band, Disclosure())
    assert [cell.sensitive for cell in cells] == [True, True, False, False]
    (shown,) = audited(by_band)
    assert shown.tolist() == [False, False, True, True]


def test_a_code_of_the_key_that_was_asked_for_is_not_told_where_an_audience_gets_a_coarser_one() -> None:
    """A page of partners failed: it quoted « disposal » of a table that they get by recovered or not."""
    codes = pd.DataFrame({"category": ["wood"], "valorised": ["yes"]})
    with pytest.raises(UnknownRowError, match="disposal"):
        check_key("T", codes, ("wood", "disposal"))
    check_key("T", codes, ("wood", "disposal"), {"recovery": "valorised"})
    with pytest.raises(UnknownRowError, match="nothing"):
        check_key("T", codes, ("wood", "nothing"), {"recovery": "valorised"})


def shares_of_two_parts(release: Release) -> Table:
    parts = {"paper": 38_281.0, "textile": 14_833.0}
    weights = zip("bcdef", (0.3, 0.25, 0.2, 0.15, 0.1), strict=True)
    data = pd.DataFrame(
        [(site, kind, weight * mass) for site, weight in weights for kind, mass in parts.items()],
        columns=["site_id", "category", MASS],
    )
    masses = pd.Series([*parts.values(), sum(parts.values())])
    bounds = {"mass_low_t_per_year": 0.7 * masses, "mass_high_t_per_year": 1.3 * masses}
    frame = pd.DataFrame({"category": [*parts, "Total"], MASS: masses, **bounds})
    frame = frame.assign(share_percent=100 * masses / masses[2])
    return release.table(Breakdown(frame, ["category"], data, MASS, "Total"), "T")


def test_shares_of_parts_that_are_all_printed_add_to_a_hundred(small_study: Study) -> None:
    """Of 53,000 t, rounded to 40,000 and 15,000: 75 and 28 %, and the total was 94 % of itself."""
    release = Release(small_study, "public", "essai")
    table = shares_of_two_parts(release)
    seen = table.seen_by(release.viewer, {}).frame
    assert seen[MASS].tolist() == [40_000, 15_000, 50_000]
    assert seen["share_percent"].tolist() == [73, 27, 100]
    one = replace(table, publication=Shown(np.array([True, False, True, True])))
    assert one.seen_by(release.viewer, {}).frame["share_percent"].tolist() == [75, 28, 100]


def test_shares_wait_for_the_audit_of_all_pages(small_study: Study) -> None:
    """A page alone would show both parts: seen before all pages are audited, it must not settle anything."""
    release = Release(small_study, "public", "essai")
    table = shares_of_two_parts(release)
    seen = table.seen_by(release.viewer, {})
    assert isinstance(seen, Aggregate) and "_settled" not in vars(release.publication)
    seen.publication = Shown(np.array([True, False, True, True]))  # type: ignore[assignment]
    assert seen.frame["share_percent"].tolist() == [75, 28, 100]


def test_ways_in_which_rows_are_a_whole_together() -> None:
    """A subtotal stands with what has none; beside a row that is missing, nothing does."""
    named = [("yes", "matter"), ("yes", "energy"), ("yes", "Total"), ("no", "disposal"), ("Total", "Total")]
    data = pd.DataFrame([named[0], named[1], named[3]], columns=["valorised", "recovery"])
    data = data.assign(**{"site_id": list("abc"), MASS: [5.0, 2.0, 3.0]})
    frame = pd.DataFrame(named, columns=["valorised", "recovery"])
    frame = frame.assign(
        **{MASS: [5.0, 2.0, 7.0, 3.0, 10.0], "share_percent": [50.0, 20.0, 70.0, 30.0, 100.0]}
    )
    keys = ["valorised", "recovery"]
    whole, by_first, finest = Breakdown(frame, keys, data, MASS, "Total").parts()["share_percent"]
    assert whole.tolist() == [-1, -1, -1, -1, 0]
    assert by_first.tolist() == [-1, -1, 0, 0, -1] and finest.tolist() == [0, 0, -1, 0, -1]
    few = Breakdown(frame.drop(index=1), keys, data, MASS, "Total").parts()["share_percent"]
    assert [way.max() for way in few] == [0, 0, -1]
