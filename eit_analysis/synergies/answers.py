"""What was answered to proposed exchanges, the last word of each actor about each of them.

An answer about a whole family speaks for each of its flows. A later answer of the same actor about the same
flow, or about the whole family, replaces an earlier one. An exchange is accepted where the last answer of one
of its actors is yes and that of the other is not no.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.french import fold_words

KEYS = ["giver_site_id", "taker_site_id", "category"]
ANSWER_COLUMNS = ["site_id", *KEYS, "answered_flow", "exchange_answer", "refusal_reason", "answer_date"]


def speaking(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The last answer of each actor to each exchange that it speaks of: ``candidate_id``, ``KEYS``,
    ``site_id``, ``exchange_answer`` and ``answer_date``."""
    text = flows.drop_duplicates("flow_id").set_index("flow_id")["description"]
    pairs = exchanges[["candidate_id", *KEYS]].assign(text=exchanges["out_flow_id"].map(text).map(folded))
    told = pairs.merge(answers.assign(answered=answers["answered_flow"].map(folded)), on=KEYS)
    told = told[told["answered"].isin([""]) | (told["answered"] == told["text"])]
    told = told.sort_values("answer_date", kind="stable")
    last = told.drop_duplicates(["candidate_id", "site_id"], keep="last")
    return last[["candidate_id", *KEYS, "site_id", "exchange_answer", "answer_date"]]


def refusing(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """What was said of the exchanges that the last answer of one of their actors refuses."""
    told = speaking(exchanges, answers, flows)
    return told[told["exchange_answer"] == "no"]


def not_refused(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The exchanges that the last answer of none of their actors refuses."""
    no = refusing(exchanges, answers, flows)["candidate_id"]
    return exchanges[~exchanges["candidate_id"].isin(no)].reset_index(drop=True)


def accepted(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> list[str]:
    """The exchanges, none of them refused, that an actor said yes to, by ``candidate_id``."""
    told = speaking(exchanges, answers, flows)
    return sorted(set(told.loc[told["exchange_answer"] == "yes", "candidate_id"]))


def accepted_on(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> dict[str, str]:
    """The day of the last yes to each of the exchanges, by ``candidate_id``."""
    told = speaking(exchanges, answers, flows)
    days = told[told["exchange_answer"] == "yes"].groupby("candidate_id")["answer_date"].max()
    return {str(name): str(day) for name, day in days.items()}


def old_yes(exchanges: pd.DataFrame, answers: pd.DataFrame, year: int | None) -> pd.Series:
    """Of the accepted ``exchanges``, the day of the first yes to their family, if of an earlier year."""
    yes = answers[answers["exchange_answer"] == "yes"]
    first = yes.groupby(KEYS)["answer_date"].min().reindex(pd.MultiIndex.from_frame(exchanges[KEYS]))
    days = first.set_axis(exchanges.index).where(exchanges["status"] == "accepted")
    return days.where(days.str[:4].astype(float) < (year or 0))


def awaited(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> dict[str, str]:
    """Of the exchanges that one of their two actors accepted, the other where it has said nothing, by
    ``candidate_id``."""
    told = speaking(exchanges, answers, flows)
    yes = told[told["exchange_answer"] == "yes"].drop_duplicates("candidate_id")
    spoke = told.groupby("candidate_id")["site_id"].agg(set).to_dict()
    silent = {
        str(row.candidate_id): {row.giver_site_id, row.taker_site_id} - spoke[row.candidate_id]
        for row in yes.itertuples(index=False)
    }
    return {name: str(*sites) for name, sites in silent.items() if len(sites) == 1}


def refused_for_price(answers: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The day of the last refusal of each taker for a price, by taker and family, until it says otherwise."""
    told = of_takers(answers).sort_values("answer_date", kind="stable")
    keys = ["taker_site_id", "category"]
    refused = told[(told["exchange_answer"] == "no") & (told["refusal_reason"] == "price")]
    last = refused.groupby(keys)["answer_date"].max()
    again = told[told["exchange_answer"] != "no"].groupby(keys)["answer_date"].max().reindex(last.index)
    kept = last[~(again.fillna("") > last)]
    return {(taker, family): day for taker, family, day in kept.reset_index().itertuples(index=False)}


def last_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """The last answer of each actor about each flow, without those that one about the family replaced."""
    told = answers.assign(answered=answers["answered_flow"].map(folded))
    told = told.sort_values("answer_date", kind="stable").reset_index(drop=True)
    whole = told[told["answered"] == ""].groupby(["site_id", *KEYS])["answer_date"].max().to_dict()
    last = told.drop_duplicates(["site_id", *KEYS, "answered"], keep="last")
    over = pd.MultiIndex.from_frame(last[["site_id", *KEYS]]).map(whole)
    replaced = pd.Series(over, last.index, dtype="object").fillna("") > last["answer_date"]
    return last[~replaced].drop(columns="answered")


def of_takers(answers: pd.DataFrame) -> pd.DataFrame:
    """The last answers of takers about what others give."""
    told = last_answers(answers)
    others = told["giver_site_id"] != told["taker_site_id"]
    return told[others & (told["site_id"] == told["taker_site_id"])]


def flows_about(refused: tuple, out: pd.DataFrame) -> pd.DataFrame:
    """The flows that an answer was about."""
    _, giver, category, named = refused
    about = out[(out["site_id"] == giver) & (out["category"] == category)]
    return about[about["description"].map(folded) == folded(named)] if folded(named) else about


def folded(text: object) -> str:
    return fold_words(str(text)) if isinstance(text, str) else ""
