"""What `import eit_analysis` gives: ten names, loaded when asked for, and five lines to a page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import eit_analysis as eit
from eit_analysis.errors import DisclosureError, UsageError

ROOT = Path(__file__).resolve().parents[1]
NAMES = [
    "Breakdown", "Derived", "Release", "Study", "change", "employment", "figures", "flows", "labelled",
    "list_studies", "open_study", "preview", "reference", "synergies",
]  # fmt: skip

needs_sample = pytest.mark.skipif(
    not (ROOT / "data" / "processed" / "thur-doller" / "2018" / "manifest.json").exists(),
    reason="the sample study is not clean: make data",
)


def test_ten_names_each_with_its_purpose() -> None:
    assert dir(eit) == NAMES
    for name in NAMES:
        assert getattr(eit, name).__doc__, name
    with pytest.raises(AttributeError, match="open_study"):
        eit.open_studi  # noqa: B018


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, eit_analysis; print(*{'pandas', 'numpy', 'matplotlib', 'IPython'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@needs_sample
def test_the_five_lines_of_the_readme_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(import eit_analysis.*?)```", readme, flags=re.S)
    assert len([line for line in lines.splitlines() if line and not line.startswith("import")]) == 5
    names: dict[str, object] = {}
    exec(lines, names)
    by_family, figure = names["by_family"], names["figure"]
    assert isinstance(by_family, eit.Breakdown)
    assert by_family.frame["mass_t_per_year"].iloc[-1] == pytest.approx(
        by_family.records["mass_t_per_year"].sum()
    )
    html = figure._repr_html_()  # type: ignore[attr-defined]
    assert "<svg" in html and "Tonnages sortants par famille" in html


@needs_sample
def test_a_study_and_a_release_give_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    study = eit.open_study("thur-doller")
    internal, partners = eit.Release(study, "internal", "essai"), eit.Release(study, "partners", "essai")
    assert internal.flows().equals(study.flows())
    refused = partners.viewer.refused
    assert refused and set(study.flows()["site_id"]) & refused
    for table in ("sites", "flows", "workforce", "skills", "sharing", "readiness", "synergy_register"):
        shown = getattr(partners, table)()
        assert not refused & set(shown.get("site_id", [])), table
    assert "wave 2015" in repr(partners.at("2015")) and "wave 2018" in repr(partners)
    earlier = partners.at("2015").flows()
    assert not refused & set(earlier["site_id"]) and len(earlier) != len(partners.flows())


@needs_sample
def test_directions_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    study = eit.open_study("thur-doller")
    assert set(study.flows("in")["direction"]) == {"in"} and set(study.flows()["direction"]) == {"out"}
    assert len(study.flows("all")) == len(study.load("flows"))
    french = study.flows(labels="fr")
    assert "Masse (t/an)" in french.columns and french.columns.is_unique
    assert set(french["Famille"]) >= {"bois", "métal"}
    for wrong in ({"direction": "sortant"}, {"labels": "en"}):
        with pytest.raises(UsageError):
            study.flows(**wrong)
    assert repr(study) == "Study thur-doller, wave 2018 of 2015, 2018"
    assert "flows" in study._repr_html_() and eit.list_studies() == ["thur-doller"]


@needs_sample
def test_what_a_user_meets_says_in_a_line_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    release = eit.Release(eit.open_study("thur-doller"), "partners", "essai")
    table = release.table(eit.flows.totals(release.flows(), by="category"), "Par famille")
    things = [release, table, release.text("{x} sortent.", x=table.value("Total")), table.value("Total")]
    things += [
        release.figure(eit.figures.bars, table, "Par famille"),
        release.listing(release.sites(), "Sites", ["site_id"]),
    ]
    names = eit.open_study("thur-doller").sites()["name"]
    for thing in things:
        assert len(repr(thing)) < 120 and "\n" not in repr(thing), thing
        assert not any(name in repr(thing) for name in names)
    assert "3\u00a0acteurs ne sont pas comptés" in release._repr_html_()
    for thing, shown in ((table, "<table"), (things[4], "<svg"), (things[5], "<table")):
        assert shown in thing._repr_html_()  # type: ignore[union-attr]


@pytest.fixture
def partners(monkeypatch: pytest.MonkeyPatch) -> eit.Release:
    monkeypatch.chdir(ROOT)
    return eit.Release(eit.open_study("thur-doller"), "partners", "essai")


@needs_sample
def test_a_mistake_is_answered_by_what_to_write_instead(partners: eit.Release) -> None:
    release, flows = partners, partners.flows()
    with pytest.raises(UsageError, match="category"):
        eit.flows.totals(flows, by="categroy")
    with pytest.raises(UsageError, match="à lire, pas à additionner"):
        eit.flows.totals(release.flows(labels="fr"), by="Famille")
    table = release.table(eit.flows.totals(flows, by=["category", "route"]), "Par famille")
    with pytest.raises(DisclosureError, match=r"\(category\).* et .*\(route\).*donnez par exemple"):
        table.value("Total")
    by_family = release.table(eit.flows.totals(flows, by="category"), "Par famille")
    wrong = release.figure(eit.figures.bars, by_family, "Tailles", value="taille")
    with pytest.raises(DisclosureError, match=r"Tailles.*taille.*category"):
        wrong.html()


@needs_sample
def test_a_sentence_that_is_hushed_says_so_where_it_is_written(partners: eit.Release) -> None:
    release, flows = partners, partners.flows()
    table = release.table(eit.flows.totals(flows[flows["site_id"] == "E05"], by="category"), "Par famille")
    hushed = release.text("{x} sortent.", x=table.value("Total"))
    assert "Phrase tue" in hushed._repr_html_() and not hushed.html()


def test_the_studies_and_the_figures_list_what_they_have() -> None:
    for room, some in ((eit.synergies, "Assessment"), (eit.flows, "totals"), (eit.employment, "workforce")):
        assert some in dir(room) and all(hasattr(room, name) for name in dir(room))
    assert "bars" in dir(eit.figures) and all(callable(getattr(eit.figures, n)) for n in dir(eit.figures))


@needs_sample
def test_a_section_is_seen_as_its_page_would_have_it(partners: eit.Release) -> None:
    table = partners.table(eit.flows.totals(partners.flows(), by="category"), "Par famille")
    said = partners.text("{total} sortent.", total=table.value("Total"))
    figure = partners.figure(eit.figures.bars, table, "Tonnes par famille")
    shown = eit.preview(partners, "## Ma question", said, figure, "### Annexe\n\nMéthode.")._repr_html_()
    body, _, annex = shown.partition('<div class="annex">')
    assert 'class="said">5\u202f800\u00a0t/an sortent' in body and "<svg" in body and "<table" not in body
    assert "<table" in annex and "Méthode." in annex and "<style>" in body
    # A question and what was found stay two words in the text.
    assert '? </span><span class="said">' in eit.preview(partners, "## Combien ?", said)._repr_html_()
