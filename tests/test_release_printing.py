"""What is withheld is one line, with what it is together where the printed total tells that anyway."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_release import family_table, partly_hidden

from eit_analysis.publishing import table_files
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.study import Study

MASS = "mass_t_per_year"
FAMILIES = pd.DataFrame(
    {
        "category": ["wood", "paper", "metal", "glass", "Total"],
        MASS: [900.0, 420.0, 77.0, 3.0, 1400.0],
        "share_percent": [64.0, 30.0, 5.5, 0.21, 100.0],
        "n_sites": [5, 4, 3, 3, 9],
    }
)


def others_of(study: Study, frame: pd.DataFrame, hidden: list[int], keys: list[str], **more) -> list[str]:
    lines = Printed(partly_hidden(study, frame, hidden, keys, measure=MASS, **more)).lines
    ((_, others),) = [line for line in lines if line[0] == "others"]
    return others


def test_withheld_rows_are_one_line_before_the_total(small_study: Study) -> None:
    table = partly_hidden(small_study, FAMILIES, [1, 2], ["category"], total="Total", measure=MASS)
    lines = Printed(table).lines
    assert [kind for kind, _ in lines] == ["row", "row", "others", "total"]
    assert lines[2][1] == ["autres, non diffusé (2\u00a0lignes)", "", "", ""]
    assert lines[3][1][:2] == ["Total", "1\u202f400"]
    # 1 400 less 900 and 3, to the hundred of the total: what ranks may count on.
    assert table.pooled == {MASS: 500}
    # And what the line says, where the audit lets it.
    said = others_of(small_study, FAMILIES, [1, 2], ["category"], total="Total", rest=True)
    assert said[1:] == ["500", "", ""]
    one = others_of(small_study, FAMILIES, [0], ["category"], total="Total")
    assert one[:2] == ["autres, non diffusé (1\u00a0ligne)", ""]


@pytest.mark.parametrize(("hidden", "total"), [([1, 4], "Total"), ([1], None)])
def test_without_a_printed_total_the_rest_is_not_said(
    small_study: Study, hidden: list[int], total: str | None
) -> None:
    frame = FAMILIES if total else FAMILIES.head(4)
    others = others_of(small_study, frame, hidden, ["category"], total=total)
    # A total that is withheld is no line more.
    assert others == ["autres, non diffusé (1\u00a0ligne)", "", "", ""]


def test_what_is_shown_may_be_rounded_to_more_than_the_total(small_study: Study) -> None:
    frame = FAMILIES.assign(**{MASS: [1000.0, 450.0, 77.0, 3.0, 1400.0]})
    table = partly_hidden(small_study, frame, [3], ["category"], total="Total", measure=MASS)
    assert table.pooled == {MASS: 0}
    assert others_of(small_study, frame, [3], ["category"], total="Total", rest=True)[1:] == ["", "", ""]


def test_of_a_crossed_table_the_finest_rows_are_pooled_once(small_study: Study) -> None:
    rows = [
        ("wood", "material", 80.0), ("wood", "energy", 20.0), ("wood", "Total", 100.0),
        ("metal", "material", 50.0), ("metal", "energy", 10.0), ("metal", "Total", 60.0),
        ("Total", "material", 130.0), ("Total", "energy", 30.0), ("Total", "Total", 160.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["category", "recovery", MASS])
    keys = ["category", "recovery"]
    others = others_of(small_study, frame, [1, 3, 5], keys, total="Total")
    # Two of the rows, and a subtotal that says nothing more; one of them is in the subtotal of wood.
    assert others == ["autres, non diffusé (2\u00a0lignes, aussi dans les sous-totaux)", "", ""]
    alone = others_of(small_study, frame.head(6), [3, 4, 5], keys, total="Total")
    assert alone == ["autres, non diffusé (2\u00a0lignes)", "", ""]
    # A subtotal alone is no line: its parts are there.
    table = partly_hidden(small_study, frame, [5], keys, total="Total", measure=MASS)
    assert "others" not in [kind for kind, _ in Printed(table).lines]


def test_the_page_and_the_file_say_the_same_of_what_is_withheld(small_study: Study) -> None:
    table = partly_hidden(small_study, FAMILIES, [1, 2], ["category"], total="Total", measure=MASS)
    said = partly_hidden(small_study, FAMILIES, [1, 2], ["category"], rest=True, total="Total", measure=MASS)
    (line,) = [line for line in table_files.to_csv(Printed(said)).splitlines() if "autres" in line]
    assert line == '"autres, non diffusé (2\u00a0lignes)";500;"";""' and ">500</td>" in str(said.html())
    page, file = str(table.html()), table_files.to_csv(Printed(table))
    assert page.count('<tr class="others">') == 1 and "Autres\u00a0: secret statistique." in page
    assert "autres, non diffusé (2\u00a0lignes)" in page and "autres, non diffusé (2\u00a0lignes)" in file
    for text in (page, file):
        assert all(word not in text for word in ("papier", "métal", "420", "77", ">s<", ';"s"', ";s;"))
    (line,) = [line for line in file.splitlines() if "autres" in line]
    assert "500" not in line


def test_zero_nothing_and_withheld_have_each_a_sign(small_study: Study) -> None:
    """0 is nobody, – nothing to say or not known, and what is withheld is one line without cells."""
    frame = FAMILIES.assign(**{MASS: [900.0, 0.0, np.nan, 3.0, 1400.0]})
    table = partly_hidden(small_study, frame, [3], ["category"], total="Total", measure=MASS)
    cells = [row[1] for _, row in Printed(table).lines]
    assert cells == ["900", "0", "–", "", "1\u202f400"]
    page = str(table.html())
    assert "–\u00a0: sans objet ou non connu." in page and '<td class="num"></td>' in page
    known = partly_hidden(small_study, FAMILIES, [3], ["category"], total="Total", measure=MASS)
    assert "sans objet" not in str(known.html())


@pytest.mark.parametrize(
    ("mass", "note"),
    [
        (2.0, "–\u00a0: distance non connue dans une même commune."),
        (np.nan, "–\u00a0: sans objet ou non connu\u00a0; distance non connue dans une même commune."),
    ],
)
def test_a_distance_within_one_commune_is_said_not_to_be_known(
    small_study: Study, mass: float, note: str
) -> None:
    """Both actors are placed at its centre: a distance is no matter « sans objet »."""
    frame = pd.DataFrame({"site_id": ["E1", "E2"], "distance_km": [np.nan, 4.0], MASS: [1.0, mass]})
    assert note in str(Release(small_study, "internal", "essai").listing(frame, "Liste", ["site_id"]).html())


def test_the_audit_and_the_line_agree_and_the_team_has_none(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    table = family_table(release).seen_by(release.viewer, {})
    assert Printed(table).withheld == table.hidden.sum() == 2
    whole, shown = (
        table.frame[MASS][rows].sum() for rows in ([3], ~table.hidden & [True, True, True, False])
    )
    assert table.pooled[MASS] == pytest.approx(whole - shown, abs=10)
    team = Release(small_study, "internal", "essai")
    kinds = [kind for kind, _ in Printed(family_table(team).seen_by(team.viewer, {})).lines]
    assert kinds == ["row", "row", "row", "total"]


WORDS = [
    "norm", "unit", "source", "criterion", "direction", "label", "nature", "text_ref", "free_scheme",
    "network_factor", "network_key", "authority", "condition", "limit_kind",
]  # fmt: skip


def wide_page(study: Study, columns: int, rows: int, text: str = "court") -> str:
    """The page of a table of so many columns and rows."""
    names = WORDS[:columns]
    frame = pd.DataFrame([[f"{text} {row}"] * columns for row in range(rows)], columns=names)
    return str(Release(study, "internal", "essai").summary(frame, "Essai", names[:1]).html())


@pytest.mark.parametrize(
    ("columns", "rows", "online"), [(14, 7, False), (14, 11, True), (6, 20, False), (6, 21, True)]
)
def test_a_short_table_is_printed_whatever_its_columns(
    small_study: Study, columns: int, rows: int, online: bool
) -> None:
    """On paper a table of two lines was « voir les 2 lignes, sur la page en ligne »."""
    page = wide_page(small_study, columns, rows)
    assert ("long online" in page) == online and ("broad" in page) == (columns > 12)


def test_a_table_that_a_phone_cannot_hold_says_so_and_its_long_texts_have_room(small_study: Study) -> None:
    for columns, scrolls in ((4, False), (5, True)):
        page = wide_page(small_study, columns, 2, "mot " * 20)
        assert ("table-scroll far" in page) == scrolls and ('class="prose"' in page) == scrolls
