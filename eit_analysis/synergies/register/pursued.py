"""How many of the leads called likely were pursued: the stated chances beside what became of earlier leads.

    share of a class = pursued / cases                   with Wilson's interval at 95 %
    Brier score      = mean of (chance − outcome)²       beside that of the base rate, share × (1 − share)

The outcome is 1 for a lead that was pursued, 0 for one that was not. A case is a line that an earlier
register held as a lead and that exchanges found at that wave answer: pursued when the register of now has it
at study or beyond. Or it is an exchange of that wave to which actors answered: pursued when one says yes and
none says no; who says perhaps has not decided. The chance is the one of the tables of that wave, before any
answer; of several exchanges that answer one case, the likeliest. The base rate knows the share beforehand,
which no forecast does. Source of the score: Brier, Monthly Weather Review 78 (1950), 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.records import TOTAL
from eit_analysis.reference.intervals import enough, wilson
from eit_analysis.reference.stages import STAGES
from eit_analysis.synergies.answers import KEYS, speaking
from eit_analysis.synergies.likelihood import LEAST
from eit_analysis.synergies.register.links import linked

# Nothing is said of a class whose share is not known within so much on either side.
HALF_WIDTH = 0.2
ENOUGH = enough(HALF_WIDTH)
CASE_COLUMNS = ["case", "case_basis", "likelihood_percent", "likelihood", "pursued"]
CLASS_COLUMNS = [
    "likelihood", "n_cases", "n_pursued", "stated_percent", "pursued_percent", "pursued_low_percent",
    "pursued_high_percent", "n_more",
]  # fmt: skip
SCORE_COLUMNS = ["n_cases", "brier", "brier_base_rate", "n_more"]


def cases(
    candidates: pd.DataFrame,
    flows: pd.DataFrame,
    register: pd.DataFrame,
    answers: pd.DataFrame,
    register_now: pd.DataFrame,
) -> pd.DataFrame:
    """What became of the leads of one earlier wave: ``CASE_COLUMNS``.

    Of ``Assessment.candidates`` of that wave without what was answered to them, of its flows, register and
    answers, and of the last register. ``case`` is the line of the register, or giver, taker and family;
    ``case_basis`` is ``register`` or ``answer``. An exchange of a line that is a case is no second case.
    """
    now = register_now.drop_duplicates("synergy_id").set_index("synergy_id")["status"]
    leads = register[(register["status"] == STAGES[0]) & register["synergy_id"].isin(now.index)]
    lines = linked(leads, candidates, flows)
    lines = lines.assign(
        case=lines["synergy_id"],
        case_basis="register",
        pursued=lines["synergy_id"].map(now).isin(STAGES[1:]).astype(float),
    )
    told = speaking(candidates, answers, flows)
    told = told[~told["candidate_id"].isin(lines["candidate_id"])]
    said = told.groupby(KEYS)["exchange_answer"].agg(set)
    decided = said[[bool(words & {"yes", "no"}) for words in said]]
    outcome = decided.map(lambda words: float("no" not in words)).rename("pursued").reset_index()
    pairs = told.merge(outcome, on=KEYS).merge(
        candidates[["candidate_id", "likelihood", "likelihood_percent"]]
    )
    pairs = pairs.assign(
        case=pairs[KEYS[0]] + " " + pairs[KEYS[1]] + " " + pairs[KEYS[2]], case_basis="answer"
    )
    found = pd.concat([lines[CASE_COLUMNS], pairs[CASE_COLUMNS]], ignore_index=True)
    best = found.sort_values(["case", "likelihood_percent"], ascending=[True, False], kind="stable")
    return best.drop_duplicates("case", ignore_index=True)


def together(waves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The cases (:func:`cases`) of earlier waves, the first first: a lead is judged once."""
    found = pd.concat(waves) if waves else pd.DataFrame(columns=CASE_COLUMNS)
    return found.drop_duplicates("case", ignore_index=True)


def by_class(found: pd.DataFrame) -> pd.DataFrame:
    """The stated chance and the share that was pursued, by class and in all (``records.TOTAL``).

    Columns ``CLASS_COLUMNS``, the likeliest class first. ``n_more``: cases that are missing before anything
    is said of a class, whose share and interval are missing till then.
    """
    rows = []
    for name in (*LEAST, TOTAL):
        own = found if name == TOTAL else found[found["likelihood"] == name]
        hits, number = int(own["pursued"].sum()), len(own)
        told = (np.nan, np.nan, np.nan)
        if number >= ENOUGH:
            told = (100 * hits / number, *wilson(hits, number))
        stated = own["likelihood_percent"].mean() if number else np.nan
        rows.append((name, number, hits, stated, *told, max(ENOUGH - number, 0)))
    return pd.DataFrame(rows, columns=CLASS_COLUMNS)


def score(found: pd.DataFrame) -> pd.DataFrame:
    """The Brier score of the chances and that of the base rate, one row: ``SCORE_COLUMNS``."""
    outcome, chance = (found[c].to_numpy(dtype=float) for c in ("pursued", "likelihood_percent"))
    told = (np.nan, np.nan)
    if len(found) >= ENOUGH:
        base = outcome.mean()
        told = (float(np.mean((chance / 100 - outcome) ** 2)), float(base * (1 - base)))
    return pd.DataFrame([(len(found), *told, max(ENOUGH - len(found), 0))], columns=SCORE_COLUMNS)


VERDICTS = {
    "too_few": "Pour juger la vraisemblance, toutes classes ensemble, il manque encore {more}.",
    "no_better": "La vraisemblance n'a pas fait mieux que la même chance pour toutes, sur {n}.",
    "better": "La vraisemblance a fait mieux que la même chance pour toutes, sur {n}.",
}


def verdict(scored: pd.DataFrame) -> str:
    """What scores (:func:`score`) let say, a key of ``VERDICTS``: better than the base rate or not."""
    row = scored.iloc[0]
    if row["n_more"] > 0:
        return "too_few"
    return "better" if row["brier"] < row["brier_base_rate"] else "no_better"
