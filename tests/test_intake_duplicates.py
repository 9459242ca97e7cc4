"""Likely doubles: suggested by SIRET, SIREN, name and place, the surest first, never merged."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.intake.survey.duplicates import COLUMNS, suggested_duplicates


def sites(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_id", "name", "siret", "commune_code", "postcode"])


def test_the_surest_first():
    pairs = suggested_duplicates(
        sites(
            ("E1", "Menuiserie du Lac", "11111111100001", "68334", "68800"),
            ("E2", "MENUISERIE DU LAC SARL", "22222222200001", "68063", "68700"),  # like name, other town
            ("E3", "Scierie du Rossberg", "33333333300001", "68063", "68700"),
            ("E4", "Tout autre nom", "33333333300001", "68334", "68800"),  # same SIRET
            ("E5", "SAS Filature Müller", "44444444400001", "68063", None),
            ("E6", "FILATURE MULLER", None, "68063", None),  # like name, same town
            ("E7", "Atelier Nord", "55555555500001", None, "68290"),
            ("E8", "Dépôt Sud", "55555555500002", None, "68290"),  # same firm, same postcode
            ("E9", "Dépôt Est", "55555555500003", "67482", "67000"),  # same firm elsewhere: another site
        )
    )
    assert list(pairs.columns) == COLUMNS
    found = pairs[COLUMNS[:4]].values.tolist()
    assert found[0] == ["E3", "E4", "yes", "no"]
    assert found[1] == ["E5", "E6", "no", "yes"]
    assert found[2] == ["E7", "E8", "siren", "yes"]
    assert found[3:] == [["E1", "E2", "no", "no"]]
    assert pairs["similarity_percent"].iloc[3] == 100


def test_names_of_legal_forms_or_signs_alone_are_not_all_alike():
    pairs = suggested_duplicates(
        sites(("E1", "SARL", None, None, None), ("E2", "SAS", None, None, None),
              ("E3", "???", None, None, None), ("E4", "---", None, None, None))
    )  # fmt: skip
    assert pairs.empty


def test_without_place_columns_or_actors():
    frame = sites(("E1", "Müller", None, None, None), ("E2", "MULLER", None, None, None))
    assert suggested_duplicates(frame[["site_id", "name", "siret"]])["same_place"].tolist() == ["unknown"]
    assert list(suggested_duplicates(frame.head(0)).columns) == COLUMNS


def test_five_thousand_actors_in_seconds():
    random = np.random.default_rng(1)
    words = ["".join(random.choice(list("abcdefghilmnoprstuv"), 7)) for _ in range(3000)]
    names = [" ".join(random.choice(words, 2)) for _ in range(5000)]
    frame = pd.DataFrame({"site_id": [f"E{i}" for i in range(5000)], "name": names, "siret": None})
    started = time.process_time()
    suggested_duplicates(frame)
    assert time.process_time() - started < 3


def test_every_code_shown_has_its_label():
    labels = reference.load("labels")
    shown = labels[labels["column"].isin(["same_siret", "same_place"])]
    assert set(zip(shown["column"], shown["code"], strict=True)) == {
        ("same_siret", "yes"), ("same_siret", "siren"), ("same_siret", "no"),
        ("same_place", "yes"), ("same_place", "no"), ("same_place", "unknown"),
    }  # fmt: skip
    assert "same_place" in set(reference.load("vocabulary")["name"])
