"""Every number the flow report prints about textile in 2018, worked out by hand from the respondents' cells.

Nothing of the package takes part in the expected values: cells are read with openpyxl and csv, checked to be
those converted by hand below, and the results compared with the tables published beside the report.
"""

import csv
import html
import re
import shutil
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from eit_analysis.cli import main

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw" / "thur-doller"

COLUMNS = [
    "identifiant", "designation", "quantite", "unite", "periode", "incertitude (%)", "origine de la donnee",
    "exutoire actuel", "cout (€/t)",
]  # fmt: skip

# The nine rows as filled in, then t/year, 95 % half-width in t/year (weighed or invoiced 5 %, declared
# 20 %, estimated 50 %), and EUR/year. A month counts twelve times, 1 000 kg make a tonne.
BY_HAND = [
    # 95 kg x 12 = 1 140 kg; 5 % of 1.14; 1.14 t x 480
    (("E01", "Chiffons et absorbants souillés", 95, "kg", "mois", None, "facture", "incinération", 480),
     1.14, 0.057, 547.2),
    # 900 kg; 50 % of 0.9; 0.9 t x 140
    (("E06", "Vêtements de travail réformés", 900, "kg", "an", None, "estimation", "incinération", 140),
     0.9, 0.45, 126.0),
    # 4.1 t x 12; 5 % of 49.2; 49.2 t x 60
    (("E12", "Déchets de fils et bourres", 4.1, "t", "mois", None, "pesée", "valorisation énergétique", 60),
     49.2, 2.46, 2952.0),
    # 1.3 t x 12; 20 % of 15.6; 15.6 t x 115
    (("E12", "Toiles et lisières de coton", 1.3, "t", "mois", None, "déclaration", "stockage", 115),
     15.6, 3.12, 1794.0),
    # 3.2 t x 12; 5 % of 38.4; 38.4 t x 115
    (("E13", "Chutes de tissu ennobli", 3.2, "t", "mois", None, "pesée", "stockage", 115),
     38.4, 1.92, 4416.0),
    # 620 kg x 12; 20 % of 7.44; 7.44 t x 120
    (("E14", "Chutes de coupe", 620, "kg", "mois", None, "déclaration", "stockage", 120),
     7.44, 1.488, 892.8),
    # 140 kg x 12; 50 % of 1.68; 1.68 t x 125
    (("E18", "Vêtements invendus", 140, "kg", "mois", None, "estimation", "incinération", 125),
     1.68, 0.84, 210.0),
    # 950 kg x 12; 5 % of 11.4; 11.4 t x -700, a revenue
    (("S01", "Chiffons d'essuyage coupés", 950, "kg", "mois", None, "pesée", "réemploi", -700),
     11.4, 0.57, -7980.0),
    # 380 kg x 12; 5 % of 4.56; 4.56 t x 80
    (("S03", "Textiles non revendables", 380, "kg", "mois", None, "pesée", "valorisation énergétique", 80),
     4.56, 0.228, 364.8),
]  # fmt: skip

# Added by hand: mass, sum of the squared half-widths, number of sites.
TOTAL = (130.32, 22.974777, 8)
# 1.14 + 0.9 + 1.68; 15.6 + 38.4 + 7.44; 49.2 + 4.56; 11.4
BY_ROUTE = {
    ("élimination", "incinération"): (3.72, 0.003249 + 0.2025 + 0.7056, 3),
    ("élimination", "stockage"): (61.44, 9.7344 + 3.6864 + 2.214144, 3),
    ("énergétique", "valorisation énergétique"): (53.76, 6.0516 + 0.051984, 2),
    ("matière", "réemploi"): (11.4, 0.3249, 1),
}
BY_RECOVERY = {
    "élimination": (65.16, 16.546293, 6),
    "énergétique": (53.76, 6.103584, 2),
    "matière": (11.4, 0.3249, 1),
}
# 547.2 + 126 + 2 952 + 1 794 + 4 416 + 892.8 + 210 - 7 980 + 364.8
COST = 3322.8
# The half-widths above times the price without its sign.
COST_HALF_WIDTHS = [27.36, 63.0, 147.6, 358.8, 220.8, 178.56, 105.0, 399.0, 18.24]

# What came in, in 2018, and went out in 2015: quantity, unit, period, origin, then t/year and half-width.
IN_2018 = [
    (("E01", 140, "kg", "mois", "facture"), 1.68, 0.084),
    (("E02", 60, "kg", "mois", "facture"), 0.72, 0.036),
    (("E03", 75, "kg", "mois", "facture"), 0.9, 0.045),
    (("E05", 110, "kg", "mois", "facture"), 1.32, 0.066),
    (("S01", 18, "t", "an", "déclaration"), 18.0, 3.6),
    (("S03", 15, "t", "an", "déclaration"), 15.0, 3.0),
]
OUT_2015 = [
    (("E01", 92, "kg", "mois", "facture"), 1.104, 0.0552),
    (("E06", 850, "kg", "an", "estimation"), 0.85, 0.425),
    (("E12", 4.9, "t", "mois", "pesée"), 58.8, 2.94),
    (("E12", 1.4, "t", "mois", "déclaration"), 16.8, 3.36),
    (("E13", 3.5, "t", "mois", "pesée"), 42.0, 2.1),
    (("E14", 625.0, "kg", "mois", "Declaration"), 7.5, 1.5),
    (("E18", 131, "kg", "mois", "estimation"), 1.572, 0.786),
    (("S01", 803, "kg", "mois", "pesée"), 9.636, 0.4818),
    (("S03", 304, "kg", "mois", "pesée"), 3.648, 0.1824),
]
TOTAL_IN_2018 = (37.62, 21.974733, 6)
TOTAL_2015 = (141.91, 27.66006904, 8)


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


def check_mass(row: dict[str, str], expected: tuple[float, float, int]) -> None:
    """M, then sqrt(M^2 + H^2) -/+ H, then the number of sites."""
    mass, squares, sites = expected
    middle, half = (mass**2 + squares) ** 0.5, squares**0.5
    assert french(row["Masse (t/an)"]) == pytest.approx(mass)
    assert french(row["Borne basse (t/an)"]) == pytest.approx(middle - half)
    assert french(row["Borne haute (t/an)"]) == pytest.approx(middle + half)
    assert int(row["Acteurs"]) == sites


def test_the_cells_are_those_converted_by_hand():
    brief = ["identifiant", "quantite", "unite", "periode", "origine de la donnee"]
    for wave, way, columns, rows in (
        ("2018", "sortant", COLUMNS, BY_HAND),
        ("2018", "entrant", brief, IN_2018),
        ("2015", "sortant", brief, OUT_2015),
    ):
        found = textile_cells(wave, way, columns)
        assert sorted(found, key=str) == sorted((cells for cells, *_ in rows), key=str)


def test_the_additions_by_hand_hold():
    assert sum(mass for _, mass, _, _ in BY_HAND) == pytest.approx(TOTAL[0])
    assert sum(half**2 for _, _, half, _ in BY_HAND) == pytest.approx(TOTAL[1])
    assert sum(cost for *_, cost in BY_HAND) == pytest.approx(COST)
    for rows, total in ((IN_2018, TOTAL_IN_2018), (OUT_2015, TOTAL_2015)):
        assert sum(mass for _, mass, _ in rows) == pytest.approx(total[0])
        assert sum(half**2 for *_, half in rows) == pytest.approx(total[1])
        assert len({cells[0] for cells, *_ in rows}) == total[2]


def test_total_interval_and_share(published):
    table = published["Tonnages sortants par famille"]
    row = row_of(table, category="textile")
    check_mass(row, TOTAL)
    # The whole is that of the same table: its rows add up to it.
    whole = french(row_of(table, category="Total")["Masse (t/an)"])
    assert sum(french(r["Masse (t/an)"]) for r in table) == pytest.approx(2 * whole)
    assert french(row["Part (%)"]) == pytest.approx(100 * TOTAL[0] / whole)
    # What a reader sees: 130,3 t/an, 125,6 to 135,2.
    printed = re.search(r">textile</th>(.*?)</tr>", published["page"][0]["text"], re.DOTALL)
    assert re.findall(r">([^<\s]+)</td>", printed[1])[:3] == ["130,3", "125,6", "135,2"]


def check_share(row: dict[str, str], mass: float, published) -> None:
    whole = french(row_of(published["Tonnages sortants par famille"], category="Total")["Masse (t/an)"])
    assert french(row["Part (%)"]) == pytest.approx(100 * mass / whole)


def test_by_route(published):
    table = published["Chemins de la famille à l'exutoire"]
    assert len([r for r in table if r["Famille"] == "textile"]) == len(BY_ROUTE)
    for (recovery, route), expected in BY_ROUTE.items():
        row = row_of(table, category="textile", recovery=recovery, route=route)
        check_mass(row, expected)
        check_share(row, expected[0], published)


def test_by_recovery(published):
    table = published["Tonnages sortants par famille et mode de traitement"]
    assert len([r for r in table if r["Famille"] == "textile"]) == len(BY_RECOVERY)
    for recovery, expected in BY_RECOVERY.items():
        row = row_of(table, category="textile", recovery=recovery)
        check_mass(row, expected)
        check_share(row, expected[0], published)


def test_what_comes_in(published):
    table = published["Tonnages entrants déclarés par famille"]
    row = row_of(table, category="textile")
    check_mass(row, TOTAL_IN_2018)
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
    check_mass(now, TOTAL)
    check_mass(before, TOTAL_2015)
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
    half = sum(width**2 for width in COST_HALF_WIDTHS) ** 0.5
    assert french(row["Coût (€/an)"]) == pytest.approx(COST)
    assert french(row["Coût, borne basse (€/an)"]) == pytest.approx(COST - half)
    assert french(row["Coût, borne haute (€/an)"]) == pytest.approx(COST + half)


def test_one_wave_alone_says_so(tmp_path):
    alone = publish(tmp_path, "2018")
    assert "Sens des évolutions par famille" not in alone  # a table without a row has no file
    assert "pas de vague antérieure exploitable" in alone["page"][0]["text"]
