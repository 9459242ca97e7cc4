"""The communes of today and of before, with the indexes that look-ups need, each made once, when asked for.

A commune is its position in the table of today: rows are made only of those that are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.place_names import bare_name, normalise_names

DISTRICT_CODES = {"75056": range(75101, 75121), "13055": range(13201, 13217), "69123": range(69381, 69390)}
Value = TypeVar("Value", bound=Hashable)


class Commune(NamedTuple):
    """One commune; ``latitude`` and ``longitude`` (degrees, WGS 84) are NaN where no centre is known."""

    commune_code: str
    name: str
    department_code: str
    postcodes: str
    population: float
    epci_code: str | None
    epci_name: str | None
    latitude: float
    longitude: float


@cache
def columns() -> dict[str, list[Any]]:
    """The communes of today column by column."""
    table = reference.load("communes")
    labels = ["epci_code", "epci_name", "postcodes"]
    table[labels] = table[labels].astype(object).where(table[labels].notna(), None)
    return {name: table[name].tolist() for name in Commune._fields}


@cache
def commune_at(position: int) -> Commune:
    commune = Commune(**{name: values[position] for name, values in columns().items()})
    return commune._replace(postcodes=commune.postcodes or "")


def _index(pairs: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """The different values of each key, in their order."""
    index: dict[str, dict[Value, None]] = defaultdict(dict)
    for key, value in pairs:
        index[key][value] = None
    return {key: list(values) for key, values in index.items()}


@cache
def by_code() -> dict[str, int]:
    """Position by code; the districts of Paris, Lyon and Marseille lead to the city."""
    index = {code: position for position, code in enumerate(columns()["commune_code"])}
    for city, districts in DISTRICT_CODES.items():
        index.update({str(code): index[city] for code in districts})
    return index


def epci_of(codes: pd.Series) -> pd.Series:
    """The *intercommunalité* of each commune of today; missing where it has none or is unknown."""
    return codes.map(_epci_by_code())


@cache
def _epci_by_code() -> pd.Series:
    return pd.Series(dict(zip(columns()["commune_code"], columns()["epci_name"], strict=True)))


@cache
def by_postcode() -> dict[str, list[int]]:
    served = enumerate(columns()["postcodes"])
    return _index((code, position) for position, codes in served for code in (codes or "").split())


@cache
def _names() -> tuple[list[str], list[str]]:
    """Normalised names by position, and the same without article."""
    names = normalise_names(columns()["name"])
    return names, bare_name("\n".join(names)).split("\n")


def name_at(position: int) -> str:
    return _names()[0][position]


@cache
def by_name() -> dict[str, list[int]]:
    """Positions by normalised name without article."""
    return _index((name, position) for position, name in enumerate(_names()[1]))


@cache
def in_department(code: str) -> frozenset[int]:
    """Positions in the department of a commune code, postcode or department code."""
    # Postcodes of Corsica begin with 20 in both departments; overseas ones carry three digits.
    prefix = code[:3] if code.startswith(("97", "98")) else code[:2]
    wanted = {"2A", "2B"} if prefix == "20" else {prefix}
    return frozenset(i for i, department in enumerate(columns()["department_code"]) if department in wanted)


@cache
def _former() -> list[tuple[str, str, str]]:
    table = reference.load("former_communes")
    names = bare_name("\n".join(normalise_names(table["former_name"].tolist()))).split("\n")
    return list(zip(table["former_code"].tolist(), names, table["commune_code"].tolist(), strict=True))


@cache
def former_by_code() -> dict[str, str]:
    """Code of today by code that is no longer one, but for the few whose ground two communes have."""
    index = _index((former, code) for former, _, code in _former())
    return {old: codes[0] for old, codes in index.items() if old not in by_code() and len(codes) == 1}


@cache
def former_by_name() -> dict[str, tuple[str, ...]]:
    """Codes of today by former name (normalised, without article)."""
    index = _index((name, code) for _, name, code in _former())
    return {name: tuple(sorted(codes)) for name, codes in index.items()}


@cache
def former_names() -> dict[str, frozenset[str]]:
    """Former names (normalised, without article) by code of today."""
    index = _index((code, name) for _, name, code in _former())
    return {code: frozenset(names) for code, names in index.items()}
