"""The contract of every table: one declaration serves the questionnaire, reading, validation and release.

``reference/table_columns.csv`` has a row for each column: its French header and description, type, bounds (no
French establishment has 200,000 people: a telephone number, or a SIREN, is no headcount), sensitivity
(``summed``: open in sums, closed in lists of actors), place on the form, and other uses. Some columns only
the form has (a quantity, its unit and period become ``mass_t_per_year``); rows without a table are what every
tidy table ends with: the row each line was read from. The codes that a column may hold, with their French
labels, are in ``reference/form_labels.csv``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from eit_analysis import reference
from eit_analysis.codes import AGE_BANDS as AGE_BANDS
from eit_analysis.codes import CATEGORIES as CATEGORIES
from eit_analysis.codes import LABELS
from eit_analysis.codes import ROUTES as ROUTES

if TYPE_CHECKING:
    import pandera.pandas as pa

# Name of each table, and French name of its sheet on the questionnaire.
TABLES = {
    "sites": "Entreprise", "flows": "Flux", "utilities": "Énergie et eau", "sharing": "Mutualisations",
    "workforce": "Emplois", "skills": "Compétences", "readiness": "Changement",
    "synergy_register": "Synergies", "exchange_answers": "Réponses",
}  # fmt: skip


@cache
def _columns() -> list[dict[str, Any]]:
    rows = reference.load("table_columns").astype(object)
    rows = rows.rename(columns={"header_fr": "header", "description_fr": "description"})
    return rows.where(rows.notna(), None).to_dict("records")  # type: ignore[return-value]


@cache
def _declared(table: str) -> dict[str, dict[str, Any]]:
    """What is declared of each column of a table, those of its form alone among them."""
    own = (dict(spec) for spec in _columns() if spec["table"] in (None, table))
    return {name: spec | {"labels": LABELS.get(name)} for spec in own for name in [spec.pop("column")]}


@cache
def fields(table: str) -> dict[str, dict[str, Any]]:
    """Columns of a table in order: ``{column: {header, description, sensitivity, labels, dtype, …}}``."""
    return {name: spec for name, spec in _declared(table).items() if spec["stored"]}


@cache
def form(table: str) -> dict[str, dict[str, Any]]:
    """Columns of the questionnaire sheet in order: ``{column: {header, description, labels, dtype, …}}``."""
    asked = [(name, spec) for name, spec in _declared(table).items() if spec["form_rank"]]
    return dict(sorted(asked, key=lambda column: column[1]["form_rank"]))


def header(table: str, column: str) -> str:
    """French header of a column."""
    return str(_declared(table)[column]["header"])


def used_for(table: str, use: str) -> list[str]:
    """Columns of a table that serve a purpose.

    ``counts``: says what a row counts, where a total leaves a blank. ``names``: names a row to who wrote it.
    ``adds_up``: has a sum that means something, while that of a cost per tonne or of a level does not.
    ``asked``: may be blank, but an analysis then falls back on an assumption: place, activity and size
    (distances, extrapolation), code and route of a waste (substitution, impacts), volumes to pool,
    occupations and ages (forecast), levels (skill gaps), tonnes of a synergy that is done.
    ``later``: joined the form when files without it were in use, and is blank where there is nothing to say;
    a file without it is whole.
    """
    return [name for name, spec in _declared(table).items() if use in (spec["uses"] or "").split()]


def sheet_name(table: str) -> str:
    """French name of the questionnaire sheet of a table."""
    return TABLES[table]


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """What pandera validates a table by; its columns have their types already, and none is coerced."""
    import pandera.pandas as pa  # 0.4 s, which only validating needs

    columns = {}
    for name, spec in fields(table).items():
        checks = [pa.Check.ge(int(spec["low"]))] if spec["low"] is not None else []
        checks += [pa.Check.le(int(spec["high"]))] if spec["high"] is not None else []
        checks += [pa.Check.isin(list(spec["labels"]))] if spec["labels"] else []
        required, unique = bool(spec["required"]), bool(spec["unique"])
        columns[name] = pa.Column(spec["dtype"], checks, nullable=not required, unique=unique)
    return pa.DataFrameSchema(columns, name=table)
