"""Results kept for the tables that they were made of: pages made in one process often read the same rows."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pandas as pd
from pydantic import BaseModel

MOST = 2  # of this wave and of one before
Given = ParamSpec("Given")
Made = TypeVar("Made")


def remembered(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same function of tables and settings, which makes its last results once. Write nothing in them."""
    known: dict[tuple[str, ...], Made] = {}

    @wraps(make)
    def once(*given: Given.args, **named: Given.kwargs) -> Made:
        key = tuple(map(_content, (*given, *named.items())))
        if key not in known:
            while len(known) >= MOST:
                del known[next(iter(known))]
            known[key] = make(*given, **named)
        return known[key]

    return once


def _content(given: object) -> str:
    """What nothing else has of which results could differ."""
    if isinstance(given, pd.DataFrame):
        rows = pd.util.hash_pandas_object(given).to_numpy().tobytes()
        return f"{given.dtypes.to_dict()} {rows.hex()}"
    if isinstance(given, tuple):
        return f"({' '.join(map(_content, given))})"
    return given.model_dump_json() if isinstance(given, BaseModel) else pickle.dumps(given).hex()
