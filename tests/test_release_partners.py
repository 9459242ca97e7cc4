"""What a firm reads of its partners: names that were agreed to, else words that at least three actors fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from eit_analysis.breakdown import Breakdown
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.partners import ANYBODY, described, placed
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.study import Study

METAL, FOOD, SHOP = "2562B", "1051C", "4752B"


def actors(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """``(site, activity, degrees of latitude north of the reader)``."""
    frame = pd.DataFrame(rows, columns=["site_id", "naf_code", "latitude"]).assign(longitude=7.0)
    here = pd.DataFrame({"site_id": ["R"], "naf_code": [METAL], "latitude": [0.0], "longitude": [7.0]})
    found = placed(pd.concat([here, frame], ignore_index=True), "R", detour_factor=1.0)
    return found[found["site_id"] != "R"]


def test_activity_and_distance_are_said_where_three_share_them() -> None:
    words = described(actors(("A", METAL, 0.01), ("B", METAL, 0.05), ("C", METAL, 0.08)), 3)
    assert set(words.values()) == {"un acteur à moins de 10 km (produits métalliques)"}


def test_the_section_then_the_distance_then_nothing() -> None:
    near = [("A", METAL, 0.01), ("B", FOOD, 0.02), ("C", "2012Z", 0.02)]
    far = [("D", METAL, 0.15), ("E", FOOD, 0.15), ("F", SHOP, 0.15)]
    words = described(actors(*near, *far, ("G", METAL, 0.3), ("H", SHOP, 0.3), ("I", SHOP, 0.3)), 3)
    assert words["A"] == words["B"] == words["C"] == "un acteur à moins de 10 km (industrie manufacturière)"
    assert words["D"] == words["F"] == "un acteur de 10 à 20 km"
    assert words["G"] == "un acteur à plus de 20 km"
    assert set(described(actors(*near[:2]), 3).values()) == {ANYBODY}
    assert described(actors().head(0), 3) == {}


def test_nobody_is_told_apart_by_what_is_not_said_of_it() -> None:
    # D fits « à moins de 10 km » with the three of metal; said of D alone, the words would mean D.
    near = [("A", METAL, 0.01), ("B", METAL, 0.02), ("C", METAL, 0.02)]
    words = described(actors(*near, ("D", FOOD, 0.02)), 3)
    assert set(words.values()) == {"un acteur à moins de 10 km (industrie manufacturière)"}
    assert set(described(actors(*near, ("D", FOOD, 0.3)), 3).values()) == {ANYBODY}
    # One is left over: the smaller group joins it, the larger keeps its words.
    far = [(f"F{n}", FOOD, 0.15) for n in range(4)]
    words = described(actors(*near, *far, ("D", SHOP, 0.3)), 3)
    assert Counter(words.values()) == {ANYBODY: 4, "un acteur de 10 à 20 km (agroalimentaire)": 4}


@pytest.mark.parametrize("seed", range(20))
def test_at_least_three_actors_have_each_description(seed: int) -> None:
    random = pd.Series(range(14)).sample(frac=1, random_state=seed).tolist()
    codes = [METAL, FOOD, SHOP, "2012Z", "2813Z"]
    rows = [(f"E{i}", codes[(n * n + seed) % 5], 0.3 * n / 14) for i, n in enumerate(random)]
    counts = Counter(described(actors(*rows), 3).values())
    assert min(counts.values()) >= 3 and sum(counts.values()) == 14


def test_a_place_or_an_activity_that_is_not_known_is_no_crash() -> None:
    frame = actors(("A", METAL, 0.01), ("B", METAL, 0.01), ("C", METAL, float("nan")))
    frame.loc[frame["site_id"] == "A", ["division", "section"]] = None
    assert set(described(frame, 3).values()) == {ANYBODY}


def own_exchanges(study: Study, **amounts: float) -> tuple[Release, Breakdown]:
    """What E5 gives to each: all of its 50 t could pass, the partner needing 85 t at least."""
    rows = [(site, "wood", amount) for site, amount in {"E5": 50.0, **amounts}.items()]
    flows = pd.DataFrame(rows, columns=["site_id", "category", "mass_t_per_year"]).assign(direction="in")
    flows.to_parquet(study.processed / "flows.parquet")
    sites = pd.read_parquet(study.processed / "sites.parquet")
    sites = sites.assign(naf_code=METAL, latitude=47.8, longitude=[7.0 + n / 1000 for n in range(8)])
    sites.to_parquet(study.processed / "sites.parquet")
    release = Release(study, "company:E5", "essai")
    partners = release.load("flows").iloc[1:].assign(rank=range(1, len(amounts) + 1), told_low=85.0)
    frame = pd.DataFrame({"rank": partners["rank"], "partner_site_id": partners["site_id"]})
    frame = frame.assign(own_t_per_year=50.0, passing="all", passing_t_per_year=50.0, some_price="yes")
    frame = frame.assign(
        exchange_role="gives", category="wood", status="done", ask_first="tri", use="broyage"
    )
    records = partners.assign(told_high=float("inf"))
    return release, Breakdown(frame, ["rank"], records, "mass_t_per_year")


def test_a_partner_that_agreed_is_named_and_the_others_are_described(small_study: Study) -> None:
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0)
    table = release.exchanges(content, "Vos échanges")
    printed = Printed(table.seen_by(release.viewer, {})).body
    # E6 alone would not be named, beside the reader and E7 who refused: no words fit three.
    assert [row[1] for row in printed] == ["Ateliers Numéro 1 & <fils>", ANYBODY]
    said = [
        "50",
        "la totalité",
        "50",
        "au calcul central, un prix peut convenir aux deux",
        "vous cédez",
        "bois",
    ]
    # The firm knows with whom it exchanges already: that would be the name of the other.
    # What is asked of a firm alone, or where an activity is not known, would tell who it is.
    assert [row[2:] for row in printed] == [[*said, "réalisée", "tri", "broyage"], [*said, "–", "–", "–"]]
    operator = replace(content, frame=content.frame.assign(some_price="not_you"))
    printed = Printed(release.exchanges(operator, "Vos échanges").seen_by(release.viewer, {})).body
    assert [row[5] for row in printed] == ["au prix du preneur, vous n'y gagnez pas", "–"]
    shown = str(table.seen_by(release.viewer, {}).html())
    assert "E6" not in shown and "Numéro 6" not in shown and "120" not in shown and "85" not in shown
    # The body of a page has the same cells, of fewer columns.
    few = table.brief(["rank", "partner_site_id", "some_price"], "En bref").seen_by(release.viewer, {})
    assert [row[1] for row in Printed(few).body] == ["Ateliers Numéro 1 & <fils>", ANYBODY]


def test_partners_in_heat_are_named_and_described_by_the_same_rule(small_study: Study) -> None:
    rows = [("E5", "in"), ("E1", "out"), ("E6", "out")]
    heat = pd.DataFrame(rows, columns=["site_id", "direction"]).assign(utility="heat")
    heat.to_parquet(small_study.processed / "utilities.parquet")
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0)
    told = ["rank", "partner_site_id", "exchange_role"]
    content = replace(content, frame=content.frame[told].assign(lead_kind="heat", exchange_role="takes"))
    table = release.exchanges(content, "Vos pistes").seen_by(release.viewer, {})
    said = ["Ateliers Numéro 1 & <fils>", ANYBODY]
    assert [row[1:] for row in Printed(table).body] == [[who, "vous recevez", "chaleur"] for who in said]


def test_described_partners_are_three_at_least(small_study: Study) -> None:
    sites = pd.read_parquet(small_study.processed / "sites.parquet")
    sites["consent"] = sites["consent"].replace("named", "aggregated")
    sites.to_parquet(small_study.processed / "sites.parquet")
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0, E2=90.0)
    table = release.exchanges(content, "Vos échanges").seen_by(release.viewer, {})
    assert {row[1] for row in Printed(table).body} == {"un acteur à moins de 10 km (produits métalliques)"}
    # Three actors are as near, and of one activity; of two alone it is known that they would take wood.
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0)
    table = release.exchanges(content, "Vos échanges").seen_by(release.viewer, {})
    assert {row[1] for row in Printed(table).body} == {ANYBODY}


def test_what_is_read_to_suit_nobody_is_passed_over_and_what_is_withheld_is_not(small_study: Study) -> None:
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0)
    frame = content.frame.assign(retained="yes")
    said = []
    for price, kept in (("no", "yes"), ("not_you", "yes"), ("yes", "yes"), ("no", "no")):
        rows = frame.assign(some_price=[price, "yes"], retained=["yes", kept])
        table = release.exchanges(replace(content, frame=rows), "Vos échanges")
        cards = release.cards(table, "{category}", worth=["retained", "some_price"])
        text = release.text("Avec {who}.", who=cards.first("partner_site_id")).seen_by(release.viewer, {})
        said.append(text.plain() if text.whole else None)
    of_e1 = "Avec Ateliers Numéro 1 & <fils>."
    assert said == [f"Avec {ANYBODY}.", f"Avec {ANYBODY}.", of_e1, None]
    unnamed = frame.assign(some_price=["no", "not_you"])
    cards = release.cards(
        release.exchanges(replace(content, frame=unnamed), "Vos échanges"), "{category}", worth="some_price"
    )
    first = cards.first("partner_site_id").seen_by(release.viewer, {})
    assert (first.readable, first.render()) == (True, ANYBODY)
    assert not cards.first("some_price").seen_by(release.viewer, {}).readable


def test_what_passes_whole_comes_before_what_is_to_be_agreed_on(small_study: Study) -> None:
    """« Une quantité à convenir, sur vos 1 379 t/an concernées » was said first, of a lot of 1.6 t."""
    release, content = own_exchanges(small_study, E1=100.0, E6=120.0)
    for passing, who in (
        (("some", "all"), ANYBODY),
        (("all", "some"), "Ateliers"),
        (("some", "some"), "Ateliers"),
    ):
        frame = content.frame.assign(passing=passing)
        table = release.exchanges(replace(content, frame=frame), "Vos échanges")
        first = release.cards(table, "{category}").first("partner_site_id", ("passing", "all"))
        assert first.seen_by(release.viewer, {}).render().startswith(who)


def test_what_would_tell_an_amount_with_all_else_is_not_said(small_study: Study) -> None:
    # 345 to 355 t in all, 50 t of the reader, 85 t at least of E1: E2 has 220 t at most, 1.1 times its own.
    release, content = own_exchanges(small_study, E1=100.0, E2=200.0)
    wood = release.load("flows")
    total = pd.DataFrame({"category": ["Total"], "mass_t_per_year": [350.0]})
    by_family = release.table(Breakdown(total, ["category"], wood, "mass_t_per_year", "Total"), "Total")
    of_e1 = Breakdown(content.frame.head(1), ["rank"], content.records.head(1), "mass_t_per_year")
    table = release.exchanges(of_e1, "Vos échanges")
    assert Printed(by_family.seen_by(release.viewer, {})).body == [["Total", "350"]]
    assert Printed(table.seen_by(release.viewer, {})).body[0][2:6] == ["50", "s", "s", "s"]
    few = table.brief(["rank", "partner_site_id", "own_t_per_year", "some_price"], "En bref").seen_by(
        release.viewer, {}
    )
    assert Printed(few).body[0][2:] == ["50", "s"]


def test_a_firm_reads_its_own_rows_in_full_and_nobody_else_does(small_study: Study) -> None:
    for audience, rows in (("company:E5", [["bois", "100,0"]]), ("company:E8", [["papier", "7,0"]]),
                           ("partners", []), ("internal", [])):  # fmt: skip
        release = Release(small_study, audience, "essai")
        table = release.own(release.load("flows")[["site_id", "category", "mass_t_per_year"]], "Vos flux")
        assert Printed(table.seen_by(release.viewer, {})).body == rows
