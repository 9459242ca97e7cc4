"""What is offered and needed in a unit of its own, of which no threshold is known: « bacs », « pesées ».

    alike(a, b)  ⇔  |a ∩ b| > 0  and  2 |a ∩ b| ≥ min(|a|, |b|)        a, b: the words of both items

Both sides say the same amount of the same thing: nothing is reckoned of it, and nobody need be asked a unit.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from eit_analysis.reference.designation_words import told


def in_own_units(left: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each item offered, with its offers and the needs that are alike in that unit.

    ``left`` are rows of the tidy sharing, to no unit of which a threshold applies.
    """

    def alike(one: frozenset[str], other: frozenset[str]) -> bool:
        return bool(one & other) and 2 * len(one & other) >= min(len(one), len(other))

    for _, rows in left.groupby(["nature", "unit"]):
        words = rows["item"].map(lambda item: frozenset(told(str(item)).split()))
        needed, offered = rows["side"] == "need", rows[rows["side"] == "offer"]
        for item, same in offered.groupby(offered["item"].map(str)):
            own = words[same.index[0]]
            needs = rows[needed & words.map(lambda other, own=own: alike(own, other)).astype(bool)]
            if len(needs):
                yield item, pd.concat([same, needs])
