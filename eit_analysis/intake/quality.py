"""What a survey is worth: response, completeness, corrections and refusals, from what cleaning wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from eit_analysis import tables

TOTAL = "Total"
ACCOUNTS = ["rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored"]
RESPONSE_TABLES = [name for name in tables.TABLES if name not in ("sites", "synergy_register")]


def accounts(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Rows read = clean + quarantined + merged + ignored, by sheet, with their total.

    Returns
    -------
    pandas.DataFrame
        ``sheet, rows_read, rows_clean, rows_quarantined, rows_merged, rows_ignored`` (rows).
    """
    rows = [
        {"sheet": tables.sheet_name(table), **{name: counts[name] for name in ACCOUNTS}}
        for table, counts in manifest["tables"].items()
    ]
    frame = pd.DataFrame(rows, columns=["sheet", *ACCOUNTS])
    total = pd.DataFrame([{"sheet": TOTAL, **frame[ACCOUNTS].sum()}])
    return pd.concat([frame, total], ignore_index=True)


def files_read(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """How many files were read in each format and encoding: ``format, encoding, files, sheets``.

    A workbook states its own encoding; a file that could not be read counts as format *illisible*.
    """
    rows = [
        {
            "format": "illisible" if entry["problem"] else entry["format"].upper(),
            "encoding": entry["encoding"] or "",
            "files": 1,
            "sheets": len(entry["sheets"]),
        }
        for entry in manifest["inputs"]
    ]
    frame = pd.DataFrame(rows, columns=["format", "encoding", "files", "sheets"])
    return frame.groupby(["format", "encoding"], as_index=False).sum()


def completeness(wave: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Share of filled cells of the columns that may stay blank.

    Parameters
    ----------
    wave : mapping of str to pandas.DataFrame
        Tidy tables by name.

    Returns
    -------
    pandas.DataFrame
        ``sheet, question, filled_percent`` (% of rows), the emptiest first in each sheet. The number of rows
        is left out: beside a table by type of actor it would give back what that table withholds.
    """
    rows = []
    for table, frame in wave.items():
        optional = {
            name for name, column in tables.TABLES[table].to_schema().columns.items() if column.nullable
        }
        for name, spec in tables.form(table).items():
            if name in optional and len(frame):
                filled = 100 * float(frame[name].notna().mean())
                rows.append((tables.sheet_name(table), spec["header"], filled))
    frame = pd.DataFrame(rows, columns=["sheet", "question", "filled_percent"])
    order = {tables.sheet_name(table): rank for rank, table in enumerate(tables.TABLES)}
    return frame.sort_values(
        ["sheet", "filled_percent"], key=lambda s: s.map(order) if s.name == "sheet" else s, kind="stable",
        ignore_index=True,
    )  # fmt: skip


def corrections_by_rule(corrections: pd.DataFrame) -> pd.DataFrame:
    """How many times each rule was applied: ``rule, corrections``, the most frequent first."""
    return _counted(corrections["rule"], "rule", "corrections")


def quarantine_by_reason(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Refusals by extent and reason: ``extent, reason, refusals``.

    ``extent`` is ``cell`` (the cell is missing, its row stays), ``row`` or ``file``.
    """
    codes = quarantine["reason_code"].astype("str")
    extent = pd.Series("row", index=codes.index, dtype="str")
    extent = extent.mask(codes.str.startswith("cell_"), "cell").mask(codes == "unreadable_file", "file")
    frame = pd.DataFrame({"extent": extent, "reason": codes.str.removeprefix("cell_")})
    counted = frame.groupby(["extent", "reason"]).size().rename("refusals").reset_index()
    return counted.sort_values(
        ["refusals", "extent", "reason"], ascending=[False, True, True], ignore_index=True
    )


def evidence_classes(flows: pd.DataFrame) -> pd.DataFrame:
    """How the masses are known: ``evidence, n_flows, share_percent`` (% of flows)."""
    frame = _counted(flows["evidence"], "evidence", "n_flows")
    frame["share_percent"] = 100 * frame["n_flows"] / max(1, len(flows))
    return frame


def response_by_type(sites: pd.DataFrame, wave: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Actors by type, with how many sheets they filled: ``actor_type, n_sites, mean_sheets_filled``."""
    own = response(sites, wave).merge(sites[["site_id", "actor_type"]], on="site_id")
    return own.groupby("actor_type", as_index=False).agg(
        n_sites=("site_id", "size"), mean_sheets_filled=("sheets_filled", "mean")
    )


def response(sites: pd.DataFrame, wave: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What each actor sent back.

    Parameters
    ----------
    sites : pandas.DataFrame
        Actors of the wave.
    wave : mapping of str to pandas.DataFrame
        Tidy tables by name.

    Returns
    -------
    pandas.DataFrame
        ``site_id, sheets_filled`` (of the five that an actor fills beside its own), ``rows_clean`` and
        ``missing_sheets`` (their French names), the least complete first.
    """
    frame = pd.DataFrame({"site_id": sites["site_id"]})
    counts = {
        table: frame["site_id"].map(wave[table]["site_id"].value_counts()).fillna(0)
        for table in RESPONSE_TABLES
    }
    by_table = pd.DataFrame(counts, index=frame.index).astype(int)
    frame["sheets_filled"] = (by_table > 0).sum(axis=1)
    frame["rows_clean"] = by_table.sum(axis=1)
    frame["missing_sheets"] = [
        ", ".join(tables.sheet_name(table) for table in RESPONSE_TABLES if not row[table])
        for row in by_table.to_dict("records")
    ]
    return frame.sort_values(["sheets_filled", "rows_clean"], kind="stable", ignore_index=True)


def questions(quarantine: pd.DataFrame, wave: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What to ask each actor again, for files that hold a single actor.

    A file shared by several actors is left out: its rows cannot be shown to one of them.

    Returns
    -------
    pandas.DataFrame
        ``site_id, sheet, row, question, message``; what the actor had written stays in ``quarantine.csv``.
    """
    pairs = pd.concat(
        [wave[t][["source_file", "site_id"]] for t in ("sites", *RESPONSE_TABLES)]
    ).drop_duplicates()
    single = pairs.drop_duplicates("source_file", keep=False).set_index("source_file")["site_id"]
    frame = pd.DataFrame(
        {
            "site_id": quarantine["source_file"].map(single),
            "sheet": quarantine["source_sheet"],
            "row": quarantine["source_row"],
            "question": quarantine["column"],
            "message": quarantine["message"],
        }
    )
    frame = frame.dropna(subset=["site_id"])
    return frame.sort_values(["site_id", "sheet", "row"], kind="stable", ignore_index=True)


def _counted(values: pd.Series, name: str, count: str) -> pd.DataFrame:
    counted = values.value_counts().rename_axis(name).rename(count).reset_index()
    return counted.sort_values([count, name], ascending=[False, True], ignore_index=True)
