"""Tables to files, each one atomically and with the same bytes for the same inputs."""

from __future__ import annotations

import codecs
import hashlib
import io
import json
from collections import defaultdict
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from eit_analysis.study import Study, open_atomic, write_atomic

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
FIRST_ROWS = 1000


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Table as Parquet, in plain column types and without the pandas metadata, which holds versions."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(
        # pandas reads its str type back from the stored schema only; the rest of its metadata is of no use.
        table.replace_schema_metadata(None), sink, compression="snappy", store_schema=True,
        # Half of the time, for tables that are only ever read whole.
        use_dictionary=_repetitive(table), write_statistics=False,
    )  # fmt: skip
    return sink.getvalue()


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
    safe = frame.copy(deep=False)  # columns are only replaced
    for name in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[name] = _without_formulas(safe[name].astype("str"))
    # Ten times as fast as pandas, which counts with a hundred thousand rows.
    pa_csv.write_csv(
        pa.Table.from_pandas(safe, preserve_index=False), sink, pa_csv.WriteOptions(delimiter=separator)
    )


def _without_formulas(text: pd.Series) -> pd.Series:
    first = pc.binary_slice(pa.array(text).cast(pa.large_binary()), 0, 1)
    marks = pa.array([mark.encode() for mark in FORMULA_MARKS], first.type)
    risky = pc.is_in(first, marks).to_numpy(zero_copy_only=False)
    if risky.any():
        risky &= pd.to_numeric(text.where(risky), errors="coerce").isna().to_numpy()
        return text.where(~risky, "'" + text)
    return text


def write_table(study: Study, table: str, frame: pd.DataFrame) -> str:
    """``<table>.parquet`` and ``<table>.csv`` in the processed folder of the wave; SHA-256 of the first."""
    with open_atomic(study.processed / f"{table}.csv") as stream:
        write_csv(frame, stream)
    content = parquet_bytes(frame)
    write_atomic(study.processed / f"{table}.parquet", content)
    return hashlib.sha256(content).hexdigest()


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
