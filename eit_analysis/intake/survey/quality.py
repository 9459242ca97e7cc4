"""What a survey is worth: completeness, corrections, refusals and doubts, from what cleaning wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from eit_analysis import tables
from eit_analysis.breakdown import Breakdown
from eit_analysis.intake.cells.identifiers import firm_of_file
from eit_analysis.intake.sheets.ledger import ACCOUNTS, places
from eit_analysis.records import TOTAL
from eit_analysis.reference.findings import CELL, catalogue, codes, finding, of_cells

# Left blank, these mean something: all year, energy and no water or the other way round, no refusal.
BLANK_SPEAKS = {"months", "energy_mwh_per_year", "volume_m3_per_year", "water_quality"}
BLANK_SPEAKS |= {"answered_flow", "refusal_reason"}
OF_WASTE = {"waste_code", "route", "contractor"}  # a flow that enters has none to give


def accounts(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Rows read = clean + quarantined + merged + ignored, by sheet, with their total.

    Returns
    -------
    pandas.DataFrame
        ``sheet, rows_read, rows_clean, rows_quarantined, rows_merged, rows_ignored`` (rows).
    """
    rows = [{"sheet": tables.sheet_name(table), **rows} for table, rows in manifest["tables"].items()]
    frame = pd.DataFrame(rows, columns=["sheet", *ACCOUNTS])
    total = pd.DataFrame([{"sheet": TOTAL, **frame[ACCOUNTS].sum()}])
    return pd.concat([frame, total], ignore_index=True)


def files_read(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """How many files were read in each format and encoding: ``format, encoding, files, sheets``.

    A workbook states its own encoding; a file that could not be read counts as format *illisible*.
    """
    files = pd.DataFrame(manifest["inputs"], columns=["format", "encoding", "problem", "sheets"])
    files["format"] = files["format"].str.upper().where(files["problem"].isna(), "illisible")
    files["encoding"] = files["encoding"].fillna("")
    files["sheets"] = files["sheets"].map(len)
    grouped = files.groupby(["format", "encoding"], as_index=False)
    return grouped.agg(files=("sheets", "size"), sheets=("sheets", "sum"))


def optional_cells(wave: Mapping[str, pd.DataFrame], quarantine: pd.DataFrame) -> pd.DataFrame:
    """Cells of the columns that may stay blank: filled, unreadable (set aside in quarantine), else blank.

    Those of :func:`uncounted` are left out, and of a flow that enters what is asked of waste: there, a blank
    is no gap in an answer.

    Returns
    -------
    pandas.DataFrame
        ``site_id`` (missing in the register of synergies), ``sheet, question, cells, filled, unreadable``
        (numbers of cells), in the order of the form.
    """
    aside = quarantine[of_cells(quarantine["reason_code"])]
    unread = {str(header): set(places(lines)) for header, lines in aside.groupby("column")}
    parts = []
    for table, frame in wave.items():
        rows = places(frame)
        for name, header in _countable(table).items():
            filled = frame[name].notna().to_numpy()
            refused = np.array([place in unread.get(header, ()) for place in rows], dtype=bool)
            part = {"sheet": tables.sheet_name(table), "question": header, "filled": filled}
            site = frame.get("site_id")
            counted = pd.DataFrame({"site_id": site, **part, "unreadable": refused & ~filled})
            if table == "flows" and name in OF_WASTE:
                counted = counted[frame["direction"].ne("in").to_numpy() | filled | refused]
            parts.append(counted)
    every = pd.concat(parts, ignore_index=True)
    grouped = every.groupby(["site_id", "sheet", "question"], sort=False, dropna=False, as_index=False)
    return grouped.agg(cells=("filled", "size"), filled=("filled", "sum"), unreadable=("unreadable", "sum"))


def uncounted() -> pd.DataFrame:
    """Columns that may stay blank and that :func:`optional_cells` does not count: ``sheet, question``.

    One row a sheet that has any. A blank means something there, the column joined the form later, or it is
    read with others.
    """
    rows = []
    for table in tables.TABLES:
        counted, form = _countable(table), tables.form(table).items()
        left = [spec["header"] for name, spec in form if not spec["required"] and name not in counted]
        rows += [{"sheet": tables.sheet_name(table), "question": ", ".join(left)}] if left else []
    return pd.DataFrame(rows)


def _countable(table: str) -> dict[str, str]:
    """Headers, by column, where a blank is a gap."""
    apart = {*BLANK_SPEAKS, *tables.used_for(table, "later")}
    form = tables.form(table).items()
    return {
        name: spec["header"]
        for name, spec in form
        if spec["stored"] and not spec["required"] and name not in apart
    }


def completeness(cells: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Share of filled and blank cells by sheet, or by sheet and question, and how many are unreadable.

    Returns
    -------
    pandas.DataFrame
        The keys, then ``filled_cells_percent, blank_percent`` (% of cells) and ``n_unreadable``, the emptiest
        first in each sheet. The number of cells is left out: beside a table by type of actor it would give
        back what that table withholds.
    """
    sums = cells.groupby(keys, sort=False, as_index=False)[["cells", "filled", "unreadable"]].sum()
    filled, unread = (sums[name] / sums["cells"] for name in ("filled", "unreadable"))
    shares = {"filled_cells_percent": 100 * filled, "blank_percent": 100 * (1 - filled - unread)}
    rank = {tables.sheet_name(table): rank for rank, table in enumerate(tables.TABLES)}
    found = sums[keys].assign(**shares, n_unreadable=sums["unreadable"])
    return found.iloc[np.lexsort((filled, found["sheet"].map(rank)))].reset_index(drop=True)


def corrections_by_rule(corrections: pd.DataFrame) -> pd.DataFrame:
    """How many times each rule was applied: ``correction_kind, rule, corrections``.

    Kinds in the order of their number of corrections, and so the rules of each kind. An answer is counted at
    the cells that it changes or confirms, and not a second time at its own row.
    """
    rules = corrections["rule"]
    counted = _counted(rules[rules != "answer_applied"], "rule", "corrections")
    counted.insert(0, "correction_kind", [correction_kind(rule) for rule in counted["rule"]])
    size = counted.groupby("correction_kind")["corrections"].transform("sum")
    order = np.lexsort((counted["rule"], -counted["corrections"], counted["correction_kind"], -size))
    return counted.iloc[order].reset_index(drop=True)


def correction_kind(rule: str) -> str:
    """Group of a rule in the catalogue of findings, ``other`` where it has none."""
    return catalogue()[rule].group if rule in catalogue() else "other"


def quarantine_by_reason(quarantine: pd.DataFrame, left: Sequence[str] = ()) -> pd.DataFrame:
    """Refusals by extent and reason: ``extent, reason, refusals``.

    ``extent`` is ``cell`` (the cell is missing, its row stays), ``answer`` (to a fiche: the cell stays as it
    was), ``row`` or ``file``; ``left`` are the files of a format that is not read.
    """
    reasons = pd.Series([*quarantine["reason_code"].astype("str"), *["left_alone"] * len(left)], dtype="str")
    extent = pd.Series("row", index=reasons.index, dtype="str")
    extent = extent.mask(of_cells(reasons), "cell").mask(reasons.str.startswith("answer_"), "answer")
    extent = extent.mask(reasons.isin(["unreadable_file", "blank_file", "left_alone"]), "file")
    frame = pd.DataFrame({"extent": extent, "reason": reasons.str.removeprefix(CELL)})
    counted = frame.groupby(["extent", "reason"]).size().rename("refusals").reset_index()
    return counted.sort_values(
        ["refusals", "extent", "reason"], ascending=[False, True, True], ignore_index=True
    )


def evidence_classes(flows: pd.DataFrame) -> Breakdown:
    """How the masses are known: ``evidence, n_flows, share_percent`` (% of flows)."""
    frame = _counted(flows["evidence"], "evidence", "n_flows")
    frame["share_percent"] = 100 * frame["n_flows"] / max(1, len(flows))
    return Breakdown(frame, ["evidence"], flows)


def implausible_by_reason(implausible: pd.DataFrame) -> pd.DataFrame:
    """Values kept but doubtful: ``reason, marks``, the most frequent first."""
    return _counted(implausible["reason_code"], "reason", "marks")


def attributed(lines: pd.DataFrame, row_sites: pd.DataFrame) -> pd.DataFrame:
    """Lines of the quarantine or of the implausible values with the ``site_id`` they are about.

    A data row is its actor's, whether it was kept or not. Any other line is the actor's whose file it is in;
    it is nobody's (missing) in a file that several share, since it cannot be shown to one of them. An answer
    to a fiche, which is no row of the survey, is the actor's whose fiche its file is named after.
    ``row_sites`` has the ``site_id`` of every data row read (see `wave.Cleaned`).
    """
    pairs = row_sites[["source_file", "site_id"]].drop_duplicates()
    single = pairs.drop_duplicates("source_file", keep=False).set_index("source_file")["site_id"]
    by_row = dict(zip(places(row_sites), row_sites["site_id"], strict=True))
    own = pd.Series([by_row.get(key) for key in places(lines)], index=lines.index, dtype=object)
    fiches = lines["source_file"].map(firm_of_file).where(is_answer(lines))
    return lines.assign(site_id=own.fillna(lines["source_file"].map(single)).fillna(fiches))


def is_answer(lines: pd.DataFrame) -> pd.Series:
    """Which lines of the quarantine are answers to fiches."""
    reasons = lines.get("reason_code", pd.Series("", index=lines.index))
    return reasons.astype("str").str.startswith("answer_")


def unread(manifest: Mapping[str, Any], lines: pd.DataFrame) -> pd.DataFrame:
    """Files and sheets that gave nothing, by name, for those who can ask for them again.

    The manifest names files of a format that is not read; a file or sheet that could not be read has its line
    in the attributed quarantine.

    Returns
    -------
    pandas.DataFrame
        ``site_id`` (missing for a file of nobody known), ``source_file, source_sheet, reason,
        source_message``: as confidential as a source.
    """
    lost = lines[lines["reason_code"].isin(codes(severity="file"))].drop_duplicates(
        ["source_file", "source_sheet"]
    )
    lost = lost.rename(columns={"reason_code": "reason", "message": "source_message"})
    names = ["site_id", "source_file", "source_sheet", "reason", "source_message"]
    alone = finding("left_alone")
    left = pd.DataFrame({"source_file": manifest["files_left_alone"]}, dtype=object).assign(
        site_id=None, source_sheet=None, reason=alone.logged, source_message=alone.message
    )
    frame = pd.concat([lost[names].astype(object), left[names]], ignore_index=True)
    frame["source_message"] = [message.rstrip(".") for message in frame["source_message"]]
    frame["source_sheet"] = [sheet or None for sheet in frame["source_sheet"]]
    return frame.sort_values(["source_file", "source_sheet"], ignore_index=True)


def questions(lines: pd.DataFrame) -> pd.DataFrame:
    """What to ask each actor again: the attributed lines that are about one of them.

    Returns
    -------
    pandas.DataFrame
        ``site_id, sheet, row, question, source_message``; the message may quote what the actor wrote, so it
        is as confidential as a source.
    """
    names = {"site_id": "site_id", "source_sheet": "sheet", "source_row": "row", "column": "question",
             "message": "source_message"}  # fmt: skip
    frame = lines.dropna(subset=["site_id"]).rename(columns=names)[list(names.values())]
    return frame.sort_values(["site_id", "sheet", "row"], kind="stable", ignore_index=True)


def _counted(values: pd.Series, name: str, count: str) -> pd.DataFrame:
    counted = values.value_counts().rename_axis(name).rename(count).reset_index()
    return counted.sort_values([count, name], ascending=[False, True], ignore_index=True)
