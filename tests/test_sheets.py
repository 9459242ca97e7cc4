"""Sheets: a page of its own for each subject, written for those who may read of all its actors."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_release import notebook, run

from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.gate import Release
from eit_analysis.study import Study

CELL = """
release.sheets("Fiches d'essai", [
    (name, f"Fiche {name}", set(sites.split()),
     [release.listing(flows[flows["site_id"].isin(sites.split())], "Flux", ["site_id"]),
      release.text("En tout {n}.", n=release.count(len(sites.split()), "acteur", "acteurs"))])
    for name, sites in [("S/1", "E1 E2"), ("S:1", "E3"), ("S2", "E1 E5"), ("S3", "E7")]
])
"""


def files(study: Study, audience: str) -> dict[str, str]:
    folder = study.reports(audience) / "fiches"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


def test_each_audience_gets_the_sheets_of_actors_it_may_read_of(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(small_study, "01_page", CELL)
    arguments = [part for a in ("internal", "partners", "public", "company:E1") for part in ("--audience", a)]
    assert run(small_study, monkeypatch, *arguments) == 0
    everything = ["01_page-S-1-bis.html", "01_page-S-1.html", "01_page-S2.html", "01_page-S3.html"]
    assert list(files(small_study, "internal")) == everything
    assert list(files(small_study, "partners")) == everything[:2]
    assert list(files(small_study, "public")) == []
    assert list(files(small_study, "company:E1")) == ["01_page-S-1.html"]
    page = (small_study.reports("partners") / "01_page.html").read_text(encoding="utf-8")
    assert 'href="fiches/01_page-S-1.html"' in page
    assert "2 non diffusées à ce public" in page  # E5 accepts aggregates only, E7 nothing
    assert "S2" not in page


def test_the_one_sheet_of_a_territory_is_a_link_and_no_count(small_study: Study) -> None:
    release = Release(small_study, "internal", page="01_page")
    said = release.text("{n}.", n=release.count(2, "acteur", "acteurs"))
    of_all, of_one = (
        str(release.sheets("Page pour décider", [("dix", "Dix métiers", sites, [said])]).html("01_page"))
        for sites in (None, {"E1"})
    )
    assert '<a href="fiches/01_page-dix.html">Dix métiers</a></p>' in of_all and "à lire" not in of_all
    assert "1 à lire" in of_one


def test_a_sheet_of_the_territory_with_nothing_to_read_is_none(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = """
rows = release.load("flows").iloc[:0]
dix = release.listing(rows, "Dix", ["site_id"])
release.sheets("Page pour décider", [("dix", "Dix", None, [release.text("Ce que dit le rapport."), dix])])
release.sheets("Autre page", [("une", "Une", None, [release.text("Une phrase.")])])
"""
    notebook(small_study, "01_page", cell)
    assert run(small_study, monkeypatch, "--audience", "partners") == 0
    assert list(files(small_study, "partners")) == ["01_page-une.html"]
    page = (small_study.reports("partners") / "01_page.html").read_text(encoding="utf-8")
    assert "Autre page" in page and "Page pour décider" not in page


def test_a_firm_gets_the_sheets_it_is_in_where_these_name_only_who_may_be_named(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = """
release.sheets("Accords", [
    (name, f"Accord {name}", set(sites.split()),
     [release.listing(pd.DataFrame([{"label": name, "carrier": sites.split()[0], "members": sites}]),
                      "Membres", ["carrier", "members"])])
    for name, sites in [("S1", "E2 E1"), ("S2", "E5 E1"), ("S3", "E5 E2")]
], among=True)
"""
    notebook(small_study, "01_page", "import pandas as pd\n" + cell)
    arguments = [part for a in ("partners", "company:E1") for part in ("--audience", a)]
    assert run(small_study, monkeypatch, *arguments) == 0
    assert list(files(small_study, "partners")) == ["01_page-S1.html"]
    own = files(small_study, "company:E1")
    assert list(own) == ["01_page-S1.html", "01_page-S2.html"]
    # E5 accepts aggregates only.
    text = own["01_page-S2.html"]
    assert "et 1\u00a0autre acteur" in text and "acteur non nommé" in text and "Numéro 5" not in text


def test_a_sheet_is_a_page_like_others_without_what_is_closed(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(small_study, "01_page", CELL)
    assert run(small_study, monkeypatch, "--audience", "internal", "--audience", "partners") == 0
    inside, outside = (files(small_study, a)["01_page-S-1.html"] for a in ("internal", "partners"))
    for text in (inside, outside):
        assert text.count("<h1>") == 1
        assert "Données fictives" in text
        assert 'href="../01_page.html"' in text
        assert "Ateliers Numéro 2" in text
    # Masses of named actors stay with the team.
    assert "12" in inside.split("<tbody>")[1].split("</tbody>")[0]
    assert "12" not in outside.split("<tbody>")[1].split("</tbody>")[0]


def test_sheets_that_are_no_more_go_and_only_those_of_their_notebook(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(small_study, "01_page", CELL)
    notebook(small_study, "02_page", CELL)
    assert run(small_study, monkeypatch) == 0
    notebook(small_study, "01_page", "table")
    assert run(small_study, monkeypatch) == 0
    assert [name for name in files(small_study, "internal") if name.startswith("01")] == []
    assert len(files(small_study, "internal")) == 4


def test_a_sheet_names_its_actors_and_shows_released_things_only(small_study: Study) -> None:
    release = Release(small_study, "internal", "essai")
    text = release.text("Rien.")
    with pytest.raises(DisclosureError, match="nomme ses acteurs"):
        release.sheets("Fiches", [("S1", "Fiche", set(), [text])])
    with pytest.raises(DisclosureError, match="ne montre que"):
        release.sheets("Fiches", [("S1", "Fiche", {"E1"}, [Path("x")])])  # type: ignore[list-item]


def test_a_sheet_of_the_whole_territory_leaves_to_all(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = 'release.sheets("Fiche", [("tous", "Le territoire", None, [table, release.text("Un mot.")])])'
    notebook(small_study, "01_page", cell)
    assert run(small_study, monkeypatch, "--audience", "public", "--audience", "company:E1") == 0
    for audience in ("public", "company:E1"):
        (sheet,) = files(small_study, audience).values()
        # Wood is of two who may be counted: withheld here as on the page.
        assert "textile" in sheet and "secret statistique" in sheet.casefold()


def test_questions_leave_room_to_write_and_come_from_the_gate(small_study: Study) -> None:
    release = Release(small_study, "public", "essai")
    asked = release.questions("À trancher", [release.text("Qui paie <tout> ?"), release.text("Quand ?")])
    shown = str(asked.seen_by(release.viewer, {}).html())
    assert "À trancher" in shown and shown.count("<li>") == 2
    assert "Qui paie &lt;tout&gt; ?" in shown
    with pytest.raises(DisclosureError, match="chaque question"):
        release.questions("À trancher", ["Qui ?"])  # type: ignore[list-item]


def test_a_content_is_released_part_by_part_by_the_rule_for_its_kind(small_study: Study) -> None:
    content = """
from eit_analysis.sheet_content import Asked, Listed, Said, SheetContent, Summed
import pandas as pd
import eit_analysis as eit
both = flows[flows["site_id"].isin(["E1", "E2"])]
release.sheets("Fiches d'essai", [SheetContent("S1", "Fiche S1", ["E1", "E2"], [
    Listed("Flux", both, ["site_id"], 1), Listed("Équipe", both, ["site_id"], team=True),
    Listed("Rien", both.iloc[:0], ["site_id"]), Said("En tout {n}.", (2, "acteur", "acteurs")),
    Summed("Points", pd.DataFrame({"condition": ["reach"], "certainty": ["certain"]})),
    Asked("À trancher", ["Qui appelle ?"]),
])])
"""
    names = {"flows": Release(small_study, "internal", "essai").load("flows")}
    shown = {}
    for audience in ("internal", "partners"):
        release = Release(small_study, audience, "essai")
        code = content.strip().rsplit("release.sheets", 1)
        space = names | {"release": release}
        exec(code[0] + "made = release.sheets" + code[1], space)
        sheet = space["made"].seen_by(release.viewer, {}).sheets[0]
        shown[audience] = "".join(str(block.html()) for block in sheet.blocks)
    assert "Équipe" in shown["internal"] and "Équipe" not in shown["partners"]
    for text in shown.values():
        assert "Rien" not in text and "En tout 2\u00a0acteurs" in text and "certaine" in text
        assert "1 ligne montrée" in text.replace("\u00a0", " ") and "Qui appelle" in text
