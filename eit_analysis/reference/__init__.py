"""Nomenclatures and factors, each row with its source, and the lookups over them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from eit_analysis.french import bound

FOLDER = Path(__file__).parent


@cache
def _read(name: str) -> pd.DataFrame:
    parquet = FOLDER / f"{name}.parquet"
    if parquet.exists():
        return pd.read_parquet(parquet)
    path = FOLDER / f"{name}.csv"
    columns = pd.read_csv(path, nrows=0, encoding="utf-8").columns
    # Codes are text: 01004 must never become 1004.
    text = {
        c: str for c in columns if c.endswith(("code", "codes", "code_prefix", "category")) or c == "unit"
    }
    return pd.read_csv(path, encoding="utf-8", dtype=text, keep_default_na=False, na_values=[""])


def load(name: str) -> pd.DataFrame:
    """One reference table (``communes``, ``factors``...), read once and handed out as a copy.

    Returns
    -------
    pandas.DataFrame
        The table; every column whose name ends in ``code(s)`` is text.
    """
    return _read(name).copy()


@cache
def pairs(name: str, key: str, value: str) -> dict[str, str]:
    """One column of a reference table by another, rows without a value left out; not to be changed."""
    table = _read(name).dropna(subset=[value])
    return dict(zip(table[key], table[value], strict=True))


@cache
def _sentences() -> dict[str, str]:
    return {name: bound(text) for name, text in _read("sentences").itertuples(index=False)}


def sentence(name: str, **fields: object) -> str:
    """A French sentence of ``sentences.csv``, its fields filled in; spaces before marks hold."""
    return _sentences()[name].format(**fields)


def advised(name: str, team: bool) -> str:
    """A sentence of what is missing and, for the team, what to do about it: that of ``name_team``."""
    return " ".join([sentence(name), *([sentence(f"{name}_team")] if team else [])])
