"""Raw rows to the tidy tables of the contract: repeated rows merged, unusable ones to quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from eit_analysis import tables
from eit_analysis.intake.cells.columns import Cells, Rows, objects, repeated
from eit_analysis.intake.cells.contract import DEFAULTS, clean_cell, is_free
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.periods import PERIOD_LABELS
from eit_analysis.intake.cells.texts import Texts, pick, plain_texts, put, with_blank
from eit_analysis.intake.cleaning import places, weighing
from eit_analysis.intake.cleaning.batch import Batch
from eit_analysis.intake.sheets.ledger import Ledger
from eit_analysis.intake.sheets.personal import PRIVATE, is_personal
from eit_analysis.intake.sheets.rows import PEOPLE, SheetRows
from eit_analysis.reference.findings import finding

FLOW_LETTERS = {"flows": "F", "utilities": "U"}  # of the tables whose rows have a name of their own
# Of a flow in quarantine.
UNREAD = ("site_id", "direction", "category", "description", "waste_code", "quality", "route", "contractor")


def clean_tables(
    sheets: Sequence[SheetRows], half_widths: Mapping[str, float], ledger: Ledger
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Tables by name; ``source_file, source_sheet, source_row, site_id`` of every data row read; flows of
    which all but the mass may be read.

    The sites are cleaned first: every other row must name one of them.
    """
    clean: dict[str, pd.DataFrame] = {}
    sites: list[pd.DataFrame] = []
    unread = pd.DataFrame()
    known: set[str] = set()
    for table in tables.TABLES:
        own = [sheet for sheet in sheets if sheet.account.table == table]
        batch = _gather(table, own, ledger)
        for column in tables.form(table):
            if (table, column) != ("flows", "quantity"):  # read with its unit and period
                _clean_column(batch, column)
        if table == "sites":
            places.locate(batch)
            known = places.declare(batch)
        if table == "flows":
            weighing.weigh(batch, half_widths)
        if table != "sites":
            places.check_sites(batch, known)
        if table in FLOW_LETTERS:
            batch.numbers["flow_id"] = _flow_ids(batch.values["site_id"], FLOW_LETTERS[table])
        clean[table] = _validated(batch)
        if table == "flows":
            unread = _unread_flows(batch)
        for sheet in own:
            there = batch.places == sheet.place
            sheet.account.rows_quarantined += int(batch.fatal[there].sum())
            sheet.account.rows_clean += int((~batch.fatal[there]).sum())
        if "site_id" in batch.values:
            sites.append(_row_sites(batch))
    return clean, pd.concat(sites, ignore_index=True), unread


def _gather(table: str, sheets: Sequence[SheetRows], ledger: Ledger) -> Batch:
    """Rows of all the sheets of one table, one after the other.

    One that repeats another in every cell is merged into the first.
    """
    values, numbers = _pooled(sheets)
    heights = [len(sheet.rows) for sheet in sheets]
    columns = []
    for name in tables.form(table):
        parts = [
            into[sheet.columns[name]] if name in sheet.columns else np.zeros(height, dtype=np.int32)
            for sheet, into, height in zip(sheets, numbers, heights, strict=True)
        ]
        columns.append(Cells.among(values, np.concatenate([np.zeros(0, dtype=np.int32), *parts])))
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(sheet.rows for sheet in sheets)])
    place = np.repeat(np.array([sheet.place for sheet in sheets], dtype=np.int64), heights)
    units = [sheet.layout.units.get("quantity", "") if sheet.layout else "" for sheet in sheets]
    header_units = Cells.of(units)
    header_units = Cells(header_units.values, np.repeat(header_units.codes, heights))
    firms = np.repeat(objects(["".join(sheet.firm.upper().split()) for sheet in sheets]), heights)
    # Two rows without an identifier may be of two firms; what bears another's in a firm's file is withheld.
    key = columns[0]
    typed = objects(["".join(clean_text(value).upper().split()) for value in key.values])[key.codes]
    homes, home = np.unique(
        np.where((typed == "") | ((firms != "") & (typed != firms)), place, -1), return_inverse=True
    )
    first = repeated([*columns, header_units, Cells(homes.tolist(), home), _beside(table, sheets)])
    again = np.flatnonzero(first != np.arange(len(rows)))
    same = [f"= {', '.join(ledger.origins[place[row]])}, ligne {rows[row]}" for row in first[again]]
    ledger.correct(place[again], rows[again], "", "", objects(same), "merged_repeated_row")
    for sheet in sheets:
        sheet.account.rows_merged += int((place[again] == sheet.place).sum())
    kept = np.flatnonzero(first == np.arange(len(rows)))
    if len(kept) < len(rows):
        columns = [Cells.among(column.values, column.codes[kept]) for column in columns]
        header_units = Cells.among(header_units.values, header_units.codes[kept])
        firms = firms[kept]
    repeats = np.stack([place[again], rows[again], np.searchsorted(kept, first[again])], axis=1)
    cells = dict(zip(tables.form(table), columns, strict=True))
    fatal = np.zeros(len(kept), dtype=bool)
    return Batch(table, place[kept], rows[kept], cells, ledger, header_units, firms, repeats, fatal)


def _beside(table: str, sheets: Sequence[SheetRows]) -> Cells:
    """What each row holds in columns that are not of the form: flows of two workshops are not one."""
    texts: list[str] = []
    for sheet in sheets:
        left = list(sheet.layout.unknown) if sheet.layout and table == "flows" else []
        if left:
            cells = Rows(sheet.cells.values, sheet.cells.numbers[sheet.rows - 1][:, left])
            texts += (" | ".join(map(clean_text, row)).strip(" |") for row in cells)
        else:
            texts += [""] * len(sheet.rows)
    return Cells.of(texts)


def _pooled(sheets: Sequence[SheetRows]) -> tuple[Sequence[Any], list[np.ndarray]]:
    """Cells of several sheets, a blank first, and the position there of the cells of each sheet."""
    if len(sheets) == 1:
        values = sheets[0].cells.values
        return with_blank(values), [np.arange(1, len(values) + 1, dtype=np.int32)]
    pool: dict[Any, int] = {"": 0}
    numbers = [
        np.array([pool.setdefault(value, len(pool)) for value in sheet.cells.values], dtype=np.int32)
        for sheet in sheets
    ]
    return list(pool), numbers


@cache
def required(table: str) -> frozenset[str]:
    """Form columns that the contract does not allow to be missing."""
    return frozenset(name for name, spec in tables.form(table).items() if spec["required"])


def _clean_column(batch: Batch, column: str) -> None:
    """Clean each distinct cell once, then take values, corrections and refusals back to the rows."""
    table, cells = batch.table, batch.cells[column]
    needed = column in required(table) and column not in DEFAULTS
    plain = plain_texts(cells.values) if is_free(table, column) else np.zeros(len(cells.values), dtype=bool)
    left, clean = np.flatnonzero(~plain), _cleaner(table, column)
    values, errors, rules = [], {}, {}
    for code, cell in zip(left.tolist(), pick(cells.values, left), strict=True):
        value, rule, error = clean(cell)
        values.append(value)
        if error:
            errors[code] = error
        if rule and not (needed and error):
            rules[code] = (_label(table, column, value), rule)
    batch.values[column] = Cells(put(cells.values, left, values), cells.codes)
    if errors:
        where = cells.rows_of(errors)
        found = [errors[code].finding for code in cells.codes[where].tolist()]
        personal = [one.code == "personal_data" for one in found]
        raw = np.where(personal, PRIVATE, batch.raw(where, column).column())
        # A period that cannot be read makes the quantity useless, though the column is only on the form.
        batch.reject(where, column, found, fatal=needed or column == "period", raw=raw)
    if rules:
        where = cells.rows_of(rules)
        read = [rules[code] for code in cells.codes[where].tolist()]
        batch.correct(where, column, objects([label for label, _ in read]), objects([r for _, r in read]))


def _cleaner(table: str, column: str) -> Callable[[Any], tuple[Any, str, CellError | None]]:
    """What cleans one cell of a column: its value, the rule that corrected it, the reason to refuse it."""
    default = DEFAULTS.get(column) if column in required(table) else None
    needed = column in required(table) and not default
    # A name or a telephone number has no place in a text of any table, nor in any cell about people, nor in
    # an identifier, which messages about other rows repeat.
    watched = table in PEOPLE or is_free(table, column) or column.endswith(("site_id", "site_ids"))

    def clean(cell: Any) -> tuple[Any, str, CellError | None]:
        error = None
        if watched and isinstance(cell, str) and (cell == PRIVATE or is_personal(cell)):
            return None, "", CellError("personal_data")
        try:
            value, rule = clean_cell(table, column, cell)
        except CellError as refused:
            value, rule, error = None, "", refused
        if value is None and default:
            value, rule = default
        if value is None and needed and error is None:
            error = CellError("missing_value")
        return value, rule, error

    return clean


def _label(table: str, column: str, value: object) -> object:
    labels = tables.form(table)[column]["labels"]
    return labels.get(value) or PERIOD_LABELS.get(str(value), value) if labels else value


def _flow_ids(sites: Cells, letter: str) -> Any:
    """Site, letter and rank. Rows in quarantine keep their rank: correcting one never renames the others."""
    names: Any = pd.array(objects(sites.values), dtype="str").take(sites.codes)
    same = Cells.of(sites.values).codes[sites.codes]
    ranks = pd.Series(same).groupby(same).cumcount().to_numpy()
    ends = [f"-{letter}{rank:02d}" for rank in range(1, ranks.max(initial=0) + 2)]
    return names + pd.array(ends, dtype="str").take(ranks)


def _row_sites(batch: Batch) -> pd.DataFrame:
    """The site of every data row read: of those in quarantine too, and of those that repeat another."""
    place, row, same = batch.repeats.T
    rows = np.concatenate([np.arange(len(batch)), same])
    places = np.concatenate([batch.places, place])
    sources = batch.ledger.sources(places, np.concatenate([batch.rows, row]))
    sites = _distinct(batch, "site_id").take(batch.values["site_id"].codes[rows])
    return pd.DataFrame({**sources, "site_id": sites})


def _unread_flows(batch: Batch) -> pd.DataFrame:
    """What may be read of the flows in quarantine: they are declared, though nothing weighs them."""
    rows = np.flatnonzero(batch.fatal)
    cells = {name: _distinct(batch, name).take(batch.values[name].codes[rows]) for name in UNREAD}
    return pd.DataFrame({**cells, **batch.ledger.sources(batch.places[rows], batch.rows[rows])})


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


def _validated(batch: Batch) -> pd.DataFrame:
    """Table in the contract's order and types; a row that breaks its rules goes to quarantine."""
    names = list(tables.fields(batch.table))
    kept = np.flatnonzero(~batch.fatal)
    typed = {name: _distinct(batch, name) for name in names if name in batch.values}
    columns = {name: cells.take(batch.values[name].codes[kept]) for name, cells in typed.items()}
    columns |= {name: numbers[kept] for name, numbers in batch.numbers.items()}
    columns |= batch.ledger.sources(batch.places[kept], batch.rows[kept])
    frame = pd.DataFrame({name: columns[name] for name in names}, copy=False)
    schema = tables.schema(batch.table)
    distinct = {name: pd.Series(cells) for name, cells in typed.items() if name not in batch.numbers}
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


def _distinct(batch: Batch, name: str) -> Any:
    """Distinct cells of a column in the type of the contract."""
    values = batch.values[name].values
    if tables.fields(batch.table)[name]["dtype"] == "float":
        return objects(values).astype("float64")
    return pd.array(values.array if isinstance(values, Texts) else objects(values), dtype="str")
