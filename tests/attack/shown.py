"""What is left to read: the share of the tonnes that a table shows, and that primary rules would allow."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eit_analysis.config import Disclosure

from .campaign import Read
from .knowledge import Known
from .rule import contributions, primary_closed

MASS = "mass_t_per_year"
TABLES = {
    "family": ("category",),
    "outlet": ("recovery", "route"),
    "sector": ("naf_division",),
    "grouped sector": ("naf_section",),
    "family x outlet": ("category", "recovery", "route"),
    "family x sector": ("category", "naf_division"),
    "family x grouped sector": ("category", "naf_section"),
    "code": ("category", "waste_code"),
}


@dataclass(frozen=True)
class Shown:
    """Shares of a table's tonnes: in rows of their own, with pooled rows, by the primary rules alone."""

    alone: float
    pooled: float
    primary: float


def shown(read: Read, known: Known, wave: str, rules: Disclosure | None = None) -> dict[str, Shown]:
    """By kind of table, of the outgoing tonnes of a wave; the best of the tables of each that hold most."""
    truth, rules, found = known.truth, rules or Disclosure(), {}
    whole: dict[str, float] = {}
    for reading in read.readings:
        # The exchange file has families by code, beside those that have no row by label.
        if not reading.universe.endswith(f"{wave} out") or reading.table.file.startswith("echange"):
            continue
        for name, keys in TABLES.items():
            if set(reading.keys) != set(keys):
                continue
            cells = [c for c in reading.cells if c.measure == MASS and c.kind != "total"]
            leaves = {c.label.casefold(): c for c in cells if c.kind != "pooled"}.values()
            total = sum(c.form.at(truth) for c in leaves)
            if not total or total < whole.get(name, 0.0) * (1 - 1e-6):
                continue
            if total > whole.get(name, 0.0) * (1 + 1e-6):
                whole[name] = total
                found.pop(name, None)
            printed = sum(c.form.at(truth) for c in leaves if c.interval)
            pooled = sum(c.form.at(truth) for c in cells if c.interval and c.kind == "pooled")
            open_ = sum(
                c.form.at(truth)
                for c in leaves
                if not primary_closed(
                    {who: form.at(truth) for who, form in contributions(c.form, known).items()}, False, rules
                )
            )
            here = Shown(printed / total, (printed + pooled) / total, open_ / total)
            if name not in found or here.pooled > found[name].pooled:
                found[name] = here
    return found


def silent_answers(read: Read) -> list[str]:
    """Sentences of a first screen that answer « non diffusé », or a lone « s »."""
    said = [text for tag, text in read.sentences if tag in ("dt", "dd")]
    return [text for text in said if re.search(r"non diffusé|(?<![\w'’-])s(?![\w'’-])", text)]
