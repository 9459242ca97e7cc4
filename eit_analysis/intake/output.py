"""Tables to files, each one atomically and with the same bytes for the same inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eit_analysis.files import open_atomic
from eit_analysis.intake.sheets.ledger import typed
from eit_analysis.spreadsheet_csv import write_csv
from eit_analysis.study import Study

FIRST_ROWS = 1000
INTERNAL = ("row_sites", "unread_flows")  # for the notebooks only
THREADS = 2  # beside the one that makes the logs


def _repetitive(table: pa.Table) -> list[str]:
    """Columns whose first rows repeat few values: the others gain nothing from a dictionary."""
    first = table.slice(0, FIRST_ROWS)
    return [n for n in first.column_names if 2 * pc.count_distinct(first[n]).as_py() <= len(first)]


def read_log(study: Study, name: str) -> pd.DataFrame:
    """The lines of ``quarantine``, ``corrections`` or ``implausible``; what they leave blank is ``""``."""
    lines = typed(study.load(name))
    return lines.fillna(dict.fromkeys(lines.columns.drop("source_row"), ""))


def write_files(
    study: Study, frames: Mapping[str, pd.DataFrame], logs: Mapping[str, Callable[[], pd.DataFrame]]
) -> dict[str, str]:
    """``<name>.parquet`` for programs and, but for ``INTERNAL``, ``<name>.csv`` for people.

    The logs are made while the tables are written. A kill leaves no half file, but nothing waits for the
    disk: after a power cut the wave is to be cleaned again, which writes the same bytes. `Study.load` refuses
    a table that is not the one of the manifest. The SHA-256 of the Parquet of each table comes back.
    """

    # Arrow writes to the file itself, and so waits for no other thread of Python.
    def as_csv(name: str, table: pa.Table) -> None:
        with open_atomic(study.processed / f"{name}.csv") as stream, pa.OSFile(stream.name, "wb") as sink:
            write_csv(table, sink)

    def as_parquet(name: str, table: pa.Table) -> str:
        with open_atomic(study.processed / f"{name}.parquet") as stream:
            with pa.OSFile(stream.name, "wb") as sink:
                pq.write_table(
                    # pandas reads its str type back from the stored schema.
                    table, sink, compression="snappy", store_schema=True,
                    # Half of the time, for tables that are only ever read whole.
                    use_dictionary=_repetitive(table), write_statistics=False,
                )  # fmt: skip
            with Path(stream.name).open("rb") as written:
                return hashlib.file_digest(written, "sha256").hexdigest()

    largest_first = sorted(frames, key=lambda name: -frames[name].size)
    made = {name: partial(frames.__getitem__, name) for name in largest_first} | dict(logs)
    texts, binaries = [], {}
    with ThreadPoolExecutor(THREADS) as pool:
        for name, make in made.items():
            # One thread: starting more takes longer than they save. The metadata of pandas hold versions.
            table = pa.Table.from_pandas(make(), preserve_index=False, nthreads=1).replace_schema_metadata(
                None
            )
            texts += [pool.submit(as_csv, name, table)] if name not in INTERNAL else []
            binaries[name] = pool.submit(as_parquet, name, table)
    for text in texts:
        text.result()  # raises what went wrong there
    return {name: digest.result() for name, digest in binaries.items()}


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
