"""Pages 04 and 05 of a large approach: 250 actors, two waves, 2,000 leads, 300 micro-projects.

    python -m benchmarks.change [--repeat 3] [--sites 250] [--leads 2000] [--projects 300]

Prints, for each page and audience, medians of processor seconds and the peak memory of its largest process:
the notebook alone, and the whole of ``eit run`` with no other notebook in the folder (start of the command,
audit, drawing and files included). The study is made up and goes from CSV files through ``eit clean``, in a
temporary folder: every actor has flows, needs to share and three respondents; every lead has the optional
columns that its status allows.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eit_analysis import reference, tables
from eit_analysis.publishing.engine import execute

ROOT = Path(__file__).resolve().parents[1]
STUDY, WAVES = "large", ("2015", "2018")
AUDIENCES = ("internal", "partners", "company:E001")
PAGES = ("04_change_governance", "05_territory_exchange")
# Around Thann and Mulhouse; distances are those of their centres.
COMMUNES = {
    "68334": "Thann", "68063": "Cernay", "68348": "Vieux-Thann", "68201": "Masevaux-Niederbruck",
    "68060": "Burnhaupt-le-Haut", "68224": "Mulhouse", "68112": "Guebwiller", "68315": "Soultz-Haut-Rhin",
}  # fmt: skip
FAMILIES = {"carton": 30, "papier": 6, "plastique": 12, "bois": 20, "textile": 3, "métal": 60}  # t per year
NEEDS = {  # of one actor: nature, unit, volume
    "Palettes": ("achat", "unité", 300), "Cartons d'emballage": ("achat", "unité", 5000),
    "Électricité": ("achat", "MWh", 600), "Collecte de carton": ("service", "t", 6),
    "Chariot élévateur": ("équipement", "h", 300), "Conduite de chariot": ("formation", "personne", 3),
}  # fmt: skip
ROLES = ("direction", "production", "environnement")
STATUSES = ("piste", "étude", "engagée", "réalisée")
Row = dict[str, Any]


def actor(draw: random.Random, number: int, wave: str) -> Row:
    code = draw.choice(list(COMMUNES))
    return {
        "site_id": f"E{number:03d}", "name": f"Fabrique Zyx{number:03d}",
        "naf_code": draw.choice(["2562B", "1310Z", "2229A", "1071A", "2059Z"]), "commune_code": code,
        "commune_name": COMMUNES[code], "headcount": draw.choice([15, 40, 90, 180, 400]),
        "actor_type": draw.choices(["entreprise", "ESS", "collectivité"], [8, 1, 1])[0],
        "consent": "nominative" if number == 1 else draw.choices(["nominative", "agrégée"], [3, 1])[0],
        "reference_year": int(wave),
    }  # fmt: skip


def answers(draw: random.Random, site: str) -> dict[str, list[Row]]:
    """Flows, needs and opinions of one actor."""
    flows = [
        {"site_id": site, "direction": way, "category": family, "description": f"{family} {way}",
         "quantity": round(tonnes * draw.uniform(0.1, 2), 2), "unit": "t", "period": "an",
         "evidence": "déclaration", "quality": "propre", "route": draw.choice(["recyclage", "incinération"]),
         "cost_eur_per_t": draw.randint(-50, 200)}
        for way in ("sortant", "entrant")
        for family, tonnes in draw.sample(list(FAMILIES.items()), 4)
    ]  # fmt: skip
    needs = [
        {"site_id": site, "nature": nature, "item": item, "side": "besoin", "unit": unit,
         "volume_per_year": max(1, round(volume * draw.uniform(0.2, 2))),
         "cost_eur_per_year": draw.randint(200, 9000)}
        for item, (nature, unit, volume) in draw.sample(list(NEEDS.items()), 3)
    ]  # fmt: skip
    said = [
        {"site_id": site, "respondent_role": role, "item": item, "answer": draw.randint(1, 5)}
        for role in ROLES
        for item in reference.load("readiness_items")["statement_fr"]
    ]
    return {"flows": flows, "sharing": needs, "readiness": said}


def lead(draw: random.Random, number: int, sites: list[str]) -> tuple[Row, Row]:
    """A line of the register at both waves, the second with its optional columns."""
    members, pooling = draw.sample(sites, draw.randint(2, 6)), draw.random() < 0.3
    what = draw.choice(list(NEEDS) if pooling else list(FAMILIES))
    about = {
        "synergy_id": f"SY{number:04d}", "title": f"{what}, affaire {number}", "site_ids": " ".join(members),
        "kind": "mutualisation" if pooling else "échange", "category": draw.choice(list(FAMILIES)),
        "carrier": draw.choice([*members, ""]),
    }  # fmt: skip
    then, now = sorted(draw.choices(range(4), [6, 4, 2, 1], k=2))
    old, day = draw.randint(2012, 2014), f"{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    since = f"{old}-{day}" if now == then else f"{draw.randint(2016, 2018)}-{day}"
    before = {**about, "status": STATUSES[then], "status_date": f"{old}-{day}"}
    after = {
        **about, "status": "abandonnée" if draw.random() < 0.1 else STATUSES[now], "status_date": since,
        "promised_t_per_year": draw.randint(1, 60), "promised_eur_per_year": draw.randint(200, 9000),
        "coordination_hours": draw.randint(5, 90), "public_eur": draw.randint(0, 5000), "private_eur": 400,
    }  # fmt: skip
    if after["status"] == "réalisée":
        after |= {
            "realised_t_per_year": draw.randint(1, 50), "realised_uncertainty_percent": 20,
            "realised_fte": 0.1, "start_date": since, "realised_eur_per_year": draw.randint(-300, 5000),
            "realised_tco2e_per_year": 1.5, "insertion_hours_per_year": draw.randint(0, 200),
            "happens_anyway": draw.choice(["aurait eu lieu", "n'aurait pas eu lieu", "on ne sait pas"]),
        }  # fmt: skip
    return before, after


def project(draw: random.Random, number: int, leads: int) -> str:
    names = [f"SY{(3 * number + i) % leads:04d}" for i in range(3)]
    return f"""
[[projects]]
code = "MP{number}"
title = "Micro-projet {number}"
synergies = {names}
decision_rule = "{draw.choice(["consensus", "majority", "by_contribution", "carrier"])}"
next_decision = "Choisir la suite"
deadline = 2019-{draw.randint(1, 12):02d}-15
funding = [{{ funder = "Région", sector = "public", eur = {draw.randint(1, 9)}000 }}]
clauses = [{{ kind = "social", text = "Heures d'insertion", unit = "h_per_year", target = 200 }}]
"""


def write(path: Path, table: str, rows: Iterable[Row], later: bool = True) -> None:
    names = [n for n in tables.form(table) if later or n not in tables.used_for(table, "later")]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([tables.form(table)[name]["header"] for name in names])
        writer.writerows([str(row.get(name, "")).replace(".", ",") for name in names] for row in rows)


def make(folder: Path, sites: int, leads: int, projects: int) -> None:
    """The raw files of the study, and its cleaned tables."""
    draw, raw = random.Random(1), folder / "data" / "raw" / STUDY
    names = [f"E{number:03d}" for number in range(1, sites + 1)]
    register = [lead(draw, number, names) for number in range(leads)]
    for index, wave in enumerate(WAVES):
        (raw / wave).mkdir(parents=True)
        own = [answers(draw, name) for name in names]
        people = random.Random(2)  # the same actors at both waves
        found = {"sites": [actor(people, number, wave) for number in range(1, sites + 1)]}
        found |= {table: [row for each in own for row in each[table]] for table in own[0]}
        found |= {"synergy_register": [line[index] for line in register]}
        for table, rows in found.items():
            write(raw / wave / f"tous_{tables.sheet_name(table)}.csv", table, rows, wave == WAVES[-1])
    settings = 'title = "Essai"\nterritory = "Vallée"\n[audiences.partners]\nnamed = true\n'
    told = (project(draw, number, leads) for number in range(projects))
    (raw / "study.toml").write_text(settings + "".join(told), encoding="utf-8")
    eit(folder, "clean", STUDY, *(part for wave in WAVES for part in ("--wave", wave)))


def run(folder: Path, *command: str) -> tuple[float, float, str]:
    """Processor seconds and peak memory (MB) of a command with its own processes, and what it prints."""
    child = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None and child.stderr is not None
    printed, errors = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{printed[-2000:]}{errors[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def eit(folder: Path, *arguments: str) -> tuple[float, float]:
    return run(folder, "eit_analysis", *arguments)[:2]


def alone(notebook: str, audience: str) -> float:
    """Processor seconds of one notebook, in this process."""
    start = time.process_time()
    execute(notebook, {"study": STUDY, "wave": WAVES[-1], "audience": audience})
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, value in (("repeat", 3), ("sites", 250), ("leads", 2000), ("projects", 300)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(alone(*asked.alone))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, asked.sites, asked.leads, asked.projects)
        print(f"{'page':<24}{'audience':<16}{'notebook':>12}{'eit run':>12}{'peak':>12}")
        for page in PAGES:
            shutil.rmtree(folder / "notebooks", ignore_errors=True)
            (folder / "notebooks").mkdir()
            notebook = shutil.copy(ROOT / "notebooks" / f"{page}.ipynb", folder / "notebooks")
            for audience in AUDIENCES:
                bare = [
                    float(run(folder, "benchmarks.change", "--alone", str(notebook), audience)[2])
                    for _ in range(asked.repeat)
                ]
                whole = [eit(folder, "run", STUDY, "--audience", audience) for _ in range(asked.repeat)]
                cpu, peak = statistics.median(cpu for cpu, _ in whole), max(peak for _, peak in whole)
                figures = f"{statistics.median(bare):>10.1f} s{cpu:>10.1f} s{peak:>9.0f} MB"
                print(f"{page:<24}{audience:<16}{figures}", flush=True)


if __name__ == "__main__":
    main()
