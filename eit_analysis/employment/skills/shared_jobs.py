"""Shared jobs: part-time needs of several firms packed into posts (*groupement d'employeurs*).

    F = 35 × 52 / 12 = 151.67 h/month        full time (Code du travail, art. L3121-27)
    s F ≤ Σ_{i∈P} h_im ≤ F                   hours of the firms of a post P, in every month it works

A need is what one firm asks of one occupation. It goes whole to one post: a firm works with one person, and
no hour is used twice. A firm more never lowers the hours placed, as long as
`SharedJobs.status` is ``optimal``.

A *groupement d'employeurs* hires and lends its employees to its members alone, without profit; its members
answer together for its debts to employees and social funds (Code du travail, art. L1253-1 and L1253-8). The
law sets neither a least share of full time nor a number of firms a post, but a part-time contract is of 24 h
a week, 0.69 of full time, or more, unless an agreement of the branch or the employee asks less (art. L3123-7
and L3123-27). Share, firms a post and reach are therefore the study's own: *hypothèses du projet*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.skills.post_packing import Packing, Rules, pack
from eit_analysis.employment.workforce import occupation_names
from eit_analysis.french import short
from eit_analysis.reference.distance import road_km

FULL_TIME_H_PER_MONTH = 151.67  # as payslips write it: 151.67 declared is no more than full time
MONTHS = range(1, 13)
MOST_SITES = 6
NEED = ["occupation", "site_id"]
POST_COLUMNS = [
    "post_id", "occupation", "site_id", "skills_shared", "hours_per_month", "share_of_full_time_percent",
    "post_share_percent", "post_months", "post_span_km", "members"
]  # fmt: skip
UNMET_COLUMNS = ["occupation", "site_id", "skills_shared", "hours_per_month", "unmet_reason"]


@dataclass(frozen=True)
class SharedJobs:
    """The posts found.

    Attributes
    ----------
    posts : DataFrame
        ``POST_COLUMNS``, a row for each firm of a post: its hours, averaged over the months that the post
        works, and their share of full time; then, of the whole post, the share of full time in its emptiest
        month, its months, the longest road between two of its firms and their ids. A listing is of its
        ``members``: what a post of two needs, less one's own hours, is what the other declared.
    unmet : DataFrame
        ``UNMET_COLUMNS``: the needs in no post, with the first reason that holds, a code of ``labels.csv``.
    placed_h_per_year, wanted_h_per_year, bound_h_per_year : float
        Hours placed, hours asked for, and hours that no plan exceeds.
    status : str
        ``optimal``; ``node_limit`` when a search was cut short;
        ``areas`` when an occupation has too many needs to try all sets, and was parted into areas.
    """

    posts: pd.DataFrame
    unmet: pd.DataFrame
    placed_h_per_year: float
    wanted_h_per_year: float
    bound_h_per_year: float
    status: str


def monthly_needs(skills: pd.DataFrame, occupation_labels: dict[str, str]) -> pd.DataFrame:
    """What the firms declared, the same every month: ``site_id, occupation, skill, month, hours``.

    Without a ROME code, the skill is an occupation of its own.
    """
    rows = skills[skills["shared_need_h_per_month"] > 0]
    named = occupation_names(rows["rome_code"], occupation_labels)
    rows = rows.assign(occupation=named.fillna(rows["skill"]), hours=rows["shared_need_h_per_month"])
    kept = rows[["site_id", "occupation", "skill", "hours"]]
    return kept.merge(pd.DataFrame({"month": list(MONTHS)}), how="cross")


def share_jobs(
    needs: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    radius_km: float,
    detour_factor: float,
    minimum_share: float = 0.8,
    maximum_sites: int = 4,
    node_limit: int = 200,
) -> SharedJobs:
    """The posts that place most hours, then the most posts, hence fewest firms each.

    Parameters
    ----------
    needs : DataFrame
        ``site_id, occupation, skill, month`` (1 to 12), ``hours``. What a firm asks of an occupation adds
        up.
    sites : DataFrame
        ``site_id, latitude, longitude``. A site without a position is in no post.
    radius_km, detour_factor : float
        Longest road between two firms of a post, and what a road is to the great circle.
    minimum_share : float
        Least share of full time of a post in a month it works, in ]0, 1].
    maximum_sites : int
        Most firms of a post, from 2 to 6: beyond, there are too many sets of firms to list.
    node_limit : int
        Most nodes of each search.

    Raises
    ------
    ValueError
        Hours negative or not finite, a month out of 1 to 12, a share or a number of firms out of its range.
    """
    if not (0 < minimum_share <= 1 and 2 <= maximum_sites <= MOST_SITES):
        raise ValueError(
            f"minimum_share in ]0, 1], maximum_sites from 2 to {MOST_SITES}: {minimum_share}, {maximum_sites}"
        )
    if not (needs["hours"].between(0, np.inf, inclusive="left") & needs["month"].isin(MONTHS)).all():
        raise ValueError("hours must be finite and not negative, months 1 to 12")
    asked = needs[needs["hours"] > 0]
    hours = asked.pivot_table(index=NEED, columns="month", values="hours", aggfunc="sum", fill_value=0.0)
    hours = hours.astype(float).sort_index()
    skills = asked.groupby(NEED)["skill"].agg(lambda names: ", ".join(sorted(set(names))))
    low_h = minimum_share * FULL_TIME_H_PER_MONTH
    rules = Rules(radius_km, low_h, FULL_TIME_H_PER_MONTH, maximum_sites)
    places = sites.drop_duplicates("site_id").set_index("site_id")[["latitude", "longitude"]]
    posts, reasons, packings = [], [], []
    for _, group in hours.groupby(level="occupation"):
        where = places.reindex(group.index.get_level_values("site_id"))
        part = group[(group.max(axis=1) <= rules.high_h).to_numpy() & where.notna().all(axis=1).to_numpy()]
        km = road_km(places.reindex(part.index.get_level_values("site_id")), detour_factor)
        packing = pack(part.to_numpy(), km, rules, node_limit)
        posts += [_post(part.iloc[rows], km[np.ix_(rows, rows)].max()) for rows in packing.posts]
        reasons.append(_reasons(group, where, part, km, packing, rules))
        packings.append(packing)
    why = pd.concat([pd.Series(dtype=object), *reasons]) if reasons else pd.Series(dtype=object)
    left = hours[hours.index.isin(why.index)]
    unmet = left.where(left > 0).mean(axis=1).rename("hours_per_month").to_frame()
    unmet = unmet.assign(unmet_reason=why.reindex(unmet.index), skills_shared=skills.reindex(unmet.index))
    wanted_h, left_h = float(hours.to_numpy().sum()), float(left.to_numpy().sum())
    statuses = {packing.status for packing in packings}
    return SharedJobs(
        posts=_numbered(posts, skills),
        unmet=unmet.reset_index().reindex(columns=UNMET_COLUMNS),
        placed_h_per_year=wanted_h - left_h,
        wanted_h_per_year=wanted_h,
        bound_h_per_year=max(wanted_h - left_h, sum(packing.bound_h for packing in packings)),
        status=next((s for s in ("areas", "node_limit") if s in statuses), "optimal"),
    )


def _post(members: pd.DataFrame, span_km: float) -> pd.DataFrame:
    """A row for each firm of one post."""
    load = members.sum()
    months = load.index[load > 0]
    mine = members[months].mean(axis=1)
    return mine.rename("hours_per_month").to_frame().assign(
        share_of_full_time_percent=100 * mine / FULL_TIME_H_PER_MONTH,
        post_share_percent=100 * load[months].min() / FULL_TIME_H_PER_MONTH,
        post_months=len(months),
        post_span_km=span_km,
        members=" ".join(members.index.get_level_values("site_id"))
    )  # fmt: skip


def _numbered(posts: list[pd.DataFrame], skills: pd.Series) -> pd.DataFrame:
    """All posts under one another, numbered ``P01`` on."""
    if not posts:
        return pd.DataFrame(columns=POST_COLUMNS)
    width = max(2, len(str(len(posts))))
    rows = pd.concat(post.assign(post_id=f"P{k:0{width}d}") for k, post in enumerate(posts, start=1))
    return rows.assign(skills_shared=skills.reindex(rows.index)).reset_index()[POST_COLUMNS]


def _reasons(
    group: pd.DataFrame,
    where: pd.DataFrame,
    part: pd.DataFrame,
    km: np.ndarray,
    packing: Packing,
    rules: Rules,
) -> pd.Series:
    """Why each need of an occupation is in no post: the first reason that holds."""
    kept = np.concatenate(packing.posts) if packing.posts else np.zeros(0, dtype=int)
    neighbours = pd.Series((km <= rules.radius_km).sum(axis=1) - 1, index=part.index)
    possible = pd.Series(packing.possible, index=part.index)
    full = ((group >= rules.low_h) | (group == 0)).all(axis=1)
    why = pd.Series("better_plan", index=group.index, dtype=object)
    why[~possible.reindex(group.index, fill_value=False)] = "no_sum"
    why[neighbours.reindex(group.index, fill_value=0) == 0] = "no_neighbour"
    why[where.isna().any(axis=1).to_numpy()] = "no_position"
    why[full] = "own_post"
    why[group.max(axis=1) > rules.high_h] = "over_full_time"
    return why.drop(part.index[kept])


def by_occupation(needs: pd.DataFrame, plan: SharedJobs) -> Breakdown:
    """Hours a year asked for (``needs`` of the plan) and the posts they could make, most hours first.

    Not the hours placed: those of a post of two firms, less one's own, are what the other declared.
    """
    records = needs.rename(columns={"hours": "wanted_h_per_year"})
    wanted = records.groupby("occupation")[["wanted_h_per_year"]].sum().reset_index()
    posts = plan.posts.groupby("occupation")["post_id"].nunique()
    table = wanted.assign(n_posts=posts.reindex(wanted["occupation"], fill_value=0).to_numpy())
    order = table.sort_values(["wanted_h_per_year", "occupation"], ascending=[False, True])
    return Breakdown(order.reset_index(drop=True), ["occupation"], records, "wanted_h_per_year")


def sentence(plan: SharedJobs) -> str:
    """French sentence: how sure it is that no plan does better; hours are in a table, if they may be."""
    if not plan.wanted_h_per_year:
        return reference.sentence("shared_jobs_unasked")
    if plan.posts.empty and plan.status == "optimal":
        return reference.sentence("shared_jobs_impossible")
    gap = 100 * (1 - plan.placed_h_per_year / plan.bound_h_per_year)
    # A search may be cut while it looks for more posts, all hours being placed that can be.
    status = plan.status if gap > 1e-6 else "optimal"
    missing = reference.sentence(f"shared_jobs_{'gap' if len(plan.posts) else 'no_post'}", gap=short(gap))
    return reference.sentence(f"shared_jobs_{status}", missing=missing)
