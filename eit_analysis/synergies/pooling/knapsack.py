"""max Σ_i w_i x_i,  least ≤ Σ_i l_i x_i ≤ most,  x_i in {0, 1}: exact, by its undominated states.

Items come by worth per load, and of two states none is kept that loads more and is worth no more (Nemhauser
and Ullmann 1969; below the least load, of those that load the same), nor one that would not be worth enough
if the rest could be divided (Dantzig 1957).
"""

from __future__ import annotations

import numpy as np

STATES = 100_000  # of more, the answer is not looked for


def knapsack(
    worth: np.ndarray, load: np.ndarray, least: float, most: float, above: float
) -> np.ndarray | None:
    """Which items to take, (n,) of booleans; nothing where no choice is worth more than ``above``.

    ``load`` : not negative. None where there are too many states to tell.
    """
    rate = np.divide(worth, load, out=np.where(worth > 0, np.inf, -np.inf), where=load > 0)
    able = np.argsort(-rate, kind="stable")
    able = able[(worth[able] > 0) | (least > 0)]
    gain = able[worth[able] > 0]
    loads, sums = np.append(0.0, np.cumsum(load[gain])), np.append(0.0, np.cumsum(worth[gain]))
    rate, rest = np.append(rate[gain], 0.0), np.append(np.cumsum(load[able][::-1])[::-1], 0.0)

    def more(step: int, full: np.ndarray) -> np.ndarray:
        """What the items from this one on would add to states of such loads."""
        start = min(step, len(gain))
        room = most - full + loads[start]
        whole = np.searchsorted(loads, room, side="right") - 1
        return sums[whole] - sums[start] + (room - loads[whole]) * rate[whole]

    full, got, steps = np.zeros(1), np.zeros(1), []
    for step, item in enumerate(able, 1):
        came, taken = np.tile(np.arange(len(full)), 2), np.repeat([False, True], len(full))
        full, got = full[came] + taken * load[item], got[came] + taken * worth[item]
        kept = np.flatnonzero((full <= most) & (full + rest[step] >= least))
        kept = kept[got[kept] + more(step, full[kept]) > above]
        kept = kept[np.lexsort([-got[kept], full[kept]])]
        enough = full[kept] >= least
        beaten = np.maximum.accumulate(np.append(-np.inf, np.where(enough, got[kept], -np.inf)))[:-1]
        alike = np.diff(full[kept], prepend=-1.0) == 0
        kept = kept[np.where(enough, got[kept] > beaten, ~alike)]
        if len(kept) > STATES:
            return None
        if not len(kept):
            return np.zeros(len(worth), dtype=bool)
        full, got = full[kept], got[kept]
        steps.append((came[kept], taken[kept]))
    chosen = np.zeros(len(worth), dtype=bool)
    reached = np.where(full >= least, got, -np.inf)
    if reached.max() > above:
        state = int(reached.argmax())
        for item, (came, taken) in zip(able[::-1], reversed(steps), strict=True):
            chosen[item], state = taken[state], came[state]
    return chosen
