"""Real BMO, DARES and ROME files through the command into the report of jobs, each number walked back.

The expected values are reckoned from the raw files with pandas alone; the found ones are read in the cells of
the page. One age file is in Latin-1 and imported last, so that the page shows it; the other, in UTF-8, keeps
the earlier periods.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import eit, last_wave_of
from scipy.stats import beta

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the project")

STUDY, NOTEBOOK = "thur-doller", "03_employment_skills_forecast"
OLD_AGES, NEW_AGES = "age_agrege_1982_1984_2017_2019_restructure_fap225.csv", "age_2017_2019_3niv.csv"
IMPORTS = [
    ("bmo", "bmo/Base_open_data_BMO_2024.xlsx"),
    ("dares_age", f"dares/{OLD_AGES}"),
    ("dares_age", f"dares/{NEW_AGES}"),
    ("dares_employment", "dares/effectifs_3niv.csv"),
    ("dares", "dares/fap225_rome.csv"),
    ("dares", "dares/tensions.csv"),
    ("rome", "rome/metiers.csv"),
    ("rome", "rome/competences.csv"),
    ("rome", "rome/correspondances.csv"),
]
MACHINING, ASSEMBLY = "Conduite d'équipement d'usinage", "Montage-assemblage mécanique"
CHEMISTRY = "Conduite d'équipement de production chimique ou pharmaceutique"
Page = Callable[[str], list[dict[str, str]]]
AGES = "Âges des métiers de l'étude et des mêmes métiers en France"
BEYOND = "Tranches d'âge qui s'écartent de la France au-delà du hasard, par métier"
BASIN = "Difficulté de recrutement : entreprises de l'étude et bassin d'emploi"
WANTED = "Métiers les plus recherchés du bassin d'emploi"
TENSION = "Difficulté de recrutement et tension du métier selon la DARES"
CODES = "Métiers de l'étude dans les nomenclatures"
ERRORS = "Erreurs des prévisions d'emploi par métier en France, refaites à chaque année passée"
NATIONAL = "Métiers de l'étude : emploi en France et prévision à cinq ans"
GAP = "Postes à pourvoir et arrivées, d'ici 2021, par métier"
APART = "Métiers sur lesquels les sources se contredisent"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cleaned: Path) -> Path:
    folder = last_wave_of(cleaned, tmp_path_factory.mktemp("registers"))
    for other in set((folder / "notebooks").glob("*.ipynb")) - {folder / "notebooks" / f"{NOTEBOOK}.ipynb"}:
        other.unlink()  # its pages are not read here
    return folder


@pytest.fixture(scope="module")
def page(project: Path) -> Page:
    for register, name in IMPORTS:
        done = eit(project, "import", register, str(DATA / name), STUDY)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert register != "bmo" or "121" in done.stdout
    done = eit(project, "run", STUDY, "--notebook", NOTEBOOK)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    blocks = re.findall(r"<table.*?</table>", text_of(project), re.DOTALL)
    return dict(read(block) for block in blocks).__getitem__


def text_of(project: Path) -> str:
    file = project / "reports" / STUDY / "2018" / "internal" / f"{NOTEBOOK}.html"
    return file.read_text(encoding="utf-8").replace("\u2019", "'")


def processed(project: Path, table: str) -> pd.DataFrame:
    return pd.read_parquet(project / "data" / "processed" / STUDY / "2018" / f"{table}.parquet")


def read(block: str) -> tuple[str, list[dict[str, str]]]:
    """A table of the page: its caption and its rows by header, as a reader sees them."""

    def words(cell: str) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", "", cell)).split())

    rows = [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", block, re.DOTALL)
    ]
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", block, re.DOTALL)
    body = [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])]
    return words(caption[1]) if caption else "", body


def shown(text: str) -> float:
    return float(re.sub(r"\s", "", text).replace(",", ".").replace("−", "-"))


def one(rows: list[dict[str, str]], **wanted: str) -> dict[str, str]:
    """The one row of an occupation (`Métier`) and, where it has ages, of a band (`Tranche d'âge`)."""
    found = [row for row in rows if wanted.items() <= row.items()]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def families() -> pd.DataFrame:
    table = pd.read_csv(DATA / "dares" / "fap225_rome.csv", sep=";", encoding="latin-1")
    return table.dropna()


def new_ages() -> pd.DataFrame:
    """Thousands of people in 2017-2019, families in rows, bands in columns."""
    table = pd.read_csv(DATA / "dares" / NEW_AGES, encoding="latin-1")
    return table.pivot(index="fap", columns="tr_age", values="annee_2017_2019")


@cache
def survey() -> pd.DataFrame:
    """All rows of the survey, `*` where it masks."""
    file = DATA / "bmo" / "Base_open_data_BMO_2024.xlsx"
    return pd.read_excel(file, "BMO_2024_open_data", engine="calamine", dtype=str)


def test_the_age_files_are_in_two_encodings() -> None:
    with pytest.raises(UnicodeDecodeError):
        (DATA / "dares" / NEW_AGES).read_bytes().decode("utf-8")
    (DATA / "dares" / OLD_AGES).read_bytes().decode("utf-8")


def test_national_ages_of_one_occupation(page: Page) -> None:
    """Assembly is D3Z20 and D4Z40; of its 153 people, 10 are under 25."""
    codes = families().loc[lambda table: table["Rome"] == "H2909", "Fap"].tolist()
    assert codes == ["D3Z20", "D4Z40"]
    thousands = new_ages().loc[codes].sum()
    row = one(page(BEYOND), Métier=ASSEMBLY, **{"Tranche d'âge": "15-24"})
    assert shown(row["Part en France (%)"]) == round(100 * thousands["15-24 ans"] / thousands.sum(), 1)
    assert (row["Effectif (personnes)"], shown(row["Part (%)"])) == ("10", round(100 * 10 / 153, 1))
    low, high = beta.ppf([0.05 / 18, 1 - 0.05 / 18], [10, 11], [144, 143])
    assert shown(row["Part, borne basse à 95 % (%)"]) == round(100 * low, 1)
    assert shown(row["Part, borne haute à 95 % (%)"]) == round(100 * high, 1)
    named = "Aides en serrurerie et montage (D3Z20), Monteurs et ajusteurs qualifiés (D4Z40)"
    assert row["Familles professionnelles"] == named and row["Au-delà du hasard"] == "oui"


def test_the_pyramid_of_all_occupations_beside_the_country(page: Page, project: Path) -> None:
    people = processed(project, "workforce")
    team = (
        people.dropna(subset=["rome_code"])
        .groupby("rome_code")
        .agg(people=("headcount", "sum"), sites=("site_id", "nunique"))
    )
    # For the team no occupation is merged, however small.
    assert ((team["people"] < 5) | (team["sites"] < 3)).any()
    ages, links = new_ages(), families()
    aged = people[people["rome_code"].notna() & people["age_band"].notna()]
    wanted = pd.Series(0.0, index=ages.columns)
    for rome, number in aged.groupby("rome_code")["headcount"].sum().items():
        thousands = ages.loc[links.loc[links["Rome"] == rome, "Fap"]].sum()
        wanted += number * thousands / thousands.sum()
    rows = page(AGES)
    assert [shown(row["Part en France (%)"]) for row in rows] == (100 * wanted / wanted.sum()).round(
        1
    ).tolist()
    found = aged.groupby("age_band")["headcount"].sum()
    assert [shown(row["Effectif (personnes)"]) for row in rows] == found.tolist()


def test_each_age_file_keeps_what_it_alone_says(page: Page, project: Path) -> None:
    del page  # what is compared is what was imported
    table = pd.read_csv(DATA / "dares" / OLD_AGES, encoding="utf-8")
    imported = processed(project, "dares_age")
    newer = imported["fap_code"].isin(new_ages().index) & (imported["period"] == "2017-2019")
    assert set(imported.loc[newer, "source_file"]) == {NEW_AGES}
    assert set(imported.loc[~newer, "source_file"]) == {OLD_AGES}
    early = imported[imported["period"] == "2003-2005"].set_index(["fap_code", "age_band"])
    raw = table[table["annee"] == "2003-2005"].set_index(["Fap", "age"])["effectif"]
    assert (early["employment_thousands"].reindex(raw.index) - raw).abs().max() == 0
    # Where both speak they say the same, to the rounding.
    last = table[table["annee"] == "2017-2019"].pivot(index="Fap", columns="age", values="effectif")
    assert len(last) > 180 and (last - new_ages().reindex(last.index)).abs().max(axis=None) < 0.01


def cells(code: str) -> pd.DataFrame:
    """The survey's rows of one family in the basin's département, numbers or missing where it masks."""
    rows = survey()[(survey()["Code métier BMO"] == code) & (survey()["Dept"] == "68")]
    return rows.set_index("NOMBE24")[["met", "xmet"]].replace("*", None).astype(float)


def test_needs_of_an_occupation_by_hand(page: Page) -> None:
    """Chemistry: the basin masks E2X40; E2X20, 52 % of the occupation, has 23 projects, 17 hard."""
    assert cells("E2X40").loc["THANN-CERNAY"].isna().all()
    assert cells("E2X20").loc["THANN-CERNAY"].tolist() == [23, 17]
    chemistry = one(page(BASIN), Métier=CHEMISTRY)
    assert chemistry["Projets de recrutement (personnes)"] == "23"
    assert chemistry["Territoire des projets"] == chemistry["Territoire de la difficulté"] == "bassin"
    assert shown(chemistry["Projets jugés difficiles (%)"]) == round(100 * 17 / 23)
    assert chemistry["Familles des projets (FAP 2021)"].endswith("(E2X20) : 52 %")


def test_needs_of_two_families_by_hand(page: Page) -> None:
    """Food: E3X40, 53 %, has 40 projects, all hard; E3X20 has 17, of a masked difficulty."""
    qualified, other = (cells(code).loc["THANN-CERNAY"] for code in ("E3X40", "E3X20"))
    assert (qualified.tolist(), other["met"], np.isnan(other["xmet"])) == ([40, 40], 17, True)
    food = one(page(BASIN), Métier="Conduite d'équipement de production alimentaire")
    assert shown(food["Projets de recrutement (personnes)"]) == round(0.53 * 40 + 0.47 * 17)
    assert shown(food["Projets jugés difficiles (%)"]) == 100
    assert "E3X20" not in food["Familles de la difficulté (FAP 2021)"]


def test_needs_of_the_departement_by_hand(page: Page) -> None:
    """Sorting waste: no row of the basin; the département's others print 10, 66 and 6, and one masks."""
    waste = cells("T4X62")
    assert "THANN-CERNAY" not in waste.index and waste["met"].dropna().tolist() == [10, 66, 6]
    row = one(page(BASIN), Métier="Revalorisation de produits industriels")
    assert (row["Projets de recrutement (personnes)"], row["Territoire des projets"]) == ("82", "département")
    rated = waste.dropna()
    assert shown(row["Projets jugés difficiles (%)"]) == round(100 * rated["xmet"].sum() / rated["met"].sum())


def test_nearly_all_occupations_have_needs(page: Page) -> None:
    """19 of 37 when each had one family and the basin alone answered."""
    levels = pd.Series([row["Territoire des projets"] for row in page(BASIN)]).value_counts().to_dict()
    assert levels == {"bassin": 23, "département": 13}


def test_the_most_wanted_of_the_basin(page: Page) -> None:
    table = survey()[survey()["NOMBE24"] == "THANN-CERNAY"]
    assert len(table) == 121
    shown_table = table[table["met"] != "*"].assign(met=lambda rows: rows["met"].astype(int))
    best = shown_table.sort_values(["met", "Nom métier BMO"], ascending=[False, True]).head(12)
    rows = page(WANTED)
    assert [row["Métier de l'enquête BMO"] for row in rows] == best["Nom métier BMO"].tolist()
    assert [shown(row["Projets de recrutement (personnes)"]) for row in rows] == best["met"].tolist()


def test_tension_of_the_departement_and_of_the_region(page: Page) -> None:
    raw = pd.read_csv(DATA / "dares" / "tensions.csv").rename(columns=str.strip)
    links = families()
    for occupation, rome, level in [
        (MACHINING, "H2903", "département"),
        ("Comptabilité", "M1203", "département"),
        ("Réglage d'équipement de production industrielle", "H2912", "région"),
    ]:
        codes = links.loc[links["Rome"] == rome, "Fap"]
        here = raw[raw["fap"].isin(codes) & raw["Catégorie Tension"].notna()]
        department = here[here["dep"] == "68"]
        assert department.empty == (level == "région")
        area = department if len(department) else here[here["reg"] == 44]
        people = raw[raw["niveau_geo"] == "nat"].set_index("fap")["Emploi moyen"]
        by_rome = area["fap"].map(people / links.groupby("Fap")["Rome"].nunique())
        classes = area["Catégorie Tension"]
        mean = (by_rome * classes).sum() / by_rome.sum()
        row = one(page(TENSION), Métier=occupation)
        printed = [shown(row[name]) for name in row if name.startswith("Tension")]
        assert printed == [round(mean, 1), classes.min(), classes.max()]
        assert (row["Niveau de la tension"], row["Année de la tension"]) == (level, "2019")
        rare = (by_rome * area["Manque de main-d'œuvre disponible"]).sum() / by_rome.sum()
        assert ("main-d'œuvre rare" in row["Ce qui tend le métier"]) == (rare >= 3.5)


def test_rome_labels_and_skills(page: Page) -> None:
    names = ("metiers", "competences", "correspondances")
    rome = {name: pd.read_csv(DATA / "rome" / f"{name}.csv", dtype=str) for name in names}
    skills = set(rome["competences"]["code_ogr"])
    for code in ("H2903", "M1203"):
        row = next(row for row in page(CODES) if row["Code ROME"] == code)
        label = rome["metiers"].set_index("code_rome")["libelle_rome"][code]
        links = rome["correspondances"]
        mine = set(links.loc[links["code_rome"] == code, "code_ogr"]) & skills
        assert row["Libellé du code ROME"] == label
        assert shown(row["Compétences du ROME"]) == len(mine) > 10
        mine = families().loc[lambda table, code=code: table["Rome"] == code, "Fap"]
        assert re.findall(r"\((\w{5})\)(?:, |$)", row["Familles professionnelles"]) == sorted(mine)


@cache
def employment() -> pd.DataFrame:
    """Thousands of people, years in rows, families in columns."""
    return pd.read_csv(DATA / "dares" / "effectifs_3niv.csv", index_col="Annee")


def test_the_scorecard_of_series_grades_the_naive_forecast(page: Page) -> None:
    """Naive, one year ahead: |E_t − E_{t−1}| / E_t, 28 origins, each series from its own eighth year."""
    table = employment()
    row = one(page(ERRORS), Méthode="maintien de la dernière valeur", **{"Horizon (ans)": "1"})
    error = (table.diff().abs() / table).where(table.notna().cumsum() > 8).iloc[-28:]
    assert (row["Années de départ"], shown(row["CRPS rapporté à celui du maintien"])) == ("28", 1)
    assert shown(row["Écart absolu moyen (MAPE) (%)"]) == round(100 * error.mean(axis=1).mean(), 1)
    assert error.notna().sum(axis=1).agg(["min", "max"]).tolist() == [111, 340]


def test_the_national_forecast_starts_from_the_last_year_and_widens(page: Page, project: Path) -> None:
    """Assembly is in D3Z and D4Z, whose series are complete over 1983-2018."""
    for code in ("D3Z", "D4Z"):
        rows = [
            row for row in page(NATIONAL) if row["Famille professionnelle en France"].endswith(f" ({code})")
        ]
        row = one(rows, Métier=ASSEMBLY)  # in words, then its code
        assert shown(row["Emploi en France (milliers)"]) == round(employment().loc[2018, code])
        low95, low80, middle, high80, high95 = (
            shown(row[f"{name} (milliers)"])
            for name in (
                "Prévision, borne basse à 95 %", "Prévision, borne basse à 80 %", "Prévision à cinq ans",
                "Prévision, borne haute à 80 %", "Prévision, borne haute à 95 %",
            )
        )  # fmt: skip
        assert low95 < low80 < middle < high80 < high95
    assert "Emploi de 2018 et prévision pour 2023" in html.unescape(text_of(project)).replace("\u00a0", " ")


def test_the_gap_hears_the_basin_and_names_who_contradicts_it(page: Page, project: Path) -> None:
    """Machining: 4/4 for firms, all projects difficult, class 5; sorters: 0.4/4 and 93 %."""
    row, chances = one(page(GAP), Métier=MACHINING), "Chances de manque (sur cent)"
    assert shown(row[chances]) == max(shown(other[chances]) for other in page(GAP)) >= 60
    sorters = page(APART)[0]
    assert sorters["Métier"] == "Opérations manuelles d'assemblage, tri ou emballage"
    assert sorters["Contradiction"] == "facile pour les entreprises, difficile selon le BMO"
    own = processed(project, "workforce")
    own = own[(own["rome_code"] == "H3302") & own["hiring_difficulty"].notna()]
    mean = (own["hiring_difficulty"] * own["headcount"]).sum() / own["headcount"].sum()
    assert shown(sorters["Difficulté selon les entreprises (sur 4)"]) == round(mean, 1)
    told = html.unescape(text_of(project)).replace("\u00a0", " ")
    assert "« Opérations manuelles d'assemblage, tri ou emballage » : difficulté de 0,4 sur 4" in told


def test_sources_are_named_on_the_page(project: Path, page: Page) -> None:
    del page
    text = html.unescape(text_of(project))
    for source in ("Portrait statistique des métiers, 2017-2019", "tension 2019", "main-d'œuvre 2024"):
        assert source in text


def test_the_needs_of_the_basin_are_kept_by_a_cleaning(project: Path, page: Page) -> None:
    del page
    text = html.unescape(text_of(project))
    assert "enquête Besoins en main-d'œuvre 2024, bassin d'emploi THANN-CERNAY" in text
    needs = processed(project, "bmo")
    wanted = needs[needs["basin"] == "THANN-CERNAY"].sort_values("planned_hires", ascending=False).iloc[0]
    assert str(wanted["occupation"]) in text
    file = project / "data" / "processed" / STUDY / "2018" / "bmo.parquet"
    kept = file.read_bytes()
    assert eit(project, "clean", STUDY).returncode == 0
    assert file.read_bytes() == kept
