"""The stock file of SIRENE (forty million rows, several gigabytes) read in passing: only a territory stays.

The ordinary reader holds a whole file in memory and refuses what does not fit; here the file goes by in
blocks, of which only the rows of the study's communes remain.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from tqdm import tqdm

from eit_analysis.errors import InputError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.reading import text
from eit_analysis.intake.registers.declarations import Register
from eit_analysis.intake.sheets.spec import find_layout
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet
from eit_analysis.reference import sentence

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


def read_large(register: Register, file: Path, territory: frozenset[str]) -> RawFile:
    """Rows of the territory in a large UTF-8 CSV; its header alone where it is not this register's.

    Raises
    ------
    InputError
        When no territory is given, or the file is not UTF-8.
    """
    if not territory:
        size = file.stat().st_size >> 20
        raise InputError(sentence("register_no_territory", size=size), file=file.name)
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        line = stream.readline(1 << 16).decode("utf-8-sig", errors="replace")
    separator = text.separator_of([line])
    header = next(csv.reader([line], delimiter=separator), [])
    sheet = RawSheet(file.stem, [header])
    for layout in register.layouts:
        if (match := find_layout(layout, [header])) and match.whole:
            wanted = list(match.columns.values())
            sheet = _passing(file, header, separator, wanted, match.columns[layout.territory], territory)
            break
    return RawFile(file.name, digest, "csv", "utf-8", separator, None, [sheet])


def _passing(
    file: Path, header: list[str], separator: str, wanted: list[int], where: int, territory: frozenset[str]
) -> RawSheet:
    """The header and the rows of the territory, as wide as it; what is not ``wanted`` of them is blank."""
    names = [f"c{i}" for i in range(len(header))]
    chosen = [names[index] for index in wanted]
    options = (
        pa_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=names, skip_rows=1),
        pa_csv.ParseOptions(delimiter=separator),
        pa_csv.ConvertOptions(
            include_columns=chosen, column_types=dict.fromkeys(chosen, pa.string()), strings_can_be_null=False
        ),
    )
    communes = pa.array(sorted(territory))
    rows: list[Sequence[str]] = [header]
    numbers = [1]
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
            places = pc.indices_nonzero(pc.is_in(batch[names[where]], value_set=communes)).to_pylist()
            kept = batch.take(places).to_pydict()
            rows += zip(*(kept.get(name, [""] * len(places)) for name in names), strict=True)
            numbers += [read + place + 2 for place in places]
            read += batch.num_rows
    except pa.ArrowInvalid as error:
        raise InputError(sentence("register_damaged", row=read + 1), file=file.name) from error
    return RawSheet(file.stem, Rows.of(rows), numbers=numbers, left_out=read + 1 - len(rows))
