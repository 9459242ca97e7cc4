"""The draft of the annex of an agreement: for each micro-project its members, shares, duties and exit.

The articles are rows of ``reference/agreement_articles.csv``, by the rule of decision of the project; what
members have to fill in is left blank in them.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from eit_analysis import reference

MADE_OF = ["project_code", "site_ids", "carrier", "decision_rule", "due_date", "next_decision"]
MONEY = ["project_code", "site_ids", "funding_public_eur", "private_funding_eur", "posts_fte"]
# What the members have to say before they sign.
OPEN = (
    "Quelles quantités chacun apporte-t-il, et à partir de quand ?",
    "Qui avance l’argent, et qui porte le risque d’une perte ?",
    "Quel préavis pour sortir, et que devient ce qui a été acheté ensemble ?",
    "Qui peut entrer, et à quelles conditions ?",
)
CLAUSES = ["clause", "clause_kind", "site_ids", "clause_unit", "clause_target", "clause_state"]


class Agreement(NamedTuple):
    """What the page of one project shows.

    Attributes
    ----------
    heading : tuple
        Its code, its title and its members.
    project, money, clauses : pandas.DataFrame
        One row of ``MADE_OF`` and of ``MONEY``, and its clauses.
    articles : list of tuple
        Heading and text of each article.
    """

    heading: tuple[str, str, list[str]]
    project: pd.DataFrame
    money: pd.DataFrame
    clauses: pd.DataFrame
    articles: list[tuple[str, str]]


def agreements(table: pd.DataFrame, asked: pd.DataFrame) -> list[Agreement]:
    """The draft of each project that study.toml declares; from :func:`governance.projects` and ``clauses``.

    A project that is only a line of the register has no agreement to write yet.
    """
    return [
        Agreement(
            (str(code), str(row["title"].iloc[0]), str(row["site_ids"].iloc[0]).split()),
            row[MADE_OF],
            row[MONEY],
            asked.loc[asked["project_code"] == code, CLAUSES].reset_index(drop=True),
            articles(str(row["decision_rule"].iloc[0])),
        )
        for code, row in table.dropna(subset="decision_rule").groupby("project_code", sort=False)
    ]


def articles(rule: str) -> list[tuple[str, str]]:
    """Heading and text of the articles that go with a rule of decision, in their order."""
    rows = reference.load("agreement_articles")
    chosen = rows[rows["rule"].isna() | (rows["rule"] == rule)]
    return list(zip(chosen["title_fr"], chosen["text_fr"], strict=True))
