"""Shared fixtures: a study without any file, and a small cleaned one, each in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.study import Study, open_study

ROOT = Path(__file__).resolve().parents[1]

CONFIG = """
title = "Étude d'essai"
territory = "Vallée d'essai"
fictional = true
"""

CONSENTS = ["named", "named", "named", "named", "aggregated", "aggregated", "none", "named"]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study of one wave, 2018, which has received nothing yet."""
    raw = tmp_path / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text(CONFIG, encoding="utf-8")
    return open_study("essai", root=tmp_path)


@pytest.fixture
def small_study(study: Study) -> Study:
    """Eight actors, three families of flows; E7 refused all diffusion, E5 and E6 accept aggregates only."""
    (study.root / "notebooks").mkdir()
    study.processed.mkdir(parents=True)
    sites = pd.DataFrame(
        {
            "site_id": [f"E{i}" for i in range(1, 9)],
            "name": [f"Ateliers Numéro {i} & <fils>" for i in range(1, 9)],
            "siret": [f"0000000000000{i}" for i in range(1, 9)],
            "consent": CONSENTS,
            "headcount": [50.0] * 8,
        }
    )
    rows = [
        ("E1", "textile", 10.0), ("E2", "textile", 12.0), ("E3", "textile", 9.0), ("E4", "textile", 5.0),
        ("E5", "wood", 100.0), ("E6", "wood", 2.0), ("E7", "wood", 3.0),
        ("E1", "paper", 6.0), ("E2", "paper", 5.0), ("E3", "paper", 4.0), ("E8", "paper", 7.0),
    ]  # fmt: skip
    flows = pd.DataFrame(rows, columns=["site_id", "category", "mass_t_per_year"])
    for name, frame in {"sites": sites, "flows": flows}.items():
        frame.to_parquet(study.processed / f"{name}.parquet")
    manifest = {
        "inputs": [{"path": "E1.xlsx", "sha256": "00"}],
        "tables": {
            "flows": {
                "rows_read": 11, "rows_clean": 11, "rows_quarantined": 0, "rows_merged": 0, "rows_ignored": 0,
            }
        },
    }  # fmt: skip
    (study.processed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return study
