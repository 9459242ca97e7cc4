"""The class of a total that only the p % rule closes: how large it is, and no more.

    low <= sum_r c_r x_r < high,   low and high neighbours among 1, 2, 5, 10, 20, 50...

Where one of many actors has most of a total, a second could reckon it from the total: its number is withheld.
A class is told where it leaves every part as open as the rule asks: it is one more number of the audit
(:mod:`audit`), which withholds it where that is not so. Of a total of too few actors, or nearly of one, of
which the law keeps the size itself, no class is made.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.statements import Statements, amounts_of, of_records

STEPS = np.array([0.5, 1.0, 2.0, 5.0, 10.0])  # a power of ten may be read a little too large


def size_class(value: float) -> tuple[float, float]:
    """The neighbours among 1, 2, 5, 10... between which a value above 0 lies, the lower one included.

    >>> size_class(13_116.0)
    (10000.0, 20000.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    above = int(np.searchsorted(STEPS, value / power, side="right"))
    return float(STEPS[above - 1] * power), float(STEPS[above] * power)


def classes(content: Breakdown, rules: Disclosure) -> tuple[pd.DataFrame, Statements]:
    """The grand total of a breakdown as a class, where it may not be told as a number; and what that tells.

    Returns
    -------
    pandas.DataFrame
        The keys, ``n_sites``, ``class_low_...`` and ``class_high_...`` for the measure; one row or none.
    Statements
        One number for the row: twice the total, since a bound of it is not the number, which stays closed.
    """
    measure = str(content.measure)
    cells = judge(content, rules).cells
    value = content.frame[measure].to_numpy(dtype=float)
    rows = [at for at, c in enumerate(cells) if not c.key and c.sensitive and not c.few and value[at] > 0]
    ends = np.array([size_class(value[at]) for at in rows]).reshape(-1, 2)
    frame = content.frame.iloc[rows][[*content.keys, "n_sites"]]
    unit = measure.split("_", 1)[1]
    frame = frame.assign(**{f"class_low_{unit}": ends[:, 0], f"class_high_{unit}": ends[:, 1]})
    forms = csr_array(2 * content.forms()[rows])
    amounts = amounts_of(content.records, np.nan_to_num(content.declared()))
    told = of_records(amounts, forms, *(2 * ends.T))
    lines = [*([at] for at in range(len(rows))), []]
    depth = np.zeros(len(lines), dtype=int)
    return frame, replace(told, rows=lines, allowed=np.ones(len(lines), dtype=bool), depth=depth)
