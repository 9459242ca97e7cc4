"""What of a page is its body and what its annex, whatever its notebook shows in which order."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.breakdown import Breakdown
from eit_analysis.publishing import figures
from eit_analysis.publishing.layout import MOST_ROWS, Section, arranged, in_body
from eit_analysis.publishing.release.cards import Cards
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.released import Released
from eit_analysis.publishing.release.sentences import Absent
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.site import used_percent
from eit_analysis.study import Study

MASS = "mass_t_per_year"


@pytest.fixture
def release(small_study: Study) -> Release:
    return Release(small_study, "internal", "essai")


def numbers(release: Release, rows: int, title: str) -> Table:
    frame = pd.DataFrame({"norm": [f"N{i}" for i in range(rows)], "central": range(rows)})
    return release.summary(frame, title, ["norm"])


def read(release: Release, *blocks: str | Released) -> list[Section]:
    seen: dict = {}
    return arranged([b if isinstance(b, str) else b.seen_by(release.viewer, seen) for b in blocks])


def called(blocks: list) -> list[str]:
    """Prose as it is, released things by the first word of their line."""
    return [b if isinstance(b, str) else f"{type(b).__name__} {b.plain()}".split(" (")[0] for _, b in blocks]


def test_what_follows_the_heading_annexe_is_the_annex_of_its_section(release: Release) -> None:
    small = numbers(release, 3, "Petit")
    lead, first, second = read(
        release,
        "# Page\n\nUne phrase.",
        "## Un\n\nIntroduction.",
        small,
        "### Annexe\n\nMéthode.",
        numbers(release, 2, "Autre"),
        "## Deux",
        release.text("Un constat."),
    )
    assert called(lead.body) == ["# Page\n\nUne phrase."] and not lead.annex
    assert called(first.body) == ["\nIntroduction.\n", "Table Petit"] or called(first.body)[1:] == [
        "Table Petit"
    ]
    assert [text.strip() for text in called(first.annex)] == ["Méthode.", "Table Autre"]
    assert second.finding is not None and second.finding.plain() == "Un constat." and not second.body


def test_one_cell_may_hold_the_heading_the_annex_and_the_next_section(release: Release) -> None:
    _, one, two = read(release, "## Un\n\n### Annexe\n\nMéthode.\n\n## Deux\n\nSeule.")
    assert (one.title, two.title) == ("Un", "Deux")
    assert not one.body and not two.body  # prose alone is no body
    assert [called(s.annex)[0].strip() for s in (one, two)] == ["Méthode.", "Seule."]


def test_a_large_table_and_that_of_a_figure_go_to_the_annex_once(release: Release) -> None:
    large, drawn = numbers(release, MOST_ROWS + 1, "Grand"), numbers(release, 4, "Dessiné")
    figure = release.figure(figures.bars, drawn, "Figure", value="central")
    section, again = read(release, "## Un", large, figure, drawn, "## Deux", figure, large)[1:]
    assert called(section.body) == ["Figure Figure"]
    assert called(section.annex) == ["Table Grand", "Table Dessiné"]
    assert called(again.body) == ["Figure Figure"] and not again.annex
    assert in_body(numbers(release, MOST_ROWS, "Juste"))


def test_a_figure_of_two_marks_gives_way_to_its_finding(release: Release) -> None:
    two = numbers(release, 2, "Deux lignes")
    said, mute = (
        release.figure(figures.bars, two, "Figure", finding=finding, value="central")
        for finding in (release.text("Elle monte."), None)
    )
    (section,) = read(release, "## Un", said)[1:]
    assert section.finding is not None and section.finding.plain() == "Elle monte."
    assert called(section.annex) == ["Table Deux lignes"] and not section.body
    (section,) = read(release, "## Un", mute)[1:]
    assert section.finding is None and not section.body


def test_the_first_sentence_is_the_heading_and_those_after_it_stay(release: Release) -> None:
    texts = [release.text(words) for words in ("Le constat.", "Une suite.")]
    (section,) = read(release, "## Un\n\nIntroduction.", *texts)[1:]
    assert section.finding is not None and section.finding.plain() == "Le constat."
    assert called(section.body)[1:] == ["Text Une suite."]
    (section,) = read(release, "## Un", numbers(release, 3, "Petit"), *texts)[1:]
    assert section.finding is None and called(section.body)[1:] == ["Text Le constat.", "Text Une suite."]


def test_a_first_screen_that_answers_nothing_says_why_in_one_line(release: Release) -> None:
    closed = release.text("{x}", x=numbers(release, 1, "Petit").value("N0", "central"))
    closed.values["x"].table.frame["central"] = None
    screen, none = (
        release.highlights([("Quoi ?", closed)]),
        release.cards(numbers(release, 0, "Rien"), "Agir"),
    )
    (section,) = read(release, "## Synthèse", screen, none)[1:]
    assert len(section.body) == 1 and not section.annex
    page = str(screen.html())
    assert "Quoi" not in page and "Pas de réponse" in page and "trop peu d" in page


def test_a_section_without_rows_is_left_out_and_named_with_the_others(release: Release) -> None:
    jobs, skills = (release.needs(0, why) for why in ("Aucun emploi", "Aucune compétence"))
    assert jobs is not None and skills is not None and release.needs(3, "Aucun emploi") is None
    small = numbers(release, 3, "Petit")
    said = release.text("Un constat.")
    blocks = ["# Page", "## A", small, "## B\n\nDit.", jobs, "Suite.", "## C", skills, "## D", jobs, "## E"]
    sections = read(release, *blocks, said)
    assert [section.title for section in sections] == ["", "A", "", "", "E"]
    left = [str(b.html()) for s in sections for _, b in s.body if isinstance(b, Absent)]
    assert "Aucun emploi\u00a0: les parties «\u00a0B\u00a0» et «\u00a0D\u00a0»" in left[0]
    assert "Aucune compétence\u00a0: la partie «\u00a0C\u00a0»" in left[1]


def by_family(small_study: Study, audience: str) -> tuple[Release, Table]:
    release = Release(small_study, audience, "essai")
    flows = release.load("flows")
    sums = flows.groupby("category", as_index=False)[MASS].sum()
    rows = pd.concat([sums, pd.DataFrame({"category": ["Total"], MASS: [sums[MASS].sum()]})])
    return release, release.table(
        Breakdown(rows.reset_index(drop=True), ["category"], flows, MASS, "Total"), "Par famille"
    )


def test_a_figure_says_how_much_of_the_total_it_shows(small_study: Study) -> None:
    release, table = by_family(small_study, "internal")
    seen = table.seen_by(release.viewer, {})
    assert (seen.coverage, seen.share_of_total) == (1.0, None)
    release, table = by_family(small_study, "public")
    seen = table.seen_by(release.viewer, {})
    shown = seen.frame[~seen.hidden].set_index("category")[MASS]
    assert seen.hidden.any() and seen.coverage == seen.share_of_total
    assert seen.coverage == pytest.approx(1 - seen.pooled[MASS] / shown["Total"])


def test_cards_say_what_may_be_read_of_a_row_and_no_more(small_study: Study) -> None:
    cards = {}
    for audience in ("internal", "public"):
        release, table = by_family(small_study, audience)
        made = release.cards(
            table, "{category}", most=2, what=["{category}, {mass_t_per_year}", "{category}"], who="tous"
        )
        assert isinstance(made, Cards)
        cards[audience] = made.seen_by(release.viewer, {})
    assert [heading for heading, _ in cards["internal"].cards] == ["Papier", "Textile"]
    assert cards["internal"].cards[0][1] == [("Quoi", "papier, 22,0\u00a0t/an"), ("Qui", "tous")]
    assert [heading for heading, _ in cards["public"].cards] == ["Textile"]
    assert "bois" not in cards["public"].html()


def test_a_card_says_an_amount_once(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    frame = pd.DataFrame(
        {
            "category": ["wood", "paper"],
            "own_t_per_year": [20.0, 12.04],
            "own_declared_t_per_year": [24.0, 12.0],
        }
    )
    of, declared = "{own_t_per_year} concernées", "{own_declared_t_per_year} déclarées"
    table = release.team(frame, "Essai", ["category"])
    ways = {"what": [f"{of}, des {declared}", declared], "who": [f"{of}, des {declared}"]}
    cards = release.cards(table, "{category}", most=2, **ways).seen_by(release.viewer, {}).cards
    whole, same = ("20,0\u00a0t/an concernées, des 24,0\u00a0t/an déclarées", "12,0\u00a0t/an déclarées")
    # Where no wording is without the repetition, it stands.
    again = f"12,0\u00a0t/an concernées, des {same}"
    assert [lines for _, lines in cards] == [
        [("Quoi", whole), ("Qui", whole)],
        [("Quoi", same), ("Qui", again)],
    ]


def test_all_rows_alone_are_a_hundred_percent_used() -> None:
    assert [used_percent(*case) for case in ((7, 7), (997, 1000), (980, 1000), (0, 0))] == [
        "100", "plus de 99", "98", "0",
    ]  # fmt: skip
