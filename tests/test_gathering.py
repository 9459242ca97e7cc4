"""What a section does not show is said once, at its end; what it shows stays where it stood."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis.breakdown import Breakdown
from eit_analysis.publishing.layout import gathered, silence
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.released import Released
from eit_analysis.study import Study


@pytest.fixture
def shown(small_study: Study) -> dict[str, Released]:
    """By name: a table that the public reads, two listings it does not, one that is empty, a sentence."""
    release = Release(small_study, "public", "essai")
    flows = release.load("flows")
    totals = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
    made: dict[str, Released] = {
        "sums": release.table(Breakdown(totals, ["category"], flows, "mass_t_per_year"), "Sommes"),
        "one": release.listing(flows, "Liste une", ["site_id"]),
        "two": release.listing(flows, "Liste deux", ["site_id"]),
        "none": release.listing(flows.head(0), "Liste vide", ["site_id"]),
        "few": release.table(Breakdown(totals[:0], ["category"], flows, "mass_t_per_year"), "Sommes vides"),
        "text": release.text("Un constat."),
    }
    return {name: block.seen_by(release.viewer, {}) for name, block in made.items()}


def told(*blocks: str | Released) -> list[tuple[int, object]]:
    return list(gathered(list(enumerate(blocks, 1))))


def test_silent_tables_of_a_section_are_told_together_at_its_end(shown: dict[str, Released]) -> None:
    blocks = [shown["two"], shown["sums"], shown["none"], "Suite.", shown["few"], shown["two"]]
    assert [block for _, block in told(*blocks)] == [
        shown["sums"],
        silence((("individual", "", ("Liste deux",)), ("empty", "", ("Liste vide", "Sommes vides")))),
    ]


def test_prose_goes_only_with_what_it_introduces(shown: dict[str, Released]) -> None:
    def kept(*blocks: str | Released) -> list[object]:
        return [block for _, block in told(*blocks) if type(block) is str]

    assert kept("Le tableau dit.", shown["none"], "Un mot.") == ["Un mot."]
    assert kept("Le tableau dit.", shown["none"], shown["sums"]) == ["Le tableau dit."]
    assert kept("### Partie\n\nLe tableau dit.", shown["none"]) == ["### Partie\n\nLe tableau dit."]


def test_numbers_stay_those_of_the_notebook(shown: dict[str, Released]) -> None:
    numbers = [n for n, b in told("Un.", shown["none"], "Deux.", shown["sums"]) if b is shown["sums"]]
    assert numbers == [4]


@pytest.mark.parametrize(
    ("reason", "one", "two"),
    [
        ("empty", "Aucune ligne.", "Aucune ligne dans ces 2 tableaux."),
        ("unread", "Rien n’en est diffusé à ce public.", "T2.</strong> Rien n’en est diffusé"),
        ("individual", "il nomme un acteur ou", "ils nomment un acteur ou"),
        ("overlap", "la différence de ses lignes", "la différence de leurs lignes"),
        ("few", "chacune de ses valeurs dirait, seule", "chacune de leurs valeurs dirait, seule"),
    ],
)
def test_the_sentence_agrees_with_its_titles(reason: str, one: str, two: str) -> None:
    alone = silence(((reason, "", ("T <1>",)),))
    assert one in alone and "T &lt;1&gt;" in alone
    both = silence(((reason, "", ("T1", "T2")),))
    assert two in both and "T1\u00a0; T2." in both


def test_an_empty_table_says_what_its_note_says(small_study: Study) -> None:
    release = Release(small_study, "internal", page="page")
    table = release.summary(
        pd.DataFrame({"category": []}), "Vide", ["category"], note="Le registre n'a pas été importé."
    )
    assert told(table.seen_by(release.viewer, {})) == [
        (0, silence((("empty", "Le registre n'a pas été importé.", ("Vide",)),)))
    ]
    assert "Aucune ligne. Le registre" in silence((("empty", "Le registre.", ("Vide",)),))
