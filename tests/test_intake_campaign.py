"""``eit campaign``: where each firm stands, and people named in the files of the team alone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from command import workbook

import eit_analysis
from eit_analysis import spreadsheet_csv
from eit_analysis.errors import InputError
from eit_analysis.intake import results
from eit_analysis.intake.relance import campaign, contacts

PERSON, PHONE = "Zéphyrine Quatrebarbes", "+33 1 99 00 77 66"
SITES = ["Identifiant", "Raison sociale", "SIRET", "Code NAF", "Commune", "Effectif", "Diffusion"]
FLOWS = ["Identifiant", "Sens", "Catégorie", "Désignation", "Quantité", "Unité", "Période"]
FOLLOWED = ["state", "sent_date", "rows_read", "rows_used", "asked", "answered"]


def answered(study) -> None:
    """Two firms answer, one of them with a mass in words; a third and a fourth were only written to."""
    for site, mass in (("E01", "beaucoup"), ("E02", 12.5)):
        sites = [SITES, [site, f"Firme {site}", None, "4711F", "Thann", 40, "agrégée"]]
        flows = [FLOWS, [site, "sortant", "bois", "Palettes", mass, "t", "an"]]
        workbook(study.raw / f"{site}_rendu.xlsx", {"Entreprise": sites, "Flux": flows})
    text = "Identifiant;Raison sociale\nE03;Muette\nE04;Pas écrite\n"
    (study.raw.parent / "acteurs.csv").write_text(text, encoding="utf-8")
    folder = study.raw.parent / contacts.FOLDER
    folder.mkdir()
    lines = f"Identifiant;À appeler;Téléphone;Envoyé le;Suivi de\nE01;{PERSON};'{PHONE};03/05/2018;{PERSON}\n"
    lines += f"E03;{PERSON};;2018-05-02;\nE03;Son adjoint;;;\n"
    (folder / contacts.FILE).write_bytes(lines.encode("cp1252"))
    list(results.clean(study))


def followed(study) -> pd.DataFrame:
    path = study.raw.parent / contacts.FOLDER / campaign.TABLE
    table = pd.read_csv(path, sep=";", keep_default_na=False)
    names = {header: name for name, header in campaign.HEADERS.items()}
    return table.rename(columns=names).set_index("site_id")


def holding(folder: Path, *words: str) -> set[str]:
    """Files under a folder that hold one of these words, workbooks opened."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace") + path.name
            if path.suffix == ".xlsx":
                text += str([list(sheet.values) for sheet in openpyxl.load_workbook(path)])
            if any(word in text for word in words):
                found.add(path.name)
    return found


def test_each_firm_has_its_state_and_who_is_rung_first_comes_first(study):
    answered(study)
    campaign.write_campaign(study)
    found = followed(study)
    assert found["state"].to_dict() == {
        "E03": campaign.SILENT, "E01": campaign.ASKED, "E02": campaign.ASKED, "E04": campaign.UNSENT,
    }  # fmt: skip
    assert found.loc["E01", FOLLOWED].tolist() == [campaign.ASKED, "2018-05-03", 2, 1, 2, 0]
    book = openpyxl.load_workbook(study.processed / "relances" / "E01_relance.xlsx")
    for row in book["Relance"].iter_rows(min_row=2):
        row[-1].value = {"Quantité": "12 t/an", "SIRET": "NC"}.get(row[3].value)
    book.save(study.raw / "rendu_E01.xlsx")
    list(results.clean(study))
    told, *_ = campaign.write_campaign(study)
    found = followed(study)
    # What was answered waits no more, and an answer is a cell.
    assert f"{found['asked'].sum()}\u00a0questions en attente, 2\u00a0cases répondues." in told
    assert found.loc["E01", FOLLOWED].tolist() == [campaign.ASKED, "2018-05-03", 2, 2, 1, 2]
    assert found.loc["E01", "answered_date"] == found.loc["E01", "received_date"] != ""


def test_people_are_in_the_two_files_of_the_team_and_leave_both(study):
    """An attacker reads every file that was made, and what was said."""
    answered(study)
    said = campaign.write_campaign(study)
    names = (PERSON, "Quatrebarbes", PHONE, PHONE[4:])
    assert holding(study.root, *names) == {contacts.FILE, campaign.PAGE}
    assert not [line for line in said if any(name in line for name in names)]
    page = study.raw.parent / contacts.FOLDER / campaign.PAGE
    assert f"{PERSON}<br>{PHONE}" in page.read_text(encoding="utf-8")
    campaign.write_campaign(study, forgotten="e01")
    left = contacts.read_contacts(page.parent / contacts.FILE).set_index("Identifiant")
    assert left.loc["E01"].tolist().count("") == len(left.columns) - 1  # that it was written to stays
    assert PHONE not in page.read_text(encoding="utf-8")
    assert left.loc["E01", "Envoyé le"] == "2018-05-03"
    campaign.write_campaign(study, forgotten="E03")
    assert not holding(study.root, *names, "Son adjoint")
    with pytest.raises(InputError, match="E99"):
        campaign.write_campaign(study, forgotten="E99")


def test_nothing_else_of_the_package_knows_of_the_people():
    package = Path(eit_analysis.__file__).parent
    told = (contacts.FOLDER, contacts.FILE, "import contacts", "relance.contacts")
    texts = {path.name: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    users = {name for name, text in texts.items() if any(word in text for word in told)}
    assert users == {"contacts.py", "campaign.py"}


def test_whoever_sent_a_scan_is_no_silent_firm_and_the_counts_add_up(study):
    answered(study)
    (study.raw / "E03_scan.pdf").write_bytes(b"%PDF-1.7 ")
    list(results.clean(study))
    said, *_ = campaign.write_campaign(study)
    found = followed(study)
    assert found.loc["E03", "state"] != campaign.SILENT and found.loc["E03", "received_date"]
    assert "4 acteurs : 3 retours reçus, 0 sans retour, 1 à envoyer" in said.replace("\u00a0", " ")


def test_what_was_sent_in_a_wave_was_not_in_the_next(study):
    answered(study)
    path = study.raw.parent / contacts.FOLDER / contacts.FILE
    campaign.write_campaign(study)
    told = contacts.read_contacts(path).assign(Vague="2018")
    path.write_bytes(spreadsheet_csv.to_bytes(told))
    (study.raw.parent / "2020").mkdir()
    campaign.write_campaign(study.at("2020"))
    assert set(followed(study)["state"]) == {campaign.UNSENT}
    assert PERSON in (path.parent / campaign.PAGE).read_text(encoding="utf-8")
    assert len(contacts.read_contacts(path)) == len(told) + 2  # the wave has those of acteurs.csv
    campaign.write_campaign(study)
    assert followed(study)["state"].to_dict()["E03"] == campaign.SILENT


def test_what_the_team_wrote_stays_and_a_day_that_is_none_is_refused(study):
    answered(study)
    campaign.write_campaign(study)
    path = study.raw.parent / contacts.FOLDER / contacts.FILE
    once = path.read_bytes()
    campaign.write_campaign(study)
    assert path.read_bytes() == once
    read = contacts.read_contacts(path)
    assert read["Identifiant"].tolist() == ["E01", "E03", "E03", "E04", "E02"]
    assert read.loc[0, ["Téléphone", "Suivi de"]].tolist() == [PHONE, PERSON]
    path.write_text("Identifiant;Envoyé le\nE01;mai\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"contacts\.csv.*ligne «\u00a02\u00a0».*Envoyé le"):
        campaign.write_campaign(study)
    path.write_text("Nom\nE01\n", encoding="utf-8")
    with pytest.raises(InputError, match="Identifiant"):
        campaign.write_campaign(study)
