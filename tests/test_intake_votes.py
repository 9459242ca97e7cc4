"""Votes of a workshop: read as partners type them, or one French sentence that says where and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eit_analysis import reference
from eit_analysis.errors import InputError
from eit_analysis.intake.votes import FILE, read_votes, study_votes
from eit_analysis.study import open_study
from eit_analysis.synergies.scoring import votes
from eit_analysis.synergies.scoring.criteria import criteria

SAMPLE = Path(__file__).parents[1] / "data" / "raw" / "thur-doller"
HEAD = "Participant;Rôle;Critère;Points\n"
GOOD = HEAD + "Ana;Entreprise;Gain commun;60\nAna;Entreprise;Distance;40\nBo;ESS;distance_km;1\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / FILE
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_read_in_the_house_encodings_and_separators(tmp_path, encoding, separator):
    found = read_votes(written(tmp_path, GOOD.replace(";", separator), encoding))
    assert found.to_numpy().tolist() == [
        ["Ana", "Entreprise", "joint_surplus_eur_per_year", 60.0, 2],
        ["Ana", "Entreprise", "distance_km", 40.0, 3],
        ["Bo", "ESS", "distance_km", 1.0, 4],
    ]


def test_headers_in_any_order_labels_with_units_french_numbers_and_blank_lines(tmp_path):
    text = (
        "POIDS;critère;participants;role\n\n12,5;gain commun (€/an);  Ana ;Entreprise\n"
        "0;Maturité de l’usage;ANA;Entreprise\n;;;\n"
    )
    found = read_votes(written(tmp_path, text))
    assert found["points"].tolist() == [12.5, 0] and found["source_row"].tolist() == [3, 4]
    assert found["criterion"].tolist() == ["joint_surplus_eur_per_year", "maturity"]
    assert found["participant"].unique().tolist() == ["Ana"]


def test_every_criterion_is_read_by_its_label(tmp_path):
    labels = reference.load("labels").query("column == 'criterion'")
    rows = "".join(f'Ana;ESS;"{label}";1\n' for label in labels["label_fr"])
    found = read_votes(written(tmp_path, HEAD + rows))
    assert found["criterion"].tolist() == labels["code"].tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["est vide", "une ligne par vote", "Participant, Rôle, Critère, Points"]),
        ("\n\n", ["votes.csv"]),
        (HEAD, ["aucun vote"]),
        ("Participant;Critère;Points\nAna;Distance;1\n", ["« Rôle » manque"]),
        (
            "Participant;Rôle;Critère;Points;Poids\nAna;ESS;Distance;1;1\n",
            ["« Points » est là plus"],
        ),
        (HEAD + "Ana;ESS;Beauté;3\n", ["ligne « 2 »", "colonne « Critère »", "« Beauté »", "distance (km)"]),
        (HEAD + ";ESS;Distance;3\n", ["ligne « 2 »", "colonne « Participant »"]),
        (HEAD + "Ana;ESS;Distance;beaucoup\n", ["ligne « 2 »", "colonne « Points »", "« beaucoup »"]),
        (HEAD + "Ana;ESS;Distance;\n", ["ligne « 2 »", "colonne « Points »", "0 si"]),
        (HEAD + "Ana;ESS;Distance;#REF!\n", ["ligne « 2 »", "#REF!"]),
        (HEAD + "Ana;ESS;Distance;-3\n", ["ligne « 2 »", "négatif"]),
        (HEAD + "Ana;ESS;Distance;0\n", ["ligne « 2 »", "aucun point"]),
        (HEAD + "Ana;ESS;Distance;3\nana;ESS;distance (km);3\n", ["ligne « 3 »", "à la ligne 2"]),
    ],
)
def test_what_is_wrong_is_said_in_french_with_its_place(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        read_votes(written(tmp_path, text))
    message = str(caught.value).replace("\u00a0", " ")
    assert message.startswith("fichier « votes.csv »") and message.endswith(".")
    for word in words:
        assert word in message


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / FILE
    path.write_bytes(b"\x00\x01\x81\x8d\x00" * 20)
    with pytest.raises(InputError, match=r"votes\.csv.*une ligne par vote") as caught:
        read_votes(path)
    assert "entreprise" not in str(caught.value) and "questionnaire" not in str(caught.value)


def test_the_sample_votes_stand_beside_the_waves_and_give_weights(tmp_path):
    folder = tmp_path / "data" / "raw" / "essai"
    (folder / "2018").mkdir(parents=True)
    shutil.copy(SAMPLE / "study.toml", folder)
    study = open_study("essai", root=tmp_path)
    assert study.waves == ["2018"] and study_votes(study).empty
    shutil.copy(SAMPLE / FILE, folder)
    found = study_votes(open_study("essai", root=tmp_path))
    assert open_study("essai", root=tmp_path).waves == ["2018"]
    assert found.groupby("participant")["points"].sum().eq(100).all()
    assert found["participant"].str.contains("fictif").all()
    weights = votes.consensus(found).set_index("criterion")["weight"].to_dict()
    assert criteria(weights, study.settings.scoring.bounds)["weight"].sum() == pytest.approx(1)
