"""Who contributes to what: the records that are behind every table, each a variable of unknown amount.

The attacker knows the survey's records with their keys (family, code, site, months...), the public rates and
coefficients, and no amount. The true amounts stand in ``Known.truth``: to compare with, and to give a firm
what it declared itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from eit_analysis.reference.vocabulary import heading

from .pages import plain

# What a record is filed under; the rest of its columns are amounts, which nobody else knows.
KEYS = [
    "site_id", "wave", "direction", "actor_type", "category", "waste_code", "route", "recovery",
    "valorised", "hazardous", "quality", "evidence", "contractor", "commune_code", "epci_name",
    "naf_division", "naf_section", "cost_known", "payment", "tax_status", "presence", "month", "peak_month",
    "year", "occupation", "rome_domain", "age_band", "age_group", "contract", "rome_code", "greening",
    "job_size_class", "trait", "trait_answer",
    "group_number", "label", "nature", "skill", "action", "sorting", "kind", "indicator", "measure", "bound",
]  # fmt: skip
# A measure: for every record of a universe, sums of (variable, public coefficient).
Terms = list[tuple[np.ndarray, np.ndarray]]


@dataclass
class Universe:
    """Records that a table may be about: their keys as codes, their keys as printed, their measures."""

    name: str
    keys: pd.DataFrame
    measures: dict[str, Terms]
    owner: np.ndarray
    printed: dict[str, np.ndarray] = field(default_factory=dict)
    people: bool = False
    found: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = frozenset(self.keys.columns)

    def of(self, firm: str) -> Universe:
        """The records of one firm alone."""
        own = self.owner == firm
        measures = {
            name: [(ids[own], factors[own]) for ids, factors in terms]
            for name, terms in self.measures.items()
        }
        return Universe(self.name, self.keys[own], measures, self.owner[own], people=self.people)

    def rows(self, column: str, text: str) -> np.ndarray:
        """The records that a page means by a text, the printed word or the code of a key."""
        if (column, text) not in self.found:
            codes = self.keys[column].astype(str).to_numpy(dtype=object)
            self.found[column, text] = (self.words(column) == text) | (codes == text)
        return self.found[column, text]

    def words(self, column: str) -> np.ndarray:
        """The key of every record as a page prints it."""
        if column not in self.printed:
            labels = heading_labels(column)
            values = self.keys[column].astype(str)
            self.printed[column] = values.map(lambda v: labels.get(v, folded(str(v)))).to_numpy(dtype=object)
        return self.printed[column]


@cache
def folded(text: str) -> str:
    return plain(text).casefold()


@cache
def heading_labels(column: str) -> dict[str, str]:
    """The printed word of every code of a key."""
    try:
        return {str(code): folded(str(text)) for code, text in heading(column).labels.items()}
    except Exception:  # a key that only the attacker has
        return {}


def knows(reader: str | None, owner: str) -> bool:
    """Whether a reader, None for an outsider, knows what it is the owner of, alone or with others."""
    return reader in owner.split()


class Known:
    """Every variable: its owner, its sign, its true amount; and the universes of every wave and release.

    The owner is a firm or, separated by spaces, all actors of a synergy.
    """

    def __init__(self) -> None:
        self.index: dict[Hashable, int] = {}
        self.owner: list[str] = []
        self.sign: list[int] = []
        self.amounts: list[float] = []
        self.universes: list[Universe] = []

    @property
    def truth(self) -> np.ndarray:
        return np.array(self.amounts)

    def variables(
        self,
        measure: str,
        identity: Iterable[Hashable],
        owner: Iterable[str],
        amounts: Iterable[float],
        sign: Iterable[int] | int = 1,
    ) -> np.ndarray:
        """One variable per record; the same record with the same amount, in two releases, is one variable.

        ``sign``: 1 for an amount that is not negative, -1 not positive, 0 known to be zero, 2 of either.
        """
        amounts = np.nan_to_num(np.asarray(list(amounts), dtype=float))
        owners = list(owner)
        signs = [sign] * len(amounts) if isinstance(sign, int) else list(sign)
        found = []
        for name, who, amount, way in zip(identity, owners, amounts, signs, strict=True):
            key = (measure, name, who, float(f"{amount:.12g}"))
            if key not in self.index:
                self.index[key] = len(self.amounts)
                self.owner.append(who)
                self.sign.append(way)
                self.amounts.append(float(amount))
            found.append(self.index[key])
        return np.array(found, dtype=int)

    def add(
        self,
        name: str,
        keys: pd.DataFrame,
        measures: dict[str, Terms],
        owner: Iterable[str] | None = None,
        people: bool = False,
    ) -> Universe:
        owners = np.asarray(keys["site_id"] if owner is None else list(owner), dtype=object)
        known = keys[[key for key in KEYS if key in keys]].reset_index(drop=True)
        universe = Universe(name, known, measures, owners, people=people)
        self.universes.append(universe)
        return universe


@dataclass(frozen=True)
class Form:
    """A linear form over the variables: sum of coefficient x variable, without repeats or zeros."""

    variables: np.ndarray
    coefficients: np.ndarray

    @staticmethod
    def of(terms: Iterable[tuple[np.ndarray, np.ndarray]]) -> Form:
        parts = list(terms)
        if not parts:
            return Form(np.zeros(0, dtype=int), np.zeros(0))
        ids, places = np.unique(np.concatenate([p[0] for p in parts]), return_inverse=True)
        sums = np.bincount(places, np.concatenate([p[1] for p in parts]), minlength=len(ids))
        kept = np.abs(sums) > 1e-12
        return Form(ids[kept], sums[kept])

    def at(self, values: np.ndarray) -> float:
        return float(self.coefficients @ values[self.variables])

    def less(self, other: Form, times: float = 1.0) -> Form:
        return Form.of([(self.variables, self.coefficients), (other.variables, -times * other.coefficients)])


def cell(universe: Universe, measure: str, mask: np.ndarray) -> Form:
    return Form.of((ids[mask], factors[mask]) for ids, factors in universe.measures[measure])
