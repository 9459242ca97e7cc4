"""Every page in a browser: axe-core and what it leaves out, on a screen, a phone, in the dark, on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import SIZES, Browser, needs_browser, scales
from conftest import AUDIENCES

AXE = Path(__file__).resolve().parents[1] / "build" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = needs_browser
# The four ways of looking, each at its width.
WAYS: dict[str, tuple[int, dict[str, str]]] = {
    "screen": (1280, {}),
    "phone": (375, {}),
    "dark": (1280, {"prefers_color_scheme": "dark"}),
    "forced colours": (375, {"forced_colors": "active"}),
}
BODIES = {"internal": 99, "partners": 8, "public": 4, "company:E12": 99}  # sheets of paper at most


def pages(project: Path, audience: str) -> list[Path]:
    folder = project / "reports" / "thur-doller" / "2018" / audience.replace(":", "-")
    return [*sorted(folder.glob("*.html")), *sorted(folder.glob("fiches/*.html"))[:1]]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: make axe")
@pytest.mark.parametrize(
    ("audience", "way"),
    [*(("partners", way) for way in WAYS), ("public", "phone"), ("company:E12", "screen")],
)
def test_axe_finds_nothing(published: Path, browser: Browser, audience: str, way: str) -> None:
    relances = published / "data" / "processed" / "thur-doller" / "2018" / "relances"
    width, media = WAYS[way]
    for page in [*pages(published, audience), *sorted(relances.glob("*.html"))[:1]]:
        browser.show(page, width, **media)
        browser.value(AXE.read_text(encoding="utf-8") + ";0")
        # Colours do not depend on the width: contrast, the longest rule, is reckoned on the wide screen.
        rules = "{'color-contrast': {enabled: false}}" if (audience, way) == ("partners", "phone") else "{}"
        found = browser.value(
            f"axe.run(document, {{runOnly: {RULES}, rules: {rules}, resultTypes: ['violations']}})"
            ".then(done => done.violations.map(rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 160)}`))"
        )
        assert found == [], page.name


# Words of letters, no longer than a column is wide, that stand on two lines of what a row is about.
CUT_WORDS = r"""[...document.querySelectorAll('tbody tr > :first-child')].filter(c => c.checkVisibility())
  .flatMap(cell => [...cell.childNodes].filter(node => node.nodeType === 3)).flatMap(node =>
    [...node.data.matchAll(/\p{L}{9,14}/gu)].filter(word => {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      return new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size > 1;
    }).map(word => word[0]))"""

NAMES = """[...document.querySelectorAll('a[href]')].map(
  link => [link.getAttribute('aria-label') || link.textContent.trim().replace(/\\s+/g, ' '),
           link.getAttribute('href')])"""
TALL = """[...document.querySelectorAll('nav a, .more a, .up, summary')].filter(
  one => one.checkVisibility() &&
    one.closest('li, p, h3, details').getBoundingClientRect().height < 24).length"""


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_phone_shows_links_of_their_own_names_with_room_for_a_finger_and_whole_words(
    published: Path, browser: Browser, audience: str
) -> None:
    for page in pages(published, audience):
        browser.show(page, 375)
        named: dict[str, set[str]] = {}
        for name, address in browser.value(NAMES):
            named.setdefault(name, set()).add(address)
        assert {name: at for name, at in named.items() if len(at) > 1 or not name} == {}, page.name
        assert browser.value(TALL) == 0, page.name
        if audience == "internal" and page.name[:1].isdigit() and page.parent.name != "fiches":
            assert browser.value("document.documentElement.scrollWidth") <= 375, page.name
            sizes = browser.value(SIZES)
            assert sizes and min(sizes) >= 9, (page.name, sizes)
            assert browser.value(CUT_WORDS) == [], page.name


WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("audience", ["partners", "internal"])
def test_a_page_reflows_at_320_pixels_and_its_figures_can_be_read(
    published: Path, browser: Browser, audience: str
) -> None:
    for page in pages(published, audience):
        browser.show(page, 320)
        assert browser.value(WIDE) <= 0, page.name
        assert min(browser.value(SIZES), default=9) >= 9, page.name
        browser.show(page, 1280)
        browser.value("document.documentElement.style.fontSize = '34px'")  # text at 200 %
        assert browser.value(WIDE) <= 0, page.name


CUT_UNSAID = """[...document.querySelectorAll(".map, .figure-scroll")].filter(
    drawn => drawn.scrollWidth > drawn.clientWidth + 1
    && getComputedStyle(drawn, "::before").content == "none"
).map(drawn => drawn.className)"""


def test_a_drawing_that_scrolls_on_a_phone_says_so(published: Path, browser: Browser) -> None:
    """The map of the decision page was cut at its right third."""
    for page in pages(published, "partners"):
        browser.show(page, 375)
        assert browser.value(CUT_UNSAID) == [], page.name


def sheets(pdf: bytes) -> list[bytes]:
    return re.findall(rb"/Type\s*/Page\b(?!s)", pdf)


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_a_body_is_short_and_its_tables_and_figures_small(
    published: Path, browser: Browser, tmp_path: Path, audience: str
) -> None:
    for page in pages(published, audience):
        if not page.name[:1].isdigit() or page.parent.name == "fiches":
            continue
        text = page.read_text(encoding="utf-8")
        body = text.partition('<div class="annex">')[0]
        short = tmp_path / page.name
        short.write_text(body + "</div></main></body></html>", encoding="utf-8")
        most = min(BODIES[audience], 6) if page.name.startswith("02") else BODIES[audience]
        assert len(sheets(browser.printed(short))) <= most, page.name
        for table in re.findall(r"<table.*?</table>", body, re.S):
            assert len(re.findall('scope="col"', table)) <= 8 and table.count("<tr") <= 10, page.name
        for figure in re.findall(r"<figure.*?</figure>", text, re.S):
            covered = re.search(r"tracé\u00a0: (\d+)", figure)
            assert covered is None or int(covered[1]) >= 50, (page.name, figure[:200])


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_decision_page_is_one_side(published: Path, browser: Browser, audience: str) -> None:
    folder = published / "reports" / "thur-doller" / "2018" / audience.replace(":", "-")
    assert len(sheets(browser.printed(folder / "decision.html"))) == 1
    # Two columns on paper, and no item of the list begins in one to end in the other.
    listed = "[...document.querySelectorAll('ul.decide li')].map(li => getComputedStyle(li).breakInside)"
    assert set(browser.value(listed)) <= {"avoid"}
    # What there is to decide, unless the page is a firm's own.
    assert ('class="decide"' in (folder / "decision.html").read_text("utf-8")) == ("company" not in audience)


@pytest.mark.parametrize(
    ("audience", "page"),
    [
        ("partners", "01_flow_diagnosis"),
        ("partners", "02_synergy_scoring"),
        ("internal", "03_employment_skills_forecast"),  # the widest
        ("partners", "03_employment_skills_forecast"),
        ("partners", "04_change_governance"),
        ("partners", "05_territory_exchange"),
        ("internal", "06_obligations_scenarios"),  # partners of so few firms get no figure
    ],
)
def test_nothing_is_shrunk_nor_printed_below_nine_points_in_a_figure(
    published: Path, browser: Browser, audience: str, page: str
) -> None:
    path = published / "reports" / "thur-doller" / "2018" / audience / f"{page}.html"
    assert scales(browser.printed(path)) == {3.125}
    browser.show(path, 688)  # the 182 mm between the margins of A4, in CSS pixels of 1/96 inch
    browser.call("Emulation.setEmulatedMedia", media="print")
    points = [pixels * 72 / 96 for pixels in browser.value(SIZES)]
    browser.call("Emulation.setEmulatedMedia", media="")
    assert points and min(points) >= 9, min(points)
