"""The stock file of SIRENE (forty million rows, several gigabytes) read in passing: only a territory stays.

The ordinary reader holds a whole file in memory and refuses what does not fit; here the file goes by in
blocks, of which only the rows of the study's communes remain.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from tqdm import tqdm

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.registers.declarations import Register, RegisterLayout
from eit_analysis.intake.registers.table_reader import Body
from eit_analysis.intake.sheets.spec import Layout, find_layout
from eit_analysis.intake.sheets.workbook import RawFile

LARGE_BYTES = 20 << 20  # about 60,000 establishments
BLOCK_BYTES = 8 << 20


def is_large(register: Register, file: Path) -> bool:
    """Whether a file is read in passing: a large CSV of a register with a column of communes."""
    return (
        any(layout.territory for layout in register.layouts)
        and file.suffix.lower() in (".csv", ".txt")
        and file.is_file()
        and file.stat().st_size > LARGE_BYTES
    )


def read_large(register: Register, file: Path, territory: frozenset[str]) -> tuple[RawFile, Body]:
    """Rows of the territory in a large UTF-8 CSV.

    Raises
    ------
    InputError
        When no territory is given, or the file is not this register's or not UTF-8.
    """
    if not territory:
        raise InputError(
            f"ce fichier national de {file.stat().st_size >> 20} Mo n'est lu que pour un territoire, "
            "indiquez epci_codes dans study.toml ou prenez l'extrait de vos communes",
            file=file.name,
        )
    header, separator = _header(file)
    matches = [m for layout in register.layouts if (m := find_layout(layout, [header])) and m.whole]
    if not matches:
        raise InputError(f"ce n'est pas un fichier {register.title}, {register.advice}", file=file.name)
    match = matches[0]
    where = cast("RegisterLayout", match.spec).territory
    rows, numbers, read = _passing(file, header, separator, match, where, territory)
    outside = Counter(outside_territory=read - len(rows))
    body = Body(file.name, file.stem, match, Rows.of([header, *rows]), numbers, True, outside)
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return RawFile(file.name, digest, "csv", "utf-8", separator, None), body


def _header(file: Path) -> tuple[list[str], str]:
    with file.open("rb") as stream:
        line = stream.readline(1 << 16).decode("utf-8-sig", errors="replace")
    separator = max(",;\t", key=line.count)
    return next(csv.reader(io.StringIO(line), delimiter=separator), []), separator


def _passing(
    file: Path,
    header: list[str],
    separator: str,
    match: Layout,
    where: str,
    territory: frozenset[str],
) -> tuple[list[Sequence[str]], list[int], int]:
    """Rows of the territory as wide as the header, their numbers in the file, and how many went by."""
    names = [f"c{i}" for i in range(len(header))]
    wanted = [names[index] for index in match.columns.values()]
    options = (
        pa_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=names, skip_rows=1),
        pa_csv.ParseOptions(delimiter=separator),
        pa_csv.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.string()),
            strings_can_be_null=False,
        ),
    )
    communes = pa.array(sorted(territory))
    rows: list[Sequence[str]] = []
    numbers: list[int] = []
    read = 0
    try:
        blocks = tqdm(
            pa_csv.open_csv(file, *options),
            desc=f"Lecture de {file.name}",
            total=file.stat().st_size // BLOCK_BYTES + 1,
            unit="",
            leave=False,
            disable=None,
        )
        for batch in blocks:
            places = pc.indices_nonzero(
                pc.is_in(batch[names[match.columns[where]]], value_set=communes)
            ).to_pylist()
            kept = batch.take(places).to_pydict()
            rows += zip(*(kept.get(name, [""] * len(places)) for name in names), strict=True)
            numbers += [read + place + 2 for place in places]
            read += batch.num_rows
    except pa.ArrowInvalid as error:
        raise InputError(
            f"ce CSV est abîmé ou n'est pas en UTF-8 après la ligne {read + 1}, téléchargez-le à nouveau",
            file=file.name,
        ) from error
    return rows, numbers, read
