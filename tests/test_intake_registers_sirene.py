"""SIRENE: headcount classes, closed and hidden establishments, both NAF, territory, the national file."""

from __future__ import annotations

import csv
import itertools
import json

import pandas as pd
import pytest
from stdnum import luhn

from eit_analysis import reference
from eit_analysis.errors import InputError
from eit_analysis.intake.registers import stream
from eit_analysis.intake.registers.files import read_register
from eit_analysis.intake.registers.finishing import geographic
from eit_analysis.intake.registers.importing import import_register
from eit_analysis.study import open_study

# INSEE, dessin du fichier StockEtablissement, and the export of the Annuaire des entreprises.
HEADER = [
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement", "denominationUniteLegale",
    "nomUniteLegale", "prenom1UniteLegale", "codePostalEtablissement", "libelleCommuneEtablissement",
    "codeCommuneEtablissement", "coordonneeLambertAbscisseEtablissement",
    "coordonneeLambertOrdonneeEtablissement", "etatAdministratifEtablissement", "enseigne1Etablissement",
    "denominationUsuelleEtablissement", "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement", "activitePrincipaleNAF25Etablissement",
]  # fmt: skip


def siret(number):
    siren = f"{number:08d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def establishment(number=1, **cells):
    row = dict.fromkeys(HEADER, "") | {
        "siret": siret(number), "trancheEffectifsEtablissement": "12", "anneeEffectifsEtablissement": "2023",
        "denominationUniteLegale": "FILATURE", "nomUniteLegale": "DUPONT", "prenom1UniteLegale": "MARIE",
        "codePostalEtablissement": "68800", "libelleCommuneEtablissement": "THANN",
        "codeCommuneEtablissement": "68334", "coordonneeLambertAbscisseEtablissement": "1008000.0",
        "coordonneeLambertOrdonneeEtablissement": "6752000.0", "etatAdministratifEtablissement": "A",
        "activitePrincipaleEtablissement": "13.10Z", "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        "activitePrincipaleNAF25Etablissement": "13.10Y",
    }  # fmt: skip
    return [(row | cells)[name] for name in HEADER]


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream_:
        writer = csv.writer(stream_)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path


@pytest.fixture
def study(study):
    with (study.raw.parent / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write('epci_codes = ["200036465"]\n')
    return open_study("essai", root=study.root)


def test_the_columns_that_a_questionnaire_is_prefilled_with(tmp_path):
    frame = read_register("sirene", written(tmp_path / "s.csv", [establishment()])).frame
    row = frame.iloc[0]
    wanted = ["siret", "name", "naf_code", "naf25_code", "commune_code", "commune_name", "postcode"]
    assert row[wanted].tolist() == [siret(1), "FILATURE", "1310Z", "1310Y", "68334", "THANN", "68800"]
    assert (row["headcount_low"], row["headcount_high"], row["headcount_year"]) == (20, 49, 2023)
    # Thann stands at 47.81° N, 7.10° E.
    assert (row["latitude"], row["longitude"]) == (
        pytest.approx(47.8, abs=0.05),
        pytest.approx(7.1, abs=0.05),
    )
    # Names of persons are never read.
    assert not {"DUPONT", "MARIE"} & set(frame.astype(str).to_numpy().ravel())


def test_headcount_classes_part_the_whole_scale():
    bounds = reference.load("headcount_classes")[["low", "high"]].sort_values("low").to_numpy().tolist()
    for (_, high), (low, _) in itertools.pairwise(bounds):
        assert low == high + 1


@pytest.mark.parametrize(
    ("code", "low", "high"), [("00", 0, 0), ("01", 1, 2), ("1", 1, 2), ("53", 10_000, None)]
)
def test_headcount_codes(tmp_path, code, low, high):
    rows = [
        establishment(trancheEffectifsEtablissement=code),
        establishment(2, trancheEffectifsEtablissement="NN"),
    ]
    frame = read_register("sirene", written(tmp_path / "s.csv", rows)).frame
    assert frame["headcount_low"].tolist()[0] == low
    assert (
        frame["headcount_high"].iloc[0] == high
        if high is not None
        else pd.isna(frame["headcount_high"].iloc[0])
    )
    assert pd.isna(frame["headcount_low"].iloc[1])


def test_closed_repeated_masked_and_false_establishments(tmp_path):
    rows = [
        establishment(1),
        establishment(1),
        establishment(2, etatAdministratifEtablissement="F"),
        establishment(3, denominationUniteLegale="[ND]", enseigne1Etablissement="CHEZ NOUS"),
        establishment(4, siret="12345678901234"),
    ]
    read = read_register("sirene", written(tmp_path / "s.csv", rows))
    assert read.manifest["ignored"] == {"closed": 1, "repeated_row": 1}
    assert read.frame["name"].tolist() == ["FILATURE", "CHEZ NOUS"]
    assert read.frame["masked"].tolist() == [False, True]
    assert read.refused[["source_row", "column", "reason_code"]].values.tolist() == [
        [6, "siret", "bad_siret"]
    ]


def test_naf_of_2008_and_of_2025_are_told_apart(tmp_path):
    rows = [
        establishment(1, nomenclatureActivitePrincipaleEtablissement="NAF25",
                      activitePrincipaleEtablissement="46.71G", activitePrincipaleNAF25Etablissement=""),
        establishment(2, nomenclatureActivitePrincipaleEtablissement="NAFRev1",
                      activitePrincipaleEtablissement="17.1A"),
    ]  # fmt: skip
    frame = read_register("sirene", written(tmp_path / "s.csv", rows)).frame
    assert frame["naf_code"].isna().tolist() == [True, True]
    assert frame["naf25_code"].tolist() == ["4671G", "1310Y"]


def test_only_the_study_s_communes_are_imported(study, tmp_path):
    rows = [establishment(1), establishment(2, codeCommuneEtablissement="68224"), establishment(3)]
    sentence = import_register("sirene", written(tmp_path / "s.csv", rows), study)
    assert "2\u00a0lignes importées dans sirene (lignes hors du territoire\u00a0: 1)." in sentence
    assert len(study.load("sirene")) == 2
    first = (study.processed / "sirene.parquet").read_bytes()
    import_register("sirene", tmp_path / "s.csv", study)
    assert (study.processed / "sirene.parquet").read_bytes() == first


def test_a_commune_that_has_merged_is_in_the_territory_under_its_code_of_today(study, tmp_path):
    """Michelbach (68206) is in Aspach-Michelbach (68012) since 2016; an extract may still write its code."""
    rows = [establishment(1, codeCommuneEtablissement="68206", libelleCommuneEtablissement="MICHELBACH")]
    import_register("sirene", written(tmp_path / "s.csv", rows), study)
    assert study.load("sirene")["commune_code"].tolist() == ["68012"]


def test_the_national_file_is_read_in_passing_to_the_same_table(study, tmp_path, monkeypatch):
    rows = [
        establishment(
            n,
            codeCommuneEtablissement="68334" if n % 7 == 0 else "01004",
            enseigne1Etablissement='A, "B"',
            etatAdministratifEtablissement="F" if n % 3 == 0 else "A",
        )
        for n in range(1, 400)
    ]
    file = written(tmp_path / "StockEtablissement_utf8.csv", rows)
    import_register("sirene", file, study)
    small, counts = study.load("sirene"), json.loads((study.processed / "sirene.manifest.json").read_text())
    monkeypatch.setattr(stream, "LARGE_BYTES", 1000)
    monkeypatch.setattr(stream, "BLOCK_BYTES", 4096)
    import_register("sirene", file, study)
    large, again = study.load("sirene"), json.loads((study.processed / "sirene.manifest.json").read_text())
    pd.testing.assert_frame_equal(large.drop(columns="source_sheet"), small.drop(columns="source_sheet"))
    for name in ("rows_read", "rows_kept", "rows_ignored", "rows_refused"):
        assert again[name] == counts[name]
    with pytest.raises(InputError, match="epci_codes"):
        read_register("sirene", file)


@pytest.mark.parametrize("damage", ["cut", "encoding", "columns"])
def test_a_damaged_national_file_is_one_sentence(study, tmp_path, monkeypatch, damage):
    file = written(tmp_path / "stock.csv", [establishment(n) for n in range(1, 99)])
    content = file.read_bytes()
    file.write_bytes(
        {
            "cut": content[:-60],
            "encoding": content.replace(b"THANN", "THÉNN".encode("cp1252")),
            "columns": content.replace(b"siret,", b"numero,", 1),
        }[damage]
    )
    monkeypatch.setattr(stream, "LARGE_BYTES", 1000)
    with pytest.raises(InputError, match=r"stock\.csv"):
        import_register("sirene", file, study)
    assert not study.has("sirene")


def test_lambert_93_by_its_definition_and_a_known_point():
    assert geographic(700_000, 6_600_000) == (pytest.approx(46.5, abs=1e-6), pytest.approx(3.0, abs=1e-6))
    # Notre-Dame de Paris, point zéro des routes: 48.8534° N, 2.3488° E; E 652 220, N 6 861 680.
    latitude, longitude = geographic(652_220, 6_861_680)
    assert (latitude, longitude) == (pytest.approx(48.8534, abs=2e-3), pytest.approx(2.3488, abs=2e-3))
