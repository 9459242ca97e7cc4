"""This territory's indicators beside those of others, each with its interval, and whether they differ.

    z = (x_j − x_here) / √(s_j² + s_here²),   s = (high − low) / (2 × 1.96)

for each indicator and neighbour; a difference is established below 5 % over the number of amounts that the
others sent (Bonferroni): a verdict follows from two printed numbers and is the same for whoever reads these,
whatever else is withheld from him. Each rests on how uncertain declared masses are taken to be: a territory
that takes that differently, or does not say, is left out of what is compared, and said to be.
Everything is reckoned from tables that their readers have: those that this territory prints, and those that
the others sent.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.records import TOTAL
from eit_analysis.reference import exchange
from eit_analysis.reference.vocabulary import heading

LEVEL = 0.05
THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
ROUNDING = 1e-3
BOUNDS = ["low", "high"]
MASSES = ["mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"]
INDICATOR_COLUMNS = ["indicator", "denominator", "central", "low", "high", "unit"]
BESIDE_COLUMNS = ["indicator", "territory", "central", "low", "high", "unit", "indicator_difference"]
AROUND_COLUMNS = [
    "indicator", "unit", "here_value", "others_median", "n_comparable", "n_better", "n_worse",
    "n_other_method",
]  # fmt: skip


def flows(by_family: pd.DataFrame, left: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Outgoing tonnes by family and the share recovered, from three printed tables.

    ``left`` are the tonnes not recovered. A family that it does not show has no share, unless what it shows
    is all that ``rates`` say is not recovered: then the family is recovered whole.
    """
    masses = left[["category", MASSES[0]]].rename(columns={MASSES[0]: "left"})
    rows = by_family[by_family["category"] != TOTAL].merge(masses, on="category", how="left")
    (whole,) = _amount(by_family, {"category": TOTAL}, MASSES[:1])
    (recovered,) = _amount(rates, {"valorised": "yes", "recovery": TOTAL}, MASSES[:1])
    if abs(whole - recovered - masses["left"].sum()) <= ROUNDING * whole:
        rows["left"] = rows["left"].fillna(0.0)
    share = 100 * (
        1 - rows["left"].astype(float) / rows[MASSES[0]].astype(float).where(lambda mass: mass > 0)
    )
    return rows[["category", *MASSES]].assign(recovered_percent=share.clip(0, 100)).reset_index(drop=True)


def indicators(
    by_family: pd.DataFrame,
    rates: pd.DataFrame,
    paid: pd.DataFrame,
    costed: pd.DataFrame,
    people: pd.DataFrame,
    members: pd.DataFrame,
    done: pd.DataFrame,
    half_width: float,
) -> pd.DataFrame:
    """What is told of a territory per employee, per actor and per tonne, from its printed tables.

    An amount is divided by those it is of: outgoing tonnes by the actors who declare some (``by_family``,
    ``people``), realised tonnes by those of them who are in the register (``members``). Their numbers are
    taken as known. ``half_width`` is that of the tonnes of the register.

    Returns
    -------
    pandas.DataFrame
        Columns ``INDICATOR_COLUMNS``, three significant digits; an indicator of which an amount is not
        printed is left out.
    """
    whole = _amount(by_family, {"category": TOTAL}, MASSES)
    n_firms = _amount(by_family, {"category": TOTAL}, ["n_sites"])
    n_people = _amount(people, {"actor_type": TOTAL}, ["headcount"])
    n_members, n_employed = (
        _amount(members, {"actor_type": TOTAL}, [name]) for name in ("n_sites", "headcount")
    )
    share = ["share_percent", "share_low_percent", "share_high_percent"]
    cost = ["cost_eur_per_year", "cost_low_eur_per_year", "cost_high_eur_per_year"]
    realised = _amount(done, {"category": TOTAL}, ["realised_t_per_year"])
    spread = realised * np.array([1, 1 - half_width, 1 + half_width])
    values = {
        "outgoing_per_employee": whole / n_people,
        "outgoing_per_firm": whole / n_firms,
        "recovered_share": _amount(rates, {"valorised": "yes", "recovery": TOTAL}, share),
        "net_cost_per_tonne": _amount(paid, {"payment": TOTAL}, cost)
        / _amount(costed, {"cost_known": "yes"}, MASSES[:1]),
        "realised_per_employee": 1000 * spread / n_employed,
        "realised_per_firm": spread / n_members,
        "realised_per_tonne": 1000 * spread / whole[0],
    }
    table = exchange.indicators()
    numbers = pd.DataFrame([values[name] for name in table["indicator"]], columns=["central", *BOUNDS])
    known = np.isfinite(numbers.to_numpy(dtype=float)).all(axis=1)
    rounded = numbers.map(_three_digits)
    return pd.concat([table, rounded], axis=1)[known][INDICATOR_COLUMNS].reset_index(drop=True)


def _three_digits(value: float) -> float:
    """As a reader with a pencil rounds: 182.5 is 183, where a format of Python would say 182."""
    return float(THREE_DIGITS.create_decimal(f"{value:.12g}"))


def _amount(table: pd.DataFrame, at: dict[str, str], columns: list[str]) -> np.ndarray:
    """The values of one row, missing where it is not printed or nothing: no denominator is zero."""
    rows = table
    for key, code in at.items():
        rows = rows[rows[key].astype(str) == code] if key in rows else rows.head(0)
    if len(rows) != 1 or not set(columns) <= set(rows):
        return np.full(len(columns), np.nan)
    return rows[columns].iloc[0].to_numpy(dtype=float)


def beside(own: pd.DataFrame, others: pd.DataFrame, methods: pd.DataFrame, here: str) -> pd.DataFrame:
    """Every indicator of every territory, with what its difference from ``here`` is worth.

    Parameters
    ----------
    own, others : pandas.DataFrame
        Columns ``INDICATOR_COLUMNS``; others with ``territory``.
    methods : pandas.DataFrame
        :func:`compared`, of the same territories.

    Returns
    -------
    pandas.DataFrame
        Columns ``BESIDE_COLUMNS``. ``indicator_difference`` is ``here``, ``better`` or ``worse`` (than this
        territory), ``higher`` or ``lower`` where neither is better, ``unclear``, ``method`` where masses are
        not known to be taken as they are here, or ``not_compared`` where nothing is known of this territory.
    """
    known = exchange.indicators().set_index("indicator")
    rows = pd.concat([own.assign(territory=here), others], ignore_index=True)
    rows = rows[rows["indicator"].isin(known.index)]
    # Not an amount in another unit than the one that the indicator has.
    rows = rows[rows["unit"] == rows["indicator"].map(known["unit"])].reset_index(drop=True)
    ours = rows[rows["territory"] == here].set_index("indicator")
    gap = rows["central"] - rows["indicator"].map(ours["central"])
    width = (rows["high"] - rows["low"]) / (2 * norm.ppf(0.975))
    spread = np.hypot(
        width.astype(float), rows["indicator"].map(ours["high"] - ours["low"]) / (2 * norm.ppf(0.975))
    )
    neighbour = (rows["territory"] != here).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = pd.Series(2 * norm.sf(np.abs(gap.astype(float) / spread)), index=rows.index).where(neighbour)
    apart = chance * neighbour.sum() < LEVEL
    wanted = rows["indicator"].map(known["better"])
    good = (wanted == "high") == (gap.astype(float) > 0)
    same = set(methods.loc[methods["same_evidence"] == "yes", "territory"])
    method = ~rows["territory"].isin(same)
    verdict = np.select(
        [~neighbour, gap.isna(), method, ~apart, (wanted == "") & (gap > 0), wanted == "", good],
        ["here", "not_compared", "method", "unclear", "higher", "lower", "better"],
        "worse",
    )
    order = rows["indicator"].map({name: place for place, name in enumerate(known.index)})
    rows = rows.assign(indicator_difference=verdict, order=order, other=neighbour)
    return rows.sort_values(["order", "other", "territory"], ignore_index=True)[BESIDE_COLUMNS]


def around(table: pd.DataFrame) -> pd.DataFrame:
    """:func:`beside` in one line for each indicator that this territory has.

    Returns
    -------
    pandas.DataFrame
        Columns ``AROUND_COLUMNS``: the value here, the median of the comparable others, of how many; how many
        of them are better or worse beyond doubt (missing where neither is better), and how many others are
        left out for their method.
    """
    lines = []
    wanted = exchange.indicators().set_index("indicator")["better"].to_dict()
    for (indicator, unit), rows in table.groupby(["indicator", "unit"], sort=False):
        differs = rows["indicator_difference"]
        own, others = rows[differs == "here"], rows[~differs.isin(["here", "method"])]
        counts = [float((differs == name).sum()) for name in ("better", "worse", "method")]
        if others.empty or not wanted[str(indicator)]:
            counts[:2] = [np.nan] * 2
        if len(own):
            median = _three_digits(others["central"].median())
            lines.append((indicator, unit, own["central"].iloc[0], median, len(others), *counts))
    return pd.DataFrame(lines, columns=AROUND_COLUMNS)


def realised(table: pd.DataFrame, n_read: int) -> pd.DataFrame:
    """The first row of :func:`around` of what is realised, with whether the gap is real, by each denominator.

    ``beside_median`` is ``more``, ``less`` or ``same``: this territory beside the median of the others.
    ``gap_is_real`` says how those do with which a difference is established, be it per employee, actor or
    tonne: ``better``, ``worse``, ``both`` or ``none`` of them; ``gap_told`` says of each with how many.
    ``n_untold`` of the ``n_read`` do not tell the indicator. No row where no other is comparable.
    """
    known = table[(table["n_comparable"] > 0) & table["indicator"].str.startswith("realised_")]
    known = known.merge(exchange.indicators()[["indicator", "denominator"]], on="indicator")
    real, n = known["n_better"] + known["n_worse"], known["n_comparable"]
    by = known["denominator"].map(heading("denominator").labels)
    told = [f"{per} avec {few:.0f} sur {all_}" for few, all_, per in zip(real, n, by, strict=True)]
    row, gap = known.head(1), (known["here_value"] - known["others_median"]).head(1)
    better, worse = known[["n_better", "n_worse"]].any()
    if better and worse:
        ahead = known["n_better"].map("{:.0f}".format)
        told = [f"{each} (mieux ailleurs\u00a0: {some})" for each, some in zip(told, ahead, strict=True)]
    return row.assign(
        rank=1,
        beside_median=np.select([gap > 0, gap < 0], ["more", "less"], "same"),
        gap_is_real="both" if better and worse else "better" if better else "worse" if worse else "none",
        gap_told=", ".join(told),
        n_read=n_read,
        n_untold=n_read - (row["n_comparable"] + row["n_other_method"]),
    )
