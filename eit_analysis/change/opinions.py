"""What respondents think of the change, by dimension, role and size; and what is fragile.

    share of a class = respondents of the class / respondents of the same dimension and group

Outside the team opinions are given by groups that no answer can be read from: of enough people, each class of
enough actors, and never all of one mind but for one person, or for one actor. Other groups are put together,
so that all are told and their sum is no secret. Groups of one kind alone, roles: crossed with sizes, they
would tell of one person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.change.answers import (
    CLASSES,
    DIMENSIONS,
    GROUPS,
    RESPONDENT,
    coded,
    each_group,
    n_asked,
    with_groups,
)
from eit_analysis.errors import UsageError
from eit_analysis.records import Share, cell_columns
from eit_analysis.reference.sizes import SIZES

LEAST = 5  # people: of fewer, one answer alone makes a share small or large
DISSENT = 2  # people of another class: one alone would know what all the others answered
MEDIAN_KEYS = ["readiness_dimension", *GROUPS]
MEDIAN_COLUMNS = ["n_respondents", "n_sites", "median_score", "median_low95", "median_high95"]


def distribution(people: pd.DataFrame, by: str = "") -> Breakdown:
    """Respondents of each class of agreement, by dimension and perhaps by role or size class.

    From :func:`answers.respondents`, grouped by :func:`grouped` where few may be read.

    Raises
    ------
    UsageError
        When ``by`` is no group of respondents.
    """
    if by and by not in GROUPS:
        raise UsageError(f"« {by} » ne groupe pas les répondants\u00a0: écrivez {' ou '.join(GROUPS)}.")
    keys = ["readiness_dimension", *([by] if by else []), "opinion"]
    cells = cell_columns(people)
    records = people[["site_id", *keys, *cells]].assign(respondents=1.0)
    names = [*dict.fromkeys([*SIZES, *sorted(people[by])])] if by else []
    whole = pd.MultiIndex.from_product([DIMENSIONS, *([names] if by else []), CLASSES], names=keys)
    counts = records.groupby(keys)["respondents"].sum().reindex(whole, fill_value=0.0).reset_index()
    within = keys[:-1]
    asked = counts.groupby(within)["respondents"].transform("sum")
    counts["share_percent"] = 100 * counts["respondents"] / asked
    frame = counts[asked > 0].reset_index(drop=True)
    return Breakdown(
        frame,
        keys,
        records,
        "respondents",
        answers=True,
        shares={"share_percent": Share(within=tuple(within))},
    )


def grouped(people: pd.DataFrame, by: str, minimum_people: int = 5, minimum_sites: int = 3) -> pd.DataFrame:
    """Respondents whose small or like-minded groups are one, nobody at all where even all together are.

    A dimension is left out where the answer of one person could be read from that of all, and where all of
    its groups would be one.
    """
    kept = []
    for _, own in people.groupby("readiness_dimension", sort=False):
        if _closed(own, minimum_people, minimum_sites):
            continue
        group = _together(own, by, minimum_people, minimum_sites) if by else None
        if group is None or not (group == GROUPS[by]).all():
            kept.append(own if group is None else own.assign(**{by: group}))
    return pd.concat(kept) if kept else people.head(0)


def _together(people: pd.DataFrame, by: str, minimum_people: int, minimum_sites: int) -> pd.Series:
    """The group of each respondent of one dimension, none of them closed."""
    group = people[by].astype(str)
    while True:
        sizes = group.value_counts(sort=False)
        closed = [
            name for name in sizes.index if _closed(people[group == name], minimum_people, minimum_sites)
        ]
        if not closed:
            return group
        if closed == [GROUPS[by]] or len(sizes) == 1:
            # What is left alone needs one more: the smallest of the others.
            closed.append(sizes.drop(closed).sort_index().idxmin())
        group = group.where(~group.isin(closed), GROUPS[by])


def _closed(people: pd.DataFrame, minimum_people: int, minimum_sites: int) -> bool:
    """Whether an answer could be read from the counts of a group, by one of its people or actors."""
    if not minimum_people:
        return False
    of_class = people["opinion"].value_counts()
    sites = people.groupby(["site_id", "opinion"]).size().unstack(fill_value=0)
    elsewhere = (of_class - sites > 0).sum(axis=1)
    few = len(people) < minimum_people or len(of_class) < len(CLASSES)
    few |= (sites > 0).sum().min() < minimum_sites  # a class that is withheld is the rest of the others
    return bool(few or len(people) - of_class.max() < DISSENT or (elsewhere < 2).any())


def fragile(people: pd.DataFrame, below_percent: float = 50) -> Breakdown:
    """The dimensions on which fewer than half agree, the least agreed first, with what answers each.

    Nothing is said of one on which fewer than `LEAST` people have an opinion.
    The action, who carries it and its next step are those of ``reference/readiness_actions.csv``.
    """
    cells = cell_columns(people)
    records = people[["site_id", "readiness_dimension", "opinion", *cells]]
    records = records.assign(agreeing=(records["opinion"] == "agree").astype(float), n_asked=1.0)
    frame = records.groupby("readiness_dimension")[["agreeing", "n_asked"]].sum().reindex([*DIMENSIONS])
    frame = frame[frame["n_asked"] >= LEAST]
    frame["agree_percent"] = 100 * frame["agreeing"] / frame.pop("n_asked")
    weak = frame[frame["agree_percent"] < below_percent]
    weak = weak.sort_values("agree_percent", kind="stable").reset_index()
    weak = weak.merge(reference.load("readiness_actions"), on="readiness_dimension")
    shares = {"agree_percent": Share(within=("readiness_dimension",), of="n_asked")}
    return Breakdown(weak, ["readiness_dimension"], records, "agreeing", answers=True, shares=shares)


def all_told(people: pd.DataFrame, told: pd.DataFrame) -> bool:
    """Whether those ``told`` (:func:`grouped`) are of several dimensions, all of those that people answered.

    Only then is one of them the least agreed.
    """
    dimensions = set(told["readiness_dimension"])
    return len(dimensions) > 1 and dimensions == set(people["readiness_dimension"])


def medians(people: pd.DataFrame, draws: int = 2000, seed: int = 1) -> pd.DataFrame:
    """The median score of each dimension, then by role and by size, with its bootstrap interval at 95 %.

    Actors are drawn with replacement, each with all its respondents: colleagues think alike (Davison and
    Hinkley 1997, section 3.8). Percentiles of the medians drawn.

    Returns
    -------
    pandas.DataFrame
        ``MEDIAN_KEYS``, ``TOTAL`` where all roles or sizes are together, and ``MEDIAN_COLUMNS``; bounds are
        missing below three actors.
    """
    rows = []
    for group, everybody in each_group(people):
        for dimension, own in everybody.groupby("readiness_dimension", sort=False):
            about = (len(own), own["site_id"].nunique(), float(own["score"].median()))
            rows.append((dimension, *group, *about, *_interval(_middle, own, own["score"], draws, seed)))
    return pd.DataFrame(rows, columns=[*MEDIAN_KEYS, *MEDIAN_COLUMNS])


def agreeing_interval(people: pd.DataFrame, draws: int = 2000, seed: int = 1) -> tuple[float, float]:
    """The bootstrap interval at 95 % of the share of people who agree, in percent, drawn as for medians."""
    return _interval(_mean, people, 100.0 * (people["opinion"] == "agree"), draws, seed)


def _interval(
    of: Callable[[np.ndarray, np.ndarray], np.ndarray],
    people: pd.DataFrame,
    each: pd.Series,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """The 95 % of a statistic of what each respondent has, actors drawn; missing below three of them."""
    site, names = pd.factorize(people["site_id"])
    if len(names) < 3:
        return np.nan, np.nan
    values, place = np.unique(each.to_numpy(dtype=float), return_inverse=True)
    given = np.zeros((len(names), len(values)))
    np.add.at(given, (site, place), 1)
    low, high = np.percentile(of(values, _drawn(len(names), draws, seed) @ given), [2.5, 97.5])
    return float(low), float(high)


def _mean(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return counts @ values / counts.sum(axis=1)


def _middle(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The median of each draw, from how many people have each value; shape (draws, values)."""
    up_to = counts.cumsum(axis=1)
    middle = [(up_to > (up_to[:, [-1]] - one) // 2).argmax(axis=1) for one in (1, 0)]
    return values[middle].mean(axis=0)


@lru_cache(maxsize=32)
def _drawn(n: int, draws: int, seed: int) -> np.ndarray:
    """Shape (draws, n): how often each of n actors is drawn, in n draws with replacement."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)


def by_item(readiness: pd.DataFrame) -> pd.DataFrame:
    """For each statement, who answered it, and the share that answered 4 or 5, in the order of the list."""
    answers = coded(readiness).dropna(subset=["item_code", "answer"])
    table = answers.groupby(["readiness_dimension", "item_code"])["answer"].agg(
        n_respondents="count", agree_percent=lambda column: 100 * (column >= 4).mean()
    )
    rank = {code: i for i, code in enumerate(reference.load("readiness_items")["code"])}
    rows = table.reset_index()
    return rows.iloc[rows["item_code"].map(rank).argsort()].reset_index(drop=True)


def response(readiness: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """For each dimension the share of statements asked that got no answer, in all, by role and by size.

    Everybody who answered a statement of the list was asked all those of the wave.
    """
    answers = with_groups(readiness, sites).dropna(subset=["readiness_dimension", "answer"])
    items, whose = n_asked(readiness), [*RESPONDENT, "size_class"]
    once = answers.drop_duplicates([*RESPONDENT, "item_code"])
    counts = once.groupby([*whose, "readiness_dimension"]).size().unstack(fill_value=0).reset_index()
    rows = [
        (dimension, *group, items[dimension], len(own), 100 * (1 - own[dimension].mean() / items[dimension]))
        for group, own in each_group(counts)
        for dimension in DIMENSIONS
        if dimension in items
    ]
    return pd.DataFrame(rows, columns=[*MEDIAN_KEYS, "n_items", "n_asked", "unanswered_percent"])
