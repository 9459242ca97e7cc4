"""What is made of the pages of an audience: index, decision page, workbooks, archive, PDF and slides."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from browser import needs_browser
from command import eit
from conftest import AUDIENCES
from markupsafe import Markup
from PIL import Image
from pptx import Presentation
from python_calamine import CalamineWorkbook

from eit_analysis.errors import UsageError
from eit_analysis.publishing import paper
from eit_analysis.publishing.decision import _actions, _answers, decision
from eit_analysis.publishing.digest import Answer, Digest, digest, thumbnail
from eit_analysis.publishing.notices import Entry
from eit_analysis.publishing.slides import plain, slides
from eit_analysis.publishing.version import version_of
from eit_analysis.study import open_study

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 {0}" class="drawing">'
    '<rect width="60" height="{0}" fill="{1}"/></svg>'
)


def folder(project: Path, audience: str) -> Path:
    return project / "reports" / "thur-doller" / "2018" / audience.replace(":", "-")


def texts(path: Path) -> str:
    body = re.sub(r"<(svg|style)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return plain(body.partition("</head>")[2]).replace("\u2019", "'")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_index_answers_unopened_and_leads_to_all(published: Path, audience: str) -> None:
    place = folder(published, audience)
    page = (place / "index.html").read_text(encoding="utf-8")
    said = texts(place / "index.html")
    own = audience.startswith("company:")  # read beside its own, what is of all would pass for its own
    assert ("Combien de tonnes sont déclarées" in said) != own == ("Vous déclarez" in said)
    assert "€/an" in said and "Par quoi commencer" in said
    assert page.count('class="thumbnail"') >= 3
    links = set(re.findall(r'href="([^"#]+)"', page)) - {"data:,"}
    assert {"decision.html", f"thur-doller-2018-{place.name}.zip"} < links
    assert all((place / link).is_file() for link in links)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_decision_page_quotes_the_reports_word_for_word(published: Path, audience: str) -> None:
    place = folder(published, audience)
    said = {path.stem: texts(path) for path in place.glob("0*.html")}
    page = (place / "decision.html").read_text(encoding="utf-8")
    answers = re.findall(r'<dd class="answer">(.*?)</dd>', page)
    assert len(answers) == 5 or (audience == "company:E12" and 3 <= len(answers) <= 7)
    for text in map(plain, answers):
        assert any(text.replace("\u2019", "'") in report for report in said.values()), text
    assert page.count('class="action"') == 3 and "pour quand" in page
    cards = page.partition('<ul class="cards">')[2].partition("</ul>")[0].split('class="action"')
    assert ("ni leurs tonnes ni leurs enjeux" in page) == (sum("t/an" in card for card in cards) > 1)
    assert not re.search(r";\srang\s\d", page)  # nothing is said there of those before
    # E12 agreed to be counted, or named: it is told which.
    assert ("voient de vous" in page) == (audience == "company:E12")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_workbook_holds_what_the_csv_of_its_report_hold(published: Path, audience: str) -> None:
    for page in sorted(folder(published, audience).glob("0*.html")):
        tables = folder(published, audience) / "tables"
        book = CalamineWorkbook.from_path(tables / f"{page.stem}.xlsx")
        titles = re.findall(
            r"T\d+\. (.+)", "\n".join(str(r[0]) for r in book.get_sheet_by_name("Sommaire").to_python())
        )
        files = list(tables.glob(f"{page.stem}-*.csv"))
        assert len(book.sheet_names) - 1 == len(titles) == len(files)
        rows = sum(len(book.get_sheet_by_name(name).to_python()) - 5 for name in book.sheet_names[1:])
        lines = sum(len(file.read_text(encoding="utf-8-sig").splitlines()) - 1 for file in files)
        assert rows == lines


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_archive_is_the_folder_and_its_links_stay_within(published: Path, audience: str) -> None:
    place = folder(published, audience)
    with zipfile.ZipFile(place / f"thur-doller-2018-{place.name}.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    there = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    assert packed == {
        name: content for name, content in there.items() if "/" in name or not name.endswith(".zip")
    }
    for name, content in packed.items():
        if name.endswith(".html"):
            for link in re.findall(rb'href="([^"#]+)', content):
                assert not re.match(rb"[a-z]+:(?!,)|/", link), (name, link)


def test_a_decision_page_gives_what_is_known_and_what_it_costs() -> None:
    def answer(question: str, text: str = "Oui.") -> Answer:
        return Answer(Markup(question), Markup(text), [])

    first = answer("Combien de tonnes\u00a0?")
    others = [
        answer("Et\u00a0?", "On ne le sait pas."),
        answer("Où\u00a0?"),
        answer("Combien cela coûte-t-il\u00a0?"),
    ]
    gain = answer("Que gagne-t-on à échanger\u00a0?")
    public = answer("Qu'ont apporté la démarche et l'argent public\u00a0?")
    report = Digest("01", "", Markup(), None, [first, *others, public], [], Markup(), [], 1, 0, 0, [])
    assert _answers([report], 3) == [first, others[2], public]
    assert _answers([replace(report, answers=[first, *others, gain])], 3) == [first, others[2], gain]
    assert _answers([report], 9) == [first, *others[1:], public]


def test_a_meeting_of_which_no_stake_is_read_comes_after_the_others() -> None:
    told, more, silent = (
        Markup(f"<li>{text}</li>") for text in ("<dt>Enjeu</dt> a", "<dt>Enjeu</dt> b", "c")
    )
    reports = [
        Digest(name, "", Markup(), None, [], cards, Markup(), [], 1, 0, 0, [])
        for name, cards in (("01", [told, more]), ("02", [silent]))
    ]
    assert _actions(reports, own=False) == [told, more, silent]
    assert _actions(reports, own=True) == [told, silent, more]


def test_an_action_of_each_kind_has_its_place_whose_stake_is_read_or_not() -> None:
    """Partners read three actions on jobs and no exchange, though the first names both firms to them."""
    exchange, *jobs = (Markup(text) for text in ("a", *(f"<dt>Enjeu</dt> {n}" for n in range(3))))
    change = Markup("b")
    one = Digest("02", "", Markup(), None, [], [exchange], Markup(), [], 1, 0, 0, [])
    reports = [one, replace(one, cards=jobs), replace(one, cards=[change])]
    assert _actions(reports[:2], own=False) == [*jobs[:2], exchange]
    assert _actions(reports, own=False) == [jobs[0], exchange, change]
    assert _actions(reports, own=True) == [exchange, jobs[0], change]


def test_of_exchanges_whose_gain_is_read_the_largest_has_the_place_of_their_report() -> None:
    """A gift of 8 t, 286 € a year, stood there, and 18,500 t of sludge, 118,000 €, on no decision page."""
    said = ("286\u00a0€/an (au pire −2\u202f150\u00a0€/an)", "5\u202f020\u00a0€/an", "118\u202f000\u00a0€/an")
    gift, sure, most = (Markup(f"<dt>Enjeu</dt> <dd>gain commun {text}</dd>") for text in said)
    report = Digest("02", "", Markup(), None, [], [gift, sure, most], Markup(), [], 1, 0, 0, [])
    bill = Markup("<dt>Enjeu</dt> <dd>facture : 752\u202f000\u00a0€/an</dd>")
    both = [replace(report, cards=[bill, gift]), report]
    assert _actions([report], own=False) == [most, sure, gift]
    assert _actions(both, own=False) == [bill, most, gift]
    # Who said yes waits for an answer; what tells no gain keeps its place.
    yes = Markup("déjà acceptée, mise en avant à ce titre") + gift
    assert _actions([replace(report, cards=[yes, gift, bill, most])], own=False) == [yes, most, bill]


def test_what_no_figure_counts_is_checked_before_any_meeting_with_a_stake() -> None:
    """36,275 t that a firm wrote were behind three cards, beside a total of 31,615 t."""
    check, more, stake = (
        Markup(text) for text in ("Vérifier les masses invraisemblables", "c", "<dt>Enjeu</dt>")
    )
    report = Digest("01", "", Markup(), None, [], [check, more], Markup(), [], 1, 0, 0, [])
    assert _actions([report, replace(report, cards=[stake])], own=False) == [check, stake, more]


def test_a_decision_page_without_an_action_says_so_and_what_is_known(cleaned: Path) -> None:
    study = open_study("thur-doller", root=cleaned)
    version = version_of(study, [], {})
    asked = [Answer(Markup(f"{text} ?"), Markup(f"Dit : {text}."), []) for text in ("Décider", "Qui")]
    report = Digest("04", "", Markup(), None, asked, [], Markup(), [], 1, 0, 0, [])
    page = decision(study, "partners", [report], version).replace("\u00a0", " ")
    assert "Aucune action que l’on puisse montrer ici" in page and "les lui demander" in page
    team = decision(study, "internal", [report], version)
    assert "Aucune action à engager" in team and "lui demander" not in team
    assert "Dit : Qui." in page and "pour quand" not in page
    assert decision(study, "partners", [replace(report, answers=asked[1:])], version) == ""


def test_a_copy_of_a_report_adds_what_it_alone_says_to_the_decision_page(cleaned: Path) -> None:
    study = open_study("thur-doller", root=cleaned)
    version = version_of(study, [], {})

    def report(name: str, told: dict[str, str], leads: dict[str, int]) -> Digest:
        answers = [Answer(Markup(question), Markup(answer), []) for question, answer in told.items()]
        cards = [
            Markup(
                f'<li><p class="action">{lead}</p><dd>bois\u00a0; rang {rank}</dd><dt>Enjeu</dt>{rank}</li>'
            )
            for lead, rank in leads.items()
        ]
        return Digest(name, name, Markup(), None, answers, cards, Markup(), [], 1, 0, 0, [])

    ours = report("02_synergy_scoring", {"Combien ?": "20 tonnes."}, {"Piste A": 1, "Piste B": 2})
    copy = report("01_mes_synergies", {"Combien ?": "30 tonnes."}, {"Piste B": 1, "Piste C": 2})
    page = decision(study, "internal", [copy, ours], version).replace("\u00a0", " ")
    assert page.count("Combien ?") == page.count("20 tonnes.") == 1
    assert "30 tonnes." not in page  # asked once, of the report that the copy was made of
    assert [page.count(f"Piste {lead}") for lead in "ABC"] == [1, 1, 1]
    yours = [report(name, {"Vous": "Trois."}, {}) for name in (ours.name, copy.name, "04_change_governance")]
    told = [yours[0], yours[1], replace(yours[2], answers=report("", {"Vous": "Deux."}, {}).answers)]
    page = decision(study, "company:E01", [replace(one, cards=ours.cards) for one in told], version)
    assert page.count("Trois.") == page.count("Deux.") == 1
    silent = report("02_synergy_scoring", {"Combien ?": "On ne le sait pas."}, {"Piste A": 1})
    assert "30 tonnes." in decision(study, "internal", [copy, silent], version).replace("\u00a0", " ")


def test_a_picture_of_an_index_says_nothing_aloud_and_shares_no_id() -> None:
    page = (
        '</head><body><h1>Page</h1><div class="body"><p>Une phrase.</p>'
        '<ul class="cards"><li><p class="action">Agir</p>'
        "<dl><div><dt>Quoi</dt> <dd>x</dd></div></dl></li></ul>"
        '<dl class="highlights"><div><dt>Qui ?</dt>\n<dd class="answer">Vous.</dd></div></dl>'
        '<h2 id="a"><span class="said">Elle monte</span></h2>'
        '<figure data-kind="bars"><figcaption class="measure">Tonnes</figcaption>'
        '<svg role="img" aria-labelledby="f1-t f1-d" class="drawing" viewBox="0 0 9 9">'
        '<title id="f1-t">x</title><desc id="f1-d">y</desc><g clip-path="url(#f1-c)"/></svg>'
        '<p class="caption"><b>Source :</b> enquête. <a href="#t1">Tableau</a></p></figure></div>'
        '<div class="annex"><figure data-kind="bars">hidden</figure></div>'
    )
    report = digest("01_page", page)
    assert [(str(a.question), str(a.answer)) for a in report.answers] == [("Qui ?", "Vous.")]
    entry = Entry("Page", replace(report, answers=[*report.answers] * 4), "", [])
    assert len(entry.answers) == 3
    yours = replace(report.answers[0], question="Vous")
    assert replace(entry, report=replace(report, answers=[*report.answers, yours])).answers == [yours]
    unknown, begun = (
        replace(yours, answer="On ne le sait pas."),
        replace(yours, question="Par quoi commencer, chez vous\u00a0?"),
    )
    assert replace(entry, report=replace(report, answers=[unknown, yours])).answers == [yours]
    assert replace(entry, report=replace(report, answers=[unknown] * 2)).answers == [unknown]
    firsts = [replace(entry, report=replace(report, answers=[one])).first for one in (yours, begun)]
    assert [str(first) for first in firsts] == ["Agir", ""]  # what begins is said once
    (picture,) = report.pictures
    assert report.figures == 2  # that of the annex too
    assert (str(picture.heading), plain(picture.caption)) == ("Elle monte", "Tonnes. Source : enquête.")
    shown = str(thumbnail("01_page", picture))
    assert "aria-labelledby" not in shown and "<title" not in shown and "<desc" not in shown
    assert "url(#01_page-f1-c)" in shown and 'aria-hidden="true"' in shown


def test_slides_have_a_cover_answers_figures_and_recommendations(published: Path) -> None:
    page = folder(published, "partners") / "01_flow_diagnosis.html"
    report = digest(page.stem, page.read_text(encoding="utf-8"))
    image = io.BytesIO()
    Image.new("RGB", (160, 90)).save(image, "PNG")
    deck = Presentation(io.BytesIO(slides(report, [image.getvalue()] * len(report.pictures), "essai fictif")))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[:2] == ["Diagnostic des flux", "L’essentiel"] and titles[-1] == "Recommandations"
    drawn = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert len(drawn) == len(report.pictures) >= 3
    described = [shape._element._nvXxPr.cNvPr.get("descr") for shape in drawn]
    assert all("Source" in text for text in described) and len(set(described)) == len(described)
    for slide in deck.slides:
        written = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert "Essai fictif" in written


@needs_browser
def test_pictures_are_cut_where_the_drawings_are() -> None:
    shapes = [(30, "#ff0000"), (60, "#00ff00"), (15, "#0000ff")]
    drawn = paper.pictures([SVG.format(*shape) for shape in shapes])
    for content, (high, fill) in zip(drawn, shapes, strict=True):
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (paper.WIDE, paper.WIDE * high // 60)
            seen = {image.getpixel((x, y)) for x in (2, 1500) for y in (2, image.height - 3)}
            assert seen == {tuple(int(fill[i : i + 2], 16) for i in (1, 3, 5))}


@needs_browser
def test_a_run_prints_tagged_pages_and_makes_slides(published: Path, tmp_path: Path) -> None:
    project = tmp_path / "projet à imprimer"
    shutil.copytree(published, project, symlinks=True, ignore=shutil.ignore_patterns("0[012356]_*.ipynb"))
    done = eit(project, "run", "thur-doller", "--audience", "public", "--pdf", "--slides")
    assert done.returncode == 0, done.stderr
    place = folder(project, "public")
    page = "04_change_governance"
    assert {path.stem for path in place.glob("*.pdf")} == {page, "decision"}
    for sheet in place.glob("*.pdf"):
        content = sheet.read_bytes()
        assert b"/StructTreeRoot" in content and b"/Lang" in content, sheet.name
    assert [path.stem for path in place.glob("*.pptx")] == [page]
    with zipfile.ZipFile(place / "thur-doller-2018-public.zip") as archive:
        assert {"decision.pdf", f"{page}.pptx"} <= set(archive.namelist())
    same = eit(project, "verify", "thur-doller", "--audience", "public")
    assert "aucun écart" in same.stdout, same.stdout


def test_without_a_browser_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper.shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="Chromium"):
        paper.browser()
