"""How often the receiver of a published exchange is among the first that `eit outlets` names.

    R@k = share of the exchanges whose receiver is one of the first k that are told for their waste code

    python -m benchmarks.recall EXCHANGES.csv [--open]

EXCHANGES.csv has a row per exchange: ``source_id``, ``waste_code_6``, ``receiver_nace4``. It is no part of
the repository. A third of its sources is held out (:func:`held_out`), by a rule that was committed before
anything was written or tuned, and is judged only with ``--open``. The others are judged with their own source
left out.

A method ranks receiving classes and divisions (NACE rev. 2) for a code; a division is found where the
receiver's is among the first k distinct divisions. Beside `eit outlets`: the most frequent receivers whatever
the code (popularity), and those of the same six digits, then four, then two, then popularity (back-off). The
precedents that the package ships are learnt from without the sources held out and without the one judged; one
line leaves out those that the file does not have. All are asked by the code; those that say so, by what the
by-product is called in French too (the code is then the true one, not that which the words suggest).
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.outlets.answer import by_merit, published_exchanges, receivers
from eit_analysis.outlets.ranking import outlets
from eit_analysis.reference.nomenclatures import is_hazardous

DEPTHS = (1, 5, 10)
DIGITS = {"division": 2, "class": 4}
Method = Callable[[str, str, pd.DataFrame], list[str]]


def held_out(source_id: str) -> bool:
    """Whether a source is in the third that nobody looks at before the end."""
    return int(hashlib.sha256(source_id.encode()).hexdigest(), 16) % 3 == 0


def exchanges(path: Path) -> pd.DataFrame:
    """The exchanges whose by-product has a waste code: ``source_id, waste_code, byproduct_fr, receiver``."""
    rows = pd.read_csv(path, dtype=str).rename(columns={"waste_code_6": "waste_code"})
    rows["receiver"] = rows["receiver_nace4"].str.replace(".", "")
    return rows.dropna(subset=["waste_code", "byproduct_fr", "receiver"]).reset_index(drop=True)


def rules_alone(waste_code: str, _called: str, _known: pd.DataFrame) -> list[str]:
    tables = reference.load("compatibility"), reference.load("outlet_general")
    return _codes(outlets(waste_code, bool(is_hazardous(waste_code)), *tables).to_dict("records"))


def in_order_of_law(waste_code: str, _called: str, known: pd.DataFrame) -> list[str]:
    return _codes(_told(waste_code, known))


def by_merit_alone(waste_code: str, _called: str, known: pd.DataFrame) -> list[str]:
    return _codes(by_merit(_told(waste_code, known)))


def with_words(waste_code: str, called: str, known: pd.DataFrame) -> list[str]:
    return _codes(by_merit(_told(waste_code, known, called)))


def without_ours(waste_code: str, _called: str, known: pd.DataFrame) -> list[str]:
    """By merit, with the precedents of the file alone: ours may tell of an exchange that is judged."""
    return _codes(by_merit(_told(waste_code, known, ours=False)))


def words_without_ours(waste_code: str, called: str, known: pd.DataFrame) -> list[str]:
    return _codes(by_merit(_told(waste_code, known, called, ours=False)))


def _told(waste_code: str, known: pd.DataFrame, called: str = "", ours: bool = True) -> list[dict[str, Any]]:
    """The answer from the precedents that the package ships, but for the sources held out or judged."""
    learnt, given = set(known["source_id"]), set(known.attrs["all_sources"])
    kept = [
        row
        for row in published_exchanges()
        if row["source_id"] in learnt or (ours and row["source_id"] not in given)
    ]
    return receivers(waste_code, bool(is_hazardous(waste_code)), kept, called)


def _codes(rows: list[dict[Any, Any]]) -> list[str]:
    codes = [(row["naf_class_code"], row["naf_division_code"]) for row in rows]
    return [next((str(code) for code in both if isinstance(code, str)), "") for both in codes]


def popularity(_code: str, _called: str, known: pd.DataFrame) -> list[str]:
    return list(known["receiver"].value_counts().index)


def back_off(waste_code: str, called: str, known: pd.DataFrame) -> list[str]:
    near = [known[known["waste_code"].str[:digits] == waste_code[:digits]] for digits in (6, 4, 2)]
    return [code for rows in [*near, known] for code in popularity(waste_code, called, rows)]


METHODS: dict[str, Method] = {
    "popularity": popularity,
    "back-off": back_off,
    "rules, order of the law": rules_alone,
    "rules and precedents, order of the law": in_order_of_law,
    "rules and precedents, first calls": by_merit_alone,
    "the same, with the words": with_words,
    "first calls, precedents of the file alone": without_ours,
    "the same, alone with the words": words_without_ours,
}


def ranks(judged: pd.DataFrame, learnt: Callable[[str], pd.DataFrame], method: Method) -> pd.DataFrame:
    """Rank of the true receiver of each exchange, from 0, by division and by class; missing: not named."""
    found = []
    for row in judged.itertuples(index=False):
        named = method(str(row.waste_code), str(row.byproduct_fr), learnt(str(row.source_id)))
        found.append({level: _rank(named, str(row.receiver), digits) for level, digits in DIGITS.items()})
    return pd.DataFrame(found, columns=list(DIGITS), dtype=float)


def _rank(named: Iterable[str], receiver: str, digits: int) -> int | None:
    distinct = list(dict.fromkeys(code[:digits] for code in named if len(code) >= digits))
    wanted = receiver[:digits]
    return distinct.index(wanted) if wanted in distinct else None


def table(rows: pd.DataFrame, opened: bool) -> pd.DataFrame:
    """R@k of each method, by division and by class."""
    out = rows["source_id"].map(held_out)
    known, judged = rows[~out], rows[out] if opened else rows[~out]
    known.attrs["all_sources"] = list(rows["source_id"])
    lines = {
        name: {
            f"{level} R@{k}": (found[level] < k).mean()
            for found in [ranks(judged, lambda source: known[known["source_id"] != source], method)]
            for level in DIGITS
            for k in DEPTHS
        }
        for name, method in METHODS.items()
    }
    return pd.DataFrame.from_dict(lines, orient="index")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("exchanges", type=Path)
    parser.add_argument("--open", action="store_true", help="judge the third held out, once, at the end")
    options = parser.parse_args()
    rows = exchanges(options.exchanges)
    out = rows["source_id"].map(held_out)
    judged = rows[out] if options.open else rows[~out]
    how = "held out" if options.open else "each left out in turn"
    print(
        f"{len(rows)} exchanges with a waste code from {rows['source_id'].nunique()} sources; judged: "
        f"{len(judged)} from {judged['source_id'].nunique()}, {how}"
    )
    print(table(rows, options.open).round(2).to_string())


if __name__ == "__main__":
    main()
