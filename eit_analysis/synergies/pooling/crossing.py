"""What a group that crosses a threshold T tells of the volumes v of those who declared the same need.

    v_i <= T of each member i,    sum_{i in G} v_i >= T,    v_j >= T of whoever needs it and is no member

Who needs what is taken to be known. A member that is missing because it is far off is no such j, but nobody
who reads the group alone can tell: it is only reckoned with where it is as large.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.records import Facts
from eit_analysis.synergies.pooling.thresholds import Target

NOBODY = pd.DataFrame({"site_id": pd.Series(dtype=object), "declared": [], "one": []})


def crossed(groups: pd.DataFrame, asked: Sequence[Target]) -> Facts:
    """The inequalities that the groups (:func:`groups.numbered`) tell, over what was declared."""
    records = pd.concat([NOBODY, *(target.declared for target in asked)], ignore_index=True)
    target = np.repeat(np.arange(len(asked)), [len(one.declared) for one in asked])
    number = {
        (one.threshold.nature, one.threshold.label, one.threshold.keyword, one.threshold.unit): place
        for place, one in enumerate(asked)
    }
    site, one = records["site_id"].to_numpy(dtype=object), records["one"].to_numpy(dtype=float)
    volume = records["declared"].to_numpy(dtype=float) * one
    found: list[tuple[np.ndarray, float, float, int, bool]] = []
    about = groups[["members", "threshold", "nature", "label", "keyword", "unit"]]
    for row, (members, least, *what) in enumerate(about.itertuples(index=False)):
        same = target == number[tuple(what)]
        inside = same & np.isin(site, members.split())
        # People and pallets come whole: less than four is three.
        most = np.ceil(least) - 1 if (volume[inside] % 1 == 0).all() else least
        found.append((inside, least, np.inf, row, True))
        for firm in np.unique(site[same].astype(str)):
            own = same & (site == firm)
            if inside[own].all():
                found.append((own, -np.inf, most, row, False))
            elif volume[own].sum() >= least:
                found.append((own, least, np.inf, row, False))
    masks, low, high, rows, cells = zip(*found, strict=True) if found else [()] * 5
    forms = csr_array(np.array(masks, dtype=float).reshape(len(found), len(records)) * one)
    ends = np.array(low, dtype=float), np.array(high, dtype=float)
    places = np.array(rows, dtype=int), np.array(cells, dtype=bool)
    return Facts(records, "declared", forms, *ends, *places)
