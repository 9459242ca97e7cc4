"""In what order the rows of a table leave: one that follows from what is printed alone.

The rows come sorted by weight, which would rank the withheld ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording


def leaving(
    frame: pd.DataFrame, codes: pd.DataFrame, keys: list[str], total: str | None, hidden: np.ndarray
) -> list[int]:
    """Positions of the rows: what is withheld comes after what is shown, by its printed name.

    A row in its group, and a group whose total is withheld among the groups. Totals stay last, and years and
    months in their order.

    Parameters
    ----------
    frame, codes : DataFrame
        The table as it is printed, and its keys as they identify its rows.
    total : str or None
        The code that means *all values* of a key.
    hidden : array of bool
        Rows that are withheld.
    """
    if not hidden.any():
        return list(range(len(hidden)))
    of_all = {key: (codes[key] == total).to_numpy(dtype=bool) for key in keys}

    def ordered(rows: np.ndarray, keys: list[str]) -> list[int]:
        if not keys:
            return rows.tolist()
        key, *finer = keys
        given = codes[key].iloc[rows].astype(object)
        own = given.map(str).to_numpy()
        numbers = [code for code in given if code != total]
        natural = all(isinstance(n, (int, np.integer)) for n in numbers) and numbers == sorted(numbers)
        names = dict(zip(own, (wording.cell(v, key) for v in frame[key].iloc[rows]), strict=True))

        def place(code: str) -> tuple[bool, bool, str]:
            secret = not natural and ranked_by_secret(rows[own == code], finer)
            return code == total, secret, wording.alphabetical(names[code]) if secret else ""

        return [row for code in sorted(names, key=place) for row in ordered(rows[own == code], finer)]

    def ranked_by_secret(rows: np.ndarray, finer: list[str]) -> bool:
        """Whether the place of a group tells what is withheld: its total or, without one, any of its rows."""
        totals = np.logical_and.reduce([of_all[key][rows] for key in finer]) if finer else []
        return bool(hidden[rows[totals] if np.any(totals) else rows].any())

    return ordered(np.arange(len(hidden)), keys)
