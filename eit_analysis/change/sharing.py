"""What each member of a group brings and gets of what the group saves, and whether such a sharing would hold.

    marginal_i = v(N) - v(N without i),    contribution share_i = v(N) m_i / sum_j m_j

with m_i = max(marginal_i, 0) and v what each set of members saves, from whatever study reckons it, 0 for one
alone. The contribution share (alternate cost avoided: Tijs and Driessen 1986) stands beside the Shapley value
(`shapley`) and the nucleolus (`nucleolus`): it is the one that a meeting can reckon by hand, and it need not
hold. Share what the best part of a group saves (:func:`best_part`): whoever costs the others more than it
brings has no part of what is saved without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.change.nucleolus import TOLERANCE, core_is_empty, in_core, nucleolus
from eit_analysis.change.shapley import PAIRS, sampled, shapley
from eit_analysis.reference.stages import actors

Values = np.ndarray | Callable[[int], float]
LARGEST = 20  # members: of more, shares would ask for the rounds of five thousand sets and more
LIKE = 0.05  # of an equal share: as near as this is like the others
SHARE_COLUMNS = [
    "site_id", "marginal_eur_per_year", "shapley_share_eur_per_year", "shapley_error_eur_per_year",
    "nucleolus_share_eur_per_year", "contribution_share_eur_per_year", "share_percent", "share_reason",
]  # fmt: skip

LINE_COLUMNS = ["synergy_id", "label", "n_members", *SHARE_COLUMNS]
GROUP_COLUMNS = [
    "synergy_id", "label", "reckoned_site_ids", "n_members", "group_saving_eur_per_year", "core_state",
]  # fmt: skip
MEMBER_COLUMNS = [
    "synergy_id", "title", "realised_eur_per_year", "site_id", "share_percent", "share_reason",
]  # fmt: skip
TOLD_COLUMNS = [
    "synergy_id", "label", "n_members", "site_id", "share_from_percent", "share_to_percent", "share_reason",
]  # fmt: skip
STEP = 5.0  # percent


class Part(NamedTuple):
    """Members of a part of a group, what its own sets save, and what it saves."""

    members: list[str]
    values: Values
    saving_eur_per_year: float


def shares(members: list[str], values: Values, pairs: int = PAIRS, seed: int = 1) -> tuple[pd.DataFrame, str]:
    """How what a group saves could be shared among its members.

    Parameters
    ----------
    members : list of str
        ``site_id`` of each; a set is a whole number whose bit i is set when ``members[i]`` is in it.
    values : numpy.ndarray or callable
        What each set saves, EUR/year: 2^n values in the order of the sets' numbers, for at most
        ``nucleolus.MOST`` members, or a function of a set's number, for more. Where the function is below
        zero the set would do nothing, and counts as 0.
    pairs, seed : int
        Effort of ``shapley.sampled``, for a function.

    Returns
    -------
    shares : pandas.DataFrame
        Columns ``SHARE_COLUMNS``, one row per member in the order given. ``marginal_eur_per_year`` is what
        the group loses if the member leaves, below zero when the others save more without it.
        ``shapley_error_eur_per_year`` is a standard error, missing when the share is exact; the nucleolus is
        missing where only asked sets are known. ``share_percent`` is the Shapley share in percent of the
        saving. ``share_reason`` : see :func:`reason`.
    core_state : str
        As in :func:`of_lines`.

    Raises
    ------
    ValueError
        When the group saves nothing: there is nothing to share; or when values are not those of a game.
    """
    n = len(members)
    whole = (1 << n) - 1
    if not callable(values) and len(values) != whole + 1:
        raise ValueError("a game of n members has 2^n values")

    def value(number: int) -> float:
        saving = values(number) if callable(values) else float(values[number])
        return saving if number == whole else max(saving, 0.0)

    total = value(whole)
    if not total > 0:
        raise ValueError("a group that saves nothing has nothing to share")
    marginal = np.array([total - value(whole ^ 1 << i) for i in range(n)])
    error, settled, state = np.full(n, np.nan), np.full(n, np.nan), "unknown"
    if callable(values):
        fair, error = sampled(value, n, pairs, seed)
    else:
        fair, settled = shapley(values), nucleolus(values)
        state = "none" if core_is_empty(values) else "holds" if in_core(values, fair) else "nucleolus_only"
    brought = np.maximum(marginal, 0.0)
    by_hand = total * (brought / brought.sum() if brought.sum() > TOLERANCE * total else np.full(n, 1 / n))
    percent = 100 * fair / total
    why = [reason(total, n, not callable(values), *each) for each in zip(marginal, fair, strict=True)]
    columns = (members, marginal, fair, error, settled, by_hand, percent, why)
    return pd.DataFrame(dict(zip(SHARE_COLUMNS, columns, strict=True))), state


def of_lines(
    games: Sequence[tuple[str, str, list[str], Values]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The shares of the best part of each group that saves something, and whether they would hold.

    Parameters
    ----------
    games : sequence of tuple
        Of each pooling its identifier and the need that its group answers, then members and values as for
        :func:`shares`.

    Returns
    -------
    shares : pandas.DataFrame
        Columns ``LINE_COLUMNS``, in the order of the games.
    groups : pandas.DataFrame
        Columns ``GROUP_COLUMNS``, one row per game. ``core_state`` is ``holds`` where nobody would save
        more by leaving, ``nucleolus_only`` where that is so of the nucleolus and not of the Shapley value,
        ``none`` where no sharing would hold, ``unknown`` where not every set is known, or, listed without
        shares and with what all members save, below zero where it is: ``no_saving``, and ``too_many`` for
        more than ``LARGEST`` members.
    """
    parts, groups = [], []
    known: dict[int, tuple[pd.DataFrame, list[str], float, str]] = {}
    for code, label, members, values in games:
        if id(values) not in known:  # lines that one group answers have its values in common
            known[id(values)] = _shared(members, values)
        own, kept, saving, state = known[id(values)]
        groups.append((code, label, " ".join(kept), len(kept), saving, state))
        if len(own):
            parts.append((code, label, own))
    if not parts:
        return pd.DataFrame(columns=LINE_COLUMNS), pd.DataFrame(groups, columns=GROUP_COLUMNS)
    codes, labels, each = zip(*parts, strict=True)
    n = [len(own) for own in each]
    of = {"synergy_id": np.repeat(codes, n), "label": np.repeat(labels, n), "n_members": np.repeat(n, n)}
    table = pd.concat(each, ignore_index=True).assign(**of)[LINE_COLUMNS]
    return table, pd.DataFrame(groups, columns=GROUP_COLUMNS)


def of_members(
    games: Sequence[tuple[str, str, list[str], Values]], register: pd.DataFrame, counted: Iterable[str]
) -> pd.DataFrame:
    """The share of each member of a pooling of the register in what its members alone would save.

    Parameters
    ----------
    games : sequence of tuple
        As for :func:`of_lines`, of the register's own members and nobody else.
    register : pandas.DataFrame
        Tidy ``synergy_register``.
    counted : iterable of str
        Actors who do not refuse to be counted.

    Returns
    -------
    pandas.DataFrame
        Columns ``MEMBER_COLUMNS``, one row for each member of a pooling that is not dropped, whose shares to
        one decimal sum to 100.0 %. ``realised_eur_per_year`` is what the register says of the line, which the
        shares are not of. Who has none has the reason: ``not_counted`` (it refuses
        to be), ``not_asked`` (it declared no such need) or ``costs_more`` (the others save more without it).
        Where there is nothing to share among these members, one row of nobody says why: ``no_need`` (no two
        of them declared a need that is priced) or ``no_group`` (they would save nothing).
    """
    table, _ = of_lines(games)
    if len(table):
        table["share_percent"] = table.groupby("synergy_id")["share_percent"].transform(to_a_hundred)
    known = table.set_index(["synergy_id", "site_id"])[["share_percent", "share_reason"]]
    asking = {code: set(members) for code, _, members, _ in games}
    lines = actors(register[(register["kind"] == "pooling") & (register["status"] != "dropped")])
    rows = lines[MEMBER_COLUMNS[:4]].join(known, on=["synergy_id", "site_id"])
    pairs = zip(rows["synergy_id"], rows["site_id"], strict=True)
    asked = np.array([site in asking.get(code, {site}) for code, site in pairs], dtype=bool)
    nothing, priced = ~rows["synergy_id"].isin(table["synergy_id"]), rows["synergy_id"].isin(list(asking))
    refused = ~rows["site_id"].isin(list(counted))
    reasons = ["no_need", "no_group", "not_counted", "not_asked"]
    why = np.select([~priced, nothing, refused, ~asked], reasons, "costs_more")
    without = pd.Series(why, rows.index)
    rows = rows.assign(
        share_reason=rows["share_reason"].fillna(without), site_id=rows["site_id"].mask(nothing, None)
    )
    return rows[~(nothing & rows["synergy_id"].duplicated())].reset_index(drop=True)


def to_a_hundred(percents: pd.Series) -> pd.Series:
    """Percents of a whole to one decimal, so that they still add up to it: the largest remainders go up.

    >>> to_a_hundred(pd.Series([44.96, 10.08, 44.96])).tolist()
    [45.0, 10.0, 45.0]
    """
    tenths = percents.astype(float) * 10
    down = np.floor(tenths)
    rank = (tenths - down).rank(method="first", ascending=False)
    return (down + (rank <= round(tenths.sum() - down.sum()))) / 10


def _shared(members: list[str], values: Values) -> tuple[pd.DataFrame, list[str], float, str]:
    """The shares of one group, whom they are for, what these save, and its state."""
    nothing, whole = pd.DataFrame(columns=SHARE_COLUMNS), (1 << len(members)) - 1
    saving = values(whole) if callable(values) else float(values[whole])
    if callable(values) and len(members) > LARGEST:
        return nothing, members, saving, "too_many"
    best = best_part(members, values)
    if not best.saving_eur_per_year > 0:
        return nothing, members, saving, "no_saving"
    own, state = shares(best.members, best.values)
    return own, best.members, best.saving_eur_per_year, state


def beside(register: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The lines of a register that have a group, of :func:`of_lines`, with the group; columns of both."""
    lines = register[["synergy_id", "title", "site_ids", "realised_eur_per_year"]]
    lines = lines.rename(columns={"site_ids": "registered_site_ids"})
    return lines.merge(groups.drop(columns="n_members"), on="synergy_id")


def told(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """What a member may be told of its shares, from :func:`of_lines`: near enough to agree, too far to solve.

    Between which multiples of ``STEP`` percent the share is, of groups with more than ``least`` others: among
    three others a member that knows the prices of all could bound one. Why is said of that range alone,
    above, below or around an equal share: told that nothing is saved without it, a member would know that
    the others stay below the threshold, and so nearly what they bring together. Columns ``TOLD_COLUMNS``.
    """
    kept = table[table["n_members"] > least + 1]
    low = np.floor(kept["share_percent"].astype(float) / STEP) * STEP
    equal = 100 / kept["n_members"].astype(float)
    why = np.select([low > equal, low + STEP < equal], ["brings_more", "brings_less"], "like_the_others")
    told = kept.assign(share_from_percent=low, share_to_percent=low + STEP, share_reason=why)
    return told[TOLD_COLUMNS].reset_index(drop=True)


def reason(total: float, n: int, every: bool, marginal: float, share: float) -> str:
    """Why a member gets its Shapley share: a code, the first of these that is true of the game.

    ``costs_more`` (the others save more without it), ``indispensable`` (nothing is saved without it, which
    only those know who know all sets: ``every``),
    ``adds_nothing`` (nothing is lost without it, and its share is nothing), ``replaceable`` (nothing is lost
    without it, though it counts in smaller sets), ``brings_more``, ``brings_less`` or ``like_the_others``
    (what it adds on average is above, below, or within ``LIKE`` of an equal share).
    """
    near, equal = TOLERANCE * total, total / n
    if marginal < -near:
        return "costs_more"
    if every and marginal >= total - near:
        return "indispensable"
    if marginal <= near:
        return "adds_nothing" if abs(share) <= near else "replaceable"
    if abs(share - equal) <= LIKE * equal:
        return "like_the_others"
    return "brings_more" if share > equal else "brings_less"


def best_part(members: list[str], values: Values) -> Part:
    """The part of a group that saves most; the group itself when none does better, nobody when none saves.

    Members outside cost the others more than they bring. Of parts that save the same, the smallest, then the
    first in order. Where only asked sets are known, members leave one by one, each time whoever costs the
    others most, until nobody does: another part may save still more.
    """
    whole = (1 << len(members)) - 1
    if callable(values):
        part, saving = whole, values(whole)
        while smaller := [part ^ 1 << i for i in range(len(members)) if part >> i & 1]:
            tried = [values(number) for number in smaller]
            if not max(tried) > saving + TOLERANCE * abs(saving):
                break
            part, saving = smaller[int(np.argmax(tried))], max(tried)
    else:
        saving = float(values.max())
        as_good = np.flatnonzero(values >= saving - TOLERANCE * np.abs(values).max())
        part = whole if whole in as_good else int(as_good[np.argmin(np.bitwise_count(as_good))])
    kept = [i for i in range(len(members)) if part >> i & 1]
    names = [members[i] for i in kept]
    if callable(values):
        return Part(names, lambda number: values(_among(kept, number)), saving)
    return Part(names, values[[_among(kept, number) for number in range(1 << len(kept))]], saving)


def _among(kept: list[int], number: int) -> int:
    """The number, in the whole group, of a set of a part of it."""
    return sum(1 << i for bit, i in enumerate(kept) if number >> bit & 1)
