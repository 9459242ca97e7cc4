"""What answers to proposed exchanges say: a refusal closes, by its reason, until a later answer; a yes opens.

    declined_pair        the last answer of one of its two actors is no
    declined_material    the taker takes no flow of this family
    declined_quality     the taker refused a flow of this family that was sorted at least as well, of the same
                         waste code or called by the same first word
    declined_distance    the taker refused a giver of this family that was no farther, but for a tenth of the
                         way: who finds 20 km too far does not go 19

The last three are lessons: a refusal of the taker itself, for that reason, teaches them of all its exchanges
of the family. An answer about a whole family speaks for each of its flows. A later answer of the same actor
about the same flow, or about the whole family, replaces an earlier one. A lesson lasts until its taker says
yes, or perhaps, to an exchange that it would close; the refused exchange itself then stays closed. A price
closes nothing else, but is recalled beside the other exchanges of the taker and family
(``ask.register``). A giver's reasons, a contract in force or a lack of space say nothing of other
exchanges. An exchange is accepted where the last answer of one of its actors is yes and that of the other is
not no.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.reference.designation_words import heads
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.substitution import REJECTED_COLUMNS

PAIR = "declined_pair"
TEACHES = {"material": "declined_material", "quality": "declined_quality", "too_far": "declined_distance"}
KEYS = ["giver_site_id", "taker_site_id", "category"]
ANSWER_COLUMNS = ["site_id", *KEYS, "answered_flow", "exchange_answer", "refusal_reason", "answer_date"]
LESSON_COLUMNS = [
    "taker_site_id", "giver_site_id", "category", "answered_flow", "refusal_reason", "answer_date", "gate",
    "refused_quality", "refused_km", "refused_kinds",
]  # fmt: skip
ROUNDING = 1e-9
NO_NEARER = 0.9  # of a distance that was refused: an assumption of ours


def lessons(
    answers: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, detour_factor: float
) -> pd.DataFrame:
    """What the answers (``ANSWER_COLUMNS``, any order) teach of their takers.

    Returns
    -------
    pandas.DataFrame
        ``LESSON_COLUMNS``, one row per refusal that teaches. ``refused_quality``: the worst quality among the
        flows that were refused, unknown being mixed; ``refused_km``, by road. Where the giver has no such
        flow any more, or a place is unknown, neither is known and only the exchange itself is closed.
    """
    told = last_answers(answers)
    told = told[told["site_id"] == told["taker_site_id"]]
    places = sites.drop_duplicates("site_id").set_index("site_id")[["latitude", "longitude"]].astype(float)
    ends = [places.reindex(told[end]).to_numpy() for end in ("giver_site_id", "taker_site_id")]
    out = flows[flows["direction"] == "out"]
    asked = told[["giver_site_id", "category", "answered_flow"]].itertuples()
    about = [flows_about(row, out) for row in asked]
    worst = [_worst(flows_) for flows_ in about]
    told = told.assign(
        kinds=pd.Series([frozenset().union(*_kinds(flows_)) for flows_ in about], told.index, dtype="object"),
        gate=told["refusal_reason"].map(TEACHES).where(told["exchange_answer"] == "no"),
        rank=np.array(worst, dtype=float),
        km=detour_factor * haversine_km(*ends[0].T, *ends[1].T),
    )
    taught = told[told["gate"].notna()].reset_index(drop=True)
    taught["lesson"] = taught.index
    again = taught.merge(
        told[told["exchange_answer"] != "no"], on=["taker_site_id", "category"], suffixes=("", "_of")
    )
    again = again[again["answer_date_of"] > again["answer_date"]]
    taken_back = again.loc[
        _closes(
            again["gate"],
            again["rank_of"],
            again["km_of"],
            again["rank"],
            again["km"],
            _alike(again["kinds_of"], again["kinds"]),
        )
    ]
    names = {rank: quality for quality, rank in QUALITY_RANK.items()}
    kept = taught[~taught["lesson"].isin(taken_back["lesson"])]
    return kept.assign(
        refused_quality=kept["rank"].map(names).where(kept["gate"] == TEACHES["quality"]),
        refused_km=kept["km"].where(kept["gate"] == TEACHES["too_far"]),
        refused_kinds=kept["kinds"],
    )[LESSON_COLUMNS].reset_index(drop=True)


def without_declined(
    passed: pd.DataFrame,
    rejected: pd.DataFrame,
    answers: pd.DataFrame,
    taught: pd.DataFrame,
    flows: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``passed`` and ``rejected`` of ``substitution.candidates`` once the refusals have closed theirs.

    ``answers`` and the ``taught`` (:func:`lessons`) close; the first of these gates, in the order of
    ``gates.GATES``, is the one that is named.
    """
    told = speaking(passed, answers, flows)
    shut = [told.loc[told["exchange_answer"] == "no", ["candidate_id"]].assign(gate=PAIR)]
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    quality, kinds = (passed["out_flow_id"].map(each) for each in (about["quality"], _kinds(about)))
    pairs = passed[["candidate_id", *KEYS, "distance_km"]].assign(
        kinds=kinds, rank=quality.map(QUALITY_RANK).astype(float).fillna(QUALITY_RANK["mixed"])
    )
    near = pairs.merge(taught, on=["taker_site_id", "category"], suffixes=("", "_refused"))
    refused = near["refused_quality"].map(QUALITY_RANK).astype(float), near["refused_km"].astype(float)
    alike = _alike(near["kinds"], near["refused_kinds"])
    closes = _closes(near["gate"], near["rank"], near["distance_km"], *refused, alike)
    shut.append(near.loc[closes, ["candidate_id", "gate"]])
    order = {gate: rank for rank, gate in enumerate(GATES)}
    first = pd.concat(shut).sort_values("gate", key=lambda gates: gates.map(order), kind="stable")
    gate = passed["candidate_id"].map(first.drop_duplicates("candidate_id").set_index("candidate_id")["gate"])
    closed = passed.assign(gate=gate)[gate.notna()]
    still = passed[gate.isna()].reset_index(drop=True)
    return still, pd.concat([rejected, closed[REJECTED_COLUMNS]], ignore_index=True)


def speaking(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The last answer of each actor to each exchange that it speaks of: ``candidate_id``, ``KEYS``,
    ``site_id``, ``exchange_answer`` and ``answer_date``."""
    text = flows.drop_duplicates("flow_id").set_index("flow_id")["description"]
    pairs = exchanges[["candidate_id", *KEYS]].assign(text=exchanges["out_flow_id"].map(text).map(_folded))
    told = pairs.merge(answers.assign(answered=answers["answered_flow"].map(_folded)), on=KEYS)
    told = told[told["answered"].isin([""]) | (told["answered"] == told["text"])]
    told = told.sort_values("answer_date", kind="stable")
    last = told.drop_duplicates(["candidate_id", "site_id"], keep="last")
    return last[["candidate_id", *KEYS, "site_id", "exchange_answer", "answer_date"]]


def accepted(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> list[str]:
    """The exchanges, none of them refused, that an actor said yes to, by ``candidate_id``."""
    told = speaking(exchanges, answers, flows)
    return sorted(set(told.loc[told["exchange_answer"] == "yes", "candidate_id"]))


def accepted_on(exchanges: pd.DataFrame, answers: pd.DataFrame, flows: pd.DataFrame) -> dict[str, str]:
    """The day of the last yes to each of the exchanges, by ``candidate_id``."""
    told = speaking(exchanges, answers, flows)
    days = told[told["exchange_answer"] == "yes"].groupby("candidate_id")["answer_date"].max()
    return {str(name): str(day) for name, day in days.items()}


def refused_for_price(answers: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The day of the last refusal of each taker for a price, by taker and family, until it says otherwise."""
    told = last_answers(answers)
    told = told[told["site_id"] == told["taker_site_id"]].sort_values("answer_date", kind="stable")
    keys = ["taker_site_id", "category"]
    refused = told[(told["exchange_answer"] == "no") & (told["refusal_reason"] == "price")]
    last = refused.groupby(keys)["answer_date"].max()
    again = told[told["exchange_answer"] != "no"].groupby(keys)["answer_date"].max().reindex(last.index)
    kept = last[~(again.fillna("") > last)]
    return {(taker, family): day for taker, family, day in kept.reset_index().itertuples(index=False)}


def closing(taught: pd.DataFrame, answers: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """What is closed, to be read: each refusal with its reason and, of a lesson, what it closes besides.

    One row per refusal that stands; ``gate`` is missing where it closes its own exchange alone.
    """
    told = last_answers(answers)
    refused = told[told["exchange_answer"] == "no"].merge(
        taught, how="left", on=[*KEYS, "answered_flow", "refusal_reason", "answer_date"]
    )
    others = rejected[rejected["gate"].isin(list(TEACHES.values()))]
    n_others = others.groupby(["taker_site_id", "category", "gate"]).size()
    keys = pd.MultiIndex.from_frame(refused[["taker_site_id", "category", "gate"]].fillna(""))
    return refused.assign(closed_pairs=pd.Series(keys.map(n_others.to_dict()), dtype=float))


def last_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """The last answer of each actor about each flow, without those that one about the family replaced."""
    told = answers.assign(answered=answers["answered_flow"].map(_folded))
    told = told.sort_values("answer_date", kind="stable").reset_index(drop=True)
    whole = told[told["answered"] == ""].groupby(["site_id", *KEYS])["answer_date"].max().to_dict()
    last = told.drop_duplicates(["site_id", *KEYS, "answered"], keep="last")
    over = pd.MultiIndex.from_frame(last[["site_id", *KEYS]]).map(whole)
    replaced = pd.Series(over, last.index, dtype="object").fillna("") > last["answer_date"]
    return last[~replaced].drop(columns="answered")


def _closes(
    gate: pd.Series,
    rank: pd.Series,
    km: pd.Series,
    refused_rank: pd.Series,
    refused_km: pd.Series,
    alike: np.ndarray,
) -> np.ndarray:
    """Whether a lesson closes an exchange of this quality at this distance; the unknown closes nothing."""
    material, quality = (gate == TEACHES[reason] for reason in ("material", "quality"))
    farther = km >= NO_NEARER * refused_km * (1 - ROUNDING)
    return np.select([material, quality], [True, (rank >= refused_rank) & alike], farther).astype(bool)


def flows_about(refused: tuple, out: pd.DataFrame) -> pd.DataFrame:
    """The flows that an answer was about."""
    _, giver, category, named = refused
    about = out[(out["site_id"] == giver) & (out["category"] == category)]
    return about[about["description"].map(_folded) == _folded(named)] if _folded(named) else about


def _worst(about: pd.DataFrame) -> float:
    """Rank of the worst quality among some flows, NaN where there is none."""
    ranks = about["quality"].map(QUALITY_RANK).fillna(QUALITY_RANK["mixed"])
    return float(ranks.max()) if len(about) else np.nan


def _kinds(flows: pd.DataFrame) -> pd.Series:
    """The waste code of each flow and the first word of each thing it names: panels are no pallets."""
    code = flows.get("waste_code", pd.Series("", flows.index)).astype("str").fillna("").replace("unknown", "")
    named = zip(code, flows["description"].astype("str").fillna(""), strict=True)
    return pd.Series([heads(text) | ({code} - {""}) for code, text in named], flows.index, dtype="object")


def _alike(kinds: pd.Series, others: pd.Series) -> np.ndarray:
    return np.array([not one.isdisjoint(other) for one, other in zip(kinds, others, strict=True)], dtype=bool)


def _folded(text: object) -> str:
    return fold_words(str(text)) if isinstance(text, str) else ""
