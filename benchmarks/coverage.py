"""How often the interval of the extrapolated total holds the truth, on territories whose truth is known.

    python -m benchmarks.coverage [--territories 500] [--seed 7]

Each row is a class of simulated territories (:mod:`territories` of the tests): the spread sigma of ln tonnes
per employee inside a division, the share that answers, the share that has no waste, and whether three out of
ten respondents count in skips or pallets through one density, wrong for all alike by 40 %. ``held`` is how
often the interval holds the truth, ``below`` and ``above`` how often the truth is under and over it; ``bias``
is the mean of estimate over truth, ``half`` the median half-width over the truth; ``unknown`` what would be
held where nobody knew that the density is shared.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from territories import territories

CLASSES = [
    {"sigma": sigma, "answer": answer, "no_waste": no_waste, "by_density": by_density}
    for sigma, answer, no_waste, by_density in product((0.8, 1.3), (0.05, 0.2), (0.0, 0.3), (0.0, 0.3))
]


def coverage(count: int, seed: int, sigma: float, answer: float, no_waste: float, by_density: float) -> dict:
    """The figures of one class of territories."""
    drawn = territories(
        count, seed, sigma=(sigma, sigma), answer=(answer, answer), no_waste=no_waste, by_density=by_density
    )
    rows = np.array([(each.truth, *each.total(), *each.total(densities_known=False)[1:]) for each in drawn])
    truth, estimate, low, high, plain_low, plain_high = rows.T
    held, plain = (((a <= truth) & (truth <= b)).mean() for a, b in ((low, high), (plain_low, plain_high)))
    return {
        "held": held, "below": (truth < low).mean(), "above": (truth > high).mean(),
        "bias": (estimate / truth).mean(), "half": np.median((high - low) / 2 / truth),
        "unknown": plain if by_density else np.nan,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--territories", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    rows = [{**each, **coverage(arguments.territories, arguments.seed, **each)} for each in CLASSES]
    print(pd.DataFrame(rows).to_string(index=False, float_format="{:.3f}".format, na_rep=""))


if __name__ == "__main__":
    main()
