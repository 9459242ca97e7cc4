"""Waste codes suggested for 10,000 designations, none twice; and what they are worth on published exchanges.

    python -m benchmarks.designations [--designations 10000] [--seed 1]
    python -m benchmarks.designations --exchanges FILE [--open]

Designations are two terms of the lexicon, a word of two in three misspelt, and a number. Prints the time to
read the lexicon (once for a process) and that of all suggestions.

FILE has a row per published exchange: ``source_id``, ``byproduct_fr``, ``waste_code_6``, ``code_confidence``
(guesses are left out). It is no part of the repository. Half of its sources (:func:`held_out`) is judged only
with ``--open``, after everything was written and tuned on the other half.
"""

from __future__ import annotations

import argparse
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

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


def held_out(source_id: str) -> bool:
    return zlib.crc32(source_id.encode()) % 2 == 1


def worth(path: Path, opened: bool) -> str:
    """Right code among five, right chapter first, and confident with no likely code of a right chapter."""
    rows = pd.read_csv(path, dtype=str).query("code_confidence != 'guess'").dropna(subset=["waste_code_6"])
    texts = rows.groupby("byproduct_fr").agg({"waste_code_6": " ".join, "source_id": "first"})
    texts = texts[texts["source_id"].map(held_out) == opened]
    told = suggestions(texts.index).set_index("designation")
    right = told.index.map(texts["waste_code_6"].str.split())
    told["code"] = [code in codes for code, codes in zip(told["waste_code"], right, strict=True)]
    told["chapter"] = [
        any(code[:2] == each[:2] for each in codes)
        for code, codes in zip(told["waste_code"], right, strict=True)
    ]
    sure = told[told["confident"] & told["likely"]].groupby(level=0)["chapter"].any()
    first = told.loc[told["suggestion_rank"] == 1, "chapter"].sum()
    five = told.groupby(level=0)["code"].any().sum()
    share = (five / len(texts), first / len(texts), (~sure).sum() / len(texts))
    return (
        f"{len(texts)} designations, {len(sure)} confident: code among five {share[0]:.2f}, "
        f"chapter first {share[1]:.2f}, confident and wrong {share[2]:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--designations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exchanges", type=Path)
    parser.add_argument("--open", action="store_true", help="judge the half held out, once, at the end")
    options = parser.parse_args()
    if options.exchanges:
        print(worth(options.exchanges, options.open))
        return
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
