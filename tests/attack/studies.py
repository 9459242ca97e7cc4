"""Random studies, written as questionnaires: few or many firms, one or two of them dominant, two waves.

Firms are made with the generator of the sample study (sectors, everyday flows, people, purchases), each with
flows of its sector drawn and scaled at random. Then come the states that follow a first release: a firm that
withdraws, a cell that is corrected.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import people
import shared
from actors import Actor, actors, fictional_siret, table
from flows import SPECIFIC, everyday, french_number, significant
from generate import WAVES, csv_bytes, site_row

from eit_analysis.tables import form, sheet_name

from .registers import registers

SETTINGS = """title = "Étude tirée au sort {seed}"
territory = "Vallée fictive"
epci_codes = ["200036465", "246800205", "246800676"]
fictional = true

[audiences.partners]
named = true

[audiences.public]
named = false
"""
CONSENTS = ("nominative", "agrégée", "aucune")
TABLES = ("sites", "flows", "sharing", "workforce", "skills", "readiness", "synergy_register")


@dataclass
class RandomStudy:
    """Rows of every sheet by wave; what was drawn, to be told."""

    seed: int
    rows: dict[tuple[str, str], list[dict[str, Any]]]
    firms: list[str]
    dominant: list[str] = field(default_factory=list)
    withdrawn: str = ""

    @property
    def name(self) -> str:
        return f"etude-{self.seed}"

    def write(self, root: Path) -> None:
        """Its folder under ``data/raw``: one CSV file per sheet and wave."""
        raw = root / "data" / "raw" / self.name
        for wave in WAVES:
            (raw / wave).mkdir(parents=True, exist_ok=True)
            for sheet in TABLES:
                columns = form(sheet)
                lines = [[columns[c]["header"] for c in columns]]
                lines += [[row.get(c) for c in columns] for row in self.rows[wave, sheet]]
                (raw / wave / f"tous_{sheet_name(sheet)}.csv").write_bytes(csv_bytes(lines, "cp1252"))
        (raw / "study.toml").write_text(SETTINGS.format(seed=self.seed), encoding="utf-8")


def random_study(seed: int, firms: int | None = None) -> RandomStudy:
    """5 to 60 firms, or as many as are asked for: one or two dominant, some without waste, some with
    hazardous or seasonal streams."""
    random = np.random.default_rng([14, seed])
    size = int(np.clip(round(np.exp(random.uniform(np.log(5), np.log(60)))), 5, 60))
    chosen = [_firm(seed, rank, random) for rank in range(1, (firms or size) + 1)]
    ids = [actor.site_id for actor in chosen]
    dominant = [str(name) for name in random.choice(ids, size=int(random.integers(1, 3)), replace=False)]
    idle = {name for name in ids if name not in dominant and random.random() < 0.08}
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {(w, t): [] for w in WAVES for t in TABLES}
    absent = Counter(str(name) for name in ids if random.random() < 0.1)  # from the first wave
    for actor in chosen:
        flows = [] if actor.site_id in idle else _flows(actor, actor.site_id in dominant, random)
        for wave in WAVES:
            if wave == WAVES[0] and absent[actor.site_id]:
                continue
            drift = 1.0 if wave == WAVES[1] else random.lognormal(0, 0.1)
            rows[wave, "sites"].append(site_row(actor, wave))
            rows[wave, "flows"] += [
                {**row, "quantity": significant(row["quantity"] * drift)}
                for row in flows
                if wave == WAVES[1] or random.random() < 0.93
            ]
            for sheet, maker in (
                ("workforce", people.workforce),
                ("skills", people.skills),
                ("readiness", people.readiness),
                ("sharing", shared.sharing),
            ):
                rows[wave, sheet] += maker(actor, wave, random)
    for wave, lines in registers(seed, ids, WAVES).items():
        rows[wave, "synergy_register"] += lines
    return RandomStudy(seed, rows, ids, dominant)


def siret(seed: int, rank: int) -> str:
    """A firm of this study alone; the fifth is another site of the first firm of the study before."""
    elsewhere = rank == 5 and seed > 0
    place = 60 * (seed - 1) + 1 if elsewhere else 60 * seed + rank
    return fictional_siret(place % 100_000, step=1, site=2 if elsewhere else 1)


def _firm(seed: int, rank: int, random: np.random.Generator) -> Actor:
    """A firm like one of the sample, of another size, elsewhere; one in fifteen is an outlet."""
    models = actors()
    outlet = random.random() < 1 / 15
    among = [a for a in models if (a.sector == "outlet") == outlet]
    model, place = among[random.integers(len(among))], models[random.integers(len(models))]
    staff = int(np.clip(round(random.lognormal(4.2, 0.8)), 6, 900))
    return replace(
        model,
        site_id=f"A{rank:02d}",
        name=f"Fictive {rank:02d}",
        siret=siret(seed, rank),
        commune_name=place.commune_name,
        commune_code=place.commune_code,
        postcode=place.postcode,
        staff={WAVES[0]: max(5, round(staff * random.lognormal(0, 0.06))), WAVES[1]: staff},
        consent=str(random.choice(CONSENTS, p=[0.6, 0.32, 0.08])),
    )


def _flows(actor: Actor, dominant: bool, random: np.random.Generator) -> list[dict[str, Any]]:
    """Everyday flows, and one to three of its sector, ten to fifty times larger for a dominant firm."""
    kin = {a.site_id for a in actors() if a.sector == actor.sector}
    models = [row for row in table(SPECIFIC) if row[0] in kin]
    drawn = random.choice(len(models), size=min(len(models), int(random.integers(1, 4))), replace=False)
    rows = [{"site_id": actor.site_id, **row} for row in everyday(actor, WAVES[1], random)]
    rows = [row for row in rows if random.random() < 0.85]
    for number in drawn:
        _, way, category, label, code, amount, evidence, quality, route, cost, *rest = models[number]
        months, contractor, _ = rest
        quantity, unit = amount.rsplit(" ", 1)
        scale = random.lognormal(-0.3, 0.9) * (random.uniform(10, 50) if dominant and way == "out" else 1.0)
        unit_name, period = unit.split("/")
        seasonal = way == "out" and random.random() < 0.08
        rows.append(
            {
                "site_id": actor.site_id,
                "direction": "sortant" if way == "out" else "entrant",
                "category": category,
                "description": label,
                "waste_code": code,
                "quantity": french_number(quantity) * scale,
                "unit": unit_name,
                "period": period,
                "evidence": evidence,
                "quality": quality,
                "route": route,
                "cost_eur_per_t": french_number(cost) if random.random() < 0.9 else None,
                "months": "5 6 7 8" if seasonal else months,
                "contractor": contractor,
            }
        )
    return rows


def withdraw(study: RandomStudy) -> RandomStudy:
    """One firm that gave an accord, not a dominant one if it can be, now refuses, in every wave."""
    sites = study.rows[WAVES[1], "sites"]
    willing = [row["site_id"] for row in sites if row["consent"] != "aucune"]
    busy = Counter(r["site_id"] for r in study.rows[WAVES[1], "flows"] if r["direction"] == "sortant")
    small = [name for name in willing if name not in study.dominant and busy[name]]
    name = (small or willing)[study.seed % len(small or willing)]
    rows = {
        (wave, sheet): [
            {**row, "consent": "aucune"} if sheet == "sites" and row["site_id"] == name else row
            for row in lines
        ]
        for (wave, sheet), lines in study.rows.items()
    }
    return replace(study, rows=rows, withdrawn=name)


def correct(study: RandomStudy) -> RandomStudy:
    """One outgoing quantity of the last wave is corrected, by a third more."""
    lines = study.rows[WAVES[1], "flows"]
    outgoing = [i for i, row in enumerate(lines) if row["direction"] == "sortant"]
    place = outgoing[study.seed % len(outgoing)]
    changed = [
        {**row, "quantity": significant(row["quantity"] * 1.34)} if i == place else row
        for i, row in enumerate(lines)
    ]
    return replace(study, rows={**study.rows, (WAVES[1], "flows"): changed})
