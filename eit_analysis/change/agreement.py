"""The draft of the annex of an agreement: for each micro-project its members, shares, duties and exit.

The articles are rows of ``reference/agreement_articles.csv``, by the rule of decision of the project; what
members have to fill in is left blank in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from eit_analysis import reference
from eit_analysis.config_change import Project
from eit_analysis.reference.stages import among

MADE_OF = ["project_code", "carrier", "decision_rule", "due_date", "due_state", "next_decision", "members"]
HEADED = ["project_code", "title", "site_ids", "decision_rule"]
MONEY = ["project_code", "funding_public_eur"]
CLAUSES = ["clause", "clause_kind", "clause_unit", "clause_target", "clause_state"]
SHARES = ["synergy_id", "realised_eur_per_year", "site_id", "share_percent", "share_reason"]
# What the members have to say before they sign.
OPEN = (
    "Quelles quantités chacun apporte-t-il, et à partir de quand ?",
    "Qui avance l’argent, et qui porte le risque d’une perte ?",
    "Quel préavis pour sortir, et que devient ce qui a été acheté ensemble ?",
    "Qui peut entrer, et à quelles conditions ?",
    "Qui signe pour chaque membre : nom, fonction, date, signature ?",
)


class Agreement(NamedTuple):
    """What the page of one project shows.

    Attributes
    ----------
    heading : tuple
        Its code, its title and its members.
    project, money, clauses, shares : pandas.DataFrame
        One row of ``MADE_OF`` and of ``MONEY``, its clauses, and the share of each member of its poolings in
        what these members would save, or why it has none.
    shared : str
        What these shares are of, and the titles of the poolings: the table has their codes, for its width.
        Without any, what is missing.
    articles : list of str
        Heading and text of each article.
    """

    heading: tuple[str, str, list[str]]
    project: pd.DataFrame
    money: pd.DataFrame
    clauses: pd.DataFrame
    shares: pd.DataFrame
    shared: str
    articles: list[str]


def agreements(
    declared: Sequence[Project],
    table: pd.DataFrame,
    asked: pd.DataFrame,
    shares: pd.DataFrame,
    member: str | None = None,
) -> list[Agreement]:
    """The draft of each project that study.toml declares; of those of one ``member``, where it is given.

    A project that is only a line of the register has no agreement to write yet. ``table`` is from
    :func:`governance.projects`, ``asked`` from :func:`clauses.clauses`, ``shares`` from
    :func:`sharing.of_members`.
    """
    pairs = [(project.code, line) for project in declared for line in project.synergies]
    lines = pd.DataFrame(pairs, columns=["project_code", "synergy_id"], dtype=object)
    ruled = table.dropna(subset="decision_rule")
    if member is not None:
        ruled = ruled[among(ruled, member)]
    ruled = ruled.reset_index(drop=True)
    own = shares.merge(lines, on="synergy_id")
    terms, split = (
        {code: rows.reset_index(drop=True) for code, rows in every.groupby("project_code")[columns]}
        for every, columns in ((asked, CLAUSES), (own, SHARES))
    )
    of_lines = own.drop_duplicates(["project_code", "synergy_id"])
    of_lines = of_lines.assign(called=of_lines["synergy_id"] + "\u00a0: " + of_lines["title"] + ".")
    called = of_lines.groupby("project_code")["called"].agg(list).to_dict()
    texts = {rule: articles(rule) for rule in ruled["decision_rule"].astype(str).unique()}
    facts, money = ruled.assign(members=ruled["site_ids"])[MADE_OF], ruled[MONEY]
    shared, missing = (reference.sentence(f"shares_{name}") for name in ("of_members", "missing"))
    no_clause, no_share = asked[CLAUSES][:0], shares[SHARES][:0]
    named = zip(*(ruled[name].astype(str) for name in HEADED), strict=True)
    return [
        Agreement(
            (code, title, site_ids.split()),
            facts[row : row + 1],
            money[row : row + 1],
            terms.get(code, no_clause),
            split.get(code, no_share),
            " ".join([shared, *called[code]]) if code in called else missing,
            texts[rule],
        )
        for row, (code, title, site_ids, rule) in enumerate(named)
    ]


def articles(rule: str) -> list[str]:
    """The articles that go with a rule of decision, in their order."""
    rows = reference.load("agreement_articles")
    chosen = rows[rows["rule"].isna() | (rows["rule"] == rule)]
    return [f"{title}. {text}" for title, text in zip(chosen["title_fr"], chosen["text_fr"], strict=True)]
