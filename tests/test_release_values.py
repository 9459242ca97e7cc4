"""Values that sentences quote: the rows that are named, and what a key that no row has says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.tables import Table
from eit_analysis.publishing.release.values import FirstLabel
from eit_analysis.study import Study

MASS = "mass_t_per_year"


def table(study: Study, keys: dict[str, list[object]], masses: list[float], **parts: object) -> Table:
    viewer = Release(study, "internal", "essai").viewer
    return Table(viewer, "Essai", pd.DataFrame({**keys, MASS: masses}), list(keys), measure=MASS, **parts)


def ages(study: Study, *masses: float) -> Table:
    bands = ["15-24", "25-29", "30-34", "35-39", "40-44", "45-49"]
    return table(study, {"age_band": bands[: len(masses)]}, list(masses))


def test_the_unit_of_a_value_stands_before_its_bounds_be_it_that_of_its_row(small_study: Study) -> None:
    frame = pd.DataFrame(
        {"effect": ["cost", "impact"], "unit": ["€/an", "tCO₂e/an"], "effect_change": [-20000.0, 60.0],
         "effect_change_low": [-50000.0, -60.0], "effect_change_high": [10000.0, 180.0]}
    )  # fmt: skip
    viewer = Release(small_study, "internal", "essai").viewer
    changes = Table(viewer, "Essai", frame, ["effect"], measure="effect_change")
    told = [changes.value(effect, interval=True).render() for effect in ("cost", "impact")]
    assert [text.replace("\u00a0", " ") for text in told] == [
        "−20 000 €/an (−50 000 à 10 000)", "60 tCO₂e/an (−60 à 180)",
    ]  # fmt: skip


def test_rows_that_tie_for_a_rank_are_all_named(small_study: Study) -> None:
    assert ages(small_study, 3, 9, 5).first().render() == "25-29"
    two = ages(small_study, 3, 9, 9)
    assert two.first().render() == "25-29 (à égalité avec 30-34)"
    assert two.first(rank=2).render() == "30-34"
    assert ages(small_study, 9, 0.3, 0.1 + 0.2).first(rank=2).render() == "25-29 (à égalité avec 30-34)"
    three = ages(small_study, 9, 4, 9, 9)
    assert three.first().render() == "15-24 (à égalité avec 30-34 et 35-39)"
    assert three.first(ascending=True).render() == "25-29"
    assert ages(small_study, 1, 1, 1, 1, 1).first().render() == "15-24 (à égalité avec 4 autres)"


@pytest.mark.parametrize(("shown", "coverage", "said"), [(1, 0.6, False), (2, 0.6, True), (2, 0.07, False)])
def test_one_row_or_the_smaller_part_of_the_whole_is_not_put_in_order(
    shown: int, coverage: float, said: bool
) -> None:
    frame = pd.DataFrame({"category": ["wood", "paper", "metal"], MASS: [3.0, 2.0, 1.0]})
    hidden = np.arange(3) >= shown
    parts = {"frame": frame, "visible": frame[~hidden], "hidden": hidden, "pooled": {}}
    grid = SimpleNamespace(**parts, keys=["category"], coverage=coverage)
    first = FirstLabel(grid, MASS, 1)
    assert (first.readable, first.quotable) == (False, said)


def test_rows_that_a_sentence_names_in_order_do_not_tie_with_each_other(small_study: Study) -> None:
    """The last of them says what it leaves out."""
    release = Release(small_study, "internal", "essai")
    four = ages(small_study, 7, 7, 5, 5)
    first, second, third = (four.first(rank=rank) for rank in (1, 2, 3))
    values = {"a": first, "b": second, "c": third}
    assert release.text("{a} et {b}.", **values).plain() == "15-24 et 25-29."
    assert release.text("{a}, {b}, {c}.", **values).plain() == "15-24, 25-29, 30-34 (à égalité avec 35-39)."
    assert release.text("{a}.", **values).plain() == "15-24 (à égalité avec 25-29)."
    # By other columns they are the same rows: what ties is said once.
    people = four.first(said=[MASS])
    assert (
        release.text("{a} : {n}.", n=people, **values).plain().startswith("15-24 (à égalité avec 25-29) : ")
    )
    assert release.text("{n}.", n=people).plain().count("égalité") == 1
    wood = table(small_study, {"category": ["wood", "paper"]}, [1234.6, 1.0])
    assert wood.first(said=[MASS]).render() == "1\u202f235"  # as a sentence rounds it


def test_a_row_of_several_keys_is_named_by_all_and_never_by_a_bare_answer(small_study: Study) -> None:
    keys = {"category": ["wood", "paper"], "route": ["recycling", "landfill"]}
    assert table(small_study, keys, [2, 1]).first().render() == "bois (recyclage)"
    keys = {"category": ["wood", "paper"], "has_outlet": ["yes", "no"]}
    assert table(small_study, keys, [2, 1]).first().render() == "bois (usage connu\u00a0: oui)"
    keys = {"route": ["recycling", "landfill"], "year": [2025, 2026]}
    assert table(small_study, keys, [2, 1]).first().render() == "recyclage (année 2025)"
    keys = {"route": ["recycling", "landfill"], "category": ["wood", None]}
    assert table(small_study, keys, [1, 2]).first().render() == "stockage (famille\u00a0: non renseigné)"
    keys = {"skill": ["Peser", "Trier"], "to_train": [12.0, 1.0]}  # a number has its unit
    assert table(small_study, keys, [2, 1]).first().render() == "Peser (à former\u00a0: 12\u00a0personnes)"


@pytest.mark.parametrize(
    ("key", "nearest"), [("cardbord", "cardboard"), ("carton", "cardboard"), ("Totl", "Total")]
)
def test_a_key_that_no_table_of_these_has_is_an_error_that_names_the_nearest(
    small_study: Study, key: str, nearest: str
) -> None:
    shown = table(small_study, {"category": ["wood", "Total"]}, [2, 2], total="Total")
    with pytest.raises(KeyError) as raised:
        shown.value(key)
    assert str(raised.value) == (
        f"«\u00a0Essai\u00a0» n'a pas de ligne «\u00a0{key}\u00a0» (colonne category)\u00a0: "
        f"vouliez-vous dire «\u00a0{nearest}\u00a0»\u00a0?"
    )


def test_a_key_that_is_known_but_not_of_these_data_still_says_so(small_study: Study) -> None:
    shown = table(small_study, {"category": ["wood", "paper"], "year": [2025, 2026]}, [2, 1])
    for key in (("wood", 2026), ("cardboard", 2025), ("wood", 2031), ("Total", 2025)):
        assert shown.value(key).render() == "aucune donnée"
    with pytest.raises(KeyError, match="vouliez-vous dire «\u00a0wood\u00a0»"):
        shown.value(("wod", 2025))
    free = table(small_study, {"skill": ["soudure"]}, [1])
    assert free.value("").render() == free.value("couture").render() == "aucune donnée"


def test_a_key_that_resembles_none_is_told_what_there_is(small_study: Study) -> None:
    shown = table(small_study, {"has_outlet": ["yes"]}, [1])
    with pytest.raises(KeyError, match="«\u00a0yes\u00a0» ou «\u00a0no\u00a0»"):
        shown.value("qqqq")
