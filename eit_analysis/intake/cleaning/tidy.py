"""Raw rows to the tidy tables of the contract: repeated rows merged, unusable ones to quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Cells, objects
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.periods import months_told
from eit_analysis.intake.cleaning import places, weighing
from eit_analysis.intake.cleaning.gathering import SurveyBatch, gather
from eit_analysis.intake.sheets.ledger import SOURCE, Ledger
from eit_analysis.intake.sheets.survey_sheet import SurveySheet
from eit_analysis.records import COMMENT
from eit_analysis.reference.findings import finding

FLOW_LETTERS = {"flows": "F", "utilities": "U"}  # of the tables whose rows have a name of their own
TRAITS = tables.used_for("workforce", "later")  # of people, never of one person
# What may be read of a flow in quarantine: it is declared, though nothing weighs it.
UNREAD = ("site_id", "direction", "category", "description", "waste_code", "quality", "route", "contractor")


def clean_tables(
    sheets: Sequence[SurveySheet], half_widths: Mapping[str, float], ledger: Ledger
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Tables by name; ``source_file, source_sheet, source_row, site_id`` of every data row read; flows of
    which all but the mass may be read.

    The sites are cleaned first: every other row must name one of them.
    """
    clean: dict[str, pd.DataFrame] = {}
    sites: list[pd.DataFrame] = []
    unread = pd.DataFrame()
    known: set[str] = set()
    names: dict[str, str] = {}
    for table in tables.TABLES:
        own = [sheet for sheet in sheets if sheet.table == table]
        batch = gather(table, own, ledger)
        for column in batch.columns:
            if table == "workforce" and column in TRAITS:
                _of_groups_alone(batch, column)
            if (table, column) != ("flows", "quantity"):  # read with its unit and period
                batch.read(column)
                batch.log_rules(column)
        if table == "sites":
            places.locate(batch)
            known = places.declare(batch)
            names = places.named(batch)
        if table == "flows":
            _ask_what_enters(batch)
            weighing.weigh(batch, half_widths)
        if table == "sharing":
            remarks = batch.values[COMMENT]
            batch.values["months"] = Cells([*map(months_told, remarks.values)], remarks.codes)
        if table != "sites":
            places.check_sites(batch, known)
        if table == "synergy_register":
            places.identify_carriers(batch, names)
        if table in FLOW_LETTERS:
            batch.numbers["flow_id"] = _flow_ids(batch.values["site_id"], FLOW_LETTERS[table])
        clean[table] = _validated(batch)
        if table == "flows":
            unread = batch.frame(UNREAD, np.flatnonzero(batch.fatal))
        for sheet in own:
            there = batch.places == sheet.place
            sheet.account.rows_quarantined += int(batch.fatal[there].sum())
            sheet.account.rows_clean += int((~batch.fatal[there]).sum())
        if "site_id" in batch.values:
            sites.append(_row_sites(batch))
    return clean, pd.concat(sites, ignore_index=True), unread


def _of_groups_alone(batch: SurveyBatch, trait: str) -> None:
    """A trait is kept of two people or more, and otherwise not even read: no log repeats what was typed."""
    people, cells = batch.distinct("headcount")[batch.values["headcount"].codes], batch.cells[trait]
    filled = np.array([clean_text(cell) != "" for cell in cells.values], dtype=bool)[cells.codes]
    alone = np.flatnonzero(filled & ~(people >= 2))
    codes = cells.codes.copy()
    codes[alone] = len(cells.values)
    batch.cells[trait] = Cells([*cells.values, ""], codes)
    header = batch.header(trait)
    batch.ledger.correct(batch.places[alone], batch.rows[alone], header, "", "", "trait_of_one_person")


def _ask_what_enters(batch: SurveyBatch) -> None:
    """What enters under a word of wastes that rot may be food."""
    family, told = batch.values["category"], batch.rules["category"].items()
    rots = [n for n, rule in told if rule == "category_from_word" and family.values[n] == "biowaste"]
    where = family.rows_of(rots)
    where = where[batch.clean("direction")[where] == "in"]
    batch.reject(where, "category", finding("unknown_value.food"), fatal=True)


def _flow_ids(sites: Cells, letter: str) -> Any:
    """Site, letter and rank. Rows in quarantine keep their rank: correcting one never renames the others."""
    names: Any = pd.array(objects(sites.values), dtype="str").take(sites.codes)
    same = Cells.of(sites.values).codes[sites.codes]
    ranks = pd.Series(same).groupby(same).cumcount().to_numpy()
    ends = [f"-{letter}{rank:02d}" for rank in range(1, ranks.max(initial=0) + 2)]
    return names + pd.array(ends, dtype="str").take(ranks)


def _row_sites(batch: SurveyBatch) -> pd.DataFrame:
    """The site of every data row read, of those in quarantine too and of those that repeat another, and the
    remark of its respondent, for the team alone."""
    place, row, same = batch.repeats.T
    rows = np.concatenate([np.arange(len(batch)), same])
    places = np.concatenate([batch.places, place])
    sources = batch.ledger.sources(places, np.concatenate([batch.rows, row]))
    sites = batch.distinct("site_id").take(batch.values["site_id"].codes[rows])
    told = pd.DataFrame({**sources, "site_id": sites})
    if COMMENT not in batch.values:
        return told
    return told.assign(comment=batch.distinct(COMMENT).take(batch.values[COMMENT].codes[rows]))


def _keeps(schema: pa.DataFrameSchema, frame: pd.DataFrame, distinct: Mapping[str, pd.Series]) -> bool:
    """Whether pandera would accept a table: its checks, without the reports that take most of its time.

    Columns in ``distinct`` are checked there, each cell once.
    """
    types = dict(zip(frame.columns, frame.dtypes, strict=True))
    if any(types[name] != column.dtype.type for name, column in schema.columns.items()):
        return False
    for name, column in schema.columns.items() if len(frame) else ():
        values = distinct.get(name, frame[name])
        missing = values.hasnans
        if (missing and not column.nullable) or (column.unique and not frame[name].is_unique):
            return False
        present = values.dropna() if missing else values
        if not all(check(present).check_passed for check in column.checks):
            return False
    return True


def _validated(batch: SurveyBatch) -> pd.DataFrame:
    """Table in the contract's order and types; a row that breaks its rules goes to quarantine."""
    names, kept = list(tables.fields(batch.table)), np.flatnonzero(~batch.fatal)
    frame, schema = batch.frame([name for name in names if name not in SOURCE]), tables.schema(batch.table)
    typed = [name for name in names if name in batch.values and name not in batch.numbers]
    distinct = {name: pd.Series(batch.distinct(name)) for name in typed}
    if len(kept) < len(batch):
        distinct = {name: cells[batch.values[name].present(kept)] for name, cells in distinct.items()}
    if _keeps(schema, frame, distinct):
        return frame
    try:
        return schema.validate(frame, lazy=True, inplace=True)[names]
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.dropna(subset=["index"]).drop_duplicates("index")
    for case in cases.itertuples():
        row = kept[int(case.index)]
        header = tables.fields(batch.table).get(str(case.column), {}).get("header", "")
        found = finding("contract", check=str(case.check))
        raw = clean_text(case.failure_case)
        batch.ledger.quarantine(batch.places[row], batch.rows[row], header, raw, found)
        batch.fatal[row] = True
    frame = frame.drop(index=cases["index"].astype(int)).reset_index(drop=True)
    return schema.validate(frame)[names]
