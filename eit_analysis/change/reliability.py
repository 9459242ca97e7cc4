"""Whether the statements of a dimension measure one thing.

    alpha = k / (k - 1) * (1 - sum_i var(x_i) / var(sum_i x_i))          (Cronbach 1951)
    item-rest = correlation of an item with the sum of the others

for k statements over the respondents who answered all of them. Sources: Cronbach, Psychometrika 16 (1951);
Bland and Altman, BMJ 314 (1997), 572.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.change.answers import DIMENSIONS, GROUPS, RESPONDENT, each_group, with_groups

LEAST = 10  # respondents: with fewer, alpha may be anything
COLUMNS = [
    "readiness_dimension", *GROUPS, "n_respondents", "alpha", "item_code", "item_rest_correlation",
]  # fmt: skip


def cronbach_alpha(answers: pd.DataFrame) -> float:
    """The alpha of a table of one row for each respondent and one column for each statement.

    Missing with fewer than two statements, or where all sums are equal.
    """
    values = answers.dropna().to_numpy(dtype=float)
    k = values.shape[1]
    if k < 2 or len(values) < 2:
        return np.nan
    whole = values.sum(axis=1).var(ddof=1)
    return float(k / (k - 1) * (1 - values.var(axis=0, ddof=1).sum() / whole)) if whole > 0 else np.nan


def item_rest(answers: pd.DataFrame) -> pd.Series:
    """The correlation of each statement with the sum of the others, missing where one of both is constant."""
    complete = answers.dropna().astype(float)
    rest = complete.rsub(complete.sum(axis=1), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return complete.corrwith(rest)


def reliability(readiness: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Alpha of each dimension and item-rest of each statement, of all respondents, then by role and by size.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``; ``n_respondents`` answered all statements of the dimension. Of a group with fewer
        than ``LEAST`` of them, one row tells their number and nothing else.
    """
    answers = with_groups(readiness, sites).dropna(subset=["item_code"])
    whose = [*RESPONDENT, "size_class"]
    rows: list[tuple] = []
    for dimension in DIMENSIONS:
        own = answers[answers["readiness_dimension"] == dimension]
        wide = own.pivot_table(index=whose, columns="item_code", values="answer", aggfunc="mean")
        for group, people in each_group(wide.dropna().reset_index()):
            values, about = people[wide.columns], (dimension, *group, len(people))
            rest = item_rest(values).items() if len(people) >= LEAST else [(None, np.nan)]
            alpha = cronbach_alpha(values) if len(people) >= LEAST else np.nan
            rows += [(*about, alpha, code, each) for code, each in rest]
    return pd.DataFrame(rows, columns=COLUMNS)
