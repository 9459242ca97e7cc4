"""Exchange files of six neighbouring territories, all invented: names, figures and telephones.

Written without the package that reads them, so that its reader is held to what a stranger sends. One does
much better than the sample, one is tiny, one large and of other assumptions, one has no leads, one wrote its
file in the first version of the format, one counts in kilograms. Telephones are of the range that ARCEP
keeps for fiction. Run again, it writes the same bytes.

    python data/raw/thur-doller/neighbours.py
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

HERE = Path(__file__).parent / "territoires"
SAME = (2000, 1, 1, 0, 0, 0)
STAGES = ("lead", "study", "committed", "done")
EVIDENCE = {"measured": 0.05, "declared": 0.2, "estimated": 0.5, "inferred": 1}
UNITS = {
    "outgoing_per_employee": ("employee", "t/salarié/an"),
    "outgoing_per_firm": ("firm", "t/acteur/an"),
    "recovered_share": ("tonne", "%"),
    "net_cost_per_tonne": ("tonne", "€/t"),
    "realised_per_employee": ("employee", "kg/salarié/an"),
    "realised_per_firm": ("firm", "t/acteur/an"),
    "realised_per_tonne": ("tonne", "kg/t"),
}
MASSES = ["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]
Rows = list[list[object]]

# Funnel: leads, studies, commitments, done, of exchanges then of poolings. Done: family, kind, number,
# tonnes. Flows: family, tonnes, half-width, share recovered. Indicators: value and half-width.
TERRITORIES: dict[str, dict] = {
    "val-d-aubrelle": {
        "name": "Val d'Aubrelle (fictif)",
        "year": 2017,
        "contact": "Mission EIT, 01 99 00 12 40",
        "funnel": [(40, 36, 33, 30), (24, 20, 16, 14)],
        "done": [
            ("plastic", "exchange", 5, 64.0),
            ("mixed", "pooling", 2, 48.0),
            ("cardboard", "pooling", 6, 72.0),
            ("wood", "exchange", 9, 81.0),
            ("metal", "exchange", 4, 60.0),
            ("biowaste", "pooling", 3, 36.0),
            ("textile", "exchange", 4, 10.0),
        ],
        "flows": [
            ("plastic", 740, 0.08, 61),
            ("wood", 910, 0.12, 78),
            ("metal", 1300, 0.06, 97),
            ("cardboard", 620, 0.15, 88),
            ("mixed", 480, 0.2, 6),
            ("biowaste", 350, 0.2, 70),
        ],
        "indicators": {
            "outgoing_per_employee": (1.9, 0.1),
            "outgoing_per_firm": (210, 12),
            "recovered_share": (71, 3),
            "net_cost_per_tonne": (8.1, 4.5),
            "realised_per_employee": (152, 30),
            "realised_per_firm": (17.7, 3.5),
            "realised_per_tonne": (84, 17),
        },
        "evidence": EVIDENCE,
    },
    "morvigne": {
        "name": "Pays de Morvigne (fictif)",
        "year": 2018,
        "contact": "Communauté de communes, 03 53 01 77 02",
        "funnel": [(3, 3, 3, 2), (1, 1, 1, 1)],
        "done": [("wood", "exchange", 2, 5.2), ("textile", "pooling", 1, 0.8)],
        "flows": [("wood", 120, 0.3, 55), ("textile", 6, 0.4, 40)],
        "indicators": {
            "outgoing_per_employee": (2.4, 0.9),
            "outgoing_per_firm": (96, 36),
            "recovered_share": (48, 14),
            "realised_per_employee": (38, 8),
            "realised_per_firm": (1.2, 0.3),
            "realised_per_tonne": (12.5, 5),
        },
        "evidence": EVIDENCE,
    },
    "estuaire-de-lorne": {
        "name": "Estuaire de Lorne (fictif)",
        "year": 2016,
        "contact": "Agence de l'estuaire, 02 61 91 30 18",
        "funnel": [(92, 61, 40, 27), (48, 30, 17, 11)],
        "done": [
            ("chemical", "exchange", 7, 980.0),
            ("metal", "exchange", 6, 720.0),
            ("mineral", "exchange", 4, 1900.0),
            ("plastic", "pooling", 6, 90.0),
            ("cardboard", "pooling", 5, 130.0),
            ("mixed", "pooling", 3, 210.0),
            ("wood", "exchange", 7, 168.0),
        ],
        "flows": [
            ("chemical", 21000, 0.2, 44),
            ("metal", 9800, 0.2, 92),
            ("mineral", 30500, 0.3, 70),
            ("plastic", 2600, 0.2, 35),
            ("mixed", 5100, 0.4, 3),
            ("wood", 3900, 0.2, 66),
        ],
        "indicators": {
            "outgoing_per_employee": (7.4, 1.1),
            "outgoing_per_firm": (640, 95),
            "recovered_share": (58, 5),
            "net_cost_per_tonne": (31, 9),
            "realised_per_employee": (425, 85),
            "realised_per_firm": (36.7, 7.4),
            "realised_per_tonne": (57, 12),
        },
        "evidence": {**EVIDENCE, "declared": 0.3, "estimated": 0.6},
    },
    "cerselle": {
        "name": "Plateau de Cerselle (fictif)",
        "year": 2018,
        "contact": "Syndicat du plateau, 05 36 49 08 55",
        "funnel": [],
        "done": [],
        "flows": [("biowaste", 820, 0.15, 47), ("food", 95, 0.3, 38), ("cardboard", 160, 0.2, 74)],
        "indicators": {
            "outgoing_per_employee": (3.3, 0.4),
            "outgoing_per_firm": (155, 19),
            "recovered_share": (51, 6),
        },
        "evidence": EVIDENCE,
    },
    "rives-de-l-oussiere": {
        "name": "Rives de l'Oussière (fictif)",
        "year": 2019,
        "contact": "Pays des Rives, 04 65 71 22 91",
        "funnel": [(20, 15, 11, 8), (11, 8, 5, 3)],
        "done": [
            ("plastic", "exchange", 3, 21.0),
            ("paper", "pooling", 4, 9.2),
            ("biowaste", "pooling", 2, 26.0),
            ("metal", "exchange", 2, 17.0),
        ],
        "flows": [("plastic", 390, 0.1, 42), ("paper", 88, 0.2, 90), ("biowaste", 510, 0.2, 63)],
        "indicators": {
            "outgoing_per_employee": (2.6, 0.2),
            "outgoing_per_firm": (248, 20),
            "recovered_share": (60, 4),
            "net_cost_per_tonne": (14.2, 6),
            "realised_per_employee": (40, 8),
            "realised_per_firm": (3.9, 0.8),
            "realised_per_tonne": (16, 3),
        },
        "evidence": EVIDENCE,
        "kilograms": True,
    },
}


def table(header: list[str], rows: Rows, separator: str = ",") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def funnel(counts: list[tuple[int, ...]]) -> Rows:
    rows: Rows = []
    for kind, reached in zip(("exchange", "pooling"), counts, strict=False):
        rows += [[kind, stage, n] for stage, n in zip(STAGES, reached, strict=True)]
    whole = [sum(column) for column in zip(*counts, strict=True)]
    return rows + [["Total", stage, n] for stage, n in zip(STAGES, whole, strict=False)]


def tables(given: dict) -> dict[str, tuple[list[str], Rows]]:
    """The tables of one territory in the format of today."""
    times, masses, realised = 1, MASSES, "realised_t_per_year"
    if given.get("kilograms"):
        times, realised = 1000, realised.replace("_t_", "_kg_")
        masses = [name.replace("_t_", "_kg_") for name in MASSES]
    flows: Rows = [
        [family, *(round(mass * times * ratio, 6) for ratio in (1, 1 - half, 1 + half)), share]
        for family, mass, half, share in given["flows"]
    ]
    indicators: Rows = [
        [name, UNITS[name][0], value, round(value - half, 6), round(value + half, 6), UNITS[name][1]]
        for name, (value, half) in given["indicators"].items()
    ]
    methods: Rows = [[f"evidence_{name}", width] for name, width in given["evidence"].items()]
    methods += [
        ["shared_error", 0.5],
        ["prefer_register", "yes"],
        ["minimum_units", 3],
        ["maximum_share", 0.85],
        ["minimum_people", 5],
        ["lead_counted", "every line of the register, dropped ones too"],
        ["format", 2],
        ["program", "eit-analysis"],
    ]
    about = [given["name"], "Démarche entièrement fictive", str(given["year"]), given["year"]]
    return {
        "territory": (
            ["territory", "study_title", "wave", "reference_year", "licence", "contact", "fictional"],
            [[*about, "etalab-2.0", given["contact"], "yes"]],
        ),
        "indicators": (["indicator", "denominator", "central", "low", "high", "unit"], indicators),
        "funnel": (["kind", "status", "n_synergies"], funnel(given["funnel"])),
        "synergies_done": (
            ["category", "kind", "n_synergies", realised],
            [[family, kind, n, round(tonnes * times, 6)] for family, kind, n, tonnes in given["done"]],
        ),
        "flows": (["category", *masses, "recovered_percent"], flows),
        "methods": (["exchange_parameter", "value_text"], methods),
    }


def unit_of(column: str) -> dict[str, str]:
    found = [
        unit for end, unit in (("_kg_per_year", "kg/an"), ("_t_per_year", "t/an")) if column.endswith(end)
    ]
    return {"unit": found[0]} if found else {}


def package(name: str, title: str, year: int, version: int, texts: dict[str, tuple[list[str], str]]) -> bytes:
    """Descriptor and tables, packed."""
    resources = [
        {
            "name": table,
            "path": f"{table}.csv",
            "encoding": "utf-8",
            "bytes": len(text.encode()),
            "hash": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
            "schema": {"fields": [{"name": column, **unit_of(column)} for column in header]},
        }
        for table, (header, text) in texts.items()
    ]
    about = {"name": name, "title": title, "created": f"{year}-12-31T00:00:00Z", "eit_exchange": version}
    descriptor = json.dumps({**about, "resources": resources}, ensure_ascii=False, indent=1)
    members = {"datapackage.json": descriptor, **{f"{table}.csv": text for table, (_, text) in texts.items()}}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, text in members.items():
            archive.writestr(zipfile.ZipInfo(member, SAME), text.encode(), zipfile.ZIP_DEFLATED, 9)
    return stream.getvalue()


def older() -> bytes:
    """The first version of the format: French names, semicolons, decimal commas, shares between 0 and 1."""
    reached = [("échange", 14, 10, 6, 4), ("mutualisation", 8, 6, 3, 2), ("Total", 22, 16, 9, 6)]
    named = ("piste", "étude", "engagée", "réalisée")
    sheets: dict[str, tuple[list[str], Rows]] = {
        "territoire": (
            ["territoire", "intitule", "vague", "annee", "licence", "contact", "fictif"],
            [
                [
                    "Combe-Noire (fictif)",
                    "Démarche entièrement fictive",
                    "2014",
                    2014,
                    "etalab-2.0",
                    "Maison de l'économie, 06 39 98 41 07",
                    "oui",
                ]
            ],
        ),
        "avancement": (
            ["type", "etape", "nombre"],
            [[kind, stage, n] for kind, *counts in reached for stage, n in zip(named, counts, strict=True)],
        ),
        "realisees": (
            ["famille", "type", "nombre", "tonnes"],
            [
                ["bois", "échange", 3, "19,5"],
                ["métal", "mutualisation", 2, "44,0"],
                ["carton", "échange", 1, "6,5"],
            ],
        ),
        "flux": (
            ["famille", "tonnes", "tonnes_basse", "tonnes_haute", "part_valorisee"],
            [
                ["bois", "410", "330", "490", "0,62"],
                ["métal", "780", "700", "860", "0,95"],
                ["carton", "230", "190", "270", "0,81"],
            ],
        ),
    }
    texts = {name: (header, table(header, rows, ";")) for name, (header, rows) in sheets.items()}
    return package("combe-noire", "Combe-Noire (fictif)", 2014, 1, texts)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for name, given in TERRITORIES.items():
        texts = {
            sheet: (header, table(header, rows)) for sheet, (header, rows) in tables(given).items() if rows
        }
        (HERE / f"{name}.zip").write_bytes(package(name, given["name"], given["year"], 2, texts))
    (HERE / "combe-noire.zip").write_bytes(older())


if __name__ == "__main__":
    main()
