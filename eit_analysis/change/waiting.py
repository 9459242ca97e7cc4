"""Who is likely to stall: how long stays at a stage last, and the chance that one ends within a year.

    p(t) = 1 − S(t + 12) / S(t),   S the curve of Kaplan and Meier, t the months waited so far

The band of S is that of log(−log S), with the variance of Greenwood (Kalbfleisch and Prentice 1980, 1.13):

    S^exp(±1.96 se / (S log S)),   se² = S² Σ d_i / (n_i (n_i − d_i))

It has none where S is 1 or 0. S(t + 12) / S(t) is the curve of those that waited longer than t, hence its
band. Nothing is said beyond the longest stay seen. A dropped synergy is taken to have been able to go on: S
and p are those of synergies that nobody drops.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.change.durations import CENSORED, survival
from eit_analysis.reference.stages import OPEN

LEAST = 5  # passages: the curve of fewer would tell little but their own cases
AHEAD = 12  # months
EVEN = 50.0  # percent: below, a synergy is more likely to wait on than to move
NEARLY = 1e-9  # percent: products of fractions miss an exact half
TOGETHER = "all"
FEW = "few_passages"
CURVE_COLUMNS = [
    "status", "kind", "months", "n_still", "still_percent", "still_low_percent", "still_high_percent",
]  # fmt: skip
MEDIAN_COLUMNS = [
    "status", "kind", "n_passed", "n_waiting", "median_months", "median_low_months", "median_high_months",
    "curve_basis",
]  # fmt: skip
CHANCE = ["move_on_percent", "move_on_low_percent", "move_on_high_percent", "outlook_basis"]
OUTLOOK_COLUMNS = ["synergy_id", "title", "status", "kind", "months_at_stage", "longest_months", *CHANCE]
STALL_COLUMNS = [
    "synergy_id", "title", "status", "months_at_stage", *CHANCE, "stall_reason", "carrier", "site_ids",
]  # fmt: skip


def curves(stays: pd.DataFrame) -> pd.DataFrame:
    """The share of synergies still at each stage after so many months, with its band at 95 %.

    Parameters
    ----------
    stays : pandas.DataFrame
        Of :func:`durations.passages`.

    Returns
    -------
    pandas.DataFrame
        Columns ``CURVE_COLUMNS``: a row where a stay ended, and ``n_still`` stays that lasted as long.
        ``kind`` is ``all`` where the kinds are told together. A stage with fewer than ``LEAST`` passages has
        no row: :func:`medians` says so.
    """
    parts = [pd.DataFrame(columns=CURVE_COLUMNS)]
    for (stage, kind), own in _groups(stays).items():
        if _basis(kind, own) != FEW:
            part = _curve(own)
            lasted = own["months_at_stage"].to_numpy(dtype=float)
            still = [int((lasted >= month).sum()) for month in part["months"]]
            parts.append(part.assign(status=stage, kind=kind, n_still=still))
    return pd.concat(parts[1:] or parts, ignore_index=True)[CURVE_COLUMNS]


def medians(stays: pd.DataFrame) -> pd.DataFrame:
    """The median stay of each curve, and its interval: from where its lower band to where its upper is half.

    Returns
    -------
    pandas.DataFrame
        Columns ``MEDIAN_COLUMNS``; a month that nobody has been followed to is missing. ``curve_basis`` is
        ``by_kind``, ``together`` or ``few_passages``, of which nothing is said.
    """
    rows = []
    for (stage, kind), own in _groups(stays).items():
        basis, months = _basis(kind, own), [np.nan] * 3
        if basis != FEW:
            curve = _curve(own)
            months = [curve["months"][curve[name] <= 50 + NEARLY].min() for name in CURVE_COLUMNS[4:]]
        n_waiting = int((own["passage"] == "waiting").sum())
        rows.append((stage, kind, _n_passed(own), n_waiting, *months, basis))
    return pd.DataFrame(rows, columns=MEDIAN_COLUMNS)


def outlook(stays: pd.DataFrame) -> pd.DataFrame:
    """For each synergy that waits, the chance that it moves on within ``AHEAD`` months.

    Returns
    -------
    pandas.DataFrame
        Columns ``OUTLOOK_COLUMNS``. ``outlook_basis`` is ``by_kind`` or ``together``, the curve that gives
        the chance and its interval at 95 %; ``no_interval`` where none, or all, of those that waited as long
        moved on: the chance, 0 or 100 %, has none. No chance is told ``beyond_seen``, where no stay was
        followed for so long, nor with ``few_passages``.
    """
    rows = []
    for (_, kind), own in _groups(stays).items():
        basis, longest = _basis(kind, own), own.loc[own["passage"] == "passed", "months_at_stage"].max()
        waiting = own.loc[own["passage"] == "waiting", OUTLOOK_COLUMNS[:5]]
        chances = [(np.nan, np.nan, np.nan, FEW)] * len(waiting)
        if basis != FEW:
            chances = _chances(own, waiting["months_at_stage"].to_numpy(dtype=float), basis)
        lines = zip(waiting.itertuples(index=False), chances, strict=True)
        rows += [(*line, longest, *chance) for line, chance in lines]
    return pd.DataFrame(rows, columns=OUTLOOK_COLUMNS)


def n_followed(stays: pd.DataFrame) -> int:
    """How many synergies wait at a stage of which enough passages were seen to say something."""
    return int((outlook(stays)["outlook_basis"] != FEW).sum())


def likely_to_stall(stays: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """What the coordinator looks at first: what waited longer than any that moved, then the least likely.

    Returns
    -------
    pandas.DataFrame
        Columns ``STALL_COLUMNS``. ``stall_reason`` is ``longer_than_seen`` or ``low_chance`` (below
        ``EVEN``). Where passages are too few no synergy is listed.
    """
    table = outlook(stays).merge(register[["synergy_id", "carrier", "site_ids"]], on="synergy_id")
    table = table[table["outlook_basis"] != FEW]
    late = table["months_at_stage"] >= table["longest_months"]
    low = table["move_on_percent"].round(9) < EVEN  # a sum of logarithms misses one half by its last digit
    table = table.assign(stall_reason=np.select([late, low], ["longer_than_seen", "low_chance"], ""))
    chance, waited = table["move_on_percent"].mask(late), -table["months_at_stage"]
    order = table.assign(moves=~late, chance=chance, waited=waited)
    order = order.sort_values(["moves", "chance", "waited", "synergy_id"], kind="stable")
    return order.loc[late | low, STALL_COLUMNS].reset_index(drop=True)


def _groups(stays: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """The stays of each curve, by stage and kind; kinds together where one of them has too few passages."""
    known = stays[stays["passage"].isin(["passed", *CENSORED])]
    groups: dict[tuple[str, str], pd.DataFrame] = {}
    for stage in OPEN:
        here = known[known["status"] == stage]
        kinds = {str(kind): own for kind, own in here.groupby("kind", dropna=False)}
        enough = len(kinds) > 1 and all(_n_passed(own) >= LEAST for own in kinds.values())
        apart = kinds if enough and here["kind"].notna().all() else {TOGETHER: here}
        groups |= {(stage, kind): own for kind, own in apart.items() if len(own)}
    return groups


def _n_passed(stays: pd.DataFrame) -> int:
    return int((stays["passage"] == "passed").sum())


def _basis(kind: str, stays: pd.DataFrame) -> str:
    """What may be said of a curve: of its kind, of all kinds together, or nothing."""
    if _n_passed(stays) < LEAST:
        return FEW
    return "together" if kind == TOGETHER else "by_kind"


def _curve(stays: pd.DataFrame) -> pd.DataFrame:
    """``months`` and S with its band, in percent; where S is 0 or 1 the band would have no width."""
    fit = survival(stays)
    still = fit.survival_function_.iloc[:, 0]
    band = fit.confidence_interval_.where((still > 0) & (still < 1), np.nan)
    table = pd.concat([still, band], axis=1).set_axis(CURVE_COLUMNS[4:], axis=1) * 100
    return table.rename_axis("months").reset_index()


def _chances(stays: pd.DataFrame, waited: np.ndarray, basis: str) -> list[tuple[float, float, float, str]]:
    """In percent, the chance to move on with its ends, and what it rests on, after so many months."""
    table = survival(stays).event_table
    times = table.index.to_numpy(dtype=float)
    passed, n = (table[name].to_numpy(dtype=float) for name in ("observed", "at_risk"))
    start, end = (np.searchsorted(times, months, side="right") for months in (waited, waited + AHEAD))
    # Where all that are left pass at once S is 0, and its variance has no end.
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log1p(-passed / n), passed / (n * (n - passed))
        sums = [np.append(0.0, np.cumsum(each)) for each in steps]
        log_still, variance = (each[end] - each[start] for each in sums)
        reach = norm.ppf(0.975) * np.sqrt(variance) / log_still
        # S with its upper end and its lower: what moves on is the rest.
        moving = [100 - 100 * np.exp(log_still * np.exp(by)) for by in (0.0, reach, -reach)]
    rows = []
    for months, chance, low, high in zip(waited, *moving, strict=True):
        if months + AHEAD > times[-1]:
            rows.append((np.nan, np.nan, np.nan, "beyond_seen"))
        elif 0 < chance < 100:
            rows.append((chance, low, high, basis))
        else:
            rows.append((chance, np.nan, np.nan, "no_interval"))
    return rows
