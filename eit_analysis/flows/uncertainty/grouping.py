"""Fast sums over groups of rows: every key becomes whole numbers once, every sum is one ``bincount``.

A plain ``groupby`` reads the text of its keys again for each grouping. Here a key that is categorical is not
read again, and sums by group and source come down to coarser groups without going back to the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd


class Groups(NamedTuple):
    """Group of every row, 0 to n - 1; of every group the codes of its keys (keys, n), in their order."""

    codes: np.ndarray
    keys: np.ndarray
    names: dict[str, pd.Index]  # of each key, what its codes mean

    @property
    def size(self) -> int:
        return self.keys.shape[1]

    def table(self) -> pd.DataFrame:
        """The keys of every group, in words."""
        words = {
            key: names.take(codes) for (key, names), codes in zip(self.names.items(), self.keys, strict=True)
        }
        return pd.DataFrame(words, index=range(self.size))


class Cells(NamedTuple):
    """Sums by group and source: the groups of the cells, their source, then ``sums`` (columns, cells)."""

    groups: Groups
    source: np.ndarray
    sums: np.ndarray

    def sources(self) -> np.ndarray:
        """Number of different sources in each group."""
        return np.bincount(self.groups.codes, minlength=self.groups.size)

    def by_group(self, values: np.ndarray) -> np.ndarray:
        """Sum over the cells of each group."""
        return np.bincount(self.groups.codes, values, self.groups.size)

    def by_source(self, values: np.ndarray) -> np.ndarray:
        """Sum over the cells of each source, given back to every cell of that source."""
        return np.bincount(self.source, values)[self.source]


def group(rows: pd.DataFrame, by: list[str]) -> Groups:
    """The groups of rows alike in all of ``by``; a missing key is a group of its own, the last.

    Without any key all rows are one group, even where there is no row.
    """
    columns, names = [], {}
    for key in by:
        codes, names[key] = _factorise(rows[key])
        if codes.max(initial=-1) == len(names[key]):
            names[key] = names[key].append(pd.Index([np.nan], dtype=names[key].dtype))
        columns.append(codes)
    return _group(len(rows), columns, names)


def regroup(fine: Groups, by: list[str]) -> Groups:
    """The groups alike in ``by``, some of the keys of ``fine``."""
    known = list(fine.names)
    if by == known:
        return fine
    codes = [fine.keys[known.index(key)] for key in by]
    coarse = _group(fine.size, codes, {key: fine.names[key] for key in by})
    return coarse._replace(codes=coarse.codes[fine.codes])


def cells(groups: Groups, source: pd.Series, columns: Iterable[np.ndarray]) -> Cells:
    """The sums of each column by group and source; rows without a source share one cell of their group."""
    codes, names = _factorise(source)
    return _cells(groups, codes, len(names) + 1, columns)


def pairs(groups: Groups, column: pd.Series) -> Cells:
    """The different values of a column in each group: cells without sums."""
    codes, names = _factorise(column)
    return _pairs(groups, codes, len(names) + 1)


def coarser(fine: Cells, by: list[str]) -> Cells:
    """The cells of the groups alike in ``by``, some of the keys of ``fine``."""
    groups, count = regroup(fine.groups, by), int(fine.source.max(initial=-1)) + 1
    if groups is fine.groups:
        return fine
    if len(fine.sums):
        return _cells(groups, fine.source, count, fine.sums)
    return _pairs(groups, fine.source, count)


def _group(rows: int, columns: list[np.ndarray], names: dict[str, pd.Index]) -> Groups:
    codes, keys = np.zeros(rows, dtype=np.int64), np.zeros((0, 1), dtype=np.int64)
    for own, labels in zip(columns, names.values(), strict=True):
        count = len(labels)
        codes, present = _compact(codes * count + own, keys.shape[1] * count)
        before, last = np.divmod(present, max(count, 1))
        keys = np.vstack([keys[:, before], last])
    return Groups(codes, keys, names)


def _cells(groups: Groups, source: np.ndarray, count: int, columns: Iterable[np.ndarray]) -> Cells:
    codes, present = _compact(groups.codes * count + source, groups.size * count, ordered=False)
    sums = [np.bincount(codes, column, len(present)) for column in columns]
    return _of_pairs(groups, present, count, np.array(sums))


def _pairs(groups: Groups, source: np.ndarray, count: int) -> Cells:
    codes = groups.codes * count + source
    if _sparse(codes, groups.size * count):
        codes = np.sort(codes)
        present = codes[np.diff(codes, prepend=-1) > 0]
    else:
        present = _present(codes, groups.size * count)
    return _of_pairs(groups, present, count, np.zeros((0, len(present))))


def _of_pairs(groups: Groups, present: np.ndarray, count: int, sums: np.ndarray) -> Cells:
    of_cell, source = np.divmod(present, max(count, 1))
    return Cells(groups._replace(codes=of_cell), source, sums)


def _factorise(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Code of each row and the sorted values; a missing one has the code that follows them."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category")
    codes, names = column.array.codes, column.array.categories
    missing = codes < 0
    return np.where(missing, np.int64(len(names)), codes) if missing.any() else codes, names


def _compact(codes: np.ndarray, size: int, ordered: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Codes below ``size`` numbered anew without gaps, and the old code of each new one."""
    if _sparse(codes, size):
        numbers, present = pd.factorize(codes, sort=ordered)
        return numbers, present
    present = _present(codes, size)
    if len(present) == size:
        return codes, present
    numbers = np.zeros(size, dtype=np.int64)
    numbers[present] = np.arange(len(present))
    return numbers[codes], present


def _present(codes: np.ndarray, size: int) -> np.ndarray:
    seen = np.zeros(size, dtype=bool)
    seen[codes] = True
    return np.flatnonzero(seen)


def _sparse(codes: np.ndarray, size: int) -> bool:
    """Whether a table of all codes that may be would cost more than the rows themselves."""
    return size > 8 * len(codes) + 1024
