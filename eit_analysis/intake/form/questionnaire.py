"""The blank questionnaire, drawn from the contract: a guide, then one sheet per table with its checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis import reference, spreadsheet_csv, tables
from eit_analysis.errors import InputError
from eit_analysis.files import write_atomic
from eit_analysis.french import file_words
from eit_analysis.intake.cells.contract import is_date, is_number, readable
from eit_analysis.intake.form.guide import TITLE, Returns, note, print_on_a4, workbook, write_guide
from eit_analysis.intake.form.validation import check
from eit_analysis.intake.registers.files import left_out, read_register
from eit_analysis.intake.registers.two_communes import named_otherwise, two_communes
from eit_analysis.intake.survey.response import CONTACTED_FILE, LISTED
from eit_analysis.reference.communes import find_commune

ROWS = 500  # rows of each sheet that have checks, at least
LAST_COLUMN = 16_383  # of a sheet, from 0
LONGEST_SLUG = 40  # characters
LONG_COLUMNS = {"name", "description", "item", "occupation", "skill", "title", "comment"}
# The header row and the columns stay as the reader knows them; all else is free.
PROTECTION = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter"),
    True,
)


def write_forms(folder: Path, firms: pd.DataFrame | None, returned: Returns = ("", "")) -> list[Path]:
    """Write ``questionnaire.xlsx``, blank, and the prefilled workbook of each firm; these come back.

    The blank one names nobody: it may go to whoever asks for it.
    """
    write_blank(folder / "questionnaire.xlsx", returned=returned)
    return [] if firms is None else write_for_firms(folder / "_questionnaires", firms, returned)


def write_blank(path: Path, firms: pd.DataFrame | None = None, returned: Returns = ("", "")) -> None:
    """Write the questionnaire (XLSX), blank or with its firms already in the sheet *Entreprise*.

    Parameters
    ----------
    path : pathlib.Path
        File to write; replaced as a whole if it exists.
    firms : pandas.DataFrame, optional
        One row per firm: ``siret, name, naf_code, commune_name, commune_code, postcode``, and perhaps
        ``headcount`` and ``site_id`` (else E01, E02… in order). A value that the reader would refuse is left
        blank for the firm to fill in.
    returned : tuple of str
        To whom it goes back and by which day.

    Raises
    ------
    InputError
        When two firms have the same identifier, or one is unusable.
    """
    rows = [] if firms is None else _firm_rows(firms)

    def draw(book: Any) -> None:
        styles = _styles(book)
        write_guide(book, styles, returned)
        for table in tables.TABLES:
            filled = {"sites": rows, "readiness": _statements(rows)}
            _write_sheet(book, table, styles, filled.get(table, []))

    write_atomic(path, workbook(TITLE, draw))


def write_for_firms(folder: Path, firms: pd.DataFrame, returned: Returns = ("", "")) -> list[Path]:
    """One prefilled questionnaire per firm, and beside their folder ``acteurs.csv``, the list of them all.

    ``E01_filature-du-rhin_questionnaire.xlsx`` in ``folder``, for firms as `write_blank` takes them.
    """
    rows = _firm_rows(firms)
    # Short names, in characters that every system takes in a file name.
    stems = [f"{row['site_id']}_{file_words(row.get('name', ''), LONGEST_SLUG)}" for row in rows]
    paths = [folder / f"{stem.rstrip('_')}_questionnaire.xlsx" for stem in stems]
    for path, row in zip(paths, rows, strict=True):
        write_blank(path, pd.DataFrame([row], dtype=object), returned)
    listed = folder.parent / CONTACTED_FILE
    if not listed.exists():  # the team keeps it
        headers = {name: spec["header"] for name, spec in tables.form("sites").items()}
        write_atomic(listed, spreadsheet_csv.to_bytes(contacted(firms).rename(columns=headers)))
    return paths


def contacted(firms: pd.DataFrame) -> pd.DataFrame:
    """The firms to whom a questionnaire goes, as it holds them: ``site_id, name, siret, naf_code``..."""
    return pd.DataFrame(_firm_rows(firms), columns=LISTED, dtype=object)


def _firm_rows(firms: pd.DataFrame) -> list[dict[str, Any]]:
    """Cells of the sheet Entreprise as the reader wants them, so that it has nothing to correct."""
    known = firms.astype(object).where(firms.notna(), None)
    if "site_id" not in known:
        known.insert(0, "site_id", [f"E{rank:02d}" for rank in range(1, len(known) + 1)])
    rows, form = [], tables.form("sites")
    for typed in known.to_dict("records"):
        row = {column: readable("sites", column, typed.get(column)) for column in form}
        row = {column: (form[column]["labels"] or {}).get(value, value) for column, value in row.items()}
        code, name = row["commune_code"], row["commune_name"]
        place = None if named_otherwise(code, name) else find_commune(code, name, row["postcode"])
        row["commune_code"], row["commune_name"] = (place.commune_code, place.name) if place else (None, None)
        rows.append({column: value for column, value in row.items() if value is not None})
    identifiers = [row.get("site_id") for row in rows]
    if None in identifiers or len(set(identifiers)) < len(identifiers):
        raise InputError(reference.sentence("form_identifiers"), column="Identifiant")
    return rows


def _statements(firms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The statements on which opinions are asked, with the identifier where the workbook is one firm's."""
    own = {"site_id": firms[0]["site_id"]} if len(firms) == 1 else {}
    return [{**own, "item": statement} for statement in reference.load("readiness_items")["statement_fr"]]


def _styles(book: Any) -> dict[str, Any]:
    """Formats by name; those of answers are unlocked, and kept as text wherever a number is not wanted."""
    header = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6E1", "border": 1}
    top = {"text_wrap": True, "valign": "top"}
    free = {"locked": False, "valign": "top"}
    formats = {
        "title": {"bold": True, "font_size": 16},
        "bold": {**top, "bold": True},
        "wrap": top,
        "bold_ruled": {**top, "bold": True, "top": 1},
        "wrap_ruled": {**top, "top": 1},
        "blank": {"bottom": 1, "locked": False},
        "header": header,
        "number": free,
        "text": {**free, "num_format": "@"},
        "long": {**free, "num_format": "@", "text_wrap": True},
        "comment": {**free, "text_wrap": True},  # a text format shows ### beyond 255 characters
        "date": {**free, "num_format": "yyyy-mm-dd"},
    }
    return {name: book.add_format(properties) for name, properties in formats.items()}


def _style(table: str, column: str) -> str:
    """As text, a code keeps its zeros and 10-15 does not become a date."""
    if is_date(column):
        return "date"
    if column == "comment":
        return "comment"
    if is_number(table, column):
        return "number"
    return "long" if column in LONG_COLUMNS else "text"


def _write_sheet(book: Any, table: str, styles: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    sheet = book.add_worksheet(tables.sheet_name(table))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    sheet.repeat_rows(0)
    print_on_a4(sheet)
    sheet.protect("", PROTECTION)
    last = max(ROWS, 2 * len(rows))
    for index, (name, spec) in enumerate(tables.form(table).items()):
        width = 34 if name in LONG_COLUMNS else max(12, min(24, len(spec["header"]) + 2))
        style = styles[_style(table, name)]
        sheet.set_column(index, index, width, style)
        sheet.write_string(0, index, spec["header"], styles["header"])
        text = note(table, name)
        size = {"width": 300, "height": 24 + 18 * sum(1 + len(line) // 42 for line in text.split("\n"))}
        sheet.write_comment(0, index, text, {**size, "author": ""})
        sheet.data_validation(1, index, last, index, check(table, name))
        for rank, row in enumerate(rows, start=1):
            if name in row:
                write = sheet.write_number if isinstance(row[name], float) else sheet.write_string
                write(rank, index, row[name], style)
            else:
                sheet.write_blank(rank, index, None, style)
    # A row is deleted only when none of its cells is locked, out to the last column of the sheet.
    sheet.set_column(len(tables.form(table)), LAST_COLUMN, None, styles["number"])


def firms_of(extract: Path) -> tuple[pd.DataFrame, list[str]]:
    """The establishments of an extract, one a SIRET, and a French sentence for each kind of row left out.

    Raises
    ------
    InputError
        When the file is no SIRENE extract, or none of its rows is usable.
    """
    read = read_register("sirene", extract)
    twice = read.frame["siret"].duplicated() & read.frame["siret"].notna()
    said = [f"Laissés de côté, {reason}." for reason in left_out(read.manifest)]
    said += two_communes(read.frame)
    said += [
        f"Ligne\u00a0{row} de l'extrait laissée de côté, colonne {column}\u00a0: {message}."
        for row, column, message in read.refused[["source_row", "column", "message"]].to_numpy()
    ]
    if twice.any():
        rows = ", ".join(map(str, read.frame.loc[twice, "source_row"]))
        said.append(reference.sentence("firms_twice", rows=rows))
    return read.frame[~twice].reset_index(drop=True), said
