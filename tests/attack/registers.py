"""A register of synergies for a random study: two to four actors each, from lead to done, results or none."""

from __future__ import annotations

from typing import Any

import numpy as np

STATUSES = ("done", "committed", "study", "lead")
CATEGORIES = ("wood", "cardboard", "plastic", "textile", "metal", "biowaste")


def registers(seed: int, sites: list[str], waves: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Rows by wave; one study in five has no register. The later one tells more of the same lines."""
    random = np.random.default_rng([17, seed])
    if random.random() < 0.2:
        return {wave: [] for wave in waves}
    rows: dict[str, list[dict[str, Any]]] = {wave: [] for wave in waves}
    for number in range(1, 3 + len(sites) // 5):
        among = min(len(sites), int(random.integers(2, 5)))
        members = sorted(str(name) for name in random.choice(sites, size=among, replace=False))
        status = str(random.choice(STATUSES, p=[0.6, 0.15, 0.15, 0.1]))
        line = {
            "synergy_id": f"SY{number:02d}",
            "title": f"Projet {number}",
            "kind": "exchange" if among == 2 else "pooling",
            "category": str(random.choice(CATEGORIES)),
            "site_ids": " ".join(members),
            "carrier": members[0],
        }
        tonnes, sign = float(f"{random.lognormal(2, 1):.2g}"), random.choice([1, 1, 1, -1])
        results = {
            "start_date": f"{waves[1]}-02-01",
            "promised_t_per_year": 2 * tonnes,
            "realised_t_per_year": tonnes,
            "realised_eur_per_year": float(sign * round(tonnes * random.uniform(20, 90), -1)),
            "realised_tco2e_per_year": float(f"{sign * tonnes * random.uniform(0.1, 1):.2g}"),
            "insertion_hours_per_year": float(random.choice([0, 0, 60, 240])),
            "coordination_hours": float(random.integers(5, 80)),
            "public_eur": float(random.choice([0, 0, 2000, 5000])),
        }
        told = results if status == "done" else {"promised_t_per_year": 2 * tonnes}
        rows[waves[1]].append({**line, "status": status, "status_date": f"{waves[1]}-02-01", **told})
        if random.random() < 0.5:
            rows[waves[0]].append({**line, "status": "study", "status_date": f"{waves[0]}-03-01"})
    return rows
