"""Cleaned tables to files, each one atomically and with the same bytes for the same inputs."""

from __future__ import annotations

import copy
import hashlib
import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from eit_analysis.intake.cleaning import Cleaned
from eit_analysis.study import Study, write_atomic

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Table as Parquet, in plain column types and without the pandas metadata, which holds versions."""
    sink = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # pandas reads its str type back from this mark only; the rest of its metadata is of no use.
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd", store_schema=True)
    return sink.getvalue()


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Table as UTF-8 CSV with commas and decimal points.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay as they are.
    """
    safe = frame.copy()
    for name in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        text = safe[name]
        risky = text.str.startswith(FORMULA_MARKS, na=False) & pd.to_numeric(text, errors="coerce").isna()
        safe[name] = text.where(~risky, "'" + text)
    return safe.to_csv(index=False, lineterminator="\n").encode()


def write_table(study: Study, table: str, frame: pd.DataFrame) -> str:
    """``<table>.parquet`` and ``<table>.csv`` in the processed folder of the wave; SHA-256 of the first."""
    content = parquet_bytes(frame)
    write_atomic(study.processed / f"{table}.csv", csv_bytes(frame))
    write_atomic(study.processed / f"{table}.parquet", content)
    return hashlib.sha256(content).hexdigest()


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def write_cleaned(study: Study, cleaned: Cleaned) -> None:
    """Write the tables, the quarantine and the corrections, then the manifest that vouches for them.

    Only these files are written: a table imported from a register stays as it is.
    """
    manifest = copy.deepcopy(cleaned.manifest)
    for table, frame in cleaned.tables.items():
        # A run refuses tables that a killed cleaning left of two different ages.
        manifest["tables"][table]["sha256"] = write_table(study, table, frame)
    write_atomic(study.processed / "quarantine.csv", csv_bytes(cleaned.quarantine))
    write_atomic(study.processed / "corrections.csv", csv_bytes(cleaned.corrections))
    write_atomic(study.processed / "manifest.json", json_bytes(manifest))
