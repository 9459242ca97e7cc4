"""What is offered and needed in a unit of its own, of which no threshold is known: « bacs », « pesées ».

    alike(a, b)  ⇔  2 |a ∩ b| > min(|a|, |b|)        a, b: the words of both items

Both sides say the same amount of the same thing: nothing is reckoned of it, and nobody need be asked a unit.
More than half of the words: a weighbridge is no lift, though « pont » is half of its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from eit_analysis.reference.designation_words import told


def alike(item: object, other: object) -> bool:
    """Whether two items are called by the same words, or one by most of the other's.

    >>> alike("Pont bascule", "Pont élévateur poids lourd"), alike("Pont-bascule", "Pont bascule routier")
    (False, True)
    """
    one, two = (frozenset(told(str(name)).split()) for name in (item, other))
    return 2 * len(one & two) > min(len(one), len(two))


def in_own_units(left: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each item offered, with its offers and the needs that are alike in that unit.

    ``left`` are rows of the tidy sharing, to no unit of which a threshold applies.
    """

    for _, rows in left.groupby(["nature", "unit"]):
        needed, offered = rows["side"] == "need", rows[rows["side"] == "offer"]
        for item, same in offered.groupby(offered["item"].map(str)):
            needs = rows[needed & rows["item"].map(partial(alike, item)).astype(bool)]
            if len(needs):
                yield item, pd.concat([same, needs])
