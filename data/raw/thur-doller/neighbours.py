"""Exchange files of six neighbouring territories, all invented: names, figures and telephones.

Written without the package that reads them, so that its reader is held to what a stranger sends. One does
much better than the sample, one is tiny, one large and of other assumptions, one has no leads, one wrote its
file in the first version of the format, one counts in kilograms. Telephones are of the range that ARCEP
keeps for fiction. Five are rows of `neighbours.csv`; run again, it writes the same bytes.

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


def territories() -> dict[str, dict]:
    """The rows of ``neighbours.csv`` by territory.

    ``funnel``: synergies that reached each stage, of exchanges then of poolings. ``done``: family, kind,
    number, tonnes. ``flows``: family, tonnes, half-width, share recovered. ``indicators``: value and
    half-width. ``evidence``: half-widths. ``unit``: kg where masses are sent in kilograms.
    """
    found: dict[str, dict] = {}
    with (Path(__file__).parent / "neighbours.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            name, kind = row["name"], row["kind"]
            n, value, half, share = map(number, list(row.values())[4:])
            given = found.setdefault(
                row["territory"], {"funnel": [], "done": [], "flows": [], "indicators": {}, "evidence": {}}
            )
            if row["table"] in ("name", "contact", "unit", "year"):
                given[row["table"]] = name or n
            elif row["table"] == "funnel":
                given["funnel"] += [()] if name == STAGES[0] else []
                given["funnel"][-1] += (n,)
            elif row["table"] == "done":
                given["done"].append((name, kind, n, value))
            elif row["table"] == "flows":
                given["flows"].append((name, value, half, share))
            else:
                given[row["table"]][name] = (value, half) if row["table"] == "indicators" else value
    return found


def number(text: str) -> int | float | None:
    """As it is written: what has no decimal point is whole."""
    return None if not text else float(text) if "." in text else int(text)


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
    if given.get("unit") == "kg":
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
    for name, given in territories().items():
        texts = {
            sheet: (header, table(header, rows)) for sheet, (header, rows) in tables(given).items() if rows
        }
        (HERE / f"{name}.zip").write_bytes(package(name, given["name"], given["year"], 2, texts))
    (HERE / "combe-noire.zip").write_bytes(older())


if __name__ == "__main__":
    main()
