"""The sentences that a verdict rests on: what was declared, what the row of the law says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import counted, exact, listed, tonnes
from eit_analysis.reference.vocabulary import heading

LISTED = 3
MASS = "mass_t_per_year"
Row = Mapping[Any, Any]


def said(name: str, rule: Row, **fields: str) -> str:
    """A sentence about a row of the law: its flow, its threshold and the unit of that."""
    known = {"flow": rule["flow_fr"], "threshold": exact(float(rule["threshold"] or 0))}
    unit = heading("threshold_unit").labels.get(rule["threshold_unit"], "")
    return reference.sentence(name, **known, unit=unit, **fields)


def quoting(name: str, rows: Sequence[Row]) -> str:
    """A sentence that quotes the heaviest flows: designation, tonnes, route, a code to confirm."""
    return reference.sentence(name, flows=listed(list(_quoted(rows))))


def _quoted(rows: Sequence[Row]) -> Iterator[str]:
    routes, families = heading("route").labels, heading("category").labels
    for row in rows[:LISTED]:
        known = isinstance(row["description"], str)
        name = row["description"] if known else families.get(row["category"], "sans désignation")
        route = routes.get(row["route"], row["route"])
        # A mass that is set aside was read: its firm has not confirmed it.
        untold = "quantité à confirmer" if row.get("implausible") == "mass" else "quantité illisible"
        amount: str = untold if pd.isna(row[MASS]) else f"{tonnes(row[MASS])}\u00a0t/an"
        doubted = ", code à confirmer" * (row.get("code_doubted") == "yes")
        yield f"«\u00a0{name}\u00a0» ({amount}, {route}{doubted})"
    if len(rows) > LISTED:
        yield counted(len(rows) - LISTED, "autre flux", "autres flux")
