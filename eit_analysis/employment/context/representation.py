"""Whom the job sheets describe of the territory's employment, and their ages weighted to it by size.

    N_h = sum of the mean headcount of the INSEE class of each establishment of class h     [jobs]
    w_h = max(N_h / n_h, 1),   p = sum_h w_h y_h / sum_h w_h n_h
    v(p) = sum_h v_h,   v_h = (w_h / M)^2 (1 - 1 / w_h) k_h / (k_h - 1) sum_i (e_i / (1 - x_i / n_h))^2
    e_i = y_i - p_h x_i,   M = sum_h w_h n_h,   df = v(p)^2 / sum_h (v_h^2 / (k_h - 1))

x_i the people that firm i describes, y_i those of a group among them, n_h and y_h their sums over the k_h
firms of the class, p_h = y_h / n_h: a separate ratio estimator, firms being drawn whole, with Student's
interval. Each residual is set against the share of its firm, a large one drawing p_h to itself. The interval
holds the chance of who answered, not what sets apart those who did not: 93 % of 400 territories drawn with 19
respondents.

Source: Cochran (1977), Sampling Techniques, 3rd ed., sections 5.4, 6.10 and 6.11; Royall and Cumberland
(1981), JASA 76, 66-77, for the residuals. Sizes within a class: :func:`sizes.moments`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.workforce import AGES
from eit_analysis.records import TOTAL, Share
from eit_analysis.reference.sizes import SIZES, moments, size_class

CLASS, DESCRIBED, DECLARED = "job_size_class", "headcount", "declared_headcount"
NO_CLASS, Z95 = "none", 1.96
LEAST_FIRMS = 3  # that a class needs to speak for others: with fewer it joins the next smaller one
SHARE = [f"represented_share{end}_percent" for end in ("", "_low", "_high")]


def coverage(people: pd.DataFrame, sites: pd.DataFrame, establishments: pd.DataFrame | None) -> Breakdown:
    """People of the job sheets beside those that their actors declare and those of the territory, by size.

    Parameters
    ----------
    people, sites : DataFrame
        From :func:`workforce.prepare`, and the tidy ``sites`` with the ``headcount`` of each.
    establishments : DataFrame or None
        A register: ``headcount_low, headcount_high`` of each class and, in counts, ``n_establishments``.

    Returns
    -------
    Breakdown
        ``job_size_class`` (:func:`classes`, « Total » last), ``n_sites``, ``headcount`` (described),
        ``declared_headcount, described_percent`` (of those), ``frame_jobs`` with its 95 % bounds and
        ``territory_percent`` (of the frame), the last two missing without a register.
    """
    joined = classes(people, sites)
    told = sites.assign(declared_headcount=sites["headcount"].astype(float), headcount=0.0)
    records = pd.concat([people.assign(declared_headcount=0.0), told], ignore_index=True)
    records[CLASS] = records["site_id"].map(_size_of(sites).map(joined)).fillna(NO_CLASS)
    rows = pd.concat([records, records.assign(**{CLASS: TOTAL})]).groupby(CLASS)
    sums = {name: (name, "sum") for name in (DESCRIBED, DECLARED)}
    table = rows.agg(n_sites=("site_id", "nunique"), **sums)
    names = [*dict.fromkeys(joined.values()), NO_CLASS, TOTAL]
    table = table.reindex([name for name in names if name in table.index]).reset_index()
    table["described_percent"] = 100 * table[DESCRIBED] / table[DECLARED].where(table[DECLARED] > 0)
    table = table.merge(_frame(establishments, joined), on=CLASS, how="left")
    table["territory_percent"] = 100 * table[DESCRIBED] / table["frame_jobs"]
    return Breakdown(
        table, [CLASS], records, DESCRIBED, TOTAL, people=True, sums=[DECLARED],
        shares={"described_percent": Share([CLASS], DECLARED)},
    )  # fmt: skip


def base(establishments: pd.DataFrame | None) -> str:
    """« au répertoire du territoire (effectifs de 2016 à 2018) »: of which years they are, where it says."""
    told = pd.DataFrame(establishments).filter(["headcount_year", "year"])
    ends = sorted({str(int(year)) for year in told.to_numpy().ravel() if pd.notna(year)})
    years = " à ".join(dict.fromkeys(ends[:1] + ends[-1:]))
    return "au répertoire du territoire" + (f" (effectifs de {years})" if years else "")


def weighted_ages(
    people: pd.DataFrame, sites: pd.DataFrame, establishments: pd.DataFrame | None
) -> Breakdown:
    """Age groups of the territory's employment: each person of a class stands for w_h of them.

    The parameters are those of :func:`coverage`. Whose firm is in no class stands for itself; those of
    unknown age are left out.

    Returns
    -------
    Breakdown
        ``age_group``, ``headcount`` (described), ``represented_people`` and ``represented_share_percent``
        with their 95 % bounds; no row without a register.
    """
    aged = people[people["age_group"].isin(AGES["age_group"])]
    rows, weight, _ = weighed(aged, people, sites, establishments)
    table = rows.groupby("age_group")[[DESCRIBED, "represented_people"]].sum()
    table = table.reindex([group for group in AGES["age_group"] if group in table.index]).reset_index()
    shares = [_share(rows, rows["age_group"] == group, weight) for group in table["age_group"]]
    table[SHARE] = np.array(shares, dtype=float).reshape(-1, 3)
    for name, share in zip(("represented_people_low", "represented_people_high"), SHARE[1:], strict=True):
        table[name] = table[share] / 100 * table["represented_people"].sum()
    return Breakdown(
        table, ["age_group"], rows, "represented_people", of=DESCRIBED, people=True, sums=[DESCRIBED],
        shares={SHARE[0]: Share()},
    )  # fmt: skip


def weighed(
    rows: pd.DataFrame, people: pd.DataFrame, sites: pd.DataFrame, establishments: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.Series, float]:
    """The same rows of ``people`` with whom they stand for, the weight of each class, and its unknown part.

    Returns
    -------
    rows : DataFrame
        With `CLASS` and ``represented_people``; none without a register.
    weight : Series
        w_h by class.
    unknown : float
        Standard error of the sum represented, for what classes of headcounts leave open.
    """
    joined = classes(people, sites)
    frame = _frame(establishments, joined).set_index(CLASS)
    rows = rows.assign(**{CLASS: rows["site_id"].map(_size_of(sites).map(joined)).fillna(NO_CLASS)})
    rows = rows if len(frame) else rows.head(0)
    size = rows.groupby(CLASS)[DESCRIBED].sum()
    weight = (frame["frame_jobs"].reindex(size.index) / size).clip(lower=1.0).fillna(1.0)
    more = frame.loc[weight.index[weight > 1], ["frame_jobs", "frame_jobs_high"]].astype(float)
    unknown = float(np.sqrt((((more["frame_jobs_high"] - more["frame_jobs"]) / Z95) ** 2).sum()))
    represented = rows[DESCRIBED] * rows[CLASS].map(weight).astype(float)
    return rows.assign(represented_people=represented), weight, unknown


def classes(people: pd.DataFrame, sites: pd.DataFrame) -> dict[str, str]:
    """The class that each of ``SIZES`` counts in, by the number of firms that describe their people.

    The largest first: one with fewer than `LEAST_FIRMS` joins the next smaller one. What is left at the small
    end speaks for nobody and is in no class.
    """
    firms = _size_of(sites[sites["site_id"].isin(people["site_id"])]).value_counts()
    found: dict[str, str] = {}
    waiting: list[str] = []
    for size in reversed(SIZES):
        waiting.append(size)
        if sum(firms.get(name, 0) for name in waiting) >= LEAST_FIRMS:
            end = waiting[0].removeprefix(str(SIZES[waiting[0]]))  # « -249 », « + »
            found |= dict.fromkeys(waiting, f"{SIZES[size]}{end}")
            waiting = []
    return found


def _size_of(sites: pd.DataFrame) -> pd.Series:
    """The class of ``SIZES`` of each actor, by ``site_id``; without those of no known size."""
    own = sites.drop_duplicates("site_id").set_index("site_id")["headcount"].astype(float)
    return size_class(own.where(own > 0)).dropna()


def _frame(establishments: pd.DataFrame | None, joined: dict[str, str]) -> pd.DataFrame:
    """Establishments and jobs of the register by class; in all, those of sizes that nobody speaks for too."""
    columns = ["n_establishments", "frame_jobs", "frame_jobs_low", "frame_jobs_high"]
    if establishments is None:
        return pd.DataFrame(columns=[CLASS, *columns]).astype(dict.fromkeys(columns, float))
    rows = establishments[establishments["headcount_low"].astype(float) > 0].reset_index(drop=True)
    number = rows["n_establishments"] if "n_establishments" in rows else pd.Series(1.0, index=rows.index)
    mean, variance = moments(rows["headcount_low"], rows["headcount_high"])
    each = {columns[0]: number.astype(float), columns[1]: number * mean, "sd": number * variance}
    sums = pd.DataFrame(each)
    sums[CLASS] = size_class(rows["headcount_low"]).map(joined)
    every = pd.concat([sums.dropna(subset=CLASS), sums.assign(**{CLASS: TOTAL})]).groupby(CLASS).sum()
    half = Z95 * np.sqrt(every.pop("sd"))
    low, high = (every["frame_jobs"] - half).clip(lower=0.0), every["frame_jobs"] + half
    return every.assign(frame_jobs_low=low, frame_jobs_high=high).reset_index()


def _share(rows: pd.DataFrame, inside: pd.Series, weight: pd.Series) -> tuple[float, float, float]:
    """p and its 95 % bounds, in percent; without bounds where no class has two firms."""
    p, error, freedom = ratio(rows.assign(y=rows[DESCRIBED].where(inside, 0.0)), weight)
    half = student.ppf(0.975, freedom) * error
    return 100 * p, 100 * max(p - half, 0.0), 100 * min(p + half, 1.0)


def ratio(rows: pd.DataFrame, weight: pd.Series) -> tuple[float, float, float]:
    """p of ``y`` per person described, its standard error and degrees of freedom (module's equations).

    ``rows`` are from :func:`weighed` with ``y``. The error is missing where no class has two firms.
    """
    parts = rows.groupby([CLASS, "site_id"])[[DESCRIBED, "y"]]
    firms = parts.sum().rename(columns={DESCRIBED: "x"})
    every, k = firms.groupby(level=0).sum(), firms.groupby(level=0).size()
    w = weight.reindex(every.index)
    whole = float((w * every["x"]).sum())
    p = float((w * every["y"]).sum()) / whole
    mean = (every["y"] / every["x"]).reindex(firms.index.get_level_values(0)).to_numpy()
    left = 1 - firms["x"] / every["x"].reindex(firms.index.get_level_values(0)).to_numpy()
    squares = (((firms["y"] - mean * firms["x"]) / left) ** 2).groupby(level=0).sum()
    variance = (w / whole) ** 2 * (1 - 1 / w) * squares * k / (k - 1).where(k > 1)
    total = float(variance.sum())
    freedom = total**2 / float((variance**2 / (k - 1).where(k > 1)).sum()) if total else np.inf
    return p, np.sqrt(total) if (k > 1).any() else np.nan, freedom
