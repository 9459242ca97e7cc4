"""The sample study from workbooks to pages, by whole runs of the command: what readers get and never get."""

from __future__ import annotations

import csv
import functools
import html
import http.server
import json
import re
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from browser import Browser, needs_browser, opened
from command import publish
from conftest import AUDIENCES
from small_pages import text_of

from benchmarks.spreadsheets import differing, live_cells
from eit_analysis.french import fold_words

PAGES = (
    "00_survey_quality",
    "01_flow_diagnosis",
    "02_synergy_scoring",
    "03_employment_skills_forecast",
    "04_change_governance",
    "05_territory_exchange",
    "06_obligations_scenarios",
)


def reports(project: Path, audience: str) -> Path:
    return project / "reports" / "thur-doller" / "2018" / audience.replace(":", "-")


def sites(project: Path) -> pd.DataFrame:
    return pd.read_parquet(project / "data" / "processed" / "thur-doller" / "2018" / "sites.parquet")


def test_every_audience_gets_every_page_linked_and_dated(published: Path) -> None:
    for audience in AUDIENCES:
        index = (reports(published, audience) / "index.html").read_text(encoding="utf-8")
        links = set(re.findall(r'<a href="([^"#]+)"', index))
        assert {link for link in links if re.match(r"\d", link)} == {f"{page}.html" for page in PAGES}
        assert all((reports(published, audience) / link).exists() for link in links)
        assert len(re.findall(r"Publié le \d", index)) == len(PAGES)


def test_outside_the_team_a_group_is_all_within_reach_of_whom_some_gain(published: Path) -> None:
    """Partners read « où chacun gagne » above cards that say « certains y gagnent ».

    And nothing of what makes the team doubt of two: it is said as what would be.
    """
    for audience, who in (("internal", "où chacun gagne"), ("partners", "où certains gagneraient")):
        page = (reports(published, audience) / "02_synergy_scoring.html").read_text(encoding="utf-8")
        assert {said for said in ("où chacun gagne", "où certains gagneraient") if said in page} == {who}


@pytest.mark.parametrize("audience", AUDIENCES[1:])
def test_no_name_path_or_code_reaches_the_bytes_of_an_outside_page(published: Path, audience: str) -> None:
    table = sites(published)
    allowed = {"partners": {"named"}, "public": set(), "company:E12": {"named"}}[audience]
    hidden = table[~table["consent"].isin(allowed) & (table["site_id"] != audience.removeprefix("company:"))]
    assert len(hidden) >= 10
    forbidden = [*hidden["name"], *hidden["siret"].dropna(), str(published), str(Path.home()) + "/"]
    forbidden += ["release.", "import ", "eit_analysis.", "Traceback", "lambda", "DataFrame"]
    own_files = {"E12_questionnaire.xlsx"} if audience == "company:E12" else set()
    for path in reports(published, audience).rglob("*"):
        if path.is_file():
            text = text_of(path.read_bytes(), path.name)
            found = [token for token in forbidden if token.casefold() in text.casefold()]
            assert not found, (path.name, found)
            own = own_files | {f"{page}.xlsx" for page in PAGES}
            assert set(re.findall(r"[\w-]+\.xlsx", text)) <= own, path.name


class Outline(HTMLParser):
    """What a page is made of, as a screen reader or a browser would meet it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.unscoped = 0
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.language = given.get("lang") or self.language
        self.ids += [str(given["id"])] if "id" in given else []
        self.addresses += [
            str(given[name]) for name in ("src", "href", "xlink:href", "data") if given.get(name)
        ]
        self.unscoped += tag == "th" and "scope" not in given


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("page", [*PAGES, "index"])
def test_a_page_is_one_accessible_file(published: Path, audience: str, page: str) -> None:
    path = reports(published, audience) / f"{page}.html"
    text = path.read_text(encoding="utf-8")
    outline = Outline()
    outline.feed(text)
    assert path.stat().st_size < 1_000_000
    assert outline.language == "fr"
    assert outline.tags["h1"] == 1
    assert "script" not in outline.tags
    assert "iframe" not in outline.tags
    assert outline.unscoped == 0
    assert len(outline.ids) == len(set(outline.ids)), "duplicate id"
    assert text.count('class="drawing"') == outline.tags.get("desc", 0)
    assert text.count('class="drawing"') + text.count('class="thumbnail"') == text.count("</svg>")
    assert "Données fictives" in text
    for address in outline.addresses:
        if address.startswith("#"):
            assert address[1:] in outline.ids, address
        elif address != "data:," and not address.startswith("data:image/png;base64,"):
            assert (path.parent / address).is_file(), address
    assert "nan" not in re.findall(r">\s*([a-zA-Z]+)\s*<", text)
    assert not re.search(r"&lt;/?(h\d|p|em|strong|table)\b", text)


def test_page_01_says_how_far_its_target_is_and_from_which_year_the_tax_rises(published: Path) -> None:
    """On costs of 2018 the tax was told « de 2025 à 2030 »; there was no target."""
    page = (reports(published, "internal") / "01_flow_diagnosis.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html.unescape(page)))
    tax = re.search(r"TGAP de (\d{4}) à 2030 : de [\d ]+€/an à [\d ]+€/an de plus", text)
    assert tax and int(tax[1]) >= 2026
    assert re.search(r"Recyclage des emballages, 2025 : 65 % visés, .* 48,6 % \(32,3 à 66,5\)", text)


@pytest.mark.parametrize("name", ["index", *PAGES])
def test_the_skip_link_leads_past_the_contents(published: Path, name: str) -> None:
    page = (reports(published, "partners") / f"{name}.html").read_text(encoding="utf-8")
    assert page.count('id="contenu" tabindex="-1"') == 1
    assert page.find("<nav") < page.index('id="contenu"') < page.index("<h2")


def test_two_runs_write_the_same_pages(published: Path, tmp_path: Path) -> None:
    def content(project: Path) -> dict[str, bytes]:
        files = sorted(path for path in (project / "reports").rglob("*") if path.is_file())
        dated = re.compile(rb'<time datetime="[^"]*">[^<]*</time>|Publi\xc3\xa9 le \d[^<]*')
        return {str(path.relative_to(project)): dated.sub(b"", path.read_bytes()) for path in files}

    again = tmp_path / "ailleurs"
    shutil.copytree(published, again, symlinks=True)
    # The audience of which all the code is used: what may leave, then all that writes a page.
    publish(again, "partners")
    first, second = content(published), content(again)
    assert sorted(second) == sorted(first)
    # Their names: of megabytes pytest would seek the differences for half an hour.
    assert [name for name in first if second[name] != first[name]] == []


@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_every_row_read_went_somewhere(published: Path, wave: str) -> None:
    processed = published / "data" / "processed" / "thur-doller" / wave
    manifest = json.loads((processed / "manifest.json").read_text(encoding="utf-8"))
    sheets = [(entry["file"], sheet) for entry in manifest["inputs"] for sheet in entry["sheets"]]
    assert len(sheets) > 100
    for file, sheet in sheets:
        gone = [sheet[f"rows_{way}"] for way in ("clean", "quarantined", "merged", "ignored")]
        assert sheet["rows_read"] == sum(gone), (file, sheet)
    for table, counts in manifest["tables"].items():
        assert counts["rows_clean"] == len(pd.read_parquet(processed / f"{table}.parquet")), table
    with (processed / "corrections.csv").open(encoding="utf-8-sig", newline="") as stream:
        ignored = [row for row in csv.DictReader(stream, delimiter=";") if row["rule"].startswith("ignored")]
    assert len(ignored) == sum(counts["rows_ignored"] for counts in manifest["tables"].values())


@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_the_csv_for_people_says_what_the_parquet_says(published: Path, wave: str) -> None:
    processed = published / "data" / "processed" / "thur-doller" / wave
    files = {path.stem: path for path in processed.glob("*.csv")}
    assert {path.stem for path in processed.glob("*.parquet")} == files.keys() | {"row_sites", "unread_flows"}
    for path in files.values():
        table = pd.read_parquet(path.with_suffix(".parquet"))
        assert not differing(path.read_bytes(), table), path.name
        assert not live_cells(path.read_bytes()), path.name


def test_a_published_table_is_named_after_its_title_and_runs_nowhere(published: Path) -> None:
    for audience in AUDIENCES:
        folder = reports(published, audience)
        linked = {}
        for page in folder.glob("0*.html"):
            for part in page.read_text(encoding="utf-8").split("<caption")[1:]:
                if link := re.search(r'href="tables/([^"]+)" download', part):
                    assert link[1] not in linked
                    linked[link[1]] = html.unescape(part.split("</caption>")[0].split(">", 1)[1])
        assert linked and linked.keys() == {path.name for path in (folder / "tables").glob("*.csv")}
        for name, title in linked.items():
            words = name.removesuffix(".csv").split("-", 1)[1]
            assert fold_words(title).startswith(words.replace("-", " ")), title
            assert 0 < len(words) <= 60, words
            assert not live_cells((folder / "tables" / name).read_bytes()), name


@needs_browser
def test_pages_in_a_browser_make_no_request(published: Path, tmp_path: Path) -> None:
    """Serve the pages and let the browser log every request it makes: only the pages themselves."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            asked.append(self.path)

    handler = functools.partial(Handler, directory=reports(published, "partners"))
    log = tmp_path / "net.json"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses = {page: f"http://127.0.0.1:{server.server_port}/{page}.html" for page in PAGES}
        with opened(f"--log-net-log={log}") as browser:
            for page, address in addresses.items():
                browser.show(address)
                assert len(browser.picture()) > 10_000, page
                assert asked == [f"/{page}.html"]
                asked.clear()
        assert asked == []
        server.shutdown()
    content = json.loads(log.read_text(encoding="utf-8", errors="replace"))
    started = content["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    urls = {
        e["params"]["url"] for e in content["events"] if e["type"] == started and "url" in e.get("params", {})
    }
    # The browser asks its maker for updates, and for its start page, on its own account: not the page.
    makers = r"https?://([\w-]+\.)*(google|googleapis|gvt1|duckduckgo)\."
    own = {url for url in urls if not re.match(makers, url)}
    assert own == set(addresses.values())


@needs_browser
def test_the_fullest_fiches_print_on_one_sheet(published: Path, browser: Browser) -> None:
    fiches = sorted(
        (reports(published, "internal") / "fiches").glob("*.html"), key=lambda f: f.stat().st_size
    )
    of_two = re.compile(r"(-[A-Z]\d+-[FU]\d+){2}\.html$")
    exchanges = [fiche for fiche in fiches if of_two.search(fiche.name)]
    assert len(exchanges) == 15 + 2  # of the plan, and of heat and water
    assert len(fiches) == 27 + 17 + 3 + 1  # register, exchanges, micro-projects, priority occupations
    priority = [fiche for fiche in fiches if "metiers-prioritaires" in fiche.name]
    # Where the law asks most, the list of an exchange goes over to a second side.
    for fiche in [f for f in fiches if f not in exchanges][-4:] + exchanges[-2:] + priority:
        pages = re.findall(rb"/Type\s*/Page\b.*?/MediaBox\s*\[([^\]]*)\]", browser.printed(fiche), re.S)
        points = [[round(float(n)) for n in page.split()] for page in pages]
        sides = 2 if fiche in exchanges else 1
        assert len(points) <= sides and all(point == [0, 0, 595, 842] for point in points), fiche.name


def test_a_firm_reads_every_sum_and_forecast_that_partners_read(published: Path) -> None:
    """But for rows about actors by name, of which it reads its own. Three forecasts were kept from it."""
    read = {
        audience: {path.name for path in (reports(published, audience) / "tables").glob("03_*.csv")}
        for audience in ("partners", "company:E12")
    }
    missing = read["partners"] - read["company:E12"]
    assert all("besoins-qui-n-entrent" in name for name in missing), missing
    assert any("prevision-de-la-vague-precedente" in name for name in read["company:E12"])


def test_the_employment_report_says_what_it_was_not_given(published: Path) -> None:
    page = reports(published, "internal") / "03_employment_skills_forecast.html"
    text = html.unescape(page.read_text(encoding="utf-8")).replace("\u2019", "'")
    assert "(BMO) de France Travail n'a pas été importée" in text


@pytest.mark.parametrize("audience", AUDIENCES[:2])
def test_no_mark_that_french_sets_apart_can_begin_a_line(published: Path, audience: str) -> None:
    for page in reports(published, audience).glob("**/*.html"):
        body = page.read_text(encoding="utf-8").split("</head>", 1)[1]
        assert re.findall(r">[^<]*?(?:« \S| [:;?!%»](?=[\s<]))", body) == [], page.name


@pytest.mark.parametrize("audience", ["partners", "public", "company:E12"])
def test_what_only_the_team_can_do_is_told_to_nobody_else(published: Path, audience: str) -> None:
    pages = sorted(reports(published, audience).rglob("*.html"))
    assert pages
    for page in pages:
        body = page.read_text(encoding="utf-8").split("</head>", 1)[1]
        prose = re.sub(r"<(a|script|style)\b.*?</\1>", "", body, flags=re.S)
        assert re.findall(r".{30}(?:study\.toml|[Ii]mportez|\w\.(?:csv|xlsx)\b).{30}", prose) == [], page.name
    # How files were read is the team's; what could not be read of those who are counted is said to all.
    page = reports(published, audience) / "00_survey_quality.html"
    prose = html.unescape(page.read_text(encoding="utf-8"))
    assert not re.findall(r"cp1252|ligne vide ignorée|lignes utilisables|0,0", prose)
    assert re.findall(r">SIRET</th>\s*<td[^>]*>95</td>\s*<td[^>]*>0</td>\s*<td[^>]*>1</td>", prose)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_where_to_weigh_is_told_to_the_team_alone(published: Path, audience: str) -> None:
    """A share of the variance beside the total and its interval bounds what one named firm throws away."""
    page = (reports(published, audience) / "01_flow_diagnosis.html").read_text(encoding="utf-8")
    assert ("Où aller peser" in page) is ("Part de l’incertitude" in page) is (audience == "internal")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_row_says_what_it_is_about(published: Path, audience: str) -> None:
    """The line of what is withheld too, where the column that it stood in is closed (the rank of actions)."""
    for page in sorted(reports(published, audience).rglob("*.html")):
        for row in re.findall(r"<tr\b.*?</tr>", page.read_text(encoding="utf-8"), re.S):
            cells = {
                html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)
            }
            assert cells - {"–", "", "s"}, (page.name, row[:200])


@pytest.mark.parametrize("audience", AUDIENCES)
def test_today_is_the_day_of_the_report_and_the_wave_has_its_year(published: Path, audience: str) -> None:
    """The law of the day is that of today; the situation that scenarios start from is that of 2018."""
    for name in ("01_flow_diagnosis", "06_obligations_scenarios"):
        text = html.unescape((reports(published, audience) / f"{name}.html").read_text(encoding="utf-8"))
        said = re.findall(r"(.{14})aujourd['’]hui", re.sub("<[^>]*>", "", text))
        assert not [words for words in said if not words.endswith(("droit d’", "demanderait "))], name
        if name.startswith("06") and "dans chaque scénario" in text:
            assert "en 2018 et dans chaque scénario" in text and "situation de l’enquête" in text


def test_partners_read_the_pyramid_of_all_ages(published: Path) -> None:
    page = (reports(published, "partners") / "03_employment_skills_forecast.html").read_text(encoding="utf-8")
    body = re.search(r"<caption[^>]*>Effectif par tranche d.{1,6}ge</caption>.*?</tbody>", page, re.S)
    assert body, "the table is withheld"
    assert len(re.findall(r"<tr>", body[0])) == 10 and ">s</td>" not in body[0]


@pytest.mark.parametrize("audience", ["partners", "public"])
def test_few_people_within_a_trade_are_told_to_nobody_outside(published: Path, audience: str) -> None:
    """Two of sixteen handlers, of one firm, are 55 or more: the size of a trade does not protect them."""
    page = (reports(published, audience) / "03_employment_skills_forecast.html").read_text(encoding="utf-8")
    text = html.unescape(page).replace("\u00a0", " ")

    def rows(caption: str) -> dict[str, list[str]]:
        body = re.search(rf"<caption[^>]*>{caption}.*?<tbody>(.*?)</tbody>", text, re.S)
        assert body, caption
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body[1].split("</tr>")]
        return {row[0]: row[1:] for row in cells if row}

    seniors = rows("Part des 55 ans et plus, par métier")
    assert "Manutention manuelle de charges" not in seniors
    assert [v for name, v in seniors.items() if name.startswith("autres, non diffusé")] == [[""]]
    assert seniors["industrie"][0].isdecimal()  # by domain, where so few trades may be told
    announced = rows("Départs et recrutements que les entreprises annoncent")
    plans = [number for numbers in announced.values() for number in numbers]
    assert not {"1", "2", "3", "4"} & set(plans)
    assert sum(number.isdecimal() for number in plans) > 10


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_leaders_named_are_the_leaders_drawn(published: Path, audience: str) -> None:
    page = (reports(published, audience) / "01_flow_diagnosis.html").read_text(encoding="utf-8")
    section = page.partition('<h2 id="ce-qui-sort"')[2].partition("<h2 ")[0]
    told = r'class="said">.*?(?:les plus lourdes sont|de la plus lourde.:) (.*?), (.*?) et (.*?)(?:<|.;)'
    said = re.search(told, section)
    drawn = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text.*?</text>", section, re.S)]
    families = [text for text in drawn if re.fullmatch("[a-zéèA-Z ]{3,}", text) and "non diffus" not in text]
    assert said and [html.unescape(name) for name in said.groups()] == families[::-1][:3]
