"""What a register's file looks like: its columns, and which rows of it are not for us.

Declared in ``registers.csv``, ``register_layouts.csv`` and ``register_columns.csv``. A register (``rome``)
has one layout per file it is published in, found by the headers of a sheet, never by the name of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eit_analysis import reference
from eit_analysis.intake.registers.finishing import FINISHING
from eit_analysis.intake.registers.kinds import DTYPES, reader
from eit_analysis.intake.sheets.headers import header_key
from eit_analysis.intake.sheets.spec import Column, Meaning, TableSpec, Wide


@dataclass(frozen=True)
class Register:
    """A register: its name in the command, its French title, and its advice to the user: what to download."""

    name: str
    title: str
    advice: str
    layouts: list[TableSpec]


def declared() -> dict[str, Register]:
    """Every register by its name in the command."""
    registers, layouts, columns = (
        reference.load(name).fillna("") for name in ("registers", "register_layouts", "register_columns")
    )
    found = {name: Register(name, title, advice, []) for name, title, advice in registers.to_numpy()}
    for row in layouts.to_dict("records"):
        own = columns[columns["layout"] == row["layout"]]
        found[row["register"]].layouts.append(_layout(row, own.to_dict("records")))
    return found


def _layout(row: Mapping[Any, Any], columns: Sequence[Mapping[Any, Any]]) -> TableSpec:
    ignore: dict[str, dict[str, str]] = {}
    for rule in _listed(row["ignore"]):
        column, word, reason = rule.split()
        ignore.setdefault(column, {})[word] = reason
    widths = {column["column"]: column["width"] for column in columns}
    return TableSpec(
        row["table"],
        {column["column"]: _column(column) for column in columns},
        _meanings({column["column"]: _listed(column["headers"]) for column in columns}),
        wide=_wide(row["wide_title"], row["wide_headers"], *row["wide_columns"].split()),
        absent=_listed(row["absent_headers"]),
        same=compact_key,
        constants=dict(constant.split("=") for constant in row["constants"].split()),
        ignore=ignore,
        distinct=bool(row["distinct"]),
        replaces=row["replaces"].split(),
        territory=row["territory"],
        width=widths.get(row["territory"], 0),
        finish=FINISHING.get(row["table"], lambda frame: frame),
    )


def _wide(title: str, pattern: str, variable: str = "", value: str = "") -> Wide | None:
    column = Column("", reader("number", 0), "float64", fatal=True)
    return Wide(title, pattern, variable, value, column) if variable else None


def _column(row: Mapping[Any, Any]) -> Column:
    read = reader(row["kind"], row["width"], needed=row["need"] == "cell")
    expected = row["need"] != "none"
    return Column(_listed(row["headers"])[0], read, DTYPES[row["kind"]], expected=expected, fatal=True)


def _meanings(headers: Mapping[str, Sequence[str]]) -> Callable[[str], Meaning | None]:
    """What tells the columns by their headers: one that is named first is preferred.

    Case, accents, spaces, punctuation, plural and a year at the end do not matter: BE24 and NOMBE24 lose that
    of their zoning, unless a header with that very number is declared.
    """
    known = {
        compact_key(header): Meaning(name, rank=rank)
        for name, accepted in headers.items()
        for rank, header in reversed(list(enumerate(accepted)))
    }

    def means(text: str) -> Meaning | None:
        key = compact_key(text)
        if found := known.get(key):
            return found
        yearless = known.get(re.sub("[0-9]+$", "", key))
        return yearless and yearless._replace(rank=yearless.rank + len(known))

    return means


def _listed(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


@lru_cache(maxsize=10_000)
def compact_key(text: str) -> str:
    """Header for comparison: ``codePostalEtablissement`` and ``Code postal établissement`` are one."""
    return header_key(text).replace(" ", "")
