"""What refusals of proposed exchanges close, each by its reason, until a later answer (:mod:`answers`).

    declined_pair        the last answer of one of its two actors is no
    declined_material    the taker takes no such matter (waste code, or designation), of whatever giver;
                         of a refusal that names no flow, no flow of this family
    declined_quality     the taker refused a flow of this family that was sorted at least as well, of the same
                         waste code or called by the same first word
    declined_distance    the taker refused a giver of this family that was no farther, but for a tenth of the
                         way: who finds 20 km too far does not go 19

The last three are lessons: a refusal of the taker itself, for that reason, teaches them of its exchanges of
the family. One of a firm at home is none: it takes from others what it does not reuse. A lesson lasts until
its taker says yes, or perhaps, to an exchange that it would close; the refused exchange itself then stays
closed. A price closes nothing else, but is recalled beside the other exchanges of the taker and family
(``ask.register``). A giver's reasons, a contract in force or a lack of space say nothing of other exchanges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.records import TOTAL
from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.reference.designation_words import heads
from eit_analysis.reference.distance import haversine_km
from eit_analysis.synergies.answers import KEYS, flows_about, folded, last_answers, of_takers, refusing
from eit_analysis.synergies.gates import GATES
from eit_analysis.synergies.register.meeting import BETWEEN
from eit_analysis.synergies.substitution import REJECTED_COLUMNS

PAIR = "declined_pair"
TEACHES = {"material": "declined_material", "quality": "declined_quality", "too_far": "declined_distance"}
LESSON_COLUMNS = [
    "taker_site_id", "giver_site_id", "category", "answered_flow", "refusal_reason", "answer_date", "gate",
    "refused_quality", "refused_km", "refused_kinds", "refused_matter",
]  # fmt: skip
ROUNDING = 1e-9
ACCEPTED = [
    "exchange_site_ids", "output_description", "allocated_t_per_year", "joint_surplus_eur_per_year",
]  # fmt: skip
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
    told = of_takers(answers)
    places = sites.drop_duplicates("site_id").set_index("site_id")[["latitude", "longitude"]].astype(float)
    ends = [places.reindex(told[end]).to_numpy() for end in ("giver_site_id", "taker_site_id")]
    out = flows[flows["direction"] == "out"]
    asked = told[["giver_site_id", "category", "answered_flow"]].itertuples()
    about = [flows_about(row, out) for row in asked]
    worst = [_worst(flows_) for flows_ in about]
    told = told.assign(
        kinds=_any_of(map(_kinds, about), told.index),
        matter=_any_of(map(_matter, about), told.index),
        gate=told["refusal_reason"].map(TEACHES).where(told["exchange_answer"] == "no"),
        rank=np.array(worst, dtype=float),
        km=detour_factor * haversine_km(*ends[0].T, *ends[1].T),
    )
    taught = told[told["gate"].notna()].reset_index(drop=True)
    named = zip(taught["matter"], taught["answered_flow"].map(folded), strict=True)
    of_family = [matter if flow else None for matter, flow in named]
    taught = taught.assign(lesson=taught.index, matter=pd.Series(of_family, taught.index, dtype="object"))
    again = taught.merge(
        told[told["exchange_answer"] != "no"], on=["taker_site_id", "category"], suffixes=("", "_of")
    )
    again = again[again["answer_date_of"] > again["answer_date"]]
    taken_back = again.loc[
        _closes(again, again["rank_of"], again["km_of"], again["kinds_of"], again["matter_of"])
    ]
    names = {rank: quality for quality, rank in QUALITY_RANK.items()}
    kept = taught[~taught["lesson"].isin(taken_back["lesson"])]
    return kept.assign(
        refused_quality=kept["rank"].map(names).where(kept["gate"] == TEACHES["quality"]),
        refused_km=kept["km"].where(kept["gate"] == TEACHES["too_far"]),
        refused_kinds=kept["kinds"],
        refused_matter=kept["matter"],
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
    shut = [refusing(passed, answers, flows).assign(gate=PAIR), _closed(passed, taught, flows)]
    shut = [part[["candidate_id", "gate"]] for part in shut]
    order = {gate: rank for rank, gate in enumerate(GATES)}
    first = pd.concat(shut).sort_values("gate", key=lambda gates: gates.map(order), kind="stable")
    gate = passed["candidate_id"].map(first.drop_duplicates("candidate_id").set_index("candidate_id")["gate"])
    closed = passed.assign(gate=gate)[gate.notna()]
    still = passed[gate.isna()].reset_index(drop=True)
    return still, pd.concat([rejected, closed[REJECTED_COLUMNS]], ignore_index=True)


def closing(
    taught: pd.DataFrame,
    answers: pd.DataFrame,
    passed: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
) -> pd.DataFrame:
    """What is closed, to be read: each refusal with its reason and, of a lesson, what it closes besides.

    One row per refusal that stands; ``gate`` is missing where it closes its own exchange alone. Of the pairs
    that ``passed`` before any answer, ``closed_pairs`` counts those of a lesson that nobody refused
    themselves, and ``closed_flows`` names their flows, each with its giver and its taker.
    """
    told = last_answers(answers)
    refused = told[told["exchange_answer"] == "no"].merge(
        taught.assign(lesson=taught.index),
        how="left",
        on=[*KEYS, "answered_flow", "refusal_reason", "answer_date"],
    )
    others = _closed(passed, taught, flows)
    others = others[~others["candidate_id"].isin(refusing(passed, answers, flows)["candidate_id"])]
    what = others["out_flow_id"].map(flows.drop_duplicates("flow_id").set_index("flow_id")["description"])
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"]
    giver, taker = (others[side].map(names) for side in KEYS[:2])
    named = (what + " (" + giver + ", " + taker + ")").groupby(others["lesson"])
    counts = others.groupby("lesson").size().reindex(taught.index, fill_value=0)
    return refused.assign(
        closed_pairs=refused["lesson"].map(counts).astype(float),
        closed_flows=refused["lesson"].map(named.agg(lambda each: BETWEEN.join(dict.fromkeys(each)))),
    )


def in_brief(agreed: pd.DataFrame, refusals: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """How many exchanges were accepted and refused, which, and what the refusals close, each flow once.

    One row, of ``Assessment.agreed`` and ``.refusals``. Of what was accepted the joint plan may hold nothing:
    who said yes is named all the same, with the gain for which. Who does not take back his own is no refusal.
    """
    names = sites.drop_duplicates("site_id").set_index("site_id")["name"]
    accepted = [
        f"{what} ({', '.join(names.reindex(pair.split()).dropna())}"
        + f", non retenu, gain commun {french.short(gain)}\u00a0€/an" * (tonnes == 0)
        + ")"
        for pair, what, tonnes, gain in agreed[ACCEPTED].itertuples(index=False)
    ]
    refused = refusals[refusals["giver_site_id"] != refusals["taker_site_id"]]
    refused = refused.drop_duplicates([*KEYS, "answered_flow"])
    closed = dict.fromkeys(BETWEEN.join(refusals["closed_flows"].dropna()).split(BETWEEN))
    told = {"n_accepted": len(agreed), "accepted_flows": BETWEEN.join(accepted) or "aucun"}
    told["n_refused"] = len(refused)
    return pd.DataFrame([{"category": TOTAL, **told, "closed_flows": BETWEEN.join(closed) or "aucun autre"}])


def _closed(passed: pd.DataFrame, taught: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Each exchange beside each ``lesson`` (a label of ``taught``) that closes it, and its ``gate``."""
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    quality, kinds, matter = (
        passed["out_flow_id"].map(each) for each in (about["quality"], _kinds(about), _matter(about))
    )
    pairs = passed[["candidate_id", "out_flow_id", *KEYS, "distance_km"]].assign(
        own_kinds=kinds,
        own_matter=matter,
        own_rank=quality.map(QUALITY_RANK).astype(float).fillna(QUALITY_RANK["mixed"]),
    )
    lessons_ = taught.assign(
        lesson=taught.index,
        rank=taught["refused_quality"].map(QUALITY_RANK).astype(float),
        km=taught["refused_km"].astype(float),
        kinds=taught["refused_kinds"],
        matter=taught["refused_matter"],
    )
    near = pairs.merge(lessons_, on=["taker_site_id", "category"], suffixes=("", "_refused"))
    return near[_closes(near, near["own_rank"], near["distance_km"], near["own_kinds"], near["own_matter"])]


def _closes(
    lesson: pd.DataFrame, rank: pd.Series, km: pd.Series, kinds: pd.Series, matter: pd.Series
) -> np.ndarray:
    """Whether each lesson (``gate, rank, km, kinds, matter``) closes an exchange of such a flow, so far away.

    The unknown closes nothing.
    """
    material, quality = (lesson["gate"] == TEACHES[reason] for reason in ("material", "quality"))
    no_better = (rank >= lesson["rank"]) & _shared(kinds, lesson["kinds"])
    no_nearer = km >= NO_NEARER * lesson["km"] * (1 - ROUNDING)
    same = _shared(matter, lesson["matter"])
    return np.select([material, quality], [same, no_better], no_nearer).astype(bool)


def _worst(about: pd.DataFrame) -> float:
    """Rank of the worst quality among some flows, NaN where there is none."""
    ranks = about["quality"].map(QUALITY_RANK).fillna(QUALITY_RANK["mixed"])
    return float(ranks.max()) if len(about) else np.nan


def _kinds(flows: pd.DataFrame) -> pd.Series:
    """The waste code of each flow and the first word of each thing it names: panels are no pallets."""
    return _told_of(flows, heads)


def _matter(flows: pd.DataFrame) -> pd.Series:
    """The waste code of each flow and its designation: either tells that it is the same matter."""
    return _told_of(flows, lambda text: frozenset({folded(text)} - {""}))


def _told_of(flows: pd.DataFrame, read: Callable[[str], frozenset[str]]) -> pd.Series:
    code = flows.get("waste_code", pd.Series("", flows.index)).astype("str").fillna("").replace("unknown", "")
    named = zip(code, flows["description"].astype("str").fillna(""), strict=True)
    return pd.Series([read(text) | ({code} - {""}) for code, text in named], flows.index, dtype="object")


def _any_of(told: Iterable[pd.Series], index: pd.Index) -> pd.Series:
    return pd.Series([frozenset().union(*each) for each in told], index, dtype="object")


def _shared(told: pd.Series, refused: pd.Series) -> np.ndarray:
    """Whether a flow has anything of what was refused; None is refused whole."""
    both = zip(told, refused, strict=True)
    return np.array([no is None or not one.isdisjoint(no) for one, no in both], dtype=bool)
