"""The sample study is fictional, complete, and what its generator writes."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import generate as generator
import pytest
from python_calamine import CalamineWorkbook
from stdnum.fr import siret

from eit_analysis import reference
from eit_analysis.settings_file import read_config
from eit_analysis.tables import AGE_BANDS, CATEGORIES, form, sheet_name, used_for

STUDY = Path(__file__).parent.parent / "data" / "raw" / "thur-doller"
WAVES = ("2015", "2018")
FAMILIES = ("textile", "wood", "cardboard", "paper", "weee", "biowaste", "food")
# Well-known names of the trades concerned: none may appear in an invented study.
REAL_NAMES = (
    "veolia", "suez", "paprec", "derichebourg", "sita", "schroll", "emmaüs", "carrefour", "leclerc", "auchan",
    "intermarché", "super u", "hyper u", "lidl", "cora", "leroy merlin", "castorama", "bricomarché", "solvay",
    "basf", "rhodia", "tronox", "vynova", "arkema", "michelin", "peugeot", "stellantis", "clemessy", "dmc",
    "danone", "lactalis", "bonduelle", "la poste", "envie", "ecologic", "ecosystem", "trane", "mahle",
)  # fmt: skip


@pytest.fixture(scope="module")
def rerun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    subprocess.run([sys.executable, "-B", str(STUDY / "generate.py"), str(folder)], check=True)
    return folder


def written(folder: Path) -> list[str]:
    names = [f"{wave}/{path.name}" for wave in WAVES for path in (folder / wave).iterdir()]
    return sorted([*names, "planted_dirt.csv"])


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        yield path.read_text(encoding="utf-8" if path.name == "planted_dirt.csv" else "cp1252")
        return
    book = CalamineWorkbook.from_path(path)
    for sheet in book.sheet_names:
        yield from (str(cell) for row in book.get_sheet_by_name(sheet).to_python() for cell in row)


def cells(path: Path, sheet: str) -> list[list[object]]:
    if path.suffix == ".csv":
        with path.open(encoding="cp1252", newline="") as stream:
            return [list(row) for row in csv.reader(stream, delimiter=";")]
    book = CalamineWorkbook.from_path(path)
    return [list(row) for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)]


def test_rerun_gives_the_committed_files(rerun: Path) -> None:
    assert written(rerun) == written(STUDY)
    for name in written(STUDY):
        old, new = STUDY / name, rerun / name
        if old.read_bytes() != new.read_bytes():
            # Another deflate library packs the same workbook into other bytes: its parts must be the same.
            assert old.suffix == ".xlsx", name
            with zipfile.ZipFile(old) as before, zipfile.ZipFile(new) as after:
                assert before.namelist() == after.namelist(), name
                assert all(before.read(part) == after.read(part) for part in before.namelist()), name


def test_same_bytes_twice(rerun: Path, tmp_path: Path) -> None:
    generator.generate(tmp_path)
    for name in written(rerun):
        assert (tmp_path / name).read_bytes() == (rerun / name).read_bytes(), name


def test_actors() -> None:
    actors = generator.actors()
    kinds = [actor.actor_type for actor in actors]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"entreprise": 20, "ESS": 3, "filière": 2}
    consents = [actor.consent for actor in actors]
    assert [consents.count(word) for word in ("nominative", "agrégée", "aucune")] == [14, 8, 3]
    communes = reference.load("communes").set_index("commune_code")
    epci = read_config(STUDY / "study.toml").epci_codes
    assert len(epci) == 3
    for actor in actors:
        assert siret.is_valid(actor.siret) and actor.siret.startswith("000")
        place = communes.loc[actor.commune_code]
        assert place["name"] == actor.commune_name and place["epci_code"] in epci
        assert actor.postcode in place["postcodes"].split()
        if actor.actor_type == "entreprise":
            assert all(20 < actor.staff[wave] <= 320 for wave in WAVES)


@pytest.mark.parametrize("wave", WAVES)
def test_people_add_up(wave: str) -> None:
    known = set(reference.load("rome_fap")["rome_code"])
    for actor in generator.actors():
        rows = generator.answers(actor, wave, "workforce")
        assert sum(row["headcount"] for row in rows) == actor.staff[wave]
        assert {row["age_band"] for row in rows} <= set(AGE_BANDS)
        occupations = {row["rome_code"] for row in rows}
        assert 2 <= len(occupations) <= 8 and occupations <= known
        # A skill of its trade, shop or maintenance is written for people that a firm has.
        skilled = {row["rome_code"] for row in generator.answers(actor, wave, "skills")}
        assert {code for code in skilled if code.startswith(("D", "H2", "I"))} <= occupations


@pytest.mark.parametrize("wave", WAVES)
def test_flows_cover_the_families(wave: str) -> None:
    rows = [row for actor in generator.actors() for row in generator.answers(actor, wave, "flows")]
    codes = set(reference.load("waste_codes")["waste_code"])
    assert {row["waste_code"] for row in rows if row["waste_code"]} <= codes
    for direction in ("sortant", "entrant"):
        present = {row["category"] for row in rows if row["direction"] == direction}
        assert {CATEGORIES[family] for family in FAMILIES} <= present


@pytest.mark.parametrize(("wave", "low", "high"), [("2015", 0, 4), ("2018", 25, 35)])
def test_register(wave: str, low: float, high: float) -> None:
    leads = generator.shared.synergies(wave)
    assert len({lead["synergy_id"] for lead in leads}) == len(leads) == 27
    assert {lead["category"] for lead in leads} == {CATEGORIES[family] for family in FAMILIES}
    assert low <= sum(lead["realised_t_per_year"] for lead in leads) <= high
    assert all((lead["realised_t_per_year"] > 0) == (lead["status"] == "réalisée") for lead in leads)
    assert all(lead["status_date"][:4] <= wave for lead in leads)
    sites = {actor.site_id for actor in generator.actors()}
    assert all(set(lead["site_ids"].split()) <= sites for lead in leads)


def test_only_the_register_of_2018_tells_what_each_synergy_brings() -> None:
    later = {form("synergy_register")[name]["header"] for name in used_for("synergy_register", "later")}
    told = {wave: cells(STUDY / wave / generator.REGISTER, "Synergies")[0] for wave in WAVES}
    assert not later & set(told["2015"]) and later < set(told["2018"])
    leads = generator.shared.synergies("2018")
    done = [lead for lead in leads if lead["status"] == "réalisée"]
    assert [lead for lead in leads if "start_date" in lead] == done
    for lead in done:
        assert lead["status_date"] <= lead["start_date"] < lead.get("end_date", "2018-12-31")
    assert [lead["synergy_id"] for lead in done if "end_date" in lead] == ["SY25"]
    assert len({lead["happens_anyway"] for lead in done}) == 3
    promised = [lead for lead in done if "promised_t_per_year" in lead]
    shares = [lead["realised_t_per_year"] / lead["promised_t_per_year"] for lead in promised]
    assert len(shares) == 9 and 0.4 < median(shares) < 0.6 and min(shares) < 0.4 and max(shares) > 1


def test_projects_and_means_are_those_of_the_register() -> None:
    settings = read_config(STUDY / "study.toml")
    leads = {lead["synergy_id"]: lead for lead in generator.shared.synergies("2018")}
    sites = {actor.site_id for actor in generator.actors()}
    for project in settings.projects:
        members = {site for name in project.synergies for site in leads[name]["site_ids"].split()}
        members |= set(project.members)
        assert {project.carrier, *members} <= sites
        assert project.carrier == leads[project.synergies[0]]["carrier"]
        for clause in project.clauses:
            assert set(clause.per_member) <= members
            assert sum(clause.per_member.values()) in (0, clause.target)
    for what in ("coordination_hours", "public_eur", "private_eur"):
        of_all = sum(getattr(year, what) for year in settings.means)
        assert 0.4 * of_all < sum(lead.get(what, 0) for lead in leads.values()) < of_all


@pytest.mark.parametrize("wave", WAVES)
def test_two_firms_sent_cp1252_csv(wave: str) -> None:
    files = {path.name for path in (STUDY / wave).glob("*.csv")}
    sheets = [
        sheet_name(table) for table in ("sites", "flows", "sharing", "workforce", "skills", "readiness")
    ]
    sent = {f"{site}_{sheet}.csv" for site in ("E07", "E14") for sheet in sheets}
    assert files == sent | {"reponses.csv"}  # what the study office wrote down
    content = (STUDY / wave / "E07_Flux.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    headers = [spec["header"] for spec in form("flows").values()]
    assert content.decode("cp1252").splitlines()[0].split(";") == headers


def test_dirt_is_a_minority_and_one_fault_a_row() -> None:
    for wave in WAVES:
        sheets = generator.build(wave)
        total = sum(len(sheet.rows) for sheet in sheets)
        dirty = sum("_dirt" in row for sheet in sheets for row in sheet.rows)
        assert 0.05 < dirty / total < 0.12


def test_nothing_names_a_real_firm() -> None:
    whole_word = re.compile(rf"\b({'|'.join(map(re.escape, REAL_NAMES))})\b")
    for name in written(STUDY):
        found = {match[0] for text in texts(STUDY / name) for match in whole_word.finditer(text.lower())}
        assert not found, name


def test_answer_key_points_at_the_planted_cells() -> None:
    with (STUDY / "planted_dirt.csv").open(encoding="utf-8", newline="") as stream:
        faults = [
            row for row in csv.DictReader(stream) if row["kind"] == "header_variant" or row["true_value"]
        ]
    assert len(faults) > 100
    sheets: dict[tuple[str, str, str], list[list[object]]] = {}
    for fault in faults:
        place = fault["wave"], fault["file"], fault["sheet"]
        if place not in sheets:
            sheets[place] = cells(STUDY / fault["wave"] / fault["file"], fault["sheet"])
        line = [str(cell).removesuffix(".0") for cell in sheets[place][int(fault["row"]) - 1]]
        assert fault["raw_value"].removesuffix(".0") in line, fault
