"""Waste codes suggested for 10,000 designations, none twice.

    python -m benchmarks.designations [--designations 10000] [--seed 1]

Designations are two terms of the lexicon, a word of two in three misspelt, and a number. Prints the time to
read the lexicon (once for a process) and that of all suggestions.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from eit_analysis import reference
from eit_analysis.reference.designations import suggestions

LIMIT_S = 5.0


def made_up(number: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    terms = reference.load("waste_lexicon")["term_fr"].to_numpy()
    texts = []
    for i in range(number):
        text = " et ".join(random.choice(terms, 2))
        if i % 3:
            cut = int(random.integers(len(text)))
            text = text[:cut] + text[cut + 1 :]
        texts.append(f"{text} n°{i}")
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--designations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts = made_up(options.designations, options.seed)
    start = time.perf_counter()
    suggestions(["carton"])
    print(f"lexicon read in {time.perf_counter() - start:.1f} s")
    start, used = time.perf_counter(), time.process_time()
    found = suggestions(texts)
    took, used = time.perf_counter() - start, time.process_time() - used
    print(f"{found['designation'].nunique()} of {len(texts)} designations have a suggestion")
    print(f"all in {took:.1f} s ({used:.1f} s of processor), limit {LIMIT_S:.0f} s")


if __name__ == "__main__":
    main()
