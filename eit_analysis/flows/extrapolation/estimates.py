"""From respondents to all establishments of the territory, by NAF division and by family of flows.

A respondent counts as itself, and the silent ones as the ratio estimator predicts (:mod:`ratio_estimator`):

    T = O + R,   O = sum_s y,   v = v_R + U^2,   U^2 = sum_s (1 + X / x_b) u^2,

u^2 the variance of what a site reported (:mod:`propagation`). The residuals of the ratio hold the rest of
the reporting errors, (X / x_b)(1 + X / x_b) u^2, but not those that respondents share through a scale or a
contractor: these are carried whole, (1 + X / x_b)^2.

Of a division whose silent ones nobody can represent, O counts all the same, and R has nothing: T is never
below what was observed.

O has its own interval, of variance v_O. All the rest of v is R's, a lognormal: what the silent ones send
out is not negative, so that T is not below what O may be (:func:`ratio_estimator.bounds`). When everybody
answered, T is O with its own interval. A part rests on fewer answers than its whole and may have a wider
interval; its high bound is at most what that of the whole leaves it, the others having what they declared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.extrapolation.bases import BORROWED, COUNTS, Plan, describe
from eit_analysis.flows.extrapolation.ratio_estimator import Prediction, bounds, predict
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, propagate
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.records import TOTAL

OBSERVED = "observed_t_per_year"
LENT = "borrowed_percent"
EXTRAPOLATED = [f"extrapolated{end}_t_per_year" for end in ("", "_low", "_high")]


def by_division(out: pd.DataFrame, planned: Plan, borrowed: bool = True) -> Derived:
    """Observed and extrapolated tonnes of every division, and of the territory.

    ``out`` are the outflows of the respondents (t/year). Divisions whose ratio is that of others are left out
    unless ``borrowed``: it is perhaps withheld there.

    Returns
    -------
    Derived
        ``naf_division`` (« Total » last), ``n_sites``, ``n_establishments``, ``headcount``,
        ``headcount_covered_percent``, ``basis``, ``warning`` (:func:`bases.describe`),
        ``observed_t_per_year`` (missing where nobody answered), the extrapolated mass and its 95 % bounds.
        The total has a ``basis`` only when all divisions have the same, and is ``clear`` only when they all
        are: these words speak of one activity. A division of which nobody can represent the silent ones has
        no mass; the total, ``partial``, counts of it those who answered, whose tonnes it has, and no silent
        one (:func:`national.left_out` has these); it has none where that is so of all. One of which no
        respondent has a tonne has no row: no tonne of the survey is about it. From the tonnes of the
        respondents of each division, and of those that it takes its ratio from.
    """
    parents = [totals(out, "naf_division"), totals(_of_bases(out, planned), "naf_division", total=False)]
    names, own, part = planned.divisions
    if not names:
        columns = ["naf_division", *COUNTS, "basis", "warning", OBSERVED, *EXTRAPOLATED]
        return Derived(pd.DataFrame(columns=columns), ["naf_division"], parents, TOTAL)
    lost = _lost(planned, part)
    every, kept = _whole(own & ~lost.all(), part[~lost])
    levels = [_estimate(out, planned, own, part), _estimate(out, planned, every, kept)]
    others = [out[out["site_id"].isin(planned.respondents["site_id"][every[0] & ~one])] for one in own]
    rows = _within(pd.concat(levels, ignore_index=True), others)
    rows.loc[[*lost, lost.all()], EXTRAPOLATED] = np.nan
    observed = np.vstack([own, every]) @ _by_site(out, planned)[MASS].to_numpy(float)
    rows.insert(0, OBSERVED, observed)
    own, part = np.vstack([own, every]), np.vstack([part, kept])
    rows = pd.concat([_of_one_activity(describe(planned, own, part), bool(lost.any())), rows], axis=1)
    rows.insert(0, "naf_division", [*names, TOTAL])
    declared = out.loc[out["site_id"].isin(planned.respondents["site_id"]), "site_id"]
    some = own @ planned.respondents["site_id"].isin(declared).to_numpy(int) > 0
    rows = rows[some | (some[:-1].any() & (rows["naf_division"] == TOTAL).to_numpy())]
    rows = rows if borrowed else rows[~rows["basis"].isin(BORROWED)]
    return Derived(rows.reset_index(drop=True), ["naf_division"], parents, TOTAL)


def by_category(out: pd.DataFrame, planned: Plan) -> Breakdown:
    """The territory's tonnes by family of flows; the families add up to the total.

    The ratio of a family counts the respondents that declared none of it as zero: they answered, and named
    other flows. A family that nobody declared is absent, not zero.

    Returns
    -------
    Breakdown
        ``category`` (heaviest first, « Total » last), ``n_sites`` (that declared it),
        ``observed_t_per_year``, extrapolated mass and 95 % bounds; no row where no division has a basis;
        for the team ``borrowed_percent``, the part of that mass that takes the ratio of other divisions.
    """
    keys, columns = ["category"], ["category", "n_sites", OBSERVED, *EXTRAPOLATED, LENT]
    _, own, part = planned.divisions
    lost = _lost(planned, part)
    own, part = _whole(own & ~lost.all(), part[~lost])
    kept = out[out["site_id"].isin(planned.respondents["site_id"][own[0]])]
    if kept.empty:
        records = kept.assign(**{OBSERVED: kept[MASS], EXTRAPOLATED[0]: kept[MASS]})
        return Breakdown(pd.DataFrame(columns=columns), keys, records, EXTRAPOLATED[0], TOTAL, MASS)
    families = sorted(kept["category"].unique())
    parts = [*(kept[kept["category"] == family] for family in families), kept]
    rows = pd.concat([_estimate(flows, planned, own, part) for flows in parts], ignore_index=True)
    rows = _within(rows, [kept[kept["category"] != family] for family in families])
    rows.insert(0, "category", [*families, TOTAL])
    rows.insert(1, "n_sites", [flows.loc[flows[MASS] > 0, "site_id"].nunique() for flows in parts])
    rows.insert(2, OBSERVED, [float(flows[MASS].sum()) for flows in parts])
    lent = part & planned.cells["basis"].isin(BORROWED).to_numpy()
    borrowed = [_silent(_by_site(flows, planned)[MASS].to_numpy(), planned, lent).mass[0] for flows in parts]
    rows[LENT] = 100 * np.array(borrowed) / rows[EXTRAPOLATED[0]].where(rows[EXTRAPOLATED[0]] > 0)
    # As a share, rounded: families of equal mass keep the order of their names, whatever the unit.
    share = (rows[EXTRAPOLATED[0]] / rows[EXTRAPOLATED[0]].iloc[-1]).round(12).iloc[:-1]
    order = share.sort_values(ascending=False, kind="stable").index
    # Each tonne stands for itself and for those of the silent ones that its site represents, however many.
    weight = _silent(np.zeros(len(planned.respondents)), planned, part).weight[0]
    stands_for = pd.Series(1 + weight, planned.respondents["site_id"])
    scale = kept["site_id"].map(stands_for)
    records = kept.assign(**{OBSERVED: kept[MASS], EXTRAPOLATED[0]: kept[MASS] * scale})
    rows = rows.loc[[*order, rows.index[-1]]].reset_index(drop=True)
    return Breakdown(rows, keys, records, EXTRAPOLATED[0], TOTAL, MASS, sums=[OBSERVED], team=[LENT])


def _of_bases(out: pd.DataFrame, planned: Plan) -> pd.DataFrame:
    """The flows once for each division that they count in: that of their site, and those it represents."""
    row, respondent = np.nonzero(planned.members)
    members = pd.DataFrame({"row": row, "site_id": planned.respondents["site_id"].to_numpy()[respondent]})
    borrowing = planned.cells[["naf_division", "row"]].merge(members, on="row").drop(columns="row")
    pairs = pd.concat([borrowing, planned.respondents[["naf_division", "site_id"]]]).drop_duplicates()
    return pairs.merge(out.drop(columns="naf_division"), on="site_id")


def _lost(planned: Plan, part: np.ndarray) -> np.ndarray:
    """Groups of cells some of which nobody can represent."""
    return np.any(part & (planned.cells["row"] == -1).to_numpy(), axis=1)


def _of_one_activity(described: pd.DataFrame, partial: bool) -> pd.DataFrame:
    """The rows of :func:`bases.describe`, the total last, without the words that hold for a part of it."""
    divisions, total = described.iloc[:-1], described.index[-1]
    bases = divisions["basis"].unique()
    described.loc[total, "basis"] = bases[0] if len(bases) == 1 else np.nan
    if partial:
        described.loc[total, "warning"] = "partial"
    elif described.loc[total, "warning"] == "clear" and (divisions["warning"] != "clear").any():
        described.loc[total, "warning"] = np.nan
    return described


def _whole(*groups: np.ndarray) -> list[np.ndarray]:
    """Groups put together into one."""
    return [np.any(group, axis=0)[None, :] for group in groups]


def _by_site(out: pd.DataFrame, planned: Plan) -> pd.DataFrame:
    """Mass and standard deviation of each respondent, zero where it declared none of these flows."""
    sums = propagate(out, ["site_id"]).set_index("site_id")[[MASS, "sd_t_per_year"]]
    return sums.reindex(planned.respondents["site_id"]).fillna(0.0)


def _estimate(out: pd.DataFrame, planned: Plan, own: np.ndarray, part: np.ndarray) -> pd.DataFrame:
    """T and bounds of groups of respondents ``own`` (groups, n), disjoint, and of cells ``part``."""
    people, site = planned.respondents, _by_site(out, planned)
    y = site[MASS].to_numpy()
    silent = _silent(y, planned, part)
    reported = _reported(out, people["site_id"], own, 1 + silent.weight)
    in_residuals = (own * silent.weight * (1 + silent.weight)) @ site["sd_t_per_year"].to_numpy() ** 2
    variance = silent.variance + reported["sd_t_per_year"].to_numpy() ** 2 - in_residuals
    observed = _reported(out, people["site_id"], own, np.ones(own.shape))
    low, high = bounds(
        (own @ y, observed[LOW].to_numpy(), observed[HIGH].to_numpy()),
        silent.mass,
        np.maximum(variance - observed["sd_t_per_year"].to_numpy() ** 2, 0.0),
        silent.doubt,
    )
    return pd.DataFrame(dict(zip(EXTRAPOLATED, (own @ y + silent.mass, low, high), strict=True)))


def _within(rows: pd.DataFrame, others: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows, the total last: no high bound above its own less the least that ``others`` observed."""
    high = rows[EXTRAPOLATED[2]]
    least = [*(propagate(flows, [])[LOW].iloc[0] for flows in others), 0.0]
    return rows.assign(**{EXTRAPOLATED[2]: np.minimum(high, high.iloc[-1] - least)})


def _silent(y: np.ndarray, planned: Plan, part: np.ndarray) -> Prediction:
    """What the silent ones of each group of cells are taken to produce, from the tonnes of respondents."""
    people = planned.respondents
    x = people["headcount"].fillna(0).to_numpy(dtype=float)
    return predict(y, x, people["naf_division"].to_numpy(object), planned.members, planned.silent, part)


def _reported(out: pd.DataFrame, sites: pd.Series, own: np.ndarray, weight: np.ndarray) -> pd.DataFrame:
    """Standard deviation and bounds of what each group reported, flows scaled by the weight of their site."""
    group = np.where(own.any(axis=0), own.argmax(axis=0), -1)
    of_site = pd.DataFrame({"group": group, "scale": (own * weight).sum(axis=0)}, index=sites)
    of_flow = of_site.reindex(out["site_id"]).set_axis(out.index).astype(float)
    flows = scaled(out, of_flow["scale"]).assign(group=of_flow["group"])
    sums = propagate(flows[flows["group"] >= 0], ["group"]).set_index("group")
    return sums.reindex(range(len(own))).fillna(0.0)
