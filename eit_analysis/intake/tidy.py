"""Raw rows to the tidy tables of the contract: repeated rows merged, unusable ones to quarantine."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import pandera.errors

from eit_analysis import tables
from eit_analysis.intake.ledger import Ledger, Origin, SheetAccount
from eit_analysis.intake.parsing import clean_text
from eit_analysis.intake.rows import Record, clean_row


@dataclass(frozen=True)
class RawRow:
    """A row that is data, where it comes from, and the account of its sheet."""

    origin: Origin
    account: SheetAccount
    cells: dict[str, Any]


def clean_tables(
    rows: dict[str, list[RawRow]], half_widths: dict[str, float], ledger: Ledger
) -> dict[str, pd.DataFrame]:
    """Clean the sites first: every other row must name one of them."""
    clean: dict[str, pd.DataFrame] = {}
    known: set[str] = set()
    for table, raw_rows in rows.items():
        kept = _clean_rows(table, raw_rows, half_widths, known, ledger)
        if table == "sites":
            known = {values["site_id"] for _, values in kept}
        clean[table] = _validated(table, kept, ledger)
    return clean


def _clean_rows(
    table: str, raw_rows: list[RawRow], half_widths: dict[str, float], known: set[str], ledger: Ledger
) -> list[tuple[RawRow, dict[str, Any]]]:
    kept: list[tuple[RawRow, dict[str, Any]]] = []
    first_seen: dict[tuple[str, ...], Origin] = {}
    sites: dict[str, Origin] = {}
    ranks: Counter[str] = Counter()
    form = list(tables.form(table))
    for row in raw_rows:
        identity = tuple(clean_text(row.cells.get(name, "")).casefold() for name in form)
        if identity in first_seen:
            row.account.rows_merged += 1
            ledger.correct(row.origin, "", "", f"= {first_seen[identity]}", "merged_repeated_row")
            continue
        first_seen[identity] = row.origin
        record = clean_row(table, row.cells, half_widths)
        _check_sites(table, record, row.origin, sites, known)
        for header, raw, value, rule in record.corrections:
            ledger.correct(row.origin, header, raw, value, rule)
        fatal = next((problem for problem in record.problems if problem.fatal), None)
        for problem in record.problems:
            code = problem.code if problem is fatal else f"cell_{problem.code}"
            ledger.quarantine(row.origin, problem.column, problem.raw, code, problem.message)
        site = record.values.get("site_id")
        if table == "flows" and site:
            # Rows in quarantine keep their rank: correcting one never renames the others.
            ranks[site] += 1
            record.values["flow_id"] = f"{site}-F{ranks[site]:02d}"
        if fatal:
            row.account.rows_quarantined += 1
        else:
            row.account.rows_clean += 1
            kept.append((row, record.values))
    return kept


def _check_sites(
    table: str, record: Record, origin: Origin, sites: dict[str, Origin], known: set[str]
) -> None:
    """A site is declared once; every other table only speaks of declared sites."""
    site = record.values.get("site_id")
    if table == "sites" and site and not record.fatal:
        if site in sites:
            message = f"cet acteur est déjà décrit autrement ({sites[site]})\u00a0; gardez une seule ligne"
            record.reject("site_id", "conflicting_site", message, fatal=True)
        else:
            sites[site] = origin
    elif site and table != "sites" and site not in known:
        message = (
            "cet identifiant n'est dans aucune feuille Entreprise\u00a0; corrigez-le ou ajoutez l'acteur"
        )
        record.reject("site_id", "unknown_site", message, fatal=True)
    if record.values.get("site_ids"):
        parts = record.values["site_ids"].split()
        unknown = [part for part in parts if part not in known]
        if unknown:
            message = (
                f"identifiants inconnus dans cette vague\u00a0: {', '.join(unknown)}\u00a0; corrigez-les"
            )
            record.reject("site_ids", "unknown_site", message, fatal=False)
            record.values["site_ids"] = " ".join(part for part in parts if part in known) or None


def _validated(table: str, kept: list[tuple[RawRow, dict[str, Any]]], ledger: Ledger) -> pd.DataFrame:
    """Table in the contract's order and types; a row that breaks its rules goes to quarantine."""
    names = list(tables.fields(table))
    records = [{**values, **asdict(row.origin)} for row, values in kept]
    columns: dict[str, pd.Series] = {}
    for name in names:
        values = pd.Series([record.get(name) for record in records], dtype=object)
        columns[name] = values.astype("float64") if "float" in tables.fields(table)[name]["dtype"] else values
    frame = pd.DataFrame(columns, columns=names)
    frame = frame.astype(
        {n: "int64" if n == "source_row" else "str" for n in names if frame[n].dtype == object}
    )
    schema = tables.TABLES[table].to_schema()
    try:
        return schema.validate(frame, lazy=True)[names]
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.dropna(subset=["index"]).drop_duplicates("index")
    for case in cases.itertuples():
        row = kept[int(case.index)][0]
        header = tables.fields(table).get(str(case.column), {}).get("header", "")
        message = f"la valeur ne respecte pas la règle du modèle ({case.check})\u00a0; corrigez-la"
        ledger.quarantine(row.origin, header, clean_text(case.failure_case), "contract", message)
        row.account.rows_clean -= 1
        row.account.rows_quarantined += 1
    frame = frame.drop(index=cases["index"].astype(int)).reset_index(drop=True)
    return schema.validate(frame)[names]
