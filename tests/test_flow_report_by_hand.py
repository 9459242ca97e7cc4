"""Every number the flow report prints about textile in 2018, worked out by hand from the respondents' cells.

Nothing of the package takes part in the expected values: cells are read with openpyxl and csv, checked to be
those converted by hand below, and the results compared with the tables published beside the report.
"""

import csv
import html
import math
import re
import shutil
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
    "exutoire actuel", "cout (€/t)", "prestataire",
]  # fmt: skip

# The nine rows as filled in, then t/year, 95 % half-width in t/year (weighed or invoiced 5 %, declared
# 20 %, estimated 50 %), and EUR/year. A month counts twelve times, 1 000 kg make a tonne.
BENNES, LIQUIDES = "Bennes Chimère", "Liquides Griffon"  # contractors
BY_HAND = [
    # 95 kg x 12 = 1 140 kg; 5 % of 1.14; 1.14 t x 480
    (("E01", "Chiffons et absorbants souillés", 95, "kg", "mois", None, "facture", "incinération", 480,
      LIQUIDES),
     1.14, 0.057, 547.2),
    # 900 kg; 50 % of 0.9; 0.9 t x 140
    (("E06", "Vêtements de travail réformés", 900, "kg", "an", None, "estimation", "incinération", 140,
      BENNES),
     0.9, 0.45, 126.0),
    # 4.1 t x 12; 5 % of 49.2; 49.2 t x 60
    (("E12", "Déchets de fils et bourres", 4.1, "t", "mois", None, "pesée", "valorisation énergétique", 60,
      BENNES),
     49.2, 2.46, 2952.0),
    # 1.3 t x 12; 20 % of 15.6; 15.6 t x 115
    (("E12", "Toiles et lisières de coton", 1.3, "t", "mois", None, "déclaration", "stockage", 115, BENNES),
     15.6, 3.12, 1794.0),
    # 3.2 t x 12; 5 % of 38.4; 38.4 t x 115
    (("E13", "Chutes de tissu ennobli", 3.2, "t", "mois", None, "pesée", "stockage", 115, BENNES),
     38.4, 1.92, 4416.0),
    # 620 kg x 12; 20 % of 7.44; 7.44 t x 120
    (("E14", "Chutes de coupe", 620, "kg", "mois", None, "déclaration", "stockage", 120, BENNES),
     7.44, 1.488, 892.8),
    # 140 kg x 12; 50 % of 1.68; 1.68 t x 125
    (("E18", "Vêtements invendus", 140, "kg", "mois", None, "estimation", "incinération", 125, BENNES),
     1.68, 0.84, 210.0),
    # 950 kg x 12; 5 % of 11.4; 11.4 t x -700, a revenue
    (("S01", "Chiffons d'essuyage coupés", 950, "kg", "mois", None, "pesée", "réemploi", -700, None),
     11.4, 0.57, -7980.0),
    # 380 kg x 12; 5 % of 4.56; 4.56 t x 80
    (("S03", "Textiles non revendables", 380, "kg", "mois", None, "pesée", "valorisation énergétique", 80,
      BENNES),
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


def plain(value: object) -> str:
    text = unicodedata.normalize("NFD", str(value if value is not None else "").strip().lower())
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def sheets_of_flows(wave: str) -> list[list[list[object]]]:
    found = []
    for path in sorted((RAW / wave).iterdir()):
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, data_only=True)
            found += [
                [list(row) for row in book[n].iter_rows(values_only=True)]
                for n in book.sheetnames
                if n == "Flux"
            ]
        elif path.name.endswith("_Flux.csv"):
            text = path.read_bytes().decode("cp1252")
            found.append(list(csv.reader(text.splitlines(), delimiter=";")))
    return found


def textile_cells(wave: str, way: str, columns: list[str]) -> list[tuple]:
    """The cells of every textile row going one way, as they stand in the files."""
    cells = []
    for rows in sheets_of_flows(wave):
        top = next(i for i, row in enumerate(rows) if "quantite" in map(plain, row))
        header = [plain(cell) for cell in rows[top]]
        for row in rows[top + 1 :]:
            named = dict(zip(header, row, strict=False))
            if plain(named["sens"]) == way and plain(named["categorie"]) == "textile":
                assert named["mois d'activite"] in (None, "")
                cells.append(tuple(number(named[column]) for column in columns))
    return cells


def number(cell: object) -> object:
    """A CSV file has only text: its digits are numbers, its empty cells are empty."""
    if cell == "":
        return None
    return float(cell) if isinstance(cell, str) and re.fullmatch(r"-?\d+", cell) else cell


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> dict[str, list[dict[str, str]]]:
    """The 2018 report's tables by caption, from a clean run on both waves."""
    return publish(tmp_path_factory.mktemp("territory"), "2015", "2018")


def publish(folder: Path, *waves: str) -> dict[str, list[dict[str, str]]]:
    for wave in waves:
        shutil.copytree(RAW / wave, folder / "data" / "raw" / "thur-doller" / wave)
    shutil.copy(RAW / "study.toml", folder / "data" / "raw" / "thur-doller")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "01_flow_diagnosis.ipynb", folder / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["clean", "thur-doller", *(part for wave in waves for part in ("--wave", wave))]) == 0
        assert main(["run", "thur-doller", "--jobs", "1"]) == 0
    reports = folder / "reports" / "thur-doller" / "2018" / "internal"
    page = (reports / "01_flow_diagnosis.html").read_text(encoding="utf-8")
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
    headers = {"category": "Famille", "recovery": "Mode de traitement", "route": "Exutoire actuel"}
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

    Variance and third moment by the sums over pairs and triples; then the lognormal that has both, shifted.
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
    return low, high


def check_mass(row: dict[str, str], rows: list[tuple], expected: tuple[float, int]) -> None:
    """Mass, its bounds to a thousandth, number of sites."""
    mass, sites = expected
    low, high = bounds_of(rows)
    assert french(row["Masse (t/an)"]) == pytest.approx(mass)
    assert french(row["Borne basse (t/an)"]) == pytest.approx(low, rel=1e-3)
    assert french(row["Borne haute (t/an)"]) == pytest.approx(high, rel=1e-3)
    assert int(row["Acteurs"]) == sites


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


def test_the_additions_by_hand_hold():
    assert sum(mass for _, mass, _, _ in BY_HAND) == pytest.approx(TOTAL[0])
    assert len({cells[0] for cells, *_ in BY_HAND}) == TOTAL[1]
    assert sum(cost for *_, cost in BY_HAND) == pytest.approx(COST)
    for rows, total in ((IN_2018, TOTAL_IN_2018), (OUT_2015, TOTAL_2015)):
        assert sum(mass for _, mass, _ in rows) == pytest.approx(total[0])
        assert len({cells[0] for cells, *_ in rows}) == total[1]


def test_total_interval_and_share(published):
    table = published["Tonnages sortants par famille"]
    row = row_of(table, category="textile")
    check_mass(row, BY_HAND, TOTAL)
    # The whole is that of the same table: its rows add up to it.
    whole = french(row_of(table, category="Total")["Masse (t/an)"])
    assert sum(french(r["Masse (t/an)"]) for r in table) == pytest.approx(2 * whole)
    assert french(row["Part (%)"]) == pytest.approx(100 * TOTAL[0] / whole)
    # What a reader sees: 130,3 t/an, 123,2 to 138,0.
    page = published["page"][0]["text"]
    printed = re.search(
        r">Tonnages sortants par famille</caption>.*?>textile</th>(.*?)</tr>", page, re.DOTALL
    )
    assert re.findall(r">([^<\s]+)</td>", printed[1])[:3] == ["130,3", "123,2", "138,0"]


def check_share(row: dict[str, str], mass: float, published) -> None:
    whole = french(row_of(published["Tonnages sortants par famille"], category="Total")["Masse (t/an)"])
    assert french(row["Part (%)"]) == pytest.approx(100 * mass / whole)


def test_by_route(published):
    table = published["Chemins de la famille à l'exutoire"]
    assert len([r for r in table if r["Famille"] == "textile"]) == len(BY_ROUTE)
    for (recovery, route), expected in BY_ROUTE.items():
        row = row_of(table, category="textile", recovery=recovery, route=route)
        check_mass(row, rows_of(route), expected)
        check_share(row, expected[0], published)


def test_by_recovery(published):
    table = published["Tonnages sortants par famille et mode de traitement"]
    parts = [r for r in table if r["Famille"] == "textile" and r["Mode de traitement"] != "Total"]
    assert len(parts) == len(BY_RECOVERY)
    for recovery, expected in BY_RECOVERY.items():
        row = row_of(table, category="textile", recovery=recovery)
        routes = [route for own, route in BY_ROUTE if own == recovery]
        check_mass(row, rows_of(*routes), expected)
        check_share(row, expected[0], published)


def test_what_comes_in(published):
    table = published["Tonnages entrants déclarés par famille"]
    row = row_of(table, category="textile")
    check_mass(row, IN_2018, TOTAL_IN_2018)
    whole = french(row_of(table, category="Total")["Masse (t/an)"])
    assert french(row["Part (%)"]) == pytest.approx(100 * TOTAL_IN_2018[0] / whole)


def test_the_flow_among_the_first_to_examine(published):
    (row,) = [r for r in published["Principaux flux sortants non valorisés"] if r["Famille"] == "textile"]
    assert row["Désignation"] == "Chutes de tissu ennobli"
    masses = [french(row[name]) for name in ("Masse (t/an)", "Borne basse (t/an)", "Borne haute (t/an)")]
    assert masses == pytest.approx([38.4, 38.4 - 1.92, 38.4 + 1.92])
    assert french(row["Coût (€/t)"]) == 115
    # Back to the cell: the quantity stands in that file, sheet and row.
    file, sheet, line = row["Source"].split(", ")
    cells = openpyxl.load_workbook(RAW / "2018" / file)[sheet][int(line.removeprefix("ligne "))]
    assert 3.2 in [cell.value for cell in cells]


def test_both_waves_and_the_change_between_them(published):
    waves = [t for name, t in published.items() if any("Réponses" in row for row in t) and name != "page"]
    rows = [r for t in waves for r in t if r["Famille"] == "textile"]
    assert len(rows) == 2
    now, before = sorted(rows, key=lambda r: french(r["Masse (t/an)"]))
    check_mass(now, BY_HAND, TOTAL)
    check_mass(before, OUT_2015, TOTAL_2015)
    check_share(now, TOTAL[0], published)
    (table,) = [t for t in waves if before in t]
    whole = next(r for r in table if r["Réponses"] == "ensemble des acteurs")
    assert french(before["Part (%)"]) == pytest.approx(100 * TOTAL_2015[0] / french(whole["Masse (t/an)"]))
    # The eight sites are the same. The difference is -11.59 t; its upper bound adds in quadrature how far
    # 2018 may lie above its value and 2015 below its own (MOVER): still below zero, hence a fall.
    above = french(now["Borne haute (t/an)"]) - TOTAL[0]
    below = TOTAL_2015[0] - french(before["Borne basse (t/an)"])
    assert TOTAL[0] - TOTAL_2015[0] + (above**2 + below**2) ** 0.5 < 0
    row = row_of(published["Sens des évolutions par famille"], category="textile")
    assert row["Évolution, mêmes acteurs"] == row["Évolution, tous les acteurs"] == "baisse"


def test_no_other_table_speaks_of_textile(published):
    speaking = {
        name for name, table in published.items() if any(row.get("Famille") == "textile" for row in table)
    }
    waves = {name for name, table in published.items() if any("Réponses" in row for row in table)}
    assert speaking - waves == {
        "Tonnages sortants par famille",
        "Tonnages entrants déclarés par famille",
        "Tonnages sortants par famille et mode de traitement",
        "Chemins de la famille à l'exutoire",
        "Principaux flux sortants non valorisés",
        "Coût de gestion actuel par famille",
        "Sens des évolutions par famille",
    }


def test_cost(published):
    row = row_of(published["Coût de gestion actuel par famille"], category="textile")
    # What is paid less what S01 earns: each the sum of its masses times their price, then MOVER.
    prices = [(row[0], row[1] * abs(row[0][8]), row[2] * abs(row[0][8])) for row in BY_HAND]
    paid = [row for row in prices if row[0][8] > 0]
    earned = [row for row in prices if row[0][8] < 0]
    (low, high), (least, most) = bounds_of(paid), bounds_of(earned)
    expense, revenue = (sum(row[1] for row in rows) for rows in (paid, earned))
    assert french(row["Coût (€/an)"]) == pytest.approx(COST) == pytest.approx(expense - revenue)
    below = math.hypot(expense - low, most - revenue)
    above = math.hypot(high - expense, revenue - least)
    assert french(row["Coût, borne basse (€/an)"]) == pytest.approx(COST - below, rel=1e-3)
    assert french(row["Coût, borne haute (€/an)"]) == pytest.approx(COST + above, rel=1e-3)


def test_one_wave_alone_says_so(tmp_path):
    alone = publish(tmp_path, "2018")
    assert "Sens des évolutions par famille" not in alone  # a table without a row has no file
    assert "pas de vague antérieure exploitable" in alone["page"][0]["text"]
