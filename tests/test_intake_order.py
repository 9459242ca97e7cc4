"""Cleaning, answering and importing commute: whole runs of the command in every order, compared byte by byte.

It is enough to run each step from each set of steps already done, not each of their orders: when what a step
leaves behind depends only on the set that is then done, every order ends alike, by induction.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from command import workbook

from eit_analysis.cli import main

MILL, PLANT = "73282932000074", "55208131766522"
CONFIG = 'title = "Essai"\nterritory = "Vallée"\nfictional = true\n'
SITES = ["Identifiant", "Raison sociale", "SIRET", "Code NAF", "Commune", "Code INSEE", "Effectif",
         "Type d'acteur", "Diffusion", "Année"]  # fmt: skip
FLOWS = ["Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
         "Origine de la donnée", "Exutoire actuel"]  # fmt: skip
MILL_SITE = ["E01", "Filature d'essai", MILL, "13.10Z", "Thann", "68334", 40, "entreprise", "nominative"]
PLANT_SITE = ["E02", "Usine d'essai", PLANT, "2016Z", "Vieux Thann", "68348", "env. 25", "entreprise", ""]
RAGS, BOXES, OFFCUTS, SHEETS = 2, 3, 4, 5  # rows of the sheet Flux of E01
MILL_FLOWS = [
    ["E01", "sortant", "textile", "Chiffons", "15 02 02*", "beaucoup", "t", "an", "estimée", "incinération"],
    ["E01", "sortant", "carton", "Cartons", "150101", "1.200,0", "kg", "an", "pesée", "recyclage"],
    ["E01", "sortant", "textile", "Chutes", "040222", 9, "t", "an", "déclarée", "recyclage"],
    ["E01", "sortant", "plastique", "Films", "", 2.5, "t", "an", "déclarée", ""],
    ["E01", "sortant", "plastique", "Films", "", 2.5, "t", "an", "déclarée", ""],
]
PLANT_FLOWS = [
    ["E02", "sortant", "plastique", "Purges", "070213", "30", "t", "an", "déclarée", "recyclage"],
    ["E02", "sortant", "bois", "Palettes", "150103", "12", "palettes", "mois", "", "réemploi"],
    ["E02", "entrant", "carton", "Caisses", "", "1-2", "t", "an", "", ""],
    ["E02", "sortant", "chimique", "Solvants", "070104*", "90000", "t", "an", "pesée", "incinération"],
]
# From the source of Trackdéchets (registryV2/columns.ts).
SLIP = ["N° de bordereau", "Date d'expédition", "Statut du bordereau", "Code déchet",
        "Émetteur - Quantité de déchet ", "Expéditeur - N° d'identification",
        "Destination - N° d'identification", "Quantité réceptionnée nette (tonnes)",
        "Quantité acceptée / traitée nette (tonnes)", "Code(s) de traitement réalisé(s)"]  # fmt: skip
SLIPS = [
    ["BSD-1", "2023-02-01", "Traité", "15 02 02*", 1.5, MILL, PLANT, 1.4, 1.4, "R5"],
    ["BSD-2", "2023-06-01", "Traité", "15 02 02*", 2, MILL, PLANT, "", "", "R5"],
    ["BSD-3", "2023-07-01", "Traité", "08 01 11*", 0.5, MILL, PLANT, 0.5, 0.5, "D10"],
    ["BSD-4", "2023-07-01", "Traité", "15 01 99", 1, MILL, PLANT, 1, 1, "R5"],
]
GEREP = ["Annee", "Code établissement", "Nom Etablissement", "Numero Siret", "Code déchet produit",
         "Déchet produit", "Quntité produite (t/an)", "Code opération"]  # fmt: skip
DECLARED = [
    [2023, "0061.1", "FILATURE", MILL, "04 02 22", "Fibres", 10.25, "R5"],
    [2023, "0061.1", "FILATURE", MILL, "15 02 02*", "Chiffons", 99, "R5"],  # each slip is surer
    [2023, "0061.2", "USINE", PLANT, "07 02 13", "Plastiques", "*", "R5"],
]
OLD, NEW = "2021", "2023"


def text(path: Path, rows: list[list], encoding: str = "utf-8") -> Path:
    lines = [";".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def study(folder: Path, mill: str = "E01.xlsx", plant: str = "E02", config: str = CONFIG) -> Path:
    """A project with one study: E01 answered in two waves by XLSX, E02 in the second by two CSV."""
    raw = folder / "data" / "raw" / "essai"
    workbook(raw / OLD / mill, {"Entreprise": [SITES, [*MILL_SITE, 2021]], "Flux": [FLOWS, *MILL_FLOWS[1:3]]})
    workbook(raw / NEW / mill, {"Entreprise": [SITES, [*MILL_SITE, 2023]], "Flux": [FLOWS, *MILL_FLOWS]})
    text(raw / NEW / f"{plant}_Entreprise.csv", [SITES, [*PLANT_SITE, 2023]], "cp1252")
    text(raw / NEW / f"{plant}_Flux.csv", [FLOWS, *PLANT_FLOWS])
    (raw / "study.toml").write_text(config, encoding="utf-8")
    workbook(folder / "registre.xlsx", {"Registre": [SLIP, *SLIPS]})
    text(folder / "declarations.csv", [GEREP, *DECLARED])
    return folder


def eit(folder: Path, *arguments: str) -> None:
    with contextlib.chdir(folder):
        assert main(list(arguments)) == 0


def processed(folder: Path) -> dict[str, bytes]:
    """Every file under data/processed, hidden ones too: no half-written file may lie about."""
    root = folder / "data" / "processed"
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def table(folder: Path, name: str, wave: str = NEW) -> pd.DataFrame:
    """A table, or a log, as a French spreadsheet opens it."""
    path = folder / "data" / "processed" / "essai" / wave / f"{name}.csv"
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")


def fiche(folder: Path, site: str, answers: dict[tuple[int, str], object], to: Path) -> Path:
    """The fiche that cleaning wrote for a firm, as the firm sends it back."""
    book = openpyxl.load_workbook(folder / f"data/processed/essai/{NEW}/relances/{site}_relance.xlsx")
    left = dict(answers)
    for row in book["Relance"].iter_rows(min_row=2):
        cell = (row[2].value, row[3].value)
        if cell in left:
            row[-1].value = left.pop(cell)
    assert not left, f"not asked: {left}"
    to.parent.mkdir(parents=True, exist_ok=True)
    book.save(to)
    return to


ANSWERS = {(RAGS, "Quantité"): "12,5", (BOXES, "Quantité"): "confirmé", (SHEETS, "Code déchet"): 150102}
SENT_BACK = f"data/raw/essai/{NEW}/réponses E01.xlsx"
STEPS = {
    "clean": ["clean", "essai"],
    "answer": ["clean", "essai", "--wave", NEW],  # once the sheet lies in the folder of the wave
    "slips": ["import", "trackdechets", "registre.xlsx", "essai"],
    "declared": ["import", "gerep", "declarations.csv", "essai", "--wave", NEW],
}
ALL = frozenset(STEPS)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study before anything is done, with the fiche of E01 filled in, beside it."""
    folder = study(tmp_path_factory.mktemp("ordre"))
    eit(folder, *STEPS["clean"])
    fiche(folder, "E01", ANSWERS, folder / "rendu.xlsx")
    shutil.rmtree(folder / "data" / "processed")
    return folder


@pytest.fixture
def own(project: Path, tmp_path: Path) -> Path:
    return shutil.copytree(
        project, tmp_path / "projet", ignore=shutil.ignore_patterns("processed", Path(SENT_BACK).name)
    )


def do(folder: Path, *steps: str) -> Path:
    for step in steps:
        if step == "answer":
            shutil.copy(folder / "rendu.xlsx", folder / SENT_BACK)
        eit(folder, *STEPS[step])
    return folder


def run_from(folder: Path, done: frozenset[str], files: Files, step: str) -> Files:
    """What a step leaves in a project in which those steps are done."""
    shutil.rmtree(folder / "data" / "processed", ignore_errors=True)
    for name, content in files.items():
        path = folder / "data" / "processed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / SENT_BACK).unlink(missing_ok=True)
    if "answer" in done:
        shutil.copy(folder / "rendu.xlsx", folder / SENT_BACK)
    return processed(do(folder, step))


def then(done: frozenset[str], step: str) -> frozenset[str]:
    """A sheet is put in the folder and the wave cleaned: who has answered has cleaned."""
    return done | {step, "clean"} if step == "answer" else done | {step}


@pytest.fixture(scope="module")
def states(project: Path) -> dict[frozenset[str], Files]:
    """Every set of steps that can be done, and the files under data/processed, whichever step came last."""
    found: dict[frozenset[str], Files] = {frozenset(): {}}
    waiting = [frozenset[str]()]
    for done in waiting:  # grows while it is read, the smaller sets first
        for step in sorted(ALL - done):
            files = run_from(project, done, found[done], step)
            after = then(done, step)
            if after not in found:
                found[after] = files
                waiting.append(after)
            changed = {name for name in files.keys() | found[after].keys()
                       if files.get(name) != found[after].get(name)}  # fmt: skip
            assert not changed, f"{step} after {sorted(done)}"
    return found


def test_every_order_of_cleaning_answering_and_importing_gives_the_same_bytes(states, project):
    assert len(states) == 12  # not cleaned, cleaned or answered; each register imported or not
    assert len({tuple(sorted(files.items())) for files in states.values()}) == 12  # each step does something
    for step in ("slips", "clean"):
        assert run_from(project, ALL, states[ALL], step) == states[ALL], f"{step} again"
    assert len(table(project, "implausible")) and len(table(project, "register_conflicts"))
    names = {name.removeprefix(f"essai/{NEW}/") for name in states[ALL]}
    assert {"flows.csv", "flows.parquet", "quarantine.csv", "corrections.csv", "implausible.csv",
            "manifest.json", "register_conflicts.csv",
            "relances/E01_relance2.html", "relances/E02_relance.xlsx",
            "trackdechets.csv", "trackdechets.manifest.json", "gerep.quarantine.csv"} <= names  # fmt: skip


def test_a_register_imported_before_any_cleaning_waits_for_it(states):
    files = states[frozenset({"slips", "declared"})]
    kinds = (".csv", ".parquet", ".quarantine.csv", ".quarantine.parquet", ".manifest.json")
    assert set(files) == {f"essai/{NEW}/{name}{kind}" for name in ("trackdechets", "gerep") for kind in kinds}


def test_waves_do_not_touch_each_other(states, own):
    def old() -> Files:
        return {name: content for name, content in processed(own).items() if f"/{OLD}/" in name}

    eit(own, "clean", "essai", "--wave", OLD)
    alone = old()
    assert alone and processed(own) == alone
    do(own, "slips", "declared", "answer")
    assert processed(own) == states[ALL] | alone
    # Cleaned last rather than first, or in the one command.
    shutil.rmtree(own / "data/processed/essai" / OLD)
    eit(own, "clean", "essai", "--wave", NEW, "--wave", OLD)
    assert processed(own) == states[ALL] | alone
    # A register of the one is not one of the other, and the same file imported in both is used by both.
    eit(own, "import", "trackdechets", "registre.xlsx", "essai", "--wave", OLD)
    assert {n: c for n, c in processed(own).items() if f"/{OLD}/" not in n} == states[ALL]
    assert (own / f"data/processed/essai/{OLD}/trackdechets.csv").read_bytes() == states[ALL][
        f"essai/{NEW}/trackdechets.csv"
    ]
    assert old()[f"essai/{OLD}/flows.csv"] == alone[f"essai/{OLD}/flows.csv"]  # slips of two years later


@pytest.fixture
def finished(states, own) -> Path:
    """A project of its own in which all is done."""
    for name, content in states[ALL].items():
        path = own / "data" / "processed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.copy(own / "rendu.xlsx", own / SENT_BACK)
    return own


def masses(folder: Path) -> dict[str, tuple[float, str]]:
    flows = table(folder, "flows").set_index("flow_id")
    return {flow: (row["mass_t_per_year"], row["evidence"]) for flow, row in flows.iterrows()}


def test_a_register_wins_by_its_tonnes_and_the_trace_says_so(finished):
    found = masses(finished)
    assert found["E01-F01"] == (pytest.approx(3.4), "measured")  # two slips; GEREP says 99 of the same
    assert found["E01-F03"] == (pytest.approx(10.25), "measured")
    assert found["E01-F02"] == (pytest.approx(1.2), "measured")  # no register; weighed, and confirmed
    assert found["E02-F01"] == (pytest.approx(30.0), "declared")  # masked in the register
    lines = table(finished, "corrections").fillna("")
    traces = {
        (row.source_row, row.rule): (row.column, row.raw_value, row.clean_value)
        for row in lines[
            (lines["source_file"] == "E01.xlsx") & (lines["source_sheet"] == "Flux")
        ].itertuples()
    }
    assert traces[RAGS, "answered_by_firm"] == ("Quantité", "beaucoup", "12,5")
    assert traces[RAGS, "register_preferred"] == ("Quantité", "12.5", "3.4")
    assert traces[BOXES, "confirmed_by_firm"] == ("Quantité", "1.200,0", "1.200,0")
    assert traces[OFFCUTS, "register_preferred"] == ("Quantité", "9", "10.25")
    # What is answered of a row holds for the row that repeats it: they stay one flow.
    assert traces[SHEETS, "answered_by_firm"] == traces[SHEETS + 1, "answered_by_firm"]
    assert (SHEETS + 1, "merged_repeated_row") in traces and list(found).count("E01-F05") == 0
    assert (BOXES, "register_preferred") not in traces
    beside = table(finished, "register_conflicts").set_index(["site_id", "waste_code"])
    kept = beside[["register", "agreement", "kept"]].fillna("").to_dict("index")
    assert {code: tuple(row.values()) for (site, code), row in kept.items() if site == "E01"} == {
        40222: ("gerep", "yes", "register"),
        80111: ("trackdechets", "register_only", "none"),
        150101: ("", "survey_only", "survey"),
        150102: ("", "survey_only", "survey"),
        150202: ("trackdechets", "no", "register"),
    }
    assert kept["E02", 70104]["agreement"] == "survey_only"  # no file needs to know all the waste of a site
    assert kept["E02", 70213]["agreement"] == "masked"


def test_the_study_may_keep_the_tonnes_of_its_survey(finished):
    before = processed(finished)
    settings = finished / "data" / "raw" / "essai" / "study.toml"
    settings.write_text(CONFIG + "prefer_register = false\n", encoding="utf-8")
    do(finished, "clean")
    assert masses(finished)["E01-F01"] == (12.5, "estimated")
    assert masses(finished)["E01-F03"] == (9.0, "declared")
    assert "register_preferred" not in set(table(finished, "corrections")["rule"])
    assert not set(table(finished, "register_conflicts")["kept"]) & {"register"}
    settings.write_text(CONFIG, encoding="utf-8")
    do(finished, "slips")
    assert processed(finished) == before


def test_an_answer_on_the_fiche_of_another_day_does_the_same(finished):
    """The fiche printed after the registers asks the same cells by the same names."""
    expected = {name: table(finished, name) for name in ("flows", "sites", "quarantine", "implausible")}
    (finished / SENT_BACK).unlink()
    do(finished, "clean")
    fiche(finished, "E01", ANSWERS, finished / f"data/raw/essai/{NEW}/A répondre.xlsx")
    do(finished, "clean")
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(table(finished, name), frame)


def test_the_same_fiche_sent_twice_changes_nothing(finished):
    expected = {name: table(finished, name) for name in ("flows", "sites", "quarantine")}
    shutil.copy(finished / SENT_BACK, finished / f"data/raw/essai/{NEW}/réponses E01 (1).xlsx")
    do(finished, "clean")
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(table(finished, name), frame)
    rules = table(finished, "corrections")["rule"].value_counts()
    assert rules["answer_applied"] == rules["merged_repeated_answer"] == len(ANSWERS)


def test_an_answer_on_a_file_since_replaced_is_kept_apart_and_asked_for(finished):
    """The firm returned its questionnaire corrected, with one line more above and the answer in it."""
    raw = finished / "data" / "raw" / "essai" / NEW
    rags, boxes, *others = MILL_FLOWS
    corrected = [[*rags[:5], "14", *rags[6:]], ["E01", *PLANT_FLOWS[2][1:]], boxes, *others]
    workbook(raw / "E01.xlsx", {"Entreprise": [SITES, [*MILL_SITE, 2023]], "Flux": [FLOWS, *corrected]})
    do(finished, "clean")
    refused = table(finished, "quarantine")
    refused = refused[refused["source_file"].str.startswith("réponses")]
    assert set(refused["reason_code"]) == {"answer_out_of_date"}
    assert len(refused) == 3  # rags say 14; boxes and sheets moved down by one row
    assert "answered_by_firm" not in set(table(finished, "corrections")["rule"])
    counts = json.loads((finished / f"data/processed/essai/{NEW}/manifest.json").read_text())["answers"]
    assert (counts["rows_quarantined"], counts["rows_clean"]) == (3, 0)


def test_names_that_sort_otherwise_give_the_same_rows(tmp_path):
    seen = []
    for mill, plant in (("E01.xlsx", "E02"), ("zz retour.xlsx", "01 usine")):
        folder = do(study(tmp_path / mill, mill, plant), "declared", "slips", "clean")
        frames = {}
        for name in ("sites", "flows", "register_conflicts", "quarantine", "corrections"):
            frame = table(folder, name)
            places = [column for column in frame if column.startswith("source_")]
            frame = frame.drop(columns=[c for c in places if c != "source_row"]).replace(
                r"^'= .*, (?=Flux, ligne)", "= ", regex=True
            )
            frames[name] = sorted(map(str, frame.itertuples(index=False)))
        seen.append(frames)
    assert seen[0] == seen[1]
