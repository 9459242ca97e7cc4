"""Fast sums over groups of rows: every key becomes whole numbers once, every sum is one ``bincount``.

A plain ``groupby`` reads the text of its keys again for each grouping. Here a key that is categorical
(:func:`coded`) is not read again at all, and a sum by group and by source comes down to coarser groups
without going back to the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd


class Groups(NamedTuple):
    """The group of every row (0 to n - 1), and the key of every group, in the order of the keys."""

    codes: np.ndarray
    keys: pd.DataFrame


class Cells(NamedTuple):
    """Sums by group and source: for each cell its group and its source, then ``sums`` (columns, cells)."""

    keys: pd.DataFrame
    group: np.ndarray
    source: np.ndarray
    sums: np.ndarray

    def by_group(self, values: np.ndarray) -> np.ndarray:
        """Sum over the cells of each group."""
        return np.bincount(self.group, values, len(self.keys))

    def by_source(self, values: np.ndarray) -> np.ndarray:
        """Sum over the cells of each source, given back to every cell of that source."""
        return np.bincount(self.source, values)[self.source] if len(values) else values


def coded(rows: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """The rows with these keys as categories: read once, whatever the number of groupings that follow."""
    return rows.assign(**{key: rows[key].astype("category") for key in keys})


def group(rows: pd.DataFrame, by: list[str]) -> Groups:
    """The groups of rows alike in all of ``by``; a missing key is a group of its own, the last.

    Without any key, all rows are one group, even where there is no row.
    """
    codes, labels = np.zeros(len(rows), dtype=np.int64), []
    for position, key in enumerate(by):
        own, names = _factorise(rows[key])
        if position == 0:
            codes, present = _compact(own, len(names))
            labels = [names.take(present)]
        else:
            codes, present = _compact(codes * len(names) + own, len(labels[0]) * len(names))
            first, second = np.divmod(present, len(names))
            labels = [*(label.take(first) for label in labels), names.take(second)]
    keys = dict(zip(by, labels, strict=True))
    return Groups(codes, pd.DataFrame(keys) if by else pd.DataFrame(index=range(1)))


def cells(groups: Groups, source: pd.Series, columns: Iterable[np.ndarray]) -> Cells:
    """The sums of each column by group and source; rows without a source share one cell of their group."""
    own, names = _factorise(source)
    return _cells(groups, own, len(names), columns)


def coarser(fine: Cells, by: list[str]) -> Cells:
    """The cells of the groups alike in ``by``, some of the keys of ``fine``."""
    if by == list(fine.keys.columns):
        return fine
    groups = regroup(Groups(fine.group, fine.keys), by)
    return _cells(groups, fine.source, int(fine.source.max(initial=-1)) + 1, fine.sums)


def regroup(fine: Groups, by: list[str]) -> Groups:
    """The groups alike in ``by``, some of the keys of ``fine``."""
    if by == list(fine.keys.columns):
        return fine
    coarse = group(fine.keys, by)
    return Groups(coarse.codes[fine.codes], coarse.keys)


def distinct(groups: Groups, column: pd.Series) -> np.ndarray:
    """Number of different values of a column in each group."""
    own, names = _factorise(column)
    _, present = _compact(groups.codes * len(names) + own, len(groups.keys) * len(names), ordered=False)
    return np.bincount(present // max(len(names), 1), minlength=len(groups.keys))


def _cells(groups: Groups, source: np.ndarray, count: int, columns: Iterable[np.ndarray]) -> Cells:
    codes, present = _compact(groups.codes * count + source, len(groups.keys) * count, ordered=False)
    sums = np.stack([np.bincount(codes, column, len(present)) for column in columns])
    return Cells(groups.keys, *np.divmod(present, max(count, 1)), sums)


def _factorise(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Code of each row and the sorted values, a missing one last where there is any."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.cat.codes.to_numpy(np.int64), column.cat.categories
    else:
        codes, names = pd.factorize(column, sort=True)
        names = pd.Index(names)
    missing = codes < 0
    if missing.any():
        codes = np.where(missing, len(names), codes)
        names = names.append(pd.Index([np.nan], dtype=names.dtype))
    return codes, names


def _compact(codes: np.ndarray, size: int, ordered: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Codes below ``size`` numbered anew without gaps, and the old code of each new one."""
    if size <= 4 * len(codes) + 1024:
        seen = np.zeros(size, dtype=bool)
        seen[codes] = True
        present = np.flatnonzero(seen)
        numbers = np.zeros(size, dtype=np.int64)
        numbers[present] = np.arange(len(present))
        return numbers[codes], present
    numbers, present = pd.factorize(codes, sort=ordered)
    return numbers, present
