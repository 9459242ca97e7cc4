"""Tables to files, each one atomically and with the same bytes for the same inputs."""

from __future__ import annotations

import codecs
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from eit_analysis.files import open_atomic
from eit_analysis.study import Study

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
FIRST_ROWS = 1000
BATCH_ROWS = 1 << 14  # formatted at once
INTERNAL = "row_sites"  # for the notebooks only
THREADS = 2  # beside the one that makes the logs


def arrow_table(frame: pd.DataFrame) -> pa.Table:
    """Table in plain column types and without the pandas metadata, which holds versions."""
    # One thread: starting more takes longer than they save.
    return pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).replace_schema_metadata(None)


def _write_parquet(table: pa.Table, sink: pa.NativeFile) -> None:
    pq.write_table(
        # pandas reads its str type back from the stored schema.
        table, sink, compression="snappy", store_schema=True,
        # Half of the time, for tables that are only ever read whole.
        use_dictionary=_repetitive(table), write_statistics=False,
    )  # fmt: skip


def _repetitive(table: pa.Table) -> list[str]:
    """Columns whose first rows repeat few values: the others gain nothing from a dictionary."""
    first = table.slice(0, FIRST_ROWS)
    return [n for n in first.column_names if 2 * pc.count_distinct(first[n]).as_py() <= len(first)]


def log_bytes(frame: pd.DataFrame) -> bytes:
    """What `write_log` writes."""
    sink = io.BytesIO()
    write_log(frame, sink)
    return sink.getvalue()


def write_log(frame: pd.DataFrame, sink: IO[bytes]) -> None:
    """Lines for people to read: CSV that a French spreadsheet opens right, with semicolons and its mark."""
    sink.write(codecs.BOM_UTF8)
    write_csv(frame, sink, ";")


def read_log(study: Study, name: str) -> pd.DataFrame:
    """``quarantine``, ``corrections`` or ``implausible`` of a cleaned wave, as `write_log` wrote it."""
    types: dict[str, Any] = defaultdict(lambda: "str", source_row="Int64")
    path = study.processed / f"{name}.csv"
    return pd.read_csv(path, sep=";", dtype=types, keep_default_na=False, na_values={"source_row": [""]})


def write_csv(frame: pd.DataFrame, sink: IO[bytes], separator: str = ",") -> None:
    """Write a table as UTF-8 CSV with decimal points, every text between quotes.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay as they are.
    """
    texts = [name for name, kind in frame.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    _write_csv(arrow_table(frame.astype(dict.fromkeys(texts, "str"))), sink, separator)


def _write_csv(table: pa.Table, sink: IO[bytes], separator: str = ",") -> None:
    columns = [
        pa.chunked_array(map(_without_formulas, c.chunks), c.type) if pa.types.is_large_string(c.type) else c
        for c in table.columns
    ]
    # Ten times as fast as pandas, which counts with a hundred thousand rows.
    options = pa_csv.WriteOptions(delimiter=separator, batch_size=BATCH_ROWS)
    pa_csv.write_csv(pa.table(columns, table.column_names), sink, options)


def _without_formulas(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    _, bounds, content = texts.buffers()
    if not len(texts) or not content:
        return texts
    starts = np.frombuffer(bounds, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    first = np.frombuffer(content, np.uint8).take(starts[:-1], mode="clip")
    risky = np.isin(first, np.frombuffer("".join(FORMULA_MARKS).encode(), np.uint8)) & (np.diff(starts) > 0)
    if not risky.any():
        return texts
    numbers = pd.to_numeric(pd.Series(texts).where(risky), errors="coerce").notna().to_numpy()
    safe = pc.binary_join_element_wise(pa.scalar("'", texts.type), texts, pa.scalar("", texts.type))
    return pc.if_else(pa.array(risky & ~numbers), safe, texts)


def write_files(
    study: Study, frames: Mapping[str, pd.DataFrame], logs: Mapping[str, Callable[[], pd.DataFrame]]
) -> dict[str, str]:
    """``<table>.parquet``, ``<table>.csv`` but for ``INTERNAL``, and ``<log>.csv`` in the processed folder.

    The logs are made while the tables are written. A kill leaves no half file, but nothing waits for the
    disk: after a power cut the wave is to be cleaned again, which writes the same bytes. `Study.load` refuses
    a table that is not the one of the manifest. The SHA-256 of the Parquet of each table comes back.
    """
    columns = {table: arrow_table(frame) for table, frame in frames.items()}

    # Arrow writes to the file itself, and so waits for no other thread of Python.
    def as_csv(table: str) -> None:
        with open_atomic(study.processed / f"{table}.csv") as stream, pa.OSFile(stream.name, "wb") as sink:
            _write_csv(columns[table], sink)

    def as_parquet(table: str) -> str:
        with open_atomic(study.processed / f"{table}.parquet") as stream:
            with pa.OSFile(stream.name, "wb") as sink:
                _write_parquet(columns[table], sink)
            with Path(stream.name).open("rb") as written:
                return hashlib.file_digest(written, "sha256").hexdigest()

    tables = sorted(frames, key=lambda table: -frames[table].size)
    with ThreadPoolExecutor(THREADS) as pool:
        texts = [pool.submit(as_csv, table) for table in tables if table != INTERNAL]
        binaries = {table: pool.submit(as_parquet, table) for table in tables}
        for log, make in logs.items():
            with open_atomic(study.processed / f"{log}.csv") as stream:
                write_log(make(), stream)
    for text in texts:
        text.result()  # raises what went wrong there
    return {table: digest.result() for table, digest in binaries.items()}


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
