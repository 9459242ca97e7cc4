"""Every number the flow report prints about textile in 2018, worked out by hand from the respondents' cells.

Nothing of the package takes part in the expected values: cells are read with openpyxl and csv, checked to be
those converted by hand below, and the results compared with the tables published beside the report.
"""

import csv
import html
import math
import re
import shutil
import statistics
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from scipy.optimize import brentq

from eit_analysis.cli import main

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw" / "thur-doller"

COLUMNS = [
    "identifiant", "designation", "quantite", "unite", "periode", "incertitude (%)", "origine de la donnee",
    "exutoire actuel", "cout (€/t)", "code dechet", "qualite", "prestataire",
]  # fmt: skip

# The nine rows as filled in, then t/year, 95 % half-width in t/year (weighed or invoiced 5 %, declared
# 20 %, estimated 50 %), and EUR/year. A month counts twelve times, 1 000 kg make a tonne.
BENNES, LIQUIDES = "Bennes Chimère", "Liquides Griffon"  # contractors
BY_HAND = [
    # 95 kg x 12 = 1 140 kg; 5 % of 1.14; 1.14 t x 480
    (("E01", "Chiffons et absorbants souillés", 95, "kg", "mois", None, "facture", "incinération", 480,
      "150202", "souillé", LIQUIDES),
     1.14, 0.057, 547.2),
    # 900 kg; 50 % of 0.9; 0.9 t x 140
    (("E06", "Vêtements de travail réformés", 900, "kg", "an", None, "estimation", "incinération", 140,
      "200111", "propre", BENNES),
     0.9, 0.45, 126.0),
    # 4.1 t x 12; 5 % of 49.2; 49.2 t x 60
    (("E12", "Déchets de fils et bourres", 4.1, "t", "mois", None, "pesée", "valorisation énergétique", 60,
      "040222", "propre", BENNES),
     49.2, 2.46, 2952.0),
    # 1.3 t x 12; 20 % of 15.6; 15.6 t x 115
    (("E12", "Toiles et lisières de coton", 1.3, "t", "mois", None, "déclaration", "stockage", 115,
      "040222", "propre", BENNES),
     15.6, 3.12, 1794.0),
    # 3.2 t x 12; 5 % of 38.4; 38.4 t x 115
    (("E13", "Chutes de tissu ennobli", 3.2, "t", "mois", None, "pesée", "stockage", 115,
      "040222", "mélangé", BENNES),
     38.4, 1.92, 4416.0),
    # 620 kg x 12; 20 % of 7.44; 7.44 t x 120
    (("E14", "Chutes de coupe", 620, "kg", "mois", None, "déclaration", "stockage", 120,
      "040222", "propre", BENNES),
     7.44, 1.488, 892.8),
    # 140 kg x 12; 50 % of 1.68; 1.68 t x 125
    (("E18", "Vêtements invendus", 140, "kg", "mois", None, "estimation", "incinération", 125,
      "200110", "propre", BENNES),
     1.68, 0.84, 210.0),
    # 950 kg x 12; 5 % of 11.4; 11.4 t x -700, a revenue
    (("S01", "Chiffons d'essuyage coupés", 950, "kg", "mois", None, "pesée", "réemploi", -700,
      None, "propre", None),
     11.4, 0.57, -7980.0),
    # 380 kg x 12; 5 % of 4.56; 4.56 t x 80
    (("S03", "Textiles non revendables", 380, "kg", "mois", None, "pesée", "valorisation énergétique", 80,
      "200111", "mélangé", BENNES),
     4.56, 0.228, 364.8),
]  # fmt: skip

# Added by hand: mass, number of sites.
TOTAL = (130.32, 8)
# 1.14 + 0.9 + 1.68; 15.6 + 38.4 + 7.44; 49.2 + 4.56; 11.4
BY_ROUTE = {
    ("élimination", "incinération"): (3.72, 3),
    ("élimination", "stockage"): (61.44, 3),
    ("énergétique", "valorisation énergétique"): (53.76, 2),
    ("matière", "réemploi"): (11.4, 1),
}
BY_RECOVERY = {
    "élimination": (65.16, 6),
    "énergétique": (53.76, 2),
    "matière": (11.4, 1),
}
# 547.2 + 126 + 2 952 + 1 794 + 4 416 + 892.8 + 210 - 7 980 + 364.8
COST = 3322.8
# What came in, in 2018, and went out in 2015: quantity, unit, period, origin, then t/year and half-width.
IN_2018 = [
    (("E01", 140, "kg", "mois", "facture", None), 1.68, 0.084),
    (("E02", 60, "kg", "mois", "facture", None), 0.72, 0.036),
    (("E03", 75, "kg", "mois", "facture", None), 0.9, 0.045),
    (("E05", 110, "kg", "mois", "facture", None), 1.32, 0.066),
    (("S01", 18, "t", "an", "déclaration", None), 18.0, 3.6),
    (("S03", 15, "t", "an", "déclaration", None), 15.0, 3.0),
]
OUT_2015 = [
    (("E01", 92, "kg", "mois", "facture", LIQUIDES), 1.104, 0.0552),
    (("E06", 850, "kg", "an", "estimation", BENNES), 0.85, 0.425),
    (("E12", 4.9, "t", "mois", "pesée", BENNES), 58.8, 2.94),
    (("E12", 1.4, "t", "mois", "déclaration", BENNES), 16.8, 3.36),
    (("E13", 3.5, "t", "mois", "pesée", BENNES), 42.0, 2.1),
    (("E14", 625.0, "kg", "mois", "Declaration", BENNES), 7.5, 1.5),
    (("E18", 131, "kg", "mois", "estimation", BENNES), 1.572, 0.786),
    (("S01", 803, "kg", "mois", "pesée", None), 9.636, 0.4818),
    (("S03", 304, "kg", "mois", "pesée", BENNES), 3.648, 0.1824),
]
TOTAL_IN_2018 = (37.62, 6)
TOTAL_2015 = (141.91, 8)
# The sector of each actor that sends textile: NAF division, label.
SECTORS = {
    "E01": ("25", "produits métalliques"), "E06": ("20", "chimie"), "E12": ("13", "textile"),
    "E13": ("13", "textile"), "E14": ("13", "textile"), "E18": ("47", "commerce de détail"),
    "S01": ("88", "action sociale sans hébergement"), "S03": ("47", "commerce de détail"),
}  # fmt: skip
# 49.2 + 15.6 + 38.4 + 7.44; 1.68 + 4.56
BY_SECTOR = {
    "textile": (110.64, 3),
    "action sociale sans hébergement": (11.4, 1),
    "commerce de détail": (6.24, 2),
    "produits métalliques": (1.14, 1),
    "chimie": (0.9, 1),
}
# 15.6 + 38.4 + 7.44; the others are one flow each.
PATHS = {
    ("textile", "valorisation énergétique"): 49.2,
    ("textile", "stockage"): 61.44,
    ("action sociale sans hébergement", "réemploi"): 11.4,
    ("commerce de détail", "valorisation énergétique"): 4.56,
    ("commerce de détail", "incinération"): 1.68,
    ("produits métalliques", "incinération"): 1.14,
    ("chimie", "incinération"): 0.9,
}
# Codes that only textile has. Asterisk: hazardous. 110.64 as above; 0.9 + 4.56.
BY_CODE = {"04 02 22": (110.64, 3), "15 02 02*": (1.14, 1), "20 01 10": (1.68, 1), "20 01 11": (5.46, 2)}
# Landfilled or incinerated: 1.14 + 0.9 + 15.6 + 38.4 + 7.44 + 1.68 t, and
# 547.2 + 126 + 1 794 + 4 416 + 892.8 + 210 EUR.
NOT_VALORISED, BILL = (65.16, 6), 7986.0
# Of five criteria each flow of 65.16 t meets four, but the 1.14 t of soiled rags two:
# three sites hold (38.4 + 15.6 + 7.44) / 65.16 = 94 % of them (at least 80 % asked). Clean, harmless and
# of known use, those of E06, E12, E14 and E18 are declared or estimated, not measured. E13: mixed, but
# measured, harmless, of known use. E01: measured only, being soiled, hazardous and of no known use.
POINTS = 65.16 * 4 - 1.14 * 2
# Badly sorted: E13 and S03, mixed (E01 is hazardous: no sorting would make it clean). Clean and valorised,
# not sold for reuse: the yarn waste of E12 alone, 60 EUR/t, of the same code as E13. The worn clothes of S03
# are no yarn: of another chapter, they are compared with nothing. 38.4 x (115 - 60)
BADLY_SORTED, SURCHARGE = (38.4, 1), 2112.0
# Sent by firms: 130.32 less 11.4 and 4.56 of S01 and S03, themselves takers; 49.2 of it may reach a taker,
# the rest is burnt or buried. Received: 18 + 15. Half-width, each error its own:
# sqrt(2.46^2 + 3.6^2 + 3^2).
SENT, SENT_OUT_OF_DISPOSAL, RECEIVED, GAP = 114.36, 49.2, 33.0, 5.2926
# All that S01 and S03 take in: category, quantity, unit, period.
TAKEN_IN = {
    "S01": [("textile", 18, "t", "an"), ("dee", 25, "t", "an"), ("papier", "20 t/an", None, None)],
    "S03": [("dee", 12, "t", "an"), ("textile", 15, "t", "an")],
}


def plain(value: object) -> str:
    text = unicodedata.normalize("NFD", str(value if value is not None else "").strip().lower())
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def rows_named(wave: str, sheet: str, key: str) -> list[dict[str, object]]:
    """Every row of one sheet of all the respondents' files, its cells by header."""
    tables = []
    for path in sorted((RAW / wave).iterdir()):
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, data_only=True)
            if sheet in book.sheetnames:
                tables.append([list(row) for row in book[sheet].iter_rows(values_only=True)])
        elif path.name.endswith(f"_{sheet}.csv"):
            text = path.read_bytes().decode("cp1252")
            tables.append(list(csv.reader(text.splitlines(), delimiter=";")))
    named = []
    for rows in tables:
        top = next(i for i, row in enumerate(rows) if key in map(plain, row))
        header = [plain(cell) for cell in rows[top]]
        named += [dict(zip(header, row, strict=False)) for row in rows[top + 1 :]]
    return named


def textile_cells(wave: str, way: str, columns: list[str]) -> list[tuple]:
    """The cells of every textile row going one way, as they stand in the files."""
    cells = []
    for named in rows_named(wave, "Flux", "quantite"):
        if plain(named["sens"]) == way and plain(named["categorie"]) == "textile":
            assert named["mois d'activite"] in (None, "")
            cells.append(tuple(number(named[c]) if c != "code dechet" else named[c] for c in columns))
    return cells


def number(cell: object) -> object:
    """A CSV file has only text: its digits are numbers, its empty cells are empty."""
    if cell == "":
        return None
    return float(cell) if isinstance(cell, str) and re.fullmatch(r"-?\d+", cell) else cell


@pytest.fixture(scope="module")
def report(published) -> dict[str, list[dict[str, str]]]:
    """The 2018 report's tables by caption, from a clean run on both waves and the list of establishments."""
    return tables_of(published)


def tables_of(folder: Path, audience: str = "internal") -> dict[str, list[dict[str, str]]]:
    reports = folder / "reports" / "thur-doller" / "2018" / audience
    page = (reports / "01_flow_diagnosis.html").read_text(encoding="utf-8").replace("\u2019", "'")
    tables = {}
    for part in page.split("<caption")[1:]:
        link = re.search(r'href="(tables/[^"]+\.csv)"', part)
        if link:
            caption = html.unescape(part.split("</caption>")[0].split(">", 1)[1])
            lines = (reports / link[1]).read_text(encoding="utf-8-sig").splitlines()
            tables[caption] = list(csv.DictReader(lines, delimiter=";"))
    tables["page"] = [{"text": html.unescape(page)}]
    return tables


def row_of(table: list[dict[str, str]], **keys: str) -> dict[str, str]:
    headers = {"category": "Famille", "recovery": "Mode de traitement"}
    (row,) = [r for r in table if all(r[headers[name]] == value for name, value in keys.items())]
    return row


def french(text: str) -> float:
    return float(text.replace(",", "."))


def scale_of(cells: tuple) -> str | None:
    """Whose scale or statement a mass comes from: the contractor's, else the site's own; None: a guess."""
    site, contractor = cells[0], cells[-1]
    origin = next(plain(c) for c in cells if plain(c) in ("pesee", "facture", "declaration", "estimation"))
    if origin == "estimation":
        return None
    return contractor or (None if origin == "declaration" else site)


def bounds_of(rows: list[tuple]) -> tuple[float, float]:
    """95 % bounds of a sum of lognormals of which those of one scale share half of their log variance.

    Variance and third moment by the sums over pairs and triples; then the lognormal that has both, shifted,
    and moved back by how much higher than its own even range the lognormal of each flow lies.
    """
    flows = [(row[1], row[2] / row[1], scale_of(row[0])) for row in rows]
    z = 1.959964
    sigma = [brentq(lambda s, h=h: math.exp(-s * s / 2) * math.sinh(z * s) - h, 0, 1) for _, h, _ in flows]
    numbers = range(len(flows))

    def c(i: int, j: int) -> float:
        same = flows[i][2] is not None and flows[i][2] == flows[j][2]
        return math.expm1((1 if i == j else 0.5 if same else 0) * sigma[i] * sigma[j])

    m = [mass for mass, _, _ in flows]
    variance = sum(m[i] * m[j] * c(i, j) for i in numbers for j in numbers)
    third = sum(
        m[i] * m[j] * m[k] * (3 * c(i, j) * c(j, k) + c(i, j) * c(j, k) * c(k, i))
        for i in numbers for j in numbers for k in numbers
    )  # fmt: skip
    skewness = third / variance**1.5
    cv = max(variance**0.5 / sum(m), brentq(lambda x: x**3 + 3 * x - skewness, 0, 10))
    s, scale = math.log(1 + cv**2) ** 0.5, variance**0.5 / cv
    low, high = (sum(m) + scale * (math.exp(-s * s / 2 + side * z * s) - 1) for side in (-1, 1))
    shared = [m[i] * math.expm1(0.5 * sigma[i] ** 2) ** 0.5 for i in numbers]
    moved = 0.0
    for i in numbers:
        same = [j for j in numbers if j != i and flows[i][2] is not None and flows[i][2] == flows[j][2]]
        own = m[i] ** 2 * c(i, i)
        squared = (own + shared[i] * sum(shared[j] for j in same)) ** 2 / (own * variance)
        moved += m[i] * (math.exp(-(sigma[i] ** 2) / 2) * math.cosh(z * sigma[i]) - 1) * squared
    return low - moved, high - moved


def check_values(row: dict[str, str], names: list[str], expected: list[float]) -> None:
    """The cells of these columns, to a thousandth."""
    assert [french(row[name]) for name in names] == pytest.approx(expected, rel=1e-3)


MASSES = ["Masse (t/an)", "Borne basse (t/an)", "Borne haute (t/an)"]
EXTRAPOLATED = ["Extrapolé (t/an)", *MASSES[1:]]
MASSES_BEFORE = ["Masse avant (t/an)", "Masse avant, borne basse (t/an)", "Masse avant, borne haute (t/an)"]


def check_mass(row: dict[str, str], rows: list[tuple], expected: tuple[float, int]) -> None:
    """Mass, its bounds to a thousandth, number of sites."""
    mass, sites = expected
    assert french(row["Masse (t/an)"]) == pytest.approx(mass)
    check_values(row, MASSES, [mass, *bounds_of(rows)])
    assert int(row["Acteurs"]) == sites


def textile_rows(table: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in table if row["Famille"] == "textile"]


def at_price(rows: list[tuple], prices: list[float]) -> list[tuple]:
    """The same flows in EUR/year: a price is a constant, so that the errors are those of the masses."""
    return [(row[0], row[1] * p, row[2] * p) for row, p in zip(rows, prices, strict=True)]


def rows_of(*routes: str) -> list[tuple]:
    return [row for row in BY_HAND if row[0][7] in routes]


def test_the_cells_are_those_converted_by_hand():
    brief = ["identifiant", "quantite", "unite", "periode", "origine de la donnee", "prestataire"]
    for wave, way, columns, rows in (
        ("2018", "sortant", COLUMNS, BY_HAND),
        ("2018", "entrant", brief, IN_2018),
        ("2015", "sortant", brief, OUT_2015),
    ):
        found = textile_cells(wave, way, columns)
        assert sorted(found, key=str) == sorted((cells for cells, *_ in rows), key=str)


def test_the_sectors_codes_and_intakes_are_those_of_the_cells():
    sites = {row["identifiant"]: row for row in rows_named("2018", "Entreprise", "identifiant")}
    assert {site: str(sites[site]["code naf"])[:2] for site in SECTORS} == {
        site: division for site, (division, _) in SECTORS.items()
    }
    flows = rows_named("2018", "Flux", "quantite")
    codes = {code.replace(" ", "").strip("*") for code in BY_CODE}
    with_code = [row for row in flows if re.sub(r"\D", "", str(row["code dechet"])) in codes]
    assert {plain(row["categorie"]) for row in with_code} == {"textile"}
    for site, taken in TAKEN_IN.items():
        cells = [row for row in flows if row["identifiant"] == site and plain(row["sens"]) == "entrant"]
        found = [(plain(r["categorie"]), r["quantite"], r["unite"], r["periode"]) for r in cells]
        assert sorted(found, key=str) == sorted(taken, key=str)


def test_the_additions_by_hand_hold():
    assert sum(mass for _, mass, _, _ in BY_HAND) == pytest.approx(TOTAL[0])
    assert len({cells[0] for cells, *_ in BY_HAND}) == TOTAL[1]
    assert sum(cost for *_, cost in BY_HAND) == pytest.approx(COST)
    for rows, total in ((IN_2018, TOTAL_IN_2018), (OUT_2015, TOTAL_2015)):
        assert sum(mass for _, mass, _ in rows) == pytest.approx(total[0])
        assert len({cells[0] for cells, *_ in rows}) == total[1]


def test_total_interval_and_share(report):
    table = report["Tonnages sortants par famille"]
    row = row_of(table, category="textile")
    check_mass(row, BY_HAND, TOTAL)
    # The whole is that of the same table: its rows add up to it.
    whole = french(row_of(table, category="Total")["Masse (t/an)"])
    assert sum(french(r["Masse (t/an)"]) for r in table) == pytest.approx(2 * whole)
    assert french(row["Part (%)"]) == pytest.approx(100 * TOTAL[0] / whole)
    # What a reader sees: 130,3 t/an, 123,2 to 138,0.
    page = report["page"][0]["text"]
    printed = re.search(
        r">Tonnages sortants par famille</caption>.*?>textile</th>(.*?)</tr>", page, re.DOTALL
    )
    assert re.findall(r">([^<\s]+)</td>", printed[1])[:3] == ["130,3", "122,9", "137,7"]


def check_share(row: dict[str, str], mass: float, report) -> None:
    whole = french(row_of(report["Tonnages sortants par famille"], category="Total")["Masse (t/an)"])
    assert french(row["Part (%)"]) == pytest.approx(100 * mass / whole)


def test_by_sector(report):
    rows = textile_rows(report["Tonnages sortants par famille et secteur d'activité"])
    assert {row["Secteur"] for row in rows} == {*BY_SECTOR, "Total"}
    for row in rows:
        sector, total = row["Secteur"], row["Secteur"] == "Total"
        expected = TOTAL if total else BY_SECTOR[sector]
        check_mass(row, [r for r in BY_HAND if total or SECTORS[r[0][0]][1] == sector], expected)
        check_share(row, expected[0], report)


def test_paths_by_route(report):
    *rows, whole = sorted(
        textile_rows(report["Chemins de la famille à l'exutoire"]),
        key=lambda row: row["Mode de traitement"] == "Total",
    )
    check_mass(whole, BY_HAND, TOTAL)
    assert len(rows) == len(BY_ROUTE)
    for row in rows:
        expected = BY_ROUTE[row["Mode de traitement"], row["Exutoire actuel"]]
        check_mass(row, [own for own in BY_HAND if own[0][7] == row["Exutoire actuel"]], expected)


def test_paths_by_sector_and_route(report):
    rows = textile_rows(report["Chemins de la famille à l'exutoire, par secteur"])
    found = {(row["Secteur"], row["Exutoire actuel"]): french(row["Masse (t/an)"]) for row in rows}
    # No path « non expliqué »: the takers receive less than what may be sent to them.
    assert found == pytest.approx(PATHS)
    for (_, route), (mass, _) in BY_ROUTE.items():
        assert sum(value for (_, own), value in found.items() if own == route) == pytest.approx(mass)


def test_by_waste_code(report):
    # A code is printed with no-break spaces, then its label.
    table = {
        row["Code déchet"].replace("\u00a0", " "): row for row in report["Tonnages sortants par code déchet"]
    }
    for code, expected in BY_CODE.items():
        (row,) = [row for name, row in table.items() if name.startswith(f"{code} ")]
        check_mass(row, [r for r in BY_HAND if r[0][9] == re.sub(r"\D", "", code)], expected)
        check_share(row, expected[0], report)


def test_each_month_has_a_twelfth(report):
    """No textile flow states its months."""
    rows = textile_rows(report["Tonnages sortants par famille et par mois"])
    assert [int(row["Mois"]) for row in rows] == list(range(1, 13))
    names = ["Masse du mois (t/mois)", "Borne basse (t/mois)", "Borne haute (t/mois)"]
    for row in rows:
        assert french(row[names[0]]) == pytest.approx(10.86)
        check_values(row, names, [value / 12 for value in (TOTAL[0], *bounds_of(BY_HAND))])
        assert row["Acteurs"] == "8"
    # Even by convention: no evidence that it has no season.
    assert textile_rows(report["Mois le plus chargé de chaque famille"]) == []


def test_by_recovery(report):
    table = report["Tonnages sortants par famille et mode de traitement"]
    parts = [r for r in table if r["Famille"] == "textile" and r["Mode de traitement"] != "Total"]
    assert len(parts) == len(BY_RECOVERY)
    for recovery, expected in BY_RECOVERY.items():
        row = row_of(table, category="textile", recovery=recovery)
        routes = [route for own, route in BY_ROUTE if own == recovery]
        check_mass(row, rows_of(*routes), expected)
        check_share(row, expected[0], report)


def test_what_comes_in(report):
    table = report["Tonnages entrants déclarés par famille"]
    row = row_of(table, category="textile")
    check_mass(row, IN_2018, TOTAL_IN_2018)
    whole = french(row_of(table, category="Total")["Masse (t/an)"])
    assert french(row["Part (%)"]) == pytest.approx(100 * TOTAL_IN_2018[0] / whole)


def test_the_flow_among_the_first_to_examine(report):
    (row,) = [r for r in report["Principaux flux sortants non valorisés"] if r["Famille"] == "textile"]
    assert row["Désignation"] == "Chutes de tissu ennobli"
    assert (row["Qualité"], row["Exutoire actuel"]) == ("mélangé", "stockage")
    assert [french(row[name]) for name in MASSES] == pytest.approx([38.4, 38.4 - 1.92, 38.4 + 1.92])
    assert french(row["Facture (€/an)"]) == pytest.approx(4416)
    assert row["Critères remplis"] == "non dangereux, mesuré, usage connu, concentré"
    # Back to the cell: the quantity stands in that file, sheet and row.
    file, sheet, line = row["Source"].split(", ")
    cells = openpyxl.load_workbook(RAW / "2018" / file)[sheet][int(line.removeprefix("ligne "))]
    assert 3.2 in [cell.value for cell in cells]


def test_what_is_not_valorised(report):
    table = report["Potentiel non valorisé par famille"]
    (row,) = textile_rows(table)
    rows = rows_of("stockage", "incinération")
    check_mass(row, rows, NOT_VALORISED)
    whole = sum(french(r["Masse (t/an)"]) for r in table)
    assert french(row["Part (%)"]) == pytest.approx(100 * NOT_VALORISED[0] / whole)
    assert sum(r[3] for r in rows) == pytest.approx(BILL)
    names = ["Facture (€/an)", "Facture, borne basse (€/an)", "Facture, borne haute (€/an)"]
    check_values(row, names, [BILL, *bounds_of(at_price(rows, [r[0][8] for r in rows]))])
    assert french(row["Facilité (sur 5)"]) == pytest.approx(POINTS / NOT_VALORISED[0])
    # Its ranks are its places in the columns of the same table.
    for name, rank in (
        ("Masse (t/an)", "Rang en tonnes"),
        ("Facture (€/an)", "Rang en euros"),
        ("Facilité (sur 5)", "Rang en facilité"),
    ):
        assert int(row[rank]) == 1 + sum(french(r[name]) > french(row[name]) for r in table)


def test_what_bad_sorting_costs(report):
    (row,) = textile_rows(report["Surcoût des flux mal triés par famille"])
    rows = [r for r in BY_HAND if r[0][10] == "mélangé"]
    compared = [r for r in rows if r[0][0] == "E13"]  # the others have no clean flow beside them
    check_mass(row, compared, BADLY_SORTED)
    names = ["Surcoût (€/an)", "Surcoût, borne basse (€/an)", "Surcoût, borne haute (€/an)"]
    assert french(row[names[0]]) == pytest.approx(SURCHARGE)
    check_values(row, names, [SURCHARGE, *bounds_of(at_price(compared, [115 - 60]))])


def test_what_a_tonne_out_of_the_mix_saves(report):
    flows = rows_named("2018", "Flux", "quantite")
    mixed = [r for r in flows if plain(r["categorie"]) == "melange" and plain(r["sens"]) == "sortant"]
    # O01 and O02 are outlets: what they send out is what they received.
    costs = [float(str(r["cout (€/t)"])) for r in mixed if str(r["identifiant"])[0] in "ES"]
    assert len(costs) == 23
    office = [r for r in flows if plain(r["designation"]) == "papiers de bureau"]
    clean = {str(r["identifiant"]): float(str(r["cout (€/t)"])) for r in office}
    price = statistics.median(cost for who, cost in clean.items() if who[0] in "ES")
    table = report["Ce que rapporte une tonne sortie des déchets en mélange"]
    (row,) = [row for row in table if row["Famille"] == "papier"]
    names = ["Coût en mélange (€/t)", "Coût du flux propre (€/t)", "Économie par tonne retirée (€/t)"]
    mixed_price = statistics.median(costs)
    assert [french(row[name]) for name in names] == [mixed_price, price, mixed_price - price]
    # The clean scraps of a mill come out of no bin of mixed waste.
    assert {row["Famille"] for row in table} == {"papier", "carton", "plastique", "bois"}


def test_what_is_sent_and_received(report):
    (row,) = textile_rows(report["Ce qui est envoyé et ce qui est reçu, par famille"])
    names = ["Envoyé (t/an)", "Envoyé, qui peut leur arriver (t/an)", "Reçu (t/an)", "Reste (t/an)"]
    gap = RECEIVED - SENT_OUT_OF_DISPOSAL
    assert [french(row[name]) for name in names] == pytest.approx([SENT, SENT_OUT_OF_DISPOSAL, RECEIVED, gap])
    bounds = ["Reste, borne basse (t/an)", "Reste, borne haute (t/an)"]
    assert [french(row[name]) for name in bounds] == pytest.approx([gap - GAP, gap + GAP], abs=1e-3)
    assert row["Conclusion"] == "va aussi ailleurs que chez ces preneurs"


def test_what_becomes_of_what_is_received(report):
    """Textiles go to textiles: of S01 (18 t) 11.4 t of rags, of S03 (15 t) 4.56 t; the bins are their own."""
    rows = textile_rows(report["Ce qui entre chez les filières et l'ESS, et en sort"])
    found = {row["Exutoire actuel"]: french(row["Masse (t/an)"]) for row in rows}
    left = {"S01": 18 - 11.4, "S03": 15 - 4.56}
    assert found == pytest.approx(
        {"réemploi": 11.4, "valorisation énergétique": 4.56, "non expliqué": sum(left.values())}
    )
    assert sum(found.values()) == pytest.approx(RECEIVED)
    rows = textile_rows(report["Bilan par famille reçue"])
    assert sorted(french(row["Reste (t/an)"]) for row in rows) == pytest.approx(sorted(left.values()))


def mover(now: tuple[float, ...], before: tuple[float, ...]) -> list[float]:
    """The difference of two values (value, low, high) and its bounds: half-intervals in quadrature."""
    d = now[0] - before[0]
    below = math.hypot(now[0] - now[1], before[2] - before[0])
    above = math.hypot(now[2] - now[0], before[0] - before[1])
    return [d, d - below, d + above]


def test_both_waves_and_the_change_between_them(report):
    """Sites and families are the same in both waves: none is new, gone or declared once."""
    rows = textile_rows(report["Ce qui a changé, par famille et selon qui a répondu"])
    whole, both = "ensemble des acteurs", "famille et flux comptés dans les deux vagues"
    assert sorted(row["Réponses"] for row in rows) == [whole, both]
    assert {cells[0] for cells, *_ in BY_HAND} == {cells[0] for cells, *_ in OUT_2015}
    now, before = (TOTAL[0], *bounds_of(BY_HAND)), (TOTAL_2015[0], *bounds_of(OUT_2015))
    tonnes = mover(now, before)
    logarithms = mover(tuple(map(math.log, now)), tuple(map(math.log, before)))
    assert tonnes[0] == pytest.approx(-11.59)
    assert tonnes[2] < 0  # hence a fall
    for row in rows:
        check_mass(row, BY_HAND, TOTAL)
        check_values(row, MASSES_BEFORE, list(before))
        assert int(row["Acteurs avant"]) == TOTAL_2015[1]
        ends = ["", ", borne basse", ", borne haute"]
        # An error of a thousandth of 142 t weighs more on their difference, -11.59, and its bounds.
        found = [french(row[f"Écart{end} (t/an)"]) for end in ends]
        assert found == pytest.approx(tonnes, abs=0.15)
        assert found[0] == pytest.approx(tonnes[0])
        found = [french(row[f"Écart relatif{end} (%)"]) for end in ends]
        assert found == pytest.approx([100 * math.expm1(value) for value in logarithms], abs=0.1)
        assert found[0] == pytest.approx(100 * -11.59 / 141.91)
        assert row["Évolution"] == "baisse"


def test_the_slope_has_both_waves(report):
    rows = textile_rows(report["Tonnages des mêmes acteurs aux deux vagues"])
    waves = {row["Vague"]: row for row in rows}
    assert set(waves) == {"2015", "2018"}
    check_values(waves["2018"], MASSES, [TOTAL[0], *bounds_of(BY_HAND)])
    check_values(waves["2015"], MASSES, [TOTAL_2015[0], *bounds_of(OUT_2015)])
    assert {row["Évolution"] for row in rows} == {"baisse"}
    assert {row["Réponses"] for row in rows} == {"famille et flux comptés dans les deux vagues"}


def test_the_formula_beside_the_simulation(report):
    """What a simulation draws is not worked out by hand: it must be close, and its gap well reckoned."""
    (row,) = textile_rows(report["Intervalles calculés et simulés"])
    low, high = bounds_of(BY_HAND)
    check_values(row, MASSES, [TOTAL[0], low, high])
    simulated = [french(row[f"Borne {side}, simulée (t/an)"]) for side in ("basse", "haute")]
    assert simulated == pytest.approx([low, high], abs=0.04 * (high - low) / 2)
    width = simulated[1] - simulated[0]
    printed = french(row["Borne haute (t/an)"]) - french(row["Borne basse (t/an)"])
    assert french(row["Écart de largeur (%)"]) == pytest.approx(100 * (printed / width - 1), abs=1e-4)


def test_what_is_extrapolated_holds_what_was_observed(report):
    """The estimate needs every establishment of the list: here only what must hold whatever they are."""
    (row,) = textile_rows(report["Tonnages extrapolés au territoire, par famille"])
    assert french(row["Observé (t/an)"]) == pytest.approx(TOTAL[0])
    assert int(row["Acteurs"]) == TOTAL[1]
    mass, low, high = (french(row[name]) for name in EXTRAPOLATED)
    assert TOTAL[0] < mass
    assert low < mass < high
    # The list adds uncertainty to that of the answers.
    observed = bounds_of(BY_HAND)
    assert high - low > observed[1] - observed[0]


FAMILY_TABLES = {
    "Tonnages sortants par code déchet",
    "Tonnages sortants par famille",
    "Tonnages entrants déclarés par famille",
    "Tonnages sortants par famille et mode de traitement",
    "Tonnages sortants par famille et secteur d'activité",
    "Chemins de la famille à l'exutoire",
    "Chemins de la famille à l'exutoire, par secteur",
    "Tonnages sortants par famille et par mois",
    "Ce qui est acheté et ce qui en sort, par famille",
    "Coût de gestion déclaré par famille",
    "Surcoût des flux mal triés par famille",
    "Potentiel non valorisé par famille",
    "Principaux flux sortants non valorisés",
    "Ce qui entre chez les filières et l'ESS, et en sort",
    "Bilan par famille reçue",
    "Ce qui est envoyé et ce qui est reçu, par famille",
    "Tonnages extrapolés au territoire, par famille",
    "Tonnages des mêmes acteurs aux deux vagues",
    "Ce qui a changé, par famille et selon qui a répondu",
    "Intervalles calculés et simulés",
}


def test_rags_are_bought_and_leave_as_waste(report):
    """E01 declares 1.68 t of rags at 900 EUR/t, and 1.14 t of soiled ones at 480 EUR/t."""
    (row,) = textile_rows(report["Ce qui est acheté et ce qui en sort, par famille"])
    names = [
        "Acheté (t/an)",
        "Masse (t/an)",
        "Sorti en déchet (%)",
        "Achat de ce qui sort (€/an)",
        "Coût (€/an)",
    ]
    expected = [1.68, 1.14, 100 * 1.14 / 1.68, 1.14 * 900, 1.14 * 480]
    for name, value in zip(names, expected, strict=True):
        assert french(row[name]) == pytest.approx(value, rel=0.01, abs=0.05)


def test_no_other_table_speaks_of_textile(report):
    """In a column of families, whatever its name; « textile » is also a sector."""
    speaking = {
        name
        for name, table in report.items()
        if any(value == "textile" and key != "Secteur" for row in table for key, value in row.items())
    }
    assert speaking == FAMILY_TABLES


def test_cost(report):
    row = row_of(report["Coût de gestion déclaré par famille"], category="textile")
    # What is paid less what S01 earns: each the sum of its masses times their price, then MOVER.
    paid = [row for row in BY_HAND if row[0][8] > 0]
    earned = [row for row in BY_HAND if row[0][8] < 0]
    paid, earned = (at_price(rows, [abs(row[0][8]) for row in rows]) for rows in (paid, earned))
    (low, high), (least, most) = bounds_of(paid), bounds_of(earned)
    expense, revenue = (sum(row[1] for row in rows) for rows in (paid, earned))
    assert french(row["Coût (€/an)"]) == pytest.approx(COST) == pytest.approx(expense - revenue)
    below = math.hypot(expense - low, most - revenue)
    above = math.hypot(high - expense, revenue - least)
    assert french(row["Coût, borne basse (€/an)"]) == pytest.approx(COST - below, rel=1e-3)
    assert french(row["Coût, borne haute (€/an)"]) == pytest.approx(COST + above, rel=1e-3)


@pytest.fixture(scope="module")
def without(tmp_path_factory) -> Path:
    """A project without an earlier wave, nor a list of establishments: the report, and that of the public."""
    folder = tmp_path_factory.mktemp("alone")
    raw = folder / "data" / "raw" / "thur-doller"
    shutil.copytree(RAW / "2018", raw / "2018")
    shutil.copy(RAW / "study.toml", raw)
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "01_flow_diagnosis.ipynb", folder / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["clean", "thur-doller"]) == 0
        audiences = ["--audience", "internal", "--audience", "public"]
        assert main(["run", "thur-doller", "--jobs", "1", *audiences]) == 0
    return folder


@pytest.fixture(scope="module")
def alone(without) -> dict[str, list[dict[str, str]]]:
    return tables_of(without)


def test_one_wave_alone_says_so(alone):
    assert "Tonnages des mêmes acteurs aux deux vagues" not in alone  # a table without a row has no file
    assert "pas de vague antérieure exploitable" in alone["page"][0]["text"]


def test_one_wave_alone_has_no_change(alone):
    for row in alone.get("Ce qui a changé, par famille et selon qui a répondu", []):
        assert row["Écart (t/an)"] == ""


def test_without_a_list_the_textiles_are_those_declared(alone):
    check_mass(row_of(alone["Tonnages sortants par famille"], category="textile"), BY_HAND, TOTAL)


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_without_a_list_nothing_is_extended_to_the_territory(without, audience):
    report = tables_of(without, audience)
    assert [name for name in report if "extrapolés" in name] == []
    page = report["page"][0]["text"]
    assert "rien n'est étendu au territoire" in page
    assert "Territoire entier non estimé, faute de répertoire" in re.sub(r"\s+", " ", page)
    for title in ("Réponse selon la taille des établissements", "Tonnes par salarié, à côté de celles"):
        assert not [name for name in report if name.startswith(title)] and title not in page
    for said in ("tous ont répondu", "Avec ceux qui n'ont pas répondu", "Taux de réponse", "n'indique que"):
        assert said not in page
