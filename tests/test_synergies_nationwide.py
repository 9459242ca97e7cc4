"""Several studies matched together by the script that docs/methods/matching.md gives a study office."""

import re
import subprocess
import sys

import pandas as pd
from command import ROOT
from small_pages import CONFIG

from eit_analysis.study import open_study


def made_up_study(root, name, latitude):
    """Two firms side by side and what each gives and needs: cardboard and pallets."""
    raw = root / "data" / "raw" / name
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text(CONFIG, encoding="utf-8")
    processed = open_study(name, root=root).processed
    processed.mkdir(parents=True)
    places = {"site_id": ["A", "B"], "naf_code": "2562B", "actor_type": "firm", "latitude": latitude}
    pd.DataFrame(places | {"longitude": 7.1}).to_parquet(processed / "sites.parquet")
    rows = [
        ("A-1", "A", "out", "cardboard", "150101", 4.0), ("B-1", "B", "in", "cardboard", "150101", 3.0),
        ("B-2", "B", "out", "wood", "150103", 5.0), ("A-2", "A", "in", "wood", "150103", 9.0),
    ]  # fmt: skip
    flows = pd.DataFrame(
        rows, columns=["flow_id", "site_id", "direction", "category", "waste_code", "mass_t_per_year"]
    )
    masses = {f"mass_{end}_t_per_year": flows["mass_t_per_year"] for end in ("low", "high")}
    flows = flows.assign(evidence="declared", quality="clean", route=None, months=None, **masses)
    flows.assign(cost_eur_per_t=float("nan")).to_parquet(processed / "flows.parquet")


def test_the_documented_script_matches_several_studies_on_two_processes(tmp_path):
    for name, latitude in (("vallee-a", 47.8), ("vallee-b", 47.9)):
        made_up_study(tmp_path, name, latitude)
    text = (ROOT / "docs" / "methods" / "matching.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", text, re.S)
    (tmp_path / "national.py").write_text(script, encoding="utf-8")
    command = [sys.executable, "national.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "exchanges.csv", sep=";", decimal=",")
    pairs = found.set_index("candidate_id")["distance_km"].round().astype(int).to_dict()
    a, b = "vallee-a/", "vallee-b/"
    near = {f"{v}{pair}": 0 for v in (a, b) for pair in (f"A-1>{v}B-1", f"B-2>{v}A-2")}
    far = {
        f"{v}{out}>{w}{need}": 14
        for v, w in ((a, b), (b, a))
        for out, need in (("A-1", "B-1"), ("B-2", "A-2"))
    }
    assert pairs == near | far
