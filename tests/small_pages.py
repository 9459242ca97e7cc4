"""A small cleaned study, and its two waves with light notebooks: a table, and a listing with its sheets."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd

from eit_analysis.study import Study, open_study

CONFIG = """
title = "Étude d'essai"
territory = "Vallée d'essai"
fictional = true
"""

CONSENTS = ["named", "named", "named", "named", "aggregated", "aggregated", "none", "named"]

SETUP = """
from eit_analysis.breakdown import Breakdown
from eit_analysis.publishing.release.gate import Release
from eit_analysis.study import open_study
survey = open_study(study, wave)
release = Release(survey, audience, page="essai")
flows = release.load("flows")
frame = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
table = release.table(Breakdown(frame, ["category"], flows, "mass_t_per_year"), "Par famille")
"""
LISTING = 'release.listing(flows, "Liste", ["site_id"])'
SHEETS = """
release.sheets("Fiches", [(
    site, f"Fiche {place}", {site},
    [release.listing(flows[flows["site_id"] == site], "Flux", ["site_id"])],
) for place, site in enumerate(sorted(set(flows["site_id"])), 1)])
"""


def empty_study(root: Path) -> Study:
    raw = root / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text(CONFIG, encoding="utf-8")
    return open_study("essai", root=root)


def filled(study: Study) -> Study:
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


def write_notebook(root: Path, name: str, *cells: str) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# Page {name}")])
    head = "study = 'essai'\nwave = ''\naudience = 'internal'\nrows = 5"
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made.cells.append(nbformat.v4.new_code_cell(head, metadata={"tags": ["parameters"]}))
    made.cells += [nbformat.v4.new_code_cell(source) for source in (SETUP, *cells)]
    nbformat.write(made, root / "notebooks" / f"{name}.ipynb")


def two_waves(study: Study) -> Study:
    """A filled study with an earlier wave that has the same rows, and the two notebooks."""
    for folder in ("raw", "processed"):
        (study.root / "data" / folder / "essai" / "2015").mkdir()
    for path in study.processed.iterdir():
        (study.processed.with_name("2015") / path.name).write_bytes(path.read_bytes())
    write_notebook(study.root, "01_table", "table")
    write_notebook(study.root, "02_liste", LISTING, SHEETS)
    return study


def change_sites(study: Study, wave: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    path = study.processed.with_name(wave) / "sites.parquet"
    change(pd.read_parquet(path)).to_parquet(path)


def texts(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): text_of(path.read_bytes(), path.name) for path in files}


def text_of(content: bytes, name: str) -> str:
    """What a file says: of a workbook or an archive all that is packed in it."""
    if not name.endswith((".zip", ".xlsx", ".pptx")):
        text = content.decode("utf-8", errors="strict" if name.endswith((".html", ".csv")) else "replace")
        return re.sub(r"<[^>]*>", " ", text) if name.endswith(".xml") else text  # E1 is a cell too
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(text_of(packed.read(member), member) for member in packed.namelist())


def fingerprints(folder: Path) -> set[str]:
    """Those that the pages, sheets and index of a folder print in their foot."""
    pages = [text for name, text in texts(folder).items() if name.endswith(".html")]
    found = [re.findall(r"<dt>Empreinte[^<]*</dt><dd>([0-9a-f]{16})</dd>", text) for text in pages]
    assert all(len(one) == 1 for one in found)
    return {one for (one,) in found}


def in_a_child(work: Callable[[], int]) -> int:
    """The exit code of work done in a process of its own, minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = work()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
