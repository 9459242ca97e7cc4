"""What is reckoned row by row from breakdowns: a change between waves, a ratio, a trend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.breakdown import Breakdown
from eit_analysis.errors import DisclosureError
from eit_analysis.records import SOURCE, texts
from eit_analysis.reference import sentence

# Numbers of a derived table: (parent, column of its records, coefficient), summed over its rows behind a row.
Terms = Sequence[tuple[int, str, float]]


@dataclass(frozen=True, eq=False, repr=False)
class Derived:
    """What is reckoned row by row from breakdowns: a change between waves, a ratio, a trend.

    A row holds nothing but what follows from the rows of ``parents`` that have its keys in common, and leaves
    only when all of them may.

    Attributes
    ----------
    frame : pandas.DataFrame
        The keys, then the values.
    keys : sequence of str
        The columns that name a row.
    parents : sequence of Breakdown
        What it comes from; each holds all its records.
    total : str or None
        The code that means *all values* in a column of keys.
    sums, ratios : mapping
        By column, how it follows from the parents: as a sum, or as one sum over another.
    """

    frame: pd.DataFrame
    keys: Sequence[str]
    parents: Sequence[Breakdown]
    total: str | None = None
    sums: Mapping[str, Terms] = field(default_factory=dict)
    ratios: Mapping[str, tuple[Terms, Terms]] = field(default_factory=dict)

    def declares(self, columns: Iterable[str]) -> bool:
        """Whether it says of all these columns how they follow from the parents."""
        return set(columns) <= {*self.sums, *self.ratios}

    @cached_property
    def behind(self) -> list[list[tuple[int, int]]]:
        """For each row, the ``(parent, row of the parent)`` that share its values of their keys."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(len(self.frame))]
        for number, parent in enumerate(self.parents):
            common = [key for key in parent.keys if key in self.frame]
            theirs: dict[tuple[str, ...], list[int]] = {}
            for row, values in enumerate(zip(*(texts(parent.frame[key]) for key in common), strict=True)):
                theirs.setdefault(values, []).append(row)
            for row, values in enumerate(zip(*(texts(self.frame[key]) for key in common), strict=True)):
                found[row] += [(number, own) for own in theirs.get(values, [])]
        return found

    @cached_property
    def stacked(self) -> tuple[pd.DataFrame, np.ndarray, Callable[[Terms], csr_array]]:
        """The records of the parents one above the other, what they declared, and the forms of terms."""
        behind, n_rows = self.behind, len(self.frame)
        every = [*self.sums.values(), *(terms for pair in self.ratios.values() for terms in pair)]
        wanted = sorted({(parent, column) for terms in every for parent, column, _ in terms})
        starts = np.cumsum([0, *(len(self.parents[parent].records) for parent, _ in wanted)])
        records, declared, forms = [pd.DataFrame({"site_id": []})], [np.zeros(0)], {}
        for (parent, column), start in zip(wanted, starts, strict=False):
            content = self.parents[parent]
            own = content.forms(column).tocoo()
            pairs = [
                (row, at) for row, found in enumerate(behind) for number, at in found if number == parent
            ]
            row, at = np.array(pairs, dtype=int).reshape(-1, 2).T
            chosen = csr_array((np.ones(len(row)), (row, at)), shape=(n_rows, own.shape[0]))
            wide = csr_array((own.data, (own.row, own.col + start)), shape=(own.shape[0], int(starts[-1])))
            forms[parent, column] = csr_array(chosen @ wide)
            records.append(
                content.records[
                    ["site_id", *(name for name in ("declared_by", *SOURCE) if name in content.records)]
                ]
            )
            declared.append(np.nan_to_num(content.declared(column)))

        def form(terms: Terms) -> csr_array:
            return csr_array(sum(factor * forms[parent, column] for parent, column, factor in terms))

        return pd.concat(records, ignore_index=True), np.concatenate(declared), form

    def check(self, title: str) -> None:
        """Refuse a table that is not what its parents give.

        Raises
        ------
        DisclosureError
            When a sum or a ratio is not theirs.
        """
        _, declared, form = self.stacked
        given = {name: form(terms) @ declared for name, terms in self.sums.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            for name, (over, under) in self.ratios.items():
                # What no row is behind is no ratio: a month of the peak where all months are equal.
                top = np.where(np.diff(form(over).indptr) > 0, form(over) @ declared, np.nan)
                given[name] = top / (form(under) @ declared)
        for name, values in given.items():
            stated = self.frame[name].to_numpy(dtype=float)
            wrong = np.abs(stated - values) > 1e-7 * (1 + np.abs(stated))
            if wrong.any():
                keys = ", ".join(str(self.frame.iloc[int(wrong.argmax())][key]) for key in self.keys)
                told = {"title": title, "column": name, "keys": keys, "source": "les tableaux dont il dérive"}
                raise DisclosureError(sentence("breakdown_not_given", **told))

    def __repr__(self) -> str:
        return f"Derived table by {', '.join(self.keys)}: {len(self.frame)} rows, {len(self.parents)} parents"

    def _repr_html_(self) -> str:
        return self.frame.to_html(index=False, border=0, max_rows=20, na_rep="–", decimal=",")
