"""The tables of all exchange files in a folder: each file is read whole or refused, none stops the others."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from eit_analysis.intake.territories.cells import clean, factor, value
from eit_analysis.intake.territories.descriptor import (
    CELL,
    FILE_BYTES,
    LINES,
    RefusedError,
    Resource,
    read_descriptor,
    text_of,
    unpacked,
)
from eit_analysis.reference import exchange, sentence
from eit_analysis.reference.vocabulary import heading

MOST = 200  # files
CONVERTED = ["exchange_file", "territory", "exchange_table", "column", "exchange_rule"]
KEYS = {
    "territory": [], "indicators": ["indicator"], "funnel": ["kind", "status"], "flows": ["category"],
    "synergies_done": ["category", "kind"], "methods": ["exchange_parameter"],
}  # fmt: skip
Rows = list[dict[str, str | int | float | None]]


@dataclass(frozen=True)
class Territories:
    """What other territories sent."""

    #: By name of the format, the rows of all, ``territory`` first; that of the territories has
    #: ``exchange_format`` and ``exchange_file`` too.
    tables: dict[str, pd.DataFrame]
    refused: pd.DataFrame  #: ``exchange_file, problem``: one sentence for each file that was not read
    #: ``exchange_file, territory, exchange_table, column, exchange_rule``: what is not as it was sent.
    converted: pd.DataFrame


@dataclass
class _Sent:
    """One file that was read."""

    file: str
    version: int
    tables: dict[str, Rows] = field(default_factory=dict)
    converted: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.tables["territory"][0]["territory"])

    @property
    def year(self) -> int:
        return int(self.tables["territory"][0]["reference_year"] or 0)


def read_territories(folder: Path, here: str = "") -> Territories:
    """The exchange files (ZIP) of a folder, in the order of their names; none where it does not exist.

    Of two files of one territory, the one of the later year is kept; one of ``here``, whose file it would be
    of this very study, is refused. Same files, same tables.
    """
    files = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))
    sent: list[_Sent] = []
    refused: list[tuple[str, RefusedError]] = []
    for path in files:
        name = clean(path.name)
        try:
            if len(sent) + len(refused) >= MOST:
                raise RefusedError("exchange_too_many", most=MOST)
            one = _read(path, name)
            if one.name.casefold() == here.casefold():
                raise RefusedError("exchange_own")
            sent.append(one)
        except RefusedError as error:
            refused.append((name, error))
        except OSError:
            refused.append((name, RefusedError("exchange_closed")))
    kept: dict[str, _Sent] = {}
    for one in sorted(sent, key=lambda one: (-one.year, one.file)):
        first = kept.setdefault(one.name.casefold(), one)
        if first is not one:
            refused.append((one.file, RefusedError("exchange_twice", file=first.file)))
    every = [kept[name] for name in sorted(kept)]
    problems = sorted((file, f"{error}.") for file, error in refused)
    converted = [(one.file, one.name, *done) for one in every for done in one.converted]
    return Territories(
        {table: _joined(every, table) for table in exchange.tables()},
        pd.DataFrame(problems, columns=["exchange_file", "problem"]),
        pd.DataFrame(converted, columns=CONVERTED),
    )


def _joined(every: list[_Sent], table: str) -> pd.DataFrame:
    declared = exchange.columns(table)
    rows = [
        {"territory": one.name, "exchange_format": one.version, "exchange_file": one.file, **row}
        for one in every
        for row in one.tables.get(table, [])
    ]
    beside = ["exchange_format", "exchange_file"] if table == "territory" else []
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(["territory", *declared["column"], *beside])))
    return frame.astype(dict.fromkeys(declared.query("dtype == 'float'")["column"], float))


def _read(path: Path, name: str) -> _Sent:
    if not path.name.casefold().endswith(".zip"):
        raise RefusedError("exchange_no_zip")
    if path.stat().st_size > FILE_BYTES:
        raise RefusedError("exchange_large", size=1)
    members = unpacked(path.read_bytes())
    version, resources = read_descriptor(members)
    sent = _Sent(name, version)
    for resource in resources:
        sent.tables[resource.table] = _table(members[resource.path], resource, sent)
    if len(sent.tables["territory"]) != 1:
        raise RefusedError("exchange_one_territory")
    _coherent(sent.tables)
    if version < exchange.FORMAT:
        sent.converted.insert(0, ("", "", sentence("exchange_older", version=version, today=exchange.FORMAT)))
    return sent


def _table(data: bytes, resource: Resource, sent: _Sent) -> Rows:
    path, old = resource.path, sent.version == 1
    header, *lines = _lines(data, resource, sent)
    stands = iter([clean(name).casefold() for name in header])
    if not all(clean(name).casefold() in stands for name in resource.columns):  # in the same order
        raise RefusedError("exchange_fields", path=path)
    given = {clean(name).casefold(): at for at, name in reversed(list(enumerate(header)))}
    rows: Rows = [{} for _ in lines]
    for column, dtype, unit, required, name_v1, unit_v1 in exchange.columns(resource.table).to_numpy():
        name = name_v1 if old else column
        stated = resource.units.get(name, unit_v1 if old else unit)
        kilograms = column.replace("_t_per_year", "_kg_per_year")
        if name not in given and unit == "t/an" and kilograms in given:
            name, stated = kilograms, resource.units.get(kilograms, "kg/an")
        if name not in given:
            if required:
                raise RefusedError("exchange_no_column", path=path, column=name)
            continue
        times = factor(clean(stated), unit, name)
        if times != 1.0:
            rule = sentence("exchange_converted", given=clean(stated), kept=unit)
            sent.converted.append((resource.table, heading(column).header, rule))
        for number, (row, line) in enumerate(zip(rows, lines, strict=True), 2):
            where = sentence("exchange_where", path=path, line=number, column=name)
            cell = line[given[name]].strip()
            cell = cell.replace(",", ".") if old and dtype != "str" else cell
            row[column] = value(cell, column, dtype, required == "yes", times, where)
    keys = [tuple(row.get(key) for key in KEYS[resource.table]) for row in rows]
    if resource.table != "territory" and len(set(keys)) < len(keys):
        raise RefusedError("exchange_repeated", path=path)
    return rows


def _lines(data: bytes, resource: Resource, sent: _Sent) -> list[list[str]]:
    """The lines of a table, its header first, each as wide as it."""
    path, (text, guessed) = resource.path, text_of(data)
    if guessed:
        sent.converted.append((resource.table, "", sentence("exchange_encoding")))
    try:
        # A stranger's last column may end in spaces, its lines in anything.
        separator = ";" if sent.version == 1 else ","
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise RefusedError("exchange_csv", path=path) from None
    if max((len(cell) for line in lines for cell in line), default=0) > CELL:
        raise RefusedError("exchange_csv", path=path)
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if not lines or len(lines) > LINES:
        raise RefusedError("exchange_lines", path=path, most=LINES)
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(lines[0]):
            raise RefusedError("exchange_width", path=path, line=number)
    return lines


def _coherent(tables: dict[str, Rows]) -> None:
    """Refuse what no territory can have: more done than leads, bounds that do not hold their value."""
    for row in [*tables.get("indicators", []), *tables.get("flows", [])]:
        names = ("low", "central", "high") if "indicator" in row else (
            "mass_low_t_per_year", "mass_t_per_year", "mass_high_t_per_year"
        )  # fmt: skip
        values = [float(number) for name in names if (number := row.get(name)) is not None]
        if values != sorted(values):
            raise RefusedError("exchange_bounds", row=row.get("indicator") or row.get("category"))
    reached: dict[object, dict[object, int]] = {}
    for row in tables.get("funnel", []):
        reached.setdefault(row["kind"], {})[row["status"]] = int(row["n_synergies"] or 0)
    if any(stages.get("done", 0) > stages.get("lead", 0) for stages in reached.values()):
        raise RefusedError("exchange_funnel")
